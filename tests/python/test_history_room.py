"""How much room runs take, how it is given back, and how runs are found among thousands."""

from __future__ import annotations

import sqlite3
import time

import numpy as np
import pytest

import lossviz
from lossviz.history import Update, recorder, store
from tests.python.test_history import loss, row

RUNS = 150


@pytest.fixture
def history(tmp_path, monkeypatch):
    """The history that `lossviz.runs()` reads, in a folder of its own."""
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    return recorder.history()


def fill(history, count=RUNS, steps=20_000, **more) -> list[str]:
    """So many ended runs with losses that do not compress; the ids, oldest first."""
    stream = np.random.default_rng(0)
    ids = [f"20260101-{number:06d}-{stream.integers(16**8):08x}" for number in range(count)]
    for number, one in enumerate(ids):
        when = {"created": 1000.0 + number, "ended": 2000.0 + number, "steps": steps}
        losses = stream.random(steps, np.float32) * np.float32(10) ** stream.integers(-30, 30)
        history.write([Update(row=row(one, **when | more), parts=[loss(losses)])])
    return ids


def on_disk(history) -> int:
    return sum(path.stat().st_size for path in history.folder.glob("runs.sqlite*"))


@pytest.mark.parametrize("share", [0.8, 0.3, 0.99])
def test_pruning_deletes_just_enough_the_oldest_first(history, share):
    ids = fill(history)
    before = history.size()
    assert before > 5e6
    limit = share * before / 1e6
    deleted = lossviz.prune_runs(megabytes=limit)
    assert deleted == ids[: len(deleted)]
    assert history.size() <= limit * 1e6
    # One less would not have been enough; all runs are of one size here.
    assert history.size() + 1.2 * before / RUNS > limit * 1e6
    assert [run.id for run in lossviz.runs()] == ids[len(deleted) :][::-1]
    # On the disk, too, with the write-ahead log.
    assert on_disk(history) < 1.05 * limit * 1e6
    assert lossviz.prune_runs(megabytes=limit) == []


def test_a_limit_above_what_is_there_deletes_nothing(history):
    ids = fill(history, 20)
    # A log of megabytes is no run.
    assert on_disk(history) > 1.2 * history.size()
    assert lossviz.prune_runs(megabytes=history.size() / 1e6 + 0.01) == []
    assert len(lossviz.runs()) == len(ids)


def test_checkpoints_count_and_those_of_nobody_do_not(history):
    ids = fill(history, 6, steps=10)
    for one, size in zip([*ids, "of a run that is not here"], [0, 9, 1, 0, 1, 1, 50], strict=True):
        folder = history.folder / "checkpoints" / one / "step-1-abc"
        folder.mkdir(parents=True)
        (folder / "tensors").write_bytes(bytes(size * 10**6))
    assert 12e6 < history.size() < 12.5e6
    assert lossviz.prune_runs(megabytes=3.5) == ids[:2]
    assert not (history.folder / "checkpoints" / ids[1]).exists()
    assert (history.folder / "checkpoints" / ids[2]).exists()
    assert (history.folder / "checkpoints" / "of a run that is not here").exists()


def test_room_comes_back_while_another_kernel_reads(history):
    fill(history, 20)
    other = sqlite3.connect(history.folder / "runs.sqlite", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT COUNT(*) FROM runs").fetchone()
    began = time.monotonic()
    assert len(lossviz.prune_runs(megabytes=0)) == 20
    assert time.monotonic() - began < 5
    assert other.execute("SELECT COUNT(*) FROM runs").fetchone() == (20,)
    other.close()
    assert history.size() < 100_000
    assert history._connection.execute("PRAGMA busy_timeout").fetchone()[0] == 10_000
    fill(history, 1)
    history.delete(history.runs()[0].id)
    assert on_disk(history) < 200_000


def test_runs_of_long_ago_go_first_also_when_they_are_many(history, monkeypatch):
    looked = []
    look = store.by_folder
    monkeypatch.setattr(store, "by_folder", lambda parent: looked.append(parent) or look(parent))
    fill(history, 700, steps=50)
    now = time.time()
    fresh = [f"fresh {number}" for number in range(3)]
    for one in fresh:
        # Begun long ago, and resumed since.
        history.write([Update(row=row(one, created=1.0, ended=now))])
        for number in range(3):
            folder = history.folder / "checkpoints" / one / f"step-{number}"
            folder.mkdir(parents=True)
            (folder / "tensors").touch()
    began = time.monotonic()
    limit = (history.size() - 100_000) / 1e6
    assert len(lossviz.prune_runs(days=1, megabytes=limit)) == 700
    # It was 100 s for 721 runs, since all checkpoints were looked through for each.
    assert len(looked) == 2
    assert time.monotonic() - began < 10
    assert {run.id for run in lossviz.runs()} == set(fresh)


def test_bad_limits_delete_nothing(history):
    fill(history, 2)
    for limits in ({"days": 0, "megabytes": -1}, {"days": -1}, {"megabytes": "much"}):
        with pytest.raises(ValueError, match="it must be a number of at least 0"):
            lossviz.prune_runs(**limits)
    assert len(lossviz.runs()) == 2


def test_a_run_that_trains_elsewhere_is_not_pruned(history):
    ids = fill(history, 3)
    history.write([Update(row=row(ids[0], status="running", ended=None))])
    assert lossviz.prune_runs(megabytes=0) == ids[1:]


def test_an_unknown_run_among_thousands_is_answered_briefly(history):
    ids = fill(history, 2001, steps=0)
    wanted = ids[1000][:-1]
    for ask in (lossviz.load_run, history.run):
        with pytest.raises(ValueError, match="2,001 runs") as caught:
            ask(wanted)
        assert ids[1000] in str(caught.value)
        assert len(str(caught.value)) < 500
        assert len(caught.value.accepted) < 100
    with pytest.raises(ValueError, match="deleted") as caught:
        lossviz.load_run("x" * 10**6)
    assert len(str(caught.value)) < 500
    for wrong in (None, 7, ["run 1"]):
        with pytest.raises(TypeError, match="id or the name of a run"):
            lossviz.load_run(wrong)


def test_without_any_run_the_message_says_so(history):
    with pytest.raises(ValueError, match="There are no runs yet"):
        lossviz.load_run("run 1")


def test_a_run_is_found_by_its_exact_name(history):
    history.write([Update(row=row("one", name="wide net", created=1.0))])
    for number in range(7):
        history.write([Update(row=row(f"id {number}", name="run 1", created=2.0 + number))])
    history.write([Update(row=row("run 2", name="its id is the name of another"))])
    history.write([Update(row=row("another", name="run 2"))])
    assert lossviz.load_run("wide net").id == "one"
    assert lossviz.load_run("run 2").name == "its id is the name of another"
    with pytest.raises(ValueError, match="7 runs are named 'run 1'") as caught:
        lossviz.load_run("run 1")
    # The newest ones, and no more than five.
    assert "'id 6', 'id 5', 'id 4', 'id 3', 'id 2'." in str(caught.value)
    with pytest.raises(ValueError, match="Did you mean 'wide net'"):
        lossviz.load_run("wide-net")
    lossviz.load_run("id 3").rename("mine, now")
    assert lossviz.load_run("mine, now").id == "id 3"


def test_a_name_is_text(history):
    history.write([Update(row=row("one"))])
    for wrong in (None, 7, b"name"):
        with pytest.raises(TypeError, match=r"^name: got .*; it must be a string"):
            lossviz.load_run("one").rename(wrong)
    with pytest.raises(ValueError, match="name: got an empty string"):
        lossviz.load_run("one").rename("  ")
    assert lossviz.load_run("one").name == "run one"
