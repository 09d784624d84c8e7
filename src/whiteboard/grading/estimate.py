"""An exercise answered by a number with a unit, worked out on paper."""

import math
import re
from typing import NamedTuple

from whiteboard.grading import messages
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.probe import Trap
from whiteboard.grading.text import Text, optional
from whiteboard.grading.verdict import FAILED, PASSED, UNWRITTEN, Verdict

_DECIMAL = {prefix: 1000**i for i, prefix in enumerate(["", "K", "M", "G", "T", "P"])}
_BINARY = {f"{prefix}i": 1024**i for i, prefix in enumerate("KMGTP", 1)}
_BYTES = {f"{prefix}B": size for prefix, size in {**_DECIMAL, **_BINARY}.items()}
_SECONDS = {"s": 1, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "min": 60, "h": 3600, "d": 86400}
_FLOPS = {f"{prefix}FLOPs": size for prefix, size in _DECIMAL.items()}
_FAMILIES = (_BYTES, _SECONDS, _FLOPS)
_NUMBER = re.compile(r"\s*([-+]?[\d.,_]*\d\.?(?:[eE][-+]?\d+)?)\s*(.*?)\s*", re.DOTALL)
_WIDE = str.maketrans("０１２３４５６７８９．，（）", "0123456789.,()")


class Quantity(NamedTuple):
    """A number and its unit; `base` is the number in the family's smallest unit."""

    number: float
    unit: str

    @property
    def base(self) -> float:
        family = _family(self.unit)
        return self.number * (family[self.unit] if family else 1)


class Estimate(Exercise):
    """A quantity within a relative tolerance.

    value: "112 GB"; or a number, pure or of what `unit` says (then the learner may leave the unit
    out). rtol: the tolerance that the question states.
    """

    def __init__(self, value, *, unit="", rtol=0.02):
        self.right = Quantity(float(value), unit) if unit else _parse(value)
        self.rtol, self.counted, self.traps = rtol, bool(unit), []

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
            got=Text(_written(quantity), _written(quantity)),
            pattern=_size_of_error(ratio),
            ask=asked,
            likely=trap.text if trap else _binary_prefix(ratio),
            trap=number,
        )

    def _trap(self, quantity):
        for number, trap in enumerate(self.traps, 1):
            wrong = self._read(trap.answer[0])
            if math.isclose(quantity.base, wrong.base, rel_tol=min(self.rtol, 0.02)):
                return number, trap
        return None, None

    def _near(self, quantity, right):
        return math.isclose(quantity.base, right.base, rel_tol=self.rtol)

    def _read(self, value):
        """`value` as a Quantity, or the `Text` that says why it is none."""
        example = repr(f"10 {self.right.unit}")
        try:
            quantity = _parse(value)
        except ValueError:
            return messages.NO_NUMBER.filled(got=repr(value), example=example)
        if not quantity.unit and (self.counted or not self.right.unit):
            return quantity._replace(unit=self.right.unit)
        if not quantity.unit:
            return messages.NO_UNIT.filled(got=f"{quantity.number:g}", example=example)
        family = _family(self.right.unit)
        known = family if family else {self.right.unit: 1}
        # "28G" is how GB is said: a bare prefix counts as bytes where bytes are asked for.
        bare = family is _BYTES and quantity.unit in _DECIMAL
        spelled = f"{quantity.unit}b".lower() if bare else quantity.unit.lower()
        unit = next((u for u in known if u.lower() == spelled), None)
        if unit is None:
            units = ", ".join(known)
            return messages.UNKNOWN_UNIT.filled(unit=quantity.unit, units=units)
        return quantity._replace(unit=unit)


def _parse(value) -> Quantity:
    """A Quantity from "104.3 GiB", (104.3, "GiB"), or a plain number."""
    if isinstance(value, tuple | list) and len(value) == 2:
        return Quantity(float(value[0]), str(value[1]).strip())
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.translate(_WIDE))
        if not match:
            raise ValueError(value)
        return Quantity(float(re.sub("[,_]", "", match[1])), match[2])
    try:
        return Quantity(float(value), "")
    except TypeError as error:
        raise ValueError(value) from error


def _family(unit):
    return next((family for family in _FAMILIES if unit in family), None)


def _written(quantity):
    return f"{quantity.number:g} {quantity.unit}".strip()


def _size_of_error(ratio):
    """Too large or too small and how badly; not the ratio, which would give the number away."""
    if ratio <= 0:
        return None
    times = next((n for n in (2, 10, 100) if max(ratio, 1 / ratio) < n), None)
    within = messages.WITHIN_TIMES.filled(n=times) if times else messages.BEYOND_TIMES.filled(n=100)
    return (messages.TOO_LARGE if ratio > 1 else messages.TOO_SMALL).filled(how=within)


def _binary_prefix(ratio):
    if ratio <= 0:
        return None
    steps = math.log(ratio) / math.log(1.024)
    near = round(steps) in (-4, -3, -2, 2, 3, 4) and math.isclose(steps, round(steps), abs_tol=0.05)
    return messages.BINARY_PREFIX if near else None
