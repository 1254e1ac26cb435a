"""Reading a program: what it says, what in it is a person's own, and where it cannot be read."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from small_tasks import PAIRS

import lossviz
from lossviz import optimizers
from lossviz.program import ProgramError, read, render
from lossviz.program.reading import WRITTEN_OUT

CONFIGS = [
    lossviz.TrainingConfig(task=task, loss=loss, optimizer=optimizer)
    for number, (task, loss) in enumerate(PAIRS)
    for optimizer in ("sgd", optimizers.names()[1 + number % (len(optimizers.names()) - 1)])
]
"""Every task with every loss that suits it, and every optimizer with some of them."""
PLAIN = lossviz.TrainingConfig()
TEXT = render(PLAIN)
QUADRATIC = render(lossviz.TrainingConfig(loss="quadratic"))


def whole_config(config, **changes):
    return lossviz.TrainingConfig(**config.as_dict() | changes)


def params_of(optimizer):
    """Every parameter away from its default; one of those that exclude each other."""
    values = {
        name: {"switch": card.default is False, "whole": 3}.get(card.kind, min(0.125, card.maximum))
        for name, card in optimizer.params.items()
    }
    for name in optimizers.exclusive(values)[1:]:
        del values[name]
    return values


def chosen(config):
    """The config with every parameter away from its default."""
    loss, optimizer = lossviz.losses.get(config.loss), optimizers.get(config.optimizer)
    params = {
        name: card.default is False if card.kind == "switch" else 0.25
        for name, card in loss.params.items()
        if card.kind in {"switch", "number"}
    }
    return whole_config(
        config,
        loss_params=params,
        optimizer_params=params_of(optimizer),
        learning_rate=3e-7,
        epochs=7,
        batch_size=5,
        seed=2**32 - 1,
        device="CPU:0",
        jit_compile=True,
        mixed_precision=True,
        early_stopping=3,
        reduce_lr_on_plateau=2,
    )


@pytest.mark.parametrize("full", [False, True], ids=["plain", "everything"])
def test_what_is_rendered_is_read_back(full):
    for config in CONFIGS:
        wanted = chosen(config) if full else config
        reading = read(render(wanted))
        assert reading.config == wanted, (reading.config, wanted)
        assert reading.custom == []


def test_every_rendered_text_passes_ruff_as_it_stands(tmp_path):
    for number, config in enumerate(CONFIGS):
        (tmp_path / f"plain_{number}.py").write_text(render(config))
        (tmp_path / f"everything_{number}.py").write_text(render(chosen(config)))
    for command in (["check", "--isolated"], ["format", "--isolated", "--check", "--diff"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, tmp_path],
            check=False,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "config",
    [
        lossviz.TrainingConfig(model="model", train="data"),
        lossviz.TrainingConfig(model="net", train="(x, y)", validation="(xv, yv)", one_hot=3),
        lossviz.TrainingConfig(model="net", train="pair", validation="held_out", one_hot=7),
        lossviz.TrainingConfig(train="(x[:, 1:], y)", seed=3, mixed_precision=True),
        lossviz.TrainingConfig(model="make(\n    3\n)", train="ds.take(2)", early_stopping=2),
        lossviz.TrainingConfig(train="(x, y)", reduce_lr_on_plateau=2),
        lossviz.TrainingConfig(model="net", mixed_precision=True, one_hot=4),
    ],
)
def test_a_users_own_model_and_data_are_read_back(config):
    reading = read(render(config))
    assert reading.config == config
    assert reading.custom == []


def test_the_lines_are_those_of_the_parts():
    lines = TEXT.splitlines()
    found = {name: lines[line - 1].split()[0] for name, line in read(TEXT).lines.items()}
    assert found == {
        "data": "data", "model": "model", "loss_fn": "def", "optimizer": "optimizer",
        "train_step": "def", "run": "run",
    }  # fmt: skip
    assert lines[read(TEXT).lines["loss_fn"] - 1].startswith("def loss_fn")


def test_a_loss_written_in_another_way_is_still_that_loss():
    other = QUADRATIC.replace("target", "wanted").replace("output", "said")
    other = other.replace("def loss_fn(wanted, said", "def penalty(wanted, said")
    other = other.replace("loss_fn", "penalty")
    head, body = other.split('"""\n', 1)
    other = f'{head} And more.\n\n    Spread over lines.\n    """\n    # why\n\n{body}'
    reading = read(other)
    assert reading.config.loss == "quadratic"
    assert reading.custom == []


@pytest.mark.parametrize("loss", lossviz.losses.names())
def test_each_loss_is_told_from_all_others(loss):
    text = render(lossviz.TrainingConfig(loss=loss)).replace("target", "t").replace("output", "o")
    assert read(text).config.loss == loss
    assert read(text).custom == []
    changed = text.replace("    return ", "    return 2 * ", 1)
    reading = read(changed)
    assert reading.custom == ["loss_fn"]
    assert reading.config.loss == loss, "the one from which it was made"


def test_a_parameter_changed_in_the_cell_is_read():
    text = render(lossviz.TrainingConfig(loss="huber", task="regression"))
    reading = read(text.replace("delta=1.0", "delta=1 / 4"))
    assert reading.config.loss_params == {"delta": 0.25}
    assert reading.custom == []


@pytest.mark.parametrize(
    ("old", "new", "custom"),
    [
        ("optimizer = tf.keras.optimizers.SGD", "optimizer = tf.keras.optimizers.Adagrad",
         ["optimizer"]),
        ("learning_rate=0.2", "learning_rate=schedule", ["optimizer"]),
        ("momentum=0.0", "momentum=0.0, loss_scale_factor=2.0", ["optimizer"]),
        ("    gradients = tape", "    tf.print(loss)\n    gradients = tape", ["train_step"]),
        ("model = task.build_model(data)", "model = tf.keras.Sequential(layers)", ["model"]),
        ("model = task", "data = shortened(data)\nmodel = task", ["data"]),
        ("epochs=", "epochs=2 * count, **options, #", ["run"]),
        ("loss=loss_fn", "loss=tf.keras.losses.Huber()", ["loss_fn", "train_step"]),
        ("    seed=0,\n", "", ["run"]),
        ("set_random_seed(0)", "set_random_seed(1)", ["run"]),
        ("def train_step", "import numpy as tf\n\n\ndef train_step",
         ["loss_fn", "optimizer", "train_step"]),
    ],
)  # fmt: skip
def test_what_a_person_rewrote_is_named(old, new, custom):
    text = render(lossviz.TrainingConfig(loss="quadratic", learning_rate=0.2))
    assert old in text
    assert read(text.replace(old, new)).custom == custom


def test_other_ways_to_say_the_same_are_read():
    text = TEXT.replace("import tensorflow as tf", "import keras\nimport tensorflow as tf")
    text = text.replace("import lossviz\n", "import lossviz as lab\nfrom lossviz import train\n")
    text = text.replace("lossviz.tasks", "lab.tasks").replace("run = lossviz.train", "train")
    text = text.replace("tf.keras.optimizers", "keras.optimizers")
    text = text.replace("epochs=", "epochs=count,  # ", 1)
    text = text.replace("\ntask =", "\ncount: int = 30\ntask =", 1)
    reading = read(text)
    assert reading.config == whole_config(PLAIN, epochs=30)
    assert reading.custom == []
    without = TEXT.replace("import tensorflow as tf\n\nimport lossviz\n", "")
    assert read(without).config == PLAIN, "the imports may stand in another cell"


def test_an_argument_that_is_missing_has_the_value_that_training_takes():
    signature = inspect.signature(lossviz.train)
    for name, value in WRITTEN_OUT.items():
        assert (signature.parameters[name].default or type(value)()) == value
    text = "\n".join(
        line for line in TEXT.splitlines() if "epochs=" not in line and "batch_size=" not in line
    )
    assert (read(text).config.epochs, read(text).config.batch_size) == (10, 32)


def test_the_choices_known_before_are_taken_where_the_text_says_none():
    base = whole_config(PLAIN, loss="hinge", optimizer="adam", learning_rate=0.5, epochs=9)
    text = TEXT.replace("loss=loss_fn", "loss=mine").replace("optimizer=optimizer", "optimizer=o")
    text = text.replace("epochs=", "epochs=some() or ", 1)
    reading = read(text, base)
    assert reading.config == base
    assert reading.custom == ["loss_fn", "optimizer", "train_step", "run"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import lossviz\nx = = 3\n", 2),
        ("import lossviz\n\nrun = lossviz.train(\n    model,\n", 3),
        ("%matplotlib inline\nx = 1\nif x\n", 3),
        ("x = 'ü\n", 1),
        ("def f():\nreturn\n", 2),
    ],
)
def test_a_syntax_error_is_told_with_its_line(text, line):
    with pytest.raises(ProgramError) as caught:
        read(text)
    assert str(caught.value) == f"code has a syntax error on line {line}"
    assert caught.value.line == line
    assert caught.value.reason


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("batch_size=32", "batch_size=-1", "batch_size"),
        ("learning_rate=", "learning_rate=-", "learning_rate"),
        ("epochs=", "epochs=[1], #", "epochs"),
        ('load("digits"', "load(['digits']", "unsupported choice"),
        ('task="image_classification"', "task=3", "task"),
        ("label_smoothing=0.0", "label_smoothing=7", "label_smoothing"),
        ("momentum=0.0", "momentum='fast'", "momentum"),
    ],
)
def test_a_value_that_is_not_accepted_is_told_with_its_line(old, new, said):
    assert old in TEXT
    text = TEXT.replace(old, new)
    with pytest.raises(ProgramError, match=said) as caught:
        read(text)
    wanted = next(n for n, line in enumerate(text.splitlines(), 1) if new in line)
    assert caught.value.line in {wanted, 0}


@pytest.mark.parametrize("text", ["", "x = 1", "def f():\n    lossviz.train(m, d, loss=l)\n"])
def test_a_program_that_trains_nothing_is_refused(text):
    with pytest.raises(ProgramError, match=r"no call of lossviz\.train"):
        read(text)


def test_a_text_nested_beyond_reason_is_refused():
    deep = TEXT.replace("    return ", f"    return {'-' * 3000}1 + ", 1)
    with pytest.raises(ProgramError, match=r"deep|cannot be read"):
        read(deep)


def test_a_line_of_the_notebooks_own_and_a_modulo_are_both_read():
    text = f"%load_ext tensorboard\n!ls\nif True:\n    %time x = 1\n    x = 2\n{TEXT}"
    assert read(text).config == PLAIN
    assert read(f"left = (7\n% 2)\n{TEXT}").config == PLAIN
    assert read(f'import re\nre.compile("\\d")\n{TEXT}').custom == []


@pytest.mark.parametrize("source", [None, 3, [TEXT], TEXT.encode()])
def test_what_is_no_text_is_refused(source):
    with pytest.raises(TypeError, match="source: got"):
        read(source)
