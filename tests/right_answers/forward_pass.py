"""The forward pass: other right answers, and every trap written a second way."""

from functools import reduce
from itertools import pairwise

import numpy as np


def relu(z):
    return np.where(z > 0, z, 0.0)


# ---- forward -----------------------------------------------------------------------------------


def by_einsum(x, params, acts):
    cache = []
    for (W, b), act in zip(params, acts, strict=True):
        cache.append([x, np.einsum("bi,io->bo", x, W) + b[np.newaxis, :]])
        x = act(cache[-1][1])
    return x, cache


def by_recursion(x, params, acts):
    """Layer by layer from the front, a tuple of tuples as the cache."""
    (W, b), *rest = params
    z = np.dot(x, W) + b
    a = acts[0](z)
    if not rest:
        return a, ((x, z),)
    y, cache = by_recursion(a, rest, acts[1:])
    return y, ((x, z), *cache)


def by_rows(x, params, acts):
    """One example after the other, in float32."""
    inputs, outputs = [], []
    for row in x.astype("f4"):
        seen = []
        for (W, b), act in zip(params, acts, strict=True):
            z = W.T.astype("f4") @ row + b.astype("f4")
            seen.append((row, z))
            row = act(z)
        inputs.append(seen)
        outputs.append(row)
    cache = [tuple(map(np.array, zip(*layer, strict=True))) for layer in zip(*inputs, strict=True)]
    return np.array(outputs), cache


def wrong_forward(
    line=lambda x, W, b: np.dot(x, W) + b,
    pick=lambda acts, k: acts[k],
    keep=lambda x0, x, z: (x, z),
    give=tuple,
):
    def answer(x, params, acts):
        pairs, current = [], x
        for k in range(len(params)):
            W, b = params[k]
            z = line(current, W, b)
            pairs.append((current, z))
            current = pick(acts, k)(z)
        after = [x for x, _ in pairs[1:]] + [current]
        cache = [keep(x, *pair, a) for pair, a in zip(pairs, after, strict=True)]
        return give([current, cache])

    return answer


def plain(x0, x, z, a):
    return x, z


# ---- sigmoid -----------------------------------------------------------------------------------


def by_sign(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def by_masks(z):
    out = np.empty(z.shape)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    e = np.exp(z[~up])
    out[~up] = e / (1 + e)
    return out


def by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -z))


# ---- mend --------------------------------------------------------------------------------------


def mended_by_reduce(x, weights, biases):
    *hidden, last = zip(weights, biases, strict=True)
    a = reduce(lambda a, layer: relu(a @ layer[0] + layer[1]), hidden, x)
    return a @ last[0] + last[1]


def mended_by_rows(x, weights, biases):
    out = []
    for row in x:
        for k in range(len(weights)):
            row = np.array([row @ w + c for w, c in zip(weights[k].T, biases[k], strict=True)])
            row = row.clip(min=0) if k < len(weights) - 1 else row
        out.append(row)
    return np.array(out)


def half_mended(product=True, bias=True, logits=True, inputs=True, chain=True):
    """The program with the parts that are False left broken."""

    def answer(x, weights, biases):
        a = start = x if inputs else relu(x)
        for k in range(len(weights)):
            W = weights[k] if product else weights[k].transpose()
            b = biases[k] if bias else biases[k].reshape(-1, 1)
            z = np.matmul(a if chain else start, W) + b
            a = z if k + 1 == len(weights) and logits else relu(z)
        return a

    return answer


RIGHT = {
    "forward": [by_einsum, by_recursion, by_rows],
    "shapes": [
        lambda batch, widths: [[(batch, i), (i, o), (o,), (batch, o)] for i, o in pairwise(widths)],
        lambda batch, widths: tuple(
            ((batch, widths[k - 1]), (widths[k - 1], widths[k]), (widths[k],), (batch, widths[k]))
            for k in range(1, len(widths))
        ),
    ],
    "sigmoid": [by_sign, by_masks, by_logaddexp],
    "mend": [mended_by_reduce, mended_by_rows],
    "parameters": ["235,146 parameters", 235146.0],
    "multiply_adds": ["15.02e6", 15_000_000],
    "flaws": [{6, 5, 3, 1}, "1，3，5，6"],
}

TWINS = {
    "forward": {
        1: wrong_forward(line=lambda x, W, b: np.inner(x, W) + b, keep=plain),
        2: wrong_forward(line=lambda x, W, b: np.matmul(x, W), keep=plain),
        3: wrong_forward(line=lambda x, W, b: np.dot(x, W) + b.reshape(-1, 1), keep=plain),
        4: wrong_forward(
            pick=lambda acts, k: [*acts[:-1], lambda z: 1.0 * z][k],
            keep=plain,
        ),
        5: wrong_forward(pick=lambda acts, k: next(iter(acts)), keep=plain),
        6: wrong_forward(pick=lambda acts, k: np.positive, keep=plain),
        7: wrong_forward(keep=lambda x0, x, z, a: (x, a)),
        8: wrong_forward(keep=lambda x0, x, z, a: (x0, z)),
        9: wrong_forward(keep=plain, give=lambda pair: pair[0]),
        10: wrong_forward(keep=lambda x0, x, z, a: z),
        11: wrong_forward(pick=lambda acts, k: lambda z: z.clip(min=0), keep=plain),
        12: wrong_forward(keep=lambda x0, x, z, a: [z, x]),
    },
    "shapes": {
        1: lambda B, ws: [((B, i), (o, i), (o,), (B, o)) for i, o in pairwise(ws)],
        2: lambda B, ws: [((B, i), (i, o), (B, o), (B, o)) for i, o in pairwise(ws)],
        3: lambda B, ws: [((B, i), (i, o), (1, o), (B, o)) for i, o in pairwise(ws)],
        4: lambda B, ws: [((B, i), (i, o), (i,), (B, o)) for i, o in pairwise(ws)],
        5: lambda B, ws: [((B, ws[0]), (i, o), (o,), (B, o)) for i, o in pairwise(ws)],
        6: lambda B, ws: [((i, B), (o, i), (o,), (o, B)) for i, o in pairwise(ws)],
        7: lambda B, ws: [
            ((B, ws[k]), (ws[k], ws[k + 1]), (ws[k + 1],), (B, ws[k + 1]))
            for k in range(len(ws) - 2)
        ],
        8: lambda B, ws: [[(B, i), (i, o), int(o), (B, o)] for i, o in pairwise(ws)],
    },
    "sigmoid": {
        1: lambda z: np.reciprocal(1 + np.exp(np.negative(z))),
        2: lambda z: (
            1 - 1 / (1 + np.exp(z)) if np.abs(z).max() < 700 else np.exp(z) / (np.exp(z) + 1)
        ),
        3: lambda z: np.select([z >= 0], [1 / (1 + np.exp(-z))], np.exp(z) / (1 + np.exp(z))),
        4: lambda z: by_sign(-z),
        5: lambda z: (np.tanh(z) + 1) / 2,
        6: lambda z: by_sign(np.abs(z)),
        7: lambda z: np.exp(z) / (np.exp(z) + 1) if z.min() < 0 else 1 / (1 + np.exp(-z)),
    },
    "mend": {
        1: half_mended(product=False),
        2: half_mended(bias=False),
        3: half_mended(logits=False),
        4: half_mended(inputs=False),
        5: half_mended(chain=False),
    },
    "parameters": {1: "234752", 2: 235_930, 3: 235_146 - 10, 4: "15,049,344"},
    "multiply_adds": {1: "234752", 2: 3.0e7},
}

TWO_AT_ONCE = {
    "forward": [
        (
            wrong_forward(
                line=lambda x, W, b: x @ W.T + b,
                pick=lambda acts, k: acts[0],
                keep=plain,
            ),
            {1, 5},
        ),
        (wrong_forward(line=lambda x, W, b: x @ W, keep=lambda x0, x, z, a: (x, a)), {2, 7}),
    ],
    "shapes": [
        (
            lambda B, ws: [((B, i), (o, i), (B, o), (B, o)) for i, o in pairwise(ws)],
            {1, 2},
        ),
    ],
    "sigmoid": [(lambda z: 1 / (1 + np.exp(2 * z)), {4, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "it multiplies, adds and then applies the activation",
                    "x @ W + b goes through ReLU",
                    "followed by a non-linearity",
                ],
                "it never applies an activation",
            ),
            (
                ["weights are (i, o)", "so the result is (B, o)", "W has shape in by out"],
                "the weights are not (i, o)",
            ),
            (
                [
                    "the bias is broadcast",
                    "broadcasting adds it to every row",
                    "the same bias goes to every example",
                ],
                "the bias is not broadcast",
            ),
            (
                [
                    "the last layer is linear",
                    "the network returns logits",
                    "the output layer has no activation",
                ],
                "it never returns logits",
            ),
            (
                [
                    "I cache the inputs",
                    "we store each layer's activations",
                    "the intermediate results are kept for backward",
                ],
                "nothing is cached, no inputs are kept",
            ),
            (
                [
                    "rows do not mix",
                    "each example is processed independently",
                    "I test with widths that are all different",
                ],
                "the sizes are not different",
            ),
        ],
        "zh": [
            (
                ["乘权重加偏置，再过激活函数", "然后接非线性", "x @ W + b 之后过 ReLU"],
                "不再过激活函数",
            ),
            (
                ["权重是 (i, o)", "结果是 (B, o)", "W 的形状是输入宽度乘输出宽度"],
                "权重不是 (i, o)",
            ),
            (
                ["偏置沿 batch 广播", "靠广播加到每一行", "每个样本加的是同一个偏置"],
                "偏置不会广播",
            ),
            (
                ["最后一层保持线性", "输出的是 logits", "输出层不加激活函数"],
                "输出的不是 logits",
            ),
            (
                ["缓存每层的输入", "激活值要存下来", "把中间结果保存下来"],
                "不用保存激活值",
            ),
            (
                ["样本之间互不影响", "和单独算的结果一样", "各层宽度取两两不同的数"],
                "尺寸不必不同",
            ),
        ],
    }
}

EQUIVALENT = {
    "sigmoid": {
        "z >= 0 → z > 0 in return np.where(z >= 0, 1, e) / (1 + e)": "same value: at z = 0, e is 1",
    },
}
