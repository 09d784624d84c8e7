# ---
# title: Build an autoencoder that really denoises
# title_zh: 搭一个真能去噪的卷积自编码器
# kind: code
# minutes: 45
# level: 2
# needs: [cnn_classifier]
# seeds: [004-2.5]
# asked: 0
# framework: tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write a convolutional autoencoder that removes noise from images. How do you show that it does?
#
# Think aloud for one minute: what goes in, what is the target, and what would you compare it with?

# %% [markdown] lang="zh" en="560f727c"
# ## 题目
#
# > 写一个卷积自编码器给图像去噪。怎么证明它真的在去噪？
#
# 先出声想一分钟：输入是什么，目标是什么，和什么比？

# %% [markdown] role="question" fold="What a good answer contains"
# - A noisy input, the clean image as target, fresh noise every time.
# - A connected network with a bottleneck: the decoder is applied to the encoder's code.
# - PSNR on held-out images, beside the noisy input, a Gaussian filter and clean→clean training.

# %% [markdown] lang="zh" en="809d1e80" fold="好的回答包含什么"
# - 输入带噪，目标是干净图像，每次重新加噪。
# - 网络连通且有瓶颈：解码器作用在编码器的输出上。
# - 在留出的图上报 PSNR，旁边放带噪输入、高斯滤波，以及“干净→干净”的训练。

# %% role="setup"
import keras
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("denoising_autoencoder")
(train_images, _), (test_images, _) = data.digits28()
train_images, test_images = train_images[..., None], test_images[..., None]  # (N, 28, 28, 1)

# %% [markdown] role="exercise" anchor="corrupt"
# ## 1 · The noise
#
# Write `corrupt`: add Gaussian noise of standard deviation `sigma` to every pixel and clip to 0 … 1. The noise comes
# from `rng`, anew at every call.

# %% [markdown] lang="zh" en="63fb5226"
# ## 1 · 噪声
#
# 写出 `corrupt`：给每个像素加标准差为 `sigma` 的高斯噪声，再截到 0 … 1。噪声取自 `rng`，每次调用都是新的。


# %% role="exercise"
def corrupt(x, sigma, rng):
    """x: images of any shape in [0, 1] → a new array of the same shape in [0, 1].

    rng: a np.random.Generator.
    """
    ### BEGIN SOLUTION
    return (x + rng.normal(scale=sigma, size=x.shape)).clip(0, 1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many random numbers does a batch of 5 images of 4×3 pixels need?
# 2. A black pixel receives −0.3, another one +0.3: what are their values afterwards?
# 3. Draw normal numbers in the shape of x from rng, scale them by sigma, add them to a new array, clip.

# %% [markdown] lang="zh" en="17e22e7b"
# 1. 5 张 4×3 的图，要几个随机数？
# 2. 一个黑像素加上 −0.3，另一个加上 +0.3，之后各是多少？
# 3. 从 rng 按 x 的形状取正态随机数，乘 sigma，加到新数组上，截断。

# %%
check.corrupt(corrupt)

# %% [markdown] role="idea" anchor="idea"
# A denoising autoencoder learns $f$ from pairs: $\tilde x = \text{clip}(x + \sigma\varepsilon)$ goes in, $x$ must come
# out (Vincent et al. 2010, §3):
#
# $$\min_\theta \; \mathbb{E}_{x, \varepsilon}\, \| f_\theta(\tilde x) - x \|^2$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$ | `clean` | (N, 28, 28, 1) |
# | $\tilde x$ | `noisy` | (N, 28, 28, 1) |
# | code | – | (N, `latent`) |
#
# The best $f$ for this loss is the mean of all clean images that may lie behind $\tilde x$. That is why outputs look
# smooth where the noise leaves a choice.

# %% [markdown] lang="zh" en="d9d5f8b8"
# 去噪自编码器从成对的数据学 $f$：送进 $\tilde x = \text{clip}(x + \sigma\varepsilon)$，要求输出 $x$（Vincent et al. 2010，§3）：
#
# $$\min_\theta \; \mathbb{E}_{x, \varepsilon}\, \| f_\theta(\tilde x) - x \|^2$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $x$ | `clean` | (N, 28, 28, 1) |
# | $\tilde x$ | `noisy` | (N, 28, 28, 1) |
# | 编码 | – | (N, `latent`) |
#
# 在这个损失下，最好的 $f$ 是 $\tilde x$ 背后所有可能的干净图像的平均。所以噪声留有余地的地方，输出看起来是平滑的。

# %% role="reward"
if check.corrupt.passed:
    strengths = (0.0, 0.1, 0.25, 0.5)
    rows = [corrupt(test_images[:6], s, np.random.default_rng(0))[..., 0] for s in strengths]
    titles = [f"σ = {s}" if i == 0 else "" for s in strengths for i in range(6)]
    ax = plot.image_grid(np.concatenate(rows), titles=titles, columns=6)

# %% [markdown] role="caption" alt="Four rows of six handwritten digits. Without noise they are clear; at sigma 0.1 slightly speckled; at 0.25 the speckle is strong; at 0.5 the digits are hard to read."
# The same six held-out digits at four strengths. The lesson works at σ = 0.5.

# %% [markdown] lang="zh" en="e3d872db" alt="四行手写数字，每行六个。没有噪声时清晰；σ 为 0.1 时有少量斑点；0.25 时斑点很重；0.5 时已难以辨认。"
# 同样六张留出的数字，四种强度。本课用 σ = 0.5。

# %% [markdown] role="exercise" anchor="psnr"
# ## 2 · The measure
#
# Write `psnr`, the peak signal-to-noise ratio $10 \log_{10}(\text{peak}^2 / \text{MSE})$ in decibels, one number for
# each image; inf for equal images. Bytes from 0 to 255 occur, with `peak=255`.

# %% [markdown] lang="zh" en="215015a0"
# ## 2 · 指标
#
# 写出 `psnr`，峰值信噪比 $10 \log_{10}(\text{peak}^2 / \text{MSE})$，单位分贝，每张图一个数；完全相同的图为 inf。也会传入 0 到 255 的字节，此时 `peak=255`。


# %% role="exercise"
def psnr(clean, image, peak=1.0):
    """clean, image: (N, …) of equal shape, float or uint8 → (N,) decibels."""
    ### BEGIN SOLUTION
    gap = image - clean.astype(float)
    mse = (gap**2).mean(axis=tuple(range(1, gap.ndim)))
    with np.errstate(divide="ignore"):  # equal images
        return 10 * np.log10(peak**2 / mse)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Over which axes does the mean of the squares run?
# 2. Every pixel is off by 0.1 at peak 1: what is the MSE, and how many decibels?
# 3. To float first; difference, square, mean over all but the first axis; peak squared over it; ten times the logarithm to base 10.

# %% [markdown] lang="zh" en="81b98ce7"
# 1. 平方的均值沿哪些轴取？
# 2. peak 为 1，每个像素都差 0.1：MSE 是多少，多少分贝？
# 3. 先转浮点；相减、平方，对第一维以外取平均；peak 的平方除以它；取以 10 为底的对数，乘 10。

# %%
check.psnr(psnr)

# %% [markdown] role="worked"
# A baseline without any learning: a Gaussian filter. Its width is chosen on training images.

# %% [markdown] lang="zh" en="4e7c07a1"
# 一个不用学习的基线：高斯滤波。宽度在训练图上挑。


# %% role="worked"
def gaussian_filter(images, width):
    """(N, H, W, 1) smoothed along both axes, edges repeated."""
    weights = np.exp(-(np.arange(-6, 7) ** 2) / (2 * width**2))
    for axis in (1, 2):
        padding = [(6, 6) if a == axis else (0, 0) for a in range(4)]
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(images, padding, "edge"), 13, axis
        )
        images = windows @ (weights / weights.sum())
    return images


# %% role="reward"
if check.psnr.passed and check.corrupt.passed:
    widths = (0.75, 1.0, 1.25, 1.5, 2.0)
    noisy_train = corrupt(train_images, 0.5, np.random.default_rng(1))
    smoothed = {w: psnr(train_images, gaussian_filter(noisy_train, w)).mean() for w in widths}
    width = max(smoothed, key=smoothed.get)
    noisy_test = corrupt(test_images, 0.5, np.random.default_rng(2))
    print(f"best width on training images: {width}")
    print(f"noisy test images: {psnr(test_images, noisy_test).mean():.1f} dB")
    print(
        f"after the filter:  {psnr(test_images, gaussian_filter(noisy_test, width)).mean():.1f} dB"
    )

# %% [markdown] role="worked"
# **A good place to stop.** The bar is set. What follows: pairs, a network, the comparison.

# %% [markdown] lang="zh" en="3287095d"
# **可以先歇一歇。** 标杆已经立好，后面是数据对、网络和比较。

# %% [markdown] role="exercise" anchor="pairs"
# ## 3 · The pairs
#
# Write `pairs`, one epoch of training data: batches (noisy input, clean target) in a shuffled order, every image once,
# with fresh noise each time it is called.

# %% [markdown] lang="zh" en="2a4735f9"
# ## 3 · 数据对
#
# 写出 `pairs`，给出一个 epoch 的训练数据：按打乱的顺序成批给出（带噪输入，干净目标），每张图一次，每次调用都重新加噪。


# %% role="exercise"
def pairs(clean, sigma, rng, size):
    """A list or generator of (noisy, target), each (size, …); the last batch may be shorter.

    clean: (N, …) in [0, 1]. Noise as in `corrupt`, order and noise from rng.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(clean))
    for start in range(0, len(clean), size):
        target = clean[order[start : start + size]]
        yield (target + rng.normal(scale=sigma, size=target.shape)).clip(0, 1), target
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the two arrays of a pair carries noise?
# 2. 11 images, size 4: how many batches, and how large is each?
# 3. A random order of all images; cut it into runs of `size`; for each run take the clean images, make a noisy copy, hand out both.

# %% [markdown] lang="zh" en="10008fe9"
# 1. 一对里的两个数组，哪个带噪声？
# 2. 11 张图，每批 4 张：几批，各多大？
# 3. 所有图的随机顺序；切成长为 `size` 的段；每段取出干净图，做一份带噪的副本，两份一起给出。

# %%
check.pairs(pairs)

# %% [markdown] role="exercise" anchor="build-ae"
# ## 4 · The network
#
# Write `build_ae`, all kernels 3×3 with stride 2 and padding "same": convolutions with 16 and 32 filters and ReLU; a dense
# code of `latent` numbers without activation; a dense layer back to 7·7·32 with ReLU; transposed convolutions with 16
# filters (ReLU) and 1 filter (sigmoid).

# %% [markdown] lang="zh" en="2b7fb3bc"
# ## 4 · 网络
#
# 写出 `build_ae`，所有核都是 3×3、步幅 2、padding 为 "same"：16 和 32 个核的卷积加 ReLU；全连接到 `latent` 个数的编码，不加激活；全连接回到 7·7·32，加 ReLU；转置卷积，16 个核（ReLU）和 1 个核（sigmoid）。


# %% role="exercise"
def build_ae(latent):
    """An uncompiled Keras model: images (B, 28, 28, 1) → images (B, 28, 28, 1) in [0, 1]."""
    ### BEGIN SOLUTION
    layers, options = keras.layers, {"strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu", **options),
            layers.Conv2D(32, 3, activation="relu", **options),
            layers.Flatten(),
            layers.Dense(latent),
            layers.Dense(7 * 7 * 32, activation="relu"),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(16, 3, activation="relu", **options),
            layers.Conv2DTranspose(1, 3, activation="sigmoid", **options),
        ]
    )
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which sizes has the feature map after each halving of 28, and which is the last that halves evenly?
# 2. The code has 3 numbers. In how many independent ways can the output change when the input does?
# 3. Two strided convolutions, flatten, dense to the code, dense back to the size of the small feature map, reshape, two steps that double the size, one channel and a sigmoid at the end; all in one chain.

# %% [markdown] lang="zh" en="79ae72a2"
# 1. 28 每次减半，特征图依次多大？最后一次能整除的是几？
# 2. 编码只有 3 个数。输入变化时，输出最多有几个独立的变化方向？
# 3. 两个带步幅的卷积，展平，全连接到编码，全连接回到小特征图的大小，reshape，两次放大一倍，最后一个通道加 sigmoid；全部串成一条链。

# %%
check.build_ae(build_ae)


# %% role="setup"
def train(latent, seed, kind, epochs=9):
    """A trained model; `kind` is "noisy → clean" or "clean → clean"."""
    keras.utils.set_random_seed(seed)
    model, rng = build_ae(latent), np.random.default_rng(seed)
    model.compile(optimizer=keras.optimizers.Adam(4e-3), loss="mse")
    for _ in range(epochs):
        for noisy, target in pairs(train_images, 0.5, rng, 64):
            model.train_on_batch(noisy if kind == "noisy → clean" else target, target)
    return model


# %% role="reward"
if check.build_ae.passed and check.pairs.passed and check.psnr.passed and check.corrupt.passed:
    noisy_test = corrupt(test_images, 0.5, np.random.default_rng(2))
    shown = {"noisy": noisy_test, "filter": gaussian_filter(noisy_test, 1.25)}
    for name, images in shown.items():
        print(f"{name:<13} on noisy test images {psnr(test_images, images).mean():.1f} dB")
    for kind in ("clean → clean", "noisy → clean"):
        for seed in (1, 0):
            model = train(32, seed, kind)
            shown[kind] = np.asarray(model(noisy_test.astype("float32")))
            on_noisy = psnr(test_images, shown[kind]).mean()
            on_clean = psnr(test_images, np.asarray(model(test_images))).mean()
            print(f"{kind} on noisy test images {on_noisy:.1f} dB, on clean ones {on_clean:.1f} dB")
    rows = {"clean": test_images, **shown}
    titles = [name if i == 0 else "" for name in rows for i in range(6)]
    grid = np.concatenate([images[:6, :, :, 0] for images in rows.values()])
    ax = plot.image_grid(grid, titles=titles, columns=6)

# %% [markdown] role="caption" alt="Five rows of six digits: clean; noisy and hard to read; blurred by the filter and grey; from the network trained clean to clean, smeared digits whose holes are filled in; from the network trained noisy to clean, smooth digits on a white ground, most like the clean ones."
# Held-out digits; the networks are those of seed 0, and the printed lines give two seeds. The network that never saw noise smears the strokes; the one trained on
# noisy pairs gives smooth digits. On clean images the order is the other way round: see the printed lines.

# %% [markdown] lang="zh" en="23a10640" alt="五行数字，每行六个：干净的；带噪、难以辨认的；滤波后发灰模糊的；“干净→干净”训练的网络输出的，笔画糊成一片，圈都填满了；“带噪→干净”训练的网络输出的，白底上平滑的数字，最接近干净图。"
# 留出的数字；图中是种子 0 的网络，打印的是两个种子。没见过噪声的网络把笔画糊成一片；用带噪数据对训练的网络给出平滑的数字。在干净图上两者的次序反过来：看打印的数。

# %% [markdown] role="why"
# **Why clean→clean fails.** Nothing in its training says what to do with an input that is no digit. The bottleneck lets only
# digit-like images out, so some noise is lost, but the strokes may be wrong. The result varies with the seed.
#
# **What most people write first.** `fit(x_train, x_train)` under the title "denoising". Or a decoder on an `Input` of its own
# and `Model(image, decoded)`: Keras refuses, since the two are not connected. Or noise drawn once before `fit`.
# In a run as short as this one fixed noise does little harm; in a longer one the network begins to fit it.
#
# **A bottleneck is not needed** for denoising: with noise at the input, copying is no longer the best answer. Modern
# denoisers keep the full resolution or add skip connections (U-Net).

# %% [markdown] lang="zh" en="fc3dc48f"
# **“干净→干净”为什么不行。** 训练里没有任何东西告诉它，输入不像数字时该怎么办。瓶颈只放得出像数字的图，噪声会少一些，但笔画可能是错的，而且结果随种子变化。
#
# **最常见的第一版。** 题目写着“去噪”，代码是 `fit(x_train, x_train)`。或者解码器接在自己的 `Input` 上，再写
# `Model(image, decoded)`：两边不连通，Keras 会拒绝。或者在 `fit` 之前只加一次噪声；训练像这里这么短时，固定噪声影响不大；训得久了，网络会去拟合这份固定的噪声。
#
# **去噪不一定要瓶颈**：输入有噪声，复制就不再是最优解。现代去噪网络保持全分辨率，或加跳跃连接（U-Net）。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `psnr`. On images in 0 … 1 it is right. Find an input that gives it away.

# %% [markdown] lang="zh" en="8bc7142c"
# ## 找反例
#
# 下面是一个错误的 `psnr`。对 0 … 1 的图像它算得对。找一个能让它露馅的输入。

# %% role="hack"
check.psnr.hack(trap=3)

# %% role="hack"
### BEGIN SOLUTION
highest = 255.0
### END SOLUTION
if highest is not ...:
    check.psnr.hack(trap=3, clean=np.zeros((1, 2, 2)), image=np.ones((1, 2, 2)), peak=highest)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains denoising. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="b948be78"
# ## 挑错
#
# 一位候选人这样讲去噪。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="unclipped"
# ## The interviewer goes on
#
# **Noise with σ = 0.5, not clipped, peak 1: what PSNR has the noisy image?**

# %% [markdown] lang="zh" en="0f61e235"
# ## 追问
#
# **σ = 0.5 的噪声，不截断，peak 为 1：带噪图的 PSNR 是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
decibels = 10 * np.log10(1 / 0.5**2)
### END SOLUTION

# %%
check.unclipped(decibels)

# %% [markdown] role="follow-up" anchor="six-db"
# **A denoiser gains 6 dB. By which factor has the mean squared error fallen?**

# %% [markdown] lang="zh" en="84510036"
# **去噪提高了 6 dB，原来的均方误差是现在的几倍？**

# %% role="follow-up"
### BEGIN SOLUTION
factor = 10**0.6
### END SOLUTION

# %%
check.six_db(factor)

# %% [markdown] role="follow-up" fold="You have only noisy images, two of each scene. Can you train?"
# Yes, with squared error and zero-mean noise that is independent in the two: predict one from the other. The mean of the
# targets is the clean image (Noise2Noise). Clipping breaks it a little, as clipped noise has no zero mean at black and white.

# %% [markdown] lang="zh" en="3eef8bbc" fold="只有带噪图，每个场景两张。还能训练吗？"
# 能，前提是用平方误差，且两张图的噪声独立、均值为零：用一张预测另一张，目标的均值就是干净图（Noise2Noise）。截断会带来一点偏差，因为黑白处截断后的噪声均值不为零。

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
# > I corrupt the input with Gaussian noise, clipped to the pixel range and drawn anew every time, and keep the clean
# > image as target. Strided convolutions lead down to a small code, transposed ones back, with a sigmoid; the decoder
# > is called on the code. The loss is the squared error to the clean image. I report PSNR on held-out images beside the noisy input, a
# > Gaussian filter and clean→clean training.
#
# Classic mistakes: clean→clean; noisy→noisy; a decoder on its own Input; PSNR of training images; no baseline; bytes subtracted unsigned.

# %% [markdown] lang="zh" en="bf2fa5ee" fold="一分钟版本"
# > 输入加高斯噪声，截到像素范围内，每次重新采样；目标保持干净。带步幅的卷积压到一个小编码，转置卷积还原，最后 sigmoid；解码器作用在编码上。损失是对干净图的平方误差。在留出的图上报 PSNR，旁边放带噪输入、高斯滤波和“干净→干净”的训练。
#
# 常见错误：干净→干净；带噪→带噪；解码器另接 Input；在训练图上算 PSNR；没有基线；无符号字节直接相减。

# %% [markdown] role="reference"
# ## References
#
# - Vincent et al. 2010, *Stacked Denoising Autoencoders*, JMLR 11, §3 (corrupted input, clean target).
# - Lehtinen et al. 2018, *Noise2Noise*, arXiv:1803.04189, §2.
# - Ronneberger, Fischer & Brox 2015, *U-Net*, arXiv:1505.04597.
# - Data: E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI, CC BY 4.0.

# %% [markdown] lang="zh" en="34bfaeb0"
# ## 参考文献
#
# - Vincent et al. 2010, *Stacked Denoising Autoencoders*，JMLR 11，§3（输入加噪、目标干净）。
# - Lehtinen et al. 2018, *Noise2Noise*，arXiv:1803.04189，§2。
# - Ronneberger, Fischer & Brox 2015, *U-Net*，arXiv:1505.04597。
# - 数据：E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*，UCI，CC BY 4.0。
