"""One JupyterLab and one Chromium for all browser tests; a fresh page for each."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter_server import JupyterServer
from tests.browser.notebook_page import NotebookPage, write_notebook

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "tests" / "output"

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

NOT_OURS = re.compile(
    # JupyterLab itself, as it is without the internet and with a fresh home.
    r"favicon|Disabling terminals|Failed to load resource.*(403|404|net::ERR)"
    r"|Menu entry for command .* is duplicated|yjs#509"
    r"|was preloaded using link preload|[Rr]esizeObserver loop|kernelspec"
    # What it says itself when the network or a kernel has gone.
    r"|Connection lost, reconnecting|WebSocket connection to|Kernel .*died|restarting kernel"
    r"|Could not determine jupyter lab version"
    # What it says of a document that jupyter-collaboration has saved.
    r"|Different hash found"
    # What ipywidgets says of a widget whose kernel has gone.
    r"|widget model not found"
    # What it says of its own plugins on a busy machine.
    r"|Plugin @jupyterlab/.* to activate"
    r"|Missing required translation|[Dd]eprecat"
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    root = tmp_path_factory.mktemp("notebooks")
    shutil.copytree(ROOT / "notebooks", root, dirs_exist_ok=True)
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"), root)
    yield server
    server.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """Console errors and warnings of ours on the test's page."""
    return []


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest, complaints: list[str]) -> Iterator[Page]:
    """A page that fails its test for every console error or warning of ours."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.type}: {message.text}")
            if message.type in {"error", "warning"} and not NOT_OURS.search(message.text)
            else None
        ),
    )
    page.on(
        "pageerror",
        lambda error: (
            complaints.append(f"uncaught: {error.message} {error.stack}")
            if "/static/notebook/" not in (error.stack or "")  # Notebook 7's own code
            else None
        ),
    )
    failed_before = request.session.testsfailed
    yield page
    found = list(complaints)
    if request.session.testsfailed > failed_before or found:
        OUTPUT.mkdir(exist_ok=True)
        page.screenshot(path=OUTPUT / f"{request.node.name}.png")
    context.close()
    assert not found, found


@pytest.fixture
def notebook(
    server: JupyterServer, page: Page, complaints: list[str]
) -> Iterator[Callable[..., NotebookPage]]:
    """Opens a notebook with the given code cells, or an existing one by its name."""

    def open_notebook(*sources: str, name: str = "test.ipynb") -> NotebookPage:
        if sources:
            write_notebook(server.root / name, *sources)
        return NotebookPage(page, server.address(f"lab/tree/{name}?reset"))

    yield open_notebook
    page.wait_for_timeout(50)  # what the page has said by now is heard
    found = list(complaints)
    # In a kernel's last moments ipykernel writes to its socket from several threads: parts of two
    # messages may mingle, and JupyterLab throws an error for what it cannot read.
    server.end_kernels()
    complaints[:] = found
