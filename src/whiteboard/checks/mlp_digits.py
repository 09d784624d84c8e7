"""MLP on digits: SGD by hand, the same model in Keras, a scaler, an experiment to mend.

TensorFlow is imported inside the functions that need it: a learner who has a model has loaded it
already, and nobody else should wait for it.
"""

import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.guard import reason
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

# ---- sgd_train ---------------------------------------------------------------------------------


def _one_example(x, label, params):
    """Loss and gradients of a single example, unit by unit where a shape could go wrong."""
    W1, b1, W2, b2 = params
    z = np.array([x @ W1[:, j] + b1[j] for j in range(len(b1))])
    h = np.where(z > 0, z, 0.0)
    s = np.array([h @ W2[:, k] + b2[k] for k in range(len(b2))])
    log_p = s - np.logaddexp.reduce(s)
    d = np.exp(log_p) - (np.arange(len(s)) == label)
    dh = np.array([W2[j] @ d if z[j] > 0 else 0.0 for j in range(len(h))])
    return -log_p[label], (np.outer(x, dh), dh, np.outer(h, d), d)


def _sgd_train(X, y, params, order, lr):
    X, params, losses = np.asarray(X, dtype=float), tuple(params), []
    for rows in order:
        found = [_one_example(X[i], y[i], params) for i in rows]
        losses.append(sum(loss for loss, _ in found) / len(found))
        steps = [sum(parts) / len(found) for parts in zip(*(g for _, g in found), strict=True)]
        params = tuple(p - lr * step for p, step in zip(params, steps, strict=True))
    return np.array(losses), params


def _params(rng, D, H, C, scale=1.0):
    return (
        scale * rng.normal(size=(D, H)),
        0.1 * rng.normal(size=H),
        rng.normal(size=(H, C)) / np.sqrt(H),
        0.1 * rng.normal(size=C),
    )


def _task(rng, N, D, H, C, sizes, lr, scale=1.0):
    """Random data, and batches of the given sizes, some rows twice and some never."""
    X, y = rng.normal(size=(N, D)), rng.integers(C, size=N)
    order = [rng.permutation(N)[:size] for size in sizes]
    return X, y, _params(rng, D, H, C, scale), order, lr


sgd_train = Check(_sgd_train, returns=("losses", "params"))
sgd_train.case(
    *_task(np.random.default_rng(0), 7, 4, 5, 3, [3], 0.5),
    en="one step: the mean loss before it, and all four arrays after it",
    zh="走一步：更新前的平均损失，以及更新后的四个数组",
)
sgd_train.case(
    *_task(np.random.default_rng(1), 9, 4, 5, 3, [4, 2, 1, 4], 0.3),
    en="four batches of 4, 2, 1 and 4 rows, in the order given",
    zh="四个 batch，分别有 4、2、1、4 行，按给定顺序",
)


def _blank(rng):
    """A blank image and zero biases: every hidden unit stands at 0 exactly."""
    X, y, (W1, b1, W2, b2), _, lr = _task(rng, 5, 4, 6, 3, [], 0.5)
    X[2] = 0.0
    return X, y, (W1, 0 * b1, W2, b2), [np.array([2, 0]), np.array([2, 3, 4])], lr


sgd_train.case(
    *_blank(np.random.default_rng(2)),
    en="a blank image with zero biases: the derivative of ReLU at 0 is 0",
    zh="空白图像、偏置为 0：ReLU 在 0 处的导数取 0",
)
sgd_train.case(
    *_task(np.random.default_rng(3), 6, 3, 4, 5, [3, 3, 3], 0.01, scale=3000.0),
    en="logits in the thousands: finite, and the same trajectory",
    zh="logits 上千：结果仍是有限数，轨迹不变",
)


@sgd_train.fresh(en="a fresh run of 12 steps", zh="新的一次训练，12 步")
def _(rng):
    return _task(rng, 11, 5, 4, 3, [4, 4, 3] * 4, 0.2)


def _log_softmax(s):
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def _gradients(x, t, params, mask=lambda z: z > 0):
    """Mean loss and gradients, all batch at once; `mask` is the derivative of the activation."""
    W1, b1, W2, b2 = params
    z, rows = x @ W1 + b1, np.arange(len(t))
    h = np.maximum(z, 0)
    log_p = _log_softmax(h @ W2 + b2)
    d = (np.exp(log_p) - np.eye(len(b2))[t]) / len(t)
    dh = d @ W2.T * mask(z)
    return -log_p[rows, t].mean(), [x.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]


def _trained(
    gradients=_gradients,
    change=lambda grads, x: grads,
    batches=lambda order, n: order,
    late=False,
    renew=True,
):
    """SGD with one part exchanged."""

    def sgd_train(X, y, params, order, lr):
        start, params, losses = list(params), list(params), []
        with np.errstate(all="ignore"):  # the unstable one
            for rows in batches(order, len(X)):
                x, t = np.asarray(X[rows], dtype=float), y[rows]
                origin = params if renew else start
                loss, grads = gradients(x, t, origin)
                params = [p - lr * g for p, g in zip(origin, change(grads, X), strict=True)]
                losses.append(gradients(x, t, params)[0] if late else loss)
        return np.array(losses), params

    return sgd_train


def _summed(x, t, params):
    loss, grads = _gradients(x, t, params)
    return loss, [g * len(t) for g in grads]


def _unstable(x, t, params):
    W1, b1, W2, b2 = params
    grads = _gradients(x, t, params)[1]
    e = np.exp(np.maximum(x @ W1 + b1, 0) @ W2 + b2)
    p = e / e.sum(axis=1, keepdims=True)
    blown = 0 * p.sum()  # nan as soon as one exponential has overflown
    return -np.log(p[np.arange(len(t)), t]).mean(), [g + blown for g in grads]


def candidate(X, y, params, order, lr):
    """The last layer is updated before the error has passed through it."""
    (W1, b1, W2, b2), losses = params, []
    for rows in order:
        x, t = X[rows], y[rows]
        z = x @ W1 + b1
        h = np.maximum(z, 0)
        log_p = _log_softmax(h @ W2 + b2)
        losses.append(-log_p[np.arange(len(t)), t].mean())
        d = (np.exp(log_p) - np.eye(len(b2))[t]) / len(t)
        W2, b2 = W2 - lr * h.T @ d, b2 - lr * d.sum(axis=0)
        dh = d @ W2.T * (z > 0)
        W1, b1 = W1 - lr * x.T @ dh, b1 - lr * dh.sum(axis=0)
    return losses, (W1, b1, W2, b2)


def _by_position(order, n):
    ends = np.cumsum([len(rows) for rows in order])
    return [np.arange(e - len(rows), e) % n for e, rows in zip(ends, order, strict=True)]


sgd_train.trap(
    _trained(_summed),
    en="The gradient is the sum over the batch, the loss the mean. With a mean the step does not "
    "grow with the batch: divide by the number of rows in this batch.",
    zh="梯度是整个 batch 的和，损失却是平均。取平均，步子才不随 batch 变大：要除以这个 batch "
    "的行数。",
    ask_en="A batch twice as large: should the step be twice as long?",
    ask_zh="batch 大一倍，步子也该大一倍吗？",
)
sgd_train.trap(
    candidate,
    en="W2 was updated before the error went back through it. All gradients belong to the weights "
    "that made the loss: compute all of them first, then update.",
    zh="误差还没往回传，W2 就先更新了。所有梯度都要用算出这个损失的那组权重：先全部算完，"
    "再一起更新。",
    ask_en="Which W2 made the loss whose gradient you take?",
    ask_zh="你在求梯度的那个损失，是用哪个 W2 算出来的？",
)
sgd_train.trap(
    _trained(lambda *given: _gradients(*given, mask=lambda z: 1.0)),
    en="The error passes hidden units that were off. Where z ≤ 0 the derivative of ReLU is 0.",
    zh="误差穿过了没有激活的隐藏单元。z ≤ 0 处 ReLU 的导数是 0。",
)
sgd_train.trap(
    _trained(batches=_by_position),
    en="The rows were taken in the data's own order. Each entry of `order` is a list of row "
    "numbers; without them the two programs see different batches and cannot agree.",
    zh="取的是数据原来的顺序。`order` 的每一项是这个 batch 的行号；不用它，两个程序看到的 batch "
    "不同，"
    "轨迹就对不上。",
)
sgd_train.trap(
    _trained(late=True),
    en="This is the loss after the step. Report the one that the gradient was taken of.",
    zh="这是更新之后的损失。应报告求梯度时的那个损失。",
)
sgd_train.trap(
    _trained(_unstable),
    en="exp of a logit in the thousands is inf, and inf / inf is nan. Subtract each row's maximum "
    "and keep the logarithm of the sum.",
    zh="上千的 logit 取 exp 是 inf，inf / inf 是 nan。先减去每行的最大值，再对 exp 之和取对数。",
)
sgd_train.trap(
    _trained(renew=False),
    en="Every step starts from the first parameters again; only the last batch is left in the "
    "result. Each step goes on from the one before.",
    zh="每一步都从最初的参数出发，结果里只剩最后一个 batch。每一步要接着上一步走。",
)
sgd_train.trap(
    _trained(change=lambda grads, X: [grads[0], 0 * grads[1], grads[2], 0 * grads[3]]),
    en="The biases never move. Their gradient is the sum of the error over the batch.",
    zh="偏置一直没动。它的梯度是误差沿 batch 求和。",
)
sgd_train.trap(
    _trained(lambda *given: _gradients(*given, mask=lambda z: z >= 0)),
    en="With z ≥ 0 as the mask a unit at exactly 0 learns. TensorFlow takes 0 as the derivative "
    "there, and a blank image with zero biases puts every unit there.",
    zh="掩码用了 z ≥ 0，正好在 0 处的单元也会更新。TensorFlow 在那里取导数 0；"
    "空白图像加上零偏置，所有单元都在 0 处。",
)


# ---- build_mlp ---------------------------------------------------------------------------------


def _loaded(answer, rng, lr=0.5):
    """A model for 5×3 images with weights of ours, or what it has instead of them."""
    params = _params(rng, 15, 7, 4)
    model = answer((5, 3), 7, 4, lr)
    model(np.zeros((1, 5, 3), dtype=np.float32))  # builds a model that has no Input
    had = [tuple(v.shape) for v in model.weights]
    wanted = [p.shape for p in params]
    if sorted(had) != sorted(wanted):
        shapes = [", ".join(map(str, each)) for each in (wanted, had)]
        return (
            None,
            params,
            Evidence(
                given={"shape": (5, 3), "hidden": 7, "classes": 4},
                expected=shapes[0],
                got=shapes[1],
                note=Text("the shapes of the weights", "各权重的形状"),
            ),
        )
    by_shape = {p.shape: p for p in params}  # no two alike
    for variable in model.weights:
        variable.assign(by_shape[tuple(variable.shape)])
    return model, params, None


def _logits(x, params):
    W1, b1, W2, b2 = params
    return np.maximum(x.reshape(len(x), -1) @ W1 + b1, 0) @ W2 + b2


build_mlp = Check(rtol=1e-4, limit=60.0)


@build_mlp.property(
    en="with given weights it returns the logits of relu(x W1 + b1) W2 + b2, on 5×3 images",
    zh="装入给定权重，对 5×3 的图像输出 relu(x W1 + b1) W2 + b2 的 logits",
)
def _(answer):
    rng = np.random.default_rng(0)
    model, params, trouble = _loaded(answer, rng)
    x = rng.normal(size=(6, 5, 3)).astype(np.float32)
    return trouble or Evidence(
        given={"x": x}, expected=_logits(x.astype(float), params), got=np.asarray(model(x))
    )


@build_mlp.property(
    en="three batches through the compiled model: the losses and weights of plain SGD",
    zh="编译好的模型训练三个 batch：损失和权重与朴素 SGD 一致",
    ask_en="What does the compiled loss expect as labels, and what as predictions?",
    ask_zh="编译时给的损失，要什么样的标签？要 logits 还是概率？",
)
def _(answer):
    import tensorflow as tf

    rng = np.random.default_rng(1)
    model, params, trouble = _loaded(answer, rng)
    if trouble:
        return trouble
    x, y = rng.normal(size=(9, 5, 3)).astype(np.float32), rng.integers(4, size=9)
    order = [np.array([7, 0, 3, 5]), np.array([1, 2, 8, 4]), np.array([6, 0, 2])]
    losses, after = _sgd_train(x.reshape(9, -1), y, params, order, 0.5)
    model.run_eagerly = True  # tracing a graph for each model would take longer than the steps
    got = []
    for rows in order:
        try:
            model.reset_metrics()
            got.append(np.ravel(model.train_on_batch(x[rows], y[rows]))[0])
        except (ValueError, AttributeError, tf.errors.OpError) as error:
            return Evidence(given={"x": x, "y": y}, expected=losses, got=reason(error))
    moved = {tuple(v.shape): np.asarray(v) for v in model.weights}
    return Evidence(
        given={"x": x, "y": y, "lr": 0.5},
        names_zh={"losses": "损失", "W1": "W1", "W2": "W2", "b2": "b2"},
        expected={"losses": losses, "W1": after[0], "W2": after[2], "b2": after[3]},
        got={"losses": np.array(got), **{n: moved[params[i].shape] for n, i in _KEPT}},
    )


_KEPT = (("W1", 0), ("W2", 2), ("b2", 3))


@build_mlp.property(
    en="hidden units start as different random draws of moderate size",
    zh="隐藏单元的初始权重是随机的，各不相同，大小适中",
    ask_en="Two units with equal weights receive equal gradients. What will ever part them?",
    ask_zh="两个单元权重相同，梯度也就相同，以后靠什么区分开？",
)
def _(answer):
    model = answer((8, 8), 40, 10, 0.1)
    model(np.zeros((1, 8, 8), dtype=np.float32))
    kernels = [np.asarray(v) for v in model.weights if len(v.shape) > 1]
    # Glorot's and He's standard deviations, normal or uniform, lie between these.
    sizes = [float(k.std() * np.sqrt(len(k))) for k in kernels]
    return Evidence(
        given={"shape": (8, 8), "hidden": 40, "classes": 10},
        names_zh={"copies": "重复的单元", "moderate": "大小适中"},
        expected={"copies": 0, "moderate": True},
        got={
            "copies": sum(k.shape[1] - len(np.unique(k, axis=1).T) for k in kernels),
            "moderate": all(0.3 < size < 3 for size in sizes),
        },
    )


def _built(
    flatten=True,
    hidden_activation="relu",
    last=None,
    loss=None,
    optimizer=None,
    init="glorot_uniform",
    compiled=True,
):
    """The model with one part exchanged."""

    def build_mlp(shape, hidden, classes, lr):
        import keras

        x = inputs = keras.Input(shape)
        if flatten:
            x = keras.layers.Flatten()(x)
        x = keras.layers.Dense(hidden, activation=hidden_activation, kernel_initializer=init)(x)
        x = keras.layers.Dense(classes, activation=last, kernel_initializer=init)(x)
        model = keras.Model(inputs, x)
        right = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if compiled:
            made = optimizer(keras.optimizers, lr) if optimizer else keras.optimizers.SGD(lr)
            model.compile(optimizer=made, loss=loss or right)
        return model

    return build_mlp


build_mlp.trap(
    _built(last="softmax"),
    en="The model ends in a softmax, so these are probabilities. With from_logits=True the loss "
    "applies a second one; return logits and let the loss do it once.",
    zh="模型最后做了 softmax，输出的是概率。from_logits=True 时损失还会再做一次；"
    "应输出 logits，softmax 由损失做一次。",
    ask_en="Every row sums to 1. Should logits?",
    ask_zh="每一行的和都是 1。logits 应该这样吗？",
)
build_mlp.trap(
    _built(flatten=False),
    en="There is no flatten: a dense layer acts on the last axis, so every image row went through "
    "it alone. One line of pixels per image, then the dense layers.",
    zh="漏了展平：全连接层只作用在最后一维，图像的每一行各算了一遍。先把一张图展成一行像素，"
    "再接全连接层。",
)
build_mlp.trap(
    _built(loss="sparse_categorical_crossentropy"),
    en="The loss took the logits for probabilities: by name, from_logits is False. No error, no "
    "NaN; Keras rescales and clips them, and the number is wrong.",
    zh="损失把 logits 当成了概率：用字符串指定时 from_logits 是 False。不报错也没有 NaN，"
    "Keras 会重新缩放并截断，数是错的。",
)
build_mlp.trap(
    _built(loss="categorical_crossentropy"),
    en="categorical_crossentropy wants one-hot rows, (B, C). For integer labels, (B,), it is the "
    "sparse loss.",
    zh="categorical_crossentropy 要的是 one-hot，形状 (B, C)。标签是整数、形状 (B,)，要用 sparse "
    "的那个。",
)
build_mlp.trap(
    _built(hidden_activation=None),
    en="The hidden layer has no ReLU: two linear layers are one linear layer.",
    zh="隐藏层没有 ReLU：两个线性层合起来还是一个线性层。",
)
build_mlp.trap(
    _built(optimizer=lambda made, lr: made.Adam(lr)),
    en="This is Adam: its first step moves every weight by about lr, whatever the gradient's size. "
    "The task asks for plain SGD.",
    zh="这是 Adam：第一步不管梯度大小，每个权重都移动约 lr。题目要的是朴素 SGD。",
)
build_mlp.trap(
    _built(optimizer=lambda made, lr: made.SGD(lr, momentum=0.9)),
    en="The first step is right and the later ones go too far: that is momentum. The task asks for "
    "plain SGD.",
    zh="第一步是对的，后面走得太远：带了动量。题目要的是朴素 SGD。",
)
build_mlp.trap(
    _built(optimizer=lambda made, lr: "sgd"),
    en='optimizer="sgd" is SGD with Keras\'s own learning rate, 0.01. Hand on `lr`.',
    zh='optimizer="sgd" 用的是 Keras 默认的学习率 0.01。要把 `lr` 传进去。',
)
build_mlp.trap(
    _built(init="zeros"),
    en="Units that start equal receive equal gradients and stay copies. Random weights break the "
    "symmetry; only biases may start at 0.",
    zh="初值相同的单元梯度也相同，永远是彼此的副本。权重要随机，才能打破对称；只有偏置可以从 0 "
    "开始。",
)
build_mlp.trap(
    _built(compiled=False),
    en="The model is not compiled: it has neither a loss nor an optimizer yet.",
    zh="模型没有编译，还没有损失和优化器。",
)


# ---- standardise -------------------------------------------------------------------------------


def _standardise(train, test):
    columns = [[float(v) for v in column] for column in np.asarray(train).T]
    out = []
    for part in (train, test):
        scaled = np.empty(np.shape(part))
        for j, column in enumerate(columns):
            if min(column) == max(column):
                centre, width = column[0], 1.0
            else:
                centre = math.fsum(column) / len(column)
                width = math.sqrt(math.fsum((v - centre) ** 2 for v in column) / len(column))
            scaled[:, j] = [(float(v) - centre) / width for v in np.asarray(part)[:, j]]
        out.append(scaled)
    return out[0], out[1]


def _usable(train, test):
    """Finite tables with equal columns; a constant column is constant exactly."""
    shapes = np.shape(train), np.shape(test)
    if len(shapes[0]) != 2 or len(shapes[1]) != 2 or shapes[0][1] != shapes[1][1]:
        return False
    return min(shapes[0]) > 0 and bool(np.isfinite(train).all() and np.isfinite(test).all())


standardise = Check(_standardise, returns=("train", "test"), rtol=1e-6, domain=_usable)
standardise.case(
    np.array([[1.0, 10.0, -3.0], [2.0, 30.0, 0.0], [4.0, 20.0, 5.0], [9.0, 0.0, 6.0]]),
    np.array([[3.0, 100.0, 2.0], [8.0, -50.0, 7.0]]),
    en="mean 0 and variance 1 in every column of train, and the same shift and scale for test",
    zh="train 每列均值 0、方差 1；test 用同样的平移和缩放",
)
standardise.case(
    np.array([[0.0, 1.0, 4.0], [0.0, 3.0, 4.0], [0.0, 8.0, 4.0]]),
    np.array([[0.5, 2.0, 4.0], [0.0, 3.0, 6.0]]),
    en="a column that is constant in train is only centred",
    zh="在 train 里是常数的列只减均值",
)
standardise.case(
    np.array([[1e8, 1e-6], [1e8 + 1, 3e-6], [1e8 + 2, 8e-6], [1e8 + 5, 0.0]]),
    np.array([[1e8 + 3, 2e-6]]),
    en="columns of very different size, and a test set of one row",
    zh="各列大小悬殊，test 只有一行",
)


@standardise.fresh(en="a fresh table", zh="新的表格")
def _(rng):
    scale, shift = 10.0 ** rng.integers(-2, 3, size=4), rng.normal(size=4) * 5
    train, test = rng.normal(size=(9, 4)), rng.normal(size=(5, 4)) + 1
    train, test = train * scale + shift, test * scale + shift
    train[:, 2] = 0.5  # a binary fraction: its mean is exact, and its std 0
    return train, test


def _scaled(
    fit=lambda train, test: (train, train),
    axis=0,
    ddof=0,
    width=lambda s: np.where(s == 0, 1, s),
    spread=None,
):
    """The scaler with one part exchanged; `fit` gives the tables that train and test learn from."""

    def standardise(train, test):
        out = []
        with np.errstate(all="ignore"):
            for part, source in zip((train, test), fit(train, test), strict=True):
                std = spread(source) if spread else source.std(axis=axis, ddof=ddof, keepdims=True)
                out.append((part - source.mean(axis=axis, keepdims=True)) / width(std))
        return tuple(out)

    return standardise


def _one_pass(a):
    return np.sqrt(np.maximum((a**2).mean(axis=0) - a.mean(axis=0) ** 2, 0))


def candidate(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / (std + 1e-8), (test - mean) / (std + 1e-8)


standardise.trap(
    _scaled(fit=lambda train, test: (train, test)),
    en="The test set was scaled by its own mean and std. The network would see other numbers for "
    "the same pixel, and a single image has no std. Use what train gave.",
    zh="test 用了自己的均值和标准差：同一个像素值，网络看到的数就不一样了，单张图更没有标准差可算。"
    "要用 train 算出来的那一套。",
    ask_en="How would you scale one single image in production?",
    ask_zh="上线之后来了一张图，你怎么缩放它？",
)
standardise.trap(
    _scaled(fit=lambda train, test: (np.concatenate([train, test]),) * 2),
    en="Mean and std were fitted on train and test together: the test set leaks into training. Fit "
    "on train alone.",
    zh="均值和标准差是在 train 和 test 合起来的数据上算的：测试集泄漏到了训练里。只能在 train "
    "上算。",
)
standardise.trap(
    _scaled(ddof=1),
    en="The variance divides by n − 1. The question asks for n, as np.std does.",
    zh="方差除以了 n − 1。题目要除以 n，np.std 默认就是。",
)
standardise.trap(
    candidate,
    en="An ε in the divisor does not save a constant column: a test value 0.5 away becomes 5e7. "
    "And it bends columns whose std is not much larger than ε. Divide constant columns by 1.",
    zh="分母加 ε 救不了常数列：测试值只差 0.5，除完就是 5e7。标准差比 ε 大不了多少的列也会被压扁。"
    "常数列除以 1。",
    ask_en="A pixel that is always 0 in train is 0.5 in a test image. What does the network get?",
    ask_zh="一个像素在训练集里恒为 0，测试图里是 0.5。网络收到的是多少？",
)
standardise.trap(
    _scaled(width=lambda s: s),
    en="A constant column has std 0, and 0 / 0 is nan. Border pixels are constant. Divide by 1 "
    "there.",
    zh="常数列的标准差是 0，0 / 0 是 nan。图像边缘的像素就是常数。那里除以 1。",
)
standardise.trap(
    _scaled(axis=None),
    en="There is one mean and one std for the whole table. Each column has its own.",
    zh="整张表只用了一个均值和一个标准差。应该每列各算各的。",
)
standardise.trap(
    _scaled(fit=lambda train, test: (train, test), axis=1),
    en="Mean and std run along each row: every image is scaled by itself. The axis of the examples "
    "is 0.",
    zh="均值和标准差是沿每一行算的，每张图各缩放各的。样本所在的轴是 0。",
)
standardise.trap(
    _scaled(spread=_one_pass),
    en="E[x²] − E[x]² subtracts two nearly equal numbers: at 1e8 nothing is left of a variance of "
    "1. Subtract the mean first, then square.",
    zh="E[x²] − E[x]² 是两个几乎相等的数相减：数值在 1e8 时，大小为 1 的方差就没了。先减均值，"
    "再平方。",
)


# ---- mend --------------------------------------------------------------------------------------


def _program(bugs):
    """The candidate's experiment with exactly these bugs."""

    def prepare(images):
        pixels = images / (1.0 if "raw_pixels" in bugs else 255.0)
        n = len(images)
        return pixels.reshape(-1, n).T if "mixed_images" in bugs else pixels.reshape(n, -1)

    def experiment(train, test, params, order, lr):
        x, y = prepare(train[0]), train[1]
        if "file_order" in bugs:
            order = np.arange(np.size(order)).reshape(np.shape(order)) % len(x)
        losses, trained = _trained()(x, y, params, order, lr)
        if "train_accuracy" not in bugs:
            x, y = prepare(test[0]), test[1]
        logits = _logits(x, params if "untrained" in bugs else trained)
        return losses, np.mean(logits.argmax(axis=1) == y)

    return experiment


def _experiment(rng):
    """Images 4×3 that decide their labels, sorted by label, as folders give them."""
    images = rng.integers(256, size=(60, 4, 3))
    # Noise in the labels keeps every accuracy away from 0 and 1.
    scores = (images.reshape(60, -1) / 255 - 0.5) @ rng.normal(size=(12, 4))
    labels = (scores + 0.3 * rng.normal(size=scores.shape)).argmax(axis=1)
    first = np.sort(rng.permutation(60)[:37])
    first = first[np.argsort(labels[first], kind="stable")]
    rest = np.setdiff1d(np.arange(60), first)
    order = np.concatenate([rng.permutation(37)[:36].reshape(6, 6) for _ in range(6)])
    train, test = [(images[rows], labels[rows]) for rows in (first, rest)]
    return train, test, _params(rng, 12, 9, 4, 0.4), order, 0.3


mend = Program(_program, returns=("losses", "accuracy"))
mend.case(
    *_experiment(np.random.default_rng(0)),
    en="the losses of the batches in `order`, and the accuracy on the test images afterwards",
    zh="按 `order` 训练的各步损失，以及训练之后在测试图像上的准确率",
)
mend.case(
    *_experiment(np.random.default_rng(1)),
    en="other images and weights",
    zh="另一组图像和权重",
)


@mend.fresh(en="fresh random images and weights", zh="新的随机图像和权重")
def _(rng):
    return _experiment(rng)


mend.bug(
    "mixed_images",
    en="reshape(-1, N).T has the right shape and the wrong pixels: each row is gathered from all "
    "images. The first axis stays, the others are joined: reshape(N, -1).",
    zh="reshape(-1, N).T 形状对，像素全乱：每一行是从所有图像里凑出来的。第一维不动，"
    "后面的合起来：reshape(N, -1)。",
    ask_en="Which pixels of which images end up in row 0?",
    ask_zh="第 0 行里是哪些图像的哪些像素？",
)
mend.bug(
    "raw_pixels",
    en="The pixels run from 0 to 255. The first layer's gradient grows with them, and one learning "
    "rate no longer serves both layers.",
    zh="像素是 0 到 255。第一层的梯度跟着放大，一个学习率就没法同时照顾两层。",
)
mend.bug(
    "file_order",
    en="The batches are taken in file order, and the file is sorted by label: whole batches hold "
    "one class. Use the shuffled rows in `order`.",
    zh="batch 是按文件顺序取的，而文件按标签排好了序：一个 batch 里全是同一类。要用 `order` "
    "里打乱过的行号。",
)
mend.bug(
    "untrained",
    en="The accuracy is that of the starting weights. sgd_train leaves `params` as it is and "
    "returns the new ones.",
    zh="准确率用的是初始权重。sgd_train 不改 `params`，训练后的权重在返回值里。",
)
mend.bug(
    "train_accuracy",
    en="The accuracy is measured on the training images. The test set is there and never used.",
    zh="准确率是在训练图像上算的。测试集给了，却一次也没用。",
)


# ---- on paper ----------------------------------------------------------------------------------

first_layer_rate = Estimate(0.1 / 255**2, rtol=0.01)
first_layer_rate.trap(
    0.1 / 255,
    en="W1 is 255 times smaller and its gradient 255 times larger. Both factors count.",
    zh="W1 小了 255 倍，梯度又大了 255 倍，两个倍数都要算。",
)
first_layer_rate.trap(
    0.1 * 255**2,
    en="The wrong way round: larger pixels need a smaller step.",
    zh="方向反了：像素变大，步子要变小。",
)

standard_error = Estimate(math.sqrt(0.96 * 0.04 / 450), rtol=0.02)
standard_error.trap(
    0.96 * 0.04 / 450,
    en="This is the variance. Take the square root.",
    zh="这是方差，还要开根号。",
)
standard_error.trap(
    math.sqrt(0.96 * 0.04),
    en="This is the standard deviation of one image's verdict. A mean of 450 has √450 times less.",
    zh="这是单张图对错的标准差。450 张取平均，要再除以 √450。",
)
standard_error.trap(
    math.sqrt(0.96 * 0.04 / 1347),
    en="n is the number of test images, 450, not of the training images.",
    zh="n 是测试图的张数 450，不是训练图的张数。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="From the same weights, with the same batches and learning rate, two correct programs give "
    "the same losses up to rounding. That is a test.",
    zh="初始权重、batch 顺序和学习率都相同，两个正确的程序损失应一致，只差舍入。这就是一种测试。",
)
flaws.false(
    en="The labels are integers, so I compile with categorical_crossentropy; Keras makes them "
    "one-hot.",
    zh="标签是整数，所以用 categorical_crossentropy 编译，Keras 会自动转成 one-hot。",
    because_en="It raises an error about ranks. Integer labels go with the sparse loss, one-hot "
    "rows with the categorical one.",
    because_zh="会报秩不匹配的错。整数标签用 sparse 的损失，one-hot 才用不带 sparse 的。",
    source="TensorFlow API docs, SparseCategoricalCrossentropy",
)
flaws.false(
    en="Without scaling, pixels from 0 to 255 make any training fail.",
    zh="像素是 0 到 255 不缩放的话，怎么训练都会失败。",
    because_en="With SGD at a usual rate it does fail. Adam, whose first step does not depend on "
    "the gradient's size, still learns here: later, and to a worse loss.",
    because_zh="用常见学习率的 SGD 确实会失败。Adam 的第一步和梯度大小无关，在这里照样能学，"
    "只是更慢，损失也更差。",
    source="measured in this lesson",
    source_zh="本课实测",
)
flaws.true(
    en="Pixels 255 times larger and W1 255 times smaller: the network computes the same, but the "
    "gradient of W1 is 255 times larger.",
    zh="像素放大 255 倍、W1 缩小 255 倍，网络算出的结果不变，W1 的梯度却大了 255 倍。",
)
flaws.false(
    en="Fit the scaler on train and test together: more data, a better mean.",
    zh="缩放用的均值、标准差在训练集加测试集上一起算，数据多，估得更准。",
    because_en="Then the test set takes part in training. Mean and std come from train alone and "
    "are applied to both.",
    because_zh="这样测试集就参与了训练。均值和标准差只在训练集上算，再用到两边。",
    source="scikit-learn user guide, Common pitfalls, data leakage",
)
flaws.false(
    en="One epoch sees every example once, so the order inside it does not matter.",
    zh="一个 epoch 里每个样本都出现一次，所以顺序无所谓。",
    because_en="Each step starts where the last one ended. Sorted by label, whole stretches see "
    "one class and undo what was learned of the others.",
    because_zh="每一步都从上一步的终点出发。按标签排好序，就会连着很多步只见一类，把别的类忘掉。",
    source="Goodfellow et al. 2016, §8.1.3",
)
flaws.false(
    en="A softmax as the last layer together with from_logits=True is the safe choice.",
    zh="最后一层用 softmax，损失再设 from_logits=True，最稳妥。",
    because_en="from_logits=True says that no softmax has been applied. One of the two must go; "
    "the stable pair is logits with from_logits=True.",
    because_zh="from_logits=True 的意思是还没做过 softmax。两者只能留一个；"
    "稳定的组合是输出 logits，加 from_logits=True。",
    source="TensorFlow API docs, SparseCategoricalCrossentropy",
)
flaws.true(
    en="A test accuracy says little without the majority class and a linear model beside it.",
    zh="只报测试准确率说明不了什么，要把多数类和线性模型的结果放在旁边。",
)

say = Say(
    model_en="""
Each image is flattened into one row of pixels and scaled to 0 to 1, or standardised with the
mean and std of the training set.
The network is linear, ReLU, linear, and ends in logits.
The loss is softmax cross-entropy, mean over the batch; its gradient at the logits is softmax minus
one-hot, over the batch size.
I send that back through W2 and the ReLU mask, and compute all gradients before updating any weight.
Plain SGD subtracts the learning rate times the gradient, on batches shuffled every epoch.
In Keras that is Flatten, two Dense layers, and SparseCategoricalCrossentropy with from_logits=True.
To prove my loop, I start both from the same weights with the same batch order: the losses must
agree.
I report accuracy on the test set beside the majority class and a linear model.
""",
    model_zh="""
每张图展平成一行，像素缩放到 0 到 1，或者用训练集的均值和标准差做标准化。
网络是线性、ReLU、线性，最后输出 logits。
损失是 softmax 交叉熵，对 batch 取平均；对 logits 的梯度是 softmax 减 one-hot，再除以 batch 大小。
误差经过 W2 和 ReLU 的掩码往回传，所有梯度算完再更新权重。
朴素 SGD 就是减去学习率乘梯度，每个 epoch 重新打乱。
Keras 版是 Flatten、两个 Dense，损失用 SparseCategoricalCrossentropy，from_logits=True。
怎么证明手写的循环对：初始权重和 batch 顺序相同，两边的损失必须一致。
最后在测试集上报准确率，旁边放多数类和线性模型这两个基线。
""",
)
say.point(
    en="flatten and scale the pixels",
    zh="像素要展平、缩放",
    found_en=[
        r"(scal|divid|standardi[sz]|normali[sz])\w*.{0,30}(pixel|input|image|0 to 1|255|train)",
        r"(pixel|input|image)s?.{0,40}(scal|standardi[sz]|normali[sz]|divided)",
        r"/\s*255",
    ],
    found_zh=[r"(像素|输入|图).{0,14}(缩放|标准化|归一化|除以)", r"/\s*255", r"除以\s*255"],
)
say.point(
    en="the gradient at the logits is softmax − one-hot, over the batch size",
    zh="对 logits 的梯度是 softmax − one-hot，除以 batch 大小",
    found_en=[
        r"(softmax|probabilit\w+|\bp)\s*(minus|[-−])\s*(the )?(one.?hot|label|target|y\b)",
        r"subtract(ing|s)? 1 at the label",
    ],
    found_zh=[
        r"(softmax|概率|\bp)\s*(减去?|[-−])\s*(one.?hot|标签|目标|y\b)",
        r"标签处减\s*1",
    ],
)
say.point(
    en="all gradients first, then the update",
    zh="梯度全部算完再更新",
    found_en=[
        r"(all|every) gradients?.{0,30}(before|then|first)",
        r"before (updating|any update|any weight)",
        r"(old|same) weights.{0,30}gradient",
    ],
    found_zh=[
        r"(所有|全部)?梯度.{0,6}算完.{0,6}更新",
        r"更新(之)?前.{0,10}梯度",
        r"先算.{0,8}梯度.{0,8}再.{0,4}更新",
    ],
)
say.point(
    en="shuffle the batches",
    zh="打乱顺序",
    found_en=[r"shuffl", r"(random|new) (order|permutation)", r"permut"],
    found_zh=[r"打乱", r"随机(顺序|排列)", r"shuffle"],
)
say.point(
    en="Keras: integer labels with the sparse loss from logits",
    zh="Keras：整数标签配 sparse 损失，输入 logits",
    found_en=[r"from_logits", r"sparse.?categorical", r"(ends in|return\w*|output\w*) logits"],
    found_zh=[r"from_logits", r"sparse.?categorical", r"输出\s*logits"],
)
say.point(
    en="proof: same weights and batches, same losses",
    zh="证明：同样的权重和 batch，损失一致",
    found_en=[
        r"same (initial |starting "
        r")?(weights|init\w*|parameters).{0,60}(agree|same|match|equal|order)",
        r"(trajector\w+|losses|curves).{0,30}(agree|match|coincide|identical)",
    ],
    found_zh=[
        r"(权重|初始化|参数).{0,20}(相同|一样|一致).{0,24}(一致|相同|一样|重合)",
        r"(损失|轨迹|曲线).{0,10}(一致|重合|对得上)",
    ],
)
say.point(
    en="test accuracy beside baselines",
    zh="测试集准确率和基线",
    found_en=[r"held[- ]out", r"test (set|data|accuracy|images)", r"baseline", r"majority"],
    found_zh=[r"测试集", r"没见过的", r"基线", r"多数类"],
)
