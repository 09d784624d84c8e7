"""The pages that no lesson owns, made from the lessons that exist."""

import html
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from press.printing import KIND_NAMES
from press.site import cards, needs_map, pieces, plans
from press.site.inline import to_html
from press.site.lesson_page import LessonPage
from press.site.source import Source
from press.site.words import dots, say

TEXTS = Path(__file__).parent / "texts"
FRAMEWORKS = {"numpy": "NumPy", "tensorflow": "TensorFlow"}
_SYMBOL_HEADS = ({"symbol", "variable", "shape"}, {"符号", "变量", "形状"})


def all_pages(source: Source, lang: str) -> Iterator[tuple[str, str, dict[str, bytes]]]:
    """(name without ending, Markdown, files) of every page of one language."""
    for lesson in source.lessons:
        page = LessonPage(source, lesson, lang)
        yield f"lessons/{lesson.slug}", page.markdown(), page.files
    for name, make in PAGES.items():
        yield name, make(source, lang), {}


def _text(name: str, lang: str) -> str:
    """A page's prose, from the folder `texts`."""
    return (TEXTS / f"{name}.{lang}.md").read_text(encoding="utf-8").strip()


def _choose(lang: str, en: str, zh: str) -> str:
    return zh if lang == "zh" else en


def start(source: Source, lang: str) -> str:
    """The first page: what this is, how a lesson goes, where to begin."""
    total = source.statistics["total"]
    first = source.lessons[0] if source.lessons else None
    lead = _choose(
        lang,
        "You answer the way an interview asks: say it, write it from scratch, debug it, estimate "
        "it. Then you see what a good answer contains, and why the common ones are wrong.",
        "像面试那样作答：讲一遍、手撕代码、找 bug、做估算。"
        "答完再看好的回答包含什么，常见的回答又错在哪里。",
    )
    buttons = [f'<a class="button" href="syllabus.html">{_choose(lang, "Syllabus", "课程表")}</a>']
    if first:
        text = _choose(lang, "Begin with the first lesson", "从第一课开始")
        buttons.insert(0, f'<a class="button first" href="lessons/{first.slug}.html">{text}</a>')
    numbers = [
        (total["lessons"], _choose(lang, "lessons", "课")),
        (total["exercises"], _choose(lang, "graded exercises", "道判题练习")),
        (total["traps"], _choose(lang, "tempting wrong answers, named", "种常见错误，逐一点名")),
        (
            total["mutants"]["killed"],
            _choose(lang, "broken solutions caught", "份改坏的答案被识破"),
        ),
    ]
    boxes = "".join(f"<li><b>{number:,}</b>{text}</li>" for number, text in numbers)
    how = _text("start", lang)
    return pieces.document(
        _choose(lang, "Say it, write it, know why", "讲得出，写得对，知道为什么"),
        {},
        pieces.raw(
            f'<p class="lead">{lead}</p><p>{" ".join(buttons)}</p><ul class="numbers">{boxes}</ul>'
        ),
        how,
    )


def syllabus(source: Source, lang: str) -> str:
    """Every lesson in one table; a script filters its rows."""
    heads = _choose(
        lang,
        "Lesson|Part|Level|Kind|Framework|Minutes|Asked",
        "课程|部分|难度|类型|框架|分钟|问到",
    ).split("|")
    rows, choices = [], [set() for _ in range(4)]
    keys = ("part", "level", "kind", "framework")
    names: list[dict] = [{}, {}, {}, {}]
    for number, (title, lessons) in enumerate(source.parts(lang)):
        for lesson in lessons:
            front = lesson.front
            shown = (
                title,
                dots(front["level"]),
                KIND_NAMES[lang][front["kind"]],
                FRAMEWORKS[front["framework"]],
            )
            values = (str(number), str(front["level"]), front["kind"], front["framework"])
            for known, choice, value, text in zip(names, choices, values, shown, strict=True):
                known[value] = text
                choice.add(value)
            data = " ".join(f'data-{k}="{v}"' for k, v in zip(keys, values, strict=True))
            rows.append(
                f'<tr><th scope="row" {data}><a href="lessons/{lesson.slug}.html">'
                f"{html.escape(lesson.title(lang))}</a></th><td>{html.escape(shown[0])}</td>"
                f'<td class="level">{shown[1]}</td><td>{shown[2]}</td><td>{shown[3]}</td>'
                f'<td class="number">{front["minutes"]}</td>'
                f'<td class="number">{front["asked"] or "–"}</td></tr>'
            )
    every = _choose(lang, "all", "全部")
    selects = "".join(
        f'<label>{heads[index + 1]} <select name="{key}"><option value="">{every}</option>'
        + "".join(f'<option value="{v}">{html.escape(names[index][v])}</option>' for v in sorted(c))
        + "</select></label>"
        for index, (key, c) in enumerate(zip(keys, choices, strict=True))
    )
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    asked = _choose(
        lang,
        "*Asked* is in how many of 22 public question banks the question was found; – means that "
        "it was not counted.",
        "“问到”是指 22 个公开题库中有多少个出现过这道题，– 表示没有统计。",
    )
    return pieces.document(
        _choose(lang, "Syllabus", "课程表"),
        {"description": _choose(lang, "Every lesson, to filter.", "全部课程，可以筛选。")},
        asked,
        pieces.raw(
            f'<form class="filters" hidden>{selects}</form><div class="wide" tabindex="0">'
            f'<table class="lessons"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        ),
    )


def notation(source: Source, lang: str) -> str:
    """The symbol tables of all lessons, side by side."""
    blocks = [
        _choose(
            lang,
            "One object has one name in every lesson. Letters are those of the paper whose "
            "equation is on screen; (B, D) is an array of B rows and D columns, one row for each "
            "example.",
            "同一个对象在所有课里用同一个名字。字母沿用屏幕上那条公式所在论文的记法；"
            "(B, D) 是 B 行 D 列的数组，每个样本一行。",
        )
    ]
    for lesson in source.lessons:
        tables = [
            table
            for cell in source.book(lesson, lang, "solution").cells
            if cell.cell_type == "markdown"
            for table in _symbol_tables(cell.source)
        ]
        if tables:
            blocks += [f"## [{lesson.title(lang)}](lessons/{lesson.slug}.html)", *tables]
    return pieces.document(_choose(lang, "Notation", "符号表"), {}, *blocks)


def _symbol_tables(text: str) -> Iterator[str]:
    lines = [*text.split("\n"), ""]
    for index, line in enumerate(lines):
        if {cell.strip() for cell in line.strip().strip("|").split("|")} in _SYMBOL_HEADS:
            end = index
            while lines[end].lstrip().startswith("|"):
                end += 1
            yield "\n".join(lines[index:end])


def glossary(source: Source, lang: str) -> str:
    """The terms, English and Chinese, and the Chinese forms that the course does not use."""
    terms = tomllib.loads(source.course.glossary.read_text(encoding="utf-8"))["term"]
    heads = ["English", "中文", _choose(lang, "not used here", "不采用的写法")]
    rows = [
        [
            f'<span lang="en">{html.escape(term["en"])}</span>',
            f'<span lang="zh-Hans">{html.escape(term["zh"])}</span>',
            f'<span lang="zh-Hans">{html.escape("、".join(term.get("wrong", [])))}</span>',
        ]
        for term in sorted(terms, key=lambda term: term["en"].lower())
    ]
    about = _choose(
        lang,
        f"{len(rows)} terms as the Chinese edition writes them. What stays Latin there stays "
        "Latin in interviews too.",
        f"中文版采用的 {len(rows)} 个术语。这里保留英文的，面试时一般也说英文。",
    )
    return pieces.document(
        _choose(lang, "Glossary, English and Chinese", "术语表：英文与中文"),
        {},
        about,
        pieces.raw(pieces.table(heads, rows)),
    )


def errata(source: Source, lang: str) -> str:
    """What candidates and question banks say, and what is right, with sources."""
    blocks = [
        _choose(
            lang,
            "Statements that question banks and candidates repeat, each with its correction and a "
            "primary source. They are the false statements of *Find the flaw*: if you mean to "
            "solve it, go to the lesson first.",
            "题库和候选人常说、其实不对的话，每一句都附上更正和一手出处。"
            "它们就是各课“挑错”里的错句：想自己做的话，先去上课。",
        )
    ]
    for lesson in source.lessons:
        rows = [
            f'<dt class="wrong">{to_html(s.text.said(lang))}</dt>'
            f"<dd>{to_html(s.because.said(lang))} "
            f'<span class="source">{html.escape(s.source.said(lang), quote=False)}</span></dd>'
            for statements in source.flaws(lesson).values()
            for s in statements
            if s.false
        ]
        if rows:
            blocks += [
                f"## [{lesson.title(lang)}](lessons/{lesson.slug}.html#flaws)",
                pieces.raw(f'<dl class="answers">{"".join(rows)}</dl>'),
            ]
    return pieces.document(
        _choose(lang, "Errata of the common answers", "常见答案勘误"), {}, *blocks
    )


def proofs(source: Source, lang: str) -> str:
    """How the graders are proven, with the numbers of this build."""
    found = source.statistics
    heads = _choose(
        lang,
        "Lesson|exercises|cases|properties|traps|mutants killed|explained|survived",
        "课程|练习|用例|性质|常见错误|识破的变异|有说明的|漏网的",
    ).split("|")
    rows = [
        (
            f'<a href="lessons/{x.slug}.html">{html.escape(x.title(lang))}</a>',
            found["lessons"][x.slug],
        )
        for x in source.lessons
    ]
    total = (f"<strong>{_choose(lang, 'All', '合计')}</strong>", found["total"])
    body = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f'<td class="number">{number:,}</td>' for number in _numbers(counts))
        + "</tr>"
        for name, counts in [*rows, total]
    )
    head = "".join(
        f'<th scope="col"{" class=number" if place else ""}>{text}</th>'
        for place, text in enumerate(heads)
    )
    table = (
        f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
    text = _text("proofs", lang)
    example = _wrong_verdict(source, lang)
    shown = [
        _choose(
            lang,
            "## A verdict on a wrong answer\n\nGraded while this page was made:",
            "## 错误答案会得到什么\n\n生成这一页时实际判的：",
        ),
        pieces.raw(f'<div class="verdict">{example}</div>'),
    ]
    return pieces.document(
        _choose(lang, "How the graders are proven", "判题器是怎样证明的"),
        {},
        text,
        pieces.raw(table),
        *(shown if example else []),
    )


def _numbers(counts: dict) -> list[int]:
    mutants = counts["mutants"] or dict.fromkeys(("killed", "explained", "survived"), 0)
    return [counts[name] for name in ("exercises", "cases", "properties", "traps")] + [
        mutants[name] for name in ("killed", "explained", "survived")
    ]


def _wrong_verdict(source: Source, lang: str) -> str:
    """The verdict on the first trap of a NumPy lesson that the grader names; "" without one."""
    for lesson in source.lessons:
        if lesson.front["framework"] != "numpy":
            continue
        for exercise in source.exercises(lesson).values():
            for trap in getattr(exercise, "traps", ()):
                if all(map(callable, trap.answer)):
                    verdict = exercise.grade(*trap.answer, seed=0)
                    if verdict.likely:
                        return verdict.spoken(lang)._repr_html_()
    return ""


def about(source: Source, lang: str) -> str:
    """Who this is for, how it is made, the licences."""
    text = _text("about", lang)
    return pieces.document(_choose(lang, "About", "关于"), {}, text)


def search(source: Source, lang: str) -> str:
    """The page that asks Pagefind."""
    words = {name: html.escape(say(name, lang)) for name in ("found", "found_none", "search_off")}
    return pieces.document(
        _choose(lang, "Search", "搜索"),
        {"kind": "search", "script": "search.js"},
        pieces.raw(
            f'<form id="ask" data-some="{words["found"]}" data-none="{words["found_none"]}" '
            f'data-off="{words["search_off"]}"><label for="words">{say("searching", lang)}</label> '
            '<input type="search" id="words" name="q" autocomplete="off"></form>'
            '<p id="found" role="status"></p><ol class="results" id="results"></ol>'
            f"<noscript>{words['search_off']}</noscript>"
        ),
    )


PAGES: dict[str, Callable[[Source, str], str]] = {
    "index": start,
    "syllabus": syllabus,
    "map": needs_map.page,
    "plans": plans.page,
    "notation": notation,
    "glossary": glossary,
    "errata": errata,
    "proofs": proofs,
    "cards": cards.page,
    "about": about,
    "search": search,
}
