"""Run a learner's code so that nothing it does can hurt the notebook.

One call is watched for: an exception, SystemExit, endless recursion, an endless loop, a flood of
prints, a changed input, a forbidden call. The kernel lives on in every case; what was seen is
returned as an `Outcome`.
"""

import contextlib
import copy
import ctypes
import io
import re
import threading
import traceback
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

_HERE = __file__.rsplit("grading", 1)[0]
_MOST_PRINTED = 2_000
_PLAIN = str | bytes | bool | int | float | complex | np.generic | None  # entries of lists, dicts
_GRACE = 3.0  # seconds a compiled call may outlast its limit before the learner is told


class OutOfTime(BaseException):
    """Raised in the learner's frame when the limit is over. Not an Exception: `except` of a
    learner's own must not swallow it."""


class ForbiddenError(Exception):
    """Raised in the learner's frame by a call that the exercise does not allow."""


@dataclass
class Outcome:
    """What one call of an answer did.

    value: what it returned. error: what it raised, or None. line: the learner's own line that
    raised, "line 3: dW = delta @ a". printed: what it printed, cut at 2,000 characters; flooded:
    how many characters were cut. changed: names of inputs that were changed in place.
    """

    value: Any = None
    error: BaseException | None = None
    line: str = ""
    printed: str = ""
    flooded: int = 0
    changed: tuple = ()


class Inputs(NamedTuple):
    """The inputs of one call: positional, by keyword, and the names of the positional ones."""

    args: tuple
    kwargs: dict
    names: tuple

    def named(self) -> dict:
        """name → value, positional inputs first."""
        return {**dict(zip(self.names, self.args, strict=False)), **self.kwargs}

    def copied(self) -> "Inputs":
        """The same inputs, sharing no array with these."""
        kwargs = {key: _copy(value) for key, value in self.kwargs.items()}
        return Inputs(tuple(map(_copy, self.args)), kwargs, self.names)


class _Capped(io.TextIOBase):
    """A stream that keeps its first characters and counts the rest."""

    def __init__(self):
        self.kept, self.size, self.cut = [], 0, 0

    def writable(self):
        return True

    def write(self, text):
        room = max(_MOST_PRINTED - self.size, 0)
        if room:
            self.kept.append(text[:room])
        self.size += min(len(text), room)
        self.cut += max(len(text) - room, 0)
        return len(text)


class Watchdog:
    """Stops learner's code when `limit` seconds have passed since `with` was entered.

    A Python-level loop is stopped by an exception in its own frame, sent again until it ends. A
    compiled call cannot be stopped from outside; `on_stuck()` is called once so that the learner
    hears what to press. Only code run under `armed()` is ever stopped, never the engine.
    """

    def __init__(self, limit: float, on_stuck=None):
        self.limit, self.on_stuck = limit, on_stuck
        self._lock, self._done = threading.Lock(), threading.Event()
        self._armed = self._expired = False

    def __enter__(self):
        self._target = threading.get_ident()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._done.set()
        return False

    @contextlib.contextmanager
    def armed(self):
        """Let the limit interrupt what runs inside, with `OutOfTime`."""
        if self._expired:
            raise OutOfTime
        self._armed = True
        try:
            yield
        finally:
            self._armed = False
            with self._lock:  # wait for an exception that is just being sent, then take it back
                if self._expired:
                    _raise_in(self._target, None)

    def _watch(self):
        if self._done.wait(self.limit):
            return
        self._expired, waited = True, 0.0
        while not self._done.wait(0.25):
            with self._lock:
                if self._armed:
                    _raise_in(self._target, OutOfTime)
            waited += 0.25
            if waited >= _GRACE and self._armed and self.on_stuck:
                self.on_stuck()
                self.on_stuck = None


def _raise_in(thread_id, exception):
    kind = ctypes.py_object(exception) if exception else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), kind)


def call(function, inputs: Inputs, dog: Watchdog, forbidden=()) -> Outcome:
    """Call `function` on copies of the inputs and report what happened.

    forbidden: (module, attribute, reason) triples; such a call raises `ForbiddenError` meanwhile.
    """
    given = inputs.copied()
    outcome = watch(lambda: function(*given.args, **given.kwargs), dog, forbidden)
    if outcome.error is None:
        before, after = inputs.named(), given.named()
        outcome.changed = tuple(n for n in before if _was_changed(before[n], after[n]))
    return outcome


def watch(thunk, dog: Watchdog, forbidden=()) -> Outcome:
    """Run `thunk()` with its prints kept and every way of dying caught."""
    outcome, stream = Outcome(), _Capped()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        try:
            with _forbidding(forbidden), dog.armed():
                outcome.value = thunk()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            outcome.error, outcome.line = error, learner_line(error)
    outcome.printed, outcome.flooded = "".join(stream.kept), stream.cut
    return outcome


@contextlib.contextmanager
def _forbidding(forbidden):
    replaced = []
    try:
        for module, attribute, reason in forbidden:
            original = getattr(module, attribute)
            replaced.append((module, attribute, original))
            setattr(module, attribute, _refuse(f"{module.__name__}.{attribute}", reason))
        yield
    finally:
        for module, attribute, original in replaced:
            setattr(module, attribute, original)


def _refuse(name, reason):
    def refuse(*_, **__):
        raise ForbiddenError(name, reason)

    return refuse


def _copy(value):
    """A copy of `value` that shares no array with it; callables and models pass as they are."""
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_copy, value))
    if isinstance(value, dict | list | tuple | np.ndarray | np.random.Generator):
        return copy.deepcopy(value)
    return value


def _was_changed(before, after):
    if isinstance(before, np.random.Generator):
        return False  # drawing from it is what it is for
    for kind in (np.ndarray, dict, list | tuple, _PLAIN):
        if isinstance(before, kind) and not isinstance(after, kind):
            return True  # an entry of a list or a dict, replaced by something else
    if isinstance(before, np.ndarray):
        return before.shape != after.shape or not _same_bytes(before, after)
    if isinstance(before, dict):
        return list(before) != list(after) or any(_was_changed(before[k], after[k]) for k in before)
    if isinstance(before, list | tuple):
        pairs = zip(before, after, strict=False)
        return len(before) != len(after) or any(_was_changed(a, b) for a, b in pairs)
    if isinstance(before, _PLAIN):
        both_nan = before != before and after != after  # NaN never equals itself
        return before != after and not both_nan
    return False


def _same_bytes(a, b):
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def learner_line(error) -> str:
    """The learner's innermost line in the traceback of `error`: "line 3: x = y @ z", or ""."""
    found = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if _is_learners(frame.filename):
            found = f"line {frame.lineno}: {frame.line}" if frame.line else f"line {frame.lineno}"
    return found


def raised_by(error) -> str:
    """The learner's function that raised `error` itself, "Adam.step", or "" where a library did."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    code = frame.f_code
    if not _is_learners(code.co_filename):
        return ""
    if not code.co_name.startswith("tf__"):
        return code.co_qualname
    # TensorFlow's own copy of a function or method, which it puts into a graph.
    owner = [type(frame.f_locals["self"]).__qualname__] if "self" in frame.f_locals else []
    return ".".join([*owner, code.co_name.removeprefix("tf__")])


def first_line(error) -> str:
    """The line that says what is wrong: Keras puts the layer's name, and colours, before it."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    return lines[0][:200] if lines else "…"


def reason(error) -> str:
    """What `error` says, for a property that caught it: "ValueError: expected 3 axes"."""
    return f"{type(error).__name__}: {first_line(error)}"


def _is_learners(filename):
    library = "site-packages" in filename or filename.startswith(_HERE)
    return not (library or "/lib/python" in filename or filename.startswith("<frozen"))
