# ---
# title: Compare the activation functions and write SwiGLU
# title_zh: 比较各种激活函数，手写 SwiGLU
# kind: code
# minutes: 35
# level: 1
# needs: [backprop]
# seeds: [001-Q8]
# asked: 8
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is an activation function for? Compare sigmoid, tanh, ReLU, GELU and SiLU, with their
# > derivatives, and write the feed-forward layer that today's language models use, SwiGLU.
#
# Think aloud for one minute before you type: what would a network be without them, and what does the
# *slope* of each do to a gradient on its way back?

# %% [markdown] lang="zh" en="9a82f96e"
# ## 题目
#
# > 激活函数有什么用？比较 sigmoid、tanh、ReLU、GELU、SiLU 以及它们的导数，再写出如今大模型用的前馈层 SwiGLU。
#
# 先别动手，出声想一分钟：没有它们，网络会变成什么？梯度往回传时，每一个的**导数**会起什么作用？

# %% [markdown] role="question" fold="What a good answer contains"
# - Without a non-linearity, any depth is one affine map.
# - Slopes, not only values: sigmoid at most ¼, tanh at most 1, both 0 far out; ReLU 1 or 0; what a dead unit is.
# - GELU and SiLU: $z$ times something between 0 and 1, smooth, not monotone.
# - SwiGLU: which branch gets the activation, and what pays for the third matrix.

# %% [markdown] lang="zh" en="647f974a" fold="好的回答包含什么"
# - 没有非线性，再深也只是一个仿射映射。
# - 不只说函数值，还要说导数：sigmoid 最大 1/4，tanh 最大 1，两端都趋于 0；ReLU 是 1 或 0；什么是死单元。
# - GELU 和 SiLU：$z$ 乘一个 0 到 1 之间的数，平滑，但不单调。
# - SwiGLU：激活函数加在哪一支，多出来的第三个矩阵从哪里省回来。

# %% role="setup"
import math

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("activations")

# %% [markdown] role="setup"
# NumPy has no error function, so here is one for arrays; and a sigmoid that does not overflow.
# $\Phi(z) = \frac{1}{2}\bigl(1 + \operatorname{erf}(z/\sqrt{2})\bigr)$ is the normal distribution function.

# %% [markdown] lang="zh" en="01e89615"
# NumPy 没有误差函数，这里给一个能处理数组的，再给一个不会溢出的 sigmoid。
# $\Phi(z) = \frac{1}{2}\bigl(1 + \operatorname{erf}(z/\sqrt{2})\bigr)$ 是标准正态的分布函数。

# %% role="setup"
erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


# %% [markdown] role="exercise" anchor="activation"
# ## 1 · Five functions and their slopes
#
# Write `activation`. GELU is the exact one, $z\,\Phi(z)$, not its tanh approximation; SiLU, also called
# Swish, is $z\,\sigma(z)$; ReLU's slope at 0 counts as 0.

# %% [markdown] lang="zh" en="c150d106"
# ## 1 · 五个函数和它们的导数
#
# 写出 `activation`。GELU 用精确的 $z\,\Phi(z)$，不用 tanh 近似；SiLU 也叫 Swish，即 $z\,\sigma(z)$；ReLU 在 0 处的导数取 0。


# %% role="exercise"
def activation(z, name):
    """z: array of any shape. name: "sigmoid", "tanh", "relu", "silu" or "gelu".

    Returns (value, slope), f(z) and f′(z), each shaped like z.
    """
    ### BEGIN SOLUTION
    if name == "sigmoid":
        s = sigmoid(z)
        return s, s * (1 - s)
    if name == "tanh":
        t = np.tanh(z)
        return t, 1 - t**2
    if name == "relu":
        on = np.heaviside(z, 0.0)
        return z * on, on
    if name == "silu":
        s = sigmoid(z)
        return z * s, s + z * s * (1 - s)
    cdf = 0.5 * (1 + erf(z / math.sqrt(2)))
    pdf = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return z * cdf, cdf + z * pdf
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Two of the five are $z$ times something. Which rule differentiates a product?
# 2. At $z = 0$: σ = ½, its slope ¼. What are value and slope of SiLU there? Of GELU, with Φ(0) = ½ and φ(0) ≈ 0.399?
# 3. σ′ = s(1 − s) and tanh′ = 1 − t², with s and t the *values*; ReLU′ is 1 where z > 0; SiLU′ is σ plus z times σ′; GELU′ is Φ plus z times the normal density.

# %% [markdown] lang="zh" en="6d85eeb2"
# 1. 五个里有两个是 $z$ 乘某个函数。乘积用哪条法则求导？
# 2. 在 $z = 0$ 处，σ = 1/2，导数 1/4。SiLU 在那里的值和导数是多少？GELU 呢（Φ(0) = 1/2，φ(0) ≈ 0.399）？
# 3. σ′ = s(1 − s)，tanh′ = 1 − t²，s 和 t 是**函数值**；z > 0 时 ReLU′ 是 1；SiLU′ 是 σ 加上 z 乘 σ′；GELU′ 是 Φ 加上 z 乘正态密度。

# %%
check.activation(activation)

# %% [markdown] role="idea" anchor="idea"
# | | $f(z)$ | $f'(z)$ | slope lies in |
# |---|---|---|---|
# | sigmoid | $\sigma(z) = 1/(1 + e^{-z})$ | $\sigma(1 - \sigma)$ | (0, ¼] |
# | tanh | $\tanh z = 2\sigma(2z) - 1$ | $1 - \tanh^2 z$ | (0, 1] |
# | ReLU | $\max(0, z)$ | 1 if $z > 0$, else 0 | {0, 1} |
# | SiLU | $z\,\sigma(z)$ | $\sigma + z\,\sigma(1 - \sigma)$ | about [−0.10, 1.10] |
# | GELU | $z\,\Phi(z)$ | $\Phi + z\,\varphi$ | about [−0.13, 1.13] |
#
# Going back through a layer the gradient is multiplied by $f'(z)$ and by the weights. A slope near 0 is
# where learning stops: both ends of sigmoid and tanh, the left half of ReLU.

# %% [markdown] lang="zh" en="f74a04b6"
# | | $f(z)$ | $f'(z)$ | 导数范围 |
# |---|---|---|---|
# | sigmoid | $\sigma(z) = 1/(1 + e^{-z})$ | $\sigma(1 - \sigma)$ | (0, ¼] |
# | tanh | $\tanh z = 2\sigma(2z) - 1$ | $1 - \tanh^2 z$ | (0, 1] |
# | ReLU | $\max(0, z)$ | $z > 0$ 时为 1，否则为 0 | {0, 1} |
# | SiLU | $z\,\sigma(z)$ | $\sigma + z\,\sigma(1 - \sigma)$ | 约 [−0.10, 1.10] |
# | GELU | $z\,\Phi(z)$ | $\Phi + z\,\varphi$ | 约 [−0.13, 1.13] |
#
# 往回传时，梯度每过一层就乘一次 $f'(z)$，再乘权重。导数接近 0 的地方学不动：sigmoid 和 tanh 的两端，ReLU 的左半边。

# %% role="reward"
if check.activation.passed:
    z = np.linspace(-5, 5, 2001)
    names = ["sigmoid", "tanh", "relu", "silu", "gelu"]
    values, slopes = zip(*(activation(z, name) for name in names))
    with plt.style.context(plot.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    shown = slice(600, 1401)  # −2 … 2, where they differ
    for ax, series, label in ((left, values, "value f(z)"), (right, slopes, "slope f'(z)")):
        series = {name: each[shown] for name, each in zip(names, series)}
        ax = plot.curves(series, x=z[shown], xlabel="z", ylabel=label, ax=ax)
    for name, value, slope in zip(names, values, slopes):
        if name in ("silu", "gelu"):
            print(
                f"{name}: lowest value {value.min():.3f} at z = {z[value.argmin()]:.2f};", end=" "
            )
            print(f"slope from {slope.min():.3f} to {slope.max():.3f}")

# %% [markdown] role="caption" alt="Two panels over z from −2 to 2. Left: the values of sigmoid, tanh, ReLU, SiLU and GELU; SiLU and GELU follow ReLU and dip below zero on the left. Right: their slopes; the sigmoid's is a low flat hill with top one quarter, tanh's a hill with top 1, ReLU's a step, SiLU's and GELU's smooth steps that overshoot 0 and 1."
# Values on the left, slopes on the right. SiLU and GELU are ReLU with its corner rounded, at a price: they
# fall before they rise, and their slope passes below 0 and above 1 (numbers above). The sigmoid's slope
# is a quarter of tanh's at best.

# %% [markdown] lang="zh" en="ec490c03" alt="两幅图，z 从 −2 到 2。左：sigmoid、tanh、ReLU、SiLU、GELU 的函数值，SiLU 和 GELU 贴着 ReLU，左侧略低于 0。右：它们的导数，sigmoid 是最高 1/4 的矮丘，tanh 是最高为 1 的山丘，ReLU 是台阶，SiLU 和 GELU 是平滑的台阶，会越过 0 和 1。"
# 左边是函数值，右边是导数。SiLU 和 GELU 是把折角磨圆的 ReLU，代价是先降后升，导数会低于 0、高于 1（数值见上）。sigmoid 的导数峰值只有 tanh 的四分之一。

# %% role="reward"
if check.activation.passed:
    cubic = z + 0.044715 * z**3
    by_tanh = 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * cubic))
    gap = np.abs(by_tanh - activation(z, "gelu")[0])
    print(f"exact GELU against its tanh approximation: at most {gap.max():.1e} apart")

# %% [markdown] role="reward"
# Small, but a checkpoint belongs to one of the two: GPT-2's code used the tanh form, and PyTorch's
# `nn.GELU()` defaults to the exact one. Say which you mean.

# %% [markdown] lang="zh" en="f28c5aba"
# 差得不多，但一份权重只属于其中一种：GPT-2 的代码用 tanh 近似，PyTorch 的 `nn.GELU()` 默认是精确的。说的时候要讲清是哪一种。

# %% [markdown] role="why"
# **Why these slopes.** σ′ and tanh′ are written in the *output*, so the backward pass needs no second
# exponential: that is why frameworks cache the activation. SiLU and GELU need their input $z$ as well.
#
# **What most people write first.** `z * (1 - z)` for the sigmoid's slope: the formula is right for
# $s = \sigma(z)$ and wrong for $z$. And for SiLU only one half of the product rule.
#
# **Elsewhere.** PyTorch: `F.silu`, `F.gelu(x, approximate="none")`, which is the default. TensorFlow:
# `tf.nn.gelu(x, approximate=False)`. JAX's `jax.nn.gelu` approximates by default.

# %% [markdown] lang="zh" en="6fcb812b"
# **为什么写成这样。** σ′ 和 tanh′ 都能用**输出**表示，反向时不必再算一次指数，所以框架缓存的是激活值。SiLU 和 GELU 还得留着输入 $z$。
#
# **最常见的第一版。** sigmoid 的导数写成 `z * (1 - z)`：公式对 $s = \sigma(z)$ 成立，对 $z$ 不成立。还有就是 SiLU 求导只写了乘积的一半。
#
# **换个框架。** PyTorch 是 `F.silu` 和 `F.gelu(x, approximate="none")`（默认值）；TensorFlow 是 `tf.nn.gelu(x, approximate=False)`；JAX 的 `jax.nn.gelu` 默认用近似。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is what interviewers build on it.

# %% [markdown] lang="zh" en="85ab500f"
# **可以先歇一歇。** 核心已经写完，下面是面试官接着会问的。

# %% [markdown] role="exercise" anchor="swiglu"
# ## 2 · SwiGLU
#
# The feed-forward layer of LLaMA and PaLM: $\bigl(\mathrm{SiLU}(x W_g) \odot x W_u\bigr) W_d$, without
# biases. Write it for any number of leading axes.

# %% [markdown] lang="zh" en="71f898a4"
# ## 2 · SwiGLU
#
# LLaMA、PaLM 用的前馈层：$\bigl(\mathrm{SiLU}(x W_g) \odot x W_u\bigr) W_d$，没有偏置。前面有几个轴都要能用。


# %% role="exercise"
def swiglu(x, Wg, Wu, Wd):
    """x: (…, D). Wg, Wu: (D, F), gate and up. Wd: (F, D), down. Returns (…, D)."""
    ### BEGIN SOLUTION
    gate = x @ Wg
    return (gate * sigmoid(gate) * (x @ Wu)) @ Wd
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many matrices does an ordinary feed-forward layer have, and what is the third one here for?
# 2. One hidden unit, gate input 1, up 2, down 1: SiLU(1) is 0.731. What comes out? And if the gate's input is −10?
# 3. Two products of x; the first goes through SiLU; multiply the two element by element; the result times the last matrix.

# %% [markdown] lang="zh" en="5c3e543f"
# 1. 普通前馈层有几个矩阵？这里的第三个是做什么的？
# 2. 一个隐藏单元，门的输入是 1，up 是 2，down 是 1：SiLU(1) 是 0.731，输出是多少？门的输入是 −10 呢？
# 3. x 分别乘两个矩阵；第一个结果过 SiLU；两者逐元素相乘；再乘最后一个矩阵。

# %%
check.swiglu(swiglu)

# %% [markdown] role="follow-up" anchor="swiglu-width"
# **An ordinary feed-forward layer of width D = 4096 has 4D hidden units and two matrices. How many
# hidden units may SwiGLU have for the same number of weights?** Within 0.05 %, before any rounding.

# %% [markdown] lang="zh" en="957d4de7"
# **普通前馈层 D = 4096，隐藏单元 4D 个，两个矩阵。SwiGLU 要保持同样的参数量，隐藏单元应是多少个？** 误差不超过 0.05%，先不取整。

# %% role="follow-up"
### BEGIN SOLUTION
width = 2 * 4 * 4096 / 3
### END SOLUTION

# %%
check.swiglu_width(width)

# %% [markdown] role="follow-up" fold="Where you meet it"
# $2 \cdot D \cdot 4D = 3 \cdot D \cdot F$ gives $F = 8D/3$. Shazeer's experiments go from 3072 to 2048
# with D = 768. LLaMA-7B has D = 4096 and F = 11,008: 8D/3 rounded up to a multiple of 256.

# %% [markdown] lang="zh" en="7a1733a7" fold="在哪里会遇到"
# 由 $2 \cdot D \cdot 4D = 3 \cdot D \cdot F$ 得 $F = 8D/3$。Shazeer 的实验里 D = 768，宽度从 3072 降到 2048。LLaMA-7B 的 D = 4096、F = 11,008，就是 8D/3 向上取整到 256 的倍数。

# %% [markdown] role="exercise" anchor="collapse"
# ## 3 · Take the activations out
#
# Without them, `layers` is one layer. Find it.

# %% [markdown] lang="zh" en="e93e22dc"
# ## 3 · 去掉激活函数
#
# 没有激活函数，`layers` 就等于一层。把这一层求出来。


# %% role="exercise"
def collapse(layers):
    """layers: [(W, b), …], W (i_l, o_l), b (o_l,), applied in turn as x @ W + b, nothing between.

    Returns the one (W, b), W (i_1, o_L), b (o_L,), that does the same.
    """
    ### BEGIN SOLUTION
    W, b = layers[0]
    for V, c in layers[1:]:
        W, b = W @ V, b @ V + c
    return W, b
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Put $y = xW_1 + b_1$ into $yW_2 + b_2$ and multiply out. Which term is new?
# 2. Widths 1: first layer ×2 + 1, second ×3 + 5. What does x become? What are W and b?
# 3. Start with the first layer; for each next one, both W and b are multiplied by its matrix, and then its bias is added.

# %% [markdown] lang="zh" en="3e90c0c2"
# 1. 把 $y = xW_1 + b_1$ 代入 $yW_2 + b_2$ 再展开。多出来哪一项？
# 2. 宽度都是 1：第一层乘 2 加 1，第二层乘 3 加 5。x 变成什么？W 和 b 各是多少？
# 3. 从第一层开始；每遇到下一层，W 和 b 都乘它的矩阵，再加上它的偏置。

# %%
check.collapse(collapse)

# %% [markdown] role="exercise" anchor="dead-units"
# ## 4 · Find the dead
#
# A ReLU unit that is 0 on every example gets no gradient: it is dead. Which ones are?

# %% [markdown] lang="zh" en="152f7165"
# ## 4 · 找出死单元
#
# 在每个样本上都输出 0 的 ReLU 单元得不到梯度，它就死了。是哪几个？


# %% role="exercise"
def dead_units(x, W, b):
    """x: (N, D), a whole data set. W: (D, F), b: (F,). Returns (F,) booleans, True where dead."""
    ### BEGIN SOLUTION
    return (x @ W + b <= 0).all(axis=0)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A unit that is off on some examples is doing its work. What must hold for all of them?
# 2. Pre-activations of two units on three examples: (−1, 0, −3) and (−1, 2, −3). Which is dead?
# 3. The pre-activations with their bias; where they are not positive; true for all examples, so along the axis of the examples.

# %% [markdown] lang="zh" en="d90c63a1"
# 1. 只在部分样本上关闭的单元是在正常工作。死单元要在所有样本上满足什么？
# 2. 两个单元在三个样本上的激活前的值：(−1, 0, −3) 和 (−1, 2, −3)。哪个死了？
# 3. 先算加了偏置的激活前的值；看哪里不是正数；沿样本那个轴，要求全部成立。

# %%
check.dead_units(dead_units)


# %% role="reward"
def train(lr, leak, seed, steps=300, width=64, batch=32):
    """One hidden layer on the digits, plain SGD. Returns the share of units dead on the training
    set, the test accuracy, and the share of units dead with the bias and without it."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = data.digits(split=True)
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    W, V = (rng.normal(size=s) * math.sqrt(2 / s[0]) for s in ((64, width), (width, 10)))
    b, c = np.zeros(width), np.zeros(10)
    for _ in range(steps):
        rows = rng.integers(len(x), size=batch)
        z = x[rows] @ W + b
        h = np.where(z > 0, z, leak * z)
        scores = h @ V + c
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        d = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / batch
        dz = d @ V.T * np.where(z > 0, 1, leak)
        V, c = V - lr * h.T @ d, c - lr * d.sum(axis=0)
        W, b = W - lr * x[rows].T @ dz, b - lr * dz.sum(axis=0)
    z = x_test @ W + b
    right = (np.where(z > 0, z, leak * z) @ V + c).argmax(axis=1) == y_test
    dead = np.array([dead_units(x, W, b), dead_units(x, W, 0 * b)])  # with the bias and without
    return dead[0].mean(), right.mean(), dead.all(axis=0).mean()


if check.dead_units.passed:
    rates, seeds = np.array([0.03, 0.1, 0.3, 1, 1.5, 2, 3]), range(5)
    relu = np.array([[train(lr, 0.0, seed) for lr in rates] for seed in seeds])
    leaky = np.array([[train(lr, 0.01, seed) for lr in rates] for seed in seeds])
    with plt.style.context(plot.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    shown = {"x": rates, "xlabel": "learning rate", "logx": True, "markers": True}
    names = {"ReLU": relu, "leaky ReLU, 0.01": leaky}
    ax = plot.curves(
        {name: each[..., 0] for name, each in names.items()},
        ylabel="units never above 0",
        ax=left,
        **shown,
    )
    ax = plot.curves(
        {name: each[..., 1] for name, each in names.items()},
        ylabel="test accuracy",
        ax=right,
        **shown,
    )
    print("learning rate          ", *(f"{rate:6g}" for rate in rates))
    for name, each in names.items():
        dead, accuracy, _ = each.mean(axis=0).T
        print(f"{name:17} off  ", *(f"{value:6.2f}" for value in dead))
        print(f"{'':17} right", *(f"{value:6.2f}" for value in accuracy))
    off, _, off_both = relu[:, -1].mean(axis=0)
    print(
        f"learning rate 3: {off_both / off:.0%} of the dead ReLUs are dead without their bias too"
    )

# %% [markdown] role="caption" alt="Two panels over the learning rate from 0.03 to 3, mean and range of five runs. Left: the share of hidden units that are never above zero stays below a tenth up to 0.3 and jumps towards one between 1 and 2. Right: test accuracy rises to its best near 1 and then falls to chance for ReLU, less far for leaky ReLU."
# A hidden layer of 64 ReLUs on the digits after 300 steps of SGD: mean and range of five runs. A step
# that is too large throws weights and bias so far down that no example gets above 0 any more. At a rate
# of 3 most dead units would be dead without their bias too (last line). When nearly all are dead the
# accuracy is that of guessing. Most of the leaky units fall below 0 too, but their slope of 0.01 lets
# them go on learning.

# %% [markdown] lang="zh" en="b51d9433" alt="两幅图，横轴是学习率 0.03 到 3，五次运行的均值和范围。左：从不超过 0 的隐藏单元比例，到 0.3 为止低于一成，在 1 到 2 之间猛增到接近 1。右：测试准确率在 1 附近最高，之后 ReLU 跌到瞎猜的水平，leaky ReLU 跌得少一些。"
# 64 个 ReLU 的隐藏层，在手写数字上用 SGD 跑 300 步，五次运行的均值和范围。步子太大，权重和偏置被推得很负，再没有样本能让它大于 0。学习率为 3 时，死单元大多去掉偏置也是死的（最后一行）。几乎全死时，准确率就和瞎猜一样。leaky 单元大多也落到了 0 以下，但 0.01 的斜率让它们还能学下去。

# %% [markdown] role="why"
# **Why they stay dead.** In the first hidden layer the inputs are fixed. No gradient means no update to
# $W$ and $b$, whatever the learning rate becomes later. In deeper layers the inputs move, so a unit may
# come back. Remedies: a smaller step or a warm-up, He initialization, a normalization before the
# activation, or a function with a slope on the left: leaky ReLU, GELU, SiLU.

# %% [markdown] lang="zh" en="93626d51"
# **为什么救不活。** 第一个隐藏层的输入是固定的。没有梯度，$W$ 和 $b$ 就不会更新，学习率以后怎么调都没用。更深的层输入会变，单元有可能活过来。办法有：步子小一点或加预热，He 初始化，在激活前做归一化，或者换成左侧也有斜率的函数：leaky ReLU、GELU、SiLU。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `dead_units`. On many inputs it agrees with the right one. Find an input on which the
# two part.

# %% [markdown] lang="zh" en="c461591c"
# ## 找反例
#
# 下面是一个错误的 `dead_units`，很多输入上它和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.dead_units.hack(trap=2)

# %% role="hack"
### BEGIN SOLUTION
x = np.array([[1.0], [-5.0]])  # on for one example, and the mean is negative
W = np.array([[1.0]])
b = np.array([0.0])
### END SOLUTION
if b is not ...:
    check.dead_units.hack(trap=2, x=x, W=W, b=b)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about activation functions. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="36f1cf35"
# ## 挑错
#
# 一位候选人这样讲激活函数。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 5, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="sigmoid-chain"
# ## The interviewer goes on
#
# **Twenty sigmoid layers one behind the other. By what factor, at most, do the slopes of the activations
# alone multiply a gradient that goes all the way back?** Within 10 %.

# %% [markdown] lang="zh" en="7717a3e4"
# ## 追问
#
# **二十个 sigmoid 层首尾相接。梯度从头传到尾，只看激活函数的导数，最多乘多大的因子？** 误差不超过 10%。

# %% role="follow-up"
### BEGIN SOLUTION
factor = 0.25**20
### END SOLUTION

# %%
check.sigmoid_chain(factor)

# %% [markdown] role="follow-up" fold="Then why does the sigmoid survive in gates and outputs?"
# A gate must lie between 0 and 1. Back along an LSTM's cell state the gradient is multiplied by the
# forget gate's *value*, which may stay near 1, not by its slope. At the output the cross-entropy cancels the small
# slope: the gradient in the logit is $\sigma(z) - t$, not $(\sigma(z) - t)\,\sigma'(z)$.

# %% [markdown] lang="zh" en="371ae8e9" fold="那为什么门控和输出层还在用 sigmoid？"
# 门的取值必须在 0 到 1 之间。沿 LSTM 的细胞状态往回传时，梯度乘的是遗忘门的**值**，它可以一直接近 1，而不是它的导数。输出层有交叉熵把这个小导数抵消掉：对 logit 的梯度是 $\sigma(z) - t$，而不是 $(\sigma(z) - t)\,\sigma'(z)$。

# %% [markdown] role="follow-up" fold="Swish has a parameter: z·σ(βz). What are its limits?"
# At $\beta = 0$ it is $z/2$, linear; for $\beta \to \infty$ it becomes ReLU. SiLU is $\beta = 1$, and
# $\beta = 1.702$ comes close to GELU: the paper's sigmoid approximation.

# %% [markdown] lang="zh" en="4f88e70c" fold="Swish 带参数：z·σ(βz)。它的极限是什么？"
# $\beta = 0$ 时是 $z/2$，线性；$\beta \to \infty$ 时趋于 ReLU。$\beta = 1$ 就是 SiLU，$\beta = 1.702$ 接近 GELU，也就是 GELU 论文里的 sigmoid 近似。

# %% [markdown] role="follow-up" fold="Why is SwiGLU better than GELU?"
# Say what is known. With the same number of parameters and operations it reached a lower perplexity in
# Shazeer's T5 experiments, and many open models have taken it over. Why, the paper expressly does not
# explain. A multiplicative gate lets one feature switch another; that is a reading, not a proof.

# %% [markdown] lang="zh" en="476eb170" fold="SwiGLU 为什么比 GELU 好？"
# 只说已知的。参数量和计算量相同的情况下，Shazeer 的 T5 实验里它的困惑度更低，之后很多开源模型都用了它。为什么更好，论文明说不作解释。乘法门让一个特征可以开关另一个特征，这是一种理解，不是证明。

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
# > Without a non-linearity any depth is one affine map. Sigmoid and tanh saturate, and the sigmoid's slope
# > is at most a quarter, so gradients shrink with depth. ReLU is cheap and has slope one on the positive
# > side, but a unit that is off on every example gets no gradient and stays dead. GELU, z·Φ(z), and SiLU,
# > z·σ(z), are smooth and keep some slope on the left. SwiGLU multiplies a linear branch by a SiLU gate; the
# > third matrix is paid for with a width of 8D/3. Sigmoid stays for gates and output probabilities.
#
# Classic mistakes: σ′ computed at σ(z); half of the product rule; the tanh approximation taken for GELU;
# the activation on the wrong branch of SwiGLU; 4D hidden units with three matrices.

# %% [markdown] lang="zh" en="0f893cbb" fold="一分钟版本"
# > 没有非线性，再深也只是一个仿射映射。sigmoid 和 tanh 会饱和，sigmoid 的导数最大只有 1/4，层数一多梯度就消失。ReLU 便宜，正半轴导数为 1，但在所有样本上都关闭的单元没有梯度，一直死着。GELU（z·Φ(z)）和 SiLU（z·σ(z)）平滑，左侧也留有斜率。SwiGLU 用 SiLU 门乘一个线性分支，第三个矩阵靠把宽度降到 8D/3 来抵消。sigmoid 留给门控和输出概率。
#
# 常见错误：在 σ(z) 上再算 σ′；乘积求导只写一半；把 tanh 近似当成 GELU；SwiGLU 的激活函数加错了支；三个矩阵还用 4D 的宽度。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §6.1 (why a linear model is not enough), §6.3 (hidden units, the slope of ReLU at 0).
# - Nair & Hinton 2010, *Rectified Linear Units Improve Restricted Boltzmann Machines*; Maas, Hannun & Ng 2013, *Rectifier Nonlinearities Improve Neural Network Acoustic Models* (leaky ReLU).
# - He et al. 2015, *Delving Deep into Rectifiers*, arXiv:1502.01852, §2.2 (initialization for ReLU).
# - Hendrycks & Gimpel 2016, *Gaussian Error Linear Units*, arXiv:1606.08415, §2 (definition, approximations, SiLU), §4 (not monotone).
# - Ramachandran, Zoph & Le 2017, *Searching for Activation Functions*, arXiv:1710.05941 (Swish, β).
# - Shazeer 2020, *GLU Variants Improve Transformer*, arXiv:2002.05202, §2 (the variants, width times 2/3), §3 (3072 to 2048), §4 (no explanation).
# - Touvron et al. 2023, *LLaMA*, arXiv:2302.13971, §2.2 (SwiGLU, 2/3 · 4d).

# %% [markdown] lang="zh" en="5c46f0d6"
# ## 参考文献
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§6.1（为什么线性模型不够）、§6.3（隐藏单元，ReLU 在 0 处的导数）。
# - Nair & Hinton 2010, *Rectified Linear Units Improve Restricted Boltzmann Machines*；Maas, Hannun & Ng 2013, *Rectifier Nonlinearities Improve Neural Network Acoustic Models*（leaky ReLU）。
# - He et al. 2015, *Delving Deep into Rectifiers*, arXiv:1502.01852，§2.2（ReLU 的初始化）。
# - Hendrycks & Gimpel 2016, *Gaussian Error Linear Units*, arXiv:1606.08415，§2（定义、近似、SiLU）、§4（不单调）。
# - Ramachandran, Zoph & Le 2017, *Searching for Activation Functions*, arXiv:1710.05941（Swish，β）。
# - Shazeer 2020, *GLU Variants Improve Transformer*, arXiv:2002.05202，§2（各变体，宽度乘 2/3）、§3（3072 到 2048）、§4（不作解释）。
# - Touvron et al. 2023, *LLaMA*, arXiv:2302.13971，§2.2（SwiGLU，2/3 · 4d）。
