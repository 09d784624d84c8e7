"""How Chinese is written here: the glossary, punctuation, spacing, and what CommonMark breaks."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_LATIN = r"A-Za-z0-9%\u0370-\u03ff√∞∂∑"
# What a masked text holds in place of code, formulas, link targets and tags, one sign for one.
_CODE, _TARGET, _TAG = "\ue000", "\ue001", "\ue002"
_TERM = _LATIN + _CODE + "$"

_MASKS = (
    (re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE), _TAG),
    (re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL), _CODE),
    (re.compile(r"\$\$.+?\$\$", re.DOTALL), "$"),
    (re.compile(r"(?<![\\$])\$(?!\$).+?(?<!\\)\$", re.DOTALL), "$"),
    (re.compile(r"(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)"), _TARGET),
    (re.compile(r"<[A-Za-z/!][^<>]*>|https?://[^\s\u4e00-\u9fff，。）]+"), _TAG),
)


@dataclass(frozen=True)
class Term:
    """A glossary entry: the Chinese that is used and the variants that are not."""

    en: str
    zh: str
    wrong: tuple[str, ...]
    allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A fault in a text; `offset` counts lines from its start."""

    offset: int
    sentence: str
    remedy: str


def read_glossary(path: Path) -> list[Term]:
    """The terms of glossary.toml; none when there is no such file. Raises on bad TOML."""
    if not path.exists():
        return []
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("term", [])
    return [
        Term(e["en"], e["zh"], tuple(e.get("wrong", ())), tuple(e.get("allow", ())))
        for e in entries
    ]


def mask(text: str) -> str:
    """Hide code, formulas, link targets and tags; positions and line breaks stay."""
    for pattern, sign in _MASKS:
        text = pattern.sub(lambda m, s=sign: re.sub(r"[^\n]", s, m[0]), text)
    return text


def findings(text: str, glossary: list[Term]) -> list[Finding]:
    """Every fault of one Chinese text, in line order."""
    masked = mask(text)
    found = [*terms(masked, glossary), *_patterns(masked), *_rendered(text, masked)]
    return sorted(set(found), key=lambda finding: (finding.offset, finding.sentence))


def terms(masked: str, glossary: list[Term]) -> Iterator[Finding]:
    """Variants that the glossary refuses, in a masked text."""
    if not _any_variant(tuple(glossary)).search(masked):
        return  # nearly every text, in one search instead of one for each variant
    for term in glossary:
        for wrong in term.wrong:
            for match in re.finditer(re.escape(wrong), masked, re.IGNORECASE):
                if not _allowed(masked, match, term.allow):
                    yield Finding(
                        masked.count("\n", 0, match.start()),
                        f"“{match[0]}” is not what the glossary says for “{term.en}”.",
                        f"Write “{term.zh}”.",
                    )


@cache
def _any_variant(glossary: tuple[Term, ...]) -> re.Pattern:
    variants = [re.escape(wrong) for term in glossary for wrong in term.wrong]
    return re.compile("|".join(variants) or r"(?!)", re.IGNORECASE)


def _allowed(masked: str, match: re.Match, phrases: tuple[str, ...]) -> bool:
    """True when the match lies inside a longer phrase that is right."""
    return any(
        found.start() <= match.start() and match.end() <= found.end()
        for phrase in phrases
        for found in re.finditer(re.escape(phrase), masked)
    )


_FULL_WIDTH = dict(zip(",.:;?!()", "，。：；？！（）", strict=True))


def _half_width(match: re.Match) -> tuple[str, str]:
    sign = re.search(r"[,.:;?!()]", match[0])[0]
    remedy = f"Write “{_FULL_WIDTH[sign]}”"
    # The ) of O(n) stays half-width; it lacks a space.
    remedy += ", or a space where it belongs to Latin text." if sign in "()" else "."
    return f"A half-width “{sign}” stands next to 汉字.", remedy


def _fixed(sentence: str, remedy: str):
    return lambda match: (sentence, remedy)


_RULES = (
    (re.compile(rf"[{_HAN}](?:[,.:;?()]|!(?!\[))"), _half_width),
    (re.compile(rf"[,;:?!] ?(?=[{_HAN}])|[.()](?=[{_HAN}])"), _half_width),
    (
        re.compile(rf"[{_HAN}]\"|\"[{_HAN}]"),
        _fixed('A straight quote " stands next to 汉字.', "Write “…”."),
    ),
    (
        re.compile(rf"[{_HAN}][*\[]*[{_TERM}]|[{_TERM}][*\]{_TARGET}]*[{_HAN}]"),
        lambda match: (
            f"There is no space between 汉字 and Latin letters, digits, code or a formula: "
            f"“{_readable(match[0])}”.",
            "Write one space.",
        ),
    ),
    (
        re.compile(r"(?<=[^\s|])[ \u3000]{2,}(?=[^\s|])"),
        _fixed("There are two spaces in a row.", "Write one."),
    ),
    (
        re.compile(rf"[{_HAN}] +(?=[{_HAN}])"),
        _fixed("A space stands between two 汉字.", "Take it out."),
    ),
    (re.compile("您"), _fixed("The reader is addressed as 您.", "Write 你.")),
    (
        re.compile(rf"[{_HAN}，、；：]\n(?=[{_HAN}])"),
        _fixed("A line breaks between two 汉字.", "Join the lines: it may render as a space."),
    ),
)


def _patterns(masked: str) -> Iterator[Finding]:
    for pattern, explain in _RULES:
        for match in pattern.finditer(masked):
            yield Finding(masked.count("\n", 0, match.start()), *explain(match))


def _readable(text: str) -> str:
    return re.sub(f"[{_CODE}{_TARGET}{_TAG}]+", "`…`", text)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _rendered(text: str, masked: str) -> Iterator[Finding]:
    """Emphasis that CommonMark shows as asterisks, and emphasis that makes 汉字 italic."""
    if not re.search("[*_]", masked):
        return
    # Formulas are taken out before a notebook's Markdown is read; code and links are not.
    seen = "".join("$" if m == "$" else t for t, m in zip(text, masked, strict=True))
    for block in _markdown().parse(seen):
        if block.type != "inline":
            continue
        offset = block.map[0] if block.map else 0
        italic = 0
        for token in block.children or ():
            offset += token.type in ("softbreak", "hardbreak")
            italic += {"em_open": 1, "em_close": -1}.get(token.type, 0)
            if token.type != "text":
                continue
            if "**" in token.content:
                yield Finding(
                    offset,
                    "Asterisks of bold text will be shown, as a bold text ends or begins with "
                    "punctuation next to 汉字.",
                    "Move the punctuation out of the bold text.",
                )
            if italic and re.search(f"[{_HAN}]", token.content):
                yield Finding(offset, "汉字 are italic.", "Use bold, or 「…」.")
