"""A task of a user's own: registered, chosen in the lab, trained by its program, in a script."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from test_lab import field, finished

import lossviz
from lossviz.tasks import Data, Dataset, catalogue

RUNNER = Path(__file__).with_name("script_runner.py")
POINTS = 160
CENTRES = {"left": -1.0, "right": 1.0}


def cloud(random: np.random.Generator, middle: float) -> np.ndarray:
    return random.normal(middle, 0.5, (POINTS // 2, 2))


def two_clouds(seed):
    random = np.random.default_rng(seed)
    points = np.concatenate([cloud(random, middle) for middle in CENTRES.values()])
    return points, np.repeat([0, 1], POINTS // 2)


def small_model(data):
    return keras.Sequential([
        keras.Input(data.inputs.shape[1:]),
        keras.layers.Dense(8, activation="tanh"),
        keras.layers.Dense(data.targets.shape[-1]),
    ])  # fmt: skip


CLOUDS = Dataset(
    name="two_clouds", load=two_clouds, model=small_model, targets="classes", metrics=("accuracy",)
)


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    monkeypatch.setattr(catalogue, "_tasks", dict(catalogue._tasks))
    monkeypatch.setattr(lossviz.losses.suitability, "SUITS", dict(lossviz.losses.SUITS))
    monkeypatch.setattr(lossviz.losses.catalogue, "SUITS", lossviz.losses.suitability.SUITS)
    monkeypatch.setattr(catalogue.catalogue, "SUITS", lossviz.losses.suitability.SUITS)


def registered(**more):
    return lossviz.tasks.register(
        "clouds", CLOUDS, losses=["cross_entropy", "log_loss", "focal"], epochs=4,
        learning_rate=0.05, **more,
    )  # fmt: skip


def test_a_registered_task_is_one_among_all():
    task = registered(title="Two clouds", targets="one of two clouds")
    assert lossviz.tasks.names()[-1] == "clouds"
    assert lossviz.tasks.get("clouds") is task
    assert (task.title, task.default_loss) == ("Two clouds", "cross_entropy")
    assert lossviz.losses.names("clouds") == ["cross_entropy", "focal"]
    assert "clouds" in lossviz.losses.get("focal").tasks
    assert "one of two clouds" in lossviz.losses.why_not(lossviz.losses.get("ctc"), "clouds")
    data = task.load(seed=3)
    assert data.targets.shape == (128, 2)
    assert data.validation_inputs.shape == (32, 2)
    assert data.inputs.dtype == data.targets.dtype == np.float32
    config = lossviz.TrainingConfig(task="clouds")
    assert (config.dataset, config.epochs, config.optimizer) == ("two_clouds", 4, "adam")
    assert config.learning_rate == 0.05


def test_it_is_in_the_lab_and_trains_through_its_program():
    registered()
    lab = lossviz.LossLab()
    assert {"value": "clouds", "label": "Clouds", "group": ""} in field(lab, "task")["choices"]
    lab._session.edit("task", "clouds")
    assert field(lab, "dataset")["value"] == "two_clouds"
    assert field(lab, "loss")["warning"] == ""
    finished(lab)
    assert len(lab.run.step_loss) == 4 * 4
    assert lab.run.history["val_accuracy"][-1] > 0.9
    assert 'task="clouds"' in lab.code
    assert lossviz.program.read(lab.code).config == lab.config
    picture, why = lab._session.predictions()
    assert (picture, why) == ("", "Clouds cannot draw predictions.")
    lab.close()  # its task is gone with this test


def test_its_script_stands_alone_and_gives_the_same_losses(tmp_path):
    registered()
    config = lossviz.TrainingConfig(task="clouds", epochs=2, seed=5)
    run = lossviz.program.execute(lossviz.program.render(config), {"__name__": "__main__"})
    assert run.wait(60)
    assert run.error is None, run.error
    file = tmp_path / "clouds.py"
    file.write_text(lossviz.program.script(config))
    done = subprocess.run(
        [sys.executable, str(RUNNER), "8", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    _, losses = json.loads(done.stdout)
    np.testing.assert_allclose(losses, run.step_loss, rtol=1e-5)


NUMBERS = np.linspace(0, 1, 10)


def of_the_notebook(seed):
    return NUMBERS[:, None], NUMBERS


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (of_the_notebook, "needs the notebook's 'NUMBERS'"),
        (lambda seed: (np.zeros((4, 1)), np.zeros(4)), "is not defined with def"),
    ],
)
def test_what_no_script_can_hold_is_said(load, why):
    dataset = Dataset(name="numbers", load=load, model=small_model, targets="numbers")
    lossviz.tasks.register("own_numbers", dataset, losses=["huber"])
    with pytest.raises(ValueError, match=why):
        lossviz.program.script(lossviz.TrainingConfig(task="own_numbers"))


@pytest.mark.parametrize(
    ("targets", "loaded", "shapes"),
    [
        ("numbers", (np.zeros((10, 3)), np.zeros(10)), [(8, 3), (8, 1), (2, 1)]),
        ("classes", (np.zeros((10, 3)), np.arange(10)[:, None] % 3), [(8, 3), (8, 3), (2, 3)]),
        ("classes", (np.zeros((10, 3)), np.eye(10, dtype=int)), [(8, 3), (8, 10), (2, 10)]),
        ("classes", ([np.zeros((4, 3)), [0, 1, 2, 0]], [np.zeros((1, 3)), [3]]),
         [(4, 3), (4, 4), (1, 4)]),
        ("sequence", (np.zeros((10, 3)), np.ones((10, 5), int)), [(8, 3), (8, 5), (2, 5)]),
    ],
)  # fmt: skip
def test_loaders_give_data_in_several_forms(targets, loaded, shapes):
    dataset = Dataset(name="own", load=lambda seed: loaded, model=small_model, targets=targets)
    data = dataset.data(0)
    assert [data.inputs.shape, data.targets.shape, data.validation_targets.shape] == shapes


def test_a_data_of_another_name_is_that_of_its_data_set():
    zeros = np.zeros((2, 1), np.float32)
    data = Data(name="?", inputs=zeros, targets=zeros, validation_inputs=zeros,
                validation_targets=zeros)  # fmt: skip
    dataset = Dataset(name="own", load=lambda seed: data, model=small_model, targets="numbers")
    assert dataset.data(0).name == "own"


@pytest.mark.parametrize("loaded", [None, np.zeros((4, 2)), (np.zeros((4, 2)), np.zeros(3))])
def test_what_is_no_data_is_refused(loaded):
    dataset = Dataset(name="own", load=lambda seed: loaded, model=small_model, targets="numbers")
    with pytest.raises(ValueError, match=r"^load: returned"):
        dataset.data(0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "regression"}, "is a built-in task"),
        ({"name": "a/b"}, "letters, digits and _"),
        ({"datasets": []}, "at least one"),
        ({"losses": ["crossentropy"]}, "Did you mean 'cross_entropy'"),
        ({"losses": []}, "at least one"),
        ({"losses": None}, "losses: got None"),
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"learning_rate": 0}, "greater than 0"),
    ],
)
def test_a_task_that_could_not_be_trained_is_refused(change, why):
    before = lossviz.tasks.names()
    given = {"name": "clouds", "datasets": CLOUDS, "losses": ["dice"]} | change
    with pytest.raises(ValueError, match=why):
        lossviz.tasks.register(**given)
    assert lossviz.tasks.names() == before


def test_registering_again_replaces():
    registered()
    again = lossviz.tasks.register("clouds", CLOUDS, losses=["focal"])
    assert lossviz.tasks.get("clouds") is again
    assert lossviz.losses.names("clouds") == ["focal"]
    assert "clouds" not in lossviz.losses.get("cross_entropy").tasks
    assert lossviz.tasks.names().count("clouds") == 1
