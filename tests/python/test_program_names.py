"""Names that a program gives, and other ones in their place."""

from __future__ import annotations

import pytest

import lossviz
from lossviz import program
from lossviz.program.source_text import changed

ODD = """import keras as model_kit
data = 1; model, *rest = 2, 3  # model
for run in range(3): pass
@keras.saving.register_keras_serializable(package="model")
def loss_fn(model, output, data=data):
    run = [model for model in output]
    return model + run + data
def train_step(inputs):
    global rest, model
    loss_fn = lambda model: model(data)
    class data_class: model = model
    return loss_fn, [run for data in rest], rest
text = f"model {model}", dict(model=model).model
"""


def renamed(text, **names):
    return changed(text, program.rename(text, names))


def test_the_names_of_a_rendered_program():
    config = lossviz.TrainingConfig(early_stopping=3)
    text = program.render(config)
    names = ["task", "data", "model", "loss_fn", "optimizer", "train_step", "early_stopping", "run"]
    assert program.given_names(text) == names
    assert program.free_names(text, {"lossviz", "tf", "inputs"}) == {}
    held = {*names, "model_2", "run_2", "run_3"}
    free = program.free_names(text, held)
    assert (free["task"], free["model"], free["run"]) == ("task_2", "model_3", "run_4")
    other = renamed(text, **free)
    assert program.given_names(other) == list(free.values())
    # It says the same, and nothing of it counts as rewritten.
    assert program.read(other).config == config
    assert program.read(other).custom == []
    assert program.data_names(other) == ("data_2", "")
    patched = program.update(other, loss="quadratic", epochs=7, reduce_lr_on_plateau=2)
    assert program.read(patched).custom == []
    assert program.read(patched).config.epochs == 7


def test_what_a_function_calls_its_own_is_left_alone():
    found = renamed(ODD, model="m", data="d", run="r", rest="s", loss_fn="f")
    assert (
        found
        == """import keras as model_kit
d = 1; m, *s = 2, 3  # model
for r in range(3): pass
@keras.saving.register_keras_serializable(package="model")
def f(model, output, data=d):
    run = [model for model in output]
    return model + run + data
def train_step(inputs):
    global s, m
    loss_fn = lambda model: model(d)
    class data_class: model = model
    return loss_fn, [r for data in s], s
text = f"model {m}", dict(model=m).model
"""
    )


def test_a_free_name_is_not_one_that_the_program_gives_itself():
    assert program.free_names("model = 1\nmodel_2 = 2\n", {"model"}) == {"model": "model_3"}


def test_the_data_of_a_program():
    text = "run = lossviz.train(m, train_data, loss=f, validation=held)"
    assert program.data_names(text) == ("train_data", "held")
    assert program.data_names("from lossviz import train\ntrain(m, data=(x, y))") == ("", "")
    assert program.data_names("x = 1") == ("", "")


def test_a_text_that_is_no_python_is_refused():
    for ask in (program.given_names, lambda text: program.rename(text, {"a": "b"})):
        with pytest.raises(program.ProgramError, match="syntax error"):
            ask("a = (")
