"""Flashcards: what the site flips and what Anki gets are the same cards."""

import html
import re
from dataclasses import dataclass

from press.manuscript import Manuscript
from press.site import pieces
from press.site.inline import to_html
from press.site.source import Source
from press.site.words import say

_FOLD = re.compile(
    r"<details><summary>(?P<summary>.*?)</summary>\s*(?P<body>.*?)\s*</details>", re.DOTALL
)
_MISTAKES = re.compile(
    r"^(?:Classic mistakes:|常见错误：)\s*(.*?)(?=\n\s*\n|\n</details>|\Z)", re.S | re.M
)


@dataclass(frozen=True)
class Card:
    """One card in one language; texts are Markdown. `key` is the same in both and for ever."""

    key: str
    lesson: str
    address: str
    question: str
    points: tuple[str, ...]
    answer: str = ""
    mistake: str = ""


def cards(source: Source, lang: str) -> list[Card]:
    """The cards of all lessons, in reading order."""
    return [card for lesson in source.lessons for card in _of_lesson(source, lesson, lang)]


def _of_lesson(source: Source, lesson: Manuscript, lang: str) -> list[Card]:
    exercises = source.exercises(lesson).values()
    points = [p.text.said(lang) for e in exercises for p in getattr(e, "points", ())]
    mistakes = [
        match[1]
        for cell in source.cells(lesson, lang, "minute")
        for match in _MISTAKES.finditer(cell.source)
    ]
    title, page = lesson.title(lang), f"lessons/{lesson.slug}.html"
    question = source.question(lesson, lang)
    first = Card(
        f"{lesson.slug}/question", title, page, question, tuple(points), "", " ".join(mistakes)
    )
    return [first, *_follow_ups(source, lesson, lang)]


def _follow_ups(source: Source, lesson: Manuscript, lang: str) -> list[Card]:
    """A card for each follow-up that is a question of its own, keyed by its English question."""
    english, spoken = (_folded(source, lesson, x) for x in ("en", lang))
    page = f"lessons/{lesson.slug}.html"
    return [
        Card(
            f"{lesson.slug}/{' '.join(key.lower().split())}",
            lesson.title(lang),
            page,
            question,
            (),
            answer,
        )
        for (key, _), (question, answer) in zip(english, spoken, strict=True)
        if key.endswith("?")
    ]


def _folded(source: Source, lesson: Manuscript, lang: str) -> list[tuple[str, str]]:
    return [
        (html.unescape(match["summary"]), match["body"])
        for cell in source.cells(lesson, lang, "follow-up")
        for match in _FOLD.finditer(cell.source)
    ]


def back(card: Card, lang: str, formula: str) -> str:
    """The back of a card as HTML: key points, the answer, the classic mistakes."""
    parts = []
    if card.points:
        parts.append(f"<ul>{''.join(f'<li>{to_html(p, formula)}</li>' for p in card.points)}</ul>")
    parts += [
        f"<p>{to_html(_joined(each, lang), formula)}</p>"
        for each in re.split(r"\n\s*\n", card.answer)
        if each.strip()
    ]
    if card.mistake:
        label = say("mistake", lang) + ("：" if lang == "zh" else ": ")
        text = to_html(_joined(card.mistake, lang), formula)
        parts.append(f"<p><strong>{label}</strong>{text}</p>")
    return "".join(parts)


def _joined(text: str, lang: str) -> str:
    """A paragraph on one line; between 汉字 a line break is no space."""
    if lang == "zh":
        text = re.sub(
            r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text
        )
    return " ".join(text.split())


def page(source: Source, lang: str) -> str:
    """The cards on the site: all of them without a script, one at a time with it."""
    zh = lang == "zh"
    formula = '<span class="math">{}</span>'
    articles = []
    for card in cards(source, lang):
        link = (
            f'<a href="{card.address}">{say("open_lesson", lang)}: {html.escape(card.lesson)}</a>'
        )
        if zh:
            link = link.replace(": ", "：", 1)
        articles.append(
            f"<article><h2>{to_html(card.question, formula)}</h2><details><summary>"
            f"{say('flip', lang)}</summary>{back(card, lang, formula)}</details>"
            f'<p class="source">{link}</p></article>'
        )
    text = (
        f"{len(articles)} 张卡：先讲，再翻面。`make cards` 生成同一套卡的 Anki 牌组，"
        "以后更新不会打乱你的复习进度。"
        if zh
        else f"{len(articles)} cards: say the answer, then turn the card. `make cards` writes the "
        "same cards as an Anki deck; an update keeps your schedule."
    )
    keys = (
        '<p class="card-keys" hidden>'
        f'<button class="button flip" type="button">{say("flip", lang)}</button> '
        f'<button class="button next" type="button">{say("next_card", lang)}</button> '
        '<output role="status"></output></p>'
    )
    body = f'<div class="cards" data-pagefind-ignore>{"".join(articles)}</div>'
    return pieces.document("抽认卡" if zh else "Flashcards", {}, text, pieces.raw(keys + body))
