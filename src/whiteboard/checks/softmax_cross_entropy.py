"""Softmax cross-entropy: the loss from logits, its gradient, masks, smoothing, the binary form.

The references take another road than the usual solution: a loss is the log-sum-exp of the
*differences* to one logit, by `np.logaddexp`, and a probability is one over the sum of their
exponentials. No maximum is subtracted anywhere.
"""

from functools import wraps

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say


def quiet(answer):
    """`answer` without NumPy's warnings: a trap may overflow, that is its mistake."""

    @wraps(answer)
    def silent(*args, **kwargs):
        with np.errstate(all="ignore"):
            return answer(*args, **kwargs)

    return silent


def row_losses(row):
    """−log softmax of one row (C,), for every class."""
    return np.array([np.logaddexp.reduce(row - score) for score in row])


@quiet
def row_probabilities(row):
    """Softmax of one row (C,): 1 / Σ exp(z_j − z_c); an infinite sum is a probability of 0."""
    return np.array([1 / np.exp(row - score).sum() for score in row])


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


# ---- cross_entropy -----------------------------------------------------------------------------


def _cross_entropy(z, y):
    losses, dz = [], []
    for row, label in zip(z, y, strict=True):
        losses.append(row_losses(row)[label])
        dz.append(row_probabilities(row) - (np.arange(len(row)) == label))
    return np.mean(losses), np.array(dz) / len(z)


def _in_range(z, y):
    whole = y.dtype.kind in "iu" and z.ndim == 2 and y.shape == z.shape[:1]
    return whole and np.isfinite(z).all() and ((y >= 0) & (y < z.shape[1])).all()


def _variant(
    logs=log_softmax,
    loss=lambda picked, z: -picked.mean(),
    slope=lambda p, target: (p - target) / len(p),
):
    """Cross-entropy with one line exchanged."""

    def answer(z, y):
        log_p, target = logs(z), np.eye(z.shape[1])[y]
        picked = log_p[np.arange(len(z)), y]
        return loss(picked, z), slope(np.exp(log_p), target)

    return quiet(answer)


def candidate(z, y):
    rows = np.arange(len(z))
    e = np.exp(z - z.max())
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss, p / len(z)


def _integers_as_weights(z, y):
    log_p, weights = log_softmax(z), y[:, None]
    return -(weights * log_p).sum(axis=1).mean(), (np.exp(log_p) - weights) / len(z)


def _every_column(z, y):
    loss, p = -log_softmax(z)[:, y].mean(), softmax(z)
    p[:, y] -= 1
    return loss, p / len(z)


cross_entropy = Check(_cross_entropy, returns=("loss", "dz"), domain=_in_range)
cross_entropy.case(
    np.array([[2.0, 0.0, -1.0], [1.0, 3.0, 0.5]]),
    np.array([1, 2]),
    en="the loss is the mean of −log p of the labels, and dz is its slope",
    zh="损失是标签对应的 −log p 的平均，dz 是它的梯度",
)
cross_entropy.case(
    np.array([[1001.0, 1002.0, 1003.5, 1000.0]]),
    np.array([1]),
    en="adding 1,000 to a row changes nothing; a batch of one",
    zh="一行都加 1000，结果不变；batch 为 1",
)
cross_entropy.case(
    np.array([[1000.0, 999.0], [-1000.0, -1001.5], [0.5, 0.0]]),
    np.array([1, 1, 0]),
    en="rows may lie 1,000 apart",
    zh="行与行之间可以相差 1000",
)
cross_entropy.case(
    np.array([[25.0, 0.0, 1.0], [0.0, 3.0, 1.0]]),
    np.array([1, 1]),
    en="a label 25 below the largest logit costs its example 25",
    zh="标签的 logit 比最大值低 25，这一项损失就是 25",
    ask_en="How large can the loss of one example get in your code?",
    ask_zh="在你的代码里，一个样本的损失最大能到多少？",
)
cross_entropy.case(
    np.array([[0.0, 1e4, 1.0, -1e4, 2.0], [2.0, -1.0, 0.0, 1.0, 1.0]]),
    np.array([4, 1]),
    en="a label 9,998 below the largest logit costs its example 9,998",
    zh="标签的 logit 比最大值低 9998，这一项损失就是 9998",
    ask_en="How large can the loss of one example get in your code?",
    ask_zh="在你的代码里，一个样本的损失最大能到多少？",
)
cross_entropy.case(
    np.zeros((3, 7)),
    np.array([6, 0, 2]),
    en="equal logits cost ln C",
    zh="各 logit 相等时损失为 ln C",
)
cross_entropy.case(
    np.array([[3.0], [-2.0]]),
    np.array([0, 0]),
    en="with one class there is nothing to learn",
    zh="只有一类时没什么可学的",
)


@cross_entropy.fresh(en="fresh logits and labels", zh="新的 logits 和标签")
def _(rng):
    return 3 * rng.normal(size=(6, 4)), rng.integers(4, size=6)


cross_entropy.trap(
    quiet(candidate),
    en="One maximum for the whole batch: a row far below it underflows to 0, and 0/0 is nan. Each "
    "row needs its own maximum.",
    zh="整个 batch 只减了一个最大值：比它低很多的那一行全下溢成 0，0/0 就是 nan。每行要减自己的最"
    "大值。",
    ask_en="Rows around 1,000 and around −1,000: what is exp of the second one minus 1,000?",
    ask_zh="一行在 1000 附近，一行在 −1000 附近：后者减去 1000 再取 exp 是多少？",
)
cross_entropy.trap(
    _variant(logs=lambda z: np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))),
    en="exp(1000) is inf. Softmax does not change when a row is shifted, so shift it until nothing "
    "can overflow.",
    zh="exp(1000) 是 inf。softmax 对整行平移不变，先平移到不会溢出再算。",
    ask_en="What is the largest x for which np.exp(x) is finite?",
    ask_zh="np.exp(x) 不溢出，x 最大能取多少？",
)
cross_entropy.trap(
    _variant(logs=lambda z: np.log(softmax(z))),
    en="The softmax is stable, the log behind it is not: p underflows to 0 and −log 0 is inf. Take "
    "the log on paper: log p = z − log Σ exp z.",
    zh="softmax 是稳定的，后面的 log 不是：p 下溢成 0，−log 0 就是 inf。先在纸上取对数：log p = z "
    "− log Σ exp z。",
)
cross_entropy.trap(
    _variant(logs=lambda z: np.log(softmax(z) + 1e-9)),
    en="log(p + 1e-9) never exceeds 20.7 in size: the loss is capped, and dz is no longer its "
    "slope. With log-sum-exp no ε is needed.",
    zh="log(p + 1e-9) 的绝对值不会超过 20.7：损失被封了顶，dz 也不再是它的梯度。用 log-sum-exp 就"
    "不需要 ε。",
)
cross_entropy.trap(
    _variant(logs=lambda z: np.log(np.clip(softmax(z), 1e-7, 1 - 1e-7))),
    en="Clipping p at 1e-7 caps the loss at 16.1. Where the clip is active the true slope of that "
    "loss is 0, just where the model is most wrong.",
    zh="把 p 截断到 1e-7，损失最多 16.1。截断之处这个损失的真实梯度是 0，而那里正是模型错得最离谱"
    "的地方。",
)
cross_entropy.trap(
    _variant(slope=lambda p, target: p - target),
    en="The loss is a mean over the batch, the gradient a sum: dz lacks 1/B.",
    zh="损失对 batch 取了平均，梯度却是求和：dz 少了 1/B。",
)
cross_entropy.trap(
    _variant(loss=lambda picked, z: -picked.sum(), slope=lambda p, target: p - target),
    en="Loss and gradient are sums over the batch. The question asks for the mean.",
    zh="损失和梯度都是在 batch 上求和，题目要的是平均。",
)
cross_entropy.trap(
    _variant(
        loss=lambda picked, z: -picked.sum() / z.size,
        slope=lambda p, target: (p - target) / p.size,
    ),
    en="np.mean divides by B·C. One example has one label, hence one loss: divide by B.",
    zh="np.mean 除的是 B·C。一个样本一个标签，只有一项损失：应除以 B。",
)
cross_entropy.trap(
    _variant(slope=lambda p, target: (target - p) / len(p)),
    en="The sign is reversed: a larger logit of the label must lower the loss, so its slope is "
    "negative, p − 1.",
    zh="符号反了：标签的 logit 变大，损失应当变小，所以那里的梯度是负的，p − 1。",
)
cross_entropy.trap(
    _variant(slope=lambda p, target: -target / p / len(p)),
    en="This is the slope along the probabilities, −1/p at the label. The question asks for the "
    "slope along the logits: the softmax's Jacobian is missing.",
    zh="这是对概率的导数，标签处为 −1/p。题目要的是对 logits 的导数，还要乘 softmax 的雅可比矩阵。",
    ask_en="Raising another class's logit lowers p of the label. Can that slope be 0?",
    ask_zh="别的类 logit 变大，标签的 p 会变小。那一处的梯度会是 0 吗？",
)
cross_entropy.trap(
    _variant(logs=lambda z: log_softmax(z, axis=0)),
    en="The softmax runs down the batch. Each row, one example, is a distribution over the "
    "classes: normalise along the last axis.",
    zh="softmax 沿 batch 方向做了。每行是一个样本，是各类上的一个分布：应沿最后一个轴归一化。",
)
cross_entropy.trap(
    quiet(_integers_as_weights),
    en="The integer labels are used as if they were one-hot: class 2 counts double, class 0 not at "
    "all. Pick entry y of each row, or make one-hot targets first.",
    zh="把整数标签当成 one-hot 用了：第 2 类算了两份，第 0 类完全不算。要么取每行的第 y 个元素，要"
    "么先转成 one-hot。",
)
cross_entropy.trap(
    _variant(logs=lambda z: log_softmax(softmax(z))),
    en="Softmax was applied twice. Probabilities lie in [0, 1], so a softmax of them is nearly "
    "flat and the loss cannot get near 0.",
    zh="做了两次 softmax。概率都在 [0, 1] 里，再做一次就几乎是平的，损失降不到 0。",
)
# The first two mistakes once more, as they look behind a log-sum-exp: inf instead of nan.
cross_entropy.trap(
    _variant(
        logs=lambda z: z - z.max() - np.log(np.exp(z - z.max()).sum(axis=1, keepdims=True)),
    ),
    en="One maximum for the whole batch: a row far below it underflows to 0, and log 0 is −inf. "
    "Each row needs its own maximum.",
    zh="整个 batch 只减了一个最大值：比它低很多的那一行全下溢成 0，log 0 就是 −inf。每行要减自己的"
    "最大值。",
)
cross_entropy.trap(
    _variant(logs=lambda z: z - np.log(np.exp(z).sum(axis=1, keepdims=True))),
    en="exp(1000) is inf, so the loss is inf and every probability 0. Subtract each row's maximum "
    "inside the log-sum-exp and add it again outside.",
    zh="exp(1000) 是 inf，损失成了 inf，概率全是 0。log-sum-exp 里面先减去每行的最大值，外面再加回"
    "来。",
)
cross_entropy.trap(
    _variant(loss=lambda picked, z: -(picked + z.max(axis=1)).mean()),
    en="The maximum is subtracted inside the log-sum-exp and never added back: the loss can even "
    "be negative. Take the label's logit and the sum from the same shifted row.",
    zh="log-sum-exp 里减了最大值，外面没有加回来，损失甚至会是负的。标签的 logit 和 exp 之和"
    "要取自同一行平移过的 logits。",
)
cross_entropy.trap(
    quiet(_every_column),
    en="p[:, y] takes, in every row, the columns of all the labels: (B, B) numbers. Pair each row "
    "with its own label: p[np.arange(B), y].",
    zh="p[:, y] 在每一行里都取了所有标签对应的列，得到 (B, B) 个数。每行只配自己的标签："
    "p[np.arange(B), y]。",
    ask_en="For B = 2, what is the shape of p[:, y]?",
    ask_zh="B = 2 时，p[:, y] 的形状是什么？",
)
cross_entropy.trap(
    _variant(logs=lambda z: z - z.max() - np.log(np.exp(z - z.max()).sum())),
    en="The sum has no axis: all B·C probabilities together make 1. Each row is a distribution of "
    "its own: axis=1, keepdims=True.",
    zh="求和没写 axis，B·C 个概率加起来才是 1。每一行各是一个分布：axis=1, keepdims=True。",
)


# ---- token_loss --------------------------------------------------------------------------------


def _token_loss(z, y, ignore=-1, smooth=0.0):
    classes, total, dz = z.shape[-1], 0.0, np.zeros(z.shape)
    kept = [place for place in np.ndindex(y.shape) if y[place] != ignore]
    for place in kept:
        target = np.full(classes, smooth / classes)
        target[y[place]] += 1 - smooth
        total += target @ row_losses(z[place]) / len(kept)
        dz[place] = (row_probabilities(z[place]) - target) / len(kept)
    return total, dz


def _tokens(
    valid=lambda y, ignore: y != ignore,
    count=lambda valid: max(valid.sum(), 1),
    count_slope=None,
    target=lambda one_hot, smooth: (1 - smooth) * one_hot + smooth / one_hot.shape[-1],
    target_slope=None,
    hidden=True,
):
    """token_loss with one line exchanged."""

    def answer(z, y, ignore=-1, smooth=0.0):
        keep, log_p = valid(y, ignore), log_softmax(z)
        one_hot = np.eye(z.shape[-1])[np.where(keep, y, 0)]
        losses = -(target(one_hot, smooth) * log_p).sum(axis=-1)
        slope = (target_slope or target)(one_hot, smooth) * keep[..., None]
        dz = (np.exp(log_p) * (keep[..., None] if hidden else 1) - slope) / (
            (count_slope or count)(keep)
        )
        return (losses * keep).sum() / count(keep), dz

    return quiet(answer)


def _mean_of_means(z, y, ignore=-1, smooth=0.0):
    parts = [_token_loss(z[[b]], y[[b]], ignore, smooth) for b in range(len(z))]
    return np.mean([p[0] for p in parts]), np.concatenate([p[1] for p in parts]) / len(z)


def _rest_to_others(one_hot, smooth):
    return np.where(one_hot == 1, 1 - smooth, smooth / (one_hot.shape[-1] - 1))


def _mass_lost(one_hot, smooth):
    return np.where(one_hot == 1, 1 - smooth, smooth / one_hot.shape[-1])


_Z = np.array(
    [
        [[1.0, 0.0, 2.0, -1.0], [0.5, 0.0, 0.0, 1.5], [2.0, 1.0, 0.0, 0.0]],
        [[0.0, 3.0, 1.0, 0.0], [1.0, 1.0, 0.5, 0.0], [-1.0, 0.0, 2.0, 1.0]],
    ]
)
token_loss = Check(_token_loss, returns=("loss", "dz"))
token_loss.case(
    _Z,
    np.array([[2, 0, 1], [3, -1, -1]]),
    en="the mean runs over the tokens that are not ignored, and only they have a gradient",
    zh="只对没被忽略的 token 取平均，也只有它们有梯度",
)
token_loss.case(
    _Z,
    np.array([[2, 0, 1], [3, 1, 0]]),
    smooth=0.2,
    en="smoothed targets are (1 − s)·one-hot + s/C, in the loss and in dz",
    zh="平滑后的目标是 (1 − s)·one-hot + s/C，损失和 dz 都用它",
)
token_loss.case(
    _Z,
    np.array([[-100, 0, -100], [3, 1, -100]]),
    ignore=-100,
    smooth=0.1,
    en="ignore may be any number, such as −100",
    zh="ignore 可以是任何数，比如 −100",
)
token_loss.case(
    _Z,
    np.array([[0, 3, 1], [0, 0, 2]]),
    ignore=0,
    en="ignore may be one of the classes, such as a padding token 0",
    zh="ignore 也可以是某一类，比如 padding 的 id 是 0",
)
token_loss.case(
    _Z,
    np.full((2, 3), -1),
    smooth=0.1,
    en="where every token is ignored, loss and gradient are 0",
    zh="全部 token 都被忽略时，损失和梯度都是 0",
)
token_loss.case(
    np.array([[[1e4, 0.0, -1e4], [1000.0, 1001.0, 999.0]]]),
    np.array([[1, -1]]),
    en="logits of ±10,000, and one valid token",
    zh="logits 为 ±10000，只有一个有效 token",
    ask_en="How large can the loss of one token get in your code?",
    ask_zh="在你的代码里，一个 token 的损失最大能到多少？",
)


@token_loss.fresh(en="fresh tokens, a third of them ignored", zh="新的 token，其中三分之一被忽略")
def _(rng):
    y = rng.integers(6, size=(3, 5))
    y.flat[rng.permutation(15)[:5]] = -7
    return 2 * rng.normal(size=(3, 5, 6)), y, -7, 0.3


token_loss.trap(
    _tokens(count=lambda valid: valid.size),
    en="The mean runs over all B·T positions. The more padding a batch has, the smaller its loss "
    "and its step: divide by the number of valid tokens.",
    zh="平均取在了全部 B·T 个位置上。padding 越多，损失和更新的步幅就越小：应除以有效 token 数。",
)
token_loss.trap(
    quiet(_mean_of_means),
    en="A mean of each sequence's mean. It gives a token of a short sequence more weight; the "
    "question asks for one mean over all valid tokens.",
    zh="先在每条序列内平均，再对序列平均。短序列里的 token 权重就大了；题目要的是对所有有效 token "
    "一次平均。",
    ask_en="Sequences with 3 and 1 valid tokens: which share of the mean does each token get?",
    ask_zh="两条序列分别有 3 个和 1 个有效 token：每个 token 在平均里占多少？",
)
token_loss.trap(
    _tokens(target=_rest_to_others),
    en="s is spread over the C − 1 other classes. Here, as in Keras and PyTorch, the uniform part "
    "s/C goes to all C classes, the label included.",
    zh="把 s 分给了其余 C − 1 类。这里和 Keras、PyTorch 一样，均匀的 s/C 分给全部 C 类，包括标签自"
    "己。",
)
token_loss.trap(
    _tokens(target=_mass_lost),
    en="The label gets 1 − s, every other class s/C: that sums to 1 − s/C, and is no distribution.",
    zh="标签得 1 − s，其余每类 s/C：加起来是 1 − s/C，不是概率分布。",
)
token_loss.trap(
    _tokens(target_slope=lambda one_hot, smooth: one_hot),
    en="The loss is smoothed, the gradient is not: dz is p minus the *smoothed* target.",
    zh="损失做了平滑，梯度没做：dz 是 p 减去**平滑后的**目标。",
)
token_loss.trap(
    _tokens(hidden=False),
    en="Ignored tokens still have a gradient, p: the padding is being trained. Their rows of dz "
    "must be 0.",
    zh="被忽略的 token 还有梯度 p：等于在训练 padding。它们在 dz 里那几行必须是 0。",
)
token_loss.trap(
    _tokens(valid=lambda y, ignore: y != -1),
    en="The argument ignore is not used: only −1 is ever skipped.",
    zh="没有用到参数 ignore：永远只跳过 −1。",
)
token_loss.trap(
    _tokens(count=lambda valid: valid.sum()),
    en="With no valid token this is 0/0, nan, and one such batch ruins the weights. The question "
    "asks for 0.",
    zh="一个有效 token 都没有时是 0/0，得到 nan，一个这样的 batch 就毁掉全部权重。题目要求这时返回 "
    "0。",
)
token_loss.trap(
    _tokens(count_slope=lambda valid: valid.size),
    en="The loss is divided by the valid tokens, dz by all of them: dz is not the slope of this "
    "loss.",
    zh="损失除以有效 token 数，dz 却除以全部 token 数：dz 不是这个损失的梯度。",
)
token_loss.trap(
    _tokens(target=lambda one_hot, smooth: one_hot),
    en="The argument smooth is not used.",
    zh="没有用到参数 smooth。",
)


# ---- bce_with_logits ---------------------------------------------------------------------------


def _sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def _bce_with_logits(z, y):
    losses = y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)
    return losses, _sigmoid(z) - y


def _binary(
    loss=lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))),
    slope=lambda p, y: p - y,
):
    return quiet(lambda z, y: (loss(z, y), slope(_sigmoid(z), y)))


def _clipped(z, y):
    p = np.clip(_sigmoid(z), 1e-7, 1 - 1e-7)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


bce_with_logits = Check(_bce_with_logits, returns=("losses", "dz"))
bce_with_logits.case(
    np.array([[2.0, -1.0, 0.5], [-3.0, 0.0, 1.5]]),
    np.array([[1.0, 0.0, 0.3], [1.0, 0.0, 0.8]]),
    en="every entry has its own loss and slope; a target may be any number from 0 to 1",
    zh="每个元素各有一个损失和梯度；目标可以是 0 到 1 之间的任何数",
)
bce_with_logits.case(
    np.array([25.0, -25.0, 3.0]),
    np.array([0.0, 1.0, 1.0]),
    en="confidently wrong by 25 costs 25",
    zh="自信地错了 25，损失就是 25",
    ask_en="How large can a loss get in your code?",
    ask_zh="在你的代码里，损失最大能到多少？",
)
bce_with_logits.case(
    np.array([[1000.0], [-1000.0], [1e4], [-1e4]]),
    np.array([[0.0], [1.0], [1.0], [0.0]]),
    en="logits of ±10,000: linear where wrong, 0 where right",
    zh="logits 为 ±10000：错的地方是线性的，对的地方是 0",
)


@bce_with_logits.fresh(en="fresh logits in three dimensions", zh="新的三维 logits")
def _(rng):
    return 3 * rng.normal(size=(2, 3, 4)), rng.uniform(size=(2, 3, 4)).round(2)


bce_with_logits.trap(
    _binary(lambda z, y: -y * np.log(_sigmoid(z)) - (1 - y) * np.log(1 - _sigmoid(z))),
    en="The sigmoid rounds to 1 above 37, and log(1 − 1) is −inf. Simplify before you compute: the "
    "sigmoid's exp and the log cancel.",
    zh="z 超过 37，sigmoid 就舍入成 1，log(1 − 1) 是 −inf。先化简再算：sigmoid 的 exp 和 log 可以"
    "抵消。",
)
bce_with_logits.trap(
    _binary(lambda z, y: np.log(1 + np.exp(z)) - z * y),
    en="Right on paper, but exp(z) overflows for large z. Let exp see −|z| only.",
    zh="纸面上对，但 z 大时 exp(z) 会溢出。只让 exp 看到 −|z|。",
)
bce_with_logits.trap(
    _binary(_clipped),
    en="Clipping the probability at 1e-7 caps the loss at 16.1. From logits nothing need be "
    "clipped.",
    zh="把概率截断到 1e-7，损失最多 16.1。从 logits 直接算，什么都不用截断。",
)
bce_with_logits.trap(
    _binary(lambda z, y: np.where(y > 0.5, np.logaddexp(0, -z), np.logaddexp(0, z))),
    en="The branch knows only the targets 0 and 1. A target of 0.3 is a mixture of both terms.",
    zh="这样分支只认 0 和 1 两种目标。目标是 0.3 时，两项要按比例混合。",
)
bce_with_logits.trap(
    _binary(lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(-z))),
    en="exp(−z) needs the absolute value: for negative z the part −z is counted twice, and it "
    "overflows. It is exp(−|z|).",
    zh="exp(−z) 少了绝对值：z 为负时 −z 被算了两遍，还会溢出。应是 exp(−|z|)。",
)
bce_with_logits.trap(
    _binary(slope=lambda p, y: (p - y) * p * (1 - p)),
    en="This multiplies by σ′ = p(1 − p), as for the squared error. In cross-entropy 1/(p(1 − p)) "
    "cancels it: dz = p − y.",
    zh="这里多乘了 σ′ = p(1 − p)，那是平方误差的梯度。交叉熵里它被 1/(p(1 − p)) 约掉了：dz = p − "
    "y。",
)
bce_with_logits.trap(
    _binary(slope=lambda p, y: y - p),
    en="The sign of dz is reversed: where y = 1, a larger z lowers the loss.",
    zh="dz 的符号反了：y = 1 时，z 变大损失会变小。",
)
bce_with_logits.trap(
    quiet(lambda z, y: (_bce_with_logits(z, y)[0].mean(), (_sigmoid(z) - y) / z.size)),
    en="This is the mean. The question asks for one loss and one slope per entry.",
    zh="这是取了平均。题目要的是每个元素各一个损失和梯度。",
)


# ---- mend --------------------------------------------------------------------------------------


def _program(bugs):
    """The candidate's loss with exactly these bugs."""

    def loss_and_grad(z, y):
        axis = 0 if "axis" in bugs else 1
        target = y[:, None] if "integers" in bugs else np.eye(z.shape[1])[y]
        p = softmax(z, axis)
        if "twice" in bugs:
            p = softmax(p, axis)
        losses = -(target * np.log(p))
        loss = losses.mean() if "all_mean" in bugs else losses.sum(axis=1).mean()
        return loss, (p - target) / (1 if "no_batch" in bugs else len(z))

    return quiet(loss_and_grad)


mend = Program(_program, returns=("loss", "dz"))
mend.case(
    np.array([[1.0, 0.0, 2.0], [0.5, 3.0, -1.0], [0.0, 1.0, 1.5], [2.0, -0.5, 0.0]]),
    np.array([1, 2, 0, 2]),
    en="the mean loss of four examples and its slope",
    zh="四个样本的平均损失和它的梯度",
)


@mend.fresh(en="fresh logits and labels", zh="新的 logits 和标签")
def _(rng):
    return rng.normal(size=(3, 5)), rng.permutation(5)[:3]


mend.bug(
    "integers",
    en="Integer labels meet a formula for one-hot targets, and broadcasting hides it. In Keras: "
    "`categorical_crossentropy` wants one-hot rows, `sparse_categorical_crossentropy` integers.",
    zh="公式要的是 one-hot，给的却是整数标签，广播把错误掩盖了。Keras 里 "
    "`categorical_crossentropy` 要 one-hot，`sparse_categorical_crossentropy` 才收整数。",
)
mend.bug(
    "twice",
    en="The softmax of probabilities: what from_logits=True does to a model that ends in a "
    "softmax.",
    zh="对概率又做了一次 softmax：模型末尾已有 softmax，又设 from_logits=True，就是这样。",
)
mend.bug(
    "axis",
    en="axis=0 makes the examples compete with each other. The classes of one example lie along "
    "axis 1.",
    zh="axis=0 是让样本之间互相竞争。一个样本的各类在轴 1 上。",
)
mend.bug(
    "all_mean",
    en="The mean over B·C entries, of which C − 1 in every row are 0: sum over the classes first.",
    zh="对 B·C 个元素取了平均，而每行有 C − 1 个是 0：应先对类求和。",
)
mend.bug(
    "no_batch",
    en="dz is the slope of the sum; the loss is a mean, so dz needs 1/B.",
    zh="dz 是求和的梯度；损失是平均，dz 要除以 B。",
)


# ---- on paper ----------------------------------------------------------------------------------

initial_loss = Estimate(float(np.log(50_257)), unit="nats", rtol=0.01)
initial_loss.trap(
    float(np.log2(50_257)),
    en="These are bits. Frameworks take the natural logarithm.",
    zh="这是以 2 为底，单位是 bit。框架里用的是自然对数。",
)
initial_loss.trap(
    float(np.log10(50_257)),
    en="This is the logarithm to base 10. Frameworks take the natural one.",
    zh="这是以 10 为底的对数。框架里用的是自然对数。",
)
initial_loss.trap(
    50_257,
    en="This is the perplexity, the exponential of the loss.",
    zh="这是困惑度，即损失的指数。",
)

smoothing_floor = Estimate(float(-0.9001 * np.log(0.9001) - 0.0999 * np.log(1e-4)), rtol=0.01)
smoothing_floor.trap(
    0,
    en="0 needs p = 1 at the label, and then the other classes' −log p is infinite. The best p is "
    "the smoothed target itself.",
    zh="损失为 0 要求标签处 p = 1，可那样其余各类的 −log p 就是无穷大。最优的 p 就是平滑后的目标本"
    "身。",
)
smoothing_floor.trap(
    float(-np.log(0.9001)),
    en="This is the label's −log p alone. The other 999 classes have weight too, 0.1/1000 each.",
    zh="这只是标签那一项 −log p。其余 999 类也有权重，各 0.1/1000。",
)
smoothing_floor.trap(
    float(-0.9 * np.log(0.9) - 0.1 * np.log(0.1)),
    en="This treats the smoothed mass as one class. It is spread over 1,000, and −log 1e-4 is 9.2.",
    zh="这是把平滑出去的 0.1 当成一个类。它分给了 1000 类，−log 1e-4 是 9.2。",
)

double_softmax_floor = Estimate(float(np.log(1 + 9 / np.e)), rtol=0.01)
double_softmax_floor.trap(
    0,
    en="0 would need a gap of infinity between the numbers that the second softmax sees. They are "
    "probabilities: the gap is at most 1.",
    zh="损失为 0 要求第二个 softmax 的输入相差无穷大。可它的输入是概率，最多差 1。",
)
double_softmax_floor.trap(
    float(np.log(10)),
    en="ln 10 is where it starts, with equal probabilities. The best input is a 1 and nine 0s.",
    zh="ln 10 是各类概率相等时的损失，是起点。最好的输入是一个 1、九个 0。",
)
double_softmax_floor.trap(
    1,
    en="−log(e¹) forgets the denominator: e¹ + 9·e⁰.",
    zh="−log(e¹) 忘了分母：e¹ + 9·e⁰。",
)

# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="The loss of one example is log Σ exp z − z_y; it can be computed without ever forming the "
    "probabilities.",
    zh="一个样本的损失是 log Σ exp z − z_y，不必先算出概率。",
)
flaws.false(
    en="Subtracting the maximum changes the probabilities a little; that is the price of "
    "stability.",
    zh="减去最大值会让概率有一点点变化，这是为了数值稳定付出的代价。",
    because_en="Numerator and denominator shrink by the same factor exp(−m), so on paper nothing "
    "changes at all.",
    because_zh="分子分母同乘 exp(−m)，数学上完全不变。",
    source="Goodfellow et al. 2016, §4.1; Blanchard, Higham & Higham 2021, §1",
)
flaws.false(
    en="Labels 0 to 9 and a Dense(10, softmax) output: I compile with categorical_crossentropy, "
    "Keras turns the integers into one-hot rows.",
    zh="标签是 0 到 9，输出是 Dense(10, softmax)：编译时用 categorical_crossentropy，Keras 会自动"
    "把整数转成 one-hot。",
    because_en="It does not. categorical_crossentropy needs one-hot rows; integers belong to "
    "sparse_categorical_crossentropy. Keras 3 raises a ValueError about the ranks.",
    because_zh="不会。categorical_crossentropy 要 one-hot，整数标签要用 "
    "sparse_categorical_crossentropy。Keras 3 会报 ValueError，说两者的秩不同。",
    source="Keras API, CategoricalCrossentropy and SparseCategoricalCrossentropy",
)
flaws.true(
    en="With one-hot targets, minimizing cross-entropy is maximizing the likelihood, and the KL "
    "divergence from target to model is the same number.",
    zh="目标是 one-hot 时，最小化交叉熵就是最大似然，它和目标到模型的 KL 散度是同一个数。",
)
flaws.false(
    en="Squared error on probabilities is wrong in principle: even at its minimum the model would "
    "not give the true class frequencies.",
    zh="对概率用平方误差从原理上就错了：即使降到最小值，模型给出的也不是真实的类别频率。",
    because_en="That is the Brier score, and it is strictly proper: its minimum is the true "
    "distribution. What fails is the way there, since its gradient vanishes where the softmax "
    "saturates.",
    because_zh="那就是 Brier 分数，它是严格适当的评分规则，最小值正是真实分布。问题出在路上："
    "softmax 饱和的地方它的梯度消失。",
    source="Gneiting & Raftery 2007",
)
flaws.false(
    en="Padding tokens have loss 0, so averaging over all positions of the batch does no harm.",
    zh="padding 的损失是 0，所以对 batch 里所有位置取平均也没关系。",
    because_en="It divides by padding too: the loss, and with it the step, shrinks with the share "
    "of padding, which changes from batch to batch. The mean runs over the valid tokens.",
    because_zh="那样把 padding 也算进了分母：损失和更新步幅都随 padding 的比例缩小，"
    "而这个比例每个 batch 都不一样。应当只对有效 token 取平均。",
    source="PyTorch documentation, cross_entropy, ignore_index",
)
flaws.true(
    en="Perplexity is the exponential of the mean negative log-likelihood per token, in nats.",
    zh="困惑度是每个 token 的平均负对数似然（以 nat 计）的指数。",
)

say = Say(
    model_en="""
I compute the loss from the logits, never from probabilities: log-sum-exp of the row minus the
label's logit. Each row's maximum is subtracted first, which changes nothing on paper and keeps exp
from overflowing. The gradient at the logits is the softmax minus the one-hot target, divided by
the batch size. Cross-entropy is the negative log-likelihood: minimizing it is maximum likelihood.
Squared error behind a softmax or a sigmoid has a gradient that vanishes when the model is
confidently wrong; the cross-entropy's stays near one there.
For sequences I average over the valid tokens only.
As a sanity check, an untrained model must start near ln C.
""",
    model_zh="""
损失直接从 logits 算，不从概率算：一行的 log-sum-exp 减去标签的 logit。
先减去每行的最大值，数学上不变，exp 不会溢出。
对 logits 的梯度是 softmax 减去 one-hot，再除以 batch 大小。
交叉熵就是负对数似然，最小化它就是最大似然。
平方误差接在 softmax 或 sigmoid 后面，模型自信地犯错时梯度消失；交叉熵在那里的梯度接近 1。
序列任务只对有效 token 取平均。检查时看初始损失，随机初始化的模型应在 ln C 附近。
""",
)
say.point(
    en="subtract each row's maximum (log-sum-exp)",
    zh="减去每行的最大值（log-sum-exp）",
    found_en=[
        r"log.?sum.?exp",
        r"(subtract|minus|shift|take)\w*.{0,30}\bmax",
        r"\bmax\w*.{0,25}subtract",
    ],
    found_zh=[r"log.?sum.?exp", r"减.{0,12}(最大|max)", r"(最大值|max).{0,8}减"],
)
say.point(
    en="the loss comes from the logits, not from log(softmax)",
    zh="损失从 logits 直接算，不先算 softmax 再取 log",
    found_en=[
        r"(from|on|with|of) (the )?(raw )?logits",
        r"log.?softmax",
        r"fuse",
        r"never (take|see)\w*.{0,15}log of",
    ],
    found_zh=[
        r"(从|用|对|由)\s*logits.{0,6}(算|求|计算|得)",
        r"log.?softmax",
        r"(合并|融合|合在一起)",
    ],
)
say.point(
    en="gradient: softmax minus one-hot, over the batch size",
    zh="梯度：softmax 减 one-hot，除以 batch 大小",
    found_en=[
        r"(softmax|\bp\b|probabilit\w+).{0,15}(minus|[-−]).{0,20}(one.?hot|target|label|\by\b|\bt\b)",
    ],
    found_zh=[r"(softmax|p|概率)\s*(减去?|[-−])\s*.{0,6}(one.?hot|标签|目标|y)"],
)
say.point(
    en="it is maximum likelihood (NLL; KL up to a constant)",
    zh="它就是最大似然（NLL，与 KL 差一个常数）",
    found_en=[r"likelihood", r"\bKL\b", r"\bNLL\b"],
    found_zh=[r"似然", r"\bKL", r"\bNLL"],
)
say.point(
    en="the squared error's gradient vanishes when confidently wrong",
    zh="自信地犯错时平方误差的梯度消失",
    found_en=[
        r"(squared error|\bMSE\b).{0,90}(vanish|saturat|tiny|die|(near|close to) zero)",
        r"(vanish|saturat)\w*.{0,60}(squared error|\bMSE\b)",
    ],
    found_zh=[
        r"(平方误差|均方误差|MSE).{0,40}(消失|饱和|趋于\s*0|接近\s*0|很小|几乎为\s*0)",
        r"(消失|饱和).{0,20}(平方误差|均方误差|MSE)",
        r"自信.{0,10}(梯度).{0,8}(消失|很小|接近\s*0)",
    ],
)
say.point(
    en="average over the valid tokens",
    zh="只对有效 token 取平均",
    found_en=[
        r"(averag|mean|divid|normali)\w*.{0,40}(valid|unmasked|non.?(ignored|pad)|real tokens)",
        r"(ignor|mask|skip)\w*.{0,25}(padding|pad tokens)",
    ],
    found_zh=[
        r"(有效|非\s*padding|真实).{0,10}(平均|取平均|求平均|除)",
        r"(平均|除以).{0,12}(有效|非\s*padding)",
        r"(忽略|屏蔽|跳过|去掉).{0,6}padding",
    ],
)
say.point(
    en="an untrained model starts near ln C",
    zh="随机初始化时损失在 ln C 附近",
    found_en=[r"\b(ln|log)\s*\(?(of )?(the )?(C\b|V\b|number of classes|vocab)"],
    found_zh=[r"(ln|log)\s*\(?\s*(C|V|类别数|词表)"],
)
