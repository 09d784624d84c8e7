"""`press site`: the whole course as static pages in build/site, offline, in both languages."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from press.course import LANGUAGES, Course
from press.manuscript import read_all
from press.publishing import write_if_changed
from press.site import feeds
from press.site.source import SiteError, Source
from press.verification import verify

ASSETS = Path(__file__).parent / "assets"
LOCAL = "http://127.0.0.1:8000/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--address",
        default=os.environ.get("WHITEBOARD_SITE", ""),
        help="where the site will stand, for sitemap and feed (default: $WHITEBOARD_SITE)",
    )
    parser.add_argument("--fresh", action="store_true", help="forget what earlier builds kept")


def run(arguments: argparse.Namespace, course: Course) -> int:
    began = time.monotonic()
    try:
        pages = build(course, arguments.address, arguments.fresh)
    except SiteError as error:
        kept = folder(course).is_dir()
        print(error, file=sys.stderr)
        last = "The last good site stays." if kept else "There is no site yet."
        print(f"The site was not built. {last}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - began
    where = course.relative(folder(course))
    print(f"{where}: {pages} pages, {seconds:.1f} s. `make serve` shows it.")
    return 0


def folder(course: Course) -> Path:
    """Where the finished site lies."""
    return course.root / "build" / "site"


def build(course: Course, address: str = "", fresh: bool = False) -> int:
    """Build the site and put it in place of the old one; return the number of pages.

    Raises SiteError, and leaves the last good site alone, when a manuscript does not verify or a
    page cannot be built.
    """
    _check_assets()
    lessons = read_all(course)
    faults = verify(course, lessons)
    if faults:
        raise SiteError("\n".join(fault.shown(course.root) for fault in faults))
    work, site = course.root / "build" / "site-work", folder(course)
    _recover(site)
    if fresh:
        shutil.rmtree(work, ignore_errors=True)
    address = f"{address.rstrip('/')}/" if address else ""
    source = Source(course, lessons)
    names, files = _write_pages(source, work)
    _through_sphinx(work, address)
    new = work / "new"
    shutil.rmtree(new, ignore_errors=True)
    for lang in LANGUAGES:
        for name in names:
            target = new / lang / f"{name}.html"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / lang / "out" / f"{name}.html", target)
        for name, content in files[lang].items():
            write_if_changed(new / lang / name, content)
    shutil.copytree(ASSETS, new / "assets")
    _write_feeds(course, new, address or LOCAL, names)
    if not _same_pages(new, site):
        _index(new)
    _swap(new, site)
    return len(names) * len(LANGUAGES)


def _write_pages(source: Source, work: Path) -> tuple[list[str], dict[str, dict[str, bytes]]]:
    """Write the Markdown of every page that changed; remove what no page wants any more."""
    from press.site.pages import all_pages

    names: list[str] = []
    files: dict[str, dict[str, bytes]] = {lang: {} for lang in LANGUAGES}
    for lang in LANGUAGES:
        pages = work / lang / "pages"
        names = []
        for name, text, shown in all_pages(source, lang):
            write_if_changed(pages / f"{name}.md", text.encode())
            files[lang] |= shown
            names.append(name)
        for path in pages.rglob("*.md"):
            if path.relative_to(pages).with_suffix("").as_posix() not in names:
                path.unlink()
    return names, files


def _through_sphinx(work: Path, address: str) -> None:
    """Both languages at once, each in its process. A warning is an error."""
    processes = {}
    # The theme and the extension are part of what a page is made from.
    made_by = b"".join(
        path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*")) if _shapes(path)
    )
    for lang in LANGUAGES:
        home = work / lang
        if write_if_changed(home / "made-by", made_by):
            shutil.rmtree(home / "doctrees", ignore_errors=True)
            shutil.rmtree(home / "out", ignore_errors=True)
        command = [sys.executable, "-m", "press.site.sphinx_run"]
        command += [str(home / name) for name in ("pages", "out", "doctrees")] + [lang, address]
        processes[lang] = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
    failures = []
    for lang, process in processes.items():
        _, told = process.communicate()
        if process.returncode:
            # Sphinx warns only about what it reads again: forget what it has read.
            shutil.rmtree(work / lang / "doctrees", ignore_errors=True)
            failures.append(told.strip() or f"Sphinx stopped with {process.returncode}.")
    if failures:
        raise SiteError("\n".join(failures))


def _shapes(path: Path) -> bool:
    return (path.parent.name == "theme" and path.is_file()) or path.name in {
        "extension.py",
        "words.py",
    }


def _write_feeds(course: Course, new: Path, address: str, names: list[str]) -> None:
    try:
        changelog = (course.root / "CHANGELOG.md").read_text(encoding="utf-8")
    except OSError:
        changelog = ""
    written = {
        "index.html": feeds.first_page(),
        "404.html": feeds.not_found(address),
        "sitemap.xml": feeds.sitemap(address, names),
        "feed.xml": feeds.feed(address, changelog),
        ".nojekyll": "",
    }
    for name, text in written.items():
        write_if_changed(new / name, text.encode())


def _same_pages(new: Path, old: Path) -> bool:
    """Whether no page changed; the old search index is then the new one's too."""
    pages = [{p.relative_to(top) for p in top.glob("*/**/*.html")} for top in (new, old)]
    if pages[0] != pages[1] or not (old / "pagefind" / "pagefind.js").exists():
        return False
    if any((new / page).read_bytes() != (old / page).read_bytes() for page in pages[0]):
        return False
    shutil.copytree(old / "pagefind", new / "pagefind")
    return True


def _index(new: Path) -> None:
    """Pagefind's index; it reads each page's language from its `<html lang>`."""
    command = [sys.executable, "-m", "pagefind", "--site", str(new), "--silent"]
    command += ["--glob", "{en,zh}/**/*.html"]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode or not (new / "pagefind" / "pagefind.js").exists():
        told = (made.stderr or made.stdout).strip() or "no reason given"
        raise SiteError(f"The search index was not made: {told}. Run `make env` and try again.")
    for path in (new / "pagefind").glob("*"):
        # Pagefind's own search pages; ours needs the engine only.
        if "ui" in path.stem.split("-") or path.stem == "pagefind-highlight":
            path.unlink()


def _check_assets() -> None:
    """Every font that the formulas' style sheet names is there."""
    styles = ASSETS / "katex" / "katex.min.css"
    wanted = [styles, styles.with_suffix(".js"), ASSETS / "site.css", ASSETS / "site.js"]
    if styles.exists():
        named = re.findall(r"url\(([^)]+)\)", styles.read_text(encoding="utf-8"))
        wanted += [styles.parent / name for name in named]
    missing = [path for path in wanted if not path.exists()]
    if missing:
        raise SiteError(
            f"{missing[0].name} is missing ({len(missing)} in all): restore it with "
            "`git checkout -- src/press/site/assets`."
        )


def _recover(site: Path) -> None:
    """After a kill between the two renames the last good site still has its other name."""
    old = site.with_name("site-old")
    if old.exists() and not site.exists():
        os.replace(old, site)


def _swap(new: Path, site: Path) -> None:
    old = site.with_name("site-old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        os.replace(site, old)
    os.replace(new, site)
    shutil.rmtree(old, ignore_errors=True)
