"""Inline Markdown where a page is written as HTML: code spans, formulas, emphasis."""

import html
import re

_PIECES = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)|(?<!\\)\$(?P<math>[^$]+?)(?<!\\)\$|\*\*(?P<strong>.+?)\*\*"
    r"|(?<![\w*])\*(?P<em>[^*\s][^*]*)\*",
    re.DOTALL,
)


def to_html(text: str, formula: str = '<span class="math">{}</span>') -> str:
    """`text` as HTML; `formula` says how a formula is written down."""
    pieces, end = [], 0
    for match in _PIECES.finditer(text):
        pieces.append(html.escape(text[end : match.start()], quote=False))
        end = match.end()
        if match["code"] is not None:
            pieces.append(f"<code>{html.escape(match['code'].strip(), quote=False)}</code>")
        elif match["math"] is not None:
            pieces.append(formula.format(html.escape(match["math"], quote=False)))
        elif match["strong"] is not None:
            pieces.append(f"<strong>{to_html(match['strong'], formula)}</strong>")
        else:
            pieces.append(f"<em>{to_html(match['em'], formula)}</em>")
    pieces.append(html.escape(text[end:], quote=False))
    return "".join(pieces)
