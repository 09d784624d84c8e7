"""Self-supervised learning: other right answers, and every trap written a second way."""

import numpy as np

# ---- info_nce ----------------------------------------------------------------------------------


def directions(z):
    return z / np.sqrt(np.sum(z * z, axis=-1, keepdims=True))


def without_self(z1, z2, tau):
    """Removes the diagonal instead of masking it, and moves the partner to the front."""
    u = directions(np.vstack([z1, z2]))
    n, B = len(u), len(z1)
    losses = []
    for i in range(n):
        order = [(i + B) % n, *[k for k in range(n) if k not in (i, (i + B) % n)]]
        scores = u[order] @ u[i] / tau
        losses.append(np.logaddexp.reduce(scores) - scores[0])
    return sum(losses) / n


def in_blocks(z1, z2, tau):
    """Four B × B blocks, in single precision."""
    u, v = [directions(np.asarray(z, np.float32)) for z in (z1, z2)]
    t, own = np.float32(tau), np.eye(len(u), dtype=bool)
    uu, vv = [np.where(own, -np.inf, w @ w.T / t) for w in (u, v)]
    uv = u @ v.T / t
    sides = [np.logaddexp.reduce(np.hstack(row), axis=1) for row in ((uv, uu), (uv.T, vv))]
    return (np.mean(sides) - np.diagonal(uv).mean()).astype(np.float32)


def contrast(
    own=None, rows=directions, temper=np.divide, step=None, anchors=2, across=False, rest=False
):
    """By logaddexp, with a mistake switched on."""

    def answer(z1, z2, tau):
        B, u = len(z1), rows(np.concatenate((z1, z2), axis=0))
        losses = []
        for i in range(anchors * B):
            partner = (i + B) % (2 * B) if step is None else step(i, 2 * B)
            scores = {k: temper(u[i] @ u[k], tau) for k in range(2 * B)}
            right = scores[partner]
            if own is None:
                del scores[i]
            else:
                scores[i] = own(scores[i])
            if across:
                scores = {k: s for k, s in scores.items() if (k < B) != (i < B)}
            if rest:
                scores.pop(partner)
            losses.append(np.logaddexp.reduce([*scores.values(), -np.inf]) - right)
        return np.array(losses)

    return answer


def mean_of(losses):
    return lambda *inputs: losses(*inputs).mean()


def next_row(i, n):
    return i + 1 if i + 1 < n else 0


def neighbour(i, n):
    return i - 1 if i % 2 else i + 1


def overflowing(z1, z2, tau):
    u = directions(np.vstack([z1, z2]))
    e = np.exp(u @ u.T / tau)
    e -= np.diag(np.diagonal(e))
    B = len(z1)
    right = np.concatenate([np.diagonal(e, B), np.diagonal(e, -B)])
    return -np.log(right / e.sum(axis=0)).mean()


# ---- two_views ---------------------------------------------------------------------------------


def by_roll(x, rng, noise):
    """np.roll, then the rows and columns that came round are emptied."""
    views = []
    for _ in range(2):
        view = np.empty_like(x)
        for place, image in enumerate(x):
            down, across = rng.choice([-1, 0, 1], size=2)
            image = np.roll(image, (down, across), axis=(0, 1))
            if down:
                image[0 if down > 0 else -1] = 0
            if across:
                image[:, 0 if across > 0 else -1] = 0
            view[place] = image
        views.append(view + rng.normal(0, noise, x.shape))
    return views


def by_windows(x, rng, noise):
    """All 3 × 3 windows of the padded images; one array of both views."""
    n, h, w = x.shape
    canvas = np.zeros((n, h + 2, w + 2))
    canvas[:, 1:-1, 1:-1] = x
    windows = np.lib.stride_tricks.sliding_window_view(canvas, (h, w), axis=(1, 2))
    pick = rng.integers(9, size=(2, n))
    views = windows.reshape(n, 9, h, w)[np.arange(n), pick]
    return views + noise * rng.standard_normal((2, n, h, w))


def views_of(
    moves=lambda rng, n: rng.integers(3, size=(n, 2)),
    fill="constant",
    grain=lambda rng, noise, shape: rng.normal(0, noise, shape),
    after=lambda view: view,
):
    """One view, with a mistake switched on."""

    def view(x, rng, noise):
        canvas = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode=fill)
        (n, h, w), drawn = x.shape, moves(rng, len(x))
        cut = [canvas[i, r : r + h, c : c + w] for i, (r, c) in enumerate(drawn)]
        return after(np.stack(cut) + grain(rng, noise, (n, h, w)))

    return view


def twice(view):
    return lambda x, rng, noise: (view(x, rng, noise), view(x, rng, noise))


def one_for_both(x, rng, noise):
    seen = views_of()(x, rng, noise)
    return seen, seen.copy()


def original_first(x, rng, noise):
    return [x, views_of()(x, rng, noise)]


def same_grain(x, rng, noise):
    grain = rng.normal(0, noise, x.shape)
    return [view + grain for view in by_windows(x, rng, 0)]


def reseeded(x, rng, noise):
    return by_windows(x, np.random.default_rng(42), noise)


# ---- align_uniform -----------------------------------------------------------------------------


def by_products(z1, z2):
    """Squared distances as 2 − 2 cosine."""
    u, v = directions(z1), directions(z2)
    logs = []
    for w in (u, v):
        others = ~np.eye(len(w), dtype=bool)
        logs.append(np.log(np.mean(np.exp(4 * (w @ w.T - 1)[others]))))
    return 2 - 2 * np.mean(np.sum(u * v, axis=1)), np.mean(logs)


def by_pairs(z1, z2):
    u, v = directions(np.float32(z1)), directions(np.float32(z2))
    logs = [
        np.log(np.mean([np.exp(-2 * np.sum((a - b) ** 2)) for i, a in enumerate(w) for b in w[:i]]))
        for w in (u, v)
    ]
    return [np.mean([np.sum((a - b) ** 2) for a, b in zip(u, v, strict=True)]), sum(logs) / 2]


def measured(
    rows=directions,
    near=lambda gaps: np.mean(gaps),
    others=True,
    spread=lambda e: np.log(np.mean(e)),
    first_only=False,
    across=False,
):
    def answer(z1, z2):
        u, v = rows(z1), rows(z2)
        found = []
        for a, b in ((u, v), (v, u)) if across else ((u, u), (v, v)):
            gaps = [
                np.sum((p - q) ** 2)
                for i, p in enumerate(a)
                for k, q in enumerate(b)
                if (k > i if across else k != i) or not others
            ]
            found.append(spread(np.exp(-2 * np.array(gaps))))
        partners = np.sum((u - v) ** 2, axis=1)
        return near(partners), found[0] if first_only else sum(found) / 2

    return answer


def per_coordinate(z1, z2):
    near, spread = by_products(z1, z2)
    return near / z1.shape[1], spread


# ---- clip_loss ---------------------------------------------------------------------------------


def by_logaddexp(a, b, tau):
    s = directions(a) @ directions(b).T / tau
    down, along = np.logaddexp.reduce(s, axis=0), np.logaddexp.reduce(s, axis=1)
    return np.mean(0.5 * (down + along) - np.diag(s))


def row_by_row(a, b, tau):
    total = 0.0
    for these, those in ((directions(a), directions(b)), (directions(b), directions(a))):
        for i, one in enumerate(these):
            gaps = (those - those[i]) @ one / tau
            top = gaps.max()
            total += top + np.log(np.exp(gaps - top).sum())
    return total / (2 * len(a))


def clipped(matrix=lambda s: s):
    def sides(a, b, tau):
        s = matrix(directions(a) @ directions(b).T / tau)
        right = np.trace(s) / len(s)
        return [np.logaddexp.reduce(s, axis=axis).mean() - right for axis in (1, 0)]

    return sides


def one_softmax(a, b, tau):
    s = directions(a) @ directions(b).T / tau
    return np.logaddexp.reduce(s.ravel()) - np.diagonal(s).mean()


RIGHT = {
    "info_nce": [without_self, in_blocks],
    "two_views": [by_roll, by_windows],
    "align_uniform": [by_products, by_pairs],
    "clip_loss": [by_logaddexp, row_by_row],
    "chance": ["6.24", np.log(511)],
    "hardness": ["55", np.exp(4)],
    "flaws": [{7, 6, 3, 1}, "1，3，6，7"],
}

TWINS = {
    "info_nce": {
        1: mean_of(contrast(anchors=1)),
        2: mean_of(contrast(own=lambda score: score)),
        3: mean_of(contrast(own=lambda score: 0 * score)),
        4: mean_of(contrast(rows=lambda z: z)),
        5: mean_of(contrast(step=next_row)),
        6: mean_of(contrast(step=neighbour)),
        7: mean_of(contrast(across=True)),
        8: mean_of(contrast(rest=True)),
        9: lambda z1, z2, tau: sum(contrast()(z1, z2, tau)),
        10: mean_of(contrast(temper=np.multiply)),
        11: overflowing,
    },
    "two_views": {
        1: one_for_both,
        2: twice(views_of(fill="wrap")),
        3: original_first,
        4: twice(views_of(moves=lambda rng, n: [rng.integers(3, size=2)] * n)),
        5: twice(views_of(moves=lambda rng, n: rng.integers(1, 3, size=(n, 2)))),
        6: twice(views_of(moves=lambda rng, n: [(m, m) for m in rng.integers(3, size=n)])),
        7: reseeded,
        8: same_grain,
        9: twice(views_of(grain=lambda rng, noise, shape: rng.normal(0, noise, (1, *shape[1:])))),
        10: twice(views_of(after=lambda view: np.minimum(np.maximum(view, 0), 1))),
    },
    "align_uniform": {
        1: measured(rows=lambda z: z),
        2: measured(near=lambda gaps: np.mean(np.sqrt(gaps))),
        3: per_coordinate,
        4: measured(others=False),
        5: measured(spread=lambda e: np.mean(np.log(e))),
        6: measured(spread=np.mean),
        7: measured(first_only=True),
        8: measured(across=True),
    },
    "clip_loss": {
        1: lambda *inputs: clipped()(*inputs)[0],
        2: lambda *inputs: clipped()(*inputs)[1],
        3: lambda *inputs: sum(clipped()(*inputs)),
        4: without_self,
        5: lambda *inputs: np.mean(clipped(matrix=lambda s: 0.5 * s + 0.5 * s.T)(*inputs)),
        6: one_softmax,
    },
    "chance": {1: np.log(256), 2: np.log2(511), 3: 0, 4: "511"},
    "hardness": {1: 0.9 / 0.5, 2: np.exp(0.04), 3: "4", 4: np.exp(0.4)},
}

TWO_AT_ONCE = {
    "info_nce": [(mean_of(contrast(own=lambda s: s, rows=lambda z: z)), {2, 4})],
    "two_views": [(twice(views_of(fill="wrap", after=lambda v: v.clip(0, 1))), {2, 10})],
    "align_uniform": [(measured(rows=lambda z: z, others=False), {1, 4})],
    "clip_loss": [(lambda *inputs: clipped(matrix=lambda s: (s + s.T) / 2)(*inputs)[0], {1, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the supervision comes from the data itself",
                    "predict the next token",
                    "it needs no labels",
                ],
                "there is no masked word",
            ),
            (
                [
                    "two views of one image",
                    "they form a positive pair",
                    "other images are negatives",
                ],
                "there are no negatives",
            ),
            (
                ["the loss is InfoNCE", "cosine similarity", "divide by the temperature"],
                "there is no temperature",
            ),
            (
                ["CLIP does it twice", "the loss is symmetric", "images with their captions"],
                "it is not symmetric",
            ),
            (
                ["it may collapse", "all images get one embedding", "measure the uniformity"],
                "it does not collapse",
            ),
            (
                ["fit a linear probe", "against raw pixels", "keep the encoder frozen "],
                "without a linear probe",
            ),
        ],
        "zh": [
            (["目标由数据自身产生", "预测下一个 token", "不需要标签"], "没有被遮住的词"),
            (["同一张图的两个视图", "组成正样本对", "其余都是负样本"], "没有负样本"),
            (["损失是 InfoNCE", "算余弦相似度", "除以温度"], "不用余弦"),
            (["CLIP 有两个编码器", "两个方向各算一次", "图片和文本配对"], "没有两个方向"),
            (["可能会坍缩", "所有输入得到同一个向量", "看均匀性指标"], "没有坍缩"),
            (["做线性探针", "和原始像素比", "编码器冻结"], "不做线性探针"),
        ],
    }
}

EQUIVALENT = {}
