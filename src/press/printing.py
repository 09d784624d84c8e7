"""A manuscript becomes four notebooks: exercise and solution, English and Chinese.

Everything here is computed from the manuscript alone, so printing twice gives the same bytes.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from press import front_matter, markup
from press.course import KINDS, LANGUAGES, Course
from press.fault import Fault
from press.front_matter import QUESTION_BANKS
from press.manuscript import Cell, Manuscript

CHECK_TAG = "nbval-check-output"

KIND_NAMES = {
    "en": {
        "code": "write code",
        "question": "answer a question",
        "debug": "mend a program",
        "estimate": "estimate",
    },
    "zh": {"code": "手写代码", "question": "问答", "debug": "找错改错", "estimate": "估算"},
}
IDEA = {"en": "The idea", "zh": "思路"}


@dataclass(frozen=True)
class Edition:
    """One of the four notebooks of a lesson."""

    lang: str
    kind: str


EDITIONS = tuple(Edition(lang, kind) for kind in KINDS for lang in LANGUAGES)


class PrintingError(Exception):
    """A manuscript that cannot be printed, with its faults."""

    def __init__(self, faults: list[Fault]):
        super().__init__("; ".join(fault.sentence for fault in faults))
        self.faults = faults


@dataclass
class Printer:
    """Prints the lessons of one course; `lessons` are all of them, for the links."""

    course: Course
    lessons: dict[str, Manuscript]

    def notebook(self, lesson: Manuscript, edition: Edition) -> nbformat.NotebookNode:
        """One notebook without outputs. Raises PrintingError with every fault found."""
        ids = cell_ids(lesson)
        faults = [*lesson.faults, *front_matter.faults(lesson)]
        if faults:
            raise PrintingError(faults)
        cells = [self._header(lesson, edition)]
        for cell in lesson.cells:
            if not cell.is_in(edition.kind):
                continue
            try:
                printed = self._cell(lesson, cell, edition)
            except markup.MarkupError as error:
                line = cell.first + error.offset
                faults.append(Fault(lesson.path, line, error.sentence, error.remedy))
                continue
            printed["id"] = ids[id(cell)]
            cells.append(printed)
        if faults:
            raise PrintingError(faults)
        book = new_notebook(cells=cells)
        book.nbformat_minor = 5
        book.metadata = {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "whiteboard": {"slug": lesson.slug, "edition": edition.lang, "kind": edition.kind},
        }
        return nbformat.from_dict(book)

    def path(self, lesson: Manuscript, edition: Edition) -> Path:
        return self.course.notebook(lesson.part, lesson.stem, edition.lang, edition.kind)

    def link(self, start: Path, slug: str, edition: Edition) -> str:
        """The relative link from a notebook to a lesson in the same edition and kind."""
        lesson = self.lessons.get(slug)
        target = self.path(lesson, edition) if lesson else Path(slug)
        return Path(os.path.relpath(target, start.parent)).as_posix()

    def _header(self, lesson: Manuscript, edition: Edition) -> nbformat.NotebookNode:
        text = header(self, lesson, edition)
        cell = new_markdown_cell(text, metadata={"whiteboard": {"role": "header"}})
        cell["id"] = _hash(f"header of {lesson.slug}")
        return cell

    def _cell(self, lesson: Manuscript, cell: Cell, edition: Edition) -> nbformat.NotebookNode:
        metadata = _metadata(cell, edition)
        if cell.kind == "code":
            transform = markup.exercise if edition.kind == "exercise" else markup.solution
            source = _in_language(transform(cell.source), lesson.slug, edition.lang)
            return new_code_cell(source, metadata=metadata)
        return new_markdown_cell(self._markdown(lesson, cell, edition), metadata=metadata)

    def _markdown(self, lesson: Manuscript, cell: Cell, edition: Edition) -> str:
        lang = edition.lang
        written = cell.partner if lang == "zh" and cell.partner else cell
        text = written.source
        if markup.FLAWS in text:
            text = markup.flaws(text, self._flaw_statements(lesson, cell, lang))
        start = self.path(lesson, edition)
        text = markup.resolve_links(text, lambda slug: self.link(start, slug, edition))
        if cell.role == "hint":
            return markup.hints(text, lang)
        summary = written.options.get("fold") or (IDEA[lang] if cell.role == "idea" else None)
        return markup.fold(text, summary) if summary else text

    def _flaw_statements(self, lesson: Manuscript, cell: Cell, lang: str) -> list[str]:
        """The statements of the Flaws exercise that the cell's anchor names."""
        name = (cell.anchor or "flaws").replace("-", "_")
        offset = cell.source[: cell.source.index(markup.FLAWS)].count("\n")
        remedy = f"Write `{name} = Flaws()` in {self.course.check_file(lesson.slug).name}."
        try:
            exercise = self.course.exercises(lesson.slug).get(name)
        except Exception as error:  # a check file is code: anything may be raised
            raise markup.MarkupError(
                offset,
                f"The check file cannot be imported: {type(error).__name__}: {error}.",
                "Mend it first.",
            ) from error
        statements = getattr(exercise, "statements", None)
        if not statements:
            raise markup.MarkupError(offset, f"There are no statements in `{name}`.", remedy)
        return [statement.text.said(lang) for statement in statements]


def header(printer: Printer, lesson: Manuscript, edition: Edition) -> str:
    """The first cell: title, level, minutes, kind, and the links to the lesson's neighbours."""
    front, lang = lesson.front, edition.lang
    start = printer.path(lesson, edition)

    def link(text: str, slug: str, other: Edition) -> str:
        return f"[{text}]({printer.link(start, slug, other)})"

    level = int(front.get("level", 0))
    dots = "●" * level + "○" * (3 - level)
    kind = KIND_NAMES[lang].get(front.get("kind"), "")
    asked, minutes = front.get("asked", 0), front.get("minutes", 0)
    other_kind = Edition(lang, "solution" if edition.kind == "exercise" else "exercise")
    other_lang = Edition("zh" if lang == "en" else "en", edition.kind)
    needs = [
        link(printer.lessons[slug].title(lang), slug, edition)
        for slug in front.get("needs", [])
        if slug in printer.lessons
    ]
    if lang == "en":
        facts = [f"Level {dots}", f"{minutes} minutes", kind]
        facts += [f"asked by {asked} of {QUESTION_BANKS} question banks"] if asked else []
        links = [link("中文", lesson.slug, other_lang)]
        links += [link(other_kind.kind.capitalize(), lesson.slug, other_kind)]
        links += ["builds on " + ", ".join(needs)] if needs else []
    else:
        facts = [f"难度 {dots}", f"{minutes} 分钟", kind]
        facts += [f"{QUESTION_BANKS} 个题库中有 {asked} 个问到"] if asked else []
        links = [link("English", lesson.slug, other_lang)]
        links += [
            link({"solution": "答案", "exercise": "练习"}[other_kind.kind], lesson.slug, other_kind)
        ]
        links += ["先学" + "、".join(needs)] if needs else []
    return f"# {lesson.title(lang)}\n\n{' · '.join(facts)}\n\n{' · '.join(links)}"


def cell_ids(lesson: Manuscript) -> dict[int, str]:
    """Ids by `id(cell)`: the hash of the English source, made unique, equal in all editions."""
    taken: set[str] = {_hash(f"header of {lesson.slug}")}
    ids = {}
    for cell in lesson.cells:
        count = 0
        name = _hash(f"{cell.kind}\n{cell.source}")
        while name in taken:
            count += 1
            name = _hash(f"{cell.kind}\n{cell.source}\n{count}")
        taken.add(name)
        ids[id(cell)] = name
    return ids


def to_bytes(book: nbformat.NotebookNode) -> bytes:
    """The file's bytes: sorted keys, indented by 1, Chinese as it is, one newline at the end."""
    return (nbformat.writes(book, version=4).rstrip("\n") + "\n").encode("utf-8")


def _metadata(cell: Cell, edition: Edition) -> dict:
    written = cell.partner if edition.lang == "zh" and cell.partner else cell
    about = {"role": cell.role, "anchor": cell.anchor, "alt": written.options.get("alt")}
    metadata: dict = {"whiteboard": {key: value for key, value in about.items() if value}}
    tags = cell.tags + ([CHECK_TAG] if cell.kind == "code" and cell.role == "check" else [])
    if tags:
        metadata["tags"] = list(dict.fromkeys(tags))
    return metadata


def _in_language(source: str, slug: str, lang: str) -> str:
    """The one difference in code between the languages: `lesson("slug", lang="zh")`."""
    if lang == "en":
        return source
    return re.sub(
        rf'\blesson\((["\']){re.escape(slug)}\1\)', f'lesson("{slug}", lang="zh")', source
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
