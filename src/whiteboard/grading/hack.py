"""Hack it: the learner finds an input on which a wrong answer and the right one part."""

import ast
import inspect
import textwrap

from whiteboard.grading import guard, messages
from whiteboard.grading.compare import find_difference, to_numpy
from whiteboard.grading.show import show
from whiteboard.grading.text import Text
from whiteboard.grading.verdict import FAILED, PASSED, Verdict


def task(check, trap: int) -> Text:
    """The code of wrong answer number `trap`, unlabelled, and what to do with it."""
    wrong = _wrong(check, trap)
    inputs = ", ".join(f"{name}=…" for name in inspect.signature(check.reference).parameters)
    text = messages.HACK_TASK.filled(name=check.name, trap=trap, inputs=inputs)
    code = code_of(wrong)
    return Text(f"{code}\n\n{text.en}", f"{code}\n\n{text.zh}")


def hack(check, trap: int, args, kwargs) -> Verdict:
    """Whether these inputs make wrong answer number `trap` differ from the reference."""
    wrong = _wrong(check, trap)
    inputs = guard.Inputs(tuple(args), dict(kwargs), check.input_names(len(args)))
    given = ", ".join(f"{name} = {show(to_numpy(v))}" for name, v in inputs.named().items())
    given = Text(given, given)
    with guard.Watchdog(check.limit) as dog:
        right = guard.call(check.reference, inputs, dog)
        if right.error is not None:
            kind, message = type(right.error).__name__, str(right.error)[:200]
            got = messages.BAD_HACK.filled(kind=kind, message=message)
            return Verdict(check.name, FAILED, given=given, got=got)
        if check.domain and not check.domain(**inputs.named()):
            return Verdict(check.name, FAILED, given=given, got=messages.OUT_OF_DOMAIN)
        other = guard.call(wrong, inputs, dog)
    if other.error is not None or _part(check, right, other):
        return Verdict(check.name, PASSED, summary=messages.HACKED.filled(trap=trap))
    expected = messages.REFERENCE_GIVES.filled(value=show(to_numpy(right.value)))
    return Verdict(
        check.name,
        FAILED,
        property=messages.HACK_PROPERTY,
        given=given,
        expected=expected,
        got=messages.NOT_HACKED,
    )


def _part(check, right, other):
    right, other = to_numpy(right.value), to_numpy(other.value)
    return find_difference(right, other, check.rtol, check.atol) is not None


def code_of(function) -> str:
    """The source of a trap: a function's, or the lambda's part of its statement."""
    source = textwrap.dedent(inspect.getsource(function))
    if function.__name__ != "<lambda>":
        return source.strip()
    start = source.index("lambda")
    for end in range(len(source), start, -1):  # the rest of the statement stands behind it
        try:
            tree = ast.parse(source[start:end].strip().rstrip(","), mode="eval")
        except SyntaxError:
            continue
        if isinstance(tree.body, ast.Lambda):
            return ast.unparse(tree)
    return source[start:].strip()


def _wrong(check, trap):
    traps = getattr(check, "traps", [])
    if getattr(check, "reference", None) is None or not traps:
        raise ValueError(messages.NO_HACK.filled(name=check.name).en)
    if trap not in range(1, len(traps) + 1):
        raise ValueError(messages.NO_TRAP.filled(name=check.name, n=len(traps), trap=trap).en)
    return traps[trap - 1].answer[0]
