"""Overfitting and leakage: early stopping, folds that respect groups, and an honest pipeline.

`early_stop` is judged against a reference that jumps from improvement to improvement and keeps no
counter. `kfold` has many right answers and is judged by properties: a partition, sizes, whole
groups, and the share of calls in which two rows land in one fold. `pipeline_cv` is judged on the
held-out predictions, where a single accuracy would often agree by chance.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- early_stop --------------------------------------------------------------------------------


def _early_stop(val, patience, delta):
    """From one improvement to the next: stop where the next one is too far away, or the end."""
    best, last = 0, len(val) - 1
    while True:
        better = np.flatnonzero(np.asarray(val)[best + 1 :] < val[best] - delta)
        gap = better[0] + 1 if better.size else len(val)
        if gap > patience or not better.size:
            return best, min(best + patience, last)
        best += int(gap)


def _allowed(val, patience, delta):
    fits = np.ndim(val) == 1 and len(val) > 0 and np.isfinite(val).all()
    return bool(fits and patience >= 1 and patience == int(patience) and delta >= 0)


early_stop = Check(_early_stop, returns=("best_epoch", "stop_epoch"), domain=_allowed)
early_stop.case(
    np.array([3.0, 2.0, 1.0, 2.0, 1.5, 4.0, 2.0, 0.5]),
    3,
    0.0,
    en="stops at the third epoch in a row without improvement; the best epoch lies before",
    zh="连续第三个没有改进的 epoch 处停下，最佳 epoch 在它之前",
)
early_stop.case(
    np.array([5.0, 6.0, 4.0, 4.5, 3.0, 3.5, 3.5, 2.0, 9.0]),
    3,
    0.0,
    en="an improvement starts the count again; training may end before patience does",
    zh="一有改进就重新计数；也可能还没耗尽耐心，训练就结束了",
)
early_stop.case(
    np.array([2.0, 1.0, 1.0, 1.0, 1.0, 0.5]),
    2,
    0.0,
    en="an equal loss is no improvement",
    zh="损失相等不算改进",
    ask_en="With delta = 0, is a loss that equals the best one lower by more than delta?",
    ask_zh="delta = 0 时，与最佳值相等的损失，算不算低了超过 delta？",
)
early_stop.case(
    np.array([4.0, 3.5, 3.25, 3.0, 2.875, 2.75, 2.5, 2.25, 2.125]),
    3,
    0.5,
    en="an improvement beats the loss at best_epoch by more than delta; delta itself is too little",
    zh="改进是指比 best_epoch 处的损失低出超过 delta，恰好等于 delta 不算",
    ask_en="Which earlier loss do you compare with, and is 0.5 more than 0.5?",
    ask_zh="你在和之前的哪个损失比？0.5 比 0.5 大吗？",
)
early_stop.case(
    np.array([4.0, 2.0, 1.75, 1.625]),
    3,
    0.5,
    en="a gain that does not exceed delta moves nothing, not even at the last epoch",
    zh="降幅没超过 delta，就什么都不变，最后一个 epoch 也一样",
)
early_stop.case(
    np.array([4.0, 3.0, 2.0, 3.0, 1.0, 3.0, 3.0, 3.0]) * 2.0**-30,
    2,
    0.0,
    en="tiny losses count as well: only delta says what is too little",
    zh="很小的损失也一样：多小算不够，只由 delta 决定",
)
early_stop.case(
    np.array([1.0, 1.5, 2.0, 0.5]),
    1,
    0.0,
    en="patience 1 stops at the first epoch that does not improve",
    zh="patience 为 1 时，第一个没有改进的 epoch 就停",
)


@early_stop.fresh(en="a fresh noisy curve", zh="新的带噪声的曲线")
def _(rng):
    curve = 8 + 24 / np.arange(1, 41) + rng.integers(-6, 7, size=40)
    return np.round(curve) / 8, int(rng.integers(2, 5)), float(rng.integers(0, 3)) / 8


def candidate(val, patience, delta):
    best, best_epoch, bad = float("inf"), 0, 0
    for epoch, loss in enumerate(val):
        if loss < best - delta:
            best, best_epoch = loss, epoch
        else:
            bad += 1
            if bad == patience:
                return best_epoch, epoch
    return best_epoch, len(val) - 1


def _stopper(better, update=lambda loss, best, delta: False, late=0):
    """Early stopping with its comparison, its bookkeeping or its patience exchanged."""

    def answer(val, patience, delta):
        best, best_epoch, wait = val[0], 0, 0
        for epoch in range(1, len(val)):
            previous, loss = val[epoch - 1], val[epoch]
            if better(loss, best, previous, delta):
                best, best_epoch, wait = loss, epoch, 0
                continue
            if update(loss, best, delta):
                best, best_epoch = loss, epoch
            wait += 1
            if wait >= patience + late:
                return best_epoch, epoch
        return best_epoch, len(val) - 1

    return answer


def _right(loss, best, previous, delta):
    return loss < best - delta


def _last_weights(val, patience, delta):
    stop = _early_stop(val, patience, delta)[1]
    return stop, stop


def _lowest_so_far(val, patience, delta):
    stop = _early_stop(val, patience, delta)[1]
    return int(np.argmin(val[: stop + 1])), stop


def _from_the_end(val, patience, delta):
    stop = _early_stop(val, patience, delta)[1]
    return max(stop - patience, 0), stop


early_stop.trap(
    candidate,
    en="The counter is never set back, so it counts all bad epochs together. An improvement must "
    "reset it to 0: patience is about epochs in a row.",
    zh="计数器从不清零，把没改进的 epoch 全累加了。一有改进就要清零：patience 数的是连续几个。",
)
early_stop.trap(
    _stopper(lambda loss, best, previous, delta: loss <= best - delta),
    en="A gain of exactly delta counts as an improvement here, so with delta = 0 a plateau never "
    "stops. The question asks for more than delta: <, not <=.",
    zh="恰好低 delta 也算成了改进，delta = 0 时损失持平就永远停不下来。题目要求超过：用 <。",
)
early_stop.trap(
    _stopper(lambda loss, best, previous, delta: loss < previous - delta),
    en="Each loss is compared with the epoch before. A curve that zigzags upwards then improves "
    "every second epoch. Compare with the best loss so far.",
    zh="这里每次和上一个 epoch 比，震荡上升的曲线隔一步就“改进”一次。要和目前的最佳值比。",
)
early_stop.trap(
    _stopper(_right, late=1),
    en="It stops an epoch late: > patience lets one bad epoch too many go by. Stop when the count "
    "reaches patience.",
    zh="晚停了一个 epoch：写成 > patience 会多放过一个。计数达到 patience 就该停。",
)
early_stop.trap(
    _stopper(lambda loss, best, previous, delta: loss < best),
    en="delta is not used: any decrease, however small, resets the count. It must exceed delta.",
    zh="没有用到 delta：损失降一点点也清零。要降得超过 delta 才算改进。",
)
early_stop.trap(
    _last_weights,
    en="best_epoch is the epoch at which training stopped: these are the last weights, patience "
    "epochs past the best. Restore the best ones.",
    zh="best_epoch 给成了停下来的那个 epoch，那是最后的权重。应恢复验证损失最低时的权重。",
)
early_stop.trap(
    lambda val, patience, delta: (int(np.argmin(val)), _early_stop(val, patience, delta)[1]),
    en="best_epoch is the minimum of the whole curve, also of epochs after the stop that nobody "
    "trained. It ignores delta too.",
    zh="这是整条曲线的最小值，连停下之后根本没训练的 epoch 也看了，也没考虑 delta。",
)
early_stop.trap(
    _from_the_end,
    en="stop_epoch − patience is the best epoch only if patience ran out, not if the epochs did. "
    "Note the epoch when the loss improves.",
    zh="耐心耗尽时才有 best_epoch = stop_epoch − patience，epoch 先跑完就不对了。改进时就记下来。",
)
early_stop.trap(
    _stopper(_right, update=lambda loss, best, delta: loss < best),
    en="A small gain moves the best loss without resetting the count, so a slow, steady descent "
    "never gets past delta. The best moves only at an improvement.",
    zh="小的下降更新了最佳值却不清零，缓慢而稳定的下降就永远超不过 delta。只有改进时才更新最佳值。",
)
early_stop.trap(
    _lowest_so_far,
    en="best_epoch is the lowest loss up to the stop, also where it gained less than delta. The "
    "count and the weights follow one rule: both change at an improvement only.",
    zh="best_epoch 取了停下之前的最低点，降幅没超过 delta 的也算了。"
    "计数和权重用同一条规则：有改进时才变。",
)

# ---- kfold -------------------------------------------------------------------------------------

_PATIENTS = np.array(list("ccbbaaaaddbeeaaffgghhcaaa"))
_MEMBERS = 1 * (_PATIENTS[:, None] == np.unique(_PATIENTS))  # (25 rows, 8 groups)
_MEASURED = {
    "folds": "折数",
    "rows never held out": "从未被留出的行数",
    "rows held out more than once": "被留出不止一次的行数",
    "rows in the smallest fold": "最小一折的行数",
    "rows in the largest fold": "最大一折的行数",
    "groups in more than one fold": "跨折的组数",
    "groups in the smallest fold": "最少一折的组数",
    "groups in the largest fold": "最多一折的组数",
    "groups was changed in place": "groups 是否被就地改动",
    "rows 0 and 1": "第 0 行与第 1 行",
    "rows 0 and 5": "第 0 行与第 5 行",
    "groups a and b": "a 组与 b 组",
    "groups a and d": "a 组与 d 组",
    "same seed, same folds": "种子相同，折相同",
    "other seeds, other folds": "种子不同，折不同",
}


def _folds(answer, n, k, groups, rng):
    """The folds as flat index arrays; a (train, held-out) pair counts both its parts."""
    parts = answer(n, k, None if groups is None else groups.copy(), rng)
    pairs = (list, tuple)
    return [
        np.concatenate([np.ravel(half) for half in part]).astype(int)
        if isinstance(part, pairs) and len(part) and np.ndim(part[0])
        else np.ravel(part).astype(int)
        for part in parts
    ]


def _partition(folds, n, k):
    rows = np.concatenate([*folds, np.empty(0, dtype=int)])
    times = np.bincount(rows[(rows >= 0) & (rows < n)], minlength=n)
    return len(folds), (times == 0).sum(), (times > 1).sum()


def _split_groups(folds, n, k):
    held = np.zeros((len(folds), n), dtype=bool)
    for i, fold in enumerate(folds):
        held[i, fold[(fold >= 0) & (fold < n)]] = True
    in_folds = (held.astype(int) @ _MEMBERS > 0).sum(axis=0)
    return (in_folds > 1).sum()


def _sizes(folds, n, k):
    sizes = [len(fold) for fold in folds]
    return min(sizes, default=0), max(sizes, default=0)


def _on_average(answer, rng, k, groups, names, expected, measure, calls=120):
    """A measure of the folds, averaged over calls, so that two random answers compare."""
    n = 23 if groups is None else len(groups)
    measured = [measure(_folds(answer, n, k, groups, rng), n, k) for _ in range(calls)]
    got = np.atleast_1d(np.mean(measured, axis=0))
    return Evidence(
        given={"n": n, "k": k, "groups": groups if groups is None else "".join(groups)},
        names_zh=_MEASURED,
        expected=dict(zip(names, map(float, expected), strict=True)),
        got=dict(zip(names, map(float, got), strict=True)),
        tolerance=0.35,
    )


def _together(folds, one, other):
    """Whether two rows lie in one fold."""
    return any(one in fold and other in fold for fold in map(np.ndarray.tolist, folds))


kfold = Check(returns=())


@kfold.property(
    en="every row is held out exactly once, also where k does not divide n",
    zh="每一行恰好被留出一次，k 不能整除 n 时也一样",
)
def _(answer, rng):
    names = ("folds", "rows never held out", "rows held out more than once")
    return _on_average(answer, rng, 5, None, names, (5, 0, 0), _partition)


@kfold.property(
    en="without groups the folds' sizes differ by at most one",
    zh="没有组时，各折大小最多差 1",
    ask_en="23 rows, 5 folds: which sizes are possible?",
    ask_zh="23 行分成 5 折，各折可以是多大？",
)
def _(answer, rng):
    names = ("rows in the smallest fold", "rows in the largest fold")
    return _on_average(answer, rng, 5, None, names, (4, 5), _sizes)


@kfold.property(
    en="groups itself is left as it was",
    zh="groups 本身保持原样",
    ask_en="After your call, does label i still belong to row i?",
    ask_zh="调用之后，第 i 个标签还是第 i 行的吗？",
)
def _(answer, rng):
    groups = _PATIENTS.copy()
    answer(len(groups), 3, groups, rng)
    name = "groups was changed in place"
    return Evidence(
        given={"n": len(groups), "k": 3, "groups": "".join(_PATIENTS)},
        names_zh=_MEASURED,
        expected={name: False},
        got={name: bool((groups != _PATIENTS).any())},
    )


@kfold.property(
    en="no group lies in two folds, wherever its rows are",
    zh="不管组里的行在哪里，同一组绝不跨折",
    ask_en="Two rows of one patient: one in training, one held out. What has the model seen?",
    ask_zh="同一个病人的两行，一行训练，一行留出。模型见过什么？",
)
def _(answer, rng):
    names = ("groups in more than one fold",)
    return _on_average(answer, rng, 3, _PATIENTS, names, (0,), _split_groups)


@kfold.property(en="the numbers of groups per fold differ by at most one", zh="各折的组数最多差 1")
def _(answer, rng):
    names = ("groups in the smallest fold", "groups in the largest fold", "rows never held out")

    def measure(folds, n, k):
        named = [np.unique(_PATIENTS[fold]) for fold in folds]
        return *_sizes(named, n, k), _partition(folds, n, k)[1]

    return _on_average(answer, rng, 3, _PATIENTS, names, (2, 3, 0), measure)


@kfold.property(
    en="rows and groups are shuffled: any two share a fold equally often",
    zh="行和组都要打乱：任意两个落在同一折的机会相等",
    ask_en="The file is often sorted by label or by date. What does your first fold hold then?",
    ask_zh="数据文件常按标签或日期排好序，那你的第一折里会是什么？",
)
def _(answer, rng):
    groups, calls = np.array(list("abcdef") * 2), 2400
    shares = np.zeros(4)
    for _ in range(calls):
        rows = _folds(answer, 10, 5, None, rng)
        whole = _folds(answer, 12, 3, groups, rng)
        pairs = ((rows, 0, 1), (rows, 0, 5), (whole, 0, 1), (whole, 0, 3))
        shares += [_together(*pair) for pair in pairs]
    names = ("rows 0 and 1", "rows 0 and 5", "groups a and b", "groups a and d")
    return Evidence(
        given={"n": 10, "k": 5, "groups": "abcdefabcdef (n = 12, k = 3)", "calls": calls},
        names_zh=_MEASURED,
        expected=dict(zip(names, (1 / 9, 1 / 9, 1 / 5, 1 / 5), strict=True)),
        got=dict(zip(names, shares / calls, strict=True)),
        tolerance=0.045,  # 5.5 standard errors of the larger share
    )


@kfold.property(
    en="the folds come from rng: same seed, same folds; other seeds, other folds",
    zh="折由 rng 决定：种子相同则折相同，种子不同则折不同",
)
def _(answer, rng):
    seed = int(rng.integers(2**31))

    def draw(seed):
        folds = _folds(answer, 60, 4, None, np.random.default_rng(seed))
        return np.concatenate([np.sort(fold) for fold in folds])

    got = (np.array_equal(draw(seed), draw(seed)), not np.array_equal(draw(seed), draw(seed + 1)))
    names = ("same seed, same folds", "other seeds, other folds")
    return Evidence(
        given={"n": 60, "k": 4, "groups": None},
        names_zh=_MEASURED,
        expected=dict.fromkeys(names, True),
        got=dict(zip(names, got, strict=True)),
    )


def _dealt(
    order=lambda labels, rng: rng.permutation(labels),
    split=np.array_split,
    unit=lambda n, groups: np.arange(n) if groups is None else groups,
    rows=lambda labels, part: np.flatnonzero((labels[:, None] == part).any(1)),
):
    """Shuffle the units, split, collect their rows; one line exchanged."""

    def answer(n, k, groups, rng):
        labels = unit(n, groups)
        parts = split(order(np.unique(labels), rng), k)
        return [rows(labels, part) for part in parts]

    return answer


def _reordered(n, k, groups, rng):
    if groups is not None:
        rng.shuffle(groups)
    return _dealt()(n, k, groups, rng)


def _without_rest(order, k):
    size = len(order) // k
    return [order[i * size : (i + 1) * size] for i in range(k)]


def _rest_in_last(order, k):
    cuts = len(order) // k * np.arange(1, k)
    return np.split(order, cuts)


def _random_labels(n, k, groups, rng):
    labels = np.arange(n) if groups is None else groups
    names = np.unique(labels)
    home = rng.integers(k, size=len(names))
    return [np.flatnonzero(np.isin(labels, names[home == i])) for i in range(k)]


kfold.trap(
    _dealt(order=lambda labels, rng: labels),
    en="Nothing is shuffled: the folds are blocks of neighbours. In a file sorted by label a fold "
    "then holds one class only.",
    zh="没有打乱，每折都是相邻的一段。数据按标签排好序时，一折里就只有一个类别。",
)
kfold.trap(
    _dealt(unit=lambda n, groups: np.arange(n)),
    en="groups is ignored: rows of one patient lie in training and in the held-out fold. Shuffle "
    "and split the groups, then collect their rows.",
    zh="没有用 groups：同一个病人的行既在训练里又在留出的折里。应打乱并切分组，再取出组里的行。",
)
kfold.trap(
    _dealt(split=_without_rest),
    en="n // k rows a fold leaves the last n % k rows out of every fold: they are never tested.",
    zh="每折 n // k 行，剩下的 n % k 行哪一折都没进，永远不会被测到。",
)
kfold.trap(
    _dealt(split=_rest_in_last),
    en="The remainder all goes to the last fold. Give one row more to n % k of the folds.",
    zh="余数全塞进了最后一折。应让其中 n % k 折各多一行。",
)
kfold.trap(
    _random_labels,
    en="Each row (or group) draws its fold on its own, so sizes vary and a fold may be empty. "
    "Shuffle once, then cut.",
    zh="每行（或每组）各自抽一个折号，大小不一，甚至会有空折。应打乱一次再切开。",
)
kfold.trap(
    _dealt(rows=lambda labels, part: np.flatnonzero(~(labels[:, None] == part).any(1))),
    en="The training rows are in the result. The question asks for the held-out rows.",
    zh="结果里有训练用的行。题目只要留出的行。",
)
kfold.trap(
    _dealt(order=lambda labels, rng: np.random.default_rng(0).permutation(labels)),
    en="The seed is fixed inside, so every call gives the same folds. Use the rng you were given.",
    zh="函数内部固定了种子，每次调用都是同样的折。请用传进来的 rng。",
)
kfold.trap(
    _dealt(order=lambda labels, rng: np.random.permutation(labels)),
    en="The order comes from NumPy's global state, so the caller's seed does not reproduce it. Use "
    "rng.",
    zh="顺序来自 NumPy 的全局随机状态，调用者的种子无法复现。请用 rng。",
)
kfold.trap(
    _reordered,
    en="groups is reordered in place, so its labels stand beside other rows than before, here and "
    "for the caller. Shuffle the distinct labels, which are an array of your own.",
    zh="groups 被就地重排，标签和行对不上了，调用者手里的那份也坏了。要打乱的是不同的标签，"
    "那是你自己新建的数组。",
)

# ---- pipeline_cv -------------------------------------------------------------------------------


def _score(X, y):
    return np.corrcoef(np.column_stack([X, y]), rowvar=False)[-1, :-1]


def _classify(X, y, X_new):
    """Nearest of two centroids, by the sign of a linear function of the row."""
    zero, one = X[y == 0].mean(axis=0), X[y == 1].mean(axis=0)
    return (2 * X_new @ (one - zero) > one @ one - zero @ zero).astype(int)


def _pipeline_cv(X, y, folds, select_k):
    """Fold by fold; scaling by the deviation alone, because a shift moves no distance."""
    predicted = np.empty(len(y), dtype=int)
    for fold in folds:
        train = [j for j in range(len(y)) if j not in fold]
        r = np.abs(_score(X[train], y[train]))
        keep = sorted(range(X.shape[1]), key=lambda j: -r[j])[:select_k]
        spread = X[train][:, keep].std(axis=0)
        predicted[fold] = _classify(X[train][:, keep] / spread, y[train], X[fold][:, keep] / spread)
    return predicted, float(np.mean(predicted == y))


def _noise(rng, sizes, p, useful=2):
    """Features of different scales, `useful` of them related to y, every second negatively."""
    folds = np.split(rng.permutation(sum(sizes)), np.cumsum(sizes)[:-1])
    y = np.empty(sum(sizes), dtype=int)
    for fold in folds:
        y[fold] = np.arange(len(fold)) % 2  # both classes in every fold
    X = rng.normal(size=(len(y), p))
    X[:, :useful] += 1.2 * np.outer(y, (-1) ** np.arange(useful))
    return (X * 10.0 ** rng.uniform(-1, 1, size=p) + rng.normal(size=p)).round(2), y, folds


def _outlier(rng):
    """One row whose huge value of a useful feature spoils any scale that has seen it."""
    X, y, folds = _noise(rng, (10, 8, 12), 6, useful=3)
    X[folds[0][0], 0] = 300.0
    return X, y, folds, 3


pipeline_cv = Check(_pipeline_cv, returns=("predicted", "accuracy"))
pipeline_cv.case(
    *_noise(np.random.default_rng(35), (9, 7, 8), 8),
    2,
    en="each held-out row is predicted by a model that has seen nothing of its fold",
    zh="每个留出的行都由一个完全没见过该折的模型来预测",
    ask_en="Which lines of your function look at rows of the held-out fold before predicting?",
    ask_zh="你的函数里，哪几行在预测之前就看了留出的折？",
)
pipeline_cv.case(
    *_outlier(np.random.default_rng(0)),
    en="the scale comes from the training rows, so a held-out outlier does not change it",
    zh="缩放只由训练的行决定，留出的异常值不会影响它",
)
pipeline_cv.case(
    *_noise(np.random.default_rng(6), (20, 4), 5),
    5,
    en="with folds of 20 and 4 rows, accuracy counts every row once",
    zh="两折分别为 20 行和 4 行时，准确率对每一行只计一次",
)
pipeline_cv.case(
    *_noise(np.random.default_rng(0), (8, 8, 8, 8), 100, useful=0),
    10,
    en="pure noise, 32 rows and 100 features",
    zh="纯噪声，32 行，100 个特征",
)


@pipeline_cv.fresh(en="fresh data", zh="新的数据")
def _(rng):
    return *_noise(rng, (9, 8, 7), 30, useful=4), int(rng.integers(3, 8))


def _pipeline(
    scale=lambda X, train, test: X[train],
    own=False,
    select=lambda X, y, train, test: np.abs(_score(X[train], y[train])),
    seen=lambda train, test, n: (train, test),
    report=lambda predicted, y, folds: np.mean(predicted == y),
):
    """Cross-validation with one decision exchanged."""

    def answer(X, y, folds, select_k):
        predicted = np.empty(len(y), dtype=int)
        for test in folds:
            rest = np.setdiff1d(np.arange(len(y)), test)
            train, shown = seen(rest, test, len(y))
            basis = scale(X, train, test)
            Z = (X - basis.mean(axis=0)) / basis.std(axis=0) if basis is not None else X
            if own:
                Z = Z.copy()
                Z[test] = (X[test] - X[test].mean(axis=0)) / X[test].std(axis=0)
            keep = np.argsort(-select(X, y, train, test))[:select_k]
            predicted[shown] = _classify(Z[train][:, keep], y[train], Z[shown][:, keep])
        return predicted, report(predicted, y, folds)

    return answer


pipeline_cv.trap(
    _pipeline(select=lambda X, y, train, test: np.abs(_score(X, y))),
    en="The features are chosen with the labels of all rows, the held-out ones included. On pure "
    "noise this alone lifts accuracy from chance to nearly 1. Select inside the loop.",
    zh="选特征时用了所有行的标签，包括留出的行。光这一步就能让纯噪声上的准确率升到接近 1。"
    "选择要放在循环里。",
)
pipeline_cv.trap(
    _pipeline(scale=lambda X, train, test: X),
    en="The standard deviations come from all rows, so an outlier in the held-out fold changes "
    "the model. Take them from the training rows.",
    zh="标准差取自所有行，留出的折里有一个异常值就会改变模型。应只取训练的行。",
)
pipeline_cv.trap(
    _pipeline(own=True),
    en="The held-out rows are scaled by their own numbers. At serving time there is one row and no "
    "such deviation. Use the training rows' for both.",
    zh="留出的行用了自己的统计量。上线时每次只来一行，没有这样的标准差。两边都要用训练行的统计量。",
)
pipeline_cv.trap(
    _pipeline(scale=lambda X, train, test: None),
    en="The features are not scaled, so the one with the largest unit decides every distance.",
    zh="特征没有缩放，量纲最大的那个就决定了所有距离。",
)
pipeline_cv.trap(
    _pipeline(select=lambda X, y, train, test: _score(X[train], y[train])),
    en="Only positive correlations rank high. A feature at −0.9 tells as much as one at 0.9: take "
    "the absolute value.",
    zh="只有正相关排在前面。相关系数 −0.9 和 0.9 的信息一样多：要取绝对值。",
)
pipeline_cv.trap(
    _pipeline(select=lambda X, y, train, test: -np.abs(_score(X[train], y[train]))),
    en="argsort is ascending: these are the features with the weakest correlation.",
    zh="argsort 是升序：这样选出的是相关性最弱的特征。",
)
pipeline_cv.trap(
    _pipeline(seen=lambda train, test, n: (np.arange(n), test)),
    en="The model is fitted on all rows, the held-out ones among them, so this is training "
    "accuracy.",
    zh="模型用所有行拟合，留出的行也在里面，这其实是训练准确率。",
)
pipeline_cv.trap(
    _pipeline(
        report=lambda predicted, y, folds: np.mean([np.mean(predicted[f] == y[f]) for f in folds])
    ),
    en="This averages the folds' accuracies, so a row in a small fold weighs more. The question "
    "asks for the share of all rows.",
    zh="这里对各折的准确率求平均，小折里的行权重更大。题目要的是所有行里预测对的比例。",
)

# ---- on paper ----------------------------------------------------------------------------------

best_of_many = Estimate(0.6248, unit="accuracy", unit_zh="（准确率）", rtol=0.02)
best_of_many.trap(
    0.5,
    en="Each model scores 0.5 on average. The largest of 100 scores does not.",
    zh="每个模型平均 0.5，但 100 个得分里的最大值不是 0.5。",
)
twins_in_training = Estimate(
    0.8, unit="of the held-out rows", unit_zh="（留出行中的比例）", rtol=0.01
)
twins_in_training.trap(
    0.2,
    en="0.2 is the share whose copy lies in the same fold. The other folds are the training rows.",
    zh="0.2 是副本落在同一折里的比例，其余各折都是训练数据。",
)

# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="A training loss that falls while the validation loss rises is the sign of overfitting.",
    zh="训练损失下降而验证损失上升，是过拟合的信号。",
)
flaws.false(
    en="Regularisation works because it makes the training loss lower.",
    zh="正则化有效，是因为它让训练损失降得更低。",
    because_en="It usually raises the training loss. It is any change that aims at a lower "
    "generalisation error, not at a lower training error.",
    because_zh="训练损失一般反而会高一些。正则化要降的是泛化误差，不是训练误差。",
    source="Goodfellow et al. 2016, chapter 7, introduction",
)
flaws.false(
    en="Pre-training a large language model overfits easily, so early stopping and L2 come first.",
    zh="大模型预训练很容易过拟合，所以首先要用早停和 L2。",
    because_en="Pre-training sees most tokens once or a few times and is limited by data and "
    "compute. Overfitting comes with many repetitions and with fine-tuning on little data.",
    because_zh="预训练中大部分 token 只过一遍或几遍，瓶颈是数据和算力。"
    "反复多遍的数据、小数据上的微调才容易过拟合。",
    source="Hoffmann et al. 2022; Muennighoff et al. 2023",
)
flaws.true(
    en="Early stopping keeps the weights of the best validation epoch, not those of the last.",
    zh="早停要保留验证最好的那个 epoch 的权重，而不是最后的权重。",
)
flaws.false(
    en="More data, L1/L2, augmentation, early stopping and ensembles: with these five the "
    "validation score can be trusted.",
    zh="增加数据、L1/L2、数据增强、早停、集成，这五样都做了，验证分数就可信了。",
    because_en="None of them detects leakage. On 50 rows of pure noise with 5,000 features, "
    "selection outside the folds reads almost perfect.",
    because_zh="这五样都查不出泄漏。50 行、5,000 个特征的纯噪声，在折外选特征，准确率也接近 1。",
    source="Hastie et al. 2009, ESL, §7.10.2",
)
flaws.false(
    en="I select the features on all the data first and cross-validate the classifier afterwards; "
    "every row is still held out once.",
    zh="先在全部数据上选特征，再对分类器做交叉验证；反正每一行都留出过一次。",
    because_en="The selection has read the held-out labels. Every step that uses the labels "
    "belongs inside the loop.",
    because_zh="选特征时已经看过留出行的标签。凡是用到标签的步骤，都要放进循环里。",
    source="Hastie et al. 2009, ESL, §7.10.2",
)
flaws.true(
    en="With several rows a patient, all rows of a patient go into one fold.",
    zh="一个病人有多行数据时，同一病人的所有行要放进同一折。",
)
flaws.false(
    en="I tune on the test set: it has not been trained on, so its best score is unbiased.",
    zh="我在测试集上调参：模型没有在上面训练过，所以最好的分数是无偏的。",
    because_en="The best of many noisy scores is too high: choosing fits the set. Choose on "
    "validation data, test once.",
    because_zh="从许多有噪声的分数里挑最高的，会偏高：挑选也是拟合。用验证集选，测试集只测一次。",
    source="Cawley & Talbot 2010",
)

say = Say(
    model_en="""
A falling training loss with a rising validation loss is a gap in generalisation: overfitting.
Before I treat it I check the split: duplicates, groups a patient in both parts, time order.
Scaler and feature selector are fitted inside the loop, on the training rows only.
Then I get more data or augment it.
I regularise with weight decay or dropout, or take a smaller model.
I use early stopping and restore the best weights.
I choose on validation data and open the test set once, at the end.
""",
    model_zh="""
训练损失降、验证损失升，说明泛化差距在变大，模型过拟合了。
动手之前先查划分：有没有重复样本，同一个病人会不会两边都有，时间顺序对不对。
标准化和特征选择也只在训练的行上拟合，放在交叉验证的循环里。
然后增加数据，或者做数据增强。
再用权重衰减、dropout 做正则化，或者换小一点的模型。
用早停，并恢复最佳权重。
选择只看验证集，测试集最后只用一次。
""",
)
say.point(
    en="the gap between training and validation is the diagnosis",
    zh="训练和验证之间的差距是诊断依据",
    found_en=[r"\bgap\b", r"validation (loss|error).{0,20}(ris|ros|increas|go(es)? up|climb)"],
    found_zh=[r"差距", r"验证.{0,8}(上升|升|变高|变大|上涨|反弹)"],
)
say.point(
    en="check the split: duplicates, groups, time",
    zh="查划分：重复、分组、时间",
    found_en=[r"duplicate|near.copies|\bgroup", r"same (patient|user|person)", r"\btime|future"],
    found_zh=[r"有没有重复|去重|查重|重复样本|分组|按组|同一个?(病人|用户)", r"时间|未来"],
)
say.point(
    en="every fitted step is fitted inside the folds, on training rows only",
    zh="所有要拟合的步骤都在折内、只用训练的行",
    found_en=[
        r"(fit|select|scal|normali|preprocess)\w*.{0,50}(inside|within|training (row|part|data))",
        r"pipeline|inside (the|each|every) (fold|loop)",
    ],
    found_zh=[r"(选择|选特征|标准化|预处理|拟合).{0,20}(训练|折内|循环|折里)", r"pipeline|流水线"],
)
say.point(
    en="more data or augmentation",
    zh="更多数据或数据增强",
    found_en=[r"more (\w+ )?(data|examples)|augment"],
    found_zh=[r"(增加|更多|加|补充|收集).{0,6}(数据|样本)|增强"],
)
say.point(
    en="regularise: weight decay, dropout, a smaller model",
    zh="正则化：权重衰减、dropout、小一点的模型",
    found_en=[r"weight decay|\bL2\b|dropout|regulari[sz]|smaller (model|network)"],
    found_zh=[r"权重衰减|L2|dropout|正则|小.{0,4}模型|模型.{0,4}小"],
)
say.point(
    en="early stopping, restoring the best weights",
    zh="早停，恢复最佳权重",
    found_en=[r"early.stop", r"best (checkpoint|epoch|weights)"],
    found_zh=[r"早停", r"(最佳|最好|最优).{0,8}(权重|checkpoint|epoch)"],
)
say.point(
    en="the test set is used once, never for choosing",
    zh="测试集只用一次，不用来做选择",
    found_en=[r"test (set|data).{0,30}(once|at the (very )?end)", r"once.{0,25}test (set|data)"],
    found_zh=[r"测试集.{0,10}(一次|一遍|最后)", r"(最后|只|仅).{0,8}测试集"],
)
