"""The lab without a page: its own losses and data, class weights, predictions."""

from __future__ import annotations

import json
import re
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from lossviz.widgets.status import said_of


def until(condition, seconds=60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def command(lab, name, page="p"):
    lab._on_message(None, {"type": "command", "command": name, "page": page}, [])


def field(lab, name):
    return next(one for one in lab._session.form()["fields"] if one["name"] == name)


def finished(lab):
    command(lab, "train")
    until(lambda: lab.run is not None or lab._session.status()["kind"] == "error")
    assert lab.run is not None, lab._session.status()
    assert lab.run.wait(60)
    assert lab.run.error is None, lab.run.error


def cubic(target, output, *, power=3.0):
    """Mean of the errors to some power."""
    return tf.reduce_mean(tf.abs(output - target) ** power)


SCALE = 2.0


def scaled(target, output):
    return SCALE * tf.reduce_mean(tf.square(output - target))


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (cubic, "def loss_fn(target, output, power=3.0):"),
        (scaled, 'lossviz.losses.get("scaled")'),
        (lambda target, output: tf.reduce_mean(tf.abs(target - output)), "own_loss"),
        (keras.losses.Huber(), 'lossviz.losses.get("own_Huber")'),
    ],
)
def test_a_loss_of_ones_own_is_chosen_shown_and_trained(loss, said):
    x = np.random.default_rng(0).random((40, 3)).astype("f4")
    y = x.sum(1, keepdims=True)
    lab = lossviz.LossLab(task="regression", train=(x, y), loss=loss)
    assert field(lab, "loss")["warning"] == ""
    chosen = next(
        one for one in field(lab, "loss")["choices"] if one["value"] == lab.config.loss
    )  # fmt: skip
    assert chosen["group"] == "Your own"
    assert said in lab.code
    finished(lab)
    assert len(lab.run.step_loss) == 2 * 60
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    first = lossviz.train(model, (x, y), loss=loss, epochs=1, batch_size=40, seed=0)
    assert first.wait(60)
    output = keras.Sequential.from_config(model.get_config())
    assert np.isfinite(first.step_loss).all()
    assert output is not None


def test_parameters_of_an_own_loss_are_fields():
    lab = lossviz.LossLab(task="regression", loss=cubic)
    assert field(lab, "loss.cubic.power")["value"] == "3"
    edit = {"type": "edit", "field": "loss.cubic.power", "value": "1.5", "page": "p", "number": 1}
    lab._on_message(None, edit, [])
    assert lab.config.loss_params == {"power": 1.5}
    assert "power=1.5" in lab.code


def test_unknown_losses_are_refused():
    with pytest.raises(ValueError, match="cross_entropy"):
        lossviz.LossLab(loss="cross_entopy")
    with pytest.raises(TypeError, match="target"):
        lossviz.LossLab(loss=lambda one: one)


def test_class_weights_are_filled_from_the_data():
    lab = lossviz.LossLab(
        config=lossviz.TrainingConfig(dataset="imbalanced_digits", loss="weighted_cross_entropy")
    )
    command(lab, "fill")
    until(lambda: lab.config.loss_params)
    weights = lab.config.loss_params["class_weights"]
    assert len(weights) == 10
    assert min(weights[5:]) > 10 * max(weights[:5])
    assert "class_weights=[" in lab.code


def test_class_weights_are_filled_from_data_of_ones_own():
    x, labels = np.zeros((8, 3), "f4"), np.array([0, 0, 0, 0, 0, 0, 1, 2])
    lab = lossviz.LossLab(train=(x, labels), loss="weighted_cross_entropy")
    command(lab, "fill")
    until(lambda: lab.config.loss_params)
    assert lab.config.loss_params["class_weights"] == [0.4444, 2.667, 2.667]
    lab = lossviz.LossLab(
        train=tf.data.Dataset.from_tensor_slices((x, labels)).batch(2),
        loss="weighted_cross_entropy",
    )
    command(lab, "fill")
    until(lambda: lab._session.status()["kind"] == "error")
    assert "No class weights" in lab._session.status()["text"]


@pytest.mark.parametrize(
    ("task", "shape", "labels"),
    [
        ("image_classification", (8, 8, 1), np.arange(12) % 3),
        ("image_segmentation", (8, 8, 3), (np.arange(12 * 64) % 3).reshape(12, 8, 8)),
    ],
)
def test_integer_labels_of_ones_own_train_the_starter_model(task, shape, labels):
    x = np.random.default_rng(0).random((12, *shape)).astype("f4")
    config = lossviz.TrainingConfig(task=task, epochs=1)
    lab = lossviz.LossLab(train=(x, labels), config=config)
    assert "tf.one_hot" in lab.code
    finished(lab)
    figure, text = lab._session.predictions()
    assert text == ""
    assert json.loads(figure)["layout"]["images"]


def test_predictions_that_cannot_be_drawn_say_why():
    x = np.random.default_rng(0).random((12, 5)).astype("f4")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    config = lossviz.TrainingConfig(epochs=1)
    lab = lossviz.LossLab(model=model, train=(x, np.arange(12) % 3), config=config)
    assert "Train a model to see" in lab._session.predictions()[1]
    finished(lab)
    figure, text = lab._session.predictions()
    assert figure == ""
    assert "images" in text


def test_data_of_a_task_made_by_hand_are_taken():
    data = lossviz.tasks.get("regression").load("line_with_outliers")
    lab = lossviz.LossLab(task="regression", train=data)
    assert field(lab, "dataset")["choices"][0]["label"] == "line_with_outliers (180)"
    finished(lab)
    assert "val_mean_absolute_error" in lab.run.history


def test_targets_that_the_loss_cannot_learn_are_told_before_training():
    x = np.random.default_rng(0).random((12, 5)).astype("f4")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    lab = lossviz.LossLab(model=model, train=(x, np.full((12, 3), 0.9, "f4")))
    command(lab, "train")
    until(lambda: "Training did not start" in lab._session.status()["text"])
    assert "one-hot rows or probabilities" in lab._session.status()["text"]
    assert lab.run is None


@pytest.mark.parametrize("moved", [-1, 5])
def test_labels_that_are_no_class_of_the_model_are_told_before_training(moved):
    x = np.random.default_rng(0).random((12, 5)).astype("f4")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    lab = lossviz.LossLab(model=model, train=(x, np.arange(12) % 3 + moved))
    command(lab, "train")
    until(lambda: "Training did not start" in lab._session.status()["text"])
    said = lab._session.status()["text"]
    assert f"labels range from {moved} to {moved + 2}" in said
    assert "from 0 to 2" in said
    assert lab.run is None


def test_an_early_stop_is_said_with_the_best_epoch():
    config = lossviz.TrainingConfig(
        task="regression", epochs=400, early_stopping=1, learning_rate=0.3
    )
    lab = lossviz.LossLab(config=config)
    finished(lab)
    best = min(lab.run.history["val_loss"])
    rows = lab.run.record.rows
    assert len(rows) < 400
    row = next(one for one in rows if one.metrics["val_loss"] == best)
    said = lab._session.status()["text"]
    assert f"{lab.run.name} stopped early with " in said
    assert "in its best epoch" in said
    number = float(re.search(r"of (\d+\.?\d*(?:e-?\d+)?)", said)[1])
    assert any(
        number in {float(f"{value:.4g}"), round(100 * value, 1)} for value in row.metrics.values()
    )


def test_a_model_of_ones_own_that_has_learnt_already_is_said_to_have():
    x = np.random.default_rng(0).random((12, 5)).astype("f4")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    lab = lossviz.LossLab(model=model, train=(x, np.arange(12) % 3))
    finished(lab)
    assert "weights" not in lab._session.status()["text"]
    command(lab, "train")
    until(lambda: len(lab.runs) == 2 and lab.runs[1].status == "completed")
    until(lambda: "completed" in lab._session.status()["text"])
    assert "It started from the weights of the previous run." in lab._session.status()["text"]


def test_what_a_run_was_warned_of_is_said_at_its_end_too(points, dense_model):
    run = lossviz.train(
        dense_model(), points, loss=lambda target, output: 0.0 * tf.reduce_mean(output), epochs=1
    )
    assert run.wait(60)
    warnings = [event.text for event in run.events if event.kind == "warning"]
    assert "gradient" in warnings[-1]
    said = said_of(run.record, first=False, waiting=0).text
    assert said.startswith(f"{run.name} completed")
    assert said.endswith(warnings[-1])


def test_a_second_train_waits_and_may_replace():
    lab = lossviz.LossLab(config=lossviz.TrainingConfig(epochs=10**6))
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.step > 10)
    assert "no GPU" in lab._session.status()["text"]
    first = lab.run
    assert "replace" not in lab._session.form()["commands"]
    lab.config = lossviz.TrainingConfig(epochs=2, learning_rate=0.05)
    command(lab, "train")
    assert lab.run is first
    assert "1 run queued; it starts when this one finishes." in lab._session.status()["text"]
    first.pause()
    until(lambda: first.status == "paused")
    assert "paused after step" in lab._session.status()["text"]
    assert "1 run queued; it starts when this one finishes." in lab._session.status()["text"]
    first.resume()
    assert "replace" in lab._session.form()["commands"]
    command(lab, "replace")
    until(lambda: lab.run is not first)
    assert lab.run.wait(60)
    assert (first.status, lab.run.status) == ("stopped", "completed")
    assert len(lab.runs) == 2


def test_the_history_knows_config_and_program_of_a_lab_s_run():
    config = lossviz.TrainingConfig(
        loss="weighted_cross_entropy", loss_params={"class_weights": [1.0] * 10}, epochs=1
    )
    lab = lossviz.LossLab(config=config)
    code = lab.code
    finished(lab)
    kept = lossviz.load_run(lab.run.id)
    assert kept.program == code
    told = {name: kept.config[name] for name in config.as_dict()}
    assert lossviz.TrainingConfig(**told) == config
    assert kept.row.task == "image_classification"


def test_step_by_step():
    lab = lossviz.LossLab(config=lossviz.TrainingConfig(epochs=10**6))
    command(lab, "train")
    until(lambda: lab.run is not None and lab.run.step > 0)
    command(lab, "pause")
    until(lambda: lab.run.status == "paused")
    assert {"resume", "step"} <= set(lab._session.form()["commands"])
    before = lab.run.step
    command(lab, "step")
    until(lambda: lab.run.step == before + 1 and lab.run.status == "paused")
    command(lab, "stop")
    assert lab.run.wait(60)


def test_advanced_choices_are_in_the_program():
    lab = lossviz.LossLab()
    edits = [("jit_compile", "True"), ("early_stopping", "3"), ("reduce_lr_on_plateau", "2"),
             ("optimizer.sgd.clipnorm", "1")]  # fmt: skip
    for number, (name, value) in enumerate(edits):
        edit = {"type": "edit", "field": name, "value": value, "page": "p", "number": number}
        lab._on_message(None, edit, [])
    assert lab.config.jit_compile
    for written in ("jit_compile=True", "patience=3", "patience=2", "clipnorm=1.0"):
        assert written in lab.code
    assert {"CPU:0", ""} <= {one["value"] for one in field(lab, "device")["choices"]}
