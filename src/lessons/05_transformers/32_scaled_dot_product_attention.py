# ---
# title: Write scaled dot-product attention; why divide by √d_k?
# title_zh: 手写缩放点积注意力，为什么除以 √d_k？
# kind: code
# minutes: 50
# level: 2
# needs: [softmax_cross_entropy]
# seeds: [001-Q17, 004-1.5]
# asked: 17
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write scaled dot-product attention with a mask. Why √d_k, and not d_k? What does it cost?
#
# Think aloud for one minute before you type: what shape holds the scores, which axis sums to 1, and
# when must the mask be applied?

# %% [markdown] lang="zh" en="4678fc8a"
# ## 题目
#
# > 手写带掩码的缩放点积注意力。为什么除以 √d_k，不除以 d_k？时间和内存要多少？
#
# 先别动手，出声想一分钟：分数是什么形状？哪个轴加起来是 1？掩码该在什么时候用？

# %% [markdown] role="question" fold="What a good answer contains"
# - The shapes, and the softmax over the keys, stable for large scores.
# - The variance of a dot product, and what a saturated softmax does to the gradient.
# - The mask before the softmax, its convention, and what a fully masked row gives.
# - Heads as one more batch axis; the backward pass; the causal mask when a cache makes more keys than queries.
# - Time and memory in T, and how the T × T matrix is avoided.

# %% [markdown] lang="zh" en="60cbb37d" fold="好的回答包含什么"
# - 每一步的形状；沿 key 做 softmax，分数很大也稳定。
# - 点积的方差是多少，softmax 饱和后梯度会怎样。
# - 掩码在 softmax 之前用，True 表示什么，整行都被屏蔽时给什么。
# - 多头只是多一个 batch 轴；反向怎么写；有缓存时 key 比 query 多，因果掩码怎么对齐。
# - 时间和内存随 T 怎么涨；怎样不存 T × T 的矩阵。

# %% role="setup"
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("scaled_dot_product_attention")

# %% [markdown] role="exercise" anchor="attention"
# ## 1 · Attention with a mask
#
# Write `attention`. In this lesson a mask is boolean and **True means: this query may see this key**.
# A query that may see no key gets weights 0 and output 0.

# %% [markdown] lang="zh" en="36e34220"
# ## 1 · 带掩码的注意力
#
# 写出 `attention`。本课约定掩码是布尔值，**True 表示这个 query 可以看这个 key**。一个 key 都看不到的 query，权重和输出都是 0。


# %% role="exercise"
def attention(q, k, v, mask=None):
    """q: (..., T, d_k), k: (..., S, d_k), v: (..., S, d_v), the same axes in front, often (B, H).

    Scores may be ±10,000. mask: None (all allowed) or boolean, broadcastable to (..., T, S).
    Returns out, (..., T, d_v), and weights, (..., T, S).
    """
    ### BEGIN SOLUTION
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = np.nan_to_num(scores.max(axis=-1, keepdims=True))  # −inf − (−inf) would be nan
    e = np.exp(scores - top)
    total = e.sum(axis=-1, keepdims=True)  # at least exp(0) = 1, or 0 in a row without keys
    weights = e / np.maximum(total, 1)
    return weights @ v, weights
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. q is (T, d), k is (S, d). What shape holds one score per pair? Along which axis must the weights sum to 1? Which two axes of k change places when there are (B, H) in front?
# 2. Entries are independent with mean 0 and variance 1. What is the variance of q·k at d = 64? Which divisor restores 1?
# 3. Score all pairs; scale; set forbidden ones to −inf *before* the softmax; subtract each row's largest remaining score; normalise over keys, never by 0; average the values.

# %% [markdown] lang="zh" en="80523b86"
# 1. q 是 (T, d)，k 是 (S, d)。每对 query、key 一个分数，形状是什么？权重沿哪个轴和为 1？前面有 (B, H) 时，k 的哪两个轴要交换？
# 2. 各分量独立，均值 0、方差 1。d = 64 时 q·k 的方差是多少？除以几才能回到 1？
# 3. 算出所有分数并缩放；先把屏蔽位置设为 −inf，**再**减去每行剩下的最大值；沿 key 归一化，别除以 0；最后对 value 加权求和。

# %%
check.attention(attention)

# %% [markdown] role="idea" anchor="idea"
# Equation (1) of Vaswani et al.:
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V .$$
#
# Why the root: let all $q_i, k_i$ be independent with mean 0 and variance 1. Then
# $E[q_i k_i] = 0$ and $\mathrm{Var}(q_i k_i) = E[q_i^2]\,E[k_i^2] = 1$, and variances of independent terms add:
#
# $$\mathrm{Var}(q \cdot k) = \sum_{i=1}^{d_k} \mathrm{Var}(q_i k_i) = d_k .$$
#
# Dividing by $c$ divides the variance by $c^2$, so $c = \sqrt{d_k}$ restores 1; $c = d_k$ would leave $1/d_k$.
#
# | symbol | variable | shape |
# |---|---|---|
# | $Q$ | `q` | (B, H, T, d_k) |
# | $K$ | `k` | (B, H, S, d_k) |
# | $V$ | `v` | (B, H, S, d_v) |
# | $\mathrm{softmax}(\cdot)$ | `weights` | (B, H, T, S) |

# %% [markdown] lang="zh" en="520d07e8"
# Vaswani 等人的公式 (1)：
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V .$$
#
# 为什么开根号：设所有 $q_i, k_i$ 独立，均值 0，方差 1。那么
# $E[q_i k_i] = 0$，$\mathrm{Var}(q_i k_i) = E[q_i^2]\,E[k_i^2] = 1$，独立项的方差可以相加：
#
# $$\mathrm{Var}(q \cdot k) = \sum_{i=1}^{d_k} \mathrm{Var}(q_i k_i) = d_k .$$
#
# 除以 $c$，方差就除以 $c^2$，所以 $c = \sqrt{d_k}$ 时回到 1；若取 $c = d_k$，只剩 $1/d_k$。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $Q$ | `q` | (B, H, T, d_k) |
# | $K$ | `k` | (B, H, S, d_k) |
# | $V$ | `v` | (B, H, S, d_v) |
# | $\mathrm{softmax}(\cdot)$ | `weights` | (B, H, T, S) |

# %% [markdown] role="worked" fold="A sibling worked by hand: one query, two keys"
# $d_k = 4$, $q = (2, 0, 0, 0)$, keys $(\ln 3, 0, 0, 0)$ and $(0, 1, 0, 0)$, values 8 and 0. The scores are
# $2 \ln 3 / 2 = \ln 3$ and 0, the weights $\frac34$ and $\frac14$, the output 6. Unscaled the scores are
# $\ln 9$ and 0: weights $\frac{9}{10}$ and $\frac{1}{10}$. With a second key that is forbidden the weights are 1 and
# 0 and the output is 8.

# %% [markdown] lang="zh" en="6e9970f5" fold="手算一个相近的例子：一个 query，两个 key"
# $d_k = 4$，$q = (2, 0, 0, 0)$，两个 key 是 $(\ln 3, 0, 0, 0)$ 和 $(0, 1, 0, 0)$，value 是 8 和 0。分数是
# $2 \ln 3 / 2 = \ln 3$ 和 0，权重 $\frac34$ 和 $\frac14$，输出 6。不缩放时分数是
# $\ln 9$ 和 0，权重 $\frac{9}{10}$ 和 $\frac{1}{10}$。若屏蔽第二个 key，权重就是 1 和 0，输出 8。

# %% role="reward"
if check.attention.passed:
    rng = np.random.default_rng(0)
    widths, names = 2 ** np.arange(1, 11), ("q·k", "q·k / √d", "q·k / d")
    spread, peak = {name: [] for name in names}, {name: [] for name in names}
    for d in widths:
        q, k = rng.normal(size=(2000, d)), rng.normal(size=(64, d))
        for name, c in zip(names, (1, np.sqrt(d), d), strict=True):
            spread[name].append((q @ k.T / c).var())
            w = attention(q * np.sqrt(d) / c, k, k)[1]  # undoes the √d inside
            peak[name].append(w.max(axis=1).mean())
    with plt.style.context(plot.STYLE):
        _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    plot.curves(spread, x=widths, logx=True, logy=True, xlabel="d", ylabel="variance", ax=left)
    plot.curves(peak, x=widths, logx=True, xlabel="d", ylabel="mean largest weight", ax=right)
    at = list(widths).index(512)
    for name in names:
        print(f"{name}, d = 512: variance {spread[name][at]:.3g}, largest {peak[name][at]:.3f}")

# %% [markdown] role="caption" alt="Two panels against d from 2 to 1024. Left, on logarithmic axes: the variance of q·k rises like d, that of q·k over root d is flat at 1, that of q·k over d falls like 1/d. Right: the mean largest of 64 weights rises towards 1 without scaling, stays near 0.1 with root d, and falls towards 1/64 with d."
# Random entries of variance 1, 2,000 queries, 64 keys. Unscaled, the variance is $d$ and nearly all weight falls on one key.
# Divided by $d$, the query hardly chooses at all: the weights approach $1/64$. Only √d makes the picture independent of the width.

# %% [markdown] lang="zh" en="96aea629" alt="两幅图，横轴是 d，从 2 到 1024。左图为双对数坐标：q·k 的方差随 d 上升，除以根号 d 后平在 1，除以 d 后按 1/d 下降。右图：64 个权重中最大者的均值，不缩放时升向 1，除以根号 d 时保持在 0.1 左右，除以 d 时降向 1/64。"
# 分量随机，方差为 1，2,000 个 query，64 个 key。不缩放，方差就是 $d$，权重几乎全落在一个 key 上。除以 $d$，query 几乎不作选择，权重趋于 $1/64$。只有除以 √d，结果才与宽度无关。

# %% [markdown] role="why"
# **Why it works.** Attention is a lookup whose choice is soft and can be learned: the query is compared with every key, and
# the answer is a weighted mean of the values. The weights are activations; the parameters are the projections in front.
#
# **Cost.** Per head $2TS d_k$ operations for the scores and $2TS d_v$ for the sum: O(T²d) when T = S. Stored weights
# take T² numbers per head. FlashAttention computes the same result in tiles, with O(T) extra memory and still O(T²d) operations: it
# saves the trips of the T × T matrix to the GPU's main memory and back. One token decoded on a cache of S keys costs O(Sd) and reads the whole cache.
#
# **What most people write first.** The mask after the softmax. Without renormalising, rows no longer sum to 1. With
# it the result is right on ordinary numbers, and 0/0 when a forbidden key towers over the rest. Or −1e9 instead of −inf: then a row
# without any key comes out uniform instead of empty (and float16 cannot hold it: its largest number is 65,504).
#
# **Elsewhere.** In PyTorch's `scaled_dot_product_attention`, in `jax.nn.dot_product_attention` and in Keras, True means "takes part";
# the `key_padding_mask` and `attn_mask` of PyTorch's `nn.MultiheadAttention` mean the opposite. A float mask is added to the scores. JAX and Keras
# lay the arrays out as (B, T, H, d). For a fully masked row PyTorch returned nan at first and returns zeros since
# 2024, one kernel after the other. Keras on TensorFlow gave the plain mean of all values in our run.

# %% [markdown] lang="zh" en="8441e8a5"
# **为什么对。** 注意力是一次软的、可以学习的查表：query 和每个 key 比较，结果是 value 的加权平均。权重是激活值，参数在前面的投影里。
#
# **代价。** 每个头算分数要 $2TS d_k$ 次运算，加权求和要 $2TS d_v$ 次，T = S 时就是 O(T²d)。存权重每个头要 T² 个数。FlashAttention 分块算出同样的结果，额外内存 O(T)，运算量仍是 O(T²d)：省下的是 T × T 矩阵在显存里的来回读写。解码时，一个 token 配 S 个缓存的 key，要 O(Sd) 次运算，并把整个缓存读一遍。
#
# **最常见的第一版。** softmax 之后才屏蔽。不重新归一化，行的和就不是 1；归一化了，一般的数没问题，但被屏蔽的 key 远大于其余时得到 0/0。还有用 −1e9 代替 −inf 的：一个 key 都看不到的行会变成均匀的（float16 也放不下它，最大只到 65,504）。
#
# **换个框架。** PyTorch 的 `scaled_dot_product_attention`、`jax.nn.dot_product_attention` 和 Keras 里，True 表示参与；PyTorch 的 `nn.MultiheadAttention` 里 `key_padding_mask` 和 `attn_mask` 正好相反。浮点掩码是加到分数上的。JAX 和 Keras 的排布是 (B, T, H, d)。整行都被屏蔽时，PyTorch 起初返回 nan，2024 年起各个 kernel 陆续改为返回 0；Keras 的 TensorFlow 后端我们实测返回全部 value 的平均。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is the gradient, the heads and the causal mask.

# %% [markdown] lang="zh" en="46939d79"
# **可以先歇一歇。** 核心已经写完，下面是梯度、多头和因果掩码。

# %% [markdown] role="exercise" anchor="attention-backward"
# ## 2 · The gradient
#
# Write `attention_backward`, without a mask. Given the slope of a loss along `out`, return those along q, k and v.

# %% [markdown] lang="zh" en="fe9f899f"
# ## 2 · 梯度
#
# 写出不带掩码的 `attention_backward`。已知损失对 `out` 的梯度，求对 q、k、v 的梯度。


# %% role="exercise"
def attention_backward(dout, q, k, v):
    """dout: (..., T, d_v), q: (..., T, d_k), k: (..., S, d_k), v: (..., S, d_v). No mask.

    Returns dq, dk, dv, shaped like q, k, v.
    """
    ### BEGIN SOLUTION
    root = np.sqrt(q.shape[-1])
    scores = q @ np.swapaxes(k, -1, -2) / root
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    w = e / e.sum(axis=-1, keepdims=True)  # (..., T, S)
    dw = dout @ np.swapaxes(v, -1, -2)
    ds = w * (dw - (w * dw).sum(axis=-1, keepdims=True)) / root
    return ds @ k, np.swapaxes(ds, -1, -2) @ q, np.swapaxes(w, -1, -2) @ dout
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Write the shapes of dout, w and v. Which product of two of them has the shape of dv, and which the shape of dw?
# 2. A row w = (¾, ¼) with dw = (1, 0): the softmax's Jacobian is diag(w) − w wᵀ. What is ds? What does it sum to?
# 3. Recompute the weights; go back through out = w v to dw and dv; through the softmax, row by row; then through the scaled product to q and k, with the same 1/√d_k.

# %% [markdown] lang="zh" en="17bb8118"
# 1. 写出 dout、w、v 的形状。哪两个相乘得到 dv 的形状？哪两个得到 dw 的形状？
# 2. 一行 w = (¾, ¼)，dw = (1, 0)：softmax 的雅可比矩阵是 diag(w) − w wᵀ。ds 是多少？加起来是多少？
# 3. 重新算出权重；经过 out = w v 反推 dw 和 dv；逐行经过 softmax；再经过缩放的点积到 q 和 k，带着同样的 1/√d_k。

# %%
check.attention_backward(attention_backward)

# %% role="reward"
if check.attention_backward.passed:
    rng = np.random.default_rng(0)
    for d in (16, 64, 256, 1024):
        q, k, v = rng.normal(size=(500, d)), rng.normal(size=(64, d)), rng.normal(size=(64, 8))
        dout, sizes = rng.normal(size=(500, 8)), []
        for c in (1, np.sqrt(d)):
            dq = attention_backward(dout, q * np.sqrt(d) / c, k, v)[0] * np.sqrt(d) / c
            sizes.append(np.median(np.linalg.norm(dq, axis=1)))
        print(f"d = {d:4d}: median ‖dq‖ {sizes[0]:.1e} unscaled, {sizes[1]:.1e} scaled")

# %% [markdown] role="why"
# $d\mathrm{w} = d\mathrm{out}\, V^\top$ and $dV = W^\top d\mathrm{out}$ are the matrix product. Through the softmax, row by row,
# $ds = w \odot (dw - \sum_j w_j dw_j)$: a mean is subtracted, so every row of $ds$ sums to 0. Where $w$ is one-hot, $ds$ is 0. The
# printed sizes show it: scaled, the typical query's gradient does not depend on the width. Unscaled it is larger at
# first, since the factor $1/\sqrt{d_k}$ is missing, and collapses once the softmax saturates, to about a hundredth at d = 1,024. This is the
# median; a query whose two best keys happen to be close still has a large gradient.
#
# The sum $\sum_j w_j dw_j$ equals $d\mathrm{out} \cdot \mathrm{out}$, a row's inner product of two vectors of width $d_v$. So the backward pass of
# FlashAttention need not keep the weights: it recomputes them tile by tile.

# %% [markdown] lang="zh" en="9088d899"
# $d\mathrm{w} = d\mathrm{out}\, V^\top$ 和 $dV = W^\top d\mathrm{out}$ 来自矩阵乘法。逐行经过 softmax：
# $ds = w \odot (dw - \sum_j w_j dw_j)$，减去的是加权平均，所以 $ds$ 的每一行之和为 0。$w$ 是 one-hot 时 $ds$ 为 0。打印的数正是如此：缩放之后，一般 query 的梯度与宽度无关；不缩放，起初因为少了 $1/\sqrt{d_k}$ 反而更大，等 softmax 饱和就塌下去，d = 1,024 时只剩约百分之一。这里取的是中位数；最好的两个 key 碰巧很接近的 query，梯度仍然很大。
#
# 其中 $\sum_j w_j dw_j$ 等于 $d\mathrm{out} \cdot \mathrm{out}$，即每行两个宽 $d_v$ 的向量的内积。所以 FlashAttention 的反向不必保存权重，分块重算就行。

# %% [markdown] role="exercise" anchor="multi-head"
# ## 3 · Many heads
#
# Write `multi_head` self-attention, without mask and biases. Head h owns the h-th *contiguous* block of columns of Wq, Wk and Wv.
# Scores may again be ±10,000.

# %% [markdown] lang="zh" en="d83b75d1"
# ## 3 · 多头
#
# 写出 `multi_head` 自注意力，不带掩码和偏置。第 h 个头用 Wq、Wk、Wv 的第 h 块**连续**的列。分数仍可达 ±10000。


# %% role="exercise"
def multi_head(x, Wq, Wk, Wv, Wo, H):
    """x: (B, T, D), Wq and Wk: (D, H·d_k), Wv: (D, H·d_v), Wo: (H·d_v, M). Returns (B, T, M)."""
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    q, k, v = [
        (x @ W).reshape(B, T, H, W.shape[1] // H).transpose(0, 2, 1, 3) for W in (Wq, Wk, Wv)
    ]
    out, _ = attention(q, k, v)  # (B, H, T, d_v)
    return out.transpose(0, 2, 1, 3).reshape(B, T, len(Wo)) @ Wo
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. x @ Wq is (B, T, H·d_k). Which shape does `attention` need, and which axis must stand just before d_k?
# 2. One sequence, T = 2, two heads of width 2: the rows are (1, 2, 3, 4) and (5, 6, 7, 8). Which two rows does head 0 hold?
# 3. Project; cut the last axis into (H, d); move H in front of T; attend; move H back; join the last two axes; project.

# %% [markdown] lang="zh" en="37547c10"
# 1. x @ Wq 是 (B, T, H·d_k)。`attention` 要什么形状？紧挨在 d_k 前面的应是哪个轴？
# 2. 一条序列，T = 2，两个宽度为 2 的头，两行是 (1, 2, 3, 4) 和 (5, 6, 7, 8)。第 0 个头里是哪两行？
# 3. 投影；把最后一个轴拆成 (H, d)；把 H 移到 T 前面；做注意力；再移回来；合并最后两个轴；投影。

# %%
check.multi_head(multi_head)

# %% [markdown] role="why"
# A reshape never moves a number in memory; only the transpose makes a head see whole tokens. `reshape(B, H, T, d)` has the right shape, raises no
# error and trains, badly. With $d_k = d_v = D/H$ the heads cost about as many operations as one head of width D, but
# H times the memory for weights. Each head has one distribution per query; several heads can look at several
# places at once. Masks of shape (B, 1, T, S) then broadcast over the heads.

# %% [markdown] lang="zh" en="018d9fc7"
# reshape 不会移动内存里的数，只有转置才能让一个头看到完整的 token。`reshape(B, H, T, d)` 形状正确，不报错，也能训练，只是效果差。取 $d_k = d_v = D/H$ 时，运算量和一个宽 D 的头差不多，权重的内存却是 H 倍。每个头对一个 query 只有一个分布，多个头就能同时看多个地方。形状为 (B, 1, T, S) 的掩码会对头广播。

# %% [markdown] role="exercise" anchor="causal-mask"
# ## 4 · The causal mask
#
# T new queries meet S keys, and the last T keys belong to the queries themselves. Write `causal_mask`: each query sees
# its own key and all earlier ones. If T > S, the first queries see nothing.

# %% [markdown] lang="zh" en="2b79fb19"
# ## 4 · 因果掩码
#
# 有 T 个新 query、S 个 key，最后 T 个 key 就是这些 query 自己的。写出 `causal_mask`：每个 query 看得到自己的 key 和更早的全部 key。T > S 时，前面的 query 什么都看不到。


# %% role="exercise"
def causal_mask(T, S):
    """Boolean, (T, S); True where query i may see key j. T ≥ 1, S ≥ 1."""
    ### BEGIN SOLUTION
    return np.arange(S) <= np.arange(T)[:, None] + S - T
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which keys does the last query see, whatever T and S are?
# 2. T = 2, S = 5: how many keys does each of the two queries see?
# 3. Find the position of query i in the whole sequence, then compare the positions of all keys with it.

# %% [markdown] lang="zh" en="58bfbb75"
# 1. 不管 T、S 是多少，最后一个 query 看得到哪些 key？
# 2. T = 2，S = 5：两个 query 各看得到几个 key？
# 3. 先算出 query i 在整条序列里的位置，再把所有 key 的位置和它比较。

# %%
check.causal_mask(causal_mask)

# %% role="reward"
if check.causal_mask.passed and check.attention.passed:
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(6, 8)) for _ in range(3))
    whole, _ = attention(q, k, v, causal_mask(6, 6))
    step, _ = attention(q[5:], k, v, causal_mask(1, 6))  # one new token, six cached keys
    corner, _ = attention(q[5:], k, v, np.tri(1, 6, dtype=bool))  # aligned top-left
    for name, last in (("bottom-right", step), ("top-left", corner)):
        print(f"{name}: off the full pass by {np.abs(last - whole[5:]).max():.1f}")
    real = np.arange(6) >= 2  # two pads on the left
    both = causal_mask(6, 6) & real
    print("queries without any key:", np.flatnonzero(~both.any(axis=1)))
    print("4,096 ones summed in float16:", int(np.ones(4096, np.float16).cumsum()[-1]))

# %% [markdown] role="why"
# With T = S there is only one answer. Otherwise PyTorch's `is_causal=True` aligns the top-left corner, as its documentation of `causal_upper_left` says;
# `causal_lower_right` is the one above, which decoding with a KV cache needs. One new query on a long cache shows it: top-left lets it see only the first
# key.
#
# **Two masks at once.** Join them with `&`: `causal_mask(T, S) & real[:, None, None, :]`, `real` being (B, S). Batched generation pads on
# the left, and then the first queries have no key at all, as printed: this is where the fully masked row of exercise 1 comes from. Nobody
# reads these rows, but a nan in them reaches the others through the next layer, for 0 · nan is nan.
#
# **Precision.** Run the softmax in float32 even when q, k and v are in half precision, as PyTorch's autocast does. A running sum in float16 stops at 2,048, as printed.

# %% [markdown] lang="zh" en="93057995"
# T = S 时没有分歧。否则，PyTorch 的 `is_causal=True` 对齐左上角，`causal_upper_left` 的文档是这样写的；`causal_lower_right` 才是上面这种，用 KV Cache 解码要用它。拿一个新 query 配一个长缓存就看得出来：对齐左上角时它只看得到第一个 key。
#
# **两种掩码一起用。** 用 `&` 合并：`causal_mask(T, S) & real[:, None, None, :]`，`real` 的形状是 (B, S)。批量生成时在左边补齐，最前面的 query 就一个 key 都看不到（见上面打印的结果），第 1 题里整行被屏蔽的情况就是这么来的。这些行的输出没人用，但里面的 nan 会经过下一层传给其他行，因为 0 · nan 还是 nan。
#
# **精度。** q、k、v 用半精度时，softmax 也要用 float32 算，PyTorch 的 autocast 就是这样做的。float16 逐个累加，到 2,048 就加不动了（同样见上面）。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `attention`. On ordinary numbers it agrees with the right one, mask or no mask. Find an input on which the two part.

# %% [markdown] lang="zh" en="e668c075"
# ## 找反例
#
# 下面是一个错误的 `attention`。一般的数，带不带掩码，它都和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.attention.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
example = {  # the forbidden third key has by far the largest score
    "q": np.array([[1.0]]),
    "k": np.array([[0.0], [1.0], [1000.0]]),
    "v": np.array([[1.0], [2.0], [3.0]]),
    "mask": np.array([[True, True, False]]),
}
### END SOLUTION
if example is not ...:  # a dict with q, k, v and mask
    check.attention.hack(trap=1, **example)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains attention. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="7ba568fd"
# ## 挑错
#
# 一位候选人这样讲注意力。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 4, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="score-spread"
# ## The interviewer goes on
#
# **The entries of q and k have variance 4 each, and d_k = 64. What is the standard deviation of q·k / √d_k?** Answer within 1 %.

# %% [markdown] lang="zh" en="126b6829"
# ## 追问
#
# **q 和 k 的各分量方差都是 4，d_k = 64。q·k / √d_k 的标准差是多少？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
spread_now = np.sqrt(64 * 4 * 4) / np.sqrt(64)
### END SOLUTION

# %%
check.score_spread(spread_now)

# %% [markdown] role="follow-up" fold="Why three projections, and why a dot product?"
# With one projection for queries and keys the matrix of scores is symmetric: i scores j as j scores i. Two make it
# $x_i^\top W_q W_k^\top x_j$, any bilinear form of rank up to $d_k$. The value is a third, because what makes a token worth finding is not what it has to tell. In
# cross-attention q comes from one sequence, k and v from another: the function is the same, with T ≠ S.
#
# Additive scores (Bahdanau et al. 2014) run a small network on every pair; dot products of all pairs are one matrix product, faster and smaller. Unscaled, they fell behind additive
# scores at large $d_k$; that is the observation the root answers (Vaswani et al., §3.2.1).

# %% [markdown] lang="zh" en="0581b5c2" fold="为什么要三个投影？为什么用点积？"
# query 和 key 若共用一个投影，分数矩阵就是对称的：i 给 j 多少分，j 就给 i 多少分。分成两个，分数是 $x_i^\top W_q W_k^\top x_j$，可以是秩不超过 $d_k$ 的任意双线性型。value 再用第三个投影，因为“凭什么被找到”和“找到后提供什么”是两回事。交叉注意力里 q 来自一个序列，k 和 v 来自另一个，函数不变，只是 T ≠ S。
#
# 加性分数（Bahdanau 等人 2014）要对每一对跑一个小网络；所有点积合起来只是一次矩阵乘法，更快也更省内存。不缩放的点积在 $d_k$ 大时不如加性分数，除以根号正是为此（Vaswani 等人，§3.2.1）。

# %% [markdown] role="follow-up" fold="So what does √d_k not protect against?"
# Against q and k that grow, or that stop being independent: if training aligns them, $q \cdot k$ grows like $d_k$, not like its root. For the growth, some models
# normalise q and k before the product (QK-norm, Henry et al. 2020). For the alignment, μP scales by $1/d_k$ (Yang et al. 2022), so both divisors have their argument:
# √d_k is the one for independent entries, as at initialization.

# %% [markdown] lang="zh" en="1eccb30e" fold="那么 √d_k 防不住什么？"
# 防不住 q、k 自己变大，也防不住它们不再独立：训练若让两者对齐，$q \cdot k$ 就按 $d_k$ 增长，而不是按它的平方根。对付变大，有的模型在点积之前先归一化 q 和 k（QK-norm，Henry 等人 2020）；对付对齐，μP 用 $1/d_k$ 缩放（Yang 等人 2022）。两种除法各有依据，√d_k 适用于分量独立的情形，比如刚初始化时。

# %% [markdown] role="follow-up" anchor="weights-memory"
# **One sequence of 32,768 tokens, 32 heads, d_model = 4,096, bfloat16. How large are the weights of one layer, if they are stored?** Answer within 2 %.

# %% [markdown] lang="zh" en="ba25f58a"
# **一条 32,768 个 token 的序列，32 个头，d_model = 4,096，bfloat16。一层的注意力权重若存下来，有多大？** 误差不超过 2%。

# %% role="follow-up"
### BEGIN SOLUTION
stored = (32 * 32_768**2 * 2 / 2**30, "GiB")
### END SOLUTION

# %%
check.weights_memory(stored)

# %% [markdown] role="follow-up" anchor="crossover"
# **Same model: the four projections are D × D with D = 4,096. From which sequence length on do the two products of attention (no mask saved) cost more
# operations than the projections?** Answer within 1 %.

# %% [markdown] lang="zh" en="ab5412c5"
# **还是这个模型：四个投影都是 D × D，D = 4,096。序列长到多少，注意力的两个矩阵乘法（不利用掩码省计算）的运算量就超过四个投影？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
length = 2 * 4_096  # 4·T²·D = 8·T·D²
### END SOLUTION

# %%
check.crossover(length)

# %% [markdown] role="follow-up" anchor="merge"
# **Never store the weights, then. Two machines hold one half of the keys and values each. Both attend to their own half and send `out` and `lse`, the log-sum-exp of each query's scores. Write
# `merge`, which returns what all the keys together would have given.**

# %% [markdown] lang="zh" en="9208eefa"
# **那就不存权重。两台机器各存一半的 key 和 value，各自做注意力，发来 `out` 和每个 query 各分数的 log-sum-exp，即 `lse`。写出 `merge`，返回全部 key 放在一起算会得到的结果。**


# %% role="follow-up"
def merge(out1, lse1, out2, lse2):
    """out1, out2: (..., T, d_v). lse1, lse2: (..., T), possibly ±10,000.

    A query that saw no key in a half has out 0 and lse −inf there. Returns out and lse, shaped alike.
    """
    ### BEGIN SOLUTION
    lse = np.logaddexp(lse1, lse2)
    finite = np.nan_to_num(lse)  # −inf − (−inf) would be nan
    share1, share2 = np.exp(lse1 - finite), np.exp(lse2 - finite)
    return share1[..., None] * out1 + share2[..., None] * out2, lse
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Of all the exponentials of one query, which fraction lies in the first half? What shape must it have to multiply out1?
# 2. The exponentials of the scores sum to 3 in one half and to 1 in the other, out1 = 4 and out2 = 0. What is out, and what is lse?
# 3. Add the two sums without leaving the logarithm; take each half's share as the exponential of a difference; mix the outputs by their shares; think of two empty halves.

# %% [markdown] lang="zh" en="26376324"
# 1. 一个 query 的所有 exp 里，第一半占多大比例？它要乘 out1，形状应是什么？
# 2. 一半的 exp 之和是 3，另一半是 1，out1 = 4，out2 = 0。out 是多少？lse 呢？
# 3. 在对数里把两个和相加；每一半的比例写成差的 exp；按比例混合两个 out；再想想两半都空的情形。

# %%
check.merge(merge)

# %% role="reward"
if check.merge.passed and check.attention.passed:

    def in_blocks(q, k, v, size=64):  # FlashAttention's loop over the keys
        out, lse = np.zeros((len(q), v.shape[1])), np.full(len(q), -np.inf)
        for s in range(0, len(k), size):
            part, _ = attention(q, k[s : s + size], v[s : s + size])
            scores = q @ k[s : s + size].T / np.sqrt(q.shape[1])
            out, lse = merge(out, lse, part, np.logaddexp.reduce(scores, axis=-1))
        return out

    rng = np.random.default_rng(0)
    for T in (512, 1024, 2048):
        q, k, v = (rng.normal(size=(T, 64)) for _ in range(3))
        outs, peaks = [], []
        for way in (lambda *arrays: attention(*arrays)[0], in_blocks):
            tracemalloc.start()
            outs.append(way(q, k, v))
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
        line = "T = {:4d}: peak {:5.1f} MiB at once, {:.1f} MiB in blocks".format(T, *peaks)
        print(line, "· same result" if np.allclose(*outs) else "· different results")

# %% [markdown] role="follow-up" fold="And then? Where does the interviewer take it?"
# **FlashAttention** is this merge in a loop over tiles of keys (the online softmax of Milakov & Gimelshein 2018), with the tile in the GPU's on-chip memory. It is exact; its memory grows like T, not T², as printed; and it is fast because it saves traffic: of the order of
# $T^2 d^2 / M$ accesses to the main memory instead of $T d + T^2$, with M numbers on chip (Theorem 2). Across machines or parts of a long cache it is the same step: `merge_state` in FlashInfer (§2.2), `merge_attn_states` in vLLM.
#
# **Operations**: $8TD^2$ against $4T^2D$, equal at $T = 2D$. Below that, the quadratic term is the smaller part; memory hurts earlier, as the tens of gigabytes above show. For
# what a whole layer keeps, see [Training memory](lesson:training_memory).
#
# **Decoding**: the KV cache saves computing k and v again and becomes the bottleneck itself. GQA lets H query heads share G key and value heads, so the cache shrinks by H/G; MQA is G = 1 (Ainslie et al. 2023). See [Serving](lesson:serving_memory).

# %% [markdown] lang="zh" en="9a8716b3" fold="接下来会问什么？"
# **FlashAttention** 就是沿 key 逐块循环做这个合并（online softmax，Milakov & Gimelshein 2018），块放在 GPU 的片上内存里。结果是精确的；内存随 T 增长，不随 T² 增长，见上面打印的峰值；快是因为省了访存：设片上能放 M 个数，访问显存的次数从 $T d + T^2$ 量级降到 $T^2 d^2 / M$ 量级（定理 2）。跨机器、把长缓存切成几段，用的是同一步：FlashInfer 的 `merge_state`（§2.2），vLLM 的 `merge_attn_states`。
#
# **运算量**：$8TD^2$ 对 $4T^2D$，在 $T = 2D$ 处相等。比这短的时候平方项占小头；内存先吃紧，上面已经算出几十 GB。一整层要存多少，见[训练显存](lesson:training_memory)。
#
# **解码**：KV Cache 免去重算 k 和 v，自己又成了瓶颈。GQA 让 H 个 query 头共用 G 个 key、value 头，缓存缩小到 G/H；G = 1 就是 MQA（Ainslie 等人 2023）。见[推理服务](lesson:serving_memory)。

# %% [markdown] role="say" anchor="say"
# ## Say it
#
# Answer the opening question in about a minute, in your own words. You see the key points after you have written something.

# %% [markdown] lang="zh" en="d2ed9109"
# ## 说一遍
#
# 用自己的话回答开头的问题，一分钟左右。写了之后才会看到要点。

# %% role="say"
### BEGIN SOLUTION
answer = check.say.model
### END SOLUTION

# %%
check.say(answer)

# %% [markdown] role="minute" anchor="minute" fold="The answer in one minute"
# > Scores are q·k for every pair, (T, S), divided by √d_k. With entries of variance 1 the dot product has variance d_k, so √d_k brings the standard deviation back to 1;
# > without it the softmax saturates and its gradient vanishes. Forbidden keys become −inf before the softmax over the keys; a row with no key I set to 0. The output is the weighted sum of
# > the values. Heads split the width, attend separately, and are concatenated and projected. Time O(T²d); stored weights O(T²) per head, which FlashAttention avoids: it goes
# over the keys in tiles and merges partial outputs by their log-sum-exp, exactly.
#
# Classic mistakes: no root or no scale; softmax over the queries; masked scores set to 0; masked after the softmax; polarity reversed; nan in a fully masked row; reshape where a
# transpose is needed; a causal mask aligned top-left on a cache.

# %% [markdown] lang="zh" en="2561dcbf" fold="一分钟版本"
# > 每对 query、key 算 q·k，得到 (T, S) 的分数，除以 √d_k。各分量方差为 1 时点积方差是 d_k，除以 √d_k 标准差回到 1；不除，softmax 会饱和，梯度消失。不许看的 key 在 softmax 之前设为 −inf，softmax 沿 key 做；一个 key 都看不到的行置 0。输出是 value 的加权和。多头是拆分宽度，各自做注意力，再拼接、投影。时间 O(T²d)；权重若存下来，每个头 O(T²)；FlashAttention 不存，它沿 key 分块，按 log-sum-exp 合并各块的输出，结果是精确的。
#
# 常见错误：没缩放，或忘了开根号；softmax 沿 query 做；被屏蔽的分数设成 0；softmax 之后才屏蔽；True、False 弄反；整行屏蔽得到 nan；该转置却用了 reshape；有缓存时因果掩码对齐了左上角。

# %% [markdown] role="reference"
# ## References
#
# - Vaswani et al. 2017, *Attention Is All You Need*, arXiv:1706.03762, §3.2.1 with equation (1) and footnote 4 (the variance), §3.2.2 (heads).
# - Bahdanau, Cho & Bengio 2014, arXiv:1409.0473 (additive scores).
# - Dao et al. 2022, *FlashAttention*, arXiv:2205.14135, Theorems 1 and 2. Milakov & Gimelshein 2018, *Online normalizer calculation for softmax*, arXiv:1805.02867. Ye et al. 2025, *FlashInfer*, arXiv:2501.01005, §2.2 (merging). Ainslie et al. 2023, *GQA*, arXiv:2305.13245.
# - Yang et al. 2022, *Tensor Programs V*, arXiv:2203.03466 (1/d). Henry et al. 2020, *Query-Key Normalization for Transformers*, arXiv:2010.04245.
# - Jain & Wallace 2019, *Attention is not Explanation*, arXiv:1902.10186; Wiegreffe & Pinter 2019, *Attention is not not Explanation*, arXiv:1908.04626.
# - PyTorch documentation: `scaled_dot_product_attention`, `nn.MultiheadAttention`, `nn.attention.bias`; automatic mixed precision (operations that autocast to float32); issue 103749 and pull requests 131060, 133882, 157727 (fully masked rows). JAX: `jax.nn.dot_product_attention`. Keras: `keras.ops.dot_product_attention`.

# %% [markdown] lang="zh" en="e1c1b249"
# ## 参考文献
#
# - Vaswani et al. 2017, *Attention Is All You Need*, arXiv:1706.03762，§3.2.1，公式 (1) 和脚注 4（方差），§3.2.2（多头）。
# - Bahdanau, Cho & Bengio 2014, arXiv:1409.0473（加性分数）。
# - Dao et al. 2022, *FlashAttention*, arXiv:2205.14135，定理 1、2。Milakov & Gimelshein 2018, *Online normalizer calculation for softmax*, arXiv:1805.02867。Ye et al. 2025, *FlashInfer*, arXiv:2501.01005，§2.2（合并）。Ainslie et al. 2023, *GQA*, arXiv:2305.13245。
# - Yang et al. 2022, *Tensor Programs V*, arXiv:2203.03466（1/d）。Henry et al. 2020, *Query-Key Normalization for Transformers*, arXiv:2010.04245。
# - Jain & Wallace 2019, *Attention is not Explanation*, arXiv:1902.10186；Wiegreffe & Pinter 2019, *Attention is not not Explanation*, arXiv:1908.04626。
# - PyTorch 文档：`scaled_dot_product_attention`、`nn.MultiheadAttention`、`nn.attention.bias`；自动混合精度（自动转为 float32 的运算）；issue 103749 与 pull request 131060、133882、157727（整行屏蔽）。JAX：`jax.nn.dot_product_attention`。Keras：`keras.ops.dot_product_attention`。
