# ---
# title: Build a CNN, count its cost, train it in TF2
# title_zh: 搭一个 CNN，算清开销，用 TF2 训练
# kind: code
# minutes: 60
# level: 2
# needs: [backprop]
# seeds: [000-6, 002-P1, 003-4.2, 003-5.2, 004-2.2]
# asked: 12
# framework: tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write a CNN classifier in TensorFlow 2. How many parameters has it? What should the very first
# > loss be?
#
# Think aloud for one minute before you type: what leaves the last layer, which layer holds most of
# the parameters, and what a network says that has learned nothing.

# %% [markdown] lang="zh" en="53d20887"
# ## 题目
#
# > 用 TensorFlow 2 写一个 CNN 分类器。它有多少参数？第一步的损失应该是多少？
#
# 先别动手，出声想一分钟：最后一层输出的是什么？参数大多在哪一层？什么都没学的网络会给出什么答案？

# %% [markdown] role="question" fold="What a good answer contains"
# - Logits at the end, one softmax inside the loss, and the loss that fits integer labels.
# - The parameter count layer by layer, with biases, and the size behind padding and pooling.
# - First loss $\ln 10 \approx 2.30$ for ten classes, and what it means if it is 600.
# - Training mode for the step, inference mode for the test, a held-out set and a baseline.

# %% [markdown] lang="zh" en="4c1fec04" fold="好的回答包含什么"
# - 最后输出 logits，softmax 只在损失里做一次，损失函数与整数标签匹配。
# - 逐层算参数，不漏偏置，算对 padding 和池化之后的尺寸。
# - 十分类的第一步损失是 $\ln 10 \approx 2.30$；如果是 600，说明什么。
# - 训练用训练模式，测试用推理模式；要有没见过的测试集，也要有基线。

# %% role="setup"
import keras
import numpy as np
import tensorflow as tf

from whiteboard import data, lesson, plot

check = lesson("cnn_classifier")

# %% [markdown] role="setup"
# A network is described by a `Config`: for each entry of `filters` a convolution (stride 1) with ReLU
# and a max pooling whose window and stride are `pool`; then the dense layers.

# %% [markdown] lang="zh" en="d5a7415f"
# 网络由 `Config` 描述：`filters` 里每一项对应一个卷积（步幅为 1）加 ReLU，再接一个窗口和步幅都是 `pool` 的最大池化；后面是全连接层。

# %% role="setup"
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    shape: tuple = (28, 28, 1)  # height, width, channels
    filters: tuple = (16, 32)  # of each convolution
    kernel: tuple = (3, 3)
    padding: str = "same"  # or "valid"; of the convolutions, pooling never pads
    pool: int = 2  # 1: no pooling
    dense: tuple = ()  # widths of the hidden dense layers
    classes: int = 10


# %% [markdown] role="exercise" anchor="build-cnn"
# ## 1 · The model
#
# Write `build_cnn`. Sequential, functional or subclassed, as you like.

# %% [markdown] lang="zh" en="4da1fd5e"
# ## 1 · 模型
#
# 写出 `build_cnn`。Sequential、函数式、子类，随你选。


# %% role="exercise"
def build_cnn(config):
    """An uncompiled Keras model: images (B, H, W, C) → logits (B, classes).

    Convolution, ReLU and max pooling for each of config.filters; flatten; a dense layer with ReLU
    for each of config.dense; a dense layer with one output per class. Keras's own initialisation.
    """
    ### BEGIN SOLUTION
    layers = [keras.Input(config.shape)]
    for filters in config.filters:
        layers += [
            keras.layers.Conv2D(filters, config.kernel, padding=config.padding, activation="relu"),
            keras.layers.MaxPooling2D(config.pool),
        ]
    layers.append(keras.layers.Flatten())
    layers += [keras.layers.Dense(units, activation="relu") for units in config.dense]
    layers.append(keras.layers.Dense(config.classes))
    return keras.Sequential(layers)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What shape leaves the model for 5 images and 10 classes? May its entries be negative?
# 2. A 12×10 image, a 3×3 kernel: what size comes out with "same", what with "valid", and what does a 2×2 pooling make of 11 rows?
# 3. Start from the input shape; per entry of filters one convolution that passes on the padding and has a ReLU, then one pooling; flatten; hidden dense layers with ReLU; a last dense layer without any activation.

# %% [markdown] lang="zh" en="da80cd85"
# 1. 5 张图、10 个类别，模型输出什么形状？里面可以有负数吗？
# 2. 12×10 的图，3×3 的卷积核：padding 取 "same" 时输出多大，取 "valid" 时呢？2×2 池化把 11 行变成几行？
# 3. 从输入形状开始；filters 的每一项：一个卷积（把 padding 传进去，带 ReLU），再一个池化；展平；带 ReLU 的隐藏全连接层；最后一个全连接层，不加任何激活。

# %%
check.build_cnn(build_cnn)

# %% [markdown] role="idea" anchor="idea"
# A convolution with kernel $K$ (k_h × k_w × C_in × C_out) slides one small linear layer over the image:
#
# $$z_{i,j,o} = b_o + \sum_{m,n,c} x_{i+m,\,j+n,\,c}\, K_{m,n,c,o} .$$
#
# The kernel is not flipped: this is cross-correlation, and the libraries call it convolution (*Deep
# Learning*, §9.1). The same $K$ serves every position, which is parameter sharing (§9.2).
#
# | step | size of an axis of $n$ | parameters |
# |---|---|---|
# | convolution, valid | $n - k + 1$ | $k_h k_w C_\text{in} C_\text{out} + C_\text{out}$ |
# | convolution, same | $n$ | the same |
# | max pooling $p$ | $\lfloor n / p \rfloor$ | 0 |
# | dense | – | $i \cdot o + o$ |

# %% [markdown] lang="zh" en="41d0e0cd"
# 核为 $K$（k_h × k_w × C_in × C_out）的卷积，就是拿一个小的线性层在图上滑动：
#
# $$z_{i,j,o} = b_o + \sum_{m,n,c} x_{i+m,\,j+n,\,c}\, K_{m,n,c,o} .$$
#
# 核没有翻转，严格说是互相关，框架都叫它卷积（*Deep Learning*，§9.1）。所有位置共用同一个 $K$，这就是参数共享（§9.2）。
#
# | 步骤 | 长度为 $n$ 的轴变成 | 参数 |
# |---|---|---|
# | 卷积，valid | $n - k + 1$ | $k_h k_w C_\text{in} C_\text{out} + C_\text{out}$ |
# | 卷积，same | $n$ | 同上 |
# | 最大池化 $p$ | $\lfloor n / p \rfloor$ | 0 |
# | 全连接 | – | $i \cdot o + o$ |

# %% [markdown] role="worked" fold="A sibling worked by hand: one convolution, one pooling, one dense layer"
# 9×6 images with 2 channels, 4 filters of 3×2, valid, pooling 2, 5 classes. The convolution leaves
# 7×5×4 and has $3 \cdot 2 \cdot 2 \cdot 4 + 4 = 52$ parameters. Pooling leaves 3×2×4 = 24 numbers: the
# seventh row and the fifth column fill no window. The dense layer has $24 \cdot 5 + 5 = 125$. Together
# 177, and $7 \cdot 5 \cdot 48 + 120 = 1800$ multiply–accumulates.

# %% [markdown] lang="zh" en="dabb0b19" fold="手算一个相近的例子：一个卷积、一个池化、一个全连接"
# 图像 9×6、2 个通道，4 个 3×2 的核，valid，池化 2，5 个类别。卷积之后是 7×5×4，参数
# $3 \cdot 2 \cdot 2 \cdot 4 + 4 = 52$ 个。池化之后是 3×2×4 = 24 个数：第七行和第五列凑不满窗口，丢掉。全连接层
# $24 \cdot 5 + 5 = 125$ 个。一共 177 个参数，乘加
# $7 \cdot 5 \cdot 48 + 120 = 1800$ 次。

# %% [markdown] role="reward"
# The data: 8×8 digits doubled in size, each moved by up to three pixels. Nobody tells a dense layer that
# a moved 3 is still a 3. Before any training, look at the loss.

# %% [markdown] lang="zh" en="23b2a5e9"
# 数据：把 8×8 数字放大一倍，每张随机平移，最多三个像素。全连接层不知道平移过的 3 还是 3。训练之前先看一眼损失。


# %% role="setup"
def shifted(images, seed):
    """(N, 8, 8) → (N, 28, 28, 1): doubled, and moved by up to 3 pixels each way."""
    rng, canvas = np.random.RandomState(seed), np.zeros((len(images), 28, 28, 1), "float32")
    corners = 6 + rng.randint(-3, 4, size=(len(images), 2))
    for image, place, (top, left) in zip(images, canvas, corners):
        place[top : top + 16, left : left + 16, 0] = image.repeat(2, axis=0).repeat(2, axis=1)
    return canvas


(x, y), (x_test, y_test) = data.digits(split=True)
x, x_test = shifted(x, seed=0), shifted(x_test, seed=1)
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


# %% role="reward"
if check.build_cnn.passed:
    keras.utils.set_random_seed(0)
    print(f"first loss: {float(cross_entropy(y, build_cnn(Config())(x))):.3f}")
    print(f"ln 10:      {np.log(10):.3f}")
    ax = plot.image_grid(x[:8, :, :, 0], titles=y[:8])

# %% [markdown] role="caption" alt="Eight grey images of handwritten digits, each 16 by 16 pixels large on a 28 by 28 canvas and off centre by a few pixels, with the label above."
# Eight of the 1,347 training images. An untrained network gives every class about 1/10, so its loss is
# $-\ln \frac{1}{10}$. A first loss far above it means logits that are too large.

# %% [markdown] lang="zh" en="9b3fb19e" alt="八张灰度手写数字，每张数字占 16×16 像素，在 28×28 的画布上偏离中心几个像素，上方是标签。"
# 1,347 张训练图中的八张。没训练的网络给每一类的概率都约为 1/10，所以损失是
# $-\ln \frac{1}{10}$。第一步的损失远大于它，说明 logits 太大。

# %% [markdown] role="worked"
# **And the channel axis?** Images arrive as (N, 28, 28), the model wants (N, 28, 28, 1). Whether that
# raises depends on who receives them:

# %% [markdown] lang="zh" en="e3506b7d"
# **通道维呢？** 图像是 (N, 28, 28)，模型要的是 (N, 28, 28, 1)。报不报错，要看交给谁：

# %% role="worked"
conv = keras.layers.Conv2D(16, 3)
receivers = {
    "Sequential with Input": keras.Sequential([keras.Input((28, 28, 1)), conv]),
    "bare layer": keras.layers.Conv2D(16, 3),
}
for name, receiver in receivers.items():
    try:
        print(f"{name}: {receiver(np.zeros((2, 28, 28), 'float32')).shape}")
    except ValueError as error:
        print(f"{name}: {str(error).split(': ', 1)[1]}")

# %% [markdown] role="worked"
# A model with an `Input` adds the axis without a word; a bare layer, a subclassed model and a
# `Sequential` without `Input` do not. Write `images[..., None]` and rely on nobody.

# %% [markdown] lang="zh" en="1be9dabe"
# 写了 `Input` 的模型会悄悄补上这一维；单独的层、子类模型、没写 `Input` 的 `Sequential` 不会。自己写
# `images[..., None]`，别指望框架替你补。

# %% [markdown] role="why"
# **Why logits.** The loss needs $\log \operatorname{softmax}(z)$, computed in one piece by subtracting the
# maximum. A softmax in the model first rounds small probabilities to 0, and it invites a second one.
#
# **What most people write first.** `Conv2D(32, 3, activation="relu")`: Keras's default is
# `padding="valid"`, so a flatten size worked out for "same" is wrong. And `Dense(10, activation="softmax")`
# with a loss that wants logits: Keras's loss class notices and warns; the `tf.nn` function does not.
#
# **Elsewhere.** PyTorch is NCHW: `nn.Conv2d(1, 16, 3, padding="same")`, weights (out, in, k_h, k_w),
# default padding 0. It flattens in the order C, H, W, so dense weights do not carry over as they are.
# Flax's `nn.Conv` is NHWC like Keras.

# %% [markdown] lang="zh" en="e719f481"
# **为什么输出 logits。** 损失要的是 $\log \operatorname{softmax}(z)$，减去最大值之后一步算完。模型里先做 softmax，小概率会舍入成 0，还容易再做一遍。
#
# **最常见的第一版。** `Conv2D(32, 3, activation="relu")`：Keras 默认
# `padding="valid"`，按 "same" 算的展平尺寸就错了。还有 `Dense(10, activation="softmax")` 配上要 logits 的损失：Keras 的损失类会发现并警告，`tf.nn` 的函数不会。
#
# **换个框架。** PyTorch 是 NCHW：`nn.Conv2d(1, 16, 3, padding="same")`，权重形状 (out, in, k_h, k_w)，默认不做 padding。它按 C、H、W 的顺序展平，所以全连接层的权重不能直接搬。Flax 的 `nn.Conv` 和 Keras 一样是 NHWC。

# %% [markdown] role="worked"
# **A good place to stop.** You have the model. What follows: its price, its training, its baseline.

# %% [markdown] lang="zh" en="95b3c24d"
# **可以先歇一歇。** 模型已经有了，下面算它的开销，训练它，再和基线比。

# %% [markdown] role="exercise" anchor="cost"
# ## 2 · What it costs
#
# Write `cost`: parameters and multiply–accumulates (MACs) by arithmetic, without building anything.
# Count the products of convolutions and dense layers; leave out biases, ReLU and pooling.

# %% [markdown] lang="zh" en="1db23dc2"
# ## 2 · 开销
#
# 写出 `cost`：不搭模型，只用算术算出参数量和乘加次数（MAC）。乘加只数卷积和全连接，偏置、ReLU 和池化不算。


# %% role="exercise"
def cost(config):
    """config → (params, macs) of one image, two integers."""
    ### BEGIN SOLUTION
    (h, w, channels), (kh, kw) = config.shape, config.kernel
    params = macs = 0
    for filters in config.filters:
        if config.padding == "valid":
            h, w = h - kh + 1, w - kw + 1
        weights = kh * kw * channels * filters
        params, macs = params + weights + filters, macs + h * w * weights
        h, w, channels = h // config.pool, w // config.pool, filters
    width = h * w * channels
    for units in (*config.dense, config.classes):
        params, macs = params + width * units + units, macs + width * units
        width = units
    return params, macs
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which three sizes must you carry from layer to layer?
# 2. One 3×3 filter on 2 channels over a 7×7 image, valid: how many weights, how many output numbers, how many products?
# 3. Walk through the layers with height, width and channels; shrink first if nothing is padded; add weights and biases; add weights times output positions; divide the size by the pooling, rounding down; then the dense layers from the flattened size.

# %% [markdown] lang="zh" en="04d6f60e"
# 1. 从一层到下一层，要带着哪三个尺寸走？
# 2. 7×7 的图、2 个通道，一个 3×3 的核，valid：有多少权重，输出多少个数，一共多少次乘法？
# 3. 带着高、宽、通道数逐层走；不做 padding 就先缩小；加上权重和偏置；加上权重数乘输出位置数；尺寸除以池化，向下取整；最后从展平后的长度开始算全连接层。

# %%
check.cost(cost)

# %% [markdown] role="reward"
# A much-copied MNIST network, 32 and 64 filters and a dense layer of 128, and what pooling does to it.

# %% [markdown] lang="zh" en="b50125aa"
# 流传很广的一个 MNIST 网络：32 和 64 个卷积核，一个 128 的全连接层。看看池化改变了什么。

# %% role="reward"
if check.cost.passed:
    for pool in (2, 1):
        mnist = Config(filters=(32, 64), padding="valid", pool=pool, dense=(128,))
        params, macs = cost(mnist)
        print(f"pool = {pool}: {params:>9,} parameters {macs:>10,} MACs")
        side = {2: 5, 1: 24}[pool]
        part = cost(Config(shape=(side, side, 64), filters=(), classes=128))
        print(f"  of these in Dense(128): {part[0] / params:.0%} and {part[1] / macs:.0%}")

# %% [markdown] role="reward"
# Both networks have the same 18,816 convolution weights and biases. Pooling has no parameters; it
# shrinks the dense layer's input from 24·24·64 to 5·5·64.

# %% [markdown] lang="zh" en="1fd4f649"
# 两个网络的卷积参数一样，都是 18,816 个。池化没有参数，它把全连接层的输入从 24·24·64 缩小到
# 5·5·64。

# %% [markdown] role="why"
# **Where it sits.** With pooling, the dense layer of 128 holds 91 % of the parameters and does 8 % of
# the MACs. Parameters are in the dense layer, computation is in the convolutions. Global average pooling in place of flatten and Dense(128) leaves
# $320 + 18{,}496 + 650 = 19{,}466$ parameters.
#
# **Units.** One MAC is a multiplication and an addition, so FLOPs are about twice the MACs. Papers differ
# in which of the two they print: ask.

# %% [markdown] lang="zh" en="1d16d900"
# **大头在哪。** 有池化时，128 的全连接层占参数的 91 %，乘加只占 8 %。参数在全连接，计算在卷积。用全局平均池化替换展平和 Dense(128)，只剩
# $320 + 18{,}496 + 650 = 19{,}466$ 个参数。
#
# **单位。** 1 次 MAC 是一乘一加，FLOPs 约为 MAC 的两倍。论文里两种都有人用，要问清楚。

# %% [markdown] role="exercise" anchor="train-step"
# ## 3 · One training step
#
# Write `train_step` with `tf.GradientTape`, for a model that returns logits and for integer labels.

# %% [markdown] lang="zh" en="900dcf32"
# ## 3 · 训练一步
#
# 用 `tf.GradientTape` 写出 `train_step`。模型输出 logits，标签是整数。


# %% role="exercise"
def train_step(model, optimizer, x, y):
    """One step in training mode. x (B, …), y (B,) integers.

    Returns the mean cross-entropy before the step, a scalar tensor. Trainable weights move, the
    others stay. Runs eagerly and inside tf.function.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which lines must run while the tape records, and which after it?
# 2. Two classes, logits (0, 0), label 1: what is the loss? Which slope has it along each logit?
# 3. Inside the tape: the forward pass in training mode, the cross-entropy from logits, its mean over the batch. Outside: gradients with respect to the trainable variables, handed to the optimizer together with them. Return the loss as a tensor.

# %% [markdown] lang="zh" en="ce08601f"
# 1. 哪几行要在 tape 记录时运行，哪几行在它之后？
# 2. 两个类别，logits 为 (0, 0)，标签 1：损失是多少？对每个 logit 的斜率是多少？
# 3. tape 里面：训练模式的前向传播，由 logits 算交叉熵，对 batch 取平均。tape 外面：对可训练变量求梯度，连同变量一起交给优化器。把损失作为张量返回。

# %%
check.train_step(train_step)

# %% [markdown] role="why"
# **Why it works.** The tape records what touches variables; after it closes, `tape.gradient` walks back.
# The gradient at the logits is $(\operatorname{softmax}(z) - \text{onehot}(y)) / B$.
#
# **What most people write first.** A softmax in front of the loss. It starts at $\ln 10$, so the first
# loss looks healthy; then it stays above $\ln(e + 9) - 1 = 1.46$. Or `model(x)` without `training=True`:
# dropout and batch normalisation silently stay in inference mode. Or `loss.numpy()` inside `tf.function`.
#
# **Elsewhere.** PyTorch: `model.train()`, `optimizer.zero_grad()`, `loss = nn.CrossEntropyLoss()(logits, y)`,
# `loss.backward()`, `optimizer.step()`; that loss takes logits and class indices. JAX:
# `jax.value_and_grad` of a loss with `optax.softmax_cross_entropy_with_integer_labels`.

# %% [markdown] lang="zh" en="09ef9c6d"
# **为什么对。** tape 记录所有碰到变量的运算，关闭之后 `tape.gradient` 往回走。logits 处的梯度是
# $(\operatorname{softmax}(z) - \text{onehot}(y)) / B$。
#
# **最常见的第一版。** 在损失前面加 softmax。起点是 $\ln 10$，第一步的损失看着正常，之后一直卡在
# $\ln(e + 9) - 1 = 1.46$ 以上。或者 `model(x)` 不传 `training=True`：dropout 和批归一化不声不响地停在推理模式。或者在 `tf.function` 里写 `loss.numpy()`。
#
# **换个框架。** PyTorch：`model.train()`、`optimizer.zero_grad()`、`loss = nn.CrossEntropyLoss()(logits, y)`、
# `loss.backward()`、`optimizer.step()`，这个损失要的是 logits 和类别下标。JAX：对含有
# `optax.softmax_cross_entropy_with_integer_labels` 的损失用 `jax.value_and_grad`。

# %% [markdown] role="exercise" anchor="run"
# ## 4 · A run, and what it is worth
#
# Write `run`: shuffle, train, test. One generator, `default_rng(seed)`, gives each epoch a new
# permutation, cut into batches, so that no example comes twice; what is left at its end may be dropped.

# %% [markdown] lang="zh" en="577df1e1"
# ## 4 · 训练一次，看看值多少
#
# 写出 `run`：打乱、训练、测试。同一个生成器 `default_rng(seed)` 给每个 epoch 生成一个新的随机排列，切成 batch，同一个 epoch 里样本不重复；末尾不够一个 batch 的可以丢掉。


# %% role="exercise"
def run(model, optimizer, train, test, steps, batch=64, seed=0):
    """Train `model` in place, then test it. train, test: (x, y), x (N, …), y (N,) integers.

    Returns losses, one per step, and the accuracy on `test`, between 0 and 1.
    """
    ### BEGIN SOLUTION

    @tf.function  # traced once, at the first step
    def step(x, y):
        return train_step(model, optimizer, x, y)

    (x, y), (x_test, y_test) = train, test
    rng, losses, order = np.random.default_rng(seed), [], []
    for _ in range(steps):
        if len(order) < batch:  # a new epoch
            order = rng.permutation(len(x))
        rows, order = order[:batch], order[batch:]
        losses.append(step(x[rows], y[rows]))
    guess = np.argmax(model(x_test, training=False), axis=1)
    return losses, (guess == y_test).mean()
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many steps of 4 make an epoch of 12 examples, and how often has each been seen after it?
# 2. Order [2, 0, 3, 1], batches of 2: which rows come first, which second? What happens at step 3?
# 3. Wrap the step in tf.function once. For each step: when the permutation is used up, draw the next; take its first rows and keep the rest; collect the loss. At the end: logits of the test images in inference mode, the largest per row, the share that is right.

# %% [markdown] lang="zh" en="8ccc9282"
# 1. 12 个样本，每步 4 个，几步是一个 epoch？之后每个样本出现过几次？
# 2. 顺序是 [2, 0, 3, 1]，batch 为 2：先取哪几行，再取哪几行？第 3 步怎么办？
# 3. 把一步用 tf.function 包一次。每一步：排列用完了就生成下一个；取前几行，剩下的留着；把损失存起来。最后：推理模式下算测试图的 logits，每行取最大，算答对的比例。

# %%
check.run(run)

# %% [markdown] role="reward"
# The CNN beside two baselines: always the most frequent class, and a linear model, which is
# `Config(filters=())`.

# %% [markdown] lang="zh" en="ab5413a1"
# 给 CNN 配两个基线：永远猜最多的那一类，以及线性模型，也就是 `Config(filters=())`。

# %% role="reward"
if check.run.passed and check.build_cnn.passed:
    print(f"most frequent class: {(y_test == np.bincount(y).argmax()).mean():.3f}")
    moved = (x, y), (x_test, y_test)
    unmoved = [(images[..., None], labels) for images, labels in data.digits(split=True)]
    trials = {
        "linear, unmoved": (Config(shape=(8, 8, 1), filters=()), unmoved),
        "linear": (Config(filters=()), moved),
        "CNN": (Config(), moved),
    }
    for name, (config, (train, test)) in trials.items():
        keras.utils.set_random_seed(0)
        model = build_cnn(config)
        losses, accuracy = run(model, keras.optimizers.Adam(5e-3), train, test, steps=200)
        seen = (np.argmax(model(train[0]), axis=1) == train[1]).mean()
        change = f"loss {losses[0]:.2f} → {losses[-1]:.2f}"
        print(f"{name}: {change}, accuracy {seen:.3f} on train, {accuracy:.3f} on test")

# %% [markdown] role="reward"
# The linear model is not too small for the digits: unmoved, it classifies more than nine in ten. It must learn every
# digit anew at every place; the CNN learns each stroke once.

# %% [markdown] lang="zh" en="6f91e0b9"
# 线性模型不是能力不够：数字不平移时，十个里它能分对九个以上。平移之后，它得在每个位置把每个数字重学一遍，CNN 的每种笔画只学一次。

# %% [markdown] role="reward"
# Now the first loss as a diagnosis. Every weight and bias of an 8×8 network is drawn with one standard
# deviation; the network trains for 100 steps; three seeds each.

# %% [markdown] lang="zh" en="d24938b4"
# 再把第一步的损失当作诊断。一个 8×8 图像的网络，所有权重和偏置都用同一个标准差抽取，训练 100 步，每个标准差三个种子。


# %% role="reward"
def started_at(std, seed):
    """First loss and test accuracy after 100 steps, on unmoved 8×8 digits."""
    (x, y), (x_test, y_test) = data.digits(split=True)
    rng, model = np.random.default_rng(seed), build_cnn(small)
    for weight in model.weights:
        weight.assign(std * rng.normal(size=weight.shape))
    first = float(cross_entropy(y, model(x[..., None])))
    train, test = (x[..., None], y), (x_test[..., None], y_test)
    return first, run(model, keras.optimizers.Adam(3e-3), train, test, 100, seed=seed)[1]


if check.run.passed and check.build_cnn.passed:
    import matplotlib.pyplot as plt

    small, stds = Config(shape=(8, 8, 1), dense=(64,)), [0.01, 0.1, 0.3, 1.0]
    # (seed, std, 2)
    found = np.array([[started_at(std, seed) for std in stds] for seed in range(3)])
    with plt.style.context(plot.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    shown = {"x": stds, "xlabel": "std of every weight", "logx": True, "markers": True}
    ax = plot.curves({"": found[..., 0]}, ylabel="first loss", logy=True, ax=left, **shown)
    ax = plot.curves({"": found[..., 1]}, ylabel="accuracy, 100 steps", ax=right, **shown)
    print("first loss, mean:", dict(zip(stds, found[..., 0].mean(axis=0).round(2).tolist())))
    print("test accuracy:   ", dict(zip(stds, found[..., 1].mean(axis=0).round(2).tolist())))

# %% [markdown] role="caption" alt="Two panels over the standard deviation of the initial weights, from 0.01 to 1 on a logarithmic axis. Left: the first loss stays at 2.3 up to 0.1 and then climbs steeply, to above 1000 at 1. Right: the accuracy after 100 steps is highest between 0.1 and 0.3 and falls to about 0.6 at both ends."
# Mean and range of three seeds. At 0.1 the loss starts at $\ln 10$ and training is fast. At 1 each layer
# multiplies by $\sqrt{\text{fan\_in} / 2}$ or so, and Adam spends its steps on shrinking what should not
# have been large. At 0.01 the first loss looks perfect and training still crawls: a right first loss is
# necessary, not sufficient.

# %% [markdown] lang="zh" en="8bf18a23" alt="两幅图，横轴都是初始权重的标准差，0.01 到 1，对数坐标。左：第一步的损失在 0.1 以前停在 2.3，之后陡升，到 1 处超过 1000。右：100 步之后的准确率在 0.1 到 0.3 之间最高，两端都降到 0.6 左右。"
# 三个种子的均值和范围。标准差 0.1 时损失从 $\ln 10$ 起步，训练很快。取 1 时每层约放大
# $\sqrt{\text{fan\_in} / 2}$ 倍，Adam 的步子全花在把它们压回去。取 0.01 时第一步的损失很漂亮，训练却照样慢：第一步损失正确是必要条件，不是充分条件。

# %% [markdown] role="why"
# **Cost.** Eagerly, each step pays for dozens of small Python calls; `tf.function` traces the step once
# and replays the graph. Trace it once for each run, not once for each step.
#
# **What most people write first.** `x[i : i + batch]` instead of `x[i * batch : (i + 1) * batch]`: it
# trains, on the beginning of the data only. Testing on the training set: the
# CNN above has more than 0.99 there, on new images about 0.91. And a good number without a baseline:
# on unmoved digits a linear model has 0.93 already.
#
# **Elsewhere.** PyTorch: `model.eval()` and `torch.no_grad()` around the test, `DataLoader(shuffle=True)`
# for the order. Keras alone: `model.compile` and `model.fit` do all of it; the interviewer asks for the
# loop to see that you know what they do.

# %% [markdown] lang="zh" en="cd0ca7a5"
# **代价。** eager 模式下每一步都要付几十次 Python 小调用的开销；`tf.function` 把一步追踪一次，之后重放计算图。每次训练追踪一次，不要每步一次。
#
# **最常见的第一版。** 把 `x[i * batch : (i + 1) * batch]` 写成 `x[i : i + batch]`：能训练，但只用到数据的开头。在训练集上测试：上面的 CNN 在训练集上超过 0.99，在新图上只有 0.91 左右。还有只报一个好看的数、没有基线：数字不平移时，线性模型就有 0.93。
#
# **换个框架。** PyTorch：测试前调用 `model.eval()`，用 `torch.no_grad()` 包住前向，顺序交给
# `DataLoader(shuffle=True)`。只用 Keras 的话，`model.compile` 和 `model.fit` 全包了；面试官让你手写循环，是想确认你知道它们做了什么。

# %% [markdown] role="exercise" anchor="mend"
# ## 5 · Mend a port from TF1
#
# Question banks still carry this program. In TF2 it stops at `tf.placeholder`:
#
# ```text
# input_layer = tf.placeholder(tf.float32, [None, 28, 28, 1])
# label_layer = tf.placeholder(tf.float32, [None, 10])
# W_conv1 = tf.Variable(tf.random_normal([5, 5, 1, 32]))
# b_conv1 = tf.Variable(tf.random_normal([32]))
# ...
# loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=label_layer))
# optimizer = tf.train.AdamOptimizer(1e-4).minimize(loss)
# with tf.Session() as sess:
#     sess.run(tf.global_variables_initializer())
#     batch = mnist.train.next_batch(50)  # flat rows of 784
#     sess.run(optimizer, feed_dict={input_layer: batch[0], label_layer: batch[1]})
# ```
#
# A candidate has ported its first step, in small. It runs. Five bugs are in it, some of them from the
# original. Mend them; the weights shall have He's standard deviation, $\sqrt{2 / \text{fan\_in}}$.

# %% [markdown] lang="zh" en="79a6e2c2"
# ## 5 · 改好一份从 TF1 移植的程序
#
# 题库里至今还有这个程序。在 TF2 里它一到 `tf.placeholder` 就停了：
#
# ```text
# input_layer = tf.placeholder(tf.float32, [None, 28, 28, 1])
# label_layer = tf.placeholder(tf.float32, [None, 10])
# W_conv1 = tf.Variable(tf.random_normal([5, 5, 1, 32]))
# b_conv1 = tf.Variable(tf.random_normal([32]))
# ...
# loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=label_layer))
# optimizer = tf.train.AdamOptimizer(1e-4).minimize(loss)
# with tf.Session() as sess:
#     sess.run(tf.global_variables_initializer())
#     batch = mnist.train.next_batch(50)  # flat rows of 784
#     sess.run(optimizer, feed_dict={input_layer: batch[0], label_layer: batch[1]})
# ```
#
# 一位候选人移植了它的第一步，规模缩小了。能跑，但有五个 bug，有些是原来就有的。请改好它；权重用 He 的标准差
# $\sqrt{2 / \text{fan\_in}}$。


# %% role="exercise" tags=["exercise"]
def first_step(train, test, noise, height, width):
    """The first loss, the four variables after one step, and the test accuracy after it.

    train, test: (images (N, height·width), labels (N,) integers). noise: standard normal numbers
    for kernel (3, 3, 1, 4), bias (4,), dense (flat, 10) and dense bias (10,).
    """
    kernel, bias, dense, dense_bias = variables = [tf.Variable(n) for n in noise]

    def logits(images):
        x = tf.reshape(images, [-1, width, height, 1])
        hidden = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias)
        hidden = tf.nn.max_pool2d(hidden, 2, 2, "SAME")
        return tf.reshape(hidden, [len(images), -1]) @ dense + dense_bias

    images, labels = train
    with tf.GradientTape() as tape:
        outputs = tf.nn.softmax(logits(images))
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs))
    for variable, gradient in zip(variables, tape.gradient(loss, variables)):
        variable.assign_sub(0.1 * gradient)
    accuracy = np.mean(np.argmax(logits(images), axis=1) == labels)
    return loss, variables, accuracy


# %% role="exercise" tags=["solution"]
def first_step(train, test, noise, height, width):
    """The first loss, the four variables after one step, and the test accuracy after it.

    train, test: (images (N, height·width), labels (N,) integers). noise: standard normal numbers
    for kernel (3, 3, 1, 4), bias (4,), dense (flat, 10) and dense bias (10,).
    """
    he = lambda n: n * np.sqrt(2 / np.prod(n.shape[:-1]), dtype="float32")  # √(2 / fan_in)
    zero = np.zeros_like  # biases
    starts = [he(noise[0]), zero(noise[1]), he(noise[2]), zero(noise[3])]
    kernel, bias, dense, dense_bias = variables = [tf.Variable(start) for start in starts]

    def logits(images):
        x = tf.reshape(images, [-1, height, width, 1])  # rows first
        hidden = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias)
        hidden = tf.nn.max_pool2d(hidden, 2, 2, "SAME")
        return tf.reshape(hidden, [len(images), -1]) @ dense + dense_bias

    images, labels = train
    with tf.GradientTape() as tape:
        outputs = logits(images)  # the loss applies the softmax
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs))
    for variable, gradient in zip(variables, tape.gradient(loss, variables)):
        variable.assign_sub(0.1 * gradient)
    images, labels = test  # not what it has just seen
    accuracy = np.mean(np.argmax(logits(images), axis=1) == labels)
    return loss, variables, accuracy


# %% [markdown] role="hint"
# 1. Which first loss do you expect? Which numbers in the program are random, and which should be?
# 2. Pixels (1, 2, 3, 4, 5, 6) of an image with 2 rows and 3 columns: what does a reshape to (3, 2) make of it?
# 3. Look for: the scale of the weights; where biases start; what the reshape calls rows; how often a softmax is applied; which images the accuracy is measured on.

# %% [markdown] lang="zh" en="5ecd8118"
# 1. 第一步的损失应该是多少？程序里哪些数是随机的，哪些应该是？
# 2. 一张 2 行 3 列的图，像素是 (1, 2, 3, 4, 5, 6)：reshape 成 (3, 2) 会变成什么？
# 3. 依次检查：权重的尺度；偏置从哪里开始；reshape 把什么当成行；softmax 做了几次；准确率是在哪些图上算的。

# %%
check.mend(first_step)

# %% [markdown] role="why"
# What became of each TF1 name:
#
# | TF1 | TF2 |
# |---|---|
# | `tf.placeholder` | an argument of a function, or `keras.Input` |
# | `tf.Session().run(y, feed_dict)` | call the function |
# | `tf.random_normal` | `tf.random.normal`, or better an initializer |
# | `tf.global_variables_initializer` | nothing: a variable is initialised when it is made |
# | `tf.train.AdamOptimizer(1e-4).minimize(loss)` | tape, `tape.gradient`, `optimizer.apply_gradients` |
# | `mnist.train.next_batch(50)` | a permutation, or `tf.data` |
#
# `tf.compat.v1` keeps the old program running as it is; it stays graph-and-session code. The original
# draws weights *and* biases with standard deviation 1. It is wider than our port: four layers multiply
# by about $5 \cdot 20 \cdot 39.6 \cdot 22.6 \approx 9 \cdot 10^4$. The weights do it: with zero
# biases the first loss is as large.

# %% [markdown] lang="zh" en="2249c994"
# TF1 的名字对应到 TF2：
#
# | TF1 | TF2 |
# |---|---|
# | `tf.placeholder` | 函数的参数，或 `keras.Input` |
# | `tf.Session().run(y, feed_dict)` | 直接调用函数 |
# | `tf.random_normal` | `tf.random.normal`，更好的是用 initializer |
# | `tf.global_variables_initializer` | 不需要：创建变量时就已初始化 |
# | `tf.train.AdamOptimizer(1e-4).minimize(loss)` | tape、`tape.gradient`、`optimizer.apply_gradients` |
# | `mnist.train.next_batch(50)` | 随机排列，或 `tf.data` |
#
# `tf.compat.v1` 能让旧程序原样跑起来，但仍是计算图加 session 的写法。原程序的权重**和**偏置都用标准差 1 抽取。它比这里的移植版宽得多，四层连乘约放大
# $5 \cdot 20 \cdot 39.6 \cdot 22.6 \approx 9 \cdot 10^4$ 倍。问题出在权重：偏置改成 0，第一步的损失还是一样大。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `cost`. On the default `Config()` it is right. Find a configuration that gives it away.

# %% [markdown] lang="zh" en="89384b78"
# ## 找反例
#
# 下面是一个错误的 `cost`。对默认的 `Config()` 它算得对。找一个能让它露馅的配置。

# %% role="hack"
check.cost.hack(trap=7)

# %% role="hack"
### BEGIN SOLUTION
exposing = Config(shape=(28, 30, 1))  # 30 → 15 → 7, or 8 when rounded up
### END SOLUTION
if exposing is not ...:
    check.cost.hack(trap=7, config=exposing)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains CNNs. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="fa79b3d7"
# ## 挑错
#
# 一位候选人这样讲 CNN。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 4, 5, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="first-loss"
# ## The interviewer goes on
#
# **Your first loss on ten classes is 4.6. For how many classes would that be right?**

# %% [markdown] lang="zh" en="0d640fbe"
# ## 追问
#
# **十分类，第一步的损失却是 4.6。换成多少类，这个数才对？**

# %% role="follow-up"
### BEGIN SOLUTION
fitting_classes = np.exp(4.6)
### END SOLUTION

# %%
check.first_loss(fitting_classes)

# %% [markdown] role="follow-up" fold="So what went wrong?"
# $4.6 = \ln 100$: the last layer has 100 units; or two losses are added; or the logits are too large,
# from the last layer's scale or from pixels of 0 to 255. Test: set the last kernel and bias to zero. The
# loss must then be 2.3026 exactly, whatever stands before it.

# %% [markdown] lang="zh" en="b746601a" fold="那是哪里错了？"
# $4.6 = \ln 100$：最后一层有 100 个单元；或者两个损失加在了一起；或者 logits 太大，原因是最后一层的尺度，或像素没有缩放、还是 0 到 255。检验办法：把最后一层的核和偏置置零，损失就必须正好是 2.3026，和前面的层无关。

# %% [markdown] role="follow-up" anchor="same-params"
# **28×28 grey images, 32 and 64 filters of 3×3, each with 2×2 pooling, Dense(128), Dense(10). You change
# "valid" to "same". How many parameters now?**

# %% [markdown] lang="zh" en="d4bee2fa"
# **28×28 灰度图，32 和 64 个 3×3 的核，各接 2×2 池化，Dense(128)、Dense(10)。把 "valid" 改成 "same"，现在有多少参数？**

# %% role="follow-up"
### BEGIN SOLUTION
padded = 9 * 32 + 32 + 9 * 32 * 64 + 64 + 7 * 7 * 64 * 128 + 128 + 128 * 10 + 10
### END SOLUTION

# %%
check.same_params(padded)

# %% [markdown] role="follow-up" anchor="loss-floor"
# **Someone put a softmax in front of a loss that wants logits, ten classes. How low can that loss get?**

# %% [markdown] lang="zh" en="e7b69588"
# **有人在要 logits 的损失前面加了 softmax，十分类。这个损失最低能到多少？**

# %% role="follow-up"
### BEGIN SOLUTION
floor = np.log(np.e + 9) - 1
### END SOLUTION

# %%
check.loss_floor(floor)

# %% [markdown] role="follow-up" fold="Why"
# The outer softmax sees probabilities. The best are 1 for the right class and 0 for the nine others:
# $-\ln \frac{e}{e + 9} = 1.4612$. It starts near $\ln 10$ as it should, so only a curve that flattens at 1.5 tells.

# %% [markdown] lang="zh" en="702320a8" fold="为什么"
# 外层 softmax 的输入是概率，最好的情况是正确类别 1、其余九个 0：
# $-\ln \frac{e}{e + 9} = 1.4612$。它照样从 $\ln 10$ 附近起步，只有曲线在 1.5 左右走平才看得出来。

# %% [markdown] role="follow-up" anchor="receptive-field"
# **How many pixels, along one axis, does one unit see after 3×3 convolution, 2×2 pooling, 3×3 convolution,
# 2×2 pooling?**

# %% [markdown] lang="zh" en="04df048c"
# **3×3 卷积、2×2 池化、3×3 卷积、2×2 池化之后，一个单元沿一个轴能看到多少个像素？**

# %% role="follow-up"
### BEGIN SOLUTION
field = 1 + 2 * 1 + 1 * 1 + 2 * 2 + 1 * 2  # each layer adds (k − 1) · (product of strides so far)
### END SOLUTION

# %%
check.receptive_field(field)

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
# > Blocks of convolution, ReLU and max pooling, then flatten and dense, ending in logits. A convolution has
# > k·k·C_in weights and a bias per filter, whatever the image size; pooling has none and shrinks the dense layer,
# > where most parameters sit. Most of the computation is in the convolutions. The loss takes logits and
# > integer labels, once. Before training it must be near ln 10; hundreds mean a bad initialisation. I step with
# > training=True, test on held-out images with training=False, and report a linear baseline beside it.
#
# Classic mistakes: two softmaxes; "valid" where "same" was counted; C_in or biases forgotten; pooling
# said to have parameters; weights of standard deviation 1; dropout on while testing; accuracy on the training set.

# %% [markdown] lang="zh" en="ff8b4749" fold="一分钟版本"
# > 几组卷积、ReLU、最大池化，再展平接全连接，最后输出 logits。卷积层每个核有 k·k·C_in 个权重加一个偏置，和图像大小无关；池化没有参数，它缩小的是全连接层，而参数大多就在那里。计算量大多在卷积。损失直接接收 logits 和整数标签，softmax 只做一次。训练前的损失必须在 ln 10 附近，几百就是初始化错了。训练一步用 training=True，用 training=False 在没见过的图上测试，同时报一个线性基线。
#
# 常见错误：softmax 做两次；按 "same" 算、实际是 "valid"；漏了 C_in 或偏置；说池化有参数；权重标准差取 1；测试时开着 dropout；在训练集上报准确率。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §9.1 (convolution and cross-correlation), §9.2 (sparse interactions, parameter sharing, equivariance), §9.3 (pooling, and what it saves in the next layer).
# - He et al. 2015, *Delving Deep into Rectifiers*, arXiv:1502.01852 (the initialisation).
# - Karpathy 2019, *A Recipe for Training Neural Networks*, "verify loss @ init".
# - Bai, Kolter & Koltun 2018, arXiv:1803.01271 (convolutions for sequences).
# - TensorFlow, *Migrate from TensorFlow 1.x to TensorFlow 2*, tensorflow.org/guide/migrate.
# - Data: E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI, CC BY 4.0.

# %% [markdown] lang="zh" en="5dd4ff27"
# ## 参考文献
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§9.1（卷积与互相关）、§9.2（稀疏连接、参数共享、平移等变）、§9.3（池化，以及它给下一层省下的参数）。
# - He et al. 2015, *Delving Deep into Rectifiers*，arXiv:1502.01852（初始化）。
# - Karpathy 2019, *A Recipe for Training Neural Networks*，“verify loss @ init” 一条。
# - Bai, Kolter & Koltun 2018，arXiv:1803.01271（用卷积处理序列）。
# - TensorFlow, *Migrate from TensorFlow 1.x to TensorFlow 2*，tensorflow.org/guide/migrate。
# - 数据：E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*，UCI，CC BY 4.0。
