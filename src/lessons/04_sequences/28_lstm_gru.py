# ---
# title: Write an LSTM and a GRU, and see what they forget
# title_zh: 手写 LSTM 和 GRU，看它们究竟忘了什么
# kind: question
# minutes: 45
# level: 2
# needs: [backprop]
# seeds: [001-Q16, 004-1.3]
# asked: 0
# framework: tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Explain the gates of an LSTM and write one step. What does a GRU change, and how many parameters has each?
# > And does an LSTM really solve long dependencies?
#
# Think aloud for one minute before you type: what is added, what is multiplied, and which number decides
# how long something stays?

# %% [markdown] lang="zh" en="d688db6a"
# ## 题目
#
# > 讲一下 LSTM 的几个门，手写一步前向。GRU 改了什么，参数量各是多少？还有，LSTM 真的解决了长依赖问题吗？
#
# 先别动手，出声想一分钟：哪里是加，哪里是乘？一样东西能留多久，由哪个数决定？

# %% [markdown] role="question" fold="What a good answer contains"
# - The cell state, updated by adding; the three gates and the candidate; h as a gated view of the cell.
# - Shapes: the four blocks side by side, and in which order a framework stores them.
# - The gradient along the cell: a product of forget gates, and what that is before training.
# - GRU: one state, two gates; which of the two conventions for $z$ you mean.
# - What gates do not do: they do not stop explosions, and with the default bias they forget.

# %% [markdown] lang="zh" en="a4a935b4" fold="好的回答包含什么"
# - 细胞状态靠相加更新；三个门加一个候选值；h 是隔着门看到的细胞状态。
# - 形状：四块并排放，框架按什么顺序存。
# - 沿细胞状态的梯度是遗忘门的乘积，训练之前它有多大。
# - GRU：一个状态、两个门；$z$ 有两种约定，你用哪一种。
# - 门做不到的：挡不住梯度爆炸，偏置用默认值也照样会忘。

# %% role="setup"
import keras
import numpy as np
import tensorflow as tf

from whiteboard import lesson, plot
from whiteboard.training import Trainer

check = lesson("lstm_gru")


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))  # no overflow, however large z is


# %% [markdown] role="exercise" anchor="lstm-step"
# ## 1 · One step of an LSTM
#
# Write `lstm_step`. The columns of W, U and b are four blocks of H in Keras's order: input gate i, forget gate f,
# candidate c, output gate o. `sigmoid` is given.

# %% [markdown] lang="zh" en="d2d5a1a4"
# ## 1 · LSTM 的一步
#
# 写出 `lstm_step`。W、U、b 的列是四块，每块 H 列，按 Keras 的顺序：输入门 i、遗忘门 f、候选值 c、输出门 o。`sigmoid` 已经写好。


# %% role="exercise"
def lstm_step(x, h, c, W, U, b):
    """x (B, D), states h and c (B, H), W (D, 4H), U (H, 4H), b (4H,) → new h, new c, (B, H) each."""
    ### BEGIN SOLUTION
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)  # (B, H) each
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What shape has the sum of all pre-activations, and how do you get four (B, H) arrays out of it?
# 2. One unit: c = 2, forget gate 0.5, input gate 1, candidate −0.25, output gate 1. What are the new c and h?
# 3. One matrix product for x, one for h, plus the bias; cut into four; sigmoid on three of them, tanh on the candidate; scale the old cell, add the gated candidate; show tanh of the new cell through the output gate.

# %% [markdown] lang="zh" en="7571d2fa"
# 1. 所有激活之前的值加起来是什么形状？怎样切出四个 (B, H)？
# 2. 只有一个单元：c = 2，遗忘门 0.5，输入门 1，候选值 −0.25，输出门 1。新的 c 和 h 各是多少？
# 3. x 一次矩阵乘，h 一次矩阵乘，加偏置；切成四块；三块过 sigmoid，候选值过 tanh；缩放旧的细胞状态，加上过了门的候选值；新的细胞状态取 tanh，再过输出门。

# %%
check.lstm_step(lstm_step)

# %% [markdown] role="idea" anchor="idea"
# $$\begin{aligned} i &= \sigma(x W_i + h U_i + b_i), & f &= \sigma(x W_f + h U_f + b_f), \\ g &= \tanh(x W_g + h U_g + b_g), & o &= \sigma(x W_o + h U_o + b_o), \end{aligned}$$
#
# $$c' = f \odot c + i \odot g, \qquad h' = o \odot \tanh(c').$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $x$ | `x` | (B, D) |
# | $h$, $c$ | `h`, `c` | (B, H) |
# | $[W_i, W_f, W_g, W_o]$ | `W` | (D, 4H) |
# | $[U_i, U_f, U_g, U_o]$ | `U` | (H, 4H) |
#
# This is *Deep Learning* §10.10.1. The LSTM of 1997 had no $f$: its cell could only add. Gers et al. gave it the
# forget gate in 2000, so that a cell can empty itself.

# %% [markdown] lang="zh" en="58660cbe"
# $$\begin{aligned} i &= \sigma(x W_i + h U_i + b_i), & f &= \sigma(x W_f + h U_f + b_f), \\ g &= \tanh(x W_g + h U_g + b_g), & o &= \sigma(x W_o + h U_o + b_o), \end{aligned}$$
#
# $$c' = f \odot c + i \odot g, \qquad h' = o \odot \tanh(c').$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $x$ | `x` | (B, D) |
# | $h$、$c$ | `h`、`c` | (B, H) |
# | $[W_i, W_f, W_g, W_o]$ | `W` | (D, 4H) |
# | $[U_i, U_f, U_g, U_o]$ | `U` | (H, 4H) |
#
# 见 *Deep Learning* §10.10.1。1997 年的 LSTM 没有 $f$，细胞状态只能往上加；2000 年 Gers 等人加了遗忘门，细胞才能清空自己。

# %% [markdown] role="worked" fold="A sibling worked by hand: a leaky counter"
# One unit with $f = 0.9$ and $i\,g = 0.1$ at every step, from $c = 0$: 0.1, then $0.9 \times 0.1 + 0.1 = 0.19$, then 0.271.
# It converges to $0.1 / (1 - 0.9) = 1$. What entered at one step has faded to $0.9^{10} = 0.349$ of itself ten steps
# later. The gate is a memory span: about $1/(1 - f) = 10$ steps.

# %% [markdown] lang="zh" en="a1702d94" fold="手算一个相近的例子：会漏的计数器"
# 一个单元，每步 $f = 0.9$、$i\,g = 0.1$，从 $c = 0$ 开始：0.1，然后 $0.9 \times 0.1 + 0.1 = 0.19$，再到 0.271，最后趋于
# $0.1 / (1 - 0.9) = 1$。某一步写进去的东西，十步之后只剩 $0.9^{10} = 0.349$。门值就是记忆的长度：约
# $1/(1 - f) = 10$ 步。

# %% role="reward"
if check.lstm_step.passed:
    keras.utils.set_random_seed(0)
    cell, rng = keras.layers.LSTMCell(5), np.random.default_rng(0)
    x, h, c = (rng.normal(size=(4, n)).astype("float32") for n in (3, 5, 5))
    theirs, (_, their_c) = cell(x, [h, c])
    yours, your_c = lstm_step(x, h, c, *cell.get_weights())
    gap = max(np.abs(yours - theirs).max(), np.abs(your_c - their_c).max())
    print("Keras's weights in your step, same result to six digits:", bool(gap < 1e-6))

# %% [markdown] role="why"
# **Why the tanh on the way out.** The cell adds without bound; its view must not. **Cost.** Eight matrix products, done
# as two; per step $8H(D + H)$ operations a sequence. Steps cannot run in parallel: that is what attention removed.
#
# **What most people write first.** A reshape to (B, H, 4), or the gates in the order of the formula sheet. No shape
# complains. Copy weights from a framework and compare numbers; nothing else proves the order.
#
# **Elsewhere.** PyTorch also stores i, f, g, o, but as rows, `weight_ih` (4H, D), and with two biases. cuDNN's fast kernel
# wants tanh and sigmoid: `LSTM(activation="relu")` loses it, and the bound on h as well.

# %% [markdown] lang="zh" en="3f5b6e22"
# **出口为什么要 tanh。** 细胞状态一直累加，没有上界，露出来的部分要有界。**代价。** 八个矩阵乘合成两个做；每条序列每步
# $8H(D + H)$ 次运算。各步不能并行，注意力去掉的正是这一点。
#
# **最常见的第一版。** reshape 成 (B, H, 4)，或者按公式表的顺序排门。形状都不会报错。从框架里搬来权重对数值，是证明顺序正确的唯一办法。
#
# **换个框架。** PyTorch 也是 i、f、g、o，但按行存，`weight_ih` 是 (4H, D)，偏置有两个。cuDNN 的快速实现要求 tanh 和 sigmoid：写成
# `LSTM(activation="relu")` 就用不上了，h 也不再有界。

# %% [markdown] role="worked"
# **A good place to stop.** You have the cell. What follows is whether it remembers.

# %% [markdown] lang="zh" en="4eb6c581"
# **可以先歇一歇。** 单元已经写完，下面看它记不记得住。

# %% [markdown] role="exercise" anchor="remembered"
# ## 2 · How much is left at the end
#
# Cut every path but the direct one: $c_{t+1} = f_t \odot c_t + \dots$, where the rest does not depend on $c_t$. Write
# `remembered`: the slope of the last cell state along each earlier one.

# %% [markdown] lang="zh" en="b1cbbdef"
# ## 2 · 到最后还剩多少
#
# 只留直接路径，其余全剪掉：$c_{t+1} = f_t \odot c_t + \dots$，后面的项与 $c_t$ 无关。写出 `remembered`：最后的细胞状态对前面每一个细胞状态的斜率。


# %% role="exercise"
def remembered(f):
    """f (T, B, H): f[t] in [0, 1] is the forget gate between c_t and c_(t+1).

    Returns an array (T, B, H); its entry t is ∂c_T/∂c_t, unit by unit.
    """
    ### BEGIN SOLUTION
    return np.cumprod(f[::-1], axis=0)[::-1]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many gates stand between c_t and c_T? Which entry has only one?
# 2. Three steps, one unit, gates 0.5, 0.2, 1. If c_0 grows by 1, by how much does c_3 grow? And for c_1?
# 3. Each entry is the product of its own gate and all later ones. Start at the end, where the product is one gate, and walk back in time.

# %% [markdown] lang="zh" en="4a998e16"
# 1. 从 c_t 到 c_T 要穿过几个门？哪一项只有一个？
# 2. 三步，一个单元，门依次是 0.5、0.2、1。c_0 增加 1，c_3 增加多少？换成 c_1 呢？
# 3. 每一项是它自己的门和之后所有门的乘积。从末尾开始（那里只有一个门），沿时间往回乘。

# %%
check.remembered(remembered)

# %% [markdown] role="reward"
# Now real layers, untrained, on random tokens: how much does the last output depend on the token $k$ steps ago? The
# gradient is taken by TensorFlow through *all* paths. `forget_bias` fills the second block.

# %% [markdown] lang="zh" en="8d7b0ac4"
# 换成真正的层，不训练，输入是随机 token：最后的输出对 $k$ 步之前的 token 还有多敏感？梯度由 TensorFlow 沿**所有**路径求出。`forget_bias` 填的是第二块偏置。


# %% role="worked"
def make(kind, H=32):
    """A layer: "orthogonal" or "small" for a plain RNN, or a number, an LSTM's forget bias."""
    if kind == "orthogonal":  # Keras's default for U
        return keras.layers.SimpleRNN(H)
    if kind == "small":
        small = keras.initializers.RandomNormal(stddev=0.05)
        return keras.layers.SimpleRNN(H, recurrent_initializer=small)

    def forget_bias(shape, dtype=None):
        return np.repeat([0.0, kind, 0.0, 0.0], H).astype("float32")

    return keras.layers.LSTM(H, bias_initializer=forget_bias, unit_forget_bias=False)


def reach(kind, T=40, seeds=3):
    """‖∂(output)/∂(token k steps ago)‖ for k = 0 … T − 1, relative to k = 0; mean of seeds."""
    norms = []
    for seed in range(seeds):
        keras.utils.set_random_seed(seed)
        rng, layer = np.random.default_rng(seed), make(kind)
        x = tf.one_hot(rng.integers(8, size=(64, T)), 8)
        direction = rng.normal(size=(64, 32)).astype("float32")
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layer(x) * direction)
        norms.append(tf.norm(tape.gradient(y, x), axis=-1).numpy().mean(axis=0)[::-1])
    return np.mean(norms, axis=0) / np.mean(norms, axis=0)[0]


# %% role="reward"
if check.remembered.passed:
    kinds = {
        "RNN, orthogonal U": "orthogonal", "RNN, U ~ N(0, 0.05²)": "small",
        "LSTM, forget bias 0": 0.0, "LSTM, forget bias 1 (default)": 1.0,
        "LSTM, forget bias 4": 4.0,
    }  # fmt: skip
    curves = {name: reach(kind) for name, kind in kinds.items()}
    ax = plot.curves(
        {name: np.maximum(y, 1e-12) for name, y in curves.items()},
        xlabel="k, steps back", ylabel="gradient, relative to k = 0", logy=True,
    )  # fmt: skip
    for name, y in curves.items():
        print(f"{name}: a factor {(y[30] / y[10]) ** (1 / 20):.2f} a step, {y[-1]:.0e} at k = 39")
    for bias in (0.0, 1.0, 4.0):
        gates = np.full((39, 1, 1), sigmoid(bias))
        print(f"product of 39 gates at bias {bias:g}: {remembered(gates)[0].item():.0e}")

# %% [markdown] role="caption" alt="Five curves of the relative gradient against the number of steps back, on a logarithmic axis. The RNN with small recurrent weights falls below 1e-12 within about 23 steps, the LSTM with forget bias 0 to a few 1e-9 at 39 steps, the default LSTM to below 1e-3, the orthogonal RNN to a few thousandths, above the default LSTM throughout; the LSTM with forget bias 4 dips to about one half, then rises slowly to about 4."
# Before training. The default LSTM loses more than the plain RNN with an orthogonal U: a gate that starts at
# $\sigma(1) = 0.73$ multiplies the cell by 0.73 at every step, whatever the architecture promises. The printed products
# are what the direct path alone leaves; the measured factors are larger, because the paths through h add to it. With bias 4 those
# paths even make the gradient grow. The curve of the small U is drawn no lower than $10^{-12}$.

# %% [markdown] lang="zh" en="54c702b5" alt="相对梯度随回溯步数变化的五条曲线，纵轴是对数。循环权重很小的 RNN 约 23 步就低于 1e-12；遗忘偏置为 0 的 LSTM 到 39 步是 1e-9 量级；默认的 LSTM 低于 1e-3；正交初始化的 RNN 是千分之几，始终高于默认的 LSTM；遗忘偏置为 4 的 LSTM 先降到一半左右，再缓慢升到 4 左右。"
# 这是训练之前。默认的 LSTM 比 U 取正交矩阵的普通 RNN 丢得还多：门一开始是 $\sigma(1) = 0.73$，每一步细胞状态就要乘一次 0.73，架构说得再好也没用。打印的乘积是只走直接路径剩下的；实测的倍数要大一些，因为经过 h 的路径也有贡献。偏置取 4 时，这些路径甚至让梯度变大。U 很小的那条曲线，低于 $10^{-12}$ 的部分不再往下画。

# %% [markdown] role="reward"
# Does it matter once they train? The task: recall the first of 20 random tokens (8 kinds, so chance is 0.125). Same width, same
# optimizer, 160 steps, three seeds.

# %% [markdown] lang="zh" en="e868df43"
# 训练起来还有差别吗？任务：20 个随机 token，最后说出第一个是什么（共 8 种，瞎猜是 0.125）。宽度、优化器相同，训练 160 步，三个种子。


# %% role="worked"
def learn_to_recall(kind, seeds, T=20, steps=160, every=40):
    """For each seed, accuracy on 1,000 held-out sequences every `every` steps."""

    def build():
        model = keras.Sequential([keras.Input((T, 8)), make(kind), keras.layers.Dense(8)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(5e-3, clipnorm=1.0), loss)
        return model

    trainer, one_hot, accuracies = Trainer(build), np.eye(8, dtype="float32"), []
    for seed in seeds:  # one model, traced once; `restart` draws its weights anew
        trainer.restart(seed)
        rng, accuracy = np.random.default_rng(seed), []
        held_out = rng.integers(8, size=(1000, T))
        for _ in range(steps // every):
            tokens = rng.integers(8, size=(32 * every, T))  # 32 new sequences for every step
            trainer.fit(one_hot[tokens], tokens[:, 0], batch_size=32)
            said = trainer.model(one_hot[held_out]).numpy().argmax(axis=1)
            accuracy.append((said == held_out[:, 0]).mean())
        accuracies.append(accuracy)
    return accuracies


# %% role="reward"
if check.remembered.passed:
    runs = {
        name: learn_to_recall(kinds[name], range(3)) for name in list(kinds)[:1] + list(kinds)[3:]
    }
    ax = plot.curves(
        runs, x=range(40, 161, 40), xlabel="training steps", markers=True,
        ylabel="accuracy, first of 20 tokens",
    )  # fmt: skip
    ax.axhline(1 / 8, color="black", linestyle=":", linewidth=1)
    for name, curves_of_runs in runs.items():
        print(f"{name}:", [round(float(run[-1]), 2) for run in curves_of_runs])

# %% [markdown] role="caption" alt="Accuracy against training steps for three networks, mean and range of three seeds, with a dotted line at chance, 0.125. The LSTM with forget bias 4 climbs first and is at about 0.9 in every run at the end; the orthogonal RNN ends at 0.73 on average, two runs near 1 and one at 0.25, with a wide range on the way; the default LSTM ends at 0.37 on average, between 0.2 and 0.65."
# Mean and range of three seeds; dotted: chance. One number, the initial forget bias, decides whether the same LSTM
# learns the task in this time. So the textbook sentence needs a condition: an LSTM *can* keep a gradient alive, if its forget
# gates are open. The other side has one too: look at the range of the RNN.
#
# Recorded, because it takes 20 seconds: `learn_to_recall(kind, range(3), T=30, steps=300, every=60)`, with
# 30 tokens and 300 steps, ended at 0.12, 0.94 and 0.12 for the orthogonal RNN, at 0.11 to 0.13 three times for the default LSTM (chance) and at 0.96 or more three times with bias
# 4. An orthogonal RNN needs luck there; open gates do not.

# %% [markdown] lang="zh" en="26afabd3" alt="三个网络的准确率随训练步数的变化，画的是三个种子的均值和范围，虚线是瞎猜的 0.125。遗忘偏置为 4 的 LSTM 最先上升，最后每次都在 0.9 左右；正交初始化的 RNN 最后平均 0.73，两次接近 1，一次只有 0.25，途中范围很宽；默认的 LSTM 最后平均 0.37，在 0.2 到 0.65 之间。"
# 三个种子的均值和范围，虚线是瞎猜。同一个 LSTM 在这点时间里学不学得会，只差一个数：遗忘偏置的初值。所以课本上那句话要加条件：遗忘门开着，LSTM **才**留得住梯度。另一边也有条件：看 RNN 的范围有多宽。
#
# 下面的结果要跑 20 秒，这里只记下来：`learn_to_recall(kind, range(3), T=30, steps=300, every=60)`，30 个 token、300 步，正交初始化的 RNN 最后是 0.12、0.94、0.12，默认的 LSTM 三次都在 0.11 到 0.13（瞎猜），偏置取 4 三次都不低于 0.96。到这个长度，正交的 RNN 要靠运气，开着的门不用。

# %% [markdown] role="why"
# **Why.** With forget gates at 0.73 the first token's gradient is a small share of the last one's and drowns in the noise of the 19 distractors, so the optimizer never learns to open the
# gate it would need. Initialization has to hand it an open one. Keras's 1 comes from Jozefowicz et al. 2015; Tallec & Ollivier
# 2018 choose the biases from the expected range of the dependencies. PyTorch starts near 0: set the forget block
# yourself.

# %% [markdown] lang="zh" en="b500eb84"
# **为什么。** 遗忘门在 0.73 时，第一个 token 的梯度只有最后一个的一小部分，淹没在 19 个干扰 token 的噪声里，优化器学不会把门打开；只能靠初始化一开始就给它一扇开着的门。Keras 的 1 出自 Jozefowicz 等人 2015；Tallec 和 Ollivier 2018 按依赖的预期长度来定偏置。PyTorch 的初值在 0 附近，要自己去设遗忘门那一块。

# %% [markdown] role="exercise" anchor="gru-step"
# ## 3 · One step of a GRU
#
# Write `gru_step`: blocks in Keras's order z, r, h, and $h' = z \odot h + (1 - z) \odot \tilde h$, so $z$ **keeps**. With
# `reset_after=True`, $\tilde h = \tanh(x W_h + b_{0h} + r \odot (h U_h + b_{1h}))$ and b has two rows, both also used by the gates; with
# `False`, $\tilde h = \tanh(x W_h + b_h + (r \odot h) U_h)$ and b has one.

# %% [markdown] lang="zh" en="606f59b4"
# ## 3 · GRU 的一步
#
# 写出 `gru_step`：按 Keras 的顺序 z、r、h，$h' = z \odot h + (1 - z) \odot \tilde h$，即 $z$ 管**保留**。
# `reset_after=True` 时 $\tilde h = \tanh(x W_h + b_{0h} + r \odot (h U_h + b_{1h}))$，b 有两行，两个门也都用到；`False` 时
# $\tilde h = \tanh(x W_h + b_h + (r \odot h) U_h)$，b 只有一行。


# %% role="exercise"
def gru_step(x, h, W, U, b, reset_after=True):
    """x (B, D), h (B, H), W (D, 3H), U (H, 3H) → the new h (B, H).

    b: (2, 3H), its rows added to x W and to h U; or (3H,) when reset_after is False.
    """
    ### BEGIN SOLUTION
    H = h.shape[1]
    from_x, from_h = x @ W + (b[0] if reset_after else b), h @ U
    if reset_after:
        from_h = from_h + b[1]
    gates = sigmoid(from_x[:, : 2 * H] + from_h[:, : 2 * H])
    z, r = gates[:, :H], gates[:, H:]
    past = r * from_h[:, 2 * H :] if reset_after else (r * h) @ U[:, 2 * H :]
    return z * h + (1 - z) * np.tanh(from_x[:, 2 * H :] + past)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the three blocks may not simply be added, and why are there two bias rows?
# 2. One unit, h = 2, z = 0.75, candidate −1: what is the new h in this convention, and what in the other?
# 3. Products of x and of h apart, each with its bias row; the first two blocks added give z and r; the third block of h is multiplied by r (or h is, before its product); tanh; mix by z.

# %% [markdown] lang="zh" en="bb3b596a"
# 1. 三块里哪一块不能直接相加？偏置为什么要两行？
# 2. 一个单元，h = 2、z = 0.75、候选值 −1：按这里的约定新的 h 是多少？按另一种呢？
# 3. x 和 h 的乘积分开算，各加各的那行偏置；前两块相加得到 z 和 r；h 的第三块乘 r（或者先让 h 乘 r 再做矩阵乘）；取 tanh；按 z 混合。

# %%
check.gru_step(gru_step)

# %% [markdown] role="why"
# $1 - z$ is the write gate that a GRU does not have on its own, and $z$ is its forget gate: a GRU forgets by default too, since
# its $z$ starts at $\sigma(0) = 0.5$. The variant with `reset_after=True` exists because it needs only one product with U, which cuDNN
# wants; its two biases cannot be merged, because r stands between them. PyTorch computes the same with blocks r, z, n.

# %% [markdown] lang="zh" en="de6e9f77"
# GRU 没有单独的写入门，用的是 $1 - z$；$z$ 就是它的遗忘门。GRU 默认也会忘：$z$ 一开始是 $\sigma(0) = 0.5$。之所以有
# `reset_after=True` 这个变体，是因为它只要与 U 乘一次，cuDNN 需要这样；两个偏置之间隔着 r，所以合不起来。PyTorch 算的是同一个东西，只是顺序为 r、z、n。

# %% [markdown] role="exercise" anchor="n-params"
# ## 4 · Count them
#
# Write `n_params`: the trainable parameters of one Keras layer with its default options, biases included.

# %% [markdown] lang="zh" en="5ed60bc4"
# ## 4 · 数参数
#
# 写出 `n_params`：一个 Keras 层在默认选项下的可训练参数个数，包括偏置。


# %% role="exercise"
def n_params(cell, D, H):
    """cell: "rnn" (SimpleRNN), "lstm" or "gru" (reset_after=True). D features, H units → int."""
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    bias_rows = 2 if cell == "gru" else 1
    return blocks * H * (D + H + bias_rows)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which arrays did your steps take, and what are their shapes?
# 2. D = 2, H = 3: how many numbers are in W, U and b of one block?
# 3. One block is (D + H) · H weights and a bias; count the blocks of each cell, and the bias rows of the GRU.

# %% [markdown] lang="zh" en="57dac52d"
# 1. 你写的那两步用了哪些数组？形状各是什么？
# 2. D = 2、H = 3：一块的 W、U、b 各有多少个数？
# 3. 一块有 (D + H) · H 个权重再加偏置；数一数每种单元有几块，GRU 的偏置有几行。

# %%
check.n_params(n_params)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `remembered`. On ordinary gates it agrees with the right one. Find gates on which the two
# part.

# %% [markdown] lang="zh" en="cc7524b4"
# ## 找反例
#
# 下面是一个错误的 `remembered`，在一般的门值上和正确答案一致。找一组门值，让两者给出不同的结果。

# %% role="hack"
check.remembered.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
f = np.array([[[0.5]], [[0.0]], [[0.5]]])  # a shut gate: the division is 0 / 0
### END SOLUTION
if f is not ...:
    check.remembered.hack(trap=1, f=f)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains LSTM and GRU. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="6043724c"
# ## 挑错
#
# 一位候选人这样讲 LSTM 和 GRU。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 7, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="share-left"
# ## The interviewer goes on
#
# **All forget gates stand at their initial value in Keras and their pre-activation is the bias alone. What share of a gradient is left
# after 40 steps of the direct path?** Answer within 5 %.

# %% [markdown] lang="zh" en="16e26d58"
# ## 追问
#
# **遗忘门都停在 Keras 的初值上，激活之前的值只有偏置。只走直接路径，40 步之后梯度还剩几分之几？** 误差不超过 5%。

# %% role="follow-up"
### BEGIN SOLUTION
share = sigmoid(1.0) ** 40
### END SOLUTION

# %%
check.share_left(share)

# %% [markdown] role="follow-up" anchor="bias-for-half"
# **Which bias would leave one half after 100 steps?** Answer within 1 %.

# %% [markdown] lang="zh" en="71de0d7c"
# **要 100 步之后还剩一半，偏置该取多少？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
gate = 0.5 ** (1 / 100)
bias = np.log(gate / (1 - gate))
### END SOLUTION

# %%
check.bias_for_half(bias)

# %% [markdown] role="follow-up" fold="So why not 10 at once?"
# Then $f = 0.99995$, and the cell only adds: nothing is forgotten, the sum of all that was written grows, tanh saturates, and the slope of
# the gate, $f(1 - f)$, is too small to learn to close it. The forget gate was invented against the first half of that
# (Gers et al. 2000).

# %% [markdown] lang="zh" en="b21ed564" fold="那干脆取 10？"
# 那样 $f = 0.99995$，细胞状态只加不减：什么都不忘，写进去的越积越多，tanh 饱和；门自己的斜率 $f(1 - f)$ 又太小，学不会关上。当年发明遗忘门，就是为了解决前一半问题（Gers 等人 2000）。

# %% [markdown] role="follow-up" anchor="block-ratio"
# **How many times the parameters of a Keras SimpleRNN has an LSTM of the same D and H?** Answer with a number.

# %% [markdown] lang="zh" en="2c4e826f"
# **D 和 H 相同时，Keras 的 LSTM 参数量是 SimpleRNN 的几倍？** 填一个数。

# %% role="follow-up"
### BEGIN SOLUTION
times = 4
### END SOLUTION

# %%
check.block_ratio(times)

# %% [markdown] role="follow-up" fold="Do the gates at least stop exploding gradients?"
# No. $f \le 1$ bounds the direct path only. The next cell scales U of an untrained LSTM and feeds zeros: the gradient along h grows with every
# step. Clip its norm (*Deep Learning* §10.11.1), as the training above does with `clipnorm=1.0`.

# %% [markdown] lang="zh" en="9cb8103d" fold="门至少能防止梯度爆炸吧？"
# 不能。$f \le 1$ 只管住了直接路径。下一个单元格把没训练的 LSTM 的 U 放大，输入全零：沿 h 的梯度每一步都在变大。要裁剪梯度的范数（*Deep Learning* §10.11.1），上面的训练用的就是
# `clipnorm=1.0`。

# %% role="follow-up"
for scale in (1, 2, 4):
    keras.utils.set_random_seed(0)
    layer = make(1.0)
    layer.build((None, None, 8))
    W, U, b = layer.get_weights()
    layer.set_weights([W, scale * U, b])
    h0 = c0 = tf.zeros((1, 32))
    with tf.GradientTape() as tape:
        tape.watch(h0)
        y = tf.reduce_sum(layer(tf.zeros((1, 40, 8)), initial_state=[h0, c0]))
    print(f"U × {scale}: ‖∂(sum of h_40)/∂h_0‖ = {tf.norm(tape.gradient(y, h0)).numpy():.0e}")

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
# > An LSTM keeps a cell state that is updated by adding: c′ = f ⊙ c + i ⊙ g, and shows h = o ⊙ tanh(c′). Three sigmoid gates decide
# > what to forget, write and show. Along the cell the gradient is the product of the forget gates, with no weight matrix in it, so
# > it survives only while the gates are open. At Keras's initial bias of 1 they are not: σ(1)⁴⁰ is a few millionths, and an RNN with
# > orthogonal weights can beat the default LSTM at recall. Start the bias higher for long ranges. Gates do not stop explosions: clip. A GRU has
# > one state, update and reset gate, three blocks of weights instead of four.
#
# Classic mistakes: gates in the wrong order; no tanh on the way out; $z$ and $1 - z$ confused; one bias row in Keras's GRU; "the
# forget gate controls the outflow"; "LSTM solves vanishing and exploding gradients".

# %% [markdown] lang="zh" en="3468010b" fold="一分钟版本"
# > LSTM 有一个靠相加更新的细胞状态：c′ = f ⊙ c + i ⊙ g，对外露出 h = o ⊙ tanh(c′)。三个 sigmoid 门决定忘多少、写多少、露多少。沿细胞状态的梯度是遗忘门的乘积，中间没有权重矩阵，所以门开着才留得住。Keras 的初值是 1，门并没有全开：σ(1)⁴⁰ 只有百万分之几，在回忆任务上，正交初始化的普通 RNN 可以赢过默认的 LSTM。依赖长就把偏置调大。门挡不住梯度爆炸，要裁剪。GRU 只有一个状态，更新门加重置门，权重三块而不是四块。
#
# 常见错误：门的顺序弄错；出口漏了 tanh；$z$ 和 $1 - z$ 弄反；Keras 的 GRU 只算一行偏置；说“遗忘门控制信息流出”；说“LSTM 解决了梯度消失和梯度爆炸”。

# %% [markdown] role="reference"
# ## References
#
# - Hochreiter & Schmidhuber 1997, *Long Short-Term Memory*, Neural Computation 9(8), 1735–1780. Gers, Schmidhuber & Cummins 2000, *Learning to Forget: Continual Prediction with LSTM*, Neural Computation 12(10), 2451–2471 (the forget gate).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §10.7 (long-term dependencies), §10.10.1 (LSTM), §10.10.2 (other gated RNNs), §10.11.1 (clipping).
# - Cho et al. 2014, arXiv:1406.1078 (GRU); Keras's documentation of `GRU` says which version of it each value of `reset_after` follows.
# - Jozefowicz, Zaremba & Sutskever 2015, *An Empirical Exploration of Recurrent Network Architectures*, ICML (cited by Keras for its bias of 1). Tallec & Ollivier 2018, *Can Recurrent Neural Networks Warp Time?*, arXiv:1804.11188.
# - Le, Jaitly & Hinton 2015, arXiv:1504.00941 (plain ReLU RNNs started at the identity, comparable to LSTMs).

# %% [markdown] lang="zh" en="eb5d515c"
# ## 参考文献
#
# - Hochreiter & Schmidhuber 1997, *Long Short-Term Memory*, Neural Computation 9(8), 1735–1780。Gers, Schmidhuber & Cummins 2000, *Learning to Forget: Continual Prediction with LSTM*, Neural Computation 12(10), 2451–2471（遗忘门）。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§10.7（长期依赖）、§10.10.1（LSTM）、§10.10.2（其他门控 RNN）、§10.11.1（裁剪）。
# - Cho et al. 2014, arXiv:1406.1078（GRU）；`reset_after` 取不同的值时各对应它的哪一版，见 Keras 文档的 `GRU`。
# - Jozefowicz, Zaremba & Sutskever 2015, *An Empirical Exploration of Recurrent Network Architectures*, ICML（Keras 的偏置 1 引自此文）。Tallec & Ollivier 2018, *Can Recurrent Neural Networks Warp Time?*, arXiv:1804.11188。
# - Le, Jaitly & Hinton 2015, arXiv:1504.00941（从单位矩阵出发的普通 ReLU RNN，与 LSTM 相当）。
