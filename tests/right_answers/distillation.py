"""Distillation: other right answers, and every trap written a second way."""

import numpy as np


def log_p(z, T=1.0):
    s = z / T
    return s - np.logaddexp.reduce(s, axis=1, keepdims=True)


def by_logs(z, T):
    return np.exp(log_p(z, T))


def in_float32(z, T):
    s = (z / T).astype("f4")
    e = np.exp(s - s.max(1)[:, None])
    return e / e.sum(1)[:, None]


def wrong_soften(inside=lambda z, T: z / T, axis=1, safe=True):
    def answer(z, T):
        with np.errstate(all="ignore"):
            s = inside(z, T)
            e = np.exp(s - np.amax(s, axis=1, keepdims=True)) if safe else np.exp(s)
            return e / np.sum(e, axis=axis, keepdims=True)

    return answer


def shifted_by_all_of_it(z, T):
    with np.errstate(all="ignore"):
        e = np.exp(z / T - np.amax(z, axis=1)[:, None])
        return (e.T / e.sum(axis=1)).T


# ---- kd_loss -----------------------------------------------------------------------------------


def loss_by_logs(zs, zt, y, T, alpha):
    lt, ls = log_p(zt, T), log_p(zs, T)
    soft = np.einsum("bc,bc->", np.exp(lt), lt - ls) / len(y)
    hard = -np.take_along_axis(log_p(zs), np.asarray(y)[:, None], axis=1).mean()
    return alpha * T**2 * soft + (1 - alpha) * hard


def loss_one_by_one(zs, zt, y, T, alpha):
    values = []
    for n, label in enumerate(y):
        p, q, r = log_p(zt[[n]], T)[0], log_p(zs[[n]], T)[0], log_p(zs[[n]])[0]
        kl = sum(np.exp(a) * (a - b) for a, b in zip(p, q, strict=True))
        values.append(alpha * T * T * kl - (1 - alpha) * r[label])
    return sum(values) / len(values)


def wrong_loss(power=2, ts=True, tt=True, kind="forward", th=False, swap=False, end=np.mean):
    def answer(zs, zt, y, T, alpha):
        lt, ls = log_p(zt, T if tt else 1.0), log_p(zs, T if ts else 1.0)
        soft = {
            "forward": (np.exp(lt) * (lt - ls)).sum(1),
            "reverse": (np.exp(ls) * (ls - lt)).sum(1),
            "cross": -(np.exp(lt) * ls).sum(1),
        }[kind]
        hard = -log_p(zs, T if th else 1.0)[range(len(y)), y]
        a = 1 - alpha if swap else alpha
        return end(a * T**power * soft + (1 - a) * hard)

    return answer


def over_everything(zs, zt, y, T, alpha):
    return loss_by_logs(zs, zt, y, T, alpha) / zs.shape[-1]


def log_of_softmax(zs, zt, y, T, alpha):
    with np.errstate(all="ignore"):
        p, q = by_logs(zt, T), by_logs(zs, T)
        kl = np.sum(p * (np.log(p) - np.log(q))) / len(y)
        ce = -np.mean(np.log(by_logs(zs, 1.0)[np.arange(len(y)), y]))
        return alpha * T**2 * kl + (1 - alpha) * ce


# ---- kd_grad -----------------------------------------------------------------------------------


def grad_by_target(zs, zt, y, T, alpha):
    """Softmax minus target, twice."""
    onehot = np.zeros(zs.shape)
    onehot[np.arange(len(y)), y] = 1
    g = alpha * T * by_logs(zs, T) - alpha * T * by_logs(zt, T)
    return (g + (1 - alpha) * by_logs(zs, 1.0) - (1 - alpha) * onehot) / zs.shape[0]


def grad_by_jacobian(zs, zt, y, T, alpha):
    """The Jacobian of the softmax, example by example."""
    out = np.zeros(zs.shape)
    for n, label in enumerate(y):
        p, q, r = by_logs(zt[[n]], T)[0], by_logs(zs[[n]], T)[0], by_logs(zs[[n]], 1.0)[0]
        soft = (np.diag(q) - np.outer(q, q)) @ (-p / q) * T
        hard = (np.diag(r) - np.outer(r, r)) @ (-np.eye(len(r))[label] / r)
        out[n] = (alpha * soft + (1 - alpha) * hard) / len(y)
    return out


def grad_in_float32(zs, zt, y, T, alpha):
    return grad_by_target(zs.astype("f4"), zt.astype("f4"), y, np.float32(T), np.float32(alpha))


def wrong_grad(power=1, sign=1, batch=True, th=False, swap=False):
    def answer(zs, zt, y, T, alpha):
        a = 1 - alpha if swap else alpha
        soft = sign * (by_logs(zs, T) - by_logs(zt, T)) * float(T) ** power
        hard = by_logs(zs, T if th else 1.0)
        hard[np.arange(len(y)), y] -= 1
        return (a * soft + (1 - a) * hard) / (len(y) if batch else 1)

    return answer


RIGHT = {
    "soften": [by_logs, in_float32],
    "kd_loss": [loss_by_logs, loss_one_by_one],
    "kd_grad": [grad_by_target, grad_by_jacobian, grad_in_float32],
    "scale_left": [0.0625, "0.0625"],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "soften": {
        1: wrong_soften(inside=lambda z, T: T * z),
        2: wrong_soften(inside=lambda z, T: z + 0),
        3: wrong_soften(safe=False),
        4: lambda z, T: by_logs(z, 1.0) / T,
        5: wrong_soften(axis=0),
        6: shifted_by_all_of_it,
    },
    "kd_loss": {
        1: wrong_loss(power=0),
        2: wrong_loss(power=1),
        3: wrong_loss(tt=False),
        4: wrong_loss(ts=False),
        5: wrong_loss(kind="reverse"),
        6: wrong_loss(kind="cross"),
        7: wrong_loss(th=True),
        8: wrong_loss(swap=True),
        9: over_everything,
        10: wrong_loss(end=np.sum),
        11: log_of_softmax,
    },
    "kd_grad": {
        1: wrong_grad(power=2),
        2: wrong_grad(power=0),
        3: wrong_grad(power=-1),
        4: wrong_grad(sign=-1),
        5: wrong_grad(batch=False),
        6: wrong_grad(th=True),
        7: wrong_grad(swap=True),
    },
    "scale_left": {1: 0.25, 2: 16},
}

TWO_AT_ONCE = {
    "soften": [(wrong_soften(inside=lambda z, T: T * z, axis=0), {1, 5})],
    "kd_loss": [
        (wrong_loss(power=0, kind="reverse"), {1, 5}),
        (wrong_loss(tt=False, end=np.sum), {3, 10}),
    ],
    "kd_grad": [(wrong_grad(power=2, batch=False), {1, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["it matches the teacher's outputs", "train on soft targets", "match the logits"],
                "it does not match anything",
            ),
            (
                ["divide by a temperature", "soften both", "the same temperature"],
                "no temperature is used",
            ),
            (
                ["multiply by T²", "times T squared", "the square of the temperature"],
                "T² is not needed",
            ),
            (
                ["KL divergence", "plus cross-entropy", "the Kullback-Leibler divergence"],
                "KL is not used",
            ),
            (
                ["the teacher is frozen", "a fixed teacher", "the teacher runs in inference mode"],
                "the teacher is not frozen",
            ),
        ],
        "zh": [
            (["拟合老师的输出", "用软标签", "匹配 logits"], "不用软标签"),
            (["除以温度", "两边都软化", "同一个温度"], "不用温度"),
            (["乘 T²", "乘温度的平方", "乘 T 平方"], "不乘 T²"),
            (["KL 散度", "加交叉熵", "两边的 KL"], "不用 KL"),
            (["老师固定", "冻结老师", "老师用推理模式"], "老师没有固定"),
        ],
    }
}

EQUIVALENT = {}
