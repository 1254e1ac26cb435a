"""What a loss refuses before training, in words; and its card."""

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import lossviz
from lossviz.losses import check_targets

REFUSED = [
    ("cross_entropy", (3, 4), (3, 5), {}, "target"),
    ("dice", (4,), (4,), {}, "output"),
    ("ctc", (2, 3), (2, 6), {}, "output"),
    ("ctc", (2, 3, 1), (2, 6, 4), {}, "target"),
    ("ctc", (3, 3), (2, 6, 4), {}, "target"),
    ("ssd", (2, 5, 7), (2, 4, 7), {}, "target"),
    ("ssd", (2, 5, 5), (2, 5, 5), {}, "output"),
    ("weighted_cross_entropy", (2, 3), (2, 3), {"class_weights": [1.0, 2.0]}, "class_weights"),
    ("weighted_cross_entropy", (2, 3), (2, 3), {"class_weights": [1, -1, 1]}, "class_weights"),
    ("weighted_cross_entropy", (2, 3), (2, 3), {"class_weights": 3}, "class_weights"),
    ("huber", (2,), (2,), {"delta": 0.0}, "delta"),
    ("quantile", (2,), (2,), {"q": 1.5}, "q"),
    ("huber", (2,), (2,), {"detla": 1.0}, "delta"),
]


@pytest.mark.parametrize(("name", "target", "output", "params", "said"), REFUSED)
def test_shapes_and_parameters_that_cannot_fit_are_refused(name, target, output, params, said):
    with pytest.raises(ValueError, match=said):
        lossviz.losses.get(name)(np.zeros(target, "f4"), np.zeros(output, "f4"), **params)


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("cross_entropy", [[2.0, 0.0]], "one-hot"),
        ("cross_entropy", [[0.0, 0.0]], "sum to 0"),
        ("hinge", [[0.5, 0.5]], "one-hot"),
        ("binary_cross_entropy", [[0.0, 3.0]], "0 to 1"),
        ("ctc", [[1, 0, 2]], "blank"),
        ("ctc", [[1, 9, 0]], "largest label"),
        ("ctc", [[-1, 1, 0]], "integers"),
    ],
)
def test_targets_that_no_loss_can_learn_are_refused(name, target, said):
    target = np.array(target)
    output = (1, 5, 4) if name == "ctc" else target.shape
    with pytest.raises(ValueError, match=said):
        check_targets(lossviz.losses.get(name), target, output)


@pytest.mark.parametrize("name", lossviz.losses.names())
def test_every_card_is_filled_in(name):
    loss = lossviz.losses.get(name)
    assert loss.title
    assert loss.formula
    assert loss.reference
    assert 2 <= loss.advice.count(". ") + 1 <= 4
    assert f"def {name}(" in loss.source
    for alias in loss.aliases:
        assert lossviz.losses.get(alias) is loss
    for card in loss.params.values():
        assert card.help


LABELS = np.arange(12) % 3
ONE_HOT = np.eye(3, dtype="f4")[LABELS]


@pytest.mark.parametrize(
    ("loss", "outputs", "targets", "said"),
    [
        ("cross_entropy", 4, ONE_HOT, r"\[\?, 3\].*\[\?, 4\]"),
        ("cross_entropy", 3, np.zeros((12, 2, 2, 3), "f4"), r"\[\?, 2, 2, 3\]"),
        ("cross_entropy", 3, LABELS + 1, "labels range from 1 to 3"),
        ("cross_entropy", 3, 0.5 * ONE_HOT, r"sum to 0.5"),
        ("hinge", 3, np.full((12, 3), 1 / 3, "f4"), "one-hot"),
        ("dice", 3, ONE_HOT[:, :2], r"\[\?, 2\]"),
        ("binary_cross_entropy", 3, 2 * ONE_HOT, "0 to 1"),
        ("quadratic", 3, np.zeros((12, 5), "f4"), r"\[\?, 5\].*\[\?, 3\]"),
        ("ctc", 3, LABELS[:, None], "needs an output"),
        ("ssd", 3, ONE_HOT, "needs an output"),
    ],
)
def test_training_does_not_begin_with_targets_that_cannot_be_learnt(loss, outputs, targets, said):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(outputs)])
    with pytest.raises(ValueError, match=said):
        lossviz.train(model, (np.zeros((12, 4), "f4"), targets), loss=loss)


@pytest.mark.parametrize(
    ("labels", "said"),
    [([1, 0, 2], "blank"), ([1, 9, 0], "largest label"), ([1, 1, 1], "needs 5 time steps")],
)
def test_ctc_labels_that_cannot_be_read_are_refused_before_training(labels, said):
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.Dense(3)])
    data = np.zeros((6, 4, 2), "f4"), np.tile(np.int32(labels), (6, 1))
    with pytest.raises(ValueError, match=said):
        lossviz.train(model, data, loss="ctc")


@pytest.mark.parametrize("weights", [[1.0, 2.0], [1.0, -1.0, 1.0], 3.0])
def test_class_weights_that_do_not_fit_are_refused_before_training(weights):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    loss = lossviz.losses.get("weighted_cross_entropy")
    data = np.zeros((12, 4), "f4"), ONE_HOT
    with pytest.raises(ValueError, match="class_weights"):
        lossviz.train(
            model, data, loss=lambda target, output: loss(target, output, class_weights=weights)
        )
    with pytest.raises(ValueError, match="class_weights"):
        lossviz.TrainingConfig(loss=loss.name, loss_params={"class_weights": weights})


def test_a_loss_in_a_graph_brings_no_warning_of_autograph(monkeypatch):
    said = []
    monkeypatch.setattr(tf.get_logger(), "handle", lambda record: said.append(record.getMessage()))
    rows = tf.one_hot([0, 1, 2], 3)
    for name, parameter in (("cross_entropy", "label_smoothing"), ("huber", "delta")):
        loss = functools.partial(lossviz.losses.get(name).__call__, **{parameter: 0.1})
        tf.function(loss).get_concrete_function(rows, rows)
    assert not [text for text in said if "AutoGraph" in text]
