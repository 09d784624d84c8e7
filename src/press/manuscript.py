"""Read a manuscript (jupytext's py:percent form) into cells that know their source lines."""

import ast
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from press.course import Course, split_stem
from press.fault import Fault

_MARKER = re.compile(r"# %%(?P<markdown> \[markdown\])?(?P<options>.*)")
_KEY = re.compile(r"\s*([a-z][a-z0-9_-]*)\s*=\s*")


@dataclass
class Cell:
    """One cell; `line` is its marker's line, `first` the line of the first source line."""

    kind: str
    line: int
    first: int
    source: str
    options: dict
    partner: "Cell | None" = None

    @property
    def lang(self) -> str:
        return self.options.get("lang", "en")

    @property
    def role(self) -> str | None:
        """The role as written, or "check" for a code cell that is one `check.…(…)` call."""
        if "role" in self.options:
            return self.options["role"]
        return "check" if self.kind == "code" and checked_name(self.source) else None

    @property
    def anchor(self) -> str | None:
        return self.options.get("anchor")

    @property
    def tags(self) -> list[str]:
        return list(self.options.get("tags", []))

    def is_in(self, kind: str) -> bool:
        """Whether the cell is printed in the "exercise" or the "solution" edition."""
        other = {"exercise": "solution", "solution": "exercise"}[kind]
        return other not in self.tags and not (kind == "exercise" and self.role == "why")


@dataclass
class Manuscript:
    """A lesson as written; `cells` holds English and code cells, each with its partner."""

    path: Path
    part: str
    number: str
    slug: str
    front: dict = field(default_factory=dict)
    front_lines: dict[str, int] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return f"{self.number}_{self.slug}"

    def title(self, lang: str) -> str:
        return str(self.front.get("title_zh" if lang == "zh" else "title", self.slug))

    def fault(self, line: int, sentence: str, remedy: str) -> None:
        self.faults.append(Fault(self.path, line, sentence, remedy))


def english_hash(source: str) -> str:
    """The hash a translation carries: white space does not count."""
    return hashlib.sha256(" ".join(source.split()).encode()).hexdigest()[:8]


def checked_name(source: str) -> str | None:
    """`dropout` for a source that is only `check.dropout(…)` or `check.dropout.hack(…)`."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    node = body[0].value
    if not isinstance(node, ast.Call):
        return None
    names = []
    node = node.func
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return names[-1] if names and isinstance(node, ast.Name) and node.id == "check" else None


def read(path: Path) -> Manuscript:
    """Read one manuscript. Never raises on its content: faults are collected in `.faults`."""
    number, slug = split_stem(path.stem) or ("", path.stem)
    lesson = Manuscript(path=path, part=path.parent.name, number=number, slug=slug)
    if not number:
        lesson.fault(1, f"“{path.name}” is no lesson's file name.", "Name it <nn>_<slug>.py.")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        lesson.fault(1, "The file is not UTF-8.", "Save it as UTF-8.")
        return lesson
    start = _read_front_matter(lesson, lines)
    _pair(lesson, _read_cells(lesson, lines, start))
    return lesson


def read_all(course: Course) -> list[Manuscript]:
    """Every manuscript of the course, in reading order."""
    return [read(path) for path in course.manuscript_paths()]


def _read_front_matter(lesson: Manuscript, lines: list[str]) -> int:
    """Fill `front` and `front_lines`; return the index of the line after the front matter."""
    if not lines or lines[0].rstrip() != "# ---":
        lesson.fault(1, "The front matter is missing.", "Begin with `# ---`, keys, `# ---`.")
        return 0
    try:
        end = next(i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "# ---")
    except StopIteration:
        lesson.fault(1, "The front matter is not closed.", "End it with a line `# ---`.")
        return len(lines)
    body = []
    for index in range(1, end):
        line = lines[index]
        if line.rstrip() != "#" and not line.startswith("# "):
            lesson.fault(index + 1, "This front matter line is no comment.", "Begin it with `# `.")
        text = line[2:]
        body.append(text)
        if match := re.match(r"([A-Za-z_]\w*)\s*:", text):
            key = match[1]
            if key in lesson.front_lines:
                lesson.fault(index + 1, f"`{key}` is given twice.", "Keep one of the two lines.")
            lesson.front_lines.setdefault(key, index + 1)
    try:
        front = yaml.safe_load("\n".join(body)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + mark.line if mark else 1
        problem = getattr(error, "problem", None) or "no YAML"
        lesson.fault(
            line, f"The front matter cannot be read: {problem}.", "Quote values that hold `: `."
        )
        return end + 1
    if not isinstance(front, dict):
        lesson.fault(2, "The front matter is no list of keys.", "Write one `key: value` a line.")
        return end + 1
    lesson.front = front
    return end + 1


def _read_cells(lesson: Manuscript, lines: list[str], start: int) -> list[Cell]:
    """Split the lines into cells; Markdown loses its comment signs."""
    starts = [i for i in range(start, len(lines)) if re.match(r"# %%(?!%)", lines[i])]
    for index in range(start, starts[0] if starts else len(lines)):
        if lines[index].strip():
            lesson.fault(
                index + 1, "Text stands before the first cell.", "Begin a cell with `# %%`."
            )
            break
    cells = []
    for index, begin in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(lines)
        cells.append(_read_cell(lesson, lines, begin, end))
    return cells


def _read_cell(lesson: Manuscript, lines: list[str], begin: int, end: int) -> Cell:
    match = _MARKER.fullmatch(lines[begin].rstrip())
    kind = "markdown" if match["markdown"] else "code"
    options = _read_options(lesson, match["options"], begin + 1)
    first, last = begin + 1, end
    while last > first and not lines[last - 1].strip():
        last -= 1
    while first < last and not lines[first].strip():
        first += 1
    body = [line.rstrip() for line in lines[first:last]]
    if kind == "markdown":
        for offset, line in enumerate(body):
            if line == "#":
                body[offset] = ""
            elif line.startswith("# "):
                body[offset] = line[2:]
            else:
                lesson.fault(
                    first + offset + 1,
                    "A line of a Markdown cell is no comment.",
                    "Begin it with `# `, or begin a code cell with `# %%`.",
                )
                body[offset] = line.lstrip("#")
    return Cell(kind, begin + 1, first + 1, "\n".join(body), options)


def _read_options(lesson: Manuscript, text: str, line: int) -> dict:
    """`role="idea" tags=["solution"]` -> a dictionary; values are JSON, as in jupytext."""
    options: dict = {}
    decoder = json.JSONDecoder()
    position = 0
    while text[position:].strip():
        match = _KEY.match(text, position)
        try:
            if not match:
                raise ValueError
            options[match[1]], position = decoder.raw_decode(text, match.end())
        except ValueError:
            lesson.fault(
                line,
                f"The cell's marker cannot be read at “{text[position:].strip()}”.",
                'Write options as key="value", quotes included.',
            )
            break
    return options


def _pair(lesson: Manuscript, cells: list[Cell]) -> None:
    """Hang every Chinese cell on the English cell just before it."""
    previous: Cell | None = None
    for cell in cells:
        if cell.lang == "en":
            lesson.cells.append(cell)
            previous = cell
        elif cell.lang != "zh":
            lesson.fault(cell.line, f"There is no language “{cell.lang}”.", 'Write lang="zh".')
        elif cell.kind == "code":
            lesson.fault(cell.line, "A code cell has a language.", "Code is shared: drop `lang`.")
        elif previous is None or previous.kind != "markdown" or previous.partner is not None:
            lesson.fault(
                cell.line,
                "This Chinese cell has no English Markdown cell just before it.",
                "Put it right after the cell it translates.",
            )
        else:
            previous.partner = cell
