"""What Sphinx must know of the site: formulas for KaTeX, stable anchors, the page's frame."""

import html
import re

from docutils import nodes

from press.site.words import LANG_TAGS, say

_ANCHOR = re.compile(r'\s*<a id="([^"]+)"></a>\s*')
_PRE = '<div class="highlight"><pre>'
_TABLE = re.compile(r'<table class="docutils[^"]*">(.*?)</table>', re.DOTALL)
_EMPTY_HEAD = '<th class="head"><p></p></th>'
# Pygments marks every name, sign and space; the style sheet colours none of these.
_PLAIN = re.compile(r'<span class="(?:w|n|p|o|nn|fm|vm)">([^<]*)</span>|<span></span>')

NAVIGATION = (
    ("index", "Start here", "从这里开始"),
    ("syllabus", "Syllabus", "课程表"),
    ("map", "Map", "知识地图"),
    ("plans", "Study plans", "学习计划"),
    ("cards", "Flashcards", "抽认卡"),
    ("errata", "Errata", "常见错误答案"),
    ("glossary", "Glossary", "术语表"),
    ("notation", "Notation", "符号表"),
    ("proofs", "How graders are proven", "判题器的证明"),
    ("about", "About", "关于"),
)
# A test reads this marker to see that every formula of a page was met.
INLINE, BLOCK = '<span class="math">{}</span>', '<div class="math" tabindex="0">{}</div>'


def setup(app):
    """Register the extension with Sphinx."""
    app.add_config_value("whiteboard_lang", "en", "env", types=[str])
    app.add_config_value("whiteboard_address", "", "html", types=[str])
    app.add_html_math_renderer("whiteboard", (_inline, None), (_block, None))
    app.connect("builder-inited", _without_search)
    app.connect("doctree-read", _move_anchors, priority=100)
    app.connect("html-page-context", _frame)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator, node):
    translator.body.append(INLINE.format(html.escape(node.astext(), quote=False)))
    raise nodes.SkipNode


def _block(translator, node):
    translator.body.append(BLOCK.format(html.escape(node.astext(), quote=False)))
    raise nodes.SkipNode


def _without_search(app):
    app.builder.search = False  # Pagefind makes the index


def _move_anchors(app, doctree):
    """An anchor written below a heading becomes the section's only id, equal in all languages."""
    title = next(iter(doctree.findall(nodes.section)), None)
    if title is not None:
        title["ids"] = ["page-title"]  # a title may read like an anchor
    for node in list(doctree.findall(nodes.raw)):
        match = _ANCHOR.fullmatch(node.astext())
        parent = node.parent
        if match and isinstance(parent, nodes.section) and parent.index(node) == 1:
            parent["ids"] = [match[1]]
            parent.remove(node)


def _lighter(body):
    """The body without marks that nothing reads, its code and tables scrolled by keyboard."""
    body = _PLAIN.sub(lambda match: match[1] or "", body)
    body = body.replace(_EMPTY_HEAD, "<td></td>")  # a header without text heads nothing
    body = _TABLE.sub(r'<div class="wide" tabindex="0"><table>\1</table></div>', body)
    return body.replace(_PRE, _PRE[:-1] + ' tabindex="0">')


def _frame(app, pagename, templatename, context, doctree):
    """What the template shows around the body."""
    lang = app.config.whiteboard_lang
    other = "en" if lang == "zh" else "zh"
    up = "../" * pagename.count("/")
    about = context.get("meta") or {}
    context["body"] = _lighter(context.get("body", ""))
    context["words"] = {name: say(name, lang) for name in ("skip", "menu", "dark", "contents")}
    context["words"] |= {
        name: say(name, lang)
        for name in ("other_language", "back", "next", "licence", "top", "searching")
    }
    context["page"] = about
    context["lang"] = lang
    context["lang_tag"], context["other_tag"] = LANG_TAGS[lang], LANG_TAGS[other]
    context["up"] = up
    context["base"] = f"{up}../"
    context["other_page"] = f"{up}../{other}/{pagename}.html"
    context["description"] = about.get("description") or say("description", lang)
    address = app.config.whiteboard_address
    context["address"] = f"{address}{lang}/{pagename}.html" if address else ""
    context["navigation"] = [
        (f"{up}{name}.html", zh if lang == "zh" else en, name == pagename)
        for name, en, zh in NAVIGATION
    ]
    context["needs_math"] = 'class="math"' in context["body"]
