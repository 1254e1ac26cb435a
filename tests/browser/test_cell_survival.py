"""The cell of a lab is moved, copied, deleted, reloaded; its kernel restarts; no text is lost."""

from __future__ import annotations

import json

from tests.browser.notebook_page import NotebookPage, until
from tests.browser.program_cell import ProgramCell, code_state
from tests.browser.test_cell import CONSTANT, body_of_loss, chosen, lab_with_cell, value


def command(page: NotebookPage, cell: ProgramCell, keys: str) -> None:
    """Keys of the notebook's command mode, with the lab's cell as the active one."""
    cell.cell.locator(".jp-InputPrompt").click()
    page.page.keyboard.press("Escape")
    for key in keys.split():
        page.page.keyboard.press(key)


def restart(page: NotebookPage) -> None:
    page.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.page.get_by_text("Restart Kernel…", exact=True).click()
    page.page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_idle()


def test_a_copy_is_a_free_cell_and_the_moved_cell_stays_bound(notebook):
    page, cell = lab_with_cell(notebook)
    command(page, cell, "c v")
    until(lambda: page.cells.count() == 4, "the copy")
    assert cell.marked.count() == 1
    page.fill("Epochs", "4")
    cell.wait_for("epochs=4")
    texts = [
        one.evaluate("node => (node.cmTile ?? node.cmView).view.state.doc.toString()")
        for one in page.page.locator(".jp-CodeCell .cm-content").all()
    ]
    assert sum("epochs=4" in text for text in texts) == 1
    assert sum("epochs=2" in text for text in texts) == 1
    # Cut and put behind the last cell.
    command(page, cell, "x")
    until(lambda: "was deleted" in code_state(page), "a word about the cell", 10)
    page.cells.last.locator(".jp-InputPrompt").click()
    page.page.keyboard.press("v")
    until(lambda: cell.marked.count() == 1, "the mark on the moved cell", 10)
    page.fill("Epochs", "5")
    cell.wait_for("epochs=5")


def test_a_deleted_cell_is_said_comes_back_by_undo_and_is_written_again(notebook):
    page, cell = lab_with_cell(notebook)
    command(page, cell, "d d")
    until(lambda: "was deleted" in code_state(page), "a word about the cell", 10)
    page.page.keyboard.press("z")
    until(lambda: cell.marked.count() == 1, "the cell that came back", 10)
    until(lambda: "In sync with cell" in code_state(page), "in sync again", 10)
    command(page, cell, "d d")
    until(lambda: cell.marked.count() == 0, "the cell's end", 10)
    page.fill("Epochs", "6")
    page.press("Restore cell")
    cell.wait_for("epochs=6")


def test_reload_keeps_bond_and_text_saved_or_not(notebook):
    page, cell = lab_with_cell(notebook)
    cell.replace(body_of_loss(cell), CONSTANT)
    until(lambda: chosen(page, "Loss").startswith("Custom"), "the custom loss")
    page.save_and_reload()
    until(lambda: cell.marked.count() == 1, "the mark after the reload", 30)
    assert CONSTANT in cell.text()
    until(lambda: chosen(page, "Loss") == "Custom, based on cross-entropy", "the loss in the lab")
    page.fill("Epochs", "7")
    cell.wait_for("epochs=7")
    # The notebook on the disk is older now; the kernel still knows.
    page.page.reload()
    page.lab.wait_for(timeout=60_000)
    cell.wait_for("epochs=7")
    assert value(page, "Epochs") == "7"


def test_a_restarted_kernel_s_lab_reads_its_old_cell(notebook, server):
    page, cell = lab_with_cell(notebook)
    cell.replace(body_of_loss(cell), CONSTANT)
    until(lambda: chosen(page, "Loss").startswith("Custom"), "the custom loss")
    page.choose("Loss", "quadratic")
    page.press("Replace it")
    cell.wait_for("tf.square")
    page.fill("Epochs", "8")
    cell.wait_for("epochs=8")
    restart(page)
    until(lambda: cell.marked.count() == 0, "no mark without a lab", 30)
    content = page.page.locator(".jp-CodeCell .cm-content").nth(1)
    content.click()
    page.page.keyboard.press("Control+Home")
    page.page.keyboard.insert_text("# while nobody looked\n")
    page.run_cell(0)
    until(lambda: cell.marked.count() == 1, "the old cell taken over", 60)
    until(lambda: value(page, "Epochs") == "8", "what the cell says")
    assert cell.text().startswith("# while nobody looked\n")
    assert value(page, "Loss") == "quadratic"
    assert page.cells.count() == 3
    kept = page.lab.locator("optgroup[label='My custom losses'] option")
    until(lambda: kept.count() == 1, "my custom losses after the restart", 10)
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run", 120)
    assert page.ask_kernel("len(lab.run.history['loss'])") == "8"


def test_a_second_tab_shows_the_same_and_nothing_is_patched_twice(notebook, page):
    book, cell = lab_with_cell(notebook)
    book.page.keyboard.press("Control+S")
    book.page.wait_for_timeout(1000)
    other = NotebookPage(page.context.new_page(), book.page.url)
    other.lab.wait_for(timeout=60_000)
    second = ProgramCell(other)
    until(lambda: second.marked.count() == 1, "the mark in the second tab", 30)
    other.fill("Batch size", "64")
    second.wait_for("batch_size=64")
    cell.wait_for("batch_size=64")
    cell.replace("epochs=2", "epochs=12")
    second.wait_for("epochs=12")
    until(lambda: value(other, "Epochs") == "12", "the epochs in the second tab")
    assert cell.text() == second.text()
    other.page.close()


def test_objects_without_a_name_reach_the_cell_and_clobber_nothing(notebook):
    page = notebook(
        """
import json, keras, lossviz
import numpy as np
my_model = "something else"
data = "mine"
def make():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
x = np.random.rand(90, 4).astype("float32")
lab = lossviz.LossLab(model=make(), train=(x, np.arange(90) % 3))
lab
""",
        "0",
    )
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    assert "uses these names for your objects: my_model_2" in page.status()
    page.fill("Epochs", "2")
    for run in (1, 2):
        page.press("Train")
        until(lambda: f"run {run} completed" in page.status(), f"run {run}", 120)
    said = page.ask_kernel("json.dumps([my_model, len(lab.runs), x.shape[1]])")
    assert json.loads(said) == ["something else", 2, 4]
