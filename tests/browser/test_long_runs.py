"""Runs of thousands of epochs: the page stays usable, and its axes can be read."""

from __future__ import annotations

from tests.browser.notebook_page import EPOCHS_CHART, until
from tests.browser.test_charts import chart

# A run of 6,000 epochs that has ended, then one that has made three of five.
RUNS = """
import lossviz
import numpy as np
from lossviz.training import Record, Run
from lossviz.training.control import Control
from lossviz.wire import publisher
lab = lossviz.LossLab()
def add(number, epochs):
    record = Record(id=f"r{number}", name=f"run {number}", number=number, loss="mse",
                    epochs=max(epochs, 5), device="CPU:0")
    record.set_status("running")
    for epoch in range(1, epochs + 1):
        record.begin_epoch(epoch)
        record.add_steps(np.full(2, 1 / epoch, np.float32), 0.01)
        record.end_epoch({"loss": 1 / epoch, "val_loss": 2 / epoch})
    lab._session._launcher.runs.add(Run(record, Control(), None))
    publisher.wake()
    return record
add(1, 6000).end("completed", "")
lab
"""

LONGEST = """
globalThis.longest = 0;
new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) {
        globalThis.longest = Math.max(globalThis.longest, duration);
    }
}).observe({ entryTypes: ['longtask'] });
"""


def test_a_short_run_after_a_very_long_one_does_not_block_the_page(notebook):
    page = notebook(RUNS, "record = add(2, 3)", "0")
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    until(lambda: page.points(EPOCHS_CHART) > 500, "the long run")
    page.page.evaluate(LONGEST)
    page.run_cell(1)
    until(lambda: page.points(EPOCHS_CHART) == 3, "the short run", 120)
    figure = chart(page, EPOCHS_CHART)
    figure.scroll_into_view_if_needed()
    labels = figure.locator(".xtick text")
    until(lambda: 3 <= labels.count() <= 20, "labels that can be read")
    assert all(one.replace(",", "").isdigit() for one in labels.all_text_contents())
    longest = page.page.evaluate("longest")
    print(f"longest task {longest:.0f} ms")
    assert longest < 1500
    page.ask_kernel("record.end('stopped', '')")
