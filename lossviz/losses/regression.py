"""Losses on the distance between a number and its target."""

from __future__ import annotations

from typing import Any

from lossviz._parameter import Parameter
from lossviz._tensorflow import tf
from lossviz.losses.card import Loss


def quadratic(target: Any, output: Any, *, from_logits: bool = False) -> Any:
    """Mean of the squared differences between target and output."""
    if from_logits:
        output = tf.nn.softmax(output)
    return tf.reduce_mean(tf.square(output - target))


def mean_absolute_error(target: Any, output: Any) -> Any:
    """Mean of the absolute differences between target and output."""
    return tf.reduce_mean(tf.abs(output - target))


def huber(target: Any, output: Any, *, delta: float = 1.0) -> Any:
    """Mean loss that is quadratic for errors up to delta and linear beyond."""
    error = tf.abs(output - target)
    near = tf.minimum(error, delta)
    return tf.reduce_mean(0.5 * tf.square(near) + delta * (error - near))


def log_cosh(target: Any, output: Any) -> Any:
    """Mean logarithm of the hyperbolic cosine of the error."""
    error = tf.abs(output - target)
    near = tf.minimum(error, 1.0)
    # log(cosh(x)) is log1p(2 sinh(x/2)^2), exact for small x; the other form cannot overflow.
    small = tf.math.log1p(2.0 * tf.square(tf.sinh(0.5 * near)))
    large = error + tf.math.softplus(-2.0 * error) - tf.math.log(2.0)
    return tf.reduce_mean(tf.where(error < 1.0, small, large))


def quantile(target: Any, output: Any, *, q: float = 0.5) -> Any:
    """Mean pinball loss, whose minimum is the q-quantile of the targets."""
    error = target - output
    return tf.reduce_mean(tf.maximum(q * error, (q - 1.0) * error))


def poisson(target: Any, output: Any) -> Any:
    """Mean Poisson loss of counts; the output is a rate, greater than 0."""
    return tf.reduce_mean(output - target * tf.math.log(output + 1e-7))


LOSSES = (
    Loss(
        function=quadratic,
        name="quadratic",
        title="Quadratic (mean squared error)",
        family="regression",
        formula=r"\frac{1}{n} \sum_i (o_i - t_i)^2",
        advice=(
            "Penalizes large errors far more than small ones, so a few outliers can dominate "
            "the fit. The natural choice for numbers with symmetric noise. It also works on "
            "class labels, but learns slowly where the model is confidently wrong; prefer "
            "cross-entropy there."
        ),
        params={
            "from_logits": Parameter(
                default=False,
                kind="switch",
                help="Apply softmax to the output first.",
            )
        },
        reference="C. F. Gauss, Theoria motus corporum coelestium (1809), book 2, section 3",
        aliases=("mse", "l2", "mean_squared_error"),
    ),
    Loss(
        function=mean_absolute_error,
        name="mean_absolute_error",
        title="Mean absolute error",
        family="regression",
        formula=r"\frac{1}{n} \sum_i |o_i - t_i|",
        advice=(
            "Penalizes each unit of error equally, so outliers pull no harder than other "
            "points, and the fit approaches the median. Its gradient does not shrink near "
            "the optimum; lower the learning rate towards the end."
        ),
        reference="P. S. Laplace, Sur quelques points du système du monde (1793), article 2",
        aliases=("mae", "l1"),
    ),
    Loss(
        function=huber,
        name="huber",
        title="Huber",
        family="regression",
        formula=r"\frac{1}{n} \sum_i \begin{cases} \frac12 e_i^2 & |e_i| \le \delta \\"
        r" \delta |e_i| - \frac12 \delta^2 & |e_i| > \delta \end{cases}",
        advice=(
            "Quadratic for small errors, linear for large ones: smooth near the optimum and "
            "robust to outliers. Set delta to about the size of the noise you expect."
        ),
        params={
            "delta": Parameter(
                default=1.0, above=0.0, help="The error up to which the loss is quadratic."
            )
        },
        reference="P. J. Huber, Robust Estimation of a Location Parameter (1964)",
    ),
    Loss(
        function=log_cosh,
        name="log_cosh",
        title="Log-cosh",
        family="regression",
        formula=r"\frac{1}{n} \sum_i \log \cosh (o_i - t_i)",
        advice=(
            "About half the squared error for small errors and the absolute error for large "
            "ones, like Huber without a parameter and with smooth second derivatives. Its "
            "transition is fixed near 1, so scale the targets to about that size."
        ),
        reference="P. J. Green, IEEE Transactions on Medical Imaging 9 (1990), 84-93",
        aliases=("logcosh",),
    ),
    Loss(
        function=quantile,
        name="quantile",
        title="Quantile (pinball)",
        family="regression",
        formula=r"\frac{1}{n} \sum_i \max\big(q (t_i - o_i), (q - 1)(t_i - o_i)\big)",
        advice=(
            "Learns the value that a share q of the targets falls below: 0.9 for a cautious "
            "forecast, 0.5 for the median. Train with 0.05 and again with 0.95 for an "
            "interval."
        ),
        params={
            "q": Parameter(
                default=0.5, minimum=0.0, maximum=1.0, help="The share of targets below the output."
            )
        },
        reference="R. Koenker, G. Bassett, Regression Quantiles (1978)",
        aliases=("pinball",),
    ),
    Loss(
        function=poisson,
        name="poisson",
        title="Poisson",
        family="regression",
        formula=r"\frac{1}{n} \sum_i \big(o_i - t_i \log o_i\big)",
        advice=(
            "For counts, whose noise grows with their size. The output is a rate: end the "
            "model with softplus or exp, because the loss is undefined for negative rates."
        ),
        reference="J. Nelder, R. Wedderburn, Generalized Linear Models (1972)",
    ),
)
