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
    """Let Keras draw initial weights and dropout from `seed`, and forget it afterwards.

    Not the batches of `Model.fit`, which TensorFlow shuffles. `keras.utils.set_random_seed` sets
    TensorFlow's seed too, and so makes it forget the graphs that it has optimized.
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
        ValueError: the model is not compiled or has no weights yet, or `build` returned layers
            that it had returned before.
    """

    def __init__(self, build):
        self._build = build
        self.model = build()
        if getattr(self.model, "optimizer", None) is None:
            raise ValueError("the model has no optimizer: compile it with one and with a loss")
        if not self.model.trainable_variables:
            raise ValueError("the model has no weights to train: give it an `Input` in `build`")
        self.model.optimizer.build(self.model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self.model.optimizer.variables]
        self._epochs = {}  # by the shapes and types that they take
        self.restart(seed=0)

    def restart(self, seed):
        """Draw the weights anew and set the optimizer back; `seed` also decides the batches."""
        self._orders = np.random.default_rng(seed)
        with seeded(seed):
            fresh = self._build()
        pairs = list(zip(self.model.variables, fresh.variables, strict=True))
        if any(variable is drawn for variable, drawn in pairs):
            raise ValueError("`build` must make new layers at every call, or nothing is drawn anew")
        for variable, drawn in pairs:
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
        if len(x) != len(y) or not 0 < batch_size <= len(x):
            raise ValueError(
                f"{len(x)} inputs, {len(y)} targets, batches of {batch_size}: as many inputs as "
                "targets, and at least one batch of them"
            )
        x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
        epoch, losses = self._traced(x, y, batch_size), []
        for _ in range(epochs):
            order = self._orders.permutation(len(x))[: len(x) // batch_size * batch_size]
            losses.append(float(epoch(x, y, order.reshape(-1, batch_size))))
        return np.array(losses)

    def step(self, inputs, targets):
        """One step of the optimizer on one batch; returns the loss before it, a tensor.

        Traces nothing itself: call it inside a `tf.function` where the batches need care of their
        own, as sentences of different lengths do.
        """
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(inputs, targets, self.model(inputs, training=True))
            scaled = self.model.optimizer.scale_loss(loss)  # as float16 needs; `apply` undoes it
        self.model.optimizer.apply(tape.gradient(scaled, weights), weights)
        return loss

    def _traced(self, x, y, batch_size):
        """One epoch as a graph that takes any number of examples shaped like those of x and y."""
        examples = [tf.TensorSpec((None, *data.shape[1:]), data.dtype) for data in (x, y)]
        signature = (*examples, tf.TensorSpec((None, batch_size), tf.int64))
        if signature in self._epochs:
            return self._epochs[signature]

        @tf.function(input_signature=signature)
        def epoch(x, y, order):
            total = 0.0
            for rows in order:
                loss = self.step(tf.gather(x, rows), tf.gather(y, rows))
                total += tf.cast(loss, tf.float32)
            return total / tf.cast(len(order), tf.float32)

        self._epochs[signature] = epoch
        return epoch
