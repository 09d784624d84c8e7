"""Initialization and gradient flow: random weights judged by statistics, gradients by value.

No seed reproduces another answer's draws, so `init` is judged by moments of 57,600 weights; every
tolerance is at least 5 standard errors. The references for gradients and Jacobians never
backpropagate: they differentiate the forward pass by the complex step, f′(θ) = Im f(θ + ih) / h,
exact to rounding also where a gradient is 1e-12 (Squire & Trapp 1998, SIAM Review 40(1)).
"""

from itertools import pairwise

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- init --------------------------------------------------------------------------------------

KINDS = ("glorot_normal", "glorot_uniform", "he_normal", "he_uniform")
WIDE, NARROW = (120, 480), (480, 120)  # fan_in, fan_out: one each way, 57,600 weights


def _std(fan_in, fan_out, kind):
    """The right standard deviation."""
    return np.sqrt(2 / fan_in if kind.startswith("he") else 2 / (fan_in + fan_out))


def _draws(answer, rng, measure):
    """{"he_normal, 120 → 480": measure(W / its right standard deviation), …}."""
    return {
        f"{kind}, {fans[0]} → {fans[1]}": measure(
            np.asarray(answer(*fans, kind, rng), dtype=float) / _std(*fans, kind)
        )
        for kind in KINDS
        for fans in (WIDE, NARROW)
    }


def _given():
    return {"kind": ", ".join(KINDS), "(fan_in, fan_out)": [WIDE, NARROW]}


_MEASURED = {
    "share of different weights": "互不相同的权重比例",
    "correlation of two calls": "两次调用的相关系数",
    "weights that differ, same seed": "种子相同时不同的权重数",
}

init = Check()


@init.property(
    en="W has shape (fan_in, fan_out), so that x @ W works",
    zh="W 的形状是 (fan_in, fan_out)，才能算 x @ W",
)
def _(answer, rng):
    shapes = [np.shape(answer(5, 3, kind, rng)) for kind in KINDS]
    return Evidence(given={"fan_in": 5, "fan_out": 3}, expected=[(5, 3)] * 4, got=shapes)


@init.property(
    en="every weight is drawn for itself, from the generator that was given",
    zh="每个权重各抽一次，用的是传进来的生成器",
)
def _(answer, rng):
    seed = int(rng.integers(2**31))
    one, two = (np.asarray(answer(*WIDE, "glorot_normal", rng)) for _ in range(2))
    same = [
        np.asarray(answer(*WIDE, "glorot_uniform", np.random.default_rng(seed))) for _ in range(2)
    ]
    varied = one.std() > 0 and two.std() > 0
    return Evidence(
        given={"calls": 2, "kind": "glorot_normal", "(fan_in, fan_out)": WIDE},
        names_zh=_MEASURED,
        expected=dict(zip(_MEASURED, (1.0, 0.0, 0), strict=True)),
        got={
            # float32 has few collisions, a row repeated has many.
            "share of different weights": len(np.unique(one)) / one.size,
            "correlation of two calls": np.corrcoef(one.flat, two.flat)[0, 1] if varied else 1,
            "weights that differ, same seed": int((same[0] != same[1]).sum()),
        },
        tolerance=0.03,  # of the correlation: 6 standard errors
    )


@init.property(
    en="the mean is 0 (in units of the right standard deviation)",
    zh="均值为 0（以正确的标准差为单位）",
)
def _(answer, rng):
    means = _draws(answer, rng, np.mean)
    # One standard error is 0.0042.
    return Evidence(given=_given(), expected=dict.fromkeys(means, 0.0), got=means, tolerance=0.03)


@init.property(
    en="the standard deviation is √(2 / (fan_in + fan_out)) for Glorot, √(2 / fan_in) for He "
    "(shown: the ratio to that)",
    zh="标准差：Glorot 为 √(2 / (fan_in + fan_out))，He 为 √(2 / fan_in)（显示与它之比）",
    ask_en="Compute W.std() yourself for the four kinds and both shapes: which are off, and by "
    "what factor?",
    ask_zh="自己算一算四种 kind、两种形状的 W.std()：哪些不对，差了多少倍？",
)
def _(answer, rng):
    stds = _draws(answer, rng, np.std)
    # One standard error is at most 0.003.
    return Evidence(given=_given(), expected=dict.fromkeys(stds, 1.0), got=stds, tolerance=0.015)


@init.property(
    en="a uniform kind ends at √3 standard deviations and is even inside, a normal kind has tails "
    "beyond (it may be cut at two σ if its standard deviation is right)",
    zh="均匀分布止于 √3 倍标准差，内部均匀；正态分布在外还有尾部（可在 2σ 截断，但标准差要对）",
    ask_en="U(−a, a) has variance a² / 3. What is a, and which share of a normal lies beyond it?",
    ask_zh="U(−a, a) 的方差是 a² / 3，a 是多少？正态分布有多大比例落在它之外？",
)
def _(answer, rng):
    tails = _draws(answer, rng, lambda w: np.mean(np.abs(w) > 1.001 * np.sqrt(3)))
    inner = _draws(answer, rng, lambda w: np.mean(np.abs(w) < 0.5))
    # Normal 0.083 and 0.383, cut at two σ 0.086 and 0.356, uniform 0 and 0.289; errors 0.002.
    shares = {k: np.array([0, 0.289]) if "uni" in k else np.array([0.084, 0.37]) for k in tails}
    got = {kind: np.array([tails[kind], inner[kind]]) for kind in tails}
    shown = {**_given(), "measured": "P(|W| > √3 σ), P(|W| < σ / 2)"}
    return Evidence(given=shown, expected=shares, got=got, tolerance=0.04)


TINY = (3, 2)  # an odd sum shows a // where a / belongs, and few weights whether they are free


@init.property(
    en="a small layer too: the same standard deviation over many calls, and the mean of one matrix "
    "is as random as six free draws make it (shown: the ratios)",
    zh="小的层也一样：多次调用合起来标准差不变；单个矩阵的均值像六次独立抽取那样波动（显示比值）",
    ask_en="Is there a // in the formula? Are the weights of one matrix adjusted or copied after "
    "they were drawn?",
    ask_zh="公式里是不是写了 //？抽完之后，有没有对同一个矩阵里的权重再做调整或复制？",
)
def _(answer, rng):
    ratios = {}
    for kind in KINDS:
        w = np.array([answer(*TINY, kind, rng) for _ in range(500)], dtype=float) / _std(
            *TINY, kind
        )
        spread = np.sqrt(w[0].size) * w.mean(axis=(1, 2)).std()
        ratios[kind] = np.array([w.std(), spread])
    # Standard errors: 0.013 and 0.032.
    return Evidence(
        given={"kind": ", ".join(KINDS), "(fan_in, fan_out)": TINY, "calls": 500},
        expected={kind: np.ones(2) for kind in KINDS},
        got=ratios,
        tolerance=np.array([0.08, 0.2]),
    )


def _init(std=_std, limit=3**0.5, low=-1.0, normal=None, uniform=True, shape=lambda i, o: (i, o)):
    """An `init` with one thing exchanged."""

    def answer(fan_in, fan_out, kind, rng):
        s, size = std(fan_in, fan_out, kind), shape(fan_in, fan_out)
        if kind.endswith("uniform") and uniform:
            return rng.uniform(low * limit * s, limit * s, size)
        return normal(rng, s, size) if normal else rng.normal(0, s, size)

    return answer


def _cut(rng, s, size):
    """Draws again what lies beyond two standard deviations; the rest spreads less."""
    w = rng.normal(0, s, size)
    while (far := np.abs(w) > 2 * s).any():
        w[far] = rng.normal(0, s, far.sum())
    return w


init.trap(
    _init(std=lambda i, o, kind: _std(i, o, kind) ** 2),
    en="2 / fan_in is the variance; rng.normal takes its root, the standard deviation. With the "
    "variance in its place the signal dies out within a few layers.",
    zh="2 / fan_in 是方差，rng.normal 要的是标准差，得开根号。直接用方差，信号几层之后就没了。",
)
init.trap(
    _init(std=lambda i, o, kind: _std(o, i, kind)),
    en="He's formula got fan_out. One output is a sum over fan_in products, so the forward "
    "signal needs 2 / fan_in. A square layer hides the swap.",
    zh="He 用成了 fan_out。一个输出是 fan_in 项之和，前向保方差要用 2 / fan_in。方阵看不出来。",
)
init.trap(
    _init(limit=1.0),
    en="The interval ends at the standard deviation. U(−a, a) has variance a² / 3, so a is √3 "
    "standard deviations: √6 in the limit where √2 is in the standard deviation.",
    zh="界取成了标准差。U(−a, a) 的方差是 a² / 3，界要再乘 √3：标准差里的 √2 到界里就是 √6。",
)
init.trap(
    _init(normal=_cut),
    en="Cut at two standard deviations, a normal keeps 0.88 of its spread. Divide the standard "
    "deviation by 0.8796 first, as Keras does, or do not cut.",
    zh="在两倍标准差处截断后，标准差只剩 0.88 倍。先除以 0.8796（Keras 就这么做），或者不截断。",
)
init.trap(
    _init(std=lambda i, o, kind: 1 / np.sqrt(i) if kind[0] == "h" else _std(i, o, kind)),
    en="He's 2 is missing: 1 / fan_in keeps the variance of a linear layer. ReLU removes half of "
    "the mean square, and the 2 gives it back.",
    zh="He 的那个 2 漏了：1 / fan_in 保的是线性层的方差。ReLU 会丢掉一半的均方值，要靠 2 补回来。",
)
init.trap(
    _init(low=0.0),
    en="U(0, a) has a positive mean: all units of a layer then move together. The interval is "
    "symmetric, from −a to a.",
    zh="U(0, a) 的均值是正的，同一层的单元会一起往一边偏。区间要对称：从 −a 到 a。",
)
init.trap(
    _init(shape=lambda i, o: (o, i)),
    en="This is PyTorch's layout, (out, in), made for x @ W.T. Here a layer computes x @ W.",
    zh="这是 PyTorch 的布局 (out, in)，配的是 x @ W.T。这里算的是 x @ W。",
)
init.trap(
    _init(uniform=False),
    en="The uniform kinds come from a normal. Look at the second half of `kind` too.",
    zh="uniform 的两种也用了正态分布。`kind` 的后半截也要看。",
)
init.trap(
    lambda i, o, kind, rng: _init()(i, o, kind, np.random.default_rng(0)),
    en="A generator seeded inside draws the same weights for every layer of one shape. Use `rng`.",
    zh="在函数里自己设种子，形状相同的层会得到一模一样的权重。要用传进来的 `rng`。",
)
init.trap(
    _init(limit=1.5**0.5),
    en="√(3 / …) has lost a 2: the variance is 2 / …, and the limit √3 roots of it, √(6 / …).",
    zh="√(3 / …) 少了一个 2：方差是 2 / …，界是它的平方根的 √3 倍，即 √(6 / …)。",
)
init.trap(
    _init(normal=lambda rng, s, size: rng.normal(0, s**2, size)),
    en="rng.normal takes the standard deviation, and 2 / fan_in is the variance: take its root.",
    zh="rng.normal 要的是标准差，而 2 / fan_in 是方差：先开根号。",
)
init.trap(
    _init(std=lambda i, o, kind: _std(i, o, kind) if kind[0] == "h" else 1 / np.sqrt(i)),
    en="Glorot got 1 / fan_in, which only looks at the way forward. On the way back a sum has "
    "fan_out terms: put the mean of the two fans there.",
    zh="Glorot 用成了 1 / fan_in，只顾了前向。反向求和有 fan_out 项：这里应取两个 fan 的平均。",
)


# ---- layer_grad_norms --------------------------------------------------------------------------

_ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z.real > 0, z, 0),  # also along a complex step
}
_SLOPES = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a**2,
    "relu": lambda a: (a > 0) * 1.0,
}


def forward(x, params, activation):
    """Hidden layers with `activation`, a linear last one: (output, the input of every layer)."""
    cache = []
    for layer, (W, b) in enumerate(params):
        cache.append(x)
        x = x @ W + b
        if layer < len(params) - 1:
            x = _ACTIVATIONS[activation](x)
    return x, cache


def _complex_step(f, theta, h=1e-20):
    """∂f/∂theta for every element: (theta.size, *shape of f)."""
    steps = 1j * h * np.eye(theta.size).reshape(-1, *theta.shape)
    return np.array([f(theta + step).imag / h for step in steps])


def _layer_grad_norms(x, t, params, activation):
    def loss(layer, W):
        changed = [*params[:layer], (W, params[layer][1]), *params[layer + 1 :]]
        error = forward(x, changed, activation)[0] - t
        return (error * error).sum() / (2 * len(x))

    def size(layer):
        slopes = _complex_step(lambda W: loss(layer, W), params[layer][0])
        return np.sqrt((slopes**2).sum())

    return np.array([size(layer) for layer in range(len(params))])


def _norms(
    slope=lambda a, kind, layer, last: _SLOPES[kind](a) if layer else 1.0,
    measure=lambda dW, delta: np.linalg.norm(dW),
    start=lambda error: error / len(error),
    order=1,
):
    """`layer_grad_norms` with one thing exchanged."""

    def answer(x, t, params, activation):
        y, cache = forward(x, params, activation)
        delta, sizes = start(y - t), []
        for layer in reversed(range(len(params))):
            a, W = cache[layer], params[layer][0]
            sizes.insert(0, measure(a.T @ delta, delta))
            delta = delta @ W.T * slope(a, activation, layer, len(params) - 1)
        return np.array(sizes)[::order]

    return answer


def _regression(rng, batch, *widths, scale=1.0):
    """(x, t, params) with one decimal, no size equal to another where `widths` allow it."""
    normal = lambda *shape: rng.normal(size=shape).round(1)  # noqa: E731
    params = [(scale * normal(i, o), normal(o)) for i, o in pairwise(widths)]
    return normal(batch, widths[0]), normal(batch, widths[-1]), params


# Relative only: the norms of one answer span many powers of ten.
layer_grad_norms = Check(_layer_grad_norms, rtol=1e-4, atol=1e-250)
for _seed, _kind, _sizes, _scale, _en, _zh in [
    (
        1,
        "tanh",
        (3, 2, 4, 5),
        1,
        "entry l is ‖∂L/∂W_l‖, Frobenius",
        "第 l 项是 ‖∂L/∂W_l‖（F 范数）",
    ),
    (2, "sigmoid", (5, 3, 4, 6, 2), 1, "sigmoid, a batch of 5", "sigmoid，batch 为 5"),
    (3, "relu", (4, 3, 6, 5, 2), 1, "ReLU: its slope is 1 or 0", "ReLU：斜率是 1 或 0"),
    (4, "sigmoid", (3, 4, 2), 1, "a single linear layer", "只有一个线性层"),
    (5, "sigmoid", (3, *[3] * 13, 2), 0.4, "13 layers, tiny norms", "13 层，范数极小"),
    (8, "relu", (3, *[4] * 7, 2), 5, "norms that explode are not clipped", "范数爆炸也不截断"),
]:
    _x, _t, _params = _regression(np.random.default_rng(_seed), *_sizes, scale=_scale)
    layer_grad_norms.case(
        _x,
        _t,
        _params,
        _kind,
        en=_en,
        zh=_zh,
        ask_en="Did you add an ε, or take difference quotients? Neither has 13 digits to spare."
        if "tiny" in _en
        else None,
        ask_zh="是不是加了 ε，或者用了差商？这么小的数，两种做法的误差都比结果大。"
        if "tiny" in _en
        else None,
    )


@layer_grad_norms.fresh(en="fresh random data", zh="新的随机数据")
def _(rng):
    return *_regression(rng, 6, 4, 3, 5, 2), "tanh"


layer_grad_norms.trap(
    _norms(slope=lambda a, kind, layer, last: _SLOPES["sigmoid"](a) if layer else 1.0),
    en="a(1 − a) is the slope of the sigmoid only. tanh has 1 − a², ReLU 1 where a > 0.",
    zh="a(1 − a) 只是 sigmoid 的导数。tanh 是 1 − a²，ReLU 在 a > 0 处是 1。",
)
layer_grad_norms.trap(
    _norms(slope=lambda a, kind, layer, last: 1.0),
    en="The gradient passes the activations without their slopes, and those are half of the story: "
    "a sigmoid multiplies by 1/4 at most.",
    zh="梯度穿过激活函数时没有乘导数，而这正是关键之一：sigmoid 每次最多留下 1/4。",
)
layer_grad_norms.trap(
    _norms(measure=lambda dW, delta: (dW**2).sum()),
    en="This is the squared norm. Take the root.",
    zh="这是范数的平方，要开根号。",
)
layer_grad_norms.trap(
    _norms(measure=lambda dW, delta: np.linalg.norm(dW, 2)),
    en="np.linalg.norm(dW, 2) of a matrix is its largest singular value. Its default is the "
    "Frobenius norm, the root of the summed squares.",
    zh="矩阵的 np.linalg.norm(dW, 2) 是最大奇异值。不写 2 才是 Frobenius 范数（平方和开根号）。",
)
layer_grad_norms.trap(
    _norms(order=-1),
    en="The list is in the order of the backward pass. The first entry belongs to the first layer.",
    zh="列表是反向传播的顺序。第一项应是第一层。",
)
layer_grad_norms.trap(
    _norms(start=lambda error: error),
    en="The loss is a mean over the batch: 1/B is missing in ∂L/∂y.",
    zh="损失对 batch 取了平均：∂L/∂y 里少了 1/B。",
)
layer_grad_norms.trap(
    _norms(start=lambda error: 2 * error / len(error)),
    en="The slope of ½e² is e: the 2 cancels.",
    zh="½e² 的导数是 e，2 已经约掉了。",
)
layer_grad_norms.trap(
    _norms(measure=lambda dW, delta: np.linalg.norm(delta)),
    en="This is the norm of δ. The gradient of W is inputᵀ · δ.",
    zh="这是 δ 的范数。W 的梯度是“输入ᵀ · δ”。",
)


# ---- jacobian_sv -------------------------------------------------------------------------------


def _spectrum(J):
    return np.linalg.svd(J, compute_uv=False)


def _jacobian_sv(x, params, activation):
    return _spectrum(_complex_step(lambda v: forward(v, params, activation)[0], x))


def _product(slope=lambda a, kind, layer, last: _SLOPES[kind](a) if layer else 1.0, of=_spectrum):
    """`jacobian_sv` with one thing exchanged."""

    def answer(x, params, activation):
        cache = forward(x, params, activation)[1]
        J = np.eye(len(x))
        for layer, (W, _) in enumerate(params):
            a = cache[layer]
            J = J * slope(a, activation, layer, len(params) - 1) @ W
        return of(J)

    return answer


def _layer_by_layer(x, params, activation):
    _, cache = forward(x, params, activation)
    k, values = min(len(x), len(params[-1][1])), 1.0
    for layer, (W, _) in enumerate(params):
        own = _spectrum(W * _SLOPES[activation](cache[layer])[:, None] if layer else W)
        values = values * np.pad(own, (0, k))[:k]
    return values


def _point(rng, *widths):
    x, _, params = _regression(rng, 1, *widths)
    return x[0], params


jacobian_sv = Check(_jacobian_sv)
for _seed, _kind, _widths, _en, _zh in [
    (11, "tanh", (2, 2, 2), "singular values of ∂y/∂x, descending", "∂y/∂x 的奇异值，从大到小"),
    (12, "sigmoid", (4, 5, 3, 2), "more inputs than outputs", "输入比输出多"),
    (13, "relu", (3, 6, 5, 7), "ReLU, more outputs than inputs", "ReLU，输出比输入多"),
    (14, "tanh", (4, 2, 5), "a bottleneck of 2 leaves two above 0", "瓶颈宽 2，只剩两个非零"),
    (15, "relu", (3, 2), "a single linear layer: those of W", "只有一个线性层：就是 W 的奇异值"),
    (16, "sigmoid", (3, *[4] * 9, 2), "ten layers, tiny values", "十层，数值极小"),
]:
    jacobian_sv.case(*_point(np.random.default_rng(_seed), *_widths), _kind, en=_en, zh=_zh)


@jacobian_sv.fresh(en="a fresh network", zh="新的网络")
def _(rng):
    return *_point(rng, 4, 6, 5, 3), "tanh"


jacobian_sv.trap(
    _product(slope=lambda a, kind, layer, last: 1.0),
    en="This multiplies the weights and forgets the slopes between them: each layer's Jacobian is "
    "diag(f′) times W.",
    zh="这里只把权重乘起来，漏了中间的导数：每层的雅可比是 diag(f′) 乘 W。",
)
jacobian_sv.trap(
    _product(of=lambda J: _spectrum(J) ** 2),
    en="These are the squares: the eigenvalues of JᵀJ. Take the root.",
    zh="这是平方，即 JᵀJ 的特征值。要开根号。",
)
jacobian_sv.trap(
    _layer_by_layer,
    en="The singular values of a product are not the products of the factors' singular values: "
    "those only bound the largest from above. Multiply the matrices first.",
    zh="矩阵乘积的奇异值不等于各因子奇异值之积，后者只是最大奇异值的上界。先把矩阵乘起来。",
)
jacobian_sv.trap(
    _product(slope=lambda a, kind, layer, last: _SLOPES[kind](a)),
    en="The input x went through no activation: the first factor is W₁ alone.",
    zh="输入 x 没有经过激活函数：第一个因子就是 W₁。",
)


# ---- clip_global -------------------------------------------------------------------------------


def _clip_global(grads, c):
    flat = np.concatenate([np.ravel(g) for g in grads])
    size = np.sqrt(flat @ flat)
    return [g + 0.0 if size <= c else g * (c / size) for g in grads]


def candidate(grads, c):
    clipped = []
    for g in grads:
        size = np.linalg.norm(g)
        clipped.append(g * (c / size) if size > c else g + 0)
    return clipped


def _clip(size, always=False):
    """`clip_global` with another idea of size."""

    def answer(grads, c):
        s = size(grads)
        with np.errstate(all="ignore"):
            return [g * (np.divide(c, s) if always or s > c else 1.0) for g in grads]

    return answer


def _total(grads):
    return np.sqrt(sum((g**2).sum() for g in grads))


_MIXED = [np.array([[300.0, -0.02], [5.0, 0.0]]), np.array([0.004, 70.0]), np.array(2.0)]
_TWO = [np.array([2.0, -2.0]), np.array([[1.0, 0.0, -4.0]])]
# PyTorch's 1e-6 in the denominator is allowed: every norm that is clipped is 1 or more.
clip_global = Check(
    _clip_global,
    rtol=2e-6,
    domain=lambda grads, c: c > 0 and (_total(grads) == 0 or _total(grads) > 1),
)
for _grads, _c, _en, _zh in [
    (
        _TWO,
        1.0,
        "the norm is that of all arrays: √(4 + 4 + 1 + 16)",
        "范数对所有数组一起算：√(4 + 4 + 1 + 16)",
    ),
    (_TWO, 10.0, "below c nothing changes", "范数小于 c 时不变"),
    (_TWO, 5.0, "a norm of exactly c stays", "范数恰好等于 c 时不变"),
    ([np.zeros((2, 3)), np.zeros(3)], 1.0, "zero gradients stay zero", "全零的梯度仍为零"),
    (
        _MIXED,
        0.5,
        "one huge entry scales all others down",
        "一个特别大的分量，其他分量按同一比例缩小",
    ),
]:
    clip_global.case(_grads, _c, en=_en, zh=_zh)


@clip_global.property(
    en="the direction is kept: the cosine with the old gradient is 1, the new norm is c",
    zh="方向不变：与原梯度的余弦是 1，新的范数是 c",
)
def _(answer, rng):
    grads = [rng.normal(size=s) * k for s, k in (((6, 4), 20.0), ((4,), 0.5), ((4, 3), 3.0))]
    flat = lambda arrays: np.concatenate([np.ravel(a) for a in arrays])  # noqa: E731
    old, new = flat(grads), flat(answer([g.copy() for g in grads], 2.0))
    size = np.linalg.norm(new)
    return Evidence(
        given={"grads": grads, "c": 2.0},
        names_zh={"cosine": "余弦", "norm": "范数"},
        expected={"cosine": 1.0, "norm": 2.0},
        got={"cosine": old @ new / np.linalg.norm(old) / size if size else 0.0, "norm": size},
        tolerance=1e-5,
    )


@clip_global.fresh(en="fresh gradients", zh="新的梯度")
def _(rng):
    return [rng.normal(size=s) * 5 for s in ((3, 4), (4,), (4, 2))], float(rng.uniform(0.5, 3))


clip_global.trap(
    candidate,
    en="Each array is clipped by its own norm: some layers shrink, others do not, and the step "
    "turns. Take one norm over all of them and one factor for all.",
    zh="每个数组按自己的范数裁剪：梯度大的层缩小了，别的层没有，整体方向就变了。"
    "范数要对全部梯度一起算，再用同一个系数。",
)
clip_global.trap(
    lambda grads, c: [np.clip(g, -c, c) for g in grads],
    en="Clipping each element turns the gradient. Scale the whole of it by one factor.",
    zh="逐元素裁剪会让方向偏转。要用同一个系数缩放整个梯度。",
)
clip_global.trap(
    _clip(_total, always=True),
    en="This always rescales to norm c: small gradients are blown up, zero ones become nan. "
    "Scale only above c.",
    zh="这样总会缩放到 c：小梯度被放大，零梯度变成 nan。只有超过 c 才裁剪。",
)
clip_global.trap(
    _clip(lambda grads: sum((g**2).sum() for g in grads)),
    en="The squared norm was used. Sum the squares, then take the root.",
    zh="用的是范数的平方。平方和之后还要开根号。",
)
clip_global.trap(
    _clip(lambda grads: sum(np.linalg.norm(g) for g in grads)),
    en="Norms do not add: 3 and 4 at right angles make 5. Add the squares.",
    zh="范数不能直接相加：相互垂直的 3 和 4 合起来是 5。要加的是平方。",
)


# ---- on paper ----------------------------------------------------------------------------------

sigmoid_share = Estimate(3.638e-12, rtol=0.05)
sigmoid_share.trap(
    1.907e-6,
    en="1/2 is the value of the sigmoid at 0. Its slope there is 1/4.",
    zh="1/2 是 sigmoid 在 0 处的值，斜率是 1/4。",
)
sigmoid_share.trap(
    9.095e-13,
    en="Count the activations: of 20 layers the last is linear, which leaves 19.",
    zh="数一数有几个激活：20 层里最后一层是线性的，只有 19 个。",
)

conv_std = Estimate(0.029463, rtol=0.01)
conv_std.trap(
    0.088388,
    en="fan_in is not the number of channels: one output pixel adds up 3 · 3 · 256 products.",
    zh="fan_in 不只是通道数：一个输出像素要加 3 · 3 · 256 项。",
)
conv_std.trap(0.020833, en="He's 2 is missing.", zh="漏了 He 的 2。")
conv_std.trap(8.6806e-4, en="This is the variance. Take the root.", zh="这是方差，还要开根号。")

different_units = Estimate(1, unit="unit", unit_zh="个", rtol=0.001)
different_units.trap(
    32,
    en="Equal inputs, equal weights, equal gradients: after every step they are still equal.",
    zh="输入相同、权重相同，梯度就相同：走多少步还是一样。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="An early layer's gradient is the loss's gradient times one Jacobian per layer above it, "
    "so it tends to shrink or grow exponentially with depth.",
    zh="靠前的层的梯度，等于损失的梯度乘上后面每层一个雅可比，所以大致随深度指数级缩小或放大。",
)
flaws.false(
    en="Gradients explode because the training data is unevenly distributed.",
    zh="梯度爆炸是因为训练数据分布不均匀。",
    because_en="They explode because Jacobians with singular values above 1 are multiplied, over "
    "depth or time. An odd batch can trigger it; it is not the cause.",
    because_zh="原因是奇异值大于 1 的雅可比沿深度或时间反复相乘。数据至多是诱因，不是根源。",
    source="Pascanu et al. 2013, §2.1",
)
flaws.true(
    en="He's factor 2 is there because ReLU keeps half of the mean square of a symmetric "
    "pre-activation.",
    zh="He 初始化里的 2，是因为激活前的值对称时 ReLU 只留下一半的均方值。",
)
flaws.false(
    en="L2 regularization is a remedy for vanishing gradients: it makes the network more stable.",
    zh="L2 正则化可以缓解梯度消失，因为它让网络更稳定。",
    because_en="L2 keeps the weights small, and with them the singular values that multiply the "
    "gradient: some help against exploding, while vanishing may become worse.",
    because_zh="L2 把权重压小，梯度要乘的奇异值也跟着变小：对爆炸有些帮助，消失却可能更严重。",
    source="Pascanu et al. 2013, §3.1",
)
flaws.false(
    en="Clipping the gradient norm helps against vanishing as well as against exploding gradients.",
    zh="梯度裁剪既能防爆炸，也能防消失。",
    because_en="Clipping only ever scales down. A vanished gradient passes it unchanged.",
    because_zh="裁剪只会缩小，梯度消失时它什么都不做。",
    source="Pascanu et al. 2013, §3.2",
)
flaws.true(
    en="Biases may all start at zero, since random weights already tell the units apart.",
    zh="偏置可以全部从零开始，随机的权重已经足以区分各个单元。",
)
flaws.false(
    en="A larger learning rate cures vanishing gradients.",
    zh="调大学习率就能解决梯度消失。",
    because_en="It multiplies every layer's update alike. With 12 powers of ten between the "
    "layers, a step that moves the first one destroys the last.",
    because_zh="它把每一层的更新放大同样的倍数。首尾相差 12 个数量级时，"
    "能让第一层动起来的步长，早把最后一层毁了。",
    source="the figure of exercise 2",
    source_zh="见练习 2 的图",
)
flaws.false(
    en="The residual-network paper shows that plain 34-layer networks train badly because their "
    "gradients vanish.",
    zh="残差网络的论文证明了：34 层的普通网络训练不好，是因为梯度消失。",
    because_en="Those networks use batch normalization, and the authors find healthy gradient "
    "norms: they argue that vanishing gradients are unlikely to be the cause.",
    because_zh="那些网络用了批归一化，作者查过梯度范数正常，并明说原因不太可能是梯度消失。",
    source="He et al. 2016, §4.1",
)

say = Say(
    model_en="""
Backprop multiplies the gradient by one Jacobian per layer: the weights times the activation's
slope. If the singular values of the product lie mostly below 1 the early gradients vanish, above
1 they explode, exponentially in depth or in time. A sigmoid's slope is at most 1/4, so 20 layers
lose twelve powers of ten. I start with a variance that keeps the signal: Glorot, 2 over fan-in
plus fan-out, for tanh; He, 2 over fan-in, for ReLU; biases zero, weights random to break the
symmetry. Residual connections and normalization keep it that way during training. Against
explosion I clip by the global norm, which keeps the direction. To diagnose, I log each layer's
gradient norm.
""",
    model_zh="""
反向传播时，梯度每过一层就乘一个雅可比，也就是权重乘激活函数的导数。
连乘之后奇异值大多小于 1 就消失，大于 1 就爆炸，随深度或时间指数级变化。
sigmoid 的导数最大只有 1/4，20 层就少了 12 个数量级。
对策一是初始化保方差：tanh 用 Glorot，方差 2/(fan_in+fan_out)，ReLU 用 He，方差 2/fan_in。
偏置为零，权重随机以打破对称。
二是用残差连接和归一化，训练中也能保持。
三是防爆炸用全局范数裁剪，方向不变。
排查时先把每层的梯度范数打出来看。
""",
)
say.point(
    en="the gradient is multiplied by one Jacobian per layer (or step)",
    zh="梯度每过一层（一步）乘一个雅可比",
    found_en=[r"jacobian", r"(product|multipl)\w*.{0,50}(layer|step|factor|weight|slope)"],
    found_zh=[r"雅可比", r"(连乘|相乘|反复乘|一路乘|层层乘)", r"每.{0,6}层.{0,12}乘"],
)
say.point(
    en="a sigmoid's slope is at most 1/4; saturation",
    zh="sigmoid 的导数最大 1/4；饱和",
    found_en=[r"1/4|0?\.25\b|a quarter", r"saturat"],
    found_zh=[r"1/4|0\.25|四分之一", r"饱和"],
)
say.point(
    en="initialize so that the variance is kept: Glorot or He",
    zh="初始化保住方差：Glorot 或 He",
    found_en=[r"glorot|xavier|kaiming", r"\bHe\b.{0,20}(init|2|for ReLU)", r"fan.?in"],
    found_zh=[r"(?i)glorot|xavier|kaiming", r"\bHe\s*初始化", r"fan.?in"],
)
say.point(
    en="residual connections or normalization",
    zh="残差连接或归一化",
    found_en=[r"residual|skip.connection", r"(batch|layer|rms).?norm", r"normali[sz]ation"],
    found_zh=[r"残差", r"归一化", r"(?i)(batch|layer|rms)\s*norm"],
)
say.point(
    en="clip by the global norm against explosion",
    zh="爆炸用全局范数裁剪",
    found_en=[r"\bclip"],
    found_zh=[r"裁剪", r"(?i)\bclip"],
)
say.point(
    en="diagnose by the gradient norm of each layer",
    zh="看每层的梯度范数来排查",
    found_en=[r"(log|plot|print|watch|measur|monitor|look|compar|track)\w*.{0,30}(gradient|norm)"],
    found_zh=[r"[每各逐]一?个?层.{0,6}(梯度|范数)", r"[打画记监看比].{0,12}梯度的?(范数|大小)"],
)
