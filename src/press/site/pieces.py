"""Small pieces of MyST Markdown: raw HTML, folds, code, figures, anchors, front matter."""

import html
import json
import re
from collections.abc import Mapping

from press.site.inline import to_html

_HEADING = re.compile(r"(#{1,6} [^\n]*)\n*(.*)", re.DOTALL)
_SUMMARY = re.compile(r"<details><summary>(.*?)</summary>")
_NOTEBOOK = re.compile(r"\]\([^)\s]*?\d\d+_([a-z][a-z0-9_]*)\.ipynb(#[^)\s]*)?\)")


def raw(text: str) -> str:
    """HTML that reaches the page as it is, blank lines included."""
    return f"``````{{raw}} html\n{text}\n``````"


def code(text: str, language: str = "python") -> str:
    """A code block; its fence is longer than any fence inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def fold(summary: str, *blocks: str, name: str = "") -> str:
    """Blocks folded under a summary, which is HTML."""
    opening = f'<details class="{name}">' if name else "<details>"
    return "\n\n".join([raw(f"{opening}<summary>{summary}</summary>"), *blocks, raw("</details>")])


def anchored(text: str, anchor: str | None) -> str:
    """`text` with an anchor: on its heading where it begins with one."""
    if not anchor:
        return text
    mark = raw(f'<a id="{html.escape(anchor)}"></a>')
    if match := _HEADING.fullmatch(text):
        return f"{match[1]}\n\n{mark}\n\n{match[2]}"
    return f"{mark}\n\n{text}"


def rendered_folds(text: str) -> str:
    """The summaries of written `<details>` with their formulas and code as HTML."""
    return _SUMMARY.sub(
        lambda match: f"<details><summary>{to_html(html.unescape(match[1]))}</summary>", text
    )


def page_links(text: str) -> str:
    """Links to notebooks become links to the pages of the same lessons."""
    return _NOTEBOOK.sub(lambda match: f"]({match[1]}.html{match[2] or ''})", text)


def table(heads: list[str], rows: list[list[str]], name: str = "") -> str:
    """An HTML table; cells are HTML."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    opening = f'<table class="{name}">' if name else "<table>"
    return (
        f'<div class="wide" tabindex="0" role="group">{opening}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def document(title: str, about: Mapping[str, str], *blocks: str) -> str:
    """A whole page: front matter for the template, title, blocks."""
    facts = {"orphan": "true"} | dict(about)
    lines = [f"{key}: {json.dumps(str(value), ensure_ascii=False)}" for key, value in facts.items()]
    front = "\n".join(["---", *lines, "---"])
    return "\n\n".join([front, f"# {title}", *(block for block in blocks if block)]) + "\n"


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
