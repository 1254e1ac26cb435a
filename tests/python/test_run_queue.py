"""A run changes model and optimizer in its own turn only, and goes on as it was told to."""

from __future__ import annotations

import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from lossviz.series import Part
from lossviz.training import trainer as trainer_module
from lossviz.training.checkpoint import LATEST, folder_of
from lossviz.training.record import Record


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.005)


def weights(model):
    return [value.copy() for value in model.get_weights()]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def stopped(model, points, **more):
    run = lossviz.train(
        model, points, loss="cross_entropy", epochs=100_000, seed=1, learning_rate=0.2, **more
    )
    until(lambda: run.step > 20)
    run.stop()
    assert run.wait(60)
    return run


@pytest.mark.parametrize("when_busy", ["queue", "replace"])
def test_a_resumed_run_restores_when_its_turn_comes(points, dense_model, when_busy):
    first = stopped(dense_model(), points)
    model = dense_model(seed=4)
    live = lossviz.train(model, points, loss="cross_entropy", epochs=100_000, seed=2)
    until(lambda: live.step > 5)
    live.pause()
    until(lambda: live.status == "paused")
    before = weights(model)
    resumed = lossviz.train(
        model, points, loss="cross_entropy", epochs=100_000, resume_from=first, when_busy=when_busy,
        learning_rate=0.2,
    )  # fmt: skip
    if when_busy == "queue":
        time.sleep(0.3)
        assert resumed.status == "queued"
        assert same(before, weights(model))
        live.stop()
    until(lambda: resumed.step > first.step)
    resumed.stop()
    assert resumed.wait(60)
    assert resumed.step_loss[: first.step].tobytes() == first.step_loss.tobytes()
    # It went on from its own checkpoint, not from the weights of the run before it.
    steady = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=(resumed.step + 2) // 3 + 1, seed=1,
        learning_rate=0.2,
    )  # fmt: skip
    assert steady.wait(60)
    assert steady.step_loss[: resumed.step].tobytes() == resumed.step_loss.tobytes()


def test_a_refused_resume_leaves_the_model_as_it_is(points, dense_model):
    first = stopped(dense_model(), points)
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    before = weights(other)
    with pytest.raises(ValueError, match=r"^resume_from: .* had a different model"):
        lossviz.train(other, points, loss="cross_entropy", resume_from=first)
    assert same(before, weights(other))
    # The same model under another optimizer is told in its turn, and changes nothing either.
    model = dense_model(seed=9)
    before = weights(model)
    run = lossviz.train(model, points, loss="cross_entropy", optimizer="adam", resume_from=first)
    assert run.wait(60)
    assert run.status == "failed"
    assert "had a different model, optimizer or metrics" in str(run.error)
    assert same(before, weights(model))


@pytest.mark.parametrize("size", [16, 45])
def test_a_stop_in_the_first_epoch_goes_on_with_the_same_batch_size_only(dense_model, size):
    stream = np.random.default_rng(0)
    points = stream.normal(size=(6_000, 4)).astype("f4"), np.arange(6_000) % 3
    run = lossviz.train(dense_model(), points, loss="cross_entropy", batch_size=30)
    run.advance(5)
    until(lambda: run.step >= 5)
    run.stop()
    assert run.wait(60)
    assert run.epoch == 1
    with pytest.raises(ValueError, match="batch size"):
        lossviz.train(dense_model(), points, loss="cross_entropy", batch_size=size, resume_from=run)


def test_a_learning_rate_given_with_resume_is_used(points, dense_model):
    first = stopped(dense_model(), points)
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=first.epoch + 2, resume_from=first,
        learning_rate=0.01,
    )  # fmt: skip
    assert run.wait(60)
    assert run.record.learning_rates.last == pytest.approx(0.01)
    assert run.record.learning_rates.at(np.array([0.0]))[0] == pytest.approx(0.2)


def test_an_early_stop_is_resumed_at_the_next_epoch(points, dense_model):
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=1e6)
    options = {"loss": "cross_entropy", "seed": 3}
    first = lossviz.train(dense_model(), points, epochs=9, callbacks=[stop], **options)
    assert first.wait(60)
    assert first.epoch == 2
    second = lossviz.train(dense_model(), points, epochs=4, resume_from=first, **options)
    assert second.wait(60)
    third = lossviz.train(dense_model(), points, epochs=6, resume_from=second, **options)
    assert third.wait(60)
    assert [row.epoch for row in third.record.rows] == [1, 2, 3, 4, 5, 6]
    steady = lossviz.train(dense_model(), points, epochs=6, **options)
    assert steady.wait(60)
    assert third.step_loss.tobytes() == steady.step_loss.tobytes()
    stored = lossviz.load_run(third.id).history
    assert len(stored["loss"]) == 6


def test_initial_epochs_are_not_cut_from_a_resumed_run(points, dense_model):
    options = {"loss": "cross_entropy", "seed": 3, "initial_epoch": 5}
    first = lossviz.train(dense_model(), points, epochs=8, **options)
    assert first.wait(60)
    assert [row.epoch for row in first.record.rows] == [6, 7, 8]
    second = lossviz.train(dense_model(), points, epochs=10, resume_from=first.id, **options)
    assert second.wait(60)
    assert [row.epoch for row in second.record.rows] == [6, 7, 8, 9, 10]


def test_a_run_that_was_given_up_writes_no_checkpoint(dense_model, monkeypatch):
    monkeypatch.setattr(trainer_module, "PATIENCE", 0.2)
    gate = threading.Event()

    def batches():
        for step in range(40):
            if step == 20:
                gate.wait(60)
            yield np.zeros((8, 4), "f4"), np.eye(3, dtype="f4")[np.arange(8) % 3]

    spec = tf.TensorSpec((8, 4)), tf.TensorSpec((8, 3))
    data = tf.data.Dataset.from_generator(batches, output_signature=spec)
    run = lossviz.train(dense_model(), data, loss="cross_entropy", epochs=3)
    until(lambda: run.step >= 1)
    time.sleep(0.5)
    run.stop()
    assert run.wait(60)
    latest = (folder_of(run.id) / LATEST).read_text()
    steps = run.step
    gate.set()
    time.sleep(1.5)
    assert run.step == steps
    assert (folder_of(run.id) / LATEST).read_text() == latest


def test_a_run_has_a_checkpoint_before_its_first_step(dense_model):
    started = threading.Event()

    def batches():
        started.set()
        time.sleep(30)
        yield np.zeros((8, 4), "f4"), np.eye(3, dtype="f4")[np.arange(8) % 3]

    spec = tf.TensorSpec((8, 4)), tf.TensorSpec((8, 3))
    data = tf.data.Dataset.from_generator(batches, output_signature=spec)
    run = lossviz.train(dense_model(), data, loss="cross_entropy")
    until((folder_of(run.id) / LATEST).is_file)
    assert run.step == 0
    run.stop()


def test_the_time_left_counts_what_this_part_has_taken():
    record = Record(id="x", name="x", number=1, loss="mse", epochs=100, device="CPU:0",
                    steps_per_epoch=1_000)  # fmt: skip
    record.restore([Part("loss", "step", "", 0, np.ones(50_000, "f4"))], [], [])
    record.set_status("running")
    record.add_steps(np.ones(100, "f4"), 1.0)
    # A hundred steps took a second; what the earlier part took is not known.
    assert record.progress().left == pytest.approx((100_000 - 50_100) / 100)


def test_an_optimizer_of_another_model_is_told_before_training(points, dense_model):
    optimizer = keras.optimizers.Adam()
    run = lossviz.train(dense_model(), points, loss="cross_entropy", optimizer=optimizer, epochs=1)
    assert run.wait(60)
    with pytest.raises(ValueError, match=r"^optimizer: this Adam was used for other variables"):
        lossviz.train(dense_model(), points, loss="cross_entropy", optimizer=optimizer)


def test_asking_for_a_run_changes_no_optimizer(points, dense_model):
    blocker = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=100_000)
    blocker.pause()
    optimizer = keras.optimizers.Adam(0.5)
    model = dense_model()
    before = weights(model)
    waiting = lossviz.train(
        model, points, loss="cross_entropy", optimizer=optimizer, learning_rate=0.01
    )
    time.sleep(0.2)
    assert waiting.status == "queued"
    assert not optimizer.built
    assert float(optimizer.learning_rate) == pytest.approx(0.5)
    assert same(before, weights(model))
    waiting.stop()
    blocker.stop()
    assert waiting.wait(60)
    assert blocker.wait(60)
