"""Depthwise-separable convolution: the two steps, their cost, and the kernel they amount to.

The references go one output place and one channel at a time, in the order of the definition.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def integers(rng, *shape):
    """Small whole numbers, so that a verdict showing them can be followed by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


# ---- depthwise ---------------------------------------------------------------------------------


def _depthwise(x, K, stride=1):
    (N, H, W, C), (kh, kw, _, m) = x.shape, K.shape
    y = np.zeros((N, (H - kh) // stride + 1, (W - kw) // stride + 1, C * m))
    for a, b, c in np.ndindex(*y.shape[1:3], C):
        top, left = a * stride, b * stride
        window = x[:, top : top + kh, left : left + kw, c]
        for j in range(m):
            y[:, a, b, c * m + j] = (window * K[:, :, c, j]).sum(axis=(1, 2))
    return y


def _shifts(x, K, stride):
    """(kernel place, the pixels it meets) for every place of the kernel."""
    H, W = ((x.shape[1 + i] - K.shape[i]) // stride + 1 for i in (0, 1))
    for i, j in np.ndindex(K.shape[:2]):
        rows = slice(i, i + (H - 1) * stride + 1, stride)
        yield (i, j), x[:, rows, j : j + (W - 1) * stride + 1 : stride]


def _depthwise_variant(
    kernel=lambda K: K,
    merge=lambda p: p.reshape(*p.shape[:3], -1),
    step=lambda s: s,
):
    """depthwise by shifted images, with one line exchanged; `merge` takes (N, Ho, Wo, C, m)."""

    def answer(x, K, stride=1):
        k = kernel(K)
        return merge(sum(part[..., None] * k[place] for place, part in _shifts(x, k, step(stride))))

    return answer


depthwise = Check(_depthwise)
_RNG = np.random.default_rng(0)
depthwise.case(
    np.arange(1.0, 9).reshape(1, 2, 2, 2),
    np.array([1.0, -1.0, 2.0, 0.0, 3.0, 1.0, -2.0, 2.0]).reshape(1, 2, 2, 2),
    en="two channels, two kernels each: channel c with kernel j becomes channel c · m + j",
    zh="两个通道，每个通道两个核：通道 c 用核 j 得到输出通道 c · m + j",
    ask_en="Which input channels does output channel 1 see?",
    ask_zh="输出通道 1 看到的是哪些输入通道？",
)
depthwise.case(
    integers(_RNG, 2, 5, 4, 3),
    integers(_RNG, 3, 2, 3, 1),
    en="m = 1: as many channels out as in",
    zh="m = 1：输出通道数与输入相同",
)
depthwise.case(
    integers(_RNG, 1, 6, 7, 2), integers(_RNG, 2, 3, 2, 3), 2, en="stride 2", zh="步幅 2"
)


@depthwise.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    N, C, m, kh, kw = rng.integers(1, 4, size=5)
    H, W = rng.integers(1, 5, size=2) + np.array([kh, kw])
    x, K = integers(rng, N, H, W, C) / 2, integers(rng, kh, kw, C, m) / 5  # no whole numbers
    return x, K, int(rng.integers(1, 4))


@depthwise.property(
    en="changing one input channel changes only its own output channels",
    zh="只改一个输入通道，只有它对应的输出通道会变",
)
def _(answer, rng):
    x, K = rng.normal(size=(1, 4, 5, 3)), rng.normal(size=(2, 2, 3, 2))
    changed = x.copy()
    changed[..., 1] += 1
    moved = np.array(answer(changed, K)) != np.array(answer(x, K))
    return Evidence(
        given={"x": x, "changed": "x[..., 1]"},
        names_zh={"changed": "改动"},
        expected=[False, False, True, True, False, False],
        got=moved.any(axis=(0, 1, 2)),
    )


depthwise.trap(
    _depthwise_variant(merge=lambda p: p.sum(axis=3)),
    en="The input channels are summed: that is a standard convolution. Depthwise keeps every "
    "channel "
    "to itself; mixing is the pointwise step's work.",
    zh="对输入通道求和了，那是标准卷积。逐通道卷积各算各的，混合通道是逐点卷积的事。",
)
depthwise.trap(
    _depthwise_variant(merge=lambda p: np.swapaxes(p, 3, 4).reshape(*p.shape[:3], -1)),
    en="The output channels are in the order j · C + c. The question (and TensorFlow) has c · m + "
    "j: "
    "a channel's kernels side by side.",
    zh="输出通道按 j · C + c 排了。题目（和 TensorFlow）是 c · m + j：同一输入通道的几个核挨着。",
)
depthwise.trap(
    _depthwise_variant(kernel=lambda K: K[::-1, ::-1]),
    en="The kernel is flipped. Layers compute cross-correlation: K[0, 0] meets the window's first "
    "pixel.",
    zh="核被翻转了。这里算的是互相关：K[0, 0] 对着窗口的第一个像素。",
)
depthwise.trap(
    _depthwise_variant(merge=lambda p: p[..., 0]),
    en="Only the first kernel of each channel is used: the result has C · m channels.",
    zh="每个通道只用了第一个核：结果应有 C · m 个通道。",
)
depthwise.trap(
    _depthwise_variant(kernel=lambda K: np.repeat(K[:, :, :1], K.shape[2], axis=2)),
    en="All channels use the first channel's kernel. Each channel has its own.",
    zh="所有通道都用了第一个通道的核。每个通道有自己的核。",
)
depthwise.trap(
    _depthwise_variant(step=lambda s: 1), en="The stride is not used.", zh="没有用步幅。"
)


# ---- separable ---------------------------------------------------------------------------------


def _separable(x, K, W, stride=1):
    return np.einsum("nabc,co->nabo", _depthwise(x, K, stride), W)


def pointwise_first(x, K, W, stride=1):
    if W.shape[0] == x.shape[3] and W.shape[1] == K.shape[2]:
        return _depthwise(x @ W, K, stride)
    raise ValueError("the channels of W and K do not fit in this order")


def _separable_variant(
    between=lambda d, m: d, matrix=lambda W: W, after=lambda y, stride: y, step=lambda s: s
):
    def answer(x, K, W, stride=1):
        d = between(_depthwise(x, K, step(stride)), K.shape[3])
        return after(d @ matrix(W), stride)

    return answer


def _reordered(d, m):
    return np.swapaxes(d.reshape(*d.shape[:3], -1, m), 3, 4).reshape(d.shape)


separable = Check(_separable)
separable.case(
    np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 8.0]]).reshape(1, 1, 3, 2),
    np.array([[1.0, 2.0], [-1.0, 0.5]]).reshape(1, 2, 2, 1),
    np.array([[2.0, -1.0], [0.0, 3.0]]),
    en="two channels: each with its own kernel, then one matrix mixes them at every pixel",
    zh="两个通道：先各用各的核，再在每个像素上用一个矩阵混合",
    ask_en="Which array has seen both channels first, and after which step?",
    ask_zh="哪一步之后，一个数里才第一次同时有两个通道的信息？",
)
separable.case(
    integers(_RNG, 2, 5, 6, 3),
    integers(_RNG, 3, 2, 3, 2),
    integers(_RNG, 6, 4),
    en="C = 3, m = 2, Co = 4",
    zh="C = 3、m = 2、Co = 4",
)
separable.case(
    integers(_RNG, 1, 7, 8, 2),
    integers(_RNG, 2, 3, 2, 2),
    integers(_RNG, 4, 3),
    2,
    en="stride 2, in the depthwise step only",
    zh="步幅 2，只在逐通道那一步",
)


@separable.fresh(en="fresh arrays", zh="新的数组")
def _(rng):
    return integers(rng, 2, 6, 5, 2) / 2, integers(rng, 3, 2, 2, 2), integers(rng, 4, 3) / 5, 2


separable.trap(
    pointwise_first,
    en="The channels are mixed first. It fits only when the widths happen to agree, and gives "
    "other "
    "numbers: depthwise first, then pointwise.",
    zh="先混合了通道。通道数碰巧相等才不报错，结果也不同：先逐通道，再逐点。",
)
separable.trap(
    _separable_variant(matrix=lambda W: W.T if W.shape[0] == W.shape[1] else W),
    en="W is transposed. Pixels are rows here: d @ W, with W (C · m, Co).",
    zh="W 被转置了。这里像素的通道是行向量：d @ W，W 是 (C · m, Co)。",
)
separable.trap(
    _separable_variant(between=lambda d, m: np.clip(d, 0, None)),
    en="A ReLU stands between the steps. MobileNet's block has one (after BatchNorm); this "
    "question, "
    "like Keras's SeparableConv2D, has none.",
    zh="两步之间多了 ReLU。MobileNet 的模块里有（在 BatchNorm 之后），本题和 Keras 的 "
    "SeparableConv2D 都没有。",
)
separable.trap(
    _separable_variant(between=_reordered),
    en="Depthwise's channels reach W in the order j · C + c. Row c · m + j of W belongs to "
    "channel c, "
    "kernel j.",
    zh="逐通道的结果按 j · C + c 的顺序进了 W。W 的第 c · m + j 行对应通道 c 的核 j。",
)
separable.trap(
    _separable_variant(after=lambda y, s: y[:, ::s, ::s]),
    en="The stride is applied in both steps. The pointwise step visits every pixel that is left.",
    zh="两步都用了步幅。逐点那一步要走遍剩下的每个像素。",
)
separable.trap(
    _separable_variant(step=lambda s: 1), en="The stride is not used.", zh="没有用步幅。"
)


# ---- macs --------------------------------------------------------------------------------------


def _macs(H, W, k, Ci, Co, m=1, stride=1):
    places = len(range(0, H, stride)) * len(range(0, W, stride))
    return places * k**2 * Ci * Co, places * (k**2 + Co) * Ci * m


def _macs_variant(
    places=lambda n, s: -(-n // s),
    standard=lambda k, Ci, Co: k * k * Ci * Co,
    first=lambda k, Ci, m: k * k * Ci * m,
    second=lambda Ci, Co, m: Ci * m * Co,
    once=lambda p: p,
):
    """macs with one factor exchanged."""

    def answer(H, W, k, Ci, Co, m=1, stride=1):
        p = once(places(H, stride) * places(W, stride))
        return p * standard(k, Ci, Co), p * (first(k, Ci, m) + second(Ci, Co, m))

    return answer


def late_stride(H, W, k, Ci, Co, m=1, stride=1):
    small = -(-H // stride) * -(-W // stride)
    return small * k * k * Ci * Co, H * W * k * k * Ci * m + small * Ci * m * Co


macs = Check(_macs, returns=("standard", "separable"))
macs.case(
    5,
    6,
    3,
    4,
    8,
    2,
    2,
    en="5 × 6 pixels, 3×3, 4 → 8 channels, m = 2, stride 2, SAME: ⌈5/2⌉ × ⌈6/2⌉ places",
    zh="5 × 6 像素、3×3、4 → 8 通道、m = 2、步幅 2、SAME：⌈5/2⌉ × ⌈6/2⌉ 个位置",
    ask_en="At how many places is the kernel applied, and what does one place cost?",
    ask_zh="核一共用在几个位置？一个位置要多少次乘法？",
)
macs.case(
    112,
    112,
    3,
    32,
    64,
    en="MobileNet's first separable layer: 32 → 64 channels on 112 × 112 pixels",
    zh="MobileNet 的第一个可分离层：112 × 112，32 → 64 通道",
)
macs.case(7, 4, 1, 5, 3, 1, 3, en="k = 1, stride 3", zh="k = 1、步幅 3")


@macs.property(
    en="with m = 1 the ratio is 1/Co + 1/k², whatever the size, the stride and Ci",
    zh="m = 1 时比值是 1/Co + 1/k²，与尺寸、步幅和 Ci 无关",
)
def _(answer, rng):
    H, W, k, Ci, Co, stride = (
        int(n) for n in rng.integers([5, 5, 2, 1, 2, 1], [30, 30, 6, 9, 9, 4])
    )
    standard, both = answer(H, W, k, Ci, Co, 1, stride)
    return Evidence(
        given={"H, W, k, Ci, Co, stride": (H, W, k, Ci, Co, stride)},
        expected=1 / Co + 1 / k**2,
        got=both / standard,
    )


@macs.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return tuple(int(n) for n in rng.integers([5, 5, 2, 2, 2, 1, 1], [30, 30, 6, 9, 9, 4, 4]))


macs.trap(
    _macs_variant(places=lambda n, s: n),
    en="The stride is missing: with stride s only ⌈H/s⌉ × ⌈W/s⌉ places are computed.",
    zh="漏了步幅：步幅为 s 时只算 ⌈H/s⌉ × ⌈W/s⌉ 个位置。",
)
macs.trap(
    _macs_variant(places=lambda n, s: n // s),
    en="The number of places is rounded down. SAME rounds up.",
    zh="位置个数向下取整了。SAME 是向上取整。",
)
macs.trap(
    late_stride,
    en="The depthwise step is counted at every input pixel. It carries the stride: it runs at the "
    "output's places.",
    zh="逐通道那一步按每个输入像素算了。步幅就在这一步：它只在输出的位置上算。",
)
macs.trap(
    _macs_variant(second=lambda Ci, Co, m: 0),
    en="The pointwise step is missing. It is by far the larger part.",
    zh="漏了逐点那一步，而它才是大头。",
)
macs.trap(
    _macs_variant(first=lambda k, Ci, m: 0),
    en="The depthwise step is missing: k² · Ci · m at every place.",
    zh="漏了逐通道那一步：每个位置 k² · Ci · m 次。",
)
macs.trap(
    _macs_variant(first=lambda k, Ci, m: k * k * Ci, second=lambda Ci, Co, m: Ci * Co),
    en="The multiplier m is not used: depthwise makes Ci · m channels, and pointwise reads them "
    "all.",
    zh="没有用 m：逐通道得到 Ci · m 个通道，逐点要读全部这些通道。",
)
macs.trap(
    _macs_variant(first=lambda k, Ci, m: k * k * Ci * Ci * m),
    en="The depthwise step has one Ci too many: a channel's kernel sees that channel only.",
    zh="逐通道那一步多乘了一个 Ci：每个核只看自己的通道。",
)
macs.trap(
    _macs_variant(once=lambda p: 1),
    en="These are the weights. Every weight is used at every place: multiply by the places.",
    zh="这是权重个数。每个权重在每个位置都用一次：还要乘位置数。",
)


# ---- combined_kernel ---------------------------------------------------------------------------


def _combined_kernel(K, W):
    kh, kw, C, m = K.shape
    full = np.zeros((kh, kw, C, W.shape[1]))
    for c, j in np.ndindex(C, m):
        full[:, :, c] += K[:, :, c, j, None] * W[c * m + j]
    return full


def _combined_variant(
    split=lambda W, C, m: W.reshape(C, m, -1), spec="abcm,cmo->abco", share=lambda m: 1.0
):
    def answer(K, W):
        return np.einsum(spec, K, split(W, *K.shape[2:])) * share(K.shape[3])

    return answer


def block_diagonal(K, W):
    kh, kw, C, m = K.shape
    full = np.zeros((kh, kw, C, C * m))
    for c in range(C):
        full[:, :, c, c * m : (c + 1) * m] = K[:, :, c]
    return full


combined_kernel = Check(_combined_kernel)
combined_kernel.case(
    np.array([[[[1.0, -1.0], [2.0, 0.5]]], [[[0.0, 3.0], [1.0, 1.0]]]]),
    np.array([[1.0, 2.0, 0.0], [-1.0, 0.0, 1.0], [3.0, 1.0, 1.0], [0.5, -2.0, 2.0]]),
    en="C = 2, m = 2, Co = 3: the standard kernel (2, 1, 2, 3) that computes the same",
    zh="C = 2、m = 2、Co = 3：算出同样结果的标准卷积核 (2, 1, 2, 3)",
)
combined_kernel.case(
    integers(_RNG, 3, 3, 2, 1),
    np.array([[1.0, 2.0], [-3.0, 1.0]]),
    en="m = 1, C = Co",
    zh="m = 1、C = Co",
)


@combined_kernel.property(
    en="a standard convolution with it gives what the two steps give",
    zh="用它做标准卷积，结果与两步相同",
)
def _(answer, rng):
    x, K, W = integers(rng, 1, 4, 5, 3), integers(rng, 2, 3, 3, 2), integers(rng, 6, 4)
    full = np.array(answer(K.copy(), W.copy()))
    got = sum(part @ full[place] for place, part in _shifts(x, full, 1))
    return Evidence(given={"x": x, "K": K, "W": W}, expected=_separable(x, K, W), got=got)


@combined_kernel.fresh(en="fresh kernels", zh="新的核")
def _(rng):
    return integers(rng, 2, 3, 3, 2), integers(rng, 6, 4)


combined_kernel.trap(
    _combined_variant(split=lambda W, C, m: np.swapaxes(W.reshape(m, C, -1), 0, 1)),
    en="The rows of W are read as j · C + c. They are c · m + j, a channel's kernels side by side.",
    zh="W 的行按 j · C + c 读了。应是 c · m + j，同一通道的几个核挨着。",
)
combined_kernel.trap(
    block_diagonal,
    en="This is the depthwise step alone, written as a standard kernel. The pointwise matrix is "
    "still "
    "to be multiplied in.",
    zh="这只是逐通道那一步写成的标准核，还没有乘上逐点的矩阵。",
)
combined_kernel.trap(
    _combined_variant(spec="abcm,cmo->abo"),
    en="The input channels are summed away. A standard kernel keeps them, (k, k, C, Co): only m is "
    "summed over.",
    zh="把输入通道也求和掉了。标准核要保留它，(k, k, C, Co)：只对 m 求和。",
)
combined_kernel.trap(
    _combined_variant(share=lambda m: 1 / m),
    en="The m kernels of a channel are averaged. Their results are added.",
    zh="对一个通道的 m 个核取了平均，它们的结果应当相加。",
)
combined_kernel.trap(
    _combined_variant(
        split=lambda W, C, m: (W.T if W.shape[0] == W.shape[1] else W).reshape(C, m, -1)
    ),
    en="W is transposed: it is (C · m, Co), inputs first.",
    zh="W 被转置了：它是 (C · m, Co)，输入在前。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

cost_ratio = Estimate(0.1189, rtol=0.01)
cost_ratio.trap(
    1 / 9,
    en="1/9 is the depthwise saving alone. The pointwise step remains: 1/Co more, from all k² "
    "places down to one.",
    zh="1/9 只是省掉 k² 的部分。还要加上 1/Co。",
)
cost_ratio.trap(
    1 / 9 + 1 / 64,
    en="1/64 uses the input channels. Both terms divide by the standard cost k² Ci Co: Ci cancels, "
    "Co stays.",
    zh="1/64 用的是输入通道。两项都除以标准卷积的 k² Ci Co：约掉的是 Ci，留下的是 Co。",
)

pointwise_share = Estimate(94.86, unit="%", rtol=0.005)
pointwise_share.trap(
    74.6,
    en="That is the share of the weights. The question is about multiplications.",
    zh="这是权重的占比。题目问的是乘法次数。",
)

flaws = Flaws()
flaws.false(
    en="The pointwise convolution compresses the features: it reduces the number of channels.",
    zh="逐点卷积起压缩特征的作用，会减少通道数。",
    because_en="It mixes channels, to any number. MobileNet's widen from 32 to 64, 128 … 1,024.",
    because_zh="它的作用是混合通道，输出多少个都行。MobileNet 的逐点卷积是从 32 扩到 64、"
    "128……1024。",
    source="Howard et al. 2017, Table 1",
)
flaws.true(
    en="Against a standard k×k convolution a depthwise-separable one costs 1/Co + 1/k² of the "
    "multiplications.",
    zh="与标准 k×k 卷积相比，深度可分离卷积的乘法次数只有它的 1/Co + 1/k²。",
)
flaws.false(
    en="A ninth of the multiplications means a ninth of the time.",
    zh="乘法次数降到九分之一，用时也就降到九分之一。",
    because_en="The depthwise step does little arithmetic per byte it moves, so memory sets its "
    "pace. "
    "The timing in this notebook shows it.",
    because_zh="逐通道那一步每搬一个字节只做很少的计算，速度由内存决定。本笔记里的计时可以看到。",
    source="measured in this notebook",
    source_zh="本课实测",
)
flaws.false(
    en="A depthwise convolution saves weights by sharing one kernel among all channels.",
    zh="逐通道卷积让所有通道共用一个核，从而节省参数。",
    because_en="Every channel has its own kernel. It saves by not looking at other channels.",
    because_zh="每个通道有自己的核。省在它不看别的通道。",
    source="Howard et al. 2017, §3.1",
)
flaws.true(
    en="A depthwise convolution is a grouped convolution with as many groups as channels.",
    zh="逐通道卷积就是组数等于通道数的分组卷积。",
)
flaws.false(
    en="Any standard convolution can be rewritten exactly as a separable one with m = 1.",
    zh="任何标准卷积都能精确改写成 m = 1 的可分离卷积。",
    because_en="With m = 1 the kernels from one input channel to all outputs are multiples of one "
    "another: rank 1. A standard layer has up to k².",
    because_zh="m = 1 时，同一输入通道到各输出通道的核只差一个倍数：秩为 1。标准卷积可以到 k²。",
    source="the kernel computed in this notebook",
    source_zh="本课算出的卷积核",
)

say = Say(
    model_en="A standard convolution filters space and mixes channels in one step. A "
    "depthwise-separable one splits it: first every channel is filtered with its own k×k kernel, "
    "then a 1×1 convolution mixes the channels at every pixel. A place costs k² Ci plus Ci Co "
    "multiplications instead of k² Ci Co, a ratio of 1/Co + 1/k²: about an eighth to a ninth for "
    "3×3. Most of what is left is the pointwise part, 95 % in MobileNet. The price is less "
    "freedom: "
    "all kernels that start at one input channel are multiples of one. And the time falls less "
    "than "
    "the multiplications, because the depthwise step is limited by memory.",
    model_zh="标准卷积一步里既做空间滤波又混合通道。深度可分离卷积把它拆成两步：先逐通道，"
    "每个通道用自己"
    "的 k×k 核；再用 1×1 卷积在每个像素上混合通道。每个位置的乘法从 k² Ci Co 变成 k² Ci 加 Ci Co，"
    "比值是 1/Co + 1/k²，3×3 时约为八到九分之一。剩下的大头是逐点卷积，MobileNet 里占 95%。代价是"
    "表达能力受限：从同一输入通道出发的核只差一个倍数。而且用时降得没有乘法次数多，"
    "因为逐通道那一步受内存带宽限制。",
)
say.point(
    en="Depthwise: every channel with its own kernel",
    zh="逐通道：每个通道用自己的核",
    found_en=[r"\bdepthwise\b", r"\b(each|every|per) channel\b", r"\bchannel by channel\b"],
    found_zh=[r"逐通道", r"每个通道", r"各通道.{0,6}(自己|各自)", r"depthwise"],
)
say.point(
    en="Pointwise: 1×1 mixes the channels",
    zh="逐点：1×1 混合通道",
    found_en=[r"\bpointwise\b", r"\b1 ?[x×] ?1\b", r"\bmix\w*\b.{0,20}\bchannels"],
    found_zh=[r"逐点", r"1 ?[x×] ?1", r"混合.{0,4}通道"],
)
say.point(
    en="The ratio 1/Co + 1/k²",
    zh="比值 1/Co + 1/k²",
    found_en=[
        r"1 ?/ ?(Co|C_out|k)",
        r"\b(an? )?(eighth|ninth)\b",
        r"\b(8|9|eight|nine)( to (9|nine))? times (fewer|less|cheaper)\b",
    ],
    found_zh=[r"1 ?/ ?(Co|C_out|k)", r"(八|九|8|9)分之一", r"(八|九|8|9) ?倍"],
)
say.point(
    en="The price: less freedom, and time falls less than multiplications",
    zh="代价：表达能力受限；用时降得比乘法少",
    found_en=[
        r"\b(memory|bandwidth)\b",
        r"\b(less|fewer|lower|limited|restricted)\b.{0,20}\b(freedom|express\w+|capacity|rank)",
        r"\brank\b",
        r"\bmultiples of\b",
        r"\baccuracy\b.{0,20}\b(drop|loss|lower|falls)",
    ],
    found_zh=[
        r"(内存|访存|带宽)",
        r"(表达|自由度|容量).{0,6}(受限|下降|降低|变弱|较弱)",
        r"秩",
        r"精度.{0,6}(下降|损失)",
    ],
)
