"""What the charts promise, measured in a real JupyterLab with Chromium.

Kernel and page share the machine: the kernel on one core, server and page on the other.
Usage: python charts.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jupyter_page import jupyter_page
from step_to_pixel import figure_widget, printed, waits, watch

from tests.browser.notebook_page import STEPS_CHART, NotebookPage, until

SETUP = """
import json, threading, time
import numpy as np
import lossviz
from lossviz.training import Record, Run
from lossviz.training.control import Control
from lossviz.wire import publisher

def lab_with(steps, rate, others=()):
    '''A lab that follows a run of so many steps, which goes on at so many steps a second.

    At each step it has a value of these other series, too.
    '''
    record = Record(id=os.urandom(4).hex(), name="bench", number=1, loss="mse", epochs=1,
                    device="CPU:0")
    record.begin_epoch(1)
    losses = np.random.default_rng(0).normal(1, 0.1, steps).astype(np.float32)
    if steps:
        losses[steps // 2] = 9
    record.add_steps(losses, 1.0)
    record.set_status("running")
    times = []
    random = np.random.default_rng(1)

    def go_on():
        began = time.time()
        done = 0
        while not record.ended:
            due = int((time.time() - began) * rate) - done
            if due > 0:
                values = {name: random.normal(1, 0.1, due).astype(np.float32) for name in others}
                record.add_steps(np.full(due, 1.0, np.float32), due / rate, values)
                done += due
                times.append((time.time(), steps + done))
            time.sleep(0.001)

    if rate:
        threading.Thread(target=go_on, daemon=True).start()
    lab = lossviz.LossLab()
    lab._session._launcher.runs.add(Run(record, Control(), None))
    publisher.wake()
    return lab, record, times
"""


ZOOMS = 100

TITLES = ["Loss during one epoch", "Accuracy, each step", "Gradient norm", "Learning rate"]
OTHERS = ["accuracy", "gradient_norm", "learning_rate", *(f"value_{i}" for i in range(16))]
"""Twenty series with the loss; the charts of these four are open."""

# The longest time from a lab's element to its drawn chart, in milliseconds.
FIRST_PICTURE = """
globalThis.firstPicture = 0;
const begun = new Map();
const look = () => {
    for (const chart of document.querySelectorAll('[aria-label="Loss during one epoch"]')) {
        if (!begun.has(chart)) begun.set(chart, performance.now());
        const drawn = Number(chart.dataset.points) >= 10_000_000;
        if (drawn && chart.querySelector('.js-plotly-plot') && !globalThis.firstPicture) {
            globalThis.firstPicture = performance.now() - begun.get(chart);
        }
    }
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def measure() -> list[str]:
    """The lines of the report."""
    cells = [
        SETUP,
        "lab, record, times = lab_with(0, 1000)\nlab",
        "print('<<', json.dumps(times[::20]), '>>'); record.end('stopped', '')",
        "four = [lab_with(1_000_000, 1000) for _ in range(4)]",
        *(f"four[{i}][0]" for i in range(4)),
    ]
    # So wide that all charts of a lab are in sight.
    with jupyter_page(*cells, width=1700, height=1400) as bench:
        notebook = bench.open()
        lines = [latency(notebook), four_charts(notebook)]
    return [
        *lines,
        *ten_million(),
        twenty_series(),
        *(figure_widget(steps) for steps in (10_000, 100_000)),
    ]


def figure(notebook: NotebookPage, index: int) -> Any:
    """The chart of steps of a lab."""
    lab = notebook.page.locator(".lossviz-lab").nth(index)
    return lab.get_by_role("figure", name=STEPS_CHART)


def latency(notebook: NotebookPage) -> str:
    """From a step's loss in the series to the frame in which its pixel is drawn."""
    notebook.run_cell(1)
    chart = figure(notebook, 0)
    chart.wait_for()
    chart.evaluate("one => one.scrollIntoView()")
    until(lambda: int(chart.get_attribute("data-points") or 0) > 1000, "steps")
    seen, end = watch(chart, "Number(one.dataset.points)")
    found = waits(seen, end, printed(notebook, 2))
    p50, p95 = np.percentile(found, [50, 95])
    return (
        f"step to pixel at 1,000 steps/s: median {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms "
        f"(promised 70), {len(found)} steps"
    )


def ten_million() -> list[str]:
    """The first picture of a long run, and a zoom into it while it goes on."""
    with jupyter_page(SETUP, "lab_with(10_000_000, 1000)[0]", width=1700, height=1400) as bench:
        return long_run(bench.open())


def long_run(notebook: NotebookPage) -> list[str]:
    """The same, in a notebook with such a lab."""
    notebook.run_cell(1)
    chart = figure(notebook, 0)
    chart.wait_for(timeout=60_000)
    chart.evaluate("one => one.scrollIntoView()")
    shown = "one => Number(one.dataset.points) >= 10_000_000"
    until(lambda: chart.evaluate(shown), "ten million steps")
    notebook.page.keyboard.press("Control+S")
    notebook.page.wait_for_timeout(2000)
    # Once more, from a page that has just been loaded: from the lab's element to its picture.
    notebook.page.add_init_script(FIRST_PICTURE)
    notebook.page.reload()
    chart.wait_for(timeout=60_000)
    chart.evaluate("one => one.scrollIntoView()")
    until(lambda: notebook.page.evaluate("globalThis.firstPicture > 0"), "the picture")
    first = notebook.page.evaluate("globalThis.firstPicture")
    until(lambda: chart.locator(".js-plotly-plot").count() == 1, "the plot")
    notebook.page.wait_for_timeout(2000)  # JupyterLab goes on loading
    zooms = []
    for i in range(ZOOMS):
        zooms.append(
            chart.evaluate(
                """(one, from) => new Promise(done => {
                    const plot = one.querySelector('.js-plotly-plot');
                    const began = performance.now();
                    plot.emit('plotly_relayout',
                        { 'xaxis.range[0]': from, 'xaxis.range[1]': from + 1000 });
                    const look = () => {
                        const x = plot.data[0].x;
                        const fine = x.length > 900 && x.length < 1100 && x[0] > from - 10;
                        if (fine) done(performance.now() - began);
                        else requestAnimationFrame(look);
                    };
                    look();
                })""",
                500_000 + 9_000_000 // ZOOMS * i,
            )
        )
    opened = (
        f"10,000,000 steps: first picture {first:.0f} ms after the lab is on the page "
        "(promised 350)"
    )
    zoomed = (
        f"zoom to 1,000 of them while steps arrive: median {np.median(zooms):.0f} ms, longest "
        f"of {len(zooms)} {max(zooms):.0f} ms (promised 200)"
    )
    return [opened, zoomed]


def four_charts(notebook: NotebookPage) -> str:
    """Time between frames while four labs of a million steps each are live."""
    for cell in range(3, 8):
        notebook.run_cell(cell)
    notebook.wait_idle()
    labs = notebook.page.locator(".lossviz-lab")
    until(lambda: labs.count() >= 4, "four labs")
    # All four in sight, whatever the height of the page.
    notebook.page.evaluate("document.body.style.zoom = '0.3'")
    notebook.page.wait_for_timeout(3000)
    between = frames(notebook)
    drawn = labs.evaluate_all(
        "labs => labs.filter(one => one.querySelector('.js-plotly-plot')).length"
    )
    return (
        f"frames while {drawn} labs are live, four of 1,000,000 steps: median "
        f"{np.median(between):.0f} ms, p95 {np.percentile(between, 95):.0f} ms (promised 50)"
    )


def frames(notebook: NotebookPage) -> list[float]:
    """Milliseconds between frames of the page, some 400 of them."""
    found: list[float] = notebook.page.evaluate(
        """() => new Promise(done => {
            const frames = [];
            let last = performance.now();
            const look = now => {
                frames.push(now - last);
                last = now;
                if (frames.length < 400) requestAnimationFrame(look); else done(frames.slice(1));
            };
            requestAnimationFrame(look);
        })"""
    )
    return found


def twenty_series() -> str:
    """Time between frames with charts of four of twenty series, each with a value a step."""
    with jupyter_page(SETUP, f"lab_with(0, 1000, {OTHERS})[0]", height=2000) as bench:
        notebook = bench.open()
        notebook.run_cell(1)
        notebook.lab.wait_for(timeout=60_000)
        for title in TITLES[1:]:
            if notebook.lab.get_by_role("figure", name=title, exact=True).count():
                continue  # shown without asking
            notebook.press("Add chart")
            notebook.lab.get_by_role("menuitem", name=title, exact=True).click()
        charts = [notebook.lab.get_by_role("figure", name=one, exact=True) for one in TITLES]
        for chart in charts:
            until(lambda one=chart: points(one) > 2000, "its values")
        before = [points(one) for one in charts]
        between = frames(notebook)
        taken = [points(one) - shown for one, shown in zip(charts, before, strict=True)]
    rate = 1000 * np.median(taken) / sum(between)
    return (
        f"frames with {sum(one > 0 for one in taken)} charts of {1 + len(OTHERS)} series at "
        f"{rate:,.0f} steps/s: median {np.median(between):.0f} ms, p95 "
        f"{np.percentile(between, 95):.0f} ms (promised 33)"
    )


def points(chart: Any) -> int:
    """How many points of its series a chart shows."""
    return int(chart.get_attribute("data-points") or 0)


if __name__ == "__main__":
    for line in measure():
        print(line, flush=True)
