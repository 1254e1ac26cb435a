"""A run's own view: what its pages may do, how long it lives, and what a notebook keeps of it."""

from __future__ import annotations

import gc
import time
import weakref

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import lossviz
from lossviz.widgets import run_view
from lossviz.widgets.run_view import RunView, view_of


def until(condition, seconds=30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def say(view, kind, **values) -> None:
    view._on_message(view, {"type": kind, "page": "p", **values}, [])


def press(view, command) -> None:
    say(view, "command", command=command, cell=False)


def enter(view, rate, number) -> None:
    say(view, "edit", field="learning_rate", value=rate, number=number)


@pytest.fixture
def run(points, dense_model):
    made = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=10**6, seed=0)
    yield made
    made.stop()
    assert made.wait(30)


def test_a_page_pauses_resumes_and_stops_the_run(run):
    view = view_of(run)
    say(view, "attach")
    until(lambda: run.step > 3)
    assert view.kind == "run"
    until(lambda: view.form["commands"] == ["pause", "stop", "apply_learning_rate"])
    press(view, "pause")
    until(lambda: view.form["commands"] == ["resume", "step", "stop", "apply_learning_rate"])
    until(lambda: "paused after step" in view.status["text"])
    taken = run.step
    press(view, "step")
    until(lambda: run.step == taken + 1)
    press(view, "resume")
    until(lambda: run.step > taken + 1)
    press(view, "stop")
    until(lambda: run.status == "stopped")
    until(lambda: view.form["commands"] == [])
    press(view, "resume")  # too late: nothing happens
    view.close()


def test_a_learning_rate_applies_at_once_or_says_what_is_accepted(run):
    view = view_of(run)
    say(view, "attach")
    until(lambda: run.step > 0)
    enter(view, "0.25", 1)
    until(lambda: view.form["fields"][0]["value"] == "0.25")
    assert view.form["edits"] == {"p": 1}
    until(lambda: run.record.learning_rates.last == 0.25)
    enter(view, "-1", 2)
    until(lambda: view.form["edits"] == {"p": 2})
    (field,) = view.form["fields"]
    assert "greater than 0" in field["error"]
    assert field["value"] == "0.25"
    enter(view, "1e-3", 3)
    until(lambda: run.record.learning_rates.last == pytest.approx(0.001))
    until(lambda: view.form["fields"][0]["value"] == "0.001")
    assert view.form["fields"][0]["error"] == ""
    press(view, "pause")
    until(lambda: run.status == "paused")
    enter(view, "0.5", 4)
    until(lambda: view.form["fields"][0]["value"] == "0.5")
    assert run.record.learning_rates.last == pytest.approx(0.001)
    press(view, "resume")
    until(lambda: run.record.learning_rates.last == 0.5)
    view.close()


def test_a_run_has_one_view_until_that_is_closed(run):
    view = view_of(run)
    assert view_of(run) is view
    view.close()
    again = view_of(run)
    assert again is not view
    again.close()


def test_a_view_keeps_no_model_once_its_run_has_ended(points, dense_model):
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1, seed=0)
    view = view_of(run)
    say(view, "attach")
    assert run.wait(60)
    until(lambda: "completed" in view.status["text"])
    model = weakref.ref(run)
    del run
    until(lambda: gc.collect() is not None and model() is None)
    view.close()


def test_views_that_nobody_looks_at_are_closed_in_time(points, dense_model, monkeypatch):
    monkeypatch.setattr(run_view, "MOST_LEFT", 2)
    views = []
    for _ in range(5):
        run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=1, seed=0)
        assert run.wait(60)
        view = view_of(run)
        say(view, "attach")
        say(view, "detach")
        views.append(view)
    assert [view.comm is not None for view in views] == [False, False, True, True, True]
    for view in views:
        view.close()
    assert not [view for view in views if view in run_view._views.values()]


def test_outside_a_notebook_a_run_is_text(run, capsys):
    run_view.show(run)
    assert capsys.readouterr().out.startswith("<lossviz.Run 'run ")


def test_a_cell_that_cannot_hear_its_page_says_so(run, monkeypatch):
    view = RunView(run)
    monkeypatch.setattr(run_view.cell_runs, "running", "cell")
    monkeypatch.setattr(run_view, "PATIENCE", 0.05)
    view.show()
    until(lambda: "busy running this cell" in view.status["text"])
    assert view.status["kind"] == "warning"
    say(view, "attach")
    until(lambda: "started on" in view.status["text"])
    view.close()


FIT = """
import keras, lossviz, numpy as np
x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
monitor = lossviz.Monitor("watched")
model.fit(x, x[:, :1], epochs=3, verbose=0, callbacks=[monitor]);
"""
VIEW, PICTURE = "application/vnd.jupyter.widget-view+json", "image/png"


def test_fit_and_runs_in_a_notebook_that_no_page_shows():
    cells = [FIT, 'run = lossviz.train(model, (x, x[:, :1]), loss="mse", epochs=2)\nrun',
             "run.wait(); run", "print(len(monitor.run.step_loss), repr(run))"]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(one) for one in cells], metadata={"kernelspec": kernel}
    )
    NotebookClient(file, timeout=200, kernel_name="python3").execute()
    assert file.cells[3].outputs[0].text.startswith("6 <lossviz.Run")
    shown = []
    for cell in file.cells[:3]:
        view, picture = [one for one in cell.outputs if one.output_type == "display_data"]
        assert view.data["text/plain"].startswith("<lossviz.Run ")
        assert picture.data[PICTURE]
        shown.append((view.data[VIEW]["model_id"], picture.data["text/plain"]))
    assert "watched" in shown[0][1]
    assert "3 of 3 epochs" in shown[0][1]
    assert "2 of 2 epochs" in shown[1][1]
    # Two displays of one run are one widget.
    assert shown[1] == shown[2]
    state = file.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert state[shown[0][0]]["state"]["saved"]["message"]["run"]["status"] == "completed"


def test_a_view_shows_every_step_of_a_short_run(points, dense_model):
    sent = []
    run = lossviz.train(dense_model(), points, loss="cross_entropy", epochs=2, seed=0)
    view = view_of(run)
    view.send = lambda message, buffers: sent.append((message, buffers))
    assert run.wait(60)
    say(view, "attach")
    until(lambda: sent)
    message, buffers = sent[0]
    assert message["run"]["id"] == run.id
    assert message["earlier"] == []
    np.testing.assert_array_equal(np.frombuffer(buffers[4], "<f4"), run.step_loss[3:])
    view.close()
