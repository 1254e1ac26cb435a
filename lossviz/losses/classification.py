"""Losses on the probability that a model gives to the right class."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf
from lossviz.losses.card import Loss, Parameter


def cross_entropy(target: Any, output: Any, *, label_smoothing: float = 0.0) -> Any:
    """Mean softmax cross-entropy; the output holds logits."""
    classes = tf.cast(tf.shape(output)[-1], output.dtype)
    target = target * (1.0 - label_smoothing) + label_smoothing / classes
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, output))


LOSSES = (
    Loss(
        function=cross_entropy,
        name="cross_entropy",
        title="Cross-entropy",
        family="classification",
        formula=r"-\sum_c t_c \log \mathrm{softmax}(o)_c",
        advice=(
            "Punishes a low probability for the right class, the more the surer the model is of a "
            "wrong one. The first choice for classes that exclude each other. Wrong labels in the "
            "data weigh heavily: label smoothing softens that."
        ),
        params={
            "label_smoothing": Parameter(
                default=0.0,
                minimum=0.0,
                maximum=1.0,
                help="Share of the target's weight that is spread evenly over all classes.",
            )
        },
        reference="I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2",
        aliases=("log_loss",),
        class_axis=True,
    ),
)
