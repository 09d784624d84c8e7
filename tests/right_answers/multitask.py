"""Multi-task learning: other right answers, and every trap written a second way."""

from itertools import pairwise

import numpy as np

# ---- mtl_grads ---------------------------------------------------------------------------------


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def as_one_network(W, heads, batches, weights):
    """All tasks as one batch under one wide head; foreign logits are masked."""
    x = np.concatenate([x for x, _ in batches])
    edges = np.cumsum([0, *[V.shape[1] for V in heads]])
    V, z = np.concatenate(heads, axis=1), x @ W
    logits, d = np.maximum(z, 0) @ V, np.zeros((len(x), V.shape[1]))
    losses, row = [], 0
    for k, (_, y) in enumerate(batches):
        rows, columns = slice(row, row + len(y)), slice(edges[k], edges[k + 1])
        p = _softmax(logits[rows, columns])
        losses.append(float(np.mean(-np.log(p[np.arange(len(y)), y]))))
        d[rows, columns] = weights[k] * (p - np.eye(p.shape[1])[y]) / len(y)
        row += len(y)
    tops = np.maximum(z, 0).T @ d
    trunk = x.T @ ((d @ V.T) * (z > 0))
    return losses, trunk, [tops[:, a:b] for a, b in pairwise(edges)]


def by_task(
    W, heads, batches, weights, keep=None, trunk_weights=None, top_weights=None, mask=True,
    pooled=False, weighted_losses=False,
):  # fmt: skip
    """One task after another, with a mistake switched on."""
    K = len(heads)
    trunk_weights = weights if trunk_weights is None else trunk_weights(weights)
    top_weights = weights if top_weights is None else top_weights(weights)
    everyone = sum(len(x) for x, _ in batches)
    pieces, tops, losses = np.zeros((K, *W.shape)), [], np.zeros(K)
    for k in range(K):
        x, y = batches[k]
        h = np.maximum(np.einsum("nd,dh->nh", x, W), 0)
        p = _softmax(h @ heads[k])
        hot = np.eye(p.shape[1])[y]
        losses[k] = -np.log((p * hot).sum(axis=1)).mean()
        d = (p - hot) / (everyone if pooled else len(x))
        back = np.einsum("nc,hc->nh", d, heads[k])
        if mask:
            back[h == 0] = 0
        pieces[k] = trunk_weights[k] * np.einsum("nd,nh->dh", x, back)
        tops.append(top_weights[k] * np.einsum("nh,nc->hc", h, d))
    chosen = pieces if keep is None else pieces[keep]
    return losses * weights if weighted_losses else losses, chosen.sum(axis=0), tops


def tasks_with(**mistake):
    return lambda W, heads, batches, weights: by_task(W, heads, batches, weights, **mistake)


def _ones(weights):
    return np.ones(len(weights))


def in_single(W, heads, batches, weights):
    """Single precision throughout."""
    W, heads = np.float32(W), [np.float32(V) for V in heads]
    return by_task(W, heads, [(np.float32(x), y) for x, y in batches], np.float32(weights))


# ---- uncertainty_weight ------------------------------------------------------------------------


def by_sigma(losses, s, price=1.0, power=2, half=1.0, normal=False):
    """Through σ."""
    sigma = [float(np.exp(b / 2)) for b in s]
    w = [half / v**power for v in sigma]
    if normal:
        w = [one / sum(w) for one in w]
    total = sum(a * b for a, b in zip(w, losses, strict=True))
    total += price * sum(np.log(v) for v in sigma)
    return total, np.array(w), [price / 2 - a * b for a, b in zip(w, losses, strict=True)]


def stacked(losses, s):
    inverse = np.reciprocal(np.exp(np.asarray(s, dtype=float)))
    terms = np.stack([inverse * losses, 0.5 * np.asarray(s)])
    return terms.sum(), inverse, 0.5 - terms[0]


def sigma_with(**mistake):
    return lambda losses, s: by_sigma(losses, s, **mistake)


def slope_with(rule):
    return lambda losses, s: (*by_sigma(losses, s)[:2], rule(np.asarray(losses), np.asarray(s)))


def in_log_sigma(losses, s):
    """s read as log σ from beginning to end."""
    variance = np.square(np.exp(s))
    terms = losses / variance
    return float(terms.sum() + s.sum()), 1 / variance, 1 - 2 * terms


# ---- grad_cos ----------------------------------------------------------------------------------


def by_units(g1, g2):
    """Two unit vectors, if there are any."""
    a, b = np.ravel(g1), np.ravel(g2)
    if not a.any() or not b.any():
        return 0
    return np.vdot(a / np.sqrt(a @ a), b / np.sqrt(b @ b))


def by_cosine_rule(g1, g2):
    a, b = np.sum(np.square(g1)), np.sum(np.square(g2))
    if min(a, b) == 0:
        return np.float64(0)
    return (a + b - np.sum(np.square(np.asarray(g1) - g2))) / (2 * np.sqrt(a) * np.sqrt(b))


def row_by_row(g1, g2):
    rows = zip(np.atleast_2d(g1), np.atleast_2d(g2), strict=True)
    each = [by_units(a, b) for a, b in rows]
    return sum(each) / len(each)


# ---- pcgrad ------------------------------------------------------------------------------------


def by_matrices(grads, order):
    """Each visit as a projection matrix I − g gᵀ / ‖g‖²."""
    rows = []
    for i, g in enumerate(grads):
        for j in order:
            other = grads[j]
            if j != i and g.dot(other) < 0:
                g = (np.eye(len(other)) - np.outer(other, other) / other.dot(other)) @ g
        rows.append(g)
    return np.array(rows)


def by_visits(
    grads, order, always=False, live=False, first=False, power=2, sign=-1, flip=False,
    only=False, fixed=False,
):  # fmt: skip
    """Visit by visit over all tasks, with a mistake switched on."""
    work = [np.array(g, dtype=float) for g in grads]
    for i in range(len(work)):
        for j in sorted(order) if fixed else order:
            if j == i:
                continue
            other = work[j] if live else grads[j]
            dot = float(np.dot(grads[i] if first else work[i], other))
            length = float(np.sqrt(np.dot(other, other)))
            conflict = dot > 0 if flip else dot < 0
            if (conflict or always) and length:
                along = dot / length**power * other
                work[i] = along if only else work[i] + sign * along
    return np.stack(work)


def clipped(grads, order):
    """No branch: the negative part of the dot product, over a length that is never 0."""
    rows = []
    for i in range(len(grads)):
        row = grads[i]
        for j in (k for k in order if k != i):
            unit = grads[j] / max(float(np.linalg.norm(grads[j])), 1e-30)
            row = row - min(float(row @ unit), 0.0) * unit
        rows.append(row)
    return rows


def visits_with(**mistake):
    return lambda grads, order: by_visits(grads, order, **mistake)


RIGHT = {
    "mtl_grads": [as_one_network, by_task, in_single],
    "uncertainty_weight": [by_sigma, stacked],
    "grad_cos": [by_units, by_cosine_rule],
    "pcgrad": [by_matrices, by_visits, clipped],
    "best_weight": ["0.0625", 1 / 16],
    "flaws": [{8, 7, 5, 3, 1}, "1，3，5，7，8"],
}

TWINS = {
    "mtl_grads": {
        1: tasks_with(keep=[-1]),
        2: tasks_with(keep=[0]),
        3: tasks_with(trunk_weights=_ones, top_weights=_ones),
        4: tasks_with(trunk_weights=lambda w: w / np.sum(w)),
        5: tasks_with(mask=False),
        6: tasks_with(top_weights=_ones),
        7: tasks_with(trunk_weights=_ones),
        8: tasks_with(weighted_losses=True),
        9: tasks_with(pooled=True),
    },
    "uncertainty_weight": {
        1: sigma_with(price=0.0),
        2: sigma_with(price=2.0),
        3: sigma_with(half=0.5),
        4: sigma_with(power=-2),
        5: sigma_with(power=4),
        6: slope_with(lambda losses, s: losses / np.exp(s) - 1 / 2),
        7: slope_with(lambda losses, s: -losses / np.exp(s)),
        8: sigma_with(normal=True),
        9: in_log_sigma,
    },
    "grad_cos": {
        1: lambda g1, g2: np.vdot(g1, g2),
        2: lambda g1, g2: np.vdot(g1, g2) / max(np.sqrt(np.vdot(g2, g2)), 1e-300),
        3: lambda g1, g2: np.abs(by_units(g1, g2)),
        4: lambda g1, g2: by_units(g1 - np.average(g1), g2 - np.average(g2)),
        5: row_by_row,
        6: lambda g1, g2: np.vdot(g1, g2) / np.float64(np.linalg.norm(g1)) / np.linalg.norm(g2),
        7: lambda g1, g2: np.vdot(g1, g2) / (np.sqrt(np.vdot(g1, g1) * np.vdot(g2, g2)) + 1e-8),
    },
    "pcgrad": {
        1: visits_with(always=True),
        2: visits_with(live=True),
        3: visits_with(first=True),
        4: visits_with(power=0),
        5: visits_with(power=1),
        6: visits_with(sign=1),
        7: visits_with(flip=True),
        8: visits_with(only=True),
        9: visits_with(fixed=True),
    },
    "best_weight": {1: "0.125", 2: 16, 3: np.log(16)},
}

TWO_AT_ONCE = {
    "mtl_grads": [(tasks_with(keep=[0], mask=False), {2, 5})],
    "uncertainty_weight": [(sigma_with(price=0.0, half=0.5), {1, 3})],
    "grad_cos": [(lambda g1, g2: np.abs(np.vdot(g1, g2)), {1, 3})],
    "pcgrad": [(visits_with(power=1, live=True), {2, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["they share a trunk", "tasks keep their own heads", "with one head per task"],
                "they do not share a trunk",
            ),
            (
                [
                    "it is a weighted sum",
                    "the sum of the task gradients",
                    "the gradients are added",
                ],
                "it is not a weighted sum",
            ),
            (
                ["when there are few labels", "a related task helps", "there is little data"],
                "it is not a related task",
            ),
            (
                ["this is negative transfer", "sharing may hurt", "tasks compete for units"],
                "there is no negative transfer",
            ),
            (
                ["the scale of the losses", "use uncertainty weighting", "learn a log variance"],
                "without uncertainty weighting",
            ),
            (
                ["a negative cosine", "PCGrad projects it", "when gradients conflict"],
                "no PCGrad is used",
            ),
            (
                ["compare to single-task training", "each trained alone", "report the baseline"],
                "there is no baseline",
            ),
        ],
        "zh": [
            (["共享底层", "任务有自己的头", "每个任务一个头"], "不共享主干"),
            (["总损失是加权求和", "主干得到梯度之和", "把梯度加起来"], "不是加权和"),
            (["目标任务标签很少", "相关的任务有帮助", "数据少的时候"], "不是相关任务"),
            (["出现负迁移", "共享可能变差", "任务争抢容量"], "没有负迁移"),
            (["损失的量级不同", "用不确定性加权", "学一个对数方差"], "不用不确定性加权"),
            (["余弦为负", "用 PCGrad", "梯度有冲突"], "不用 PCGrad"),
            (["与单任务比较", "单独训练作对照", "要有基线"], "没有基线"),
        ],
    }
}

EQUIVALENT = {}
