# ---
# title: Write a depthwise-separable convolution and count its cost
# title_zh: 手写深度可分离卷积，算清计算量
# kind: code
# minutes: 30
# level: 2
# needs: [convolution_by_hand]
# seeds: [001-Q10]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write a depthwise-separable convolution. How much does it save, and what does it give up?
#
# Think aloud for one minute before you type: which of the two things that a standard convolution does at
# once goes into which step?

# %% [markdown] lang="zh" en="edef049d"
# ## 题目
#
# > 写出深度可分离卷积。它省了多少，又放弃了什么？
#
# 先别动手，出声想一分钟：标准卷积同时做了两件事，拆开之后各由哪一步来做？

# %% [markdown] role="question" fold="What a good answer contains"
# - Two steps: every channel filtered by its own k×k kernel, then a 1×1 convolution that mixes channels.
# - The ratio of multiplications, $1/C_o + 1/k^2$, derived and not recalled, and where most of the rest is spent.
# - What it cannot express: the kernels that leave one input channel are multiples of one.
# - Why the time falls by less than the multiplications.

# %% [markdown] lang="zh" en="061da189" fold="好的回答包含什么"
# - 两步：先逐通道，每个通道用自己的 k×k 核；再用 1×1 卷积混合通道。
# - 乘法次数之比 $1/C_o + 1/k^2$，是推出来的，不是背出来的；剩下的计算主要花在哪里。
# - 它表达不了什么：从同一输入通道出发的核只差一个倍数。
# - 为什么用时降得没有乘法次数多。

# %% role="setup"
import time

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("depthwise_separable")

# %% [markdown] role="exercise" anchor="depthwise"
# ## 1 · Depthwise
#
# Write `depthwise`, without padding. Every input channel c has m kernels of its own; with kernel j it makes
# output channel c · m + j. `stride` is the same on both axes; the kernel is not flipped.

# %% [markdown] lang="zh" en="83d13e55"
# ## 1 · 逐通道卷积
#
# 写出 `depthwise`，不填充。每个输入通道 c 有自己的 m 个核，用核 j 得到输出通道 c · m + j。两个轴的步幅都是 `stride`；核不翻转。


# %% role="exercise"
def depthwise(x, K, stride=1):
    """x (N, H, W, C), K (kh, kw, C, m) → (N, Ho, Wo, C · m)."""
    ### BEGIN SOLUTION
    (N, H, W, C), (kh, kw, _, m) = x.shape, K.shape
    Ho, Wo = (H - kh) // stride + 1, (W - kw) // stride + 1
    y = np.zeros((N, Ho, Wo, C, m))
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + (Ho - 1) * stride + 1, stride)
            columns = slice(j, j + (Wo - 1) * stride + 1, stride)
            y += x[:, rows, columns, :, None] * K[i, j]  # no sum over channels
    return y.reshape(N, Ho, Wo, C * m)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A standard convolution sums over window and input channels. Which of the two sums is left here?
# 2. One pixel, C = 2, m = 2: x = [5, 7], kernels [1, 2] for the first channel, [3, 4] for the second. What are the four output channels, in order?
# 3. Loop over the kernel's places; take the shifted, strided image; multiply its channels by that place's (C, m) weights, giving (…, C, m); add up; at the end join the last two axes.

# %% [markdown] lang="zh" en="e000954d"
# 1. 标准卷积对窗口和输入通道求和。这里还剩哪一个求和？
# 2. 一个像素，C = 2、m = 2：x = [5, 7]，第一个通道的核是 [1, 2]，第二个是 [3, 4]。四个输出通道依次是多少？
# 3. 对核的每个位置循环：取平移并带步幅的图，各通道乘这个位置的 (C, m) 权重，得到 (…, C, m)，累加；最后把末尾两个轴并成一个。

# %%
check.depthwise(depthwise)

# %% [markdown] role="exercise" anchor="separable"
# ## 2 · Then mix: the separable convolution
#
# Write `separable`: depthwise, with the stride, then pointwise. A pointwise (1×1) convolution multiplies
# the channels of every pixel by one matrix. Nothing stands between the two.

# %% [markdown] lang="zh" en="d91965a1"
# ## 2 · 再混合：可分离卷积
#
# 写出 `separable`：先逐通道（带步幅），再逐点。逐点（1×1）卷积就是每个像素的通道乘同一个矩阵。两步之间什么都没有。


# %% role="exercise"
def separable(x, K, W, stride=1):
    """x (N, H, W, C), K (kh, kw, C, m), W (C · m, Co) → (N, Ho, Wo, Co)."""
    ### BEGIN SOLUTION
    return depthwise(x, K, stride) @ W
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which step lowers the number of places, and which changes the number of channels?
# 2. One pixel whose depthwise result is [2, 3], W = [[1, 0], [10, 1]]: what comes out?
# 3. Depthwise first; then a matrix product over the last axis does it for all pixels.

# %% [markdown] lang="zh" en="35f1d265"
# 1. 哪一步减少位置的个数？哪一步改变通道数？
# 2. 某个像素逐通道的结果是 [2, 3]，W = [[1, 0], [10, 1]]：得到什么？
# 3. 先逐通道；然后沿最后一个轴做一次矩阵乘，所有像素就都算完了。

# %%
check.separable(separable)

# %% [markdown] role="why"
# **Why it works.** A standard kernel is indexed by place *and* by both channels. Depthwise keeps the place
# and drops the mixing; pointwise keeps the mixing and drops the place.
#
# **What most people write first.** `einsum("nabcij,ijcm->nabm")`: the sum over c that every other convolution
# has. With one input channel it passes.
#
# **Elsewhere.** PyTorch has no depthwise layer: it is `Conv2d(C, C * m, k, groups=C)`. Keras's
# `SeparableConv2D` is this function with a bias; MobileNet's block puts BatchNorm and ReLU after either step.

# %% [markdown] lang="zh" en="e8cd65f0"
# **为什么对。** 标准卷积核的下标有位置，**也**有进出两个通道。逐通道留下位置、去掉混合；逐点留下混合、去掉位置。
#
# **最常见的第一版。** `einsum("nabcij,ijcm->nabm")`：顺手对 c 求了和，因为别的卷积都要。只有一个输入通道时测不出来。
#
# **换个框架。** PyTorch 没有专门的层，写成 `Conv2d(C, C * m, k, groups=C)`。Keras 的 `SeparableConv2D` 就是这个函数加偏置；MobileNet 的模块在两步之后各有 BatchNorm 和 ReLU。

# %% [markdown] role="exercise" anchor="macs"
# ## 3 · What does it cost?
#
# Write `macs`: multiplications for one image, SAME padding, no bias: of a standard k×k layer and of the
# separable one that replaces it.

# %% [markdown] lang="zh" en="ec2fa42e"
# ## 3 · 要多少次乘法？
#
# 写出 `macs`：SAME 填充、没有偏置，一张图要多少次乘法。先是标准的 k×k 层，再是替换它的可分离卷积。


# %% role="exercise"
def macs(H, W, k, Ci, Co, m=1, stride=1):
    """Image H × W, kernel k × k, Ci → Co channels, m kernels a channel → (standard, separable)."""
    ### BEGIN SOLUTION
    places = -(-H // stride) * -(-W // stride)
    return places * k * k * Ci * Co, places * (k * k * Ci * m + Ci * m * Co)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Count one place first. How many multiplications does one output number of a standard layer take, and how many output numbers has a place?
# 2. k = 3, Ci = 2, Co = 4, m = 1: what does one place cost in either layer? What is the ratio, and is it 1/4 + 1/9?
# 3. Places: rows times columns, each divided by the stride and rounded up. Standard: k²·Ci·Co a place. Separable: k² for each of Ci·m channels, plus a (Ci·m, Co) matrix.

# %% [markdown] lang="zh" en="4682cc53"
# 1. 先数一个位置。标准层的一个输出数要几次乘法？一个位置有几个输出数？
# 2. k = 3、Ci = 2、Co = 4、m = 1：两种层一个位置各要多少次？比值是多少？等于 1/4 + 1/9 吗？
# 3. 位置数：行数乘列数，各除以步幅再向上取整。标准：每个位置 k²·Ci·Co。可分离：Ci·m 个通道各 k² 次，再加一个 (Ci·m, Co) 的矩阵。

# %%
check.macs(macs)

# %% [markdown] role="idea" anchor="idea"
# Per output place, with m = 1:
#
# $$\frac{k^2 C_i + C_i C_o}{k^2 C_i C_o} = \frac{1}{C_o} + \frac{1}{k^2}.$$
#
# $C_i$ cancels, and so do the places, hence the stride and the size of the image (Howard et al. 2017,
# §3.1). For 3×3 and many channels it is close to 1/9, and of what is left, $C_o / (C_o + k^2)$ is pointwise.

# %% [markdown] lang="zh" en="2d8f1b5e"
# 每个输出位置，m = 1 时：
#
# $$\frac{k^2 C_i + C_i C_o}{k^2 C_i C_o} = \frac{1}{C_o} + \frac{1}{k^2}.$$
#
# $C_i$ 约掉了，位置数也约掉了，所以与步幅、图像大小都无关（Howard 等 2017，§3.1）。3×3、通道较多时接近 1/9；剩下的计算里，逐点卷积占 $C_o / (C_o + k^2)$。


# %% role="reward"
def mobilenet(size=224):
    """MobileNet-V1's multiplications and weights, {kind of layer: (multiplications, weights)}."""
    size, width = size // 2, 32
    total = {"3×3 standard": [size**2 * 27 * width, 27 * width], "depthwise": [0, 0]}
    total |= {"1×1": [0, 0], "dense": [1024 * 1000, 1024 * 1000]}
    strided = {128, 256, 512, 1024}
    for channels in [64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]:
        stride = 2 if channels in strided and channels != width else 1
        _, both = macs(size, size, 3, width, channels, stride=stride)
        size = -(-size // stride)
        pointwise = size**2 * width * channels
        for kind, cost, weights in (
            ("depthwise", both - pointwise, 9 * width),
            ("1×1", pointwise, width * channels),
        ):
            total[kind][0] += cost
            total[kind][1] += weights
        width = channels
    return total


if check.macs.passed:
    counts = mobilenet()
    all_macs, all_weights = (sum(c[i] for c in counts.values()) for i in (0, 1))
    print(f"MobileNet-V1: {all_macs / 1e6:.0f} million multiplications,", end=" ")
    print(f"{all_weights / 1e6:.1f} million weights")
    print(f"{'share of':>12}  multiplications  weights")
    for kind, (cost, weights) in counts.items():
        print(f"{kind:>12}  {cost / all_macs:15.2%}  {weights / all_weights:7.2%}")

# %% [markdown] role="reward"
# The paper says 569 million and 4.2 million, and 94.86 % of the multiplications in 1×1
# layers. Its 1×1 layers widen, 32 → 64 → 128 … → 1,024: "pointwise compresses" is not what it is for.

# %% [markdown] lang="zh" en="27715f88"
# 论文给出的是 5.69 亿次乘法和 420 万个参数，94.86% 的乘法在 1×1 层里，与这里算出的一致。它的 1×1 层是往宽里扩的：32 → 64 → 128 …… → 1024，所以“逐点卷积用来压缩”说的不是它的作用。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is what a separable layer cannot express,
# and what the saving is worth.

# %% [markdown] lang="zh" en="8ce6905f"
# **可以先歇一歇。** 核心已经写完，下面看它表达不了什么，以及省下来的值不值。

# %% [markdown] role="exercise" anchor="combined-kernel"
# ## 4 · The standard kernel it amounts to
#
# Depthwise and pointwise are both linear, so together they are one standard convolution with a special
# kernel. Write `combined_kernel`.

# %% [markdown] lang="zh" en="75d15e56"
# ## 4 · 它等价于哪个标准卷积核
#
# 两步都是线性的，合起来就是一个标准卷积，只是核比较特殊。写出 `combined_kernel`。


# %% role="exercise"
def combined_kernel(K, W):
    """K (kh, kw, C, m), W (C · m, Co) → the standard kernel (kh, kw, C, Co) that does the same."""
    ### BEGIN SOLUTION
    C, m = K.shape[2:]
    return np.einsum("ijcm,cmo->ijco", K, W.reshape(C, m, W.shape[1]))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. By which weights is the pixel at (i, j) of channel c multiplied on its way to output channel o?
# 2. One place, one channel, m = 2: kernels 2 and 3, W = [[1, 0], [0, 10]]. What does the pixel contribute to each of the two outputs?
# 3. Give W the axes (C, m, Co); multiply by K over c and sum over m only.

# %% [markdown] lang="zh" en="52eafc58"
# 1. 通道 c 在 (i, j) 处的像素，到输出通道 o 的路上乘了哪些权重？
# 2. 一个位置、一个通道，m = 2：两个核是 2 和 3，W = [[1, 0], [0, 10]]。这个像素对两个输出各贡献多少倍？
# 3. 把 W 变成 (C, m, Co)；按 c 对应着与 K 相乘，只对 m 求和。

# %%
check.combined_kernel(combined_kernel)

# %% role="reward"
if check.combined_kernel.passed:
    rng = np.random.default_rng(0)
    for m in (1, 2, 4, 9):
        kernel = combined_kernel(rng.normal(size=(3, 3, 5, m)), rng.normal(size=(5 * m, 16)))
        ranks = [np.linalg.matrix_rank(kernel[:, :, c].reshape(9, 16)) for c in range(5)]
        print(f"m = {m}: the kernels that leave one input channel have rank {set(map(int, ranks))}")

# %% [markdown] role="reward"
# That is what is given up: with m = 1 one input channel reaches all outputs through *one* spatial pattern,
# scaled. A standard layer may use 9. (Between the two steps MobileNet puts BatchNorm and ReLU; then the
# pair is no longer one linear map.)

# %% [markdown] lang="zh" en="b98bce95"
# 放弃的就是这个：m = 1 时，一个输入通道只能以**同一个**空间模式、乘不同的倍数到达各个输出；标准卷积可以用 9 个。（MobileNet 在两步之间放了 BatchNorm 和 ReLU，那就不再是一个线性映射了。）


# %% role="reward"
def accuracies(kind, width, seeds=2):
    """Digits, three layers, the last two of `kind` → (multiplications, test accuracies)."""
    import keras

    from whiteboard.training import Trainer

    layer = {"standard": keras.layers.Conv2D, "separable": keras.layers.SeparableConv2D}[kind]

    def build():
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                keras.layers.Conv2D(width, 3, padding="same", activation="relu"),
                layer(2 * width, 3, strides=2, padding="same", activation="relu"),
                layer(4 * width, 3, strides=2, padding="same", activation="relu"),
                keras.layers.GlobalAveragePooling2D(),
                keras.layers.Dense(10),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.01), loss)
        return model

    (x, y), (x_test, y_test) = data.digits(split=True)
    trainer, scores = Trainer(build), []
    for seed in range(seeds):  # one model, traced once; `restart` draws its weights anew
        trainer.restart(seed)
        trainer.fit(x[..., None], y, epochs=5, batch_size=64)
        logits = trainer.model(x_test[..., None]).numpy()
        scores.append(float((logits.argmax(axis=1) == y_test).mean()))
    which = ("standard", "separable").index(kind)
    cost = macs(8, 8, 3, 1, width)[0] + 40 * width
    cost += macs(8, 8, 3, width, 2 * width, stride=2)[which]
    return cost + macs(4, 4, 3, 2 * width, 4 * width, stride=2)[which], scores


# %% role="reward"
if check.macs.passed:
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        for kind, mark in (("standard", "o-"), ("separable", "s--")):
            costs, scores = zip(*(accuracies(kind, width) for width in (8, 24)))
            ax.semilogx(costs, [np.mean(s) for s in scores], mark, label=kind)
            for cost, pair in zip(costs, scores):
                ax.plot([cost] * len(pair), pair, ".", color="gray")
            print(kind, *(f"{c:,}: {min(s):.3f}–{max(s):.3f}" for c, s in zip(costs, scores)))
        ax.set(xlabel="multiplications for one image", ylabel="test accuracy", ylim=(0.8, 1))
        ax.legend()
        plt.show()

# %% [markdown] role="caption" alt="Test accuracy against multiplications on a logarithmic axis for standard and separable networks of two widths; grey dots are single runs. At the smaller width the separable network lies far to the left and several points lower; at the larger width it is one to two points lower with about a sixth of the multiplications."
# Digits, 5 epochs, widths 8 and 24, two seeds each (grey dots; naming the most frequent class scores about
# .1). At width 24 the separable network stays one to two points behind the standard one with a sixth of the multiplications; at width 8 it loses
# several points. The wide separable network costs a third more than the narrow standard one and scores no better: on so small a task the trade does not pay.
# The formula compares layers of equal width; whether the trade pays is measured on the task.

# %% [markdown] lang="zh" en="991c2720" alt="测试准确率随乘法次数（对数轴）的变化，标准与可分离两种网络各两种宽度，灰点是单次训练。较窄时，可分离网络在左边很远处，准确率低几个点；较宽时，它低一两个点，乘法约为六分之一。"
# 手写数字，5 个 epoch，宽度 8 和 24，各两个种子（灰点；总猜最多的一类约 .1）。宽度 24 时，可分离网络比标准网络低一两个点，乘法只有六分之一；宽度 8 时低几个点。宽的可分离网络比窄的标准网络多算三分之一，得分却没有更高：任务这么小，这笔交易不划算。公式比的是同样宽度的两种层，划不划算要在任务上测。


# %% role="reward"
if check.macs.passed:
    import tensorflow as tf

    def fastest(function, repeats=5):
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            function().numpy()
            times.append(time.perf_counter() - start)
        return min(times)

    rng = np.random.default_rng(0)
    image = rng.normal(size=(8, 56, 56, 128)).astype(np.float32)
    kernel = rng.normal(size=(3, 3, 128, 128)).astype(np.float32)
    one, ones = kernel[:, :, :, :1], (1, 1, 1, 1)
    standard = fastest(lambda: tf.nn.conv2d(image, kernel, 1, "SAME"))
    first = fastest(lambda: tf.nn.depthwise_conv2d(image, one, ones, "SAME"))
    both = fastest(lambda: tf.nn.separable_conv2d(image, one, kernel[:1, :1], ones, "SAME"))
    cost, cheap = macs(56, 56, 3, 128, 128)
    print(f"multiplications: separable / standard {cheap / cost:.2f}")
    print(f"time, this run:  separable / standard {both / standard:.2f}")
    print(f"the depthwise step: {9 / (9 + 128):.0%} of the multiplications,", end=" ")
    print(f"{first / both:.0%} of the time")

# %% [markdown] role="reward"
# The time falls, and by less than the count promises. The depthwise step does nine multiplications
# for every number it reads: memory sets its pace, and a matrix unit has nothing to do.

# %% [markdown] lang="zh" en="c99a1e7b"
# 用时确实少了，但没有乘法次数降得多。逐通道那一步每读一个数只做九次乘法，速度由内存决定，矩阵单元派不上用场。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `macs`. On many layers it agrees with the right one. Find one on which it does not.

# %% [markdown] lang="zh" en="e431aa0b"
# ## 找反例
#
# 下面是一个错误的 `macs`，在许多层上和正确答案一致。找一层让它出错。

# %% role="hack"
check.macs.hack(trap=3)

# %% role="hack"
### BEGIN SOLUTION
size = {"H": 8, "W": 8, "k": 3, "Ci": 4, "Co": 8, "m": 1, "stride": 2}
### END SOLUTION
if size is not ...:
    check.macs.hack(trap=3, **size)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains separable convolutions. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="e26b3a88"
# ## 挑错
#
# 一位候选人这样讲深度可分离卷积。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="cost-ratio"
# ## The interviewer goes on
#
# **3×3, 64 → 128 channels, m = 1. What fraction of the standard layer's multiplications is left?** Within 1 %.

# %% [markdown] lang="zh" en="22f6579c"
# ## 追问
#
# **3×3，64 → 128 通道，m = 1。乘法次数剩下标准层的几分之几？** 填小数，误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
ratio = 1 / 128 + 1 / 9
### END SOLUTION

# %%
check.cost_ratio(ratio)

# %% [markdown] role="follow-up" anchor="pointwise-share"
# **What share of MobileNet-V1's multiplications is in its 1×1 layers?** In percent, within 0.5 %. Your `macs` has counted it above.

# %% [markdown] lang="zh" en="159443e9"
# **MobileNet-V1 的乘法有百分之多少在 1×1 层？** 填百分数，误差不超过 0.5%。上面已经用你的 `macs` 数过了。

# %% role="follow-up"
### BEGIN SOLUTION
share = 94.86
### END SOLUTION

# %%
check.pointwise_share(share)

# %% [markdown] role="follow-up" fold="You must make this network twice as fast on a phone. Where do you start?"
# Not with the depthwise kernels: they are 3 % of the multiplications. The 1×1 layers are plain matrix products: fewer channels
# (the paper's width multiplier α changes them by about α²), a lower resolution (ρ²), 8-bit weights. Then measure on the phone: the count
# says nothing about memory traffic and kernel launches.

# %% [markdown] lang="zh" en="d0b53464" fold="要让这个网络在手机上快一倍，从哪里下手？"
# 不是逐通道的核：它们只占乘法的 3%。1×1 层就是普通的矩阵乘：减少通道数（论文里的宽度系数 α，计算量约按 α² 变化），降低分辨率（ρ²），权重用 8 位。然后在手机上实测：乘法次数不反映访存和算子启动的开销。

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
# > A standard convolution filters space and mixes channels at once. Separable: every channel with its own k×k
# > kernel, then a 1×1 convolution that mixes. Multiplications fall to $1/C_o + 1/k^2$, near 1/9 for 3×3; nearly all
# > that is left is pointwise. Given up: from one input channel only one spatial pattern, scaled. And the depthwise
# > step is bound by memory, so time falls by less than the count.
#
# Classic mistakes: summing over channels in the depthwise step; channel order j · C + c; $1/C_i$ in the ratio;
# "pointwise compresses"; the stride counted in the wrong step; multiplications taken for time.

# %% [markdown] lang="zh" en="c6d8ce6a" fold="一分钟版本"
# > 标准卷积一步里同时做空间滤波和通道混合。深度可分离卷积拆成两步：每个通道用自己的 k×k 核，再用 1×1 卷积混合。乘法次数降到 $1/C_o + 1/k^2$，3×3 时接近 1/9，剩下的几乎都是逐点卷积。放弃的是：一个输入通道只剩一种空间模式，只差倍数。另外逐通道那一步受内存限制，用时降得没有乘法多。
#
# 常见错误：逐通道时对通道求和；通道顺序写成 j · C + c；比值里写 $1/C_i$；说“逐点卷积用来压缩”；步幅算在了错的那一步；把乘法次数当成用时。

# %% [markdown] role="reference"
# ## References
#
# - Howard et al. 2017, *MobileNets: efficient convolutional neural networks for mobile vision applications*, arXiv:1704.04861, §3.1 (cost), Tables 1 and 2.
# - Chollet 2017, *Xception: deep learning with depthwise separable convolutions*, arXiv:1610.02357.
# - Keras documentation: DepthwiseConv2D, SeparableConv2D (order of the channels, no activation between).

# %% [markdown] lang="zh" en="1efc6d48"
# ## 参考文献
#
# - Howard et al. 2017, *MobileNets: efficient convolutional neural networks for mobile vision applications*, arXiv:1704.04861，§3.1（计算量）、表 1 和表 2。
# - Chollet 2017, *Xception: deep learning with depthwise separable convolutions*, arXiv:1610.02357。
# - Keras 文档：DepthwiseConv2D、SeparableConv2D（通道顺序；两步之间没有激活）。
