"""`press mutants`: change every solution a little, and see that its grader notices.

A mutant that passes is a hole in the grader. It is closed by a new case, or explained in
`EQUIVALENT` of `tests/right_answers/<slug>.py` where it computes the same by another way.
"""

import argparse
import ast
import contextlib
import hashlib
import importlib.util
import io
import json
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from press.course import Course
from press.manuscript import Cell, Manuscript, checked_name, read_all
from press.mutation import Mutant, mutants

MOST_EXPLAINED = 0.03
SECONDS = 2.0  # a mutant that runs longer is an endless loop, unless its check allows less
_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"
_ANSWERED = ("exercise", "follow-up")  # roles of the cells that a learner fills with code


@dataclass
class Result:
    """What became of one lesson's mutants. `explained`: key → reason; `survived`: keys."""

    key: str
    mutants: int = 0
    killed: int = 0
    explained: dict = field(default_factory=dict)
    survived: list = field(default_factory=list)


class Target(NamedTuple):
    """A check of the lesson and the code cells that solve it."""

    name: str
    call: ast.Call
    cells: tuple


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", nargs="*", help="these lessons only")
    parser.add_argument("--all", action="store_true", help="also those whose result is kept")


def run(arguments: argparse.Namespace, course: Course) -> int:
    failed = 0
    for lesson in read_all(course):
        if arguments.slug and lesson.slug not in arguments.slug:
            continue
        kept = kept_result(course, lesson.slug)
        if kept and kept.key == result_key(course, lesson) and not arguments.all:
            result = kept
        else:
            result = examine(course, lesson, progress=sys.stderr)
            keep(course, lesson.slug, result)
        failed += bool(result.survived)
        _show(lesson.slug, result)
    return 1 if failed else 0


def examine(course: Course, lesson: Manuscript, progress=None) -> Result:
    """Grade every mutant of the lesson's solutions. `progress` is a stream for a running count."""
    result = Result(result_key(course, lesson))
    exercises, reasons = course.exercises(lesson.slug), equivalent(course, lesson.slug)
    began = time.monotonic()
    for target in targets(lesson, exercises):
        known = reasons.get(target.name, {})
        for mutant, passed in _graded(lesson, target, exercises[target.name]):
            result.mutants += 1
            key = f"{target.name}: {mutant.key}"
            if not passed:
                result.killed += 1
            elif mutant.key in known:
                result.explained[key] = known[mutant.key]
            else:
                result.survived.append(key)
            if progress and time.monotonic() - began > 2:
                count = f"{lesson.slug}: {result.mutants} mutants, {len(result.survived)} alive"
                print(f"\r{count}", end="", file=progress, flush=True)
    if progress and time.monotonic() - began > 2:
        print(file=progress)
    return result


def targets(lesson: Manuscript, exercises: dict) -> Iterator[Target]:
    """Every check of the lesson whose answer is code, with the cells that define the answer."""
    from whiteboard.grading.check import Check

    cells = _solution_cells(lesson)
    for index, cell in enumerate(cells):
        name = checked_name(cell.source)
        if not name or not isinstance(exercises.get(name), Check):
            continue
        call = ast.parse(cell.source).body[0].value
        if ".hack" in ast.unparse(call.func):
            continue
        wanted = {node.id for arg in call.args for node in ast.walk(arg) if _is_name(node)}
        solving = tuple(
            i for i in range(index) if cells[i].role in _ANSWERED and wanted & _defined(cells[i])
        )
        yield Target(name, call, solving)


def result_key(course: Course, lesson: Manuscript) -> str:
    """The hash of what decides a lesson's mutants: its code, its checks and the engine."""
    digest = hashlib.sha256()
    for cell in _solution_cells(lesson):
        digest.update(cell.source.encode())
    grading = course.source / "whiteboard" / "grading"
    press = course.source / "press"
    paths = [course.check_file(lesson.slug), course.right_answers(lesson.slug)]
    for path in [*paths, *sorted(grading.glob("*.py")), press / "mutation.py"]:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def kept_result(course: Course, slug: str) -> Result | None:
    """The result of an earlier run, or None."""
    try:
        return Result(**json.loads(course.mutants(slug).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def keep(course: Course, slug: str, result: Result) -> None:
    """Write the result where `make test` finds it."""
    path = course.mutants(slug)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(result), indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def equivalent(course: Course, slug: str) -> dict:
    """`EQUIVALENT` of the lesson's right answers: exercise → mutant key → reason."""
    path = course.right_answers(slug)
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location(f"right_answers_of_{slug}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "EQUIVALENT", {})


def _graded(lesson: Manuscript, target: Target, check) -> Iterator[tuple[Mutant, bool]]:
    cells = _solution_cells(lesson)
    for index in target.cells:
        space = _namespace(cells[:index])
        for mutant in mutants(cells[index].source, _solution_lines(cells[index])):
            own = dict(space)
            yield mutant, _passes(mutant.tree, cells[index + 1 :], own, target, check)


def _passes(tree, later: list[Cell], space: dict, target: Target, check) -> bool:
    """Whether the grader accepts the answer that the mutated cell defines.

    Training runs are left out: a mutant is seen in one deterministic step or in the loss.
    """
    limit, check.limit = check.limit, min(check.limit, SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, f"<{target.name}>", "exec"), space)
            for cell in later:
                if checked_name(cell.source) == target.name:
                    break
                _define(cell, space)
            answer = [
                eval(compile(ast.Expression(arg), f"<{target.name}>", "eval"), space)
                for arg in target.call.args
            ]
            return check.grade(*answer, seed=0, costly=False).passed
    except Exception:  # the mutant does not even define an answer
        return False
    finally:
        check.limit = limit


def _namespace(cells: list[Cell]) -> dict:
    space: dict = {"__name__": "lesson"}
    for cell in cells:
        _define(cell, space)
    return space


def _define(cell: Cell, space: dict) -> None:
    """Run a cell's imports, definitions and assignments; leave out what shows or trains."""
    if cell.role in {"reward", "hack", "check", "follow-up", "say", "flaws"}:
        return
    defining = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Assign
    body = [node for node in ast.parse(cell.source).body if isinstance(node, defining)]
    exec(compile(ast.Module(body, []), f"<line {cell.line}>", "exec"), space)


def _solution_cells(lesson: Manuscript) -> list[Cell]:
    return [cell for cell in lesson.cells if cell.kind == "code" and cell.is_in("solution")]


def _solution_lines(cell: Cell) -> range:
    """The lines to mutate: between the markers, or all of a cell that is a solution as a whole."""
    lines = [line.strip() for line in cell.source.splitlines()]
    if _BEGIN not in lines:
        return range(1, len(lines) + 1) if "solution" in cell.tags else range(0)
    return range(lines.index(_BEGIN) + 2, len(lines) - lines[::-1].index(_END))


def _defined(cell: Cell) -> set[str]:
    body = ast.parse(cell.source).body
    named = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assigned = {t.id for n in body if isinstance(n, ast.Assign) for t in n.targets if _is_name(t)}
    return named | assigned


def _is_name(node) -> bool:
    return isinstance(node, ast.Name)


def _show(slug: str, result: Result) -> None:
    counts = f"{result.mutants} mutants, {result.killed} killed, {len(result.explained)} explained"
    print(f"{slug}: {counts}, {len(result.survived)} alive")
    for key in result.survived:
        print(f"  alive: {key}")


def stale(course: Course, lesson: Manuscript) -> bool:
    """Whether the kept result answers to older code."""
    kept = kept_result(course, lesson.slug)
    return kept is None or kept.key != result_key(course, lesson)
