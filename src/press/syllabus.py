"""The table of lessons that README.md shows between its two markers."""

import tomllib
from itertools import groupby

from press.course import Course
from press.manuscript import Manuscript

BEGIN, END = "<!-- syllabus -->", "<!-- /syllabus -->"


def part_titles(course: Course, part: str) -> dict[str, str]:
    """`part.toml` of a part: {"title": …, "title_zh": …}; the folder's name where it is silent."""
    path = course.lessons / part / "part.toml"
    try:
        known = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        known = {}
    return {"title": part, "title_zh": part} | known


def table(course: Course, lessons: list[Manuscript]) -> str:
    """One table for each part, both titles linked to the exercise notebooks."""
    blocks = []
    for part, members in groupby(lessons, key=lambda lesson: lesson.part):
        titles = part_titles(course, part)
        rows = [f"**{titles['title']}** · {titles['title_zh']}", ""]
        rows += ["| | Lesson | 课程 | Level | Minutes |", "|-:|:-|:-|:-:|-:|"]
        rows += [_row(course, lesson) for lesson in members]
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks)


def _row(course: Course, lesson: Manuscript) -> str:
    def link(lang: str) -> str:
        path = course.notebook(lesson.part, lesson.stem, lang, "exercise")
        return f"[{lesson.title(lang)}]({course.relative(path)})"

    level = int(lesson.front.get("level", 0))
    dots = "●" * level + "○" * (3 - level)
    minutes = lesson.front.get("minutes", "")
    return f"| {lesson.number} | {link('en')} | {link('zh')} | {dots} | {minutes} |"


def printed(course: Course, lessons: list[Manuscript]) -> str | None:
    """README.md with the table in its place; None without a README or without both markers."""
    try:
        text = course.readme.read_text(encoding="utf-8")
    except OSError:
        return None
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        return None
    return f"{before}{BEGIN}\n\n{table(course, lessons)}\n\n{END}{after}"


def write(course: Course, lessons: list[Manuscript]) -> bool:
    """Renew the table in README.md; True when the file changed."""
    text = printed(course, lessons)
    if text is None or text == course.readme.read_text(encoding="utf-8"):
        return False
    course.readme.write_text(text, encoding="utf-8")
    return True
