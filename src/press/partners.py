"""What a text and its translation must share: formulas, code and link targets."""

import re
from collections import Counter
from collections.abc import Iterator

_FENCE = re.compile(
    r"^(?P<fence>```+|~~~+)[^\n]*\n(?P<body>.*?)^(?P=fence)[^\n]*$", re.DOTALL | re.M
)
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\$])\$(?!\$)(.+?)(?<!\\)\$", re.DOTALL)
_LINK = re.compile(r"\]\(\s*<?([^()\s>]*(?:\([^()\s]*\)[^()\s]*)*)>?[^()]*\)")


def parts(text: str) -> dict[str, Counter]:
    """Fenced code, code spans, formulas and link targets, each with how often it occurs."""
    found: dict[str, Counter] = {}

    def take(name: str, pattern: re.Pattern, group: int | str) -> None:
        nonlocal text
        matches = list(pattern.finditer(text))
        found[name] = Counter(_same(name, match[group]) for match in matches)
        text = pattern.sub(" ", text)

    take("fenced code", _FENCE, "body")
    take("code", _CODE, 2)
    take("formula", _DISPLAY, 1)
    display = found["formula"]
    take("formula", _INLINE, 1)
    found["formula"] += display
    take("link", _LINK, 1)
    return found


def _same(name: str, text: str) -> str:
    # White space in a formula or a span is not content; in fenced code it is.
    return text if name == "fenced code" else " ".join(text.split())


def differences(english: str, chinese: str) -> Iterator[str]:
    """A sentence for each kind of part in which the two texts differ."""
    theirs = parts(chinese)
    for name, mine in parts(english).items():
        missing, added = mine - theirs[name], theirs[name] - mine
        if missing or added:
            told = [f"lacks {_list(missing)}"] if missing else []
            told += [f"adds {_list(added)}"] if added else []
            yield f"The Chinese partner has other {name}: it {' and '.join(told)}."


def _list(items: Counter) -> str:
    shown = [f"“{' '.join(item.split())}”" for item in items.elements()]
    return ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")
