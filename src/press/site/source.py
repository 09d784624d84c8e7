"""What the site is made from: manuscripts, printed notebooks, exercises, numbers."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from nbformat import NotebookNode

from press import markup
from press.course import Course
from press.fault import Fault
from press.manuscript import Manuscript
from press.publishing import load
from press.statistics import statistics
from press.syllabus import part_titles


class SiteError(Exception):
    """The site cannot be built; the sentences say why and what to do."""


@dataclass
class Source:
    """One course as the pages read it, with each lesson's neighbours."""

    course: Course
    lessons: list[Manuscript]

    @cached_property
    def by_slug(self) -> dict[str, Manuscript]:
        return {lesson.slug: lesson for lesson in self.lessons}

    @cached_property
    def statistics(self) -> dict:
        return statistics(self.course)

    @cached_property
    def _books(self) -> dict[tuple, NotebookNode]:
        return {}

    @cached_property
    def _exercises(self) -> dict[str, dict[str, object]]:
        return {}

    def book(self, lesson: Manuscript, lang: str, kind: str) -> NotebookNode:
        """A printed notebook. Raises SiteError when it is missing or damaged."""
        key = (lesson.slug, lang, kind)
        if key not in self._books:
            path = self.course.notebook(lesson.part, lesson.stem, lang, kind)
            book = load(path)
            if book is None:
                remedy = "Run `python -m press print`."
                fault = Fault(path, 1, "The notebook is missing or damaged.", remedy)
                raise SiteError(fault.shown(self.course.root))
            self._books[key] = book
        return self._books[key]

    def exercises(self, lesson: Manuscript) -> dict[str, object]:
        """The exercises of a lesson by name."""
        if lesson.slug not in self._exercises:
            self._exercises[lesson.slug] = self.course.exercises(lesson.slug)
        return self._exercises[lesson.slug]

    def flaws(self, lesson: Manuscript) -> dict[str, list]:
        """The statements of each Flaws exercise of a lesson, by the exercise's name."""
        return {
            name: exercise.statements
            for name, exercise in self.exercises(lesson).items()
            if getattr(exercise, "statements", None)
        }

    def needs(self, lesson: Manuscript) -> list[Manuscript]:
        return [self.by_slug[slug] for slug in lesson.front["needs"] if slug in self.by_slug]

    def leads_to(self, lesson: Manuscript) -> list[Manuscript]:
        return [other for other in self.lessons if lesson.slug in other.front["needs"]]

    def parts(self, lang: str) -> list[tuple[str, list[Manuscript]]]:
        """(title, lessons) of each part, in reading order."""
        key = "title_zh" if lang == "zh" else "title"
        return [
            (part_titles(self.course, part)[key], list(members))
            for part, members in groupby(self.lessons, key=lambda lesson: lesson.part)
        ]

    def cells(self, lesson: Manuscript, lang: str, role: str) -> list[NotebookNode]:
        """The Markdown cells of a role in a solution notebook."""
        return [
            cell
            for cell in self.book(lesson, lang, "solution").cells
            if cell.cell_type == "markdown"
            and cell.metadata.get("whiteboard", {}).get("role") == role
        ]

    def question(self, lesson: Manuscript, lang: str) -> str:
        """The question in the interviewer's words: the first quotation of the lesson."""
        for cell in self.cells(lesson, lang, "question"):
            lines = [line[1:].strip() for line in cell.source.split("\n") if line.startswith(">")]
            if lines:
                return " ".join(lines) if lang == "en" else "".join(lines)
        return lesson.title(lang)

    def listed_flaws(self, statements: list, lang: str) -> str:
        """The numbered statements as the press prints them into a notebook."""
        return markup.flaws(markup.FLAWS, [each.text.said(lang) for each in statements])
