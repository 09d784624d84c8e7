# ---
# title: Write the forward pass and state every shape
# title_zh: 手写前向传播，说清每一步的形状
# kind: code
# minutes: 30
# level: 1
# needs: []
# seeds: [000-2, 001-Q3]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write the forward pass of a multi-layer perceptron for a whole batch, and state the shape of
# > everything in it.
#
# Think aloud for one minute before you type: what is an example, a row or a column? What does one layer
# do, and what must it keep for later?

# %% [markdown] lang="zh" en="ad5365fd"
# ## 题目
#
# > 手写多层感知机对一整个 batch 的前向传播，并说出每一步的形状。
#
# 先别动手，出声想一分钟：一个样本是一行还是一列？一层要做哪几件事，又要为后面留下什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - One layer: multiply, add the bias, apply the activation; and the shapes, (B, i) · (i, o) + (o,) → (B, o).
# - Who chooses the last activation: a classifier's last layer stays linear and gives logits.
# - What is cached and why: the backward pass needs each layer's input and its pre-activation.
# - A test that can fail: no two sizes equal, weights that are not symmetric.

# %% [markdown] lang="zh" en="783aa88f" fold="好的回答包含什么"
# - 一层做什么：乘权重、加偏置、过激活函数；形状是 (B, i) · (i, o) + (o,) → (B, o)。
# - 最后一层的激活函数由谁决定：分类网络的最后一层保持线性，输出 logits。
# - 缓存什么、为什么：反向传播要用每层的输入和激活前的值。
# - 怎样的测试才测得出错：各个尺寸两两不同，权重不对称。

# %% role="setup"
from itertools import pairwise

import numpy as np

from whiteboard import data, lesson, plot

check = lesson("forward_pass")


def relu(z):
    return np.maximum(z, 0)


def identity(z):
    return z


# %% [markdown] role="exercise" anchor="forward"
# ## 1 · The forward pass
#
# Write `forward`. Examples are rows. Each layer has its own activation, given as a function; the last
# one may be the identity. The cache holds, for each layer, the pair (its input, its pre-activation z).

# %% [markdown] lang="zh" en="7ff64918"
# ## 1 · 前向传播
#
# 写出 `forward`。一行是一个样本。每层有自己的激活函数，以函数的形式给出，最后一层的可以是恒等函数。cache 里每层存一对：该层的输入和激活前的值 z。


# %% role="exercise"
def forward(x, params, acts):
    """x: (B, i). params: [(W, b), …], W (i_l, o_l), b (o_l,). acts: (f, …), a function for each layer.

    Returns y, (B, o), and cache, [(input, z), …], shapes (B, i_l) and (B, o_l).
    """
    ### BEGIN SOLUTION
    cache = []
    for (W, b), act in zip(params, acts):
        z = x @ W + b  # (B, i) @ (i, o) + (o,) → (B, o)
        cache.append((x, z))
        x = act(z)
    return x, cache
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. (B, i) times which shape gives (B, o)? To which axis does a bias of shape (o,) belong?
# 2. x = (1, −2), W = ((1, 2), (−1, 1)), b = (0, −1), ReLU. What are z and the layer's output?
# 3. For each layer: multiply and add; remember the input and the result; apply this layer's activation; go on with its output.

# %% [markdown] lang="zh" en="67364cc6"
# 1. (B, i) 乘什么形状得到 (B, o)？形状为 (o,) 的偏置属于哪个轴？
# 2. x = (1, −2)，W = ((1, 2), (−1, 1))，b = (0, −1)，ReLU。z 和这一层的输出各是多少？
# 3. 对每一层：相乘、相加；记下输入和结果；用这一层的激活函数；拿输出接着算下一层。

# %%
check.forward(forward)

# %% [markdown] role="idea" anchor="idea"
# Layer $l$ of a network with activation $f_l$:
#
# $$Z_l = X_l W_l + b_l, \qquad X_{l+1} = f_l(Z_l).$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $X_l$ | `x`, the layer's input | (B, i) |
# | $W_l$, $b_l$ | `W`, `b` | (i, o), (o,) |
# | $Z_l$ | `z`, before the activation | (B, o) |
#
# The bias is added to every row by broadcasting: shapes are aligned from the *last* axis, so (o,) meets
# the o of (B, o). Rows never mix, so one matrix product serves the whole batch.

# %% [markdown] lang="zh" en="7da182f3"
# 网络的第 $l$ 层，激活函数为 $f_l$：
#
# $$Z_l = X_l W_l + b_l, \qquad X_{l+1} = f_l(Z_l).$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $X_l$ | `x`，该层的输入 | (B, i) |
# | $W_l$、$b_l$ | `W`、`b` | (i, o)、(o,) |
# | $Z_l$ | `z`，激活前的值 | (B, o) |
#
# 偏置靠广播加到每一行：形状从**最后**一轴对齐，(o,) 对上 (B, o) 的 o。各行互不混合，所以一次矩阵乘就能算完整个 batch。


# %% role="reward"
if check.forward.passed:
    x, y = data.digits()
    x = x.reshape(len(x), -1)
    rng, widths = np.random.default_rng(0), [64, 50, 50, 10]
    params = [(rng.normal(size=(i, o)) * np.sqrt(2 / i), np.zeros(o)) for i, o in pairwise(widths)]
    logits, cache = forward(x, params, [relu, relu, identity])
    for (W, b), (inputs, z) in zip(params, cache):
        print(f"{inputs.shape} @ {W.shape} + {b.shape} → {z.shape}", end="")
        print(f"   {(z < 0).mean():.0%} of z negative")
    samples = {f"layer {k}": z.ravel() for k, (_, z) in enumerate(cache, 1)}
    ax = plot.histograms(
        samples, xlabel="pre-activation z", title="1,797 digits through 64-50-50-10"
    )

# %% [markdown] role="caption" alt="Three overlapping histograms of pre-activations, one for each layer, roughly bell-shaped and centred near zero, of similar width; all three reach well below zero."
# Before training, on the digits: the pre-activations of each layer. Between a third and a good half lie
# below 0 (printed above). In a hidden layer ReLU sets those to 0; in the last layer it would wipe out
# every negative logit, and that is why the last layer has none.

# %% [markdown] lang="zh" en="e10bb73e" alt="三条重叠的直方图，每层一条，大致呈钟形，中心在 0 附近，宽度相近，都有相当一部分小于 0。"
# 训练之前，在手写数字上：各层激活前的值，有三分之一到一半多小于 0（比例见上）。隐藏层里 ReLU 会把它们变成 0；最后一层若也加 ReLU，负的 logits 就全没了，所以最后一层不加。

# %% role="reward"
if check.forward.passed:
    alone = np.concatenate(
        [forward(row[None], params, [relu, relu, identity])[0] for row in x[:200]]
    )
    gap = np.abs(alone - logits[:200]).max()
    print(f"200 digits one by one against all at once: largest difference {gap:.1e}")
    print("below 1e-12:", bool(gap < 1e-12))

# %% [markdown] role="why"
# **Why it works.** A row of `x @ W` is a row of `x` times `W`; the other rows do not enter. One by one and
# all at once therefore agree up to rounding, and only up to rounding: a matrix product may add in
# another order when the batch has another size.
#
# **What it keeps.** Backward needs the layer's input (for $dW$) and $z$ (for the activation's slope). We
# store references, not copies: an activation that writes into its argument, such as
# `np.maximum(z, 0, out=z)`, destroys the $z$ in the cache.
#
# **What most people write first.** `W @ x + b`, from the textbook's column vectors. With rows it fails,
# unless the sizes happen to be equal, and then it is worse.
#
# **Elsewhere.** Keras stores a kernel as (in, out), as here. PyTorch's `nn.Linear` stores (out, in) and
# computes `x @ W.T + b`. Both take any number of leading axes.

# %% [markdown] lang="zh" en="027a5ee2"
# **为什么对。** `x @ W` 的一行等于 `x` 的这一行乘 `W`，与别的行无关。所以逐个算和一起算的结果相同，但只相同到舍入误差：batch 大小变了，矩阵乘的求和次序可能不同。
#
# **要留下什么。** 反向时求 $dW$ 要用该层的输入，求激活函数的导数要用 $z$。存的是引用，不是副本：激活函数若直接改写参数，比如 `np.maximum(z, 0, out=z)`，cache 里的 $z$ 就毁了。
#
# **最常见的第一版。** `W @ x + b`，照搬课本里的列向量写法。样本是行时形状对不上；要是尺寸碰巧相等，那更糟。
#
# **换个框架。** Keras 的 kernel 存成 (in, out)，和这里一样。PyTorch 的 `nn.Linear` 存成 (out, in)，算的是 `x @ W.T + b`。两者前面有几个轴都可以。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is how interviewers probe it.

# %% [markdown] lang="zh" en="4952d6c6"
# **可以先歇一歇。** 核心已经写完，下面是面试官会怎么追问。

# %% [markdown] role="exercise" anchor="shapes"
# ## 2 · State every shape
#
# Before anything runs: list the shapes of each layer's input, weights, bias and output.

# %% [markdown] lang="zh" en="e32f0cf4"
# ## 2 · 说出每个形状
#
# 什么都不运行，先列出每一层的输入、权重、偏置和输出的形状。


# %% role="exercise"
def shapes(batch, widths):
    """batch: B. widths: [i, h, …, o]. Returns [(x, W, b, z), …], a tuple of shapes per layer."""
    ### BEGIN SOLUTION
    table = []
    for i, o in pairwise(widths):
        table.append(((batch, i), (i, o), (o,), (batch, o)))
    return table
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many layers do the widths 3, 5, 2 make?
# 2. For 4 examples and widths 3, 5: what are the four shapes of that layer?
# 3. Go over neighbouring widths (i, o); the batch size is the first axis of input and output, and of nothing else.

# %% [markdown] lang="zh" en="468d7083"
# 1. 宽度 3、5、2 是几层？
# 2. 4 个样本、宽度 3、5：这一层的四个形状是什么？
# 3. 依次取相邻的两个宽度 (i, o)；batch 大小只出现在输入和输出的第一个轴。

# %%
check.shapes(shapes)

# %% [markdown] role="exercise" anchor="sigmoid"
# ## 3 · A sigmoid that holds
#
# Write σ(z) = 1 / (1 + e⁻ᶻ) so that nothing overflows on the way, however large |z| is.

# %% [markdown] lang="zh" en="555be179"
# ## 3 · 不会溢出的 sigmoid
#
# 写出 σ(z) = 1 / (1 + e⁻ᶻ)，不管 |z| 多大，途中都不溢出。


# %% role="exercise"
def sigmoid(z):
    """z: array of any shape. Returns σ(z), the same shape."""
    ### BEGIN SOLUTION
    e = np.exp(-np.abs(z))  # in (0, 1]: cannot overflow
    return np.where(z >= 0, 1, e) / (1 + e)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which side overflows in 1 / (1 + exp(−z))? In exp(z) / (1 + exp(z))?
# 2. At z = −1,000: which of the two forms gives a number without a warning?
# 3. Compute one exponential whose argument is never positive; both forms can be written with it.

# %% [markdown] lang="zh" en="218d536f"
# 1. 1 / (1 + exp(−z)) 在哪一侧溢出？exp(z) / (1 + exp(z)) 呢？
# 2. z = −1,000 时，两种写法哪一种不报警告？
# 3. 只算一个指数，让它的自变量永远不为正；两种写法都能用它表示。

# %%
check.sigmoid(sigmoid)

# %% [markdown] role="exercise" anchor="mend"
# ## 4 · Mend a candidate's program
#
# A classifier with ReLU hidden layers and a linear last one. Five bugs are in it, and as long as the
# batch size and all widths are equal it runs without an error. Mend them; the verdict says how many are
# left.

# %% [markdown] lang="zh" en="a11cb236"
# ## 4 · 改好一份答案
#
# 一个分类网络：隐藏层用 ReLU，最后一层是线性的。里面有五个 bug，只要 batch 大小和各层宽度都相等，跑起来就毫无报错。请把它改对，判定会告诉你还剩几个。


# %% role="exercise" tags=["exercise"]
def predict(x, weights, biases):
    """x (B, i), lists of W (i_l, o_l) and b (o_l,) → logits (B, o)."""
    x = relu(x)
    for W, b in zip(weights, biases):
        z = x @ W.T + b[:, None]
        a = relu(z)
    return a


# %% role="exercise" tags=["solution"]
def predict(x, weights, biases):
    """x (B, i), lists of W (i_l, o_l) and b (o_l,) → logits (B, o)."""
    a = x  # the data as they are
    for layer, (W, b) in enumerate(zip(weights, biases)):
        z = a @ W + b  # the layer before, (in, out) weights, one bias per unit
        a = z if layer == len(weights) - 1 else relu(z)
    return a


# %% [markdown] role="hint"
# 1. Write the shape behind every line for B = 5 and widths 4, 3, 6, 2. Where does it stop?
# 2. One layer, W = 1, b = 0: what should x = −3 give, and what does the program give?
# 3. Check in turn: what enters the first layer; what enters the second; which way W lies; which axis b has; what the last layer applies.

# %% [markdown] lang="zh" en="35ed417c"
# 1. 取 B = 5、宽度 4、3、6、2，在每行后面写上形状。到哪一步就走不下去了？
# 2. 只有一层，W = 1、b = 0：x = −3 应该输出什么？程序输出什么？
# 3. 依次检查：进第一层的是什么；进第二层的是什么；W 的方向；b 在哪个轴；最后一层做了什么。

# %%
check.mend(predict)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `forward`. A well-known example, two layers of 2×2 weights that are all 0.1, cannot tell
# it from the right one. Find an input that can.

# %% [markdown] lang="zh" en="ac550479"
# ## 找反例
#
# 下面是一个错误的 `forward`。网上常见的例子（两层 2×2 的权重，全是 0.1）分不出它和正确答案。找一个能分出来的输入。

# %% role="hack"
check.forward.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
x = np.array([[1.0, 0.0]])
params = [(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros(2))]  # not symmetric
acts = [np.tanh]
### END SOLUTION
if acts is not ...:
    check.forward.hack(trap=1, x=x, params=params, acts=acts)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains the forward pass. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="eb266a2e"
# ## 挑错
#
# 一位候选人这样讲前向传播。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 5, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="parameters"
# ## The interviewer goes on
#
# **How many parameters has an MLP 784-256-128-10, biases included?** Give the exact number.

# %% [markdown] lang="zh" en="d53e1e18"
# ## 追问
#
# **MLP 784-256-128-10，含偏置，一共多少参数？** 填准确的数。

# %% role="follow-up"
### BEGIN SOLUTION
count = 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10
### END SOLUTION

# %%
check.parameters(count)

# %% [markdown] role="follow-up" anchor="multiply-adds"
# **And how many multiply–adds does it take to send a batch of 64 through it?** Matrix products only, one
# multiplication with its addition counted once, within 1 %.

# %% [markdown] lang="zh" en="28c63440"
# **把 64 个样本的 batch 送过去，要多少次乘加？** 只数矩阵乘，一次乘和随后的加算一次，误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
operations = 64 * (784 * 256 + 256 * 128 + 128 * 10)
### END SOLUTION

# %%
check.multiply_adds(operations)

# %% [markdown] role="follow-up" fold="Rows or columns: which is right?"
# Both. Papers write $Wx + b$ with a column $x$ and $W$ of shape (out, in). Arrays hold examples as rows, so
# code writes $xW + b$ with the transpose, (in, out). Say which you use before you write the first line.

# %% [markdown] lang="zh" en="ea594f87" fold="行还是列，哪种才对？"
# 都对。论文里 $x$ 是列向量，写 $Wx + b$，$W$ 是 (out, in)。数组里样本是行，代码写 $xW + b$，用的是转置后的 (in, out)。动笔前先说清用哪一种。

# %% [markdown] role="follow-up" fold="When does a row depend on the other rows?"
# With batch normalization in training mode, because mean and variance come from the batch; and with a
# contrastive loss, though that is not part of the network. At inference batch normalization uses stored
# statistics, and the rows are independent again.

# %% [markdown] lang="zh" en="fdd4f4b0" fold="什么时候一行会依赖别的行？"
# 训练时的批归一化会，均值和方差是从 batch 里算的；对比损失也会，不过那不属于网络本身。推理时批归一化用存下来的统计量，各行又互相独立了。

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
# > Examples are rows. A layer multiplies its input, (B, i), by W, (i, o), adds b, (o,), which broadcasts over the
# > batch, and applies its activation; the result, (B, o), is the next layer's input. A classifier's last layer
# > stays linear and gives logits. In training each layer keeps its input and its pre-activation for the
# > backward pass. No weight changes in the forward pass, and rows do not mix. I test it with sizes that are all
# > different.
#
# Classic mistakes: W or its transpose, unnoticed on a square network; a bias per example instead of per
# unit; an activation on the logits; a cache that holds the wrong thing; a sigmoid that overflows.

# %% [markdown] lang="zh" en="569863a5" fold="一分钟版本"
# > 样本是行。一层把输入 (B, i) 乘 W (i, o)，加上沿 batch 广播的 b (o,)，再过激活函数，得到的 (B, o) 就是下一层的输入。分类网络的最后一层保持线性，输出 logits。训练时每层要留下输入和激活前的值，供反向传播使用。前向不改权重，各行互不影响。测试时让各个尺寸两两不同。
#
# 常见错误：W 转置弄反，在等宽的网络上看不出来；偏置加给了样本而不是单元；在 logits 上又加激活函数；cache 里存错了东西；sigmoid 溢出。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §6.2.2 (output units), §6.5 (forward propagation, and what backprop adds), §6.5.4 (algorithm 6.3, the forward pass).
# - Nielsen 2015, *Neural Networks and Deep Learning*, chapter 2 (the matrix form, in columns).
# - NumPy user guide, *Broadcasting*.
# - PyTorch documentation, `torch.nn.Linear`; Keras documentation, `Dense`.

# %% [markdown] lang="zh" en="39e7d928"
# ## 参考文献
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§6.2.2（输出单元）、§6.5（前向传播，以及反向传播多做了什么）、§6.5.4（算法 6.3，前向传播）。
# - Nielsen 2015, *Neural Networks and Deep Learning*，第 2 章（矩阵形式，用列向量）。
# - NumPy 用户指南，*Broadcasting*。
# - PyTorch 文档 `torch.nn.Linear`；Keras 文档 `Dense`。
