"""A program that runs in IPython, as in a notebook's cell."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

import lossviz
from tests.python.test_lab import until
from tests.python.test_program_binding import Page


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    yield shell
    for event in ("pre_run_cell", "post_run_cell"):
        for callback in list(shell.events.callbacks[event]):
            shell.events.unregister(event, callback)
    InteractiveShell.clear_instance()


def page_of(lab, cell="c1"):
    page = Page(lab, cell=cell)
    page.set("epochs", "2")
    page.type(page.look()["text"] + "# in the cell\n")
    return page


def test_the_lab_follows_the_run_that_its_cell_starts(shell):
    page = page_of(lossviz.LossLab())
    shell.run_cell("other = 1", cell_id="c2")
    assert page.lab.run is None
    # The cell's text counts, also where the page has not sent it yet.
    text = page.text.replace("epochs=2", "epochs=1")
    shell.run_cell(text, cell_id="c1")
    assert page.lab.run is shell.user_ns["run"]
    assert page.lab.run.wait(60)
    assert page.lab.config.epochs == 1
    kept = lossviz.load_run(page.lab.run.id)
    assert (kept.program, kept.config["epochs"]) == (text, 1)
    # A run that the user starts elsewhere is none of the lab's, nor described by its text.
    shell.run_cell("own = lossviz.train(model, data, loss='cross_entropy', epochs=1)", cell_id="c3")
    assert shell.user_ns["own"].wait(60)
    assert page.lab.runs == [page.lab.run]
    assert lossviz.load_run(shell.user_ns["own"].id).program == ""


def test_a_failure_in_the_cell_names_its_line(shell):
    page = page_of(lossviz.LossLab())
    text = page.text.replace("optimizer = tf", "no_such_name\noptimizer = tf", 1)
    line = text[: text.index("no_such_name")].count("\n") + 1
    shell.run_cell(text, cell_id="c1")
    status = page.lab._session.status()
    assert (
        f"NameError: name 'no_such_name' is not defined (line {line} of the code)"
        in (status["text"])
    )
    assert "Traceback" in status["details"]
    shell.run_cell("1 +", cell_id="c1")
    assert "the code has a syntax error on line 1" in page.status()
    shell.run_cell("x = 1", cell_id="c1")
    assert "without starting a run" in page.status()
    assert "stop" not in page.lab._session.form()["commands"]


def test_train_asks_the_page_and_knows_its_cell_by_the_text(shell):
    lab = lossviz.LossLab(config=lossviz.TrainingConfig(epochs=1))
    page = Page(lab, cell="")
    page.press("train", cell=True)
    until(lambda: lab._session._launcher.asked)
    assert page.status() == "Preparing data and model..."
    shell.run_cell(page.look()["text"], cell_id="fresh")
    assert lab.run.wait(60)
    assert page.code["cell"] == "" or page.code["cell"] == "fresh"
    # Stop while the page is on its way to run the cell ends the run at its beginning.
    page.set("epochs", "100000")
    page.press("train", cell=True)
    until(lambda: lab._session._launcher.asked)
    page.press("stop")
    shell.run_cell(page.look()["text"], cell_id="fresh")
    assert lab.run.wait(60)
    assert lab.run.status == "stopped"
    # A page that cannot run it says so.
    page.press("train", cell=True)
    until(lambda: lab._session._launcher.asked)
    page.press("not_run")
    assert "could not run the cell" in page.status()


def test_objects_without_a_name_are_put_where_there_is_room(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", shell.user_module)
    shell.user_ns |= {"data": "mine", "my_train_inputs": "mine, too"}
    x, labels = np.random.default_rng(0).random((30, 64)).astype("f4"), np.arange(30) % 3
    import keras

    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(3)])
    shell.user_ns["x"] = x
    lab = lossviz.LossLab(model=model, train=(x, labels))
    page = Page(lab, cell="c1")
    assert page.status() == "The code uses these names for your objects: my_model, train_targets."
    assert "(x, tf.one_hot(train_targets, 3))" in page.text
    page.set("epochs", "1")
    page.type(page.look()["text"] + "\n")
    for _ in range(2):
        shell.run_cell(page.text, cell_id="c1")
        assert lab.run.wait(60)
        assert lab.run.error is None
    assert (shell.user_ns["my_train_inputs"], shell.user_ns["data"]) == ("mine, too", "mine")
    assert len(lab.runs) == 2


def test_a_program_takes_no_name_that_the_user_holds(shell):
    shell.run_cell("model, run = 'my model', 'my run'", cell_id="n0")
    lab = lossviz.LossLab(config=lossviz.TrainingConfig(epochs=1))
    page = Page(lab, cell="")
    assert "model_2 = task.build_model(data)" in page.text
    assert page.code["state"] == "in_step"

    def train():
        before = len(lab.runs)
        page.press("train", cell=True)
        until(lambda: lab._session._launcher.asked)
        shell.run_cell(page.look()["text"], cell_id="n1")
        page.cell = "n1"
        page.type(page.text)
        assert len(lab.runs) == before + 1
        assert lab.run.wait(60)
        assert lab.run.error is None
        return lab.run

    first = train()
    assert (shell.user_ns["model"], shell.user_ns["run"]) == ("my model", "my run")
    assert shell.user_ns["model_2"] is first.model
    assert lab._session.predictions()[1] == ""
    # What the cell itself has given a name is its own, and is given again.
    text = page.look()["text"]
    second = train()
    assert page.look()["text"] == text
    assert shell.user_ns["model_2"] is second.model
    # A variable that the user makes later is the user's, too; fields go on to work.
    shell.run_cell("optimizer = model_2 = 'mine'", cell_id="n0")
    third = train()
    assert shell.user_ns["optimizer"] == shell.user_ns["model_2"] == "mine"
    assert shell.user_ns["model_3"] is third.model
    assert page.code["state"] == "in_step"
    page.set("learning_rate", "0.25")
    assert "optimizer_2 = tf.keras.optimizers.SGD(learning_rate=0.25" in page.look()["text"]


def test_a_second_lab_leaves_the_names_of_the_first(shell):
    config = lossviz.TrainingConfig(epochs=1)
    first = page_of(lossviz.LossLab(config=config), cell="s1")
    shell.run_cell(first.text, cell_id="s1")
    assert first.lab.run.wait(60)
    second = Page(lossviz.LossLab(config=config), cell="s2")
    shell.run_cell(second.text, cell_id="s2")
    second.type(second.text)
    assert shell.user_ns["model"] is first.lab.run.model
    assert shell.user_ns["run"] is first.lab.run
    # A lab that is made anew takes over the cell of the one before, with the names in it.
    again = Page(lossviz.LossLab(config=config), cell="s1")
    again.type(first.text, opening=True)
    again.press("train", cell=True)
    until(lambda: again.lab._session._launcher.asked)
    assert again.look()["text"] == first.text
    again.press("not_run")


def test_the_program_is_offered_as_a_cell(shell):
    page = Page(lossviz.LossLab())
    page.press("save_cell")
    assert "next time you run a cell" in page.status()
    assert shell.rl_next_input == page.text
