"""The charts: every epoch, smoothed, zoomed, beside earlier runs, and taken away."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until

LAB = "import lossviz, json\nlab = lossviz.LossLab()\nlab"


def trained(notebook, *, runs: int = 1, epochs: int = 6) -> NotebookPage:
    page = notebook(LAB, "0")
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Epochs", str(epochs))
    for number in range(1, runs + 1):
        page.press("Train")
        until(lambda n=number: f"run {n} completed" in page.status(), "a run", 120)
    return page


def line(page: NotebookPage, chart: str, name: str) -> dict:
    return next((one for one in page.drawn(chart) if one["name"] == name), {"x": [], "y": []})


def chart(page: NotebookPage, name: str):
    return page.figure(name)


def test_any_epoch_is_shown_with_the_one_before_it_also_after_a_reload(notebook):
    page = trained(notebook)
    steps = np.array(json.loads(page.ask_kernel("json.dumps(lab.run.step_loss.tolist())")))
    page.save_and_reload()
    until(lambda: line(page, STEPS_CHART, "epoch 6")["y"] == steps[225:].tolist(), "the last one")
    # The page has never seen these: it has to ask.
    chart(page, STEPS_CHART).get_by_label("Epoch", exact=True).fill("3")
    until(lambda: line(page, STEPS_CHART, "epoch 3")["y"] == steps[90:135].tolist(), "epoch 3")
    assert line(page, STEPS_CHART, "epoch 2")["y"] == steps[45:90].tolist()
    assert line(page, STEPS_CHART, "epoch 3")["x"] == list(range(1, 46))


def test_smoothing_is_computed_on_every_step(notebook):
    page = trained(notebook)
    steps = json.loads(page.ask_kernel("json.dumps(lab.run.step_loss[225:].tolist())"))
    figure = chart(page, STEPS_CHART)
    figure.get_by_role("button", name="Smoothing of").click()
    figure.get_by_role("slider", name="Smoothing").fill("0.9")
    expected, total, share = [], 0.0, 0.0
    for one in steps:
        total, share = 0.9 * total + 0.1 * one, 0.9 * share + 0.1
        expected.append(total / share)
    until(lambda: line(page, STEPS_CHART, "smoothed")["y"], "a smoothed curve")
    assert line(page, STEPS_CHART, "smoothed")["y"] == pytest.approx(expected, rel=1e-5)
    assert line(page, STEPS_CHART, "epoch 6")["y"] == steps


def test_runs_lie_over_each_other_and_their_data_can_be_copied(notebook, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    book = trained(notebook, runs=2)

    def drawn() -> set[str]:
        return {one["name"] for one in book.drawn(EPOCHS_CHART)}

    # What is out of sight has not been drawn to its end yet.
    until(lambda: book.points(EPOCHS_CHART) == 6, "all epochs")
    until(lambda: {"run 1", "run 1, validation", "run 2"} <= drawn(), "both runs")
    names = drawn()
    assert any(name.startswith("lowest validation loss: ") for name in names)
    rows = book.lab.get_by_role("table", name="Runs").get_by_role("row")
    assert rows.count() == 3
    figure = chart(book, EPOCHS_CHART)
    figure.get_by_role("button", name="Export").click()
    figure.get_by_role("button", name="Copy the data").click()
    until(lambda: "12 rows copied" in figure.inner_text(), "a word about the copy")
    copied = list(csv.DictReader(io.StringIO(page.evaluate("navigator.clipboard.readText()"))))
    losses = json.loads(book.ask_kernel("json.dumps(lab.run.history['loss'].tolist())"))
    mine = [float(row["loss"]) for row in copied if row["run"] == "run 2"]
    assert mine == pytest.approx(losses, rel=1e-6)
    figure.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        figure.get_by_role("button", name="Save as SVG").click()
    assert b"<svg" in download.value.path().read_bytes()
    book.save_and_reload()
    until(lambda: drawn() == names, "both runs again")


def test_a_spike_and_its_neighbours_are_found_by_zooming_while_the_kernel_trains(notebook):
    page = notebook(
        """
import lossviz, numpy as np
from lossviz.wire import publisher
lab = lossviz.LossLab()
x = np.ones((1, 2_000_000), "float32").T
run = lossviz.train(
    __import__("keras").Sequential([__import__("keras").layers.Dense(1)]), (x, x),
    loss="quadratic", batch_size=1, epochs=2)
# A long epoch as a page finds it that comes late: a spike in the middle of a million steps.
losses = np.linspace(1, 0.5, 1_000_000, dtype="float32")
losses[500_000] = 7
run.pause()
while run.status != "paused": pass
run.record.losses.append(losses)
first = run.step - 1_000_000
lab._session._launcher.runs.add(run)
publisher.wake()
run.resume()
lab
""",
        "0",
    )
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    until(lambda: 7 in line(page, STEPS_CHART, "training")["y"], "the spike", 60)
    first = int(page.ask_kernel("first"))
    middle = first + 500_000 + 1
    chart(page, STEPS_CHART).evaluate(
        """(figure, [a, b]) => figure.querySelector('.js-plotly-plot').emit(
            'plotly_relayout', { 'xaxis.range[0]': a, 'xaxis.range[1]': b })""",
        [middle - 400, middle + 400],
    )

    def raw() -> bool:
        found = line(page, STEPS_CHART, "training")
        return 790 <= len(found["x"]) <= 810 and middle in found["x"]

    until(raw, "the raw steps around the spike")
    found = line(page, STEPS_CHART, "training")
    place = found["x"].index(middle)
    expected = json.loads(page.ask_kernel(f"run.step_loss[{middle - 3}:{middle + 2}].tolist()"))
    assert found["y"][place - 2 : place + 3] == expected
    assert page.ask_kernel("run.status") == "running"
    page.ask_kernel("run.stop()")
