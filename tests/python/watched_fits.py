"""A small compiled model, its data, and plain references, for tests of `lossviz.Monitor`."""

from __future__ import annotations

import time

import keras
import numpy as np
import tensorflow as tf

# A graph adds up in another order than a loop in Python: float32's last bit may differ.
FLOAT32 = {"rtol": 3e-7, "atol": 0}

SAMPLES, BATCH = 150, 32
STEPS = 5  # an epoch; the last batch is a short one


def data(seed=3):
    stream = np.random.default_rng(seed)
    labels = stream.integers(0, 3, SAMPLES)
    return stream.normal(size=(SAMPLES, 6)).astype("f4") + labels[:, None], labels


def model(seed=1, **options):
    keras.utils.set_random_seed(seed)
    made = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(9, "tanh"), keras.layers.Dense(3)]
    )
    compiled(made, **options)
    return made


def compiled(made, **options):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile("adam", loss, metrics=["accuracy"], **options)


def fit(made, *callbacks, epochs=2, **options):
    x, y = data()
    return made.fit(
        x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks,
        **options,
    )  # fmt: skip


def own_losses(made, epochs=2):
    """What a plain loop computes on the same batches, before each of its updates."""
    (x, y), losses = data(), []
    for _ in range(epochs):
        for start in range(0, SAMPLES, BATCH):
            rows = slice(start, start + BATCH)
            with tf.GradientTape() as tape:
                loss = made.loss(y[rows], made(x[rows], training=True))
            variables = made.trainable_variables
            made.optimizer.apply_gradients(
                zip(tape.gradient(loss, variables), variables, strict=True)
            )
            losses.append(float(loss))
    return np.array(losses, "f4")


class Each(keras.callbacks.Callback):
    """Calls `act(step)` after each batch, from inside `fit`."""

    def __init__(self, act):
        super().__init__()
        self.act, self.step = act, 0

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        self.act(self.step)


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.005)
