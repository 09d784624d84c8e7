"""Run solution notebooks, keep what they show, and say where one fails."""

import hashlib
import os
import re
import subprocess
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from press import markup
from press.course import Course
from press.manuscript import Manuscript
from press.printing import cell_ids

CELL_TIMEOUT = 300  # seconds
TRACEBACK_LINES = 8

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class ExecutionError(Exception):
    """A solution that did not run to its end; the text names the manuscript's line."""


def executed_key(book: NotebookNode, course: Course, slug: str) -> str:
    """The hash of what decides a solution's outputs: code, checks, trainer, data and the lock."""
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    check_file = course.check_file(slug)
    checks = check_file.read_bytes() if check_file.exists() else b""
    digest = hashlib.sha256()

    def add(content: bytes) -> None:
        digest.update(len(content).to_bytes(8, "big") + content)

    for source in code:
        add(source.encode())
    add(checks)
    text = "\n".join([*code, checks.decode("utf-8", "replace")])
    trainer = course.source / "whiteboard" / "training.py"
    if _uses("training", text):
        add(trainer.read_bytes() if trainer.exists() else b"")
    # Only lessons that read data run again when a data file changes.
    if _uses("data", text):
        files = [course.source / "whiteboard" / "data.py"]
        files += sorted(path for path in course.data.rglob("*") if path.is_file())
        for path in files:
            if path.exists() and path.suffix != ".md":
                add(course.relative(path).encode())
                add(path.read_bytes())
    add(course.lock.read_bytes() if course.lock.exists() else b"")
    return digest.hexdigest()[:16]


def _uses(module: str, text: str) -> bool:
    """Whether `text` imports `whiteboard`'s module of this name, in either way of writing it."""
    pattern = rf"from whiteboard import [^\n]*\b{module}\b|whiteboard\.{module}\b"
    return re.search(pattern, text) is not None


def keep_outputs(book: NotebookNode, old: NotebookNode | None) -> None:
    """Carry outputs, execution counts and the `executed` key over from the old notebook."""
    if old is None:
        return
    outputs = {cell.get("id"): cell for cell in old.cells if cell.cell_type == "code"}
    for cell in book.cells:
        if cell.cell_type == "code" and cell.id in outputs:
            cell.outputs = outputs[cell.id].get("outputs", [])
            cell.execution_count = outputs[cell.id].get("execution_count")
    key = old.metadata.get("whiteboard", {}).get("executed")
    if key:
        book.metadata.whiteboard.executed = key


def execute(book: NotebookNode, course: Course, lesson: Manuscript, folder: Path) -> float:
    """Run every cell in place, in a kernel of its own started in `folder`; return seconds.

    Raises ExecutionError with the lesson, the manuscript's line and the last lines of the
    traceback when a cell raises, hangs or kills its kernel.
    """
    folder.mkdir(parents=True, exist_ok=True)
    client = NotebookClient(
        book,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    began = time.monotonic()
    try:
        # The kernel's own stderr holds a warning about TCP at every start; nbval drops it too.
        client.execute(env=_environment(course), stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        raise ExecutionError(_failure(book, course, lesson)) from error
    except CellTimeoutError as error:
        where = _unfinished(book, course, lesson)
        raise ExecutionError(f"{where}: the cell ran over {CELL_TIMEOUT} s.") from error
    except DeadKernelError as error:
        where = _unfinished(book, course, lesson)
        raise ExecutionError(f"{where}: the kernel died (out of memory, perhaps).") from error
    except RuntimeError as error:
        where = course.relative(lesson.path)
        raise ExecutionError(
            f"{where}:1: no kernel starts: {error}. Is ipykernel there?"
        ) from error
    _clean(book)
    return time.monotonic() - began


def _environment(course: Course) -> dict[str, str]:
    environment = dict(os.environ)
    paths = [str(course.source), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    environment["WHITEBOARD_STRICT"] = "1"
    environment["WHITEBOARD_PROGRESS"] = "off"  # the log is the learner's
    environment.pop("MPLBACKEND", None)  # the kernel's own default is inline
    return environment


def _clean(book: NotebookNode) -> None:
    """Drop what differs from run to run and says nothing: stderr, and the kernel's metadata."""
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [
                output
                for output in cell.outputs
                if not (output.output_type == "stream" and output.name == "stderr")
            ]
    book.metadata.language_info = nbformat.from_dict({"name": "python"})


def _failure(book: NotebookNode, course: Course, lesson: Manuscript) -> str:
    for cell in book.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines = _ANSI.sub("", "\n".join(output.traceback)).split("\n")
                line = _manuscript_line(lesson, cell, lines)
                shown = "\n".join(f"    {text}" for text in lines[-TRACEBACK_LINES:])
                return (
                    f"{course.relative(lesson.path)}:{line}: the solution of “{lesson.slug}”"
                    f" raises {output.ename}. The old notebook stays.\n{shown}"
                )
    return f"{course.relative(lesson.path)}:1: the solution of “{lesson.slug}” raises."


def _unfinished(book: NotebookNode, course: Course, lesson: Manuscript) -> str:
    """The place of the first code cell that has not run to its end."""
    pending = [c for c in book.cells if c.cell_type == "code" and c.execution_count is None]
    line = _manuscript_line(lesson, pending[0], []) if pending else 1
    return f"{course.relative(lesson.path)}:{line}: the solution of “{lesson.slug}” stopped"


def _manuscript_line(lesson: Manuscript, printed: NotebookNode, traceback: list[str]) -> int:
    """The manuscript's line for the cell's last frame in the traceback, or the cell's first."""
    ids = cell_ids(lesson)
    for cell in lesson.cells:
        if ids[id(cell)] != printed.id:
            continue
        frame = f"Cell In[{printed.execution_count}], line "
        numbers = [int(re.match(r"\d+", t.split(frame)[1])[0]) for t in traceback if frame in t]
        solved = markup.solved_lines(cell.source)
        if numbers and 0 < numbers[-1] <= len(solved):
            return cell.first + solved[numbers[-1] - 1][0]
        return cell.first
    return 1
