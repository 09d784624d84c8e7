"""The map of prerequisites: an inline SVG, and the same in words."""

import html
import textwrap

from press.manuscript import Manuscript
from press.site import pieces
from press.site.source import Source

# Sizes in the drawing's own units: a box, the space between boxes, the margin, boxes in a row.
BOX, BELOW, GAP, LEFT, ACROSS = (196, 52), 30, 24, 1, 4


def page(source: Source, lang: str) -> str:
    """The drawing and the list it stands for."""
    zh = lang == "zh"
    needs = [(lesson, source.needs(lesson)) for lesson in source.lessons]
    comma, colon = ("、", "：") if zh else (", ", ": ")
    lines = []
    for lesson, needed in needs:
        links = comma.join(f"[{n.title(lang)}](lessons/{n.slug}.html)" for n in needed)
        word = (
            ("先学" if zh else "builds on ") + links
            if needed
            else ("可以直接学" if zh else "needs none")
        )
        lines.append(f"- [{lesson.title(lang)}](lessons/{lesson.slug}.html){colon}{word}")
    text = (
        "箭头从先学的课指向后学的课。点一下就打开。"
        if zh
        else "An arrow leads from a lesson to one that builds on it. Click a lesson to open it."
    )
    return pieces.document(
        "知识地图" if zh else "Map of prerequisites",
        {},
        text,
        pieces.raw(drawing(source, lang)),
        "## 同样的内容，用文字" if zh else "## The same in words",
        "\n".join(lines),
    )


def drawing(source: Source, lang: str) -> str:
    """One band for each part, its lessons from left to right, arrows from what they need."""
    places, bands, top = {}, [], 0
    for title, lessons in source.parts(lang):
        bands.append(f'<text class="part" x="{LEFT}" y="{top + 18}">{html.escape(title)}</text>')
        for index, lesson in enumerate(lessons):
            line, column = divmod(index, ACROSS)
            x = LEFT + column * (BOX[0] + GAP)
            places[lesson.slug] = (x, top + 28 + line * (BOX[1] + 12))
        top += 28 + ((len(lessons) - 1) // ACROSS + 1) * (BOX[1] + 12) + BELOW
    arrows = [
        _arrow(places[need.slug], places[lesson.slug])
        for lesson in source.lessons
        for need in source.needs(lesson)
    ]
    boxes = [_box(lesson, lang, *places[lesson.slug]) for lesson in source.lessons]
    members = [len(lessons) for _, lessons in source.parts(lang)]
    across = min(ACROSS, max([*members, 3]))
    width = 2 * LEFT + across * BOX[0] + (across - 1) * GAP
    number = len(source.lessons)
    name = "课程之间的先后关系" if lang == "zh" else "Which lesson builds on which"
    told = (
        f"{number} 课，{len(arrows)} 条先后关系；下面的列表说的是同样的内容。"
        if lang == "zh"
        else f"{number} lessons, {len(arrows)} prerequisites; the list below says the same."
    )
    return (
        f'<div class="wide" tabindex="0"><svg class="map" role="group" '
        f'aria-labelledby="map-name map-told" style="min-width:{min(width, 640)}px" '
        f'viewBox="0 0 {width} {max(top, 1)}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="map-name">{name}</title><desc id="map-told">{told}</desc>'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8" style="stroke:none;fill:'
        'var(--accent)"/></marker></defs>'
        f"{''.join(bands)}{''.join(arrows)}{''.join(boxes)}</svg></div>"
    )


def _box(lesson: Manuscript, lang: str, x: int, y: int) -> str:
    width = 13 if lang == "zh" else 27
    lines = textwrap.wrap(lesson.title(lang), width, max_lines=2, placeholder=" …")
    spans = "".join(
        f'<tspan x="{x + 10}" y="{y + 31 + 18 * (i - (len(lines) - 1) / 2):.0f}">'
        f"{html.escape(line)}</tspan>"
        for i, line in enumerate(lines)
    )
    return (
        f'<a href="lessons/{lesson.slug}.html"><title>{html.escape(lesson.title(lang))}</title>'
        f'<rect x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="7"/><text>{spans}</text></a>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    """From the bottom of a box to the top of one below, or from side to side in a row."""
    if abs(start[1] - end[1]) < BOX[1]:
        x0, x1 = start[0] + BOX[0], end[0]
        y0, y1 = start[1] + BOX[1] // 2, end[1] + BOX[1] // 2
        return f'<path d="M{x0} {y0}L{x1} {y1}" marker-end="url(#tip)"/>'
    x0, y0 = start[0] + BOX[0] // 2, start[1] + BOX[1]
    x1, y1 = end[0] + BOX[0] // 2, end[1]
    middle = (y0 + y1) // 2
    curve = f"M{x0} {y0}C{x0} {middle} {x1} {middle} {x1} {y1}"
    return f'<path d="{curve}" marker-end="url(#tip)"/>'
