"""Rules on a manuscript's form: front matter, roles, anchors, sections, code, links."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from press import front_matter, markup
from press.fault import Fault
from press.manuscript import Manuscript
from press.reading import Reading, fault_at

ROLES = (
    "question setup exercise hint check idea worked reward caption why flaws say hack follow-up "
    "minute reference"
).split()
OPTIONS = {"role", "anchor", "fold", "lang", "en", "alt", "tags"}
TAGS = {"solution", "exercise"}
SECTIONS = "question setup exercise idea reward why follow-up minute reference say".split()
# Every such Markdown cell is an exercise, or the first one of its role is a section's beginning.
ANCHORED = {"exercise"}
FIRST_ANCHORED = {"question", "flaws", "say", "minute"}

_ANCHOR = re.compile(r"[a-z0-9][a-z0-9-]*")
_TODO = re.compile(r"\bTODO\b")


def form(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """What could not be read, and the front matter."""
    yield from lesson.faults
    yield from front_matter.faults(lesson)


def needs(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Needed lessons exist, and no lesson needs itself, directly or through others."""
    line = lesson.front_lines.get("needs", 1)
    wanted = _needs(lesson)
    for slug in wanted:
        if slug not in reading.by_slug:
            yield Fault(
                lesson.path, line, f"`needs` names no lesson: “{slug}”.", "Give the slug of a file."
            )
    cycle = _cycle(reading, lesson.slug)
    if cycle:
        way = " → ".join(cycle)
        yield Fault(lesson.path, line, f"`needs` goes in a circle: {way}.", "Drop one of them.")


def _needs(lesson: Manuscript) -> list[str]:
    value = lesson.front.get("needs")
    return [slug for slug in value if isinstance(slug, str)] if isinstance(value, list) else []


def _cycle(reading: Reading, start: str) -> list[str] | None:
    """A way from a lesson along `needs` back to itself."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for slug in _needs(reading.by_slug[way[-1]]):
            if slug == start:
                return [*way, slug]
            if slug in reading.by_slug and slug not in seen:
                seen.add(slug)
                ways.append([*way, slug])
    return None


def roles(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Every cell has a known role and known options."""
    known = ", ".join(ROLES)
    for cell in lesson.cells:
        if cell.role is None:
            yield fault_at(lesson, cell, "The cell has no role.", f'Write role="…": {known}.')
        elif cell.role not in ROLES:
            yield fault_at(lesson, cell, f"There is no role “{cell.role}”.", f"Roles: {known}.")
        for each in filter(None, (cell, cell.partner)):
            for name in sorted(set(each.options) - OPTIONS):
                remedy = f"Options: {', '.join(sorted(OPTIONS))}."
                yield fault_at(lesson, each, f"There is no cell option “{name}”.", remedy)
        for tag in cell.tags:
            if tag not in TAGS and not tag.startswith("nbval-"):
                remedy = f"Tags: {', '.join(sorted(TAGS))}, nbval-…."
                yield fault_at(lesson, cell, f"There is no tag “{tag}”.", remedy)
        for name in ("role", "anchor", "tags"):
            if cell.partner and name in cell.partner.options:
                yield fault_at(
                    lesson,
                    cell.partner,
                    f"A Chinese cell has its own `{name}`.",
                    "Take it out: it is shared with the English cell.",
                )


def anchors(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Anchors are well formed, unique, and present where links and exercises need them."""
    lines: dict[str, int] = {}
    roles_met: set[str] = set()
    for cell in lesson.cells:
        anchor = cell.anchor
        is_first = cell.role not in roles_met
        if cell.kind == "markdown" and cell.role:
            roles_met.add(cell.role)
        if anchor is None:
            if cell.kind == "markdown" and (
                cell.role in ANCHORED or (cell.role in FIRST_ANCHORED and is_first)
            ):
                sentence = f"A {cell.role} cell has no anchor."
                yield fault_at(lesson, cell, sentence, 'Write anchor="…".')
            continue
        if not isinstance(anchor, str) or not _ANCHOR.fullmatch(anchor):
            sentence = f"The anchor “{anchor}” is malformed."
            yield fault_at(lesson, cell, sentence, "Use a–z, 0–9 and -.")
        elif anchor in lines:
            sentence = f"The anchor “{anchor}” is taken by line {lines[anchor]}."
            yield fault_at(lesson, cell, sentence, "Choose another one.")
        lines.setdefault(anchor, cell.line)


def sections(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Every section of a lesson is present."""
    present = {cell.role for cell in lesson.cells}
    wanted = [*SECTIONS, *(["flaws"] if lesson.front.get("kind") == "question" else [])]
    for role in wanted:
        if role not in present:
            remedy = f'Add a cell with role="{role}".'
            yield Fault(lesson.path, 1, f"The lesson has no section “{role}”.", remedy)


def todos(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Nothing is left to do in the lesson's files."""
    files = [lesson.path, reading.course.check_file(lesson.slug)]
    files.append(reading.course.right_answers(lesson.slug))
    for path in filter(Path.exists, files):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if _TODO.search(line):
                yield Fault(path, number, "A TODO is left.", "Write what it asks for.")


def code(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Code cells are Python, and their solution regions can be printed."""
    for cell in lesson.cells:
        if cell.kind != "code":
            continue
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            line = cell.first + (error.lineno or 1) - 1
            remedy = "Write plain Python; magics and shell lines are not used here."
            yield Fault(lesson.path, line, f"The cell is no Python: {error.msg}.", remedy)
            continue
        try:
            markup.exercise(cell.source)
        except markup.MarkupError as error:
            yield Fault(lesson.path, cell.first + error.offset, error.sentence, error.remedy)


def setup(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """The set-up cell makes `check` for this lesson."""
    cells = [cell for cell in lesson.cells if cell.role == "setup" and cell.kind == "code"]
    wanted = f'check = lesson("{lesson.slug}")'
    lines = [line.strip() for cell in cells for line in cell.source.split("\n")]
    if cells and wanted not in lines:
        remedy = f"Write the line `{wanted}`."
        yield fault_at(
            lesson, cells[0], "The set-up cell makes no `check` for this lesson.", remedy
        )


def rewards(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """A reward waits for the learner's answer, so that the exercise edition runs to its end."""
    for cell in lesson.cells:
        if cell.role == "reward" and cell.kind == "code":
            for node in _parsed(cell.source):
                if not _waits(node):
                    line = cell.first + node.lineno - 1
                    sentence = "A reward runs before its exercise is solved."
                    remedy = "Put it below `if check.<name>.passed:`."
                    yield Fault(lesson.path, line, sentence, remedy)
                    break


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []  # the rule `code` says so


def _waits(node: ast.stmt) -> bool:
    """True for a definition, an import, and an `if` that asks for `check.….passed`."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.If) and bool(
        re.search(r"\bcheck\.\w+\.passed\b", ast.unparse(node.test))
    )


def links(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """`lesson:` links lead to lessons and anchors that exist."""
    for cell in lesson.cells:
        for each in filter(None, (cell, cell.partner)):
            for offset, slug, anchor in markup.lesson_links(each.source):
                line = each.first + offset
                target = reading.by_slug.get(slug)
                if target is None:
                    sentence = f"A link leads to no lesson: “{slug}”."
                    yield Fault(lesson.path, line, sentence, "Give the slug of a lesson.")
                elif anchor and anchor not in {cell.anchor for cell in target.cells}:
                    sentence = f"A link leads to no anchor of “{slug}”: “{anchor}”."
                    yield Fault(lesson.path, line, sentence, "Give an anchor that is there.")
