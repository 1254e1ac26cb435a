"""The view *Runs* in a real page: recorded runs of another kernel, sorted, compared, changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import serious_findings
from tests.browser.notebook_page import EPOCHS_CHART, until

SEED = """
import os
os.environ["LOSSVIZ_HOME"] = {home!r}
import lossviz, time
import numpy as np
from lossviz.history import RunRow, Update, recorder
from lossviz.series import Part

def seed(count, **more):
    updates = []
    for i in range(count):
        loss = ("cross_entropy", "dice")[i % 2]
        row = RunRow(**dict(
            id=f"past{{i}}", name=f"past {{i}}", number=i % 9 + 1, loss=loss, task="regression",
            status=("completed", "stopped", "failed")[i % 3], program="", device="CPU:0",
            versions={{}}, config={{"loss": loss, "learning_rate": 0.1 / (1 + i)}}, seed=i,
            epochs=3, steps_per_epoch=2, steps=6, created=time.time() - 90_000 + 60 * i,
            ended=time.time(),
        ) | more)
        epochs = [(e + 1, 2 * e, 2, {{"loss": 9 / (1 + e + i), "val_loss": 9.5 / (1 + e + i)}})
                  for e in range(3)]
        losses = Part("loss", "step", "", 0, np.linspace(1, 0.1, 6, dtype="float32"))
        updates.append(Update(row=row, parts=[losses], epochs=epochs))
    recorder.history().write(updates)
    # As another kernel has written them.
    recorder.history()._connection.execute("UPDATE runs SET owner = ''")
"""


@pytest.fixture
def open_runs(notebook, tmp_path):
    """Opens a lab with this many recorded runs, at its view *Runs*; `before` runs on the page."""

    def open_view(count, before=""):
        book = notebook(
            SEED.format(home=str(tmp_path)) + f"seed({count})\nlab = lossviz.LossLab()\nlab", "0"
        )
        if before:
            book.page.evaluate(f"() => {{ {before} }}")
        book.run_cell(0)
        book.lab.wait_for(timeout=60_000)
        book.lab.get_by_role("tab", name="Runs").click()
        return book

    return open_view


def names(book):
    return book.lab.get_by_role("rowheader").all_inner_texts()


def select(book, *runs):
    for run in runs:
        book.lab.get_by_label(f"Select {run}", exact=True).check()


def test_recorded_runs_are_sorted_filtered_and_scrolled_through(open_runs, page):
    book = open_runs(1000)
    book.lab.get_by_text("No runs in this lab yet.").wait_for()
    book.press("Show all runs")
    until(lambda: names(book)[:2] == ["past 999", "past 998"], "the newest first")
    table = book.lab.get_by_role("table", name="Runs", exact=True)
    assert table.get_attribute("aria-rowcount") == "1001"
    assert 15 < len(names(book)) < 60
    book.press("Run")
    until(lambda: names(book)[:3] == ["past 0", "past 1", "past 2"], "sorted by name")
    scroll = book.lab.get_by_role("group", name="Table of runs")
    scroll.evaluate("one => one.scrollTop = 28 * 500")
    until(lambda: "past 505" in names(book), "the rows in the middle")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="past 505"))
    assert row.get_attribute("aria-rowindex") == "507"
    # Every row stands where the scroll bar says.
    place = row.evaluate(
        "row => row.offsetTop - row.closest('.lossviz-runs-scroll').scrollTop - 28"
    )
    assert place == pytest.approx(5 * 28, abs=2)
    # To the end with the keyboard.
    book.lab.get_by_label("Select past 505", exact=True).focus()
    page.keyboard.press("End")
    until(lambda: names(book)[-1] == "past 999", "the last row")
    until(
        lambda: page.evaluate("document.activeElement.ariaLabel") == "Select past 999", "its focus"
    )
    page.keyboard.press("Space")
    book.lab.get_by_text("1 selected").wait_for()
    book.lab.get_by_label("Filter runs").fill("dice learning_rate=0.1")
    until(lambda: names(book) == [], "no dice with this rate")
    book.press("Clear filter")
    book.lab.get_by_label("Filter runs").fill("PAST learning_rate=0.00128205")
    until(lambda: names(book) == ["past 77"], "the one with this rate")
    book.press("Columns")
    book.lab.get_by_label("learning_rate", exact=True).check()
    cell = book.lab.get_by_role("cell", name="0.00128205", exact=True)
    cell.wait_for()
    # After a reload it is as it was.
    book.save_and_reload()
    expect(book.lab.get_by_role("tab", name="Runs")).to_have_attribute("aria-selected", "true")
    until(lambda: names(book) == ["past 77"], "the same row")
    cell.wait_for()


def test_runs_of_other_kernels_are_compared_and_shown_on_the_charts(open_runs):
    book = open_runs(4)
    book.press("Show all runs")
    select(book, "past 3", "past 2")
    book.press("Compare")
    comparison = book.lab.get_by_role("region", name="Comparison of runs")
    comparison.get_by_text("cannot be compared").wait_for()
    assert comparison.get_by_role("row").nth(1).all_inner_texts() == ["loss\tdice\tcross_entropy"]
    book.press("Show on charts")
    book.lab.get_by_text("Shown on the charts in Train.").wait_for()
    book.lab.get_by_role("tab", name="Train").click()

    def lines():
        # A chart that nobody sees is not drawn.
        book.lab.get_by_role("figure", name=EPOCHS_CHART).scroll_into_view_if_needed()
        return {line["name"] for line in book.drawn(EPOCHS_CHART)}

    until(lambda: {"past 2", "past 3"} <= lines(), "both before the lab's first run")
    book.fill("Epochs", "2")
    book.press("Train")
    until(lambda: book.run_status() == "completed", "a run of the lab's own")
    until(lambda: {"run 1", "past 2", "past 3"} <= lines(), "both beside it")
    # From the chips, with the keyboard: the visible ones, and they are selected there.
    book.lab.get_by_role("button", name="Show past 2").click()
    book.lab.get_by_role("button", name="Compare", exact=True).press("Enter")
    until(lambda: names(book)[0] == "run 1", "the new run on top")
    expect(comparison.get_by_role("columnheader")).to_have_text(
        ["Setting", "run 1", "past 3", "Metrics: best epoch (last epoch)"]
    )
    expect(comparison).to_be_focused()
    book.lab.get_by_text("2 selected").wait_for()
    book.press("Clear selection")
    select(book, "past 3", "past 2")
    book.press("Hide from charts")
    book.lab.get_by_text("Hidden from the charts in Train.").wait_for()
    book.lab.get_by_role("tab", name="Train").click()
    until(lambda: not {"past 2", "past 3"} & lines(), "without them")
    book.lab.get_by_role("row", name="past 2").wait_for(state="detached")


def test_a_run_is_renamed_noted_and_deleted_with_the_keyboard(open_runs, page):
    book = open_runs(3)
    book.press("Show all runs")
    select(book, "past 1")

    def press(name):
        book.lab.get_by_role("button", name=name, exact=True).first.focus()
        page.keyboard.press("Enter")

    press("Rename")
    page.keyboard.insert_text("<b>best</b>")
    page.keyboard.press("Enter")
    until(lambda: "<b>best</b>" in names(book), "the new name, as it was typed")
    press("Edit note")
    page.keyboard.insert_text("for the slides")
    page.keyboard.press("Enter")
    book.lab.get_by_role("cell", name="for the slides").wait_for()
    press("Delete")
    book.lab.get_by_text("Delete <b>best</b> permanently").wait_for()
    page.keyboard.press("Escape")
    press("Delete")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    until(lambda: names(book) == ["past 2", "past 0"], "it is gone")
    assert book.cells.count() == 2
    assert book.ask_kernel("len(lossviz.runs())") == "2"


def test_a_stopped_run_is_resumed_with_its_button(open_runs):
    book = open_runs(0)
    book.lab.get_by_role("tab", name="Train").click()
    book.fill("Epochs", "200")  # long enough to be stopped on any machine
    book.press("Train")
    until(lambda: book.points(EPOCHS_CHART) >= 2, "two epochs")
    book.press("Stop")
    until(lambda: book.run_status() == "stopped", "stopped")
    book.lab.get_by_role("tab", name="Runs").click()
    select(book, "run 1")
    resume = book.lab.get_by_label("Selected runs").get_by_role("button", name="Resume")
    until(lambda: resume.get_attribute("aria-disabled") == "false", "it can be resumed")
    resume.click()
    until(lambda: book.run_status() == "completed", "the rest of its epochs", 120)
    row = book.lab.get_by_role("row", name="run 1")
    row.get_by_text("200/200").wait_for()
    row.get_by_text("Completed").wait_for()
    # A button that makes no sense says why, also to the keyboard.
    resume.press("Enter")
    book.lab.get_by_text("The run has completed").wait_for()


GERMAN = """
    const page = globalThis[Symbol.for('lossviz.page')];
    const texts = {'Show all runs': 'Alle Läufe zeigen', '%1 selected': '%1 ausgewählt'};
    const translated = (message, ...values) =>
      (texts[message] ?? message).replace(/%(\\d)/g, (_, i) => values[i - 1]);
    globalThis[Symbol.for('lossviz.page')] = {...page, translation: {
      __: translated,
      _n: (one, many, count, ...values) => translated(count === 1 ? one : many, count, ...values),
      _p: (context, message, ...values) => translated(message, ...values)
    }};
    document.documentElement.lang = 'de';
"""


def test_texts_and_numbers_follow_the_language_of_the_page(open_runs, page):
    book = open_runs(2, before=GERMAN)
    book.press("Alle Läufe zeigen")
    select(book, "past 1")
    book.lab.get_by_text("1 ausgewählt").wait_for()
    row = book.lab.get_by_role("row", name="past 1")
    expect(row).to_contain_text("2,375")
    # What has no translation is English.
    assert book.lab.get_by_role("button", name="Compare", exact=True).is_visible()


def test_the_view_has_no_fault_that_a_checker_finds(open_runs, page):
    book = open_runs(30)
    book.press("Show all runs")
    select(book, "past 29", "past 28")
    book.press("Compare")
    book.press("Columns")
    book.lab.get_by_label("learning_rate", exact=True).wait_for()
    book.press("Delete")
    book.lab.get_by_role("region", name="Comparison of runs").wait_for()
    assert serious_findings(page) == []
