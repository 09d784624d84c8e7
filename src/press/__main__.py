"""`python -m press <command>`: what an author runs."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from press.course import Course

# A command is a module with `add_arguments(parser)` and `run(arguments, course) -> int`.
COMMANDS = {
    "print": ("press.publishing", "print the notebooks and execute changed solutions"),
    "verify": ("press.verification", "refuse what breaks a rule, without executing anything"),
    "stamp": ("press.stamp", "say that one translation answers to its English again"),
    "mutants": ("press.mutants", "change every solution a little and see that its grader notices"),
    "stats": ("press.statistics", "count lessons, exercises, cases, properties, traps, mutants"),
    "new": ("press.scaffold", "write the files of a new lesson, every section present"),
    "site": ("press.site.build", "build the course as static pages in build/site"),
    "serve": ("press.site.serve", "show build/site on this machine"),
    "cards": ("press.site.anki", "write the flashcards as Anki decks in build/cards"),
}


def main(words: Sequence[str] | None = None, course: Course | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m press", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    words = sys.argv[1:] if words is None else words
    module = None
    for name, (path, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name in words[:1]:  # the others are not imported: every command starts at once
            module = importlib.import_module(path)
            command.description = module.__doc__
            module.add_arguments(command)
    arguments = parser.parse_args(words)
    try:
        return module.run(arguments, course or Course.here())
    except KeyboardInterrupt:
        print("Stopped; every file written so far is whole.", file=sys.stderr)
        return 130
    except OSError as error:
        where = error.filename or "A file"
        print(f"{where}: {error.strerror}. Every file written so far is whole.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
