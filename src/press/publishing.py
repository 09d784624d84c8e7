"""`press print`: write the notebooks whose bytes change, execute the solutions whose code did."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from press import execution, syllabus
from press.course import Course
from press.manuscript import Manuscript, read_all
from press.printing import EDITIONS, Edition, Printer, PrintingError, to_bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", nargs="*", help="lessons to print; all when none is given")
    parser.add_argument(
        "--no-execute", action="store_true", help="print sources only, keep outputs that are there"
    )
    parser.add_argument(
        "--again", action="store_true", help="execute solutions even when nothing changed"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say where printed and written differ (exit 1)",
    )


def run(arguments: argparse.Namespace, course: Course) -> int:
    lessons = read_all(course)
    unknown = set(arguments.slug) - {lesson.slug for lesson in lessons}
    if unknown:
        print(f"No lesson “{'”, “'.join(sorted(unknown))}” in src/lessons.", file=sys.stderr)
        return 2
    chosen = [lesson for lesson in lessons if not arguments.slug or lesson.slug in arguments.slug]
    printer = Printer(course, {lesson.slug: lesson for lesson in lessons})
    if arguments.check:
        differences = list(check(printer, chosen))
        print("\n".join(differences) if differences else "Printed is as written.")
        return 1 if differences else 0
    failed = False
    for lesson in chosen:
        try:
            publish(printer, lesson, not arguments.no_execute, arguments.again)
        except PrintingError as error:
            failed = True
            for fault in error.faults:
                print(fault.shown(course.root), file=sys.stderr)
        except execution.ExecutionError as error:
            failed = True
            print(error, file=sys.stderr)
    if syllabus.write(course, lessons):
        print("wrote README.md", file=sys.stderr)
    return 1 if failed else 0


def publish(
    printer: Printer, lesson: Manuscript, execute: bool = True, again: bool = False
) -> None:
    """Print the four notebooks of one lesson and execute the two solutions where needed.

    A solution that fails leaves all four as they were; the error names the line.
    """
    course = printer.course
    books = {edition: printer.notebook(lesson, edition) for edition in EDITIONS}
    for edition, book in books.items():
        if edition.kind == "solution":
            _solve(printer, lesson, edition, book, execute, again)
    # Only now: a solution that fails leaves all four notebooks as they were.
    for edition, book in books.items():
        path = printer.path(lesson, edition)
        if write_if_changed(path, to_bytes(book)):
            print(f"wrote {course.relative(path)}", file=sys.stderr)


def _solve(
    printer: Printer,
    lesson: Manuscript,
    edition: Edition,
    book: NotebookNode,
    execute: bool,
    again: bool,
) -> None:
    """Give a solution its outputs: the old ones while its key holds, otherwise new ones."""
    course, path = printer.course, printer.path(lesson, edition)
    old = load(path)
    key = execution.executed_key(book, course, lesson.slug)
    stale = old is None or old.metadata.get("whiteboard", {}).get("executed") != key
    if not execute or not (stale or again):
        execution.keep_outputs(book, old)
        return
    print(f"executing {course.relative(path)} …", file=sys.stderr, flush=True)
    seconds = execution.execute(book, course, lesson, path.parent)
    book.metadata.whiteboard.executed = key
    _record_seconds(course, path, seconds)


def check(printer: Printer, lessons: Iterable[Manuscript]) -> Iterable[str]:
    """Print into a temporary folder; yield a sentence for each difference from the real files.

    Sources, ids and metadata count; outputs and execution counts do not.
    """
    course = printer.course
    with tempfile.TemporaryDirectory() as folder:
        for lesson in lessons:
            try:
                books = {edition: printer.notebook(lesson, edition) for edition in EDITIONS}
            except PrintingError as error:
                yield from (fault.shown(course.root) for fault in error.faults)
                continue
            for edition, book in books.items():
                path = printer.path(lesson, edition)
                if edition.kind == "solution":
                    book.metadata.whiteboard.executed = execution.executed_key(
                        book, course, lesson.slug
                    )
                printed = Path(folder) / course.relative(path)
                write_if_changed(printed, to_bytes(book))
                yield from _differences(course, path, load(printed), load(path))
    text = syllabus.printed(course, list(printer.lessons.values()))
    if text is not None and text != course.readme.read_text(encoding="utf-8"):
        yield "README.md:1: the syllabus is not as printed. Run `python -m press print`."


def _differences(
    course: Course, path: Path, printed: NotebookNode, found: NotebookNode | None
) -> Iterable[str]:
    where, remedy = f"{course.relative(path)}:1", "Run `python -m press print`."
    if found is None:
        yield f"{where}: the notebook is missing or damaged. {remedy}"
        return
    if found.metadata != printed.metadata:
        before, now = (b.metadata.get("whiteboard", {}).get("executed") for b in (found, printed))
        if before != now:
            yield f"{where}: the solution was executed with other code, checks or data. {remedy}"
        else:
            yield f"{where}: the metadata is not as printed. {remedy}"
    if [cell.get("id") for cell in found.cells] != [cell.id for cell in printed.cells]:
        yield f"{where}: the cells are not those of the manuscript. {remedy}"
        return
    for number, (old, new) in enumerate(zip(found.cells, printed.cells, strict=True)):
        if (old.cell_type, old.source, old.metadata) != (new.cell_type, new.source, new.metadata):
            yield f"{where}: cell {number} is not as printed. {remedy}"
    # The rest of the form: key order, indentation, final newline.
    kept = nbformat.from_dict(printed)
    execution.keep_outputs(kept, found)
    kept.metadata = found.metadata
    if kept.cells == found.cells and path.read_bytes() != to_bytes(kept):
        yield f"{where}: the file was written by something else than the press. {remedy}"


def load(path: Path) -> NotebookNode | None:
    """Read a notebook; None when it is missing or no notebook."""
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except (OSError, ValueError, nbformat.ValidationError, AttributeError):
        return None


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all, and only when its bytes change; True when written."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".press-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)  # mkstemp makes private files
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _record_seconds(course: Course, path: Path, seconds: float) -> None:
    try:
        known = json.loads(course.seconds.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    known[course.relative(path)] = round(seconds, 1)
    text = json.dumps(known, indent=1, sort_keys=True) + "\n"
    write_if_changed(course.seconds, text.encode())
