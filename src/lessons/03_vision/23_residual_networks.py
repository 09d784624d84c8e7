# ---
# title: Write a residual block, and say what the shortcut is for
# title_zh: 手写残差块，并说清捷径有什么用
# kind: code
# minutes: 40
# level: 2
# needs: [backprop]
# seeds: [001-Q11]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is a residual network? Why does the shortcut help, and when does it need a projection? Write
# > the block and its backward pass.
#
# Think aloud for one minute before you type: what would a network with more layers need to learn so
# that it is no worse than the shallow one? What does the shortcut make of that?

# %% [markdown] lang="zh" en="840d3e04"
# ## 题目
#
# > 什么是残差网络？捷径为什么有用，什么时候要加投影？写出残差块和它的反向传播。
#
# 先别动手，出声想一分钟：层数变多，要学到什么才能至少不比浅的网络差？加了捷径，这件事变成了什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - $y = x + F(x)$, and what $F$ has to learn when the best map is the identity.
# - Degradation, told apart from overfitting and from vanishing gradients.
# - The Jacobian of a block, and of many.
# - The one condition under which the shortcut is not the identity.
# - Where the ReLU stands, and what the shortcut does not solve.

# %% [markdown] lang="zh" en="40918a17" fold="好的回答包含什么"
# - $y = x + F(x)$；当最好的映射就是恒等映射时，$F$ 要学的是什么。
# - 退化是什么，和过拟合、梯度消失有什么区别。
# - 一个块的雅可比，许多块连起来的雅可比。
# - 捷径不用恒等映射的唯一条件。
# - ReLU 放在哪里；捷径解决不了什么。

# %% role="setup"
from functools import cache

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("residual_networks")


def relu(z):
    return np.maximum(z, 0)


# %% [markdown] role="exercise" anchor="res-block"
# ## 1 · The block
#
# Write `res_block` with two fully connected layers without biases; convolutions change nothing in what
# follows. The shortcut $s$ is `x`, or `x @ proj` where a projection is given.
#
# - `order="post"`, He et al. 2015: $y = \mathrm{relu}(s + \mathrm{relu}(xW_1)W_2)$
# - `order="pre"`, He et al. 2016: $y = s + \mathrm{relu}(\mathrm{relu}(x)W_1)W_2$
#
# Where shortcut and branch differ in shape, raise a `ValueError`.

# %% [markdown] lang="zh" en="cb540476"
# ## 1 · 残差块
#
# 写出 `res_block`：两个全连接层，没有偏置；换成卷积，下面的结论都不变。捷径 $s$ 是 `x`，给了投影就是 `x @ proj`。
#
# - `order="post"`（后激活，He et al. 2015）：$y = \mathrm{relu}(s + \mathrm{relu}(xW_1)W_2)$
# - `order="pre"`（预激活，He et al. 2016）：$y = s + \mathrm{relu}(\mathrm{relu}(x)W_1)W_2$
#
# 捷径和分支形状不同时，抛出 `ValueError`。


# %% role="exercise"
def res_block(x, W1, W2, proj=None, order="pre"):
    """One residual block.

    x: (B, i). W1: (i, h). W2: (h, o). proj: (i, o) or None. order: "pre" or "post".
    Returns y, (B, o). Raises ValueError if shortcut and branch differ in shape.
    """
    ### BEGIN SOLUTION
    a = relu(x) if order == "pre" else x  # a new array: x itself goes to the shortcut
    branch = relu(a @ W1) @ W2
    shortcut = x if proj is None else x @ proj
    if shortcut.shape != branch.shape:
        raise ValueError(f"shortcut {shortcut.shape}, branch {branch.shape}: give a projection")
    y = shortcut + branch
    return y if order == "pre" else relu(y)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Two arrays meet at the addition. What shape has each, and what does NumPy do when one of them has width 1?
# 2. Take $x = -2$ and $W_2 = 0$. What must the "pre" block return, and what the "post" block?
# 3. Branch: (ReLU if "pre"), first weights, ReLU, second weights. Shortcut: x as it came, or projected. Compare shapes, add, and end with a ReLU only if "post".

# %% [markdown] lang="zh" en="75e949ab"
# 1. 相加的是哪两个数组，各是什么形状？其中一个宽度为 1 时，NumPy 会怎么做？
# 2. 取 $x = -2$、$W_2 = 0$。"pre" 应返回什么，"post" 呢？
# 3. 分支：（"pre" 时先 ReLU）、第一组权重、ReLU、第二组权重。捷径：原来的 x，或它的投影。比较形状，相加，只有 "post" 最后再过 ReLU。

# %%
check.res_block(res_block)

# %% role="reward"
if check.res_block.passed:
    x = np.array([[1.0, -2.0, 3.0]])
    W1, W2 = np.ones((3, 4)), np.zeros((4, 3))  # a last layer of zeros
    for order in ("pre", "post"):
        y = x
        for _ in range(50):
            y = res_block(y, W1, W2, order=order)
        print(f"{order:>4}: 50 blocks turn {x[0].tolist()} into {y[0].tolist()}")

# %% [markdown] role="idea" anchor="idea"
# $$y = x + F(x), \qquad x_L = x_l + \sum_{i=l}^{L-1} F(x_i)$$
#
# The first is He et al. 2015, §3.2, Eq. 1, without its ReLU; the second He et al. 2016, Eq. 4, and it holds only
# where nothing stands on the shortcut.
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$ | `x` | (B, i) |
# | $F(x)$ | `branch` | (B, o) |
# | $W_s x$ (Eq. 2) | `x @ proj` | (B, o) |
#
# The argument (§3.1): a deeper network contains the shallow one, with identities as its extra layers. So it
# should never train worse, yet plain ones did. Layers that are *added to* the identity have only to
# shrink to zero.

# %% [markdown] lang="zh" en="428f6df1"
# $$y = x + F(x), \qquad x_L = x_l + \sum_{i=l}^{L-1} F(x_i)$$
#
# 前一个是 He et al. 2015 §3.2 的式 1（去掉 ReLU）；后一个是 He et al. 2016 的式 4，只有捷径上什么都没有时才成立。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $x$ | `x` | (B, i) |
# | $F(x)$ | `branch` | (B, o) |
# | $W_s x$（式 2） | `x @ proj` | (B, o) |
#
# 道理在 §3.1：更深的网络把多出来的层取成恒等映射，就得到浅的网络，所以训练误差不该更高，可普通网络偏偏更高。如果这些层是**加在**恒等映射上的，只要缩到零就行。

# %% [markdown] role="worked" fold="A sibling worked by hand: three scalar blocks"
# $y = x + wx$ with $w = 0.1$, three times: $y = 1.1^3 x = 1.331x$. Multiplied out it is
# $x + 3 \cdot 0.1x + 3 \cdot 0.01x + 0.001x$: one path through no branch, three through one, three through
# two, one through all. The plain chain $y = wx$ has only the last path, $0.001x$.

# %% [markdown] lang="zh" en="7863cbb1" fold="手算一个相近的例子：三个标量块"
# $y = x + wx$，取 $w = 0.1$，连做三次：$y = 1.1^3 x = 1.331x$。展开是
# $x + 3 \cdot 0.1x + 3 \cdot 0.01x + 0.001x$：一条路不经过任何分支，三条经过一个，三条经过两个，一条全经过。普通的
# $y = wx$ 只剩最后一条，$0.001x$。

# %% [markdown] role="why"
# **Why it works.** `relu` makes a new array, so `x` is still there for the shortcut. In PyTorch
# `nn.ReLU(inplace=True)` as the first layer of a branch overwrites it, and the shortcut silently becomes relu(x).
#
# **What most people write first.** `return x + branch`. With widths 1 and 5 it returns an array of width 5.
# `keras.layers.Add` broadcasts an axis of length 1 as well.
#
# **Cost.** The identity shortcut has no weights; it keeps `x` in memory until the addition.

# %% [markdown] lang="zh" en="e0603724"
# **为什么对。** `relu` 生成新数组，`x` 还留着给捷径用。PyTorch 里分支第一层写
# `nn.ReLU(inplace=True)` 会把它覆盖掉，捷径就悄悄变成了 relu(x)。
#
# **最常见的第一版。** `return x + branch`。宽度是 1 和 5 时，返回宽度为 5 的数组。Keras 也一样：`keras.layers.Add` 同样会广播长度为 1 的轴。
#
# **代价。** 恒等捷径没有权重，只是 `x` 要在内存里留到相加的时候。

# %% [markdown] role="exercise" anchor="res-block-backward"
# ## 2 · Its backward pass
#
# Write the backward pass of the pre-activation block with an identity shortcut. The derivative of ReLU at 0
# is 0.

# %% [markdown] lang="zh" en="3208707c"
# ## 2 · 反向传播
#
# 写出预激活、恒等捷径的块的反向传播。ReLU 在 0 处的导数取 0。


# %% role="exercise"
def res_block_backward(dy, x, W1, W2):
    """Gradients of a scalar loss through y = x + relu(relu(x) W1) W2.

    dy: (B, i), the gradient at y. x: (B, i). W1: (i, h). W2: (h, i).
    Returns dx (B, i), dW1 (i, h), dW2 (h, i).
    """
    ### BEGIN SOLUTION
    a = relu(x)
    hidden = relu(a @ W1)
    dhidden = dy @ W2.T * (hidden > 0)
    dx = dy + dhidden @ W1.T * (a > 0)  # I + J_F: the first term is the shortcut
    return dx, a.T @ dhidden, hidden.T @ dy
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Along how many paths does `x` reach `y`? What does the gradient do where paths join?
# 2. Scalars: $x = 2$, $w_1 = 3$, $w_2 = 0.5$, so $y = 2 + 3$. What is $dy/dx$? And at $x = -2$?
# 3. Redo the forward pass; back through the second weights, the hidden mask, the first weights, the mask of the first ReLU; then add `dy` as it came.

# %% [markdown] lang="zh" en="2b70467c"
# 1. `x` 到 `y` 有几条路？几条路汇合时，梯度怎么处理？
# 2. 标量：$x = 2$、$w_1 = 3$、$w_2 = 0.5$，于是 $y = 2 + 3$。$dy/dx$ 是多少？$x = -2$ 呢？
# 3. 重做一遍前向；往回经过第二组权重、隐藏层的掩码、第一组权重、第一个 ReLU 的掩码；最后加上原来的 `dy`。

# %%
check.res_block_backward(res_block_backward)

# %% [markdown] role="reward"
# Now the measurement: 50 layers (24 blocks of two, one layer in, one out) on the digits, without
# normalization. A plain network is the same network with `x` taken out of each block. Which of the four can
# be trained?

# %% [markdown] lang="zh" en="1b16a789"
# 来做实验：数字数据，50 层（24 个块、每块两层，加输入、输出各一层），不做归一化。普通网络就是同一个网络，只是每个块都去掉 `x`。四种里哪些训得动？


# %% role="reward"
def start(kind, rng, blocks=24, width=32):
    """First layer, [(W1, W2)] and last layer; `kind` names shortcut and initialisation."""
    gain = 1 if "Glorot" in kind else 2
    draw = lambda i, o, gain: rng.normal(size=(i, o)) * np.sqrt(gain / i)
    pairs = [[draw(width, width, gain) for _ in range(2)] for _ in range(blocks)]
    if "zero" in kind:
        pairs = [[W1, 0 * W2] for W1, W2 in pairs]
    return draw(64, width, 1), pairs, draw(width, 10, 1)


def step(x, t, params, residual, lr):
    """One step of SGD: the loss, the gradient norm before each block, and the features."""
    first, pairs, last = params
    inputs, h = [], x @ first
    for W1, W2 in pairs:
        inputs.append(h)
        h = res_block(h, W1, W2) - (0 if residual else h)
    z = relu(h)
    scores = z @ last
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log((p * t).sum(axis=1) + 1e-300).mean()
    d = (p - t) / len(x)
    dlast, d = z.T @ d, d @ last.T * (z > 0)
    norms, changes = [np.linalg.norm(d)], []
    for h, (W1, W2) in zip(reversed(inputs), reversed(pairs)):
        dx, dW1, dW2 = res_block_backward(d, h, W1, W2)
        d = dx - (0 if residual else d)
        norms.insert(0, np.linalg.norm(d))
        changes.insert(0, (dW1, dW2))
    first -= lr * (x.T @ d)
    last -= lr * dlast
    for (W1, W2), (dW1, dW2) in zip(pairs, changes):
        W1 -= lr * dW1
        W2 -= lr * dW2
    return loss, norms, z


@cache
def standardized():
    """Training and test digits as rows, by the training set's mean and deviation."""
    (x, y), (x_test, y_test) = data.digits(split=True)
    rows = lambda images: (images.reshape(len(images), -1) - x.mean(axis=0).ravel()) / x.std()
    return rows(x), np.eye(10)[y], rows(x_test), y_test


def train(kind, lr, seed, steps=150, batch=64):
    """Losses, first gradient norms, first mean cosine between two images, test accuracy."""
    rng, (x, t, x_test, y_test) = np.random.default_rng(seed), standardized()
    params, residual, losses = start(kind, rng), "residual" in kind, []
    for number in range(steps):
        rows = rng.integers(len(x), size=batch)
        loss, norms, z = step(x[rows], t[rows], params, residual, lr)
        losses.append(loss)
        if number == 0:
            unit = z / np.linalg.norm(z, axis=1, keepdims=True)
            cosine = ((unit @ unit.T).sum() - batch) / (batch * (batch - 1))
            first_norms = norms
    h = x_test @ params[0]
    for W1, W2 in params[1]:
        h = res_block(h, W1, W2) - (0 if residual else h)
    accuracy = (np.argmax(relu(h) @ params[2], axis=1) == y_test).mean()
    return losses, first_norms, cosine, accuracy


# %% role="reward"
if check.res_block.passed and check.res_block_backward.passed:
    seeds, rates = range(3), (0.003, 0.01, 0.03, 0.1)
    kinds = ("plain, He", "residual, He, last zero", "plain, Glorot", "residual, He")
    at_start = {kind: [train(kind, 0.0, seed, steps=1) for seed in seeds] for kind in kinds}
    for kind, found in at_start.items():
        low, high = np.mean([norms for _, norms, *_ in found], axis=0)[[0, -1]]
        cosine = np.mean([cosine for *_, cosine, _ in found])
        print(
            f"{kind:24s} gradient norm {high:.2g} at the last block, {low:.2g} at the first;",
            end=" ",
        )
        print(f"cosine between two images' features {cosine:.2f}")
    runs = {
        (kind, lr): [train(kind, lr, seed) for seed in seeds] for kind in kinds[:2] for lr in rates
    }
    for (kind, lr), found in runs.items():
        ends = [f"{np.mean(losses[-20:]):.2f}" for losses, *_ in found]
        scores = [f"{accuracy:.2f}" for *_, accuracy in found]
        print(f"{kind:24s} rate {lr:<5g} last losses {', '.join(ends)}; test {', '.join(scores)}")
    with plt.style.context(plot.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(7.8, 2.9))
    norms = {kind: [run[1] for run in found] for kind, found in at_start.items()}
    ax = plot.curves(norms, xlabel="block", ylabel="gradient norm", logy=True, ax=left)
    ax.set_ylim(bottom=1e-15)  # room for the legend
    ax.legend(loc="lower right")
    best = {
        kind: min(rates, key=lambda lr: np.mean([run[0][-20:] for run in runs[kind, lr]]))
        for kind in kinds[:2]
    }
    smooth = lambda losses: np.convolve(losses, np.ones(10) / 10, mode="valid")
    shown = {
        f"{kind}, rate {lr:g}": [smooth(run[0]) for run in runs[kind, lr]]
        for kind, lr in best.items()
    }
    ax = plot.curves(shown, xlabel="step", ylabel="training loss", ax=right)
    plt.show()

# %% [markdown] role="caption" alt="Two charts. Left: gradient norm at each of 24 blocks on a logarithmic axis. From the last block to the first, plain Glorot falls in a straight line from 0.1 to 1e-9, residual He rises to several hundred, plain He falls only a little, residual with last zero is flat. Right: over 150 steps the mean plain He loss stays above 2, the residual one falls below 0.1, with a bump on the way."
# Mean and range of three seeds. Left, before training: plain layers with Glorot's gain lose the gradient, residual
# blocks with He's make it explode, and a last layer of zeros passes it on as it is. Right, each at the best of four
# learning rates: the plain network with He's gain does not train, although its gradient has a healthy
# size. The cosines printed above show what else is wrong: after 48 layers all images point in almost the same
# direction, so the last layers see hardly any difference between a 3 and an 8. The norm of a gradient is not its usefulness.

# %% [markdown] lang="zh" en="b4f4a03f" alt="两幅图。左：24 个块处的梯度范数，纵轴对数。从最后一块往前，普通 Glorot 沿直线从 0.1 降到 1e-9，残差 He 升到几百，普通 He 只降一点，最后一层为零的残差网络是水平线。右：150 步里普通 He 的平均损失一直在 2 以上，残差网络降到 0.1 以下，中途有个小峰。"
# 三个种子的均值和范围。左图是训练之前：普通层配 Glorot，梯度消失；残差块配 He，梯度爆炸；最后一层取零，梯度原样传过去。右图各取四个学习率里最好的：普通网络配 He 训不动，可它的梯度大小很正常。上面打印的余弦说明了还有什么不对：过了 48 层，所有图像的特征几乎指向同一个方向，最后几层几乎分不出 3 和 8。梯度的范数正常，不等于梯度有用。

# %% [markdown] role="worked"
# **A good place to stop.** You have the block and the reason for it. What follows is the projection.

# %% [markdown] lang="zh" en="0ab34ab7"
# **可以先歇一歇。** 残差块和道理都有了，后面讲投影。

# %% [markdown] role="exercise" anchor="project"
# ## 3 · The projection
#
# Where a convolutional block halves the image or changes the number of channels, the shortcut is a 1×1
# convolution with the block's stride, without bias. Write it; the first window stands at pixel (0, 0).

# %% [markdown] lang="zh" en="e4feb057"
# ## 3 · 投影
#
# 卷积块把图像缩小或者改变了通道数，捷径就用一个 1×1 卷积，步幅与块相同，没有偏置。写出它；第一个窗口在像素 (0, 0)。


# %% role="exercise"
def project(x, K, stride):
    """x: (N, H, W, C). K: (C, O), the 1×1 kernel. stride: integer ≥ 1, both axes.

    Returns (N, ⌈H / stride⌉, ⌈W / stride⌉, O).
    """
    ### BEGIN SOLUTION
    return x[:, ::stride, ::stride] @ K
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many pixels does one output pixel depend on? Which axis does `K` act on?
# 2. An image of 5 rows at stride 2: which rows does a window of one row visit?
# 3. Keep every stride-th pixel along both axes; multiply the channels by the kernel.

# %% [markdown] lang="zh" en="1abade10"
# 1. 一个输出像素取决于几个输入像素？`K` 作用在哪个轴上？
# 2. 5 行的图像、步幅 2：高度为 1 的窗口落在哪几行？
# 3. 沿两个轴每隔 stride 取一个像素，再把通道乘上核。

# %%
check.project(project)

# %% [markdown] role="exercise" anchor="projection-weights"
# ## 4 · Where it is needed
#
# A network starts with `channels` channels. Each block has a number of output channels and a stride. Return
# the number of weights of each block's projection: 0 where the shortcut is the identity (He et al.'s
# option B).

# %% [markdown] lang="zh" en="b6d17930"
# ## 4 · 哪里需要投影
#
# 网络一开始有 `channels` 个通道，每个块给出输出通道数和步幅。返回每个块的投影有多少权重：捷径是恒等映射的就是 0（He 等人的方案 B）。


# %% role="exercise"
def projection_weights(channels, blocks):
    """channels: int. blocks: [(filters, stride), …]. Returns a list of ints, one per block."""
    ### BEGIN SOLUTION
    weights = []
    for filters, stride in blocks:
        weights.append(channels * filters if filters != channels or stride != 1 else 0)
        channels = filters
    return weights
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which three sizes must agree so that `x` can be added to the branch's output?
# 2. 64 channels into a block of 64 filters with stride 2, on 56×56 pixels: what comes out of the branch?
# 3. Walk along the blocks with the current number of channels; where it changes or the stride is not 1, a 1×1 kernel has in times out weights.

# %% [markdown] lang="zh" en="e9be8b0c"
# 1. 要把 `x` 加到分支的输出上，哪三个尺寸必须一致？
# 2. 56×56 像素、64 个通道，进入 64 个核、步幅 2 的块：分支输出什么形状？
# 3. 沿着块往后走，记住当前通道数；通道变了或步幅不是 1，1×1 的核有“输入通道 × 输出通道”个权重。

# %%
check.projection_weights(projection_weights)

# %% role="reward"
if check.projection_weights.passed:
    stages = {
        "ResNet-34": (64, [64, 128, 256, 512]),
        "ResNet-50": (64, [256, 512, 1024, 2048]),
    }
    for name, (channels, widths) in stages.items():
        blocks = [
            (width, 2 if stage and not block else 1)
            for stage, (width, depth) in enumerate(zip(widths, (3, 4, 6, 3)))
            for block in range(depth)
        ]
        outputs = [width for width, _ in blocks]
        everywhere = np.dot([channels, *outputs[:-1]], outputs)
        weights = projection_weights(channels, blocks)
        print(f"{name}: {sum(weights):,} projection weights; in every block {everywhere:,}")

# %% [markdown] role="why"
# Three options were measured (He et al. 2015, §4.1, Table 3, ResNet-34 on ImageNet): A pads new channels with zeros, B projects
# where shapes change, C projects everywhere. All are far better than the plain network, and C is
# only slightly ahead of B. The paper takes B for its deeper networks, to save memory and time. With bottleneck blocks the shortcut
# joins the two wide ends, which makes C most expensive just there: the counts above show it.

# %% [markdown] lang="zh" en="51412d74"
# 论文比较了三种方案（He et al. 2015，§4.1，表 3，ImageNet 上的 ResNet-34）：A 给新通道补零，B 只在形状改变处投影，C 处处投影。三种都远好于普通网络，C 只比 B 略好一点。更深的网络用 B，省内存也省时间。bottleneck 块的捷径连的是两个最宽的端点，C 在那里最贵，看上面的数字就知道。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `res_block`. On some inputs it agrees with the right one. Find an input on which the
# two part.

# %% [markdown] lang="zh" en="f2589381"
# ## 找反例
#
# 下面是一个错误的 `res_block`，有些输入上它和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.res_block.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
exposing = np.array([[1.0, -2.0]])  # something negative for the shortcut to carry
order = "pre"
### END SOLUTION
if exposing is not ...:
    weights = np.eye(2)
    check.res_block.hack(trap=1, x=exposing, W1=weights, W2=weights, proj=None, order=order)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains residual networks. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="5ab3e565"
# ## 挑错
#
# 一位候选人这样讲残差网络。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 4, 5, 7, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="growth"
# ## The interviewer goes on
#
# **24 pre-activation blocks, He's initialisation, no normalization. By which factor does the standard
# deviation of the features grow from the input of the first block to the output of the last? Take the variances in expectation.**

# %% [markdown] lang="zh" en="8749499c"
# ## 追问
#
# **24 个预激活块，He 初始化，不做归一化。从第一个块的输入到最后一个块的输出，特征的标准差放大多少倍？方差按期望算。**

# %% role="follow-up"
### BEGIN SOLUTION
factor = np.sqrt(2.0**24)
### END SOLUTION

# %%
check.growth(factor)

# %% [markdown] role="follow-up" fold="And what does one do about it?"
# He's initialisation gives the branch the variance of its input, and the shortcut brings as much again:
# ×2 in each block, forward and backward. Remedies: start the last layer of each branch at zero (for batch
# normalization its γ: Goyal et al. 2017, §5.1), scale the branches down, or normalize inside the
# branch. De and Smith 2020 find that batch normalization helps because it makes the branch small beside the shortcut.

# %% [markdown] lang="zh" en="9cc05bcd" fold="那怎么办？"
# He 初始化让分支的方差等于输入的方差，捷径又带来同样一份：每块 ×2，前向、反向都一样。对策：分支最后一层从零开始（用批归一化就是它的 γ 取 0，见 Goyal et al. 2017，§5.1）；把分支缩小；或者在分支里做归一化。De 和 Smith 2020 认为，批归一化之所以有效，正是因为它让分支相对捷径很小。

# %% [markdown] role="follow-up" anchor="resnet50-projections"
# **ResNet-50 has 16 blocks in four stages; the stem hands on 64 channels, the stages put out 256, 512, 1024 and 2048.
# How many blocks have a projection?**

# %% [markdown] lang="zh" en="59ec212f"
# **ResNet-50 有 16 个块，分四个阶段；开头的卷积输出 64 个通道，四个阶段依次输出 256、512、1024、2048。有几个块带投影？**

# %% role="follow-up"
### BEGIN SOLUTION
projecting = 4
### END SOLUTION

# %%
check.resnet50_projections(projecting)

# %% [markdown] role="follow-up" anchor="paths"
# **Multiply out a network of 24 residual blocks: how many paths lead from input to output?**

# %% [markdown] lang="zh" en="2544b80a"
# **把 24 个残差块的网络展开：从输入到输出有多少条路径？**

# %% role="follow-up"
### BEGIN SOLUTION
routes = 2**24
### END SOLUTION

# %%
check.paths(routes)

# %% [markdown] role="follow-up" fold="Does post-activation have these paths too?"
# Not as a sum: the ReLU after each addition stands on every path. A negative entry that enters a block
# cannot leave it by the shortcut. He et al. 2016, §2 needs two identities for Eq. 4, on the shortcut and after the
# addition; pre-activation buys the second. The view of a residual network as many paths is Veit et al. 2016, §3.

# %% [markdown] lang="zh" en="253b84c1" fold="后激活也有这么多条路径吗？"
# 不能写成简单的和：每次相加之后的 ReLU 挡在所有路径上，负的分量从捷径也过不去。He et al. 2016 §2 推出式 4 要两个恒等映射：捷径上一个，相加之后一个；预激活换来的就是后一个。把残差网络看成许多条路径，是 Veit et al. 2016 §3 的说法。

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
# > A residual block computes x + F(x). It was proposed against degradation: deeper plain networks had a
# > higher training error, so it was no overfitting, and with batch norm no vanishing gradient either. With the
# > shortcut, useless layers only have to go to zero. Backward, a block multiplies by I + J_F, so part of the gradient arrives
# > unchanged. The shortcut is the identity wherever shapes agree, and a strided 1×1 projection where channels or size
# > change. Pre-activation keeps the shortcut free of ReLUs. Without normalization I start the last layer of each
# > branch at zero, or the variance doubles with each block.
#
# Classic mistakes: a rule of odd and even layers; a sum that broadcasts; an in-place ReLU on the shortcut;
# a projection in every block; “the gradient cannot explode any more”.

# %% [markdown] lang="zh" en="423552eb" fold="一分钟版本"
# > 残差块算的是 x + F(x)。它针对的是退化：更深的普通网络训练误差更高，所以不是过拟合；用了批归一化，也不是梯度消失。有了捷径，没用的层缩到零就行。反向时每个块乘 I + J_F，总有一份梯度原样传到。形状相同就用恒等捷径，通道数或尺寸改变时用带步幅的 1×1 投影。预激活让捷径上没有 ReLU。不做归一化的话，分支最后一层要从零开始，否则方差每块翻一倍。
#
# 常见错误：编出奇数层、偶数层的规则；相加时悄悄广播；原地 ReLU 改掉了捷径；每块都投影；“梯度再也不会爆炸”。

# %% [markdown] role="reference"
# ## References
#
# - He, Zhang, Ren & Sun 2015, *Deep Residual Learning for Image Recognition*, arXiv:1512.03385, §3.1 (the argument), §3.2, Eqs. 1 and 2, §3.3 (options A and B), §4.1, Tables 2 and 3.
# - He, Zhang, Ren & Sun 2016, *Identity Mappings in Deep Residual Networks*, arXiv:1603.05027, §2, Eqs. 4 and 5; §4 (pre-activation).
# - Goyal et al. 2017, *Accurate, Large Minibatch SGD*, arXiv:1706.02677, §5.1 (γ = 0).
# - Zhang, Dauphin & Ma 2019, *Fixup Initialization*, arXiv:1901.09321, §2.
# - De & Smith 2020, *Batch Normalization Biases Residual Blocks Towards the Identity Function*, NeurIPS.
# - Veit, Wilber & Belongie 2016, *Residual Networks Behave Like Ensembles of Relatively Shallow Networks*, arXiv:1605.06431, §3.
# - Data: E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI, CC BY 4.0.

# %% [markdown] lang="zh" en="c4cec848"
# ## 参考文献
#
# - He, Zhang, Ren & Sun 2015, *Deep Residual Learning for Image Recognition*，arXiv:1512.03385，§3.1（论证）、§3.2 式 1 和式 2、§3.3（方案 A、B）、§4.1 表 2 和表 3。
# - He, Zhang, Ren & Sun 2016, *Identity Mappings in Deep Residual Networks*，arXiv:1603.05027，§2 式 4 和式 5；§4（预激活）。
# - Goyal et al. 2017, *Accurate, Large Minibatch SGD*，arXiv:1706.02677，§5.1（γ = 0）。
# - Zhang, Dauphin & Ma 2019, *Fixup Initialization*，arXiv:1901.09321，§2。
# - De & Smith 2020, *Batch Normalization Biases Residual Blocks Towards the Identity Function*，NeurIPS。
# - Veit, Wilber & Belongie 2016, *Residual Networks Behave Like Ensembles of Relatively Shallow Networks*，arXiv:1605.06431，§3。
# - 数据：E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*，UCI，CC BY 4.0。
