"""Convolution by hand: other right answers, and every trap written a second way."""

from itertools import product

import numpy as np

ONE, NONE = (1, 1), ((0, 0), (0, 0))


def sizes(x, K, stride, pad, dilation):
    return [
        (n + a + z - (k - 1) * d - 1) // s + 1
        for n, (a, z), k, d, s in zip(x.shape[1:3], pad, K.shape[:2], dilation, stride, strict=True)
    ]


# ---- conv2d ------------------------------------------------------------------------------------


def window_by_window(x, K, b, stride=ONE, pad=NONE, dilation=ONE):
    """The definition: strided views of windows, one tensordot each."""
    H, W = sizes(x, K, stride, pad, dilation)
    z = np.pad(x, [(0, 0), pad[0], pad[1], (0, 0)])
    y = np.empty((x.shape[0], H, W, K.shape[-1]))
    for a, c in product(range(H), range(W)):
        p, q = a * stride[0], c * stride[1]
        rows = p + dilation[0] * np.arange(K.shape[0])
        columns = q + dilation[1] * np.arange(K.shape[1])
        y[:, a, c] = np.tensordot(z[:, rows][:, :, columns], K, axes=3) + b
    return y


def unrolled(x, K, b, stride=ONE, pad=NONE, dilation=ONE):
    """im2col by fancy indices, one matrix product, float32."""
    H, W = sizes(x, K, stride, pad, dilation)
    z = np.pad(x, [(0, 0), pad[0], pad[1], (0, 0)]).astype("f4")
    rows = stride[0] * np.arange(H)[:, None] + dilation[0] * np.arange(K.shape[0])
    columns = stride[1] * np.arange(W)[:, None] + dilation[1] * np.arange(K.shape[1])
    windows = z[:, rows[:, None, :, None], columns[None, :, None, :]]
    flat = windows.reshape(len(x) * H * W, -1) @ K.reshape(-1, K.shape[-1]).astype("f4")
    return (flat + b.astype("f4")).reshape(len(x), H, W, -1)


def wrong_conv(before=None, after=None):
    """A right convolution with its arguments or its result changed."""

    def answer(x, K, b, stride=ONE, pad=NONE, dilation=ONE):
        args = x, K, b, stride, pad, dilation
        y = window_by_window(*(before(*args) if before else args))
        return after(y, *args) if after else y

    return answer


def short(y, x, K, b, stride, pad, dilation):
    """One place fewer on each axis."""
    return y[:, :-1, :-1]


def too_wide(y, x, K, b, stride, pad, dilation):
    H, W = (
        (n + a + z - k * d) // s + 1
        for n, (a, z), k, d, s in zip(x.shape[1:3], pad, K.shape[:2], dilation, stride, strict=True)
    )
    return y[:, : max(H, 0), : max(W, 0)]


def filled_with_ones(x, K, b, stride, pad, dilation):
    return (
        np.pad(x, [(0, 0), pad[0], pad[1], (0, 0)], constant_values=1),
        K,
        b,
        stride,
        NONE,
        dilation,
    )


# ---- conv2d_backward ---------------------------------------------------------------------------


def backward_by_windows(dy, x, K, stride=ONE, pad=NONE, dilation=ONE):
    z = np.pad(x, [(0, 0), pad[0], pad[1], (0, 0)])
    dz, dK = np.zeros_like(z), np.zeros_like(K)
    for a, c in product(range(dy.shape[1]), range(dy.shape[2])):
        rows = a * stride[0] + dilation[0] * np.arange(K.shape[0])
        columns = c * stride[1] + dilation[1] * np.arange(K.shape[1])
        at = np.ix_(range(len(x)), rows, columns)
        dK += np.einsum("nijc,no->ijco", z[at], dy[:, a, c])
        dz[at] += np.einsum("no,ijco->nijc", dy[:, a, c], K)
    keep = [slice(p, p + n) for (p, _), n in zip(pad, x.shape[1:3], strict=True)]
    return dz[:, keep[0], keep[1]], dK, np.einsum("nabo->o", dy)


def as_full_correlation(dy, x, K, stride=ONE, pad=NONE, dilation=ONE):
    """dx: dy spread by the stride, correlated in full with the flipped kernel."""
    kh, kw = K.shape[:2]
    Z = [n + a + z for n, (a, z) in zip(x.shape[1:3], pad, strict=True)]
    spread = np.zeros((len(x), Z[0], Z[1], dy.shape[3]))
    spread[:, : dy.shape[1] * stride[0] : stride[0], : dy.shape[2] * stride[1] : stride[1]] = dy
    reach = [(k - 1) * d for k, d in zip((kh, kw), dilation, strict=True)]
    flipped = K[::-1, ::-1].transpose(0, 1, 3, 2)
    dz = window_by_window(
        spread, flipped, np.zeros(K.shape[2]), ONE, ((reach[0], 0), (reach[1], 0)), dilation
    )
    dx = dz[:, pad[0][0] : Z[0] - pad[0][1], pad[1][0] : Z[1] - pad[1][1]]
    dK = backward_by_windows(dy, x, K, stride, pad, dilation)[1]
    return dx, dK, dy.reshape(-1, dy.shape[3]).sum(0)


def wrong_backward(dx=None, dK=None, db=None, using=None):
    def answer(dy, x, K, stride=ONE, pad=NONE, dilation=ONE):
        how = using(stride, pad, dilation) if using else (stride, pad, dilation)
        right = backward_by_windows(dy, x, K, *how)
        args = right, dy, x, K, stride, pad, dilation
        return (
            dx(*args) if dx else right[0],
            dK(*args) if dK else right[1],
            db(*args) if db else right[2],
        )

    return answer


def dx_with(kernel=None, overwrite=False, crop=True, side=0):
    """dx by entries of the kernel, with a part changed."""

    def answer(right, dy, x, K, stride, pad, dilation):
        k = kernel(K) if kernel else K.transpose(0, 1, 3, 2)
        z = np.zeros(np.pad(x, [(0, 0), pad[0], pad[1], (0, 0)]).shape)
        for i, j in np.ndindex(K.shape[:2]):
            rows = i * dilation[0] + stride[0] * np.arange(dy.shape[1])
            columns = j * dilation[1] + stride[1] * np.arange(dy.shape[2])
            at = np.ix_(range(len(x)), rows, columns)
            z[at] = dy @ k[i, j] + (0 if overwrite else z[at])
        if not crop:
            return z
        top, left = pad[0][side], pad[1][side]
        return z[:, top : top + x.shape[1], left : left + x.shape[2]]

    return answer


def to_minus_zero(right, dy, x, K, stride, pad, dilation):
    whole = dx_with(crop=False)(right, dy, x, K, stride, pad, dilation)
    rows, columns = (slice(before, -after) for before, after in pad)
    return whole[:, rows, columns]


def one_image(right, dy, x, K, stride, pad, dilation):
    return backward_by_windows(dy[:1], x[:1], K, stride, pad, dilation)[1]


def not_transposed(K):
    return K if K.shape[2] == K.shape[3] else K.transpose(0, 1, 3, 2)


# ---- maxpool_backward --------------------------------------------------------------------------


def pool_by_planes(dy, x, size, stride):
    """All windows of one output place at once, the channels by take_along_axis."""
    dx = np.zeros_like(x)
    for a, b in product(range(dy.shape[1]), range(dy.shape[2])):
        p, q = a * stride[0], b * stride[1]
        part = x[:, p : p + size[0], q : q + size[1]]
        flat = part.reshape(len(x), -1, x.shape[3])
        best = flat.argmax(axis=1)[:, None]
        hit = np.zeros_like(flat)
        np.put_along_axis(hit, best, dy[:, a, b][:, None], axis=1)
        dx[:, p : p + size[0], q : q + size[1]] += hit.reshape(part.shape)
    return dx


def pool_by_plain_loops(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, a, b, c in np.ndindex(dy.shape):
        best, where = -np.inf, None
        for i, j in product(range(size[0]), range(size[1])):
            value = x[n, a * stride[0] + i, b * stride[1] + j, c]
            if value > best:
                best, where = value, (n, a * stride[0] + i, b * stride[1] + j, c)
        dx[where] += dy[n, a, b, c]
    return dx


def wrong_pool(weigh, overwrite=False, step=None):
    def answer(dy, x, size, stride):
        step_by = step(size, stride) if step else stride
        dx = np.zeros(x.shape)
        for n, a, b, c in np.ndindex(dy.shape):
            p, q = a * step_by[0], b * step_by[1]
            window = x[n, p : p + size[0], q : q + size[1], c]
            if not window.size:
                continue
            for (i, j), w in np.ndenumerate(weigh(window)):
                if w:
                    old = 0 if overwrite else dx[n, p + i, q + j, c]
                    dx[n, p + i, q + j, c] = old + w * dy[n, a, b, c]
        return dx

    return answer


def first(w):
    hit = np.zeros(w.shape)
    hit[np.unravel_index(np.argmax(w), w.shape)] = 1
    return hit


def final(w):
    hit = np.zeros(w.shape)
    hit[tuple(np.argwhere(w == w.max())[-1])] = 1
    return hit


def shared_winner(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, a, b in np.ndindex(dy.shape[:3]):
        p, q = a * stride[0], b * stride[1]
        tops = x[n, p : p + size[0], q : q + size[1]].max(axis=2)
        i, j = np.argwhere(tops == tops.max())[0]
        dx[n, p + i, q + j] += dy[n, a, b]
    return dx


# ---- receptive_field, same_padding -------------------------------------------------------------


def seen_from_above(layers):
    field = 1
    for k, s, d in layers[::-1]:
        field = (field - 1) * s + (k - 1) * d + 1
    return field


def by_support(layers):
    seen = {0}
    for k, s, d in layers[::-1]:
        seen = {a * s + i * d for a in seen for i in range(k)}
    return max(seen) - min(seen) + 1


def field_sum(term):
    def answer(layers):
        return 1 + sum(term(layers, n) for n in range(len(layers)))

    return answer


def strides(layers):
    return int(np.prod([s for _, s, _ in layers], dtype=int))


def padding_by_last_window(size, k, stride=1, dilation=1):
    last = (size - 1) // stride * stride + (k - 1) * dilation
    both = max(last - (size - 1), 0)
    return [both // 2, (both + 1) // 2]


def padding_by_remainder(size, k, stride=1, dilation=1):
    """TensorFlow's own way: distinguish whether the stride divides the size."""
    extent = (k - 1) * dilation + 1
    both = max(extent - (stride if size % stride == 0 else size % stride), 0)
    return both // 2, both - both // 2


def wrong_padding(outputs=None, extent=None, least=0, swap=False):
    def answer(size, k, stride=1, dilation=1):
        n = outputs(size, stride) if outputs else int(np.ceil(size / stride))
        reach = extent(k, dilation) if extent else (k - 1) * dilation + 1
        both = (n - 1) * stride + reach - size
        both = both if least is None else max(both, least)
        pair = both // 2, both - both // 2
        return pair[::-1] if swap else pair

    return answer


def padding_that_keeps_the_size(size, k, stride=1, dilation=1):
    both = (size - 1) * (stride - 1) + (k - 1) * dilation
    return both // 2, (both + 1) // 2


RIGHT = {
    "conv2d": [window_by_window, unrolled],
    "conv2d_backward": [backward_by_windows, as_full_correlation],
    "maxpool_backward": [pool_by_planes, pool_by_plain_loops],
    "receptive_field": [seen_from_above, by_support],
    "same_padding": [padding_by_last_window, padding_by_remainder],
    "conv_macs": ["231 million multiplications", 231e6],
    "im2col_memory": ["231.2 MB", "220.5 MiB"],
    "flaws": [{1, 3, 5, 6}, "1，3，5，6"],
}

TWINS = {
    "conv2d": {
        1: wrong_conv(lambda x, K, *rest: (x, np.flip(K, (0, 1)), *rest)),
        2: wrong_conv(after=short),
        3: wrong_conv(lambda x, K, b, s, p, d: (x, K, b, (s[0],) * 2, p, d)),
        4: wrong_conv(lambda x, K, b, s, p, d: (x, K, b, ONE, p, d)),
        5: wrong_conv(lambda x, K, *rest: (x[..., [0]], K[:, :, [0]], *rest)),
        6: wrong_conv(lambda x, K, *rest: (x / x.shape[3], K, *rest)),
        7: wrong_conv(lambda x, K, b, s, p, d: (x, K, b, s, tuple((a, a) for a, _ in p), d)),
        8: wrong_conv(lambda x, K, b, s, p, d: (x, K, b, s, (p[1], p[0]), d)),
        9: wrong_conv(lambda x, K, b, s, p, d: (x, K, b, s, NONE, d)),
        10: wrong_conv(filled_with_ones),
        11: wrong_conv(lambda x, K, b, s, p, d: (x, K, b, s, p, ONE)),
        12: wrong_conv(after=too_wide),
        13: wrong_conv(after=lambda y, x, K, b, *rest: y - b),
    },
    "conv2d_backward": {
        1: wrong_backward(dx=dx_with(overwrite=True)),
        2: wrong_backward(dx=dx_with(lambda K: np.flip(K, (0, 1)).transpose(0, 1, 3, 2))),
        3: wrong_backward(dx=dx_with(not_transposed)),
        4: wrong_backward(dx=dx_with(crop=False)),
        5: wrong_backward(dx=to_minus_zero),
        6: wrong_backward(dx=dx_with(side=1)),
        7: wrong_backward(dK=one_image),
        8: wrong_backward(
            dK=lambda right, dy, *_: right[1] / dy.shape[0],
            db=lambda right, dy, *_: right[2] / dy.shape[0],
        ),
        9: wrong_backward(db=lambda right, dy, *_: np.add.reduce(dy)),
        10: wrong_backward(db=lambda right, dy, *_: dy.reshape(-1, dy.shape[-1]).mean(0)),
        11: wrong_backward(using=lambda s, p, d: (ONE, p, d)),
        12: wrong_backward(using=lambda s, p, d: (s, p, ONE)),
    },
    "maxpool_backward": {
        1: wrong_pool(lambda w: w >= np.max(w)),
        2: wrong_pool(lambda w: (w == w.max()) / np.count_nonzero(w == w.max())),
        3: wrong_pool(lambda w: np.ones(w.shape) / w.size),
        4: wrong_pool(final),
        5: wrong_pool(lambda w: first(w) * w),
        6: wrong_pool(first, overwrite=True),
        7: shared_winner,
        8: wrong_pool(first, step=lambda size, stride: size),
    },
    "receptive_field": {
        1: field_sum(lambda L, n: (L[n][0] - 1) * L[n][2] * strides(L[: n + 1])),
        2: field_sum(lambda L, n: (L[n][0] - 1) * L[n][2]),
        3: field_sum(lambda L, n: (L[n][0] - 1) * strides(L[:n])),
        4: field_sum(lambda L, n: (L[n][0] * L[n][2] - 1) * strides(L[:n])),
        5: field_sum(lambda L, n: (L[n][0] - 1) * L[n][2] * strides(L[n + 1 :])),
        6: lambda layers: strides([(0, k, 0) for k, _, _ in layers]),
        7: lambda layers: int(np.sum([k for k, _, _ in layers], dtype=int)),
        8: field_sum(lambda L, n: (L[n][0] - 1) * L[n][2] * (L[n - 1][1] if n else 1)),
    },
    "same_padding": {
        1: wrong_padding(swap=True),
        2: lambda size, k, stride=1, dilation=1: [((k - 1) * dilation) // 2] * 2,
        3: wrong_padding(least=None),
        4: wrong_padding(outputs=lambda size, s: int(size / s)),
        5: wrong_padding(extent=lambda k, d: k),
        6: padding_that_keeps_the_size,
    },
    "conv_macs": {1: 25_690_112.0, 2: 1.806e6, 3: 73728.0, 4: 4.624e8},
    "im2col_memory": {1: "25.69 MB", 2: "7.225 MB"},
}

TWO_AT_ONCE = {
    "conv2d": [
        (
            wrong_conv(
                lambda x, K, *rest: (x, np.flip(K, (0, 1)), *rest),
                lambda y, x, K, b, *rest: y - b,
            ),
            {1, 13},
        ),
    ],
    "conv2d_backward": [
        (
            wrong_backward(
                dx=dx_with(overwrite=True), db=lambda right, dy, *_: dy.mean(axis=(0, 1, 2))
            ),
            {1, 10},
        ),
    ],
    "maxpool_backward": [(wrong_pool(final, overwrite=True), {4, 6})],
    "receptive_field": [
        (field_sum(lambda L, n: (L[n][0] - 1) * strides(L[: n + 1])), {1, 3}),
    ],
    "same_padding": [(wrong_padding(swap=True, extent=lambda k, d: k), {1, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the weights are shared by all places",
                    "the same kernel everywhere",
                    "it sums over all input channels",
                ],
                "the weights are not shared",
            ),
            (
                [
                    "the output has (H - k) / s + 1 rows",
                    "take the floor",
                    "divide by the stride plus one",
                ],
                "the output is not any size I know",
            ),
            (
                [
                    "dx adds up where windows overlap",
                    "scatter dy back into the windows",
                    "it is a transposed convolution",
                ],
                "no scatter is needed",
            ),
            (
                ["use im2col", "one matrix product does it", "it becomes a GEMM"],
                "never use im2col",
            ),
            (
                [
                    "the receptive field grows",
                    "each layer adds to the receptive field",
                    "a larger receptive field by strides",
                ],
                "there is no receptive field",
            ),
        ],
        "zh": [
            (["权重在各位置共享", "共享参数", "对所有输入通道求和"], "权重不共享"),
            (["输出尺寸是这么多", "向下取整", "除以步幅再加一"], "不向下取整"),
            (["重叠处累加", "就是转置卷积", "核要翻转"], "不用累加"),
            (["用 im2col", "变成一次矩阵乘", "交给 GEMM"], "不用 im2col"),
            (["感受野每层增加", "感受野变大", "步幅让感受野增长更快"], "没有感受野"),
        ],
    }
}

EQUIVALENT = {
    "same_padding": {
        "max((outputs - 1) * stride + (k - 1) * dilation + 1 - size,… → "
        "max(0, (outputs - 1) * stride + (k - 1) * dilation + 1 - si… in "
        "missing = max((outputs - 1) * stride + (k - 1) * dilation + 1 - size, 0)": (
            "same value: max does not see the order"
        )
    }
}
