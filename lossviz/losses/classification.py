"""Losses on the probability that a model assigns to the true class."""

from __future__ import annotations

from typing import Any

from lossviz._parameter import Parameter
from lossviz._tensorflow import tf
from lossviz.losses.card import Loss
from lossviz.losses.parameter import FROM_LOGITS, FROM_SIGMOID_LOGITS


def cross_entropy(
    target: Any, output: Any, *, label_smoothing: float = 0.0, from_logits: bool = True
) -> Any:
    """Mean cross-entropy of classes that exclude each other."""
    classes = tf.cast(tf.shape(output)[-1], output.dtype)
    target = target * (1.0 - label_smoothing) + label_smoothing / classes
    if from_logits:
        losses = tf.nn.softmax_cross_entropy_with_logits(target, output)
    else:
        losses = tf.keras.losses.categorical_crossentropy(target, output)
    return tf.reduce_mean(losses)


def binary_cross_entropy(target: Any, output: Any, *, from_logits: bool = True) -> Any:
    """Mean cross-entropy of yes-or-no questions."""
    if from_logits:
        losses = tf.nn.sigmoid_cross_entropy_with_logits(target, output)
    else:
        losses = tf.keras.losses.binary_crossentropy(target, output)
    return tf.reduce_mean(losses)


def weighted_cross_entropy(
    target: Any,
    output: Any,
    *,
    class_weights: list[float] | None = None,
    from_logits: bool = True,
) -> Any:
    """Mean cross-entropy with a weight for each class."""
    if from_logits:
        losses = tf.nn.softmax_cross_entropy_with_logits(target, output)
    else:
        losses = tf.keras.losses.categorical_crossentropy(target, output)
    if class_weights is not None:
        weights = tf.constant(class_weights, target.dtype)
        losses *= tf.reduce_sum(target * weights, axis=-1)
    return tf.reduce_mean(losses)


def focal(
    target: Any,
    output: Any,
    *,
    gamma: float = 2.0,
    alpha: float = 0.25,
    from_logits: bool = True,
) -> Any:
    """Mean focal loss, which fades for what the model is sure of."""
    if from_logits:
        log_p = tf.nn.log_softmax(output)
    else:
        p = output / tf.reduce_sum(output, axis=-1, keepdims=True)
        log_p = tf.math.log(tf.clip_by_value(p, 1e-7, 1.0 - 1e-7))
    # 1 - p without cancellation; the bound keeps the power's slope finite where p is 1.
    doubt = tf.maximum(-tf.math.expm1(log_p), 1e-7)
    losses = -tf.reduce_sum(target * alpha * tf.pow(doubt, gamma) * log_p, axis=-1)
    return tf.reduce_mean(losses)


def hinge(target: Any, output: Any) -> Any:
    """Mean multi-class hinge loss on raw scores: the right one should win by 1."""
    right = tf.reduce_sum(target * output, axis=-1)
    wrong = tf.reduce_max(tf.where(target > 0.5, output.dtype.min, output), axis=-1)
    return tf.reduce_mean(tf.nn.relu(1.0 + wrong - right))


def kl_divergence(target: Any, output: Any, *, from_logits: bool = True) -> Any:
    """Mean Kullback-Leibler divergence of the model's probabilities from the target."""
    if from_logits:
        entropy = tf.reduce_sum(tf.math.xlogy(target, target), axis=-1)
        losses = entropy - tf.reduce_sum(target * tf.nn.log_softmax(output), axis=-1)
    else:
        losses = tf.keras.losses.kld(target, output)
    return tf.reduce_mean(losses)


LOSSES = (
    Loss(
        function=cross_entropy,
        name="cross_entropy",
        title="Cross-entropy",
        family="classification",
        formula=r"-\sum_c t_c \log \mathrm{softmax}(o)_c",
        advice=(
            "Penalizes a low probability for the true class, most of all when the model is "
            "confidently wrong. The default choice for mutually exclusive classes. Sensitive "
            "to mislabelled data; label smoothing softens that."
        ),
        params={
            "label_smoothing": Parameter(
                default=0.0,
                minimum=0.0,
                maximum=1.0,
                help="Share of the target's probability spread evenly over all classes.",
            ),
            "from_logits": FROM_LOGITS,
        },
        reference="I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2",
        aliases=("log_loss",),
        shapes="classes",
    ),
    Loss(
        function=binary_cross_entropy,
        name="binary_cross_entropy",
        title="Binary cross-entropy",
        family="classification",
        formula=r"-t \log \sigma(o) - (1 - t) \log (1 - \sigma(o))",
        advice=(
            "Treats each output as an independent yes-or-no question. For two classes with a "
            "single output, or for samples with several labels. If exactly one class is "
            "correct, cross-entropy learns faster."
        ),
        params={"from_logits": FROM_SIGMOID_LOGITS},
        reference="C. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2",
        aliases=("bce",),
        probabilities=True,
    ),
    Loss(
        function=weighted_cross_entropy,
        name="weighted_cross_entropy",
        title="Weighted cross-entropy",
        family="classification",
        formula=r"-\sum_c w_c \, t_c \log \mathrm{softmax}(o)_c",
        advice=(
            "Cross-entropy in which mistakes on rare classes can cost more. For imbalanced "
            "data: weights inversely proportional to the class frequencies make all classes "
            "count equally. Very large weights make training unstable; lower the learning "
            "rate to compensate."
        ),
        params={
            "class_weights": Parameter(
                default=None,
                kind="numbers",
                minimum=0.0,
                help="One weight per class, 0 or greater; empty: all weights are 1.",
            ),
            "from_logits": FROM_LOGITS,
        },
        reference="G. King, L. Zeng, Logistic Regression in Rare Events Data (2001)",
        aliases=("wce",),
        shapes="classes",
    ),
    Loss(
        function=focal,
        name="focal",
        title="Focal",
        family="classification",
        formula=r"-\alpha \sum_c t_c (1 - p_c)^\gamma \log p_c, \quad p = \mathrm{softmax}(o)",
        advice=(
            "Cross-entropy that down-weights samples the model already gets right, so that "
            "hard and rare ones dominate. For strong class imbalance, especially in "
            "detection and segmentation. With noisy labels it chases the mislabelled samples."
        ),
        params={
            "gamma": Parameter(
                default=2.0,
                minimum=0.0,
                help="How strongly easy samples are down-weighted; 0: not at all.",
            ),
            "alpha": Parameter(default=0.25, minimum=0.0, help="Multiplies the whole loss."),
            "from_logits": FROM_LOGITS,
        },
        reference="T.-Y. Lin et al., Focal Loss for Dense Object Detection (2017)",
        shapes="classes",
    ),
    Loss(
        function=hinge,
        name="hinge",
        title="Hinge",
        family="classification",
        formula=r"\max\big(0, 1 + \max_{c \ne y} o_c - o_y\big)",
        advice=(
            "Requires the score of the true class to exceed every other score by 1, then "
            "ignores the sample, as support vector machines do. For a wide margin between "
            "classes. The scores are not probabilities."
        ),
        reference="K. Crammer, Y. Singer, Journal of Machine Learning Research 2 (2001), 265-292",
        shapes="classes",
        one_hot=True,
    ),
    Loss(
        function=kl_divergence,
        name="kl_divergence",
        title="Kullback-Leibler divergence",
        family="classification",
        formula=r"\sum_c t_c \log \frac{t_c}{\mathrm{softmax}(o)_c}",
        advice=(
            "Measures how far the model's distribution is from the target's, in nats. For "
            "targets that are distributions, as in distillation. With one-hot targets it "
            "equals cross-entropy."
        ),
        params={"from_logits": FROM_LOGITS},
        reference="S. Kullback, R. Leibler, On Information and Sufficiency (1951)",
        aliases=("kld", "kullback_leibler"),
        shapes="classes",
    ),
)
