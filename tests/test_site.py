"""The site of the real course: built without a warning, every link and formula, in a browser.

The browser's tests need Chromium and are skipped in one line where there is none.
"""

import hashlib
import json
import re
import shutil
import sqlite3
import threading
import time
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest

import chromium
from press import partners
from press.__main__ import main
from press.course import LANGUAGES, Course
from press.manuscript import read_all
from press.site import anki, build, cards, inline, needs_map, pages, pieces, plans
from press.site.serve import serving
from press.site.source import SiteError, Source

COURSE = Course.here()
PAGE_BYTES = 60 * 1024
AXE = Path(__file__).parent / "axe" / "axe.min.js"


class Page(HTMLParser):
    """What a test asks of one HTML page."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.images: list[dict] = []
        self.lang = ""
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        if tag == "html":
            self.lang = found.get("lang", "")
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "img":
            self.images.append(found)
        self.links += [
            found[name] for name in ("href", "src", "action") if found.get(name) and tag != "meta"
        ]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A course whose build folder is a temporary one; all else is the real course."""
    root = tmp_path_factory.mktemp("site")
    for name in ("src", "notebooks", "solutions", "tests", "README.md", "CHANGELOG.md", "data"):
        (root / name).symlink_to(COURSE.root / name)
    return Course(root)


@pytest.fixture(scope="module")
def site(course) -> Path:
    began = time.monotonic()
    number = build.build(course, "https://example.org/course")
    print(f"{number} pages in {time.monotonic() - began:.1f} s")
    return build.folder(course)


@pytest.fixture(scope="module")
def read(site) -> dict[Path, Page]:
    """Every page of the site, parsed."""
    return {p: Page(p.read_text(encoding="utf-8")) for p in site.rglob("*.html")}


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(COURSE, read_all(COURSE))


def test_both_editions_have_the_same_pages_and_every_lesson(site, source):
    names = [
        {p.relative_to(site / lang).as_posix() for p in (site / lang).rglob("*.html")}
        for lang in LANGUAGES
    ]
    assert names[0] == names[1]
    assert {f"lessons/{lesson.slug}.html" for lesson in source.lessons} <= names[0]
    assert {f"{name}.html" for name in pages.PAGES} <= names[0]


def test_every_link_and_anchor_resolves(site, read):
    missing, followed = [], 0
    for path, page in read.items():
        for link in page.links:
            target, anchor = urldefrag(link)
            if link.startswith(("http:", "https:", "mailto:", "#")) and not anchor:
                continue
            if urlsplit(link).scheme:
                continue
            if target.startswith("/"):  # the 404 page, at its address's root
                there = site / target.removeprefix("/course/")
            else:
                there = (path.parent / unquote(target)).resolve() if target else path
            followed += 1
            ids = read[there].ids if there in read else []
            if not there.exists() or (anchor and unquote(anchor) not in ids):
                missing.append(f"{path.relative_to(site)}: {link}")
    assert not missing
    assert followed > 100


def test_nothing_is_fetched_from_elsewhere(site):
    for path in [*site.rglob("*.html"), *site.glob("assets/**/*.css")]:
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r"(?:src=|url\()[\"']?((?:https?:)?//[^\"')]+)", text)
        loaded += re.findall(r"<link rel=\"(?:stylesheet|icon)\" href=\"(https?:[^\"]+)", text)
        assert not loaded, path


def test_ids_are_unique_and_pages_speak_their_language(read, site):
    for path, page in read.items():
        assert len(page.ids) == len(set(page.ids)), path
        assert page.tags.count("h1") == 1, path
        if path.parent != site:
            wanted = "zh-Hans" if "zh" in path.relative_to(site).parts else "en"
            assert page.lang == wanted, path


def test_anchors_are_equal_in_both_languages(site, read, source):
    for lesson in source.lessons:
        anchors = {cell.anchor for cell in lesson.cells if cell.anchor}
        ids = [set(read[site / lang / f"lessons/{lesson.slug}.html"].ids) for lang in LANGUAGES]
        assert anchors <= ids[0] & ids[1], lesson.slug


def test_every_figure_has_alt_text_and_a_size(read):
    images = [image for page in read.values() for image in page.images]
    assert images
    assert all(image["alt"].strip() and int(image["width"]) for image in images)


def test_no_solution_stands_outside_a_fold(site, source):
    for lesson in source.lessons:
        for lang in LANGUAGES:
            text = (site / lang / f"lessons/{lesson.slug}.html").read_text(encoding="utf-8")
            open_text = _without_folds(text)
            assert "### BEGIN" not in text
            assert 'class="verdict"' not in _before_hack(open_text), lesson.slug
            assert 'class="flaws"' in text
            assert text.count("<details") == text.count("</details>")


def _without_folds(text: str) -> str:
    depth, kept = 0, []
    for piece in re.split(r"(<details\b[^>]*>|</details>)", text):
        depth += piece.startswith("<details") - (piece == "</details>")
        if depth == 0:
            kept.append(piece)
    return "".join(kept)


def _before_hack(text: str) -> str:
    return text.split('id="hack"')[0]


def test_flaws_are_those_of_the_grader_and_readable_without_a_script(site, source):
    for lesson in source.lessons:
        for statements in source.flaws(lesson).values():
            for lang in LANGUAGES:
                text = (site / lang / f"lessons/{lesson.slug}.html").read_text(encoding="utf-8")
                form = re.search(r'<form class="flaws".*?</form>', text, re.DOTALL)[0]
                marked = re.findall(r'data-wrong="(true|false)"', form)
                assert marked == [str(s.false).lower() for s in statements]
                for statement in statements:
                    shown = inline.to_html(statement.text.said(lang))
                    assert shown in form
                    if statement.false:
                        assert inline.to_html(statement.because.said(lang)) in text


def test_every_formula_reaches_the_page(site, source):
    """At least as many formulas as the notebook has: none is lost, none left as dollars."""
    for lesson in source.lessons:
        for lang in LANGUAGES:
            text = (site / lang / f"lessons/{lesson.slug}.html").read_text(encoding="utf-8")
            body = re.sub(r"<(pre|code)\b.*?</\1>", "", text, flags=re.DOTALL)
            cells = source.book(lesson, lang, "solution").cells[1:]
            texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
            written = sum(partners.parts(each)["formula"].total() for each in texts)
            shown = text.split("<main")[1].split("</main>")[0].count('class="math"')
            assert shown >= written > 0
            assert "$" not in re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL), lesson.slug


def test_page_weight(site):
    sizes = sorted(path.stat().st_size for path in site.glob("*/lessons/*.html"))
    assert sizes[len(sizes) // 2] <= PAGE_BYTES
    assert max(path.stat().st_size for path in (site / "assets").rglob("*.*")) < 300 * 1024


def test_search_index_has_both_languages(site):
    entry = json.loads((site / "pagefind" / "pagefind-entry.json").read_text(encoding="utf-8"))
    assert {tag.split("-")[0] for tag in entry["languages"]} == {"en", "zh"}


def test_feeds_are_well_formed(site):
    locations = ElementTree.parse(site / "sitemap.xml").getroot()
    assert len(locations) == len(list(site.glob("*/**/*.html")))
    feed = ElementTree.parse(site / "feed.xml").getroot()
    assert len(feed.findall("channel/item")) >= 5
    assert 'href="/course/en/index.html"' in (site / "404.html").read_text(encoding="utf-8")


def test_building_again_gives_the_same_bytes(course, site):
    before = _digest(site)
    build.build(course, "https://example.org/course")
    assert _digest(site) == before


def _digest(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file() and "pagefind" not in path.parts
    }


def test_a_fault_stops_the_site_and_the_last_good_one_stays(course, site, tmp_path, capsys):
    root = tmp_path / "course"
    root.mkdir()
    shutil.copytree(COURSE.lessons, root / "src" / "lessons")
    (root / "src" / "whiteboard").symlink_to(COURSE.source / "whiteboard")
    for name in ("notebooks", "solutions", "tests", "data"):
        (root / name).symlink_to(COURSE.root / name)
    manuscript = Course(root).manuscript_paths()[0]
    text = manuscript.read_text(encoding="utf-8")
    wrong = re.sub(r"^# level: \d$", "# level: 9", text, count=1, flags=re.MULTILINE)
    manuscript.write_text(wrong, encoding="utf-8")
    good = root / "build" / "site" / "index.html"
    good.parent.mkdir(parents=True)
    good.write_text("good", encoding="utf-8")
    assert main(["site"], Course(root)) == 1
    told = capsys.readouterr().err
    assert re.search(rf"{manuscript.name}:\d+: `level` cannot be 9\.", told)
    assert "The last good site stays." in told
    assert good.read_text(encoding="utf-8") == "good"


def test_a_warning_of_sphinx_is_an_error(tmp_path):
    for lang in LANGUAGES:
        path = tmp_path / lang / "pages" / "index.md"
        path.parent.mkdir(parents=True)
        path.write_text("---\norphan: true\n---\n# A\n\n```{nonsense}\n```\n", encoding="utf-8")
    with pytest.raises(SiteError, match=r"index\.md:\d+: WARNING.*nonsense"):
        build._through_sphinx(tmp_path, "")


def test_a_kill_between_the_two_renames_loses_nothing(tmp_path):
    old = tmp_path / "site-old"
    old.mkdir()
    build._recover(tmp_path / "site")
    assert (tmp_path / "site").is_dir() and not old.exists()


def test_a_missing_font_gets_a_sentence(tmp_path, monkeypatch):
    shutil.copytree(build.ASSETS, tmp_path / "assets")
    monkeypatch.setattr(build, "ASSETS", tmp_path / "assets")
    font = next((tmp_path / "assets" / "katex" / "fonts").iterdir())
    font.unlink()
    with pytest.raises(SiteError, match=rf"{font.name} is missing .* `git checkout"):
        build.build(Course(tmp_path))


def test_serve_without_a_site_says_what_to_do(tmp_path, capsys):
    assert main(["serve"], Course(tmp_path)) == 1
    assert "run `make site` first" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & `x < 1`", "a &lt; b &amp; <code>x &lt; 1</code>"),
        ("cost $a < b$", 'cost <span class="math">a &lt; b</span>'),
        ("**both** and *one*", "<strong>both</strong> and <em>one</em>"),
        (r"5 \$ and 2 * 3 * 4", r"5 \$ and 2 * 3 * 4"),
    ],
)
def test_inline_markdown(text, shown):
    assert inline.to_html(text) == shown


def test_links_to_notebooks_become_links_to_pages():
    text = "[a](../01_networks/04_backprop.ipynb#say) [b](13_dropout.ipynb)"
    assert pieces.page_links(text) == "[a](backprop.html#say) [b](dropout.html)"


def test_plans_respect_needs_minutes_and_days(source):
    order = [lesson.slug for lesson in source.lessons]
    for weeks, _, minutes, *_ in plans.PLANS:
        days = weeks * plans.STUDY_DAYS
        taken = plans.chosen(source, days * minutes)
        slugs = [lesson.slug for lesson in taken]
        assert slugs == sorted(slugs, key=order.index)
        assert all(need in slugs for lesson in taken for need in lesson.front["needs"])
        spread = plans.spread(taken, days)
        assert [each for day in spread for each in day] == taken
        assert len(spread) <= days
        assert sum(lesson.front["minutes"] for lesson in taken) <= days * minutes


def test_cards_are_the_same_in_both_languages_and_stable(source, tmp_path):
    keys = [[card.key for card in cards.cards(source, lang)] for lang in LANGUAGES]
    assert keys[0] == keys[1]
    assert len(keys[0]) == len(set(keys[0])) >= len(source.lessons)
    for lang in LANGUAGES:
        made = anki.deck(source, lang)
        assert made == anki.deck(source, lang)
        first = [card for card in cards.cards(source, lang) if card.key.endswith("/question")]
        assert all(card.points and card.mistake for card in first)
        (tmp_path / "deck.apkg").write_bytes(made)
        with zipfile.ZipFile(tmp_path / "deck.apkg") as package:
            package.extract("collection.anki2", tmp_path)
        database = sqlite3.connect(tmp_path / "collection.anki2")
        notes = database.execute("select guid, flds from notes").fetchall()
        database.close()
        assert len({guid for guid, _ in notes}) == len(keys[0])
        assert any(r"\(" in fields for _, fields in notes)
        assert not any("$" in fields or 'class="math"' in fields for _, fields in notes)


# --- In a browser ---------------------------------------------------------------------------------

needs_chromium = pytest.mark.skipif(
    chromium.installed() is None, reason="no Chromium here: the site is not tried in a browser"
)


@pytest.fixture(scope="module")
def address(site):
    """The site's address while it is served."""
    server = serving(site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser(address):
    with chromium.Chromium() as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_problem(request):
    """After each test in a browser: no console error, no failed request, none to elsewhere."""
    yield
    if "browser" in request.fixturenames:
        opened = request.getfixturevalue("browser")
        here = request.getfixturevalue("address")
        problems, opened.problems = opened.problems, []
        assert not problems
        assert all(url.startswith((here, "about:", "data:", "blob:")) for url in opened.requests)


@needs_chromium
def test_every_formula_is_drawn_and_a_phone_never_scrolls_sideways(browser, address, site):
    browser.window(390, 800, mobile=True)
    drawn, wide = 0, []
    for path in sorted(site.glob("*/**/*.html")):
        name = path.relative_to(site).as_posix()
        browser.open(urljoin(address, name))
        formulas, done, errors, sideways = browser.run(
            "document.querySelectorAll('main details').forEach(fold => { fold.open = true }),"
            "['.math', '.math > :is(.katex, .katex-display)', '.katex-error']"
            ".map(which => document.querySelectorAll(which).length)"
            ".concat(document.documentElement.scrollWidth > innerWidth)"
        )
        assert (formulas, 0) == (done, errors), name
        drawn += done
        wide += [name] * sideways
    assert not wide
    assert drawn > 100
    print(f"{drawn} formulas drawn")


@needs_chromium
@pytest.mark.parametrize(
    ("lang", "words", "first"),
    [
        ("zh", "梯度下降", ""),
        ("zh", "反向传播", "backprop"),
        ("zh", "注意力", ""),
        ("zh", "显存", ""),
        ("zh", "训练 显存", "training_memory"),
        ("zh", "推理 显存", "serving_memory"),
        ("en", "cross entropy", ""),
        ("en", "dropout", "dropout"),
        ("en", "backprop", "backprop"),
    ],
)
def test_search_finds_and_ranks_the_lesson_first(browser, address, lang, words, first):
    browser.window(1280)
    browser.open(f"{address}{lang}/search.html?q={quote(words)}")
    browser.wait("document.querySelectorAll('#results a').length > 0")
    found = browser.run("[...document.querySelectorAll('#results a')].map(a => a.href)")
    assert "/lessons/" in found[0] and f"/{lang}/" in found[0]
    if first:
        assert found[0].endswith(f"/{first}.html")
    # Again, now that the index is there: as a reader types.
    browser.run("document.querySelector('#words').dispatchEvent(new Event('input'))")
    browser.wait("document.querySelectorAll('#results a').length > 0")
    print(words, browser.run("document.querySelector('#ask').dataset.milliseconds"), "ms")


@needs_chromium
def test_a_solution_opens_with_one_key(browser, address, source):
    browser.open(f"{address}en/lessons/{source.lessons[0].slug}.html")
    browser.run("document.querySelector('details.solution > summary').focus()")
    assert not browser.run("document.querySelector('details.solution').open")
    browser.press("Enter", 13)
    browser.wait("document.querySelector('details.solution').open")
    assert browser.run(
        "document.querySelector('details.solution .verdict').innerText.includes('✓')"
    )


@needs_chromium
@pytest.mark.parametrize("lang", LANGUAGES)
def test_flaws_by_keyboard(browser, address, source, lang):
    lesson = source.lessons[0]
    browser.open(f"{address}{lang}/lessons/{lesson.slug}.html")
    output = "document.querySelector('form.flaws output').textContent"
    answers = "document.querySelector('form.flaws + details').open"
    browser.run("document.querySelector('form.flaws input').focus()")
    browser.press(" ", 32)
    browser.press("Enter", 13)
    assert browser.run(output).startswith("✗") and not browser.run(answers)
    browser.run(
        "document.querySelectorAll('form.flaws input').forEach("
        "box => { box.checked = box.dataset.wrong === 'true' })"
    )
    browser.run("document.querySelector('form.flaws button').focus()")
    browser.press("Enter", 13)
    assert browser.run(output).startswith("✓") and browser.run(answers)


@needs_chromium
def test_the_other_language_opens_at_the_same_place(browser, address, source):
    slug = source.lessons[0].slug
    browser.window(1280)
    browser.open(f"{address}en/lessons/{slug}.html#flaws")
    browser.wait("Math.abs(document.querySelector('#flaws').getBoundingClientRect().top) < 200")
    browser.run("document.querySelector('a.language').click()")
    # The address changes before the new page is there: wait for the page itself.
    browser.wait(
        "document.readyState === 'complete' && document.documentElement.lang === 'zh-Hans'"
    )
    assert browser.run("location.pathname") == f"/zh/lessons/{slug}.html"
    assert browser.run("location.hash") == "#flaws"


@needs_chromium
def test_dark_by_system_and_by_button(browser, address):
    colour = "getComputedStyle(document.body).backgroundColor"
    browser.prefers("dark")
    browser.open(f"{address}en/index.html")
    assert browser.run(colour) == "rgb(22, 24, 27)"
    browser.run("document.querySelector('button.theme').click()")
    assert browser.run(colour) == "rgb(253, 252, 249)"
    browser.open(f"{address}zh/about.html")
    assert browser.run(colour) == "rgb(253, 252, 249)"  # the choice is kept
    browser.run("localStorage.clear()")
    browser.prefers("light")


@needs_chromium
def test_cards_turn_and_rows_filter(browser, address, source):
    browser.open(f"{address}en/cards.html")
    assert browser.run("document.querySelectorAll('.cards article.shown').length") == 1
    browser.run("document.querySelector('.flip').click()")
    assert browser.run("document.querySelector('.cards article.shown details').open")
    browser.run("document.querySelector('.next').click()")
    assert browser.run("document.querySelector('.card-keys output').textContent").startswith("2 /")
    browser.open(f"{address}zh/syllabus.html")
    kind = source.lessons[0].front["kind"]
    browser.run(
        f"document.querySelector('select[name=kind]').value = '{kind}';"
        "document.querySelector('form.filters').dispatchEvent(new Event('input'))"
    )
    wanted = sum(lesson.front["kind"] == kind for lesson in source.lessons)
    shown = browser.run("document.querySelectorAll('table.lessons tbody tr:not([hidden])').length")
    assert shown == wanted


@needs_chromium
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_kind_of_page(browser, address, source, scheme, lang):
    """Every index page, a lesson of each kind and the 404 page, with their folds open."""
    lessons = {lesson.front["kind"]: lesson.slug for lesson in source.lessons}
    names = [f"{lang}/{name}.html" for name in pages.PAGES]
    names += [f"{lang}/lessons/{slug}.html" for slug in lessons.values()]
    found = {}
    browser.window(1280)
    browser.prefers(scheme)
    for name in [*names, "404.html"]:
        browser.open(urljoin(address, name))
        browser.run(
            "document.querySelectorAll('details').forEach(fold => { fold.open = true });"
            + AXE.read_text(encoding="utf-8")
        )
        # Colours are all that light and dark can differ in.
        only = "{runOnly: ['color-contrast']}" if scheme == "dark" else "{}"
        told = browser.run(
            f"axe.run(document, {only}).then(told => [told.passes.length].concat("
            "told.violations.flatMap(rule => rule.nodes.map("
            "node => rule.id + ' ' + node.target.join(' ')))))"
        )
        assert told[0] >= 1, "axe has looked at nothing"
        if told[1:]:
            found[name] = told[1:]
    browser.prefers("light")
    assert not found


@needs_chromium
def test_the_map_shows_the_lines_of_one_lesson(browser, address, source):
    lesson = next(lesson for lesson in source.lessons if source.needs(lesson))
    browser.open(f"{address}en/map.html")
    browser.run(f"document.querySelector('[data-lesson={lesson.slug}]').focus()")
    shown = browser.run("[...document.querySelectorAll('path.traced')].map(p => p.dataset.ends)")
    assert {f"{need.slug} {lesson.slug}" for need in source.needs(lesson)} <= set(shown)
    assert all(lesson.slug in ends.split() for ends in shown)


def test_no_line_of_the_map_crosses_a_box():
    """On a made-up course of three parts in which everything needs everything before it."""
    lessons = [SimpleNamespace(slug=f"l{n}", title=lambda lang: "A title") for n in range(17)]
    bands = [("One", lessons[:7]), ("Two", lessons[7:8]), ("Three", lessons[8:])]
    made_up = SimpleNamespace(
        lessons=lessons,
        parts=lambda lang: bands,
        needs=lambda lesson: lessons[: lessons.index(lesson)],
    )
    svg = needs_map.drawing(made_up, "en")
    boxes = [tuple(map(int, x)) for x in re.findall(r'<rect x="(\d+)" y="(\d+)"', svg)]
    ways = re.findall(r'<path data-ends="[^"]+" [^>]*? d="([^"]+)"', svg)
    assert len(boxes) == 17 and len(ways) == 17 * 16 / 2
    for way in ways:
        x, y = map(int, re.match(r"M(\d+) (\d+)", way).groups())
        for axis, number in re.findall(r"([HV])(\d+)", way):
            there = (int(number), y) if axis == "H" else (x, int(number))
            for left, top in boxes:
                right, bottom = left + needs_map.BOX[0], top + needs_map.BOX[1]
                beside = max(x, there[0]) <= left or min(x, there[0]) >= right
                assert beside or max(y, there[1]) <= top or min(y, there[1]) >= bottom, way
            x, y = there


@needs_chromium
def test_print_opens_every_fold(browser, address, source):
    browser.open(f"{address}en/lessons/{source.lessons[0].slug}.html")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelectorAll('main details:not([open])').length") == 0
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run("document.querySelectorAll('main details:not([open])').length") > 5
