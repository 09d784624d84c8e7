"""Pruning: other right answers, and every trap written a second way."""

import numpy as np


def one_by_one(weights, sparsity, scope="global"):
    """Take the smallest survivor away, again and again."""
    groups = [[n] for n in range(len(weights))] if scope == "layer" else [range(len(weights))]
    masks = [np.ones(w.shape, dtype=bool) for w in weights]
    for group in groups:
        for _ in range(int(sparsity * sum(weights[n].size for n in group))):
            left = [
                (abs(weights[n][at]), n, at)
                for n in group
                for at in np.ndindex(weights[n].shape)
                if masks[n][at]
            ]
            _, n, at = min(left)
            masks[n][at] = False
    return masks


def by_lexsort(weights, sparsity, scope="global"):
    if scope == "layer":
        return [by_lexsort([w], sparsity)[0] for w in weights]
    flat = np.hstack([np.ravel(w) for w in weights])
    order = np.lexsort((np.arange(flat.size), np.abs(flat)))
    keep = np.full(flat.size, False)
    keep[order[int(sparsity * flat.size) :]] = True
    out, at = [], 0
    for w in weights:
        out.append(keep[at : at + w.size].reshape(w.shape))
        at += w.size
    return out


def wrong_mask(key=np.abs, scope_used=None, number=lambda n, s: int(s * n), invert=False):
    def answer(weights, sparsity, scope="global"):
        scope = scope_used or scope
        groups = [[w] for w in weights] if scope == "layer" else [weights]
        out = []
        for group in groups:
            flat = np.concatenate([np.ravel(w) for w in group])
            keep = np.ones(flat.size, bool)
            keep[np.argsort(key(flat), kind="stable")[: number(flat.size, sparsity)]] = False
            for w in group:
                part, keep = keep[: w.size], keep[w.size :]
                out.append((~part if invert else part).reshape(w.shape))
        return out

    return answer


def with_cut(weights, sparsity, scope="global"):
    everything = np.abs(np.concatenate([np.ravel(w) for w in weights]))
    out = []
    for w in weights:
        cut = np.quantile(np.abs(w) if scope == "layer" else everything, sparsity)
        out.append(~(np.abs(w) <= cut))
    return out


def tail_of_the_order(weights, sparsity, scope="global"):
    masks = by_lexsort(weights, sparsity, scope)
    groups = [[m] for m in masks] if scope == "layer" else [masks]
    for group in groups:
        if not any(m.any() for m in group):
            for m in group:
                m[...] = True
    return masks


# ---- masked_step -------------------------------------------------------------------------------


def with_where(w, velocity, grad, mask, lr=0.1, momentum=0.9):
    v = np.where(mask, momentum * velocity + grad, 0.0)
    return np.where(mask, w - lr * v, 0.0), v


def masked_first(w, velocity, grad, mask, lr=0.1, momentum=0.9):
    m = mask.astype(float)
    v = momentum * (velocity * m) + grad * m
    return w * m - lr * v, v


def wrong_step(
    v_in=lambda v, m: v, g_in=lambda g, m: g, v_out=lambda v, m: v, w_out=lambda w, m: w
):
    def answer(w, velocity, grad, mask, lr=0.1, momentum=0.9):
        v = v_out(momentum * v_in(velocity, mask) + g_in(grad, mask), mask)
        return w_out(w - lr * v, mask), v

    return answer


def keep_where(a, m):
    return np.where(m, a, 0)


# ---- prune_units -------------------------------------------------------------------------------


def by_mask(W1, b1, W2, keep):
    energy = (W1**2).sum(axis=0)
    rank = (-energy).argsort(kind="stable").argsort()
    stay = rank < keep
    return W1[:, stay], b1[stay], W2[stay, :]


def by_loop(W1, b1, W2, keep):
    units = [(np.sqrt(np.sum(W1[:, j] ** 2)), -j) for j in range(len(b1))]
    chosen = sorted(-j for _, j in sorted(units, reverse=True)[:keep])
    return W1.T[chosen].T, np.array([b1[j] for j in chosen]), np.vstack([W2[j] for j in chosen])


def wrong_units(score=None, select=None, b=None, W=None):
    def answer(W1, b1, W2, keep):
        s = score(W1) if score else (W1**2).sum(0)
        stay = select(s, keep) if select else sorted((-s).argsort(kind="stable")[:keep])
        stay = list(stay)
        return (
            W1[:, stay],
            (b or (lambda b1, at: b1[at]))(b1, stay),
            (W or (lambda W2, at: W2[at]))(W2, stay),
        )

    return answer


def by_what_goes_out(W1, b1, W2, keep):
    order = (-(W2**2).sum(axis=1)).argsort(kind="stable")
    stay = np.sort(order[:keep])
    return W1[:, stay], b1[stay], W2[stay]


# ---- sparsity_at -------------------------------------------------------------------------------


def piecewise(step, start, end, final):
    if step < start:
        return 0
    if step > end:
        return final
    return final + (0 - final) * (1 - (step - start) / (end - start)) ** 3


def by_interp(step, start, end, final):
    t = np.interp(step, [start, end], [0.0, 1.0])
    return final * (3 * t - 3 * t**2 + t**3)


def wrong_schedule(f, inside=True):
    def answer(step, start, end, final):
        t = np.interp(step, [start, end], [0, 1]) if inside else (step - start) / (end - start)
        return final * f(t)

    return answer


RIGHT = {
    "magnitude_mask": [one_by_one, by_lexsort],
    "masked_step": [with_where, masked_first],
    "prune_units": [by_mask, by_loop],
    "sparsity_at": [piecewise, by_interp],
    "sparse_size": ["4 MB", "4000 KB"],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "magnitude_mask": {
        1: wrong_mask(key=lambda f: f),
        2: wrong_mask(invert=True),
        3: wrong_mask(scope_used="layer"),
        4: wrong_mask(scope_used="global"),
        5: with_cut,
        6: wrong_mask(number=lambda n, s: n - int(s * n)),
        7: tail_of_the_order,
    },
    "masked_step": {
        1: wrong_step(),
        2: wrong_step(g_in=keep_where),
        3: wrong_step(w_out=keep_where),
        4: wrong_step(v_out=keep_where),
        5: wrong_step(g_in=lambda g, m: 0 - g, v_out=keep_where, w_out=keep_where),
    },
    "prune_units": {
        1: wrong_units(score=lambda W1: (W1**2).sum(1)),
        2: wrong_units(score=lambda W1: np.add.reduce(W1)),
        3: wrong_units(select=lambda s, n: sorted(s.argsort(kind="stable")[:n])),
        4: wrong_units(W=lambda W2, at: W2[:, [j for j in at if j < W2.shape[1]]]),
        5: wrong_units(select=lambda s, n: (-s).argsort(kind="stable")[:n]),
        6: wrong_units(b=lambda b1, at: b1[: len(at)]),
        7: wrong_units(score=lambda W1: np.linalg.norm(W1, ord=1, axis=0)),
        8: wrong_units(score=lambda W1: np.linalg.norm(W1, ord=np.inf, axis=0)),
        9: by_what_goes_out,
    },
    "sparsity_at": {
        1: wrong_schedule(lambda t: t),
        2: wrong_schedule(lambda t: t * t * t),
        3: wrong_schedule(lambda t: 1 - (1 - t) ** 3, inside=False),
        4: wrong_schedule(lambda t: 2 * t - t * t),
        5: wrong_schedule(lambda t: (1 - t) ** 3),
    },
    "sparse_size": {1: "2 MB", 2: "8 MB"},
}

TWO_AT_ONCE = {
    "magnitude_mask": [(wrong_mask(key=lambda f: f, invert=True), {1, 2})],
    "masked_step": [(wrong_step(g_in=lambda g, m: -g), {1, 5})],
    "prune_units": [
        (
            wrong_units(
                select=lambda s, n: sorted(s.argsort(kind="stable")[:n]),
                b=lambda b1, at: b1[: len(at)],
            ),
            {3, 6},
        ),
    ],
    "sparsity_at": [(wrong_schedule(lambda t: t, inside=False), {1, 3})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["magnitude pruning", "the smallest weights go", "by absolute value"],
                "not the smallest",
            ),
            (
                [
                    "unstructured zeros",
                    "needs sparse kernels",
                    "scattered zeros cost accuracy least",
                ],
                "it is not unstructured",
            ),
            (
                ["structured pruning", "whole channels go", "remove entire units"],
                "not whole channels",
            ),
            (
                ["then fine-tune", "retrain under the mask", "fine-tuning recovers it"],
                "no fine-tuning is needed",
            ),
            (
                ["prune gradually", "iterative pruning", "do it last"],
                "it is not gradual",
            ),
        ],
        "zh": [
            (["剪绝对值最小的", "按大小排序", "看幅值"], "不看绝对值"),
            (["非结构化剪枝", "要稀疏算子", "零散地置零"], "不用稀疏算子"),
            (["结构化剪枝", "剪整个通道", "去掉整个单元"], "不是结构化"),
            (["再微调", "重新训练", "剪完再训练"], "不用微调"),
            (["逐步剪", "迭代地剪", "放在最后"], "不是逐步"),
        ],
    }
}

EQUIVALENT = {}
