"""The form: sections that fold, help behind a marker, errors below their field."""

from __future__ import annotations

from tests.browser.notebook_page import STEPS_CHART, NotebookPage, until

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"


def section(page: NotebookPage, title: str):
    return page.lab.locator("summary", has=page.page.get_by_text(title, exact=True))


def is_open(page: NotebookPage, title: str) -> bool:
    return section(page, title).evaluate("one => one.parentElement.open")


def test_sections_fold_by_keyboard_tell_what_is_set_and_stay_after_a_reload(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    assert [is_open(page, one) for one in ("Data", "Loss", "Training")] == [True] * 3
    assert not is_open(page, "Advanced")
    section(page, "Advanced").press("Enter")
    page.fill("Clipnorm", "1.5")
    section(page, "Advanced").press("Enter")
    section(page, "Data").press(" ")
    until(lambda: section(page, "Advanced").inner_text().split("\n") == ["Advanced", "Clipnorm"],
          "what is set in Advanced")  # fmt: skip
    until(lambda: "digits (1,797)" in section(page, "Data").inner_text(), "the data in its title")
    assert page.cells.count() == 1
    page.save_and_reload()
    until(lambda: not is_open(page, "Data"), "the section as it was left")
    assert not is_open(page, "Advanced")
    assert is_open(page, "Loss")

    # A bad value is found wherever it is folded away.
    section(page, "Advanced").click()
    page.fill("Clipnorm", "-1")
    section(page, "Advanced").click()
    until(lambda: "Check Clipnorm" in section(page, "Advanced").inner_text(), "the error's place")
    page.press("Train")
    until(lambda: is_open(page, "Advanced"), "the section with the error")
    focused = page.lab.get_by_label("Clipnorm", exact=True)
    assert focused.evaluate("field => field === document.activeElement")


def test_help_is_reached_by_keyboard_and_escape_goes_back(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    rate = page.lab.get_by_label("Learning rate", exact=True)
    rate.focus()
    page.page.keyboard.press("Shift+Tab")
    marker = page.page.locator(":focus")
    assert marker.get_attribute("aria-label") == "Help"
    page.page.keyboard.press("Enter")
    popup = page.lab.get_by_role("note").filter(visible=True)
    popup.wait_for()
    assert popup.inner_text() == rate.get_attribute("aria-description")
    assert popup.evaluate("popup => popup === document.activeElement")
    box, view = popup.bounding_box(), page.page.viewport_size
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= view["width"]
    page.page.keyboard.press("Escape")
    popup.wait_for(state="hidden")
    assert page.page.locator(":focus").get_attribute("aria-label") == "Help"
    assert page.cells.count() == 1


def test_a_number_with_a_comma_and_a_loss_without_classes(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Learning rate", "0,1")
    until(lambda: page.error("Learning rate") == "Use a point: 0.1", "the point")
    field = page.lab.get_by_label("Learning rate", exact=True)
    assert field.input_value() == "0,1"
    page.fill("Learning rate", "0.1")
    logits = page.lab.get_by_label("From logits", exact=True)
    assert logits.count() == 1
    page.choose("Task", "regression")
    until(lambda: logits.count() == 0, "a form without logits")


def test_a_learning_rate_is_applied_beside_its_field_and_confirmed(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    page.fill("Epochs", "100000")
    page.press("Train")
    until(lambda: page.points(STEPS_CHART) > 0, "steps on the page", 120)
    page.fill("Learning rate", "0.05")
    apply = page.lab.get_by_role("button", name="Apply learning rate", exact=True)
    apply.wait_for()
    field = page.lab.get_by_label("Learning rate", exact=True)
    below = apply.bounding_box()["y"] - field.bounding_box()["y"]
    assert 0 <= below < 80
    apply.focus()
    page.page.keyboard.press("Enter")
    until(lambda: "Learning rate 0.05 from step " in page.error("Learning rate"), "a confirmation")
    assert field.evaluate("field => field === document.activeElement")
    page.press("Stop")
    until(lambda: page.run_status() == "stopped", "the end", 60)
