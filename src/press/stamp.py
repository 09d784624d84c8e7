"""`press stamp`: say that one Chinese cell answers to its English cell again.

One cell at a time and with both texts shown: a translation is stamped by someone who read it.
"""

import argparse
import json
import re
import sys

from press.course import Course
from press.manuscript import Cell, Manuscript, english_hash, read_all
from press.publishing import write_if_changed

_STAMP = re.compile(r' en="[^"]*"')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", help="the lesson")
    parser.add_argument(
        "line", nargs="?", type=int, help="a line in the cell or its partner; without it: a list"
    )


def run(arguments: argparse.Namespace, course: Course) -> int:
    lesson = next((x for x in read_all(course) if x.slug == arguments.slug), None)
    if lesson is None:
        print(f"No lesson “{arguments.slug}” in src/lessons.", file=sys.stderr)
        return 2
    if arguments.line is None:
        return _list(lesson, course)
    cell = cell_at(lesson, arguments.line)
    if cell is None:
        where = f"{course.relative(lesson.path)}:{arguments.line}"
        print(f"{where}: no translated cell is here. Give a line of one.", file=sys.stderr)
        return 2
    if not cell.partner.source.strip():
        where = f"{course.relative(lesson.path)}:{cell.partner.line}"
        print(f"{where}: the Chinese cell is empty. Write it, then stamp it.", file=sys.stderr)
        return 1
    changed = stamp(lesson, cell)
    print(f"English, line {cell.first}:\n\n{cell.source}\n")
    print(f"中文, line {cell.partner.first}:\n\n{cell.partner.source}\n")
    print(f'{"Stamped" if changed else "Already stamped"}: en="{english_hash(cell.source)}"')
    return 0


def unstamped(lesson: Manuscript) -> list[Cell]:
    """English cells whose translation is not stamped or stale."""
    return [
        cell
        for cell in lesson.cells
        if cell.partner and cell.partner.options.get("en") != english_hash(cell.source)
    ]


def cell_at(lesson: Manuscript, line: int) -> Cell | None:
    """The translated English cell that holds a line, in itself or in its partner."""
    starts = [each for cell in lesson.cells for each in (cell, cell.partner) if each]
    holding = [each for each in starts if each.line <= line]
    if not holding:
        return None
    last = holding[-1]
    return next((c for c in lesson.cells if c.partner and last in (c, c.partner)), None)


def stamp(lesson: Manuscript, cell: Cell) -> bool:
    """Write the hash of the English text into the partner's marker; True when it changed."""
    text = lesson.path.read_text(encoding="utf-8")
    lines = text.split("\n")
    index = cell.partner.line - 1
    written = f" en={json.dumps(english_hash(cell.source))}"
    marker = lines[index].rstrip()
    if _STAMP.search(marker):
        lines[index] = _STAMP.sub(written, marker, count=1)
    else:
        lines[index] = marker.replace(' lang="zh"', f' lang="zh"{written}', 1)
    return write_if_changed(lesson.path, "\n".join(lines).encode("utf-8"))


def _list(lesson: Manuscript, course: Course) -> int:
    where = course.relative(lesson.path)
    cells = unstamped(lesson)
    for cell in cells:
        state = "stale" if cell.partner.options.get("en") else "not stamped"
        opening = cell.partner.source.split("\n")[0][:60]
        print(f"{where}:{cell.partner.line}: {state}: {opening}")
    total = sum(cell.partner is not None for cell in lesson.cells)
    print(f"{len(cells)} of {total} translations are stale or not stamped.")
    return 0
