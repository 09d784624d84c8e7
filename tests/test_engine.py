"""The engine owns what any answer can get wrong; each verdict is read here in both languages."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from whiteboard import lesson
from whiteboard.course import slugs
from whiteboard.fullwidth import half_width
from whiteboard.grading.check import Check
from whiteboard.grading.compare import find_difference, to_numpy
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.hack import code_of, hack, task
from whiteboard.grading.patterns import find_pattern
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say
from whiteboard.grading.show import show
from whiteboard.grading.text import Text


def population_variance(x):
    """Row by row, in plain Python."""
    rows = []
    for row in x:
        mean = sum(row) / len(row)
        rows.append(sum((value - mean) ** 2 for value in row) / len(row))
    return np.array(rows)


def right(x):
    return x.var(axis=1)


def sample_variance(x):
    return x.var(axis=1, ddof=1)


@pytest.fixture
def check():
    variance = Check(population_variance, limit=0.6)
    variance.name = "variance"
    variance.case(np.array([[0.0, 1.0, 2.0, 5.0]]), en="the mean square", zh="均方")

    @variance.fresh(en="fresh rows", zh="新的行")
    def _(rng):
        return (rng.normal(size=(3, 5)),)

    variance.trap(
        sample_variance,
        en="the variance divides by n − 1",
        zh="方差的分母用了 n − 1",
        ask_en="Is this a sample?",
        ask_zh="这是样本吗？",
    )
    variance.trap(lambda x: x.std(axis=1), en="a standard deviation", zh="这是标准差")
    return variance


def said(verdict, lang):
    return str(verdict.spoken(lang))


def endless(x):
    while True:
        with contextlib.suppress(Exception):
            x = x + 0


def swallowing(x):
    while True:
        with contextlib.suppress(BaseException):
            x = x + 0


def deep(x):
    return deep(x)


def leave(x):
    sys.exit("done")


def divided(x):
    return 1 / 0


def noisy(x):
    for _ in range(100_000):
        print("x" * 1_000)
    return right(x) + 1


def in_place(x):
    x -= x.mean(axis=1, keepdims=True)
    return (x**2).mean(axis=1)


HOSTILE = {
    "nothing": (lambda x: None, "ends without a return", "没有 return"),
    "text": (lambda x: "0.5", "a value of type str", "类型是 str"),
    "shape": (lambda x: right(x)[:, None], "shape (1, 1)", "形状 (1, 1)"),
    "nan": (lambda x: right(x) * np.nan, "1 of 1 entries are nan or inf", "nan 或 inf"),
    "raises": (divided, "ZeroDivisionError at line", "ZeroDivisionError，出错处 line"),
    "in place": (in_place, "changes x in place", "就地改动了 x"),
    "endless": (endless, "no result within 0.6 s", "0.6 秒内没有结果"),
    "endless, swallowing": (swallowing, "no result within 0.6 s", "0.6 秒内没有结果"),
    "exit": (leave, "ends the program (SystemExit)", "结束了程序（SystemExit）"),
    "recursion": (deep, "calls itself more than", "函数自己调用自己超过"),
    "flood": (noisy, "more characters. Remove the print", "请先删掉 print"),
    "a value": (3.0, "cannot be called", "不能被调用"),
    "None": (None, "cannot be called", "不能被调用"),
    "other arguments": (
        lambda: 1,
        "cannot be called as the stub can",
        "函数的参数和题目给的不一致",
    ),
    "list of parts": (lambda x: [1, 2], "shape (2,)", "形状 (2,)"),
    "dict": (lambda x: {"variance": 1}, "a value of type dict", "类型是 dict"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_gets_one_clear_sentence(check, name):
    answer, english, chinese = HOSTILE[name]
    began = time.monotonic()
    verdict = check.grade(answer)
    assert verdict.status == "failed"
    assert english in said(verdict, "en"), said(verdict, "en")
    assert chinese in said(verdict, "zh"), said(verdict, "zh")
    assert time.monotonic() - began < 30, "an endless loop must be stopped"


def test_a_flood_of_prints_is_cut(check):
    verdict = check.grade(noisy)
    assert verdict.flooded > 90_000_000
    assert len(str(verdict)) < 4_000


def test_a_compiled_call_that_hangs_is_reported_while_it_runs(check, capsys, monkeypatch):
    monkeypatch.setattr("whiteboard.grading.guard._GRACE", 0.2)
    verdict = check.grade(lambda x: time.sleep(1.6))
    out = capsys.readouterr().out
    assert "press ■" in out
    assert "请按 ■" in out
    assert "no result within" in str(verdict)


def test_a_right_answer_after_a_stopped_one_passes(check):
    assert check.grade(endless).status == "failed"
    assert check.grade(right).passed


def test_an_unwritten_stub_has_no_traceback(check):
    def stub(x):
        raise NotImplementedError("write your answer here")

    for answer in (stub, ...):
        assert str(check.grade(answer)) == "○ variance · not written yet"
        assert said(check.grade(answer), "zh") == "○ variance · 还没有写"


def test_a_stub_that_an_answer_calls_is_named_and_a_librarys_error_is_no_stub(check):
    def centred(x):
        raise NotImplementedError("write your answer here")

    def answer(x):
        return (centred(x) ** 2).mean(axis=1)

    verdict = check.grade(answer)
    assert str(verdict) == "○ variance · it calls centred, which is not written yet"
    assert said(verdict, "zh") == "○ variance · 其中调用的 centred 还没有写"

    library = {}
    code = "def lazy(x):\n    raise NotImplementedError('no kernel for this')"
    exec(compile(code, "/site-packages/library.py", "exec"), library)
    verdict = check.grade(lambda x: library["lazy"](x))
    assert verdict.status == "failed"
    assert "no kernel for this" in str(verdict)


def test_a_stub_inside_a_graph_keeps_its_name(check):
    import tensorflow as tf

    def centred(x):
        raise NotImplementedError("write your answer here")

    class Centred:
        def call(self, x):
            raise NotImplementedError("write your answer here")

    for stub, name in ((centred, "centred"), (Centred().call, "Centred.call")):
        verdict = check.grade(lambda x, stub=stub: tf.function(stub)(tf.constant(x)))
        assert str(verdict) == f"○ variance · it calls {name}, which is not written yet"


def test_the_method_of_a_class_that_is_not_written_yet():
    class Counter:
        def count(self):
            raise NotImplementedError("write your answer here")

    counter = Check()
    counter.name = "counter"

    @counter.property(en="it counts", zh="会数数")
    def _(answer):
        return Evidence(expected=1, got=answer().count())

    assert str(counter.grade(Counter)) == "○ counter · not written yet"


def test_a_list_that_is_changed_in_place_is_noticed():
    ordered = Check(lambda words: sorted(words))
    ordered.name = "ordered"
    ordered.case(["b", "a"], en="sorted", zh="排好序")
    ordered.case([2.0, float("nan"), 1.0][1:], en="NaN stays NaN", zh="NaN 不变")

    def in_place(words):
        words.sort()
        return words

    assert ordered.grade(lambda words: sorted(words)).passed
    assert "words" in str(ordered.grade(in_place))
    assert ordered.grade(in_place).status == "failed"


def test_a_function_among_the_inputs_is_shown_in_both_languages_and_a_short_row_in_full():
    def double(x):
        return 2 * x

    double.shown = Text("twice its argument", "参数的两倍")
    mapped = Check(lambda f, x: f(x))
    mapped.name = "mapped"
    mapped.case(double, np.array([1.0, 2.0]), en="f of x", zh="f 作用于 x")
    verdict = mapped.grade(lambda f, x: f(x)[:1])
    assert "Given: f = twice its argument, x = [1, 2]" in str(verdict)
    assert "输入：f = 参数的两倍, x = [1, 2]" in said(verdict, "zh")
    assert "Got: shape (1,): [2]" in str(verdict)
    assert "期望：形状 (2,)：[2, 4]" in said(verdict, "zh")


@pytest.mark.parametrize(
    ("given", "entry"),
    [
        ([2.0, 1.0], np.ones(2)),
        ([np.ones(2), 1.0], [1.0, 1.0]),
        ([float("nan"), 1.0], 0.0),
        ([None, 1.0], 2.0),
        ([{"a": 1}, 1.0], 3),
        ([[1], 1.0], None),
    ],
)
def test_an_entry_replaced_by_something_else_is_noticed(given, entry):
    last = Check(lambda entries: entries[-1])
    last.name = "last"
    last.case(given, en="the last one", zh="最后一个")

    def in_place(entries):
        entries[0] = entry
        return entries[-1]

    assert last.grade(lambda entries: list(entries)[-1]).passed
    assert "changes entries in place" in str(last.grade(in_place))


def test_a_property_says_in_words_what_it_found():
    step = Check()
    step.name = "step"

    @step.property(en="the loss falls", zh="损失下降")
    def _(answer):
        return Evidence(expected=0.5, got=Text("no number", "不是数"))

    assert "Got: no number" in str(step.grade(lambda: 0))
    assert "实际：不是数" in said(step.grade(lambda: 0), "zh")


def test_a_patched_numpy_gets_a_sentence(check, monkeypatch):
    monkeypatch.setattr(np, "allclose", lambda *_, **__: True)
    verdict = check.grade(lambda x: right(x) + 1)
    assert "np.allclose was replaced" in str(verdict)
    assert "np.allclose 在课程载入后被替换" in said(verdict, "zh")


def test_the_verdict_names_given_expected_got_pattern_question_and_mistake(check):
    verdict = check.grade(sample_variance)
    assert str(verdict) == (
        "✗ variance\n"
        "Given: x = [[0, 1, 2, 5]]\n"
        "Expected: [3.5]; the mean square\n"
        "Got: [4.6667]; differs from [0]; 1.3333 × expected\n"
        "Ask: Is this a sample?\n"
        "▸ check.variance.why() says what is likely wrong"
    )
    assert said(verdict, "zh") == (
        "✗ variance\n"
        "输入：x = [[0, 1, 2, 5]]\n"
        "期望：[3.5]；均方\n"
        "实际：[4.6667]；从 [0] 起不同；是期望值的 1.3333 倍\n"
        "想一想：这是样本吗？\n"
        "▸ 运行 check.variance.why() 查看可能的错误"
    )
    assert verdict.likely == Text("the variance divides by n − 1", "方差的分母用了 n − 1")
    assert verdict.trap == 1


def test_html_says_the_same_words_and_escapes_what_the_learner_wrote(check):
    html = check.grade(sample_variance)._repr_html_()
    for words in ("Given", "Expected", "1.3333 × expected", "the variance divides by n − 1"):
        assert words in html
    assert "<b>✗ variance</b>" in html
    assert "&lt;script&gt;" in check.grade(lambda x: "<script>")._repr_html_()


def test_a_passing_verdict_holds_no_measured_number(check):
    assert {str(check.grade(right)) for _ in range(3)} == {"✓ variance · 2 cases passed"}
    assert said(check.grade(right), "zh") == "✓ variance · 通过 2 个用例"


def test_a_failing_random_case_shows_its_seed(check):
    def wrong_on_others(x):
        return right(x) if x.shape == (1, 4) else right(x) * 2

    verdict = check.grade(wrong_on_others)
    assert f"seed {verdict.seed}" in str(verdict)
    again = check.grade(wrong_on_others, seed=verdict.seed)
    assert again.got == verdict.got


def test_a_trap_is_not_named_when_an_earlier_case_disagrees(check):
    def mixed(x):
        return sample_variance(x) + 1

    verdict = check.grade(mixed)
    assert verdict.trap is None
    assert verdict.likely is None


def test_two_answers_for_one_part_is_an_error_that_says_so(check):
    with pytest.raises(TypeError, match=r"takes 1 answer \(variance\); it received 2"):
        check.grade(right, right)


def test_a_rule_is_watched_at_run_time_and_by_name(check):
    check.forbid("numpy.var", en="Write the variance yourself.", zh="请自己写方差。")
    verdict = check.grade(lambda x: np.var(x, axis=1))
    assert "a call of numpy.var. Write the variance yourself." in str(verdict)
    assert "调用了 numpy.var。请自己写方差。" in said(verdict, "zh")
    space = {}
    exec("from numpy import var\ndef sly(x):\n    return var(x, axis=1)", space)
    assert "a call of numpy.var" in str(check.grade(space["sly"]))
    assert check.grade(population_variance).passed


def test_several_answers_are_graded_together():
    cache = Check(parts=("prefill", "decode"))
    cache.name = "cache"

    @cache.property(en="decoding continues the prefix", zh="解码接着前缀算")
    def _(answer):
        return Evidence(given={"n": 2}, expected=3, got=answer.decode(answer.prefill(2)))

    cache.trap(lambda n: n, lambda n: n + 2, en="one too far", zh="多走了一步")
    assert cache.grade(lambda n: n, lambda n: n + 1).passed
    assert cache.grade(lambda n: n + 1, lambda n: n + 1).trap == 1
    assert cache.grade(..., lambda n: n).status == "unwritten"


def test_a_property_that_cannot_use_the_answer_says_what_to_return():
    pair = Check(returns=("y", "mask"))
    pair.name = "pair"

    @pair.property(en="y is masked", zh="y 被掩码")
    def _(answer, rng):
        y, mask = answer(rng.normal(size=3))
        return Evidence(given={}, expected=y * mask, got=y)

    verdict = pair.grade(lambda x: x)
    assert "one array of shape (3,) instead of 2 values" in str(verdict)
    assert "2 values, in this order: y, mask" in str(verdict)
    assert "2 个值，依次为 y, mask" in said(verdict, "zh")
    assert pair.grade(lambda x: None).got.en.startswith("nothing")
    assert pair.grade(lambda x: np.stack([x, np.ones(3)])).passed
    nested = Check(lambda x: ((x, x), x), returns=("grads", "dx"))
    nested.name = "nested"
    nested.case(1.0, en="pairs", zh="成对")
    assert "in this order" not in str(nested.grade(lambda x: ((x,), x)))


def test_evidence_may_be_a_sentence_in_both_languages():
    order = Check()
    order.name = "order"

    @order.property(en="the order of the calls", zh="调用的顺序")
    def _(answer):
        got = Text("update first", "先更新") if answer() else Text("gradient first", "先求梯度")
        return Evidence(expected=Text("gradient first", "先求梯度"), got=got)

    assert order.grade(lambda: False).passed
    assert "Got: update first" in str(order.grade(lambda: True))
    assert "实际：先更新" in said(order.grade(lambda: True), "zh")


def test_a_keras_error_is_quoted_from_the_line_that_says_what_is_wrong(check):
    def layered(x):
        raise ValueError(
            "Exception encountered when calling Dense.call().\n\n\x1b[1mexpected 3 axes\x1b[0m"
        )

    assert "expected 3 axes" in str(check.grade(layered))


def test_thresholds_say_at_least():
    score = Check()
    score.name = "score"

    @score.property(en="the trained score", zh="训练得分", costly=True)
    def _(answer):
        note = Text("chance is 0.1", "瞎猜是 0.1")
        return Evidence(given={}, expected=0.9, got=answer(), relation="at least", note=note)

    assert score.grade(lambda: 0.95).passed
    verdict = score.grade(lambda: 0.5)
    assert "at least 0.9 (chance is 0.1)" in str(verdict)
    assert "至少 0.9（瞎猜是 0.1）" in said(verdict, "zh")
    assert score.grade(lambda: float("nan")).status == "failed"
    assert "a value of type str" in str(score.grade(lambda: "0.95"))


# ---- patterns ----------------------------------------------------------------------------------

BASE = np.array([[1.0, 2.0, -3.0], [0.5, 7.0, 4.0]])
PATTERNS = {
    "opposite sign": (-BASE, "与期望值符号相反"),
    "transposed": (BASE.T, "转置"),
    "reversed": (BASE[:, ::-1], "颠倒"),
    "permuted": (BASE.ravel()[[3, 0, 1, 2, 5, 4]].reshape(2, 3), "顺序不对"),
    "reshaped": (BASE.reshape(3, 2), "形状不对"),
    "constant": (np.full((2, 3), 0.25), "每个元素都是 0.25"),
    "factor": (BASE * np.sqrt(3 / 4), "0.8660 倍"),
    "offset": (BASE + 0.5, "多 0.5"),
    "not finite": (np.where(BASE > 5, np.inf, BASE), "nan 或 inf"),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_found_in_both_languages(name):
    got, chinese = PATTERNS[name]
    found = find_pattern(BASE, got)
    assert found.name == name
    assert chinese in found.text.zh


def test_a_factor_asks_where_it_comes_from():
    assert find_pattern(BASE, BASE * np.sqrt(3 / 4), (4,)).ask == Text(
        "0.8660 = √(3/4). Where does 3 come from?", "0.8660 = √(3/4)，3 从哪来？"
    )
    assert find_pattern(BASE, BASE * (4 + 1e-9)).ask.en == "Where does 4 come from?"
    assert find_pattern(BASE, BASE / 37, (37,)).ask.en.endswith("Where does 37 come from?")
    assert find_pattern(BASE, BASE * 0.7312).ask is None


def test_a_factor_close_to_one_is_written_out():
    found = find_pattern(BASE, BASE * 0.999996, (4,))
    assert (found.text.en, found.ask) == ("always 0.999996 × expected", None)


def test_numbers_that_are_shown_alike_are_shown_in_full():
    nearly = Check(lambda x: x)
    nearly.case(np.array([0.5, 0.1234]), en="itself", zh="本身")
    verdict = nearly.grade(lambda x: x + np.array([0, 3e-5]))
    assert "0.12343 instead of 0.1234" in str(verdict)
    assert "得到 0.12343，应为 0.1234" in said(verdict, "zh")
    assert "instead of" not in str(nearly.grade(lambda x: x + 1))


def test_a_list_of_functions_is_given_to_each_answer_afresh():
    counted = Check(lambda functions: len(functions))
    counted.case([abs, min], en="how many", zh="有几个")
    emptied = counted.grade(lambda functions: len([functions.pop(), functions.pop()]))
    assert not emptied.passed
    assert counted.grade(len).passed


def test_a_tuple_of_one_is_written_as_a_tuple():
    assert show((5,)) == "(5,)"
    assert show(np.array(["a", "b"])) == "['a', 'b']"


def test_only_bytes_have_a_binary_prefix():
    assert Estimate(2.0**-40).grade(1e-12).likely is None
    assert Estimate("1 TB").grade("1 TiB").likely is not None


def test_no_pattern_is_invented():
    assert find_pattern(BASE, BASE**2 + np.arange(3)) is None
    assert find_pattern("a", BASE) is None
    assert find_pattern(np.array([2e-13, 0.046]), np.array([9e-13, 0.046])) is None


# ---- comparing ---------------------------------------------------------------------------------


class Tensor:
    """What any framework's tensor offers."""

    def __init__(self, values):
        self.values, self.shape = np.asarray(values), np.shape(values)

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.mark.parametrize(
    "got", [[1.0, 2.0], Tensor([1.0, 2.0]), np.float32([1, 2]), [Tensor(1.0), Tensor(2.0)], (1, 2)]
)
def test_every_kind_of_array_is_accepted(got):
    assert find_difference(np.array([1.0, 2.0]), to_numpy(got)) is None


def test_a_tolerance_is_relative_to_the_answer():
    tiny = np.array([1e-12, 2e-12])
    assert find_difference(tiny, tiny * 1.01) is not None
    assert find_difference(tiny, tiny * (1 + 1e-9)) is None
    assert find_difference(np.float32([1e4]), np.float32([1e4 + 0.05])) is None


def test_the_first_difference_is_located():
    found = find_difference({"W": np.zeros((2, 2)), "b": [1.0]}, {"W": np.eye(2), "b": [1.0]})
    assert (found.path, found.index, found.kind) == ("['W']", (0, 0), "value")


def test_large_values_are_shown_short():
    assert show(np.zeros((50, 50))) == "array(50×50) = 0"
    assert show([(np.ones((3, 3)), np.ones(3))] * 2).count("array(3×3)") == 2
    assert len(show("x" * 1000)) <= 160


# ---- estimates, flaws, programs, hacks ---------------------------------------------------------


@pytest.fixture
def memory():
    estimate = Estimate("112 GB", rtol=0.02)
    estimate.name = "memory"
    estimate.trap("28 GB", en="fp16 weights only", zh="只算了 fp16 权重", ask_en="…?", ask_zh="…？")
    return estimate


@pytest.mark.parametrize(
    "answer",
    [
        "112 GB",
        "112GB",
        (112, "GB"),
        "104.3 GiB",
        "112,000 MB",
        "１１２ GB",
        "112G",
        "112 gigabytes",
    ],
)
def test_an_estimate_in_any_unit_passes(memory, answer):
    assert memory.grade(answer).passed


@pytest.mark.parametrize(
    "answer", ["36 h", "1.5 days", "1.5 天", "36 hours", "2160 minutes", (36, "小时")]
)
def test_a_duration_is_read_in_words_too(answer):
    duration = Estimate("1.5 d")
    duration.name = "duration"
    assert duration.grade(answer).passed


@pytest.mark.parametrize(
    ("answer", "english", "chinese"),
    [
        ("28 GB", "too small, by less than a factor of 10", "偏小，差不到 10 倍"),
        ("112 TB", "too large, by more than a factor of 100", "偏大，差 100 倍以上"),
        (112, "112 of what? Write the unit", "112 后面缺单位"),
        ("112 km", "the unit 'km', which is not one of", "单位 'km'，应是"),
        ("14*8 GB", "is not a number with a unit", "不是带单位的数"),
        ("about a lot", "is not a number with a unit", "不是带单位的数"),
        ([1, 2, 3], "is not a number with a unit", "不是带单位的数"),
        (float("nan"), "of what", "缺单位"),
    ],
)
def test_a_wrong_estimate_says_how(memory, answer, english, chinese):
    verdict = memory.grade(answer)
    assert english in str(verdict)
    assert chinese in said(verdict, "zh")
    assert "112 GB" not in str(verdict.expected), "the right number is not given away"


@pytest.mark.parametrize("answer", [670_000, "670k", "67万 遍", "0.67 million passes", "670,000"])
def test_a_count_is_read_as_people_write_it(answer):
    passes = Estimate(670_000, unit="passes", unit_zh="遍", rtol=0.001)
    passes.name = "passes"
    assert passes.grade(answer).passed
    assert passes.grade(2 * 670_000).got == Text("1.34e+06 passes", "1.34e+06 遍")


def test_a_pure_number_needs_no_unit():
    ratio = Estimate(1.25)
    ratio.name = "ratio"
    assert ratio.grade(1.25).passed
    assert ratio.grade("1.25").passed
    assert ratio.grade("×1.25").passed
    assert ratio.grade("125%").passed
    assert not ratio.grade(1.5).passed


def test_an_estimate_names_its_trap_and_the_binary_prefix(memory):
    assert memory.grade("28 GB").trap == 1
    assert "2³⁰" in memory.grade("112 GiB").likely.en
    assert memory.grade(...).status == memory.grade("").status == "unwritten"


@pytest.fixture
def flaws():
    statements = Flaws()
    statements.name = "flaws"
    statements.true(en="One.", zh="一。")
    statements.false(en="Two.", zh="二。", because_en="No.", because_zh="不。", source="A 2020, §1")
    statements.false(
        en="Three.",
        zh="三。",
        because_en="No.",
        because_zh="不。",
        source="measured here",
        source_zh="本课实测",
    )
    return statements


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ([2, 3], "passed", "all 2 wrong statements found"),
        ("2-3", "passed", "all 2 wrong statements found"),
        ({2, 3}, "passed", "all 2 wrong statements found"),
        ("2，3", "passed", "all 2 wrong statements found"),
        ([2], "failed", "1 wrong statement not found, 0 right ones accused"),
        (2, "failed", "1 wrong statement not found, 0 right ones accused"),
        ([1, 2], "failed", "1 wrong statement not found, 1 right one accused"),
        ([0, 2], "failed", "the statements are numbered 1 to 3"),
        (["two"], "failed", "a list of statement numbers"),
        (5.5, "failed", "a list of statement numbers"),
        ([], "unwritten", "not written yet"),
        (..., "unwritten", "not written yet"),
    ],
)
def test_flaws(flaws, answer, status, words):
    verdict = flaws.grade(answer)
    assert verdict.status == status
    assert words in str(verdict)


def test_a_correction_cites_its_source_in_the_edition_s_language(flaws):
    verdict = flaws.grade([2, 3])
    assert "(A 2020, §1)" in str(verdict) and "（A 2020, §1）" in said(verdict, "zh")
    assert "(measured here)" in str(verdict) and "（本课实测）" in said(verdict, "zh")


def shifted(bugs):
    def f(x):
        return (x + ("plus" in bugs)) * (3 if "times" in bugs else 2)

    return f


@pytest.fixture
def program():
    mend = Program(shifted)
    mend.name = "mend"
    mend.case(5.0, en="twice x", zh="x 的两倍")
    mend.case(-1.5, en="twice x, negative", zh="负的 x 的两倍")
    mend.bug("plus", en="adds one", zh="多加了 1")
    mend.bug("times", en="three times", zh="乘成了 3 倍")
    return mend


def test_a_program_says_how_many_bugs_remain(program):
    assert program.grade(lambda x: 2 * x).passed
    verdict = program.grade(lambda x: 3 * x)
    assert "1 of 2 planted bugs left" in str(verdict)
    assert "2 个埋下的 bug 还剩 1 个" in said(verdict, "zh")
    assert verdict.likely.en == "three times"
    assert program.grade(lambda x: 3 * (x + 1)).status == "unwritten"
    assert "something else changed" in str(program.grade(lambda x: 7 * x))


def test_a_hack_is_confirmed_only_where_both_part(check):
    assert "ddof=1" in task(check, 1).en
    assert hack(check, 1, (), {"x": np.array([[1.0, 2.0]])}).passed
    missed = hack(check, 1, (), {"x": np.array([[2.0, 2.0]])})
    assert "the same result from both" in str(missed)
    assert "两者结果相同" in said(missed, "zh")
    bad = hack(check, 1, (), {"x": "text"})
    assert "the right answer cannot take this input" in str(bad)
    with pytest.raises(ValueError, match="wrong answers 1 to 2"):
        hack(check, 9, (), {})


def test_a_hack_outside_the_domain_proves_nothing(check):
    check.domain = lambda x: x.shape[1] > 1
    verdict = hack(check, 1, (), {"x": np.array([[1.0]])})
    assert verdict.status == "failed"
    assert "proves nothing" in str(verdict)


def test_the_code_of_a_trap_is_shown_without_its_label(check):
    assert code_of(check.traps[1].answer[0]) == "lambda x: x.std(axis=1)"


def test_say_needs_a_text_and_ignores_width():
    mirror = Say(model_en="scale it", model_zh="缩放")
    mirror.name = "say"
    mirror.point(en="scaled by 1/(1−p)", zh="除以 1−p", found_en=[r"1/\(1-p\)"], found_zh=[])
    assert mirror.grade("").status == mirror.grade(...).status == "unwritten"
    assert "found in “１" not in str(mirror.grade("１／（１－ｐ）"))
    assert "1 of 1 key points" in str(mirror.grade("scaled by １／（１-ｐ）"))
    assert "a text, in your own words" in str(mirror.grade(3))


def test_say_reads_over_a_wrapped_line_and_sees_negations():
    mirror = Say(model_en="scale it", model_zh="缩放")
    mirror.point(en="scaled", zh="缩放", found_en=[r"is scaled"], found_zh=[r"要缩放"])
    (point,) = mirror.points
    assert mirror.find(point, "the rest is\nscaled up")
    assert mirror.find(point, "训练时要缩\n放")
    assert mirror.find(point, "No bias.\n\nThe rest is scaled.")
    assert not mirror.find(point, "nothing here is not scaled, and it never is scaled")
    assert not mirror.find(point, "不要缩放")
    assert not mirror.find(point, "No input is scaled")
    assert mirror.find(point, "差不多都要缩放")
    assert mirror.find(point, "看有没有要缩放的")
    assert mirror.find(point, "别忘了要缩放")
    assert mirror.find(point, "每个类别都要缩放")
    assert mirror.find(point, "判别器的输入要缩放")


def test_a_word_that_holds_a_conjunction_is_not_cut():
    mirror = Say(model_en="it is larger", model_zh="损失反而更大")
    mirror.point(en="larger", zh="更大", found_en=[], found_zh=[r"反而更大", r"从而缩放"])
    (point,) = mirror.points
    assert mirror.find(point, "训练损失反而更大")
    assert mirror.find(point, "先取平均从而缩放")
    assert not mirror.find(point, "先放大而不从而缩放")


# ---- a notebook's view -------------------------------------------------------------------------


def test_an_unknown_lesson_or_exercise_gets_did_you_mean():
    with pytest.raises(ValueError, match="Did you mean 'backprop'"):
        lesson("backpropp")
    with pytest.raises(ValueError, match="没有名为 'backpropp' 的课程。你要找的是不是 'backprop'"):
        lesson("backpropp", lang="zh")
    with pytest.raises(AttributeError, match="Did you mean 'backward'"):
        _ = lesson("backprop").backwards
    with pytest.raises(ValueError, match="'en' and 'zh'"):
        lesson("backprop", lang="fr")


def test_strict_grading_raises_and_lax_grading_does_not(monkeypatch, capsys):
    check = lesson("backprop")
    monkeypatch.setenv("WHITEBOARD_STRICT", "0")
    check.backward_cost(7)
    assert not check.backward_cost.passed
    monkeypatch.setenv("WHITEBOARD_STRICT", "1")
    with pytest.raises(AssertionError, match="backward_cost"):
        check.backward_cost(7)
    check.backward_cost(2)
    assert check.backward_cost.passed
    assert "✓ backward_cost" in capsys.readouterr().out


def test_why_says_the_likely_mistake(monkeypatch, capsys):
    monkeypatch.setenv("WHITEBOARD_STRICT", "0")
    check = lesson("backprop", lang="zh")
    check.backward_cost.why()
    check.backward_cost(3)
    check.backward_cost.why()
    check.backward_cost(2.5)
    check.backward_cost.why()
    out = capsys.readouterr().out
    assert "请先运行 check.backward_cost" in out
    assert "3 是整个训练步" in out
    assert "不属于已知的 2 种错误" in out


def test_full_width_punctuation_is_read_as_half_width():
    assert half_width("check.flaws([2，5])") == "check.flaws([2,5])"
    assert half_width("f（x，1）") == "f(x,1)"
    assert half_width("s = '好，再见（。'") == "s = '好，再见（。'"
    assert half_width("x = = 1") == "x = = 1"


def test_grading_imports_neither_tensorflow_nor_matplotlib():
    script = (
        "import sys, whiteboard\n"
        f"for slug in {slugs()!r}:\n"
        "    whiteboard.lesson(slug)\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'sklearn', 'IPython'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=_environment())


def _environment():
    source = Path(__file__).resolve().parents[1] / "src"
    return {**os.environ, "PYTHONPATH": str(source)}
