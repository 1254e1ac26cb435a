"""From a step's loss in its series to its pixel on the page: the lab's chart, and FigureWidget.

Usage: python step_to_pixel.py
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from jupyter_page import jupyter_page
from playwright.sync_api import Locator

from tests.browser.notebook_page import NotebookPage, until

SECONDS = 15
RATE = 1000

WATCH = """(one, [count, seconds]) => new Promise(done => {
    const seen = [];
    const end = performance.now() + 1000 * seconds;
    const points = new Function('one', 'return ' + count);
    let last = -1;
    const look = () => {
        const now = points(one);
        if (now !== last) {
            last = now;
            seen.push([(performance.timeOrigin + performance.now()) / 1000, now]);
        }
        if (performance.now() < end) requestAnimationFrame(look);
        else done([seen, (performance.timeOrigin + performance.now()) / 1000]);
    };
    look();
})"""

FIGURES = f"""
import json, time
import numpy as np
import plotly.graph_objects as go

times = []

def figure_with(steps):
    y = np.random.default_rng(0).normal(1, 0.1, steps).astype(np.float32)
    return go.FigureWidget([go.Scatter(x=np.arange(steps), y=y, mode="lines")])

def go_on(figure, seconds):
    '''Take {RATE} steps a second, and send the whole arrays ten times a second.'''
    times.clear()
    y = np.array(figure.data[0].y)
    first, began, sent = len(y), time.time(), 0.0
    while (now := time.time()) - began < seconds:
        due = first + int((now - began) * {RATE}) - len(y)
        if due > 0:
            y = np.concatenate([y, np.full(due, 1, np.float32)])
            times.append((now, len(y)))
        if now - sent >= 0.1:
            sent = now
            with figure.batch_update():
                figure.data[0].x, figure.data[0].y = np.arange(len(y)), y
        time.sleep(0.001)
"""


def watch(chart: Locator, count: str, seconds: float = SECONDS) -> tuple[Any, float]:
    """How many points a chart shows, frame by frame, and until when that was watched.

    `count` is the JavaScript expression of it, with the chart's element as `one`.
    """
    seen, end = chart.evaluate(WATCH, [count, seconds])
    return seen, end


def waits(seen: Any, end: float, times: list[tuple[float, int]]) -> list[float]:
    """Seconds from the moment in which a step was taken to the frame that shows it.

    What the chart had not shown by the end has waited at least until then.
    """
    found = []
    for when, step in times:
        shown = next((moment for moment, points in seen if points >= step), end)
        if seen[0][1] < step and when < end:
            found.append(shown - when)
    return found


def printed(notebook: NotebookPage, cell: int) -> Any:
    """What a cell prints as JSON between << and >>."""
    notebook.run_cell(cell)
    output = notebook.cells.nth(cell).locator("pre", has_text=">>")
    output.wait_for(timeout=120_000)
    return json.loads(output.inner_text().split("<<")[1].split(">>")[0])


def figure_widget(steps: int) -> str:
    """The same with plotly's FigureWidget, whose arrays travel whole."""
    cells = [
        FIGURES,
        f"figure = figure_with({steps})\nfigure",
        f"go_on(figure, {SECONDS + 5})",
        "print('<<', json.dumps(times[::20]), '>>')",
    ]
    with jupyter_page(*cells, height=1400) as bench:
        notebook = bench.open()
        notebook.run_cell(1)
        chart = notebook.page.locator(".js-plotly-plot")
        chart.wait_for(timeout=120_000)
        chart.evaluate("one => one.scrollIntoView()")
        count = "one.data[0].y.length"
        notebook.run_cell(2)
        until(lambda: chart.evaluate(f"one => {count}") > steps, "the first new steps", 120)
        seen, end = watch(chart, count)
        notebook.wait_idle(300)
        found = waits(seen, end, printed(notebook, 3))
    p50, p95 = np.percentile(found, [50, 95])
    return (
        f"FigureWidget, whole arrays at 10 Hz, from {steps:,} steps on: step to pixel median "
        f"{1000 * p50:,.0f} ms, p95 {1000 * p95:,.0f} ms, {len(seen) / SECONDS:.1f} redraws/s"
    )


if __name__ == "__main__":
    for length in (10_000, 100_000):
        print(figure_widget(length), flush=True)
