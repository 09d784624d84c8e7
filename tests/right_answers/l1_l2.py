"""L1 and L2: other right answers, and every trap written a second way."""

import numpy as np


def soft(w, t):
    return w - np.clip(w, -t, t)


# ---- soft_threshold ----------------------------------------------------------------------------


def by_where(w, t):
    return np.where(w > t, w - t, np.where(w < -t, w + t, 0.0))


def by_relu(w, t):
    return np.maximum(w - t, 0) - np.maximum(-w - t, 0)


def by_distances(w, t):
    """Rounding leaves an error of one unit in the last place here and there."""
    return w + 0.5 * (np.abs(w - t) - np.abs(w + t))


# ---- lasso -------------------------------------------------------------------------------------


def coordinates(X, y, lam, steps=2000):
    """Coordinate descent."""
    A, r = X - X.mean(0), y - y.mean()
    n, d = A.shape
    w = np.zeros(d)
    for _ in range(steps):
        for j in range(d):
            partial = r - A @ w + A[:, j] * w[j]
            w[j] = soft(A[:, j] @ partial / n, lam) / (A[:, j] @ A[:, j] / n)
    return w, float(y.mean() - X.mean(0) @ w)


def accelerated(X, y, lam, steps=2000):
    """FISTA on the Gram matrix."""
    n, d = X.shape
    mean = X.mean(0)
    gram, target = (X - mean).T @ (X - mean) / n, (X - mean).T @ (y - y.mean()) / n
    L = np.linalg.eigvalsh(gram)[-1]
    w = v = np.zeros(d)
    s = 1.0
    for _ in range(steps):
        new = soft(v - (gram @ v - target) / L, lam / L)
        grown = (1 + np.sqrt(1 + 4 * s * s)) / 2
        v, w, s = new + (s - 1) / grown * (new - w), new, grown
    return w, np.mean(y - X @ w)


def free_bias(X, y, lam, steps=2000):
    """ISTA with b as one more weight that the threshold leaves alone; nothing is centred."""
    A = np.column_stack([X, np.ones(len(y))])
    L = np.linalg.norm(A, 2) ** 2 / len(y)
    v = np.zeros(A.shape[1])
    for _ in range(10 * steps):
        v = v - A.T @ (A @ v - y) / len(y) / L
        v[:-1] = soft(v[:-1], lam / L)
    return v[:-1], v[-1]


def single_precision(X, y, lam, steps=2000):
    w, b = coordinates(X.astype("f4"), y.astype("f4"), np.float32(lam), 400)
    return np.float32(w), b


def proximal(X, y, lam, mean, weight, prox=soft):
    """ISTA on the Gram matrix; `weight(lam, step, n)` is the threshold."""
    n = len(y)
    A, r = (X - X.mean(0), y - y.mean()) if mean else (X, y)
    gram, target = A.T @ A / n, A.T @ r / n
    step = 1 / np.linalg.eigvalsh(gram)[-1]
    w = 0 * target
    for _ in range(4000):
        w = prox(w - step * (gram @ w - target), weight(lam, step, n))
    return w, (np.mean(y - X @ w) if mean else 0.0)


def wrong_lasso(mean=True, weight=lambda lam, step, n: lam * step):
    return lambda X, y, lam, steps=2000: proximal(X, y, lam, mean, weight)


def jumping(X, y, lam, steps=2000):
    """Subgradient steps of constant size."""
    A, r = X - X.mean(0), y - y.mean()
    w = np.full(X.shape[1], 0.1)
    for _ in range(3000):
        w = w - 0.01 * (A.T @ (A @ w - r) / len(y) + lam * np.sign(w))
    return w, np.mean(y - X @ w)


def bias_as_weight(X, y, lam, steps=2000):
    grown = np.insert(X, 0, 1.0, axis=1)
    n = len(y)
    gram, target = grown.T @ grown / n, grown.T @ y / n
    w = np.zeros(grown.shape[1])
    for _ in range(6000):
        for j in range(len(w)):
            rest = target[j] - gram[j] @ w + gram[j, j] * w[j]
            w[j] = soft(rest, lam) / gram[j, j]
    return w[1:], w[0]


# ---- ridge -------------------------------------------------------------------------------------


def by_svd(X, y, lam):
    mean = X.mean(0)
    U, s, V = np.linalg.svd(X - mean, full_matrices=False)
    w = V.T @ (s / (s * s + len(y) * lam + 1e-300) * (U.T @ (y - y.mean())))
    return w, y.mean() - mean @ w


def by_bias_column(X, y, lam):
    """A column of ones whose diagonal entry stays unpenalised."""
    n, d = X.shape
    A = np.column_stack([X, np.ones(n)])
    penalty = np.diag([n * lam] * d + [0.0])
    solved = np.linalg.solve(A.T @ A + penalty, A.T @ y)
    return solved[:-1], solved[-1]


def wrong_ridge(diagonal=lambda lam, n: n * lam, mean=True, intercept=lambda X, y, w: None):
    def answer(X, y, lam):
        A, r = (X - X.mean(0), y - y.mean()) if mean else (X, y)
        full = A.T @ A
        full[np.diag_indices_from(full)] += diagonal(lam, len(y))
        w = np.linalg.pinv(full) @ (A.T @ r)
        b = intercept(X, y, w)
        return w, np.mean(y - X @ w) if b is None else b

    return answer


def bias_penalised(X, y, lam):
    A = np.insert(X, 0, 1.0, axis=1)
    w = np.linalg.inv(A.T @ A + len(y) * lam * np.eye(A.shape[1])) @ A.T @ y
    return w[1:], w[0]


# ---- lambda_max --------------------------------------------------------------------------------


def by_columns(X, y):
    gap = y - np.mean(y)
    return float(max(abs(np.dot(X[:, j], gap)) for j in range(X.shape[1])) / X.shape[0])


def by_covariance(X, y):
    joined = np.cov(X.T, y, bias=True)
    return np.linalg.norm(joined[-1, :-1], np.inf)


RIGHT = {
    "soft_threshold": [by_where, by_relu, by_distances],
    "lasso": [coordinates, accelerated, single_precision, free_bias],
    "ridge": [by_svd, by_bias_column],
    "lambda_max": [by_columns, by_covariance],
    "prior": ["8", 8.0],
    "flaws": [{8, 6, 4, 3, 1}, "1，3，4，6，8"],
}

TWINS = {
    "soft_threshold": {
        1: lambda w, t: np.abs(soft(w, t)),
        2: lambda w, t: w * (np.abs(w) > t),
        3: lambda w, t: np.where(w > 0, w - t, np.where(w < 0, w + t, 0)),
        4: lambda w, t: np.where(w > t, w - t, 0),
        5: lambda w, t: np.divide(w, 1.0 + t),
        6: lambda w, t: np.sign(w) * np.minimum(np.abs(w), t),
        7: lambda w, t: soft(2 * w, t) / 2,
    },
    "lasso": {
        1: jumping,
        2: wrong_lasso(weight=lambda lam, step, n: lam),
        3: wrong_lasso(weight=lambda lam, step, n: lam * step / n),
        4: lambda X, y, lam, steps=2000: coordinates(X, y, lam / 2, steps),
        5: bias_as_weight,
        6: wrong_lasso(mean=False),
        7: lambda X, y, lam, steps=2000: at_once(X, y, lam),
        8: lambda X, y, lam, steps=2000: (accelerated(X, y, lam)[0], np.mean(y)),
    },
    "ridge": {
        1: wrong_ridge(diagonal=lambda lam, n: lam),
        2: wrong_ridge(diagonal=lambda lam, n: 2 * n * lam),
        3: wrong_ridge(mean=False, intercept=lambda X, y, w: 0.0),
        4: bias_penalised,
        5: wrong_ridge(intercept=lambda X, y, w: y.mean()),
        6: coordinates,
    },
    "lambda_max": {
        1: lambda X, y: np.max(np.abs(np.mean(X * y[:, None], axis=0))),
        2: lambda X, y: len(y) * by_columns(X, y),
        3: lambda X, y: max(np.mean((X - X.mean(0)) * (y - y.mean())[:, None], axis=0)),
        4: lambda X, y: min(abs(np.mean(X * (y - y.mean())[:, None], axis=0))),
        5: lambda X, y: 2 * by_columns(X, y),
    },
    "prior": {1: "0.125", 2: 2.83, 3: 2},
}


def at_once(X, y, lam):
    A, r = X - X.mean(0), y - y.mean()
    w = soft(np.linalg.pinv(A) @ r, lam)
    return w, np.mean(y - X @ w)


TWO_AT_ONCE = {
    "soft_threshold": [(lambda w, t: np.maximum(np.abs(w) - t / 2, 0), {1, 7})],
    "lasso": [(wrong_lasso(mean=False, weight=lambda lam, step, n: lam), {2, 6})],
    "ridge": [
        (
            wrong_ridge(diagonal=lambda lam, n: lam, intercept=lambda X, y, w: y.mean()),
            {1, 5},
        )
    ],
    "lambda_max": [(lambda X, y: 2 * np.abs(X.T @ y).max() / len(y), {1, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the training error goes up a little",
                    "this helps generalization",
                    "it gives lower variance",
                ],
                "it does not help generalization",
            ),
            (
                [
                    "the pull of L2 is proportional to the weight",
                    "its gradient fades as the weight goes to zero",
                    "the weights shrink but are never exactly zero",
                ],
                "it is not proportional to the weight",
            ),
            (
                [
                    "L1 pulls with constant strength",
                    "there is a kink at zero",
                    "the penalty is not differentiable at zero",
                ],
                "L1 has no kink",
            ),
            (
                [
                    "the minimum is found by soft thresholding",
                    "I use a proximal step",
                    "that is ISTA",
                ],
                "no proximal step is needed",
            ),
            (
                [
                    "L1 is a Laplace prior",
                    "L2 is a Gaussian prior",
                    "in MAP terms they are priors",
                ],
                "it is not a Laplace prior",
            ),
            (
                [
                    "I standardize the features",
                    "put all columns on the same scale",
                    "the intercept is left free",
                ],
                "I do not standardize the features",
            ),
        ],
        "zh": [
            (["训练误差会大一点", "为了更好的泛化", "可以降低方差"], "不会降低方差"),
            (
                ["L2 的拉力和权重成正比", "越靠近 0 梯度越小", "权重会变小但不会到 0"],
                "拉力和权重不成正比",
            ),
            (["L1 的拉力恒为 lambda", "在 0 处有尖点", "在 0 处不可导"], "L1 没有尖点"),
            (["用软阈值求解", "做一步近端梯度", "这就是 ISTA"], "不用软阈值"),
            (["L1 对应拉普拉斯先验", "L2 是高斯先验", "从最大后验来看"], "不是拉普拉斯先验"),
            (["先把特征标准化", "各列统一尺度", "截距不惩罚"], "特征不用标准化"),
        ],
    }
}

EQUIVALENT = {
    "lasso": {
        "1 → 2 in step = 1 / np.linalg.eigvalsh(gram).max()  # 1 / L": (
            "same minimum: the iteration still converges with a step of 2/L, only not monotonically"
        ),
        "gram @ w → w @ gram in w = soft_threshold(w - step * (gram @ w - target), step * lam)": (
            "same value: the Gram matrix is symmetric"
        ),
    },
    "lambda_max": {
        "y - y.mean() → y.mean() - y in return np.abs(X.T @ (y - y.mean())).max() / len(y)": (
            "same value: the size of the slope does not see the sign of the gap"
        ),
    },
}
