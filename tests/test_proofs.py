"""Every grader is proven: right answers pass, wrong ones are rejected and named.

One file for all lessons: what it needs of a lesson stands in `tests/right_answers/<slug>.py`.
"""

import importlib

import pytest

from whiteboard.course import exercises, lesson, slugs
from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say
from whiteboard.grading.text import LANGUAGES

SEEDS = (0, 1, 2)


def answers_of(slug):
    return importlib.import_module(f"right_answers.{slug}")


def graded(kind):
    """(slug, name, exercise) of every exercise of this kind in the course."""
    return [
        pytest.param(slug, name, exercise, id=f"{slug}-{name}")
        for slug in slugs()
        for name, exercise in exercises(
            importlib.import_module(f"whiteboard.checks.{slug}")
        ).items()
        if isinstance(exercise, kind)
    ]


def parts(answer):
    """An answer of several parts is a tuple of callables; every other answer is one value."""
    several = isinstance(answer, tuple) and all(map(callable, answer))
    return answer if several else (answer,)


@pytest.mark.parametrize(("slug", "name", "check"), graded(Check))
def test_the_reference_passes(slug, name, check):
    if check.reference is None:
        pytest.skip("properties alone decide")
    for seed in SEEDS:
        verdict = check.grade(check.reference, seed=seed)
        assert verdict.passed, verdict


@pytest.mark.parametrize(("slug", "name", "exercise"), graded((Check, Estimate, Flaws)))
def test_right_answers_pass(slug, name, exercise):
    right = answers_of(slug).RIGHT[name]
    assert len(right) >= (2 if isinstance(exercise, Check) else 1)
    for answer in right:
        for seed in SEEDS:
            verdict = exercise.grade(*parts(answer), seed=seed)
            assert verdict.passed, f"{answer}\n{verdict}"


@pytest.mark.parametrize(("slug", "name", "exercise"), graded((Check, Estimate)))
def test_every_trap_is_rejected_and_named(slug, name, exercise):
    if isinstance(exercise, Check) and not isinstance(exercise, Program):
        assert len(exercise.traps) >= 4, "a coding exercise has at least four traps"
    for number, trap in enumerate(exercise.traps, 1):
        for seed in SEEDS:
            verdict = exercise.grade(*trap.answer, seed=seed)
            assert verdict.trap == number, f"trap {number}, seed {seed}\n{verdict}"
            assert verdict.likely == trap.text


@pytest.mark.parametrize(("slug", "name", "exercise"), graded((Check, Estimate)))
def test_every_twin_gets_its_traps_name(slug, name, exercise):
    twins = answers_of(slug).TWINS.get(name, {})
    assert sorted(twins) == list(range(1, len(exercise.traps) + 1)), "one twin per trap"
    for number, twin in twins.items():
        for seed in SEEDS:
            verdict = exercise.grade(*parts(twin), seed=seed)
            assert verdict.trap == number, f"twin of trap {number}, seed {seed}\n{verdict}"


@pytest.mark.parametrize(("slug", "name", "check"), graded(Check))
def test_two_mistakes_at_once_are_not_misnamed(slug, name, check):
    for answer, allowed in getattr(answers_of(slug), "TWO_AT_ONCE", {}).get(name, ()):
        verdict = check.grade(*parts(answer), seed=0)
        assert verdict.status == "failed"
        assert verdict.trap in {None, *allowed}, verdict


@pytest.mark.parametrize(("slug", "name", "check"), graded(Check))
def test_a_stub_is_unwritten(slug, name, check):
    def stub(*_, **__):
        raise NotImplementedError

    count = len(check.parts) or 1
    assert check.grade(*[stub] * count).status == "unwritten"
    assert check.grade(*[...] * count).status == "unwritten"


@pytest.mark.parametrize(("slug", "name", "program"), graded(Program))
def test_a_program_counts_its_remaining_bugs(slug, name, program):
    everything = program.variant(frozenset(program.bugs))
    assert program.grade(everything, seed=0).status == "unwritten"
    for one, other in zip(program.bugs, program.bugs[1:], strict=False):
        left = program.remaining((program.variant(frozenset([one, other])),), seed=0)
        assert left is not None
        assert set(left) == {one, other}


@pytest.mark.parametrize(("slug", "name", "flaws"), graded(Flaws))
def test_flaws_are_counted_before_they_are_shown(slug, name, flaws):
    missed = flaws.wrong - {min(flaws.wrong)}
    verdict = flaws.grade(sorted(missed))
    assert verdict.status == "failed"
    assert not verdict.lines, "a wrong answer must not see the corrections"
    assert flaws.grade(sorted(flaws.wrong)).lines
    assert flaws.grade([]).status == "unwritten"
    assert all(statement.source for statement in flaws.statements if statement.false)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("slug", "name", "say"), graded(Say))
def test_said_phrases_are_found_and_negated_ones_are_not(slug, name, say, lang):
    phrasings = answers_of(slug).PHRASINGS[name][lang]
    assert len(phrasings) == len(say.points)
    for point, (found, negated) in zip(say.points, phrasings, strict=True):
        assert len(found) >= 3
        for phrase in found:
            assert say.find(point, phrase), f"{point.text.en}: {phrase!r} was not found"
        assert not say.find(point, negated), f"{point.text.en}: {negated!r} was found"
    model = say.model.said(lang)
    missing = [point.text.said(lang) for point in say.points if not say.find(point, model)]
    assert not missing, "the model answer contains every key point"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_lesson_loads_in_both_languages(lang):
    for slug in slugs():
        assert dir(lesson(slug, lang=lang))
