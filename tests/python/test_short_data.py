"""Data that end before an epoch has its steps, and steps without a loss: trained, and told."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz


def model():
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def rows(samples=80):
    inputs = np.random.default_rng(0).normal(size=(samples, 4)).astype("float32")
    return inputs, inputs[:, :1]


def told(run):
    return [event.text for event in run.events if event.kind == "warning"]


def test_an_epoch_that_the_data_cut_short_is_told_once():
    data = tf.data.Dataset.from_tensor_slices(rows()).batch(16)
    run = lossviz.fit(model(), data, steps_per_epoch=3, epochs=4).result(60)
    assert run.step == 3 + 2 + 3 + 2
    (text,) = told(run)
    assert text.startswith("Epoch 2 ended after 2 of 3 steps because the data ran out")


def test_as_many_steps_as_batches_are_no_cut():
    data = tf.data.Dataset.from_tensor_slices(rows()).batch(16)
    run = lossviz.fit(model(), data, steps_per_epoch=5, epochs=3).result(60)
    assert run.step == 15
    assert not told(run)


def test_arrays_of_fewer_batches_than_steps_are_told():
    x, y = rows()
    run = lossviz.fit(model(), x, y, batch_size=16, steps_per_epoch=9, epochs=2).result(60)
    assert run.step == 10
    (text,) = told(run)
    assert "5 of 9 steps" in text


@pytest.mark.parametrize("stop_at", [2, 5, 7])
def test_a_run_goes_on_where_a_new_pass_through_the_data_began(stop_at):
    def train(**more):
        made = model()  # first: it sets the seed that the pipeline's is added to
        data = tf.data.Dataset.from_tensor_slices(rows()).shuffle(80, seed=3).batch(16)
        return lossviz.train(made, data, seed=1, steps_per_epoch=5, epochs=3, **more)

    class Stop(keras.callbacks.Callback):
        left = stop_at

        def on_train_batch_end(self, batch, logs=None):
            self.left -= 1
            if not self.left:
                lossviz.live_runs()[-1].stop()

    whole = train().result(60)
    run = train(callbacks=[Stop()]).result(60)
    assert run.status == "stopped"
    again = train(resume_from=run).result(60)
    assert again.step_loss.tobytes() == whole.step_loss.tobytes()


def test_validation_inputs_alone_are_refused_before_anything_trains():
    x, y = rows()
    with pytest.raises(ValueError, match="validation: got only inputs"):
        lossviz.fit(model(), x, y, validation_data=x)


def test_a_step_that_names_no_loss_trains_and_says_what_the_curve_is():
    class Unnamed(keras.Sequential):
        def train_step(self, data):
            super().train_step(data)
            return {"one": tf.constant(1.0), "two": tf.constant(2.0)}

    own = Unnamed([keras.Input((4,)), keras.layers.Dense(1)])
    own.compile("sgd", "mse")
    x, y = rows()
    run = lossviz.fit(own, x, y, epochs=2).result(60)
    assert not told(run)  # the compiled loss was heard
    own = type("Silent", (keras.Sequential,), {"train_step": lambda self, data: {}})(
        [keras.Input((4,)), keras.layers.Dense(1)]
    )
    own.compile("sgd")
    run = lossviz.fit(own, x, y, epochs=2).result(60)
    (text,) = told(run)
    assert text.startswith("The model's train_step returns no loss, so the curve stays 0")


def test_a_step_that_returns_its_bare_loss_is_told_what_fit_needs():
    bare = type("Bare", (keras.Sequential,), {"train_step": lambda self, data: tf.constant(1.0)})
    own = bare([keras.Input((4,)), keras.layers.Dense(1)])
    own.compile("sgd")
    run = lossviz.fit(own, *rows())
    run.wait(60)
    assert "train_step: it must return a dict that contains the loss" in run.events[-1].text


def test_targets_in_another_form_than_the_outputs_are_explained():
    x, y = rows()
    inputs = keras.Input((4,))
    two = keras.Model(inputs, [keras.layers.Dense(1)(inputs), keras.layers.Dense(1)(inputs)])
    two.compile("sgd", ["mse", "mse"])
    run = lossviz.fit(two, x, y)
    run.wait(60)
    assert run.status == "failed"
    assert "Structure the targets like the model's outputs" in run.events[-1].text
