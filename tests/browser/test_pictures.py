"""The README's picture of a lab, made anew on demand: LOSSVIZ_UPDATE_IMAGES=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, until

IMAGE = Path(__file__).resolve().parents[2] / "notebooks" / "images" / "lab.png"

EPOCHS = 12


@pytest.mark.skipif(
    not os.environ.get("LOSSVIZ_UPDATE_IMAGES"), reason="LOSSVIZ_UPDATE_IMAGES is not set"
)
def test_the_readmes_picture_shows_two_runs_that_differ(notebook, page):
    page.set_viewport_size({"width": 1480, "height": 1500})
    book = notebook("import lossviz\nlab = lossviz.LossLab()\nlab")
    page.keyboard.press("Control+B")
    book.run_cell(0)
    book.lab.wait_for()
    book.fill("Epochs", str(EPOCHS))
    for number, rate in enumerate(("0.02", "0.1"), 1):
        book.fill("Learning rate", rate)
        book.press("Train")
        until(lambda n=number: f"run {n} completed" in book.status(), "a run", 120)
    for chart in (EPOCHS_CHART, "Accuracy", STEPS_CHART, "Gradient norm"):
        until(lambda c=chart: len(book.drawn(c)) > 1, f"both runs: {chart}")
    assert len(book.drawn(EPOCHS_CHART)) >= 4
    book.lab.evaluate("lab => lab.scrollIntoView()")
    page.mouse.move(2, 2)
    IMAGE.parent.mkdir(exist_ok=True)
    book.lab.screenshot(path=IMAGE)
