# ---
# title: Augment data without breaking the labels
# title_zh: 做对数据增强：哪些变换保得住标签
# kind: question
# minutes: 35
# level: 1
# needs: []
# seeds: [001-Q13, 004-1.7, 004-1.18]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is data augmentation, and why does it help? Which transforms may you use on handwritten
# > digits? And what happens to the boxes when you flip an image for a detector?
#
# Think aloud for one minute before you type: what do you claim about the label with each transform?

# %% [markdown] lang="zh" en="8319b47d"
# ## 题目
#
# > 讲一下数据增强，为什么有用？手写数字能用哪些变换？做检测时把图翻转了，框怎么办？
#
# 先别动手，出声想一分钟：每用一种变换，你就对标签做了什么断言？

# %% [markdown] role="question" fold="What a good answer contains"
# - What it encodes: an invariance of the task. Not "more and better data".
# - Transforms that fit and one that does not, with the reason, for a task you name.
# - Where it happens: on the training part only, after the split, drawn anew every epoch.
# - What moves along: boxes, masks, keypoints; with mixup, the label itself.
# - Its limits: a wrong invariance costs accuracy, and copies are no new observations.

# %% [markdown] lang="zh" en="42c90312" fold="好的回答包含什么"
# - 它写进去的是任务的不变性，而不是“更多更好的数据”。
# - 指定一个任务，说出合适的变换和一个不合适的，并给出理由。
# - 在哪一步做：划分之后，只对训练集，每一轮重新抽。
# - 什么要跟着变：框、掩码、关键点；用 mixup 时连标签也变。
# - 局限：不变性写错了会掉点；副本不是新的观测。

# %% role="setup"
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("data_augmentation")

# %% [markdown] role="exercise" anchor="shift"
# ## 1 · Random shifts
#
# Write `shift`: every image moves by its own random number of rows and columns.

# %% [markdown] lang="zh" en="16d1d631"
# ## 1 · 随机平移
#
# 写出 `shift`：每张图按自己抽到的行数和列数移动。


# %% role="exercise"
def shift(x, k, rng):
    """x: images (N, H, W). k: the largest move in pixels, 0 ≤ k < H, W. rng: np.random.Generator.

    Each image moves by dy rows and dx columns. Both are drawn uniformly from −k, …, k, both ends
    included, independently for every image and each axis. Pixels that leave are lost; zeros
    come in. Returns a new array (N, H, W). All randomness comes from rng.
    """
    ### BEGIN SOLUTION
    n, height, width = x.shape
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))  # zeros on all four sides
    corners = rng.integers(0, 2 * k + 1, size=(n, 2))
    out = np.empty_like(x)
    for i, (top, left) in enumerate(corners):
        out[i] = padded[i, top : top + height, left : left + width]
    return out
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For 50 images, how many random numbers do you need, and how many values can each take when k = 2?
# 2. The row `[5, 6, 7]` moves right by one. What stands in it now? And after moving left by two?
# 3. Put a frame of k zeros around every image; draw the corner of a window of the old size for each image; cut the windows out.

# %% [markdown] lang="zh" en="8cd2e938"
# 1. 50 张图要抽多少个随机数？k = 2 时每个数有几种取值？
# 2. 一行 `[5, 6, 7]` 向右移一格，变成什么？向左移两格呢？
# 3. 给每张图四周加一圈宽 k 的零；为每张图随机抽一个原尺寸窗口的左上角；把窗口裁出来。

# %%
check.shift(shift)

# %% [markdown] role="idea" anchor="idea"
# Training on random copies minimizes, with $T$ drawn anew at every step,
#
# $$\frac{1}{N} \sum_{i=1}^{N} E_T\!\left[\ell\big(f(T x_i),\, y_i\big)\right].$$
#
# The same $y_i$ stands beside every $T x_i$: that is the claim. It holds or not by task:
#
# | transform | keeps the label | breaks it |
# |---|---|---|
# | shift, crop | objects that stay in view | a crop that cuts the object off |
# | horizontal flip | cats, cars, scenes | text, digits, "turn left" signs |
# | rotation, scale | some degrees, some percent | 180° (6 and 9); size that *is* the class |
# | noise, brightness | photographs | medical images where grey values are the finding |
# | generated samples | if checked on real data | where the generator misses rare cases |
#
# *Deep Learning* §7.4 warns of b and d, 6 and 9. Simard et al. (§2) write the invariance into the data
# because that is easier than into the network.

# %% [markdown] lang="zh" en="5df16317"
# 用随机副本训练，每一步重新抽变换 $T$，最小化的是
#
# $$\frac{1}{N} \sum_{i=1}^{N} E_T\!\left[\ell\big(f(T x_i),\, y_i\big)\right].$$
#
# 每个 $T x_i$ 旁边都是同一个 $y_i$，这就是所作的断言。对不对要看任务：
#
# | 变换 | 保标签 | 不保标签 |
# |---|---|---|
# | 平移、裁剪 | 物体仍在画面内 | 裁掉了物体 |
# | 水平翻转 | 猫、车、风景 | 文字、数字、“左转”标志 |
# | 旋转、缩放 | 几度、百分之几 | 180°（6 和 9）；大小**就是**类别 |
# | 噪声、亮度 | 普通照片 | 灰度值本身就是诊断依据的医学影像 |
# | 生成的样本 | 用真实数据验证过 | 生成模型漏掉了罕见情形 |
#
# *Deep Learning* §7.4 提醒注意 b 和 d、6 和 9。Simard 等人（§2）的理由是：把不变性写进数据，比写进网络容易。

# %% [markdown] role="worked" fold="A sibling worked by hand: a random crop in one dimension"
# The signal `[3, 1, 4, 1, 5]`, crops of length 3. The corner can stand at 0, 1 or 2, that is
# $5 - 3 + 1 = 3$ places: `[3, 1, 4]`, `[1, 4, 1]`, `[4, 1, 5]`, each with probability 1/3. The 4 is in all
# of them, the 3 in one of three: a crop shows the rim less often than the middle. Pad first, and
# the rim gets its share, at the price of zeros.

# %% [markdown] lang="zh" en="f0ab4899" fold="手算一个相近的例子：一维随机裁剪"
# 信号 `[3, 1, 4, 1, 5]`，裁长度 3。起点可以是 0、1、2，共 $5 - 3 + 1 = 3$ 个位置：`[3, 1, 4]`、`[1, 4, 1]`、`[4, 1, 5]`，概率各 1/3。4 每次都在，3 三次里只出现一次：裁剪时边缘出现得比中间少。先补一圈再裁，边缘就能轮到，代价是带进了零。

# %% [markdown] role="worked"
# A network to try it on: one hidden layer, Adam, 200 digits. `augment(x, t, rng)` returns the batch that
# is trained on.

# %% [markdown] lang="zh" en="72728874"
# 用一个小网络来试：一个隐藏层，Adam，200 张数字图。`augment(x, t, rng)` 返回真正拿去训练的 batch。


# %% role="worked"
def predict(theta, x):
    """Images (N, 8, 8) → hidden layer (N, 64) and class probabilities (N, 10)."""
    W1, b1, W2, b2 = theta
    h = np.maximum(x.reshape(len(x), -1) @ W1 + b1, 0)
    e = np.exp(h @ W2 + b2 - (h @ W2 + b2).max(axis=1, keepdims=True))
    return h, e / e.sum(axis=1, keepdims=True)


def train(x, y, augment, seed, steps=800, batch=50, lr=3e-3):
    """Adam → the weights."""
    rng, t = np.random.default_rng(seed), np.eye(10)[y]
    shapes = [(64, 64), (64,), (64, 10), (10,)]
    theta = [rng.normal(size=s) * np.sqrt(2 / 64) * (len(s) == 2) for s in shapes]
    first, second = [0 * p for p in theta], [0 * p for p in theta]
    for step in range(1, steps + 1):
        rows = rng.integers(len(x), size=batch)
        xb, tb = augment(x[rows], t[rows], rng)
        h, probs = predict(theta, xb)
        dz = (probs - tb) / batch
        dh = dz @ theta[2].T * (h > 0)
        grads = [xb.reshape(batch, -1).T @ dh, dh.sum(0), h.T @ dz, dz.sum(0)]
        for i, g in enumerate(grads):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g * g
            unbiased = first[i] / (1 - 0.9**step), second[i] / (1 - 0.999**step)
            theta[i] = theta[i] - lr * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-7)
    return theta


# %% role="worked"
def flip(axis):
    """An augment that mirrors each image along `axis` with probability 1/2."""
    return lambda x, t, rng: (
        np.where(rng.random((len(x), 1, 1)) < 0.5, np.flip(x, axis), x), t
    )  # fmt: skip


def accuracy(theta, x, y):
    return (predict(theta, x)[1].argmax(axis=1) == y).mean()


(x_pool, y_pool), (x_test, y_test) = data.digits(split=True)
augments = {
    "none": lambda x, t, rng: (x, t),
    "shift by up to 1": lambda x, t, rng: (shift(x, 1, rng), t),
    "vertical flip": flip(1),
    "horizontal flip": flip(2),
}

# %% role="reward"
if check.shift.passed:
    x_shifted, results, trained = shift(x_test, 1, np.random.default_rng(0)), {}, {}
    for name, augment in augments.items():
        runs = []
        for seed in range(5):  # another 200 digits and another start in each run
            rows = np.random.default_rng(seed).permutation(len(x_pool))[:200]
            theta = train(x_pool[rows], y_pool[rows], augment, seed)
            runs.append([accuracy(theta, x, y_test) for x in (x_test, x_shifted)])
            trained[name, seed] = theta
        results[name] = np.mean(runs, axis=0)
        line = "{:16s} clean {:.3f} ± {:.3f}, shifted {:.3f} ± {:.3f}"
        columns = zip(results[name], np.std(runs, axis=0, ddof=1))
        print(line.format(name, *[number for pair in columns for number in pair]))
    matrix = np.array(list(results.values()))
    plot.heatmap(
        matrix, rows=list(results), columns=["test images", "test images, shifted"], form="{:.3f}"
    )

# %% [markdown] role="caption" alt="A table of accuracies as colours. Rows: none, shift, vertical flip, horizontal flip. On the test images none is best, near 0.93, and the three others lie near 0.89 to 0.9. On shifted test images only the row with shifts is high, about 0.86; the others are near 0.3."
# Mean of five runs; the lines above add the standard deviation over runs. Shifts more than double the
# accuracy on shifted images and *cost* about four points on the centred test set: the invariance is true,
# but this test set does not ask for it and a small network pays. Both flips
# cost three to four points on the clean set; on the shifted one they leave a bad score bad.

# %% [markdown] lang="zh" en="c78e8d8b" alt="用颜色表示的准确率表。各行为：不增强、平移、上下翻转、水平翻转。在原测试集上，不增强最好，约 0.93，其余三种在 0.89 到 0.9 左右；在平移过的测试集上，只有平移一行高，约 0.86，其余在 0.3 左右。"
# 五次运行的均值，上面打印的行里还有各次之间的标准差。加平移后，在移动过的测试图上准确率翻倍还多，在居中的测试集上却**掉**了约四个点：这种不变性是对的，只是这个测试集用不上，小网络还得为它付出容量。两种翻转在原测试集上各掉三四个点；在移动过的测试集上，本来就差，照样差。

# %% role="reward"
if check.shift.passed:
    shown = np.stack([x_test[y_test == digit][0] for digit in (2, 5, 6, 9)])
    rows = [shown, shift(shown, 1, np.random.default_rng(3)), shown[:, ::-1], shown[:, :, ::-1]]
    names = ["as it is", "shifted", "vertical flip", "horizontal flip"]
    titles = [f"{name}: {digit}" for name in names for digit in (2, 5, 6, 9)]
    plot.image_grid(np.concatenate(rows), titles, columns=4)

# %% [markdown] role="caption" alt="Four rows of the digits 2, 5, 6 and 9: as they are, shifted by one pixel, flipped vertically and flipped horizontally. The flipped ones no longer look like handwriting: the flipped 2 resembles a 5, the flipped 5 a 2."
# Every image still carries its label. In the lower two rows a reader would not: a mirrored 2 comes close to a
# 5 and a mirrored 5 to a 2.

# %% [markdown] lang="zh" en="9b51eb8a" alt="数字 2、5、6、9 的四行图：原图、平移一格、上下翻转、水平翻转。翻转后的图不再像手写数字：翻转的 2 像 5，翻转的 5 像 2。"
# 每张图都还挂着原来的标签。下面两行，人却读不出原来的数字了：镜像的 2 接近 5，镜像的 5 接近 2。

# %% [markdown] role="why"
# **Why it works.** A window at a random place in a padded image *is* a random shift: corner $(k, k)$ leaves
# the image where it was, and $2k + 1$ corners on each axis give $-k, \dots, k$.
#
# **Cost.** $O(NHW)$ copying for each batch, on the CPU, while the accelerator trains.
#
# **What most people write first.** `np.roll`: the ink that leaves on the right returns on the left. And
# `rng.integers(-k, k)`, which never draws k.
#
# **Elsewhere.** `torchvision.transforms.v2.RandomCrop(size, padding=k)` fills with 0 by default; Keras's
# `RandomTranslation` takes fractions of the size, fills by reflection and acts only with `training=True`.

# %% [markdown] lang="zh" en="82e7a4bd"
# **为什么对。** 补零之后随机取窗口，**就是**随机平移：左上角在 $(k, k)$ 等于不动，每个方向 $2k + 1$ 个位置，对应 $-k, \dots, k$。
#
# **代价。** 每个 batch 复制 $O(NHW)$ 个像素，在 CPU 上做，不耽误加速卡训练。
#
# **最常见的第一版。** `np.roll`：右边出去的笔画又从左边回来。还有 `rng.integers(-k, k)`，永远抽不到 k。
#
# **换个框架。** `torchvision.transforms.v2.RandomCrop(size, padding=k)` 默认补 0；Keras 的
# `RandomTranslation` 按尺寸的比例移动，默认镜像填充，只有 `training=True` 时才起作用。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. Next: transforms that change the target as well.

# %% [markdown] lang="zh" en="59de83f2"
# **可以先歇一歇。** 核心已经写完，接下来是连目标也要改的变换。

# %% [markdown] role="exercise" anchor="mixup"
# ## 2 · mixup
#
# Write `mixup`: each image is blended with a partner from the same batch.

# %% [markdown] lang="zh" en="485785af"
# ## 2 · mixup
#
# 写出 `mixup`：每张图和同一个 batch 里的搭档混合。


# %% role="exercise"
def mixup(x, y, alpha, rng):
    """x: float images (N, …). y: one-hot labels (N, C). alpha > 0. rng: np.random.Generator.

    Draws one λ ~ Beta(alpha, alpha) for the whole batch and one random permutation of it, which
    gives every image its partner. λ weighs the image, 1 − λ its partner. Returns x_mixed and
    y_mixed, shaped like x and y, new arrays.
    """
    ### BEGIN SOLUTION
    lam = rng.beta(alpha, alpha)
    partner = rng.permutation(len(x))
    return lam * x + (1 - lam) * x[partner], lam * y + (1 - lam) * y[partner]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. The image is 70 % a 3 and 30 % an 8. What shape has its label, and what does it sum to?
# 2. A batch of three, order `[2, 0, 1]`, λ = 0.9. Write the label of image 0 when the classes are 4, 7, 1.
# 3. One number from the Beta distribution, one permutation; then the same weighted sum twice, for images and for labels.

# %% [markdown] lang="zh" en="da1aac33"
# 1. 图像 70% 是 3，30% 是 8。它的标签是什么形状，各项之和是多少？
# 2. batch 有三张图，排列 `[2, 0, 1]`，λ = 0.9，类别是 4、7、1。写出 0 号图的标签。
# 3. 从 Beta 分布抽一个数，再抽一个排列；同样的加权和算两遍，一遍图像，一遍标签。

# %%
check.mixup(mixup)

# %% role="reward"
if check.mixup.passed:
    scores = {"none": [], "mixup, α = 0.2": []}
    for seed in range(5):
        rows = np.random.default_rng(seed).permutation(len(x_pool))[:200]
        blends = augments["none"], lambda x, t, rng: mixup(x, t, 0.2, rng)
        for name, augment in zip(scores, blends):
            theta = train(x_pool[rows], y_pool[rows], augment, seed)
            scores[name].append(accuracy(theta, x_test, y_test))
    for name, values in scores.items():
        print(f"{name:15s} clean {np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}")

# %% [markdown] role="why"
# No gain here: 200 centred digits and 800 steps leave mixup nothing to smooth. Zhang et al. report gains on
# CIFAR and ImageNet; measure on your own task. A blend looks like no real image, so mixup is not
# label-preserving in the old sense: it *defines* a label for the blend. Cross-entropy is linear in the
# target, so $\ell(p, \lambda y_i + (1 - \lambda) y_j) = \lambda\,\ell(p, y_i) + (1 - \lambda)\,\ell(p, y_j)$,
# which is how PyTorch code with integer labels writes it.

# %% [markdown] lang="zh" en="a05323bc"
# 这里没有提升：200 张居中的数字、800 步训练，mixup 没什么可平滑的。Zhang 等人在 CIFAR 和 ImageNet 上有提升；在自己的任务上要自己测。混出来的图不像任何真实图像，所以 mixup 并不是传统意义上的保标签：它是给混合图**定义**了一个标签。交叉熵对目标是线性的，
# $\ell(p, \lambda y_i + (1 - \lambda) y_j) = \lambda\,\ell(p, y_i) + (1 - \lambda)\,\ell(p, y_j)$，标签是整数的 PyTorch 代码就按右边写。

# %% [markdown] role="exercise" anchor="hflip-boxes"
# ## 3 · Boxes move along
#
# A detector's image is flipped left to right. Write `hflip_boxes`.

# %% [markdown] lang="zh" en="d9a25d82"
# ## 3 · 框要跟着动
#
# 检测的图做了水平翻转，写出 `hflip_boxes`。


# %% role="exercise"
def hflip_boxes(boxes, width):
    """boxes: (M, 4), each x1, y1, x2, y2 in pixels with x1 ≤ x2; M may be 0. width: of the image.

    Coordinates are continuous: the left border is 0, the right one is width. Returns a new array
    (M, 4) in the same format, x1 ≤ x2 again.
    """
    ### BEGIN SOLUTION
    out = boxes.copy()
    out[:, [0, 2]] = width - boxes[:, [2, 0]]
    return out
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A point 10 pixels from the left border: how far from which border is it after the flip?
# 2. An image of width 100, a box from x = 10 to x = 40. Where are its edges now, and which is the left one?
# 3. Mirror both x columns at the width, and let the mirrored right edge become the new left edge. Rows stay.

# %% [markdown] lang="zh" en="bf4c9b1d"
# 1. 某个点离左边界 10 像素，翻转后离哪条边界多远？
# 2. 图宽 100，框从 x = 10 到 x = 40。翻转后两条边在哪？哪条是左边？
# 3. 两列 x 都按图宽取镜像，原来的右边界变成新的左边界；y 不动。

# %%
check.hflip_boxes(hflip_boxes)

# %% [markdown] role="why"
# Flipping twice is the identity: a test in one line. With *pixel indices*, an image of 8 columns maps 0 to
# 7, so $W - 1 - x$; with continuous edges 0 maps to $W$. Mixing the two shifts every box by one pixel. torchvision
# (`transforms.v2`) moves boxes and masks with the image when they are `tv_tensors`, and has one formula for each
# format: xyxy swaps, xywh subtracts x and w, cxcywh mirrors the centre alone. Keypoints need one thing
# more: the left eye of a mirrored face is a right eye, so the *names* swap.

# %% [markdown] lang="zh" en="95805e1d"
# 翻转两次等于没翻：一行就能测。用**像素下标**时，8 列的图 0 对应 7，所以是 $W - 1 - x$；用连续坐标时 0 对应 $W$。两种混用，每个框都偏一个像素。torchvision（`transforms.v2`）里，框和掩码包成 `tv_tensors` 就会跟着图像走，每种格式一个公式：xyxy 要交换，xywh 要减去 x 和 w，cxcywh 只镜像中心。关键点还多一步：镜像的脸上左眼成了右眼，**名字**也要对调。

# %% [markdown] role="exercise" anchor="batches"
# ## 4 · On in training, off in validation
#
# Write `batches`, one epoch. In training: a new order for images and labels alike, and every image through your `shift` with `k = 1`. In
# validation: everything as it is, and no random number drawn. The last batch may be smaller.

# %% [markdown] lang="zh" en="ac64d228"
# ## 4 · 训练时开，验证时关
#
# 写出 `batches`，即一个 epoch。训练时：图像和标签按同一个新次序打乱，每张图过一遍你的 `shift`，`k = 1`。验证时：一切保持原样，也不抽随机数。最后一个 batch 可以小一些。


# %% role="exercise"
def batches(x, y, size, training, rng):
    """x: (N, H, W). y: (N,). Returns a list of (images, labels) of `size` rows each."""
    ### BEGIN SOLUTION
    if training:
        order = rng.permutation(len(x))
        x, y = shift(x[order], 1, rng), y[order]
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the lines you are about to write may run in validation?
# 2. Seven images, size 3: how many batches, and how large is the last?
# 3. Only in training: one permutation for both arrays, then the shift. In both: slices of `size` rows from 0 to the end.

# %% [markdown] lang="zh" en="001ee773"
# 1. 你要写的几行里，哪几行在验证时也可以执行？
# 2. 七张图，size 为 3：有几个 batch，最后一个多大？
# 3. 只在训练时：两个数组用同一个排列，再移动。两种情况都要：从 0 到末尾，每 `size` 行切一段。

# %%
check.batches(batches)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# This `hflip_boxes` reads well, and on some boxes it agrees with the right one. Find boxes on which the two
# part.

# %% [markdown] lang="zh" en="063cc2c7"
# ## 找反例
#
# 这个 `hflip_boxes` 看着没问题，有些框上也和正确答案一致。找一组框，让两者给出不同的结果。

# %% role="hack"
check.hflip_boxes.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
boxes = np.array([[10.0, 0.0, 40.0, 5.0]])  # off the middle: the view gives x2 = 40 back
### END SOLUTION
if boxes is not ...:
    check.hflip_boxes.hack(trap=1, boxes=boxes, width=100)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains data augmentation. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="d3755457"
# ## 挑错
#
# 一位候选人这样讲数据增强。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 4, 5, 6, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="crops"
# ## The interviewer goes on
#
# **AlexNet trains on 224 × 224 patches of 256 × 256 images and on their mirror images. How many different
# patches does one image give?** Answer with the exact number.

# %% [markdown] lang="zh" en="2bd71422"
# ## 追问
#
# **AlexNet 从 256 × 256 的图里裁 224 × 224 的小图，再加上水平翻转。一张图能裁出多少种不同的小图？** 填准确的数。

# %% role="follow-up"
### BEGIN SOLUTION
patches = (256 - 224 + 1) ** 2 * 2
### END SOLUTION

# %%
check.crops(patches)

# %% [markdown] role="follow-up" fold="Is the training set then 2,000 times as large?"
# No. Krizhevsky et al. (§4.1) give the factor as 2048 and add at once that the examples are highly
# interdependent. Count images, not patches, when you argue about sample size.

# %% [markdown] lang="zh" en="6832fecc" fold="那训练集就大了两千倍吗？"
# 不是。Krizhevsky 等人（§4.1）给出的倍数是 2048，紧接着就说这些样本高度相关。谈样本量，要数图，不要数小图。

# %% [markdown] role="follow-up" anchor="leaked"
# **Somebody makes five copies of every image, shuffles all copies and takes 20 % for validation. What share of the
# validation copies has a sibling in training, in percent?** There are many images. Answer such as `"12.34 %"`.

# %% [markdown] lang="zh" en="21efb2b8"
# **有人给每张图做五个副本，全部打乱，取 20% 作验证集。验证集里百分之多少的副本在训练集里有“兄弟”？** 图很多。答案写成 `"12.34 %"` 这样。

# %% role="follow-up"
### BEGIN SOLUTION
share = f"{100 * (1 - 0.2**4)} %"
### END SOLUTION

# %%
check.leaked(share)

# %% [markdown] role="follow-up" fold="How much does it flatter the score?"
# Measured in the next cell, with 20 shifted copies of 200 digits: copies shuffled and then split, against
# originals split and then copied. The last column is new digits, shifted. Validation must predict it.

# %% [markdown] lang="zh" en="582b3f59" fold="分数会虚高多少？"
# 下一个单元格实测：200 张数字，各 20 个平移副本。一种是副本打乱再划分，一种是先划分原图再做副本。最后一列是没见过的数字（同样平移过），验证集的分数应当能预测它。

# %% role="follow-up"
if check.shift.passed:
    rows = {"copy, then split": [], "split, then copy": []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        picked = np.tile(rng.permutation(len(x_pool))[:200], 20)
        copies, fresh = shift(x_pool[picked], 1, rng), shift(x_test, 1, rng)
        by_copy, by_image = rng.random(len(picked)) < 0.8, np.tile(np.arange(200) < 160, 20)
        for name, part in zip(rows, (by_copy, by_image)):
            theta = train(copies[part], y_pool[picked[part]], augments["none"], seed)
            seen = accuracy(theta, copies[~part], y_pool[picked[~part]])
            rows[name].append([seen, accuracy(theta, fresh, y_test)])
    for name, values in rows.items():
        print(name + ": validation {:.3f}, new images {:.3f}".format(*np.mean(values, axis=0)))

# %% [markdown] role="follow-up" fold="Test-time augmentation: average over several views. Does it help?"
# If the network has learned to bear these views. The next cell averages over the nine shifts by up to one
# pixel, for the five networks of the first table. Those trained with shifts gain four points on centred images;
# those trained without lose more than twenty, since most views are foreign to them. On images that are already
# shifted even the former lose: some views move by two. It costs nine passes. Krizhevsky et al. average ten patches (§4.1); Shanmugam et al. 2021 show
# that a gain on average hides many right answers turned wrong.

# %% [markdown] lang="zh" en="506f9dd8" fold="测试时增强（TTA）：对几个视角取平均，有用吗？"
# 前提是网络学过怎么看这些视角。下一个单元格对移动不超过一格的九个视角取平均，用的是第一张表里的五个网络：训练时加过平移的，在居中的图上涨四个点；没加过的反而掉二十多个点，因为大多数视角它没见过。图本身已经移动过时，加过平移的也会掉：有的视角加起来移了两格。代价是九次前向。Krizhevsky 等人对十个小图取平均（§4.1）；Shanmugam 等人 2021 年指出，平均提升的背后，有不少本来对的被改成了错的。


# %% role="follow-up"
def averaged(theta, x):
    """Class probabilities, averaged over the nine shifts of x by up to one pixel."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    views = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
    return sum(predict(theta, view)[1] for view in views) / 9


if check.shift.passed:
    for name in ("none", "shift by up to 1"):
        for kind, images in (("clean", x_test), ("shifted", x_shifted)):
            thetas = [trained[name, seed] for seed in range(5)]
            one = [accuracy(theta, images, y_test) for theta in thetas]
            nine = [(averaged(th, images).argmax(axis=1) == y_test).mean() for th in thetas]
            gain = np.subtract(nine, one)
            line = f"{name:16s} {kind:7s} {np.mean(one):.3f} → {np.mean(nine):.3f}"
            print(line, f"(gain {gain.mean():+.3f} ± {gain.std(ddof=1):.3f})")

# %% [markdown] role="follow-up" fold="How do you augment text?"
# There is no small move that surely keeps the meaning: drop "not" and the label turns. Used are synonym
# replacement, random insertion, swap and deletion (EDA, Wei & Zou 2019, strongest on small sets), back-translation
# (Sennrich et al. 2016, for translation), masking or dropping tokens, and paraphrases by a language model, to be
# checked by hand on a sample: a model's own output has lost rare cases (Shumailov et al. 2023).

# %% [markdown] lang="zh" en="27060177" fold="文本怎么做增强？"
# 文本没有哪种小改动一定不改意思：删掉一个“不”，标签就反了。常用的有同义词替换、随机插入、交换、删除（EDA，Wei & Zou 2019，数据少时效果最明显），回译（Sennrich 等人 2016，用于翻译），遮住或丢掉一些 token，以及让语言模型改写，改写要抽样人工检查：模型自己的输出会丢掉罕见情形（Shumailov 等人 2023）。

# %% [markdown] role="follow-up" fold="When is more data better than augmentation?"
# When the errors come from what the data do not hold. The next figure varies the number of real digits. On centred
# digits, more of them beats shifting them at every size. On shifted digits all 1,347 centred ones do
# worse than 100 with shifts: more data of the wrong kind do not teach the invariance. So look at
# the errors: a known nuisance calls for a transform, an unknown style, class or camera for new data.

# %% [markdown] lang="zh" en="e8cedd0e" fold="什么时候加数据比增强更好？"
# 错误来自数据里根本没有的东西时。下图改变真实数字的张数：在居中的数字上，每个规模都是多加真实数据好，平移没有帮助；在移动过的数字上，1347 张居中的图全用上，还不如 100 张图加平移：数据再多，类型不对，也学不到这种不变性。所以先看错误：已知的干扰用变换解决；没见过的字迹、类别、相机，要去收新数据。

# %% role="follow-up"
if check.shift.passed:
    sizes, fresh = [100, 200, 400, 800, 1347], shift(x_test, 1, np.random.default_rng(0))
    curves = {
        f"{name}, {test}": np.zeros((3, 5))
        for test in ("clean test", "shifted test")
        for name in ("none", "shift")
    }
    for run in range(3):
        order = np.random.default_rng(run).permutation(len(x_pool))
        for column, n in enumerate(sizes):
            for name, kind in (("none", "none"), ("shift", "shift by up to 1")):
                theta = train(x_pool[order[:n]], y_pool[order[:n]], augments[kind], run)
                curves[f"{name}, clean test"][run, column] = accuracy(theta, x_test, y_test)
                curves[f"{name}, shifted test"][run, column] = accuracy(theta, fresh, y_test)
    plot.curves(
        curves, x=sizes, xlabel="real training images", ylabel="accuracy", logx=True, markers=True
    )

# %% [markdown] role="caption" alt="Accuracy against the number of real training images, 100 to 1347. On the clean test the curve without augmentation runs from about 0.9 to 0.97 and lies above the one with shifts. On the shifted test the curve with shifts runs from about 0.8 to 0.9, the one without stays below 0.4."
# Mean and range of three runs.

# %% [markdown] lang="zh" en="5cf297da" alt="准确率随真实训练图张数（100 到 1347）的变化。原测试集上，不增强的曲线从约 0.9 升到 0.97，高于加平移的曲线；平移过的测试集上，加平移的曲线从约 0.8 升到 0.9，不增强的始终低于 0.4。"
# 三次运行的均值和范围。

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
# > Augmentation trains on transformed copies whose label I claim does not change, so it encodes an invariance
# > of the task and reduces over-fitting. For digits: small shifts, a few degrees, slight scale, a little noise; no
# > flips, since a mirrored 2 reads 5, and no half turn, which makes a 6 a 9. The transform is drawn anew for every epoch, on the training part
# > only, after the split. In detection the boxes go through the same transform; mixup mixes the labels with the
# > images. It adds no new observations, so for unseen cases I collect data, and I check on clean validation.
#
# Classic mistakes: "more and better data"; flips by habit; boxes left behind or x1 > x2; copies made before the
# split; validation augmented too; wrap-around; one draw for the whole batch; labels unmixed.

# %% [markdown] lang="zh" en="7ba8a01d" fold="一分钟版本"
# > 数据增强是用标签不变的变换造训练样本，把任务的不变性写进数据，减轻过拟合。手写数字可以用小幅平移、几度的旋转、轻微缩放、少量噪声；不能翻转，镜像的 2 像 5；也不能转 180°，6 会变成 9。变换每一轮重新抽，先划分，再只增强训练集。检测里框要做同样的变换；mixup 的标签和图像一起混。它没有带来新的观测，没见过的情形还得收数据，效果用干净的验证集检验。
#
# 常见错误：“数据更多更好”；习惯性翻转；框没动，或者 x1 > x2；先做副本再划分；验证集也增强；平移绕回；整个 batch 只抽一次；标签没混。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §7.4 (data set augmentation; b and d, 6 and 9).
# - Simard, Steinkraus & Platt 2003, *Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis*, ICDAR, §2.
# - Krizhevsky, Sutskever & Hinton 2012, *ImageNet Classification with Deep Convolutional Neural Networks*, §4.1.
# - Zhang, Cisse, Dauphin & Lopez-Paz 2018, *mixup: Beyond Empirical Risk Minimization*, arXiv:1710.09412.
# - Shanmugam, Blalock, Balakrishnan & Guttag 2021, *Better Aggregation in Test-Time Augmentation*, arXiv:2011.11156, abstract.
# - Wei & Zou 2019, *EDA*, arXiv:1901.11196, abstract. Sennrich, Haddow & Birch 2016, *Improving Neural Machine Translation Models with Monolingual Data*, ACL.
# - Shumailov et al. 2023, *The Curse of Recursion*, arXiv:2305.17493, abstract. scikit-learn User Guide, *Common pitfalls*, data leakage.

# %% [markdown] lang="zh" en="05c102a0"
# ## 参考文献
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§7.4（数据增强；b 和 d，6 和 9）。
# - Simard, Steinkraus & Platt 2003, *Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis*, ICDAR，§2。
# - Krizhevsky, Sutskever & Hinton 2012, *ImageNet Classification with Deep Convolutional Neural Networks*，§4.1。
# - Zhang, Cisse, Dauphin & Lopez-Paz 2018, *mixup: Beyond Empirical Risk Minimization*, arXiv:1710.09412。
# - Shanmugam, Blalock, Balakrishnan & Guttag 2021, *Better Aggregation in Test-Time Augmentation*, arXiv:2011.11156，摘要。
# - Wei & Zou 2019, *EDA*, arXiv:1901.11196，摘要。Sennrich, Haddow & Birch 2016, *Improving Neural Machine Translation Models with Monolingual Data*, ACL。
# - Shumailov et al. 2023, *The Curse of Recursion*, arXiv:2305.17493，摘要。scikit-learn User Guide, *Common pitfalls*，数据泄漏。
