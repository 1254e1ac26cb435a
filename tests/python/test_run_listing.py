"""The table of runs as the history gives it: sums, order, filter, notes; older files."""

from __future__ import annotations

import itertools
import json
import math
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lossviz
from lossviz.history import NewerSchemaError, Query, Update, database, flat
from lossviz.history.store import History
from lossviz.history.summaries import headline, of_epochs, small_is_good
from tests.python.test_history import row

EPOCHS = [{"loss": 3.0, "val_loss": 2.0}, {"loss": 1.0, "val_loss": 4.0}]


def update(run="a", epochs=(), first=1, **more) -> Update:
    stored = [(first + i, i, 1, metrics) for i, metrics in enumerate(epochs)]
    times = {"times": np.array([[0.0, 5.0], [0.0, 12.5]])}
    return Update(row=row(run, **more), epochs=stored, tracks=times)


@pytest.fixture
def history(tmp_path):
    one = History(tmp_path)
    yield one
    one.close()


def ids(history, **query) -> str:
    return "".join(history.listing.ids(Query(**query)))


def test_a_run_is_listed_with_its_epochs_summed_up(history):
    history.write([update(epochs=EPOCHS[:1], config={"learning_rate": 0.1})])
    history.write([update(epochs=EPOCHS[1:], first=2)])
    [found] = history.listing.rows(["a", "gone"])
    assert (found.epoch, found.seconds, found.name) == (2, 12.5, "run a")
    assert found.metrics == {"loss": (1.0, 1.0, 3.0), "val_loss": (4.0, 2.0, 4.0)}
    assert (found.best("val_loss"), found.best("accuracy")) == (2.0, None)
    history.cut("a", 0, 1)
    [found] = history.listing.rows(["a"])
    assert (found.epoch, found.metrics["loss"]) == (1, (3.0, 3.0, 3.0))
    history.delete("a")
    assert history.listing.rows(["a"]) == []
    assert history._all("SELECT * FROM metrics") == []


@given(
    parts=st.lists(
        st.lists(st.dictionaries(st.sampled_from("ab"), st.floats(width=32)), max_size=3),
        max_size=4,
    )
)
@settings(max_examples=20)
def test_sums_are_the_same_however_the_epochs_came(tmp_path_factory, parts):
    history = History(tmp_path_factory.mktemp("history"))
    first = 1
    for part in parts:
        history.write([update(epochs=part, first=first)])
        first += len(part)
    expected = of_epochs(itertools.chain(*parts))
    for [found] in [history.listing.rows(["a"])] if parts else []:
        assert found.metrics == expected
    history.close()


def test_the_metric_that_says_how_good_a_run_is():
    assert headline(["loss", "accuracy", "val_loss", "val_accuracy"]) == "val_accuracy"
    assert headline(["loss", "mean_iou", "accuracy"]) == "mean_iou"
    assert headline(["loss", "val_loss", "mask_loss"]) is None
    assert small_is_good("val_mean_absolute_error")
    assert not small_is_good("val_mean_iou")
    assert small_is_good("character_error_rate")


def test_every_column_sorts_both_ways_with_empty_ones_last(history):
    for run, rate, losses, name in [
        ("a", 0.5, [0.2], "run 10"), ("b", 0.05, [math.nan], "run 2"), ("c", None, [0.1], "Run 1"),
    ]:  # fmt: skip
        history.write(
            [
                update(
                    run, [{"val_loss": one, "accuracy": 1 - one} for one in losses], name=name,
                    config={"learning_rate": rate, "optimizer_params": {"momentum": rate}},
                    created=float(ord(run)), note="n" if run == "b" else "",
                )
            ]
        )  # fmt: skip
    assert ids(history) == "cba"
    assert ids(history, sort="name", descending=False) == "cba"
    assert ids(history, sort="name") == "abc"
    for column in ("config:learning_rate", "config:optimizer_params.momentum"):
        assert ids(history, sort=column, descending=False) == "bac"
        assert ids(history, sort=column) == "abc"
    assert ids(history, sort="val_loss", descending=False) == "cab"
    assert ids(history, sort="val_loss") == "acb"
    assert ids(history, sort="metric") == ids(history, sort="metric:accuracy") == "cab"
    assert ids(history, sort="note") == "bca"
    # What no page would ask: nothing breaks out of the statement.
    for odd in (
        "metric:' OR 1 --",
        'config:a"b',
        "config:",
        "nonsense",
        "started; DROP TABLE runs",
    ):
        assert sorted(ids(history, sort=odd)) == ["a", "b", "c"]


def test_words_are_found_wherever_they_stand(history):
    config = {"learning_rate": 0.1, "optimizer": "adam", "percent%_": "ü"}
    history.write([update("a", name="first", loss="dice", config=config, note="For the slides")])
    history.write([update("b", name="second", task="regression", status="stopped")])
    for words, found in {
        "dice": "a", "DICE slides": "a", "dice stopped": "", "regression": "b", "stopped": "b",
        "learning_rate=0.1": "a", "learning_rate=0.2": "", "optimizer=adam": "a", "%": "a",
        "percent%_": "a", "percent__": "", "ü": "a", "": "ba", "s": "ba",
    }.items():  # fmt: skip
        listed = history.listing.ids(Query(words=tuple(words.split())))
        assert sorted(listed) == sorted(found), words


def test_runs_of_a_lab_and_of_this_process(history):
    for run in "abc":
        history.write([update(run, created=float(ord(run)))])
    history._connection.execute("UPDATE runs SET owner = 'another' WHERE id = 'b'")
    assert ids(history, own=True) == "ca"
    assert ids(history, runs=("b", "c", "gone")) == "cb"
    assert ids(history, runs=()) == ""


def test_a_run_whose_process_is_gone_is_not_listed_as_live(history):
    history.write([update("a", status="running", ended=None)])
    assert [one.id for one in history.live()] == ["a"]
    history._connection.execute("UPDATE runs SET owner = ''")
    assert history.live() == []
    assert history.listing.rows(["a"])[0].status == "interrupted"


def test_a_config_that_is_no_json_of_sqlite_keeps_no_other_out(history):
    history.write([update("a", config={"x": math.nan}), update("b", config={"x": 1})])
    assert sorted(ids(history, sort="config:x")) == ["a", "b"]


def test_columns_are_those_that_any_run_has(history):
    history.write([update("a", EPOCHS, config={"x": {"y": 1, "z": {"w": 2}}})])
    history.write([update("b", [{"accuracy": 1.0}], config={"q": None})])
    assert history.listing.columns() == (
        ["q", "x.y", "x.z.w"],
        ["accuracy", "loss", "val_loss"],
    )
    assert flat({"x": {"y": 1}}) == {"x.y": 1}


def of_the_version_before_notes(folder: Path, count: int) -> None:
    connection = sqlite3.connect(folder / database.FILE)
    connection.executescript("".join(database.MIGRATIONS[:3]) + "PRAGMA user_version=3;")
    times = np.array([[0.0, 5.0], [0.0, 12.5]]).tobytes()
    for number in range(count):
        known = vars(row(f"run{number}")) | {"config": "{}", "versions": "{}"}
        del known["note"]
        connection.execute(
            f"INSERT INTO runs ({', '.join(known)}) VALUES ({', '.join('?' * len(known))})",
            list(known.values()),
        )
        connection.executemany(
            "INSERT INTO epochs VALUES (?, ?, 0, 1, ?)",
            [(known["id"], i + 1, json.dumps(one)) for i, one in enumerate(EPOCHS)],
        )
        connection.execute("INSERT INTO tracks VALUES (?, 'times', ?)", (known["id"], times))
    connection.commit()
    connection.close()


def test_a_history_from_before_notes_opens_and_is_summed_up(tmp_path):
    of_the_version_before_notes(tmp_path, 250)
    history = History(tmp_path)
    assert len(history.listing.ids(Query())) == 250
    rounds = 0
    while history.sum_up():
        rounds += 1
    assert rounds == 3  # a few at a time, so that others write between two
    for found in history.listing.rows([f"run{i}" for i in range(250)]):
        assert (found.note, found.epoch, found.seconds) == ("", 2, 12.5)
        assert found.metrics == {"loss": (1.0, 1.0, 3.0), "val_loss": (4.0, 2.0, 4.0)}
    history.close()


def test_a_version_before_notes_refuses_this_history(tmp_path, monkeypatch):
    History(tmp_path).close()
    monkeypatch.setattr(database, "MIGRATIONS", database.MIGRATIONS[:3])
    with pytest.raises(NewerSchemaError, match="newer lossviz"):
        History(tmp_path)


def test_a_note_stays_with_its_run(tmp_path, monkeypatch, points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1).result(60)
    past = lossviz.PastRun(run.id)
    assert past.note == ""
    past.note = "for the <slides>"
    assert lossviz.load_run(run.id).note == "for the <slides>"
    lossviz.train(
        dense_model(), points, loss="cross_entropy", epochs=2, resume_from=run
    ).result(60)  # fmt: skip
    assert past.note == "for the <slides>"
    with pytest.raises(TypeError, match=r"note: got 3; it must be a string"):
        past.note = 3
    past.delete()
    with pytest.raises(ValueError, match="no run has this id"):
        past.note = "gone"


def test_a_record_of_a_past_run_is_one_of_a_run_that_has_ended(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1).result(60)
    record = lossviz.PastRun(run.id).record(["loss"])
    assert (record.status, record.ended, len(record.losses)) == ("completed", True, run.step)
