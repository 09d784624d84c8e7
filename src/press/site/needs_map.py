"""The map of prerequisites: an inline SVG, and the same in words."""

import html
import textwrap
from dataclasses import dataclass

from press.manuscript import Manuscript
from press.site import pieces
from press.site.source import Source

# Sizes in the drawing's own units: a box, how many in a row, the channels left of each column and
# below each row that lines run in, the height of a part's title.
BOX, ACROSS, CHANNEL, BELOW, TITLE = (190, 52), 3, 38, 28, 26
LANE = 5  # between two lines in one channel


@dataclass(frozen=True)
class Place:
    """Where a lesson's box stands; `row` counts from the top of the whole drawing."""

    row: int
    column: int
    y: int

    @property
    def x(self) -> int:
        return CHANNEL + self.column * (BOX[0] + CHANNEL)

    @property
    def middle(self) -> int:
        return self.y + BOX[1] // 2


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
        "箭头从先学的课指向后学的课。指向某一课，只留下与它相连的线；点一下就打开。"
        if zh
        else "An arrow leads from a lesson to one that builds on it. Point at a lesson to see "
        "its own lines; click it to open it."
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
    """One band for each part, its lessons from left to right, lines from what they need."""
    places, bands, top, row = {}, [], 0, 0
    for title, lessons in source.parts(lang):
        bands.append(f'<text class="part" x="{CHANNEL}" y="{top + 16}">{html.escape(title)}</text>')
        for index, lesson in enumerate(lessons):
            line, column = divmod(index, ACROSS)
            y = top + TITLE + line * (BOX[1] + BELOW)
            places[lesson.slug] = Place(row + line, column, y)
        lines = (len(lessons) - 1) // ACROSS + 1
        top, row = top + TITLE + lines * (BOX[1] + BELOW), row + lines
    pairs = [(need.slug, lesson.slug) for lesson in source.lessons for need in source.needs(lesson)]
    lanes = _lanes([(places[start], places[end]) for start, end in pairs])
    arrows = [
        f'<path data-ends="{start} {end}" marker-end="url(#tip)" '
        f'd="{_way(places[start], places[end], lanes[places[start], places[end].column])}"/>'
        for start, end in pairs
    ]
    boxes = [_box(lesson, lang, places[lesson.slug]) for lesson in source.lessons]
    width = ACROSS * (BOX[0] + CHANNEL) + 2
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


def _lanes(pairs: list[tuple[Place, Place]]) -> dict[tuple[Place, int], int]:
    """(start, column of the end) → x of the line in the channel left of that column.

    Lines of one start share a lane, as they fork; those of two starts never do, unless a channel is
    full.
    """
    starts: dict[int, list[Place]] = {}
    for start, end in pairs:
        known = starts.setdefault(end.column, [])
        if start not in known:
            known.append(start)
    room = (CHANNEL - 14) // LANE
    return {
        (start, column): column * (BOX[0] + CHANNEL) + 4 + LANE * (index % room)
        for column, known in starts.items()
        for index, start in enumerate(known)
    }


def _box(lesson: Manuscript, lang: str, place: Place) -> str:
    x, y = place.x, place.y
    width = 12 if lang == "zh" else 25
    lines = textwrap.wrap(lesson.title(lang), width, max_lines=2, placeholder=" …")
    spans = "".join(
        f'<tspan x="{x + 10}" y="{y + 31 + 18 * (i - (len(lines) - 1) / 2):.0f}">'
        f"{html.escape(line)}</tspan>"
        for i, line in enumerate(lines)
    )
    return (
        f'<a href="lessons/{lesson.slug}.html" data-lesson="{lesson.slug}">'
        f"<title>{html.escape(lesson.title(lang))}</title>"
        f'<rect x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="7"/><text>{spans}</text></a>'
    )


def _way(start: Place, end: Place, lane: int) -> str:
    """Down from a box, along the channels between boxes, into another box from its left."""
    if start.row == end.row and end.column == start.column + 1:
        return f"M{start.x + BOX[0]} {start.middle}H{end.x}"
    # Each column has its own height in the channel below its row.
    below = start.y + BOX[1] + 7 + LANE * start.column
    return f"M{start.x + 20} {start.y + BOX[1]}V{below}H{lane}V{end.middle}H{end.x}"
