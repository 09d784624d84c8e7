"""Overfitting and leakage: other right answers, and every trap written a second way."""

import random

import numpy as np

# ---- early_stop --------------------------------------------------------------------------------


def with_a_counter(val, patience, delta):
    best = bad = 0
    for epoch in range(1, len(val)):
        if val[best] - val[epoch] > delta:
            best, bad = epoch, 0
        else:
            bad += 1
        if bad == patience:
            return best, epoch
    return best, len(val) - 1


def by_distance(val, patience, delta):
    """No counter: the epochs since the best one say it."""
    best, best_loss = 0, np.inf
    for epoch, loss in enumerate(np.asarray(val, dtype=np.float32)):
        if loss < best_loss - delta:
            best, best_loss = epoch, loss
        elif epoch - best >= patience:
            return np.int64(best), np.int64(epoch)
    return np.int64(best), np.int64(len(val) - 1)


def wrong_stop(gain, patience_of=lambda p: p, reset=True, creep=False):
    """Early stopping with a while loop; `gain(best, previous, loss, delta)` decides."""

    def answer(val, patience, delta):
        at = low = 0
        left, epoch = patience_of(patience), 0
        while epoch + 1 < len(val) and left:
            epoch += 1
            if gain(val[low], val[epoch - 1], val[epoch], delta):
                at = low = epoch
                left = patience_of(patience) if reset else left
            else:
                left -= 1
                if creep and val[epoch] < val[low]:
                    at = low = epoch
        return at, epoch

    return answer


def drop(best, previous, loss, delta):
    return best - loss > delta


def change(function):
    """A right stop, its result rewritten by `function(val, patience, best, stop)`."""

    def answer(val, patience, delta):
        return function(val, patience, *with_a_counter(val, patience, delta))

    return answer


def lowest_seen(val, patience, best, stop):
    return min(range(stop + 1), key=lambda epoch: val[epoch]), stop


# ---- kfold -------------------------------------------------------------------------------------


def dealt_like_cards(n, k, groups, rng):
    """Shuffle, then every k-th to the same fold; folds as lists."""
    names = list(range(n)) if groups is None else sorted(set(np.asarray(groups).tolist()))
    rng.shuffle(names)
    home = {name: place % k for place, name in enumerate(names)}
    labels = range(n) if groups is None else np.asarray(groups).tolist()
    folds = [[] for _ in range(k)]
    for row, label in enumerate(labels):
        folds[home[label]].append(row)
    return folds


def by_sorting_keys(n, k, groups, rng):
    """Random keys instead of a permutation; rows of a fold in any order; a tuple of arrays."""
    labels = np.arange(n) if groups is None else np.asarray(groups)
    names, inverse = np.unique(labels, return_inverse=True)
    rank = rng.random(len(names)).argsort().argsort()
    fold = (rank * k // len(names))[inverse]
    return tuple(np.nonzero(fold == i)[0][::-1].astype(np.int32) for i in range(k))


def wrong_fold(shuffle, home, use_groups=True, inside=True):
    """`shuffle(count, rng)` orders the names, `home(place, count, k)` gives each its fold."""

    def answer(n, k, groups, rng):
        labels = list(range(n)) if groups is None or not use_groups else list(groups)
        names = sorted(set(labels))
        order = shuffle(len(names), rng)
        fold = {names[j]: home(place, len(names), k) for place, j in enumerate(order)}
        return [
            np.array([r for r in range(n) if (fold[labels[r]] == i) == inside], dtype=int)
            for i in range(k)
        ]

    return answer


def shuffled(count, rng):
    return rng.permutation(count).tolist()


def even(place, count, k):
    return place * k // count


def in_blocks(place, count, k):
    """The first folds get one more, as array_split does."""
    small, more = divmod(count, k)
    edge = more * (small + 1)
    return place // (small + 1) if place < edge else more + (place - edge) // small


def seeded_elsewhere(count, rng):
    return random.sample(range(count), count)


def seeded_inside(count, rng):
    return np.random.default_rng(42).permutation(count).tolist()


def sorted_in_place(n, k, groups, rng):
    if groups is not None:
        groups.sort()
    return by_sorting_keys(n, k, groups, rng)


def each_on_its_own(n, k, groups, rng):
    labels = list(range(n)) if groups is None else list(groups)
    fold = {name: int(rng.random() * k) for name in sorted(set(labels))}
    return [[r for r in range(n) if fold[labels[r]] == i] for i in range(k)]


# ---- pipeline_cv -------------------------------------------------------------------------------


def standard(A, basis, ddof=0):
    return (A - basis.mean(0)) / basis.std(0, ddof=ddof)


def strength(X, y):
    """|r| of each column with y."""
    return np.abs([np.corrcoef(x, y)[0, 1] for x in X.T])


def closest(A, y, B):
    gap = [np.linalg.norm(B - A[y == c].mean(0), axis=1) for c in (0, 1)]
    return (gap[1] < gap[0]).astype(int)


def with_masks(X, y, folds, select_k):
    """Boolean masks, deviation with n − 1, float32 in the end; right all the same."""
    predicted = np.full(len(y), -1)
    for fold in folds:
        out = np.isin(np.arange(len(y)), fold)
        A, B = X[~out], X[out]
        A, B = standard(A, A, ddof=1), standard(B, X[~out], ddof=1)
        keep = np.argpartition(strength(A, y[~out]), -select_k)[-select_k:]
        predicted[out] = closest(A[:, keep], y[~out], B[:, keep])
    return predicted, np.float32((predicted == y).sum() / len(y))


def row_by_row(X, y, folds, select_k):
    """A difference of means over a pooled deviation ranks as |r| does."""
    predicted = [None] * len(y)
    for fold in folds:
        rest = sorted(set(range(len(y))) - set(np.asarray(fold).tolist()))
        A, t = X[rest], y[rest]
        m0, m1 = A[t == 0].mean(0), A[t == 1].mean(0)
        keep = np.argsort(np.abs(m1 - m0) / A.std(0))[::-1][:select_k]
        for row in fold:
            d0, d1 = (
                sum(((X[row, j] - m[j]) / A[:, j].std()) ** 2 for j in keep) for m in (m0, m1)
            )
            predicted[row] = int(d1 < d0)
    return np.array(predicted), sum(int(p == t) for p, t in zip(predicted, y, strict=True)) / len(y)


def wrong_pipeline(rank=None, scaled=None, learn=None, score=None):
    """`rank(X, y, rest)`, `scaled(X, rest, fold)`, `learn(rest, all)`, `score(hits, folds)`."""

    def answer(X, y, folds, select_k):
        every, predicted = np.arange(len(y)), np.zeros(len(y), dtype=int)
        for fold in folds:
            rest = np.delete(every, fold)
            rest = learn(rest, every) if learn else rest
            Z = scaled(X, rest, fold) if scaled else standard(X, X[rest])
            order = rank(X, y, rest) if rank else -strength(X[rest], y[rest])
            keep = order.argsort()[:select_k]
            predicted[fold] = closest(Z[np.ix_(rest, keep)], y[rest], Z[np.ix_(fold, keep)])
        hits = predicted == y
        return predicted, score(hits, folds) if score else hits.mean()

    return answer


def each_by_its_own(X, rest, fold):
    Z = np.zeros(X.shape)
    Z[rest], Z[fold] = standard(X[rest], X[rest]), standard(X[fold], X[fold])
    return Z


def signed(X, y, rest):
    return -np.array([np.corrcoef(x, y[rest])[0, 1] for x in X[rest].T])


RIGHT = {
    "early_stop": [with_a_counter, by_distance],
    "kfold": [dealt_like_cards, by_sorting_keys],
    "pipeline_cv": [with_masks, row_by_row],
    "best_of_many": [0.625, "0.62"],
    "twins_in_training": [0.8, "0.8"],
    "flaws": [{8, 6, 5, 3, 2}, "2，3，5，6，8"],
}

TWINS = {
    "early_stop": {
        1: wrong_stop(drop, reset=False),
        2: wrong_stop(lambda best, previous, loss, delta: best - loss >= delta),
        3: wrong_stop(lambda best, previous, loss, delta: previous - loss > delta),
        4: wrong_stop(drop, patience_of=lambda p: p + 1),
        5: wrong_stop(lambda best, previous, loss, delta: best > loss),
        6: change(lambda val, patience, best, stop: (stop, stop)),
        7: change(lambda val, patience, best, stop: (list(val).index(min(val)), stop)),
        8: change(lambda val, patience, best, stop: (stop - min(patience, stop), stop)),
        9: wrong_stop(drop, creep=True),
        10: change(lowest_seen),
    },
    "kfold": {
        1: wrong_fold(lambda count, rng: range(count), in_blocks),
        2: wrong_fold(shuffled, even, use_groups=False),
        3: wrong_fold(shuffled, lambda place, count, k: place // (count // k)),
        4: wrong_fold(shuffled, lambda place, count, k: min(place // (count // k), k - 1)),
        5: each_on_its_own,
        6: wrong_fold(shuffled, even, inside=False),
        7: wrong_fold(seeded_inside, in_blocks),
        8: wrong_fold(seeded_elsewhere, even),
        9: sorted_in_place,
    },
    "pipeline_cv": {
        1: wrong_pipeline(rank=lambda X, y, rest: -strength(X, y)),
        2: wrong_pipeline(scaled=lambda X, rest, fold: standard(X, X)),
        3: wrong_pipeline(scaled=each_by_its_own),
        4: wrong_pipeline(scaled=lambda X, rest, fold: X),
        5: wrong_pipeline(rank=signed),
        6: wrong_pipeline(rank=lambda X, y, rest: strength(X[rest], y[rest])),
        7: wrong_pipeline(learn=lambda rest, every: every),
        8: wrong_pipeline(
            score=lambda hits, folds: sum(hits[f].mean() for f in folds) / len(folds)
        ),
    },
    "best_of_many": {1: "0.5"},
    "twins_in_training": {1: "0.2"},
}

TWO_AT_ONCE = {
    "early_stop": [
        (wrong_stop(drop, patience_of=lambda p: p + 1, reset=False), {1, 4}),
        (wrong_stop(lambda best, previous, loss, delta: previous >= loss), {2, 3, 5}),
    ],
    "kfold": [
        (wrong_fold(lambda count, rng: range(count), in_blocks, use_groups=False), {1, 2}),
        (wrong_fold(seeded_inside, even, use_groups=False), {2, 7}),
    ],
    "pipeline_cv": [
        (
            wrong_pipeline(
                rank=lambda X, y, rest: -strength(X, y),
                scaled=lambda X, rest, fold: standard(X, X),
            ),
            {1, 2},
        ),
        (wrong_pipeline(rank=signed, scaled=lambda X, rest, fold: X), {4, 5}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the gap between the two losses grows",
                    "validation loss rises while training loss falls",
                    "the validation error goes up again",
                ],
                "there is no gap between the two",
            ),
            (
                [
                    "first I look for duplicates across the split",
                    "all rows of one group go to one side",
                    "the split must respect time",
                ],
                "I never look for duplicates",
            ),
            (
                [
                    "the scaler is fitted on the training rows",
                    "feature selection happens inside each fold",
                    "put everything into a pipeline",
                ],
                "selection does not have to happen inside the folds",
            ),
            (
                ["collect more data", "I augment the images", "more labelled data helps most"],
                "without more data",
            ),
            (
                ["add weight decay", "dropout helps too", "take a smaller model"],
                "I would not add dropout",
            ),
            (
                [
                    "early stopping with patience",
                    "restore the best weights",
                    "keep the best checkpoint",
                ],
                "early stopping is not needed",
            ),
            (
                [
                    "the test set is used once",
                    "open the test set at the very end",
                    "only once do I score on the test data",
                ],
                "the test set is not used once",
            ),
        ],
        "zh": [
            (
                ["训练和验证的差距越来越大", "验证损失开始上升", "验证误差反弹了"],
                "两者没有差距",
            ),
            (
                ["先查有没有重复样本", "同一个病人只能在一边", "要按时间划分"],
                "没有查重复样本",
            ),
            (
                ["标准化只在训练集上拟合", "特征选择放在循环里", "整个写成 pipeline"],
                "选特征不放在折内",
            ),
            (["多收集数据", "做数据增强", "增加样本"], "不增加数据"),
            (["加权重衰减", "用 dropout", "换个小一点的模型"], "不用 dropout"),
            (["用早停", "恢复最好的权重", "保留最佳 checkpoint"], "不用早停"),
            (
                ["测试集只用一次", "测试集留到最后", "最后才看测试集"],
                "测试集并非只用一次",
            ),
        ],
    }
}

EQUIVALENT = {}
