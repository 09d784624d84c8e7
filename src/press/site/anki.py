"""`press cards`: one Anki deck for each language; an update keeps a learner's schedule."""

import argparse
import io
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from press.course import LANGUAGES, Course
from press.manuscript import read_all
from press.publishing import write_if_changed
from press.site.cards import back, cards
from press.site.inline import to_html
from press.site.source import SiteError, Source
from press.site.words import say

# Never change these: Anki knows decks, note types and notes by them.
DECKS = {"en": 1_792_610_401, "zh": 1_792_610_402}
MODEL = 1_792_610_400
NAMES = {"en": "Whiteboard (English)", "zh": "Whiteboard（中文）"}

_WHEN = 1_790_000_000.0
_CSS = """.card { font: 20px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
sans-serif; max-width: 40em; margin: 1em auto; padding: 0 1em; text-align: left; }
.lesson { opacity: .65; font-size: .8em; }"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--address",
        default=os.environ.get("WHITEBOARD_SITE", ""),
        help="where the site will stand, for the links on the cards (default: $WHITEBOARD_SITE)",
    )


def run(arguments: argparse.Namespace, course: Course) -> int:
    source = Source(course, read_all(course))
    try:
        for lang in LANGUAGES:
            path = course.root / "build" / "cards" / f"whiteboard-{lang}.apkg"
            content = deck(source, lang, arguments.address)
            changed = write_if_changed(path, content)
            number = len(cards(source, lang))
            state = "" if changed else ", as before"
            print(f"{course.relative(path)}: {number} cards, {len(content) / 1024:.0f} KB{state}")
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def deck(source: Source, lang: str, address: str = "") -> bytes:
    """The bytes of one `.apkg`: the same cards give the same bytes."""
    import genanki

    model = genanki.Model(
        MODEL,
        "Whiteboard",
        fields=[{"name": name} for name in ("Question", "Answer", "Lesson")],
        templates=[
            {
                "name": "Card",
                "qfmt": '<p class="lesson">{{Lesson}}</p>{{Question}}',
                "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}",
            }
        ],
        css=_CSS,
    )
    made = genanki.Deck(DECKS[lang], NAMES[lang])
    formula = r"\({}\)"  # how Anki's own MathJax reads a formula
    base = f"{address.rstrip('/')}/{lang}/" if address else ""
    for card in cards(source, lang):
        answer = back(card, lang, formula)
        if base:
            answer += f'<p><a href="{base}{card.address}">{say("open_lesson", lang)}</a></p>'
        note = genanki.Note(
            model=model,
            fields=[to_html(card.question, formula), answer, card.lesson],
            guid=genanki.guid_for("whiteboard", lang, card.key),
            tags=[card.key.split("/")[0]],
        )
        made.add_note(note)
    return _packed(genanki.Package(made))


def _packed(package) -> bytes:
    """The package with a fixed time on each of its files."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deck.apkg"
        package.write_to_file(path, timestamp=_WHEN)
        packed = io.BytesIO()
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w") as new:
            for name in sorted(old.namelist()):
                info = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(info, old.read(name))
        return packed.getvalue()
