"""The five tasks in the lab: losses that follow, warnings, weights from the data, predictions."""

from __future__ import annotations

from tests.browser.notebook_page import until

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"


def choices(page, name: str) -> dict[str, list[str]]:
    """The values of a drop-down by their headings."""
    return page.lab.get_by_label(name, exact=True).evaluate(
        """select => Object.fromEntries([select, ...select.querySelectorAll('optgroup')].map(
            group => [group.label ?? '', [...group.children].filter(one => one.tagName === 'OPTION')
                .map(one => one.value)]))"""
    )


def test_the_lab_follows_the_task_and_shows_predictions(notebook):
    page = notebook(LAB, "0")
    page.run_cell(0)
    page.lab.wait_for()
    page.lab.get_by_text("Predictions", exact=True).click()
    until(lambda: "Train a model to see" in page.lab.inner_text(), "what predictions need")
    page.choose("Task", "image_segmentation")
    until(
        lambda: page.lab.get_by_label("Loss", exact=True).input_value() == "dice", "the task's loss"
    )
    page.choose("Loss", "weighted_cross_entropy")
    page.lab.get_by_role("button", name="Fill from class frequencies").click()
    weights = page.lab.get_by_label("Class weights", exact=True)
    until(lambda: weights.input_value().count(",") == 3, "four weights")
    page.fill("Epochs", "1")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "completed", 180)
    until(lambda: "validation mean IoU of" in page.status(), "the metric in the status line")
    picture = page.lab.get_by_role("img", name="Predicted masks of validation images")
    picture.wait_for()
    assert picture.locator("image").count() == 12
    assert page.ask_kernel("len(lab.config.loss_params['class_weights'])") == "4"


def test_unsuitable_losses_stand_behind_all_losses_and_say_why(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    page.choose("Task", "regression")
    until(lambda: "ctc" not in str(choices(page, "Loss")), "losses for numbers")
    page.lab.get_by_label("All losses", exact=True).click()
    until(lambda: "ctc" in choices(page, "Loss").get("Others", []), "all losses")
    page.choose("Loss", "ctc")
    until(lambda: "cannot be used for training" in page.error("Loss"), "a warning under the loss")
    page.press("Train")
    until(lambda: "Training did not start" in page.status(), "what is wrong in the status line", 60)
    assert "Traceback" not in page.status()
    page.choose("Loss", "mean_absolute_error")
    page.fill("Epochs", "2")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run after that", 60)


def test_a_loss_of_ones_own_is_in_the_lab(notebook):
    page = notebook(
        """
import lossviz
import tensorflow as tf

def cubed(target, output, *, power=3.0):
    return tf.reduce_mean(tf.abs(output - target) ** power)

lab = lossviz.LossLab(task="regression", loss=cubed)
lab
""",
        "0",
    )
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    assert choices(page, "Loss")["Your own"] == ["cubed"]
    page.fill("Power", "1.5")
    page.fill("Epochs", "2")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "completed", 120)
    assert "power=1.5" in page.ask_kernel("lab.code")
