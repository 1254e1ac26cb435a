"""A loss on what is where: classes and boxes of many anchors at once."""

from __future__ import annotations

from typing import Any

from lossviz._parameter import Parameter
from lossviz._tensorflow import tf
from lossviz.losses.card import Loss
from lossviz.losses.parameter import FROM_LOGITS


def ssd(target: Any, output: Any, *, negatives: float = 3.0, from_logits: bool = True) -> Any:
    """Multibox loss: classes of positives and hardest negatives, and the positives' offsets."""
    positive = 1.0 - target[..., 0]
    classes, scores = target[..., :-4], output[..., :-4]
    if from_logits:
        entropy = tf.nn.softmax_cross_entropy_with_logits(classes, scores)
    else:
        entropy = tf.keras.losses.categorical_crossentropy(classes, scores)
    # Only the hardest background anchors count, `negatives` for each positive of the image.
    hardest = tf.sort((1.0 - positive) * entropy, direction="DESCENDING")
    kept = negatives * tf.reduce_sum(positive, axis=-1, keepdims=True)
    rank = tf.range(tf.shape(output)[1], dtype=output.dtype)
    mined = tf.where(rank + 1.0 <= kept, hardest, 0.0)
    error = tf.abs(output[..., -4:] - target[..., -4:])
    near = tf.minimum(error, 1.0)
    smooth_l1 = tf.reduce_sum(0.5 * tf.square(near) + error - near, axis=-1)
    total = tf.reduce_sum(positive * (entropy + smooth_l1)) + tf.reduce_sum(mined)
    return tf.math.divide_no_nan(total, tf.reduce_sum(positive))


LOSSES = (
    Loss(
        function=ssd,
        name="ssd",
        title="SSD (multibox)",
        family="detection",
        formula=r"\frac{1}{N} \Big( \sum_{pos} L_{CE} + \sum_{hard\,neg} L_{CE}"
        r" + \sum_{pos} L_{smooth\,L1} \Big)",
        advice=(
            "Combines a classification loss for every anchor with a box regression loss for "
            "anchors that contain an object. Most anchors are background, so only the "
            "hardest ones count, a few per object; otherwise they would swamp the objects."
        ),
        params={
            "negatives": Parameter(
                default=3.0, minimum=0.0, help="Hard background anchors per positive anchor."
            ),
            "from_logits": FROM_LOGITS,
        },
        reference="W. Liu et al., SSD: Single Shot MultiBox Detector (2016)",
        aliases=("multibox",),
        shapes="ssd",
    ),
)
