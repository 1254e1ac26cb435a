"""Labels and targets that no loss can take do not go unnoticed."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from test_loss_inputs import sample

import lossviz
from lossviz.losses import check_targets

get = lossviz.losses.get


@pytest.mark.parametrize("labels", [[1, 2, 3], [-1, 0, 1], [0.0, 1.0, 3.0], [0.5, 1.0, 2.0]])
@pytest.mark.parametrize("name", ["cross_entropy", "focal", "dice", "hinge"])
def test_labels_that_are_no_class_are_refused_or_become_nan(name, labels):
    output = sample((3,))[1]
    with pytest.raises(ValueError, match=r"labels .*0 to 2"):
        get(name)(labels, output)
    in_graph = tf.function(get(name).__call__)(tf.constant(labels), tf.constant(output))
    assert np.isnan(float(in_graph))


@pytest.mark.parametrize("labels", [[1, 2, 1], [-1, 0, 1], [0.0, 5.0, 1.0]])
def test_labels_of_a_single_output_are_0_or_1(labels):
    output = sample((3,), classes=1)[1]
    with pytest.raises(ValueError, match="0 or 1"):
        get("cross_entropy")(labels, output)
    with pytest.raises(ValueError, match="0 or 1"):
        check_targets(get("cross_entropy"), labels, output.shape)
    in_graph = tf.function(get("cross_entropy").__call__)(tf.constant(labels), tf.constant(output))
    assert np.isnan(float(in_graph))


@pytest.mark.parametrize("wrong", [np.zeros((3, 4)), np.zeros((2,), "i4"), np.zeros((3, 3, 3))])
def test_targets_of_other_shapes_are_refused(wrong):
    with pytest.raises(ValueError, match="target: cross_entropy needs"):
        get("cross_entropy")(wrong, sample((3,))[1])


@pytest.mark.parametrize(
    ("name", "targets", "shape", "said"),
    [
        ("cross_entropy", ["a", "b"], (None, 3), "text"),
        ("cross_entropy", [True, False], (None, 1), ""),
        ("cross_entropy", [[True, False], [False, True]], (None, 2), ""),
        ("hinge", [[True, False], [False, True]], (None, 2), ""),
        ("hinge", [-1, 1], (None, 1), ""),
        ("hinge", [-1, 1], (None, 2), "range from -1 to 1"),
        ("cross_entropy", [0.0, 2.0], (None, 3), ""),
        ("cross_entropy", [1.0, 3.0], (None, 3), "range from 1 to 3"),
        ("focal", [[0.5], [1]], (None, 3), "not integers"),
        ("binary_cross_entropy", [0, 2], (None, 1), "0 to 1"),
    ],
)
def test_all_targets_are_looked_at(name, targets, shape, said):
    if not said:
        check_targets(get(name), np.array(targets), shape)
        return
    with pytest.raises(ValueError, match=said):
        check_targets(get(name), np.array(targets), shape)


def test_from_logits_is_on_every_card_that_speaks_of_probabilities():
    known = {name for name in lossviz.losses.names() if get(name).family != "own"}
    without = {name for name in known if "from_logits" not in get(name).params}
    assert without == {"mean_absolute_error", "huber", "log_cosh", "quantile", "poisson", "hinge"}
    for name in known - without:
        card = get(name).params["from_logits"]
        assert card.kind == "switch"
        assert card.default is (name != "quadratic")
        assert "softmax" in card.help or "sigmoid" in card.help
        with pytest.raises(ValueError, match="from_logits: got 1"):
            get(name)([[1.0, 0.0]], [[1.0, 0.0]], from_logits=1)


@pytest.mark.parametrize("name", ["quadratic", "huber", "binary_cross_entropy"])
def test_a_last_axis_that_only_the_graph_sees_does_not_broadcast(name):
    specs = tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([None, 3], tf.float32)
    traced = tf.function(get(name).__call__, input_signature=specs)
    output = sample((4,))[1]
    assert np.isfinite(float(traced(np.ones((4, 3), "f4"), output)))
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible"):
        traced(np.ones((4, 1), "f4"), output)
