"""Half an hour at full speed with the page open: what kernel and page hold must stop growing.

Usage: python soak.py [--minutes M]
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np
from jupyter_page import JupyterPage, jupyter_page
from page import LAB, TRAIN

from tests.browser.notebook_page import NotebookPage, page_metrics, until

MINUTES = 30
WARM_MINUTES = 5
"""After so long every cache has its size."""

EVERY_SECONDS = 30

LOOK = """
import ctypes, gc, json, psutil
gc.collect()
ctypes.CDLL(None).malloc_trim(0)
print('<<', json.dumps([run.step, run.epoch, len(run.series_names()),
                        psutil.Process().memory_info().rss / 1e6]), '>>')
"""


@dataclass
class Sample:
    """What both hold at one moment; megabytes.

    Attributes:
        minutes: since the run began.
        values: that the kernel holds, of all series together.
        kernel: its resident memory.
        heap: of the page's JavaScript, after a collection.
        renderer: resident memory of the page's process.
        nodes: elements of the page.
    """

    minutes: float
    values: float
    kernel: float
    heap: float
    renderer: float
    nodes: float


def measure(minutes: float = MINUTES) -> list[str]:
    """The lines of the report."""
    with jupyter_page("", LAB, TRAIN, LOOK) as bench:
        notebook = bench.open()
        notebook.run_cell(1)
        notebook.lab.wait_for()
        notebook.run_cell(2)
        until(lambda: notebook.points("Loss over all epochs") >= 3, "three epochs", 180)
        notebook.lab.evaluate("lab => lab.scrollIntoView()")
        began = time.monotonic()
        samples = []
        while (passed := (time.monotonic() - began) / 60) < minutes:
            samples.append(_sample(bench, notebook, passed))
            bench.page.wait_for_timeout(1000 * EVERY_SECONDS)
    return _report(samples, minutes)


def _report(samples: list[Sample], minutes: float) -> list[str]:
    warm = min(WARM_MINUTES, minutes / 3)
    late = [one for one in samples if one.minutes >= warm]
    first, last = late[0], late[-1]
    million = (last.values - first.values) / 1e6
    at = np.array([one.minutes for one in late])

    def slope(name: str) -> float:
        """By least squares, in an hour."""
        return float(60 * np.polyfit(at, [getattr(one, name) for one in late], 1)[0])

    each = (last.kernel - first.kernel) / million
    begun = f"{last.minutes:.0f} minutes, {last.values / 1e6:.0f} million values"
    kernel = f"kernel {first.kernel:.0f} to {last.kernel:.0f} MB, {million:.1f} million values more"
    heap = f"{first.heap:.1f} to {last.heap:.1f} MB ({slope('heap'):+.1f} an hour)"
    process = f"{first.renderer:.0f} to {last.renderer:.0f} MB ({slope('renderer'):+.0f} an hour)"
    return [
        f"{begun}; after the first {warm:.0f} minutes:",
        f"{kernel}: {each:.1f} MB a million values (promised 6)",
        f"page's heap {heap}, process {process}, {first.nodes:.0f} to {last.nodes:.0f} nodes",
    ]


def _sample(bench: JupyterPage, notebook: NotebookPage, minutes: float) -> Sample:
    notebook.run_cell(3)
    notebook.wait_idle()
    printed = notebook.cells.nth(3).locator("pre", has_text="<<").inner_text()
    step, _, names, kernel = json.loads(printed.split("<<")[1].split(">>")[0])
    found = page_metrics(bench.page, collections=3)
    return Sample(
        minutes, step * names, kernel, found["JSHeapUsedSize"] / 1e6, _renderer(), found["Nodes"]
    )


def _renderer() -> float:
    """Resident memory of the largest of this process' renderers, in megabytes."""
    import psutil

    sizes = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                sizes.append(process.memory_info().rss / 1e6)
        except psutil.Error:
            continue
    return max(sizes, default=0.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    for line in measure(parser.parse_args().minutes):
        print(line, flush=True)
