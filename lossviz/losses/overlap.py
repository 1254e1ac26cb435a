"""Losses on how well a predicted region covers the true one."""

from __future__ import annotations

from typing import Any

from lossviz._parameter import Parameter
from lossviz._tensorflow import tf
from lossviz.losses.card import Loss
from lossviz.losses.parameter import FROM_LOGITS


def dice(target: Any, output: Any, *, smooth: float = 1.0, from_logits: bool = True) -> Any:
    """Mean of 1 - Dice over samples and classes."""
    # The middle axes are summed; with [batch, classes] the batch is the region.
    axes = list(range(1, len(output.shape) - 1)) or [0]
    p = tf.nn.softmax(output) if from_logits else output
    both = tf.reduce_sum(target * p, axes)
    total = tf.reduce_sum(target, axes) + tf.reduce_sum(p, axes)
    index = tf.math.divide_no_nan(2.0 * both + smooth, total + smooth)
    return tf.reduce_mean(1.0 - index)


def jaccard(target: Any, output: Any, *, smooth: float = 1.0, from_logits: bool = True) -> Any:
    """Mean of 1 - intersection over union over samples and classes."""
    axes = list(range(1, len(output.shape) - 1)) or [0]
    p = tf.nn.softmax(output) if from_logits else output
    both = tf.reduce_sum(target * p, axes)
    union = tf.reduce_sum(target, axes) + tf.reduce_sum(p, axes) - both
    index = tf.math.divide_no_nan(both + smooth, union + smooth)
    return tf.reduce_mean(1.0 - index)


def tversky(
    target: Any,
    output: Any,
    *,
    alpha: float = 0.3,
    beta: float = 0.7,
    smooth: float = 1.0,
    from_logits: bool = True,
) -> Any:
    """Mean of 1 - Tversky index over samples and classes."""
    axes = list(range(1, len(output.shape) - 1)) or [0]
    p = tf.nn.softmax(output) if from_logits else output
    hits = tf.reduce_sum(target * p, axes)
    false = tf.reduce_sum((1.0 - target) * p, axes)
    missed = tf.reduce_sum(target * (1.0 - p), axes)
    total = hits + alpha * false + beta * missed
    index = tf.math.divide_no_nan(hits + smooth, total + smooth)
    return tf.reduce_mean(1.0 - index)


SMOOTH = Parameter(
    default=1.0,
    minimum=0.0,
    help="Added to numerator and denominator, so that a class that is neither present nor "
    "predicted costs nothing.",
)

LOSSES = (
    Loss(
        function=dice,
        name="dice",
        title="Dice",
        family="overlap",
        formula=r"1 - \frac{2 \sum t p + s}{\sum t + \sum p + s}, \quad p = \mathrm{softmax}(o)",
        advice=(
            "Scores the overlap of whole regions, so a small class counts as much as a large "
            "one. For segmentation with a dominant background. Its gradient is weak while "
            "nothing overlaps yet; cross-entropy is more reliable early in training."
        ),
        params={"smooth": SMOOTH, "from_logits": FROM_LOGITS},
        reference="F. Milletari, N. Navab, S.-A. Ahmadi, V-Net (2016)",
        shapes="classes",
    ),
    Loss(
        function=jaccard,
        name="jaccard",
        title="Jaccard (soft IoU)",
        family="overlap",
        formula=r"1 - \frac{I + s}{U + s}, \quad I = \sum t p, \; U = \sum t + \sum p - I",
        advice=(
            "The usual metric for segmentation, made differentiable. Like Dice, but stricter "
            "with partly correct regions."
        ),
        params={"smooth": SMOOTH, "from_logits": FROM_LOGITS},
        reference="M. A. Rahman, Y. Wang, Optimizing Intersection-Over-Union in Deep Neural "
        "Networks for Image Segmentation (2016)",
        aliases=("iou", "soft_iou"),
        shapes="classes",
    ),
    Loss(
        function=tversky,
        name="tversky",
        title="Tversky",
        family="overlap",
        formula=r"1 - \frac{TP + s}{TP + \alpha FP + \beta FN + s}",
        advice=(
            "Dice with separate costs for false positives (alpha) and false negatives "
            "(beta). For rare regions that must not be missed: set beta above alpha. With "
            "both at 0.5 it equals Dice."
        ),
        params={
            "alpha": Parameter(default=0.3, minimum=0.0, help="Cost of a false positive."),
            "beta": Parameter(default=0.7, minimum=0.0, help="Cost of a false negative."),
            "smooth": SMOOTH,
            "from_logits": FROM_LOGITS,
        },
        reference="S. S. M. Salehi, D. Erdogmus, A. Gholipour, Tversky Loss Function (2017)",
        shapes="classes",
    ),
)
