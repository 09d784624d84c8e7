"""A fault an author can mend: where it is, what it is, and what to do about it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """One sentence about one line, with its remedy."""

    path: Path
    line: int
    sentence: str
    remedy: str

    def shown(self, root: Path) -> str:
        """`path:line: sentence. Remedy.`, the path from `root`."""
        path = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        return f"{path.as_posix()}:{self.line}: {self.sentence} {self.remedy}"
