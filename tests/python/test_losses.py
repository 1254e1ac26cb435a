"""Values and gradients of every loss against independent sources, over awkward inputs too."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

import lossviz
from lossviz.losses import check_targets

SCALES = [0.1, 1.0, 10.0, 1e4]


def close(ours, expected, scale=1.0):
    np.testing.assert_allclose(np.float64(ours), expected, rtol=1e-5, atol=1e-6 * scale)


def value_and_gradient(name, target, output, **params):
    output = tf.constant(output, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(output)
        value = lossviz.losses.get(name)(target, output, **params)
    slope = tape.gradient(value, output)
    assert value.dtype == tf.float32
    assert value.shape == ()
    return value.numpy(), slope.numpy()


def numeric_gradient(formula, output, size=1e-6):
    """Central differences in float64."""
    slope = np.zeros_like(output, np.float64)
    for index in np.ndindex(output.shape):
        for sign in (1, -1):
            moved = output.astype(np.float64)
            moved[index] += sign * size
            slope[index] += sign * formula(moved) / (2 * size)
    return slope


# -- the formulas, in NumPy and float64, from the literature -----------------------------------


def log_softmax(o):
    return special.log_softmax(np.float64(o), axis=-1)


def softmax(o):
    return special.softmax(np.float64(o), axis=-1)


def region(t, o):
    t, p = np.float64(t), softmax(o)
    axes = tuple(range(1, p.ndim - 1)) or (0,)
    return t, p, axes


def dice(t, o, smooth=1.0):
    t, p, axes = region(t, o)
    both = (t * p).sum(axes)
    return np.mean(1 - (2 * both + smooth) / (t.sum(axes) + p.sum(axes) + smooth))


def jaccard(t, o, smooth=1.0):
    t, p, axes = region(t, o)
    both = (t * p).sum(axes)
    return np.mean(1 - (both + smooth) / (t.sum(axes) + p.sum(axes) - both + smooth))


def tversky(t, o, alpha=0.3, beta=0.7, smooth=1.0):
    t, p, axes = region(t, o)
    hits, false, missed = ((a * b).sum(axes) for a, b in ((t, p), (1 - t, p), (t, 1 - p)))
    return np.mean(1 - (hits + smooth) / (hits + alpha * false + beta * missed + smooth))


def hinge(t, o):
    right = (t * o).sum(-1)
    wrong = np.where(t > 0, -np.inf, o).max(-1)
    return np.mean(np.maximum(0, 1 + wrong - right))


def focal(t, o, gamma=2.0, alpha=0.25):
    log_p = log_softmax(o)
    return np.mean(-(t * alpha * (-np.expm1(log_p)) ** gamma * log_p).sum(-1))


def kl(t, o):
    return np.mean((special.xlogy(t, t) - t * log_softmax(o)).sum(-1))


def huber(t, o, delta=1.0):
    e = np.abs(o - t)
    return np.mean(np.where(e <= delta, 0.5 * e**2, delta * e - 0.5 * delta**2))


def log_cosh(t, o):
    e = np.abs(np.float64(o) - t)
    large = e + np.log1p(np.exp(-2 * e)) - np.log(2)
    return np.mean(np.where(e < 1, np.log1p(2 * np.sinh(np.minimum(e, 1) / 2) ** 2), large))


PLAIN = {
    "quadratic": (lambda t, o: np.mean((o - t) ** 2), {}),
    "mean_absolute_error": (lambda t, o: np.mean(np.abs(o - t)), {}),
    "huber": (huber, {"delta": 0.7}),
    "log_cosh": (log_cosh, {}),
    "quantile": (
        lambda t, o, q=0.5: np.mean(np.maximum(q * (t - o), (q - 1) * (t - o))), {"q": 0.9},
    ),
    "binary_cross_entropy": (
        lambda t, o: np.mean(np.maximum(o, 0) - o * t + np.log1p(np.exp(-np.abs(o)))), {},
    ),
}  # fmt: skip
CLASSES = {
    "cross_entropy": (lambda t, o: np.mean(-(t * log_softmax(o)).sum(-1)), {}),
    "focal": (focal, {"gamma": 1.5, "alpha": 0.4}),
    "hinge": (hinge, {}),
    "kl_divergence": (kl, {}),
    "dice": (dice, {"smooth": 0.5}),
    "jaccard": (jaccard, {}),
    "tversky": (tversky, {"alpha": 0.2, "beta": 0.9}),
}


def one_hot(stream, shape, classes, present=None):
    labels = stream.choice(classes if present is None else present, size=shape)
    return np.eye(classes, dtype=np.float32)[labels]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", PLAIN)
@settings(max_examples=12)
@given(seed=st.integers(0, 2**31), shape=st.sampled_from([(1,), (7,), (1, 1), (4, 3), (2, 3, 2)]))
def test_losses_of_numbers_agree_with_their_formulas(name, scale, seed, shape):
    formula, params = PLAIN[name]
    stream = np.random.default_rng(seed)
    output = np.float32(stream.normal(size=shape) * scale)
    target = np.float32(stream.normal(size=shape))
    if name == "binary_cross_entropy":
        target = np.float32(stream.integers(0, 2, shape))
    value, slope = value_and_gradient(name, target, output, **params)
    t, o = np.float64(target), np.float64(output)
    close(value, formula(t, o, **params))
    assert np.isfinite(slope).all()
    if scale <= 10:
        numeric = numeric_gradient(lambda moved: formula(t, moved, **params), o)
        np.testing.assert_allclose(slope, numeric, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", CLASSES)
@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**31),
    shape=st.sampled_from([(1,), (5,), (1, 3, 3), (2, 2, 3)]),
    classes=st.integers(2, 5),
    alone=st.booleans(),
)
def test_losses_of_classes_agree_with_their_formulas(name, scale, seed, shape, classes, alone):
    formula, params = CLASSES[name]
    stream = np.random.default_rng(seed)
    output = np.float32(stream.normal(size=(*shape, classes)) * scale)
    # Often one class fills everything and the others are absent.
    target = one_hot(stream, shape, classes, [0] if alone else None)
    value, slope = value_and_gradient(name, target, output, **params)
    t, o = np.float64(target), np.float64(output)
    close(value, formula(t, o, **params))
    assert np.isfinite(slope).all()
    if scale <= 10:
        numeric = numeric_gradient(lambda moved: formula(t, moved, **params), o)
        np.testing.assert_allclose(slope, numeric, rtol=2e-4, atol=1e-5)


def test_values_agree_with_keras():
    stream = np.random.default_rng(3)
    output, target = stream.normal(size=(6, 4)).astype("f4"), one_hot(stream, (6,), 4)
    get = lossviz.losses.get
    cases = [
        (get("cross_entropy")(target, output, label_smoothing=0.2),
         keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)),
        (get("focal")(target, output), keras.losses.CategoricalFocalCrossentropy(from_logits=True)),
        (get("binary_cross_entropy")(target, output),
         keras.losses.BinaryCrossentropy(from_logits=True)),
        (get("huber")(target, output, delta=0.3), keras.losses.Huber(delta=0.3)),
        (get("log_cosh")(target, output), keras.losses.LogCosh()),
        (get("mae")(target, output), keras.losses.MeanAbsoluteError()),
    ]  # fmt: skip
    for ours, theirs in cases:
        close(ours, float(theirs(target, output)))
    rates = np.abs(output) + 0.1
    close(get("poisson")(target, rates), float(keras.losses.Poisson()(target, rates)))


def test_quadratic_of_probabilities():
    stream = np.random.default_rng(1)
    output, target = stream.normal(size=(6, 4)).astype("f4"), one_hot(stream, (6,), 4)
    ours = lossviz.losses.get("l2")(target, output, from_logits=True)
    close(ours, np.mean((softmax(output) - target) ** 2))


@given(seed=st.integers(0, 2**31), weights=st.lists(st.floats(0, 50), min_size=4, max_size=4))
@settings(max_examples=30)
def test_class_weights_are_those_of_keras(seed, weights):
    stream = np.random.default_rng(seed)
    output, target = stream.normal(size=(7, 4)).astype("f4") * 3, one_hot(stream, (7,), 4)
    value, slope = value_and_gradient(
        "weighted_cross_entropy", target, output, class_weights=weights
    )
    each = -(target * log_softmax(output)).sum(-1) * (target * weights).sum(-1)
    close(value, each.mean())
    assert np.isfinite(slope).all()
    if not any(weights):
        assert value == 0
        assert not slope.any()


def every_alignment(log_p, label):
    """The log probability of a label by going through all paths."""
    time, classes = log_p.shape
    total = -np.inf
    for path in itertools.product(range(classes), repeat=time):
        read = [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]
        if read == list(label):
            total = np.logaddexp(total, sum(log_p[i, c] for i, c in enumerate(path)))
    return total


@pytest.mark.parametrize("scale", SCALES)
@given(
    seed=st.integers(0, 2**31),
    time=st.integers(1, 5),
    labels=st.lists(st.lists(st.integers(1, 2), max_size=3), min_size=1, max_size=3),
)
@settings(max_examples=15)
def test_ctc_sums_over_every_alignment(scale, seed, time, labels):
    stream = np.random.default_rng(seed)
    output = np.float32(stream.normal(size=(len(labels), time, 3)) * scale)
    target = np.zeros((len(labels), 3), np.int32)
    for row, label in zip(target, labels, strict=True):
        row[: len(label)] = label
    ctc = lossviz.losses.get("ctc")
    expected = np.mean(
        [-every_alignment(log_softmax(o), label) for o, label in zip(output, labels, strict=True)]
    )
    if np.isinf(expected):
        # A label that does not fit into the time axis: documented as an infinite loss.
        assert np.isposinf(float(ctc(target, output)))
        with pytest.raises(ValueError, match="needs"):
            check_targets(ctc, target, output.shape)
        return
    value, slope = value_and_gradient("ctc", target, output)
    close(value, expected)
    assert np.isfinite(slope).all()


def test_ctc_agrees_with_keras():
    stream = np.random.default_rng(0)
    output = stream.normal(size=(3, 12, 6)).astype("f4")
    target = np.array([[1, 2, 2, 0], [5, 0, 0, 0], [1, 2, 3, 4]])
    ours = lossviz.losses.get("ctc")(target, output)
    close(ours, float(keras.losses.CTC()(target, output)))


@given(
    seed=st.integers(0, 2**31), negatives=st.sampled_from([0.0, 1.0, 3.0]),
    share=st.sampled_from([0.0, 0.2, 1.0]), scale=st.sampled_from(SCALES),
)  # fmt: skip
@settings(max_examples=40)
def test_ssd_chooses_the_hardest_negatives(seed, negatives, share, scale):
    stream = np.random.default_rng(seed)
    labels = np.where(stream.random((2, 9)) < share, stream.integers(1, 4, (2, 9)), 0)
    offsets = stream.normal(size=(2, 9, 4))
    target = np.float32(np.concatenate([np.eye(4)[labels], offsets], -1))
    output = np.float32(stream.normal(size=(2, 9, 8)) * scale)
    value, slope = value_and_gradient("ssd", target, output, negatives=negatives)
    total = 0.0
    for image in range(2):
        entropy = -(target[image, :, :4] * log_softmax(output[image, :, :4])).sum(-1)
        positive = labels[image] > 0
        count = min(int(negatives * positive.sum()), (~positive).sum())
        # Exhaustive: of all choices of so many negatives the one with the largest sum.
        choices = itertools.combinations(entropy[~positive], count)
        total += entropy[positive].sum() + max(sum(choice) for choice in choices)
        error = np.abs(np.float64(output[image, :, 4:]) - target[image, :, 4:])[positive]
        total += np.where(error < 1, 0.5 * error**2, error - 0.5).sum()
    count = (labels > 0).sum()
    close(value, total / count if count else 0.0)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("smooth", [0.0, 1.0])
@pytest.mark.parametrize("name", ["dice", "jaccard", "tversky"])
@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_empty_and_full_masks_have_finite_losses(name, fill, smooth):
    target = np.full((1, 4, 4, 3), fill, np.float32)
    for scale in (0.0, 1e4):
        output = np.zeros((1, 4, 4, 3), np.float32)
        output[..., 0] = scale
        value, slope = value_and_gradient(name, target, output, smooth=smooth)
        assert np.isfinite(value)
        assert np.isfinite(slope).all()


def test_a_full_and_right_mask_costs_nothing():
    target = np.zeros((1, 4, 4, 2), np.float32)
    target[..., 1] = 1
    output = np.where(target > 0, 50.0, -50.0)
    for name in ("dice", "jaccard", "tversky"):
        assert value_and_gradient(name, target, output)[0] == pytest.approx(0, abs=1e-6)


def example(name):
    """A target and an output of a loss, small and ordinary."""
    stream = np.random.default_rng(0)
    shapes = lossviz.losses.get(name).shapes
    if shapes == "ctc":
        return np.array([[1, 2, 0], [2, 2, 1]]), stream.normal(size=(2, 6, 4)).astype("f4")
    if shapes == "ssd":
        target = np.concatenate([one_hot(stream, (2, 5), 3), stream.normal(size=(2, 5, 4))], -1)
        return target.astype("f4"), stream.normal(size=(2, 5, 7)).astype("f4")
    target = one_hot(stream, (2, 3, 3), 4)
    return target, np.abs(stream.normal(size=target.shape)).astype("f4")


@pytest.mark.parametrize("name", lossviz.losses.names())
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_gives_a_finite_float32_loss(name, dtype):
    target, output = example(name)
    half = tf.cast(output * 50, dtype)
    value = lossviz.losses.get(name)(target, half)
    assert value.dtype == tf.float32
    assert np.isfinite(value)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("name", lossviz.losses.names())
def test_every_loss_works_in_a_graph_and_under_xla(name, jit):
    target, output = example(name)
    loss = lossviz.losses.get(name)

    @tf.function(jit_compile=jit)
    def step(target, output):
        with tf.GradientTape() as tape:
            tape.watch(output)
            value = loss(target, output)
        return value, tape.gradient(value, output)

    value, slope = step(tf.constant(target), tf.constant(output))
    expected, eager = value_and_gradient(name, target, output)
    close(value, expected)
    np.testing.assert_allclose(slope, eager, rtol=1e-4, atol=1e-6)
