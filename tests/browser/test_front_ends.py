"""The same lab in Notebook 7, without the extension, and for people who cannot see it."""

from __future__ import annotations

import json

import pytest

from tests.browser.accessibility import serious_findings
from tests.browser.jupyter_server import server_without_extension
from tests.browser.notebook_page import (
    EPOCHS_CHART,
    STEPS_CHART,
    NotebookPage,
    until,
    write_notebook,
)

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"


def train(page: NotebookPage) -> None:
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    page.fill("Epochs", "3")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run", 120)
    until(lambda: page.points(EPOCHS_CHART) == 3, "three epochs")
    until(lambda: page.drawn(STEPS_CHART), "a drawn chart")


def test_the_lab_trains_in_notebook_7(server, page):
    write_notebook(server.root / "seven.ipynb", LAB, "0")
    book = NotebookPage(page, server.address("notebooks/seven.ipynb"))
    train(book)
    losses = json.loads(book.ask_kernel("lab.run.history['loss'].tolist()"))
    assert book.drawn(EPOCHS_CHART)[0]["y"] == pytest.approx(losses, rel=1e-6)
    server.end_kernels()


def test_the_lab_trains_where_the_extension_is_disabled(tmp_path, page):
    root = tmp_path / "root"
    root.mkdir()
    write_notebook(root / "plain.ipynb", LAB, "0")
    with server_without_extension(tmp_path / "jupyter", root) as server:
        book = NotebookPage(page, server.address("lab/tree/plain.ipynb?reset"))
        assert page.get_by_role("tab", name="Loss lab").count() == 0
        train(book)
        book.press("View code")
        box = book.lab.get_by_role("textbox", name="Program")
        box.wait_for()
        # CodeMirror draws the lines in sight.
        until(lambda: "import lossviz" in box.inner_text(), "the code in a box")


def test_no_serious_accessibility_finding(notebook):
    page = notebook(LAB, "0")
    train(page)
    page.lab.get_by_text("Advanced", exact=True).click()
    for chart in (STEPS_CHART, EPOCHS_CHART):
        page.figure(chart).get_by_role("button", name="Export").click()
        page.figure(chart).get_by_role("button", name="Show as a table").click()
    page.press("Add chart")
    page.lab.get_by_role("menuitem").first.wait_for()
    serious = serious_findings(page.page)
    assert not serious, serious
