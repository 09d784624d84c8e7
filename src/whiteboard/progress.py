"""The learner's log: one JSON line for each check, in `workbook/progress.jsonl`.

A line is {"time": UTC in ISO 8601, "lesson": slug, "exercise": name, "verdict": "passed", "failed"
or "unwritten", "trap": its number or null}. Only `record` writes; anything may read.
"""

import os
import time

VARIABLE = "WHITEBOARD_PROGRESS"  # "off", or the path of another log
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def path():
    """Where the log is, or None where logging is off.

    The nearest folder named `workbook` around the current folder, else the repository's.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return None if chosen.strip().lower() in ("", "off", "0") else chosen
    try:
        folder = os.getcwd()
    except OSError:  # the current folder was removed
        folder = ROOT
    while True:
        if os.path.basename(folder) == "workbook":
            return os.path.join(folder, "progress.jsonl")
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.path.join(ROOT, "workbook", "progress.jsonl")
        folder = parent


def record(lesson, exercise, verdict, trap=None):
    """Append one line. Grading goes on whatever happens here.

    Args:
        lesson: slug.
        exercise: its name.
        verdict: the verdict's status.
        trap: number of the named trap, or None.

    Returns:
        None, or the sentence (English, Chinese) that says why nothing was written.
    """
    import json

    try:
        log = path()
        if log is None:
            return None
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "lesson": lesson,
            "exercise": exercise,
            "verdict": verdict,
            "trap": trap,
        }
        _append(
            log,
            json.dumps(line, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n",
        )
    except OSError as error:
        reason = error.strerror or str(error)
        return (
            f"Your progress was not recorded ({reason}): free some space on the disk or make the "
            "folder workbook writable.",
            f"没有记下你的进度（{reason}）：请腾出磁盘空间，或让 workbook 文件夹可写。",
        )
    return None


def _append(log, line):
    """Add one line with a single write, which two processes cannot mix."""
    os.makedirs(os.path.dirname(os.path.abspath(log)), exist_ok=True)
    # O_BINARY exists, and matters, on Windows only.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(log, flags, 0o644)
    try:
        unlock = _lock(descriptor)
        try:
            end = os.lseek(descriptor, 0, os.SEEK_END)
            if end:
                os.lseek(descriptor, end - 1, os.SEEK_SET)
                if os.read(descriptor, 1) != b"\n":
                    line = b"\n" + line  # a torn line stays alone
            if os.write(descriptor, line) != len(line):
                raise OSError(28, "No space left on device")
        finally:
            unlock()
    finally:
        os.close(descriptor)


def _lock(descriptor):
    """Hold the log for a moment where the platform can; return the function that lets go.

    A lock that is not to be had within 0.2 s (a network disk) is done without: O_APPEND remains.
    """
    try:
        import fcntl
    except ImportError:
        import msvcrt

        def take():
            os.lseek(descriptor, 2**30, os.SEEK_SET)  # a byte that no line reaches
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

        def release():
            os.lseek(descriptor, 2**30, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:

        def take():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

        def release():
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    for _ in range(40):
        try:
            take()
        except OSError:
            time.sleep(0.005)
        else:
            return release
    return lambda: None


def read(log=None):
    """All complete lines as dicts, oldest first; a damaged line is skipped.

    Args:
        log: path of the log; by default the learner's.
    """
    import json

    log = log or path()
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except (OSError, TypeError):
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"time", "lesson", "exercise", "verdict"} <= set(entry):
            entries.append(entry)
    return entries


def summary(entries):
    """[(lesson, exercises tried, exercises passed, time of the last check)], latest first.

    Args:
        entries: what `read` returns. An unwritten stub counts as not tried.
    """
    lessons = {}
    for entry in entries:
        tried, passed, last = lessons.setdefault(entry["lesson"], (set(), set(), [""]))
        last[0] = max(last[0], str(entry["time"]))
        if entry["verdict"] != "unwritten":
            tried.add(entry["exercise"])
        if entry["verdict"] == "passed":
            passed.add(entry["exercise"])
    rows = [(name, len(t), len(p), last[0]) for name, (t, p, last) in lessons.items()]
    return sorted(rows, key=lambda row: row[3], reverse=True)
