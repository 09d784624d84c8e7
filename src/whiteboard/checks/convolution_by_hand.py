"""Convolution: forward, backward, max pooling's gradient, receptive fields, SAME padding.

The references go one output position and one kernel position at a time, in the order of the
definition; nothing in them is a matrix product over windows.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

ONE, NONE = (1, 1), ((0, 0), (0, 0))


def integers(rng, *shape):
    """Small whole numbers, so that a verdict showing them can be followed by hand."""
    return rng.integers(-3, 4, size=shape).astype(float)


def padded(x, pad, value=0.0):
    return np.pad(x, ((0, 0), *pad, (0, 0)), constant_values=value)


def _positions(x, K, stride, pad, dilation):
    """(a, b, i, j, p, q): output place, kernel place, place in the padded input they meet at."""
    places = []
    for axis in (0, 1):
        extent = (K.shape[axis] - 1) * dilation[axis] + 1
        size = (x.shape[1 + axis] + sum(pad[axis]) - extent) // stride[axis] + 1
        places.append(
            [
                (a, i, a * stride[axis] + i * dilation[axis])
                for a in range(size)
                for i in range(K.shape[axis])
            ]
        )
    return [(a, b, i, j, p, q) for a, i, p in places[0] for b, j, q in places[1]]


# ---- conv2d ------------------------------------------------------------------------------------


def _conv2d(x, K, b, stride=ONE, pad=NONE, dilation=ONE):
    places, wide = _positions(x, K, stride, pad, dilation), padded(x, pad)
    y = np.zeros((len(x), places[-1][0] + 1, places[-1][1] + 1, K.shape[3])) + b
    for a, c, i, j, p, q in places:
        y[:, a, c] += wide[:, p, q] @ K[i, j]
    return y


def _conv_variant(
    kernel=lambda K: K,
    steps=lambda s: s,
    holes=lambda d: d,
    margin=lambda pad: pad,
    channels=lambda window, k: window @ k,
    bias=lambda b: b,
    fill=0.0,
    extent=lambda k, d: (k - 1) * d + 1,
    count=lambda room, s: room // s + 1,
):
    """conv2d by shifted slices, with one line exchanged."""

    def answer(x, K, b, stride=ONE, pad=NONE, dilation=ONE):
        (sh, sw), (dh, dw) = steps(stride), holes(dilation)
        wide, k = padded(x, margin(pad), fill), kernel(K)
        H = count(wide.shape[1] - extent(K.shape[0], dh), sh)
        W = count(wide.shape[2] - extent(K.shape[1], dw), sw)
        y = np.zeros((len(x), H, W, K.shape[3]))
        for i in range(K.shape[0]):
            for j in range(K.shape[1]):
                rows = slice(i * dh, i * dh + (H - 1) * sh + 1, sh)
                columns = slice(j * dw, j * dw + (W - 1) * sw + 1, sw)
                y += channels(wide[:, rows, columns], k[i, j])
        return y + bias(b)

    return answer


def _same_sides(pad):
    return tuple((before, before) for before, _ in pad)


conv2d = Check(_conv2d)
_RNG = np.random.default_rng(0)
conv2d.case(
    np.arange(1.0, 13).reshape(1, 3, 4, 1),
    np.array([[1.0, 0.0], [0.0, -2.0]]).reshape(2, 2, 1, 1),
    np.array([0.5]),
    en="a 3×4 image and a 2×2 kernel: y[a, b] = Σ x[a + i, b + j] K[i, j] + bias, 2×3 of them",
    zh="3×4 的图、2×2 的核：y[a, b] = Σ x[a + i, b + j] K[i, j] + 偏置，共 2×3 个",
    ask_en="Which pixels does y[0, 0] see, and which kernel entry meets the pixel x[0, 0]?",
    ask_zh="y[0, 0] 看到哪些像素？和像素 x[0, 0] 相乘的是核的哪个元素？",
)
conv2d.case(
    integers(_RNG, 2, 4, 5, 3),
    integers(_RNG, 3, 2, 3, 2),
    np.array([1.0, -1.0]),
    en="two images, three channels in, two out: every output channel sums over all input channels",
    zh="两张图、3 进 2 出：每个输出通道对所有输入通道求和",
)
conv2d.case(
    integers(_RNG, 1, 8, 9, 2),
    integers(_RNG, 3, 2, 2, 3),
    np.zeros(3),
    (2, 3),
    en="stride (2, 3): ⌊(H − k) / s⌋ + 1 places on each axis; what is left over at the end is in "
    "none",
    zh="步幅 (2, 3)：每个轴上 ⌊(H − k) / s⌋ + 1 个位置，末尾不够一步的不算",
)
conv2d.case(
    integers(_RNG, 1, 4, 5, 2),
    integers(_RNG, 3, 3, 2, 2),
    np.array([0.0, 2.0]),
    (1, 1),
    ((0, 1), (2, 1)),
    en="padding ((0, 1), (2, 1)): zeros, none on top, one below, two left, one right",
    zh="填充 ((0, 1), (2, 1))：补零，上 0 下 1，左 2 右 1",
)
conv2d.case(
    integers(_RNG, 1, 6, 9, 1),
    integers(_RNG, 2, 3, 1, 2),
    np.zeros(2),
    (1, 1),
    ((0, 0), (0, 0)),
    (3, 2),
    en="dilation (3, 2): kernel entries are 3 rows and 2 columns apart",
    zh="空洞 (3, 2)：核的相邻元素隔 3 行、2 列",
)
conv2d.case(
    integers(_RNG, 2, 8, 7, 2),
    integers(_RNG, 3, 2, 2, 3),
    np.array([1.0, 0.0, -1.0]),
    (2, 3),
    ((1, 2), (0, 1)),
    (2, 1),
    en="stride, padding and dilation together",
    zh="步幅、填充、空洞一起用",
)
conv2d.case(
    integers(_RNG, 1, 3, 2, 4),
    integers(_RNG, 1, 1, 4, 2),
    np.zeros(2),
    en="a 1×1 kernel is one matrix product per pixel",
    zh="1×1 的核就是逐像素的矩阵乘",
)


def _random_layer(rng):
    N, Ci, Co = rng.integers(1, 4, size=3)
    k, d, s = rng.integers(1, 4, size=2), rng.integers(1, 3, size=2), rng.integers(1, 4, size=2)
    pad = rng.integers(0, 3, size=(2, 2))
    size = (k - 1) * d + 1 + rng.integers(0, 4, size=2)
    x, K, b = integers(rng, N, *size, Ci), integers(rng, *k, Ci, Co), integers(rng, Co)
    as_pairs = tuple((int(a), int(z)) for a, z in pad)
    return x, K, b, (int(s[0]), int(s[1])), as_pairs, (int(d[0]), int(d[1]))


@conv2d.fresh(en="fresh sizes, strides, paddings and dilations", zh="新的尺寸、步幅、填充和空洞")
def _(rng):
    return _random_layer(rng)


@conv2d.property(
    en="shifting the image shifts the output, away from the border",
    zh="图像平移，输出跟着平移（不看边缘）",
)
def _(answer, rng):
    x, K = integers(rng, 1, 7, 8, 2), integers(rng, 3, 2, 2, 2)
    still, moved = (answer(a, K, np.zeros(2)) for a in (x, np.roll(x, (1, 2), axis=(1, 2))))
    return Evidence(
        given={"x": x, "shift": (1, 2)},
        names_zh={"shift": "平移"},
        expected=np.array(still)[:, :-1, :-2],
        got=np.array(moved)[:, 1:, 2:],
    )


conv2d.trap(
    _conv_variant(kernel=lambda K: K[::-1, ::-1]),
    en="The kernel is flipped: this is the convolution of mathematics. Deep-learning layers "
    "compute "
    "cross-correlation, K[0, 0] meets the window's first pixel.",
    zh="核被翻转了，这是数学意义上的卷积。深度学习里的“卷积层”算的是互相关：K[0, 0] "
    "对着窗口的第一个像素。",
)
conv2d.trap(
    _conv_variant(count=lambda room, s: room // s),
    en="One place is missing on each axis: ⌊(H − k) / s⌋ counts steps, the places are one more.",
    zh="每个轴都少了一个位置：⌊(H − k) / s⌋ 数的是移动次数，位置要多一个。",
    ask_en="An image of 3 pixels, a kernel of 3: how many places?",
    ask_zh="图宽 3，核宽 3：有几个位置？",
)
conv2d.trap(
    _conv_variant(steps=lambda s: (s[0], s[0])),
    en="Both axes take the first stride. stride is (rows, columns).",
    zh="两个轴都用了第一个步幅。stride 是（行，列）。",
)
conv2d.trap(
    _conv_variant(steps=lambda s: ONE),
    en="The stride is not used.",
    zh="没有用步幅。",
)
conv2d.trap(
    _conv_variant(channels=lambda window, k: window[..., :1] * k[0]),
    en="Only the first input channel is used. Every output channel sums over all of them.",
    zh="只用了第一个输入通道。每个输出通道都要对所有输入通道求和。",
)
conv2d.trap(
    _conv_variant(channels=lambda window, k: window @ k / len(k)),
    en="The input channels are averaged. They are summed.",
    zh="对输入通道取了平均，应当求和。",
)
conv2d.trap(
    _conv_variant(margin=_same_sides),
    en="The same padding goes to both sides of an axis. pad holds (before, after) for each axis, "
    "and "
    "they may differ.",
    zh="同一个轴的两边补了一样多。pad 的每个轴是（前，后），两者可以不同。",
)
conv2d.trap(
    _conv_variant(margin=lambda pad: pad[::-1]),
    en="Rows and columns are exchanged: pad[0] is (top, bottom), pad[1] is (left, right).",
    zh="行列弄反了：pad[0] 是（上，下），pad[1] 是（左，右）。",
)
conv2d.trap(
    _conv_variant(margin=lambda pad: NONE),
    en="The padding is not used.",
    zh="没有做填充。",
)
conv2d.trap(
    _conv_variant(fill=1.0),
    en="The border is filled with ones. Padding adds zeros.",
    zh="边上补的是 1，应当补 0。",
)
conv2d.trap(
    _conv_variant(holes=lambda d: ONE),
    en="The dilation is not used: the kernel entries lie side by side.",
    zh="没有用空洞：核的元素还是紧挨着的。",
)
conv2d.trap(
    _conv_variant(extent=lambda k, d: k * d),
    en="A dilated kernel covers (k − 1) d + 1 pixels, not k · d: there are k − 1 gaps. Places at "
    "the "
    "end are lost.",
    zh="空洞核覆盖 (k − 1) d + 1 个像素，不是 k · d：间隔只有 k − 1 个。末尾少算了位置。",
    ask_en="k = 2, d = 3: how many pixels from the first to the last entry, both counted?",
    ask_zh="k = 2、d = 3：从第一个元素到最后一个，连头带尾几个像素？",
)
conv2d.trap(_conv_variant(bias=lambda b: 0 * b), en="The bias is not added.", zh="没有加偏置。")


# ---- conv2d_backward ---------------------------------------------------------------------------


def _conv2d_backward(dy, x, K, stride=ONE, pad=NONE, dilation=ONE):
    wide, dK = padded(x, pad), np.zeros(K.shape)
    slope = np.zeros(wide.shape)
    for a, c, i, j, p, q in _positions(x, K, stride, pad, dilation):
        slope[:, p, q] += dy[:, a, c] @ K[i, j].T
        dK[i, j] += wide[:, p, q].T @ dy[:, a, c]
    (top, _), (left, _) = pad
    dx = slope[:, top : top + x.shape[1], left : left + x.shape[2]]
    return dx, dK, dy.sum(axis=(0, 1, 2))


def _back_variant(
    kernel=lambda K: K,
    through=lambda dy, k: dy @ k.T,
    add=lambda old, new: old + new,
    crop=lambda wide, shape, pad: wide[
        :, pad[0][0] : pad[0][0] + shape[1], pad[1][0] : pad[1][0] + shape[2]
    ],
    seen=lambda x, pad: padded(x, pad),
    product=lambda window, dy: np.einsum("nabi,nabo->io", window, dy),
    db=lambda dy: dy.sum(axis=(0, 1, 2)),
    steps=lambda s: s,
    holes=lambda d: d,
):
    """conv2d_backward by shifted slices, with one line exchanged."""

    def answer(dy, x, K, stride=ONE, pad=NONE, dilation=ONE):
        (sh, sw), (dh, dw) = steps(stride), holes(dilation)
        wide, k = seen(x, pad), kernel(K)
        slope, dK = np.zeros(padded(x, pad).shape), np.zeros(K.shape)
        H, W = dy.shape[1:3]
        for i in range(K.shape[0]):
            for j in range(K.shape[1]):
                rows = slice(i * dh, i * dh + (H - 1) * sh + 1, sh)
                columns = slice(j * dw, j * dw + (W - 1) * sw + 1, sw)
                slope[:, rows, columns] = add(slope[:, rows, columns], through(dy, k[i, j]))
                dK[i, j] = product(wide[:, rows, columns], dy)
        return crop(slope, x.shape, pad), dK, db(dy)

    return answer


def _with_gradient(rng, x, K, *how):
    y = _conv2d(x, K, np.zeros(K.shape[3]), *how)
    return integers(rng, *y.shape), x, K, *how


conv2d_backward = Check(_conv2d_backward, returns=("dx", "dK", "db"))
conv2d_backward.case(
    np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 2, 2, 1),
    np.arange(1.0, 10).reshape(1, 3, 3, 1),
    np.array([[1.0, 0.5], [-1.0, 2.0]]).reshape(2, 2, 1, 1),
    en="a 3×3 image, a 2×2 kernel: windows overlap, the centre pixel is in all four",
    zh="3×3 的图、2×2 的核：窗口重叠，中心像素在四个窗口里",
    ask_en="Through which four outputs does the centre pixel reach the loss?",
    ask_zh="中心像素通过哪四个输出影响损失？",
)
_RNG = np.random.default_rng(1)
conv2d_backward.case(
    *_with_gradient(_RNG, integers(_RNG, 3, 4, 5, 2), integers(_RNG, 2, 3, 2, 2)),
    en="three images, two channels in and two out",
    zh="三张图，2 进 2 出",
)
conv2d_backward.case(
    *_with_gradient(_RNG, integers(_RNG, 2, 6, 7, 3), integers(_RNG, 3, 2, 3, 2), (2, 3)),
    en="stride (2, 3): some pixels are in no window, their gradient is 0",
    zh="步幅 (2, 3)：有些像素不在任何窗口里，梯度为 0",
)
conv2d_backward.case(
    *_with_gradient(
        _RNG, integers(_RNG, 2, 4, 4, 1), integers(_RNG, 3, 3, 1, 2), ONE, ((0, 2), (1, 1))
    ),
    en="padding ((0, 2), (1, 1)): dx has the shape of x, not of the padded x",
    zh="填充 ((0, 2), (1, 1))：dx 与 x 同形状，不是与填充后的 x 同形状",
)
conv2d_backward.case(
    *_with_gradient(
        _RNG, integers(_RNG, 1, 7, 7, 2), integers(_RNG, 2, 3, 2, 3), ONE, NONE, (3, 2)
    ),
    en="dilation (3, 2)",
    zh="空洞 (3, 2)",
)


@conv2d_backward.fresh(
    en="fresh sizes, strides, paddings and dilations", zh="新的尺寸、步幅、填充和空洞"
)
def _(rng):
    x, K, _, *how = _random_layer(rng)
    return _with_gradient(rng, x, K, *how)


conv2d_backward.trap(
    _back_variant(add=lambda old, new: new),
    en="dx is overwritten where windows overlap. A pixel reaches the loss through every window it "
    "is "
    "in: add.",
    zh="窗口重叠处，dx 被覆盖了。一个像素通过它所在的每个窗口影响损失：要累加。",
    ask_en="In how many windows is the centre pixel, and how many of them are in your dx?",
    ask_zh="中心像素在几个窗口里？你的 dx 里算了几个？",
)
conv2d_backward.trap(
    _back_variant(kernel=lambda K: K[::-1, ::-1]),
    en="The kernel is flipped although dy is scattered. Sending dy[a, b] K[i, j] to pixel "
    "(a + i, b + j) needs no flip; the flip belongs to the other form, the full correlation of dy.",
    zh="已经在散射 dy，就不该再翻转核。把 dy[a, b] K[i, j] 送回像素 (a + i, b + j) 不用翻转；"
    "要翻转的是另一种写法：对 dy 做 full 互相关。",
)
conv2d_backward.trap(
    _back_variant(through=lambda dy, k: dy @ k if k.shape[0] == k.shape[1] else dy @ k.T),
    en="The channels go back through K itself: with equal numbers of channels it fits, and is "
    "wrong. "
    "Forward x @ K[i, j], backward dy @ K[i, j].T.",
    zh="通道往回传时乘的是 K 本身：进出通道数相等时形状对得上，结果是错的。"
    "前向 x @ K[i, j]，反向 dy @ K[i, j].T。",
)
conv2d_backward.trap(
    _back_variant(crop=lambda wide, shape, pad: wide),
    en="dx still has the padding's rows and columns. The padding is no input: cut it off.",
    zh="dx 还带着填充的行列。填充不是输入：要裁掉。",
)
conv2d_backward.trap(
    _back_variant(
        crop=lambda wide, shape, pad: wide[:, pad[0][0] : -pad[0][1], pad[1][0] : -pad[1][1]]
    ),
    en="Without padding the cut takes everything: −0 is 0, and a slice a:−0 is empty. Cut by the "
    "length of x instead.",
    zh="没有填充时全被裁掉了：−0 就是 0，切片 a:−0 是空的。改用 x 的长度来裁。",
    ask_en="What is np.arange(3)[0:-0]?",
    ask_zh="np.arange(3)[0:-0] 是什么？",
)
conv2d_backward.trap(
    _back_variant(
        crop=lambda wide, shape, pad: wide[
            :, pad[0][1] : pad[0][1] + shape[1], pad[1][1] : pad[1][1] + shape[2]
        ]
    ),
    en="The cut starts after pad[·][1] rows and columns. The input begins after those in front, "
    "pad[·][0].",
    zh="裁剪的起点用成了 pad[·][1]。输入是从前面的填充 pad[·][0] 之后开始的。",
)
conv2d_backward.trap(
    _back_variant(product=lambda window, dy: np.einsum("abi,abo->io", window[0], dy[0])),
    en="dK sees the first image only. All images share the kernel: sum over the batch.",
    zh="dK 只用了第一张图。整个 batch 共用一个核：要对 batch 求和。",
)
conv2d_backward.trap(
    _back_variant(
        product=lambda window, dy: np.einsum("nabi,nabo->io", window, dy) / len(dy),
        db=lambda dy: dy.sum(axis=(0, 1, 2)) / len(dy),
    ),
    en="dK and db are divided by N. The mean over the batch is the loss's business and already in "
    "dy.",
    zh="dK 和 db 又除了一次 N。对 batch 取平均是损失的事，已经在 dy 里。",
)
conv2d_backward.trap(
    _back_variant(db=lambda dy: dy.sum(axis=0)),
    en="db is summed over the batch only. One bias per output channel serves every place: sum over "
    "N, rows and columns.",
    zh="db 只对 batch 求了和。每个输出通道的偏置在所有位置共用：要对 N、行、列都求和。",
)
conv2d_backward.trap(
    _back_variant(db=lambda dy: dy.mean(axis=(0, 1, 2))),
    en="db is a mean. The bias is added at every place: its gradient is the sum.",
    zh="db 取了平均。偏置加在每个位置上，梯度是求和。",
)
conv2d_backward.trap(
    _back_variant(steps=lambda s: ONE),
    en="The stride is missing: dy[a, b] belongs to the window at (a·s, b·s), not at (a, b).",
    zh="漏了步幅：dy[a, b] 对应的窗口在 (a·s, b·s)，不在 (a, b)。",
)
conv2d_backward.trap(
    _back_variant(holes=lambda d: ONE),
    en="The dilation is missing: kernel entry (i, j) met the pixel (i·d, j·d) further on.",
    zh="漏了空洞：核的 (i, j) 对应的像素要再偏移 (i·d, j·d)。",
)


# ---- maxpool_backward --------------------------------------------------------------------------


def _maxpool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, a, b, c in np.ndindex(dy.shape):
        top, left = a * stride[0], b * stride[1]
        window = x[n, top : top + size[0], left : left + size[1], c]
        best = max(np.ndindex(window.shape), key=lambda at: (window[at], -at[0] * size[1] - at[1]))
        dx[n, top + best[0], left + best[1], c] += dy[n, a, b, c]
    return dx


def _pool_variant(
    share=lambda w: np.arange(w.size).reshape(w.shape) == w.argmax(),
    add=lambda old, new: old + new,
    steps=lambda size, stride: stride,
):
    """maxpool_backward window by window, with one line exchanged; `share` splits dy."""

    def answer(dy, x, size, stride):
        dx, (sh, sw) = np.zeros(x.shape), steps(size, stride)
        for n, a, b, c in np.ndindex(dy.shape):
            at = n, slice(a * sh, a * sh + size[0]), slice(b * sw, b * sw + size[1]), c
            if x[at].size:
                dx[at] = add(dx[at], share(x[at]) * dy[n, a, b, c])
        return dx

    return answer


def one_winner_for_all_channels(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, a, b in np.ndindex(dy.shape[:3]):
        top, left = a * stride[0], b * stride[1]
        window = x[n, top : top + size[0], left : left + size[1]]
        i, j = np.unravel_index(window.max(axis=-1).argmax(), size)
        dx[n, top + i, left + j] += dy[n, a, b]
    return dx


def _last(w):
    return np.arange(w.size).reshape(w.shape) == w.size - 1 - w[::-1, ::-1].argmax()


def _pool_inputs(rng, N, outputs, C, size, stride):
    """Values from a few, so that windows hold ties; sizes never square."""
    H, W = ((o - 1) * s + k for o, s, k in zip(outputs, stride, size, strict=True))
    return integers(rng, N, *outputs, C), integers(rng, N, H, W, C), size, stride


maxpool_backward = Check(_maxpool_backward)
maxpool_backward.case(
    np.array([[5.0, 2.0]]).reshape(1, 1, 2, 1),
    np.array([[1.0, 3.0, 4.0, 0.0], [2.0, 0.0, 4.0, 1.0]]).reshape(1, 2, 4, 1),
    (2, 2),
    (2, 2),
    en="two windows: each gradient goes to its window's maximum, in a tie to the first, row by row",
    zh="两个窗口：梯度只给窗口里的最大值；并列时给按行数的第一个",
)
maxpool_backward.case(
    np.array([[5.0, 3.0]]).reshape(1, 1, 2, 1),
    np.array([[1.0, 7.0, 2.0], [0.0, 3.0, 6.0]]).reshape(1, 2, 3, 1),
    (2, 2),
    (1, 1),
    en="overlapping windows with one maximum: its gradients add up",
    zh="窗口重叠，最大值是同一个：梯度累加",
)
maxpool_backward.case(
    np.array([[1.0, 2.0]]).reshape(1, 1, 1, 2),
    -np.array([[[4.0, 1.0], [2.0, 3.0], [3.0, 2.0]]]).reshape(1, 1, 3, 2),
    (1, 3),
    (1, 3),
    en="every channel has a winner of its own, and values may all be negative",
    zh="每个通道各有各的最大值，而且数值可以全是负的",
)
maxpool_backward.case(
    *_pool_inputs(np.random.default_rng(2), 2, (2, 3), 3, (3, 2), (2, 1)),
    en="windows (3, 2), stride (2, 1)",
    zh="窗口 (3, 2)，步幅 (2, 1)",
)
maxpool_backward.case(
    *_pool_inputs(np.random.default_rng(3), 1, (2, 2), 2, (2, 2), (3, 3)),
    en="a stride larger than the window leaves pixels out",
    zh="步幅大于窗口时，有些像素不在任何窗口里",
)


@maxpool_backward.fresh(en="fresh images with ties", zh="新的图像，带并列")
def _(rng):
    return _pool_inputs(rng, 2, (3, 2), 2, (2, 3), (1, 2))


maxpool_backward.trap(
    _pool_variant(share=lambda w: w == w.max()),
    en="Every pixel that ties for the maximum gets the whole gradient, so it is handed out twice. "
    "One "
    "pixel was taken: here the first.",
    zh="并列最大的每个像素都拿到了整份梯度，等于发了两遍。前向只取了一个：这里约定是第一个。",
    ask_en="What must the gradients that one window hands down sum to?",
    ask_zh="一个窗口往回传的梯度，加起来应当是多少？",
)
maxpool_backward.trap(
    _pool_variant(share=lambda w: (w == w.max()) / (w == w.max()).sum()),
    en="Ties share the gradient. That is a subgradient too, but here, as in TensorFlow on a CPU, "
    "the "
    "first takes it all.",
    zh="并列的像素平分了梯度。这也是一个次梯度，但这里的约定（与 TensorFlow 在 CPU "
    "上一致）是全给第一个。",
)
maxpool_backward.trap(
    _pool_variant(share=lambda w: np.full(w.shape, 1 / w.size)),
    en="The gradient is spread over the window: that is average pooling.",
    zh="梯度平摊到了整个窗口：那是平均池化。",
)
maxpool_backward.trap(
    _pool_variant(share=_last),
    en="In a tie the last maximum gets it. The question says the first, row by row.",
    zh="并列时给了最后一个。题目约定按行数的第一个。",
)
maxpool_backward.trap(
    _pool_variant(share=lambda w: w * (np.arange(w.size).reshape(w.shape) == w.argmax())),
    en="The gradient is multiplied by the pixel. The slope of the maximum along its winner is 1.",
    zh="梯度多乘了像素值。最大值对胜出者的导数是 1。",
)
maxpool_backward.trap(
    _pool_variant(add=lambda old, new: np.where(new != 0, new, old)),
    en="A pixel that wins in two windows keeps only the last window's gradient: add.",
    zh="一个像素在两个窗口里都是最大值时，只留下了后一个的梯度：要累加。",
)
maxpool_backward.trap(
    one_winner_for_all_channels,
    en="One place wins for all channels. Pooling looks at each channel by itself.",
    zh="所有通道共用了一个最大值的位置。池化是逐通道的。",
)
maxpool_backward.trap(
    _pool_variant(steps=lambda size, stride: size),
    en="The windows step by their size. The stride is an argument of its own.",
    zh="窗口按自身大小移动了。步幅是另一个参数。",
)


# ---- receptive_field ---------------------------------------------------------------------------


def _receptive_field(layers):
    first = last = 0  # the inputs that one output sees, from the top layer down
    for k, s, d in reversed(layers):
        first, last = first * s, last * s + (k - 1) * d
    return last - first + 1


def _field_variant(
    gain=lambda k, d: (k - 1) * d,
    jump=lambda jump, s: jump,
    order=lambda layers: layers,
    carry=lambda product, s: product * s,
):
    """receptive_field by the running product of strides, with one line exchanged."""

    def answer(layers):
        field, product = 1, 1
        for k, s, d in order(layers):
            field += gain(k, d) * jump(product, s)
            product = carry(product, s)
        return field

    return answer


def product_of_kernels(layers):
    return int(np.prod([k for k, _, _ in layers]))


def sum_of_kernels(layers):
    return sum(k for k, _, _ in layers)


receptive_field = Check(_receptive_field)
receptive_field.case(
    [(3, 1, 1), (3, 2, 1), (2, 1, 5)],
    en="layers (k, s, d) = (3, 1, 1), (3, 2, 1), (2, 1, 5): the last one's steps are two pixels "
    "wide",
    zh="三层 (k, s, d) = (3, 1, 1)、(3, 2, 1)、(2, 1, 5)：最后一层走一步等于两个像素",
    ask_en="Two neighbours in the second layer's output: how many input pixels apart are they?",
    ask_zh="第二层输出里相邻的两个元素，对应输入相隔几个像素？",
)
receptive_field.case([(5, 3, 2)], en="one layer: (k − 1) d + 1", zh="单层：(k − 1) d + 1")
receptive_field.case([], en="no layer: the pixel itself", zh="一层都没有：就是像素本身")
receptive_field.case(
    [(4, 2, 1), (3, 3, 1), (2, 1, 3)],
    en="strides 2 and 3: the third layer's steps are six pixels wide, and a field may be even",
    zh="步幅 2 和 3：第三层走一步等于六个像素；感受野也可以是偶数",
)
receptive_field.case(
    [(3, 1, 1)] * 3, en="three 3×3 layers see 7 pixels", zh="三个 3×3 看到 7 个像素"
)


@receptive_field.property(
    en="it is the number of input pixels on which one output depends",
    zh="它就是一个输出所依赖的输入像素数",
)
def _(answer, rng):
    layers = [
        (int(k), int(s), int(d))
        for k, s, d in zip(*(rng.integers(1, top, size=3) for top in (5, 4, 3)), strict=True)
    ]
    seen = {0}
    for k, s, d in reversed(layers):
        seen = {place * s + i * d for place in seen for i in range(k)}
    return Evidence(
        given={"layers": layers}, expected=max(seen) - min(seen) + 1, got=answer(list(layers))
    )


receptive_field.trap(
    _field_variant(jump=lambda jump, s: jump * s),
    en="A layer's own stride is counted in. Its stride moves its windows apart, which only the "
    "layers "
    "after it feel: multiply the strides before it.",
    zh="把本层自己的步幅也乘进去了。本层的步幅拉开的是窗口之间的距离，只影响后面的层：乘的应是它"
    "之前各层的步幅。",
)
receptive_field.trap(
    _field_variant(jump=lambda jump, s: 1),
    en="The strides are not used. After a stride of 2, one step is two pixels wide.",
    zh="没有用步幅。经过步幅 2 之后，走一步就是两个像素。",
)
receptive_field.trap(
    _field_variant(gain=lambda k, d: k - 1),
    en="The dilation is missing: k entries d apart span (k − 1) d + 1.",
    zh="漏了空洞：k 个元素相隔 d，跨度是 (k − 1) d + 1。",
)
receptive_field.trap(
    _field_variant(gain=lambda k, d: k * d - 1),
    en="A dilated kernel spans (k − 1) d + 1, not k · d: there are k − 1 gaps.",
    zh="空洞核的跨度是 (k − 1) d + 1，不是 k · d：间隔只有 k − 1 个。",
)
receptive_field.trap(
    _field_variant(order=lambda layers: layers[::-1]),
    en="The layers are gone through in the wrong order: the first layer's stride widens the steps "
    "of "
    "those after it, not the other way round.",
    zh="层的顺序反了：前面层的步幅放大后面层的步子，不是反过来。",
)
receptive_field.trap(
    product_of_kernels,
    en="The kernel sizes are multiplied. Two 3×3 layers see 5 pixels, not 9: each adds k − 1.",
    zh="把核的大小乘起来了。两个 3×3 看到 5 个像素，不是 9：每层只增加 k − 1。",
)
receptive_field.trap(
    sum_of_kernels,
    en="The kernel sizes are added. Each layer adds k − 1, and one pixel is there from the start.",
    zh="把核的大小加起来了。每层只增加 k − 1，再加上最初的 1 个像素。",
)
receptive_field.trap(
    _field_variant(carry=lambda product, s: s),
    en="Only the stride of the layer just before is used. Strides multiply: a step is as wide as "
    "the product of all strides before it.",
    zh="只用了紧挨着的前一层的步幅。步幅是连乘的：走一步有多宽，要看前面所有步幅的积。",
    ask_en="After strides 2 and 3, how many input pixels apart are two neighbours?",
    ask_zh="经过步幅 2 和 3，相邻两个元素相隔几个输入像素？",
)


# ---- same_padding ------------------------------------------------------------------------------


def _same_padding(size, k, stride=1, dilation=1):
    extent, outputs = (k - 1) * dilation + 1, -(-size // stride)
    missing = max((outputs - 1) * stride + extent - size, 0)
    return missing // 2, missing - missing // 2


def _padding_variant(
    extent=lambda k, d: (k - 1) * d + 1,
    outputs=lambda size, s: -(-size // s),
    floor=lambda missing: max(missing, 0),
    split=lambda missing: (missing // 2, missing - missing // 2),
):
    """same_padding with one line exchanged."""

    def answer(size, k, stride=1, dilation=1):
        last = (outputs(size, stride) - 1) * stride
        return split(floor(last + extent(k, dilation) - size))

    return answer


same_padding = Check(_same_padding, returns=("before", "after"))
same_padding.case(
    8,
    3,
    2,
    en="8 pixels, k = 3, stride 2: 4 outputs need one pixel more, at the end",
    zh="8 个像素、k = 3、步幅 2：要 4 个输出，还差 1 个像素，补在末尾",
)
same_padding.case(7, 3, en="k = 3, stride 1: one on each side", zh="k = 3、步幅 1：两边各 1 个")
same_padding.case(
    7,
    3,
    2,
    en="7 pixels, k = 3, stride 2: both ends again",
    zh="7 个像素、k = 3、步幅 2：又是两边各 1",
)
same_padding.case(9, 4, en="an even kernel: the end gets more", zh="偶数核：末尾多补一个")
same_padding.case(
    12, 1, 3, en="nothing is missing, and nothing is cut off", zh="不缺像素，也不会裁掉像素"
)
same_padding.case(10, 3, 1, 4, en="dilation 4", zh="空洞 4")


@same_padding.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return tuple(int(n) for n in (rng.integers(4, 30), *rng.integers(1, 6, size=3)))


same_padding.trap(
    _padding_variant(split=lambda missing: (missing - missing // 2, missing // 2)),
    en="The odd pixel is put in front. TensorFlow puts it at the end: bottom and right.",
    zh="多出的一个补在了前面。TensorFlow 补在末尾：下边和右边。",
)
same_padding.trap(
    lambda size, k, stride=1, dilation=1: ((k - 1) * dilation // 2,) * 2,
    en="(k − 1) / 2 on both sides ignores the stride. SAME asks for ⌈size / stride⌉ outputs and "
    "adds "
    "only what those need.",
    zh="两边各补 (k − 1) / 2 没有考虑步幅。SAME 要的是 ⌈size / stride⌉ 个输出，"
    "只补这些输出缺的像素。",
    ask_en="8 pixels, k = 3, stride 2: which pixels do 4 windows cover?",
    ask_zh="8 个像素、k = 3、步幅 2：4 个窗口覆盖哪些像素？",
)
same_padding.trap(
    _padding_variant(floor=lambda missing: missing),
    en="A stride larger than the kernel gives a negative padding. Nothing is cut off: at least 0.",
    zh="步幅大于核时算出了负的填充。SAME 不会裁剪：最少是 0。",
)
same_padding.trap(
    _padding_variant(outputs=lambda size, s: size // s),
    en="The number of outputs is rounded down. SAME rounds up: ⌈size / stride⌉.",
    zh="输出个数向下取整了。SAME 是向上取整：⌈size / stride⌉。",
)
same_padding.trap(
    _padding_variant(extent=lambda k, d: k),
    en="The dilation is missing: the kernel spans (k − 1) d + 1 pixels.",
    zh="漏了空洞：核的跨度是 (k − 1) d + 1 个像素。",
)
same_padding.trap(
    _padding_variant(outputs=lambda size, s: size),
    en="This keeps the size itself. SAME does so at stride 1 only; in general it wants "
    "⌈size / stride⌉ outputs.",
    zh="这是让输出和输入一样大。SAME 只在步幅为 1 时如此；一般要的是 ⌈size / stride⌉ 个输出。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

conv_macs = Estimate(231_211_008, unit="multiplications", unit_zh="次乘法", rtol=0.01)
conv_macs.trap(
    25_690_112,
    en="That is a 1×1 kernel: the factor k² = 9 is missing.",
    zh="这是 1×1 核的数：漏了 k² = 9。",
)
conv_macs.trap(
    1_806_336,
    en="The output channels are missing: every one of the 128 has a kernel over all 64.",
    zh="漏了输出通道：128 个输出通道各有一个覆盖全部 64 个通道的核。",
)
conv_macs.trap(
    73_728,
    en="Those are the weights. Each is used at every one of the 56 × 56 places.",
    zh="这是权重个数。每个权重在 56 × 56 个位置都要用一次。",
)

conv_macs.trap(
    462_422_016,
    en="That counts the additions too (FLOPs): two operations for each multiplication.",
    zh="这把加法也算进去了（FLOPs）：每次乘法记了两次运算。",
)

im2col_memory = Estimate("231 MB", rtol=0.02)
im2col_memory.trap(
    "25.7 MB",
    en="That is the input itself. Every pixel is in nine windows and is copied nine times.",
    zh="这是输入本身。每个像素在九个窗口里，要抄九份。",
)
im2col_memory.trap(
    "7.2 MB",
    en="That is one image. The matrix holds the windows of all 32.",
    zh="这是一张图的。矩阵里有全部 32 张图的窗口。",
)

flaws = Flaws()
flaws.false(
    en="A convolutional layer of a deep-learning framework flips the kernel and slides it over the "
    "image.",
    zh="深度学习框架的卷积层先把核翻转，再在图上滑动。",
    because_en="It does not flip: it computes cross-correlation. A learnt kernel does not care.",
    because_zh="不翻转，算的是互相关。核是学出来的，翻不翻都一样。",
    source="Goodfellow et al. 2016, §9.1",
)
flaws.true(
    en="The number of parameters of a convolutional layer does not depend on the size of the "
    "image.",
    zh="卷积层的参数量与图像大小无关。",
)
flaws.false(
    en="Pooling layers reduce the number of parameters they hold, which prevents overfitting.",
    zh="池化层减少了自身的参数量，从而防止过拟合。",
    because_en="Pooling has no parameters. It shrinks the map, and so a dense layer that follows.",
    because_zh="池化没有参数。它缩小的是特征图，因此后面的全连接层才变小。",
    source="Goodfellow et al. 2016, §9.3",
)
flaws.true(
    en="Three stacked 3×3 layers see as far as one 7×7 layer, with 27C² instead of 49C² weights.",
    zh="三层 3×3 叠起来与一层 7×7 看得一样远，权重是 27C² 而不是 49C²。",
)
flaws.false(
    en="With padding SAME, TensorFlow always adds the same number of rows above and below.",
    zh="padding=SAME 时，TensorFlow 上下补的行数总是相同。",
    because_en="When an odd number is missing, the extra row goes below and the extra column "
    "right.",
    because_zh="缺奇数个时，多的一行补在下边，多的一列补在右边。",
    source="TensorFlow documentation, tf.nn, notes on padding",
)
flaws.false(
    en="Convolution is invariant to translation: shift the image and the output stays the same.",
    zh="卷积具有平移不变性：图像平移，输出不变。",
    because_en="It is equivariant: the output shifts along. Invariance, and only in part, comes "
    "from "
    "pooling.",
    because_zh="是等变：输出跟着平移。不变性来自池化，而且只是部分的。",
    source="Goodfellow et al. 2016, §9.2–9.3",
)
flaws.true(
    en="At stride 1 the gradient of a convolution along its input is itself a convolution: dy, "
    "padded, with the kernel flipped and its channels exchanged.",
    zh="步幅为 1 时，卷积对输入的梯度本身也是卷积：dy 补零，核翻转，进出通道互换。",
)

say = Say(
    model_en="A convolutional layer slides a small kernel over the image: every output is the sum, "
    "over the window and over all input channels, of pixel times weight, plus a bias. The weights "
    "are shared by all places, so the layer is local and shifts with the image. The output has "
    "(H + padding − (k − 1)d − 1) / stride, rounded down, plus one places. Backward, the bias "
    "gradient is the sum of dy; dK correlates the input with dy; dx scatters dy times the kernel "
    "back into the windows, adding where they overlap, which is a full convolution with the "
    "flipped "
    "kernel. For speed the windows are copied into a matrix, im2col, and one matrix product does "
    "the rest, at k² times the memory. The receptive field grows by (k − 1) times dilation times "
    "the product of the strides before.",
    model_zh="卷积层拿一个小核在图上滑动：每个输出是窗口内、所有输入通道上像素乘权重之和，"
    "再加偏置。"
    "权重在所有位置共享，所以是局部的，并且平移等变。输出尺寸是 (H + 填充 − (k − 1)d − 1) 除以步幅"
    "向下取整再加一。反向时，db 是 dy 的总和；dK 是输入和 dy 的互相关；dx 把 dy "
    "乘核散射回各个窗口，"
    "重叠处累加，等价于用翻转的核做 full 卷积。为了快，用 im2col 把窗口抄成矩阵，一次矩阵乘完成，"
    "代价是 k² 倍的内存。感受野每层增加 (k − 1) 乘空洞率，再乘之前各层步幅的积。",
)
say.point(
    en="Weights shared over places; sum over the window and all input channels",
    zh="权重在各位置共享；对窗口和所有输入通道求和",
    found_en=[
        r"\bshar(ed|es|ing)\b",
        r"\bsame (weights?|kernel|filter)\b",
        r"\b(sum|all|every)\w*\b.{0,30}\b(input )?channels?\b",
    ],
    found_zh=[
        r"(权重|参数|核).{0,8}(共享|共用)",
        r"共享(权重|参数)",
        r"(所有|全部|每个)(输入)?通道",
    ],
)
say.point(
    en="The size of the output from size, padding, kernel, stride",
    zh="由输入尺寸、填充、核、步幅算输出尺寸",
    found_en=[
        r"\boutput\b.{0,30}\b(size|has|is|places|height|width|floor)\b",
        r"\bfloor\b",
        r"\brounded down\b",
        r"\bplus one\b",
    ],
    found_zh=[r"输出(尺寸|大小|高宽|的大小|有)", r"向下取整", r"再?加一"],
)
say.point(
    en="Backward: dK correlates x with dy; dx adds over overlapping windows",
    zh="反向：dK 是 x 与 dy 的互相关；dx 在重叠的窗口上累加",
    found_en=[
        r"\b(scatter|accumulat)\w*",
        r"\b(add|sum)\w*\b.{0,20}\boverlap",
        r"\boverlap\w*\b.{0,20}\b(add|sum)",
        r"\b(transposed|full) (convolution|correlation)",
        r"\bflipped kernel\b",
        r"\bdK\b.{0,40}\b(correlat|convol)\w*",
    ],
    found_zh=[r"(散射|累加)", r"重叠.{0,8}(加|求和)", r"(转置|full) ?卷积", r"翻转", r"互相关"],
)
say.point(
    en="im2col: one matrix product, k² times the memory",
    zh="im2col：一次矩阵乘，内存 k² 倍",
    found_en=[r"\bim2col\b", r"\b(one|single|big) matrix (product|multipl)", r"\bGEMM\b"],
    found_zh=[r"im2col", r"(一次|一个)(大)?矩阵乘", r"GEMM"],
)
say.point(
    en="The receptive field: (k − 1) · d · strides before",
    zh="感受野：(k − 1) · d · 之前的步幅之积",
    found_en=[r"\breceptive fields?\b"],
    found_zh=[r"感受野"],
)
