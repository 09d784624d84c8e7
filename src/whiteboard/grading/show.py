"""Write a value as a learner would type it, short."""

import math

import numpy as np

_MOST_NUMBERS = 24
_MOST_CHARACTERS = 160


def show(value) -> str:
    """`value` in at most about two lines: small arrays in full, large ones by shape and dtype."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, str):
        return _short(repr(str(value)))
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        return number(float(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, np.random.Generator):
        return "np.random.Generator"
    if isinstance(value, dict | tuple | list):
        return _short(_container(value, in_full=_count(value) <= _MOST_NUMBERS // 2))
    if callable(value):
        return (value.__doc__ or "").strip().split("\n")[0] or getattr(value, "__name__", "f")
    return _short(repr(value))


def _container(value, in_full):
    """A tuple, list or dict; its arrays by shape alone unless all their numbers fit on a line."""
    if isinstance(value, np.ndarray) and not in_full:
        return _size(value)
    if isinstance(value, dict):
        items = (f"{key}: {_container(item, in_full)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, tuple | list):
        left, right = "()" if isinstance(value, tuple) else "[]"
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return left + ", ".join(_container(item, in_full) for item in value) + comma + right
    return show(value)


def _count(value):
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    if isinstance(value, tuple | list):
        return sum(map(_count, value))
    return value.size if isinstance(value, np.ndarray) else 1


def number(value: float) -> str:
    """A float with four decimals, or with fewer where those say it exactly."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if 1e-3 <= abs(value) < 1e5:
        exact = math.isclose(value, round(value, 3), rel_tol=1e-9)
        return f"{value:.4f}".rstrip("0").rstrip(".") if exact else f"{value:.4f}"
    return f"{value:.4g}"


def _array(array):
    if array.ndim == 0:
        return show(array[()])
    if array.size == 0:
        return _size(array)
    if array.size > _MOST_NUMBERS:
        flat = array.reshape(-1)
        if array.dtype.kind in "biuf" and (flat == flat[0]).all():
            return f"{_size(array)} = {show(flat[0])}"
        return f"{_size(array)} = {show(flat[0])}, {show(flat[1])}, …"
    return _nested(array)


def _size(array):
    """The same in both languages: array(3×5)."""
    return f"array({'×'.join(map(str, array.shape))})"


def _nested(array):
    if array.ndim == 0:
        return show(array[()])
    # An entry of an array of strings is a string, not an array without axes.
    return "[" + ", ".join(_nested(np.asarray(item)) for item in array) + "]"


def _short(text):
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
