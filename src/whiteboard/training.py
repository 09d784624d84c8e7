"""Several trainings of one small Keras model, traced once: for lessons that compare seeds and data.

`Model.fit` traces a graph for every new model and runs Python for every batch. On models of a few
thousand weights both cost more than the arithmetic; here a whole epoch is one graph.
"""

import contextlib
import random

import numpy as np
import tensorflow as tf


@contextlib.contextmanager
def seeded(seed):
    """Let Keras draw initial weights, dropout and batches from `seed`, and forget it afterwards.

    Unlike `keras.utils.set_random_seed` it leaves TensorFlow's seed as it is: a new one makes
    TensorFlow forget the graphs that it has optimized.
    """
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


class Trainer:
    """A compiled Keras model that can be trained again and again from newly drawn weights.

    Args:
        build: a function without arguments that returns the model, compiled with an optimizer and
            a loss. It is called again for every new set of weights.

    Attributes:
        model: the one model that is trained; after `fit` it holds the trained weights.

    Raises:
        ValueError: the model has not been compiled.
    """

    def __init__(self, build):
        self._build = build
        self.model = build()
        if getattr(self.model, "optimizer", None) is None:
            raise ValueError("the model has no optimizer: compile it with one and with a loss")
        self.model.optimizer.build(self.model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self.model.optimizer.variables]
        self._epochs = {}  # by batch size
        self.restart(seed=0)

    def restart(self, seed):
        """Draw the weights anew and set the optimizer back; `seed` also decides the batches."""
        self._orders = np.random.default_rng(seed)
        with seeded(seed):
            fresh = self._build()
        for variable, drawn in zip(self.model.variables, fresh.variables, strict=True):
            variable.assign(drawn)
        for variable, value in zip(self.model.optimizer.variables, self._fresh, strict=True):
            variable.assign(value)

    def fit(self, x, y, epochs=1, batch_size=32):
        """Train on, from the weights as they are, each epoch in a new random order.

        Args:
            x, y: (N, …) and (N, …) arrays.
            batch_size: at most N. The last N mod batch_size of each order are left out, so that
                all batches have one size.

        Returns:
            (epochs,) float: the mean loss of each epoch's batches, each before its own step.

        Raises:
            ValueError: x and y differ in length, or are fewer than one batch.
        """
        if len(x) != len(y) or len(x) < batch_size:
            raise ValueError(
                f"{len(x)} inputs, {len(y)} targets, batches of {batch_size}: as many inputs as "
                "targets, and at least one batch of them"
            )
        x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
        if batch_size not in self._epochs:
            self._epochs[batch_size] = self._traced(x, y, batch_size)
        batches, losses = len(x) // batch_size, []
        for _ in range(epochs):
            order = self._orders.permutation(len(x))[: batches * batch_size]
            loss = self._epochs[batch_size](x, y, order.reshape(batches, batch_size))
            losses.append(float(loss))
        return np.array(losses)

    def step(self, inputs, targets):
        """One step of the optimizer on one batch; returns the loss before it, a tensor.

        Traces nothing itself: call it inside a `tf.function` where the batches need care of their
        own, as sentences of different lengths do.
        """
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(inputs, targets, self.model(inputs, training=True))
        self.model.optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    def _traced(self, x, y, batch_size):
        """One epoch as a graph that takes any number of examples shaped like those of x and y."""
        examples = [tf.TensorSpec((None, *data.shape[1:]), data.dtype) for data in (x, y)]

        @tf.function(input_signature=[*examples, tf.TensorSpec((None, batch_size), tf.int64)])
        def epoch(x, y, order):
            total = 0.0
            for rows in order:
                total += self.step(tf.gather(x, rows), tf.gather(y, rows))
            return total / tf.cast(len(order), tf.float32)

        return epoch
