"""Charts of named series and of metrics: added from the menu, kept over a reload, taken away."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until

RUN = """
import json, threading, time
import keras, numpy as np
import lossviz

ready = threading.Event()

class Thermometer(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        ready.wait()

    def on_train_batch_end(self, batch, logs=None):
        if batch % 4 == 0:
            run.log("temperature", 20 + batch / 8)

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            run.pause()
        # What the process uses is sampled once a second, and this run might take less.
        end = time.monotonic() + 10
        while epoch == 3 and "process_memory" not in run.series_names() and time.monotonic() < end:
            time.sleep(0.05)

x = np.random.default_rng(0).normal(size=(640, 4)).astype("float32")
y = (x.sum(1) > 0).astype("int32")
run = lossviz.train(
    keras.Sequential([keras.layers.Dense(2)]), (x, y), loss="cross_entropy",
    metrics=["accuracy"], validation=0.5, epochs=5, batch_size=8, seed=0,
    callbacks=[Thermometer()],
)
ready.set()

def recorded(series, metrics):
    # The steps, counted from 1, and values of each series; and the metrics of the epochs.
    known = [np.flatnonzero(np.isfinite(one)) for one in series]
    steps = [[(at + 1).tolist(), one[at].tolist()] for at, one in zip(known, series)]
    return steps, [run.history[name].tolist() for name in metrics]

run
"""

KERNEL = {
    "Gradient norm": "run.series('gradient_norm')",
    "temperature": "run.series('temperature')",
    "Accuracy, each step": "run.series('accuracy')",
}


def charts(book: NotebookPage) -> list[str]:
    """The accessible names of the charts, in order."""
    figures = book.lab.get_by_role("figure").all()
    return [one.get_attribute("aria-label") or "" for one in figures]


def drawn(book: NotebookPage, title: str) -> list[list[float]]:
    """The steps and values of a chart's first line, once it has been scrolled to."""
    return book.figure(title).evaluate(
        """figure => {
            const [line] = figure.querySelector('.js-plotly-plot')?.data ?? [];
            return line ? [Array.from(line.x), Array.from(line.y)] : [[], []];
        }"""
    )


def same(book: NotebookPage) -> None:
    """What is drawn is what the kernel has recorded."""
    series = ", ".join(KERNEL.values())
    text = book.ask_kernel(f"json.dumps(recorded([{series}], ['accuracy', 'val_accuracy']))")
    steps, history = json.loads(text)
    for title, expected in zip(KERNEL, steps, strict=True):
        assert len(expected[0]) > 10
        until(lambda t=title, e=expected: drawn(book, t) == e, f"{title} as the kernel has it")
    until(lambda: book.points("Accuracy") == len(history[0]), "the epochs")
    lines = book.figure("Accuracy").evaluate(
        "one => one.querySelector('.js-plotly-plot').data.slice(0, 2).map(l => Array.from(l.y))"
    )
    for line, expected in zip(lines, history, strict=True):
        assert line == pytest.approx(expected, rel=1e-6)


def add(book: NotebookPage, title: str) -> None:
    """Choose a chart in the menu, with the keyboard."""
    book.lab.get_by_role("button", name="Add chart", exact=True).focus()
    book.page.keyboard.press("Enter")
    item = book.lab.get_by_role("menuitem", name=title, exact=True)
    item.wait_for()
    for _ in range(20):
        if item.evaluate("one => one === document.activeElement"):
            break
        book.page.keyboard.press("ArrowDown")
    book.page.keyboard.press("Enter")


def test_charts_are_added_hold_the_kernels_values_and_stay_after_a_reload(
    notebook: Callable[..., NotebookPage], page: Page
) -> None:
    book = notebook(RUN, "0")
    page.set_viewport_size({"width": 1280, "height": 1600})
    book.run_cell(0)
    book.lab.wait_for()
    until(lambda: book.run_status() == "paused", "the pause after two epochs", 120)
    first = [EPOCHS_CHART, "Accuracy", STEPS_CHART, "Gradient norm"]
    until(lambda: charts(book) == first, "the task's metric, and the gradient norm")
    for title in list(KERNEL)[1:]:
        add(book, title)
    assert charts(book) == [*first, *list(KERNEL)[1:]]
    same(book)
    book.save_and_reload()
    until(lambda: charts(book) == [*first, *list(KERNEL)[1:]], "the same charts")
    same(book)
    book.ask_kernel("run.resume()")
    book.ask_kernel("run.wait(60)")
    until(lambda: book.run_status() == "completed", "the end")
    same(book)
    book.lab.get_by_role("button", name="Remove temperature", exact=True).click()
    left = [*first, "Accuracy, each step"]
    assert charts(book) == left
    add(book, "Memory (MB)")
    until(lambda: len(drawn(book, "Memory (MB)")[0]) >= 1, "what the process uses")
    book.save_and_reload()
    until(lambda: charts(book) == [*left, "Memory (MB)"], "without the one taken away")
    assert "temperature" in book.ask_kernel("run.series_names()")
