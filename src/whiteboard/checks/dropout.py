"""Dropout: a random function graded by statistics, its gradient, and Monte-Carlo dropout.

No seed reproduces another answer's draws, so `dropout` is judged by counts and shares on up to
2·10⁵ units. Every tolerance is at least 5 standard errors of its statistic. p is 0.3 or 0.2, never
0.5, where dropping and keeping, p and 1 − p, cannot be told apart.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

P = 0.3
SMALL, LARGE = (200, 200), (400, 500)


# ---- dropout -----------------------------------------------------------------------------------


def _train(answer, x, p, rng):
    """(y, kept) of a training call on a copy of `x`; kept is the mask's nonzero part."""
    y, mask = answer(x.copy(), p, True, rng)
    return np.asarray(y), np.asarray(mask) != 0


def _given(x, p, training=True):
    return {"x": x, "p": p, "training": training}


def _changed(x, y):
    """How many units differ by more than float32 rounds, or all of them when the shapes do."""
    if np.shape(x) != np.shape(y):
        return x.size
    return int((~(np.abs(y - x) <= 1e-6 * np.abs(x))).sum())  # NaN counts as changed


def _inputs(rng):
    """A stream for x alone: an answer that seeds itself must not draw its mask from x's numbers."""
    return rng.spawn(1)[0]


def _activations(rng, shape=SMALL):
    return _inputs(rng).uniform(1, 2, size=shape)


def _two_levels(rng, shape):
    return np.where(_inputs(rng).random(shape) < 0.5, 0.1, 0.9)


# What the properties measure, in Chinese.
_MEASURED = {
    "mean of y / x": "y / x 的均值",
    "units changed": "被改动的单元数",
    "units changed at p = 0.9": "p = 0.9 时被改动的单元数",
    "share dropped where x = 0.1": "x = 0.1 处被丢弃的比例",
    "share dropped where x = 0.9": "x = 0.9 处被丢弃的比例",
    "shape of the mask": "掩码的形状",
    "units where y and the mask disagree": "y 与掩码不一致的单元数",
    "smallest y / x of the kept": "保留单元中最小的 y / x",
    "largest y / x of the kept": "保留单元中最大的 y / x",
    "share of units with the same fate in both": "两次命运相同的单元比例",
    "variance of the number dropped / (n·p·(1 − p))": "丢弃个数的方差 / (n·p·(1 − p))",
    "p = 0: units changed": "p = 0 时被改动的单元数",
    "p = 0: units that the mask does not keep": "p = 0 时掩码没有保留的单元数",
    "p = 0.999: largest y / x": "p = 0.999 时最大的 y / x",
    "units of x changed in place": "x 被就地改动的单元数",
    "mean": "均值",
    "std": "标准差",
    "calls of the model": "模型被调用的次数",
    "mean of std²": "std² 的均值",
    "units whose std is off by more than 1 %": "std 偏差超过 1% 的单元数",
}

dropout = Check(returns=("y", "mask"))


@dropout.property(
    en="in evaluation y is x, every unit of it",
    zh="推理时 y 就是 x，每个单元都不变",
    ask_en="The training pass has already been scaled. What is left to do at test time?",
    ask_zh="训练时已经缩放过了，推理时还剩什么要做？",
)
def _(answer, rng):
    x = _activations(rng, LARGE)
    y = np.asarray(answer(x.copy(), P, False, rng)[0])
    if y.shape != x.shape:
        return Evidence(given=_given(x, P, False), expected=x, got=y)
    at_high = np.asarray(answer(x.copy(), 0.9, False, rng)[0])
    return Evidence(
        given=_given(x, P, False),
        names_zh=_MEASURED,
        expected={"mean of y / x": 1.0, "units changed": 0, "units changed at p = 0.9": 0},
        got={
            "mean of y / x": (y / x).mean(),
            "units changed": _changed(x, y),
            "units changed at p = 0.9": _changed(x, at_high),
        },
        tolerance=0.01,
    )


@dropout.property(
    en="every example and every unit has a coin of its own",
    zh="每个样本的每个单元各抛各的硬币",
    ask_en="How many random numbers did you draw for an x of shape (B, D)?",
    ask_zh="x 的形状是 (B, D)，你一共抽了多少个随机数？",
)
def _(answer, rng):
    x = _two_levels(rng, (300, 300))
    y, _ = _train(answer, x, P, rng)
    if y.shape != x.shape:
        return Evidence(given=_given(x, P), expected=x, got=y)
    zero = y == 0
    whole = [int((zero.all(axis) | ~zero.any(axis)).sum()) for axis in (0, 1)]
    names = ("columns dropped or kept as a whole", "rows dropped or kept as a whole")
    return Evidence(
        given=_given(x, P),
        expected=dict.fromkeys(names, 0),
        got=dict(zip(names, whole, strict=True)),
        tolerance=0,
    )


@dropout.property(
    en="a share p is dropped, whatever the activation",
    zh="丢弃的比例是 p，与激活值大小无关",
    ask_en="What does the decision to drop a unit depend on in your code?",
    ask_zh="在你的代码里，一个单元丢不丢取决于什么？",
)
def _(answer, rng):
    x = _two_levels(rng, LARGE)
    y, _ = _train(answer, x, P, rng)
    small = x < 0.5
    return Evidence(
        given=_given(x, P),
        names_zh=_MEASURED,
        expected={"share dropped where x = 0.1": P, "share dropped where x = 0.9": P},
        got={
            "share dropped where x = 0.1": (y[small] == 0).mean(),
            "share dropped where x = 0.9": (y[~small] == 0).mean(),
        },
        tolerance=0.01,  # 7 standard errors
    )


@dropout.property(
    en="the mean of the activations is kept",
    zh="激活值的均值不变",
    ask_en="One unit is x with probability 1 − p and 0 otherwise. What is its mean?",
    ask_zh="一个单元以概率 1 − p 取 x，否则取 0，它的均值是多少？",
)
def _(answer, rng):
    x = 1 / (1 + np.exp(-_inputs(rng).normal(size=LARGE)))
    y, _ = _train(answer, x, P, rng)
    # The standard error, √(E[x²] · p / (1 − p) / n), is 0.0008.
    return Evidence(given=_given(x, P), expected=x.mean(), got=y.mean(), tolerance=0.006)


@dropout.property(
    en="the mask has the shape of x and is nonzero exactly where a unit is kept",
    zh="mask 与 x 形状相同，恰好在保留的单元处非零",
)
def _(answer, rng):
    x = _activations(rng)
    y, kept = _train(answer, x, P, rng)
    fits = kept.shape == x.shape
    return Evidence(
        given=_given(x, P),
        names_zh=_MEASURED,
        expected={"shape of the mask": x.shape, "units where y and the mask disagree": 0},
        got={
            "shape of the mask": kept.shape,
            "units where y and the mask disagree": int(((y != 0) != kept).sum()) if fits else None,
        },
        tolerance=0,
    )


@dropout.property(
    en="a kept unit is divided by 1 − p, also in float32",
    zh="保留的单元除以 1 − p，float32 也一样",
)
def _(answer, rng):
    x = _activations(rng).astype(np.float32)
    y, _ = _train(answer, x, 0.2, rng)
    ratio = (y / x)[y != 0]
    return Evidence(
        given=_given(x, 0.2),
        names_zh=_MEASURED,
        expected={"smallest y / x of the kept": 1.25, "largest y / x of the kept": 1.25},
        got={
            "smallest y / x of the kept": float(ratio.min()),
            "largest y / x of the kept": float(ratio.max()),
        },
        tolerance=1e-4,
    )


@dropout.property(
    en="two calls with one generator draw two masks",
    zh="用同一个生成器调用两次，得到两个不同的掩码",
    ask_en="Two independent masks agree with probability p² + (1 − p)². And yours?",
    ask_zh="两个独立的掩码在一个单元上相同的概率是 p² + (1 − p)²。你的呢？",
)
def _(answer, rng):
    x = np.ones(SMALL)
    first, second = (_train(answer, x, P, rng)[0] for _ in range(2))
    return Evidence(
        given=_given(x, P),
        names_zh=_MEASURED,
        expected={"share of units with the same fate in both": P**2 + (1 - P) ** 2},
        got={"share of units with the same fate in both": ((first == 0) == (second == 0)).mean()},
        tolerance=0.02,  # 8 standard errors
    )


@dropout.property(
    en="the same seed gives the same mask",
    zh="随机种子相同，掩码就相同",
    ask_en="Which generator do your random numbers come from?",
    ask_zh="你的随机数是哪个生成器给的？",
)
def _(answer, rng):
    x, seed = np.ones(SMALL), int(rng.integers(2**31))
    first, second = (_train(answer, x, P, np.random.default_rng(seed))[0] for _ in range(2))
    return Evidence(
        given=_given(x, P),
        names_zh=_MEASURED,
        expected={"share of units with the same fate in both": 1.0},
        got={"share of units with the same fate in both": ((first == 0) == (second == 0)).mean()},
        tolerance=0.02,
    )


@dropout.property(
    en="units are dropped independently: the number dropped varies as n·p·(1 − p)",
    zh="各单元独立丢弃：丢弃个数的方差是 n·p·(1 − p)",
    ask_en="Toss 100 coins again and again. Do exactly 30 of them show heads each time?",
    ask_zh="反复抛 100 枚硬币，每次都恰好 30 枚正面吗？",
)
def _(answer, rng):
    x = np.ones((2, 50))
    dropped = [int((_train(answer, x, P, rng)[0] == 0).sum()) for _ in range(600)]
    return Evidence(
        given={**_given(x, P), "calls": 600},
        names_zh=_MEASURED,
        expected={"variance of the number dropped / (n·p·(1 − p))": 1.0},
        got={"variance of the number dropped / (n·p·(1 − p))": np.var(dropped) / (100 * P * 0.7)},
        tolerance=0.4,  # 7 standard errors
    )


@dropout.property(
    en="p = 0 changes nothing, p = 0.999 multiplies the kept units by 1000",
    zh="p = 0 时什么都不变，p = 0.999 时保留的单元乘 1000",
)
def _(answer, rng):
    x = _activations(rng)
    y, kept = _train(answer, x, 0.0, rng)
    rare, _ = _train(answer, x, 0.999, rng)
    ratio = (rare / x)[rare != 0]
    missing = int((~kept).sum()) if kept.shape == x.shape else x.size
    return Evidence(
        given=_given(x, (0.0, 0.999)),
        names_zh=_MEASURED,
        expected={
            "p = 0: units changed": 0,
            "p = 0: units that the mask does not keep": 0,
            "p = 0.999: largest y / x": 1000.0,
        },
        got={
            "p = 0: units changed": _changed(x, y),
            "p = 0: units that the mask does not keep": missing,
            "p = 0.999: largest y / x": float(ratio.max(initial=0)),
        },
        tolerance=0.5,
    )


@dropout.property(
    en="p = 1 drops everything and leaves zeros",
    zh="p = 1 时全部丢弃，结果是 0",
    ask_en="What is 0 / 0?",
    ask_zh="0 / 0 等于多少？",
)
def _(answer, rng):
    x = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
    # A NumPy float: dividing by zero then gives nan for every spelling of the same mistake.
    with np.errstate(all="ignore"):
        y, _ = _train(answer, x, np.float64(1.0), rng)
    return Evidence(given=_given(x, 1.0), expected=np.zeros_like(x), got=y, tolerance=1e-12)


@dropout.property(
    en="x itself is left as it was",
    zh="x 本身保持原样",
    ask_en="Who else holds a reference to the array you were given?",
    ask_zh="传进来的这个数组，还有谁在用？",
)
def _(answer, rng):
    x = _activations(rng)
    handed = x.copy()
    answer(handed, P, True, rng)
    return Evidence(
        given=_given(x, P),
        names_zh=_MEASURED,
        expected={"units of x changed in place": 0},
        got={"units of x changed in place": _changed(x, handed)},
        tolerance=0,
    )


@dropout.property(
    en="x may have any shape: a vector, or three axes",
    zh="x 可以是任意形状：一维向量，或三个轴",
)
def _(answer, rng):
    names, got = ("shape of y", "shape of the mask", "largest y / x"), {}
    for shape in ((600,), (5, 12, 10)):
        x = _activations(rng, shape)
        y, kept = _train(answer, x, P, rng)
        got = dict(zip(names, (y.shape, kept.shape, None), strict=True))
        if y.shape != shape or kept.shape != shape:
            break
        got["largest y / x"] = float((y / x).max())
    return Evidence(
        given=_given(x, P),
        expected=dict(zip(names, (shape, shape, 1 / (1 - P)), strict=True)),
        got=got,
        tolerance=1e-4,
    )


def _variant(
    keep=lambda x, p, rng: rng.random(x.shape) >= p,
    training=lambda x, keep, p: x * keep / (1 - p),
    evaluation=lambda x, p: x,
    mask=lambda keep: keep,
):
    """Dropout with one line exchanged; right otherwise, p = 1 included."""

    def answer(x, p, training_, rng):
        if not training_:
            return evaluation(x, p), np.ones(x.shape, dtype=bool)
        kept = keep(x, p, rng)
        y = training(x, kept, p) if p < 1 else np.zeros(x.shape)
        return y, np.broadcast_to(mask(kept), x.shape)

    return answer


dropout.trap(
    _variant(keep=lambda x, p, rng: x >= p, training=lambda x, keep, p: x * keep),
    en="Units are dropped because their output is small. The same input then gives the same output "
    "twice, and the mean shifts. Dropout tosses a coin that never looks at the activation.",
    zh="这是按输出大小来丢：同一个输入两次结果完全一样，均值也变了。"
    "dropout 是抛硬币，丢不丢与激活值无关。",
    ask_en="Feed the same x in twice. Does anything differ between the two results?",
    ask_zh="同一个 x 输入两次，两次结果会有任何不同吗？",
)
dropout.trap(
    _variant(training=lambda x, keep, p: x * keep),
    en="The kept units are not scaled, so the next layer receives 1 − p of what it will receive at "
    "test time. Divide by 1 − p in training.",
    zh="保留的单元没有缩放，下一层训练时收到的只有推理时的 1 − p。训练时要除以 1 − p。",
    ask_en="The next layer sums 100 such units. What does it get in training, what at test time?",
    ask_zh="下一层把 100 个这样的单元加起来，训练时得到多少，推理时得到多少？",
)
dropout.trap(
    _variant(training=lambda x, keep, p: x * keep / p),
    en="A unit is kept with probability 1 − p, so 1 − p is what to divide by, not p. At p = 0.5 "
    "the two look the same.",
    zh="单元以概率 1 − p 保留，所以要除以 1 − p，而不是 p。p = 0.5 时看不出区别。",
    ask_en="A unit that holds 1 survives in 7 of 10 passes. Which value then averages to 1?",
    ask_zh="一个值为 1 的单元，10 次里留下 7 次。留下时取多少，平均才是 1？",
)
dropout.trap(
    _variant(
        keep=lambda x, p, rng: rng.random(x.shape) < p, training=lambda x, keep, p: x * keep / p
    ),
    en="Here p is the probability of keeping, as in the paper and in TF 1. In this question, as in "
    "PyTorch, Keras and Flax, p is the probability of dropping.",
    zh="你把 p 当成了保留概率（论文和 TF 1 的写法）。这道题的 p 是丢弃概率，"
    "PyTorch、Keras、Flax 都是如此。",
    ask_en="At p = 0.1, how many of 100 units should be zero?",
    ask_zh="p = 0.1 时，100 个单元里应该有几个是零？",
)
dropout.trap(
    _variant(keep=lambda x, p, rng: rng.random(x.shape[-1]) >= p),
    en="One mask serves the whole batch: a unit is dropped for every example or for none. Draw a "
    "mask of the shape of x.",
    zh="整个 batch 共用一个掩码：一个单元要么对所有样本都丢，要么都不丢。掩码的形状应和 x 一样。",
)
dropout.trap(
    _variant(keep=lambda x, p, rng: rng.random((len(x), 1)) >= p),
    en="One coin a row drops whole examples. Every unit of every example needs its own.",
    zh="每行只抛一次硬币，丢的是整个样本。每个样本的每个单元都要单独抛。",
)


def _always(x, p, training, rng):
    keep = rng.random(x.shape) >= p
    return x * keep / (1 - p), keep


dropout.trap(
    _always,
    en="With training=False units are still dropped, so predictions stay noisy. Is `training` "
    "used, and the right way round?",
    zh="training=False 时还在随机丢弃，预测带着噪声。`training` 用上了吗？有没有用反？",
    ask_en="Call it twice on one input with training=False. Should the results differ?",
    ask_zh="training=False 时对同一个输入调用两次，结果应该不同吗？",
)
dropout.trap(
    _variant(evaluation=lambda x, p: x * (1 - p)),
    en="Evaluation multiplies by 1 − p. That belongs to the paper's form, whose training pass does "
    "not scale. Inverted dropout scales in training, so evaluation leaves x alone.",
    zh="推理时乘了 1 − p。那是论文的写法，训练时不缩放才需要；"
    "inverted dropout 训练时已经缩放，推理时 x 原样返回。",
)
dropout.trap(
    _variant(keep=lambda x, p, rng: np.random.default_rng(0).random(x.shape) >= p),
    en="A fixed seed inside the function starts every call from the same draw: the same units are "
    "dropped all through training. Use the rng you were given.",
    zh="函数内部用了固定种子，每次调用都从头抽起，整个训练丢的都是同一批单元。请用传进来的 rng。",
    ask_en="How many different masks does your function draw in 1,000 training steps?",
    ask_zh="训练 1000 步，你的函数一共会抽出几个不同的掩码？",
)
dropout.trap(
    _variant(keep=lambda x, p, rng: np.random.random(x.shape) >= p),
    en="The mask does not come from rng but from NumPy's global state or a generator made inside, "
    "so no seed of the caller's reproduces it.",
    zh="掩码没有用 rng，而是来自 NumPy 的全局随机状态或内部新建的生成器，"
    "调用者设了种子也无法复现。",
)
dropout.trap(
    _variant(training=lambda x, keep, p: x * keep * (1 - p)),
    en="Multiplying by 1 − p shrinks the kept units once more. Divide by it.",
    zh="乘 1 − p 让保留的单元又缩小了一次，应该是除以 1 − p。",
    ask_en="Half of the units are dropped. Should the others grow or shrink to keep the mean?",
    ask_zh="丢了一半的单元，其余的应该变大还是变小，均值才不变？",
)
dropout.trap(
    _variant(mask=lambda keep: ~keep),
    en="The mask marks the dropped units. The backward pass expects it nonzero where a unit is "
    "kept.",
    zh="mask 标的是被丢弃的单元。反向传播要的是保留处非零。",
)


def _exact_number(x, p, rng):
    keep = np.ones(x.size, dtype=bool)
    keep[rng.choice(x.size, size=int(p * x.size), replace=False)] = False
    return keep.reshape(x.shape)


dropout.trap(
    _variant(keep=_exact_number),
    en="Exactly p·n units are dropped each time, so the coins are not independent: one unit's fate "
    "tells about the others'.",
    zh="每次都恰好丢 p·n 个，硬币之间就不独立了：知道一个单元的结果，就能推测其他单元。",
)


def _divides_by_zero(x, p, training, rng):
    return _always(x, p, training, rng) if training else (x, np.ones(x.shape, dtype=bool))


dropout.trap(
    _divides_by_zero,
    en="At p = 1 the divisor 1 − p is 0, and 0 / 0, like 0 · inf, is nan. Nothing is kept, so "
    "return zeros.",
    zh="p = 1 时除数 1 − p 是 0，而 0 / 0 和 0 · inf 都是 nan。既然全部丢弃，返回 0 就行。",
    ask_en="What is 1 − p at p = 1, and what do you divide by it?",
    ask_zh="p = 1 时 1 − p 是多少？你拿什么去除以它？",
)


def _in_place(x, p, training, rng):
    keep = np.ones(x.shape, dtype=bool)
    if training:
        keep = rng.random(x.shape) >= p
        x *= keep
        x /= 1 - p if p < 1 else 1
    return x, keep


dropout.trap(
    _in_place,
    en="x is overwritten. The backward pass of the layer below still needs it: return a new array.",
    zh="x 被就地改掉了，而下面一层的反向传播还要用它：请返回新数组。",
)


def _no_mask_at_zero(x, p, training, rng):
    return _variant()(x, p, training, rng) if training and p > 0 else (x, None)


dropout.trap(
    _no_mask_at_zero,
    en="At p = 0 the training pass returns no mask. The backward pass still asks for one: every "
    "unit was kept, so it is nonzero everywhere.",
    zh="p = 0 时训练的前向没有返回掩码，而反向还要用它：所有单元都保留，掩码应处处非零。",
    ask_en="Your backward pass receives this mask next. What does it do with it?",
    ask_zh="接下来反向传播要用这个掩码，它拿到的是什么？",
)


# ---- dropout_backward --------------------------------------------------------------------------


def _backward(dy, mask, p):
    """Unit by unit: the slope between 0 and 1 of x ↦ x / (1 − p) where kept, of x ↦ 0 elsewhere."""
    dx = np.zeros(np.shape(dy))
    for i in np.ndindex(dx.shape):
        at_one, at_zero = (x / (1 - p) if mask[i] else 0.0 for x in (1.0, 0.0))
        dx[i] = dy[i] * (at_one - at_zero)
    return dx


dropout_backward = Check(
    _backward, domain=lambda dy, mask, p: np.shape(dy) == np.shape(mask) and 0 <= p <= 1
)


@dropout_backward.property(
    en="only kept units pass the gradient on, divided by 1 − p",
    zh="只有保留的单元传回梯度，并除以 1 − p",
    ask_en="y = x·m / (1 − p), unit by unit. What is ∂y/∂x where m = 1, and where m = 0?",
    ask_zh="逐个单元看，y = x·m / (1 − p)。m = 1 处 ∂y/∂x 是多少？m = 0 处呢？",
)
def _(answer, rng):
    dy, mask = rng.uniform(1, 2, size=(100, 200)), rng.random((100, 200)) >= P
    dx = np.asarray(answer(dy.copy(), mask.copy(), P))
    if dx.shape != dy.shape:
        return Evidence(given={"dy": dy, "mask": mask, "p": P}, expected=dy, got=dx)
    names = "share of dropped units that get a gradient", "mean of dx / dy over the kept units"
    return Evidence(
        given={"dy": dy, "mask": mask, "p": P},
        expected=dict(zip(names, (0.0, 1 / (1 - P)), strict=True)),
        got=dict(zip(names, ((dx[~mask] != 0).mean(), (dx / dy)[mask].mean()), strict=True)),
        tolerance=0.03,  # a new mask gives 0.7; the cases below are exact
    )


_MASK = np.array([[True, False, True], [True, True, False]])
dropout_backward.case(
    np.array([[1.0, -2.0, 3.0], [0.0, 5.0, -6.0]]),
    _MASK,
    0.2,
    en="p = 0.2 multiplies by 1.25, unit by unit",
    zh="p = 0.2 时逐个单元乘 1.25",
)
dropout_backward.case(
    np.array([[[2.0, -1.0, 4.0], [0.5, 3.0, -3.0]]]),
    _MASK[None],
    0.75,
    en="p = 0.75 multiplies by 4, on an array of three axes",
    zh="p = 0.75 时乘 4，数组有三个轴",
)


@dropout_backward.fresh(en="fresh random gradient, mask and p", zh="新的随机梯度、掩码和 p")
def _(rng):
    p = rng.uniform(0.1, 0.4)
    return rng.normal(size=(3, 4)), rng.random((3, 4)) >= p, p


@dropout_backward.property(
    en="at p = 1 no gradient passes, and none is nan",
    zh="p = 1 时没有梯度传回，也不出现 nan",
)
def _(answer):
    dy, mask = np.array([[1.0, -2.0, 3.0]]), np.zeros((1, 3), dtype=bool)
    with np.errstate(all="ignore"):
        dx = answer(dy.copy(), mask.copy(), np.float64(1.0))
    given = {"dy": dy, "mask": mask, "p": 1.0}
    return Evidence(given=given, expected=np.zeros((1, 3)), got=dx, tolerance=1e-12)


def _finite(factor):
    """A backward pass by `factor(mask, p)`, and zeros at p = 1."""
    return lambda dy, mask, p: dy * factor(mask, p) if p < 1 else np.zeros(np.shape(dy))


dropout_backward.trap(
    _finite(lambda mask, p: mask),
    en="The factor 1 / (1 − p) of the forward pass is missing. It is part of y = x·m / (1 − p), so "
    "it is part of the derivative.",
    zh="漏了前向的系数 1 / (1 − p)。它在 y = x·m / (1 − p) 里，求导也要带上。",
    ask_en="p = 0.2 and the unit is kept: by how much does y grow when x grows by 1?",
    ask_zh="p = 0.2，单元被保留：x 增加 1，y 增加多少？",
)
dropout_backward.trap(
    _finite(lambda mask, p: mask / p if p else mask),
    en="Divided by p instead of 1 − p. At p = 0.5 nobody notices.",
    zh="除以了 p，应该除以 1 − p。p = 0.5 时谁也看不出来。",
    ask_en="p = 0.2 and the unit is kept: by how much does y grow when x grows by 1?",
    ask_zh="p = 0.2，单元被保留：x 增加 1，y 增加多少？",
)
dropout_backward.trap(
    _finite(lambda mask, p: 1 / (1 - p)),
    en="The gradient is scaled but not masked. A dropped unit had no influence on the loss, so its "
    "gradient is 0.",
    zh="梯度缩放了，却没有乘掩码。被丢弃的单元对损失没有影响，梯度应为 0。",
)
dropout_backward.trap(
    _finite(lambda mask, p: np.ones(np.shape(mask))),
    en="dy passes straight through. Neither the mask nor the factor of the forward pass is used.",
    zh="dy 原样传了下去，前向的掩码和系数都没有用上。",
)
dropout_backward.trap(
    _finite(lambda mask, p: (np.random.default_rng().random(np.shape(mask)) >= p) / (1 - p)),
    en="A new mask is drawn. The derivative belongs to the forward pass that happened, so it uses "
    "that pass's mask.",
    zh="这里重新采样了掩码。求导针对的是已经发生的那次前向，必须用当时的掩码。",
)
dropout_backward.trap(
    _finite(lambda mask, p: mask * (1 - p)),
    en="Multiplied by 1 − p where the forward pass divides by it.",
    zh="前向是除以 1 − p，这里却乘了 1 − p。",
    ask_en="p = 0.2 and the unit is kept: by how much does y grow when x grows by 1?",
    ask_zh="p = 0.2，单元被保留：x 增加 1，y 增加多少？",
)
dropout_backward.trap(
    _finite(lambda mask, p: (1.0 - mask) / (1 - p)),
    en="The gradient goes to the dropped units. The mask is True where a unit was kept.",
    zh="梯度传给了被丢弃的单元。mask 为 True 的是保留的单元。",
)
dropout_backward.trap(
    lambda dy, mask, p: dy * mask / (1 - p),
    en="At p = 1 this is 0 / 0, which is nan. Nothing was kept, so the gradient is 0.",
    zh="p = 1 时这里是 0 / 0，得到 nan。没有单元被保留，梯度就是 0。",
    ask_en="Nothing was kept. Can the loss depend on x at all?",
    ask_zh="一个单元都没保留，损失还会依赖 x 吗？",
)


# ---- mc_dropout --------------------------------------------------------------------------------


def _monte_carlo(model, x, n, rng):
    """Welford's running mean and sum of squares, one pass at a time."""
    mean, squares = 0.0, 0.0
    for count in range(1, n + 1):
        y = np.asarray(model(x, rng), dtype=float)
        gap = y - mean
        mean = mean + gap / count
        squares = squares + gap * (y - mean)
    return mean, np.sqrt(squares / (n - 1))


class _Script:
    """A model whose k-th call returns outputs[k], whatever it is given."""

    def __init__(self, outputs):
        self.outputs, self.calls = outputs, 0

    def __call__(self, x, rng):
        self.calls += 1
        return self.outputs[(self.calls - 1) % len(self.outputs)].copy()


def _noisy(x, rng):
    """x plus normal noise of standard deviation 2"""
    return x + 2.0 * rng.normal(size=np.shape(x))


mc_dropout = Check(_monte_carlo, returns=("mean", "std"), domain=lambda model, x, n, rng: n >= 2)


@mc_dropout.property(
    en="mean and standard deviation over n passes, unit by unit, with divisor n − 1",
    zh="对 n 次前向逐个单元求均值和标准差，分母为 n − 1",
    ask_en="Your passes fill an array of shape (n, B, C). Along which axis do they vary?",
    ask_zh="n 次前向的结果叠成 (n, B, C)，沿哪个轴看才是随机的变化？",
)
def _(answer, rng):
    outputs = rng.normal(size=(5, 3, 4))
    mean, std = answer(_Script(outputs), np.ones((3, 2)), 5, rng)
    total = sum(outputs)
    squares = sum((y - total / 5) ** 2 for y in outputs)
    return Evidence(
        given={"outputs of the five passes": outputs, "n": 5},
        names_zh=_MEASURED,
        expected={"mean": total / 5, "std": np.sqrt(squares / 4)},
        got={"mean": mean, "std": std},
    )


@mc_dropout.property(
    en="the model is called n times",
    zh="模型恰好调用 n 次",
    ask_en="What does one forward pass cost? Do your mean and your std describe the same passes?",
    ask_zh="每次前向都有代价。你的均值和标准差用的是同样的几次前向吗？",
)
def _(answer, rng):
    script = _Script(rng.normal(size=(5, 3, 4)))
    answer(script, np.ones((3, 2)), 5, rng)
    return Evidence(
        given={"n": 5},
        names_zh=_MEASURED,
        expected={"calls of the model": 5},
        got={"calls of the model": script.calls},
        tolerance=0,
    )


@mc_dropout.property(
    en="the passes differ: noise of standard deviation 2 is found",
    zh="各次前向互不相同：能测出标准差为 2 的噪声",
    ask_en="What would make every pass draw the same numbers?",
    ask_zh="什么情况下每次前向会抽到同样的随机数？",
)
def _(answer, rng):
    x = rng.uniform(size=(50, 40))
    _, std = answer(_noisy, x, 30, rng)
    return Evidence(
        given={"model": _noisy, "x": x, "n": 30},
        names_zh=_MEASURED,
        expected={"mean of std²": 4.0},
        got={"mean of std²": float(np.mean(np.asarray(std) ** 2))},
        tolerance=0.15,  # 6 standard errors
    )


@mc_dropout.property(
    en="the passes come from rng: same seed, same result; other seed, other result",
    zh="随机性来自 rng：种子相同则结果相同，种子不同则结果不同",
    ask_en="Which generator do you hand to the model, and who made it?",
    ask_zh="你交给 model 的是哪个生成器，是谁创建的？",
)
def _(answer, rng):
    x, seed = rng.uniform(size=(5, 4)), int(rng.integers(2**31))
    one, again, other = (
        np.asarray(answer(_noisy, x, 6, np.random.default_rng(s))[0])
        for s in (seed, seed, seed + 1)
    )
    names = "same seed: units that differ", "other seed: units that agree"
    return Evidence(
        given={"model": _noisy, "x": x, "n": 6},
        expected=dict.fromkeys(names, 0),
        got=dict(zip(names, (int((one != again).sum()), int((one == other).sum())), strict=True)),
        tolerance=0,
    )


@mc_dropout.property(
    en="a large mean does not swallow a small spread",
    zh="均值很大时，微小的波动也不会被淹没",
    ask_en="float64 holds 16 digits, float32 7. How many does the square of the mean take up?",
    ask_zh="float64 有 16 位有效数字，float32 只有 7 位。均值的平方要占掉几位？",
)
def _(answer, rng):
    outputs = 1e8 + 0.1 * rng.normal(size=(6, 3, 4))
    with np.errstate(all="ignore"):
        _, std = answer(_Script(outputs), np.ones((3, 2)), 6, rng)
        if np.asarray(std).dtype == np.float32:  # 1e8 and 0.1 do not fit into its 7 digits
            outputs = (outputs - 1e8 + 1e3).astype(np.float32)
            _, std = answer(_Script(outputs), np.ones((3, 2)), 6, rng)
        # A comparison with nan is False, so nan counts as wrong.
        right = np.abs(np.asarray(std) / outputs.std(axis=0, ddof=1, dtype=float) - 1) < 0.01
    return Evidence(
        given={"outputs of the six passes": outputs, "n": 6},
        names_zh=_MEASURED,
        expected={"units whose std is off by more than 1 %": 0},
        got={"units whose std is off by more than 1 %": int((~right).sum())},
        tolerance=0,
    )


def candidate(model, x, n, rng):
    total, squares = 0.0, 0.0
    for _ in range(n):
        y = model(x, rng)
        total, squares = total + y, squares + y**2
    mean = total / n
    return mean, np.sqrt((squares / n - mean**2) * n / (n - 1))


def _stacked(spread, seeded=lambda i, rng: rng):
    """Passes stacked to (n, …), their mean, and what `spread` makes of them."""

    def answer(model, x, n, rng):
        draws = np.stack([np.asarray(model(x, seeded(i, rng))) for i in range(n)])
        return draws.mean(axis=0), spread(draws)

    return answer


mc_dropout.trap(
    candidate,
    en="E[y²] − E[y]² subtracts two large, almost equal numbers and loses the digits that matter. "
    "Subtract the mean first, then square.",
    zh="E[y²] − E[y]² 是两个几乎相等的大数相减，有效数字都丢了。应先减均值，再平方。",
)
mc_dropout.trap(
    _stacked(lambda draws: draws.std(axis=0)),
    en="The sum of squares is divided by n. The question asks for n − 1: `ddof=1` in NumPy. "
    "PyTorch's `std` divides by n − 1 by default, NumPy's by n.",
    zh="平方和除以了 n，题目要的是 n − 1：NumPy 里写 `ddof=1`。"
    "PyTorch 的 `std` 默认除以 n − 1，NumPy 默认除以 n。",
)
mc_dropout.trap(
    _stacked(lambda draws: draws.std(axis=0, ddof=1), lambda i, rng: np.random.default_rng(0)),
    en="Every pass starts from the same seed, so every pass drops the same units and the spread "
    "is 0.",
    zh="每次前向都从同一个种子开始，丢的是同一批单元，标准差就成了 0。",
)


def _single_pass(model, x, n, rng):
    y = np.asarray(model(x, rng))
    return y, np.zeros(y.shape)


mc_dropout.trap(
    _single_pass,
    en="One pass has no spread. Run the model n times, with dropout on.",
    zh="只跑一次看不出波动。要开着 dropout 跑 n 次。",
)
mc_dropout.trap(
    _stacked(lambda draws: draws.std(axis=1, ddof=1)),
    en="The standard deviation runs over the examples. The passes are axis 0.",
    zh="标准差是沿样本方向算的。各次前向在 axis 0。",
)
mc_dropout.trap(
    _stacked(lambda draws: draws.std(axis=0, ddof=1) / np.sqrt(len(draws))),
    en="std / √n is the standard error of the mean: it shrinks with every pass. The model's spread "
    "does not.",
    zh="std / √n 是均值的标准误，跑得越多越小；模型输出的波动并不会因此变小。",
)
mc_dropout.trap(
    _stacked(lambda draws: draws.var(axis=0, ddof=1)),
    en="This is the variance. Take its square root.",
    zh="这是方差，还要开平方。",
)
mc_dropout.trap(
    _stacked(lambda draws: draws.std(axis=0, ddof=1), lambda i, rng: np.random.default_rng(i)),
    en="The passes are seeded 0, 1, 2, … inside, so the caller's rng changes nothing. Hand rng on "
    "to the model.",
    zh="内部用 0、1、2……作种子，传进来的 rng 不起作用。请把 rng 交给 model。",
)


# ---- on paper ----------------------------------------------------------------------------------

variance_ratio = Estimate(1.25, unit="times", unit_zh="倍", rtol=0.01)
variance_ratio.trap(
    1,
    en="Only the mean is kept. A unit is x / (1 − p) with probability 1 − p, so E[y²] = "
    "E[x²] / (1 − p).",
    zh="不变的只有均值。单元以概率 1 − p 取 x / (1 − p)，所以 E[y²] = E[x²] / (1 − p)。",
)
variance_ratio.trap(
    0.8,
    en="That is the variance without the scale. The scale enters squared: 0.8 / 0.8².",
    zh="这是没有缩放时的方差。缩放要平方：0.8 / 0.8²。",
)
variance_ratio.trap(
    1.5625,
    en="1 / (1 − p)² is the square of the scale alone; a share p of the squares is 0.",
    zh="1 / (1 − p)² 只是缩放的平方，还有比例为 p 的单元是 0。",
)
variance_ratio.trap(
    5,
    en="1 / p. A unit is kept with probability 1 − p = 0.8.",
    zh="这是 1 / p。保留的概率是 1 − p = 0.8。",
)
variance_ratio.trap(
    0.25,
    en="p / (1 − p) is what comes on top. The new variance is the old one plus that share of it.",
    zh="p / (1 − p) 只是多出来的部分，新方差是原来的方差再加上它。",
)

logit_factor = Estimate(4, unit="times", unit_zh="倍", rtol=0.01)
logit_factor.trap(
    2,
    en="Each of the two layers contributes a factor of 2, and a ReLU passes a factor on.",
    zh="两层各贡献一个 2 倍，ReLU 会把倍数原样传下去。",
)
logit_factor.trap(
    0.25,
    en="The other way round: at test time twice as many units are alive in each layer.",
    zh="反了：推理时每层存活的单元是训练时的两倍。",
)
logit_factor.trap(
    1,
    en="Nothing was scaled, neither in training nor at test time, so the sums do not agree.",
    zh="训练和推理都没有缩放，两边的求和对不上。",
)
logit_factor.trap(
    8,
    en="Three layers of weights, but only the two hidden layers are followed by a dropout.",
    zh="权重有三层，但后面接 dropout 的只有两个隐藏层。",
)

row_sum_spread = Estimate(8.33, unit="%", rtol=0.01)
row_sum_spread.trap(
    0.694,
    en="This is the variance, p / ((1 − p) n). Take the square root.",
    zh="这是方差 p / ((1 − p) n)，还要开平方。",
)
row_sum_spread.trap(
    33.3,
    en="This is the spread of one weight relative to itself. Sixteen independent ones average out "
    "by √16.",
    zh="这是单个权重的相对波动。16 个相互独立，求和后要再除以 √16。",
)
row_sum_spread.trap(
    7.5,
    en="√(p (1 − p) / n) leaves out the scale 1 / (1 − p) of the kept weights.",
    zh="√(p (1 − p) / n) 漏了保留权重的缩放 1 / (1 − p)。",
)
row_sum_spread.trap(
    75,
    en="Here p and 1 − p are exchanged: √((1 − p) / (p n)).",
    zh="p 和 1 − p 写反了：√((1 − p) / (p n))。",
)
row_sum_spread.trap(
    0.0833,
    en="This is the fraction. The question asks for percent.",
    zh="这是小数，题目要的是百分数。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="In training every unit of every example gets its own coin toss, fresh at each forward "
    "pass.",
    zh="训练时每个样本的每个神经元独立抛一次硬币，每次前向都重新抛。",
)
flaws.false(
    en="Dropout gives every hidden unit a probability; if its output falls below a threshold, "
    "usually 0.5, the unit is dropped.",
    zh="dropout 给每个隐藏单元分配一个概率，输出小于阈值（一般取 0.5）就丢掉。",
    because_en="The mask is random and ignores the activation. A threshold drops the same units "
    "every time.",
    because_zh="掩码是随机的，与激活值无关。用阈值的话，每次丢的都是同样的单元。",
    source="Srivastava et al. 2014, §4",
)
flaws.false(
    en="At test time you simply drop nothing; nothing else has to be taken care of, in training or "
    "at test time.",
    zh="测试的时候不丢就行，训练和测试都不用再管别的。",
    because_en="Somewhere the scale must be matched: divide by the keep probability in training, "
    "or multiply the outgoing weights by it at test time.",
    because_zh="两边的尺度必须对上：要么训练时除以保留概率，要么测试时把输出权重乘保留概率。",
    source="Srivastava et al. 2014, §1 Fig. 2, §10",
)
flaws.true(
    en="Inverted dropout keeps the mean of an activation x and adds a variance of x²·p/(1 − p).",
    zh="inverted dropout 不改变激活值 x 的均值，但会多出 x²·p/(1 − p) 的方差。",
)
flaws.false(
    en="`Dropout(0.2)` in Keras keeps 20 % of the units.",
    zh="Keras 里的 `Dropout(0.2)` 是保留 20% 的神经元。",
    because_en="`rate` is the share that is dropped; 80 % stay. The paper's p is the keep "
    "probability.",
    because_zh="`rate` 是丢弃的比例，留下 80%。论文里的 p 才是保留概率。",
    source="Keras, Dropout layer; Srivastava et al. 2014, §4",
)
flaws.false(
    en="The smaller the training set, the more dropout helps.",
    zh="训练数据越少，dropout 的作用越大。",
    because_en="With 100 or 500 training cases the paper found no improvement; the gain grows with "
    "the data to a sweet spot and then declines.",
    because_zh="论文里只有 100 或 500 个训练样本时没有提升；数据再多一些收益才变大，"
    "过了某个点又变小。",
    source="Srivastava et al. 2014, §7.4",
)
flaws.true(
    en="Dropout right before batch normalization is risky: the running variance was measured with "
    "the noise and does not fit at test time.",
    zh="dropout 放在批归一化前面有风险：训练时统计的方差带着噪声，推理时对不上。",
)
flaws.false(
    en="Large language models are pre-trained with dropout 0.1, like the original Transformer.",
    zh="大模型预训练都用 0.1 的 dropout，和最初的 Transformer 一样。",
    because_en="Often without: PaLM trained without dropout and used 0.1 in most fine-tuning. Data "
    "seen about once leave little to overfit.",
    because_zh="很多不用：PaLM 预训练时不用 dropout，微调时多数情况用 0.1。"
    "数据基本只过一遍，没什么可过拟合的。",
    source="Chowdhery et al. 2022, §5; Vaswani et al. 2017, §5.4",
)

say = Say(
    model_en="""
In training, dropout zeroes each activation with probability p by an independent coin toss.
Here p is the probability of dropping; the paper's p is the probability of keeping.
Inverted dropout divides the surviving activations by 1 - p in training,
so the expected value stays the same.
At test time dropout is the identity.
The backward pass uses the same mask and the same factor.
It regularizes: no unit can rely on another one, as if many thinned networks were averaged.
""",
    model_zh="""
训练时每个激活值以概率 p 置零，各自独立抛硬币，与激活值大小无关。
这里的 p 是丢弃概率，论文里的 p 是保留概率。
inverted dropout 在训练时把留下的激活值除以 1-p，使期望不变。
推理时 dropout 就是恒等映射。
反向传播用同一个掩码和同一个系数。
它起正则化的作用：神经元之间不能互相依赖，相当于对许多子网络做平均。
""",
)
# Up to n characters that negate nothing: a negation inside a phrase would count as saying it.
_EN, _ZH = r"(?:(?!\bnot\b|n't|\bnever\b).){0,%d}", r"[^不没]{0,%d}"
_FATE = r"\b(drop\w*|throw\w*|zero\w*|remov\w*|keep\w*|kept|retain\w*)\b"
_KEEP = r"(1\s*[-−]\s*p|one minus p|keep(ing)?[ _]prob|保留(概率|率))"
_TEST_EN, _TEST_ZH = r"\b(test|inference|eval\w*|predict\w*)\b", r"(推理|测试|预测|评估|\beval)"
# The same, and nothing that makes the mask a new one.
_OLD_EN = r"(?:(?!\bnot\b|n't|\bnever\b|\bnew\b|\bfresh\b|\banother\b|\bdifferent\b).){0,%d}"
_MASK_EN, _MASK_ZH = r"(?<!new )(?<!fresh )(?<!another )(?<!different )\bmask\b", r"(掩码|mask)"
_OLD_ZH = r"[^不没新]{0,%d}"
say.point(
    en="each unit is zeroed at random, independently",
    zh="每个单元独立地随机置零",
    found_en=[
        r"\brandom(ly)?\b",
        r"\bstochastic",
        r"\bindependent",
        r"\bbernoulli\b",
        r"\b(coin|chance)\b",
        r"\bprobability\b" + _EN % 40 + r"(\b(drop|zero|remov)\w*|switched off|turned off)",
        r"\b(drop|zero|remov)\w*" + _EN % 40 + r"\bprobability\b",
    ],
    found_zh=[
        r"随机",
        r"独立",
        r"抛.{0,4}硬币",
        r"伯努利",
        r"概率" + _ZH % 14 + r"(置零|置 ?0|归零|清零|失活|丢|关掉)",
    ],
)
say.point(
    en="what p means: dropping here, keeping in the paper",
    zh="p 的含义：这里是丢弃概率，论文里是保留概率",
    found_en=[
        r"probability" + _EN % 25 + _FATE,
        _FATE + _EN % 25 + r"\b(probability|chance) (of )?p\b",
        r"(\b(fraction|share|percentage)\b|%)" + _EN % 25 + _FATE,
        r"\b(drop(ping)?|keep(ing)?|retention|retain)[ _](prob\w*|rate)",
    ],
    found_zh=[
        r"(丢弃|丢掉|失活|置零|保留)的?(概率|比例|率)",
        r"(概率|比例)" + _ZH % 14 + r"(丢|失活|置零|置 ?0|关掉|保留|留下)",
    ],
)
say.point(
    en="survivors are divided by 1 − p in training",
    zh="训练时保留的单元除以 1 − p",
    found_en=[
        r"\b(divid|scal|rescal|multipl)\w*" + _EN % 50 + _KEEP,
        r"/\s*\(?\s*1\s*[-−]\s*p",
    ],
    found_zh=[
        r"(除以|缩放|放大|乘)" + _ZH % 12 + _KEEP,
        r"没有?被?(丢弃?|丢掉|置零)的" + _ZH % 8 + r"(除以|缩放|放大|乘)" + _ZH % 12 + _KEEP,
    ],
)
say.point(
    en="the expected activation stays the same",
    zh="激活值的期望不变",
    found_en=[
        r"\b(expect\w+|mean|average)\b"
        + _EN % 45
        + r"\b(same|kept|unchanged|preserv\w+|match\w*|equal\w*|constant)",
        r"\b(keep|preserv|match|maintain)\w*" + _EN % 20 + r"\b(expect\w+|mean)\b",
        r"\b(expect\w+|mean|average)\b" + _EN % 25 + r"(\bnot|n't) (change|alter|shift)",
        r"\bE\s*\[[^\]]*\]\s*(=|is|equals|stays)\s*x\b",
    ],
    found_zh=[
        r"(期望|均值|平均)" + _ZH % 8 + r"(一致|相同|一样|相等|保持|还是|仍是|等于)",
        r"(期望|均值|平均)" + _ZH % 8 + r"(不变|不会变|不改变|不发生)",
        r"(保持|保证|维持)" + _ZH % 8 + r"(期望|均值)",
    ],
)
say.point(
    en="at test time it is off: the identity",
    zh="推理时关闭，是恒等映射",
    found_en=[
        _TEST_EN
        + _EN % 40
        + r"\b(identity|off|disabled|nothing|no dropout|unchanged|returns? x|(all|every) (the )?"
        r"(units?|neurons?|activations?))\b",
        r"\b(identity|off|disabled|nothing|no dropout|unchanged)\b" + _EN % 40 + _TEST_EN,
        _TEST_EN + _EN % 25 + r"(\bnot|n't) (drop|zero|apply|use) ?",
        r"\bonly\b" + _EN % 20 + r"\btraining\b",
    ],
    found_zh=[
        _TEST_ZH + _ZH % 12 + r"(恒等|关闭|关掉|原样|返回 ?x|(全部|所有)的?(神经元|单元))",
        _TEST_ZH
        + _ZH % 12
        + r"(不做|什么[都也]不|不(再|使用|用|需要|进行){0,2} ?(丢|dropout)|不起作用|不生效)",
        r"(关闭|关掉)" + _ZH % 8 + _TEST_ZH,
        r"只在?训练",
    ],
)
say.point(
    en="the backward pass uses the same mask",
    zh="反向用同一个掩码",
    found_en=[
        r"\bsame mask\b",
        r"\b(back\w*|gradient)\b" + _OLD_EN % 40 + _MASK_EN,
        _MASK_EN + _OLD_EN % 40 + r"\b(back\w*|gradient)\b",
        r"\b(cache|store|save|remember|reuse)\w*\b" + _OLD_EN % 12 + _MASK_EN,
        r"\bgradients?\b" + _EN % 30 + r"\b(kept|surviv\w*)\b",
        r"(\bnot\b|n't|\bnever\b).{0,12}\b(new|fresh|another|different) mask\b",
        r"\b(dy|dout|grad\w*)\s*\*\s*mask\b",
    ],
    found_zh=[
        r"(同一个?|同一份|相同的?|同样的?)" + _MASK_ZH,
        r"(反向|梯度|前向)" + _OLD_ZH % 12 + _MASK_ZH,
        r"(?<!新)(?<!新的)" + _MASK_ZH + _OLD_ZH % 12 + r"(反向|梯度)",
        r"不(能|要|可以|应该?|必)?(再|重新)(采样|抽|生成)",
        r"梯度" + _ZH % 10 + r"保留",
    ],
)
say.point(
    en="why it helps: no co-adaptation, an average of thinned networks",
    zh="为什么有用：打破相互依赖，近似多个子网络的平均",
    found_en=[
        r"co-?adapt",
        r"(\bnot\b|n't) co-?adapt",
        r"(\b(cannot|can not|no longer)\b|n't|\bno (unit|neuron)\b).{0,20}\b(rely|depend) on\b",
        r"\bensembl",
        r"\bbagging\b",
        r"\b(thinned|sub-?)\s?networks",
        r"\bregulari[sz]",
        r"\boverfit",
    ],
    found_zh=[
        r"共适应",
        r"协同适应",
        r"[互相]相?依赖",
        r"不(能|会|再|应)?(过度|过于|总|只)?依赖",
        r"bagging",
        r"集成",
        r"子网络",
        r"正则化",
        r"过拟合",
    ],
)
