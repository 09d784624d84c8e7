"""Find the flaw: an answer in numbered statements, some of them wrong."""

import re
from typing import NamedTuple

from whiteboard.grading import messages
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.text import Text
from whiteboard.grading.verdict import FAILED, PASSED, UNWRITTEN, Verdict


class Statement(NamedTuple):
    """One sentence of a candidate's answer; a false one has its correction and its source."""

    text: Text
    because: Text | None = None
    source: Text | None = None

    @property
    def false(self) -> bool:
        return self.because is not None


class Flaws(Exercise):
    """Statements as candidates give them, numbered from 1 in the order they are declared."""

    def __init__(self):
        self.statements = []

    def true(self, *, en, zh):
        """A statement that holds."""
        self.statements.append(Statement(Text(en, zh)))

    def false(self, *, en, zh, because_en, because_zh, source, source_zh=None):
        """A statement that does not hold, with its correction and a primary source.

        A citation reads alike in both languages; words of ours ("measured in this lesson") need
        `source_zh`.
        """
        because, cited = Text(because_en, because_zh), Text(source, source_zh or source)
        self.statements.append(Statement(Text(en, zh), because, cited))

    @property
    def wrong(self) -> set[int]:
        """The numbers of the false statements."""
        return {n for n, s in enumerate(self.statements, 1) if s.false}

    @property
    def sources(self) -> list[Text]:
        """Where each correction is to be found, in the order of the false statements."""
        return [s.source for s in self.statements if s.false]

    def texts(self):
        for statement in self.statements:
            yield statement.text
            if statement.because:
                yield statement.because

    def grade(self, *answer, seed=None):
        value = answer[0] if len(answer) == 1 else answer
        if value is None or value is ... or (hasattr(value, "__len__") and not len(value)):
            return Verdict(self.name, UNWRITTEN, summary=messages.STUB)
        numbers = _numbers(value)
        if numbers is None:
            got = Text(repr(value), repr(value))
            return Verdict(self.name, FAILED, expected=messages.FLAW_NUMBERS, got=got)
        outside = sorted(n for n in numbers if not 1 <= n <= len(self.statements))
        if outside:
            got = messages.FLAW_RANGE.filled(numbers=outside, n=len(self.statements))
            return Verdict(self.name, FAILED, expected=messages.FLAW_NUMBERS, got=got)
        missed, accused = len(self.wrong - numbers), len(numbers - self.wrong)
        if missed or accused:
            counts = {"missed": missed, "accused": accused}
            ending = {"s": "" if missed == 1 else "s", "t": "" if accused == 1 else "s"}
            return Verdict(self.name, FAILED, got=messages.FLAWS_LEFT.filled(**counts, **ending))
        return Verdict(
            self.name,
            PASSED,
            summary=messages.FLAWS_FOUND.filled(n=len(self.wrong)),
            lines=tuple(self._corrections()),
        )

    def _corrections(self):
        for number, statement in enumerate(self.statements, 1):
            if statement.false:
                yield Text(
                    f"{number}. ✗ {statement.text.en} → {statement.because.en} "
                    f"({statement.source.en})",
                    f"{number}. ✗ {statement.text.zh} → {statement.because.zh}"
                    f"（{statement.source.zh}）",
                )


def _numbers(value):
    """The statement numbers in `value`: a list, a set, a tuple, or a text such as "2，5"."""
    if isinstance(value, int):
        return {value}
    if isinstance(value, str):
        found = re.findall(r"(?<!\d)-?\d+", value)
        return {int(n) for n in found} if found else None
    try:
        items = list(value)
        return {int(n) for n in items} if all(int(n) == n for n in items) else None
    except (TypeError, ValueError):
        return None
