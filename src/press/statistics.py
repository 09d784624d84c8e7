"""`press stats`: count what the course holds and what proves it."""

import argparse
import json
import sys

from press.course import Course
from press.manuscript import read_all

COUNTS = ("exercises", "cases", "properties", "traps")
MUTANTS = ("killed", "explained", "survived")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace, course: Course) -> int:
    try:
        found = statistics(course)
    except Exception as error:  # a check file is code: anything may be raised
        problem = f"{type(error).__name__}: {error}"
        print(f"A check file cannot be imported: {problem}. See `verify`.", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        _show(found)
    return 0


def statistics(course: Course) -> dict:
    """Counts per lesson and in all, and the measured seconds of each solution notebook.

    Mutants are null until the lesson's have been run. Raises what a check file raises.
    """
    lessons = {}
    for lesson in read_all(course):
        exercises = course.exercises(lesson.slug).values()
        counts: dict = {
            "exercises": len(exercises),
            "cases": sum(len(getattr(e, "cases", ())) for e in exercises),
            "properties": sum(len(getattr(e, "properties", ())) for e in exercises),
            "traps": sum(len(getattr(e, "traps", ())) for e in exercises),
        }
        mutants = _read(course.mutants(lesson.slug))
        counts["mutants"] = (
            {name: _count(mutants.get(name, 0)) for name in MUTANTS} if mutants else None
        )
        lessons[lesson.slug] = counts
    total: dict = {"lessons": len(lessons)}
    total |= {name: sum(counts[name] for counts in lessons.values()) for name in COUNTS}
    proven = [counts["mutants"] for counts in lessons.values() if counts["mutants"]]
    total["mutants"] = {name: sum(m[name] for m in proven) for name in MUTANTS}
    return {"total": total, "lessons": lessons, "seconds": _read(course.seconds)}


def _count(value: object) -> int:
    """Mutants are kept as a number or as a list or table of them."""
    return value if isinstance(value, int) else len(value)


def _read(path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _show(found: dict) -> None:
    heads = [*COUNTS, *MUTANTS]
    print(f"{'':24}" + "".join(f"{head:>11}" for head in heads))
    rows = {**found["lessons"], f"{found['total']['lessons']} lessons": found["total"]}
    for name, counts in rows.items():
        mutants = counts["mutants"] or dict.fromkeys(MUTANTS, "–")
        cells = [counts[head] for head in COUNTS] + [mutants[head] for head in MUTANTS]
        print(f"{name:24}" + "".join(f"{cell:>11}" for cell in cells))
    for path, seconds in found["seconds"].items():
        print(f"{seconds:8.1f} s  {path}")
