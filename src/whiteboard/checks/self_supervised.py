"""Self-supervised learning: InfoNCE, two views, alignment and uniformity, CLIP's loss.

The references go anchor by anchor and pair by pair. Nothing is trained here; the views are
recognised as shifts of a random image, which no two places share.
"""

from math import acos, cos, exp, fsum, hypot, log

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

# ---- info_nce ----------------------------------------------------------------------------------


def _cosine(u, v):
    return fsum(a * b for a, b in zip(u, v, strict=True)) / hypot(*u) / hypot(*v)


def _surprise(right, scores):
    """−log softmax of the score `right` among `scores`."""
    return log(fsum(exp(score - max(scores)) for score in scores)) + max(scores) - right


def _info_nce(z1, z2, tau):
    """Anchor by anchor."""
    z, B = [*z1, *z2], len(z1)
    losses = []
    for i, anchor in enumerate(z):
        scores = {k: _cosine(anchor, other) / tau for k, other in enumerate(z) if k != i}
        losses.append(_surprise(scores[(i + B) % (2 * B)], scores.values()))
    return np.mean(losses)


_HAND = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[3.0, 4.0], [-1.0, 0.0]])


def _near(rng, B=5, d=4):
    z = rng.normal(size=(B, d))
    return z + 0.4 * rng.normal(size=(B, d)), 2 * z + 0.8 * rng.normal(size=(B, d))


info_nce = Check(_info_nce, atol=1e-9)
info_nce.case(
    *_HAND,
    0.5,
    en="four anchors, three candidates each, the mean of four losses",
    zh="四个锚点，每个三个候选，取四个损失的平均",
    ask_en="The four rows have length 1, 2, 5 and 1. Which cosines does the row (1, 0) see?",
    ask_zh="四行的长度是 1、2、5、1。(1, 0) 这一行看到哪几个余弦？",
)
info_nce.case(
    np.ones((5, 3)),
    np.full((5, 3), 2.0),
    0.2,
    en="all directions alike: ln(2B − 1)",
    zh="方向全相同：ln(2B − 1)",
)
info_nce.case(
    np.array([[1.0, 2.0, 3.0]]),
    np.array([[-1.0, 0.5, 2.0]]),
    0.1,
    en="one image has one candidate: loss 0",
    zh="只有一张图时只有一个候选：损失为 0",
)
info_nce.case(
    np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]),
    np.array([[0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]]),
    0.001,
    en="a tiny temperature leaves a finite loss",
    zh="温度极低，损失仍是有限数",
)
info_nce.case(
    np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, -1.0, 2.0], [0.5, 0.0, 0.0]]),
    np.array([[1.0, 0.9, 0.1], [1.0, 1.2, 0.0], [0.3, -1.0, 2.0], [-3.0, 0.0, 0.1]]),
    0.3,
    en="the same image twice in a batch is a negative of itself",
    zh="一个批次里重复的图片互为负样本",
)


@info_nce.fresh(en="fresh embeddings", zh="新的 embedding")
def _(rng):
    return (*_near(rng), float(rng.uniform(0.1, 1)))


@info_nce.property(en="swapping the two batches changes nothing", zh="交换两个批次，损失不变")
def _(answer, rng):
    z1, z2 = _near(rng)
    given = {"z1": z1, "z2": z2, "tau": 0.3}
    return Evidence(
        given=given, expected=answer(z1.copy(), z2.copy(), 0.3), got=answer(z2, z1, 0.3)
    )


@info_nce.property(
    en="random directions in many dimensions: about ln(2B − 1)",
    zh="高维随机方向：约为 ln(2B − 1)",
)
def _(answer, rng):
    z1, z2 = rng.normal(size=(2, 16, 4000))
    given = Text("two batches of 16 random rows, tau = 1", "两个批次，各 16 行随机数，tau = 1")
    return Evidence(given=given, expected=np.log(31), got=answer(z1, z2, 1.0), tolerance=0.03)


def _z1_only(z1, z2, tau):
    z = np.concatenate([z1, z2])
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    e = np.exp((z @ z.T - 1) / tau)
    np.fill_diagonal(e, 0)
    B = len(z1)
    right = e[np.arange(B), np.arange(B) + B]
    return -np.mean(np.log(right / e[:B].sum(axis=1)))


def _nt_xent(
    rows=lambda z: z / np.linalg.norm(z, axis=1, keepdims=True),
    scale=lambda tau: 1 / tau,
    mask=-np.inf,
    partner=lambda i, B: (i + B) % (2 * B),
    reduce=np.mean,
    without_partner=False,
    stable=True,
):
    """The loss with one part exchanged."""

    def info_nce(z1, z2, tau):
        z = rows(np.concatenate([z1, z2]))
        i, s = np.arange(len(z)), z @ z.T * scale(tau)
        if mask is not None:
            np.fill_diagonal(s, mask)
        right = s[i, partner(i, len(z1))]
        top = s.max(axis=1) if stable else 0 * right
        e = np.exp(s - top[:, None])
        if without_partner:
            e[i, partner(i, len(z1))] = 0
        return reduce(top + np.log(e.sum(axis=1)) - right)

    return info_nce


def _across(z1, z2, tau):
    u, v = [z / np.linalg.norm(z, axis=1, keepdims=True) for z in (z1, z2)]
    s = u @ v.T / tau
    e = np.exp(s - 1 / tau)
    one, two = e.sum(axis=1), e.sum(axis=0)
    return np.mean(np.log(np.concatenate([one, two]))) + 1 / tau - np.diagonal(s).mean()


info_nce.trap(
    _z1_only,
    en="Only the rows of z1 are anchors. Those of z2 pick a partner too, out of the same 2B rows.",
    zh="只有 z1 的行当了锚点。z2 的行也要在同样的 2B 行里认搭档。",
)
info_nce.trap(
    _nt_xent(mask=None),
    en="Each row is a candidate for itself, and with cosine 1 the strongest. All alike then give "
    "ln(2B), not ln(2B − 1). Strike out the diagonal.",
    zh="每一行把自己也当成了候选，余弦是 1，还是最强的那个。方向全相同时得到 ln(2B)，而不是 "
    "ln(2B − 1)。要划掉对角线。",
)
info_nce.trap(
    _nt_xent(mask=0.0),
    en="The diagonal is set to 0, and exp(0) = 1 stays in the sum. What shall not count needs −∞.",
    zh="对角线设成了 0，exp(0) = 1 还留在求和里。不该算的要设成 −∞。",
)
info_nce.trap(
    _nt_xent(rows=lambda z: z),
    en="Plain inner products: longer embeddings lower the loss with nothing learnt. Divide each "
    "row by its length.",
    zh="用的是普通内积：embedding 变长，损失就降，什么也没学到。每行要除以自己的长度。",
)
info_nce.trap(
    _nt_xent(partner=lambda i, B: (i + 1) % (2 * B)),
    en="The target is the next row. With z1 on top of z2 the partner stands B rows away.",
    zh="目标取成了下一行。z1 叠在 z2 上面时，搭档隔着 B 行。",
)
info_nce.trap(
    _nt_xent(partner=lambda i, B: i ^ 1),
    en="Rows 0 and 1, 2 and 3, … are paired, as if the views lay side by side. Here row i of z1 "
    "belongs to row i of z2.",
    zh="把 0 和 1、2 和 3……配成了对，好像两个视图挨着放。这里 z1 的第 i 行对应 z2 的第 i 行。",
)
info_nce.trap(
    _across,
    en="An anchor of z1 sees only z2, B candidates in place of 2B − 1. The other rows of its own "
    "batch are negatives too.",
    zh="z1 的锚点只看了 z2，候选是 B 个而不是 2B − 1 个。自己批次里的其他行也是负样本。",
)
info_nce.trap(
    _nt_xent(without_partner=True),
    en="The partner is missing from the sum below. That is another loss, which can be negative; a "
    "softmax counts the right class too.",
    zh="分母里漏了搭档。那是另一种损失，还可能是负的；softmax 的分母也包括正确的那一类。",
)
info_nce.trap(
    _nt_xent(reduce=np.sum),
    en="The sum over the 2B anchors: it grows with the batch. Take the mean.",
    zh="对锚点求了和：批次越大损失越大。应取平均。",
)
info_nce.trap(
    _nt_xent(scale=lambda tau: tau),
    en="Multiplied by the temperature. Divide: a low temperature makes the softmax sharper.",
    zh="乘了温度。应该除：温度越低，softmax 越尖。",
)
info_nce.trap(
    _nt_xent(stable=False),
    en="exp(1 / tau) overflows for a small tau. Take each row's largest score off first.",
    zh="tau 很小时 exp(1 / tau) 会溢出。先减去每行最大的分数。",
)


# ---- two_views ---------------------------------------------------------------------------------

_MOVES = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]


def _moved(x, down, across):
    """Every image of x moved, zeros from outside."""
    n, h, w = x.shape
    canvas = np.zeros((n, h + 2, w + 2))
    canvas[:, 1:-1, 1:-1] = x
    return canvas[:, 1 - down : 1 - down + h, 1 - across : 1 - across + w]


def _which(x, views):
    """(2, n): the number of the move that made each image of each view; −1 for none."""
    made = np.stack([_moved(x, *move) for move in _MOVES])
    found = []
    for view in views:
        same = np.isclose(made, np.asarray(view, float)[None], atol=1e-5).all(axis=(2, 3))
        found.append(np.where(same.any(axis=0), same.argmax(axis=0), -1))
    return np.array(found)


def _images(rng, n, h=5, w=7):
    return rng.uniform(0.1, 1, size=(n, h, w))


def _two_views(x, rng, noise):
    views = []
    for _ in range(2):
        moves = rng.integers(9, size=len(x))
        view = [_moved(image[None], *_MOVES[m])[0] for image, m in zip(x, moves, strict=True)]
        views.append(view + rng.normal(scale=noise, size=x.shape))
    return tuple(views)


two_views = Check(_two_views)


@two_views.property(en="two views, each shaped as x", zh="两个视图，形状都和 x 一样")
def _(answer, rng):
    x = _images(rng, 3)
    shapes = [np.shape(view) for view in answer(x, rng, 0.1)]
    return Evidence(given={"x of shape": x.shape}, expected=[(3, 5, 7)] * 2, got=shapes)


@two_views.property(
    en="without noise each image is its own original, moved by at most 1, zeros from outside",
    zh="不加噪声时，每张图都是自己的原图移动不超过 1 个像素，外面补 0",
    ask_en="What stands in the row that became free, and what left at the other side?",
    ask_zh="空出来的那一行是什么？从另一边移出去的呢？",
)
def _(answer, rng):
    x = _images(rng, 40)
    good = (_which(x, answer(x.copy(), rng, 0.0)) >= 0).sum(axis=1)
    given = Text(
        "40 images, noise = 0; images that are such moves", "40 张图，noise = 0；合格的张数"
    )
    return Evidence(
        given=given,
        expected={"first view": 40, "second view": 40},
        got={"first view": int(good[0]), "second view": int(good[1])},
        names_zh={"first view": "第一个视图", "second view": "第二个视图"},
    )


@two_views.property(
    en="all chance comes from rng: its next draw is another one, the same seed gives the same",
    zh="随机性全部来自 rng：再调用一次就不同，同样的种子结果相同",
)
def _(answer, rng):
    seed, x = int(rng.integers(1000)), _images(rng, 30)
    x.setflags(write=True)
    kept, source = x.copy(), np.random.default_rng(seed)
    first, later = np.array(answer(x, source, 0.1)), np.array(answer(x, source, 0.1))
    again = np.array(answer(x, np.random.default_rng(seed), 0.1))
    names = {
        "same seed, same views": "种子相同则视图相同",
        "next call differs": "再调用则不同",
        "x kept": "x 未改动",
    }
    got = (np.allclose(first, again), not np.allclose(first, later), np.array_equal(x, kept))
    return Evidence(
        given={"x of shape": x.shape, "seed": seed},
        expected=dict.fromkeys(names, True),
        got=dict(zip(names, map(bool, got), strict=True)),
        names_zh=names,
    )


@two_views.property(
    en="all nine moves occur equally often, in both views",
    zh="两个视图里九种移动出现的次数都相当",
)
def _(answer, rng):
    x = _images(rng, 1, 3, 4)
    calls = [np.concatenate(answer(x, rng, 0.0)) for _ in range(1200)]
    found = _which(np.repeat(x, 1200, axis=0), np.stack(calls, axis=1))
    shares = [np.bincount(view[view >= 0], minlength=9).reshape(3, 3) / 1200 for view in found]
    given = Text(
        "one image, 1,200 times; shares of the moves −1, 0, 1 down (rows) and across (columns)",
        "一张图，调用 1200 次；上下移动 −1、0、1（行）与左右移动 −1、0、1（列）的比例",
    )
    return Evidence(given=given, expected=np.full((2, 3, 3), 1 / 9), got=shares, tolerance=0.05)


@two_views.property(en="each image of a batch moves by itself", zh="批次里每张图各自移动")
def _(answer, rng):
    x = _images(rng, 1600, 3, 4)
    found = _which(x, answer(x, rng, 0.0))
    given = Text(
        "1,600 images; share that moves as the one before, in each view",
        "1600 张图；两个视图里与前一张移动相同的比例",
    )
    same = (found[:, 1:] == found[:, :-1]).mean(axis=1)
    return Evidence(given=given, expected=np.full(2, 1 / 9), got=same, tolerance=0.045)


@two_views.property(
    en="the two views move independently",
    zh="两个视图的移动互相独立",
    ask_en="If both views are equal, what must the encoder know to find the partner?",
    ask_zh="两个视图如果完全相同，编码器要懂什么才能找到搭档？",
)
def _(answer, rng):
    x = _images(rng, 1600, 3, 4)
    one, two = _which(x, answer(x, rng, 0.0))
    given = Text(
        "1,600 images; pairs of moves that occur, of 81", "1600 张图；81 种移动组合里出现了几种"
    )
    return Evidence(
        given=given, expected=81, got=len(set(zip(one.tolist(), two.tolist(), strict=True)))
    )


@two_views.property(
    en="fresh normal noise for each pixel, image and view, not clipped",
    zh="每个像素、每张图、每个视图都有新抽的正态噪声，不裁剪",
)
def _(answer, rng):
    one, two = [np.asarray(view, float) for view in answer(np.zeros((400, 8, 8)), rng, 0.5)]
    found = {
        ("mean", "均值"): (0, one.mean()),
        ("deviation in view 1", "视图 1 的标准差"): (0.5, one.std()),
        ("deviation in view 2", "视图 2 的标准差"): (0.5, two.std()),
        ("beyond 2 deviations", "超出 2 倍标准差的比例"): (0.0455, np.mean(np.abs(one) > 1)),
        ("shared by the views", "两个视图共有"): (0, np.mean(one * two)),
        ("shared by images", "各图共有"): (0, np.mean(two[1:] * two[:-1])),
        ("shared in columns", "同列共有"): (0, np.mean(one[:, 1:] * one[:, :-1])),
        ("shared in rows", "同行共有"): (0, np.mean(one[:, :, 1:] * one[:, :, :-1])),
    }
    return Evidence(
        given=Text("400 empty images, noise = 0.5", "400 张空图，noise = 0.5"),
        expected={en: wanted for (en, _), (wanted, _) in found.items()},
        got={en: float(got) for (en, _), (_, got) in found.items()},
        tolerance=0.02,
        names_zh=dict(found.keys()),
    )


def _views(
    draw=lambda rng, n: rng.integers(-1, 2, size=(n, 2)),
    move=lambda image, down, across: _moved(image[None], down, across)[0],
    noise=lambda rng, shape: rng.normal(size=shape),
    views=lambda view, x: (view(x), view(x)),
    source=lambda rng: rng,
):
    """Both views with one part exchanged."""

    def two_views(x, rng, noise_size):
        rng = source(rng)

        def view(x):
            moves = draw(rng, len(x))
            moved = [move(image, *pair) for image, pair in zip(x, moves, strict=True)]
            return np.array(moved) + noise_size * noise(rng, x.shape)

        return views(view, x)

    return two_views


two_views.trap(
    _views(views=lambda view, x: (view(x),) * 2),
    en="One draw serves both views: what moved alike is recognised for nothing. Draw again for the "
    "second.",
    zh="两个视图用的是同一次抽样：移动得一模一样，搭档白白就能认出来。第二个视图要重新抽。",
)
two_views.trap(
    _views(move=lambda image, down, across: np.roll(image, (down, across), axis=(0, 1))),
    en="np.roll brings what leaves at one side in at the other. Fill with zeros.",
    zh="np.roll 会把从一边移出去的又从另一边移进来。应该补 0。",
)
two_views.trap(
    _views(views=lambda view, x: (x.copy(), view(x))),
    en="The first view is the original: it never moves and has no noise. Augment both.",
    zh="第一个视图就是原图，不移动也没有噪声。两个都要增强。",
)
two_views.trap(
    _views(draw=lambda rng, n: np.tile(rng.integers(-1, 2, size=(1, 2)), (n, 1))),
    en="One move for the whole batch. Each image needs its own, or the shift is the same for all.",
    zh="整批用了同一个移动。每张图都要自己抽。",
)
two_views.trap(
    _views(draw=lambda rng, n: rng.integers(-1, 1, size=(n, 2))),
    en="rng.integers(-1, 1) never gives 1: the upper end is excluded.",
    zh="rng.integers(-1, 1) 永远抽不到 1：上界不包含在内。",
)
two_views.trap(
    _views(draw=lambda rng, n: np.tile(rng.integers(-1, 2, size=(n, 1)), (1, 2))),
    en="Down and across share one draw, so that only the diagonal moves occur.",
    zh="上下和左右用了同一个随机数，只会沿对角线移动。",
)
two_views.trap(
    _views(source=lambda rng: np.random.default_rng(0)),
    en="A generator of your own with a fixed seed: every call makes the same views, in all epochs. "
    "Use rng.",
    zh="自己建了一个种子固定的生成器：每次调用、每个 epoch 都是同样的视图。要用传入的 rng。",
)
two_views.trap(
    lambda x, rng, noise: np.array(_two_views(x, rng, 0.0)) + noise * rng.normal(size=x.shape),
    en="Both views carry the same noise, and a partner is known by it. Draw the noise anew.",
    zh="两个视图带着同样的噪声，凭噪声就能认出搭档。噪声要重新抽。",
)
two_views.trap(
    _views(noise=lambda rng, shape: rng.normal(size=shape[1:])),
    en="One noise image for the whole batch. Each image needs its own.",
    zh="整批共用一张噪声图。每张图要有自己的噪声。",
)
two_views.trap(
    _views(views=lambda view, x: tuple(v.clip(0, 1) for v in (view(x), view(x)))),
    en="Clipped to [0, 1]: on an empty background half of the noise is gone.",
    zh="裁剪到了 [0, 1]：空白背景上，一半噪声没了。",
)


# ---- align_uniform -----------------------------------------------------------------------------


def _gap(u, v):
    """Squared distance of two directions, from the angle between them."""
    return 2 - 2 * cos(acos(max(-1.0, min(1.0, _cosine(u, v)))))


def _align_uniform(z1, z2):
    def uniformity(z):
        return log(np.mean([exp(-2 * _gap(z[i], z[j])) for i in range(len(z)) for j in range(i)]))

    alignment = np.mean([_gap(u, v) for u, v in zip(z1, z2, strict=True)])
    return alignment, (uniformity(z1) + uniformity(z2)) / 2


align_uniform = Check(_align_uniform, atol=1e-9, returns=("alignment", "uniformity"))
align_uniform.case(
    np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [-3.0, 0.0, 0.0]]),
    np.array([[0.6, 0.8, 0.0], [0.0, 1.0, 0.0], [-0.8, 0.6, 0.0]]),
    en="three partners; three pairs of rows in each batch",
    zh="三对搭档；每个批次有三个行对",
    ask_en="In z1 the squared distances of the directions are 2, 2 and 4. And the partners'?",
    ask_zh="z1 里各方向间的距离平方是 2、2、4。搭档之间呢？",
)
align_uniform.case(
    np.full((4, 3), 0.7),
    np.full((4, 3), 1.9),
    en="collapse: both numbers are 0",
    zh="坍缩：两个数都是 0",
)
align_uniform.case(
    np.array([[1.0, 0.0], [-1.0, 0.0]]),
    np.array([[1.0, 0.0], [-1.0, 0.0]]),
    en="two opposite rows: 0 and −8",
    zh="两行方向相反：0 和 −8",
)
align_uniform.case(
    np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [1.0, 2.0, 0.0], [-1.0, 0.5, 3.0]]),
    np.array([[9.0, 0.0, 2.0], [0.0, 1.0, -1.0], [0.1, 0.2, 0.0], [2.0, 0.5, -0.3]]),
    en="rows of any length, two of them in one direction",
    zh="各行长度任意，其中两行方向相同",
)


@align_uniform.fresh(en="fresh embeddings", zh="新的 embedding")
def _(rng):
    return _near(rng, 6, 3)


def _measures(
    rows=lambda z: z / np.linalg.norm(z, axis=1, keepdims=True),
    align=lambda u, v: ((u - v) ** 2).sum(axis=1).mean(),
    pairs=lambda g: g[np.triu_indices(len(g), 1)],
    spread=lambda gaps: np.log(np.exp(-2 * gaps).mean()),
    both=lambda one, two: (one + two) / 2,
    across=False,
):
    """The two measures with one part exchanged."""

    def align_uniform(z1, z2):
        u, v = rows(z1), rows(z2)
        sides = ((u, v), (v, u)) if across else ((u, u), (v, v))
        gaps = [((a[:, None] - b[None]) ** 2).sum(axis=2) for a, b in sides]
        return align(u, v), both(*[spread(pairs(g)) for g in gaps])

    return align_uniform


align_uniform.trap(
    _measures(rows=lambda z: z),
    en="The rows keep their lengths. Both measures live on the unit sphere: normalise first.",
    zh="各行没有归一化。两个指标都定义在单位球面上：先归一化。",
)
align_uniform.trap(
    _measures(align=lambda u, v: np.linalg.norm(u - v, axis=1).mean()),
    en="Alignment takes the distance, not its square.",
    zh="对齐指标用了距离，没有平方。",
)
align_uniform.trap(
    _measures(align=lambda u, v: ((u - v) ** 2).mean()),
    en="Alignment is averaged over the coordinates too: d times too small. Sum within a row.",
    zh="对齐指标把坐标也平均了，小了 d 倍。行内应求和。",
)
align_uniform.trap(
    _measures(pairs=np.ravel),
    en="Each row is paired with itself, at distance 0: those ones in the mean hide how far the "
    "others spread.",
    zh="每行和自己也配了对，距离为 0：这些 1 混进平均，掩盖了其他行铺得多开。",
)
align_uniform.trap(
    _measures(spread=lambda gaps: np.mean(-2 * gaps)),
    en="The mean of the logs: it is −2 times the mean squared distance, and blind to a few rows "
    "that fall together. Take exp, then the mean, then the log.",
    zh="先取了对数再平均，等于 −2 乘平均距离平方，少数几行重合就看不出来。"
    "应先 exp，再平均，再取对数。",
)
align_uniform.trap(
    _measures(spread=lambda gaps: np.exp(-2 * gaps).mean()),
    en="The log is missing: a collapsed batch gives 1 in place of 0.",
    zh="漏了对数：坍缩时得到 1，而不是 0。",
)
align_uniform.trap(
    _measures(both=lambda one, two: one),
    en="Uniformity of z1 alone: z2 could have collapsed unseen.",
    zh="只算了 z1 的均匀指标：z2 坍缩了也看不出来。",
)
align_uniform.trap(
    _measures(across=True),
    en="Rows of z1 are compared with rows of z2. Uniformity looks at each batch by itself.",
    zh="拿 z1 的行和 z2 的行比了。均匀指标应各看各的批次。",
)


# ---- clip_loss ---------------------------------------------------------------------------------


def _clip_loss(a, b, tau):
    """Row by row, then column by column."""
    sides = []
    for these, those in ((a, b), (b, a)):
        for i, one in enumerate(these):
            scores = [_cosine(one, other) / tau for other in those]
            sides.append(_surprise(scores[i], scores))
    return np.mean(sides)


clip_loss = Check(_clip_loss, atol=1e-9)
clip_loss.case(
    np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0]]),
    np.array([[3.0, 4.0], [-1.0, 0.0], [0.0, -1.0]]),
    0.5,
    en="three rows and three columns, the mean of six losses",
    zh="三行三列，取六个损失的平均",
    ask_en="The first row of cosines is 0.6, −1, 0. Which three stand in the first column?",
    ask_zh="余弦矩阵的第一行是 0.6、−1、0。第一列是哪三个？",
)
clip_loss.case(
    np.ones((6, 3)),
    np.full((6, 3), 0.5),
    0.07,
    en="all directions alike: ln B",
    zh="方向全相同：ln B",
)
clip_loss.case(
    np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]),
    np.array([[0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]]),
    0.001,
    en="a tiny temperature leaves a finite loss",
    zh="温度极低，损失仍是有限数",
)
clip_loss.case(
    np.array([[1.0, 2.0, -1.0]]),
    np.array([[-1.0, 0.0, 1.0]]),
    0.2,
    en="one pair: loss 0",
    zh="只有一对：损失为 0",
)


@clip_loss.fresh(en="fresh embeddings", zh="新的 embedding")
def _(rng):
    return (*_near(rng, 6, 3), float(rng.uniform(0.1, 1)))


@clip_loss.property(en="the two sides can be swapped", zh="两边可以互换")
def _(answer, rng):
    a, b = _near(rng)
    given = {"a": a, "b": b, "tau": 0.3}
    return Evidence(given=given, expected=answer(a.copy(), b.copy(), 0.3), got=answer(b, a, 0.3))


def _clip(weights=(0.5, 0.5), symmetric=False):
    """The loss with one part exchanged."""

    def clip_loss(a, b, tau):
        u, v = [z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b)]
        s = (u @ v.T + (v @ u.T if symmetric else u @ v.T)) / (2 * tau)
        sides = [np.logaddexp.reduce(s, axis=axis) - np.diagonal(s) for axis in (1, 0)]
        return weights[0] * sides[0].mean() + weights[1] * sides[1].mean()

    return clip_loss


def _all_cells(a, b, tau):
    u, v = [z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b)]
    s = u @ v.T / tau
    return np.log(np.exp(s - 1 / tau).sum()) + 1 / tau - np.diagonal(s).mean()


clip_loss.trap(
    _clip(weights=(1, 0)),
    en="Only a picks among b. The columns are missing, where each row of b picks among a.",
    zh="只有 a 在 b 里挑。漏了列方向：b 的每一行也要在 a 里挑。",
)
clip_loss.trap(
    _clip(weights=(0, 1)),
    en="Only b picks among a. The rows are missing, where each row of a picks among b.",
    zh="只有 b 在 a 里挑。漏了行方向：a 的每一行也要在 b 里挑。",
)
clip_loss.trap(
    _clip(weights=(1, 1)),
    en="The two directions are added. Take their mean.",
    zh="两个方向加起来了。应取平均。",
)
clip_loss.trap(
    _nt_xent(),
    en="This is SimCLR's loss: images compete with images, texts with texts, 2B − 1 candidates. "
    "CLIP compares only across, B candidates.",
    zh="这是 SimCLR 的损失：图和图、文和文也在竞争，候选 2B − 1 个。CLIP 只跨模态比较，候选 B 个。",
)
clip_loss.trap(
    _clip(symmetric=True),
    en="The matrix is averaged with its transpose before the softmax. Symmetric is the loss, not "
    "the matrix: one softmax along the rows, one along the columns.",
    zh="在 softmax 之前把矩阵和它的转置平均了。对称的是损失，不是矩阵：沿行、沿列各做一次 "
    "softmax。",
)
clip_loss.trap(
    _all_cells,
    en="One softmax over all B² cells. Each row and each column is a choice of its own, among B.",
    zh="对全部 B² 个格子做了一次 softmax。每一行、每一列各自是一次 B 选一。",
)

# ---- on paper ----------------------------------------------------------------------------------

chance = Estimate(6.236, rtol=0.002)
chance.trap(
    5.545,
    en="ln 256 counts one view of each image: CLIP's chance level. Here every anchor has 2B − 1 "
    "candidates.",
    zh="ln 256 只数了每张图的一个视图，那是 CLIP 的瞎猜水平。这里每个锚点有 2B − 1 个候选。",
)
chance.trap(
    8.997,
    en="This is the base-2 logarithm. Cross-entropies use the natural one.",
    zh="这是以 2 为底的对数。交叉熵用自然对数。",
)
chance.trap(
    0.0,
    en="Partners agree perfectly, but so does every other candidate: the right one is guessed.",
    zh="搭档完全一致，可其他候选也一样：只能瞎猜。",
)
chance.trap(
    511.0,
    en="That is the number of candidates. The loss is its logarithm.",
    zh="这是候选的个数。损失是它的对数。",
)

hardness = Estimate(54.6, rtol=0.02)
hardness.trap(
    1.8,
    en="The ratio of the cosines. The softmax takes exponentials of cosine / tau.",
    zh="这是余弦之比。softmax 里用的是（余弦 / tau）的指数。",
)
hardness.trap(
    1.04,
    en="The temperature is multiplied here: exp(0.4 · 0.1). It divides.",
    zh="这里乘了温度：exp(0.4 · 0.1)。应该除。",
)
hardness.trap(
    4.0,
    en="The difference of the scores. Their weights stand as its exponential.",
    zh="这是分数之差。权重之比是它的指数。",
)
hardness.trap(
    1.49,
    en="exp(0.4) leaves the temperature out.",
    zh="exp(0.4) 漏了温度。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Self-supervised learning is another word for unsupervised tasks such as clustering.",
    zh="自监督学习就是聚类之类的无监督任务的另一种叫法。",
    because_en="It has targets, made from the data: the masked word, the other view. Clustering "
    "alone predicts nothing.",
    because_zh="它有目标，而且目标由数据本身产生：被遮住的词、另一个视图。单纯的聚类什么也不预测。",
    source="Devlin et al. 2019; Chen et al. 2020, §2.1",
)
flaws.true(
    en="Next-token prediction is self-supervised: the target is a part of the text itself.",
    zh="预测下一个 token 是自监督：目标就是文本自己的一部分。",
)
flaws.false(
    en="It works with pseudo-labels: a classifier fitted to the labelled images labels the rest, "
    "and one trains on that.",
    zh="它靠的是伪标签：用有标签的图片训练分类器，给其余图片打标签，再拿来训练。",
    because_en="That is semi-supervised: it begins with human labels. A self-supervised encoder "
    "sees none.",
    because_zh="那是半监督：起点是人工标签。自监督的编码器一个标签也不看。",
    source="Lee 2013 (the title says semi-supervised)",
)
flaws.true(
    en="Two images of one digit in a batch are negatives of each other: the loss does not know "
    "better.",
    zh="批次里同一个数字的两张图互为负样本：损失并不知道它们同类。",
)
flaws.true(
    en="In a linear probe the encoder is frozen; only a linear classifier is fitted to the labels.",
    zh="线性探针里编码器是冻结的，只用标签拟合一个线性分类器。",
)
flaws.false(
    en="The cleanest positive pair is the same augmented image twice: then the target is exact.",
    zh="最干净的正样本对，是同一张增强后的图用两次：目标完全准确。",
    because_en="Then the pair is found without knowing anything. Above, such an encoder scores "
    "below raw pixels.",
    because_zh="那样什么都不懂也能认出搭档。上面量过，这样训练的编码器还不如原始像素。",
    source="measured above; Chen et al. 2020, §3",
    source_zh="见上面的实测；Chen et al. 2020, §3",
)
flaws.false(
    en="If the partners' embeddings agree perfectly, the encoder has learnt the task.",
    zh="搭档的 embedding 完全一致，就说明编码器学会了。",
    because_en="An encoder that gives one point for everything does that. Look at uniformity as "
    "well.",
    because_zh="给所有输入同一个点的编码器也能做到。还要看均匀性。",
    source="measured above; Wang & Isola 2020",
    source_zh="见上面的实测；Wang & Isola 2020",
)
flaws.true(
    en="CLIP's positives are images and the texts found with them; for B pairs it needs a B × B "
    "matrix.",
    zh="CLIP 的正样本对是图片和它配的文本；B 对只需要一个 B × B 的矩阵。",
)

say = Say(
    model_en="""
Self-supervised learning takes its targets from the data itself and needs no labels.
In SimCLR two augmentations of one image are a positive pair.
All other rows of the batch are negatives.
InfoNCE is a softmax cross-entropy over cosine similarities divided by a temperature.
The row itself is excluded.
CLIP applies it between images and texts along rows and columns.
The augmentations decide what the encoder ignores.
The danger is collapse to one point.
I judge it by a linear probe on the frozen encoder beside raw pixels.
""",
    model_zh="""
自监督学习的目标来自数据本身，不需要标签。
SimCLR 里，一张图的两次增强是正样本对。
批次里其他各行都是负样本。
InfoNCE 是对余弦相似度除以温度做 softmax 交叉熵。
要去掉自己。
CLIP 在图像和文本之间用它，沿行、沿列各算一次。
数据增强决定编码器忽略什么。
要防的是坍缩成一点。
最后冻结编码器做线性探针，与原始像素对照。
""",
)
say.point(
    en="targets from the data itself",
    zh="目标来自数据本身",
    found_en=[
        r"(targets?|labels?|supervision|signal) .{0,20}(from|made of|in) the (data|input)",
        r"(masked word|next token|other view)",
        r"needs? no labels",
    ],
    found_zh=[
        r"(目标|标签|监督信号).{0,8}(数据|输入)(本身|自身|自己)",
        r"下一个\s*token|遮住的词|另一个视图",
        r"不(需要|用|看)标签",
    ],
)
say.point(
    en="two views are positives, the rest of the batch negatives",
    zh="两个视图是正样本对，其余是负样本",
    found_en=[r"two (random )?(augment\w+|views)", r"positive pairs?", r"negatives?\b"],
    found_zh=[r"两(次|个|种).{0,4}(增强|视图)", r"正样本", r"负样本"],
)
say.point(
    en="softmax over cosines over a temperature",
    zh="余弦相似度除以温度的 softmax",
    found_en=[r"InfoNCE|NT-Xent", r"cosine", r"temperature"],
    found_zh=[r"InfoNCE|NT-Xent", r"余弦", r"温度"],
)
say.point(
    en="CLIP: across two kinds, both directions",
    zh="CLIP：跨模态，两个方向",
    found_en=[
        r"\bCLIP\b",
        r"(rows and columns|both directions|symmetric)",
        r"images? (and|with|to) (the |their )?(texts?|captions?)",
    ],
    found_zh=[r"CLIP", r"沿行|两个方向|对称", r"(图像|图片|图)(和|与|跟)(它的)?(文本|文字|说明)"],
)
say.point(
    en="what prevents or shows collapse",
    zh="坍缩",
    found_en=[
        r"collaps",
        r"(same|one|single|constant) (point|embedding|vector)",
        r"uniformity|alignment",
    ],
    found_zh=[r"坍缩|塌缩", r"(同一个|一)(点|向量|embedding)", r"均匀性|对齐"],
)
say.point(
    en="a probe with a control",
    zh="带对照的探针",
    found_en=[r"linear prob", r"(raw pixels|untrained|random encoder)", r"(frozen|freeze) "],
    found_zh=[r"线性探针|线性评估", r"原始像素|未训练|随机编码器", r"冻结"],
)
