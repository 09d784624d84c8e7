# ---
# title: Write BatchNorm, LayerNorm and RMSNorm and say what each ignores
# title_zh: 手写 BatchNorm、LayerNorm、RMSNorm，讲清各自对什么不敏感
# kind: question
# minutes: 45
# level: 2
# needs: [backprop]
# seeds: []
# asked: 21
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Compare BatchNorm, LayerNorm and RMSNorm: the formulas, the backward pass, training against test
# > time. Why do Transformers use LayerNorm, and where does it go, before or after the residual sum?
#
# Think aloud for one minute before you type: over which axis is each mean taken, who shares it, and
# what can change in the input without changing the output?

# %% [markdown] lang="zh" en="57123917"
# ## 题目
#
# > 讲一下 BatchNorm、LayerNorm、RMSNorm 的区别：公式、反向、训练和推理有什么不同？Transformer 为什么用 LayerNorm？放在残差相加之前还是之后？
#
# 先别动手，出声想一分钟：每个均值是沿哪个轴求的？谁和谁共用？输入怎么变，输出不变？

# %% [markdown] role="question" fold="What a good answer contains"
# - One formula, $\gamma \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta$, and two axes: BatchNorm per feature over the batch, LayerNorm per token over the features. RMSNorm leaves $\mu$ and $\beta$ out.
# - The gradient of $x$ has three terms, because $\mu$ and $\sigma$ depend on $x$.
# - BatchNorm is two functions: batch statistics in training, running ones at test time. The others are one.
# - The conventions: biased variance to normalize; $\varepsilon$ inside the root; whose share `momentum` is.
# - Why not BatchNorm in a Transformer, and what Pre-LN changes: the residual path stays an identity.

# %% [markdown] lang="zh" en="2b177265" fold="好的回答包含什么"
# - 一个公式 $\gamma \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta$，两种轴：BatchNorm 对每个特征沿 batch，LayerNorm 对每个 token 沿特征。RMSNorm 不要 $\mu$ 和 $\beta$。
# - $x$ 的梯度有三项，因为 $\mu$ 和 $\sigma$ 都依赖 $x$。
# - BatchNorm 其实是两个函数：训练用 batch 统计量，推理用滑动统计量。另外两个始终是同一个函数。
# - 几个约定：归一化用有偏方差；$\varepsilon$ 在根号里；`momentum` 是谁的权重。
# - Transformer 为什么不用 BatchNorm；Pre-LN 改变了什么：残差主路保持恒等。

# %% role="setup"
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("normalization")

# %% [markdown] role="exercise" anchor="layernorm"
# ## 1 · LayerNorm
#
# Write `layernorm`: every token is normalized over its own features, with the biased variance and
# $\varepsilon$ inside the root.

# %% [markdown] lang="zh" en="84423430"
# ## 1 · LayerNorm
#
# 写出 `layernorm`：每个 token 在自己的特征上归一化，用有偏方差，$\varepsilon$ 放在根号里。


# %% role="exercise"
def layernorm(x, gamma, beta, eps=1e-5):
    """x: float array (…, D), say (B, D) or (B, T, D). gamma, beta: (D,).

    eps: added to the variance. Returns y, shaped like x; x itself stays as it is.
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)  # biased: divides by D
    return centred / np.sqrt(variance + eps) * gamma + beta
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. x is (B, T, D). How many means do you need, and which shape lets them be subtracted from x?
# 2. The row 1, 3: its mean is 2. What are its biased variance and the normalized row for $\varepsilon = 0$? And for 1001, 1003?
# 3. Subtract the mean over the last axis; average the squares of what is left; divide by the root of that plus eps; scale and shift.

# %% [markdown] lang="zh" en="02ffe89e"
# 1. x 是 (B, T, D)，要算几个均值？什么形状才能从 x 里减掉？
# 2. 一行是 1、3，均值 2。有偏方差是多少？$\varepsilon = 0$ 时归一化成什么？换成 1001、1003 呢？
# 3. 沿最后一个轴减均值；剩下的平方求平均；除以（它加 eps）的平方根；再缩放、平移。

# %%
check.layernorm(layernorm)

# %% [markdown] role="idea" anchor="idea"
# For one token $x \in \mathbb{R}^D$:
#
# $$\mu = \frac{1}{D} \sum_i x_i, \qquad \sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2, \qquad \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma_i \hat{x}_i + \beta_i .$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$, $y$ | `x`, `y` | (…, D) |
# | $\mu$, $\sigma^2$ | | (…, 1) |
# | $\gamma$, $\beta$ | `gamma`, `beta` | (D,) |
#
# BatchNorm is the same formula with the sums over the batch instead of over the features (Ioffe & Szegedy,
# Algorithm 1). $\mu$ and $\sigma$ of LayerNorm are equation 3 of Ba et al., who divide by $\sigma$
# without an $\varepsilon$.

# %% [markdown] lang="zh" en="c66bc6bf"
# 对一个 token $x \in \mathbb{R}^D$：
#
# $$\mu = \frac{1}{D} \sum_i x_i, \qquad \sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2, \qquad \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma_i \hat{x}_i + \beta_i .$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $x$、$y$ | `x`、`y` | (…, D) |
# | $\mu$、$\sigma^2$ | | (…, 1) |
# | $\gamma$、$\beta$ | `gamma`、`beta` | (D,) |
#
# BatchNorm 是同一个公式，只是求和从沿特征换成沿 batch（Ioffe 和 Szegedy，Algorithm 1）。LayerNorm 的 $\mu$ 和 $\sigma$ 是 Ba 等人的公式 3，他们直接除以 $\sigma$，没有
# $\varepsilon$。

# %% [markdown] role="worked" fold="A sibling worked by hand: one BatchNorm feature"
# A feature takes the values 2, 4, 9 in a batch of three. $\mu = 5$; the deviations are $-3, -1, 4$; their
# squares sum to 26, so $\sigma^2 = 26/3 = 8.667$ and $\sigma = 2.944$. Normalized: $-1.019, -0.340, 1.359$,
# whose squares sum to 3. With $\gamma = 2$, $\beta = 1$ the third becomes $2 \times 1.359 + 1 = 3.717$. With
# the unbiased variance, $26/2 = 13$, the squares would sum to 2 and nothing would have variance 1.

# %% [markdown] lang="zh" en="dc2bd408" fold="手算一个相近的例子：BatchNorm 的一个特征"
# batch 为 3，某个特征的值是 2、4、9。$\mu = 5$；偏差是 $-3, -1, 4$，平方和 26，所以 $\sigma^2 = 26/3 = 8.667$，$\sigma = 2.944$。归一化得 $-1.019, -0.340, 1.359$，平方和为 3。取 $\gamma = 2$、$\beta = 1$，第三个变成
# $2 \times 1.359 + 1 = 3.717$。如果用无偏方差 $26/2 = 13$，平方和就是 2，方差不再是 1。

# %% [markdown] role="reward"
# How far does "the output has standard deviation 1" hold? Your function, fed with ever smaller inputs, at
# the defaults of PyTorch ($\varepsilon = 10^{-5}$) and of Keras ($10^{-3}$).

# %% [markdown] lang="zh" en="dc9c4c32"
# “输出的标准差是 1”在多大范围内成立？给你的函数越来越小的输入，分别取 PyTorch（$\varepsilon = 10^{-5}$）和 Keras（$10^{-3}$）的默认值。

# %% role="reward"
if check.layernorm.passed:
    row, spread = np.random.default_rng(0).normal(size=256), 10.0 ** np.arange(-4, 1.1, 0.25)
    unit = (row - row.mean()) / row.std()
    outputs = {
        label: [layernorm(s * unit, np.ones(256), np.zeros(256), eps).std() for s in spread]
        for label, eps in {"ε = 1e-5 (PyTorch)": 1e-5, "ε = 1e-3 (Keras)": 1e-3}.items()
    }
    labels = {"xlabel": "standard deviation of the input", "ylabel": "that of the output"}
    ax = plot.curves(outputs, x=spread, logx=True, **labels)

# %% [markdown] role="caption" alt="Two S-shaped curves of output against input standard deviation, the input on a logarithmic axis. Both rise from 0 to 1; the curve for ε = 1e-5 reaches one half at an input of about 0.002, the curve for ε = 1e-3 at about 0.02."
# The output has standard deviation $\sigma / \sqrt{\sigma^2 + \varepsilon}$. It is 1 only while
# $\sigma \gg \sqrt{\varepsilon}$: above about 0.01 for PyTorch's default, 0.1 for Keras's. Below, LayerNorm is almost
# linear. A port between the two that forgets $\varepsilon$ shows its mistake on small activations only.

# %% [markdown] lang="zh" en="3e567057" alt="输出标准差随输入标准差变化的两条 S 形曲线，横轴是对数坐标，都从 0 升到 1；ε = 1e-5 的曲线在输入约 0.002 处到一半，ε = 1e-3 的在约 0.02 处到一半。"
# 输出的标准差是 $\sigma / \sqrt{\sigma^2 + \varepsilon}$，只有
# $\sigma \gg \sqrt{\varepsilon}$ 时才是 1：PyTorch 的默认值要求输入大于约 0.01，Keras 的要求大于约 0.1。再小，LayerNorm 就几乎是线性的。两个框架之间移植模型时忘了改
# $\varepsilon$，只有激活值小的时候才看得出来。

# %% [markdown] role="why"
# **Why it works.** $\hat{x}$ does not change when a row is shifted or scaled, so the next layer sees one scale,
# whatever the layers before did. $\gamma$ and $\beta$ give back the freedom to choose that scale.
#
# **Cost.** A few passes over the row, and no matrix product.
#
# **What most people write first.** `E[x²] − E[x]²`, because one pass is enough. In float32 the row 4096, 4098,
# whose variance is 1, gets 0 or 2: 4097² has no float32. And in PyTorch `x.std(-1)`, which divides by $D - 1$ unless you say
# `correction=0`.
#
# **Elsewhere.** PyTorch: `nn.LayerNorm(D)`, biased, $\varepsilon = 10^{-5}$. Keras: `LayerNormalization()`, last
# axis, $\varepsilon = 10^{-3}$.

# %% [markdown] lang="zh" en="d89e18d9"
# **为什么对。** 一行整体平移或缩放，$\hat{x}$ 不变，所以无论前面各层做了什么，下一层看到的尺度都一样。$\gamma$ 和 $\beta$ 再把选择尺度的自由还给网络。
#
# **代价。** 把一行扫几遍，没有矩阵乘。
#
# **最常见的第一版。** `E[x²] − E[x]²`，因为扫一遍就够。float32 下，4096、4098 这一行方差是 1，却会算出 0 或 2：float32 存不下 4097²。还有 PyTorch 的 `x.std(-1)`，不写
# `correction=0` 就除以 $D - 1$。
#
# **换个框架。** PyTorch：`nn.LayerNorm(D)`，有偏方差，$\varepsilon = 10^{-5}$。Keras：`LayerNormalization()`，最后一个轴，$\varepsilon = 10^{-3}$。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is its gradient, its sibling that knows
# two modes, and its shorter successor.

# %% [markdown] lang="zh" en="9895d16b"
# **可以先歇一歇。** 核心已经写完。下面是它的梯度、有训练和推理两种模式的 BatchNorm，以及更短的 RMSNorm。

# %% [markdown] role="exercise" anchor="layernorm-backward"
# ## 2 · The backward pass
#
# Write `layernorm_backward`. $\mu$ and $\sigma$ depend on $x$ too.

# %% [markdown] lang="zh" en="a58f9678"
# ## 2 · 反向
#
# 写出 `layernorm_backward`。别忘了 $\mu$ 和 $\sigma$ 也依赖 $x$。


# %% role="exercise"
def layernorm_backward(dy, x, gamma, eps=1e-5):
    """dy: ∂L/∂y, (…, D). x: the input of the forward pass, (…, D). gamma: (D,). eps: as there.

    Returns dx (…, D), dgamma (D,), dbeta (D,).
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=-1, keepdims=True)
    sigma = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    h = centred / sigma  # x̂
    d = dy * gamma  # ∂L/∂x̂
    through_mean = d.mean(axis=-1, keepdims=True)
    through_variance = h * (d * h).mean(axis=-1, keepdims=True)
    rows = tuple(range(x.ndim - 1))
    return (d - through_mean - through_variance) / sigma, (dy * h).sum(rows), dy.sum(rows)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which entries of y does x[0, 0] touch, and along which three paths? Over which axes must dgamma be summed to have shape (D,)?
# 2. $D = 2$, $\varepsilon = 0$: a row a, b with a < b always becomes −1, 1. So what is dx, for any dy?
# 3. Recompute x̂; multiply dy by gamma; subtract the mean of that; subtract x̂ times the mean of (that · x̂); divide by the same root as in the forward pass.

# %% [markdown] lang="zh" en="c69bf9bb"
# 1. x[0, 0] 影响 y 的哪些元素，经过哪三条路？dgamma 要沿哪些轴求和才是 (D,)？
# 2. $D = 2$、$\varepsilon = 0$：一行 a、b（a < b）永远变成 −1、1。那么不管 dy 是什么，dx 是多少？
# 3. 重新算出 x̂；dy 乘 gamma；减去它的均值；再减去 x̂ 乘（它 · x̂）的均值；最后除以前向的那个平方根。

# %%
check.layernorm_backward(layernorm_backward)

# %% [markdown] role="why"
# With $d = \gamma \odot \partial L / \partial y$ and $\sigma$ for $\sqrt{\sigma^2 + \varepsilon}$:
#
# $$\frac{\partial L}{\partial x_i} = \frac{1}{\sigma} \Big( d_i - \frac{1}{D} \sum_j d_j - \hat{x}_i\, \frac{1}{D} \sum_j d_j \hat{x}_j \Big).$$
#
# **Why it works.** The forward pass ignores a shift and a scaling of $x$, so $dx$ must be orthogonal to the
# all-ones vector, and to $\hat{x}$ (up to $\varepsilon$). The formula projects exactly these two directions out.
# The factor $1/\sigma$ means: large activations, small gradients.
#
# **BatchNorm's backward** is the same function on the transposed array. It is one line, below in `train`.

# %% [markdown] lang="zh" en="7c50c07c"
# 记 $d = \gamma \odot \partial L / \partial y$，并用 $\sigma$ 表示 $\sqrt{\sigma^2 + \varepsilon}$：
#
# $$\frac{\partial L}{\partial x_i} = \frac{1}{\sigma} \Big( d_i - \frac{1}{D} \sum_j d_j - \hat{x}_i\, \frac{1}{D} \sum_j d_j \hat{x}_j \Big).$$
#
# **为什么对。** 前向对 $x$ 的平移和缩放不敏感，所以 $dx$ 必须与全 1 向量正交，也与 $\hat{x}$ 正交（只差 $\varepsilon$ 的影响）。公式做的正是去掉这两个方向。系数 $1/\sigma$ 意味着：激活值越大，梯度越小。
#
# **BatchNorm 的反向**就是把数组转置后用同一个函数，只要一行，见下面的 `train`。

# %% [markdown] role="reward"
# Now ask your gradient where the norm belongs. Twenty-four feed-forward blocks with residuals, random
# weights, one backward pass: once $\text{LN}(x + f(x))$, Post-LN, once $x + f(\text{LN}(x))$, Pre-LN, with
# a last LN before the loss.

# %% [markdown] lang="zh" en="f4dd071a"
# 现在用你的梯度回答：归一化该放在哪。24 个带残差的前馈块，随机权重，反向一次：一种是 Post-LN，
# $\text{LN}(x + f(x))$；一种是 Pre-LN，$x + f(\text{LN}(x))$，最后在损失之前再加一个 LN。


# %% role="worked"
def gradient_norms(pre, seed, depth=24, width=64, tokens=128, classes=50):
    """The norm of each block's second weight gradient at initialization, from first to last."""
    rng, one, zero = np.random.default_rng(seed), np.ones(width), np.zeros(width)
    shapes, tape = [(width, 4 * width), (4 * width, width)], []
    x = rng.normal(size=(tokens, width))
    for _ in range(depth):
        W, V = [rng.normal(size=s) / np.sqrt(s[0]) for s in shapes]
        a = np.maximum((layernorm(x, one, zero) if pre else x) @ W, 0)
        summed = x + a @ V
        tape.append((W, V, x, a, summed))
        x = summed if pre else layernorm(summed, one, zero)
    head = rng.normal(size=(width, classes)) / np.sqrt(width)
    z = (layernorm(x, one, zero) if pre else x) @ head
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    dx = (p - np.eye(classes)[rng.integers(classes, size=tokens)]) / tokens @ head.T
    dx = layernorm_backward(dx, x, one)[0] if pre else dx
    norms = []
    for W, V, x, a, summed in reversed(tape):
        dx = dx if pre else layernorm_backward(dx, summed, one)[0]
        norms.append(np.linalg.norm(a.T @ dx))
        inner = (dx @ V.T * (a > 0)) @ W.T
        dx = dx + (layernorm_backward(inner, x, one)[0] if pre else inner)
    return norms[::-1]


# %% role="reward"
if check.layernorm.passed and check.layernorm_backward.passed:
    norms = {
        name: np.array([gradient_norms(name == "Pre-LN", seed) for seed in range(5)])
        for name in ("Post-LN", "Pre-LN")
    }
    labels = {"xlabel": "block", "ylabel": "gradient norm at initialization"}
    ax = plot.curves(norms, x=np.arange(1, 25), **labels)
    ax.set_ylim(bottom=0)
    for depth in (6, 24):
        last = {
            n: np.mean([gradient_norms(n == "Pre-LN", s, depth)[-1] for s in range(5)])
            for n in norms
        }
        print(f"last of {depth} blocks:", {n: round(float(v), 2) for n, v in last.items()})

# %% [markdown] role="caption" alt="Gradient norm against the block's number at initialization, mean and range of five seeds. Post-LN rises from about 0.8 at the first block to about 1.4 at the last; Pre-LN falls from about 0.95 to about 0.4."
# Both start alike. Towards the output Post-LN's gradients grow and Pre-LN's shrink. The printed lines
# show the last block: with more blocks its gradient falls under Pre-LN and does not under Post-LN. Xiong
# et al. prove for Transformers at initialization that the gradients near the output are large under
# Post-LN and well-behaved under Pre-LN. Large gradients near the output make a large first learning rate
# unsafe, hence Post-LN's warm-up. Under Pre-LN the sum $x$ itself is never normalized: it is an identity
# path from the loss to the first block.

# %% [markdown] lang="zh" en="a1edbe0d" alt="初始化时各块的梯度范数，五个种子的均值和范围。Post-LN 从第一块的约 0.8 升到最后一块的约 1.4；Pre-LN 从约 0.95 降到约 0.4。"
# 两者起点相近。越靠近输出，Post-LN 的梯度越大，Pre-LN 的越小。打印的两行是最后一块：块数增加，Pre-LN 的梯度变小，Post-LN 的不会。Xiong 等人证明：Transformer 初始化时，Post-LN 在输出附近的梯度很大，Pre-LN 则表现良好。输出附近梯度大，一开始学习率就不能大，所以 Post-LN 要 warm-up。Pre-LN 里相加的 $x$ 本身从不归一化，从损失到第一块有一条恒等通路。

# %% [markdown] role="exercise" anchor="batchnorm"
# ## 3 · BatchNorm
#
# Write `batchnorm` in PyTorch's convention: `momentum` is the share of the new batch; the biased variance
# normalizes, the unbiased one (divisor B − 1) goes into the running state.

# %% [markdown] lang="zh" en="58e8afdf"
# ## 3 · BatchNorm
#
# 按 PyTorch 的约定写出 `batchnorm`：`momentum` 是新 batch 的权重；归一化用有偏方差，存进滑动状态的是无偏方差（除以 B − 1）。


# %% role="exercise"
def batchnorm(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    """x: (B, D); B ≥ 2 in training. gamma, beta: (D,). state: {"mean": (D,), "var": (D,)}.

    training: True normalizes with the batch's statistics and moves the state; False normalizes
    with the state and leaves it. Returns y (B, D) and the new state, a dict with the same keys;
    the dict that came in stays as it is.
    """
    ### BEGIN SOLUTION
    if training:
        mean, var = x.mean(axis=0), x.var(axis=0)
        new = {"mean": mean, "var": x.var(axis=0, ddof=1)}
        state = {key: (1 - momentum) * state[key] + momentum * new[key] for key in new}
    else:
        mean, var = state["mean"], state["var"]
    return (x - mean) / np.sqrt(var + eps) * gamma + beta, state
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which shape do the mean and the variance have here? In evaluation, which of the inputs decide about y[0]?
# 2. A feature is 1, 3 in a batch of two; the state says mean 0, variance 1; momentum is 0.1. What are the two variances, and the new state?
# 3. In training: statistics over the batch axis; normalize with the biased variance; blend the state with the mean and the unbiased variance into a new dict. In evaluation: normalize with the state, return it untouched.

# %% [markdown] lang="zh" en="593b40f2"
# 1. 这里的均值和方差是什么形状？推理时，y[0] 由哪些输入决定？
# 2. batch 为 2，某个特征是 1、3；state 里均值 0、方差 1；momentum 为 0.1。两种方差各是多少，新的 state 是什么？
# 3. 训练：沿 batch 轴求统计量；用有偏方差归一化；把 state 和均值、无偏方差加权，放进一个新的 dict。推理：用 state 归一化，原样返回 state。

# %%
check.batchnorm(batchnorm)

# %% [markdown] role="reward"
# Train a classifier of digits at several batch sizes. Then classify the same test digits twice: with the batch's
# statistics, as in training, and with the running ones, as after deployment. Same weights, same answers?

# %% [markdown] lang="zh" en="f7094477"
# 用不同的 batch 大小训练一个手写数字分类器，再把同一批测试图片分类两次：一次用 batch 统计量（训练时的做法），一次用滑动统计量（上线后的做法）。权重相同，结果也相同吗？


# %% role="worked"
def train(batch, seed, epochs=4, lr=0.05, width=64):
    """One hidden layer, plain SGD → test accuracy with batch statistics and with running ones."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = data.digits(split=True)
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    W, V = rng.normal(size=(64, width)) / 8, rng.normal(size=(width, 10)) / np.sqrt(width)
    gamma, beta, c = np.ones(width), np.zeros(width), np.zeros(10)
    state = {"mean": np.zeros(width), "var": np.ones(width)}
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for rows in order[: len(x) // batch * batch].reshape(-1, batch):
            z = x[rows] @ W
            h, state = batchnorm(z, gamma, beta, state, True)
            a = np.maximum(h, 0)
            p = np.exp(a @ V + c)
            d = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / batch
            dh = d @ V.T * (a > 0)
            # One norm is the other, transposed.
            dz = layernorm_backward((dh * gamma).T, z.T, np.ones(batch))[0].T
            dgamma = (dh * batchnorm(z, np.ones(width), 0, state, True)[0]).sum(axis=0)
            W, V, c = W - lr * x[rows].T @ dz, V - lr * a.T @ d, c - lr * d.sum(axis=0)
            gamma, beta = gamma - lr * dgamma, beta - lr * dh.sum(axis=0)

    def right(rows, training):
        h, _ = batchnorm(x_test[rows] @ W, gamma, beta, state, training)
        return (np.maximum(h, 0) @ V + c).argmax(axis=1) == y_test[rows]

    groups = rng.permutation(len(x_test))[: len(x_test) // batch * batch].reshape(-1, batch)
    return [np.mean([right(rows, training) for rows in groups]) for training in (True, False)]


# %% role="reward"
if check.layernorm_backward.passed and check.batchnorm.passed:
    sizes = [2, 4, 8, 16, 32, 64]
    accuracy = np.array([[train(size, seed) for size in sizes] for seed in range(3)])
    lines = {"running statistics": accuracy[:, :, 1], "batch statistics": accuracy[:, :, 0]}
    labels = {"xlabel": "batch size", "ylabel": "accuracy on the test digits"}
    ax = plot.curves(lines, x=sizes, logx=True, markers=True, **labels)
    ax.set_xticks(sizes, sizes)
    ax.minorticks_off()
    for name, line in lines.items():
        print(f"{name}:", dict(zip(sizes, line.mean(axis=0).round(3).tolist())))

# %% [markdown] role="caption" alt="Accuracy on the test digits against batch sizes 2 to 64. With batch statistics it starts at about 0.54 and reaches 0.93 at 16; with running statistics the same weights start at about 0.83 and stay above it, until both meet near 0.91 at 64."
# Mean and range of three runs of four epochs each, so large batches take fewer steps: hence the fall to the right. The
# gap between the lines is no matter of training; it is two functions with the same weights. At a batch of 2 every
# feature becomes nearly $\pm 1$, whatever its size, and the printed accuracies lie 0.3 apart; at 64 they differ by 0.01.
# Small batches cost the running statistics accuracy too, since training itself was noisy. LayerNorm can have no such
# gap: nothing in it knows the batch.

# %% [markdown] lang="zh" en="38b91f9a" alt="测试准确率随 batch 大小（2 到 64）的变化。用 batch 统计量时从约 0.54 升到 16 处的 0.93；同样的权重改用滑动统计量，从约 0.83 起步并一直更高，到 64 时两者在 0.91 附近相遇。"
# 三次运行的均值和范围，每次四个 epoch，batch 越大步数越少，所以右端下降。两条曲线的差距与训练好坏无关：权重相同，却是两个函数。batch 为 2 时，每个特征不管原来多大，都变成大约 $\pm 1$，打印出的两个准确率相差 0.3；到 64 只差 0.01。batch 小，滑动统计量的准确率也会受损，因为训练本身噪声就大。LayerNorm 不可能有这个差距：它根本不看 batch。

# %% [markdown] role="why"
# **Why two modes.** In training the gradient must flow through the statistics, so they come from the batch. In
# production a prediction may not depend on who else is asking, so they are constants. Forget `model.eval()` and you
# ship the dashed line.
#
# **Conventions.** PyTorch: `momentum=0.1` is the share of the new batch, `running_var` is unbiased. Keras:
# `momentum=0.99` is the share that stays, `moving_variance` is biased (Keras 3), $\varepsilon = 10^{-3}$. So Keras's 0.99 is
# PyTorch's 0.01, and 0.1 would be 0.9. The paper normalizes with the biased and stores the unbiased variance
# (Algorithms 1 and 2).
#
# **Convolutions.** One mean for each channel, over batch, height and width: `axis=(0, 1, 2)` for channels-last data.
#
# **What most people write first.** `state["mean"] = …` in place: two models that share the dict then share
# their statistics. Flax's Linen has the functional form: `apply` returns the new `batch_stats`.

# %% [markdown] lang="zh" en="a4d4b3ab"
# **为什么有两种模式。** 训练时梯度要经过统计量，所以它们必须来自当前 batch。上线后，预测结果不能取决于同时还有谁在请求，所以它们必须是常数。忘了 `model.eval()`，上线的就是图中的虚线。
#
# **几个约定。** PyTorch：`momentum=0.1` 是新 batch 的权重，`running_var` 是无偏方差。Keras：`momentum=0.99` 是旧值保留的比例，`moving_variance` 是有偏方差（Keras 3），$\varepsilon = 10^{-3}$。所以 Keras 的 0.99 等于 PyTorch 的 0.01，PyTorch 的 0.1 等于 Keras 的 0.9。论文归一化用有偏方差，存的是无偏方差（Algorithm 1 和 2）。
#
# **卷积。** 每个通道一个均值，沿 batch、高、宽一起求：channels-last 时是 `axis=(0, 1, 2)`。
#
# **最常见的第一版。** 就地写 `state["mean"] = …`：两个模型共用这个 dict，就共用了统计量。Flax 的 Linen 就是函数式写法：`apply` 返回新的 `batch_stats`。

# %% [markdown] role="exercise" anchor="rmsnorm"
# ## 4 · RMSNorm
#
# Write `rmsnorm`, the norm of LLaMA: no mean, no β, only the root mean square. `x` may be float16, and 300² does not fit
# into float16.

# %% [markdown] lang="zh" en="022293ad"
# ## 4 · RMSNorm
#
# 写出 `rmsnorm`，LLaMA 用的归一化：不减均值，没有 β，只除以均方根。`x` 可能是 float16，而 300² 在 float16 里放不下。


# %% role="exercise"
def rmsnorm(x, gamma, eps=1e-6):
    """x: (…, D), float16, float32 or float64. gamma: (D,). eps: added to the mean square.

    Returns y, shaped like x, in whichever float dtype; x itself stays as it is.
    """
    ### BEGIN SOLUTION
    wide = x.astype(np.promote_types(x.dtype, np.float32))  # 300² = 90,000 is inf in float16
    return wide / np.sqrt((wide**2).mean(axis=-1, keepdims=True) + eps) * gamma
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What must be 1 afterwards, if it is no longer the variance?
# 2. The row 1, 7: what is the mean of its squares, and what does the row become? What if you add 10 to both?
# 3. Convert to at least float32; square and average over the last axis; add eps; divide by the root; multiply by gamma.

# %% [markdown] lang="zh" en="14315a99"
# 1. 归一化之后，如果不再是方差为 1，那是什么为 1？
# 2. 一行是 1、7：平方的均值是多少，归一化成什么？两个数都加 10 呢？
# 3. 至少转成 float32；平方后沿最后一个轴求平均；加 eps；除以平方根；乘 gamma。

# %%
check.rmsnorm(rmsnorm)

# %% [markdown] role="reward"
# All four functions on one screen. Change the input, and look how far the output of example 0 moves.

# %% [markdown] lang="zh" en="8872f88b"
# 把四个函数放在一起：改动输入，看第 0 个样本的输出变了多少。

# %% role="reward"
if check.layernorm.passed and check.batchnorm.passed and check.rmsnorm.passed:
    x = np.random.default_rng(0).normal(size=(8, 6))
    one, zero, state = np.ones(6), np.zeros(6), {"mean": np.full(6, 0.5), "var": np.full(6, 2.0)}
    norms = {
        "BatchNorm\ntraining": lambda x: batchnorm(x, one, zero, state, True, eps=0)[0],
        "BatchNorm\ntest": lambda x: batchnorm(x, one, zero, state, False, eps=0)[0],
        "LayerNorm": lambda x: layernorm(x, one, zero, 0),
        "RMSNorm": lambda x: rmsnorm(x, one, 0),
    }
    first, feature = np.arange(8)[:, None] == 0, np.arange(6) == 0
    changes = {
        "example 0: + 2": x + 2 * first,
        "example 0: × 3": x * np.where(first, 3, 1),
        "feature 0: + 2": x + 2 * feature,
        "feature 0: × 3": x * np.where(feature, 3, 1),
        "everything: × 3": 3 * x,
        "other examples: × 3": x * np.where(first, 1, 3),
    }
    moved = [[abs(f(new) - f(x))[0].max() for f in norms.values()] for new in changes.values()]
    ax = plot.heatmap(moved, rows=list(changes), columns=list(norms), form="{:.2f}")

# %% [markdown] role="caption" alt="A table of six changes of the input and four norms; the cells hold the largest change in the output of example 0. LayerNorm: zero for example 0 shifted and scaled. RMSNorm: zero only for scaled. BatchNorm in training: zero for a feature shifted and scaled, but not when the other examples change. BatchNorm at test: zero only when the other examples change. Everything times 3: zero except for BatchNorm at test."
# Zeros are invariances ($\varepsilon = 0$, positive factors). LayerNorm ignores shift and scale of an example, RMSNorm its scale
# only, BatchNorm in training those of a feature; and only BatchNorm in training depends on the other examples. At test time
# BatchNorm ignores nothing. "Everything × 3" is what a rescaled weight matrix in front of the norm does: three of the
# four do not notice. Compare Table 1 of Ba et al.

# %% [markdown] lang="zh" en="9d9d6902" alt="六种输入改动和四种归一化的表，格子里是第 0 个样本输出的最大变化。LayerNorm：第 0 个样本平移、缩放时为零。RMSNorm：只有缩放时为零。训练时的 BatchNorm：特征平移、缩放时为零，但其他样本变化时不为零。推理时的 BatchNorm：只有其他样本变化时为零。全部乘 3：除推理时的 BatchNorm 外都为零。"
# 零就是不变性（$\varepsilon = 0$，系数为正）。LayerNorm 对样本的平移和缩放不敏感，RMSNorm 只对样本的缩放，训练时的 BatchNorm 对特征的平移和缩放；也只有训练时的 BatchNorm 依赖其他样本。推理时的 BatchNorm 对什么都敏感。“全部乘 3”相当于归一化前面的权重矩阵整体放大：四个里有三个毫无察觉。可对照 Ba 等人的表 1。

# %% [markdown] role="why"
# **Why it works.** Zhang & Sennrich's hypothesis is that re-scaling does the work and re-centering can go. What
# follows from the formula: on a row with mean 0 it is LayerNorm without β, for then $\sigma$ is the RMS. One
# reduction instead of two, and $D$ parameters instead of $2D$; they measured 7 % to 64 % less running time,
# depending on the model.
#
# **What most people write first.** `x / np.linalg.norm(x)`: too small by $\sqrt{D}$. Or the square in half
# precision: LLaMA's code converts to float32 first and back afterwards.
#
# **Elsewhere.** Gemma stores $\gamma - 1$ and scales by `1 + weight`: a checkpoint read the other way is wrong
# everywhere.

# %% [markdown] lang="zh" en="be4391e2"
# **为什么对。** Zhang 和 Sennrich 的假设是：起作用的是缩放不变性，中心化可以不要。从公式能直接看出：一行的均值为 0 时，它就是没有 β 的 LayerNorm，因为这时 $\sigma$ 就是 RMS。归约从两次变成一次，参数从
# $2D$ 变成 $D$；他们在不同模型上测得运行时间减少 7% 到 64%。
#
# **最常见的第一版。** `x / np.linalg.norm(x)`，小了 $\sqrt{D}$ 倍。或者直接在半精度里平方：LLaMA 的代码先转成 float32，算完再转回去。
#
# **换个框架。** Gemma 存的是 $\gamma - 1$，乘的是 `1 + weight`：读权重时弄反了，处处都错。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `layernorm`. On ordinary inputs it agrees with the right one. Find an input on which the two
# part.

# %% [markdown] lang="zh" en="88132de7"
# ## 找反例
#
# 下面是一个错误的 `layernorm`，在一般的输入上和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.layernorm.hack(trap=4)

# %% role="hack"
### BEGIN SOLUTION
x = 1e8 + np.array([[0.0, 1.0, 2.0, 5.0]])  # the squares need 17 digits, float64 has 16
### END SOLUTION
if x is not ...:
    check.layernorm.hack(trap=4, x=x, gamma=np.ones(4), beta=np.zeros(4))

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains the norms. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="a2948da2"
# ## 挑错
#
# 一位候选人这样讲归一化。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="keras-steps"
# ## The interviewer goes on
#
# **Keras's BatchNorm has momentum 0.99, and its moving mean starts at 0. The batch mean is always 5. After how many
# training steps has the moving mean covered 99 % of the way?** Answer with a number of steps, within 0.5 %.

# %% [markdown] lang="zh" en="07cf2bef"
# ## 追问
#
# **Keras 的 BatchNorm 默认 momentum 为 0.99，滑动均值从 0 开始，batch 均值恒为 5。多少个训练步之后，滑动均值才走完 99%？** 填步数，误差不超过 0.5%。

# %% role="follow-up"
### BEGIN SOLUTION
steps = np.log(0.01) / np.log(0.99)
### END SOLUTION

# %%
check.keras_steps(steps)

# %% [markdown] role="follow-up" fold="When does that hurt?"
# In short runs: a few hundred steps of fine-tuning leave the moving statistics between the old data and the new,
# and evaluation looks far worse than training. Lower the momentum, or freeze the layer: in Keras `trainable = False` also
# makes it use its moving statistics; in PyTorch call `.eval()` on it, since `requires_grad=False` freezes only γ and β.

# %% [markdown] lang="zh" en="56b2c6eb" fold="什么时候会出问题？"
# 训练步数少的时候：微调几百步，滑动统计量还停在旧数据和新数据之间，评估结果比训练差很多。可以把 momentum 调小，或者冻结这一层：Keras 里 `trainable = False` 同时会让它改用滑动统计量；PyTorch 里要对它调用 `.eval()`，`requires_grad=False` 只冻结 γ 和 β。

# %% [markdown] role="follow-up" anchor="folded-bias"
# **For deployment you fold BatchNorm into the linear unit before it, which computes $2x + 1$. Running mean −2, running
# variance 4, γ = 3, β = 0.5, ε neglected. What is the folded unit's bias?**

# %% [markdown] lang="zh" en="a581eee5"
# **部署时要把 BatchNorm 合并进它前面的线性单元 $2x + 1$。滑动均值 −2，滑动方差 4，γ = 3，β = 0.5，忽略 ε。合并后的偏置是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
bias = (1 - (-2)) * 3 / np.sqrt(4) + 0.5
### END SOLUTION

# %%
check.folded_bias(bias)

# %% [markdown] role="follow-up" fold="Can you fold LayerNorm the same way?"
# No. Its mean and variance are computed anew for each token, so it is no affine map with constant coefficients.
# Only γ and β can move into the layer *behind* it: $W (\gamma \odot \hat{x} + \beta) = (W\,\mathrm{diag}(\gamma))\,\hat{x} + W\beta$.

# %% [markdown] lang="zh" en="4d1168ac" fold="LayerNorm 能这样合并吗？"
# 不能。它的均值和方差每个 token 都要重算，不是系数固定的仿射变换。只有 γ 和 β 可以合并进它**后面**的一层：
# $W (\gamma \odot \hat{x} + \beta) = (W\,\mathrm{diag}(\gamma))\,\hat{x} + W\beta$。

# %% [markdown] role="follow-up" fold="Why not BatchNorm in a Transformer?"
# Sequences have different lengths, so the statistics mix tokens with padding or with a changing number of tokens; and in
# training a mean over positions lets later tokens into earlier ones. Decoding one token at a time is no
# argument by itself: at test time BatchNorm uses constants. Shen et al. measured that batch statistics of language data
# fluctuate strongly through training, and that plain BatchNorm does clearly worse there. In vision BatchNorm needs large
# batches: at 2 images per GPU GroupNorm, which ignores the batch, has 24.1 % error on ImageNet, BatchNorm
# 34.7 % (Wu & He).

# %% [markdown] lang="zh" en="9c1b08f3" fold="Transformer 为什么不用 BatchNorm？"
# 句子长度不一，统计量里会混进 padding，或者每批 token 数都在变；训练时沿位置求均值，后面的 token 就泄漏给了前面的。“解码一次只有一个 token”本身不算理由：推理时 BatchNorm 用的是常数。Shen 等人测到语言数据的 batch 统计量在训练中波动很大，直接用 BatchNorm 明显更差。视觉任务里 BatchNorm 也要求 batch 够大：每个 GPU 只有 2 张图时，不看 batch 的 GroupNorm 在 ImageNet 上错误率 24.1%，BatchNorm 是 34.7%（Wu 和 He）。

# %% [markdown] role="follow-up" fold="Is Pre-LN free, then?"
# No. Nothing normalizes the residual sum, so its variance grows with depth, while each block adds an output of about
# the same size: late blocks change it less and less. Sun et al. find nearly half of the layers of large Pre-LN models
# less effective than expected; Shleifer et al. (NormFormer) start from what your figure shows, gradients much larger in
# early layers than in late ones. And Pre-LN needs one more norm at the end; a Pre-LN model without it hands unnormalized sums to
# the softmax.

# %% [markdown] lang="zh" en="a3224c7a" fold="那 Pre-LN 没有代价吗？"
# 有。残差之和从不归一化，方差随深度增长，而每一块加上去的量大小差不多，越靠后的块起的作用越小。Sun 等人发现，Pre-LN 大模型里近一半的层作用不如预期；Shleifer 等人（NormFormer）的出发点正是你图里的现象：靠前的层梯度远大于靠后的层。另外 Pre-LN 最后还要再加一个归一化，漏了它，送进 softmax 之前的就是没有归一化的和。

# %% [markdown] role="say" anchor="say"
# ## Say it
#
# Answer the opening question in about a minute, in your own words. You see the key points after you
# have written something.

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
# > All three divide by a spread and rescale with γ. BatchNorm takes mean and variance per feature over the batch, with
# > batch statistics in training and running averages at test time, so small batches hurt and eval mode matters. LayerNorm
# > takes them per token over the features: the same in training and test, independent of the batch and of other tokens, which
# > is what variable lengths and causal models need. RMSNorm leaves the mean out. In the backward pass mean and variance depend on x, so two
# > projections are subtracted. Pre-LN normalizes inside the residual branch and keeps an identity path, so it trains
# > without warm-up; Post-LN normalizes the sum.
#
# Classic mistakes: the unbiased variance where the biased one belongs; ε outside the root; statistics over the whole
# sequence; batch statistics at test time; Keras's and PyTorch's momentum confused; μ and σ as constants in the
# backward pass; squares in half precision.

# %% [markdown] lang="zh" en="c4a67998" fold="一分钟版本"
# > 三者都是除以一个尺度，再用 γ 缩放。BatchNorm 对每个特征沿 batch 求均值和方差，训练用 batch 统计量，推理用滑动平均，所以怕小 batch，也怕忘了切到 eval。LayerNorm 对每个 token 沿特征求：训练和推理一致，与 batch 和其他 token 都无关，正适合变长序列和因果模型。RMSNorm 不减均值。反向时均值和方差都依赖 x，所以要多减两项投影。Pre-LN 在残差分支里归一化，主路保持恒等，不用 warm-up 也能训练；Post-LN 是对相加后的和归一化。
#
# 常见错误：该用有偏方差却用了无偏的；ε 放到根号外；对整个序列求统计量；推理时还用 batch 统计量；Keras 和 PyTorch 的 momentum 弄反；反向时把 μ 和 σ 当常数；在半精度里平方。

# %% [markdown] role="reference"
# ## References
#
# - Ioffe & Szegedy 2015, *Batch Normalization*, arXiv:1502.03167: Algorithm 1 (transform), §3 (gradients), Algorithm 2 (training and inference), §3.2 (convolutions).
# - Ba, Kiros & Hinton 2016, *Layer Normalization*, arXiv:1607.06450: §3, equation 3; §5.1, Table 1 (invariances).
# - Zhang & Sennrich 2019, *Root Mean Square Layer Normalization*, arXiv:1910.07467: abstract, equation 4. Touvron et al. 2023, *LLaMA*, arXiv:2302.13971, §2.2.
# - Vaswani et al. 2017, *Attention Is All You Need*, §3.1. Xiong et al. 2020, *On Layer Normalization in the Transformer Architecture*, arXiv:2002.04745, abstract. Sun et al. 2025, *The Curse of Depth*, arXiv:2502.05795. Shleifer, Weston & Ott 2021, *NormFormer*, arXiv:2110.09456, abstract.
# - Shen et al. 2020, *PowerNorm*, ICML (batch statistics of language data). Wu & He 2018, *Group Normalization*, arXiv:1803.08494. Santurkar et al. 2018, *How Does Batch Normalization Help Optimization?*, NeurIPS.
# - PyTorch, `torch.nn.BatchNorm1d`; Keras, `BatchNormalization` and `LayerNormalization` (defaults, conventions).

# %% [markdown] lang="zh" en="644ce1dc"
# ## 参考文献
#
# - Ioffe & Szegedy 2015, *Batch Normalization*, arXiv:1502.03167：Algorithm 1（变换）、§3（梯度）、Algorithm 2（训练与推理）、§3.2（卷积）。
# - Ba, Kiros & Hinton 2016, *Layer Normalization*, arXiv:1607.06450：§3，公式 3；§5.1，表 1（不变性）。
# - Zhang & Sennrich 2019, *Root Mean Square Layer Normalization*, arXiv:1910.07467：摘要，公式 4。Touvron et al. 2023, *LLaMA*, arXiv:2302.13971, §2.2。
# - Vaswani et al. 2017, *Attention Is All You Need*, §3.1。Xiong et al. 2020, *On Layer Normalization in the Transformer Architecture*, arXiv:2002.04745，摘要。Sun et al. 2025, *The Curse of Depth*, arXiv:2502.05795。Shleifer, Weston & Ott 2021, *NormFormer*, arXiv:2110.09456，摘要。
# - Shen et al. 2020, *PowerNorm*, ICML（语言数据的 batch 统计量）。Wu & He 2018, *Group Normalization*, arXiv:1803.08494。Santurkar et al. 2018, *How Does Batch Normalization Help Optimization?*, NeurIPS。
# - PyTorch，`torch.nn.BatchNorm1d`；Keras，`BatchNormalization` 和 `LayerNormalization`（默认值与约定）。
