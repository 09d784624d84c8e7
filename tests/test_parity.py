"""Parity with TensorFlow and scikit-learn: here, never at grading time."""

import numpy as np
import pytest

from whiteboard import data
from whiteboard.checks import (
    activations,
    backprop,
    depthwise_separable,
    evaluation_metrics,
    lstm_gru,
    normalization,
    optimizers,
    rnn_bptt,
)
from whiteboard.checks import convolution_by_hand as convolution
from whiteboard.checks import scaled_dot_product_attention as dot_product
from whiteboard.checks import softmax_cross_entropy as loss


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def test_backward_agrees_with_the_gradient_tape(tf):
    rng = np.random.default_rng(0)
    params = backprop.network(rng, 4, 3, 5, 2)
    x, dy = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    _, cache = backprop.forward(x, params)
    grads, dx = backprop.backward.reference(dy, cache, params)
    variables = [[tf.Variable(part) for part in layer] for layer in params]
    source = tf.Variable(x)
    with tf.GradientTape() as tape:
        a = source
        for layer, (W, b) in enumerate(variables):
            a = a @ W + b
            a = tf.sigmoid(a) if layer < len(variables) - 1 else a
        loss = tf.reduce_sum(a * dy)
    taped, taped_dx = tape.gradient(loss, (variables, source))
    np.testing.assert_allclose(dx, taped_dx, rtol=1e-10)
    for layer, pair in zip(grads, taped, strict=True):
        for part, other in zip(layer, pair, strict=True):
            np.testing.assert_allclose(part, other, rtol=1e-10)


def test_tensorflow_answers_are_graded_like_numpy_ones(tf):
    def backward(dy, cache, params):
        grads, delta = [], tf.constant(dy)
        for layer in reversed(range(len(params))):
            a, W = tf.constant(cache[layer]), tf.constant(params[layer][0])
            grads.insert(0, (tf.transpose(a) @ delta, tf.reduce_sum(delta, axis=0)))
            delta = delta @ tf.transpose(W)
            if layer:
                delta = delta * a * (1 - a)
        return grads, delta

    verdict = backprop.backward.grade(backward, seed=0)
    assert verdict.passed, verdict


def test_the_bundled_digits_are_scikit_learns():
    datasets = pytest.importorskip("sklearn.datasets")
    images, labels = data.digits()
    bundled = datasets.load_digits()
    np.testing.assert_allclose(images * 16, bundled.images, atol=1e-5)
    np.testing.assert_array_equal(labels, bundled.target)


@pytest.fixture(scope="module")
def keras(tf):
    # Both: a layer built by an earlier test of this process has fixed the policy already.
    before, policy = tf.keras.backend.floatx(), tf.keras.config.dtype_policy()
    tf.keras.backend.set_floatx("float64")
    tf.keras.config.set_dtype_policy("float64")
    yield tf.keras
    tf.keras.backend.set_floatx(before)
    tf.keras.config.set_dtype_policy(policy)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "silu", "gelu"])
def test_activations_and_their_slopes_agree_with_tensorflow(tf, name):
    z = np.linspace(-6, 6, 49)
    value, slope = activations.activation.reference(z, name)
    variable = tf.Variable(z)
    function = getattr(tf.nn, name, None) or getattr(tf, name)
    options = {"approximate": False} if name == "gelu" else {}
    with tf.GradientTape() as tape:
        y = function(variable, **options)
    # TensorFlow's GELU divides by a float32 √2.
    np.testing.assert_allclose(value, y, atol=1e-8)
    np.testing.assert_allclose(slope, tape.gradient(y, variable), atol=1e-8)


def test_cross_entropy_agrees_with_tensorflow(tf):
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(6, 4)) * 5, rng.integers(0, 4, size=6)
    found, dz = loss.cross_entropy.reference(z, y)
    variable = tf.Variable(z)
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, variable)
        mean = tf.reduce_mean(losses)
    np.testing.assert_allclose(found, mean, rtol=1e-12)
    np.testing.assert_allclose(dz, tape.gradient(mean, variable), atol=1e-12)


def test_label_smoothing_and_ignored_tokens_agree_with_keras(keras):
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(2, 5, 4)), rng.integers(0, 4, size=(2, 5))
    dense = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    found, _ = loss.token_loss.reference(z, y, smooth=0.2)
    np.testing.assert_allclose(found, dense(np.eye(4)[y], z), rtol=1e-10)
    y[0, 1:] = -1
    sparse = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=-1, reduction=None
    )
    found, _ = loss.token_loss.reference(z, y)
    np.testing.assert_allclose(found, np.sum(sparse(y, z)) / (y >= 0).sum(), rtol=1e-10)


def test_binary_cross_entropy_agrees_with_tensorflow(tf):
    rng = np.random.default_rng(2)
    z, y = rng.normal(size=(3, 4)) * 10, rng.uniform(size=(3, 4))
    found, _ = loss.bce_with_logits.reference(z, y)
    wanted = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


def test_layer_normalization_and_its_gradients_agree_with_keras(tf, keras):
    rng = np.random.default_rng(3)
    x, dy = rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 3, 5))
    gamma, beta = rng.normal(size=5), rng.normal(size=5)
    layer = keras.layers.LayerNormalization(epsilon=1e-5)
    variable = tf.Variable(x)
    layer.build(x.shape)
    layer.set_weights([gamma, beta])
    with tf.GradientTape() as tape:
        y = layer(variable)
        total = tf.reduce_sum(y * dy)
    wanted = tape.gradient(total, [variable, *layer.trainable_variables])
    np.testing.assert_allclose(normalization.layernorm.reference(x, gamma, beta), y, atol=1e-6)
    found = normalization.layernorm_backward.reference(dy, x, gamma)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_batch_normalization_agrees_with_keras_up_to_its_conventions(keras):
    rng = np.random.default_rng(4)
    x, gamma, beta = rng.normal(size=(6, 3)), rng.normal(size=3), rng.normal(size=3)
    state = {"mean": rng.normal(size=3), "var": rng.uniform(1, 2, size=3)}
    # Keras's momentum is what stays; its stored variance is the biased one.
    layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    layer.build(x.shape)
    layer.set_weights([gamma, beta, state["mean"], state["var"]])
    y, new = normalization.batchnorm.reference(x, gamma, beta, state, True)
    np.testing.assert_allclose(y, layer(x, training=True), atol=1e-6)
    *_, mean, var = layer.get_weights()
    np.testing.assert_allclose(new["mean"], mean, atol=1e-8)
    biased = state["var"] + (new["var"] - 0.9 * state["var"]) * 5 / 6 - 0.1 * state["var"]
    np.testing.assert_allclose(biased, var, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "options", "step"),
    [
        (
            "SGD",
            {"momentum": 0.5},
            lambda w, g, s: optimizers.momentum.reference(w, g, s, 0.125, 0.5),
        ),
        (
            "SGD",
            {"momentum": 0.5, "nesterov": True},
            lambda w, g, s: optimizers.momentum.reference(w, g, s, 0.125, 0.5, nesterov=True),
        ),
        (
            "RMSprop",
            {"rho": 0.5, "epsilon": 1e-12},
            lambda w, g, s: optimizers.adaptive.reference(w, g, s, 0.125, rho=0.5, eps=1e-12),
        ),
        (
            "Adagrad",
            {"initial_accumulator_value": 0.0, "epsilon": 1e-12},
            lambda w, g, s: optimizers.adaptive.reference(w, g, s, 0.125, eps=1e-12),
        ),
    ],
)
def test_fifty_steps_agree_with_keras(tf, keras, name, options, step):
    """Rates are exact in binary: Keras keeps its hyper-parameters in float32."""
    rng = np.random.default_rng(5)
    w = rng.normal(size=4)
    variable, state = tf.Variable(w), np.zeros(4)
    optimizer = getattr(keras.optimizers, name)(learning_rate=0.125, **options)
    for g in rng.normal(size=(50, 4)):
        optimizer.apply([tf.constant(g)], [variable])
        w, state = step(w, g, state)
    np.testing.assert_allclose(w, variable, atol=1e-6)


@pytest.mark.parametrize("decay", [0.0, 0.25])
def test_fifty_steps_of_adam_agree_with_keras(tf, keras, decay):
    """Where ε is negligible: Keras puts it at another place than the paper."""
    rng = np.random.default_rng(6)
    w = rng.normal(size=4)
    variable, state = tf.Variable(w), (np.zeros(4), np.zeros(4), 0)
    options = {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 1e-12}
    kind = keras.optimizers.AdamW if decay else keras.optimizers.Adam
    optimizer = kind(0.125, **options, **({"weight_decay": decay} if decay else {}))
    for g in rng.normal(size=(50, 4)):
        optimizer.apply([tf.constant(g)], [variable])
        w, state = optimizers.adamw.reference(w, g, state, 0.125, decay, 0.5, 0.75, 1e-12)
    np.testing.assert_allclose(w, variable, atol=1e-6)


def test_attention_and_its_gradients_agree_with_tensorflow(tf, keras):
    rng = np.random.default_rng(7)
    q, k, v = (rng.normal(size=(2, 3, *size)) for size in ((4, 5), (6, 5), (6, 2)))
    mask = rng.uniform(size=(2, 1, 4, 6)) < 0.7
    mask[..., 0] = True
    out, _ = dot_product.attention.reference(q, k, v, mask)
    heads_behind = [np.swapaxes(array, 1, 2) for array in (q, k, v)]  # Keras: (B, T, H, d)
    wanted = keras.ops.dot_product_attention(*heads_behind, mask=mask)
    np.testing.assert_allclose(np.swapaxes(out, 1, 2), wanted, atol=1e-6)
    dout = rng.normal(size=(2, 3, 4, 2))
    variables = [tf.Variable(array) for array in (q, k, v)]
    with tf.GradientTape() as tape:
        a, b, c = variables
        scores = tf.matmul(a, b, transpose_b=True) / 5**0.5
        total = tf.reduce_sum(tf.matmul(tf.nn.softmax(scores), c) * dout)
    found = dot_product.attention_backward.reference(dout, q, k, v)
    for one, other in zip(found, tape.gradient(total, variables), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)


SIZES = [(1, 1, 1), (3, 2, 5), (4, 7, 3)]  # batch, features, units


def states_and_weights(cell, rng, B, D, H):
    """Random x, h and c, and random weights, which the cell receives too."""
    cell.build((B, D))
    weights = [rng.normal(size=w.shape) for w in cell.get_weights()]
    cell.set_weights(weights)
    return rng.normal(size=(B, D)), *rng.normal(size=(2, B, H)), weights


@pytest.mark.parametrize("sizes", SIZES)
def test_an_lstm_step_agrees_with_keras_weight_by_weight(keras, sizes):
    cell = keras.layers.LSTMCell(sizes[-1])
    x, h, c, weights = states_and_weights(cell, np.random.default_rng(9), *sizes)
    _, wanted = cell(x, [h, c])
    for one, other in zip(lstm_gru.lstm_step.reference(x, h, c, *weights), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("sizes", SIZES)
def test_a_gru_step_agrees_with_keras_weight_by_weight(keras, sizes, reset_after):
    cell = keras.layers.GRUCell(sizes[-1], reset_after=reset_after)
    x, h, _, weights = states_and_weights(cell, np.random.default_rng(10), *sizes)
    wanted, _ = cell(x, [h])
    found = lstm_gru.gru_step.reference(x, h, *weights, reset_after=reset_after)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


@pytest.mark.parametrize("sizes", SIZES)
def test_recurrent_parameters_are_counted_as_keras_builds_them(keras, sizes):
    _, D, H = sizes
    for name, kind in {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}.items():
        layer = getattr(keras.layers, kind)(H)
        layer.build((None, None, D))
        assert lstm_gru.n_params.reference(name, D, H) == layer.count_params()


def test_the_gradient_along_a_keras_cell_is_the_product_of_its_gates(tf, keras):
    """With U = 0 no path leads through h."""
    cell, rng = keras.layers.LSTMCell(3), np.random.default_rng(11)
    x, h, c, (W, U, b) = states_and_weights(cell, rng, 2, 4, 3)
    cell.set_weights([W, 0 * U, b])
    start, inputs = tf.Variable(c), [x, *rng.normal(size=(4, *x.shape))]
    with tf.GradientTape() as tape:
        states = [tf.constant(h), start]
        for x in inputs:
            _, states = cell(x, states)
        total = tf.reduce_sum(states[1])
    gates = np.stack([lstm_gru.sigmoid(x @ W[:, 3:6] + b[3:6]) for x in inputs])
    wanted = tape.gradient(total, start)
    np.testing.assert_allclose(lstm_gru.remembered.reference(gates)[0], wanted, rtol=1e-10)


def test_metrics_agree_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(8)
    for _ in range(50):
        y, s = evaluation_metrics.scored(rng, 30, 9, levels=3)
        np.testing.assert_allclose(
            evaluation_metrics.roc_auc.reference(y, s), metrics.roc_auc_score(y, s)
        )
        np.testing.assert_allclose(
            evaluation_metrics.average_precision.reference(y, s),
            metrics.average_precision_score(y, s),
        )
        labels, said = rng.integers(0, 5, size=(2, 12))
        for average in ("macro", "micro"):
            wanted = metrics.precision_recall_fscore_support(
                labels, said, average=average, zero_division=0
            )
            np.testing.assert_allclose(
                evaluation_metrics.prf.reference(labels, said, average), wanted[:3]
            )


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
@pytest.mark.parametrize("pad", [((0, 0), (0, 0)), ((0, 2), (1, 1))])
@pytest.mark.parametrize("kernel", [(3, 2), (1, 4)])
def test_convolution_and_its_gradients_agree_with_tensorflow(tf, kernel, pad, stride):
    rng = np.random.default_rng(0)
    x, K = rng.normal(size=(2, 6, 11, 3)), rng.normal(size=(*kernel, 3, 4))
    source, weights = tf.Variable(x), tf.Variable(K)
    with tf.GradientTape() as tape:
        y = tf.nn.conv2d(source, weights, stride, [(0, 0), *pad, (0, 0)])
        dy = rng.normal(size=y.shape)
        loss = tf.reduce_sum(y * dy)
    ours = convolution.conv2d.reference(x, K, np.zeros(4), stride, pad)
    np.testing.assert_allclose(ours, y, atol=1e-12)
    dx, dK, _ = convolution.conv2d_backward.reference(dy, x, K, stride, pad)
    for ours, theirs in zip((dx, dK), tape.gradient(loss, (source, weights)), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    if stride == (1, 1):  # TensorFlow dilates without strides only, and on CPUs forward only
        y = tf.nn.conv2d(x, K, 1, [(0, 0), *pad, (0, 0)], dilations=(2, 3))
        ours = convolution.conv2d.reference(x, K, np.zeros(4), stride, pad, (2, 3))
        np.testing.assert_allclose(ours, y, atol=1e-12)


def test_same_padding_and_pooling_gradients_agree_with_tensorflow(tf):
    rng = np.random.default_rng(1)
    for size, k, stride, dilation in rng.integers(1, [20, 6, 5, 4], size=(40, 4)).tolist():
        if stride > 1 and dilation > 1:
            continue
        before, after = convolution.same_padding.reference(size, k, stride, dilation)
        x, K = rng.normal(size=(1, 1, size, 1)), rng.normal(size=(1, k, 1, 1))
        same = tf.nn.conv2d(x, K, stride, "SAME", dilations=dilation)
        ours = convolution.conv2d.reference(
            x, K, np.zeros(1), (1, stride), ((0, 0), (before, after)), (1, dilation)
        )
        np.testing.assert_allclose(ours, same, atol=1e-12)
    x = tf.Variable(rng.integers(0, 3, size=(2, 7, 8, 3)).astype(float))
    with tf.GradientTape() as tape:
        y = tf.nn.max_pool2d(x, (3, 2), (2, 3), "VALID")
        dy = rng.normal(size=y.shape)
        loss = tf.reduce_sum(y * dy)
    ours = convolution.maxpool_backward.reference(dy, x.numpy(), (3, 2), (2, 3))
    np.testing.assert_allclose(ours, tape.gradient(loss, x))


def test_recurrent_states_and_gradients_agree_with_keras(tf, keras):
    rng = np.random.default_rng(2)
    x, h0, Wx, Wh, b = (rng.normal(size=s) for s in ((3, 5, 2), (3, 4), (2, 4), (4, 4), 4))
    layer = keras.layers.SimpleRNN(4, return_sequences=True, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([Wx, Wh, b])
    source, start = tf.Variable(x), tf.Variable(h0)
    with tf.GradientTape() as tape:
        h = layer(source, initial_state=start)
        dh = rng.normal(size=h.shape)
        loss = tf.reduce_sum(h * dh)
    np.testing.assert_allclose(rnn_bptt.rnn_forward.reference(x, h0, Wx, Wh, b), h, atol=1e-12)
    ours = rnn_bptt.rnn_backward.reference(dh, x, h0, h.numpy(), Wx, Wh)
    theirs = tape.gradient(loss, (source, start, *layer.trainable_variables))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)


def test_separable_convolution_agrees_with_keras(keras):
    rng = np.random.default_rng(3)
    x, K, W = (rng.normal(size=s) for s in ((2, 7, 6, 3), (3, 3, 3, 2), (6, 5)))
    one = keras.layers.DepthwiseConv2D(3, 2, depth_multiplier=2, use_bias=False, dtype="float64")
    two = keras.layers.SeparableConv2D(5, 3, 2, depth_multiplier=2, use_bias=False, dtype="float64")
    one.build(x.shape)
    two.build(x.shape)
    one.set_weights([K])
    two.set_weights([K, W[None, None]])
    np.testing.assert_allclose(depthwise_separable.depthwise.reference(x, K, 2), one(x))
    np.testing.assert_allclose(depthwise_separable.separable.reference(x, K, W, 2), two(x))
