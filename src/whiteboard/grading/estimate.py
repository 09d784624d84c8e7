"""An exercise answered by a number with a unit, worked out on paper."""

import math

from whiteboard.grading import messages
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.probe import Trap
from whiteboard.grading.quantity import BYTES, Quantity, counted, family, in_family, parse
from whiteboard.grading.text import Text, optional
from whiteboard.grading.verdict import FAILED, PASSED, UNWRITTEN, Verdict


class Estimate(Exercise):
    """A quantity within a relative tolerance.

    value: "112 GB"; or a number, pure or a count of what `unit` and `unit_zh` say, which the
    learner need not write. rtol: the tolerance that the question states.
    """

    def __init__(self, value, *, unit="", unit_zh="", rtol=0.02):
        self.right = Quantity(float(value), unit) if unit else parse(value)
        self.unit = Text(self.right.unit, unit_zh or self.right.unit)
        self.rtol, self.traps = rtol, []

    def trap(self, value, *, en, zh, ask_en=None, ask_zh=None):
        """A tempting wrong number and the sentence that its author needs."""
        self.traps.append(Trap((value,), Text(en, zh), optional(ask_en, ask_zh)))

    def texts(self):
        for trap in self.traps:
            yield from (t for t in (trap.text, trap.ask) if t)

    def grade(self, *answer, seed=None):
        value = answer[0] if len(answer) == 1 else answer
        if value is None or value is ... or value == "":
            return Verdict(self.name, UNWRITTEN, summary=messages.STUB)
        quantity = self._read(value)
        if isinstance(quantity, Text):
            return Verdict(self.name, FAILED, got=quantity)
        if self._near(quantity, self.right):
            percent = f"{100 * self.rtol:g}"
            return Verdict(self.name, PASSED, summary=messages.WITHIN.filled(percent=percent))
        return self._wrong(quantity)

    def _wrong(self, quantity):
        number, trap = self._trap(quantity)
        ratio = quantity.base / self.right.base
        asked = trap.ask if trap else None
        return Verdict(
            self.name,
            FAILED,
            property=messages.WITHIN.filled(percent=f"{100 * self.rtol:g}"),
            expected=messages.WITHHELD,
            got=Text(*[f"{quantity.number:g} {unit}".strip() for unit in self._spoken(quantity)]),
            pattern=_size_of_error(ratio),
            ask=asked,
            likely=trap.text if trap else self._binary_prefix(ratio),
            trap=number,
        )

    def _trap(self, quantity):
        for number, trap in enumerate(self.traps, 1):
            wrong = self._read(trap.answer[0])
            if math.isclose(quantity.base, wrong.base, rel_tol=min(self.rtol, 0.02)):
                return number, trap
        return None, None

    def _binary_prefix(self, ratio):
        if ratio <= 0 or family(self.right.unit) is not BYTES:
            return None  # only bytes have a GB and a GiB to mix up
        steps = math.log(ratio) / math.log(1.024)
        near = round(steps) in (-4, -3, -2, 2, 3, 4) and math.isclose(
            steps, round(steps), abs_tol=0.05
        )
        return messages.BINARY_PREFIX if near else None

    def _near(self, quantity, right):
        return math.isclose(quantity.base, right.base, rel_tol=self.rtol)

    def _spoken(self, quantity):
        """The quantity's unit in both languages."""
        return self.unit if quantity.unit == self.right.unit else (quantity.unit, quantity.unit)

    def _read(self, value):
        """`value` as a Quantity, or the `Text` that says why it is none."""
        example = Text(*[repr(f"10 {unit}".strip()) for unit in self.unit])
        try:
            quantity = parse(value)
        except ValueError:
            return messages.NO_NUMBER.filled(got=repr(value), example=example)
        known = family(self.right.unit)
        if known is None:
            return counted(quantity, self.right.unit)
        if not quantity.unit:
            return messages.NO_UNIT.filled(got=f"{quantity.number:g}", example=example)
        found = in_family(quantity, known)
        if found is None:
            return messages.UNKNOWN_UNIT.filled(unit=quantity.unit, units=", ".join(known))
        return found


def _size_of_error(ratio):
    """Too large or too small and how badly; not the ratio, which would give the number away."""
    if ratio <= 0:
        return None
    times = next((n for n in (2, 10, 100) if max(ratio, 1 / ratio) < n), None)
    within = messages.WITHIN_TIMES.filled(n=times) if times else messages.BEYOND_TIMES.filled(n=100)
    return (messages.TOO_LARGE if ratio > 1 else messages.TOO_SMALL).filled(how=within)
