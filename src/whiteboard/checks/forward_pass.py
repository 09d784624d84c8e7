"""The forward pass of a multi-layer perceptron: values, shapes, and a sigmoid that holds."""

from itertools import pairwise

import numpy as np
from numpy import errstate  # before `forbid` watches it

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text


def relu(z):
    return np.maximum(z, 0)


def identity(z):
    return z


def logistic(z):
    return 0.5 * (1 + np.tanh(z / 2))


def network(rng, *widths):
    """Random weights and biases with one decimal, [(W, b)] per layer."""
    return [
        (rng.normal(size=(i, o)).round(1), rng.normal(size=o).round(1)) for i, o in pairwise(widths)
    ]


# ---- forward -----------------------------------------------------------------------------------


def _forward(x, params, acts):
    """Unit by unit: no matrix product, no broadcasting."""
    cache = []
    for (W, b), act in zip(params, acts, strict=True):
        columns = [(x * w).sum(axis=1) + c for w, c in zip(W.T, b, strict=True)]
        z = np.stack(columns, axis=1)
        cache.append((x, z))
        x = act(z)
    return x, cache


def _variant(
    affine=lambda x, W, b: x @ W + b,
    chosen=lambda acts, layer: acts[layer],
    kept=lambda first, x, z, a: (x, z),
    result=lambda y, cache: (y, cache),
):
    """A forward pass with one line exchanged."""

    def forward(x, params, acts):
        first, cache = x, []
        for layer, (W, b) in enumerate(params):
            z = affine(x, W, b)
            a = chosen(acts, layer)(z)
            cache.append(kept(first, x, z, a))
            x = a
        return result(x, cache)

    return forward


forward = Check(_forward, returns=("y", "cache"))
# Batch and widths equal at first: what is transposed or added along the wrong axis still runs, and
# the numbers tell which it is. Small enough to do by hand. The activations come as tuples, so that
# no answer can empty them for the gradings after it.
forward.case(
    np.array([[1.0, -2.0], [3.0, 1.0]]),
    [
        (np.array([[1.0, 2.0], [-1.0, 1.0]]), np.array([0.0, -1.0])),
        (np.array([[2.0, -1.0], [1.0, 1.0]]), np.array([1.0, -3.0])),
    ],
    (relu, relu),
    en="each layer computes its activation of x @ W + b",
    zh="每一层算的是激活函数作用于 x @ W + b",
)
forward.case(
    np.random.default_rng(0).normal(size=(5, 3)).round(1),
    network(np.random.default_rng(1), 3, 4, 2),
    (np.tanh, identity),
    en="5 examples through widths 3, 4, 2, the last layer linear",
    zh="5 个样本经过宽度 3、4、2，最后一层是线性的",
)
forward.case(
    np.random.default_rng(2).normal(size=(1, 2)).round(1),
    network(np.random.default_rng(3), 2, 5, 1, 3, 4),
    (relu, np.tanh, logistic, identity),
    en="a batch of one through four layers, each with its own activation",
    zh="一个样本经过四层，每层的激活函数都不同",
)


@forward.property(
    en="a row of the batch gives what it gives alone",
    zh="batch 里的一行，和它单独送进去的结果相同",
)
def _(answer, rng):
    x, params = rng.normal(size=(4, 3)), network(rng, 3, 5, 2)
    acts = (relu, identity)
    alone = np.concatenate([np.asarray(answer(row[None], params, acts)[0]) for row in x])
    return Evidence(given={"x": x}, expected=alone, got=answer(x, params, acts)[0])


@forward.fresh(en="a fresh network", zh="新的网络")
def _(rng):
    return rng.normal(size=(6, 4)), network(rng, 4, 3, 5, 2), (np.tanh, relu, identity)


def candidate(x, params, acts):
    cache = []
    for (W, b), act in zip(params, acts, strict=True):
        z = x @ W.T + b
        cache.append((x, z))
        x = act(z)
    return x, cache


forward.trap(
    candidate,
    en="W is (in, out), so the layer is x @ W. W.T, or W @ x, belongs to column vectors or to "
    "weights stored as (out, in); on square weights it runs and is wrong.",
    zh="W 是 (in, out)，这一层就是 x @ W。W.T 或 W @ x 用于列向量，或者按 (out, in) 存的权重；"
    "方阵上能跑，但是错的。",
    ask_en="Try widths 3, 4, 2. Which products of these shapes exist?",
    ask_zh="换成宽度 3、4、2 试试，哪些矩阵乘还成立？",
)
forward.trap(
    _variant(affine=lambda x, W, b: x @ W),
    en="The bias is missing.",
    zh="漏了偏置。",
    ask_en="What comes out of one layer at x = 0?",
    ask_zh="x = 0 时，一层的输出应该是什么？",
)
forward.trap(
    _variant(affine=lambda x, W, b: x @ W + b[:, None]),
    en="b[:, None] adds one bias to each *example*. Each unit has its own: b has shape (o,) and "
    "broadcasts along the last axis of (B, o).",
    zh="b[:, None] 是给每个**样本**加一个偏置。偏置属于单元：b 的形状是 (o,)，"
    "沿 (B, o) 的最后一轴广播。",
)
forward.trap(
    _variant(chosen=lambda acts, layer: acts[layer] if layer < len(acts) - 1 else identity),
    en="The last layer's activation is left out. Whether the last layer has one is the caller's "
    "choice: apply acts[-1].",
    zh="漏了最后一层的激活函数。最后一层用什么由调用者决定：要用 acts[-1]。",
)
forward.trap(
    _variant(chosen=lambda acts, layer: acts[0]),
    en="Every layer uses acts[0]. Layer l has its own, acts[l].",
    zh="每层都用了 acts[0]。第 l 层该用 acts[l]。",
)
forward.trap(
    _variant(chosen=lambda acts, layer: identity),
    en="No activation is applied at all: the whole network is one affine map.",
    zh="完全没用激活函数：整个网络就是一个仿射映射。",
)
forward.trap(
    _variant(kept=lambda first, x, z, a: (x, a)),
    en="The cache holds the output, act(z). The question asks for z: the derivative of an "
    "activation is taken at its input.",
    zh="cache 里存的是输出 act(z)。题目要的是 z：激活函数的导数要在它的输入处求。",
)
forward.trap(
    _variant(kept=lambda first, x, z, a: (first, z)),
    en="Each entry of the cache holds the network's input. dW of a layer needs that layer's input, "
    "the output of the one before.",
    zh="cache 的每一项存的都是网络的输入。某一层的 dW 要用该层自己的输入，也就是上一层的输出。",
)
forward.trap(
    _variant(result=lambda y, cache: y),
    en="Only y is returned. Return two things, y and the cache: the backward pass needs it.",
    zh="只返回了 y。要返回 y 和 cache 两项：反向传播要用。",
)
forward.trap(
    _variant(kept=lambda first, x, z, a: z, result=lambda y, cache: (y, cache)),
    en="Each entry of the cache is a pair, the layer's input and its z.",
    zh="cache 的每一项是一对：该层的输入和 z。",
)
forward.trap(
    _variant(chosen=lambda acts, layer: relu),
    en="Every layer gets ReLU, whatever was asked for. Layer l applies acts[l], which may be tanh "
    "or the identity.",
    zh="不管给的是什么，每层都用了 ReLU。第 l 层要用 acts[l]，可能是 tanh，也可能是恒等函数。",
)
forward.trap(
    _variant(kept=lambda first, x, z, a: (z, x)),
    en="The pairs are the wrong way round: the layer's input comes first, then its z.",
    zh="每一对的次序反了：先是该层的输入，再是 z。",
)


# ---- shapes ------------------------------------------------------------------------------------


def _shapes(batch, widths):
    table = []
    for i, o in pairwise(widths):
        x, W, b = np.zeros((batch, i)), np.zeros((i, o)), np.zeros(o)
        table.append((x.shape, W.shape, b.shape, (x @ W + b).shape))
    return table


def _named(row):
    """A list of shapes, one `row(batch, i, o, layer)` per layer."""

    def shapes(batch, widths):
        return [row(batch, i, o, widths) for i, o in pairwise(widths)]

    return shapes


shapes = Check(_shapes)
shapes.case(4, [3, 5, 2], en="four examples, widths 3, 5, 2", zh="4 个样本，宽度 3、5、2")
shapes.case(1, [7, 1], en="one layer, one example, one unit", zh="一层、一个样本、一个单元")
shapes.case(32, [784, 256, 128, 10], en="three layers", zh="三层")


@shapes.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return int(rng.integers(2, 9)), [int(n) for n in rng.integers(1, 20, size=5)]


shapes.trap(
    _named(lambda B, i, o, widths: ((B, i), (o, i), (o,), (B, o))),
    en="(o, i) is how PyTorch stores W; then the layer is x @ W.T. Here it is x @ W, so W is "
    "(i, o).",
    zh="(o, i) 是 PyTorch 的存法，那时算的是 x @ W.T。这里是 x @ W，所以 W 是 (i, o)。",
    ask_en="(B, i) times what gives (B, o)?",
    ask_zh="(B, i) 乘什么形状得到 (B, o)？",
)
shapes.trap(
    _named(lambda B, i, o, widths: ((B, i), (i, o), (B, o), (B, o))),
    en="The bias is one vector for all examples, (o,). It is broadcast, not stored B times.",
    zh="偏置是所有样本共用的一个向量，形状 (o,)；它是广播上去的，不用存 B 份。",
)
shapes.trap(
    _named(lambda B, i, o, widths: ((B, i), (i, o), (1, o), (B, o))),
    en="(1, o) would broadcast alike; here b has one axis, (o,).",
    zh="(1, o) 广播的效果一样，但这里的 b 只有一个轴：(o,)。",
)
shapes.trap(
    _named(lambda B, i, o, widths: ((B, i), (i, o), (i,), (B, o))),
    en="A bias belongs to each unit of the layer, so there are o of them, not i.",
    zh="偏置属于这一层的每个单元，所以是 o 个，不是 i 个。",
)
shapes.trap(
    _named(lambda B, i, o, widths: ((B, widths[0]), (i, o), (o,), (B, o))),
    en="x is the input of each layer: from the second layer on its width is that of the layer "
    "before.",
    zh="x 是每一层自己的输入：从第二层起，宽度是上一层的宽度。",
)
shapes.trap(
    _named(lambda B, i, o, widths: ((i, B), (o, i), (o,), (o, B))),
    en="This is the column convention, one example per column. Here the examples are rows.",
    zh="这是列向量的写法，一列一个样本。这里样本是行。",
)
shapes.trap(
    lambda batch, widths: _shapes(batch, widths[:-1]),
    en="Widths i, h, o make two layers, not one: each pair of neighbours is a layer.",
    zh="宽度 i、h、o 是两层，不是一层：每两个相邻的宽度之间是一层。",
)

shapes.trap(
    _named(lambda B, i, o, widths: ((B, i), (i, o), o, (B, o))),
    en="(o) in brackets is just the number o. A shape with one axis needs the comma: (o,).",
    zh="(o) 只是加了括号的数 o。只有一个轴的形状要写逗号：(o,)。",
)


# ---- sigmoid -----------------------------------------------------------------------------------


def _naive(z):
    return 1 / (1 + np.exp(-z))


def _other_naive(z):
    return np.exp(z) / (1 + np.exp(z))


sigmoid = Check(logistic)
sigmoid.case(
    np.array([[-2.0, 0.0, 0.5], [1.0, 3.0, -0.1]]),
    en="σ(z) = 1 / (1 + e⁻ᶻ), element by element",
    zh="σ(z) = 1 / (1 + e⁻ᶻ)，逐元素",
)


@sigmoid.property(
    en="nothing overflows on the way, up to ±100,000",
    zh="z 到 ±100,000，计算途中也不溢出",
    ask_en="What is exp(1,000)? On which side of your formula does it appear?",
    ask_zh="exp(1,000) 是多少？它出现在你公式的哪里？",
)
def _(answer):
    # A wider float would hold exp(10,000), but not exp(100,000).
    far = np.array([800.0, 1e4, 1e5])
    inputs = [-far, far, np.concatenate([-far, far])]
    values, overflows = zip(*(_watched(answer, z) for z in inputs), strict=True)
    return Evidence(
        given={"z": inputs[-1]},
        expected={"value": np.repeat([0.0, 1.0], 3), "overflow": np.zeros(3, bool)},
        got={"value": values[-1], "overflow": np.array(overflows)},
        note=Text(
            "overflow: for z < 0 alone, for z > 0 alone, for both in one array",
            "overflow 依次是：只有 z < 0、只有 z > 0、同一个数组里两种都有",
        ),
    )


def _watched(answer, z):
    """The answer for z, and whether something overflowed or became nan on the way."""
    seen = []
    with errstate(over="call", invalid="call", call=lambda kind, flag: seen.append(kind)):
        got = np.asarray(answer(z))
    return got, bool(seen)


@sigmoid.fresh(en="fresh z", zh="新的 z")
def _(rng):
    return (rng.normal(size=(3, 4)) * 5,)


sigmoid.trap(
    _naive,
    en="exp(−z) overflows for z below about −709 in float64, −88 in float32. The result is still "
    "0, but with a warning, and a nan as soon as it meets another inf. Keep the exponent ≤ 0.",
    zh="float64 下 z 小于约 −709，exp(−z) 就会溢出，float32 是 −88。结果虽然还是 0，但会有警告，"
    "再遇上一个 inf 就成了 nan。要让指数始终 ≤ 0。",
)
sigmoid.trap(
    _other_naive,
    en="exp(z) overflows for large positive z, and inf / inf is nan.",
    zh="z 很大时 exp(z) 溢出，inf / inf 是 nan。",
)
sigmoid.trap(
    lambda z: np.where(z >= 0, _naive(z), _other_naive(z)),
    en="np.where computes both branches for every z and only then picks. The branch not picked "
    "still overflows: choose the exponent first, exp(−|z|).",
    zh="np.where 会把两个分支都算完再选，没选中的分支照样溢出。应该先把指数取成 exp(−|z|)。",
)
sigmoid.trap(
    lambda z: 1 / (1 + np.exp(z)),
    en="The sign is wrong: this is σ(−z), which falls.",
    zh="符号反了：这是 σ(−z)，是递减的。",
)
sigmoid.trap(
    lambda z: 0.5 * (1 + np.tanh(z)),
    en="½(1 + tanh z) is σ(2z). The half belongs inside too: tanh(z/2).",
    zh="½(1 + tanh z) 等于 σ(2z)。里面也要除以 2：tanh(z/2)。",
)
sigmoid.trap(
    lambda z: np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), 1 / (1 + np.exp(-np.abs(z)))),
    en="For z < 0 this gives σ(|z|). There it is e / (1 + e) with e = exp(−|z|).",
    zh="z < 0 时这里给出的是 σ(|z|)。那一侧应是 e / (1 + e)，e = exp(−|z|)。",
)
sigmoid.trap(
    lambda z: _naive(z) if np.all(z >= 0) else _other_naive(z),
    en="One form is chosen for the whole array. With both signs in it, one side still overflows: "
    "choose element by element.",
    zh="整个数组只选了一种写法。数组里正负都有时，总有一侧溢出：要逐元素选。",
)
for _silencer in ("numpy.errstate", "numpy.seterr"):
    sigmoid.forbid(
        _silencer,
        en="That hides the warning; the overflow still happens.",
        zh="这只是把警告藏起来，溢出照样发生。",
    )


# ---- mend --------------------------------------------------------------------------------------


def _program(bugs):
    """The candidate's program with exactly these bugs: ReLU hidden layers, linear output."""

    def predict(x, weights, biases):
        a = relu(x) if "relu_inputs" in bugs else x
        first = a
        for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
            source = first if "stale" in bugs else a
            product = source @ (W.T if "transposed" in bugs else W)
            z = product + (b[:, None] if "bias_rows" in bugs else b)
            last = layer == len(weights) - 1
            a = z if last and "relu_logits" not in bugs else relu(z)
        return a

    return predict


def _task(rng, batch, *widths):
    params = network(rng, *widths)
    x = rng.normal(size=(batch, widths[0])).round(1)
    return x, [W for W, _ in params], [b for _, b in params]


mend = Program(_program)
# Width = batch size, so that every mixture of the bugs still runs and can be told apart.
mend.case(
    *_task(np.random.default_rng(11), 3, 3, 3, 3),
    en="logits: ReLU after each hidden layer, none after the last",
    zh="logits：每个隐藏层之后有 ReLU，最后一层没有",
)
mend.case(
    *_task(np.random.default_rng(12), 5, 4, 3, 6, 2),
    en="5 examples through widths 4, 3, 6, 2",
    zh="5 个样本经过宽度 4、3、6、2",
)


@mend.fresh(en="a fresh network", zh="新的网络")
def _(rng):
    return _task(rng, 4, 4, 4, 4, 4)


mend.bug(
    "transposed",
    en="The weights are (in, out): x @ W. The transpose runs here only because the widths are "
    "equal.",
    zh="权重是 (in, out)：x @ W。这里转置了还能跑，只因为各层等宽。",
)
mend.bug(
    "bias_rows",
    en="b[:, None] gives each example a bias. It belongs to the unit: + b.",
    zh="b[:, None] 是给每个样本一个偏置。偏置属于单元：直接 + b。",
)
mend.bug(
    "relu_logits",
    en="ReLU after the last layer sets every negative logit to 0: classes that the network holds "
    "for unlikely become alike, and their gradient is gone.",
    zh="最后一层之后的 ReLU 把负的 logits 全变成 0：网络认为不可能的类别变得没有区别，梯度也没了。",
)
mend.bug(
    "relu_inputs",
    en="ReLU is applied to the data itself, which throws away every negative feature.",
    zh="对数据本身用了 ReLU，负的特征全丢了。",
)
mend.bug(
    "stale",
    en="Every layer multiplies the first input again. It should go on with the output of the layer "
    "before.",
    zh="每层乘的都是最初的输入，应该接着用上一层的输出。",
)


# ---- on paper ----------------------------------------------------------------------------------

parameters = Estimate(235_146, unit="parameters", unit_zh="个参数", rtol=1e-6)
parameters.trap(
    234_752,
    en="The biases are missing: 256 + 128 + 10 more.",
    zh="漏了偏置：还有 256 + 128 + 10。",
)
parameters.trap(
    235_930,
    en="The inputs have no bias. Only units that compute have one: 256 + 128 + 10.",
    zh="输入没有偏置。只有做计算的单元才有：256 + 128 + 10。",
)
parameters.trap(
    235_136,
    en="The output layer's biases are missing: 10 more.",
    zh="漏了输出层的偏置：还有 10 个。",
)
parameters.trap(
    64 * 235_146,
    en="The weights are shared by the whole batch; its size does not enter.",
    zh="整个 batch 共用同一套权重，参数量与 batch 大小无关。",
)

multiply_adds = Estimate(15_024_128, rtol=0.01)
multiply_adds.trap(
    234_752,
    en="This is one example. The batch holds 64.",
    zh="这是一个样本的量，batch 里有 64 个。",
)
multiply_adds.trap(
    30_048_256,
    en="This counts a multiplication and an addition as two operations (FLOPs). The question "
    "counts the pair once.",
    zh="这是把乘和加算成两次（FLOPs）。题目一次乘加只算一次。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="In the forward pass the data runs through the layers, and each layer adjusts its weights "
    "on the way.",
    zh="前向传播时数据逐层经过网络，每一层顺便调整自己的权重。",
    because_en="The forward pass only computes outputs. Weights change after the backward pass, in "
    "the optimizer's step.",
    because_zh="前向传播只计算输出。权重要到反向传播之后，由优化器来更新。",
    source="Goodfellow et al. 2016, §6.5",
)
flaws.true(
    en="One matrix product handles the whole batch: row i of x @ W + b depends on row i of x only.",
    zh="一次矩阵乘就能算完整个 batch：x @ W + b 的第 i 行只取决于 x 的第 i 行。",
)
flaws.false(
    en="x @ W + b first copies b into a (B, o) matrix, so large batches pay for B copies of the "
    "bias.",
    zh="x @ W + b 会先把 b 复制成 (B, o) 的矩阵，所以 batch 大时要多付 B 份偏置的内存。",
    because_en="Broadcasting reads the same (o,) numbers again for each row; no copy is made.",
    because_zh="广播只是每一行都重复读同一组 (o,) 个数，并不复制。",
    source="NumPy user guide, Broadcasting",
)
flaws.true(
    en="In training the forward pass keeps each layer's input; at inference it may forget it at "
    "once.",
    zh="训练时前向传播要留下每层的输入；推理时可以随用随丢。",
)
flaws.false(
    en="A classifier's last layer gets the activation of the hidden ones, and then the softmax.",
    zh="分类网络的最后一层和隐藏层一样先过激活函数，再接 softmax。",
    because_en="The softmax expects logits of either sign. ReLU would cut the negative ones, a "
    "sigmoid would squeeze them into (0, 1).",
    because_zh="softmax 要的 logits 可正可负。ReLU 会截掉负的，sigmoid 会把它们压进 (0, 1)。",
    source="Goodfellow et al. 2016, §6.2.2.3",
)
flaws.false(
    en="1 / (1 + exp(−z)) is safe for every z, since its value lies between 0 and 1.",
    zh="1 / (1 + exp(−z)) 的值总在 0 和 1 之间，所以对任何 z 都是安全的。",
    because_en="The value does, but exp(−z) on the way overflows for very negative z.",
    because_zh="值是在，但 z 很负时途中的 exp(−z) 会溢出。",
    source="computed in this lesson",
    source_zh="本课算出",
)
flaws.true(
    en="With equal, symmetric weights, such as all 0.1, x @ W and x @ W.T give the same, so such a "
    "test proves little.",
    zh="权重对称（比如全是 0.1）时，x @ W 和 x @ W.T 结果一样，这种测试说明不了什么。",
)

say = Say(
    model_en="""
Each layer takes its input of shape (B, i), multiplies by weights of shape (i, o), adds a bias of
shape (o,) that is broadcast over the batch, and applies its activation: (B, o) comes out and is the
next layer's input. The last layer of a classifier stays linear, so that it delivers logits.
Rows do not mix: every example gets what it would get alone.
For training I cache each layer's input and pre-activation, because the backward pass needs them.
No weight changes here. I test with a batch and widths that are all different, so that a wrong
transpose cannot pass.
""",
    model_zh="""
每一层拿到形状为 (B, i) 的输入，乘形状为 (i, o) 的权重，加上形状为 (o,)、沿 batch 广播的偏置。
再过激活函数，得到 (B, o)，作为下一层的输入。
分类网络的最后一层保持线性，输出 logits。
各行互不影响：每个样本的结果和单独算时一样。
训练时我会缓存每层的输入和激活前的值，反向传播要用。
前向不改任何权重。测试时让 batch 大小和各层宽度两两不同，这样转置错了一定会暴露。
""",
)
say.point(
    en="a layer: x @ W + b, then the activation",
    zh="一层：x @ W + b，再过激活函数",
    found_en=[
        r"(appl|then|pass|through|follow).{0,25}(activation|relu|non.?linear)",
        r"activation.{0,15}(of|to|on).{0,15}(x|product|sum|affine|result)",
        r"x\s*@\s*W\s*\+\s*b",
    ],
    found_zh=[
        r"(再|然后|接着|最后).{0,8}(激活|ReLU|非线性)",
        r"激活函数.{0,6}作用",
        r"x\s*@\s*W\s*\+\s*b",
    ],
)
say.point(
    en="the shapes: (B, i) times (i, o) is (B, o)",
    zh="形状：(B, i) 乘 (i, o) 得 (B, o)",
    # A comma ends a clause, so "(i, o)" is seen as far as "(i".
    found_en=[r"\(\s*(i|B|in|batch)\b", r"shape.{0,30}\bin(put)?\b.{0,15}out", r"\bi\s*[x×]\s*o\b"],
    found_zh=[r"\(\s*(i|B|in|batch)\b", r"形状.{0,20}(输入|in).{0,10}(输出|out)", r"i\s*[x×]\s*o"],
)
say.point(
    en="the bias is broadcast over the batch",
    zh="偏置沿 batch 广播",
    found_en=[r"broadcast", r"(same|one) bias.{0,30}(every|each|all) (row|example)"],
    found_zh=[r"广播", r"(每|所有|各).{0,4}(行|样本).{0,10}(同一|相同|共用).{0,6}偏置"],
)
say.point(
    en="the last layer is linear: logits",
    zh="最后一层是线性的：logits",
    found_en=[
        r"(last|final|output) layer.{0,40}(linear|no activation|without|logit)",
        r"logits?\b",
    ],
    found_zh=[r"(最后|输出)(一)?层.{0,16}(线性|不加|没有激活|logits?)", r"logits?"],
)
say.point(
    en="inputs and pre-activations are cached for the backward pass",
    zh="缓存输入和激活前的值，供反向传播使用",
    found_en=[
        r"(cach|stor|sav|keep|kept|remember)\w*.{0,50}(input|activation|intermediate|z\b)",
        r"(input|activation|intermediate)\w*.{0,30}(cached|stored|saved|kept)",
    ],
    found_zh=[
        r"(缓存|保存|存下|记下|留[下住着]).{0,14}(输入|激活|中间)",
        r"(输入|激活|中间).{0,12}(缓存|保存|存[下住起]|留[下住着])",
    ],
)
say.point(
    en="rows do not mix; tested with sizes that are all different",
    zh="各行互不影响；用两两不同的尺寸测试",
    found_en=[
        r"rows? (do(es)? not|don't|never) mix",
        r"(each|every) (example|row).{0,30}(alone|independent|on its own)",
        r"(sizes|widths|dimensions).{0,25}(different|unequal|distinct)",
        r"non.?square",
    ],
    found_zh=[
        r"(各行|样本|每行|行与行).{0,6}(互不|独立|不会混)",
        r"(单独|各自).{0,6}(算|一样|计算)",
        r"(尺寸|宽度|大小)((?!不必|不用).){0,12}(不同|不相等|各异)",
        r"非方阵",
    ],
)
