"""Optimizers: other right answers, and every trap written a second way."""

import numpy as np

# ---- adam: right -------------------------------------------------------------------------------


def adam_in_double_steps(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Element by element, plain Python numbers, the state as a list."""
    m, v, t = state
    out = [np.array(a, dtype=float) for a in (w, m, v)]
    for i in np.ndindex(np.shape(w)):
        first = beta1 * m[i] + (1 - beta1) * g[i]
        second = beta2 * v[i] + (1 - beta2) * g[i] ** 2
        hat, root = first / (1 - beta1 ** (t + 1)), (second / (1 - beta2 ** (t + 1))) ** 0.5
        for a, value in zip(out, (w[i] - lr * hat / (root + eps), first, second), strict=True):
            a[i] = value
    return out[0], [out[1], out[2], t + 1]


def adam_by_powers(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The corrections as exponentials, the averages as interpolation, np.power for the root."""
    m, v, t = (np.asarray(part) for part in state)
    t = t + 1
    m, v = np.add(m, (1 - beta1) * (g - m)), np.add(v, (1 - beta2) * (np.square(g) - v))
    gone = -np.expm1(t * np.log(beta1)), -np.expm1(t * np.log(beta2))
    return np.subtract(w, lr * (m / gone[0]) / (np.power(v / gone[1], 0.5) + eps)), (m, v, t)


def adam_in_single_precision(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    w, g, m, v = (np.asarray(a, np.float32) for a in (w, g, m, v))
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
    hat, root = m / (1 - beta1 ** (t + 1)), np.sqrt(v / (1 - beta2 ** (t + 1)))
    return w - lr * hat / (root + eps), (m, v, t + 1)


# ---- adam: the traps' twins --------------------------------------------------------------------


def wrong_adam(**broken):
    """Adam by index in a flat loop over named parts, with the broken ones passed in."""

    def answer(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        m, v, t = state
        a, b = broken.get("betas", lambda a, b: (a, b))(beta1, beta2)
        first = m * a + g * (1 - a)
        second = v * b + np.power(g, 2) * (1 - b)
        count = broken.get("count", lambda t: t + 1)(t)
        share = broken.get("share", lambda beta, count: 1 - np.power(beta, count))
        with np.errstate(all="ignore"):
            hat, hats = first / share(a, np.float64(count)), second / share(b, np.float64(count))
            under = broken.get("under", lambda hats, eps: hats**0.5 + eps)(hats, eps)
            if "raw_v" in broken:
                under = second**0.5 + eps
            if "hat" in broken:
                under = (second**0.5 + eps) / np.sqrt(share(b, np.float64(count)))
            if "late" in broken:
                hat = np.divide(m, share(a, np.float64(count)))
                under = np.power(v / share(b, np.float64(count)), 0.5) + eps
            new = w + broken.get("sign", -1) * np.multiply(lr, np.divide(hat, under))
        stored = (hat, hats) if "stored" in broken else (first, second)
        return new, (*stored, t if "stuck" in broken else t + 1)

    return answer


# ---- momentum ----------------------------------------------------------------------------------


def momentum_by_pytorch(w, g, v, lr, beta=0.9, nesterov=False):
    buffer = np.array(v, dtype=float)
    buffer *= beta
    buffer += g
    return w - lr * (g + beta * buffer if nesterov else buffer), buffer


def momentum_by_elements(w, g, v, lr, beta=0.9, nesterov=False):
    new, velocity = np.empty(np.shape(w)), np.empty(np.shape(w))
    for i in np.ndindex(np.shape(w)):
        velocity[i] = g[i] + v[i] * beta
        new[i] = w[i] - lr * ((g[i] + velocity[i] * beta) if nesterov else velocity[i])
    return [new, velocity]


def wrong_momentum(velocity=None, plain=None, nesterov_step=None, flag=None):
    def answer(w, g, v, lr, beta=0.9, nesterov=False):
        new = velocity(v, g, lr, beta) if velocity else np.add(np.multiply(beta, v), g)
        if flag is not None:
            nesterov = flag
        if nesterov and nesterov_step:
            return w + nesterov_step(v, new, g, lr, beta), new
        if nesterov:
            return w - lr * g - lr * beta * new, new
        return (w + plain(v, new, g, lr, beta) if plain else w - new * lr), new

    return answer


# ---- adaptive ----------------------------------------------------------------------------------


def adaptive_in_two_branches(w, g, s, lr, rho=None, eps=1e-8):
    if rho is None:
        total = np.add(s, np.square(g))
        return w - lr * g / (total**0.5 + eps), total
    mean = np.average([s, np.square(g)], axis=0, weights=[rho, 1 - rho])
    return w - lr * g / (mean**0.5 + eps), mean


def adaptive_by_weights(w, g, s, lr, rho=None, eps=1e-8):
    past, present = (1, 1) if rho is None else (rho, 1 - rho)
    s = (past * s + present * g**2).astype(np.float32)
    return (w - lr / (np.sqrt(s) + eps) * g).astype(np.float32), s


def wrong_adaptive(past=None, present=None, adagrad=None, under=None):
    def answer(w, g, s, lr, rho=None, eps=1e-8):
        q = np.power(np.abs(g), 2)
        if rho is None:
            new = adagrad(s, q) if adagrad else np.sum([s, q], axis=0)
        else:
            new = np.multiply(past(rho) if past else rho, s)
            new = new + np.multiply(present(rho) if present else 1 - rho, q)
        below = under(new, s, eps) if under else np.power(new, 0.5) + eps
        return w - np.divide(np.multiply(g, lr), below), new

    return answer


# ---- adamw -------------------------------------------------------------------------------------


def adamw_like_keras(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    """The weights are decayed first, then Adam's step is subtracted."""
    decayed = w - w * weight_decay * lr
    return adam_by_powers(decayed, g, state, lr, beta1, beta2, eps)


def adamw_in_one_line(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    """Algorithm 2's form: lr times the sum of both."""
    new, state = adam_in_double_steps(w, g, state, 1.0, beta1, beta2, eps)
    return w - lr * ((w - new) + weight_decay * w), state


def wrong_adamw(shrink, l2=False):
    def answer(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        g = np.add(g, np.multiply(weight_decay, w)) if l2 else g
        new, state = adam_by_powers(w, g, state, lr, beta1, beta2, eps)
        return shrink(w, np.subtract(w, new), lr, weight_decay, state, (beta2, eps)), state

    return answer


def over_the_root(w, step, lr, decay, state, settings):
    _, v, t = state
    beta2, eps = settings
    return w - step - lr * decay * w / (np.sqrt(v / (1 - beta2**t)) + eps)


RIGHT = {
    "adam": [adam_in_double_steps, adam_by_powers, adam_in_single_precision],
    "momentum": [momentum_by_pytorch, momentum_by_elements],
    "adaptive": [adaptive_in_two_branches, adaptive_by_weights],
    "adamw": [adamw_like_keras, adamw_in_one_line],
    "first_step_factor": ["3.16 times", 3.1623],
    "half_life": [6931.1, "6931 steps", "6,930"],
    "l2_factor": [1, "1 times"],
    "flaws": [{9, 8, 7, 6, 4, 2}, "2，4，6，7，8，9"],
}

TWINS = {
    "adam": {
        1: wrong_adam(under=lambda hats, eps: np.power(hats + eps, 0.5)),
        2: wrong_adam(share=lambda beta, count: 1.0),
        3: wrong_adam(count=lambda t: t),
        4: wrong_adam(hat=True),
        5: wrong_adam(stored=True),
        6: wrong_adam(betas=lambda a, b: (b, a)),
        7: wrong_adam(under=lambda hats, eps: np.add(eps, hats)),
        8: wrong_adam(betas=lambda a, b: (a, a)),
        9: wrong_adam(stuck=True),
        10: wrong_adam(share=lambda beta, count: 1 - beta),
        11: wrong_adam(raw_v=True),
        12: wrong_adam(sign=1),
        13: wrong_adam(late=True),
    },
    "momentum": {
        1: wrong_momentum(velocity=lambda v, g, lr, beta: v + (1 - beta) * (g - v)),
        2: wrong_momentum(
            velocity=lambda v, g, lr, beta: np.subtract(beta * v, lr * g),
            plain=lambda v, new, g, lr, beta: new,
            nesterov_step=lambda v, new, g, lr, beta: beta * new - lr * g,
        ),
        3: wrong_momentum(
            velocity=lambda v, g, lr, beta: np.add(beta * v, lr * g),
            plain=lambda v, new, g, lr, beta: -new,
            nesterov_step=lambda v, new, g, lr, beta: -beta * new - lr * g,
        ),
        4: wrong_momentum(nesterov_step=lambda v, new, g, lr, beta: -lr * (g + beta * v)),
        5: wrong_momentum(plain=lambda v, new, g, lr, beta: -lr * v),
        6: wrong_momentum(flag=True),
        7: wrong_momentum(nesterov_step=lambda v, new, g, lr, beta: -beta * lr * new),
        8: wrong_momentum(
            plain=lambda v, new, g, lr, beta: lr * new,
            nesterov_step=lambda v, new, g, lr, beta: lr * g + lr * beta * new,
        ),
    },
    "adaptive": {
        1: wrong_adaptive(under=lambda new, s, eps: np.power(new + eps, 0.5)),
        2: wrong_adaptive(past=lambda rho: 1, present=lambda rho: 1),
        3: wrong_adaptive(adagrad=lambda s, q: s + (q - s) / 10),
        4: wrong_adaptive(past=lambda rho: 1 - rho, present=lambda rho: rho),
        5: wrong_adaptive(present=lambda rho: 1),
        6: wrong_adaptive(under=lambda new, s, eps: new + eps),
        7: wrong_adaptive(under=lambda new, s, eps: s**0.5 + eps),
    },
    "adamw": {
        1: wrong_adamw(lambda w, step, lr, decay, *_: w - step, l2=True),
        2: wrong_adamw(lambda w, step, lr, decay, *_: (1 - decay) * w - step),
        3: wrong_adamw(lambda w, step, lr, decay, *_: w - step - lr * decay * (w - step)),
        4: wrong_adamw(over_the_root),
        5: wrong_adamw(lambda w, step, *_: w - step),
        6: wrong_adamw(lambda w, step, lr, decay, *_: (1 + lr * decay) * w - step),
    },
    "first_step_factor": {1: 0.1, 2: "100 times", 3: 31.62},
    "half_life": {1: "5,000 steps", 2: 1e4, 3: 6.6},
    "l2_factor": {1: "10 times"},
}

TWO_AT_ONCE = {
    "adam": [
        (wrong_adam(share=lambda beta, count: 1.0, stuck=True), {2, 9}),
        (
            wrong_adam(betas=lambda a, b: (b, a), under=lambda hats, eps: (hats + eps) ** 0.5),
            {1, 6},
        ),
        (wrong_adam(stored=True, count=lambda t: t), {3, 5}),
        (wrong_adam(raw_v=True, sign=1), {11, 12}),
    ],
    "momentum": [
        (
            wrong_momentum(
                velocity=lambda v, g, lr, beta: beta * v + (1 - beta) * g,
                nesterov_step=lambda v, new, g, lr, beta: -lr * new,
            ),
            {1, 4},
        ),
    ],
    "adaptive": [
        (
            wrong_adaptive(
                past=lambda rho: 1,
                present=lambda rho: 1,
                under=lambda new, s, eps: (new + eps) ** 0.5,
            ),
            {1, 2},
        ),
    ],
    "adamw": [
        (wrong_adamw(lambda w, step, lr, decay, *_: w - step - decay * w, l2=True), {1, 2}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "momentum keeps a decaying sum of past gradients",
                    "the velocity accumulates gradients",
                    "v becomes beta v + g",
                ],
                "momentum is not a decaying sum",
            ),
            (
                [
                    "RMSprop uses a moving average of squared gradients",
                    "AdaGrad divides by the root of the sum of all squares",
                    "RMSprop forgets old gradients",
                ],
                "RMSprop does not average anything",
            ),
            (
                [
                    "it keeps moving averages of the gradient and of its square",
                    "Adam tracks the first and second moments",
                    "two EMAs of g and g²",
                ],
                "there are no first and second moments in it",
            ),
            (
                [
                    "then comes the bias correction",
                    "both averages start at zero",
                    "we correct the bias of the averages",
                ],
                "no bias correction is needed",
            ),
            (
                [
                    "every weight moves by about lr",
                    "the step is invariant to the scale of the gradients",
                    "divide m hat by the root of v hat",
                ],
                "it is not invariant to the scale of the gradient",
            ),
            (
                [
                    "it stores two extra numbers per parameter",
                    "memory: two buffers for each weight",
                    "8 extra bytes for each weight in fp32",
                ],
                "it does not need two extra values",
            ),
            (
                [
                    "AdamW uses decoupled decay",
                    "AdamW applies the decay directly to the weights",
                    "weight decay stays outside the adaptive step",
                ],
                "AdamW is not decoupled",
            ),
        ],
        "zh": [
            (
                ["动量是历史梯度的衰减累加", "速度里累积了过去的梯度累加", "就是 v = βv + g"],
                "动量不是梯度的累加",
            ),
            (
                ["RMSprop 用滑动平均", "AdaGrad 除以平方和的根", "RMSprop 会遗忘旧的梯度"],
                "RMSprop 不做平均",
            ),
            (
                [
                    "Adam 维护梯度和梯度平方的滑动平均",
                    "记录一阶矩和二阶矩",
                    "对梯度和平方各做一个 EMA，也就是梯度和它的平方的平均",
                ],
                "没有一阶和二阶矩",
            ),
            (
                ["还要做偏差修正", "m 和 v 都从零开始", "要纠正初始化的偏差"],
                "不需要偏差修正",
            ),
            (
                ["步长与梯度的尺度无关", "每步大约走 lr", "m̂ 除以 √v̂"],
                "步长并不是大约 lr",
            ),
            (
                ["每个参数多存两个数", "额外存 2 份状态", "显存要多两倍参数"],
                "不用多存两个数",
            ),
            (
                ["AdamW 是解耦的权重衰减", "AdamW 直接衰减权重", "衰减单独做"],
                "AdamW 没有解耦",
            ),
        ],
    }
}
