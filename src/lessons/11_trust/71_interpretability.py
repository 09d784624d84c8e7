# ---
# title: Attribute a prediction, and try to falsify the attribution
# title_zh: 给预测做归因，再设法证伪它
# kind: code
# minutes: 45
# level: 2
# needs: []
# seeds: [003-2.3, 003-3.4]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Deep models are called black boxes. How would you explain what a model relies on? And how would you know
# > that the explanation is right?
#
# Think aloud for one minute before you type: if you could build the data yourself, what would you put into it
# so that an explanation can be *wrong*?

# %% [markdown] lang="zh" en="14092586"
# ## 题目
#
# > 都说深度模型是黑盒。你怎么解释模型依据的是什么？又怎么知道这个解释是对的？
#
# 先别动手，出声想一分钟：如果数据可以自己造，往里放什么，才能让一个解释**有可能出错**？

# %% [markdown] role="question" fold="What a good answer contains"
# - What is explained: one prediction (integrated gradients, Shapley values, LIME) or a whole model (permutation importance).
# - What each promises: completeness, the Shapley axioms, a local fit, a rise of the loss on held-out data.
# - What each cannot: baselines, correlated features, interactions, cost.
# - How to falsify: planted features, randomised weights. Attention and heat maps are no proof.

# %% [markdown] lang="zh" en="b80170c1" fold="好的回答包含什么"
# - 解释的对象：单个预测（积分梯度、Shapley 值、LIME），还是整个模型（置换重要性）。
# - 各自的保证：完备性、Shapley 公理、局部拟合、留出数据上损失的上升。
# - 各自的局限：基线的选择、相关特征、交互作用、计算代价。
# - 怎么证伪：预先埋好答案的特征、随机化权重。注意力和热力图不算证明。

# %% role="setup"
from itertools import combinations
from math import comb

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("interpretability")

# %% [markdown] role="setup"
# The data have a planted answer: $y = 2x_0 - 1.5x_1 + 2x_2x_3$ plus noise. $x_5$ is nearly a copy of $x_0$ and does
# nothing itself; $x_4$, $x_6$ and $x_7$ are noise. A small network learns this from examples. You only need `f` and `slope`.

# %% [markdown] lang="zh" en="d9923ea6"
# 数据里埋好了答案：$y = 2x_0 - 1.5x_1 + 2x_2x_3$ 加噪声。$x_5$ 几乎是 $x_0$ 的副本，本身不起作用；$x_4$、$x_6$、$x_7$ 是噪声。一个小网络从样本里学它。你只会用到 `f` 和 `slope`。


# %% role="setup"
def planted(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8))
    X[:, 5] = X[:, 0] + 0.1 * rng.normal(size=n)
    return X, 2 * X[:, 0] - 1.5 * X[:, 1] + 2 * X[:, 2] * X[:, 3] + 0.3 * rng.normal(size=n)


def train(X, y, steps=3000, seed=0):
    """A network 8 → 32 tanh → 1, by Adam on the squared error."""
    rng = np.random.default_rng(seed)
    params = [rng.normal(size=(8, 32)) / 2, np.zeros(32), rng.normal(size=(32, 1)) / 6, np.zeros(1)]
    m, s = [0 * p for p in params], [0 * p for p in params]
    for t in range(1, steps + 1):
        batch = rng.integers(len(y), size=64)
        h = np.tanh(X[batch] @ params[0] + params[1])
        gap = ((h @ params[2] + params[3])[:, 0] - y[batch])[:, None] / 64
        d = gap @ params[2].T * (1 - h**2)
        slopes = X[batch].T @ d, d.sum(axis=0), h.T @ gap, gap.sum(axis=0)
        for k, g in enumerate(slopes):
            m[k], s[k] = 0.9 * m[k] + 0.1 * g, 0.999 * s[k] + 0.001 * g**2
            params[k] -= 0.01 * m[k] / (1 - 0.9**t) / (np.sqrt(s[k] / (1 - 0.999**t)) + 1e-8)
    return params


def f(X, params=None):
    """X: (…, 8). The network's output, shape (…)."""
    W, b, v, c = params or network
    return (np.tanh(X @ W + b) @ v)[..., 0] + c[0]


def slope(x, params=None):
    """x: (8,). Slope of f at x, (8,)."""
    W, b, v, _ = params or network
    return W @ (v[:, 0] * (1 - np.tanh(x @ W + b) ** 2))


X_train, y_train = planted(600, seed=0)
X_test, y_test = planted(600, seed=1)
network = train(X_train, y_train)
print(f"R² on held-out data: {1 - np.mean((f(X_test) - y_test) ** 2) / y_test.var():.3f}")

# %% [markdown] role="exercise" anchor="integrated-gradients"
# ## 1 · Integrated gradients
#
# Write `integrated_gradients`: the slope averaged over the straight way from the baseline `x0` to `x`, times the way. Cut the way into `n`
# equal pieces and take the slope at the midpoint of each.

# %% [markdown] lang="zh" en="96fa80e3"
# ## 1 · 积分梯度
#
# 写出 `integrated_gradients`：沿基线 `x0` 到 `x` 的直线对梯度取平均，再乘以位移。把这条线等分成 `n` 段，每段取中点处的梯度。


# %% role="exercise"
def integrated_gradients(grad, x, x0, n):
    """grad(x) -> slope of the output at x, (d,). x, x0: (d,). n: number of pieces.

    Returns the attribution of each feature, (d,).
    """
    ### BEGIN SOLUTION
    shares = (np.arange(n) + 0.5) / n
    slopes = [grad(x0 + share * (x - x0)) for share in shares]
    return (x - x0) * np.mean(slopes, axis=0)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What should the attributions add up to? Which one-dimensional theorem gives a difference from a slope?
# 2. $f = x^3$, from 0 to 2, two pieces: where are the midpoints, what are the slopes, and how far are you from 8?
# 3. For each piece the point at share (k + ½)/n of the way; the slope there; the mean over pieces; times x − x0, element by element.

# %% [markdown] lang="zh" en="f29a187f"
# 1. 各归因加起来应等于什么？一维里哪个定理由导数得到差值？
# 2. $f = x^3$，从 0 到 2，分两段：中点在哪里，梯度各是多少，结果离 8 差多少？
# 3. 每一段取路程的 (k + ½)/n 处的点；求那里的梯度；各段取平均；再逐元素乘以 x − x0。

# %%
check.integrated_gradients(integrated_gradients)

# %% [markdown] role="idea" anchor="idea"
# $\text{IG}_i(x) = (x_i - x_i') \int_0^1 \frac{\partial f}{\partial x_i}\bigl(x' + \alpha (x - x')\bigr)\, d\alpha$ (Sundararajan et al. 2017, §3).
# The chain rule along the path and the fundamental theorem give *completeness*: $\sum_i \text{IG}_i = f(x) - f(x')$.
#
# | symbol | here | shape |
# |---|---|---|
# | $x$, $x'$ | `x`, the baseline `x0` | (d,) |
# | $\alpha$ | `share` of the way | number |
# | $\partial f / \partial x$ | `grad(…)` | (d,) |
#
# By hand: $f = 2 x_2 x_3$ from $(0, 0)$ to $(a, b)$. The slopes at share $\alpha$ are $2\alpha b$ and $2\alpha a$, so each feature gets $ab$: a product
# is split in halves. The slope at the baseline alone would be 0 for both.

# %% [markdown] lang="zh" en="22b2f10e"
# $\text{IG}_i(x) = (x_i - x_i') \int_0^1 \frac{\partial f}{\partial x_i}\bigl(x' + \alpha (x - x')\bigr)\, d\alpha$（Sundararajan et al. 2017，§3）。沿路径用链式法则，再用微积分基本定理，就得到**完备性**：$\sum_i \text{IG}_i = f(x) - f(x')$。
#
# | 符号 | 这里 | 形状 |
# |---|---|---|
# | $x$、$x'$ | `x`、基线 `x0` | (d,) |
# | $\alpha$ | 走过的比例 `share` | 一个数 |
# | $\partial f / \partial x$ | `grad(…)` | (d,) |
#
# 手算一个：$f = 2 x_2 x_3$，从 $(0, 0)$ 到 $(a, b)$。走到 $\alpha$ 处，两个梯度是 $2\alpha b$ 和 $2\alpha a$，所以每个特征得 $ab$：乘积平分。如果只看基线处的梯度，两个都是 0。

# %% role="reward"
if check.integrated_gradients.passed:
    size = np.abs(X_test[:, :4])
    first = np.flatnonzero(((size > 0.7) & (size < 1.5)).all(axis=1))[0]
    x, x0 = X_test[first], np.zeros(8)
    truth = np.array([2 * x[0], -1.5 * x[1], x[2] * x[3], x[2] * x[3], 0, 0, 0, 0])
    found = integrated_gradients(slope, x, x0, 50)
    print(f"sum {found.sum():.4f}, f(x) − f(x0) {f(x) - f(x0):.4f}")
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6.4, 3))
        ax.bar(np.arange(8) - 0.2, truth, 0.4, label="planted")
        ax.bar(np.arange(8) + 0.2, found, 0.4, label="integrated gradients", hatch="//")
        ax.set(xlabel="feature", ylabel="attribution", xticks=range(8))
        ax.legend()
    plt.show()

# %% [markdown] role="caption" alt="Pairs of bars for eight features: the planted attribution and the one recovered from the network. The pairs agree closely for features 0 to 3; features 4 to 7, planted as 0, get small values."
# The first held-out example whose planted features all have a size from 0.7 to 1.5. The planted share of each feature is known, so the explanation can be wrong; here it is nearly right. What it
# gives to features 4 to 7 is what the *network* makes of them: an attribution explains the model, not the world.

# %% [markdown] lang="zh" en="6fe2430e" alt="八个特征，每个有一对柱子：埋好的归因和从网络恢复的归因。特征 0 到 3 的两根柱子很接近；特征 4 到 7 埋的是 0，恢复的值很小。"
# 第一个满足四个埋好的特征大小都在 0.7 到 1.5 之间的留出样本。每个特征埋了多少是已知的，所以解释有可能出错；这里几乎全对。分给特征 4 到 7 的那一点，是**网络**对它们的用法：归因解释的是模型，不是世界。

# %% [markdown] role="why"
# **Why a path.** The slope at `x` alone can be 0 where the model saturates, though the feature brought it there. Along the
# path its effect is seen. $n$ slopes, $O(n)$ time; check completeness to choose $n$.
#
# **What most people write first.** The mean slope without $x - x'$, or $x$ times the slope at $x$. And a baseline that
# nobody chose: a black image says that dark pixels cannot matter.
#
# **Elsewhere.** TensorFlow: one `GradientTape` over the batch of path points. PyTorch: `captum.attr.IntegratedGradients`.

# %% [markdown] lang="zh" en="e9005510"
# **为什么要走一条路径。** 模型饱和时，`x` 处的梯度可能是 0，尽管正是这个特征把它推到那里的。沿路径就能看到它的作用。要 $n$ 次梯度，时间 $O(n)$；用完备性来决定 $n$ 取多大。
#
# **最常见的第一版。** 只有平均梯度，漏了 $x - x'$；或者用 $x$ 乘 $x$ 处的梯度。还有随手取的基线：用全黑图，就等于说暗的像素不可能重要。
#
# **换个框架。** TensorFlow：把路径上的点拼成一批，用一个 `GradientTape`。PyTorch：`captum.attr.IntegratedGradients`。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows uses it.

# %% [markdown] lang="zh" en="fc929a2a"
# **可以先歇一歇。** 核心已经写完，下面接着做事。

# %% [markdown] role="exercise" anchor="shapley-exact"
# ## 2 · Shapley values
#
# Write `shapley_exact`: what a player adds, averaged over all orders in which the players may arrive. Go through coalitions, not orders.

# %% [markdown] lang="zh" en="37272dc3"
# ## 2 · Shapley 值
#
# 写出 `shapley_exact`：玩家按各种顺序到来，取其增量的平均。请枚举联盟，不要枚举顺序。


# %% role="exercise"
def shapley_exact(v, M):
    """v(S) -> worth of a coalition; S: any collection of players out of 0 … M − 1.

    Returns the share of each player, (M,). v of the empty coalition need not be 0.
    """
    ### BEGIN SOLUTION
    shares = np.zeros(M)
    for i in range(M):
        others = [j for j in range(M) if j != i]
        for size in range(M):
            for S in combinations(others, size):
                shares[i] += (v({*S, i}) - v(S)) / (M * comb(M - 1, size))
    return shares
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. In how many of the $M!$ orders do exactly the players of S stand before i?
# 2. Two players, v = 0, 1, 2, 7 for {}, {0}, {1}, {0, 1}: what does each add in the order 0, 1? In 1, 0?
# 3. For each player: sizes 0 … M − 1 get 1/M each; within a size every coalition without i counts alike; add what i adds.

# %% [markdown] lang="zh" en="4e7c0968"
# 1. 全部 $M!$ 种顺序里，有多少种是 i 前面恰好为 S 中的玩家？
# 2. 两个玩家，{}、{0}、{1}、{0, 1} 的 v 是 0、1、2、7：按 0、1 的顺序各增加多少？按 1、0 呢？
# 3. 对每个玩家：大小 0 … M − 1 各占 1/M；同一大小里，不含 i 的联盟平分；累加 i 带来的增量。

# %%
check.shapley_exact(shapley_exact)

# %% [markdown] role="exercise" anchor="permutation-importance"
# ## 3 · Permutation importance
#
# Write `permutation_importance`: how much the loss rises when one column is shuffled.

# %% [markdown] lang="zh" en="09061664"
# ## 3 · 置换重要性
#
# 写出 `permutation_importance`：打乱一列，损失上升多少。


# %% role="exercise"
def permutation_importance(loss, X, y, rng):
    """loss(X, y) -> a number. X: (n, d), held-out data. y: (n,). rng: np.random.Generator.

    Returns the rise of the loss for each column, (d,). X is left as it is.
    """
    ### BEGIN SOLUTION
    base, rises = loss(X, y), np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        shuffled = X.copy()
        shuffled[:, j] = rng.permutation(X[:, j])
        rises[j] = loss(shuffled, y) - base
    return rises
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What must stay true of the column itself, and what of its tie to y?
# 2. y = 2x exactly, x of variance 1, loss = mean (2x − y)²: what is the loss before, and after x is shuffled?
# 3. Loss as it is; for each column a fresh copy with that column shuffled; its loss minus the first.

# %% [markdown] lang="zh" en="119f258d"
# 1. 这一列自身的什么要保持不变？它与 y 的什么要断开？
# 2. y 恰好等于 2x，x 的方差为 1，损失是 (2x − y)² 的均值：打乱 x 前后，损失各是多少？
# 3. 先算原来的损失；对每一列，重新复制一份并打乱该列；用它的损失减去原来的。

# %%
check.permutation_importance(permutation_importance)

# %% [markdown] role="exercise" anchor="lime"
# ## 4 · A local surrogate
#
# Write the heart of LIME: fit a plane to `f` at given samples `Z` by least squares, each sample weighted by
# $\exp(-\lVert z - x \rVert^2 / \text{width}^2)$, and return its slopes.

# %% [markdown] lang="zh" en="45cba0db"
# ## 4 · 局部代理模型
#
# 写出 LIME 的核心：在给定样本 `Z` 上用最小二乘拟合 `f` 的一个平面，每个样本的权重是
# $\exp(-\lVert z - x \rVert^2 / \text{width}^2)$，返回它的斜率。


# %% role="exercise"
def lime(f, x, Z, width):
    """f(Z) -> outputs, (m,). x: (d,), what is explained. Z: (m, d), samples around x.

    Returns the slopes of the plane, (d,); the plane has a constant, which is not returned.
    """
    ### BEGIN SOLUTION
    near = np.exp(-((Z - x) ** 2).sum(axis=1) / width**2)
    rows = np.column_stack([Z, np.ones(len(Z))])
    root = np.sqrt(near)
    found = np.linalg.lstsq(rows * root[:, None], f(Z) * root)[0]
    return found[:-1]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Least squares minimises a sum of squares. How do you make a solver without weights minimise a weighted one?
# 2. One feature, x = 0, width = 1, samples at 0 and 1: which weights have they?
# 3. Weights from squared distances; a column of ones beside Z; rows and outputs times the root of the weight; solve; drop the constant.

# %% [markdown] lang="zh" en="0a066637"
# 1. 最小二乘最小化的是平方和。怎么让一个不带权的求解器最小化加权的平方和？
# 2. 一个特征，x = 0，width = 1，样本在 0 和 1：权重各是多少？
# 3. 由距离的平方得到权重；在 Z 旁边加一列 1；各行和输出都乘权重的平方根；求解；去掉常数项。

# %%
check.lime(lime)


# %% role="reward"
def worth(x):
    """v(S): the output when the features outside S are set to the baseline 0. Kept, not repeated."""
    outputs = f(np.array([[x[j] * (bits >> j & 1) for j in range(8)] for bits in range(256)]))
    return lambda S: outputs[sum(1 << j for j in S)]


if (
    check.integrated_gradients.passed
    and check.shapley_exact.passed
    and check.permutation_importance.passed
    and check.lime.passed
):
    rng, few, zero = np.random.default_rng(2), X_test[:15], np.zeros(8)
    untrained = train(X_train, y_train, steps=0, seed=5)

    def near(x):
        return lime(f, x, x + 0.5 * rng.normal(size=(400, 8)), 0.5)

    def loss(X, y):
        return np.mean((f(X) - y) ** 2)

    shuffles = [permutation_importance(loss, X_test, y_test, rng) for _ in range(5)]
    true = [[2 * x[0], -1.5 * x[1], x[2] * x[3], x[2] * x[3], 0, 0, 0, 0] for x in few]
    by = {
        "planted": np.abs(true).mean(axis=0),
        "integrated gradients": np.mean(
            [abs(integrated_gradients(slope, x, zero, 50)) for x in few], 0
        ),
        "Shapley": np.mean([abs(shapley_exact(worth(x), 8)) for x in few], axis=0),
        "LIME, 15 examples": np.mean([abs(near(x)) for x in few], axis=0),
        "permutation": np.mean(shuffles, axis=0).clip(0),
        "LIME at x = 0 only": abs(near(zero)),
        "correlation with y": abs(np.corrcoef(X_test.T, y_test)[-1, :-1]),
        "IG, random weights": np.mean(
            [abs(integrated_gradients(lambda z: slope(z, untrained), x, zero, 50)) for x in few], 0
        ),
    }
    table = np.array([row / row.max() for row in by.values()])
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(7.2, 3.6))
    names = [f"x{j}" for j in range(8)]
    plot.heatmap(table, rows=list(by), columns=names, form="{:.2f}", ax=ax)
    plt.show()
    for name, row in by.items():
        parts = [100 * row[group].sum() / row.sum() for group in ([0, 1], [2, 3], [4, 5, 6, 7])]
        print(f"{name:21} x0, x1: {parts[0]:.0f}%, x2, x3: {parts[1]:.0f}%, rest: {parts[2]:.0f}%")

# %% [markdown] role="caption" alt="A table of eight methods by eight features, each row scaled to its largest value. The planted row has its weight on x0 to x3. Integrated gradients and Shapley look like it; LIME over 15 examples and permutation importance also keep to these four columns, with more on x2 and x3. LIME at zero alone is small on x2 and x3; correlation with y is high on x5, the copy, and small on x2 and x3; with random weights the pattern is gone."
# Mean size of the attribution, each row scaled to its largest; above, how each row divides its total. The four methods that you wrote
# put x0 to x3 on top. Their sizes differ because they measure different things: a share of one output, a slope, a rise of the loss. Two
# explanations that sound as good mislead: at the single point 0 the interaction has hardly a slope; a correlation praises the copy x5 and hardly sees the
# interaction. The last row is a control: with random weights there is nothing to recover, and the pattern must go, as it does (Adebayo et al. 2018).

# %% [markdown] lang="zh" en="4479da34" alt="八种方法对八个特征的表格，每行按最大值缩放。埋好的那一行集中在 x0 到 x3。积分梯度和 Shapley 与它相似；15 个样本上的 LIME 和置换重要性也集中在这四列，但更看重 x2、x3。只在 0 处的 LIME 在 x2、x3 上很小；与 y 的相关系数在副本 x5 上很高，在 x2、x3 上很小；权重随机时没有这种格局。"
# 归因大小的平均，每行按最大值缩放；上面打印的是每行总量的分配。你写的四种方法都把 x0 到 x3 排在最前。大小不同，是因为量的东西不同：一个输出的份额、斜率、损失的上升。另外两种听起来同样有道理的解释却会误导：只看 0 这一点，交互作用几乎没有斜率；相关系数看重副本 x5，几乎看不见交互作用。最后一行是对照：权重随机时本来就没有东西可找，上面的格局应当消失，也确实消失了（Adebayo et al. 2018）。

# %% [markdown] role="why"
# **Why these agree.** For a sum of separate terms and products they split alike: IG and Shapley both halve $x_2 x_3$. On other functions they differ,
# and each depends on its baseline, kernel or distribution. State them with the result.
#
# **Time.** IG: $n$ gradients. Shapley: $2^M$ outputs. Permutation: $d$ evaluations a repeat. LIME: $m$ outputs and a small solve.
#
# **What most people write first.** Importance on the training data, where an overfitted column looks useful. Or one shuffle for all
# columns, one after the other without restoring them.

# %% [markdown] lang="zh" en="1c6e82fd"
# **为什么它们一致。** 对可分的项与乘积之和，它们分法相同：IG 和 Shapley 都把 $x_2 x_3$ 平分。换了别的函数就会不同，而且各自依赖基线、核或分布。报结果时要一并写明。
#
# **时间。** IG：$n$ 次梯度。Shapley：$2^M$ 次输出。置换：每轮 $d$ 次评估。LIME：$m$ 次输出，再解一个小方程组。
#
# **最常见的第一版。** 在训练数据上算重要性，被过拟合的列看起来很有用。或者一列接一列打乱，却不复原。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `shapley_exact`: it only looks at what each player's leaving costs. Give the worths of {}, {0}, {1} and {0, 1} in a game
# that exposes it. Two features that say the same may help.

# %% [markdown] lang="zh" en="5507f6da"
# ## 找反例
#
# 下面是一个错误的 `shapley_exact`：只看每个玩家离开时损失多少。写出 {}、{0}、{1}、{0, 1} 的价值，让它露馅。想想两个内容相同的特征。

# %% role="hack"
check.shapley_exact.hack(trap=3)

# %% role="hack"
### BEGIN SOLUTION
table = [0.0, 1.0, 1.0, 1.0]  # either will do, both are worth no more
### END SOLUTION


def game(S):
    """v({}), v({0}), v({1}), v({0, 1}) from the table"""
    return table[sum(1 << player for player in set(S))]


if table is not ...:
    check.shapley_exact.hack(trap=3, v=game, M=2)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about interpretability. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="a24676aa"
# ## 挑错
#
# 一位候选人这样讲可解释性。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 7, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="calls"
# ## The interviewer goes on
#
# **Exact Shapley values of 20 features for one prediction: on how many coalitions must the model be evaluated?**

# %% [markdown] lang="zh" en="208f8b87"
# ## 追问
#
# **20 个特征，对一个预测求精确的 Shapley 值，要在多少个联盟上调用模型？**

# %% role="follow-up"
### BEGIN SOLUTION
count = 2**20
### END SOLUTION

# %%
check.calls(count)

# %% [markdown] role="follow-up" fold="Why, and what one does instead"
# Every subset appears, with and without each player: $2^{20}$, about a million. One samples orders (unbiased, error $\propto 1/\sqrt{n}$), fits a weighted
# regression (Kernel SHAP), or uses the structure of trees. "Without a feature" is a choice too: a baseline, the marginal or the conditional distribution.

# %% [markdown] lang="zh" en="e0154989" fold="为什么，实际中怎么办"
# 每个子集都会出现，含与不含每个玩家各一次：$2^{20}$，约一百万。实际中对顺序采样（无偏，误差 $\propto 1/\sqrt{n}$），或做加权回归（Kernel SHAP），或利用树的结构。“去掉一个特征”也是一种选择：换成基线，还是按边缘分布、条件分布采样。

# %% [markdown] role="follow-up" anchor="share"
# **Attention weights 0.80, 0.15, 0.05 on three tokens whose values, read out by the next layer, are 0.1, −0.2 and 3.0. Which share of the output comes from the
# third token?**

# %% [markdown] lang="zh" en="355192eb"
# **三个 token 的注意力权重是 0.80、0.15、0.05，它们的 value 经下一层读出后是 0.1、−0.2、3.0。输出中有多大比例来自第三个 token？**

# %% role="follow-up"
### BEGIN SOLUTION
weights, values = np.array([0.8, 0.15, 0.05]), np.array([0.1, -0.2, 3.0])
part = weights[2] * values[2] / (weights @ values)
### END SOLUTION

# %%
check.share(part)

# %% [markdown] role="follow-up" fold="Is attention an explanation, then?"
# Not by itself. The weight says how much is read, not what it does to the output; and after a few layers a position holds a mixture of
# tokens. Jain and Wallace (2019) found weights that agree poorly with other measures and could be replaced without changing the output much; Wiegreffe and Pinter (2019) answer
# that this depends on what one calls an explanation, and propose tests. Test before you claim.

# %% [markdown] lang="zh" en="20881295" fold="那么注意力算解释吗？"
# 光有它不算。权重说的是读了多少，不是对输出起了什么作用；而且过了几层，每个位置已经是多个 token 的混合。Jain 和 Wallace（2019）发现，权重与其他度量一致性差，换成别的权重输出也变化不大；Wiegreffe 和 Pinter（2019）回应说，这取决于什么叫解释，并提出了检验方法。先检验，再下结论。

# %% [markdown] role="follow-up" fold="Two columns are nearly copies. What does permutation importance say?"
# If the model uses both, shuffling one leaves the other, and both look unimportant. If it learnt only one, as here mostly, the other gets about 0 although it
# predicts as well. A shuffle also makes rows that never occur, $x_0$ without its copy. Shuffle groups of correlated columns together.

# %% [markdown] lang="zh" en="8f51f20a" fold="有两列几乎相同，置换重要性会怎么说？"
# 模型若两列都用，打乱一列还有另一列，结果两列都显得不重要。若只学了其中一列（这里大致如此），另一列就接近 0，尽管它的预测能力一样。打乱还会造出从不出现的行：$x_0$ 与副本对不上。应把相关的列编成一组，一起打乱。

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
# > First: is one prediction to be explained, or the model? For one prediction, integrated gradients average the gradient from a baseline to the input and multiply by
# > the difference; they add up to the change of the output. Shapley values average what a feature adds over all orders, at $2^M$ evaluations. LIME fits a
# > weighted plane nearby. For the model, permutation importance on held-out data, with an eye on correlated columns. Then I try to falsify it: planted features that it must
# > find, randomised weights that must change it. Attention weights and plausible heat maps are no proof.
#
# Classic mistakes: attention as explanation; adversarial attacks or t-SNE as attribution; a missing $x - x'$; importance on training data; no baseline named.

# %% [markdown] lang="zh" en="92878684" fold="一分钟版本"
# > 先问：解释单个预测，还是整个模型？单个预测：积分梯度从基线到输入对梯度取平均，再乘以差值，各项之和等于输出的变化；Shapley 值对所有顺序取增量的平均，要 $2^M$ 次评估；LIME 在附近拟合一个加权平面。整个模型：在留出数据上算置换重要性，注意相关的列。然后设法证伪：埋好的特征必须找得到，权重随机化后解释必须变。注意力权重和看着合理的热力图都不是证明。
#
# 常见错误：拿注意力当解释；把对抗攻击或 t-SNE 当归因；漏了 $x - x'$；在训练数据上算重要性；不说明基线。

# %% [markdown] role="reference"
# ## References
#
# - Sundararajan, Taly & Yan 2017, *Axiomatic Attribution for Deep Networks*, [arXiv:1703.01365](https://arxiv.org/abs/1703.01365), §3 (integrated gradients, completeness).
# - Lundberg & Lee 2017, *A Unified Approach to Interpreting Model Predictions*, [arXiv:1705.07874](https://arxiv.org/abs/1705.07874), §2.4 (Shapley values), §4.1 (Kernel SHAP).
# - Ribeiro, Singh & Guestrin 2016, *"Why Should I Trust You?"*, [arXiv:1602.04938](https://arxiv.org/abs/1602.04938), §3.4 (kernel and linear surrogate).
# - Breiman 2001, *Random Forests*, Machine Learning 45, §10 (permuted variables); scikit-learn user guide, *Permutation feature importance*.
# - Adebayo et al. 2018, *Sanity Checks for Saliency Maps*, [arXiv:1810.03292](https://arxiv.org/abs/1810.03292).
# - Jain & Wallace 2019, [arXiv:1902.10186](https://arxiv.org/abs/1902.10186); Wiegreffe & Pinter 2019, [arXiv:1908.04626](https://arxiv.org/abs/1908.04626).
# - Wattenberg, Viégas & Johnson 2016, *How to Use t-SNE Effectively*, Distill.

# %% [markdown] lang="zh" en="f6b4b4ff"
# ## 参考文献
#
# - Sundararajan, Taly & Yan 2017, *Axiomatic Attribution for Deep Networks*，[arXiv:1703.01365](https://arxiv.org/abs/1703.01365)，§3（积分梯度、完备性）。
# - Lundberg & Lee 2017, *A Unified Approach to Interpreting Model Predictions*，[arXiv:1705.07874](https://arxiv.org/abs/1705.07874)，§2.4（Shapley 值）、§4.1（Kernel SHAP）。
# - Ribeiro, Singh & Guestrin 2016, *"Why Should I Trust You?"*，[arXiv:1602.04938](https://arxiv.org/abs/1602.04938)，§3.4（核与线性代理模型）。
# - Breiman 2001, *Random Forests*, Machine Learning 45，§10（置换变量）；scikit-learn 用户指南 *Permutation feature importance*。
# - Adebayo et al. 2018, *Sanity Checks for Saliency Maps*，[arXiv:1810.03292](https://arxiv.org/abs/1810.03292)。
# - Jain & Wallace 2019，[arXiv:1902.10186](https://arxiv.org/abs/1902.10186)；Wiegreffe & Pinter 2019，[arXiv:1908.04626](https://arxiv.org/abs/1908.04626)。
# - Wattenberg, Viégas & Johnson 2016, *How to Use t-SNE Effectively*，Distill。
