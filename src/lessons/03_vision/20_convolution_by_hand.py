# ---
# title: Write a convolution, forward and backward
# title_zh: 手写卷积：前向与反向
# kind: code
# minutes: 45
# level: 2
# needs: [backprop]
# seeds: [000-3, 001-Q14, 004-1.2]
# asked: 12
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write Conv2D forward and backward in NumPy, with stride, padding and dilation. How large is the output, and how
# > far does one output see?
#
# Think aloud for one minute before you type: the six axes involved, which of them are summed over, and
# through which outputs one pixel reaches the loss.

# %% [markdown] lang="zh" en="a2b01f91"
# ## 题目
#
# > 用 NumPy 写出 Conv2D 的前向和反向，要支持步幅、填充和空洞。输出多大？一个输出能看多远？
#
# 先别动手，出声想一分钟：一共涉及哪六个轴？哪几个要求和？一个像素通过哪些输出影响损失？

# %% [markdown] role="question" fold="What a good answer contains"
# - Output size $\lfloor (H + p - (k-1)d - 1)/s \rfloor + 1$ on each axis, by counting places, not from memory.
# - Every output channel sums over the window *and* over all input channels; the kernel is not flipped.
# - Backward: three gradients; dx adds up where windows overlap.
# - How it is made fast (im2col, one matrix product) and what that costs in memory.
# - The receptive field of a stack, and why stride makes it grow faster.

# %% [markdown] lang="zh" en="dc8d6e36" fold="好的回答包含什么"
# - 每个轴的输出尺寸 $\lfloor (H + p - (k-1)d - 1)/s \rfloor + 1$，是数位置数出来的，不是背出来的。
# - 每个输出通道要对窗口**和**所有输入通道求和；核不翻转。
# - 反向有三个梯度；窗口重叠处 dx 要累加。
# - 怎么变快（im2col，一次矩阵乘），内存代价是多少。
# - 多层叠起来的感受野，以及为什么有了步幅就长得更快。

# %% role="setup"
import time

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("convolution_by_hand")

# %% [markdown] role="exercise" anchor="conv2d"
# ## 1 · Forward
#
# Write `conv2d`, channels last. `stride` and `dilation` are pairs (rows, columns); `pad` holds the zeros
# ((above, below), (left, right)). What a deep-learning layer computes:
#
# $$y_{n,a,b,o} = \beta_o + \sum_{i,j,c} x_{n,\;a s_h + i d_h,\;b s_w + j d_w,\;c}\; K_{i,j,c,o}$$

# %% [markdown] lang="zh" en="e278387c"
# ## 1 · 前向
#
# 写出 `conv2d`，通道在最后。`stride`、`dilation` 各是（行，列）一对；`pad` 是四边要补的零，写作（（上，下），（左，右））。深度学习里的卷积层算的是：
#
# $$y_{n,a,b,o} = \beta_o + \sum_{i,j,c} x_{n,\;a s_h + i d_h,\;b s_w + j d_w,\;c}\; K_{i,j,c,o}$$


# %% role="exercise"
def conv2d(x, K, b, stride=(1, 1), pad=((0, 0), (0, 0)), dilation=(1, 1)):
    """x (N, H, W, Ci), K (kh, kw, Ci, Co), b (Co,) → y (N, Ho, Wo, Co); x stays as it is."""
    ### BEGIN SOLUTION
    (sh, sw), (dh, dw), (kh, kw) = stride, dilation, K.shape[:2]
    x = np.pad(x, ((0, 0), *pad, (0, 0)))
    Ho = (x.shape[1] - (kh - 1) * dh - 1) // sh + 1
    Wo = (x.shape[2] - (kw - 1) * dw - 1) // sw + 1
    y = np.zeros((len(x), Ho, Wo, K.shape[3])) + b
    for i in range(kh):
        for j in range(kw):  # one kernel entry meets all its pixels at once
            top, left = i * dh, j * dw
            rows = slice(top, top + (Ho - 1) * sh + 1, sh)
            columns = slice(left, left + (Wo - 1) * sw + 1, sw)
            y += x[:, rows, columns] @ K[i, j]  # sums over the input channels
    return y
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many places has a kernel that spans 3 pixels on an axis of 8, with stride 2? Draw them.
# 2. x = [1, 2, 3, 4], K = [1, 0, −2], one channel, stride 1: what are the two outputs? And with two input channels that hold the same numbers?
# 3. Pad; compute Ho and Wo from the padded size; loop over the kernel's entries: the pixels that entry (i, j) meets are a strided slice starting at (i·d, j·d); multiply that slice's channels by K[i, j] and add it to y.

# %% [markdown] lang="zh" en="e071d1b7"
# 1. 轴长 8，核跨 3 个像素，步幅 2：有几个位置？画出来。
# 2. x = [1, 2, 3, 4]，K = [1, 0, −2]，一个通道，步幅 1：两个输出各是多少？如果有两个通道，数值相同呢？
# 3. 先填充；由填充后的尺寸算 Ho、Wo；对核的每个元素循环：元素 (i, j) 遇到的像素是从 (i·d, j·d) 开始、带步长的切片；切片的通道乘 K[i, j]，加到 y 上。

# %%
check.conv2d(conv2d)

# %% [markdown] role="idea" anchor="idea"
# **Output size.** A dilated kernel spans $(k-1)d + 1$ pixels. On a padded axis of $H + p$ pixels it can
# move $H + p - (k-1)d - 1$ pixels, in steps of s: $\lfloor \cdot / s \rfloor$ steps, and one place more than
# steps.
#
# **Two loop orders.** Place by place, a window times the kernel: that is the definition. Kernel entry by
# kernel entry, a shifted image times one (Ci, Co) matrix: that is the solution here, only $k_h k_w$ passes.
# Both sum over the input channels inside the matrix product.
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$, padded | `x` | (N, H + p, W + q, Ci) |
# | $K_{i,j}$ | `K[i, j]` | (Ci, Co) |
# | $y$ | `y` | (N, Ho, Wo, Co) |
#
# The size, dilation included, is the last relationship in Dumoulin & Visin (2016), §5.1. The kernel is not flipped:
# libraries compute cross-correlation and call it convolution (*Deep Learning* §9.1).

# %% [markdown] lang="zh" en="aa61224a"
# **输出尺寸。** 空洞核跨 $(k-1)d + 1$ 个像素。填充后轴长 $H + p$，它能移动 $H + p - (k-1)d - 1$ 个像素，每步 s：共 $\lfloor \cdot / s \rfloor$ 步，位置比步数多一个。
#
# **两种循环顺序。** 逐个位置，窗口乘核：这是定义。逐个核元素，平移后的图乘一个 (Ci, Co) 矩阵：这是这里的写法，只循环 $k_h k_w$ 次。两种写法都在矩阵乘里对输入通道求和。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | 填充后的 $x$ | `x` | (N, H + p, W + q, Ci) |
# | $K_{i,j}$ | `K[i, j]` | (Ci, Co) |
# | $y$ | `y` | (N, Ho, Wo, Co) |
#
# 带空洞的尺寸公式见 Dumoulin 与 Visin（2016）§5.1 的最后一条关系式。核不翻转：各个库算的都是互相关，只是叫作卷积（*Deep Learning* §9.1）。

# %% [markdown] role="exercise" anchor="conv2d-backward"
# ## 2 · Backward
#
# Write `conv2d_backward`: `dy` is the gradient of the loss along y.

# %% [markdown] lang="zh" en="a801e76d"
# ## 2 · 反向
#
# 写出 `conv2d_backward`：`dy` 是损失对 y 的梯度。


# %% role="exercise"
def conv2d_backward(dy, x, K, stride=(1, 1), pad=((0, 0), (0, 0)), dilation=(1, 1)):
    """dy (N, Ho, Wo, Co) → dx (N, H, W, Ci), dK (kh, kw, Ci, Co), db (Co,); x before padding."""
    ### BEGIN SOLUTION
    (sh, sw), (dh, dw), (Ho, Wo) = stride, dilation, dy.shape[1:3]
    padded = np.pad(x, ((0, 0), *pad, (0, 0)))
    dx, dK = np.zeros(padded.shape), np.zeros(K.shape)
    for i in range(K.shape[0]):
        for j in range(K.shape[1]):
            top, left = i * dh, j * dw
            rows = slice(top, top + (Ho - 1) * sh + 1, sh)
            columns = slice(left, left + (Wo - 1) * sw + 1, sw)
            dK[i, j] = np.einsum("nabi,nabo->io", padded[:, rows, columns], dy)
            dx[:, rows, columns] += dy @ K[i, j].T  # windows overlap: add
    (above, _), (before, _) = pad
    dx = dx[:, above : above + x.shape[1], before : before + x.shape[2]]
    return dx, dK, dy.sum(axis=(0, 1, 2))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Forward, kernel entry (i, j) did `y += x[:, rows, columns] @ K[i, j]`. What are the two gradients of that one line?
# 2. x = [1, 2, 3], K = [1, −1], dy = [5, 7]: through which outputs does the middle pixel act, and what is its gradient?
# 3. The same loop and the same slices as forward. dK[i, j] is slice transposed times dy, summed over images and places; dx gets dy times K[i, j] transposed *added* into the slice; at the end cut the padding off; db is the sum of dy over all but channels.

# %% [markdown] lang="zh" en="b1c4f3b3"
# 1. 前向时，核元素 (i, j) 做的是 `y += x[:, rows, columns] @ K[i, j]`。这一行的两个梯度是什么？
# 2. x = [1, 2, 3]，K = [1, −1]，dy = [5, 7]：中间的像素通过哪些输出起作用？它的梯度是多少？
# 3. 循环和切片与前向相同。dK[i, j] 是切片的转置乘 dy，对图和位置求和；dy 乘 K[i, j] 的转置，**累加**到 dx 的切片上；最后裁掉填充；db 是 dy 对除通道外所有轴求和。

# %%
check.conv2d_backward(conv2d_backward)

# %% [markdown] role="why"
# **Why it works.** Convolution is linear in x and in K. Whatever pair of pixel and weight met forward meets
# again backward: the pixel gets dy times the weight, the weight gets dy times the pixel.
#
# **Cost.** Forward $N H_o W_o k^2 C_i C_o$ multiplications; each of dx and dK costs the same again.
#
# **What most people write first.** `dx[...] = ` instead of `+=`. With a stride at least as large as the
# kernel no windows overlap, and a test on such a layer lets it pass.
#
# **The other form.** Written from dx's side it is a convolution of dy, padded by k − 1 (and spread out by the
# stride), with the kernel flipped and Ci and Co exchanged: the "transposed convolution" of decoders.
#
# **Elsewhere.** PyTorch stores x as (N, C, H, W) and K as (Co, Ci, kh, kw). TensorFlow as here.

# %% [markdown] lang="zh" en="3964bd25"
# **为什么对。** 卷积对 x、对 K 都是线性的。前向时哪个像素和哪个权重相遇，反向时还是它们：像素得到 dy 乘权重，权重得到 dy 乘像素。
#
# **代价。** 前向 $N H_o W_o k^2 C_i C_o$ 次乘法；dx 和 dK 各要同样多。
#
# **最常见的第一版。** 把 `+=` 写成 `dx[...] = `。步幅不小于核时窗口不重叠，只拿这样的层测，就测不出来。
#
# **另一种写法。** 从 dx 的角度看，它是对 dy（补 k − 1 圈零，并按步幅撑开）做的卷积，核要翻转，Ci 和 Co 互换：就是解码器里的“转置卷积”。
#
# **换个框架。** PyTorch 的 x 是 (N, C, H, W)，K 是 (Co, Ci, kh, kw)。TensorFlow 与这里相同。


# %% role="reward"
def im2col(x, kh, kw):
    """x (N, H, W, C) → every window of stride 1 as a row, (N · Ho · Wo, kh · kw · C)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * x.shape[3])


def by_im2col(x, K):
    kh, kw, _, Co = K.shape
    y = im2col(x, kh, kw) @ K.reshape(-1, Co)  # one matrix product
    return y.reshape(len(x), x.shape[1] - kh + 1, x.shape[2] - kw + 1, Co)


def by_places(x, K):
    """The definition: one window at a time."""
    kh, kw = K.shape[:2]
    y = np.zeros((len(x), x.shape[1] - kh + 1, x.shape[2] - kw + 1, K.shape[3]))
    for n, a, b in np.ndindex(y.shape[:3]):
        y[n, a, b] = np.tensordot(x[n, a : a + kh, b : b + kw], K, axes=3)
    return y


def fastest(function, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


# %% role="reward"
if check.conv2d.passed:
    import tensorflow as tf

    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 40, 48, 16)).astype(np.float32)
    K = rng.normal(size=(3, 3, 16, 32)).astype(np.float32)
    ways = {
        "one window at a time": lambda: by_places(x, K),
        "your conv2d": lambda: conv2d(x, K, np.zeros(32)),
        "im2col": lambda: by_im2col(x, K),
        "tf.nn.conv2d": lambda: tf.nn.conv2d(x, K, strides=1, padding="VALID").numpy(),
    }
    answers = [way() for way in ways.values()]
    print("largest disagreement:", f"{max(np.abs(a - answers[0]).max() for a in answers):.0e}")
    seconds = {name: fastest(way) for name, way in ways.items()}
    unit = seconds["tf.nn.conv2d"]
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 2.4))
        bars = ax.barh(list(ways), [s / unit for s in seconds.values()])
        ax.bar_label(bars, fmt="%.1f", padding=3)
        ax.set(xlabel="time, as a multiple of tf.nn.conv2d (this run)")
        ax.invert_yaxis()
        plt.show()
    print(f"im2col holds {im2col(x, 3, 3).nbytes / x.nbytes:.1f} times the bytes of x")

# %% [markdown] role="caption" alt="Horizontal bars: time of four convolutions as multiples of tf.nn.conv2d. One window at a time is by far the longest; the bars of your conv2d, im2col and tf.nn.conv2d are short and of similar length."
# Four ways to the same numbers, timed in one run on this machine. The definition is slow because Python
# touches every window; $k^2$ shifted matrix products and one large one over im2col's rows leave the work to
# the BLAS library. im2col pays with memory: the ratio printed is a little below $k^2 = 9$, because windows at the border
# are fewer than pixels.

# %% [markdown] lang="zh" en="03e76e13" alt="横向条形图：四种卷积的用时，以 tf.nn.conv2d 为 1。逐窗口的写法最慢，远远超过其余三种；你的 conv2d、im2col 和 tf.nn.conv2d 的条都很短，相差不大。"
# 四种写法得到同样的数，用时在同一次运行中测得。按定义逐个窗口算很慢，因为每个窗口都要经过 Python；$k^2$ 次平移后的矩阵乘，或者在 im2col 的大矩阵上做一次矩阵乘，都把活交给了 BLAS。im2col 的代价是内存：打印的倍数略小于 $k^2 = 9$，因为边缘处窗口比像素少。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is pooling's gradient and how far a
# stack of layers sees.

# %% [markdown] lang="zh" en="f0bf04ef"
# **可以先歇一歇。** 核心已经写完，下面是池化的梯度，以及多层叠起来能看多远。

# %% [markdown] role="exercise" anchor="maxpool-backward"
# ## 3 · Max pooling, backward
#
# Write `maxpool_backward`: windows of `size`, `stride` apart, no padding. Each gradient goes to its
# window's maximum; in a tie to the first one, row by row.

# %% [markdown] lang="zh" en="d67fce21"
# ## 3 · 最大池化的反向
#
# 写出 `maxpool_backward`：窗口大小 `size`，间隔 `stride`，不填充。每个梯度给窗口里的最大值；并列时给按行数的第一个。


# %% role="exercise"
def maxpool_backward(dy, x, size, stride):
    """dy (N, Ho, Wo, C), x (N, H, W, C), size (kh, kw), stride (sh, sw) → dx like x."""
    ### BEGIN SOLUTION
    dx = np.zeros(x.shape)
    for n, a, b, c in np.ndindex(dy.shape):
        top, left = a * stride[0], b * stride[1]
        window = x[n, top : top + size[0], left : left + size[1], c]
        i, j = np.unravel_index(window.argmax(), window.shape)
        dx[n, top + i, left + j, c] += dy[n, a, b, c]
    return dx
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is the derivative of max(u, v) along u, if u > v? And if u < v?
# 2. A window holds 4, 1 / 4, 2 and its gradient is 5. What do the four pixels get, and what do the four sum to?
# 3. For every output: its window; the place of the first maximum; add the gradient there. A pixel can win in several windows.

# %% [markdown] lang="zh" en="28fb6ec7"
# 1. u > v 时，max(u, v) 对 u 的导数是多少？u < v 时呢？
# 2. 窗口里是 4、1 / 4、2，梯度是 5。四个像素各得多少？加起来是多少？
# 3. 对每个输出：取窗口；找第一个最大值的位置；把梯度加上去。一个像素可以在几个窗口里胜出。

# %%
check.maxpool_backward(maxpool_backward)

# %% [markdown] role="exercise" anchor="receptive-field"
# ## 4 · How far does one output see?
#
# Write `receptive_field`: on one axis, the number of input pixels between the first and the last on which one
# output depends, both counted. Layers come from the input to the output.

# %% [markdown] lang="zh" en="beadef08"
# ## 4 · 一个输出能看多远？
#
# 写出 `receptive_field`：在一个轴上，一个输出所依赖的第一个到最后一个输入像素，连头带尾共几个。各层从输入到输出排列。


# %% role="exercise"
def receptive_field(layers):
    """layers: [(kernel, stride, dilation), …], first layer first → a number of pixels."""
    ### BEGIN SOLUTION
    field, jump = 1, 1  # jump: input pixels between neighbours of the current map
    for kernel, stride, dilation in layers:
        field += (kernel - 1) * dilation * jump
        jump *= stride
    return field
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. One 3×3 layer sees 3 pixels. On what does one output of a second 3×3 layer depend, in the first layer's map and in the image?
# 2. Now let the first layer have stride 2. How many image pixels lie between two neighbours of its map? What does the second layer's field become?
# 3. Keep two numbers: the field, starting at 1, and the distance between neighbours in pixels, starting at 1. A layer adds (k − 1)·d distances to the field, then multiplies the distance by its stride.

# %% [markdown] lang="zh" en="7030f254"
# 1. 一层 3×3 看到 3 个像素。第二层 3×3 的一个输出，依赖第一层特征图的哪些元素？依赖图像的哪些像素？
# 2. 若第一层步幅是 2，它的特征图上相邻两个元素相隔几个像素？第二层的感受野变成多少？
# 3. 记两个数：感受野，初值 1；相邻元素相隔的像素数，初值 1。每一层给感受野加上 (k − 1)·d 个间隔，再把间隔乘上自己的步幅。

# %%
check.receptive_field(receptive_field)


# %% role="reward"
def paths(layers, size=45):
    """How many ways lead from each pixel to the centre output: dx of all-ones kernels."""
    shapes = [(1, size, size, 1)]
    for k, s, d in layers:
        pad = ((k - 1) * d // 2,) * 2
        side = (shapes[-1][1] + 2 * pad[0] - (k - 1) * d - 1) // s + 1
        shapes.append((1, side, side, 1))
    g = np.zeros(shapes[-1])
    g[0, shapes[-1][1] // 2, shapes[-1][2] // 2] = 1
    for (k, s, d), shape in zip(reversed(layers), reversed(shapes[:-1])):
        pad = ((k - 1) * d // 2,) * 2
        g, _, _ = conv2d_backward(
            g, np.zeros(shape), np.ones((k, k, 1, 1)), (s, s), (pad, pad), (d, d)
        )
    return g[0, :, :, 0]


if check.receptive_field.passed and check.conv2d_backward.passed:
    stacks = {
        "4 × (3×3)": [(3, 1, 1)] * 4,
        "stride 2 in layers 1 and 2": [(3, 2, 1)] * 2 + [(3, 1, 1)] * 2,
        "dilation 1, 2, 4, 8": [(3, 1, d) for d in (1, 2, 4, 8)],
    }
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 3, figsize=(9, 3.2))
        for ax, (name, layers) in zip(axes, stacks.items()):
            ways, field = paths(layers), receptive_field(layers)
            rows = np.flatnonzero(ways.any(axis=1))
            print(f"{name}: formula {field}, pixels with a gradient {rows[-1] - rows[0] + 1}")
            ax.imshow(ways / ways.max(), cmap="viridis")
            corner = rows[0] - 0.5
            ax.add_patch(
                plt.Rectangle((corner, corner), field, field, fill=False, edgecolor="tab:red")
            )
            ax.set(title=f"{name}: {field} × {field}", xticks=[], yticks=[])
            ax.grid(False)
        plt.show()

# %% [markdown] role="caption" alt="Three heat maps of an image of 45 × 45 pixels, brighter where more paths lead to the centre output, each with a red square around the receptive field. Four plain layers: a small bright blob in a 9 × 9 square. Two layers of stride 2: a 23 × 23 square, bright in the middle. Dilations 1, 2, 4, 8: a 31 × 31 square with a grid pattern, brighter towards the middle."
# On how many paths does each pixel reach the centre output (kernels of ones)? The red square is the formula's field; it ends
# where the gradient does. Four 3×3 layers each, and very different reach: strides and dilations make it grow
# multiplicatively. Inside, pixels do not count alike: without strides or dilation most paths start near the
# centre, so the *effective* field is smaller (Luo et al. 2016).

# %% [markdown] lang="zh" en="fdcca779" alt="三幅 45 × 45 像素的热力图，通往中心输出的路径越多越亮，红框是感受野。四层普通卷积：9 × 9 的框里一个小亮斑。前两层步幅为 2：23 × 23 的框，中间亮。空洞 1、2、4、8：31 × 31 的框，呈网格状，中间较亮。"
# 核全取 1，每个像素有多少条路径通到中心的输出？红框是公式给出的感受野，梯度恰好到框边为止。都是四层 3×3，能看的距离差很多：步幅和空洞让它成倍增长。框内的像素分量也不一样：没有步幅和空洞时，大多数路径都从中心附近出发，**有效**感受野更小（Luo 等 2016）。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `receptive_field`: it multiplies the kernel sizes. Sometimes it is right. Find a
# stack on which it is not.

# %% [markdown] lang="zh" en="5e5a58a5"
# ## 找反例
#
# 下面是一个错误的 `receptive_field`：它把各层的核相乘，有时碰巧对。找一组层，让它出错。

# %% role="hack"
check.receptive_field.hack(trap=6)

# %% role="hack"
### BEGIN SOLUTION
stack = [(3, 1, 1), (3, 1, 1)]
### END SOLUTION
if stack is not ...:
    check.receptive_field.hack(trap=6, layers=stack)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains convolutional networks. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="6a746f7d"
# ## 挑错
#
# 一位候选人这样讲卷积网络。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 5, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="same-padding"
# ## The interviewer goes on
#
# **What does `padding="SAME"` add?** TensorFlow wants ⌈size / stride⌉ outputs and adds the zeros that those
# lack; of an odd number the larger half goes to the end. Write it for one axis.

# %% [markdown] lang="zh" en="74ec02c2"
# ## 追问
#
# **`padding="SAME"` 到底补了什么？** TensorFlow 要 ⌈size / stride⌉ 个输出，缺几个零就补几个；是奇数时，多的一个补在末尾。写出一个轴上的计算。


# %% role="follow-up"
def same_padding(size, k, stride=1, dilation=1):
    """Pixels on the axis, kernel, stride, dilation → (zeros before, zeros after)."""
    ### BEGIN SOLUTION
    outputs = -(-size // stride)
    missing = max((outputs - 1) * stride + (k - 1) * dilation + 1 - size, 0)
    return missing // 2, missing - missing // 2
    ### END SOLUTION


# %%
check.same_padding(same_padding)

# %% [markdown] role="follow-up" anchor="conv-macs"
# **A 3×3 layer from 64 to 128 channels, output 56 × 56. How many multiplications for one image?**
# Within 1 %.

# %% [markdown] lang="zh" en="8d06c1d1"
# **3×3 卷积，64 通道到 128 通道，输出 56 × 56。一张图要多少次乘法？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
macs = 56 * 56 * 3 * 3 * 64 * 128
### END SOLUTION

# %%
check.conv_macs(macs)

# %% [markdown] role="follow-up" anchor="im2col-memory"
# **im2col for that layer's input: a batch of 32, 56 × 56 places, 64 channels, 3×3 windows, float32. How
# large is the matrix?** Within 2 %, with a unit.

# %% [markdown] lang="zh" en="5fa8d1da"
# **给这一层的输入做 im2col：batch 为 32，56 × 56 个位置，64 通道，3×3 窗口，float32。矩阵有多大？** 误差不超过 2%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
matrix = f"{32 * 56 * 56 * 9 * 64 * 4 / 1e6} MB"
### END SOLUTION

# %%
check.im2col_memory(matrix)

# %% [markdown] role="follow-up" fold="A model trained in PyTorch gives slightly different features in TensorFlow. Same weights. Where do you look?"
# At the strided layers' padding. PyTorch's `padding=1` adds one row on each side; TensorFlow's SAME with
# k = 3 and stride 2 on an even size adds none above and one below. Every window sits one pixel further.
# Pad explicitly in TensorFlow and use VALID. The `same_padding` you have just written shows it: size 8, k = 3, stride 2 gives (0, 1).

# %% [markdown] lang="zh" en="08d02f1c" fold="PyTorch 训练的模型搬到 TensorFlow，权重相同，特征却略有差异。查哪里？"
# 查带步幅的层怎么填充。PyTorch 的 `padding=1` 两边各补一行；TensorFlow 的 SAME，在 k = 3、步幅 2、偶数尺寸时，上面不补、下面补一行，每个窗口都错开一个像素。办法是在 TensorFlow 里显式填充，再用 VALID。刚写的 `same_padding` 就能看到：尺寸 8、k = 3、步幅 2 得 (0, 1)。

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
# > Each output is a sum over a window and over all input channels, with weights shared by all places; the kernel is not
# > flipped. There are $\lfloor (H + p - (k-1)d - 1)/s \rfloor + 1$ places per axis. Backward, whichever pixel and
# > weight met forward meet again: dK is the input correlated with dy, dx adds dy times the kernel over all windows a
# > pixel is in, db sums dy. im2col turns it into one matrix product at $k^2$ times the memory. A layer adds
# > $(k-1)d$ times the strides before it to the receptive field.
#
# Classic mistakes: a flipped kernel; `=` for `+=` in dx; the padding left on dx; $k d$ for $(k-1)d + 1$; a layer's own
# stride in its receptive field; SAME taken for symmetric.

# %% [markdown] lang="zh" en="26579981" fold="一分钟版本"
# > 每个输出是对窗口、对所有输入通道求和，权重在各位置共享，核不翻转。每个轴有 $\lfloor (H + p - (k-1)d - 1)/s \rfloor + 1$ 个位置。反向时，前向相遇的像素和权重再次相遇：dK 是输入与 dy 的互相关；dx 把 dy 乘核累加到像素所在的每个窗口；db 是 dy 之和。im2col 把它变成一次矩阵乘，内存是 $k^2$ 倍。每层给感受野加上 $(k-1)d$ 乘它之前各层步幅的积。
#
# 常见错误：翻转了核；dx 里用 `=` 而不是 `+=`；dx 上的填充没裁掉；把 $(k-1)d + 1$ 写成 $k d$；算感受野时乘上了本层的步幅；以为 SAME 两边总是对称。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §9.1 (cross-correlation), §9.2 (sharing, equivariance), §9.3 (pooling).
# - Dumoulin & Visin 2016, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285 (output sizes, transposed convolution; dilation in §5.1).
# - Simonyan & Zisserman 2014, *Very deep convolutional networks*, arXiv:1409.1556, §2.3 (three 3×3 against one 7×7).
# - Luo, Li, Urtasun & Zemel 2016, *Understanding the effective receptive field*, arXiv:1701.04128.
# - Araujo, Norris & Sim 2019, *Computing receptive fields of convolutional neural networks*, Distill.
# - Chellapilla, Puri & Simard 2006, *High performance convolutional neural networks for document processing* (unrolling into a matrix product).
# - TensorFlow documentation, `tf.nn`, notes on padding.

# %% [markdown] lang="zh" en="1896af96"
# ## 参考文献
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§9.1（互相关）、§9.2（共享、等变）、§9.3（池化）。
# - Dumoulin & Visin 2016, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285（输出尺寸、转置卷积；空洞在 §5.1）。
# - Simonyan & Zisserman 2014, *Very deep convolutional networks*, arXiv:1409.1556，§2.3（三个 3×3 与一个 7×7）。
# - Luo, Li, Urtasun & Zemel 2016, *Understanding the effective receptive field*, arXiv:1701.04128。
# - Araujo, Norris & Sim 2019, *Computing receptive fields of convolutional neural networks*, Distill。
# - Chellapilla, Puri & Simard 2006, *High performance convolutional neural networks for document processing*（展开成矩阵乘）。
# - TensorFlow 文档 `tf.nn` 中关于 padding 的说明。
