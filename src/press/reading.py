"""What the rules of `press verify` read, and how they report."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from press import chinese
from press.course import Course
from press.fault import Fault
from press.manuscript import Cell, Manuscript
from press.printing import Printer
from press.publishing import load


@dataclass
class Reading:
    """What the rules read: one course, its manuscripts, and each lesson's check file."""

    course: Course
    lessons: list[Manuscript]
    glossary: list[chinese.Term] = field(default_factory=list)
    import_errors: dict[str, str] = field(default_factory=dict)
    _exercises: dict[str, dict[str, object]] = field(default_factory=dict)
    _books: dict[tuple, NotebookNode | None] = field(default_factory=dict)

    @cached_property
    def by_slug(self) -> dict[str, Manuscript]:
        return {lesson.slug: lesson for lesson in self.lessons}

    @cached_property
    def printer(self) -> Printer:
        return Printer(self.course, self.by_slug)

    def book(self, lesson: Manuscript, lang: str, kind: str) -> NotebookNode | None:
        """A printed notebook as it lies there; None when it is missing or damaged."""
        key = (lesson.stem, lang, kind)
        if key not in self._books:
            path = self.course.notebook(lesson.part, lesson.stem, lang, kind)
            self._books[key] = load(path)
        return self._books[key]

    def exercises(self, slug: str) -> dict[str, object] | None:
        """The exercises by name; None when the check file is missing or cannot be imported."""
        if slug not in self._exercises and slug not in self.import_errors:
            try:
                self._exercises[slug] = self.course.exercises(slug)
            except Exception as error:  # a check file is code: anything may be raised
                self.import_errors[slug] = f"{type(error).__name__}: {error}"
        return self._exercises.get(slug)


def fault_at(lesson: Manuscript, cell: Cell, sentence: str, remedy: str) -> Fault:
    """A fault at the marker of a cell."""
    return Fault(lesson.path, cell.line, sentence, remedy)


def chinese_faults(reading: Reading, path: Path, line: int, text: str) -> Iterator[Fault]:
    """Faults of a Chinese text that begins on a line."""
    for finding in chinese.findings(text, reading.glossary):
        yield Fault(path, line + finding.offset, finding.sentence, finding.remedy)
