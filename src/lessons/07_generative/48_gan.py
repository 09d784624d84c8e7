# ---
# title: Train a GAN with two tapes
# title_zh: 用两个 tape 训练 GAN
# kind: code
# minutes: 60
# level: 3
# needs: [cnn_classifier]
# seeds: [000-5, 000-8, 001-Q18, 004-1.4, 004-2.4]
# asked: 0
# framework: tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is a GAN? Write one that generates handwritten digits. Which weights move in which step?
#
# Think aloud for one minute: what the discriminator outputs, what each network is shown, and how
# you would notice that one of them does not learn.

# %% [markdown] lang="zh" en="d9586d7f"
# ## 题目
#
# > 讲一下 GAN，并写一个生成手写数字的 GAN。哪一步更新哪些权重？
#
# 先出声想一分钟：判别器输出什么？两个网络各自看到什么？其中一个没在学，你怎么发现？

# %% [markdown] role="question" fold="What a good answer contains"
# - The discriminator D gives one image the probability of being real; it sees real and generated ones.
# - Two losses, two optimizers, in turn: D's step moves D alone, G's step moves G alone, through D.
# - The generator's loss $-\log D(G(z))$, and why not $\log(1 - D(G(z)))$.
# - The optimum $D^* = p_\text{data}/(p_\text{data} + p_g)$, and measures that are not the losses.

# %% [markdown] lang="zh" en="bbab4d50" fold="好的回答包含什么"
# - 判别器 D 对一张图给出它是真图的概率；真图和生成图它都要看。
# - 两个损失、两个优化器，交替进行：D 的一步只动 D，G 的一步穿过 D、只动 G。
# - 生成器的损失是 $-\log D(G(z))$，以及为什么不用 $\log(1 - D(G(z)))$。
# - 最优判别器 $D^* = p_\text{data}/(p_\text{data} + p_g)$，还有损失之外的衡量办法。

# %% role="setup"
import warnings

import keras
import numpy as np
import tensorflow as tf

from whiteboard import data, lesson, plot

check = lesson("gan")

# %% [markdown] role="exercise" anchor="losses"
# ## 1 · Two losses
#
# The discriminator outputs logits; $D(x) = \sigma(\text{logit})$ is the probability that $x$ is real.
# It minimises $-\text{mean} \log D(\text{real}) - \text{mean} \log(1 - D(\text{fake}))$, a sum of two means.
# The generator minimises $-\text{mean} \log D(\text{fake})$ or, if `saturating`, $\text{mean} \log(1 - D(\text{fake}))$.
# Write `losses` with NumPy. Logits of ±1000 occur.

# %% [markdown] lang="zh" en="2083f576"
# ## 1 · 两个损失
#
# 判别器输出 logits，$D(x) = \sigma(\text{logit})$ 是 $x$ 为真图的概率。它最小化
# $-\text{mean} \log D(\text{real}) - \text{mean} \log(1 - D(\text{fake}))$，两个均值之和。生成器最小化
# $-\text{mean} \log D(\text{fake})$；如果 `saturating`，则最小化 $\text{mean} \log(1 - D(\text{fake}))$。用 NumPy 写出 `losses`。logits 可能到 ±1000。


# %% role="exercise"
def losses(real_logits, fake_logits, saturating=False):
    """(d_loss, g_loss), two numbers; the logits have shapes (M,) and (N,), or (M, 1) and (N, 1)."""

    ### BEGIN SOLUTION
    def cost(logits):  # −log σ(logits); 1 − σ(x) is σ(−x)
        return np.logaddexp(0, -logits).mean()

    d_loss = cost(real_logits) + cost(-fake_logits)
    return d_loss, -cost(-fake_logits) if saturating else cost(fake_logits)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. There are M real and N generated images. How many means do you need?
# 2. $D = 1/4$: what are $-\log D$ and $-\log(1 - D)$? Which logit is that, and what does $\log(1 + e^{x})$ give for it?
# 3. Write both logarithms as $\log(1 + e^{\pm x})$; find the NumPy function that adds exponentials inside a logarithm without overflow; choose the sign of x for each term and average.

# %% [markdown] lang="zh" en="b95b8ddf"
# 1. 真图 M 张，生成图 N 张，要几个均值？
# 2. $D = 1/4$ 时，$-\log D$ 和 $-\log(1 - D)$ 各是多少？对应的 logit 是几，代入 $\log(1 + e^{x})$ 得到什么？
# 3. 把两个对数都写成 $\log(1 + e^{\pm x})$；找 NumPy 里在对数内把指数相加又不溢出的函数；给每一项选好 x 的符号，再平均。

# %%
check.losses(losses)

# %% [markdown] role="idea" anchor="idea"
# The two networks play for one value (Goodfellow et al. 2014, eq. 1):
#
# $$\min_G \max_D V(D, G) = \mathbb{E}_{x \sim p_\text{data}}[\log D(x)] + \mathbb{E}_{z}[\log(1 - D(G(z)))]$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $z$ | `z_d`, `z_g` | (B, 32), standard normal |
# | $G(z)$ | `generator(z)` | (B, 64), in [−1, 1] |
# | $\operatorname{logit} D(x)$ | `discriminator(x)` | (B, 1) |
#
# D minimises $-V$. Only the second term depends on G. Its slope with respect to the logit is $-D$; that of
# $-\log D$ is $-(1 - D)$. Both push the same way. While D is sure that an image is generated, the first
# is almost 0 and the second almost −1 (§3 of the paper).

# %% [markdown] lang="zh" en="41222326"
# 两个网络围绕同一个价值函数博弈（Goodfellow et al. 2014，式 1）：
#
# $$\min_G \max_D V(D, G) = \mathbb{E}_{x \sim p_\text{data}}[\log D(x)] + \mathbb{E}_{z}[\log(1 - D(G(z)))]$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $z$ | `z_d`、`z_g` | (B, 32)，标准正态 |
# | $G(z)$ | `generator(z)` | (B, 64)，取值 [−1, 1] |
# | $\operatorname{logit} D(x)$ | `discriminator(x)` | (B, 1) |
#
# D 最小化 $-V$。和 G 有关的只有第二项，它对 logit 的斜率是 $-D$；$-\log D$ 的斜率是 $-(1 - D)$。方向相同，但当 D 很确定一张图是生成的，前者几乎为 0，后者几乎为 −1（论文 §3）。

# %% role="reward"
if check.losses.passed:
    logits, h = np.linspace(-8, 8, 81), 1e-5
    slopes = {}
    for name, saturating in (("-log D", False), ("log(1 - D), saturating", True)):
        ends = [
            [losses(np.zeros(1), np.array([x + s * h]), saturating)[1] for x in logits]
            for s in (1, -1)
        ]
        slopes[name] = (np.array(ends[0]) - ends[1]) / (2 * h)
    ax = plot.curves(slopes, logits, xlabel="logit of a generated image", ylabel="slope of g_loss")

# %% [markdown] role="caption" alt="Two S-shaped falling and rising curves over the logit of a generated image from minus 8 to 8. The slope of minus log D goes from minus 1 at the left to 0 at the right. The slope of the saturating loss goes from 0 at the left to minus 1 at the right. They cross at logit 0, at minus one half."
# What the generator feels, by finite differences of your function. On the left D is sure that the image is
# generated: there the saturating loss has no slope left.

# %% [markdown] lang="zh" en="d3177d91" alt="横轴是生成图的 logit，从 −8 到 8，两条 S 形曲线。−log D 的斜率从左端的 −1 升到右端的 0；饱和损失的斜率从左端的 0 降到右端的 −1；两者在 logit 为 0 处相交，值为 −1/2。"
# 生成器感受到的斜率，由你的函数做有限差分得到。左边 D 很确定图是生成的：饱和损失在那里没有斜率了。

# %% [markdown] role="exercise" anchor="train-step"
# ## 2 · One round
#
# Write `train_step`: one step of the discriminator, then one step of the generator against the
# discriminator just updated (Algorithm 1 with k = 1), with the non-saturating loss. No trainable weight of
# the other network may move, not by one bit.

# %% [markdown] lang="zh" en="007781ce"
# ## 2 · 一轮
#
# 写出 `train_step`：先训一步判别器，再让生成器面对刚更新过的判别器训一步（Algorithm 1，k = 1），用不饱和的损失。另一个网络的可训练权重一个比特都不许动。


# %% role="exercise"
def train_step(generator, discriminator, g_optimizer, d_optimizer, real, z_d, z_g):
    """One round; returns (d_loss, g_loss), the scalar tensors that were differentiated.

    generator: noise (B, Z) → images; discriminator: images → logits (B, 1); both in training mode.
    real: images (M, …). z_d: noise (N, Z) for D's step. z_g: noise (K, Z) for G's step.
    Leaves `trainable` as it is. Runs eagerly and inside tf.function.
    """
    ### BEGIN SOLUTION
    fake = generator(z_d, training=True)  # outside the tape: D's step needs no gradient of G
    with tf.GradientTape() as tape:
        on_real, on_fake = discriminator(real, training=True), discriminator(fake, training=True)
        d_loss = tf.reduce_mean(tf.nn.softplus(-on_real)) + tf.reduce_mean(tf.nn.softplus(on_fake))
    weights = discriminator.trainable_variables
    d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights))
    with tf.GradientTape() as tape:
        on_fake = discriminator(generator(z_g, training=True), training=True)
        g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
    weights = generator.trainable_variables
    g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights))
    return d_loss, g_loss
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For each step: which images go in, which variables may change, and which optimizer changes them?
# 2. G has one weight, D has one weight, and you differentiate G's loss. How many derivatives does the chain rule pass through, and how many do you apply?
# 3. Make images from z_d; tape around D on real and on these; apply to D's variables with D's optimizer. New tape around G on z_g and D on the result; loss with target 1; apply to G's variables with G's optimizer. Return both losses.

# %% [markdown] lang="zh" en="c33dd20c"
# 1. 每一步：喂进去的是哪些图，哪些变量可以变，由哪个优化器来变？
# 2. 设 G 和 D 各只有一个权重，对 G 的损失求导。链式法则经过几个导数，真正更新的有几个？
# 3. 用 z_d 生成图；tape 里让 D 看真图和这些图；用 D 的优化器更新 D 的变量。再开一个 tape，G 处理 z_g，D 看结果，目标为 1；用 G 的优化器更新 G 的变量。返回两个损失。

# %%
check.train_step(train_step)

# %% [markdown] role="worked"
# **The classic recipe.** Older Keras code compiles D, sets `trainable = False`, then compiles G and D as one model:
# D was to train alone and stay frozen in the stack. Watch D in Keras 3:

# %% [markdown] lang="zh" en="b1ca96c5"
# **老配方。** 旧的 Keras 代码先编译 D，再设 `trainable = False`，然后把 G 和 D 拼成一个模型编译：单独训练时 D 会学，拼在一起时冻结。看看 Keras 3 里的 D：

# %% role="worked"
old_d, old_g = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1)]), keras.layers.Dense(64)
binary = keras.losses.BinaryCrossentropy(from_logits=True)
old_d.compile(loss=binary, optimizer="adam")
old_d.trainable = False
keras.Sequential([keras.Input((32,)), old_g, old_d]).compile(loss=binary, optimizer="adam")
start = old_d.get_weights()[0]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(5):
        old_d.train_on_batch(np.ones((8, 64)), np.ones((8, 1)))
print(f"D moved by {np.abs(old_d.get_weights()[0] - start).max()}")
print("Keras says:", caught[0].message)

# %% [markdown] role="worked"
# Keras 1 and 2 kept the list of trainable weights of compile time, and the recipe worked with a warning
# (Keras-GAN, issue 22). Keras 3 reads `trainable` when the training function is built: D never learns. No error, one warning.
# Choosing the variables in each step needs no freezing.
#
# **A good place to stop.** What follows: digits, two measures, and the best discriminator there is.

# %% [markdown] lang="zh" en="dbbf5bcb"
# Keras 1 和 2 保留编译时的可训练权重列表，这个配方能用，只是有警告（Keras-GAN 的 issue 22）。Keras 3 在构建训练函数时才读 `trainable`：D 从不学习。不报错，只有一条警告。每一步自己挑变量，就用不着冻结。
#
# **可以先歇一歇。** 后面是：数字、两个指标、最优的判别器。

# %% role="setup"
(digits, digit_labels), (held_out, _) = data.digits(split=True)
digits, held_out = (2 * x.reshape(-1, 64) - 1 for x in (digits, held_out))  # tanh's range
noise_images = np.random.default_rng(0).uniform(-1, 1, (450, 64))
fixed_z = np.random.default_rng(1).normal(size=(450, 32)).astype("float32")


def networks():
    """A generator 32 → 64 pixels and a discriminator 64 → 1 logit."""
    dense = lambda n: [keras.layers.Dense(n), keras.layers.LeakyReLU(negative_slope=0.2)]
    drop = lambda n: [*dense(n), keras.layers.Dropout(0.3)]
    tanh = keras.layers.Dense(64, activation="tanh")
    return (
        keras.Sequential([keras.Input((32,)), *dense(128), *dense(256), tanh]),
        keras.Sequential([keras.Input((64,)), *drop(256), *drop(128), keras.layers.Dense(1)]),
    )


def train(step, seed, stops):
    """{number of rounds: 450 generated images} for each of `stops`."""
    keras.utils.set_random_seed(seed)
    rng, (generator, discriminator) = np.random.default_rng(seed), networks()
    optimizers = [keras.optimizers.Adam(5e-4, beta_1=0.5) for _ in range(2)]
    compiled = tf.function(
        lambda *x: step(generator, discriminator, *optimizers, *x), autograph=False
    )
    seen = {}
    for round_number in range(1, max(stops) + 1):
        z_d, z_g = rng.normal(size=(2, 64, 32)).astype("float32")
        compiled(
            tf.constant(digits[rng.integers(len(digits), size=64)]),
            tf.constant(z_d),
            tf.constant(z_g),
        )
        if round_number in stops:
            seen[round_number] = generator(fixed_z).numpy()
    return seen


stops = (100, 300, 600)
generated = []  # of three seeds

# %% role="reward"
if check.train_step.passed:
    generated.extend(train(train_step, seed, stops) for seed in range(3))
    rows = [digits[:8], *(generated[0][stop][:8] for stop in stops)]
    names = ["real", *(f"{stop}" for stop in stops)]
    titles = [name if column == 0 else "" for name in names for column in range(8)]
    ax = plot.image_grid(np.concatenate(rows).reshape(-1, 8, 8), titles=titles)

# %% [markdown] role="caption" alt="Four rows of eight small grey images. First row: real digits. After 100 rounds: eight nearly equal blurs. After 300 rounds: rough shapes of digits. After 600 rounds: eight different shapes, several of them readable as digits."
# Real digits, and what seed 0 makes of the same eight noise vectors after 100, 300 and 600 rounds. Is it good? The
# eye is easily pleased; the next exercise measures.

# %% [markdown] lang="zh" en="b2a092a7" alt="四行小灰度图，每行八张。第一行是真实数字；100 轮之后是八团几乎一样的模糊影子；300 轮之后有了数字的大致轮廓；600 轮之后是八个不同的形状，有几个认得出是什么数字。"
# 第一行是真实数字，下面是种子 0 在 100、300、600 轮之后，由同样八个噪声向量生成的图。好不好？眼睛很容易满足，下一题来测量。

# %% [markdown] role="why"
# **Time and memory.** One round is two forward passes through G, one of them with a backward pass, and three
# through D, all with one. The first tape does not hold G.
#
# **What most people write first.** `tape.gradient(g_loss, generator.trainable_variables +
# discriminator.trainable_variables)` with G's optimizer: the gradient that flows through D is also applied
# to D. Below you see what that costs. Or `generator.predict(z)` in G's step: NumPy cuts the gradient.
#
# **Batch normalisation** is a leak in the invariant: a network in training mode moves its running
# statistics in the other one's step, too. These are not trainable weights, but they are weights.
#
# **Elsewhere.** PyTorch: `fake.detach()` in D's step, one optimizer over each `parameters()`, `zero_grad()`
# on D before its step, since G's backward pass has filled D's `.grad`.

# %% [markdown] lang="zh" en="65c8bebf"
# **时间和内存。** 一轮里 G 前向两次、反向一次，D 前向三次、反向三次。第一个 tape 不记录 G。
#
# **最常见的第一版。** 用 G 的优化器去更新 `tape.gradient(g_loss, generator.trainable_variables +
# discriminator.trainable_variables)`：穿过 D 的梯度也用到了 D 身上，下面会看到代价。或者 G 的一步里用 `generator.predict(z)`：NumPy 让梯度断在半路。
#
# **批归一化**是这条不变量的漏洞：处于训练模式的网络，在对方的那一步里也会移动滑动统计量。它们不是可训练权重，但也是权重。
#
# **换个框架。** PyTorch：D 的一步用 `fake.detach()`，两个优化器各管自己的 `parameters()`；D 的一步之前要 `zero_grad()`，因为 G 的反向传播已经往 D 的 `.grad` 里填了东西。

# %% [markdown] role="exercise" anchor="report"
# ## 3 · Are they good, and are they all there?
#
# Write `report`, two measures of samples: the mean Euclidean distance from a sample to its nearest real image, and
# the number of modes. A sample counts for the label of its nearest real image; a label is a mode if at
# least `share` of the samples count for it.

# %% [markdown] lang="zh" en="051f1111"
# ## 3 · 像不像，全不全
#
# 写出 `report`，给样本算两个指标：每个样本到最近真图的欧氏距离，取平均；以及模式数。样本算在它最近真图的标签名下，占到至少 `share` 的标签算一个模式。


# %% role="exercise"
def report(samples, real, labels, share=0.02):
    """(distance, modes): a number and an integer.

    samples (S, P), real (R, P): flat images. labels (R,): integers ≥ 0.
    """
    ### BEGIN SOLUTION
    gaps = np.array([np.linalg.norm(real - sample, axis=1) for sample in samples])
    counts = np.bincount(labels[gaps.argmin(axis=1)])
    return gaps.min(axis=1).mean(), np.count_nonzero(counts >= share * len(samples))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many distances are there in all, and how many of them enter the mean?
# 2. Samples at 1, 2 and 9 on a line, real images at 0 (label A) and 10 (label B): what are the nearest distances, and how many samples count for A?
# 3. All distances as an S × R array; minimum and its place along the real images; labels at these places; count each label; compare with share times S.

# %% [markdown] lang="zh" en="7ba4425d"
# 1. 一共有多少个距离？进入均值的有几个？
# 2. 数轴上样本在 1、2、9，真图在 0（标签 A）和 10（标签 B）：最近距离各是多少？算在 A 名下的有几个？
# 3. 所有距离排成 S × R 的数组；沿真图那一维取最小值和它的位置；查这些位置的标签；逐个标签计数；和 share 乘 S 比较。

# %%
check.report(report)

# %% role="reward"
if check.report.passed and check.train_step.passed:
    both_move = lambda generator, discriminator, g_opt, d_opt, real, z_d, z_g: (
        train_step(generator, discriminator, g_opt, d_opt, real, z_d, z_g),
        bribe(generator, discriminator, d_opt, z_g),
    )

    def bribe(generator, discriminator, optimizer, z):
        """What a G step adds that also moves D: D learns to call generated images real."""
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generator(z), training=True)))
        weights = discriminator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

    wrong = [train(both_move, seed, (300,))[300] for seed in range(3)]
    groups = {
        "held-out": [held_out],
        "mean image": [np.repeat(digits.mean(axis=0)[None], 450, axis=0)],
        "noise": [noise_images],
        "300, D moves too": wrong,
        **{f"{stop} rounds": [run[stop] for run in generated] for stop in stops},
    }
    measured = {}
    for name, runs in groups.items():
        pairs = [report(run, digits, digit_labels) for run in runs]
        measured[name] = np.mean([distance for distance, _ in pairs])
        text = " ".join(f"{distance:5.2f}/{modes:<2}" for distance, modes in pairs)
        print(f"{name:<17} distance/modes: {text}")
    ax = plot.bars(measured, ylabel="distance to the nearest digit", form="{:.2f}")
    for label in ax.get_xticklabels():
        label.set(rotation=20, ha="right")

# %% [markdown] role="caption" alt="Seven bars, the mean distance to the nearest training digit. Held-out digits are lowest, about 2.1. The mean image and the GAN after 300 and 600 rounds are near 3; the GAN after 100 rounds and the one whose generator step moves the discriminator are higher; uniform noise is highest, about 7.1."
# Distances to the nearest of 1,347 training digits; for the GANs the mean of three seeds. The printed modes say what the
# bars hide: the mean image is nearer than the GAN's samples and is a single mode. And the GAN whose
# G step moves D as well, after 300 rounds, is farther away and misses half of the classes or more.

# %% [markdown] lang="zh" en="9e0c6ba0" alt="七根柱子，表示到最近训练数字的平均距离。留出的真实数字最低，约 2.1；平均图和训练 300、600 轮的 GAN 在 3 左右；100 轮的 GAN 和“G 的一步也动 D”的 GAN 更高；均匀噪声最高，约 7.1。"
# 到 1,347 张训练图中最近一张的距离；GAN 是三个种子的平均。打印出的模式数说出了柱子看不到的事：平均图比 GAN 的样本还近，却只有一个模式。而 G 的一步也动 D 的那个 GAN，300 轮之后离得更远，还缺了至少一半的类别。

# %% [markdown] role="why"
# **Why two numbers.** Distance alone is won by copying training images, or by one safe blur. Modes alone are won
# by noise: it reaches nine classes with 2 % each. Held-out digits give the distance that a perfect generator would have;
# a clearly smaller one means copies. In pixel space both are crude; the usual measure, FID, compares features of a
# trained network.
#
# **Time.** $S \cdot R$ distances of $P$ pixels. The loop over samples needs memory for one row of them, the
# one-line broadcast for all.

# %% [markdown] lang="zh" en="3e953e70"
# **为什么要两个数。** 只看距离，照抄训练图或者给一团稳妥的模糊就能赢；只看模式数，噪声就能赢：它能占到九类，每类 2 % 以上。留出的真图给出完美生成器应有的距离，明显更小就是抄袭。在像素空间里两者都很粗糙；通常用的 FID 比的是一个训练好的网络的特征。
#
# **时间。** $S \cdot R$ 个距离，每个 $P$ 个像素。对样本循环只需一行的内存，一行广播则要全部。

# %% [markdown] role="exercise" anchor="best-response"
# ## 4 · The best discriminator
#
# For fixed G, D's best answer is known (Proposition 1). Write `best_response`: from two densities on a grid,
# $D^*(x)$ and the value $V(D^*, G)$, its integrals as plain sums times dx. Where both densities are 0, $D^* = 1/2$; a density of 0 adds
# nothing to the value.

# %% [markdown] lang="zh" en="2f2ce90c"
# ## 4 · 最优判别器
#
# G 固定时，D 的最优解是已知的（Proposition 1）。写出 `best_response`：由格点上的两个密度求 $D^*(x)$ 和价值 $V(D^*, G)$，积分就用求和乘 dx。两个密度都为 0 处，$D^* = 1/2$；密度为 0 的一项对价值没有贡献。


# %% role="exercise"
def best_response(p, q, dx):
    """(d, value): the best D at each point, shape (n,), and V, a number: a sum times dx.

    p, q: densities of real and generated data, shape (n,), floats ≥ 0. dx: step of the grid.
    """

    ### BEGIN SOLUTION
    def term(a, b):
        kept = a > 0  # 0 · log 0 is 0
        return np.sum(a[kept] * np.log(a[kept] / (a + b)[kept])) * dx

    d, seen = np.full(p.shape, 0.5), p + q > 0
    d[seen] = p[seen] / (p + q)[seen]
    return d, term(p, q) + term(q, p)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. At one point x only two numbers matter, p and q. What is maximised over D there?
# 2. p = 3 and q = 1 at a point: where is the derivative of $3 \log D + \log(1 - D)$ zero?
# 3. Divide p by p + q where that is not 0. For the value, sum p times the log of that share and q times the log of the other share, each from its own density, only where the density is not 0; times dx.

# %% [markdown] lang="zh" en="10c1d275"
# 1. 在一个点 x 上只有 p 和 q 两个数起作用。那里是在对 D 最大化什么？
# 2. 某点 p = 3、q = 1：$3 \log D + \log(1 - D)$ 的导数在哪里为零？
# 3. 在 p + q 不为 0 处用 p 除以 p + q。价值：p 乘这个比例的对数，加上 q 乘另一个比例的对数，比例都直接由密度算出，只在密度不为 0 处求和；再乘 dx。

# %%
check.best_response(best_response)

# %% [markdown] role="reward"
# Does a trained discriminator find it? Real data from N(−1, 1); a generator fixed at N(1, 0.6²) by a
# learning rate of 0, so that `train_step` trains D alone.

# %% [markdown] lang="zh" en="74e2e20e"
# 训练出来的判别器能找到它吗？真实数据取自 N(−1, 1)；生成器固定为 N(1, 0.6²)，学习率设为 0，于是 `train_step` 只训练 D。

# %% role="reward"
if check.best_response.passed and check.train_step.passed:
    keras.utils.set_random_seed(0)
    fixed = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    fixed.set_weights([np.array([[0.6]]), np.array([1.0])])
    hidden = [keras.layers.Dense(32, activation="tanh") for _ in range(2)]
    judge = keras.Sequential([keras.Input((1,)), *hidden, keras.layers.Dense(1)])
    still, adam, rng = (
        keras.optimizers.SGD(0.0),
        keras.optimizers.Adam(5e-3),
        np.random.default_rng(0),
    )
    one_round = tf.function(lambda *x: train_step(fixed, judge, still, adam, *x), autograph=False)
    for _ in range(600):
        r, a, b = rng.normal(size=(3, 512, 1)).astype("float32")
        one_round(tf.constant(r - 1), tf.constant(a), tf.constant(b))
    x = np.linspace(-4, 3, 141)
    bell = lambda mean, std: np.exp(-(((x - mean) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
    p, q = bell(-1, 1), bell(1, 0.6)
    best, value = best_response(p, q, x[1] - x[0])
    found = keras.ops.sigmoid(judge(x[:, None]))[:, 0]
    ax = plot.curves(
        {"p data": p, "p generated": q, "best D": best, "trained D": found}, x, xlabel="x"
    )
    print(f"largest error where p + q > 0.05: {np.abs(found - best)[p + q > 0.05].max():.3f}")
    print(f"V(D*, G) = {value:.3f}; equal densities would give {-np.log(4):.3f}")

# %% [markdown] role="caption" alt="Two bell curves over x from minus 4 to 3, the data's wide around minus 1, the generator's narrower and higher around 1. The best discriminator stays near 1 on the left, falls steeply near x = 0 to almost 0 and rises again slightly at the right end. The trained one lies on it up to x = 2 and stays near 0 beyond."
# The trained D follows $p/(p + q)$ wherever there were samples. At the right end the wider data density gains again and
# D* rises; the trained D has seen almost nothing there and does not follow.

# %% [markdown] lang="zh" en="5174656a" alt="横轴 x 从 −4 到 3，两条钟形曲线：真实数据较宽，中心在 −1；生成数据更窄更高，中心在 1。最优判别器左边接近 1，在 x = 0 附近陡降到几乎为 0，右端略微回升。训练得到的曲线在 x = 2 以前与它重合，之后停在 0 附近。"
# 有样本的地方，训练出来的 D 都贴着 $p/(p + q)$。右端较宽的真实密度又占上风，D* 回升；那里几乎没有样本，训练出来的 D 没有跟上。

# %% [markdown] role="why"
# Put $D^*$ into $V$ and you have $2\,\text{JS}(p \,\|\, q) - \log 4$ (Theorem 1): the best G matches the
# data, and then $D^* = 1/2$ and $V = -\log 4$. When the densities share no point, $V = 0$ wherever they
# lie: the value says nothing about the direction to go, which is one motive of the Wasserstein GAN.

# %% [markdown] lang="zh" en="1ed81ce1"
# 把 $D^*$ 代回 $V$，得到 $2\,\text{JS}(p \,\|\, q) - \log 4$（Theorem 1）：最好的 G 与数据一致，此时
# $D^* = 1/2$，$V = -\log 4$。两个密度没有公共点时，不管相距多远都有 $V = 0$：价值不告诉你该往哪走，这是 Wasserstein GAN 的动机之一。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here are wrong losses. Find logits that give them away.

# %% [markdown] lang="zh" en="ef997453"
# ## 找反例
#
# 下面是一份错误的损失。找一组能让它露馅的 logits。

# %% role="hack"
check.losses.hack(trap=2)

# %% role="hack"
### BEGIN SOLUTION
exposing = np.array([-40.0])
### END SOLUTION
if exposing is not ...:
    check.losses.hack(trap=2, real_logits=np.zeros(1), fake_logits=exposing)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains GANs. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="be3d04c3"
# ## 挑错
#
# 一位候选人这样讲 GAN。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong_statements = [1, 3, 4, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong_statements)

# %% [markdown] role="follow-up" anchor="perfect"
# ## The interviewer goes on
#
# **Your generator is perfect and the discriminator is the best there is. What is `d_loss`?**

# %% [markdown] lang="zh" en="86b3f65b"
# ## 追问
#
# **生成器完美，判别器最优，`d_loss` 是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
d_loss_at_the_end = np.log(4)
### END SOLUTION

# %%
check.perfect(d_loss_at_the_end)

# %% [markdown] role="follow-up" anchor="rescue"
# **Early in training $D(G(z)) = 0.01$. How many times steeper, with respect to the logit, is $-\log D$ than
# $\log(1 - D)$?**

# %% [markdown] lang="zh" en="21b6c00e"
# **训练初期 $D(G(z)) = 0.01$。对 logit 求导，$-\log D$ 的斜率是 $\log(1 - D)$ 的多少倍？**

# %% role="follow-up"
### BEGIN SOLUTION
times = (1 - 0.01) / 0.01
### END SOLUTION

# %%
check.rescue(times)

# %% [markdown] role="follow-up" fold="All samples look like the same good 1. Which measure shows it, and what can you do?"
# The mode count; the distance looks fine. This is mode collapse: G has found one answer that the present D
# accepts. Let D see the batch as a whole (minibatch statistics), use another loss or a smaller learning rate for G, give G the label.

# %% [markdown] lang="zh" en="7927ba61" fold="所有样本都是同一个漂亮的 1。哪个指标能看出来？怎么办？"
# 模式数；距离看上去没问题。这就是模式坍塌：G 找到了一个当前的 D 会接受的答案。可以让 D 看到整个 batch（minibatch 统计量），换损失，或调小 G 的学习率，或者把类别标签给 G。

# %% [markdown] role="follow-up" fold="Generated digits lie nearer to the training set than held-out digits do. Good news?"
# No: real new digits are not that near. The generator reproduces training images. Show each sample beside its
# nearest neighbour, and compare distances to the training set with those to held-out images.

# %% [markdown] lang="zh" en="55374282" fold="生成的数字离训练集比留出的真图还近，是好事吗？"
# 不是：真正的新数字没有那么近，说明生成器在复制训练图。把每个样本和它的最近邻并排看，再比较到训练集和到留出图的距离。

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
# > A generator turns noise into images; a discriminator gives one image the probability of being real. They
# > alternate: D learns from real as 1 and generated as 0 while G rests; then G is updated through D with target 1, and only
# > G's variables move. G minimises −log D, since log(1 − D) is flat while D is sure. The best D is
# > p_data/(p_data + p_g); at equilibrium it says 1/2. In Keras 3 I write two tapes and two optimizers, because
# > compile-then-freeze leaves D untrained. I judge by nearest-neighbour distance and modes, beside baselines.
#
# Classic mistakes: no real images; one loss for both; D moved in G's step; noise of another size than G's input; real pixels
# in [0, 1] against tanh; losses read as quality.

# %% [markdown] lang="zh" en="291ba274" fold="一分钟版本"
# > 生成器把噪声变成图像，判别器给一张图“是真图”的概率。两者交替：D 学真图为 1、生成图为 0，G 不动；再让 G 穿过 D 更新，目标为 1，只动 G 的变量。G 最小化 −log D，因为 D 很有把握时 log(1 − D) 是平的。最优 D 是
# > p_data/(p_data + p_g)，均衡时处处 1/2。Keras 3 里写两个 tape、两个优化器，先编译再冻结会让 D 根本不训练。好坏看最近邻距离和模式数，旁边放基线。
#
# 常见错误：没有真图；两个网络共用一个损失；G 的一步动了 D；噪声维度和 G 的输入对不上；真图在 [0, 1] 而生成器是 tanh；拿损失当质量。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow et al. 2014, *Generative Adversarial Nets*, arXiv:1406.2661, eq. 1 (the value), §3 (the non-saturating loss), Algorithm 1, Proposition 1 (the best discriminator), Theorem 1 (−log 4).
# - Radford, Metz & Chintala 2015, DCGAN, arXiv:1511.06434, §4 (tanh and [−1, 1], Adam with β₁ = 0.5).
# - Yu et al. 2017, SeqGAN, arXiv:1609.05473, §1 (why text is hard for GANs).
# - Arjovsky, Chintala & Bottou 2017, Wasserstein GAN, arXiv:1701.07875, §2.
# - eriklindernoren/Keras-GAN, issue 22 (what freezing did in Keras 2).
# - Data: E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI, CC BY 4.0.

# %% [markdown] lang="zh" en="49461a15"
# ## 参考文献
#
# - Goodfellow et al. 2014, *Generative Adversarial Nets*，arXiv:1406.2661，式 1（价值函数）、§3（不饱和损失）、Algorithm 1、Proposition 1（最优判别器）、Theorem 1（−log 4）。
# - Radford, Metz & Chintala 2015，DCGAN，arXiv:1511.06434，§4（tanh 与 [−1, 1]，Adam 取 β₁ = 0.5）。
# - Yu et al. 2017，SeqGAN，arXiv:1609.05473，§1（GAN 做文本难在哪）。
# - Arjovsky, Chintala & Bottou 2017，Wasserstein GAN，arXiv:1701.07875，§2。
# - eriklindernoren/Keras-GAN，issue 22（Keras 2 里冻结的行为）。
# - 数据：E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*，UCI，CC BY 4.0。
