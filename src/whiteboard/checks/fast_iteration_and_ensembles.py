"""Is the improvement real, and what does an ensemble bring: bootstrap, voting, variance."""

from statistics import NormalDist

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

RESAMPLES = 3000


def predictions(rng, n, right_a, right_b, shared, classes=5):
    """Labels and two models' predictions; a share of the examples both get right or wrong alike."""
    y = rng.integers(0, classes, size=n)
    common, alike = rng.uniform(size=n), rng.uniform(size=n) < shared
    draws = [np.where(alike, common, rng.uniform(size=n)) for _ in range(2)]
    wrong = (y + rng.integers(1, classes, size=n)) % classes
    a, b = (np.where(u < p, y, wrong) for u, p in zip(draws, (right_a, right_b), strict=True))
    return y, a, b


# ---- paired_bootstrap --------------------------------------------------------------------------


def _interval(gains, rng, B, level, size=None):
    """Ends of the central share `level` of the means of resampled `gains`, drawn by counts."""
    n = len(gains) if size is None else size
    values, counts = np.unique(gains, return_counts=True)
    drawn = rng.multinomial(n, counts / counts.sum(), size=B) @ values / n
    return np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])


def _gains(y, a, b):
    return (b == y).astype(float) - (a == y)


def _with(ends):
    """A bootstrap whose two ends come from `ends(y, a, b, B, rng, level)`."""

    def paired_bootstrap(y, a, b, B, rng, level=0.95):
        low, high = ends(y, a, b, B, rng, level)
        return np.mean(b == y) - np.mean(a == y), low, high

    return paired_bootstrap


paired_bootstrap = Check(returns=("delta", "low", "high"), limit=20.0)


@paired_bootstrap.property(
    en="delta is the accuracy of b minus that of a",
    zh="delta 是 b 的准确率减 a 的准确率",
)
def _(answer, rng):
    y, a, b = predictions(np.random.default_rng(0), 60, 0.7, 0.9, 0.5)
    return Evidence(
        given={"y": y, "a": a, "b": b},
        expected=np.mean(b == y) - np.mean(a == y),
        got=answer(y, a, b, 50, rng)[0],
    )


@paired_bootstrap.property(
    en="B resamples are drawn: with B = 1 both ends are that one resample",
    zh="重采样 B 次：B = 1 时两端就是同一次结果",
)
def _(answer, rng):
    y, a, b = predictions(np.random.default_rng(3), 300, 0.6, 0.8, 0.5)
    _, low, high = answer(y, a, b, 1, rng)
    return Evidence(given={"B": 1}, expected=0.0, got=float(high) - float(low))


@paired_bootstrap.property(
    en="from the same draws, level 0.99 gives a wider interval than level 0.6",
    zh="同样的重采样，level 取 0.99 的区间比取 0.6 的宽",
)
def _(answer):
    y, a, b = predictions(np.random.default_rng(3), 300, 0.6, 0.8, 0.5)
    ends = [
        np.array(answer(y, a, b, 200, np.random.default_rng(1), level=level)[1:], dtype=float)
        for level in (0.6, 0.99)
    ]
    narrow, wide = (high - low for low, high in ends)
    got = Text("as wide", "一样宽") if wide else Text("no width at all", "宽度为零")
    return Evidence(
        given=Text("level = 0.6, then 0.99", "level 先取 0.6，再取 0.99"),
        expected=Text("wider", "更宽"),
        got=Text("wider", "更宽") if wide > narrow else got,
    )


def _ends(seed, n, shared, level, en, zh):
    @paired_bootstrap.property(
        en=en,
        zh=zh,
        ask_en="Which examples does each resample contain for a, and which for b?",
        ask_zh="每次重采样里，a 用的是哪些样本，b 用的是哪些？",
    )
    def _(answer, rng):
        data = np.random.default_rng(seed)
        y, a, b = predictions(data, n, 0.8, 0.85, shared)
        gains = _gains(y, a, b)
        options = {} if level is None else {"level": level}
        _, low, high = answer(y, a, b, RESAMPLES, rng, **options)
        shown = f"{n} examples, B = {RESAMPLES}", f"{n} 个样本，B = {RESAMPLES}"
        return Evidence(
            given=Text(*(f"{text}, level = {level or 0.95}" for text in shown)),
            expected=_interval(gains, data, 50_000, level or 0.95),
            got=np.array([low, high], dtype=float),
            # Five standard errors of a quantile of 3,000 draws, and the grid of 1/n they lie on.
            tolerance=float((0.25 if level is None else 0.13) * gains.std() / n**0.5 + 1.01 / n),
        )


_ends(
    2,
    2000,
    0.99,
    0.7,
    "with level 0.7, 15 % of the resamples lie beyond either end",
    "level 取 0.7 时，两端之外各有 15% 的重采样结果",
)
_ends(
    1,
    600,
    0.8,
    None,
    "by default 2.5 % lie beyond either end",
    "默认两端之外各有 2.5%",
)


@paired_bootstrap.property(
    en="few examples that differ: the resamples are skewed, and so is the interval",
    zh="判断不同的样本很少时，重采样的分布是偏的，区间也是偏的",
    ask_en="How often is the last example, the only one that differs, in a resample of ten?",
    ask_zh="只有最后一个样本判断不同，抽十次，它会出现几次？",
)
def _(answer, rng):
    y, a, b = np.zeros(10, dtype=int), np.zeros(10, dtype=int), np.zeros(10, dtype=int)
    a[-1] = 1
    _, low, high = answer(y, a, b, RESAMPLES, rng, level=0.9)
    # Binomial(10, 0.1): P(0) = 0.35, P(≤ 2) = 0.930, P(≤ 3) = 0.987; five standard errors away.
    return Evidence(
        given={"y": y, "a": a, "b": b, "B": RESAMPLES, "level": 0.9},
        expected=np.array([0.0, 0.3]),
        got=np.array([low, high], dtype=float),
    )


@paired_bootstrap.property(
    en="the draws come from `rng`: the same generator gives the same interval, another another",
    zh="随机数来自 `rng`：生成器相同，区间就相同；换一个，区间就变",
)
def _(answer):
    y, a, b = predictions(np.random.default_rng(3), 300, 0.6, 0.8, 0.5)
    found = [
        np.array(answer(y, a, b, 20, np.random.default_rng(seed))[1:], dtype=float)
        for seed in (1, 1, 2, 3, 4)
    ]
    same = np.array_equal(found[0], found[1])
    other = any(not np.array_equal(found[0], each) for each in found[2:])
    return Evidence(
        given=Text("default_rng(1) twice, then others", "两次 default_rng(1)，再换别的种子"),
        expected=Text("equal, then different", "先相同，后不同"),
        got=Text(
            f"{'equal' if same else 'different'}, then {'different' if other else 'equal'}",
            f"先{'相同' if same else '不同'}，后{'不同' if other else '相同'}",
        ),
    )


def unpaired(y, a, b, B, rng, level=0.95):
    n = len(y)
    draws = []
    for _ in range(B):
        rows_a, rows_b = rng.integers(n, size=n), rng.integers(n, size=n)
        draws.append((b == y)[rows_b].mean() - (a == y)[rows_a].mean())
    tail = (1 - level) / 2
    return np.mean(b == y) - np.mean(a == y), *np.quantile(draws, [tail, 1 - tail])


paired_bootstrap.trap(
    unpaired,
    en="Each model gets examples of its own. Both are hard on the same ones, and that shared part "
    "must "
    "cancel: draw rows once and use them for both.",
    zh="两个模型各抽了各的样本。难的样本对两者都难，这部分应该抵消：行号只抽一次，两者共用。",
)
paired_bootstrap.trap(
    _with(lambda y, a, b, B, rng, level: np.repeat(np.mean(_gains(y, a, b)), 2)),
    en="The interval has no width: drawn without replacement, every resample is the same set in "
    "another "
    "order.",
    zh="区间没有宽度：无放回地抽，每次都是同一批样本，只是换了次序。",
)
paired_bootstrap.trap(
    _with(lambda y, a, b, B, rng, level: _interval(_gains(y, a, b), rng, B, 2 * level - 1)),
    en="1 − level is cut off on either side. It is the sum of both: cut half of it at each end.",
    zh="两端各去掉了 1 − level。那是两端之和：每端只去掉一半。",
)
paired_bootstrap.trap(
    lambda y, a, b, B, rng, level=0.95: tuple(
        -np.array([np.mean(_gains(y, a, b)), *_interval(_gains(y, a, b), rng, B, level)[::-1]])
    ),
    en="This is a minus b. Positive must mean that b is better.",
    zh="这是 a 减 b。正数应该表示 b 更好。",
)
paired_bootstrap.trap(
    _with(lambda y, a, b, B, rng, level: _interval((b == y).astype(float), rng, B, level)),
    en="This is the interval of b's accuracy, not of the difference.",
    zh="这是 b 的准确率的区间，不是差值的区间。",
)
paired_bootstrap.trap(
    _with(
        lambda y, a, b, B, rng, level: _interval(_gains(y, a, b), rng, B, level, size=len(y) // 2)
    ),
    en="The resamples are half as large as the data. Their spread is that of a test set of half "
    "the "
    "size; draw n of n.",
    zh="每次重采样只抽了一半的数量，波动对应的是一半大小的测试集。应从 n 个里抽 n 个。",
)
paired_bootstrap.trap(
    _with(
        lambda y, a, b, B, rng, level: (
            np.mean(_gains(y, a, b)) + np.array([-1, 1]) * 1.96 * np.std(_gains(y, a, b))
        )
    ),
    en="1.96 standard deviations of a single example, not of the mean: √n is missing.",
    zh="这是单个样本的 1.96 倍标准差，不是均值的：漏了 √n。",
)
paired_bootstrap.trap(
    _with(lambda y, a, b, B, rng, level: _interval(_gains(y, a, b), rng, B, 0.95)),
    en="The interval is always the one for 0.95: `level` is not used.",
    zh="区间总是 0.95 的那个：没有用到 `level`。",
)
paired_bootstrap.trap(
    _with(
        lambda y, a, b, B, rng, level: (
            2 * np.mean(_gains(y, a, b)) - _interval(_gains(y, a, b), rng, B, level)[::-1]
        )
    ),
    en="This turns the quantiles round delta, the *basic* bootstrap. The question takes the "
    "quantiles of the resampled gains as they are.",
    zh="这里把分位数以 delta 为中心翻了过来，即 basic bootstrap。题目直接取重采样差值的分位数。",
)
paired_bootstrap.trap(
    _with(
        lambda y, a, b, B, rng, level: (
            np.mean(_gains(y, a, b))
            + np.array([-1, 1])
            * NormalDist().inv_cdf((1 + level) / 2)
            * np.std(_gains(y, a, b))
            / np.sqrt(len(y))
        )
    ),
    en="This is the normal approximation, nothing is resampled. With few examples that differ it "
    "reaches gains that no resample can have.",
    zh="这是正态近似，根本没有重采样。判断不同的样本很少时，区间会伸到任何重采样都取不到的值。",
)


# ---- soft_vote ---------------------------------------------------------------------------------


def _soft_vote(P):
    return np.array(
        [max(range(P.shape[2]), key=lambda c: (P[:, i, c].sum(), -c)) for i in range(P.shape[1])]
    )


def _majority(P):
    votes = P.argmax(axis=2)
    return np.array([np.bincount(column, minlength=P.shape[2]).argmax() for column in votes.T])


def _softmaxed(rng, *shape, sharp=1.5):
    e = np.exp(sharp * rng.normal(size=shape))
    return (e / e.sum(axis=-1, keepdims=True)).round(3)


soft_vote = Check(_soft_vote)
soft_vote.case(
    np.array(
        [
            [[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.0, 0.4, 0.6]],
            [[0.4, 0.6, 0.0], [0.3, 0.3, 0.4], [0.5, 0.4, 0.1]],
            [[0.4, 0.6, 0.0], [0.0, 0.6, 0.4], [0.1, 0.9, 0.0]],
        ]
    ),
    en="the class with the highest mean probability: a sure model outweighs two unsure ones",
    zh="平均概率最高的类别：一个很有把握的模型胜过两个没把握的",
)
soft_vote.case(
    _softmaxed(np.random.default_rng(7), 4, 12, 3),
    en="four models, twelve examples, three classes",
    zh="四个模型、十二个样本、三个类别",
)
soft_vote.case(
    _softmaxed(np.random.default_rng(4), 1, 5, 4),
    en="one model alone",
    zh="只有一个模型",
)


soft_vote.case(
    np.array(
        [
            [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.498, 0.502, 0.0]],
            [[0.25, 0.5, 0.25], [0.25, 0.25, 0.5], [0.498, 0.502, 0.0]],
        ]
    ),
    en="of equal means the lowest class, and only of equal ones",
    zh="均值相等时取编号最小的；只有相等才算并列",
)


@soft_vote.fresh(en="fresh models", zh="新的模型")
def _(rng):
    return (_softmaxed(rng, 5, 30, 3),)


soft_vote.trap(
    _majority,
    en="This counts votes: each model's certainty is thrown away, and ties go to the lowest "
    "class. Average "
    "the probabilities, then decide.",
    zh="这是数票：每个模型有多大把握被丢掉了，平票时总是归编号小的类别。应先平均概率，再下判断。",
    ask_en="One model says 0.9, two say 0.4. Who wins in your code, and should they?",
    ask_zh="一个模型给 0.9，两个给 0.4。你的代码里谁赢？应该吗？",
)
soft_vote.trap(
    lambda P: np.log(P + 1e-12).mean(axis=0).argmax(axis=1),
    en="The mean of the logarithms is the geometric mean: a single model near 0 vetoes a class. "
    "The "
    "question asks for the mean of the probabilities.",
    zh="对数的平均是几何平均：只要有一个模型给出接近 0，这一类就被否决。题目要的是概率的平均。",
)
soft_vote.trap(
    lambda P: P.max(axis=0).argmax(axis=1),
    en="The most certain model decides alone.",
    zh="成了由最有把握的那个模型独自决定。",
)
soft_vote.trap(
    lambda P: P.mean(axis=0),
    en="These are the mean probabilities. Return the class of each example.",
    zh="这是平均概率。请返回每个样本的类别。",
)
soft_vote.trap(
    lambda P: P.mean(axis=1).argmax(axis=1),
    en="The mean goes over the examples, axis 1. Average over the models, axis 0.",
    zh="平均沿着样本（axis 1）了。应对模型（axis 0）取平均。",
)


# ---- ensemble_variance -------------------------------------------------------------------------


def _ensemble_variance(M, rho, var):
    """wᵀΣw with the covariance written out."""
    covariance = np.full((M, M), rho * var)
    np.fill_diagonal(covariance, var)
    w = np.full(M, 1 / M)
    return float(w @ covariance @ w)


ensemble_variance = Check(_ensemble_variance)
ensemble_variance.case(
    5, 0.3, 2.0, en="five models, 30 % of the variance shared", zh="五个模型，30% 的方差是共有的"
)
ensemble_variance.case(1, 0.3, 1.5, en="one model is itself", zh="一个模型就是它自己")
ensemble_variance.case(10, 0.0, 3.0, en="independent errors: σ²/M", zh="误差独立：σ²/M")
ensemble_variance.case(
    5, 1.0, 3.0, en="equal errors: nothing is gained", zh="误差完全相同：毫无收益"
)


@ensemble_variance.fresh(en="fresh numbers", zh="新的数")
def _(rng):
    return int(rng.integers(2, 30)), float(rng.uniform(0, 1)), float(rng.uniform(0.5, 4))


ensemble_variance.trap(
    lambda M, rho, var: var / M,
    en="σ²/M holds for independent errors. Models trained on the same data share most of theirs.",
    zh="σ²/M 只在误差独立时成立。用同样数据训练的模型，误差大半是共有的。",
    ask_en="What does a thousand copies of one model gain?",
    ask_zh="把同一个模型复制一千份，有什么收益？",
)
ensemble_variance.trap(
    lambda M, rho, var: rho * var,
    en="This is the limit for infinitely many models. (1 − ρ)σ²/M is still to be added.",
    zh="这是模型无穷多时的极限，还要加上 (1 − ρ)σ²/M。",
)
ensemble_variance.trap(
    lambda M, rho, var: (1 - rho) * var + rho * var / M,
    en="ρ and 1 − ρ are exchanged: the shared part stays, the part of each alone is divided by M.",
    zh="ρ 和 1 − ρ 反了：共有的部分不变，各自的部分才除以 M。",
)
ensemble_variance.trap(
    lambda M, rho, var: float(np.sqrt(rho * var + (1 - rho) * var / M)),
    en="This is the standard deviation.",
    zh="这是标准差。",
)
ensemble_variance.trap(
    lambda M, rho, var: var / M + rho * var,
    en="There are M(M − 1) pairs, not M²: the shared part is (M − 1)/M · ρσ², so that one model "
    "alone has σ².",
    zh="两两配对有 M(M − 1) 个，不是 M²：共有部分是 (M − 1)/M · ρσ²，这样单个模型才等于 σ²。",
)


# ---- on paper ----------------------------------------------------------------------------------

standard_error = Estimate(0.00943, rtol=0.02)
standard_error.trap(
    0.0145,
    en="This is the error of two independent accuracies, √(2·.95·.05/450). On the same examples "
    "only those count that exactly one model gets right.",
    zh="这是两个独立准确率之差的误差 √(2·.95·.05/450)。同一批样本上，"
    "只有恰好一个模型答对的才起作用。",
)
standard_error.trap(
    0.0103,
    en="This is the error of one accuracy, √(.95·.05/450).",
    zh="这是单个准确率的误差 √(.95·.05/450)。",
)
standard_error.trap(
    0.2,
    en="This is the spread of a single example, √.04. The mean of 450 has 1/√450 of it.",
    zh="这是单个样本的标准差 √.04。450 个的平均要再乘 1/√450。",
)

best_of_ten = Estimate(0.00923, rtol=0.03)
best_of_ten.trap(
    0.006,
    en="One standard deviation is exceeded by one seed in six. The best of ten is further out.",
    zh="六个种子里就有一个超过一个标准差。十个里最好的还要更远。",
)
best_of_ten.trap(
    0.0019,
    en="σ/√10 is the error of the *mean* of ten.",
    zh="σ/√10 是十个的**均值**的误差。",
)
best_of_ten.trap(
    0.0118,
    en="1.96σ is the end of a 95 % interval of one seed, not the expected best of ten.",
    zh="1.96σ 是单个种子 95% 区间的端点，不是十个里最好的期望。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="To iterate fast, prune the network first: a smaller network trains faster.",
    zh="想快速迭代，先给网络剪枝：网络小了，训练就快。",
    because_en="The usual pruning needs a trained network and training after it: one more loop in "
    "each experiment. "
    "Start with a small model instead, and compress what you ship.",
    because_zh="通常的剪枝要先有训练好的网络，剪完还要再训练，每次实验都多一圈。"
    "应该一开始就用小模型，要上线时再压缩。",
    source="Han et al. 2015, §3",
)
flaws.true(
    en="An ensemble helps by the errors that its members do not share; copies of one model gain "
    "nothing.",
    zh="集成靠的是成员之间不共有的误差；同一个模型复制多份毫无收益。",
)
flaws.false(
    en="Instead of averaging the predictions of independently trained networks one can average "
    "their weights, at "
    "no cost when predicting.",
    zh="独立训练的几个网络，与其平均预测，不如直接平均权重，预测时还不增加开销。",
    because_en="Their hidden units correspond to nothing in each other: the average is not a "
    "solution. It works for "
    "networks fine-tuned from one start.",
    because_zh="各自的隐藏单元互不对应，平均出来什么也不是。从同一个起点微调出来的网络才可以。",
    source="Wortsman et al. 2022, abstract; measured in this lesson",
    source_zh="Wortsman et al. 2022, abstract；本课实测",
)
flaws.false(
    en="The 95 % intervals of the two accuracies overlap, so the difference is not significant.",
    zh="两个准确率的 95% 区间有重叠，所以差异不显著。",
    because_en="Overlap of two intervals is not the test, and on the same examples most of both "
    "intervals is "
    "shared. Look at the interval of the difference.",
    because_zh="两个区间有没有重叠不是检验标准；同一批样本上，两个区间的大部分波动还是共有的。"
    "要看差值的区间。",
    source="Schenker & Gentleman 2001, abstract",
)
flaws.false(
    en="Report the best of the ten seeds: it shows what the method can do.",
    zh="十个种子里报最好的那个：它体现了方法的能力。",
    because_en="The best of ten is about 1.5 standard deviations above the mean by luck alone. "
    "Report mean and "
    "spread, for both methods alike.",
    because_zh="十个里最好的，单凭运气就比均值高约 1.5 个标准差。应报告均值和波动，"
    "两种方法一视同仁。",
    source="Dodge et al. 2019; computed in this lesson",
    source_zh="Dodge et al. 2019；本课算出",
)
flaws.true(
    en="Change one thing at a time, against a baseline that runs in minutes, and decide "
    "beforehand what counts as "
    "better.",
    zh="一次只改一处，基线要几分钟就能跑完，事先定好怎样才算更好。",
)

say = Say(
    model_en="""
I start with a baseline that trains in minutes on a small part of the data, and with one number that
decides. Then I change one thing at a time and look at the errors it makes before I choose the next.
Whether a gain is real I ask with several seeds and a paired bootstrap on the same test examples:
the interval of the difference, not two intervals side by side. I never report the best seed.
Ensembles come late: averaging probabilities helps by the errors that the members do not share, the
variance is rho sigma squared plus one minus rho sigma squared over M, and inference costs M times.
Weights of independently trained networks must not be averaged. Pruning and other compression come
last, before shipping.
""",
    model_zh="""
先有一个在小部分数据上几分钟就能跑完的基线，和一个能拍板的指标。
然后一次只改一处，先看它错在哪里，再决定下一步改什么。
提升是不是真的，用多个种子，再在同一批测试样本上做配对 bootstrap。
要看差值的区间，而不是把两个区间摆在一起。绝不只报最好的种子。
集成放在后面：平均概率靠的是成员之间不共有的误差，方差是 ρσ² 加 (1−ρ)σ²/M，推理开销是 M 倍。
独立训练的网络不能平均权重。剪枝等压缩放在最后，上线之前做。
""",
)
say.point(
    en="a fast baseline and one deciding number",
    zh="快速的基线和一个拍板的指标",
    found_en=[r"baseline", r"(small|part|subset).{0,20}(of the )?data", r"in minutes"],
    found_zh=[r"基线", r"(小部分|子集|抽样).{0,6}数据|小数据", r"几分钟"],
)
say.point(
    en="one change at a time, guided by the errors",
    zh="一次改一处，由错误分析来指导",
    found_en=[
        r"one (thing|change|factor) at a time",
        r"(look at|analy[sz]e?|inspect).{0,20}errors",
    ],
    found_zh=[r"一次(只)?改一(处|个)", r"(错误|误差)分析|错在哪里|看.{0,4}错"],
)
say.point(
    en="several seeds, and not the best of them",
    zh="多个种子，不报最好的那个",
    found_en=[r"seeds?\b", r"never report the best", r"spread|standard deviation"],
    found_zh=[r"种子", r"(不能?|绝不)只?报最好", r"标准差|波动"],
)
say.point(
    en="a paired test on the same examples",
    zh="在同一批样本上做配对检验",
    found_en=[r"paired", r"bootstrap", r"same (test )?examples", r"mcnemar"],
    found_zh=[r"配对", r"bootstrap|自助法", r"同一批(测试)?样本", r"mcnemar"],
)
say.point(
    en="ensembles: by unshared errors, at M times the cost",
    zh="集成：靠不共有的误差，开销是 M 倍",
    found_en=[
        r"(errors|mistakes).{0,30}(not "
        r"share|unshared|independent|different|uncorrelated|decorrelat)",
        r"(rho|ρ|correlat)",
        r"(M|several) times.{0,12}(cost|inference|expensive)|costs? M times",
    ],
    found_zh=[
        r"不(共有|相关|相同)的?(误差|错误)",
        r"ρ|rho|相关",
        r"(M|几)\s*倍",
    ],
)
say.point(
    en="do not average weights of independent networks",
    zh="不能平均独立训练的网络的权重",
    found_en=[r"weights.{0,60}(not|never) be averaged", r"(not|never|don't) average.{0,15}weights"],
    found_zh=[r"(不能|不要|别).{0,4}(直接)?平均.{0,6}权重", r"权重.{0,6}不能.{0,4}平均"],
)
say.point(
    en="compression last",
    zh="压缩放在最后",
    found_en=[
        r"(prun|compress|quanti[sz]|distil)\w*.{0,40}(last|end|before (shipping|deploy)|late)",
        r"last.{0,20}(prun|compress)",
    ],
    found_zh=[
        r"(剪枝|压缩|量化|蒸馏).{0,10}(最后|上线前|部署前|上线之前)",
        r"最后.{0,6}(剪枝|压缩)",
    ],
)
