"""What is behind the view *Runs*: answers to a page that the test plays."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import lossviz
from lossviz.history import Update, recorder
from lossviz.series import Part
from lossviz.widgets.run_comparison import LOSSES_DIFFER
from tests.python.test_history import row
from tests.python.test_lab import command, until


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    recorder.flush()  # what earlier tests have trained belongs into their own history
    monkeypatch.setenv("LOSSVIZ_HOME", str(tmp_path))
    yield
    for run in reversed(lossviz.live_runs()):
        run.stop()
        assert run.wait(60)
    recorder.flush()


class RunsPage:
    """A page that shows a lab's runs."""

    def __init__(self, lab) -> None:
        self.lab, self.number = lab, 0

    def ask(self, kind, **message):
        """The kernel's answer."""
        self.number += 1
        self.lab.take(kind, {"type": kind, "page": "p", "number": self.number, **message})
        answers = []

        def answered() -> bool:
            answers[:] = [
                one
                for one, _ in self.lab._answers
                if one.get("number") == self.number and one["page"] == "p"
            ]
            return bool(answers)

        until(answered)
        return answers[0]

    def rows(self, **more):
        asked = {
            "scope": "all", "filter": "", "sort": "started", "descending": True, "start": 0,
            "count": 50, "columns": [], "anew": True,
        }  # fmt: skip
        return self.ask("runs", **asked | more)

    def names(self, **more):
        return [one["name"] for one in self.rows(**more)["rows"]]

    def change(self, change, *runs, text=""):
        return self.ask("change_runs", change=change, runs=list(runs), text=text)["trouble"]


@pytest.fixture
def page(monkeypatch):
    # What the publisher takes from the lab the test could not see.
    monkeypatch.setattr(lossviz.LossLab, "publish", lambda _self: False)
    return RunsPage(lossviz.LossLab())


def stored(*runs: str, **more) -> None:
    """Runs of another kernel, each of two epochs of two steps."""
    for run in runs:
        values = {"created": float(ord(run[0])), "steps": 4, "epochs": 2} | more
        epochs = [
            (1, 0, 2, {"loss": 2.0, "val_loss": 1.5, "accuracy": 0.5}),
            (2, 2, 2, {"loss": 1.0, "val_loss": 1.7, "accuracy": 0.75}),
        ]
        losses = Part("loss", "step", "", 0, np.float32([2, 2, 1, 1]))
        recorder.history().write([Update(row=row(run, **values), parts=[losses], epochs=epochs)])
    recorder.history()._connection.execute("UPDATE runs SET owner = ''")


def trained(lab, **changes):
    lab.config = lab.config.with_changes(epochs=1, **changes)
    before = len(lab.runs)
    command(lab, "train")
    until(lambda: len(lab.runs) > before and lab.runs[-1].wait(60))
    until(lambda: not lab._session.busy)
    return lab.runs[-1]


def test_rows_come_in_pages_of_an_order_that_scrolling_does_not_change(page):
    stored("a", "b", "c", "d")
    answer = page.rows(start=1, count=2, columns=["config:rate", "metric:accuracy"])
    assert (answer["total"], answer["start"], answer["trouble"]) == (4, 1, "")
    assert [one["id"] for one in answer["rows"]] == ["c", "b"]
    assert [answer["rows"][0][key] for key in ("val_loss", "last_val_loss", "best", "metric")] == [
        1.5, 1.7, 0.75, "accuracy",
    ]  # fmt: skip
    assert answer["rows"][0]["values"] == [None, 0.75]
    stored("e")
    assert page.names(start=3, anew=False) == ["run a"]
    assert page.names(count=1) == ["run e"]
    assert page.names(filter="run b") == ["run b"]
    assert page.names(scope="lab") == []
    assert page.names(scope="kernel") == []
    assert page.ask("run_columns")["metrics"] == ["accuracy", "loss", "val_loss"]


def test_a_history_that_cannot_be_read_says_why(page, monkeypatch):
    def fails():
        raise OSError("the drive is gone")

    monkeypatch.setattr(recorder, "history", fails)
    assert page.rows()["trouble"] == "The run history could not be read: the drive is gone"
    assert "the drive is gone" in page.change("note", "a", text="x")


def test_runs_are_compared_by_what_differs(page):
    stored("a", config={"loss": "dice", "rate": 0.1, "same": 1, "params": {"q": [1, "x"]}})
    stored("b", config={"loss": "quadratic", "rate": 0.25, "same": 1})
    answer = page.ask("compare_runs", runs=["b", "a", "gone"])
    assert [one["name"] for one in answer["runs"]] == ["run b", "run a"]
    assert {one["name"]: one["values"] for one in answer["settings"]} == {
        "loss": ["quadratic", "dice"], "rate": ["0.25", "0.1"], "params.q": ["", "1, x"],
    }  # fmt: skip
    assert answer["metrics"][0] == {"name": "accuracy", "last": [0.75, 0.75], "best": [0.75, 0.75]}
    assert answer["warning"] == LOSSES_DIFFER
    assert page.ask("compare_runs", runs=["b", "b"])["warning"] == ""


def test_runs_are_renamed_noted_and_deleted(page):
    stored("a", "b")
    assert page.change("rename", "a", text=" best ") == ""
    assert page.change("note", "a", "b", text="slides") == ""
    assert [(one["name"], one["note"]) for one in page.rows()["rows"]] == [
        ("run b", "slides"),
        ("best", "slides"),
    ]
    assert page.change("rename", "a", text=" ") == "got an empty string; a run needs a name."
    assert page.change("delete", "a", "b") == ""
    assert page.rows()["total"] == 0
    assert "no run has this id" in page.change("note", "a", text="gone")


def test_a_live_run_is_never_deleted(page):
    lab = page.lab
    lab.config = lab.config.with_changes(epochs=10**6)
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.step > 10)
    until(lambda: page.names(scope="lab") == [lab.run.name])
    stored("a")
    recorder.flush()  # its owner, again
    assert "still training" in page.change("delete", "a", lab.run.id)
    assert page.names() == [lab.run.name]
    [own] = page.rows(scope="kernel")["rows"]
    assert own["resume"] == "The run has not finished."
    assert page.change("rename", lab.run.id, text="long one") == ""
    assert lab.run.name == "long one"
    assert page.names() == ["long one"]
    command(lab, "stop")
    assert lab.run.wait(60)


def test_chosen_runs_stand_beside_the_one_that_is_followed(page):
    stored("a", "b", number=1, name="run 1")
    lab = page.lab
    assert page.change("show", "a", "b") == ""
    followed, earlier = lab.followed()
    assert followed is None
    assert [one.id for one in earlier] == ["a", "b"]
    # Nothing of the same colour, and no two of one name.
    assert len({one.number for one in earlier}) == len({one.name for one in earlier}) == 2
    assert earlier[0].rows[1].metrics["accuracy"] == 0.75
    assert [one["shown"] for one in page.rows()["rows"]] == [True, True]
    assert {one["colour"] + 1 for one in page.rows()["rows"]} == {one.number for one in earlier}
    run = trained(lab)
    assert [one.id for one in lab.followed()[1]] == [run.id, "a", "b"]
    assert page.change("hide", "a") == ""
    assert [one.id for one in lab.followed()[1]] == [run.id, "b"]
    stored(*"cdefghij")
    assert "charts hold at most 8 runs" in page.change("show", *"cdefghij")
    assert page.change("delete", "b") == ""
    assert [one.id for one in lab.followed()[1]] == [run.id]
    # One of the lab's own is hidden and shown again.
    second = trained(lab)
    page.change("hide", run.id)
    assert [one.id for one in lab.followed()[1]] == [second.id]
    page.change("show", run.id)
    assert [one.id for one in lab.followed()[1]] == [run.id, second.id]
    page.change("delete", second.id)
    assert [one.id for one in lab.runs] == [run.id]


def test_a_stopped_run_is_resumed_on_the_lab_s_own_road(page):
    lab = page.lab
    lab.config = lab.config.with_changes(epochs=40)
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.epoch > 2)
    assert page.rows(scope="lab")["rows"][0]["resume"] == "The run has not finished."
    command(lab, "stop")
    assert lab.run.wait(60)
    until(lambda: not lab._session.busy)
    first, step = lab.run, lab.run.step
    # Another one is the latest; resuming the first is asked of the table.
    trained(lab, learning_rate=0.5)
    until(lambda: page.rows(filter="stopped")["rows"][0]["resume"] == "")
    assert page.change("resume", first.id) == ""
    # The lab has other code by now, and asks before it gives that up.
    assert "different code" in lab._session.status()["text"]
    command(lab, "confirm")
    until(lambda: lab.run.id == first.id and lab.run.wait(60))
    assert lab.run.step > step
    assert lab.run.status == "completed"


def test_why_a_run_is_not_resumed(page):
    stored("a")
    stored("b", status="stopped")
    stored("c", status="interrupted", program="run = 1", config={"model": "net"})
    stored("d", status="interrupted", program="run = 1")
    stored("e", status="failed")
    why = {one["id"]: one["resume"] for one in page.rows()["rows"]}
    assert why == {
        "a": "The run has completed: there is nothing to resume.",
        "b": "The run was started from code: resume it there, with resume_from.",
        "c": "The run used a model or data that this lab does not have.",
        "d": "The run ended before its first checkpoint.",
        "e": "The run has failed: there is nothing to resume.",
    }
    assert "has no checkpoint" in page.change("resume", "d")


def test_a_lab_with_a_model_of_its_own_resumes_its_runs(monkeypatch):
    monkeypatch.setattr(lossviz.LossLab, "publish", lambda _self: False)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    data = np.ones((30, 4), np.float32), np.arange(30) % 3
    page = RunsPage(lossviz.LossLab(model, data, loss="cross_entropy"))
    config = {"model": page.lab.config.model, "train": page.lab.config.train}
    assert all(config.values())
    stored("a", status="stopped", program="run = 1", config=config)
    assert page.rows()["rows"][0]["resume"] == "The run ended before its first checkpoint."
