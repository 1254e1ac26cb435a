"""The view *Runs* beside 10,000 recorded runs: a real history, a real page."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jupyter_page import JupyterPage, jupyter_page
from playwright.sync_api import Page

from lossviz.history import Query, RunRow, Update
from lossviz.history.store import History
from lossviz.series import Part
from tests.browser.notebook_page import NotebookPage

RUNS, EPOCHS, AT_ONCE = 10_000, 20, 500
LOSSES = ("cross_entropy", "dice", "focal", "quadratic", "huber")
STATUSES = ("completed", "stopped", "failed", "interrupted")
PROGRAM = "# A line of a program, as long as the lines of programs are.\n" * 50
SORTS = ("Run", "Status", "Loss", "Metric", "Validation loss", "Epochs", "Started", "Duration")
FILTERS = ("dice", "dice stop", "learning_rate=0.01", "run 77", "nothing has this")

SINCE = """
([act, done]) => new Promise((resolve, reject) => {
    const lab = document.querySelector('.lossviz-lab');
    const before = lab.querySelector('.lossviz-runs-scroll tbody')?.innerText;
    const rows = lab.querySelector('.lossviz-runs-scroll table')?.ariaRowCount;
    const start = performance.now();
    new Function('lab', act)(lab);
    const look = () => {
        if (new Function('lab', 'before', 'rows', `return (${done})`)(lab, before, rows)) {
            resolve(performance.now() - start);
        } else if (performance.now() - start > 20000) {
            reject(new Error(`no answer to ${act}`));
        } else {
            requestAnimationFrame(look);
        }
    };
    requestAnimationFrame(look);
})
"""
OTHER = """
    lab.querySelector('.lossviz-runs-scroll tbody')?.innerText !== before &&
    !lab.querySelector('.lossviz-runs-loading')
"""


def fill(folder: Path) -> None:
    """Write the runs as kernels do, with all that a lab's run has."""
    history, stream = History(folder), np.random.default_rng(0)
    for start in range(0, RUNS, AT_ONCE):
        history.write([_update(number, stream) for number in range(start, start + AT_ONCE)])
    history.close()


def measure() -> list[str]:
    """Milliseconds for all that the view does."""
    with tempfile.TemporaryDirectory(prefix="lossviz-runs-") as folder:
        began = time.perf_counter()
        fill(Path(folder))
        size = (Path(folder) / "runs.sqlite").stat().st_size / 1e6
        made = f"{RUNS:,} runs written in {time.perf_counter() - began:.1f} s, {size:.0f} MB"
        listing = History(Path(folder)).listing
        asked = [Query(), Query(sort="config:learning_rate"), Query(words=("dice",))]
        alone = [_milliseconds(lambda query=query: listing.ids(query)) for query in asked]
        os.environ["LOSSVIZ_HOME"] = folder
        lab = (
            f"import os\nos.environ['LOSSVIZ_HOME'] = {folder!r}\n"
            "import lossviz\nlab = lossviz.LossLab()\nlab"
        )
        with jupyter_page(lab, "0") as bench:
            return [
                made,
                "SQLite alone: by start {:.0f} ms, by a hyperparameter {:.0f} ms, "
                "filter {:.0f} ms".format(*alone),
                *_in_page(bench),
            ]


def _in_page(bench: JupyterPage) -> list[str]:
    notebook = bench.open()
    page = bench.page
    notebook.lab.wait_for(timeout=60_000)
    # TensorFlow is loaded in the background after the first sight of a lab.
    notebook.ask_kernel("__import__('lossviz').losses.get('mse')")
    notebook.ask_kernel("__import__('tensorflow').constant(1)")
    notebook.wait_idle()
    page.wait_for_timeout(2000)
    opened = _opened(notebook, page)
    sorts = [_since(page, _press(name), OTHER) for name in SORTS for _ in range(2)]
    filters = [_filtered(page, text) for text in (*FILTERS, *reversed(FILTERS[:-1]), "")]
    scrolled = [
        _since(page, f"lab.querySelector('.lossviz-runs-scroll').scrollTop = {28 * row}", OTHER)
        for row in range(500, 10_000, 950)
    ]
    rows = page.locator(".lossviz-runs-scroll tbody tr").count()
    return [
        f"the view opens in {opened:.0f} ms (promised 300), {rows} rows drawn",
        f"sorts: {_spread(sorts)} (promised 100)",
        f"filters: {_spread(filters)} (promised 100)",
        f"scrolls to rows it has not seen: {_spread(scrolled)}",
    ]


def _opened(notebook: NotebookPage, page: Page) -> float:
    """From the press on the tab to all rows in sight, made for the first time."""
    lab = notebook.ask_kernel("lab.lab_id")
    page.evaluate(f"sessionStorage.setItem('lossviz:{lab}:runs', '{{\"scope\": \"all\"}}')")
    press = "[...lab.querySelectorAll('[role=tab]')].find(one => one.innerText === 'Runs').click()"
    return _since(page, press, f"lab.querySelector('[data-column=name]') && {OTHER}")


def _press(name: str) -> str:
    return (
        "[...lab.querySelectorAll('.lossviz-runs-scroll thead button')]"
        f".find(one => one.innerText.trim().startsWith('{name}')).click()"
    )


def _filtered(page: Page, text: str) -> float:
    act = (
        "const input = lab.querySelector('.lossviz-runs-filter');"
        f"input.value = '{text}'; input.dispatchEvent(new Event('input'))"
    )
    done = "lab.querySelector('.lossviz-runs-scroll table').ariaRowCount !== rows"
    return _since(page, act, done)


def _since(page: Page, act: str, done: str) -> float:
    return float(page.evaluate(SINCE, [act, done]))


def _spread(times: list[float]) -> str:
    return f"median {statistics.median(times):.0f} ms, worst of {len(times)} {max(times):.0f} ms"


def _milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _update(number: int, stream: np.random.Generator) -> Update:
    loss = LOSSES[number % len(LOSSES)]
    rate = float(f"{10 ** stream.uniform(-4, 0):.3g}")
    config = {
        "model": "sequential", "parameters": int(stream.integers(10**6)), "loss": loss,
        "loss_params": {"gamma": 2.0}, "optimizer": ("sgd", "adam")[number % 2],
        "optimizer_params": {"momentum": round(float(stream.random()), 3), "nesterov": False},
        "learning_rate": rate, "epochs": 30, "batch_size": int(2 ** stream.integers(3, 8)),
        "samples": 1437, "shuffle": True, "seed": number, "metrics": ["accuracy"],
        **{f"setting_{i}": None for i in range(15)},
    }  # fmt: skip
    created = 1.7e9 + 300 * number
    row = RunRow(
        id=f"{number:08x}", name=f"run {number + 1}", number=number % 50 + 1,
        status=STATUSES[number % 4], task="image_classification", loss=loss, config=config,
        program=PROGRAM, device="CPU:0", versions={"python": "3.12"}, seed=number, epochs=30,
        steps_per_epoch=45, steps=45 * EPOCHS, created=created, ended=created + 200,
    )  # fmt: skip
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    first = int(stream.integers(1, 10))
    values = stream.random((EPOCHS, len(names)))
    return Update(
        row=row,
        parts=[Part("loss", "step", "", 0, stream.random(900).astype(np.float32))],
        epochs=[
            (first + i, 45 * i, 45, dict(zip(names, map(float, one), strict=True)))
            for i, one in enumerate(values)
        ],
        tracks={"times": np.array([[0.0, 900.0], [0.0, 500 * stream.random()]])},
    )
