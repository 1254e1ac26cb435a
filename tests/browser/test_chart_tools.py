"""The tools of the charts: run chips, one x axis and one mark for all, enlarging."""

from __future__ import annotations

from tests.browser.notebook_page import EPOCHS_CHART, STEPS_CHART, NotebookPage, until
from tests.browser.test_charts import trained

METRIC, NORM = "Accuracy", "Gradient norm"


def names(book: NotebookPage, chart: str) -> set[str]:
    return {one["name"] for one in book.drawn(chart)}


def axis_title(book: NotebookPage, chart: str) -> str:
    return book.figure(chart).locator(".xtitle").text_content() or ""


def marked(book: NotebookPage, chart: str) -> str:
    """The values that a chart shows at the mark."""
    return book.figure(chart).locator(".lossviz-values").inner_text()


def test_the_charts_of_a_lab_are_looked_at_together(notebook):
    book = trained(notebook, runs=2, epochs=3)
    # One run is hidden everywhere, with the keyboard.
    until(lambda: {"run 1", "run 2"} <= names(book, NORM), "the earlier run's steps, too")
    chip = book.lab.get_by_role("button", name="Show run 1")
    chip.focus()
    book.page.keyboard.press("Space")
    assert chip.get_attribute("aria-pressed") == "false"
    for chart in (EPOCHS_CHART, METRIC):
        until(lambda c=chart: {"training", "validation"} <= names(book, c), f"run 2 alone: {chart}")
    until(lambda: names(book, NORM) == {"run 2"}, "run 2 alone")
    # One x axis for all.
    assert axis_title(book, EPOCHS_CHART) == "epoch"
    book.figure(METRIC).get_by_label("X axis").select_option("time")
    for chart in (EPOCHS_CHART, METRIC, STEPS_CHART, NORM):
        until(lambda c=chart: "time" in axis_title(book, c), f"time below {chart}")
    # Both stay over a reload.
    book.save_and_reload()
    until(lambda: book.points(EPOCHS_CHART) == 3, "the run again")
    assert "time" in axis_title(book, EPOCHS_CHART)
    assert "run 1" not in names(book, EPOCHS_CHART)
    book.figure(METRIC).get_by_label("X axis").select_option("step")
    # One mark for all, moved with the keyboard.
    until(lambda: axis_title(book, NORM) == "step", "steps")
    book.figure(EPOCHS_CHART).get_by_role("group", name="Values of").focus()
    book.page.keyboard.press("End")
    until(lambda: marked(book, EPOCHS_CHART).startswith("step 135: training"), "the last epoch")
    until(lambda: marked(book, NORM).startswith("step 135: run 2"), "the same step")
    assert book.figure(NORM).locator(".lossviz-mark").is_visible()
    said = book.figure(EPOCHS_CHART).locator("[aria-live=polite]").inner_text()
    assert said.startswith("step 135: training")


def test_the_plots_of_a_row_are_aligned_and_a_chart_can_be_enlarged(notebook):
    book = trained(notebook, epochs=2)
    book.page.set_viewport_size({"width": 1700, "height": 1000})

    def plot(chart: str) -> dict[str, float]:
        return book.figure(chart).locator(".nsewdrag").bounding_box()

    until(lambda: abs(plot(EPOCHS_CHART)["y"] - plot(METRIC)["y"]) < 1, "two charts in a row")
    first, second = plot(EPOCHS_CHART), plot(METRIC)
    assert abs(first["height"] - second["height"]) < 1
    assert abs(first["width"] - second["width"]) < 2
    assert second["x"] > first["x"] + first["width"]
    # No name of a line lies on another, or is cut off.
    spans = book.figure(EPOCHS_CHART).locator(".lossviz-overlay > span:visible").all()
    boxes = [one.bounding_box() for one in spans]
    tops = sorted(one["y"] for one in boxes)
    assert len(tops) == 2
    assert tops[1] - tops[0] > 13
    right = book.figure(EPOCHS_CHART).bounding_box()
    assert all(one["x"] + one["width"] <= right["x"] + right["width"] for one in boxes)
    book.figure(EPOCHS_CHART).get_by_role("button", name="Enlarge").click()
    until(lambda: plot(EPOCHS_CHART)["height"] > 400, "a large chart")
    assert plot(EPOCHS_CHART)["width"] > 1.8 * first["width"]
    book.page.keyboard.press("Escape")
    until(lambda: abs(plot(EPOCHS_CHART)["height"] - first["height"]) < 1, "small again")
    # In a narrow lab there is one column.
    book.page.set_viewport_size({"width": 1100, "height": 1000})
    until(lambda: plot(METRIC)["y"] > plot(EPOCHS_CHART)["y"] + 200, "one below the other")
