"""Scaled dot-product attention: other right answers, and every trap written a second way."""

from functools import wraps
from math import exp, fsum, sqrt

import numpy as np


def quiet(answer):
    """`answer` without NumPy's warnings, as a notebook goes on after them."""

    @wraps(answer)
    def silent(*args, **kwargs):
        with np.errstate(all="ignore"):
            return answer(*args, **kwargs)

    return silent


# ---- attention: right --------------------------------------------------------------------------


def one_pair_at_a_time(q, k, v, mask=None):
    """Plain Python over the pairs; masked keys are never looked at."""
    shape = (*q.shape[:-1], k.shape[-2])
    allowed = np.ones(shape, bool) & (True if mask is None else mask)
    weights, out = np.zeros(shape), np.zeros((*q.shape[:-1], v.shape[-1]))
    for place in np.ndindex(*shape[:-1]):
        head = place[:-1]
        scores = {}
        for j in range(shape[-1]):
            if allowed[place][j]:
                scores[j] = fsum(a * b for a, b in zip(q[place], k[head][j], strict=True))
        if not scores:
            continue
        top = max(scores.values())
        e = {j: exp((s - top) / sqrt(q.shape[-1])) for j, s in scores.items()}
        for j, value in e.items():
            weights[place][j] = value / fsum(e.values())
            out[place] += weights[place][j] * v[head][j]
    return out, weights


@quiet
def logaddexp_rows(q, k, v, mask=None):
    """einsum, an additive mask, log-sum-exp; nan of an empty row replaced at the end."""
    scores = np.einsum("...td,...sd->...ts", q / q.shape[-1] ** 0.5, k)
    if mask is not None:
        scores = scores + np.where(mask, 0.0, -np.inf)
    lse = np.logaddexp.reduce(scores, axis=-1)[..., None]
    weights = np.nan_to_num(np.exp(scores - lse), nan=0.0)
    return np.matmul(weights, v), weights


def single_precision(q, k, v, mask=None):
    """float32, a large finite fill, and the mask multiplied in once more."""
    q, k, v = (a.astype("f4") for a in (q, k, v))
    scores = q @ k.swapaxes(-2, -1) / np.float32(np.sqrt(q.shape[-1]))
    keep = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    scores[~keep] = np.finfo("f4").min
    e = np.exp(scores - scores.max(-1)[..., None]) * keep
    weights = e / np.maximum(e.sum(-1, keepdims=True), np.float32(1e-30))
    return weights @ v, weights


# ---- attention: the traps' twins ---------------------------------------------------------------


def stable(row):
    """Softmax of one row; zeros where nothing is left."""
    if np.isneginf(row).all():
        return np.zeros(len(row))
    e = np.exp(row - np.max(row))
    return e / np.sum(e)


def rows_wrong(divide=None, cover=None, normal=stable, finish=None):
    """Attention row by row, with the wrong part passed in."""

    @quiet
    def answer(q, k, v, mask=None):
        T, S = q.shape[-2], k.shape[-2]
        keep = None if mask is None else np.broadcast_to(mask, (*q.shape[:-2], T, S))
        weights = np.zeros((*q.shape[:-2], T, S))
        for place in np.ndindex(*q.shape[:-1]):
            row = k[place[:-1]].dot(q[place])
            row = row / (divide(q, k, v) if divide else sqrt(q.shape[-1]))
            if keep is not None:
                if cover:
                    row = cover(row, keep[place])
                else:
                    row = np.array(
                        [s if a else -np.inf for s, a in zip(row, keep[place], strict=True)]
                    )
            weights[place] = normal(row)
            if finish and keep is not None:
                weights[place] = finish(weights[place], keep[place])
        return np.einsum("...ts,...sv->...tv", weights, v), weights

    return answer


def renormalised(row, keep):
    left = np.where(keep, row, 0.0)
    return left / left.sum() if left.sum() > 0 else left


@quiet
def over_queries(q, k, v, mask=None):
    scores = np.einsum("...td,...sd->...ts", q, k) / sqrt(q.shape[-1])
    if mask is not None:
        scores[~np.broadcast_to(mask, scores.shape)] = -np.inf
    w = np.apply_along_axis(stable, -2, scores)
    return w @ v, w


@quiet
def resliced(q, k, v, mask=None):
    turned = np.reshape(k, (*k.shape[:-2], k.shape[-1], k.shape[-2]))
    scores = np.matmul(q, turned) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    w = np.apply_along_axis(stable, -1, scores)
    return w @ v, w


@quiet
def all_axes(q, k, v, mask=None):
    scores = np.matmul(q, np.transpose(k)) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    w = np.apply_along_axis(stable, -1, scores)
    return w @ v, w


@quiet
def top_of_all(q, k, v, mask=None):
    scores = np.einsum("...td,...sd->...ts", q, k) / sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + np.where(mask, 0, -np.inf)
    e = np.exp(scores - np.amax(scores.ravel()))
    w = e / np.sum(e, axis=-1)[..., None]
    return w @ v, w


@quiet
def full_masks_only(q, k, v, mask=None):
    scores = np.einsum("...td,...sd->...ts", q, k) / sqrt(q.shape[-1])
    if mask is not None:
        scores[np.logical_not(mask)] = -np.inf
    w = np.apply_along_axis(stable, -1, scores)
    return w @ v, w


def unguarded(row):
    e = np.exp(row - row.max())
    return e / e.sum()


def bare(row):
    e = np.exp(row)
    return e / e.sum() if e.sum() > 0 else e


def rows_of_a_root(q, k, v, mask=None):
    s = np.einsum("...td,...sd->...ts", q, k)
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    w = np.apply_along_axis(stable, -1, s) * q.shape[-1] ** -0.5
    return np.einsum("...ts,...sv->...tv", w, v), w


@quiet
def exp_where(q, k, v, mask=None):
    """The exponential is taken at allowed places only; each query scaled before the product."""
    s = (q * q.shape[-1] ** -0.5) @ np.moveaxis(k, -1, -2)
    keep = np.full(s.shape, True) if mask is None else np.logical_and(mask, np.ones_like(s) > 0)
    top = s.max(axis=-1, where=keep, initial=-1e300, keepdims=True)
    e = np.zeros_like(s)
    np.exp(s - top, out=e, where=keep)
    w = np.divide(e, e.sum(-1, keepdims=True), out=np.zeros_like(e), where=keep)
    return w @ v, w


# ---- attention_backward ------------------------------------------------------------------------


def by_einsum(dout, q, k, v):
    """The row's mean as dout · out."""
    q = q / q.shape[-1] ** 0.5
    s = np.einsum("...td,...sd->...ts", q, k)
    w = np.exp(s - np.logaddexp.reduce(s, axis=-1)[..., None])
    out = np.einsum("...ts,...sv->...tv", w, v)
    ds = w * (dout @ v.swapaxes(-1, -2) - (dout * out).sum(-1)[..., None])
    dk = np.einsum("...ts,...td->...sd", ds, q)
    return ds @ k / q.shape[-1] ** 0.5, dk, np.einsum("...ts,...tv->...sv", w, dout)


def back_rows(jacobian=None, powers=(0.5, 0.5, 0), forward=0.5, normal=stable):
    """Backward one query at a time; right as it stands, or with the wrong part passed in."""

    def right(w):
        return np.diag(w) - w[:, None] * w[None]

    @quiet
    def answer(dout, q, k, v):
        grads = [np.zeros(a.shape) for a in (q, k, v)]
        d = q.shape[-1]
        for place in np.ndindex(*q.shape[:-1]):
            h = place[:-1]
            w = normal(k[h] @ q[place] / d**forward)
            ds = (jacobian or right)(w) @ (v[h] @ dout[place])
            grads[0][place] = k[h].T @ ds
            grads[1][h] += ds[:, None] * q[place]
            grads[2][h] += w[:, None] * dout[place]
        return tuple(g / d**power for g, power in zip(grads, powers, strict=True))

    return answer


def summed_over_queries(dout, q, k, v):
    c = q.shape[-1] ** -0.5
    w = np.apply_along_axis(stable, -1, c * np.einsum("...td,...sd->...ts", q, k))
    dw = np.einsum("...tv,...sv->...ts", dout, v)
    ds = w * dw - w * np.einsum("...ts,...ts->...s", w, dw)[..., None, :]
    dk = np.einsum("...ts,...td->...sd", ds, q)
    return c * (ds @ k), c * dk, np.einsum("...ts,...tv->...sv", w, dout)


# ---- multi_head --------------------------------------------------------------------------------


def head_by_head(x, Wq, Wk, Wv, Wo, H):
    heads = []
    for q, k, v in zip(*[np.split(x @ W, H, axis=-1) for W in (Wq, Wk, Wv)], strict=True):
        heads.append(one_pair_at_a_time(q, k, v)[0])
    return np.concatenate(heads, axis=-1) @ Wo


def by_five_letters(x, Wq, Wk, Wv, Wo, H):
    D = x.shape[-1]
    q, k, v = (np.einsum("btm,mhd->bhtd", x, W.reshape(D, H, -1)) for W in (Wq, Wk, Wv))
    out = logaddexp_rows(q, k, v)[0]
    return np.einsum("bhtd,hdm->btm", out, Wo.reshape(H, -1, Wo.shape[1]))


def lone_heads(cut, glue, width=None):
    """Multi-head with other ways to cut (B, T, H·d) into a list of heads and to glue them."""

    def answer(x, Wq, Wk, Wv, Wo, H):
        factor = 1 if width is None else width(H) ** -0.5
        parts = [cut(x @ W, H) for W in (Wq, Wk, Wv)]
        heads = [one_pair_at_a_time(q * factor, k, v)[0] for q, k, v in zip(*parts, strict=True)]
        return glue(heads, x) @ Wo

    return answer


def blocks(y, H):
    return np.split(y, H, axis=2)


def side_by_side(heads, x):
    return np.concatenate(heads, axis=2)


def pieces(y, H):
    B, T, D = y.shape
    return [
        y.reshape(B, -1)[:, h * T * D // H : (h + 1) * T * D // H].reshape(B, T, D // H)
        for h in range(H)
    ]


def one_after_another(heads, x):
    B, T = x.shape[:2]
    return np.concatenate([h.reshape(B, -1) for h in heads], axis=1).reshape(B, T, -1)


def among_heads(x, Wq, Wk, Wv, Wo, H):
    rows = []
    for b, t in np.ndindex(*x.shape[:2]):
        q, k, v = (np.stack(np.split(x[b, t] @ W, H)) for W in (Wq, Wk, Wv))
        rows.append(one_pair_at_a_time(q, k, v)[0].ravel() @ Wo)
    return np.array(rows).reshape(*x.shape[:2], -1)


def all_in_one(x, Wq, Wk, Wv, Wo, H):
    return head_by_head(x, Wq, Wk, Wv, Wo, 1)


def raw_heads(normal=stable, power=0.5):
    """Multi-head by einsum, the softmax passed in."""

    @quiet
    def answer(x, Wq, Wk, Wv, Wo, H):
        B, T, _ = x.shape
        q, k, v = ((x @ W).reshape(B, T, H, -1) for W in (Wq, Wk, Wv))
        s = np.einsum("bthd,bshd->bhts", q, k) / q.shape[-1] ** power
        w = np.apply_along_axis(normal, -1, s)
        return np.einsum("bhts,bshv->bthv", w, v).reshape(B, T, -1) @ Wo

    return answer


# ---- causal_mask -------------------------------------------------------------------------------


def by_tril(T, S):
    return np.tril(np.ones((T, S)), S - T) == 1


def row_by_row(T, S):
    return np.array([[j <= i for j in range(S)] for i in range(S - T, S)])


# ---- merge -------------------------------------------------------------------------------------


def by_maximum(out1, lse1, out2, lse2):
    """The running maximum and sum of FlashAttention."""
    top = np.nan_to_num(np.maximum(lse1, lse2))
    a, b = np.exp(lse1 - top), np.exp(lse2 - top)
    total = np.where(a + b > 0, a + b, 1)
    out = (a / total)[..., None] * out1 + (b / total)[..., None] * out2
    with np.errstate(divide="ignore"):
        return out, top + np.log(a + b)


@quiet
def by_logistic(out1, lse1, out2, lse2):
    """The share of the first part is a sigmoid of the difference."""
    gap = np.where(np.isneginf(lse1) & np.isneginf(lse2), 0.0, lse2 - lse1)
    share = (1 / (1 + np.exp(gap)))[..., None]
    return share * out1 + (1 - share) * out2, np.logaddexp(lse1, lse2)


def merged_wrong(weigh=None, sums=None):
    """merge one query at a time, with the wrong part passed in."""

    @quiet
    def answer(out1, lse1, out2, lse2):
        out, lse = np.zeros(out1.shape), np.zeros(lse1.shape)
        for place in np.ndindex(lse1.shape):
            pair = np.array([lse1[place], lse2[place]])
            a, b = (weigh or stable)(pair)
            out[place] = a * out1[place] + b * out2[place]
            lse[place] = (sums or np.logaddexp.reduce)(pair)
        return out, lse

    return answer


RIGHT = {
    "attention": [one_pair_at_a_time, logaddexp_rows, single_precision, exp_where],
    "attention_backward": [by_einsum, back_rows()],
    "multi_head": [head_by_head, by_five_letters, raw_heads()],
    "causal_mask": [by_tril, row_by_row],
    "merge": [by_maximum, by_logistic, merged_wrong()],
    "score_spread": [4.0, "4"],
    "weights_memory": ["64 GiB", "68.7 GB", (64, "GiB")],
    "crossover": [8192, "8192 tokens"],
    "flaws": [{2, 3, 4, 6, 7}, "2，3，4，6，7"],
}

TWINS = {
    "attention": {
        1: rows_wrong(cover=lambda row, keep: row, finish=renormalised),
        2: rows_wrong(divide=lambda q, k, v: 1),
        3: rows_wrong(divide=lambda q, k, v: k.shape[-1]),
        4: rows_wrong(divide=lambda q, k, v: v.shape[-1] ** 0.5),
        5: over_queries,
        6: resliced,
        7: all_axes,
        8: rows_wrong(cover=lambda row, keep: np.where(keep, row, 0)),
        9: rows_wrong(cover=lambda row, keep: row, finish=lambda w, keep: np.where(keep, w, 0)),
        10: rows_wrong(cover=lambda row, keep: np.where(~keep, row, -np.inf)),
        11: rows_wrong(cover=lambda row, keep: row),
        12: rows_wrong(normal=bare),
        13: top_of_all,
        14: rows_wrong(cover=lambda row, keep: np.choose(keep, [-1e4, row])),
        15: rows_wrong(normal=unguarded),
        16: rows_wrong(cover=lambda row, keep: np.choose(keep, [-1e9, row])),
        17: rows_wrong(cover=lambda row, keep: row + (1 - keep) * -1e9),
        18: full_masks_only,
        19: rows_wrong(divide=lambda q, k, v: q.shape[1] ** 0.5),
        20: rows_wrong(divide=lambda q, k, v: sqrt(v.shape[-2])),
        21: rows_of_a_root,
        22: rows_wrong(cover=lambda row, keep: np.where(keep, row + 1, row)),
    },
    "attention_backward": {
        1: back_rows(powers=(0, 0, 0)),
        2: back_rows(powers=(1, 1, 0)),
        3: back_rows(powers=(0.5, 0.5, 0.5)),
        4: back_rows(lambda w: np.eye(len(w))),
        5: back_rows(lambda w: np.diag(w - w**2)),
        6: back_rows(np.diag),
        7: summed_over_queries,
        8: back_rows(forward=0),
        9: back_rows(lambda w: np.diag(w) - w[:, None] / len(w)),
        10: back_rows(normal=lambda row: np.exp(row) / np.exp(row).sum()),
    },
    "multi_head": {
        1: lone_heads(pieces, side_by_side),
        2: lone_heads(blocks, one_after_another),
        3: lone_heads(lambda y, H: [y[:, :, h::H] for h in range(H)], side_by_side),
        4: lone_heads(blocks, side_by_side, width=lambda H: H),
        5: among_heads,
        6: all_in_one,
        7: raw_heads(power=0),
        8: raw_heads(normal=lambda row: np.exp(row) / np.sum(np.exp(row))),
    },
    "causal_mask": {
        1: lambda T, S: np.array([[j <= i for j in range(S)] for i in range(T)]),
        2: lambda T, S: np.array([[j < i for j in range(S)] for i in range(S - T, S)]),
        3: lambda T, S: np.array([[j - 1 <= i for j in range(S)] for i in range(S - T, S)]),
        4: lambda T, S: np.array([[j > i for j in range(S)] for i in range(S - T, S)]),
    },
    "merge": {
        1: merged_wrong(lambda pair: (0.5, 0.5)),
        2: merged_wrong(lambda pair: (1, 1)),
        3: merged_wrong(lambda pair: pair / np.sum(pair)),
        4: merged_wrong(lambda pair: stable(pair)[::-1]),
        5: merged_wrong(lambda pair: stable(pair) / max(stable(pair).max(), 1e-9)),
        6: merged_wrong(
            lambda pair: np.exp(pair) / np.exp(pair).sum(),
            lambda pair: np.log(np.exp(pair).sum()),
        ),
        7: merged_wrong(unguarded),
        8: merged_wrong(sums=max),
        9: merged_wrong(sums=sum),
    },
    "score_spread": {1: 16.0, 2: 1, 3: 32},
    "weights_memory": {1: (2, "GiB"), 2: "137.4 GB", 3: (256, "MiB")},
    "crossover": {1: "4096", 2: 16_384},
}

TWO_AT_ONCE = {
    "attention": [
        (rows_wrong(divide=lambda q, k, v: 1, cover=lambda row, keep: row), {2, 11}),
        (rows_wrong(normal=bare, cover=lambda row, keep: np.where(keep, row, 0)), {8, 12}),
    ],
    "attention_backward": [(back_rows(np.diag, powers=(0, 0, 0)), {1, 6})],
    "multi_head": [(lone_heads(pieces, one_after_another), {1, 2})],
    "merge": [(merged_wrong(lambda pair: (1, 1), sum), {2, 9})],
    "causal_mask": [(lambda T, S: np.array([[j > i for j in range(S)] for i in range(T)]), {1, 4})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the variance of q·k is d_k",
                    "√d_k is the standard deviation of the dot product",
                    "dividing keeps the variance at one",
                ],
                "the variance is not d_k",
            ),
            (
                [
                    "otherwise the softmax saturates",
                    "the gradients become tiny",
                    "the weights become one-hot",
                ],
                "the softmax does not saturate",
            ),
            (
                [
                    "masked scores become -inf",
                    "I set them to minus infinity",
                    "apply the mask before the softmax",
                ],
                "do not mask before the softmax",
            ),
            (
                [
                    "softmax over the keys",
                    "the output is a weighted sum of values",
                    "each row sums to one",
                ],
                "the softmax does not run over the keys",
            ),
            (
                [
                    "the heads are concatenated",
                    "split the model width into heads",
                    "each head attends alone and then we project",
                ],
                "the heads are not concatenated",
            ),
            (
                ["time is quadratic in T", "it takes O(T²) memory", "O(n^2 d) operations"],
                "the cost is not quadratic",
            ),
        ],
        "zh": [
            (["点积的方差是 d_k", "标准差回到 1", "保持方差为 1"], "不是为了方差"),
            (["softmax 会饱和", "梯度会消失", "权重接近 one-hot"], "softmax 不会饱和"),
            (["屏蔽的位置填 -inf", "设成负无穷", "先加掩码，再做 softmax"], "不要填 -inf"),
            (["沿 key 做 softmax", "对 value 加权求和", "每行加起来是 1"], "不是沿 key 做"),
            (["各个头的结果拼接", "拆成 H 个头", "多个头最后一起投影"], "不用拼接"),
            (["和长度的平方成正比", "复杂度是二次的", "时间 O(T^2 d)"], "不是平方复杂度"),
        ],
    }
}

EQUIVALENT = {
    "attention": {
        "np.maximum(total, 1) → np.maximum(1, total) in weights = e / np.maximum(total, 1)": (
            "same value: maximum does not see the order"
        )
    },
    "merge": {
        "np.logaddexp(lse1, lse2) → np.logaddexp(lse2, lse1) in lse = np.logaddexp(lse1, lse2)": (
            "same value: logaddexp does not see the order"
        )
    },
}
