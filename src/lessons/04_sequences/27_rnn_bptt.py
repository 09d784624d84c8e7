# ---
# title: Write an RNN and back-propagation through time
# title_zh: 手写 RNN 与 BPTT
# kind: code
# minutes: 40
# level: 2
# needs: [backprop]
# seeds: [000-4, 001-Q15, 004-1.3]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write a recurrent network and its backward pass in NumPy. Why does it forget?
#
# Think aloud for one minute before you type: which arrays does step t read, where does its state go,
# and by how many routes does the loss reach the state of step t?

# %% [markdown] lang="zh" en="509bc3b2"
# ## 题目
#
# > 用 NumPy 写出循环神经网络的前向和反向。它为什么会“忘”？
#
# 先别动手，出声想一分钟：第 t 步读哪些数组？它的状态去了哪里？损失有几条路能到达第 t 步的状态？

# %% [markdown] role="question" fold="What a good answer contains"
# - One cell, the same weights at every step; the shapes (B, T, D) → (B, T, H).
# - Two gradients meet at $h_t$: from the loss at step t and from step t + 1. Weights' gradients are summed over steps.
# - The gradient across T steps is a product of T Jacobians; what makes it vanish, what makes it explode, and which remedy is for which.
# - Truncation: what is cut and what is not, and what it costs.

# %% [markdown] lang="zh" en="d3e82ddb" fold="好的回答包含什么"
# - 只有一个单元，每一步用同一组权重；形状 (B, T, D) → (B, T, H)。
# - 两路梯度汇到 $h_t$：第 t 步的损失，以及第 t + 1 步。权重的梯度要对各步求和。
# - 跨 T 步的梯度是 T 个雅可比矩阵的乘积；什么让它消失，什么让它爆炸，各用什么办法。
# - 截断切掉的是什么，没切的是什么，代价是什么。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("rnn_bptt")

# %% [markdown] role="exercise" anchor="rnn-forward"
# ## 1 · The forward pass
#
# Write `rnn_forward`: $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$ with states as rows. `h0` is the state
# before the first step. Return the states of all steps.

# %% [markdown] lang="zh" en="f558694c"
# ## 1 · 前向
#
# 写出 `rnn_forward`：$h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$，状态是行向量。`h0` 是第一步之前的状态。返回每一步的状态。


# %% role="exercise"
def rnn_forward(x, h0, Wx, Wh, b):
    """x (B, T, D), h0 (B, H), Wx (D, H), Wh (H, H), b (H,) → all states h (B, T, H)."""
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h = np.empty((B, T, len(b)))
    state = h0
    for t in range(T):
        state = np.tanh(x[:, t] @ Wx + state @ Wh + b)
        h[:, t] = state
    return h
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which axis of `x` does the loop run over, and what is the shape of what one step reads?
# 2. One unit, $W_x = 1$, $W_h = 0.5$, $b = 0$, $h_0 = 0$, inputs 1 and 0: what are $h_1$ and $h_2$? Which of them depends on the first input?
# 3. Keep a variable for the state, starting at `h0`; at each step compute the new state from that step's inputs and the old state, store it, hand it on.

# %% [markdown] lang="zh" en="a411e4b0"
# 1. 循环沿 `x` 的哪个轴走？每一步读到的是什么形状？
# 2. 一个单元，$W_x = 1$、$W_h = 0.5$、$b = 0$、$h_0 = 0$，输入依次是 1 和 0：$h_1$、$h_2$ 各是多少？哪些和第一个输入有关？
# 3. 用一个变量存状态，初值是 `h0`；每一步由这一步的输入和旧状态算出新状态，存下来，再往后传。

# %%
check.rnn_forward(rnn_forward)

# %% [markdown] role="exercise" anchor="rnn-backward"
# ## 2 · Back-propagation through time
#
# Write `rnn_backward`. `dh[:, t]` is what the loss sends to $h_t$ directly, at every step; `h` is what the
# forward pass returned. You need not run it again: `x`, `h0` and `h` are enough.

# %% [markdown] lang="zh" en="79136ee8"
# ## 2 · 沿时间反向传播（BPTT）
#
# 写出 `rnn_backward`。`dh[:, t]` 是损失直接传到 $h_t$ 的梯度，每一步都可能有；`h` 是前向的返回值。不用重跑前向：有 `x`、`h0` 和 `h` 就够了。


# %% role="exercise"
def rnn_backward(dh, x, h0, h, Wx, Wh):
    """Gradients of a loss that sends dh (B, T, H) to the states h (B, T, H).

    x (B, T, D), h0 (B, H), Wx (D, H), Wh (H, H) as in rnn_forward.
    Returns dx (B, T, D), dh0 (B, H), dWx (D, H), dWh (H, H), db (H,).
    """
    ### BEGIN SOLUTION
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(len(Wh))
    carry = np.zeros_like(h0)  # (B, H): what step t + 1 sends back to h_t
    for t in reversed(range(x.shape[1])):
        before = h[:, t - 1] if t > 0 else h0
        dz = (dh[:, t] + carry) * (1 - h[:, t] ** 2)  # inside the tanh
        dWx += x[:, t].T @ dz
        dWh += before.T @ dz
        db += dz.sum(axis=0)
        dx[:, t] = dz @ Wx.T
        carry = dz @ Wh.T
    return dx, carry, dWx, dWh, db
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. By how many routes does $h_t$ reach the loss? What must be known about step t + 1 before step t can be done?
# 2. One unit, two steps, the loss is $h_2$: $h_1 = \tanh(w h_0)$, $h_2 = \tanh(w h_1)$. What is $\partial h_2 / \partial w$, once through $h_2$'s own product and once through $h_1$?
# 3. From the last step to the first: add what the loss and the next step send; through tanh by $1 - h_t^2$; add to the three weight gradients with what each weight had multiplied; send on through the transposed $W_h$. What is left after the first step belongs to `h0`.

# %% [markdown] lang="zh" en="23c7d911"
# 1. $h_t$ 到损失有几条路？处理第 t 步之前，必须先知道第 t + 1 步的什么？
# 2. 一个单元、两步，损失就是 $h_2$：$h_1 = \tanh(w h_0)$，$h_2 = \tanh(w h_1)$。$\partial h_2 / \partial w$ 由两部分组成：$h_2$ 自己那次乘法的，和经过 $h_1$ 的，各是多少？
# 3. 从最后一步走到第一步：把损失传来的和后一步传来的相加；乘 $1 - h_t^2$ 穿过 tanh；三个权重的梯度各累加这一步的贡献（前向时该权重乘的是什么，这里就和什么配对）；再乘 $W_h$ 的转置往前传。走完第一步剩下的就是 `h0` 的梯度。

# %%
check.rnn_backward(rnn_backward)

# %% [markdown] role="idea" anchor="idea"
# Write $z_t = x_t W_x + h_{t-1} W_h + b$, so $h_t = \tanh z_t$. Two routes lead from $h_t$ to the loss:
#
# $$\delta_t = \Big( \frac{\partial L_t}{\partial h_t} + \delta_{t+1} W_h^\top \Big) \odot (1 - h_t^2), \qquad \delta_{T+1} = 0,$$
#
# $$\frac{\partial L}{\partial W_x} = \sum_t x_t^\top \delta_t, \quad \frac{\partial L}{\partial W_h} = \sum_t h_{t-1}^\top \delta_t, \quad \frac{\partial L}{\partial b} = \sum_t \sum_{\text{batch}} \delta_t, \quad \frac{\partial L}{\partial x_t} = \delta_t W_x^\top .$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $\partial L_t / \partial h_t$ | `dh[:, t]` | (B, H) |
# | $\delta_t$ | `dz` | (B, H) |
# | $\delta_{t+1} W_h^\top$ | `carry` | (B, H) |
#
# This is backprop on the unrolled graph (Werbos 1990; *Deep Learning* §10.2.2).

# %% [markdown] lang="zh" en="81a0201a"
# 记 $z_t = x_t W_x + h_{t-1} W_h + b$，$h_t = \tanh z_t$。从 $h_t$ 到损失有两条路：
#
# $$\delta_t = \Big( \frac{\partial L_t}{\partial h_t} + \delta_{t+1} W_h^\top \Big) \odot (1 - h_t^2), \qquad \delta_{T+1} = 0,$$
#
# $$\frac{\partial L}{\partial W_x} = \sum_t x_t^\top \delta_t, \quad \frac{\partial L}{\partial W_h} = \sum_t h_{t-1}^\top \delta_t, \quad \frac{\partial L}{\partial b} = \sum_t \sum_{\text{batch}} \delta_t, \quad \frac{\partial L}{\partial x_t} = \delta_t W_x^\top .$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $\partial L_t / \partial h_t$ | `dh[:, t]` | (B, H) |
# | $\delta_t$ | `dz` | (B, H) |
# | $\delta_{t+1} W_h^\top$ | `carry` | (B, H) |
#
# 这就是在展开的计算图上做反向传播（Werbos 1990；*Deep Learning* §10.2.2）。

# %% [markdown] role="why"
# **Why it works.** `carry` always means the same: what everything after step t sends back to $h_t$. The
# sum over steps needs no argument of its own: one weight used T times gets T contributions.
#
# **Cost.** Time is T times one cell, and step t cannot start before step t + 1 is done: no parallelism
# over time, forward or backward. Memory is every state, B·T·H numbers.
#
# **What most people write first.** `h[:, t - 1]` without the case t = 0. Python reads the *last* state
# there, raises nothing, and only `dWh` is wrong, by one term in T.
#
# **Elsewhere.** Keras's `SimpleRNN` stores the same three arrays (kernel, recurrent_kernel, bias).
# `torch.nn.RNN` has two biases that are only ever added, stores both matrices as (H, D) and (H, H) and
# multiplies by their transposes, and reads (T, B, D) unless `batch_first=True`. In JAX it is one `lax.scan`.

# %% [markdown] lang="zh" en="90e8b4ac"
# **为什么对。** `carry` 始终是同一个意思：第 t 步之后的一切传回 $h_t$ 的梯度。对各步求和也不需要另外的理由：同一个权重用了 T 次，就有 T 份贡献。
#
# **代价。** 时间是单元的 T 倍，而且第 t 步要等第 t + 1 步算完：前向反向都不能沿时间并行。内存要存每一步的状态，共 B·T·H 个数。
#
# **最常见的第一版。** 直接写 `h[:, t - 1]`，没有单独处理 t = 0。Python 在那里读到的是**最后一个**状态，不报错，只有 `dWh` 错，而且只错 T 项里的一项。
#
# **换个框架。** Keras 的 `SimpleRNN` 存的是同样三个数组（kernel、recurrent_kernel、bias）。`torch.nn.RNN` 有两个偏置（永远只以和的形式出现），矩阵存成 (H, D) 和 (H, H) 再乘转置，输入默认是 (T, B, D)，除非写 `batch_first=True`。JAX 里就是一个 `lax.scan`。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is why it forgets, and what
# truncation does about memory.

# %% [markdown] lang="zh" en="75dc132c"
# **可以先歇一歇。** 核心已经写完，下面讲它为什么会忘，以及截断怎么省内存。

# %% [markdown] role="exercise" anchor="forgetting"
# ## 3 · Measure the forgetting
#
# How much of a small change of $h_0$ is left in $h_t$? Write `forgetting` for one sequence: the largest
# singular value of $\partial h_t / \partial h_0$ for every t, from the states and $W_h$ alone.

# %% [markdown] lang="zh" en="f03a5ab0"
# ## 3 · 量一量它忘得多快
#
# $h_0$ 的微小变化，到 $h_t$ 还剩多少？对一条序列写出 `forgetting`：只用各步状态和 $W_h$，求每个 t 的 $\partial h_t / \partial h_0$ 的最大奇异值。


# %% role="exercise"
def forgetting(h, Wh):
    """States h (T, H) of one sequence, Wh (H, H) → T norms, of ∂h_t/∂h_0 for t = 1 … T."""
    ### BEGIN SOLUTION
    product, norms = np.eye(len(Wh)), []
    for state in h:
        product = product @ (Wh * (1 - state**2))  # ∂h_t[j]/∂h_{t−1}[i] = Wh[i, j] (1 − h_t[j]²)
        norms.append(np.linalg.norm(product, 2))
    return norms
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is the derivative of unit j at step t with respect to unit i at step t − 1? Which factor depends on j alone?
# 2. $W_h$ = 0.9 times a rotation, all states 0: what is $\partial h_1 / \partial h_0$, how long is its longest image of a unit vector, and after 10 steps?
# 3. Multiply the steps' Jacobians in order, step 1 first (rows multiply from the left); after each step take the matrix 2-norm of the product so far.

# %% [markdown] lang="zh" en="e481888b"
# 1. 第 t 步的单元 j 对第 t − 1 步的单元 i 的导数是什么？哪个因子只和 j 有关？
# 2. $W_h$ = 0.9 × 旋转矩阵，状态全为 0：$\partial h_1 / \partial h_0$ 是什么？它把单位向量最长变成多长？10 步之后呢？
# 3. 按顺序把各步的雅可比矩阵乘起来，第 1 步在最前（行向量从左边乘）；每一步都对目前的乘积取矩阵 2-范数。

# %%
check.forgetting(forgetting)


# %% role="reward"
def gains(rho, steps=60, units=32, seed=0):
    """Norms of ∂h_t/∂h_0 for Wh = ρ · orthogonal: (linear network, tanh network with inputs)."""
    rng = np.random.default_rng(seed)
    Wh = rho * np.linalg.qr(rng.normal(size=(units, units)))[0]
    x, start = rng.normal(size=(1, steps, units)), np.zeros((1, units))
    h = rnn_forward(x, start, 0.5 * np.eye(units), Wh, np.zeros(units))[0]
    return forgetting(np.zeros_like(h), Wh), forgetting(h, Wh)


if check.forgetting.passed and check.rnn_forward.passed:
    t = np.arange(1, 61)
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True)
        for rho, line in zip((1.1, 1.0, 0.9, 0.5), ("-", "--", "-.", ":")):
            linear, tanh = gains(rho)
            axes[0].semilogy(t, linear, line, label=f"ρ = {rho}")
            axes[1].semilogy(t, tanh, line, label=f"ρ = {rho}")
            print(f"ρ = {rho}: after 60 steps linear {linear[-1]:.1e}, tanh {tanh[-1]:.1e}")
        axes[0].set(title="linear: exactly ρ^t", xlabel="step t", ylabel="norm of ∂h_t/∂h_0")
        axes[1].set(title="tanh, with inputs", xlabel="step t", ylim=(1e-20, 1e4))
        axes[0].legend()
        plt.show()

# %% [markdown] role="caption" alt="Two panels of the gradient's norm against the step on a logarithmic axis. Left, linear network: four straight lines for ρ = 1.1, 1, 0.9, 0.5, one rising, one level, two falling. Right, tanh network: all four lines fall, that of ρ = 1.1 too."
# $W_h$ is ρ times an orthogonal matrix. Without inputs and at state 0 (left) the norm is exactly $\rho^t$.
# With inputs (right) each step also multiplies by the slopes $1 - h_t^2 \le 1$, and even ρ = 1.1 forgets: a
# singular value above 1 is necessary for an explosion, not sufficient.

# %% [markdown] lang="zh" en="024cf47c" alt="两幅图，横轴是步数，纵轴是梯度范数（对数）。左图为线性网络：ρ = 1.1、1、0.9、0.5 的四条直线，一条上升，一条水平，两条下降。右图为 tanh 网络：四条线都下降，ρ = 1.1 也不例外。"
# $W_h$ 是 ρ 倍的正交矩阵。没有输入、状态为 0 时（左），范数恰好是 $\rho^t$。有输入时（右），每一步还要乘导数 $1 - h_t^2 \le 1$，连 ρ = 1.1 也在遗忘：奇异值大于 1 是梯度爆炸的必要条件，但不充分。

# %% [markdown] role="why"
# **Elsewhere.** Bengio, Simard & Frasconi (1994) show the dilemma: a state that stores a bit robustly
# against noise has a Jacobian of norm below 1, and then its gradient vanishes. Gradients that
# explode are clipped ([the clipping exercise](lesson:init_and_gradient_flow)); vanishing ones need a path whose factors
# stay near 1: gates, orthogonal $W_h$, or no recurrence at all ([attention](lesson:scaled_dot_product_attention)).

# %% [markdown] lang="zh" en="758d58ab"
# **延伸。** Bengio、Simard 与 Frasconi（1994）指出了两难：能抗噪声、稳稳存住一个比特的状态，雅可比矩阵的范数必小于 1，于是梯度消失。爆炸的梯度可以裁剪（见[裁剪练习](lesson:init_and_gradient_flow)）；消失的梯度需要一条各步因子都接近 1 的路：门控、正交的 $W_h$，或者干脆不用循环（[注意力](lesson:scaled_dot_product_attention)）。

# %% [markdown] role="exercise" anchor="truncated"
# ## 4 · Truncated BPTT
#
# Write `truncated`: cut the steps into pieces of k, counted from the start (the last may be shorter). The
# state crosses a cut, the gradient does not. Use your `rnn_backward`.

# %% [markdown] lang="zh" en="28663dc6"
# ## 4 · 截断 BPTT
#
# 写出 `truncated`：从头数，每 k 步切一刀（最后一段可以短一些）。状态照常跨过切口，梯度不跨。请用你的 `rnn_backward`。


# %% role="exercise"
def truncated(dh, x, h0, h, Wx, Wh, k):
    """Like rnn_backward, with the gradient cut before the steps k, 2k, 3k, … (steps count from 0)."""
    ### BEGIN SOLUTION
    pieces = []
    for start in range(0, x.shape[1], k):
        part = slice(start, start + k)
        before = h[:, start - 1] if start > 0 else h0
        pieces.append(rnn_backward(dh[:, part], x[:, part], before, h[:, part], Wx, Wh))
    dx, dh0, dWx, dWh, db = zip(*pieces)
    return np.concatenate(dx, axis=1), dh0[0], sum(dWx), sum(dWh), sum(db)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. T = 5 and k = 2: which steps are in which piece, and which state does each piece start from?
# 2. k = 1: what is left of the gradient of $W_h$? Is it 0?
# 3. For each piece call `rnn_backward` with that piece's steps and the state before it; join the dx, add the weights' gradients; the first piece has h0's.

# %% [markdown] lang="zh" en="5d226cfb"
# 1. T = 5、k = 2：每段各有哪几步？每段从哪个状态开始？
# 2. k = 1 时，$W_h$ 的梯度还剩什么？是 0 吗？
# 3. 对每一段，用这段的各步和它之前的状态调用 `rnn_backward`；dx 拼起来，权重的梯度相加；h0 的梯度在第一段里。

# %%
check.truncated(truncated)


# %% role="reward"
def recall(steps, k, gain, seed, updates=200, units=32, symbols=4, lr=0.005):
    """Read `steps` random symbols, then name the first: accuracy on 2,000 fresh sequences."""
    rng = np.random.default_rng(seed)
    scale = units**-0.5
    shapes = [(symbols, units), (units, units), units, (units, symbols), symbols]
    params = [scale * rng.normal(size=s) if np.ndim(s) else np.zeros(s) for s in shapes]
    params[1] *= gain
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]

    def run(count):
        first = rng.integers(symbols, size=(count, steps))
        x, h0 = np.eye(symbols)[first], np.zeros((count, units))
        h = rnn_forward(x, h0, *params[:3])
        return x, h0, h, h[:, -1] @ params[3] + params[4], first[:, 0]

    for update in range(1, updates + 1):
        x, h0, h, logits, first = run(32)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = (p / p.sum(axis=1, keepdims=True) - np.eye(symbols)[first]) / 32
        dh = np.zeros_like(h)
        dh[:, -1] = error @ params[3].T
        grads = [
            *truncated(dh, x, h0, h, *params[:2], k)[2:],
            h[:, -1].T @ error,
            error.sum(axis=0),
        ]
        shrink = min(1, 1 / np.sqrt(sum((g**2).sum() for g in grads)))  # clip the global norm to 1
        for i, g in enumerate(grads):  # Adam
            m[i] = 0.9 * m[i] + 0.1 * shrink * g
            v[i] = 0.999 * v[i] + 0.001 * (shrink * g) ** 2
            step = m[i] / (1 - 0.9**update) / (np.sqrt(v[i] / (1 - 0.999**update)) + 1e-8)
            params[i] = params[i] - lr * step
    *_, logits, first = run(2000)
    return float((logits.argmax(axis=1) == first).mean())


# %% role="reward"
if check.truncated.passed and check.rnn_forward.passed:
    lengths, runs = (4, 8, 16, 32), {}
    for name, cut, gain in (
        ("full gradient", False, 1.0),
        ("cut every 4 steps", True, 1.0),
        ("full gradient, Wh started at 0.3 ×", False, 0.3),
    ):
        runs[name] = np.array(
            [[recall(T, 4 if cut else T, gain, seed) for seed in range(3)] for T in lengths]
        )
        print(name, *(f"T={T}: {r.min():.2f}–{r.max():.2f}" for T, r in zip(lengths, runs[name])))
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        for (name, scores), line in zip(runs.items(), ("o-", "s--", "^-.")):
            ax.plot(lengths, scores.mean(axis=1), line, label=name)
            ax.fill_between(lengths, scores.min(axis=1), scores.max(axis=1), alpha=0.2)
        ax.axhline(0.25, color="gray", linestyle=":", label="chance")
        ax.set(xlabel="length T", ylabel="accuracy", ylim=(0, 1.05))
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        plt.show()

# %% [markdown] role="caption" alt="Accuracy against length for three trainings, with a dotted line at chance, 0.25. With the full gradient accuracy stays at 1 up to 32 steps. With the gradient cut every four steps it falls between chance and 0.9. With the full gradient and a recurrent matrix started at 0.3 of its size it falls to chance."
# Name the first of T symbols after 200 Adam updates; three seeds, bands from lowest to highest. With the
# full gradient and $W_h$ of standard deviation $1/\sqrt{H}$ the network learns it at every length shown. Cut
# every four steps, the gradient never tells it to *keep* what lies before the last cut: it answers with what
# its random weights happen to keep. Started at 0.3 of that size, $W_h$ makes the full gradient vanish on
# the way, and nothing is cut at all. How long an RNN remembers is first of all a matter of its $W_h$.

# %% [markdown] lang="zh" en="8cecc68c" alt="三种训练的准确率随长度的变化，0.25 处有一条随机水平的虚线。完整梯度到 32 步都是 1；每四步切断的落在随机水平与 0.9 之间；完整梯度但循环矩阵从 0.3 倍开始的降到随机水平。"
# 任务：读完 T 个符号，说出第一个。Adam 更新 200 次，三个随机种子，色带从最低到最高。用完整梯度，且 $W_h$ 的标准差为 $1/\sqrt{H}$，图中的长度都能学会。每四步切断一次，梯度从不告诉网络要**留住**最后一个切口之前的东西，能答对多少全看随机权重碰巧留下多少。若 $W_h$ 从 0.3 倍开始，不必切断，完整的梯度自己就在半路消失了。RNN 能记多久，首先取决于 $W_h$。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `forgetting`: it takes the largest |eigenvalue|. Often it agrees with the right one. Find
# states and a matrix on which the two part.

# %% [markdown] lang="zh" en="01f8cdeb"
# ## 找反例
#
# 下面是一个错误的 `forgetting`：它取的是特征值模的最大值，很多时候和正确答案一致。找一组状态和矩阵，让两者给出不同的结果。

# %% role="hack"
check.forgetting.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
states = np.zeros((3, 2))
matrix = np.array([[0.0, 5.0], [0.0, 0.0]])  # eigenvalues 0, and (1, 0) becomes (0, 5)
### END SOLUTION
if matrix is not ...:
    check.forgetting.hack(trap=1, h=states, Wh=matrix)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains RNNs. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="6653a76e"
# ## 挑错
#
# 一位候选人这样讲 RNN。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="steps-to-forget"
# ## The interviewer goes on
#
# **$W_h$ is 0.9 times an orthogonal matrix and the network is linear. After how many steps is less than a thousandth
# of a gradient left?** Answer with the smallest whole number.

# %% [markdown] lang="zh" en="36795652"
# ## 追问
#
# **$W_h$ 是 0.9 倍的正交矩阵，网络是线性的。要经过多少步，梯度才剩下不到千分之一？** 填最小的整数。

# %% role="follow-up"
### BEGIN SOLUTION
steps = int(np.ceil(np.log(1e-3) / np.log(0.9)))
### END SOLUTION

# %%
check.steps_to_forget(steps)

# %% [markdown] role="follow-up" anchor="bptt-memory"
# **B = 32, T = 1,000, H = 1,024, float32. How much memory do the states take that full BPTT must keep?**
# Answer within 2 % and with a unit, such as `"3.2 MB"`.

# %% [markdown] lang="zh" en="95d8ae29"
# **B = 32、T = 1000、H = 1024，float32。完整的 BPTT 要保留的状态占多少内存？** 误差不超过 2%，带上单位，例如 `"3.2 MB"`。

# %% role="follow-up"
### BEGIN SOLUTION
kept = f"{32 * 1000 * 1024 * 4 / 1e6} MB"
### END SOLUTION

# %%
check.bptt_memory(kept)

# %% [markdown] role="follow-up" fold="And with pieces of 50 steps?"
# A twentieth. Once a piece's gradient is computed, its states can go, except the last one, which
# starts the next piece. The price is what the figure shows: nothing that needs more than one piece is learnt. The
# truncated gradient is biased, always towards short dependencies (Tallec & Ollivier 2017).

# %% [markdown] lang="zh" en="e9294df0" fold="每 50 步一段呢？"
# 二十分之一。一段的梯度算完，它的状态就可以丢掉，只留最后一个作下一段的起点。代价就是上图：跨段的依赖学不到。截断的梯度是有偏的，而且总是偏向短依赖（Tallec 与 Ollivier 2017）。

# %% [markdown] role="follow-up" fold="Your RNN trains well for an hour, then the loss is nan. What do you look at?"
# The gradient's global norm, logged before clipping. A jump by orders of magnitude right before the nan is an explosion:
# clip the norm, and look at the largest singular value of $W_h$. A norm that was calm points elsewhere: log of 0
# in the loss, a learning rate that a schedule raised, a bad batch.

# %% [markdown] lang="zh" en="7e85cfa9" fold="RNN 训练了一小时都正常，突然 loss 变成 nan。你看什么？"
# 看裁剪之前的全局梯度范数（平时就该记日志）。nan 之前范数突然涨了几个数量级，就是梯度爆炸：加范数裁剪，再看 $W_h$ 的最大奇异值。如果范数一直平稳，问题在别处：损失里有 log 0，学习率调度突然升高，或者某个 batch 的数据坏了。

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
# > An RNN applies one cell at every step: $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$. BPTT is backprop on the unrolled
# > steps: what the loss and step t + 1 send to $h_t$ is added, goes through tanh's slope, and the weights'
# > gradients are summed over the steps. Across T steps the gradient is a product of T Jacobians: below norm
# > one it vanishes, above it may explode. Clipping cures explosion; gates and orthogonal matrices help against vanishing.
# > Memory grows with T, so one truncates: the state goes on, the gradient is cut, and longer dependencies are not learnt.
#
# Classic mistakes: $h_t$ instead of $h_{t-1}$ in dWh; `h[:, -1]` read at t = 0; the next step's gradient added after
# tanh's slope; only the last step's gradient; resetting the state where only the gradient should be cut.

# %% [markdown] lang="zh" en="558a08d6" fold="一分钟版本"
# > RNN 每一步用同一个单元：$h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$。BPTT 就是在按时间展开的图上做反向传播：损失传来的和第 t + 1 步传来的梯度在 $h_t$ 处相加，乘 tanh 的导数；权重的梯度对各步求和。跨 T 步的梯度是 T 个雅可比矩阵的乘积：范数小于 1 就消失，大于 1 可能爆炸。爆炸用裁剪，消失靠门控或正交矩阵。内存随 T 增长，于是做截断：状态往后传，梯度切断，代价是学不到更长的依赖。
#
# 常见错误：dWh 里用了 $h_t$ 而不是 $h_{t-1}$；t = 0 时读成了 `h[:, -1]`；后一步的梯度在乘过 tanh 导数之后才加；只用最后一步的梯度；本该切断梯度，却把状态也清零了。

# %% [markdown] role="reference"
# ## References
#
# - Werbos 1990, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78(10).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §10.2.2 (gradients of an RNN), §10.7 (long-term dependencies).
# - Bengio, Simard & Frasconi 1994, *Learning long-term dependencies with gradient descent is difficult*, IEEE Transactions on Neural Networks 5(2).
# - Pascanu, Mikolov & Bengio 2013, *On the difficulty of training recurrent neural networks*, arXiv:1211.5063 (singular values, clipping).
# - Tallec & Ollivier 2017, *Unbiasing truncated backpropagation through time*, arXiv:1705.08209.
# - Elman 1990, *Finding structure in time*, Cognitive Science 14(2); Hochreiter & Schmidhuber 1997, *Long short-term memory*, Neural Computation 9(8).

# %% [markdown] lang="zh" en="a28186b4"
# ## 参考文献
#
# - Werbos 1990, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78(10)。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§10.2.2（RNN 的梯度）、§10.7（长期依赖）。
# - Bengio, Simard & Frasconi 1994, *Learning long-term dependencies with gradient descent is difficult*, IEEE Transactions on Neural Networks 5(2)。
# - Pascanu, Mikolov & Bengio 2013, *On the difficulty of training recurrent neural networks*, arXiv:1211.5063（奇异值、裁剪）。
# - Tallec & Ollivier 2017, *Unbiasing truncated backpropagation through time*, arXiv:1705.08209。
# - Elman 1990, *Finding structure in time*, Cognitive Science 14(2)；Hochreiter & Schmidhuber 1997, *Long short-term memory*, Neural Computation 9(8)。
