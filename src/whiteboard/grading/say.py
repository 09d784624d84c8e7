"""Say it: a mirror that shows which key points an answer in words contains.

It finds phrases, it does not judge. A phrase inside a negated clause does not count.
"""

import re
import unicodedata
from typing import NamedTuple

from whiteboard.grading import messages
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.text import Text
from whiteboard.grading.verdict import FAILED, PASSED, UNWRITTEN, Verdict

_CLAUSES = re.compile(
    r"[,;:!?。，；：！？、]|——|\s[—–]\s|\.(?=\s|$)|\bbut\b|\bwhile\b|但是?|(?<![反从因进])而是?"
)
# 不同, 差不多, 有没有, 无偏, 非线性, 别忘了, "don't forget" and their like deny nothing.
_NEGATION = re.compile(
    r"\b(?:not?|never|without|cannot|neither|nor|rather than|instead of)\b|n['’]t\b(?! forget)"
    r"|(?<!差)(?<!有)[不没](?!同|仅|只|断|变|过|等|要忘|能忘)|并非|而非|无法|无需|(?<![个类识分区级特鉴差辨判])别(?!忘)",
    re.IGNORECASE,
)


class Point(NamedTuple):
    """One thing a good answer contains, and the patterns that find it, per language."""

    text: Text
    found_en: tuple
    found_zh: tuple


class Say(Exercise):
    """An answer in the learner's own words, held against key points.

    model_en, model_zh: the answer as it should be said; it contains every point.
    """

    def __init__(self, *, model_en, model_zh):
        self.model = Text(model_en.strip(), model_zh.strip())
        self.points = []

    def point(self, *, en, zh, found_en, found_zh):
        """A key point and regular expressions that find it; case and width do not matter."""
        self.points.append(Point(Text(en, zh), tuple(found_en), tuple(found_zh)))

    def texts(self):
        yield self.model
        yield from (point.text for point in self.points)

    def grade(self, *answer, seed=None):
        text = answer[0] if len(answer) == 1 else answer
        if text is None or text is ... or (isinstance(text, str) and not text.strip()):
            return Verdict(self.name, UNWRITTEN, summary=messages.SAID_NOTHING)
        if not isinstance(text, str):
            got = Text(repr(text), repr(text))
            return Verdict(self.name, FAILED, expected=messages.SAY_TEXT, got=got)
        found = [self.find(point, text) for point in self.points]
        count = sum(phrase is not None for phrase in found)
        return Verdict(
            self.name,
            PASSED,
            summary=messages.SAY_HEAD.filled(found=count, n=len(self.points)),
            lines=tuple(map(_line, self.points, found)),
        )

    def find(self, point, text) -> str | None:
        """The clause of `text` that says `point`, or None."""
        for clause in _CLAUSES.split(_unwrapped(unicodedata.normalize("NFKC", text))):
            if clause and _says(point, clause):
                return clause.strip()
        return None


def _unwrapped(text):
    """`text` without its line breaks: a wrapped line ends no clause, an empty line does."""
    text = re.sub(r"\n\s*\n", ". ", text)
    text = re.sub(r"(?<=[\u4e00-\u9fff])\s*\n\s*(?=[\u4e00-\u9fff])", "", text)
    return text.replace("\n", " ")


def _says(point, clause):
    for pattern in (*point.found_en, *point.found_zh):
        match = re.search(pattern, clause, re.IGNORECASE)
        if match and not _NEGATION.search(_around(clause, match, pattern)):
            return True
    return False


def _around(clause, match, pattern):
    """Where a negation would deny the point: outside the phrase, if the pattern itself negates."""
    if _NEGATION.search(pattern):
        return f"{clause[: match.start()]} | {clause[match.end() :]}"
    return clause


def _line(point, phrase):
    seen = messages.SAY_MISSING if phrase is None else messages.SAY_FOUND.filled(phrase=phrase)
    return Text(f"☐ {point.text.en}: {seen.en}", f"☐ {point.text.zh}：{seen.zh}")
