"""Whatever happens to a page or its kernel: the curve is right, or the page says what is wrong."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until

LAB = "import lossviz, json, os\nlab = lossviz.LossLab()\nlab"


def training(notebook) -> NotebookPage:
    page = notebook(LAB, "0")
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Epochs", "100000")
    page.press("Train")
    until(lambda: page.points(EPOCHS_CHART) >= 3, "three epochs", 120)
    return page


def assert_same_as_kernel(page: NotebookPage) -> None:
    page.press("Stop")
    until(lambda: page.run_status() == "stopped", "stopped", 20)
    until(lambda: "stopped after step" in page.status(), "the last step in the status line")
    history = json.loads(page.ask_kernel("json.dumps(lab.run.history['loss'].tolist())"))
    until(lambda: page.points(EPOCHS_CHART) == len(history), "all epochs")
    drawn = page.drawn(EPOCHS_CHART)[0]["y"]
    assert drawn == pytest.approx(history, rel=1e-6)
    start = "lab.run.record.progress().epoch_start"
    steps = json.loads(page.ask_kernel(f"json.dumps(lab.run.step_loss[{start}:].tolist())"))
    if steps:
        until(lambda: page.values(STEPS_CHART) == steps, "the last epoch's steps", 10)


def silence(page: NotebookPage) -> str:
    alert = page.lab.locator(".lossviz-silence")
    return alert.inner_text() if alert.is_visible() else ""


def test_a_network_that_was_cut_for_ten_seconds(notebook, page):
    book = training(notebook)
    page.context.set_offline(True)
    page.wait_for_timeout(10_000)
    page.context.set_offline(False)
    before = book.points(EPOCHS_CHART)
    until(lambda: book.points(EPOCHS_CHART) > before, "epochs after the cut", 60)
    until(lambda: silence(book) == "", "no complaint any more")
    dialog = page.get_by_role("dialog")
    if dialog.is_visible():  # JupyterLab's own word about its server
        dialog.get_by_role("button").last.click()
    assert_same_as_kernel(book)


def test_two_tabs_on_one_notebook(notebook, page):
    book = training(notebook)
    book.page.keyboard.press("Control+S")
    book.page.wait_for_timeout(1000)
    other = NotebookPage(page.context.new_page(), book.page.url)
    other.lab.wait_for(timeout=60_000)
    until(lambda: other.points(EPOCHS_CHART) >= 3, "the curve in the second tab")
    other.press("Pause")
    until(lambda: book.run_status() == "paused", "paused in the first tab")
    book.press("Resume")
    until(lambda: other.run_status() == "running", "running in the second tab")
    other.page.close()
    assert_same_as_kernel(book)


def test_a_notebook_that_was_closed_and_opened_again(notebook, page):
    book = training(notebook)
    before = book.points(EPOCHS_CHART)
    page.keyboard.press("Control+S")
    page.wait_for_timeout(1000)
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_text("Close Tab", exact=True).click()
    page.locator(".jp-NotebookPanel").wait_for(state="detached")
    page.locator(".jp-DirListing-item", has_text="test.ipynb").dblclick()
    book.lab.wait_for(timeout=60_000)
    until(lambda: book.points(EPOCHS_CHART) > before, "epochs while it was closed, and after it")
    assert_same_as_kernel(book)


@pytest.mark.parametrize("by", ["the menu", "somebody else"])
def test_a_restarted_kernel_is_said_and_the_last_picture_stays(notebook, server, by):
    page = training(notebook)
    drawn = page.drawn(EPOCHS_CHART)[0]["y"][:3]
    if by == "the menu":
        page.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.page.get_by_text("Restart Kernel…", exact=True).click()
        page.page.get_by_role("button", name="Confirm Kernel Restart").click()
    else:
        server.restart_kernels()
        until(lambda: page.run_status() == "stopped", "the run's end")
        page.press("Train")
    until(lambda: "does not answer" in silence(page), "a word about the kernel", 40)
    assert page.drawn(EPOCHS_CHART)[0]["y"][:3] == drawn
    # The next lab works.
    page.wait_idle()
    page.run_cell(0)
    until(lambda: page.lab.is_visible() and silence(page) == "", "a new lab")
    epochs = page.lab.get_by_label("Epochs", exact=True)
    until(lambda: epochs.input_value() == "100000", "what its cell says")
    page.fill("Epochs", "1")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run after the restart", 120)


def test_a_killed_kernel_is_said_and_the_last_picture_stays(notebook):
    page = training(notebook)
    process = int(page.ask_kernel("os.getpid()"))
    drawn = page.drawn(EPOCHS_CHART)[0]["y"][:3]
    os.kill(process, signal.SIGKILL)
    until(lambda: "does not answer" in silence(page), "a word about the kernel", 60)
    assert page.drawn(EPOCHS_CHART)[0]["y"][:3] == drawn


def test_a_tab_that_slept_catches_up_and_costs_the_kernel_nothing(notebook, page):
    book = training(notebook)
    session = page.context.new_cdp_session(page)
    # What a browser does with a tab that nobody looks at.
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    time.sleep(30)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    before = book.points(EPOCHS_CHART)
    until(lambda: book.points(EPOCHS_CHART) > before, "epochs after the sleep", 60)
    until(lambda: silence(book) == "", "no complaint any more")
    assert_same_as_kernel(book)
