"""`press new`: write the files of a new lesson, every section present and failing loudly."""

import argparse
import re
import sys
from pathlib import Path

from press.course import Course, split_stem
from press.manuscript import read_all
from press.publishing import write_if_changed

_PLACE = re.compile(r"(?P<part>\d\d+_[a-z][a-z0-9_]*)/(?P<stem>[a-z0-9_]+)")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", help="<part>/<slug> or <part>/<nn>_<slug>: 03_vision/22_depthwise")


def run(arguments: argparse.Namespace, course: Course) -> int:
    match = _PLACE.fullmatch(arguments.place)
    if not match:
        print(f"“{arguments.place}” is no <part>/<nn>_<slug>.", file=sys.stderr)
        return 2
    number, slug = split_stem(match["stem"]) or (_next_number(course), match["stem"])
    if not _SLUG.fullmatch(slug):
        print(f"“{slug}” is no slug: use a–z, 0–9 and _.", file=sys.stderr)
        return 2
    for lesson in read_all(course):
        if lesson.slug == slug or lesson.number == number:
            taken = slug if lesson.slug == slug else number
            where = course.relative(lesson.path)
            print(f"“{taken}” is taken by {where}. Choose another one.", file=sys.stderr)
            return 1
    files = new_files(course, match["part"], number, slug)
    there = [path for path in files if path.exists() and path.name != "part.toml"]
    if there:
        names = ", ".join(course.relative(path) for path in there)
        print(f"Nothing written: {names} exists.", file=sys.stderr)
        return 1
    for path, text in files.items():
        if not path.exists() and write_if_changed(path, text.encode("utf-8")):
            print(f"wrote {course.relative(path)}")
    print(
        "\nNext:\n"
        f"  1. Write every place marked {_MARK}, the check file first.\n"
        f"  2. python -m press stamp {slug}           lists translations to stamp, one by one\n"
        f"  3. python -m press verify {slug}          says what is left\n"
        f"  4. python -m press print {slug}           prints and executes the notebooks\n"
    )
    return 0


def new_files(course: Course, part: str, number: str, slug: str) -> dict[Path, str]:
    """The text of each file of a new lesson."""
    manuscript = course.lessons / part / f"{number}_{slug}.py"
    files = {
        manuscript: _MANUSCRIPT,
        course.check_file(slug): _CHECKS,
        course.right_answers(slug): _RIGHT_ANSWERS,
        course.lessons / part / "part.toml": _PART,
    }
    return {
        path: text.replace("@slug@", slug).replace("@mark@", _MARK) for path, text in files.items()
    }


def _next_number(course: Course) -> str:
    numbers = [int(lesson.number) for lesson in read_all(course) if lesson.number]
    return f"{max(numbers, default=0) + 1:02}"


_MARK = "TODO"  # what `verify` refuses

_PART = """\
title = "@mark@ the part's title"
title_zh = "@mark@ 这一部分的标题"
"""

_MANUSCRIPT = '''\
# ---
# title: @mark@ begin with a verb
# title_zh: @mark@ 以动词开头
# kind: @mark@            # code · question · debug · estimate
# minutes: @mark@
# level: @mark@           # 1–3
# needs: []
# seeds: []            # references of src/press/seeds.txt
# asked: @mark@           # how many of 22 question banks ask it; 0: not counted
# framework: numpy     # numpy · tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# @mark@ The question, in the interviewer's words.
#
# Think aloud for a minute before you go on.

# %% [markdown] lang="zh" en=""
# @mark@ 面试官的原话。
#
# 往下看之前，先自己说一分钟。

# %% role="setup"
import numpy as np

from whiteboard import lesson

check = lesson("@slug@")

# %% [markdown] role="exercise" anchor="answer"
# @mark@ One imperative sentence.

# %% [markdown] lang="zh" en=""
# @mark@ 一句祈使句。


# %% role="exercise"
def answer(x):
    """@mark@ Shapes of the arguments and of the result."""
    ### BEGIN SOLUTION
    return np.exp(x)  # @mark@ the solution
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. @mark@ Ask about the goal or a shape.
# 2. @mark@ Work a tiny case.
# 3. @mark@ The plan in words, no code.

# %% [markdown] lang="zh" en=""
# 1. @mark@ 问目标或形状。
# 2. @mark@ 算一个很小的例子。
# 3. @mark@ 用文字写出步骤，不写代码。

# %%
check.answer(answer)

# %% [markdown] role="idea"
# @mark@ The equation; a table of symbol, variable and shape; where it stands in the paper.

# %% [markdown] lang="zh" en=""
# @mark@ 公式；符号、变量、形状的对照表；论文中的位置。

# %% [markdown] role="worked"
# @mark@ A sibling problem worked by hand, never the graded one.

# %% [markdown] lang="zh" en=""
# @mark@ 手算一道同类题，不是要评分的那一道。

# %% role="reward"
if check.answer.passed:
    print("@mark@ the figure or training run that uses the learner's function")

# %% [markdown] role="why"
# @mark@ Why it works, time and memory, the version most people write first, PyTorch and JAX.

# %% [markdown] lang="zh" en=""
# @mark@ 为什么对；时间和内存；多数人先写出的版本错在哪；PyTorch 和 JAX 的写法。

# %% [markdown] role="flaws" anchor="flaws"
# @mark@ A candidate's answer. Which statements are wrong? (A `question` lesson needs this section.)
#
# {{flaws}}

# %% [markdown] lang="zh" en=""
# @mark@ 一位候选人的回答。哪几句是错的？（`question` 类课程必须有这一节。）
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2]  # @mark@
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="say" anchor="say"
# Say the answer as you would in the interview, then write it down.

# %% [markdown] lang="zh" en=""
# 像面试时那样说一遍，再写下来。

# %% role="say"
### BEGIN SOLUTION
spoken = check.say.model
### END SOLUTION

# %%
check.say(spoken)

# %% role="hack"
check.answer.hack(trap=1)  # @mark@ an input that exposes it, in the solution

# %% [markdown] role="follow-up" fold="What a good answer contains"
# @mark@ A harder question, and its answer.

# %% [markdown] lang="zh" en="" fold="好的回答包含什么"
# @mark@ 更难的追问和答案。

# %% [markdown] role="minute" anchor="minute"
# @mark@ The answer as it should be said; the classic mistakes.

# %% [markdown] lang="zh" en=""
# @mark@ 应该怎么说；常见的错误。

# %% [markdown] role="reference"
# @mark@ References with section or equation numbers.

# %% [markdown] lang="zh" en=""
# @mark@ 参考文献，带章节号或公式号。
'''

_CHECKS = '''\
"""@mark@ What these checks grade, and by which independent route the reference computes it."""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def _reference(x):
    raise NotImplementedError("@mark@: an independent route, never a copy of the solution")


answer = Check(_reference)
answer.case(np.array([0.0, 1.0]), en="@mark@ the property", zh="@mark@ 性质")
answer.trap(
    lambda x: x,
    en="@mark@ the sentence that the author of this mistake needs",
    zh="@mark@ 犯这个错误的人需要的一句话",
)

flaws = Flaws()
flaws.true(en="@mark@ a statement that holds", zh="@mark@ 一句对的话")
flaws.false(
    en="@mark@ a statement that does not",
    zh="@mark@ 一句错的话",
    because_en="@mark@ the correction",
    because_zh="@mark@ 更正",
    source="@mark@ paper, section",
)

say = Say(model_en="@mark@ the model answer", model_zh="@mark@ 范文")
say.point(en="@mark@ a key point", zh="@mark@ 一个要点", found_en=[r"@mark@"], found_zh=[r"@mark@"])
'''

_RIGHT_ANSWERS = '''\
"""What proves the checks of @slug@: right answers written differently, twins of its traps."""


def _another_way(x):
    raise NotImplementedError("@mark@: a right answer, written differently")


def _same_mistake(x):
    raise NotImplementedError("@mark@: the mistake of trap 1, written differently")


RIGHT = {"answer": [_another_way]}
TWINS = {"answer": {1: _same_mistake}}
TWO_AT_ONCE = {}
PHRASINGS = {"say": {"en": [(["@mark@", "@mark@", "@mark@"], "@mark@")], "zh": [([], "@mark@")]}}
EQUIVALENT = {}
'''
