# ---
# title: Say why gradients vanish or explode, and initialize a network so that they do neither
# title_zh: 讲清梯度为什么消失、为什么爆炸，并从初始化开始防住
# kind: question
# minutes: 40
# level: 2
# needs: [backprop]
# seeds: [001-Q5]
# asked: 8
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Why do gradients vanish or explode in a deep network? What fixes each, and how would you see
# > which one you have?
#
# Think aloud for one minute before you type: what multiplies the gradient on its way down, how often, and which of the usual remedies changes
# that factor?

# %% [markdown] lang="zh" en="441240fb"
# ## 题目
#
# > 深层网络里梯度为什么会消失、为什么会爆炸？分别怎么解决？你怎么判断自己遇到的是哪一种？
#
# 先别动手，出声想一分钟：梯度往前传时一路在乘什么？乘多少次？常见的对策里，哪些真的改变了这个因子？

# %% [markdown] role="question" fold="What a good answer contains"
# - The mechanism: a product of Jacobians, one per layer or time step, and its singular values. Not the data.
# - What a sigmoid contributes to it, and what ReLU does instead.
# - Initialization by variance: Glorot and He, where fan-in and fan-out stand, and which layer each assumes.
# - What lasts beyond the first step: residual connections, normalization, gates.
# - Clipping by the *global* norm, and why it does nothing against vanishing.
# - A measurement: the gradient norm of each layer, on a logarithmic axis.

# %% [markdown] lang="zh" en="beeaa36f" fold="好的回答包含什么"
# - 机制：每层（或每个时间步）一个雅可比，连乘起来，看奇异值。不是数据的问题。
# - sigmoid 在其中贡献了什么因子，ReLU 又如何。
# - 按方差初始化：Glorot 和 He 里 fan_in、fan_out 在哪，各自假设了什么样的层。
# - 开始训练之后仍然起作用的：残差连接、归一化、门控。
# - 按**全局**范数做梯度裁剪，以及为什么它对梯度消失没用。
# - 怎么量：在对数坐标上画出每层的梯度范数。

# %% role="setup"
from itertools import pairwise

import numpy as np

from whiteboard import data, lesson, plot

check = lesson("init_and_gradient_flow")

# %% [markdown] role="exercise" anchor="init"
# ## 1 · The first weights
#
# Write `init` with the variances of Glorot, $2/(\text{fan\_in} + \text{fan\_out})$, and of He, $2/\text{fan\_in}$, each as a normal and as a
# uniform distribution. Biases start at zero and need no function.

# %% [markdown] lang="zh" en="240aefc0"
# ## 1 · 最初的权重
#
# 写出 `init`：Glorot 的方差是 $2/(\text{fan\_in} + \text{fan\_out})$，He 的方差是 $2/\text{fan\_in}$，各有正态和均匀两种分布。偏置从零开始，不需要函数。


# %% role="exercise"
def init(fan_in, fan_out, kind, rng):
    """Random weights W (fan_in, fan_out) for a layer that computes x @ W.

    kind: "glorot_normal", "glorot_uniform", "he_normal" or "he_uniform". All have mean 0; a uniform
    is symmetric about it. rng: np.random.Generator, the only source of randomness.
    """
    ### BEGIN SOLUTION
    name, distribution = kind.split("_")
    variance = 2 / fan_in if name == "he" else 2 / (fan_in + fan_out)
    if distribution == "normal":
        return rng.normal(0, np.sqrt(variance), (fan_in, fan_out))
    limit = np.sqrt(3 * variance)  # U(-a, a) has variance a² / 3
    return rng.uniform(-limit, limit, (fan_in, fan_out))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What does `rng.normal` take as its second argument: a variance or a standard deviation? And what does `rng.uniform` take?
# 2. A uniform number between −3 and 3 has variance 3. What is the variance between −a and a, and which a gives variance 0.5?
# 3. Choose the variance by the first half of `kind`. For the normal, draw with its root; for the uniform, draw between minus and plus the root of three times the variance.

# %% [markdown] lang="zh" en="ba0587ea"
# 1. `rng.normal` 的第二个参数是方差还是标准差？`rng.uniform` 要的又是什么？
# 2. −3 到 3 之间的均匀分布方差是 3。−a 到 a 的方差是多少？要方差等于 0.5，a 取多少？
# 3. 按 `kind` 的前半截选方差。正态分布用它的平方根去抽；均匀分布在正负“三倍方差的平方根”之间抽。

# %%
check.init(init)

# %% [markdown] role="idea" anchor="idea"
# One pre-activation is $z_j = \sum_{i=1}^{n_\text{in}} a_i w_{ij}$. With weights of mean 0, independent of the inputs,
#
# $$\mathrm{Var}[z] = n_\text{in}\,\mathrm{Var}[w]\,E[a^2], \qquad E[(\partial L/\partial a)^2] = n_\text{out}\,\mathrm{Var}[w]\,E[(\partial L/\partial z)^2] .$$
#
# Forward wants $n_\text{in}\mathrm{Var}[w] = 1$, backward $n_\text{out}\mathrm{Var}[w] = 1$. Glorot takes the compromise
# $2/(n_\text{in} + n_\text{out})$ (eq. 12; as a uniform, eq. 16). If $a = \max(0, z')$ with $z'$ symmetric, $E[a^2] = \frac12 \mathrm{Var}[z']$, hence He's
# $\frac12 n_\text{in}\mathrm{Var}[w] = 1$ (§2.2).
#
# | symbol | variable | shape |
# |---|---|---|
# | $w_{ij}$ | `W` | (fan_in, fan_out) |
# | $n_\text{in}$, $n_\text{out}$ | `fan_in`, `fan_out` | numbers |

# %% [markdown] lang="zh" en="181d029a"
# 一个激活前的值是 $z_j = \sum_{i=1}^{n_\text{in}} a_i w_{ij}$。权重均值为 0、与输入独立时，
#
# $$\mathrm{Var}[z] = n_\text{in}\,\mathrm{Var}[w]\,E[a^2], \qquad E[(\partial L/\partial a)^2] = n_\text{out}\,\mathrm{Var}[w]\,E[(\partial L/\partial z)^2] .$$
#
# 前向希望 $n_\text{in}\mathrm{Var}[w] = 1$，反向希望 $n_\text{out}\mathrm{Var}[w] = 1$。Glorot 取折中
# $2/(n_\text{in} + n_\text{out})$（公式 12；均匀分布见公式 16）。若 $a = \max(0, z')$ 且 $z'$
# 对称，则 $E[a^2] = \frac12 \mathrm{Var}[z']$，这就是 He 的 $\frac12 n_\text{in}\mathrm{Var}[w] = 1$（§2.2）。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $w_{ij}$ | `W` | (fan_in, fan_out) |
# | $n_\text{in}$、$n_\text{out}$ | `fan_in`、`fan_out` | 数 |

# %% [markdown] role="worked" fold="A sibling worked by hand: leaky ReLU"
# Leaky ReLU sends $z > 0$ through and multiplies $z < 0$ by $s = 0.5$. For symmetric $z$ of variance $v$, each half of the line contributes
# $v/2$ to $E[z^2]$. Behind the activation the positive half still contributes $v/2$, the negative one $s^2 v/2 = 0.125\,v$. So
# $E[a^2] = 0.625\,v$, and the weights need $n_\text{in}\mathrm{Var}[w] = 1/0.625 = 1.6$: the general rule is $2/(1 + s^2)$.

# %% [markdown] lang="zh" en="bbbd0dc7" fold="手算一个相近的例子：leaky ReLU"
# leaky ReLU 让 $z > 0$ 原样通过，$z < 0$ 乘 $s = 0.5$。$z$ 对称、方差为 $v$ 时，正负两半对 $E[z^2]$ 各贡献 $v/2$。过了激活函数，正的一半还是
# $v/2$，负的一半变成 $s^2 v/2 = 0.125\,v$。于是 $E[a^2] = 0.625\,v$，权重需要
# $n_\text{in}\mathrm{Var}[w] = 1/0.625 = 1.6$；一般公式是 $2/(1 + s^2)$。

# %% [markdown] role="setup"
# The network for the rest of the lesson, as in [backprop](lesson:backprop): hidden layers with an activation, a linear last one, one `(W, b)`
# per layer. `cache[l]` is the input of layer `l`; `SLOPES` gives the activation's derivative from its *output*.

# %% [markdown] lang="zh" en="d39c973a"
# 后面都用这个网络，写法与[反向传播](lesson:backprop)一课相同：隐藏层带激活函数，最后一层是线性的，每层一个 `(W, b)`。`cache[l]` 是第 `l` 层的输入；`SLOPES` 由激活函数的**输出**给出导数。

# %% role="setup"
ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
}
SLOPES = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a**2,
    "relu": lambda a: (a > 0) * 1.0,
}


def forward(x, params, activation):
    """x (B, i) or (i,) → output (B, o) or (o,), and the input of every layer."""
    cache = []
    for layer, (W, b) in enumerate(params):
        cache.append(x)
        x = x @ W + b
        if layer < len(params) - 1:
            x = ACTIVATIONS[activation](x)
    return x, cache


def network(widths, draw, rng):
    """[(W, b), …] with W = draw(fan_in, fan_out, rng) and zero biases."""
    return [(draw(i, o, rng), np.zeros(o)) for i, o in pairwise(widths)]


(x_digits, y_digits), _ = data.digits(split=True)
x_digits, t_digits = x_digits.reshape(len(x_digits), -1), np.eye(10)[y_digits]

# %% [markdown] role="reward"
# What the first weights do to the signal: 20 ReLU layers of 128 units, five draws each. And to the first loss, which should be near $\ln 10$
# when the network knows nothing of ten classes: an interview post on the web draws weights *and biases* with standard deviation 1 (there in a CNN, here in an MLP).

# %% [markdown] lang="zh" en="7890283a"
# 看看初始权重对信号做了什么：20 层 ReLU，每层 128 个单元，各抽五次。再看第一个损失值：十分类的网络还什么都不会时，应在 $\ln 10$ 附近。网上有一篇面试题解，权重**和偏置**都用标准差 1 去抽（原文是 CNN，这里用 MLP）。


# %% role="reward"
def first_loss(draw, bias_std, rng):
    """Cross-entropy of an untrained 64-256-256-256-10 ReLU network on the digits."""
    params = network([64, 256, 256, 256, 10], draw, rng)
    params = [(W, bias_std * rng.normal(size=len(b))) for W, b in params]
    logits = forward(x_digits, params, "relu")[0]
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(logp * t_digits).sum(axis=1).mean()


if check.init.passed:
    draws = {
        "std 1": lambda i, o, rng: rng.normal(size=(i, o)),
        "He": lambda i, o, rng: init(i, o, "he_normal", rng),
        "Glorot": lambda i, o, rng: init(i, o, "glorot_normal", rng),
        "std 0.01": lambda i, o, rng: 0.01 * rng.normal(size=(i, o)),
    }
    sizes = {name: [] for name in draws}
    for name, draw in draws.items():
        for seed in range(5):
            rng = np.random.default_rng(seed)
            cache = forward(x_digits, network([64] + [128] * 20 + [10], draw, rng), "relu")[1]
            sizes[name].append([np.sqrt((a**2).mean()) for a in cache])
        loss = np.mean(
            [first_loss(draw, float(name == "std 1"), np.random.default_rng(s)) for s in range(5)]
        )
        print(f"{name:>8}: first loss {loss:.4g} (ln 10 = {np.log(10):.4g})")
    first, last = sizes["He"][0][0], [runs[-1] for runs in sizes["He"]]
    print(f"He, RMS at the input {first:.2f}, at layer 20 {min(last):.2f} to {max(last):.2f}")
    ax = plot.curves(sizes, xlabel="layer", ylabel="RMS activation", logy=True)
    ax.set_xticks(range(0, 21, 5))

# %% [markdown] role="caption" alt="Root mean square of the activations against the layer on a logarithmic axis, four lines: standard deviation 1 rises steeply over many powers of ten, He stays level, Glorot falls slowly by about a factor of a thousand, standard deviation 0.01 falls steeply."
# The mean of five draws, shaded from the lowest to the highest. He stays level. Glorot, made for an activation that keeps its input's size
# near zero, loses half of the mean square in each ReLU layer: $2^{-20/2} \approx 10^{-3}$ in all. A single He network still wanders (printed
# above), because variances are kept on average over draws.

# %% [markdown] lang="zh" en="c4ead4e1" alt="对数坐标下各层激活值的均方根，四条线：标准差 1 陡升许多个数量级，He 基本水平，Glorot 缓慢下降约一千倍，标准差 0.01 陡降。"
# 五次的平均，阴影是最低到最高。He 基本水平。Glorot 假设激活函数在零附近保持输入的大小，每过一层 ReLU 均方值就少一半，总共
# $2^{-20/2} \approx 10^{-3}$。单个 He 网络仍会漂移（见上面打印的范围）：方差只在多次抽取的平均意义下保持不变。

# %% [markdown] role="why"
# **Why it works.** Both formulas keep a second moment through one layer; 20 layers multiply 20 such factors, so a factor of 0.5 instead of 1
# costs $10^{-6}$ in variance.
#
# **What most people write first.** `rng.normal(0, 2 / fan_in, …)`: a variance where the standard deviation belongs. On a square layer a
# swapped fan cannot be seen either.
#
# **Elsewhere.** Keras: `Dense` starts with `glorot_uniform` and zero biases; its `he_normal` is cut at two standard deviations, and widened
# so that the variance is right afterwards. PyTorch: `nn.init.kaiming_normal_(w, mode="fan_in", nonlinearity="relu")`, with fan-in read from
# axis 1, since $W$ is (out, in); for tanh, `calculate_gain` recommends $5/3$. JAX: `jax.nn.initializers.he_normal()` returns a function of a
# key and a shape.

# %% [markdown] lang="zh" en="f4386fea"
# **为什么对。** 两个公式都是让二阶矩过一层不变；20 层就是 20 个因子相乘，每层是 0.5 而不是 1，方差就只剩 $10^{-6}$。
#
# **最常见的第一版。** `rng.normal(0, 2 / fan_in, …)`：该填标准差的地方填了方差。另外，方阵上 fan 写反了也看不出来。
#
# **换个框架。** Keras 的 `Dense` 默认 `glorot_uniform`、偏置为零；它的 `he_normal` 在两倍标准差处截断，并事先放宽，保证截断后的方差正确。PyTorch 写
# `nn.init.kaiming_normal_(w, mode="fan_in", nonlinearity="relu")`，因为 $W$ 是 (out, in)，fan_in 取的是第 1 轴；tanh 用 `calculate_gain` 建议的
# $5/3$。JAX 的 `jax.nn.initializers.he_normal()` 返回一个函数，参数是 key 和形状。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is the way back: where the gradient goes.

# %% [markdown] lang="zh" en="596e5e4a"
# **可以先歇一歇。** 核心已经写完，下面看反向：梯度去哪了。

# %% [markdown] role="exercise" anchor="layer-grad-norms"
# ## 2 · See which one you have
#
# Write `layer_grad_norms`: $\lVert \partial L / \partial W_l \rVert_F$ for every layer, with
# $L = \frac{1}{2B} \sum_n \lVert y_n - t_n \rVert^2$.

# %% [markdown] lang="zh" en="9a8f277a"
# ## 2 · 看看是哪一种
#
# 写出 `layer_grad_norms`：每一层的 $\lVert \partial L / \partial W_l \rVert_F$，损失是
# $L = \frac{1}{2B} \sum_n \lVert y_n - t_n \rVert^2$。


# %% role="exercise"
def layer_grad_norms(x, t, params, activation):
    """x (B, i), t (B, o), params [(W, b), …], activation a key of SLOPES.

    Returns L numbers: the Frobenius norm of each layer's weight gradient, first layer first.
    """
    ### BEGIN SOLUTION
    y, cache = forward(x, params, activation)
    delta, norms = (y - t) / len(x), []
    for (W, _), a in zip(reversed(params), reversed(cache)):
        norms.insert(0, np.linalg.norm(a.T @ delta))
        delta = delta @ W.T * SLOPES[activation](a)  # wrong at x, where nobody needs it
    return norms
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is $\partial L/\partial y$ for this loss, and which shape does it have?
# 2. One unit per layer, three layers, all weights 1, tanh, and a hidden output of 0.6 each: by which factor is the gradient at layer 1's output smaller than at layer 3's?
# 3. As in backprop, from the last layer to the first: the layer's input transposed times the gradient is dW, note its norm; send the gradient through the transposed weights and the slope at that layer's input. First layer first in the end.

# %% [markdown] lang="zh" en="9a68f74d"
# 1. 这个损失的 $\partial L/\partial y$ 是什么，形状如何？
# 2. 三层，每层一个单元，权重都是 1，激活用 tanh，隐藏输出都是 0.6：第 1 层输出处的梯度比第 3 层的小几倍？
# 3. 和反向传播一样从后往前：该层输入的转置乘梯度就是 dW，记下范数；梯度乘权重的转置，再乘该层输入处的导数，继续往前。注意结果是第一层在前。

# %%
check.layer_grad_norms(layer_grad_norms)

# %% role="reward"
if check.init.passed and check.layer_grad_norms.passed:
    starts = {
        "tanh, std 1": ("tanh", lambda i, o, rng: rng.normal(size=(i, o))),
        "tanh, Glorot": ("tanh", lambda i, o, rng: init(i, o, "glorot_uniform", rng)),
        "ReLU, Glorot": ("relu", lambda i, o, rng: init(i, o, "glorot_uniform", rng)),
        "sigmoid, Glorot": ("sigmoid", lambda i, o, rng: init(i, o, "glorot_uniform", rng)),
    }
    batch, norms = (x_digits[:128], t_digits[:128]), {}
    for name, (kind, draw) in starts.items():
        nets = [network([64] * 20 + [10], draw, np.random.default_rng(s)) for s in range(5)]
        runs = norms[name] = np.array([layer_grad_norms(*batch, net, kind) for net in nets])
        low, _, ratio, _, high = np.sort(runs[:, 0] / runs[:, -1])
        spread, last = f"{low:.2g} to {high:.2g}", np.median(runs[:, -1])
        print(f"{name:>15}: first / last = {ratio:.2g} ({spread}), last layer {last:.1g}")
    ax = plot.curves(norms, x=range(1, 21), xlabel="layer", ylabel="gradient norm of W", logy=True)
    ax.set_xticks([1, 5, 10, 15, 20])

# %% [markdown] role="caption" alt="Gradient norm of 20 layers on a logarithmic axis, four lines: sigmoid with Glorot falls in a straight line from 10 at the last layer to 1e-11 at the first; tanh with Glorot is level near 1; ReLU with Glorot is level too but near 1e-3; tanh with standard deviation 1 grows towards the first layer to above 1e6."
# Sigmoid: about 12 powers of ten between the first layer and the last, close to $(1/4)^{19} = 3.6 \times 10^{-12}$. tanh with Glorot: level,
# a ratio of order 1 that moves from draw to draw. tanh at standard deviation 1 explodes. And a warning: ReLU with Glorot is level *and*
# vanished. For ReLU without biases a wrong scale shrinks all layers' gradients alike, so read the heights, not only the ratio.

# %% [markdown] lang="zh" en="866317e7" alt="对数坐标下 20 层的梯度范数，四条线：sigmoid 加 Glorot 从最后一层的 10 直线降到第一层的 1e-11；tanh 加 Glorot 在 1 附近基本水平；ReLU 加 Glorot 也水平，但在 1e-3 附近；tanh 标准差 1 越靠前越大，超过 1e6。"
# sigmoid：首尾相差约 12 个数量级，接近 $(1/4)^{19} = 3.6 \times 10^{-12}$。tanh 加
# Glorot：基本水平，比值是 1 的量级，每次抽取略有不同。tanh 用标准差 1 就爆炸。还有一个陷阱：ReLU 加
# Glorot 既水平**又**很小。没有偏置的 ReLU，尺度错了会让所有层的梯度一起变小，所以不能只看首尾之比，还要看绝对高度。

# %% [markdown] role="exercise" anchor="jacobian-sv"
# ## 3 · The product itself
#
# Write `jacobian_sv`: the singular values of the Jacobian $\partial y / \partial x$ at one input. They are the factors by which the network
# stretches a gradient on its way from $y$ to $x$, direction by direction.

# %% [markdown] lang="zh" en="96b43a55"
# ## 3 · 连乘本身
#
# 写出 `jacobian_sv`：网络在一个输入处的雅可比 $\partial y / \partial x$ 的奇异值。梯度从 $y$ 传到 $x$，在各个方向上被放大或缩小多少倍，就看它们。


# %% role="exercise"
def jacobian_sv(x, params, activation):
    """x (i,), params [(W, b), …] → the min(i, o) singular values of ∂y/∂x, largest first."""
    ### BEGIN SOLUTION
    _, cache = forward(x, params, activation)
    product = params[0][0]  # (i, width): x itself went through no activation
    for (W, _), a in zip(params[1:], cache[1:]):
        product = product * SLOPES[activation](a) @ W
    return np.linalg.svd(product, compute_uv=False)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. The matrix is (i, o) or (o, i); does the choice change its singular values? How many are there?
# 2. Two layers, one unit each, $y = v \tanh(wx)$: what is $\partial y/\partial x$? Which of its three factors is neither weight?
# 3. Start with the first weights; for each further layer scale the columns by the slopes at that layer's input, then multiply by its weights; take the singular values of the whole.

# %% [markdown] lang="zh" en="7e3f8d50"
# 1. 矩阵写成 (i, o) 还是 (o, i)，奇异值会变吗？一共有几个？
# 2. 两层，各一个单元，$y = v \tanh(wx)$：$\partial y/\partial x$ 是什么？三个因子里，哪个不是权重？
# 3. 从第一层的权重出发；后面每一层，先把各列乘上该层输入处的导数，再乘该层的权重；最后对整个乘积求奇异值。

# %%
check.jacobian_sv(jacobian_sv)


# %% role="reward"
def orthogonal(fan_in, fan_out, rng):
    """A random rotation; square layers only."""
    return np.linalg.qr(rng.normal(size=(fan_in, fan_out)))[0]


if check.init.passed and check.jacobian_sv.passed:
    starts = {
        "tanh, orthogonal": ("tanh", orthogonal),
        "tanh, Glorot": ("tanh", lambda i, o, rng: init(i, o, "glorot_normal", rng)),
        "sigmoid, Glorot": ("sigmoid", lambda i, o, rng: init(i, o, "glorot_normal", rng)),
    }
    rng, spectra = np.random.default_rng(0), {}
    for name, (kind, draw) in starts.items():
        spectra[name] = jacobian_sv(x_digits[0] / 10, network([64] * 21, draw, rng), kind)
        top, median, mean = spectra[name][0], np.median(spectra[name]), (spectra[name] ** 2).mean()
        print(f"{name:>16}: largest {top:.1e}, median {median:.1e}, mean square {mean:.1e}")
    plot.curves(spectra, x=np.arange(1, 65), xlabel="index", ylabel="singular value", logy=True)

# %% [markdown] role="caption" alt="64 singular values of a 20-layer Jacobian on a logarithmic axis: tanh with orthogonal weights is a nearly flat line just below 1, tanh with Glorot falls from about 6 over many powers of ten, sigmoid with Glorot lies some twelve powers of ten lower and falls likewise."
# 20 layers, 64 units, a small input. Glorot keeps the *mean square* of the singular values near 1, but the product of 20 random matrices
# spreads them over many powers of ten: a gradient survives in a few directions. (The last few are rounding error.) Orthogonal weights keep
# all of them near 1 while tanh is nearly linear (Saxe et al. 2014, for deep linear networks).

# %% [markdown] lang="zh" en="fd366e87" alt="对数坐标下 20 层雅可比的 64 个奇异值：tanh 加正交权重是略低于 1 的近乎水平线，tanh 加 Glorot 从约 6 起下降许多个数量级，sigmoid 加 Glorot 整体低约十二个数量级，同样下降。"
# 20 层，每层 64 个单元，输入较小。Glorot 让奇异值的**均方**保持在 1 附近，但 20 个随机矩阵乘起来，奇异值散开许多个数量级：梯度只在少数几个方向上活了下来（最末几个已是舍入误差）。只要 tanh 还近似线性，正交权重就能让所有奇异值都接近 1（Saxe et al. 2014，针对深层线性网络）。

# %% [markdown] role="exercise" anchor="clip-global"
# ## 4 · When it explodes anyway
#
# Write `clip_global`: if the Euclidean norm over *all* gradients together exceeds `c`, scale them so that it is `c`; otherwise leave them.
# (PyTorch adds 1e-6 to the norm; you may.)

# %% [markdown] lang="zh" en="6333faa6"
# ## 4 · 还是爆炸了怎么办
#
# 写出 `clip_global`：**所有**梯度合在一起的欧氏范数若超过 `c`，就缩放到恰好等于 `c`；否则不变。（PyTorch 会给范数加 1e-6，你也可以加。）


# %% role="exercise"
def clip_global(grads, c):
    """grads: list of arrays of any shapes, c > 0 → a list of new arrays, shaped alike."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [g * (c / max(norm, c)) for g in grads]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many norms do you compute for a list of six arrays, and how many factors?
# 2. Two arrays, [3] and [4], and c = 1: what is their norm together, and what are the new arrays?
# 3. Sum the squares of everything, take the root; the factor is c over the norm, but never above 1; multiply every array by it.

# %% [markdown] lang="zh" en="55f40d86"
# 1. 列表里有六个数组，要算几个范数、几个系数？
# 2. 两个数组 [3] 和 [4]，c = 1：合起来的范数是多少？裁剪后各是多少？
# 3. 把所有元素的平方加起来再开根号；系数是 c 除以范数，但不超过 1；每个数组都乘这个系数。

# %%
check.clip_global(clip_global)

# %% [markdown] role="why"
# One factor for the whole gradient is a shorter step in the same direction, as a smaller learning rate for this step would be. It never
# scales up, so it leaves a vanished gradient as it is. Elsewhere: `torch.nn.utils.clip_grad_norm_` (global, in place, returns the norm
# *before* clipping: log it); in Keras, `global_clipnorm` is this one, `clipnorm` clips each variable by itself and `clipvalue` each element;
# in JAX, `optax.clip_by_global_norm`.

# %% [markdown] lang="zh" en="68956ab5"
# 整个梯度乘同一个系数，方向不变，只是步子变小，相当于这一步临时调小学习率。它从不放大，所以对梯度消失毫无作用。换个框架：`torch.nn.utils.clip_grad_norm_` 是全局的，就地修改，返回裁剪**之前**的范数，最好记到日志里；Keras 里对应的是
# `global_clipnorm`，`clipnorm` 是每个变量各裁各的，`clipvalue` 是逐元素；JAX 用 `optax.clip_by_global_norm`。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `clip_global`. On some inputs it agrees with the right one. Find gradients and a `c` on which the two part.

# %% [markdown] lang="zh" en="484948d8"
# ## 找反例
#
# 下面是一个错误的 `clip_global`，有些输入上它和正确答案一致。找一组梯度和一个 `c`，让两者给出不同的结果。

# %% role="hack"
check.clip_global.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
grads = [np.array([3.0]), np.array([4.0])]  # neither alone above c, together above it
c = 4.5
### END SOLUTION
if c is not ...:
    check.clip_global.hack(trap=1, grads=grads, c=c)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains vanishing and exploding gradients. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="eeceb890"
# ## 挑错
#
# 一位候选人这样讲梯度消失和梯度爆炸。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 4, 5, 7, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="sigmoid-share"
# ## The interviewer goes on
#
# **20 layers: 19 with a sigmoid, the last one linear. Suppose that no weight matrix stretches any vector. What is the largest factor by which
# the sigmoids can let a gradient through, from the last layer to the first?** Answer with a number, within 5 %.

# %% [markdown] lang="zh" en="4316cb36"
# ## 追问
#
# **20 层网络，19 层用 sigmoid，最后一层线性。假设权重矩阵都不放大任何向量，梯度从最后一层传到第一层，这些 sigmoid 最多放过多大的比例？** 填一个数，误差不超过 5%。

# %% role="follow-up"
### BEGIN SOLUTION
share = 0.25**19
### END SOLUTION

# %%
check.sigmoid_share(share)

# %% [markdown] role="follow-up" anchor="conv-std"
# **A 3×3 convolution, 256 channels in, 64 out, then ReLU. What standard deviation does He prescribe, in fan-in mode?** Within 1 %.

# %% [markdown] lang="zh" en="b22373b0"
# **3×3 卷积，输入 256 通道，输出 64 通道，后接 ReLU。按 He（fan_in 模式），标准差应取多少？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
std = (2 / (3 * 3 * 256)) ** 0.5
### END SOLUTION

# %%
check.conv_std(std)

# %% [markdown] role="follow-up" anchor="different-units"
# **A 64-32-10 tanh network starts with every weight at 0.01 and every bias at 0. After 1,000 full-batch steps of gradient descent, how many
# of the 32 hidden units are different?** Answer with the exact number.

# %% [markdown] lang="zh" en="6c17c121"
# **64-32-10 的 tanh 网络，所有权重都初始化成 0.01，偏置为 0。全量梯度下降走 1000 步之后，32 个隐藏单元里有几个互不相同的？** 填准确的数。

# %% role="follow-up"
### BEGIN SOLUTION
count = 1
### END SOLUTION

# %%
check.different_units(count)

# %% role="reward"
if check.different_units.passed:
    W1, b1, W2, b2 = np.full((64, 32), 0.01), np.zeros(32), np.full((32, 10), 0.01), np.zeros(10)
    for _ in range(1000):
        hidden = np.tanh(x_digits @ W1 + b1)
        error = (hidden @ W2 + b2 - t_digits) / len(x_digits)
        down = error @ W2.T * (1 - hidden**2)
        W2, b2 = W2 - 0.1 * hidden.T @ error, b2 - 0.1 * error.sum(axis=0)
        W1, b1 = W1 - 0.1 * x_digits.T @ down, b1 - 0.1 * down.sum(axis=0)
    print("different columns of W1:", np.unique(W1.round(9), axis=1).shape[1])

# %% [markdown] role="follow-up" fold="And with every weight at exactly zero?"
# Worse. The hidden outputs are tanh(0) = 0, so the second layer's weight gradient is zero; the second weights are zero, so no gradient
# reaches the first. Only the output bias learns: the network ends with the class frequencies. Random weights break the symmetry (*Deep
# Learning* §8.4); zero biases are then harmless.

# %% [markdown] lang="zh" en="c0935c1f" fold="如果权重全取 0 呢？"
# 更糟。隐藏输出是 tanh(0) = 0，第二层权重的梯度就是零；第二层权重是零，梯度也传不到第一层。只有输出偏置在学，最后学到的只是各类的频率。要靠随机权重打破对称（*Deep Learning* §8.4），之后偏置取零就没有问题。

# %% [markdown] role="follow-up" fold="Initialization holds for one step. What keeps the gradient alive for the next million?"
# Change the factor itself. A residual block $x + F(x)$ has the Jacobian $I + \partial F/\partial x$: one path through the whole network
# multiplies by 1 (He et al. 2016b, eq. 5). Normalization sets the scale of the activations again in every layer, whatever the weights have
# become. Gates do the same along time. Mind what the residual paper says: its plain networks used batch normalization and had healthy
# gradient norms, so vanishing is not its explanation of their worse training error (§4.1).

# %% [markdown] lang="zh" en="db3aa2fb" fold="初始化只管第一步。之后的一百万步靠什么？"
# 要改变因子本身。残差块 $x + F(x)$ 的雅可比是 $I + \partial F/\partial x$：有一条路从头到尾只乘 1（He et al. 2016b，公式 5）。归一化在每一层都把激活值的尺度重新拉回来，不管权重变成了什么样。门控在时间方向上起同样的作用。注意残差论文的原话：它的普通网络用了批归一化，梯度范数是正常的，所以论文并不用梯度消失来解释它们训练误差更高（§4.1）。

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
# > On its way down the gradient is multiplied by one Jacobian per layer, weights times slope. Singular values mostly
# > below 1: it vanishes; above 1: it explodes, exponentially in depth. Sigmoids give at most 1/4 each. So keep the variance:
# > Glorot for tanh, He for ReLU, random weights, zero biases. Residuals and normalization keep it during training. Against
# > explosion, clip by the global norm. I look at every layer's gradient norm first.
#
# Classic mistakes: blaming the data; L2 or the learning rate as a cure for vanishing; a variance used as a standard deviation; fan-in and
# fan-out swapped; element-wise clipping; looking only at the ratio of the layers and not at their size.

# %% [markdown] lang="zh" en="8734287e" fold="一分钟版本"
# > 梯度往前传，每层乘一个雅可比，也就是权重乘导数。奇异值大多小于 1 就消失，大于 1 就爆炸，随深度指数级变化；sigmoid 每层最多留下 1/4。所以要保方差：tanh 用 Glorot，ReLU 用 He，权重随机，偏置为零。训练中靠残差连接和归一化维持；爆炸用全局范数裁剪。排查先看每层的梯度范数。
#
# 常见错误：怪数据；拿 L2、学习率治梯度消失；把方差当标准差用；fan_in、fan_out 写反；逐元素裁剪；只看首尾之比，不看绝对大小。

# %% [markdown] role="reference"
# ## References
#
# - Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS, §4.2.1, eq. 12 and 16.
# - He et al. 2015, *Delving Deep into Rectifiers*, arXiv:1502.01852, §2.2, eq. 10.
# - Pascanu, Mikolov & Bengio 2013, *On the difficulty of training recurrent neural networks*, arXiv:1211.5063, §2.1 (product of Jacobians), §3.1 (what an L2 penalty does), §3.2 (clipping).
# - He et al. 2016, *Deep Residual Learning*, arXiv:1512.03385, §4.1; He et al. 2016b, *Identity Mappings*, arXiv:1603.05027, eq. 5.
# - Saxe, McClelland & Ganguli 2014, arXiv:1312.6120: orthogonal against scaled Gaussian weights in deep linear networks.
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §8.4.

# %% [markdown] lang="zh" en="f2c41ff9"
# ## 参考文献
#
# - Glorot & Bengio 2010, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS，§4.2.1，公式 12、16。
# - He et al. 2015, *Delving Deep into Rectifiers*, arXiv:1502.01852，§2.2，公式 10。
# - Pascanu, Mikolov & Bengio 2013, *On the difficulty of training recurrent neural networks*, arXiv:1211.5063，§2.1（雅可比连乘）、§3.1（L2 惩罚的作用）、§3.2（裁剪）。
# - He et al. 2016, *Deep Residual Learning*, arXiv:1512.03385，§4.1；He et al. 2016b, *Identity Mappings*, arXiv:1603.05027，公式 5。
# - Saxe, McClelland & Ganguli 2014, arXiv:1312.6120：深层线性网络中正交权重与高斯权重的比较。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§8.4。
