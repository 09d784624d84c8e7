"""One solution notebook becomes one page: the question first, everything else behind a fold."""

import base64
import html
from dataclasses import dataclass, field

from nbformat import NotebookNode

from press.front_matter import QUESTION_BANKS, seed_items
from press.manuscript import Manuscript, checked_name
from press.printing import KIND_NAMES, Edition
from press.site import pieces
from press.site.flaws_form import form
from press.site.inline import to_html
from press.site.source import SiteError, Source
from press.site.words import dots, say


@dataclass
class LessonPage:
    """Builds the Markdown of one lesson in one language, and the files that it shows."""

    source: Source
    lesson: Manuscript
    lang: str
    files: dict[str, bytes] = field(default_factory=dict)
    _held: list[str] = field(default_factory=list)
    _earlier: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The page; fills `files` (path in the language's folder -> bytes) on the way."""
        book = self.source.book(self.lesson, self.lang, "solution")
        stubs = _stubs(book, self.source.book(self.lesson, self.lang, "exercise"))
        cells = [cell for cell in book.cells if _about(cell).get("role") != "header"]
        blocks: list[str] = [pieces.raw(self._header())]
        for index, cell in enumerate(cells):
            after = cells[index + 1 :]
            if cell.cell_type == "markdown":
                blocks += self._text(cell)
            elif _about(cell).get("role") == "flaws" or self._is_flaws_check(cell):
                continue  # the form says it
            else:
                blocks += self._code(cell, stubs.get(cell.id), after)
        title = self.lesson.title(self.lang)
        about = {
            "kind": "lesson",
            "description": _plain(self.source.question(self.lesson, self.lang)),
            **self._neighbours(),
        }
        return pieces.document(title, about, *blocks)

    # --- The header ---

    def _header(self) -> str:
        front, lang = self.lesson.front, self.lang
        if lang == "en":
            facts = [f"Level {dots(front['level'])}"]
            asked = f"asked by {front['asked']} of {QUESTION_BANKS} question banks"
        else:
            facts = [f"难度 {dots(front['level'])}"]
            asked = f"{QUESTION_BANKS} 个题库中有 {front['asked']} 个问到"
        facts += [f"{front['minutes']} {say('minutes', lang)}", KIND_NAMES[lang][front["kind"]]]
        facts += [{"numpy": "NumPy", "tensorflow": "TensorFlow"}[front["framework"]]]
        facts += [asked] if front["asked"] else []
        lines = [" · ".join(f"<span>{fact}</span>" for fact in facts)]
        neighbours = [
            ("builds_on", self.source.needs(self.lesson)),
            ("leads_to", self.source.leads_to(self.lesson)),
        ]
        for name, lessons in neighbours:
            if lessons:
                links = (_link(other, lang) for other in lessons)
                lines.append(f"{say(name, lang)} {_comma(lang).join(links)}")
        titles = [seed_items()[reference][lang == "zh"] for reference in front["seeds"]]
        if titles:
            colon, stop = ("：", "；") if lang == "zh" else (": ", "; ")
            lines.append(f"{say('seeds', lang)}{colon}{html.escape(stop.join(titles))}")
        downloads = []
        for kind in ("exercise", "solution"):
            path = self.source.course.notebook(self.lesson.part, self.lesson.stem, lang, kind)
            name = f"{'notebooks' if kind == 'exercise' else 'solutions'}/{path.name}"
            self.files[name] = path.read_bytes()
            text = say(f"download_{kind}", lang)
            downloads.append(f'<a class="notebook {kind}" href="../{name}" download>{text}</a>')
        rows = "".join(f"<p>{line}</p>" for line in lines)
        return f'<div class="about">{rows}<p class="notebooks">{" ".join(downloads)}</p></div>'

    def _neighbours(self) -> dict[str, str]:
        lessons = self.source.lessons
        place = lessons.index(self.lesson)
        found = {}
        if place:
            found["previous"] = lessons[place - 1]
        if place + 1 < len(lessons):
            found["next"] = lessons[place + 1]
        return {
            key: value
            for name, other in found.items()
            for key, value in (
                (name, f"{other.slug}.html"),
                (f"{name}_title", other.title(self.lang)),
            )
        }

    # --- Cells ---

    def _text(self, cell: NotebookNode) -> list[str]:
        about, text = _about(cell), cell.source
        role, anchor = about.get("role"), about.get("anchor")
        if role == "caption":
            return []  # stands below its figure
        text = pieces.page_links(pieces.rendered_folds(text))
        if role == "flaws":
            text = self._flaws(text, anchor)
        elif role == "why":
            text = pieces.fold(say("why", self.lang), text, name="why")
        elif role == "minute" and "<details>" not in text:
            heading, _, rest = text.partition("\n")
            folded = pieces.fold(say("reveal", self.lang), rest.strip(), name="minute")
            text = f"{heading}\n\n{folded}"
        return [pieces.anchored(text, anchor)]

    def _flaws(self, text: str, anchor: str | None) -> str:
        name = (anchor or "flaws").replace("-", "_")
        statements = self.source.flaws(self.lesson).get(name, [])
        listed = self.source.listed_flaws(statements, self.lang)
        if not statements or listed not in text:
            edition = Edition(self.lang, "solution")
            raise SiteError(
                f"solutions/{edition.lang}/{self.lesson.part}/{self.lesson.stem}.ipynb:1: The "
                f"statements are not those of `{name}`. Run `python -m press print`."
            )
        return text.replace(listed, pieces.raw(form(name, statements, self.lang)))

    def _is_flaws_check(self, cell: NotebookNode) -> bool:
        return checked_name(cell.source) in self.source.flaws(self.lesson)

    def _code(self, cell: NotebookNode, stub: str | None, after: list[NotebookNode]) -> list[str]:
        role = _about(cell).get("role")
        shown = self._outputs(cell, after)
        if role == "check":
            return self._checked(cell, shown)
        if stub is not None and stub != cell.source:
            if role == "say":
                return []
            solved = [pieces.code(cell.source), *shown]
            if _is_checked_next(after):
                self._held += solved
                return [pieces.code(stub)]
            return [pieces.code(stub), self._solution(solved)]
        if role in {"setup", "hack", "exercise"}:
            return [pieces.code(cell.source), *shown]
        self._earlier.append(cell.source)
        if not shown and after and after[0].cell_type == "code" and _is_demonstration(after[0]):
            return []  # one fold for both
        code, self._earlier = "\n\n\n".join(self._earlier), []
        return [pieces.fold(say("code", self.lang), pieces.code(code), name="code"), *shown]

    def _checked(self, cell: NotebookNode, shown: list[str]) -> list[str]:
        name = checked_name(cell.source)
        points = getattr(self.source.exercises(self.lesson).get(name), "points", None)
        if points:
            boxes = "".join(
                f'<li><label><input type="checkbox"> <span>{to_html(p.text.said(self.lang))}</span>'
                "</label></li>"
                for p in points
            )
            listed = pieces.raw(f'<ul class="points">{boxes}</ul>')
            return [pieces.fold(say("key_points", self.lang), listed, name="say")]
        blocks = [*self._held, pieces.code(cell.source), *shown]
        self._held = []
        return [self._solution(blocks)]

    def _solution(self, blocks: list[str]) -> str:
        return pieces.fold(say("solution", self.lang), *blocks, name="solution")

    def _outputs(self, cell: NotebookNode, after: list[NotebookNode]) -> list[str]:
        shown, printed = [], []
        for output in cell.outputs:
            data = output.get("data", {})
            if output.output_type == "stream":
                if output.get("name") != "stderr":
                    printed.append(output.text)
            elif "image/png" in data:
                shown.append(self._figure(cell, data["image/png"], after))
            elif "text/html" in data:
                shown.append(pieces.raw(f'<div class="verdict">{data["text/html"]}</div>'))
            elif "text/plain" in data:
                printed.append(data["text/plain"] + "\n")
        if printed:
            shown.insert(0, pieces.code("".join(printed).rstrip(), "text"))
        return shown

    def _figure(self, cell: NotebookNode, encoded: str, after: list[NotebookNode]) -> str:
        caption = after[0] if after and _about(after[0]).get("role") == "caption" else None
        alt = _about(caption).get("alt", "") if caption else ""
        data = base64.b64decode(encoded)
        width, height = pieces.png_size(data)
        name = f"figures/{self.lesson.slug}-{cell.id}.png"
        self.files[name] = data
        image = (
            f'<img src="../{name}" alt="{html.escape(alt)}" width="{width}" height="{height}" '
            'loading="lazy">'
        )
        text = pieces.page_links(caption.source) if caption else ""
        return "\n\n".join(
            [
                pieces.raw(f"<figure>{image}<figcaption>"),
                text,
                pieces.raw("</figcaption></figure>"),
            ]
        )


def _about(cell: NotebookNode | None) -> dict:
    return cell.metadata.get("whiteboard", {}) if cell else {}


def _is_demonstration(cell: NotebookNode) -> bool:
    return _about(cell).get("role") in {"reward", "worked"}


def _is_checked_next(after: list[NotebookNode]) -> bool:
    """Whether the next code cell that belongs to the same exercise is its check."""
    for cell in after:
        if cell.cell_type == "code":
            return _about(cell).get("role") == "check"
    return False


def _stubs(solution: NotebookNode, exercise: NotebookNode) -> dict[str, str]:
    """What the learner gets in place of each code cell of the solution, by cell id.

    A cell that only the solution has stands for the program just before it.
    """
    written = {cell.id: cell.source for cell in exercise.cells if cell.cell_type == "code"}
    only_there = [
        cell.source
        for cell in exercise.cells
        if cell.cell_type == "code" and "exercise" in cell.metadata.get("tags", [])
    ]
    stubs = {}
    for cell in solution.cells:
        if cell.cell_type == "code":
            missing = cell.id not in written and only_there
            stubs[cell.id] = only_there.pop(0) if missing else written.get(cell.id)
    return stubs


def _link(lesson: Manuscript, lang: str) -> str:
    return f'<a href="{lesson.slug}.html">{html.escape(lesson.title(lang))}</a>'


def _comma(lang: str) -> str:
    return "、" if lang == "zh" else ", "


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "").replace("$", "")
