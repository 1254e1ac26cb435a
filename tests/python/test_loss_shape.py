"""The picture of a loss is drawn from the loss itself, in the background, or left out."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import tensorflow as tf

import lossviz
from lossviz import losses
from lossviz.widgets.form_state import FormState
from lossviz.widgets.loss_shape import LossShapes, shape_of
from lossviz.widgets.user_objects import UserObjects

PICTURED = [name for name in losses.names() if losses.get(name).shapes not in {"ctc", "ssd"}]


def defaults(loss):
    return {name: card.default for name, card in loss.params.items()}


@pytest.mark.parametrize("name", PICTURED)
def test_every_loss_of_single_predictions_has_a_small_picture(name):
    loss = losses.get(name)
    shape = shape_of(loss, defaults(loss), numbers=False)
    assert shape is not None
    assert 2 <= len(shape["predictions"]) == len(shape["values"]) <= 64
    assert np.all(np.diff(shape["predictions"]) > 0)
    assert None not in shape["values"]
    assert np.ptp(shape["values"]) > 0
    assert shape["text"].startswith(f"{loss.title} against ")


@pytest.mark.parametrize("name", ["ctc", "ssd"])
def test_a_loss_of_sequences_or_boxes_has_none(name):
    loss = losses.get(name)
    assert shape_of(loss, defaults(loss), numbers=False) is None


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("cross_entropy", {}, lambda p: -np.log(p)),
        ("cross_entropy", {"from_logits": False}, lambda p: -np.log(p)),
        ("binary_cross_entropy", {}, lambda p: -np.log(p)),
        ("weighted_cross_entropy", {"class_weights": [3.0, 1.0, 1.0]}, lambda p: -3 * np.log(p)),
        ("focal", {"gamma": 3.0, "alpha": 1.0}, lambda p: -((1 - p) ** 3) * np.log(p)),
        ("kl_divergence", {}, lambda p: -np.log(p)),
        ("hinge", {}, lambda lead: np.maximum(0, 1 - lead)),
        ("quadratic", {}, np.square),
        ("quadratic", {"from_logits": True}, lambda p: (1 - p) ** 2),
        ("huber", {"delta": 0.5}, lambda e: np.where(abs(e) < 0.5, e**2 / 2, abs(e) / 2 - 0.125)),
        ("quantile", {"q": 0.9}, lambda e: np.maximum(-0.9 * e, 0.1 * e)),
        ("poisson", {}, lambda rate: rate - 2 * np.log(rate)),
        ("dice", {"smooth": 0.0}, lambda p: 1 - p),
    ],
)
def test_the_picture_is_the_loss(name, params, expected):
    loss = losses.get(name)
    shape = shape_of(loss, defaults(loss) | params, numbers=False)
    wanted = expected(np.array(shape["predictions"]))
    np.testing.assert_allclose(shape["values"], wanted, rtol=2e-3, atol=2e-3)


def test_a_loss_of_a_users_own_is_traced_once_and_may_fail_or_have_gaps():
    calls = []

    def cubed(target, output, power=3.0):
        calls.append(1)
        return tf.reduce_mean(tf.abs(output - target) ** power)

    own = losses.own(cubed)
    shape = shape_of(own, {"power": 3.0}, numbers=True)
    error = np.array(shape["predictions"])
    np.testing.assert_allclose(shape["values"], abs(error) ** 3, rtol=2e-3, atol=2e-3)
    assert len(calls) == 1
    classes = shape_of(own, {"power": 1.0}, numbers=False)
    assert "right class" in classes["text"]

    def fails(target, output):
        raise RuntimeError

    assert shape_of(losses.own(fails), {}, numbers=True) is None
    gaps = losses.own(lambda target, output: tf.reduce_mean(tf.math.log(output - target)))
    values = shape_of(gaps, {}, numbers=True)["values"]
    assert values[0] is None
    assert values[-1] == pytest.approx(np.log(3), abs=1e-3)
    never = losses.own(lambda target, output: tf.reduce_mean(output) * float("nan"))
    assert shape_of(never, {}, numbers=True) is None


def form_of(state):
    return {"fields": state.fields(None), "commands": [], "edits": {}}


def picture(shapes, state):
    form = form_of(state)
    shapes.show(form)
    return next(one["shape"] for one in form["fields"] if one["name"] == "loss")


def test_it_comes_in_the_background_once_for_a_loss_and_its_parameters(monkeypatch):
    changed = threading.Event()
    computed = []

    def count(loss, params, *, numbers):
        computed.append((loss.name, dict(params)))
        return shape_of(loss, params, numbers=numbers)

    monkeypatch.setattr("lossviz.widgets.loss_shape.shape_of", count)
    shapes, state = LossShapes(changed.set), FormState(None, UserObjects())
    assert picture(shapes, state) is None
    assert not computed, "no page shows it"
    shapes.wanted = True
    assert picture(shapes, state) is None
    assert changed.wait(30)
    first = picture(shapes, state)
    assert "right class" in first["text"]
    changed.clear()
    state.edit("loss.cross_entropy.label_smoothing", "0.2")
    picture(shapes, state)
    assert changed.wait(30)
    assert picture(shapes, state)["values"] != first["values"]
    state.edit("loss.cross_entropy.label_smoothing", "0.")
    assert picture(shapes, state) == first
    state.edit("loss.cross_entropy.label_smoothing", "x")
    assert picture(shapes, state) is None
    assert [params["label_smoothing"] for _, params in computed] == [0.0, 0.2]


def test_it_waits_for_tensorflow(monkeypatch):
    monkeypatch.setattr("lossviz._tensorflow.is_loaded", lambda: False)
    shapes = LossShapes(lambda: pytest.fail("computed without TensorFlow"))
    shapes.wanted = True
    assert picture(shapes, FormState(lossviz.TrainingConfig(), UserObjects())) is None
