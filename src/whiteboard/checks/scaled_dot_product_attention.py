"""Scaled dot-product attention: forward with masks, backward, heads, the causal mask.

The references go one query at a time: weights from differences of scores, a Jacobian of the
softmax written out, heads as slices of the weight matrices, parts without keys left out.
"""

from functools import wraps

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def quiet(answer):
    """`answer` without NumPy's warnings: a trap may overflow, that is its mistake."""

    @wraps(answer)
    def silent(*args, **kwargs):
        with np.errstate(all="ignore"):
            return answer(*args, **kwargs)

    return silent


# ---- attention ---------------------------------------------------------------------------------


@quiet
def _attention(q, k, v, mask=None):
    lead, (T, d), S = q.shape[:-2], q.shape[-2:], k.shape[-2]
    keep = np.broadcast_to(True if mask is None else mask, (*lead, T, S))
    weights = np.zeros((*lead, T, S))
    for place in np.ndindex(*lead, T):
        allowed = np.flatnonzero(keep[place])
        scores = k[place[:-1]][allowed] @ q[place] / d**0.5
        for key, score in zip(allowed, scores, strict=True):
            weights[place][key] = 1 / np.exp(scores - score).sum()
    return np.einsum("...ts,...sv->...tv", weights, v), weights


def _allowed(q, k, v, mask=None):
    if not all(isinstance(a, np.ndarray) and a.ndim >= 2 for a in (q, k, v)) or not all(
        a.dtype.kind in "fiu" and np.isfinite(a).all() for a in (q, k, v)
    ):
        return False
    if not q.shape[:-2] == k.shape[:-2] == v.shape[:-2] or q.shape[-1] != k.shape[-1]:
        return False
    if k.shape[-2] != v.shape[-2] or 0 in q.shape + k.shape + v.shape:
        return False
    return mask is None or (isinstance(mask, np.ndarray) and mask.dtype == bool)


def flip(a):
    return np.swapaxes(a, -1, -2)


def scaled(q, k, v):
    return q @ flip(k) / np.sqrt(q.shape[-1])


def hidden(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def softmax(scores, axis=-1):
    """Stable; all zeros where every score is −inf."""
    top = scores.max(axis=axis, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total)


def _variant(scores=scaled, hide=hidden, normal=softmax, after=lambda w, mask: w):
    """Attention with one line exchanged."""

    def answer(q, k, v, mask=None):
        weights = after(normal(hide(scores(q, k, v), mask)), mask)
        return weights @ v, weights

    return quiet(answer)


def masked_afterwards(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        e = e * mask
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total == 0, 1, total)
    return weights @ v, weights


def scaled_afterwards(q, k, v, mask=None):
    weights = softmax(hidden(q @ flip(k), mask)) / np.sqrt(q.shape[-1])
    return weights @ v, weights


def _unguarded(top):
    """Softmax that subtracts `top(scores)` and never looks whether anything is left."""

    def normal(scores):
        e = np.exp(scores - top(scores))
        return e / e.sum(axis=-1, keepdims=True)

    return normal


def by_index(q, k, v, mask=None):
    scores = scaled(q, k, v)
    if mask is not None:
        scores[~mask] = -np.inf
    weights = softmax(scores)
    return weights @ v, weights


_Q = np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 1.5, 0.0, 1.0]])
_K = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 2.0, 1.0, 1.0], [2.0, 0.0, 1.5, -1.0]])
_V = np.array([[1.0, 0.0, 2.0, -1.0, 0.0], [0.0, 2.0, 1.0, 0.0, 1.0], [3.0, -1.0, 0.0, 1.0, 2.0]])
_SMALL, _LARGE = (_Q, _K, _V), (1e3 * _Q, 10 * _K, _V)


def _normal(shape, seed):
    return np.random.default_rng(seed).normal(size=shape).round(2)


_HEADS = (_normal((2, 3, 4, 5), 1), _normal((2, 3, 6, 5), 2), _normal((2, 3, 6, 2), 3))

attention = Check(_attention, returns=("out", "weights"), domain=_allowed)
attention.case(
    *_SMALL,
    en="two queries, three keys: each row of weights is softmax(q·k / √d_k) over the keys",
    zh="两个 query、三个 key：权重的每一行都是沿 key 的 softmax(q·k / √d_k)",
)
attention.case(
    *_HEADS,
    en="with axes (B, H) in front, every head is a problem of its own",
    zh="前面带 (B, H) 两个轴时，每个头各算各的",
)
attention.case(
    *_SMALL,
    np.array([[True, False, True], [True, True, False]]),
    en="where the mask is False the weight is 0, and the others sum to 1",
    zh="掩码为 False 处权重是 0，其余的加起来是 1",
    ask_en="Which weights does a masked key change, and what do the rest sum to?",
    ask_zh="屏蔽一个 key 会改变哪些权重？剩下的权重加起来是多少？",
)
attention.case(
    *_HEADS,
    np.array([[True] * 4 + [False] * 2, [True, False, True, True, True, True]])[:, None, None],
    en="a padding mask (B, 1, 1, S) broadcasts over heads and queries",
    zh="padding 掩码的形状是 (B, 1, 1, S)，对头和 query 广播",
)
attention.case(
    *_LARGE,
    en="scores of ±10,000 and more: no overflow",
    zh="分数达到 ±10000 以上，也不溢出",
    ask_en="What is the largest x for which np.exp(x) is finite?",
    ask_zh="np.exp(x) 不溢出，x 最大能取多少？",
)
attention.case(
    np.array([[2000.0, 0.0, 0.0, 0.0], [-2000.0, 0.0, 0.0, 2.0]]),
    np.array([[10.0, 0.0, 0.0, 1.0], [10.0, 1.0, 1.0, 0.0], [10.0, 2.0, 0.0, -1.0]]),
    _V,
    np.array([[True, True, False], [True, False, True]]),
    en="rows of scores may lie 20,000 apart, and allowed scores may be near −10,000",
    zh="不同行的分数可以相差 20000，没被屏蔽的分数也可以在 −10000 附近",
)
attention.case(
    np.array([[4.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0]]),
    np.array([[0.0, 1.0, 0.0, 0.0], [1000.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 3.0]]),
    _V,
    np.array([[True, False, True], [True, True, True]]),
    en="a forbidden key may have by far the largest score",
    zh="被屏蔽的 key，分数可以远大于其余的 key",
    ask_en="Which exponentials are left of the row, once the forbidden key's is removed?",
    ask_zh="去掉被屏蔽的那个 key，这一行还剩哪些 exp？",
)
attention.case(
    *_SMALL,
    np.array([[False, False, False], [True, False, True]]),
    en="a query that may see no key gets weights 0 and output 0",
    zh="一个 key 都看不到的 query，权重全是 0，输出也是 0",
)


attention.case(
    1e4 * _Q,
    1e-4 * _K,
    _V,
    en="large queries and small keys make ordinary scores",
    zh="query 很大、key 很小，分数仍是一般的数",
)


@attention.fresh(en="fresh arrays and a fresh mask", zh="新的数组和新的掩码")
def _(rng):
    mask = rng.uniform(size=(2, 1, 3, 5)) < 0.7
    mask[..., 0] = True
    shapes = (2, 2, 3, 7), (2, 2, 5, 7), (2, 2, 5, 4)
    return (*[rng.normal(size=shape) for shape in shapes], mask)


attention.trap(
    masked_afterwards,
    en="The maximum is taken over forbidden keys too. If one of them towers over the rest, every "
    "allowed exponential underflows to 0 and nothing is left to renormalise. Mask first.",
    zh="取最大值时把被屏蔽的 key 也算进去了。它若远大于其余分数，允许的 exp 全下溢成 0，再归一化也"
    "没有东西了。应当先屏蔽。",
)
attention.trap(
    _variant(scores=lambda q, k, v: q @ flip(k)),
    en="The scores are not scaled. Their variance grows with d_k, and the softmax saturates.",
    zh="分数没有缩放。它的方差随 d_k 增大，softmax 会饱和。",
    ask_en="Entries of variance 1: what is the variance of a sum of d_k products?",
    ask_zh="各分量方差为 1：d_k 个乘积之和的方差是多少？",
)
attention.trap(
    _variant(scores=lambda q, k, v: q @ flip(k) / q.shape[-1]),
    en="Divided by d_k. The variance of q·k is d_k, so its standard deviation is √d_k: divide by "
    "that one, or the weights are almost uniform.",
    zh="除的是 d_k。q·k 的方差是 d_k，标准差是 √d_k，应除以标准差；除多了，权重就几乎是均匀的。",
)
attention.trap(
    _variant(scores=lambda q, k, v: q @ flip(k) / np.sqrt(v.shape[-1])),
    en="Scaled by √d_v. The dot product sums over d_k entries; the width of the values has no part "
    "in it.",
    zh="除的是 √d_v。点积是对 d_k 个分量求和，与 value 的宽度无关。",
)
attention.trap(
    _variant(normal=lambda s: softmax(s, axis=-2)),
    en="The softmax runs over the queries. Each query spreads a weight of 1 over the keys: "
    "axis=-1.",
    zh="softmax 沿 query 方向做了。每个 query 要把总和为 1 的权重分给各个 key：axis=-1。",
    ask_en="Which axis of your weights sums to 1?",
    ask_zh="你的权重沿哪个轴加起来是 1？",
)
attention.trap(
    _variant(
        scores=lambda q, k, v: q @ k.reshape(*k.shape[:-2], *k.shape[:-3:-1]) / q.shape[-1] ** 0.5
    ),
    en="reshape to (d_k, S) reads the numbers in the same order and mixes keys. To transpose, swap "
    "the last two axes.",
    zh="reshape 成 (d_k, S) 只是按原来的顺序重新切分，把不同的 key 混在了一起。"
    "转置要交换最后两个轴。",
)
attention.trap(
    _variant(scores=lambda q, k, v: q @ k.T / q.shape[-1] ** 0.5),
    en="k.T reverses all axes, (B, H, S, d) becomes (d, S, H, B). Swap the last two only.",
    zh="k.T 会把所有轴倒过来，(B, H, S, d) 变成 (d, S, H, B)。只应交换最后两个轴。",
)
attention.trap(
    _variant(hide=lambda s, mask: s if mask is None else s * mask),
    en="Masked scores are set to 0, and exp(0) = 1: a forbidden key still gets weight. Use −inf.",
    zh="把被屏蔽的分数设成了 0，而 exp(0) = 1，这个 key 仍有权重。应设成 −inf。",
    ask_en="What is the exponential of a masked score in your code?",
    ask_zh="在你的代码里，被屏蔽的分数取 exp 之后是多少？",
)
attention.trap(
    _variant(hide=lambda s, mask: s, after=lambda w, mask: w if mask is None else w * mask),
    en="Masked after the softmax and not renormalised: the rest of the row no longer sums to 1.",
    zh="softmax 之后才屏蔽，又没有重新归一化：这一行剩下的权重加起来不到 1。",
)
attention.trap(
    _variant(hide=lambda s, mask: s if mask is None else np.where(mask, -np.inf, s)),
    en="The polarity is reversed: here True means that the query may see the key.",
    zh="掩码的含义反了：这里 True 表示可以看。",
)
attention.trap(
    _variant(hide=lambda s, mask: s), en="The argument mask is not used.", zh="没有用到参数 mask。"
)
attention.trap(
    _variant(normal=_unguarded(lambda s: 0)),
    en="exp(10,000) is inf, and inf / inf is nan. Subtract each row's maximum first.",
    zh="exp(10000) 是 inf，inf / inf 是 nan。先减去每行的最大值。",
)
attention.trap(
    _variant(normal=_unguarded(np.max)),
    en="One maximum for the whole array: a row far below it underflows to 0/0. Each row needs its "
    "own maximum, keepdims=True.",
    zh="整个数组只减了一个最大值：比它低很多的行全下溢，0/0。每行要减自己的最大值，keepdims=True。",
)
attention.trap(
    _variant(hide=lambda s, mask: s if mask is None else np.where(mask, s, -1e4)),
    en="−10,000 is a score like any other: where allowed scores lie lower, the forbidden key wins. "
    "−inf cannot be undercut.",
    zh="−10000 也只是一个普通分数：允许的分数更低时，反而是被屏蔽的 key 胜出。−inf 才不会被越过。",
)
attention.trap(
    _variant(normal=_unguarded(lambda s: s.max(axis=-1, keepdims=True))),
    en="A row without any allowed key is −inf − (−inf) = nan, and the nan spreads through the next "
    "layers. The question asks for zeros.",
    zh="整行都被屏蔽时 −inf − (−inf) = nan，会一路传到后面各层。题目要求这时给 0。",
)
attention.trap(
    _variant(hide=lambda s, mask: s if mask is None else np.where(mask, s, -1e9)),
    en="With −1e9, or any finite number, in every place a fully masked row is uniform: the query "
    "averages values that it must not see. The question asks for zeros.",
    zh="整行都填 −1e9（或任何有限的数），softmax 之后是均匀的：query 把不许看的 value 平均了一遍。"
    "题目要求这时给 0。",
)
attention.trap(
    _variant(hide=lambda s, mask: s if mask is None else s - 1e9 * ~mask),
    en="Subtracting 1e9 from every score of a row shifts the row, and the softmax does not see a "
    "shift: a fully masked row comes out unmasked. The question asks for zeros.",
    zh="整行都减 1e9 只是平移，softmax 对平移不变：全被屏蔽的行等于没屏蔽。题目要求这时给 0。",
)
attention.trap(
    quiet(by_index),
    en="scores[~mask] needs a mask of the full shape (B, H, T, S): indexing does not broadcast. "
    "np.where(mask, scores, −inf) does.",
    zh="scores[~mask] 要求掩码是完整的 (B, H, T, S) 形状，索引不会广播。np.where(mask, scores, "
    "−inf) 才会。",
)
attention.trap(
    _variant(scores=lambda q, k, v: q @ flip(k) / np.sqrt(q.shape[1])),
    en="q.shape[1] is d_k for one matrix only; with (B, H) in front it is H. q.shape[-1] is d_k "
    "always.",
    zh="只有单个矩阵时 q.shape[1] 才是 d_k；前面带 (B, H) 时它是 H。q.shape[-1] 才总是 d_k。",
)
attention.trap(
    _variant(scores=lambda q, k, v: q @ flip(k) / np.sqrt(k.shape[-2])),
    en="Scaled by the root of the number of keys. The dot product sums over d_k entries, however "
    "long the sequence is.",
    zh="除的是 key 个数的平方根。点积是对 d_k 个分量求和，与序列多长无关。",
)
attention.trap(
    scaled_afterwards,
    en="Divided after the softmax: the rows sum to 1/√d_k, and the softmax has saturated already. "
    "The scores are what must be scaled.",
    zh="softmax 之后才除：每行加起来成了 1/√d_k，softmax 也早就饱和了。要缩放的是分数。",
)
attention.trap(
    _variant(hide=lambda s, mask: s if mask is None else s + mask),
    en="Added to the scores, a boolean mask counts as 0 and 1: forbidden keys only fall behind by "
    "1. Adding is for float masks of 0 and −inf.",
    zh="布尔掩码加到分数上只是加 0 或加 1，被屏蔽的 key 不过低了 1。能直接加的是由 0 和 −inf 组成的"
    "浮点掩码。",
)


# ---- attention_backward ------------------------------------------------------------------------


def _attention_backward(dout, q, k, v):
    dq, dk, dv = (np.zeros(a.shape) for a in (q, k, v))
    root = q.shape[-1] ** 0.5
    for place in np.ndindex(dout.shape[:-1]):
        head = place[:-1]
        w = _attention(q[place][None], k[head], v[head])[1][0]
        ds = (np.diag(w) - np.outer(w, w)) @ (v[head] @ dout[place])
        dq[place] = ds @ k[head] / root
        dk[head] += np.outer(ds, q[place]) / root
        dv[head] += np.outer(w, dout[place])
    return dq, dk, dv


def _back(
    scores=scaled,
    slope=lambda w, dw: w * (dw - (w * dw).sum(axis=-1, keepdims=True)),
    scale=lambda d, S: (d**-0.5, d**-0.5, 1.0),
    normal=softmax,
):
    """attention_backward with one line exchanged."""

    def answer(dout, q, k, v):
        w = normal(scores(q, k, v))
        ds = slope(w, dout @ flip(v))
        one, two, three = scale(q.shape[-1], k.shape[-2])
        return ds @ k * one, flip(ds) @ q * two, flip(w) @ dout * three

    return quiet(answer)


attention_backward = Check(_attention_backward, returns=("dq", "dk", "dv"))
_DOUT = np.array([[1.0, -1.0, 0.0, 2.0, 0.5], [0.5, 2.0, 1.0, 0.0, -1.0]])
attention_backward.case(
    _DOUT,
    *_SMALL,
    en="the three gradients of two queries and three keys",
    zh="两个 query、三个 key 时的三个梯度",
)
attention_backward.case(
    _normal((2, 3, 4, 2), 4), *_HEADS, en="with axes (B, H) in front", zh="前面带 (B, H) 两个轴"
)
attention_backward.case(
    _DOUT,
    *_LARGE,
    en="scores of ±10,000 saturate the softmax: dq and dk are 0, dv is not",
    zh="分数达到 ±10000，softmax 饱和：dq 和 dk 为 0，dv 不为 0",
)


@attention_backward.fresh(en="fresh arrays", zh="新的数组")
def _(rng):
    return tuple(rng.normal(size=(2, *shape)) for shape in ((3, 2), (3, 5), (4, 5), (4, 2)))


@attention_backward.property(
    en="dk equals the central differences of Σ dout · out", zh="dk 等于 Σ dout · out 的中心差分"
)
def _(answer, rng):
    dout, q, k, v = (rng.normal(size=s) for s in ((2, 3), (2, 4), (5, 4), (5, 3)))
    steps = np.zeros(k.shape)
    for place in np.ndindex(k.shape):
        step = np.zeros(k.shape)
        step[place] = 1e-5
        high, low = (_attention(q, k + side * step, v)[0] for side in (1, -1))
        steps[place] = (dout * (high - low)).sum() / 2e-5
    dk = answer(dout, q, k, v)[1]
    return Evidence(given={"q": q, "k": k}, expected=steps, got=dk, tolerance=1e-3)


attention_backward.trap(
    _back(scale=lambda d, S: (1.0, 1.0, 1.0)),
    en="The 1/√d_k of the scores is missing in dq and dk: the chain rule passes through it too.",
    zh="dq 和 dk 少了分数里的 1/√d_k：链式法则也要经过它。",
)
attention_backward.trap(
    _back(scale=lambda d, S: (1 / d, 1 / d, 1.0)),
    en="1/√d_k is applied twice. dq = ds·k/√d_k and dk = dsᵀ·q/√d_k, once each.",
    zh="1/√d_k 乘了两次。dq = ds·k/√d_k，dk = dsᵀ·q/√d_k，各只乘一次。",
)
attention_backward.trap(
    _back(scale=lambda d, S: (d**-0.5, d**-0.5, d**-0.5)),
    en="dv carries a 1/√d_k. The values meet the weights after the scaling: dv = wᵀ·dout.",
    zh="dv 里多了 1/√d_k。value 是在缩放之后才和权重相乘的：dv = wᵀ·dout。",
)
attention_backward.trap(
    _back(slope=lambda w, dw: dw),
    en="The softmax is skipped: dw is the slope along the weights, not along the scores.",
    zh="跳过了 softmax：dw 是对权重的导数，不是对分数的导数。",
)
attention_backward.trap(
    _back(slope=lambda w, dw: w * (1 - w) * dw),
    en="w(1 − w) is only the diagonal of the softmax's Jacobian. Raising one score lowers the "
    "other weights: the entries −w_i w_j belong to it.",
    zh="w(1 − w) 只是 softmax 雅可比矩阵的对角线。一个分数变大，别的权重会变小：还有 −w_i w_j "
    "这些项。",
    ask_en="What must every row of ds sum to?",
    ask_zh="ds 的每一行加起来应当是多少？",
)
attention_backward.trap(
    _back(slope=lambda w, dw: w * dw),
    en="w·dw lacks the row's own mean: ds = w·(dw − Σ w·dw). Every row of ds sums to 0.",
    zh="w·dw 还要减去这一行的加权平均：ds = w·(dw − Σ w·dw)。ds 的每一行之和为 0。",
    ask_en="What must every row of ds sum to?",
    ask_zh="ds 的每一行加起来应当是多少？",
)
attention_backward.trap(
    _back(slope=lambda w, dw: w * (dw - (w * dw).sum(axis=-2, keepdims=True))),
    en="The sum Σ w·dw runs over the queries. The softmax ran over the keys, so the sum does too.",
    zh="Σ w·dw 沿 query 求了和。softmax 是沿 key 做的，这个和也要沿 key。",
)
attention_backward.trap(
    _back(scores=lambda q, k, v: q @ flip(k)),
    en="The weights are recomputed from unscaled scores: not those of the forward pass.",
    zh="重算权重时没有缩放分数，和前向的权重不是同一个。",
)
attention_backward.trap(
    _back(slope=lambda w, dw: w * (dw - dw.mean(axis=-1, keepdims=True))),
    en="The plain mean of dw is subtracted. It is the mean weighted by w, Σ w·dw, that makes every "
    "row of ds sum to 0.",
    zh="减的是 dw 的普通平均。应当减按 w 加权的平均 Σ w·dw，这样 ds 的每一行之和才是 0。",
    ask_en="What does each row of your ds sum to?",
    ask_zh="你的 ds 每一行加起来是多少？",
)
attention_backward.trap(
    _back(normal=_unguarded(lambda s: 0)),
    en="The weights are recomputed without subtracting each row's maximum: exp(10,000) is inf, and "
    "inf / inf is nan.",
    zh="重算权重时没有先减去每行的最大值：exp(10000) 是 inf，inf / inf 是 nan。",
)


# ---- multi_head --------------------------------------------------------------------------------


def _multi_head(x, Wq, Wk, Wv, Wo, H):
    d, e = Wq.shape[1] // H, Wv.shape[1] // H
    out = 0
    for h in range(H):
        narrow, wide = slice(h * d, (h + 1) * d), slice(h * e, (h + 1) * e)
        head = _attention(x @ Wq[:, narrow], x @ Wk[:, narrow], x @ Wv[:, wide])[0]
        out = out + head @ Wo[wide]
    return out


def _divide(a, H):
    return a.reshape(*a.shape[:2], H, -1).transpose(0, 2, 1, 3)


def _join(out):
    return out.transpose(0, 2, 1, 3).reshape(out.shape[0], out.shape[2], -1)


def _heads(split=_divide, merge=_join, root=lambda d, H: d**0.5, normal=softmax):
    """multi_head with one line exchanged."""

    def answer(x, Wq, Wk, Wv, Wo, H):
        q, k, v = (split(x @ W, H) for W in (Wq, Wk, Wv))
        w = normal(q @ flip(k) / root(q.shape[-1], H))
        return merge(w @ v) @ Wo

    return quiet(answer)


def _single(x, Wq, Wk, Wv, Wo, H):
    return _attention(x @ Wq, x @ Wk, x @ Wv)[0] @ Wo


multi_head = Check(_multi_head)
multi_head.case(
    np.array([[[1.0, 0.0, 0.0, 2.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]]]),
    *[np.eye(4)] * 4,
    2,
    en="all matrices the identity: head 0 attends within the first two columns, head 1 within the "
    "last two",
    zh="矩阵都是单位阵：第 0 个头只看前两列，第 1 个头只看后两列",
)
multi_head.case(
    _normal((2, 3, 4), 5),
    *[_normal(shape, seed) for seed, shape in enumerate(((4, 6), (4, 6), (4, 8), (8, 5)), 10)],
    2,
    en="two heads: head h owns the h-th block of columns, and Wo follows their concatenation",
    zh="两个头：第 h 个头用第 h 块连续的列，拼接之后再乘 Wo",
)
multi_head.case(
    _normal((1, 5, 3), 7),
    *[_normal(shape, seed) for seed, shape in enumerate(((3, 4), (3, 4), (3, 2), (2, 3)), 20)],
    1,
    en="one head is plain attention between projections",
    zh="只有一个头时，就是投影、注意力、再投影",
)
multi_head.case(
    100 * _normal((1, 3, 4), 9),
    *[_normal(shape, seed) for seed, shape in enumerate(((4, 6), (4, 6), (4, 8), (8, 5)), 10)],
    2,
    en="scores of ±10,000 and more in every head: no overflow",
    zh="每个头的分数都可达 ±10000 以上，也不溢出",
)


@multi_head.fresh(en="fresh weights, three heads", zh="新的权重，三个头")
def _(rng):
    shapes = (2, 5, 4), (4, 6), (4, 6), (4, 9), (9, 4)
    return (*[rng.normal(size=shape) for shape in shapes], 3)


multi_head.trap(
    _heads(split=lambda a, H: a.reshape(a.shape[0], H, a.shape[1], -1)),
    en="reshape to (B, H, T, d) at once cuts the tokens apart: a head then holds pieces of some "
    "tokens. Split the last axis into (H, d), then move H in front of T.",
    zh="直接 reshape 成 (B, H, T, d) 会把 token 切碎：一个头拿到的是部分 token 的碎片。"
    "先把最后一个轴拆成 "
    "(H, d)，再把 H 移到 T 前面。",
    ask_en="x is (1, 2, 4), H = 2: which numbers does your head 0 hold for token 1?",
    ask_zh="x 是 (1, 2, 4)，H = 2：你的第 0 个头里，token 1 对应哪几个数？",
)
multi_head.trap(
    _heads(merge=lambda out: out.reshape(out.shape[0], out.shape[2], -1)),
    en="The heads are merged without moving H behind T again: a row then mixes several tokens.",
    zh="合并之前没有把 H 移回 T 后面：一行里混进了好几个 token。",
)
multi_head.trap(
    _heads(split=lambda a, H: a.reshape(*a.shape[:2], -1, H).transpose(0, 3, 1, 2)),
    en="Head h takes every H-th column. Here, as in PyTorch and Keras, it owns a contiguous block.",
    zh="第 h 个头每隔 H 列取一列。这里和 PyTorch、Keras 一样，每个头用连续的一块列。",
)
multi_head.trap(
    _heads(root=lambda d, H: (d * H) ** 0.5),
    en="Scaled by the root of the full width H·d_k. A head's dot product has d_k terms.",
    zh="除的是总宽度 H·d_k 的平方根。一个头里的点积只有 d_k 项。",
)
multi_head.trap(
    _heads(
        split=lambda a, H: a.reshape(*a.shape[:2], H, -1),
        merge=lambda out: out.reshape(*out.shape[:2], -1),
    ),
    en="H still stands where T should: the heads of one token attend to each other, and no token "
    "sees another.",
    zh="H 还在 T 该在的位置：成了同一个 token 的各个头互相注意，token 之间谁也看不到谁。",
)
multi_head.trap(
    _single,
    en="H is not used: this is one head of the full width, with one set of weights per token.",
    zh="没有用到 H：这是一个全宽的头，每个 token 只有一组权重。",
)
multi_head.trap(
    _heads(root=lambda d, H: 1),
    en="The scores are not scaled: each head divides by the root of its own width d_k.",
    zh="分数没有缩放：每个头都要除以自己的宽度 d_k 的平方根。",
)
multi_head.trap(
    _heads(normal=_unguarded(lambda s: 0)),
    en="This softmax overflows: exp(10,000) is inf. Call your `attention`, or subtract each row's "
    "maximum.",
    zh="这个 softmax 会溢出：exp(10000) 是 inf。可以调用你的 `attention`，或先减去每行的最大值。",
)


# ---- causal_mask -------------------------------------------------------------------------------


def _causal_mask(T, S):
    return np.array([[key - S <= query - T for key in range(S)] for query in range(T)])


causal_mask = Check(_causal_mask)
causal_mask.case(
    3, 5, en="three new queries after two cached keys", zh="两个缓存的 key 之后来了三个新 query"
)
causal_mask.case(4, 4, en="each query sees itself and what came before", zh="看得到自己和之前的")
causal_mask.case(
    1, 6, en="one query while decoding sees all keys", zh="解码时的一个 query 看得到全部 key"
)
causal_mask.case(
    5,
    2,
    en="more queries than keys: the first three see nothing",
    zh="query 比 key 多：前三个什么都看不到",
)


@causal_mask.property(en="the entries are boolean", zh="元素是布尔值")
def _(answer):
    kind = np.asarray(answer(2, 3)).dtype.kind
    return Evidence(given={"T": 2, "S": 3}, expected=True, got=kind == "b")


causal_mask.trap(
    lambda T, S: np.tril(np.ones((T, S), bool)),
    en="Aligned top-left: query 0 sees key 0 only, though S − T keys came before it. The last "
    "query "
    "belongs to the last key.",
    zh="对齐的是左上角：query 0 只看得到 key 0，可它之前已有 S − T 个 key。最后一个 query "
    "应对应最后一个 key。",
)
causal_mask.trap(
    lambda T, S: np.tril(np.ones((T, S), bool), S - T - 1),
    en="The query's own key is hidden. It is allowed: the label is the next token, not this one.",
    zh="连 query 自己的 key 也屏蔽了。它是允许看的：标签是下一个 token，不是这一个。",
)
causal_mask.trap(
    lambda T, S: np.tril(np.ones((T, S), bool), S - T + 1),
    en="Each query sees one key of the future. Training loss falls fast, and generation fails.",
    zh="每个 query 多看到一个未来的 key。训练损失降得很快，生成时却不行。",
)
causal_mask.trap(
    lambda T, S: ~np.tril(np.ones((T, S), bool), S - T),
    en="The polarity is reversed: True is what the query may see.",
    zh="含义反了：True 表示可以看。",
)


# ---- merge -------------------------------------------------------------------------------------


def _merge(out1, lse1, out2, lse2):
    out, lse = np.zeros(out1.shape), np.full(lse1.shape, -np.inf)
    for place in np.ndindex(lse1.shape):
        parts = [(s[place], o[place]) for s, o in ((lse1, out1), (lse2, out2)) if s[place] > -1e300]
        for own, o in parts:
            out[place] += o / sum(np.exp(other - own) for other, _ in parts)
        if parts:
            top = max(own for own, _ in parts)
            lse[place] = top + np.log(sum(np.exp(own - top) for own, _ in parts))
    return out, lse


def _merger(
    share=lambda own, other, lse: np.exp(own - np.nan_to_num(lse)),
    total=np.logaddexp,
):
    """merge with one line exchanged."""

    def answer(out1, lse1, out2, lse2):
        lse = np.logaddexp(lse1, lse2)
        out = share(lse1, lse2, lse)[..., None] * out1 + share(lse2, lse1, lse)[..., None] * out2
        return out, total(lse1, lse2)

    return quiet(answer)


_OUT1, _OUT2 = np.array([[4.0, 0.0, 8.0], [1.0, 2.0, 3.0]]), np.array([[0.0, 4.0, 4.0]] * 2)
_LSE1, _LSE2 = np.log([3.0, 2.0]), np.log([1.0, 6.0])
merge = Check(_merge, returns=("out", "lse"))
merge.case(
    _OUT1,
    _LSE1,
    _OUT2,
    _LSE2,
    en="exponentials that sum to 3 and to 1: the parts count ¾ and ¼, and lse is log 4",
    zh="两部分的 exp 之和是 3 和 1：各占 ¾ 和 ¼，lse 是 log 4",
)
merge.case(
    _normal((2, 3, 4, 5), 30),
    _normal((2, 3, 4), 31),
    _normal((2, 3, 4, 5), 32),
    _normal((2, 3, 4), 33),
    en="with axes (B, H) in front",
    zh="前面带 (B, H) 两个轴",
)
merge.case(
    _OUT1,
    np.array([10_000.0, -10_000.0]),
    _OUT2,
    np.array([9_970.0, -9_970.0]),
    en="scores of ±10,000: no overflow, no 0/0",
    zh="分数在 ±10000 附近：不溢出，也不出现 0/0",
)
merge.case(
    _OUT1 * [[1], [0]],
    np.array([0.5, -np.inf]),
    _OUT2 * [[0], [1]],
    np.array([-np.inf, 0.5]),
    en="a part without any allowed key counts nothing",
    zh="一个可看的 key 都没有的部分不占权重",
)
merge.case(
    _OUT1 * [[1], [0]],
    np.array([0.5, -np.inf]),
    _OUT2 * [[1], [0]],
    np.array([1.5, -np.inf]),
    en="without allowed keys in either part: out 0 and lse −inf",
    zh="两部分都没有可看的 key：out 是 0，lse 是 −inf",
)


@merge.fresh(en="fresh parts", zh="新的两部分")
def _(rng):
    return tuple(rng.normal(scale=2, size=shape) for shape in ((3, 4, 2), (3, 4)) * 2)


merge.trap(
    _merger(share=lambda own, other, lse: np.full_like(own, 0.5)),
    en="Both parts count ½. A part whose scores are higher holds more of the weight: exp(lse) says "
    "how much.",
    zh="两部分各算了一半。分数高的那部分占的权重更多，占多少由 exp(lse) 决定。",
)
merge.trap(
    _merger(share=lambda own, other, lse: np.ones_like(own)),
    en="Each out is normalised over its own keys already: the sum counts every query twice.",
    zh="每个 out 都已经在自己的 key 上归一化过了，直接相加等于每个 query 算了两遍。",
)
merge.trap(
    _merger(share=lambda own, other, lse: own / (own + other)),
    en="lse is a logarithm. The parts count as exp(lse1) to exp(lse2).",
    zh="lse 是对数。两部分的比例是 exp(lse1) 比 exp(lse2)。",
)
merge.trap(
    _merger(share=lambda own, other, lse: np.exp(other - np.nan_to_num(lse))),
    en="The shares are exchanged: the part with the larger lse counts more.",
    zh="两个比例弄反了：lse 大的那部分占得多。",
)
merge.trap(
    _merger(share=lambda own, other, lse: np.exp(own - np.nan_to_num(np.maximum(own, other)))),
    en="Rescaled to the larger maximum but not divided by the new sum: the shares exceed 1.",
    zh="换算到了较大的那个最大值，却没有除以新的总和：比例加起来大于 1。",
)
merge.trap(
    _merger(
        share=lambda own, other, lse: np.exp(own) / (np.exp(own) + np.exp(other)),
        total=lambda a, b: np.log(np.exp(a) + np.exp(b)),
    ),
    en="exp(10,000) is inf and exp(−10,000) is 0. Work with differences: exp(lse1 − lse).",
    zh="exp(10000) 是 inf，exp(−10000) 是 0。要用差来算：exp(lse1 − lse)。",
)
merge.trap(
    _merger(share=lambda own, other, lse: np.exp(own - lse)),
    en="Where neither part has a key, −inf − (−inf) is nan.",
    zh="两部分都没有可看的 key 时，−inf − (−inf) 是 nan。",
)
merge.trap(
    _merger(total=np.maximum),
    en="lse is the larger of the two: the next merge would count this result too little.",
    zh="lse 取了两者中较大的：下次再合并时，这个结果就算少了。",
)
merge.trap(
    _merger(total=np.add),
    en="Adding logarithms multiplies. It is exp(lse1) and exp(lse2) that add up.",
    zh="对数相加是相乘。该相加的是 exp(lse1) 和 exp(lse2)。",
)


# ---- on paper ----------------------------------------------------------------------------------

score_spread = Estimate(4, rtol=0.01)
score_spread.trap(
    16,
    en="This is the variance. The standard deviation is its root.",
    zh="这是方差，标准差是它的平方根。",
)
score_spread.trap(
    1,
    en="1 needs entries of variance 1. Each product here has variance 4 · 4.",
    zh="等于 1 的前提是各分量方差为 1。这里每个乘积的方差是 4 · 4。",
)
score_spread.trap(
    32, en="This is before the division by √64 = 8.", zh="这是除以 √64 = 8 之前的值。"
)

weights_memory = Estimate("64 GiB", rtol=0.02)
weights_memory.trap("2 GiB", en="One head's. There are 32.", zh="这只是一个头的，一共有 32 个头。")
weights_memory.trap(
    "128 GiB",
    en="Four bytes a number; bfloat16 has two.",
    zh="按每个数四字节算了，bfloat16 是两字节。",
)
weights_memory.trap(
    "256 MiB",
    en="This is T × d_model, one of q, k and v. The weights have T × T entries per head.",
    zh="这是 T × d_model，即 q、k、v 中的一个。权重每个头有 T × T 个数。",
)

crossover = Estimate(8192, unit="tokens", unit_zh="个 token", rtol=0.01)
crossover.trap(
    4096,
    en="T = D needs a second look: 8·T·D² for the four projections, 4·T²·D for the two products.",
    zh="T = D 差了一倍：四个投影是 8·T·D²，两个矩阵乘法是 4·T²·D。",
)
crossover.trap(
    16384,
    en="Only one of the two products was counted: q·kᵀ and weights·v cost 2·T²·D each.",
    zh="两个矩阵乘法只算了一个：q·kᵀ 和 weights·v 各要 2·T²·D。",
)

# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Without masks and positions, permuting keys and values together changes no output.",
    zh="没有掩码和位置编码时，把 key 和 value 一起打乱顺序，输出不变。",
)
flaws.false(
    en="Training adjusts the attention weights by gradient descent until they fit the task.",
    zh="训练就是用梯度下降调整注意力权重，直到适合任务。",
    because_en="Weights are activations, computed anew for every input. What is trained are the "
    "projections Wq, Wk, Wv, Wo.",
    because_zh="注意力权重是激活值，每个输入都重新算。训练的是投影矩阵 Wq、Wk、Wv、Wo。",
    source="Vaswani et al. 2017, §3.2.1, §3.2.2",
)
flaws.false(
    en="q·k of entries with variance 1 has standard deviation d_k, and the root in √d_k is there "
    "to be gentler.",
    zh="各分量方差为 1 时，q·k 的标准差是 d_k；开根号只是为了缩得温和一点。",
    because_en="Its variance is d_k and its standard deviation √d_k: the root restores exactly 1.",
    because_zh="方差是 d_k，标准差是 √d_k：除以 √d_k 正好让标准差回到 1。",
    source="Vaswani et al. 2017, §3.2.1, footnote 4",
)
flaws.false(
    en="Eight heads of width D/8 need about eight times the multiplications of one head of "
    "width D.",
    zh="八个宽度为 D/8 的头，乘法次数约是一个宽度为 D 的头的八倍。",
    because_en="The widths add up to D, so the products cost the same. The weights do need eight "
    "times the memory.",
    because_zh="宽度加起来还是 D，矩阵乘法的计算量相同。变成八倍的是权重占的内存。",
    source="Vaswani et al. 2017, §3.2.2",
)
flaws.true(
    en="A mask of −inf before the softmax makes a weight exactly 0 and leaves a row that sums "
    "to 1.",
    zh="softmax 之前填 −inf，那个权重就正好是 0，整行仍然加起来是 1。",
)
flaws.false(
    en="FlashAttention makes attention linear in time by approximating the softmax.",
    zh="FlashAttention 用近似的 softmax，把注意力的时间降到线性。",
    because_en="It is exact and still needs O(T²d) operations. It avoids storing the T × T matrix: "
    "the extra memory is O(T).",
    because_zh="它是精确的，计算量仍是 O(T²d)。它省掉的是存 T × T 矩阵，额外内存只要 O(T)。",
    source="Dao et al. 2022, Theorem 1",
)
flaws.false(
    en="A token with a large weight is what the prediction depends on, so the weights explain the "
    "model.",
    zh="权重大的 token 就是预测所依据的，所以注意力权重能解释模型。",
    because_en="They need not: other weights can give the same prediction. Whether they explain is "
    "disputed and has to be tested.",
    because_zh="不一定：换一组权重也可能得到同样的预测。能否当作解释有争议，需要检验。",
    source="Jain & Wallace 2019; Wiegreffe & Pinter 2019",
)

say = Say(
    model_en="""
Every query is scored against every key by a dot product, and the scores are divided by √d_k.
Entries with variance 1 give a dot product of variance d_k, so the division brings the standard
deviation back to one. Otherwise the softmax saturates and its gradient vanishes.
Forbidden keys are set to −inf before the softmax. The softmax runs over the keys, so each row sums
to one, and the output is the weighted sum of the values.
With several heads I split the width into H parts, let each attend by itself, concatenate and
project. Time is O(T² d), and stored weights need O(T²) memory for every head.
""",
    model_zh="""
每个 query 和每个 key 做点积得到分数，再除以 √d_k。
各分量方差为 1 时，点积的方差是 d_k，除以 √d_k 后标准差回到 1；不除的话 softmax 会饱和，梯度消失。
不许看的 key，在 softmax 之前设为 −inf。
沿 key 做 softmax，每行和为 1，输出是 value 的加权和。
多头是把宽度拆成 H 份，各自做注意力，拼接后再投影。
时间是 O(T² d)，存权重的内存每个头是 O(T²)。
""",
)
say.point(
    en="q·k has variance d_k; dividing by √d_k restores 1",
    zh="q·k 的方差是 d_k，除以 √d_k 后回到 1",
    found_en=[r"varianc", r"standard deviation"],
    found_zh=[r"方差", r"标准差"],
)
say.point(
    en="without it the softmax saturates and its gradient vanishes",
    zh="不除的话 softmax 饱和，梯度消失",
    found_en=[r"saturat", r"gradients?.{0,20}(vanish|tiny|small)", r"one.?hot"],
    found_zh=[r"饱和", r"梯度.{0,6}(消失|很小|接近\s*0)", r"one.?hot"],
)
say.point(
    en="mask with −inf before the softmax",
    zh="softmax 之前用 −inf 屏蔽",
    found_en=[r"[-−] ?inf", r"minus infinity", r"mask\w*.{0,25}before"],
    found_zh=[
        r"[-−]\s*inf",
        r"负无穷",
        r"先(屏蔽|加掩码|加 ?mask)",
        r"softmax\s*(之前|前).{0,8}(屏蔽|掩码)",
    ],
)
say.point(
    en="softmax over the keys, then a weighted sum of the values",
    zh="沿 key 做 softmax，再对 value 加权求和",
    found_en=[
        r"(over|across|along) (all )?the keys",
        r"weighted (sum|average|mean)",
        r"(each|every) row sums to (1|one)",
    ],
    found_zh=[r"沿\s*key", r"加权(求?和|平均)", r"每行.{0,8}1"],
)
say.point(
    en="heads: split the width, attend separately, concatenate, project",
    zh="多头：拆分宽度，各自注意，拼接，投影",
    found_en=[r"concat", r"split\w*.{0,30}(heads?|parts|width)", r"heads?.{0,40}project"],
    found_zh=[r"拼接", r"(拆|分)成.{0,8}(份|头)", r"头.{0,15}投影"],
)
say.point(
    en="cost: O(T²d) time, O(T²) memory per head",
    zh="代价：时间 O(T²d)，每个头内存 O(T²)",
    found_en=[r"quadratic", r"O\(\s*(T|n|L|N)\s*(²|\^ ?2|2|\*\*2|\*\s*T)"],
    found_zh=[r"平方", r"二次", r"O\(\s*(T|n|L|N)\s*(²|\^ ?2|2|\*\*2)"],
)
