"""A real JupyterLab with Chromium for a benchmark: page on one core, kernel on another."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.jupyter_server import JupyterServer
from tests.browser.notebook_page import NotebookPage, write_notebook

PIN = "import os\nos.sched_setaffinity(0, {{{core}}})\n"


@dataclass
class JupyterPage:
    """A browser's page, still empty, and a notebook on a server that waits for it."""

    server: JupyterServer
    page: Page

    def open(self) -> NotebookPage:
        """Load the notebook and run its first cell."""
        notebook = NotebookPage(self.page, self.server.address("lab/tree/bench.ipynb"))
        notebook.run_cell(0)
        notebook.wait_idle()
        return notebook


@contextlib.contextmanager
def jupyter_page(*cells: str, width: int = 1280, height: int = 1000) -> Iterator[JupyterPage]:
    """Start all of it, with a notebook of these cells; end all of it.

    The first cell takes the kernel to its own core.
    """
    cores = sorted(os.sched_getaffinity(0))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    home = Path(tempfile.mkdtemp(prefix="lossviz-bench-"))
    root = home / "root"
    root.mkdir()
    write_notebook(root / "bench.ipynb", PIN.format(core=cores[0]) + cells[0], *cells[1:])
    # Everything that this process starts draws on the other core.
    os.sched_setaffinity(0, {cores[-1]})
    server = JupyterServer(home / "jupyter", root)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            yield JupyterPage(server, browser.new_page(viewport={"width": width, "height": height}))
            browser.close()
    finally:
        server.close()
        os.sched_setaffinity(0, cores)
        shutil.rmtree(home, ignore_errors=True)
