"""The runs of a lab: queued, cancelled, stopped, cleared, resumed, found again by a new lab."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import lossviz
from lossviz.widgets.predictions import Predictions
from lossviz.widgets.room import Desk
from tests.python.test_lab import command, until
from tests.python.test_program_binding import Page

LONG = lossviz.TrainingConfig(epochs=10**6)


def commands(lab):
    return lab._session.form()["commands"]


def status(lab):
    return lab._session.status()


def actions(lab):
    return {one["label"]: one["command"] for one in status(lab)["actions"]}


@pytest.fixture(autouse=True)
def _no_run_is_left():
    yield
    for run in reversed(lossviz.live_runs()):
        run.stop()
        assert run.wait(60)


@pytest.fixture
def lab():
    """A lab whose run trains."""
    lab = lossviz.LossLab(config=LONG)
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.step > 10)
    return lab


def queue(lab, count=1):
    for _ in range(count):
        before = len(lab.runs)
        command(lab, "train")
        until(lambda before=before: len(lab.runs) == before + 1)
    return lab.runs[-count:]


def test_stop_ends_what_waits_behind_the_run(lab):
    first = lab.run
    waiting = queue(lab, 2)
    assert {"replace", "cancel_queued", "stop"} <= set(commands(lab))
    command(lab, "stop")
    assert all(run.wait(60) for run in [first, *waiting])
    assert [run.status for run in waiting] == ["stopped"] * 2
    assert [run.step for run in waiting] == [0, 0]
    # What never began is not among the lab's runs, nor on its charts.
    assert lab.runs == [first]
    assert lab.run is first


def test_a_queued_run_is_cancelled_and_the_other_goes_on(lab):
    first = lab.run
    command(lab, "pause")
    until(lambda: first.status == "paused")
    [waiting] = queue(lab)
    assert "1 run queued; it starts when this one finishes." in status(lab)["text"]
    assert actions(lab) == {"Cancel queued run": "cancel_queued"}
    command(lab, "cancel_queued")
    assert waiting.wait(60)
    assert lab.runs == [first]
    assert first.status == "paused"
    assert "queued" not in status(lab)["text"]
    assert "cancel_queued" not in commands(lab)
    # Also one whose program is still on its way.
    command(lab, "train")
    command(lab, "cancel_queued")
    until(lambda: not lab._session._launcher.preparing)
    # A run that the program has started meanwhile is stopped on its own thread.
    until(lambda: lossviz.live_runs() == [first])
    assert lab.runs == [first]


def test_three_steps_asked_for_at_once_are_three_steps(lab):
    command(lab, "pause")
    assert {"resume", "step"} <= set(commands(lab))
    until(lambda: lab.run.status == "paused")
    before = lab.run.step
    for _ in range(3):
        command(lab, "step")
        # The button that was pressed stays where it is while the step is taken.
        assert {"resume", "step"} <= set(commands(lab))
    until(lambda: lab.run.step == before + 3 and lab.run.status == "paused")
    command(lab, "resume")
    assert "pause" in commands(lab)
    until(lambda: lab.run.step > before + 10)


def test_reset_leaves_the_runs_and_clear_asks_first(lab):
    assert "clear_runs" not in commands(lab)
    command(lab, "stop")
    run = lab.run
    assert run.wait(60)
    lab.config = lossviz.TrainingConfig(epochs=3)
    command(lab, "reset")
    assert lab.config.epochs == 10**6
    assert lab.followed() == (run.record, [run.record])
    command(lab, "clear_runs")
    assert status(lab)["text"] == "Remove the run from charts and table? The history keeps it."
    assert actions(lab) == {"Clear run": "confirm", "Keep": "dismiss"}
    command(lab, "dismiss")
    command(lab, "confirm")  # an answer to nothing
    assert lab.runs == [run]
    command(lab, "clear_runs")
    command(lab, "confirm")
    assert lab.runs == []
    assert lab.followed() == (None, [])
    assert "clear_runs" not in commands(lab)
    assert lossviz.load_run(run.id).step == run.step


def test_a_stopped_run_is_resumed_with_its_own_code(lab):
    command(lab, "stop")
    first = lab.run
    assert first.wait(60)
    steps = first.step
    assert "resume" in commands(lab)
    command(lab, "resume")
    until(lambda: lab.run is not first and lab.run.step > steps)
    assert lab.run.id == first.id
    assert lab.runs == [lab.run]
    np.testing.assert_array_equal(lab.run.step_loss[:steps], first.step_loss)
    assert "weights of the previous run" not in status(lab)["text"]
    command(lab, "stop")
    assert lab.run.wait(60)
    # Other settings would mix two trainings in one curve.
    program, steps = lab.run.program, lab.run.step
    lab.config = LONG.with_changes(learning_rate=0.5)
    command(lab, "resume")
    assert "trained with different code" in status(lab)["text"]
    command(lab, "dismiss")
    assert "learning_rate=0.5" in lab.code
    assert lab.run.record.ended
    command(lab, "resume")
    assert actions(lab)["Resume with its code"] == "confirm"
    command(lab, "confirm")
    until(lambda: not lab.run.record.ended and lab.run.step > steps)
    assert lab.code == lab.run.program == program
    # More epochs are no other training.
    command(lab, "stop")
    assert lab.run.wait(60)
    lab.config = LONG.with_changes(epochs=2 * 10**6)
    command(lab, "resume")
    until(lambda: not lab.run.record.ended)
    assert (lab.run.id, lab.run.record.epochs) == (first.id, 2 * 10**6)
    # The next Train is a run of its own.
    command(lab, "stop")
    assert lab.run.wait(60)
    command(lab, "train")
    until(lambda: lab.run.id != first.id and lab.run.step > 0)


def test_a_new_lab_shows_the_live_runs_of_the_kernel(lab):
    other = lossviz.LossLab()
    run = lab.run
    assert status(other)["text"] == f"{run.name} is training."
    assert actions(other) == {"Show it": "follow"}
    assert other.run is None
    command(other, "follow")
    assert other.run is run
    assert other.followed()[0] is run.record
    command(other, "pause")
    until(lambda: run.status == "paused")
    assert {"resume", "step"} <= set(commands(other))
    command(other, "stop")
    assert run.wait(60)
    assert actions(other) == {f"Resume {run.name}": "resume"}
    assert "resume" in commands(other)


def test_a_lab_follows_a_run_that_code_has_started(points, dense_model):
    lab = lossviz.LossLab()
    assert status(lab)["text"] == "Ready to train."
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6, name="mine")
    # Nothing but the run itself tells the lab of it.
    until(lambda: lab.status["text"] == "mine is training.")
    command(lab, "follow")
    assert lab.run is run
    command(lab, "stop")
    assert run.wait(60)
    # No program of a lab has made it: the lab could not make it again.
    assert "resume" not in commands(lab)


def test_a_new_lab_offers_the_run_of_its_notebook_that_was_broken_off(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/mine.ipynb")
    lab = lossviz.LossLab(config=LONG)
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.epoch > 1)
    run = lab.run
    # One that was cancelled is later and never began: there is nothing to resume.
    queue(lab)
    command(lab, "cancel_queued")
    command(lab, "stop")
    assert run.wait(60)
    until(lambda: lossviz.load_run(run.id).status == "stopped")
    epoch = len(run.record.rows)

    monkeypatch.setenv("JPY_SESSION_NAME", "folder/another.ipynb")
    stranger = Page(lossviz.LossLab())
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/mine.ipynb")
    page = Page(lossviz.LossLab(), cell="")
    said = f"The checkpoint of {run.name} is at epoch {epoch} of 1,000,000."
    until(lambda: page.status() == said)
    assert stranger.status() == "Ready to train."
    assert actions(page.lab) == {f"Resume {run.name}": "resume"}
    # The lab was made with other settings, and nobody has changed them: it takes the run's.
    page.press("resume")
    until(lambda: page.lab.run is not None and page.lab.run.step > run.step)
    assert page.lab.run.id == run.id
    assert page.lab.code == run.program
    assert page.lab.config.epochs == 10**6
    page.press("stop")
    assert page.lab.run.wait(60)


def test_a_model_of_ones_own_starts_again_from_its_first_weights():
    x = np.random.default_rng(0).random((12, 5)).astype("f4")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    config = lossviz.TrainingConfig(epochs=3)
    lab = lossviz.LossLab(model=model, train=(x, np.arange(12) % 3), config=config)

    def trained(count):
        command(lab, "train")
        until(lambda: len(lab.runs) == count and lab.runs[-1].record.ended)
        until(lambda: "completed" in status(lab)["text"])
        return lab.run.step_loss, status(lab)["text"]

    first, _ = trained(1)
    second, said = trained(2)
    assert second[0] < first[0]
    assert "It started from the weights of the previous run." in said
    assert actions(lab) == {"Restore the initial weights": "first_weights"}
    command(lab, "first_weights")
    assert "Initial weights restored" in status(lab)["text"]
    again, said = trained(3)
    np.testing.assert_array_equal(again, first)
    assert "weights of the previous run" not in said


def test_first_weights_are_not_put_into_a_model_that_trains():
    x = np.random.default_rng(0).random((12, 5)).astype("f4")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    config = lossviz.TrainingConfig(epochs=1)
    lab = lossviz.LossLab(model=model, train=(x, np.arange(12) % 3), config=config)
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.record.ended)
    run = lossviz.train(model, (x, np.eye(3)[np.arange(12) % 3]), loss="quadratic", epochs=10**6)
    until(lambda: run.step > 10)
    before = len(lossviz.live_runs())
    command(lab, "first_weights")
    assert "Stop the run first" in status(lab)["text"]
    assert len(lossviz.live_runs()) == before
    run.stop()
    assert run.wait(60)


@pytest.mark.parametrize("cell", [True, False])
def test_a_closed_lab_starts_nothing_any_more(cell):
    page = Page(lossviz.LossLab(config=lossviz.TrainingConfig(epochs=2)))
    with page.lab._session._lock:
        page.press("train", cell=cell)
        page.lab.close()
    until(lambda: not page.lab._session._launcher.preparing)
    # What its program may have started before it heard of that is stopped on its own thread.
    until(lambda: lossviz.live_runs() == [])
    assert page.lab.runs == []
    # No page is asked to run the cell.
    assert "program" not in {message["type"] for message, _ in page.lab._answers}


def test_predictions_are_drawn_by_one_worker_however_often_it_is_clicked():
    begun, go_on = threading.Event(), threading.Event()
    drawings, answers = [], []

    def draw():
        drawings.append(threading.current_thread())
        begun.set()
        assert go_on.wait(60)
        return "", f"drawing {len(drawings)}"

    desk = Desk(SimpleNamespace(predictions=draw), lambda told: answers.append(list(told.values())))
    predictions = Predictions(desk)
    predictions.ask("a")
    assert begun.wait(60)
    for page in ("a", "b", "a", "b"):
        predictions.ask(page)
    workers = [one for one in threading.enumerate() if one.name == "lossviz predict"]
    assert len(workers) == 1
    go_on.set()
    until(lambda: len(answers) == 3)
    # Those who asked meanwhile see what holds after their click.
    told = [(page, text) for _, page, _, text in answers]
    assert told == [("a", "drawing 1"), ("a", "drawing 2"), ("b", "drawing 2")]
    until(lambda: not workers[0].is_alive())
    predictions.ask("c")
    until(lambda: answers[-1] == ["predictions", "c", "", "drawing 3"])
