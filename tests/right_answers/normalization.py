"""Right answers to `normalization` that differ, and each trap written a second time."""

import math

import numpy as np

# ---- layernorm ---------------------------------------------------------------------------------


def row_by_row(x, gamma, beta, eps=1e-5):
    """Python floats, one feature at a time."""
    y = np.empty(x.shape)
    for index in np.ndindex(x.shape[:-1]):
        row = [float(v) for v in x[index]]
        mean = math.fsum(row) / len(row)
        variance = math.fsum((v - mean) ** 2 for v in row) / len(row)
        y[index] = [(v - mean) / math.sqrt(variance + eps) for v in row]
    return y * gamma + beta


def by_einsum(x, gamma, beta, eps=1e-5):
    size = x.shape[-1]
    centred = x - np.einsum("...d->...", x)[..., None] / size
    inverse = (np.einsum("...d,...d->...", centred, centred) / size + eps) ** -0.5
    return gamma * (centred * inverse[..., None]) + beta


def single_precision(x, gamma, beta, eps=1e-5):
    x, gamma, beta = (np.asarray(a, np.float32) for a in (x, gamma, beta))
    centred = x - x.mean(axis=-1, keepdims=True)
    root = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(eps))
    return centred / root * gamma + beta


def _over(axes, x, gamma, beta, eps):
    centred = x - np.average(x, axis=axes, keepdims=True) if axes != () else x - np.average(x)
    square = np.square(centred)
    variance = np.mean(square, axis=axes, keepdims=True) if axes != () else np.mean(square)
    return gamma * centred * (variance + eps) ** -0.5 + beta


def _last(x, eps, ddof=0, power=-0.5, outside=False):
    """x̂ over the last axis, row by row."""
    rows = []
    for row in x.reshape(-1, x.shape[-1]):
        gaps = row - np.sum(row) / len(row)
        variance = np.dot(gaps, gaps) / (len(row) - ddof)
        with np.errstate(all="ignore"):
            scale = 1 / (math.sqrt(variance) + eps) if outside else (variance + eps) ** power
            rows.append(gaps * scale)
    return np.reshape(rows, x.shape)


def moments(x, gamma, beta, eps=1e-5):
    """The second moment less the squared first."""
    first, second = np.mean(x, axis=-1), np.mean(np.square(x), axis=-1)
    spread = np.clip(second - np.square(first), 0, None)[..., None]
    return gamma * (x - first[..., None]) * (spread + eps) ** -0.5 + beta


# ---- layernorm_backward ------------------------------------------------------------------------


def by_jacobian(dy, x, gamma, eps=1e-5):
    """The full Jacobian of x̂, one token at a time."""
    size, dx, dgamma = x.shape[-1], np.empty(x.shape), np.zeros(x.shape[-1])
    for index in np.ndindex(x.shape[:-1]):
        centred = x[index] - x[index].mean()
        sigma = math.sqrt((centred @ centred) / size + eps)
        h = centred / sigma
        jacobian = (np.eye(size) - 1 / size - np.outer(h, h) / size) / sigma
        dx[index] = jacobian @ (gamma * dy[index])
        dgamma += dy[index] * h
    return dx, dgamma, dy.reshape(-1, size).sum(0)


def by_stages(dy, x, gamma, eps=1e-5):
    """The chain rule node by node, as the BatchNorm paper writes it, on rows; returns a list."""
    size, flat, dflat = x.shape[-1], x.reshape(-1, x.shape[-1]), dy.reshape(-1, x.shape[-1])
    centred = flat - flat.mean(1, keepdims=True)
    variance = (centred**2).mean(1, keepdims=True)
    dh = dflat * gamma
    dvariance = (dh * centred).sum(1, keepdims=True) * -0.5 * (variance + eps) ** -1.5
    dmean = -(dh / np.sqrt(variance + eps)).sum(1, keepdims=True)
    dx = dh / np.sqrt(variance + eps) + dvariance * 2 * centred / size + dmean / size
    dgamma = (dflat * centred / np.sqrt(variance + eps)).sum(0)
    return [dx.reshape(x.shape), dgamma, dflat.sum(0)]


def wrong_backward(
    gradient=lambda dy, gamma: gamma * dy,
    through_mean=1,
    through_variance=1,
    after=lambda dx, gamma: dx,
    share=lambda size: size,
    seen=lambda h, x: h,
    total=lambda a: a.reshape(-1, a.shape[-1]).T.sum(axis=1),
    with_eps=1,
    scale=lambda sigma: 1 / sigma,
):
    def answer(dy, x, gamma, eps=1e-5):
        h = _last(x, eps * with_eps)
        size = x.shape[-1]
        sigma = np.sqrt(np.var(x, axis=-1) + eps * with_eps)[..., None]
        d = gradient(dy, gamma)
        dx = d - through_mean * np.einsum("...d->...", d)[..., None] / share(size)
        dx = dx - through_variance * h * np.einsum("...d,...d->...", d, h)[..., None] / share(size)
        return after(dx, gamma) * scale(sigma), total(dy * seen(h, x)), total(dy)

    return answer


# ---- batchnorm ---------------------------------------------------------------------------------


def by_columns(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    """One feature at a time."""
    y, new = np.empty(x.shape), {"mean": [], "var": []}
    for k in range(x.shape[1]):
        mean, var = state["mean"][k], state["var"][k]
        if training:
            column, n = x[:, k], len(x)
            old_mean, old_var = mean, var
            mean = sum(column) / n
            total = sum((v - mean) ** 2 for v in column)
            var = total / n
            new["mean"].append(old_mean + momentum * (mean - old_mean))
            new["var"].append(old_var + momentum * (total / (n - 1) - old_var))
        y[:, k] = gamma[k] * (x[:, k] - mean) / math.sqrt(var + eps) + beta[k]
    return y, {k: np.array(v) for k, v in new.items()} if training else state


def by_scale_and_shift(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    """As deployed: one multiplication, one addition; a fresh dict in evaluation too."""
    new = {key: np.array(value) for key, value in state.items()}
    mean, var = state["mean"], state["var"]
    if training:
        mean, var = np.mean(x, axis=0), np.mean((x - np.mean(x, axis=0)) ** 2, axis=0)
        new["mean"] = new["mean"] * (1 - momentum) + mean * momentum
        new["var"] = new["var"] * (1 - momentum) + var * momentum * len(x) / (len(x) - 1)
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale), new


def wrong_batchnorm(
    source=lambda training: "batch" if training else "kept",
    moves=lambda training: training,
    kept=lambda total, n: total / (n - 1),
    used=lambda total, n: total / n,
    old_share=lambda m: 1 - m,
    new_share=lambda m: m,
    root=lambda v, eps: (v + eps) ** 0.5,
):
    def answer(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
        n, mean = len(x), np.average(x, axis=0)
        total = np.square(x - mean).sum(0)
        at, spread = (mean, used(total, n)) if source(training) == "batch" else state.values()
        y = (x - at) / root(spread, eps) * gamma + beta
        if not moves(training):
            return y, dict(state)
        fresh = {"mean": mean, "var": kept(total, max(n, 2))}
        a, b = old_share(momentum), new_share(momentum)
        return y, {key: a * state[key] + b * fresh[key] for key in state}

    return answer


def moved_first(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    if training:
        batch = {"mean": np.mean(x, axis=0), "var": np.var(x, axis=0, ddof=1)}
        state = {k: momentum * batch[k] + (1 - momentum) * state[k] for k in batch}
    return gamma * (x - state["mean"]) * (state["var"] + eps) ** -0.5 + beta, state


def over_features(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    """Layer normalization that keeps BatchNorm's books."""
    y, new = by_scale_and_shift(x, gamma, beta, state, training, momentum, eps)
    return (gamma * _last(x, eps) + beta if training else y), new


# ---- rmsnorm -----------------------------------------------------------------------------------


def rms_by_rows(x, gamma, eps=1e-6):
    y = np.empty(x.shape)
    for index in np.ndindex(x.shape[:-1]):
        row = [float(v) for v in x[index]]
        y[index] = np.array(row) / math.sqrt(sum(v * v for v in row) / len(row) + eps)
    return y * gamma


def rms_like_llama(x, gamma, eps=1e-6):
    """Statistics in float32, result in the input's dtype."""
    wide = x.astype(np.float32)
    size = wide.shape[-1]
    inverse = 1 / np.sqrt(np.einsum("...d,...d->...", wide, wide) / size + np.float32(eps))
    return (wide * inverse[..., None]).astype(x.dtype) * gamma


def wrong_rms(
    before=lambda x: x,
    power=lambda x: np.einsum("...d,...d->...", x, x)[..., None] / x.shape[-1],
    root=lambda s, eps: (s + eps) ** 0.5,
    gain=lambda g: g,
    kind=float,
):
    def answer(x, gamma, eps=1e-6):
        with np.errstate(all="ignore"):
            x = before(np.asarray(x, dtype=kind or x.dtype))
            return gain(gamma) * (x / root(power(x), eps))

    return answer


RIGHT = {
    "layernorm": [row_by_row, by_einsum, single_precision],
    "layernorm_backward": [by_jacobian, by_stages],
    "batchnorm": [by_columns, by_scale_and_shift],
    "rmsnorm": [rms_by_rows, rms_like_llama],
    "keras_steps": ["458.2 steps", 458],
    "folded_bias": [5, "5.0"],
    "flaws": [{7, 5, 3, 2}, "2，3，5，7"],
}

TWINS = {
    "layernorm": {
        1: lambda x, g, b, eps=1e-5: g * _last(x, eps, ddof=1) + b,
        2: lambda x, g, b, eps=1e-5: _over((0,), x, g, b, eps),
        3: lambda x, g, b, eps=1e-5: g * _last(x, eps, outside=True) + b,
        4: moments,
        5: lambda x, g, b, eps=1e-5: _over(tuple(range(1, np.ndim(x))), x, g, b, eps),
        6: lambda x, g, b, eps=1e-5: _over((), x, g, b, eps),
        7: lambda x, g, b, eps=1e-5: g * _last(x, eps, power=-1.0) + b,
        8: lambda x, g, b, eps=1e-5: g * _last(x, 0.0) + b,
        9: lambda x, g, b, eps=1e-5: _last(x, eps),
        10: lambda x, g, b, eps=1e-5: g * np.swapaxes(_last(np.swapaxes(x, 1, -1), eps), 1, -1) + b,
    },
    "layernorm_backward": {
        1: wrong_backward(through_mean=0, through_variance=0),
        2: wrong_backward(through_variance=0),
        3: wrong_backward(through_mean=0),
        4: wrong_backward(gradient=lambda dy, gamma: dy),
        5: wrong_backward(gradient=lambda dy, gamma: dy, after=lambda dx, gamma: dx * gamma),
        6: wrong_backward(share=lambda size: 1),
        7: wrong_backward(seen=lambda h, x: x),
        8: wrong_backward(total=lambda a: np.average(a.reshape(-1, a.shape[-1]), axis=0)),
        9: wrong_backward(total=lambda a: np.add.reduce(a)),
        10: wrong_backward(scale=lambda sigma: np.ones_like(sigma)),
        11: wrong_backward(with_eps=0),
    },
    "batchnorm": {
        1: wrong_batchnorm(source=lambda training: "batch"),
        2: wrong_batchnorm(source=lambda training: "kept"),
        3: wrong_batchnorm(old_share=lambda m: m, new_share=lambda m: 1 - m),
        4: wrong_batchnorm(kept=lambda total, n: total / n),
        5: wrong_batchnorm(used=lambda total, n: total / (n - 1)),
        6: over_features,
        7: wrong_batchnorm(moves=lambda training: True),
        8: wrong_batchnorm(moves=lambda training: False),
        9: wrong_batchnorm(old_share=lambda m: 0, new_share=lambda m: 1),
        10: wrong_batchnorm(root=lambda v, eps: v**0.5 + eps),
        11: moved_first,
    },
    "rmsnorm": {
        1: wrong_rms(before=lambda x: x - np.average(x, axis=-1)[..., None]),
        2: wrong_rms(power=lambda x: np.linalg.norm(x, axis=-1, keepdims=True) ** 2),
        3: wrong_rms(power=lambda x: np.std(x, axis=-1)[..., None] ** 2),
        4: wrong_rms(root=lambda s, eps: s**0.5 + eps),
        5: wrong_rms(power=lambda x: np.vdot(x, x) / x.size),
        6: wrong_rms(gain=lambda g: g + 1),
        7: wrong_rms(kind=None, power=lambda x: np.mean(x * x, axis=-1)[..., None]),
    },
    "keras_steps": {1: "43.7 steps", 2: 100.0, 3: "1 steps"},
    "folded_bias": {1: "2.0", 2: -1.0, 3: "2.75", 4: 4.5},
}

TWO_AT_ONCE = {
    "layernorm": [
        (lambda x, g, b, eps=1e-5: g * _last(x, eps, ddof=1, outside=True) + b, {1, 3}),
        (lambda x, g, b, eps=1e-5: _last(x, eps, power=-1.0), {7, 9}),
    ],
    "layernorm_backward": [
        (wrong_backward(through_mean=0, total=lambda a: np.add.reduce(a)), {3, 9}),
        (wrong_backward(gradient=lambda dy, gamma: dy, seen=lambda h, x: x), {4, 7}),
    ],
    "batchnorm": [
        (
            wrong_batchnorm(used=lambda total, n: total / (n - 1), kept=lambda total, n: total / n),
            {4, 5},
        ),
        (
            wrong_batchnorm(source=lambda training: "batch", moves=lambda training: True),
            {1, 7},
        ),
    ],
    "rmsnorm": [
        (
            wrong_rms(
                before=lambda x: x - np.average(x, axis=-1)[..., None],
                root=lambda s, eps: s**0.5 + eps,
            ),
            {1, 4},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "batch norm averages over the batch",
                    "the statistics are taken along the feature axis",
                    "LN looks at each token by itself",
                ],
                "the mean is not taken over the batch",
            ),
            (
                [
                    "subtract the mean first",
                    "divide by the standard deviation",
                    "the result has zero mean and unit variance",
                ],
                "you do not subtract the mean",
            ),
            (
                [
                    "RMSNorm drops the mean subtraction",
                    "RMSNorm does not subtract the mean",
                    "it only divides by the root mean square",
                ],
                "RMSNorm does not skip the mean",
            ),
            (
                [
                    "at test time it uses the running mean and variance",
                    "evaluation takes moving averages",
                    "it switches to the stored statistics",
                ],
                "no running averages are kept",
            ),
            (
                [
                    "LN does the same in training and testing",
                    "the result is independent of the batch",
                    "it does not depend on the other examples",
                ],
                "it is not the same in training and testing",
            ),
            (
                [
                    "sequences have different lengths",
                    "it works with small batches",
                    "a later token would leak into an earlier one",
                ],
                "sequences do not have different lengths",
            ),
            (
                [
                    "Pre-LN trains more stably",
                    "normalize before each sublayer",
                    "the residual stream stays untouched",
                ],
                "I would not use Pre-LN",
            ),
        ],
        "zh": [
            (
                ["BN 沿 batch 求均值", "LN 沿特征维求均值", "每个 token 单独算"],
                "均值不是沿 batch 求的",
            ),
            (
                ["先减去均值", "再除以标准差", "变成零均值、单位方差"],
                "不用减去均值",
            ),
            (
                ["RMSNorm 去掉了中心化", "RMSNorm 不减均值", "只除以均方根"],
                "RMSNorm 没有去掉均值",
            ),
            (
                ["推理时用滑动平均", "测试用 running mean", "推理改用移动均值"],
                "推理时不用滑动平均",
            ),
            (
                ["训练和推理完全一样", "结果与 batch 里其他样本无关", "它不依赖 batch 大小"],
                "训练和推理并不一样",
            ),
            (
                ["句子长度不一", "后面的 token 会泄漏给前面的", "小 batch 也能用"],
                "不会泄漏",
            ),
            (
                ["Pre-LN 训练更稳", "残差主路是恒等的", "可以省掉 warm-up"],
                "不用 Pre-LN",
            ),
        ],
    }
}

EQUIVALENT = {
    "rmsnorm": {
        "np.promote_types(x.dtype, np.float32) → np.promote_types(np.float32, x.dtype) in wide = "
        "x.astype(np.promote_types(x.dtype, np.float32))  # 300² = 90,000 is inf in float16": (
            "same value: promote_types is symmetric"
        ),
    },
}
