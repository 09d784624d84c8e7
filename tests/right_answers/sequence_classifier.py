"""Sequence classifier: other right answers, and every trap written a second way.

TensorFlow is imported inside the answers, as the tests of other lessons collect this file too.
"""

import numpy as np

# ---- make_model --------------------------------------------------------------------------------


def functional(cell, units, T, D, C):
    """The functional interface, the last state taken from the sequence of all states."""
    import keras

    layer = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}[cell]
    inputs = keras.Input(shape=(T, D))
    states = getattr(keras.layers, layer)(units, return_sequences=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(C, activation="linear")(states[:, -1]))
    model.compile(
        keras.optimizers.Adam(learning_rate=1e-2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def cells_and_any_length(cell, units, T, D, C):
    """A cell inside an RNN layer, sequences of any length, the loss as a function."""
    import keras

    def loss(y_true, logits):
        return keras.ops.mean(
            keras.losses.sparse_categorical_crossentropy(y_true, logits, from_logits=True)
        )

    layers = keras.layers
    if cell == "rnn":
        made = layers.SimpleRNNCell(units)
    elif cell == "gru":
        made = layers.GRUCell(units)
    else:
        made = layers.LSTMCell(units)
    model = keras.Sequential([keras.Input((None, D)), layers.RNN(made), layers.Dense(C)])
    model.compile(loss=loss, optimizer=keras.optimizers.Adam(0.01))
    return model


def wrong_model(options=None, between=(), before=(), end=None, loss=None, rate=None, only=None):
    """A Sequential model with the parts given exchanged."""

    def answer(cell, units, T, D, C):
        import keras

        name = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}[only or cell]
        model = keras.Sequential([keras.Input((T, D))])
        for layer, arguments in before:
            model.add(getattr(keras.layers, layer)(*arguments))
        model.add(getattr(keras.layers, name)(units, **(options or {})))
        for layer, arguments in between:
            model.add(getattr(keras.layers, layer)(*arguments))
        model.add(keras.layers.Dense(C))
        if end:
            model.add(keras.layers.Activation(end))
        model.compile(
            optimizer=rate(keras) if rate else keras.optimizers.Adam(0.01),
            loss=loss(keras)
            if loss
            else keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        return model

    return answer


# ---- shuffled_label_control --------------------------------------------------------------------


def by_sorting(fit_score, train, test, repeats, rng):
    """Permutations by sorting random numbers, the controls first."""
    x, y = train
    controls = []
    while len(controls) < repeats:
        controls.append(fit_score(x, y[np.argsort(rng.random(len(y)))], *test))
    score = fit_score(x, y, test[0], test[1])
    reached = sum(1 for control in controls if control >= score)
    return [score, controls, (reached + 1) / (repeats + 1)]


def sequences_moved(fit_score, train, test, repeats, rng):
    """The sequences permuted under labels that stay: the same link is broken."""
    (x, y), (x_test, y_test) = train, test
    score = fit_score(x, y, x_test, y_test)
    controls = np.empty(repeats)
    for k in range(repeats):
        rows = np.arange(len(x))
        rng.shuffle(rows)
        controls[k] = fit_score(x[rows], y, x_test, y_test)
    return score, controls, np.mean(np.append(controls, score) >= score)


def wrong_control(draw, count=None, first=None):
    """The control by a loop; `draw` returns what the control trains and scores on."""

    def answer(fit_score, train, test, repeats, rng):
        score = fit_score(*(first(train, test) if first else (*train, *test)))
        controls = []
        for _ in range(repeats):
            controls.append(fit_score(*draw(train, test, rng)))
        reached = np.count_nonzero(np.asarray(controls) >= score)
        p = count(score, controls) if count else (reached + 1) / (repeats + 1)
        return score, np.asarray(controls), p

    return answer


def honest(train, test, rng):
    return train[0], rng.permuted(train[1]), *test


def in_step(train, test, rng):
    pairs = list(zip(*train, strict=True))
    order = rng.permutation(len(pairs))
    x, y = zip(*[pairs[i] for i in order], strict=True)
    return np.array(x), np.array(y), *test


def on_itself(train, test, rng):
    mixed = rng.permuted(train[1])
    return train[0], mixed, train[0], mixed


def destroyed(train, test, rng):
    rng.shuffle(train[1])
    return *train, *test


def redrawn(train, test, rng):
    return train[0], rng.choice(len(np.unique(train[1])), size=len(train[1])), *test


# ---- shuffle_time ------------------------------------------------------------------------------


def one_by_one(x, rng):
    return np.stack([sequence[rng.permutation(len(sequence))] for sequence in x])


def shuffled_copy(x, rng):
    y = x.copy()
    for sequence in y:
        rng.shuffle(sequence)
    return y


def turned(x, rng):
    starts = rng.integers(x.shape[1], size=len(x))
    places = (np.arange(x.shape[1]) + starts[:, None]) % x.shape[1]
    return x[np.arange(len(x))[:, None], places]


def flipped(x, rng):
    y = x.copy()
    which = rng.random(len(x)) < 0.5
    y[which] = y[which, ::-1]
    return y


def features_apart(x, rng):
    return np.stack([one_by_one(x[:, :, [d]], rng)[:, :, 0] for d in range(x.shape[2])], axis=2)


def ruined(x, rng):
    x[:] = one_by_one(x, rng)
    return x


# ---- mend --------------------------------------------------------------------------------------


def stepped(act="tanh", divide=True, moved=True, onehot=True, held_out=True):
    """The program by Keras's losses and stacking; parts that are False stay broken."""

    def answer(train, test, weights):
        import tensorflow as tf

        made = [tf.Variable(w, dtype=tf.float32) for w in weights]

        def scores(images):
            pixels = np.asarray(images, dtype=np.float32) * np.float32(1 / 255 if divide else 1)
            n, T, D = pixels.shape
            steps = np.moveaxis(pixels, 1, 0) if moved else pixels.ravel().reshape(T, n, D)
            state = np.zeros((n, made[2].shape[0]), np.float32)
            for step in steps:
                inner = tf.matmul(step, made[0]) + tf.matmul(state, made[1]) + made[2]
                state = tf.math.tanh(inner) if act == "tanh" else tf.maximum(inner, 0.0)
            return tf.matmul(state, made[3]) + made[4]

        with tf.GradientTape() as tape:
            given = scores(train[0])
            if onehot:
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(train[1], given)
            else:
                spread = tf.reduce_logsumexp(given, axis=1, keepdims=True) - given
                each = tf.reduce_sum(spread, axis=1) * np.asarray(train[1], np.float32)
            loss = tf.reduce_mean(each)
        for variable, slope in zip(made, tape.gradient(loss, made), strict=True):
            variable.assign(variable - 0.1 * slope)
        images, labels = test if held_out else train
        right = tf.argmax(scores(images), axis=1).numpy() == labels
        return float(loss), [v.numpy() for v in made], right.mean()

    return answer


def mended_with_layers(train, test, weights):
    """A Keras layer with the weights set, and its optimizer."""
    import keras
    import tensorflow as tf

    images = train[0]
    W, U, b, V, c = weights
    model = keras.Sequential(
        [
            keras.Input(images.shape[1:]),
            keras.layers.Rescaling(1 / 255),
            keras.layers.SimpleRNN(len(b)),
            keras.layers.Dense(len(c)),
        ]
    )
    model.set_weights([W, U, b, V, c])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_of(train[1], model(images.astype("float32")))
    slopes = tape.gradient(loss, model.trainable_variables)
    keras.optimizers.SGD(0.1).apply(slopes, model.trainable_variables)
    accuracy = np.mean(np.argmax(model(test[0].astype("float32")), axis=-1) == test[1])
    return loss, model.get_weights(), accuracy


RIGHT = {
    "make_model": [functional, cells_and_any_length],
    "shuffled_label_control": [by_sorting, sequences_moved],
    "shuffle_time": [one_by_one, shuffled_copy],
    "mend": [stepped(), mended_with_layers],
    "lstm_parameters": ["81,674 parameters", 81674],
    "controls_needed": ["99 controls", 99],
    "chance_width": [0.0277, 0.0283],
    "flaws": [{9, 7, 5, 4, 3, 1}, "1，3，4，5，7，9"],
}

TWINS = {
    "make_model": {
        1: wrong_model(end="softmax"),
        2: wrong_model({"activation": "relu"}),
        3: wrong_model({"return_sequences": True}, between=[("GlobalAvgPool1D", ())]),
        4: wrong_model(before=[("Permute", ((2, 1),))]),
        5: wrong_model(loss=lambda keras: keras.losses.SparseCategoricalCrossentropy()),
        6: wrong_model(
            loss=lambda keras: (
                lambda t, z: keras.losses.categorical_crossentropy(t, z, from_logits=True)
            )
        ),
        7: wrong_model(only="lstm"),
        8: wrong_model({"return_sequences": True}, between=[("Reshape", ((-1,),))]),
        9: wrong_model({"go_backwards": True, "unroll": True}),
        10: wrong_model(rate=lambda keras: keras.optimizers.Adam()),
        11: wrong_model({"return_sequences": True}),
        12: wrong_model(rate=lambda keras: keras.optimizers.SGD(learning_rate=0.01)),
    },
    "shuffled_label_control": {
        1: wrong_control(in_step),
        2: wrong_control(lambda a, b, rng: (*a, b[0], rng.permuted(b[1]))),
        3: wrong_control(
            lambda a, b, rng: (a[0], rng.permuted(a[1]), b[0], b[1][rng.permutation(len(b[1]))])
        ),
        4: wrong_control(redrawn),
        5: wrong_control(on_itself, first=lambda a, b: (*a, *a)),
        6: wrong_control(honest, lambda s, c: sum(v >= s for v in c) / len(c)),
        7: wrong_control(honest, lambda s, c: (sum(v > s for v in c) + 1) / (len(c) + 1)),
        8: wrong_control(lambda a, b, rng: (a[0], np.random.default_rng(1).permuted(a[1]), *b)),
        9: wrong_control(destroyed),
        10: wrong_control(honest, lambda s, c: (sum(v < s for v in c) + 1) / (len(c) + 1)),
        11: wrong_control(honest, lambda s, c: sum(v >= s for v in c) / (len(c) + 1)),
    },
    "shuffle_time": {
        1: lambda x, rng: np.take(x, rng.permutation(x.shape[1]), axis=1),
        2: lambda x, rng: x[rng.permutation(len(x))],
        3: features_apart,
        4: lambda x, rng: one_by_one(x.reshape(-1, x.shape[2], 1), rng).reshape(x.shape),
        5: turned,
        6: flipped,
        7: ruined,
    },
    "mend": {
        1: stepped(onehot=False),
        2: stepped(divide=False),
        3: stepped(act="relu"),
        4: stepped(moved=False),
        5: stepped(held_out=False),
    },
    "lstm_parameters": {1: 21386, 2: "82,186 parameters", 3: 80384, 4: "61578"},
    "controls_needed": {1: 100, 2: "19 controls"},
    "chance_width": {1: 0.01414, 2: 0.0554, 3: 0.01602},
}

TWO_AT_ONCE = {
    "make_model": [
        (wrong_model({"activation": "relu"}, end="softmax"), {1, 2}),
        (
            wrong_model(
                rate=lambda keras: keras.optimizers.Adam(),
                loss=lambda keras: keras.losses.SparseCategoricalCrossentropy(),
            ),
            {5, 10},
        ),
    ],
    "shuffled_label_control": [
        (wrong_control(in_step, lambda s, c: sum(v >= s for v in c) / len(c)), {1, 6}),
        (wrong_control(honest, lambda s, c: sum(v > s for v in c) / len(c)), {6, 7}),
    ],
    "shuffle_time": [
        (lambda x, rng: turned(rng.permutation(x), rng), {2, 5}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the dense layer returns logits",
                    "integer labels go with the sparse loss",
                    "sparse_categorical_crossentropy from logits",
                ],
                "it does not return logits",
            ),
            (
                [
                    "I scale the pixels first",
                    "keep tanh inside the cell",
                    "divide the pixels by 255",
                ],
                "there is no need to scale anything",
            ),
            (
                [
                    "report accuracy on held-out data",
                    "score it on the test set",
                    "measure on unseen sequences",
                ],
                "I do not use a test set",
            ),
            (
                [
                    "a network memorises random labels",
                    "it can memorize anything",
                    "random labels reach 100 percent in training",
                ],
                "it cannot memorise them",
            ),
            (
                [
                    "train again with shuffled labels",
                    "permute the training labels",
                    "the control must be at chance",
                ],
                "we never shuffle the labels",
            ),
            (
                [
                    "repeat that several times",
                    "p is the share of controls that reach the score",
                    "report a p-value",
                ],
                "no p-value is needed",
            ),
            (
                [
                    "train on shuffled time as well",
                    "permute the steps of each sequence",
                    "with time shuffled the score drops",
                ],
                "do not shuffle the time",
            ),
            (
                [
                    "put a baseline next to it",
                    "compare with the majority class",
                    "a simple baseline next to the RNN",
                ],
                "no baseline is needed",
            ),
        ],
        "zh": [
            (["最后输出 logits", "整数标签用 sparse 损失", "损失直接收 logits"], "不输出 logits"),
            (["输入要先缩放", "单元里保留 tanh", "像素除以 255"], "像素不用缩放"),
            (["在测试集上报准确率", "先留出一部分数据", "用没见过的序列打分"], "不用测试集"),
            (["随机标签也能背下来", "网络会死记硬背", "随机标签也能到 1.0"], "网络背不下来"),
            (
                ["打乱标签再训练一遍", "把训练标签置换一下，标签打乱后重训", "对照应接近随机水平"],
                "不用打乱标签",
            ),
            (["打乱很多次", "报一个 p 值", "重复 20 次"], "不用算 p 值"),
            (
                ["把时间打乱再训练", "打乱每条序列的次序", "各步打乱之后分数会掉"],
                "时间没有打乱",
            ),
            (["旁边放一个基线", "和多数类比", "加一个简单的基线"], "不需要基线"),
        ],
    }
}

EQUIVALENT = {}
