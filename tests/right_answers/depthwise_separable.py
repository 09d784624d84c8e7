"""Depthwise-separable convolution: other right answers, and every trap written a second way."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def windows(x, K, stride):
    """(N, Ho, Wo, C, kh, kw)."""
    return sliding_window_view(x, K.shape[:2], axis=(1, 2))[:, ::stride, ::stride]


# ---- depthwise ---------------------------------------------------------------------------------


def by_windows(x, K, stride=1):
    y = np.einsum("nabcij,ijcm->nabcm", windows(x, K, stride), K)
    return y.reshape(*y.shape[:3], -1)


def channel_by_channel(x, K, stride=1):
    """One channel and one kernel at a time, float32, concatenated."""
    x, K = x.astype("f4"), K.astype("f4")
    maps = [
        np.tensordot(windows(x, K, stride)[:, :, :, c], K[:, :, c, j], axes=2)
        for c in range(K.shape[2])
        for j in range(K.shape[3])
    ]
    return np.stack(maps, axis=-1)


def wrong_depthwise(spec="nabcij,ijcm->nabcm", kernel=lambda K: K, keep_stride=True):
    def answer(x, K, stride=1):
        y = np.einsum(spec, windows(x, K, stride if keep_stride else 1), kernel(K))
        return y.reshape(*y.shape[:3], -1)

    return answer


# ---- separable ---------------------------------------------------------------------------------


def in_one_product(x, K, W, stride=1):
    """All at once: windows, kernels and matrix in one einsum."""
    matrix = W.reshape(*K.shape[2:], -1)
    return np.einsum("nabcij,ijcm,cmo->nabo", windows(x, K, stride), K, matrix, optimize=True)


def pixel_by_pixel(x, K, W, stride=1):
    d = by_windows(x, K, stride)
    y = np.zeros((*d.shape[:3], W.shape[1]))
    for place in np.ndindex(d.shape[:3]):
        y[place] = W.T @ d[place]
    return y


def mixed_first(x, K, W, stride=1):
    mixed = np.einsum("nhwc,co->nhwo", x, W)
    if mixed.shape[3] != K.shape[2]:
        raise ValueError("shapes")
    return by_windows(mixed, K, stride)


def wrong_separable(
    between=lambda d, m: d, matrix=lambda W: W, first=lambda s: s, second=lambda s: 1
):
    def answer(x, K, W, stride=1):
        d = between(channel_by_channel(x, K, first(stride)).astype(float), K.shape[3])
        s = second(stride)
        return np.einsum("nabc,co->nabo", d[:, ::s, ::s], matrix(W))

    return answer


def by_kernel_first(d, m):
    return np.concatenate([d[..., j::m] for j in range(m)], axis=-1)


# ---- macs --------------------------------------------------------------------------------------


def counted(H, W, k, Ci, Co, m=1, stride=1):
    """Counted place by place."""
    standard = both = 0
    for _ in range(0, H, stride):
        for _ in range(0, W, stride):
            standard += Co * Ci * k**2
            both += Ci * m * (k**2 + Co)
    return standard, both


def by_ceil(H, W, k, Ci, Co, m=1, stride=1):
    places = int(np.ceil(H / stride) * np.ceil(W / stride))
    return [places * Co * Ci * k**2, places * (Ci * m * k**2 + Ci * m * Co)]


def wrong_macs(rounding=np.ceil, terms=lambda k, Ci, Co, m: k**2 * Ci * m + Ci * m * Co):
    def answer(H, W, k, Ci, Co, m=1, stride=1):
        places = int(rounding(H / stride) * rounding(W / stride))
        return places * k**2 * Ci * Co, places * terms(k, Ci, Co, m)

    return answer


def no_stride(H, W, k, Ci, Co, m=1, stride=1):
    return counted(H, W, k, Ci, Co, m)


def depthwise_everywhere(H, W, k, Ci, Co, m=1, stride=1):
    standard, both = counted(H, W, k, Ci, Co, m, stride)
    places = standard // (Co * Ci * k**2)
    return standard, both + (H * W - places) * k**2 * Ci * m


def weights_only(H, W, k, Ci, Co, m=1, stride=1):
    return k * k * Ci * Co, (k * k + Co) * Ci * m


# ---- combined_kernel ---------------------------------------------------------------------------


def by_impulses(K, W):
    """What a single pixel does: the answer to an impulse, read back."""
    kh, kw, C, _ = K.shape
    full = np.zeros((kh, kw, C, W.shape[1]))
    for c in range(C):
        x = np.zeros((1, 2 * kh - 1, 2 * kw - 1, C))
        x[0, kh - 1, kw - 1, c] = 1
        full[:, :, c] = in_one_product(x, K, W)[0, ::-1, ::-1]
    return full


def by_channels(K, W):
    m = K.shape[3]
    return np.stack([K[:, :, c] @ W[c * m : (c + 1) * m] for c in range(K.shape[2])], axis=2)


def wrong_combined(rows=None, finish=lambda full, K, W: full):
    def answer(K, W):
        C, m = K.shape[2:]
        pick = rows or (lambda W, c, C, m: W[c * m : (c + 1) * m])
        full = np.stack([K[:, :, c] @ pick(W, c, C, m) for c in range(C)], axis=2)
        return finish(full, K, W)

    return answer


def alone(K, W):
    full = np.zeros((*K.shape[:3], K.shape[2] * K.shape[3]))
    for c, j in np.ndindex(K.shape[2:]):
        full[:, :, c, c * K.shape[3] + j] = K[:, :, c, j]
    return full


def flipped_matrix(W, c, C, m):
    return (W.T if W.shape[0] == W.shape[1] else W)[c * m : (c + 1) * m]


RIGHT = {
    "depthwise": [by_windows, channel_by_channel],
    "separable": [in_one_product, pixel_by_pixel],
    "macs": [counted, by_ceil],
    "combined_kernel": [by_impulses, by_channels],
    "cost_ratio": [0.119, "0.1189"],
    "pointwise_share": ["94.9 %", 94.857],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "depthwise": {
        1: wrong_depthwise("nabcij,ijcm->nabm"),
        2: wrong_depthwise("nabcij,ijcm->nabmc"),
        3: wrong_depthwise(kernel=lambda K: np.flip(K, axis=(0, 1))),
        4: wrong_depthwise(kernel=lambda K: K[:, :, :, [0]]),
        5: wrong_depthwise(kernel=lambda K: np.tile(K[:, :, [0]], (1, 1, K.shape[2], 1))),
        6: wrong_depthwise(keep_stride=False),
    },
    "separable": {
        1: mixed_first,
        2: wrong_separable(matrix=lambda W: W.transpose() if len(set(W.shape)) == 1 else W),
        3: wrong_separable(between=lambda d, m: d * (d > 0)),
        4: wrong_separable(between=by_kernel_first),
        5: wrong_separable(second=lambda s: s),
        6: wrong_separable(first=lambda s: 1),
    },
    "macs": {
        1: no_stride,
        2: wrong_macs(rounding=np.floor),
        3: depthwise_everywhere,
        4: wrong_macs(terms=lambda k, Ci, Co, m: k**2 * Ci * m),
        5: wrong_macs(terms=lambda k, Ci, Co, m: Ci * m * Co),
        6: wrong_macs(terms=lambda k, Ci, Co, m: k**2 * Ci + Ci * Co),
        7: wrong_macs(terms=lambda k, Ci, Co, m: k**2 * Ci**2 * m + Ci * m * Co),
        8: weights_only,
    },
    "combined_kernel": {
        1: wrong_combined(lambda W, c, C, m: W[c::C]),
        2: alone,
        3: wrong_combined(finish=lambda full, K, W: full.sum(axis=2)),
        4: wrong_combined(finish=lambda full, K, W: full / K.shape[3]),
        5: wrong_combined(flipped_matrix),
    },
    "cost_ratio": {1: 0.1111, 2: 0.1267},
    "pointwise_share": {1: "74.59 %"},
}

TWO_AT_ONCE = {
    "depthwise": [(wrong_depthwise("nabcij,ijcm->nabmc", lambda K: np.flip(K, (0, 1))), {2, 3})],
    "separable": [
        (wrong_separable(between=lambda d, m: d * (d > 0), second=lambda s: s), {3, 5}),
    ],
    "macs": [(wrong_macs(np.floor, lambda k, Ci, Co, m: k**2 * Ci + Ci * Co), {2, 6})],
    "combined_kernel": [
        (
            wrong_combined(lambda W, c, C, m: W[c::C], lambda full, K, W: full / K.shape[3]),
            {1, 4},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "first a depthwise step",
                    "each channel has its own kernel",
                    "filter it channel by channel",
                ],
                "it is not depthwise",
            ),
            (
                ["then a pointwise step", "a 1x1 convolution follows", "it mixes the channels"],
                "no pointwise step is needed",
            ),
            (
                ["the ratio is 1/Co + 1/k²", "about a ninth", "eight to nine times fewer"],
                "it is not a ninth",
            ),
            (
                [
                    "depthwise is limited by memory",
                    "it has less expressive power",
                    "the kernels have rank one",
                ],
                "it is not memory that counts",
            ),
        ],
        "zh": [
            (["先做逐通道卷积", "每个通道用自己的核", "先 depthwise"], "不是逐通道"),
            (["再做逐点卷积", "用 1×1 卷积", "混合各通道"], "不用逐点卷积"),
            (["比值是 1/Co + 1/k²", "约为九分之一", "少了 8 倍"], "不是九分之一"),
            (["受内存带宽限制", "表达能力受限", "核的秩是 1"], "不受内存限制"),
        ],
    }
}

EQUIVALENT = {}
