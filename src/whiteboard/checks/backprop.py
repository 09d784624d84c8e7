"""Backprop: gradients of a multi-layer perceptron, and the check that proves them.

The references never backpropagate: they differentiate the forward pass by the complex step,
f′(θ) = Im f(θ + ih) / h, exact to rounding because nothing is subtracted
(Squire & Trapp 1998, SIAM Review 40(1)).
"""

from itertools import pairwise

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, params):
    """Sigmoid hidden layers, a linear last one: (output, the input of every layer)."""
    cache = []
    for layer, (W, b) in enumerate(params):
        cache.append(x)
        x = x @ W + b
        if layer < len(params) - 1:
            x = sigmoid(x)
    return x, cache


def normal(rng, *shape):
    """Normal numbers with one decimal, so that a verdict showing them can be followed by hand."""
    return rng.normal(size=shape).round(1)


def network(rng, *widths):
    """Random weights and biases, [(W, b)] per layer, no two alike."""
    return [(normal(rng, i, o), normal(rng, o)) for i, o in pairwise(widths)]


def complex_step(loss, theta, h=1e-20):
    """∂loss/∂theta, element by element; `loss` takes a complex copy of `theta`."""
    slope = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[index] += 1j * h
        slope[index] = loss(moved).imag / h
    return slope


def slopes(loss, x, params):
    """The gradients of `loss(x, params)`: [(dW, db)] per layer, and dx."""

    def with_part(layer, part, value):
        changed = list(params[layer])
        changed[part] = value
        return [*params[:layer], tuple(changed), *params[layer + 1 :]]

    grads = [
        tuple(
            complex_step(lambda v, at=(layer, part): loss(x, with_part(*at, v)), theta)
            for part, theta in enumerate(params[layer])
        )
        for layer in range(len(params))
    ]
    return grads, complex_step(lambda v: loss(v, params), x)


# ---- backward ----------------------------------------------------------------------------------


def _backward(dy, cache, params):
    return slopes(lambda x, p: (dy * forward(x, p)[0]).sum(), cache[0], params)


def _variant(
    derivative=lambda a, layer, last: a * (1 - a) if layer else 1.0,
    dW=lambda a, delta: a.T @ delta,
    db=lambda delta: delta.sum(axis=0),
    back=lambda delta, W: delta @ W.T,
    start=lambda dy: dy,
):
    """A backward pass with one line exchanged."""

    def backward(dy, cache, params):
        delta, grads = start(dy), []
        for layer in reversed(range(len(params))):
            a, W = cache[layer], params[layer][0]
            grads.insert(0, (dW(a, delta), db(delta)))
            delta = back(delta, W) * derivative(a, layer, len(params) - 1)
        return grads, delta

    return backward


def _inputs(rng, batch, *widths):
    params = network(rng, *widths)
    y, cache = forward(normal(rng, batch, widths[0]), params)
    return normal(rng, *y.shape), cache, params


backward = Check(_backward, returns=("grads", "dx"))
# One width and one batch size throughout: whatever is transposed still multiplies, so a wrong
# value shows which product is wrong where other sizes would only raise. Small enough to do by hand.
_PARAMS = [
    (np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([0.0, 1.0])),
    (np.array([[1.0, 3.0], [-2.0, 1.0]]), np.array([0.5, 0.0])),
]
backward.case(
    np.array([[1.0, 0.0], [3.0, 2.0]]),
    forward(np.array([[1.0, 0.0], [2.0, -1.0]]), _PARAMS)[1],
    _PARAMS,
    en="every gradient is the slope of the loss along its parameter",
    zh="每个梯度都是损失沿该参数的斜率",
)
backward.case(
    *_inputs(np.random.default_rng(2), 5, 3, 4, 2),
    en="gradients have their parameters' shapes, on widths 3, 4, 2",
    zh="梯度与参数形状相同，各层宽度为 3、4、2",
)
backward.case(
    *_inputs(np.random.default_rng(3), 4, 3, 2),
    en="a single linear layer has no activation to differentiate",
    zh="只有一个线性层时没有激活函数可求导",
)
backward.case(
    *_inputs(np.random.default_rng(4), 1, 2, 5, 3, 4, 2),
    en="four layers, a batch of one",
    zh="四层网络，batch 为 1",
)

_DY, _CACHE, _LARGE = _inputs(np.random.default_rng(9), 4, 3, 4, 2)
backward.case(
    1000 * _DY,
    _CACHE,
    _LARGE,
    en="a gradient is linear in dy: a thousand times dy, a thousand times every gradient",
    zh="梯度对 dy 是线性的：dy 放大一千倍，每个梯度也放大一千倍",
)


@backward.fresh(en="fresh random weights and inputs", zh="新的随机权重和输入")
def _(rng):
    return _inputs(rng, 6, 4, 3, 5, 2)


backward.trap(
    _variant(derivative=lambda a, layer, last: 1 - a if layer else 1.0),
    en="The derivative of σ at a = σ(z) is a(1 − a). Here the factor a is missing.",
    zh="σ 在 a = σ(z) 处的导数是 a(1 − a)，这里少了因子 a。",
    ask_en="What is the slope of σ at z = 0, where a = 1/2? What does your line give there?",
    ask_zh="z = 0 时 a = 1/2，σ 的斜率是多少？你的那行代码算出多少？",
)
backward.trap(
    _variant(back=lambda delta, W: delta @ W),
    en="The forward pass multiplies by W from the right, so the gradient goes back through Wᵀ: "
    "δ @ W.T. With W itself it only fits when all widths are equal.",
    zh="前向是右乘 W，梯度就要乘 Wᵀ 传回去：δ @ W.T。直接乘 W 只有各层等宽时形状才碰巧对得上。",
    ask_en="z = a @ W. Which entries of z does a[0, 0] touch, and through which entries of W?",
    ask_zh="z = a @ W。a[0, 0] 影响 z 的哪些元素，经过 W 的哪些元素？",
)
backward.trap(
    _variant(derivative=lambda a, layer, last: 1.0),
    en="The gradient passes each hidden activation without its derivative: after δ @ W.T comes "
    "⊙ a(1 − a).",
    zh="梯度穿过隐藏层时漏乘了激活函数的导数：δ @ W.T 之后还要 ⊙ a(1 − a)。",
)
backward.trap(
    _variant(derivative=lambda a, layer, last: a * (1 - a)),
    en="dx is multiplied by x(1 − x), but the network's input went through no sigmoid.",
    zh="dx 多乘了 x(1 − x)，而网络的输入并没有经过 sigmoid。",
    ask_en="Which entries of the cache are outputs of a sigmoid?",
    ask_zh="cache 里哪些是 sigmoid 的输出？",
)
backward.trap(
    _variant(derivative=lambda a, layer, last: sigmoid(a) * (1 - sigmoid(a)) if layer else 1.0),
    en="The cache already holds a = σ(z). σ(a)(1 − σ(a)) applies the sigmoid twice.",
    zh="cache 里存的已经是 a = σ(z)，σ(a)(1 − σ(a)) 等于做了两次 sigmoid。",
)
backward.trap(
    _variant(dW=lambda a, delta: delta.T @ a),
    en="This is the transpose of dW. W is (in, out), so dW = a.T @ δ is (in, out) too.",
    zh="这是 dW 的转置。W 是 (in, out)，dW = a.T @ δ 也应是 (in, out)。",
)
backward.trap(
    _variant(db=lambda delta: delta.sum()),
    en="One number for the whole bias. Each unit has its own: sum δ over the batch axis only.",
    zh="整个偏置只得到一个数。每个单元有自己的偏置：只沿 batch 轴对 δ 求和。",
)
backward.trap(
    _variant(start=lambda dy: dy / len(dy)),
    en="dy is already ∂L/∂y of the whole batch's loss. Dividing by B again makes every gradient B "
    "times too small.",
    zh="dy 已经是整个 batch 的损失对 y 的导数，再除以 B，所有梯度都小了 B 倍。",
)
backward.trap(
    _variant(db=lambda delta: delta.mean(axis=0)),
    en="The bias is added to every row, so its gradient is the sum over rows, not their mean. "
    "A mean over the batch belongs into the loss, hence into dy.",
    zh="偏置加在每一行上，梯度是各行之和，不是平均。对 batch 求平均是损失的事，已经包含在 dy 里。",
)
backward.trap(
    _variant(dW=lambda a, delta: a.T @ delta / len(a), db=lambda delta: delta.mean(axis=0)),
    en="dW and db are divided by B. That fits a dy per example; here dy is the gradient of the "
    "whole batch's loss, and any mean is already in it.",
    zh="dW 和 db 又除了一次 B。如果 dy 的每行是单个样本损失的梯度，这样才对；"
    "这里的 dy 是整个 batch 的损失的"
    "梯度，要取的平均已经在里面。",
)
backward.trap(
    lambda dy, cache, params: _variant()(dy, cache, params)[0],
    en="Only grads is returned. Return two things, grads and dx: the network below needs dx.",
    zh="只返回了 grads。要返回 grads 和 dx 两项：再往前的网络要用 dx。",
)


# ---- loss_and_grads ----------------------------------------------------------------------------


def _half_mse(x, t, params):
    error = forward(x, params)[0] - t
    return (error * error).sum() / (2 * len(x))


def _loss_and_grads(x, t, params):
    grads, _ = slopes(lambda x, p: _half_mse(x, t, p), x, params)
    return _half_mse(x, t, params), grads


def _scaled(loss_factor, gradient_factor):
    """loss_and_grads with both results multiplied by functions of (B, o)."""

    def loss_and_grads(x, t, params):
        y, cache = forward(x, params)
        factor = gradient_factor(*y.shape) / len(x)
        grads, _ = _variant()((y - t) * factor, cache, params)
        return _half_mse(x, t, params) * loss_factor(*y.shape), grads

    return loss_and_grads


loss_and_grads = Check(_loss_and_grads, returns=("loss", "grads"))


def _regression(rng, batch, *widths):
    x, t = normal(rng, batch, widths[0]), normal(rng, batch, widths[-1])
    return x, t, network(rng, *widths)


loss_and_grads.case(
    *_regression(np.random.default_rng(5), 4, 1, 2, 3),
    en="the loss is the mean over the batch of half the squared error, and grads are its slopes",
    zh="损失是平方误差的一半在 batch 上的平均，grads 是它的斜率",
)


@loss_and_grads.property(
    en="a batch repeated twice has the same loss and gradients",
    zh="把 batch 重复一遍，损失和梯度不变",
)
def _(answer):
    x, t, params = _regression(np.random.default_rng(6), 3, 2, 4, 3)
    once, twice = answer(x, t, params), answer(np.tile(x, (2, 1)), np.tile(t, (2, 1)), params)
    return Evidence(given={"x": x, "x repeated": np.tile(x, (2, 1))}, expected=once, got=twice)


@loss_and_grads.fresh(en="fresh random data", zh="新的随机数据")
def _(rng):
    return _regression(rng, 7, 3, 4, 2)


loss_and_grads.trap(
    _scaled(lambda B, o: 1, lambda B, o: B),
    en="The loss is a mean over the batch, the gradients a sum: 1/B is missing in "
    "dy = (y − t) / B. The step size then grows with the batch.",
    zh="损失对 batch 取了平均，梯度却是求和：dy = (y − t) / B 里少了 1/B，步长会随 batch 变大。",
)
loss_and_grads.trap(
    _scaled(lambda B, o: B, lambda B, o: B),
    en="Loss and gradients are sums over the batch. The question asks for the mean.",
    zh="损失和梯度都是在 batch 上求和，题目要的是平均。",
)
loss_and_grads.trap(
    _scaled(lambda B, o: 2, lambda B, o: 2),
    en="The half is missing: with L = ½‖y − t‖² the 2 of the derivative cancels.",
    zh="漏了 1/2：L = ½‖y − t‖² 求导后 2 正好约掉。",
)
loss_and_grads.trap(
    _scaled(lambda B, o: 1, lambda B, o: 2),
    en="Loss and gradient do not belong together: the derivative of ½e² is e, not 2e.",
    zh="损失和梯度对不上：½e² 的导数是 e，不是 2e。",
)
loss_and_grads.trap(
    _scaled(lambda B, o: 2 / o, lambda B, o: 2 / o),
    en="np.mean averages over the outputs too. Here the squared error is summed over the outputs, "
    "halved, and averaged over the batch.",
    zh="np.mean 连输出维也平均了。这里平方误差先对输出维求和、减半，再对 batch 求平均。",
)
loss_and_grads.trap(
    _scaled(lambda B, o: 1, lambda B, o: -1),
    en="t − y has the wrong sign: a step against this gradient climbs the loss.",
    zh="t − y 符号反了：沿这个“梯度”的反方向走一步，损失反而上升。",
)


# ---- grad_check --------------------------------------------------------------------------------


def _relative(numeric, grad):
    norm = np.linalg.norm
    return norm(numeric - grad) / (norm(numeric) + norm(grad))


def _differences(f, theta, h, ahead, behind, width):
    """(f(θ + ahead·h) − f(θ + behind·h)) / (width·h), one element of θ at a time."""
    unit = np.eye(theta.size)
    return np.array(
        [
            (f(theta + ahead * h * e) - f(theta + behind * h * e)) / (width * h)
            for e in (row.reshape(theta.shape) for row in unit)
        ]
    ).reshape(theta.shape)


def _grad_check(f, theta, grad, h):
    return _relative(_differences(f, theta, h, 1, -1, 2), grad)


def _cubes(theta):
    """Σ θ³"""
    return float((theta**3).sum())


def _mixed(theta):
    """Σ sin(θ) + θ₀₀·θ₁₁"""
    return float(np.sin(theta).sum() + theta[0, 0] * theta[1, 1])


_POINT = np.array([1.0, 2.0, -1.5])
_MATRIX = np.array([[0.3, -1.1, 2.0], [0.7, 1.9, -0.4]])

grad_check = Check(
    _grad_check,
    rtol=1e-4,
    domain=lambda f, theta, grad, h: h > 1e-7,
)
grad_check.case(
    _cubes,
    _POINT,
    3 * _POINT**2,
    0.5,
    en="a right gradient leaves the central difference's own error, h² in each element for θ³",
    zh="梯度正确时只剩中心差分自身的误差，对 θ³ 每个元素是 h²",
)
grad_check.case(
    _cubes,
    _POINT,
    6 * _POINT**2,
    1e-4,
    en="a gradient twice too large has relative error 1/3",
    zh="梯度大了一倍，相对误差是 1/3",
)
grad_check.case(
    _mixed,
    _MATRIX,
    np.cos(_MATRIX) + np.array([[2.0, 0, 0], [0, 0, 0.5]]),
    1e-3,
    en="parameters may be a matrix",
    zh="参数可以是矩阵",
)


@grad_check.fresh(en="a fresh polynomial and a wrong gradient", zh="新的多项式和一个错误的梯度")
def _(rng):
    weights = rng.normal(size=(2, 3))

    def f(theta):
        """Σ w·θ³"""
        return float((weights * theta**3).sum())

    theta = rng.uniform(1, 2, size=(2, 3))
    return f, theta, 3 * weights * theta**2 + rng.normal(size=(2, 3)), 0.1


def candidate(f, theta, grad, h):
    slopes = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        moved = theta.copy()
        moved[i] += h
        slopes[i] = (f(moved) - f(theta)) / h
    return np.linalg.norm(slopes - grad) / (np.linalg.norm(slopes) + np.linalg.norm(grad))


grad_check.trap(
    candidate,
    en="This is the one-sided difference: its error falls with h, the central one's with h². "
    "Step to both sides and divide by 2h.",
    zh="这是单侧差分，误差随 h 下降；中心差分的误差随 h² 下降。两侧各走一步，再除以 2h。",
    ask_en="For f = θ³ the central difference errs by h². Yours?",
    ask_zh="f = θ³ 时中心差分的误差是 h²，你的是多少？",
)
grad_check.trap(
    lambda f, theta, grad, h: _relative(_differences(f, theta, h, 1, -1, 1), grad),
    en="From θ − h to θ + h is 2h. Divided by h, every slope is twice too large.",
    zh="从 θ − h 到 θ + h 是 2h。除以 h，每个斜率都大了一倍。",
)
grad_check.trap(
    lambda f, theta, grad, h: np.linalg.norm(_differences(f, theta, h, 1, -1, 2) - grad),
    en="This is the absolute error. 1e-4 is fine for gradients near 1 and hopeless for gradients "
    "near 1e-5: divide by ‖numeric‖ + ‖grad‖.",
    zh="这是绝对误差。梯度在 1 附近时 1e-4 没问题，在 1e-5 附近就毫无意义："
    "要除以 ‖数值梯度‖ + ‖grad‖。",
)
grad_check.trap(
    lambda f, theta, grad, h: _relative((f(theta + h) - f(theta - h)) / (2 * h), grad),
    en="All parameters move at once, which gives one directional slope. Move one element, measure, "
    "put it back, go to the next.",
    zh="所有参数一起动，只得到一个方向导数。要一次动一个元素，测完复原，再动下一个。",
)
grad_check.trap(
    lambda f, theta, grad, h: (
        np.linalg.norm(_differences(f, theta, h, 1, -1, 2) - grad) / np.linalg.norm(grad)
    ),
    en="Divided by ‖grad‖ alone the error is not symmetric and has no bound when grad is near 0. "
    "The question divides by ‖numeric‖ + ‖grad‖.",
    zh="只除以 ‖grad‖ 不对称，grad 接近 0 时也没有上界。题目要求除以 ‖数值梯度‖ + ‖grad‖。",
)


def _never_put_back(f, theta, grad, h):
    step, slopes = np.zeros(theta.shape), np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step[i] = h
        slopes[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return _relative(slopes, grad)


def _larger_norm(f, theta, grad, h):
    numeric, norm = _differences(f, theta, h, 1, -1, 2), np.linalg.norm
    return norm(numeric - grad) / max(norm(numeric), norm(grad))


def _worst_element(f, theta, grad, h):
    numeric = _differences(f, theta, h, 1, -1, 2)
    return np.max(np.abs(numeric - grad) / (np.abs(numeric) + np.abs(grad)))


grad_check.trap(
    _never_put_back,
    en="The elements already measured stay moved, so every later slope adds theirs. Start each "
    "element from an unmoved θ.",
    zh="测过的元素没有复原，后面的斜率把前面的也加了进来。每个元素都要从原来的 θ 出发。",
)
grad_check.trap(
    _larger_norm,
    en="This divides by the larger of the two norms. That is in use too, but reads about twice as "
    "large. The question divides by their sum.",
    zh="这里除以两个范数中较大的一个。这样定义的也有，但结果约大一倍。题目要求除以两者之和。",
)
grad_check.trap(
    _worst_element,
    en="This is the worst single element's ratio, good for finding where it is wrong. The question "
    "asks for one ratio of norms over all elements.",
    zh="这是最差的那个元素的比值，适合用来定位错误。题目要的是所有元素合起来的范数之比。",
)


# ---- mend --------------------------------------------------------------------------------------


def _program(bugs):
    """The candidate's program with exactly these bugs; every layer is a sigmoid."""

    def gradients(x, t, weights, biases):
        a = [x]
        for W, b in zip(weights, biases, strict=True):
            a.append(sigmoid(a[-1] @ W + b))
        error = a[-1] - (x if "no_target" in bugs else t)
        dweights, dbiases = [], []
        for layer in reversed(range(len(weights))):
            out, into = a[layer + 1], x if "first_input" in bugs else a[layer]
            delta = error * ((1 - out) if "half_derivative" in bugs else out * (1 - out))
            dW = delta @ into.T if "wrong_product" in bugs else into.T @ delta
            dweights.insert(0, dW)
            dbiases.insert(0, np.sum(delta) if "one_bias" in bugs else delta.sum(axis=0))
            W = weights[layer]
            error = delta @ (W if "not_transposed" in bugs else W.T)
        return dweights, dbiases

    return gradients


def _task(rng, batch, *widths):
    x, t = normal(rng, batch, widths[0]), rng.uniform(size=(batch, widths[-1])).round(1)
    params = network(rng, *widths)
    return x, t, [W for W, _ in params], [b for _, b in params]


mend = Program(_program, returns=("dweights", "dbiases"))
# Width = batch size, so that every mixture of the bugs still multiplies and can be told apart.
mend.case(
    *_task(np.random.default_rng(7), 2, 2, 2, 2),
    en="dweights and dbiases are the slopes of ½ Σ (a − t)²",
    zh="dweights 和 dbiases 是 ½ Σ (a − t)² 的斜率",
)
mend.case(
    *_task(np.random.default_rng(8), 5, 3, 4, 2),
    en="a batch of 5 through widths 3, 4, 2",
    zh="batch 为 5，各层宽度为 3、4、2",
)


@mend.fresh(en="fresh random data", zh="新的随机数据")
def _(rng):
    return _task(rng, 4, 4, 4, 4, 4)


mend.bug(
    "no_target",
    en="The error compares the output with the input. Nothing here knows the target t: this trains "
    "an auto-encoder.",
    zh="误差是拿输出和输入比，完全没有用到目标 t：这样训练出来的是自编码器。",
)
mend.bug(
    "half_derivative",
    en="σ′ = a(1 − a), with a the output of that layer; the factor a is missing.",
    zh="σ′ = a(1 − a)，a 是该层的输出；这里少了因子 a。",
)
mend.bug(
    "wrong_product",
    en="δ @ aᵀ sums over the units. dW sums over the batch and pairs every input with every unit: "
    "aᵀ @ δ.",
    zh="δ @ aᵀ 是对单元求和。dW 要对 batch 求和，把每个输入和每个单元配对：aᵀ @ δ。",
)
mend.bug(
    "one_bias",
    en="np.sum(delta) folds every unit's bias gradient into one number. Sum over axis 0.",
    zh="np.sum(delta) 把各单元的偏置梯度加成了一个数。应沿 axis 0 求和。",
)
mend.bug(
    "first_input",
    en="Every layer's dW needs that layer's own input, the output of the layer below. The program "
    "uses the network's input everywhere.",
    zh="每层的 dW 要用该层自己的输入，也就是前一层的输出。这里处处用的是网络的输入。",
)
mend.bug(
    "not_transposed",
    en="a @ W goes forward, so δ @ W.T goes back.",
    zh="前向是 a @ W，反向就是 δ @ W.T。",
)


# ---- on paper ----------------------------------------------------------------------------------

backward_cost = Estimate(2.0, unit="times", unit_zh="倍", rtol=0.05)
backward_cost.trap(
    1.0,
    en="Each layer's forward product x @ W has two partners on the way back: xᵀ @ δ for the "
    "weights and δ @ Wᵀ for the layer below.",
    zh="前向的每个 x @ W，反向对应两个矩阵乘：xᵀ @ δ 求权重梯度，δ @ Wᵀ 传给前一层。",
)
backward_cost.trap(
    3.0,
    en="3 is a whole training step: one forward, two backward.",
    zh="3 是整个训练步：前向 1 份，反向 2 份。",
)

activation_memory = Estimate("1.85 MB", rtol=0.01)
activation_memory.trap(
    "2.68 MB",
    en="These are the parameters, 669,706 × 4 bytes. The cache holds each layer's input for every "
    "example.",
    zh="这是参数的大小，669,706 × 4 字节。cache 存的是每个样本在每层的输入。",
)
activation_memory.trap(
    "7.23 kB",
    en="This is one example's cache. The batch holds 256.",
    zh="这是一个样本的量，batch 里有 256 个。",
)
activation_memory.trap(
    "1.05 MB",
    en="These are the hidden layers' outputs. The first layer has an input too, the batch itself: "
    "its dW is xᵀ @ δ.",
    zh="这只是隐藏层的输出。第一层也有输入，就是这个 batch 本身：它的 dW 是 xᵀ @ δ。",
)
forward_mode_passes = Estimate(669_706, unit="passes", unit_zh="遍", rtol=0.001)
forward_mode_passes.trap(
    668_672,
    en="The biases are parameters too: 512 + 512 + 10 more.",
    zh="偏置也是参数，还要加 512 + 512 + 10。",
)
forward_mode_passes.trap(
    1_339_412,
    en="Twice the number is the central difference. Forward mode carries one exact derivative with "
    "each pass.",
    zh="两倍是中心差分的次数。前向模式每跑一遍就带出一个精确的导数。",
)
forward_mode_passes.trap(
    784,
    en="784 passes give the gradient for one example's input. Each parameter is a direction of its "
    "own.",
    zh="784 遍得到的是对一个样本输入的梯度。每个参数各是一个方向，都要单独跑一遍。",
)
forward_mode_passes.trap(
    1,
    en="One pass is what reverse mode needs. A forward pass carries one direction only.",
    zh="一遍就够的是反向模式。前向模式一遍只带一个方向。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Backprop is the chain rule, applied from the loss back to the input, with every "
    "intermediate gradient computed once.",
    zh="反向传播就是从损失往输入方向用链式法则，每个中间梯度只算一次。",
)
flaws.false(
    en="Backprop is a gradient-descent method: it adjusts the weights until the error is small.",
    zh="反向传播是一种梯度下降方法，它不断调整权重，直到误差足够小。",
    because_en="Backprop only computes the gradient. Gradient descent, or Adam, uses it to update "
    "the weights.",
    because_zh="反向传播只负责算梯度，更新权重的是梯度下降、Adam 这些优化器。",
    source="Goodfellow et al. 2016, §6.5",
)
flaws.true(
    en="One backward pass gives the gradient of a scalar loss with respect to all parameters, "
    "however many there are.",
    zh="不管有多少参数，反向走一遍就能得到标量损失对全部参数的梯度。",
)
flaws.false(
    en="For each neuron we compute the gradient of its output with respect to its input; these "
    "gradients are what the optimizer needs.",
    zh="对每个神经元求输出对输入的梯度，优化器要的就是这些梯度。",
    because_en="The optimizer needs ∂L/∂θ for every parameter. The local derivative is one factor "
    "of it; the rest comes down from the loss.",
    because_zh="优化器要的是损失对每个参数的导数 ∂L/∂θ。局部导数只是其中一个因子，"
    "其余部分从损失那边传回来。",
    source="Goodfellow et al. 2016, §6.5",
)
flaws.false(
    en="A network trained by backprop is a feedback network, since the error flows back.",
    zh="用反向传播训练的网络叫反馈神经网络，因为误差会往回传。",
    because_en="In a feedback network the outputs themselves feed back into the computation. An "
    "MLP is feed-forward; only its gradient is computed backwards.",
    because_zh="反馈网络会把输出再送回去参与计算。多层感知机是前馈网络，往回走的只有梯度。",
    source="Goodfellow et al. 2016, chapter 6, introduction",
)
flaws.true(
    en="Training needs more memory than inference, because the activations are kept for the "
    "backward pass.",
    zh="训练比推理更占显存，因为反向传播要用前向保存下来的激活值。",
)
flaws.false(
    en="It is safe to start with all weights equal: the gradients differ from unit to unit and "
    "break the tie.",
    zh="权重全初始化成同一个值也没关系，各神经元梯度不同，训练几步就分开了。",
    because_en="Two hidden units with equal weights, in and out, receive equal gradients and stay "
    "equal. Random initial weights break the symmetry.",
    because_zh="输入、输出权重都相同的两个隐藏单元，得到的梯度也相同，永远分不开。要靠随机初始化打破对称。",
    source="Goodfellow et al. 2016, §8.4",
)
flaws.false(
    en="In a gradient check, the smaller h is, the closer the numerical gradient gets to the true "
    "one.",
    zh="做梯度检验时，h 取得越小，数值梯度就越接近真实梯度。",
    because_en="For central differences in float64, below about 1e-5 the rounding error, of order "
    "ε/h, exceeds the truncation error, of order h², and grows.",
    because_zh="float64 的中心差分，h 小到 1e-5 以下，舍入误差（ε/h 量级）就超过了"
    "截断误差（h² 量级），h 越小反而越不准。",
    source="Press et al. 2007, Numerical Recipes, §5.7",
)

say = Say(
    model_en="""
Backprop computes the gradient of a scalar loss with respect to every parameter by the chain rule.
The forward pass caches each layer's input. Going back, each layer receives delta, the gradient of
the loss at its output; it multiplies by the activation's derivative, takes dW as input transposed
times delta and db as the sum over the batch, and hands delta times W transposed to the layer below.
It costs about twice a forward pass, and the cached activations are the memory bill.
The optimizer does the update; backprop only delivers the gradient.
I verify it with central differences in float64: on a small smooth network a right gradient gives a
relative error near 1e-10.
""",
    model_zh="""
反向传播用链式法则算出标量损失对每个参数的梯度。前向时缓存每层的输入。
反向时每层收到损失对输出的梯度 delta：先乘激活函数的导数，dW 等于输入的转置乘 delta，
db 等于 delta 沿 batch 求和，再把 delta 乘 W 的转置传给前一层。
计算量大约是前向的两倍，缓存的激活值是主要的显存开销。
更新权重是优化器的事，反向传播只给出梯度。
验证用 float64 的中心差分：激活函数光滑的小网络，梯度写对了，相对误差在 1e-10 左右。
""",
)
say.point(
    en="the gradient of the loss for every parameter, by the chain rule",
    zh="用链式法则求损失对每个参数的梯度",
    found_en=[r"chain rule", r"local derivatives?", r"vector.jacobian"],
    found_zh=[r"链式法则", r"链式求导", r"局部(导数|梯度).{0,8}[乘积]"],
)
say.point(
    en="activations are cached in the forward pass",
    zh="前向时缓存激活值",
    found_en=[
        r"(cach|stor|sav|keep|kept|remember|retain|\bhold|hang on)\w*.{0,40}"
        r"(activation|input|output|intermediate)",
        r"(activation|input|output|intermediate)\w*.{0,30}"
        r"(cached|stored|saved|kept|alive|in memory)",
    ],
    found_zh=[
        r"(缓存|保存|存下|存着|记住|记下|留[着下住]).{0,12}(激活|输入|输出|中间)",
        r"(激活|输入|输出|中间).{0,12}(缓存|保存|存[下着住起]|记[下住]|留[着下住到])",
    ],
)
say.point(
    en="dW = inputᵀ · δ, and δ · Wᵀ goes to the layer below",
    zh="dW = 输入ᵀ · δ，δ · Wᵀ 传给前一层",
    found_en=[r"transpos", r"\.T\b", r"\bW\^?T\b"],
    found_zh=[r"转置", r"\.T\b", r"W\^?T"],
)
say.point(
    en="multiply by the activation's derivative",
    zh="乘激活函数的导数",
    found_en=[
        r"derivative of the (activation|sigmoid|non)",
        r"(activation|sigmoid|σ)('?s)? (function'?s? )?deriv",
        r"(sigma|σ|\bf)\s*(['’′]|prime)",
        r"a\s*\*?\s*\(1\s*[-−]\s*a\)",
    ],
    found_zh=[
        r"(激活|sigmoid|σ)\s*(函数)?(值)?的?(导数|求导|梯度)",
        r"(sigma|σ|\bf)\s*['’′]",
        r"a\s*\*?\s*\(1\s*[-−]\s*a\)",
    ],
)
say.point(
    en="costs about two forward passes",
    zh="计算量约为前向的两倍",
    found_en=[r"(twice|two times|2x|2×|double|two).{0,25}forward"],
    found_zh=[
        r"前向.{0,8}(两|2|二)\s*倍",
        r"(两|2|二)\s*倍.{0,6}前向",
        r"前向.{0,12}反向.{0,6}(两|2)\s*[个次]",
    ],
)
say.point(
    en="the optimizer updates, backprop does not",
    zh="更新由优化器完成，不是反向传播",
    found_en=[
        r"(optimi[sz]er|\bSGD|\bAdam)\w* .{0,25}(update|step|change|adjust|does\b)",
        r"(update|step)\w*.{0,25}(optimi[sz]er|\bSGD|\bAdam)",
        r"only (computes|delivers|gives|returns).{0,12}gradient",
    ],
    found_zh=[
        r"(优化器|SGD|Adam).{0,10}(更新|调整)",
        r"更新.{0,10}(优化器|SGD|Adam)",
        r"只(负责|给出|算|计算|管).{0,6}梯度",
    ],
)
say.point(
    en="verified by central differences",
    zh="用中心差分验证",
    found_en=[
        r"(central|finite|numerical) (difference|gradient)",
        r"gradient check",
        r"grad ?check",
        r"perturb|(plus|\+).{0,8}(minus|-)\s*(h|ε|eps)",
        r"f\(.{1,9}\+\s*(h|ε|eps)",
    ],
    found_zh=[
        r"(中心|有限|数值)差分",
        r"数值梯度",
        r"梯度检[验查]",
        r"加减\s*(h|ε|eps)|扰动",
        r"f\(.{1,9}\+\s*(h|ε|eps)",
    ],
)
