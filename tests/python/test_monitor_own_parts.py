"""`lossviz.Monitor` beside losses and schedules that do not say what they are called or made of."""

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest

import lossviz


class Squares:
    """A loss as people write it who come from elsewhere."""

    def __call__(self, target, output):
        return keras.ops.mean(keras.ops.square(target - output), -1)


class Unspoken(keras.losses.Loss):
    """A Keras loss that does not tell what it was made with."""

    def call(self, target, output):
        return keras.ops.mean(keras.ops.square(target - output), -1)

    def get_config(self):
        raise NotImplementedError


def weighted(weight, target, output):
    return weight * keras.ops.mean(keras.ops.square(target - output), -1)


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    """Has no `get_config`."""

    def __call__(self, step):
        return 0.1 / (keras.ops.cast(step, "float32") + 1)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (Squares(), "Squares"),
        (functools.partial(weighted, 2.0), "weighted"),
        (Unspoken(), "unspoken"),
        (lambda target, output: keras.ops.square(target - output), "<lambda>"),
    ],
)
def test_a_fit_is_watched_whatever_its_loss_and_schedule(loss, name):
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(Falling(), momentum=0.5), loss)
    monitor = lossviz.Monitor()
    model.fit(x, x[:, :1], epochs=2, batch_size=16, verbose=0, callbacks=[monitor])
    assert monitor.run.status == "completed"
    assert monitor.run.step == 4
    config = monitor.run.config
    assert config["loss"] == name
    assert config["optimizer_params"]["momentum"] == 0.5
    assert config["learning_rate"] == "Falling"


class Extremes(keras.metrics.Metric):
    """Gives two numbers by name."""

    def __init__(self):
        super().__init__(name="extremes")
        self.most = self.add_variable((), "zeros", name="most")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.most.assign(keras.ops.maximum(self.most, keras.ops.max(keras.ops.abs(y_pred))))

    def result(self):
        return {"most": 1 * self.most, "twice": 2 * self.most}


def test_a_fit_with_a_metric_of_several_numbers_is_watched():
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Extremes()])
    monitor = lossviz.Monitor()
    history = model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[monitor]).history
    assert {name: list(values) for name, values in monitor.run.history.items()} == history
    # What they were in one step by itself is not known.
    assert "most" not in lossviz.fit(model, x, x[:, :1]).result(60).series_names()
