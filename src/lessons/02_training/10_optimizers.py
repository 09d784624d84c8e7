# ---
# title: Write the optimizers from SGD to AdamW
# title_zh: 手写优化器：从 SGD 到 AdamW
# kind: code
# minutes: 45
# level: 2
# needs: [backprop]
# seeds: [001-Q9, 004-1.9]
# asked: 14
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What does an optimizer do with the gradient? Write Adam's update, say what momentum, AdaGrad and
# > RMSprop contributed to it, and why AdamW is not Adam with L2.
#
# Think aloud for one minute before you type: what must be remembered from one step to the next, and in
# which unit is a step measured?

# %% [markdown] lang="zh" en="a9e64097"
# ## 题目
#
# > 优化器拿到梯度之后做什么？手写 Adam 的更新，讲讲动量、AdaGrad、RMSprop 各贡献了什么，为什么 AdamW 不等于 Adam 加 L2？
#
# 先别动手，出声想一分钟：从这一步到下一步要记住什么？一步的长度是什么量纲？

# %% [markdown] role="question" fold="What a good answer contains"
# - The division of labour: backprop delivers the gradient, the optimizer chooses the step, from all examples, from one, or (nearly always) from a mini-batch.
# - What each method keeps: a decaying sum of gradients (momentum), a sum of squares (AdaGrad), a moving average of squares (RMSprop), both averages (Adam).
# - Bias correction: why it is there, that $t$ starts at 1, and in which direction the step is wrong without it.
# - Which convention you write: where ε stands, whether lr is inside the velocity.
# - Why an L2 term in Adam's gradient is not weight decay.

# %% [markdown] lang="zh" en="1fd27d5f" fold="好的回答包含什么"
# - 分工：反向传播给出梯度，优化器决定怎么走；梯度可以来自全部样本、一个样本，或者（几乎总是）一个小批量。
# - 各自记住什么：动量是梯度的衰减累加，AdaGrad 是平方和，RMSprop 是平方的滑动平均，Adam 两个平均都要。
# - 偏差修正：为什么需要，$t$ 从 1 开始，不修正时步子偏大还是偏小。
# - 写的是哪种约定：ε 放在哪里，lr 放不放进速度里。
# - 为什么把 L2 加进 Adam 的梯度，就不是权重衰减了。

# %% role="setup"
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("optimizers")

# %% [markdown] role="exercise" anchor="adam"
# ## 1 · Adam
#
# Write one step of Adam, as in Algorithm 1 of the paper: ε is added to the root of the corrected average.
# The caller keeps the state, so that it can be saved; change nothing in place.

# %% [markdown] lang="zh" en="424fbc97"
# ## 1 · Adam
#
# 写出 Adam 的一步，按论文的 Algorithm 1：先修正、开根号，再加 ε。状态由调用者保存，这样才能存盘；不要就地修改任何输入。


# %% role="exercise"
def adam(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """w, g: weights and their gradient, arrays of one shape. state: (m, v, t).

    m, v: uncorrected averages, shaped like w, zeros at the start; t: number of steps already done,
    0 at the start. Returns the new w and the new state (m, v, t).
    """
    ### BEGIN SOLUTION
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), (m, v, t)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which three things must the next call know? Which of them have the shape of w?
# 2. An average starts at 0 and takes up a tenth of each new value. All values are 5: what does it hold after one step, after two? By what must you divide to get 5?
# 3. Count the step; move both averages; correct both on the side, without storing that; divide the one by the root of the other plus ε; go lr times that far against it.

# %% [markdown] lang="zh" en="d0bd878c"
# 1. 下一次调用必须知道哪三样东西？哪些和 w 形状相同？
# 2. 一个平均值从 0 开始，每次吸收新值的十分之一。所有新值都是 5：一步后是多少，两步后呢？除以几才能得到 5？
# 3. 步数加一；更新两个平均；另外算出修正值，不要存回去；一个除以另一个的平方根加 ε；反方向走 lr 倍。

# %%
check.adam(adam)

# %% [markdown] role="idea" anchor="idea"
# With $m_0 = v_0 = 0$ and $t = 1, 2, \dots$:
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2,$$
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad w_t = w_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon} .$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $w$, $g$ | `w`, `g` | any |
# | $m$, $v$ | `m`, `v` | like `w` |
# | $t$ | `t` | number |
# | $\eta$ ($\alpha$ in the paper) | `lr` | number |
#
# This is Algorithm 1 of Kingma & Ba. The weights of $m_t$ sum to $1 - \beta_1^t$ (§3), so $\hat m_t$ is a
# proper weighted mean of all gradients so far. The unit of $g$ cancels in $\hat m / \sqrt{\hat v}$: a step
# is measured in $\eta$, not in gradients (§2.1).

# %% [markdown] lang="zh" en="b155f570"
# 设 $m_0 = v_0 = 0$，$t = 1, 2, \dots$：
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2,$$
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad w_t = w_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon} .$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $w$、$g$ | `w`、`g` | 任意 |
# | $m$、$v$ | `m`、`v` | 与 `w` 相同 |
# | $t$ | `t` | 数 |
# | $\eta$（论文里是 $\alpha$） | `lr` | 数 |
#
# 这就是 Kingma 和 Ba 的 Algorithm 1。$m_t$ 里各梯度的权重之和是 $1 - \beta_1^t$（§3），所以 $\hat m_t$ 才是到目前为止所有梯度的加权平均。$\hat m / \sqrt{\hat v}$ 里 $g$ 的量纲约掉了：步长以 $\eta$ 计，与梯度的单位无关（§2.1）。

# %% [markdown] role="worked" fold="A sibling worked by hand: the bias of one average"
# Take $\beta = 0.8$ and the values 5, 5, 10. From 0: $0.2 \times 5 = 1$; then $0.8 \times 1 + 0.2 \times 5 = 1.8$;
# then $0.8 \times 1.8 + 0.2 \times 10 = 3.44$. All three are far below every value seen. The weights behind
# them sum to $0.2$, $0.36$ and $0.488$, that is $1 - 0.8^t$. Divided by these: $5$, $5$, $7.05$, a mean that
# leans to the latest value.

# %% [markdown] lang="zh" en="85dfb615" fold="手算一个相近的例子：一个平均值的偏差"
# 取 $\beta = 0.8$，依次来 5、5、10。从 0 开始：$0.2 \times 5 = 1$；$0.8 \times 1 + 0.2 \times 5 = 1.8$；
# $0.8 \times 1.8 + 0.2 \times 10 = 3.44$。三个结果都远小于见过的任何一个值。它们背后的权重之和是 $0.2$、$0.36$、$0.488$，即 $1 - 0.8^t$。除以它们得到 $5$、$5$、$7.05$，这才是偏重最新值的平均。

# %% [markdown] role="reward"
# Train a small network on the digits, and multiply the loss by a constant. Nothing that matters has
# changed. Adam's learning rate is 0.01 throughout, that of plain SGD 0.1.

# %% [markdown] lang="zh" en="c227e822"
# 在手写数字上训练一个小网络，再把损失乘上一个常数：问题本身没有变。Adam 的学习率始终是 0.01，普通 SGD 始终是 0.1。


# %% role="worked"
def sgd(w, g, state, lr):
    return w - lr * g, state


def at_rest(w):
    """Adam's state before the first step."""
    return np.zeros_like(w), np.zeros_like(w), 0


def train(step, first, lr, scale, seed, steps=300, batch=32):
    """Test accuracy on the digits; first(w): the state of each w; `scale` multiplies the loss."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = data.digits(split=True)
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    params = [rng.normal(size=s) * np.sqrt(2 / s[0]) for s in [(64, 32), (32, 10)]]
    states = [first(w) for w in params]
    for _ in range(steps):
        rows = rng.integers(len(x), size=batch)
        hidden = np.maximum(x[rows] @ params[0], 0)
        z = hidden @ params[1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        dz = scale * (e / e.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / batch
        grads = [x[rows].T @ (dz @ params[1].T * (hidden > 0)), hidden.T @ dz]
        moved = [step(w, g, s, lr) for w, g, s in zip(params, grads, states)]
        params, states = zip(*moved)
    return ((np.maximum(x_test @ params[0], 0) @ params[1]).argmax(axis=1) == y_test).mean()


# %% role="reward"
if check.adam.passed:
    scales, curves = 10.0 ** np.arange(-4, 5), {}
    with np.errstate(all="ignore"):  # SGD overflows where its steps are too long
        for name, recipe in {
            "Adam": (adam, at_rest, 0.01),
            "SGD": (sgd, np.zeros_like, 0.1),
        }.items():
            curves[name] = [[train(*recipe, c, seed) for c in scales] for seed in range(3)]
    plot.curves(
        curves, x=scales, logx=True, markers=True,
        xlabel="factor on the loss", ylabel="test accuracy",
    )  # fmt: skip
    print("SGD: ", np.mean(curves["SGD"], axis=0).round(2))
    print("Adam:", np.mean(curves["Adam"], axis=0).round(2))

# %% [markdown] role="caption" alt="Test accuracy against a factor on the loss from 1e-4 to 1e4. Adam is a flat line near 0.96. SGD rises from about 0.12 at 1e-4 to 0.93 at 1 and 0.96 at 10, and falls to about 0.1 from 100 on."
# Mean and range of three runs. SGD works within about one power of ten; below it crawls, above it blows up.
# Adam does not notice: eight powers of ten, one learning rate.

# %% [markdown] lang="zh" en="1fe3f69b" alt="测试准确率随损失所乘常数的变化，横轴从 1e-4 到 1e4。Adam 是一条 0.96 附近的水平线；SGD 从 1e-4 处的约 0.12 升到 1 处的 0.93、10 处的 0.96，从 100 开始跌到 0.1 左右。"
# 三次运行的均值和范围。SGD 只在大约一个数量级内有效：再小几乎不动，再大就发散。Adam 毫无察觉：跨八个数量级，用同一个学习率。

# %% [markdown] role="why"
# **Why it works.** Where gradients agree, $\hat m \approx \sqrt{\hat v}$ and the step is about $\eta$; where they
# are mostly noise, $\hat m$ is much smaller than $\sqrt{\hat v}$ and the step shrinks.
#
# **Cost.** Two arrays as large as the weights; a handful of operations per weight, little beside the
# backward pass.
#
# **What most people write first.** `m /= 1 - beta1**t` in place: then the corrected average goes into the state and is
# corrected again. Or `v += …` on the caller's array: the checkpoint taken before the step changes with it.
#
# **Elsewhere.** PyTorch and Optax add ε as Algorithm 1 does (Optax has a second one inside the root,
# `eps_root`, 0 by default). Keras uses the shortened form that the paper prints before §2.1: its ε, 1e-7,
# is the $\hat\varepsilon$ beside the *uncorrected* $\sqrt{v}$. PyTorch keeps the state in `optimizer.state_dict()`; a
# checkpoint without it restarts $m$, $v$ and $t$ from zero.

# %% [markdown] lang="zh" en="6972a048"
# **为什么对。** 梯度方向一致时 $\hat m \approx \sqrt{\hat v}$，步长约为 $\eta$；梯度主要是噪声时，$\hat m$ 远小于 $\sqrt{\hat v}$，步长就变小。
#
# **代价。** 两个和权重一样大的数组；每个权重几次运算，与反向传播相比很少。
#
# **最常见的第一版。** 就地写 `m /= 1 - beta1**t`：修正后的平均值进了状态，下一步又被修正一遍。或者对调用者的数组做 `v += …`：走这一步之前存的 checkpoint 也跟着变了。
#
# **换个框架。** PyTorch 和 Optax 的 ε 与 Algorithm 1 一致（Optax 还有一个放在根号里的 `eps_root`，默认为 0）。Keras 用的是论文 §2.1 之前的简写形式：它的 ε（1e-7）是加在**未修正**的 $\sqrt{v}$ 旁边的 $\hat\varepsilon$。PyTorch 的状态在 `optimizer.state_dict()` 里；checkpoint 里没存它，$m$、$v$、$t$ 就都从零开始。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is where it came from, and what AdamW
# mends.

# %% [markdown] lang="zh" en="1c6cf340"
# **可以先歇一歇。** 核心已经写完。下面讲它从哪里来，以及 AdamW 改了什么。

# %% [markdown] role="exercise" anchor="momentum"
# ## 2 · Momentum, plain and Nesterov's
#
# Write `momentum` in PyTorch's convention: the velocity collects gradients, and lr multiplies it at the end.

# %% [markdown] lang="zh" en="f5ae5b0f"
# ## 2 · 动量：普通的和 Nesterov 的
#
# 写出 `momentum`，用 PyTorch 的约定：速度只累加梯度，最后再乘 lr。


# %% role="exercise"
def momentum(w, g, v, lr, beta=0.9, nesterov=False):
    """w, g, v: weights, gradient and velocity, arrays of one shape; v is zeros at the start.

    The velocity is a decaying sum of gradients, not their average. With nesterov=True the step is
    the gradient plus β times the new velocity. Returns the new w and the new v.
    """
    ### BEGIN SOLUTION
    v = beta * v + g
    return w - lr * (g + beta * v if nesterov else v), v
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which is updated first, v or w? What would the very first step be the other way round?
# 2. β = 0.5 and every gradient is 1: what is the velocity after one, two, three steps? Where does it end?
# 3. Shrink the old velocity by β and add the gradient whole. Step by it; or, for Nesterov, by what the next velocity would be if the same gradient came again.

# %% [markdown] lang="zh" en="a6f047ca"
# 1. 先更新 v 还是先更新 w？反过来的话，第一步会怎样？
# 2. β = 0.5，每个梯度都是 1：一步、两步、三步之后速度是多少？最后趋于多少？
# 3. 旧速度乘 β，再加上完整的梯度，按它走一步；Nesterov 则是按“同样的梯度再来一次时的下一个速度”走。

# %%
check.momentum(momentum)

# %% [markdown] role="why"
# Under a constant gradient the velocity is a geometric series and tends to $g / (1 - \beta)$: at β = 0.9 momentum
# goes ten times as far per step, so give it a tenth of the lr when you compare it with plain SGD. Across a valley the
# gradients alternate and cancel in the sum.
#
# **Three conventions.** PyTorch: $v \leftarrow \beta v + g$, $w \leftarrow w - \eta v$. Sutskever et al. (§2) and Keras: $v \leftarrow \beta v - \eta g$, $w \leftarrow w + v$; the same path at constant η, another one under a
# schedule. The average, $v \leftarrow \beta v + (1 - \beta) g$, is what Adam's $m$ is: the same path with η larger by $1/(1 - \beta)$.
#
# **Nesterov.** Sutskever et al. take the gradient at $w + \beta v$, ahead of the weights. Call that point the
# weights, and you get the form above, in which the gradient is taken where the weights are.

# %% [markdown] lang="zh" en="1c2d4b6e"
# 梯度恒定时，速度是等比级数，趋于 $g / (1 - \beta)$：β = 0.9 时每步走十倍远，所以和普通 SGD 比较时 lr 要取十分之一。横穿山谷的方向上梯度正负交替，累加起来互相抵消。
#
# **三种约定。** PyTorch：$v \leftarrow \beta v + g$，$w \leftarrow w - \eta v$。Sutskever 等人（§2）和 Keras：$v \leftarrow \beta v - \eta g$，$w \leftarrow w + v$；η 不变时路径相同，有调度时就不同了。取平均的写法 $v \leftarrow \beta v + (1 - \beta) g$ 就是 Adam 的 $m$：η 放大 $1/(1 - \beta)$ 倍，路径相同。
#
# **Nesterov。** Sutskever 等人在权重前方的 $w + \beta v$ 处求梯度。把那个点当作权重，就得到上面的形式，梯度就在权重所在处求。

# %% [markdown] role="exercise" anchor="adaptive"
# ## 3 · AdaGrad and RMSprop
#
# Write both in one function, `adaptive`; `rho` says which. Add ε after the root, as PyTorch does (Keras adds it
# inside).

# %% [markdown] lang="zh" en="16be752e"
# ## 3 · AdaGrad 和 RMSprop
#
# 用一个函数 `adaptive` 写出两者，由 `rho` 决定是哪一个。和 PyTorch 一样，开根号之后再加 ε（Keras 是加在根号里面）。


# %% role="exercise"
def adaptive(w, g, s, lr, rho=None, eps=1e-8):
    """w, g, s: weights, gradient, history of squared gradients, arrays of one shape; s starts at 0.

    rho=None: AdaGrad. rho a number in (0, 1): RMSprop, whose history forgets at the rate rho, with
    no bias correction. Returns the new w and the new s.
    """
    ### BEGIN SOLUTION
    s = s + g**2 if rho is None else rho * s + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. One of the two histories can only grow. Which, and what does that do to the steps?
# 2. Every gradient is 3. After four steps, what is the sum of squares, and what is their average? How long is the step in each case, in units of lr?
# 3. Bring s up to date with the present gradient first; then divide the gradient by its root plus ε; both methods share that line.

# %% [markdown] lang="zh" en="01ebfdbf"
# 1. 两种历史里有一种只增不减，是哪一种？步长会因此怎样？
# 2. 每个梯度都是 3。四步之后平方和是多少，平方的平均是多少？两种情况下步长各是 lr 的多少倍？
# 3. 先用当前梯度更新 s，再用梯度除以它的平方根加 ε；两种方法只有第一步不同。

# %%
check.adaptive(adaptive)

# %% [markdown] role="reward"
# A valley a hundred times steeper across than along: $\frac{1}{2}(x^2 + 100\,y^2)$, and the same valley turned by 45°.
# Each method gets the learning rate that brings 20 starting points down to a thousandth of the loss soonest.

# %% [markdown] lang="zh" en="b0dd85f3"
# 一个山谷，横向比纵向陡一百倍：$\frac{1}{2}(x^2 + 100\,y^2)$；再把它旋转 45°。每种方法都用各自最好的学习率：让 20 个起点最快降到初始损失的千分之一。


# %% role="worked"
def descend(step, state, lr, A, start, steps):
    """start (n, 2) → the path (steps + 1, n, 2) on ½ wᵀAw."""
    w, path = start, [start]
    for _ in range(steps):
        w, state = step(w, w @ A, state, lr)
        path.append(w)
    return np.array(path)


def steps_needed(step, state, lr, A, start, steps=400):
    """Mean number of steps until the loss stays below a thousandth of the first one."""
    path = descend(step, state, lr, A, start, steps)
    loss = ((path @ A) * path).sum(axis=-1)
    above = ~(loss <= 1e-3 * loss[0])
    return np.mean([np.flatnonzero(column).max() + 1 for column in above.T])


angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 20)
start, zero = 10 * np.stack([np.cos(angles), np.sin(angles)], axis=1), np.zeros((20, 2))
turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
valleys = {"along the axes": (np.diag([1.0, 100.0]), start)}
valleys["turned by 45°"] = (turn @ np.diag([1.0, 100.0]) @ turn.T, start @ turn.T)

# %% role="reward"
if check.adam.passed and check.momentum.passed and check.adaptive.passed:
    import matplotlib.pyplot as plt

    methods = {
        "gradient descent": (sgd, zero),
        "momentum": (momentum, zero),
        "Nesterov": (lambda *a: momentum(*a, nesterov=True), zero),
        "AdaGrad": (adaptive, zero),
        "RMSprop": (lambda *a: adaptive(*a, rho=0.9), zero),
        "Adam": (adam, at_rest(zero)),
    }
    rates = 10.0 ** np.arange(-3.5, 1.6, 0.25)
    shown = ["gradient descent", "Nesterov", "AdaGrad", "Adam"]
    grid = np.stack(np.meshgrid(np.linspace(-10, 10, 60), np.linspace(-10, 10, 60)), axis=-1)
    with plt.style.context(plot.STYLE), np.errstate(all="ignore"):
        figure, panels = plt.subplots(2, 4, figsize=(7.0, 3.6), sharex=True, sharey=True)
    for row, (valley, (A, points)) in zip(panels, valleys.items()):
        for name, (step, state) in methods.items():
            with np.errstate(all="ignore"):  # the larger rates diverge
                need = [steps_needed(step, state, lr, A, points) for lr in rates]
            lr = rates[np.argmin(need)]
            print(f"{valley}, {name}: {min(need):.1f} steps on average, at lr = {lr:.2g}")
            if name in shown:
                ax, begin = row[shown.index(name)], np.array([-8.0, 3.0])
                begin = np.tile(begin if valley == "along the axes" else turn @ begin, (20, 1))
                path = descend(step, state, lr, A, begin, 60)[:, 0]
                levels = ((grid @ A) * grid).sum(axis=-1)
                ax.contour(*grid.T, levels.T, [10, 100, 1000], colors="0.75", linewidths=0.7)
                ax.plot(*path.T, color="C1", linewidth=1.2, marker=".", ms=4)
                ax.plot(0, 0, "k+", ms=8)
                ax.set_title(f"{name}: {min(need):.0f} steps", fontsize=8)
                ax.set(xlim=(-10, 10), ylim=(-10, 10))
                ax.grid(visible=False)
        row[0].set_ylabel(valley)

# %% [markdown] role="caption" alt="Two rows of four panels, each with the valley's contours and the path of one method. Above, the valley lies along the axes: gradient descent and Nesterov jump across it first and then creep along it, AdaGrad is at the bottom after a few long steps, Adam curves in. Below, the valley is turned by 45 degrees: the first two do the same, turned; AdaGrad jumps out of the picture and comes back to creep along the valley floor, Adam zigzags to the minimum."
# Each title says how many steps the method needs on average over the 20 starts; the printed lines have all six methods. Gradient descent and
# both kinds of momentum do not care how the valley lies. AdaGrad, RMSprop and Adam scale *each coordinate*, which fits a
# valley along the axes best: turned by 45°, AdaGrad goes from 3 steps to 116. And on this smooth, noiseless
# problem Adam is about as fast as plain momentum and slower than Nesterov's. Its strength is the first figure, not this one.

# %% [markdown] lang="zh" en="4815fc6d" alt="两行四列的小图，每幅画着山谷的等高线和一种方法的路径。上排山谷沿坐标轴：梯度下降和 Nesterov 先横跨山谷，再沿谷底慢慢走；AdaGrad 几大步就到谷底；Adam 沿弧线进入。下排山谷旋转了 45 度：前两者的路径只是跟着旋转；AdaGrad 先跳出画面，回来后沿谷底慢慢走；Adam 之字形走到最低点。"
# 每幅图的标题是该方法在 20 个起点上平均需要的步数，打印的几行列出了全部六种方法。梯度下降和两种动量不在乎山谷朝哪个方向。AdaGrad、RMSprop、Adam 是**逐坐标**缩放的，山谷沿坐标轴时最合适：旋转 45° 后，AdaGrad 从 3 步变成 116 步。另外，在这个光滑、没有噪声的问题上，Adam 和普通动量差不多，比 Nesterov 慢。它的长处在第一幅图里，不在这里。

# %% [markdown] role="exercise" anchor="adamw"
# ## 4 · AdamW
#
# Write `adamw`, using your `adam`. The decay is multiplied by lr, as in PyTorch and Keras, and acts on the `w`
# that came in.

# %% [markdown] lang="zh" en="1d94f842"
# ## 4 · AdamW
#
# 用你的 `adam` 写出 `adamw`。衰减要乘 lr（PyTorch 和 Keras 都是这样），作用在传进来的 `w` 上。


# %% role="exercise"
def adamw(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    """Arguments as in `adam`; weight_decay: λ, applied decoupled from the gradient.

    Returns the new w and the new state (m, v, t).
    """
    ### BEGIN SOLUTION
    moved, state = adam(w, g, state, lr, beta1, beta2, eps)
    return moved - lr * weight_decay * w, state
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of w, m, v may the decay touch?
# 2. A weight of 10, no gradient, lr = 0.5, λ = 0.2: what is it after one step?
# 3. Take Adam's step with the loss's gradient alone; besides, take away the lr·λ-th part of the weights as they were.

# %% [markdown] lang="zh" en="f7517bfe"
# 1. w、m、v 里，衰减可以影响哪些？
# 2. 权重是 10，没有梯度，lr = 0.5，λ = 0.2：一步之后是多少？
# 3. 只用损失的梯度走 Adam 的一步；另外从原来的权重里减去 lr·λ 那么大的比例。

# %%
check.adamw(adamw)

# %% [markdown] role="reward"
# Weights of 1 whose gradient is pure noise, small or large. Only the decay should act, λ = 0.1.

# %% [markdown] lang="zh" en="15e7b462"
# 权重都是 1，梯度纯粹是噪声，有的小、有的大。真正起作用的应当只有衰减，λ = 0.1。


# %% role="reward"
def decay(step, noise, steps=1000, lr=0.01, count=200):
    """Mean of `count` weights that start at 1, after every step."""
    rng, w, means = np.random.default_rng(0), np.ones(count), [1.0]
    state = at_rest(w)
    for _ in range(steps):
        w, state = step(w, noise * rng.normal(size=count), state, lr)
        means.append(w.mean())
    return means


if check.adam.passed and check.adamw.passed:
    with_l2 = lambda w, g, state, lr: adam(w, g + 0.1 * w, state, lr)
    decoupled = lambda w, g, state, lr: adamw(w, g, state, lr, weight_decay=0.1)
    noises = (0.01, 0.1, 1, 10)
    l2 = {noise: decay(with_l2, noise) for noise in noises}
    runs = {f"Adam + L2, noise {noise:g}": l2[noise] for noise in (0.01, 0.1, 10)}
    runs["AdamW, noise 0.01 to 10"] = [decay(decoupled, noise) for noise in noises]
    ax = plot.curves(runs, xlabel="step", ylabel="mean weight")
    ax.legend(loc=(0.42, 0.09), frameon=False)
    print("AdamW after 200 steps:    ", [round(float(run[200]), 3) for run in runs.popitem()[1]])
    print("Adam + L2 after 200 steps:", [round(float(run[200]), 3) for run in l2.values()])

# %% [markdown] role="caption" alt="Mean weight over 1000 steps. Adam with L2 and noise 0.01 or 0.1 falls to zero within 200 to 500 steps; with noise 10 it stays above 0.9. AdamW falls steadily from 1 to 0.37, one line for all sizes of noise."
# AdamW shrinks all weights alike: $(1 - \eta\lambda)^{1000} = 0.999^{1000} = 0.37$. With λw in the gradient the
# decay is divided by $\sqrt{\hat v}$, which the noise sets: weights with small gradients vanish, weights with large ones are hardly
# touched. At noise 1, where $\sqrt{\hat v} \approx 1$, the two agree: a bad place to test.

# %% [markdown] lang="zh" en="26903817" alt="1000 步里权重均值的变化。Adam 加 L2，噪声为 0.01 或 0.1 时 200 到 500 步内降到 0；噪声为 10 时一直在 0.9 以上。AdamW 从 1 平稳降到 0.37，各种噪声大小重合成一条线。"
# AdamW 对所有权重一视同仁：$(1 - \eta\lambda)^{1000} = 0.999^{1000} = 0.37$。把 λw 加进梯度，衰减就要除以
# $\sqrt{\hat v}$，而它由噪声决定：梯度小的权重很快消失，梯度大的几乎不动。噪声为 1 时 $\sqrt{\hat v} \approx 1$，两者恰好一致：只在这里测，什么也看不出来。

# %% [markdown] role="why"
# **Why it differs.** For plain SGD, $\lambda w$ in the gradient and decay by $\eta\lambda$ are the same line (Loshchilov & Hutter,
# Proposition 1). An adaptive method divides the gradient, weight by weight; no single L2
# coefficient can undo that (Proposition 2).
#
# **Conventions.** Algorithm 2 of the paper writes $\eta_t(\alpha\,\hat m / (\sqrt{\hat v} + \varepsilon) + \lambda w)$ with a schedule $\eta_t$ and a
# learning rate $\alpha$: there λ is not multiplied by α. PyTorch and Keras have one `lr` for both. Half the learning rate
# and you halve the decay, too.
#
# **Elsewhere.** In PyTorch `Adam(weight_decay=…)` is L2 in the gradient and `AdamW` is decoupled. In Keras 3
# `weight_decay` is decoupled for every optimizer; biases and normalization gains are excluded by hand,
# with `exclude_from_weight_decay`.

# %% [markdown] lang="zh" en="6a20ad2e"
# **为什么不同。** 对普通 SGD，梯度里加 $\lambda w$ 和按 $\eta\lambda$ 衰减是同一行公式（Loshchilov 和 Hutter 的 Proposition 1）。自适应方法逐个权重地除梯度，不管 L2 系数取多少都补不回来（Proposition 2）。
#
# **约定。** 论文的 Algorithm 2 写的是 $\eta_t(\alpha\,\hat m / (\sqrt{\hat v} + \varepsilon) + \lambda w)$，$\eta_t$ 是调度系数，$\alpha$ 是学习率：λ 不乘 α。PyTorch 和 Keras 只有一个 `lr`，两项都乘；学习率减半，衰减也减半。
#
# **换个框架。** PyTorch 的 `Adam(weight_decay=…)` 是把 L2 加进梯度，`AdamW` 才是解耦的。Keras 3 里每个优化器的 `weight_decay` 都是解耦的；偏置和归一化的增益要自己用 `exclude_from_weight_decay` 排除。

# %% [markdown] role="worked" fold="The family in one table"
# | method | keeps | step, times −η | what it adds |
# |---|---|---|---|
# | batch gradient descent | nothing | $g$ over all examples | exact, one step per pass |
# | SGD in the strict sense | nothing | $g$ of one example | cheap, noisy, unbiased |
# | mini-batch SGD | nothing | $g$ over a batch | less noise, fills the hardware |
# | momentum | $v$ | $v \leftarrow \beta v + g$ | speed along the valley |
# | AdaGrad | $s$ | $g / (\sqrt{s} + \varepsilon)$, $s$ a sum | a rate per weight; it only falls |
# | RMSprop | $s$ | the same, $s$ a moving average | the rate recovers |
# | Adam | $m$, $v$, $t$ | $\hat m / (\sqrt{\hat v} + \varepsilon)$ | both averages, corrected |
# | AdamW | $m$, $v$, $t$ | Adam's, plus $\lambda w$ | decay that the division does not touch |

# %% [markdown] lang="zh" en="e82f6f32" fold="一张表看完这一家"
# | 方法 | 记住什么 | 步子（乘 −η） | 新在哪里 |
# |---|---|---|---|
# | 批量梯度下降 | 无 | 全部样本的 $g$ | 精确，过一遍数据才走一步 |
# | 严格意义的 SGD | 无 | 一个样本的 $g$ | 便宜，有噪声，无偏 |
# | 小批量 SGD | 无 | 一个 batch 的 $g$ | 噪声小些，能用满硬件 |
# | 动量 | $v$ | $v \leftarrow \beta v + g$ | 沿着山谷加速 |
# | AdaGrad | $s$ | $g / (\sqrt{s} + \varepsilon)$，$s$ 是累加和 | 每个权重各有学习率，但只降不升 |
# | RMSprop | $s$ | 同上，$s$ 是滑动平均 | 学习率能恢复 |
# | Adam | $m$、$v$、$t$ | $\hat m / (\sqrt{\hat v} + \varepsilon)$ | 两个平均，都做修正 |
# | AdamW | $m$、$v$、$t$ | Adam 的步子再加 $\lambda w$ | 衰减不受那个除法影响 |

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `adam` that trains most networks without anybody noticing. Find weights, a gradient and a
# state on which it parts from the right one; all other settings are the defaults.

# %% [markdown] lang="zh" en="2503049d"
# ## 找反例
#
# 下面是一个错误的 `adam`，用它训练大多数网络都看不出问题。找一组权重、梯度和状态，让它和正确答案给出不同的结果；其余参数用默认值。

# %% role="hack"
check.adam.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
w = np.array([0.01])
g = np.array([1e-5])  # far below √1e-8, far above 1e-8
state = (np.zeros(1), np.zeros(1), 0)
### END SOLUTION
if w is not ...:
    check.adam.hack(trap=1, w=w, g=g, state=state)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate goes through the optimizers. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="eeee0710"
# ## 挑错
#
# 一位候选人这样介绍各种优化器。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 4, 6, 7, 8, 9]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="first-step-factor"
# ## The interviewer goes on
#
# **You forgot the bias correction, β1 = 0.9, β2 = 0.999. How many times as long as it should be is the
# first step?** Within 1 %.

# %% [markdown] lang="zh" en="c5890feb"
# ## 追问
#
# **忘了偏差修正，β1 = 0.9，β2 = 0.999。第一步是应有长度的几倍？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
factor = 0.1 / np.sqrt(0.001)
### END SOLUTION

# %%
check.first_step_factor(factor)

# %% [markdown] role="follow-up" anchor="half-life"
# **AdamW in PyTorch, lr = 0.001, λ = 0.1. A weight receives no gradient at all. After how many steps has it
# halved?** Within 1 %.

# %% [markdown] lang="zh" en="693302a0"
# **PyTorch 的 AdamW，lr = 0.001，λ = 0.1。某个权重一直没有梯度，多少步之后减半？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
steps = np.log(0.5) / np.log(1 - 0.001 * 0.1)
### END SOLUTION

# %%
check.half_life(steps)

# %% [markdown] role="follow-up" anchor="l2-factor"
# **The same weight under Adam with λw in the gradient. You lower λ from 0.1 to 0.01. By what factor does the time to
# halve grow?**

# %% [markdown] lang="zh" en="df206698"
# **同一个权重，改用 Adam，把 λw 加进梯度。λ 从 0.1 减到 0.01，减半所需的步数变成几倍？**

# %% role="follow-up"
### BEGIN SOLUTION
factor = 1
### END SOLUTION

# %%
check.l2_factor(factor)

# %% [markdown] role="follow-up" fold="Measure it"
# Where λw is the whole gradient, Adam divides λ out again. Count the steps:

# %% [markdown] lang="zh" en="6a130f17" fold="实测"
# λw 就是全部梯度时，Adam 又把 λ 除掉了。数一下步数：

# %% role="follow-up"
if check.adam.passed and check.adamw.passed:
    for strength in (0.1, 0.01):
        counts = []
        for coupled, decoupled in ((strength, 0.0), (0.0, strength)):
            w, state, count = np.ones(1), at_rest(np.ones(1)), 0
            while w[0] > 0.5:
                w, state = adamw(w, coupled * w, state, weight_decay=decoupled)
                count += 1
            counts.append(count)
        print(f"λ = {strength}: Adam + L2 halves in {counts[0]} steps, AdamW in {counts[1]}")

# %% [markdown] role="follow-up" fold="Half of Adam's memory is v. Can one do without?"
# Lion (Chen et al. 2023) keeps one average and steps by a sign: $w \leftarrow w - \eta\,(\operatorname{sign}(\beta_1 m + (1 - \beta_1) g) + \lambda w)$,
# and only then $m \leftarrow \beta_2 m + (1 - \beta_2) g$. Apart from the decay every weight moves by exactly η, so its authors take an lr 3 to
# 10 times smaller than AdamW's and a λ that much larger, which keeps $\eta\lambda$ (§5).

# %% [markdown] lang="zh" en="60ea4120" fold="Adam 的状态有一半是 v。能不要吗？"
# Lion（Chen 等人 2023）只存一个平均，每步只看符号：$w \leftarrow w - \eta\,(\operatorname{sign}(\beta_1 m + (1 - \beta_1) g) + \lambda w)$，然后才更新 $m \leftarrow \beta_2 m + (1 - \beta_2) g$。除衰减外，每个权重都恰好移动 η，所以作者建议 lr 比 AdamW 小 3 到 10 倍，λ 相应放大，让 $\eta\lambda$ 不变（§5）。

# %% [markdown] role="follow-up" fold="Adam or SGD with momentum: which do you take?"
# For Transformers AdamW, nearly always. Why is still being studied: heavy-tailed gradient noise (Zhang et al. 2020;
# doubted by Kunstner et al. 2023) and a curvature that differs from block to block (Zhang et al. 2024) have been
# proposed. For image classification SGD with momentum is a strong baseline and keeps half the state. Both
# want a schedule: SGD because the noise of the mini-batch does not fade, Adam also because a gradient divided by its own
# recent size makes steps of about lr however small it gets, as RMSprop's did in exercise 3. Tune lr for each before you compare; a comparison at one common lr says nothing.

# %% [markdown] lang="zh" en="2c6ff96b" fold="Adam 和带动量的 SGD，你选哪个？"
# Transformer 几乎总是用 AdamW。原因还在研究，提出过的解释有：梯度噪声是重尾的（Zhang 等人 2020，Kunstner 等人 2023 表示怀疑）；各模块的曲率相差很大（Zhang 等人 2024）。图像分类上，带动量的 SGD 是很强的基线，状态也少一半。两者都需要学习率调度：SGD 是因为小批量的噪声不会自己消失；Adam 还因为梯度除以自己最近的大小，再小也会走出约 lr 的步子，练习 3 里的 RMSprop 就是这样。比较之前要分别调 lr；共用一个 lr 的比较说明不了什么。

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
# > Backprop gives the gradient, the optimizer makes a step of it. Momentum follows a decaying sum of gradients, g/(1 − β) under
# > a constant one. AdaGrad divides each weight's step by the root of the sum of its squared gradients; RMSprop makes the
# > sum a moving average. Adam keeps moving averages of the gradient and its square, corrects both for
# > starting at zero, and steps by lr · m̂ / (√v̂ + ε): about lr, whatever the gradient's scale. It costs two numbers per
# > parameter. AdamW shrinks the weights directly by lr·λ, because in Adam's gradient an L2 term would be divided by √v̂ too.
#
# Classic mistakes: momentum called an average; RMSprop called a sum; no bias correction, or t from 0; ε inside the
# root; corrected averages stored; the decay in the gradient; a checkpoint without the state.

# %% [markdown] lang="zh" en="3da16d18" fold="一分钟版本"
# > 反向传播给出梯度，优化器把它变成一步。动量沿梯度的衰减累加走，梯度恒为 g 时趋于 g/(1 − β)。AdaGrad 让每个权重除以自己历史梯度平方和的平方根；RMSprop 把平方和换成滑动平均。Adam 维护梯度和梯度平方的滑动平均，都修正从零开始的偏差，每步走 lr · m̂ / (√v̂ + ε)：大约是 lr，与梯度的尺度无关。代价是每个参数多存两个数。AdamW 直接把权重按 lr·λ 衰减，因为放进 Adam 的梯度里，L2 项也会被 √v̂ 除。
#
# 常见错误：把动量说成平均；把 RMSprop 说成累加；没有偏差修正，或者 t 从 0 开始；ε 放进根号；把修正后的平均值存进状态；衰减加进梯度；checkpoint 里没存状态。

# %% [markdown] role="reference"
# ## References
#
# - Kingma & Ba 2015, *Adam: A Method for Stochastic Optimization*, arXiv:1412.6980: Algorithm 1, §2 (the shortened form with $\hat\varepsilon$), §2.1 (length of a step, invariance to scale), §3 (bias correction).
# - Loshchilov & Hutter 2019, *Decoupled Weight Decay Regularization*, arXiv:1711.05101: Algorithm 2, Propositions 1 and 2.
# - Sutskever, Martens, Dahl & Hinton 2013, *On the importance of initialization and momentum in deep learning*, ICML, §2. Polyak 1964, *Some methods of speeding up the convergence of iteration methods* (the heavy ball).
# - Duchi, Hazan & Singer 2011, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*, JMLR 12, 2121–2159 (AdaGrad). Tieleman & Hinton 2012, Coursera lecture *RMSprop: Divide the gradient by a running average of its recent magnitude*.
# - Chen et al. 2023, *Symbolic Discovery of Optimization Algorithms*, arXiv:2302.06675, §5 (Lion's hyperparameters).
# - Zhang et al. 2020, *Why are Adaptive Methods Good for Attention Models?*, arXiv:1912.03194. Kunstner et al. 2023, *Noise Is Not the Main Factor Behind the Gap Between SGD and Adam on Transformers, but Sign Descent Might Be*, arXiv:2304.13960. Zhang et al. 2024, *Why Transformers Need Adam: A Hessian Perspective*, arXiv:2402.16788.

# %% [markdown] lang="zh" en="d4b42530"
# ## 参考文献
#
# - Kingma & Ba 2015, *Adam: A Method for Stochastic Optimization*, arXiv:1412.6980：Algorithm 1、§2（带 $\hat\varepsilon$ 的简写形式）、§2.1（步长与尺度不变性）、§3（偏差修正）。
# - Loshchilov & Hutter 2019, *Decoupled Weight Decay Regularization*, arXiv:1711.05101：Algorithm 2、Proposition 1 和 2。
# - Sutskever, Martens, Dahl & Hinton 2013, *On the importance of initialization and momentum in deep learning*, ICML，§2。Polyak 1964, *Some methods of speeding up the convergence of iteration methods*（重球法）。
# - Duchi, Hazan & Singer 2011, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*, JMLR 12, 2121–2159（AdaGrad）。Tieleman & Hinton 2012，Coursera 课程 *RMSprop: Divide the gradient by a running average of its recent magnitude*。
# - Chen et al. 2023, *Symbolic Discovery of Optimization Algorithms*, arXiv:2302.06675，§5（Lion 的超参数）。
# - Zhang et al. 2020, *Why are Adaptive Methods Good for Attention Models?*, arXiv:1912.03194。Kunstner et al. 2023, *Noise Is Not the Main Factor Behind the Gap Between SGD and Adam on Transformers, but Sign Descent Might Be*, arXiv:2304.13960。Zhang et al. 2024, *Why Transformers Need Adam: A Hessian Perspective*, arXiv:2402.16788。
