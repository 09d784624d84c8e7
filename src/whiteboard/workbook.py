"""The learner's copies: `workbook/<edition>/<part>/<nn>_<slug>.ipynb`, ignored by git.

Two notebooks are the same here when their cells hold the same sources. JupyterLab rewrites metadata
and appends an empty cell as soon as somebody runs a notebook to its end; that is no work to keep.
A copy whose sources equal the printed notebook it came from therefore holds no work of the
learner's, and gives way (with its outputs) when that notebook changes. Every other copy is the
learner's own: nothing here overwrites it.
"""

import difflib
import hashlib
import json
import os
import re
import time
from pathlib import Path

from whiteboard.environment import ROOT, SetupError, from_os_error, say

EDITIONS = ("en", "zh")
LESSON = re.compile(r"(\d+)_([a-z0-9_]+)\.ipynb")


def fingerprint(path):
    """Hash of a notebook's cell types and sources, or None where it cannot be read.

    Args:
        path: an .ipynb file.
    """
    try:
        cells = [
            [cell["cell_type"], "".join(cell["source"]).rstrip()]
            for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    written = [cell for cell in cells if cell[1]]
    return hashlib.sha256(json.dumps(written).encode("utf-8")).hexdigest()


def prepare(edition, root=ROOT):
    """Bring one edition of the workbook up to date and return its folder.

    Raises:
        SetupError: when the workbook cannot be written.
    """
    root = Path(root)
    folder = root / "workbook" / edition
    try:
        folder.mkdir(parents=True, exist_ok=True)
        bases = _read_bases(root)
        before = json.dumps(bases, sort_keys=True)
        known = bases.setdefault(edition, {})
        for slug, printed in _printed(root, edition).items():
            known[slug] = _bring(slug, printed, folder, root / "notebooks" / edition, known)
        if json.dumps(bases, sort_keys=True) != before:
            _write(_bases_path(root), json.dumps(bases, indent=1, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise from_os_error(error, error.filename or folder) from None
    return folder


def _bring(slug, printed, folder, printed_folder, known):
    """Place or refresh one lesson; return its new entry in the list of bases."""
    entry = known.get(slug, {})
    target = folder / printed.relative_to(printed_folder)
    new = fingerprint(printed)
    copy = _find(slug, folder, entry)
    if copy is None:
        _write(target, printed.read_bytes())
        return _entry(target, folder, new)
    if copy != target and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(copy, target)
        here, there = _short(copy, folder), _short(target, folder)
        say(f"{here} is now {there}, with your work in it.", f"{here} 现在是 {there}，内容不变。")
        copy = target
    mine = fingerprint(copy)
    if mine == new:
        return _entry(copy, folder, new)
    base = entry.get("base")
    if mine is not None and mine == base:
        _write(copy, printed.read_bytes())
        return _entry(copy, folder, new)
    if new == base or new == entry.get("offered"):
        return {**entry, "path": _short(copy, folder)}
    beside = _free(copy, ".new", untouched=entry.get("offered"))
    _write(beside, printed.read_bytes())
    here, there = _short(copy, folder), _short(beside, folder)
    say(
        f"{here} changed in the course; your version stays, the new one is {there}.",
        f"课程更新了 {here}；你的版本保留不动，新版本在 {there}。",
    )
    return {"path": here, "base": base, "offered": new}


def reset(lesson, edition, root=ROOT):
    """Put a fresh copy of a lesson in place and keep the old attempt under a dated name.

    Args:
        lesson: a slug such as "backprop"; "04_backprop" and a path are understood too.
        edition: "en" or "zh".

    Returns:
        (path of the fresh copy, path of the kept attempt or None).

    Raises:
        SetupError: unknown lesson, or the workbook cannot be written.
    """
    root = Path(root)
    printed = _printed(root, edition)
    slug = re.sub(r"^\d+_", "", re.split(r"[/\\]", str(lesson))[-1].replace(".ipynb", ""))
    if slug not in printed:
        raise _unknown(lesson, slug, printed)
    folder = root / "workbook" / edition
    try:
        bases = _read_bases(root)
        entry = bases.setdefault(edition, {}).get(slug, {})
        copy = _find(slug, folder, entry)
        target = folder / printed[slug].relative_to(root / "notebooks" / edition)
        kept = None
        fresh = _neighbour(target, printed[slug].read_bytes())
        try:
            # After a renumbering that met an occupied name, the lesson may have two copies.
            for old in {path for path in (target, copy) if path is not None and path.exists()}:
                kept = _free(old, time.strftime(".%Y-%m-%d"))
                os.rename(old, kept)
            os.replace(fresh, target)
        finally:
            fresh.unlink(missing_ok=True)
        offered = target.with_suffix(".new.ipynb")
        if entry.get("offered") and fingerprint(offered) == entry["offered"]:
            offered.unlink()
        bases[edition][slug] = _entry(target, folder, fingerprint(target))
        _write(_bases_path(root), json.dumps(bases, indent=1, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise from_os_error(error, error.filename or folder) from None
    return target, kept


def _unknown(lesson, slug, printed):
    close = difflib.get_close_matches(slug, printed, n=1, cutoff=0.5)
    if close:
        return SetupError(
            f"There is no lesson “{lesson}”. Did you mean {close[0]}?",
            f"没有叫“{lesson}”的课。你是不是要找 {close[0]}？",
        )
    names_en, names_zh = ", ".join(sorted(printed)), "、".join(sorted(printed))
    return SetupError(
        f"There is no lesson “{lesson}”; the lessons are: {names_en}.",
        f"没有叫“{lesson}”的课；现有的课：{names_zh}。",
    )


def _printed(root, edition):
    """{slug: printed exercise notebook} of one edition, in the course's order."""
    found = {}
    for path in sorted((root / "notebooks" / edition).glob("*/*.ipynb")):
        match = LESSON.fullmatch(path.name)
        if match:
            found[match.group(2)] = path
    return found


def _find(slug, folder, entry):
    """The learner's copy of a lesson under whatever number it has, or None."""
    if entry.get("path"):
        path = folder / entry["path"]
        if path.is_file():
            return path
    for path in sorted(folder.glob(f"*/*_{slug}.ipynb")):
        match = LESSON.fullmatch(path.name)
        if match and match.group(2) == slug:
            return path
    return None


def _free(copy, mark, untouched=None):
    """First of name.mark.ipynb, name.mark-2.ipynb, … that is free, or still holds `untouched`."""
    number = 1
    while True:
        suffix = mark if number == 1 else f"{mark}-{number}"
        path = copy.with_name(f"{copy.stem}{suffix}.ipynb")
        if not path.exists() or (untouched and fingerprint(path) == untouched):
            return path
        number += 1


def _entry(path, folder, base):
    return {"path": _short(path, folder), "base": base}


def _short(path, folder):
    return path.relative_to(folder).as_posix()


def _bases_path(root):
    return root / "workbook" / ".base.json"


def _read_bases(root):
    """{edition: {slug: entry}}; empty where damaged, so that every copy counts as the learner's."""
    try:
        bases = json.loads(_bases_path(root).read_text(encoding="utf-8"))
        if all(isinstance(entry, dict) for known in bases.values() for entry in known.values()):
            return bases
    except (FileNotFoundError, NotADirectoryError, ValueError, AttributeError):
        pass
    return {}


def _neighbour(path, content):
    """A complete file beside `path`, on disk, ready to be moved over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(neighbour, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        neighbour.unlink(missing_ok=True)
        raise
    return neighbour


def _write(path, content):
    neighbour = _neighbour(path, content)
    try:
        os.replace(neighbour, path)
    except OSError:
        neighbour.unlink(missing_ok=True)
        raise
