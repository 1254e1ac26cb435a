"""Every optimizer of Keras: its card, the program that is written with it, the form, the script."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from test_form_state import field
from test_program_reading import params_of

import lossviz
from lossviz import optimizers
from lossviz.optimizers import signatures
from lossviz.program import execute, read, render, script, update
from lossviz.widgets.form_state import FormState
from lossviz.widgets.user_objects import UserObjects

RUNNER = Path(__file__).with_name("script_runner.py")
WRAPPERS = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}
CLASSES = {
    name: one
    for name, one in vars(keras.optimizers).items()
    if isinstance(one, type)
    and issubclass(one, keras.optimizers.Optimizer)
    and name not in WRAPPERS
}
SKIPPED = {"learning_rate", "name", "loss_scale_factor", "exclude_layers"}
CHANGED = {
    name: lossviz.TrainingConfig(
        task="regression", optimizer=name, optimizer_params=params_of(optimizers.get(name)),
        learning_rate=0.003, epochs=1, seed=3,
    )
    for name in optimizers.names()
}  # fmt: skip


def test_every_class_of_keras_can_be_chosen():
    assert sorted(optimizers.titles().values()) == sorted(CLASSES)
    assert optimizers.names()[:2] == ["sgd", "adam"]


@pytest.mark.parametrize("name", CLASSES)
def test_cards_say_what_the_signature_says(name):
    found = optimizers.of_class(name)
    parameters = inspect.signature(CLASSES[name].__init__).parameters
    defaults = {
        one.name: one.default for one in parameters.values() if one.default is not one.empty
    }
    assert found.default_rate == defaults["learning_rate"]
    assert set(found.params) == set(defaults) - SKIPPED
    for param, card in found.params.items():
        assert (card.default or None if card.none else card.default) == defaults[param]
        assert card.check(param, card.default) == card.default
        assert card.help.endswith("."), param
        assert len(card.help) < 100


def test_where_keras_has_no_text_it_is_asked(monkeypatch):
    from_text = {name: signatures.signature(name).defaults for name in CLASSES}
    monkeypatch.setattr(signatures, "_text", lambda path: "")
    signatures.class_names.cache_clear()
    signatures.signature.cache_clear()
    try:
        assert set(signatures.class_names()) == set(CLASSES)
        for name, defaults in from_text.items():
            asked = signatures.signature(name)
            assert asked.defaults == defaults
        assert signatures.signature("SGD").words["momentum"].startswith("float hyperparameter")
    finally:
        signatures.class_names.cache_clear()
        signatures.signature.cache_clear()


def test_they_are_known_without_importing_keras():
    code = (
        "import sys, lossviz; c = lossviz.TrainingConfig(optimizer='lion');"
        "assert c.all_optimizer_params()['beta_2'] == 0.99; lossviz.program.render(c);"
        "print([one for one in ('keras', 'tensorflow') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", optimizers.names())
def test_it_is_written_read_and_changed(name):
    plain = lossviz.TrainingConfig(task="regression", optimizer=name)
    for config in (plain, CHANGED[name]):
        reading = read(render(config))
        assert (reading.config, reading.custom) == (config, [])
    there = update(render(plain), **CHANGED[name].as_dict())
    assert read(there).config == CHANGED[name]
    back = update(there, **plain.as_dict())
    assert read(back).config == plain
    assert update(render(lossviz.TrainingConfig(task="regression")), optimizer=name) == render(
        lossviz.TrainingConfig(task="regression").with_changes(optimizer=name)
    )


@pytest.mark.parametrize("name", optimizers.names())
def test_its_program_trains(name):
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("f4")
    mine = (x, x.sum(1, keepdims=True))
    for params in ({}, CHANGED[name].optimizer_params):
        config = lossviz.TrainingConfig(
            task="regression", train="mine", optimizer=name, optimizer_params=params, epochs=8,
            batch_size=16, seed=1,
        )  # fmt: skip
        names = {"__name__": "__main__", "mine": mine}
        run = execute(render(config), names)
        assert run.wait(120)
        assert run.error is None, run.error
        if not params:
            assert run.history["loss"][-1] < run.history["loss"][0]
        kept = names["optimizer"].get_config()
        for param, value in params.items():
            assert kept[param] == pytest.approx(value), param


@pytest.mark.parametrize("name", ["muon", "rmsprop"])
def test_its_script_gives_the_same_losses(name, tmp_path):
    config = CHANGED[name].with_changes(epochs=2)
    run = execute(render(config), {"__name__": "__main__"})
    assert run.wait(120)
    file = tmp_path / f"{name}.py"
    file.write_text(script(config))
    done = subprocess.run(
        [sys.executable, str(RUNNER), "24", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    _, losses = json.loads(done.stdout)
    np.testing.assert_allclose(losses, run.step_loss, rtol=1e-4)


@pytest.mark.parametrize("name", optimizers.names())
def test_the_form_has_a_field_for_every_parameter(name):
    form = FormState(CHANGED[name], UserObjects())
    fields = {one["name"]: one for one in form.fields(None)}
    for param, card in optimizers.get(name).params.items():
        shown = fields[f"optimizer.{name}.{param}"]
        assert shown["group"] == ("advanced" if card.advanced else "optimizer")
        assert shown["error"] == ""
    assert form.config() == CHANGED[name]


def test_one_way_of_clipping_excludes_the_others():
    with pytest.raises(ValueError, match="global_clipnorm: clipnorm is set, too; only one of"):
        lossviz.TrainingConfig(optimizer_params={"clipnorm": 1.0, "global_clipnorm": 1.0})
    form = FormState(lossviz.TrainingConfig(), UserObjects())
    form.edit("optimizer.sgd.clipnorm", "1")
    assert form.config().optimizer_params == {"clipnorm": 1.0}
    form.edit("optimizer.sgd.clipvalue", "2")
    assert "only one of clipnorm" in field(form, "Clipvalue")["error"]
    base = lossviz.TrainingConfig(optimizer_params={"clipnorm": 3.0})
    assert form.choices(base)["optimizer_params"] == {"clipnorm": 1.0}
    form.edit("optimizer.sgd.clipnorm", "0")
    assert form.config().optimizer_params == {"clipvalue": 2.0}


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"gradient_accumulation_steps": 1}, "0, or at least 2"),
        ({"gradient_accumulation_steps": 2.5}, "whole number"),
        ({"momentum": 1.0}, "from 0 to 0.999999"),
        ({"beta_1": 0.5}, "not known"),
    ],
)
def test_what_keras_would_refuse_is_refused(params, why):
    with pytest.raises(ValueError, match=why):
        lossviz.TrainingConfig(optimizer="sgd", optimizer_params=params)


def test_a_none_that_is_no_value_is_the_person_s_own():
    text = render(lossviz.TrainingConfig(optimizer="muon"))
    assert read(text.replace("momentum=0.95", "rms_rate=None")).custom == ["optimizer"]
    assert read(text.replace("momentum=0.95", "clipnorm=None")).custom == []


@pytest.mark.parametrize(("epsilon", "finite"), [(1e-30, False), (1e-16, True)])
def test_what_is_said_of_adafactor_is_true(epsilon, finite):
    assert optimizers.get("adafactor").params["epsilon_1"].default == 1e-30
    assert "1e-16" in optimizers.get("adafactor").params["epsilon_1"].help
    weights = keras.Variable(np.ones((4, 3), "f4"))
    gradient = np.ones((4, 3), "f4")
    gradient[2] = gradient[:, 2] = 0
    keras.optimizers.Adafactor(0.01, epsilon_1=epsilon).apply([gradient], [weights])
    assert np.isfinite(weights.numpy()).all() == finite
