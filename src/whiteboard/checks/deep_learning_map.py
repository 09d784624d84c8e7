"""What deep learning is and when not to use it: learning curves, a baseline, the compute bill."""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

# ---- learning_curve ----------------------------------------------------------------------------


def by_mean(X, y):
    """fit(X, y) → predict: the class whose mean has the largest product with the row.

    It feels the scale of every column and the place of the test rows; `by_distance` feels whether
    training and test rows were moved alike.
    """
    classes = np.unique(y)
    means = np.array([X[y == c].mean(axis=0) for c in classes])
    return lambda Z: classes[(Z @ means.T).argmax(axis=1)]


def by_distance(X, y):
    """fit(X, y) → predict: the class whose mean is nearest."""
    classes = np.unique(y)
    means = np.array([X[y == c].mean(axis=0) for c in classes])
    return lambda Z: classes[((Z[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)]


by_mean.shown = Text(
    "fit(X, y) → predict: the class whose mean has the largest product with the row",
    "fit(X, y) → predict：均值与该行乘积最大的类别",
)
by_distance.shown = Text(
    "fit(X, y) → predict: the class whose mean is nearest",
    "fit(X, y) → predict：均值离该行最近的类别",
)


class Spy:
    """fit(X, y) → predict, like `by_mean`; remembers how many rows it was given."""

    def __init__(self):
        self.rows = []

    def __call__(self, X, y):
        self.rows.append(len(X))
        return by_mean(np.asarray(X), np.asarray(y))


def _scaled(rows, other):
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return (rows - mean) / spread, (other - mean) / spread


def _learning_curve(fit, X, y, X_test, y_test, sizes):
    found = []
    for size in sizes:
        near, far = _scaled(X[:size], X_test)
        found.append(float(np.mean(fit(near, y[:size])(far) == y_test)))
    return np.array(found)


def _variant(
    take=lambda X, size: X[:size],
    scale=_scaled,
    score=lambda predict, near, own, far, real: np.mean(predict(far) == real),
):
    """The learning curve with one part exchanged."""

    def learning_curve(fit, X, y, X_test, y_test, sizes):
        found = []
        for size in sizes:
            rows, labels = take(X, size), take(y, size)
            near, far = scale(rows, X_test)
            found.append(score(fit(near, labels), near, labels, far, y_test))
        return np.array(found, dtype=float)

    return learning_curve


def _together(rows, other):
    return np.split(_scaled(np.vstack([rows, other]), other)[0], [len(rows)])


def _blobs(rng, n, n_test, units):
    """Three classes in columns of very different units, the last of them constant."""
    y, y_test = (rng.integers(0, 3, size=size) for size in (n, n_test))
    y[:3] = 0, 1, 2
    centres = rng.normal(size=(3, len(units)))
    X, X_test = (
        (centres[labels] + 0.9 * rng.normal(size=(len(labels), len(units)))) * units
        for labels in (y, y_test)
    )
    X_test = X_test + 0.4 * units  # the test rows lie elsewhere: their own mean is another
    X[:, -1] = X_test[:, -1] = 7.0
    return X.round(2), y, X_test.round(2), y_test


_UNITS = np.array([1.0, 300.0, 0.05, 10.0, 1.0])
learning_curve = Check(_learning_curve)
learning_curve.case(
    by_mean,
    *_blobs(np.random.default_rng(0), 60, 80, _UNITS),
    [6, 12, 30, 60],
    en="test accuracy after the first n rows, scaled by what these rows say",
    zh="只用前 n 行训练，按这些行来标准化，得到的测试准确率",
)
learning_curve.case(
    by_distance,
    *_blobs(np.random.default_rng(1), 40, 70, _UNITS),
    [40, 5, 20],
    en="sizes in any order, one result each",
    zh="大小可以不按次序，每个给一个结果",
)


@learning_curve.property(
    en="fit sees columns of mean 0 and standard deviation 1, a constant one of zeros",
    zh="传给 fit 的每一列均值为 0、标准差为 1，常数列全为 0",
    ask_en="By what do you divide, and over which axis?",
    ask_zh="你除以的是什么？沿哪个轴算的？",
)
def _(answer):
    seen = []

    def fit(X, y):
        seen.append(np.array(X, dtype=float))
        return by_mean(seen[-1], np.asarray(y))

    answer(fit, *_blobs(np.random.default_rng(5), 12, 9, _UNITS), [6])
    return Evidence(
        given={"sizes": [6]},
        expected=np.array([[0, 0, 0, 0, 0], [1, 1, 1, 1, 0]], dtype=float),
        got=np.array([seen[0].mean(axis=0), seen[0].std(axis=0)]),
        tolerance=1e-5,
    )


@learning_curve.property(
    en="one result for each size, in the order of `sizes`",
    zh="每个大小一个结果，次序与 `sizes` 相同",
)
def _(answer):
    rows = _blobs(np.random.default_rng(6), 40, 70, _UNITS)
    sizes = [30, 4, 12]
    got = answer(by_mean, *rows, sizes)
    return Evidence(
        given={"sizes": sizes}, expected=_learning_curve(by_mean, *rows, sizes), got=got
    )


@learning_curve.property(
    en="one fit for each size, on that many rows",
    zh="每个大小训练一次，用恰好那么多行",
)
def _(answer):
    spy = Spy()
    answer(spy, *_blobs(np.random.default_rng(2), 30, 20, _UNITS), [4, 10, 30])
    return Evidence(given={"sizes": [4, 10, 30]}, expected=[4, 10, 30], got=spy.rows)


@learning_curve.fresh(en="fresh data", zh="新的数据")
def _(rng):
    return by_mean, *_blobs(rng, 50, 90, _UNITS), [5, 15, 50]


learning_curve.trap(
    _variant(scale=_together),
    en="The scale is taken from training and test rows together: information flows from the test "
    "set "
    "into training. Take mean and spread from the training rows only.",
    zh="标准化用了训练和测试的全部数据：测试集的信息流进了训练。均值和标准差只能从训练行里算。",
    ask_en="Where does your code know the mean of the test rows from?",
    ask_zh="你的代码怎么会知道测试行的均值？",
)
learning_curve.trap(
    _variant(scale=lambda rows, other: (_scaled(rows, rows)[0], _scaled(other, other)[0])),
    en="The test rows are scaled by their own mean and spread. A single new row has none: use "
    "those of "
    "the training rows.",
    zh="测试行用了自己的均值和标准差。线上来一行数据，哪来的均值？要用训练行的。",
)
learning_curve.trap(
    _variant(score=lambda predict, near, own, far, real: np.mean(predict(near) == own)),
    en="This is the accuracy on the rows that it was trained on.",
    zh="这是在训练用过的行上的准确率。",
)
learning_curve.trap(
    _variant(take=lambda X, size: X),
    en="Every point is trained on all rows: `size` is not used.",
    zh="每个点都用了全部的行：`size` 没有用上。",
)
learning_curve.trap(
    _variant(scale=lambda rows, other: (rows, other)),
    en="The columns are not scaled, so the one with the largest numbers decides alone.",
    zh="各列没有标准化，数值最大的一列就独自决定了结果。",
)


def scaled_once(fit, X, y, X_test, y_test, sizes):
    mean, spread = X.mean(axis=0), X.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    near, far = (X - mean) / spread, (X_test - mean) / spread
    return np.array([np.mean(fit(near[:n], y[:n])(far) == y_test) for n in sizes])


def _sample_spread(rows, other):
    mean, spread = rows.mean(axis=0), rows.std(axis=0, ddof=1)
    spread = np.where(spread > 0, spread, 1.0)
    return (rows - mean) / spread, (other - mean) / spread


learning_curve.trap(
    scaled_once,
    en="The scale comes from all training rows, also from those that a smaller size does not have "
    "yet.",
    zh="标准化用了全部训练行，包括较小的 n 时还不该有的那些。",
)
learning_curve.trap(
    _variant(scale=_sample_spread),
    en="`ddof=1` divides by n − 1. Here each column must have a standard deviation of exactly 1 "
    "(divide by n), as in scikit-learn's scaler.",
    zh="`ddof=1` 的分母是 n − 1。这里每列的标准差应恰好是 1（分母为 n），"
    "和 scikit-learn 的标准化一致。",
)
learning_curve.trap(
    _variant(take=lambda X, size: X[-size:]),
    en="The last rows are used. The question asks for the first.",
    zh="用的是最后几行。题目要的是前几行。",
)
learning_curve.trap(
    _variant(score=lambda predict, near, own, far, real: np.mean(predict(far) != real)),
    en="This is the error. The question asks for the accuracy.",
    zh="这是错误率。题目要的是准确率。",
)


def _test_rows_as_they_are(fit, X, y, X_test, y_test, sizes):
    return np.array(
        [np.mean(fit(_scaled(X[:n], X_test)[0], y[:n])(X_test) == y_test) for n in sizes]
    )


learning_curve.trap(
    _test_rows_as_they_are,
    en="The model is fitted on scaled rows and asked about unscaled ones. Apply the training rows' "
    "mean and spread to the test rows too.",
    zh="训练用的是标准化后的行，预测时却直接用了没有标准化的测试行。测试行也要减训练行的均值、除以训练行的标准差。",
)


# ---- nearest -----------------------------------------------------------------------------------


def _nearest(X, y, Z, k):
    out = []
    for z in Z:
        order = sorted(range(len(X)), key=lambda i: (float(((X[i] - z) ** 2).sum()), i))
        votes = np.bincount(y[order[:k]])
        out.append(int(votes.argmax()))
    return np.array(out)


def _by_distance(distance, pick=lambda order, k: order[:, :k], vote=None):
    def nearest(X, y, Z, k):
        order = np.argsort(distance(Z[:, None], X[None]), axis=1, kind="stable")
        labels = y[pick(order, k)]
        return np.array([(vote or _vote)(row) for row in labels])

    return nearest


def _vote(labels):
    return np.bincount(labels).argmax()


def _euclid(a, b):
    return ((a - b) ** 2).sum(axis=-1)


def _points(rng, n, m, d, classes=4):
    return rng.normal(size=(n, d)), rng.integers(0, classes, size=n), rng.normal(size=(m, d))


nearest = Check(_nearest)
nearest.case(
    np.array(
        [
            [-1.5, 1.0],
            [-2.5, -1.5],
            [1.0, 0.0],
            [0.0, 7.5],
            [4.0, 7.0],
            [2.0, 5.0],
            [2.0, -3.0],
            [5.5, -3.5],
            [7.5, -4.0],
        ]
    ),
    np.array([1, 1, 2, 3, 3, 0, 2, 0, 3]),
    np.array([[3.1, -1.4], [6.1, 6.6], [0.1, 1.1], [4.1, -1.4], [1.1, -1.4]]),
    3,
    en="the class that most of the three nearest rows have",
    zh="最近的三行里最多的那个类别",
)
nearest.case(
    *_points(np.random.default_rng(3), 25, 15, 3),
    1,
    en="k = 1: the nearest row",
    zh="k = 1：最近的一行",
)
nearest.case(
    *_points(np.random.default_rng(4), 30, 20, 2),
    4,
    en="of equally many votes the smallest class wins",
    zh="票数相同时取编号小的类别",
)


@nearest.fresh(en="fresh points", zh="新的点")
def _(rng):
    return *_points(rng, 40, 25, 4, classes=6), 5


nearest.trap(
    _by_distance(lambda a, b: -_euclid(a, b)),
    en="These are the farthest rows.",
    zh="这是最远的几行。",
)
nearest.trap(
    _by_distance(_euclid, pick=lambda order, k: order[:, :1]),
    en="k is not used: only the nearest row decides.",
    zh="k 没有用上：只看了最近的一行。",
)
nearest.trap(
    _by_distance(_euclid, vote=lambda row: int(np.round(np.mean(row)))),
    en="This averages the class numbers: between classes 0 and 2 it says 1. Count votes.",
    zh="这是把类别编号取平均：0 和 2 之间会得出 1。应该数票。",
    ask_en="Two neighbours of class 0, one of class 3. What does your code say?",
    ask_zh="两个邻居是类别 0，一个是类别 3，你的代码输出什么？",
)
nearest.trap(
    _by_distance(lambda a, b: (a - b).sum(axis=-1) ** 2),
    en="The differences are added up before they are squared, so that a plus in one column "
    "cancels a minus "
    "in another.",
    zh="先把各列的差加起来再平方，一列的正就和另一列的负抵消了。",
)
nearest.trap(
    _by_distance(
        _euclid, vote=lambda row: len(np.bincount(row)) - 1 - np.bincount(row)[::-1].argmax()
    ),
    en="Of equally many votes the largest class wins here. The question says the smallest.",
    zh="票数相同时取了编号大的类别。题目说取小的。",
)
nearest.trap(
    _by_distance(_euclid, pick=lambda order, k: order[:, 1 : k + 1]),
    en="The nearest row is left out. That is right only when the point itself is among the rows.",
    zh="漏掉了最近的一行。只有当这个点本身也在训练行里时才该这样。",
)


nearest.trap(
    _by_distance(_euclid, vote=lambda row: max(row.tolist(), key=row.tolist().count)),
    en="Of equally many votes the class of the nearest row wins here, as in "
    "`Counter.most_common`. The question says the smallest class.",
    zh="票数相同时取了离得最近的那个类别，`Counter.most_common` 就是这样。题目说取编号小的。",
)


# ---- on paper ----------------------------------------------------------------------------------

training_compute = Estimate("3.15e23 FLOPs", rtol=0.03)
training_compute.trap(
    "1.05e23 FLOPs",
    en="2 per parameter and token is the forward pass alone. The backward pass costs about twice "
    "that: 6.",
    zh="每个参数每个 token 2 次只是前向。反向大约是它的两倍：一共 6。",
)
training_compute.trap(
    "5.25e22 FLOPs",
    en="This is parameters times tokens. Each pair costs about six operations.",
    zh="这是参数量乘 token 数。每一对大约要六次运算。",
)

years_on_one = Estimate(80, unit="years", unit_zh="年", rtol=0.05)
years_on_one.trap(
    32,
    en="This is at the peak rate. Real training reached 40 % of it here.",
    zh="这是按峰值算的。题目说实际只达到峰值的 40%。",
)
years_on_one.trap(
    0.22,
    en="These are 80 days. Count again: 2.5·10⁹ seconds, and a year has 3.2·10⁷.",
    zh="这是 80 天。再算一遍：2.5·10⁹ 秒，一年有 3.2·10⁷ 秒。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Deep learning works by simulating the neural networks of the human brain.",
    zh="深度学习的原理是模拟人脑的神经网络。",
    because_en="The brain inspired the name. What works is a composition of differentiable "
    "layers, fitted by gradient "
    "descent, that learns its own features.",
    because_zh="大脑只是启发了名字。真正起作用的是可微层的复合，用梯度下降拟合，自己学出特征。",
    source="Goodfellow et al. 2016, §1.2.1; LeCun, Bengio & Hinton 2015",
)
flaws.true(
    en="The difference to classical machine learning is that the features are learnt together "
    "with the "
    "classifier, from raw inputs.",
    zh="和传统机器学习的区别在于：特征从原始输入学出来，和分类器一起训练。",
)
flaws.false(
    en="Deep models adapt to new data distributions by themselves, so they generalise well after "
    "deployment.",
    zh="深度模型能自己适应新的数据分布，所以上线后泛化能力很好。",
    because_en="They generalise to new data of the *same* distribution. One pixel of shift costs "
    "every model in this "
    "lesson more than half of its accuracy.",
    because_zh="它们泛化到的是**同分布**的新数据。这一课里，图像平移一个像素，"
    "每个模型的准确率都掉了一大半。",
    source="Arjovsky et al. 2019, §1; measured in this lesson",
    source_zh="Arjovsky et al. 2019, §1；本课实测",
)
flaws.false(
    en="With enough layers a network beats classical methods on every data set.",
    zh="只要层数够多，网络在任何数据集上都胜过传统方法。",
    because_en="On a table with a linear truth the linear model wins at every size here, and on "
    "medium-sized tables "
    "trees are hard to beat.",
    because_zh="真实关系是线性的表格数据上，这里每个规模都是线性模型赢；中等规模的表格数据，"
    "树模型也很难超过。",
    source="Grinsztajn et al. 2022; measured in this lesson",
    source_zh="Grinsztajn et al. 2022；本课实测",
)
flaws.true(
    en="Its rise around 2012 joined old methods with much larger labelled data and with GPUs.",
    zh="2012 年前后的兴起，是老方法加上大得多的标注数据和 GPU。",
)
flaws.false(
    en="Convolutional networks are made for images only; sound, text and time series need "
    "recurrent networks.",
    zh="卷积网络只能用于图像，语音、文本和时间序列要用循环网络。",
    because_en="Locality and shared weights fit every grid, also one of time steps or tokens.",
    because_zh="局部连接和权重共享适用于任何网格，时间步、token 的一维网格也行。",
    source="Bai et al. 2018, arXiv:1803.01271",
)
flaws.true(
    en="Before a network comes a baseline: the most frequent class, a linear model, a nearest "
    "neighbour.",
    zh="上网络之前先要有基线：最多的类别、线性模型、最近邻。",
)

say = Say(
    model_en="""
Deep learning fits a composition of differentiable layers to data by gradient descent; the layers
learn representations, from edges to parts to objects, that used to be designed by hand.
Its parts are the network, a loss, the gradient by backprop, and an optimizer.
It rose when large labelled data, GPUs and better recipes such as ReLU and initialization came
together; today pretraining on raw text lets one model serve many tasks.
It pays on raw images, sound and text, with much data. On small tables, with a linear truth, or
where every decision must be explained, a linear model or boosted trees are cheaper and often
better. It fails under distribution shift: it generalises to the same distribution, not to another.
So I start with a baseline and a learning curve.
""",
    model_zh="""
深度学习用梯度下降把可微层的复合拟合到数据上。
各层自己学出表示，从边缘到部件再到物体，过去这些要人工设计。
组成部分：网络、损失函数、反向传播算梯度、优化器。
它兴起是因为大规模标注数据、GPU 和更好的训练方法（ReLU、初始化等）凑到了一起。
如今在原始文本上预训练，一个模型就能服务许多任务。
原始的图像、语音、文本，数据又多时，它值得用。
小表格、真实关系是线性的，或者每个决定都要解释时，线性模型或提升树更便宜，往往也更好。
它怕分布偏移：能泛化到同分布的数据，换个分布就不行。
所以先做基线，画学习曲线。
""",
)
say.point(
    en="a composition of differentiable layers, fitted by gradient descent",
    zh="可微层的复合，用梯度下降拟合",
    found_en=[
        r"(compos|stack|layers).{0,60}(differentiable|gradient)",
        r"gradient descent",
        r"backprop",
    ],
    found_zh=[r"梯度下降", r"可微", r"反向传播"],
)
say.point(
    en="it learns its representations",
    zh="自己学出表示（特征）",
    found_en=[
        r"(learn|discover)\w*.{0,30}(representation|feature)",
        r"(representation|feature)s?.{0,20}learn",
    ],
    found_zh=[r"(学|自动).{0,8}(表示|特征|表征)", r"(表示|特征|表征).{0,6}学"],
)
say.point(
    en="why now: data, compute, methods",
    zh="为什么是现在：数据、算力、方法",
    found_en=[
        r"(large|more|big|much).{0,12}(labell?ed )?data",
        r"\bGPUs?\b|comput(e|ing) power|hardware",
    ],
    found_zh=[r"(大规模|更多|海量|大量).{0,4}(标注)?数据", r"GPU|算力|硬件"],
)
say.point(
    en="where it pays: raw images, sound, text",
    zh="适合：原始的图像、语音、文本",
    found_en=[r"(image|vision|sound|speech|audio|text|language)"],
    found_zh=[r"图像|视觉|语音|音频|文本|语言"],
)
say.point(
    en="when not: small tables, linear truth, explanations",
    zh="不适合：小表格、线性关系、要求可解释",
    found_en=[r"(small|tabular|table)s?.{0,40}", r"(boosted )?trees|linear model", r"explain"],
    found_zh=[r"小(表格|数据|样本)|表格数据", r"树模型|提升树|线性模型", r"解释"],
)
say.point(
    en="it fails under distribution shift",
    zh="怕分布偏移",
    found_en=[
        r"(distribution|domain|covariate).{0,8}shift",
        r"same distribution",
        r"out.of.distribution",
    ],
    found_zh=[r"分布偏移|分布变化|换个分布", r"同分布", r"分布外"],
)
say.point(
    en="a baseline first",
    zh="先做基线",
    found_en=[r"baseline", r"learning curve"],
    found_zh=[r"基线", r"学习曲线"],
)
