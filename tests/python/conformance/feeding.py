"""How data come: PyDataset, generators, endless pipelines, ragged, sparse; weights with them."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from conformance.arrays import curve, one_hot, points, sequences, stream
from conformance.catalogue import setup


def classifier(**compiled):
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(10, "relu"), layers.Dense(3, "softmax")]
    )
    how = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}
    model.compile(**{**how, "metrics": ["accuracy"], **compiled})
    return model


class Batches(keras.utils.PyDataset):
    """The points in batches of 24, with a weight each where asked."""

    def __init__(self, *, weighted=False, **options):
        super().__init__(**options)
        self.x, self.y = points()
        self.weight = stream(4).uniform(0.1, 2, 160).astype("float32") if weighted else None
        self.ended = 0

    def __len__(self):
        return 7

    def __getitem__(self, index):
        part = slice(index * 24, index * 24 + 24)
        if self.weight is None:
            return self.x[part], self.y[part]
        return self.x[part], self.y[part], self.weight[part]

    def on_epoch_end(self):
        self.ended += 1


@setup("feeding", words={})
def py_dataset_with_workers(folder):
    """A PyDataset with two workers, another one to validate on."""
    return classifier(), {"x": Batches(workers=2), "validation_data": Batches(), "epochs": 2}


@setup("weights", words={})
def py_dataset_with_weights(folder):
    """A PyDataset that gives sample weights, weighted_metrics."""
    model = classifier(metrics=None, weighted_metrics=["accuracy"])
    return model, {"x": Batches(weighted=True), "epochs": 2}


def forever():
    x, y = points()
    while True:
        for start in range(0, 160, 20):
            yield x[start : start + 20], y[start : start + 20]


@setup("feeding", words={})
def endless_generator(folder):
    """An endless Python generator with steps_per_epoch; a second one with validation_steps."""

    def held_out():
        # Keras fetches ahead and throws away what it fetched: only equal batches come out alike.
        x, y = points(samples=40)
        while True:
            yield x, y

    return classifier(), {"x": forever(), "steps_per_epoch": 5, "epochs": 3,
                          "validation_data": held_out(), "validation_steps": 3}  # fmt: skip


@setup("feeding", words={})
def endless_pipeline(folder):
    """dataset.repeat() with steps_per_epoch and validation_steps."""
    data = tf.data.Dataset.from_tensor_slices(points()).repeat()
    return classifier(), {"x": data.batch(24), "steps_per_epoch": 4, "epochs": 3,
                          "validation_data": data.batch(20), "validation_steps": 2}  # fmt: skip


@setup("feeding", words={})
def as_many_steps_as_batches(folder):
    """A dataset without repeat(), and a steps_per_epoch of as many batches as it has."""
    data = tf.data.Dataset.from_tensor_slices(points(samples=120)).shuffle(120, seed=5)
    return classifier(), {"x": data.batch(24), "steps_per_epoch": 5, "epochs": 3}


@setup("feeding", words={})
def data_that_run_out(folder):
    """A dataset of five batches for three epochs of three steps: the second ends early."""
    data = tf.data.Dataset.from_tensor_slices(points(samples=120)).batch(24)
    return classifier(), {"x": data, "steps_per_epoch": 3, "epochs": 3}


class Reshuffled(Batches):
    """Other batches in each epoch: `on_epoch_end` puts the samples in another order."""

    def __init__(self):
        super().__init__()
        self.draw = stream(5)

    def on_epoch_end(self):
        order = self.draw.permutation(len(self.x))
        self.x, self.y = self.x[order], self.y[order]


@setup("feeding", words={})
def reshuffled_by_the_user(folder):
    """A PyDataset whose on_epoch_end puts the samples in another order, as many have it."""
    return classifier(), {"x": Reshuffled(), "validation_data": Reshuffled(), "epochs": 3}


@setup("feeding", words={}, counts_the_end=True)
def dataset_of_unknown_length(folder):
    """Dataset.from_generator, whose length nobody knows before the first epoch has ended."""

    def rows():
        yield from zip(*points(samples=100), strict=True)

    spec = (tf.TensorSpec((6,), tf.float32), tf.TensorSpec((), tf.int64))
    data = tf.data.Dataset.from_generator(rows, output_signature=spec)
    model = classifier(optimizer=keras.optimizers.SGD(0.1, momentum=0.9))
    return model, {"x": data.batch(16), "epochs": 3, "validation_data": data.batch(50)}


@setup("feeding", words={})
def validation_every_second_epoch(folder):
    """validation_freq=2, initial_epoch=1, validation_batch_size, the default batch size."""
    x, y = points()
    return classifier(), {"x": x, "y": y, "epochs": 5, "initial_epoch": 1, "validation_freq": 2,
                          "validation_data": (x[:70], y[:70]),
                          "validation_batch_size": 50}  # fmt: skip


@setup("feeding")
def few_steps_of_arrays(folder):
    """Arrays with steps_per_epoch: fewer batches than there are."""
    x, y = points()
    return classifier(), {"x": x, "y": y, "steps_per_epoch": 2, "epochs": 2,
                          "validation_data": (x, y), "validation_steps": 2}  # fmt: skip


@setup("feeding", words={})
def tensors(folder):
    """TensorFlow tensors as x and y, batch_size of more samples than there are."""
    x, y = points(samples=60)
    return classifier(), {"x": tf.constant(x), "y": tf.constant(y), "batch_size": 64, "epochs": 3}


@setup("feeding", words={})
def unbatched_steps(folder):
    """batch_size=1, and a model of Lambda and Reshape layers."""
    x, y = curve(samples=24)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Reshape((2, 2)),
            layers.Lambda(lambda one: one * 2.0),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mean_squared_error")
    return model, {"x": x, "y": y, "batch_size": 1, "epochs": 2}


@setup("feeding")
def ragged_texts(folder):
    """Ragged rows of words, made dense in the pipeline's map."""
    dense = sequences()
    ragged = tf.RaggedTensor.from_tensor(dense, padding=0)
    y = (dense[:, 0] > 10).astype("int64")
    data = tf.data.Dataset.from_tensor_slices((ragged, y)).batch(16)
    data = data.map(lambda words, label: (words.to_tensor(), label))
    model = keras.Sequential([layers.Embedding(20, 6, mask_zero=True), layers.LSTM(4)])
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, {"x": data, "epochs": 2, "validation_data": data.take(2)}


@setup("feeding")
def ragged_inputs(folder):
    """Ragged tensors into the model: Input(ragged=True)."""

    class RowMeans(layers.Layer):
        """The mean of each row's vectors."""

        def call(self, inputs):
            return tf.reduce_mean(inputs, axis=1)

        def compute_output_spec(self, inputs):
            return keras.KerasTensor((inputs.shape[0], inputs.shape[2]), dtype=inputs.dtype)

    dense = sequences()
    ragged = tf.RaggedTensor.from_tensor(dense, padding=0)
    y = (dense[:, 0] > 10).astype("float32")[:, None]
    inputs = keras.Input((None,), dtype="int32", ragged=True)
    hidden = RowMeans()(layers.Embedding(20, 6)(inputs))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
    data = tf.data.Dataset.from_tensor_slices((ragged, y)).batch(16)
    return model, {"x": data, "epochs": 2}


@setup("feeding")
def sparse_inputs(folder):
    """Sparse tensors: Input(sparse=True), a Dense layer on a tf.SparseTensor."""
    x, y = points()
    x = np.where(x > 0.5, x, 0).astype("float32")
    inputs = keras.Input((6,), sparse=True)
    model = keras.Model(inputs, layers.Dense(3, "softmax")(layers.Dense(8, "relu")(inputs)))
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    return model, {"x": tf.sparse.from_dense(x), "y": y, "epochs": 2}


@setup("weights", words={})
def class_weights(folder):
    """class_weight for rare classes, with accuracy weighted and not."""
    x, y = points()
    model = classifier(weighted_metrics=["accuracy"])
    return model, {"x": x, "y": y, "class_weight": {0: 0.3, 1: 1.0, 2: 4.0}, "epochs": 2,
                   "validation_split": 0.2}  # fmt: skip


@setup("weights", words={})
def class_weights_of_one_hot(folder):
    """class_weight on one-hot targets from a dataset."""
    x, y = points()
    model = classifier(loss="categorical_crossentropy")
    data = tf.data.Dataset.from_tensor_slices((x, one_hot(y))).batch(32)
    return model, {"x": data, "class_weight": {0: 3.0, 1: 1.0, 2: 0.2}, "epochs": 2,
                   "validation_data": data.take(2)}  # fmt: skip


@setup("weights", words={})
def sample_weight_argument(folder):
    """sample_weight as an argument, weighted and plain metrics, weights to validate with."""
    x, y = points()
    weight = stream(4).uniform(0, 3, 160).astype("float32")
    model = classifier(weighted_metrics=[keras.metrics.SparseCategoricalCrossentropy(name="ce")])
    return model, {"x": x, "y": y, "sample_weight": weight, "epochs": 2,
                   "validation_data": (x[:60], y[:60], weight[:60])}  # fmt: skip


@setup("weights", words={})
def sample_weight_and_split(folder):
    """sample_weight split together with the data, a loss object that sums over weights."""
    x, y = points()
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")
    weight = np.linspace(0.1, 2, 160)
    return classifier(loss=loss), {"x": x, "y": y, "sample_weight": weight, "epochs": 2,
                                   "validation_split": 0.25}  # fmt: skip


@setup("weights", words={})
def weights_in_the_dataset(folder):
    """Weights as the third element of a dataset; the last batch holds one sample."""
    x, y = points(samples=65)
    weight = stream(4).uniform(0, 3, 65).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, y, weight)).batch(16)
    return classifier(), {"x": data, "epochs": 2, "validation_data": data}
