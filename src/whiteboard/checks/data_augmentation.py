"""Data augmentation: random shifts, mixup, flipped boxes.

Shifts, partners and weights are random, so they are decoded from the answer's output and judged by
shares. Every tolerance is at least 5 standard errors of its statistic. Images are not square and
hold no value twice, so that each pixel tells where it came from.
"""

from itertools import product

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

_MEASURED = {
    "images that moved and lost no pixel": "移动了却没有丢掉任何像素的图像比例",
    "images with one pixel twice": "同一个像素出现两次的图像比例",
    "images that are no zero-filled move": "不是“移动后补零”的图像比例",
    "moved like the image before": "与前一张图移动完全相同的比例",
    "as far down as right": "向下与向右步数相同的比例",
    "rows moved by −2 … 2": "行方向移动 −2 … 2 的比例",
    "columns moved by −2 … 2": "列方向移动 −2 … 2 的比例",
    "the whole batch stayed where it was": "整个 batch 原地未动",
    "k = 0: pixels changed": "k = 0 时被改动的像素数",
    "k = 4: images that are no zero-filled move": "k = 4 时不是“移动后补零”的图像比例",
    "x was changed in place": "x 是否被就地改动",
    "entries of x changed in place": "x 被就地改动的元素数",
    "entries of y changed in place": "y 被就地改动的元素数",
    "labels with their image's partner": "标签与图像用同一个搭档的比例",
    "labels with their image's weight": "标签与图像用同一个权重的比例",
    "calls whose weights sum to 1": "权重之和为 1 的调用比例",
    "calls with one weight for all": "全批共用一个权重的调用比例",
    "calls that use every image once as partner": "每张图恰好当一次搭档的调用比例",
    "partners that image 0 met": "0 号图遇到过的搭档个数",
    "calls with an order of their own": "排列与别次都不同的调用比例",
    "calls in reversed order": "把 batch 倒过来的调用比例",
    "α = 0.2: mean of λ": "α = 0.2 时 λ 的均值",
    "α = 0.2: variance of λ / Beta's": "α = 0.2 时 λ 的方差 / Beta 的方差",
    "α = 4: variance of λ / Beta's": "α = 4 时 λ 的方差 / Beta 的方差",
    "same seed: equal results": "种子相同：结果相同的比例",
    "second call: equal results": "第二次调用：结果相同的比例",
}


def _shares(given, expected, got, tolerance):
    """Named numbers: `got` lists the values in the order of `expected`."""
    got = dict(zip(expected, got, strict=True))
    return Evidence(given, expected, got, tolerance, names_zh=_MEASURED)


# ---- shift -------------------------------------------------------------------------------------


def _images(rng, count, height=5, width=7):
    """Every image holds each number once, none of them 0; from a stream of their own."""
    numbers = np.arange(height * width) + 1
    stack = np.tile(numbers, (count, 1))
    stack = rng.spawn(1)[0].permuted(stack, axis=1).reshape(count, height, width)
    return stack - 17.5


def _placed(x, dy, dx):
    """x (N, H, W) moved by dy rows and dx columns, zeros where nothing came in."""
    _, height, width = x.shape
    out = np.zeros(x.shape)
    for row, column in product(range(height), range(width)):
        if 0 <= row - dy < height and 0 <= column - dx < width:
            out[:, row, column] = x[:, row - dy, column - dx]
    return out


def _moves(x, y, k):
    """How far each image moved: (N, 2), nan where y is no zero-filled move of x by up to k + 1."""
    found = np.full((len(x), 2), np.nan)
    if np.shape(y) == x.shape:
        for move in product(range(-k - 1, k + 2), repeat=2):
            found[(np.abs(y - _placed(x, *move)) < 1e-6).all(axis=(1, 2))] = move
    return found


def _unexplained(x, y, k):
    return np.isnan(_moves(x, y, k)[:, 0]).mean()


_MANY = {"N": 5, "H": 5, "W": 7, "k": 2, "calls": 400}


def _many_moves(answer, rng, calls=400, count=5):
    """Moves over many small batches, (calls, count, 2): one draw for a batch then weighs little."""
    x = _images(rng, calls * count)
    batches = np.split(x, calls)
    y = np.concatenate([np.asarray(answer(batch.copy(), 2, rng)) for batch in batches])
    return _moves(x, y, 2).reshape(calls, count, 2)


shift = Check()


@shift.property(
    en="each image is moved; what leaves is lost, and zeros come in",
    zh="每张图整体移动：移出去的丢掉，空出来的补零",
    ask_en="An image moves down by one row. Where is its last row now, and what is its first?",
    ask_zh="一张图向下移一行。原来的最后一行到哪去了？现在的第一行是什么？",
)
def _(answer, rng):
    x = _images(rng, 400)
    y = np.asarray(answer(x.copy(), 2, rng))
    if y.shape != x.shape:
        return Evidence(given={"x": x, "k": 2}, expected=x, got=y)
    before, after = (np.sort(a.reshape(len(x), -1), axis=1) for a in (x, y))
    moved = (x != y).any(axis=(1, 2))
    twice = ((np.diff(after, axis=1) == 0) & (after[:, 1:] != 0)).any(axis=1)
    expected = {
        "images that moved and lost no pixel": 0.0,
        "images with one pixel twice": 0.0,
        "images that are no zero-filled move": 0.0,
        "the whole batch stayed where it was": False,
    }
    lossless = (moved & (before == after).all(axis=1)).mean()
    got = lossless, twice.mean(), _unexplained(x, y, 2), not moved.any()
    return _shares({"x": x, "k": 2}, expected, got, 0.03)


@shift.property(
    en="the moves come from rng: same seed, same moves; next call, new ones",
    zh="移动量来自 rng：种子相同则相同，下一次调用则不同",
    ask_en="Which generator do your numbers come from, and who made it?",
    ask_zh="你的随机数来自哪个生成器，是谁创建的？",
)
def _(answer, rng):
    x, calls = _images(rng, 20), 50
    same = second = 0
    for seed in rng.integers(2**31, size=calls):
        one, other = np.random.default_rng(seed), np.random.default_rng(seed)
        first, again, later = (np.asarray(answer(x.copy(), 2, r)) for r in (one, other, one))
        same += np.array_equal(first, again) / calls
        second += np.array_equal(first, later) / calls
    expected = {"same seed: equal results": 1.0, "second call: equal results": 0.0}
    return _shares({"x": x, "k": 2, "calls": calls}, expected, (same, second), 0.2)


@shift.property(
    en="−k, …, k are equally likely, both ends included",
    zh="−k、……、k 等可能，两端都包含",
    ask_en="For k = 2, list the steps that your line can draw.",
    ask_zh="k = 2 时，你那行代码能抽到哪几个步数？",
)
def _(answer, rng):
    moves = np.concatenate(_many_moves(answer, rng))
    names = "rows moved by −2 … 2", "columns moved by −2 … 2"
    got = np.array([[(moves[:, axis] == step).mean() for step in range(-2, 3)] for axis in (0, 1)])
    expected = dict.fromkeys(names, np.full(5, 0.2))
    return _shares(_MANY, expected, got, 0.06)  # 6.7 standard errors


@shift.property(
    en="every image has its own move, and each axis its own step",
    zh="每张图各移各的，两个方向也各抽各的",
    ask_en="How many random numbers do you need for N images?",
    ask_zh="N 张图一共要抽多少个随机数？",
)
def _(answer, rng):
    moves = _many_moves(answer, rng)
    expected = {"moved like the image before": 1 / 25, "as far down as right": 1 / 5}
    alike = (moves[:, 1:] == moves[:, :-1]).all(axis=2).mean()
    got = alike, (moves[..., 0] == moves[..., 1]).mean()
    return _shares(_MANY, expected, got, 0.06)  # 6.7 standard errors


@shift.property(
    en="k = 0 moves nothing, k = 4 pushes a 5 × 7 image almost out; x itself is left as it was",
    zh="k = 0 时不动，k = 4 时 5 × 7 的图几乎移出去；x 本身保持原样",
)
def _(answer, rng):
    x = _images(rng, 60)
    handed = x.copy()
    far, still = np.array(answer(handed, 4, rng)), np.asarray(answer(x.copy(), 0, rng))
    expected = {
        "x was changed in place": 0,
        "k = 0: pixels changed": 0,
        "k = 4: images that are no zero-filled move": 0.0,
    }
    got = int((handed != x).any()), int((still != x).sum()), _unexplained(x, far, 4)
    return _shares({"x": x, "k": (0, 4)}, expected, got, 0)


def _variant(
    steps=lambda n, k, rng: rng.integers(-k, k + 1, size=(n, 2)),
    mode="constant",
    finish=lambda x, out: out,
):
    """A shift with one line exchanged."""

    def answer(x, k, rng):
        _, height, width = x.shape
        padded, out = np.pad(x, ((0, 0), (k, k), (k, k)), mode=mode), x.copy()
        for i, (dy, dx) in enumerate(np.broadcast_to(steps(len(x), k, rng), (len(x), 2))):
            out[i] = padded[i, k - dy : k - dy + height, k - dx : k - dx + width]
        return finish(x, out)

    return answer


def _written_into(x, out):
    x[:] = out
    return x


shift.trap(
    _variant(mode="wrap"),
    en="The image wraps around: what leaves below comes back on top, as with np.roll. A pixel that "
    "leaves is lost; zeros come in.",
    zh="图像绕了一圈：从下边出去的又从上边回来，np.roll 就是这样。移出去的像素要丢掉，"
    "空出来的补零。",
)
shift.trap(
    _variant(steps=lambda n, k, rng: rng.integers(-k, k + 1, size=2)),
    en="All images of the batch move alike. Draw two numbers for each image.",
    zh="整个 batch 移动得一模一样。每张图都要抽两个数。",
    ask_en="What shape has the array of random numbers that you draw?",
    ask_zh="你抽的随机数数组是什么形状？",
)
shift.trap(
    _variant(steps=lambda n, k, rng: rng.integers(-k, k + 1, size=(n, 1))),
    en="One number serves both axes, so images move along the diagonal only.",
    zh="两个方向共用一个数，图像只会沿对角线移动。",
)
shift.trap(
    _variant(steps=lambda n, k, rng: rng.integers(0, k + 1, size=(n, 2))),
    en="Only moves in one direction are drawn. Start at −k.",
    zh="只会往一个方向移动。下限应是 −k。",
)
shift.trap(
    _variant(steps=lambda n, k, rng: rng.integers(-k, max(k, 1 - k), size=(n, 2))),
    en="`integers(-k, k)` leaves the upper end out: k never occurs. Write k + 1, or endpoint=True.",
    zh="`integers(-k, k)` 不含上端，永远抽不到 k。应写 k + 1，或者 endpoint=True。",
)
shift.trap(
    _variant(mode="edge"),
    en="Something other than zeros fills the gap: the border repeated, a reflection, a constant. "
    "Here zeros come in. (Keras's RandomTranslation reflects by default: look it up.)",
    zh="空出来的地方填的不是零，而是重复的边缘、镜像或别的常数。这里要补零。"
    "（Keras 的 RandomTranslation 默认是镜像填充，用时要查。）",
)
shift.trap(
    _variant(steps=lambda n, k, rng: np.random.default_rng(0).integers(-k, k + 1, size=(n, 2))),
    en="A seed fixed inside draws the same moves at every call: each epoch sees the same copies. "
    "Use the rng you were given.",
    zh="函数内部固定了种子，每次调用的移动都一样，每一轮看到的是同一批副本。请用传进来的 rng。",
)
shift.trap(
    _variant(steps=lambda n, k, rng: np.random.randint(-k, k + 1, size=(n, 2))),
    en="The numbers do not come from rng, so no seed of the caller's reproduces the run.",
    zh="随机数不是从 rng 来的，调用者设了种子也无法复现。",
)
shift.trap(
    _variant(finish=_written_into),
    en="x is overwritten. The next epoch starts from the moved images, and the digits wander off.",
    zh="x 被就地改掉了。下一轮会在移动过的图上再移动，数字越走越远。",
)
shift.trap(
    _variant(steps=lambda n, k, rng: rng.integers(min(1 - k, k), k + 1, size=(n, 2))),
    en="−k never occurs. A window in the padded image can stand at 2k + 1 places on each axis, "
    "0 to 2k; `integers(0, 2 * k)` draws 2k of them.",
    zh="永远抽不到 −k。补零后的窗口在每个方向有 2k + 1 个位置，从 0 到 2k；`integers(0, 2 * k)` "
    "少抽了一个。",
)


# ---- mixup -------------------------------------------------------------------------------------


def _weights(mixed, count):
    """Of a mixed identity: the weight matrix (count, count)."""
    return np.asarray(mixed, dtype=float).reshape(count, count)


def _lambda(weights):
    """The own weights of the images that are not their own partner; 1 where λ has rounded to 1."""
    own = np.diag(weights)
    return own[weights.sum(axis=1) - own > 0] if (weights.sum(axis=1) > own).any() else np.ones(1)


def _mixed(answer, count, alpha, rng, calls):
    """Weights of images and labels over many calls, (calls, 2, count, count)."""
    x, y, out = np.eye(count).reshape(count, 1, count), np.eye(count), []
    for _ in range(calls):
        out.append([_weights(part, count) for part in answer(x.copy(), y.copy(), alpha, rng)])
    return np.array(out)


mixup = Check(returns=("x_mixed", "y_mixed"))


def _identity(count, alpha=1.0, **more):
    """What `_mixed` hands over: each image and each label is a row of the identity."""
    eye = np.eye(count)
    return {"x": eye.reshape(count, 1, count), "y": eye, "alpha": alpha, **more}


@mixup.property(en="x and y are left as they were", zh="x 和 y 保持原样")
def _(answer, rng):
    x, y = rng.spawn(1)[0].normal(size=(6, 2, 3, 4)), np.eye(6)
    given = x.copy(), y.copy()
    answer(*given, 1.0, rng)
    expected = {"entries of x changed in place": 0, "entries of y changed in place": 0}
    got = int((given[0] != x).sum()), int((given[1] != y).sum())
    return _shares({"x": x, "y": y, "alpha": 1.0}, expected, got, 0)


@mixup.property(
    en="one λ serves the batch, weights sum to 1, and labels are mixed as their images are",
    zh="全批共用一个 λ，权重之和为 1，标签怎么混由图像决定",
    ask_en="The image is 70 % a 3 and 30 % an 8. What should the network answer?",
    ask_zh="图像 70% 是 3，30% 是 8。网络应该回答什么？",
)
def _(answer, rng):
    pairs = _mixed(answer, 12, 1.0, rng, 80)
    images = pairs[:, 0]
    names = (
        "labels with their image's partner",
        "labels with their image's weight",
        "calls whose weights sum to 1",
        "calls with one weight for all",
    )
    got = (
        np.mean([((a > 0) == (b > 0)).all() for a, b in pairs]),
        np.mean([abs(_lambda(a).mean() - _lambda(b).mean()) < 1e-6 for a, b in pairs]),
        np.mean([np.allclose(w.sum(axis=1), 1, atol=1e-5) and w.min() > -1e-9 for w in images]),
        np.mean([np.ptp(_lambda(w)) < 1e-6 for w in images]),
    )
    return _shares(_identity(12), dict.fromkeys(names, 1.0), got, 0.04)


@mixup.property(
    en="partners are a random permutation, a new one at every call",
    zh="搭档来自随机排列，每次调用重新排",
)
def _(answer, rng):
    images = _mixed(answer, 10, 1.0, rng, 300)[:, 0]
    met = {int(np.argmax(w[0, 1:])) + 1 if w[0, 1:].any() else 0 for w in images}
    expected = {
        "calls that use every image once as partner": 1.0,
        "partners that image 0 met": 10,
        "calls with an order of their own": 1.0,
        "calls in reversed order": 0.0,
    }
    got = (
        np.mean([np.allclose(w.sum(axis=0), 1, atol=1e-5) for w in images]),
        len(met),
        len({(w > 0).tobytes() for w in images}) / len(images),
        np.mean([(np.fliplr(w).diagonal() > 0).all() for w in images]),
    )
    return _shares(_identity(10, calls=300), expected, got, 0.02)


@mixup.property(
    en="λ follows Beta(α, α): at α = 0.2 mostly near 0 or 1, at α = 4 near ½",
    zh="λ 服从 Beta(α, α)：α = 0.2 时多在 0 和 1 附近，α = 4 时多在 ½ 附近",
    ask_en="Which α makes λ uniform?",
    ask_zh="α 取多少时 λ 是均匀分布？",
)
def _(answer, rng):
    low, high = (
        np.array([_lambda(w).mean() for w in _mixed(answer, 9, alpha, rng, 600)[:, 0]])
        for alpha in (0.2, 4.0)
    )
    expected = {
        "α = 0.2: mean of λ": 0.5,
        "α = 0.2: variance of λ / Beta's": 1.0,
        "α = 4: variance of λ / Beta's": 1.0,
    }
    # Beta's variance is 1 / (4 · (2α + 1)). Its ratio has a standard error of 0.05 at α = 4, the
    # other two numbers have less than 0.025.
    got = low.mean(), low.var() * 4 * 1.4, high.var() * 4 * 9
    return _shares(_identity(9, (0.2, 4.0), calls=600), expected, got, 0.28)


@mixup.property(en="the randomness comes from rng", zh="随机性来自 rng")
def _(answer, rng):
    same, second = [], []
    for seed in rng.integers(2**31, size=20):
        one = np.random.default_rng(seed)
        first, other = (_mixed(answer, 6, 1.0, one, 1) for _ in range(2))
        same.append(np.array_equal(first, _mixed(answer, 6, 1.0, np.random.default_rng(seed), 1)))
        second.append(np.array_equal(first, other))
    expected = {"same seed: equal results": 1.0, "second call: equal results": 0.0}
    return _shares(_identity(6), expected, (np.mean(same), np.mean(second)), 0.06)


@mixup.property(en="images of any shape, also float32", zh="图像可以是任意形状，也可以是 float32")
def _(answer, rng):
    x, y = rng.spawn(1)[0].normal(size=(6, 2, 3, 4)).astype(np.float32), np.eye(6)
    x_mixed, y_mixed = (np.asarray(part) for part in answer(x.copy(), y.copy(), 1.0, rng))
    as_labels = np.tensordot(y_mixed, x, 1) if y_mixed.shape == y.shape else x
    return Evidence(
        given={"x": x, "y": y, "alpha": 1.0}, expected=as_labels, got=x_mixed, tolerance=1e-5
    )


def _blend(
    weight=lambda n, alpha, rng: rng.beta(alpha, alpha),
    partner=lambda n, rng: rng.permutation(n),
    labels=lambda y, lam, other, alpha, rng: lam * y + (1 - lam) * y[other],
    rest=lambda lam: 1 - lam,
    source=lambda rng: rng,
):
    """mixup with one line exchanged."""

    def answer(x, y, alpha, rng):
        rng = source(rng)
        lam, other = weight(len(x), alpha, rng), partner(len(x), rng)
        wide = np.reshape(lam, (-1,) + (1,) * (x.ndim - 1)) if np.ndim(lam) else lam
        tall = np.reshape(lam, (-1, 1)) if np.ndim(lam) else lam
        return wide * x + rest(wide) * x[other], labels(y, tall, other, alpha, rng)

    return answer


mixup.trap(
    _blend(labels=lambda y, lam, other, alpha, rng: y),
    en="The labels are not mixed: the network is told that a blend of two classes is wholly the "
    "first one.",
    zh="标签没有混合：两类混出来的图，却告诉网络它完全是第一类。",
)
mixup.trap(
    _blend(labels=lambda y, lam, other, alpha, rng: lam * y + (1 - lam) * rng.permutation(y)),
    en="The labels get partners of their own: a second permutation. Draw it once, use it twice.",
    zh="标签又排了一次，搭档和图像对不上。排列只抽一次，用两次。",
)


mixup.trap(
    _blend(rest=lambda lam: lam, labels=lambda y, lam, other, alpha, rng: lam * (y + y[other])),
    en="Both parts get λ. The weights are λ and 1 − λ, so that they sum to 1.",
    zh="两部分都乘了 λ。权重应是 λ 和 1 − λ，和为 1。",
)
mixup.trap(
    _blend(weight=lambda n, alpha, rng: rng.beta(alpha, alpha, size=n)),
    en="One λ for each image is a variant in use; the question asks for one λ for the batch.",
    zh="每张图一个 λ 也有人用，但题目要求全批共用一个 λ。",
)
mixup.trap(
    _blend(partner=lambda n, rng: rng.integers(n, size=n)),
    en="Partners are drawn with replacement: some images come twice, others never. Permute.",
    zh="搭档是有放回抽的：有的图来了两次，有的一次没来。应该用排列。",
)
mixup.trap(
    _blend(partner=lambda n, rng: np.arange(n)[::-1]),
    en="The batch is reversed: image 0 always meets the last one. Permute it at random. (Reversing "
    "is enough only when the batch itself is shuffled anew.)",
    zh="这是把 batch 倒过来：0 号图永远配最后一张。应随机排列。（只有 batch 每次都重新打乱时，"
    "倒过来才够用。）",
)
mixup.trap(
    _blend(weight=lambda n, alpha, rng: rng.random()),
    en="λ is uniform, so α has no say. Uniform is Beta(1, 1).",
    zh="λ 是均匀分布，α 没有起作用。均匀分布只是 Beta(1, 1)。",
)
mixup.trap(
    _blend(source=lambda rng: np.random.default_rng()),
    en="The numbers do not come from rng, so the caller's seed reproduces nothing.",
    zh="随机数不是从 rng 来的，调用者设了种子也无法复现。",
)
mixup.trap(
    _blend(source=lambda rng: np.random.default_rng(0)),
    en="A seed fixed inside draws the same λ and the same partners at every call. Use the rng you "
    "were given.",
    zh="函数内部固定了种子，每次的 λ 和搭档都一样。请用传进来的 rng。",
)
mixup.trap(
    _blend(labels=lambda y, lam, other, alpha, rng: (1 - lam) * y + lam * y[other]),
    en="The labels carry the weights the other way round: the image counts λ, its label 1 − λ.",
    zh="标签的权重反了：图像占 λ，它的标签却只占 1 − λ。",
)


# ---- hflip_boxes -------------------------------------------------------------------------------


def _hflip_boxes(boxes, width):
    """Box by box: mirror both edges, then call the smaller one left."""
    rows = []
    for x1, y1, x2, y2 in boxes:
        left, right = sorted([width - x1, width - x2])
        rows.append((left, y1, right, y2))
    return np.array(rows, dtype=np.asarray(boxes).dtype).reshape(-1, 4)


hflip_boxes = Check(
    _hflip_boxes,
    domain=lambda boxes, width: (
        np.ndim(boxes) == 2
        and np.shape(boxes)[1] == 4
        and all(0 <= b[0] <= b[2] <= width and b[1] <= b[3] for b in boxes)
    ),
)
hflip_boxes.case(
    np.array([[10.0, 20.0, 40.0, 80.0], [0.0, 5.0, 100.0, 6.0], [90.0, 1.0, 100.0, 30.0]]),
    100,
    en="x becomes W − x, the box keeps its size, and x1 stays left of x2",
    zh="x 变成 W − x，框的大小不变，x1 仍在 x2 左边",
)
hflip_boxes.case(
    np.array([[1, 2, 4, 3], [0, 0, 7, 9]]), 7, en="whole pixels, width 7", zh="整数像素，宽 7"
)
hflip_boxes.case(np.zeros((0, 4)), 50, en="an image without objects", zh="图里没有物体")


@hflip_boxes.fresh(en="fresh boxes and width", zh="新的框和宽度")
def _(rng):
    width = rng.uniform(50, 90)
    x, y = np.sort(rng.uniform(0, width, (4, 2)), axis=1), np.sort(rng.normal(size=(4, 2)), axis=1)
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1), width


@hflip_boxes.property(en="boxes itself is left as it was", zh="boxes 本身保持原样")
def _(answer):
    boxes = np.array([[10.0, 20.0, 40.0, 80.0]])
    handed = boxes.copy()
    answer(handed, 100)
    return Evidence(given={"boxes": boxes, "width": 100}, expected=boxes, got=handed)


def candidate(boxes, width):
    out = boxes.copy()
    left, right = out[:, 0], out[:, 2]
    out[:, 0] = width - right
    out[:, 2] = width - left
    return out


def _columns(make):
    """Four columns from x1, y1, x2, y2 and the width."""
    return lambda boxes, width: np.stack(make(*boxes.T, width), axis=1)


def _flipped_in_place(boxes, width):
    boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    return boxes


hflip_boxes.trap(
    candidate,
    en="`left` is a view, not a copy: after the first assignment it already holds the new x1, so "
    "x2 becomes W − (W − x2) = x2. Compute both before you write either.",
    zh="`left` 是视图，不是副本：第一次赋值之后它已经是新的 x1，于是 x2 成了 W − (W − x2) = x2。"
    "两个都算好再写。",
)
hflip_boxes.trap(
    _columns(lambda x1, y1, x2, y2, w: (w - x1, y1, w - x2, y2)),
    en="Mirrored, but left and right have changed places: x1 > x2, a box of negative width.",
    zh="镜像了，但左右没有交换：x1 > x2，框的宽度成了负数。",
    ask_en="Which edge of the flipped object is on the left?",
    ask_zh="翻转之后，物体的哪条边在左边？",
)
hflip_boxes.trap(
    _columns(lambda x1, y1, x2, y2, w: (w - 1 - x2, y1, w - 1 - x1, y2)),
    en="W − 1 − x mirrors pixel *indices*. In continuous coordinates the right border is W, and 0 "
    "maps to W.",
    zh="W − 1 − x 是像素**下标**的镜像。连续坐标的右边界是 W，0 对应 W。",
    ask_en="A box covers the whole image, from 0 to W. Where is it after the flip?",
    ask_zh="一个框盖满整张图，从 0 到 W，翻转后在哪？",
)
hflip_boxes.trap(
    _columns(lambda x1, y1, x2, y2, w: (x1, w - y2, x2, w - y1)),
    en="y is mirrored, so the boxes are flipped vertically. The columns are x1, y1, x2, y2.",
    zh="镜像的是 y，成了上下翻转。四列是 x1, y1, x2, y2。",
)
hflip_boxes.trap(
    _columns(lambda x1, y1, x2, y2, w: (w - x1 - x2, y1, x2, y2)),
    en="This is right for (x, y, w, h). Here the third column is the right edge, not the width.",
    zh="这是 (x, y, w, h) 格式的算法。这里第三列是右边界，不是宽度。",
)
hflip_boxes.trap(
    lambda boxes, width: boxes.copy(),
    en="The boxes stay where they were while the image is flipped: every target is now wrong.",
    zh="图翻了，框没动：所有标注都错了。",
)
hflip_boxes.trap(
    _flipped_in_place,
    en="boxes is overwritten: the next epoch flips a flipped box, with the image as it was.",
    zh="boxes 被就地改掉了：下一轮图像还是原图，框却已经翻过一次。",
)


# ---- batches -----------------------------------------------------------------------------------


def _shifted(x, rng):
    return np.stack([_placed(image[None], *rng.integers(-1, 2, size=2))[0] for image in x])


def _loader(shuffles=(True, False), moves=(True, False), labels=True, last=True):
    """An epoch; `shuffles` and `moves` say what happens in training and in validation."""

    def batches(x, y, size, training, rng):
        place = 0 if training else 1
        if shuffles[place]:
            order = rng.permutation(len(x))
            x, y = x[order], y[order] if labels else y
        x = _shifted(x, rng) if moves[place] else x
        ends = len(x) if last else len(x) // size * size
        return [(x[i : i + size], y[i : i + size]) for i in range(0, ends, size)]

    return batches


def _epoch(answer, training, rng, n=23, size=5):
    """What one epoch over n images with labels 0 … n − 1 showed."""
    x, y = _images(rng, n), np.arange(n)
    parts = [
        (np.asarray(a), np.asarray(b)) for a, b in answer(x.copy(), y.copy(), size, training, rng)
    ]
    images = np.concatenate([a for a, _ in parts])
    labels = np.concatenate([b for _, b in parts]).astype(int)
    own = x[np.clip(labels, 0, n - 1)]
    moves = _moves(own, images, 1) if images.shape == own.shape else np.full((1, 2), np.nan)
    return {
        "rows": len(labels),
        "batches": len(parts),
        "labels in order": bool(np.array_equal(labels, np.arange(len(labels)))),
        "images fit their labels": not np.isnan(moves).any(),
        "images unmoved": bool(np.array_equal(images, own)),
        "moved by at most 1": bool(np.nanmax(np.abs(moves), initial=0) <= 1),
    }


_ZH = {
    "rows": "行数",
    "batches": "batch 数",
    "labels in order": "标签保持原序",
    "images fit their labels": "图像与标签对应",
    "images unmoved": "图像没有移动",
    "moved by at most 1": "最多移动 1",
}

batches = Check()


@batches.property(
    en="in validation: every image once, as it is, in order, the last batch smaller",
    zh="验证时：每张图一次，原样、按原序，最后一个 batch 可以小一些",
    ask_en="Two validation runs of one model: may they give two accuracies?",
    ask_zh="同一个模型验证两次，准确率可以不一样吗？",
)
def _(answer, rng):
    wanted = dict.fromkeys(_ZH, True) | {"rows": 23, "batches": 5}
    return Evidence(
        given={"N": 23, "size": 5, "training": False},
        names_zh=_ZH,
        expected=wanted,
        got=_epoch(answer, False, rng),
    )


@batches.property(
    en="validation draws no random number",
    zh="验证时不抽任何随机数",
)
def _(answer, rng):
    before = rng.bit_generator.state["state"]["state"]
    answer(np.ones((4, 3, 3)), np.arange(4), 2, False, rng)
    same = rng.bit_generator.state["state"]["state"] == before
    return Evidence(given={"training": False}, expected=True, got=same)


@batches.property(
    en="in training: every image once, shuffled with its label, moved by up to one pixel",
    zh="训练时：每张图一次，连同标签一起打乱，最多移动一个像素",
)
def _(answer, rng):
    wanted = dict.fromkeys(_ZH, True) | {"rows": 23, "batches": 5}
    wanted |= {"labels in order": False, "images unmoved": False}
    return Evidence(
        given={"N": 23, "size": 5, "training": True},
        names_zh=_ZH,
        expected=wanted,
        got=_epoch(answer, True, rng),
    )


@batches.property(
    en="chance comes from rng: the next epoch has another order",
    zh="随机性来自 rng：下一个 epoch 的次序不同",
)
def _(answer, rng):
    x, y = _images(rng, 30), np.arange(30)
    epochs = [
        np.concatenate([np.asarray(b) for _, b in answer(x.copy(), y.copy(), 7, True, rng)])
        for _ in range(2)
    ]
    differ = not np.array_equal(*epochs)
    return Evidence(given={"epochs": 2, "training": True}, expected=True, got=differ)


batches.trap(
    _loader(shuffles=(True, True), moves=(True, True)),
    en="`training` is not used: validation images are shuffled and moved too, so that the score "
    "of one "
    "model changes from run to run.",
    zh="没有用到 `training`：验证图像也被打乱和移动，同一个模型每次得分都不同。",
)
batches.trap(
    _loader(moves=(True, True)),
    en="Validation images are moved too. Augmentation belongs to training: validation must "
    "measure the "
    "images that will come.",
    zh="验证图像也被移动了。增强只用于训练：验证要测的是真实会来的图像。",
)
batches.trap(
    _loader(moves=(False, False)),
    en="The training images are never moved.",
    zh="训练图像从来没有移动过。",
)
batches.trap(
    _loader(labels=False),
    en="The images are shuffled and the labels are not: each image now has another's label. Use "
    "one "
    "order for both.",
    zh="图像打乱了，标签没动：每张图配的是别人的标签。两者要用同一个次序。",
    ask_en="Which label does the first image of your batch carry?",
    ask_zh="你的第一个 batch 里，第一张图配的是谁的标签？",
)
batches.trap(
    _loader(shuffles=(False, False)),
    en="The training images are not shuffled: every epoch shows the same batches.",
    zh="训练图像没有打乱：每个 epoch 的 batch 都一样。",
)
batches.trap(
    lambda x, y, size, training, rng: _loader()(x, y, size, training, np.random.default_rng(0)),
    en="A generator made inside starts from the same seed in every epoch. Draw from the rng that "
    "is "
    "passed in.",
    zh="函数里新建的生成器每个 epoch 都从同一个种子开始。要用传进来的 rng。",
)
batches.trap(
    _loader(last=False),
    en="The last, smaller batch is dropped: some images are never seen, and the validation score "
    "leaves them out.",
    zh="最后那个小一些的 batch 被丢掉了：有的图像永远看不到，验证得分也漏了它们。",
)


# ---- on paper ----------------------------------------------------------------------------------

crops = Estimate(2178, unit="patches", unit_zh="个", rtol=1e-4)
crops.trap(
    2048,
    en="32² · 2 is the paper's own number. The corner of the patch can stand at 0, 1, …, 32: that "
    "is "
    "33 places on each axis.",
    zh="32² · 2 是论文里的数。小图左上角可以在 0、1、……、32，每个方向是 33 个位置。",
)
crops.trap(
    1089,
    en="These are the crops. Each can also be mirrored.",
    zh="这只是裁剪的个数，每个还能水平翻转。",
)
leaked = Estimate("99.84 %", rtol=4e-4)
leaked.trap(
    "80 %",
    en="This is the chance that one given sibling is in training. There are four.",
    zh="这是某一个兄弟副本在训练集里的概率，而兄弟有四个。",
)
leaked.trap(
    "0.16 %",
    en="This is the chance that all four siblings are in validation.",
    zh="这是四个兄弟全在验证集里的概率。",
)

# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Each transform is a claim about the task: the label does not change under it.",
    zh="每种变换都是对任务的一个断言：这样变，标签不变。",
)
flaws.false(
    en="Augmentation raises the quantity and the quality of the data, so more of it never hurts.",
    zh="数据增强提高了数据的数量和质量，所以多加总没坏处。",
    because_en="It adds no observation. It encodes an invariance, and a wrong one teaches wrong "
    "labels: half a turn makes a 6 a 9. Both flips cost accuracy on the digits above.",
    because_zh="它没有带来新的观测，只是写进了一种不变性；写错了就是在教错的标签："
    "转 180°，6 就成了 9。上面的数字实验里，两种翻转都掉点。",
    source="Goodfellow et al. 2016, §7.4",
)
flaws.false(
    en="Ten copies of 1,000 images are worth 10,000 images.",
    zh="1000 张图各做十个副本，就相当于有了 10000 张图。",
    because_en="The copies are highly interdependent. They say nothing about writers, cameras or "
    "classes that the 1,000 do not hold.",
    because_zh="副本之间高度相关。这 1000 张里没有的字迹、相机、类别，副本里也没有。",
    source="Krizhevsky et al. 2012, §4.1",
)
flaws.false(
    en="In detection you augment the images just as in classification; the annotations stay.",
    zh="目标检测和分类一样，只增强图像，标注不用动。",
    because_en="A class survives a flip, a position does not: boxes, masks and keypoints undergo "
    "the same geometric transform as the image.",
    because_zh="翻转不改类别，但会改位置：框、掩码、关键点要和图像做同样的几何变换。",
    source="torchvision.transforms.v2, horizontal_flip_bounding_boxes",
)
flaws.false(
    en="Augment the whole data set first and split it afterwards, so that both parts have the same "
    "distribution.",
    zh="先对整个数据集做增强，再划分训练集和验证集，这样两边分布一致。",
    because_en="Copies of one image then lie on both sides, and validation measures memory. Split "
    "first; augment the training part only.",
    because_zh="同一张图的副本会分到两边，验证集测的就成了记忆力。先划分，只增强训练集。",
    source="scikit-learn User Guide, Common pitfalls, Data leakage",
)
flaws.false(
    en="Validation images get the same random transforms, so that training and validation match.",
    zh="验证集的图也做同样的随机变换，这样训练和验证才一致。",
    because_en="Then the score belongs to other images than yours and changes from run to run. "
    "Validation is augmented only on purpose: a fixed set of views, averaged.",
    because_zh="那样测的是另一批图，每次分数还不一样。验证时要增强也只能有意为之："
    "固定几个视角取平均。",
    source="Krizhevsky et al. 2012, §4.1",
)
flaws.true(
    en="mixup changes the target too: cross-entropy against a distribution over two classes.",
    zh="mixup 连目标也改了：交叉熵的目标是两个类别上的分布。",
)
flaws.false(
    en="A generative model is free augmentation: its samples are like the real ones, only more "
    "diverse.",
    zh="用生成模型造数据等于免费增强：样本和真实数据相似，而且更多样。",
    because_en="The model has learned from data of the same kind and tends to lose the tails; "
    "trained "
    "on its own output again and again it collapses. Judge by real held-out data.",
    because_zh="生成模型也是从同类数据里学来的，容易丢掉分布的尾部；反复用自己的输出训练还会坍缩。"
    "好不好要看留出的真实数据。",
    source="Shumailov et al. 2023, arXiv:2305.17493",
)

say = Say(
    model_en="""
Data augmentation trains on transformed copies whose label is known not to change: small shifts,
crops, scale, a little noise. It encodes an invariance and reduces over-fitting; it adds no new
information. The transform must fit the task: a mirror image is fine for cats and wrong for
digits, and half a turn makes a 6 a 9. It is drawn anew for every epoch, in training only.
In detection, boxes and masks are flipped with the image.
mixup blends two images and mixes their labels with the same weight.
I split the data first and augment the training part, otherwise copies leak into validation.
""",
    model_zh="""
数据增强就是用标签保持不变的变换造训练样本：小幅平移、裁剪、缩放、加一点噪声。
它把一种不变性写进数据，减轻过拟合，但没有带来新的信息。
变换要看任务：猫狗可以水平翻转，数字不行；转 180°，6 就成了 9。
每一轮重新随机抽，只在训练时用。
带几何信息的标注要跟着变：检测里框和掩码与图像一起翻转。
mixup 把两张图混在一起，标签用同样的权重混合。
一定先划分数据，再增强训练集，否则副本会泄漏到验证集。
""",
)
# A pattern that negates stands alone: the engine looks for a denial around such a one only.
say.point(
    en="the transform keeps the label: it encodes an invariance",
    zh="变换不改标签：写进一种不变性",
    found_en=[
        r"label[- ]preserving|invarian|(keep|preserv)\w* the labels?|labels? (stays|remains?)",
        r"labels?.{0,30}(does not|doesn['’]t|not to|must not|not) change",
    ],
    found_zh=[r"保(持|留)?标签", r"不变性", r"标签.{0,6}不[变改]", r"不(改变|影响|改)标签"],
)
say.point(
    en="a wrong transform hurts: flipped digits",
    zh="变换选错会有害：数字不能翻转",
    found_en=[
        r"(wrong|harm|hurt|bad|unsuitable|break)\w*.{0,30}(digit|6|text|letter|for )"
        r"|\b6\b.{0,40}\b9\b|(digit|letter|text)s?.{0,30}(flip|mirror|upside)|\bb\b and \bd\b",
    ],
    found_zh=[
        r"6.{0,12}9|(选错|用错).{0,12}(有害|掉点|变差)",
        r"(数字|文字|字母).{0,8}(不行|不能)",
    ],
)
say.point(
    en="random, anew every epoch, in training only",
    zh="随机、每轮重新抽、只在训练时",
    found_en=[
        r"(only|just) (in|during|at|for) training|training.{0,12}only|anew|on the fly|every epoch"
        r"|off (at|in|during|for) (test|eval|valid|inference)",
        r"not (augment|applied).{0,20}(test|valid|eval)",
    ],
    found_zh=[
        r"[只仅]在?训练|训练时才|每一?[轮次个].{0,8}(重新|随机)|在线增强",
        r"(测试|验证|评估|推理)时?.{0,6}(不做|不用)",
    ],
)
say.point(
    en="boxes, masks and keypoints are transformed too",
    zh="框、掩码、关键点一起变换",
    found_en=[
        r"(box|mask|keypoint|annotation)\w*.{0,40}(flip|transform|move|change|mirror|adjust)"
        r"|(flip|transform|move|mirror|adjust)\w*.{0,30}(box|mask|keypoint|annotation)",
    ],
    found_zh=[
        r"(框|掩码|关键点|标注).{0,14}(一起|跟着|同步|也要|翻转|变换)"
        r"|(一起|同步|跟着).{0,8}(框|掩码|标注)",
    ],
)
say.point(
    en="mixup mixes the labels as well",
    zh="mixup 连标签一起混",
    found_en=[
        r"mix\w*.{0,40}label|label\w*.{0,20}(mixed|interpolat|blend|convex)|soft (label|target)",
    ],
    found_zh=[r"标签.{0,12}混|混.{0,12}标签|软标签|标签.{0,8}(插值|加权)"],
)
say.point(
    en="split first, then augment: no leakage",
    zh="先划分再增强，避免泄漏",
    found_en=[
        r"split\w*.{0,30}(first|before|then)|(first|before).{0,20}split|\bleak|after the split"
    ],
    found_zh=[r"先.{0,4}(划分|切分|分)|(划分|切分).{0,6}(再|之后|后)|泄[漏露]"],
)
