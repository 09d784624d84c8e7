"""Quantization: other right answers, and every trap written a second way."""

import numpy as np


def by_rows(x, bits=8, axis=None):
    """Flatten to one row per scale, quantize rows, fold back."""
    moved = x[None] if axis is None else np.moveaxis(x, axis, 0)
    rows = moved.reshape(moved.shape[0], -1)
    low, high = np.minimum(rows.min(1), 0), np.maximum(rows.max(1), 0)
    step = (high - low) / (2**bits - 1)
    step[step == 0] = 1
    zero = np.rint(-low / step).astype(int)
    codes = np.rint(rows / step[:, None]).astype(int) + zero[:, None]
    codes = np.minimum(np.maximum(codes, 0), 2**bits - 1).reshape(moved.shape)
    if axis is None:
        one = (1,) * x.ndim
        return codes[0], step.reshape(one), zero.reshape(one)
    shape = np.ones(x.ndim, int)
    shape[axis] = len(rows)
    return np.moveaxis(codes, 0, axis), step.reshape(shape), zero.reshape(shape)


def with_nan_to_num(x, bits=8, axis=None):
    axes = None if axis is None else tuple(set(range(x.ndim)) - {axis})
    both = [f(x, axis=axes, keepdims=True, initial=0) for f in (np.min, np.max)]
    width = both[1] - both[0]
    step = np.where(width > 0, width / (2**bits - 1), 1)
    zero = np.around(-both[0] / step)
    return np.around(x / step + zero).clip(0, 2**bits - 1), step, zero


def wrong_quantize(
    steps=lambda b: 2**b - 1,
    zero_in=True,
    shift=np.rint,
    last=np.clip,
    near=np.rint,
    over="others",
    safe=True,
):
    def answer(x, bits=8, axis=None):
        axes = {
            "others": None if axis is None else tuple(a for a in range(x.ndim) if a != axis),
            "itself": axis,
            "all": None,
        }[over]
        low, high = x.min(axes, keepdims=True), x.max(axes, keepdims=True)
        if zero_in:
            low, high = low * (low < 0), high * (high > 0)
        with np.errstate(all="ignore"):
            step = (high - low) / steps(bits)
            if safe:
                step = step + (step == 0)
            elif not step.all():
                step = step + np.nan
            z = shift(-low / step)
            return last(near(x / step) + z, 0, 2**bits - 1), step, z

    return answer


def wrapped(codes, low, high):
    codes = np.minimum(np.maximum(codes, low), high)
    return np.where(codes > 127, codes - 256, codes)


def modulo(codes, low, high):
    return np.mod(codes, high + 1)


# ---- int8_linear -------------------------------------------------------------------------------


def in_floats(xq, xs, xz, wq, ws, bias):
    """Dequantize first, multiply real numbers."""
    return ((xq.astype(float) - xz) * xs) @ (wq * ws) + bias


def correction_afterwards(xq, xs, xz, wq, ws, bias):
    """The zero point's part is taken off at the end: z · Σ w."""
    acc = xq.astype(np.int64) @ wq.astype(np.int64) - xz * wq.astype(np.int64).sum(axis=0)
    return acc * xs * ws[0] + bias


def wrong_linear(kind="i4", zero=-1, factor=None, finish=None):
    def answer(xq, xs, xz, wq, ws, bias):
        t = np.dtype(kind).type
        with np.errstate(all="ignore"):
            moved = xq.astype(t) + t(zero) * np.array(xz).astype(t)
            acc = np.einsum("ni,io->no", moved.astype(t), wq.astype(t)).astype(t)
        f = (factor or (lambda xs, ws: xs * ws))(xs, ws)
        return (finish or (lambda acc, f, b: acc * f + b))(acc.astype(float), f, bias)

    return answer


def wraps(kind):
    def answer(xq, xs, xz, wq, ws, bias):
        moved = (xq.astype(int) - xz) % 256  # what uint8 makes of a negative number
        return np.matmul(moved.astype(kind), wq.astype(kind)) * ws * xs + bias

    return answer


# ---- best_clip ---------------------------------------------------------------------------------


def all_at_once(x, bits, candidates):
    n, c = 2 ** (bits - 1) - 1, np.array(candidates)[:, None]
    back = np.rint(np.clip(x, -c, c) / c * n) * c / n
    errors = ((back - x) ** 2).mean(axis=1)
    return candidates[errors.argmin()], errors.min()


def by_loop(x, bits, candidates):
    best = None
    for c in candidates:
        step = c / (2 ** (bits - 1) - 1)
        y = np.clip(np.round(x / step) * step, -c, c)
        error = np.linalg.norm(x - y) ** 2 / len(x)
        if best is None or error < best[1]:
            best = [c, error]
    return best


def wrong_clip(count=lambda x, c: x == x, size=np.square, pick=min, over=None):
    def answer(x, bits, candidates):
        def cost(c):
            step = c / (2 ** (bits - 1) - 1)
            y = np.rint(np.clip(x, -c, c) / step) * step
            return size(x - y)[count(x, c)].sum() / (over or x.size)

        c = pick(candidates, key=cost)
        return c, cost(c)

    return answer


# ---- smooth ------------------------------------------------------------------------------------


def by_diagonal(X, W, alpha=0.5):
    s = np.exp(alpha * np.log(abs(X).max(0)) - (1 - alpha) * np.log(abs(W).max(1)))
    return X @ np.diag(1 / s), np.diag(s) @ W


def by_channels(X, W, alpha=0.5):
    A, B = X.astype(float).copy(), W.astype(float).copy()
    for j in range(X.shape[1]):
        s = max(abs(X[:, j])) ** alpha / max(abs(W[j])) ** (1 - alpha)
        A[:, j] /= s
        B[j] *= s
    return A, B


def wrong_smooth(x=lambda X: abs(X).max(0), w=lambda W: abs(W).max(1), powers=None, end=None):
    def answer(X, W, alpha=0.5):
        p, q = powers(alpha) if powers else (alpha, 1 - alpha)
        s = x(X) ** p * w(W) ** -q
        return X / s, (end or (lambda W, s: (W.T * s).T))(W, s)

    return answer


def columns_if_square(W):
    return abs(W).max(0) if len(set(W.shape)) == 1 else abs(W).max()


RIGHT = {
    "quantize": [by_rows, with_nan_to_num],
    "int8_linear": [in_floats, correction_afterwards],
    "best_clip": [all_at_once, by_loop],
    "smooth": [by_diagonal, by_channels],
    "grouped_size": ["3.475 GB", "3.24 GiB"],
    "flaws": [{1, 3, 5, 6}, "1，3，5，6"],
}

TWINS = {
    "quantize": {
        1: wrong_quantize(steps=lambda b: 2**b),
        2: wrong_quantize(steps=lambda b: 2**b, last=modulo),
        3: wrong_quantize(zero_in=False),
        4: wrong_quantize(shift=lambda z: z),
        5: wrong_quantize(over="itself"),
        6: wrong_quantize(over="all"),
        7: wrong_quantize(near=np.floor),
        8: wrong_quantize(safe=False),
        9: wrong_quantize(last=wrapped),
    },
    "int8_linear": {
        1: wrong_linear("i1"),
        2: wrong_linear("i2"),
        3: wrong_linear(zero=0),
        4: wrong_linear(zero=1),
        5: wrong_linear(factor=lambda xs, ws: ws),
        6: wrong_linear(factor=lambda xs, ws: xs * np.average(ws)),
        7: wrong_linear(finish=lambda acc, f, b: f * (b + acc)),
        8: wraps(np.int16),
        9: wraps(np.int32),
    },
    "best_clip": {
        1: lambda x, bits, candidates: all_at_once(x, bits, sorted(candidates)[-1:]),
        2: wrong_clip(count=lambda x, c: abs(x) <= c),
        3: wrong_clip(count=lambda x, c: abs(x) > c),
        4: wrong_clip(pick=max),
        5: wrong_clip(size=np.abs),
        6: wrong_clip(over=1),
    },
    "smooth": {
        1: wrong_smooth(end=lambda W, s: (W.T / s).T),
        2: wrong_smooth(end=lambda W, s: W.copy()),
        3: wrong_smooth(powers=lambda a: (1 - a, a)),
        4: wrong_smooth(powers=lambda a: (1.0, 0.0)),
        5: wrong_smooth(w=columns_if_square),
        6: wrong_smooth(x=lambda X: np.max(X, axis=0)),
    },
    "grouped_size": {1: "3.37 GB", 2: "27.8 GB"},
}

TWO_AT_ONCE = {
    "quantize": [(wrong_quantize(steps=lambda b: 2**b, near=np.floor), {1, 2, 7})],
    "int8_linear": [(wrong_linear(zero=0, factor=lambda xs, ws: ws), {3, 5})],
    "best_clip": [(wrong_clip(count=lambda x, c: abs(x) <= c, size=np.abs), {2, 5})],
    "smooth": [
        (
            wrong_smooth(x=lambda X: np.max(X, axis=0), end=lambda W, s: (W.T / s).T),
            {1, 6},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["each tensor has a scale", "an integer zero point", "store codes and scales"],
                "no scale is stored",
            ),
            (
                ["weights per channel", "every output channel by itself", "one per each channel"],
                "it is not per channel",
            ),
            (
                ["sum in int32", "a 32-bit accumulator", "int32 holds the sums"],
                "int32 is not needed",
            ),
            (
                [
                    "calibration sets the range",
                    "outliers spoil it",
                    "the clipping error counts too",
                ],
                "there are no outliers",
            ),
            (
                ["it saves memory", "decoding is bound by bandwidth", "less reading"],
                "it does not save memory",
            ),
        ],
        "zh": [
            (["每个张量一个 scale", "零点是整数", "缩放因子由范围决定"], "没有 scale"),
            (["权重逐通道", "每个通道一个", "按通道量化"], "不逐通道"),
            (["用 int32 累加", "32 位累加", "累加器是 int32"], "不用 int32"),
            (["靠校准", "离群值是麻烦", "还有截断误差"], "没有离群值"),
            (["省显存", "受带宽限制", "加速解码"], "不省显存"),
        ],
    }
}

EQUIVALENT = {
    "quantize": {
        "0 → -1 in return (np.round(x / scale) + zero).clip(0, top), scale, zero": (
            "bounds: the range covers every number, so no code lies below 0"
        ),
    },
    "best_clip": {
        "x - np.round(x / step).clip(-n, n) * step → np.round(x / step).clip(-n, n) * step - x in "
        "return ((x - np.round(x / step).clip(-n, n) * step) ** 2).mean()": "sign: it is squared",
    },
}
