"""A notebook that was saved shows its curve again, whether or not anything can run."""

from __future__ import annotations

import base64
import json

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.sign import NotebookNotary

from tests.browser.jupyter_server import JupyterServer, server_without_extension
from tests.browser.notebook_page import (
    EPOCHS_CHART,
    STEPS_CHART,
    NotebookPage,
    until,
    write_notebook,
)

LAB = "import lossviz, json\nlab = lossviz.LossLab()\nlab"
PICTURE = ".jp-OutputArea-child img"


def trained(notebook, name: str, epochs: str = "4") -> NotebookPage:
    page = notebook(LAB, "0", name=name)
    page.run_cell(0)
    page.lab.wait_for()
    train(page, epochs, 1)
    return page


def train(page: NotebookPage, epochs: str, number: int) -> None:
    page.fill("Epochs", epochs)
    page.press("Train")
    status = page.lab.locator(".lossviz-status")
    until(lambda: f"run {number} completed" in status.inner_text(), "a run", 120)


def save(page: NotebookPage, path, words: str) -> nbformat.NotebookNode:
    """Save, until the file's picture says these words."""

    def found() -> bool:
        page.page.keyboard.press("Control+S")
        page.page.wait_for_timeout(500)
        outputs = nbformat.read(path, as_version=4).cells[0].outputs
        return len(outputs) == 2 and words in outputs[1].data["text/plain"]

    until(found, f"'{words}' in the file", 20, 0.2)
    return nbformat.read(path, as_version=4)


def test_a_saved_notebook_shows_its_curve_without_its_kernel(notebook, server, page):
    book = trained(notebook, "kept.ipynb")
    # Beside the live lab there is no second picture.
    assert page.locator(PICTURE).count() == 1
    assert not page.locator(PICTURE).is_visible()
    path = server.root / "kept.ipynb"
    file = save(book, path, "4 of 4 epochs")
    assert path.stat().st_size < 100_000
    assert file.cells[0].outputs[1].data["image/png"]
    server.end_kernels()
    for address in ("lab/tree/kept.ipynb?reset", "notebooks/kept.ipynb"):
        page.goto(server.address(address))
        for _ in range(2):
            page.locator(PICTURE).wait_for(timeout=60_000)
            said = ".jp-OutputArea-child .jupyter-widgets"
            page.locator(said).first.wait_for(state="attached", timeout=60_000)
            assert page.locator(PICTURE).is_visible()
            shown = page.locator(PICTURE).evaluate("one => [one.naturalWidth, one.width]")
            assert shown == [1280, 640]
            words = page.locator(said).first.evaluate("e => getComputedStyle(e, '::after').content")
            assert "No kernel" in words
            assert page.locator(".lossviz-lab").count() == 0
            page.reload()
    # Nothing ran when the notebook was opened, and its cell makes a new lab.
    server.end_kernels()
    again = NotebookPage(page, server.address("lab/tree/kept.ipynb?reset"))
    assert again.cells.nth(0).locator(".jp-InputPrompt").first.inner_text() == "[1]:"
    again.run_cell(0)
    again.lab.wait_for()
    assert not page.locator(PICTURE).is_visible()


def test_after_a_reload_the_next_run_s_picture_is_saved_too(notebook, server, page):
    book = trained(notebook, "reloaded.ipynb")
    path = server.root / "reloaded.ipynb"
    first = save(book, path, "run 1")
    page.reload()
    book.lab.wait_for(timeout=60_000)
    assert not page.locator(PICTURE).is_visible()
    until(lambda: book.points(EPOCHS_CHART) == 4, "the curve")
    train(book, "2", 2)
    second = save(book, path, "run 2")
    assert "2 of 2 epochs" in second.cells[0].outputs[1].data["text/plain"]
    pngs = [one.cells[0].outputs[1].data["image/png"] for one in (first, second)]
    assert pngs[0] != pngs[1]


def test_a_run_s_end_leaves_the_page_s_view_alone(notebook, page):
    book = trained(notebook, "view.ipynb")
    book.lab.evaluate("lab => { lab.dataset.same = 'yes'; }")
    figure = book.lab.get_by_role("figure", name=STEPS_CHART)
    figure.get_by_role("button", name="Logarithmic scale").click()
    train(book, "2", 2)
    page.wait_for_timeout(1000)
    assert book.lab.get_attribute("data-same") == "yes"
    log = figure.get_by_role("button", name="Logarithmic scale")
    assert log.get_attribute("aria-pressed") == "true"
    assert page.locator(".lossviz-lab").count() == 1


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    """A notebook that was run without a page, with its widgets' state; it trained a lab."""
    train_here = (
        "import time\nlab._session.command('train')\n"
        "while lab.run is None: time.sleep(0.05)\nassert lab.run.wait(100)\n"
        "print(json.dumps(lab.run.history['loss'].tolist()))"
    )
    cells = [nbformat.v4.new_code_cell(one) for one in (LAB, train_here)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    NotebookClient(file, timeout=200, kernel_name="python3").execute()
    return file


def test_saved_widget_state_brings_the_lab_back_without_a_kernel(server, page, executed):
    file = executed
    nbformat.write(file, server.root / "state.ipynb")
    trust(server, file)
    losses = json.loads(file.cells[1].outputs[0].text)
    page.goto(server.address("lab/tree/state.ipynb?reset"))
    lab = page.locator(".lossviz-lab")
    lab.wait_for(timeout=60_000)
    alert = lab.locator(".lossviz-silence")
    until(lambda: "No kernel" in alert.inner_text(), "a word about the kernel")
    book = NotebookPage.__new__(NotebookPage)
    book.page = page
    until(lambda: book.points(EPOCHS_CHART) == len(losses), "the epochs")
    until(lambda: book.lab.locator(".js-plotly-plot").count() >= 2, "the charts")
    assert book.drawn(EPOCHS_CHART)[0]["y"] == pytest.approx(losses, rel=1e-6)
    until(lambda: len(book.values(STEPS_CHART)) == 45, "the steps")
    steps = 45 * len(losses)
    until(lambda: book.points("Gradient norm") == steps, "a series beside the loss")
    buttons = lab.locator(".lossviz-buttons button:visible")
    states = buttons.evaluate_all("all => all.map(one => one.getAttribute('aria-disabled'))")
    assert len(states) > 2
    assert set(states) == {"true"}
    assert not page.locator(PICTURE).is_visible()
    server.end_kernels()


def test_without_trust_the_picture_is_shown(notebook, server, page):
    book = trained(notebook, "strange.ipynb", "2")
    file = save(book, server.root / "strange.ipynb", "2 of 2")
    # Somebody else's notebook: another content than the one that was signed here.
    file.cells[1].source = "1"
    nbformat.write(file, server.root / "other.ipynb")
    server.end_kernels()
    page.goto(server.address("lab/tree/other.ipynb?reset"))
    page.locator(PICTURE).wait_for(timeout=60_000)
    source = page.locator(PICTURE).get_attribute("src")
    kept = file.cells[0].outputs[1].data["image/png"].replace("\n", "")
    assert base64.b64decode(source.split(",")[1]) == base64.b64decode(kept)
    server.end_kernels()


def test_without_the_extension_the_picture_stands_in(tmp_path, page, executed):
    root = tmp_path / "root"
    root.mkdir()
    write_notebook(root / "plain.ipynb", LAB, "0")
    with server_without_extension(tmp_path / "jupyter", root) as server:
        # Its widgets' state is there, but nobody who could bring Plotly.
        nbformat.write(executed, root / "state.ipynb")
        trust(server, executed)
        page.goto(server.address("lab/tree/state.ipynb?reset"))
        page.locator(".lossviz-lab").wait_for(timeout=60_000)
        page.locator(PICTURE).wait_for()
        assert "No kernel" in page.locator(".lossviz-silence").inner_text()
        assert not page.locator(".lossviz-chart").first.is_visible()
        # And without that state.
        book = NotebookPage(page, server.address("lab/tree/plain.ipynb?reset"))
        book.run_cell(0)
        book.lab.wait_for()
        train(book, "2", 1)
        assert not page.locator(PICTURE).is_visible()
        save(book, root / "plain.ipynb", "2 of 2")
        server.end_kernels()
        page.goto(server.address("lab/tree/plain.ipynb?reset"))
        page.locator(PICTURE).wait_for(timeout=60_000)


def trust(server: JupyterServer, file: nbformat.NotebookNode) -> None:
    """Sign a notebook with the server's own key, as saving it from there would."""
    NotebookNotary(data_dir=str(server.runtime.parent / "data")).sign(file)
