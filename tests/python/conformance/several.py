"""Several inputs, several outputs, and towers that share their layers."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from conformance.arrays import curve, one_hot, points, stream
from conformance.catalogue import setup


@setup("several inputs", words={})
def list_of_inputs(folder):
    """Two inputs as a list of arrays."""
    x, y = points()
    left, right = keras.Input((2,)), keras.Input((4,))
    hidden = layers.concatenate([layers.Dense(4, "relu")(left), layers.Dense(6, "relu")(right)])
    model = keras.Model([left, right], layers.Dense(3, "softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": [x[:, :2], x[:, 2:]], "y": y, "epochs": 2, "validation_split": 0.25}


@setup("several inputs", words={})
def nested_inputs_of_a_subclass(folder):
    """A subclass that takes nested inputs: a dict of an array and a pair; built by fit."""

    class Nested(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(6, "relu")
            self.out = layers.Dense(1)

        def call(self, inputs, training=False):
            first, second = inputs["pair"]
            joined = ops.concatenate([inputs["flat"], first * second], axis=-1)
            return self.out(self.hidden(joined))

    x, y = curve()
    model = Nested()
    model.compile("adam", "mse", metrics=["mae"])
    nested = {"flat": x[:, :2], "pair": (x[:, 2:3], x[:, 3:])}
    return model, {"x": nested, "y": y[:, None], "epochs": 2, "validation_data": (nested, y)}


def ticket_model():
    """A trunk with two ends, called "priority" and "team"."""
    inputs = keras.Input((6,))
    hidden = layers.Dense(10, "relu")(inputs)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(hidden)
    return keras.Model(inputs, [priority, layers.Dense(3, name="team")(hidden)])


def ticket_targets():
    x, y = points()
    return x, (x[:, :1] > 0).astype("float32"), y


@setup("several outputs")
def outputs_by_name(folder):
    """Two outputs: dicts of losses, loss_weights, metrics and targets."""
    x, priority, team = ticket_targets()
    model = ticket_model()
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "priority": keras.losses.BinaryCrossentropy(),
            "team": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "team": 0.2},
        metrics={"priority": ["accuracy", "mae"], "team": "accuracy"},
    )
    y = {"priority": priority, "team": team}
    return model, {"x": x, "y": y, "epochs": 2, "batch_size": 32, "validation_split": 0.25}


@setup("several outputs")
def outputs_by_place(folder):
    """Two outputs: lists of losses, loss_weights, metrics and targets."""
    x, priority, team = ticket_targets()
    model = ticket_model()
    team_loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(
        "adam",
        loss=["binary_crossentropy", team_loss],
        loss_weights=[1.0, 0.5],
        metrics=[["accuracy"], ["accuracy", keras.metrics.TopKCategoricalAccuracy(2)]],
    )
    y = [priority, one_hot(team)]
    return model, {"x": x, "y": y, "epochs": 2, "validation_data": (x[:48], [t[:48] for t in y])}


@setup("several outputs")
def one_loss_for_all_outputs(folder):
    """A dict of outputs from the model itself, "mse" for each by name, a dataset."""
    x, y = curve()
    inputs = keras.Input((4,))
    hidden = layers.Dense(8, "relu")(inputs)
    ends = {"value": layers.Dense(1)(hidden), "square": layers.Dense(1)(hidden)}
    model = keras.Model(inputs, ends)
    model.compile("adam", loss={"value": "mse", "square": "mae"})
    targets = {"value": y[:, None], "square": (y**2)[:, None]}
    data = tf.data.Dataset.from_tensor_slices((x, targets)).batch(32)
    return model, {"x": data, "epochs": 2, "validation_data": data.take(2)}


@setup("several outputs")
def output_without_a_loss(folder):
    """Two outputs, one of them without a loss."""
    x, priority, team = ticket_targets()
    model = ticket_model()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss={"priority": None, "team": loss}, metrics={"team": ["accuracy"]})
    return model, {"x": x, "y": {"priority": priority, "team": team}, "epochs": 2}


@setup("several outputs")
def weights_of_each_output(folder):
    """sample_weight by output, weighted_metrics by output, the outputs as a dict."""
    x, priority, team = ticket_targets()
    listed = ticket_model()
    ends = {name: listed.get_layer(name).output for name in ("priority", "team")}
    model = keras.Model(listed.inputs[0], ends)
    model.compile(
        "adam",
        loss={
            "priority": "binary_crossentropy",
            "team": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        },
        weighted_metrics={"priority": ["accuracy"], "team": ["accuracy"]},
    )
    draw = stream(5)
    weight = {name: draw.uniform(0.2, 2, len(x)).astype("float32") for name in ("priority", "team")}
    y = {"priority": priority, "team": team}
    return model, {"x": x, "y": y, "sample_weight": weight, "epochs": 2}


def towers(end):
    """One embedding model for two inputs."""
    tower = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(4)])
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    return keras.Model([left, right], end(tower(left), tower(right)))


@setup("several outputs")
def metric_of_a_layer(folder):
    """A layer that keeps a metric of its own, beside two outputs and one loss."""

    class Watched(layers.Layer):
        def __init__(self):
            super().__init__()
            self.tracker = keras.metrics.Mean(name="activity")

        def call(self, inputs):
            self.tracker.update_state(ops.mean(inputs))
            return inputs

    x, priority, team = ticket_targets()
    inputs = keras.Input((6,))
    hidden = Watched()(layers.Dense(8, "relu")(inputs))
    ends = [layers.Dense(1, name="left")(hidden), layers.Dense(1, name="right")(hidden)]
    model = keras.Model(inputs, ends)
    model.compile("adam", loss=["mse", "mse"], metrics=[["mae"], None])
    wanted = [priority, team[:, None].astype("float32")]
    return model, {"x": x, "y": wanted, "epochs": 2, "validation_split": 0.25}


def pairs():
    x, y = points()
    other = np.roll(np.arange(len(x)), 7)
    return {"left": x, "right": x[other]}, (y == y[other]).astype("float32")


@setup("towers", words={})
def siamese_contrastive(folder):
    """Siamese towers, a distance, a contrastive loss made by a function with a margin."""

    def contrastive(margin=1.0):
        def contrastive_loss(y_true, y_pred):
            far = ops.square(ops.maximum(margin - y_pred, 0))
            return ops.mean((1 - y_true) * far + y_true * ops.square(y_pred))

        return contrastive_loss

    def distance(a, b):
        squared = ops.sum(ops.square(a - b), axis=1, keepdims=True)
        return ops.sqrt(ops.maximum(squared, keras.config.epsilon()))

    x, y = pairs()
    model = towers(distance)
    model.compile(loss=contrastive(), optimizer="rmsprop", metrics=["accuracy"])
    return model, {"x": x, "y": y[:, None], "epochs": 2, "validation_split": 0.25}


@setup("towers")
def siamese_added_loss(folder):
    """Siamese towers whose loss is added by a layer; no targets, no compiled loss."""

    class Agreement(layers.Layer):
        def call(self, a, b):
            logits = ops.matmul(ops.normalize(a), ops.transpose(ops.normalize(b)))
            wanted = ops.arange(ops.shape(logits)[0])
            loss = keras.losses.sparse_categorical_crossentropy(wanted, logits, from_logits=True)
            self.add_loss(ops.mean(loss))
            return logits

    x, _y = pairs()
    model = towers(Agreement())
    model.compile("adam")
    return model, {"x": x, "epochs": 2, "batch_size": 32}


class TripletModel(keras.Model):
    """The Siamese network with a triplet loss: own train_step, test_step and tracker."""

    def __init__(self, tower, margin=0.5):
        super().__init__()
        self.tower, self.margin = tower, margin
        self.tracker = keras.metrics.Mean(name="loss")

    def call(self, inputs):
        anchor, near, far = (self.tower(one) for one in inputs)
        return (ops.sum(ops.square(anchor - near), -1), ops.sum(ops.square(anchor - far), -1))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self._triplet(data)
        gradients = tape.gradient(loss, self.tower.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.tower.trainable_weights, strict=True))
        self.tracker.update_state(loss)
        return {"loss": self.tracker.result()}

    def test_step(self, data):
        self.tracker.update_state(self._triplet(data))
        return {"loss": self.tracker.result()}

    def _triplet(self, data):
        near, far = self(data)
        return ops.maximum(near - far + self.margin, 0.0)

    @property
    def metrics(self):
        return [self.tracker]


@setup("towers")
def triplets(folder):
    """A triplet network with its own train_step; the dataset gives three inputs and no target."""
    x, y = points()
    ordered = [x[y == label][:40] for label in range(3)]
    anchor, near, far = ordered[0], np.roll(ordered[0], 1, axis=0), ordered[1]
    size = min(len(anchor), len(far))
    model = TripletModel(keras.Sequential([layers.Dense(6, "relu"), layers.Dense(3)]))
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    data = tf.data.Dataset.from_tensor_slices((anchor[:size], near[:size], far[:size])).batch(8)
    # Keras takes a triple for (x, y, sample_weight) only in its own steps.
    return model, {"x": data, "epochs": 2, "validation_data": data.take(2)}
