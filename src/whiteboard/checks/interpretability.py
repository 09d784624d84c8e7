"""Attributions: integrated gradients, exact Shapley values, permutation importance, LIME.

The references take other routes: one feature at a time, all orders of the players, the normal
equations. Permutation importance is random, so it is watched: a loss notes what it was shown.
"""

from itertools import permutations
from math import factorial

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- integrated_gradients ----------------------------------------------------------------------


def _product_slope(x):
    """∇(x₀·x₁²) = (x₁², 2·x₀·x₁)"""
    return np.array([x[1] ** 2, 2 * x[0] * x[1]])


def _cubic_slope(x):
    """∇(x₀³ + x₀·x₁ − x₂) = (3·x₀² + x₁, x₀, −1)"""
    return np.array([3 * x[0] ** 2 + x[1], x[0], -1.0])


def _cubic(x):
    return x[0] ** 3 + x[0] * x[1] - x[2]


def _tanh_slope(rng, d=4):
    W, v = rng.normal(size=(d, 6)), rng.normal(size=6)

    def grad(x):
        """∇(v·tanh(Wᵀx))"""
        return W @ (v * (1 - np.tanh(x @ W) ** 2))

    return grad


def _integrated_gradients(grad, x, x0, n):
    """Feature by feature, piece by piece."""
    total = [0.0] * len(x)
    for k in range(n):
        share = (2 * k + 1) / (2 * n)
        slope = grad(np.array([(1 - share) * b + share * a for a, b in zip(x, x0, strict=True)]))
        total = [t + float(s) for t, s in zip(total, slope, strict=True)]
    return np.array([(a - b) * t / n for a, b, t in zip(x, x0, total, strict=True)])


def _path(
    shares=lambda n: (np.arange(n) + 0.5) / n,
    at=lambda x, x0, a: x0 + a * (x - x0),
    factor=lambda x, x0: x - x0,
    join=lambda slopes: np.mean(slopes, axis=0),
):
    """The integral with one part exchanged."""

    def integrated_gradients(grad, x, x0, n):
        slopes = [grad(at(x, x0, a)) for a in shares(n)]
        return factor(x, x0) * join(slopes)

    return integrated_gradients


integrated_gradients = Check(_integrated_gradients)
integrated_gradients.case(
    _product_slope,
    np.array([1.0, 3.0]),
    np.array([2.0, 1.0]),
    2,
    en="the mean slope at the two midpoints, times the way from x0 to x",
    zh="两个中点处的平均梯度，乘以从 x0 到 x 的位移",
)
integrated_gradients.case(
    _cubic_slope,
    np.array([0.5, -1.0, 2.0]),
    np.array([-0.5, 1.0, 0.0]),
    1,
    en="one piece: the slope in the middle",
    zh="只有一段：取正中间的梯度",
)


@integrated_gradients.property(
    en="completeness: the attributions add up to f(x) − f(x0)",
    zh="完备性：各归因之和等于 f(x) − f(x0)",
)
def _(answer, rng):
    x, x0 = rng.normal(size=3), rng.normal(size=3)
    return Evidence(
        given={"grad": _cubic_slope, "x": x, "x0": x0, "n": 400},
        expected=float(_cubic(x) - _cubic(x0)),
        got=float(np.sum(answer(_cubic_slope, x.copy(), x0.copy(), 400))),
        tolerance=1e-3,
    )


@integrated_gradients.fresh(en="a fresh network", zh="新的网络")
def _(rng):
    return _tanh_slope(rng), rng.normal(size=4), rng.normal(size=4), 7


integrated_gradients.trap(
    _path(factor=lambda x, x0: 1.0),
    en="This is the mean slope: effect per unit. Multiply by x − x0, or nothing adds up.",
    zh="这是平均梯度，即每单位的影响。要乘以 x − x0，否则加起来对不上。",
    ask_en="What should your numbers add up to?",
    ask_zh="这些数加起来应该等于什么？",
)
integrated_gradients.trap(
    _path(at=lambda x, x0, a: a * x, factor=lambda x, x0: x),
    en="The path starts at 0: x0 has no effect. It starts at the baseline.",
    zh="路径是从 0 出发的，x0 没起作用。应从基线出发。",
)
integrated_gradients.trap(
    _path(factor=lambda x, x0: x),
    en="The factor is x. What a feature has contributed is measured from the baseline: x − x0.",
    zh="乘的是 x。一个特征的贡献要从基线量起：x − x0。",
)
integrated_gradients.trap(
    lambda grad, x, x0, n: (x - x0) * grad(x),
    en="Slope at x times the way: no path. Where f is flat at x, a feature that brought it there "
    "gets nothing.",
    zh="只用了 x 处的梯度，没有走路径。f 在 x 处若是平的，把它推到那里的特征就分不到功劳。",
)
integrated_gradients.trap(
    _path(shares=lambda n: (np.arange(n) + 1) / n),
    en="The slope is taken at the end of each piece. The midpoint costs the same, and its error "
    "falls as 1/n², not 1/n.",
    zh="取的是每段右端的梯度。取中点代价一样，误差却按 1/n² 下降，而不是 1/n。",
)
integrated_gradients.trap(
    _path(shares=lambda n: np.arange(n) / n),
    en="The slope is taken at the start of each piece: the first at x0 itself. Take the midpoints.",
    zh="取的是每段左端的梯度，第一个就在 x0 上。应取中点。",
)
integrated_gradients.trap(
    _path(join=lambda slopes: np.sum(slopes, axis=0)),
    en="The slopes are added, not averaged: the result grows with n.",
    zh="梯度是加起来的，没有取平均：结果会随 n 变大。",
)
integrated_gradients.trap(
    lambda grad, x, x0, n: np.abs(_integrated_gradients(grad, x, x0, n)),
    en="The sign is lost. A feature that lowers f has a negative share, or the sum is wrong.",
    zh="丢了符号。让 f 变小的特征应是负的，否则和不对。",
)


# ---- shapley_exact -----------------------------------------------------------------------------


def _game(table, M):
    """v from a list of values, indexed by the players' bits; it takes any collection of players."""

    def v(S):
        return float(table[sum(1 << i for i in set(S))])

    v.__doc__ = "v({}), v({0}), v({1}), v({0,1}), … = " + ", ".join(f"{value:g}" for value in table)
    if M > 3:
        v.__doc__ = f"v(S), S ⊆ {{0, …, {M - 1}}}"
    return v


def _shapley(v, M):
    """The mean of what each player adds, over all orders of arrival."""
    total = np.zeros(M)
    for order in permutations(range(M)):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            total[player] += v(before | {player}) - v(before)
    return total / factorial(M)


def _weighted(weight):
    """Marginal contributions under another weight of (size of the coalition, M)."""

    def shapley_exact(v, M):
        shares = np.zeros(M)
        for i in range(M):
            for bits in range(2**M):
                S = frozenset(j for j in range(M) if bits >> j & 1)
                if i not in S:
                    shares[i] += weight(len(S), M) * (v(S | {i}) - v(S))
        return shares

    return shapley_exact


def _scaled_banzhaf(v, M):
    raw = _weighted(lambda s, M: 1 / 2 ** (M - 1))(v, M)
    return raw * (v(frozenset(range(M))) - v(frozenset())) / raw.sum()


def _one_order(v, M):
    return np.array([v(frozenset(range(i + 1))) - v(frozenset(range(i))) for i in range(M)])


shapley_exact = Check(_shapley)
_THREE = [1.0, 4.0, 3.0, 10.0, 2.0, 5.0, 9.0, 25.0]
shapley_exact.case(
    _game(_THREE, 3),
    3,
    en="what a player adds, on average over the orders in which the players may arrive",
    zh="玩家按各种顺序到来，取其增量的平均",
)
shapley_exact.case(
    _game([2.0, 5.0], 1), 1, en="a single player brings everything", zh="只有一个玩家时全归他"
)


@shapley_exact.property(
    en="efficiency: the shares add up to v(all) − v(none)",
    zh="有效性：各份额之和等于全体的 v 减去空集的 v",
)
def _(answer, rng):
    table = rng.integers(-9, 10, size=32)
    v = _game(table, 5)
    return Evidence(
        given={"v": v, "M": 5},
        expected=float(table[-1] - table[0]),
        got=float(np.sum(answer(v, 5))),
    )


@shapley_exact.property(
    en="two players who always add the same get the same, one who adds nothing gets 0",
    zh="总是贡献相同的两个玩家份额相同，什么都不贡献的得 0",
)
def _(answer, rng):
    a, b = rng.uniform(1, 3, size=2)

    def v(S):
        """a·[0 ∈ S] + a·[1 ∈ S] + b·[0, 1 ∈ S]"""
        S = set(S)
        return a * (0 in S) + a * (1 in S) + b * (0 in S and 1 in S)

    found = np.asarray(answer(v, 3), dtype=float)
    got = [found[0] - found[1], found[2]]
    return Evidence(given={"v": v, "M": 3}, expected=[0.0, 0.0], got=got, tolerance=1e-9)


@shapley_exact.fresh(en="a fresh game of four", zh="新的四人博弈")
def _(rng):
    return _game(rng.normal(size=16), 4), 4


shapley_exact.trap(
    _weighted(lambda s, M: 1 / 2 ** (M - 1)),
    en="Every coalition counts alike (this is the Banzhaf value). Coalitions of middling size are "
    "many: weigh by size, or the shares do not add up.",
    zh="每个联盟权重相同（这是 Banzhaf 值）。中等大小的联盟特别多：要按大小加权，"
    "否则份额加起来不对。",
)
shapley_exact.trap(
    lambda v, M: np.array([v(frozenset([i])) - v(frozenset()) for i in range(M)]),
    en="Only what each adds to nobody. Interactions are lost: two who are worth something only "
    "together get nothing.",
    zh="只看了各人单独加入空集的增量。交互作用全丢了：合在一起才有用的两人什么也分不到。",
)
shapley_exact.trap(
    lambda v, M: np.array(
        [v(frozenset(range(M))) - v(frozenset(range(M)) - {i}) for i in range(M)]
    ),
    en="Only what is lost when each leaves the full set. Two copies of one feature both get "
    "nothing that way.",
    zh="只看了各人离开全体时的损失。这样一来，两个互为副本的特征都分不到。",
)
shapley_exact.trap(
    _one_order,
    en="One order of arrival, 0, 1, 2, …: who comes later gets the interactions. Average over all.",
    zh="只用了一种到来顺序 0、1、2……：后来的拿走了交互作用。要对所有顺序取平均。",
)
shapley_exact.trap(
    _scaled_banzhaf,
    en="Equal weights, scaled until the sum is right. The sum is one axiom of several; the weights "
    "of the orders give other shares.",
    zh="等权之后再缩放，凑出总和。总和只是公理之一；按顺序得来的权重给出的份额不一样。",
)
shapley_exact.trap(
    _weighted(lambda s, M: factorial(s) * factorial(M - s) / factorial(M)),
    en="The weight has (M − |S|)! where the players that come *after* i are M − |S| − 1.",
    zh="权重里写成了 (M − |S|)!；排在 i **之后**的玩家只有 M − |S| − 1 个。",
)
shapley_exact.trap(
    _weighted(lambda s, M: 1 / M),
    en="Each coalition counts 1/M. That is the share of each *size*; divide it among the "
    "coalitions of that size.",
    zh="每个联盟都算了 1/M。那是每一种**大小**的份额，还要在同样大小的联盟之间平分。",
)


# ---- permutation_importance --------------------------------------------------------------------

_WEIGHTS = np.array([2.0, -1.0, 0.0])


def _linear_data():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(4000, 3)) + np.array([1.0, 2.0, 3.0])
    return X, X @ _WEIGHTS - 0.775 + 0.5 * rng.normal(size=4000)


def _squares(X, y):
    """mean (2·x₀ − x₁ − y)²"""
    return float(np.mean((np.asarray(X) @ _WEIGHTS - y) ** 2))


class _Noted:
    """A loss that notes what it was shown."""

    def __init__(self, X, y):
        self.X, self.y, self.seen = X.copy(), y.copy(), []

    def __call__(self, X, y):
        """x₀·y + …"""
        X = np.array(X)
        changed = [j for j in range(X.shape[1]) if not np.array_equal(X[:, j], self.X[:, j])]
        kept = all(np.array_equal(np.sort(X[:, j]), np.sort(self.X[:, j])) for j in changed)
        self.seen.append((changed, kept, np.array_equal(y, self.y)))
        return float(X[:, 0] @ y + 10 * len(self.seen))


def _permutation_importance(loss, X, y, rng):
    base, out = loss(X, y), []
    for j in range(X.shape[1]):
        order = rng.permutation(len(X))
        out.append(loss(np.column_stack([*X.T[:j], X[order, j], *X.T[j + 1 :]]), y) - base)
    return np.array(out)


permutation_importance = Check(limit=20.0)


@permutation_importance.property(
    en="the rise of the loss when one column is shuffled: about 2·w²·variance here",
    zh="打乱一列后损失上升多少：这里约为 2·w²·方差",
    ask_en="A shuffled x₀ is off by x₀' − x₀, of variance 2. What does the loss gain?",
    ask_zh="打乱后的 x₀ 与原值差 x₀' − x₀，方差为 2。损失会增加多少？",
)
def _(answer, rng):
    X, y = _linear_data()
    expected = 2 * _WEIGHTS**2 * X.var(axis=0)
    got = np.asarray(answer(_squares, X.copy(), y.copy(), rng), dtype=float)
    # over shufflings the first value has a standard deviation of 0.1
    return Evidence(
        given={"loss": _squares, "X": X, "y": y, "rng": rng},
        expected=expected,
        got=got,
        tolerance=0.75,
    )


@permutation_importance.property(
    en="one column at a time is a shuffle of itself, the others and y are as they were",
    zh="每次只打乱一列（值还是原来那些），其余的列和 y 保持原样",
)
def _(answer, rng):
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    loss = _Noted(X, y)
    answer(loss, X.copy(), y.copy(), rng)
    changed = sorted({tuple(c) for c, _, _ in loss.seen if c})
    got = {
        "changed": str(changed),
        "shuffled": all(k for _, k, _ in loss.seen),
        "y": all(s for _, _, s in loss.seen),
    }
    return Evidence(
        given={"X": X, "y": y, "rng": rng},
        expected={"changed": str([(0,), (1,), (2,)]), "shuffled": True, "y": True},
        got=got,
        names_zh={"changed": "改动的列", "shuffled": "值未变", "y": "y 未变"},
    )


@permutation_importance.property(
    en="a column that misleads the model: shuffled, the loss falls, and its importance is negative",
    zh="把模型带偏的一列：打乱后损失反而下降，重要性是负的",
)
def _(answer, rng):
    x = rng.normal(size=2000)

    def loss(X, y):
        """mean (x₀ + y)²"""
        return float(np.mean((np.asarray(X)[:, 0] + y) ** 2))

    got = np.asarray(answer(loss, x[:, None].copy(), x.copy(), rng), dtype=float)
    return Evidence(
        given={"loss": loss, "X": x[:, None], "y": x, "rng": rng},
        expected=np.array([-2 * x.var()]),
        got=got,
        tolerance=0.6,
    )


@permutation_importance.property(
    en="X is handed back as it came, and rng decides the shuffle",
    zh="X 用完保持原样，打乱的方式由 rng 决定",
)
def _(answer):
    draw = np.random.default_rng(3)
    X, y = draw.normal(size=(40, 2)), draw.normal(size=40)
    handed, values = X.copy(), []

    def loss(X, y):
        """mean (x₀ − y)²"""
        return float(np.mean((np.asarray(X)[:, 0] - y) ** 2))

    for seed in (1, 1, 2):
        values.append(np.asarray(answer(loss, handed, y.copy(), np.random.default_rng(seed)))[0])
    got = {
        "X unchanged": bool(np.array_equal(handed, X)),
        "one seed, one result": bool(values[0] == values[1]),
        "another seed, another": bool(values[0] != values[2]),
    }
    return Evidence(
        given={"loss": loss, "X": X, "y": y},
        expected=dict.fromkeys(got, True),
        got=got,
        names_zh={
            "X unchanged": "X 未变",
            "one seed, one result": "同一种子，同一结果",
            "another seed, another": "换种子，换结果",
        },
    )


def _replaced(change, keep=False, sign=1, after=lambda value, base: value - base):
    """Importance with another way to spoil column j."""

    def permutation_importance(loss, X, y, rng):
        base, out, Z = loss(X, y), [], X.copy()
        for j in range(X.shape[1]):
            Z = Z if keep else X.copy()
            Z[:, j] = change(Z[:, j], rng)
            out.append(sign * after(loss(Z, y), base))
        return np.array(out)

    return permutation_importance


def _shuffle_all(loss, X, y, rng):
    base = loss(X, y)
    return np.array([loss(rng.permutation(X), y) - base for _ in range(X.shape[1])])


def _in_place(loss, X, y, rng):
    base, out = loss(X, y), []
    for j in range(X.shape[1]):
        column = X[:, j].copy()
        rng.shuffle(X[:, j])
        out.append(loss(X, y) - base)
        if j + 1 < X.shape[1]:
            X[:, j] = column
    return np.array(out)


def _own_seed(loss, X, y, rng):
    rng = np.random.default_rng(0)
    base, out = loss(X, y), []
    for j in range(X.shape[1]):
        Z = X.copy()
        Z[:, j] = rng.permutation(Z[:, j])
        out.append(loss(Z, y) - base)
    return np.array(out)


permutation_importance.trap(
    _replaced(lambda c, rng: rng.permutation(c), sign=-1),
    en="The sign is turned: an important column must make the loss rise, so shuffled minus base.",
    zh="符号反了：重要的列一打乱，损失应当上升，所以是打乱后减去原来的。",
)
permutation_importance.trap(
    _replaced(lambda c, rng: rng.permutation(c), keep=True),
    en="Columns shuffled earlier stay shuffled, so each value holds those before it. Start from "
    "the "
    "original X each time.",
    zh="前面打乱的列没有复原，后面的值里就混进了前面的。每次都要从原来的 X 开始。",
)
permutation_importance.trap(
    _replaced(lambda c, rng: np.zeros_like(c)),
    en="The column is set to 0, which may lie far from all data: its mean enters. A shuffle keeps "
    "the column's distribution.",
    zh="把这一列设成了 0，可能离所有数据都很远，均值也算了进去。打乱则保持该列的分布。",
)
permutation_importance.trap(
    _replaced(lambda c, rng: np.full_like(c, c.mean())),
    en="The column is set to its mean. That is another measure, half as large here; a shuffle "
    "keeps "
    "the column's distribution.",
    zh="把这一列设成了均值。那是另一种度量，这里只有一半大；打乱则保持该列的分布。",
)
permutation_importance.trap(
    _shuffle_all,
    en="Whole rows are shuffled against y, so every column loses its meaning at once.",
    zh="整行相对 y 打乱了，所有列同时失去意义。",
)
permutation_importance.trap(
    _replaced(lambda c, rng: rng.permutation(c), after=lambda value, base: value / base),
    en="The ratio of the losses, not the difference: a column without effect gets 1.",
    zh="返回的是损失之比，不是差：没有影响的列得到的是 1。",
)
permutation_importance.trap(
    _replaced(lambda c, rng: c),
    en="The loss is never computed on a shuffled column. Shuffle, evaluate again, subtract.",
    zh="没有在打乱后的数据上重新计算损失。要先打乱，再重新评估，再相减。",
)
permutation_importance.trap(
    _replaced(
        lambda c, rng: rng.permutation(c), after=lambda value, base: np.maximum(value - base, 0)
    ),
    en="Falls of the loss are cut off at 0. A negative value is news too: noise, or a column that "
    "misleads the model.",
    zh="把下降截成了 0。负值也是信息：可能是噪声，也可能是这一列把模型带偏了。",
)
permutation_importance.trap(
    _in_place,
    en="X is shuffled in place and comes back changed. Work on a copy.",
    zh="直接在 X 上打乱了，调用者手里的 X 也变了。请在副本上做。",
)
permutation_importance.trap(
    _own_seed,
    en="The generator handed in is ignored, so repeating with other seeds shows no spread.",
    zh="没有用传进来的 rng，换种子重复也看不出波动。",
)


# ---- lime --------------------------------------------------------------------------------------


def _bowl(z):
    """f(z) = z₀² + 3·z₁"""
    z = np.asarray(z)
    return z[..., 0] ** 2 + 3 * z[..., 1]


def _bent(z):
    """f(z) = z₀·z₁ + z₂³"""
    z = np.asarray(z)
    return z[..., 0] * z[..., 1] + z[..., 2] ** 3


def _lime(f, x, Z, width):
    """The normal equations, summed sample by sample."""
    d = len(x)
    A, b = np.zeros((d + 1, d + 1)), np.zeros(d + 1)
    for z in Z:
        near = np.exp(-sum((z - x) ** 2) / width**2)
        row = np.append(z, 1.0)
        A += near * np.outer(row, row)
        b += near * row * f(z)
    return np.linalg.solve(A, b)[:d]


def _surrogate(
    near=lambda D, width: np.exp(-(D**2) / width**2),
    centre=lambda x: x,
    constant=True,
    root=np.sqrt,
    keep=-1,
):
    """The fit with one part exchanged."""

    def lime(f, x, Z, width):
        D = np.linalg.norm(Z - centre(x), axis=1)
        scale = root(near(D, width))
        rows = np.column_stack([Z, np.ones(len(Z))]) if constant else Z
        found = np.linalg.lstsq(rows * scale[:, None], f(Z) * scale, rcond=None)[0]
        return found[:keep] if constant and keep else found

    return lime


def _cloud(seed, m, x, spread):
    return (x + spread * np.random.default_rng(seed).normal(size=(m, len(x)))).round(2)


lime = Check(_lime, rtol=1e-6, atol=1e-8)
lime.case(
    _bowl,
    np.array([1.0, 0.5]),
    np.array([[1.0, 0.5], [1.5, 0.0], [0.2, 1.0], [2.5, 1.5], [0.0, -1.0]]),
    1.5,
    en="the slopes of the weighted least-squares plane, near samples counting more",
    zh="加权最小二乘平面的斜率，近的样本权重大",
)
lime.case(
    _bent,
    np.array([0.5, -1.0, 0.8]),
    _cloud(1, 12, np.array([0.5, -1.0, 0.8]), 0.6),
    0.5,
    en="three features and a narrow kernel",
    zh="三个特征，较窄的核",
)


@lime.property(
    en="with a narrow kernel the slopes approach the gradient at x",
    zh="核越窄，斜率越接近 x 处的梯度",
)
def _(answer):
    x = np.array([1.0, -0.5])
    Z = _cloud(2, 4000, x, 0.4)
    got = np.asarray(answer(_bowl, x.copy(), Z.copy(), 0.2), dtype=float)
    return Evidence(
        given={"f": _bowl, "x": x, "Z": Z, "width": 0.2},
        expected=np.array([2.0, 3.0]),
        got=got,
        tolerance=0.08,
    )


@lime.fresh(en="fresh samples", zh="新的样本")
def _(rng):
    x = rng.normal(size=3)
    return _bent, x, x + rng.normal(size=(15, 3)), float(rng.uniform(0.8, 1.5))


lime.trap(
    _surrogate(near=lambda D, width: np.ones_like(D)),
    en="All samples count alike: this explains the model everywhere at once, not near x.",
    zh="所有样本权重相同：解释的是整个范围，而不是 x 附近。",
)
lime.trap(
    _surrogate(near=lambda D, width: np.exp(-D / width)),
    en="The distance is not squared. The kernel asked for is exp(−D²/width²).",
    zh="距离没有平方。题目要的核是 exp(−D²/width²)。",
)
lime.trap(
    _surrogate(near=lambda D, width: np.exp(-(D**2) / width)),
    en="The width is not squared, so that its unit is not that of a distance.",
    zh="width 没有平方，单位就不是距离了。",
)
lime.trap(
    _surrogate(near=lambda D, width: np.exp(-(D**2) / (2 * width**2))),
    en="There is a 2 from the normal density. The kernel asked for is exp(−D²/width²).",
    zh="多了正态密度里的 2。题目要的核是 exp(−D²/width²)。",
)
lime.trap(
    _surrogate(constant=False),
    en="There is no constant, so the plane must pass through 0 and its slopes make up for it.",
    zh="没有常数项，平面被迫过原点，斜率就被带偏了。",
)
lime.trap(
    _surrogate(root=lambda near: near),
    en="Rows are multiplied by the weight itself, so it counts squared in the squares. Use its "
    "root.",
    zh="每行直接乘了权重，平方之后权重就成了平方。应乘权重的平方根。",
)
lime.trap(
    _surrogate(centre=lambda x: 0 * x),
    en="The distance is measured from 0, not from the x that is to be explained.",
    zh="距离是到原点的，不是到要解释的那个 x。",
)
lime.trap(
    _surrogate(keep=None),
    en="The constant is returned with the slopes. Return one number for each feature.",
    zh="常数项也一起返回了。每个特征只返回一个数。",
)


# ---- on paper ----------------------------------------------------------------------------------

calls = Estimate(2**20, rtol=0.01)
calls.trap(
    20.0,
    en="One call for each feature measures it alone, or its removal, not its interactions.",
    zh="每个特征只调用一次，量的是它单独的作用或去掉它的影响，没有交互。",
)
calls.trap(
    2**19,
    en="These are the coalitions without *one* given feature. All of them are needed, with and "
    "without it.",
    zh="这是不含**某一个**特征的联盟数。含与不含都要算。",
)
calls.trap(
    float(factorial(20)),
    en="These are the orders. Many orders share a coalition; each is evaluated once.",
    zh="这是排列数。许多排列共用同一个联盟，每个联盟只算一次。",
)

share = Estimate(0.75, rtol=0.01)
share.trap(
    0.05,
    en="This is its attention weight. What it brings is the weight times its value.",
    zh="这是注意力权重。它带来的是权重乘以 value。",
)
share.trap(
    0.577,
    en="The three contributions have signs: 0.08 − 0.03 + 0.15.",
    zh="三个贡献是有符号的：0.08 − 0.03 + 0.15。",
)
share.trap(
    0.15,
    en="This is the contribution itself. Divide by the output.",
    zh="这是贡献本身。还要除以输出。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Integrated gradients add up to the difference between the outputs at the input and at the "
    "baseline.",
    zh="积分梯度的各项之和，等于输入处与基线处输出之差。",
)
flaws.false(
    en="Attention weights show directly which words the prediction rests on.",
    zh="注意力权重直接说明了预测依据的是哪些词。",
    because_en="They often agree poorly with other measures of importance, and other weights can "
    "give "
    "the same output. Whether they explain is disputed: test it.",
    because_zh="它们与其他重要性度量常常不一致，换一组权重也可能得到同样的输出。"
    "算不算解释尚有争议：要检验。",
    source="Jain & Wallace 2019; Wiegreffe & Pinter 2019",
)
flaws.false(
    en="Adversarial attacks are an interpretability technique: they show which features matter.",
    zh="对抗攻击是一种可解释性技术，能看出哪些特征重要。",
    because_en="They probe robustness: a worst-case change says little about what made the "
    "prediction on the input as it is.",
    because_zh="它测的是鲁棒性：最坏的改动几乎不说明原输入上的预测靠的是什么。",
    source="Goodfellow et al. 2015, §4; compare Sundararajan et al. 2017, §3",
)
flaws.true(
    en="Exact Shapley values need the model on every coalition of features, so in practice they "
    "are "
    "sampled or approximated.",
    zh="精确的 Shapley 值要在特征的每个联盟上调用模型，所以实际中都靠采样或近似。",
)
flaws.false(
    en="A t-SNE plot of the features shows by its distances how far apart the network sees the "
    "classes.",
    zh="特征的 t-SNE 图里，簇与簇的距离说明网络认为各类相差多远。",
    because_en="t-SNE keeps neighbours; distances between clusters and their sizes may mean "
    "nothing.",
    because_zh="t-SNE 保的是邻居关系，簇间距离和簇的大小可能毫无意义。",
    source="Wattenberg, Viégas & Johnson 2016, Distill",
)
flaws.true(
    en="Permutation importance on held-out data says what the model relies on, not what the world "
    "rests on.",
    zh="在留出数据上算的置换重要性，说的是模型依赖什么，不是世界由什么决定。",
)
flaws.false(
    en="The heat map lies on the object, so the explanation is right.",
    zh="热力图正好落在物体上，所以解释是对的。",
    because_en="Some maps hardly change when the weights are randomised; an edge detector looks as "
    "good. Randomise the weights: the map must change.",
    because_zh="有些热力图在权重随机化之后几乎不变；边缘检测器看起来也一样好。把权重随机化，"
    "图应当跟着变。",
    source="Adebayo et al. 2018",
)
flaws.false(
    en="A permutation importance of 0 proves that the column tells nothing about the target.",
    zh="置换重要性为 0，就证明这一列和目标无关。",
    because_en="A correlated column may stand in for it, or the model never learnt to use it.",
    because_zh="可能有相关的列在替它起作用，也可能模型没学会用它。",
    source="the column x5 above; scikit-learn user guide, Permutation feature importance",
    source_zh="见上面的 x5 列；scikit-learn user guide, Permutation feature importance",
)

say = Say(
    model_en="""
First I ask what is to be explained: one prediction or the model as a whole.
For one prediction I use integrated gradients, Shapley values or LIME.
Integrated gradients average the gradient along the path from a baseline
and multiply by the difference.
They satisfy completeness.
Shapley values average what a feature adds over all orders, at exponential cost.
For the model as a whole, permutation importance on held-out data;
correlated features share or hide it.
Attention weights are no explanation by themselves.
And I test the explanation: on planted features, and with randomised weights.
""",
    model_zh="""
先问清楚要解释什么：是单个预测，还是整个模型。
单个预测可以用积分梯度、Shapley 值或 LIME。
积分梯度是从基线到输入的路径上对梯度取平均，再乘以差值。
它满足完备性。
Shapley 值是对所有顺序取增量的平均，代价是指数级的。
整个模型用留出数据上的置换重要性；相关的特征会互相分摊或遮盖。
注意力权重本身算不上解释。
最后检验解释本身：用埋好答案的特征，再把权重随机化。
""",
)
say.point(
    en="one prediction or the whole model",
    zh="单个预测，还是整个模型",
    found_en=[r"one prediction|single prediction", r"\blocal\b", r"\bglobal\b"],
    found_zh=[r"单个预测", r"局部", r"全局|整个模型"],
)
say.point(
    en="integrated gradients: a path from a baseline; completeness",
    zh="积分梯度：从基线出发的路径；完备性",
    found_en=[r"integrated gradient", r"baseline", r"completeness"],
    found_zh=[r"积分梯度", r"基线", r"完备性"],
)
say.point(
    en="Shapley values: all orders, exponential cost",
    zh="Shapley 值：所有顺序，指数代价",
    found_en=[r"shapley", r"all (orders|coalitions)", r"exponential"],
    found_zh=[r"[Ss]hapley", r"所有(顺序|联盟)", r"指数级?"],
)
say.point(
    en="permutation importance on held-out data; correlated features",
    zh="留出数据上的置换重要性；相关特征",
    found_en=[r"permutation importance", r"shuffl\w+", r"correlated"],
    found_zh=[r"置换重要性", r"打乱", r"相关的?特征"],
)
say.point(
    en="attention alone is no explanation",
    zh="光有注意力不算解释",
    found_en=[
        r"attention.{0,30}(no|not|isn't)( an)? explanation",
        r"attention.{0,20}mislead",
        r"(beware|careful|caution)\w*.{0,12}attention",
    ],
    found_zh=[r"注意力.{0,8}(算不上|不算|不是|不等于)解释", r"注意力.{0,6}误导", r"慎用注意力"],
)
say.point(
    en="test it: planted features, randomised weights",
    zh="检验：埋好答案的特征，随机化权重",
    found_en=[r"planted", r"randomi[sz]\w* (the )?weights|weights randomi[sz]ed", r"sanity check"],
    found_zh=[r"埋好", r"(权重.{0,3}随机化|随机化.{0,3}权重)", r"合理性检验"],
)
