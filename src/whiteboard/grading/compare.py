"""Compare an answer with what was expected, whatever framework it comes from.

The functions of NumPy that decide are taken at import, so that a notebook which replaces
`np.allclose` or `np.abs` cannot change a verdict.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import abs as _abs
from numpy import all as _all
from numpy import argmax as _argmax
from numpy import asarray as _asarray
from numpy import isfinite as _isfinite
from numpy import isnan as _isnan
from numpy import unravel_index as _unravel_index

from whiteboard.grading.text import Text

# (relative, absolute per unit of the largest expected magnitude), by the size of the float.
# The absolute part is for entries that cancel. A float64 result may have been float32 on the way
# (7 digits), and that is no mistake; a check that is about smaller numbers states its own.
_TOLERANCES = {2: (2e-2, 1e-2), 4: (1e-4, 1e-5), 8: (1e-6, 1e-6)}


@dataclass(frozen=True)
class Difference:
    """Where and how two values part.

    kind: "type", "length", "keys", "shape", "nan", "value".
    path: from the whole value to the part that differs, as it would be typed: "[1]['W']".
    index: the first differing index of an array, or None.
    expected, got: the parts that differ (arrays where both are arrays).
    """

    kind: str
    path: str
    expected: Any
    got: Any
    index: tuple | None = None


def to_numpy(value):
    """`value` with every tensor (TensorFlow, JAX, PyTorch, Keras) as a NumPy array.

    Tuples, lists and dicts keep their form; a list of numbers becomes an array; anything that is
    not numeric is returned as it is.
    """
    if value is None or isinstance(value, str | bool | int | float | complex | np.ndarray | Text):
        return value
    if isinstance(value, np.generic):
        return value[()]
    if isinstance(value, dict):
        return {key: to_numpy(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(to_numpy(item) for item in value)
    if isinstance(value, list):
        return _list_to_numpy(value)
    if hasattr(value, "detach"):  # PyTorch: leave the graph and the device first
        value = value.detach().cpu()
    if hasattr(value, "__array__") and hasattr(value, "shape"):
        try:
            array = np.asarray(value)
        except NotImplementedError:  # a tensor without a value: TensorFlow is tracing a graph
            return value
        # bfloat16 is a foreign dtype to NumPy, of kind "V": single precision holds all its values.
        return array.astype(np.float32) if array.dtype.kind == "V" else array
    return value


def _list_to_numpy(items):
    items = [to_numpy(item) for item in items]
    if all(isinstance(item, bool | int | float | np.generic) for item in items) and items:
        return _asarray(items)
    if items and all(isinstance(item, np.ndarray) and item.ndim == 0 for item in items):
        return _asarray(items)
    return items


def is_numeric(value) -> bool:
    """Whether `value` is a number, a boolean or an array of them."""
    if isinstance(value, bool | int | float | complex | np.generic):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind in "biufc"


def find_difference(expected, got, rtol=None, atol=None, path="") -> Difference | None:
    """The first difference between `expected` and `got`, or None where they agree.

    rtol, atol: None takes the tolerance of the coarser of the two float dtypes. NaN equals NaN.
    """
    if isinstance(expected, Text):
        return None if expected == got else Difference("value", path, expected, got)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, rtol, atol, path)
    if isinstance(expected, tuple | list):
        return _sequence_difference(expected, got, rtol, atol, path)
    if is_numeric(expected):
        return _array_difference(expected, got, rtol, atol, path)
    same = type(expected) is type(got) and expected == got
    return None if same else Difference("value", path, expected, got)


def _dict_difference(expected, got, rtol, atol, path):
    if not isinstance(got, dict):
        return Difference("type", path, expected, got)
    if set(expected) != set(got):
        return Difference("keys", path, sorted(map(str, expected)), sorted(map(str, got)))
    for key, item in expected.items():
        found = find_difference(item, got[key], rtol, atol, f"{path}[{key!r}]")
        if found:
            return found
    return None


def _sequence_difference(expected, got, rtol, atol, path):
    if isinstance(got, np.ndarray) and got.ndim:
        got = list(got)
    if not isinstance(got, tuple | list):
        return Difference("type", path, expected, got)
    if len(expected) != len(got):
        return Difference("length", path, expected, got)
    for i, (item, other) in enumerate(zip(expected, got, strict=True)):
        found = find_difference(item, other, rtol, atol, f"{path}[{i}]")
        if found:
            return found
    return None


def _array_difference(expected, got, rtol, atol, path):
    if isinstance(got, list | tuple):
        got = _ragged_to_array(got)
    if not is_numeric(got):
        return Difference("type", path, expected, got)
    expected, got = _asarray(expected), _asarray(got)
    if expected.shape != got.shape:
        return Difference("shape", path, expected, got)
    if expected.size == 0:
        return None
    agree = close(expected, got, rtol, atol)
    if _all(agree):
        return None
    index = tuple(int(i) for i in _unravel_index(int(_argmax(~agree)), agree.shape))
    unexpected_nan = _is_float(got) and (~_isfinite(got) & _isfinite(_float(expected))).any()
    return Difference("nan" if unexpected_nan else "value", path, expected, got, index)


def _ragged_to_array(value):
    try:
        return _asarray(value)
    except ValueError:
        return value


def close(expected: np.ndarray, got: np.ndarray, rtol=None, atol=None) -> np.ndarray:
    """Elementwise agreement, booleans of the common shape; NaN equals NaN, inf equals inf."""
    default_rtol, per_unit = _tolerance(expected, got)
    rtol = default_rtol if rtol is None else rtol
    wanted, had = _float(expected), _float(got)
    finite = _isfinite(wanted) & _isfinite(had)
    if atol is None:
        magnitudes = _abs(wanted[_isfinite(wanted)])
        atol = per_unit * (float(magnitudes.max()) if magnitudes.size else 0.0) or per_unit
    with np.errstate(invalid="ignore"):
        near = _abs(wanted - had) <= atol + rtol * _abs(wanted)
        same = (wanted == had) | (_isnan(wanted) & _isnan(had))
    return (finite & near) | same


def _tolerance(expected, got):
    sizes = [a.dtype.itemsize for a in (expected, got) if _is_float(a)]
    return _TOLERANCES.get(min(sizes, default=8), _TOLERANCES[8])


def _is_float(array):
    return array.dtype.kind in "fc"


def _float(array):
    kind = array.dtype.kind
    return array.astype(np.complex128 if kind == "c" else np.float64)
