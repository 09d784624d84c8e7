# ---
# title: Derive backprop and prove it right
# title_zh: 手推反向传播，并证明你写对了
# kind: code
# minutes: 40
# level: 2
# needs: [forward_pass]
# seeds: [000-2, 001-Q2, 001-Q4, 001-P1, 001-P2]
# asked: 14
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write the backward pass of a multi-layer perceptron in NumPy. How do you know that it is right?
#
# Think aloud for one minute before you type: what comes in from above, what does each layer hand
# down, what must the forward pass have kept?

# %% [markdown] lang="zh" en="8810af29"
# ## 题目
#
# > 手推一遍多层感知机的反向传播，用 NumPy 写出来。你怎么证明自己写对了？
#
# 先别动手，出声想一分钟：后面传回来的是什么？每一层再往前传什么？前向时必须留下什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - The recursion in matrix form, with every shape: $dW = a^\top \delta$, $db = \sum_{\text{batch}} \delta$, and what goes down, $\delta W^\top$.
# - Where the activation's derivative enters, and that it needs the *cached* activation.
# - The difference between computing gradients (backprop) and using them (the optimizer).
# - A numerical check, its step size, and why a smaller step is not better.

# %% [markdown] lang="zh" en="6157b7f4" fold="好的回答包含什么"
# - 矩阵形式的递推，形状一个不落：$dW = a^\top \delta$、$db = \sum_{\text{batch}} \delta$，以及传给前一层的 $\delta W^\top$。
# - 激活函数的导数乘在哪里，以及它要用前向**缓存**的激活值。
# - 分清算梯度（反向传播）和用梯度（优化器）。
# - 数值检验怎么做，步长取多少，为什么不是越小越好。

# %% role="setup"
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("backprop")

# %% [markdown] role="setup"
# The forward pass is given: sigmoid hidden layers, a linear last one. `params` holds one `(W, b)`
# per layer, and `cache[l]` is the input of layer `l`, so `cache[0]` is the batch itself.

# %% [markdown] lang="zh" en="ef1b9f87"
# 前向传播已经写好：隐藏层用 sigmoid，最后一层是线性的。`params` 每层一个 `(W, b)`；
# `cache[l]` 是第 `l` 层的输入，所以 `cache[0]` 就是这个 batch 本身。


# %% role="setup"
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, params):
    """x (B, i) → output y (B, o) and the input of every layer."""
    cache = []
    for layer, (W, b) in enumerate(params):
        cache.append(x)
        x = x @ W + b
        if layer < len(params) - 1:
            x = sigmoid(x)
    return x, cache


# %% [markdown] role="exercise" anchor="backward"
# ## 1 · The backward pass
#
# Write `backward`. `dy` is the gradient of the scalar loss with respect to the output; if the loss
# is a mean over the batch, `dy` already holds the 1/B.

# %% [markdown] lang="zh" en="d4c9dd2c"
# ## 1 · 反向传播
#
# 写出 `backward`。`dy` 是标量损失对输出的梯度；如果损失对 batch 取了平均，1/B 已经在 `dy` 里。


# %% role="exercise"
def backward(dy, cache, params):
    """Gradients of the loss, layer by layer.

    dy: (B, o), ∂L/∂y. cache: the input of every layer, (B, i_l) each. params: [(W, b), …],
    W (i_l, o_l), b (o_l,). Returns grads, [(dW, db), …] shaped like params, and dx (B, i).
    """
    ### BEGIN SOLUTION
    grads = [None] * len(params)
    delta = dy  # (B, o_l): the gradient at the layer's output, before its activation
    for layer in reversed(range(len(params))):
        a, (W, _) = cache[layer], params[layer]
        grads[layer] = (a.T @ delta, delta.sum(axis=0))
        delta = delta @ W.T  # (B, i_l)
        if layer > 0:
            delta = delta * a * (1 - a)
    return grads, delta
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What shape must `dW` have, and which two arrays of shapes (B, i) and (B, o) can make it?
# 2. One example, one unit: $z = aw + b$ and $y = z$. If $\partial L/\partial y = 3$ and $a = 2$, what are $\partial L/\partial w$, $\partial L/\partial b$ and $\partial L/\partial a$?
# 3. From the last layer to the first: take the layer's input from the cache; weights get input transposed times gradient, biases the sum over the batch; send the gradient through the transposed weights; if that input came out of a sigmoid, multiply by the sigmoid's derivative there.

# %% [markdown] lang="zh" en="96708a5e"
# 1. `dW` 应是什么形状？用形状为 (B, i) 和 (B, o) 的两个数组怎么凑出来？
# 2. 只有一个样本、一个单元：$z = aw + b$，$y = z$。若 $\partial L/\partial y = 3$、$a = 2$，那么 $\partial L/\partial w$、$\partial L/\partial b$、$\partial L/\partial a$ 各是多少？
# 3. 从最后一层走到第一层：从 cache 取出该层输入；权重的梯度是输入的转置乘后面传来的梯度，偏置的梯度是沿 batch 求和；把梯度乘权重的转置往前传；如果这个输入是 sigmoid 的输出，再乘 sigmoid 在那里的导数。

# %%
check.backward(backward)

# %% [markdown] role="idea" anchor="idea"
# For one layer $z = aW + b$ and upstream gradient $\delta = \partial L / \partial z$:
#
# $$\frac{\partial L}{\partial W} = a^\top \delta, \qquad \frac{\partial L}{\partial b} = \sum_{n=1}^{B} \delta_n, \qquad \frac{\partial L}{\partial a} = \delta W^\top .$$
#
# If $a = \sigma(z')$ is the output of the layer below, its own gradient is
# $\delta' = \delta W^\top \odot a \odot (1 - a)$.
#
# | symbol | variable | shape |
# |---|---|---|
# | $a$ | `cache[layer]` | (B, i) |
# | $\delta$ | `delta` | (B, o) |
# | $W$, $b$ | `params[layer]` | (i, o), (o,) |
#
# These are BP2 to BP4 of Nielsen's chapter 2, summed over the batch, and the matrix rule of *Deep
# Learning* §6.5.6. His BP1, the start, is `dy` itself here, because the last layer is linear. Nielsen
# multiplies column vectors from the left, so his $w^\top \delta$ is our $\delta W^\top$.

# %% [markdown] lang="zh" en="62581fa2"
# 设某一层 $z = aW + b$，后面传来的梯度是 $\delta = \partial L / \partial z$：
#
# $$\frac{\partial L}{\partial W} = a^\top \delta, \qquad \frac{\partial L}{\partial b} = \sum_{n=1}^{B} \delta_n, \qquad \frac{\partial L}{\partial a} = \delta W^\top .$$
#
# 如果 $a = \sigma(z')$ 是前一层的输出，前一层的梯度就是
# $\delta' = \delta W^\top \odot a \odot (1 - a)$。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $a$ | `cache[layer]` | (B, i) |
# | $\delta$ | `delta` | (B, o) |
# | $W$、$b$ | `params[layer]` | (i, o)、(o,) |
#
# 对应 Nielsen 第 2 章的 BP2 到 BP4（对 batch 求和），以及 *Deep Learning* §6.5.6 的矩阵规则。BP1 是起点，这里最后一层是线性的，所以就是 `dy`。Nielsen 用列向量、从左边乘，所以他的 $w^\top \delta$ 就是这里的 $\delta W^\top$。

# %% [markdown] role="worked" fold="A sibling worked by hand: one tanh unit"
# $y = v\,\tanh(wx)$ with $x = 1$, $w = 0.5$, $v = 2$, and $L = y$. Forward: $a = \tanh 0.5 = 0.46212$.
# Backward: $\partial L/\partial v = a = 0.46212$; down to the unit, $\partial L/\partial a = v = 2$; through
# tanh, whose derivative is $1 - a^2 = 0.78645$: $2 \times 0.78645 = 1.5729$; so
# $\partial L/\partial w = 1.5729\,x = 1.5729$. Each factor uses a number the forward pass has already made.

# %% [markdown] lang="zh" en="efcc802f" fold="手算一个相近的例子：一个 tanh 单元"
# $y = v\,\tanh(wx)$，取 $x = 1$、$w = 0.5$、$v = 2$，并令 $L = y$。前向：$a = \tanh 0.5 = 0.46212$。反向：$\partial L/\partial v = a = 0.46212$；传到单元的输出，$\partial L/\partial a = v = 2$；穿过 tanh，它的导数是 $1 - a^2 = 0.78645$，得 $2 \times 0.78645 = 1.5729$；于是
# $\partial L/\partial w = 1.5729\,x = 1.5729$。每个因子用的都是前向已经算出来的数。

# %% [markdown] role="why"
# **Why it works.** `delta` always means the same: the gradient of the loss at the output of the layer
# in hand, before its activation. That one invariant decides where $a(1-a)$ goes: not at the last
# layer, which is linear, and not at `x`, which no sigmoid made.
#
# **Cost.** Each forward product `a @ W` has two partners: `a.T @ delta` and `delta @ W.T`. Time is
# about twice the forward pass; memory is one input per layer.
#
# **What most people write first.** `delta @ W`, because the letters look right. On a square network
# it runs and is wrong. Shapes are a test only when no two sizes are equal.
#
# **Elsewhere.** `nn.Linear` in PyTorch stores $W$ as (out, in) and computes `x @ W.T`, so there
# $dW = \delta^\top a$; `.backward()` *adds* into `.grad`, hence `zero_grad()`. In JAX, `jax.grad`
# returns the gradients and writes nothing into the parameters.

# %% [markdown] lang="zh" en="92e641e5"
# **为什么对。** `delta` 始终是同一个意思：损失对当前层输出（激活之前）的梯度。守住这一条，$a(1-a)$
# 乘在哪里就清楚了：最后一层是线性的，不乘；`x` 不是 sigmoid 算出来的，也不乘。
#
# **代价。** 前向的每个 `a @ W`，反向对应两个矩阵乘：`a.T @ delta` 和 `delta @ W.T`。时间约为前向的两倍，内存要为每层存一份输入。
#
# **最常见的第一版。** `delta @ W`，看着顺眼。各层等宽时能跑，结果是错的。只有各个尺寸两两不同，看形状才能发现错误。
#
# **换个框架。** PyTorch 的 `nn.Linear` 把 $W$ 存成 (out, in)，算的是 `x @ W.T`，所以那里
# $dW = \delta^\top a$；`.backward()` 会**累加**到 `.grad`，才要 `zero_grad()`。JAX 的 `jax.grad`
# 把梯度作为返回值，不往参数里写任何东西。

# %% [markdown] role="exercise" anchor="loss-and-grads"
# ## 2 · From a loss to `dy`
#
# Write `loss_and_grads` for $L = \frac{1}{2B} \sum_n \lVert y_n - t_n \rVert^2$, using your
# `backward`.

# %% [markdown] lang="zh" en="73963a15"
# ## 2 · 从损失到 `dy`
#
# 用你的 `backward` 写出 `loss_and_grads`，损失是 $L = \frac{1}{2B} \sum_n \lVert y_n - t_n \rVert^2$。


# %% role="exercise"
def loss_and_grads(x, t, params):
    """x (B, i), targets t (B, o) → the loss, a number, and grads shaped like params."""
    ### BEGIN SOLUTION
    y, cache = forward(x, params)
    error = y - t
    grads, _ = backward(error / len(x), cache, params)
    return (error**2).sum() / (2 * len(x)), grads
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. `backward` wants $\partial L/\partial y$. Which shape is that, and what is its entry at example n, output k?
# 2. One example, one output, y = 3, t = 1: what is L, and what is its slope in y? Now the same example twice: what changes?
# 3. Run the forward pass; the error divided by the batch size is `dy`; hand it to `backward`; the loss is half the summed squared error over the batch size.

# %% [markdown] lang="zh" en="efe6c590"
# 1. `backward` 要的是 $\partial L/\partial y$。它是什么形状？第 n 个样本、第 k 个输出处是多少？
# 2. 一个样本、一个输出，y = 3、t = 1：L 是多少，对 y 的斜率是多少？把同一个样本放两份，哪个会变？
# 3. 跑一遍前向；误差除以 batch 大小就是 `dy`；交给 `backward`；损失是平方误差之和的一半再除以 batch 大小。

# %%
check.loss_and_grads(loss_and_grads)

# %% [markdown] role="reward"
# Train with it: an 8×8-digit classifier by plain stochastic gradient descent on one-hot targets. Beside it the
# score of always naming the most frequent class, and of the same network untrained.

# %% [markdown] lang="zh" en="89e229b0"
# 用它来训练：8×8 手写数字，目标用 one-hot，最朴素的随机梯度下降。旁边放两个基线：永远猜训练集里最多的那一类，以及没有训练的同一个网络。


# %% role="reward"
def train(steps=3000, lr=0.3, batch=32, seed=0):
    """Stochastic gradient descent on the digits: test accuracy before and after, and a baseline."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = data.digits(split=True)
    x, x_test, t = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1), np.eye(10)[y]
    params = [(rng.normal(size=(i, o)) / np.sqrt(i), np.zeros(o)) for i, o in [(64, 32), (32, 10)]]

    def accuracy():
        return float((forward(x_test, params)[0].argmax(axis=1) == y_test).mean())

    before = accuracy()
    for _ in range(steps):
        rows = rng.integers(len(x), size=batch)
        _, grads = loss_and_grads(x[rows], t[rows], params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return before, accuracy(), float((y_test == np.bincount(y).argmax()).mean())


if check.loss_and_grads.passed:
    before, after, majority = train()
    print(f"test accuracy: most frequent class {majority:.3f}, untrained {before:.3f}")
    print(f"trained with your gradients: {after:.3f}")

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is how you defend it.

# %% [markdown] lang="zh" en="91ac970b"
# **可以先歇一歇。** 核心已经写完，下面讲怎么证明它是对的。

# %% [markdown] role="exercise" anchor="grad-check"
# ## 3 · Prove it
#
# Write `grad_check`: the relative error between `grad` and the central differences of `f`,
# $\lVert g_\text{num} - g \rVert / (\lVert g_\text{num} \rVert + \lVert g \rVert)$.

# %% [markdown] lang="zh" en="9a95a932"
# ## 3 · 证明它
#
# 写出 `grad_check`：`grad` 与 `f` 的中心差分之间的相对误差，
# $\lVert g_\text{num} - g \rVert / (\lVert g_\text{num} \rVert + \lVert g \rVert)$。


# %% role="exercise"
def grad_check(f, theta, grad, h=1e-5):
    """f: θ → number. theta, grad: arrays of one shape. h: the step. Returns a number in [0, 1]."""
    ### BEGIN SOLUTION
    numeric = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        numeric[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    norm = np.linalg.norm
    return norm(numeric - grad) / (norm(numeric) + norm(grad))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many times must `f` be called for a `theta` of 6 elements, and what may not happen to `theta` itself?
# 2. $f(\theta) = \theta^3$ at $\theta = 1$, $h = 0.1$: what do $\frac{f(1.1) - f(1)}{0.1}$ and $\frac{f(1.1) - f(0.9)}{0.2}$ give? The truth is 3.
# 3. For each element: step up, step down, difference over the distance between the two points; then the norm of the gap over the sum of both norms.

# %% [markdown] lang="zh" en="9fe17d5e"
# 1. `theta` 有 6 个元素时，`f` 要调用几次？`theta` 本身不能发生什么？
# 2. $f(\theta) = \theta^3$，在 $\theta = 1$、$h = 0.1$ 处，$\frac{f(1.1) - f(1)}{0.1}$ 和 $\frac{f(1.1) - f(0.9)}{0.2}$ 各是多少？真值是 3。
# 3. 对每个元素：往上走一步，往下走一步，函数值之差除以两点间的距离；最后用差的范数除以两个范数之和。

# %%
check.grad_check(grad_check)


# %% role="reward"
def one_sided(f, theta, h):
    """Forward differences: half the calls, and an error of order h."""
    steps = h * np.eye(theta.size).reshape(-1, *theta.shape)
    return np.array([(f(theta + step) - f(theta)) / h for step in steps]).reshape(theta.shape)


def relative_errors(steps, seed=0):
    """Errors of a right gradient, measured with each step: central and one-sided differences."""
    rng = np.random.default_rng(seed)
    x, t, W = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), rng.normal(size=(3, 4))
    b, last = rng.normal(size=4), (rng.normal(size=(4, 2)), rng.normal(size=2))
    f = lambda W: loss_and_grads(x, t, [(W, b), last])[0]
    grad = loss_and_grads(x, t, [(W, b), last])[1][0][0]
    norm = np.linalg.norm
    return {
        "central difference": [grad_check(f, W, grad, h) for h in steps],
        "one-sided difference": [norm(one_sided(f, W, h) - grad) / norm(2 * grad) for h in steps],
    }


# %% role="reward"
if check.grad_check.passed and check.loss_and_grads.passed:
    h = 10.0 ** np.arange(-12, 0.5, 0.5)
    errors, eps = relative_errors(h), np.finfo(float).eps
    plot.curves(errors, x=h, xlabel="step h", ylabel="relative error", logx=True, logy=True)
    for (name, error), power in zip(errors.items(), (1 / 3, 1 / 2)):
        best = int(np.argmin(error))
        print(f"{name}: {error[best]:.1e} at h = {h[best]:.1e}; ε^{power:.2f} = {eps**power:.1e}")

# %% [markdown] role="caption" alt="Two V-shaped curves of relative error against step size on logarithmic axes; the central difference reaches its minimum near 1e-5, far below the one-sided difference, whose minimum lies near 1e-7."
# A correct gradient, checked with every step size. To the right the truncation error grows, with
# $h^2$ (central) and $h$ (one-sided); to the left rounding grows, with $\varepsilon / h$. Where the
# two meet lies the bottom: of the order of $\varepsilon^{1/3}$ for the central difference and
# $\varepsilon^{1/2}$ for the one-sided one, times a factor that depends on the function.

# %% [markdown] lang="zh" en="84028043" alt="双对数坐标下相对误差随步长变化的两条 V 形曲线：中心差分在 1e-5 附近最低，远低于单侧差分；单侧差分的最低点在 1e-7 附近。"
# 梯度本身是对的，只改变检验的步长。往右，截断误差增大：中心差分按 $h^2$，单侧差分按 $h$；往左，舍入误差按 $\varepsilon / h$ 增大。两者大致相当处就是最低点：中心差分在 $\varepsilon^{1/3}$ 量级，单侧差分在 $\varepsilon^{1/2}$ 量级，前面还有一个取决于函数的系数。

# %% [markdown] role="why"
# The step goes to a *copy*: `theta[i] += h; …; theta[i] -= h` need not restore the number exactly, and
# an exception in between leaves the parameters changed. Take float64: with float32 and $h = 10^{-5}$
# a right gradient looks wrong, since $\varepsilon^{1/3}$ is about 0.005 there. PyTorch's
# `torch.autograd.gradcheck` asks for double precision for this reason; JAX needs `jax_enable_x64`.
# At a ReLU's kink the two sides disagree, so move the point before you blame the code.

# %% [markdown] lang="zh" en="cf44354d"
# 扰动要加在**副本**上：`theta[i] += h; …; theta[i] -= h` 连原来的数都未必能精确还原，中间一旦抛异常，参数就被改掉了。用 float64：float32 下 $\varepsilon^{1/3}$ 约为 0.005，取 $h = 10^{-5}$，对的梯度看着也像错的。
# PyTorch 的 `torch.autograd.gradcheck` 要求双精度就是这个原因；JAX 要打开 `jax_enable_x64`。在 ReLU 的拐点两侧斜率不同，先换个点再怀疑代码。

# %% [markdown] role="exercise" anchor="mend"
# ## 4 · Mend a candidate's program
#
# This is how an interview post on the web answers the question, ported to one function. Every layer is
# a sigmoid and the loss is $\frac{1}{2} \sum (a_\text{out} - t)^2$. Six bugs are in it. Mend
# them; the verdict says how many are left.

# %% [markdown] lang="zh" en="4fbda641"
# ## 4 · 改好一份答案
#
# 这是网上一篇面试题解的答案，改写成了一个函数：每层都是 sigmoid，损失是 $\frac{1}{2} \sum (a_\text{out} - t)^2$。里面有六个 bug。请把它改对，判定会告诉你还剩几个。


# %% role="exercise" tags=["exercise"]
def gradients(x, t, weights, biases):
    """x (B, i), t (B, o), lists of W (i_l, o_l) and b (o_l,) → dweights, dbiases, shaped alike."""
    outs = [x]
    for W, b in zip(weights, biases):
        outs.append(sigmoid(outs[-1] @ W + b))
    dweights, dbiases = [], []
    error = outs[-1] - x
    for W, out in zip(reversed(weights), reversed(outs)):
        delta = error * (1 - out)
        dweights.insert(0, delta @ x.T)
        dbiases.insert(0, np.sum(delta))
        error = delta @ W
    return dweights, dbiases


# %% role="exercise" tags=["solution"]
def gradients(x, t, weights, biases):
    """x (B, i), t (B, o), lists of W (i_l, o_l) and b (o_l,) → dweights, dbiases, shaped alike."""
    outs = [x]
    for W, b in zip(weights, biases):
        outs.append(sigmoid(outs[-1] @ W + b))
    dweights, dbiases = [], []
    error = outs[-1] - t  # against the target, not the input
    for layer in reversed(range(len(weights))):
        out = outs[layer + 1]
        delta = error * out * (1 - out)  # the derivative at this layer's output
        dweights.insert(0, outs[layer].T @ delta)  # this layer's input; summed over the batch
        dbiases.insert(0, delta.sum(axis=0))  # one per unit
        error = delta @ weights[layer].T  # forward a @ W, backward δ @ Wᵀ
    return dweights, dbiases


# %% [markdown] role="hint"
# 1. Write the shape behind every line for B = 5 and widths 3, 4, 2. Which lines cannot be right?
# 2. One layer, one unit, x = 1, t = 0, a = 0.8: the loss is 0.32. What is its slope along w?
# 3. Look for: what the output is compared with; what the derivative of a sigmoid is, and at which layer; which input each weight has seen; over which axis each sum runs; what carries the error down.

# %% [markdown] lang="zh" en="b486b440"
# 1. 取 B = 5、各层宽度 3、4、2，在每行后面写上形状。哪几行不可能对？
# 2. 一层、一个单元，x = 1、t = 0、a = 0.8，损失是 0.32。它沿 w 的斜率是多少？
# 3. 依次检查：输出在和谁比；sigmoid 的导数是什么，用哪一层的输出；每个权重当时的输入是哪个；每个求和沿哪个轴；误差靠什么往下传。

# %%
check.mend(gradients)

# %% role="reward"
if check.mend.passed:
    half, W = np.array([[0.5, 0.5]]), np.full((2, 2), 0.1)
    dweights, _ = gradients(half, half, [W, W], [np.full(2, 0.1)] * 2)
    print("the post's example, layer 1:", dweights[0].round(6).tolist(), "its code: 0.000272")
    print("the post's example, layer 2:", dweights[1].round(5).tolist(), "its code: 0.0261")

# %% [markdown] role="reward"
# The post's code, run on the post's example, gives one number per layer where a matrix belongs. Equal
# weights hide the missing transpose: there $W = W^\top$.

# %% [markdown] lang="zh" en="911624bd"
# 用原文的代码跑原文的例子，每层只得到一个数，而答案应是矩阵。权重全取同一个值，正好掩盖了漏掉的转置：那里
# $W = W^\top$。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `grad_check`. On some inputs it agrees with the right one. Find an input on which the
# two part.

# %% [markdown] lang="zh" en="fb9cfd57"
# ## 找反例
#
# 下面是一个错误的 `grad_check`，有些输入上它和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.grad_check.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
f = lambda theta: float((theta**2).sum())  # curvature: both sides differ
theta = np.array([1.0, -2.0])
grad = 2 * theta
h = 0.1
### END SOLUTION
if h is not ...:
    check.grad_check.hack(trap=1, f=f, theta=theta, grad=grad, h=h)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains backprop. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="0f552183"
# ## 挑错
#
# 一位候选人这样讲反向传播。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 4, 5, 7, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="backward-cost"
# ## The interviewer goes on
#
# **How many times the forward pass does the backward pass cost?** Count matrix products only, and
# include the gradient of the input. Answer with a number.

# %% [markdown] lang="zh" en="ecb2bbf8"
# ## 追问
#
# **反向传播的计算量是前向的几倍？** 只数矩阵乘，输入的梯度也算上。填一个数。

# %% role="follow-up"
### BEGIN SOLUTION
cost = 2
### END SOLUTION

# %%
check.backward_cost(cost)

# %% [markdown] role="follow-up" fold="Why"
# Forward, a layer multiplies (B, i) by (i, o): $2Bio$ operations. Backward it does two products of the
# same size, $a^\top \delta$ and $\delta W^\top$. A plain training step skips $\delta W^\top$ at the first
# layer, because nobody needs the gradient of the data. The ratio is then 2 minus the first layer's
# share of the products: close to 2 in a deep network of equal widths, far below it where the first
# layer is the largest.

# %% [markdown] lang="zh" en="2cf60dc8" fold="为什么"
# 前向一层是 (B, i) 乘 (i, o)，共 $2Bio$ 次运算。反向有两个同样大小的矩阵乘：$a^\top \delta$ 和
# $\delta W^\top$。实际训练时第一层不用算 $\delta W^\top$（数据的梯度用不上），倍数就是 2 减去第一层在矩阵乘里占的份额：各层等宽的深层网络接近 2，第一层最大的网络则远小于 2。

# %% [markdown] role="follow-up" anchor="activation-memory"
# **An MLP 784-512-512-10 trains in float32 with batches of 256. How much memory must the forward pass
# keep for the backward pass?** Count each layer's input. Answer within 1 % and with a unit, such as `"3.25 MB"`.

# %% [markdown] lang="zh" en="b93e5fbd"
# **MLP 784-512-512-10，float32，batch 为 256。前向要为反向留下多少内存？** 数每层的输入，误差不超过 1%，带上单位，例如 `"3.25 MB"`。

# %% role="follow-up"
### BEGIN SOLUTION
kept = f"{256 * (784 + 512 + 512) * 4 / 1e6} MB"
### END SOLUTION

# %%
check.activation_memory(kept)

# %% [markdown] role="follow-up" anchor="forward-mode-passes"
# **Why not forward mode? For this network, how many passes of forward-mode differentiation give the
# gradient of the loss for every parameter?** Answer with the exact number.

# %% [markdown] lang="zh" en="a31a24ed"
# **为什么不用前向模式？对这个网络，用前向模式求损失对全部参数的梯度要跑几遍？** 填准确的数。

# %% role="follow-up"
### BEGIN SOLUTION
passes = 784 * 512 + 512 + 512 * 512 + 512 + 512 * 10 + 10
### END SOLUTION

# %%
check.forward_mode_passes(passes)

# %% [markdown] role="follow-up" fold="And when is forward mode right?"
# With few inputs and many outputs, and for Jacobian–vector products. One forward-mode pass carries the
# derivative along one direction of the input, so a scalar loss of N parameters needs N of them;
# reverse mode needs one, and pays with the memory you have just computed (*Deep Learning* §6.5.9).

# %% [markdown] lang="zh" en="63a36895" fold="那什么时候该用前向模式？"
# 输入少、输出多的时候，以及求雅可比与向量之积的时候。前向模式一遍只带出沿一个输入方向的导数，标量损失有 N 个参数就要 N 遍；反向模式一遍就够，代价是你刚算过的那份内存（*Deep Learning* §6.5.9）。

# %% [markdown] role="follow-up" fold="Your check reports 1e-3 on a ReLU network in float64. Is the gradient wrong?"
# Look at single coordinates. One or two bad ones: a pre-activation changes sign between the two points,
# and the slope across the kink is not the derivative; move the point or shrink h. One whole layer bad:
# its transpose, or the wrong cached activation, diluted by larger gradients elsewhere. A missing ½ or
# 1/B would not read 1e-3: a factor $k$ on every coordinate gives $(k - 1)/(k + 1)$, which is 1/3 at $k = 2$.

# %% [markdown] lang="zh" en="b9d2ee88" fold="ReLU 网络，float64，检验报 1e-3。梯度错了吗？"
# 逐个坐标看。只有一两个坐标不对：某个激活前的值在两个取值点之间变了号，跨过拐点的斜率不是导数，换个点或者减小 h。某一层整层都不对：该层漏了转置，或者取错了缓存的激活值，只是被别处更大的梯度冲淡了。漏了 1/2 或 1/B 不会只有 1e-3：每个坐标都差 $k$ 倍时，相对误差是 $(k - 1)/(k + 1)$，$k = 2$ 就有 1/3。

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
# > Backprop is the chain rule from a scalar loss back to every parameter. Forward, each layer caches its
# > input. Backward, each layer gets δ, the gradient at its output: dW is input transposed times δ, db
# > is δ summed over the batch, and δ times W transposed, times the activation's derivative, goes down.
# > It costs about two forward passes and the memory of the cached activations. It computes the gradient;
# > the optimizer does the update. I check it with central differences in float64.
#
# Classic mistakes: W instead of its transpose; σ′ taken at the wrong layer or twice; a bias gradient
# summed over everything; 1/B forgotten or applied twice; trusting a test on a square, symmetric network.

# %% [markdown] lang="zh" en="75de37e5" fold="一分钟版本"
# > 反向传播就是用链式法则，把标量损失的梯度从后往前传到每个参数。前向时每层缓存输入；反向时每层拿到输出处的梯度 δ：dW 是输入的转置乘 δ，db 是 δ 沿 batch 求和，δ 乘 W 的转置再乘激活函数的导数，传给前一层。计算量约为两次前向，内存开销是缓存的激活值。它只负责算梯度，更新由优化器做。我用 float64 的中心差分来验证。
#
# 常见错误：该乘 W 的转置却乘了 W；σ′ 用错了层，或者算了两次；偏置梯度把所有维度都加了；漏了 1/B 或除了两次；只在方阵、对称的网络上测试就信了。

# %% [markdown] role="reference"
# ## References
#
# - Rumelhart, Hinton & Williams 1986, *Learning representations by back-propagating errors*, Nature 323, 533–536. Their "procedure" includes the update; today's usage does not.
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §6.5 (the distinction), §6.5.6 (matrix rule), §6.5.7 (MLP, cost and memory), §6.5.9 (forward and reverse mode).
# - Nielsen 2015, *Neural Networks and Deep Learning*, chapter 2, equations BP1–BP4.
# - Press et al. 2007, *Numerical Recipes*, §5.7 (the step size of numerical derivatives).

# %% [markdown] lang="zh" en="e76cd294"
# ## 参考文献
#
# - Rumelhart, Hinton & Williams 1986, *Learning representations by back-propagating errors*, Nature 323, 533–536。文中的 “procedure” 包括更新，与今天的用法不同。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§6.5（区分算梯度与更新）、§6.5.6（矩阵规则）、§6.5.7（MLP 的计算量与内存）、§6.5.9（前向模式与反向模式）。
# - Nielsen 2015, *Neural Networks and Deep Learning*，第 2 章，公式 BP1–BP4。
# - Press et al. 2007, *Numerical Recipes*，§5.7（数值导数的步长）。
