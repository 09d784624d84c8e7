"""Where a course keeps its files, so that every command also works on a temporary course."""

import importlib
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

LANGUAGES = ("en", "zh")
KINDS = ("exercise", "solution")

_FILE_NAME = re.compile(r"(\d\d+)_([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Course:
    """The folders of one course, all below `root`."""

    root: Path

    @classmethod
    def here(cls) -> "Course":
        """The course this package belongs to."""
        return cls(Path(__file__).resolve().parents[2])

    @property
    def source(self) -> Path:
        return self.root / "src"

    @property
    def lessons(self) -> Path:
        return self.source / "lessons"

    @property
    def glossary(self) -> Path:
        return self.lessons / "glossary.toml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def lock(self) -> Path:
        return self.root / "requirements.lock"

    @property
    def readme(self) -> Path:
        return self.root / "README.md"

    @property
    def seconds(self) -> Path:
        """Measured seconds of each executed notebook; not under version control."""
        return self.root / "build" / "seconds.json"

    def check_file(self, slug: str) -> Path:
        return self.source / "whiteboard" / "checks" / f"{slug}.py"

    def right_answers(self, slug: str) -> Path:
        return self.root / "tests" / "right_answers" / f"{slug}.py"

    def mutants(self, slug: str) -> Path:
        return self.root / "tests" / "mutants" / f"{slug}.json"

    def folder(self, kind: str) -> Path:
        """`notebooks/` for exercises, `solutions/` for solutions."""
        return self.root / {"exercise": "notebooks", "solution": "solutions"}[kind]

    def notebook(self, part: str, stem: str, lang: str, kind: str) -> Path:
        return self.folder(kind) / lang / part / f"{stem}.ipynb"

    def manuscript_paths(self) -> list[Path]:
        """Every `<part>/<nn>_<slug>.py`, in reading order."""
        return sorted(self.lessons.glob("*/*.py"))

    def relative(self, path: Path) -> str:
        """The path as a message shows it: from the root, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def checks(self, slug: str) -> ModuleType:
        """Import the check file of `slug`. Raises whatever the file raises."""
        path = self.check_file(slug)
        if self == Course.here():
            return importlib.import_module(f"whiteboard.checks.{slug}")
        if not path.exists():
            raise ModuleNotFoundError(f"No check file {self.relative(path)}")
        spec = importlib.util.spec_from_file_location(f"checks_of_a_copy.{slug}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def exercises(self, slug: str) -> dict[str, object]:
        """The exercises of a lesson by name, in the order of the check file."""
        # Imported here: printing and stamping need no grader.
        from whiteboard.course import exercises

        return exercises(self.checks(slug))


def split_stem(stem: str) -> tuple[str, str] | None:
    """`04_backprop` -> ("04", "backprop"); None when the name has another form."""
    match = _FILE_NAME.fullmatch(stem)
    return match.groups() if match else None
