"""Commands to live runs reach the right process, at most once, and are confirmed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from test_history import row, until

from lossviz._arguments import ArgumentError
from lossviz.history import ENDED, Update, recorder
from lossviz.history.store import History
from lossviz.training import Record, Run
from lossviz.training.control import Control
from lossviz.training.recorded import RecordedRun

TRAINING = """
import keras, numpy as np, lossviz
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
run = lossviz.train(model, (x, 2 * x), loss="quadratic", epochs=1_000_000, seed=1, name="elsewhere")
run.wait()
print("<<", run.status, ">>")
"""

TAKES_EFFECT = 1.5
"""Seconds, promised; a busy machine gets more."""


@pytest.fixture
def history(tmp_path):
    one = History(tmp_path)
    yield one
    one.close()


def live(history: History, run: str = "a", **more) -> None:
    history.write([Update(row=row(run, status="running", ended=None, **more))])


def test_another_process_obeys_within_a_moment_and_confirms(tmp_path):
    environment = {**os.environ, "LOSSVIZ_HOME": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""}
    with subprocess.Popen(
        [sys.executable, "-c", TRAINING], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            until((tmp_path / "runs.sqlite").exists, 120)
            history = History(tmp_path)
            until(lambda: any(one.steps > 0 for one in history.live()))
            [run] = history.live()
            waits = []
            for kind, status in [("pause", "paused"), ("resume", "running")]:
                asked = history.commands.ask(run, kind)
                began = time.monotonic()
                until(lambda wanted=status: history.run(run.id).status == wanted, 20)
                waits.append(time.monotonic() - began)
                until(lambda one=asked: history.commands.find(one.number).done is not None, 5)
                assert history.commands.find(asked.number).refused == ""
            history.commands.ask(history.run(run.id), "learning_rate", 0.125)
            until(lambda: any("0.125" in text for *_, text in history.events(run.id)), 20)
            history.commands.ask(history.run(run.id), "stop")
            until(lambda: history.run(run.id).status == "stopped", 20)
            print("took effect after", [round(one, 2) for one in waits], "seconds")
            assert min(waits) < TAKES_EFFECT
            output, errors = process.communicate(timeout=60)
            assert "<< stopped >>" in output, errors
            history.close()
        finally:
            process.kill()


def test_a_run_that_has_ended_gets_no_command(history):
    live(history)
    stale = history.run("a")
    placed = history.commands.ask(stale, "stop")
    history.write([Update(row=row("a", status="completed"))])
    # What it had not read is refused, and what comes now is told so.
    assert history.commands.find(placed.number).refused == ENDED
    with pytest.raises(ArgumentError, match="has ended"):
        history.commands.ask(stale, "pause")
    assert history.commands.take(["a"]) == []


def test_a_command_dies_with_the_process_that_was_asked(history):
    live(history)
    placed = history.commands.ask(history.run("a"), "stop")
    with history._lock:
        for table in ("runs", "commands"):
            history._connection.execute(
                f"UPDATE {table} SET owner = ?", ('{"host": "gone", "pid": 1, "start": null}',)
            )
        history._connection.execute("UPDATE runs SET written = 1")
    assert history.run("a").status == "interrupted"
    assert history.commands.find(placed.number).refused == ENDED
    # Resumed by another process, the run does not meet it.
    live(history)
    assert history.commands.take(["a"]) == []


def test_each_command_is_handed_out_once_in_order(history, tmp_path):
    live(history)
    run = history.run("a")
    numbers = [history.commands.ask(run, kind).number for kind in ["pause", "resume"] * 20]
    others = [History(tmp_path) for _ in range(4)]
    taken: list[int] = []

    def take(one: History) -> None:
        for _ in range(20):
            taken.extend(command.number for command in one.commands.take(["a", "b"]))

    threads = [threading.Thread(target=take, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == numbers
    for one in others:
        one.close()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("stopp", None, "stop"),
        ("learning_rate", 0.0, "greater than 0"),
        ("learning_rate", None, "value"),
        ("stop", 1.0, "takes none"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(history, kind, value, words):
    live(history)
    with pytest.raises((ArgumentError, TypeError), match=words):
        history.commands.ask(history.run("a"), kind, value)


def test_deleting_a_run_deletes_its_commands_and_its_glance(history):
    live(history)
    history.commands.ask(history.run("a"), "stop")
    history.write([Update(row=row("a", status="stopped"))])
    history.delete("a")
    for table in ("commands", "glances"):
        assert not history._all(f"SELECT * FROM {table}")


@pytest.mark.parametrize("steps", [0, 1, 63, 200, 100_000])
def test_a_glance_has_the_latest_figures_and_every_extreme(history, steps):
    record = Record(id="a", name="a", number=1, loss="l", epochs=1, device="CPU:0")
    record.begin_epoch(1)
    losses = np.random.default_rng(steps).normal(1, 0.1, steps).astype(np.float32)
    if steps > 10:
        losses[steps // 3], losses[5] = 9, np.nan
    record.add_steps(losses, 1.0)
    record.set_status("running")
    history.write([RecordedRun(Run(record, Control(), None)).update()])
    glance = history.glances(["a"])["a"]
    assert glance.sparkline.shape[0] == 2
    assert glance.sparkline.shape[1] <= 140
    if not steps:
        assert (glance.loss, glance.best_loss) == (None, None)
        return
    assert glance.loss == pytest.approx(losses[-1])
    assert glance.best_loss == pytest.approx(np.nanmin(losses))
    low, high = glance.sparkline
    assert np.nanmax(high) == np.nanmax(losses)
    assert np.nanmin(low) == np.nanmin(losses)
    assert history.glances(["other"]) == {}


def test_the_recorder_obeys_for_its_own_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    own = type(recorder)()
    record = Record(id="mine", name="a", number=1, loss="l", epochs=1, device="CPU:0")
    record.set_status("running")
    control = Control()
    own.follow(RecordedRun(Run(record, control, None)))
    own.flush()
    elsewhere = History(tmp_path)
    placed = elsewhere.commands.ask(elsewhere.run("mine"), "pause")
    until(lambda: control.holding)
    until(lambda: elsewhere.commands.find(placed.number).done is not None)
    record.end("stopped", "")
    own.wake()
    until(lambda: elsewhere.run("mine").status == "stopped")
    elsewhere.close()
    own.history().close()
