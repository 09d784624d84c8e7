"""Rules on the whole course: names, parts, orphans."""

import tomllib
from collections.abc import Iterator

from press.fault import Fault
from press.manuscript import Manuscript
from press.printing import EDITIONS
from press.reading import Reading, chinese_faults


def unique_names(reading: Reading) -> Iterator[Fault]:
    """No two lessons share a slug or a number."""
    for name in ("slug", "number"):
        first: dict[str, Manuscript] = {}
        for lesson in reading.lessons:
            value = getattr(lesson, name)
            other = first.setdefault(value, lesson)
            if other is not lesson and value:
                where = reading.course.relative(other.path)
                sentence = f"The {name} “{value}” is taken by {where}."
                yield Fault(lesson.path, 1, sentence, "Choose another one.")


def parts(reading: Reading) -> Iterator[Fault]:
    """Every part has its titles."""
    for folder in sorted({lesson.path.parent for lesson in reading.lessons}):
        path = folder / "part.toml"
        remedy = 'Write two lines: title = "…" and title_zh = "…".'
        try:
            titles = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError:
            yield Fault(path, 1, "The part has no titles.", remedy)
            continue
        except tomllib.TOMLDecodeError as error:
            yield Fault(path, 1, f"It cannot be read: {error}.", remedy)
            continue
        if set(titles) != {"title", "title_zh"} or "TODO" in str(titles):
            yield Fault(path, 1, "It holds something else than the two titles.", remedy)
        else:
            yield from chinese_faults(reading, path, 2, titles["title_zh"])


def orphans(reading: Reading) -> Iterator[Fault]:
    """Every printed notebook, check file and list of right answers has its manuscript."""
    course = reading.course
    wanted = {reading.printer.path(x, edition) for x in reading.lessons for edition in EDITIONS}
    for kind in ("exercise", "solution"):
        for path in sorted(course.folder(kind).rglob("*.ipynb")):
            if path not in wanted and ".ipynb_checkpoints" not in path.parts:
                remedy = "Delete it, or give the manuscript its old name back."
                yield Fault(path, 1, "The notebook has no manuscript.", remedy)
    for folder in (course.check_file("x").parent, course.right_answers("x").parent):
        for path in sorted(folder.glob("*.py")):
            if path.stem not in reading.by_slug and path.stem != "__init__":
                remedy = "Delete it, or write the lesson."
                yield Fault(path, 1, f"There is no lesson “{path.stem}”.", remedy)
