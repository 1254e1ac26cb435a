"""The extension: the side panel, the command, the launcher, and real cells."""

from __future__ import annotations

from tests.browser.notebook_page import NotebookPage, until
from tests.browser.program_cell import ProgramCell


def open_panel(page):
    page.get_by_role("tab", name="Loss lab").click()
    panel = page.get_by_role("region", name="Loss lab")
    panel.wait_for()
    return panel


def test_the_panel_shows_the_kernel_and_makes_a_lab(notebook):
    page = notebook("import time\ntime.sleep(3)")
    panel = open_panel(page.page)
    until(lambda: "ready" in panel.inner_text(), "a ready kernel")
    assert "test.ipynb" in panel.inner_text()
    assert "Python 3" in panel.inner_text()
    page.run_cell(0)
    until(lambda: "busy" in panel.inner_text(), "a busy kernel")
    page.wait_idle()
    panel.get_by_role("button", name="New loss lab").click()
    page.lab.wait_for(timeout=30_000)
    assert page.cells.count() == 2
    assert "lossviz.LossLab()" in page.cells.nth(1).inner_text()


def test_without_a_notebook_a_lab_opens_one(server, page):
    page.goto(server.address("lab?reset"))
    panel = open_panel(page)
    until(lambda: "No notebook is open" in panel.inner_text(), "no notebook")
    panel.get_by_role("button", name="New loss lab").click()
    page.locator(".lossviz-lab").wait_for(timeout=60_000)
    server.end_kernels()


def test_the_command_is_in_the_palette_and_the_launcher(server, page):
    page.goto(server.address("lab?reset"))
    card = page.locator(".jp-LauncherCard", has_text="Loss lab")
    card.wait_for(timeout=60_000)
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input:visible").fill("New loss lab")
    page.locator(".lm-CommandPalette-item", has_text="New loss lab").first.wait_for()
    page.keyboard.press("Escape")
    card.click()
    page.locator(".lossviz-lab").wait_for(timeout=60_000)
    server.end_kernels()


def test_show_code_puts_the_program_into_a_cell_and_keeps_what_people_write(notebook):
    page: NotebookPage = notebook("import lossviz\nlossviz.LossLab()")
    page.run_cell(0)
    page.lab.wait_for(timeout=30_000)
    page.press("View code")
    until(lambda: page.cells.count() == 2, "a second cell")
    assert "def loss_fn(target, output" in page.cells.nth(1).inner_text()
    page.fill("Learning rate", "0.031")
    page.press("View code")
    until(lambda: "learning_rate=0.031" in page.cells.nth(1).inner_text(), "the new rate")
    assert page.cells.count() == 2

    page.cells.nth(1).locator(".cm-content").click()
    page.page.keyboard.press("Control+Home")
    page.page.keyboard.insert_text("# my own line\n")
    page.fill("Learning rate", "0.032")
    page.press("View code")
    cell = ProgramCell(page)
    cell.wait_for("learning_rate=0.032")
    assert cell.text().startswith("# my own line\n")
    assert page.cells.count() == 2
