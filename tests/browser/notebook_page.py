"""A notebook in the browser, as a person uses it: by accessible names."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

STEPS_CHART, EPOCHS_CHART = "Loss during one epoch", "Loss over all epochs"

IN_MENU = frozenset({"Clear runs", "Start next now"})
"""The commands of the lab's menu *More*."""


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook with these code cells and nothing else."""
    cells = [
        {
            "cell_type": "code", "id": f"cell-{index}", "metadata": {}, "source": source,
            "outputs": [], "execution_count": None,
        }
        for index, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = {
        "cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path.write_text(json.dumps(document))


class NotebookPage:
    """The page of one notebook in JupyterLab."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        self.wait_idle()

    @property
    def lab(self) -> Locator:
        """The first lab of the notebook."""
        return self.page.locator(".lossviz-lab").first

    @property
    def cells(self) -> Locator:
        """The notebook's cells."""
        return self.page.locator(".jp-Notebook:visible .jp-Cell")

    def wait_idle(self, seconds: float = 60) -> None:
        """Wait until the kernel is there and has nothing to do."""
        indicator = self.page.locator(".jp-Notebook-ExecutionIndicator:visible")
        # Before its kernel is asked for, a notebook calls itself idle, too, and what is run then
        # is lost: only an idleness that lasts is one.
        idle = 0
        deadline = time.monotonic() + seconds
        while idle < 10:
            assert time.monotonic() < deadline, "the kernel did not become idle"
            self.page.wait_for_timeout(100)
            idle = idle + 1 if indicator.get_attribute("data-status") == "idle" else 0

    def run_cell(self, index: int) -> float:
        """Click into a cell and run it; gives the moment of the key press."""
        self.cells.nth(index).locator(".cm-content").click()
        self.page.locator(".jp-Notebook.jp-mod-editMode:visible").wait_for()
        pressed = time.monotonic()
        self.page.keyboard.press("Control+Enter")
        return pressed

    def run_all(self) -> None:
        """Run -> Run All Cells."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def save_and_reload(self) -> None:
        """Save the notebook and load the page again, as its reader does."""
        self.page.keyboard.press("Control+S")
        self.page.wait_for_timeout(1000)
        self.page.reload()
        self.lab.wait_for(timeout=60_000)

    def choose_theme(self, theme: str) -> None:
        """Settings -> Theme, such as "JupyterLab Dark"."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        items = self.page.locator(".lm-Menu-itemLabel")
        items.get_by_text("Theme", exact=True).hover()
        items.get_by_text(theme, exact=True).click()
        self.page.locator(f"body[data-jp-theme-name='{theme}']").wait_for(state="attached")

    def press(self, name: str) -> None:
        """Press a button of the lab, or choose a command of its menu."""
        role = "menuitem" if name in IN_MENU else "button"
        if name in IN_MENU:
            self.open_menu(name)
        self.lab.get_by_role(role, name=name, exact=True).click()

    def open_menu(self, name: str) -> None:
        """Open the lab's menu *More* as soon as it has this command."""
        more = self.lab.get_by_role("button", name="More", exact=True)
        more.and_(self.page.locator("[aria-disabled=false]")).click()
        self.lab.get_by_role("menuitem", name=name, exact=True).wait_for()

    def fill(self, name: str, text: str) -> None:
        """Type into a field of the lab and leave it."""
        field = self.lab.get_by_label(name, exact=True)
        field.fill(text)
        field.press("Tab")

    def choose(self, name: str, value: str) -> None:
        """Choose in a drop-down of the lab."""
        self.lab.get_by_label(name, exact=True).select_option(value)

    def run_phase(self) -> str:
        """What the head says of the run in one word."""
        return self.lab.locator(".lossviz-phase").inner_text()

    def error(self, name: str) -> str:
        """The error line of a field."""
        field = self.lab.get_by_label(name, exact=True)
        ids = (field.get_attribute("aria-describedby") or "").split()
        return " ".join(self.page.locator(f"[id='{one}']").inner_text() for one in ids).strip()

    def status(self) -> str:
        """The status line."""
        return self.lab.get_by_role("status").inner_text()

    def run_status(self) -> str:
        """The status of the run on the charts, "" before the first."""
        return self.lab.get_attribute("data-lossviz-status") or ""

    def figure(self, chart: str) -> Locator:
        """A chart, scrolled to: what is out of sight is not drawn."""
        found = self.lab.get_by_role("figure", name=chart, exact=True)
        found.scroll_into_view_if_needed()
        return found

    def points(self, chart: str) -> int:
        """How many points of its series a chart shows."""
        return int(self.figure(chart).get_attribute("data-points") or 0)

    def drawn(self, chart: str) -> list[dict[str, Any]]:
        """The lines that Plotly has drawn: name, x and y."""
        figure = self.figure(chart)
        figure.locator(".js-plotly-plot").wait_for()
        return figure.evaluate(
            """figure => figure.querySelector('.js-plotly-plot').data.map(
                line => ({ name: line.name, x: Array.from(line.x), y: Array.from(line.y) }))"""
        )

    def values(self, chart: str) -> list[float]:
        """The values of a chart's first line; none before it is drawn."""
        return [value for line in self.drawn(chart)[:1] for value in line["y"]]

    def ask_kernel(self, expression: str) -> str:
        """What an expression is in the notebook's kernel; run in the notebook's last cell."""
        last = self.cells.last
        last.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(f"print('<<', {expression}, '>>')")
        self.page.keyboard.press("Control+Enter")
        output = last.locator(".jp-OutputArea-output pre", has_text=">>")
        output.wait_for(timeout=60_000)
        return output.inner_text().split("<<")[1].split(">>")[0].strip()


def page_metrics(page: Page, collections: int, pause: float = 0) -> dict[str, float]:
    """Chromium's metrics of a page, after its garbage was collected so often."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.enable")
    for _ in range(collections):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(pause)
    found = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return {one["name"]: one["value"] for one in found}


def until(condition: Any, what: str, seconds: float = 60, period: float = 0.05) -> None:
    """Wait for a condition, at most so long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for: {what}"
        time.sleep(period)
