"""Initialisation and gradient flow: other right answers, and every trap written a second way."""

import math

import numpy as np

# ---- init --------------------------------------------------------------------------------------


def variance(fan_in, fan_out, kind):
    return {"h": 1 / (0.5 * fan_in), "g": 1 / (0.5 * (fan_in + fan_out))}[kind[0]]


def unit_by_unit(fan_in, fan_out, kind, rng):
    """One column after the other, scaled afterwards; uniforms from [0, 1)."""
    columns = []
    for _ in range(fan_out):
        if "uniform" in kind:
            columns.append((2 * rng.random(fan_in) - 1) * math.sqrt(3))
        else:
            columns.append(rng.standard_normal(fan_in))
    return np.stack(columns, axis=1) * math.sqrt(variance(fan_in, fan_out, kind))


def like_keras(fan_in, fan_out, kind, rng):
    """float32; the normal is cut at two standard deviations and widened before."""
    std = math.sqrt(variance(fan_in, fan_out, kind))
    if kind.endswith("uniform"):
        limit = math.sqrt(6 / (fan_in + fan_out)) if kind[0] == "g" else math.sqrt(6 / fan_in)
        return rng.uniform(-limit, limit, size=(fan_in, fan_out)).astype(np.float32)
    pool = rng.standard_normal(2 * fan_in * fan_out)
    pool = pool[np.abs(pool) < 2][: fan_in * fan_out]
    return (pool.reshape(fan_in, fan_out) * std / 0.87962566).astype(np.float32)


def wrong_init(scale, normal=None, uniform=None):
    """Draws with variance 1, then multiplied by scale(fan_in, fan_out, kind)."""

    def answer(fan_in, fan_out, kind, rng):
        shape = (fan_in, fan_out)
        if "normal" in kind:
            w = normal(rng, shape) if normal else rng.standard_normal(shape)
        else:
            w = uniform(rng, shape) if uniform else math.sqrt(12) * (rng.random(shape) - 0.5)
        return scale(fan_in, fan_out, kind) * w

    return answer


def right_scale(fan_in, fan_out, kind):
    return math.sqrt(variance(fan_in, fan_out, kind))


def only_inner(rng, shape):
    pool = rng.standard_normal(2 * math.prod(shape))
    return pool[np.abs(pool) <= 2][: math.prod(shape)].reshape(shape)


# ---- layer_grad_norms --------------------------------------------------------------------------


def activate(z, name):
    if name == "relu":
        return z * (z > 0)
    return np.tanh(z) if name == "tanh" else np.exp(-np.logaddexp(0, -z))


def slope_at(z, name):
    """The derivative from the pre-activation."""
    if name == "relu":
        return np.where(z > 0, 1.0, 0.0)
    return 1 / np.cosh(z) ** 2 if name == "tanh" else 0.25 / np.cosh(z / 2) ** 2


def norms_by_recursion(x, t, params, activation):
    """The chain rule as recursion; a list of floats."""

    def down(a, k):
        W, b = params[k]
        z = a @ W + b
        if k + 1 == len(params):
            delta, rest = (z - t) / len(t), []
        else:
            above, rest = down(activate(z, activation), k + 1)
            delta = above * slope_at(z, activation)
        return delta @ W.T, [
            float(
                np.sqrt(
                    np.einsum("bi,bo->io", a, delta).ravel()
                    @ (np.einsum("bi,bo->io", a, delta).ravel())
                )
            ),
            *rest,
        ]

    return down(x, 0)[1]


def norms_by_examples(x, t, params, activation):
    """Outer products, example by example, in extended order."""
    sums = [np.zeros(W.shape) for W, _ in params]
    for row, target in zip(x, t, strict=True):
        inputs, zs = [row], []
        for W, b in params:
            zs.append(inputs[-1] @ W + b)
            inputs.append(activate(zs[-1], activation))
        delta = zs[-1] - target
        for k in range(len(params) - 1, -1, -1):
            sums[k] += np.outer(inputs[k], delta)
            if k:
                delta = (params[k][0] @ delta) * slope_at(zs[k - 1], activation)
    return np.array([np.linalg.norm(s, "fro") / len(x) for s in sums])


def wrong_norms(slope=slope_at, size=None, divide=True):
    def answer(x, t, params, activation):
        inputs, zs = [x], []
        for W, b in params:
            zs.append(inputs[-1] @ W + b)
            inputs.append(activate(zs[-1], activation))
        delta, out = zs[-1] - t, {}
        if divide:
            delta = delta / len(x)
        for k in range(len(params) - 1, -1, -1):
            dW = np.tensordot(inputs[k], delta, axes=(0, 0))
            out[k] = size(dW, delta) if size else math.sqrt(np.vdot(dW, dW))
            if k:
                delta = np.inner(delta, params[k][0]) * slope(zs[k - 1], activation)
        return [out[k] for k in sorted(out)]

    return answer


def backwards(x, t, params, activation):
    return list(reversed(norms_by_recursion(x, t, params, activation)))


# ---- jacobian_sv -------------------------------------------------------------------------------


def jacobian(x, params, activation):
    """(o, i), by columns pushed forward."""
    push = np.eye(len(x))
    for k, (W, b) in enumerate(params):
        z = x @ W + b
        push = W.T @ push
        if k + 1 < len(params):
            push = slope_at(z, activation)[:, None] * push
        x = activate(z, activation)
    return push


def values(J):
    return np.linalg.svd(J)[1]


def by_forward_mode(x, params, activation):
    return values(jacobian(x, params, activation))


def by_eigenvalues(x, params, activation):
    """Of the smaller Gram matrix, in extended form: [[0, J], [Jᵀ, 0]] has ±σ as eigenvalues."""
    J = jacobian(x, params, activation)
    o, i = J.shape
    both = np.block([[np.zeros((o, o)), J], [J.T, np.zeros((i, i))]])
    return sorted(np.linalg.eigvalsh(both), reverse=True)[: min(o, i)]


def gram(x, params, activation):
    J = jacobian(x, params, activation)
    J = J if len(J) <= len(J.T) else J.T
    return np.linalg.eigvalsh(J @ J.T)[::-1]


def product_of_values(x, params, activation):
    count = min(len(x), params[-1][0].shape[1])
    out, factor = np.ones(count), np.eye(len(x))
    for W, b in params:
        own = np.zeros(count)
        found = values(factor @ W)[:count]
        own[: len(found)] = found
        out, z = out * own, x @ W + b
        factor, x = np.diag(slope_at(z, activation)), activate(z, activation)
    return out


def with_input_slope(x, params, activation):
    at_x = {"tanh": 1 - x * x, "relu": 1.0 * (x > 0), "sigmoid": x - x * x}[activation]
    return values(jacobian(x, params, activation) * at_x)


# ---- clip_global -------------------------------------------------------------------------------


def like_pytorch(grads, c):
    total = np.linalg.norm(np.array([np.linalg.norm(np.ravel(g)) for g in grads]))
    factor = c / (total + 1e-6)
    return [g * factor if factor < 1 else g.copy() for g in grads]


def flat_and_back(grads, c):
    """A tuple, cut out of one long vector."""
    flat = np.concatenate([g.reshape(-1) for g in grads])
    norm = math.hypot(*flat)
    if norm > c:
        flat = flat / norm * c
    out, start = [], 0
    for g in grads:
        out.append(flat[start : start + g.size].reshape(g.shape))
        start += g.size
    return tuple(out)


def each_for_itself(grads, c):
    return [g / max(1.0, math.sqrt(np.vdot(g, g)) / c) for g in grads]


def to_length(grads, c):
    with np.errstate(all="ignore"):
        norm = np.sqrt(np.sum([np.vdot(g, g) for g in grads]))
        return [c * g / norm for g in grads]


def scaled_by(measure):
    def answer(grads, c):
        size = measure(grads)
        return [g / (size / c) if size > c else 1 * g for g in grads]

    return answer


RIGHT = {
    "init": [unit_by_unit, like_keras],
    "layer_grad_norms": [norms_by_recursion, norms_by_examples],
    "jacobian_sv": [by_forward_mode, by_eigenvalues],
    "clip_global": [like_pytorch, flat_and_back],
    "sigmoid_share": [3.6e-12, "3.638e-12"],
    "conv_std": ["0.0295", 2**0.5 / 48],
    "different_units": [1, "1 unit"],
    "flaws": [{2, 4, 5, 7, 8}, "8，7，5，4，2"],
}

TWINS = {
    "init": {
        1: wrong_init(variance),
        2: wrong_init(lambda i, o, kind: right_scale(o, i, kind)),
        3: wrong_init(right_scale, uniform=lambda rng, shape: 2 * rng.random(shape) - 1),
        4: wrong_init(right_scale, normal=only_inner),
        5: wrong_init(lambda i, o, kind: i**-0.5 if "he" in kind else right_scale(i, o, kind)),
        6: wrong_init(right_scale, uniform=lambda rng, shape: math.sqrt(3) * rng.random(shape)),
        7: lambda i, o, kind, rng: unit_by_unit(i, o, kind, rng).T,
        8: wrong_init(right_scale, uniform=lambda rng, shape: rng.standard_normal(shape)),
        9: lambda i, o, kind, rng: unit_by_unit(i, o, kind, np.random.RandomState(42)),
        10: wrong_init(
            right_scale, uniform=lambda rng, shape: rng.uniform(-(1.5**0.5), 1.5**0.5, shape)
        ),
        11: lambda i, o, kind, rng: (
            rng.standard_normal((i, o)) * variance(i, o, kind)
            if "normal" in kind
            else unit_by_unit(i, o, kind, rng)
        ),
        12: wrong_init(lambda i, o, kind: i**-0.5 if "glorot" in kind else right_scale(i, o, kind)),
    },
    "layer_grad_norms": {
        1: wrong_norms(slope=lambda z, name: activate(z, name) - activate(z, name) ** 2),
        2: wrong_norms(slope=lambda z, name: np.ones_like(z)),
        3: wrong_norms(size=lambda dW, delta: np.vdot(dW, dW)),
        4: wrong_norms(size=lambda dW, delta: np.linalg.svd(dW)[1][0]),
        5: backwards,
        6: wrong_norms(divide=False),
        7: lambda x, t, params, activation: np.multiply(
            2, norms_by_examples(x, t, params, activation)
        ),
        8: wrong_norms(size=lambda dW, delta: math.sqrt(np.vdot(delta, delta))),
    },
    "jacobian_sv": {
        1: lambda x, params, activation: values(
            np.linalg.multi_dot([W for W, _ in params]) if params[1:] else params[0][0]
        ),
        2: gram,
        3: product_of_values,
        4: with_input_slope,
    },
    "clip_global": {
        1: each_for_itself,
        2: lambda grads, c: [np.minimum(np.maximum(g, -c), c) for g in grads],
        3: to_length,
        4: scaled_by(lambda grads: sum(np.vdot(g, g) for g in grads)),
        5: scaled_by(lambda grads: sum(math.sqrt(np.vdot(g, g)) for g in grads)),
    },
    "sigmoid_share": {1: 0.5**19, 2: "9.1e-13"},
    "conv_std": {1: 0.0884, 2: 1 / 48, 3: "0.000868"},
    "different_units": {1: "32 units"},
}

TWO_AT_ONCE = {
    "init": [
        (wrong_init(lambda i, o, kind: variance(o, i, kind)), {1, 2}),
        (lambda i, o, kind, rng: wrong_init(variance)(o, i, kind, rng), {1, 2, 7}),
    ],
    "layer_grad_norms": [
        (wrong_norms(slope=lambda z, name: np.ones_like(z), divide=False), {2, 6}),
        (wrong_norms(size=lambda dW, delta: np.vdot(dW, dW), divide=False), {3, 6}),
    ],
    "jacobian_sv": [
        (lambda x, params, activation: np.square(with_input_slope(x, params, activation)), {2, 4}),
    ],
    "clip_global": [
        (
            lambda grads, c: [g * c / np.vdot(g, g) if np.vdot(g, g) > c else g for g in grads],
            {1, 4},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "it is a product of Jacobians",
                    "the gradient is multiplied once per layer",
                    "you multiply by the weights and the slope again and again",
                ],
                "no Jacobian is involved",
            ),
            (
                ["a sigmoid passes at most 0.25", "the units saturate", "its slope is 1/4 or less"],
                "sigmoid units do not saturate",
            ),
            (
                ["use Xavier for tanh", "He init for ReLU", "variance 2 over fan-in"],
                "you do not need Glorot",
            ),
            (
                ["add residual connections", "use layer norm", "batch normalization helps"],
                "without residual connections",
            ),
            (
                ["clip the global norm", "gradient clipping by norm", "I clip when it explodes"],
                "I would never clip",
            ),
            (
                [
                    "I log the gradient norms of all layers",
                    "plot each layer's gradient",
                    "first I look at the norm of the gradient",
                ],
                "I never look at gradient norms",
            ),
        ],
        "zh": [
            (
                ["本质是雅可比连乘", "每过一层就乘一个因子", "链式法则一路乘下来"],
                "和雅可比没有关系",
            ),
            (
                ["sigmoid 的导数最多 0.25", "激活函数饱和了", "每层最多剩四分之一"],
                "sigmoid 不会饱和",
            ),
            (
                ["tanh 用 Xavier", "ReLU 用 He 初始化", "方差取 2/fan_in"],
                "不需要 Glorot",
            ),
            (
                ["加残差连接", "用批归一化", "加 LayerNorm"],
                "不用残差连接",
            ),
            (
                ["按全局范数做梯度裁剪", "爆炸就裁剪", "用 clip 限制范数"],
                "不做裁剪",
            ),
            (
                ["先看每层的梯度范数", "把各层梯度画出来", "监控梯度的范数"],
                "不看每层的梯度",
            ),
        ],
    }
}

EQUIVALENT = {
    "layer_grad_norms": {
        "y - t → t - y in delta, norms = (y - t) / len(x), []": "same value: a norm does not see "
        "the sign of the gradient",
    },
    "clip_global": {
        "max(norm, c) → max(c, norm) in return [g * (c / max(norm, c)) for g in grads]": "same "
        "value: max is symmetric",
    },
}
