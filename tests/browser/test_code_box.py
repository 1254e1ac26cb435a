"""Where there are no real cells, the lab has an editor of its own, kept in sync the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.browser.accessibility import serious_findings
from tests.browser.jupyter_server import server_without_extension
from tests.browser.notebook_page import NotebookPage, until, write_notebook

LAB = "import lossviz, json\nlab = lossviz.LossLab()\nlab"


@pytest.fixture
def book(tmp_path, page) -> Iterator[NotebookPage]:
    """A lab on a page whose JupyterLab has the extension switched off."""
    root = tmp_path / "root"
    root.mkdir()
    write_notebook(root / "plain.ipynb", LAB, "0")
    with server_without_extension(tmp_path / "jupyter", root) as server:
        book = NotebookPage(page, server.address("lab/tree/plain.ipynb?reset"))
        book.run_cell(0)
        book.lab.wait_for(timeout=60_000)
        book.fill("Epochs", "2")
        book.press("View code")
        until(lambda: "epochs=2" in text(book), "the code in the box")
        yield book


def box(book: NotebookPage):
    return book.lab.get_by_role("textbox", name="Program")


def state(book: NotebookPage, of: str):
    """Something of CodeMirror's state."""
    return box(book).evaluate(f"box => (box.cmTile ?? box.cmView).view.state.{of}")


def text(book: NotebookPage) -> str:
    """The whole text, also of lines that are not on the screen."""
    if not book.lab.locator(".lossviz-code-text .cm-content").count():
        return ""
    return state(book, "doc.toString()")


def replace(book: NotebookPage, old: str, new: str) -> None:
    place = text(book).index(old)
    box(book).evaluate(
        """(box, [anchor, head]) => {
            const { view } = (box.cmTile ?? box.cmView);
            view.dispatch({ selection: { anchor, head } });
            view.focus();
        }""",
        [place, place + len(old)],
    )
    book.page.keyboard.insert_text(new)


def value(book: NotebookPage, label: str) -> str:
    return book.lab.get_by_label(label, exact=True).input_value()


def test_code_and_formula_are_drawn_by_what_the_kernel_delivers(book):
    numbers = book.lab.locator(".lossviz-code-text .cm-lineNumbers .cm-gutterElement")
    assert [one.strip() for one in numbers.all_inner_texts()[1:4]] == ["1", "2", "3"]
    assert book.lab.locator(".lossviz-code-text .lossviz-code-keyword").count() > 3
    formula = book.lab.locator(".lossviz-field-formula math")
    formula.wait_for()
    assert "softmax" in formula.text_content()
    figure = book.lab.locator(".lossviz-loss-figure")
    for loss in ("cross_entropy", "focal", "weighted_cross_entropy", "dice"):
        book.choose("Loss", loss)
        formula.wait_for()
        fits = "one => one.scrollWidth <= one.clientWidth"
        until(lambda: figure.evaluate(fits), f"a formula of {loss} without a scroll bar", 10)
    serious = serious_findings(book.page)
    assert not serious, serious


def test_fields_and_box_are_in_step_and_the_box_is_what_trains(book):
    book.choose("Loss", "quadratic")
    until(lambda: "tf.square" in text(book), "the loss in the box")
    book.fill("Learning rate", "0.25")
    until(lambda: "learning_rate=0.25" in text(book), "the rate in the box")

    replace(book, "batch_size=32", "batch_size=16")
    until(lambda: value(book, "Batch size") == "16", "the batch size in its field", 10)
    begin = text(book).index("return", text(book).index("def loss_fn"))
    line = text(book)[begin:].partition("\n")[0]
    replace(book, line, "return 7.0 + 0.0 * tf.reduce_sum(output)")
    until(lambda: value(book, "Loss") == "custom", "the custom loss", 10)
    # The cursor stays behind what was typed while the kernel changes something before it.
    at = state(book, "selection.main.head")
    book.lab.get_by_label("Seed", exact=True).fill("12")
    until(lambda: "set_random_seed(12)" in text(book), "the seed in the box")
    assert (
        state(book, "selection.main.head") == at + 2
    )  # the seed's second digit, in two places before the loss
    book.press("Train")
    until(lambda: book.run_status() == "completed", "a run", 120)
    assert set(json.loads(book.ask_kernel("json.dumps(lab.run.step_loss.tolist())"))) == {7.0}
    assert book.cells.count() == 2


def test_a_mistake_is_said_and_changes_wait(book):
    line = text(book)[: text(book).index("learning_rate=0.1")].count("\n") + 1
    replace(book, "learning_rate=0.1", "learning_rate=(0.1")
    said = f"code has a syntax error on line {line}"
    state = book.lab.locator(".lossviz-code-state")
    until(lambda: state.inner_text() == said, "the mistake", 10)
    book.fill("Epochs", "3")
    book.press("Train")
    until(lambda: f"did not start: the {said}" in book.status(), "a word of Train", 10)
    assert "epochs=2" in text(book)
    replace(book, "learning_rate=(0.1", "learning_rate=0.3")
    until(lambda: "epochs=3" in text(book), "what waited", 10)
    assert value(book, "Learning rate") == "0.3"


def test_the_code_becomes_a_cell_and_a_script_and_tab_leaves_the_box(book):
    book.press("Save as cell")
    until(lambda: "will be added the next time you run a cell" in book.status(), "the hint", 10)
    book.run_cell(1)
    until(lambda: book.cells.count() == 3, "the new cell", 20)
    book.press("Export script")
    script = book.lab.get_by_role("textbox", name="Script without lossviz")
    until(lambda: "import tensorflow" in script.inner_text(), "the script")
    assert "import lossviz" not in script.inner_text()
    with book.page.expect_download() as download:
        book.press("Download script")
    assert download.value.suggested_filename == "training.py"
    box(book).focus()
    book.page.keyboard.press("Tab")
    assert box(book).evaluate("box => document.activeElement !== box")
    assert "\t" not in text(book)
