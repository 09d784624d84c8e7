"""The map of deep learning: other right answers, and every trap written a second way."""

from collections import Counter

import numpy as np

# ---- learning_curve ----------------------------------------------------------------------------


def measures(rows):
    """Mean and standard deviation of the columns, 1 where a column does not vary."""
    return np.mean(rows, 0), [s if s else 1.0 for s in np.std(rows, 0)]


def by_columns(fit, X, y, X_test, y_test, sizes):
    out = []
    for n in sizes:
        near, far = X[:n].copy(), X_test.copy()
        for j in range(X.shape[1]):
            m, s = X[:n, j].mean(), X[:n, j].std() or 1.0
            near[:, j], far[:, j] = (near[:, j] - m) / s, (far[:, j] - m) / s
        out.append(sum(fit(near, y[:n])(far) == y_test) / len(y_test))
    return out


def in_one_line(fit, X, y, X_test, y_test, sizes):
    def at(n):
        m, s = measures(X[:n])
        return np.equal(fit((X[:n] - m) / s, y[:n])((X_test - m) / s), y_test).mean()

    return np.fromiter(map(at, sizes), float)


def wrong_curve(rows, far_from=None, use=lambda X, n: X[:n], result="right"):
    """`rows(X, X_test, n)`: what mean and spread are taken from."""

    def answer(fit, X, y, X_test, y_test, sizes):
        out = []
        for n in sizes:
            m, s = measures(rows(X, X_test, n))
            mf, sf = measures(far_from(X, X_test, n)) if far_from else (m, s)
            near, far = (use(X, n) - m) / s, (X_test - mf) / sf
            predict = fit(near, use(y, n))
            told = predict(near) == use(y, n) if result == "own" else predict(far) == y_test
            out.append(1 - told.mean() if result == "error" else told.mean())
        return np.array(out)

    return answer


def first_rows(X, X_test, n):
    return X[:n]


def raw(fit, X, y, X_test, y_test, sizes):
    return np.array([(fit(X[:n], y[:n])(X_test) == y_test).mean() for n in sizes])


def n_minus_one(fit, X, y, X_test, y_test, sizes):
    out = []
    for n in sizes:
        m, s = X[:n].mean(0), np.sqrt(((X[:n] - X[:n].mean(0)) ** 2).sum(0) / (n - 1))
        s[s == 0] = 1
        out.append(np.mean(fit((X[:n] - m) / s, y[:n])((X_test - m) / s) == y_test))
    return out


def raw_test_rows(fit, X, y, X_test, y_test, sizes):
    out = []
    for n in sizes:
        m, s = measures(X[:n])
        predict = fit((X[:n] - m) / s, y[:n])
        out.append((predict(X_test) == y_test).mean())
    return out


# ---- nearest -----------------------------------------------------------------------------------


def by_expansion(X, y, Z, k):
    d = (Z**2).sum(1)[:, None] - 2 * Z @ X.T + (X**2).sum(1)
    near = np.argpartition(d, k - 1, axis=1)[:, :k]
    return np.argmax(np.eye(y.max() + 1)[y[near]].sum(axis=1), axis=1)


def by_loops(X, y, Z, k):
    out = []
    for z in Z:
        close = sorted(zip(np.linalg.norm(X - z, axis=1), y.tolist(), strict=True))[:k]
        votes = [label for _, label in close]
        out.append(max(sorted(set(votes)), key=votes.count))
    return out


def wrong_nearest(distance=None, choose=lambda order, k: order[:k], decide=None):
    def answer(X, y, Z, k):
        out = []
        for z in Z:
            d = distance(X, z) if distance else np.square(X - z).sum(axis=1)
            votes = y[choose(np.argsort(d, kind="stable"), k)].tolist()
            out.append(decide(votes) if decide else max(sorted(set(votes)), key=votes.count))
        return np.array(out)

    return answer


RIGHT = {
    "learning_curve": [by_columns, in_one_line],
    "nearest": [by_expansion, by_loops],
    "training_compute": ["3.15e23 FLOPs", (3.15e11, "TFLOPs")],
    "years_on_one": ["80 years", 79.6],
    "flaws": [{6, 4, 3, 1}, "1，3，4，6"],
}

TWINS = {
    "learning_curve": {
        1: wrong_curve(lambda X, X_test, n: np.concatenate([X[:n], X_test])),
        2: wrong_curve(first_rows, far_from=lambda X, X_test, n: X_test),
        3: wrong_curve(first_rows, result="own"),
        4: wrong_curve(lambda X, X_test, n: X, use=lambda X, n: X),
        5: raw,
        6: wrong_curve(lambda X, X_test, n: X),
        7: n_minus_one,
        8: wrong_curve(lambda X, X_test, n: X[len(X) - n :], use=lambda X, n: X[len(X) - n :]),
        9: wrong_curve(first_rows, result="error"),
        10: raw_test_rows,
    },
    "nearest": {
        1: wrong_nearest(choose=lambda order, k: order[::-1][:k]),
        2: wrong_nearest(choose=lambda order, k: order[:1]),
        3: wrong_nearest(decide=lambda votes: round(float(np.mean(votes)))),
        4: wrong_nearest(distance=lambda X, z: np.square(np.sum(X - z, axis=1))),
        5: wrong_nearest(decide=lambda votes: max(sorted(set(votes))[::-1], key=votes.count)),
        6: wrong_nearest(choose=lambda order, k: order[1:][:k]),
        7: wrong_nearest(decide=lambda votes: Counter(votes).most_common(1)[0][0]),
    },
    "training_compute": {1: "1.05e23 FLOPs", 2: "5.25e22 FLOPs"},
    "years_on_one": {1: 31.9, 2: "0.218 years"},
}

TWO_AT_ONCE = {
    "learning_curve": [(wrong_curve(lambda X, X_test, n: X, result="error"), {6, 9})],
    "nearest": [
        (
            wrong_nearest(
                choose=lambda order, k: order[1 : k + 1],
                decide=lambda votes: round(float(np.mean(votes))),
            ),
            {3, 6},
        )
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "a composition of differentiable layers",
                    "fitted by gradient descent",
                    "the gradient comes from backprop",
                ],
                "it does not use gradient descent",
            ),
            (
                [
                    "it learns its own features",
                    "representations are learnt",
                    "the layers discover representations",
                ],
                "it never learns features",
            ),
            (
                ["large labelled data sets", "GPUs made it possible", "because of computing power"],
                "GPUs played no role",
            ),
            (["it shines on images", "speech and text", "for raw audio"], "it is not for images"),
            (
                [
                    "on small tables I use trees",
                    "a linear model is enough",
                    "where one must explain",
                ],
                "I would not use a linear model",
            ),
            (
                [
                    "it breaks under distribution shift",
                    "it generalises to the same distribution",
                    "out-of-distribution inputs break it",
                ],
                "distribution shift is no problem",
            ),
            (
                ["start with a baseline", "draw a learning curve", "a baseline comes first"],
                "I need no baseline",
            ),
        ],
        "zh": [
            (["用梯度下降训练", "可微的层一层层复合", "反向传播算梯度"], "不用梯度下降"),
            (["自动学习特征", "表示是学出来的", "各层学出表示"], "特征不是学出来的，不学表示"),
            (["有了大规模数据", "GPU 普及", "算力提升"], "和算力没有关系"),
            (["适合图像和语音", "处理文本", "视觉任务"], "不适合图像"),
            (["小表格用树模型", "线性模型就够", "要求可解释的时候"], "不用线性模型"),
            (["怕分布偏移", "只能泛化到同分布", "分布外就失灵"], "不怕分布偏移"),
            (["先做基线", "画学习曲线", "基线要先有"], "不需要基线"),
        ],
    }
}

EQUIVALENT = {
    "learning_curve": {
        "1 → 2 in spread = np.where(spread > 0, spread, 1)": (
            "same value: a constant column is 0 after centring, whatever divides it"
        ),
    },
    "nearest": {
        "Z[:, None] - X → X - Z[:, None] in distance = ((Z[:, None] - X) ** 2).sum(axis=2)  # (m, "
        "n)": "same value: a square does not see the sign",
    },
}
