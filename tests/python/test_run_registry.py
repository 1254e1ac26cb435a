"""The registry of a kernel's runs: states, listeners, and what starts the next run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import keras
import numpy as np
import pytest

import lossviz
from lossviz.training import kernel_runs

X = np.linspace(-1, 1, 32, dtype="f4")[:, None]


def model():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def train(**more):
    return lossviz.train(model(), (X, 2 * X), loss="mse", epochs=2, batch_size=8, seed=0, **more)


@pytest.fixture
def heard():
    events = []
    stop = kernel_runs.listen(
        begun=lambda run: events.append(("begun", run.id, run.step, threading.get_ident())),
        ended=lambda run: events.append(("ended", run.id, run.step, threading.get_ident())),
    )
    yield events
    stop()


def test_listeners_hear_of_the_beginning_and_the_end(heard):
    run = train()
    assert heard[0] == ("begun", run.id, 0, threading.get_ident())
    assert kernel_runs.find(run.id) is run
    assert run.wait(60)
    assert [event[:3] for event in heard] == [("begun", run.id, 0), ("ended", run.id, 8)]
    assert heard[1][3] != threading.get_ident()
    assert kernel_runs.live() == []
    assert kernel_runs.find(run.id) is run, "as long as somebody holds it"


def test_who_listens_no_more_hears_nothing():
    events = []
    stop = kernel_runs.listen(begun=events.append)
    stop()
    assert train().wait(60)
    assert events == []


def test_a_listener_that_fails_is_a_warning_and_the_others_hear():
    events = []

    def fail(run):
        raise RuntimeError("no good")

    stops = [kernel_runs.listen(begun=fail), kernel_runs.listen(begun=events.append)]
    try:
        run = train()
    finally:
        for stop in stops:
            stop()
    assert run.wait(60)
    assert (run.status, events) == ("completed", [run])
    assert any("no good" in event.text for event in run.events if event.kind == "warning")


def test_a_run_is_live_without_a_variable_until_its_end():
    run = lossviz.train(model(), (X, 2 * X), loss="mse", epochs=10**6, seed=0)
    name = run.id
    run.pause()
    del run
    (found,) = kernel_runs.live()
    assert found.id == name
    assert kernel_runs.find(name) is found
    found.stop()
    assert found.wait(60)
    assert kernel_runs.live() == []


def test_what_starts_a_run_is_in_its_record_in_this_thread_alone():
    kernel_runs.describe({"loss": "my loss"}, "the text")
    try:
        assert kernel_runs.origin().program == "the text"
        other = []
        thread = threading.Thread(target=lambda: other.append(kernel_runs.origin()))
        thread.start()
        thread.join()
        assert (other[0].program, other[0].config) == ("", {})
        run = train()
    finally:
        kernel_runs.describe()
    assert run.wait(60)
    assert (run.record.program, run.record.loss) == ("the text", "my loss")
    assert run.config["loss"] == "my loss"
    assert kernel_runs.origin().program == ""


def test_a_run_to_go_on_with_is_taken_by_the_next_one_alone():
    first = lossviz.train(model(), (X, 2 * X), loss="mse", epochs=4, batch_size=8, seed=0)
    assert first.wait(60)
    kernel_runs.describe(resume=first.id)
    second = lossviz.train(model(), (X, 2 * X), loss="mse", epochs=6, batch_size=8)
    third = train()
    assert second.wait(60)
    assert third.wait(60)
    assert second.id == first.id
    assert len(second.step_loss) == 6 * 4
    assert third.id != first.id
    assert kernel_runs.find(first.id) is second, "of two parts of one run the last"


WITHOUT = """
import numpy as np, keras, lossviz
from lossviz.history import home
from lossviz.training import stop_recording
stop_recording()
x = np.ones((8, 1), "f4")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
run = lossviz.train(model, (x, x), loss="mse", epochs=2, seed=0)
assert run.wait(60) and run.status == "completed", run.error
print([one.name for one in home().glob("runs.sqlite*")] if home().exists() else [])
print([event.kind for event in run.events if event.kind == "warning"])
"""


def test_training_needs_no_history(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False,
        env={**os.environ, "LOSSVIZ_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "[]"]
