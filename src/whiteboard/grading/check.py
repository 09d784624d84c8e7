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

import numpy as np

from whiteboard.grading import guard, look, messages
from whiteboard.grading.compare import find_difference, to_numpy
from whiteboard.grading.describe import describe
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.probe import Case, Property, Trap
from whiteboard.grading.show import show
from whiteboard.grading.text import Text, optional
from whiteboard.grading.verdict import FAILED, PASSED, UNWRITTEN, Verdict

# A notebook can replace any of these and so break references as well as answers.
_NUMPY = {name: value for name, value in vars(np).items() if callable(value)}


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
        """Grade the answer on these inputs; `en` and `zh` name the property they are there for.

        A verdict shows a function among the inputs by the first line of its docstring, or, where
        that is a sentence, by a `Text` in its attribute `shown`.
        """
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
                looks.append(self.look(probe, answer, seed, dog))
                unwritten = self._stub_met(looks[-1].outcome.error, answer)
                if unwritten:
                    return unwritten
                if not looks[-1].holds:
                    break
        if looks[-1].holds:
            return Verdict(self.name, PASSED, summary=self.summary())
        return self.explain(looks, answer, seed)

    def summary(self) -> Text:
        """What was checked: no measured number, so that every passing verdict reads the same."""
        cases, properties = len(self.cases), len(self.properties)
        texts = []
        if cases:
            texts.append(messages.CASES.filled(n=cases, s="" if cases == 1 else "s"))
        if properties:
            texts.append(
                messages.PROPERTIES.filled(n=properties, ies="y" if properties == 1 else "ies")
            )
        what = Text(", ".join(t.en for t in texts), "，".join(t.zh for t in texts))
        return messages.PASSED.filled(what=what)

    def look(self, probe, answer, seed, dog) -> look.Look:
        """One case or property, on one answer (a tuple of its parts)."""
        options = {"rules": self._forbidden(), "rtol": self.rtol, "atol": self.atol}
        if isinstance(probe, Property):
            named = {"parts": self.parts, "returns": self.returns}
            return look.at_property(probe, answer, seed, dog, **named, **options)

        def expect(inputs):
            return self._expected(probe, inputs, seed)

        return look.at_case(probe, answer[0], seed, dog, expect=expect, **options)

    def explain(self, looks, answer, seed) -> Verdict:
        """The verdict on the last look, which did not hold."""
        number = self.name_trap(looks, seed)
        return describe(self, looks[-1], number, self.traps[number - 1] if number else None)

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
                other = self.look(seen.probe, answer, seed, dog)
                # A mistake that is none here explains nothing, however near its value comes.
                if (other.holds and not seen.holds) or not self._same(seen, other):
                    return False
        return True

    def _same(self, seen, other):
        if bool(seen.trouble) != bool(other.trouble):
            return False
        if seen.trouble:
            return seen.trouble[0] == other.trouble[0]
        atol = seen.evidence.tolerance
        # Two draws of one statistic differ by up to twice what one may differ from its mean.
        atol = self.atol if atol is None else 2 * atol
        one, two = to_numpy(seen.evidence.got), to_numpy(other.evidence.got)
        return find_difference(one, two, self.rtol, atol) is None

    def _expected(self, case, inputs, seed):
        """The reference's result; kept, because naming a trap looks at the same case again."""
        key = seed if case.draw else None
        if self._kept.get(case, (None, None))[0] != (key,):
            given = inputs.copied()
            value = to_numpy(self.reference(*given.args, **given.kwargs))
            self._kept[case] = ((key,), value)
        return self._kept[case][1]

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
                messages.WRONG_COUNT.filled(
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
            text = messages.PATCHED.filled(name=f"np.{patched}")
            return Verdict(self.name, FAILED, got=text)
        wrong = next((part for part in answer if not callable(part)), None)
        if wrong is not None or None in answer:
            got = messages.NOT_CALLABLE.filled(got=show(to_numpy(wrong)))
            return Verdict(self.name, FAILED, expected=messages.A_FUNCTION, got=got)
        return self._named_forbidden(answer)

    def _named_forbidden(self, answer):
        """A rule that watching cannot see: `from numpy import gradient` binds it before we look."""
        for module, attribute, reason in self._forbidden():
            banned = getattr(module, attribute)
            for part in answer:
                code = getattr(part, "__code__", None)
                names = code.co_names if code else ()
                if any(part.__globals__.get(name) is banned for name in names):
                    text = messages.FORBIDDEN.filled(
                        name=f"{module.__name__}.{attribute}", reason=reason
                    )
                    return Verdict(self.name, FAILED, got=text)
        return None

    def _unwritten(self, summary=messages.STUB):
        return Verdict(self.name, UNWRITTEN, summary=summary)

    def _stub_met(self, error, answer):
        """The verdict on an answer that met a stub: its own, or that of a function it calls."""
        if not isinstance(error, NotImplementedError):
            return None
        stub = guard.raised_by(error)
        if not stub:  # TensorFlow and NumPy raise it too
            return None
        own = {getattr(part, "__qualname__", stub) for part in answer}
        if any(stub == name or stub.startswith(f"{name}.") for name in own):
            return self._unwritten()
        return self._unwritten(messages.CALLS_STUB.filled(name=stub.rpartition(".<locals>.")[2]))

    def _stuck_line(self, stream):
        """What the watchdog prints, past the redirection, when a compiled call will not end."""
        text = messages.STUCK.filled(limit=f"{self.limit:g}")
        return lambda: print(text.en, text.zh, sep="\n", file=stream, flush=True)
