"""The loss of a run is `fit`'s: names, objects and functions of Keras', and losses of one's own."""

from __future__ import annotations

import functools
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.losses import ALL_OBJECTS_DICT
from keras.src.trainers.compile_utils import CompileLoss

from lossviz._arguments import ArgumentError
from lossviz.losses import get
from lossviz.training.objective import objective
from lossviz.training.outputs import Output, found

STREAM = np.random.default_rng(0)
INPUTS = STREAM.normal(size=(12, 5)).astype("f4")
LABELS = STREAM.integers(0, 3, 12)
ROWS = np.eye(3, dtype="f4")[LABELS]
YES = (LABELS > 1).astype("f4")
WEIGHTS = STREAM.uniform(0.2, 2, 12).astype("f4")

NAMES = sorted(set(ALL_OBJECTS_DICT) - {"Loss", "LossFunctionWrapper"})
SETUPS = {
    "softmax, rows": (3, "softmax", ROWS),
    "softmax, labels": (3, "softmax", LABELS),
    "sigmoid, 0 and 1": (1, "sigmoid", YES),
    "sigmoids, rows": (3, "sigmoid", ROWS),
    "numbers": (1, None, STREAM.normal(size=12).astype("f4")),
}
OTHERWISE = {("dice", 3), ("tversky", 3), ("dice", 1), ("tversky", 1), ("hinge", 3), ("ctc", 3),
             ("kl_divergence", 1), ("kld", 1), ("KLD", 1)}  # fmt: skip
"""Names that the catalogue had before, with its own meaning: by class and sample, Crammer and
Singer's margin, a blank of its own, and both classes of a single output."""


def dense(units, activation=None):
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(units, activation=activation)])


def compiled(loss, target, output, weights=None):
    """What `fit` would compute, or None where it takes no such target."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return float(CompileLoss(loss)(tf.constant(target), output, weights))
        except Exception:
            return None


def evaluated(model, loss, target, weights=None):
    """What Keras says, or None where it takes no such target."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.compile(loss=loss)
        try:
            return model.evaluate(INPUTS, target, sample_weight=weights, batch_size=12, verbose=0)
        except Exception:
            return None


def value(minimised, model, target, weights=None):
    def step(target):
        return minimised(target, model(INPUTS), weights)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        result = tf.function(step)(tf.constant(target))
    assert result.dtype == tf.float32
    assert result.shape == ()
    return float(result)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_keras_means_what_it_means_to_fit(name):
    tried = 0
    for setup, (units, activation, target) in SETUPS.items():
        model = dense(units, activation)
        output = model(INPUTS)
        minimised = objective(name, output=found(model))
        if activation is None and (minimised.from_logits or name in {"hinge", "SquaredHinge"}):
            continue  # where Keras would take these numbers for shares, or for -1 and 1
        if (name, units) in OTHERWISE:
            continue
        for weights in (None, WEIGHTS):
            theirs = compiled(name, target, output, weights)
            if theirs is None or not np.isfinite(theirs):
                continue
            if (target.ndim, units) == (1, 3) and not str(name).lower().startswith("sparse"):
                continue  # labels, which Keras' other losses broadcast
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                ours = float(minimised(tf.constant(target), output, weights))
            assert ours == pytest.approx(theirs, rel=1e-5), setup
            tried += 1
    assert tried or name.lower() in {"ctc", "dice", "tversky", "circle"}


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
@pytest.mark.parametrize(
    ("name", "setup"),
    [("binary_crossentropy", "sigmoid, 0 and 1"), ("bce", "sigmoids, rows"),
     ("sparse_categorical_crossentropy", "softmax, labels"), ("Dice", "softmax, rows"),
     ("cosine_similarity", "softmax, rows"), ("mse", "numbers"), ("Circle", "softmax, labels")],
)  # fmt: skip
def test_names_are_those_of_evaluate(name, setup, weights):
    units, activation, target = SETUPS[setup]
    model = dense(units, activation)
    theirs = evaluated(model, name, target, weights)
    ours = objective(name, output=found(model))
    assert value(ours, model, target, weights) == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("name", ["crossentropy", "CE"])
@pytest.mark.parametrize("setup", ["softmax, rows", "softmax, labels", "sigmoid, 0 and 1"])
def test_cross_entropy_as_compile_picks_it(name, setup):
    units, activation, target = SETUPS[setup]
    model = dense(units, activation)
    assert value(objective(name), model, target) == pytest.approx(evaluated(model, name, target))


OBJECTS = [
    keras.losses.Huber(delta=0.3), keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    keras.losses.BinaryFocalCrossentropy(gamma=1.0), keras.losses.CosineSimilarity(),
    keras.losses.MeanSquaredError(reduction="sum"), keras.losses.Dice(), keras.losses.huber,
    keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
    functools.partial(keras.losses.huber, delta=0.3),
    lambda target, output: tf.square(target - output),
    lambda target, output: tf.reduce_mean(tf.square(target - output)),
    lambda target, output: keras.ops.mean(keras.ops.abs(target - output), -1),
]  # fmt: skip


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
@pytest.mark.parametrize("loss", OBJECTS)
def test_objects_and_functions_mean_what_they_mean_to_fit(loss, weights):
    for units, activation, target in (SETUPS["softmax, rows"], SETUPS["numbers"]):
        output = dense(units, activation)(INPUTS)
        theirs = compiled(loss, target, output, weights)
        if theirs is not None:  # weights for samples do not fit losses by element
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                ours = objective(loss)(target, output, weights)
            assert float(ours) == pytest.approx(theirs, rel=1e-5, nan_ok=True)


def test_a_config_of_keras_is_a_loss():
    output = dense(3)(INPUTS)
    ours = objective({"class_name": "Huber", "config": {"delta": 0.3}})
    assert float(ours(ROWS, output)) == pytest.approx(
        float(keras.losses.Huber(delta=0.3)(ROWS, output))
    )


@pytest.mark.parametrize("dtype", ["i4", "i8", "u1", "bool", "f8", "f2"])
@pytest.mark.parametrize("column", [False, True])
def test_a_loss_of_ones_own_takes_targets_of_any_dtype_and_rank(dtype, column):
    def squared(target, output):
        return tf.reduce_mean(tf.square(target - output))

    target = YES.astype(dtype)
    target = target[:, None] if column else target
    model = dense(1)
    output = model(INPUTS).numpy()[:, 0]
    expected = np.mean((YES - output) ** 2)
    assert value(objective(squared), model, target) == pytest.approx(expected, rel=1e-5)
    flat = keras.Sequential([model, keras.layers.Reshape(())])
    assert value(objective(squared), flat, target) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("dtype", ["i4", "u1"])
def test_a_loss_that_needs_whole_numbers_gets_them(dtype):
    def picked(target, output):
        rows = tf.one_hot(target, 3)
        return -tf.reduce_sum(rows * tf.nn.log_softmax(output), -1)

    model = dense(3)
    expected = float(get("cross_entropy")(LABELS, model(INPUTS)))
    ours = objective(picked)
    assert value(ours, model, LABELS.astype(dtype)) == pytest.approx(expected, rel=1e-5)
    expected = np.average(picked(LABELS, model(INPUTS)), weights=WEIGHTS) * WEIGHTS.mean()
    assert value(ours, model, LABELS, WEIGHTS) == pytest.approx(expected, rel=1e-5)


def test_of_two_failures_the_one_further_down_is_told():
    def wrong(target, output):
        rows = tf.one_hot(target, 3)
        return tf.reduce_mean(rows @ output)

    with pytest.raises(tf.errors.InvalidArgumentError, match="incompatible"):
        objective(wrong)(LABELS, dense(3)(INPUTS))

    def wrong_too(target, output):
        error = target - output
        return tf.reduce_meen(error)

    with pytest.raises(AttributeError, match="reduce_meen"):
        objective(wrong_too)(YES.astype("i4"), dense(1)(INPUTS))


def test_a_lambda_around_a_loss_of_the_catalogue_takes_labels():
    focal = get("focal")
    model = dense(3)
    ours = objective(lambda target, output: focal(target, output, gamma=3))
    expected = focal(ROWS, model(INPUTS), gamma=3)
    for labels in (LABELS, LABELS[:, None], LABELS.astype("u1"), ROWS):
        assert value(ours, model, labels) == pytest.approx(float(expected), rel=1e-5)


# -- what the output holds -------------------------------------------------------------------------


def test_probabilities_turn_from_logits_off_and_an_argument_wins():
    softmax = found(dense(3, "softmax"))
    assert objective("cross_entropy").from_logits is True
    assert objective("cross_entropy", output=softmax).from_logits is False
    assert objective(get("focal"), output=softmax).params["from_logits"] is False
    assert objective("cross_entropy", output=softmax, from_logits=True).from_logits is True
    forced = objective("cross_entropy", output=softmax, params={"from_logits": True})
    assert forced.from_logits is True
    assert objective("mse", output=Output("logits", "none", "")).from_logits is False
    assert objective("huber", output=softmax).from_logits is None
    assert objective("cross_entropy", from_logits=False).params == {
        "label_smoothing": 0.0, "from_logits": False,
    }  # fmt: skip


@pytest.mark.parametrize("loss", [
    "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy",
    keras.losses.SparseCategoricalCrossentropy(), keras.losses.sparse_categorical_crossentropy,
    {"class_name": "SparseCategoricalCrossentropy", "config": {}},
])  # fmt: skip
def test_from_logits_reaches_losses_of_keras(loss):
    model = dense(3)
    expected = float(get("cross_entropy")(LABELS, model(INPUTS)))
    ours = objective(loss, from_logits=True)
    assert value(ours, model, LABELS) == pytest.approx(expected, rel=1e-5)
    assert ours.from_logits is True
    # Without the argument it is what it is to `fit`, whatever the model ends in.
    assert objective(loss, output=found(model)).from_logits is False


@pytest.mark.parametrize("loss", ["huber", "hinge", "mean_squared_logarithmic_error", "Dice",
                                  keras.losses.Huber(), keras.losses.huber,
                                  lambda target, output: output])  # fmt: skip
def test_from_logits_is_refused_where_no_loss_asks_for_it(loss):
    with pytest.raises(ArgumentError, match=r"^from_logits: .* not have this setting") as caught:
        objective(loss, from_logits=True)
    assert caught.value.argument == "from_logits"


def test_parameters_reach_the_loss():
    model = dense(3, "softmax")
    for loss, params in (
        ("focal", {"gamma": 1.0}), ("categorical_focal_crossentropy", {"gamma": 1.0}),
        ("Huber", {"delta": 0.2}), (keras.losses.Huber(), {"delta": 0.2}),
        (lambda target, output, power=2.0: tf.abs(target - output) ** power, {"power": 3.0}),
    ):  # fmt: skip
        ours = objective(loss, params=params, output=found(model))
        assert ours.params.items() >= params.items()
        plain = objective(loss, output=found(model))
        assert value(ours, model, ROWS) != value(plain, model, ROWS)
    for loss in ("focal", "Huber", keras.losses.Huber(), keras.losses.huber, lambda t, o: o):
        with pytest.raises(ArgumentError, match="detla"):
            objective(loss, params={"detla": 1.0})
    with pytest.raises(ArgumentError, match="gamma"):
        objective("focal", params={"gamma": -1})
    with pytest.raises(ArgumentError, match="from_logits: got 'no'"):
        objective("focal", from_logits="no")


# -- names -----------------------------------------------------------------------------------------


class Margin:
    def __call__(self, target, output):
        return output

    def by_class(self, target, output):
        return output

    def loss(self, target, output):
        return output


def made(power):
    def loss(target, output):
        return tf.abs(target - output) ** power

    return loss


def loss_fn(target, output):
    return output


def squared_error(target, output):
    return output


class OwnLoss(keras.losses.Loss):
    def call(self, target, output):
        return keras.ops.mean(keras.ops.abs(target - output), -1)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mse", "quadratic"), ("MeanSquaredError", "MeanSquaredError"),
        ("sparse_categorical_crossentropy", "sparse_categorical_crossentropy"),
        (keras.losses.Huber(), "huber_loss"), (keras.losses.Huber(name="mine"), "mine"),
        (OwnLoss(), "own_loss"), (OwnLoss(name="gap"), "gap"),
        (lambda target, output: output, "own loss"), (loss_fn, "own loss"),
        (squared_error, "squared_error"), (functools.partial(squared_error), "squared_error"),
        (tf.function(squared_error), "squared_error"), (made(2), "made"), (Margin(), "Margin"),
        (Margin().by_class, "by_class"), (Margin().loss, "Margin"),
    ],
)  # fmt: skip
def test_names_tell_what_trains(loss, name):
    assert objective(loss).name == name
    assert name in repr(objective(loss))


@pytest.mark.parametrize(
    ("loss", "near"),
    [
        ("cross_entropi", "cross_entropy"), ("binary_crosentropy", "binary_crossentropy"),
        ("MeanSquarederror", "MeanSquaredError"), ("cosine_similarty", "cosine_similarity"),
        ("dise", "dice"), ("hubr", "huber"),
    ],
)  # fmt: skip
def test_a_misspelt_name_gets_the_nearest_of_both(loss, near):
    with pytest.raises(ArgumentError, match=f"Did you mean .*{near}") as caught:
        objective(loss)
    assert len(str(caught.value)) < 300


def test_what_is_no_loss_is_told():
    with pytest.raises(ArgumentError, match=r"give an instance: keras\.losses\.Huber\(\)"):
        objective(keras.losses.Huber)
    with pytest.raises(ArgumentError, match=r"give an instance: OwnLoss\(\)"):
        objective(OwnLoss)
    with pytest.raises(TypeError, match="must be a function"):
        objective(3)
    with pytest.raises(TypeError, match="one loss"):
        objective({"a": "mse"})
    with pytest.raises(TypeError, match="cannot be called"):
        objective(lambda output: output)


def test_a_missing_return_is_told():
    def forgotten(target, output):
        tf.reduce_mean(output)

    def on_one_path(target, output, power=1):  # noqa: RET503 - the mistake itself
        if power == 2:
            return tf.reduce_mean(tf.square(target - output))

    model = dense(1)
    for loss in (forgotten, on_one_path, lambda target, output: None):
        with pytest.raises(ArgumentError, match=r"it returns None.*is a `return` missing"):
            objective(loss)(YES, model(INPUTS))
        with pytest.raises(Exception, match=r"it returns None.*is a `return` missing"):
            value(objective(loss), model, YES)
    assert value(objective(on_one_path, params={"power": 2}), model, YES) > 0
