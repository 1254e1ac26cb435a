"""Faults in the user's code and data, callbacks, XLA, and what a second run does."""

from __future__ import annotations

import re
import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from lossviz.training import pace
from lossviz.training.data_cursor import DataCursor


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.005)


def failing_data():
    for _ in range(3):
        yield np.zeros((8, 4), "f4"), np.zeros((8, 3), "f4")
    raise ValueError("the file is gone")


def zeros():
    for _ in range(8):
        yield np.zeros((8, 4), "f4"), np.zeros((8, 3), "f4")


def test_validation_data_that_the_model_does_not_take_are_told_before_training(dense_model):
    x, y = np.zeros((8, 4), "f4"), np.zeros((8, 3), "f4")
    with pytest.raises(ValueError, match=r"^validation: the model does not take inputs of shape"):
        lossviz.train(dense_model(), (x, y), loss="mse", validation=(x[:, :3], y))


@pytest.mark.parametrize("labels", [np.arange(8) % 3, np.eye(3, dtype="f4")[np.arange(8) % 3]])
def test_an_error_in_a_loss_is_not_the_model_s(dense_model, labels):
    def refuse(target, output):
        raise ValueError("my own message")

    run = lossviz.train(dense_model(), (np.zeros((8, 4), "f4"), labels), loss=refuse)
    assert run.wait(60)
    assert "of refuse, my own message" in str(run.error)
    assert run.error.line is not None


def no_such_column(target, output):
    return tf.reduce_mean(target[:, 7])


@pytest.mark.parametrize(
    ("loss", "data", "said"),
    [
        # Arrays would be tried before, see test_trial.py.
        (no_such_column, zeros, r"on line \d+ of no_such_column: slice index 7 .* \(ValueError\)$"),
        ("mse", failing_data, r"failed .* the file is gone"),
    ],
)
def test_a_failure_names_the_line_and_the_reason(loss, data, said, dense_model):
    spec = tf.TensorSpec((None, 4)), tf.TensorSpec((None, 3))
    data = tf.data.Dataset.from_generator(data, output_signature=spec)
    run = lossviz.train(dense_model(), data, loss=loss, epochs=1)
    assert run.wait(60)
    assert run.status == "failed"
    assert re.search(said, run.record.error_message), run.record.error_message
    assert "{{node" not in run.record.error_message
    again = lossviz.train(dense_model(), (np.zeros((8, 4)), np.zeros((8, 3))), loss="mse", epochs=1)
    assert again.wait(60)
    assert again.status == "completed"


def test_a_loss_that_is_not_finite_may_be_passed_over(dense_model):
    def breaks(target, output):
        # For one sample: of NaN in the data themselves a run is told before its first step.
        return tf.reduce_mean(tf.where(target == 7.0, tf.math.log(-1.0), tf.square(output)))

    target = np.zeros((64, 3), "f4")
    target[20] = 7.0
    data = np.ones((64, 4), "f4"), target
    options = {"loss": breaks, "epochs": 2, "batch_size": 8, "seed": 0}
    run = lossviz.train(dense_model(), data, **options)
    assert run.wait(60)
    assert run.status == "failed"
    assert not np.isfinite(run.step_loss[-1])
    assert f"step {run.step}" in run.record.error_message
    over = lossviz.train(dense_model(), data, stop_at_nan=False, **options)
    assert over.wait(60)
    assert over.status == "completed"
    assert over.step == 16
    (event,) = [event for event in over.events if event.kind == "nan"]
    assert f"from step {run.step} on" in event.text


@pytest.mark.parametrize("stop_at_nan", [True, False])
def test_nan_in_the_data_is_told_with_its_row(dense_model, stop_at_nan):
    target = np.zeros((64, 3), "f4")
    target[20] = np.nan
    data = np.random.default_rng(0).normal(size=(64, 4)).astype("f4"), target
    run = lossviz.train(dense_model(), data, loss="mse", epochs=1, stop_at_nan=stop_at_nan)
    assert run.wait(60)
    told = [run.record.error_message, *(event.text for event in run.events)]
    assert any("NaN" in text and "20" in text for text in told)
    assert run.status == ("failed" if stop_at_nan else "completed")


def test_keras_callbacks_are_called_as_fit_calls_them(points, dense_model):
    calls = []

    class EventRecorder(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            calls.append("begin")

        def on_epoch_end(self, epoch, logs=None):
            calls.append((epoch, sorted(logs)))

        def on_train_end(self, logs=None):
            calls.append("end")

    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=1e6)
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=9, seed=0, validation=points,
        callbacks=[stop, EventRecorder()],
    )  # fmt: skip
    assert run.wait(60)
    assert run.status == "completed"
    assert calls == ["begin", (0, ["loss", "val_loss"]), (1, ["loss", "val_loss"]), "end"]
    assert any("EarlyStopping" in event.text for event in run.events)
    with pytest.raises(TypeError, match="callbacks"):
        lossviz.train(dense_model(), points, loss="cross_entropy", callbacks=[print])
    with pytest.raises(ValueError, match=r"^callbacks: lossviz\.Monitor is for model\.fit"):
        lossviz.train(dense_model(), points, loss="cross_entropy", callbacks=[lossviz.Monitor()])


def test_a_callback_for_each_batch_hears_of_every_batch(points, dense_model):
    seen = []

    class Each(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, logs["loss"]))

    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=2, seed=0, callbacks=[Each()]
    )
    assert run.wait(60)
    assert [batch for batch, _ in seen] == [0, 1, 2, 0, 1, 2]
    # Keras tells callbacks the mean over the epoch so far, not the batch's own loss.
    sizes = np.array([32, 32, len(points[0]) - 64] * 2)
    for epoch in (slice(0, 3), slice(3, 6)):
        means = np.cumsum((run.step_loss * sizes)[epoch]) / np.cumsum(sizes[epoch])
        np.testing.assert_allclose([loss for _, loss in seen][epoch], means, rtol=1e-6)


def test_schedules_clipping_and_decay_are_those_of_the_optimizer(points, dense_model):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    optimizer = keras.optimizers.SGD(schedule, clipnorm=1.0, weight_decay=0.01)
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=2, optimizer=optimizer)
    assert run.wait(60)
    assert run.error is None, run.error
    assert float(optimizer.learning_rate) == pytest.approx(0.1 * 0.5**6)
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=10**6,
        optimizer=keras.optimizers.SGD(schedule),
    )  # fmt: skip
    run.set_learning_rate(0.5)
    until(lambda: any("schedule" in event.text for event in run.events))
    run.stop()
    assert run.wait(60)


def test_xla_gives_the_same_losses(points, dense_model):
    options = {"loss": "cross_entropy", "epochs": 3, "seed": 0, "metrics": ["accuracy"]}
    plain = lossviz.train(dense_model(), points, **options)
    compiled = lossviz.train(dense_model(), points, jit_compile=True, **options)
    assert compiled.wait(120)
    assert compiled.error is None, compiled.error
    np.testing.assert_allclose(compiled.step_loss, plain.step_loss, rtol=1e-4)


def test_a_second_run_queues_or_replaces(points, dense_model):
    options = {"loss": "cross_entropy", "epochs": 10**6}
    first = lossviz.train(dense_model(), points, **options)
    second = lossviz.train(dense_model(), points, **options)
    until(lambda: first.step > 10)
    assert second.status == "queued"
    third = lossviz.train(dense_model(), points, when_busy="replace", **options)
    until(lambda: third.step > 10)
    assert (first.status, second.status) == ("stopped", "stopped")
    third.stop()
    assert third.wait(60)
    with pytest.raises(ValueError, match="when_busy"):
        lossviz.train(dense_model(), points, loss="mse", when_busy="wait")


def test_a_dataset_that_gives_no_more_batches_can_be_stopped(monkeypatch, points, dense_model):
    monkeypatch.setattr("lossviz.training.trainer.PATIENCE", 0.5)
    hangs, go_on = threading.Event(), threading.Event()

    def hanging():
        for _ in range(2):
            yield np.zeros((8, 4), "f4"), np.zeros((8, 3), "f4")
        hangs.set()
        go_on.wait(60)

    spec = tf.TensorSpec((None, 4)), tf.TensorSpec((None, 3))
    data = tf.data.Dataset.from_generator(hanging, output_signature=spec)
    run = lossviz.train(dense_model(), data, loss="mse", epochs=1)
    until(lambda: hangs.is_set() and run.step > 0)
    # Long enough for the loop to use up what was prefetched.
    time.sleep(0.5)
    run.stop()
    assert run.wait(20)
    assert run.status == "stopped"
    assert "more batches" in run.events[-1].text
    # The next run trains, and the one that was given up changes nothing when it comes back.
    losses = run.step_loss
    after = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=2)
    assert after.wait(60)
    assert after.status == "completed"
    go_on.set()
    until(lambda: not any(one.name == f"lossviz {run.name}" for one in threading.enumerate()))
    assert run.status == "stopped"
    assert run.step_loss.tobytes() == losses.tobytes()


@pytest.mark.parametrize("seconds", [1e-6, 0.05])
def test_a_dataset_that_ends_early_ends_its_epochs_there(dense_model, seconds, monkeypatch):
    # With chunks of one step the end of the data is a chunk without any.
    monkeypatch.setattr(pace, "SECONDS", seconds)
    lengths = iter([3, 2, 2])

    def shorter():
        for _ in range(next(lengths)):
            yield np.zeros((8, 4), "f4"), np.zeros((8, 3), "f4")

    spec = tf.TensorSpec((None, 4)), tf.TensorSpec((None, 3))
    data = tf.data.Dataset.from_generator(shorter, output_signature=spec)
    run = lossviz.train(dense_model(), data, loss="mse", epochs=3)
    assert run.wait(60)
    assert run.error is None, run.error
    assert run.step == 7


def test_a_chunk_may_find_that_the_data_have_ended():
    cursor = DataCursor()
    cursor.advance(np.array([8, 8, 4]))
    cursor.advance(np.empty(0, np.int64))
    assert (cursor.steps, cursor.sizes) == (3, [[8, 2], [4, 1]])


def test_running_out_of_memory_says_so_and_leaves_the_kernel_usable(points, dense_model):
    def greedy(target, output):
        # What an allocator raises; really to use up the memory would take the machine with it.
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    run = lossviz.train(dense_model(), points, loss=greedy, epochs=1)
    assert run.wait(60)
    assert run.status == "failed"
    assert "out of memory" in run.record.error_message
    assert "smaller batch size" in run.record.error_message
    again = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1)
    assert again.wait(60)
    assert again.status == "completed"


@pytest.mark.parametrize("loss", ["poisson", "mae", "huber", "quadratic"])
def test_accuracy_under_a_loss_of_numbers_is_fits(loss):
    x = np.random.default_rng(3).normal(size=(64, 4)).astype(np.float32)
    y = (x[:, :1] > 0).astype(np.float32)

    def build():
        keras.utils.set_random_seed(5)
        dense = keras.layers.Dense(1, activation="softplus" if loss == "poisson" else None)
        return keras.Sequential([keras.Input((4,)), dense])

    model = build()
    model.compile("sgd", loss={"quadratic": "mse"}.get(loss, loss), metrics=["accuracy"])
    fitted = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    run = lossviz.train(
        build(), (x, y), loss=loss, optimizer="sgd", metrics=["accuracy"], batch_size=16,
        epochs=2, shuffle=False,
    ).result(60)  # fmt: skip
    np.testing.assert_allclose(run.history["accuracy"], fitted.history["accuracy"], rtol=1e-5)
