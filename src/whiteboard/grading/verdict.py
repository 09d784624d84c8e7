"""A verdict: a value for programs, a text for terminals, HTML for notebooks; the same words."""

import html
from dataclasses import dataclass, replace

from whiteboard.grading import messages
from whiteboard.grading.text import Text

PASSED, FAILED, UNWRITTEN = "passed", "failed", "unwritten"
_MARKS = {PASSED: "✓", FAILED: "✗", UNWRITTEN: "○"}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What the grader says of one answer. Every `Text` has `.en` and `.zh`.

    status: "passed", "failed" or "unwritten". summary: what stands behind the mark.
    property: the name of the property that failed. given, expected, got: as shown. difference:
    where they part. pattern: how they part. ask: one question. likely: the sentence of the trap
    that behaves like this answer; trap: its number, from 1. printed: what the answer printed in
    the failing case; flooded: how many characters of it were cut. seed: of the random inputs,
    where the failing case was random. lines: further lines, as they are.
    """

    # Before the fields: the field `property` hides the decorator in the rest of the class.
    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == PASSED

    exercise: str
    status: str
    lang: str = "en"
    summary: Text | None = None
    property: Text | None = None
    given: Text | None = None
    expected: Text | None = None
    got: Text | None = None
    difference: Text | None = None
    pattern: Text | None = None
    ask: Text | None = None
    likely: Text | None = None
    trap: int | None = None
    printed: str = ""
    flooded: int = 0
    seed: int | None = None
    lines: tuple = ()

    def spoken(self, lang: str) -> "Verdict":
        """The same verdict in the other language."""
        return replace(self, lang=lang)

    def with_summary(self, summary: Text) -> "Verdict":
        """The same verdict with another sentence behind its mark."""
        return replace(self, summary=summary)

    def rows(self) -> list[tuple[str, str]]:
        """(label, text) of each row to show, in the verdict's language."""
        stop = Text("; ", "；")
        got = _join(stop, self.got, self.difference, self.pattern)
        expected = _join(stop, self.expected, self.property)
        rows = [
            (messages.GIVEN, self.given),
            (messages.EXPECTED, expected),
            (messages.GOT, got),
            (messages.PRINTED, self._printed()),
            (messages.ASK, self.ask),
        ]
        return [(label.said(self.lang), t.said(self.lang)) for label, t in rows if t]

    def __str__(self):
        colon = "：" if self.lang == "zh" else ": "
        lines = [self._head(), *(f"{label}{colon}{text}" for label, text in self.rows())]
        lines += [line.said(self.lang) for line in self.lines]
        if self.likely:
            lines.append("▸ " + messages.WHY.filled(name=self.exercise).said(self.lang))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        colon = "：" if self.lang == "zh" else ": "
        rows = "".join(
            f'<div><span style="opacity:.65">{html.escape(label)}{colon}</span>'
            f'<span style="white-space:pre-wrap">{html.escape(text)}</span></div>'
            for label, text in self.rows()
        )
        lines = "".join(_line(line.said(self.lang)) for line in self.lines)
        return (
            f'<div lang="{"zh-Hans" if self.lang == "zh" else "en"}" style="border-left:3px solid '
            f'{_COLOURS[self.status]};padding:.2em .8em;line-height:1.5">'
            f"<div><b>{html.escape(self._head())}</b></div>{rows}{lines}{self._folded()}</div>"
        )

    def _head(self):
        head = f"{_MARKS[self.status]} {self.exercise}"
        return f"{head} · {self.summary.said(self.lang)}" if self.summary else head

    def _printed(self):
        if not self.flooded:
            return Text(self.printed, self.printed) if self.printed else None
        more = messages.FLOODED.filled(n=self.flooded)
        return Text(f"{self.printed}\n{more.en}", f"{self.printed}\n{more.zh}")

    def _folded(self):
        if not self.likely:
            return ""
        label, text = messages.LIKELY.said(self.lang), self.likely.said(self.lang)
        return (
            f'<details><summary style="cursor:pointer">{label}</summary>'
            f"{html.escape(text)}</details>"
        )


# Colours that keep 3:1 against both of JupyterLab's backgrounds; the mark says the same.
_COLOURS = {PASSED: "#2e8b57", FAILED: "#c4483e", UNWRITTEN: "#8a8a8a"}


def _line(text):
    """A line in HTML; one that begins with ☐ becomes a box that the learner ticks."""
    escaped = html.escape(text.removeprefix("☐ "))
    if text.startswith("☐ "):
        return f'<div><label><input type="checkbox"> {escaped}</label></div>'
    return f"<div>{escaped}</div>"


def _join(stop, *texts):
    present = [t for t in texts if t]
    if not present:
        return None
    return Text(stop.en.join(t.en for t in present), stop.zh.join(t.zh for t in present))
