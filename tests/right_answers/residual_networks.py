"""Residual networks: other right answers, and every trap written a second way."""

import numpy as np


def positive(z):
    return np.where(z > 0, z, 0 * z)


# ---- res_block ---------------------------------------------------------------------------------


def row_by_row(x, W1, W2, proj=None, order="pre"):
    """One example at a time, lists in between."""
    width = x.shape[1] if proj is None else proj.shape[1]
    if width != W2.shape[1]:
        raise ValueError("widths differ")
    rows = []
    for row in x:
        first = positive(row) if order == "pre" else row
        branch = W2.T @ positive(W1.T @ first)
        total = branch + (row if proj is None else proj.T @ row)
        rows.append(total if order == "pre" else positive(total))
    return np.array(rows)


def single_precision(x, W1, W2, proj=None, order="pre"):
    """float32, the projection always a matrix."""
    x, W1, W2 = (v.astype(np.float32) for v in (x, W1, W2))
    proj = np.eye(x.shape[1], dtype=np.float32) if proj is None else proj.astype(np.float32)
    if proj.shape[1] != W2.shape[1]:
        raise ValueError("widths differ")
    if order == "pre":
        return x @ proj + np.einsum("bh,ho->bo", positive(positive(x) @ W1), W2)
    return positive(x @ proj + np.einsum("bh,ho->bo", positive(x @ W1), W2))


def wrong_block(skip=None, finish=None, start=None, guard=True):
    """The block with one part exchanged, post-activation first."""

    def answer(x, W1, W2, proj=None, order="pre"):
        post = order == "post"
        F = np.dot(positive(np.dot(x if post else positive(x), W1)), W2)
        plain = x if proj is None else np.dot(x, proj)
        s = skip(x, proj, post) if skip else plain
        if guard and np.shape(s) != np.shape(F):
            raise ValueError
        if finish:
            return finish(s, F, post)
        return positive(s + F) if post else s + F

    return answer


def fixed_order(which):
    def answer(x, W1, W2, proj=None, order="pre"):
        return row_by_row(x, W1, W2, proj, which)

    return answer


def fitted(x, W1, W2, proj=None, order="pre"):
    """Zeros for missing columns, surplus ones dropped."""
    s = x if proj is None else x @ proj
    fit = np.zeros((len(x), W2.shape[1]))
    n = min(fit.shape[1], s.shape[1])
    fit[:, :n] = s[:, :n]
    F = positive((x if order == "post" else positive(x)) @ W1) @ W2
    return positive(fit + F) if order == "post" else fit + F


def without_first(x, W1, W2, proj=None, order="pre"):
    """The original block, its last ReLU dropped in pre-activation."""
    s = x if proj is None else np.dot(x, proj)
    F = np.dot(positive(np.dot(x, W1)), W2)
    if s.shape != F.shape:
        raise ValueError
    return s + F if order == "pre" else positive(s + F)


# ---- res_block_backward ------------------------------------------------------------------------


def example_by_example(dy, x, W1, W2):
    """Jacobians as matrices, one example at a time."""
    dx, dW1, dW2 = [], np.zeros(W1.shape), np.zeros(W2.shape)
    for upstream, row in zip(dy, x, strict=True):
        on = np.diag((row > 0).astype(float))
        a = on @ row
        z = W1.T @ a
        alive = np.diag((z > 0).astype(float))
        J = np.eye(len(row)) + W2.T @ alive @ W1.T @ on
        dx.append(J.T @ upstream)
        dz = alive @ W2 @ upstream
        dW1 += np.outer(a, dz)
        dW2 += np.outer(alive @ z, upstream)
    return np.array(dx), dW1, dW2


def by_einsum(dy, x, W1, W2):
    a = positive(x)
    z = np.einsum("bi,ih->bh", a, W1)
    dz = np.where(z > 0, np.einsum("bo,ho->bh", dy, W2), 0)
    down = np.where(x > 0, np.einsum("bh,ih->bi", dz, W1), 0)
    return [dy + down, np.einsum("bi,bh->ih", a, dz), np.einsum("bh,bo->ho", positive(z), dy)]


def wrong_backward(
    mix=lambda dy, F, x: dy + F * np.sign(positive(x)),
    seen=positive,
    sent=positive,
    alive=lambda z: np.sign(positive(z)),
    flip=True,
    times=1,
):
    def answer(dy, x, W1, W2):
        def turn(W):
            return W if not flip and len(W) == len(W.T) else W.T

        z = np.dot(positive(x), W1)
        dz = np.dot(dy, turn(W2)) * alive(z)
        n = times or len(dy)
        dW1, dW2 = np.dot(seen(x).T, dz) / n, np.dot(sent(z).T, dy) / n
        return mix(dy, np.dot(dz, turn(W1)), x), dW1, dW2

    return answer


# ---- project, projection_weights ---------------------------------------------------------------


def by_indices(x, K, stride):
    rows = np.arange(0, x.shape[1], stride)
    columns = np.arange(0, x.shape[2], stride)
    return np.einsum("nhwc,co->nhwo", x[:, rows][:, :, columns], K)


def project_then_thin(x, K, stride):
    return np.tensordot(x, K, axes=1)[:, ::stride, ::stride, :]


def patch_means(x, K, stride):
    out = [
        [
            x[:, i : i + stride, j : j + stride].mean(axis=(1, 2)) @ K
            for j in range(0, x.shape[2], stride)
        ]
        for i in range(0, x.shape[1], stride)
    ]
    return np.array(out).transpose(2, 0, 1, 3)


def by_zip(channels, blocks):
    inputs = [channels, *(f for f, _ in blocks)]
    return [0 if (c, 1) == (f, s) else c * f for c, (f, s) in zip(inputs[:-1], blocks, strict=True)]


def by_recursion(channels, blocks):
    if not blocks:
        return []
    (filters, stride), *rest = blocks
    identity = filters == channels and stride == 1
    return [(not identity) * channels * filters, *by_recursion(filters, rest)]


def wrong_weights(rule, bias=0, kernel=1, first=False):
    def answer(channels, blocks):
        inputs = [channels] * len(blocks) if first else [channels, *(f for f, _ in blocks)]
        found = zip(range(len(blocks)), inputs, blocks, strict=False)
        return [kernel * (c + bias) * f if rule(i, c != f, s > 1) else 0 for i, c, (f, s) in found]

    return answer


def either(i, wider, strided):
    return wider or strided


RIGHT = {
    "res_block": [row_by_row, single_precision],
    "res_block_backward": [example_by_example, by_einsum],
    "project": [by_indices, project_then_thin],
    "projection_weights": [by_zip, by_recursion],
    "growth": ["4096 times", 2**12],
    "resnet50_projections": ["4 blocks", 4.0],
    "paths": [16777216, "16,777,216 paths"],
    "flaws": [{8, 7, 5, 4, 2}, "2，4，5，7，8"],
}

TWINS = {
    "res_block": {
        1: wrong_block(
            skip=lambda x, proj, post: (
                (x if post else positive(x))
                if proj is None
                else (x if post else positive(x)) @ proj
            )
        ),
        2: wrong_block(finish=lambda s, F, post: positive(F) if post else F),
        3: fixed_order("post"),
        4: fixed_order("pre"),
        5: wrong_block(finish=lambda s, F, post: np.add(positive(F), s)),
        6: wrong_block(
            finish=lambda s, F, post: positive(0.5 * (s + F)) if post else 0.5 * (s + F)
        ),
        7: wrong_block(finish=lambda s, F, post: positive(F + s)),
        8: wrong_block(skip=lambda x, proj, post: x),
        9: wrong_block(
            skip=lambda x, proj, post: (
                x if proj is None else np.dot(x if post else positive(x), proj)
            )
        ),
        10: wrong_block(
            skip=lambda x, proj, post: (
                x if proj is None or proj.shape[0] == proj.shape[1] else np.dot(x, proj)
            )
        ),
        11: wrong_block(guard=False),
        12: fitted,
        13: without_first,
    },
    "res_block_backward": {
        1: wrong_backward(mix=lambda dy, F, x: np.where(x > 0, F, 0)),
        2: wrong_backward(mix=lambda dy, F, x: np.where(x > 0, dy + F, 0)),
        3: wrong_backward(mix=lambda dy, F, x: F + dy),
        4: wrong_backward(alive=np.ones_like),
        5: wrong_backward(seen=np.asarray),
        6: wrong_backward(sent=np.asarray),
        7: wrong_backward(mix=lambda dy, F, x: dy + dy * np.where(x > 0, F, 0)),
        8: wrong_backward(flip=False),
        9: wrong_backward(
            mix=lambda dy, F, x: dy + np.where(x < 0, 0, F), alive=lambda z: np.where(z < 0, 0, 1)
        ),
        10: wrong_backward(times=0),
    },
    "project": {
        1: lambda x, K, stride: np.tensordot(x, K, axes=1),
        2: lambda x, K, stride: np.einsum("nhwc,co->nhwo", x[:, ::stride], K),
        3: patch_means,
        4: lambda x, K, stride: by_indices(x[:, stride - 1 :, stride - 1 :], K, stride),
        5: lambda x, K, stride: by_indices(
            x[:, : x.shape[1] - x.shape[1] % stride, : x.shape[2] - x.shape[2] % stride], K, stride
        ),
        6: lambda x, K, stride: positive(by_indices(x, K, stride)),
    },
    "projection_weights": {
        1: wrong_weights(lambda i, wider, strided: bool(i % 2)),
        2: wrong_weights(lambda i, wider, strided: wider),
        3: wrong_weights(lambda i, wider, strided: strided),
        4: wrong_weights(lambda i, wider, strided: True),
        5: wrong_weights(lambda i, wider, strided: wider and strided),
        6: wrong_weights(either, kernel=9),
        7: wrong_weights(either, first=True),
        8: wrong_weights(either, bias=1),
    },
    "growth": {1: "16777216 times", 2: 1, 3: "25", 4: 5.0},
    "resnet50_projections": {1: "3 blocks", 2: 8.0, 3: "16"},
    "paths": {1: "48 paths", 2: 25.0},
}

TWO_AT_ONCE = {
    "res_block": [
        (wrong_block(finish=lambda s, F, post: positive(positive(F) + s)), {5, 7}),
        (wrong_block(skip=lambda x, proj, post: x, guard=False), {8, 11}),
    ],
    "res_block_backward": [
        (wrong_backward(mix=lambda dy, F, x: F, seen=np.asarray), {1, 3, 5}),
        (wrong_backward(sent=np.asarray, alive=np.ones_like), {4, 6}),
    ],
    "project": [(lambda x, K, stride: positive(x[:, ::stride] @ K), {2, 6})],
    "projection_weights": [
        (wrong_weights(lambda i, wider, strided: wider, kernel=9), {2, 6}),
        (wrong_weights(lambda i, wider, strided: True, bias=1), {4, 8}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the block returns x + F(x)",
                    "its layers learn the difference from the identity",
                    "each block adds its input to what the layers compute",
                ],
                "it does not compute x + F(x)",
            ),
            (
                [
                    "the problem was degradation",
                    "deeper plain nets had a higher training error",
                    "they reach a worse training loss when made deeper",
                ],
                "there was no degradation",
            ),
            (
                [
                    "F only has to go to zero",
                    "the identity is easy to represent",
                    "it is easier to learn the identity",
                ],
                "the identity is not easy",
            ),
            (
                [
                    "the Jacobian is I plus J_F",
                    "the gradient passes unchanged through the shortcut",
                    "you get one plus the derivative of F",
                ],
                "the gradient does not pass unchanged",
            ),
            (
                [
                    "use a projection when channels change",
                    "a 1x1 convolution matches the shapes",
                    "otherwise project x with the same stride",
                ],
                "no projection is ever used",
            ),
            (
                [
                    "pre-activation moves the ReLU into the branch",
                    "the preactivation variant has a clean path",
                    "nothing stands on the shortcut",
                ],
                "it is not pre-activation",
            ),
            (
                [
                    "initialise the last layer of the branch at zero",
                    "zero-init the residual branch",
                    "or use batch norm in the branch",
                ],
                "we never normalize",
            ),
        ],
        "zh": [
            (
                ["块的输出是 x + F(x)", "学的是与恒等映射的差", "把输出加上自己的输入"],
                "输出不是 x + F(x)",
            ),
            (
                ["它解决的是退化问题", "更深的网络训练误差更高", "层数多了训练损失反而更大"],
                "没有退化",
            ),
            (
                ["只要把 F 压到零", "恒等映射很容易表示", "这样更容易学到恒等映射"],
                "恒等映射并不容易",
            ),
            (
                ["雅可比是 I 加 J_F", "梯度可以原样传回去", "梯度沿捷径直接传到前面"],
                "梯度不会原样传回去",
            ),
            (["通道数变了就用投影", "用 1×1 卷积对上形状", "形状不同才做投影"], "从来不用投影"),
            (
                ["预激活把 ReLU 放进分支", "用预激活的写法", "捷径上什么都没有"],
                "这里没有用预激活",
            ),
            (
                ["分支最后一层初始化为 0", "做零初始化", "分支里加批归一化"],
                "不做归一化",
            ),
        ],
    }
}

EQUIVALENT = {}
