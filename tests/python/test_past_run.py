"""Past runs: found, read as tables, and told apart from those that train here."""

from __future__ import annotations

import builtins
import json
import re
import time

import numpy as np
import pandas as pd
import pytest

import lossviz
from lossviz.history import Update, recorder
from lossviz.training.frames import frame
from tests.python.test_history import row, until


@pytest.fixture
def endless(points, dense_model):
    """A run that trains until the test has ended."""
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6, name="endless")
    until(lambda: run.step > 10)
    yield run
    run.stop()
    assert run.wait(60)


@pytest.fixture
def own_history(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    return recorder.history()


def test_a_run_that_trains_here_is_loaded_itself(endless):
    assert lossviz.load_run(endless.id) is endless
    assert lossviz.load_run("endless") is endless
    assert isinstance(lossviz.runs()[0], lossviz.PastRun)
    endless.stop()
    assert endless.wait(60)
    past = lossviz.load_run(endless.id)
    assert isinstance(past, lossviz.PastRun)
    assert past.status == "stopped"
    assert isinstance(lossviz.load_run("endless"), lossviz.PastRun)


def test_a_continuation_is_loaded_and_not_what_it_goes_on_from(points, dense_model):
    options = {"loss": "cross_entropy", "epochs": 10**6, "seed": 0}
    first = lossviz.train(dense_model(), points, **options)
    until(lambda: first.step > 10)
    first.stop()
    assert first.wait(60)
    second = lossviz.train(dense_model(), points, resume_from=first, **options)
    until(lambda: second.step > 10)
    assert lossviz.load_run(first.id) is second
    second.stop()
    assert second.wait(60)


def test_a_run_of_another_kernel_is_a_past_run(own_history):
    own_history.write([Update(row=row("elsewhere", status="running", ended=None))])
    run = lossviz.load_run("elsewhere")
    assert isinstance(run, lossviz.PastRun)
    assert run.status == "running"
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"not finished after 0\.2 seconds; it is running"):
        run.result(0.2)
    assert 0.2 <= time.monotonic() - began < 5
    own_history.write([Update(row=row("elsewhere"))])
    assert run.result() is run


def test_the_result_of_a_failed_run_is_its_error(points, dense_model):
    def broken(target, output):
        raise RuntimeError("my own mistake")

    failed = lossviz.train(dense_model(), points, loss=broken, epochs=1, name="broken <one>")
    assert failed.wait(60)
    past = lossviz.load_run(failed.id)
    with pytest.raises(RuntimeError, match="my own mistake"):
        past.result()
    assert re.search(r"'broken <one>' \(.*\): failed \(.*my own mistake.*\), step 0>$", repr(past))


def test_the_table_of_epochs(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=3, validation=points, seed=1,
        metrics=["accuracy"],
    )  # fmt: skip
    assert run.wait(60)
    table = lossviz.load_run(run.id).to_frame()
    assert table.index.name == "epoch"
    assert table.index.tolist() == [1, 2, 3]
    assert sorted(table) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    for name, values in run.history.items():
        assert table[name].dtype == np.float64
        assert table[name].tolist() == values.tolist()
    pd.testing.assert_frame_equal(table, frame(run.record))
    assert lossviz.load_run(run.id).duration == pytest.approx(run.record.times.last)


def test_the_table_of_steps(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=10**6, batch_size=40, seed=1,
        learning_rate=0.25,
    )  # fmt: skip
    until(lambda: run.step > 100)
    run.pause()
    until(lambda: run.status == "paused")
    changed = run.step
    time.sleep(0.2)
    run.set_learning_rate(0.125)
    run.advance(4)
    until(lambda: run.step == changed + 4 and run.status == "paused")
    run.stop()
    assert run.wait(60)
    table = lossviz.load_run(run.id).to_frame("steps")
    assert list(table)[:5] == ["loss", "epoch", "learning_rate", "seconds", "gradient_norm"]
    assert table.index.name == "step"
    assert table.index.tolist() == list(range(1, run.step + 1))
    assert table["loss"].to_numpy().tobytes() == run.step_loss.tobytes()
    # Ninety samples, forty at a time: three steps an epoch, also in the one that was stopped.
    assert table["epoch"].tolist() == [1 + step // 3 for step in range(run.step)]
    assert table["learning_rate"].tolist() == [0.25] * changed + [0.125] * 4
    assert (table["seconds"].diff().iloc[1:] >= 0).all()
    assert table["seconds"].iloc[changed] > table["seconds"].iloc[changed - 1] + 0.15
    pd.testing.assert_frame_equal(table, frame(run.record, "steps"))


def test_a_run_without_a_step_has_empty_tables(own_history):
    own_history.write([Update(row=row("none"))])
    run = lossviz.load_run("none")
    assert run.to_frame().empty
    assert run.to_frame().index.name == "epoch"
    assert list(run.to_frame("steps")) == ["loss", "epoch", "learning_rate", "seconds"]
    assert run.to_frame("steps").empty
    assert run.duration is None
    with pytest.raises(ValueError, match=r"kind: got 'epoch', .* Did you mean 'epochs'"):
        run.to_frame("epoch")


def test_where_pandas_is_missing_the_remedy_is_told(own_history, monkeypatch):
    own_history.write([Update(row=row("one"))])
    imported = builtins.__import__

    def without_pandas(name, *rest):
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name="pandas")
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pandas)
    with pytest.raises(ImportError, match="pip install pandas"):
        lossviz.load_run("one").to_frame()


def test_a_list_of_runs_is_shown_when_one_has_been_deleted(own_history):
    own_history.write([Update(row=row(name)) for name in ("a", "b", "c")])
    runs = lossviz.runs()
    next(run for run in runs if run.id == "b").delete()
    assert repr(runs).count("<lossviz.PastRun") == 3
    assert "<lossviz.PastRun b: deleted>" in repr(runs)


def test_a_run_is_shown_when_the_history_cannot_be_read(own_history, tmp_path, monkeypatch):
    own_history.write([Update(row=row("a"))])
    run = lossviz.load_run("a")
    (tmp_path / "no folder").touch()
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path / "no folder"))
    assert "<lossviz.PastRun a: the run history cannot be read" in repr(run)


@pytest.mark.parametrize("given", ["run", "past run", "id"])
def test_resuming_a_deleted_run_says_that_it_is_not_there(points, dense_model, given):
    options = {"loss": "cross_entropy", "epochs": 2, "seed": 0}
    run = lossviz.train(dense_model(), points, **options)
    assert run.wait(60)
    past = lossviz.load_run(run.id)
    past.delete()
    which = {"run": run, "past run": past, "id": run.id}[given]
    with pytest.raises(ValueError, match=r"^resume_from.*it may have been deleted") as caught:
        lossviz.train(dense_model(), points, resume_from=which, **options)
    assert "checkpoint" not in str(caught.value)
    assert json.dumps(run.id)[1:-1] in str(caught.value)
