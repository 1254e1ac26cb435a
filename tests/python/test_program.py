"""The program: what is rendered is plain Python, says what the config says, and trains it."""

from __future__ import annotations

import ast
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import lossviz
from lossviz import optimizers
from lossviz.program import execute, render

configs = st.builds(
    lossviz.TrainingConfig,
    loss=st.sampled_from(lossviz.losses.names("image_classification")),
    optimizer=st.sampled_from(optimizers.names()),
    learning_rate=st.floats(1e-9, 1e3),
    epochs=st.integers(1, 10**6),
    batch_size=st.integers(1, 10**6),
    seed=st.integers(0, 2**32 - 1),
)


@given(configs)
def test_the_text_holds_every_choice_as_a_literal(config):
    tree = ast.parse(render(config))
    keywords = {
        keyword.arg: keyword.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Constant)
    }
    for name in ("learning_rate", "epochs", "batch_size", "seed"):
        assert keywords[name] == getattr(config, name)


@pytest.mark.parametrize(
    ("loss", "optimizer"),
    [
        *((loss, "sgd") for loss in lossviz.losses.names()),
        *(("huber", optimizer) for optimizer in optimizers.names()),
    ],
)
def test_the_text_passes_ruff_as_it_stands(loss, optimizer, tmp_path):
    path = tmp_path / "cell.py"
    path.write_text(render(lossviz.TrainingConfig(loss=loss, optimizer=optimizer)))
    for command in (["check", "--isolated"], ["format", "--isolated", "--check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, path],
            check=False,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr


ADVANCED = {
    "optimizer_params": {"clipnorm": 1.0, "weight_decay": 0.004}, "jit_compile": True,
    "mixed_precision": True, "early_stopping": 5, "reduce_lr_on_plateau": 4, "device": "CPU:0",
}  # fmt: skip


# Keras' own callback reads the learning rate in a way that NumPy 2 does not like.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_advanced_options_stand_in_the_text_and_train(optimizer, tmp_path):
    config = lossviz.TrainingConfig(optimizer=optimizer, epochs=2, **ADVANCED)
    text = render(config)
    for written in ("clipnorm=1.0", "weight_decay=0.004", "jit_compile=True", 'device="CPU:0"',
                    "patience=5", "patience=4", "mixed_bfloat16"):  # fmt: skip
        assert written in text
    path = tmp_path / "cell.py"
    path.write_text(text)
    for command in (["check", "--isolated"], ["format", "--isolated", "--check", "--diff"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, path],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
    run = execute(text, {"__name__": "__main__"})
    assert run.wait(120)
    assert run.error is None, run.error
    assert run.model.layers[0].compute_dtype == "bfloat16"
    assert run.step_loss[-10:].mean() < run.step_loss[:10].mean()
    assert tf.keras.mixed_precision.global_policy().name == "float32"
    plain = render(lossviz.TrainingConfig())
    for absent in ("clipnorm", "jit", "device", "EarlyStopping", "ReduceLR", "mixed"):
        assert absent not in plain


@pytest.mark.parametrize("name", lossviz.losses.names())
def test_the_shown_loss_is_the_catalogues_own(name):
    loss = lossviz.losses.get(name)
    params = {key: True for key, card in loss.params.items() if card.kind == "switch"}
    params |= {key: 0.25 for key, card in loss.params.items() if card.kind == "number"}
    text = render(lossviz.TrainingConfig(loss=name, loss_params=params))
    definition = next(
        node for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == "loss_fn"
    )  # fmt: skip
    namespace = {"tf": tf}
    exec(ast.unparse(definition), namespace)
    stream = np.random.default_rng(0)
    output = stream.normal(size=(8, 5)).astype(np.float32)
    target = np.eye(5, dtype=np.float32)[stream.integers(0, 5, 8)]
    if loss.shapes == "ctc":
        output, target = (
            stream.normal(size=(2, 9, 4)).astype("f4"),
            np.array([[1, 2, 0], [3, 3, 1]]),
        )
    elif loss.shapes == "ssd":
        output = stream.normal(size=(1, 8, 9)).astype("f4")
        target = np.concatenate([target, stream.normal(size=(8, 4)).astype("f4")], -1)[None]
    elif name == "poisson":
        output = np.abs(output)
    expected = loss(target, output, **params)
    own = namespace["loss_fn"](tf.constant(target), tf.constant(output))
    assert float(own) == float(expected)


def test_running_the_program_trains_what_it_says():
    config = lossviz.TrainingConfig(loss="cross_entropy", epochs=1, learning_rate=0.2, seed=5)
    run = execute(render(config), {"__name__": "__main__"})
    assert run.wait(120)
    assert run.error is None
    assert run.step == 45
    assert set(run.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    again = execute(render(config), {"__name__": "__main__"})
    assert again.wait(120)
    assert again.step_loss.tobytes() == run.step_loss.tobytes()


def test_a_loop_in_the_cell_becomes_a_graph_not_an_unrolled_one():
    text = render(lossviz.TrainingConfig(epochs=1)).replace(
        "    gradients = tape", "    for _ in tf.range(3):\n        pass\n    gradients = tape"
    )
    run = execute(text, {"__name__": "__main__"})
    assert run.wait(120)
    assert run.error is None, run.error


def test_the_users_own_names_stand_in_the_text():
    config = lossviz.TrainingConfig(
        model="my_model", train="(x, y)", validation="held_out", one_hot=7
    )
    text = render(config)
    assert "model = my_model\n" in text
    assert "data = (x, tf.one_hot(y, 7))\n" in text
    assert "validation=validation" in text
    assert "task.load" not in text


def test_equal_choices_are_equal_configs():
    plain = lossviz.TrainingConfig(loss="mse")
    spelt = lossviz.TrainingConfig(loss="quadratic", loss_params={"from_logits": False})
    assert plain == spelt
    assert hash(plain) == hash(spelt)
    assert plain != lossviz.TrainingConfig(loss="mse", loss_params={"from_logits": True})
    assert lossviz.TrainingConfig(**plain.as_dict()) == plain


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"task": "regresion"}, "task"),
        ({"dataset": "digit"}, "digits"),
        ({"loss": "mes"}, "mse"),
        ({"loss_params": {"smoothing": 1}}, "parameter of cross_entropy"),
        ({"loss_params": {"label_smoothing": 2}}, "from 0 to 1"),
        ({"optimizer": "sdg"}, "sgd"),
        ({"optimizer_params": {"momentum": 1}}, "momentum"),
        ({"learning_rate": 0}, "greater than 0"),
        ({"epochs": 0}, "at least 1"),
        ({"batch_size": -1}, "at least 1"),
        ({"seed": -1}, "seed"),
        ({"train": "x y"}, "expression"),
    ],
)
def test_a_bad_config_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        lossviz.TrainingConfig(**options)
