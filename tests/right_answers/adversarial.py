"""Adversarial examples: other right answers, and every trap written a second way."""

from itertools import pairwise

import numpy as np

# ---- fgsm --------------------------------------------------------------------------------------


def by_where(grad, x, y, eps):
    g = grad(x, y)
    up, down = np.minimum(x + eps, 1), np.maximum(x - eps, 0)
    return np.where(g > 0, up, np.where(g < 0, down, x))


def in_single(grad, x, y, eps):
    g = np.asarray(grad(x, y))
    step = np.float32(eps) * ((g > 0).astype(np.float32) - (g < 0))
    return np.clip(x.astype(np.float32) + step.astype(np.float32), 0, 1)


def as_lists(grad, x, y, eps):
    rows = zip(x.tolist(), np.sign(grad(x, y)).tolist(), strict=True)
    return [[min(max(a + eps * s, 0), 1) for a, s in zip(*row, strict=True)] for row in rows]


# ---- pgd ---------------------------------------------------------------------------------------


def by_delta(grad, x, y, eps, steps, alpha, start=None):
    """Keeps the perturbation instead of the image."""
    delta = np.zeros_like(x) if start is None else start - x
    low, high = np.maximum(-eps, -x), np.minimum(eps, 1 - x)
    for _ in range(steps):
        delta = np.clip(delta + alpha * np.sign(grad(x + delta, y)), low, high)
    return x + delta


def by_corners(grad, x, y, eps, steps, alpha, start=None):
    low, high = (x - eps).clip(0), (x + eps).clip(None, 1)
    z = np.copy(x if start is None else start)
    while steps:
        z = np.median([low, by_where(grad, z, y, alpha), high], axis=0)
        steps -= 1
    return z


def looped(
    grad, x, y, eps, steps, alpha, start=None, box=True, pixels=True, rule=np.sign, fixed=False
):
    """The steps with a mistake switched on."""
    z = np.array(x if start is None else start)
    for _ in range(steps):
        z = z + alpha * rule(grad(x if fixed else z, y))
        if box:
            z = x + np.minimum(np.maximum(z - x, -eps), eps)
        if pixels:
            z = np.minimum(np.maximum(z, 0), 1)
    return z


def with_mistake(**mistake):
    def answer(grad, x, y, eps, steps, alpha, start=None):
        return looped(grad, x, y, eps, steps, alpha, start, **mistake)

    return answer


def projected_last(grad, x, y, eps, steps, alpha, start=None):
    z = looped(grad, x, y, eps, steps, alpha, start, box=False, pixels=False)
    return x + np.clip(z.clip(0, 1) - x, -eps, eps)


def in_half_the_bits(grad, x, y, eps, steps, alpha, start=None):
    """Single precision throughout."""
    x, eps, alpha = np.float32(x), np.float32(eps), np.float32(alpha)
    z = x if start is None else np.float32(start)
    for _ in range(steps):
        z = np.clip(z + alpha * np.sign(grad(z, y)), np.maximum(x - eps, 0), np.minimum(x + eps, 1))
    return z


# ---- adv_step ----------------------------------------------------------------------------------


def training(inner=by_delta, mix=(0.0, 1.0), way=1.0):
    """w − way · lr · (mix of the slopes at clean and attacked examples)."""

    def answer(grads, w, x, y, lr, eps, steps, alpha):
        def input_slope(z, labels):
            _, slope = grads(w, z, labels)
            return slope

        z = inner(input_slope, x, y, eps, steps, alpha)
        clean, attacked = grads(w, x, y)[0], grads(w, z, y)[0]
        return w - way * lr * (mix[0] * clean + mix[1] * attacked)

    return answer


def written_out(grads, w, x, y, lr, eps, steps, alpha):
    z = x.copy()
    for _ in range(steps):
        z += alpha * np.sign(grads(w, z, y)[1])
        z = np.minimum(np.maximum(z, np.maximum(x - eps, 0)), np.minimum(x + eps, 1))
    new = w.copy()
    new -= lr * grads(w, z, y)[0]
    return new


def free_updates(grads, w, x, y, lr, eps, steps, alpha):
    z = x
    for _ in range(steps):
        z = np.clip(z + alpha * np.sign(grads(w, z, y)[1]), x - eps, x + eps).clip(0, 1)
        w = training(inner=lambda *_, z=z: z)(grads, w, x, y, lr, eps, steps, alpha)
    return w


def twice(grads, w, x, y, lr, eps, steps, alpha):
    moved = training(mix=(1.0, 0.0))(grads, w, x, y, lr, eps, steps, alpha)
    return written_out(grads, moved, x, y, lr, eps, steps, alpha)


def downhill(grad, x, y, eps, steps, alpha):
    return by_delta(lambda z, labels: -grad(z, labels), x, y, eps, steps, alpha)


# ---- audit -------------------------------------------------------------------------------------


def by_gaps(iterative, one_step, black_box, random, slack=0.01):
    one, black, noise = [
        float(np.max(iterative - weaker)) > slack for weaker in (one_step, black_box, random)
    ]
    rests = np.diff(iterative)[iterative[:-1] > slack] >= 0
    return one, black, iterative[-1] > slack, noise, rests.any()


def by_loops(iterative, one_step, black_box, random, slack=0.01):
    found = [False] * 5
    for i, strong in enumerate(iterative):
        for place, weaker in ((0, one_step), (1, black_box), (3, random)):
            found[place] |= bool(weaker[i] + slack < strong)
        if i and iterative[i - 1] > slack and strong >= iterative[i - 1]:
            found[4] = True
    found[2] = bool(iterative[-1] > slack)
    return tuple(found)


def signs(wins, left=None, noise=None, rests=None):
    def answer(iterative, one_step, black_box, random, slack=0.01):
        right = by_gaps(iterative, one_step, black_box, random, slack)
        return (
            wins(one_step, iterative, slack) if wins else right[0],
            wins(black_box, iterative, slack) if wins else right[1],
            left(iterative, slack) if left else right[2],
            noise(random, slack)
            if noise
            else (wins(random, iterative, slack) if wins else right[3]),
            rests(iterative, slack) if rests else right[4],
        )

    return answer


RIGHT = {
    "fgsm": [by_where, in_single, as_lists],
    "pgd": [by_delta, by_corners, in_half_the_bits],
    "adv_step": [training(), written_out],
    "audit": [by_gaps, by_loops],
    "ratio": ["28", 28],
    "passes": ["8", 8.0],
    "flaws": [{8, 6, 4, 3, 1}, "1，3，4，6，8"],
}

TWINS = {
    "fgsm": {
        1: lambda grad, x, y, eps: x + np.where(grad(x, y) == 0, 0, np.copysign(eps, grad(x, y))),
        2: lambda grad, x, y, eps: by_where(lambda a, b: -grad(a, b), x, y, eps),
        3: lambda grad, x, y, eps: np.minimum(np.maximum(x + grad(x, y) * eps, 0), 1),
        4: lambda grad, x, y, eps: (x + grad(x, y) * (eps / np.sqrt((grad(x, y) ** 2).sum()))).clip(
            0, 1
        ),
        5: lambda grad, x, y, eps: (
            x + grad(x, y) * (eps / max(grad(x, y).max(), -grad(x, y).min()))
        ).clip(0, 1),
        6: lambda grad, x, y, eps: by_where(grad, x, y, eps / 255.0),
        7: lambda grad, x, y, eps: np.where(
            grad(x, y) > 0, eps, np.where(grad(x, y) < 0, -eps, 0.0)
        ),
    },
    "pgd": {
        1: with_mistake(box=False),
        2: with_mistake(pixels=False),
        3: with_mistake(fixed=True),
        4: projected_last,
        5: with_mistake(rule=lambda g: np.where(g > 0, -1.0, 1.0)),
        6: with_mistake(rule=lambda g: g),
        7: lambda grad, x, y, eps, steps, alpha, start=None: by_delta(
            grad, x, y, eps, steps, eps / max(steps, 1), start
        ),
        8: lambda grad, x, y, eps, steps, alpha, start=None: by_delta(
            grad, x, y, eps, 1, alpha, start
        ),
        9: lambda grad, x, y, eps, steps, alpha, start=None: by_corners(
            grad, x if start is None else start, y, eps, steps, alpha
        ),
        10: lambda grad, x, y, eps, steps, alpha, start=None: by_corners(
            grad, x, y, eps, steps, alpha, start=x
        ),
    },
    "adv_step": {
        1: training(mix=(1.0, 0.0)),
        2: training(mix=(0.5, 0.5)),
        3: training(way=-1.0),
        4: training(inner=downhill),
        5: training(
            inner=lambda grad, x, y, eps, steps, alpha: by_delta(grad, x, y, eps, 1, alpha)
        ),
        6: training(inner=lambda grad, x, y, eps, steps, alpha: by_delta(grad, x, y, eps, 1, eps)),
        7: training(inner=with_mistake(box=False)),
        8: free_updates,
        9: twice,
    },
    "audit": {
        1: signs(lambda weak, strong, slack: np.any(weak - strong > slack)),
        2: signs(lambda weak, strong, slack: np.mean(strong - weak) > slack),
        3: signs(lambda weak, strong, slack: strong[-1] - weak[-1] > slack),
        4: signs(None, left=lambda strong, slack: not strong[-1] <= 0.1 + slack),
        5: signs(None, noise=lambda weak, slack: weak.min() + slack < weak[0]),
        6: signs(None, rests=lambda strong, slack: not strong[-1] < strong[0]),
        7: signs(
            None,
            rests=lambda strong, slack: any(
                b - a > slack and a > slack for a, b in pairwise(strong)
            ),
        ),
    },
    "ratio": {1: "784", 2: 1 / 28, 3: 0.1 * 28},
    "passes": {1: 7, 2: "9", 3: 1},
}

TWO_AT_ONCE = {
    "fgsm": [(lambda grad, x, y, eps: x - eps * np.sign(grad(x, y)), {1, 2})],
    "pgd": [(with_mistake(box=False, pixels=False), {1, 2})],
    "adv_step": [(training(mix=(1.0, 0.0), way=-1.0), {1, 3})],
    "audit": [
        (
            signs(
                lambda weak, strong, slack: np.any(weak - strong > slack),
                left=lambda strong, slack: strong[-1] > 0.1 + slack,
            ),
            {1, 4},
        )
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "a tiny perturbation of the input",
                    "it stays within eps",
                    "chosen to increase the loss",
                ],
                "it is not a small perturbation",
            ),
            (
                ["the gradient of the loss for the input", "take the sign", "FGSM does one step"],
                "FGSM is not needed",
            ),
            (
                ["PGD iterates this", "project onto the ball", "many steps"],
                "there is no projection",
            ),
            (
                ["adversarial training helps", "a min-max problem", "minimise the worst loss"],
                "adversarial training does not help",
            ),
            (
                ["state the threat model", "is it white-box", "with norm and eps stated"],
                "no threat model is given",
            ),
            (
                ["random noise as a control", "check for gradient masking", "use adaptive attacks"],
                "without adaptive attacks",
            ),
        ],
        "zh": [
            (["加一个微小的扰动", "改动不超过 eps", "让损失最大"], "不是很小的扰动"),
            (["求对输入的梯度", "取符号", "FGSM 走一步"], "不用 FGSM"),
            (["PGD 反复走", "再投影回去", "多步攻击"], "不做投影"),
            (["用对抗训练", "是一个极小极大问题", "最小化最坏情况的损失"], "不做对抗训练"),
            (["先讲威胁模型", "白盒，知道权重", "写明范数"], "没有说威胁模型"),
            (["用随机噪声做对照", "检查梯度掩蔽", "做自适应攻击"], "没做自适应攻击"),
        ],
    }
}

EQUIVALENT = {}
