"""Multi-task learning: a shared trunk's gradient, learned weights, conflict and its surgery.

The references go example by example and number by number, and differentiate numerically where they
can.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- mtl_grads ---------------------------------------------------------------------------------


def _mtl_grads(W, heads, batches, weights):
    """Example by example, outer product by outer product."""
    losses, trunk = [0.0 for _ in heads], np.zeros(W.shape)
    tops = [np.zeros(V.shape) for V in heads]
    for k, (V, (xs, ys)) in enumerate(zip(heads, batches, strict=True)):
        for x, y in zip(xs, ys, strict=True):
            z = W.T @ x
            h = np.array([max(float(unit), 0.0) for unit in z])
            logits = V.T @ h
            p = np.exp(logits - np.logaddexp.reduce(logits))
            losses[k] -= np.log(p[y]) / len(xs)
            p[y] -= 1
            share = weights[k] / len(xs)
            tops[k] += share * np.outer(h, p)
            trunk += share * np.outer(x, (V @ p) * (z > 0))
    return losses, trunk, tops


def _problem(rng, counts, classes, d=4, width=5):
    heads = [rng.normal(size=(width, c)) for c in classes]
    batches = [
        (rng.normal(size=(n, d)), rng.integers(c, size=n))
        for n, c in zip(counts, classes, strict=True)
    ]
    return rng.normal(size=(d, width)), heads, batches


_W = np.array([[1.0, 0.0], [0.0, -1.0]])
_HEADS = [np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]])]
_BATCHES = [
    (np.array([[1.0, 2.0], [2.0, -1.0]]), np.array([0, 1])),
    (np.array([[1.0, -2.0]]), np.array([2])),
]

mtl_grads = Check(_mtl_grads, returns=("losses", "trunk", "heads"))
mtl_grads.case(
    _W,
    _HEADS,
    _BATCHES,
    np.array([2.0, 0.5]),
    en="two tasks with batches of their own, weighted 2 and 0.5",
    zh="两个任务，各有自己的 batch，权重 2 和 0.5",
    ask_en="The trunk's gradient is 2 · (task 0's) + 0.5 · (task 1's). Which of them does head 0 "
    "see?",
    ask_zh="主干的梯度 = 2 ·（任务 0 的）+ 0.5 ·（任务 1 的）。头 0 看得到哪一个？",
)
mtl_grads.case(
    *_problem(np.random.default_rng(1), [6], [3]),
    np.array([1.0]),
    en="one task with weight 1 is ordinary backpropagation",
    zh="只有一个任务、权重为 1，就是普通的反向传播",
)
mtl_grads.case(
    *_problem(np.random.default_rng(2), [3, 8, 5], [4, 2, 3]),
    np.array([0.0, 3.0, 1.0]),
    en="a task with weight 0 moves nothing",
    zh="权重为 0 的任务什么都不改变",
)


@mtl_grads.fresh(en="fresh tasks", zh="新的任务")
def _(rng):
    return *_problem(rng, [4, 7, 5], [3, 2, 4]), rng.uniform(0.2, 3, size=3)


@mtl_grads.property(
    en="the trunk's gradient is that of the weighted sum of the losses",
    zh="主干的梯度就是加权损失之和的梯度",
)
def _(answer):
    W, heads, batches = _problem(np.random.default_rng(3), [5, 3], [2, 3])
    weights, step = np.array([0.7, 2.0]), 1e-6

    def total(at):
        return float(weights @ np.array(_mtl_grads(at, heads, batches, weights)[0]))

    slope = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        move = np.zeros(W.shape)
        move[place] = step
        slope[place] = (total(W + move) - total(W - move)) / (2 * step)
    _, trunk, _ = answer(W.copy(), [V.copy() for V in heads], batches, weights)
    return Evidence(given={"weights": weights}, expected=slope, got=trunk, tolerance=1e-6)


def _network(
    trunk=lambda parts, weights: sum(w * g for w, g in zip(weights, parts, strict=True)),
    top=lambda g, w: w * g,
    gate=lambda z: z > 0,
    size=lambda n, total: n,
    shown=lambda losses, weights: losses,
):
    """The gradients with one part exchanged."""

    def answer(W, heads, batches, weights):
        total = sum(len(y) for _, y in batches)
        losses, parts, tops = [], [], []
        for V, (x, y), w in zip(heads, batches, weights, strict=True):
            z = x @ W
            h = z.clip(0)
            p = np.exp(h @ V)
            p /= p.sum(axis=1, keepdims=True)
            losses.append(-np.log(p[np.arange(len(y)), y]).mean())
            d = (p - np.eye(V.shape[1])[y]) / size(len(y), total)
            tops.append(top(h.T @ d, w))
            parts.append(x.T @ ((d @ V.T) * gate(z)))
        return shown(np.array(losses), weights), trunk(parts, weights), tops

    return answer


mtl_grads.trap(
    _network(trunk=lambda parts, weights: weights[-1] * parts[-1]),
    en="The trunk has the last task's gradient only: the others were overwritten. Add them.",
    zh="主干只剩最后一个任务的梯度，前面的被覆盖了。要加起来。",
)
mtl_grads.trap(
    _network(trunk=lambda parts, weights: weights[0] * parts[0]),
    en="Only the first task reaches the trunk; the others train their heads on top of it and are "
    "cut off.",
    zh="只有第一个任务的梯度到了主干；其余任务只训练了自己的头，梯度被截断了。",
)
mtl_grads.trap(
    _network(trunk=lambda parts, weights: sum(parts), top=lambda g, w: g),
    en="The weights have no effect: the losses are added as they are.",
    zh="权重没起作用：损失是直接相加的。",
)
mtl_grads.trap(
    _network(
        trunk=lambda parts, weights: (
            sum(w * g for w, g in zip(weights, parts, strict=True)) / weights.sum()
        )
    ),
    en="The trunk's gradient is divided by the sum of the weights. The loss is their weighted sum, "
    "not an "
    "average.",
    zh="主干的梯度除以了权重之和。总损失是加权和，不是加权平均。",
)
mtl_grads.trap(
    _network(gate=lambda z: np.ones_like(z)),
    en="The gradient passes through units that are off: ReLU's mask is missing on the way back.",
    zh="梯度穿过了没有激活的单元：反向时漏了 ReLU 的掩码。",
)
mtl_grads.trap(
    _network(top=lambda g, w: g),
    en="The heads' gradients are not weighted. Each head belongs to the same total loss as the "
    "trunk.",
    zh="头的梯度没有乘权重。头和主干属于同一个总损失。",
)
mtl_grads.trap(
    _network(trunk=lambda parts, weights: sum(parts)),
    en="The weights reach the heads only. It is in the trunk that they settle who is heard.",
    zh="权重只作用到了头上。真正靠它分配话语权的是主干。",
)
mtl_grads.trap(
    _network(shown=lambda losses, weights: losses * weights),
    en="The returned losses are weighted. Asked for are the plain ones.",
    zh="返回的损失乘了权重。题目要的是未加权的。",
)
mtl_grads.trap(
    _network(size=lambda n, total: total),
    en="Each sum is divided by the examples of all tasks. Each task's loss is the mean over its "
    "own batch.",
    zh="除的是所有任务的样本总数。每个任务的损失是它自己 batch 上的平均。",
)


# ---- uncertainty_weight ------------------------------------------------------------------------


def _uncertainty_weight(losses, s):
    """Task by task; the slopes by central differences of the total."""

    def total(at):
        return sum(
            float(np.exp(-b)) * float(a) + float(b) / 2 for a, b in zip(losses, at, strict=True)
        )

    s = np.asarray(s, dtype=float)
    weights, slopes, step = [], [], 1e-5
    for k, own in enumerate(s):
        move = np.zeros(len(s))
        move[k] = step
        slopes.append((total(s + move) - total(s - move)) / (2 * step))
        weights.append(1.0 / float(np.exp(own)))
    return total(s), weights, slopes


uncertainty_weight = Check(_uncertainty_weight, returns=("total", "weights", "ds"), rtol=1e-5)
uncertainty_weight.case(
    np.array([2.0, 0.25]),
    np.array([np.log(2.0), 0.0]),
    en="s = log 2 halves the first loss and costs half of log 2",
    zh="s = log 2 使第一个损失减半，代价是 log 2 的一半",
    ask_en="How much is each of the four terms?",
    ask_zh="四项各是多少？",
)
uncertainty_weight.case(
    np.array([4.0, 0.1, 1.0]),
    np.log(np.array([8.0, 0.2, 2.0])),
    en="at s = log 2L no s wants to move",
    zh="s = log 2L 处，s 都不再移动",
)
uncertainty_weight.case(
    np.array([300.0, 0.5]),
    np.array([3.0, -1.5]),
    en="a loss of another scale, and a weight above 1",
    zh="另一个量级的损失，以及大于 1 的权重",
)


@uncertainty_weight.fresh(en="fresh losses", zh="新的损失")
def _(rng):
    return rng.uniform(0.1, 5, size=3), rng.uniform(-1.5, 1.5, size=3)


def _learned(weight=lambda s: np.exp(-s), price=0.5, slope=None, both=False):
    """Learned weighting with one part exchanged."""

    def answer(losses, s):
        w = weight(s)
        total = (w * losses).sum() + (price * s).sum()
        ds = slope(losses, s) if slope else price - w * losses
        return total, w, ds

    return answer


uncertainty_weight.trap(
    _learned(price=0.0),
    en="Without the term in s the total falls for ever as s grows: all weights go to 0.",
    zh="没有关于 s 的那一项，s 越大总损失越小，所有权重都会趋于 0。",
    ask_en="Where is the minimum over s of your total?",
    ask_zh="你的总损失关于 s 的最小值在哪里？",
)
uncertainty_weight.trap(
    _learned(price=1.0),
    en="The price is log σ, and s = log σ²: that is s / 2, not s.",
    zh="代价是 log σ，而 s = log σ²：应是 s / 2，不是 s。",
)
uncertainty_weight.trap(
    _learned(weight=lambda s: np.exp(-s) / 2),
    en="This ½ belongs to a regression whose L is a plain squared error. The question's form is "
    "e^(−s) L + s / 2.",
    zh="这个 ½ 属于回归，且 L 是不带 ½ 的平方误差。题目的形式是 e^(−s) L + s / 2。",
)
uncertainty_weight.trap(
    _learned(weight=lambda s: np.exp(s)),
    en="The weight grows with the uncertainty. A noisy task should count less: e^(−s).",
    zh="不确定性越大，权重反而越大。噪声大的任务应该少算：e^(−s)。",
)
uncertainty_weight.trap(
    _learned(weight=lambda s: np.exp(-2 * s)),
    en="s is taken for log σ. Here it is the log *variance*, so 1/σ² = e^(−s).",
    zh="把 s 当成了 log σ。这里它是对数**方差**，1/σ² = e^(−s)。",
)
uncertainty_weight.trap(
    _learned(slope=lambda losses, s: np.exp(-s) * losses - 0.5),
    en="ds has the opposite sign: a large loss must push its s up, so the slope is negative there.",
    zh="ds 的符号反了：损失大时 s 应该变大，所以那里的斜率是负的。",
)
uncertainty_weight.trap(
    _learned(slope=lambda losses, s: -np.exp(-s) * losses),
    en="ds lacks the slope of s / 2.",
    zh="ds 漏了 s / 2 的斜率。",
)
uncertainty_weight.trap(
    _learned(weight=lambda s: np.exp(-s) / np.exp(-s).sum()),
    en="The weights are made to sum to 1. Then s cannot lower a task without raising another; "
    "nothing in "
    "the formula does that.",
    zh="把权重归一化成和为 1 了。这样压低一个任务就必然抬高另一个，公式里没有这一步。",
)
uncertainty_weight.trap(
    lambda losses, s: (
        np.sum(np.exp(-2 * s) * losses + s),
        np.exp(-2 * s),
        1 - 2 * np.exp(-2 * s) * losses,
    ),
    en="This is right for s = log σ. Here s = log σ²: then 1/σ² is e^(−s), and log σ is s / 2.",
    zh="这是 s = log σ 时的写法。这里 s = log σ²，所以 1/σ² 是 e^(−s)，log σ 是 s / 2。",
)


# ---- grad_cos ----------------------------------------------------------------------------------


def _grad_cos(g1, g2):
    dot = one = two = 0.0
    for a, b in zip(np.ravel(g1), np.ravel(g2), strict=True):
        dot, one, two = dot + a * b, one + a * a, two + b * b
    return dot / (one * two) ** 0.5 if one * two > 0 else 0.0


grad_cos = Check(_grad_cos)
grad_cos.case(
    np.array([[3.0, 0.0], [0.0, 4.0]]),
    np.array([[1.0, 2.0], [2.0, -4.0]]),
    en="the whole matrices as two long vectors: −13 / 25",
    zh="把整个矩阵看成一个长向量：−13 / 25",
    ask_en="The lengths are both 5. What is the sum of the products?",
    ask_zh="两个向量长度都是 5。对应相乘再求和是多少？",
)
grad_cos.case(
    np.array([1.0, 2.0, 2.0]),
    np.array([2000.0, 4000.0, 4000.0]),
    en="a gradient 2,000 times as long points the same way",
    zh="长 2000 倍的梯度，方向相同",
)
grad_cos.case(
    np.array([[1.0, 2.0, 3.0]]),
    np.zeros((1, 3)),
    en="a gradient of 0 conflicts with nothing: 0",
    zh="梯度为 0 时与谁都不冲突：返回 0",
)
grad_cos.case(
    np.zeros(2),
    np.array([2.0, -1.0]),
    en="the same where the first is 0",
    zh="第一个梯度为 0 时也一样",
)
grad_cos.case(
    np.array([3e-8, 0.0]),
    np.array([3e-8, 4e-8]),
    en="tiny gradients, as late in training, still have a direction",
    zh="训练后期的梯度很小，但方向还在",
)


@grad_cos.fresh(en="fresh gradients", zh="新的梯度")
def _(rng):
    return rng.normal(size=(3, 4)) + 0.3, rng.normal(size=(3, 4)) - 0.3


def _ratio(top, one, two):
    return 0.0 if one * two == 0 else top / (one * two)


grad_cos.trap(
    lambda g1, g2: float((g1 * g2).sum()),
    en="This is the dot product: it grows with the length. Divide by both lengths.",
    zh="这是点积，会随长度变大。要除以两个长度。",
)
grad_cos.trap(
    lambda g1, g2: _ratio(float((g1 * g2).sum()), 1.0, float(np.linalg.norm(g2))),
    en="Only one length is divided out.",
    zh="只除了一个长度。",
)
grad_cos.trap(
    lambda g1, g2: abs(_grad_cos(g1, g2)),
    en="The sign is lost, and the sign is what tells conflict from agreement.",
    zh="符号丢了，而区分冲突与一致靠的正是符号。",
)
grad_cos.trap(
    lambda g1, g2: _grad_cos(g1 - g1.mean(), g2 - g2.mean()),
    en="The mean was taken off first: that is a correlation. A gradient's mean is part of its "
    "direction.",
    zh="先减了均值，成了相关系数。梯度的均值也是方向的一部分。",
)
grad_cos.trap(
    lambda g1, g2: float(
        np.mean([_grad_cos(a, b) for a, b in zip(*map(np.atleast_2d, (g1, g2)), strict=True)])
    ),
    en="A cosine for each row, then their mean. The trunk is one vector of parameters.",
    zh="每行算一个余弦再平均。主干的全部参数是一个向量。",
)
grad_cos.trap(
    lambda g1, g2: float((g1 * g2).sum() / np.sqrt((g1**2).sum() * (g2**2).sum())),
    en="0 / 0 is nan. A task whose gradient vanishes has no direction; the question asks for 0 "
    "there.",
    zh="0 / 0 得 nan。梯度为 0 的任务没有方向，题目要求返回 0。",
)
grad_cos.trap(
    lambda g1, g2: float((g1 * g2).sum() / (np.linalg.norm(g1) * np.linalg.norm(g2) + 1e-8)),
    en="The 1e-8 in the denominator is larger than the product of two small lengths, and pulls the "
    "cosine to 0. Treat the length 0 on its own.",
    zh="分母里的 1e-8 比两个很小的长度之积还大，把余弦拉向 0。长度为 0 的情况单独处理。",
)


# ---- pcgrad ------------------------------------------------------------------------------------


def _pcgrad(grads, order):
    """Number by number, as Algorithm 1 says, with the order given."""
    result = []
    for i in range(len(grads)):
        mine = [float(a) for a in grads[i]]
        for j in order:
            dot = sum(a * float(b) for a, b in zip(mine, grads[j], strict=True))
            if j != i and dot < 0:
                length = sum(float(b) ** 2 for b in grads[j])
                mine = [a - dot / length * float(b) for a, b in zip(mine, grads[j], strict=True)]
        result.append(mine)
    return np.array(result)


pcgrad = Check(_pcgrad)
pcgrad.case(
    np.array([[1.0, 0.0], [-2.0, 2.0]]),
    [0, 1],
    en="two tasks in conflict: each loses what points against the other",
    zh="两个冲突的任务：各自去掉与对方相反的部分",
    ask_en="g₁ · g₂ = −2 and ‖g₂‖² = 8. What is left of g₁?",
    ask_zh="g₁ · g₂ = −2，‖g₂‖² = 8。g₁ 还剩什么？",
)
pcgrad.case(
    np.array([[1.0, 0.0, 2.0], [2.0, 5.0, -1.0]]),
    [1, 0],
    en="a dot product of 0 is no conflict: nothing changes",
    zh="点积为 0 不算冲突：什么都不变",
)
pcgrad.case(
    np.array([[3.0, 1.0], [1.0, 2.0]]),
    [0, 1],
    en="tasks that agree keep their gradients",
    zh="方向一致的任务保留原梯度",
)
pcgrad.case(
    np.array([[1.0, 0.5, 0.0], [-1.0, 1.0, 0.5], [-0.5, -1.0, 1.0]]),
    [2, 0, 1],
    en="three tasks, visited in the order 2, 0, 1",
    zh="三个任务，按 2、0、1 的顺序处理",
    ask_en="Task 0 meets task 2 first. What does it hold when it meets task 1?",
    ask_zh="任务 0 先遇到任务 2。遇到任务 1 时它手里是什么？",
)
pcgrad.case(
    np.array([[1.0, 0.5, 0.0], [-1.0, 1.0, 0.5], [-0.5, -1.0, 1.0]]),
    [0, 1, 2],
    en="the same in another order",
    zh="同样的任务换一个顺序",
)
pcgrad.case(
    np.array([[3e-6, 0.0], [-1e-6, 2e-6]]),
    [0, 1],
    en="tiny gradients are projected alike",
    zh="很小的梯度也照样投影",
)
pcgrad.case(
    np.array([[-1.0, 2.0], [0.0, 0.0]]),
    [1, 0],
    en="a gradient of 0 projects nothing",
    zh="梯度为 0 的任务不引起投影",
)


@pcgrad.fresh(en="fresh gradients", zh="新的梯度")
def _(rng):
    grads = rng.normal(size=(4, 3))
    return grads - grads.mean(axis=0), [int(k) for k in rng.permutation(4)]


@pcgrad.property(
    en="of two tasks, neither loss rises to first order",
    zh="只有两个任务时，一阶近似下谁的损失都不上升",
)
def _(answer, rng):
    grads = np.array([[1.0, 0.2, 0.0], [-30.0, 5.0, 9.0]]) + rng.normal(size=(2, 3)) / 20
    update = np.asarray(answer(grads.copy(), [0, 1])).sum(axis=0)
    return Evidence(
        given={"grads": grads},
        expected=-1e-9,
        got=float((grads @ update).min()),
        relation="at least",
    )


def _surgery(
    when=lambda dot: dot < 0,
    part=lambda mine, other, dot: mine - dot / (other @ other) * other,
    against="original",
    tested="current",
    visits=lambda order, i: [j for j in order if j != i],
):
    """The projection with one part exchanged."""

    def answer(grads, order):
        result = grads.astype(float)
        for i in range(len(grads)):
            for j in visits(order, i):
                other = grads[j] if against == "original" else result[j].copy()
                dot = (result[i] if tested == "current" else grads[i]) @ other
                if when(dot) and other @ other > 0:
                    result[i] = part(result[i], other, dot)
        return result

    return answer


pcgrad.trap(
    _surgery(when=lambda dot: True),
    en="Tasks that agree are projected as well: what they have in common is thrown away.",
    zh="方向一致的任务也被投影了：共同的部分被扔掉了。",
    ask_en="g₁ · g₂ > 0: does a step along g₁ harm task 2?",
    ask_zh="g₁ · g₂ > 0 时，沿 g₁ 走一步会伤害任务 2 吗？",
)
pcgrad.trap(
    _surgery(against="projected"),
    en="The later task of a pair meets a gradient that is projected already (or is skipped), and "
    "finds no conflict. Both are projected, each against the other's original.",
    zh="一对里后处理的任务遇到的是已经投影过的梯度（或者被跳过了），就看不到冲突。两个都要投影，"
    "各自对着对方原来的梯度。",
)
pcgrad.trap(
    _surgery(tested="first"),
    en="The dot product is taken with the task's own original gradient, though an earlier "
    "projection has changed it.",
    zh="点积用的还是自己原来的梯度，而之前的投影已经改变了它。",
)
pcgrad.trap(
    _surgery(part=lambda mine, other, dot: mine - dot * other),
    en="The length of the other gradient is not divided out: by ‖g‖², once for the direction and "
    "once for the "
    "amount.",
    zh="没有除以对方的长度：要除以 ‖g‖²，方向一次，大小一次。",
)
pcgrad.trap(
    _surgery(part=lambda mine, other, dot: mine - dot / np.sqrt(other @ other) * other),
    en="Divided by ‖g‖ once. The projection needs ‖g‖².",
    zh="只除了一次 ‖g‖。投影要除以 ‖g‖²。",
)
pcgrad.trap(
    _surgery(part=lambda mine, other, dot: mine + dot / (other @ other) * other),
    en="The conflicting part is doubled: subtract it. With a negative dot product, that adds along "
    "g.",
    zh="冲突的部分被加倍了：应该减去。点积为负，减去之后正好是沿 g 补回来。",
)
pcgrad.trap(
    _surgery(when=lambda dot: dot > 0),
    en="The test is reversed: agreement is removed and conflict kept.",
    zh="条件反了：去掉了一致的，留下了冲突的。",
)
pcgrad.trap(
    _surgery(part=lambda mine, other, dot: dot / (other @ other) * other),
    en="This keeps the conflicting part and drops the rest.",
    zh="留下的是冲突的部分，其余的反而丢了。",
)
pcgrad.trap(
    _surgery(visits=lambda order, i: [j for j in sorted(order) if j != i]),
    en="order has no effect: the others are always met as 0, 1, 2.",
    zh="order 没起作用：总是按 0、1、2 的顺序处理。",
)

# ---- on paper ----------------------------------------------------------------------------------

best_weight = Estimate(0.0625, rtol=0.02)
best_weight.trap(
    0.125,
    en="That is 1/L: it follows from the price s, not s / 2.",
    zh="这是 1/L：代价写成 s 才得到它，这里是 s / 2。",
)
best_weight.trap(
    16.0,
    en="That is e^s, the variance. The weight is its inverse.",
    zh="这是 e^s，即方差。权重是它的倒数。",
)
best_weight.trap(
    2.77,
    en="That is s itself, log 16.",
    zh="这是 s 本身，log 16。",
)

# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Sharing layers improves every task: each has its own head, so nothing can be lost.",
    zh="共享层会让每个任务都变好：各有各的头，不会有损失。",
    because_en="Tasks compete in the trunk. With random labels beside it, or a narrow trunk, the "
    "digits got worse here.",
    because_zh="任务在主干里竞争。这里配上随机标签，或者主干太窄，数字识别都变差了。",
    source="measured above; Standley et al. 2020",
    source_zh="见上面的实测；Standley et al. 2020",
)
flaws.true(
    en="The trunk's gradient is the weighted sum of the tasks' gradients; a head sees its own task "
    "only.",
    zh="主干的梯度是各任务梯度的加权和；每个头只看到自己的任务。",
)
flaws.false(
    en="Adding the losses with weight 1 treats all tasks alike.",
    zh="损失直接相加、权重都是 1，就是对所有任务一视同仁。",
    because_en="Units and scale decide then: a loss 1,000 times larger takes the trunk.",
    because_zh="那样由单位和量级说了算：大 1000 倍的损失会独占主干。",
    source="Kendall et al. 2018, §1; measured above",
    source_zh="Kendall et al. 2018, §1；见上面的实测",
)
flaws.true(
    en="A related task with many labels helps most where the target task has few.",
    zh="目标任务标签很少时，标签多的相关任务帮助最大。",
)
flaws.false(
    en="In Kendall's weighting the network predicts an uncertainty for every input.",
    zh="Kendall 的加权方法里，网络为每个输入预测一个不确定性。",
    because_en="It is homoscedastic: one number per task, the same for all inputs, learned like a "
    "weight.",
    because_zh="它是同方差的：每个任务一个数，对所有输入相同，像权重一样学出来。",
    source="Kendall et al. 2018, §3",
)
flaws.true(
    en="PCGrad changes nothing where the gradients' dot product is not negative.",
    zh="梯度点积非负时，PCGrad 什么都不改。",
)
flaws.false(
    en="A negative cosine late in training proves that the tasks do not belong together.",
    zh="训练后期余弦为负，说明这些任务不该放在一起。",
    because_en="Where the sum of two gradients vanishes and they do not, they are opposite: any "
    "pair, at a stationary point of the sum.",
    because_zh="两个梯度之和为 0、各自不为 0 时，方向必然相反：总损失的驻点上，任何任务对都这样。",
    source="g₁ + g₂ = 0 at a stationary point",
)
flaws.false(
    en="All tasks need labels for the same examples.",
    zh="所有任务必须在同一批样本上都有标签。",
    because_en="Each task's loss is taken over its own batch; only the trunk is shared, as in "
    "`mtl_grads`.",
    because_zh="每个任务的损失在自己的 batch 上算，共享的只是主干，`mtl_grads` 就是这样。",
    source="the training above",
    source_zh="见上面的训练",
)

say = Say(
    model_en="""
Several tasks share a trunk and each has its own head.
The loss is a weighted sum, so the trunk's gradient is the weighted sum of the tasks' gradients.
A related task with many labels helps a task with few labels.
But sharing can hurt, which is called negative transfer.
The scale of the losses decides who is heard, so the weights matter.
Uncertainty weighting learns a log variance per task.
A negative cosine between gradients is a conflict, and PCGrad projects the conflicting part away.
I always compare with the single-task baseline.
""",
    model_zh="""
几个任务共享主干，各有自己的头。
总损失是加权和，所以主干的梯度是各任务梯度的加权和。
标签多的相关任务能帮助标签少的任务。
但共享也可能变差，这叫负迁移。
损失的量级决定谁说了算，所以权重很重要。
不确定性加权为每个任务学一个对数方差。
梯度的余弦为负就是冲突，PCGrad 把冲突的部分投影掉。
我总会与单任务基线比较。
""",
)
say.point(
    en="a shared trunk, a head per task",
    zh="共享主干，各有自己的头",
    found_en=[r"shared? (a |the )?(trunk|layers|encoder)", r"own heads?", r"head per task"],
    found_zh=[r"共享(的)?(主干|层|底层|编码器)", r"自己的头", r"每个任务一个头"],
)
say.point(
    en="the trunk's gradient is the weighted sum",
    zh="主干的梯度是加权和",
    found_en=[r"weighted sum", r"sum of the .{0,8}gradients", r"gradients (are|get) added"],
    found_zh=[r"加权和|加权求和", r"梯度(之和|相加)", r"梯度加起来"],
)
say.point(
    en="when it helps: few labels, a related task with many",
    zh="何时有用：标签少，相关任务标签多",
    found_en=[r"few labels", r"related task", r"little data"],
    found_zh=[r"标签(很)?少", r"相关(的)?任务", r"数据(很)?少"],
)
say.point(
    en="when it hurts: negative transfer",
    zh="何时有害：负迁移",
    found_en=[r"negative transfer", r"(can|may) hurt", r"compete for"],
    found_zh=[r"负迁移", r"(可能|会)变差", r"争(夺|抢)"],
)
say.point(
    en="scales and weights; uncertainty weighting",
    zh="量级与权重；不确定性加权",
    found_en=[r"scale of the loss", r"uncertainty weight", r"log.?variance"],
    found_zh=[r"损失的(量级|尺度)", r"不确定性加权", r"对数方差"],
)
say.point(
    en="conflict: a negative cosine, PCGrad",
    zh="冲突：余弦为负，PCGrad",
    found_en=[
        r"negative cosine",
        r"\bPCGrad\b",
        r"conflicting (part|gradient)|gradients? conflict",
    ],
    found_zh=[r"余弦为负|负的余弦", r"PCGrad", r"梯度.{0,3}冲突|冲突的部分"],
)
say.point(
    en="the single-task baseline",
    zh="单任务基线",
    found_en=[r"single.?task", r"trained alone", r"baseline"],
    found_zh=[r"单任务", r"单独训练", r"基线"],
)
