"""Look at one answer with one case or property: run it, compare, say what went wrong."""

import functools
import inspect
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from whiteboard.grading import guard, messages
from whiteboard.grading.compare import Difference, find_difference, is_numeric, to_numpy
from whiteboard.grading.evidence import Evidence


@dataclass
class Look:
    """What one case or property saw of one answer.

    trouble: (kind, Text) when there is no value to compare; difference: when there is one and it
    differs; neither when the answer holds here.
    """

    probe: object
    evidence: Evidence
    outcome: guard.Outcome
    trouble: tuple | None = None
    difference: Difference | None = None
    seed: int | None = None

    @property
    def holds(self):
        return not self.trouble and not self.difference


class UnusableError(Exception):
    """The answer returned something that a property cannot use; carries (kind, Text)."""


def at_case(case, answer, seed, dog, *, expect, rules, rtol, atol) -> Look:
    """Call the answer on the case's inputs and compare with `expect(inputs)`."""
    inputs = case.made(seed)
    outcome = guard.call(answer, inputs, dog, rules)
    got = to_numpy(outcome.value)
    evidence = Evidence(given=inputs.named(), expected=expect(inputs), got=got)
    return _judged(case, evidence, outcome, seed if case.draw else None, dog.limit, rtol, atol)


def at_property(prop, answers, seed, dog, *, parts, returns, rules, rtol, atol) -> Look:
    """Let the property examine the answer, or several answers under their names `parts`."""
    usable = [_usable(answer, returns) for answer in answers]
    subject = SimpleNamespace(**dict(zip(parts, usable, strict=True))) if parts else usable[0]
    arguments = (subject, np.random.default_rng(seed)) if prop.random else (subject,)
    outcome = guard.watch(lambda: prop.examine(*arguments), dog, rules)
    evidence = outcome.value if outcome.error is None else Evidence(expected=None)
    return _judged(prop, evidence, outcome, seed if prop.random else None, dog.limit, rtol, atol)


def _judged(probe, evidence, outcome, seed, limit, rtol, atol):
    trouble = _trouble(outcome, evidence, limit)
    difference = None if trouble else _difference(evidence, rtol, atol)
    return Look(probe, evidence, outcome, trouble, difference, seed)


def _trouble(outcome, evidence, limit):
    if outcome.error is not None:
        return _raised(outcome, limit)
    if outcome.changed:
        return "changed", messages.CHANGED_INPUT.filled(names=", ".join(outcome.changed))
    if evidence.got is None and evidence.expected is not None:
        return "nothing", messages.NOTHING_RETURNED
    return None


def _difference(evidence, rtol, atol):
    expected, got = to_numpy(evidence.expected), to_numpy(evidence.got)
    if evidence.relation == "equal":
        if evidence.tolerance is not None:
            rtol, atol = 0.0, evidence.tolerance
        return find_difference(expected, got, rtol, atol)
    if not is_numeric(got) or np.size(got) != 1:
        return Difference("type", "", expected, got)
    holds = got >= expected if evidence.relation == "at least" else got <= expected
    return None if holds else Difference("value", "", expected, got)


def _usable(part, returns):
    """`part` as a property may call it: its result is NumPy, present and of the right length.

    Classes and models are passed as they are.
    """
    if not inspect.isroutine(part):
        return part

    @functools.wraps(part)
    def answer(*args, **kwargs):
        value = to_numpy(part(*args, **kwargs))
        if value is None:
            raise UnusableError("nothing", messages.NOTHING_RETURNED)
        array = isinstance(value, np.ndarray) and value.ndim > 0
        got = len(value) if array or isinstance(value, tuple | list) else 1
        if returns and got != len(returns):
            text = messages.WRONG_LENGTH.filled(got=got, expected=len(returns))
            if array:
                text = messages.ONE_ARRAY.filled(shape=value.shape, expected=len(returns))
            raise UnusableError("length", text)
        return value

    return answer


def _raised(outcome, limit):
    """(kind, Text) of an outcome that ended in an exception."""
    error = outcome.error
    if isinstance(error, UnusableError):
        return error.args
    if isinstance(error, guard.OutOfTime):
        return "out of time", messages.TIMED_OUT.filled(limit=f"{limit:g}")
    if isinstance(error, SystemExit):
        return "exit", messages.EXITED
    if isinstance(error, RecursionError):
        return "recursion", messages.RECURSED.filled(depth=sys.getrecursionlimit())
    if isinstance(error, guard.ForbiddenError):
        name, reason = error.args
        return "forbidden", messages.FORBIDDEN.filled(name=name, reason=reason)
    kind, message = type(error).__name__, guard.first_line(error)
    if not outcome.line and kind == "TypeError" and "argument" in message:
        return "signature", messages.SIGNATURE.filled(message=message)
    if not outcome.line:
        return f"raised {kind}", messages.UNUSABLE.filled(kind=kind, message=message)
    text = messages.RAISED.filled(kind=kind, line=outcome.line, message=message)
    return f"raised {kind}", text
