"""An exercise answered by code: a reference, cases, properties, traps and rules.

    softmax = Check(reference)
    softmax.case(np.array([[1001.0, 1002.0]]), en="adding a constant changes nothing", zh="…")
    softmax.trap(naive, en="exp(1000) is inf …", zh="…")

The engine runs every case and property in the order they are declared and stops at the first that
fails. A trap is named only when it agrees with the learner on everything up to there.
"""

import importlib
import inspect
import secrets
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from whiteboard.grading import guard
from whiteboard.grading import messages as say
from whiteboard.grading.compare import Difference, find_difference, to_numpy
from whiteboard.grading.describe import describe
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.show import show
from whiteboard.grading.text import Text, optional
from whiteboard.grading.verdict import FAILED, PASSED, UNWRITTEN, Verdict

# A notebook can replace any of these and so break references as well as answers.
_NUMPY = {name: value for name, value in vars(np).items() if callable(value)}


@dataclass(frozen=True)
class Trap:
    """A tempting wrong answer and the sentence that its author needs."""

    answer: tuple
    text: Text
    ask: Text | None


@dataclass(frozen=True, eq=False)
class Case:
    """Fixed inputs, or inputs drawn from a seeded generator by `draw`, there for one property."""

    name: Text
    ask: Text | None
    inputs: guard.Inputs | None = None
    draw: object = None
    names: tuple = ()

    def made(self, seed):
        """The inputs of this grading."""
        if self.draw is None:
            return self.inputs
        drawn = self.draw(np.random.default_rng(seed))
        return guard.Inputs(drawn if isinstance(drawn, tuple) else (drawn,), {}, self.names)


@dataclass(frozen=True, eq=False)
class Property:
    """A function of the answer that returns `Evidence`."""

    name: Text
    ask: Text | None
    examine: object
    costly: bool
    random: bool


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


class Check(Exercise):
    """An exercise answered by a function, a class, or several of them.

    reference: an independent route to the right answer, or None where only properties decide.
    rtol, atol: of the comparison; None takes the dtype's. limit: seconds for the whole grading.
    returns: names of the values returned, when there are several. parts: names of the answers,
    when there are several. domain: predicate of the inputs; what the exercise allows a `hack` to
    use.
    """

    def __init__(
        self, reference=None, *, rtol=None, atol=None, limit=10.0, returns=(), parts=(), domain=None
    ):
        self.reference, self.rtol, self.atol = reference, rtol, atol
        self.limit, self.returns, self.parts, self.domain = limit, returns, parts, domain
        self.probes, self.traps, self.rules = [], [], []
        self._kept = {}

    # Before the method `property`, which hides the decorator in the rest of the class.
    @property
    def cases(self):
        """The declared cases, fixed and fresh."""
        return [p for p in self.probes if isinstance(p, Case)]

    @property
    def properties(self):
        """The declared properties."""
        return [p for p in self.probes if isinstance(p, Property)]

    # ---- declared by the check file ------------------------------------------------------------

    def case(self, *args, en, zh, ask_en=None, ask_zh=None, **kwargs):
        """Grade the answer on these inputs; `en` and `zh` name the property they are there for."""
        inputs = guard.Inputs(args, kwargs, self.input_names(len(args)))
        self.probes.append(Case(Text(en, zh), optional(ask_en, ask_zh), inputs))

    def fresh(self, *, en, zh, ask_en=None, ask_zh=None):
        """Decorate `draw(rng) -> tuple of inputs`: new random inputs at every grading."""

        def register(draw):
            names = self.input_names(None)
            self.probes.append(Case(Text(en, zh), optional(ask_en, ask_zh), draw=draw, names=names))
            return draw

        return register

    def property(self, *, en, zh, ask_en=None, ask_zh=None, costly=False):
        """Decorate `examine(answer) -> Evidence`, or `(answer, rng)` with a seeded generator.

        costly: a training run; traps are not run at it to find the likely mistake.
        """

        def register(examine):
            takes_rng = len(inspect.signature(examine).parameters) == 2
            ask = optional(ask_en, ask_zh)
            self.probes.append(Property(Text(en, zh), ask, examine, costly, takes_rng))
            return examine

        return register

    def trap(self, *answer, en, zh, ask_en=None, ask_zh=None):
        """A tempting wrong answer, numbered from 1, with the sentence its author needs."""
        self.traps.append(Trap(answer, Text(en, zh), optional(ask_en, ask_zh)))

    def forbid(self, path, *, en, zh):
        """Do not allow calls of `path`, such as "numpy.gradient"; `en` and `zh` give the reason."""
        self.rules.append((path, Text(en, zh)))

    def texts(self):
        for probe in self.probes:
            yield from (t for t in (probe.name, probe.ask) if t)
        for trap in self.traps:
            yield from (t for t in (trap.text, trap.ask) if t)
        yield from (reason for _, reason in self.rules)

    # ---- grading --------------------------------------------------------------------------------

    def grade(self, *answer, seed=None, costly=True):
        """The verdict on `answer`; `costly=False` leaves training runs out."""
        refused = self._refused(answer)
        if refused:
            return refused
        seed = secrets.randbelow(10**6) if seed is None else seed
        looks = []
        with guard.Watchdog(self.limit, self._stuck_line(sys.stdout)) as dog:
            for probe in self.probes:
                if not costly and getattr(probe, "costly", False):
                    continue
                look = self.look(probe, answer, seed, dog)
                if isinstance(look.outcome.error, NotImplementedError):
                    return self._unwritten()
                looks.append(look)
                if not look.holds:
                    break
        if looks[-1].holds:
            return Verdict(self.name, PASSED, summary=self.summary())
        return self.explain(looks, answer, seed)

    def summary(self) -> Text:
        """What was checked: no measured number, so that every passing verdict reads the same."""
        cases, properties = len(self.cases), len(self.properties)
        texts = []
        if cases:
            texts.append(say.CASES.filled(n=cases, s="" if cases == 1 else "s"))
        if properties:
            texts.append(say.PROPERTIES.filled(n=properties, ies="y" if properties == 1 else "ies"))
        what = Text(", ".join(t.en for t in texts), "，".join(t.zh for t in texts))
        return say.PASSED.filled(what=what)

    def look(self, probe, answer, seed, dog) -> Look:
        """One case or property, on one answer."""
        if isinstance(probe, Case):
            return self._look_at_case(probe, answer, seed, dog)
        return self._look_at_property(probe, answer, seed, dog)

    def explain(self, looks, answer, seed) -> Verdict:
        """The verdict on the last look, which did not hold."""
        look, number = looks[-1], self.name_trap(looks, seed)
        trap = self.traps[number - 1] if number else None
        return describe(self, look, number, trap)

    def name_trap(self, looks, seed) -> int | None:
        """The number of the first trap that agrees with `looks`, or None."""
        if getattr(looks[-1].probe, "costly", False):
            return None
        agreeing = [
            number
            for number, trap in enumerate(self.traps, 1)
            if self.agrees(trap.answer, looks, seed)
        ]
        return agreeing[0] if agreeing else None

    def agrees(self, answer, looks, seed) -> bool:
        """Whether `answer` shows the same as `looks` on every case they cover."""
        with guard.Watchdog(self.limit) as dog:
            for seen in reversed(looks):  # the failing one parts most traps from the learner
                if getattr(seen.probe, "costly", False):
                    continue
                look = self.look(seen.probe, answer, seed, dog)
                if not self._same(seen, look):
                    return False
        return True

    def _same(self, seen, look):
        if bool(seen.trouble) != bool(look.trouble):
            return False
        if seen.trouble:
            return seen.trouble[0] == look.trouble[0]
        atol = seen.evidence.tolerance
        # Two draws of one statistic differ by up to twice what one may differ from its mean.
        atol = self.atol if atol is None else 2 * atol
        return find_difference(seen.evidence.got, look.evidence.got, self.rtol, atol) is None

    def _look_at_case(self, case, answer, seed, dog):
        inputs = case.made(seed)
        outcome = guard.call(answer[0], inputs, dog, self._forbidden())
        evidence = Evidence(
            given=inputs.named(),
            expected=self._expected(case, inputs, seed),
            got=to_numpy(outcome.value),
        )
        return self._judge(case, evidence, outcome, seed if case.draw else None)

    def _expected(self, case, inputs, seed):
        """The reference's result; kept, because naming a trap looks at the same case again."""
        key = seed if case.draw else None
        if self._kept.get(case, (None, None))[0] != (key,):
            given = inputs.copied()
            value = to_numpy(self.reference(*given.args, **given.kwargs))
            self._kept[case] = ((key,), value)
        return self._kept[case][1]

    def _look_at_property(self, prop, answer, seed, dog):
        parts = [_checked(part, self.returns) for part in answer]
        named = dict(zip(self.parts, parts, strict=False))
        arguments = [SimpleNamespace(**named) if self.parts else parts[0]]
        if prop.random:
            arguments.append(np.random.default_rng(seed))
        outcome = guard.watch(lambda: prop.examine(*arguments), dog, self._forbidden())
        evidence = outcome.value if outcome.error is None else Evidence(expected=None)
        return self._judge(prop, evidence, outcome, seed if prop.random else None)

    def _judge(self, probe, evidence, outcome, seed):
        look = Look(probe, evidence, outcome, seed=seed)
        look.trouble = self._trouble(outcome, evidence)
        if not look.trouble:
            look.difference = self._difference(evidence)
        return look

    def _trouble(self, outcome, evidence):
        if outcome.error is not None:
            return _raised(outcome, self.limit)
        if outcome.changed:
            return "changed", say.CHANGED_INPUT.filled(names=", ".join(outcome.changed))
        if evidence.got is None and evidence.expected is not None:
            return "nothing", say.NOTHING_RETURNED
        return None

    def _difference(self, evidence):
        expected, got = to_numpy(evidence.expected), to_numpy(evidence.got)
        if evidence.relation == "equal":
            rtol = self.rtol if evidence.tolerance is None else 0.0
            atol = self.atol if evidence.tolerance is None else evidence.tolerance
            return find_difference(expected, got, rtol, atol)
        high_enough = got >= expected if evidence.relation == "at least" else got <= expected
        return None if high_enough else Difference("value", "", expected, got)

    def input_names(self, count) -> tuple:
        """The names of `count` positional inputs, as the reference calls them."""
        if self.reference is None:
            return tuple(f"input {i + 1}" for i in range(count or 8))
        return tuple(inspect.signature(self.reference).parameters)

    def _forbidden(self):
        found = []
        for path, reason in self.rules:
            module, _, attribute = path.rpartition(".")
            # A module that was never imported cannot have been called.
            if module in sys.modules or module == "numpy":
                found.append((importlib.import_module(module), attribute, reason))
        return found

    # ---- answers that are refused before they run ----------------------------------------------

    def _refused(self, answer):
        count = len(self.parts) or 1
        if len(answer) != count:
            names = ", ".join(self.parts) or self.name
            raise TypeError(
                say.WRONG_COUNT.filled(
                    name=self.name,
                    expected=count,
                    s="" if count == 1 else "s",
                    names=names,
                    got=len(answer),
                ).en
            )
        if any(part is ... for part in answer):
            return self._unwritten()
        patched = next((n for n, v in _NUMPY.items() if getattr(np, n, None) is not v), None)
        if patched:
            text = say.PATCHED.filled(name=f"np.{patched}")
            return Verdict(self.name, FAILED, got=text)
        wrong = next((part for part in answer if not callable(part)), None)
        if wrong is not None or None in answer:
            got = say.NOT_CALLABLE.filled(got=show(to_numpy(wrong)))
            return Verdict(self.name, FAILED, expected=say.A_FUNCTION, got=got)
        return self._named_forbidden(answer)

    def _named_forbidden(self, answer):
        """A rule that watching cannot see: `from numpy import gradient` binds it before we look."""
        for module, attribute, reason in self._forbidden():
            banned = getattr(module, attribute)
            for part in answer:
                code = getattr(part, "__code__", None)
                names = code.co_names if code else ()
                if any(part.__globals__.get(name) is banned for name in names):
                    text = say.FORBIDDEN.filled(
                        name=f"{module.__name__}.{attribute}", reason=reason
                    )
                    return Verdict(self.name, FAILED, got=text)
        return None

    def _unwritten(self):
        return Verdict(self.name, UNWRITTEN, summary=say.STUB)

    def _stuck_line(self, stream):
        """What the watchdog prints, past the redirection, when a compiled call will not end."""
        text = say.STUCK.filled(limit=f"{self.limit:g}")
        return lambda: print(text.en, text.zh, sep="\n", file=stream, flush=True)


def _checked(part, returns):
    """`part` as a property may call it: its result is NumPy, present and of the right length.

    Classes and models are passed as they are.
    """
    if not inspect.isroutine(part):
        return part

    def answer(*args, **kwargs):
        value = to_numpy(part(*args, **kwargs))
        if value is None:
            raise UnusableError("nothing", say.NOTHING_RETURNED)
        if returns and not (isinstance(value, tuple | list) and len(value) == len(returns)):
            got = len(value) if isinstance(value, tuple | list) else 1
            raise UnusableError("length", say.WRONG_LENGTH.filled(got=got, expected=len(returns)))
        return value

    return answer


def _raised(outcome, limit):
    """(kind, Text) of an outcome that ended in an exception."""
    error = outcome.error
    if isinstance(error, UnusableError):
        return error.args
    if isinstance(error, guard.OutOfTime):
        return "out of time", say.TIMED_OUT.filled(limit=f"{limit:g}")
    if isinstance(error, SystemExit):
        return "exit", say.EXITED
    if isinstance(error, RecursionError):
        return "recursion", say.RECURSED.filled(depth=sys.getrecursionlimit())
    if isinstance(error, guard.ForbiddenError):
        name, reason = error.args
        return "forbidden", say.FORBIDDEN.filled(name=name, reason=reason)
    kind, message = type(error).__name__, _first_line(error)
    if not outcome.line:
        return f"raised {kind}", say.UNUSABLE.filled(kind=kind, message=message)
    text = say.RAISED.filled(kind=kind, line=outcome.line, message=message)
    return f"raised {kind}", text


def _first_line(error):
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[0][:200] if lines else "…"
