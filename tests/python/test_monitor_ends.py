"""How a watched fit ends, and what comes in between."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from monitored_fits import BATCH, FLOAT32, SAMPLES, STEPS, Each, data, fit, model, own_losses, until

import lossviz


def test_a_callback_that_ends_fit_completes_the_run():
    stopper = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=100)
    monitor = lossviz.Monitor()
    fit(model(), monitor, stopper, epochs=9)
    assert monitor.run.status == "completed"
    assert len(monitor.run.history["loss"]) == 2
    assert any(event.kind == "early_stop" for event in monitor.run.events)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("where", ["callback", "data", "epoch end"])
def test_an_error_that_leaves_fit_ends_the_run(error, where):
    monitor, made = lossviz.Monitor(), model()
    own = made.make_train_function() or made.train_function

    def fail(step):
        if step == 7:
            raise error("no more")

    class Ends(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            fail(7 if epoch else 0)

    class Rows(keras.utils.PyDataset):
        def __len__(self):
            return STEPS

        def __getitem__(self, index):
            # An interrupt can come between two batches, too.
            if where == "data" and monitor.run is not None and monitor.run.step >= 7:
                raise error("no more")
            x, y = data()
            return x[index * BATCH :][:BATCH], y[index * BATCH :][:BATCH]

    callbacks = [monitor, Each(fail)] if where == "callback" else [monitor]
    callbacks += [Ends()] if where == "epoch end" else []
    with pytest.raises((error, tf.errors.OpError)):
        made.fit(Rows(), epochs=50, shuffle=False, verbose=0, callbacks=callbacks)
    run = monitor.run
    until(lambda: run.record.ended)
    if error is ValueError or where == "data":  # TensorFlow tells of an iterator's errors itself
        assert run.status == "failed"
        assert "no more" in str(run.error)
    else:
        assert run.status == "stopped"
        assert run.error is None
    assert made.train_function is own
    assert run.step >= 5
    fit(made, monitor, epochs=1)
    assert monitor.run.status == "completed"


def test_a_fit_that_is_left_unheard_is_found_out(monkeypatch):
    """Such as by an interrupt between two calls of callbacks."""
    monitor, made = lossviz.Monitor(), model()
    monkeypatch.setattr(made, "reset_metrics", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fit(made, monitor)
    until(lambda: monitor.run.record.ended, 5)
    assert monitor.run.status == "failed"
    assert made.train_function.__name__ == "function"  # Keras' own


def test_the_next_fit_without_a_monitor_does_not_wait_for_that(monkeypatch):
    monitor, made = lossviz.Monitor(), model()
    with monkeypatch.context() as patch:
        patch.setattr(made, "reset_metrics", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fit(made, monitor)
    run = monitor.run
    history = fit(made)
    assert run.record.ended
    assert run.step == 0
    assert history.history["loss"][0] == pytest.approx(fit(model()).history["loss"][0])


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
