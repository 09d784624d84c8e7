"""The press: what it prints, what it refuses, and that printing twice gives the same bytes.

A temporary course with one good lesson is broken in one place at a time.
"""

import json
import re
from base64 import b64encode
from pathlib import Path

import jupytext
import nbformat
import pytest

from press import chinese, markup, partners
from press.__main__ import main
from press.course import Course
from press.execution import ExecutionError, executed_key
from press.manuscript import english_hash, read, read_all
from press.printing import EDITIONS, Edition, Printer, PrintingError, cell_ids, to_bytes
from press.publishing import check, load, publish, write_if_changed
from press.stamp import stamp, unstamped
from press.statistics import statistics
from press.verification import verify

MANUSCRIPT = '''\
# ---
# title: Double a number
# title_zh: 把一个数翻倍
# kind: question
# minutes: 20
# level: 2
# needs: []
# seeds: [001-Q7]
# asked: 3
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# What does `double` do with $x$?
#
# See [this lesson](lesson:double#say).

# %% [markdown] lang="zh" en=""
# `double` 对 $x$ 做什么？
#
# 见[这一课](lesson:double#say)。

# %% role="setup"
from whiteboard import lesson, plot

check = lesson("double")

# %% [markdown] role="exercise" anchor="double"
# Write `double`.

# %% [markdown] lang="zh" en=""
# 写出 `double`。

# %% role="exercise"
def double(x):
    """x: any shape."""
    ### BEGIN SOLUTION
    result = x + 1 * x
    return result
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which shape?
# 2. Try 3.
# 3. Add it
#    to itself.

# %% [markdown] lang="zh" en=""
# 1. 形状是什么？
# 2. 用 3 试一试。
# 3. 自己加自己。

# %%
check.double(double)

# %% [markdown] role="idea"
# $$2x = x + x$$

# %% [markdown] lang="zh" en=""
# $$2x = x + x$$

# %% role="reward"
if check.double.passed:
    plot.curves([double(1)])

# %% [markdown] role="caption" alt="A rising line"
# It rises.

# %% [markdown] lang="zh" en="" alt="一条上升的线"
# 它在上升。

# %% [markdown] role="why"
# Because addition is what doubling is.

# %% [markdown] lang="zh" en=""
# 因为翻倍就是相加。

# %% [markdown] role="flaws" anchor="flaws"
# Which are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en=""
# 哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="say" anchor="say"
# Say it.

# %% [markdown] lang="zh" en=""
# 说出来。

# %% role="say"
### BEGIN SOLUTION
spoken = check.say.model
### END SOLUTION

# %%
check.say(spoken)

# %% role="hack"
check.double.hack(trap=1)

# %% [markdown] role="follow-up" fold="The answer"
# And thrice?

# %% [markdown] lang="zh" en="" fold="答案"
# 那三倍呢？

# %% [markdown] role="minute" anchor="minute"
# Doubling adds.

# %% [markdown] lang="zh" en=""
# 翻倍就是加法。

# %% [markdown] role="reference"
# A book, §1.

# %% [markdown] lang="zh" en=""
# 一本书，§1。
'''

CHECKS = """\
import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

double = Check(lambda x: 2 * x)
double.case(np.array([1.0, 3.0]), en="twice as much", zh="两倍")
double.trap(lambda x: x**2, en="That is the square.", zh="那是平方。")

flaws = Flaws()
flaws.true(en="Two is even.", zh="二是偶数。")
flaws.false(
    en="Two is odd.", zh="二是奇数。", because_en="It is even.", because_zh="是偶数。", source="§1"
)

say = Say(model_en="It adds.", model_zh="它相加。")
say.point(en="adds", zh="相加", found_en=["adds"], found_zh=["相加"])
"""

# Grades nothing: enough of `whiteboard` for a kernel to run the lesson.
STAND_IN = """\
class Exercise:
    passed, model = True, "It adds."

    def __call__(self, answer):
        print("✓", end="")

    def hack(self, trap):
        print("hack", trap)


class Lesson:
    double, flaws, say = Exercise(), Exercise(), Exercise()


class plot:
    @staticmethod
    def curves(values):
        print("curves", values)


def lesson(slug, lang="en"):
    return Lesson()
"""

PLACE = "src/lessons/01_first/07_double.py"
CHECK_PLACE = "src/whiteboard/checks/double.py"


@pytest.fixture
def course(tmp_path):
    """A course with one lesson that breaks no rule."""
    glossary = '[[term]]\nen = "dropout"\nzh = "dropout"\nwrong = ["随机失活"]\n'
    files = {
        PLACE: MANUSCRIPT,
        CHECK_PLACE: CHECKS,
        "src/lessons/01_first/part.toml": 'title = "First"\ntitle_zh = "第一部分"\n',
        "src/lessons/glossary.toml": glossary,
        "tests/right_answers/double.py": "RIGHT = {}\n",
        "requirements.lock": "numpy==2\n",
    }
    for name, text in files.items():
        write(tmp_path / name, text)
    stamp_all(Course(tmp_path))
    return Course(tmp_path)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def stamp_all(course: Course) -> None:
    for path in course.manuscript_paths():
        lesson = read(path)
        for cell in unstamped(lesson):
            stamp(lesson, cell)


def edit(course: Course, old: str, new: str, name: str = PLACE, stamped: bool = True) -> None:
    path = course.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    write(path, text.replace(old, new, 1))
    if stamped:
        stamp_all(course)


def only(course: Course):
    return read_all(course)[0]


def printer_of(course: Course) -> Printer:
    return Printer(course, {lesson.slug: lesson for lesson in read_all(course)})


def print_sources(course: Course) -> None:
    publish(printer_of(course), only(course), execute=False)


def told(course: Course) -> list[str]:
    return [fault.shown(course.root) for fault in verify(course)]


def line_of(course: Course, text: str, name: str = PLACE) -> int:
    lines = (course.root / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def source(book, part: str) -> str:
    return next(cell.source for cell in book.cells if part in cell.source)


# Reading.


def test_a_good_lesson_has_no_fault(course):
    assert told(course) == []


def test_a_lesson_is_read_again_when_anything_it_is_judged_by_changes(course):
    assert told(course) == []
    kept_file = course.root / "build" / "verified.json"
    first = kept_file.read_text(encoding="utf-8")
    assert told(course) == [] and kept_file.read_text(encoding="utf-8") == first
    right = course.right_answers(only(course).slug)
    before = right.read_text(encoding="utf-8")
    right.write_text("# TODO\n" + before, encoding="utf-8")
    assert told(course)
    assert told(course), "a fault is found again, however often one looks"
    right.write_text(before, encoding="utf-8")
    kept_file.write_text("broken", encoding="utf-8")
    assert told(course) == []


def test_cells_know_their_lines_and_agree_with_jupytext(course):
    lesson = only(course)
    cells = [each for cell in lesson.cells for each in (cell, cell.partner) if each]
    lines = lesson.path.read_text(encoding="utf-8").splitlines()
    assert all(lines[cell.line - 1].startswith("# %%") for cell in cells)
    assert all(cell.source.split("\n")[0] in lines[cell.first - 1] for cell in cells)
    theirs = [c for c in jupytext.read(lesson.path).cells if c.cell_type != "raw"]
    assert [c.source.strip() for c in theirs] == [c.source for c in cells]
    assert [c.metadata.get("role") for c in theirs] == [c.options.get("role") for c in cells]


# Each rule: what is changed, where the fault is reported (a line, or the text of the line), and
# what it says.

RULES = {
    "a key is missing": ("# minutes: 20\n", "", 1, "The front matter lacks `minutes`."),
    "a key is unknown": ("# kind", "# size: 2\n# kind", "# size", "`size` is no key"),
    "a key comes twice": ("# level", "# level: 3\n# level", 7, "`level` is given twice."),
    "a kind is unknown": ("kind: question", "kind: quiz", "# kind", "`kind` cannot be 'quiz'."),
    "a level is unknown": ("level: 2", "level: 4", "# level", "`level` cannot be 4."),
    "a level is no number": ("level: 2", "level: yes", "# level", "`level` cannot be True."),
    "a framework is unknown": ("work: numpy", "work: jax", "# frame", "`framework` cannot be"),
    "a seed is unknown": ("[001-Q7]", "[001-Q99]", "# seeds", "`seeds` cannot be ['001-Q99']."),
    "asked is invented": ("asked: 3", "asked: 23", "# asked", "`asked` cannot be 23."),
    "a title is small": ("title: Double", "title: double", "# title", "`title` cannot be 'double"),
    "the YAML is broken": ("title: Double", "title: A: b", "# title", "cannot be read:"),
    "the end is missing": ("numpy\n# ---", "numpy\n", 1, "The front matter is not closed."),
    "a need is unknown": ("needs: []", "needs: [triple]", "# needs", "no lesson: “triple”."),
    "a need is circular": ("needs: []", "needs: [double]", "# needs", "double → double."),
    "a cell has no role": (' role="reference"', "", -1, "The cell has no role."),
    "a role is unknown": ('role="why"', 'role="reason"', '"reason"', "There is no role “reason”."),
    "an option is unknown": ('role="why"', 'role="why" x=1', "x=1", "no cell option “x”."),
    "an option is broken": ('role="why"', "role=why", "role=why", "marker cannot be read at"),
    "no anchor": (' anchor="minute"', "", 'role="minute"', "minute cell has no anchor"),
    "an anchor twice": ('r="minute"', 'r="say"', 'role="minute"', "The anchor “say” is taken by"),
    "a malformed anchor": ('r="minute"', 'r="Minute"', '"Minute"', "is malformed."),
    "a section is missing": ('role="idea"', 'role="worked"', 1, "has no section “idea”."),
    "something is left": ("Doubling adds.", "TODO", "# TODO", "A TODO is left."),
    "no caption": ('role="caption"', 'role="worked"', 'role="reward"', "A figure has no caption."),
    "a lone caption": ("plot.curves", "print", 'role="caption"', "A caption follows no figure."),
    "no alt": (' alt="A rising line"', "", 'role="caption"', "A caption has no alt text."),
    "no Chinese alt": (' alt="一条上升的线"', "", "# 它在", "A caption has no alt text."),
    "code is no Python": ("return result", "return (", "return (", "is no Python"),
    "an open region": ("    ### END SOLUTION\n", "", "    ### BEGIN", "region is not closed."),
    "a region in a region": ("    result", "    ### BEGIN SOLUTION\n    result", -1, "inside"),
    "a misspelt marker": ("    ### END", "    ## END", "    ## END", "marker is misspelt."),
    "a region of a def": ("wrong = [2]", "def f(): ...", "def f()", "more than assignments."),
    "no stub": ("    ### BEGIN SOLUTION\n", "", '"exercise" anchor', "has nothing to fill in."),
    "no hints": ('role="hint"', 'role="worked"', '"exercise" anchor', "“double” has no hints."),
    "two hints": ("# 2. Try 3.\n", "", "# 1. Which", "something else than three items."),
    "no check": ("check.double(double)\n", "pass\n", '"exercise" anchor', "“double” has no check."),
    "an unknown check": ("check.say(", "check.tell(", -1, "has no exercise “tell”."),
    "a check alone": ('anchor="say"', 'anchor="tell"', -1, "“say” belongs to no exercise."),
    "a strange set-up": ('lesson("double")', 'lesson("a")', 'role="setup"', "makes no `check`"),
    "an eager reward": ("if check.double.passed", "if True", "if True", "A reward runs before"),
    "a lost link": ("lesson](lesson:double", "lesson](lesson:a", "# See", "no lesson: “a”."),
    "a lost anchor": (
        "lesson](lesson:double#say",
        "lesson](lesson:double#a",
        "# See",
        "double”: “a",
    ),
    "a leak": ("# Doubling adds.", "# wrong = [2]", "wrong = [2]", "line of the solution: “wrong"),
    "other formulas": ("对 $x$ 做", "对 $y$ 做", -1, "other formula: it lacks “x” and adds “y”."),
    "other code": ("# `double` 对", "# `Double` 对", -1, "other code: it lacks “double”"),
    "other links": ("课](lesson:double#say)", "课](lesson:double)", -1, "other link: it lacks"),
    "a glossary fault": ("# 翻倍就是加法。", "# 随机失活。", "# 随机", "Write “dropout”."),
    "half-width": ("# 翻倍就是加法。", "# 翻倍,加。", "# 翻倍,", "Write “，”."),
    "the Chinese title": ("一个数翻倍", "2 倍", "# title_zh", "no space between"),
    "a Chinese cell alone": (
        '# %% [markdown] role="minute"',
        '# %% [markdown] lang="zh" en=""\n# 二。\n\n# %% [markdown] role="minute"',
        "# 二。",
        "no English Markdown cell just before it.",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_names_the_line_and_the_fault(course, name):
    old, new, place, sentence = RULES[name]
    edit(course, old, new)
    found = [fault for fault in verify(course) if sentence in fault.shown(course.root)]
    assert found, told(course)
    if place != -1:
        line = place if isinstance(place, int) else line_of(course, place)
        # The text of a cell's first line stands for its marker as well.
        assert found[0].line in (line, line - 1), told(course)
    shown = found[0].shown(course.root)
    assert re.fullmatch(r"src/[^:]+:\d+: .+\. .+[.`”)]", shown), shown


def test_a_question_needs_flaws(course):
    edit(course, 'role="flaws" anchor="flaws"', 'role="worked"')
    edit(course, '# %% role="flaws"', '# %% role="worked"')
    assert any("has no section “flaws”." in text for text in told(course))
    edit(course, "kind: question", "kind: code")
    assert not any("has no section" in text for text in told(course))


PROGRAM = '''\
# %% role="exercise" tags=["exercise"]
def double(x):
    """x: any shape."""
    return np.multiply(x, x)


# %% role="exercise" tags=["solution"]
def double(x):
    """x: any shape."""
    return np.multiply(x, 2.0)


# %% [markdown] role="hint"
'''


def test_a_program_to_mend_has_a_cell_for_each_edition(course):
    text = (course.root / PLACE).read_text(encoding="utf-8")
    stub = text[text.index('# %% role="exercise"') : text.index('# %% [markdown] role="hint"\n')]
    edit(course, stub + '# %% [markdown] role="hint"\n', PROGRAM)
    assert told(course) == []
    printer, lesson = printer_of(course), only(course)
    for lang in ("en", "zh"):
        given = printer.notebook(lesson, Edition(lang, "exercise"))
        mended = printer.notebook(lesson, Edition(lang, "solution"))
        assert "np.multiply(x, x)" in source(given, "def double")
        assert "np.multiply(x, 2.0)" in source(mended, "def double")
        assert all("2.0" not in cell.source for cell in given.cells)
    edit(course, "    return np.multiply(x, x)", "    return np.multiply(x, x)\n    # 2\n")
    edit(course, "# It rises.", "#     return np.multiply(x, 2.0)")
    assert any("line of the solution: “return np.multiply(x, 2.0)”" in t for t in told(course))
    edit(course, 'tags=["exercise"]', 'tags=["learner"]')
    assert any("There is no tag “learner”." in text for text in told(course))


def test_a_follow_up_with_an_anchor_may_be_graded(course):
    edit(course, "say = Say(", "thrice = Check(lambda x: 3 * x)\nsay = Say(", CHECK_PLACE)
    edit(course, 'role="follow-up" fold="The answer"', 'role="follow-up" anchor="thrice"')
    edit(course, ' fold="答案"', "")
    answer = "### BEGIN SOLUTION\nthird = 3\n### END SOLUTION\n\n# %%\ncheck.thrice(third)\n"
    edit(course, "# 那三倍呢？\n", f'# 那三倍呢？\n\n# %% role="follow-up"\n{answer}')
    assert told(course) == []
    edit(course, "check.thrice(third)", "pass")
    assert any("No cell of the lesson checks “thrice”." in text for text in told(course))


def test_stale_and_missing_translations(course):
    edit(course, "# Doubling adds.", "# Doubling is adding.", stamped=False)
    line = line_of(course, "# 翻倍就是加法。") - 1
    assert told(course) == [
        f"{PLACE}:{line}: The translation is stale: its English has changed. "
        f"Compare the two, then `python -m press stamp double {line}`."
    ]
    edit(course, "# 翻倍就是加法。", "#", stamped=False)
    assert any("The Chinese cell is empty." in text for text in told(course))
    text = (course.root / PLACE).read_text(encoding="utf-8")
    partner = text.index('# %% [markdown] lang="zh"', text.index('role="minute"'))
    write(course.root / PLACE, text[:partner] + text[text.index("# %%", partner + 4) :])
    line = line_of(course, 'role="minute"')
    assert told(course)[0].startswith(f"{PLACE}:{line}: The cell has no Chinese partner.")


def test_check_file_faults(course):
    edit(course, "那是平方。", "那是平方.", CHECK_PLACE)
    edit(course, 'en="adds", zh="相加"', 'en="adds `x`", zh="相加"', CHECK_PLACE)
    edit(course, 'zh="两倍"', 'zh=""', CHECK_PLACE)
    found = told(course)
    line = line_of(course, "那是平方.", CHECK_PLACE)
    assert f"{CHECK_PLACE}:{line}: A half-width “.” stands next to 汉字. Write “。”." in found
    assert any("The Chinese partner has other code: it lacks “x”." in text for text in found)
    assert any("A text of “double” has no Chinese." in text for text in found)


def test_a_source_in_words_of_ours_is_said_in_both_languages(course):
    edit(course, 'source="§1"', 'source="Peano 1889; computed above"', CHECK_PLACE)
    assert any("“Peano 1889; computed above” is English only." in text for text in told(course))
    both = 'source="Peano 1889; computed above", source_zh="Peano 1889；见上面的计算"'
    edit(course, 'source="Peano 1889; computed above"', both, CHECK_PLACE)
    assert told(course) == []


def test_an_exercise_that_no_cell_checks(course):
    triple = "triple = Check(lambda x: 3 * x)\nflaws = Flaws()"
    edit(course, "flaws = Flaws()", triple, CHECK_PLACE)
    where = f"{CHECK_PLACE}:{line_of(course, 'triple =', CHECK_PLACE)}"
    assert any(
        t.startswith(f"{where}: No cell of the lesson checks “triple”") for t in told(course)
    )


def test_a_check_file_that_is_missing_or_broken(course):
    path = course.check_file("double")
    write(path, "import nothing_of_this_name\n")
    assert any("It cannot be imported: ModuleNotFoundError" in text for text in told(course))
    path.unlink()
    assert any("The lesson has no check file." in text for text in told(course))


def test_right_answers_are_there(course):
    path = course.right_answers("double")
    path.unlink()
    assert told(course) == [
        "tests/right_answers/double.py:1: The lesson has no right answers. "
        "Write RIGHT and TWINS there."
    ]


def test_circles_orphans_numbers_and_parts(course):
    second = course.lessons / "01_first" / "08_triple.py"
    text = (course.root / PLACE).read_text(encoding="utf-8")
    write(second, text.replace("needs: []", "needs: [double]"))
    edit(course, "needs: []", "needs: [triple]")
    write(course.lessons / "02_second" / "08_other.py", text)
    write(course.check_file("gone"), "")
    write(course.notebook("01_first", "09_gone", "en", "exercise"), "{}")
    found = "\n".join(told(course))
    assert "`needs` goes in a circle: double → triple → double." in found
    assert "09_gone.ipynb:1: The notebook has no manuscript." in found
    assert "src/whiteboard/checks/gone.py:1: There is no lesson “gone”." in found
    assert "The number “08” is taken by src/lessons/01_first/08_triple.py." in found
    assert "src/lessons/02_second/part.toml:1: The part has no titles." in found


def test_figures_too_large(course):
    print_sources(course)
    path = course.notebook("01_first", "07_double", "en", "solution")
    book = load(path)
    cell = next(cell for cell in book.cells if "plot.curves" in cell.source)
    # The size is all that the rule reads.
    picture = {"image/png": b64encode(bytes(61 * 1024)).decode()}
    cell.outputs = [nbformat.v4.new_output("display_data", picture)] * 3
    path.write_bytes(to_bytes(book))
    found = told(course)
    line = line_of(course, 'role="reward"')
    assert any(text.startswith(f"{PLACE}:{line}: A figure has 61 KB; 60 are") for text in found)
    assert any("The figures have 183 KB together; 150 are allowed." in text for text in found)


def test_a_figure_is_known_by_its_output(course):
    print_sources(course)
    path = course.notebook("01_first", "07_double", "en", "solution")
    book = load(path)
    cell = next(cell for cell in book.cells if "check.double.hack" in cell.source)
    cell.outputs = [nbformat.v4.new_output("display_data", {"image/png": "AAAA"})]
    path.write_bytes(to_bytes(book))
    line = line_of(course, 'role="hack"')
    assert [text.split(" Follow")[0] for text in told(course)] == [
        f"{PLACE}:{line}: A figure has no caption."
    ]


def test_a_printed_exercise_that_holds_its_solution(course):
    print_sources(course)
    path = course.notebook("01_first", "07_double", "zh", "exercise")
    book = load(path)
    book.cells[-1].source += "\n### BEGIN SOLUTION"
    path.write_bytes(to_bytes(book))
    where = path.relative_to(course.root).as_posix()
    assert told(course)[0].startswith(f"{where}:1: The exercise notebook holds its solution")


# Chinese.

CHINESE = {
    "你好,世界": "Write “，”.",
    "好的.对": "Write “。”.",
    "真的? 对": "Write “？”.",
    "`x`, 然后": "Write “，”.",
    "形状(T, d)": "half-width",
    "用Keras": "no space between",
    "第1层": "no space between",
    "值为 0.5的": "no space between",
    "用`x`写": "no space between",
    "设$x$为": "no space between",
    "是**dropout**层": "no space between",
    "看[attention](lesson:a)的": "no space between",
    "两  个": "There are two spaces in a row.",
    "两 个": "A space stands between two 汉字.",
    "您好": "Write 你.",
    "**注意：**后面": "Asterisks of bold text will be shown",
    "这是*重点*内容": "汉字 are italic.",
    "**用 `x`**时": "Asterisks of bold text will be shown",
    "前一行\n后一行": "A line breaks between two 汉字.",
    "前一行，\n后一行": "A line breaks between two 汉字.",
    '他说"好"': "straight quote",
    "用随机失活。": "Write “dropout”.",
}
RIGHT_CHINESE = [
    "Q 是 (T, d)，K 是 (S, d)。每对 query、key 一个分数，形状是什么？",
    "exp(1000) 是 inf，inf / inf 是 nan。先减去每行的最大值。",
    "**注意**：后面。用 `a,b` 和 $p(x)=0.5$，见[第 3 课](lesson:x)。",
    "- 一\n- 二\n\n1. 三\n2. 四",
    "| 符号 | 变量 |\n|:-----|-----:|\n| $x$  | `x`  |",
    "```python\nx = 1,2  # 您,\n```\n一句话。\n下一句。",
    "$$\na = b, c\n$$",
    "见 <https://example.org/a,b>。",
]
GLOSSARY = [chinese.Term("dropout", "dropout", ("随机失活",))]


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_faults(text):
    found = chinese.findings(text, GLOSSARY)
    assert any(CHINESE[text] in f"{f.sentence} {f.remedy}" for f in found), found


@pytest.mark.parametrize("text", RIGHT_CHINESE)
def test_right_chinese(text):
    assert chinese.findings(text, GLOSSARY) == []


def test_a_finding_knows_its_line():
    assert [f.offset for f in chinese.findings("好。\n\n您好。\n\n这是*重点*。", [])] == [2, 4]


def test_the_glossary_is_consistent():
    terms = chinese.read_glossary(Course.here().glossary)
    assert len(terms) >= 60
    assert len({term.en for term in terms}) == len(terms)
    for term in terms:
        # No entry refuses what it, or another one, asks for.
        assert not [t.zh for t in terms for _ in chinese.terms(t.zh, [term])], term


def test_partners_may_reorder_but_not_change():
    assert not list(partners.differences("`a` and $b$, `a`", "$b$ 与 `a`、`a`"))
    assert list(partners.differences("`a` and `a`", "`a`"))
    assert list(partners.differences("```\nx = 1\n```", "```\nx = 2\n```"))
    assert not list(partners.differences("$$\na\n$$", "$$ a $$"))


# Printing.


def test_exercise_and_solution(course):
    printer, lesson = printer_of(course), only(course)
    exercise = printer.notebook(lesson, Edition("en", "exercise"))
    solution = printer.notebook(lesson, Edition("en", "solution"))
    stub = '    """x: any shape."""\n    raise NotImplementedError("write your answer here")'
    assert source(exercise, "def double") == f"def double(x):\n{stub}"
    assert source(solution, "def double").endswith("    result = x + 1 * x\n    return result")
    assert source(exercise, "wrong =") == "wrong = ..."
    assert source(exercise, "spoken =") == 'spoken = """\n"""'
    assert source(solution, "spoken =") == "spoken = check.say.model"
    assert "addition is what" in source(solution, "Because")
    assert not any("Because" in cell.source for cell in exercise.cells)
    assert "1. Two is even.\n2. Two is odd." in source(exercise, "Which are wrong")
    third = "<details><summary>Hint 3</summary>\n\nAdd it\nto itself.\n\n</details>"
    assert source(exercise, "Hint 3").endswith(third)
    assert source(exercise, "2x").startswith("<details><summary>The idea</summary>\n\n$$")
    assert source(exercise, "thrice").startswith("<details><summary>The answer</summary>")
    checking = next(c for c in exercise.cells if c.source == "check.double(double)")
    assert checking.metadata.tags == ["nbval-check-output"]
    for edition in EDITIONS:
        nbformat.validate(printer.notebook(lesson, edition))


def test_the_chinese_edition(course):
    book = printer_of(course).notebook(only(course), Edition("zh", "solution"))
    assert 'check = lesson("double", lang="zh")' in source(book, "import lesson")
    assert "<details><summary>提示 1</summary>" in source(book, "形状是什么")
    assert "1. 二是偶数。\n2. 二是奇数。" in source(book, "哪几句")
    assert "(07_double.ipynb#say)" in source(book, "这一课")
    caption = next(cell for cell in book.cells if cell.source == "它在上升。")
    assert caption.metadata.whiteboard.alt == "一条上升的线"
    assert book.metadata.whiteboard == {"slug": "double", "edition": "zh", "kind": "solution"}
    assert book.cells[0].source == (
        "# 把一个数翻倍\n\n难度 ●●○ · 20 分钟 · 问答 · 22 个题库中有 3 个问到\n\n"
        "[English](../../en/01_first/07_double.ipynb) · "
        "[练习](../../../notebooks/zh/01_first/07_double.ipynb)"
    )


def test_links_of_the_header_lead_to_files(course):
    text = (
        (course.root / PLACE).read_text(encoding="utf-8").replace("lesson:double", "lesson:triple")
    )
    second = course.lessons / "01_first" / "08_triple.py"
    write(second, text.replace("needs: []", "needs: [double]").replace("{{flaws}}", "1. One."))
    printer = printer_of(course)
    for lesson in read_all(course):
        for edition in EDITIONS:
            book = printer.notebook(lesson, edition)
            write_if_changed(printer.path(lesson, edition), to_bytes(book))
    for path in course.root.rglob("*.ipynb"):
        targets = re.findall(r"\]\(([^)]+)\)", load(path).cells[0].source)
        assert len(targets) == (3 if "triple" in path.name else 2)
        assert all((path.parent / target).exists() for target in targets), targets


def test_printing_twice_gives_the_same_bytes_and_ids_are_shared(course):
    print_sources(course)
    files = {path: path.read_bytes() for path in sorted(course.root.rglob("*.ipynb"))}
    times = {path: path.stat().st_mtime_ns for path in files}
    assert len(files) == 4
    print_sources(course)
    assert {path: path.read_bytes() for path in files} == files
    assert {path: path.stat().st_mtime_ns for path in files} == times
    ids = {path: [cell["id"] for cell in json.loads(raw)["cells"]] for path, raw in files.items()}
    solution = course.notebook("01_first", "07_double", "en", "solution")
    for path, found in ids.items():
        assert len(set(found)) == len(found)
        assert [each for each in ids[solution] if each in found] == found
        raw = files[path]
        assert raw.endswith(b"}\n") and b"\\u" not in raw


def test_equal_cells_get_different_ids(course):
    edit(course, "check.double(double)\n", "check.double(double)\n\n# %%\ncheck.double(double)\n")
    ids = cell_ids(only(course))
    assert len(set(ids.values())) == len(ids)


def test_check_tells_what_differs(course):
    printer, lesson = printer_of(course), only(course)
    assert all("is missing" in text for text in check(printer, [lesson]))
    print_sources(course)
    path = course.notebook("01_first", "07_double", "en", "exercise")
    assert [t for t in check(printer, [lesson]) if "notebooks/" in t] == []
    write(path, path.read_text(encoding="utf-8").replace("Doubling adds", "It adds"))
    assert any(re.search(r"cell \d+ is not as printed", t) for t in check(printer, [lesson]))
    print_sources(course)
    write(path, path.read_text(encoding="utf-8").rstrip("\n"))
    assert any("by something else than the press" in t for t in check(printer, [lesson]))


def test_a_faulty_manuscript_is_not_printed(course):
    edit(course, "    ### END SOLUTION\n", "")
    with pytest.raises(PrintingError, match="not closed"):
        print_sources(course)
    assert not list(course.root.rglob("*.ipynb"))


def test_the_syllabus_in_the_readme(course):
    write(course.readme, "# A\n\n<!-- syllabus -->\nold\n<!-- /syllabus -->\nend\n")
    assert main(["print", "--no-execute"], course) == 0
    text = course.readme.read_text(encoding="utf-8")
    assert (
        "| 07 | [Double a number](notebooks/en/01_first/07_double.ipynb) | [把一个数翻倍](" in text
    )
    assert "old" not in text and text.endswith("<!-- /syllabus -->\nend\n")


def test_regions_at_other_places():
    nested = "class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION"
    with pytest.raises(markup.MarkupError, match="in no function"):
        markup.exercise(nested)
    two = "### BEGIN SOLUTION\na, b = 1, 2\na = 3\n### END SOLUTION\nprint(a)"
    assert markup.exercise(two) == "a = ...\nb = ...\nprint(a)"
    end = "def f(x):\n    y = 1\n    ### BEGIN SOLUTION\n    return y\n    ### END SOLUTION"
    stub = '    raise NotImplementedError("write your answer here")'
    assert markup.exercise(end) == f"def f(x):\n    y = 1\n{stub}"


# Execution.


def test_execution_keeps_outputs_until_code_changes_and_names_a_failing_line(course):
    write(course.source / "whiteboard" / "__init__.py", STAND_IN)
    edit(course, "check = lesson", "import sys\n\nprint('noise', file=sys.stderr)\ncheck = lesson")
    publish(printer_of(course), only(course))
    assert list(check(printer_of(course), [only(course)])) == []
    path = course.notebook("01_first", "07_double", "en", "solution")
    outputs = [out for cell in load(path).cells for out in cell.get("outputs", [])]
    assert [out.text for out in outputs] == ["✓", "curves [2]\n", "✓", "✓", "hack 1\n"]
    assert "iopub" not in path.read_text(encoding="utf-8")
    assert set(json.loads(course.seconds.read_text(encoding="utf-8"))) == {
        f"solutions/{lang}/01_first/07_double.ipynb" for lang in ("en", "zh")
    }
    # Prose changes: printed anew, not executed, the old outputs kept.
    course.seconds.unlink()
    edit(course, "Doubling adds.", "Doubling is adding.")
    publish(printer_of(course), only(course))
    assert not course.seconds.exists()
    kept = path.read_text(encoding="utf-8")
    assert "Doubling is adding" in kept and "curves [2]" in kept
    # Code changes and fails: the lesson, the line, the traceback, and the old notebook.
    edit(course, "plot.curves([double(1)])", "print(1)\n    print(1 / 0)")
    with pytest.raises(ExecutionError) as failure:
        publish(printer_of(course), only(course))
    where = f"{PLACE}:{line_of(course, 'print(1 / 0)')}: "
    assert str(failure.value).startswith(
        f"{where}the solution of “double” raises ZeroDivisionError"
    )
    assert "division by zero" in str(failure.value)
    assert path.read_text(encoding="utf-8") == kept
    differences = list(check(printer_of(course), [only(course)]))
    assert any("executed with other code" in text for text in differences)


@pytest.mark.parametrize(
    "imported", ["from whiteboard import lesson, plot, training", "import whiteboard.training"]
)
def test_the_key_holds_the_trainer_where_used(course, imported):
    def key() -> str:
        book = printer_of(course).notebook(only(course), Edition("en", "solution"))
        return executed_key(book, course, "double")

    trainer, first = course.source / "whiteboard" / "training.py", key()
    write(trainer, "epochs = 1")
    assert key() == first
    edit(course, "from whiteboard import lesson, plot", imported)
    second = key()
    write(trainer, "epochs = 2")
    assert len({first, second, key()}) == 3


def test_the_key_holds_code_checks_lock_and_data_where_used(course):
    def key() -> str:
        book = printer_of(course).notebook(only(course), Edition("en", "solution"))
        return executed_key(book, course, "double")

    first = key()
    edit(course, "Doubling adds.", "Doubling is adding.")
    write(course.data / "digits.csv", "1")
    assert key() == first
    keys = {first}
    edit(course, "import lesson, plot", "import data, lesson, plot")
    keys.add(key())
    write(course.data / "digits.csv", "2")
    keys.add(key())
    write(course.check_file("double"), CHECKS + "\n# changed\n")
    keys.add(key())
    write(course.lock, "numpy==3\n")
    keys.add(key())
    assert len(keys) == 5


# The other commands.


def test_stamping_renews_one_cell_and_shows_both(course, capsys):
    edit(course, "# Doubling adds.", "# Doubling is adding.", stamped=False)
    edit(course, "# It rises.", "# It goes up.", stamped=False)
    assert main(["stamp", "double"], course) == 0
    assert capsys.readouterr().out.count(": stale: ") == 2
    assert main(["stamp", "double", str(line_of(course, "# Doubling is"))], course) == 0
    shown = capsys.readouterr().out
    assert "Doubling is adding." in shown and "翻倍就是加法。" in shown
    assert f'en="{english_hash("Doubling is adding.")}"' in shown
    assert len(unstamped(only(course))) == 1
    assert main(["stamp", "double", "3"], course) == 2
    assert "no translated cell is here" in capsys.readouterr().err


def test_white_space_does_not_make_a_translation_stale():
    assert english_hash("a  b\nc") == english_hash("a b c")


def test_a_new_lesson_has_every_section_and_is_refused(course, capsys):
    assert main(["new", "01_first/triple"], course) == 0
    assert "python -m press stamp triple" in capsys.readouterr().out
    path = course.lessons / "01_first" / "08_triple.py"
    assert path.exists() and course.check_file("triple").exists()
    found = [text for text in told(course) if "triple" in text]
    assert sum("A TODO is left." in text for text in found) > 20
    assert not any("has no section" in text or "malformed" in text for text in found)
    assert main(["new", "01_first/triple"], course) == 1
    assert main(["new", "nowhere"], course) == 2
    with pytest.raises(PrintingError):
        publish(printer_of(course), read(path), execute=False)


def test_statistics(course):
    write(course.mutants("double"), json.dumps({"killed": 5, "explained": ["a"], "survived": []}))
    assert statistics(course)["total"] == {
        "lessons": 1,
        "exercises": 3,
        "cases": 1,
        "properties": 0,
        "traps": 1,
        "mutants": {"killed": 5, "explained": 1, "survived": 0},
    }


def test_seeds(course, capsys):
    assert main(["verify", "--seeds"], course) == 0
    shown = capsys.readouterr()
    assert "001-Q7    Dropout → double" in shown.out and "74 items have no lesson" in shown.err
    assert len(shown.out.splitlines()) == 75
    assert main(["verify", "--seeds", "--strict"], course) == 1


def test_verify_and_unknown_lessons(course, capsys):
    assert main(["verify"], course) == 0
    edit(course, "level: 2", "level: 9")
    assert main(["verify", "double"], course) == 1
    assert f"{PLACE}:6: `level` cannot be 9. Write 1, 2 or 3." in capsys.readouterr().out
    assert main(["verify", "nothing"], course) == 2
    assert main(["print", "nothing"], course) == 2


@pytest.mark.parametrize("command", ["print", "verify", "stamp", "stats", "new"])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0 and "usage:" in capsys.readouterr().out
