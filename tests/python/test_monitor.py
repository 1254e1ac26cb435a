"""`lossviz.Monitor` in Keras' own `fit`, against `fit` without it and plain reference loops."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from tests.python.watched_fits import (
    BATCH,
    FLOAT32,
    SAMPLES,
    STEPS,
    compiled,
    data,
    fit,
    model,
    own_losses,
    until,
)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"run_eagerly": True},
        {"steps_per_execution": 3},
        {"jit_compile": True},
        {"jit_compile": True, "steps_per_execution": 2},
    ],
)
def test_each_steps_own_loss_and_fits_own_epochs(options):
    monitor, watched, plain = lossviz.Monitor(), model(**options), model(**options)
    history = fit(watched, monitor, validation_data=data(4))
    expected = fit(plain, validation_data=data(4))
    run = monitor.run
    assert run.status == "completed"
    assert run.step_loss.dtype == np.float32
    np.testing.assert_allclose(run.step_loss, own_losses(model()), **FLOAT32)
    assert history.history == expected.history
    assert {name: list(values) for name, values in run.history.items()} == history.history
    for ours, theirs in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_it_is_a_keras_callback_and_the_model_is_left_as_it_was():
    monitor, made = lossviz.Monitor("mine"), model()
    assert isinstance(monitor, keras.callbacks.Callback)
    fit(made)
    before, own = set(vars(made)), made.train_function
    assert monitor.run is None
    fit(made, monitor)
    assert set(vars(made)) == before
    assert made.train_function is own
    assert monitor.run.name == "mine"
    assert monitor.run.model is made
    assert {event.kind for event in monitor.run.events} == {"started", "completed"}
    # It trains on without a Monitor, and is traced again for none of that.
    traced = []
    made.compute_loss = lambda *a, **k: traced.append(1) or type(made).compute_loss(made, *a, **k)
    fit(made)
    fit(made, monitor)
    fit(made, lossviz.Monitor())
    assert not traced
    assert len(monitor.run.step_loss) == 2 * STEPS
    with pytest.raises(TypeError, match="name: got 3"):
        lossviz.Monitor(3)


def test_a_run_is_kept_with_what_it_was_made_of():
    monitor = lossviz.Monitor()
    made = model()
    made.compile(keras.optimizers.SGD(0.25), keras.losses.SparseCategoricalCrossentropy(True))
    fit(made, monitor, epochs=3)
    run = monitor.run
    assert run.wait(0)
    kept = lossviz.load_run(run.id)
    until(lambda: kept.status == "completed")
    np.testing.assert_array_equal(kept.step_loss, run.step_loss)
    np.testing.assert_array_equal(kept.history["loss"], run.history["loss"])
    config = kept.config
    assert (config["epochs"], config["steps_per_epoch"]) == (3, STEPS)
    assert config["optimizer"] == "sgd"
    assert config["learning_rate"] == 0.25
    assert config["loss"] == "sparse_categorical_crossentropy"
    assert config["loss_params"]["from_logits"] is True
    assert len(run.figure().data) >= 2


def test_several_fits_are_several_runs_of_one_monitor_and_of_one_model():
    monitor, made, ids = lossviz.Monitor(), model(), []
    for epochs in (1, 2):
        fit(made, monitor, epochs=epochs)
        ids.append(monitor.run.id)
        assert len(monitor.run.step_loss) == epochs * STEPS
    fit(model(2), monitor, epochs=1)
    assert len({*ids, monitor.run.id}) == 3
    np.testing.assert_allclose(monitor.run.step_loss, own_losses(model(2), 1), **FLOAT32)


def test_compiled_anew_it_is_watched_anew():
    monitor, made = lossviz.Monitor(), model()
    fit(made, monitor, epochs=1)
    compiled(made, steps_per_execution=2)
    fit(made, monitor, epochs=1)
    assert len(monitor.run.step_loss) == STEPS


def test_two_monitors_in_one_fit_follow_one_run():
    first, second = lossviz.Monitor(), lossviz.Monitor()
    fit(model(), first, second)
    assert first.run is second.run
    assert first.run.status == "completed"
    assert len(first.run.step_loss) == 2 * STEPS


class OwnStep(keras.Model):
    """As the field writes them: a tracker by another name, logs made by hand."""

    def __init__(self, how):
        super().__init__()
        self.dense, self.how = keras.layers.Dense(3), how
        self.tracker = keras.metrics.Mean(name="total")
        self.second = keras.metrics.Mean(name="b_loss")

    def call(self, x):
        return self.dense(x)

    @property
    def metrics(self):
        return [self.tracker, self.second]

    def train_step(self, batch):
        x, y = batch
        with tf.GradientTape() as tape:
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(y, tf.int32), self(x))
            loss = tf.reduce_mean(each)
        slopes = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(slopes, self.trainable_variables, strict=True))
        if self.how == "raw":
            return {"accuracy": tf.constant(0.5), "loss": loss}
        self.second.update_state(2 * loss)
        self.tracker.update_state(each if self.how == "each" else loss)
        if self.how == "two":
            both = {"b_loss": self.second.result(), "c_loss": loss}
            return {"z": tf.constant(1.0), **both}
        return {"loss": self.tracker.result(), "b_loss": self.second.result()}


@pytest.mark.parametrize(("how", "factor"), [("raw", 1), ("mean", 1), ("each", 1), ("two", 3)])
def test_a_train_step_of_ones_own(how, factor):
    def build():
        keras.utils.set_random_seed(5)
        made = OwnStep(how)
        made.compile(keras.optimizers.Adam())
        return made

    monitor, watched = lossviz.Monitor(), build()
    history = fit(watched, monitor)
    reference = build()
    reference(data()[0][:1])
    reference.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = factor * own_losses(reference)
    np.testing.assert_allclose(monitor.run.step_loss, expected, rtol=1e-6)
    assert {k: list(v) for k, v in monitor.run.history.items()} == history.history
    means = [monitor.run.step_loss[:STEPS].mean(), monitor.run.step_loss[STEPS:].mean()]
    if how == "mean":  # by the batch, as its tracker does, and Keras' logs are that mean
        np.testing.assert_allclose(history.history["loss"], means, rtol=1e-5)


def test_losses_that_the_model_adds_are_in_it():
    keras.utils.set_random_seed(0)
    made = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.1))]
    )
    compiled(made)
    monitor = lossviz.Monitor()
    x, y = data()
    with_weights = float(made.loss(y[:BATCH], made(x[:BATCH])) + made.losses[0])
    fit(made, monitor, epochs=1)
    assert monitor.run.step_loss[0] == pytest.approx(with_weights, rel=1e-6)


def test_logs_that_later_callbacks_add_are_in_the_epochs():
    class Adds(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = epoch + 0.5

    monitor = lossviz.Monitor()
    history = fit(model(), monitor, Adds(), epochs=3)
    assert list(monitor.run.history["mine"]) == history.history["mine"] == [0.5, 1.5, 2.5]


def test_evaluate_and_predict_inside_fit_are_no_steps():
    x, y = data()

    class Looks(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.predict(x, verbose=0)
            self.model.evaluate(x, y, verbose=0)

    monitor = lossviz.Monitor()
    fit(model(), monitor, Looks())
    assert monitor.run.status == "completed"
    np.testing.assert_allclose(monitor.run.step_loss, own_losses(model()), **FLOAT32)
    model().evaluate(x, y, verbose=0, callbacks=[monitor])
    assert len(monitor.run.history["loss"]) == 2


def test_losses_that_are_not_finite_are_marked_and_fit_goes_on():
    x, y = data()
    x = x.copy()
    x[2 * BATCH] = np.nan
    monitor, made = lossviz.Monitor(), model()
    made.fit(x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0, callbacks=[monitor])
    run = monitor.run
    assert run.status == "completed"
    assert np.isfinite(run.step_loss[:2]).all()
    assert not np.isfinite(run.step_loss[2])
    marks = [event for event in run.events if event.kind == "nan"]
    assert [event.step for event in marks] == [3]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_datasets_without_a_length_and_a_later_beginning():
    x, y = data()

    def batches():
        for start in range(0, SAMPLES, BATCH):
            yield x[start : start + BATCH], y[start : start + BATCH]

    signature = (tf.TensorSpec([None, 6], tf.float32), tf.TensorSpec([None], tf.int64))
    rows = tf.data.Dataset.from_generator(batches, output_signature=signature)
    monitor, made, reference = lossviz.Monitor(), model(), model()
    for one in (made, reference):
        # Adam counts the step that finds the data at their end, in any `fit`.
        one.compile("sgd", one.loss)
    made.fit(
        rows, epochs=4, initial_epoch=2, shuffle=False, verbose=0, callbacks=[monitor]
    )  # fmt: skip
    run = monitor.run
    assert [row.epoch for row in run.record.rows] == [3, 4]
    assert [row.steps for row in run.record.rows] == [STEPS, STEPS]
    np.testing.assert_allclose(run.step_loss, own_losses(reference), **FLOAT32)


def test_mixed_precision_keeps_the_losses_unscaled():
    keras.utils.set_random_seed(0)
    policy = keras.mixed_precision.DTypePolicy("mixed_float16")
    made = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, dtype=policy)])
    optimizer = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(optimizer, loss)
    monitor = lossviz.Monitor()
    fit(made, monitor, epochs=1)
    assert 0 < monitor.run.step_loss[0] < 10
    assert monitor.run.record.learning_rates.last == pytest.approx(0.01)


def test_lossviz_is_imported_without_keras_and_ipython():
    code = (
        "import sys, lossviz; "
        "print([m for m in ('keras', 'tensorflow', 'IPython', 'lossviz.widgets') "
        "if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
