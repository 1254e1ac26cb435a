"""Losses on the distance between a number and its target."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf
from lossviz.losses.card import Loss, Parameter


def quadratic(target: Any, output: Any, *, from_logits: bool = False) -> Any:
    """Mean of the squared differences between target and output."""
    if from_logits:
        output = tf.nn.softmax(output)
    return tf.reduce_mean(tf.square(output - target))


LOSSES = (
    Loss(
        function=quadratic,
        name="quadratic",
        title="Quadratic (mean squared error)",
        family="regression",
        formula=r"\frac{1}{n} \sum_i (o_i - t_i)^2",
        advice=(
            "Punishes a large error far more than a small one, so a few outliers can rule the fit. "
            "The natural choice for numbers with symmetric noise. On class labels it works but "
            "learns slowly where the model is confidently wrong: prefer cross-entropy there."
        ),
        params={
            "from_logits": Parameter(
                default=False,
                kind="switch",
                help="Turn the output into probabilities with softmax first.",
            )
        },
        reference="C. F. Gauss, Theoria motus corporum coelestium (1809), book 2, section 3",
        aliases=("mse", "l2", "mean_squared_error"),
    ),
)
