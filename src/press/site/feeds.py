"""What stands beside the pages: the first page of all, 404, sitemap, feed."""

import hashlib
import html
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

_ICON = Path(__file__).parent / "assets" / "icon.svg"

_STYLE = (
    "body{font:1.1rem/1.7 system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;"
    "max-width:34rem;margin:18vh auto;padding:0 1.5rem;color:light-dark(#23262a,#dcdfe2);"
    "background:light-dark(#fdfcf9,#16181b);color-scheme:light dark}"
    "a{color:light-dark(#17625d,#6fc7bd)}"
)


def _page(title: str, body: str, extra: str = "") -> str:
    # Inside the page, since 404.html does not know how deep it is shown.
    icon = f"data:image/svg+xml,{quote(_ICON.read_text(encoding='utf-8'))}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="{icon}">\n'
        f"<title>{title}</title>\n{extra}<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def first_page() -> str:
    """`index.html`: leads to the reader's language, and shows both where no script runs."""
    script = (
        '<script>location.replace(/^zh/i.test(navigator.language)?"zh/index.html":'
        '"en/index.html")</script>\n'
    )
    described = (
        '<meta name="description" content="Interview preparation for deep-learning and LLM '
        'engineers, in English and Chinese.">\n'
    )
    body = (
        '<h1>Whiteboard</h1>\n<p><a href="en/index.html">English</a> · '
        '<a href="zh/index.html" lang="zh-Hans">中文</a></p>'
    )
    return _page("Whiteboard", body, described + script)


def not_found(address: str) -> str:
    """`404.html`; it is shown at any depth, so its links begin at the site's root."""
    root = html.escape(urlsplit(address).path or "/")
    body = (
        "<h1>There is no such page</h1>\n<p>It may have moved. "
        f'<a href="{root}en/index.html">Start here</a>, or look in the '
        f'<a href="{root}en/syllabus.html">syllabus</a>.</p>\n'
        '<p lang="zh-Hans">没有这个页面，可能换了地址。'
        f'<a href="{root}zh/index.html">从头开始</a>，或者看看'
        f'<a href="{root}zh/syllabus.html">课程表</a>。</p>'
    )
    return _page("404 · Whiteboard", body, '<meta name="robots" content="noindex">\n')


def sitemap(address: str, names: Iterable[str]) -> str:
    """Every page in both languages, each naming the other."""
    entries = []
    for name in names:
        pair = {
            tag: html.escape(urljoin(address, f"{lang}/{name}.html"))
            for lang, tag in (("en", "en"), ("zh", "zh-Hans"))
        }
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{tag}" href="{url}"/>'
            for tag, url in pair.items()
        )
        entries += [f"<url><loc>{url}</loc>{links}</url>" for url in pair.values()]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "\n".join(entries) + "\n</urlset>\n"
    )


def feed(address: str, changelog: str) -> str:
    """RSS of the changelog: one item for each of its points, in its order."""
    items = []
    for section in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        version, _, text = section.partition("\n")
        for point in re.split(r"^- ", text, flags=re.MULTILINE)[1:]:
            words = html.escape(" ".join(point.split()), quote=False)
            key = hashlib.sha256(words.encode()).hexdigest()[:16]
            title = words if len(words) <= 90 else words[:89].rsplit(" ", 1)[0] + " …"
            items.append(
                f"<item><title>{title}</title><description>{words}</description>"
                f"<category>{html.escape(version.strip())}</category>"
                f'<guid isPermaLink="false">{key}</guid></item>'
            )
    head = (
        f"<title>Whiteboard</title><link>{html.escape(address)}</link>"
        "<description>What changed in the course.</description><language>en</language>"
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        + head
        + "\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )
