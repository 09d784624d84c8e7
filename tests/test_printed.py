"""Printed is as written: the notebooks under version control are what the press prints."""

import pytest

from press.course import Course
from press.manuscript import read_all
from press.printing import Edition, Printer
from press.publishing import check, load
from press.reading import Reading
from press.rules.exercise import no_solution_in_exercise
from press.verification import verify

COURSE = Course.here()
LESSONS = {lesson.slug: lesson for lesson in read_all(COURSE)}
LANGUAGES = ("en", "zh")


def code_cells(slug: str, lang: str, kind: str) -> list:
    book = load(Printer(COURSE, LESSONS).path(LESSONS[slug], Edition(lang, kind)))
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_the_course_breaks_no_rule():
    assert [fault.shown(COURSE.root) for fault in verify(COURSE)] == []


@pytest.mark.parametrize("slug", LESSONS)
def test_printed_is_as_written(slug):
    assert list(check(Printer(COURSE, LESSONS), [LESSONS[slug]])) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", LESSONS)
def test_an_exercise_edition_holds_no_solution_and_no_output(slug, lang):
    reading = Reading(COURSE, list(LESSONS.values()))
    assert list(no_solution_in_exercise(reading, LESSONS[slug])) == []
    cells = code_cells(slug, lang, "exercise")
    assert not [cell for cell in cells if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", LESSONS)
def test_a_solution_was_executed_whole_without_an_error(slug, lang):
    cells = code_cells(slug, lang, "solution")
    assert all(cell.execution_count for cell in cells)
    assert not [out for cell in cells for out in cell.outputs if out.output_type == "error"]
