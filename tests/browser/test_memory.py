"""Labs that come and go in one notebook leave nothing behind, in the page or in the kernel.

JupyterLab and ipywidgets keep a little of every widget themselves; an empty widget tells how much.
LOSSVIZ_LABS=100 makes a hundred instead of twenty.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import pytest

from tests.browser.notebook_page import NotebookPage, page_metrics, until

LABS = int(os.environ.get("LOSSVIZ_LABS", "20"))
WARM_UP = 20
"""JupyterLab keeps the latest outputs for a while: from here on one goes for each that comes."""

SETUP = """
import ctypes, gc, json, os, threading
import anywidget, ipywidgets, psutil
import lossviz, tensorflow

class Empty(anywidget.AnyWidget):
    _esm = '''export default { render({ el }) {
        const one = document.createElement("div");
        one.className = "lossviz-empty";
        el.append(one);
    } }'''

def kernel():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free goes back to the system
    return {
        "labs": sum(isinstance(one, lossviz.LossLab) for one in gc.get_objects()),
        "widgets": len(ipywidgets.widgets.widget._instances),
        "threads": threading.active_count(),
        "megabytes": psutil.Process().memory_info().rss / 1e6,
    }
"""
CLOSING = "if 'shown' in vars(): shown.close()\n"
TIMERS = """
globalThis.liveIntervals = new Set();
const begin = globalThis.setInterval, end = globalThis.clearInterval;
globalThis.setInterval = (...all) => {
    const id = begin(...all);
    globalThis.liveIntervals.add(id);
    return id;
};
globalThis.clearInterval = id => { globalThis.liveIntervals.delete(id); end(id); };
"""


@dataclass
class Left:
    """What a page and a kernel hold."""

    heap: float
    """Kilobytes."""
    nodes: float
    listeners: float
    intervals: float
    labs: float
    widgets: float
    threads: float
    megabytes: float

    def each(self, before: Left, count: int) -> Left:
        """How much more than `before`, for each of `count`."""
        return Left(*((now - then) / count for now, then in zip(
            vars(self).values(), vars(before).values(), strict=True)))  # fmt: skip


def measure(book: NotebookPage) -> Left:
    # A cell's output is let go of when the page has had time.
    book.page.wait_for_timeout(3000)
    of_kernel = json.loads(book.ask_kernel("json.dumps(kernel())"))
    values = page_metrics(book.page, collections=4, pause=200)
    return Left(
        values["JSHeapUsedSize"] / 1000, values["Nodes"], values["JSEventListeners"],
        book.page.evaluate("liveIntervals.size"), **of_kernel,
    )  # fmt: skip


def repeat(book: NotebookPage, cell: int, seen: str, count: int) -> None:
    """Run a cell again and again, each time until what it shows is there."""
    cells = book.cells.nth(cell)
    for _ in range(count):
        cells.evaluate("one => one.querySelectorAll('.jp-OutputArea-child').forEach("
                       "child => { child.dataset.old = 'yes'; })")  # fmt: skip
        book.run_cell(cell)
        until(
            lambda: cells.locator(f".jp-OutputArea-child:not([data-old]) {seen}").count() > 0,
            "the next one",
        )


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "overwritten"])
def test_many_labs_in_one_notebook_leave_nothing_behind(notebook, page, closed):
    page.add_init_script(TIMERS)
    closing = CLOSING if closed else ""
    book = notebook(
        SETUP,
        closing + "shown = Empty()\ndisplay(shown)",
        closing + "shown = lossviz.LossLab()\ndisplay(shown)",
        "0",
        name="memory.ipynb",
    )
    book.run_cell(0)
    book.wait_idle()
    grown = {}
    for cell, seen in ((1, ".lossviz-empty"), (2, ".js-plotly-plot")):
        repeat(book, cell, seen, WARM_UP)
        before = measure(book)
        repeat(book, cell, seen, LABS)
        grown[cell] = measure(book).each(before, LABS)
        print(f"{LABS} x {seen}: {grown[cell]}")
    empty, lab = grown[1], grown[2]
    assert lab.intervals <= empty.intervals + 0.05
    assert lab.threads <= 0.05
    assert lab.nodes <= empty.nodes + 5
    assert lab.listeners <= empty.listeners + 3
    assert lab.widgets <= (0.05 if closed else empty.widgets + 0.05)
    # One that was overwritten stays in ipywidgets' registry, with its form, until it is closed.
    assert lab.labs <= (0.05 if closed else 1.05)
    assert lab.heap <= empty.heap + (60 if closed else 75)
    assert lab.megabytes <= 0.3
