"""The check API holds what has no single right value: sketches of five lessons to come.

Statistics (dropout), a search budget (hyper-parameters), a cache (decoding), detectors that the
learner writes (debugging), and which weights moved (adversarial training).
"""

from types import SimpleNamespace

import numpy as np
import pytest

from whiteboard.grading.check import Check
from whiteboard.grading.evidence import Evidence


def named(check, name):
    check.name = name
    return check


# ---- a statistic: a random mask keeps the mean ---------------------------------------------------


@pytest.fixture
def noise():
    check = named(Check(), "noise")

    @check.property(en="the mean is kept", zh="均值不变")
    def _(answer, rng):
        n, p = 200_000, 0.3
        error = 5 * np.sqrt(p / (1 - p) / n)  # five standard errors of the mean
        got = answer(np.ones(n), p, rng).mean()
        return Evidence(given={"p": p}, expected=1.0, got=got, tolerance=error)

    check.trap(lambda x, p, rng: x * (rng.random(x.shape) >= p), en="not scaled", zh="没有缩放")
    check.trap(lambda x, p, rng: x * (rng.random(x.shape) >= p) / p, en="1/p", zh="除以了 p")
    return check


def test_a_statistic_names_a_random_trap_by_its_symptom(noise):
    def right(x, p, rng):
        return np.where(rng.binomial(1, 1 - p, x.shape), x / (1 - p), 0)

    def unscaled(x, p, rng):
        keep = rng.permutation(len(x)) >= p * len(x)
        return x * keep

    for seed in range(20):
        assert noise.grade(right, seed=seed).passed
        assert noise.grade(unscaled, seed=seed).trap == 1


# ---- a budget: the search may look only so often -------------------------------------------------


def test_a_search_budget_is_counted():
    check = named(Check(returns=("best", "score")), "random_search")

    @check.property(en="the objective is called exactly budget times", zh="恰好调用 budget 次")
    def _(answer, rng):
        calls = []

        def quality(lr):
            return -abs(np.log10(lr) + 3)

        def objective(lr):
            calls.append(lr)
            return quality(lr)

        best, score = answer(objective, (1e-6, 1.0), 32, rng)
        got = {"calls": len(calls), "best seen": best == max(calls, key=quality), "score": score}
        expected = {"calls": 32, "best seen": True, "score": quality(best)}
        return Evidence(given={"budget": 32}, expected=expected, got=got)

    def search(objective, space, budget, rng):
        low, high = np.log10(space)
        tried = [10 ** rng.uniform(low, high) for _ in range(budget)]
        scored = [(objective(lr), lr) for lr in tried]
        return max(scored)[1], max(scored)[0]

    def twice(objective, space, budget, rng):
        best, _ = search(objective, space, budget, rng)
        return best, objective(best)

    assert check.grade(search, seed=1).passed
    assert check.grade(twice, seed=1).got.en == "calls: 33"


# ---- a cache: decoding in any chunks equals the whole --------------------------------------------


def test_a_cache_is_graded_over_chunkings():
    check = named(Check(parts=("prefill", "decode")), "kv_cache")

    @check.property(en="any chunking equals the full pass", zh="怎么分段都与整段结果相同")
    def _(answer, rng):
        x = rng.normal(size=7)
        rows = []
        for cut in (1, 3, 6):
            y, cache = answer.prefill(x[:cut])
            rest = []
            for value in x[cut:]:
                step, cache = answer.decode(value, cache)
                rest.append(step)
            rows.append(np.concatenate([y, rest]))
        return Evidence(given={"x": x}, expected=np.tile(np.cumsum(x), (3, 1)), got=np.array(rows))

    right = SimpleNamespace(
        prefill=lambda x: (np.cumsum(x), np.sum(x)), decode=lambda v, c: (c + v, c + v)
    )
    assert check.grade(right.prefill, right.decode).passed
    check.trap(right.prefill, lambda v, c: (c + v, c), en="cache not extended", zh="没有更新缓存")
    assert check.grade(right.prefill, lambda v, c: (v + c, c * 1)).trap == 1


# ---- detectors: the learner's test is graded on planted bugs -------------------------------------


def model(leaks=False, shifted=False):
    def program(tokens):
        seen = np.cumsum(tokens) if not leaks else np.full(len(tokens), np.sum(tokens))
        return np.roll(seen, 1) if shifted else seen

    program.leaks = leaks
    program.__doc__ = "a model" + " that looks ahead" * leaks + " with shifted labels" * shifted
    return program


def test_a_detector_fires_on_its_bug_alone():
    check = named(Check(lambda program: program.leaks), "detect_leak")
    for bug in ({}, {"leaks": True}, {"shifted": True}):
        check.case(model(**bug), en="fires on its own bug alone", zh="只对自己的 bug 报警")

    def detector(program):
        base, changed = np.arange(1.0, 6), np.arange(1.0, 6)
        changed[-1] += 1
        return not np.allclose(program(base)[1:3], program(changed)[1:3])

    assert check.grade(detector).passed
    verdict = check.grade(lambda program: True)
    assert "program = a model" in str(verdict)


# ---- moved weights: one player's step leaves the other alone -------------------------------------


def test_a_training_step_is_graded_by_the_weights_it_moves():
    check = named(Check(), "discriminator_step")

    @check.property(en="the D step moves D and leaves G as it was", zh="D 步只更新 D，G 不变")
    def _(answer):
        players = SimpleNamespace(D=np.ones(3), G=np.ones(3))
        answer(players)
        got = {name: not np.array_equal(w, np.ones(3)) for name, w in vars(players).items()}
        names = {"D": "判别器动了", "G": "生成器动了"}
        return Evidence(expected={"D": True, "G": False}, got=got, names_zh=names)

    def joint(players):
        players.D = players.D - 0.1
        players.G = players.G - 0.1
        return 0.7

    def alone(players):
        players.D = players.D - 0.1
        return 0.7

    check.trap(joint, en="one loss moves both players", zh="一个损失同时更新了两方")
    assert check.grade(alone).passed
    verdict = check.grade(lambda players: joint(players) * 2)
    assert verdict.trap == 1
    assert "Got: G: True" in str(verdict)
    assert "实际：生成器动了：True" in str(verdict.spoken("zh"))
