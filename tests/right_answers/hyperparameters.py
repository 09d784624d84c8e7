"""Hyper-parameters: other right answers, and every trap written a second way."""

import math
from itertools import product

import numpy as np

# ---- sample ------------------------------------------------------------------------------------


def by_powers(space, rng):
    out = {}
    for name, (low, high, scale) in space.items():
        u = rng.random()
        out[name] = low * (high / low) ** u if scale == "log" else low + (high - low) * u
    return out


def at_once(space, rng):
    """One vector of uniforms, base 10."""
    u = rng.uniform(size=len(space))
    return {
        name: 10 ** (math.log10(low) + x * (math.log10(high) - math.log10(low)))
        if scale == "log"
        else (1 - x) * low + x * high
        for x, (name, (low, high, scale)) in zip(u, space.items(), strict=True)
    }


def drawn(log_draw):
    def answer(space, rng):
        out = {}
        for name, (low, high, scale) in space.items():
            out[name] = log_draw(rng, low, high) if scale == "log" else rng.uniform(low, high)
        return out

    return answer


def along_the_diagonal(space, rng):
    u = rng.random()
    return {
        name: math.exp(math.log(low) + u * math.log(high / low))
        if scale == "log"
        else (1 - u) * low + u * high
        for name, (low, high, scale) in space.items()
    }


# ---- grid --------------------------------------------------------------------------------------


def grown(space, points):
    configs = [{}]
    for name, (low, high, scale) in space.items():
        values = (
            [low * (high / low) ** (k / (points - 1)) for k in range(points)]
            if scale == "log"
            else [low + (high - low) * k / (points - 1) for k in range(points)]
        )
        configs = [{**config, name: value} for config in configs for value in values]
    return configs


def by_meshgrid(space, points):
    axes = [
        np.logspace(np.log10(low), np.log10(high), points)
        if scale == "log"
        else np.linspace(low, high, points)
        for low, high, scale in space.values()
    ]
    rows = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
    return [dict(zip(space, row.tolist(), strict=True)) for row in rows]


def spaced(low, high, scale, u):
    return low * (high / low) ** u if scale == "log" else low + (high - low) * u


def wrong_grid(places, spacing=spaced, paired=False):
    def answer(space, points):
        axes = [[spacing(*ends, u) for u in places(points)] for ends in space.values()]
        rows = zip(*axes, strict=True) if paired else product(*axes)
        return [dict(zip(space, row, strict=True)) for row in rows]

    return answer


def full(points):
    return [k / (points - 1) for k in range(points)]


# ---- random_search -----------------------------------------------------------------------------


def keep_the_best(objective, space, budget, rng):
    best = None
    for _ in range(budget):
        config = by_powers(space, rng)
        loss = objective(config)
        if best is None or loss < best[1]:
            best = config, loss
    return best


def by_sorting(objective, space, budget, rng):
    runs = [(objective(config), config) for config in (at_once(space, rng) for _ in range(budget))]
    loss, config = sorted(runs, key=lambda run: run[0])[0]
    return [config, loss]


def keep_the_worst(objective, space, budget, rng):
    runs = [(c, objective(c)) for c in (by_powers(space, rng) for _ in range(budget))]
    return max(runs, key=lambda run: run[1])


def once_more(objective, space, budget, rng):
    config, _ = keep_the_best(objective, space, budget, rng)
    return config, objective(config)


def forgets_the_config(objective, space, budget, rng):
    lowest = math.inf
    for _ in range(budget):
        config = by_powers(space, rng)
        lowest = min(lowest, objective(config))
    return config, lowest


def one_fewer(objective, space, budget, rng):
    runs = [(c, objective(c)) for c in (by_powers(space, rng) for _ in range(budget - 1))]
    return min(runs, key=lambda run: run[1]) if runs else (None, math.nan)


# ---- halving -----------------------------------------------------------------------------------


def by_rungs(evaluate, configs, resource, eta):
    alive, spent, rung = tuple(configs), 0, 0
    while len(alive) != 1:
        length = resource * eta**rung
        scored = sorted(((evaluate(c, length), k) for k, c in enumerate(alive)))
        spent, rung = spent + length * len(alive), rung + 1
        alive = tuple(alive[k] for _, k in scored[: max(1, int(len(alive) / eta))])
    return alive[0], spent


def by_partition(evaluate, configs, resource, eta):
    configs, spent = list(configs), 0
    while len(configs) > 1:
        losses = np.array([evaluate(c, resource) for c in configs])
        keep = max(1, len(configs) // eta)
        spent += resource * len(configs)
        configs = [configs[i] for i in np.argpartition(losses, keep - 1)[:keep]]
        resource = resource * eta
    return configs[0], spent


def wrong_halving(select, growth=None, price=None):
    def answer(evaluate, configs, resource, eta):
        alive, total = list(configs), 0
        while len(alive) > 1:
            losses = {k: evaluate(c, resource) for k, c in enumerate(alive)}
            total += price(resource, len(alive)) if price else resource * len(alive)
            alive = [alive[k] for k in select(losses, max(1, len(alive) // eta))]
            resource = resource * (growth(eta) if growth else eta)
        return alive[0], total

    return answer


def ascending(losses, keep):
    return sorted(losses, key=losses.get)[:keep]


def twice_over(evaluate, configs, resource, eta):
    return by_rungs(lambda c, r: min(evaluate(c, r), evaluate(c, r)), configs, resource, eta)


def sprint(evaluate, configs, resource, eta):
    first = [evaluate(c, resource) for c in configs]
    return configs[int(np.argmin(first))], by_partition(evaluate, configs, resource, eta)[1]


RIGHT = {
    "sample": [by_powers, at_once],
    "grid": [grown, by_meshgrid],
    "random_search": [keep_the_best, by_sorting],
    "halving": [by_rungs, by_partition],
    "trials": [59, "59 trials"],
    "grid_runs": ["3,125 runs", 5**5],
    "flaws": [{6, 4, 3, 1}, "1，3，4，6"],
}

TWINS = {
    "sample": {
        1: drawn(lambda rng, low, high: low + (high - low) * rng.random()),
        2: drawn(lambda rng, low, high: low * math.exp(rng.uniform(0, math.log(10)))),
        3: drawn(
            lambda rng, low, high: float(
                rng.choice(
                    [10.0**k for k in range(round(math.log10(low)), 1 + round(math.log10(high)))]
                )
            )
        ),
        4: drawn(
            lambda rng, low, high: math.e ** rng.uniform(math.log(low, 10), math.log(high, 10))
        ),
        5: along_the_diagonal,
        6: lambda space, rng: by_powers(space, np.random.RandomState()),
    },
    "grid": {
        1: wrong_grid(full, lambda low, high, scale, u: low + (high - low) * u),
        2: wrong_grid(full, paired=True),
        3: wrong_grid(lambda n: [k / n for k in range(n)]),
        4: wrong_grid(lambda n: [(k + 1) / (n + 1) for k in range(n)]),
    },
    "random_search": {
        1: keep_the_worst,
        2: once_more,
        3: forgets_the_config,
        4: one_fewer,
    },
    "halving": {
        1: wrong_halving(lambda losses, keep: sorted(losses, key=losses.get, reverse=True)[:keep]),
        2: wrong_halving(ascending, growth=lambda eta: 1),
        3: wrong_halving(
            lambda losses, keep: (
                sorted(losses, key=losses.get)[: len(losses) - keep]
                if len(losses) > 2
                else ascending(losses, 1)
            )
        ),
        4: wrong_halving(ascending, price=lambda resource, n: n),
        5: wrong_halving(lambda losses, keep: list(losses)[:keep]),
        6: sprint,
        7: twice_over,
    },
    "trials": {1: 20, 2: "19", 3: "90 trials"},
    "grid_runs": {1: 25},
}

TWO_AT_ONCE = {
    "grid": [
        (wrong_grid(full, lambda low, high, scale, u: low + (high - low) * u, paired=True), {1, 2}),
    ],
    "halving": [(wrong_halving(ascending, growth=lambda eta: 1, price=lambda r, n: n), {2, 4})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "hyper-parameters are set outside of training",
                    "the weights are learnt",
                    "they are chosen before training",
                ],
                "the weights are not learnt",
            ),
            (
                [
                    "I choose them on validation data",
                    "validation loss decides",
                    "never on the test set",
                ],
                "I do not use validation data",
            ),
            (
                [
                    "the learning rate comes first",
                    "I sample it log-uniformly, on a log scale",
                    "over several powers of ten",
                ],
                "I do not use a log scale",
            ),
            (
                [
                    "random search beats the grid",
                    "a grid wastes runs",
                    "random points try nine values",
                ],
                "random search is not better than a grid",
            ),
            (
                [
                    "successive halving saves time",
                    "only the survivors go on",
                    "Hyperband hedges that",
                ],
                "I would not use halving",
            ),
            (
                [
                    "a larger batch wants a larger learning rate",
                    "with the batch size I retune the step",
                    "the learning rate scales with the batch",
                ],
                "the batch does not affect the learning rate",
            ),
            (
                ["the best of many is partly luck", "I fix the seeds", "and report the spread"],
                "luck plays no role",
            ),
        ],
        "zh": [
            (["超参数在训练之外设定", "权重是学出来的", "参数由优化器更新"], "权重不是学出来的"),
            (["用验证集来选", "看验证集上的损失", "绝不用测试集"], "不用验证集"),
            (["学习率最重要", "在对数尺度上抽", "先试几个数量级"], "不用对数尺度"),
            (["随机搜索胜过网格", "网格很浪费", "随机能试到更多的值"], "随机不比网格好"),
            (["用逐次减半", "留下的继续跑", "差的早点淘汰"], "不用逐次减半"),
            (
                ["batch 变大学习率也变大", "学习率要随 batch 调", "batch 大了步子可以大"],
                "batch 变了学习率不用变",
            ),
            (["最好的那个有运气成分", "固定随机种子", "报告波动范围"], "没有运气的问题"),
        ],
    }
}

EQUIVALENT = {
    "grid": {
        "spaced(low, high, points) → spaced(high, low, points) in axes.append(spaced(low, high, "
        "points))": "same set: the order of the configs is free",
    },
    "halving": {
        "0 → -1 in return configs[0], spent": "same value: only one is left",
    },
}
