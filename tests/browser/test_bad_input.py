"""Whatever is typed: a clear line beside the field, never a traceback, never a dead button."""

from __future__ import annotations

import pytest

from tests.browser.notebook_page import until

LAB = "import lossviz\nlab = lossviz.LossLab()\nlab"


def test_bad_fields_explain_themselves_and_train_says_why(notebook):
    page = notebook(LAB)
    page.run_cell(0)
    page.lab.wait_for()
    cases = [
        ("Learning rate", ["0", "-1", "nan", "abc", ""], "a number greater than 0"),
        ("Epochs", ["0", "2.5", "many"], "a whole number of at least 1"),
        ("Batch size", ["0", "-3"], "a whole number of at least 1"),
        ("Seed", ["-1"], "a whole number from 0"),
    ]
    for name, texts, accepted in cases:
        field = page.lab.get_by_label(name, exact=True)
        good = field.input_value()
        for text in texts:
            page.fill(name, text)
            until(lambda: accepted in page.error(name), f"an error beside {name} for {text!r}")
            assert field.input_value() == text
            assert field.get_attribute("aria-invalid") == "true"
        page.press("Train")
        until(lambda: name in page.status(), f"a status that names {name}")
        assert "Traceback" not in page.lab.inner_text()
        page.fill(name, good)
        until(lambda: page.error(name) == "", f"no error beside {name}")
    page.fill("Epochs", "1")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "a run after all that", 120)


OWN = """
import lossviz
import keras
import numpy as np
x, y = np.random.rand(64, 4).astype("float32"), np.random.rand(64, 3).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense({outputs})])
lossviz.LossLab(model=model, train={train})
"""


@pytest.mark.parametrize(
    ("outputs", "train", "said"),
    [
        (3, "(x, y[:5])", "64 and 5"),
        (3, "(x[:0], y[:0])", "array is empty"),
        (7, "(x, y)", "does not match"),
    ],
)
def test_bad_data_and_models_explain_themselves(notebook, outputs, train, said):
    page = notebook(OWN.format(outputs=outputs, train=train))
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    page.press("Train")
    until(lambda: said in page.error("Dataset"), "an error beside Dataset", 60)
    until(lambda: said in page.status(), "the same in the status line", 60)
    assert page.lab.get_by_role("button", name="Train", exact=True).is_enabled()


def test_own_model_and_labels_train_under_their_own_names(notebook):
    page = notebook(
        """
import lossviz
import keras
import numpy as np
labels = np.arange(300) % 3
samples = np.random.rand(300, 4).astype("float32") + labels[:, None]
mine = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
lab = lossviz.LossLab(model=mine, train=(samples, labels), validation=(samples, labels))
lab
""",
        "0",
    )
    page.run_cell(0)
    page.lab.wait_for(timeout=60_000)
    page.fill("Epochs", "5")
    page.press("Train")
    until(lambda: page.run_status() == "completed", "completed", 120)
    code = page.ask_kernel("lab.code")
    assert "model = mine" in code
    assert "(samples, tf.one_hot(labels, 3))" in code
