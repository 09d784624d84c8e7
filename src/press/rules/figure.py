"""Rules on figures: a caption, alt text in both languages, and a size that a page can carry."""

import ast
import base64
from collections.abc import Iterator

from press.fault import Fault
from press.manuscript import Manuscript
from press.printing import cell_ids
from press.reading import Reading, fault_at

FIGURE_BYTES = 60 * 1024
FIGURES_BYTES = 150 * 1024


def figures(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """A figure has a caption with alt text in both languages, and a caption has a figure."""
    drawing = _drawing_cells(reading, lesson)
    for index, cell in enumerate(lesson.cells):
        after = lesson.cells[index + 1] if index + 1 < len(lesson.cells) else None
        before = lesson.cells[index - 1] if index else None
        if id(cell) in drawing and (after is None or after.role != "caption"):
            remedy = 'Follow it with `# %% [markdown] role="caption" alt="…"` and its partner.'
            yield fault_at(lesson, cell, "A figure has no caption.", remedy)
        if cell.role != "caption":
            continue
        if before is None or id(before) not in drawing:
            remedy = "Put it right after the code cell that draws."
            yield fault_at(lesson, cell, "A caption follows no figure.", remedy)
        for each in filter(None, (cell, cell.partner)):
            if not str(each.options.get("alt", "")).strip():
                remedy = 'Write alt="what is seen, for someone who cannot see it".'
                yield fault_at(lesson, each, "A caption has no alt text.", remedy)


def _drawing_cells(reading: Reading, lesson: Manuscript) -> set[int]:
    """`id(cell)` of the code cells that draw, by their code or by their printed output."""
    ids = cell_ids(lesson)
    images = {printed for printed, _ in _images(reading, lesson, "en")}
    return {
        id(cell)
        for cell in lesson.cells
        if cell.kind == "code" and (_draws(cell.source) or ids[id(cell)] in images)
    }


def _draws(source: str) -> bool:
    """True when a call of `plot.…` or `plt.…` runs with the cell (not inside a definition)."""
    try:
        waiting: list[ast.AST] = [ast.parse(source)]
    except SyntaxError:
        return False
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and _root(node.func) in {"plot", "plt"}:
            return True
        waiting.extend(ast.iter_child_nodes(node))
    return False


def _root(node: ast.expr) -> str | None:
    """`plt` for `plt.style.context`; None for a bare name or another expression."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return root.id if root is not node and isinstance(root, ast.Name) else None


def _images(reading: Reading, lesson: Manuscript, lang: str) -> list[tuple[str, int]]:
    """(cell id, bytes) of each PNG in a printed solution."""
    book = reading.book(lesson, lang, "solution")
    return [
        (cell.get("id", ""), len(base64.b64decode(output["data"]["image/png"])))
        for cell in (book.cells if book else [])
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def figure_sizes(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """No figure is over 60 KB, no notebook's figures over 150 KB together."""
    ids = cell_ids(lesson)
    cells = {ids[id(cell)]: cell for cell in lesson.cells}
    remedy = "Draw it smaller, with fewer points or a lower dpi."
    for lang in ("en", "zh"):
        images = _images(reading, lesson, lang)
        for printed, size in images:
            if size > FIGURE_BYTES and printed in cells:
                sentence = f"A figure has {size / 1024:.0f} KB; {FIGURE_BYTES // 1024} are allowed."
                yield fault_at(lesson, cells[printed], sentence, remedy)
        total = sum(size for _, size in images)
        if total > FIGURES_BYTES:
            path = reading.course.notebook(lesson.part, lesson.stem, lang, "solution")
            allowed = FIGURES_BYTES // 1024
            sentence = f"The figures have {total / 1024:.0f} KB together; {allowed} are allowed."
            yield Fault(path, 1, sentence, remedy)
