"""Turn the look at which an answer failed into the verdict that a learner reads."""

import numpy as np

from whiteboard.grading import messages
from whiteboard.grading.compare import is_numeric, to_numpy
from whiteboard.grading.patterns import find_pattern
from whiteboard.grading.show import show
from whiteboard.grading.text import Text
from whiteboard.grading.verdict import FAILED, Verdict

_LINE = 80
_ROW = 24  # numbers; `show` writes as many in full


def describe(check, look, number, trap) -> Verdict:
    """The verdict on one look that did not hold, with the trap that explains it, if any."""
    evidence, difference = look.evidence, look.difference
    pattern = entry = None
    if look.trouble:
        got = look.trouble[1]
        where = None
    else:
        entry = _entry(evidence, difference)
        got = _named(entry, _shown_got(difference, evidence))
        where = _where(difference, () if entry else check.returns, named=bool(entry))
        # A statistic is only near its value: a factor found in it would be an accident.
        if evidence.relation == "equal" and evidence.tolerance is None:
            sizes = _sizes(evidence.given)
            pattern = find_pattern(difference.expected, difference.got, sizes)
    # A case's question is about the value; an answer that gave none has another problem.
    of_probe = None if look.trouble else look.probe.ask
    # The author's question knows the exercise; a pattern's only knows the numbers.
    asks = [trap.ask if trap else None, of_probe, pattern.ask if pattern else None]
    ask = next((question for question in asks if question), None)
    return Verdict(
        check.name,
        FAILED,
        # A changed input breaks a rule of every exercise, not the property this case is there for.
        property=None if look.trouble and look.trouble[0] == "changed" else look.probe.name,
        given=_given(evidence.given, look.seed),
        expected=_named(entry, _expected(check, look)),
        got=got,
        difference=where,
        pattern=pattern.text if pattern else None,
        ask=ask,
        likely=trap.text if trap else None,
        trap=number,
        printed=look.outcome.printed.rstrip(),
        flooded=look.outcome.flooded,
        seed=look.seed,
    )


def _given(given, seed):
    if isinstance(given, Text):
        return given
    text = Text(_inputs(given, "en"), _inputs(given, "zh"))
    if seed is None:
        return text if text.en else None
    note = messages.SEED.filled(seed=seed)
    return Text(f"{text.en} ({note.en})", f"{text.zh}（{note.zh}）") if text.en else note


def _inputs(given, lang):
    items = [f"{name} = {_shown(value, lang)}" for name, value in given.items()]
    # Long inputs stand one below the other, so that they can be read and copied.
    return ("\n  " if sum(map(len, items)) > _LINE else ", ").join(items)


def _shown(value, lang):
    """An input; a function may say in both languages what it does, in its attribute `shown`."""
    words = getattr(value, "shown", None)
    return words.said(lang) if isinstance(words, Text) else show(to_numpy(value))


def _expected(check, look):
    evidence, difference = look.evidence, look.difference
    if look.trouble:
        return _expected_of_trouble(check, look)
    if difference.kind == "shape":
        return _shape(difference.expected)
    if difference.kind == "length" and check.returns and not difference.path:
        names = ", ".join(check.returns)
        return messages.RETURN_PARTS.filled(n=len(check.returns), names=names)
    if difference.kind == "keys":
        return messages.WRONG_KEYS.filled(got=", ".join(difference.expected))
    shown = _both(difference.expected)
    if evidence.relation == "at least":
        shown = messages.AT_LEAST.filled(value=shown)
    if evidence.relation == "at most":
        shown = messages.AT_MOST.filled(value=shown)
    if evidence.note:
        note = evidence.note
        return Text(f"{shown.en} ({note.en})", f"{shown.zh}（{note.zh}）")
    return shown


def _expected_of_trouble(check, look):
    kind = look.trouble[0]
    if kind == "changed":
        return messages.KEPT_INPUT
    if check.returns:
        names = ", ".join(check.returns)
        return messages.RETURN_PARTS.filled(n=len(check.returns), names=names)
    expected = look.evidence.expected
    return messages.A_RESULT if expected is None else _both(expected)


def _shown_got(difference, evidence):
    got = difference.got
    if isinstance(evidence.got, Text):  # the check's own words for what it found
        return evidence.got
    if difference.kind == "shape":
        return _shape(got)
    if difference.kind == "length":
        sizes = {"got": len(got), "expected": len(difference.expected)}
        return messages.WRONG_LENGTH.filled(**sizes)
    if difference.kind == "keys":
        return messages.WRONG_KEYS.filled(got=", ".join(got) or "–")
    if difference.kind == "type":
        if got is None:
            return messages.NOTHING_RETURNED
        return messages.WRONG_TYPE.filled(got=show(got), type=type(got).__name__)
    return _both(got)


def _shape(value):
    """The shape; of a row of a few numbers the numbers too, which say more."""
    shape = messages.SHAPE.filled(shape=np.shape(value))
    if np.ndim(value) != 1 or np.size(value) > _ROW:
        return shape
    return Text(f"{shape.en}: {show(value)}", f"{shape.zh}：{show(value)}")


def _entry(evidence, difference):
    """The name of the entry that differs, where a dict of named values was expected, or None."""
    if not isinstance(evidence.expected, dict):
        return None
    for key in evidence.expected:
        if difference.path == f"[{key!r}]":
            return Text(str(key), evidence.names_zh.get(key, str(key)))
    return None


def _named(name, text):
    return Text(f"{name.en}: {text.en}", f"{name.zh}：{text.zh}") if name else text


def _where(difference, returns, named):
    texts, path = [], "" if named else difference.path
    for i, name in enumerate(returns):  # "[1]['W']" of several results reads "dx['W']"
        if path.startswith(f"[{i}]"):
            path = name + path.removeprefix(f"[{i}]")
    if path:
        texts.append(messages.AT.filled(path=path))
    if difference.index:
        texts.append(messages.DIFFERS_FROM.filled(index=list(difference.index)))
    if close_by := _hidden_by_rounding(difference):
        texts.append(close_by)
    if not texts:
        return None
    return Text(", ".join(t.en for t in texts), "，".join(t.zh for t in texts))


def _hidden_by_rounding(difference):
    """Both numbers in full where they differ but are shown alike, or None."""
    expected, got = difference.expected, difference.got
    if difference.kind != "value" or show(expected) != show(got):
        return None
    pair = [value[difference.index] if difference.index else value for value in (expected, got)]
    if not all(np.ndim(n) == 0 and is_numeric(n) for n in pair):
        return None
    expected, got = (f"{float(n):.9g}" for n in pair)
    return messages.IN_FULL.filled(expected=expected, got=got) if expected != got else None


def _sizes(given):
    if isinstance(given, Text):
        return ()
    found = set()
    for value in given.values():
        value = to_numpy(value)
        if isinstance(value, np.ndarray):
            found |= set(value.shape)
        elif is_numeric(value) and isinstance(value, int):
            found.add(value)
    return tuple(sorted(s for s in found if isinstance(s, int) and s > 1))


def _both(value):
    if isinstance(value, Text):
        return value
    return _both_languages(show(value))


def _both_languages(text):
    return Text(text, text) if text else None
