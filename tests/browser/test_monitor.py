"""Keras' own `fit`, and runs that code has started, live below their cells."""

from __future__ import annotations

import json

import pytest

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until

MODEL = """import json, keras, lossviz, numpy as np
x = np.random.default_rng(0).normal(size=(32 * 40, 8)).astype("float32")
y = (x[:, 0] > 0).astype(int) + (x[:, 1] > 1)
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("sgd", loss, metrics=["accuracy"])
"""
FIT = (
    MODEL + "monitor = lossviz.Monitor()\n"
    "history = model.fit(x, y, epochs=100000, verbose=0, callbacks=[monitor])"
)
RUN = (
    MODEL
    + 'run = lossviz.train(model, (x, y), loss="cross_entropy", batch_size=4, epochs=100000)\nrun'
)


def cell_runs(page: NotebookPage) -> bool:
    """Whether the first cell has not ended: its prompt has a star, or none after a reload."""
    prompt = page.cells.first.locator(".jp-InputPrompt").first.inner_text()
    return prompt in {"[*]:", "[ ]:"}


def press_through(page: NotebookPage) -> None:
    """Pause, set the learning rate, and resume."""
    page.press("Pause")
    until(lambda: page.run_status() == "paused", "paused", 20)
    field = page.lab.get_by_label("Learning rate", exact=True)
    field.fill("0")
    field.press("Enter")
    error = page.lab.locator(".lossviz-field-error")
    until(lambda: "greater than 0" in error.inner_text(), "what is accepted")
    field.fill("0.125")
    field.press("Enter")
    until(lambda: not error.is_visible(), "a rate that is accepted")
    page.press("Resume")
    until(lambda: page.run_status() == "running", "running again", 20)


def assert_whole(page: NotebookPage, run: str) -> None:
    """Once stopped, the page shows what the kernel has recorded."""
    page.press("Stop")
    until(lambda: page.run_status() == "stopped", "stopped", 30)
    until(lambda: "stopped after step" in page.status(), "the status line")
    page.wait_idle()
    losses = json.loads(page.ask_kernel(f"json.dumps({run}.history['loss'].tolist())"))
    until(lambda: page.points(EPOCHS_CHART) == len(losses), "all epochs")
    assert page.drawn(EPOCHS_CHART)[0]["y"] == pytest.approx(losses, rel=1e-6)
    told = f"[e.kind for e in {run}.events if e.kind not in ('started', 'warning')]"
    kinds = ["paused", "resumed", "learning_rate", "stopped"]
    assert json.loads(page.ask_kernel(f"json.dumps({told})")) == kinds
    assert float(page.ask_kernel(f"{run}.record.learning_rates.last")) == 0.125


def test_fit_is_live_before_its_cell_ends_and_obeys_its_page_after_a_reload(notebook):
    page = notebook(FIT, "0")
    page.run_cell(0)
    page.lab.wait_for(timeout=90_000)
    until(lambda: page.points(STEPS_CHART) > 0, "steps on the page", 90)
    until(lambda: page.points(EPOCHS_CHART) > 1, "epochs on the page", 60)
    assert cell_runs(page)
    press_through(page)
    page.save_and_reload()
    until(lambda: page.points(EPOCHS_CHART) > 1, "the curve after the reload", 60)
    before = page.points(EPOCHS_CHART)
    until(lambda: page.points(EPOCHS_CHART) > before, "more epochs after the reload", 60)
    assert cell_runs(page)
    assert_whole(page, "monitor.run")
    # What stood in for the widget has given way to it.
    until(lambda: page.page.locator(".lossviz-stand-in").count() == 0, "the widget itself")
    assert page.page.locator(".lossviz-lab").count() == 1
    history = json.loads(page.ask_kernel("json.dumps(monitor.run.history['loss'].tolist())"))
    assert json.loads(page.ask_kernel("json.dumps(history.history['loss'])")) == history


def test_a_run_that_is_a_cells_last_value_is_live_and_obeys_its_page(notebook):
    page = notebook(RUN, "0")
    page.run_cell(0)
    page.lab.wait_for(timeout=90_000)
    until(lambda: page.points(EPOCHS_CHART) > 1, "epochs on the page", 90)
    assert page.lab.get_by_role("progressbar", name="Training progress").is_visible()
    for name in ("Train", "Reset", "View code"):
        assert page.lab.get_by_role("button", name=name, exact=True).count() == 0
    press_through(page)
    assert_whole(page, "run")
