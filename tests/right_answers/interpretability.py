"""Attributions: other right answers, and every trap written a second way."""

from itertools import chain, combinations, permutations
from math import comb, factorial

import numpy as np

# ---- integrated_gradients ----------------------------------------------------------------------


def running_sum(grad, x, x0, n):
    step = (x - x0) / n
    at, total = x0 + step / 2, 0 * x
    for _ in range(n):
        total = total + step * grad(at)
        at = at + step
    return total


def in_single(grad, x, x0, n):
    way = np.float32(x - x0)
    ends = np.linspace(0, 1, n + 1)
    middles = (ends[1:] + ends[:-1]) / 2
    slopes = np.float32([grad(x0 + m * (x - x0)) for m in middles])
    return way * slopes.mean(axis=0)


def along(places, ends=lambda x, x0: (x0, x), way=lambda x, x0: x - x0, mean=True):
    def answer(grad, x, x0, n):
        start, stop = ends(x, x0)
        total = sum(grad((1 - a) * start + a * stop) for a in places(n))
        return way(x, x0) * total / (n if mean else 1)

    return answer


def middles(n):
    return [(k + 0.5) / n for k in range(n)]


# ---- shapley_exact -----------------------------------------------------------------------------


def all_sets(players):
    players = list(players)
    return chain.from_iterable(combinations(players, k) for k in range(len(players) + 1))


def by_orders(v, M):
    shares = [0.0] * M
    for order in permutations(range(M)):
        here = []
        for i in order:
            old = v(here)
            here = [*here, i]
            shares[i] += v(here) - old
    return np.array(shares) / factorial(M)


def by_dividends(v, M):
    """Harsanyi's dividends: each coalition's own worth, divided equally among its members."""
    own, shares = {}, np.zeros(M)
    for S in all_sets(range(M)):
        S = frozenset(S)
        own[S] = v(S) - sum(value for T, value in own.items() if T < S)
        for i in S:
            shares[i] += own[S] / len(S)
    return shares


def by_weight(weight, scale=False):
    def answer(v, M):
        shares = []
        for i in range(M):
            rest = set(range(M)) - {i}
            shares.append(sum(weight(len(S), M) * (v({i, *S}) - v(S)) for S in all_sets(rest)))
        shares = np.array(shares)
        return shares / shares.sum() * (v(range(M)) - v([])) if scale else shares

    return answer


# ---- permutation_importance --------------------------------------------------------------------


def by_order(loss, X, y, rng):
    rises = []
    for j in range(X.shape[1]):
        Z = np.array(X)
        Z[:, j] = Z[rng.permutation(len(Z)), j]
        rises.append(loss(Z, y) - loss(X, y))
    return rises


def put_back(loss, X, y, rng):
    Z, base = X.copy(), loss(X, y)
    rises = np.empty(X.shape[1])
    for j, column in enumerate(X.T):
        rng.shuffle(Z[:, j])
        rises[j] = loss(Z, y) - base
        Z[:, j] = column
    return rises


def spoiled(columns, combine=lambda new, old: new - old):
    """columns(X, j, rng) -> the spoiled copy of X."""

    def answer(loss, X, y, rng):
        old = loss(X, y)
        return [combine(loss(columns(X, j, rng), y), old) for j in range(X.shape[1])]

    return answer


def with_column(X, j, values):
    return np.hstack([X[:, :j], np.reshape(values, (-1, 1)), X[:, j + 1 :]])


def never_restored(loss, X, y, rng):
    Z, rises, base = np.array(X), [], loss(X, y)
    for column in Z.T:
        rng.shuffle(column)
        rises.append(loss(Z, y) - base)
    return rises


def caller_changed(loss, X, y, rng):
    values = by_order(loss, X, y, rng)
    X[:, -1] = X[::-1, -1].copy()
    return values


# ---- lime --------------------------------------------------------------------------------------


def kernel(Z, x, width):
    return np.exp(-np.square(np.linalg.norm(Z - x, axis=1) / width))


def by_pinv(f, x, Z, width):
    weights = np.diag(kernel(Z, x, width))
    rows = np.insert(Z, 0, 1.0, axis=1)
    return (np.linalg.pinv(rows.T @ weights @ rows) @ rows.T @ weights @ f(Z))[1:]


def by_centring(f, x, Z, width):
    """Weighted means removed, so that no constant is needed."""
    near = kernel(Z, x, width)
    rows, out = Z - np.average(Z, axis=0, weights=near), f(Z)
    out = out - np.average(out, weights=near)
    return np.linalg.solve((rows.T * near) @ rows, (rows.T * near) @ out)


def plane(near, constant=True, drop=True):
    def answer(f, x, Z, width):
        weights = near(Z, x, width)
        rows = np.insert(Z, Z.shape[1], 1.0, axis=1) if constant else Z
        found = np.linalg.solve((rows.T * weights) @ rows, (rows.T * weights) @ f(Z))
        return found[: Z.shape[1]] if drop else found

    return answer


def away(Z, x):
    return np.sqrt(((Z - x) ** 2).sum(axis=1))


RIGHT = {
    "integrated_gradients": [running_sum, in_single],
    "shapley_exact": [by_orders, by_dividends],
    "permutation_importance": [by_order, put_back],
    "lime": [by_pinv, by_centring],
    "calls": ["1048576", 2**20],
    "share": ["0.75", 0.75],
    "flaws": [{8, 7, 5, 3, 2}, "2，3，5，7，8"],
}

TWINS = {
    "integrated_gradients": {
        1: lambda grad, x, x0, n: sum(grad(x0 + a * (x - x0)) for a in middles(n)) / n,
        2: along(middles, ends=lambda x, x0: (0 * x, x), way=lambda x, x0: x),
        3: along(middles, way=lambda x, x0: x),
        4: lambda grad, x, x0, n: np.multiply(grad(x), x) - np.multiply(grad(x), x0),
        5: along(lambda n: np.linspace(0, 1, n + 1)[1:]),
        6: along(lambda n: np.linspace(0, 1, n + 1)[:-1]),
        7: lambda grad, x, x0, n: n * running_sum(grad, x, x0, n),
        8: lambda grad, x, x0, n: np.sqrt(running_sum(grad, x, x0, n) ** 2),
    },
    "shapley_exact": {
        1: by_weight(lambda s, M: 0.5 ** (M - 1)),
        2: lambda v, M: [v([i]) - v([]) for i in range(M)],
        3: lambda v, M: [v(range(M)) - v([j for j in range(M) if j != i]) for i in range(M)],
        4: lambda v, M: np.diff([v(range(k)) for k in range(M + 1)]),
        5: by_weight(lambda s, M: 1.0, scale=True),
        6: by_weight(lambda s, M: 1 / comb(M, s)),
        7: by_weight(lambda s, M: 1.0 / M),
    },
    "permutation_importance": {
        1: lambda loss, X, y, rng: np.negative(by_order(loss, X, y, rng)),
        2: never_restored,
        3: spoiled(lambda X, j, rng: X * (np.arange(X.shape[1]) != j)),
        4: spoiled(lambda X, j, rng: with_column(X, j, np.repeat(X[:, j].mean(), len(X)))),
        5: spoiled(lambda X, j, rng: X[rng.permutation(len(X))]),
        6: spoiled(
            lambda X, j, rng: with_column(X, j, rng.permutation(X[:, j])),
            lambda new, old: new / old,
        ),
        7: spoiled(lambda X, j, rng: X.copy()),
        8: spoiled(
            lambda X, j, rng: with_column(X, j, rng.permutation(X[:, j])),
            lambda new, old: max(0.0, new - old),
        ),
        9: caller_changed,
        10: lambda loss, X, y, rng: by_order(loss, X, y, np.random.default_rng(42)),
    },
    "lime": {
        1: plane(lambda Z, x, width: np.ones(len(Z))),
        2: plane(lambda Z, x, width: np.exp(-away(Z, x) / width)),
        3: plane(lambda Z, x, width: np.exp(-(away(Z, x) ** 2) / width)),
        4: plane(lambda Z, x, width: np.exp(-0.5 * (away(Z, x) / width) ** 2)),
        5: plane(kernel, constant=False),
        6: plane(lambda Z, x, width: kernel(Z, x, width) ** 2),
        7: plane(lambda Z, x, width: kernel(Z, 0 * x, width)),
        8: plane(kernel, drop=False),
    },
    "calls": {1: 20, 2: "524288", 3: factorial(20)},
    "share": {1: "0.05", 2: 0.15 / 0.26, 3: 0.15},
}

TWO_AT_ONCE = {
    "integrated_gradients": [(along(lambda n: np.linspace(0, 1, n + 1)[1:], mean=False), {5, 7})],
    "permutation_importance": [
        (lambda loss, X, y, rng: np.negative(never_restored(loss, X, y, rng)), {1, 2})
    ],
    "lime": [(plane(lambda Z, x, width: np.exp(-away(Z, x) / width), constant=False), {2, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["is it one prediction", "a local explanation", "or a global one"],
                "it is not a local matter",
            ),
            (
                ["use integrated gradients", "choose a baseline", "check completeness"],
                "it does not need a baseline",
            ),
            (
                ["Shapley values", "average over all orders", "the cost is exponential"],
                "the cost is not exponential",
            ),
            (
                ["permutation importance", "shuffle each column", "correlated columns share it"],
                "never shuffle the columns",
            ),
            (
                [
                    "attention is not an explanation",
                    "attention can mislead",
                    "be careful with attention",
                ],
                "attention is an explanation",
            ),
            (
                ["on planted features", "randomise the weights", "a sanity check"],
                "no sanity check is needed",
            ),
        ],
        "zh": [
            (["解释单个预测", "局部的解释", "看整个模型"], "不是局部的"),
            (["用积分梯度", "先选基线", "满足完备性"], "不需要基线"),
            (["用 Shapley 值", "对所有顺序平均", "代价是指数级"], "代价不是指数级"),
            (["算置换重要性", "打乱一列", "注意相关的特征"], "不要打乱"),
            (["注意力不等于解释", "注意力会误导人", "慎用注意力"], "注意力就是解释"),
            (["用埋好答案的数据", "把权重随机化", "做合理性检验"], "没做合理性检验"),
        ],
    }
}

EQUIVALENT = {
    "lime": {
        "Z - x → x - Z in near = np.exp(-((Z - x) ** 2).sum(axis=1) / width**2)": (
            "same value: the difference is squared"
        ),
    },
}
