# ---
# title: Train several tasks on one trunk, and find out when it hurts
# title_zh: 用一个主干训练多个任务，看清什么时候有害
# kind: code
# minutes: 45
# level: 2
# needs: [backprop]
# seeds: [004-1.13, 004-1.20]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is multi-task learning? When does sharing layers help, when does it hurt, and what do you do when one task
# > drowns out another? Write the gradients.
#
# Think aloud for one minute before you type: two tasks share a trunk. Whose gradient does the trunk follow, and what if the two point in opposite directions?

# %% [markdown] lang="zh" en="b9743916"
# ## 题目
#
# > 讲一下多任务学习。共享层什么时候有用，什么时候反而有害？一个任务压过另一个怎么办？手写梯度。
#
# 先别动手，出声想一分钟：两个任务共享一个主干，主干听谁的梯度？两个梯度方向相反怎么办？

# %% [markdown] role="question" fold="What a good answer contains"
# - One trunk, one head per task; the trunk's gradient is the weighted sum, a head's is its own.
# - When it helps (few labels, a related task with many) and when not, each against the single-task baseline.
# - Scale: a large loss takes the trunk. Weights by hand, or learned from uncertainty.
# - Conflict: the cosine of the gradients, what PCGrad does about it, and what it does not.

# %% [markdown] lang="zh" en="336d7f7e" fold="好的回答包含什么"
# - 一个主干，每个任务一个头；主干的梯度是加权和，头的梯度只属于自己。
# - 什么时候有用（标签少、相关任务标签多），什么时候没用，都要与单任务基线比。
# - 量级：损失大的会独占主干。权重手工调，或者从不确定性学。
# - 冲突：梯度的余弦，PCGrad 能做什么，不能做什么。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("multitask")

# %% [markdown] role="setup"
# Six tasks on 8×8 digits: the digit itself; parity, at least five, has a closed loop, all of which follow from the digit; and two whose labels are random, `coin` and `die`.
# `train` fits a network of one hidden layer with Adam, using your gradients; each task draws its own batches from its own first `count` examples. `descend` is plain full-batch
# descent on the digits and one other task. `score` is the test accuracy on the first task.

# %% [markdown] lang="zh" en="7291f1e2"
# 8×8 手写数字上的六个任务：数字本身；奇偶、是否不小于 5、有没有封闭的圈，这三个都由数字决定；还有两个标签随机的，`coin` 和 `die`。`train` 用你写的梯度和 Adam 训练一个单隐藏层网络；每个任务从自己的前 `count` 个样本里抽 batch。`descend` 是数字加另一个任务的全 batch 梯度下降。`score` 是第一个任务的测试准确率。

# %% role="setup"
(x_train, y_train), (x_test, y_test) = data.digits(split=True)
x_train, x_test = (
    np.hstack([x.reshape(len(x), 64), np.ones((len(x), 1))]) for x in (x_train, x_test)
)  # the last column is the bias
CLASSES = {"digit": 10, "parity": 2, "five": 2, "loop": 2, "coin": 2, "die": 10}


def labels(task, y, seed):
    rng = np.random.default_rng(seed + 99)
    known = {"digit": y, "parity": y % 2, "five": y // 5, "loop": np.isin(y, [0, 6, 8, 9]) * 1}
    return known[task] if task in known else rng.integers(CLASSES[task], size=len(y))


def cross_entropy(logits, y):
    """Mean loss, a number, and its slope for the logits, (n, c)."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p, rows = p / p.sum(axis=1, keepdims=True), np.arange(len(y))
    loss = -np.log(p[rows, y] + 1e-300).mean()
    p[rows, y] -= 1
    return loss, p / len(y)


def start(tasks, width, rng):
    W = rng.normal(size=(65, width)) * np.sqrt(2 / 64)
    return W, [rng.normal(size=(width, CLASSES[task])) / np.sqrt(width) for task in tasks]


def score(W, V):
    return np.mean(((x_test @ W).clip(0) @ V).argmax(axis=1) == y_test)


def train(grads, tasks, counts, seed, width=32, scale=1.0, weigh=None, steps=400):
    """(score, s). scale: multiplies the losses. weigh(losses, s) -> (total, weights, ds), or None."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y_train))
    W, heads = start(tasks, width, rng)
    y = [labels(task, y_train, seed) for task in tasks]
    scale = np.broadcast_to(scale, len(tasks))
    params = [W, *heads, np.zeros(len(tasks))]
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    losses = np.ones(len(tasks))
    for t in range(1, steps + 1):
        rows = [order[rng.integers(count, size=64)] for count in counts]
        batches = [(x_train[row], own[row]) for row, own in zip(rows, y)]
        weights, ds = np.ones(len(tasks)), np.zeros(len(tasks))
        if weigh:  # with the losses of the step before
            _, weights, ds = weigh(scale * losses, params[-1])
        losses, trunk, tops = grads(params[0], params[1:-1], batches, scale * weights)
        for i, g in enumerate([trunk, *tops, ds]):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            step = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
            params[i] = params[i] - (0.1 if i > len(tasks) else 0.01) * step
    return score(params[0], params[1]), params[-1]


def descend(grads, other, seed, combine, size, width, lr, steps):
    """Full-batch descent on `size` digits and another task; the digits' score.

    combine(own, theirs): from the two gradients of the trunk, flat, what the trunk steps down.
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(y_train))[:size]
    W, heads = start(["digit", other], width, rng)
    batches = [(x_train[rows], labels(t, y_train, seed)[rows]) for t in ("digit", other)]
    for _ in range(steps):
        pulls = []
        for k in range(2):
            _, trunk, (top,) = grads(W, heads[k : k + 1], batches[k : k + 1], [1.0])
            heads[k] = heads[k] - lr * top
            pulls.append(trunk.ravel())
        W = W - lr * combine(*pulls).reshape(W.shape)
    return score(W, heads[0])


# %% [markdown] role="exercise" anchor="mtl-grads"
# ## 1 · One trunk, several heads
#
# Task k reads its own batch (x, y) through the shared trunk, $h = \max(xW, 0)$, and its own head, logits $hV_k$. Its loss is the mean cross-entropy over that batch; the total
# is the sum of weights times losses. Write `mtl_grads`.

# %% [markdown] lang="zh" en="485b2ef7"
# ## 1 · 一个主干，几个头
#
# 任务 k 的 batch (x, y) 经过共享的主干 $h = \max(xW, 0)$ 和自己的头，logits 是 $hV_k$。它的损失是这个 batch 上的平均交叉熵；总损失是权重乘损失再求和。写出 `mtl_grads`。


# %% role="exercise"
def mtl_grads(W, heads, batches, weights):
    """W (d, h). heads: list of K arrays V (h, c). batches: list of K pairs x (n, d), y (n,) integers,
    where n and c differ between tasks. weights (K,).

    Returns (losses, trunk, heads): K plain losses, without weights; the total's slope for W, (d, h);
    a list of its slopes for the heads. `cross_entropy` above is yours to use.
    """
    ### BEGIN SOLUTION
    losses, trunk, tops = [], np.zeros(W.shape), []
    for V, (x, y), weight in zip(heads, batches, weights):
        h = (x @ W).clip(0)
        loss, d = cross_entropy(h @ V, y)
        losses.append(loss)
        tops.append(weight * h.T @ d)
        trunk += weight * x.T @ (d @ V.T * (h > 0))
    return losses, trunk, tops
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which parameters does task 0's loss depend on? Which of them does task 1's loss depend on too?
# 2. Total 2a(W, u) + 3b(W, v): what is its derivative for u, for v, for W?
# 3. For each task: forward, slope of the logits, back through its own head and ReLU. Its head's slope goes into its own place; its trunk slope, times its weight, is added to the others'.

# %% [markdown] lang="zh" en="040b9af3"
# 1. 任务 0 的损失取决于哪些参数？其中哪些也影响任务 1？
# 2. 总损失 2a(W, u) + 3b(W, v)：对 u、对 v、对 W 的导数各是什么？
# 3. 对每个任务：前向，求 logits 的梯度，经过自己的头和 ReLU 传回来。头的梯度放在自己的位置；主干的梯度乘上权重，与其他任务的加起来。

# %%
check.mtl_grads(mtl_grads)

# %% [markdown] role="idea" anchor="idea"
# With $L = \sum_k w_k L_k(W, V_k)$: $\nabla_W L = \sum_k w_k \nabla_W L_k$, but $\nabla_{V_k} L = w_k \nabla_{V_k} L_k$.
#
# All tasks vote on the trunk, and only there. By hand, with scalars: $L_1 = (Wu - 1)^2$, $L_2 = (Wv + 1)^2$ at $W = 0$, $u = v = 1$: the trunk's slopes are $-2$ and $+2$. With
# equal weights it stands still: a conflict, though each head on its own could simply take another sign.

# %% [markdown] lang="zh" en="a5c3d605"
# 总损失 $L = \sum_k w_k L_k(W, V_k)$：
# $\nabla_W L = \sum_k w_k \nabla_W L_k$，而 $\nabla_{V_k} L = w_k \nabla_{V_k} L_k$。
#
# 所有任务只在主干上投票。用标量手算：$L_1 = (Wu - 1)^2$、$L_2 = (Wv + 1)^2$，在
# $W = 0$、$u = v = 1$ 处，主干的两个梯度是 $-2$ 和 $+2$。权重相等时它原地不动：这就是冲突，其实每个头自己换个符号就能解决。

# %% role="reward"
if check.mtl_grads.passed:

    def five(tasks, count, width):
        """Scores of five seeds; every task but the first has all 1,347 labels."""
        counts = [count] + [1347] * (len(tasks) - 1)
        return np.array([train(mtl_grads, tasks, counts, s, width)[0] for s in range(5)])

    related, random = ["digit", "parity", "five", "loop"], ["digit", "coin", "die"]
    settings = {
        "60 labels, +3 related": (related, 60, 32),
        "60 labels, +2 random": (random, 60, 32),
        "1,347 labels, +3 related": (related, 1347, 32),
        "60 labels, +five, width 8": (["digit", "five"], 60, 8),
    }
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6.6, 2.6))
        for row, (name, (tasks, count, width)) in enumerate(settings.items()):
            alone, both = five(tasks[:1], count, width), five(tasks, count, width)
            ax.plot(both - alone, [row] * 5, "o", color="C0", alpha=0.7)
            ax.plot((both - alone).mean(), row, "|", color="black", markersize=18)
            print(f"{name:26} alone {alone.mean():.3f}, together {both.mean():.3f};", end=" ")
            print("gains", np.round(np.sort(both - alone), 3).tolist())
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set(yticks=range(4), yticklabels=settings, xlabel="digit accuracy: together − alone")
        ax.set_ylim(3.5, -0.5)
    plt.show()

# %% [markdown] role="caption" alt="Four rows of five dots: the gain in digit accuracy from sharing. 60 labels with three related tasks: all dots right of zero, around 0.06. 60 labels with two random tasks: left of zero. 1,347 labels with three related tasks: around zero. 60 labels with one related task in a trunk of width 8: left of zero."
# What the other tasks do to the digits, one dot per seed, a bar at the mean. Three related tasks with many labels help where digits have few. Random labels, the control, cost
# accuracy. With all labels at hand the same three tasks gain next to nothing, and in a narrow trunk even a related task costs accuracy. The tasks' relation alone decides
# nothing: labels and width do too.

# %% [markdown] lang="zh" en="09b68aaf" alt="四行点，每行五个：共享带来的数字准确率变化。60 个标签加三个相关任务：都在 0 的右侧，约 0.06。60 个标签加两个随机任务：在 0 的左侧。1347 个标签加三个相关任务：在 0 附近。60 个标签加一个相关任务、主干宽 8：在 0 的左侧。"
# 其他任务对数字识别的影响，每个种子一个点，竖线是均值。数字标签少时，三个标签多的相关任务有帮助；作为对照的随机标签则拖后腿。标签充足时，同样三个任务几乎不带来提升；主干太窄时，连相关任务也会拖后腿。光看任务是否相关不够，还要看标签多少和主干多宽。

# %% [markdown] role="why"
# **Why it helps.** Parity, at least five and the loop together say nearly which digit it is, so their labels train features that the digits need. With 1,347 digit labels those
# features are learned anyway.
#
# **Why it hurts.** Eight hidden units are shared by two tasks that want different ones. Caruana (1997) calls multi-task learning an inductive bias; a bias can be wrong. Which
# tasks to train together is found by trying (Standley et al. 2020).
#
# **What most people write first.** One optimizer step per task in turn instead of one for the sum; a head whose loss is averaged over all tasks' examples; `trunk = …` in the
# loop where `trunk += …` belongs.
#
# **Elsewhere.** TensorFlow and PyTorch add by themselves: differentiate the weighted sum once. For a gradient per task, which `grad_cos` and `pcgrad` need, differentiate each
# loss: K backward passes.

# %% [markdown] lang="zh" en="204b3b2e"
# **为什么有用。** 奇偶、是否不小于 5、有没有圈，三者合起来差不多就说明是哪个数字，所以它们的标签能训练出识别数字需要的特征。数字标签有 1347 个时，这些特征本来就学得到。
#
# **为什么有害。** 八个隐藏单元要分给两个各有所需的任务。Caruana（1997）说多任务学习是一种归纳偏置；偏置可能是错的。哪些任务适合一起训练，要靠试（Standley et al. 2020）。
#
# **最常见的第一版。** 轮流为每个任务更新一步，而不是对总和更新一步；某个头的损失按所有任务的样本平均；循环里写成 `trunk = …`，而不是 `trunk += …`。
#
# **换个框架。** TensorFlow 和 PyTorch 会自己相加：对加权和求一次导就行。`grad_cos` 和
# `pcgrad` 要用每个任务各自的梯度，就得分别求导：K 次反向。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is about weights and conflict.

# %% [markdown] lang="zh" en="4a153012"
# **可以先歇一歇。** 核心已经写完，接下来是权重和冲突。

# %% [markdown] role="exercise" anchor="uncertainty-weight"
# ## 2 · Learn the weights
#
# Kendall et al. (2018) give each task a noise $\sigma_k$, trained with the network. Write `uncertainty_weight` in the form for classification (their equation 10, second task),
# with the log variance $s_k = \log \sigma_k^2$: total $= \sum_k (e^{-s_k} L_k + \tfrac12 s_k)$. No $\tfrac12$ before the losses.

# %% [markdown] lang="zh" en="615b5bac"
# ## 2 · 把权重学出来
#
# Kendall et al.（2018）给每个任务一个噪声 $\sigma_k$，与网络一起训练。按分类任务的形式（论文公式 10 的第二个任务）写出 `uncertainty_weight`，参数是对数方差 $s_k = \log \sigma_k^2$：总损失 $= \sum_k (e^{-s_k} L_k + \tfrac12 s_k)$。损失前面没有 $\tfrac12$。


# %% role="exercise"
def uncertainty_weight(losses, s):
    """losses (K,) > 0, s (K,) → (total, weights, ds).

    total: a number. weights (K,): its slope for the losses. ds (K,): its slope for s.
    """
    ### BEGIN SOLUTION
    weights = np.exp(-s)
    return np.sum(weights * losses + s / 2), weights, 0.5 - weights * losses
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Why must s cost something? What would minimise the total if it cost nothing?
# 2. One task, L = 4: at which s is the slope 0, and how much is the weight there?
# 3. Weights e^(−s); the total as written; its derivative for s, term by term.

# %% [markdown] lang="zh" en="03bf221b"
# 1. 为什么 s 必须有代价？没有代价时，总损失在哪里最小？
# 2. 一个任务，L = 4：s 取多少时斜率为 0？那里的权重是多少？
# 3. 权重是 e^(−s)；总损失照公式写；再逐项对 s 求导。

# %%
check.uncertainty_weight(uncertainty_weight)

# %% role="reward"
if check.mtl_grads.passed and check.uncertainty_weight.passed:
    large, learned = {"scale": [1, 1000]}, {"scale": [1, 1000], "weigh": uncertainty_weight}
    kinds = {"digit alone": (["digit"], {})}
    for other in ("parity", "coin"):
        pair = ["digit", other]
        kinds |= {f"+ {other}": (pair, {}), f"+ 1000 × {other}": (pair, large)}
        kinds[f"+ 1000 × {other}, learned s"] = (pair, learned)
    for name, (tasks, options) in kinds.items():
        runs = [train(mtl_grads, tasks, [1347] * len(tasks), s, **options) for s in range(5)]
        scores, ends = zip(*runs)
        s = f"; s = {np.mean(ends, axis=0).round(1).tolist()}" if options is learned else ""
        print(f"{name:27} {np.mean(scores):.3f} ({min(scores):.3f} to {max(scores):.3f}){s}")

# %% [markdown] role="reward"
# Digit accuracy, mean and range of five seeds. A loss 1,000 times larger takes the trunk, whether its labels mean something or not; Adam does not mend that, since it scales the
# *sum*. The learned s makes up for much of the scale, and part of the accuracy comes back: it takes steps to get there, and s knows how *large* a loss is, not whether the task is
# of any use. Coins keep a weight too.
#
# Read s as a weight, not as a measured noise. A softmax over logits / σ² has no such simple likelihood; the paper approximates it, and its two sides agree only as σ → 1, that is
# at s = 0.

# %% [markdown] lang="zh" en="b07d233a"
# 数字准确率，五个种子的均值和范围。大 1000 倍的损失会独占主干，不管它的标签有没有意义；Adam 也救不了，因为它缩放的是**总和**。学出来的 s 抵消了大部分量级差异，准确率也回来了一部分：s 要走很多步才到位，而且它只知道损失有多**大**，不知道任务有没有用。抛硬币的任务也保留着权重。
#
# s 应当看作权重，不要当成测出来的噪声。对 logits / σ² 做 softmax，似然并没有这么简单的形式；论文用的是近似，只有 σ → 1（即 s = 0）时两边才相等。

# %% [markdown] role="exercise" anchor="grad-cos"
# ## 3 · Measure conflict
#
# Write `grad_cos`, the cosine between two gradients of the same parameters.

# %% [markdown] lang="zh" en="ca669cc2"
# ## 3 · 度量冲突
#
# 写出 `grad_cos`：同一组参数的两个梯度之间的余弦。


# %% role="exercise"
def grad_cos(g1, g2):
    """g1, g2: arrays of one shape, any number of axes, taken as one vector each → a number.

    0 where one of them is 0 everywhere.
    """
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(g1) * np.linalg.norm(g2)
    return np.sum(g1 * g2) / lengths if lengths else 0.0
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Should the answer change if one loss is measured in other units?
# 2. (3, 4) and (4, −3)? (1, 0) and (−5, 0)?
# 3. Sum of products over the product of the two lengths; look out for a length of 0.

# %% [markdown] lang="zh" en="91b718ea"
# 1. 一个损失换了单位，答案该不该变？
# 2. (3, 4) 和 (4, −3)？(1, 0) 和 (−5, 0)？
# 3. 乘积之和除以两个长度的乘积；注意长度为 0 的情况。

# %%
check.grad_cos(grad_cos)


# %% role="reward"
if check.mtl_grads.passed and check.grad_cos.passed:

    def conflict(other, seed, sign):
        cosines = []

        def watch(own, theirs):
            cosines.append(grad_cos(own, sign * theirs))
            return own + sign * theirs  # sign −1: the trunk climbs the other loss

        end = descend(mtl_grads, other, seed, watch, size=600, width=12, lr=0.5, steps=200)
        return cosines, end

    pairs = {"parity": ("parity", 1), "closed loop": ("loop", 1)}
    pairs |= {"coin": ("coin", 1), "hide parity": ("parity", -1)}
    results = {
        name: [conflict(other, s, sign) for s in range(5)] for name, (other, sign) in pairs.items()
    }
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(6.6, 2.6), sharey=True)
    for ax, names in zip(axes, (("parity", "closed loop"), ("coin", "hide parity"))):
        smooth = {
            f"digit and {name}": [
                np.mean(np.reshape(cosines, (-1, 10)), axis=1) for cosines, _ in results[name]
            ]
            for name in names
        }
        plot.curves(smooth, x=np.arange(5, 200, 10), xlabel="step", ax=ax)
        ax.axhline(0, color="black", linewidth=0.8)
    axes[0].set_ylabel("cosine in the trunk")
    plt.show()
    for name, runs in results.items():
        early, late = ([np.mean(c[a:b]) for c, _ in runs] for a, b in ((0, 50), (50, 200)))
        print(f"{name:12} steps 1–50: {min(early):+.2f} to {max(early):+.2f};", end=" ")
        print(f"51–200: {min(late):+.2f} to {max(late):+.2f};", end=" ")
        print(f"digit accuracy {np.mean([score for _, score in runs]):.3f}")

# %% [markdown] role="caption" alt="Two panels of gradient cosine over 200 steps, mean and range of five seeds. Left: over the first 40 steps the means of parity and closed loop lie between 0 and 0.5; after step 50 they swing around zero in wide bands. Right: coin falls from zero to about minus 0.4 at step 100 and rises to minus 0.2; hide parity goes to about minus 0.6."
# Cosine between the digits' gradient and the other task's in the trunk, means of ten steps, five seeds. Averaged over the first 50 steps, parity and the loop agree with the
# digits on every seed (the loop on one of them barely); from step 51 on, random coins conflict on every seed, as does a task that wants the trunk to hide parity (its gradient is reversed, as in Ganin &
# Lempitsky 2015), and that one ruins the digits. Later the related pairs show both signs: one late cosine says little. (Where the sum of two gradients vanishes and
# they do not, they are exactly opposite, for any pair.)

# %% [markdown] lang="zh" en="8ad40bf3" alt="两幅图，200 步内梯度余弦的变化，五个种子的均值和范围。左：前 40 步，奇偶和封闭圈的均值在 0 到 0.5 之间；第 50 步之后在 0 上下摆动，色带很宽。右：抛硬币从 0 降到第 100 步的约 −0.4，再回到 −0.2；隐藏奇偶降到约 −0.6。"
# 主干里数字任务与另一个任务的梯度余弦，每十步取平均，五个种子。前 50 步平均来看，奇偶和圈在每个种子上都与数字一致（圈在其中一个种子上只是略大于 0）；从第 51 步起，随机的硬币在每个种子上都与数字冲突，要求主干隐藏奇偶的任务也一样（梯度取反，见 Ganin & Lempitsky 2015），后者还毁掉了数字识别。再往后，相关的任务对正负都有：单看后期的一个余弦说明不了什么。（两个梯度之和为 0、而各自不为 0 时，它们恰好相反，任何一对任务都如此。）

# %% [markdown] role="exercise" anchor="pcgrad"
# ## 4 · Surgery
#
# PCGrad (Yu et al. 2020, Algorithm 1): each task's gradient visits the *original* gradients of the others, one after another. Where its present value has a negative dot product
# with one, its component along that one is taken away. The paper draws the order of visits at random; here all tasks visit in the given order. Write `pcgrad`.

# %% [markdown] lang="zh" en="494bfd79"
# ## 4 · 梯度手术
#
# PCGrad（Yu et al. 2020，算法 1）：每个任务的梯度依次对照其他任务**原来的**梯度。只要它当前的值与某一个的点积为负，就去掉沿那个方向的分量。论文里的顺序是随机的，这里所有任务都按给定的顺序。写出 `pcgrad`。


# %% role="exercise"
def pcgrad(grads, order):
    """grads (K, n): one gradient per task. order: list, a permutation of 0 … K − 1; a task skips itself.

    Returns the projected gradients, (K, n). The step follows their sum.
    """
    ### BEGIN SOLUTION
    result = grads.copy()
    for i, mine in enumerate(result):
        for j in order:
            dot = np.sum(mine * grads[j])
            if j != i and dot < 0:
                mine -= dot / (grads[j] @ grads[j]) * grads[j]  # in place: a row of result
    return result
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What must the result's dot product with the other gradient be after the projection?
# 2. g₁ = (1, 1), g₂ = (−1, 0): what is left of each?
# 3. Copy the gradients. For each task, for each other in order: dot product of the copy with the other's original; if negative, subtract dot / ‖g‖² times that original.

# %% [markdown] lang="zh" en="09a22686"
# 1. 投影之后，结果与对方梯度的点积应该是多少？
# 2. g₁ = (1, 1)，g₂ = (−1, 0)：各自还剩什么？
# 3. 复制梯度。对每个任务，按顺序对每个其他任务：用副本与对方原梯度求点积；若为负，减去点积除以 ‖g‖² 再乘对方原梯度。

# %%
check.pcgrad(pcgrad)


# %% role="reward"
if check.mtl_grads.passed and check.pcgrad.passed:

    def operate(other, weight, surgery, seed):
        against = []

        def cut(own, theirs):
            pulls = np.array([own, weight * theirs])
            update = sum(pcgrad(pulls, [0, 1]) if surgery else pulls)
            against.append(own @ update < -1e-12)
            return update

        end = descend(mtl_grads, other, seed, cut, size=300, width=16, lr=0.05, steps=300)
        return end, np.mean(against)

    for other in ("parity", "coin"):
        for weight, surgery in ((1, False), (30, False), (30, True)):
            scores, against = zip(*(operate(other, weight, surgery, s) for s in range(5)))
            name = f"{other} × {weight}, {'PCGrad' if surgery else 'sum'}"
            print(f"{name:20} digits {np.mean(scores):.3f}", np.round(scores, 3).tolist(), end=" ")
            print(f"steps against the digits: {np.mean(against):.0%}")

# %% [markdown] role="reward"
# Some steps along the sum raise the digits' loss (to first order); with PCGrad and two tasks none can. That softens the harm of a loss weighted 30 times; on none of the five
# seeds was it worse than the sum. But on average equal weights do about as well (parity) or better (coin): surgery changes directions, it does not say how much a task is worth.

# %% [markdown] lang="zh" en="27574374"
# 沿着总和走，有的步子会（在一阶近似下）抬高数字任务的损失；两个任务用 PCGrad 时一步也不会。权重 30 倍的危害因此减轻了，五个种子上，准确率都没有比直接相加更低。不过平均来看，把权重设成相等，效果差不多（奇偶）甚至更好（硬币）：手术改的是方向，不回答一个任务值多少。

# %% [markdown] role="why"
# **Time and memory.** PCGrad needs every task's gradient of the trunk on its own: K backward passes, K copies, K² dot products.
#
# **What it does not promise.** With three tasks a later projection can bring back a conflict with an earlier one; and two gradients exactly opposite leave nothing at all. Kurin
# et al. (2022) found that the plain sum, with standard regularization, matches such methods on popular benchmarks.

# %% [markdown] lang="zh" en="f4900668"
# **时间和内存。** PCGrad 要每个任务各自的主干梯度：K 次反向、K 份拷贝、K² 次点积。
#
# **它不保证什么。** 三个任务时，后一次投影可能重新与前面的冲突；两个梯度恰好相反时什么也不剩。Kurin et al.（2022）发现，在常用基准上，直接相加再配上标准的正则化，不输这类方法。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `grad_cos`. It agrees with the right one on most gradients. Find two on which they part.

# %% [markdown] lang="zh" en="b03323c3"
# ## 找反例
#
# 下面是一个错误的 `grad_cos`。多数情况下它和正确答案一致。找两个梯度让两者不同。

# %% role="hack"
check.grad_cos.hack(trap=7)

# %% role="hack"
### BEGIN SOLUTION
g1, g2 = np.array([3e-6, 0.0]), np.array([3e-6, 4e-6])
### END SOLUTION
if g2 is not ...:
    check.grad_cos.hack(trap=7, g1=g1, g2=g2)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about multi-task learning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="eb0ffbea"
# ## 挑错
#
# 一位候选人这样讲多任务学习。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 5, 7, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="best-weight"
# ## The interviewer goes on
#
# **With total e^(−s) L + s/2, a task's loss stays at 8. Which weight e^(−s) is learned in the end?**

# %% [markdown] lang="zh" en="e86998e6"
# ## 追问
#
# **总损失是 e^(−s) L + s/2，某个任务的损失一直是 8。最后学到的权重 e^(−s) 是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
weight = 1 / (2 * 8)
### END SOLUTION

# %%
check.best_weight(weight)

# %% [markdown] role="follow-up" fold="Ten tasks, one team: which do you train together?"
# Baselines first: each task alone, at the same width and budget. Then groups, judged on each task's own metric, over several seeds. Share the early layers, split where it hurts
# (soft sharing, adapters, a head that is deeper). Keep a task for its own sake or for another's, and say which: an auxiliary task may be dropped at the end. Serving counts too:
# one trunk is one forward pass for all.

# %% [markdown] lang="zh" en="89601343" fold="十个任务，哪些放在一起训练？"
# 先做基线：每个任务单独训练，宽度和预算相同。再分组试，看每个任务自己的指标，多跑几个种子。浅层共享，在出现伤害的地方分开（软共享、适配器、更深的头）。分清一个任务是为自己还是为别人：辅助任务最后可以去掉。部署也要算进去：共享主干，所有任务只要一次前向。

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
# > Several tasks share a trunk, each with a head of its own; the loss is a weighted sum, so the trunk follows the weighted sum of the gradients. A
# > related task with many labels helps a task with few; with plenty of labels it gains little, and with random labels or too narrow a trunk it hurts: negative
# > transfer. So I compare with single-task training over seeds. A loss of a larger scale takes the trunk; weights by hand, or learned as
# > $e^{-s}L + s/2$. A negative cosine is a conflict; PCGrad projects it away against the other's original
# > gradient, but does not tell whether to share.
#
# Classic mistakes: "sharing always helps"; adding losses of different scales; no single-task baseline; s without its price; reading a late negative cosine as a verdict on the
# tasks.

# %% [markdown] lang="zh" en="0023d851" fold="一分钟版本"
# > 几个任务共享主干，各有自己的头；总损失是加权和，所以主干跟着梯度的加权和走。标签多的相关任务能帮助标签少的任务；标签充足时提升很小；标签随机或主干太窄时会变差，这叫负迁移。所以我会在多个种子上与单任务训练比较。量级大的损失会独占主干：权重手工调，或者按
# > $e^{-s}L + s/2$ 学出来。余弦为负就是冲突；PCGrad 对着对方原来的梯度把它投影掉，但不告诉你该不该共享。
#
# 常见错误：“共享总是有好处”；把量级不同的损失直接相加；没有单任务基线；s 没有代价；把后期的负余弦当成对任务的判决。

# %% [markdown] role="reference"
# ## References
#
# - Caruana 1997, *Multitask Learning*, Machine Learning 28.
# - Kendall, Gal & Cipolla 2018, *Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics*, arXiv:1705.07115, §3 (equation 10; the log variance).
# - Yu et al. 2020, *Gradient Surgery for Multi-Task Learning*, arXiv:2001.06782, Algorithm 1.
# - Standley et al. 2020, *Which Tasks Should Be Learned Together in Multi-task Learning?*, arXiv:1905.07553.
# - Ganin & Lempitsky 2015, *Unsupervised Domain Adaptation by Backpropagation*, arXiv:1409.7495 (gradient reversal).
# - Kurin et al. 2022, *In Defense of the Unitary Scalarization for Deep Multi-Task Learning*, arXiv:2201.04122.

# %% [markdown] lang="zh" en="ac9ba767"
# ## 参考文献
#
# - Caruana 1997, *Multitask Learning*，Machine Learning 28。
# - Kendall, Gal & Cipolla 2018, *Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics*，arXiv:1705.07115，§3（公式 10；对数方差）。
# - Yu et al. 2020, *Gradient Surgery for Multi-Task Learning*，arXiv:2001.06782，算法 1。
# - Standley et al. 2020, *Which Tasks Should Be Learned Together in Multi-task Learning?*，arXiv:1905.07553。
# - Ganin & Lempitsky 2015, *Unsupervised Domain Adaptation by Backpropagation*，arXiv:1409.7495（梯度反转）。
# - Kurin et al. 2022, *In Defense of the Unitary Scalarization for Deep Multi-Task Learning*，arXiv:2201.04122。
