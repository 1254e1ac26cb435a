"""The head of a lab and its four figures: states, places, words and widths."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.browser.accessibility import serious_findings
from tests.browser.notebook_page import EPOCHS_CHART, NotebookPage, until

LAB = "import lossviz, json\nlab = lossviz.LossLab()\nlab"

FIGURES = ["Training loss", "Validation loss", "Validation accuracy", "Gradient norm"]

LISTEN = """lab => {
  window.heard = [];
  const regions = '[role=status], [role=alert], [aria-live]';
  new MutationObserver(changes => {
    const spoken = new Set(changes.map(({ target }) => {
      const element = target instanceof Element ? target : target.parentElement;
      return element?.closest(regions);
    }));
    spoken.forEach(one => one?.textContent && window.heard.push(one.textContent));
  }).observe(lab, { subtree: true, childList: true, characterData: true });
}"""


def figures(page: NotebookPage) -> dict[str, list[str]]:
    """By its title, the value of each figure and what it means."""
    texts = "all => all.map(one => Array.from(one.children, part => part.textContent.trim()))"
    found = page.lab.locator(".lossviz-figure").evaluate_all(texts)
    return {title: rest for title, *rest in found}


def places(page: NotebookPage) -> list[tuple[float, float]]:
    """Where the buttons of the head are, seen from the lab."""
    return page.lab.evaluate(
        """lab => Array.from(
            lab.querySelectorAll('.lossviz-buttons button:not([role])'),
            one => one.getBoundingClientRect()
        ).filter(box => box.width).map(box => [
            Math.round(box.left - lab.getBoundingClientRect().left), Math.round(box.width)])"""
    )


def opened(notebook, *more: str) -> NotebookPage:
    page = notebook(LAB, *more)
    page.run_cell(0)
    page.lab.wait_for()
    return page


def train(page: NotebookPage, number: int) -> None:
    page.press("Train")
    until(lambda: f"run {number} completed" in page.status(), "a run", 120)


def test_from_the_first_press_to_the_end(notebook):
    page = opened(notebook, "0")
    lab = page.lab
    assert page.run_phase() == "Ready"
    first = lab.get_by_text("Train the model to see its loss here.")
    assert first.is_visible()
    until(lambda: not lab.locator(".lossviz-tensorflow").is_visible(), "TensorFlow", 120)
    before = places(page)
    lab.evaluate(LISTEN)
    page.fill("Epochs", "100000")
    lab.get_by_role("button", name="Start training", exact=True).click()
    until(lambda: not first.is_visible(), "another word while it prepares", 10)
    assert page.run_phase() in {"Preparing", "Compiling", "Running"}
    assert lab.get_by_role("button", name="Start training").count() == 0
    until(lambda: figures(page).get("Training loss", [""])[0], "a first figure", 120)
    until(lambda: page.run_phase() == "Running", "a running run", 60)
    assert places(page) == before
    page.press("Pause")
    until(lambda: page.run_phase() == "Paused", "a pause", 20)
    assert places(page) == before
    # Each status is heard once, and by one region.
    until(lambda: "paused after step" in page.status(), "the step")
    page.press("Stop")
    until(lambda: "stopped after step" in page.status(), "the end")
    assert places(page) == before
    heard = page.page.evaluate("window.heard")
    assert any("run 1 started on the" in one for one in heard)
    assert heard[-1].startswith("run 1 stopped after step ")
    assert all(one != other for one, other in pairwise(heard)), heard
    assert lab.get_by_role("status").count() == 1
    assert lab.get_by_role("button", name="Resume run 1", exact=True).is_visible()


def test_figures_compare_runs_and_a_narrow_lab_shows_its_curve_first(notebook, page):
    book = opened(notebook, "0")
    book.fill("Epochs", "3")
    train(book, 1)
    history = json.loads(
        book.ask_kernel("json.dumps({k: v.tolist() for k, v in lab.run.history.items()})")
    )
    until(lambda: all(value for value, _ in figures(book).values()), "all figures")
    shown = figures(book)
    assert list(shown) == FIGURES
    assert float(shown["Training loss"][0]) == pytest.approx(history["loss"][-1], rel=1e-3)
    assert float(shown["Validation loss"][0]) == pytest.approx(history["val_loss"][-1], rel=1e-3)
    assert shown["Validation accuracy"][0] == f"{100 * history['val_accuracy'][-1]:.1f} %"

    book.fill("Epochs", "5")
    train(book, 2)
    until(lambda: "vs run 1" in figures(book)["Training loss"][1], "a comparison")
    assert figures(book)["Training loss"][1].startswith("\N{MINUS SIGN}")
    assert "(better)" in figures(book)["Training loss"][1]
    assert "points" in figures(book)["Validation accuracy"][1]

    # Heights of different losses say nothing of each other; a metric does.
    book.choose("Loss", "hinge")
    train(book, 3)
    until(lambda: "other loss" in figures(book)["Training loss"][1], "no comparison")
    assert "vs" not in figures(book)["Validation loss"][1]
    assert "run 2" in figures(book)["Validation accuracy"][1]

    # With room for one column only, the form folds and nothing is cut off.
    page.keyboard.press("Control+B")
    settings = book.lab.get_by_role("button", name="Settings", exact=True)
    rate = book.lab.get_by_label("Learning rate", exact=True)
    assert not settings.is_visible()
    for width in (840, 600):
        page.set_viewport_size({"width": width, "height": 900})
        settings.wait_for()
        assert not rate.is_visible()
        wide = book.lab.evaluate(
            """lab => Array.from(lab.querySelectorAll('.lossviz-head *, .lossviz-figures *'))
                .filter(one => one.getBoundingClientRect().right >
                    lab.getBoundingClientRect().right).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert wide == []
    top = book.lab.get_by_role("figure", name=EPOCHS_CHART).bounding_box()["y"]
    assert top - book.lab.bounding_box()["y"] < 600
    settings.click()
    rate.wait_for()
    assert settings.get_attribute("aria-expanded") == "true"
    # What is wrong is shown, wherever Train is pressed.
    rate.fill("nonsense")
    rate.press("Tab")
    until(lambda: rate.get_attribute("aria-invalid") == "true", "the error", 10)
    settings.click()
    book.press("Train")
    until(rate.is_visible, "the field that is wrong", 10)


def test_no_serious_finding_in_any_theme_and_a_failure_says_so(notebook, page):
    book = opened(notebook)
    book.fill("Epochs", "2")
    book.fill("Learning rate", "1e6")
    book.press("Train")
    until(lambda: book.run_phase() == "Failed", "a failed run", 120)
    until(lambda: figures(book).get("Training loss", [""])[0] == "Diverged", "its figure", 10)
    assert "Waiting" not in book.lab.inner_text()
    assert book.lab.locator(".lossviz-details").is_visible()
    # The last one is that of the other tests.
    for theme in ("JupyterLab Dark", "JupyterLab Dark High Contrast", "JupyterLab Light"):
        book.choose_theme(theme)
        book.open_menu("Clear runs")
        assert serious_findings(page) == [], theme
        page.keyboard.press("Escape")
