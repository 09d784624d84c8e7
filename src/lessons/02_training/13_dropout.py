# ---
# title: Write dropout and say what changes at test time
# title_zh: 手写 dropout，讲清训练和推理的区别
# kind: question
# minutes: 35
# level: 1
# needs: [backprop]
# seeds: [001-Q7, 004-1.8]
# asked: 6
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is dropout? Write its forward and backward pass. What changes at test time, and why?
#
# Think aloud for one minute before you type: what is random, what depends on what, and what must be
# equal in training and at test time?

# %% [markdown] lang="zh" en="05c9417c"
# ## 题目
#
# > 讲一下 dropout。前向和反向手写一遍。推理的时候有什么不一样，为什么？
#
# 先别动手，出声想一分钟：哪里是随机的？它依赖什么、不依赖什么？训练和推理之间必须保持什么相等？

# %% [markdown] role="question" fold="What a good answer contains"
# - The mask: one coin for each unit and each example, tossed again at every forward pass, blind to the activation.
# - Which probability $p$ is. Here, as in PyTorch, Keras and Flax, $p$ is the probability of **dropping**; in the paper it is the probability of keeping.
# - The factor $1/(1-p)$, on which side it stands, and which expectation it keeps.
# - At test time: the identity. In the backward pass: the same mask, the same factor.
# - Why it helps, and where it does little or harm: a tiny training set, before batch normalization, one-epoch pre-training.

# %% [markdown] lang="zh" en="4a27dc38" fold="好的回答包含什么"
# - 掩码：每个样本的每个单元各抛一枚硬币，每次前向重新抛，与激活值无关。
# - $p$ 是哪个概率。这里和 PyTorch、Keras、Flax 一样，$p$ 是**丢弃**概率；论文里是保留概率。
# - 系数 $1/(1-p)$ 乘在哪一边，保住的是哪个期望。
# - 推理时是恒等映射；反向用同一个掩码、同一个系数。
# - 为什么有用，什么时候用处不大甚至有害：数据太少、放在批归一化前面、预训练只过一遍数据。

# %% role="setup"
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("dropout")

# %% [markdown] role="exercise" anchor="dropout"
# ## 1 · The forward pass
#
# Write `dropout`, the inverted form: all scaling happens in training. $p$ is the probability of
# dropping.

# %% [markdown] lang="zh" en="b9754646"
# ## 1 · 前向
#
# 写出 `dropout`，用 inverted 的形式：缩放全部放在训练时做。$p$ 是丢弃概率。


# %% role="exercise"
def dropout(x, p, training, rng):
    """x: array (B, D) or any other shape; p: probability of dropping a unit, 0 ≤ p ≤ 1.

    training: False in evaluation. rng: np.random.Generator, the only source of randomness.
    Returns y, shaped like x, and mask, shaped like x and nonzero where a unit is kept. At p = 1
    y is all zeros. In evaluation nobody uses the mask: None will do. x itself stays as it is.
    """
    ### BEGIN SOLUTION
    if not training:
        return x, None
    mask = rng.random(x.shape) >= p
    # Divides where a unit is kept and nowhere else, so that p = 1 divides nothing by zero.
    return np.divide(x, 1 - p, out=np.zeros_like(x), where=mask), mask
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For x of shape (32, 100): how many coins do you toss in one call? How many in evaluation?
# 2. A unit holds 3 and $p = 0.25$. It becomes 0 or some value $v$. How often each? For which $v$ is the mean still 3?
# 3. In evaluation hand x back. In training draw one uniform number for each unit from the generator you were given; keep where it is at least p; divide the kept units by the probability of being kept; everything else is zero.

# %% [markdown] lang="zh" en="9e061444"
# 1. x 的形状是 (32, 100)，一次调用要抛多少枚硬币？推理时呢？
# 2. 某个单元的值是 3，$p = 0.25$。它会变成 0 或某个值 $v$，各占多少？$v$ 取多少时均值仍是 3？
# 3. 推理时原样返回 x。训练时用传进来的生成器给每个单元抽一个均匀随机数，不小于 p 的保留；保留的单元除以保留概率，其余为零。

# %%
check.dropout(dropout)

# %% [markdown] role="idea" anchor="idea"
# With $m \sim \text{Bernoulli}(1 - p)$, independent for every entry,
#
# $$y = \frac{m \odot x}{1 - p}, \qquad E[y \mid x] = \frac{(1 - p)\,x}{1 - p} = x, \qquad \mathrm{Var}[y \mid x] = \frac{p}{1 - p}\,x^2 .$$
#
# The mean is kept, so evaluation has nothing left to correct: $y = x$. The variance is the noise that
# regularizes.
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$, $y$ | `x`, `y` | (B, D) |
# | $m$ | `mask` | (B, D) |
# | $p$ | `p` | number |
#
# Srivastava et al. write $r \sim \text{Bernoulli}(p)$ and $\tilde{y} = r * y$ (§4): their $p$ is our
# $1 - p$. They multiply the outgoing weights by it at test time (§1, Figure 2), and give the inverted form
# used here in §10.

# %% [markdown] lang="zh" en="028d23ef"
# 设 $m \sim \text{Bernoulli}(1 - p)$，各元素相互独立：
#
# $$y = \frac{m \odot x}{1 - p}, \qquad E[y \mid x] = \frac{(1 - p)\,x}{1 - p} = x, \qquad \mathrm{Var}[y \mid x] = \frac{p}{1 - p}\,x^2 .$$
#
# 均值不变，所以推理时不用再修正：$y = x$。多出来的方差就是起正则化作用的噪声。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $x$、$y$ | `x`、`y` | (B, D) |
# | $m$ | `mask` | (B, D) |
# | $p$ | `p` | 数 |
#
# Srivastava 等人写的是 $r \sim \text{Bernoulli}(p)$、$\tilde{y} = r * y$（§4），他们的 $p$ 就是这里的
# $1 - p$。论文在测试时把输出权重乘上它（§1，图 2），这里用的 inverted 形式见 §10。

# %% [markdown] role="worked" fold="A sibling worked by hand: the paper's own form"
# Keep with probability $q = 0.8$, scale nothing in training. A unit holds 5. In training it sends 5 in
# 80 % of the passes and 0 in 20 %: on average $0.8 \times 5 = 4$. At test time it always sends 5, so a
# weight of 0.3 behind it would receive 1.5 instead of the 1.2 it has learned with. Multiply the weight
# by $q$: $0.8 \times 0.3 = 0.24$, and $0.24 \times 5 = 1.2$ again. The inverted form moves that $q$ into
# the training pass, and the network you ship needs to know nothing about dropout.

# %% [markdown] lang="zh" en="6dd9dcc9" fold="手算一个相近的例子：论文的原始写法"
# 以 $q = 0.8$ 的概率保留，训练时不缩放。某个单元的值是 5：训练时 80% 的前向送出 5，20% 送出 0，平均
# $0.8 \times 5 = 4$。推理时每次都送出 5，后面权重 0.3 收到的就是 1.5，而训练时习惯的是 1.2。把权重乘
# $q$：$0.8 \times 0.3 = 0.24$，又得到 $0.24 \times 5 = 1.2$。inverted 形式把这个 $q$ 挪到训练里，上线的网络就不用管 dropout 了。

# %% [markdown] role="reward"
# The mean of 200,000 sigmoid activations after your dropout at $p = 0.3$, beside four versions that
# are handed in again and again.

# %% [markdown] lang="zh" en="5f4a49d5"
# 20 万个 sigmoid 激活值，$p = 0.3$，经过你的 dropout 之后的均值；旁边是四种最常见的错误写法。

# %% role="reward"
if check.dropout.passed:
    x = 1 / (1 + np.exp(-np.random.default_rng(0).normal(size=(400, 500))))

    def versions(p):
        """What each version makes of x."""
        keep = np.random.default_rng(1).random(x.shape) >= p
        return {
            "yours": dropout(x, p, True, np.random.default_rng(1))[0],
            "not scaled": x * keep,
            "divided by p": x * keep / p,
            "keeps a share p": x * ~keep / (1 - p),
            "drops x < 0.5": np.where(x < 0.5, 0, x),
        }

    means = {name: y.mean() for name, y in versions(0.3).items()}
    ax = plot.bars(means, ylabel="mean activation, p = 0.3", form="{:.3f}")
    ax.axhline(x.mean(), color="black", linestyle="--", linewidth=1)
    print(f"no dropout: {x.mean():.3f}")
    print("p = 0.5:", {name: round(float(y.mean()), 3) for name, y in versions(0.5).items()})

# %% [markdown] role="caption" alt="Five bars of the mean activation at p = 0.3 with a dashed line at 0.5, the mean without dropout. Only your bar reaches the line; not scaled, keeps a share p and drops x below 0.5 stay under it, divided by p is more than twice as high."
# Dashed: the mean without dropout. Only the right version meets it. The line printed for $p = 0.5$ shows why
# that is a bad place to test: there dividing by $p$ and keeping a share $p$ look right too.

# %% [markdown] lang="zh" en="fdb28155" alt="p = 0.3 时平均激活值的五根柱子，虚线在 0.5，即没有 dropout 时的均值。只有你的柱子到达虚线；没有缩放、按比例 p 保留、丢弃小于 0.5 的都低于虚线，除以 p 的高出一倍多。"
# 虚线是没有 dropout 时的均值，只有正确的写法与它相符。再看打印的 $p = 0.5$ 那一行：除以 $p$、按比例 $p$ 保留，均值也都对，所以不能只测这一个值。

# %% [markdown] role="why"
# **Why it works.** The next layer takes a weighted sum, and the mean of a sum is the sum of the means.
# Divide by $1 - p$ and each summand has the mean it will have at test time.
#
# **Cost.** One random number for each activation, and the mask must live until the backward pass: one byte
# a unit as a boolean, four when somebody stores it as float32.
#
# **What most people write first.** `mask = (rng.random(x.shape) >= p) / (1 - p)`, then `x * mask`. It is
# right and fast for every $p < 1$; at $p = 1$ it computes $0 / 0$, which is nan.
#
# **Elsewhere.** PyTorch: `nn.Dropout(p)` drops with probability $p$ and obeys `model.train()` and
# `model.eval()`; the function `F.dropout(x, p)` defaults to `training=True` and keeps dropping until you
# pass `training=self.training`. Keras: `Dropout(rate)` drops too, and obeys the argument
# `training`, not `trainable=False`. In TF 1, `keep_prob` was the probability of keeping. JAX has no hidden
# state: Flax Linen takes `nn.Dropout(rate, deterministic=not train)` and a key, `rngs={"dropout": key}`,
# which you split at every step; a reused key is a reused mask.

# %% [markdown] lang="zh" en="6a9b4f66"
# **为什么对。** 下一层做的是加权求和，而和的均值等于各项均值之和。除以 $1 - p$，每一项的均值就和推理时一样。
#
# **代价。** 每个激活值一个随机数；掩码要留到反向传播：存成布尔型每个单元 1 字节，存成 float32 就是 4 字节。
#
# **最常见的第一版。** `mask = (rng.random(x.shape) >= p) / (1 - p)`，再算 `x * mask`。只要 $p < 1$ 就又对又快；$p = 1$ 时算的是 $0 / 0$，得到 nan。
#
# **换个框架。** PyTorch 的 `nn.Dropout(p)` 以概率 $p$ 丢弃，听 `model.train()` 和 `model.eval()` 的；函数 `F.dropout(x, p)` 默认 `training=True`，不传 `training=self.training` 就会一直丢下去。Keras 的 `Dropout(rate)` 也是丢弃概率，看的是参数 `training`，设 `trainable=False` 关不掉。TF 1 的 `keep_prob` 是保留概率。JAX 没有隐藏状态：Flax Linen 写 `nn.Dropout(rate, deterministic=not train)`，再给一个 key，`rngs={"dropout": key}`，每步都要 split；重用 key 就是重用掩码。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is its gradient, what it does to a
# network, and what else the noise is good for.

# %% [markdown] lang="zh" en="05983dbd"
# **可以先歇一歇。** 核心已经写完。下面是它的梯度、它对网络的影响，以及这种噪声还能拿来做什么。

# %% [markdown] role="exercise" anchor="dropout-backward"
# ## 2 · The backward pass
#
# Write `dropout_backward`.

# %% [markdown] lang="zh" en="c70064d6"
# ## 2 · 反向
#
# 写出 `dropout_backward`。


# %% role="exercise"
def dropout_backward(dy, mask, p):
    """dy: ∂L/∂y, any shape. mask: boolean, shaped like dy, True where the forward pass kept a unit.

    p: probability of dropping. Returns dx = ∂L/∂x, shaped like dy; all zeros at p = 1.
    """
    ### BEGIN SOLUTION
    return np.divide(dy, 1 - p, out=np.zeros_like(dy), where=mask)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. $y_i$ depends on one entry of x. Which shape does the answer have, and is there anything to sum?
# 2. $p = 0.25$, one kept unit and one dropped: by how much does each y change when its x grows by 1?
# 3. The forward pass multiplies every entry by a number that does not depend on x. The backward pass multiplies by the same numbers.

# %% [markdown] lang="zh" en="16e5dd8e"
# 1. $y_i$ 只依赖 x 的一个元素。结果是什么形状？有没有东西要求和？
# 2. $p = 0.25$，一个单元保留，一个丢弃：x 增加 1，各自的 y 增加多少？
# 3. 前向把每个元素乘了一个与 x 无关的数，反向就乘同样的数。

# %%
check.dropout_backward(dropout_backward)

# %% [markdown] role="why"
# Given the mask, dropout is linear in x: a diagonal matrix with entries 0 and $1/(1-p)$. A diagonal
# matrix is its own transpose, so forward and backward are the same operation. A new mask in the backward
# pass gives the gradient of another network than the one whose loss was measured.

# %% [markdown] lang="zh" en="d54b941d"
# 掩码定下来之后，dropout 对 x 是线性的：一个对角矩阵，对角元是 0 或 $1/(1-p)$。对角矩阵转置等于自己，所以前向和反向是同一个运算。反向若重新采样掩码，得到的是另一个网络的梯度，而损失并不是那个网络算出来的。

# %% [markdown] role="reward"
# Now a network that trains with both of your functions: two hidden layers, Adam, only 150 digits, the
# other 1,647 for the test.

# %% [markdown] lang="zh" en="64abfb93"
# 现在用你的两个函数训练一个网络：两个隐藏层，Adam，只用 150 张手写数字，其余 1,647 张用来测试。


# %% role="worked"
def network(x, params, p, training, rng, scaled=True):
    """x (B, 64) → class probabilities (B, 10), and (input, mask) of every layer."""
    cache = [(x, None)]
    for W, b in params[:-1]:
        x, mask = dropout(np.maximum(x @ W + b, 0), p, training, rng)
        if training and not scaled:
            x = x * (1 - p)  # takes the factor out again: a bare mask
        cache.append((x, mask))
    z = x @ params[-1][0] + params[-1][1]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True), cache


def gradients(dz, params, cache, p, scaled=True):
    """dz (B, 10), the gradient at the logits → a list of dW, db, layer by layer."""
    grads = []
    for (W, _), (x, mask) in zip(reversed(params), reversed(cache)):
        grads = [x.T @ dz, dz.sum(axis=0), *grads]
        if mask is not None:
            dx = dropout_backward(dz @ W.T, mask != 0, p)
            dz = (dx if scaled else dx * (1 - p)) * (x > 0)  # ReLU: x is 0 where it was cut
    return grads


# %% role="worked"
def train(p, seed, scaled=True, steps=500, batch=16, lr=2e-3):
    """Adam on 150 digits → params, and the test set (x, y)."""
    rng = np.random.default_rng(seed)
    x, y = data.digits()
    x, order = x.reshape(len(x), -1), rng.permutation(len(x))
    shapes = [(64, 128), (128, 128), (128, 10)]
    weights = [(rng.normal(size=s) * np.sqrt(2 / s[0])).astype(np.float32) for s in shapes]
    params = [(W, np.zeros(W.shape[1], np.float32)) for W in weights]
    theta = [part for layer in params for part in layer]
    first, second = [0 * t for t in theta], [0 * t for t in theta]
    for step in range(1, steps + 1):
        chosen = rng.choice(order[:150], batch, replace=False)
        probs, cache = network(x[chosen], params, p, True, rng, scaled)
        dz = (probs - np.eye(10, dtype=np.float32)[y[chosen]]) / batch
        for i, g in enumerate(gradients(dz, params, cache, p, scaled)):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g * g
            unbiased = first[i] / (1 - 0.9**step), second[i] / (1 - 0.999**step)
            theta[i] -= lr * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-7)
    return params, (x[order[150:]], y[order[150:]])


def scores(probs, y):
    """Accuracy and mean negative log-likelihood."""
    likelihood = probs[np.arange(len(y)), y]
    return (probs.argmax(axis=1) == y).mean(), -np.log(likelihood + 1e-12).mean()


# %% role="worked"
def compare(p_values, runs, **recipe):
    """Test accuracies (runs, len(p_values)): dropout off at test time, and left on."""
    off, left_on = np.zeros((2, runs, len(p_values)))
    for run in range(runs):  # one split and one initialization for all p of a run
        for k, p in enumerate(p_values):
            params, (x, y) = train(p, seed=run, **recipe)
            rng = np.random.default_rng(run)
            off[run, k], _ = scores(network(x, params, p, False, rng)[0], y)
            left_on[run, k], _ = scores(network(x, params, p, True, rng)[0], y)
    return off, left_on


def print_gains(p_values, accuracy):
    """For each p, the gain over the first one, in points, and its standard error."""
    gain = 100 * (accuracy[:, 1:] - accuracy[:, :1])
    errors = gain.std(axis=0, ddof=1) / np.sqrt(len(gain))
    for p, mean, error in zip(p_values[1:], gain.mean(axis=0), errors):
        print(f"p = {p}: {mean:+.2f} ± {error:.2f} points against p = 0, {len(gain)} runs")


# %% role="reward"
if check.dropout.passed and check.dropout_backward.passed:
    p_values = [0.0, 0.2, 0.4, 0.6, 0.8]
    off, left_on = compare(p_values, runs=6)
    ax = plot.curves(
        {"dropout off at test time": off, "left on at test time": left_on}, x=p_values,
        xlabel="p, the probability of dropping", ylabel="accuracy on 1,647 digits", markers=True,
    )  # fmt: skip
    print_gains(p_values, off)

# %% [markdown] role="caption" alt="Test accuracy against p: with dropout off at test time the line stays near 0.92 up to p = 0.4, is at 0.91 at p = 0.6 and falls to about 0.8 at p = 0.8; with dropout left on at test time it falls from 0.92 to below 0.5. Shaded: the range of six runs."
# Mean and range of six runs. What they show: up to 0.4 the choice of $p$ hardly matters, at 0.8 the network
# breaks down, and forgetting to switch dropout off costs far more than any $p$ gains. What they do not show
# is that dropout helps here: compare the gains printed for 0.2 and 0.4 with their standard errors.
#
# Sixty runs of `print_gains([0.0, 0.2], compare([0.0, 0.2], runs=60)[0])`, recorded because they take half a
# minute, gave $-0.01 \pm 0.09$ points; with `steps=300, batch=50` in the call of `compare` they gave
# $+0.30 \pm 0.06$. So with 150 digits the effect is a few tenths of a point at best and hangs on the
# recipe; the paper saw none with 100 or 500 training cases (§7.4).

# %% [markdown] lang="zh" en="2624a205" alt="测试准确率随 p 的变化：推理时关闭 dropout，p 到 0.4 之前都在 0.92 左右，p = 0.6 时 0.91，p = 0.8 时降到约 0.8；推理时忘记关闭，则从 0.92 一路降到 0.5 以下。阴影是六次运行的范围。"
# 图中是六次运行的均值和范围。能看出的是：$p$ 不超过 0.4 时取多少影响不大，到 0.8 网络就垮了；推理时忘记关 dropout，损失远大于调 $p$ 能带来的收益。看不出的是 dropout 在这里有没有用：把打印的 0.2 和 0.4 两行的提升与各自的标准误比一比。
#
# 用 `print_gains([0.0, 0.2], compare([0.0, 0.2], runs=60)[0])` 跑六十次，要半分钟，这里只记下结果：提升 $-0.01 \pm 0.09$ 个百分点；在 `compare` 的调用里再加上 `steps=300, batch=50`，则是 $+0.30 \pm 0.06$。可见只有 150 张图时，效果最多零点几个百分点，还取决于训练的设置；论文里训练样本只有 100 或 500 个时也没有看到提升（§7.4）。

# %% [markdown] role="exercise" anchor="mc-dropout"
# ## 3 · Leave it on, on purpose
#
# Monte-Carlo dropout keeps the noise at test time and reads the spread of several passes as a measure of
# doubt. Write `mc_dropout`.

# %% [markdown] lang="zh" en="83523cdc"
# ## 3 · 故意不关
#
# Monte-Carlo dropout 在推理时保留噪声，用多次前向之间的波动来衡量模型有多不确定。写出 `mc_dropout`。


# %% role="exercise"
def mc_dropout(model, x, n, rng):
    """model(x, rng) → array, with dropout on: a new draw from rng at every call. n ≥ 2 calls.

    Returns mean and std of the n outputs, each shaped like one output. std has divisor n − 1.
    """
    ### BEGIN SOLUTION
    outputs = np.stack([model(x, rng) for _ in range(n)])  # (n, …)
    return outputs.mean(axis=0), outputs.std(axis=0, ddof=1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. One output is (B, C). What shape do n of them have together, and along which axis is the spread?
# 2. Three passes give 1, 2 and 6. What is the sum of the squared distances from the mean, and what do you divide it by?
# 3. Call the model n times with the same x and the same generator, collect the outputs, and reduce over the calls.

# %% [markdown] lang="zh" en="15ca4358"
# 1. 一次输出是 (B, C)。n 次放在一起是什么形状？波动沿哪个轴？
# 2. 三次前向得到 1、2、6。与均值之差的平方和是多少？再除以几？
# 3. 用同一个 x、同一个生成器调用模型 n 次，收集输出，再沿调用次数那一维求均值和标准差。

# %%
check.mc_dropout(mc_dropout)

# %% role="reward"
if check.mc_dropout.passed and check.dropout.passed and check.dropout_backward.passed:

    def noisy(params):
        """The trained network with its dropout on, as mc_dropout calls it."""
        return lambda x, rng: network(x, params, 0.2, True, rng)[0]

    def auroc(doubt, wrong):
        """How often a wrongly classified digit is doubted more than a right one."""
        return (doubt[wrong][:, None] > doubt[~wrong]).mean()

    rows = []
    for seed in range(5):
        params, (x, y) = train(0.2, seed)
        mean, std = mc_dropout(noisy(params), x, 20, np.random.default_rng(seed))
        once = network(x, params, 0.2, False, None)[0]
        doubt, wrong = std[np.arange(len(y)), mean.argmax(axis=1)], mean.argmax(axis=1) != y
        by_once = auroc(1 - once.max(axis=1), once.argmax(axis=1) != y)
        rows.append([*scores(once, y), by_once, *scores(mean, y), auroc(doubt, wrong)])
    spread = {"right": doubt[~wrong], "wrong": doubt[wrong]}
    ax = plot.histograms(spread, xlabel="std of the predicted class over 20 passes")
    line = "accuracy {:.4f}, NLL {:.3f}, AUROC for finding the errors {:.3f}"
    print("one pass, dropout off, 1 − max probability:", line.format(*np.mean(rows, axis=0)[:3]))
    print("20 passes, dropout on, std:                ", line.format(*np.mean(rows, axis=0)[3:]))

# %% [markdown] role="caption" alt="Two histograms of the standard deviation over 20 passes: right predictions pile up near zero, most wrong ones lie between 0.2 and 0.35."
# One run at $p = 0.2$; the printed numbers are means of five. The spread does tell right from wrong
# predictions. So does the plain softmax of a single pass, at a twentieth of the price: on this task it
# finds the errors a little better. The mean of the passes gains next to nothing either. Ask for such a
# baseline whenever somebody shows you an uncertainty.

# %% [markdown] lang="zh" en="2cb58417" alt="20 次前向的标准差的两个直方图：预测正确的集中在 0 附近，预测错误的大多在 0.2 到 0.35 之间。"
# 图是 $p = 0.2$ 的一次运行，打印的数是五次的平均。波动大小确实能区分预测对错。但只跑一次前向、直接看 softmax 也能区分，计算量只有二十分之一，在这个任务上找错误还略好一点；对多次前向取平均，也几乎没有提升。有人向你展示某种不确定性估计时，记得先问它比这样的基线好多少。

# %% [markdown] role="why"
# The passes must share one generator that moves on: a new `default_rng(0)` in each pass draws one mask n
# times. In Keras `model(x, training=True)` switches batch normalization to batch statistics as well; in
# PyTorch call `.train()` on the dropout modules alone. NumPy's `std` divides by n, PyTorch's by n − 1.
# Gal & Ghahramani read the passes as samples from an approximate posterior; whether the resulting
# spread is calibrated is disputed, so measure it.

# %% [markdown] lang="zh" en="549e4983"
# 各次前向要共用一个不断往前走的生成器：每次都新建 `default_rng(0)`，等于把同一个掩码用了 n 次。Keras 里 `model(x, training=True)` 会让批归一化也改用当前 batch 的统计量；PyTorch 里只对 dropout 模块调用 `.train()`。NumPy 的 `std` 默认除以 n，PyTorch 默认除以 n − 1。Gal 和 Ghahramani 把各次前向看作近似后验的采样；这样估出的不确定性校准得好不好有争议，要自己验证。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `mc_dropout`. On ordinary outputs it agrees with the right one. Find a model on which the
# two part.

# %% [markdown] lang="zh" en="a82c2ac5"
# ## 找反例
#
# 下面是一个错误的 `mc_dropout`，在一般的输出上和正确答案一致。找一个模型，让两者给出不同的结果。

# %% role="hack"
check.mc_dropout.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
model = lambda x, rng: 1e8 + rng.normal(size=x.shape)  # the squares need all 16 digits
### END SOLUTION
if model is not ...:
    check.mc_dropout.hack(trap=1, model=model, x=np.ones(3), n=10, rng=np.random.default_rng(0))

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains dropout. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="3a44f63c"
# ## 挑错
#
# 一位候选人这样讲 dropout。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="variance-ratio"
# ## The interviewer goes on
#
# **The mean is kept. By what factor does inverted dropout with $p = 0.2$ change the variance of a unit with
# mean 0?**

# %% [markdown] lang="zh" en="04a3c708"
# ## 追问
#
# **均值不变，那方差呢？某个单元均值为 0，经过 $p = 0.2$ 的 inverted dropout，方差变成原来的几倍？**

# %% role="follow-up"
### BEGIN SOLUTION
ratio = 0.8 * (1 / 0.8) ** 2
### END SOLUTION

# %%
check.variance_ratio(ratio)

# %% [markdown] role="follow-up" fold="So what if batch normalization comes next?"
# In training it sees, and remembers, a variance larger by $1/(1-p)$; at test time dropout is off and the variance
# falls back, but the running average still holds the training value. Li et al. call it variance shift. On
# CIFAR-100 their DenseNet falls from 77.42 % to 68.55 % with dropout 0.5 in every bottleneck. Behind
# the last batch normalization no stored variance can be wrong.

# %% [markdown] lang="zh" en="9bbae062" fold="那后面接批归一化会怎样？"
# 训练时它看到并记住的方差大了 $1/(1-p)$ 倍；推理时 dropout 关闭，方差回落，滑动平均里却还是训练时的值。Li 等人称之为 variance shift。他们的 DenseNet 在 CIFAR-100 上是 77.42%，每个 bottleneck 加上 0.5 的 dropout 后掉到 68.55%。放在最后一个批归一化之后，就没有哪个记下的方差会对不上了。

# %% [markdown] role="follow-up" anchor="logit-factor"
# **Somebody trains with a bare mask, $p = 0.5$ after each of two hidden ReLU layers, no biases, and scales
# nothing at test time either. Compared with the same weights scaled correctly, by what factor are the
# logits too large?**

# %% [markdown] lang="zh" en="9e612705"
# **有人训练时只乘掩码不缩放，两个 ReLU 隐藏层后面各有 $p = 0.5$，没有偏置，推理时也不缩放。与同样的权重、缩放正确的情况相比，logits 大了几倍？**

# %% role="follow-up"
### BEGIN SOLUTION
factor = (1 / 0.5) ** 2
### END SOLUTION

# %%
check.logit_factor(factor)

# %% [markdown] role="follow-up" fold="Would you notice it in the accuracy?"
# Hardly. A common factor on all logits does not move the largest one; it makes the probabilities
# overconfident, and only the likelihood shows it. The next cell measures it (with biases, so the
# factor is not exact). A test on accuracy alone misses the missing scale.

# %% [markdown] lang="zh" en="64e0283e" fold="看准确率能发现吗？"
# 很难。所有 logits 乘同一个倍数，最大的还是最大的；变的是概率，变得过于自信，要看似然才知道。下一个单元格实测（网络有偏置，倍数不是精确的）。只测准确率，发现不了漏掉的缩放。

# %% role="follow-up"
if check.dropout.passed and check.dropout_backward.passed:
    for scaled in (True, False):
        trained = [train(0.5, seed, scaled) for seed in range(5)]
        rows = [scores(network(x, params, 0.5, False, None)[0], y) for params, (x, y) in trained]
        line = "accuracy {:.4f}, NLL {:.3f}".format(*np.mean(rows, axis=0))
        print("scaled:   " if scaled else "bare mask:", line)

# %% [markdown] role="follow-up" anchor="row-sum-spread"
# **Many Transformers drop attention weights after the softmax. A row holds 16 equal weights, $p = 0.1$. What is
# the standard deviation of the row's sum, in percent?** Answer such as `"5 %"`.

# %% [markdown] lang="zh" en="eac99cfa"
# **不少 Transformer 在 softmax 之后对注意力权重做 dropout。某一行是 16 个相等的权重，$p = 0.1$，这一行之和的标准差是百分之几？** 答案写成 `"5 %"` 这样。

# %% role="follow-up"
### BEGIN SOLUTION
spread = f"{100 * np.sqrt(0.1 / (0.9 * 16))} %"
### END SOLUTION

# %%
check.row_sum_spread(spread)

# %% [markdown] role="follow-up" fold="So the rows no longer sum to 1?"
# Only in expectation. The sum has variance $\frac{p}{1-p} \sum_j w_j^2$: little when the attention is
# spread, much when it sits on one key, which is then either dropped or blown up by $1/(1-p)$. Nobody
# renormalizes. The original Transformer's §5.4 drops sub-layer outputs and embeddings with 0.1; dropping
# attention weights came with the implementations.

# %% [markdown] lang="zh" en="cb7afc72" fold="那每一行的和就不是 1 了？"
# 只在期望意义下是 1。和的方差是 $\frac{p}{1-p} \sum_j w_j^2$：注意力分散时很小；集中在一个 key 上时很大，它要么被丢掉，要么放大 $1/(1-p)$ 倍。一般不再归一化。最初的 Transformer 在 §5.4 里只对子层输出和 embedding 用 0.1 的 dropout，对注意力权重做 dropout 是后来各种实现里加的。

# %% [markdown] role="follow-up" fold="Does evaluation without dropout equal the average over all thinned networks?"
# For one linear layer, exactly: expectations pass through sums. Through a nonlinearity they do not,
# $E[f(z)] \ne f(E[z])$, so the single pass approximates the average. The paper measures the gap: averaging
# sampled networks reaches the scaled network's error at about 50 samples and is slightly better
# afterwards, within one standard deviation (§7.5).

# %% [markdown] lang="zh" en="9ae841ff" fold="关掉 dropout 的一次前向，等于所有子网络的平均吗？"
# 只有一层线性层时严格相等：期望可以穿过求和。穿不过非线性，$E[f(z)] \ne f(E[z])$，所以一次前向只是近似。论文测过差距：采样约 50 个子网络做平均，误差才与缩放后的网络持平，之后略好，但都在一个标准差以内（§7.5）。

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
# > In training, dropout sets every activation to zero with probability p, by an independent coin that does
# > not look at the activation, and divides the survivors by 1 − p. The expected value stays the same, so at
# > test time dropout is the identity. The backward pass uses the same mask and factor. It keeps units from
# > relying on each other, like averaging many thinned networks that share weights. It needs
# > enough data, a bigger network and longer training; before batch normalization it shifts the variance;
# > many large language models are pre-trained without it.
#
# Classic mistakes: dropping by the size of the activation; no scale, or 1/p; keep and drop probability
# confused; one mask for the whole batch; still on in evaluation; a new mask in the backward pass; testing
# only at p = 0.5.

# %% [markdown] lang="zh" en="97859744" fold="一分钟版本"
# > 训练时，dropout 以概率 p 把每个激活值置零，各自独立抛硬币，与激活值大小无关；留下的除以 1 − p。期望不变，所以推理时就是恒等映射。反向用同一个掩码和同一个系数。它让神经元无法互相依赖，相当于对许多共享权重的子网络做平均。数据太少时收益很小，网络要更大、训练要更久；放在批归一化前面会造成方差偏移；很多大模型预训练时不用。
#
# 常见错误：按激活值大小来丢；不缩放，或者除以 p；丢弃概率和保留概率弄反；整个 batch 共用一个掩码；推理时没关；反向重新采样掩码；只在 p = 0.5 上测试。

# %% [markdown] role="reference"
# ## References
#
# - Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, *Dropout*, JMLR 15, 1929–1958: §1 and Figure 2 (the idea, scaling at test time), §4 (model), §7.3 (choice of p), §7.4 (size of the data set), §7.5 (averaging), §10 (inverted form, Gaussian noise), appendix A (practical guide).
# - Hinton et al. 2012, *Improving neural networks by preventing co-adaptation of feature detectors*, arXiv:1207.0580.
# - Gal & Ghahramani 2016, *Dropout as a Bayesian Approximation*, ICML.
# - Li, Chen, Hu & Yang 2018, *Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift*, arXiv:1801.05134v1, Figure 1.
# - Vaswani et al. 2017, *Attention Is All You Need*, §5.4. Chowdhery et al. 2022, *PaLM*, arXiv:2204.02311, §5. Liu, Bauer & Manning 2025, arXiv:2505.24788 (dropout in single-epoch pre-training).

# %% [markdown] lang="zh" en="d5a9b9f5"
# ## 参考文献
#
# - Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, *Dropout*, JMLR 15, 1929–1958：§1 与图 2（思路，测试时的缩放）、§4（模型）、§7.3（p 的选择）、§7.4（数据量）、§7.5（平均）、§10（inverted 形式，高斯噪声）、附录 A（实用建议）。
# - Hinton et al. 2012, *Improving neural networks by preventing co-adaptation of feature detectors*, arXiv:1207.0580。
# - Gal & Ghahramani 2016, *Dropout as a Bayesian Approximation*, ICML。
# - Li, Chen, Hu & Yang 2018, *Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift*, arXiv:1801.05134v1，图 1。
# - Vaswani et al. 2017, *Attention Is All You Need*, §5.4。Chowdhery et al. 2022, *PaLM*, arXiv:2204.02311, §5。Liu, Bauer & Manning 2025, arXiv:2505.24788（只过一遍数据的预训练与 dropout）。
