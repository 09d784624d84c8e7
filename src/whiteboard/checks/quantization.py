"""Quantization: affine and per channel, an integer linear layer, calibration, smoothing.

The references go number by number with Python's integers, which cannot overflow.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- quantize ----------------------------------------------------------------------------------


def _one_scale(values, bits):
    """(codes, scale, zero) of a flat list of numbers."""
    top = 2**bits - 1
    low, high = min(0.0, *values), max(0.0, *values)
    scale = (high - low) / top or 1.0
    zero = round(-low / scale)
    return [min(max(round(v / scale) + zero, 0), top) for v in values], scale, zero


def _quantize(x, bits=8, axis=None):
    if axis is None:
        codes, scale, zero = _one_scale(x.ravel().tolist(), bits)
        one = (1,) * x.ndim
        return np.reshape(codes, x.shape), np.full(one, scale), np.full(one, zero)
    slices = np.moveaxis(x, axis, 0)
    parts = [_one_scale(part.ravel().tolist(), bits) for part in slices]
    codes = np.stack([np.reshape(c, slices.shape[1:]) for c, _, _ in parts], axis=axis)
    shape = [1] * x.ndim
    shape[axis] = len(parts)
    scales, zeros = ([p[i] for p in parts] for i in (1, 2))
    return codes, np.reshape(scales, shape), np.reshape(zeros, shape)


def _variant(
    levels=lambda bits: 2**bits - 1,
    low=lambda x, axes: np.minimum(x.min(axis=axes, keepdims=True), 0),
    high=lambda x, axes: np.maximum(x.max(axis=axes, keepdims=True), 0),
    zero=np.round,
    clip=np.clip,
    whole=np.round,
    axes=lambda x, axis: tuple(a for a in range(x.ndim) if a != axis) if axis is not None else None,
    empty=1.0,
):
    """quantize, vectorised, with one idea exchanged."""

    def answer(x, bits=8, axis=None):
        which = axes(x, axis)
        a, b = low(x, which), high(x, which)
        scale = (b - a) / levels(bits)
        scale = np.where(scale == 0, empty, scale)
        with np.errstate(all="ignore"):
            z = zero(-a / scale)
            return clip(whole(x / scale) + z, 0, 2**bits - 1), scale, z

    return answer


def _wrap(codes, low, high):
    return codes % (high + 1)


def _signed(codes, low, high):
    return np.clip(codes, low, high).astype(np.int8)


quantize = Check(_quantize, returns=("codes", "scale", "zero"))
quantize.case(
    np.array([[-1.0, 0.0, 0.4, 2.0]]),
    2,
    en="two bits: the codes 0 to 3 span [−1, 2], a step is 1, and the number 0 is code 1",
    zh="2 位：编码 0 到 3 覆盖 [−1, 2]，步长 1，数字 0 的编码是 1",
    ask_en="How many steps lie between the lowest and the highest of four codes?",
    ask_zh="四个编码，从最小到最大之间有几步？",
)
quantize.case(
    np.array([[1.2, 2.0, 4.1], [3.3, 1.9, 2.6]]),
    4,
    en="all positive: the range still begins at 0, so that 0 stays exact",
    zh="全是正数：范围仍从 0 开始，0 才能精确表示",
    ask_en="What does the code of 0 stand for after dequantizing?",
    ask_zh="0 的编码反量化之后是多少？",
)
quantize.case(
    np.array([[-0.7, -2.0], [-0.31, -1.1]]),
    3,
    en="all negative: it ends at 0",
    zh="全是负数：范围到 0 为止",
)
quantize.case(
    np.array([[0.02, -5.0, 1.1], [-0.03, 9.0, 0.7], [0.01, 3.3, -0.2], [0.043, -1.0, 0.4]]),
    8,
    1,
    en="axis=1: every column has its own scale and zero point, shapes (1, 3)",
    zh="axis=1：每一列有自己的 scale 和零点，形状 (1, 3)",
)
quantize.case(
    np.array([[0.02, -5.0, 1.1], [-0.03, 9.0, 0.7]]),
    8,
    0,
    en="axis=0: every row",
    zh="axis=0：每一行",
)
quantize.case(
    np.zeros((2, 2)),
    8,
    en="all zeros: scale 1, and nothing divides by 0",
    zh="全零：scale 取 1，不能除以 0",
)


@quantize.fresh(en="fresh numbers", zh="新的数")
def _(rng):
    return rng.normal(size=(4, 5)) * rng.uniform(0.1, 9, size=(1, 5)), int(rng.integers(3, 9)), 1


@quantize.property(en="no number is off by more than half a step", zh="误差不超过半个步长")
def _(answer, rng):
    x = rng.normal(size=(6, 7)) * 3
    codes, scale, zero = (np.asarray(a, float) for a in answer(x.copy(), 5))
    worst = np.abs((codes - zero) * scale - x).max() / np.max(scale)
    return Evidence(
        given={"x": x, "bits": 5},
        names_zh={"bits": "位数"},
        expected=0.5 + 1e-9,
        got=float(worst),
        relation="at most",
    )


@quantize.property(
    en="where both roundings meet a half, the code is clipped to the range of codes",
    zh="两次取整都碰上 0.5 时，编码要截断到范围内",
)
def _(answer):
    x = np.array([[-1.5, 0.0, 1.5]])  # step 1: the top code is 2 + 2 before it is clipped
    codes = np.asarray(answer(x.copy(), 2)[0], float)
    return Evidence(
        given={"x": x, "bits": 2},
        names_zh={"bits": "位数"},
        expected=[True, True],
        got=[bool(codes.min() >= 0), bool(codes.max() <= 3)],
    )


quantize.trap(
    _variant(levels=lambda bits: 2**bits),
    en="2^b codes have 2^b − 1 steps between them. With 2^b the top of the range gets a code that "
    "does "
    "not exist.",
    zh="2^b 个编码之间只有 2^b − 1 步。除以 2^b，最大值就落到了不存在的编码上。",
)
quantize.trap(
    _variant(levels=lambda bits: 2**bits, clip=_wrap),
    en="The largest number gets code 2^b, which wraps to 0: steps are (high − low) / (2^b − 1), "
    "and codes "
    "are clipped.",
    zh="最大的数得到编码 2^b，溢出回到 0。步长是 (high − low) / (2^b − 1)，编码还要截断。",
)
quantize.trap(
    _variant(
        low=lambda x, axes: x.min(axis=axes, keepdims=True),
        high=lambda x, axes: x.max(axis=axes, keepdims=True),
    ),
    en="The range does not include 0. Then 0 has no exact code, and padding, ReLU and masks all "
    "get an "
    "error.",
    zh="范围没有包含 0。这样 0 就没有精确的编码，填充、ReLU、掩码处都会带上误差。",
)
quantize.trap(
    _variant(zero=lambda z: z),
    en="The zero point is not rounded. It is a code: a whole number, so that 0 is represented "
    "exactly.",
    zh="零点没有取整。零点是一个编码，必须是整数，0 才能精确表示。",
)
quantize.trap(
    _variant(axes=lambda x, axis: axis),
    en="The minimum runs along `axis` itself. `axis` is the one that keeps its own scales: reduce "
    "over the "
    "others.",
    zh="最小值沿 `axis` 本身取了。`axis` 是各有各的 scale 的那个轴：要对其余的轴求最值。",
    ask_en="For a weight (in, out) with one scale per output: over which axis does the minimum "
    "run?",
    ask_zh="权重 (in, out)，每个输出一个 scale：最小值沿哪个轴取？",
)
quantize.trap(
    _variant(axes=lambda x, axis: None),
    en="One scale for everything: axis is not used. A column of small numbers then has hardly any "
    "codes.",
    zh="所有数共用一个 scale，没有用 axis。数值小的那一列几乎分不到编码。",
)
quantize.trap(
    _variant(whole=np.floor),
    en="Rounded down instead of to the nearest code: the error reaches a whole step, and always "
    "the same way.",
    zh="向下取整了，应取最近的编码。现在误差可达一整步，而且总偏向一边。",
)
quantize.trap(
    _variant(empty=np.nan),
    en="A tensor of zeros has a range of 0 and divides by it. Give it scale 1.",
    zh="全零的张量范围是 0，会除以 0。给它 scale 1。",
)
quantize.trap(
    _variant(clip=_signed),
    en="Codes above 127 do not fit into int8 and turn negative. Codes from 0 to 255 are uint8.",
    zh="大于 127 的编码放不进 int8，会变成负数。0 到 255 的编码要用 uint8。",
)


# ---- int8_linear -------------------------------------------------------------------------------


def _int8_linear(xq, xs, xz, wq, ws, bias):
    out = np.zeros((len(xq), wq.shape[1]))
    for n, o in np.ndindex(out.shape):
        total = sum((int(a) - int(xz)) * int(w) for a, w in zip(xq[n], wq[:, o], strict=True))
        out[n, o] = total * float(xs) * float(ws.ravel()[o]) + float(bias[o])
    return out


def _linear(
    dtype=np.int32,
    shift=lambda x, z: x - z,
    scale=lambda acc, xs, ws: acc * xs * ws,
    add=lambda y, b, xs, ws: y + b,
):
    def answer(xq, xs, xz, wq, ws, bias):
        with np.errstate(all="ignore"):
            acc = shift(xq.astype(dtype), dtype(xz)) @ wq.astype(dtype)
            return add(scale(acc.astype(float), xs, ws), bias, xs, ws)

    return answer


def _layer(rng, N, i, o):
    x, W = (
        np.abs(rng.normal(size=(N, i))) * 3 - 1,
        rng.normal(size=(i, o)) * rng.uniform(0.1, 2, size=o),
    )
    xq, xs, xz = _quantize(x, 8)
    ws = np.abs(W).max(axis=0, keepdims=True) / 127
    return (
        xq.astype(np.uint8),
        float(xs.item()),
        int(xz.item()),
        np.round(W / ws).astype(np.int8),
        ws,
        rng.normal(size=o).round(2),
    )


int8_linear = Check(_int8_linear)
int8_linear.case(
    np.array([[3, 250], [10, 100]], np.uint8),
    0.5,
    10,
    np.array([[100, -2], [50, 127]], np.int8),
    np.array([[0.1, 2.0]]),
    np.array([1.0, -1.0]),
    en="codes above 127, products in the thousands: sums in int32, then the two scales, then the "
    "bias",
    zh="编码有超过 127 的，乘积上千：用 int32 累加，再乘两个 scale，最后加偏置",
    ask_en="What is the largest product of a code 250 − 10 and a weight 127, and does int8 hold "
    "it?",
    ask_zh="(250 − 10) × 127 是多少？int8 放得下吗？",
)
int8_linear.case(
    *_layer(np.random.default_rng(1), 3, 40, 5), en="3 rows, 40 → 5", zh="3 行，40 → 5"
)


@int8_linear.fresh(en="a fresh layer", zh="新的一层")
def _(rng):
    return _layer(rng, 2, 30, 4)


int8_linear.trap(
    _linear(dtype=np.int8),
    en="int8 overflows: a code of 250 is not even an int8, and the sums wrap. Convert to int32 "
    "before "
    "anything is subtracted or multiplied.",
    zh="int8 溢出了：250 本身就放不进 int8，累加更会回绕。相减、相乘之前先转成 int32。",
)
int8_linear.trap(
    _linear(dtype=np.int16),
    en="int16 overflows as well: one product reaches 32,385 = 255 · 127, and many are added.",
    zh="int16 也会溢出：一个乘积就可达 255 × 127 = 32385，还要累加很多个。",
)
int8_linear.trap(
    _linear(shift=lambda x, z: x),
    en="The zero point is not subtracted: code xz stands for the number 0.",
    zh="没有减零点：编码 xz 代表的才是数字 0。",
)
int8_linear.trap(
    _linear(shift=lambda x, z: x + z),
    en="The zero point is added. x = (xq − xz) · xs.",
    zh="零点加上去了。应是 x = (xq − xz) · xs。",
)
int8_linear.trap(
    _linear(scale=lambda acc, xs, ws: acc * ws),
    en="The input's scale is missing: both factors were divided by one.",
    zh="漏了输入的 scale：两个因子量化时都除过 scale。",
)
int8_linear.trap(
    _linear(scale=lambda acc, xs, ws: acc * xs * ws.mean()),
    en="One scale for all outputs. ws has one per output column.",
    zh="所有输出用了同一个 scale。ws 的每个输出列各有一个。",
)
int8_linear.trap(
    _linear(scale=lambda acc, xs, ws: acc, add=lambda y, b, xs, ws: (y + b) * xs * ws),
    en="The bias is scaled too. It is a real number, added after the scales.",
    zh="偏置也被乘了 scale。它本来就是实数，应在乘完 scale 之后加。",
)
int8_linear.trap(
    lambda xq, xs, xz, wq, ws, bias: (xq - np.uint8(xz)) @ wq * (xs * ws) + bias,
    en="Nothing is converted. In uint8, 3 − 10 is 249, and uint8 times int8 is summed in int16. "
    "To int32 first.",
    zh="没有转换类型。uint8 里 3 − 10 等于 249，uint8 和 int8 的乘积又只用 int16 累加。先转成 "
    "int32。",
)
int8_linear.trap(
    lambda xq, xs, xz, wq, ws, bias: (xq - np.uint8(xz)).astype(np.int32) @ wq * (xs * ws) + bias,
    en="Converted too late: the zero point is subtracted in uint8, where 3 − 10 is 249.",
    zh="转换晚了：减零点时还是 uint8，3 − 10 等于 249。",
)


# ---- best_clip ---------------------------------------------------------------------------------


def _best_clip(x, bits, candidates):
    top, errors = 2 ** (bits - 1) - 1, []
    for c in candidates:
        step, total = c / top, 0.0
        for v in x.ravel().tolist():
            total += (v - min(max(round(v / step), -top), top) * step) ** 2
        errors.append(total / x.size)
    return candidates[int(np.argmin(errors))], min(errors)


def _clip_variant(
    inside=lambda x, c: np.ones(x.shape, bool), cost=np.square, choose=np.argmin, mean=np.mean
):
    def answer(x, bits, candidates):
        n, errors = 2 ** (bits - 1) - 1, []
        for c in candidates:
            step = c / n
            back = np.clip(np.round(x / step), -n, n) * step
            errors.append(mean(cost((x - back) * inside(x, c))))
        best = int(choose(errors))
        return candidates[best], errors[best]

    return answer


def never_clip(x, bits, candidates):
    n, c = 2 ** (bits - 1) - 1, max(candidates)
    return c, np.mean((x - np.round(x * n / c) * c / n) ** 2)


_BELL = np.random.default_rng(3).normal(size=200).round(2)
_CANDIDATES = [0.5, 1.0, 2.0, 3.0, 5.0, 9.0]

best_clip = Check(_best_clip, returns=("clip", "error"))
best_clip.case(
    np.array([1.0, 1.0, -1.0, 1.0, 1.0, 3.0]),
    2,
    [1.0, 0.5, 3.0],
    en="codes −1, 0, 1: c = 1 costs only the 3 its distance, 4 / 6; c = 3 turns every ±1 into 0, "
    "5 / 6",
    zh="编码 −1、0、1：c = 1 只有 3 有误差，4 / 6；c = 3 把所有 ±1 都变成 0，5 / 6",
    ask_en="With c = 3 the step is 3. What becomes of the number 1?",
    ask_zh="c = 3 时步长是 3，数字 1 会变成什么？",
)
best_clip.case(
    np.append(_BELL, [4.5]),
    3,
    [0.1, 1.0, 2.0, 3.0, 5.0],
    en="200 ordinary numbers and one outlier, 3 bits: clip where the mean squared error is least",
    zh="200 个普通的数和一个离群值，3 位：在均方误差最小处截断",
    ask_en="A larger range makes which error larger, and which smaller?",
    ask_zh="范围越大，哪种误差越大，哪种越小？",
)
best_clip.case(
    np.append(_BELL, [9.0, -8.0, 7.5]),
    8,
    _CANDIDATES,
    en="8 bits have codes to spare",
    zh="8 位的编码够用",
)
best_clip.case(_BELL, 2, _CANDIDATES, en="two bits: three codes", zh="2 位：只有三个编码")
best_clip.case(
    np.array([0.4, 0.6, 3.0]),
    2,
    [1.0, 3.0],
    en="three numbers: clipping costs more here",
    zh="三个数：这里截断的代价更大",
)


@best_clip.fresh(en="fresh numbers", zh="新的数")
def _(rng):
    x = rng.standard_t(4, size=300).round(3)
    return x, int(rng.integers(3, 7)), [0.7, 1.3, 2.1, 3.4, 5.5, 8.9, 14.4]


best_clip.trap(
    never_clip,
    en="The largest range. It clips nothing, and leaves few codes for the many small numbers.",
    zh="取了最大的范围。这样谁也不截断，但留给大量小数值的编码就没几个了。",
)
best_clip.trap(
    _clip_variant(inside=lambda x, c: np.abs(x) <= c),
    en="Numbers beyond the range are left out of the error. Clipping is an error too: it counts.",
    zh="超出范围的数没有算进误差。截断也是误差，要算。",
)
best_clip.trap(
    _clip_variant(inside=lambda x, c: np.abs(x) > c),
    en="Only the clipped numbers are counted. Rounding makes an error in all the others.",
    zh="只算了被截断的数。其余的数都有舍入误差。",
)
best_clip.trap(
    _clip_variant(choose=np.argmax),
    en="This takes the worst of the candidates.",
    zh="选成了误差最大的那个。",
)
best_clip.trap(
    _clip_variant(cost=np.abs),
    en="The absolute error is minimised. The question asks for the squared one, which weighs the "
    "clipped "
    "outliers more.",
    zh="最小化的是绝对误差。题目要的是平方误差，它更看重被截断的离群值。",
)
best_clip.trap(
    _clip_variant(mean=np.sum),
    en="The squared errors are summed. The question asks for their mean.",
    zh="平方误差求了和，题目要的是平均。",
)


# ---- smooth ------------------------------------------------------------------------------------


def _smooth(X, W, alpha=0.5):
    scales = np.array(
        [
            max(abs(X[:, j]).max(), 1e-8) ** alpha / max(abs(W[j]).max(), 1e-8) ** (1 - alpha)
            for j in range(X.shape[1])
        ]
    )
    return X / scales, W * scales[:, None]


def _smooth_variant(
    powers=lambda a: (a, 1 - a),
    top=lambda W: np.abs(W).max(axis=1),
    weights=lambda W, s: W * s[:, None],
    inputs=lambda X: np.abs(X).max(axis=0),
):
    def answer(X, W, alpha=0.5):
        p, q = powers(alpha)
        s = inputs(X) ** p / top(W) ** q
        return X / s, weights(W, s)

    return answer


smooth = Check(_smooth, returns=("X", "W"))
smooth.case(
    np.array([[16.0, 1.0], [-9.0, 0.5]]),
    np.array([[1.0, -0.5, 0.25], [2.0, 4.0, -1.0]]),
    en="channel 0 reaches 16, its weights 1: divide by √16 / √1 = 4, multiply the weights by 4",
    zh="通道 0 最大 16，对应的权重最大 1：除以 √16 / √1 = 4，权重乘 4",
    ask_en="Which row of W meets channel 0 of X?",
    ask_zh="X 的通道 0 和 W 的哪一行相乘？",
)
smooth.case(
    np.random.default_rng(7).normal(size=(5, 3)).round(2) * [1, 50, 1],
    np.random.default_rng(8).normal(size=(3, 3)).round(2),
    0.75,
    en="α = 0.75 moves more of the difficulty into the weights",
    zh="α = 0.75：把更多难度转给权重",
)


@smooth.property(en="the product does not change", zh="乘积不变")
def _(answer, rng):
    X, W = rng.normal(size=(4, 5)) * 10, rng.normal(size=(5, 3))
    a, b = answer(X.copy(), W.copy(), 0.5)
    return Evidence(given={"X": X, "W": W}, expected=X @ W, got=np.asarray(a) @ np.asarray(b))


@smooth.fresh(en="fresh arrays", zh="新的数组")
def _(rng):
    return rng.normal(size=(6, 4)) * rng.uniform(1, 40, size=4), rng.normal(size=(4, 3)), 0.6


smooth.trap(
    _smooth_variant(weights=lambda W, s: W / s[:, None]),
    en="The weights are divided as well: the layer computes something else. X / s needs W · s.",
    zh="权重也被除了，这一层算出来就不一样了。X 除以 s，W 就要乘 s。",
)
smooth.trap(
    _smooth_variant(weights=lambda W, s: W),
    en="The weights are not changed: the layer computes something else.",
    zh="权重没有变，这一层算出来就不一样了。",
)
smooth.trap(
    _smooth_variant(powers=lambda a: (1 - a, a)),
    en="α and 1 − α are exchanged: α is the input's exponent, so that a larger α takes more off "
    "the inputs.",
    zh="α 和 1 − α 弄反了：α 是输入的指数，α 越大，从输入拿走的越多。",
)
smooth.trap(
    _smooth_variant(powers=lambda a: (1, 0)),
    en="All of the difficulty goes into the weights (α = 1): their rows get the outliers.",
    zh="难度全转给了权重（α = 1）：离群值跑到权重的行里去了。",
)
smooth.trap(
    _smooth_variant(
        top=lambda W: np.abs(W).max(axis=0) if W.shape[0] == W.shape[1] else np.abs(W).max()
    ),
    en="The maximum of W is taken over the wrong axis: channel j of X meets row j of W.",
    zh="W 的最大值沿错了轴：X 的通道 j 对应 W 的第 j 行。",
)
smooth.trap(
    _smooth_variant(inputs=lambda X: X.max(axis=0)),
    en="The largest value, not the largest absolute value: negative outliers are missed.",
    zh="取的是最大值，不是绝对值的最大值：负的离群值被漏掉了。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

grouped_size = Estimate("3.48 GB", rtol=0.01)
grouped_size.trap(
    "3.37 GB",
    en="The scales are missing: 16 bits for every 128 weights are 0.125 bits a weight.",
    zh="漏了 scale：每 128 个权重一个 16 位的数，平均每个权重 0.125 位。",
)
grouped_size.trap(
    "27.8 GB",
    en="Those are gigabits. A byte has eight bits.",
    zh="这是 Gb（比特）。一个字节 8 位。",
)
flaws = Flaws()
flaws.false(
    en="Quantization means to convert the weights to integers; nothing else has to be stored.",
    zh="量化就是把权重转成整数，不用另存别的东西。",
    because_en="Codes mean nothing without their scale (and zero point); FP8 is quantization too.",
    because_zh="没有 scale（和零点），编码就没有意义；而且 FP8 也是量化。",
    source="Jacob et al. 2018, §2.1",
)
flaws.true(
    en="In the affine scheme the number 0 must have an exact code: it pads, it masks, it comes "
    "out of ReLU.",
    zh="仿射量化里，数字 0 必须有精确的编码：填充、掩码、ReLU 的输出都是 0。",
)
flaws.false(
    en="int8 products may be summed in int8, since inputs and weights are int8.",
    zh="输入和权重都是 int8，所以可以用 int8 累加。",
    because_en="One product needs 16 bits, a sum of many more. Hardware accumulates in int32.",
    because_zh="一个乘积就要 16 位，累加还要更多。硬件用 int32 累加。",
    source="Jacob et al. 2018, §2.4",
)
flaws.true(
    en="Scales per output channel cost almost nothing in a matrix product: each output is "
    "multiplied once at "
    "the end.",
    zh="每个输出通道一个 scale，在矩阵乘里几乎没有额外开销：每个输出最后乘一次。",
)
flaws.false(
    en="Scales per input channel of the activations are just as cheap.",
    zh="激活值按输入通道各用一个 scale，同样便宜。",
    because_en="The sum runs over that axis: the scales cannot be taken out of it. That is why "
    "SmoothQuant "
    "moves them into the weights.",
    because_zh="求和正是沿着这个轴，scale 提不到求和外面。所以 SmoothQuant 才把它挪进权重。",
    source="Xiao et al. 2022, §3",
)
flaws.false(
    en="Weight-only 4-bit quantization speeds up prefill as much as decoding.",
    zh="只量化权重到 4 位，prefill 和解码提速一样多。",
    because_en="It saves reading, which decoding is bound by. Prefill is bound by arithmetic, and "
    "the weights "
    "are turned back to 16 bits for it.",
    because_zh="它省的是读权重，解码正好受此限制。prefill 受计算限制，而且计算前权重还要还原成 16 "
    "位。",
    source="Lin et al. 2023, §4",
)
flaws.true(
    en="GPTQ quantizes a layer's weights column by column and lets the remaining ones make up for "
    "the error.",
    zh="GPTQ 逐列量化一层的权重，让剩下的列去补偿误差。",
)

say = Say(
    model_en="Quantization stores numbers as small integers with a scale: x is scale times code "
    "minus "
    "zero point. The scale is the range over 2^b − 1, the zero point is an integer so that 0 is "
    "exact, "
    "and codes are clipped. Weights are usually symmetric and per output channel, since one large "
    "channel "
    "would ruin the others; activations per tensor or per token. Products are summed in int32 and "
    "rescaled once. The range comes from calibration, and outliers are the trouble: clipping "
    "trades "
    "rounding against clipping error, SmoothQuant moves the outliers into the weights, GPTQ "
    "compensates "
    "errors, AWQ protects the channels that matter. Weight-only 4-bit mainly speeds up decoding, "
    "because "
    "it is bound by reading weights.",
    model_zh="量化就是用小整数加一个 scale 存数：x = scale ×（编码 − 零点）。scale 是范围除以 2^b "
    "− 1，零点取整数，"
    "保证 0 精确，编码要截断。权重一般对称量化、每个输出通道一个 scale，"
    "否则一个大通道会毁掉其他通道；激活值按张量"
    "或按 token。乘积用 int32 累加，最后统一乘 scale。范围靠校准来定，麻烦在离群值："
    "截断是在舍入误差和截断误差之间"
    "权衡；SmoothQuant 把离群值挪进权重，GPTQ 逐列补偿误差，AWQ 保护重要的通道。只量化权重到 4 "
    "位主要加速解码，"
    "因为解码受读权重的带宽限制。",
)
say.point(
    en="Scale and zero point: x = scale · (code − zero)",
    zh="scale 和零点：x = scale ·（编码 − 零点）",
    found_en=[r"\bscales?\b", r"\bzero[ -]?points?\b"],
    found_zh=[r"scale", r"缩放(因子|系数)", r"零点"],
)
say.point(
    en="Per channel for weights",
    zh="权重逐通道",
    found_en=[r"\bper[ -](output[ -])?channel\b", r"\b(each|every) (output )?channel\b"],
    found_zh=[r"(逐|每个?|按)(输出)?通道", r"per.channel"],
)
say.point(
    en="Sums in int32",
    zh="int32 累加",
    found_en=[r"\bint32\b", r"\b32[ -]bit\b"],
    found_zh=[r"int32", r"32 ?位"],
)
say.point(
    en="Calibration and outliers",
    zh="校准与离群值",
    found_en=[r"\bcalibrat\w+", r"\boutliers?\b", r"\bclipping (error|threshold)\b"],
    found_zh=[r"校准", r"(离群|异常)值", r"截断误差"],
)
say.point(
    en="What it saves: memory and bandwidth, hence decoding",
    zh="省什么：显存和带宽，因而加速解码",
    found_en=[r"\bmemory\b", r"\bbandwidth\b", r"\bdecod\w+", r"\breading\b"],
    found_zh=[r"显存", r"带宽", r"解码", r"内存"],
)
