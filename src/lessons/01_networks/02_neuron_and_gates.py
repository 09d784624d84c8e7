# ---
# title: Build AND with one neuron and show why XOR needs more
# title_zh: 用一个神经元实现与门，说清为什么异或不行
# kind: code
# minutes: 30
# level: 1
# needs: []
# seeds: [001-Q1, 004-2.1]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is a neural network made of? Build the smallest one that computes AND. Why can the same one not do
# > XOR, and what is the least you must add?
#
# Think aloud for one minute before you type: draw the four inputs as the corners of a square. What does
# one neuron do to this picture?

# %% [markdown] lang="zh" en="60dffdc1"
# ## 题目
#
# > 神经网络由什么组成？搭一个能算与门（AND）的最小网络。同样的网络为什么算不了异或（XOR）？至少要加什么？
#
# 先别动手，出声想一分钟：把四个输入画成正方形的四个角。一个神经元对这幅图做了什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - A neuron: weighted sum, bias, activation; with a threshold it cuts the plane along $w \cdot x + b = 0$.
# - One neuron for AND, with its weights. No hidden layer.
# - The perceptron rule, and when it stops.
# - XOR: a proof in two lines that no weights exist; two hidden units with a non-linearity that do it.
# - Representing is not learning: a larger network may fail where one neuron succeeds.

# %% [markdown] lang="zh" en="9d3bf2c9" fold="好的回答包含什么"
# - 神经元：加权和、偏置、激活函数；用阈值时，它沿 $w \cdot x + b = 0$ 把平面切成两半。
# - AND 只要一个神经元，说出权重。不需要隐藏层。
# - 感知机规则，以及它什么时候停。
# - XOR：两行证明不存在这样的权重；再给出能做到的两个隐藏单元（带非线性）。
# - 能表示不等于能学到：更大的网络可能反而学不会一个神经元就能做的事。

# %% role="setup"
import numpy as np

from whiteboard import lesson, plot

check = lesson("neuron_and_gates")

inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])

# %% [markdown] role="exercise" anchor="perceptron"
# ## 1 · The perceptron
#
# Write Rosenblatt's rule for one neuron that says 1 if $w \cdot x + b > 0$ and else 0. Start at zero. Go through
# the examples in order; where the guess is wrong, add `lr · (target − guess)` times the input to `w`, and
# `lr · (target − guess)` to `b`, at once.

# %% [markdown] lang="zh" en="2df6c7c1"
# ## 1 · 感知机
#
# 为一个神经元写出 Rosenblatt 的学习规则：$w \cdot x + b > 0$ 时输出 1，否则输出 0。从零开始，按顺序逐个看样本；预测错了，就立即把 `lr · (target − guess)` 乘输入加到 `w` 上，把 `lr · (target − guess)` 加到 `b` 上。


# %% role="exercise"
def perceptron(X, y, lr=1.0, epochs=100):
    """X: (n, d). y: (n,) of 0 and 1. Returns w (d,), b, and the number of updates made."""
    ### BEGIN SOLUTION
    w, b, updates = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(epochs):
        for x, target in zip(X, y):
            guess = w @ x + b > 0
            if guess != target:
                step = lr if target else -lr  # lr · (target − guess)
                w, b, updates = w + step * x, b + step, updates + 1
    return w, b, updates
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What are the three values that `target − guess` can take, and what should happen for each?
# 2. AND, first epoch, from zero: which of the four inputs is guessed wrong first, and what are w and b then?
# 3. Two loops, epochs and examples; guess with the newest weights; on a mistake change w, b and the count.

# %% [markdown] lang="zh" en="0f72eba1"
# 1. `target − guess` 可能取哪三个值？每种情况该怎么做？
# 2. AND，第一轮，从零开始：四个输入里哪个最先被猜错？之后 w 和 b 是多少？
# 3. 两层循环，轮数和样本；用最新的权重预测；错了就改 w、b 和计数。

# %%
check.perceptron(perceptron)

# %% [markdown] role="idea" anchor="idea"
# A neuron computes $f(w \cdot x + b)$. With a threshold for $f$ it answers 1 on one side of the line
# $w \cdot x + b = 0$. AND has such a line: $x_1 + x_2 - 1.5 = 0$.
#
# XOR has none. It would need
#
# $$b \le 0, \qquad w_1 + b > 0, \qquad w_2 + b > 0, \qquad w_1 + w_2 + b \le 0 .$$
#
# The two in the middle add up to $w_1 + w_2 + 2b > 0$, the outer two to $w_1 + w_2 + 2b \le 0$.
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$ | a row of `X` | (d,) |
# | $w$, $b$ | `w`, `b` | (d,), number |

# %% [markdown] lang="zh" en="320ab88d"
# 神经元算的是 $f(w \cdot x + b)$。$f$ 取阈值时，它在直线 $w \cdot x + b = 0$ 的一侧输出 1。AND 有这样的直线：$x_1 + x_2 - 1.5 = 0$。
#
# XOR 没有。它要求
#
# $$b \le 0, \qquad w_1 + b > 0, \qquad w_2 + b > 0, \qquad w_1 + w_2 + b \le 0 .$$
#
# 中间两式相加得 $w_1 + w_2 + 2b > 0$，两头相加得 $w_1 + w_2 + 2b \le 0$，矛盾。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $x$ | `X` 的一行 | (d,) |
# | $w$、$b$ | `w`、`b` | (d,)、数 |

# %% role="reward"
if check.perceptron.passed:
    for name, y in {"AND": AND, "OR": OR, "XOR": XOR}.items():
        w, b, updates = perceptron(inputs, y)
        guesses = (inputs @ w + b > 0).astype(int)
        print(
            f"{name:3} w = {w}, b = {b:4.1f}: {updates:3d} updates, {(guesses == y).sum()} of 4 right"
        )

# %% [markdown] role="why"
# **Why it stops.** Count the bias as the weight of one more input, always 1: the line becomes a plane through 0.
# If some such plane leaves a gap of $\gamma$ on either side and no example is longer than $R$, there are at
# most $(R/\gamma)^2$ updates: each turns the weights towards the right direction faster than it can lengthen
# them (Novikoff 1962). Without such a plane it goes on for ever, as with XOR above.
#
# **What most people write first.** No bias, so that the line is nailed to the origin; or a correction
# by target − score on every example, which is least squares (Adaline), not the perceptron.
#
# **Elsewhere.** `sklearn.linear_model.Perceptron` shuffles the examples by default, so it counts other
# updates. The learning rate changes nothing here when one starts at zero: it only scales `w` and `b`.

# %% [markdown] lang="zh" en="8be72993"
# **为什么会停。** 把偏置看成一个恒为 1 的输入的权重，直线就变成过原点的平面。如果有一个这样的平面，两侧各留出 $\gamma$ 的间隔，而每个样本的长度都不超过 $R$，更新次数就不超过 $(R/\gamma)^2$：每次更新让权重转向正确方向的速度，快过它变长的速度（Novikoff 1962）。没有这样的平面就永远停不下来，像上面的 XOR。
#
# **最常见的第一版。** 没有偏置，直线被钉在原点；或者对每个样本都按“目标 − 得分”修正，那是最小二乘（Adaline），不是感知机。
#
# **换个框架。** `sklearn.linear_model.Perceptron` 默认会打乱样本，更新次数因此不同。从零开始时，学习率不起作用：它只是把 `w` 和 `b` 整体缩放。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows leads to XOR.

# %% [markdown] lang="zh" en="d9f274fe"
# **可以先歇一歇。** 核心已经写完，下面走向 XOR。

# %% [markdown] role="exercise" anchor="neuron"
# ## 2 · The same neuron by gradient descent
#
# Replace the threshold by a sigmoid: $p = \sigma(w \cdot x + b)$. Minimise the mean cross-entropy
# $-\frac{1}{n}\sum_i \bigl[y_i \ln p_i + (1 - y_i) \ln(1 - p_i)\bigr]$ over all examples at once, from zero.

# %% [markdown] lang="zh" en="aa9ad4a8"
# ## 2 · 同一个神经元，用梯度下降
#
# 把阈值换成 sigmoid：$p = \sigma(w \cdot x + b)$。从零开始，每步用全部样本，最小化平均交叉熵
# $-\frac{1}{n}\sum_i \bigl[y_i \ln p_i + (1 - y_i) \ln(1 - p_i)\bigr]$。


# %% role="exercise"
def neuron(X, y, lr=1.0, steps=100):
    """X: (n, d). y: (n,) of 0 and 1. Returns w (d,) and b after `steps` steps."""
    ### BEGIN SOLUTION
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        delta = (p - y) / len(y)  # the slope in each score
        w, b = w - lr * delta @ X, b - lr * delta.sum()
    return w, b
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is the derivative of the cross-entropy of one example with respect to its score z = w·x + b?
# 2. AND from zero: p = ½ for all four. What is the slope along b? Along w₁?
# 3. Each step: probabilities; probabilities minus targets over n; against its product with X for w, against its sum for b.

# %% [markdown] lang="zh" en="6539cb77"
# 1. 单个样本的交叉熵对得分 z = w·x + b 的导数是什么？
# 2. AND，从零开始：四个 p 都是 ½。对 b 的偏导数是多少？对 w₁ 呢？
# 3. 每一步：算概率；概率减目标，除以 n；w 逆着它与 X 的乘积走，b 逆着它的和走。

# %%
check.neuron(neuron)

# %% [markdown] role="exercise" anchor="xor-net"
# ## 3 · XOR by hand
#
# Give the weights of a network with two hidden units that computes XOR, every unit with a threshold:
# `h = (x @ W1 + b1 > 0)`, output `h @ W2 + b2 > 0`. It must still work when
# each weight and bias is off by up to 5 %.

# %% [markdown] lang="zh" en="f80719fc"
# ## 3 · 手工搭出 XOR
#
# 写出一个有两个隐藏单元、能算 XOR 的网络的权重，每个单元都用阈值：`h = (x @ W1 + b1 > 0)`，输出 `h @ W2 + b2 > 0`。每个权重和偏置偏差 5% 以内时仍要正确。


# %% role="exercise"
def xor_net():
    """Returns W1 (2, 2), b1 (2,), W2 (2, 1), b2 (1,)."""
    ### BEGIN SOLUTION
    W1 = np.ones((2, 2))  # both units add up the inputs
    b1 = [-0.5, -1.5]  # OR and AND
    W2 = [[1], [-1]]  # OR, but not AND
    b2 = [-0.5]
    return W1, b1, W2, b2
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. XOR is "one of them, but not both". Which two gates does that sentence name?
# 2. A unit with weights 1 and 1: which sums does it see on the four inputs, and between which two must the threshold lie for OR? For AND?
# 3. One hidden unit for OR, one for AND; the output takes the first with a positive weight and the second with a negative one; thresholds half-way between the sums.

# %% [markdown] lang="zh" en="d4167ca1"
# 1. XOR 就是“有一个，但不是两个都有”。这句话里有哪两个门？
# 2. 权重为 1 和 1 的单元，在四个输入上看到哪些和？阈值放在哪两个和之间是 OR，放在哪两个之间是 AND？
# 3. 一个隐藏单元做 OR，一个做 AND；输出对前者取正的权重，对后者取负的权重；阈值放在两个和的正中间。

# %%
check.xor_net(xor_net)


# %% role="reward"
def two_layers(seed, lr, steps=1000):
    """A well-known answer: AND with one hidden sigmoid unit, Adam on all four. Loss curve, guesses."""
    rng, y = np.random.default_rng(seed), AND[:, None]
    limit = [np.sqrt(6 / 3), np.sqrt(6 / 2)]
    theta = [rng.uniform(-limit[0], limit[0], (2, 1)), np.zeros(1)]
    theta += [rng.uniform(-limit[1], limit[1], (1, 1)), np.zeros(1)]
    first, second, losses = [0 * t for t in theta], [0 * t for t in theta], []
    for step in range(1, steps + 1):
        h = 1 / (1 + np.exp(-(inputs @ theta[0] + theta[1])))
        p = 1 / (1 + np.exp(-(h @ theta[2] + theta[3])))
        losses.append(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
        d = (p - y) / 4
        dh = d @ theta[2].T * h * (1 - h)
        for k, g in enumerate([inputs.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]):
            first[k] = 0.9 * first[k] + 0.1 * g
            second[k] = 0.999 * second[k] + 0.001 * g**2
            m, v = first[k] / (1 - 0.9**step), second[k] / (1 - 0.999**step)
            theta[k] = theta[k] - lr * m / (np.sqrt(v) + 1e-7)
    return losses, ((p > 0.5) == y).mean()


if check.neuron.passed and check.perceptron.passed:
    runs = [two_layers(seed, lr=0.001) for seed in range(6)]
    one = []
    for steps in range(0, 1001, 20):
        w, b = neuron(inputs, AND, lr=1.0, steps=steps)
        z = inputs @ w + b
        one.append(np.mean(np.logaddexp(0, z) - AND * z))
    ax = plot.curves(
        {
            "2-1-1 network, Adam 0.001, 6 runs": np.array([r[0] for r in runs]),
            "one neuron, gradient descent, lr 1": np.interp(range(1000), range(0, 1001, 20), one),
        },
        xlabel="step",
        ylabel="cross-entropy on AND",
    )
    faster = [two_layers(seed, lr=0.01) for seed in range(6)]
    for lr, each in {0.001: runs, 0.01: faster}.items():
        print(f"2-1-1 network, Adam {lr}: share of AND right {[float(r[1]) for r in each]}")

# %% [markdown] role="caption" alt="Cross-entropy on AND over 1,000 steps. A band with a mean line, six runs of the two-layer network, falls slowly and ends near 0.55; the dashed line of one neuron falls quickly to about 0.02."
# A common answer builds AND with a hidden layer of one unit and trains it by Adam with its default
# step. After 1,000 steps all six runs still answer 0 to everything, three right of four: the step was too
# small (with 0.01 all six learn it). One neuron needs no hidden layer; the perceptron was done after 10 updates.

# %% [markdown] lang="zh" en="e65c3916" alt="AND 上的交叉熵随 1,000 步的变化。两层网络六次运行的均值线和范围带下降缓慢，最后在 0.55 附近；一个神经元的虚线很快降到 0.02 左右。"
# 常见的答案给 AND 加了一个单元的隐藏层，用 Adam 的默认步长训练。1,000 步之后，六次运行仍然一律输出 0，四个里对三个：步子太小（换成 0.01，六次全学会）。一个神经元不需要隐藏层；感知机更新 10 次就学会了。

# %% [markdown] role="why"
# **Why the hidden layer helps XOR.** The two hidden units map the four corners to three points: (0, 0) stays,
# (0, 1) and (1, 0) fall together at (1, 0), and (1, 1) goes to (1, 1). These three a line can separate. To
# change the representation until a line suffices is what every deeper network does.
#
# **Elsewhere.** In Keras this neuron is `Dense(1, activation="sigmoid")` with `"binary_crossentropy"`;
# `fit` wants arrays, not Python lists. In PyTorch: `nn.Linear(2, 1)` and `BCEWithLogitsLoss`.

# %% [markdown] lang="zh" en="468284ee"
# **隐藏层为什么能解决 XOR。** 两个隐藏单元把四个角映射成三个点：(0, 0) 不动，(0, 1) 和 (1, 0) 合到 (1, 0)，(1, 1) 到 (1, 1)。这三个点就能用直线分开了。不断改换表示，直到一条线就够，这正是更深的网络在做的事。
#
# **换个框架。** Keras 里这个神经元是 `Dense(1, activation="sigmoid")` 配 `"binary_crossentropy"`；`fit` 要的是数组，不是 Python 列表。PyTorch 是 `nn.Linear(2, 1)` 加 `BCEWithLogitsLoss`。

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains neurons and gates. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="65bc3fb4"
# ## 挑错
#
# 一位候选人这样讲神经元和逻辑门。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="perceptron-bound"
# ## The interviewer goes on
#
# **200 examples, none longer than 2 (the constant input included); some plane through 0 leaves a gap of 0.1 on either
# side. At most how many updates does the perceptron make?**

# %% [markdown] lang="zh" en="f0534660"
# ## 追问
#
# **200 个样本，长度都不超过 2（已含恒为 1 的输入）；有一个过原点的平面，两侧各留出 0.1 的间隔。感知机最多更新多少次？**

# %% role="follow-up"
### BEGIN SOLUTION
bound = (2 / 0.1) ** 2
### END SOLUTION

# %%
check.perceptron_bound(bound)

# %% [markdown] role="follow-up" anchor="boolean-functions"
# **Of the 16 Boolean functions of two inputs, how many can one neuron with a threshold compute?**

# %% [markdown] lang="zh" en="f0fd3453"
# **两个输入的布尔函数共 16 个，带阈值的单个神经元能算出几个？**

# %% role="follow-up"
### BEGIN SOLUTION
functions = 16 - 2
### END SOLUTION

# %%
check.boolean_functions(functions)

# %% [markdown] role="follow-up" fold="Did Minsky and Papert prove that neural networks cannot do XOR?"
# No. They showed what perceptrons whose fixed features each see only a few of the inputs cannot do,
# parity and connectedness among it; §13.2 of the same book discusses machines with more layers. What
# was missing was a good way to train those, and that backprop supplied.

# %% [markdown] lang="zh" en="0426e5f8" fold="Minsky 和 Papert 证明了神经网络做不了 XOR 吗？"
# 没有。他们说明的是：特征固定、每个特征只看少数几个输入的感知机做不到什么，比如判断奇偶性和连通性。同一本书的 §13.2 就讨论了多层的机器；当时缺的是好的训练方法，后来由反向传播补上。

# %% [markdown] role="follow-up" fold="Could another activation let one neuron do XOR?"
# Yes, if it is not monotone: $f(z) = z^2$ with $w = (1, -1)$, $b = 0$ gives 0, 1, 1, 0. "One neuron cannot" holds
# for a threshold and for every activation that only rises, since then "above ½" is again a half-plane.

# %% [markdown] lang="zh" en="e1b87ea1" fold="换个激活函数，一个神经元能算 XOR 吗？"
# 能，只要它不单调：$f(z) = z^2$，$w = (1, -1)$，$b = 0$，输出就是 0、1、1、0。“一个神经元不行”只对阈值和单调递增的激活函数成立，因为那时“大于 ½”仍是一个半平面。

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
# > A neuron takes a weighted sum plus a bias and applies an activation; with a threshold it cuts the input space
# > along w·x + b = 0. AND needs one neuron: weights 1, 1, bias −1.5. The perceptron rule finds such a line by
# > correcting its mistakes, in finitely many updates if one exists. XOR has none: the four conditions contradict
# > each other. Two hidden units, OR and AND, with a non-linearity, and an output that takes the first but not the
# > second, do it. And what a network can represent it need not learn: step size and initialization decide.
#
# Classic mistakes: no bias; a hidden layer for AND; correcting also where the guess is right; thresholds
# exactly on a sum; two linear layers taken for more than one.

# %% [markdown] lang="zh" en="6f4e2a20" fold="一分钟版本"
# > 神经元是加权和加偏置，再过激活函数；用阈值时，它沿 w·x + b = 0 把输入空间切成两半。AND 只要一个神经元：权重 1、1，偏置 −1.5。感知机规则靠改正错误找到这样的直线，只要它存在，有限步就能找到。XOR 不存在这样的直线：四个条件互相矛盾。两个带非线性的隐藏单元（OR 和 AND），输出取前者且非后者，就能做到。而且网络能表示的，不一定学得到：还要看步长和初始化。
#
# 常见错误：没有偏置；给 AND 加隐藏层；预测对了也修正；阈值恰好落在某个和上；以为两个线性层比一个强。

# %% [markdown] role="reference"
# ## References
#
# - Rosenblatt 1958, *The Perceptron*, Psychological Review 65(6).
# - Novikoff 1962, *On Convergence Proofs on Perceptrons* (the bound).
# - Minsky & Papert 1969, *Perceptrons* (what one layer cannot do).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §1.2.1 (brains and networks), §6.1 (learning XOR), §6.4.1 (representing is not learning).

# %% [markdown] lang="zh" en="f2ba7be7"
# ## 参考文献
#
# - Rosenblatt 1958, *The Perceptron*, Psychological Review 65(6)。
# - Novikoff 1962, *On Convergence Proofs on Perceptrons*（更新次数的上界）。
# - Minsky & Papert 1969, *Perceptrons*（单层做不到什么）。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§1.2.1（大脑与网络）、§6.1（学习 XOR）、§6.4.1（能表示不等于能学到）。
