"""Sample weights, masks, and batches as `fit` weighs and sees them."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_objective import (
    INPUTS,
    LABELS,
    ROWS,
    STREAM,
    WEIGHTS,
    YES,
    dense,
    evaluated,
    squared_error,
    value,
)

import lossviz
from lossviz._arguments import ArgumentError
from lossviz.losses import get
from lossviz.training.objective import check_values, objective
from lossviz.training.outputs import found

SEQUENCES = STREAM.normal(size=(4, 6, 2)).astype("f4")
STEP_LABELS = STREAM.integers(0, 3, (4, 6))


def masked(activation=None):
    keras.utils.set_random_seed(4)
    inputs = keras.Input((6, 2))
    hidden = keras.layers.Masking(0.0)(inputs)
    return keras.Model(inputs, keras.layers.Dense(3, activation=activation)(hidden))


@pytest.mark.parametrize("weights", [None, "samples", "positions"])
@pytest.mark.parametrize("hidden", [False, True], ids=["", "masked"])
@pytest.mark.parametrize(
    ("ours", "theirs", "activation"),
    [
        ("cross_entropy", keras.losses.SparseCategoricalCrossentropy(from_logits=True), None),
        ("cross_entropy", keras.losses.SparseCategoricalCrossentropy(), "softmax"),
        ("mae", keras.losses.MeanAbsoluteError(), None),
    ],
)
def test_weights_and_masks_by_position_are_those_of_fit(ours, theirs, activation, hidden, weights):
    inputs = SEQUENCES.copy()
    if hidden:
        inputs[0, 4:] = inputs[2, 1:] = 0
    model = masked(activation)
    target = STREAM.normal(size=(4, 6, 3)).astype("f4") if ours == "mae" else STEP_LABELS
    given = None
    if weights:
        given = STREAM.uniform(0.1, 2, (4, 1) if weights == "samples" else (4, 6)).astype("f4")
    minimised = objective(ours, output=found(model))

    def step(inputs):
        return minimised(target, model(inputs), None if given is None else tf.constant(given))

    model.compile(loss=theirs)
    expected = model.evaluate(inputs, target, sample_weight=given, batch_size=4, verbose=0)
    assert float(tf.function(step)(inputs)) == pytest.approx(expected, rel=1e-5)
    assert float(step(inputs)) == pytest.approx(expected, rel=1e-5)
    if weights == "samples":
        given = given[:, 0]
        assert float(step(inputs)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", lossviz.losses.names())
def test_equal_weights_change_nothing_and_others_weigh_samples(name):
    loss = get(name)
    if loss.shapes == "ctc":
        target, output = np.array([[1, 2, 0], [2, 2, 1]]), STREAM.normal(size=(2, 6, 4))
    elif loss.shapes == "classes":
        target, output = STREAM.integers(0, 3, (2, 4)), STREAM.normal(size=(2, 4, 3))
    else:
        target, output = STREAM.uniform(0, 1, (2, 4, 3)), STREAM.uniform(0.1, 1, (2, 4, 3))
    minimised = objective(name)
    output = np.float32(output)
    if name == "ssd":
        with pytest.raises(ArgumentError, match="sample_weight: ssd does not support it"):
            minimised(target, output, [1.0, 1.0])
        return
    parts = [float(minimised(target[i : i + 1], output[i : i + 1])) for i in (0, 1)]
    assert float(minimised(target, output, [1.0, 1.0])) == pytest.approx(np.mean(parts), rel=1e-5)
    assert float(minimised(target, output, [3.0, 0.5])) == pytest.approx(
        (3 * parts[0] + parts[1] / 2) / 2, rel=1e-5
    )
    with tf.GradientTape() as tape:
        watched = tf.Variable(output)
        weighed = minimised(target, watched, [0.0, 1.0])
    gradient = tape.gradient(weighed, watched).numpy()
    assert not gradient[0].any()
    assert gradient[1].any()


def test_weights_that_do_not_fit_are_refused():
    output = dense(3)(INPUTS)
    for weights in (WEIGHTS[:5], np.ones((12, 3), "f4"), 2.0):
        with pytest.raises(ArgumentError, match="sample_weight: got shape"):
            objective("cross_entropy")(LABELS, output, weights)
    with pytest.raises(ArgumentError, match="whole batch at once"):
        objective("dice")(LABELS, output, WEIGHTS)


def test_a_models_own_logits_are_used_with_weights_too():
    model = dense(3, "softmax")
    model.set_weights([200 * model.get_weights()[0], model.get_weights()[1]])
    minimised = objective("cross_entropy", output=found(model))
    theirs = evaluated(model, "sparse_categorical_crossentropy", LABELS, WEIGHTS)
    assert theirs > 20
    assert value(minimised, model, LABELS, WEIGHTS) == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("loss", [
    "cross_entropy", "focal", "sparse_categorical_crossentropy",
    lambda target, output: get("cross_entropy")(target, output, from_logits=False),
])  # fmt: skip
def test_the_same_in_compile(loss):
    model = dense(3, "softmax")
    minimised = objective(loss, output=found(model))
    adapted = minimised.as_keras()
    assert isinstance(adapted, keras.losses.Loss)
    for weights in (None, WEIGHTS):
        ours = evaluated(model, adapted, LABELS, weights)
        assert ours == pytest.approx(value(minimised, model, LABELS, weights), rel=1e-5)
    model.compile("sgd", loss=adapted)
    history = model.fit(INPUTS, LABELS, batch_size=12, epochs=2, verbose=0).history["loss"]
    assert history[1] < history[0]


def test_half_precision_outputs_are_computed_in_float32():
    output = tf.cast(dense(3)(INPUTS), tf.bfloat16)
    for loss in ("cross_entropy", "MeanAbsoluteError", squared_error):
        assert objective(loss)(ROWS, output).dtype == tf.float32


def test_targets_of_all_forms_are_looked_at_before_training():
    shape = tf.TensorShape([2, 3])
    cross_entropy = objective("cross_entropy")
    for targets in (LABELS, LABELS.astype("f4"), LABELS[:, None], ROWS, ROWS.astype(bool)):
        check_values(cross_entropy, tf.constant(targets), shape)
    for targets in (LABELS + 1, LABELS + 1.0, LABELS[:, None] - 1):
        with pytest.raises(ArgumentError, match=r"^data: .*labels range from"):
            check_values(cross_entropy, tf.constant(targets), shape)
    check_values(cross_entropy, tf.constant(YES), tf.TensorShape([2, 1]))
    check_values(cross_entropy, tf.constant(YES), tf.TensorShape([2]))
    with pytest.raises(ArgumentError, match="0 or 1"):
        check_values(cross_entropy, tf.constant(LABELS), tf.TensorShape([2, 1]))


@pytest.mark.parametrize(
    ("shape", "activation", "dtype"),
    [((1,), None, "i8"), ((), "sigmoid", "f4"), ((), None, "bool"), ((1,), "sigmoid", "i4")],
)
def test_a_batch_of_single_outputs_tells_two_classes_apart(shape, activation, dtype):
    model = keras.Sequential([dense(1, activation), keras.layers.Reshape(shape)])
    expected = keras.losses.BinaryCrossentropy(from_logits=activation is None)(
        YES[:, None], dense(1, activation)(INPUTS)
    )
    for target in (YES.astype(dtype), YES[:, None].astype(dtype)):
        for name in ("cross_entropy", "binary_cross_entropy"):
            minimised = objective(name, output=found(model))
            assert value(minimised, model, target) == pytest.approx(float(expected), rel=1e-5)
            weighted = value(minimised, model, target, WEIGHTS)
            column = evaluated(
                dense(1, activation),
                keras.losses.BinaryCrossentropy(from_logits=activation is None), YES, WEIGHTS,
            )  # fmt: skip
            assert weighted == pytest.approx(column, rel=1e-5)
