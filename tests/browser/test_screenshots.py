"""Every state and view of a lab, both themes, three widths: it looks as it did.

A picture that differs is left in tests/output under the stored one's name. If it is as it should
be, LOSSVIZ_UPDATE_IMAGES=1 stores all of them anew.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.browser import image_comparison, lab_states
from tests.browser.conftest import OUTPUT
from tests.browser.notebook_page import EPOCHS_CHART, NotebookPage, until
from tests.browser.test_saved_notebook import trust

STORED = Path(__file__).parent / "screenshots"
UPDATE = bool(os.environ.get("LOSSVIZ_UPDATE_IMAGES"))
EVERY = UPDATE or bool(os.environ.get("LOSSVIZ_ALL_IMAGES"))
"""Else two of the six layouts: `make screenshots` compares all of them."""

FONTS = STORED / "fonts.json"
"""How wide this text is in the fonts of the stored pictures."""
PROBE = "Loss over all epochs 0123456789 Validation accuracy"

THEMES = {"dark": "JupyterLab Dark", "light": "JupyterLab Light"}
"""The last one is that of the other tests."""
HEIGHTS = {1440: 2400, 900: 3200, 480: 4200}
"""By the width of a lab, the height of a page in which all of it is drawn."""

SHORT = frozenset({("dark", 480), ("light", 1440)})

SECONDS = 20
MOST_WAITS = 3
"""After so many pictures that differ for so long, the others are not waited for."""

MOST_BYTES = 5_000_000

DRAWN = """lab => Array.from(lab.querySelectorAll('.lossviz-chart')).every(chart =>
    !chart.getClientRects().length || chart.querySelector('.js-plotly-plot .main-svg'))"""

MARK = "lab => lab.id ||= `lab-${document.querySelectorAll('.lossviz-lab[id]').length}`"

SKEW = """() => {
    const key = Symbol.for('lossviz.page');
    window.services = globalThis[key];
    globalThis[key] = { ...globalThis[key], serves: [99], version: '9.0.0' };
}"""
RESTORE = "() => { globalThis[Symbol.for('lossviz.page')] = window.services; }"


class Album:
    """The stored pictures, and in which of them a page differs."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def compare(self, lab: Locator, state: str, theme: str, width: int) -> None:
        """Wait until a lab looks as stored; or store what differs, once it does not change."""
        name = f"{state.replace('_', '-')}-{theme}-{width}.png"
        path = STORED / name
        stored = image_comparison.read(path) if path.is_file() else None
        if UPDATE:
            if stored is None or image_comparison.difference(shot(lab), stored):
                STORED.mkdir(exist_ok=True)
                image_comparison.write(settled(lab), path)
            return
        patience = SECONDS if len(self.wrong) < MOST_WAITS else 1
        deadline = time.monotonic() + patience
        while True:
            found = shot(lab)
            said = image_comparison.difference(found, stored) if stored else "there was none"
            if not said:
                return
            if time.monotonic() > deadline or stored is None:
                break
            lab.page.wait_for_timeout(100)
        OUTPUT.mkdir(exist_ok=True)
        found.save(OUTPUT / name)
        self.wrong.append(f"{name}: {said}")

    def check(self) -> None:
        """Fail for what differs."""
        assert not self.wrong, (
            f"{len(self.wrong)} pictures differ from those in {STORED}; look at the new ones in "
            f"{OUTPUT}, and accept them with LOSSVIZ_UPDATE_IMAGES=1:\n" + "\n".join(self.wrong)
        )


def shot(lab: Locator) -> Image.Image:
    """A picture of a lab, with the program's cell below it if that is the next one."""
    page = lab.page
    until(lambda: lab.evaluate(DRAWN), "the charts")
    box = lab.bounding_box()
    program = page.locator(f".jp-Cell:has(#{lab.evaluate(MARK)}) + .jp-Cell:has(.lossviz-badge)")
    if program.count():
        below = program.bounding_box()
        box["height"] = below["y"] + below["height"] - box["y"]
    view = page.viewport_size
    assert box["y"] >= 0, box
    assert box["y"] + box["height"] <= view["height"], (box, view)
    return Image.open(io.BytesIO(page.screenshot(clip=box, animations="disabled"))).convert("RGB")


def settled(lab: Locator) -> Image.Image:
    """A picture that is the same a moment later."""
    last = shot(lab)
    while True:
        lab.page.wait_for_timeout(350)
        found = shot(lab)
        if found.tobytes() == last.tobytes():
            return found
        last = found


def layouts(page: Page, book: NotebookPage) -> Iterator[tuple[str, int]]:
    """Both themes and all widths, one after the other on the page."""
    for theme, name in THEMES.items():
        page.set_viewport_size({"width": 1700, "height": 1000})
        book.choose_theme(name)
        for width, height in HEIGHTS.items():
            if not EVERY and (theme, width) not in SHORT:
                continue
            page.set_viewport_size({"width": width + 200, "height": height})
            until(lambda wide=width, high=height: fits(page, book, wide, high), "the width")
            page.mouse.move(2, 2)
            yield theme, width


def same_fonts(page: Page, book: NotebookPage) -> None:
    """Skip the test where letters have other widths: lines wrap elsewhere then."""
    found = book.lab.evaluate(
        """(lab, text) => {
            const context = document.createElement('canvas').getContext('2d');
            return ['sans-serif', 'monospace', getComputedStyle(lab).fontFamily].map(font => {
                context.font = `13px ${font}`;
                return Math.round(context.measureText(text).width);
            });
        }""",
        PROBE,
    )
    if UPDATE:
        FONTS.write_text(json.dumps(found) + "\n")
    elif found != json.loads(FONTS.read_text()):
        pytest.skip(f"other fonts than those of the stored pictures: {found}")


def fits(page: Page, book: NotebookPage, width: int, height: int) -> bool:
    """Whether the first lab has this width; else the page is made to fit, as far as it is drawn."""
    missing = width - round(book.lab.bounding_box()["width"])
    if missing:
        wide = page.viewport_size["width"] + missing
        page.set_viewport_size({"width": wide, "height": height})
    return not missing


def reveal(cell: Locator) -> Locator:
    """Scroll to a cell's lab."""
    lab = cell.locator(".lossviz-lab")
    cell.scroll_into_view_if_needed()
    lab.wait_for()
    lab.evaluate("lab => lab.scrollIntoView({ block: 'start' })")
    return lab


def prepare_runs(lab: Locator) -> None:
    lab.get_by_role("tab", name="Runs").click()
    lab.get_by_role("button", name="Show all runs").click()
    for run in ("wider", "smoothed"):
        lab.get_by_label(f"Select {run}", exact=True).check()
    lab.get_by_role("button", name="Compare", exact=True).click()
    lab.get_by_role("region", name="Comparison of runs").wait_for()


def prepare_enlarged(lab: Locator) -> None:
    lab.get_by_role("button", name=f"Enlarge {EPOCHS_CHART}", exact=True).click()


def prepare_table(lab: Locator) -> None:
    lab.get_by_role("button", name=f"Export {EPOCHS_CHART}", exact=True).click()
    lab.get_by_role("button", name=f"Show as a table: {EPOCHS_CHART}", exact=True).click()
    lab.page.keyboard.press("Escape")


def prepare_advanced(lab: Locator) -> None:
    lab.locator("summary", has_text="Advanced").click()


def prepare_code(lab: Locator) -> None:
    lab.get_by_role("button", name="View code", exact=True).click()
    lab.page.locator(".jp-Cell:has(.lossviz-badge)").wait_for()
    lab.page.keyboard.press("Escape")


PREPARE: dict[str, Callable[[Locator], None]] = {
    "runs": prepare_runs,
    "chart_enlarged": prepare_enlarged,
    "data_table": prepare_table,
    "advanced": prepare_advanced,
    "view_code": prepare_code,
}
"""What a person does to see these views."""


def test_every_state_looks_as_it_did(notebook, server, page, tmp_path):
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1700, "height": 1700})
    book = notebook(*lab_states.cells(str(tmp_path)), name="states.ipynb")
    page.keyboard.press("Control+B")
    book.run_all()
    cells = {state: book.cells.nth(i) for i, state in enumerate(lab_states.LIVE, 1)}
    book.wait_idle()
    make_skewed(book, cells["version_skew"], list(cells).index("version_skew") + 1)
    until(lambda: not book.lab.locator(".lossviz-tensorflow").is_visible(), "TensorFlow", 120)
    same_fonts(page, book)
    for state, prepare in PREPARE.items():
        prepare(reveal(cells[state]))
    album = Album()
    for theme, width in layouts(page, book):
        for state, cell in cells.items():
            album.compare(reveal(cell), state, theme, width)
    server.restart_kernels()
    running = cells["running"]
    running.locator(".lossviz-silence").wait_for(timeout=60_000)
    for theme, width in layouts(page, book):
        album.compare(reveal(running), "kernel_gone", theme, width)
    album.check()


def make_skewed(book: NotebookPage, cell: Locator, index: int) -> None:
    """Run the cell on a page whose extension does not fit to the kernel."""
    book.page.evaluate(SKEW)
    book.run_cell(index)
    cell.locator(".lossviz-trouble").wait_for()
    lab = reveal(cell)
    until(lambda: lab.evaluate(DRAWN), "the charts")
    book.page.evaluate(RESTORE)


def test_a_lab_of_a_saved_notebook_looks_as_it_did(server, page, tmp_path):
    page.emulate_media(reduced_motion="reduce")
    # The picture of a run that had ended before its lab was shown comes with the next news.
    sources = [lab_states.setup(str(tmp_path)), "show('completed')", "publisher.wake()"]
    cells = [nbformat.v4.new_code_cell(one) for one in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    NotebookClient(file, timeout=100, kernel_name="python3").execute()
    nbformat.write(file, server.root / "read_only.ipynb")
    trust(server, file)
    book = NotebookPage(page, server.address("lab/tree/read_only.ipynb?reset"))
    page.keyboard.press("Control+B")
    cell = book.cells.nth(1)
    reveal(cell).locator(".lossviz-silence").wait_for()
    same_fonts(page, book)
    album = Album()
    for theme, width in layouts(page, book):
        album.compare(reveal(cell), "read_only", theme, width)
    server.end_kernels()
    album.check()
