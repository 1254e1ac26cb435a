"""The lab and its cell: each side shows what the other changes, and the cell is what runs."""

from __future__ import annotations

import json
import time

from tests.browser.notebook_page import NotebookPage, until
from tests.browser.program_cell import ProgramCell, code_state

LAB = "import lossviz, json\nlab = lossviz.LossLab()\nlab"
CONSTANT = "return 7.0 + 0.0 * tf.reduce_sum(output)"


def lab_with_cell(notebook, *more: str) -> tuple[NotebookPage, ProgramCell]:
    page = notebook(LAB, *(more or ("0",)))
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Epochs", "2")
    page.press("View code")
    cell = ProgramCell(page)
    cell.wait_for("epochs=2")
    return page, cell


def body_of_loss(cell: ProgramCell) -> str:
    text = cell.text()
    begin = text.index("def loss_fn")
    return text[text.index("return", begin) : text.index("optimizer =")].rstrip()


def value(page: NotebookPage, label: str) -> str:
    return page.lab.get_by_label(label, exact=True).input_value()


def chosen(page: NotebookPage, label: str) -> str:
    return page.lab.get_by_label(label, exact=True).evaluate(
        "select => select.selectedOptions[0].label"
    )


def test_fields_change_the_cell_and_the_cell_changes_the_fields(notebook):
    page, cell = lab_with_cell(notebook)
    assert cell.badge.endswith("in sync")
    page.choose("Loss", "quadratic")
    cell.wait_for("tf.square")
    page.fill("Learning rate", "0.25")
    cell.wait_for("learning_rate=0.25")
    page.fill("Batch size", "16")
    cell.wait_for("batch_size=16")

    cell.replace("import lossviz", "import lossviz  # für 😀")
    cell.replace("learning_rate=0.25", "learning_rate=0.5")
    typed = time.monotonic()
    until(lambda: value(page, "Learning rate") == "0.5", "the rate in its field", 10, 0.01)
    # Half a second is promised; this machine is shared.
    assert time.monotonic() - typed < 2
    page.fill("Momentum", "0.9")
    cell.wait_for("learning_rate=0.5, momentum=0.9")
    assert "import lossviz  # für 😀" in cell.text()


def test_the_edited_loss_is_what_trains_and_undo_brings_the_old_one_back(notebook):
    page, cell = lab_with_cell(notebook)
    before = cell.text()
    cell.replace(body_of_loss(cell), CONSTANT)
    until(lambda: chosen(page, "Loss") == "Custom, based on cross-entropy", "the custom loss")
    until(lambda: "custom loss based on cross-entropy" in cell.badge, "the mark on the cell")
    page.press("Train")
    until(lambda: page.run_status() in {"completed", "failed"}, "a run", 120)
    assert set(json.loads(page.ask_kernel("json.dumps(lab.run.step_loss.tolist())"))) == {7.0}
    assert cell.number() == "[2]:"
    assert "In sync with cell [2]" in code_state(page)

    cell.cell.locator(".cm-content").click()
    for _ in range(3):
        page.page.keyboard.press("Control+z")
        if cell.text() == before:
            break
    assert cell.text() == before
    until(lambda: chosen(page, "Loss") == "Cross-entropy", "the catalogue's loss")


def test_a_patch_is_one_step_to_undo_and_leaves_the_cursor(notebook):
    page, cell = lab_with_cell(notebook)
    cell.replace("import tensorflow as tf", "import tensorflow as tf  # mine")
    until(lambda: value(page, "Seed") == "0", "the seed")
    before = cell.text()
    page.fill("Seed", "5")
    cell.wait_for("seed=5")
    page.fill("Batch size", "8")
    cell.wait_for("batch_size=8")
    cell.cell.locator(".cm-line").first.click()
    page.page.keyboard.press("Control+z")
    until(lambda: "batch_size=32" in cell.text(), "the batch size undone")
    assert cell.text().count("seed=5") == 2
    page.page.keyboard.press("Control+z")
    until(lambda: cell.text() == before, "the seed undone in all its places")
    until(lambda: (value(page, "Seed"), value(page, "Batch size")) == ("0", "32"), "the fields")
    page.page.keyboard.press("Control+Shift+z")
    until(lambda: value(page, "Seed") == "5", "the seed done again")


def test_broken_code_is_said_with_its_line_and_changes_wait(notebook):
    page, cell = lab_with_cell(notebook)
    good = cell.text()
    line = good[: good.index("learning_rate=0.1")].count("\n") + 1
    cell.replace("learning_rate=0.1", "learning_rate=(0.1")
    said = f"code has a syntax error on line {line}"
    until(lambda: code_state(page) == said, "the error in the lab")
    until(lambda: said in cell.badge, "the error on the cell")
    page.fill("Epochs", "3")
    page.press("Train")
    until(lambda: f"Training did not start: the {said}" in page.status(), "a word of Train")
    assert "epochs=2" in cell.text()
    cell.replace("learning_rate=(0.1", "learning_rate=0.2")
    cell.wait_for("epochs=3")
    until(lambda: value(page, "Learning rate") == "0.2", "the rate")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run", 120)


def test_an_error_in_the_cell_names_the_line(notebook):
    page, cell = lab_with_cell(notebook)
    cell.replace("optimizer = tf", "print(no_such_name)\noptimizer = tf")
    text = cell.text()
    line = text[: text.index("print(no_such")].count("\n") + 1
    page.press("Train")
    until(lambda: "Training did not start" in page.status(), "the error in the lab", 120)
    assert f"(line {line} of the code)" in page.status()
    assert "NameError" in page.status()
    page.lab.get_by_text("Details", exact=True).click()
    assert "Traceback" in page.lab.locator(".lossviz-details pre").inner_text()
    # The output of the cell is where people look, too.
    assert "NameError" in cell.cell.locator(".jp-OutputArea").inner_text()


def test_shift_enter_in_the_cell_is_the_same_as_train(notebook):
    page, cell = lab_with_cell(notebook)
    cell.replace("epochs=2", "epochs=3")
    page.page.keyboard.press("Control+Enter")
    until(lambda: page.run_status() == "completed", "the run of the cell in the lab", 120)
    assert page.ask_kernel("len(lab.run.history['loss'])") == "3"
    assert page.ask_kernel("'epochs=3' in lossviz.load_run(lab.run.id).program") == "True"
    assert page.ask_kernel("lossviz.load_run(lab.run.id).config['epochs']") == "3"


def test_the_first_train_makes_the_cell_and_runs_it_and_waits_for_a_busy_kernel(notebook):
    # Without TensorFlow, Train would wait for its import first.
    page = notebook(f"import tensorflow\n{LAB}", "import time\ntime.sleep(6)")
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Epochs", "2")
    page.run_cell(1)
    page.page.wait_for_timeout(500)
    page.lab.evaluate("lab => lab.scrollIntoView()")
    page.press("Train")
    until(lambda: "Waiting for the running cell" in page.status(), "what it waits for", 5)
    until(lambda: page.run_status() == "completed", "a run", 120)
    cell = ProgramCell(page)
    assert "epochs=2" in cell.text()
    assert cell.number() == "[3]:"
    # The press left the focus where it was.
    focused = "document.activeElement.textContent"
    until(lambda: page.page.evaluate(focused) == "Train", "the focus where it was", 10)


def test_another_loss_asks_before_mine_gives_way_and_keeps_it(notebook):
    page, cell = lab_with_cell(notebook)
    cell.replace(body_of_loss(cell), CONSTANT)
    until(lambda: chosen(page, "Loss").startswith("Custom"), "the custom loss")
    page.choose("Loss", "quadratic")
    question = page.lab.get_by_text("Replace your custom loss_fn with Quadratic", exact=False).first
    question.wait_for()
    page.press("Keep mine")
    until(lambda: chosen(page, "Loss").startswith("Custom"), "mine")
    assert CONSTANT in cell.text()
    page.choose("Loss", "quadratic")
    page.press("Replace it")
    cell.wait_for("tf.square")
    assert CONSTANT not in cell.text()
    kept = page.lab.locator("optgroup[label='My custom losses'] option")
    until(lambda: kept.count() == 1, "my custom losses")
    page.choose("Loss", kept.get_attribute("value"))
    cell.wait_for(CONSTANT)
    page.press("Compare with original")
    name = "loss_fn compared with cross-entropy in the catalogue"
    diff = page.lab.get_by_role("region", name=name)
    diff.wait_for()
    assert CONSTANT in diff.locator("ins").all_inner_texts()[-1]
    page.press("Reset to original")
    until(lambda: chosen(page, "Loss") == "Cross-entropy", "the catalogue's")
    cell.cell.locator(".cm-line").first.click()
    page.page.keyboard.press("Control+z")
    until(lambda: chosen(page, "Loss").startswith("Custom"), "the reset undone")


def test_each_lab_has_its_own_cell(notebook):
    page = notebook(LAB, "other = lossviz.LossLab()\nother", "0")
    page.run_cell(0)
    page.lab.wait_for()
    page.press("View code")
    cell = ProgramCell(page)
    until(lambda: cell.marked.count() == 1, "the first cell")
    page.run_cell(2)
    second = page.page.locator(".lossviz-lab").nth(1)
    second.wait_for()
    second.get_by_role("button", name="View code", exact=True).click()
    until(lambda: cell.marked.count() == 2, "the second cell")
    second.get_by_label("Epochs", exact=True).fill("9")
    second.get_by_label("Epochs", exact=True).press("Tab")
    until(lambda: "epochs=9" in cell.text(1), "nine")
    assert "epochs=9" not in cell.text()
    second.get_by_role("button", name="Train", exact=True).click()
    until(lambda: second.get_attribute("data-lossviz-status") == "completed", "a run", 120)
    assert page.ask_kernel("(len(lab.runs), len(other.runs))") == "(0, 1)"
