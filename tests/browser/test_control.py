"""Steps one by one, runs that wait, and the advanced options."""

from __future__ import annotations

from tests.browser.notebook_page import STEPS_CHART, until

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"


def test_advanced_options_reach_the_code(notebook):
    page = notebook(LAB, "0")
    page.run_cell(0)
    page.lab.wait_for()
    page.lab.get_by_text("Advanced", exact=True).click()
    page.lab.get_by_label("Compile with XLA", exact=True).check()
    page.lab.get_by_label("Clipnorm", exact=True).fill("1.5")
    page.lab.get_by_label("Clipnorm", exact=True).press("Tab")
    until(lambda: "clipnorm=1.5" in page.ask_kernel("lab.code"), "clipping in the code")
    assert "jit_compile=True" in page.ask_kernel("lab.code")
    for label, patience in (("Early stopping", "9"), ("Reduce on plateau", "1")):
        page.fill(label, patience)
    until(lambda: "callbacks=[early_stopping, reduce_lr]" in page.ask_kernel("lab.code"), "both")
    assert 'ReduceLROnPlateau(monitor="val_loss", patience=1)' in page.ask_kernel("lab.code")
    page.fill("Epochs", "2")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run with XLA", 120)


def test_steps_one_by_one_and_the_next_run_at_once(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Epochs", "100000")
    page.press("Train")
    until(lambda: page.points(STEPS_CHART) > 0, "steps on the page", 120)
    page.press("Pause")
    until(lambda: page.run_status() == "paused", "paused")
    until(lambda: "paused after step" in page.status(), "the step in the status line")

    # While the step is taken the status line says something else.
    before = int(page.status().split("after step ")[1].rstrip(".").replace(",", ""))
    page.press("Step")
    until(lambda: f"after step {before + 1:,}." in page.status(), "one step more")
    page.press("Step")
    until(lambda: f"after step {before + 2:,}." in page.status(), "and another one")
    page.fill("Epochs", "1")
    page.press("Queue next run")
    page.press("Start next now")
    until(lambda: "run 2 completed" in page.status(), "the run that waited", 120)
