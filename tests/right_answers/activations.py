"""Activation functions: other right answers, and every trap written a second way."""

import math
from functools import reduce

import numpy as np


def gauss(z):
    """Φ, element by element, from the complementary error function."""
    flat = [0.5 * math.erfc(-v / math.sqrt(2)) for v in np.ravel(z)]
    return np.array(flat).reshape(np.shape(z))


def bell(z):
    return np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)


def logistic(z):
    """By sign, so that nothing overflows."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


# ---- activation --------------------------------------------------------------------------------


def by_table(z, name):
    s, t = logistic(z), np.tanh(z)
    return {
        "sigmoid": lambda: (s, s - s * s),
        "tanh": lambda: (t, (1 - t) * (1 + t)),
        "relu": lambda: (np.where(z > 0, z, 0.0), np.heaviside(z, 0.0)),
        "silu": lambda: (s * z, s * (1 + z * logistic(-z))),
        "gelu": lambda: (gauss(z) * z, gauss(z) + bell(z) * z),
    }[name]()


def by_numbers(z, name):
    """One number after the other, with a boolean slope for ReLU."""

    def one(v):
        s = 1 / (1 + math.exp(-v)) if v > -700 else 0.0
        match name:
            case "sigmoid":
                return s, s * (1 - s)
            case "tanh":
                return math.tanh(v), 1 - math.tanh(v) ** 2
            case "relu":
                return max(v, 0.0), v > 0
            case "silu":
                return v * s, s + v * s * (1 - s)
            case _:
                cdf = 0.5 * (1 + math.erf(v / 2**0.5))
                return v * cdf, cdf + v * math.exp(-min(v * v, 1400) / 2) / (2 * math.pi) ** 0.5

    values, slopes = zip(*[one(v) for v in np.ravel(z)], strict=True)
    return np.reshape(values, z.shape), np.reshape(slopes, z.shape)


def in_single_precision(z, name):
    value, slope = by_table(z.astype("f4"), name)
    return np.asarray(value, "f4"), np.asarray(slope, "f4")


def but(wrong_name, wrong):
    """The table, with one entry answered by `wrong`."""

    def answer(z, name):
        return wrong(z) if name == wrong_name else by_table(z, name)

    return answer


def gelu_by_tanh(constant):
    def gelu(z):
        def value(z):
            return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + constant * np.power(z, 3))))

        u = np.sqrt(2 / np.pi) * (z + constant * np.power(z, 3))
        du = np.sqrt(2 / np.pi) * (1 + 3 * constant * np.square(z))
        sech = 1 - np.square(np.tanh(u))
        return value(z), 0.5 + 0.5 * np.tanh(u) + 0.5 * z * sech * du

    return gelu


def narrow_gelu(z):
    cdf = gauss(z * np.sqrt(2))
    return z * cdf, cdf + z * np.sqrt(2) * bell(z * np.sqrt(2))


def quick_gelu(z):
    s = logistic(1.702 * z)
    return z * s, s * (1 + 1.702 * z * (1 - s))


# ---- swiglu ------------------------------------------------------------------------------------


def by_einsum(x, Wg, Wu, Wd):
    gate = np.einsum("...d,df->...f", x, Wg)
    up = np.einsum("...d,df->...f", x, Wu)
    return np.einsum("...f,fd->...d", gate * logistic(gate) * up, Wd)


def by_units(x, Wg, Wu, Wd):
    """Hidden unit by hidden unit."""
    out = np.zeros(x.shape)
    for g, u, d in zip(Wg.T, Wu.T, Wd, strict=True):
        h = x @ g
        out += (h * logistic(h) * (x @ u))[..., None] * d
    return out


def hidden(rule):
    def answer(x, Wg, Wu, Wd):
        return np.dot(rule(np.dot(x, Wg), np.dot(x, Wu)), Wd)

    return answer


def swish(z):
    return z * logistic(z)


# ---- collapse ----------------------------------------------------------------------------------


def by_homogeneous(layers):
    """One more coordinate that is always 1 turns the biases into rows."""
    full = np.eye(len(layers[0][0]) + 1)
    for W, b in layers:
        grown = np.zeros((W.shape[0] + 1, W.shape[1] + 1))
        grown[:-1, :-1], grown[-1, :-1], grown[-1, -1] = W, b, 1
        full = full @ grown
    return full[:-1, :-1], full[-1, :-1]


def from_behind(layers):
    *before, (W, b) = layers
    if not before:
        return [W, b]
    V, c = from_behind(before)
    return [V @ W, c @ W + b]


def folded(weights, biases):
    def answer(layers):
        Ws, bs = [W for W, _ in layers], [b for _, b in layers]
        return weights(Ws), biases(Ws, bs)

    return answer


def product(Ws):
    out = np.eye(len(Ws[0]))
    for W in Ws:
        out = out.dot(W)
    return out


def carried(Ws, bs):
    return from_behind(list(zip(Ws, bs, strict=True)))[1]


def flipped(layers):
    W, b = layers[-1][0].copy(), layers[0][1]
    for V, _ in reversed(layers[:-1]):
        W = W @ V
    for V, c in layers[1:]:
        b = c + V @ b
    return W, b


# ---- dead_units --------------------------------------------------------------------------------


def by_largest(x, W, b):
    return np.max(x @ W + b, axis=0) <= 0


def by_gradient(x, W, b):
    """Dead: no example lets a gradient through. As a list of Python booleans."""
    return [not any(row @ w + c > 0 for row in x) for w, c in zip(W.T, b, strict=True)]


def pre(x, W, b):
    return np.einsum("nd,df->nf", x, W) + b[None]


RIGHT = {
    "activation": [by_table, by_numbers, in_single_precision],
    "swiglu": [by_einsum, by_units],
    "collapse": [by_homogeneous, from_behind],
    "dead_units": [by_largest, by_gradient],
    "swiglu_width": [10923, "10922.7 units", 10922.67],
    "sigmoid_chain": ["9.09e-13", 2.0**-40, "1e-12"],
    "flaws": [{7, 6, 5, 3, 1}, "1，3，5，6，7"],
}

TWINS = {
    "activation": {
        1: but("sigmoid", lambda z: (logistic(z), by_table(logistic(z), "sigmoid")[1])),
        2: but("sigmoid", lambda z: (logistic(z), z - z * z)),
        3: but("tanh", lambda z: (np.tanh(z), (1 - z) * (1 + z))),
        4: but("tanh", lambda z: (np.tanh(z), 1 + np.tanh(-z))),
        5: but("tanh", lambda z: (np.tanh(z), np.tanh(z) - np.tanh(z) ** 2)),
        6: but("relu", lambda z: (np.maximum(z, 0), np.heaviside(z, 1.0))),
        7: but("relu", lambda z: (np.maximum(z, 0), np.maximum(0, z))),
        8: but("silu", lambda z: (swish(z), logistic(z))),
        9: but("silu", lambda z: (swish(z), z * logistic(z) * logistic(-z))),
        10: but("silu", lambda z: (swish(z), swish(z) - swish(z) ** 2)),
        11: but("gelu", gelu_by_tanh(0.044715)),
        12: but("gelu", gelu_by_tanh(0.44715)),
        13: but("gelu", lambda z: (z * gauss(z), gauss(z))),
        14: but("gelu", narrow_gelu),
        15: but("gelu", quick_gelu),
    },
    "swiglu": {
        1: hidden(lambda g, u: g * swish(u)),
        2: hidden(lambda g, u: u / (1 + np.exp(-np.clip(g, -500, 500)))),
        3: hidden(lambda g, u: np.where(g > 0, g, 0) * u),
        4: hidden(lambda g, u: u * g * gauss(g)),
        5: hidden(lambda g, u: swish(g)),
        6: hidden(lambda g, u: u + swish(g)),
        7: hidden(lambda g, u: swish(u * g)),
        8: hidden(lambda g, u: u * g),
        9: hidden(lambda g, u: swish(u) * swish(g)),
        10: lambda x, Wg, Wu, Wd: np.dot(x, Wu) * swish(np.dot(x, Wg)),
    },
    "collapse": {
        1: flipped,
        2: folded(product, lambda Ws, bs: reduce(np.add, bs)),
        3: folded(product, lambda Ws, bs: bs[-1]),
        4: folded(product, lambda Ws, bs: 0 * bs[-1]),
        5: folded(lambda Ws: reduce(np.add, Ws), lambda Ws, bs: reduce(np.add, bs)),
        6: lambda layers: by_homogeneous(layers)[0],
    },
    "dead_units": {
        1: lambda x, W, b: np.min(pre(x, W, b), axis=0) <= 0,
        2: lambda x, W, b: pre(x, W, b).sum(axis=0) <= 0,
        3: lambda x, W, b: ~np.any(np.dot(x, W) > 0, axis=0),
        4: lambda x, W, b: np.max(pre(x, W, b), axis=0) < 0,
        5: lambda x, W, b: np.max(pre(x, W, b), axis=1) <= 0,
        6: lambda x, W, b: np.count_nonzero(pre(x, W, b) <= 0, axis=0) / len(x),
        7: lambda x, W, b: float(np.mean(by_largest(x, W, b))),
        8: lambda x, W, b: np.max(pre(x, W, b), axis=0) > 0,
        9: lambda x, W, b: np.count_nonzero(pre(x, W, b) > 0, axis=0) < 0.05 * len(x),
    },
    "swiglu_width": {1: "16,384", 2: 2 * 4096, 3: "11008 units", 4: 5461.3},
    "sigmoid_chain": {1: "9.54e-7", 2: 5, 3: "0.25", 4: "1"},
}

TWO_AT_ONCE = {
    "activation": [
        (
            lambda z, name: (
                (logistic(z), z - z * z)
                if name == "sigmoid"
                else (np.tanh(z), 1 - z * z)
                if name == "tanh"
                else by_table(z, name)
            ),
            {2, 3},
        ),
    ],
    "swiglu": [(hidden(lambda g, u: g + swish(u)), {1, 6})],
    "collapse": [(folded(lambda Ws: product(Ws[::-1]), lambda Ws, bs: bs[-1]), {1, 3})],
    "dead_units": [(lambda x, W, b: np.any(x @ W <= 0, axis=0), {1, 3})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "without it the whole stack collapses into a single affine map",
                    "a composition of linear maps is linear",
                    "ten layers would be just one linear layer",
                ],
                "without it the stack does not collapse into one linear layer",
            ),
            (
                [
                    "sigmoid and tanh saturate at both ends",
                    "that leads to vanishing gradients",
                    "its derivative is at most one quarter",
                ],
                "the sigmoid does not saturate",
            ),
            (
                [
                    "ReLU is cheap and has slope one for positive inputs",
                    "ReLU is max(0, z)",
                    "with ReLU the gradient is 1 on the positive side",
                ],
                "ReLU is not cheap",
            ),
            (
                [
                    "a unit may be dead",
                    "ReLU units can die",
                    "a unit that is negative on all examples receives no gradient",
                ],
                "a ReLU unit is never dead",
            ),
            (
                [
                    "GELU is a smooth version",
                    "SiLU keeps small negative values",
                    "Swish is non-monotonic",
                ],
                "GELU is not smooth",
            ),
            (
                [
                    "SwiGLU multiplies by a gate",
                    "it has a third matrix",
                    "so the width is cut to 8/3 of D",
                ],
                "there is no third matrix",
            ),
        ],
        "zh": [
            (
                ["没有它，多层会坍缩成一个仿射映射", "线性的叠加还是线性", "再深也等价于一层"],
                "没有它也不会退化成一层",
            ),
            (
                ["sigmoid 和 tanh 会饱和", "会造成梯度消失", "它的导数最大只有 1/4"],
                "sigmoid 不会饱和",
            ),
            (
                ["ReLU 计算便宜", "ReLU 正半轴的导数是 1", "ReLU 就是 max(0, z)，很简单"],
                "ReLU 并不便宜",
            ),
            (
                ["有的单元会死掉", "死神经元问题", "这些单元得不到梯度"],
                "单元不会死",
            ),
            (
                ["GELU 是平滑的", "SiLU 在负半轴也放过一点", "Swish 非单调"],
                "GELU 不平滑",
            ),
            (
                ["SwiGLU 用门逐元素相乘", "多一个矩阵", "宽度取 8D/3"],
                "SwiGLU 不需要第三个矩阵",
            ),
        ],
    }
}

EQUIVALENT = {}
