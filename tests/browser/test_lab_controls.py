"""One lab from the keyboard: keys, focus and queue; a reload, and a kernel that is killed."""

from __future__ import annotations

import json
import os
import signal

from tests.browser.notebook_page import EPOCHS_CHART, NotebookPage, until

LAB = "import lossviz, json, os\nlab = lossviz.LossLab()\nlab"


def focused(page: NotebookPage) -> str:
    return page.page.evaluate(
        "(document.activeElement.ariaLabel || document.activeElement.textContent)"
    )


def focus(page: NotebookPage, name: str) -> None:
    page.lab.get_by_role("button", name=name, exact=True).focus()


def keys(page: NotebookPage, *names: str) -> None:
    for name in names:
        page.page.keyboard.press(name)


def steps(page: NotebookPage) -> int:
    """The steps of a paused run, as the status line says."""
    until(lambda: "paused after step" in page.status(), "a paused run")
    return int(page.status().split("after step ")[1].split(".")[0].replace(",", ""))


def cells_are_unharmed(page: NotebookPage) -> bool:
    page.page.wait_for_timeout(300)
    return page.cells.count() == 2 and page.lab.is_visible()


def offered(page: NotebookPage, name: str) -> None:
    """Run the lab's cell anew and press what its status line offers."""
    page.wait_idle()
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    page.lab.get_by_role("button", name=name, exact=True).wait_for()


def test_keys_focus_queue_reload_and_a_killed_kernel(notebook, server):
    page = notebook(LAB, "0")
    page.run_cell(0)
    page.lab.wait_for()
    # In the notebook's command mode these delete, cut, insert, merge and select cells.
    focus(page, "Train")
    keys(page, "d", "d", "x", "b", "a", "Shift+M", "ArrowDown", "Control+Backspace")
    assert focused(page) == "Train"
    page.lab.get_by_label("Optimizer", exact=True).focus()
    keys(page, "d", "d", "x", "b", "Control+Shift+ArrowDown")
    page.lab.locator("summary", has_text="Advanced").focus()
    keys(page, "d", "d", "x", "b", "Control+Enter")
    assert cells_are_unharmed(page)
    prompt = page.cells.nth(0).locator(".jp-InputPrompt")
    until(lambda: prompt.inner_text().strip() != "[*]:", "the end of the cell")
    assert prompt.inner_text().strip() == "[1]:"

    # The focus stays on the button that takes the place of the one pressed.
    page.fill("Epochs", "100000")
    focus(page, "Train")
    keys(page, "Enter")
    until(lambda: page.points(EPOCHS_CHART) >= 3, "three epochs", 120)
    assert page.cells.count() == 3
    until(lambda: focused(page) == "Queue next run", "the focus where it was", 10)
    focus(page, "Pause")
    keys(page, "Enter")
    until(lambda: focused(page) == "Resume", "the focus on Resume", 10)
    before = steps(page)
    focus(page, "Step")
    keys(page, "Enter", "Enter", "Enter")
    until(lambda: f"after step {before + 3:,}." in page.status(), "three steps")
    assert focused(page) == "Step"
    filled = page.lab.locator(".lossviz-filled:visible")
    assert filled.evaluate_all("all => all.map(one => one.ariaLabel)") == ["Resume"]

    # A run that waits behind a paused one can be taken back.
    page.press("Queue next run")
    page.press("Cancel queued run")
    cancel = page.lab.get_by_role("button", name="Cancel queued run", exact=True)
    cancel.wait_for(state="hidden")
    assert steps(page) == before + 3

    # The notebook was not saved: nothing on the page knows of the run, but the kernel does.
    page.page.on("dialog", lambda dialog: dialog.accept())
    page.page.reload()
    page.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    offered(page, "Show it")
    assert page.status() == "run 1 is paused."
    page.press("Show it")
    assert steps(page) == before + 3
    page.press("Resume")
    drawn = page.points(EPOCHS_CHART)
    until(lambda: page.points(EPOCHS_CHART) > drawn + 2, "epochs after the reload")

    # A kernel that dies does not take the run with it.
    os.kill(int(page.ask_kernel("os.getpid()")), signal.SIGKILL)
    until(lambda: page.run_phase() in {"Kernel stopped", "No answer"}, "its end")
    assert page.lab.locator(".lossviz-run-name").inner_text() == "run 1"
    dialog = page.page.get_by_role("dialog")
    page.page.wait_for_timeout(1000)
    if dialog.is_visible():
        dialog.get_by_role("button").last.click()
    offered(page, "Resume run 1")
    assert page.status().startswith("The kernel stopped. The checkpoint of run 1 is at epoch ")
    saved = int(page.status().split("at epoch ")[1].split(" of ")[0].replace(",", ""))
    page.press("Resume run 1")
    until(lambda: page.points(EPOCHS_CHART) > saved, "epochs after the checkpoint", 120)
    page.press("Stop")
    until(lambda: page.run_status() == "stopped", "the end")
    said = json.loads(page.ask_kernel("json.dumps([len(lab.runs), len(lab.run.history['loss'])])"))
    assert said[0] == 1
    assert said[1] > saved

    # Shortcuts of the application work in the lab, too.
    page.lab.get_by_label("Seed", exact=True).focus()
    keys(page, "Control+S")
    file = server.root / "test.ipynb"
    until(lambda: "lossviz.train(" in file.read_text(), "the saved notebook", 10)

    page.press("Clear runs")
    page.press("Clear run")
    until(lambda: page.run_status() == "", "an empty lab", 10)
    until(lambda: not page.lab.get_by_role("table").is_visible(), "no table", 10)
