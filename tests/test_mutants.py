"""No mechanical mutant of a solution survives its grader unexplained.

Results are kept in `tests/mutants/`, keyed by solution, checks and engine. What changed runs
again, and so does a tenth of the lessons, another one each day; WHITEBOARD_PROOFS=all runs all.
"""

import ast
import datetime
import os
import zlib

import pytest

from press.course import Course
from press.manuscript import read_all
from press.mutants import MOST_EXPLAINED, examine, kept_result, stale
from press.mutation import mutants

COURSE = Course.here()


def is_due(slug):
    """Whether today is this lesson's day among ten."""
    day = datetime.date.today().toordinal()
    return (
        os.environ.get("WHITEBOARD_PROOFS") == "all" or zlib.crc32(slug.encode()) % 10 == day % 10
    )


@pytest.mark.parametrize("lesson", read_all(COURSE), ids=lambda lesson: lesson.slug)
def test_no_mutant_survives_unexplained(lesson):
    if stale(COURSE, lesson) or is_due(lesson.slug):
        result = examine(COURSE, lesson)
    else:
        result = kept_result(COURSE, lesson.slug)
    assert not result.survived
    assert result.mutants == result.killed + len(result.explained)
    assert len(result.explained) <= MOST_EXPLAINED * result.mutants
    if result.mutants == 0:
        assert lesson.front["kind"] == "estimate", "a lesson with code has mutants"


SOURCE = '''
def scaled(x, axis=0):
    """Axis 0 by default."""
    y = x.sum(axis=axis, keepdims=True) / 4
    if y.all() and axis >= 0:
        y = -y.T @ x
    return y
'''


def test_mutants_cover_operators_constants_axes_calls_arguments_and_statements():
    written = {mutant.key.split(" in ")[0] for mutant in mutants(SOURCE, range(3, 8))}
    assert {
        "x.sum(axis=axis, keepdims=True) / 4 → x.sum(axis=axis, keepdims=True) * 4",
        "4 → 5",
        "True → False",
        "x.sum(axis=axis, keepdims=True) → x.sum(axis=axis)",
        "x.sum(axis=axis, keepdims=True) → x",
        "axis >= 0 → axis > 0",
        "-y.T → y.T",
        "y.T → y",
        "-y.T @ x → x @ -y.T",
        "y = -y.T @ x → pass",
    } <= written


def test_every_mutant_parses_and_differs():
    trees = [ast.unparse(mutant.tree) for mutant in mutants(SOURCE, range(1, 8))]
    assert len(trees) == len(set(trees))
    for tree in trees:
        compile(tree, "mutant", "exec")


def test_lines_outside_the_solution_are_left_alone():
    assert not list(mutants(SOURCE, range(0)))
    assert all("return y" in mutant.key for mutant in mutants(SOURCE, range(7, 8)))
