"""How long a key takes to the screen while somebody types in a cell that a lab is bound to.

Usage: python keystrokes.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.jupyter_server import JupyterServer
from tests.browser.notebook_page import NotebookPage, write_notebook
from tests.browser.program_cell import ProgramCell

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"
TYPED = "# the quick brown fox jumps over the lazy dog, and what it says is 0.123456789\n" * 2

# From the key to the frame that shows it, in milliseconds.
WATCH = """
globalThis.lags = [];
document.addEventListener('keydown', event => {
    requestAnimationFrame(() => {
        const painted = new MessageChannel();
        painted.port1.onmessage = () => lags.push(performance.now() - event.timeStamp);
        painted.port2.postMessage(0);
    });
}, true);
"""


def measure() -> str:
    """One line: the lag in a bound cell, and in a cell with the same text that is free."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    home = Path(tempfile.mkdtemp(prefix="lossviz-bench-"))
    root = home / "root"
    root.mkdir()
    write_notebook(root / "keys.ipynb", LAB, "0")
    server = JupyterServer(home / "jupyter", root)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            notebook = NotebookPage(page, server.address("lab/tree/keys.ipynb"))
            notebook.run_cell(0)
            notebook.lab.wait_for()
            notebook.press("View code")
            cell = ProgramCell(notebook)
            cell.wait_for("lossviz.train(")
            # TensorFlow's import would be measured, too.
            notebook.lab.locator(".lossviz-tensorflow").wait_for(state="hidden", timeout=120_000)
            free = notebook.cells.last.locator(".cm-content")
            free.click()
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(cell.text())
            page.evaluate(WATCH)
            without = _type(page, free)
            bound = _type(page, cell.cell.locator(".cm-content"))
            browser.close()
    finally:
        server.close()
        shutil.rmtree(home, ignore_errors=True)
    return (
        f"key to screen in the lab's cell: p50 {np.percentile(bound, 50):.0f} ms, "
        f"p95 {np.percentile(bound, 95):.0f} ms (promised 50); in a free cell of the same text "
        f"p95 {np.percentile(without, 95):.0f} ms"
    )


def _type(page: Page, content: object) -> list[float]:
    content.locator(".cm-line").first.click()  # type: ignore[attr-defined]
    page.keyboard.press("Home")
    page.evaluate("lags.length = 0")
    page.keyboard.type(TYPED, delay=50)
    page.wait_for_timeout(500)
    return page.evaluate("lags")


if __name__ == "__main__":
    print(measure())
