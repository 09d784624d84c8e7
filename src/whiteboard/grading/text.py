"""A sentence in both languages of the course."""

from typing import NamedTuple

LANGUAGES = ("en", "zh")


class Text(NamedTuple):
    """One sentence, written in English and in Simplified Chinese."""

    en: str
    zh: str

    def said(self, lang: str) -> str:
        """The sentence in `lang`, "en" or "zh"."""
        return self.zh if lang == "zh" else self.en

    def filled(self, **values) -> "Text":
        """Both sentences with `values` put in; a value may itself be a `Text`."""
        each = [
            {k: v.said(lang) if isinstance(v, Text) else v for k, v in values.items()}
            for lang in LANGUAGES
        ]
        return Text(self.en.format(**each[0]), self.zh.format(**each[1]))


def optional(en: str | None, zh: str | None) -> Text | None:
    """`Text(en, zh)`, or None when neither is given. One without the other is an author's error."""
    if bool(en) != bool(zh):
        raise ValueError(f"A text needs both languages. Received: en={en!r}, zh={zh!r}")
    return Text(en, zh) if en else None
