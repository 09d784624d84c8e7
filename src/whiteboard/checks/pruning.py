"""Pruning: magnitude masks, whole units, steps that keep the mask, a sparsity schedule.

The references sort (size, place) pairs and build small arrays entry by entry.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- magnitude_mask ----------------------------------------------------------------------------


def _magnitude_mask(weights, sparsity, scope="global"):
    if scope == "layer":
        return [_magnitude_mask([w], sparsity)[0] for w in weights]
    entries = [
        (abs(v), n, i) for n, w in enumerate(weights) for i, v in enumerate(w.ravel().tolist())
    ]
    gone = {(n, i) for _, n, i in sorted(entries)[: int(sparsity * len(entries))]}
    return [
        np.array([(n, i) not in gone for i in range(w.size)]).reshape(w.shape)
        for n, w in enumerate(weights)
    ]


def _mask_variant(
    size=np.abs,
    count=lambda n, s: int(s * n),
    flip=lambda mask: mask,
    local=lambda scope: scope == "layer",
):
    """magnitude_mask by ranks, with one idea exchanged."""

    def one(w, sparsity):
        ranks = size(w.ravel()).argsort(kind="stable").argsort()
        return flip(ranks >= count(w.size, sparsity)).reshape(w.shape)

    def answer(weights, sparsity, scope="global"):
        if local(scope):
            return [one(w, sparsity) for w in weights]
        flat = one(np.concatenate([w.ravel() for w in weights]), sparsity)
        edges = np.cumsum([w.size for w in weights])[:-1]
        return [m.reshape(w.shape) for m, w in zip(np.split(flat, edges), weights, strict=True)]

    return answer


def by_threshold(weights, sparsity, scope="global"):
    cut = np.quantile(np.abs(np.concatenate([w.ravel() for w in weights])), sparsity)
    cuts = [np.quantile(np.abs(w), sparsity) for w in weights]
    return [
        np.abs(w) > (c if scope == "layer" else cut) for w, c in zip(weights, cuts, strict=True)
    ]


def last_ones(weights, sparsity, scope="global"):
    if scope == "layer":
        return [last_ones([w], sparsity)[0] for w in weights]
    flat = np.abs(np.concatenate([w.ravel() for w in weights]))
    stay, keep = len(flat) - int(sparsity * len(flat)), np.zeros(len(flat), dtype=bool)
    keep[flat.argsort(kind="stable")[-stay:]] = True
    edges = np.cumsum([w.size for w in weights])[:-1]
    return [m.reshape(w.shape) for m, w in zip(np.split(keep, edges), weights, strict=True)]


_LAYERS = [
    np.array([[0.1, -0.9, 0.3], [0.8, -0.2, 0.7]]),
    np.array([[-4.0, 0.75], [3.0, -0.6]]),
]

magnitude_mask = Check(_magnitude_mask)
magnitude_mask.case(
    _LAYERS,
    0.5,
    en="ten weights, half of them go: the five smallest in size, whichever layer they are in",
    zh="十个权重剪掉一半：绝对值最小的五个，不管在哪一层",
    ask_en="Which is smaller in size, −0.9 or 0.75?",
    ask_zh="−0.9 和 0.75，哪个的绝对值小？",
)
magnitude_mask.case(
    _LAYERS, 0.5, "layer", en="layer by layer: half of each", zh="逐层：每层各剪一半"
)
magnitude_mask.case(
    [np.array([1.0, -1.0, 1.0, 2.0, -1.0])],
    0.4,
    en="ties: the earlier entry goes first, and the number is exact",
    zh="并列时先剪前面的，个数要准确",
)
magnitude_mask.case(_LAYERS, 0.0, en="sparsity 0 keeps all", zh="稀疏度 0：全部保留")
magnitude_mask.case(_LAYERS, 1.0, en="sparsity 1: nothing stays", zh="稀疏度 1：一个不留")
magnitude_mask.case(_LAYERS, 0.77, en="0.77 of ten: seven go", zh="十个的 0.77：剪七个")
magnitude_mask.case(
    [np.tile([1.0, -2.0, 1.0, 3.0], (12, 1))],
    0.3,
    en="many ties: 14 of the 24 ones go, the earlier ones",
    zh="很多并列：24 个 1 里剪 14 个，先剪前面的",
)


@magnitude_mask.fresh(en="fresh weights", zh="新的权重")
def _(rng):
    shapes = [(4, 5), (5, 3), (6,)]
    layers = [rng.normal(size=s).round(2) * c for s, c in zip(shapes, (1, 3, 0.5), strict=True)]
    return layers, 0.6, str(rng.choice(["global", "layer"]))


magnitude_mask.trap(
    _mask_variant(size=lambda w: w),
    en="The weights are sorted by value: large negative ones go first. What counts is the size, "
    "|w|.",
    zh="按数值排序了：绝对值大的负权重先被剪掉。要看的是大小 |w|。",
)
magnitude_mask.trap(
    _mask_variant(flip=lambda mask: ~mask),
    en="The mask is turned round: True means that the weight stays.",
    zh="掩码反了：True 表示保留。",
)
magnitude_mask.trap(
    _mask_variant(local=lambda scope: True),
    en="Every layer loses the same share. 'global' ranks all weights together, so layers lose "
    "different shares.",
    zh="每层都剪了同样的比例。global 是把所有权重放在一起排，各层的比例会不同。",
)
magnitude_mask.trap(
    _mask_variant(local=lambda scope: False),
    en="The scope is not used: 'layer' takes the share from each layer by itself.",
    zh="没有用 scope：layer 是每层各自按比例剪。",
)
magnitude_mask.trap(
    by_threshold,
    en="A threshold removes all ties or none of them. For an exact number rank the weights.",
    zh="用阈值时，并列的要么全剪、要么全留。个数要准确，就得排序。",
)
magnitude_mask.trap(
    _mask_variant(count=lambda n, s: n - int(s * n)),
    en="The share that stays and the share that goes are exchanged: sparsity is the share of "
    "zeros.",
    zh="留下的比例和剪掉的比例弄反了：稀疏度是零的比例。",
)


magnitude_mask.trap(
    last_ones,
    en="order[-keep:] with keep = 0 is order[0:], everything: at sparsity 1 nothing is pruned. "
    "Count "
    "from the front.",
    zh="keep = 0 时，order[-keep:] 就是 order[0:]，也就是全部：稀疏度为 1 反而什么都没剪。"
    "应从前面数。",
)


# ---- prune_units -------------------------------------------------------------------------------


def _prune_units(W1, b1, W2, keep):
    norms = [sum(v * v for v in W1[:, j]) for j in range(W1.shape[1])]
    order = sorted(range(len(norms)), key=lambda j: (-norms[j], j))
    left = [j for j in range(len(norms)) if j in order[:keep]]
    return (
        np.stack([W1[:, j] for j in left], axis=1),
        np.array([b1[j] for j in left]),
        np.stack([W2[j] for j in left]),
    )


def _units_variant(
    score=lambda W1, b1, W2: np.linalg.norm(W1, axis=0),
    choose=lambda s, n: np.sort(np.argsort(-s, kind="stable")[:n]),
    bias=lambda b, at: b[at],
    after=lambda W2, at: W2[at],
):
    def answer(W1, b1, W2, keep):
        at = choose(score(W1, b1, W2), keep)
        return W1[:, at], bias(b1, at), after(W2, at)

    return answer


def _mlp(rng, i, h, o):
    return (
        rng.normal(size=(i, h)).round(1),
        rng.normal(size=h).round(1),
        rng.normal(size=(h, o)).round(1),
    )


_FIRST = np.array(
    [[0.0, 1.0, 0.75, -1.0], [2.0, 1.0, -3.0, 0.0], [3.0, 1.0, -3.0, 0.5], [-3.0, 1.0, 3.75, 0.0]]
)
_SECOND = np.array([[5.0, 1.0, 0.0], [0.5, -1.0, 2.0], [2.0, 4.0, -6.0], [1.0, 1.5, 3.0]])

prune_units = Check(_prune_units, returns=("W1", "b1", "W2"))
prune_units.case(
    _FIRST,
    np.array([9.0, 1.0, 2.0, 4.0]),
    _SECOND,
    2,
    en="four hidden units, two stay: those whose incoming weights have the largest norm",
    zh="四个隐藏单元留两个：输入权重范数最大的",
    ask_en="Which numbers belong to one hidden unit: a row or a column of W1? And of W2?",
    ask_zh="一个隐藏单元对应 W1 的一行还是一列？W2 呢？",
)
prune_units.case(
    *_mlp(np.random.default_rng(1), 4, 6, 3),
    3,
    en="4 → 6 → 3, half the units",
    zh="4 → 6 → 3，留一半单元",
)
prune_units.case(
    np.array([[5.0, 4.0, 2.5], [0.0, 4.0, 2.5], [0.0, 0.0, 2.5], [0.0, 0.0, 2.5]]),
    np.array([-2.0, 1.0, 6.0]),
    np.array([[9.0], [1.0], [3.0]]),
    1,
    en="the Euclidean norms are 5, √32 and 5: the middle unit stays",
    zh="L2 范数是 5、√32、5：留中间的单元",
)
prune_units.case(
    np.tile([[1.0, 3.0, -1.0, 2.0]], (2, 10)),
    np.arange(40.0),
    np.arange(80.0).reshape(40, 2),
    14,
    en="many units of one norm: the earlier ones stay",
    zh="很多单元范数相同：保留前面的",
)


@prune_units.property(
    en="units without any weights may go: the network computes the same",
    zh="没有权重的单元可以去掉，网络的输出不变",
)
def _(answer, rng):
    W1, b1, W2 = _mlp(rng, 4, 6, 3)
    W1[:, [1, 4]], b1[[1, 4]] = 0, 0
    x = rng.normal(size=(5, 4))

    def run(W1, b1, W2):
        return np.clip(x @ np.asarray(W1) + np.asarray(b1), 0, None) @ np.asarray(W2)

    return Evidence(
        given={"W1": W1, "keep": 4},
        names_zh={"keep": "保留"},
        expected=run(W1, b1, W2),
        got=run(*answer(W1.copy(), b1.copy(), W2.copy(), 4)),
    )


@prune_units.fresh(en="a fresh network", zh="新的网络")
def _(rng):
    while True:
        W1, b1, W2 = _mlp(rng, 3, 7, 2)
        norms = np.sort(np.linalg.norm(W1, axis=0))
        if np.diff(norms).min() > 1e-6:  # which of two equal norms is larger, rounding decides
            return W1, b1, W2, 4


prune_units.trap(
    _units_variant(score=lambda W1, b1, W2: np.linalg.norm(W1, axis=1)),
    en="The norms are those of rows. With W1 (inputs, units) a unit is a column.",
    zh="算的是行的范数。W1 是（输入，单元），一个单元是一列。",
)
prune_units.trap(
    _units_variant(score=lambda W1, b1, W2: W1.sum(axis=0)),
    en="The weights are summed with their signs: a strong unit with both signs looks weak.",
    zh="带符号求和了：有正有负的强单元看起来很弱。",
)
prune_units.trap(
    _units_variant(choose=lambda s, n: np.sort(np.argsort(s, kind="stable")[:n])),
    en="The weakest units stay.",
    zh="留下的是最弱的单元。",
)
prune_units.trap(
    _units_variant(after=lambda W2, at: W2[:, at[at < W2.shape[1]]]),
    en="W2 loses columns (outputs). The units are W2's rows: their outgoing weights go with them.",
    zh="W2 去掉的是列（输出）。单元是 W2 的行：它们的输出权重要一起去掉。",
)
prune_units.trap(
    _units_variant(choose=lambda s, n: np.argsort(-s, kind="stable")[:n]),
    en="The units are in the order of their size. The network computes the same, but the question "
    "asks for "
    "their old order: whatever else is stored per unit stays aligned.",
    zh="单元按大小重排了。网络的输出相同，但题目要保持原来的顺序：别处按单元存的东西才能对得上。",
)
prune_units.trap(
    _units_variant(bias=lambda b, at: b[: len(at)]),
    en="The biases are cut off at the end. Each unit keeps its own.",
    zh="偏置是从末尾截断的。每个单元应留着自己的偏置。",
)


prune_units.trap(
    _units_variant(score=lambda W1, b1, W2: np.abs(W1).sum(axis=0)),
    en="This is the sum of absolute weights (L1, as Li et al. 2017 rank filters). The question "
    "asks "
    "for the Euclidean norm.",
    zh="这是绝对值之和（L1，Li 等人 2017 就这样给卷积核排序）。题目要的是 L2 范数。",
)
prune_units.trap(
    _units_variant(score=lambda W1, b1, W2: np.abs(W1).max(axis=0)),
    en="Units are ranked by their single largest weight. The Euclidean norm counts all of them.",
    zh="只看了每个单元最大的那个权重。L2 范数要把所有权重都算进去。",
)
prune_units.trap(
    _units_variant(score=lambda W1, b1, W2: np.linalg.norm(W2, axis=1)),
    en="These are the norms of the outgoing weights. The question ranks by the incoming ones.",
    zh="算的是输出权重的范数。题目按输入权重排。",
)


# ---- masked_step -------------------------------------------------------------------------------


def _masked_step(w, velocity, grad, mask, lr=0.1, momentum=0.9):
    fast, out = np.zeros(w.shape), np.zeros(w.shape)
    for at in np.ndindex(w.shape):
        if mask[at]:
            fast[at] = momentum * velocity[at] + grad[at]
            out[at] = w[at] - lr * fast[at]
    return out, fast


def _step_variant(grads=lambda g, m: g, speed=lambda v, m: v * m, final=lambda w, m: w * m):
    def answer(w, velocity, grad, mask, lr=0.1, momentum=0.9):
        fast = speed(momentum * velocity + grads(grad, mask), mask)
        return final(w - lr * fast, mask), fast

    return answer


masked_step = Check(_masked_step, returns=("weights", "velocity"))
masked_step.case(
    np.array([1.0, 2.0, 3.0, 0.0]),
    np.array([1.0, -1.0, 2.0, 4.0]),
    np.array([1.0, 1.0, -1.0, 2.0]),
    np.array([True, False, True, False]),
    0.1,
    0.5,
    en="weights 1 and 3 are pruned: they end at 0 with no velocity, whatever they had before",
    zh="第 1、3 个权重已剪掉：不管之前是多少，权重和速度都归零",
    ask_en="A pruned weight has velocity 4. Where does it stand after the step, if only its "
    "gradient is masked?",
    ask_zh="被剪的权重还有速度 4。只屏蔽梯度的话，这一步之后它在哪里？",
)


@masked_step.fresh(en="fresh arrays", zh="新的数组")
def _(rng):
    w, v, g = rng.normal(size=(3, 4, 5)).round(1)
    return w, v, g, rng.uniform(size=(4, 5)) < 0.5, 0.2, 0.8


masked_step.trap(
    _step_variant(speed=lambda v, m: v, final=lambda w, m: w),
    en="The mask is not used: pruned weights come back with the first step.",
    zh="没有用掩码：走一步，剪掉的权重就回来了。",
)
masked_step.trap(
    _step_variant(grads=lambda g, m: g * m, speed=lambda v, m: v, final=lambda w, m: w),
    en="Only the gradient is masked. Momentum from before the pruning still moves the weight (and "
    "weight decay or Adam "
    "would too): mask the weights after the step.",
    zh="只屏蔽了梯度。剪枝之前积累的动量仍会推动它（权重衰减、Adam 也会）：要在更新之后屏蔽权重。",
)
masked_step.trap(
    _step_variant(speed=lambda v, m: v),
    en="The velocity of pruned weights is kept. It does no harm until a mask changes; the "
    "question asks for 0.",
    zh="被剪权重的速度还留着。掩码不变时没事，一变就出问题；题目要求归零。",
)
masked_step.trap(
    _step_variant(final=lambda w, m: w),
    en="The weights themselves are not masked: one that was pruned just now keeps its old value.",
    zh="权重本身没有屏蔽：刚被剪的权重还是原来的值。",
)
masked_step.trap(
    _step_variant(grads=lambda g, m: -g),
    en="This climbs the loss: the gradient is subtracted.",
    zh="这样损失会上升：应当减去梯度。",
)


# ---- sparsity_at -------------------------------------------------------------------------------


def _sparsity_at(step, start, end, final):
    if step <= start:
        return 0.0
    if step >= end:
        return final
    left = (end - step) / (end - start)
    return final - final * left * left * left


def _schedule(shape=lambda t: 1 - (1 - t) ** 3, clip=True):
    def answer(step, start, end, final):
        t = (step - start) / (end - start)
        return final * shape(min(max(t, 0.0), 1.0) if clip else t)

    return answer


sparsity_at = Check(_sparsity_at)
for _step, _en, _zh in (
    (
        150,
        "a quarter of the way from 100 to 300: 1 − 0.75³ of the final 0.8",
        "从 100 到 300 走了四分之一：最终 0.8 的 1 − 0.75³",
    ),
    (50, "before the start: 0", "开始之前：0"),
    (100, "at the start: still 0", "刚开始时：仍为 0"),
    (300, "at the end: the final sparsity", "结束那一步：最终稀疏度"),
    (999, "after the end: the final sparsity", "结束之后：最终稀疏度"),
):
    sparsity_at.case(_step, 100, 300, 0.8, en=_en, zh=_zh)


@sparsity_at.fresh(en="fresh numbers", zh="新的数")
def _(rng):
    start = int(rng.integers(0, 100))
    return (
        start + int(rng.integers(1, 99)),
        start,
        start + 100,
        round(float(rng.uniform(0.5, 0.95)), 2),
    )


sparsity_at.trap(
    _schedule(shape=lambda t: t),
    en="A straight line. The cubic schedule prunes fast at first, when there is much to spare, "
    "and slowly at the end.",
    zh="这是直线。三次的调度开始剪得快（那时富余多），后面剪得慢。",
)
sparsity_at.trap(
    _schedule(shape=lambda t: t**3),
    en="The cube the wrong way round: slow at first, and the hardest cuts last, without time to "
    "recover.",
    zh="三次方弄反了：先慢后快，最伤的几刀留到最后，来不及恢复。",
)
sparsity_at.trap(
    _schedule(clip=False),
    en="Outside start … end the formula goes on. Before the start the sparsity is 0, after the "
    "end it stays.",
    zh="在 start 到 end 之外公式还在继续。开始之前应为 0，结束之后保持不变。",
)
sparsity_at.trap(
    _schedule(shape=lambda t: 1 - (1 - t) ** 2),
    en="Squared. The question's exponent is 3.",
    zh="用的是平方，题目要的是三次方。",
)
sparsity_at.trap(
    _schedule(shape=lambda t: (1 - t) ** 3),
    en="This is the share still to be pruned. Sparsity rises from 0 to the final value.",
    zh="这是还没剪的比例。稀疏度应从 0 升到最终值。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

sparse_size = Estimate("4 MB", rtol=0.02)
sparse_size.trap(
    "2 MB",
    en="The values alone. Each one needs its place, 2 bytes more.",
    zh="这只是数值。每个数还要存位置，再加 2 字节。",
)
sparse_size.trap(
    "8 MB",
    en="Half of the weights are gone: 1 million of 2 are stored.",
    zh="一半的权重没了：200 万里只存 100 万。",
)

flaws = Flaws()
flaws.false(
    en="Removing 90 % of the weights makes inference about ten times faster.",
    zh="剪掉 90% 的权重，推理就快十倍左右。",
    because_en="Scattered zeros are multiplied like other numbers unless a sparse kernel skips "
    "them; on dense "
    "hardware only whole units, or patterns the hardware knows, save time.",
    because_zh="零散的零照样参与乘法，除非有稀疏算子跳过它们。在稠密硬件上，只有剪掉整个单元，"
    "或用硬件支持的模式，才省时间。",
    source="timed in this notebook",
    source_zh="本课实测耗时",
)
flaws.true(
    en="Fine-tuning with the mask in force recovers much of the accuracy that pruning costs.",
    zh="保持掩码继续微调，能恢复剪枝损失的大部分精度。",
)
flaws.false(
    en="The pruned network, started again from new random weights, trains as well as from its old "
    "ones: only the "
    "structure matters.",
    zh="剪枝后的网络重新随机初始化，训练效果和用原来的初始值一样好：重要的只是结构。",
    because_en="Frankle & Carbin found the opposite for unstructured masks: with new random "
    "weights the sparse network "
    "learns slower and ends lower.",
    because_zh="对非结构化的掩码，Frankle 与 Carbin 发现恰好相反：重新随机初始化，"
    "稀疏网络学得更慢、结果更差。",
    source="Frankle & Carbin 2019, §2",
)
flaws.false(
    en="Prune early in a project: it makes every later experiment faster.",
    zh="项目早期就剪枝，之后每个实验都更快。",
    because_en="It adds a loop of its own, prune, fine-tune, measure, to every experiment. "
    "Compress last, when the model "
    "stands.",
    because_zh="它给每个实验都加了一圈“剪枝、微调、测量”。应在模型定型之后再压缩。",
    source="timed in this notebook; Han et al. 2015, §3",
    source_zh="本课实测耗时；Han et al. 2015, §3",
)
flaws.true(
    en="With 2:4 sparsity, two of every four neighbours are zero, and recent NVIDIA tensor cores "
    "can skip them.",
    zh="2:4 稀疏是每四个相邻权重里有两个为零，较新的 NVIDIA tensor core 可以跳过它们。",
)
flaws.false(
    en="Half of the weights gone means half of the memory, in any format.",
    zh="剪掉一半权重，用什么格式存都只占一半内存。",
    because_en="A sparse format stores a place with every value: at half the weights it may be no "
    "smaller than the dense one.",
    because_zh="稀疏格式每个值都要带位置：只剪一半时，可能并不比稠密存储小。",
    source="the estimate in this notebook",
    source_zh="见本课的估算",
)
flaws.true(
    en="Global ranking lets layers keep different shares; a layer with small weights can be wiped "
    "out by it.",
    zh="全局排序时各层保留的比例不同；权重普遍较小的层可能被剪光。",
)

say = Say(
    model_en="Pruning removes the weights that matter least, usually those smallest in size, "
    "either all "
    "layers ranked together or each by itself. Unstructured pruning sets single weights to zero: "
    "it "
    "keeps accuracy well, but saves time only with sparse kernels or a pattern like 2:4. "
    "Structured "
    "pruning removes whole channels or units with their biases and the next layer's inputs: the "
    "network "
    "becomes smaller and faster on any hardware, at a higher price in accuracy. One prunes "
    "gradually, "
    "fine-tunes with the mask in force, and measures: half of the weights cost little, 80 or 90 "
    "percent "
    "need the fine-tuning. It comes last, after the model stands.",
    model_zh="剪枝去掉最不重要的权重，通常是绝对值最小的，可以全局一起排，也可以逐层排。"
    "非结构化剪枝把单个权重置零："
    "精度保持得好，但只有配合稀疏算子或 2:4 这样的模式才省时间。结构化剪枝去掉整个通道或单元，"
    "连同偏置和下一层对应的"
    "输入：网络真的变小，任何硬件上都变快，但精度损失更大。做法是逐步剪、保持掩码微调、再测量："
    "剪一半几乎不掉精度，"
    "剪到九成就必须微调。压缩放在最后，模型定型之后再做。",
)
say.point(
    en="By size, |w|; globally or per layer",
    zh="按绝对值大小；全局或逐层",
    found_en=[r"\bmagnitude\b", r"\bsmallest\b", r"\b(absolute|size)\b"],
    found_zh=[r"绝对值", r"(最小|大小)", r"幅值"],
)
say.point(
    en="Unstructured: little time saved without sparse kernels",
    zh="非结构化：没有稀疏算子就省不了时间",
    found_en=[r"\bunstructured\b", r"\bsparse (kernels?|hardware|matri\w+)\b", r"\bscattered\b"],
    found_zh=[r"非结构化", r"稀疏(算子|硬件|矩阵)", r"零散"],
)
say.point(
    en="Structured: whole channels, really smaller",
    zh="结构化：整个通道，真的变小",
    found_en=[
        r"(?<!un)\bstructured\b",
        r"\b(whole|entire) (channels?|units?|heads?|layers?|filters?)\b",
    ],
    found_zh=[r"(?<!非)结构化", r"整个?(通道|单元|头|层)"],
)
say.point(
    en="Fine-tune with the mask in force",
    zh="保持掩码微调",
    found_en=[r"\bfine-?tun\w*\b", r"\bretrain\w*\b"],
    found_zh=[r"微调", r"再训练", r"重新训练"],
)
say.point(
    en="Gradually, and last",
    zh="逐步剪，放在最后",
    found_en=[
        r"\bgradual\w*\b",
        r"\biterat\w+\b",
        r"\blast\b",
        r"\bafter the model\b",
        r"\bschedule\b",
    ],
    found_zh=[r"逐步", r"迭代", r"最后", r"定型"],
)
