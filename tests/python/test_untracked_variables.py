"""What a model keeps beside the variables that Keras lists is neither changed nor lost."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

import lossviz
from lossviz.training.untouched import untouched
from lossviz.training.untracked import untracked


class Counting(layers.Layer):
    """Counts its calls where Keras does not look."""

    def __init__(self):
        super().__init__()
        self.calls = tf.Variable(0.0, trainable=False)
        self.more = {"seen": [tf.Variable(1.0, trainable=False)]}

    def call(self, inputs):
        return inputs * (1 + 1 / (1 + self.calls.assign_add(1.0)))


def recurrent_model():
    keras.utils.set_random_seed(3)
    inner = keras.Sequential([layers.LSTM(4, stateful=True), layers.Dense(1)])
    return keras.Sequential([keras.Input(batch_shape=(8, 5, 2)), Counting(), inner])


def waves():
    inputs = np.random.default_rng(0).normal(size=(48, 5, 2)).astype("float32")
    return inputs, inputs.sum((1, 2))[:, None]


def train(**more):
    return lossviz.train(
        recurrent_model(), waves(), loss="mse", optimizer="adam", batch_size=8, epochs=4, seed=1,
        shuffle=False, **more,
    )  # fmt: skip


def test_states_counters_and_lists_of_variables_are_found():
    model = recurrent_model()
    assert [tuple(one.shape) for one in untracked(model)] == [(), (), (8, 4), (8, 4)]
    assert not untracked(keras.Sequential([keras.Input((2,)), layers.BatchNormalization()]))


def test_a_look_at_a_model_leaves_them():
    model = recurrent_model()
    with untouched(model):
        model(waves()[0][:8])
        assert any(np.abs(np.asarray(one)).max() for one in untracked(model)[2:])
    assert [np.abs(np.asarray(one)).max() for one in untracked(model)] == [0, 1, 0, 0]


def test_a_stopped_run_goes_on_with_them_to_the_bit():
    whole = train().result(60)
    run = train(callbacks=[StopAfter(9)]).result(60)
    assert run.step == 9
    again = train(resume_from=run).result(60)
    assert again.step_loss.tobytes() == whole.step_loss.tobytes()


class StopAfter(keras.callbacks.Callback):
    """Stops the run that it is in, as a person does, at its n-th batch."""

    def __init__(self, batches):
        super().__init__()
        self.left = batches

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            lossviz.live_runs()[-1].stop()
