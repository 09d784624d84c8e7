"""L1 and L2 penalties: the soft threshold, the lasso, ridge regression, and where zeros begin.

The reference of the lasso is coordinate descent run to convergence, that of ridge an ordinary least
squares problem with extra rows; neither is what the lesson asks for.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def shrink(w, t):
    return np.sign(w) * np.maximum(np.abs(w) - t, 0)


def centred(X, y):
    return X - X.mean(axis=0), y - y.mean()


# ---- soft_threshold ----------------------------------------------------------------------------


def _soft_threshold(w, t):
    """Number by number: the minimiser of ½(v − w)² + t|v|."""
    return np.array([v - t if v > t else v + t if v < -t else 0.0 for v in w.ravel()]).reshape(
        w.shape
    )


soft_threshold = Check(_soft_threshold)
soft_threshold.case(
    np.array([3.0, -3.0, 0.5, -0.5, 1.0, 0.0]),
    1.0,
    en="towards 0 by t, and exactly 0 within t of it",
    zh="向 0 移动 t，离 0 不超过 t 的恰好变成 0",
)
soft_threshold.case(
    np.array([[2.0, -0.3], [-1.2, 0.4]]), 0.35, en="a matrix, another t", zh="矩阵，另一个 t"
)


@soft_threshold.property(
    en="within t of 0 the result is 0 itself, not merely small",
    zh="离 0 不超过 t 的，结果就是 0 本身，而不是很小的数",
)
def _(answer, rng):
    w = rng.uniform(-0.7, 0.7, size=5)
    found = np.asarray(answer(w, 0.7))
    exact = np.finfo(found.dtype if found.dtype.kind == "f" else float).eps
    return Evidence(
        given={"w": w, "t": 0.7}, expected=np.zeros(5), got=found, tolerance=float(4 * exact)
    )


soft_threshold.case(np.array([1.5, -0.2]), 0.0, en="t = 0 changes nothing", zh="t = 0 时不变")


@soft_threshold.property(
    en="it minimises ½(v − w)² + t|v| over v",
    zh="它是 ½(v − w)² + t|v| 的最小点",
)
def _(answer, rng):
    w, t = rng.normal(size=6) * 2, 0.7

    def cost(v):
        return float((0.5 * (v - w) ** 2 + t * np.abs(v)).sum())

    found = np.asarray(answer(w, t))
    tried = [found, 0 * w, *(found + d * e for d in (-0.1, -1e-3, 1e-3, 0.1) for e in np.eye(6))]
    return Evidence(
        given={"w": w, "t": t},
        expected=min(map(cost, tried)) + 1e-9,
        got=cost(found),
        relation="at most",
    )


@soft_threshold.fresh(en="fresh w and t", zh="新的 w 和 t")
def _(rng):
    return rng.normal(size=(3, 4)) * 2, float(rng.uniform(0.2, 1.5))


soft_threshold.trap(
    lambda w, t: np.maximum(np.abs(w) - t, 0),
    en="The sign is lost: −3 becomes +2. Multiply by sign(w).",
    zh="丢了符号：−3 变成了 +2。要乘 sign(w)。",
)
soft_threshold.trap(
    lambda w, t: np.where(np.abs(w) > t, w, 0.0),
    en="This is the hard threshold: what survives keeps its size. L1 moves it towards 0 by t too.",
    zh="这是硬阈值：留下来的数不变。L1 还会把它向 0 移动 t。",
    ask_en="What does |v| cost at v = 3, compared with v = 2.9?",
    ask_zh="v = 3 和 v = 2.9，哪个的 |v| 惩罚更大？",
)
soft_threshold.trap(
    lambda w, t: w - t * np.sign(w),
    en="This is a subgradient step: 0.5 jumps over 0 to −0.5. Within t of 0 the result is 0.",
    zh="这是次梯度的一步：0.5 会越过 0 变成 −0.5。离 0 不超过 t 的，结果就是 0。",
    ask_en="w = 0.5, t = 1: on which side of 0 does your answer lie?",
    ask_zh="w = 0.5、t = 1：你的结果在 0 的哪一侧？",
)
soft_threshold.trap(
    lambda w, t: np.maximum(w - t, 0),
    en="Negative weights are all set to 0. The rule is symmetric.",
    zh="负的权重全变成了 0。规则应该是左右对称的。",
)
soft_threshold.trap(
    lambda w, t: w / (1 + t),
    en="This is what L2 does: a factor for every weight, and none becomes 0. L1 subtracts.",
    zh="这是 L2 的做法：每个权重都乘一个系数，谁也不会变成 0。L1 是减去一个量。",
)
soft_threshold.trap(
    lambda w, t: np.clip(w, -t, t),
    en="clip keeps the part up to t; the soft threshold keeps the rest: w − clip(w, −t, t).",
    zh="clip 留下的是不超过 t 的部分；软阈值留下的是其余部分：w − clip(w, −t, t)。",
)
soft_threshold.trap(
    lambda w, t: shrink(w, t / 2),
    en="The threshold is t/2, the one for (v − w)² + t|v| without the half.",
    zh="阈值成了 t/2，那对应的是没有 1/2 的 (v − w)² + t|v|。",
)


# ---- lasso -------------------------------------------------------------------------------------


def _lasso(X, y, lam, steps=2000):
    """Coordinate descent until nothing moves; `steps` is only a bound for the answer asked for."""
    Xc, yc = centred(X, y)
    n, w = len(y), np.zeros(X.shape[1])
    size = (Xc**2).sum(axis=0) / n
    rest = yc.copy()
    for _ in range(5000):
        before = w.copy()
        for j, column in enumerate(Xc.T):
            rest += column * w[j]
            w[j] = shrink(column @ rest / n, lam) / size[j]
            rest -= column * w[j]
        if np.abs(w - before).max() < 1e-13:
            break
    return w, y.mean() - X.mean(axis=0) @ w


def _ista(threshold=lambda lam, step, n: lam * step, centre=True, prox=shrink):
    """The iteration with one part exchanged."""

    def lasso(X, y, lam, steps=2000):
        n = len(y)
        Xc, yc = centred(X, y) if centre else (X, y)
        step, w = n / np.linalg.norm(Xc, 2) ** 2, np.zeros(X.shape[1])
        for _ in range(max(steps, 2000)):
            w = prox(w - step * Xc.T @ (Xc @ w - yc) / n, threshold(lam, step, n))
        return w, y.mean() - X.mean(axis=0) @ w if centre else 0.0

    return lasso


def _bias_too(X, y, lam, steps=2000):
    """The intercept as one more weight, thresholded like the others."""
    ones = np.column_stack([X, np.ones(len(y))])
    w, _ = _ista(centre=False)(ones, y, lam, 20 * steps)
    return w[:-1], w[-1]


def _regression(rng, n, weights, noise=0.3, shift=2.0):
    """Correlated columns with means, a few planted weights, an intercept."""
    d = len(weights)
    X = rng.normal(size=(n, d)) + 0.5 * rng.normal(size=(n, 1)) + np.arange(d) / d
    y = X @ np.array(weights) + shift + noise * rng.normal(size=n)
    return X.round(1), y.round(1)


_X, _Y = _regression(np.random.default_rng(4), 12, [2.0, 0.0, -1.5, 0.0, 0.6, 0.0])

_RNG = np.random.default_rng(10)
_CLOSE = (_RNG.normal(size=(20, 1)) * 3 + _RNG.normal(size=(20, 8))).round(1)

lasso = Check(_lasso, returns=("w", "b"), rtol=1e-4, atol=1e-4, limit=20.0)


@lasso.property(
    en="the penalty switches weights off: some are exactly 0",
    zh="惩罚项会关掉一些权重：有的恰好等于 0",
    ask_en="What comes last in each step: the threshold, or another move of the weights?",
    ask_zh="每一步最后做的是什么：软阈值，还是又动了一次权重？",
)
def _(answer):
    X, y = centred(_X, _Y)
    w = np.asarray(answer(X, y, 0.5)[0])
    some = bool((w == 0).any())
    # "near" tells the one who hops around the minimum from the one who is elsewhere
    near = some or bool(np.abs(w - _lasso(X, y, 0.5)[0]).max() < 0.05)
    return Evidence(
        given={"X": X, "y": y, "lam": 0.5},
        expected={"some exact zeros": True, "near the minimum": True},
        got={"some exact zeros": some, "near the minimum": near},
        names_zh={"some exact zeros": "有恰好为 0 的权重", "near the minimum": "在最小点附近"},
    )


lasso.case(
    _X,
    _Y,
    0.5,
    en="the minimum of ‖Xw + b − y‖²/(2n) + λ‖w‖₁, with b free",
    zh="‖Xw + b − y‖²/(2n) + λ‖w‖₁ 的最小点，b 不受惩罚",
)
lasso.case(
    *_regression(np.random.default_rng(6), 40, [1.0, 0.0, 0.0, -2.0]),
    0.1,
    en="forty examples and a small λ",
    zh="四十个样本，较小的 λ",
)
lasso.case(
    *_regression(np.random.default_rng(7), 15, [1.0, -1.0, 0.5]),
    50.0,
    en="with a huge λ every weight is 0 and b is the mean of y",
    zh="λ 很大时权重全是 0，b 是 y 的均值",
)


lasso.case(
    _CLOSE,
    _CLOSE @ np.linspace(1, -1, 8) + 1.0,
    0.05,
    en="eight columns that are nearly alike",
    zh="八个几乎相同的列",
    ask_en="Are the weights still moving when your loop ends?",
    ask_zh="循环结束时，权重还在变吗？",
)


@lasso.property(
    en="the optimality conditions hold: no slope of the loss exceeds λ",
    zh="满足最优性条件：损失的每个偏导数都不超过 λ",
)
def _(answer, rng):
    X, y = _regression(rng, 30, [1.5, 0.0, -1.0, 0.0, 0.0])
    w, b = answer(X, y, 0.2)
    slope = X.T @ (X @ np.asarray(w) + b - y) / len(y)
    return Evidence(
        given={"X": X, "y": y, "lam": 0.2},
        expected=0.2 + 1e-4,
        got=float(np.abs(slope).max()),
        relation="at most",
    )


@lasso.fresh(en="fresh data", zh="新的数据")
def _(rng):
    X, y = _regression(rng, 25, [0.0, 2.0, 0.0, -1.0])
    return X, y, 0.3


def subgradient(X, y, lam, steps=2000):
    Xc, yc = X - X.mean(axis=0), y - y.mean()
    step = len(y) / np.linalg.norm(Xc, 2) ** 2
    w = np.zeros(X.shape[1])
    for k in range(steps):
        slope = Xc.T @ (Xc @ w - yc) / len(y) + lam * np.sign(w)
        w = w - step / (1 + k) ** 0.5 * slope
    return w, y.mean() - X.mean(axis=0) @ w


lasso.trap(
    subgradient,
    en="This follows the subgradient λ·sign(w): weights come near 0 and keep jumping over it. Use "
    "the soft threshold after each gradient step.",
    zh="这里走的是次梯度 λ·sign(w)：权重会到 0 附近，然后来回跳。应在每步梯度之后做软阈值。",
)
lasso.trap(
    _ista(threshold=lambda lam, step, n: lam),
    en="The threshold must be step × λ: it belongs to the same step as the gradient, which is "
    "multiplied by the step too.",
    zh="阈值应是步长 × λ：它和梯度属于同一步，梯度也乘了步长。",
)
lasso.trap(
    _ista(threshold=lambda lam, step, n: lam * step / n),
    en="λ is n times too weak. Loss and penalty must be scaled alike: here the loss is a mean over "
    "the examples, so λ stands as it is.",
    zh="λ 弱了 n 倍。损失和惩罚的尺度要一致：这里损失对样本取了平均，λ 就不用再除。",
)
lasso.trap(
    _ista(threshold=lambda lam, step, n: lam * step / 2),
    en="The penalty counts only half, as if the loss had no ½ in front of the square.",
    zh="惩罚只算了一半，好像损失的平方项前面没有 1/2。",
)
lasso.trap(
    _bias_too,
    en="The intercept is penalised too. It says where y lies, not how X acts: leave it free, by "
    "centring X and y.",
    zh="截距也受了惩罚。它只说明 y 的位置，与 X 的作用无关：把 X 和 y 中心化，就不必惩罚它。",
)
lasso.trap(
    _ista(centre=False),
    en="There is no intercept: the data are fitted as if they went through 0.",
    zh="没有截距：相当于强迫拟合经过原点。",
)
lasso.trap(
    lambda X, y, lam, steps=2000: _once(X, y, lam),
    en="Thresholding the least-squares weights once is right only when the columns of X are "
    "orthonormal. Here they are correlated: iterate.",
    zh="只对最小二乘解做一次软阈值，只有 X 的各列正交归一时才对。这里各列相关，要迭代。",
)
lasso.trap(
    lambda X, y, lam, steps=2000: (_lasso(X, y, lam)[0], y.mean()),
    en="After centring, b = mean(y) − mean(X)·w. The second part is missing.",
    zh="中心化之后，b = mean(y) − mean(X)·w。漏了后一项。",
)


def _once(X, y, lam):
    Xc, yc = centred(X, y)
    w = shrink(np.linalg.lstsq(Xc, yc, rcond=None)[0], lam)
    return w, y.mean() - X.mean(axis=0) @ w


# ---- ridge -------------------------------------------------------------------------------------


def _ridge(X, y, lam):
    """Least squares with rows √(nλ)·I added to the centred data."""
    Xc, yc = centred(X, y)
    n, d = X.shape
    tall = np.vstack([Xc, np.sqrt(n * lam) * np.eye(d)])
    w = np.linalg.lstsq(tall, np.concatenate([yc, np.zeros(d)]), rcond=None)[0]
    return w, y.mean() - X.mean(axis=0) @ w


def _normal(weight=lambda lam, n: n * lam, centre=True, back=True):
    """The normal equations with one part exchanged."""

    def ridge(X, y, lam):
        Xc, yc = centred(X, y) if centre else (X, y)
        n, d = X.shape
        w = np.linalg.solve(Xc.T @ Xc + weight(lam, n) * np.eye(d), Xc.T @ yc)
        if not centre:
            return w, 0.0
        return w, y.mean() - X.mean(axis=0) @ w if back else y.mean()

    return ridge


def _bias_too_ridge(X, y, lam):
    w, _ = _normal(centre=False)(np.column_stack([X, np.ones(len(y))]), y, lam)
    return w[:-1], w[-1]


ridge = Check(_ridge, returns=("w", "b"))
ridge.case(
    _X,
    _Y,
    0.5,
    en="the minimum of ‖Xw + b − y‖²/(2n) + λ‖w‖²/2, with b free",
    zh="‖Xw + b − y‖²/(2n) + λ‖w‖²/2 的最小点，b 不受惩罚",
)
ridge.case(
    *_regression(np.random.default_rng(8), 4, [1.0, 0.0, 2.0, -1.0, 0.5, 0.3]),
    0.3,
    en="more columns than rows: the penalty still gives one answer",
    zh="列比行多：有惩罚项仍有唯一解",
)
ridge.case(
    *_regression(np.random.default_rng(9), 20, [1.0, -2.0]),
    0.0,
    en="λ = 0 is least squares",
    zh="λ = 0 就是最小二乘",
)


@ridge.fresh(en="fresh data", zh="新的数据")
def _(rng):
    X, y = _regression(rng, 10, [0.5, 2.0, 0.0])
    return X, y, float(rng.uniform(0.1, 2))


ridge.trap(
    _normal(weight=lambda lam, n: lam),
    en="The loss is a mean, so the normal equations carry n·λ: XᵀX + nλI. With λ alone the penalty "
    "fades as data are added.",
    zh="损失是平均值，正规方程里应是 n·λ：XᵀX + nλI。只写 λ，数据越多惩罚越弱。",
)
ridge.trap(
    _normal(weight=lambda lam, n: 2 * n * lam),
    en="The slope of λ‖w‖²/2 is λw, not 2λw.",
    zh="λ‖w‖²/2 的导数是 λw，不是 2λw。",
)
ridge.trap(
    _normal(centre=False),
    en="There is no intercept: the data are fitted as if they went through 0.",
    zh="没有截距：相当于强迫拟合经过原点。",
)
ridge.trap(
    _bias_too_ridge,
    en="The intercept is penalised too, so that shifting y changes the weights. Centre X and y and "
    "leave it free.",
    zh="截距也受了惩罚，于是 y 整体平移会改变权重。把 X 和 y 中心化，让它自由。",
    ask_en="Add 100 to every y. Which of your numbers should change?",
    ask_zh="每个 y 都加 100，哪些数应该变？",
)
ridge.trap(
    _normal(back=False),
    en="After centring, b = mean(y) − mean(X)·w. The second part is missing.",
    zh="中心化之后，b = mean(y) − mean(X)·w。漏了后一项。",
)
ridge.trap(
    _lasso,
    en="This is the lasso. Ridge squares the weights.",
    zh="这是 lasso。岭回归惩罚的是权重的平方。",
)


# ---- lambda_max --------------------------------------------------------------------------------


def _lambda_max(X, y):
    """The largest |slope| of the loss at w = 0, column by column."""
    gap = y - y.mean()
    return max(abs(float(np.mean(column * gap))) for column in X.T)


lambda_max = Check(_lambda_max)
lambda_max.case(
    _X, _Y, en="from this λ on, every lasso weight is 0", zh="λ 到这个值，lasso 的权重就全是 0"
)
lambda_max.case(
    -_X[:, [0, 2]],
    _Y,
    en="the strongest column may act downwards",
    zh="作用最强的一列可以是负方向的",
)


@lambda_max.property(
    en="just above it the lasso is empty, just below it is not",
    zh="比它大一点，权重全是 0；小一点就不是",
)
def _(answer, rng):
    X, y = _regression(rng, 20, [1.0, -1.0, 0.0])
    edge = float(answer(X, y))
    zeros = [bool((_lasso(X, y, factor * edge)[0] == 0).all()) for factor in (1.001, 0.999)]
    return Evidence(given={"X": X, "y": y}, expected=[True, False], got=zeros)


@lambda_max.fresh(en="fresh data", zh="新的数据")
def _(rng):
    return _regression(rng, 18, [0.0, 1.0, -2.0, 0.3])


lambda_max.trap(
    lambda X, y: np.abs(X.T @ y).max() / len(y),
    en="y is not centred. The free intercept takes the mean of y before any weight moves.",
    zh="y 没有中心化。权重动之前，自由的截距已经吸收了 y 的均值。",
)
lambda_max.trap(
    lambda X, y: np.abs(X.T @ (y - y.mean())).max(),
    en="This is n times too large: the loss is a mean over the examples.",
    zh="大了 n 倍：损失是对样本取平均的。",
)
lambda_max.trap(
    lambda X, y: (X.T @ (y - y.mean())).max() / len(y),
    en="A column may also pull downwards: take the absolute value before the maximum.",
    zh="有的列作用是负方向的：先取绝对值，再取最大。",
)
lambda_max.trap(
    lambda X, y: np.abs(X.T @ (y - y.mean())).min() / len(y),
    en="The minimum is where the weakest column alone would drop out. All are 0 only beyond the "
    "strongest.",
    zh="最小值只说明最弱的那一列单独何时归零。要全部归零，得超过最强的那一列。",
)
lambda_max.trap(
    lambda X, y: 2 * np.abs(X.T @ (y - y.mean())).max() / len(y),
    en="The 2 belongs to a loss without the ½.",
    zh="这个 2 对应的是没有 1/2 的损失。",
)


# ---- on paper ----------------------------------------------------------------------------------

prior = Estimate(8.0, rtol=0.01)
prior.trap(
    0.125,
    en="Upside down: much noise calls for a strong penalty, a wide prior for a weak one.",
    zh="倒过来了：噪声大，惩罚应强；先验宽，惩罚应弱。",
)
prior.trap(
    2.83,
    en="This is σ/τ. The exponents hold variances: σ²/τ².",
    zh="这是 σ/τ。指数里是方差：σ²/τ²。",
)
prior.trap(
    2.0,
    en="The prior's variance enters too: 4 / 0.5, not √4.",
    zh="先验的方差也要算进去：4 / 0.5，不是 √4。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Regularization improves the performance on the training set by making the weights smaller.",
    zh="正则化通过减小权重来提高模型在训练集上的表现。",
    because_en="It is meant to lower the error on new data, and mostly raises the training error.",
    because_zh="它的目的是降低新数据上的误差，训练误差多半反而会升高。",
    source="Goodfellow et al. 2016, chapter 7, introduction",
)
flaws.true(
    en="With orthonormal columns, the lasso moves every least-squares weight towards 0 by the "
    "same amount, as far as 0; ridge multiplies each by the same factor.",
    zh="各列正交归一时，lasso 把每个最小二乘权重向 0 移动同样的量，到 0 为止；"
    "岭回归则乘同样的系数。",
)
flaws.false(
    en="L1 regularization penalises the sparsity of the parameters.",
    zh="L1 正则化惩罚的是参数的稀疏性。",
    because_en="The other way round: it penalises their size and thereby produces sparsity.",
    because_zh="正好相反：它惩罚的是参数的大小，结果产生了稀疏性。",
    source="Tibshirani 1996, Summary",
)
flaws.false(
    en="Adding λ·sign(w) to the gradient and running plain gradient descent gives the same exact "
    "zeros.",
    zh="在梯度里加上 λ·sign(w)，用普通梯度下降，同样会得到恰好为 0 的权重。",
    because_en="The steps jump over 0 and back. Exact zeros need a proximal step or clipping at 0.",
    because_zh="每一步都会越过 0 再跳回来。要恰好为 0，得用近端步（软阈值），或者过零就截断。",
    source="the counterexample above; ISTA: Beck & Teboulle 2009, §1",
    source_zh="见上面的反例；ISTA: Beck & Teboulle 2009, §1",
)
flaws.true(
    en="Before either penalty, put the columns on one scale: a weight per metre and one per "
    "millimetre are not penalised alike.",
    zh="用任何一种惩罚之前，先把各列放到同一尺度：以米计和以毫米计的权重，受到的惩罚不一样。",
)
flaws.false(
    en="The intercept is a weight like the others and should be penalised with them.",
    zh="截距和别的权重没有区别，应该一起惩罚。",
    because_en="The answer would then depend on where y has its zero: leave it out.",
    because_zh="那样结果就取决于 y 的零点选在哪里。惩罚项不包括它。",
    source="Hastie, Tibshirani & Friedman 2009, §3.4.1",
)
flaws.true(
    en="As the most probable weights, L2 belongs to a Gaussian prior and L1 to a Laplace prior.",
    zh="从最大后验的角度看，L2 对应高斯先验，L1 对应拉普拉斯先验。",
)
flaws.false(
    en="With λ large enough, ridge regression sets weights to exactly 0 too.",
    zh="λ 足够大，岭回归也会让一部分权重恰好为 0。",
    because_en="The slope of λw²/2 vanishes at 0, so a loss with any slope there still wins. "
    "Weights only become small.",
    because_zh="λw²/2 在 0 处导数为 0，只要损失在那里有斜率，权重就不会停在 0，只会变小。",
    source="Hastie, Tibshirani & Friedman 2009, §3.4.3",
)

say = Say(
    model_en="""
Both penalties trade a little training error for less variance on new data.
The gradient of L2 is proportional to the weight, so it fades near zero: weights shrink, but none
becomes exactly zero. L1 pulls with constant strength lambda until the weight is at zero, and there
the kink holds it, as long as the slope of the loss is smaller than lambda.
The minimum is reached with the soft threshold, a proximal step; subgradient steps jump over zero.
In a picture, the corners of the L1 ball lie on the axes.
As priors, L2 is Gaussian and L1 is Laplace. I standardize the features first and leave the
intercept out of the penalty.
""",
    model_zh="""
两种惩罚都是用一点训练误差，换新数据上更小的方差。
L2 的梯度和权重成正比，越靠近 0 拉力越小：权重会变小，但不会恰好为 0。
L1 的拉力大小恒为 lambda，一直把权重拉到 0；在 0 处有个尖点，只要损失的斜率小于 lambda，就停住。
求解要用软阈值，也就是近端梯度；次梯度会在 0 两侧来回跳。
画成图，L1 球的尖角落在坐标轴上。
从先验看，L2 对应高斯，L1 对应拉普拉斯。用之前先把特征标准化，截距不惩罚。
""",
)
say.point(
    en="a trade: more training error, less error on new data",
    zh="拿训练误差换新数据上的误差",
    found_en=[
        r"training error",
        r"(less|lower|reduc\w*) (variance|overfitting|error on new)",
        r"generali[sz]",
    ],
    found_zh=[r"训练误差", r"(减小|降低|更小的?).{0,4}(方差|过拟合)", r"泛化"],
)
say.point(
    en="L2's pull fades near 0, so weights only shrink",
    zh="L2 的拉力在 0 附近变弱，权重只会变小",
    found_en=[
        r"(proportional to|fades|vanish\w*|weaker).{0,30}(weight|zero|0)",
        r"(shrink|small).{0,30}(none|not|never).{0,15}(zero|0)",
        r"(none|not|never).{0,20}exactly (zero|0)",
    ],
    found_zh=[
        r"(成正比|正比于)",
        r"(拉力|梯度|导数).{0,10}(越来越小|变小|越小|趋于\s*0|消失)",
        r"不会.{0,6}(0|零)",
    ],
)
say.point(
    en="L1's pull is constant, with a kink at 0",
    zh="L1 的拉力恒定，在 0 处有尖点",
    found_en=[
        r"constant (strength|force|pull|slope|gradient|size)",
        r"\bkink|\bcorner|non.?smooth|not differentiable",
    ],
    found_zh=[r"(恒为|恒定|不变|常数|固定).{0,8}", r"尖[点角]|拐点|不可导|不光滑"],
)
say.point(
    en="soft threshold, a proximal step",
    zh="软阈值，近端梯度",
    found_en=[r"soft.?threshold", r"proxim", r"\bISTA\b"],
    found_zh=[r"软阈值", r"近端", r"\bISTA\b"],
)
say.point(
    en="priors: Gaussian and Laplace",
    zh="先验：高斯与拉普拉斯",
    found_en=[r"laplace", r"gaussian prior", r"\bMAP\b"],
    found_zh=[r"拉普拉斯", r"高斯先验", r"最大后验"],
)
say.point(
    en="scale the features; leave the intercept free",
    zh="先统一特征尺度；截距不惩罚",
    found_en=[
        r"standardi[sz]|normali[sz]e the (features|columns)|same scale|one scale",
        r"(intercept|bias).{0,30}(out|free|unpenali[sz]ed|not)",
    ],
    found_zh=[r"标准化|同一尺度|统一尺度|归一化", r"(截距|偏置).{0,6}(不|不受|不加)(惩罚|正则)?"],
)
