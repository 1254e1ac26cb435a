"""Every form in which people have outputs and targets, against Keras on the same numbers."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import lossviz

get = lossviz.losses.get
K = keras.losses


def kld_of_logits(target, output):
    return K.kl_divergence(target, tf.nn.softmax(output))


def weighted(from_logits):
    def loss(target, output):
        each = K.categorical_crossentropy(target, output, from_logits=from_logits)
        return each * tf.reduce_sum(target * np.float32([1.0, 0.5, 3.0]), -1)

    return loss


def ctc_of_probabilities(target, output):
    return K.ctc(target, tf.math.log(output + 1e-7))


def over_middle(loss, **params):
    """Keras' overlap loss for each sample and class, of outputs that hold probabilities."""

    def mean(target, output):
        axes = list(range(1, len(output.shape) - 1)) or [0]
        return loss(target, output, axis=axes, **params)

    return mean


def of_softmax(loss):
    return lambda target, output: loss(target, tf.nn.softmax(output))


# The loss, its parameters, Keras' of logits, Keras' of probabilities.
CASES = {
    "cross_entropy": (
        {}, K.CategoricalCrossentropy(from_logits=True), K.CategoricalCrossentropy(),
    ),
    "smoothed": (
        {"label_smoothing": 0.2},
        K.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2),
        K.CategoricalCrossentropy(label_smoothing=0.2),
    ),
    "weighted_cross_entropy": (
        {"class_weights": [1.0, 0.5, 3.0]}, weighted(True), weighted(False),
    ),
    "focal": (
        {"gamma": 1.5, "alpha": 0.4},
        K.CategoricalFocalCrossentropy(alpha=0.4, gamma=1.5, from_logits=True),
        K.CategoricalFocalCrossentropy(alpha=0.4, gamma=1.5),
    ),
    "kl_divergence": ({}, kld_of_logits, K.KLDivergence()),
    "dice": ({"smooth": 0.0}, of_softmax(over_middle(K.dice)), over_middle(K.dice)),
    "tversky": (
        {"alpha": 0.2, "beta": 0.7, "smooth": 0.0},
        # Keras calls a miss a false positive, so that its alpha is the paper's beta.
        of_softmax(over_middle(K.tversky, alpha=0.7, beta=0.2)),
        over_middle(K.tversky, alpha=0.7, beta=0.2),
    ),
}  # fmt: skip
TARGETS = {
    "one-hot": lambda labels: np.eye(3, dtype="f4")[labels],
    "one-hot integers": lambda labels: np.eye(3, dtype="i8")[labels],
    "one-hot bool": lambda labels: np.eye(3, dtype=bool)[labels],
    "integers": lambda labels: labels.astype("i4"),
    "uint8": lambda labels: labels.astype("u1"),
    "integers [.., 1]": lambda labels: labels[..., None],
    "floats": lambda labels: labels.astype("f8"),
    "floats [.., 1]": lambda labels: labels[..., None].astype("f4"),
}
BINARY = {
    "integers": lambda labels: labels,
    "integers [n, 1]": lambda labels: labels[:, None],
    "bool": lambda labels: labels.astype(bool),
    "bool [n, 1]": lambda labels: labels[:, None].astype(bool),
    "floats": lambda labels: labels.astype("f4"),
    "floats [n, 1]": lambda labels: labels[:, None].astype("f8"),
}


def slope(loss, output, graph=False):
    """The loss and its gradient."""

    def both(output):
        with tf.GradientTape() as tape:
            tape.watch(output)
            value = tf.reduce_mean(loss(output))
        return value, tape.gradient(value, output)

    value, gradient = (tf.function(both) if graph else both)(tf.constant(output))
    return float(value), gradient.numpy()


def same(ours, theirs, rtol=1e-5, atol=1e-6):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)
        assert np.isfinite(one).all()


def sample(shape, classes=3, seed=0, scale=2.0):
    stream = np.random.default_rng(seed)
    labels = stream.integers(0, classes, shape)
    return labels, np.float32(stream.normal(size=(*shape, classes)) * scale)


@pytest.mark.parametrize(
    ("kind", "graph"),
    [*((kind, False) for kind in TARGETS), ("one-hot", True), ("integers", True)],
)
@pytest.mark.parametrize("name", CASES)
def test_class_losses_are_those_of_keras(name, kind, graph):
    params, of_logits, of_probabilities = CASES[name]
    loss = get("cross_entropy" if name == "smoothed" else name)
    for shape in [(7,), (2, 3, 2)]:
        labels, logits = sample(shape, seed=len(shape))
        target, rows = TARGETS[kind](labels), np.eye(3, dtype="f4")[labels]
        shares = tf.nn.softmax(logits).numpy()
        same(
            slope(lambda o: loss(target, o, **params), logits, graph),
            slope(lambda o: of_logits(rows, o), logits, graph),
        )
        same(
            slope(lambda o: loss(target, o, from_logits=False, **params), shares, graph),
            slope(lambda o: of_probabilities(rows, o), shares, graph),
        )


@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
@pytest.mark.parametrize("name", ["jaccard", "focal", "dice", "kl_divergence"])
def test_probabilities_of_a_softmax_are_its_logits(name, graph):
    labels, logits = sample((5,), seed=4)
    same(
        slope(lambda o: get(name)(labels, o), logits, graph),
        slope(lambda o: get(name)(labels, tf.nn.softmax(o), from_logits=False), logits, graph),
    )


@pytest.mark.parametrize("flat", [False, True], ids=["[n, 1]", "[n]"])
@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("name", ["cross_entropy", "weighted_cross_entropy",
                                  "binary_cross_entropy"])  # fmt: skip
def test_a_single_output_tells_two_classes_apart(name, kind, flat):
    labels, logits = sample((9,), classes=1)
    labels = (logits[:, 0] > 0.3).astype("i8")
    target, column = BINARY[kind](labels), labels[:, None].astype("f4")
    if flat and kind.startswith("floats") and name != "binary_cross_entropy" and "1" not in kind:
        return  # [n] floats beside [n] scores are one row of classes: the table of values has it
    for holds in (True, False):
        output = logits if holds else tf.sigmoid(logits).numpy()
        ours = slope(
            lambda o, holds=holds: get(name)(target, o, from_logits=holds),
            output[:, 0] if flat else output,
        )
        theirs = slope(
            lambda o, holds=holds: K.binary_crossentropy(column, o, from_logits=holds), output
        )
        same(ours, (theirs[0], theirs[1][:, 0] if flat else theirs[1]))


def test_several_sigmoids_are_questions_of_their_own():
    _, logits = sample((6,))
    target = (logits > 0.2).astype("i4")
    shares = tf.sigmoid(logits).numpy()
    loss = get("binary_cross_entropy")
    same(
        slope(lambda o: loss(target, o, from_logits=False), shares),
        slope(lambda o: K.BinaryCrossentropy()(target, o), shares),
    )


@pytest.mark.parametrize("kind", BINARY)
def test_hinge_of_a_single_score_is_that_of_keras(kind):
    labels, scores = sample((9,), classes=1)
    labels = (scores[:, 0] > 0.3).astype("i8")
    theirs = slope(lambda o: K.Hinge()(labels[:, None], o), scores)
    same(slope(lambda o: get("hinge")(BINARY[kind](labels), o), scores), theirs)
    if "bool" not in kind:
        same(slope(lambda o: get("hinge")(BINARY[kind](2 * labels - 1), o), scores), theirs)


def test_ctc_of_probabilities_is_that_of_keras():
    stream = np.random.default_rng(2)
    logits = np.float32(stream.normal(size=(3, 9, 5)))
    target = np.array([[1, 2, 2, 0], [4, 0, 0, 0], [1, 2, 3, 4]])
    shares = tf.nn.softmax(logits).numpy()
    for labels in (target, target.astype("f4")):
        value, gradient = slope(lambda o, t=labels: get("ctc")(t, o, from_logits=False), shares)
        expected = slope(lambda o: ctc_of_probabilities(target, o), shares)
        same((value, gradient), expected, rtol=1e-4, atol=1e-5)


def test_ssd_takes_probabilities_of_classes():
    labels, logits = sample((2, 5), seed=3)
    boxes = np.float32(np.random.default_rng(5).normal(size=(2, 5, 4)))
    target = np.concatenate([np.eye(3, dtype="f4")[labels], boxes], -1)
    output = np.concatenate([logits, boxes + 0.3], -1)
    shares = np.concatenate([tf.nn.softmax(logits), boxes + 0.3], -1)
    assert float(get("ssd")(target, shares, from_logits=False)) == pytest.approx(
        float(get("ssd")(target, output)), rel=1e-5
    )


# -- as stable as Keras --------------------------------------------------------------------------

ENDS = {
    "layer": lambda: [keras.layers.Dense(3, activation="softmax")],
    "activation": lambda: [keras.layers.Dense(3), keras.layers.Activation("softmax")],
    "layer of its own": lambda: [keras.layers.Dense(3), keras.layers.Softmax()],
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
@pytest.mark.parametrize("name", ["cross_entropy", "weighted_cross_entropy"])
def test_a_models_own_logits_are_used(name, graph, end):
    model = keras.Sequential([keras.Input((4,)), *ENDS[end]()])
    model.layers[0].set_weights([np.eye(4, 3, dtype="f4"), np.zeros(3, "f4")])
    stream = np.random.default_rng(1)
    inputs = np.float32(200 * stream.normal(size=(8, 4)))
    labels = stream.integers(0, 3, 8)

    def step(loss):
        with tf.GradientTape() as tape:
            value = loss(labels, model(inputs, training=True))
        return value, tape.gradient(value, model.trainable_variables[0])

    def ours(target, output):
        return get(name)(target, output, from_logits=False)

    wrap = tf.function if graph else (lambda step: step)
    value, gradient = wrap(lambda: step(ours))()
    expected, theirs = wrap(lambda: step(K.SparseCategoricalCrossentropy()))()
    # Clipped probabilities would end at -log(1e-7) = 16.1.
    assert float(value) > 20
    same((value, gradient), (expected, theirs), atol=1e-4)


@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
def test_a_single_sigmoids_own_logits_are_used(name, graph):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.layers[0].set_weights([np.float32([[1], [-1]]), np.float32([0])])
    inputs = np.float32(300 * np.random.default_rng(3).normal(size=(8, 2)))
    labels = np.arange(8) % 2

    def value(loss):
        return loss(model(inputs))

    wrap = tf.function if graph else (lambda step: step)
    ours = wrap(lambda: value(lambda o: get(name)(labels, o, from_logits=False)))()
    theirs = wrap(lambda: value(lambda o: K.BinaryCrossentropy()(labels[:, None], o)))()
    assert float(ours) > 20
    assert float(ours) == pytest.approx(float(theirs), rel=1e-5)


CLASS_LOSSES = [name for name in lossviz.losses.names()
                if get(name).shapes == "classes" or name == "binary_cross_entropy"]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("name", CLASS_LOSSES)
def test_extreme_outputs_have_finite_losses_and_slopes(name, dtype):
    loss = get(name)
    extreme = np.float32([[100, -100, 0], [-100, 100, 100], [0, 0, -100]])
    target = np.int32([1, 0, 2])
    if name == "binary_cross_entropy":
        target = np.eye(3, dtype="f4")[target]
    outputs = [(extreme, {})]
    if "from_logits" in loss.params:
        shares = (tf.sigmoid if name == "binary_cross_entropy" else tf.nn.softmax)(extreme)
        outputs += [(shares.numpy(), {"from_logits": False})]
    for output, params in outputs:
        for graph in (False, True):
            value, gradient = slope(
                lambda o, params=params: loss(target, tf.cast(o, dtype), **params), output, graph
            )
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", CASES)
def test_half_precision_is_computed_in_float32(name, dtype):
    params, of_logits, of_probabilities = CASES[name]
    loss = get("cross_entropy" if name == "smoothed" else name)
    labels, logits = sample((4, 2, 2))
    half = tf.cast(logits, dtype)
    rows = np.eye(3, dtype="f4")[labels]
    for output, expected, holds in (
        (half, of_logits, True), (tf.nn.softmax(half), of_probabilities, False),
    ):  # fmt: skip
        value = loss(labels, output, from_logits=holds, **params)
        assert value.dtype == tf.float32
        theirs = tf.reduce_mean(expected(rows, tf.cast(output, tf.float32)))
        np.testing.assert_allclose(value, theirs, rtol=1e-5, atol=1e-6)


@settings(max_examples=40)
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), classes=st.integers(2, 5),
    name=st.sampled_from([name for name in CLASS_LOSSES if name != "binary_cross_entropy"]),
    form=st.sampled_from(["labels", "column", "rows"]), dtype=st.sampled_from(["i4", "f4", "u1"]),
    graph=st.booleans(),
)  # fmt: skip
def test_every_form_of_a_target_gives_one_value(shape, classes, name, form, dtype, graph):
    labels, logits = sample(tuple(shape), classes)
    rows = np.eye(classes)[labels]
    target = {"labels": labels, "column": labels[..., None], "rows": rows}[form].astype(dtype)
    expected = get(name)(rows.astype("f4"), logits)
    if graph:
        known = [
            tf.TensorSpec([None] * part.ndim, tf.as_dtype(part.dtype)) for part in (target, logits)
        ]
        value = tf.function(get(name).__call__, input_signature=known)(target, logits)
    else:
        value = get(name)(target, logits)
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
