"""Rules on exercises: something to fill in, hints, a check, and no solution in sight."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from press import markup
from press.fault import Fault
from press.manuscript import Cell, Manuscript, checked_name
from press.printing import Edition, PrintingError
from press.reading import Reading, fault_at

GRADED = {"exercise", "flaws", "say"}


def exercises(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """An exercise has a stub, three hints and a check; flaws and say have stub and check."""
    for cell, members in graded(lesson):
        name = _exercise_name(cell)
        if not _has_stub([c for c in members if c.kind == "code" and c.role == cell.role]):
            sentence = f"The exercise “{name}” has nothing to fill in."
            remedy = f'Add a code cell role="{cell.role}" with a `{markup.BEGIN}` region.'
            yield fault_at(lesson, cell, sentence, remedy)
        if cell.role == "exercise" and not any(c.role == "hint" for c in members):
            sentence = f"The exercise “{name}” has no hints."
            remedy = 'Add a cell role="hint" with `1. …`, `2. …`, `3. …`.'
            yield fault_at(lesson, cell, sentence, remedy)
        if not any(c.kind == "code" and checked_name(c.source) == name for c in members):
            sentence = f"The exercise “{name}” has no check."
            yield fault_at(lesson, cell, sentence, f"Add a cell `check.{name}(…)` after it.")


def graded(lesson: Manuscript) -> list[tuple[Cell, list[Cell]]]:
    """Each Markdown cell that asks for a graded answer, with the cells up to the next one.

    These are exercise, flaws and say cells with an anchor, and follow-ups with an anchor that
    have something to fill in.
    """
    starts = [
        index
        for index, cell in enumerate(lesson.cells)
        if cell.kind == "markdown" and cell.anchor and cell.role in {*GRADED, "follow-up"}
    ]
    ends = [*starts, len(lesson.cells)][1:]
    found = [
        (lesson.cells[start], lesson.cells[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    ]
    return [
        (cell, members)
        for cell, members in found
        if cell.role in GRADED
        or any(
            c.kind == "code" and (markup.BEGIN in c.source or c.role == "check") for c in members
        )
    ]


def _has_stub(cells: list[Cell]) -> bool:
    """A solution region, or one cell for each edition (a program to mend)."""
    tags = {tag for cell in cells for tag in cell.tags}
    return any(markup.BEGIN in cell.source for cell in cells) or {"exercise", "solution"} <= tags


def hint_items(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """A hint cell holds exactly three items, in both languages."""
    for cell in lesson.cells:
        if cell.role == "hint":
            for each in filter(None, (cell, cell.partner)):
                try:
                    markup.hint_items(each.source)
                except markup.MarkupError as error:
                    yield Fault(lesson.path, each.first, error.sentence, error.remedy)


def checks(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Notebook and check file name the same exercises; each check belongs to an exercise."""
    path = reading.course.check_file(lesson.slug)
    known = reading.exercises(lesson.slug)
    if known is None:
        if not path.exists():
            sentence, remedy = "The lesson has no check file.", "Write it."
        else:
            sentence = f"It cannot be imported: {reading.import_errors[lesson.slug]}."
            remedy = "Mend it; the other rules on checks wait for that."
        yield Fault(path, 1, sentence, remedy)
        return
    named = {_exercise_name(cell) for cell, _ in graded(lesson)}
    called: Counter[str] = Counter()
    for cell in lesson.cells:
        name = checked_name(cell.source) if cell.kind == "code" else None
        if name is None:
            if cell.role == "check":
                remedy = "Make it exactly one call `check.<name>(…)`."
                yield fault_at(
                    lesson, cell, "A check cell is something else than one check.", remedy
                )
            continue
        called[name] += 1
        if name not in known:
            remedy = f"It has: {', '.join(known) or 'none'}."
            yield fault_at(lesson, cell, f"The check file has no exercise “{name}”.", remedy)
        elif name not in named:
            anchor = name.replace("_", "-")
            remedy = f'Give its Markdown cell role="exercise" anchor="{anchor}".'
            yield fault_at(lesson, cell, f"The check “{name}” belongs to no exercise.", remedy)
    for name in known:
        if name not in called:
            line = _definition_line(path, name)
            remedy = f"Add a cell `check.{name}(…)`, or begin the name with _."
            yield Fault(path, line, f"No cell of the lesson checks “{name}”.", remedy)


def _exercise_name(cell: Cell) -> str:
    return str(cell.anchor or "").replace("-", "_")


def _definition_line(path: Path, name: str) -> int:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.match(rf"{re.escape(name)}\s*(:[^=]+)?=", line):
            return number
    return 1


def right_answers(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """The lesson's right answers, which prove its grader, are there."""
    path = reading.course.right_answers(lesson.slug)
    if not path.exists():
        yield Fault(path, 1, "The lesson has no right answers.", "Write RIGHT and TWINS there.")


def no_solution_in_exercise(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """The exercise edition holds no solution: as it would be printed, and as it lies there."""
    secret = dict(_solution_lines(lesson))
    for edition in (Edition("en", "exercise"), Edition("zh", "exercise")):
        try:
            printed = reading.printer.notebook(lesson, edition)
        except PrintingError:
            printed = None  # another rule says why
        for line, text in _leaks(printed, secret):
            sentence = f"The exercise edition holds a line of the solution: “{text}”."
            remedy = "Take it out of the text and the code that learners see."
            yield Fault(lesson.path, line, sentence, remedy)
        path = reading.printer.path(lesson, edition)
        for _, text in _leaks(reading.book(lesson, edition.lang, edition.kind), secret):
            sentence = f"The exercise notebook holds its solution: “{text}”."
            yield Fault(path, 1, sentence, f"Run `python -m press print {lesson.slug}`.")


def _leaks(book, secret: dict[str, int]) -> Iterator[tuple[int, str]]:
    """(manuscript line of the solution, text) for each line that learners should not see."""
    for cell in book.cells if book else []:
        for line in cell.source.split("\n"):
            text = line.strip()
            if "BEGIN SOLUTION" in text or "END SOLUTION" in text:
                yield 1, text
            elif text in secret:
                yield secret[text], text


def _solution_lines(lesson: Manuscript) -> Iterator[tuple[str, int]]:
    """Telling lines of the solutions with their manuscript lines.

    A line tells when nobody would write it for another reason: an assignment of an answer, or
    20 characters and more with a call or an operator.
    """
    given = {
        line.strip()
        for cell in lesson.cells
        if cell.kind == "code" and "exercise" in cell.tags
        for line in cell.source.split("\n")
    }
    for cell in lesson.cells:
        if cell.kind != "code":
            continue
        if "solution" in cell.tags:
            for offset, line in enumerate(cell.source.split("\n")):
                if _tells(line) and line.strip() not in given:
                    yield line.strip(), cell.first + offset
            continue
        try:
            found = markup.regions(cell.source)
        except markup.MarkupError:
            continue
        for region in found:
            for offset, line in enumerate(region.code.split("\n"), region.begin + 1):
                if _tells(line) or (not region.indent and "=" in line):
                    yield line.strip(), cell.first + offset


def _tells(line: str) -> bool:
    text = line.strip()
    is_code = not text.startswith(("#", "import ", "from ", "def ")) and not text.endswith(":")
    return is_code and len(text) >= 20 and bool(re.search(r"[-+*/@(]", text))
