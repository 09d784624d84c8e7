"""Normalization: LayerNorm and its gradient, BatchNorm with its running state, RMSNorm.

No reference takes a mean. They start from the pairwise differences x_i − x_j of a group: their mean
over j is x_i − μ, half the mean of their squares is the variance, and nothing large cancels. The
gradient is the complex step of that, f′(x) = Im f(x + ih) / h (Squire & Trapp 1998). RMSNorm is the
layer normalization of [x, −x], whose mean is zero.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def normal(rng, *shape):
    """Normal numbers with one decimal, so that a verdict showing them can be followed by hand."""
    return rng.normal(size=shape).round(1)


def wide(x):
    """`x` in float64, or as it is when it is complex."""
    return x if np.iscomplexobj(x) else np.asarray(x, dtype=float)


def standard(x, eps):
    """x (…, D), normalized over the last axis, and the variance (…, 1)."""
    gaps = wide(x)[..., :, None] - wide(x)[..., None, :]
    variance = (gaps * gaps).mean((-2, -1))[..., None] / 2
    return gaps.mean(-1) / (variance + eps) ** 0.5, variance


# ---- layernorm ---------------------------------------------------------------------------------


def _layernorm(x, gamma, beta, eps=1e-5):
    return standard(x, eps)[0] * wide(gamma) + wide(beta)


def _variant(
    mean=lambda x: x.mean(-1, keepdims=True),
    variance=lambda x: x.var(-1, keepdims=True),
    divisor=lambda v, eps: np.sqrt(v + eps),
    affine=lambda h, gamma, beta: h * gamma + beta,
):
    """Layer normalization with one line exchanged."""

    def layernorm(x, gamma, beta, eps=1e-5):
        with np.errstate(all="ignore"):
            h = (x - mean(x)) / divisor(variance(x), eps)
        return affine(h, gamma, beta)

    return layernorm


_ROW = np.array([[0.0, 1.0, 2.0, 5.0]])
_GAMMA, _BETA = np.array([1.5, -2.0, 0.5, 3.0]), np.array([0.1, 0.2, -0.3, 1.0])
# Variances far above ε: a mistake in ε is left to the case that is there for it.
_ROWS = np.array([[30.0, -10.0, 0.0, 20.0], [10.0, 20.0, 60.0, 30.0], [-2.0, 5.0, 1.0, 9.0]])

layernorm = Check(
    _layernorm,
    domain=lambda x, gamma, beta, eps=1e-5: bool(np.isfinite(x).all()) and eps > 0,
)
layernorm.case(
    _ROW,
    np.ones(4),
    np.zeros(4),
    en="a row comes out with mean 0 and variance 1",
    zh="一行归一化之后均值为 0、方差为 1",
    ask_en="What is the sum of the squares of your row? For variance 1 it is 4.",
    ask_zh="你这一行的平方和是多少？方差为 1 时应该是 4。",
)
layernorm.case(
    _ROWS,
    np.ones(4),
    np.zeros(4),
    en="every row has a mean and a variance of its own",
    zh="每一行用自己的均值和方差",
)
layernorm.case(
    _ROWS,
    _GAMMA,
    _BETA,
    en="γ and β, one per feature, come after the normalization",
    zh="γ 和 β 每个特征一个，在归一化之后作用",
)
layernorm.case(
    10 * normal(np.random.default_rng(1), 2, 3, 4),
    _GAMMA,
    _BETA,
    en="of x (B, T, D) every token is normalized alone",
    zh="x 为 (B, T, D) 时，每个 token 单独归一化",
    ask_en="How many means do you compute for x of shape (2, 3, 4)?",
    ask_zh="x 的形状是 (2, 3, 4)，你算了几个均值？",
)
layernorm.case(
    np.array([[0.0, 0.001, 0.002, 0.005], [0.0, 0.1, 0.2, 0.5]]),
    _GAMMA,
    _BETA,
    en="ε is added to the variance, inside the root; its default is 1e-5",
    zh="ε 加在方差上，在根号里面；默认值 1e-5",
)
layernorm.case(
    _ROW,
    _GAMMA,
    _BETA,
    eps=0.5,
    en="eps is an argument and may be large",
    zh="eps 是参数，可以取很大",
)
layernorm.case(
    np.array([[2.0, 2.0, 2.0, 2.0], [0.0, 1.0, 2.0, 5.0]]),
    _GAMMA,
    _BETA,
    en="a constant row gives β, not nan",
    zh="常数行的结果是 β，不是 nan",
)
layernorm.case(
    # 4097² has no float32: E[x²] − E[x]² is 2 here, or 0, depending on how it is squared.
    np.array([[4096.0, 4098.0]], dtype=np.float32),
    np.ones(2, dtype=np.float32),
    np.zeros(2, dtype=np.float32),
    en="float32 numbers near 4097 with a variance of 1",
    zh="float32，数值在 4097 附近，方差为 1",
    ask_en="How many digits of 4097² does float32 hold?",
    ask_zh="float32 存得下 4097² 的全部数字吗？",
)
layernorm.case(
    1e5 * _ROWS,
    _GAMMA,
    _BETA,
    en="large inputs come out as small ones do",
    zh="输入很大时，输出和小输入时一样",
)


@layernorm.fresh(en="fresh random tokens", zh="新的随机 token")
def _(rng):
    x = rng.normal(loc=rng.normal(size=(3, 5, 1)), scale=rng.uniform(0.1, 3, (3, 5, 1)))
    return x + rng.normal(size=(3, 5, 7)), rng.normal(size=7), rng.normal(size=7)


@layernorm.property(
    en="with ε = 0 a row times 0.003 plus 0.07 comes out as the row",
    zh="ε = 0 时，一行乘 0.003 再加 0.07，结果不变",
)
def _(answer):
    args = (np.ones(4), np.zeros(4), 0.0)
    return Evidence(
        given={"x": _ROWS},
        expected=_layernorm(_ROWS, *args),
        got=answer(0.003 * _ROWS + 0.07, *args),
    )


layernorm.trap(
    _variant(variance=lambda x: x.var(-1, keepdims=True, ddof=1)),
    en="The variance divides by D − 1. LayerNorm, like BatchNorm when it normalizes, uses the "
    "biased variance: divide by D. PyTorch's `torch.var` defaults to D − 1, NumPy's to D.",
    zh="方差除以了 D − 1。LayerNorm（以及 BatchNorm 做归一化时）用有偏方差，除以 D。"
    "`torch.var` 默认除以 D − 1，NumPy 默认除以 D。",
    ask_en="0.8660 = √(3/4). Where does the 3 come from?",
    ask_zh="0.8660 = √(3/4)，3 从哪来？",
)
layernorm.trap(
    _variant(mean=lambda x: x.mean(0), variance=lambda x: x.var(0)),
    en="Mean and variance are taken over the batch, which is BatchNorm. LayerNorm looks at one "
    "example at a time: the last axis.",
    zh="均值和方差是沿 batch 求的，那是 BatchNorm。LayerNorm 每次只看一个样本：沿最后一个轴。",
    ask_en="Can the result for one row change when another row changes?",
    ask_zh="改动另一行，这一行的结果会变吗？",
)
layernorm.trap(
    _variant(divisor=lambda v, eps: np.sqrt(v) + eps),
    en="ε stands outside the root. σ + 1e-5 hardly differs from σ; √(σ² + 1e-5) differs as soon "
    "as σ falls below about 0.01.",
    zh="ε 放到了根号外面。σ + 1e-5 几乎就是 σ；而 √(σ² + 1e-5) 在 σ 小于 0.01 左右时就明显不同。",
    ask_en="For σ = 0.001, what is √(σ² + 1e-5), what is σ + 1e-5?",
    ask_zh="σ = 0.001 时，√(σ² + 1e-5) 和 σ + 1e-5 各是多少？",
)


def one_pass(x, gamma, beta, eps=1e-5):
    mean = x.mean(-1, keepdims=True)
    variance = np.maximum((x * x).mean(-1, keepdims=True) - mean * mean, 0)
    return (x - mean) / np.sqrt(variance + eps) * gamma + beta


layernorm.trap(
    one_pass,
    en="E[x²] − E[x]² subtracts two large, nearly equal numbers and keeps their rounding errors. "
    "Subtract the mean first, then square.",
    zh="E[x²] − E[x]² 是两个又大又接近的数相减，剩下的多是舍入误差。先减均值，再平方。",
)
layernorm.trap(
    _variant(
        mean=lambda x: x.mean(tuple(range(1, x.ndim)), keepdims=True),
        variance=lambda x: x.var(tuple(range(1, x.ndim)), keepdims=True),
    ),
    en="One mean for all tokens of a sequence. In a Transformer each token is normalized over its "
    "own D features; otherwise a later token changes an earlier one.",
    zh="整个序列的 token 共用了一个均值。Transformer 里每个 token 在自己的 D 个特征上归一化，"
    "否则后面的 token 会影响前面的。",
)
layernorm.trap(
    _variant(mean=np.mean, variance=np.var),
    en="np.mean without an axis gives one number for the whole array. Every row needs its own: "
    "axis=-1, keepdims=True.",
    zh="np.mean 不写轴，整个数组只得到一个数。每一行都要有自己的：axis=-1，keepdims=True。",
)
layernorm.trap(
    _variant(divisor=lambda v, eps: v + eps),
    en="Divided by the variance. The unit of x only cancels when you divide by its root, the "
    "standard deviation.",
    zh="除的是方差。要除以它的平方根，也就是标准差，x 的量纲才能消掉。",
)
layernorm.trap(
    _variant(divisor=lambda v, eps: np.sqrt(v)),
    en="ε is not used: a constant row is 0 / 0, and a nearly constant one grows to variance 1.",
    zh="没有用 ε：常数行是 0 / 0，接近常数的行会被放大到方差 1。",
)
layernorm.trap(
    _variant(affine=lambda h, gamma, beta: h),
    en="γ and β are missing. Without them no layer could ask for another mean or spread.",
    zh="漏了 γ 和 β。没有它们，网络就无法换成别的均值和尺度。",
)
layernorm.trap(
    _variant(
        mean=lambda x: x.mean(1, keepdims=True),
        variance=lambda x: x.var(1, keepdims=True),
    ),
    en="axis=1 is the features only while x has two axes. For x (B, T, D) it runs over the tokens; "
    "axis=-1 is right for both.",
    zh="只有 x 是二维时 axis=1 才是特征。x 为 (B, T, D) 时它沿的是 token；axis=-1 两种情况都对。",
)


# ---- layernorm_backward ------------------------------------------------------------------------


def _slope(loss, theta, h=1e-20):
    slope = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[index] += 1j * h
        slope[index] = loss(moved).imag / h
    return slope


def _layernorm_backward(dy, x, gamma, eps=1e-5):
    dy, gamma = wide(dy), wide(gamma)

    def loss(x, gamma, beta):
        return (dy * (standard(x, eps)[0] * gamma + beta)).sum()

    beta = np.zeros(gamma.shape)
    return (
        _slope(lambda v: loss(v, gamma, beta), wide(x)),
        _slope(lambda v: loss(wide(x), v, beta), gamma),
        _slope(lambda v: loss(wide(x), gamma, v), beta),
    )


def _rows(x):
    return tuple(range(x.ndim - 1))


def _mean(x):
    return x.mean(-1, keepdims=True)


def _backward(
    dx=lambda d, h, dy, gamma: d - _mean(d) - h * _mean(d * h),
    dgamma=lambda dy, h, x: (dy * h).sum(_rows(x)),
    dbeta=lambda dy: dy.sum(_rows(dy)),
    root=lambda v, eps: np.sqrt(v + eps),
    last=lambda sigma: sigma,
):
    """The backward pass with one line exchanged; d is the gradient at x̂, h is x̂."""

    def layernorm_backward(dy, x, gamma, eps=1e-5):
        sigma = root(x.var(-1, keepdims=True), eps)
        h = (x - _mean(x)) / sigma
        return dx(dy * gamma, h, dy, gamma) / last(sigma), dgamma(dy, h, x), dbeta(dy)

    return layernorm_backward


layernorm_backward = Check(_layernorm_backward, returns=("dx", "dgamma", "dbeta"))
_DY = np.array([[1.0, 0.0, 2.0, 0.0], [0.0, -1.0, 0.0, 3.0], [2.0, 1.0, 0.0, -1.0]])
layernorm_backward.case(
    _DY,
    _ROWS,
    np.ones(4),
    en="dx is the slope of the loss along x: the mean and the variance move with x too",
    zh="dx 是损失对 x 的斜率：均值和方差也随 x 变化",
    ask_en="Nudge x[0, 0]. Which entries of y move?",
    ask_zh="x[0, 0] 动一点，y 的哪些元素会动？",
)
layernorm_backward.case(
    _DY,
    _ROWS,
    _GAMMA,
    en="the gradient passes through γ before it reaches x̂",
    zh="梯度先经过 γ，才到 x̂",
)
layernorm_backward.case(
    normal(np.random.default_rng(2), 2, 3, 4),
    10 * normal(np.random.default_rng(3), 2, 3, 4),
    _GAMMA,
    en="γ and β served every token: their gradients sum over B and T",
    zh="γ 和 β 被每个 token 用过：它们的梯度对 B 和 T 求和",
)
layernorm_backward.case(
    _DY,
    _ROWS,
    _GAMMA,
    eps=2.0,
    en="eps is the one that the forward pass used",
    zh="eps 和前向用的是同一个",
)
layernorm_backward.case(
    _DY,
    0.001 * _ROWS,
    _GAMMA,
    en="eps is 1e-5 where none is given, and shows on small inputs",
    zh="不给 eps 时取 1e-5，输入很小时看得出来",
)
layernorm_backward.case(
    1000 * _DY,
    _ROWS,
    _GAMMA,
    en="a gradient is linear in dy: a thousand times dy, a thousand times every gradient",
    zh="梯度对 dy 是线性的：dy 放大一千倍，每个梯度也放大一千倍",
)


@layernorm_backward.fresh(en="fresh random tokens", zh="新的随机 token")
def _(rng):
    shape = (2, 3, 5)
    return rng.normal(size=shape), rng.normal(1, 2, size=shape), rng.normal(size=5)


layernorm_backward.trap(
    _backward(dx=lambda d, h, dy, gamma: d),
    en="Mean and variance are treated as constants. Both depend on x, so two more terms are "
    "subtracted: the mean of the gradient, and x̂ times the mean of gradient · x̂.",
    zh="把均值和方差当成了常数。它们都依赖 x，所以还要减去两项：梯度的均值，"
    "以及 x̂ 乘（梯度 · x̂）的均值。",
    ask_en="Adding a constant to a row changes nothing. What must a row of dx sum to?",
    ask_zh="一行加上常数，输出不变。那么 dx 的一行加起来应该是多少？",
)
layernorm_backward.trap(
    _backward(dx=lambda d, h, dy, gamma: d - _mean(d)),
    en="The path through the mean is there, the path through the variance is missing: "
    "− x̂ · mean(gradient · x̂).",
    zh="均值那条路有了，方差那条路漏了：还要减去 x̂ 乘（梯度 · x̂）的均值。",
    ask_en="Doubling a row changes (almost) nothing. What is then dx · x̂?",
    ask_zh="一行乘 2，输出（几乎）不变。那么 dx · x̂ 应该是多少？",
)
layernorm_backward.trap(
    _backward(dx=lambda d, h, dy, gamma: d - h * _mean(d * h)),
    en="The path through the variance is there, the path through the mean is missing: "
    "subtract the mean of the gradient. This would be RMSNorm's formula.",
    zh="方差那条路有了，均值那条路漏了：还要减去梯度的均值。这个形式对应 RMSNorm。",
)
layernorm_backward.trap(
    _backward(dx=lambda d, h, dy, gamma: dy - _mean(dy) - h * _mean(dy * h)),
    en="dx ignores γ. The forward pass multiplies x̂ by γ, so the gradient at x̂ is dy · γ.",
    zh="dx 里没有 γ。前向把 x̂ 乘了 γ，所以 x̂ 处的梯度是 dy · γ。",
)
layernorm_backward.trap(
    _backward(dx=lambda d, h, dy, gamma: gamma * (dy - _mean(dy) - h * _mean(dy * h))),
    en="γ is multiplied at the end. It differs from feature to feature, so it cannot leave the two "
    "means: multiply dy by γ first.",
    zh="γ 最后才乘。它各个特征不同，不能从两个均值里提出来：先算 dy · γ。",
)
layernorm_backward.trap(
    _backward(
        dx=lambda d, h, dy, gamma: d - d.sum(-1, keepdims=True) - h * (d * h).sum(-1, keepdims=True)
    ),
    en="Sums stand where means belong: each of the D inputs has only a share 1/D in the mean and "
    "in the variance.",
    zh="该求均值的地方求了和：D 个输入中的每一个，在均值和方差里只占 1/D。",
)
layernorm_backward.trap(
    _backward(dgamma=lambda dy, h, x: (dy * x).sum(_rows(x))),
    en="γ multiplies x̂, not x, so dγ sums dy · x̂.",
    zh="γ 乘的是 x̂，不是 x，所以 dγ 是 dy · x̂ 之和。",
)
layernorm_backward.trap(
    _backward(dgamma=lambda dy, h, x: (dy * h).mean(_rows(x)), dbeta=lambda dy: dy.mean(_rows(dy))),
    en="dγ and dβ are averaged over the rows. A parameter used in every row gets the sum; any 1/B "
    "is already in dy.",
    zh="dγ 和 dβ 对各行取了平均。每一行都用到的参数，梯度是求和；如果有 1/B，已经在 dy 里。",
)
layernorm_backward.trap(
    _backward(dgamma=lambda dy, h, x: (dy * h).sum(0), dbeta=lambda dy: dy.sum(0)),
    en="Summed over the first axis only. For x (B, T, D) the parameters served B · T tokens; sum "
    "over every axis but the last.",
    zh="只对第一个轴求了和。x 是 (B, T, D) 时参数被 B · T 个 token 用过：除最后一个轴外都要求和。",
)
layernorm_backward.trap(
    _backward(last=lambda sigma: 1.0),
    en="The three terms are there, the division by σ is missing: x̂ = (x − μ) / σ, so dx carries "
    "1/σ.",
    zh="三项都有了，漏了除以 σ：x̂ = (x − μ) / σ，所以 dx 里有 1/σ。",
    ask_en="x times 10 leaves y (almost) as it is. What does it do to the slope dy/dx?",
    ask_zh="x 乘 10，y（几乎）不变。斜率 dy/dx 变成多少？",
)
layernorm_backward.trap(
    _backward(root=lambda v, eps: np.sqrt(v)),
    en="eps is not used. The forward pass divided by √(variance + eps); so must you.",
    zh="没有用 eps。前向除的是“方差 + eps”的平方根，反向也一样。",
)


# ---- batchnorm ---------------------------------------------------------------------------------


def _batchnorm(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    if not training:
        columns = zip(wide(x).T, state["mean"], state["var"], gamma, beta, strict=True)
        y = np.stack([(c - m) * (v + eps) ** -0.5 * g + b for c, m, v, g, b in columns], axis=1)
        return y, {key: wide(value) for key, value in state.items()}
    h, variance = standard(wide(x).T, eps)
    batch = {"mean": wide(x).sum(0) / len(x), "var": variance[:, 0] * len(x) / (len(x) - 1)}
    moved = {key: state[key] + momentum * (batch[key] - state[key]) for key in batch}
    return h.T * gamma + beta, moved


def _bn(
    axis=0,
    ddof=0,
    kept_ddof=1,
    use_batch=lambda training: training,
    update=lambda training: training,
    mix=lambda old, new, m: (1 - m) * old + m * new,
    divisor=lambda v, eps: np.sqrt(v + eps),
):
    """Batch normalization with one line exchanged."""

    def batchnorm(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
        mean, var, batch = state["mean"], state["var"], {}
        with np.errstate(all="ignore"):
            if use_batch(training):
                mean, var = (f(axis=axis, keepdims=True) for f in (x.mean, x.var))
                var = x.var(axis=axis, ddof=ddof, keepdims=True)
            y = (x - mean) / divisor(var, eps) * gamma + beta
            if update(training):
                kept = x.var(axis=0, ddof=min(kept_ddof, len(x) - 1))
                batch = {"mean": x.mean(axis=0), "var": kept}
        return y, {k: mix(v, batch[k], momentum) if batch else v for k, v in state.items()}

    return batchnorm


def _moved_first(x, gamma, beta, state, training, momentum=0.1, eps=1e-5):
    _, state = _batchnorm(x, gamma, beta, state, training, momentum, eps)
    return _batchnorm(x, gamma, beta, state, False, eps=eps)[0], state


_X = np.array([[1.0, 10.0, 0.0], [2.0, 30.0, 1.0], [3.0, -10.0, 5.0], [6.0, 10.0, 2.0]])
_G, _B = np.array([2.0, 0.5, -1.0]), np.array([0.0, 1.0, 3.0])
_STATE = {"mean": np.array([1.0, -4.0, 2.0]), "var": np.array([4.0, 9.0, 25.0])}

batchnorm = Check(_batchnorm, returns=("y", "state"))
batchnorm.case(
    _X,
    np.ones(3),
    np.zeros(3),
    _STATE,
    True,
    en="in training every feature comes out with mean 0 and variance 1 over the batch; the state "
    "moves a tenth of the way to the batch's mean and unbiased variance",
    zh="训练时每个特征在 batch 上均值 0、方差 1；state 朝当前 batch 的均值和无偏方差移动十分之一",
)
batchnorm.case(
    _X[:2],
    _G,
    _B,
    _STATE,
    False,
    en="in evaluation the running statistics normalize and stay as they are",
    zh="推理时用滑动统计量来归一化，并且不更新",
    ask_en="Where x equals the running mean, what must come out?",
    ask_zh="x 恰好等于滑动均值时，输出应该是什么？",
)
batchnorm.case(
    _X[:1],
    _G,
    _B,
    _STATE,
    False,
    en="evaluation works for a batch of one",
    zh="推理时 batch 为 1 也行",
)
batchnorm.case(
    _X,
    _G,
    _B,
    _STATE,
    True,
    momentum=0.75,
    en="momentum is the weight of the new batch: 0.75 moves three quarters of the way",
    zh="momentum 是新 batch 的权重：0.75 就移动四分之三",
)
batchnorm.case(
    0.002 * _X,
    _G,
    _B,
    _STATE,
    True,
    en="ε is added to the variance, inside the root; its default is 1e-5",
    zh="ε 加在方差上，在根号里面；默认值 1e-5",
)
batchnorm.case(
    _X,
    _G,
    _B,
    {"mean": np.array([1.0, 2.0, 3.0]), "var": np.array([1e-5, 0.0, 1e-4])},
    False,
    en="ε is there in evaluation too",
    zh="推理时同样有 ε",
)
batchnorm.case(
    np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 5.0]]),
    _G,
    _B,
    _STATE,
    True,
    eps=0.5,
    en="constant features give β; eps is an argument",
    zh="常数特征的结果是 β；eps 是参数",
)


@batchnorm.property(
    en="after k equal batches a share 1 − (1 − momentum)^k of the batch mean has arrived",
    zh="k 个相同的 batch 之后，滑动均值到达 batch 均值的 1 − (1 − momentum)^k",
)
def _(answer):
    state = {"mean": np.zeros(3), "var": np.ones(3)}
    for _ in range(8):
        _, state = answer(_X.copy(), _G, _B, state, True, 0.2)
    share, unbiased = 1 - 0.8**8, np.array([14 / 3, 800 / 3, 14 / 3])
    expected = {"mean": share * np.array([3.0, 10.0, 2.0]), "var": share * unbiased + 1 - share}
    got = {key: np.asarray(state[key]) for key in ("mean", "var")}
    return Evidence(
        given={"x": _X, "momentum": 0.2, "calls": 8},
        expected=expected,
        got=got,
        tolerance=1e-3,
        names_zh={"mean": "均值", "var": "方差"},
    )


@batchnorm.fresh(en="a fresh training batch", zh="新的训练 batch")
def _(rng):
    state = {"mean": rng.normal(size=5), "var": rng.uniform(1, 2, size=5)}
    return rng.normal(2, 3, size=(7, 5)), rng.normal(size=5), rng.normal(size=5), state, True


batchnorm.trap(
    _bn(use_batch=lambda training: True),
    en="In evaluation the batch's own statistics are used: a prediction then depends on the other "
    "examples, and a batch of one gives β. Use the running mean and variance.",
    zh="推理时还在用当前 batch 的统计量：预测结果取决于同一批里的其他样本，"
    "batch 为 1 时只会得到 β。应该用滑动均值和方差。",
    ask_en="Predict one example alone, then together with a thousand others. Same answer?",
    ask_zh="一个样本单独预测，和混在一千个样本里预测，结果一样吗？",
)
batchnorm.trap(
    _bn(use_batch=lambda training: False),
    en="In training the running statistics normalize. They lag behind the weights, and no gradient "
    "flows through them: use the batch's own.",
    zh="训练时用了滑动统计量来归一化。它们跟不上权重的变化，梯度也不经过它们："
    "训练要用当前 batch 的。",
)
batchnorm.trap(
    _bn(mix=lambda old, new, m: m * old + (1 - m) * new),
    en="This is Keras's convention, where momentum (0.99) is the share that stays. Here, as in "
    "PyTorch, momentum (0.1) is the share of the new batch.",
    zh="这是 Keras 的约定：momentum（0.99）是旧值保留的比例。这里和 PyTorch 一样，"
    "momentum（0.1）是新 batch 的权重。",
    ask_en="At momentum 0.1, how far does one batch move your running mean?",
    ask_zh="momentum 为 0.1 时，一个 batch 把你的滑动均值推动了多少？",
)
batchnorm.trap(
    _bn(kept_ddof=0),
    en="The running variance stores the biased one, as Keras does. The question asks for PyTorch's "
    "and the paper's convention: normalize with B, store with B − 1.",
    zh="滑动方差存的是有偏方差，这是 Keras 的做法。题目要的是 PyTorch 和论文的约定："
    "归一化时除以 B，存下来的除以 B − 1。",
    ask_en="A batch of 4: by what factor do the two variances differ?",
    ask_zh="batch 为 4 时，两种方差差几倍？",
)
batchnorm.trap(
    _bn(ddof=1),
    en="The batch is normalized with B − 1. Only the stored variance is unbiased; the one that "
    "normalizes divides by B.",
    zh="归一化时除以了 B − 1。只有存下来的方差是无偏的，用来归一化的除以 B。",
)
batchnorm.trap(
    _bn(axis=1),
    en="Each example is normalized over its features, which is LayerNorm. BatchNorm normalizes "
    "each feature over the batch: axis 0.",
    zh="每个样本在自己的特征上归一化，那是 LayerNorm。"
    "BatchNorm 对每个特征沿 batch 归一化：axis 0。",
)
batchnorm.trap(
    _bn(update=lambda training: True),
    en="Evaluation moves the running statistics. Test data leak into the model, and a second "
    "evaluation gives other results than the first.",
    zh="推理时也更新了滑动统计量：测试数据泄漏进了模型，再评估一次，结果就和第一次不同。",
)
batchnorm.trap(
    _bn(update=lambda training: False),
    en="The state never moves. Without running statistics there is nothing to evaluate with.",
    zh="state 从来没更新。没有滑动统计量，推理时就无从归一化。",
)
batchnorm.trap(
    _bn(mix=lambda old, new, m: new),
    en="The state is replaced by the last batch's statistics. Average: (1 − momentum) · old + "
    "momentum · new.",
    zh="state 被最后一个 batch 的统计量直接覆盖。要做平均：(1 − momentum) · 旧 + momentum · 新。",
)
batchnorm.trap(
    _bn(divisor=lambda v, eps: np.sqrt(v) + eps),
    en="ε stands outside the root. It belongs to the variance: √(variance + ε).",
    zh="ε 放到了根号外面。它应该先加在方差上，再一起开方。",
)
batchnorm.trap(
    _moved_first,
    en="The state is moved first and then normalizes. It holds mostly older batches: in training "
    "the batch's own mean and variance normalize, and the state is only kept for later.",
    zh="先更新了 state，再用它来归一化。它里面大多是旧 batch 的统计量：训练时用当前 batch "
    "自己的均值和方差，state 只是留给推理用的。",
)


# ---- rmsnorm -----------------------------------------------------------------------------------


def _rmsnorm(x, gamma, eps=1e-6):
    both = np.concatenate([wide(x), -wide(x)], axis=-1)
    return standard(both, eps)[0][..., : x.shape[-1]] * wide(gamma)


def _rms(
    centre=lambda x: x,
    square=lambda x: np.mean(x**2, axis=-1, keepdims=True),
    divisor=lambda s, eps: np.sqrt(s + eps),
    scale=lambda h, gamma: h * gamma,
    dtype=np.float64,
):
    """RMSNorm with one line exchanged."""

    def rmsnorm(x, gamma, eps=1e-6):
        with np.errstate(all="ignore"):
            x = centre(x.astype(dtype) if dtype else x)
            return scale(x / divisor(square(x), eps), gamma)

    return rmsnorm


rmsnorm = Check(_rmsnorm)
rmsnorm.case(
    np.array([[1.0, -1.0, 7.0, 7.0]]),
    np.ones(4),
    en="the squares of a row have mean 1 afterwards; its mean stays",
    zh="归一化之后一行的平方均值为 1；均值不被减掉",
    ask_en="What is the mean of the squares of your row?",
    ask_zh="你这一行的平方，均值是多少？",
)
rmsnorm.case(_ROWS, _GAMMA, en="every row by its own RMS, then γ", zh="每行除以自己的 RMS，再乘 γ")
rmsnorm.case(
    normal(np.random.default_rng(4), 2, 3, 4),
    _GAMMA,
    en="of x (B, T, D) every token is normalized alone",
    zh="x 为 (B, T, D) 时，每个 token 单独归一化",
)
rmsnorm.case(
    0.0001 * _ROWS,
    _GAMMA,
    en="ε is added to the mean square, inside the root; its default is 1e-6",
    zh="ε 加在平方均值上，在根号里面；默认值 1e-6",
)
rmsnorm.case(_ROW, _GAMMA, eps=2.0, en="eps is an argument", zh="eps 是参数")
rmsnorm.case(
    np.array([[0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]]),
    _GAMMA,
    en="zeros stay zeros, and a constant row becomes γ",
    zh="全零行仍是零，常数行变成 γ",
)
rmsnorm.case(
    np.array([[300.0, -400.0, 0.0, 500.0]], dtype=np.float16),
    np.array([1.0, 1.0, 2.0, 0.5], dtype=np.float16),
    en="float16 inputs of a few hundred: their squares do not fit into float16",
    zh="float16，数值几百：平方在 float16 里放不下",
    ask_en="The largest float16 is 65504. What is 300²?",
    ask_zh="float16 最大是 65504，300² 是多少？",
)


@rmsnorm.fresh(en="fresh random tokens", zh="新的随机 token")
def _(rng):
    return rng.normal(1, 2, size=(2, 3, 7)), rng.normal(size=7)


rmsnorm.trap(
    _rms(centre=lambda x: x - x.mean(-1, keepdims=True)),
    en="The mean is subtracted: this is LayerNorm without β. RMSNorm leaves the mean in, in the "
    "numerator and in the root.",
    zh="减了均值，这是没有 β 的 LayerNorm。RMSNorm 不减均值，分子和根号里都不减。",
)
rmsnorm.trap(
    _rms(square=lambda x: np.sum(x**2, axis=-1, keepdims=True)),
    en="Divided by the length ‖x‖: every result is √D times too small. RMS takes the mean of the "
    "squares, ‖x‖ / √D.",
    zh="除以了模长 ‖x‖，结果小了 √D 倍。RMS 取的是平方的均值，即 ‖x‖ / √D。",
)
rmsnorm.trap(
    _rms(square=lambda x: np.var(x, axis=-1, keepdims=True)),
    en="Divided by the standard deviation, which subtracts the mean inside. RMS is √(mean of x²).",
    zh="除的是标准差，它里面减了均值。RMS 是 x² 的均值再开方。",
)
rmsnorm.trap(
    _rms(divisor=lambda s, eps: np.sqrt(s) + eps),
    en="ε stands outside the root. It is added to the mean square: √(mean of x² + ε).",
    zh="ε 放到了根号外面。它应加在平方均值上：√(x² 的均值 + ε)。",
)
rmsnorm.trap(
    _rms(square=lambda x: np.mean(x**2)),
    en="One RMS for the whole array. Every token has its own: axis=-1, keepdims=True.",
    zh="整个数组只有一个 RMS。每个 token 有自己的：axis=-1，keepdims=True。",
)
rmsnorm.trap(
    _rms(scale=lambda h, gamma: h * (1 + gamma)),
    en="Scaled by 1 + γ, as in Gemma's code, where γ starts at 0. Here γ itself is the factor.",
    zh="乘的是 1 + γ，这是 Gemma 代码里的写法（γ 从 0 开始）。这里的系数就是 γ 本身。",
)
rmsnorm.trap(
    _rms(dtype=None),
    en="The squares are taken in float16: 300² is inf there, and x / inf is 0. Convert to float32 "
    "for the statistics.",
    zh="平方是在 float16 里算的：300² 变成 inf，x / inf 就是 0。统计量要转成 float32 再算。",
)


# ---- on paper ----------------------------------------------------------------------------------

keras_steps = Estimate(459, unit="steps", unit_zh="步", rtol=0.005)
keras_steps.trap(
    43.85,
    en="This is PyTorch's default, 0.9^k. Keras's momentum 0.99 is the share that stays: 0.99^k.",
    zh="这是 PyTorch 的默认值，0.9^k。Keras 的 momentum 0.99 是保留的比例：0.99^k。",
)
keras_steps.trap(
    100,
    en="1 / (1 − 0.99) = 100 is the time constant: after it 1 − 1/e, about 63 %, has arrived.",
    zh="1 / (1 − 0.99) = 100 是时间常数，那时只到了 1 − 1/e，约 63%。",
)
keras_steps.trap(
    1,
    en="Here 0.99 is taken for the weight of the new batch. In Keras it is the weight of the old "
    "value.",
    zh="这是把 0.99 当成了新 batch 的权重。在 Keras 里它是旧值的权重。",
)

folded_bias = Estimate(5.0, unit="bias", unit_zh="偏置", rtol=0.001)
folded_bias.trap(
    2,
    en="The running mean is not subtracted: (b − mean) is scaled, not b.",
    zh="没有减滑动均值：被缩放的是（b − 均值），不是 b。",
)
folded_bias.trap(
    -1,
    en="The mean is −2; subtracting it adds 2.",
    zh="均值是 −2，减去它等于加 2。",
)
folded_bias.trap(
    2.75,
    en="Divided by the variance 4. The scale is γ / √variance = 3/2.",
    zh="除以了方差 4。系数是 γ 除以标准差，即 3/2。",
)
folded_bias.trap(4.5, en="β is missing.", zh="漏了 β。")


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Before γ and β, BatchNorm in training gives every feature mean 0 and variance 1 over the "
    "batch; LayerNorm gives every token mean 0 and variance 1 over its features (up to ε).",
    zh="乘 γ 加 β 之前，训练时的 BatchNorm 让每个特征在 batch 上均值 0、方差 1；"
    "LayerNorm 让每个 token 在特征上均值 0、方差 1（只差 ε 的影响）。",
)
flaws.false(
    en="BatchNorm speeds up training because it reduces internal covariate shift; this has been "
    "shown.",
    zh="BatchNorm 能加速训练，是因为减少了内部协变量偏移，这一点已经得到证实。",
    because_en="That was its motivation. Noise added after BatchNorm makes the distributions shift "
    "more, and the network still trains fast; a smoother loss explains it better.",
    because_zh="那只是提出时的动机。在 BatchNorm 之后加噪声，分布变化更大，照样训练得快；"
    "损失曲面变得更平滑，是更好的解释。",
    source="Santurkar et al. 2018, §2.1, §3",
)
flaws.false(
    en="In a Transformer LayerNorm takes one mean and one variance over all tokens and features of "
    "a sentence.",
    zh="Transformer 里的 LayerNorm 对一句话的所有 token、所有特征求一个均值和一个方差。",
    because_en="Each token has its own, over its D features. With a shared mean a later token "
    "would change an earlier one, which a causal model forbids.",
    because_zh="每个 token 在自己的 D 个特征上各求各的。若共用均值，后面的 token 会影响前面的，"
    "因果模型不允许。",
    source="Ba et al. 2016, §3 (per time step); keras.layers.LayerNormalization, axis=-1",
)
flaws.true(
    en="A bias right before BatchNorm does nothing in training: the mean takes it out again.",
    zh="BatchNorm 前一层的偏置在训练时不起作用：减均值时又减掉了。",
)
flaws.false(
    en="`momentum=0.99` in Keras and `momentum=0.99` in PyTorch average over the same number of "
    "batches.",
    zh="Keras 里 `momentum=0.99` 和 PyTorch 里 `momentum=0.99` 平均的 batch 数一样多。",
    because_en="In Keras 0.99 is the weight of the old value, in PyTorch that of the new batch. "
    "Keras's 0.99 is PyTorch's 0.01.",
    because_zh="Keras 的 0.99 是旧值的权重，PyTorch 的是新 batch 的权重。"
    "Keras 的 0.99 相当于 PyTorch 的 0.01。",
    source="keras.layers.BatchNormalization; torch.nn.BatchNorm1d",
)
flaws.true(
    en="RMSNorm keeps LayerNorm's invariance to a·x, for a > 0, and gives up the one to x + b.",
    zh="RMSNorm 保留了 LayerNorm 对 a·x（a > 0）的不变性，放弃了对 x + b 的不变性。",
)
flaws.false(
    en="The original Transformer normalizes the input of each sub-layer; moving the norm behind "
    "the residual sum came later.",
    zh="最初的 Transformer 在每个子层的输入处做归一化，后来才改到残差相加之后。",
    because_en="It is the other way round: the paper has LayerNorm(x + Sublayer(x)), Post-LN. "
    "Pre-LN came later and trains without warm-up.",
    because_zh="正好反过来：原论文是 LayerNorm(x + Sublayer(x))，即 Post-LN；"
    "Pre-LN 是后来的，不用 warm-up 也能训练。",
    source="Vaswani et al. 2017, §3.1; Xiong et al. 2020, abstract",
)
flaws.true(
    en="In evaluation mode BatchNorm is an affine map with constant coefficients and can be folded "
    "into the layer before it.",
    zh="推理时 BatchNorm 是系数固定的仿射变换，可以合并进前一层。",
)

say = Say(
    model_en="""
All three divide by a spread and rescale with a learned gamma. BatchNorm takes mean and variance
over the batch, per feature; LayerNorm takes them over the features of each token.
They subtract the mean, divide by the standard deviation, and apply gamma and beta.
RMSNorm drops the mean and divides by the root mean square only.
BatchNorm uses batch statistics in training and running averages in evaluation.
LayerNorm computes the same in training and at test time, independent of the batch.
Transformers use LayerNorm because sequences have variable length, and because statistics shared
over a sequence would leak later tokens into earlier ones.
Pre-LN normalizes inside the residual branch, so the identity path stays free and training is stable
without a long warm-up.
""",
    model_zh="""
BatchNorm 对每个特征沿 batch 求均值和方差；LayerNorm 对每个 token 沿特征维求。
都是减去均值、除以标准差，再用可学习的 gamma 和 beta 缩放平移。
RMSNorm 去掉了减均值，只除以均方根。
BatchNorm 训练时用当前 batch 的统计量，推理时用滑动平均。
LayerNorm 训练和推理的计算一样，与 batch 里的其他样本无关。
Transformer 用 LayerNorm，因为序列长度不一，而且共用统计量会让后面的 token 泄漏给前面的。
Pre-LN 在残差分支里面做归一化，残差主路是恒等通路，训练更稳定，对 warm-up 的依赖小。
""",
)
# Up to n characters that negate nothing: a negation inside a phrase would count as saying it.
_EN, _ZH = r"(?:(?!\bnot\b|n't|\bnever\b).){0,%d}", r"[^不没]{0,%d}"
_RMS_EN, _RMS_ZH = r"\b(rms\w*|root.mean.square)", r"(rms\w*|均方根)"
say.point(
    en="BatchNorm per feature over the batch, LayerNorm per example over the features",
    zh="BatchNorm 对每个特征沿 batch，LayerNorm 对每个样本沿特征",
    found_en=[
        r"\b(over|across|along)\b" + _EN % 15 + r"\b(batch|features?|hidden|channels?|embedding)",
        r"\b(each|every|per|single) (feature|channel|example|sample|token|row)",
    ],
    found_zh=[
        r"(沿|跨|对|在)" + _ZH % 10 + r"(batch|特征|通道|隐藏)",
        r"(每个|单个|各个?|同一个?) ?(特征|通道|样本|token|位置)",
    ],
)
say.point(
    en="subtract the mean, divide by the standard deviation, then γ and β",
    zh="减均值、除以标准差，再乘 γ 加 β",
    found_en=[
        r"\bsubtract\w*" + _EN % 12 + r"\bmean",
        r"\bdivid\w*" + _EN % 15 + r"\b(standard dev|std|sigma|σ|root of the var)",
        r"\b(zero mean|mean (of )?(0|zero)|unit variance)",
    ],
    found_zh=[
        r"减去?" + _ZH % 4 + r"均值",
        r"除以?" + _ZH % 4 + r"(标准差|sigma|σ)",
        r"(零均值|均值(为|是|变成) ?[0零])",
    ],
)
say.point(
    en="RMSNorm leaves the mean in and divides by the RMS",
    zh="RMSNorm 不减均值，只除以 RMS",
    found_en=[
        _RMS_EN + _EN % 40 + r"\b(drop|skip|omit|leav|keep|only|just|ignor)\w*",
        _RMS_EN + r".{0,30}(n't|\bnot\b) (need to |have to )?(subtract|cent|remove|use)\w*",
        _RMS_EN + r".{0,30}(\bwithout\b|\bno\b) (the |a |any )?(mean|cent|subtract)\w*",
        r"\bonly\b" + _EN % 25 + _RMS_EN,
    ],
    found_zh=[
        _RMS_ZH + _ZH % 10 + r"(去掉|省[去略掉]|只|仅|跳过)",
        _RMS_ZH + r".{0,10}不(再|用|需要?)?(减|做中心化|中心化)",
        r"只" + _ZH % 8 + _RMS_ZH,
    ],
)
say.point(
    en="BatchNorm: batch statistics in training, running averages at test time",
    zh="BatchNorm：训练用 batch 统计量，推理用滑动平均",
    found_en=[
        r"\b(running|moving)" + _EN % 15 + r"\b(average|mean|stat|var|estimate)\w*",
        r"\b(stored|frozen|accumulated)" + _EN % 10 + r"\b(stat|mean|average)\w*",
    ],
    found_zh=[
        r"(滑动|移动)(平均|均值|统计)",
        r"running",
        r"训练" + _ZH % 16 + r"(统计出?|累积|存)的?" + _ZH % 4 + r"均值",
    ],
)
say.point(
    en="LayerNorm: the same in training and test, independent of the batch",
    zh="LayerNorm：训练和推理一致，与 batch 无关",
    found_en=[
        r"\bsame\b" + _EN % 25 + r"\b(train|test|inference|eval)\w*",
        r"\bindependent of" + _EN % 15 + r"\b(batch|other)",
        r"(n't|\bnot\b|\bnever\b) (depend|rely)\w*.{0,15}\b(batch|other)",
    ],
    found_zh=[
        r"训练" + _ZH % 6 + r"(推理|测试|预测)" + _ZH % 10 + r"(一样|一致|相同|同样)",
        r"(训练|推理|测试)" + _ZH % 12 + r"没有(区别|差别)",
        r"与" + _ZH % 10 + r"(batch|样本)" + _ZH % 8 + r"无关",
        r"不(依赖|受|取决于).{0,8}(batch|样本)",
    ],
)
say.point(
    en="why LayerNorm in Transformers: variable length, small or noisy batches, no leak from later "
    "tokens",
    zh="Transformer 为什么用 LayerNorm：变长、batch 小或波动大、后面的 token 不泄漏",
    found_en=[
        r"\b(variable|varying|different|unequal)[- ](sequence )?lengths?",
        r"\blengths?" + _EN % 15 + r"\b(var|differ)\w*",
        r"\b(auto-?regress|padding|pad tokens)",
        r"\b(small|tiny) batch",
        r"\btoken at a time",
        r"\b(fluctuat|noisy|leak)\w*",
    ],
    found_zh=[
        r"(变长|长度不[一同等]|长短不一|不等长|长度" + _ZH % 4 + r"(变化|参差))",
        r"(自回归|padding|波动|泄[漏露])",
        r"(小 ?batch|batch ?(size)? ?[很太较]?小)",
        r"(逐个|一个一个|逐) ?(token|词)",
    ],
)
say.point(
    en="Pre-LN keeps the residual path free and trains more stably than Post-LN",
    zh="Pre-LN 保住残差通路，比 Post-LN 训练更稳定",
    found_en=[
        r"\bpre-?\s?(ln|norm\w*|layer)",
        r"\bnormali[sz]\w*" + _EN % 15 + r"\b(before|inside|in front)",
        r"\b(residual|identity|skip)" + _EN % 20 + r"\b(free|clean|untouched|identity|intact)",
        r"\bwarm-?\s?up",
    ],
    found_zh=[
        r"pre-?\s?(ln|norm)",
        r"残差" + _ZH % 10 + r"(恒等|通路|直通|干净)",
        r"子层" + _ZH % 6 + r"(之前|前面|输入)" + _ZH % 6 + r"归一化",
        r"warm-?\s?up",
        r"学习率预热",
    ],
)
