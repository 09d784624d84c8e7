"""Training compute: other right answers, and every trap written a second way."""

import math

import numpy as np


def flops_by_passes(parameters, tokens, layers=0, context=0, width=0):
    """Forward operations of a token, then three passes."""
    forward = 2 * parameters + sum(2 * width * context * 2 for _ in range(layers))
    return 3 * forward * tokens


def flops_by_parts(parameters, tokens, layers=0, context=0, width=0):
    weights = 6 * parameters * tokens
    return weights + layers * (context * tokens) * width * 12


def wrong_flops(passes=3, each=2, scores=4, power=1):
    def answer(parameters, tokens, layers=0, context=0, width=0):
        forward = each * (parameters + scores / 2 * layers * width * context**power)
        return passes * forward * tokens

    return answer


def used(tokens_per_second, flops_per_token, cards, peak):
    return (tokens_per_second / cards) * (flops_per_token / peak)


def used_by_time(tokens_per_second, flops_per_token, cards, peak):
    ideal = flops_per_token / peak / cards  # seconds for a token
    return ideal / (1 / tokens_per_second)


def balanced(compute, A, B, alpha, beta):
    """Solve log-linearly: log αA − α log N = log βB − β (log C/6 − log N)."""
    budget = math.log(compute) - math.log(6)
    n = (math.log(alpha * A) - math.log(beta * B) + beta * budget) / (alpha + beta)
    return [math.exp(n), math.exp(budget - n)]


def tokens_first(compute, A, B, alpha, beta):
    D = (beta * B / (alpha * A)) ** (1 / (alpha + beta)) * (compute / 6) ** (alpha / (alpha + beta))
    return compute / 6 / D, D


def wrong_split(ratio=lambda A, B, a, b: a * A / b / B, power=lambda a, b: b, six=6.0):
    def answer(compute, A, B, alpha, beta):
        s = alpha + beta
        N = math.exp(math.log(ratio(A, B, alpha, beta)) / s) * (compute / six) ** (
            power(alpha, beta) / s
        )
        return N, compute / (six * N)

    return answer


def twenty(compute, A, B, alpha, beta):
    return math.sqrt(compute / 6 / 20), 20 * math.sqrt(compute / 6 / 20)


def by_lstsq(x, y, floor=0.0):
    design = np.vander(np.log2(x), 2)
    (b, c), *_ = np.linalg.lstsq(design, np.log2(y - floor), rcond=None)
    return 2.0**c, b


def by_covariance(x, y, floor=0.0):
    u, w = np.log10(x), np.log10(np.asarray(y) - floor)
    b = ((u - u.mean()) * (w - w.mean())).sum() / ((u - u.mean()) ** 2).sum()
    return 10 ** (w.mean() - b * u.mean()), b


def wrong_fit(u=np.log, w=lambda y, floor: np.log(y - floor), a=np.exp, b=lambda b: b):
    def answer(x, y, floor=0.0):
        X, Y = u(x), w(y, floor)
        slope = np.cov(X, Y, bias=True)[0, 1] / np.var(X)
        return a(Y.mean() - slope * X.mean()), b(slope)

    return answer


def two_points(x, y, floor=0.0):
    b = (np.log(y[-1] - floor) - np.log(y[0] - floor)) / (np.log(x[-1]) - np.log(x[0]))
    return np.exp(np.log(y[0] - floor) - b * np.log(x[0])), b


RIGHT = {
    "train_flops": [flops_by_passes, flops_by_parts],
    "mfu": [used, used_by_time],
    "optimal": [balanced, tokens_first],
    "fit_power": [by_lstsq, by_covariance],
    "gpt3_flops": [3.15e23, 3.14e23],
    "training_days": ["25.4 d", "609 h"],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "train_flops": {
        1: wrong_flops(passes=1),
        2: wrong_flops(each=1),
        3: wrong_flops(passes=2),
        4: wrong_flops(scores=0),
        5: wrong_flops(scores=2),
        6: wrong_flops(power=2),
        7: wrong_flops(scores=4 / 3),
        8: lambda parameters, tokens, layers=0, context=0, width=0: (
            flops_by_parts(parameters, tokens) + flops_by_parts(0, 1, layers, context, width)
        ),
    },
    "mfu": {
        1: lambda tokens_per_second, flops_per_token, cards, peak: (
            flops_per_token / peak * tokens_per_second
        ),
        2: lambda *a: 1 / used(*a),
        3: lambda *a: 100.0 * used(*a),
        4: lambda tokens_per_second, flops_per_token, cards, peak: used(
            tokens_per_second, flops_per_token, 1 / cards, peak
        ),
    },
    "optimal": {
        1: twenty,
        2: wrong_split(power=lambda a, b: a),
        3: wrong_split(ratio=lambda A, B, a, b: b * B / a / A),
        4: wrong_split(ratio=lambda A, B, a, b: A / B),
        5: wrong_split(six=2.0),
    },
    "fit_power": {
        1: wrong_fit(w=lambda y, floor: np.log(y)),
        2: wrong_fit(u=lambda x: x, w=lambda y, floor: y - floor, a=lambda c: c),
        3: wrong_fit(a=lambda c: c),
        4: wrong_fit(u=np.log10, w=lambda y, floor: np.log10(y - floor)),
        5: wrong_fit(b=lambda b: -b),
        6: two_points,
    },
    "gpt3_flops": {1: 1.05e23},
    "training_days": {1: "274 h", 2: "812 h", 3: "203 h"},
}

TWO_AT_ONCE = {
    "train_flops": [(wrong_flops(passes=1, scores=0), {1, 4})],
    "mfu": [(lambda t, f, cards, peak: 100 * t * f / peak, {1, 3})],
    "optimal": [(wrong_split(ratio=lambda A, B, a, b: b * B / a / A, six=2.0), {3, 5})],
    "fit_power": [(wrong_fit(w=lambda y, floor: np.log(y), b=lambda b: -b), {1, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["it is 6ND", "six times parameters times tokens", "two operations forward"],
                "it is not 6ND",
            ),
            (
                [
                    "attention adds a little",
                    "plus the attention term",
                    "then attention's own products",
                ],
                "without attention",
            ),
            (
                ["at an MFU of 45 percent", "divide by the utilisation", "model FLOPs utilization"],
                "there is no MFU",
            ),
            (
                ["Chinchilla says so", "the optimal split", "about 20 tokens each"],
                "Chinchilla does not matter",
            ),
            (
                ["it is only a fit", "inference changes it", "a smaller model is cheaper"],
                "it is not a fit",
            ),
        ],
        "zh": [
            (["总共 6ND", "前向 2 次", "反向 4 次"], "不是 6ND"),
            (["注意力再加一项", "还有注意力", "注意力的运算另算"], "不算注意力"),
            (["乘 MFU", "利用率 45%", "除以利用率"], "不看 MFU"),
            (["Chinchilla 的结论", "最优分配", "每个参数 20 个 token"], "不看 Chinchilla"),
            (["只是拟合", "要考虑推理", "模型更小"], "不是拟合"),
        ],
    }
}

EQUIVALENT = {}
