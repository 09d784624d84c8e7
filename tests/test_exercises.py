"""An exercise edition, untouched, runs to its end and says ○ to every exercise."""

import os
import subprocess

import nbformat
import pytest
from nbclient import NotebookClient

from press.course import LANGUAGES, Course
from press.manuscript import checked_name, read_all

COURSE = Course.here()


def run(path):
    """The notebook at `path`, executed as a learner's Run All would; raises where a cell raises."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    # A learner's kernel is not strict, and the log is not ours.
    settings = {"WHITEBOARD_STRICT": "0", "WHITEBOARD_PROGRESS": "off"}
    source = {"PYTHONPATH": str(COURSE.source)}
    client.execute(env={**os.environ, **source, **settings}, stderr=subprocess.DEVNULL)
    return book


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("lesson", read_all(COURSE), ids=lambda lesson: lesson.slug)
def test_an_untouched_exercise_edition_says_only_unwritten(lesson, lang):
    book = run(COURSE.notebook(lesson.part, lesson.stem, lang, "exercise"))
    verdicts = {}
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        texts = [o.get("data", {}).get("text/plain", o.get("text", "")) for o in cell.outputs]
        shown = "\n".join(texts)
        assert "✓" not in shown
        assert "✗" not in shown
        name = checked_name(cell.source)
        if name and ".hack(" not in cell.source:
            verdicts[name] = shown
    assert verdicts
    assert {name: text[:1] for name, text in verdicts.items()} == dict.fromkeys(verdicts, "○")
