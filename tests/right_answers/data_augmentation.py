"""Data augmentation: other right answers, and every trap written a second way."""

import numpy as np

# ---- shift -------------------------------------------------------------------------------------


def _roll_and_clear(x, k, rng, dys, dxs):
    """np.roll image by image; what came round is cleared."""
    out = np.roll(x, 0)
    for i, (dy, dx) in enumerate(zip(dys, dxs, strict=True)):
        out[i] = np.roll(x[i], (dy, dx), axis=(0, 1))
        if dy:
            out[i][slice(0, dy) if dy > 0 else slice(dy, None)] = 0
        if dx:
            out[i][:, slice(0, dx) if dx > 0 else slice(dx, None)] = 0
    return out


def rolled_and_cleared(x, k, rng):
    n = len(x)
    dys = rng.integers(-k, k, size=n, endpoint=True)
    dxs = rng.integers(-k, k, size=n, endpoint=True)
    return _roll_and_clear(x, k, rng, dys, dxs)


def gathered(x, k, rng):
    """All images at once by fancy indexing; indices outside read a zero border."""
    n, h, w = x.shape
    padded = np.zeros((n, h + 2 * k, w + 2 * k), dtype=x.dtype)
    padded[:, k : k + h, k : k + w] = x
    rows = rng.integers(2 * k + 1, size=(n, 1)) + np.arange(h)
    columns = rng.integers(2 * k + 1, size=(n, 1)) + np.arange(w)
    return padded[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


def pixel_by_pixel(x, k, rng):
    n, h, w = x.shape
    out = np.zeros_like(x)
    for i in range(n):
        dy, dx = rng.choice(np.arange(-k, k + 1), size=2)
        for r in range(max(0, dy), min(h, h + dy)):
            for c in range(max(0, dx), min(w, w + dx)):
                out[i, r, c] = x[i, r - dy, c - dx]
    return out


def wrapped(x, k, rng):
    moves = rng.integers(-k, k + 1, size=(len(x), 2))
    return np.stack([np.roll(a, tuple(m), (0, 1)) for a, m in zip(x, moves, strict=True)])


def one_for_all(x, k, rng):
    dy, dx = rng.integers(-k, k + 1), rng.integers(-k, k + 1)
    return _roll_and_clear(x, k, rng, [dy] * len(x), [dx] * len(x))


def diagonal(x, k, rng):
    steps = rng.integers(-k, k + 1, size=len(x))
    return _roll_and_clear(x, k, rng, steps, steps)


def upper_end_left_out(x, k, rng):
    steps = np.arange(-k, k) if k else np.zeros(1, int)
    return _roll_and_clear(x, k, rng, rng.choice(steps, len(x)), rng.choice(steps, len(x)))


def last_corner_left_out(x, k, rng):
    n, h, w = x.shape
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))
    corners = rng.integers(0, max(2 * k, 1), size=(n, 2)).tolist()
    cut = [image[a : a + h, b : b + w] for image, (a, b) in zip(padded, corners, strict=True)]
    return np.stack(cut)


def one_direction(x, k, rng):
    dys, dxs = np.abs(rng.integers(0, k, size=(2, len(x)), endpoint=True))
    return _roll_and_clear(x, k, rng, dys, dxs)


def edge_repeated(x, k, rng):
    n, h, w = x.shape
    rows = rng.integers(-k, k + 1, size=(n, 1)) + np.arange(h)
    columns = rng.integers(-k, k + 1, size=(n, 1)) + np.arange(w)
    rows, columns = rows.clip(0, h - 1), columns.clip(0, w - 1)
    return x[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


def seeded_inside(x, k, rng):
    return gathered(x, k, np.random.default_rng(42))


def fresh_generator(x, k, rng):
    return pixel_by_pixel(x, k, np.random.default_rng())


def overwritten(x, k, rng):
    moved = gathered(x, k, rng)
    np.copyto(x, moved)
    return x


def one_for_all_wrapped(x, k, rng):
    return np.roll(x, tuple(rng.integers(-k, k + 1, size=2)), axis=(1, 2))


def one_direction_one_for_all(x, k, rng):
    dy, dx = rng.integers(0, k + 1, size=2)
    return _roll_and_clear(x, k, rng, [dy] * len(x), [dx] * len(x))


# ---- mixup -------------------------------------------------------------------------------------


def shuffled_indices(x, y, alpha, rng):
    other = np.arange(len(x))
    rng.shuffle(other)
    lam = float(rng.beta(alpha, alpha))
    return x[other] + lam * (x - x[other]), y[other] + lam * (y - y[other])


def by_a_matrix(x, y, alpha, rng):
    """One mixing matrix for both, images flattened and brought back; lists returned as arrays."""
    n, (a, b) = len(x), rng.gamma(alpha, size=2)
    lam = a / (a + b)
    matrix = lam * np.eye(n) + (1 - lam) * np.eye(n)[rng.permutation(n)]
    return (matrix @ x.reshape(n, -1)).reshape(x.shape), matrix @ y


def image_by_image(x, y, alpha, rng):
    lam, order = rng.beta(alpha, alpha), rng.permutation(len(x))
    images = [lam * x[i] + (1 - lam) * x[j] for i, j in enumerate(order)]
    labels = [lam * y[i] + (1 - lam) * y[j] for i, j in enumerate(order)]
    return np.stack(images), np.stack(labels)


def _parts(x, y, alpha, rng):
    return rng.beta(alpha, alpha), rng.permutation(len(x))


def labels_as_they_were(x, y, alpha, rng):
    return shuffled_indices(x, y, alpha, rng)[0], np.array(y)


def labels_shuffled_again(x, y, alpha, rng):
    lam, p = _parts(x, y, alpha, rng)
    q = rng.permutation(len(y))
    return lam * x + (1 - lam) * x[p], y * lam + y[q] * (1 - lam)


def not_convex(x, y, alpha, rng):
    lam, p = _parts(x, y, alpha, rng)
    return lam * (x + x[p]), lam * (y + y[p])


def own_weights(x, y, alpha, rng):
    lams, p = [rng.beta(alpha, alpha) for _ in x], rng.permutation(len(x))
    mix = [
        [a * v[i] + (1 - a) * v[j] for i, (a, j) in enumerate(zip(lams, p, strict=True))]
        for v in (x, y)
    ]
    return np.stack(mix[0]), np.stack(mix[1])


def with_replacement(x, y, alpha, rng):
    lam, p = rng.beta(alpha, alpha), rng.choice(len(x), size=len(x))
    return lam * x + (1 - lam) * x[p], lam * y + (1 - lam) * y[p]


def reversed_batch(x, y, alpha, rng):
    lam = rng.beta(alpha, alpha)
    return lam * x + (1 - lam) * np.flip(x, 0), lam * y + (1 - lam) * np.flip(y, 0)


def uniform(x, y, alpha, rng):
    lam, p = rng.uniform(), rng.permutation(len(x))
    return lam * x + (1 - lam) * x[p], lam * y + (1 - lam) * y[p]


def global_state(x, y, alpha, rng):
    lam, p = np.random.beta(alpha, alpha), np.random.permutation(len(x))
    return lam * x + (1 - lam) * x[p], lam * y + (1 - lam) * y[p]


def same_every_time(x, y, alpha, rng):
    return image_by_image(x, y, alpha, np.random.default_rng(42))


def weights_exchanged(x, y, alpha, rng):
    lam, p = _parts(x, y, alpha, rng)
    return x[p] + lam * (x - x[p]), y + lam * (y[p] - y)


def reversed_and_unmixed(x, y, alpha, rng):
    return reversed_batch(x, y, alpha, rng)[0], y.copy()


# ---- hflip_boxes -------------------------------------------------------------------------------


def by_index(boxes, width):
    out = boxes.copy()
    out[:, [0, 2]] = width - boxes[:, [2, 0]]
    return out


def by_matrix(boxes, width):
    turn = np.array([[0, 0, -1, 0], [0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, 1]])
    return boxes @ turn + np.array([width, 0, width, 0])


def by_columns(boxes, width):
    x1, y1, x2, y2 = np.split(boxes, 4, axis=1)
    return np.concatenate([width - x2, y1, width - x1, y2], axis=1)


def second_overwritten(boxes, width):
    out = np.array(boxes)
    out[:, 0] = width - out[:, 2]
    out[:, 2] = width - out[:, 0]
    return out


def not_swapped(boxes, width):
    return np.where([True, False, True, False], width - boxes, boxes)


def of_indices(boxes, width):
    return by_index(boxes, width - 1)


def vertical(boxes, width):
    out = boxes.copy()
    out[:, [1, 3]] = width - boxes[:, [3, 1]]
    return out


def as_xywh(boxes, width):
    out = boxes.copy()
    out[:, 0] = width - boxes[:, 0] - boxes[:, 2]
    return out


def in_place(boxes, width):
    left = boxes[:, 0].copy()
    boxes[:, 0] = width - boxes[:, 2]
    boxes[:, 2] = width - left
    return boxes


# ---- batches -----------------------------------------------------------------------------------


def one_pixel(image, rng):
    dy, dx = rng.integers(-1, 2, size=2)
    out = np.zeros_like(image)
    h, w = image.shape
    out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = image[
        max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
    ]
    return out


def by_generator(x, y, size, training, rng):
    rows = rng.permutation(len(y)) if training else np.arange(len(y))
    for part in np.split(rows, range(size, len(rows), size)):
        images = [one_pixel(x[i], rng) if training else x[i] for i in part]
        yield np.array(images), y[part]


def by_pairs(x, y, size, training, rng):
    """A list of lists, image by image."""
    pairs = list(zip(x, y, strict=True))
    if training:
        pairs = [pairs[i] for i in rng.permutation(len(pairs))]
        pairs = [(one_pixel(image, rng), label) for image, label in pairs]
    cut = [pairs[i : i + size] for i in range(0, len(pairs), size)]
    return [[np.stack([a for a, _ in part]), np.array([b for _, b in part])] for part in cut]


def wrong_loader(order_of, image_of, keep=lambda rows, size: rows, label_of=None):
    def answer(x, y, size, training, rng):
        rows = keep(np.array(order_of(len(x), training, rng)), size)
        images = np.array([image_of(x[i], training, rng) for i in rows])
        labels = y[label_of(rows)] if label_of else y[rows]
        return list(zip(pieces(images, size), pieces(labels, size), strict=True))

    return answer


def pieces(rows, size):
    return np.split(rows, range(size, len(rows), size))


def ordered(n, training, rng):
    return rng.permutation(n) if training else np.arange(n)


def moved(image, training, rng):
    return one_pixel(image, rng) if training else image


RIGHT = {
    "batches": [by_generator, by_pairs],
    "shift": [rolled_and_cleared, gathered, pixel_by_pixel],
    "mixup": [shuffled_indices, by_a_matrix, image_by_image],
    "hflip_boxes": [by_index, by_matrix, by_columns],
    "crops": [2178, "2178 patches", 33 * 33 * 2],
    "leaked": ["99.84 %", 99.8429, "99.84%"],
    "flaws": [{8, 6, 5, 4, 3, 2}, "2，3，4，5，6，8"],
}

TWINS = {
    "batches": {
        1: wrong_loader(
            lambda n, training, rng: rng.permutation(n),
            lambda image, training, rng: one_pixel(image, rng),
        ),
        2: wrong_loader(ordered, lambda image, training, rng: one_pixel(image, rng)),
        3: wrong_loader(ordered, lambda image, training, rng: image),
        4: wrong_loader(ordered, moved, label_of=lambda rows: np.sort(rows)),
        5: wrong_loader(lambda n, training, rng: np.arange(n), moved),
        6: lambda x, y, size, training, rng: list(
            by_generator(x, y, size, training, np.random.default_rng(7))
        ),
        7: wrong_loader(ordered, moved, keep=lambda rows, size: rows[: len(rows) // size * size]),
    },
    "shift": {
        1: wrapped,
        2: one_for_all,
        3: diagonal,
        4: one_direction,
        5: upper_end_left_out,
        6: edge_repeated,
        7: seeded_inside,
        8: fresh_generator,
        9: overwritten,
        10: last_corner_left_out,
    },
    "mixup": {
        1: labels_as_they_were,
        2: labels_shuffled_again,
        3: not_convex,
        4: own_weights,
        5: with_replacement,
        6: reversed_batch,
        7: uniform,
        8: global_state,
        9: same_every_time,
        10: weights_exchanged,
    },
    "hflip_boxes": {
        1: second_overwritten,
        2: not_swapped,
        3: of_indices,
        4: vertical,
        5: as_xywh,
        6: lambda boxes, width: boxes + 0,
        7: in_place,
    },
    "crops": {1: "2048 patches", 2: 33 * 33},
    "leaked": {1: 80, 2: "0.16%"},
}

TWO_AT_ONCE = {
    "shift": [(one_for_all_wrapped, {1, 2}), (one_direction_one_for_all, {2, 4})],
    "mixup": [(reversed_and_unmixed, {1, 6})],
    "hflip_boxes": [(lambda boxes, width: by_index(vertical(boxes, width), width), {4})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "only label-preserving transforms",
                    "it teaches the network an invariance",
                    "the label must not change under the transform",
                ],
                "this is not an invariance",
            ),
            (
                [
                    "mirrored text is harmful for OCR: wrong for letters",
                    "a 6 becomes a 9",
                    "you must be careful when digits are flipped",
                ],
                "a 6 never becomes a 9",
            ),
            (
                [
                    "applied only during training",
                    "transforms are drawn on the fly",
                    "it is turned off at test time",
                ],
                "it is not drawn anew",
            ),
            (
                [
                    "bounding boxes must be flipped as well",
                    "transform the masks together with the image",
                    "keypoints move along",
                ],
                "the boxes do not move",
            ),
            (
                [
                    "mixup mixes images and their labels",
                    "the labels are interpolated with the same lambda",
                    "this gives soft targets",
                ],
                "mixup does not touch the labels",
            ),
            (
                [
                    "split before you augment",
                    "otherwise copies leak into the validation set",
                    "augment after the split",
                ],
                "there is no leakage to fear",
            ),
        ],
        "zh": [
            (
                ["前提是标签不变", "相当于告诉网络一种不变性", "变换不能改变标签，只选保标签的"],
                "这和不变性没有关系",
            ),
            (
                ["6 翻过来变成 9", "文字不能翻转", "变换选错会掉点"],
                "6 并不会变成 9",
            ),
            (
                ["只在训练时做", "每一轮重新随机抽", "验证时不做增强"],
                "并不是每一轮重新抽",
            ),
            (
                ["检测框要跟着翻转", "框和掩码一起变换", "标注同步变换"],
                "框没有跟着翻转",
            ),
            (
                ["标签也按 λ 混合", "混合图像和标签", "得到软标签"],
                "标签没有混合",
            ),
            (
                ["先划分再增强", "否则会数据泄漏", "划分之后只增强训练集"],
                "没有泄漏的问题",
            ),
        ],
    }
}

EQUIVALENT = {
    "shift": {
        "0 → 1 in padded = np.pad(x, ((0, 0), (k, k), (k, k)))  # zeros on all four sides": (
            "never read: one more image of zeros behind the last"
        ),
    },
}
