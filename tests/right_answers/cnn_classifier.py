"""CNN classifier: other right answers, and every trap written a second way.

TensorFlow is imported inside the answers, as the tests of other lessons collect this file too.
"""

import math
from itertools import pairwise

import numpy as np

# ---- build_cnn ---------------------------------------------------------------------------------


def functional(config):
    """The functional interface, ReLU as a layer of its own."""
    import keras

    inputs = x = keras.Input(shape=config.shape)
    for filters in config.filters:
        x = keras.layers.Conv2D(filters, config.kernel, padding=config.padding)(x)
        x = keras.layers.ReLU()(x)
        x = keras.layers.MaxPool2D((config.pool, config.pool))(x)
    x = keras.layers.Reshape((-1,))(x)
    for units in config.dense:
        x = keras.layers.ReLU()(keras.layers.Dense(units)(x))
    return keras.Model(inputs, keras.layers.Dense(config.classes)(x))


def subclassed(config):
    """A subclassed model, the head made first, He's initialisation, dropout, and built late."""
    import keras
    import tensorflow as tf

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = keras.layers.Dense(config.classes, kernel_initializer="he_normal")
            self.convs = [
                keras.layers.Conv2D(
                    n, config.kernel, padding=config.padding, kernel_initializer="he_normal"
                )
                for n in config.filters
            ]
            self.hidden = [
                keras.layers.Dense(n, kernel_initializer="he_normal") for n in config.dense
            ]
            self.dropout = keras.layers.Dropout(0.5)

        def call(self, x, training=False):
            for conv in self.convs:
                x = tf.nn.relu(conv(x))
                x = tf.nn.max_pool2d(x, config.pool, config.pool, "VALID")
            x = tf.reshape(x, [tf.shape(x)[0], math.prod(x.shape[1:])])
            for layer in self.hidden:
                x = tf.nn.relu(layer(x))
            return self.head(self.dropout(x, training=training))

    return Network()


def stacked(config):
    """Sequential with add, without an Input."""
    import keras

    model = keras.Sequential()
    for filters in config.filters:
        model.add(
            keras.layers.Conv2D(
                filters, config.kernel, 1, config.padding, activation=keras.ops.relu
            )
        )
        model.add(keras.layers.MaxPooling2D(pool_size=config.pool, strides=config.pool))
    model.add(keras.layers.Flatten())
    for units in config.dense:
        model.add(keras.layers.Dense(units, "relu"))
    model.add(keras.layers.Dense(config.classes, "linear"))
    return model


def wrong_model(
    padding=None,
    activation="relu",
    pooling="MaxPooling2D",
    options=None,
    flatten="Flatten",
    end=None,
    weights=None,
):
    """A Sequential model with the parts given exchanged."""

    def answer(config):
        import keras

        made = keras.layers
        model = keras.Sequential([keras.Input(config.shape)])
        for n in config.filters:
            model.add(made.Conv2D(n, config.kernel, padding=padding or config.padding))
            if activation:
                model.add(made.Activation(activation))
            if pooling:
                model.add(getattr(made, pooling)(config.pool, **(options or {})))
        if flatten:
            model.add(getattr(made, flatten)())
        for n in config.dense:
            model.add(made.Dense(n, activation="relu"))
        model.add(made.Dense(config.classes))
        if end:
            model.add(getattr(made, end)())
        if weights:
            model.set_weights([weights(w.shape) for w in model.get_weights()])
        return model

    return answer


# ---- cost --------------------------------------------------------------------------------------


def cost_by_layers(config):
    """A list of layers first, then the sums."""
    h, w, c = config.shape
    kh, kw = config.kernel
    layers = []  # (weights, biases, how often each weight is used)
    for f in config.filters:
        if config.padding != "same":
            h -= kh - 1
            w -= kw - 1
        layers.append((kh * kw * c * f, f, h * w))
        h, w, c = int(h / config.pool), int(w / config.pool), f
    widths = [h * w * c, *config.dense, config.classes]
    layers += [(i * o, o, 1) for i, o in pairwise(widths)]
    return sum(w + b for w, b, _ in layers), sum(w * n for w, _, n in layers)


def cost_by_keras(config):
    """Ask a model for its variables and its layers' output shapes."""
    import keras

    model = functional(config)
    macs = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            places = math.prod(layer.output.shape[1:-1])
            macs += places * math.prod(layer.kernel.shape)
    return model.count_params(), macs


def wrong_cost(weights=None, biases=True, extra=0, uses="after", times=1, up=False, same=False):
    def answer(config):
        h, w, c = config.shape
        kh, kw = config.kernel
        params = macs = 0
        for f in config.filters:
            before = h * w
            if config.padding == "valid" and not same:
                h, w = h + 1 - kh, w + 1 - kw
            after = h * w
            rounded = math.ceil if up else math.floor
            h, w = rounded(h / config.pool), rounded(w / config.pool)
            kernel = kh * kw * (c if weights is None else weights) * f
            params += kernel + (f if biases else 0) + extra * config.pool**2 * f
            macs += kernel * {"before": before, "after": after, "pooled": h * w}[uses]
            c = f
        n = h * w * c
        for o in [*config.dense, config.classes]:
            params += (n + biases) * o
            macs += n * o
            n = o
        return params, macs * times

    return answer


def cost_without_hidden(config):
    from dataclasses import replace

    return cost_by_layers(replace(config, dense=()))


# ---- train_step --------------------------------------------------------------------------------


def step_with_loss_class(model, optimizer, x, y):
    """Keras's loss class and optimizer.apply."""
    import keras
    import tensorflow as tf

    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_function(y, model(x, training=True))
    weights = model.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


def step_with_one_hot(model, optimizer, x, y):
    """One-hot labels and log_softmax, the tape told what to watch."""
    import tensorflow as tf

    weights = model.trainable_weights
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for weight in weights:
            tape.watch(weight.value)
        logits = model(x, training=True)
        logs = tf.nn.log_softmax(logits)
        target = tf.one_hot(y, logits.shape[-1])
        loss = -tf.reduce_mean(tf.reduce_sum(target * logs, axis=-1))
    optimizer.apply_gradients(list(zip(tape.gradient(loss, weights), weights, strict=True)))
    return loss


def wrong_step(loss=None, training=True, update="apply", give="before"):
    def answer(model, optimizer, x, y):
        import keras
        import tensorflow as tf

        right = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        measure = loss(tf, keras) if loss else right
        mode = {} if training is None else {"training": training}
        with tf.GradientTape() as tape:
            value = measure(y, model(x, **mode))
        pairs = zip(
            tape.gradient(value, model.trainable_weights), model.trainable_weights, strict=True
        )
        if update == "apply":
            optimizer.apply_gradients(pairs)
        elif update == "up":
            for gradient, weight in pairs:
                weight.assign_add(optimizer.learning_rate * gradient)
        elif update == "down":
            for gradient, weight in pairs:
                weight.assign(weight - optimizer.learning_rate * gradient)
        if give == "after":
            return measure(y, model(x, training=True))
        return value.numpy() if give == "number" else value

    return answer


def double_softmax(tf, keras):
    def loss(y, z):
        p = tf.exp(z) / tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True)
        q = tf.exp(p) / tf.reduce_sum(tf.exp(p), axis=-1, keepdims=True)
        return -tf.reduce_mean(tf.math.log(tf.gather(q, y, batch_dims=1)))

    return loss


def summed(tf, keras):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")


def of_probabilities(tf, keras):
    return keras.losses.SparseCategoricalCrossentropy()


# ---- run ---------------------------------------------------------------------------------------


def run_by_epochs(model, optimizer, train, test, steps, batch=64, seed=0):
    """Epoch by epoch, the step itself compiled; the accuracy by a metric."""
    import keras
    import tensorflow as tf

    step = tf.function(step_with_loss_class, autograph=False)
    rng, losses = np.random.default_rng(seed), []
    while len(losses) < steps:
        rows = rng.permutation(len(train[0]))
        for start in range(0, len(rows) - batch + 1, batch):
            if len(losses) < steps:
                chosen = rows[start : start + batch]
                loss = step(model, optimizer, train[0][chosen], train[1][chosen])
                losses.append(loss.numpy())
    metric = keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(test[1], model(test[0], training=False))
    return losses, metric.result()


def run_by_dataset(model, optimizer, train, test, steps, batch=64, seed=0):
    """One long order, batches sliced from it, the step compiled; losses as an array."""
    import tensorflow as tf

    @tf.function(autograph=False)
    def step(x, y):
        return step_with_one_hot(model, optimizer, x, y)

    rng = np.random.RandomState(seed)
    order = np.hstack([rng.permutation(len(train[0])) for _ in range(steps)])
    batches = order[: steps * batch].reshape(steps, batch)
    losses = np.array([step(train[0][b], train[1][b]).numpy() for b in batches])
    guess = model.predict_on_batch(test[0]).argmax(1)
    return losses, np.count_nonzero(guess == test[1]) / len(guess)


def wrong_run(
    on="test",
    training=False,
    shuffle=True,
    start=lambda i, batch: i * batch,
    share=True,
    anew=False,
):
    def answer(model, optimizer, train, test, steps, batch=64, seed=0):
        import tensorflow as tf

        rng, losses = np.random.default_rng(seed), []
        order = np.arange(len(train[0]))
        for i in range(steps):
            at = start(i, batch) % len(order)
            if shuffle and at == 0 and (i == 0 or start(1, batch) > 1):
                rng = np.random.default_rng(seed) if anew else rng
                order = rng.permutation(len(order))
            rows = order[at : at + batch]
            losses.append(
                float(step_with_one_hot(model, optimizer, train[0][rows], train[1][rows]))
            )
        x, y = train if on == "train" else test
        right = tf.argmax(model(x, training=training), axis=1) == y
        if not share:
            return losses, float(np.count_nonzero(right))
        return losses, float(tf.reduce_mean(tf.cast(right, tf.float32)))

    return answer


# ---- mend --------------------------------------------------------------------------------------


def mended(weights="he", biases="zero", sides="hw", softmax=False, on="test", einsum=False):
    """The program written with Keras's functions; the parts named otherwise are left broken."""

    def answer(train, test, noise, height, width):
        import keras
        import tensorflow as tf

        def variable(n):
            if n.ndim == 1:
                return tf.Variable(n if biases == "noise" else np.zeros_like(n))
            std = math.sqrt(2 / (n.size / n.shape[-1])) if weights == "he" else 1
            return tf.Variable((std * n).astype("float32"))

        variables = [variable(n) for n in noise]
        shape = (height, width, 1) if sides == "hw" else (width, height, 1)

        def forward(images):
            x = images.reshape(-1, *shape)
            x = keras.ops.relu(keras.ops.conv(x, variables[0], padding="same") + variables[1])
            x = keras.ops.max_pool(x, 2, 2, padding="same")
            flat = keras.ops.reshape(x, (len(images), -1))
            if einsum:
                return tf.einsum("bi,io->bo", flat, variables[2]) + variables[3]
            return tf.matmul(flat, variables[2]) + variables[3]

        x, y = train
        with tf.GradientTape() as tape:
            z = forward(x)
            z = tf.exp(tf.nn.log_softmax(z)) if softmax else z
            logs = tf.nn.log_softmax(z)
            loss = -tf.reduce_mean(tf.reduce_sum(tf.one_hot(y, 10) * logs, 1))
        for v, g in zip(variables, tape.gradient(loss, variables), strict=True):
            v.assign(v - 0.1 * g)
        x, y = train if on == "train" else test
        accuracy = float((forward(x).numpy().argmax(1) == y).mean())
        return loss.numpy(), [v.numpy() for v in variables], accuracy

    return answer


RIGHT = {
    "build_cnn": [functional, subclassed, stacked],
    "cost": [cost_by_layers, cost_by_keras],
    "train_step": [step_with_loss_class, step_with_one_hot],
    "run": [run_by_epochs, run_by_dataset],
    "mend": [mended(), mended(einsum=True)],
    "first_loss": [100, "99.5 classes"],
    "same_params": [421642, "421,642 parameters"],
    "loss_floor": ["1.4612", 1.46],
    "receptive_field": [10, "10 pixels"],
    "flaws": [{7, 5, 4, 2}, "2，4，5，7"],
}

TWINS = {
    "build_cnn": {
        1: wrong_model(end="Softmax"),
        2: wrong_model(padding="valid"),
        3: wrong_model(pooling=None),
        4: wrong_model(activation=None),
        5: wrong_model(end="ReLU"),
        6: wrong_model(flatten="GlobalAveragePooling2D"),
        7: wrong_model(weights=lambda shape: np.random.default_rng(5).normal(size=shape)),
        8: wrong_model(options={"padding": "same"}),
        9: wrong_model(flatten=None),
        10: wrong_model(weights=np.ones),
    },
    "cost": {
        1: wrong_cost(biases=False),
        2: wrong_cost(weights=1),
        3: wrong_cost(extra=1),
        4: wrong_cost(uses="before"),
        5: wrong_cost(uses="pooled"),
        6: wrong_cost(times=2),
        7: wrong_cost(up=True),
        8: wrong_cost(same=True),
        9: cost_without_hidden,
    },
    "train_step": {
        1: wrong_step(double_softmax),
        2: wrong_step(summed),
        3: wrong_step(update="none"),
        4: wrong_step(update="up"),
        5: wrong_step(training=None),
        6: wrong_step(of_probabilities),
        7: wrong_step(update="down"),
        8: wrong_step(give="after"),
        9: wrong_step(give="number"),
    },
    "run": {
        1: wrong_run(on="train"),
        2: wrong_run(training=True),
        3: wrong_run(shuffle=False),
        4: wrong_run(start=lambda i, batch: i),
        5: wrong_run(start=lambda i, batch: 0),
        6: wrong_run(share=False),
        7: wrong_run(anew=True),
    },
    "mend": {
        1: mended(weights="one"),
        2: mended(biases="noise"),
        3: mended(sides="wh"),
        4: mended(softmax=True),
        5: mended(on="train"),
    },
    "first_loss": {1: "2.3026", 2: 20, 3: "24.25 classes"},
    "same_params": {1: "225,034", 2: 421408},
    "loss_floor": {1: 2.3026, 2: "2.4612", 3: "0"},
    "receptive_field": {1: 6, 2: "8 pixels", 3: "5"},
}

TWO_AT_ONCE = {
    "build_cnn": [
        (wrong_model(end="Softmax", activation=None), {1, 4}),
        (wrong_model(end="ReLU", pooling="AveragePooling2D"), {5}),
        (wrong_model(padding="valid", pooling=None), {2, 3}),
    ],
    "cost": [
        (wrong_cost(biases=False, weights=1), {1, 2}),
        (wrong_cost(uses="before", times=2), {4, 6}),
    ],
    "train_step": [
        (wrong_step(double_softmax, update="up"), {1, 4}),
        (wrong_step(summed, training=None), {2, 5}),
        (wrong_step(summed, update="none"), {2, 3}),
    ],
    "run": [
        (wrong_run(on="train", training=True), {1, 2}),
        (wrong_run(shuffle=False, share=False), {3, 6}),
    ],
    "mend": [(mended(weights="one", softmax=True), {1, 4})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the kernel is shared by every position",
                    "a conv layer shares its weights across the image",
                    "the same filter runs over every position",
                ],
                "the positions do not share anything",
            ),
            (
                [
                    "each filter has k*k*C_in weights plus one bias",
                    "kernel size times the number of input channels, plus a bias",
                    "it is k times k times the channels",
                ],
                "it is not k times k",
            ),
            (
                [
                    "most parameters are in the dense layer",
                    "the fully connected layer holds nearly all parameters",
                    "the weights sit in the first linear layer",
                ],
                "the parameters are not in the dense layer",
            ),
            (
                [
                    "the model outputs logits",
                    "I set from_logits=True",
                    "the softmax is applied only once",
                ],
                "it does not return logits",
            ),
            (
                [
                    "the first loss is ln 10",
                    "I expect about 2.3 at the start",
                    "it is the log of the number of classes",
                ],
                "the first loss is not 2.3",
            ),
            (
                [
                    "call it with training=True for the step",
                    "dropout is off at test time",
                    "in PyTorch I call model.eval() first",
                ],
                "I never pass training=False",
            ),
            (
                [
                    "accuracy on a held-out set",
                    "compare with a linear baseline",
                    "I measure it on the test set",
                ],
                "there is no baseline",
            ),
        ],
        "zh": [
            (
                ["卷积核在所有位置共享", "各个位置用同一个卷积核", "参数共享"],
                "各位置并不共享权重",
            ),
            (
                ["每个核 k*k*C_in 个权重", "k 乘 k 乘输入通道", "核的大小乘输入通道数，再加偏置"],
                "不是 k 乘 k",
            ),
            (
                ["参数大多在全连接层", "全连接层占了大部分参数", "参数主要集中在第一个全连接"],
                "参数不在全连接层",
            ),
            (
                ["模型直接输出 logits", "损失里写 from_logits=True", "softmax 只做一次"],
                "模型不输出 logits",
            ),
            (
                ["第一步损失是 ln 10", "一开始大概 2.3", "等于类别数的对数"],
                "第一步损失不是 2.3",
            ),
            (
                ["训练时传 training=True", "测试时要关掉 dropout", "批归一化要切到推理模式"],
                "测试时不用关 dropout",
            ),
            (
                ["在测试集上算准确率", "和线性基线比一比", "在没见过的图上测"],
                "没有基线",
            ),
        ],
    }
}

EQUIVALENT = {
    "run": {
        "model(x_test, training=False) → model(x_test) in guess = np.argmax(model(x_test, "
        "training=False), axis=1)": "same value: outside of fit, a Keras model called without "
        "`training` runs in inference mode",
    },
}
