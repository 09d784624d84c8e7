"""Softmax cross-entropy: other right answers, and every trap written a second way."""

from functools import wraps
from math import exp, fsum, log

import numpy as np


def quiet(answer):
    """`answer` without NumPy's warnings, as a notebook goes on after them."""

    @wraps(answer)
    def silent(*args, **kwargs):
        with np.errstate(all="ignore"):
            return answer(*args, **kwargs)

    return silent


# ---- cross_entropy: right ----------------------------------------------------------------------


def one_row_at_a_time(z, y):
    """Plain Python: lists, math.exp, math.log."""
    total, rows = 0.0, []
    for row, label in zip(z.tolist(), y.tolist(), strict=True):
        top = max(row)
        weights = [exp(score - top) for score in row]
        total += log(fsum(weights)) + top - row[label]
        rows.append([w / fsum(weights) - (c == label) for c, w in enumerate(weights)])
    return total / len(rows), np.array(rows) / len(rows)


def by_log_softmax(z, y):
    """One-hot targets and log-softmax by logaddexp; a 0-d array as the loss."""
    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
    one_hot = (y[:, None] == np.arange(z.shape[1])).astype(float)
    losses = np.einsum("bc,bc->b", one_hot, -log_p)
    return np.asarray(losses.mean()), (np.exp(log_p) - one_hot) / len(y)


def single_precision(z, y):
    """float32 throughout, the gradient changed in place."""
    z = z.astype("f4")
    z = z - z.max(axis=1, keepdims=True)
    dz = np.exp(z)
    sums = dz.sum(axis=1)
    loss = (np.log(sums) - z[np.arange(len(y)), y]).mean()
    dz /= sums[:, None]
    dz[np.arange(len(y)), y] -= 1
    return loss, dz / np.float32(len(y))


# ---- cross_entropy: the traps' twins -----------------------------------------------------------


def stable(row):
    e = np.exp(row - np.max(row))
    return e / np.sum(e)


def rows_wrong(minus_log=None, slope=None, scale=None, probabilities=stable):
    """Cross-entropy row by row, with the wrong part passed in."""

    @quiet
    def answer(z, y):
        losses, dz = [], []
        for row, label in zip(z, y, strict=True):
            p = probabilities(row)
            top = row.max()
            right = top + np.log(np.exp(row - top).sum()) - row[label]
            losses.append(minus_log(p, label, row) if minus_log else right)
            t = np.zeros(len(row))
            t[label] = 1
            dz.append(slope(p, t) if slope else p - t)
        over, under = scale(*z.shape) if scale else (1 / len(z), 1 / len(z))
        return sum(losses) * over, np.stack(dz) * under

    return answer


@quiet
def top_of_all(z, y):
    z = z - np.amax(z)
    p = np.exp(z) / np.exp(z).sum(1)[:, None]
    t = np.eye(z.shape[1])[y]
    picked = np.take_along_axis(p, y[:, None], axis=1)
    return np.mean(-np.log(picked)), (p - t) / z.shape[0]


@quiet
def log_of_nothing(z, y):
    top = z.flatten().max()
    lse = top + np.log(np.sum(np.exp(z - top), axis=1))
    losses = [lse[b] - z[b, label] for b, label in enumerate(y)]
    t = np.eye(z.shape[1])[y]
    return np.mean(losses), (np.exp(z - lse[:, None]) - t) / len(z)


@quiet
def down_the_batch(z, y):
    columns = [stable(column) for column in z.T]
    p = np.stack(columns).T
    lse = z.max(0) + np.log(np.exp(z - z.max(0)).sum(0))
    losses = [lse[label] - row[label] for row, label in zip(z, y, strict=True)]
    return np.mean(losses), (p - np.eye(z.shape[1])[y]) / len(y)


@quiet
def labels_as_numbers(z, y):
    loss, dz = 0.0, np.zeros(z.shape)
    for b, row in enumerate(z):
        lse = row.max() + np.log(np.exp(row - row.max()).sum())
        loss += y[b] * sum(lse - score for score in row)
        dz[b] = stable(row) - y[b]
    return loss / len(z), dz / len(z)


@quiet
def not_added_back(z, y):
    top = np.amax(z, axis=1, keepdims=True)
    e = np.exp(z - top)
    loss = np.log(e.sum(axis=1)).mean() - np.mean(
        [row[label] for row, label in zip(z, y, strict=True)]
    )
    return loss, (e / e.sum(axis=1, keepdims=True) - np.eye(z.shape[1])[y]) / len(z)


@quiet
def all_pairs(z, y):
    p = np.array([stable(row) for row in z])
    lse = np.logaddexp.reduce(z, axis=1)
    loss = sum(lse[b] - z[b, label] for b in range(len(z)) for label in y) / len(y) ** 2
    p[:, np.unique(y)] -= 1
    return loss, p / len(y)


@quiet
def one_distribution(z, y):
    lse = np.logaddexp.reduce(z.ravel())
    losses = [lse - row[label] for row, label in zip(z, y, strict=True)]
    return np.mean(losses), (np.exp(z - lse) - np.eye(z.shape[1])[y]) / len(y)


# ---- token_loss --------------------------------------------------------------------------------


def flattened(z, y, ignore=-1, smooth=0.0):
    """Only the valid rows are ever looked at."""
    C = z.shape[-1]
    flat, labels = z.reshape(-1, C), y.reshape(-1)
    kept = np.flatnonzero(labels != ignore)
    dz = np.zeros(flat.shape)
    if not len(kept):
        return 0.0, dz.reshape(z.shape)
    rows = flat[kept]
    log_p = rows - np.logaddexp.reduce(rows, axis=1, keepdims=True)
    q = np.full(rows.shape, smooth / C)
    q[np.arange(len(kept)), labels[kept]] += 1 - smooth
    dz[kept] = (np.exp(log_p) - q) / len(kept)
    return -(q * log_p).sum() / len(kept), dz.reshape(z.shape)


def two_losses_mixed(z, y, ignore=-1, smooth=0.0):
    """(1 − s)·NLL + s·mean over the classes of −log p, token by token."""
    C, n = z.shape[-1], int((y != ignore).sum())
    total, dz = 0, np.zeros(z.shape, dtype=np.float64)
    for place in np.ndindex(*y.shape):
        if y[place] == ignore:
            continue
        row = z[place]
        lse = row.max() + np.log(np.exp(row - row.max()).sum())
        total += (1 - smooth) * (lse - row[y[place]]) + smooth * (lse - row.mean())
        dz[place] = np.exp(row - lse) - smooth / C
        dz[place][y[place]] -= 1 - smooth
    return total / max(n, 1), dz / max(n, 1)


def wrong_tokens(
    valid=None, over=None, under=None, target=None, slope_target=None, keep_padding=False
):
    """token_loss token by token, with the wrong part passed in."""

    def mixed(t, s):
        return (1 - s) * t + s * np.ones(len(t)) / len(t)

    @quiet
    def answer(z, y, ignore=-1, smooth=0.0):
        total, dz, n = 0.0, np.zeros(z.shape), np.float64(0)
        for place in np.ndindex(*y.shape):
            skip = y[place] == ignore if valid is None else not valid(y[place])
            p = stable(z[place])
            if skip:
                dz[place] = p if keep_padding else 0
                continue
            n += 1
            t = np.eye(z.shape[-1])[y[place]]
            log_p = z[place] - z[place].max()
            log_p = log_p - np.log(np.exp(log_p).sum())
            total -= np.dot((target or mixed)(t, smooth), log_p)
            dz[place] = p - (slope_target or target or mixed)(t, smooth)
        one = over(n, y) if over else max(n, 1)
        return total / one, dz / (under(n, y) if under else one)

    return answer


@quiet
def sequence_by_sequence(z, y, ignore=-1, smooth=0.0):
    each = [
        flattened(row[None], labels[None], ignore, smooth) for row, labels in zip(z, y, strict=True)
    ]
    return sum(loss for loss, _ in each) / len(y), np.stack([dz[0] for _, dz in each]) / len(y)


def without_rest(t, s):
    q = np.ones(len(t)) * s / len(t)
    q[t.argmax()] = 1 - s
    return q


# ---- bce_with_logits ---------------------------------------------------------------------------


def two_class_softmax(z, y):
    """The sigmoid as a softmax over (0, z)."""
    log_one = z - np.logaddexp(z, 0)
    log_zero = -np.logaddexp(z, 0)
    return -(y * log_one) - (1 - y) * log_zero, np.exp(log_one) - y


def by_sign(z, y):
    """Each entry alone, in plain Python, exp of a negative number only."""
    losses, dz = np.zeros(z.shape), np.zeros(z.shape)
    for place in np.ndindex(*z.shape):
        x, t = float(z[place]), float(y[place])
        e = exp(-abs(x))
        losses[place] = (x if x > 0 else 0) - x * t + log(1 + e)
        dz[place] = (1 if x >= 0 else e) / (1 + e) - t
    return losses, dz


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def wrong_binary(losses=None, slope=lambda p, y: p - y):
    @quiet
    def answer(z, y):
        right = np.logaddexp(0, z) - y * z
        return (losses(z, y) if losses else right), slope(sigmoid(z), y)

    return answer


def clipped(z, y):
    p = np.minimum(np.maximum(sigmoid(z), 1e-7), 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def naive(z, y):
    p = 1 / (1 + np.exp(-z))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


# ---- mend --------------------------------------------------------------------------------------


def half_mended(one_hot=True, once=True, rows=True, examples=True, batch=True):
    """The program with the parts that are False left broken, written with loops."""

    def answer(z, y):
        def normal(scores):
            lines = scores if rows else scores.T
            p = np.array([stable(line) for line in lines])
            return p if rows else p.T

        p = normal(z) if once else normal(normal(z))
        B, C = z.shape
        t = np.array([[float(c == y[b]) if one_hot else y[b] for c in range(C)] for b in range(B)])
        loss = -np.einsum("bc,bc->", t, np.log(p)) / (B if examples else B * C)
        return loss, np.divide(p - t, B if batch else 1)

    return answer


RIGHT = {
    "cross_entropy": [one_row_at_a_time, by_log_softmax, single_precision],
    "token_loss": [flattened, two_losses_mixed],
    "bce_with_logits": [two_class_softmax, by_sign],
    "mend": [one_row_at_a_time, by_log_softmax],
    "initial_loss": [10.825, "10.82 nats", "10.8"],
    "smoothing_floor": [1.0148, "1.015"],
    "double_softmax_floor": [1.4612, "1.46"],
    "flaws": [{2, 3, 5, 6}, "2，3，5，6"],
}

TWINS = {
    "cross_entropy": {
        1: top_of_all,
        2: rows_wrong(
            lambda p, label, row: -np.log(p[label]),
            probabilities=lambda row: np.exp(row) / np.exp(row).sum(),
        ),
        3: rows_wrong(lambda p, label, row: np.log(1 / p[label])),
        4: rows_wrong(
            lambda p, label, row: -np.log(p[label] + 1e-9),
        ),
        5: rows_wrong(lambda p, label, row: -np.log(min(max(p[label], 1e-7), 1 - 1e-7))),
        6: rows_wrong(scale=lambda B, C: (1 / B, 1)),
        7: rows_wrong(scale=lambda B, C: (1, 1)),
        8: rows_wrong(scale=lambda B, C: (1 / (B * C), 1 / (B * C))),
        9: rows_wrong(slope=lambda p, t: t - p),
        10: rows_wrong(slope=lambda p, t: np.where(t == 1, -1 / p, 0)),
        11: down_the_batch,
        12: labels_as_numbers,
        13: rows_wrong(
            lambda p, label, row: -np.log(p[label]),
            probabilities=lambda row: stable(stable(row)),
        ),
        14: log_of_nothing,
        15: rows_wrong(
            lambda p, label, row: np.log(np.sum(np.exp(row))) - row[label],
            probabilities=lambda row: np.exp(row - np.log(np.sum(np.exp(row)))),
        ),
        16: not_added_back,
        17: all_pairs,
        18: one_distribution,
    },
    "token_loss": {
        1: wrong_tokens(over=lambda n, y: y.size),
        2: sequence_by_sequence,
        3: wrong_tokens(target=lambda t, s: (1 - s) * t + (1 - t) * s / (len(t) - 1)),
        4: wrong_tokens(target=without_rest),
        5: wrong_tokens(slope_target=lambda t, s: t),
        6: wrong_tokens(keep_padding=True),
        7: wrong_tokens(valid=lambda label: label + 1 != 0),
        8: wrong_tokens(over=lambda n, y: n),
        9: wrong_tokens(under=lambda n, y: y.size),
        10: wrong_tokens(target=lambda t, s: t),
    },
    "bce_with_logits": {
        1: wrong_binary(naive),
        2: wrong_binary(lambda z, y: np.log(np.exp(z) + 1) - y * z),
        3: wrong_binary(clipped),
        4: wrong_binary(lambda z, y: np.logaddexp(0, np.where(y > 0.5, -z, z))),
        5: wrong_binary(lambda z, y: np.log(1 + np.exp(-z)) + np.where(z > 0, z, 0) - y * z),
        6: wrong_binary(slope=lambda p, y: (p - y) * (p - p**2)),
        7: wrong_binary(slope=lambda p, y: -(p - y)),
        8: lambda z, y: (np.mean(by_sign(z, y)[0]), by_sign(z, y)[1] / z.size),
    },
    "mend": {
        1: half_mended(one_hot=False),
        2: half_mended(once=False),
        3: half_mended(rows=False),
        4: half_mended(examples=False),
        5: half_mended(batch=False),
    },
    "initial_loss": {1: "15.6", 2: 4.7, 3: "50257"},
    "smoothing_floor": {1: 0.0, 2: 0.1052, 3: "0.325"},
    "double_softmax_floor": {1: "0", 2: 2.3026, 3: 1.0},
}

TWO_AT_ONCE = {
    "cross_entropy": [
        (rows_wrong(slope=lambda p, t: t - p, scale=lambda B, C: (1, 1)), {7, 9}),
        (
            rows_wrong(
                lambda p, label, row: -np.log(p[label] + 1e-9), scale=lambda B, C: (1 / B, 1)
            ),
            {4, 6},
        ),
    ],
    "token_loss": [
        (wrong_tokens(over=lambda n, y: y.size, keep_padding=True), {1, 6}),
        (wrong_tokens(target=without_rest, valid=lambda label: label != -1), {4, 7}),
    ],
    "bce_with_logits": [
        (wrong_binary(clipped, slope=lambda p, y: y - p), {3, 7}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "use log-sum-exp",
                    "subtract the row's maximum before the exp",
                    "the max is subtracted from every row",
                ],
                "there is no need to subtract the maximum",
            ),
            (
                [
                    "compute it straight from the logits",
                    "use a fused log-softmax",
                    "I never take the log of a probability",
                ],
                "do not compute it from the logits",
            ),
            (
                [
                    "the gradient is softmax minus one-hot",
                    "dz is p minus y over B",
                    "it is p - y, divided by the batch size",
                ],
                "the gradient is not p minus y",
            ),
            (
                [
                    "it is just maximum likelihood",
                    "the same as the KL divergence up to a constant",
                    "cross-entropy equals the NLL of the labels",
                ],
                "this is not maximum likelihood",
            ),
            (
                [
                    "with MSE the gradient vanishes when the sigmoid saturates",
                    "squared error saturates when the model is confidently wrong",
                    "the gradient vanishes under a squared error",
                ],
                "with MSE the gradient does not vanish",
            ),
            (
                [
                    "average over valid tokens",
                    "divide by the number of non-padding tokens",
                    "mask the padding before taking the mean",
                ],
                "do not average over valid tokens",
            ),
            (
                [
                    "at the start it should be ln C",
                    "the first loss is about log of the number of classes",
                    "initial loss near log(V)",
                ],
                "the first loss is never ln C",
            ),
        ],
        "zh": [
            (
                ["用 log-sum-exp", "先减去每行最大值", "把最大值减掉再取 exp"],
                "不用减最大值",
            ),
            (
                ["直接从 logits 算损失", "用 log_softmax", "softmax 和 log 合并成一步"],
                "不要从 logits 算",
            ),
            (
                ["梯度是 softmax 减 one-hot", "对 logits 的导数就是 p - y", "梯度等于概率减去标签"],
                "梯度不是 p - y",
            ),
            (
                ["等价于最大似然", "和 KL 散度只差一个常数", "其实就是 NLL"],
                "和最大似然没有关系",
            ),
            (
                [
                    "MSE 在 sigmoid 饱和时梯度消失",
                    "均方误差的梯度在错得很自信时接近 0",
                    "自信地答错时梯度消失",
                ],
                "MSE 的梯度不会消失",
            ),
            (
                ["只对有效 token 求平均", "除以有效 token 的个数", "要忽略 padding"],
                "不用忽略 padding",
            ),
            (
                ["初始损失约等于 ln C", "刚开始应该是 log(V)", "一开始损失接近 ln(类别数)"],
                "初始损失不是 ln C",
            ),
        ],
    }
}

EQUIVALENT = {
    "token_loss": {
        "max(valid.sum(), 1) → max(1, valid.sum()) in count = max(valid.sum(), 1)  "
        "# an empty batch: 0/1 instead of 0/0": "same value: max does not see the order",
    },
    "bce_with_logits": {
        "np.maximum(z, 0) → np.maximum(0, z) in losses = np.maximum(z, 0) - z * y + "
        "np.log1p(np.exp(-np.abs(z)))": "same value: maximum does not see the order",
    },
}
