"""Parity with TensorFlow and scikit-learn: here, never at grading time."""

import numpy as np
import pytest

from whiteboard import data
from whiteboard.checks import backprop


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
