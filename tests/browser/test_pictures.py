"""The README's pictures of a lab, made anew on demand: LOSSVIZ_UPDATE_IMAGES=1."""

from __future__ import annotations

import io
import os
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until

IMAGES = Path(__file__).resolve().parents[2] / "notebooks" / "images"

EPOCHS = 12

ANIMATED_EPOCHS = 20
FRAME_SECONDS = 0.2
WIDTH = 960
LAST_FRAME_SECONDS = 3.0
MOST_BYTES = 800_000

HEIGHT = """grid => grid.getBoundingClientRect().bottom + 8
    - grid.closest('.lossviz-lab').getBoundingClientRect().top"""
"""Of what is shown of a lab: all down to its charts."""

pytestmark = pytest.mark.skipif(
    not os.environ.get("LOSSVIZ_UPDATE_IMAGES"), reason="LOSSVIZ_UPDATE_IMAGES is not set"
)


def opened(notebook, page, width: int, height: int) -> NotebookPage:
    page.set_viewport_size({"width": width, "height": height})
    book = notebook("import lossviz\nlab = lossviz.LossLab()\nlab")
    page.keyboard.press("Control+B")
    book.run_cell(0)
    book.lab.wait_for()
    until(lambda: not book.lab.locator(".lossviz-tensorflow").is_visible(), "TensorFlow", 120)
    return book


def train(book: NotebookPage, number: int) -> None:
    book.press("Train")
    until(lambda: f"run {number} completed" in book.status(), "a run", 120)


def rest(book: NotebookPage) -> None:
    """The lab on top of the page, with nothing pointed at or in focus."""
    book.lab.evaluate("lab => lab.scrollIntoView()")
    book.page.evaluate("document.activeElement.blur()")
    book.page.mouse.move(2, 2)


def test_the_readmes_picture_shows_two_runs_that_differ(notebook, page):
    book = opened(notebook, page, 1480, 1500)
    book.fill("Epochs", str(EPOCHS))
    for number, rate in enumerate(("0.02", "0.1"), 1):
        book.fill("Learning rate", rate)
        train(book, number)
    for chart in (EPOCHS_CHART, "Accuracy", STEPS_CHART, "Gradient norm"):
        until(lambda c=chart: len(book.drawn(c)) > 1, f"both runs: {chart}")
    assert len(book.drawn(EPOCHS_CHART)) >= 4
    rest(book)
    IMAGES.mkdir(exist_ok=True)
    book.lab.screenshot(path=IMAGES / "lab.png")


def test_the_readmes_animation_shows_a_run_from_train_to_its_end(notebook, page):
    book = opened(notebook, page, 1480, 1500)
    book.fill("Epochs", str(ANIMATED_EPOCHS))
    book.fill("Batch size", "8")
    # The second run has its charts from the beginning, and no step to compile first.
    book.fill("Learning rate", "0.003")
    train(book, 1)
    book.fill("Learning rate", "0.02")
    rest(book)
    box = book.lab.bounding_box()
    box["height"] = book.lab.locator(".lossviz-chart-grid").evaluate(HEIGHT)
    frames: list[tuple[float, Image.Image]] = []

    def take() -> None:
        box["y"] = book.lab.bounding_box()["y"]  # the notebook may have been scrolled
        shot = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
        wide = shot.resize(
            (WIDTH, round(WIDTH * shot.height / shot.width)), Image.Resampling.LANCZOS
        )
        frames.append((time.monotonic(), wide))

    take()
    book.lab.get_by_role("button", name="Train", exact=True).hover()
    take()
    book.press("Train")
    rest(book)
    while "run 2 completed" not in book.status():
        if time.monotonic() - frames[-1][0] > FRAME_SECONDS:
            take()
    take()
    moments = [moment for moment, _ in frames]
    lasts = [after - before for before, after in pairwise(moments)]
    frames[0][1].save(
        IMAGES / "run.webp",
        save_all=True,
        append_images=[image for _, image in frames[1:]],
        duration=[round(1000 * one) for one in [*lasts, LAST_FRAME_SECONDS]],
        loop=0,
        quality=60,
        method=6,
        minimize_size=True,
    )
    assert len(frames) > 10
    assert (IMAGES / "run.webp").stat().st_size < MOST_BYTES
