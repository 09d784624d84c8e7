"""Rules on translations: present, stamped, the same in content, and written in good Chinese."""

import re
from collections.abc import Iterator

from press import partners
from press.fault import Fault
from press.manuscript import Manuscript, english_hash
from press.reading import Reading, chinese_faults, fault_at
from press.texts import Places

# What a source says in words of the course's own; a citation reads alike in both languages.
OUR_WORDS = re.compile(r"\b(above|here|lesson|notebook|exercise \d)\b")


def translations(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Every English Markdown cell has a Chinese partner that answers to it."""
    for cell in lesson.cells:
        if cell.kind != "markdown":
            continue
        if cell.partner is None:
            remedy = 'Add `# %% [markdown] lang="zh" en=""` right after it, then stamp it.'
            yield fault_at(lesson, cell, "The cell has no Chinese partner.", remedy)
            continue
        stamp = cell.partner.options.get("en")
        remedy = f"Compare the two, then `python -m press stamp {lesson.slug} {cell.partner.line}`."
        if not stamp:
            yield fault_at(lesson, cell.partner, "The translation is not stamped.", remedy)
        elif stamp != english_hash(cell.source):
            sentence = "The translation is stale: its English has changed."
            yield fault_at(lesson, cell.partner, sentence, remedy)
        if not cell.partner.source.strip():
            yield fault_at(lesson, cell.partner, "The Chinese cell is empty.", "Write it.")
        for name in ("fold", "alt"):
            if bool(cell.options.get(name)) != bool(cell.partner.options.get(name)):
                lacking = cell if not cell.options.get(name) else cell.partner
                sentence = f"Only one language has `{name}`."
                yield fault_at(lesson, lacking, sentence, f'Write {name}="…" on both cells.')


def same_content(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Partners hold the same formulas, code and links."""
    for cell in lesson.cells:
        if cell.partner:
            for sentence in partners.differences(cell.source, cell.partner.source):
                yield fault_at(lesson, cell.partner, sentence, "Make both the same.")


def written_chinese(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """The Chinese follows the glossary and the rules of punctuation."""
    title = lesson.front.get("title_zh")
    if isinstance(title, str):
        line = lesson.front_lines.get("title_zh", 1)
        yield from chinese_faults(reading, lesson.path, line, title)
    for cell in lesson.cells:
        if not cell.partner:
            continue
        yield from chinese_faults(reading, lesson.path, cell.partner.first, cell.partner.source)
        for name in ("fold", "alt"):
            text = cell.partner.options.get(name)
            if isinstance(text, str):
                yield from chinese_faults(reading, lesson.path, cell.partner.line, text)


def check_texts(reading: Reading, lesson: Manuscript) -> Iterator[Fault]:
    """Texts of a check file exist in both languages, agree, and are written as they should be."""
    path = reading.course.check_file(lesson.slug)
    known = reading.exercises(lesson.slug) or {}
    places = Places(path)
    for name, exercise in known.items():
        for text in dict.fromkeys(exercise.texts()):
            english, translated = text.en or "", text.zh or ""
            line = places.line(translated, english)
            if not english.strip() or not translated.strip():
                lang = "Chinese" if english.strip() else "English"
                sentence = f"A text of “{name}” has no {lang}."
                yield Fault(path, line, sentence, "Write both languages.")
                continue
            for sentence in partners.differences(english, translated):
                yield Fault(path, line, sentence, "Make both the same.")
            yield from chinese_faults(reading, path, line, translated)
        for source in getattr(exercise, "sources", ()):
            if source.en == source.zh and OUR_WORDS.search(source.en):
                line, sentence = places.line(source.en), f"“{source.en}” is English only."
                yield Fault(path, line, sentence, "Say it in Chinese too: source_zh=“…”.")
