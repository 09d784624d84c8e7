"""Study plans of one, two and four weeks, made from the lessons that exist."""

from press.manuscript import Manuscript
from press.site import pieces
from press.site.source import Source

# Weeks, anchor, minutes a day, titles.
PLANS = (
    (1, "one-week", 90, "One week", "一周"),
    (2, "two-weeks", 75, "Two weeks", "两周"),
    (4, "four-weeks", 60, "Four weeks", "四周"),
)
STUDY_DAYS = 5


def chosen(source: Source, minutes: int) -> list[Manuscript]:
    """The most asked lessons with all that they need, in reading order, within the minutes."""
    taken: set[str] = set()
    left = minutes
    for lesson in sorted(source.lessons, key=lambda lesson: -lesson.front["asked"]):
        wanted = [x for x in _with_needs(source, lesson) if x.slug not in taken]
        cost = sum(each.front["minutes"] for each in wanted)
        if cost <= left:
            taken |= {each.slug for each in wanted}
            left -= cost
    return [lesson for lesson in source.lessons if lesson.slug in taken]


def spread(lessons: list[Manuscript], days: int) -> list[list[Manuscript]]:
    """The lessons over at most `days` days, in order, the days about equally long."""
    total = sum(lesson.front["minutes"] for lesson in lessons)
    plan: list[list[Manuscript]] = [[] for _ in range(min(days, len(lessons)))]
    before = 0
    for index, lesson in enumerate(lessons):
        middle = before + lesson.front["minutes"] / 2
        even = int(middle * len(plan) / total)
        # Never leaves a later day without a lesson, nor a day empty.
        earliest = len(plan) - (len(lessons) - index)
        plan[max(even, earliest, 0)].append(lesson)
        before += lesson.front["minutes"]
    return [day for day in plan if day]


def _with_needs(source: Source, lesson: Manuscript) -> list[Manuscript]:
    found: list[Manuscript] = []
    for need in source.needs(lesson):
        found += [each for each in _with_needs(source, need) if each not in found]
    return [*found, lesson]


def page(source: Source, lang: str) -> str:
    """All plans; each day's lessons are links."""
    zh = lang == "zh"
    blocks = [
        "每周学五天，留两天休息。时间不够时，先选题库里问得最多的课，以及它们要先学的课。"
        if zh
        else "Five days a week, two to rest. Where time is short, the lessons asked most come "
        "first, with what they need."
    ]
    for weeks, anchor, minutes, en, title_zh in PLANS:
        days = weeks * STUDY_DAYS
        lessons = chosen(source, days * minutes)
        plan = spread(lessons, days)
        total = sum(lesson.front["minutes"] for lesson in lessons)
        blocks.append(pieces.anchored(f"## {title_zh if zh else en}\n", anchor))
        # With days to spare the lessons stand apart, and the days between are for saying again.
        numbers = [1 + place * days // len(plan) for place in range(len(plan))]
        rows = "\n".join(map(_day, numbers, plan, [lang] * len(plan)))
        blocks.append(rows)
        rest = days - len(plan)
        if zh:
            last = f"一共 {total} 分钟。" + (
                "没有排课的日子：把学过的问题再讲一遍，翻[抽认卡](cards.html)，重做错过的练习。"
                if rest
                else ""
            )
        else:
            last = f"{total} minutes in all. " + (
                "On the days between: say each answer aloud again, turn the "
                "[flashcards](cards.html), write again what went wrong."
                if rest
                else ""
            )
        blocks.append(last)
    return pieces.document("学习计划" if zh else "Study plans", {}, *blocks)


def _day(number: int, lessons: list[Manuscript], lang: str) -> str:
    word = f"第 {number} 天" if lang == "zh" else f"Day {number}"
    unit = "分钟" if lang == "zh" else "min"
    around = "（{}）" if lang == "zh" else " ({})"
    links = (
        f"[{lesson.title(lang)}](lessons/{lesson.slug}.html)"
        + around.format(f"{lesson.front['minutes']} {unit}")
        for lesson in lessons
    )
    return f"- **{word}** · {' · '.join(links)}"
