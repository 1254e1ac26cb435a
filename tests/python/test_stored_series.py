"""Named series on disk: as they were, whatever was cut, and those of older versions found."""

from __future__ import annotations

import sqlite3
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lossviz
from lossviz.history import Update, database, recorder
from lossviz.history.packing import BLOCK, pack_steps, unpack_steps
from lossviz.history.store import History
from lossviz.series import NamedSeries, Part
from lossviz.training import Record, Run
from lossviz.training.control import Control
from lossviz.training.recorded import RecordedRun
from tests.python.test_history import loss, row


@pytest.fixture
def history(tmp_path):
    one = History(tmp_path)
    yield one
    one.close()


def same(first: NamedSeries, second: NamedSeries) -> None:
    assert first.describe() == second.describe()
    for name in first:
        mine, other = first.part(name, 0), second.part(name, 0)
        assert mine.values.tobytes() == other.values.tobytes()
        if mine.steps is not None:
            assert mine.steps.tolist() == other.steps.tolist()


def loaded(history, run="a") -> NamedSeries:
    series = NamedSeries()
    for name, *_ in history.series(run):
        series.restore(history.part(run, name))
    return series


@given(st.lists(st.integers(0, 2**40)).map(sorted))
def test_steps_are_packed_without_loss(steps):
    assert unpack_steps(pack_steps(np.array(steps, np.int64))).tolist() == steps


def a_record() -> Record:
    return Record(id="a", name="a", number=1, loss="l", epochs=1, device="CPU:0")


@given(
    st.lists(st.tuples(st.integers(0, BLOCK), st.booleans(), st.booleans()), max_size=6),
    st.floats(0, 1),
)
@settings(max_examples=25, deadline=None)
def test_what_is_written_bit_by_bit_comes_back_whole_and_is_cut_anywhere(
    tmp_path_factory, chunks, cut
):
    history, record = History(tmp_path_factory.mktemp("history")), a_record()
    written, stream = RecordedRun(Run(record, Control(), None)), np.random.default_rng(len(chunks))
    for steps, logs, tells in chunks:
        values = stream.random((2, steps), np.float32)
        record.add_steps(values[0], 0.1, {"accuracy": values[1]} if tells else {})
        if logs:
            for value in range(3):
                record.log("mine", value)
        update = written.update()
        history.write([update])
        written.written(update)
    record.end("completed", "")
    update = written.update()
    history.write([update])
    assert written.written(update)
    same(loaded(history), record.series)
    kept = int(cut * len(record.losses))
    history.cut("a", kept, 0)
    found = loaded(history)
    for name in record.series:
        wanted = record.series.part(name, 0).until(kept)
        if name in found:
            assert found.part(name, 0).values.tobytes() == wanted.values.tobytes()
        else:
            assert not len(wanted.values)
    history.close()


def test_full_blocks_take_the_place_of_short_rows(history):
    record = a_record()
    written = RecordedRun(Run(record, Control(), None))
    for _ in range(50):
        record.add_steps(np.random.default_rng(0).random(1000, np.float32), 0.1)
        update = written.update()
        history.write([update])
        written.written(update)
    rows = history._all("SELECT start, stop FROM blocks ORDER BY start")
    assert [(one["start"], one["stop"]) for one in rows[:3]] == [
        (number * BLOCK, (number + 1) * BLOCK) for number in range(3)
    ]
    assert len(rows) <= 4
    record.end("completed", "")
    history.write([written.update()])
    rows = history._all("SELECT start, stop FROM blocks")
    assert len(rows) == 50_000 // BLOCK + 1


def test_a_run_deletes_its_series_with_it(history):
    history.write([Update(row=row(), parts=[loss(np.ones(10, np.float32))])])
    history.delete("a")
    for table in ("series", "blocks"):
        assert history._all(f"SELECT * FROM {table}") == []


def of_an_older_version(folder, losses) -> None:
    """A file with one run as the version before named series wrote it."""
    connection = sqlite3.connect(folder / database.FILE)
    connection.executescript(
        database.MIGRATIONS[0] + database.MIGRATIONS[1] + "PRAGMA user_version=2;"
    )
    known = vars(row(steps=len(losses), status="stopped")) | {
        "config": "{}", "versions": "{}", "owner": "",
    }  # fmt: skip
    del known["note"]
    marks = ", ".join("?" * len(known))
    connection.execute(
        f"INSERT INTO runs ({', '.join(known)}) VALUES ({marks})", list(known.values())
    )
    for block, start in enumerate(range(0, len(losses), BLOCK)):
        plain = losses[start : start + BLOCK].view(np.uint8).reshape(-1, 4).T.tobytes()
        connection.execute(
            "INSERT INTO losses VALUES ('a', ?, ?)", (block, zlib.compress(plain, 1))
        )
    rates = np.array([[0.0, 30_000.0], [0.1, 0.1]])
    connection.execute("INSERT INTO tracks VALUES ('a', 'learning_rates', ?)", (rates.tobytes(),))
    connection.commit()
    connection.close()


def test_runs_of_an_older_version_are_found_and_go_on(tmp_path, monkeypatch):
    losses = np.random.default_rng(0).random(40_000, np.float32)
    of_an_older_version(tmp_path, losses)
    recorder.flush()  # what earlier tests have trained belongs into their own history
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    [run] = lossviz.runs()
    assert run.series("loss").tobytes() == run.step_loss.tobytes() == losses.tobytes()
    assert run.series_names() == ["loss", "learning_rate"]
    assert (run.series("learning_rate") == np.float32(0.1)).all()
    assert len(run.to_frame("steps")) == 40_000
    history = recorder.history()
    part = history.part("a", "loss", 16_000, 17_000)
    assert part.values.tobytes() == losses[16_000:17_000].tobytes()
    # It goes on after step 20,000.
    history.cut("a", 20_000, 0)
    assert history.losses("a").tobytes() == losses[:20_000].tobytes()
    more = Part("accuracy", "step", "", 0, np.ones(20_010, np.float32))
    history.write([Update(row=row(), parts=[loss(np.ones(10, np.float32), 20_000), more])])
    assert len(history.losses("a")) == 20_010
    assert run.series_names()[-1] == "accuracy"


def test_a_past_run_has_the_series_of_the_live_one(points, dense_model):
    import keras

    class Logs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            [run] = lossviz.live_runs()
            run.log("twice", 2 * epoch)

    run = lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=5, metrics=["accuracy"],
        callbacks=[Logs()],
    ).result(60)  # fmt: skip
    past = lossviz.PastRun(run.id)
    assert past.series_names() == run.series_names()
    for name in run.series_names():
        assert past.series(name).tobytes() == run.series(name).tobytes()
    assert past.to_frame("steps").equals(run.to_frame("steps"))
    assert run.series("twice")[2::3].tolist() == [0, 2, 4, 6, 8]
    for one in (past, run):
        with pytest.raises(ValueError, match="Did you mean 'accuracy'"):
            one.series("acuracy")


@pytest.mark.parametrize("live", [True, False])
def test_all_series_of_a_run_that_goes_on_are_those_of_one_that_was_not_stopped(
    live, points, dense_model
):
    import keras

    class Logs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            [run] = lossviz.live_runs()
            run.log("mine", epoch)

    def trained(epochs, **more):
        return lossviz.train(
            dense_model(), points, loss="cross_entropy", epochs=epochs, metrics=["accuracy"],
            seed=3, callbacks=[Logs()], **more,
        )  # fmt: skip

    whole = trained(8).result(60)
    first = trained(3).result(60)
    first_run = first if live else first.id
    on = trained(8, resume_from=first_run).result(60)
    past = lossviz.PastRun(on.id)
    for name in ("loss", "gradient_norm", "learning_rate", "accuracy", "mine"):
        assert on.series(name).tobytes() == whole.series(name).tobytes(), name
        assert past.series(name).tobytes() == whole.series(name).tobytes(), name


def test_what_was_logged_after_the_checkpoint_is_cut(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=3, seed=0).result(60)
    history = recorder.history()
    recorder.flush()
    steps = np.array([1, 5, 8], np.int64)
    part = Part("mine", "logged", "", 0, np.float32([1, 2, 3]), steps)
    kept = vars(history.run(run.id)) | {"ended": 2.0}
    history.write([Update(row=type(history.run(run.id))(**kept), parts=[part])])
    history.cut(run.id, 6, 2)
    found = history.part(run.id, "mine")
    assert found.steps.tolist() == [1, 5]
    history.cut(run.id, 1, 0)
    assert [name for name, *_ in history.series(run.id)] != []
    assert "mine" not in lossviz.PastRun(run.id).series_names()
