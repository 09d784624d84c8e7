"""Recognise *how* a wrong array differs from the right one.

A pattern says the same for every exercise: a constant factor, a constant offset, a transpose. It
is evidence, not a diagnosis; the diagnosis belongs to an exercise's traps.
"""

import math
from typing import NamedTuple

import numpy as np

from whiteboard.grading.compare import close, is_numeric
from whiteboard.grading.show import number
from whiteboard.grading.text import Text


class Pattern(NamedTuple):
    """A pattern's name, its sentence and, where there is one, the question it raises."""

    name: str
    text: Text
    ask: Text | None = None


def find_pattern(expected, got, sizes=()) -> Pattern | None:
    """The simplest relation from `expected` to `got`, or None.

    expected, got: numeric arrays or numbers, any shapes.
    sizes: the lengths of the inputs' axes, to recognise a factor such as 1 / batch size.
    """
    if not (is_numeric(expected) and is_numeric(got)):
        return None
    expected, got = np.asarray(expected), np.asarray(got)
    if "c" in expected.dtype.kind + got.dtype.kind:
        return None
    with np.errstate(all="ignore"):
        for look in (_not_finite, _rearranged, _shape_only, _constant, _proportional, _shifted):
            found = look(expected, got, sizes)
            if found:
                return found
    return None


def _not_finite(expected, got, sizes):
    if got.dtype.kind != "f" or np.isfinite(got).all() or not np.isfinite(expected).all():
        return None
    bad = int((~np.isfinite(got)).sum())
    return Pattern(
        "not finite",
        Text(
            f"{bad} of {got.size} entries are nan or inf",
            f"{got.size} 个元素中有 {bad} 个是 nan 或 inf",
        ),
        Text(
            "Which operation first leaves the finite numbers: an exp, a log, a division?",
            "是哪一步先算出了 nan 或 inf：exp、log，还是除法？",
        ),
    )


def _rearranged(expected, got, sizes):
    if expected.ndim < 1 or expected.size != got.size or expected.size < 2:
        return None
    if expected.shape == got.shape and close(expected, got).all():
        return None  # they part by less than `close` sees, so nothing stands elsewhere
    if expected.ndim >= 2:
        swapped = np.swapaxes(expected, -1, -2)
        if swapped.shape == got.shape and close(swapped, got).all():
            return Pattern("transposed", Text("the transpose of the expected", "是期望值的转置"))
    if expected.shape != got.shape:
        return None
    for axis in range(expected.ndim):
        if close(np.flip(expected, axis), got).all():
            text = Text(f"the expected in reverse along axis {axis}", f"把期望值沿轴 {axis} 颠倒了")
            return Pattern("reversed", text)
    if close(np.sort(expected.reshape(-1)), np.sort(got.reshape(-1))).all():
        return Pattern("permuted", Text("the right numbers in another order", "数都对，顺序不对"))
    return None


def _shape_only(expected, got, sizes):
    if expected.shape == got.shape or expected.size != got.size:
        return None
    if close(expected.reshape(-1), got.reshape(-1)).all():
        return Pattern("reshaped", Text("the right numbers in another shape", "数都对，形状不对"))
    return None


def _constant(expected, got, sizes):
    if expected.shape != got.shape or got.size < 2 or not (got == got.flat[0]).all():
        return None
    if (expected == expected.flat[0]).all():
        return None
    value = number(float(got.flat[0]))
    return Pattern("constant", Text(f"every entry is {value}", f"每个元素都是 {value}"))


def _proportional(expected, got, sizes):
    if expected.shape != got.shape:
        return None
    wanted, had = expected.astype(float).reshape(-1), got.astype(float).reshape(-1)
    nonzero = wanted != 0
    if not nonzero.any() or not np.isfinite(had).all():
        return None
    factor = float(np.dot(had, wanted) / np.dot(wanted, wanted))
    if factor in (0.0, 1.0) or not close(factor * wanted, had).all():
        return None
    if math.isclose(factor, -1.0, rel_tol=1e-6):
        text = Text("the expected with the opposite sign", "与期望值符号相反")
        return Pattern("opposite sign", text)
    form = _closed_form(factor, sizes)
    # 4.0000003 is 4 with rounding: then the integer alone says it all.
    whole = form is not None and form[0].lstrip("−").isdigit()
    shown = form[0] if whole else number(factor)
    if shown == "1.0000":  # so close to 1 that four decimals hide it
        shown = f"{factor:.8g}"
    always, each = ("always ", "都") if got.size > 1 else ("", "")
    text = Text(f"{always}{shown} × expected", f"{each}是期望值的 {shown} 倍")
    if form is None:
        return Pattern("factor", text, None)
    written, part = form
    ask = Text(f"Where does {part} come from?", f"{part} 从哪来？")
    if not whole:
        ask = Text(f"{shown} = {written}. {ask.en}", f"{shown} = {written}，{ask.zh}")
    return Pattern("factor", text, ask)


def _shifted(expected, got, sizes):
    if expected.shape != got.shape or got.size < 2:
        return None
    gap = got.astype(float) - expected.astype(float)
    offset = float(gap.reshape(-1)[0])
    scale = float(np.abs(expected).max()) or 1.0
    if abs(offset) < 1e-6 * scale or not close(np.full_like(gap, offset), gap).all():
        return None
    shown = number(offset)
    return Pattern("offset", Text(f"always expected + {shown}", f"都比期望值多 {shown}"))


def _closed_form(factor, sizes):
    """`factor` as ±p/q or ±√(p/q) with small integers: (written, the telling integer), or None.

    A simple fraction always hits by chance when p and q may be large, so they stay below 13
    unless they are the length of an axis of the inputs.
    """
    sign, size = ("−" if factor < 0 else ""), abs(factor)
    numbers = sorted({*range(1, 13), *(s for s in sizes if 1 <= s <= 4096)})
    for root, value in (("", size), ("√", size * size)):
        for q in numbers:
            p = value * q
            if round(p) == q:
                continue  # 1 is no factor: the number itself says how far it is from it
            if round(p) in numbers and math.isclose(p, round(p), rel_tol=1e-5):
                return sign + _fraction(root, round(p), q), _telling(round(p), q, sizes)
    return None


def _fraction(root, p, q):
    if q == 1:
        return f"{root}{p}"
    return f"√({p}/{q})" if root else f"{p}/{q}"


def _telling(p, q, sizes):
    """The integer to ask about: not 1, and rather one that is no axis of the inputs."""
    return min((n for n in (p, q) if n != 1), key=lambda n: n in sizes)
