# ---
# title: Learn from pairs instead of labels, and measure what it buys
# title_zh: 用成对的样本代替标签来学习，并量出它值多少标签
# kind: code
# minutes: 45
# level: 2
# needs: []
# seeds: [004-1.14]
# asked: 10
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is self-supervised learning? Write SimCLR's loss, InfoNCE. What does CLIP change? How would you show that the encoder learnt something?
#
# Think aloud for one minute before you type: without labels, where does a right answer come from, and what stops the encoder from giving every image the same embedding?

# %% [markdown] lang="zh" en="5f69ac9d"
# ## 题目
#
# > 讲一下自监督学习。手写 SimCLR 的损失 InfoNCE。CLIP 改了什么？怎么证明编码器确实学到了东西？
#
# 先别动手，出声想一分钟：没有标签，“正确答案”从哪来？又是什么阻止编码器给所有图片同一个 embedding？

# %% [markdown] role="question" fold="What a good answer contains"
# - The target comes from the data: two augmented views of one image belong together. Pseudo-labels are something else.
# - A softmax over cosine similarities divided by a temperature; every other row of both batches but oneself is a candidate.
# - The augmentations say what shall not matter. Without them nothing useful is learnt.
# - Collapse, and how to notice it. A linear probe, next to raw pixels and an untrained encoder.

# %% [markdown] lang="zh" en="c57eea2a" fold="好的回答包含什么"
# - 目标来自数据本身：同一张图的两个增强视图是一对。伪标签是另一回事。
# - 对“余弦相似度除以温度”做 softmax；候选是两个批次里除自己以外的所有行。
# - 数据增强规定了什么不重要。没有增强，学不到有用的东西。
# - 坍缩是什么，怎么发现。用线性探针评估，并与原始像素、未训练的编码器对照。

# %% role="setup"
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: threads make small products slower
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("self_supervised")

# %% [markdown] role="exercise" anchor="info-nce"
# ## 1 · One pair among 2B
#
# Write `info_nce` as SimCLR has it (there it is called NT-Xent): each of the 2B rows must pick its partner out of the 2B − 1 others.

# %% [markdown] lang="zh" en="4898ffe3"
# ## 1 · 在 2B 个里认出自己的另一半
#
# 按 SimCLR 的写法（论文里叫 NT-Xent）写出 `info_nce`：2B 行中的每一行，都要从其余 2B − 1 行里认出自己的搭档。


# %% role="exercise"
def info_nce(z1, z2, tau):
    """z1, z2: (B, d), no row is 0; row i of z1 and row i of z2 are views of one image.

    tau: the temperature, above 0, perhaps 0.001. Similarities are cosines.
    Returns the mean cross-entropy over all 2B anchors, a number.
    """
    ### BEGIN SOLUTION
    z = np.concatenate([z1, z2])
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    scores = z @ z.T / tau
    np.fill_diagonal(scores, -np.inf)
    right = np.diagonal(scores, len(z1))  # row i and column i + B
    return np.mean(np.logaddexp.reduce(scores)) - np.mean(right)  # the matrix is symmetric
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. With both batches on top of each other, the similarities form a matrix. Which shape? Which cells are right answers, which no candidates?
# 2. B = 1: how many candidates does a row have, and what is the loss? B = 2, all four rows alike: the loss is ln 3. Why?
# 3. Stack; make every row length 1; all inner products over tau; strike out the diagonal; softmax cross-entropy per row, where row i's class is i + B or i − B.

# %% [markdown] lang="zh" en="bd176da0"
# 1. 把两个批次上下叠起来，相似度构成一个矩阵。什么形状？哪些格子是正确答案，哪些根本不是候选？
# 2. B = 1 时每行有几个候选，损失是多少？B = 2、四行完全相同时，损失是 ln 3，为什么？
# 3. 叠起来；每行归一化到长度 1；两两内积除以 tau；划掉对角线；逐行做 softmax 交叉熵，第 i 行的类别是 i + B 或 i − B。

# %%
check.info_nce(info_nce)

# %% [markdown] role="idea" anchor="idea"
# $$\ell_i = -\log \frac{\exp(s_{i,p(i)}/\tau)}{\sum_{k \ne i} \exp(s_{ik}/\tau)}, \qquad s_{ik} = \frac{z_i \cdot z_k}{\lVert z_i \rVert \lVert z_k \rVert}$$
#
# (Chen et al. 2020, eq. 1): a classification with 2B − 1 classes whose labels cost nothing; p(i) is the partner, row i + B or i − B.
#
# By hand, B = 2 and tau = 1: partners equal, the two images at right angles. Similarities 1, 0, 0 in each row: $\ln(1 + 2/e) = 0.55$. All rows equal: $\ln(2B - 1)$.

# %% [markdown] lang="zh" en="1b6c68d3"
# $$\ell_i = -\log \frac{\exp(s_{i,p(i)}/\tau)}{\sum_{k \ne i} \exp(s_{ik}/\tau)}, \qquad s_{ik} = \frac{z_i \cdot z_k}{\lVert z_i \rVert \lVert z_k \rVert}$$
#
# （Chen et al. 2020，式 1）：一个 2B − 1 类的分类问题，标签不花钱；p(i) 是搭档，第 i + B 或 i − B 行。
#
# 手算 B = 2、tau = 1：搭档完全相同，两张图互相垂直。每行的相似度是 1、0、0，损失为
# $\ln(1 + 2/e) = 0.55$。如果所有行都相同，每个候选都一样好：$\ln(2B - 1)$。

# %% role="setup"
(x_train, y_train), (x_test, y_test) = data.digits(split=True)


def warp(x, rng):
    """x: (n, 8, 8). Each image shifted, turned, stretched and sheared a little; noise on top."""
    turn, shear = rng.uniform(-0.2, 0.2, len(x)), rng.uniform(-0.1, 0.1, len(x))
    tall, wide = rng.uniform(0.9, 1.1, (2, len(x)))
    down, right = rng.uniform(-0.7, 0.7, (2, len(x))) + 5.5  # the centre of a 12×12 canvas
    row, column = np.mgrid[:8, :8].reshape(2, 64, 1) - 3.5
    r = tall * (np.cos(turn) * row - np.sin(turn) * column) + down
    c = wide * (np.sin(turn) * row + np.cos(turn) * column + shear * row) + right
    r, c = r.T.clip(0, 10.99), c.T.clip(0, 10.99)
    i, j, n = r.astype(int), c.astype(int), np.arange(len(x))[:, None]
    r, c, p = r - i, c - j, np.pad(x, ((0, 0), (2, 2), (2, 2)))
    upper = (1 - c) * p[n, i, j] + c * p[n, i, j + 1]
    lower = (1 - c) * p[n, i + 1, j] + c * p[n, i + 1, j + 1]
    return ((1 - r) * upper + r * lower).reshape(x.shape) + rng.normal(scale=0.2, size=x.shape)


# %% role="reward"
if check.info_nce.passed:
    rng = np.random.default_rng(0)
    one, two = [warp(x_train[:5], rng) for _ in range(2)]
    rows = np.concatenate([one, two]).reshape(10, 64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    names = [f"{y}{tick}" for tick in ("", "′") for y in y_train[:5]]
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(4.6, 3.6))
    near = np.where(np.eye(10), np.nan, rows @ rows.T)
    plot.heatmap(near, rows=names, columns=names, ax=ax)
    ax.set_aspect("equal")
    plt.show()
    told = info_nce(rows[:5], rows[5:], 0.3)
    print(f"the pixels of these 5 pairs at tau = 0.3: {told:.2f}; chance: {np.log(9):.2f}")

# %% [markdown] role="caption" alt="A 10 by 10 table of similarities between two views of five digits, from about 0.5 to 0.75. The main diagonal is blank. Two shorter diagonals, five cells away, hold the partners: rather bright, but some other cells are as bright."
# Two warped views of five training digits (the second marked ′), raw pixels compared. The main diagonal, an image with itself, is struck out. The right answers stand on the
# two short diagonals, but other cells are as bright: the loss of the pixels is not far below chance. An encoder is trained to make the right ones the largest in their rows.

# %% [markdown] lang="zh" en="72983fe4" alt="五个数字各两个视图，两两相似度的 10×10 表，约 0.5 到 0.75。主对角线空着。相距五格的两条短对角线是搭档，偏亮，但也有别的格子同样亮。"
# 五个训练数字，各变形两次（第二次标 ′），直接比较原始像素。主对角线是图和自己比，划掉了。正确答案在两条短对角线上，可别的格子也有同样亮的：只看像素，损失比瞎猜低不了多少。训练编码器，就是让正确的格子在各自那一行里最大。

# %% [markdown] role="why"
# **Why normalise.** Otherwise the loss falls when the embeddings grow longer, with nothing learnt; and tau would mean nothing.
#
# **Why `logaddexp`.** $\ln \sum e^{s}$ without overflow: each row's largest score is taken out first. At tau = 0.001 scores reach 1000.
#
# **What most people write first.** The diagonal stays in, or is set to 0 instead of −∞ (then $e^0 = 1$ joins the sum); the partner is sought at i + 1, as if the views lay side
# by side; only z1's rows are anchors; the other rows of z1 are forgotten as candidates.
#
# **Elsewhere.** PyTorch: `F.cross_entropy(scores.masked_fill(eye, -inf), partner)`. JAX: `optax.softmax_cross_entropy_with_integer_labels`.

# %% [markdown] lang="zh" en="300001e5"
# **为什么要归一化。** 否则 embedding 变长损失就会降，什么也没学到；tau 也失去了意义。
#
# **为什么用 `logaddexp`。** 算 $\ln \sum e^{s}$ 而不溢出：先提出每行最大的分数。tau = 0.001 时分数会到 1000。
#
# **最常见的第一版。** 对角线没去掉，或者设成 0 而不是 −∞（于是 $e^0 = 1$ 混进了求和）；到 i + 1 去找搭档，好像两个视图是挨着放的；只拿 z1 的行当锚点；忘了 z1 自己的其他行也是候选。
#
# **换个框架。** PyTorch：`F.cross_entropy(scores.masked_fill(eye, -inf), partner)`。JAX：`optax.softmax_cross_entropy_with_integer_labels`。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows uses it.

# %% [markdown] lang="zh" en="fc929a2a"
# **可以先歇一歇。** 核心已经写完，下面用它来做事。

# %% [markdown] role="exercise" anchor="two-views"
# ## 2 · Two views
#
# Write `two_views`, the simplest augmentation for digits: every image moves by −1, 0 or 1 pixel down and across, then gets noise. All nine moves are equally likely.

# %% [markdown] lang="zh" en="ba6c8dfc"
# ## 2 · 两个视图
#
# 写出 `two_views`，对数字最简单的增强：每张图上下、左右各移动 −1、0 或 1 个像素，再加噪声。九种移动等概率。


# %% role="exercise"
def two_views(x, rng, noise):
    """x: (n, h, w). rng: a NumPy generator, the only source of chance.

    noise: standard deviation of the normal noise, drawn for each pixel; nothing is clipped.
    What moves in from outside is 0. Returns two views, each (n, h, w); x stays as it is.
    """
    ### BEGIN SOLUTION
    n, h, w = x.shape
    canvas = np.zeros((n, h + 2, w + 2))
    canvas[:, 1:-1, 1:-1] = x

    def view():
        down, across = rng.integers(3, size=(2, n, 1))
        rows, columns = down + np.arange(h), across + np.arange(w)
        moved = canvas[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
        return rng.normal(moved, noise)

    return view(), view()
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many random moves does a batch of n images need, for both views together? What would the loss teach if the two views were equal?
# 2. x = [[1, 2], [3, 4]], one pixel down: [[0, 0], [1, 2]]. Where did 3 and 4 go? What does `np.roll` do with them?
# 3. A border of zeros around each image; per image and view, cut an h × w window at one of nine places; add fresh noise.

# %% [markdown] lang="zh" en="6a06ac79"
# 1. 一批 n 张图、两个视图，一共要抽多少次移动？如果两个视图完全相同，损失还能教会什么？
# 2. x = [[1, 2], [3, 4]] 下移一个像素：[[0, 0], [1, 2]]。3 和 4 去哪了？`np.roll` 会怎么处理它们？
# 3. 每张图四周补一圈 0；每张图、每个视图各自在九个位置之一裁出 h × w 的窗口；再加新抽的噪声。

# %%
check.two_views(two_views)

# %% [markdown] role="setup"
# The machine: five networks at once, 64 → 128 → 128 → 128 → 32, no biases; the last hidden layer is the representation, the one after serves the loss. `contrast`: its slope, by hand.

# %% [markdown] lang="zh" en="b5e46bcd"
# 训练用的部件：五个网络一起训，64 → 128 → 128 → 128 → 32，没有偏置；最后一个隐藏层是表示，它后面那层只为损失服务。`contrast` 是你写的损失的梯度，为了快而手写。

# %% role="setup"
SEEDS, SIZES, TAU = 5, (64, 128, 128, 128, 32), 0.3


def start(sizes=SIZES):
    rng = np.random.default_rng(1)
    draws = [rng.normal(size=(SEEDS, a, b)) * np.sqrt(2 / a) for a, b in pairwise(sizes)]
    return [w.astype(np.float32) for w in draws]


def forward(ws, x):
    """x: (SEEDS, n, 64), or (n, 64) for all. Returns the input and what each layer gives."""
    layers = [np.broadcast_to(x, (SEEDS, *x.shape[-2:]))]
    for w in ws[:-1]:
        layers.append(np.maximum(layers[-1] @ w, 0))
    return [*layers, layers[-1] @ ws[-1]]


def unit(z):
    length = np.sqrt((z**2).sum(axis=-1, keepdims=True)) + 1e-12
    return z / length, length


def contrast(z, images):
    """Slope of info_nce for z, (SEEDS, 2B, d)."""
    u, length = unit(z)
    n, one = z.shape[1], np.eye(z.shape[1], dtype=z.dtype)
    p = np.exp((u @ u.swapaxes(1, 2) - 1) / TAU) * (1 - one)
    p = p / p.sum(axis=2, keepdims=True) - np.roll(one, n // 2, axis=1)
    g = (p + p.swapaxes(1, 2)) @ u / (n * TAU)
    return (g - (g * u).sum(axis=2, keepdims=True) * u) / length


def classify(z, images):
    """Slope of the usual cross-entropy: the only training here that sees labels."""
    p = np.exp(z - z.max(axis=2, keepdims=True))
    right = np.eye(10, dtype=z.dtype)[np.concatenate([y_train[images]] * 2, axis=1)]
    return (p / p.sum(axis=2, keepdims=True) - right) / z.shape[1]


def train(views, slope=contrast, images=None, sizes=SIZES, steps=250):
    """Adam. views: (k, n, 64); each step draws two of the k views of 64 images per network.

    images: (SEEDS, m), which images a network may see; None: all.
    """
    rng, ws = np.random.default_rng(2), start(sizes)
    views = np.asarray(views, dtype=np.float32)
    images = np.tile(np.arange(views.shape[1]), (SEEDS, 1)) if images is None else images
    m, v = [0 * w for w in ws], [0 * w for w in ws]
    for t in range(1, steps + 1):
        chosen = rng.permuted(images, axis=1)[:, :64]
        one, two = rng.integers(len(views), size=(2, *chosen.shape))
        layers = forward(ws, np.concatenate([views[one, chosen], views[two, chosen]], axis=1))
        g = slope(layers.pop(), chosen)
        for i in reversed(range(len(ws))):
            now, g = layers[i].swapaxes(1, 2) @ g, (g @ ws[i].swapaxes(1, 2)) * (layers[i] > 0)
            m[i] += 0.1 * (now - m[i])
            v[i] += 0.001 * (now**2 - v[i])
            ws[i] -= 0.004 * (m[i] / (1 - 0.9**t)) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
    return ws


def probe(f_train, f_test, count, draws=5):
    """Test accuracies of a ridge classifier on frozen features, (SEEDS, n, d) → (SEEDS,).

    Fitted to count images per class, which seed s chooses for itself; mean of several choices.
    """
    middle, found = f_train.mean(axis=1, keepdims=True), []
    for draw in range(draws):
        chosen = labelled(count, draw)
        a, y = np.take_along_axis(f_train - middle, chosen[:, :, None], axis=1), y_train[chosen]
        gram = a.swapaxes(1, 2) @ a
        ridge = np.trace(gram, axis1=1, axis2=2)[:, None, None] / y.shape[1] * np.eye(a.shape[2])
        w = np.linalg.solve(gram + ridge, a.swapaxes(1, 2) @ np.eye(10)[y])
        found.append(np.mean(((f_test - middle) @ w).argmax(axis=2) == y_test, axis=1))
    return np.mean(found, axis=0)


def labelled(count, draw=0):
    """(SEEDS, 10 · count): for each seed its own choice of count images per class."""
    classes = [np.flatnonzero(y_train == c) for c in range(10)]
    rngs = [np.random.default_rng([seed, draw, count]) for seed in range(SEEDS)]
    return np.array([np.ravel([r.choice(c, count, replace=False) for c in classes]) for r in rngs])


pixels, unseen = x_train.reshape(-1, 64), x_test.reshape(-1, 64)
warps = np.stack([warp(x_train, np.random.default_rng(s)) for s in range(20)]).reshape(20, -1, 64)
encoders = {"contrastive, warps": train(warps), "untrained": start()}
encoders["contrastive, equal views"] = train(pixels[None])


# %% role="reward"
if check.info_nce.passed and check.two_views.passed:
    rng = np.random.default_rng(0)
    z, nudge = rng.normal(size=(12, 5)), rng.normal(size=(12, 5)) * 1e-6
    up, down = [info_nce(*np.split(z + sign * nudge, 2), TAU) for sign in (1, -1)]
    print(f"rise of your loss over a nudge: {(up - down) / 2e-6:.6f}; ", end="")
    print(f"by the slope: {np.sum(contrast(z[None], None) * nudge) * 1e6:.6f}")
    shifts = np.concatenate([two_views(x_train, rng, 0.2) for _ in range(10)])
    nets = {**encoders, "contrastive, your views": train(shifts.reshape(20, -1, 64))}
    features = {"raw pixels": [np.broadcast_to(x, (SEEDS, *x.shape)) for x in (pixels, unseen)]}
    features |= {name: [forward(ws, x)[-2] for x in (pixels, unseen)] for name, ws in nets.items()}
    counts = [1, 2, 5, 20]
    scores = {name: np.stack([probe(*f, n) for n in counts], 1) for name, f in features.items()}
    taught = [train(warps, classify, labelled(n), (*SIZES[:-1], 10)) for n in counts]
    right = [forward(ws, unseen)[-1].argmax(axis=2) == y_test for ws in taught]
    scores["supervised, same net, warps"] = np.mean(right, axis=2).T
    for name, runs in scores.items():
        print(f"{name:28}", *[f"{mean:.3f}" for mean in runs.mean(axis=0)])
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6.6, 3.4))
    axes = {"xlabel": "labels per class", "ylabel": "test accuracy", "logx": True, "ax": ax}
    plot.curves(scores, x=counts, markers=True, **axes)
    ax.set_xticks(counts, counts)
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
    plt.show()

# %% [markdown] role="caption" alt="Test accuracy over 1, 2, 5 and 20 labels per class, six curves. Contrastive with warps is highest at 1 and 2 labels, near 0.8 with one; at 5 it meets supervised training, which is highest at 20. Raw pixels and your shifted views run together, from about 0.65 with one label. The untrained encoder lies below them, equal views lowest."
# Mean and range of five networks, each with its own labelled images (five choices each; one for supervised training). All features get the same ridge classifier; its strength
# is the one with the best *test* accuracy on pixels, which favours them. With one or two labels per class the encoder trained on warps is well ahead. The controls fail as they
# should: an untrained encoder lies below the pixels, one trained on two *equal* views lower still. The augmentation decides: whole-pixel shifts gain a little over pixels with
# one label and nothing after. With 20 labels per class the same network, trained with labels and warps, has passed it.

# %% [markdown] lang="zh" en="b0f45204" alt="每类 1、2、5、20 个标签时的测试准确率，六条曲线。用变形做对比学习的在 1、2 个标签时最高，一个标签时接近 0.8；5 个标签时与监督训练相遇，20 个时监督训练最高。原始像素与你写的平移视图几乎重合，一个标签时约 0.65。未训练的编码器在它们下面，两个视图相同的最低。"
# 五个网络的均值与范围，每个网络用自己抽的带标签图片（各抽五次，监督训练抽一次）。所有特征用同样的岭回归分类器，正则强度取像素上**测试**准确率最高的那个，这对像素有利。每类只有一两个标签时，用变形训练的编码器明显领先。对照组该失败的都失败了：未训练的编码器不如像素，用两个**相同**视图训练的更差。增强说了算：整像素平移只在一个标签时比像素略好，之后就没有好处了。每类 20 个标签时，同一个网络用标签加变形来训练，已经超过了它。

# %% [markdown] role="why"
# **Why two draws.** Equal views make the right answer free: any encoder that tells images apart has a small loss. Then the loss falls only by pushing *different* images apart,
# two 3s as much as a 3 and an 8. Different views force the encoder to drop what the augmentation changes. So the choice of augmentation is where our knowledge of digits enters
# (Chen et al. 2020, §3).

# %% [markdown] lang="zh" en="a46c979f"
# **为什么要抽两次。** 两个视图相同，正确答案就是白送的：随便什么编码器，只要能区分图片，损失就小。剩下只能靠把**不同**的图片推开来降损失，推开两个 3 和推开 3 与 8 一样卖力。视图不同，编码器才不得不丢掉增强所改变的东西。所以，我们对数字的了解正是通过选什么增强放进去的（Chen et al. 2020，§3）。

# %% [markdown] role="exercise" anchor="align-uniform"
# ## 3 · Has it collapsed?
#
# Write `align_uniform`, two measures on the unit sphere: how near partners are, and how evenly the embeddings spread (Wang & Isola 2020).

# %% [markdown] lang="zh" en="69338d50"
# ## 3 · 坍缩了吗？
#
# 写出 `align_uniform`，单位球面上的两个指标：搭档有多近，embedding 铺得有多均匀（Wang & Isola 2020）。


# %% role="exercise"
def align_uniform(z1, z2):
    """z1, z2: (B, d), B ≥ 2, no row is 0; partners in equal rows. Rows count by direction only.

    Returns two numbers:
        the mean squared distance of partners;
        the log of the mean of exp(−2 · squared distance) over the pairs of two different rows
        of z1, and the same for z2: the average of the two logs.
    """
    ### BEGIN SOLUTION
    u1, u2 = [z / np.linalg.norm(z, axis=1, keepdims=True) for z in (z1, z2)]

    def uniformity(u):
        cosines = (u @ u.T)[np.triu_indices(len(u), 1)]
        return np.log(np.exp(-2 * (2 - 2 * cosines)).mean())  # squared distance: 2 − 2 cosine

    return 2 - 2 * (u1 * u2).sum(axis=1).mean(), (uniformity(u1) + uniformity(u2)) / 2
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. On a unit sphere, how far apart are two equal directions, two at right angles, two opposite ones (squared)?
# 2. All rows alike: both numbers are 0. z1 = z2 = [[1, 0], [−1, 0]]: 0 and −8. Which of these two encoders is of any use?
# 3. Normalise; mean over rows of the summed squared difference; for each batch all i < j, exp, mean, log; average.

# %% [markdown] lang="zh" en="f7cf5447"
# 1. 在单位球面上，方向相同、垂直、相反的两个向量，距离平方各是多少？
# 2. 所有行都相同：两个数都是 0。z1 = z2 = [[1, 0], [−1, 0]]：0 和 −8。这两个编码器哪个有用？
# 3. 归一化；逐行把差的平方加起来，再对行取平均；每个批次取所有 i < j，exp、平均、log；最后两个批次平均。

# %%
check.align_uniform(align_uniform)


# %% role="reward"
def attract(z, images):
    """Slope of −cosine(partners) / TAU: info_nce without its sum of candidates."""
    u, length = unit(z)
    g = -2 * np.roll(u, z.shape[1] // 2, axis=1) / (z.shape[1] * TAU)
    return (g - (g * u).sum(axis=2, keepdims=True) * u) / length


if check.info_nce.passed and check.align_uniform.passed:
    fresh = [warp(x_test, np.random.default_rng(seed)).reshape(-1, 64) for seed in (100, 101)]
    made = {**encoders, "partners attract, nothing repels": train(warps, attract)}
    print(f"{'':34}align  uniform  loss (chance {np.log(2 * len(x_test) - 1):.2f})")
    for name, ws in made.items():
        ends = zip(*[forward(ws, x)[-1].astype(float) for x in fresh], strict=True)
        told = np.mean([(*align_uniform(*z), info_nce(*z, TAU)) for z in ends], axis=0)
        print(f"{name:34}{told[0]:5.2f}  {told[1]:7.2f}  {told[2]:5.2f}")

# %% [markdown] role="worked"
# Two new warps of the test images, mean of five networks. Without repulsion both numbers go to 0: perfect alignment, all embeddings in one point, the loss exactly at chance.
# Trained on equal views, the embeddings spread widest, but true partners lie far apart. Neither number alone tells a good encoder.

# %% [markdown] lang="zh" en="9e92970b"
# 测试图片新做的两次变形，五个网络的平均。没有排斥，两个数都变成 0：对齐完美，所有 embedding 缩成一点，损失正好是瞎猜的水平。用相同的视图训练，铺得最开，可真正的搭档离得很远。只看其中一个数，看不出编码器的好坏。

# %% [markdown] role="exercise" anchor="clip-loss"
# ## 4 · CLIP's form
#
# Two encoders, images and texts: write `clip_loss`. Each image picks its text among B, each text its image among B.

# %% [markdown] lang="zh" en="2293f2cb"
# ## 4 · CLIP 的写法
#
# 图像和文本各有一个编码器：写出 `clip_loss`。每张图在 B 个文本里找自己的文本，每个文本也在 B 张图里找自己的图。


# %% role="exercise"
def clip_loss(a, b, tau):
    """a, b: (B, d), no row is 0; row i of a belongs to row i of b. tau as in info_nce.

    Returns the mean of the two cross-entropies, a number.
    """
    ### BEGIN SOLUTION
    a, b = [z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b)]
    scores = a @ b.T / tau
    rows, columns = [np.logaddexp.reduce(scores, axis=axis) for axis in (1, 0)]
    return np.mean((rows + columns) / 2 - np.diagonal(scores))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many scores are there in all? Is an image ever compared with an image?
# 2. B = 3, all rows alike: what is the loss, and what was it in info_nce?
# 3. Normalise both; one B × B matrix over tau; cross-entropy with the diagonal as classes, along the rows and along the columns; average.

# %% [markdown] lang="zh" en="73d0b6d3"
# 1. 一共有多少个分数？图和图会互相比吗？
# 2. B = 3、所有行都相同：损失是多少？在 info_nce 里又是多少？
# 3. 两边都归一化；一个 B × B 的矩阵除以 tau；以对角线为类别，沿行、沿列各做一次交叉熵；取平均。

# %%
check.clip_loss(clip_loss)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `info_nce`. For one pair of rows, and for many symmetric batches, it is right. Find two batches of two rows where the two part.

# %% [markdown] lang="zh" en="fc042f54"
# ## 找反例
#
# 下面是一个错误的 `info_nce`。只有一对时它是对的，许多对称的批次上也对。找两个各两行的批次，让两者给出不同的结果。

# %% role="hack"
check.info_nce.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
z1 = np.array([[1.0, 0.0], [0.0, 1.0]])  # the first views differ, the second ones are alike
z2 = np.array([[1.0, 0.0], [1.0, 0.0]])
### END SOLUTION
if z2 is not ...:
    check.info_nce.hack(trap=1, z1=z1, z2=z2, tau=0.5)

# %% [markdown] role="flaws" anchor="flaws"
# ## What is not self-supervised?
#
# A candidate talks about self-supervised learning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="f75b2d76"
# ## 哪些不是自监督？
#
# 一位候选人这样讲自监督学习。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="chance"
# ## The interviewer goes on
#
# **A batch of 256 images. From the first step on, `info_nce` stays at one value, and all embeddings turn out to be equal. Which value?**

# %% [markdown] lang="zh" en="65cc2231"
# ## 追问
#
# **一批 256 张图。从第一步起 `info_nce` 就停在一个值上，一查所有 embedding 都相同。这个值是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
stuck = np.log(2 * 256 - 1)
### END SOLUTION

# %%
check.chance(stuck)

# %% [markdown] role="follow-up" anchor="hardness"
# **One anchor, tau = 0.1. A hard negative has cosine 0.9, an easier one 0.5. How many times more weight does the hard one get in the slope of the loss?**

# %% [markdown] lang="zh" en="bc89a6fd"
# **一个锚点，tau = 0.1。难负样本的余弦是 0.9，容易一些的是 0.5。在损失的梯度里，难的那个权重是另一个的多少倍？**

# %% role="follow-up"
### BEGIN SOLUTION
times = np.exp((0.9 - 0.5) / 0.1)
### END SOLUTION

# %%
check.hardness(times)

# %% [markdown] role="follow-up" fold="Why"
# The slope of $\ell_i$ for $s_{ik}$ is the softmax weight of candidate k, over tau. Two weights stand as $e^{(0.9 - 0.5)/\tau}$: 55 at tau = 0.1, but 2.2 at tau = 0.5. A small
# temperature looks at the hardest negatives only, and among those are images of the same class.

# %% [markdown] lang="zh" en="8eb5a468" fold="为什么"
# $\ell_i$ 对 $s_{ik}$ 的梯度是候选 k 的 softmax 权重除以 tau。两个权重之比是 $e^{(0.9 - 0.5)/\tau}$：tau = 0.1 时 55 倍，tau = 0.5 时只有 2.2 倍。温度低，就只盯着最难的负样本，而其中混着同类的图片。

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
# > Self-supervised learning takes its targets from the data itself: the masked word, the next token, the other view of the same image. In SimCLR two random augmentations
# > of an image are a positive pair; every other row of the batch is a negative. InfoNCE is a softmax cross-entropy over cosine similarities divided by a temperature, the
# > row itself excluded, averaged over all 2B anchors; chance is ln(2B − 1). CLIP has two encoders and a B × B matrix, with the cross-entropy along rows and columns. The
# > augmentations decide what is ignored. Without negatives or another safeguard everything collapses to one point. I freeze the encoder and compare a linear probe with
# > raw pixels, an untrained encoder and supervised training on the same few labels.
#
# Classic mistakes: pseudo-labels or clustering taken for self-supervision; the diagonal left in; no normalisation; one augmentation used twice; low loss taken for a good encoder.

# %% [markdown] lang="zh" en="4574c7b9" fold="一分钟版本"
# > 自监督学习的目标来自数据本身：被遮住的词、下一个 token、同一张图的另一个视图。SimCLR 里，一张图的两次随机增强是正样本对，批次里其余各行都是负样本。InfoNCE 就是对“余弦相似度除以温度”做 softmax 交叉熵，去掉自己，对全部 2B 个锚点取平均；瞎猜是 ln(2B − 1)。CLIP 用两个编码器和一个 B × B 的矩阵，沿行、沿列各做一次交叉熵。增强决定忽略什么。没有负样本或别的约束，所有 embedding 会坍缩成一点。评估时冻结编码器，用线性探针，与原始像素、未训练的编码器、同样少的标签上的监督训练对照。
#
# 常见错误：把伪标签或聚类当成自监督；对角线没去掉；没归一化；同一次增强用了两遍；损失低就以为表示好。

# %% [markdown] role="reference"
# ## References
#
# - Chen et al. 2020, *A Simple Framework for Contrastive Learning of Visual Representations* (SimCLR), [arXiv:2002.05709](https://arxiv.org/abs/2002.05709), §2.1 with eq. 1, §3 (augmentations).
# - van den Oord et al. 2018, *Representation Learning with Contrastive Predictive Coding*, [arXiv:1807.03748](https://arxiv.org/abs/1807.03748) (the name InfoNCE).
# - Radford et al. 2021, *Learning Transferable Visual Models From Natural Language Supervision* (CLIP), [arXiv:2103.00020](https://arxiv.org/abs/2103.00020), figure 3 (the loss in pseudocode).
# - Wang & Isola 2020, *Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere*, [arXiv:2005.10242](https://arxiv.org/abs/2005.10242).
# - Lee 2013, *Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks*, ICML workshop.

# %% [markdown] lang="zh" en="9ec6410a"
# ## 参考文献
#
# - Chen et al. 2020, *A Simple Framework for Contrastive Learning of Visual Representations*（SimCLR），[arXiv:2002.05709](https://arxiv.org/abs/2002.05709)，§2.1 及式 1、§3（增强）。
# - van den Oord et al. 2018, *Representation Learning with Contrastive Predictive Coding*，[arXiv:1807.03748](https://arxiv.org/abs/1807.03748)（InfoNCE 这个名字的出处）。
# - Radford et al. 2021, *Learning Transferable Visual Models From Natural Language Supervision*（CLIP），[arXiv:2103.00020](https://arxiv.org/abs/2103.00020)，图 3（损失的伪代码）。
# - Wang & Isola 2020, *Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere*，[arXiv:2005.10242](https://arxiv.org/abs/2005.10242)。
# - Lee 2013, *Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks*，ICML 研讨会。
