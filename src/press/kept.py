"""Which lessons verified without a fault, so that a lesson that did not change is not read again.

A lesson is known to be clean by a hash of all that its rules read: its own files, the code that
judges, the glossary, and what links and `needs` see of the other lessons.
"""

import hashlib
import json
from pathlib import Path

from press.course import Course
from press.manuscript import Manuscript
from press.printing import EDITIONS
from press.publishing import write_if_changed

# The code that judges: the rules, and the package that check files are written with.
_JUDGES = sorted(
    path
    for folder in (Path(__file__).parent, Path(__file__).parents[1] / "whiteboard")
    for path in folder.rglob("*")
    if path.suffix in {".py", ".txt"} and "checks" not in path.parts and "site" not in path.parts
)


def files_of(course: Course, lesson: Manuscript) -> list[Path]:
    """Every file of one lesson: manuscript, check, right answers, the four notebooks."""
    own = [lesson.path, course.check_file(lesson.slug), course.right_answers(lesson.slug)]
    own += [course.notebook(lesson.part, lesson.stem, e.lang, e.kind) for e in EDITIONS]
    return own


class Clean:
    """The lessons of a course that verified without a fault, kept in build/verified.json."""

    def __init__(self, course: Course, lessons: list[Manuscript]):
        self.course = course
        self.path = course.root / "build" / "verified.json"
        self.found: dict[str, str] = {}
        shared = hashlib.sha256()
        for path in (*_JUDGES, course.glossary):
            shared.update(_bytes(path))
        for other in lessons:  # what a link or a `needs` of another lesson can see
            anchors = sorted(cell.anchor for cell in other.cells if cell.anchor)
            shared.update(repr((other.part, other.stem, other.front, anchors)).encode())
        self.shared = shared.digest()
        try:
            self.known = json.loads(_bytes(self.path) or b"{}")
        except ValueError:
            self.known = {}

    def knows(self, lesson: Manuscript) -> bool:
        """Whether the lesson, exactly as it lies there, is known to have no fault."""
        key = self._key(lesson)
        if self.known.get(lesson.slug) != key:
            return False
        self.found[lesson.slug] = key
        return True

    def note(self, lesson: Manuscript, clean: bool) -> None:
        """Remember what the rules said."""
        if clean:
            self.found[lesson.slug] = self._key(lesson)

    def keep(self) -> None:
        """Write what is known, for the next time."""
        text = json.dumps(self.found, indent=1, sort_keys=True)
        write_if_changed(self.path, text.encode())

    def _key(self, lesson: Manuscript) -> str:
        own = hashlib.sha256(self.shared)
        for path in files_of(self.course, lesson):
            own.update(hashlib.sha256(_bytes(path)).digest())
        return own.hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
