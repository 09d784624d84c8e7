"""MLP on digits: other right answers, and every trap written a second way.

TensorFlow is imported inside the answers, as the tests of other lessons collect this file too.
"""

import numpy as np

# ---- sgd_train ---------------------------------------------------------------------------------


def log_softmax(s):
    return s - np.logaddexp.reduce(s, axis=1)[:, None]


def one_by_one(X, y, params, order, lr):
    """Example by example, gradients added up in copies; lists come back."""
    W1, b1, W2, b2 = (np.array(p, dtype=float) for p in params)
    losses = []
    for rows in order:
        grads, total = [np.zeros_like(p) for p in (W1, b1, W2, b2)], 0.0
        for i in rows:
            z = b1 + np.dot(X[i], W1)
            h = z * (z > 0)
            log_p = log_softmax((b2 + np.dot(h, W2))[None])[0]
            total -= log_p[y[i]]
            d = np.exp(log_p)
            d[y[i]] -= 1
            dh = np.where(z > 0, W2 @ d, 0)
            for g, part in zip(grads, (np.outer(X[i], dh), dh, np.outer(h, d), d), strict=True):
                g += part / len(rows)
        for p, g in zip((W1, b1, W2, b2), grads, strict=True):
            p -= lr * g
        losses.append(total / len(rows))
    return losses, [W1, b1, W2, b2]


def by_tape(X, y, params, order, lr):
    """TensorFlow's gradient, in float64."""
    import tensorflow as tf

    weights, losses = [tf.Variable(p, dtype=tf.float64) for p in params], []
    for rows in order:
        with tf.GradientTape() as tape:
            h = tf.nn.relu(tf.constant(X[rows], tf.float64) @ weights[0] + weights[1])
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(
                y[rows], h @ weights[2] + weights[3]
            )
            loss = tf.reduce_mean(each)
        for w, g in zip(weights, tape.gradient(loss, weights), strict=True):
            w.assign_sub(lr * g)
        losses.append(loss.numpy())
    return np.array(losses), tuple(w.numpy() for w in weights)


def wrong_loop(
    share=True,
    early=False,
    gate=lambda z: np.sign(np.maximum(z, 0)),
    rows_of=None,
    report="before",
    stable=True,
    restart=False,
    biases=True,
):
    """The loop with the parts given exchanged; `early` updates W2 first."""

    def answer(X, y, params, order, lr):
        current, losses, seen = [p.copy() for p in params], [], 0
        for picked in order:
            rows = rows_of(seen, len(picked), len(X)) if rows_of else picked
            seen += len(picked)
            x, t = X[rows], y[rows]
            if restart:
                current = [p.copy() for p in params]
            W1, b1, W2, b2 = current

            def loss_of(W1, b1, W2, b2, x=x, t=t):
                s = np.maximum(x @ W1 + b1, 0) @ W2 + b2
                with np.errstate(all="ignore"):
                    logs = (
                        log_softmax(s) if stable else np.log(np.exp(s) / np.exp(s).sum(1)[:, None])
                    )
                return -np.mean(logs[np.arange(len(t)), t]), np.exp(logs)

            z = x @ W1 + b1
            loss, p = loss_of(W1, b1, W2, b2)
            d = p - (t[:, None] == np.arange(len(b2)))
            if share:
                d = d / len(t)
            dW2, db2 = np.einsum("bh,bc->hc", np.maximum(z, 0), d), d.sum(0)
            if not stable and np.isnan(loss):
                d = d * np.nan
            carrier = W2 - lr * dW2 if early else W2
            dz = np.einsum("bc,hc->bh", d, carrier) * gate(z)
            steps = [np.einsum("bd,bh->dh", x, dz), dz.sum(0) * biases, dW2, db2 * biases]
            current = [p - lr * step for p, step in zip(current, steps, strict=True)]
            losses.append(loss if report == "before" else loss_of(*current)[0])
        return losses, tuple(current)

    return answer


# ---- build_mlp ---------------------------------------------------------------------------------


def functional(shape, hidden, classes, lr):
    """Reshape for Flatten, ReLU as a layer, a metric, He's initialisation."""
    import keras

    x = inputs = keras.Input(shape=shape)
    x = keras.layers.Reshape((-1,))(x)
    x = keras.layers.Dense(hidden, kernel_initializer="he_normal")(x)
    x = keras.layers.ReLU()(x)
    model = keras.Model(inputs, keras.layers.Dense(classes)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(True)
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=lr), loss=loss, metrics=["accuracy"])
    return model


def subclassed(shape, hidden, classes, lr):
    """A subclassed model, built late; the loss a function of TensorFlow."""
    import keras
    import tensorflow as tf

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = keras.layers.Dense(classes)
            self.hidden = keras.layers.Dense(hidden, activation=tf.nn.relu)

        def call(self, x):
            return self.out(self.hidden(tf.reshape(x, [tf.shape(x)[0], int(np.prod(shape))])))

    def loss(y, logits):
        labels = tf.cast(tf.reshape(y, [-1]), tf.int32)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)

    model = Network()
    model.compile(keras.optimizers.SGD(lr, momentum=0.0), loss=loss)
    return model


def wrong_model(
    flat=True, relu=True, end=None, loss=None, optimizer=None, weights=None, ready=True
):
    def answer(shape, hidden, classes, lr):
        import keras

        model = keras.Sequential([keras.Input(shape)])
        if flat:
            model.add(keras.layers.Flatten())
        model.add(keras.layers.Dense(hidden))
        if relu:
            model.add(keras.layers.Activation("relu"))
        model.add(keras.layers.Dense(classes))
        if end:
            model.add(getattr(keras.layers, end)())
        if weights:
            model.set_weights([weights(w.shape) for w in model.get_weights()])
        if ready:
            model.compile(
                optimizer(keras, lr) if optimizer else keras.optimizers.SGD(lr),
                loss(keras) if loss else keras.losses.SparseCategoricalCrossentropy(True),
            )
        return model

    return answer


# ---- standardise -------------------------------------------------------------------------------


def by_columns(train, test):
    """A loop over the columns, lists of columns joined."""
    done = []
    for a, b in zip(train.T, test.T, strict=True):
        m = a.sum() / len(a)
        s = np.sqrt(((a - m) ** 2).sum() / len(a))
        done.append([(v - m) / s if s > 0 else v - m for v in (a, b)])
    return np.stack([a for a, _ in done], axis=1), np.stack([b for _, b in done], axis=1)


def by_sklearn(train, test):
    """scikit-learn's scaler."""
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


def wrong_scaler(source="train", less=0, eps=None, guard=True, along=0, one_pass=False):
    def answer(train, test):
        def fitted(a):
            m = np.mean(a, axis=along, keepdims=True)
            v = np.sum((a - m) ** 2, axis=along, keepdims=True)
            v = v / (a.size / m.size - less)
            if one_pass:
                v = np.abs(np.mean(a * a, axis=along, keepdims=True) - m * m)
            s = np.sqrt(v)
            if eps:
                return m, s + eps
            if guard:
                s[s == 0] = 1
            return m, s

        joint = np.vstack([train, test])
        out = []
        with np.errstate(all="ignore"):
            for part in (train, test):
                m, s = fitted({"train": train, "own": part, "joint": joint}[source])
                out.append((part - m) / s)
        return out

    return answer


# ---- mend --------------------------------------------------------------------------------------


def mended(flat="image", scale=255, given=True, after=True, on="test"):
    """The experiment written anew; the parts named otherwise are left broken."""

    def answer(train, test, params, order, lr):
        def table(images):
            if flat == "image":
                return np.stack([image.ravel() for image in images]) / scale
            return images.reshape(-1, len(images)).swapaxes(0, 1) / scale

        n = len(train[0])
        used = order if given else (np.arange(np.asarray(order).size) % n).reshape(order.shape)
        losses, final = one_by_one(table(train[0]), train[1], params, used, lr)
        W1, b1, W2, b2 = final if after else params
        images, labels = test if on == "test" else train
        guess = (np.maximum(table(images) @ W1 + b1, 0) @ W2 + b2).argmax(1)
        return losses, float(np.count_nonzero(guess == labels) / len(labels))

    return answer


RIGHT = {
    "sgd_train": [one_by_one, by_tape],
    "build_mlp": [functional, subclassed],
    "standardise": [by_columns, by_sklearn],
    "mend": [mended(), mended(scale=255.0)],
    "first_layer_rate": ["1.538e-6", 1.54e-6],
    "standard_error": ["0.00924", 0.0092],
    "flaws": [{7, 6, 5, 3, 2}, "2，3，5，6，7"],
}

TWINS = {
    "sgd_train": {
        1: wrong_loop(share=False),
        2: wrong_loop(early=True),
        3: wrong_loop(gate=np.ones_like),
        4: wrong_loop(rows_of=lambda seen, size, n: [(seen + k) % n for k in range(size)]),
        5: wrong_loop(report="after"),
        6: wrong_loop(stable=False),
        7: wrong_loop(restart=True),
        8: wrong_loop(biases=False),
        9: wrong_loop(gate=lambda z: 1.0 - (z < 0)),
    },
    "build_mlp": {
        1: wrong_model(end="Softmax"),
        2: wrong_model(flat=False),
        3: wrong_model(loss=lambda keras: keras.losses.SparseCategoricalCrossentropy()),
        4: wrong_model(loss=lambda keras: keras.losses.CategoricalCrossentropy(from_logits=True)),
        5: wrong_model(relu=False),
        6: wrong_model(optimizer=lambda keras, lr: keras.optimizers.Adam(learning_rate=lr)),
        7: wrong_model(optimizer=lambda keras, lr: keras.optimizers.SGD(lr, 0.9)),
        8: wrong_model(optimizer=lambda keras, lr: keras.optimizers.SGD()),
        9: wrong_model(weights=np.zeros),
        10: wrong_model(ready=False),
    },
    "standardise": {
        1: wrong_scaler(source="own"),
        2: wrong_scaler(source="joint"),
        3: wrong_scaler(less=1),
        4: wrong_scaler(eps=1e-8),
        5: wrong_scaler(guard=False),
        6: wrong_scaler(along=(0, 1)),
        7: wrong_scaler(source="own", along=1),
        8: wrong_scaler(one_pass=True),
    },
    "mend": {
        1: mended(flat="columns"),
        2: mended(scale=1),
        3: mended(given=False),
        4: mended(after=False),
        5: mended(on="train"),
    },
    "first_layer_rate": {1: 0.1 / 255, 2: "6502.5"},
    "standard_error": {1: 8.53e-5, 2: "0.196", 3: 0.00534},
}

TWO_AT_ONCE = {
    "sgd_train": [
        (wrong_loop(share=False, gate=np.ones_like), {1, 3}),
        (wrong_loop(early=True, report="after"), {2, 5}),
    ],
    "build_mlp": [
        (wrong_model(end="Softmax", relu=False), {1, 5}),
        (wrong_model(flat=False, ready=False), {2, 10}),
    ],
    "standardise": [
        (wrong_scaler(source="own", less=1), {1, 3}),
        (wrong_scaler(source="joint", eps=1e-8), {2, 4}),
    ],
    "mend": [(mended(scale=1, on="train"), {2, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "I scale the pixels first",
                    "the inputs are standardised",
                    "I use x / 255",
                ],
                "I do not scale the pixels",
            ),
            (
                [
                    "at the logits it is softmax minus one-hot",
                    "the gradient is p - y over the batch size",
                    "take the softmax and subtract 1 at the label",
                ],
                "it is not p - y",
            ),
            (
                [
                    "all gradients first, then the step",
                    "I get every gradient before updating anything",
                    "the old weights serve for each gradient",
                ],
                "I do not compute all gradients before the update",
            ),
            (
                [
                    "shuffle the rows every epoch",
                    "each epoch has a new permutation",
                    "in random order",
                ],
                "I never shuffle",
            ),
            (
                [
                    "the loss has from_logits=True",
                    "I take sparse categorical cross-entropy",
                    "the model returns logits",
                ],
                "I do not set from_logits",
            ),
            (
                [
                    "same initial weights and order, so the losses are equal",
                    "the two trajectories must agree",
                    "both curves coincide",
                ],
                "the losses do not agree",
            ),
            (
                [
                    "accuracy on a held-out set",
                    "compare with the majority class",
                    "a linear baseline stands beside it",
                ],
                "there is no baseline",
            ),
        ],
        "zh": [
            (
                ["像素先缩放到 0 到 1", "输入做标准化", "先除以 255"],
                "像素不缩放",
            ),
            (
                ["对 logits 的梯度是 softmax 减 one-hot", "就是 p - y", "标签处减 1"],
                "不是 p - y",
            ),
            (
                ["所有梯度算完再更新", "更新前把梯度都算好", "先算完四个梯度再一起更新"],
                "不用等梯度算完再更新",
            ),
            (
                ["每个 epoch 重新打乱", "用随机排列取 batch", "记得 shuffle"],
                "不打乱",
            ),
            (
                ["损失设 from_logits=True", "用 sparse categorical 的损失", "模型输出 logits"],
                "不设 from_logits",
            ),
            (
                ["初始权重相同，batch 也相同，损失就一致", "两条曲线重合", "轨迹必须一致"],
                "损失不一致",
            ),
            (
                ["在测试集上报准确率", "和多数类比", "旁边放基线"],
                "没有基线",
            ),
        ],
    }
}

EQUIVALENT = {
    "sgd_train": {
        "np.maximum(z, 0) → np.maximum(0, z) in h = np.maximum(z, 0)": "same value: maximum is "
        "symmetric",
        "np.array(losses) → losses in return np.array(losses), (W1, b1, W2, b2)": "convention: a "
        "list of numbers is accepted where the question says (steps,)",
    },
    "mend": {
        "np.maximum(x @ W1 + b1, 0) → np.maximum(0, x @ W1 + b1) in logits = "
        "np.maximum(x @ W1 + b1, 0) @ W2 + b2": "same value: maximum is symmetric",
        "1 → 2 in return images.reshape(len(images), -1) / 255  # image by image": "same value: "
        "NumPy takes any negative size for the one to be inferred",
    },
}
