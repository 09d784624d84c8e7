"""`press verify`: refuse what breaks a rule, with file, line, a sentence and the remedy.

Nothing is executed: the rules read manuscripts, check files and the notebooks that are there.
"""

import argparse
import sys
import time
import tomllib

from press import chinese, front_matter, kept
from press.course import Course
from press.fault import Fault
from press.manuscript import Manuscript, read_all
from press.reading import Reading
from press.rules import exercise, figure, form, translation, whole_course

LESSON_RULES = (
    form.form,
    form.needs,
    form.roles,
    form.anchors,
    form.sections,
    form.todos,
    form.code,
    form.setup,
    form.rewards,
    form.links,
    translation.translations,
    translation.same_content,
    translation.written_chinese,
    translation.check_texts,
    figure.figures,
    figure.figure_sizes,
    exercise.exercises,
    exercise.hint_items,
    exercise.checks,
    exercise.right_answers,
    exercise.no_solution_in_exercise,
)
COURSE_RULES = (whole_course.unique_names, whole_course.parts, whole_course.orphans)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", nargs="*", help="show the faults of these lessons only")
    parser.add_argument(
        "--seeds", action="store_true", help="list the seed items and the lessons answering them"
    )
    parser.add_argument(
        "--strict", action="store_true", help="with --seeds: exit 1 while an item has no lesson"
    )


def run(arguments: argparse.Namespace, course: Course) -> int:
    lessons = read_all(course)
    if arguments.seeds:
        return show_seeds(lessons, arguments.strict)
    unknown = set(arguments.slug) - {lesson.slug for lesson in lessons}
    if unknown:
        print(f"No lesson “{'”, “'.join(sorted(unknown))}” in src/lessons.", file=sys.stderr)
        return 2
    began = time.monotonic()
    faults = verify(course, lessons)
    if arguments.slug:
        files = {
            path
            for lesson in lessons
            if lesson.slug in arguments.slug
            for path in kept.files_of(course, lesson)
        }
        faults = [fault for fault in faults if fault.path in files]
    for fault in faults:
        print(fault.shown(course.root))
    seconds = time.monotonic() - began
    number = f"{len(faults)} fault{'s' * (len(faults) != 1)}" if faults else "no fault"
    print(f"{len(lessons)} lessons, {number}, {seconds:.1f} s", file=sys.stderr)
    return 1 if faults else 0


def verify(course: Course, lessons: list[Manuscript] | None = None) -> list[Fault]:
    """Every fault of the course, ordered by file and line."""
    lessons = read_all(course) if lessons is None else lessons
    try:
        glossary, faults = chinese.read_glossary(course.glossary), []
    except (tomllib.TOMLDecodeError, KeyError) as error:
        remedy = "Write [[term]] entries with en, zh and wrong."
        glossary, faults = [], [Fault(course.glossary, 1, f"It cannot be read: {error}.", remedy)]
    reading = Reading(course, lessons, glossary)
    clean = kept.Clean(course, lessons)
    for number, lesson in enumerate(lessons, 1):
        if not clean.knows(lesson):
            found = [fault for rule in LESSON_RULES for fault in rule(reading, lesson)]
            faults += found
            clean.note(lesson, not found)
        if len(lessons) > 10 and sys.stderr.isatty():
            print(f"\r{number} of {len(lessons)} lessons", end="", file=sys.stderr, flush=True)
    for rule in COURSE_RULES:
        faults += rule(reading)
    clean.keep()
    return sorted(set(faults))


def show_seeds(lessons: list[Manuscript], strict: bool) -> int:
    """List every seed item with the lessons that answer it; returns the exit status."""
    missing = 0
    for reference, (title, _) in front_matter.seed_items().items():
        answering = [x.slug for x in lessons if reference in (x.front.get("seeds") or ())]
        missing += not answering
        print(f"{reference:9} {title} → {', '.join(answering) or 'no lesson yet'}")
    print(f"{missing} items have no lesson yet.", file=sys.stderr)
    return 1 if strict and missing else 0
