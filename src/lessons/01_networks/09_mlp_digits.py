# ---
# title: Train an MLP on digits twice, in NumPy and Keras
# title_zh: 手写数字 MLP：NumPy 与 Keras 逐步一致
# kind: code
# minutes: 50
# level: 2
# needs: [backprop]
# seeds: [003-4.1, 003-5.1]
# asked: 0
# framework: tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Classify handwritten digits with a small network: forward pass, backward pass and SGD by hand. Then
# > the same in Keras. How do you know that your loop is right?
#
# Think aloud for one minute before you type: what must be equal in the two programs so that you may
# compare them, and what happens to the pixels first?

# %% [markdown] lang="zh" en="af31001d"
# ## 题目
#
# > 写一个识别手写数字的小网络：前向、反向、SGD 都手写。再用 Keras 写一遍。你怎么知道手写的循环是对的？
#
# 先别动手，出声想一分钟：两个程序哪些东西必须相同，才能拿来比？像素进网络之前要先做什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - Images flattened one by one, pixels scaled, the scaler fitted on the training set.
# - Linear, ReLU, linear, logits; softmax cross-entropy, mean over the batch.
# - All gradients from one set of weights, then the update; batches shuffled.
# - In Keras: the loss that fits integer labels, and `from_logits=True`.
# - The proof: same start, same batches, same losses. Held-out accuracy beside baselines.

# %% [markdown] lang="zh" en="dec7b572" fold="好的回答包含什么"
# - 逐张展平，像素缩放，缩放的参数只在训练集上算。
# - 线性、ReLU、线性，输出 logits；softmax 交叉熵，对 batch 取平均。
# - 所有梯度用同一组权重算完，再更新；batch 要打乱。
# - Keras 里：适合整数标签的损失，加 `from_logits=True`。
# - 证明：初值相同、batch 相同，损失就相同。在没见过的数据上报准确率，旁边放基线。

# %% role="setup"
import keras
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("mlp_digits")

# %% [markdown] role="exercise" anchor="sgd-train"
# ## 1 · The loop by hand
#
# Write `sgd_train` for the network $\text{logits} = \operatorname{relu}(x W_1 + b_1)\, W_2 + b_2$: softmax
# cross-entropy, mean over the batch, plain SGD, one step for each entry of `order`.

# %% [markdown] lang="zh" en="7181ed47"
# ## 1 · 手写循环
#
# 网络是 $\text{logits} = \operatorname{relu}(x W_1 + b_1)\, W_2 + b_2$，写出 `sgd_train`：softmax 交叉熵，对 batch 取平均，朴素 SGD，`order` 的每一项走一步。


# %% role="exercise"
def sgd_train(X, y, params, order, lr):
    """X (N, D), y (N,) integers 0 … C − 1. params: W1 (D, H), b1 (H,), W2 (H, C), b2 (C,).

    order: for each step the array of its rows; lengths may differ. Logits may reach ±10,000.
    The derivative of ReLU at 0 is 0. Returns losses (steps,), each from before its update, and the
    new (W1, b1, W2, b2). The inputs stay as they are.
    """
    ### BEGIN SOLUTION
    (W1, b1, W2, b2), losses = params, []
    for rows in order:
        x, labels, each = X[rows], y[rows], np.arange(len(rows))
        z = x @ W1 + b1  # (B, H)
        h = np.maximum(z, 0)
        logits = h @ W2 + b2  # (B, C)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        losses.append(-log_p[each, labels].mean())
        d = np.exp(log_p)
        d[each, labels] -= 1
        d = d / len(rows)
        dh = d @ W2.T * (z > 0)  # with the W2 that made the loss
        W1, b1 = W1 - lr * x.T @ dh, b1 - lr * dh.sum(axis=0)
        W2, b2 = W2 - lr * h.T @ d, b2 - lr * d.sum(axis=0)
    return np.array(losses), (W1, b1, W2, b2)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A batch of 3 rows, 4 inputs, 5 hidden units, 2 classes: write the shape behind each of z, h, logits, and behind the gradient at each of them.
# 2. One example, logits (0, 0), label 1: what is the loss, and what is its slope along each logit? Now two such examples in the batch: what changes?
# 3. For each entry of order: take the rows; forward, keeping z and h; log-softmax with the maximum subtracted; note the loss; probabilities minus one-hot, over the batch size; that error back through W2 and through the mask of positive z; four gradients; four new arrays.

# %% [markdown] lang="zh" en="e4d7dbea"
# 1. batch 有 3 行，输入 4 维，隐藏单元 5 个，类别 2 个：写出 z、h、logits 的形状，以及各处梯度的形状。
# 2. 一个样本，logits 为 (0, 0)，标签是 1：损失是多少？对每个 logit 的斜率是多少？batch 里有两个这样的样本，哪个会变？
# 3. 对 order 的每一项：取出这些行；前向，留下 z 和 h；减去最大值再算 log-softmax；记下损失；概率减 one-hot，除以 batch 大小；误差经过 W2、再经过 z 为正的掩码往回传；算出四个梯度，再得到四个新数组。

# %%
check.sgd_train(sgd_train)

# %% [markdown] role="idea" anchor="idea"
# With $p = \operatorname{softmax}(\text{logits})$ and one-hot labels $t$, both (B, C):
#
# $$\delta_2 = \frac{p - t}{B}, \qquad \delta_1 = (\delta_2 W_2^\top) \odot [z > 0],$$
#
# $$\frac{\partial L}{\partial W_2} = h^\top \delta_2, \quad \frac{\partial L}{\partial W_1} = x^\top \delta_1, \quad \frac{\partial L}{\partial b} = \sum_n \delta_n, \qquad \theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta} .$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $z$, $h$ | `z`, `h` | (B, H) |
# | $\delta_2$, $\delta_1$ | `d`, `dh` | (B, C), (B, H) |
# | $\eta$ | `lr` | – |
#
# The two rules for $W$ and $b$ are those of [backprop](lesson:backprop); the start, $p - t$, is Bishop's (4.109) up to
# the factor of the layer's input.

# %% [markdown] lang="zh" en="ffd28348"
# 记 $p = \operatorname{softmax}(\text{logits})$，one-hot 标签为 $t$，形状都是 (B, C)：
#
# $$\delta_2 = \frac{p - t}{B}, \qquad \delta_1 = (\delta_2 W_2^\top) \odot [z > 0],$$
#
# $$\frac{\partial L}{\partial W_2} = h^\top \delta_2, \quad \frac{\partial L}{\partial W_1} = x^\top \delta_1, \quad \frac{\partial L}{\partial b} = \sum_n \delta_n, \qquad \theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta} .$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $z$、$h$ | `z`、`h` | (B, H) |
# | $\delta_2$、$\delta_1$ | `d`、`dh` | (B, C)、(B, H) |
# | $\eta$ | `lr` | – |
#
# $W$ 和 $b$ 的规则就是[反向传播](lesson:backprop)那一课的；起点 $p - t$ 是 Bishop 的 (4.109)，差一个该层输入的因子。

# %% [markdown] role="worked" fold="A sibling worked by hand: one step of a two-class linear model"
# $x = 2$, $W = (0, 0)$, $b = (0, 0)$, label 0, $\eta = 0.1$. Logits (0, 0), $p = (\frac12, \frac12)$,
# loss $\ln 2 = 0.6931$. $\delta = (-\frac12, \frac12)$, so $\partial L/\partial W = (-1, 1)$ and
# $\partial L/\partial b = \delta$. New: $W = (0.1, -0.1)$, $b = (0.05, -0.05)$; logits (0.25, −0.25), loss
# $\ln(1 + e^{-0.5}) = 0.4741$. Multiply $x$ by 10 and the gradient of $W$ is 10 times as large: the logits then move
# by ±4.05 in one step.

# %% [markdown] lang="zh" en="bb9da622" fold="手算一个相近的例子：两类线性模型走一步"
# $x = 2$，$W = (0, 0)$，$b = (0, 0)$，标签 0，$\eta = 0.1$。logits 为 (0, 0)，$p = (\frac12, \frac12)$，损失
# $\ln 2 = 0.6931$。$\delta = (-\frac12, \frac12)$，所以 $\partial L/\partial W = (-1, 1)$，
# $\partial L/\partial b = \delta$。更新后 $W = (0.1, -0.1)$，$b = (0.05, -0.05)$；logits 为 (0.25, −0.25)，损失
# $\ln(1 + e^{-0.5}) = 0.4741$。把 $x$ 放大 10 倍，$W$ 的梯度也大 10 倍：一步之后 logits 变成 ±4.05。

# %% [markdown] role="reward"
# Digits, 8×8, 1,347 to train and 450 to test; 15 epochs in batches of 32. The last batch of an epoch has 3.

# %% [markdown] lang="zh" en="a646ee20"
# 8×8 的手写数字，1,347 张训练，450 张测试；15 个 epoch，batch 为 32，每个 epoch 最后一个 batch 只有 3 张。


# %% role="setup"
(images, y), (test_images, y_test) = data.digits(split=True)
X, X_test = images.reshape(len(y), -1), test_images.reshape(len(y_test), -1)  # (N, 64)


def start(seed, D=64, H=32, C=10):
    """He's initialisation: (W1, b1, W2, b2)."""
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(size=(D, H)) * np.sqrt(2 / D), rng.normal(size=(H, C)) * np.sqrt(2 / H)
    return W1, np.zeros(H), W2, np.zeros(C)


def batches(seed, epochs, size=32, n=1347):
    """Row numbers of every batch: a new permutation for each epoch, cut into pieces."""
    rng = np.random.default_rng(seed)
    cuts = range(size, n, size)
    return [rows for _ in range(epochs) for rows in np.split(rng.permutation(n), cuts)]


def accuracy(params, x, labels):
    """Share of rows of x whose largest logit is at the label."""
    W1, b1, W2, b2 = params
    return ((np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == labels).mean()


# %% role="reward"
if check.sgd_train.passed:
    losses, trained = sgd_train(X, y, start(0), batches(0, epochs=15), lr=0.1)
    print(f"loss {losses[0]:.2f} → {losses[-43:].mean():.2f} (mean of the last epoch)")
    print(f"test accuracy: most frequent class {(y_test == np.bincount(y).argmax()).mean():.3f}")
    print(f"  untrained {accuracy(start(0), X_test, y_test):.3f}")
    print(f"  trained   {accuracy(trained, X_test, y_test):.3f}")

# %% [markdown] role="why"
# **Why it works.** Everything on the right-hand sides is from before the step. Then the order in which the four arrays
# are replaced does not matter.
#
# **Cost.** Per example $2(DH + HC)$ operations forward and about twice that back. No copy of the data: `X[rows]` is
# one batch.
#
# **What most people write first.** `params[0] -= lr * dW1`, which changes the caller's start: the second run
# then begins trained, and no comparison holds. Or the update of $W_2$ before the error has gone through it.
#
# **Elsewhere.** PyTorch: `loss.backward()` fills all `.grad` first and `optimizer.step()` moves the weights after, so that
# mistake cannot happen; forgetting `zero_grad()` can. JAX: `jax.value_and_grad`, then `jax.tree.map`.

# %% [markdown] lang="zh" en="3bf3ba67"
# **为什么对。** 等号右边全是更新前的量，所以四个数组按什么顺序替换都行。
#
# **代价。** 每个样本前向 $2(DH + HC)$ 次运算，反向约是它的两倍。数据不用复制，`X[rows]` 只取一个 batch。
#
# **最常见的第一版。** `params[0] -= lr * dW1`，把调用者的初值也改了：第二次运行就从训练过的权重开始，怎么比都不对。还有误差没传回去就先更新 $W_2$。
#
# **换个框架。** PyTorch 的 `loss.backward()` 先填好所有 `.grad`，`optimizer.step()` 再动权重，所以不会犯这个错；但会忘记 `zero_grad()`。JAX 用 `jax.value_and_grad`，再 `jax.tree.map`。

# %% [markdown] role="worked"
# **A good place to stop.** The loop trains. What follows proves it and feeds it properly.

# %% [markdown] lang="zh" en="7b98b00e"
# **可以先歇一歇。** 循环能训练了，下面证明它是对的，再把数据喂好。

# %% [markdown] role="exercise" anchor="build-mlp"
# ## 2 · The same in Keras
#
# Write `build_mlp`: a compiled model that makes the same step.

# %% [markdown] lang="zh" en="233f7217"
# ## 2 · 用 Keras 再写一遍
#
# 写出 `build_mlp`：一个编译好的模型，走的每一步和上面一样。


# %% role="exercise"
def build_mlp(shape, hidden, classes, lr):
    """A compiled Keras model: images (B, *shape) → logits (B, classes).

    One hidden dense layer with ReLU, Keras's own initialisation. Compiled with plain SGD at `lr`
    and the mean cross-entropy of integer labels (B,).
    """
    ### BEGIN SOLUTION
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(classes),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(lr), loss)
    return model
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What shape arrives for 5 images of 8×8, and what shape must the first dense layer see?
# 2. The labels are [3, 0, 7]. Which shape has their one-hot form, and which loss wants the labels as they are?
# 3. Input, flatten, a dense layer with ReLU, a dense layer with nothing behind it; a loss object that is told that logits come in; the SGD optimizer with the learning rate given.

# %% [markdown] lang="zh" en="74e7bcd6"
# 1. 5 张 8×8 的图，进来是什么形状？第一个全连接层要看到什么形状？
# 2. 标签是 [3, 0, 7]。转成 one-hot 是什么形状？哪个损失直接收整数标签？
# 3. 输入，展平，带 ReLU 的全连接层，再一个什么激活都不加的全连接层；损失要告诉它进来的是 logits；SGD 优化器要传学习率。

# %%
check.build_mlp(build_mlp)

# %% [markdown] role="reward"
# The proof. Both start from the same weights and see the same rows in the same order, for 200 steps. NumPy
# computes in float64, Keras in float32.

# %% [markdown] lang="zh" en="c3d4255a"
# 现在来证明。两边从同一组权重出发，按同样的顺序看同样的行，走 200 步。NumPy 用 float64，Keras 用 float32。


# %% role="reward"
def side_by_side(steps=200, lr=0.1):
    """The losses of sgd_train and of build_mlp, from one start and one order."""
    order = batches(0, epochs=5)[:steps]
    by_hand, _ = sgd_train(X.astype(float), y, start(0), order, lr)
    model = build_mlp((8, 8), 32, 10, lr)
    model.set_weights(start(0))
    by_keras = []
    for rows in order:
        model.reset_metrics()  # older Keras 3 returns a running mean without it
        by_keras.append(np.ravel(model.train_on_batch(images[rows], y[rows]))[0])
    return by_hand, np.array(by_keras)


if check.sgd_train.passed and check.build_mlp.passed:
    import matplotlib.pyplot as plt

    by_hand, by_keras = side_by_side()
    gap = np.abs(by_hand - by_keras)
    with plt.style.context(plot.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    both = {"NumPy": by_hand, "Keras": by_keras}
    ax = plot.curves(both, xlabel="step", ylabel="loss of the batch", ax=left)
    ax = plot.curves({"": gap}, xlabel="step", ylabel="|NumPy − Keras|", logy=True, ax=right)
    figure.tight_layout()
    print(f"largest gap in {len(gap)} steps: {gap.max():.1e}, below 1e-4: {gap.max() < 1e-4}")

# %% [markdown] role="caption" alt="Left: the loss of each batch over 200 steps falls from 2.4 to about 0.3 with much noise; the dashed Keras curve covers the NumPy curve, bump for bump. Right: their difference on a logarithmic axis lies between 1e-9 and 3e-7."
# Two programs, one curve: even the noise agrees, because it comes from the batches. The gap has the size of
# float32 rounding, $2^{-23} \approx 1.2 \cdot 10^{-7}$ for numbers near 1.

# %% [markdown] lang="zh" en="37d7db4d" alt="左图：200 步里每个 batch 的损失从 2.4 降到 0.3 左右，抖动很大；Keras 的虚线和 NumPy 的曲线连每个起伏都重合。右图：两者之差，对数坐标，在 1e-9 到 3e-7 之间。"
# 两个程序，一条曲线：连抖动都一样，因为抖动来自 batch。差距是 float32 舍入的量级，数值在 1 附近时为
# $2^{-23} \approx 1.2 \cdot 10^{-7}$。

# %% [markdown] role="worked"
# **The errors on the way.** A program in the question banks has `Input((784,))`, labels as integers,
# and `categorical_crossentropy`. In small, and in the order in which it stops:

# %% [markdown] lang="zh" en="601796fa"
# **路上会碰到的报错。** 题库里有一份程序：`Input((784,))`，整数标签，配 `categorical_crossentropy`。缩小之后，按报错的先后：


# %% role="worked"
def attempt(x, labels, loss):
    """The message with which a model for flat rows of 64 stops, or its loss."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")])
    model.compile("sgd", loss)
    model.run_eagerly = True
    try:
        return f"{model.train_on_batch(x, labels):.2f}"
    except ValueError as error:
        lines = [
            line for line in str(error).splitlines() if "incompatible" in line or "rank" in line
        ]
        return lines[0][max(0, lines[0].find("Expected")) :].removesuffix("\x1b[0m")


print("1.", attempt(images[:4], y[:4], "categorical_crossentropy"))
print("2.", attempt(X[:4], y[:4], "categorical_crossentropy"))
print("3. loss", attempt(X[:4], y[:4], "sparse_categorical_crossentropy"))

# %% [markdown] role="why"
# **What remains silent.** The two errors are the harmless ones. Nothing stops pixels of 0 to 255, a softmax in
# front of a loss that wants logits, or a test set that is loaded and never used; that program has the first and the last.
# It also trains with `fit` and Adam, where its own task asks for the backward pass and SGD.
#
# **Running means.** `train_on_batch` in Keras 3 returned the mean over all batches since the last reset, until a fix
# in 2026 (keras pull request 22617). A curve that is too smooth is a hint.
#
# **Elsewhere.** PyTorch: `nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)` with `nn.CrossEntropyLoss()`. Its `Linear`
# stores (out, in): transpose when you copy weights.

# %% [markdown] lang="zh" en="1656a020"
# **不报错的才麻烦。** 上面两个报错是无害的。像素是 0 到 255、要 logits 的损失前面多了 softmax、测试集读进来却没用，这些都不会报错；那份程序里第一个和最后一个都有。它还用 `fit` 加 Adam，而题目要求的是手写反向传播和 SGD。
#
# **滑动平均。** Keras 3 的 `train_on_batch` 曾经返回上次重置以来所有 batch 的均值，2026 年才修好（keras pull request 22617）。曲线平滑得过分，就要想到它。
#
# **换个框架。** PyTorch：`nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)`，配 `nn.CrossEntropyLoss()`。它的 `Linear` 存的是 (out, in)，拷贝权重要转置。

# %% [markdown] role="exercise" anchor="standardise"
# ## 3 · Scale the inputs
#
# Write `standardise`: each column with mean 0 and variance 1 on train (divide by n), and the same map for test. A
# column that is constant in train is only centred.

# %% [markdown] lang="zh" en="b0cdd13e"
# ## 3 · 缩放输入
#
# 写出 `standardise`：train 的每一列变成均值 0、方差 1（除以 n），test 用同一个变换。在 train 里是常数的列只减均值。


# %% role="exercise"
def standardise(train, test):
    """train (N, D), test (M, D), floats → both scaled, two new arrays."""
    ### BEGIN SOLUTION
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return (train - mean) / std, (test - mean) / std
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. D = 64: how many means are there, and which of the two arrays may they be computed from?
# 2. train has a column 0, 0, 0 and test has 0.5 there. What should come out for test?
# 3. Mean and standard deviation of train along the examples; where that deviation is 0, take 1; subtract and divide, in both arrays.

# %% [markdown] lang="zh" en="e9e6266f"
# 1. D = 64：一共有几个均值？只能用哪个数组来算？
# 2. train 有一列是 0, 0, 0，test 在那里是 0.5。test 应该输出多少？
# 3. 沿样本方向求 train 的均值和标准差；标准差为 0 的地方换成 1；两个数组都减均值、除标准差。

# %%
check.standardise(standardise)

# %% [markdown] role="reward"
# What scaling buys. The same network, three seeds, 15 epochs of SGD, at seven learning rates: pixels 0 to 255, 0 to 1,
# and standardised.

# %% [markdown] lang="zh" en="55d201c5"
# 看缩放值多少。同一个网络，三个种子，SGD 训练 15 个 epoch，七个学习率：像素 0 到 255、0 到 1、标准化。


# %% role="reward"
def scores(x, x_test, rates):
    """Test accuracy, (3 seeds, rates)."""
    runs = [[sgd_train(x, y, start(s), batches(s, 15), r)[1] for r in rates] for s in range(3)]
    return np.array([[accuracy(params, x_test, y_test) for params in run] for run in runs])


if check.standardise.passed and check.sgd_train.passed:
    rates = 10.0 ** np.arange(-6, 1)
    inputs = {
        "0 to 255": (255 * X, 255 * X_test),
        "0 to 1": (X, X_test),
        "standardised": standardise(X.astype(float), X_test.astype(float)),
    }
    found = {name: scores(*pair, rates) for name, pair in inputs.items()}
    shown = {"x": rates, "logx": True, "markers": True}
    ax = plot.curves(found, xlabel="learning rate", ylabel="test accuracy", **shown)
    for name, each in found.items():
        best = each.mean(axis=0).argmax()
        print(f"{name}: best {each[:, best].mean():.3f} at {rates[best]:.0e};", end=" ")
        print(f"at 0.1 {each[:, 5].mean():.3f}")
    raw, order = 255 * X, batches(0, epochs=15)
    first, after = sgd_train(raw, y, start(0), order, lr=0.1)
    alive = ((raw @ after[0] + after[1]) > 0).any(axis=0).sum()
    losses_shown = ", ".join(f"{loss:,.0f}" for loss in first[:3])
    print(f"0 to 255 at 0.1: losses {losses_shown}, …; {alive} of 32 hidden units left")

# %% [markdown] role="caption" alt="Test accuracy against learning rate from 1e-6 to 1. With pixels 0 to 255 the curve peaks at 1e-4 with about 0.65, its three runs far apart, and is at chance from 0.01 on. With pixels 0 to 1 it is at chance up to 1e-4 and reaches 0.96 at 0.1. Standardised inputs rise a little earlier and reach 0.97."
# Mean and range of three seeds. On raw pixels no learning rate is good: what is small enough for the first layer is
# too small for the second. At 0.1, where scaled pixels train well, the first steps drive every hidden unit below 0 for
# every image. Their gradient is then 0, and the network says the same for all.

# %% [markdown] lang="zh" en="a65a1b2a" alt="测试准确率随学习率从 1e-6 到 1 的变化。像素 0 到 255 时在 1e-4 处最高，约 0.65，三次运行差得很远，从 0.01 起等于瞎猜。像素 0 到 1 时，1e-4 以前等于瞎猜，到 0.1 处达到 0.96。标准化的输入升得稍早，达到 0.97。"
# 三个种子的均值和范围。原始像素没有一个学习率合适：对第一层够小的，对第二层就太小。取 0.1 时，缩放过的像素训练得很好，原始像素却在头几步就让所有隐藏单元对所有图都小于 0。它们的梯度从此为 0，网络对每张图的回答都一样。

# %% [markdown] role="reward"
# And with Adam, as in the question banks' program: 28×28 images, 64 hidden units, 10 epochs, the mean of two seeds; beside it the majority class and a linear model.

# %% [markdown] lang="zh" en="acf8706a"
# 换成 Adam，也就是题库那份程序的配置：28×28 的图，64 个隐藏单元，10 个 epoch，取两个种子的均值；旁边放多数类和线性模型。


# %% role="reward"
def with_adam(model, scale, seed):
    """Test loss and accuracy of a compiled model after 10 epochs of Adam."""
    (x, labels), (x_test, labels_test) = data.digits28()
    model.compile("adam", model.loss, metrics=["accuracy"])
    keras.utils.set_random_seed(seed)  # the order of fit
    model.fit(scale * x, labels, batch_size=32, epochs=10, verbose=0)
    return model.evaluate(scale * x_test, labels_test, verbose=0)


def linear():
    """The baseline: no hidden layer."""
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


if check.build_mlp.passed:
    print(f"most frequent class: accuracy {(y_test == np.bincount(y).argmax()).mean():.3f}")
    made = {"linear": linear, "MLP": lambda: build_mlp((28, 28), 64, 10, 0.1)}
    for name, pixels in (("linear", 1), ("MLP", 1), ("MLP", 255)):
        results = []
        for seed in range(2):
            keras.utils.set_random_seed(seed)
            results.append(with_adam(made[name](), pixels, seed))
        loss, share = np.mean(results, axis=0)
        print(f"{name}, pixels 0 to {pixels}: accuracy {share:.3f}, loss {loss:.2f}")

# %% [markdown] role="why"
# **Unscaled is not always fatal.** Adam's step does not grow with the gradient, and it learns from raw pixels too: the accuracy
# falls by about three points, the loss is more than ten times as large. Without a baseline 0.93 would look
# fine; a linear model on scaled pixels does better.
#
# **What most people write first.** `(x - mean) / (std + 1e-8)`: border pixels are constant in train, and a test image with
# ink there sends millions into the network. scikit-learn's `StandardScaler` divides such columns by 1, and counts a column as constant when its variance is
# below the rounding error, since the std of a column of 0.1s need not be exactly 0.

# %% [markdown] lang="zh" en="9f1f249d"
# **不缩放不一定致命。** Adam 的步长不随梯度变大，原始像素也能学：准确率低约三个百分点，损失却是十倍以上。没有基线，0.93 看着还行；可线性模型用缩放过的像素都比它好。
#
# **最常见的第一版。** `(x - mean) / (std + 1e-8)`：边缘的像素在训练集里是常数，测试图在那里有笔迹，网络就会收到几百万的数。scikit-learn 的 `StandardScaler` 对这种列除以 1；方差小于舍入误差的列也按常数算，因为一列 0.1 的标准差未必正好是 0。

# %% [markdown] role="exercise" anchor="mend"
# ## 4 · Mend an experiment
#
# It runs and reports an accuracy. Five bugs are in it. Mend it; pixels shall be divided by 255.

# %% [markdown] lang="zh" en="9a463d64"
# ## 4 · 改好一个实验
#
# 它能跑，也报得出准确率，但有五个 bug。请改好它；像素要除以 255。


# %% role="exercise" tags=["exercise"]
def experiment(train, test, params, order, lr):
    """The losses of training, and the accuracy on the test images after it.

    train, test: (images (N, height, width) integers 0–255, labels (N,)); train is sorted by label.
    params, lr: as in sgd_train. order: shuffled rows, (steps, batch).
    """

    def prepare(images):
        return images.reshape(-1, len(images)).T

    x, labels = prepare(train[0]), train[1]
    rows = np.arange(order.size).reshape(order.shape) % len(x)
    losses, _ = sgd_train(x, labels, params, rows, lr)
    W1, b1, W2, b2 = params
    logits = np.maximum(x @ W1 + b1, 0) @ W2 + b2
    return losses, (logits.argmax(axis=1) == labels).mean()


# %% role="exercise" tags=["solution"]
def experiment(train, test, params, order, lr):
    """The losses of training, and the accuracy on the test images after it.

    train, test: (images (N, height, width) integers 0–255, labels (N,)); train is sorted by label.
    params, lr: as in sgd_train. order: shuffled rows, (steps, batch).
    """

    def prepare(images):
        return images.reshape(len(images), -1) / 255  # image by image

    losses, (W1, b1, W2, b2) = sgd_train(prepare(train[0]), train[1], params, order, lr)
    x, labels = prepare(test[0]), test[1]
    logits = np.maximum(x @ W1 + b1, 0) @ W2 + b2
    return losses, (logits.argmax(axis=1) == labels).mean()


# %% [markdown] role="hint"
# 1. Follow one image through `prepare`: which numbers end up in row 0?
# 2. Six images of two classes, sorted, batches of 3: what does the network see in each step?
# 3. Look for: what the reshape gathers; the range of the pixels; which rows a step takes; which weights are scored; which images they are scored on.

# %% [markdown] lang="zh" en="806fcd8a"
# 1. 跟着一张图走一遍 `prepare`：第 0 行里是哪些数？
# 2. 六张图、两类、已排序，batch 为 3：每一步网络看到什么？
# 3. 依次检查：reshape 把什么凑到了一起；像素的范围；每一步取哪些行；准确率用的是哪组权重；是在哪些图上算的。

# %%
check.mend(experiment)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `standardise`. On ordinary columns it agrees with the right one. Find tables that give it away.

# %% [markdown] lang="zh" en="1a24932f"
# ## 找反例
#
# 下面是一个错误的 `standardise`，在普通的列上和正确答案一致。找两张能让它露馅的表。

# %% role="hack"
check.standardise.hack(trap=4)

# %% role="hack"
### BEGIN SOLUTION
table = np.array([[0.0, 1.0], [0.0, 3.0]])  # a border pixel
unseen = np.array([[0.5, 2.0]])  # with ink on it
### END SOLUTION
if table is not ...:
    check.standardise.hack(trap=4, train=table, test=unseen)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains the program. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="92c8f46e"
# ## 挑错
#
# 一位候选人这样讲解程序。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="first-layer-rate"
# ## The interviewer goes on
#
# **The network trains well on pixels 0 to 1 at a learning rate of 0.1. I hand you pixels 0 to 255 and W1 divided by 255. Which
# learning rate must W1 have for the same trajectory?** Answer within 1 %.

# %% [markdown] lang="zh" en="41fe905f"
# ## 追问
#
# **像素 0 到 1、学习率 0.1 时网络训练得很好。现在给你 0 到 255 的像素，W1 除以 255。要走出同样的轨迹，W1 的学习率应该是多少？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
rate = 0.1 / 255**2
### END SOLUTION

# %%
check.first_layer_rate(rate)

# %% [markdown] role="follow-up" fold="Why, and what does that say about one rate for all?"
# The hidden layer sees $x W_1$ as before, so $\delta_1$ is unchanged and $\partial L/\partial W_1 = x^\top \delta_1$ is 255 times larger. The step in
# $W_1$ should be 255 times smaller: $\eta' \cdot 255 = \eta / 255$. $b_1$, $W_2$ and $b_2$ keep 0.1. A single rate cannot serve both, which is what the figure
# shows.

# %% [markdown] lang="zh" en="52e52383" fold="为什么？一个学习率管所有层，问题在哪？"
# 隐藏层看到的 $x W_1$ 不变，所以 $\delta_1$ 不变，$\partial L/\partial W_1 = x^\top \delta_1$ 大了 255 倍。$W_1$ 的步子却要小 255 倍：$\eta' \cdot 255 = \eta / 255$。$b_1$、$W_2$、$b_2$ 仍用 0.1。一个学习率顾不了两头，图里就是这个样子。

# %% [markdown] role="follow-up" anchor="standard-error"
# **Test accuracy 0.96 on 450 images. What is its standard error? Is 0.97 of another model better?** Give the first within 2 %.

# %% [markdown] lang="zh" en="e212d1d1"
# **450 张测试图，准确率 0.96。标准误是多少？另一个模型 0.97，算更好吗？** 前一问误差不超过 2%。

# %% role="follow-up"
### BEGIN SOLUTION
error = np.sqrt(0.96 * 0.04 / 450)
### END SOLUTION

# %%
check.standard_error(error)

# %% [markdown] role="follow-up" fold="And the second question?"
# One point is about one standard error: not decided. Both models were tested on the same images, so compare them image by image:
# only those count on which they differ (McNemar's test). Or use more test images.

# %% [markdown] lang="zh" en="77af319f" fold="后一问呢？"
# 差 1 个百分点，约等于一个标准误，说明不了。两个模型测的是同一批图，可以逐张比：只看两者对错不同的那些图（McNemar 检验）。或者增加测试图。

# %% [markdown] role="follow-up" fold="After 20,000 steps the two programs differ in the third digit. Is one of them wrong?"
# Not necessarily. Floating-point sums depend on their order, each step starts from the last one's rounding, and differences can grow.
# Compare the first steps, where they cannot have grown yet, in float64 if need be. A real mistake usually shows within the first few.

# %% [markdown] lang="zh" en="4aa4c92c" fold="走了 20,000 步，两个程序从第三位有效数字开始不同。一定有一个错了吗？"
# 不一定。浮点求和的结果和顺序有关，每一步又从上一步的舍入结果出发，差距会越滚越大。要比就比开头几步，那时差距还来不及放大，必要时用 float64。真有错，通常头几步就看得出来。

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
# > Flatten each image, scale the pixels with numbers from the training set. Linear, ReLU, linear, logits. Softmax
# > cross-entropy, mean over the batch; at the logits its gradient is softmax minus one-hot over B. Back through W2 and the ReLU mask;
# > all gradients first, then the update; shuffled batches. In Keras: Flatten, Dense, Dense, the sparse loss from
# > logits, SGD. Proof: same weights, same batches, and the losses agree to rounding. Test accuracy beside the majority class and a linear
# > model.
#
# Classic mistakes: 784 inputs for 28×28 arrays; integer labels with the one-hot loss; softmax twice or `from_logits` forgotten; raw pixels; sorted data unshuffled;
# the scaler fitted on everything; the accuracy of the training set.

# %% [markdown] lang="zh" en="2c1e50a1" fold="一分钟版本"
# > 每张图展平，用训练集算出的数缩放像素。线性、ReLU、线性，输出 logits。softmax 交叉熵，对 batch 取平均；对 logits 的梯度是 softmax 减 one-hot，除以 B。经过 W2 和 ReLU 掩码往回传；梯度全部算完再更新；batch 要打乱。Keras 里是 Flatten、Dense、Dense，sparse 损失，from_logits，SGD。证明：权重相同、batch 相同，损失一致，只差舍入。测试准确率旁边放多数类和线性模型。
#
# 常见错误：28×28 的数组喂给 784 维输入；整数标签配 one-hot 的损失；softmax 做两次，或忘了 `from_logits`；像素不缩放；排好序的数据不打乱；在全部数据上算缩放参数；报训练集的准确率。

# %% [markdown] role="reference"
# ## References
#
# - Bishop 2006, *Pattern Recognition and Machine Learning*, §4.3.4, equation (4.109).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §6.5 (back-propagation), §8.1.3 (minibatches, chosen at random).
# - LeCun, Bottou, Orr & Müller 1998, *Efficient BackProp*, §4.2 (shuffling), §4.3 (normalizing the inputs).
# - scikit-learn user guide, *Common pitfalls and recommended practices* (inconsistent preprocessing, data leakage); source of `StandardScaler`.
# - TensorFlow API, `SparseCategoricalCrossentropy` (integer labels, `from_logits`); keras pull request 22617.
# - Data: E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI, CC BY 4.0.

# %% [markdown] lang="zh" en="cf440592"
# ## 参考文献
#
# - Bishop 2006, *Pattern Recognition and Machine Learning*，§4.3.4，公式 (4.109)。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§6.5（反向传播）、§8.1.3（minibatch 要随机抽）。
# - LeCun, Bottou, Orr & Müller 1998, *Efficient BackProp*，§4.2（打乱）、§4.3（输入归一化）。
# - scikit-learn 用户指南，*Common pitfalls and recommended practices*（预处理不一致、数据泄漏）；`StandardScaler` 源码。
# - TensorFlow API，`SparseCategoricalCrossentropy`（整数标签、`from_logits`）；keras pull request 22617。
# - 数据：E. Alpaydin and C. Kaynak 1998, *Optical Recognition of Handwritten Digits*，UCI，CC BY 4.0。
