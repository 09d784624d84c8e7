# ---
# title: Prune a network, and say what it saves
# title_zh: 给网络剪枝，并说清到底省了什么
# kind: code
# minutes: 35
# level: 2
# needs: [mlp_digits]
# seeds: [003-3.3, 004-1.12, 004-1.19]
# asked: 13
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Prune a network: magnitude, structured, gradual. How much can go, and how much faster does it get?
#
# Think aloud for one minute before you type: which weights go first, what must stay true during fine-tuning,
# and which zeros can the hardware use?

# %% [markdown] lang="zh" en="c2282530"
# ## 题目
#
# > 给网络剪枝：按幅值、结构化、逐步剪。能剪掉多少？能快多少？
#
# 先别动手，出声想一分钟：先剪哪些权重？微调时什么必须保持不变？硬件真正能利用的是哪些零？

# %% [markdown] role="question" fold="What a good answer contains"
# - Which weights go: the smallest in size, ranked globally or per layer; an exact number.
# - Masks that survive the optimizer, momentum included.
# - Unstructured against structured: accuracy against real speed.
# - Gradual pruning with fine-tuning, against random pruning as the control.
# - The cost of sparse formats; when it is worth it; that compression comes last.

# %% [markdown] lang="zh" en="ecb2f092" fold="好的回答包含什么"
# - 剪哪些：绝对值最小的，全局排序或逐层排序；个数要准确。
# - 掩码要经得起优化器，包括动量。
# - 非结构化与结构化：精度与真正的速度。
# - 逐步剪加微调，并以随机剪枝作对照。
# - 稀疏格式的开销；什么时候值得；压缩放在最后。

# %% role="setup"
import time

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("pruning")

# %% [markdown] role="exercise" anchor="magnitude-mask"
# ## 1 · Which weights go?
#
# Write `magnitude_mask`: the int(sparsity · n) weights smallest in size go, of all layers together ("global") or of each layer ("layer").
# Equal ones: the earlier entry goes first, layers in order, rows first.

# %% [markdown] lang="zh" en="2f7e267d"
# ## 1 · 剪哪些权重？
#
# 写出 `magnitude_mask`：剪掉绝对值最小的 int(sparsity · n) 个，所有层一起排（"global"）或每层各自排（"layer"）。一样大的先剪前面的（按层的顺序，层内按行）。


# %% role="exercise"
def magnitude_mask(weights, sparsity, scope="global"):
    """weights: a list of arrays → a list of boolean arrays like them, True where a weight stays."""
    ### BEGIN SOLUTION
    if scope == "layer":
        return [mask for w in weights for mask in magnitude_mask([w], sparsity)]
    size = np.abs(np.concatenate([w.ravel() for w in weights]))
    keep = np.full(len(size), True)
    keep[size.argsort(kind="stable")[: int(sparsity * len(size))]] = False
    edges = np.cumsum([w.size for w in weights])[:-1]
    return [part.reshape(w.shape) for part, w in zip(np.split(keep, edges), weights)]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is wrong with a threshold when several weights are equally large?
# 2. Layers [0.1, −3] and [0.2, 0.3], sparsity 0.5: which go globally, which per layer?
# 3. All sizes in one row; a stable argsort; the first int(s·n) places become False; cut the row back into the layers' shapes.

# %% [markdown] lang="zh" en="4b5236ee"
# 1. 几个权重一样大时，用阈值有什么问题？
# 2. 两层 [0.1, −3] 和 [0.2, 0.3]，稀疏度 0.5：全局剪掉哪些？逐层呢？
# 3. 把所有绝对值排成一行；稳定的 argsort；前 int(s·n) 个位置置 False；再切回各层的形状。

# %%
check.magnitude_mask(magnitude_mask)

# %% [markdown] role="idea" anchor="idea"
# Setting $w_{ij}$ to 0 changes unit j by $|w_{ij}\, x_i|$. Where inputs are of similar size, ranking by $|w|$ ranks by the change
# of the output. How much the loss minds is left out: near a minimum the change costs about $\tfrac12 h_{ij} w_{ij}^2$, with the curvature
# $h_{ij}$; second-order methods keep $h$ and cost more. After a mask $m$ the network computes with $m \odot w$, so the gradient along a pruned weight is not 0
# by itself: the mask has to be applied after every update.

# %% [markdown] lang="zh" en="0520eee7"
# 把 $w_{ij}$ 置 0，单元 j 的变化是 $|w_{ij}\, x_i|$。各输入大小相近时，按 $|w|$ 排序就是按输出的变化排序。但它不管损失对这个变化有多敏感：在极小点附近，损失约增加 $\tfrac12 h_{ij} w_{ij}^2$，其中 $h_{ij}$ 是曲率；二阶方法会算 $h$，代价也更大。有了掩码 $m$，网络用 $m \odot w$ 计算；被剪的权重，梯度并不会自己变成 0，所以每次更新之后都要再乘一次掩码。

# %% [markdown] role="exercise" anchor="masked-step"
# ## 2 · Keep the mask while training
#
# Write `masked_step`, one step of SGD with momentum, $v \leftarrow \mu v + g$, $w \leftarrow w - \eta v$, after which pruned weights and their
# velocities are 0, whatever they were before.

# %% [markdown] lang="zh" en="a69bad52"
# ## 2 · 训练时保持掩码
#
# 写出 `masked_step`：带动量的 SGD 走一步，$v \leftarrow \mu v + g$，$w \leftarrow w - \eta v$；之后被剪的权重和它们的速度都是 0，不管之前是多少。


# %% role="exercise"
def masked_step(w, velocity, grad, mask, lr=0.1, momentum=0.9):
    """Arrays of one shape, mask True where a weight lives → (new weights, new velocity)."""
    ### BEGIN SOLUTION
    velocity = (momentum * velocity + grad) * mask
    return (w - lr * velocity) * mask, velocity
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Suppose a pruned weight's gradient is set to 0. What else can still move it?
# 2. w = 0, v = 2, g = 0, μ = 0.5, η = 1, pruned: where does it stand after an unmasked step?
# 3. Step as usual; then multiply velocity and weights by the mask.

# %% [markdown] lang="zh" en="0cbf7b23"
# 1. 就算把被剪权重的梯度置 0，还有什么会推动它？
# 2. w = 0、v = 2、g = 0、μ = 0.5、η = 1，已被剪：不加掩码走一步，它在哪里？
# 3. 照常走一步；再把速度和权重都乘掩码。

# %%
check.masked_step(masked_step)


# %% role="reward"
def loss_grads(params, x, y):
    W1, b1, W2, b2 = params
    z = x @ W1 + b1
    a = z.clip(0)
    logits = a @ W2 + b2
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    error = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(x)
    back = error @ W2.T * (z > 0)
    return x.T @ back, back.sum(axis=0), a.T @ error, error.sum(axis=0)


def train(params, masks, steps, seed, lr=0.1):
    """SGD with momentum, the weight matrices (0 and 2) under their masks."""
    rng = np.random.default_rng(seed)
    (x, y), _ = data.digits(split=True)
    x, params = x.reshape(len(x), -1), list(params)
    velocity = [np.zeros_like(p) for p in params]
    for _ in range(steps):
        rows = rng.integers(len(x), size=64)
        for i, g in enumerate(loss_grads(params, x[rows], y[rows])):
            params[i], velocity[i] = masked_step(params[i], velocity[i], g, masks[i], lr)
    return params


def accuracy(params):
    _, (x, y) = data.digits(split=True)
    W1, b1, W2, b2 = params
    logits = (x.reshape(len(x), -1) @ W1 + b1).clip(0) @ W2 + b2
    return float((logits.argmax(axis=1) == y).mean())


# %% role="reward"
if check.magnitude_mask.passed and check.masked_step.passed:
    dense = [1.0, 1.0, 1.0, 1.0]
    levels, curves = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95), {}
    for seed in range(3):
        rng = np.random.default_rng(seed)
        start = [
            rng.normal(size=(64, 48)) / 8,
            np.zeros(48),
            rng.normal(size=(48, 10)) / 7,
            np.zeros(10),
        ]
        W1, b1, W2, b2 = trained = train(start, dense, 1200, seed)
        for level in levels:
            shuffled = [rng.uniform(size=W.shape) for W in (W1, W2)]
            for name, masks in (
                ("smallest go", magnitude_mask([W1, W2], level)),
                ("random ones go", magnitude_mask(shuffled, level)),
            ):
                cut = [W1 * masks[0], b1, W2 * masks[1], b2]
                curves.setdefault(name, []).append(accuracy(cut))
                if name == "smallest go":
                    tuned = train(cut, [masks[0], 1.0, masks[1], 1.0], 300, seed)
                    curves.setdefault("smallest go, then fine-tuned", []).append(accuracy(tuned))
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        for (name, scores), line in zip(curves.items(), ("o-", "s--", "^-.")):
            scores = np.array(scores).reshape(3, -1)
            ax.plot(levels, scores.mean(axis=0), line, label=name)
            ax.fill_between(levels, scores.min(axis=0), scores.max(axis=0), alpha=0.2)
            print(name, *(f"{s:.2f}: {a:.3f}" for s, a in zip(levels, scores.mean(axis=0))))
        ax.set(xlabel="share of the weights that are zero", ylabel="test accuracy", ylim=(0, 1))
        ax.legend(loc="lower left")
        plt.show()

# %% [markdown] role="caption" alt="Test accuracy against sparsity for three ways: removing random weights falls soon, removing the smallest ones stays level to about 0.7 and then falls, and with fine-tuning it stays nearly level to 0.9."
# Digits, a 64-48-10 network, three seeds (bands: lowest to highest). Removing the smallest weights costs hardly anything up to about 0.7; random ones are the
# control. Three hundred steps of fine-tuning under the mask bring most of it back even at 0.9.

# %% [markdown] lang="zh" en="25559e80" alt="三种做法的测试准确率随稀疏度的变化：随机剪很快下降；剪最小的到 0.7 左右仍持平，之后下降；再微调，到 0.9 仍几乎持平。"
# 手写数字，64-48-10 的网络，三个种子（色带从最低到最高）。剪最小的，到七成左右几乎不掉；随机剪是对照。在掩码下微调 300 步，到 0.9 仍能恢复大部分。

# %% [markdown] role="why"
# **What most people write first.** `grad * mask`. The momentum of before keeps moving the weight; Adam and weight decay too.
#
# **Elsewhere.** `torch.nn.utils.prune` keeps `weight_orig` and a mask and multiplies them in every forward pass, so that no optimizer
# can revive anything. In Keras the TensorFlow Model Optimization toolkit wraps layers in the same way.

# %% [markdown] lang="zh" en="3b694a3c"
# **最常见的第一版。** `grad * mask`。之前的动量还会推动权重；Adam 和权重衰减也会。
#
# **换个框架。** `torch.nn.utils.prune` 保存 `weight_orig` 和掩码，每次前向时相乘，优化器怎么更新都不会让剪掉的复活。Keras 的 TensorFlow Model Optimization 工具用同样的办法包装层。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is pruning that makes dense hardware faster too.

# %% [markdown] lang="zh" en="419c1899"
# **可以先歇一歇。** 核心已经写完，下面的剪枝，在稠密硬件上也能真正提速。

# %% [markdown] role="exercise" anchor="prune-units"
# ## 3 · Remove whole units
#
# Write `prune_units` for a hidden layer, x @ W1 + b1, ReLU, @ W2: keep the `keep` units whose incoming weights have the largest Euclidean norm (of equal ones the earlier), in their old
# order; their biases and outgoing weights stay with them.

# %% [markdown] lang="zh" en="f1490194"
# ## 3 · 去掉整个单元
#
# 对一个隐藏层 x @ W1 + b1、ReLU、@ W2，写出 `prune_units`：保留输入权重的 L2 范数最大的 `keep` 个单元（相同的保留前面的），顺序不变；它们的偏置和输出权重一起保留。


# %% role="exercise"
def prune_units(W1, b1, W2, keep):
    """W1 (i, h), b1 (h,), W2 (h, o), keep ≤ h → smaller W1 (i, keep), b1 (keep,), W2 (keep, o)."""
    ### BEGIN SOLUTION
    norms = np.linalg.norm(W1, axis=0)
    stay = np.sort(np.argsort(-norms, kind="stable")[:keep])
    return W1[:, stay], b1[stay], W2[stay]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which column of W1, which entry of b1 and which row of W2 belong to unit j?
# 2. Two units, W1 = [[3, 1], [−3, 1]], keep 1: which one stays, and which would, if the weights were summed?
# 3. Norms of the columns; the places of the largest; back into old order; pick columns, entries, rows.

# %% [markdown] lang="zh" en="43bc0af3"
# 1. 单元 j 对应 W1 的哪一列、b1 的哪一项、W2 的哪一行？
# 2. 两个单元，W1 = [[3, 1], [−3, 1]]，留一个：留哪个？如果直接求和会留哪个？
# 3. 各列的范数；取最大的几个位置；恢复原顺序；选列、选项、选行。

# %%
check.prune_units(prune_units)


# %% role="reward"
def fastest(functions, rounds=25):
    """The shortest time of each function; turn by turn, so that a busy moment hits all alike."""
    best = [np.inf] * len(functions)
    for _ in range(rounds):
        for n, function in enumerate(functions):
            start = time.perf_counter()
            function()
            best[n] = min(best[n], time.perf_counter() - start)
    return best


if check.prune_units.passed and check.magnitude_mask.passed:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 512)).astype(np.float32)
    W1 = rng.normal(size=(512, 1024)).astype(np.float32)
    W2 = rng.normal(size=(1024, 512)).astype(np.float32)
    mask1, mask2 = magnitude_mask([W1, W2], 0.5)
    Z1, Z2, (S1, _, S2) = W1 * mask1, W2 * mask2, prune_units(W1, np.zeros(1024), W2, 512)
    runs = [lambda A=A, B=B: (x @ A).clip(0) @ B for A, B in ((W1, W2), (Z1, Z2), (S1, S2))]
    full, zeros, units = fastest(runs)
    print(f"half of the weights zero: {zeros / full:.2f} of the time")
    print(f"half of the units gone:   {units / full:.2f} of the time")

# %% [markdown] role="reward"
# Ratios of one run on this machine. A dense product takes a zero for a number like any other: scattered zeros
# save nothing, removed units do.

# %% [markdown] lang="zh" en="f0bfcd63"
# 这是本机一次运行的比值。稠密矩阵乘把零当成普通的数：零散的零省不了时间，去掉单元才省。

# %% [markdown] role="exercise" anchor="sparsity-at"
# ## 4 · Gradually
#
# Pruned in small portions, the rest can adapt in between. Write `sparsity_at`, the cubic schedule: 0 until `start`, `final` from `end` on,
# $s = s_{\text{final}}\,(1 - (1 - t)^3)$ in between, t running from 0 to 1.

# %% [markdown] lang="zh" en="af521a7b"
# ## 4 · 逐步剪
#
# 一点一点剪，剩下的才来得及适应。写出三次调度 `sparsity_at`：`start` 之前为 0，`end` 之后为 `final`，中间
# $s = s_{\text{final}}\,(1 - (1 - t)^3)$，t 从 0 到 1。


# %% role="exercise"
def sparsity_at(step, start, end, final):
    """Steps are whole numbers, start < end → the share of zeros at this step."""
    ### BEGIN SOLUTION
    t = np.interp(step, [start, end], [0, 1])  # held at the ends
    return final * (1 - (1 - t) ** 3)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is t before the start, half-way, after the end?
# 2. final = 0.8, half-way: what is the sparsity? More or less than half of 0.8?
# 3. t, held between 0 and 1; the formula.

# %% [markdown] lang="zh" en="5f693739"
# 1. 开始之前、中点、结束之后，t 各是多少？
# 2. final = 0.8，走到一半：稀疏度是多少？比 0.8 的一半多还是少？
# 3. 算出 t，限制在 0 到 1；代入公式。

# %%
check.sparsity_at(sparsity_at)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `magnitude_mask`: it uses a threshold. On most weights it is right. Find some on which it is not.

# %% [markdown] lang="zh" en="d613f351"
# ## 找反例
#
# 下面是一个错误的 `magnitude_mask`：它用的是阈值，大多数时候是对的。找一组权重让它出错。

# %% role="hack"
check.magnitude_mask.hack(trap=5)

# %% role="hack"
### BEGIN SOLUTION
layers = [np.array([1.0, 1.0, 1.0, 1.0])]
### END SOLUTION
if layers is not ...:
    check.magnitude_mask.hack(trap=5, weights=layers, sparsity=0.5)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains pruning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="344631bf"
# ## 挑错
#
# 一位候选人这样讲剪枝。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="sparse-size"
# ## The interviewer goes on
#
# **2 million weights, half of them zero. Each remaining one is stored as a 16-bit value with a 16-bit place. How large is it?** (Dense in
# 16 bits: 4 MB.) Within 2 %, with a unit.

# %% [markdown] lang="zh" en="1620815f"
# ## 追问
#
# **200 万个权重，一半是零。剩下的每个存一个 16 位的值和一个 16 位的位置。一共多大？**（16 位稠密存储是 4 MB。）误差不超过 2%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
stored = f"{1e6 * (2 + 2) / 1e6} MB"
### END SOLUTION

# %%
check.sparse_size(stored)

# %% [markdown] role="follow-up" fold="Prune or quantize: which first, if the model must be four times smaller?"
# Quantize: 8 bits halve 16 and cost hardly any accuracy, 4 bits quarter it, and hardware supports both. Pruning to a quarter
# needs fine-tuning, and in a sparse format more than a quarter of the bytes. They add up: structured pruning first, since it
# changes the shapes, then quantization; distillation can repair either.

# %% [markdown] lang="zh" en="2bfb4ef3" fold="模型要缩小四倍，先剪枝还是先量化？"
# 量化：16 位到 8 位减半，几乎不掉精度，4 位就是四分之一，硬件都支持。剪到四分之一必须微调，而且用稀疏格式存，字节数还不止四分之一。两者可以叠加：先结构化剪枝（它改变形状），再量化；蒸馏可以用来修复。

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
# > The weights smallest in size go, ranked globally or per layer; the mask is applied after every step, because momentum and
# > decay would revive them. Single zeros keep accuracy (here 70 % of the weights cost little, more needs fine-tuning) but save no time
# > on dense hardware; whole units or channels do, and so do hardware patterns such as 2:4. Prune gradually, fine-tune, compare
# > with random pruning, and do it last.
#
# Classic mistakes: sorting by value; masking only the gradient; counting zeros as speed; forgetting the bias and the next layer's
# rows; sparse formats taken for free.

# %% [markdown] lang="zh" en="012b0568" fold="一分钟版本"
# > 剪掉绝对值最小的权重，全局或逐层排序；每一步之后都要乘掩码，否则动量和权重衰减会让它们复活。零散的零能保住精度（这里剪七成几乎不掉，再多就要微调），但在稠密硬件上不省时间；去掉整个单元或通道才省，2:4 这样的硬件模式也省。逐步剪、微调、与随机剪枝对照，放在最后做。
#
# 常见错误：按数值排序；只屏蔽梯度；把零当成速度；忘了偏置和下一层的行；以为稀疏格式没有开销。

# %% [markdown] role="reference"
# ## References
#
# - Han, Pool, Tran & Dally 2015, *Learning both weights and connections for efficient neural networks*, arXiv:1506.02626, §3 (prune, retrain).
# - Zhu & Gupta 2017, *To prune, or not to prune*, arXiv:1710.01878 (the cubic schedule, equation 1).
# - Frankle & Carbin 2019, *The lottery ticket hypothesis*, arXiv:1803.03635, §2.
# - Li et al. 2017, *Pruning filters for efficient ConvNets*, arXiv:1608.08710 (structured, by the sum of absolute weights). Mishra et al. 2021, *Accelerating sparse deep neural networks*, arXiv:2104.08378 (2:4).

# %% [markdown] lang="zh" en="ea56d52b"
# ## 参考文献
#
# - Han, Pool, Tran & Dally 2015, *Learning both weights and connections for efficient neural networks*, arXiv:1506.02626，§3（剪枝、再训练）。
# - Zhu & Gupta 2017, *To prune, or not to prune*, arXiv:1710.01878（三次调度，公式 1）。
# - Frankle & Carbin 2019, *The lottery ticket hypothesis*, arXiv:1803.03635，§2。
# - Li et al. 2017, *Pruning filters for efficient ConvNets*, arXiv:1608.08710（结构化剪枝，按权重绝对值之和）。Mishra et al. 2021, *Accelerating sparse deep neural networks*, arXiv:2104.08378（2:4）。
