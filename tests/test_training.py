"""The course's trainer does what Keras does, from the seed that it is given."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from whiteboard.training import Trainer

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(50, 4)).astype("float32")
Y = RANDOM.integers(3, size=50)


def build(optimizer=None, dropout=0.0):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(dropout)])
    model.add(keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.1)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras.optimizers.Adam(0.05, clipnorm=0.5), loss)
    return model


def weights_after(trainer, seed, **options):
    trainer.restart(seed)
    trainer.fit(X, Y, **options)
    return trainer.model.get_weights()


def float16():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return build(keras.optimizers.SGD(0.1))  # `compile` makes it scale the loss
    finally:
        keras.config.set_dtype_policy("float32")


def normalized():
    model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization()])
    model.add(keras.layers.Dense(3, activity_regularizer="l2"))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("rmsprop", loss, metrics=["accuracy"])
    return model


def rated():
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    return build(keras.optimizers.SGD(rate, momentum=0.9))


MODELS = [build, lambda: build(dropout=0.5), normalized, rated, float16]


@pytest.mark.parametrize("make", MODELS, ids=["adam", "dropout", "norm", "schedule", "float16"])
def test_an_epoch_is_the_steps_that_keras_takes_on_the_same_batches(make):
    trainer, model = Trainer(make), make()
    trainer.restart(seed=3)
    for variable, value in zip(model.variables, trainer.model.variables, strict=True):
        variable.assign(value)
    order, losses = np.random.default_rng(3).permutation(50)[:48], []
    for rows in order.reshape(3, 16):
        model.reset_metrics()
        losses.append(np.ravel(model.train_on_batch(X[rows], Y[rows]))[0])
    (loss,) = trainer.fit(X, Y, batch_size=16)
    np.testing.assert_allclose(loss, np.mean(losses), rtol=1e-5)
    for got, expected in zip(trainer.model.variables, model.variables, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)


def test_a_seed_decides_weights_batches_dropout_and_the_optimizer_starts_anew():
    trainer = Trainer(lambda: build(dropout=0.5))
    first, other, again = (weights_after(trainer, seed, epochs=2) for seed in (1, 2, 1))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.allclose(first[0], other[0])
    fresh = Trainer(lambda: build(dropout=0.5))
    np.testing.assert_array_equal(weights_after(fresh, 1, epochs=2)[0], first[0])


def test_fit_trains_on_and_takes_any_number_of_examples():
    trainer = Trainer(build)
    early, late = trainer.fit(X, Y, batch_size=10), trainer.fit(X, Y, epochs=30, batch_size=10)
    assert early.shape == (1,)
    assert late.shape == (30,)
    assert late[-1] < early[0]
    assert np.isfinite(trainer.fit(X[:7], Y[:7], batch_size=5)).all()


def test_a_step_inside_a_graph_of_the_callers():
    trainer = Trainer(lambda: build(keras.optimizers.SGD(0.1)))
    graph = tf.function(trainer.step)
    before = trainer.model.get_weights()[0]
    loss = graph(tf.constant(X), tf.constant(Y))
    assert float(loss) > 0
    assert not np.allclose(trainer.model.get_weights()[0], before)


def test_other_shapes_and_types_are_traced_too():
    def recurrent():
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model = keras.Sequential([keras.Input((None, 2)), keras.layers.GRU(3)])
        model.compile("sgd", loss)
        return model

    trainer = Trainer(recurrent)
    for x, y in ((X.reshape(50, 2, 2), Y), (X.reshape(25, 4, 2), Y[:25].astype("uint8"))):
        assert np.isfinite(trainer.fit(x, y, batch_size=10)).all()


@pytest.mark.parametrize(("x", "y", "batch_size"), [(X, Y[:9], 8), (X[:7], Y[:7], 8), (X, Y, 0)])
def test_examples_that_make_no_batch_are_refused(x, y, batch_size):
    with pytest.raises(ValueError, match="at least one batch"):
        Trainer(build).fit(x, y, batch_size=batch_size)


def test_a_model_that_was_not_compiled_is_refused():
    with pytest.raises(ValueError, match="compile it"):
        Trainer(lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]))


def test_a_model_without_weights_is_refused():
    def unbuilt():
        model = keras.Sequential([keras.layers.Dense(3)])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(ValueError, match="Input"):
        Trainer(unbuilt)


def test_layers_that_are_not_made_anew_are_refused():
    dense = keras.layers.Dense(3)

    def shared():
        model = keras.Sequential([keras.Input((4,)), dense])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(ValueError, match="new layers"):
        Trainer(shared)
