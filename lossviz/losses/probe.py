"""A loss against one prediction: the few values of which its picture is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf
from lossviz.losses.card import Loss

POINTS = 49
NEAREST = 0.02
"""How near to 0 and to 1 a probability comes; at 0 itself a logarithm has no value."""

PIXELS = 4
"""Pixels of each of two classes that a loss of whole regions sees."""

Values = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Predictions along a line, in the form in which a loss takes them.

    Attributes:
        against: what varies, within a sentence.
        predictions: float32 [points], ascending.
        targets, outputs: what the loss gets for each, [points, ...].
    """

    against: str
    predictions: Values
    targets: Values
    outputs: Values

    def values(self, loss: Loss, params: Mapping[str, Any]) -> Values:
        """The loss of each prediction, float32 [points].

        The function is traced once, on the CPU: whatever a loss of a user's own prints or does
        beside its value, it does once.
        """

        def each(pair: tuple[Any, Any]) -> Any:
            return tf.cast(loss(*pair, **params), tf.float32)

        with tf.device("CPU:0"):
            targets, outputs = tf.constant(self.targets), tf.constant(self.outputs)
            function = tf.function(
                lambda *pair: tf.map_fn(each, pair, fn_output_signature=tf.float32)
            )
            # Called as it is, TensorFlow would warn that it is traced again and again.
            found = function.get_concrete_function(targets, outputs)(targets, outputs)
        return np.asarray(found, np.float32).reshape(POINTS)


def probe(loss: Loss, params: Mapping[str, Any], *, numbers: bool) -> Probe | None:
    """The predictions to try; None where there is no single one, as for a sequence.

    Args:
        loss: the loss.
        params: its parameters.
        numbers: whether a user's own loss, or one of plain differences, gets numbers; else the
            probabilities of two classes.
    """
    if loss.shapes in {"ctc", "ssd"}:
        return None
    if loss.name == "hinge":
        return _scores()
    if loss.probabilities:
        return _yes_or_no(logits=params.get("from_logits", True))
    if (
        loss.shapes == "classes"
        or params.get("from_logits")
        or (loss.family == "own" and not numbers)
    ):
        return _classes(loss, params)
    return _counts() if loss.name == "poisson" else _differences()


def _classes(loss: Loss, params: Mapping[str, Any]) -> Probe:
    right = np.linspace(NEAREST, 1 - NEAREST, POINTS, dtype=np.float32)
    count = len(params.get("class_weights") or ()) or 2
    others = np.repeat((1 - right)[:, None] / (count - 1), count - 1, axis=1)
    outputs = np.concatenate([right[:, None], others], axis=1)
    targets = np.tile(np.eye(count, dtype=np.float32)[0], (POINTS, 1))
    if params.get("from_logits", True):
        outputs = np.log(outputs)
    if loss.family == "overlap":
        # Of each class some pixels, all predicted alike: [points, batch, pixels, classes].
        targets, outputs = (
            np.repeat(np.stack([one, one[:, ::-1]], axis=1), PIXELS, axis=1)
            for one in (targets, outputs)
        )
    return Probe(
        against="the probability of the right class", predictions=right,
        targets=targets[:, None], outputs=outputs[:, None].astype(np.float32),
    )  # fmt: skip


def _yes_or_no(*, logits: bool) -> Probe:
    right = np.linspace(NEAREST, 1 - NEAREST, POINTS, dtype=np.float32)
    outputs = np.log(right / (1 - right)) if logits else right
    return Probe(
        against="the probability of the right answer", predictions=right,
        targets=np.ones((POINTS, 1, 1), np.float32), outputs=outputs[:, None, None],
    )  # fmt: skip


def _scores() -> Probe:
    lead = np.linspace(-3, 3, POINTS, dtype=np.float32)
    return Probe(
        against="the lead of the right class's score", predictions=lead,
        targets=np.tile(np.array([1, 0], np.float32), (POINTS, 1, 1)),
        outputs=np.stack([lead, np.zeros_like(lead)], axis=1)[:, None],
    )  # fmt: skip


def _counts() -> Probe:
    rates = np.linspace(0.1, 6, POINTS, dtype=np.float32)
    return Probe(
        against="the predicted rate where the target is 2", predictions=rates,
        targets=np.full((POINTS, 1, 1), 2, np.float32), outputs=rates[:, None, None],
    )  # fmt: skip


def _differences() -> Probe:
    off = np.linspace(-3, 3, POINTS, dtype=np.float32)
    return Probe(
        against="prediction minus target", predictions=off,
        targets=np.zeros((POINTS, 1, 1), np.float32), outputs=off[:, None, None],
    )  # fmt: skip
