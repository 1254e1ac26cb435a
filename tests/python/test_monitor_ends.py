"""Commands to a watched `fit`, and the ways in which it ends."""

from __future__ import annotations

import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from tests.python.watched_fits import (
    BATCH,
    FLOAT32,
    STEPS,
    Each,
    data,
    fit,
    model,
    own_losses,
    until,
)


def test_stop_ends_within_the_epoch():
    monitor = lossviz.Monitor()
    history = fit(model(), monitor, Each(lambda step: step == 7 and monitor.run.stop()), epochs=50)
    run = monitor.run
    # Asked for after the seventh step, it is obeyed after the next.
    assert (run.status, run.step) == ("stopped", 8)
    assert list(run.history["loss"]) == history.history["loss"]
    assert "stopped" in repr(run)
    np.testing.assert_allclose(run.step_loss, own_losses(model())[:8], **FLOAT32)


def test_pause_holds_fit_until_it_is_resumed():
    monitor, seen = lossviz.Monitor(), []

    def person():
        run = monitor.run
        until(lambda: run.status == "paused")
        steps = run.step
        time.sleep(0.3)
        seen.append((steps, run.step))
        run.set_learning_rate(0.125)
        run.resume()

    def act(step):
        if step == 3:
            monitor.run.pause()
            threading.Thread(target=person).start()

    made = model()
    fit(made, monitor, Each(act))
    run = monitor.run
    assert seen == [(4, 4)]
    assert run.status == "completed"
    assert run.step == 2 * STEPS
    assert [event.kind for event in run.events] == [
        "started", "paused", "resumed", "learning_rate", "completed",
    ]  # fmt: skip
    assert float(made.optimizer.learning_rate) == 0.125
    assert run.record.learning_rates.at(np.array([2.0, 5.0])) == pytest.approx([0.001, 0.125])


def test_a_schedule_is_recorded_and_cannot_be_set():
    made = model()
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    made.compile(keras.optimizers.SGD(schedule), made.loss)
    monitor = lossviz.Monitor()
    fit(made, monitor, Each(lambda step: step == 2 and monitor.run.set_learning_rate(0.3)))
    assert any("schedule" in event.text for event in monitor.run.events)
    assert monitor.run.record.learning_rates.last == pytest.approx(0.1 * 0.5**10, rel=1e-3)


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
