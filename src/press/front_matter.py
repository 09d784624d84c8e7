"""The rules of a manuscript's front matter."""

import re
from collections.abc import Iterator
from pathlib import Path

from press.fault import Fault
from press.manuscript import Manuscript

KINDS = ("code", "question", "debug", "estimate")
FRAMEWORKS = ("numpy", "tensorflow")
QUESTION_BANKS = 22
LONGEST_MINUTES = 180

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")


def seed_items() -> dict[str, tuple[str, str]]:
    """The interview questions the course started from: reference → (English, Chinese) title."""
    lines = Path(__file__).with_name("seeds.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line)
    return {reference: (english, chinese) for reference, english, chinese in rows}


def faults(lesson: Manuscript) -> Iterator[Fault]:
    """One fault for each key that is missing, unknown or has a value it cannot have."""
    if any(fault.line == 1 for fault in lesson.faults):
        return  # there is no front matter to judge
    for key in lesson.front:
        if key not in RULES:
            known = ", ".join(RULES)
            yield _fault(lesson, key, f"`{key}` is no key of the front matter.", f"Keys: {known}.")
    for key, (is_right, remedy) in RULES.items():
        if key not in lesson.front:
            yield _fault(lesson, key, f"The front matter lacks `{key}`.", remedy)
        elif not is_right(lesson.front[key]):
            value = lesson.front[key]
            yield _fault(lesson, key, f"`{key}` cannot be {value!r}.", remedy)


def _fault(lesson: Manuscript, key: str, sentence: str, remedy: str) -> Fault:
    return Fault(lesson.path, lesson.front_lines.get(key, 1), sentence, remedy)


def _is_number(low: int, high: int):
    # bool is an int in Python; `level: yes` is not 1.
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _is_list_of(is_item):
    return lambda v: (
        isinstance(v, list)
        and len({str(i) for i in v}) == len(v)
        and all(isinstance(i, str) and is_item(i) for i in v)
    )


def _one_of(*values: str):
    return lambda v: v in values


RULES = {
    "title": (
        lambda v: isinstance(v, str) and v[:1].isupper() and not _HAN.search(v),
        "Begin it with a verb and a capital: `title: Derive backprop and prove it right`.",
    ),
    "title_zh": (
        lambda v: isinstance(v, str) and bool(_HAN.search(v)),
        "Give the Chinese title, beginning with a verb.",
    ),
    "kind": (_one_of(*KINDS), f"Write one of: {', '.join(KINDS)}."),
    "minutes": (
        _is_number(1, LONGEST_MINUTES),
        f"Write a whole number from 1 to {LONGEST_MINUTES}.",
    ),
    "level": (_is_number(1, 3), "Write 1, 2 or 3."),
    "needs": (_is_list_of(_SLUG.fullmatch), "Write slugs, each once: `needs: [softmax]` or `[]`."),
    "seeds": (
        _is_list_of(lambda item: item in seed_items()),
        "Write references of src/press/seeds.txt, each once: `seeds: [000-2, 001-Q2]` or `[]`.",
    ),
    "asked": (
        _is_number(0, QUESTION_BANKS),
        f"Write how many of {QUESTION_BANKS} question banks ask it, as counted.",
    ),
    "framework": (_one_of(*FRAMEWORKS), f"Write one of: {', '.join(FRAMEWORKS)}."),
}
