"""What the text of a cell becomes in print: solution regions, folds, hints, flaws, links."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
STUB = 'raise NotImplementedError("write your answer here")'
FLAWS = "{{flaws}}"

LESSON_LINK = re.compile(r"\]\(lesson:([A-Za-z0-9_-]*)(?:#([^)\s]*))?\)")
_HINT = re.compile(r"^([0-9]+)\. ", re.MULTILINE)


class MarkupError(ValueError):
    """A text that cannot be printed; `offset` counts lines from the start of the cell."""

    def __init__(self, offset: int, sentence: str, remedy: str):
        super().__init__(f"{sentence} {remedy}")
        self.offset = offset
        self.sentence = sentence
        self.remedy = remedy


@dataclass(frozen=True)
class Region:
    """A solution region: line offsets of its two markers, its indentation, its code."""

    begin: int
    end: int
    indent: str
    code: str


def regions(source: str) -> list[Region]:
    """The solution regions of a code cell. Raises MarkupError when they do not close."""
    found: list[Region] = []
    begin: int | None = None
    lines = source.split("\n")
    for offset, line in enumerate(lines):
        if line.strip() == BEGIN:
            if begin is not None:
                raise MarkupError(
                    offset, "A solution region begins inside another.", "Close the first one."
                )
            begin = offset
        elif line.strip() == END:
            if begin is None:
                raise MarkupError(
                    offset, f"`{END}` closes nothing.", f"Write `{BEGIN}` where it begins."
                )
            opening = lines[begin]
            indent = opening[: len(opening) - len(opening.lstrip())]
            found.append(Region(begin, offset, indent, "\n".join(lines[begin + 1 : offset])))
            begin = None
        elif "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            raise MarkupError(
                offset,
                "A solution marker is misspelt.",
                f"Write exactly `{BEGIN}` or `{END}` on its own line.",
            )
    if begin is not None:
        raise MarkupError(begin, "A solution region is not closed.", f"End it with `{END}`.")
    return found


def solved_lines(source: str) -> list[tuple[int, str]]:
    """The lines of the solution edition, each with its offset in the manuscript's cell."""
    markers = {offset for region in regions(source) for offset in (region.begin, region.end)}
    return [(i, line) for i, line in enumerate(source.split("\n")) if i not in markers]


def solution(source: str) -> str:
    """The cell as the solution edition prints it: the markers vanish."""
    return "\n".join(line for _, line in solved_lines(source))


def exercise(source: str) -> str:
    """The cell as the exercise edition prints it: each region becomes something to fill in.

    A region in a function becomes `raise NotImplementedError`; one at module level holds only
    assignments and becomes `name = ...`. Raises MarkupError for anything else.
    """
    lines = source.split("\n")
    for region in reversed(regions(source)):
        lines[region.begin : region.end + 1] = _stub(source, region)
    return "\n".join(lines)


def _stub(source: str, region: Region) -> list[str]:
    if not region.indent:
        return [line for name, text in _assigned(region) for line in _blank(name, text)]
    if not _in_function(source, region):
        raise MarkupError(
            region.begin,
            "A solution region is indented but in no function, so its stub would raise at once.",
            "Put the region in a function or a method.",
        )
    return [region.indent + STUB]


def _blank(name: str, is_text: bool) -> list[str]:
    return [f'{name} = """', '"""'] if is_text else [f"{name} = ..."]


def _assigned(region: Region) -> list[tuple[str, bool]]:
    """The names a module-level region assigns, and whether each gets a model text."""
    remedy = "Keep only `name = value` lines in it; put `def` lines before the region."
    try:
        body = ast.parse(region.code).body
    except SyntaxError as error:
        raise MarkupError(region.begin, "A solution region is no Python.", remedy) from error
    names: dict[str, bool] = {}
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
        if not targets or not all(isinstance(target, ast.Name) for target in targets):
            raise MarkupError(
                region.begin + node.lineno,
                "A solution region at module level holds more than assignments.",
                remedy,
            )
        for target in targets:
            names.setdefault(target.id, _is_model_text(node.value))
    if not names:
        raise MarkupError(region.begin, "A solution region is empty.", remedy)
    return list(names.items())


def _is_model_text(node: ast.expr) -> bool:
    """True for `check.<name>.model`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "model"
        and isinstance(node.value, ast.Attribute)
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id == "check"
    )


def _in_function(source: str, region: Region) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return True  # verification says that the cell does not parse
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= region.begin + 1 <= node.end_lineno
        and node.col_offset < len(region.indent)
        for node in ast.walk(tree)
    )


def fold(text: str, summary: str) -> str:
    """Fold a text under a summary; the blank lines make Markdown render inside."""
    return f"<details><summary>{summary}</summary>\n\n{text.strip()}\n\n</details>"


def hint_items(text: str) -> list[str]:
    """The items `1. … 2. … 3. …` of a hint cell. Raises MarkupError unless there are three."""
    starts = list(_HINT.finditer(text))
    numbers = [match[1] for match in starts]
    if numbers != ["1", "2", "3"] or text[: starts[0].start()].strip():
        raise MarkupError(
            0,
            "A hint cell holds something else than three items.",
            "Write exactly `1. …`, `2. …`, `3. …`, each at the start of a line.",
        )
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return [
        re.sub(r"\n {3}", "\n", text[match.end() : end].strip())
        for match, end in zip(starts, ends, strict=True)
    ]


def hints(text: str, lang: str) -> str:
    """The three hints, each folded for itself."""
    word = {"en": "Hint", "zh": "提示"}[lang]
    items = enumerate(hint_items(text), 1)
    return "\n\n".join(fold(item, f"{word} {number}") for number, item in items)


def flaws(text: str, statements: list[str]) -> str:
    """Replace a line `{{flaws}}` by the numbered statements."""
    listed = "\n".join(f"{number}. {each}" for number, each in enumerate(statements, 1))
    return "\n".join(listed if line.strip() == FLAWS else line for line in text.split("\n"))


def lesson_links(text: str) -> Iterator[tuple[int, str, str | None]]:
    """(line offset, slug, anchor) of each `lesson:` link."""
    for match in LESSON_LINK.finditer(text):
        yield text.count("\n", 0, match.start()), match[1], match[2]


def resolve_links(text: str, target: Callable[[str], str]) -> str:
    """Replace `lesson:slug#anchor` by `target(slug)` with the anchor kept."""

    def link(match: re.Match) -> str:
        return f"]({target(match[1])}{'#' + match[2] if match[2] else ''})"

    return LESSON_LINK.sub(link, text)
