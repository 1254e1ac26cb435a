"""Small models, targets and weights for the tests of objectives."""

from __future__ import annotations

import warnings

import keras
import numpy as np
import tensorflow as tf
from keras.src.losses import ALL_OBJECTS_DICT
from keras.src.trainers.compile_utils import CompileLoss

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


def squared_error(target, output):
    return output
