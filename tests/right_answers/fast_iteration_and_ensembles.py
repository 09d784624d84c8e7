"""Ensembles and the bootstrap: other right answers, and every trap written a second way."""

from statistics import NormalDist

import numpy as np

# ---- paired_bootstrap --------------------------------------------------------------------------


def one_at_a_time(y, a, b, B, rng, level=0.95):
    draws = []
    for _ in range(B):
        rows = rng.choice(len(y), size=len(y), replace=True)
        draws.append(np.mean(b[rows] == y[rows]) - np.mean(a[rows] == y[rows]))
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(np.mean(b == y) - np.mean(a == y)), low, high


def by_counts(y, a, b, B, rng, level=0.95):
    """How often each example is drawn, as one multinomial."""
    n = len(y)
    times = rng.multinomial(n, np.full(n, 1 / n), size=B)
    draws = np.sort(times @ ((b == y) * 1.0 - (a == y)) / n)
    return (
        (b == y).mean() - (a == y).mean(),
        draws[int((1 - level) / 2 * B)],
        draws[int((1 + level) / 2 * B)],
    )


def resampled(values, size=None, cut=lambda level: (1 - level) / 2):
    """delta, and quantiles of the mean of resampled `values(y, a, b)`."""

    def answer(y, a, b, B, rng, level=0.95):
        v = values(y, a, b)
        n = size(len(v)) if size else len(v)
        draws = [rng.choice(v, size=n).mean() for _ in range(B)]
        return np.mean(b == y) - np.mean(a == y), *np.quantile(draws, [cut(level), 1 - cut(level)])

    return answer


def gain(y, a, b):
    return np.where(b == y, 1.0, 0.0) - np.where(a == y, 1.0, 0.0)


def each_its_own(y, a, b, B, rng, level=0.95):
    one = [rng.choice(b == y, size=len(y)).mean() for _ in range(B)]
    other = [rng.choice(a == y, size=len(y)).mean() for _ in range(B)]
    gap = np.subtract(one, other)
    return gain(y, a, b).mean(), *np.quantile(gap, [0.5 - level / 2, 0.5 + level / 2])


def shuffled(y, a, b, B, rng, level=0.95):
    draws = [rng.permutation(gain(y, a, b)).mean() for _ in range(B)]
    return np.mean(draws), *np.percentile(draws, [2.5, 97.5])


def turned(y, a, b, B, rng, level=0.95):
    delta, low, high = one_at_a_time(y, b, a, B, rng, level)
    return delta, low, high


def without_root(y, a, b, B, rng, level=0.95):
    d = gain(y, a, b)
    return d.mean(), d.mean() - 1.96 * d.std(), d.mean() + 1.96 * d.std()


def level_forgotten(y, a, b, B, rng, level=0.95):
    return one_at_a_time(y, a, b, B, rng)


def turned_round(y, a, b, B, rng, level=0.95):
    delta, low, high = one_at_a_time(y, a, b, B, rng, level)
    return delta, delta - (high - delta), delta + (delta - low)


def by_table(y, a, b, B, rng, level=0.95):
    """mean ± z · s/√n."""
    d = gain(y, a, b)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(
        ((d**2).mean() - d.mean() ** 2) / len(d)
    )
    return d.mean(), d.mean() - reach, d.mean() + reach


# ---- soft_vote ---------------------------------------------------------------------------------


def by_sum(P):
    return np.argmax(np.sum(P, axis=0), axis=-1)


def by_examples(P):
    return [int(np.argmax(np.average(P[:, i], axis=0))) for i in range(P.shape[1])]


def by_counting(P):
    out = []
    for i in range(P.shape[1]):
        votes = [0] * P.shape[2]
        for m in range(P.shape[0]):
            votes[int(np.argmax(P[m, i]))] += 1
        out.append(votes.index(max(votes)))
    return np.array(out)


RIGHT = {
    "paired_bootstrap": [one_at_a_time, by_counts],
    "soft_vote": [by_sum, by_examples],
    "ensemble_variance": [
        lambda M, rho, var: (M * var + M * (M - 1) * rho * var) / M**2,
        lambda M, rho, var: var * (1 + (M - 1) * rho) / M,
    ],
    "standard_error": ["0.0094", 0.2 / 450**0.5],
    "best_of_ten": [0.00923, "0.92 %"],
    "flaws": [{5, 4, 3, 1}, "1，3，4，5"],
}

TWINS = {
    "paired_bootstrap": {
        1: each_its_own,
        2: shuffled,
        3: resampled(gain, cut=lambda level: 1 - level),
        4: turned,
        5: resampled(lambda y, a, b: np.where(b == y, 1.0, 0.0)),
        6: resampled(gain, size=lambda n: n // 2),
        7: without_root,
        8: level_forgotten,
        9: turned_round,
        10: by_table,
    },
    "soft_vote": {
        1: by_counting,
        2: lambda P: np.prod(P + 1e-12, axis=0).argmax(axis=1),
        3: lambda P: np.argmax(np.max(P, axis=0), axis=-1),
        4: lambda P: np.sum(P, axis=0) / len(P),
        5: lambda P: np.argmax(P.sum(axis=1), axis=1),
    },
    "ensemble_variance": {
        1: lambda M, rho, var: var * (1 / M),
        2: lambda M, rho, var: var * rho,
        3: lambda M, rho, var: var * (1 - rho + rho / M),
        4: lambda M, rho, var: (var * (1 + (M - 1) * rho) / M) ** 0.5,
        5: lambda M, rho, var: (M * var + M * M * rho * var) / M**2,
    },
    "standard_error": {1: 0.0145, 2: "0.0103", 3: 0.2},
    "best_of_ten": {1: 0.006, 2: "0.0019", 3: 0.01176},
}

TWO_AT_ONCE = {
    "paired_bootstrap": [
        (
            lambda y, a, b, B, rng, level=0.95: resampled(gain, cut=lambda level: 1 - level)(
                y, b, a, B, rng, level
            ),
            {3, 4},
        ),
    ],
    "soft_vote": [(lambda P: P.max(axis=0), {3, 4})],
    "ensemble_variance": [(lambda M, rho, var: (var / M) ** 0.5, {1, 4})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "first a baseline that runs quickly",
                    "I train on a small part of the data",
                    "each run takes minutes, it is done in minutes",
                ],
                "no baseline is needed",
            ),
            (
                [
                    "change one thing at a time",
                    "look at the errors before the next change",
                    "I analyse the errors",
                ],
                "I would not look at the errors",
            ),
            (
                ["run several seeds", "report the spread", "I never report the best run"],
                "seeds do not matter",
            ),
            (
                [
                    "a paired bootstrap tells",
                    "on the same examples",
                    "McNemar's test on the same test examples",
                ],
                "a paired test is not needed",
            ),
            (
                [
                    "ensembles average away the errors they do not share",
                    "what counts is the correlation ρ",
                    "it costs M times as much",
                ],
                "correlation does not matter",
            ),
            (
                [
                    "weights of independent networks must not be averaged",
                    "never average the weights",
                    "don't average weights of networks from different seeds",
                ],
                "the weights may be averaged",
            ),
            (
                [
                    "pruning comes last",
                    "compress before shipping",
                    "quantization at the end",
                ],
                "pruning does not come last",
            ),
        ],
        "zh": [
            (["先有一个基线", "在小部分数据上跑", "几分钟就能跑完"], "不需要基线"),
            (["一次只改一处", "先做错误分析", "看看它错在哪里"], "不做错误分析"),
            (["多跑几个种子", "报告标准差", "绝不只报最好的"], "不用多个种子"),
            (["做配对检验", "用 bootstrap", "在同一批样本上比"], "不用配对检验"),
            (["靠的是不共有的误差", "关键是相关系数 ρ", "推理开销是 M 倍"], "和相关系数没有关系"),
            (["不能平均权重", "不要直接平均权重", "独立网络的权重不能直接平均"], "权重可以平均"),
            (["剪枝放在最后", "压缩在上线之前做", "最后再压缩"], "剪枝不放在最后"),
        ],
    }
}

EQUIVALENT = {}
