"""Stopping, being killed and going on: to the bit what an uninterrupted run gives."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

import lossviz
from lossviz.history import home as home_of_runs
from lossviz.history import recorder
from lossviz.training import pace


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.002)


def data(samples=333):
    stream = np.random.default_rng(0)
    labels = np.arange(samples) % 3
    inputs = stream.normal(size=(samples, 4)).astype(np.float32) + labels[:, None]
    return inputs, np.eye(3, dtype=np.float32)[labels]


def model():
    """With random numbers and moving means of its own: they must be kept, too."""
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(3),
        ]
    )


OPTIONS = {
    "loss": "cross_entropy", "optimizer": "adam", "batch_size": 20, "epochs": 40, "seed": 5,
    "metrics": ["accuracy"],
}  # fmt: skip


def train(**more):
    return lossviz.train(model(), data(), validation=data(50), **OPTIONS, **more)


@pytest.fixture(scope="module")
def uninterrupted():
    run = train()
    assert run.wait(120)
    assert run.error is None, run.error
    return run


def assert_same(run, other):
    assert run.step_loss.tobytes() == other.step_loss.tobytes()
    assert list(run.history) == list(other.history)
    for name, values in run.history.items():
        assert values.tobytes() == other.history[name].tobytes(), name


@pytest.mark.parametrize("seconds", [1e-6, 0.002, 0.2])
def test_the_length_of_chunks_changes_no_bit(uninterrupted, seconds, monkeypatch):
    monkeypatch.setattr(pace, "SECONDS", seconds)
    run = train()
    assert run.wait(120)
    assert_same(run, uninterrupted)


@pytest.mark.parametrize("stop_at", [1, 16, 17, 150, 400])
def test_a_stopped_run_goes_on_to_the_bit(uninterrupted, stop_at):
    run = train()
    run.pause()
    run.advance(stop_at)
    until(lambda: run.status == "paused" and run.step == stop_at)
    run.stop()
    assert run.wait(60)
    assert run.status == "stopped"
    again = train(resume_from=run)
    assert again.wait(120)
    assert again.error is None, again.error
    assert again.id == run.id
    assert again.name == run.name
    assert_same(again, uninterrupted)
    kept = lossviz.load_run(run.id)
    assert kept.status == "completed"
    assert_same(kept, uninterrupted)


def test_a_run_can_be_stopped_and_resumed_again_and_again(uninterrupted):
    run = train()
    for _ in range(4):
        before = run.step
        until(lambda before=before, run=run: run.step > before + 30)
        run.stop()
        assert run.wait(60)
        run = train(resume_from=run.id)
    assert run.wait(120)
    assert_same(run, uninterrupted)


def test_a_completed_run_can_be_given_more_epochs(uninterrupted):
    half = lossviz.train(
        model(), data(), validation=data(50), **OPTIONS | {"epochs": 15}
    )  # fmt: skip
    assert half.wait(120)
    more = train(resume_from=half)
    assert more.wait(120)
    assert_same(more, uninterrupted)


def test_an_object_of_the_earlier_part_goes_on_from_the_newest_state(uninterrupted):
    run = train()
    until(lambda: run.step > 30)
    run.stop()
    assert run.wait(60)
    whole = train(resume_from=run)
    with pytest.raises(ValueError, match="has not ended"):
        train(resume_from=run)
    assert whole.wait(120)
    # The same call once more: there is nothing left to do, and nothing is lost.
    again = train(resume_from=run)
    assert again.wait(120)
    assert again.epoch == OPTIONS["epochs"]
    assert_same(again, uninterrupted)
    assert_same(lossviz.load_run(run.id), uninterrupted)


@pytest.mark.parametrize("other", [{"batch_size": 10}, {"data": data(50)}])
def test_a_run_goes_on_with_the_same_data_only(uninterrupted, other):
    given = {"data": data(), **OPTIONS, "epochs": 60, **other}
    with pytest.raises(ValueError, match="use the same data"):
        lossviz.train(model(), resume_from=uninterrupted, **given)
    assert_same(lossviz.load_run(uninterrupted.id), uninterrupted)


def test_single_steps_are_single(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=50, seed=0)
    run.pause()
    for steps in range(1, 5):
        run.advance()
        until(lambda steps=steps: run.step == steps and run.status == "paused")
    time.sleep(0.1)
    assert run.step == 4
    run.resume()
    assert run.wait(60)
    assert run.step == 150
    run.advance()
    assert run.step == 150
    with pytest.raises(ValueError, match="steps"):
        run.advance(0)


def test_what_cannot_be_resumed_says_why(uninterrupted, points, dense_model):
    with pytest.raises(ValueError, match="resume"):
        lossviz.train(dense_model(), points, loss="mse", resume_from="20990101-nothing")
    with pytest.raises(TypeError, match="resume"):
        lossviz.train(dense_model(), points, loss="mse", resume_from=3)
    live = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6)
    for one in (live, live.id, lossviz.load_run(live.id)):
        with pytest.raises(ValueError, match="has not ended"):
            lossviz.train(dense_model(), points, loss="cross_entropy", resume_from=one)
    live.stop()
    assert live.wait(60)
    with pytest.raises(ValueError, match="a different model"):
        lossviz.train(dense_model(), points, loss="cross_entropy", resume_from=uninterrupted)


class Slow(keras.callbacks.Callback):
    """Gives a test the time to kill its kernel."""

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.01)


KILLED = """
import sys
sys.path.insert(0, {path!r})
from tests.python import test_resume as mine
run = mine.train(name="killed", callbacks=[mine.Slow()])
mine.until(lambda: run.step > 200)
print(run.id, flush=True)
run.wait()
"""


def test_a_killed_run_is_found_interrupted_and_goes_on_to_the_bit(uninterrupted, home):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED.format(path=str(Path.cwd()))],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "LOSSVIZ_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    run = process.stdout.readline().strip()
    until(lambda: lossviz.load_run(run).step > 200)
    assert lossviz.load_run(run).status == "running"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()
    kept = lossviz.load_run(run)
    assert kept.status == "interrupted"
    assert kept.name == "killed"
    assert kept.step > 200
    assert kept.step_loss.tobytes() == uninterrupted.step_loss[: kept.step].tobytes()
    again = train(resume_from=kept)
    assert again.wait(120)
    assert_same(again, uninterrupted)
    assert lossviz.load_run(run).status == "completed"


def test_no_checkpoint_is_ahead_of_the_losses_on_disk(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6, seed=0)
    folder = home_of_runs() / "checkpoints" / run.id
    seen = set()

    def kept() -> bool:
        with contextlib.suppress(FileNotFoundError):
            step = json.loads((folder / "latest.json").read_text())["step"]
            # Not through load_run, which writes what is new first.
            assert len(recorder.history().losses(run.id)) >= step
            seen.add(step)
        return len(seen) == 3

    until(kept)
    run.stop()
    assert run.wait(60)


def test_checkpoints_are_private_and_only_the_latest_is_kept(uninterrupted, home):
    folder = home / "checkpoints" / uninterrupted.id
    assert sorted(path.name.split("-")[0] for path in folder.iterdir()) == ["latest.json", "step"]
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (home / "runs.sqlite").stat().st_mode & 0o077 == 0


def test_a_full_disk_ends_no_training(points, dense_model, monkeypatch, tmp_path):
    # A file where the folder of checkpoints should be: no checkpoint can be written.
    (tmp_path / "checkpoints").write_text("")
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=30, seed=0)
    assert run.wait(60)
    assert run.status == "completed"
    warnings = [event.text for event in run.events if event.kind == "warning"]
    assert any("checkpoint could not be saved" in text for text in warnings)
    assert len(warnings) == 1
