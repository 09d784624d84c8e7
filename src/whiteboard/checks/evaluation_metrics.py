"""Metrics of a classifier: ROC-AUC with ties, precision and recall, average precision, ECE."""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def scored(rng, n, positives, levels=None):
    """Labels and scores that lean the right way; `levels` rounds the scores so that some tie."""
    y = rng.permutation((np.arange(n) < positives).astype(int))
    s = rng.normal(size=n) + y
    return y, (s * levels).round() / levels if levels else s.round(3)


# ---- roc_auc -----------------------------------------------------------------------------------


def _roc_auc(y, s):
    """Pair by pair: won, tied, lost."""
    wins = [(a > b) + 0.5 * (a == b) for a in s[y == 1] for b in s[y == 0]]
    return float(np.mean(wins))


def _pairs(count):
    """The mean over pairs of `count(positive, negative)`."""
    return lambda y, s: float(count(s[y == 1][:, None], s[y == 0][None, :]).mean())


def argsort_ranks(y, s):
    ranks = np.argsort(np.argsort(s, kind="stable"), kind="stable") + 1
    positives, negatives = (y == 1).sum(), (y == 0).sum()
    return (ranks[y == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)


def _without_origin(y, s):
    order = np.argsort(-s, kind="stable")
    hits, cuts = np.cumsum(y[order]), np.append(np.diff(s[order]) != 0, True)
    tpr = hits[cuts] / y.sum()
    fpr = (np.arange(1, len(y) + 1)[cuts] - hits[cuts]) / (1 - y).sum()
    return float(np.trapezoid(tpr, fpr))


def _one_example_at_a_time(y, s):
    hits = y[np.argsort(-s, kind="stable")]
    tpr, fpr = np.cumsum(hits) / y.sum(), np.cumsum(1 - hits) / (1 - y).sum()
    return float(np.trapezoid(np.append(0.0, tpr), np.append(0.0, fpr)))


roc_auc = Check(_roc_auc)
roc_auc.case(
    np.array([0, 1, 0, 1, 1]),
    np.array([0.2, 0.7, 0.5, 0.4, 0.9]),
    en="the share of pairs, a positive and a negative, that the scores order rightly",
    zh="在所有“一正一负”的样本对里，得分顺序正确的比例",
)
roc_auc.case(
    np.array([0, 1, 1, 0, 1, 1, 0]),
    np.array([0.5, 0.5, 0.8, 0.3, 0.5, 0.3, 0.8]),
    en="a tied pair counts one half",
    zh="得分相同的一对算一半",
    ask_en="A positive and a negative have the same score. Is the pair right or wrong?",
    ask_zh="一正一负得分相同，这一对算对还是算错？",
)
roc_auc.case(
    np.array([0, 1, 0, 1]),
    np.array([0.3, 0.3, 0.3, 0.3]),
    en="constant scores order nothing: ½",
    zh="得分全相同等于没有排序：½",
)
roc_auc.case(
    np.array([1, 0, 1, 0, 0]),
    np.array([-3.0, 400.0, 12.0, -70.0, 11.0]),
    en="scores may be any numbers, not only probabilities",
    zh="得分可以是任何数，不一定是概率",
)
roc_auc.case(
    np.array([1, 0, 1, 0, 0]),
    np.array([0.1, 0.4, 0.35, 0.8, 0.2]),
    en="a model that orders worse than chance stays below ½",
    zh="排序比随机还差的模型，结果低于 ½",
)
roc_auc.case(
    np.array([0, 1, 0, 1]),
    np.array([1e-9, 2e-9, 3e-9, 4e-9]),
    en="scores that are close are not tied",
    zh="得分接近不等于得分相同",
)


@roc_auc.property(
    en="a rising function of the scores changes nothing",
    zh="对得分做单调递增变换，结果不变",
)
def _(answer, rng):
    y, s = scored(rng, 30, 8, levels=4)
    return Evidence(given={"y": y, "s": s}, expected=answer(y, s), got=answer(y, np.exp(3 * s)))


@roc_auc.fresh(en="fresh scores with ties", zh="新的得分，有相同的")
def _(rng):
    return scored(rng, 40, 11, levels=3)


roc_auc.trap(
    argsort_ranks,
    en="argsort gives tied scores different ranks, by their place in the array. Give each of them "
    "the "
    "mean of their ranks.",
    zh="argsort 会按位置给相同的得分排出不同的名次。相同的得分应取平均名次。",
    ask_en="All scores are equal. What should the AUC be, and what is yours?",
    ask_zh="得分全相同时 AUC 应是多少？你算出多少？",
)
roc_auc.trap(
    _pairs(lambda a, b: a > b),
    en="Tied pairs count as lost. They count one half.",
    zh="得分相同的对被算成了错。应该算一半。",
)
roc_auc.trap(
    _pairs(lambda a, b: a >= b),
    en="Tied pairs count as won, so that constant scores are perfect. They count one half.",
    zh="得分相同的对被算成了对，于是得分全相同也成了满分。应该算一半。",
)
roc_auc.trap(
    _pairs(lambda a, b: (a < b) + 0.5 * (a == b)),
    en="The order is turned round: this is 1 − AUC.",
    zh="顺序反了：这是 1 − AUC。",
)
roc_auc.trap(
    lambda y, s: float(np.mean((s > 0.5) == (y == 1))),
    en="This is the accuracy at the threshold 0.5. AUC needs no threshold.",
    zh="这是阈值取 0.5 时的准确率。AUC 不需要阈值。",
)
roc_auc.trap(
    _without_origin,
    en="The curve starts at the first threshold instead of at (0, 0): the first piece of the area "
    "is "
    "missing.",
    zh="曲线没有从 (0, 0) 开始，第一段面积漏掉了。",
)
roc_auc.trap(
    lambda y, s: float(
        ((s[:, None] > s) & (y[:, None] > y)).sum() / (len(y) * (len(y) - 1) / 2)
        + ((s[:, None] == s) & (y[:, None] > y)).sum() / (len(y) * (len(y) - 1))
    ),
    en="The denominator counts all pairs. Only pairs of a positive and a negative can be ordered.",
    zh="分母数了所有样本对。只有一正一负的对才谈得上顺序。",
)
roc_auc.trap(
    _one_example_at_a_time,
    en="The curve takes tied examples one after another, so that their place in the array decides. "
    "Keep only the points after the last of a group of equals.",
    zh="曲线把得分相同的样本一个个算，结果取决于它们在数组里的位置。每组同分只保留最后一个点。",
    ask_en="All scores are equal. How many points does your curve have?",
    ask_zh="得分全相同时，你的曲线上有几个点？",
)
roc_auc.trap(
    lambda y, s: max(_roc_auc(y, s), 1 - _roc_auc(y, s)),
    en="Below ½ you turn the result round. A model that orders the wrong way must be seen: its AUC "
    "is below ½.",
    zh="结果低于 ½ 时被翻了过来。顺序排反的模型应当看得出来：它的 AUC 就是低于 ½。",
)


# ---- prf ---------------------------------------------------------------------------------------


def _counts(y, p):
    classes = sorted(set(y.tolist()) | set(p.tolist()))
    table = np.array([[((y == a) & (p == b)).sum() for b in classes] for a in classes], dtype=float)
    return np.diag(table), table.sum(axis=0), table.sum(axis=1)


def _ratio(a, b):
    return np.divide(
        a, b, out=np.zeros(np.shape(np.asarray(a, dtype=float))), where=np.asarray(b) > 0
    )


def _scores(hits, said, real):
    return _ratio(hits, said), _ratio(hits, real), _ratio(2 * hits, said + real)


def _prf(y, p, average):
    hits, said, real = _counts(y, p)
    if average == "micro":
        hits, said, real = (np.array([part.sum()]) for part in (hits, said, real))
    return tuple(float(each.mean()) for each in _scores(hits, said, real))


def _variant(change):
    """prf with `change(y, p, average, precision, recall, f1)` in place of the result."""
    return lambda y, p, average: change(y, p, average, *_prf(y, p, average))


def _swapped(y, p, average):
    return _prf(y, p, {"micro": "macro", "macro": "micro"}[average])


def _harmonic_of_means(y, p, average):
    precision, recall, _ = _prf(y, p, average)
    return precision, recall, float(_ratio(2 * precision * recall, precision + recall))


def _weighted(y, p, average):
    hits, said, real = _counts(y, p)
    if average == "micro":
        return _prf(y, p, average)
    return tuple(float((each * real).sum() / real.sum()) for each in _scores(hits, said, real))


def _real_classes_only(y, p, average):
    hits, said, real = _counts(y, p)
    if average == "micro":
        return _prf(y, p, average)
    return tuple(float(each[real > 0].mean()) for each in _scores(hits, said, real))


def _nan_at_zero(y, p, average):
    hits, said, real = _counts(y, p)
    if average == "micro":
        return _prf(y, p, average)
    with np.errstate(invalid="ignore"):
        return tuple(
            float(np.mean(each)) for each in (hits / said, hits / real, 2 * hits / (said + real))
        )


def _classes_by_number(y, p, average):
    count = len(np.union1d(y, p))
    if average == "micro":
        return _prf(y, p, average)
    table = [[((y == k) & (p == k)).sum(), (p == k).sum(), (y == k).sum()] for k in range(count)]
    return tuple(float(each.mean()) for each in _scores(*np.array(table, dtype=float).T))


prf = Check(_prf, returns=("precision", "recall", "f1"))
_Y, _P = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2]), np.array([0, 0, 1, 2, 1, 1, 2, 2, 2, 0])
prf.case(_Y, _P, "macro", en="macro: the mean over the classes", zh="macro：各类别的平均")
prf.case(
    _Y,
    _P,
    "micro",
    en="micro: all decisions in one pot; with one label each it is the accuracy",
    zh="micro：所有判断放在一起算；每个样本只有一个标签时就是准确率",
)
prf.case(
    np.array([0, 0, 1, 1, 2]),
    np.array([0, 0, 0, 0, 0]),
    "macro",
    en="a class that is never predicted scores 0",
    zh="从没被预测过的类别得 0",
)
prf.case(
    np.array([0, 0, 1, 1]),
    np.array([0, 1, 1, 3]),
    "macro",
    en="a class that is predicted but never real counts too",
    zh="被预测过但从未真正出现的类别也要算进平均",
)


prf.case(
    np.array([2, 2, 7, 7, 7, 40]),
    np.array([2, 7, 7, 7, 2, 40]),
    "macro",
    en="labels are names: they need not be 0, 1, 2, …",
    zh="标签只是名字，不一定是 0、1、2……",
    ask_en="Over which classes does your loop run?",
    ask_zh="你的循环遍历的是哪些类别？",
)


def _labels(rng):
    names = rng.choice(20, size=4, replace=False)
    y = rng.choice(names, size=30)
    return y, np.where(rng.uniform(size=30) < 0.6, y, rng.choice(names, size=30))


@prf.fresh(en="fresh labels, macro", zh="新的标签，macro")
def _(rng):
    return *_labels(rng), "macro"


@prf.fresh(en="fresh labels, micro", zh="新的标签，micro")
def _(rng):
    return *_labels(rng), "micro"


prf.trap(
    _variant(lambda y, p, average, a, b, f: (a, b, (a + b) / 2)),
    en="F1 is the harmonic mean, 2PR/(P + R). The arithmetic mean gives a half for catching "
    "everything by shouting always.",
    zh="F1 是调和平均 2PR/(P + R)。用算术平均，什么都报成正类也能得一半。",
    ask_en="Precision 0.01, recall 1. What is your F1?",
    ask_zh="精确率 0.01，召回率 1，你的 F1 是多少？",
)
prf.trap(
    _variant(lambda y, p, average, a, b, f: (b, a, f)),
    en="Precision and recall are exchanged: precision divides by what was *predicted*, recall by "
    "what "
    "is *there*.",
    zh="精确率和召回率写反了：精确率的分母是**预测**出来的，召回率的分母是**真实**存在的。",
)
prf.trap(
    _swapped,
    en="This is the other average: macro takes the mean over the classes, micro adds up the counts "
    "of all classes first.",
    zh="这是另一种平均：macro 对各类别取平均，micro 先把各类的计数加起来。",
)
prf.trap(
    _harmonic_of_means,
    en="This is the F1 of the mean precision and recall. Macro F1 is the mean of the classes' F1.",
    zh="这是先平均精确率和召回率、再算 F1。macro F1 是各类 F1 的平均。",
)
prf.trap(
    _variant(lambda y, p, average, a, b, f: (a, b, (float(np.mean(y == p)) + b) / 2)),
    en="A mean of accuracy and recall is no F1, though it can be read in answers on the web.",
    zh="准确率和召回率的平均不是 F1，虽然网上有的答案这么写。",
)
prf.trap(
    _weighted,
    en="The classes are weighted by their size. Macro gives every class the same weight, that is "
    "its "
    "point.",
    zh="这里按类别大小加权了。macro 的意义就在于每个类别权重相同。",
)
prf.trap(
    _real_classes_only,
    en="A class that was predicted but never occurs is left out. Its precision is 0 and belongs "
    "into "
    "the mean.",
    zh="漏了被预测过但没有真正出现的类别。它的精确率是 0，应算进平均。",
)
prf.trap(
    _classes_by_number,
    en="The loop runs over 0, 1, 2, … instead of over the labels that occur.",
    zh="循环遍历的是 0、1、2……，而不是实际出现过的标签。",
)
prf.trap(
    _nan_at_zero,
    en="0/0 gives nan for a class that was never predicted. The question counts it as 0.",
    zh="从没被预测过的类别成了 0/0 = nan。题目约定算 0。",
)


# ---- average_precision -------------------------------------------------------------------------


def _thresholds(y, s):
    """(recall, precision) at every distinct score, from the highest down."""
    points = [(y[s >= t].sum() / y.sum(), y[s >= t].mean()) for t in sorted(set(s.tolist()))[::-1]]
    return np.array(points).T


def _average_precision(y, s):
    recall, precision = _thresholds(y, s)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def _trapezoid(y, s):
    recall, precision = _thresholds(y, s)
    recall, precision = np.append(0.0, recall), np.append(1.0, precision)
    return float(np.trapezoid(precision, recall))


def _one_by_one(y, s):
    order = np.argsort(-s, kind="stable")
    hits = y[order]
    return float((np.cumsum(hits) / np.arange(1, len(y) + 1))[hits == 1].mean())


def _interpolated(y, s):
    recall, precision = _thresholds(y, s)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0.0) * best).sum())


average_precision = Check(_average_precision)
average_precision.case(
    np.array([0, 0, 0, 1, 1, 1, 0]),
    np.array([0.4, 0.6, 0.8, 0.1, 0.5, 0.9, 0.7]),
    en="Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds, from the highest down",
    zh="阈值从高到低，求 Σ (Rₙ − Rₙ₋₁) Pₙ",
)
average_precision.case(
    np.array([1, 1, 0, 1, 0, 1, 0]),
    np.array([0.3, 0.5, 0.8, 0.3, 0.5, 0.8, 0.3]),
    en="tied scores pass the threshold together",
    zh="得分相同的样本同时越过阈值",
)
average_precision.case(
    np.array([0, 0, 0, 1]),
    np.zeros(4),
    en="constant scores give the share of positives",
    zh="得分全相同时等于正样本的比例",
)


@average_precision.fresh(en="fresh scores with ties", zh="新的得分，有相同的")
def _(rng):
    return scored(rng, 25, 7, levels=3)


average_precision.trap(
    _trapezoid,
    en="The trapezoid draws straight lines between the points; between them precision does not run "
    "straight, so this is too optimistic. Take steps.",
    zh="梯形法在点之间连直线，而精确率在两点之间并不是直线，结果偏乐观。应该用阶梯。",
)
average_precision.trap(
    _one_by_one,
    en="Tied scores are taken one after another, in the order of the array. They pass the "
    "threshold "
    "together.",
    zh="得分相同的样本按数组顺序一个个算了。它们应该同时越过阈值。",
    ask_en="Turn the arrays round. Does your result change?",
    ask_zh="把两个数组都倒过来，你的结果变了吗？",
)
average_precision.trap(
    lambda y, s: _one_by_one(y[::-1], s[::-1]),
    en="Tied scores are taken one after another, the last of the array first. They pass the "
    "threshold together.",
    zh="得分相同的样本从数组末尾开始一个个算了。它们应该同时越过阈值。",
    ask_en="Turn the arrays round. Does your result change?",
    ask_zh="把两个数组都倒过来，你的结果变了吗？",
)
average_precision.trap(
    _roc_auc,
    en="This is the area under the ROC curve.",
    zh="这是 ROC 曲线下的面积。",
)
average_precision.trap(
    _interpolated,
    en="This lifts each precision to the best one at higher recall, as detection challenges did. "
    "The "
    "question asks for the plain steps.",
    zh="这里把每个精确率换成了更高召回率处的最大值，是检测比赛的做法。题目要的是普通的阶梯。",
)
average_precision.trap(
    lambda y, s: float(np.mean(_thresholds(y, s)[1])),
    en="A mean over the thresholds. Each precision counts as much as recall grows there, nothing "
    "where it does not.",
    zh="这是对阈值取平均。每个精确率的权重是那里召回率的增量，没有增量就不算。",
)


# ---- ece ---------------------------------------------------------------------------------------


def _bins(P, y, bins):
    """(size, mean confidence, accuracy) of every bin that is not empty."""
    confidence, right = P.max(axis=1), P.argmax(axis=1) == y
    found = []
    for k in range(bins):
        inside = (confidence > k / bins) & (confidence <= (k + 1) / bins)
        if inside.any():
            found.append((inside.sum(), confidence[inside].mean(), right[inside].mean(), k))
    return np.array(found, dtype=float).T


def _ece(P, y, bins=10):
    size, confidence, accuracy, _ = _bins(P, y, bins)
    return float((size * np.abs(accuracy - confidence)).sum() / size.sum())


def _from_bins(combine):
    return lambda P, y, bins=10: float(combine(*_bins(P, y, bins), bins))


def _first_class(P, y, bins=10):
    """Calibration of the probability of class 1, as in the binary case."""
    p, positive = P[:, 1], y == 1
    place = np.ceil(p * bins)
    return sum(abs((positive - p)[place == k].sum()) for k in np.unique(place)) / len(y)


def _predictions(rng, n, C):
    logits = rng.normal(size=(n, C)) * 1.5
    P = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    drawn = np.array([rng.choice(C, p=row) for row in P])
    return P, np.where(P.max(axis=1) < 0.6, P.argmax(axis=1), drawn)  # too shy below, honest above


ece = Check(_ece)
_FIRST = np.array([0.85, 0.75, 0.18, 0.68, 0.55, 0.34, 0.65])
ece.case(
    np.stack([_FIRST, 1 - _FIRST], axis=1).round(2),
    np.array([1, 0, 1, 0, 0, 1, 1]),
    en="the mean over the bins of |accuracy − confidence|, weighted by the bins' sizes",
    zh="各箱 |准确率 − 置信度| 的平均，按箱的大小加权",
)
ece.case(
    np.array(
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.05, 0.0, 0.95], [0.85, 0.15, 0.0], [0.22, 0.42, 0.36]]
    ),
    np.array([0, 2, 2, 0, 1]),
    5,
    en="three classes, five bins; a confidence of 1 belongs to the last bin",
    zh="三个类别、五个箱；置信度为 1 的属于最后一箱",
)


@ece.property(
    en="right with probability equal to the confidence gives 0",
    zh="每箱的准确率都等于置信度时为 0",
)
def _(answer):
    P = np.repeat([[0.75, 0.25]], 4, axis=0)
    return Evidence(given={"P": P}, expected=0.0, got=answer(P, np.array([0, 0, 0, 1])))


@ece.fresh(en="fresh predictions of four classes", zh="新的四分类预测")
def _(rng):
    return *_predictions(rng, 40, 4), 8


ece.trap(
    _from_bins(lambda size, confidence, accuracy, k, bins: np.abs(accuracy - confidence).mean()),
    en="Every bin counts the same, however few examples it holds. Weight by size.",
    zh="每箱权重一样，不管里面有几个样本。应按大小加权。",
)
ece.trap(
    _from_bins(lambda size, confidence, accuracy, k, bins: np.abs(accuracy - confidence).max()),
    en="This is the largest gap, the maximum calibration error. ECE is the weighted mean.",
    zh="这是最大的差距，即 MCE。ECE 是加权平均。",
)
ece.trap(
    _from_bins(
        lambda size, confidence, accuracy, k, bins: (
            (size * (confidence - accuracy)).sum() / size.sum()
        )
    ),
    en="Without the absolute value, too sure here and too shy there cancel.",
    zh="没取绝对值，有的箱过于自信、有的箱过于保守，就互相抵消了。",
)
ece.trap(
    _from_bins(
        lambda size, confidence, accuracy, k, bins: (
            np.abs((size * (confidence - accuracy)).sum()) / size.sum()
        )
    ),
    en="This compares the overall accuracy with the overall confidence: one bin. Gaps of opposite "
    "sign cancel.",
    zh="这是拿总的准确率和总的平均置信度比，等于只有一个箱，方向相反的差距会抵消。",
)
ece.trap(
    _from_bins(
        lambda size, confidence, accuracy, k, bins: (
            (size * np.abs(accuracy - (k + 0.5) / bins)).sum() / size.sum()
        )
    ),
    en="The middle of the bin stands in for the confidence. Use the mean confidence of the "
    "examples in "
    "it.",
    zh="用箱的中点代替了置信度。要用箱内样本置信度的平均。",
)
ece.trap(
    _first_class,
    en="This looks at the probability of class 1. With several classes the confidence is the "
    "largest "
    "probability, and right means that its class is the label.",
    zh="这里看的是类别 1 的概率。多分类时置信度是最大的那个概率，它的类别等于标签才算对。",
)


def _ten_bins(P, y, bins=10):
    return _ece(P, y, 10)


def _last_bin_open(P, y, bins=10):
    """Bins [k/bins, (k + 1)/bins): a confidence of 1 is in none."""
    inside = P.max(axis=1) < 1
    return _ece(P[inside], y[inside], bins) * inside.sum() / len(y)


ece.trap(
    _ten_bins,
    en="There are always ten bins: `bins` is not used.",
    zh="不管 `bins` 是多少，总是分成十个箱。",
)
ece.trap(
    _last_bin_open,
    en="A confidence of exactly 1 falls into no bin. The bins are closed on the right.",
    zh="置信度恰好为 1 的样本没进任何箱。区间右端是闭的。",
)


# ---- on paper ----------------------------------------------------------------------------------

alarm_precision = Estimate(0.0194, rtol=0.02)
alarm_precision.trap(
    0.99,
    en="This is the recall: of the sick, how many are found. Asked is: of the alarms, how many "
    "are true.",
    zh="这是召回率：病人里查出多少。问的是：报警里有多少是真的。",
)
alarm_precision.trap(
    0.952,
    en="0.95 is the specificity, and nearly the precision where half of the people are sick. Here "
    "999 of 1,000 are healthy, and 5 % of those give an alarm.",
    zh="0.95 是特异度，也差不多是一半人有病时的精确率。这里 1,000 人有 999 个健康，其中 5% "
    "会误报。",
)

wrong_pairs = Estimate(10_000, unit="pairs", unit_zh="对", rtol=0.01)
wrong_pairs.trap(
    110,
    en="AUC counts pairs, not examples: 100 · 1,000 of them.",
    zh="AUC 数的是样本对，不是样本：一共 100 · 1,000 对。",
)
wrong_pairs.trap(
    90_000,
    en="These are the pairs in the right order.",
    zh="这是顺序正确的对数。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="F1 is the weighted average of accuracy and recall.",
    zh="F1 分数是准确率和召回率的加权平均。",
    because_en="It is the harmonic mean of precision and recall, 2PR/(P + R). Always saying "
    "negative on "
    "1 % positives has F1 = 0; that average gives it 0.495.",
    because_zh="它是精确率和召回率的调和平均 2PR/(P + R)。正样本占 1%、全判为负时 F1 = 0，"
    "而那个“平均”会给出 0.495。",
    source="van Rijsbergen 1979, chapter 7; computed in this lesson",
    source_zh="van Rijsbergen 1979, chapter 7；本课算出",
)
flaws.true(
    en="ROC-AUC is the probability that a random positive scores higher than a random negative, "
    "ties "
    "counting half.",
    zh="ROC-AUC 是随机一个正样本得分高于随机一个负样本的概率，得分相同算一半。",
)
flaws.false(
    en="With very rare positives ROC-AUC is the metric of choice, since it does not depend on "
    "their "
    "share.",
    zh="正样本极少时首选 ROC-AUC，因为它不受正样本比例的影响。",
    because_en="That is why it hides the problem: a small false positive rate of very many "
    "negatives buries "
    "the hits. Precision and average precision show it.",
    because_zh="正因为不受影响，它才会掩盖问题：负样本极多时，很小的假正例率也足以淹没命中。"
    "精确率和平均精确率才看得出来。",
    source="Davis & Goadrich 2006, §1; measured in this lesson",
    source_zh="Davis & Goadrich 2006, §1；本课实测",
)
flaws.false(
    en="A model with a high AUC gives probabilities that can be trusted.",
    zh="AUC 高的模型，输出的概率就可信。",
    because_en="AUC sees only the order: cube all probabilities and it stays the same. Trust is "
    "calibration.",
    because_zh="AUC 只看顺序：把所有概率都立方，AUC 不变。概率可不可信是校准的事。",
    source="Guo et al. 2017, §2; computed in this lesson",
    source_zh="Guo et al. 2017, §2；本课算出",
)
flaws.true(
    en="The threshold is a decision about costs. Choose it on validation data, not on the test "
    "set.",
    zh="阈值取决于代价，要在验证集上选，不能在测试集上选。",
)
flaws.false(
    en="A perfectly calibrated model has an ECE of 0 on every test set.",
    zh="完美校准的模型，在任何测试集上 ECE 都是 0。",
    because_en="ECE is biased upwards: in a bin of few examples accuracy and confidence differ by "
    "chance, "
    "and the absolute value never lets that cancel.",
    because_zh="ECE 有正偏差：箱里样本少时，准确率和置信度总会有随机差异，取了绝对值就抵消不掉。",
    source="Roelofs et al. 2022, abstract; measured in this lesson",
    source_zh="Roelofs et al. 2022, abstract；本课实测",
)
flaws.true(
    en="With one label per example, micro-averaged precision, recall and F1 all equal the "
    "accuracy.",
    zh="每个样本只有一个标签时，micro 平均的精确率、召回率和 F1 都等于准确率。",
)

say = Say(
    model_en="""
Accuracy is useless when one class is rare: always saying no is 99 percent right.
Precision is the share of true ones among my alarms, recall the share of real ones that I find;
F1 is their harmonic mean at one threshold. Macro averages over classes, micro over decisions.
ROC-AUC needs no threshold: it is the probability that a positive scores above a negative, ties one
half. It does not change with the share of positives, so with rare positives I look at the
precision–recall curve and average precision, whose baseline is that share.
Whether probabilities mean what they say is calibration: a reliability diagram, ECE, and temperature
scaling as the remedy. I choose the threshold by costs on validation data and give intervals.
""",
    model_zh="""
一个类别很少时，准确率没有意义：全说“否”就有 99% 正确。
精确率是报警里真的占多少，召回率是真实的里面找到多少；F1 是某个阈值下两者的调和平均。
macro 对类别平均，micro 对所有判断一起算。
ROC-AUC 不需要阈值：它是正样本得分高于负样本的概率，相同算一半。
它不随正样本比例变化，所以正样本稀少时我看 PR 曲线和平均精确率，它的基线就是正样本比例。
概率说得准不准是校准问题：看可靠性图和 ECE，用温度缩放来修正。
阈值按代价在验证集上选，并给出置信区间。
""",
)
say.point(
    en="accuracy misleads when classes are unbalanced",
    zh="类别不平衡时准确率会误导",
    found_en=[
        r"accuracy.{0,40}(useless|mislead|rare|imbalanc|unbalanc|nothing)",
        r"(rare|imbalanc|unbalanc)",
    ],
    found_zh=[
        r"准确率.{0,12}(没有意义|误导|没用|失真)",
        r"不平衡|不均衡|(类别|样本).{0,4}(很少|稀少|极少)",
    ],
)
say.point(
    en="precision and recall, with their denominators",
    zh="精确率和召回率，各自的分母",
    found_en=[
        r"precision.{0,60}(alarm|predict|flag|said)",
        r"(how many|share|fraction|part).{0,30}(alarms|predict|flagged).{0,30}(true|right|correct)",
        r"recall.{0,60}(real|actual|find|found|catch|caught|all positives)",
    ],
    found_zh=[r"精确率.{0,14}(报警|预测|判为)", r"召回率.{0,14}(真实|实际|找到|所有正)"],
)
say.point(
    en="F1: the harmonic mean of the two",
    zh="F1：两者的调和平均",
    found_en=[r"harmonic", r"2\s*PR\s*/"],
    found_zh=[r"调和平均", r"2\s*PR\s*/"],
)
say.point(
    en="AUC: a positive scores above a negative",
    zh="AUC：正样本得分高于负样本的概率",
    found_en=[
        r"probability.{0,40}(positive|one).{0,40}(above|higher|over|beats|outrank)",
        r"(pairs?|rank).{0,40}(order|right|correct)",
    ],
    found_zh=[r"(正样本|正例).{0,12}(高于|大于|排在).{0,10}(负样本|负例)", r"(样本)?对.{0,8}顺序"],
)
say.point(
    en="ties count one half",
    zh="得分相同算一半",
    found_en=[r"ties?\b", r"equal scores.{0,20}half"],
    found_zh=[r"(相同|同分|并列|相等).{0,6}(一半|½|0\.5)"],
)
say.point(
    en="rare positives: precision–recall, average precision",
    zh="正样本稀少：看 PR 曲线、平均精确率",
    found_en=[r"precision.recall curve", r"average precision", r"PR.?AUC|PR curve"],
    found_zh=[r"PR\s*曲线", r"平均精确率", r"PR.?AUC"],
)
say.point(
    en="calibration: do the probabilities mean what they say",
    zh="校准：概率说得准不准",
    found_en=[r"calibrat", r"reliability diagram", r"\bECE\b", r"temperature scaling"],
    found_zh=[r"校准", r"可靠性图", r"\bECE\b", r"温度缩放"],
)
say.point(
    en="the threshold by costs, on validation data",
    zh="阈值按代价在验证集上选",
    found_en=[r"threshold.{0,40}(cost|validation|business)", r"(cost|validation).{0,40}threshold"],
    found_zh=[r"阈值.{0,12}(代价|成本|验证集|业务)", r"(代价|验证集).{0,12}阈值"],
)
