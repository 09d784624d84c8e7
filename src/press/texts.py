"""Bilingual texts in check files, and the lines they stand on."""

import ast
from pathlib import Path


class Places:
    """Where texts stand in a Python file; adjacent string literals count as one."""

    def __init__(self, path: Path):
        self._lines: dict[str, int] = {}
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, SyntaxError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._lines.setdefault(node.value.strip(), node.lineno)

    def line(self, *texts: str) -> int:
        """The line of the first of the texts that is found; 1 when none is."""
        return next((self._lines[t.strip()] for t in texts if t.strip() in self._lines), 1)
