"""Set-ups that draw from TensorFlow's own streams: no two trainings see the same."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

from conformance.arrays import curve, pictures, points
from conformance.catalogue import setup


@setup("chance", chance=True)
def shuffled_arrays(folder):
    """Arrays that are shuffled for each epoch, as they are by default."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 5, "validation_split": 0.25, "shuffle": True}


@setup("chance", chance=True)
def random_pipeline(folder):
    """A pipeline that shuffles and flips without a seed."""
    x, y = pictures(channels=3)

    def flipped(image, label):
        return tf.image.random_flip_up_down(tf.cast(image, tf.float32) / 255), label

    data = tf.data.Dataset.from_tensor_slices((x, y))
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu")])
    model.add(layers.Flatten())
    model.add(layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": data.map(flipped).shuffle(96).batch(16), "epochs": 4,
                   "validation_data": data.map(flipped).batch(48)}  # fmt: skip


@setup("chance", chance=True)
def tensorflow_noise(folder):
    """A layer that draws by tf.random.normal, which keeps no state in the model."""

    class Noise(layers.Layer):
        def call(self, inputs, training=False):
            return inputs + 0.3 * tf.random.normal(tf.shape(inputs)) if training else inputs

    x, y = curve()
    model = keras.Sequential([keras.Input((4,)), Noise(), layers.Dense(8, "tanh")])
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.Adam(0.02), "mse", metrics=["mae"])
    return model, {"x": x, "y": y, "epochs": 4, "validation_split": 0.25}
