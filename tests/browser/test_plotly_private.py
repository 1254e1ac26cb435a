"""Plotly is the lab's own: the page's is not touched, and it comes also when a kernel is silent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lossviz.widgets.live_view import STATIC
from tests.browser.jupyter_server import JupyterServer, server_without_extension
from tests.browser.notebook_page import EPOCHS_CHART, NotebookPage, until, write_notebook

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"
SILENT = """
import lossviz
lab = lossviz.LossLab()
send = lab._send_to_pages
lab._send_to_pages = lambda message, buffers: (
    None if message["type"] == "bundle" else send(message, buffers))
lab
"""
PAGES_OWN = "globalThis.Plotly = { mine: true }"
UNTOUCHED = "Plotly.mine === true"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    root = tmp_path_factory.mktemp("plain")
    with server_without_extension(tmp_path_factory.mktemp("plain-jupyter"), root) as server:
        yield server


def charts(page: NotebookPage) -> int:
    return page.page.locator(".lossviz-lab .js-plotly-plot").count()


def test_the_pages_own_plotly_stays_where_the_extension_brings_one(notebook, page):
    book = notebook(LAB, "0")
    page.evaluate(PAGES_OWN)
    book.run_cell(0)
    until(lambda: charts(book) == 2, "two charts")
    assert page.evaluate(UNTOUCHED)
    # A view that needs surfaces would load the other bundle just so.
    loaded = page.evaluate(
        """async () => {
            const services = globalThis[Symbol.for('lossviz.page')];
            const plotly = await services.plotly('gl3d');
            const flat = await services.plotly('cartesian');
            return [plotly === flat, typeof plotly.newPlot, typeof flat.newPlot];
        }"""
    )
    assert loaded == [False, "function", "function"]
    assert page.evaluate(UNTOUCHED)


def test_the_bundle_that_the_kernel_sends_knows_no_loader_of_modules_and_no_global_name():
    text = (STATIC / "plotly.js").read_text(encoding="utf-8")
    assert text.rstrip().endswith("export default module.exports;")
    assert not re.search(r"typeof define\b|define\.amd|window\.Plotly\s*=[^=]", text)
    assert "heatmap" in text


def test_it_is_sent_once_a_page_and_kept_private_without_the_extension(plain, page):
    asked = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framesent",
            lambda frame: asked.append(1) if '"name":"cartesian"' in str(frame) else None,
        ),
    )
    write_notebook(plain.root / "once.ipynb", LAB, LAB, "0")
    book = NotebookPage(page, plain.address("lab/tree/once.ipynb?reset"))
    page.evaluate(PAGES_OWN)
    book.run_cell(0)
    until(lambda: charts(book) == 2, "two charts")
    book.run_cell(1)
    until(lambda: page.locator(".lossviz-lab").count() == 2, "the second lab")
    second = page.locator(".lossviz-lab").last
    second.scroll_into_view_if_needed()
    until(lambda: second.locator(".js-plotly-plot").count() > 0, "its charts")
    assert page.evaluate(UNTOUCHED)
    assert len(asked) == 1


def test_charts_come_when_the_first_lab_is_gone_before_its_kernel_has_answered(plain, page):
    # What is out of sight is not drawn.
    page.set_viewport_size({"width": 1280, "height": 2400})
    write_notebook(plain.root / "silent.ipynb", SILENT, "lab.close()\n" + LAB, "0")
    book = NotebookPage(page, plain.address("lab/tree/silent.ipynb?reset"))
    book.run_cell(0)
    book.lab.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    assert charts(book) == 0
    book.run_cell(1)
    until(lambda: charts(book) == 2, "the charts of the second lab", 30)
    assert page.get_by_role("figure", name=EPOCHS_CHART).last.is_visible()
