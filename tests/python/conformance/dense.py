"""Dense models: every shape of targets and outputs that a classifier or a regression has."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from conformance.arrays import curve, one_hot, points
from conformance.catalogue import setup


@setup("dense", words={"loss": "binary_crossentropy", "optimizer": "adam", "metrics": ["accuracy"]})
def one_sigmoid(folder):
    """One sigmoid, "binary_crossentropy", 0/1 targets of shape [n], validation_split."""
    x, y = points()
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(12, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model, {"x": x, "y": y == 1, "epochs": 3, "batch_size": 16, "validation_split": 0.2}


@setup(
    "dense",
    words={"loss": "sparse_categorical_crossentropy", "optimizer": "adam", "metrics": ["accuracy"]},
)
def softmax_and_integers(folder):
    """Softmax, "sparse_categorical_crossentropy", uint8 labels, a pair as validation_data."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12), layers.ReLU()])
    model.add(layers.Dense(3))
    model.add(layers.Softmax())
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    y = y.astype("uint8")
    return model, {"x": x[:128], "y": y[:128], "epochs": 3, "validation_data": (x[128:], y[128:])}


@setup("dense", words={})
def logits_and_integers(folder):
    """Logits, SparseCategoricalCrossentropy(from_logits=True), a shuffled tf.data pipeline."""
    x, y = points()
    model = keras.Sequential([layers.Dense(16, activation="gelu"), layers.Dense(3)])
    model.compile(
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(160, seed=3).batch(32).prefetch(2)
    held_out = tf.data.Dataset.from_tensor_slices((x[:50], y[:50])).batch(32)
    return model, {"x": data, "epochs": 3, "validation_data": held_out}


@setup("dense", words={})
def label_smoothing(folder):
    """One-hot targets, label smoothing, top-2 accuracy, AdamW."""
    x, y = points()
    inputs = keras.Input((6,))
    hidden = layers.Dense(16, activation="swish")(inputs)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(hidden))
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-2, weight_decay=1e-2),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=2, name="top_2")],
    )
    return model, {"x": x, "y": one_hot(y), "epochs": 2, "validation_split": 0.25}


@setup("dense", words={})
def one_logit(folder):
    """One logit, BinaryCrossentropy(from_logits=True), AUC and a threshold of 0."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-2),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[
            keras.metrics.BinaryAccuracy(threshold=0.0),
            keras.metrics.AUC(from_logits=True, num_thresholds=50),
        ],
    )
    return model, {"x": x, "y": (y > 0).astype("float32")[:, None], "epochs": 3}


@setup("dense", words={})
def multi_label(folder):
    """Several labels at once: sigmoids, binary_crossentropy, F1Score, precision and recall."""
    x, y = points()
    wanted = one_hot(y)
    wanted[::4, 0] = 1
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu")])
    model.add(layers.Dense(3, activation="sigmoid"))
    model.compile(
        optimizer="nadam",
        loss="binary_crossentropy",
        metrics=[
            "accuracy",
            keras.metrics.F1Score(average="macro", threshold=0.5),
            keras.metrics.Precision(),
            keras.metrics.Recall(thresholds=0.4),
        ],
    )
    return model, {"x": x, "y": wanted, "epochs": 2, "validation_split": 0.2}


@setup(
    "dense",
    words={
        "loss": keras.losses.Huber(delta=0.5),
        "optimizer": "adam",
        "learning_rate": 1e-2,
        "metrics": ["mae", "root_mean_squared_error"],
    },
)
def huber_in_float64(folder):
    """Regression on float64 arrays: Normalization, Huber, "mae", RootMeanSquaredError."""
    x, y = curve()
    normalise = layers.Normalization()
    normalise.adapt(x)
    model = keras.Sequential([normalise, layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile(
        optimizer=keras.optimizers.Adam(1e-2),
        loss=keras.losses.Huber(delta=0.5),
        metrics=["mae", keras.metrics.RootMeanSquaredError()],
    )
    x, y = x.astype("float64"), y.astype("float64")
    return model, {"x": x, "y": y[:, None], "epochs": 3, "validation_split": 0.2}


@setup("dense", words={})
def flat_targets_own_loss(folder):
    """A custom loss function with targets [n] against outputs [n, 1]."""

    def relative_error(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) / (1 + keras.ops.abs(y_true)), -1)

    x, y = curve()
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "elu"), layers.Dense(1)])
    model.compile(optimizer="adam", loss=relative_error, metrics=["mse", relative_error])
    return model, {"x": x, "y": y, "epochs": 2, "batch_size": 24, "validation_split": 0.2}


class Pinball(keras.losses.Loss):
    """The quantile loss for several quantiles at once."""

    def __init__(self, quantiles, **options):
        super().__init__(name="pinball", **options)
        self.quantiles = quantiles

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        q = keras.ops.convert_to_tensor(self.quantiles, dtype=y_pred.dtype)
        return keras.ops.mean(keras.ops.maximum(q * error, (q - 1) * error), axis=-1)


class Coverage(keras.metrics.Metric):
    """The share of targets between the lowest and the highest quantile."""

    def __init__(self, name="coverage", **options):
        super().__init__(name=name, **options)
        self.inside = self.add_weight(name="inside", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        low, high = y_pred[:, 0], y_pred[:, -1]
        wanted = keras.ops.reshape(y_true, (-1,))
        hit = keras.ops.cast((wanted >= low) & (wanted <= high), "float32")
        self.inside.assign_add(keras.ops.sum(hit))
        self.count.assign_add(keras.ops.cast(keras.ops.size(hit), "float32"))

    def result(self):
        return self.inside / self.count


@setup("dense", words={})
def own_loss_and_metric_classes(folder):
    """A custom Loss subclass and a custom Metric subclass."""
    x, y = curve()
    model = keras.Sequential([keras.Input((4,)), layers.Dense(12, "relu"), layers.Dense(3)])
    model.compile(optimizer="adam", loss=Pinball([0.1, 0.5, 0.9]), metrics=[Coverage()])
    return model, {"x": x, "y": y[:, None], "epochs": 3, "validation_split": 0.2}


@setup("dense", words={})
def poisson_rates(folder):
    """Counts as int targets, an exponential output, "poisson", Ftrl."""
    x, y = curve()
    counts = np.round(np.exp(y.clip(-1, 2))).astype("int32")[:, None]
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.LeakyReLU()])
    model.add(layers.Dense(1, activation="exponential"))
    model.compile(optimizer=keras.optimizers.Ftrl(0.05), loss="poisson", metrics=["mape"])
    return model, {"x": x, "y": counts, "epochs": 2}


@setup("dense", words={})
def soft_targets(folder):
    """Probabilities as targets: "kl_divergence", cosine similarity, Adamax."""
    x, y = points()
    soft = one_hot(y) * 0.8 + 0.2 / 3
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu")])
    model.add(layers.Dense(3))
    model.add(layers.Activation("softmax"))
    model.compile("adamax", "kl_divergence", metrics=["cosine_similarity", "accuracy"])
    return model, {"x": x, "y": soft, "epochs": 2, "validation_split": 0.2}


@setup("dense", words={})
def hinge_with_bool_targets(folder):
    """A support-vector model: "squared_hinge" on bool targets, L2 in the kernel."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,))])
    model.add(layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.01)))
    model.compile("sgd", "squared_hinge", metrics=["binary_accuracy"])
    return model, {"x": x, "y": (y == 2)[:, None], "epochs": 3, "validation_split": 0.2}


@setup("dense", words={})
def focal_imbalance(folder):
    """BinaryFocalCrossentropy with class balancing, several metrics of counts."""
    x, y = points(samples=200)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(12, "relu")])
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(
        optimizer="adam",
        loss=keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True),
        metrics=[
            keras.metrics.FalsePositives(name="fp"),
            keras.metrics.TruePositives(name="tp"),
            keras.metrics.PrecisionAtRecall(0.7, num_thresholds=20),
        ],
    )
    return model, {"x": x, "y": (y == 0).astype("int8"), "epochs": 2, "validation_split": 0.2}


class RightOnes(keras.metrics.Metric):
    """Gives two numbers by name."""

    def __init__(self):
        super().__init__(name="right_ones")
        self.right = self.add_variable((), "zeros", name="right")
        self.seen = self.add_variable((), "zeros", name="seen")

    def update_state(self, y_true, y_pred, sample_weight=None):
        same = keras.ops.argmax(y_pred, -1) == keras.ops.cast(
            keras.ops.reshape(y_true, -1), "int32"
        )
        self.right.assign_add(keras.ops.sum(keras.ops.cast(same, "float32")))
        self.seen.assign_add(keras.ops.cast(keras.ops.shape(y_pred)[0], "float32"))

    def result(self):
        return {"share": self.right / self.seen, "wrong": self.seen - self.right}


@setup("dense", words={})
def metric_of_several_numbers(folder):
    """A Metric subclass whose result is a dict of two numbers."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=[RightOnes()])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.25}
