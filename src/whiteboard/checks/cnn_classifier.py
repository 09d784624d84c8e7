"""CNN classifier: a Keras model, what it costs, its training step, a training run, a port from TF1.

TensorFlow is imported inside the functions that need it: a learner who has a model has loaded it
already, and nobody else should wait for it.
"""

import contextlib
import inspect
import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.guard import reason
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text


@dataclass(frozen=True)
class Config:
    """The lesson's own `Config`, field for field."""

    shape: tuple = (28, 28, 1)
    filters: tuple = (16, 32)
    kernel: tuple = (3, 3)
    padding: str = "same"
    pool: int = 2
    dense: tuple = ()
    classes: int = 10


# What the properties measure, in Chinese.
_MEASURED = {
    "loss": "损失",
    "kernel": "核",
    "bias": "偏置",
    "frozen": "冻结的层",
    "learning": "训练的层",
    "weights": "权重",
    "losses": "每步的损失",
    "accuracy": "准确率",
    "repeats": "同一个种子结果相同",
    "changes": "换一个种子结果不同",
    "another batch": "换了一个 batch",
}


@contextlib.contextmanager
def quiet_tracing():
    """Keep TensorFlow from warning of retracing: several gradings of one `run` are no mistake."""
    import tensorflow as tf

    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


# ---- build_cnn ---------------------------------------------------------------------------------


def _conv(x, kernel, bias, padding):
    """Cross-correlation, window by window; SAME puts the odd zero behind, as TensorFlow does."""
    kh, kw = kernel.shape[:2]
    if padding == "same":
        top, left = (kh - 1) // 2, (kw - 1) // 2
        x = np.pad(x, ((0, 0), (top, kh - 1 - top), (left, kw - 1 - left), (0, 0)))
    windows = sliding_window_view(x, (kh, kw), axis=(1, 2))
    return np.einsum("bhwcij,ijco->bhwo", windows, kernel) + bias


def _max_pool(x, size):
    windows = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::size, ::size]
    return windows.max(axis=(-2, -1))


def _network(config, x, rng):
    """Weights drawn for `config`, in the layers' order, and the logits they give for `x`.

    Sizes come from the arrays on the way, not from a formula.
    """
    weights = []

    def drawn(*shape):
        kernel = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))
        weights.extend([kernel, rng.normal(size=shape[-1]) / 2])
        return weights[-2:]

    for filters in config.filters:
        kernel, bias = drawn(*config.kernel, x.shape[-1], filters)
        x = _max_pool(np.maximum(_conv(x, kernel, bias, config.padding), 0), config.pool)
    x = x.reshape(len(x), -1)
    for units in config.dense:
        kernel, bias = drawn(x.shape[1], units)
        x = np.maximum(x @ kernel + bias, 0)
    kernel, bias = drawn(x.shape[1], config.classes)
    return weights, x @ kernel + bias


def _copied_weights(answer, config, batch, seed):
    """Evidence: the shapes of the model's weights, or, where they fit, its logits."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, *config.shape)).astype(np.float32)
    weights, logits = _network(config, x.astype(float), rng)
    model = answer(config)
    try:
        output = model(x)  # a subclassed model has its weights after the first call
    except ValueError as error:
        return Evidence(given={"config": config, "x": x}, expected=logits, got=reason(error))
    wanted, had = [w.shape for w in weights], [tuple(v.shape) for v in model.weights]
    shapes = logits.shape, tuple(output.shape)
    if sorted(wanted) != sorted(had) or shapes[0] != shapes[1]:
        return Evidence(
            given={"config": config, "x": x},
            expected=f"{', '.join(map(str, wanted))} → {shapes[0]}",
            got=f"{', '.join(map(str, had))} → {shapes[1]}",
            note=Text(
                "a kernel and a bias for each layer → logits", "每层一个核和一个偏置 → logits"
            ),
        )
    by_shape = {w.shape: w for w in weights}  # the configurations below have no two alike
    for variable in model.weights:
        variable.assign(by_shape[tuple(variable.shape)])
    return Evidence(given={"config": config, "x": x}, expected=logits, got=np.asarray(model(x)))


# The first loss is shown up to this value: two draws of an exploding one have nothing in common.
_SHOWN = 10.0

build_cnn = Check(rtol=1e-4)


@build_cnn.property(
    en="with the reference's weights it gives the reference's logits, on 17×14 images",
    zh="装入参考权重后，输出与参考 logits 一致，图像为 17×14",
)
def _(answer):
    config = Config((17, 14, 1), (4,), (3, 2), "same", 2, (6,), 5)
    return _copied_weights(answer, config, batch=2, seed=1)


@build_cnn.property(
    en="the same without padding, with 3×3 pooling and two input channels",
    zh="不做 padding、3×3 池化、输入两个通道时也一样",
)
def _(answer):
    config = Config((26, 29, 2), (3, 5), (2, 3), "valid", 3, (), 4)
    return _copied_weights(answer, config, batch=3, seed=2)


@build_cnn.property(
    en="an untrained network of ten classes starts near ln 10, at most at twice that",
    zh="十分类网络未训练时损失在 ln 10 附近，不超过它的两倍",
    ask_en="What loss does a network have that gives every class the probability 1/10?",
    ask_zh="给每一类的概率都是 1/10，损失是多少？",
)
def _(answer):
    from whiteboard.training import seeded

    config = Config((12, 10, 1), (8, 16), (3, 3), "same", 2, (32,), 10)
    rng = np.random.default_rng(3)
    # Dim images: He's initialisation, right as it is, lets bright ones start above the limit.
    x = 0.3 * rng.uniform(size=(64, *config.shape)).astype(np.float32)
    with seeded(3):
        model = answer(config)
        logits = np.asarray(model(x), dtype=float)
    loss = -log_softmax(logits)[np.arange(64), rng.integers(10, size=64)].mean()
    return Evidence(
        given={"config": config},
        expected=2 * math.log(10),
        got=min(float(loss), _SHOWN),
        relation="at most",
        note=Text("ln 10 = 2.3026; shown up to 10", "ln 10 = 2.3026；最多显示到 10"),
    )


@build_cnn.property(
    en="hidden units start with different random weights",
    zh="隐藏单元的初始权重是随机的，各不相同",
    ask_en="Two units with equal weights receive equal gradients. What will ever part them?",
    ask_zh="两个单元权重相同，梯度也就相同，以后靠什么区分开？",
)
def _(answer):
    from whiteboard.training import seeded

    config = Config((12, 10, 1), (8, 16), (3, 3), "same", 2, (32,), 10)
    with seeded(4):
        model = answer(config)
        model(np.zeros((1, *config.shape), dtype=np.float32))
    columns = [np.asarray(v).reshape(-1, v.shape[-1]).T for v in model.weights if len(v.shape) > 1]
    hidden = [c for c in columns if len(c) != config.classes]
    return Evidence(
        given={"config": config},
        expected=0,
        got=sum(len(c) - len(np.unique(c, axis=0)) for c in hidden),
        note=Text("units that start as copies of another", "与别的单元初始权重完全相同的单元数"),
    )


def _built(
    config,
    padding=None,
    pool=True,
    hidden="relu",
    last=None,
    head="Flatten",
    init="glorot_uniform",
    rounding="valid",
):
    """The model with one part exchanged."""
    import keras

    options = {"kernel_initializer": init}
    x = inputs = keras.Input(config.shape)
    for filters in config.filters:
        border = padding or config.padding
        x = keras.layers.Conv2D(
            filters, config.kernel, padding=border, activation=hidden, **options
        )(x)
        if pool:
            x = keras.layers.MaxPooling2D(config.pool, padding=rounding)(x)
    if head:
        x = getattr(keras.layers, head)()(x)
    for units in config.dense:
        x = keras.layers.Dense(units, activation="relu", **options)(x)
    x = keras.layers.Dense(config.classes, activation=last, **options)(x)
    return keras.Model(inputs, x)


def _unit_normal(config):
    import keras

    return _built(config, init=keras.initializers.RandomNormal(stddev=1.0, seed=0))


build_cnn.trap(
    lambda config: _built(config, last="softmax"),
    en="These are probabilities: the last layer has a softmax. Return logits and let the loss take "
    "the logarithm of the softmax, which is exact where a softmax has already rounded to 0.",
    zh="输出的是概率，最后一层多了 softmax。应返回 logits，由损失去算 log-softmax；"
    "先做 softmax，小概率会先舍入成 0。",
    ask_en="Every row sums to 1. Should logits?",
    ask_zh="每一行的和都是 1。logits 应该这样吗？",
)
build_cnn.trap(
    lambda config: _built(config, padding="valid"),
    en="Keras pads nothing unless told so. With padding='valid' each 3×3 convolution cuts two rows "
    "and two columns, and the dense layer behind it gets another size.",
    zh="Keras 默认不做 padding。padding='valid' 时每个 3×3 卷积要少两行两列，"
    "后面全连接层的输入尺寸也跟着变。",
)
build_cnn.trap(
    lambda config: _built(config, pool=False),
    en="There is no pooling: the first dense layer sees every position and holds far too many "
    "weights.",
    zh="没有池化：第一个全连接层要看到每个位置，权重多出很多倍。",
)
build_cnn.trap(
    lambda config: _built(config, hidden=None),
    en="The convolutions have no ReLU. Without it two of them in a row are one linear map.",
    zh="卷积层没有 ReLU。少了它，连续两个卷积合起来还是一个线性映射。",
)
build_cnn.trap(
    lambda config: _built(config, last="relu"),
    en="A ReLU on the logits cuts off all that is negative: a class can no longer be voted down, "
    "and its gradient is 0 there.",
    zh="logits 上多了 ReLU，负值全被截掉：没法给某一类打低分，那里的梯度也是 0。",
)
build_cnn.trap(
    lambda config: _built(config, head="GlobalAveragePooling2D"),
    en="Global average pooling keeps one number per channel. Here every position feeds the dense "
    "layer: flatten.",
    zh="全局平均池化每个通道只留一个数。这里要保留所有位置：用 Flatten 展平。",
)
build_cnn.trap(
    _unit_normal,
    en="The weights start far too large. With standard deviation 1 each layer multiplies its "
    "input by about √fan_in; the loss then begins in the tens or hundreds. Glorot, the default in "
    "Keras, and He divide that factor out.",
    zh="初始权重太大。标准差取 1 时，每层大约把输入放大 √fan_in 倍，损失一开始就有几十甚至几百。"
    "Keras 默认的 Glorot 和 He 会把这个倍数除掉。",
    ask_en="Weights of variance 1, fan_in 400: by which factor does the layer scale its input?",
    ask_zh="一层的 fan_in 是 400，权重方差为 1，它把输入放大多少倍？",
)
build_cnn.trap(
    lambda config: _built(config, rounding="same"),
    en="A size was rounded up. Pooling drops the rest that fills no window: 11 rows become 5. They "
    "become 6 when the pooling has padding='same', or when a strided convolution takes its place.",
    zh="尺寸向上取整了。池化会丢掉凑不满一个窗口的部分：11 行变成 5 行。"
    "池化用了 padding='same'，或者用带步幅的卷积代替池化，才会变成 6 行。",
)
build_cnn.trap(
    lambda config: _built(config, head=None),
    en="There is no flatten. A dense layer works on the last axis alone, so it ran at every "
    "position, and the output kept height and width.",
    zh="漏了展平。全连接层只作用在最后一维，相当于在每个位置各算一遍，输出里还留着高和宽。",
)
build_cnn.trap(
    lambda config: _built(config, init="zeros"),
    en="All weights start equal. The first loss is ln C, but units that start equal receive equal "
    "gradients and stay copies of each other. Random weights break the symmetry; only biases may "
    "start at 0.",
    zh="所有权重的初值都一样。第一步的损失虽是 ln C，但初值相同的单元梯度也相同，永远是彼此的副本。"
    "权重要随机，才能打破对称；只有偏置可以从 0 开始。",
)


# ---- cost --------------------------------------------------------------------------------------


def _places(size, window, stride):
    """How many windows fit: by walking along the axis."""
    return len(range(0, size - window + 1, stride))


def _cost(config):
    (*sides, channels), params, macs = config.shape, 0, 0
    for filters in config.filters:
        zeros = [k - 1 if config.padding == "same" else 0 for k in config.kernel]
        sides = [_places(n + z, k, 1) for n, z, k in zip(sides, zeros, config.kernel, strict=True)]
        products = math.prod(config.kernel) * channels  # of one output number
        params += (products + 1) * filters
        macs += products * filters * math.prod(sides)
        sides = [_places(n, config.pool, config.pool) for n in sides]
        channels = filters
    inputs = math.prod(sides) * channels
    for units in (*config.dense, config.classes):
        params, macs, inputs = params + (inputs + 1) * units, macs + inputs * units, units
    return params, macs


def _usable(config):
    """Whether every layer has something to see."""
    return min(config.shape) > 0 and _cost(config)[1] > 0 and _smallest(config) > 0


def _smallest(config):
    sides = list(config.shape[:2])
    for _ in config.filters:
        if config.padding == "valid":
            sides = [n - k + 1 for n, k in zip(sides, config.kernel, strict=True)]
        sides = [n // config.pool for n in sides]
    return min(sides)


cost = Check(_cost, returns=("params", "macs"), rtol=0.0, atol=0.0, domain=_usable)
cost.case(
    Config((13, 10, 3), (4, 6), (3, 2), "same", 2, (5,), 7),
    en="kernels see every input channel, and pooling drops what fills no window",
    zh="卷积核要看所有输入通道，池化丢掉凑不满窗口的部分",
)
cost.case(
    Config((11, 15, 2), (3, 5), (3, 2), "valid", 2, (6, 4), 3),
    en="without padding the output is smaller than the input",
    zh="不做 padding 时输出比输入小",
)
cost.case(
    Config((28, 28, 1), (32, 64), (3, 3), "valid", 2, (128,), 10),
    en="a much-copied MNIST network",
    zh="流传很广的一个 MNIST 网络",
)
cost.case(
    Config((7, 9, 1), (2,), (3, 3), "same", 1, (), 4),
    en="pool = 1 leaves the size as it is",
    zh="pool = 1 时尺寸不变",
)


@cost.fresh(en="a fresh random configuration", zh="新的随机配置")
def _(rng):
    height, width, channels, *kernel = map(int, rng.integers([20, 20, 1, 2, 2], [40, 40, 5, 5, 5]))
    filters = tuple(map(int, rng.integers(2, 20, size=2)))
    padding, pool = str(rng.choice(["same", "valid"])), int(rng.integers(2, 4))
    dense = tuple(map(int, rng.integers(2, 30, size=int(rng.integers(0, 3)))))
    return (Config((height, width, channels), filters, tuple(kernel), padding, pool, dense, 9),)


def candidate(config):
    (h, w, channels), (kh, kw) = config.shape, config.kernel
    params = macs = 0
    for filters in config.filters:
        if config.padding == "valid":
            h, w = h - kh + 1, w - kw + 1
        params += kh * kw * channels * filters + filters
        macs += h * w * kh * kw * channels * filters
        h, w, channels = -(-h // config.pool), -(-w // config.pool), filters
    width = h * w * channels
    for units in (*config.dense, config.classes):
        params, macs, width = params + width * units + units, macs + width * units, units
    return params, macs


def _counted(
    bias=1,
    channels=lambda c: c,
    pooling=lambda pool, filters: 0,
    at=lambda before, after, pooled: after,
    scale=1,
    shrink=True,
    hidden=True,
):
    """`cost` with one line exchanged."""

    def cost(config):
        size, seen, params, macs = config.shape[:2], config.shape[2], 0, 0
        for filters in config.filters:
            after = size
            if config.padding == "valid" and shrink:
                after = tuple(n - k + 1 for n, k in zip(size, config.kernel, strict=True))
            pooled = tuple(n // config.pool for n in after)
            products = math.prod(config.kernel) * channels(seen)
            params += products * filters + bias * filters + pooling(config.pool, filters)
            macs += products * filters * math.prod(at(size, after, pooled))
            size, seen = pooled, filters
        inputs = math.prod(size) * seen
        for units in (*config.dense, config.classes) if hidden else (config.classes,):
            params += inputs * units + bias * units
            macs += inputs * units
            inputs = units
        return params, scale * macs

    return cost


cost.trap(
    _counted(bias=0),
    en="The biases are missing: one for each filter and each unit.",
    zh="漏了偏置：每个卷积核、每个单元各一个。",
)
cost.trap(
    _counted(channels=lambda c: 1),
    en="A kernel spans all input channels: k·k·C_in numbers for each filter. With grey images the "
    "first layer hides this.",
    zh="一个卷积核要跨所有输入通道：每个核有 k·k·C_in 个数。灰度图的第一层看不出这个错。",
)
cost.trap(
    _counted(pooling=lambda pool, filters: pool * pool * filters),
    en="Pooling learns nothing and has 0 parameters; it takes a maximum. What it saves, it saves "
    "in the dense layer behind it.",
    zh="池化只取最大值，什么也不学，参数是 0。它省下的参数在后面的全连接层。",
)
cost.trap(
    _counted(at=lambda before, after, pooled: before),
    en="The products are counted at the input's size. Each output position costs k·k·C_in·C_out, "
    "and without padding there are fewer of them.",
    zh="乘加次数按输入尺寸数了。每个输出位置要 k·k·C_in·C_out 次，不做 padding 时输出位置更少。",
)
cost.trap(
    _counted(at=lambda before, after, pooled: pooled),
    en="The products are counted after pooling, but the convolution has run before it, on the "
    "larger map.",
    zh="乘加次数按池化后的尺寸数了，而卷积是在池化之前、更大的特征图上算的。",
)
cost.trap(
    _counted(scale=2),
    en="These are FLOPs. A multiply–accumulate is one MAC and two FLOPs.",
    zh="这是 FLOPs。一次乘加算 1 个 MAC、2 个 FLOPs。",
)
cost.trap(
    candidate,
    en="Pooling with 2×2 windows turns 13 rows into 6, not 7: a window that is not full is dropped "
    "(padding='valid', the default of MaxPooling2D).",
    zh="2×2 池化把 13 行变成 6 行，不是 7 行：凑不满的窗口直接丢掉"
    "（padding='valid'，MaxPooling2D 的默认值）。",
)
cost.trap(
    _counted(shrink=False),
    en="Every convolution is counted as if it were padded. With padding='valid' a k×k kernel takes "
    "k − 1 rows and columns away.",
    zh="所有卷积都当成做了 padding。padding='valid' 时 k×k 卷积要少 k − 1 行和 k − 1 列。",
)
cost.trap(
    _counted(hidden=False),
    en="The hidden dense layers in config.dense are left out.",
    zh="漏了 config.dense 里的隐藏全连接层。",
)


# ---- train_step --------------------------------------------------------------------------------


def _softmax_regression(x, y, kernel, bias):
    """Mean cross-entropy and its gradients, in closed form."""
    logs = log_softmax(x @ kernel + bias)
    gap = (np.exp(logs) - np.eye(len(bias))[y]) / len(x)
    return -logs[np.arange(len(x)), y].mean(), x.T @ gap, gap.sum(axis=0)


def _examples(seed, rows, inputs, classes):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, inputs)).astype(np.float32)
    return x, rng.integers(classes, size=rows)


def _dense(*layers):
    """A Sequential model of these layers, `layers[0]` being the number of inputs."""
    import keras

    return keras.Sequential([keras.Input((layers[0],)), *layers[1:]])


def _set(layer, seed):
    """Give a dense layer weights of this seed; return them in double precision."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=tuple(v.shape)).astype(np.float32) for v in layer.weights]
    layer.set_weights(weights)
    return [w.astype(float) for w in weights]


def _sgd(model, rate, momentum=0.0):
    """Plain gradient descent, its variables made before a learner's tf.function can object."""
    import keras

    optimizer = keras.optimizers.SGD(rate, momentum=momentum)
    optimizer.build(model.trainable_variables)
    return optimizer


def _own(answer):
    """The learner's own function: what grading wraps around it needs a value, a graph has none."""
    if not inspect.isfunction(answer):
        return answer
    return inspect.getclosurevars(answer).nonlocals.get("part", answer)


train_step = Check()


@train_step.property(
    en="one step on softmax regression: the mean cross-entropy before it, and the weights after it",
    zh="softmax 回归走一步：返回更新前的平均交叉熵，权重变成更新后的值",
)
def _(answer):
    import keras

    model = _dense(4, keras.layers.Dense(3))
    kernel, bias = _set(model.layers[0], 4)
    x, y = _examples(5, 6, 4, 3)
    loss, d_kernel, d_bias = _softmax_regression(x, y, kernel, bias)
    got = answer(model, _sgd(model, 0.5), x, y)
    weights = model.get_weights()
    return Evidence(
        given={"x": x, "y": y, "learning rate": 0.5},
        names_zh=_MEASURED,
        expected={"loss": loss, "kernel": kernel - 0.5 * d_kernel, "bias": bias - 0.5 * d_bias},
        got={"loss": got, "kernel": weights[0], "bias": weights[1]},
    )


@train_step.property(
    en="two steps with momentum 0.9: the optimizer keeps what it remembers",
    zh="带 0.9 动量走两步：优化器保留自己的状态",
)
def _(answer):
    import keras

    model = _dense(4, keras.layers.Dense(3))
    kernel, bias = _set(model.layers[0], 6)
    x, y = _examples(7, 5, 4, 3)
    optimizer, speed = _sgd(model, 0.5, momentum=0.9), 0.0
    for _ in range(2):
        _, d_kernel, d_bias = _softmax_regression(x, y, kernel, bias)
        speed = 0.9 * speed - 0.5 * np.vstack([d_kernel, d_bias])
        kernel, bias = kernel + speed[:-1], bias + speed[-1]
        answer(model, optimizer, x, y)
    return Evidence(
        given={"x": x, "y": y, "momentum": 0.9, "steps": 2},
        expected=kernel,
        got=model.get_weights()[0],
    )


@train_step.property(
    en="batch normalisation is in training mode: its running mean moves by 1/100 of the batch's",
    zh="批归一化处于训练模式：滑动均值向 batch 均值移动 1/100",
)
def _(answer):
    import keras

    norm = keras.layers.BatchNormalization(momentum=0.99)
    model = _dense(4, norm, keras.layers.Dense(3))
    x, y = _examples(8, 6, 4, 3)
    answer(model, _sgd(model, 0.5), x, y)
    return Evidence(given={"x": x}, expected=x.mean(axis=0) / 100, got=np.asarray(norm.moving_mean))


@train_step.property(
    en="a frozen layer stays as it is, the other one learns",
    zh="冻结的层不变，另一层照常更新",
)
def _(answer):
    import keras

    model = _dense(4, keras.layers.Dense(2), keras.layers.Dense(3))
    (first, shift), (kernel, bias) = (_set(layer, 9 + i) for i, layer in enumerate(model.layers))
    x, y = _examples(11, 6, 4, 3)
    model.layers[0].trainable = False
    answer(model, _sgd(model, 0.5), x, y)
    _, d_kernel, _ = _softmax_regression(x @ first + shift, y, kernel, bias)
    return Evidence(
        given={"x": x, "y": y},
        names_zh=_MEASURED,
        expected={"frozen": first, "learning": kernel - 0.5 * d_kernel},
        got={
            "frozen": model.layers[0].get_weights()[0],
            "learning": model.layers[1].get_weights()[0],
        },
    )


@train_step.property(
    en="it runs inside tf.function, where a tensor has no value yet",
    zh="可以放进 tf.function：那时张量还没有值",
)
def _(answer):
    import keras
    import tensorflow as tf

    model = _dense(4, keras.layers.Dense(3))
    optimizer, (x, y) = _sgd(model, 0.5), _examples(12, 6, 4, 3)
    step = _own(answer)
    try:
        tf.function(step, autograph=False).get_concrete_function(model, optimizer, x, y)
        runs = True
    except (AttributeError, NotImplementedError, TypeError):
        runs = False  # float(loss), loss.numpy()
    return Evidence(given={"x": x, "y": y}, expected=True, got=runs)


def _stepping(
    loss_of=None,
    training=True,
    apply=lambda optimizer, pairs: optimizer.apply_gradients(pairs),
    variables=lambda model: model.trainable_variables,
    returned=lambda loss, again: loss,
):
    """A training step with one line exchanged; `loss_of` takes (tf, labels, logits)."""

    def train_step(model, optimizer, x, y):
        import tensorflow as tf

        def loss_now():
            return (loss_of or _mean_loss)(tf, y, model(x, training=training))

        with tf.GradientTape() as tape:
            loss = loss_now()
        gradients = tape.gradient(loss, variables(model))
        apply(optimizer, list(zip(gradients, variables(model), strict=True)))
        return returned(loss, loss_now)

    return train_step


def _mean_loss(tf, y, logits):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))


def _by_hand(optimizer, pairs):
    for gradient, variable in pairs:
        variable.assign_sub(optimizer.learning_rate * gradient)


def _ascend(optimizer, pairs):
    optimizer.apply_gradients([(-gradient, variable) for gradient, variable in pairs])


def _unlogged(tf, y, outputs):
    from keras import losses

    return tf.reduce_mean(losses.sparse_categorical_crossentropy(y, outputs))


train_step.trap(
    _stepping(lambda tf, y, z: _mean_loss(tf, y, tf.nn.softmax(z))),
    en="The softmax is applied twice: this loss applies its own. It starts at ln C as it should, "
    "and then cannot fall below ln(e + C − 1) − 1, which is 1.46 for ten classes.",
    zh="softmax 做了两次：这个损失函数自己会做一次。起点仍是 ln C，看着正常，"
    "但最低只能降到 ln(e + C − 1) − 1，十分类时是 1.46。",
    ask_en="What does sparse_softmax_cross_entropy_with_logits do to its input first?",
    ask_zh="sparse_softmax_cross_entropy_with_logits 对输入先做了什么？",
)
train_step.trap(
    _stepping(lambda tf, y, z: tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, z))),
    en="This is the sum over the batch. The mean keeps the step's size when the batch grows.",
    zh="这是整个 batch 的和。取平均，步子才不会随 batch 变大。",
)
train_step.trap(
    _stepping(apply=lambda optimizer, pairs: None),
    en="The gradients are computed and thrown away: the optimizer never receives them.",
    zh="梯度算完就丢了，没有交给优化器。",
)
train_step.trap(
    _stepping(apply=_ascend),
    en="The weights go up the gradient. The optimizer subtracts; hand it the gradient of the loss "
    "itself.",
    zh="权重在沿梯度上升。减号由优化器负责，把损失的梯度原样交给它。",
)
train_step.trap(
    _stepping(training=False),
    en="The model ran without training=True: dropout drops nothing and batch normalisation uses, "
    "and keeps, its old statistics.",
    zh="前向时没有传 training=True：dropout 不起作用，批归一化用的是旧统计量，也不更新。",
)
train_step.trap(
    _stepping(_unlogged),
    en="The loss took the logits for probabilities (from_logits=False is the default). Keras clips "
    "and renormalises them, so there is no error and no NaN, only a wrong number.",
    zh="损失函数把 logits 当成了概率（from_logits 默认是 False）。Keras 会裁剪再归一化，"
    "不报错也没有 NaN，只是数不对。",
)
train_step.trap(
    _stepping(apply=_by_hand),
    en="The update is written by hand as plain gradient descent. Momentum and Adam keep state: let "
    "optimizer.apply_gradients do it.",
    zh="更新是手写的普通梯度下降。动量、Adam 都有自己的状态，要用 optimizer.apply_gradients。",
)
train_step.trap(
    _stepping(returned=lambda loss, again: again()),
    en="This is the loss after the step, from a second forward pass. Return the one the gradient "
    "belongs to.",
    zh="这是更新之后又前向一遍得到的损失。应返回求梯度时的那个损失。",
)
train_step.trap(
    _stepping(returned=lambda loss, again: float(loss)),
    en="float(loss) and loss.numpy() need a value. Inside tf.function the tensor is a node of a "
    "graph: return it as it is, and convert outside.",
    zh="float(loss)、loss.numpy() 都要求张量有值。在 tf.function 里它只是图上的一个节点："
    "原样返回，到外面再转。",
)


# ---- run ---------------------------------------------------------------------------------------

_THRESHOLD = 0.70  # ten seeds: CNN 0.836 ± 0.022, linear model 0.481 ± 0.013


def shifted_digits():
    """8×8 digits, doubled and moved by up to three pixels each way on 28×28: (train, test)."""
    from whiteboard import data

    def moved(images, seed):
        random_state, canvas = np.random.RandomState(seed), np.zeros((len(images), 28, 28, 1))
        corners = 6 + random_state.randint(-3, 4, size=(len(images), 2))
        for image, place, (top, left) in zip(images, canvas, corners, strict=True):
            place[top : top + 16, left : left + 16, 0] = np.kron(image, np.ones((2, 2)))
        return canvas.astype(np.float32)

    (x, y), (x_test, y_test) = data.digits(split=True)
    return (moved(x, 0), y), (moved(x_test, 1), y_test)


def _one_weight_per_example(classes, examples=12):
    """(x, y, model): each example has a row of the kernel for itself and moves no other.

    Whatever the order, the kernel tells how often each example was seen.
    """
    import keras

    x, y = np.eye(examples, dtype=np.float32), np.arange(examples) % classes
    layer = keras.layers.Dense(classes, use_bias=False, kernel_initializer="zeros")
    return x, y, _dense(examples, layer)


run = Check(returns=("losses", "accuracy"), limit=60.0)


@run.property(
    en="two epochs show every example twice, four in a step; the accuracy is that of the test set",
    zh="两个 epoch 每个样本正好出现两次，每步四个；准确率在测试集上算",
)
def _(answer):
    x, y, model = _one_weight_per_example(3)
    kernel, losses = np.zeros((12, 3)), []
    for _ in range(2):
        logs = log_softmax(kernel)
        losses += [-logs[0, y[0]]] * 3  # the same for every example
        kernel = kernel - 0.8 / 4 * (np.exp(logs) - np.eye(3)[y])
    # Seven, two of them wrong in the first four: no mean of batches has the same accuracy.
    test = x[:7], np.where(np.isin(np.arange(7), [2, 3]), (y[:7] + 1) % 3, y[:7])
    with quiet_tracing():
        got, accuracy = answer(model, _sgd(model, 0.8), (x, y), test, 6, 4, 0)
    return Evidence(
        given=Text(
            "12 examples, batches of 4, 6 steps; one weight per example and class",
            "12 个样本，batch 为 4，共 6 步；每个样本、每个类别一个权重",
        ),
        names_zh=_MEASURED,
        expected={"weights": kernel, "losses": np.array(losses), "accuracy": 5 / 7},
        got={"weights": model.get_weights()[0], "losses": got, "accuracy": accuracy},
    )


@run.property(
    en="the test runs with dropout off",
    zh="测试时关掉 dropout",
)
def _(answer):
    import keras

    x, y = np.tile(np.eye(4, dtype=np.float32), (50, 1)), np.tile(np.arange(4), 50)
    model = _dense(4, keras.layers.Dropout(0.8, seed=0), keras.layers.Dense(4))
    model.layers[-1].set_weights([np.eye(4), np.array([0.1, 0, 0, 0])])
    with quiet_tracing():
        _, accuracy = answer(model, _sgd(model, 0.0), (x, y), (x, y), 2, 4, 0)
    return Evidence(
        given=Text(
            "a network that is always right, behind a dropout of 0.8; learning rate 0",
            "一个总能答对的网络，前面接 0.8 的 dropout；学习率为 0",
        ),
        expected=1.0,
        got=accuracy,
        tolerance=0.2,  # with dropout left on it is about 0.4
    )


@run.property(
    en="the seed decides the order: the same one repeats it, another one changes it",
    zh="顺序由 seed 决定：seed 相同则相同，不同则不同",
)
def _(answer):
    def seen(seed):
        x, y, model = _one_weight_per_example(4, examples=40)
        with quiet_tracing():
            answer(model, _sgd(model, 0.8), (x, y), (x, y), 1, 20, seed)
        return np.flatnonzero(model.get_weights()[0].any(axis=1)).tolist()

    first = seen(1)
    return Evidence(
        given=Text("the first batch, for seeds 1, 1 and 2", "seed 为 1、1、2 时的第一个 batch"),
        names_zh=_MEASURED,
        expected={"repeats": True, "changes": True},
        got={"repeats": seen(1) == first, "changes": seen(2) != first},
    )


@run.property(
    en="the next epoch has another order",
    zh="下一个 epoch 换一个顺序",
)
def _(answer):
    def seen(steps, least):
        x, y, model = _one_weight_per_example(4, examples=40)
        with quiet_tracing():
            answer(model, _sgd(model, 0.8), (x, y), (x, y), steps, 20, 1)
        # One visit moves the label's weight to 0.03, two to 0.059.
        return np.flatnonzero(model.get_weights()[0].max(axis=1) > least).tolist()

    return Evidence(
        given=Text(
            "40 examples, batches of 20; the first batch of either epoch",
            "40 个样本，batch 为 20；两个 epoch 各自的第一个 batch",
        ),
        names_zh=_MEASURED,
        expected={"another batch": True},
        got={"another batch": seen(1, 0.01) != seen(3, 0.045)},
    )


@run.property(
    en="a CNN of 9,098 weights learns shifted digits; a linear model of 7,850 stays near 0.5",
    zh="9,098 个参数的 CNN 能学会平移过的数字，7,850 个参数的线性模型停在 0.5 左右",
    costly=True,
)
def _(answer):
    import keras

    from whiteboard.training import seeded

    train, test = shifted_digits()
    with seeded(0), quiet_tracing():
        model = _built(Config(filters=(8, 16)))
        optimizer = keras.optimizers.Adam(5e-3)
        optimizer.build(model.trainable_variables)
        answer(model, optimizer, train, test, 150, 64, 0)
        right = np.asarray(model(test[0], training=False)).argmax(axis=-1) == test[1]
    return Evidence(
        given=Text(
            "digits moved by up to 3 pixels, Adam at 5e-3, 150 steps of 64",
            "平移不超过 3 像素的数字，Adam，学习率 5e-3，150 步，batch 为 64",
        ),
        expected=_THRESHOLD,
        got=float(right.mean()),
        relation="at least",
    )


def _running(
    rows=lambda order, i, batch: order[i * batch : (i + 1) * batch],
    order=lambda rng, n: rng.permutation(n),
    renewed=True,
    shown=lambda train, test: test,
    training=False,
    correct=lambda guess, y: float((guess == y).mean()),
    kept=lambda losses: losses,
):
    """A training run with one line exchanged."""

    def run(model, optimizer, train, test, steps, batch, seed):
        (x, y), rng, losses = train, np.random.default_rng(seed), []
        epochs = -(-steps * batch // len(x))
        orders = [order(rng, len(x)) for _ in range(epochs)]
        shuffled = np.concatenate(orders if renewed else orders[:1] * epochs)
        for i in range(steps):
            seen = rows(shuffled, i, batch)
            losses.append(_stepping()(model, optimizer, x[seen], y[seen]))
        x, y = shown(train, test)
        guess = np.asarray(model(x, training=training)).argmax(axis=-1)
        return kept(losses), correct(guess, y)

    return run


run.trap(
    _running(shown=lambda train, test: train),
    en="The accuracy is measured on the training set. That is memory; the question is about images "
    "the network has not seen.",
    zh="准确率是在训练集上算的，只说明记住了。要看的是没见过的图像。",
)
run.trap(
    _running(training=True),
    en="Dropout is on while testing. Evaluate with training=False.",
    zh="测试时 dropout 还开着。评估要传 training=False。",
)
run.trap(
    _running(order=lambda rng, n: np.arange(n)),
    en="The order is the same for every seed, as if nothing was shuffled. Draw each epoch's "
    "permutation from one generator, default_rng(seed).",
    zh="换了 seed 顺序也不变，像是没有打乱。先建一个生成器 default_rng(seed)，"
    "每个 epoch 的排列都由它生成。",
)
run.trap(
    _running(rows=lambda order, i, batch: order[i : i + batch]),
    en="Batch i starts at i · batch, not at i. These batches overlap, and the end of the data is "
    "never seen.",
    zh="第 i 个 batch 从 i · batch 开始，不是从 i 开始。"
    "现在各个 batch 互相重叠，后面的数据根本看不到。",
)
run.trap(
    _running(rows=lambda order, i, batch: order[:batch]),
    en="Every step sees the same batch.",
    zh="每一步用的都是同一个 batch。",
)
run.trap(
    _running(correct=lambda guess, y: int((guess == y).sum())),
    en="This is the number of right answers. Accuracy is their share.",
    zh="这是答对的个数。准确率是比例。",
)
run.trap(
    _running(renewed=False),
    en="Every epoch has the same order. Create the generator once, before the loop, and let it "
    "draw another permutation when the last one is used up.",
    zh="每个 epoch 的顺序都一样。生成器只在循环外建一次，一个排列用完了，再让它生成下一个。",
)


# ---- mend --------------------------------------------------------------------------------------


def _program(bugs):
    """The candidate's port with exactly these bugs."""

    def first_step(train, test, noise, height, width):
        import tensorflow as tf

        he = [1.0 if "unit_weights" in bugs else (2 / n[..., 0].size) ** 0.5 for n in noise]
        zero = 1.0 if "noisy_biases" in bugs else 0.0
        scales = [he[0], zero, he[2], zero]
        kernel, bias, dense, dense_bias = variables = [
            tf.Variable(n * np.float32(s)) for n, s in zip(noise, scales, strict=True)
        ]
        sides = (width, height) if "sides_swapped" in bugs else (height, width)

        def logits(images):
            x = tf.reshape(images, [-1, *sides, 1])
            hidden = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias)
            hidden = tf.nn.max_pool2d(hidden, 2, 2, "SAME")
            return tf.reshape(hidden, [len(images), -1]) @ dense + dense_bias

        with tf.GradientTape() as tape:
            z = logits(train[0])
            loss = _mean_loss(tf, train[1], tf.nn.softmax(z) if "two_softmaxes" in bugs else z)
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.1 * gradient)
        images, labels = train if "train_accuracy" in bugs else test
        accuracy = np.mean(logits(images).numpy().argmax(axis=1) == labels)
        return loss, variables, accuracy

    return first_step


def _port_task(rng):
    """Flat images, as MNIST's old reader gave them; 8×6, so that height and width differ."""
    images = rng.uniform(size=(37, 48)).astype(np.float32)
    # Labels that the images decide in part, so that accuracies are neither 0 nor 1.
    labels = (images @ rng.normal(size=(48, 10))).argmax(axis=1)
    shapes = [(3, 3, 1, 4), (4,), (48, 10), (10,)]
    noise = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    return (images[:20], labels[:20]), (images[20:], labels[20:]), noise, 8, 6


mend = Program(_program, returns=("loss", "weights", "accuracy"))
mend.case(
    *_port_task(np.random.default_rng(5)),  # the step changes the accuracy
    en="the first loss, the weights after one step and the accuracy on the test set",
    zh="第一步的损失、走一步之后的权重、测试集上的准确率",
)


@mend.fresh(en="fresh random images and weights", zh="新的随机图像和权重")
def _(rng):
    return _port_task(rng)


mend.bug(
    "unit_weights",
    en="Weights of standard deviation 1 make the first loss huge: each layer multiplies by about "
    "√fan_in. Scale the draws by √(2 / fan_in).",
    zh="权重的标准差是 1，第一步损失就很大：每层约放大 √fan_in 倍。抽出来的数要乘 √(2 / fan_in)。",
    ask_en="Which first loss do you expect of ten classes?",
    ask_zh="十分类，第一步的损失应该是多少？",
)
mend.bug(
    "noisy_biases",
    en="The biases are random too. Only weights need random numbers, to break the symmetry; biases "
    "start at 0.",
    zh="偏置也是随机的。只有权重需要随机数来打破对称，偏置从 0 开始。",
)
mend.bug(
    "sides_swapped",
    en="The flat rows are reshaped to (width, height). No error says so, for the size fits; on "
    "28×28 images it would even be right.",
    zh="展平的行被 reshape 成了 (width, height)。元素个数对得上，所以不报错；"
    "在 28×28 的图上甚至是对的。",
    ask_en="Flat row-major pixels: which index runs fastest?",
    ask_zh="按行展平的像素，哪个下标变得最快？",
)
mend.bug(
    "two_softmaxes",
    en="softmax_cross_entropy_with_logits applies the softmax itself. On top of a softmax the loss "
    "cannot fall below 1.46.",
    zh="softmax_cross_entropy_with_logits 自己会做 softmax。再套一层，损失就降不到 1.46 以下。",
)
mend.bug(
    "train_accuracy",
    en="The accuracy is that of the training images. The program has a test set: use it.",
    zh="准确率是在训练图像上算的。程序里有测试集，要用它。",
)


# ---- on paper ----------------------------------------------------------------------------------

first_loss = Estimate(math.exp(4.6), unit="classes", rtol=0.01)
first_loss.trap(
    math.log(10),
    en="This is the loss that ten classes should start with. The question asks for a number of "
    "classes: whose first loss is 4.6?",
    zh="这是十分类起步时应有的损失。这里问的是类别数：多少类的第一步损失是 4.6？",
)
first_loss.trap(
    20,
    en="Twice the loss is not twice the classes: ln C doubles when C is squared.",
    zh="损失翻倍不等于类别数翻倍：C 变成平方，ln C 才翻倍。",
)
first_loss.trap(
    2**4.6,
    en="This is 2 to the power 4.6. The loss uses the natural logarithm.",
    zh="这是 2 的 4.6 次方，损失用的是自然对数。",
)

same_params = Estimate(421_642, unit="parameters", rtol=0.0005)
same_params.trap(
    225_034,
    en="This is the network without padding, which ends at 5×5×64. With padding it ends at 7×7×64.",
    zh="这是不做 padding 的网络，最后是 5×5×64。做 padding 时最后是 7×7×64。",
)
same_params.trap(
    421_642 - 234,
    en="The biases are missing: 32 + 64 + 128 + 10.",
    zh="漏了偏置：32 + 64 + 128 + 10。",
)

loss_floor = Estimate(math.log(math.e + 9) - 1, unit="nats", rtol=0.005)
loss_floor.trap(
    math.log(10),
    en="This is where it starts, with ten equal probabilities. The best the inner softmax can do "
    "is 1 for the right class and 0 for the nine others.",
    zh="这是起点，十个概率相等。里层 softmax 最好能给正确类别 1、其余九个 0。",
)
loss_floor.trap(
    math.log(math.e + 9),
    en="This is the worst case: all the inner probability on a wrong class.",
    zh="这是最坏的情况：里层把概率全给了某个错误类别。",
)
loss_floor.trap(
    0.0,
    en="0 needs a logit that is infinitely larger than the others. The outer softmax receives "
    "numbers between 0 and 1.",
    zh="要到 0，就要有一个比其余大无穷多的 logit。外层 softmax 收到的数都在 0 和 1 之间。",
)

receptive_field = Estimate(10, unit="pixels", rtol=0.001)
receptive_field.trap(
    6,
    en="The pooling's stride is missing: behind it neighbouring positions lie two pixels apart, so "
    "the second kernel adds 2 · 2.",
    zh="漏了池化的步幅：池化之后相邻位置在原图上隔两个像素，第二个卷积要加 2 · 2。",
)
receptive_field.trap(
    8,
    en="This is behind the second convolution. The second pooling adds one more step of 2.",
    zh="这是第二个卷积之后的感受野。第二个池化还要再加一步，也就是 2。",
)
receptive_field.trap(
    5,
    en="These are two 3×3 kernels alone. The poolings between them count too.",
    zh="这只算了两个 3×3 卷积，中间的池化也要算。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Before training, a network of ten classes should have a loss of about ln 10 = 2.30.",
    zh="十分类还没训练时，损失应该在 ln 10，也就是 2.30 左右。",
)
flaws.false(
    en="Pooling reduces the model's parameters, because pooling layers have fewer weights than "
    "convolutions.",
    zh="池化能减少模型参数，因为池化层的参数比卷积层少。",
    because_en="A pooling layer has no weights at all. It shrinks the input of the dense layer "
    "behind it: 4,738,826 parameters without, 225,034 with it.",
    because_zh="池化层一个参数也没有。它缩小的是后面全连接层的输入："
    "不做池化 4,738,826 个参数，做了 225,034 个。",
    source="Goodfellow et al. 2016, §9.3",
)
flaws.true(
    en="What the libraries call convolution is cross-correlation. It makes no difference here, as "
    "the kernel is learned.",
    zh="框架里的卷积其实是互相关。卷积核是学出来的，翻不翻转没有区别。",
)
flaws.false(
    en="If the images lack the channel axis, (N, 28, 28), a Keras CNN always raises an error.",
    zh="图像少了通道维，形状是 (N, 28, 28)，Keras 的 CNN 一定报错。",
    because_en="A model with an Input of (28, 28, 1) adds the axis silently. A bare Conv2D, a "
    "subclassed model and a Sequential without Input raise.",
    because_zh="写了 Input 为 (28, 28, 1) 的模型会悄悄补上这一维；单独的 Conv2D、子类模型、"
    "没写 Input 的 Sequential 才报错。",
    source="Keras 3, run in this lesson",
    source_zh="Keras 3，在本课中运行",
)
flaws.false(
    en="CNNs are made for images only; for text or sound one needs a recurrent network.",
    zh="CNN 专门用来处理图像，文本和声音要用循环网络。",
    because_en="A convolution needs data on a grid where near means related: 1-D over time or "
    "tokens works too, and matches recurrent networks on many sequence tasks.",
    because_zh="卷积要的是网格状、相邻即相关的数据，沿时间或 token 的一维卷积同样能用，"
    "在不少序列任务上不输循环网络。",
    source="Bai et al. 2018, arXiv:1803.01271",
)
flaws.true(
    en="Integer labels go with sparse categorical cross-entropy, one-hot labels with the "
    "categorical one.",
    zh="标签是整数用 sparse 的交叉熵，是 one-hot 用不带 sparse 的。",
)
flaws.false(
    en="This network, two convolutions, two poolings, Dense(64) and Dense(10), has two output "
    "layers.",
    zh="这个网络有两个卷积层、两个池化层、Dense(64) 和 Dense(10)，一共两个输出层。",
    because_en="Dense(64) is a hidden layer. The output layer is the last one, Dense(10).",
    because_zh="Dense(64) 是隐藏层，输出层只有最后的 Dense(10)。",
    source="Goodfellow et al. 2016, chapter 6",
)

say = Say(
    model_en="""
I stack blocks of a 3×3 convolution with ReLU and 2×2 max pooling, flatten, and end in a dense
layer.
A convolution shares one small kernel over all positions, so its size does not depend on the image.
It has k times k times input channels weights plus a bias for each filter.
Most parameters sit in the first dense layer, most of the computation in the convolutions; pooling
has no parameters and shrinks what the dense layer sees.
The model returns logits, and the loss applies the softmax once, sparse for integer labels.
Before training I expect a first loss of ln 10, about 2.3; anything large is a bad initialisation.
The step runs with training=True and the test with training=False.
I report accuracy on held-out data beside a linear baseline.
""",
    model_zh="""
先堆几组 3×3 卷积加 ReLU 和 2×2 最大池化，展平，最后接全连接层。
卷积在所有位置共享同一个小卷积核，所以参数量和图像大小无关。
每个卷积核有 k 乘 k 乘输入通道数个权重，再加一个偏置。
参数大多在第一个全连接层，计算量大多在卷积；池化没有参数，只是缩小全连接层的输入。
模型输出 logits，softmax 只由损失函数做一次，标签是整数就用 sparse 版本。
训练前的损失应该是 ln 10，约 2.3，特别大就是初始化有问题。
训练一步用 training=True，测试用 training=False。
最后在没见过的测试集上报准确率，并和一个线性基线对比。
""",
)
say.point(
    en="a convolution shares its weights over all positions",
    zh="卷积在所有位置共享权重",
    found_en=[r"shar(e|es|ed|ing)\b", r"same (kernel|filter|weights).{0,30}(position|every|all)"],
    found_zh=[r"共享", r"(同一个|同一组)(小)?(卷积核|核|权重)"],
)
say.point(
    en="k · k · C_in weights and a bias for each filter",
    zh="每个卷积核 k · k · C_in 个权重加一个偏置",
    found_en=[
        r"k\s*(times|[·*×x])\s*k",
        r"kernel (size|area) times.{0,30}channels",
        r"input channels.{0,25}bias",
    ],
    found_zh=[r"k\s*(乘|[·*×])\s*k", r"输入通道数?.{0,15}偏置", r"核的?(大小|面积)乘.{0,10}通道"],
)
say.point(
    en="parameters sit in the dense layer, computation in the convolutions",
    zh="参数在全连接层，计算在卷积",
    found_en=[
        r"(parameters|weights).{0,30}(dense|fully connected|linear) layer",
        r"(dense|fully connected) layer.{0,30}(parameters|weights)",
    ],
    found_zh=[r"参数.{0,12}全连接", r"全连接.{0,12}参数"],
)
say.point(
    en="the model returns logits and the loss applies the softmax once",
    zh="模型输出 logits，softmax 由损失函数做一次",
    found_en=[r"(return|output|give)\w*.{0,12}logits", r"from_logits", r"softmax.{0,20}once"],
    found_zh=[r"(输出|返回|给出).{0,6}logits", r"from_logits", r"softmax.{0,14}一次"],
)
say.point(
    en="the first loss should be ln C",
    zh="第一步的损失应该是 ln C",
    found_en=[r"ln\s*\(?(10|c)\b", r"\b2\.30?\b", r"log(arithm)? of the number of classes"],
    found_zh=[r"ln\s*\(?(10|c)\b", r"2\.30?(?!\d)", r"类别数的对数"],
)
say.point(
    en="training mode for the step, inference mode for the test",
    zh="训练用训练模式，测试用推理模式",
    found_en=[
        r"training\s*=\s*(true|false)",
        r"(dropout|batch norm\w*).{0,30}(off|inference|evaluation)",
        r"model\.(eval|train)\(",
    ],
    found_zh=[
        r"training\s*=\s*(true|false)",
        r"(dropout|批归一化).{0,12}(关|推理|评估)",
        r"(测试|评估)时.{0,8}关.{0,6}dropout",
    ],
)
say.point(
    en="held-out accuracy beside a baseline",
    zh="测试集准确率，并和基线对比",
    found_en=[r"held[- ]out", r"test (set|data|accuracy|images)", r"baseline"],
    found_zh=[r"测试集", r"没见过的", r"基线"],
)
