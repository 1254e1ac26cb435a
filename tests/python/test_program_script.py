"""The script to take away: without lossviz it gives the losses of the lab's own run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_tasks import PAIRS
from test_program_reading import CONFIGS, whole_config

import lossviz
from lossviz import optimizers
from lossviz.program import execute, render, script

STEPS = 50
KERAS_READS_THE_RATE = "ignore:__array__ implementation:DeprecationWarning"
"""Keras' own callback does it in a way that NumPy 2 does not like."""
RUNNER = Path(__file__).with_name("script_runner.py")


def representative():
    """Every task, loss and optimizer at least once, in few trainings."""
    # Keras' Adafactor makes NaN of gradients that are 0, as those of pixels that are always black.
    names = [one for one in optimizers.names() if one != "adafactor"]
    chosen, seen = [], set()
    slow = {"object_detection", "optical_character_recognition"}
    for task, loss in sorted(PAIRS, key=lambda pair: pair[0] in slow):
        if not {task, loss} <= seen:
            number = len(chosen)
            optimizer = names[number % len(names)]
            chosen.append(
                lossviz.TrainingConfig(task=task, loss=loss, optimizer=optimizer, seed=number)
            )
        seen |= {task, loss}
    return chosen


FULL = bool(os.environ.get("LOSSVIZ_EVERY_SCRIPT"))
"""Every task with every loss that suits it and every optimizer: half an hour."""
TRAINED = CONFIGS if FULL else representative()
OPTIONS = [
    lossviz.TrainingConfig(task="regression", optimizer="adam", jit_compile=True, device="CPU:0",
                           optimizer_params={"clipnorm": 1.0, "weight_decay": 0.01}, seed=3),
    lossviz.TrainingConfig(task="regression", dataset="line_with_outliers", batch_size=500),
    lossviz.TrainingConfig(mixed_precision=True, batch_size=99,
                           loss_params={"label_smoothing": 0.1}),
    lossviz.TrainingConfig(dataset="imbalanced_digits", loss="focal", epochs=2, seed=2**32 - 1),
]  # fmt: skip


def run_of(config):
    """The first losses that the lab's own program gives."""
    config = whole_config(config, epochs=max(config.epochs, STEPS))
    run = execute(render(config), {"__name__": "__main__"})
    while run.step < STEPS and not run.wait(0.02):
        pass
    run.stop()
    assert run.wait(60)
    assert run.error is None, run.error
    return run.step_loss[:STEPS]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """What the scripts give, in one process without lossviz."""
    folder = tmp_path_factory.mktemp("scripts")
    files = []
    for number, config in enumerate([*TRAINED, *OPTIONS]):
        files.append(folder / f"{number}.py")
        files[-1].write_text(script(whole_config(config, epochs=max(config.epochs, STEPS))))
    result = subprocess.run(
        [sys.executable, "-I", RUNNER, str(STEPS), *files],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return dict(json.loads(line) for line in result.stdout.splitlines())


@pytest.mark.parametrize("number", range(len(TRAINED) + len(OPTIONS)))
def test_the_script_gives_the_losses_of_the_run(number, scripts):
    config = [*TRAINED, *OPTIONS][number]
    expected, got = run_of(config), scripts[str(number)]
    assert len(got) == STEPS
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6, err_msg=str(config))


PLATEAUS = [
    {"task": "regression", "reduce_lr_on_plateau": 1, "learning_rate": 0.3},
    {"task": "regression", "reduce_lr_on_plateau": 2, "early_stopping": 5, "learning_rate": 0.1},
    {"dataset": "imbalanced_digits", "reduce_lr_on_plateau": 2, "optimizer": "adam",
     "learning_rate": 0.02, "batch_size": 200},
]  # fmt: skip


@pytest.mark.filterwarnings(KERAS_READS_THE_RATE)
@pytest.mark.parametrize("choices", PLATEAUS, ids=lambda choices: choices.get("task", "digits"))
def test_the_learning_rate_falls_in_the_script_where_it_falls_in_the_run(choices):
    config = lossviz.TrainingConfig(**{"epochs": 30, "batch_size": 100} | choices)
    program = {"__name__": "__main__"}
    run = execute(render(config), program)
    assert run.wait(120)
    assert run.error is None, run.error
    assert sum(event.kind == "learning_rate" for event in run.events) >= 2
    namespace = {"__name__": "__main__", "print": lambda *said: None}
    exec(script(config), namespace)
    np.testing.assert_allclose(namespace["step_losses"], run.step_loss, rtol=1e-6, atol=1e-6)
    assert namespace["epoch"] == len(run.history["loss"])
    rate = float(namespace["optimizer"].learning_rate)
    assert rate == pytest.approx(float(program["optimizer"].learning_rate), rel=1e-6)


def test_early_stopping_ends_the_script_where_it_ends_the_run():
    config = lossviz.TrainingConfig(
        task="regression", epochs=80, early_stopping=2, learning_rate=0.1, batch_size=100
    )
    run = execute(render(config), {"__name__": "__main__"})
    assert run.wait(120)
    assert run.error is None
    namespace = {"__name__": "__main__", "print": lambda *said: printed.append(" ".join(said))}
    printed = []
    exec(script(config), namespace)
    epochs = len(run.history["loss"])
    assert 2 < epochs < 80
    np.testing.assert_allclose(namespace["step_losses"], run.step_loss, rtol=1e-5, atol=1e-6)
    assert len(printed) == epochs
    assert f"val_loss {run.history['val_loss'][-1]:.4f}" in printed[-1]
    for got, expected in zip(namespace["model"].weights, run.model.weights, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_users_own_model_and_data_are_places_to_fill(points, dense_model):
    inputs, labels = points
    config = lossviz.TrainingConfig(
        model="net", train="(x, y)", validation="(x, y)", one_hot=3, epochs=4, optimizer="adam"
    )
    text = script(config)
    expected = {"x": inputs, "y": labels, "net": dense_model()}
    run = execute(render(config), expected)
    assert run.wait(60)
    for place, code in (
        ("inputs, targets = ...  # (x, y)", "inputs, targets = (x, y)"),
        ("validation_inputs, validation_targets = ...  # (x, y)",
         "validation_inputs, validation_targets = (x, y)"),
        ("model = ...  # net", "model = net"),
    ):  # fmt: skip
        assert text.count(f"\n{place}\n") == 1
        text = text.replace(f"\n{place}\n", f"\n{code}\n")
    namespace = {"x": inputs, "y": labels, "net": dense_model(), "print": lambda *_: None}
    exec(text, namespace)
    np.testing.assert_allclose(namespace["step_losses"], run.step_loss, rtol=1e-6, atol=1e-6)


def test_where_nothing_is_held_out_the_training_loss_is_watched():
    text = script(lossviz.TrainingConfig(train="(x, y)", reduce_lr_on_plateau=3))
    assert "    if mean < lowest - 1e-4:\n        lowest, stalled = mean, 0\n" in text
    assert "val_loss" not in text


def every_script():
    for task in lossviz.tasks.names():
        for dataset in lossviz.tasks.get(task).datasets:
            plain = lossviz.TrainingConfig(task=task, dataset=dataset)
            yield plain
            yield whole_config(
                plain,
                early_stopping=2,
                reduce_lr_on_plateau=1,
                device="CPU:0",
                jit_compile=True,
                mixed_precision=True,
            )
    yield from CONFIGS
    yield lossviz.TrainingConfig(train="(x,\n y)", model="net", validation="z", one_hot=3)
    yield lossviz.TrainingConfig(train="(x, y)", mixed_precision=True)
    yield lossviz.TrainingConfig(dataset="/some/folder", early_stopping=2)
    yield lossviz.TrainingConfig(train="(x, y)", reduce_lr_on_plateau=3)


def test_every_script_passes_ruff_and_names_nothing_of_lossviz(tmp_path):
    for number, config in enumerate(every_script()):
        text = script(config)
        assert "lossviz" not in text
        assert "Any" not in text
        (tmp_path / f"{number}.py").write_text(text)
    rules = "E1,E2,E3,E4,E7,E9,F,W,I"
    result = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--select", rules,
         tmp_path],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_loss_that_needs_the_notebook_is_refused(monkeypatch):
    from lossviz.losses import catalogue

    for name in ("_losses", "_names"):
        monkeypatch.setattr(catalogue, name, dict(getattr(catalogue, name)))
    factor = 2.0

    def mine(target, output):
        return factor * (target - output) ** 2

    lossviz.losses.register(mine, name="needs_the_notebook", title="Mine", tasks=["regression"])
    config = lossviz.TrainingConfig(task="regression", loss="needs_the_notebook")
    with pytest.raises(ValueError, match="more than its own source"):
        script(config)


def test_the_cells_of_all_tasks_run_in_one_fresh_kernel():
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [
        f"{render(lossviz.TrainingConfig(task=task, epochs=1))}\n"
        "assert run.wait(300) and run.error is None, run.error"
        for task in lossviz.tasks.names()
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert all(cell.execution_count for cell in notebook.cells)
