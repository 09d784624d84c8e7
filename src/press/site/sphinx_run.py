"""One language through Sphinx, in a process of its own: `python -m press.site.sphinx_run`."""

import sys
from pathlib import Path

from press.site.words import LANG_TAGS

SPHINX_LANGUAGES = {"en": "en", "zh": "zh_CN"}


def settings(lang: str, address: str) -> dict:
    """The configuration: MyST pages, the theme beside this file, nothing from elsewhere."""
    return {
        "project": "Whiteboard",
        "language": SPHINX_LANGUAGES[lang],
        "extensions": ["myst_parser", "press.site.extension"],
        "myst_enable_extensions": ["dollarmath"],
        "myst_all_links_external": True,  # a test follows every link of the finished pages
        "html_theme": "theme",
        "html_theme_path": [str(Path(__file__).parent)],
        "html_math_renderer": "whiteboard",
        "html_permalinks": False,
        "html_copy_source": False,
        "html_use_index": False,
        "html_sourcelink_suffix": "",
        "html_title": "Whiteboard",
        "smartquotes": False,
        "whiteboard_lang": lang,
        "whiteboard_address": address,
    }


def main(words: list[str]) -> int:
    """Build one language; warnings stop it and are printed as Sphinx says them."""
    from sphinx.application import Sphinx

    pages, out, doctrees, lang, address = words
    assert lang in LANG_TAGS
    app = Sphinx(
        pages,
        None,
        out,
        doctrees,
        "html",
        confoverrides=settings(lang, address),
        status=None,
        warning=sys.stderr,
        warningiserror=True,
    )
    app.build()
    return app.statuscode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
