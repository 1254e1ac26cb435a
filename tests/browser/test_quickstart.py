"""The quickstart as a new user goes through it: choose, train, watch, stop, train to the end."""

from __future__ import annotations

import re
import time

import pytest

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, until


def test_the_quickstart_trains_live_stops_and_completes(notebook):
    lab = notebook(name="01_quickstart.ipynb")
    lab.run_all()
    lab.lab.wait_for(timeout=30_000)
    lab.choose("Loss", "cross_entropy")
    lab.fill("Epochs", "400")
    lab.press("Train")
    until(lambda: lab.run_status() == "running", "a running run", 120)
    until(lambda: lab.points(EPOCHS_CHART) >= 1, "a first epoch", 120)
    first = lab.points(EPOCHS_CHART)
    steps = set()
    until(lambda: steps.add(lab.points(STEPS_CHART)) or len(steps) > 3, "steps that arrive")
    until(lambda: lab.points(EPOCHS_CHART) > first, "more epochs")
    assert lab.run_status() == "running"
    assert int(lab.lab.get_by_role("progressbar").get_attribute("aria-valuenow")) < 100
    lab.press("Stop")
    pressed = time.monotonic()
    until(lambda: lab.run_status() == "stopped", "stopped", 10, 0.01)
    assert time.monotonic() - pressed < 1.0
    assert "stopped after step" in lab.status()

    lab.fill("Epochs", "30")
    lab.press("Train")
    until(lambda: lab.points(EPOCHS_CHART) < 30 and lab.run_status() == "running", "a new run", 60)
    until(lambda: lab.run_status() == "completed", "completed", 120)
    until(lambda: lab.points(EPOCHS_CHART) == 30, "all epochs")
    accuracy = re.search(r"validation accuracy of ([\d.]+) %", lab.status())
    assert accuracy, lab.status()
    assert float(accuracy[1]) > 90
    training, validation = lab.drawn(EPOCHS_CHART)[:2]
    # The stopped run stays on the chart, so the names are those of the runs.
    assert validation["name"] == f"{training['name']}, validation"
    assert training["name"].startswith("run ")
    assert training["x"] == list(range(1, 31))
    assert training["y"][-1] < training["y"][0] / 5


def test_what_the_page_draws_is_what_the_kernel_recorded(notebook):
    page = notebook("import lossviz\nlab = lossviz.LossLab()\nlab", "0")
    page.run_cell(0)
    page.fill("Epochs", "3")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "completed", 120)
    steps = page.ask_kernel("lab.run.step_loss[90:].tolist()")
    until(lambda: len(page.values(STEPS_CHART)) == 45, "the last epoch")
    assert page.drawn(STEPS_CHART)[0]["y"] == eval(steps)
    assert page.drawn(STEPS_CHART)[0]["x"] == list(range(1, 46))


def test_the_lab_is_there_at_once_while_tensorflow_is_not(notebook):
    page = notebook("import lossviz, sys\nlab = lossviz.LossLab()\nlab")
    page.run_cell(0)
    pressed = time.monotonic()
    page.lab.wait_for(timeout=10_000)
    waited = time.monotonic() - pressed
    line = page.lab.locator(".lossviz-tensorflow")
    until(lambda: line.inner_text() == "Loading TensorFlow...", "TensorFlow's line", 10)
    # The figure of one second is measured by the benchmarks: this machine is shared.
    assert waited < 5
    until(lambda: not line.is_visible(), "TensorFlow", 120)


def test_reloads_in_the_middle_of_training_lose_nothing(notebook):
    page = notebook("import lossviz\nlab = lossviz.LossLab()\nlab", "0")
    page.run_cell(0)
    page.fill("Epochs", "2000")
    page.press("Train")
    until(lambda: page.points(EPOCHS_CHART) >= 2, "two epochs", 120)
    page.page.keyboard.press("Control+S")
    page.page.wait_for_timeout(1000)
    for _ in range(3):
        page.page.reload()
        page.lab.wait_for(timeout=60_000)
        until(lambda: page.points(EPOCHS_CHART) >= 3, "epochs after the reload")
    # What is typed right after a reload must reach the kernel, too.
    page.fill("Seed", "77")
    page.press("Stop")
    until(lambda: page.run_status() == "stopped", "stopped", 10)
    assert page.ask_kernel("lab.config.seed") == "77"
    losses = page.ask_kernel("lab.run.history['loss'].astype('float32').tolist()")
    assert page.drawn(EPOCHS_CHART)[0]["y"] == pytest.approx(eval(losses), rel=1e-6)


def test_stop_is_obeyed_while_a_cell_is_running(notebook):
    page = notebook("import lossviz\nlossviz.LossLab()", "import time\ntime.sleep(60)")
    page.run_cell(0)
    page.fill("Epochs", "2000")
    page.press("Train")
    until(lambda: page.points(EPOCHS_CHART) >= 1, "a first epoch", 120)
    page.run_cell(2)  # behind the cell with the program, which the press has written
    page.page.wait_for_timeout(1000)
    page.lab.evaluate("lab => lab.scrollIntoView()")
    page.press("Stop")
    pressed = time.monotonic()
    until(lambda: page.run_status() == "stopped", "stopped", 20, 0.01)
    # On the main shell it would have waited for the cell.
    assert time.monotonic() - pressed < 5
