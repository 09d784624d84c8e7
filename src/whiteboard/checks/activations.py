"""Activation functions: values and slopes, SwiGLU, what depth is without them, and dead units."""

import math
from itertools import pairwise

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

NAMES = ("sigmoid", "tanh", "relu", "silu", "gelu")
erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def silu(z):
    return z * sigmoid(z)


def normal_cdf(z):
    return 0.5 * (1 + erf(z / math.sqrt(2)))


def normal_pdf(z):
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


# ---- activation --------------------------------------------------------------------------------


def _table(**changed):
    """name → (value, slope) of one z; `changed` exchanges entries."""
    right = {
        "sigmoid": lambda z: (sigmoid(z), sigmoid(z) * (1 - sigmoid(z))),
        "tanh": lambda z: (np.tanh(z), 1 - np.tanh(z) ** 2),
        "relu": lambda z: (np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)),
        "silu": lambda z: (silu(z), sigmoid(z) * (1 + z * (1 - sigmoid(z)))),
        "gelu": lambda z: (z * normal_cdf(z), normal_cdf(z) + z * normal_pdf(z)),
    }
    return right | changed


def _activation(**changed):
    table = _table(**changed)

    def activation(z, name):
        return table[name](z)

    return activation


def _tanh_gelu(cubic):
    """GELU by tanh, with its own slope."""

    def gelu(z):
        c = math.sqrt(2 / math.pi)
        t = np.tanh(c * (z + cubic * z**3))
        slope = c * (1 + 3 * cubic * z * z) * (1 - t * t)
        return 0.5 * z * (1 + t), 0.5 * (1 + t) + 0.5 * z * slope

    return gelu


activation = Check(_activation(), returns=("value", "slope"))

_POINTS = np.array([[-3.0, -1.5, -0.5], [0.0, 1.0, 2.5]])
_ABOUT = {
    "sigmoid": ("σ and its slope", "σ 及其导数"),
    "tanh": ("tanh and its slope", "tanh 及其导数"),
    "relu": ("ReLU and its slope, which is 0 at 0", "ReLU 及其导数，在 0 处取 0"),
    "silu": ("SiLU, z·σ(z), and its slope", "SiLU，即 z·σ(z)，及其导数"),
    "gelu": (
        "GELU, z·Φ(z) with the exact Φ, and its slope",
        "GELU，即 z·Φ(z)，Φ 取精确值，及其导数",
    ),
}
for _name in NAMES:
    activation.case(_POINTS, _name, en=_ABOUT[_name][0], zh=_ABOUT[_name][1])


@activation.property(
    en="far out, at ±10,000, value and slope stay finite",
    zh="z 大到 ±10,000，函数值和导数仍是有限的数",
)
def _(answer):
    far = np.array([-1e4, 1e4])
    got = {name: answer(far, name) for name in NAMES}
    return Evidence(
        given={"z": far}, expected={name: _table()[name](far) for name in NAMES}, got=got
    )


@activation.property(
    en="the slope is the central difference of the value",
    zh="导数等于函数值的中心差分",
)
def _(answer, rng):
    z = rng.normal(size=(4, 3)) * 2
    z += np.where(np.abs(z) < 0.1, 0.2, 0.0)  # away from ReLU's kink
    slopes = {name: answer(z, name)[1] for name in NAMES}
    h = 0.01  # wide enough for an answer in float32
    measured = {
        name: (np.asarray(answer(z + h, name)[0]) - np.asarray(answer(z - h, name)[0])) / (2 * h)
        for name in NAMES
    }
    return Evidence(given={"z": z}, expected=measured, got=slopes, tolerance=3e-4)


for _name in NAMES:

    @activation.fresh(en=f"fresh z for {_name}", zh=f"新的 z，{_name}")
    def _(rng, name=_name):
        return rng.normal(size=(5, 2)) * 2, name


activation.trap(
    _activation(
        sigmoid=lambda z: (sigmoid(z), sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z)))),
    ),
    en="The slope takes σ of a value that is already σ(z): it should be s(1 − s) with s = σ(z).",
    zh="对已经是 σ(z) 的值又算了一次 σ。应为 s(1 − s)，s = σ(z)。",
    ask_en="What is the slope of σ at z = 0? And what does your line give there?",
    ask_zh="σ 在 z = 0 处的导数是多少？你那行代码给出多少？",
)
activation.trap(
    _activation(sigmoid=lambda z: (sigmoid(z), z * (1 - z))),
    en="z(1 − z) takes the input for the output. The formula s(1 − s) holds for s = σ(z).",
    zh="z(1 − z) 把输入当成了输出。s(1 − s) 里的 s 是 σ(z)。",
)
activation.trap(
    _activation(tanh=lambda z: (np.tanh(z), 1 - z**2)),
    en="1 − z² takes the input for the output: the slope is 1 − tanh²(z).",
    zh="1 − z² 把输入当成了输出：导数是 1 − tanh²(z)。",
)
activation.trap(
    _activation(tanh=lambda z: (np.tanh(z), 1 - np.tanh(z))),
    en="The square is missing: tanh′ = 1 − tanh², which is symmetric in z as a slope of an odd "
    "function must be.",
    zh="漏了平方：tanh′ = 1 − tanh²。奇函数的导数应该左右对称。",
)
activation.trap(
    _activation(tanh=lambda z: (np.tanh(z), np.tanh(z) * (1 - np.tanh(z)))),
    en="This is the sigmoid's rule applied to tanh. tanh runs from −1 to 1: 1 − tanh².",
    zh="把 sigmoid 的求导公式套到了 tanh 上。tanh 的值域是 −1 到 1，导数是 1 − tanh²。",
)
activation.trap(
    _activation(relu=lambda z: (np.maximum(z, 0), np.where(z >= 0, 1.0, 0.0))),
    en="ReLU has no slope at 0. Any number from 0 to 1 is a subgradient; the question fixes 0, as "
    "TensorFlow and PyTorch do.",
    zh="ReLU 在 0 处不可导，0 到 1 之间任何一个数都是次梯度；题目约定取 0，"
    "TensorFlow 和 PyTorch 也是。",
)
activation.trap(
    _activation(relu=lambda z: (np.maximum(z, 0), np.where(z > 0, z, 0.0))),
    en="The slope of ReLU is 1 where z > 0, not z.",
    zh="z > 0 处 ReLU 的导数是 1，不是 z。",
)
activation.trap(
    _activation(silu=lambda z: (silu(z), sigmoid(z))),
    en="σ(z) is only the first half of the product rule. The other half is z·σ′(z).",
    zh="σ(z) 只是乘积求导的前一半，还有 z·σ′(z)。",
    ask_en="SiLU is a product of two functions of z. Which rule differentiates it?",
    ask_zh="SiLU 是 z 的两个函数之积，求导用哪条法则？",
)
activation.trap(
    _activation(silu=lambda z: (silu(z), z * sigmoid(z) * (1 - sigmoid(z)))),
    en="z·σ′(z) is only the second half of the product rule. The first is σ(z).",
    zh="z·σ′(z) 只是乘积求导的后一半，前一半是 σ(z)。",
)
activation.trap(
    _activation(silu=lambda z: (silu(z), silu(z) * (1 - silu(z)))),
    en="s(1 − s) is the slope of σ alone. SiLU is z·σ(z): σ + z·σ·(1 − σ).",
    zh="s(1 − s) 只对 σ 成立。SiLU 是 z·σ(z)，导数是 σ + z·σ·(1 − σ)。",
)
activation.trap(
    _activation(gelu=_tanh_gelu(0.044715)),
    en="This is the tanh approximation. It is in use (GPT-2), but it differs from z·Φ(z) by up to "
    "5e-4, and the question asks for the exact one: `erf`.",
    zh="这是 tanh 近似。它确实有人用（GPT-2），但和 z·Φ(z) 最多差 5e-4；题目要精确的，用 `erf`。",
)
activation.trap(
    _activation(gelu=_tanh_gelu(0.44715)),
    en="The constant of the tanh approximation is 0.044715, ten times smaller. The question asks "
    "for the exact GELU, with `erf`.",
    zh="tanh 近似里的常数是 0.044715，这里大了十倍。而且题目要的是精确的 GELU，用 `erf`。",
)
activation.trap(
    _activation(gelu=lambda z: (z * normal_cdf(z), normal_cdf(z))),
    en="Φ(z) is half of the product rule. The other half is z·φ(z), φ being the normal density.",
    zh="Φ(z) 只是乘积求导的一半，另一半是 z·φ(z)，φ 是正态密度。",
    ask_en="What is the derivative of Φ? Where does it enter?",
    ask_zh="Φ 的导数是什么？它出现在哪里？",
)
activation.trap(
    _activation(
        gelu=lambda z: (
            0.5 * z * (1 + erf(z)),
            0.5 * (1 + erf(z)) + z * np.exp(-z * z) / math.sqrt(math.pi),
        )
    ),
    en="Φ(z) = ½(1 + erf(z/√2)): the √2 is missing, so the bell is too narrow.",
    zh="Φ(z) = ½(1 + erf(z/√2))：漏了 √2，正态分布变窄了。",
)
activation.trap(
    _activation(gelu=lambda z: (z * sigmoid(1.702 * z), _gelu_by_sigmoid_slope(z))),
    en="z·σ(1.702z) is the coarser approximation of the paper. The question asks for z·Φ(z), "
    "with `erf`.",
    zh="z·σ(1.702z) 是论文里更粗的近似。题目要的是 z·Φ(z)，用 `erf`。",
)


def _gelu_by_sigmoid_slope(z):
    s = sigmoid(1.702 * z)
    return s + 1.702 * z * s * (1 - s)


# ---- swiglu ------------------------------------------------------------------------------------


def _swiglu(x, Wg, Wu, Wd):
    return np.einsum("...f,fd->...d", silu(x @ Wg) * (x @ Wu), Wd)


def _gated(gate, join=np.multiply, after=lambda h: h):
    """A gated feed-forward layer with its parts exchanged."""

    def swiglu(x, Wg, Wu, Wd):
        return after(join(gate(x @ Wg), x @ Wu)) @ Wd

    return swiglu


def _ffn_input(rng, *shape, width, scale=1.0):
    D = shape[-1]
    x, Wg, Wu = (rng.normal(size=s).round(1) * scale for s in (shape, (D, width), (D, width)))
    return x, Wg, Wu, rng.normal(size=(width, D)).round(1)


swiglu = Check(_swiglu)
swiglu.case(
    np.array([[[-2.0, 1.5]]]),
    np.array([[1.0], [0.0]]),
    np.array([[0.0], [1.0]]),
    np.array([[1.0, 3.0]]),
    en="one position, one hidden unit: SiLU of the gate times the other branch",
    zh="一个位置、一个隐藏单元：门过 SiLU，再乘另一支",
)
swiglu.case(
    *_ffn_input(np.random.default_rng(0), 2, 3, 4, width=5),
    en="a batch (B, T, D) through width F, all sizes different",
    zh="一个 batch (B, T, D) 经过宽度 F，各个尺寸都不同",
)
swiglu.case(
    *_ffn_input(np.random.default_rng(1), 2, 2, 3, width=4, scale=30.0),
    en="large inputs",
    zh="数值较大的输入",
)
swiglu.case(
    *_ffn_input(np.random.default_rng(2), 3, width=5),
    en="a single vector, no leading axis",
    zh="只有一个向量，前面没有别的轴",
)


@swiglu.fresh(en="fresh inputs with three leading axes", zh="新的输入，前面有三个轴")
def _(rng):
    return _ffn_input(rng, 2, 3, 2, 4, width=6)


swiglu.trap(
    lambda x, Wg, Wu, Wd: (silu(x @ Wu) * (x @ Wg)) @ Wd,
    en="The activation is on the wrong branch: the gate is SiLU(x Wg), and x Wu stays linear.",
    zh="激活函数用错了支：门是 SiLU(x Wg)，x Wu 保持线性。",
    ask_en="Which of the two products goes through SiLU?",
    ask_zh="两个乘积里，哪一个要过 SiLU？",
)
swiglu.trap(
    _gated(sigmoid),
    en="A sigmoid gate makes this GLU (Dauphin et al.). The Swi in SwiGLU is Swish, also called "
    "SiLU: z·σ(z).",
    zh="门用 sigmoid 就是 GLU（Dauphin 等）。SwiGLU 的 Swi 是 Swish，也叫 SiLU：z·σ(z)。",
)
swiglu.trap(
    _gated(lambda z: np.maximum(z, 0)),
    en="A ReLU gate makes this ReGLU. SwiGLU's gate is SiLU.",
    zh="门用 ReLU 是 ReGLU。SwiGLU 的门是 SiLU。",
)
swiglu.trap(
    _gated(lambda z: z * normal_cdf(z)),
    en="A GELU gate makes this GEGLU. SwiGLU's gate is SiLU.",
    zh="门用 GELU 是 GEGLU。SwiGLU 的门是 SiLU。",
)
swiglu.trap(
    _gated(silu, join=lambda gate, up: gate),
    en="This is an ordinary feed-forward layer with SiLU: x Wu is not used at all.",
    zh="这只是激活函数为 SiLU 的普通前馈层，x Wu 完全没用到。",
)
swiglu.trap(
    _gated(silu, join=np.add),
    en="The branches are added. A gate multiplies, element by element.",
    zh="两支相加了。门控是逐元素相乘。",
)
swiglu.trap(
    _gated(lambda z: z, after=silu),
    en="SiLU comes after the product here. It belongs on the gate only, before the product.",
    zh="这里先相乘再过 SiLU。SiLU 只作用在门上，在相乘之前。",
)
swiglu.trap(
    _gated(lambda z: z),
    en="No activation is left: this is the bilinear variant, x Wg ⊙ x Wu.",
    zh="没有激活函数了：这是 bilinear 变体，x Wg ⊙ x Wu。",
)
swiglu.trap(
    _gated(silu, join=lambda gate, up: gate * silu(up)),
    en="SiLU is on both branches. One of them stays linear: x Wu.",
    zh="两支都过了 SiLU。其中一支要保持线性：x Wu。",
)
swiglu.trap(
    lambda x, Wg, Wu, Wd: silu(x @ Wg) * (x @ Wu),
    en="The projection back to width D is missing: multiply by Wd at the end.",
    zh="漏了投影回宽度 D 的一步：最后要乘 Wd。",
)


# ---- collapse ----------------------------------------------------------------------------------


def _stack(x, layers):
    for W, b in layers:
        x = x @ W + b
    return x


def _collapse(layers):
    """By probing: an affine map is known from its value at 0 and at the unit vectors."""
    width = len(layers[0][0])
    b = _stack(np.zeros(width), layers)
    return _stack(np.eye(width), layers) - b, b


def _by_steps(step):
    """(W, b) folded up layer by layer with one step exchanged."""

    def collapse(layers):
        W, b = layers[0]
        for V, c in layers[1:]:
            W, b = step(W, b, V, c)
        return W, b

    return collapse


def _layers(rng, *widths):
    return [
        (rng.normal(size=(i, o)).round(1), rng.normal(size=o).round(1)) for i, o in pairwise(widths)
    ]


collapse = Check(_collapse, returns=("W", "b"))
# Equal widths first: whatever is multiplied in the wrong order still multiplies.
collapse.case(
    [
        (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 2.0])),
        (np.array([[1.0, 0.0], [3.0, 1.0]]), np.array([0.0, 2.0])),
    ],
    en="two linear layers are one: x @ W + b gives what the stack gives",
    zh="两个线性层等于一个：x @ W + b 与整个网络的输出相同",
)
collapse.case(
    _layers(np.random.default_rng(3), 3, 4, 2, 5),
    en="three layers of widths 3, 4, 2, 5",
    zh="三层，宽度 3、4、2、5",
)
collapse.case(
    _layers(np.random.default_rng(4), 3, 2),
    en="a single layer is itself",
    zh="只有一层时就是它自己",
)


@collapse.fresh(en="four fresh layers", zh="新的四层")
def _(rng):
    return (_layers(rng, 2, 5, 3, 3, 4),)


collapse.trap(
    _by_steps(lambda W, b, V, c: (V @ W, V @ b + c)),
    en="The order is that of column vectors, W₂W₁x. Here x is a row and stands left: x W₁W₂, so "
    "the first layer's matrix comes first.",
    zh="这是列向量的次序 W₂W₁x。这里 x 是行向量、在左边：x W₁W₂，第一层的矩阵在前。",
    ask_en="x @ W1 @ W2: which matrix touches x first?",
    ask_zh="x @ W1 @ W2：x 先遇到哪个矩阵？",
)
collapse.trap(
    _by_steps(lambda W, b, V, c: (W @ V, b + c)),
    en="The biases are added as they are. The first layer's bias passes through the second layer's "
    "weights: b₁W₂ + b₂.",
    zh="偏置直接相加了。第一层的偏置还要经过第二层的权重：b₁W₂ + b₂。",
    ask_en="Put in x = 0. What comes out of two layers?",
    ask_zh="代入 x = 0，两层之后输出是什么？",
)
collapse.trap(
    _by_steps(lambda W, b, V, c: (W @ V, c)),
    en="Only the last bias is kept. The earlier ones arrive too, multiplied by the later weights.",
    zh="只留下了最后一个偏置。前面的偏置乘上后面的权重，也会到达输出。",
)
collapse.trap(
    _by_steps(lambda W, b, V, c: (W @ V, np.zeros_like(c))),
    en="The biases are gone. A stack of affine layers is affine, not linear: f(0) is not 0.",
    zh="偏置没了。仿射层叠起来仍是仿射，不是线性：f(0) 不等于 0。",
)
collapse.trap(
    _by_steps(lambda W, b, V, c: (W + V, b + c)),
    en="Layers one after the other multiply; adding matrices puts them side by side.",
    zh="一层接一层是矩阵相乘；矩阵相加对应的是并联。",
)
collapse.trap(
    lambda layers: _by_steps(lambda W, b, V, c: (W @ V, b @ V + c))(layers)[0],
    en="Only W is returned. Return two things, W and b.",
    zh="只返回了 W。要返回 W 和 b 两项。",
)


# ---- dead_units --------------------------------------------------------------------------------


def _dead_units(x, W, b):
    return np.array([max(row) <= 0 for row in (x @ W + b).T])


def _units(rng, rows, inputs, units):
    """Inputs with a few units dead, a few always on, the others in between."""
    x, W = rng.normal(size=(rows, inputs)), rng.normal(size=(inputs, units))
    b = rng.normal(size=units)
    reach = np.abs(x @ W).max(axis=0) + 1
    b[0::4], b[1::4] = -reach[0::4], reach[1::4]
    return x.round(2), W.round(2), b.round(2)


dead_units = Check(_dead_units)
dead_units.case(
    np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 2.0]]),
    np.array([[2.0, 1.0, 1.0, 0.0], [1.0, -1.0, -3.0, 0.0]]),
    np.array([-0.5, -2.0, -0.75, 0.0]),
    en="a unit is dead when its ReLU is 0 on every example; one that is exactly at 0 passes no "
    "gradient either",
    zh="在每个样本上 ReLU 都是 0 的单元是死的；恰好等于 0 也没有梯度通过",
)
dead_units.case(
    *_units(np.random.default_rng(5), 7, 3, 9),
    en="nine units, seven examples: dead, always on, and in between",
    zh="九个单元、七个样本：有死的，有常开的，也有时开时关的",
)
dead_units.case(
    np.linspace(-1, 0, 200)[:, None],
    np.ones((1, 3)),
    np.array([0.0001, 0.0, -0.0001]),
    en="200 examples; one unit gets just above 0 on a single one of them and is alive",
    zh="200 个样本；有一个单元只在其中一个样本上略大于 0，它是活的",
)


@dead_units.property(
    en="a dead unit's weights get no gradient, a living one's do",
    zh="死单元的权重没有梯度，活单元的有",
)
def _(answer, rng):
    x, W, b = _units(rng, 6, 3, 8)
    slope = (x @ W + b > 0) * rng.uniform(0.5, 1.5, size=(6, 8))
    moved = np.abs(x.T @ slope).sum(axis=0) > 0
    return Evidence(given={"x": x, "W": W, "b": b}, expected=~moved, got=answer(x, W, b))


@dead_units.fresh(en="fresh units", zh="新的单元")
def _(rng):
    return _units(rng, 8, 4, 10)


dead_units.trap(
    lambda x, W, b: (x @ W + b <= 0).any(axis=0),
    en="`any` finds units that are off on some example, which is what ReLU is for. Dead means off "
    "on all of them.",
    zh="`any` 找的是在某个样本上关闭的单元，那正是 ReLU 的作用。死是指在所有样本上都关闭。",
    ask_en="A unit is 0 on one example and 3 on another. Does it learn?",
    ask_zh="一个单元在一个样本上是 0，在另一个样本上是 3。它还能学习吗？",
)
dead_units.trap(
    lambda x, W, b: (x @ W + b).mean(axis=0) <= 0,
    en="The mean may be negative while some examples still get through. Ask every example.",
    zh="均值为负，仍可能有样本通过。要看每一个样本。",
)
dead_units.trap(
    lambda x, W, b: (x @ W <= 0).all(axis=0),
    en="The bias is missing. It can switch a unit off on every example, or save one.",
    zh="漏了偏置。偏置可以让一个单元在所有样本上都关闭，也可以救活一个单元。",
)
dead_units.trap(
    lambda x, W, b: (x @ W + b < 0).all(axis=0),
    en="At exactly 0 ReLU is 0 and its slope is taken as 0, so such a unit learns nothing either: "
    "use ≤.",
    zh="恰好为 0 时 ReLU 是 0，导数也取 0，这样的单元同样学不到东西：应该用 ≤。",
)
dead_units.trap(
    lambda x, W, b: (x @ W + b <= 0).all(axis=1),
    en="This asks per example whether all units are off. Go over the batch, axis 0, and keep one "
    "entry per unit.",
    zh="这是在问每个样本上是不是所有单元都关闭。应沿 batch 轴（axis 0）判断，每个单元一个结果。",
)
dead_units.trap(
    lambda x, W, b: (x @ W + b <= 0).mean(axis=0),
    en="This is the share of examples on which each unit is off. Dead is the share 1: return "
    "booleans.",
    zh="这是每个单元关闭的样本比例。死是比例等于 1：请返回布尔值。",
)
dead_units.trap(
    lambda x, W, b: (x @ W + b <= 0).all(axis=0).mean(),
    en="This is the share of dead units, one number. Return one boolean per unit.",
    zh="这是死单元的比例，只有一个数。请为每个单元返回一个布尔值。",
)

dead_units.trap(
    lambda x, W, b: (x @ W + b > 0).any(axis=0),
    en="The other way round: this is True where a unit is alive.",
    zh="反了：这里活着的单元才是 True。",
)
dead_units.trap(
    lambda x, W, b: (x @ W + b <= 0).mean(axis=0) > 0.95,
    en="A unit that is off on nearly every example is not dead: the one that gets through still "
    "gives it a gradient.",
    zh="在几乎所有样本上都关闭的单元还没有死：只要有一个样本通过，它就有梯度。",
)


# ---- on paper ----------------------------------------------------------------------------------

swiglu_width = Estimate(8 * 4096 / 3, unit="units", unit_zh="个单元", rtol=0.0005)
swiglu_width.trap(
    16384,
    en="With F = 4D and three matrices the layer has 12D² weights instead of 8D²: half as many "
    "again.",
    zh="F = 4D、三个矩阵，就是 12D² 个权重，比 8D² 多了一半。",
)
swiglu_width.trap(
    8192,
    en="2D would halve the width. Three matrices take the place of two, so it shrinks by 2/3.",
    zh="2D 是减半。两个矩阵变成三个，宽度应该乘 2/3。",
)
swiglu_width.trap(
    11008,
    en="11,008 is LLaMA-7B's width: the same 8D/3, rounded up to a multiple of 256. The question "
    "asks before rounding.",
    zh="11,008 是 LLaMA-7B 的宽度：同样是 8D/3，再向上取整到 256 的倍数。题目问取整之前。",
)
swiglu_width.trap(
    "5461",
    en="4D/3 balances two matrices against four. Count again: ordinary 2·D·4D, SwiGLU 3·D·F.",
    zh="4D/3 太小了。再数一遍：普通前馈层是 2·D·4D，SwiGLU 是 3·D·F。",
)

sigmoid_chain = Estimate(0.25**20, rtol=0.1)  # 10⁻¹² is near enough
sigmoid_chain.trap(
    0.5**20,
    en="½ is σ(0), the value. The slope there is ½ · ½ = ¼.",
    zh="½ 是 σ(0)，是函数值。那里的导数是 ½ · ½ = ¼。",
)
sigmoid_chain.trap(
    20 * 0.25,
    en="Through layers one behind the other, slopes multiply; they do not add.",
    zh="一层接一层，导数是相乘，不是相加。",
)
sigmoid_chain.trap(
    0.25,
    en="This is one layer. Twenty multiply.",
    zh="这是一层的。二十层要连乘。",
)
sigmoid_chain.trap(
    1.0,
    en="1 is the bound for tanh, or for ReLU. A sigmoid's slope never exceeds ¼.",
    zh="1 是 tanh 或 ReLU 的上界。sigmoid 的导数不超过 ¼。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="An activation function maps a neuron's input to its output; without it a deeper network "
    "still represents more functions than a shallow one, only more slowly.",
    zh="激活函数把神经元的输入映射成输出；没有它，深层网络照样比浅层能表示更多函数，只是慢一些。",
    because_en="Without a non-linearity any depth is one affine map: (xW₁ + b₁)W₂ + b₂ = xW + b. "
    "You computed it above.",
    because_zh="没有非线性，再深也只是一个仿射映射：(xW₁ + b₁)W₂ + b₂ = xW + b，前面已经算过。",
    source="Goodfellow et al. 2016, §6.1",
)
flaws.true(
    en="tanh is a sigmoid in another scale: tanh z = 2σ(2z) − 1. What changes is the range, the "
    "centre and the largest slope.",
    zh="tanh 是换了尺度的 sigmoid：tanh z = 2σ(2z) − 1，变的是值域、中心和最大斜率。",
)
flaws.false(
    en="ReLU has no derivative at 0, so strictly speaking backprop does not work with it, and "
    "frameworks use a smoothed version.",
    zh="ReLU 在 0 处不可导，严格说不能用反向传播，框架里用的是平滑过的版本。",
    because_en="Frameworks use ReLU itself and return one of the one-sided slopes at 0, mostly 0. "
    "An input that is exactly 0 is rare, and either slope is one of the two limits.",
    because_zh="框架用的就是 ReLU，在 0 处返回某一侧的导数，多数取 0。输入恰好为 0 很少见，"
    "取哪一侧都是极限之一。",
    source="Goodfellow et al. 2016, §6.3",
)
flaws.true(
    en="In the first hidden layer, a ReLU that is 0 on every training example gets no gradient; "
    "under plain SGD a smaller learning rate does not revive it.",
    zh="第一个隐藏层里，在所有训练样本上都是 0 的 ReLU 得不到梯度；"
    "用普通 SGD，再调小学习率也救不活。",
)
flaws.false(
    en="ReLU solves the vanishing gradient: its slope is 1, so the gradient keeps its norm through "
    "any depth.",
    zh="ReLU 解决了梯度消失：导数是 1，所以梯度穿过多少层，范数都不变。",
    because_en="Its slope is 1 or 0, and the weights multiply too. Depth needs an initialization "
    "that allows for the half that is cut, normalization, or residual connections.",
    because_zh="导数是 1 或 0，而且还要乘权重。要做深，还得有考虑到一半被截断的初始化、"
    "归一化或残差连接。",
    source="He et al. 2015, §2.2",
)
flaws.false(
    en="GELU and SiLU increase everywhere, like ReLU, only without the kink.",
    zh="GELU 和 SiLU 跟 ReLU 一样处处递增，只是没有折角。",
    because_en="Both fall first: GELU has its minimum −0.17 at z = −0.75, SiLU −0.28 at z = −1.28.",
    because_zh="两者都先下降：GELU 在 z = −0.75 处取最小值 −0.17，SiLU 在 z = −1.28 处取 −0.28。",
    source="Hendrycks & Gimpel 2016, §4; measured in this lesson",
    source_zh="Hendrycks & Gimpel 2016, §4；本课实测",
)
flaws.false(
    en="Replacing a feed-forward layer's GELU by SwiGLU at the same hidden width leaves the number "
    "of weights as it was.",
    zh="前馈层把 GELU 换成 SwiGLU，隐藏宽度不变，参数量也不变。",
    because_en="The gate is a third matrix: 3DF instead of 2DF. The paper cuts the width to 2/3 "
    "for a fair comparison.",
    because_zh="门是第三个矩阵：3DF，原来是 2DF。论文为了公平比较，把宽度降到了 2/3。",
    source="Shazeer 2020, §2",
)
flaws.true(
    en="The sigmoid still has its places: gates, as in an LSTM, and output probabilities.",
    zh="sigmoid 仍有用武之地：LSTM 里的门，以及输出概率的地方。",
)

say = Say(
    model_en="""
Without a non-linearity any number of linear layers collapses into one affine map, so the
activation is what makes depth worth having. Sigmoid and tanh saturate: their slopes vanish for
large inputs, and the sigmoid's is at most one quarter, so gradients shrink through many layers.
ReLU is cheap, with slope one on the positive side, but a unit that is negative on every example
gets no gradient and is dead. Leaky ReLU keeps a small slope there. GELU and SiLU are smooth
versions that let a little of the negative side through. SwiGLU multiplies a linear branch by a SiLU
gate; that needs a third matrix, so the hidden width is cut to two thirds, 8D/3, for the same number
of parameters. Sigmoid stays for gates and probabilities at the output.
""",
    model_zh="""
没有非线性，多少个线性层叠起来都会坍缩成一个仿射映射，激活函数才让深度有意义。
sigmoid 和 tanh 会饱和：输入大时导数趋于 0，sigmoid 的导数最大只有 1/4，层数一多梯度就消失。
ReLU 计算便宜，正半轴导数为 1，但在所有样本上都为负的单元没有梯度，就死了。
Leaky ReLU 在负半轴留一点斜率。GELU 和 SiLU 是平滑的版本，负半轴也放过去一点。
SwiGLU 用 SiLU 门乘一个线性分支，多了第三个矩阵，因此隐藏宽度降到 8D/3，参数量才不变。
sigmoid 留给门控和输出概率的地方。
""",
)
say.point(
    en="without a non-linearity, depth collapses to one affine map",
    zh="没有非线性，再深也坍缩成一个仿射映射",
    found_en=[
        r"(collaps|reduc|equivalent|same as|amount|just|only|still).{0,40}"
        r"(one|single|a) (affine|linear|matrix)",
        r"(affine|linear) (map|layer|function|transformation)s?.{0,30}collaps",
        r"composition of linear.{0,30}linear",
        r"without((?!\bnot\b|n't).){0,70}(collaps|equivalent|just|only|still|same)"
        r"((?!\bnot\b).){0,40}(affine|linear|matrix|one layer)",
    ],
    found_zh=[
        r"(坍缩|退化|等价|相当于|合并|还是|仍是|只是|等于).{0,12}(仿射|线性|一层|单层|矩阵)",
        r"线性.{0,8}(叠加|组合|复合).{0,10}线性",
        r"没有((?!不).){0,20}(坍缩|退化|等价|相当于|只是|等于)((?!不).){0,12}(仿射|线性|一层|单层|矩阵)",
    ],
)
say.point(
    en="sigmoid and tanh saturate, so gradients vanish",
    zh="sigmoid 和 tanh 会饱和，梯度消失",
    found_en=[
        r"saturat",
        r"(slope|gradient|derivative)s?.{0,25}(vanish|at most|shrink|never exceeds|below)",
        r"vanishing gradient",
    ],
    found_zh=[r"饱和", r"梯度.{0,6}消失", r"导数.{0,10}(最大|不超过|趋于\s*0|很小|接近\s*0)"],
)
say.point(
    en="ReLU: slope 1 where positive, cheap",
    zh="ReLU：正半轴导数为 1，计算便宜",
    found_en=[
        r"relu.{0,60}(cheap|simple|max\(0|(slope|gradient|derivative) ?(is|of|=)? ?(one|1)\b)",
        r"relu.{0,20}(no saturation|not saturate|never saturates)",
    ],
    found_zh=[r"ReLU.{0,40}(便宜|简单|快|(导数|梯度|斜率).{0,6}(1|一)|max)", r"ReLU.{0,12}不饱和"],
)
say.point(
    en="dead units get no gradient",
    zh="死单元没有梯度",
    found_en=[
        r"\bdead\b",
        r"\bd(ie|ies|ying)\b",
        r"(negative|zero|off) (on|for) (every|all).{0,40}(no gradient|zero gradient|never)",
    ],
    found_zh=[r"死(掉|了|亡|单元|神经元|区)?", r"(没有|得不到|零)梯度"],
)
say.point(
    en="GELU or SiLU: smooth, let some of the negative side through",
    zh="GELU、SiLU：平滑，负半轴也放过去一点",
    found_en=[r"(gelu|silu|swish).{0,60}(smooth|negative|non.?monoton|differentiable)"],
    found_zh=[r"(GELU|SiLU|Swish).{0,30}(平滑|光滑|负半轴|负值|非单调|处处可导)"],
)
say.point(
    en="SwiGLU: a gate, a third matrix, width 8D/3",
    zh="SwiGLU：门控，第三个矩阵，宽度 8D/3",
    found_en=[
        r"(swiglu|gate|gated).{0,80}(multipl|product|third|three|elementwise)",
        r"(third|three|extra) (weight )?(matri|projection)",
        r"two.thirds|8\s*/\s*3|2\s*/\s*3",
    ],
    found_zh=[
        r"(SwiGLU|门控?).{0,30}(乘|三个|第三|逐元素)",
        r"(第三个|三个|多一个)(权重)?矩阵",
        r"三分之二|8\s*D?\s*/\s*3|2\s*/\s*3",
    ],
)
