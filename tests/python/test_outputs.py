"""What a model's output holds, over many ways in which people write the same end."""

# ruff: noqa: PLW0108 - lambdas are among the ways in which people write it

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from lossviz.training.outputs import Output, found, found_all


def stack(*ends, shape=(4,)):
    return lambda: keras.Sequential([keras.Input(shape), *(end() for end in ends)])


def graph(build, shape=(4,)):
    def make():
        inputs = keras.Input(shape)
        return keras.Model(inputs, build(inputs))

    return make


def dense(units=3, activation=None, **arguments):
    return lambda: layers.Dense(units, activation=activation, **arguments)


class Renamed(layers.Dense):
    """A subclass that computes what its parent does."""


class Scaled(layers.Dense):
    """A subclass that does something else."""

    def call(self, inputs):
        return 5.0 * super().call(inputs)


class Steps(keras.Model):
    def train_step(self, data):
        return super().train_step(data)


def steps(inputs):
    return Steps(inputs, layers.Dense(3, activation="softmax")(inputs))


class Net(keras.Model):
    def __init__(self, activation=None):
        super().__init__()
        self.out = layers.Dense(3, activation=activation)

    def call(self, inputs):
        return self.out(inputs)


class Doubled(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return 2.0 * super().call(inputs)


def plain_softmax(x):
    """Softmax over the classes."""
    return tf.nn.softmax(x, axis=-1)


def not_softmax(x):
    return x - tf.nn.softmax(x)


SOFTMAX = {
    "name": stack(dense(activation="softmax")),
    "never built": lambda: keras.Sequential([layers.Dense(3, activation="softmax")]),
    "never built, dropout": lambda: keras.Sequential([layers.Dense(3), layers.Softmax(),
                                                      layers.Dropout(0.5)]),
    "activation layer": stack(dense(), lambda: layers.Activation("softmax")),
    "softmax layer": stack(dense(), layers.Softmax),
    "softmax layer as activation": stack(dense(activation=layers.Softmax())),
    "tf.nn": stack(dense(activation=tf.nn.softmax)),
    "keras.activations": stack(dense(activation=keras.activations.softmax)),
    "keras.ops": stack(dense(activation=ops.softmax)),
    "partial": stack(dense(activation=functools.partial(tf.nn.softmax, axis=-1))),
    "lambda as activation": stack(dense(activation=lambda x: tf.nn.softmax(x))),
    "own function": stack(dense(activation=plain_softmax)),
    "lambda layer": stack(dense(), lambda: layers.Lambda(lambda x: tf.nn.softmax(x))),
    "lambda layer of a function": stack(dense(), lambda: layers.Lambda(tf.nn.softmax)),
    "functional": graph(lambda x: layers.Dense(3, activation="softmax")(x)),
    "operation": graph(lambda x: ops.softmax(layers.Dense(3)(x))),
    "activation called": graph(lambda x: keras.activations.softmax(layers.Dense(3)(x))),
    "reshaped": stack(dense(4, "softmax"), lambda: layers.Reshape((2, 2)), layers.Flatten),
    "dropout behind": stack(dense(activation="softmax"), lambda: layers.Dropout(0.1)),
    "linear behind": stack(dense(activation="softmax"), lambda: layers.Activation("linear")),
    "cast layer": stack(dense(activation="softmax"),
                        lambda: layers.Activation("linear", dtype="float32")),
    "cast": graph(lambda x: ops.cast(layers.Dense(3, activation="softmax")(x), "float32")),
    "float32 under mixed precision": stack(lambda: layers.Dense(3, dtype="mixed_float16"),
                                           lambda: layers.Softmax(dtype="float32")),
    "nested": stack(stack(dense(activation="softmax"))),
    "nested functional": stack(graph(lambda x: layers.Dense(3, activation="softmax")(x))),
    "nested twice": graph(lambda x: stack(stack(dense(activation="softmax")))()(x)),
    "subclass of a layer": stack(lambda: Renamed(3, activation="softmax")),
    "subclass of a functional model": lambda: steps(keras.Input((4,))),
    "masks": stack(lambda: layers.Conv2D(3, 1, activation="softmax"), shape=(4, 4, 1)),
    "pooled": stack(lambda: layers.Conv2D(3, 1, activation="softmax"),
                    layers.GlobalAveragePooling2D, shape=(4, 4, 1)),
    "by time": stack(lambda: layers.TimeDistributed(layers.Dense(3, activation="softmax")),
                     shape=(5, 2)),
    "einsum": stack(lambda: layers.EinsumDense("ab,bc->ac", 3, activation="softmax")),
    "ensemble": graph(lambda x: layers.Average()(
        [layers.Dense(3, activation="softmax")(x) for _ in range(2)])),
}  # fmt: skip
SIGMOID = {
    "name": stack(dense(1, "sigmoid")),
    "tf": stack(dense(1, tf.sigmoid)),
    "tf.keras": stack(dense(1, tf.keras.activations.sigmoid)),
    "hard": stack(dense(1, "hard_sigmoid")),
    "layer": stack(dense(1), lambda: layers.Activation("sigmoid")),
    "operation, squeezed": graph(lambda x: ops.squeeze(ops.sigmoid(layers.Dense(1)(x)), -1)),
    "many": stack(dense(5, "sigmoid")),
    "side by side": graph(lambda x: layers.Concatenate()(
        [layers.Dense(1, activation="sigmoid")(x) for _ in range(3)])),
    "one of several": graph(lambda x: layers.Dense(3, activation="sigmoid")(x)[:, :1]),
    "decoder": stack(lambda: layers.Conv2DTranspose(1, 3, activation="sigmoid"), shape=(4, 4, 2)),
}  # fmt: skip
LOGITS = {
    "nothing": (stack(dense()), "none"),
    "linear": (stack(dense(activation="linear")), "none"),
    "linear layer": (stack(dense(), lambda: layers.Activation("linear")), "none"),
    "never built": (lambda: keras.Sequential([layers.Dense(3)]), "none"),
    "relu": (stack(dense(activation="relu")), "relu"),
    "relu layer": (stack(dense(), layers.ReLU), "relu"),
    "relu behind softmax": (stack(dense(activation="softmax"), dense(), layers.ReLU), "relu"),
    "tanh": (stack(dense(activation="tanh")), "tanh"),
    "softplus": (stack(dense(activation=tf.nn.softplus)), "softplus"),
    "log of softmax": (stack(dense(activation="log_softmax")), "log_softmax"),
    "softmax within": (stack(dense(activation="softmax"), dense()), "none"),
    "flattened": (graph(lambda x: ops.squeeze(layers.Dense(1)(x), -1)), "none"),
    "convolution": (stack(lambda: layers.Conv1D(3, 2), shape=(6, 2)), "none"),
    "lstm": (stack(lambda: layers.LSTM(3), shape=(6, 2)), "none"),
    "both ways": (stack(lambda: layers.Bidirectional(layers.GRU(3)), shape=(6, 2)), "none"),
    "normalised": (stack(dense(activation="sigmoid"), layers.BatchNormalization), "none"),
    "sum": (graph(lambda x: layers.Dense(3)(x) + layers.Dense(3)(x)), "none"),
    "shifted": (graph(lambda x: layers.Dense(3)(x) + 1.0), "none"),
    "logarithm": (graph(lambda x: ops.log(layers.Dense(3, activation="softmax")(x))), "none"),
    "distances": (graph(lambda x: layers.Dot(1)([x, layers.Dense(4)(x)])), "none"),
}
UNKNOWN = {
    "subclass": lambda: Net("softmax"),
    "layer with a call of its own": stack(lambda: Scaled(3, activation="softmax")),
    "sequential with a call of its own": lambda: Doubled([keras.Input((4,)),
                                                          layers.Dense(3, activation="softmax")]),
    "function of one's own": stack(dense(activation=not_softmax)),
    "lambda": stack(dense(), lambda: layers.Lambda(lambda x: 2 * tf.nn.softmax(x))),
    "scaled": graph(lambda x: 3.0 * layers.Dense(3, activation="softmax")(x)),
    "rescaled": stack(dense(activation="sigmoid"), lambda: layers.Rescaling(10.0)),
    "by hand": graph(lambda x: ops.exp(x) / ops.sum(ops.exp(x), -1, keepdims=True)),
    "class and box": graph(lambda x: layers.Concatenate()(
        [layers.Dense(3, activation="softmax")(x), layers.Dense(4)(x)])),
    "nested subclass": graph(lambda x: Net("softmax")(x)),
}  # fmt: skip


@pytest.mark.parametrize("name", SOFTMAX)
def test_a_softmax_is_found(name):
    assert found(SOFTMAX[name]()) == Output("probabilities", "softmax", "the model ends in softmax")


@pytest.mark.parametrize("name", SIGMOID)
def test_a_sigmoid_is_found(name):
    output = found(SIGMOID[name]())
    assert output.holds == "probabilities"
    assert output.activation in {"sigmoid", "hard_sigmoid"}
    assert output.from_logits is False


@pytest.mark.parametrize("name", LOGITS)
def test_an_end_with_any_numbers_is_found(name):
    build, activation = LOGITS[name]
    output = found(build())
    assert (output.holds, output.activation, output.from_logits) == ("logits", activation, True)
    assert output.why.startswith("the model ends ")


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_end_that_does_not_tell_is_not_guessed(name):
    output = found(UNKNOWN[name]())
    assert (output.holds, output.activation, output.from_logits) == ("unknown", "", None)


INPUTS = np.random.default_rng(0).normal(size=(16, 4)).astype("f4")


@pytest.mark.parametrize(("activation", "holds", "like"), [
    ("softmax", "probabilities", "softmax"), ("sigmoid", "probabilities", "sigmoid"),
    (None, "logits", ""), ("relu", "logits", ""), ("tanh", "logits", ""),
])  # fmt: skip
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_a_batch_tells_where_the_end_does_not(activation, holds, like, dtype):
    keras.utils.set_random_seed(3)
    model = Net(activation)
    sample = tf.cast(model(50 * INPUTS), dtype)
    for one in (sample, sample.numpy()):
        output = found(model, sample=one)
        assert (output.holds, output.activation) == (holds, like)
        assert "for a batch" in output.why


@pytest.mark.parametrize("sample", [np.zeros((4, 3)), np.full((4, 3), np.nan), np.ones((0, 3))])
def test_a_batch_that_does_not_tell_is_not_guessed(sample):
    assert found(Net(), sample=sample).holds == "unknown"


def test_a_batch_is_not_asked_where_the_end_tells():
    model = stack(dense())()
    assert found(model, sample=np.full((4, 3), 1 / 3)).holds == "logits"


def two_heads():
    inputs = keras.Input((4,))
    heads = {
        "kind": layers.Dense(3, activation="softmax")(inputs),
        "size": layers.Dense(1)(inputs),
        "own": Net("sigmoid")(inputs),
    }
    return keras.Model(inputs, heads)


def test_each_output_is_found():
    model = two_heads()
    # As Keras orders them: by name.
    assert [one.holds for one in found_all(model)] == ["probabilities", "unknown", "logits"]
    found_too = found_all(model, sample=model(INPUTS))
    assert [one.holds for one in found_too] == ["probabilities", "probabilities", "logits"]
    nested = keras.Input((4,))
    assert found(keras.Model(nested, model(nested)["size"])).holds == "logits"


def test_looking_changes_nothing_and_runs_nothing():
    ran = []

    def spy(x):
        ran.append(x)
        return tf.nn.softmax(x)

    model = stack(dense(activation=spy))()
    ran.clear()
    fresh = keras.Sequential([layers.Dense(3, activation=spy)])
    state, weights = np.random.get_state()[1].copy(), [w.numpy() for w in model.weights]  # noqa: NPY002
    found(model)
    found(fresh)
    assert not ran
    assert not fresh.built
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    assert all((a == b.numpy()).all() for a, b in zip(weights, model.weights, strict=True))
