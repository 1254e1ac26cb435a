"""The history: nothing lost, whoever writes; private; damaged files set aside."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lossviz
from lossviz.history import NewerSchemaError, RunRow, Update, database, recorder
from lossviz.history.packing import BLOCK
from lossviz.history.store import History
from lossviz.series import Part


def row(run="a", **more) -> RunRow:
    values = {
        "id": run, "name": f"run {run}", "number": 1, "status": "completed", "task": "",
        "loss": "l",
        "config": {}, "program": "", "device": "CPU:0", "versions": {}, "seed": 0, "epochs": 1,
        "steps_per_epoch": None, "steps": 0, "created": 1.0, "ended": 2.0,
    }  # fmt: skip
    return RunRow(**values | more)


def loss(values, first=0) -> Part:
    return Part("loss", "step", "", first, values)


@pytest.fixture
def history(tmp_path):
    one = History(tmp_path)
    yield one
    one.close()


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


class OfMine:
    """A run whose updates are given by hand."""

    def __init__(self, *updates: Update) -> None:
        self.updates, self.warnings = list(updates), []

    @property
    def id(self) -> str:
        return self.update().row.id

    def obey(self, command) -> str:
        return ""

    def update(self) -> Update:
        return self.updates[0]

    def written(self, update: Update) -> bool:
        return True

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def test_a_run_that_does_not_fit_its_history_keeps_no_other_out(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    own = type(recorder)()
    # It begins at step 50, but the steps before it are not there.
    bad = OfMine(Update(row=row("bad", steps=60), parts=[loss(np.ones(10, np.float32), 50)]))
    good = OfMine(Update(row=row("good", steps=10), parts=[loss(np.ones(10, np.float32))]))
    own._runs = [bad, good]
    own.flush()
    assert [one.id for one in own.history().runs()] == ["good"]
    assert "not being saved" in bad.warnings[0]
    assert good.warnings == []
    own.history().close()


@given(
    parts=st.lists(st.integers(0, 3 * BLOCK), min_size=1, max_size=5),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    cut=st.floats(0, 1),
)
@settings(max_examples=20)
def test_losses_come_back_as_they_were_written(tmp_path_factory, parts, ends, cut):
    history = History(tmp_path_factory.mktemp("history"))
    stream = np.random.default_rng(len(parts))
    whole = stream.normal(size=sum(parts)).astype(np.float32)
    whole[:3] = [np.nan, np.inf, -np.inf][: len(whole)]
    done = 0
    for part in parts:
        history.write([Update(row=row(), parts=[loss(whole[done : done + part], done)])])
        done += part
    assert history.losses("a").tobytes() == whole.tobytes()
    start, stop = sorted(int(share * len(whole)) for share in ends)
    assert history.losses("a", start, stop).tobytes() == whole[start:stop].tobytes()
    kept = int(cut * len(whole))
    history.cut("a", kept, 0)
    assert history.losses("a").tobytes() == whole[:kept].tobytes()
    history.write([Update(row=row(), parts=[loss(whole[kept:], kept)])])
    assert history.losses("a").tobytes() == whole.tobytes()
    history.close()


def test_a_million_steps_take_less_than_five_megabytes(history):
    stream = np.random.default_rng(0)
    losses = (np.exp(-np.arange(1e6) / 3e5) + 0.1 * stream.random(10**6)).astype(np.float32)
    for start in range(0, 10**6, 10_000):
        part = losses[start : start + 10_000]
        history.write([Update(row=row(), parts=[loss(part, start)])])
    history._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert history.size() < 5e6
    assert history.losses("a").tobytes() == losses.tobytes()


def test_a_run_is_read_as_it_ended(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=4, seed=1, name="mine",
        metrics=["accuracy"],
    )  # fmt: skip
    assert run.wait(60)
    kept = lossviz.load_run(run.id)
    assert (kept.name, kept.status, kept.step, kept.epoch) == ("mine", "completed", 12, 4)
    assert kept.step_loss.tobytes() == run.step_loss.tobytes()
    assert {name: values.tolist() for name, values in kept.history.items()} == {
        name: values.tolist() for name, values in run.history.items()
    }
    assert [event.kind for event in kept.events] == [event.kind for event in run.events]
    assert kept.error is None
    assert kept.wait()
    assert len(kept.figure().data) >= 1
    assert "tensorflow" in kept.row.versions
    assert kept.row.seed == 1
    assert lossviz.runs()[0].id == run.id


def test_a_failed_run_keeps_its_error(points, dense_model):
    def broken(target, output):
        raise RuntimeError("my own mistake")

    run = lossviz.train(dense_model(), points, loss=broken, epochs=1)
    assert run.wait(60)
    kept = lossviz.load_run(run.id)
    assert kept.status == "failed"
    assert "my own mistake" in str(kept.error)
    assert "broken" in kept.row.traceback


def test_runs_are_renamed_deleted_and_pruned(points, dense_model, tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    runs = []
    for _ in range(3):
        run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1, seed=0)
        assert run.wait(60)
        runs.append(lossviz.load_run(run.id))
    runs[0].rename("kept by name")
    assert lossviz.load_run(runs[0].id).name == "kept by name"
    with pytest.raises(ValueError, match="name"):
        runs[0].rename(" ")
    assert (tmp_path / "checkpoints" / runs[1].id).is_dir()
    runs[1].delete()
    assert not (tmp_path / "checkpoints" / runs[1].id).exists()
    with pytest.raises(ValueError, match=runs[1].id):
        lossviz.load_run(runs[1].id)
    assert lossviz.prune_runs(days=1) == []
    assert lossviz.prune_runs(megabytes=0) == [runs[0].id, runs[2].id]
    assert lossviz.runs() == []
    with pytest.raises(ValueError, match="days"):
        lossviz.prune_runs(days=-1)


def test_a_run_that_trains_is_not_deleted(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6)
    with pytest.raises(ValueError, match="still training"):
        lossviz.PastRun(run.id).delete()
    assert run.id not in lossviz.prune_runs(megabytes=1e6)
    run.stop()
    assert run.wait(60)


def test_the_file_and_its_folder_are_private(history, tmp_path):
    history.write([Update(row=row())])
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("damage", ["garbage", "middle"])
def test_a_damaged_file_is_set_aside_and_named(damage, tmp_path, points, dense_model, monkeypatch):
    history = History(tmp_path)
    losses = np.zeros(10**5, np.float32)
    history.write([Update(row=row(str(i)), parts=[loss(losses + i)]) for i in range(40)])
    history._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    history.close()
    path = tmp_path / "runs.sqlite"
    content = bytearray(path.read_bytes())
    if damage == "garbage":
        content[:] = b"no database at all" * 100
    else:
        content[4096 : len(content) // 2] = os.urandom(len(content) // 2 - 4096)
    path.write_bytes(content)
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=2, seed=0)
    assert run.wait(60)
    assert run.status == "completed"
    (aside,) = [one for one in tmp_path.iterdir() if ".damaged-" in one.name]
    assert aside.read_bytes() == bytes(content)
    assert any(str(aside) in event.text for event in run.events)
    assert [one.id for one in lossviz.runs()] == [run.id]


def test_the_file_of_a_newer_lossviz_is_left_alone(tmp_path, monkeypatch, points, dense_model):
    History(tmp_path).close()
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = (tmp_path / "runs.sqlite").read_bytes()
    with pytest.raises(NewerSchemaError, match="newer lossviz"):
        History(tmp_path)
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=2, seed=0)
    assert run.wait(60)
    assert run.status == "completed"
    assert any("newer lossviz" in event.text for event in run.events)
    recorder.flush()
    assert (tmp_path / "runs.sqlite").read_bytes() == before


def test_training_goes_on_when_the_disk_is_full(tmp_path, monkeypatch, points, dense_model):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    connection = recorder.history()._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6, seed=0)
    until(lambda: any("disk is full" in event.text for event in run.events))
    assert run.status == "running"
    # Room again: nothing of what was recorded meanwhile is missing.
    recorder.history()._connection.execute("PRAGMA max_page_count=1000000")
    until(lambda: run.step > 1000)
    run.stop()
    assert run.wait(60)
    assert lossviz.load_run(run.id).step_loss.tobytes() == run.step_loss.tobytes()


@pytest.mark.parametrize("when", ["at the start", "later"])
def test_training_goes_on_while_the_file_is_locked(
    tmp_path, monkeypatch, points, dense_model, when
):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(database, "OPEN_SECONDS", 0.2)
    # Rollback journals have locks that keep readers out, too; other programs may use them.
    other = sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)
    if when == "at the start":
        other.execute("BEGIN EXCLUSIVE")
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6, seed=0)
    if when == "later":
        until(lambda: lossviz.load_run(run.id).step > 0)
        other.execute("BEGIN IMMEDIATE")
    warned = "another program has locked the run history"
    until(lambda: any(warned in event.text for event in run.events))
    before = run.step
    until(lambda: run.step > before + 100)
    began = time.monotonic()
    if when == "later":
        # As long as other kernels are waited for; a stop does not wait so long.
        monkeypatch.setattr(database, "BUSY_SECONDS", 10)
        until(lambda: not run._trainer._checkpoints._busy.locked())
        run.stop()
        assert run.wait(60)
        assert time.monotonic() - began < 4
        assert run.events[-1].text == "Training stopped."
    other.execute("ROLLBACK")
    other.close()
    run.stop()
    assert run.wait(60)
    assert lossviz.load_run(run.id).step_loss.tobytes() == run.step_loss.tobytes()


WRITER = """
import os, sys, time
sys.path.insert(0, {path!r})
import numpy as np
from lossviz.history import Update, home
from lossviz.history.store import History
from tests.python.test_history import loss, row
history = History(home())
name = sys.argv[1]
end = time.time() + {seconds}
steps = 0
while time.time() < end:
    # float32 counts to 2^24 only.
    part = (np.arange(steps, steps + 997) % 2**20).astype(np.float32)
    state = row(name, status="running", ended=None, steps=steps + 997)
    history.write([Update(row=state, parts=[loss(part, steps)])])
    steps += 997
history.write([Update(row=row(name, steps=steps))])
print(steps)
"""


def test_four_kernels_write_while_a_fifth_reads(tmp_path):
    seconds = float(os.environ.get("LOSSVIZ_HISTORY_SECONDS", "4"))
    text = WRITER.format(path=str(Path.cwd()), seconds=seconds)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", text, str(i)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "LOSSVIZ_HOME": str(tmp_path)},
        )
        for i in range(4)
    ]  # fmt: skip
    reader = History(tmp_path)
    reads = 0
    while any(writer.poll() is None for writer in writers):
        for one in reader.runs():
            losses = reader.losses(one.id)
            assert (losses == np.arange(len(losses)) % 2**20).all()
            assert len(losses) % 997 == 0
            reads += 1
    for i, writer in enumerate(writers):
        out, err = writer.communicate(timeout=60)
        assert writer.returncode == 0, err
        assert len(reader.losses(str(i))) == int(out)
        assert reader.run(str(i)).status == "completed"
    assert reads > 10
    reader.close()


def test_a_run_of_another_process_that_has_gone_is_interrupted(history):
    history.write([Update(row=row("x", status="running", ended=None))])
    assert history.run("x").status == "running"
    gone = json.dumps({"host": "elsewhere", "pid": 1, "start": None})
    history._connection.execute("UPDATE runs SET owner = ?, written = 0", (gone,))
    assert history.run("x").status == "interrupted"
    assert [one.status for one in history.runs()] == ["interrupted"]
