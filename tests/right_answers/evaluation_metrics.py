"""Metrics: other right answers, and every trap written a second way."""

import itertools

import numpy as np

# ---- roc_auc -----------------------------------------------------------------------------------


def by_all_pairs(y, s):
    up, down = s[y == 1][:, None], s[y == 0]
    return np.mean(np.sign(up - down) + 1) / 2


def by_curve(y, s):
    """The trapezoid rule from (0, 0), equal scores in one step."""
    tpr, fpr = [0.0], [0.0]
    for t in np.unique(s)[::-1]:
        tpr.append(np.mean(s[y == 1] >= t))
        fpr.append(np.mean(s[y == 0] >= t))
    return np.trapezoid(tpr, fpr)


def wrong_pairs(win, tie):
    def answer(y, s):
        points = [
            win if a > b else tie if a == b else 1 - win
            for a in s[y == 1].tolist()
            for b in s[y == 0].tolist()
        ]
        return sum(points) / len(points)

    return answer


def ranks_by_order(y, s):
    order = sorted(range(len(s)), key=lambda i: s[i])
    total = sum(place for place, i in enumerate(order, 1) if y[i])
    n = int(np.sum(y))
    return (total - n * (n + 1) / 2) / (n * (len(y) - n))


def curve_without_start(y, s):
    cuts = np.unique(s)[::-1]
    tpr = np.array([np.mean(s[y == 1] >= t) for t in cuts])
    fpr = np.array([np.mean(s[y == 0] >= t) for t in cuts])
    return float(((fpr[1:] - fpr[:-1]) * (tpr[1:] + tpr[:-1]) / 2).sum())


def all_pairs_below(y, s):
    n, wins = len(y), 0.0
    for i in range(n):
        for j in range(n):
            if y[i] == 1 and y[j] == 0:
                wins += 1.0 if s[i] > s[j] else 0.5 if s[i] == s[j] else 0.0
    return wins / (n * (n - 1) / 2)


def curve_point_by_point(y, s):
    """The area in columns: for each negative the positives met before it."""
    met = area = 0
    for i in sorted(range(len(s)), key=lambda i: -s[i]):
        met += y[i]
        area += 0 if y[i] else met
    return area / (met * (len(y) - met))


def never_below_half(y, s):
    return 0.5 + abs(by_all_pairs(y, s) - 0.5)


# ---- prf ---------------------------------------------------------------------------------------


def divide(a, b):
    return a / b if b else 0.0


def tables(y, p, classes=None):
    classes = sorted(set(y.tolist()) | set(p.tolist())) if classes is None else classes
    return [
        (
            sum(a == b == c for a, b in zip(y.tolist(), p.tolist(), strict=True)),
            p.tolist().count(c),
            y.tolist().count(c),
        )
        for c in classes
    ]


def by_tables(y, p, average):
    rows = tables(y, p)
    if average == "micro":
        rows = [tuple(map(sum, zip(*rows, strict=True)))]
    each = [(divide(h, s), divide(h, r), divide(2 * h, s + r)) for h, s, r in rows]
    return tuple(sum(column) / len(each) for column in zip(*each, strict=True))


def by_formula(y, p, average):
    """F1 from precision and recall of each class; returns an array."""
    found = []
    for h, s, r in tables(y, p):
        a, b = divide(h, s), divide(h, r)
        found.append((a, b, divide(2 * a * b, a + b)))
    if average == "micro":
        return np.full(3, np.mean(y == p))
    return np.mean(found, axis=0)


def weighted(y, p, average):
    if average == "micro":
        return by_tables(y, p, average)
    rows = tables(y, p)
    size = [r / len(y) for *_, r in rows]
    each = [(divide(h, s), divide(h, r), divide(2 * h, s + r)) for h, s, r in rows]
    return tuple(np.dot(size, column) for column in zip(*each, strict=True))


def only_real(y, p, average):
    if average == "micro":
        return by_tables(y, p, average)
    rows = tables(y, p, sorted(set(y.tolist())))
    each = [(divide(h, s), divide(h, r), divide(2 * h, s + r)) for h, s, r in rows]
    return tuple(np.mean(each, axis=0))


def with_nan(y, p, average):
    if average == "micro":
        return by_tables(y, p, average)
    h, s, r = np.array(tables(y, p), dtype=float).T
    with np.errstate(invalid="ignore"):
        return np.mean(h / s), np.mean(h / r), np.mean(2 * h / (s + r))


def by_number(y, p, average):
    if average == "micro":
        return by_tables(y, p, average)
    rows = tables(y, p, range(len(set(y.tolist() + p.tolist()))))
    each = [(divide(h, s), divide(h, r), divide(2 * h, s + r)) for h, s, r in rows]
    return tuple(np.mean(each, axis=0))


def changed(rule):
    return lambda y, p, average: rule(y, p, *by_tables(y, p, average))


# ---- average_precision -------------------------------------------------------------------------


def by_groups(y, s):
    total = hits = taken = 0
    for t in sorted(set(s.tolist()), reverse=True):
        group = y[s == t]
        hits, taken = hits + group.sum(), taken + len(group)
        total += group.sum() * hits / taken
    return total / y.sum()


def by_positives(y, s):
    """The mean over the positives of the precision at their own score."""
    return np.mean([y[s >= t].mean() for t in s[y == 1]])


def curve(y, s):
    cuts = np.unique(s)[::-1]
    return (
        np.array([y[s >= t].sum() / y.sum() for t in cuts]),
        np.array([y[s >= t].mean() for t in cuts]),
    )


def straight_lines(y, s):
    recall, precision = curve(y, s)
    recall, precision = np.insert(recall, 0, 0), np.insert(precision, 0, 1)
    return np.sum((recall[1:] - recall[:-1]) * (precision[1:] + precision[:-1])) / 2


def in_order(y, s):
    seen = found = total = 0
    for i in sorted(range(len(s)), key=lambda i: -s[i]):
        seen, found = seen + 1, found + y[i]
        total += y[i] * found / seen
    return total / y.sum()


def from_the_end(y, s):
    hits = y[np.argsort(s, kind="stable")[::-1]]
    seen = np.flatnonzero(hits) + 1
    return np.mean(np.arange(1, len(seen) + 1) / seen)


def envelope(y, s):
    recall, precision = curve(y, s)
    steps = recall - np.insert(recall[:-1], 0, 0)
    return sum(d * precision[i:].max() for i, d in enumerate(steps))


# ---- ece ---------------------------------------------------------------------------------------


def gaps(P, y, bins):
    c = np.max(P, axis=1)
    ok = (np.argmax(P, axis=1) == y).astype(float)
    place = np.minimum((c * bins).astype(int), bins - 1)
    return [
        (int(np.sum(place == k)), ok[place == k].mean(), c[place == k].mean(), k)
        for k in range(bins)
        if np.any(place == k)
    ]


def by_bincount(P, y, bins=10):
    c, ok = P.max(1), P.argmax(1) == y
    place = np.digitize(c, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    return np.abs(np.bincount(place, c) - np.bincount(place, ok)).sum() / len(y)


def from_gaps(rule):
    return lambda P, y, bins=10: float(rule(gaps(P, y, bins), len(y), bins))


def class_one(P, y, bins=10):
    c, total = P[:, 1], 0.0
    for k in range(bins + 1):
        inside = np.ceil(c * bins) == k
        if inside.any():
            total += abs(np.mean(y[inside] == 1) - c[inside].mean()) * inside.sum()
    return total / len(y)


def without_the_certain(P, y, bins=10):
    c, total = P.max(1), 0.0
    edges = np.linspace(0, 1, bins + 1)
    for low, high in itertools.pairwise(edges):
        inside = (c >= low) & (c < high)
        if inside.any():
            total += abs(c[inside].sum() - (P.argmax(1) == y)[inside].sum())
    return total / len(y)


RIGHT = {
    "roc_auc": [by_all_pairs, by_curve],
    "prf": [by_tables, by_formula],
    "average_precision": [by_groups, by_positives],
    "ece": [by_bincount, from_gaps(lambda g, n, bins: sum(m * abs(a - c) for m, a, c, _ in g) / n)],
    "alarm_precision": ["1.94 %", 0.01943],
    "wrong_pairs": ["10000 pairs", 1e4],
    "flaws": [{6, 4, 3, 1}, "1，3，4，6"],
}

TWINS = {
    "roc_auc": {
        1: ranks_by_order,
        2: wrong_pairs(1, 0),
        3: wrong_pairs(1, 1),
        4: lambda y, s: 1 - by_all_pairs(y, s),
        5: lambda y, s: float(((s > 0.5).astype(int) == y).mean()),
        6: curve_without_start,
        7: all_pairs_below,
        8: curve_point_by_point,
        9: never_below_half,
    },
    "prf": {
        1: changed(lambda y, p, a, b, f: (a, b, 0.5 * a + 0.5 * b)),
        2: changed(lambda y, p, a, b, f: (b, a, f)),
        3: lambda y, p, average: by_tables(y, p, "macro" if average == "micro" else "micro"),
        4: changed(lambda y, p, a, b, f: (a, b, divide(2 * a * b, a + b))),
        5: changed(lambda y, p, a, b, f: (a, b, (sum(y == p) / len(y) + b) / 2)),
        6: weighted,
        7: only_real,
        8: by_number,
        9: with_nan,
    },
    "average_precision": {
        1: straight_lines,
        2: in_order,
        3: from_the_end,
        4: by_all_pairs,
        5: envelope,
        6: lambda y, s: curve(y, s)[1].mean(),
    },
    "ece": {
        1: from_gaps(lambda g, n, bins: np.mean([abs(a - c) for _, a, c, _ in g])),
        2: from_gaps(lambda g, n, bins: max(abs(a - c) for _, a, c, _ in g)),
        3: from_gaps(lambda g, n, bins: sum(m * (c - a) for m, a, c, _ in g) / n),
        4: lambda P, y, bins=10: abs(P.max(1).mean() - (P.argmax(1) == y).mean()),
        5: from_gaps(
            lambda g, n, bins: sum(m * abs(a - (2 * k + 1) / (2 * bins)) for m, a, _, k in g) / n
        ),
        6: class_one,
        7: lambda P, y, bins=10: by_bincount(P, y),
        8: without_the_certain,
    },
    "alarm_precision": {1: "99 %", 2: "95.2 %"},
    "wrong_pairs": {1: 110, 2: "90,000"},
}

TWO_AT_ONCE = {
    "roc_auc": [(wrong_pairs(0, 0), {2, 4})],
    "prf": [(changed(lambda y, p, a, b, f: (b, a, (a + b) / 2)), {1, 2})],
    "average_precision": [(lambda y, s: straight_lines(y, -s), {1})],
    "ece": [(from_gaps(lambda g, n, bins: np.mean([c - a for _, a, c, _ in g])), {1, 3})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "accuracy is useless with 1 % positives",
                    "the classes are imbalanced",
                    "accuracy is misleading here",
                ],
                "the classes are not imbalanced",
            ),
            (
                [
                    "precision: how many of my alarms are true",
                    "recall is how many of the real ones I catch",
                    "precision looks at what was predicted positive",
                ],
                "precision is not about my alarms",
            ),
            (
                ["F1 is the harmonic mean", "their harmonic mean", "2PR/(P+R)"],
                "F1 is not the harmonic mean",
            ),
            (
                [
                    "the probability that a positive scores higher than a negative",
                    "the share of pairs in the right order",
                    "the probability that a positive one outranks a negative",
                ],
                "it is not about pairs in the right order",
            ),
            (
                ["ties count one half", "a tie counts half", "equal scores count half"],
                "ties do not count",
            ),
            (
                [
                    "I look at the precision–recall curve",
                    "average precision drops",
                    "use PR-AUC",
                ],
                "I never use average precision",
            ),
            (
                ["check the calibration", "draw a reliability diagram", "ECE is low"],
                "calibration is not needed",
            ),
            (
                [
                    "the threshold follows from the costs",
                    "choose the threshold on validation data",
                    "costs decide the threshold",
                ],
                "the threshold does not depend on costs",
            ),
        ],
        "zh": [
            (
                ["准确率没有意义", "类别不平衡", "正样本很少"],
                "准确率没有意义的说法不对，类别并非不平衡",
            ),
            (
                [
                    "精确率看报警里有多少是真的",
                    "召回率是真实的里面找到多少",
                    "精确率的分母是预测为正的",
                ],
                "精确率和预测为正的个数没有关系",
            ),
            (["F1 是调和平均", "两者的调和平均数", "2PR/(P+R)"], "F1 不是调和平均"),
            (
                ["正样本得分高于负样本的概率", "正例排在负例前面的概率", "样本对里顺序正确的比例"],
                "它不是正样本高于负样本的概率",
            ),
            (["得分相同算一半", "同分的算 0.5", "并列算一半"], "相同的不算一半"),
            (["看 PR 曲线", "看平均精确率", "用 PR-AUC"], "不看 PR 曲线"),
            (["还要看校准", "画可靠性图", "用温度缩放修正"], "不用校准"),
            (
                ["阈值按代价定", "阈值在验证集上选", "根据代价来定阈值"],
                "阈值和代价没有关系",
            ),
        ],
    }
}

EQUIVALENT = {
    "prf": {
        "np.union1d(y, p) → np.union1d(p, y) in classes = np.union1d(y, p)[:, None]": (
            "same value: a union has no order"
        ),
    },
    "ece": {
        "right - confidence → confidence - right in gaps = [(right - confidence)[place == k].sum() "
        "for k in np.unique(place)]": "same value: the size of a gap does not see its sign",
    },
}
