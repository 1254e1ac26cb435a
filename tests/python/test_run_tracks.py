"""Times, learning rates and checkpoints of real runs: recorded, kept, and gone on with."""

from __future__ import annotations

import sqlite3
import time

import keras
import numpy as np
import pytest

import lossviz
from lossviz.history import database, home, recorder

# Keras' own callbacks read the learning rate in a way that NumPy 2 does not like.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def finished(*arguments, **options):
    run = lossviz.train(*arguments, **options)
    assert run.wait(120), run
    assert run.error is None, run.error
    return run


def rates_of(run) -> np.ndarray:
    return run.record.learning_rates.at(np.arange(run.step, dtype=float), later=True)


def test_time_goes_on_through_a_pause_and_stands_at_its_step(points, dense_model):
    began = time.monotonic()
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=100_000)
    while run.step < 30:
        time.sleep(0.01)
    run.pause()
    while run.status != "paused":
        time.sleep(0.01)
    paused_at = run.step
    time.sleep(1)
    run.resume()
    while run.step == paused_at:
        time.sleep(0.01)
    run.stop()
    run.wait(60)
    whole = time.monotonic() - began
    times = run.record.times
    before, after = float(times.at([paused_at])[0]), float(times.at([paused_at], later=True)[0])
    assert 0.9 < after - before < 3
    assert (np.diff(times.at(np.arange(run.step + 1.0))) >= 0).all()
    assert times.last <= whole
    assert float(times.at([0.0])[0]) == 0


def test_the_learning_rate_is_known_for_each_step_whoever_changes_it(points, dense_model):
    def falling(epoch, rate):
        return 0.1 / (epoch + 1)

    run = finished(
        dense_model(), points, loss="cross_entropy", epochs=3, batch_size=30,
        callbacks=[keras.callbacks.LearningRateScheduler(falling)],
    )  # fmt: skip
    np.testing.assert_allclose(rates_of(run), np.repeat([0.1, 0.05, 0.1 / 3], 3), rtol=1e-6)
    changes = [event for event in run.events if event.kind == "learning_rate"]
    assert [event.step for event in changes] == [3, 6]


PLATEAU = {
    "loss": "cross_entropy", "epochs": 5, "batch_size": 30, "learning_rate": 0.1, "seed": 0,
}  # fmt: skip


def no_progress():
    """Takes a tenth of the learning rate after each epoch from its second on."""
    return keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=1, min_delta=100.0)


def changes_of(run) -> list[tuple[int, str]]:
    return [(event.step, event.text) for event in run.events if event.kind == "learning_rate"]


@pytest.mark.parametrize("compiled", [False, True])
def test_a_plateau_is_seen_in_every_run_of_a_model(compiled, points, dense_model):
    model = dense_model()
    if compiled:
        model.compile("adam", "mse")
    before = getattr(model, "optimizer", None)
    for _ in range(2):
        run = finished(model, points, **PLATEAU, callbacks=[no_progress()])
        np.testing.assert_allclose(
            rates_of(run), np.repeat([0.1, 0.1, 0.01, 0.001, 0.0001], 3), rtol=1e-5
        )
        assert changes_of(run) == [
            (6, "Learning rate changed from 0.1 to 0.01."),
            (9, "Learning rate changed from 0.01 to 0.001."),
            (12, "Learning rate changed from 0.001 to 0.0001."),
        ]
        # The model's own optimizer is only lent its place.
        assert getattr(model, "optimizer", None) is before


def test_a_run_goes_on_with_its_reduced_rate_and_waits_anew(points, dense_model):
    run = lossviz.train(dense_model(), points, **PLATEAU, callbacks=[no_progress()])
    run.pause()
    run.advance(7)
    while run.status != "paused" or run.step < 7:
        time.sleep(0.01)
    run.stop()
    assert run.wait(60)
    # Without a learning rate: one that is given would be used.
    options = {name: value for name, value in PLATEAU.items() if name != "learning_rate"}
    again = finished(dense_model(), points, **options, callbacks=[no_progress()], resume_from=run)
    # Its first epoch counts as the best again: the rate falls after the second, at step 12.
    np.testing.assert_allclose(rates_of(again), np.repeat([0.1, 0.1, 0.01, 0.01, 0.001], 3), 1e-5)
    assert [step for step, _ in changes_of(again)] == [6, 12]


def test_a_schedule_is_followed_within_half_a_percent(points, dense_model):
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 3000)
    run = finished(
        dense_model(), points, loss="cross_entropy", epochs=90, batch_size=3,
        optimizer=keras.optimizers.SGD(schedule),
    )  # fmt: skip
    exact = np.array([float(schedule(step)) for step in range(run.step)])
    assert run.step == 2700
    np.testing.assert_allclose(rates_of(run), exact, rtol=0.02, atol=1e-4)
    assert not [event for event in run.events if event.kind == "learning_rate"]


def test_a_callback_of_each_batch_fills_the_run_with_no_events(points, dense_model):
    class EachBatch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.learning_rate = 0.01 * (batch + 1)

    run = finished(
        dense_model(), points, loss="cross_entropy", epochs=2, batch_size=10,
        callbacks=[EachBatch()],
    )  # fmt: skip
    np.testing.assert_allclose(rates_of(run), np.tile(0.01 * np.arange(1, 10), 2), rtol=1e-5)
    assert len([event for event in run.events if event.kind == "learning_rate"]) <= 1


def test_checkpoints_are_noted_and_bounded(points, dense_model):
    run = finished(dense_model(), points, loss="cross_entropy", epochs=3)
    assert run.record.checkpoints[-1] == run.step
    other = lossviz.training.Record(
        id="a", name="a", number=1, loss="mse", epochs=1, device="CPU:0"
    )
    for step in range(10_000):
        other.add_checkpoint(step)
    assert len(other.checkpoints) <= 64
    assert other.checkpoints[-1] == 9999


def test_a_stopped_run_goes_on_with_its_clock_and_its_rates(points, dense_model):
    options = {"loss": "cross_entropy", "batch_size": 10, "seed": 0, "learning_rate": 0.1}
    run = lossviz.train(dense_model(), points, epochs=100_000, **options)
    while run.step < 200:
        time.sleep(0.01)
    run.set_learning_rate(0.02)
    seen = run.step
    while run.step < seen + 200:
        time.sleep(0.01)
    run.stop()
    run.wait(60)
    steps, last = run.step, run.record.times.last
    kept = lossviz.load_run(run.id).record(["loss"])
    np.testing.assert_allclose(
        kept.times.at([0, 100, steps]), run.record.times.at([0, 100, steps]), atol=1e-6
    )
    time.sleep(1)
    began = time.monotonic()
    # A rate that is given would be used; without one it is the one that was set.
    del options["learning_rate"]
    on = lossviz.train(dense_model(), points, epochs=steps // 9 + 20, resume_from=run.id, **options)
    assert on.wait(120)
    took = time.monotonic() - began
    assert on.error is None, on.error
    times = on.record.times
    np.testing.assert_allclose(
        times.at([0.0, steps / 2]), run.record.times.at([0.0, steps / 2]), atol=0.03
    )
    # The second in which there was no run is not among its times.
    assert 0 < times.last - last <= took
    assert (np.diff(times.at(np.arange(on.step + 1.0))) >= 0).all()
    rates = rates_of(on)
    assert (rates[0], rates[-1]) == (pytest.approx(0.1), pytest.approx(0.02))


def test_a_history_from_before_times_were_kept_is_brought_forward(tmp_path, monkeypatch):
    recorder.flush()  # what earlier tests have trained belongs into their own history
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    connection = sqlite3.connect(tmp_path / database.FILE)
    connection.executescript(database.MIGRATIONS[0] + "PRAGMA user_version=1;")
    connection.close()
    assert lossviz.runs() == []
    assert home() == tmp_path
    connection = sqlite3.connect(tmp_path / database.FILE)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert version == len(database.MIGRATIONS)
    assert connection.execute("SELECT count(*) FROM tracks").fetchone() == (0,)
    connection.close()
