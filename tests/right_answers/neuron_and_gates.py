"""One neuron: other right answers, and every trap written a second way."""

import numpy as np

# ---- perceptron --------------------------------------------------------------------------------


def by_plain_loops(X, y, lr=1.0, epochs=100):
    w, b, updates = [0.0] * X.shape[1], 0.0, 0
    for _ in range(epochs):
        changed = False
        for row, t in zip(X.tolist(), y.tolist(), strict=True):
            guess = 1 if sum(a * c for a, c in zip(w, row, strict=True)) + b > 0 else 0
            if guess != t:
                step = lr if t else -lr
                w = [a + step * c for a, c in zip(w, row, strict=True)]
                b, updates, changed = b + step, updates + 1, True
        if not changed:
            break
    return np.array(w), b, updates


def by_signs(X, y, lr=1.0, epochs=100):
    """Labels ±1, half the step."""
    signs, v = 2 * y - 1, np.zeros(X.shape[1] + 1)
    rows, mistakes = np.insert(X, 0, 1.0, axis=1), 0
    for _ in range(epochs):
        fine = 0
        for row, s in zip(rows, signs, strict=True):
            guess = 1 if np.dot(row, v) > 0 else -1
            fine += guess == s
            v = v + 0.5 * lr * (s - guess) * row
            mistakes += guess != s
        if fine == len(rows):
            return v[1:], float(v[0]), mistakes
    return v[1:], float(v[0]), mistakes


def wrong_perceptron(guess=lambda z: z > 0, move=lambda t, z, g: t - g, moves_bias=True):
    def answer(X, y, lr=1.0, epochs=100):
        v = np.zeros(1 + X.shape[1])
        counts = 0
        for _ in range(epochs):
            start = counts
            for k in range(len(X)):
                row = np.concatenate([[1.0], X[k]])
                z = float(np.dot(v, row))
                step = float(move(int(y[k]), z, 1 if guess(z) else 0))
                if step != 0:
                    counts += 1
                    row[0] = 1.0 if moves_bias else 0.0
                    v = v + lr * step * row
            if counts == start:
                break
        return v[1:], v[0], counts

    return answer


def epochs_instead(X, y, lr=1.0, epochs=100):
    """The number of epochs run, the last one, without a mistake, included."""
    counts = [by_plain_loops(X, y, lr, n)[2] for n in range(epochs + 1)]
    done = next((n for n in range(1, epochs + 1) if counts[n] == counts[n - 1]), epochs)
    return *by_signs(X, y, lr, epochs)[:2], done


def counted_from_one(X, y, lr=1.0, epochs=100):
    w, b, updates = by_signs(X, y, lr, epochs)
    return w, b, 1 + updates


def bias_full_step(X, y, lr=1.0, epochs=100):
    v, n = [0.0] * (X.shape[1] + 1), 0
    for _ in range(epochs):
        for row, t in zip(X.tolist(), y.tolist(), strict=True):
            e = t - int(sum(a * c for a, c in zip(v, [*row, 1.0], strict=True)) > 0)
            v = [a + e * c for a, c in zip(v, [lr * x for x in row] + [1.0], strict=True)]
            n += abs(e)
    return np.array(v[:-1]), v[-1], n


def epoch_at_once(X, y, lr=1.0, epochs=100):
    v, n = np.zeros(X.shape[1] + 1), 0
    A = np.column_stack([X, np.ones(len(X))])
    for _ in range(epochs):
        gap = y - np.where(A @ v > 0, 1, 0)
        if np.count_nonzero(gap) == 0:
            break
        n += np.count_nonzero(gap)
        v = v + lr * (A.T @ gap)
    return v[:-1], v[-1], n


# ---- neuron ------------------------------------------------------------------------------------


def by_columns(X, y, lr=1.0, steps=100):
    A, v = np.column_stack([X, np.ones(len(X))]), np.zeros(X.shape[1] + 1)
    for _ in range(steps):
        v = v - lr * A.T @ (0.5 * (1 + np.tanh(A @ v / 2)) - y) / len(y)
    return v[:-1], v[-1]


def by_examples(X, y, lr=1.0, steps=100):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        errors = [1 / (1 + np.exp(-(x @ w + b))) - t for x, t in zip(X, y, strict=True)]
        w = w - lr * np.mean([e * x for e, x in zip(errors, X, strict=True)], axis=0)
        b = b - lr * np.mean(errors)
    return w, b


def wrong_neuron(gap, divide=True, bias=1.0):
    def answer(X, y, lr=1.0, steps=100):
        A = np.column_stack([X, np.ones(len(X))])
        v, keep = np.zeros(A.shape[1]), np.append(np.ones(X.shape[1]), bias)
        for _ in range(steps):
            p = np.exp(-np.logaddexp(0, -(A @ v)))
            v = v - lr * keep * (gap(p, y) @ A) / (len(y) if divide else 1)
        return v[:-1], v[-1]

    return answer


# ---- xor_net -----------------------------------------------------------------------------------


def or_and_not_and():
    return [[1, 1], [1, 1]], [-0.5, -1.5], [[1], [-2]], [-0.5]


def each_alone():
    """One hidden unit for (1, 0), one for (0, 1)."""
    return (
        np.array([[2.0, -2.0], [-2.0, 2.0]]),
        np.array([-1.0, -1.0]),
        np.array([[1.0], [1.0]]),
        np.array([-0.5]),
    )


def net(*parts):
    return lambda: tuple(np.array(part, dtype=float) for part in parts)


RIGHT = {
    "perceptron": [by_plain_loops, by_signs],
    "neuron": [by_columns, by_examples],
    "xor_net": [or_and_not_and, each_alone],
    "perceptron_bound": ["400 updates", 400.0],
    "boolean_functions": [14, "14 functions"],
    "flaws": [{7, 6, 4, 3, 1}, "1，3，4，6，7"],
}

TWINS = {
    "perceptron": {
        1: wrong_perceptron(moves_bias=False),
        2: wrong_perceptron(move=lambda t, z, g: -(t - g)),
        3: wrong_perceptron(guess=lambda z: not z < 0),
        4: wrong_perceptron(guess=lambda z: z > 1 / 2),
        5: wrong_perceptron(move=lambda t, z, g: t - z),
        6: wrong_perceptron(move=lambda t, z, g: 1 if t == 1 and g == 0 else 0),
        7: wrong_perceptron(move=lambda t, z, g: (2 * t - 1) - (2 * g - 1)),
        8: epochs_instead,
        9: counted_from_one,
        10: epoch_at_once,
        11: lambda X, y, lr=1.0, epochs=100: by_plain_loops(X, y, lr, 1),
        12: wrong_perceptron(
            move=lambda t, z, g: 1 if t == 1 and z <= 0 else -1 if t == 0 and z >= 0 else 0
        ),
        13: bias_full_step,
    },
    "neuron": {
        1: wrong_neuron(lambda p, y: p * (1 - p) * (p - y)),
        2: wrong_neuron(lambda p, y: p - y, divide=False),
        3: wrong_neuron(lambda p, y: p - y, bias=0.0),
        4: wrong_neuron(lambda p, y: y - p),
        5: wrong_neuron(lambda p, y: np.where(p > 0.5, 1, 0) - y),
        6: wrong_neuron(lambda p, y: 2 * p * (1 - p) * (p - y)),
    },
    "xor_net": {
        1: net([[2, 2], [2, 2]], [-2, 0], [[-1], [1]], [0]),
        2: net([[2, 1], [2, 1]], [-1, -1.5], [[1], [0.5]], [-0.4]),
        3: net([[-1, 1], [-1, 1]], [0.5, -1.5], [[1], [1]], [-0.5]),
        4: net([[1, 1], [1, 1]], [-1.4, -1.6], [[1], [1]], [-1.5]),
        5: net([[-2, 2], [-2, 2]], [3, -1], [[1], [1]], [-0.5]),
        6: net([[1, 1], [1, 1]], [-0.5, -1.5], [[2], [-2]], [-2.5]),
    },
    "perceptron_bound": {1: "20", 2: "200 updates", 3: 0.0025},
    "boolean_functions": {1: "16", 2: 15, 3: "12 functions"},
}

TWO_AT_ONCE = {
    "perceptron": [(wrong_perceptron(guess=lambda z: z >= 0, moves_bias=False), {1, 3})],
    "neuron": [(wrong_neuron(lambda p, y: y - p, divide=False), {2, 4})],
    "xor_net": [(net([[1, 1], [1, 1]], [0, -1], [[1], [1]], [0]), {1, 2})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["a weighted sum of the inputs", "it computes w·x + b", "weighted sum plus bias"],
                "it is no weighted sum",
            ),
            (
                [
                    "its boundary is a line",
                    "it separates with a hyperplane",
                    "AND is linearly separable",
                ],
                "the boundary is not a line",
            ),
            (
                [
                    "weights 1 and 1 and a bias of −1.5",
                    "one neuron is enough for AND",
                    "a single neuron computes AND",
                ],
                "a single neuron does not compute AND",
            ),
            (
                [
                    "the perceptron rule finds it",
                    "add (target − guess) times the input",
                    "the perceptron converges",
                ],
                "the perceptron never finds it",
            ),
            (
                [
                    "XOR is not linearly separable",
                    "no line separates the corners",
                    "the conditions contradict each other",
                ],
                "the conditions do not contradict each other",
            ),
            (
                [
                    "a hidden layer fixes it",
                    "two lines are needed",
                    "because of the non-linearity in between",
                ],
                "you never need a hidden layer",
            ),
            (
                [
                    "representing a function is not the same as learning it",
                    "that it can represent it does not mean that it learns it",
                    "a solution exists but training may miss it",
                ],
                "there is no difference, so training always finds it",
            ),
        ],
        "zh": [
            (["对输入加权求和", "算的是 w·x + b", "加权和再加偏置"], "没有加权求和"),
            (["决策边界是一条直线", "用超平面分开", "AND 线性可分"], "决策边界不是直线"),
            (
                ["权重 1 和 1，偏置 −1.5", "AND 一个神经元就够", "一个神经元即可"],
                "一个神经元不够，没有 −1.5 这回事",
            ),
            (["用感知机规则", "加上（目标 − 预测）乘输入", "感知机会收敛"], "感知机不会收敛"),
            (["XOR 线性不可分", "画不出一条直线", "四个条件互相矛盾"], "并不矛盾"),
            (["加一个隐藏层", "要两条直线", "靠中间的非线性"], "不需要隐藏层"),
            (
                ["能表示不等于能学到", "存在解不代表训练能找到", "能表示不意味着学得到"],
                "能表示就能学到",
            ),
        ],
    }
}

EQUIVALENT = {
    "perceptron": {
        "w @ x → x @ w in guess = w @ x + b > 0": "same value: the product of two vectors",
    },
    "xor_net": {
        "1 → 2 in W2 = [[1], [-1]]  # OR, but not AND": "another right network: OR − 2 AND",
    },
}
