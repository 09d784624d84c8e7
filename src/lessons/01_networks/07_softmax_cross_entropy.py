# ---
# title: Write a softmax cross-entropy that cannot overflow
# title_zh: 手写不会溢出的 softmax 交叉熵，推出它的梯度
# kind: code
# minutes: 45
# level: 2
# needs: [backprop]
# seeds: []
# asked: 17
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write softmax cross-entropy and its gradient from the logits, so that it survives any input. Why
# > cross-entropy and not squared error?
#
# Think aloud for one minute before you type: which step can overflow, which one can meet a zero,
# and what is left when the two are written as one formula?

# %% [markdown] lang="zh" en="2c7fbab4"
# ## 题目
#
# > 手写 softmax 交叉熵和它对 logits 的梯度，什么输入都不能崩。为什么用交叉熵，不用均方误差？
#
# 先别动手，出声想一分钟：哪一步会溢出？哪一步会碰到 0？两步合成一个式子，还剩下什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - The loss as $\log \sum_j e^{z_j} - z_y$, and why each row's maximum may be subtracted.
# - Why a stable softmax followed by `log` is still not stable, and why `log(p + 1e-9)` hides it.
# - The gradient $(p - \text{one-hot}) / B$, derived, with its sign.
# - What is averaged when tokens are ignored.
# - Cross-entropy against squared error: likelihood, and the gradient of a confidently wrong model.

# %% [markdown] lang="zh" en="d175949f" fold="好的回答包含什么"
# - 把损失写成 $\log \sum_j e^{z_j} - z_y$，讲清为什么可以减去每行的最大值。
# - 为什么 softmax 稳定了，后面再接 `log` 仍然不稳，而 `log(p + 1e-9)` 只是把问题藏了起来。
# - 梯度 $(p - \text{one-hot}) / B$ 怎么推，符号别弄反。
# - 有 token 被忽略时，平均取在什么上面。
# - 交叉熵与均方误差：一看似然，二看模型很自信却答错时的梯度。

# %% role="setup"
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("softmax_cross_entropy")

# %% [markdown] role="exercise" anchor="cross-entropy"
# ## 1 · The loss and its gradient
#
# Write `cross_entropy`. The loss is the mean over the batch; `dz` is the slope of that mean.

# %% [markdown] lang="zh" en="8ba18584"
# ## 1 · 损失和梯度
#
# 写出 `cross_entropy`。损失对 batch 取平均，`dz` 是这个平均值的梯度。


# %% role="exercise"
def cross_entropy(z, y):
    """z: logits (B, C), any finite numbers, ±10,000 too. y: labels (B,), integers 0 … C − 1.

    Returns the loss, a number in nats (natural logarithm), and dz = ∂loss/∂z, (B, C).
    z itself stays as it is. B ≥ 1, C ≥ 1.
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(z))
    shifted = z - z.max(axis=1, keepdims=True)  # (B, C): at most 0, so exp is at most 1
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return -log_p[rows, y].mean(), dz / len(z)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For z of shape (5, 3): how many logarithms of probabilities does the loss need, and what shape is `dz`? Along which axis does `dz` sum to 0?
# 2. Two classes, z = (1000, 1001), label 0. What is the difference of the two logits, and what is −log p of the label in terms of that difference alone?
# 3. Shift each row so that its largest entry is 0; take the log of the row's sum of exponentials; log p is the shifted logit minus that log; average its negative at the labels. The gradient is p, minus 1 at the label, over the batch size.

# %% [markdown] lang="zh" en="3b1c7704"
# 1. z 的形状是 (5, 3)：损失要用到几个概率的对数？`dz` 是什么形状？`dz` 沿哪个轴求和等于 0？
# 2. 两类，z = (1000, 1001)，标签是 0。两个 logit 差多少？只用这个差，怎么写出标签的 −log p？
# 3. 每行平移，使最大的元素为 0；算出这一行 exp 之和的对数；log p 等于平移后的 logit 减去它；在标签处取负再平均。梯度是 p，标签处减 1，再除以 batch 大小。

# %%
check.cross_entropy(cross_entropy)

# %% [markdown] role="idea" anchor="idea"
# For one row with softmax $p_k = e^{z_k} / \sum_j e^{z_j}$ and label $y$, take the logarithm on paper
# and pull out $m = \max_j z_j$:
#
# $$L = -\log p_y = \log \sum_j e^{z_j} - z_y = m + \log \sum_j e^{z_j - m} - z_y .$$
#
# The sum lies between 1 and C: it neither overflows nor reaches 0. For the slope,
# $\partial p_k / \partial z_j = p_k (\delta_{kj} - p_j)$, so
#
# $$\frac{\partial L}{\partial z_j} = -\frac{1}{p_y}\, p_y (\delta_{yj} - p_j) = p_j - \delta_{yj},$$
#
# and $1/B$ times that for the mean. The $1/p_y$ of the logarithm cancels the $p_y$ of the softmax.
#
# | symbol | variable | shape |
# |---|---|---|
# | $z$ | `z` | (B, C) |
# | $\log p$ | `log_p` | (B, C) |
# | $\partial L / \partial z$ | `dz` | (B, C) |
#
# These are Bishop's (4.106), (4.108) and, up to the factor $\phi_n$ of a linear layer, (4.109). He sums over the
# examples where we average. The shifted formula is analysed by Blanchard, Higham & Higham: as
# accurate as the unshifted one, and safe.

# %% [markdown] lang="zh" en="a4a4525b"
# 看一行：softmax 是 $p_k = e^{z_k} / \sum_j e^{z_j}$，标签是 $y$。先在纸上取对数，再提出 $m = \max_j z_j$：
#
# $$L = -\log p_y = \log \sum_j e^{z_j} - z_y = m + \log \sum_j e^{z_j - m} - z_y .$$
#
# 里面的和在 1 到 C 之间，既不会溢出，也不会是 0。再求导：
# $\partial p_k / \partial z_j = p_k (\delta_{kj} - p_j)$，所以
#
# $$\frac{\partial L}{\partial z_j} = -\frac{1}{p_y}\, p_y (\delta_{yj} - p_j) = p_j - \delta_{yj},$$
#
# 取平均再乘 $1/B$。对数带来的 $1/p_y$ 正好约掉 softmax 的 $p_y$。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $z$ | `z` | (B, C) |
# | $\log p$ | `log_p` | (B, C) |
# | $\partial L / \partial z$ | `dz` | (B, C) |
#
# 对应 Bishop 的 (4.106)、(4.108) 和 (4.109)，后者还带着线性层的因子 $\phi_n$；他对样本求和，这里取平均。平移后的公式由 Blanchard、Higham 和 Higham 分析过：与不平移时同样准确，可以放心用。

# %% [markdown] role="worked" fold="A sibling worked by hand: a soft target"
# Let the target be a distribution, $q = (\frac12, \frac12)$, and $z = (0, \ln 3)$, so $p = (\frac14, \frac34)$.
# Cross-entropy: $-\frac12 \ln \frac14 - \frac12 \ln \frac34 = 0.6931 + 0.1438 = 0.8370$. The entropy of $q$
# is $\ln 2 = 0.6931$; the rest, $0.1438$, is the KL divergence of $p$ from $q$. Only that part can be
# trained away. The slope is $p - q = (-\frac14, \frac14)$: with $q$ one-hot it is the formula above, and
# then the entropy is 0 and cross-entropy, KL and negative log-likelihood are one number.

# %% [markdown] lang="zh" en="b46a23f5" fold="手算一个相近的例子：软标签"
# 目标是一个分布 $q = (\frac12, \frac12)$，$z = (0, \ln 3)$，于是 $p = (\frac14, \frac34)$。交叉熵：
# $-\frac12 \ln \frac14 - \frac12 \ln \frac34 = 0.6931 + 0.1438 = 0.8370$。$q$ 的熵是 $\ln 2 = 0.6931$，剩下的 $0.1438$ 就是 $q$ 到 $p$ 的 KL 散度，能靠训练降下去的只有这一部分。梯度是
# $p - q = (-\frac14, \frac14)$：$q$ 换成 one-hot 就是上面的式子，这时熵为 0，交叉熵、KL 和负对数似然是同一个数。

# %% [markdown] role="reward"
# Now the second half of the question. Two classes, one example: how hard does each loss push, as the
# label's logit falls behind the other one? Your `dz` against the slope of the squared error
# $\sum_k (p_k - t_k)^2$ through the same softmax, which for two classes is the sigmoid of the margin.

# %% [markdown] lang="zh" en="14d1a4ea"
# 再看题目的后半句。两类，一个样本：标签的 logit 越来越落后，两种损失各推得多用力？用你的 `dz`，对比同一个 softmax 后面接均方误差
# $\sum_k (p_k - t_k)^2$ 的梯度；两类时 softmax 就是 margin 的 sigmoid。


# %% role="worked"
def squared_error_slope(z, y):
    """∂/∂z of the mean over the batch of Σ (softmax(z) − one-hot)²; z (B, C), y (B,)."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dp = 2 * (p - np.eye(z.shape[1])[y]) / len(z)
    return p * (dp - (dp * p).sum(axis=1, keepdims=True))


# %% role="reward"
if check.cross_entropy.passed:
    margin = np.linspace(-20, 10, 121)  # the label's logit minus the other one
    pairs = [(np.array([[m, 0.0]]), np.array([0])) for m in margin]
    push = {
        "cross-entropy": [abs(cross_entropy(z, y)[1][0, 0]) for z, y in pairs],
        "squared error": [abs(squared_error_slope(z, y)[0, 0]) for z, y in pairs],
    }
    plot.curves(push, x=margin, logy=True, xlabel="margin of the label's logit", ylabel="|∂L/∂z|")
    for name, values in push.items():
        print(f"{name}: {values[0]:.1e} at margin −20, at most {max(values):.2f}")

# %% [markdown] role="caption" alt="Size of the gradient on a logarithmic axis against the margin from −20 to 10. Cross-entropy is flat at 1 for negative margins and falls for positive ones. Squared error peaks near margin −0.7 and falls on both sides, to about 1e-8 at margin −20."
# To the right the label wins and both losses rightly let go. To the left the model is confidently
# wrong. There cross-entropy pushes with full strength, since its loss is linear in the margin. The
# squared error's slope carries the softmax's own derivative and falls as $e^{-|m|}$: the worse the
# answer, the weaker the push.

# %% [markdown] lang="zh" en="1a37818d" alt="对数坐标下梯度大小随 margin 从 −20 到 10 的变化。交叉熵在 margin 为负时平在 1，为正时下降。均方误差在 margin 约 −0.7 处最大，向两侧都下降，在 −20 处约为 1e-8。"
# 往右，标签占优，两种损失都该松手。往左，模型错得很自信：交叉熵对 margin 是线性的，一直用全力推；均方误差的梯度里带着 softmax 自己的导数，按 $e^{-|m|}$ 下降，错得越离谱，推得越轻。

# %% [markdown] role="reward"
# Does that matter in training? A linear softmax classifier on the digits that starts confidently
# wrong: its bias says class 0, by 10.

# %% [markdown] lang="zh" en="6f86a757"
# 训练时有影响吗？用手写数字训练一个线性 softmax 分类器，一开始就让它自信地答错：偏置把第 0 类抬高 10。


# %% role="reward"
def recover(slope, lr, seed, steps=1500, every=25):
    """Test accuracy every 25 steps of plain SGD; slope(z, y) → dz."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = data.digits(split=True)
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    W, b, accuracy = 0.01 * rng.normal(size=(64, 10)), 10.0 * (np.arange(10) == 0), []
    for step in range(steps):
        if step % every == 0:
            accuracy.append(((x_test @ W + b).argmax(axis=1) == y_test).mean())
        rows = rng.integers(len(x), size=32)
        dz = slope(x[rows] @ W + b, y[rows])
        W, b = W - lr * x[rows].T @ dz, b - lr * dz.sum(axis=0)
    return accuracy


if check.cross_entropy.passed:
    slopes = {
        "cross-entropy": lambda z, y: cross_entropy(z, y)[1],
        "squared error": squared_error_slope,
    }
    runs = {
        (name, lr): np.array([recover(slope, lr, seed) for seed in range(3)])
        for name, slope in slopes.items()
        for lr in (0.1, 1.0)
    }
    shown = {f"{name}, lr = {lr}": accuracy for (name, lr), accuracy in runs.items()}
    ax = plot.curves(shown, x=25 * np.arange(60), xlabel="step", ylabel="test accuracy")
    ax.get_legend().set_loc((0.2, 0.3))
    for (name, lr), accuracy in runs.items():
        reached = accuracy.mean(axis=0) >= 0.9
        first = f"after {25 * int(np.argmax(reached))} steps" if reached.any() else "not reached"
        print(f"{name}, lr {lr}: 0.9 {first}, at the end {accuracy[:, -1].mean():.3f}")

# %% [markdown] role="caption" alt="Test accuracy against step. Cross-entropy rises at once with both learning rates. Squared error with lr 0.1 stays below 0.1 for about 900 steps and then climbs to 0.87; with lr 1 it waits about 80 steps and then reaches the same level as cross-entropy."
# Mean and range of three runs. The squared error waits on its plateau until many tiny pushes have
# added up. A ten times larger step shortens the wait, and then it ends about as high as
# cross-entropy: the plateau is the problem, not the minimum.

# %% [markdown] lang="zh" en="eac656e2" alt="测试准确率随步数的变化。两种学习率下交叉熵都立刻上升。均方误差在 lr = 0.1 时约有 900 步停在 0.1 以下，之后才爬到 0.87；lr = 1 时只等约 80 步，最后到达和交叉熵一样的高度。"
# 三次运行的均值和范围。均方误差先停在平台上，等微小的推力一点点攒够。学习率放大十倍，等的时间就短了，最后和交叉熵差不多高：问题在平台，不在最小值。

# %% [markdown] role="why"
# **Why it works.** Softmax depends on differences of logits only. Shifting a row costs nothing on paper
# and moves the largest exponent to 0. What underflows to 0 behind it is smaller than rounding.
#
# **Likelihood.** Cross-entropy is the negative log-likelihood of a categorical label; squared error is that of a
# number with Gaussian noise. On probabilities it is the Brier score, and its minimum is the true
# distribution too. The plateau above is the reason against it, and it comes from the softmax: on bare outputs, with no
# softmax, Hui & Belkin find squared error about as good in most of their tasks.
#
# **Cost.** O(B·C) time, and one more array the size of the logits. With a large vocabulary and long
# sequences that is gigabytes: [Training memory](lesson:training_memory) counts it.
#
# **What most people write first.** A stable softmax, then `np.log(p)`. At a margin of −800 in float64
# the label's p is exactly 0 and the loss inf. The usual patch, `log(p + 1e-9)` or a clip, caps the
# loss and, under automatic differentiation, takes the gradient away where it is needed most.
#
# **Elsewhere.** PyTorch's `F.cross_entropy` takes logits; `F.nll_loss` takes log-probabilities. Keras
# takes probabilities unless you say `from_logits=True`, and clips them to $[10^{-7}, 1 - 10^{-7}]$: no label costs more than
# $-\ln 10^{-7} \approx 16.1$, and beyond that the gradient is 0 (unless, on TensorFlow, it recognises the softmax behind them and goes back to
# the logits). In JAX, `optax.softmax_cross_entropy_with_integer_labels` takes logits.

# %% [markdown] lang="zh" en="58a66c46"
# **为什么对。** softmax 只依赖 logits 之间的差。整行平移在数学上不变，又把最大的指数挪到了 0；之后下溢成 0 的那些项，本来就比舍入误差还小。
#
# **似然。** 交叉熵是类别标签的负对数似然，平方误差是带高斯噪声的数值的负对数似然。平方误差用在概率上就是 Brier 分数，最小值同样是真实分布；不用它，理由是上图里的平台，而平台来自 softmax：不接 softmax、直接对输出用平方误差，Hui 和 Belkin 的多数任务里效果相当。
#
# **代价。** 时间 O(B·C)。内存要多一个和 logits 一样大的数组。词表大、序列长时，这就是好几个 GB，[训练显存](lesson:training_memory)那一课会算。
#
# **最常见的第一版。** 稳定的 softmax，再 `np.log(p)`。float64 下 margin 到 −800，标签的 p 就是 0，损失是 inf。常见的补丁是 `log(p + 1e-9)` 或截断，它给损失封了顶；用自动微分时，恰恰在最需要梯度的地方把梯度拿掉了。
#
# **换个框架。** PyTorch 的 `F.cross_entropy` 收 logits，`F.nll_loss` 收对数概率。Keras 默认收概率，除非写 `from_logits=True`，而且会截断到 $[10^{-7}, 1 - 10^{-7}]$：一个标签的损失最多 $-\ln 10^{-7} \approx 16.1$，再往后梯度就是 0（TensorFlow 后端若认得出前面的 softmax，会自己退回 logits）。JAX 用 `optax.softmax_cross_entropy_with_integer_labels`，收 logits。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is what a language model needs on top.

# %% [markdown] lang="zh" en="c4a972b2"
# **可以先歇一歇。** 核心已经写完，下面是训练语言模型还要加上的东西。

# %% [markdown] role="exercise" anchor="token-loss"
# ## 2 · Ignored tokens and smoothed labels
#
# Write `token_loss` for sequences. A token whose label equals `ignore` counts for nothing; the loss is
# the mean over all *other* tokens of the batch together. If there are none, loss and gradient are 0.
# Targets are smoothed as in Keras and PyTorch: $(1 - s) \cdot \text{one-hot} + s/C$.

# %% [markdown] lang="zh" en="dc3490be"
# ## 2 · 忽略 token，平滑标签
#
# 写出序列版的 `token_loss`。标签等于 `ignore` 的 token 完全不算；损失是整个 batch 里**其余** token 一起取平均。如果一个都不剩，损失和梯度都返回 0。标签平滑和 Keras、PyTorch 一样：
# $(1 - s) \cdot \text{one-hot} + s/C$。


# %% role="exercise"
def token_loss(z, y, ignore=-1, smooth=0.0):
    """z: finite logits (B, T, C). y: labels (B, T), integers 0 … C − 1 or `ignore`.

    ignore: any integer, also one that is a class. smooth: s, 0 ≤ s < 1.
    Returns the loss in nats and dz = ∂loss/∂z, (B, T, C), exactly 0 at ignored tokens.
    """
    ### BEGIN SOLUTION
    valid = y != ignore
    count = max(valid.sum(), 1)  # an empty batch: 0/1 instead of 0/0
    one_hot = np.eye(z.shape[-1])[y * valid]  # ignored tokens look up class 0
    target = (1 - smooth) * one_hot + smooth / z.shape[-1]
    shifted = z - z.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    losses = -(target * log_p).sum(axis=-1)  # (B, T)
    dz = (np.exp(log_p) - target) * valid[..., None] / count
    return (losses * valid).sum() / count, dz
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What shape has the mask of valid tokens, and what shape must it have to switch off rows of `dz`? What does `z[..., -100]` do when C is 50?
# 2. C = 4, s = 0.2, label 2: write the smoothed target. Does it sum to 1? Two sequences with 3 and 1 valid tokens: what weight has each token?
# 3. Find the valid tokens and count them; make smoothed targets, with any class where the token is ignored; per-token loss is minus the target times log p; zero the ignored ones; divide sum and gradient by the same count, never by 0.

# %% [markdown] lang="zh" en="d0bc7c31"
# 1. 有效 token 的掩码是什么形状？要把 `dz` 的整行关掉，它该是什么形状？C 是 50 时，`z[..., -100]` 会怎样？
# 2. C = 4，s = 0.2，标签是 2：写出平滑后的目标。它的和是 1 吗？两条序列分别有 3 个和 1 个有效 token，每个 token 的权重是多少？
# 3. 找出有效 token 并计数；做出平滑后的目标，被忽略的位置随便放哪一类；每个 token 的损失是目标乘 log p 求和取负；被忽略的清零；损失之和与梯度除以同一个个数，别除以 0。

# %%
check.token_loss(token_loss)

# %% role="reward"
if check.token_loss.passed:
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(4, 10, 50)), rng.integers(50, size=(4, 10))
    for extra in (0, 10, 30):  # the same tokens, padded to longer sequences
        padded_z = np.concatenate([z, rng.normal(size=(4, extra, 50))], axis=1)
        padded_y = np.concatenate([y, np.full((4, extra), -1)], axis=1)
        loss, dz = token_loss(padded_z, padded_y)
        everywhere = loss * y.size / padded_y.size
        print(
            f"{extra:2d} padding tokens each: {loss:.4f}; divided by B·T instead: {everywhere:.4f}"
        )

# %% [markdown] role="why"
# **One mean, not a mean of means.** Averaging inside each sequence, each micro-batch or each GPU
# first, then averaging the averages, gives tokens of short pieces more weight. Some libraries shipped this
# as a gradient-accumulation bug until 2024; the repair is to add up the sums and divide once by all
# valid tokens.
#
# **Nothing valid.** Here the answer is 0. PyTorch returns nan for its mean, on purpose, as the mean of an empty
# set; Keras's `ignore_class` returned 0 in our run. Know which one your loop gets.
#
# **Smoothing.** Szegedy et al. mix with the uniform distribution over all K classes, so the label keeps
# $1 - s + s/K$. Code that spreads s over the other $K - 1$ exists too (Microsoft's Archai, for one); it is another loss.

# %% [markdown] lang="zh" en="8c19b3ae"
# **一次平均，不是平均的平均。** 先在每条序列、每个 micro-batch、每张卡内部平均，再对结果平均，短的那部分 token 权重就大了。2024 年之前，有的库在梯度累积里就带着这个 bug；改法是先把和加起来，最后一次除以全部有效 token 数。
#
# **一个有效 token 都没有。** 这里约定返回 0。PyTorch 取平均时故意返回 nan，因为那是空集的平均；Keras 的 `ignore_class` 我们实测返回 0。要知道自己的训练循环拿到的是哪一种。
#
# **平滑。** Szegedy 等人是和全部 K 类上的均匀分布混合，标签剩下 $1 - s + s/K$。也有代码把 s 分给其余 $K - 1$ 类（比如微软的 Archai），那是另一个损失。

# %% [markdown] role="exercise" anchor="bce-with-logits"
# ## 3 · The binary form
#
# Several labels may be true at once, so each logit gets its own sigmoid. Write `bce_with_logits` for
# $L = -y \log \sigma(z) - (1 - y) \log (1 - \sigma(z))$, entry by entry, with no mean.

# %% [markdown] lang="zh" en="d3994e52"
# ## 3 · 二分类形式
#
# 多个标签可以同时成立时，每个 logit 各用一个 sigmoid。写出 `bce_with_logits`，
# $L = -y \log \sigma(z) - (1 - y) \log (1 - \sigma(z))$，逐元素，不取平均。


# %% role="exercise"
def bce_with_logits(z, y):
    """z: finite logits of any shape, ±10,000 too. y: targets of that shape, from 0 to 1.

    Returns losses and dz = ∂L/∂z, entry by entry, both shaped like z.
    """
    ### BEGIN SOLUTION
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    sigmoid = (1 + np.tanh(z / 2)) / 2  # never overflows
    return losses, sigmoid - y
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of `exp(z)` and `exp(-z)` is safe at z = 1000, and which at z = −1000? Which expression is safe at both?
# 2. y = 1: L = log(1 + e^(−z)). What is it at z = 0, roughly at z = −1000, and at z = 1000?
# 3. Simplify L until a single log is left; pull max(z, 0) out of it, so that its exp sees −|z| only. The slope is the sigmoid minus the target; write the sigmoid so that it cannot overflow either.

# %% [markdown] lang="zh" en="54835721"
# 1. z = 1000 时，`exp(z)` 和 `exp(-z)` 哪个安全？z = −1000 时呢？哪个式子两边都安全？
# 2. y = 1 时 L = log(1 + e^(−z))。z = 0 时是多少？z = −1000、z = 1000 时大约是多少？
# 3. 把 L 化简到只剩一个 log；再把 max(z, 0) 提出来，让里面的 exp 只看到 −|z|。梯度是 sigmoid 减目标，sigmoid 也要写成不会溢出的形式。

# %%
check.bce_with_logits(bce_with_logits)

# %% [markdown] role="why"
# Two classes with logits $(0, z)$: log-sum-exp is $\log(1 + e^z) = \max(z, 0) + \log(1 + e^{-|z|})$, the
# same shift by the maximum, minus $zy$. It is the formula in TensorFlow's documentation of
# `sigmoid_cross_entropy_with_logits`; `np.logaddexp(0, z) - z * y` is its short form. Softmax for classes that exclude one
# another, sigmoids for labels that do not.

# %% [markdown] lang="zh" en="d1605d76"
# 看成 logits 为 $(0, z)$ 的两类：log-sum-exp 就是 $\log(1 + e^z) = \max(z, 0) + \log(1 + e^{-|z|})$，同样是平移最大值，再减 $zy$。TensorFlow 的 `sigmoid_cross_entropy_with_logits` 文档里就是这个式子，简写是 `np.logaddexp(0, z) - z * y`。类别互斥用 softmax，标签可以并存用 sigmoid。

# %% [markdown] role="exercise" anchor="mend"
# ## 4 · Mend a candidate's loss
#
# An interview post on the web compiles a ten-class classifier with `categorical_crossentropy` and hands it the
# integer labels. Keras 3 stops that with an error about ranks. NumPy does not: here broadcasting
# turns the same slip into a number. Five bugs are in this code, that one included; the logits are small, so stability is not
# among them. Mend it; the verdict says how many are left.

# %% [markdown] lang="zh" en="bfe09a95"
# ## 4 · 改好一份答案
#
# 网上有一份面试题解，十分类的模型用 `categorical_crossentropy` 编译，给的却是整数标签。Keras 3 会报秩不匹配的错；NumPy 不会，广播把同样的疏忽变成了一个数。下面的代码里有五个 bug，这是其中之一；logits 都不大，数值稳定性不算在内。请把它改对，判定会告诉你还剩几个。


# %% role="exercise" tags=["exercise"]
def softmax(z):
    """z (B, C) → probabilities over the classes."""
    e = np.exp(z)
    return e / e.sum(axis=0, keepdims=True)


def loss_and_grad(z, y):
    """z (B, C) logits, y (B,) integers → the mean loss, a number, and its slope dz (B, C)."""
    target = y[:, None]
    p = softmax(softmax(z))
    loss = np.mean(-target * np.log(p))
    return loss, p - target


# %% role="exercise" tags=["solution"]
def softmax(z):
    """z (B, C) → probabilities over the classes."""
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)  # each example by itself


def loss_and_grad(z, y):
    """z (B, C) logits, y (B,) integers → the mean loss, a number, and its slope dz (B, C)."""
    target = np.eye(z.shape[1])[y]  # integers are no one-hot rows
    p = softmax(z)  # once
    loss = np.mean((-target * np.log(p)).sum(axis=1))  # over the classes first
    return loss, (p - target) / len(z)  # the slope of a mean


# %% [markdown] role="hint"
# 1. For B = 4 and C = 3, write the shape behind every line. Which axis holds the classes?
# 2. One example, z = (0, 0, 0), label 0: the loss should be ln 3. What does the code give?
# 3. Look for: the axis of the normalisation; what the formula expects as a target; how often the softmax is applied; what the mean divides by; what the gradient of a mean divides by.

# %% [markdown] lang="zh" en="2f34dcab"
# 1. 取 B = 4、C = 3，在每行后面写上形状。类别在哪个轴？
# 2. 一个样本，z = (0, 0, 0)，标签是 0：损失应是 ln 3。代码给出多少？
# 3. 依次检查：沿哪个轴归一化；公式要的目标是什么形式；softmax 做了几次；平均除以什么；平均的梯度该除以什么。

# %%
check.mend(loss_and_grad)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `cross_entropy`. On normal logits it agrees with the right one. Find an input on which the
# two part.

# %% [markdown] lang="zh" en="ffb24374"
# ## 找反例
#
# 下面是一个错误的 `cross_entropy`，在一般的 logits 上和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.cross_entropy.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
z = np.array([[0.0, 1.0], [1000.0, 999.0]])  # the first row underflows beside the second
y = np.array([0, 1])
### END SOLUTION
if z is not ...:
    check.cross_entropy.hack(trap=1, z=z, y=y)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains cross-entropy. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="a9826361"
# ## 挑错
#
# 一位候选人这样讲交叉熵。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="initial-loss"
# ## The interviewer goes on
#
# **A language model with a vocabulary of 50,257 is initialized so that its logits are near 0. What loss do you expect
# at step 0?** Answer within 1 %.

# %% [markdown] lang="zh" en="b950462b"
# ## 追问
#
# **语言模型词表 50,257，初始化后 logits 都接近 0。第 0 步的损失应该是多少？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
start = np.log(50_257)
### END SOLUTION

# %%
check.initial_loss(start)

# %% [markdown] role="follow-up" fold="And its perplexity? What does a loss far above it tell you?"
# Perplexity is $e^L$ with $L$ the mean negative log-likelihood in nats, so 50,257: as unsure as a fair die with that many
# sides. A first loss far above ln C means logits that are too large, a broken initialization. Far
# below it, an untrained model cannot be that good: look at what the mean divides by (padding, $B \cdot C$), then at the data. Perplexities of models with different tokenizers do not compare: they average over
# different tokens.

# %% [markdown] lang="zh" en="dc83fc01" fold="困惑度呢？第一步的损失远大于它说明什么？"
# 困惑度是 $e^L$，$L$ 是以 nat 计的平均负对数似然，所以就是 50,257：和一个有这么多面的均匀骰子一样没把握。第一步的损失远大于 ln C，说明 logits 太大，初始化有问题；远小于它，没训练的模型不可能这么好：先查平均除了什么（padding、$B \cdot C$），再查数据。tokenizer 不同的模型，困惑度不能直接比：平均所用的 token 就不一样。

# %% [markdown] role="follow-up" anchor="smoothing-floor"
# **1,000 classes, label smoothing 0.1 as above. What is the smallest cross-entropy any model can
# reach?** Answer in nats within 1 %.

# %% [markdown] lang="zh" en="0f2f93b8"
# **1,000 类，标签平滑 0.1，定义同上。任何模型能达到的最小交叉熵是多少？** 以 nat 计，误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
floor = -0.9001 * np.log(0.9001) - 999 * 0.0001 * np.log(0.0001)
### END SOLUTION

# %%
check.smoothing_floor(floor)

# %% [markdown] role="follow-up" fold="Why, and what does smoothing buy?"
# Cross-entropy is the target's entropy plus a KL divergence that is never negative; the minimum is that entropy, reached where $p$ equals
# the smoothed target. So compare such losses only with each other, and report the plain one for
# validation. The best gap between the label's logit and the others is now finite, here $\ln(0.9001 / 0.0001) \approx 9.1$. Müller
# et al. find better calibration, and worse teachers for distillation.

# %% [markdown] lang="zh" en="657536ac" fold="为什么？平滑有什么好处？"
# 交叉熵等于目标的熵加上 KL 散度，后者不会为负；最小值就是这个熵，在 $p$ 等于平滑后的目标时取到。所以这样的损失只能彼此相比，验证时要报不带平滑的。标签与其余类的 logit 之差，最优值也从无穷变成有限，这里是 $\ln(0.9001 / 0.0001) \approx 9.1$。Müller 等人发现校准变好了，但用作蒸馏的教师会变差。

# %% [markdown] role="follow-up" anchor="double-softmax-floor"
# **The model already ends in a softmax, and the loss applies another one. Ten classes: how low can the
# loss get?** Answer within 1 %.

# %% [markdown] lang="zh" en="5438ecd5"
# **模型最后已经有 softmax，损失里又做了一次。十分类，损失最低能到多少？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
lowest = cross_entropy(np.eye(10)[:1], np.array([0]))[0]
### END SOLUTION

# %%
check.double_softmax_floor(lowest)

# %% [markdown] role="follow-up" fold="How would you notice?"
# The loss stays above $\ln(1 + 9/e)$ while the accuracy may look fine, since a second softmax keeps the order.
# Keras 3 on TensorFlow recognises its own softmax, warns and goes back to the logits; probabilities that come any other way
# are taken for logits. PyTorch's `CrossEntropyLoss` has no switch: it always expects logits.

# %% [markdown] lang="zh" en="814b61e9" fold="怎么发现？"
# 损失一直降不到 $\ln(1 + 9/e)$ 以下，准确率却可能正常，因为再做一次 softmax 不改变大小顺序。Keras 3 的 TensorFlow 后端认得出自己的 softmax，会警告并退回 logits；别处来的概率就会被当成 logits。PyTorch 的 `CrossEntropyLoss` 没有这个开关，永远认为输入是 logits。

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
# > The loss of an example is log-sum-exp of its logits minus the label's logit. I subtract each row's
# > maximum first, which changes nothing on paper, and never take the log of a probability. The
# > gradient is softmax minus one-hot, over the batch size. It is the negative log-likelihood, so
# > minimizing it is maximum likelihood. Squared error has the same minimum, but its gradient carries the
# > softmax's derivative and vanishes when the model is confidently wrong. Tokens: one mean over the valid
# > ones. Check: the first loss is ln C.
#
# Classic mistakes: one maximum for the whole batch; log after softmax, patched with an ε; 1/B in the loss
# but not in the gradient; integer labels where one-hot is expected; softmax twice; padding in the mean.

# %% [markdown] lang="zh" en="86f64066" fold="一分钟版本"
# > 一个样本的损失，是 logits 的 log-sum-exp 减去标签的 logit。先减每行的最大值，数学上不变；不对概率取 log。梯度是 softmax 减 one-hot，除以 batch 大小。它就是负对数似然，最小化它等于最大似然。均方误差的最小值相同，但梯度里带着 softmax 的导数，模型自信地答错时梯度消失。序列任务对有效 token 一次平均。检查：第一步的损失应是 ln C。
#
# 常见错误：整个 batch 只减一个最大值；先 softmax 再 log，用 ε 打补丁；损失除了 B，梯度没除；该给 one-hot 却给了整数标签；softmax 做了两次；把 padding 算进平均。

# %% [markdown] role="reference"
# ## References
#
# - Bishop 2006, *Pattern Recognition and Machine Learning*, §4.3.4, equations (4.104)–(4.109).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §4.1 (overflow, the shift), §6.2.2.1 to §6.2.2.3 (linear, sigmoid and softmax units; why squared error fails the last two).
# - Blanchard, Higham & Higham 2021, *Accurately computing the log-sum-exp and softmax functions*, IMA Journal of Numerical Analysis 41(4), 2311–2330.
# - Szegedy et al. 2016, *Rethinking the Inception Architecture*, arXiv:1512.00567, §7 (label smoothing). Müller, Kornblith & Hinton 2019, arXiv:1906.02629.
# - Gneiting & Raftery 2007, *Strictly Proper Scoring Rules, Prediction, and Estimation*, JASA 102 (quadratic and logarithmic score). Hui & Belkin, *Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy in Classification Tasks*, ICLR 2021.
# - Karpathy 2019, *A Recipe for Training Neural Networks* (check the loss at initialization).
# - Keras 3.15 source, `categorical_crossentropy`; PyTorch documentation, `cross_entropy`, and source, `LossNLL.cpp` (smoothing); Archai, `SmoothCrossEntropyLoss`; PyTorch issue 70348 (nan when every target is ignored); Hugging Face transformers pull request 34191 and torchtune pull request 1875 (the mean over all tokens).

# %% [markdown] lang="zh" en="c895d3a4"
# ## 参考文献
#
# - Bishop 2006, *Pattern Recognition and Machine Learning*，§4.3.4，公式 (4.104)–(4.109)。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§4.1（溢出与平移）、§6.2.2.1 到 §6.2.2.3（线性、sigmoid、softmax 输出单元，后两种为什么不用均方误差）。
# - Blanchard, Higham & Higham 2021, *Accurately computing the log-sum-exp and softmax functions*, IMA Journal of Numerical Analysis 41(4), 2311–2330。
# - Szegedy et al. 2016, *Rethinking the Inception Architecture*, arXiv:1512.00567，§7（标签平滑）。Müller, Kornblith & Hinton 2019, arXiv:1906.02629。
# - Gneiting & Raftery 2007, *Strictly Proper Scoring Rules, Prediction, and Estimation*, JASA 102（平方分数与对数分数）。Hui & Belkin, *Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy in Classification Tasks*, ICLR 2021。
# - Karpathy 2019, *A Recipe for Training Neural Networks*（检查初始化时的损失）。
# - Keras 3.15 源码，`categorical_crossentropy`；PyTorch 文档 `cross_entropy` 与源码 `LossNLL.cpp`（平滑）；Archai，`SmoothCrossEntropyLoss`；PyTorch issue 70348（全部被忽略时得 nan）；Hugging Face transformers pull request 34191 与 torchtune pull request 1875（对全部 token 一次平均）。
