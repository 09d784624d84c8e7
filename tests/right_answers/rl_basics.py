"""Reinforcement learning: other right answers, and every trap written a second way."""

import numpy as np


def in_place_sweeps(P, R, gamma):
    """Gauss–Seidel: states one after the other, new values used at once."""
    V = np.zeros(len(R))
    for _ in range(20_000):
        biggest = 0.0
        for s in range(len(R)):
            new = max(R[s, a] + gamma * (P[s, a] * V).sum() for a in range(R.shape[1]))
            biggest, V[s] = max(biggest, abs(new - V[s])), new
        if biggest < 1e-12:
            break
    Q = R + gamma * np.einsum("sat,t->sa", P, V)
    return V, [int(np.flatnonzero(q > q.max() - 1e-9)[0]) for q in Q]


def fixed_sweeps(P, R, gamma):
    V = np.zeros(R.shape[0])
    for _ in range(int(np.log(1e-13) / np.log(gamma)) + 10):
        V = np.max(R + gamma * np.tensordot(P, V, axes=1), axis=1)
    return V, np.argmax(np.around(R + gamma * np.tensordot(P, V, axes=1), 9), axis=1)


def wrong_values(target=None, choose="max", sweeps=4000):
    def answer(P, R, gamma):
        V = np.zeros(len(R))
        make = target or (lambda P, R, V, g: R + g * np.einsum("sat,t->sa", P, V))
        for _ in range(sweeps):
            V = getattr(np, choose)(make(P, R, V, gamma), 1)
        Q = np.around(make(P, R, V, gamma), 9)
        return V, Q.argmin(1) if choose == "min" else Q.argmax(1)

    return answer


def last_of_equals(P, R, gamma):
    """Another rule for ties."""
    V, _ = fixed_sweeps(P, R, gamma)
    Q = np.round(R + gamma * P @ V, 9)
    return V, Q.shape[1] - 1 - Q[:, ::-1].argmax(axis=1)


def never_lower(P, R, gamma):
    V, change = np.zeros(len(R)), 1.0
    while change > 1e-13:
        Q = R + gamma * np.einsum("sat,t->sa", P, V)
        new = np.where(Q.max(axis=1) > V, Q.max(axis=1), V)
        V, change = new, np.abs(new - V).max()
    return V, np.around(R + gamma * P @ V, 9).argmax(axis=1)


# ---- q_learning --------------------------------------------------------------------------------


def with_dictionary(transitions, states, actions, alpha, gamma):
    Q = {}
    for s, a, r, t, end in transitions:
        best = 0 if end else max(Q.get((t, b), 0.0) for b in range(actions))
        Q[s, a] = Q.get((s, a), 0.0) * (1 - alpha) + alpha * (r + gamma * best)
    out = np.zeros((states, actions))
    for place, value in Q.items():
        out[place] = value
    return out


def with_mask(transitions, states, actions, alpha, gamma):
    Q = np.zeros((states, actions), dtype="f8")
    for s, a, r, t, end in transitions:
        error = r + gamma * np.amax(Q[t]) * (1 - int(end)) - Q[s, a]
        Q[s, a] = Q[s, a] + alpha * error
    return Q


def wrong_q(
    best=lambda Q, s, t, b: max(Q[t]), move=None, stop=True, old_table=False, discounted=True
):
    def answer(transitions, states, actions, alpha, gamma):
        Q = np.zeros((states, actions))
        first = Q.copy()
        following = [row[1] for row in transitions[1:]] + [0]
        for (s, a, r, t, end), b in zip(transitions, following, strict=True):
            rest = 0.0 if end and stop else best(first if old_table else Q, s, t, b)
            target = r + (gamma if discounted else 1.0) * rest
            Q[s, a] = (
                move(Q[s, a], target, alpha) if move else Q[s, a] * (1 - alpha) + alpha * target
            )
        return Q

    return answer


# ---- returns -----------------------------------------------------------------------------------


def by_matrix(rewards, gamma):
    T = len(rewards)
    lag = np.arange(T)[None] - np.arange(T)[:, None]
    weights = np.where(lag >= 0, float(gamma) ** np.maximum(lag, 0), 0.0)
    return weights @ np.array(rewards)


def by_recursion(rewards, gamma):
    if not rewards:
        return []
    rest = by_recursion(rewards[1:], gamma)
    return [rewards[0] + (gamma * rest[0] if rest else 0.0), *rest]


def wrong_returns(weight):
    def answer(rewards, gamma):
        T = len(rewards)
        return np.array(
            [sum(weight(float(gamma), t, k) * rewards[k] for k in range(T)) for t in range(T)]
        )

    return answer


# ---- reinforce_grad ----------------------------------------------------------------------------


def softmax(theta):
    e = np.exp(theta - np.max(theta))
    return e / e.sum()


def by_counts(theta, actions, rewards, baseline=0.0):
    """Gains gathered per action, minus π times all gains."""
    gains = np.asarray(rewards, float) - baseline
    per_action = np.bincount(actions, weights=gains, minlength=len(theta))
    return (per_action - softmax(theta) * gains.sum()) / len(gains)


def by_loop(theta, actions, rewards, baseline=0.0):
    total, p = 0, softmax(theta)
    for a, r in zip(actions, rewards, strict=True):
        g = -p.copy()
        g[a] += 1
        total = total + (r - baseline) * g
    return total / len(rewards)


def wrong_gradient(score=None, gain=None, factor=None, divide=True):
    def answer(theta, actions, rewards, baseline=0.0):
        p, total = softmax(theta), np.zeros(len(theta))
        for a, r in zip(actions, rewards, strict=True):
            hot = (np.arange(len(theta)) == a) * 1.0
            s = score(hot, p) if score else hot - p
            total += (
                (gain(r, baseline) if gain else r - baseline) * s * (factor(p, a) if factor else 1)
            )
        return total / (len(actions) if divide else 1)

    return answer


RIGHT = {
    "value_iteration": [in_place_sweeps, fixed_sweeps, last_of_equals],
    "q_learning": [with_dictionary, with_mask],
    "returns": [by_matrix, by_recursion],
    "reinforce_grad": [by_counts, by_loop],
    "forever": [100, "100.0"],
    "horizon": [459, "458.2 steps"],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "value_iteration": {
        1: wrong_values(lambda P, R, V, g: g * R + g * np.einsum("sat,t->sa", P, V)),
        2: wrong_values(choose="mean"),
        3: wrong_values(sweeps=1),
        4: wrong_values(lambda P, R, V, g: R + g * np.tensordot(V, P, axes=([0], [0])).T),
        5: wrong_values(choose="min"),
        6: wrong_values(lambda P, R, V, g: R + g * max(V)),
        7: never_lower,
    },
    "q_learning": {
        1: wrong_q(stop=False),
        2: wrong_q(best=lambda Q, s, t, b: Q[t][b]),
        3: wrong_q(best=lambda Q, s, t, b: max(Q[s])),
        4: wrong_q(best=lambda Q, s, t, b: sum(Q[t]) / len(Q[t])),
        5: wrong_q(move=lambda old, target, alpha: target),
        6: wrong_q(move=lambda old, target, alpha: old + target * alpha),
        7: wrong_q(old_table=True),
        8: wrong_q(discounted=False),
        9: wrong_q(best=lambda Q, s, t, b: np.maximum(Q[t], 0).max()),
    },
    "returns": {
        1: wrong_returns(lambda g, t, k: g ** (k - t + 1) if k >= t else 0),
        2: wrong_returns(lambda g, t, k: g ** (t - k) if k <= t else 0),
        3: wrong_returns(lambda g, t, k: g**k),
        4: wrong_returns(lambda g, t, k: float(k >= t)),
        5: wrong_returns(lambda g, t, k: g**k if k >= t else 0),
    },
    "reinforce_grad": {
        1: lambda *a, **k: -by_counts(*a, **k),
        2: wrong_gradient(score=lambda hot, p: hot),
        3: wrong_gradient(gain=lambda r, b: r),
        4: wrong_gradient(gain=lambda r, b: b + r),
        5: wrong_gradient(divide=False),
        6: wrong_gradient(factor=lambda p, a: p[a]),
        7: wrong_gradient(score=lambda hot, p: hot - hot * p),
    },
    "forever": {1: 99},
    "horizon": {1: "100 steps"},
}

TWO_AT_ONCE = {
    "value_iteration": [
        (wrong_values(lambda P, R, V, g: g * (R + P @ V), choose="mean"), {1, 2}),
    ],
    "q_learning": [(wrong_q(stop=False, discounted=False), {1, 8})],
    "returns": [(wrong_returns(lambda g, t, k: g ** (k + 1)), {1, 3, 5})],
    "reinforce_grad": [(wrong_gradient(gain=lambda r, b: r, divide=False), {3, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["a policy chooses", "maximise the discounted sum", "the expected return"],
                "there is no policy",
            ),
            (
                ["the Bellman equation", "value iteration converges", "run value iteration"],
                "it is not value iteration",
            ),
            (
                [
                    "Q-learning learns from single steps",
                    "it bootstraps",
                    "a temporal difference step",
                ],
                "Q-learning is not used",
            ),
            (
                ["the policy gradient", "REINFORCE samples actions", "times grad log pi"],
                "it is not a policy gradient",
            ),
            (
                ["subtract a baseline", "the advantage", "it lowers the variance"],
                "no baseline is used",
            ),
        ],
        "zh": [
            (["策略决定动作", "折扣和最大", "期望回报"], "没有策略"),
            (["贝尔曼方程", "用价值迭代", "值迭代会收敛"], "不用价值迭代"),
            (["Q-learning 用单步经验", "自举", "时序差分"], "不自举"),
            (["策略梯度", "REINFORCE 抽样", "乘 log π 的梯度"], "不用策略梯度"),
            (["减去基线", "用优势", "方差变小"], "没有基线"),
        ],
    }
}

EQUIVALENT = {
    "value_iteration": {
        "5000 → 5001 in for _ in range(5000):  # 0.99 to this power is 1e-22": "tolerance",
        "5000 → 4999 in for _ in range(5000):  # 0.99 to this power is 1e-22": "tolerance",
        "5000 → 10000 in for _ in range(5000):  # 0.99 to this power is 1e-22": "tolerance",
    },
}
