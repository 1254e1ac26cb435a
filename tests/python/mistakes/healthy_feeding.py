"""Healthy set-ups whose data come in a way that looks like a mistake."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from case import Case
from healthy import healthy
from keras import layers
from seeds import classes, sparse_logits, table
from small_models import compiled, dense


@healthy
def a_rare_class_from_a_shuffled_dataset(rng):
    y = (rng.random(320) < 0.01).astype(int)
    y[[3, 200]] = 1
    data = tf.data.Dataset.from_tensor_slices((table(rng, 320), y)).shuffle(320, seed=1).batch(16)
    return Case(compiled(dense(5, 1, "sigmoid"), "binary_crossentropy"), data=data)


@healthy
def a_rare_class_without_shuffle(rng):
    y = (rng.random(320) < 0.01).astype(int)
    y[[3, 200]] = 1
    return Case(
        compiled(dense(5, 1, "sigmoid"), "binary_crossentropy"), table(rng, 320), y, shuffle=False
    )


@healthy
def one_dataset_in_two_parts(rng):
    data = tf.data.Dataset.from_tensor_slices((table(rng), table(rng, 120, 1))).batch(10)
    model = compiled(dense(5, 1), "mse")
    return Case(model, data=data.skip(3), validation_data=data.take(3))


@healthy
def samples_that_are_drawn_anew_for_training_and_validation(rng):
    def sample(number):
        x = tf.random.stateless_normal([5], tf.stack([number, 1]))
        return x, x[:1]

    data = tf.data.Dataset.counter().map(sample).batch(16)
    more = {"steps_per_epoch": 5, "validation_steps": 2}
    return Case(compiled(dense(5, 1), "mse"), data=data, validation_data=data, more=more)


@healthy
def a_trend_that_validation_goes_on_with(rng):
    x = (np.arange(160)[:, None] / 100 + 0.1 * rng.normal(size=(160, 5))).astype("f4")
    model = compiled(dense(5, 1), "mse")
    return Case(model, x[:120], x[:120, :1], validation_data=(x[120:], x[120:, :1]))


@healthy
def spectrograms_of_positive_numbers(rng):
    inputs = keras.Input((16, 16, 1))
    scaled = layers.BatchNormalization()(inputs)
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(scaled)))
    x = rng.exponential(40, (30, 16, 16, 1)).astype("f4")
    return Case(compiled(model, sparse_logits()), x, classes(rng, 30))


@healthy
def dice_of_probabilities(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(inputs))
    masks = (rng.random((20, 8, 8, 1)) > 0.5).astype("f4")
    return Case(compiled(model, "dice"), rng.normal(size=(20, 8, 8, 1)).astype("f4"), masks)


@healthy
def a_class_for_each_time_step(rng):
    inputs = keras.Input((8, 3))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(inputs))
    return Case(compiled(model, "sparse_categorical_crossentropy"),
                rng.normal(size=(40, 8, 3)).astype("f4"), rng.integers(0, 4, (40, 8)))  # fmt: skip


@healthy
def a_callback_that_finds_what_it_watches_every_second_epoch(rng):
    stopping = keras.callbacks.EarlyStopping("val_mae", mode="min", patience=5)
    model = compiled(dense(5, 1), "mse", "mae")
    more = {"callbacks": [stopping], "validation_freq": 2, "validation_split": 0.2}
    return Case(model, table(rng), table(rng, 120, 1), epochs=3, more=more)


@healthy
def an_output_whose_loss_is_left_out_on_purpose(rng):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(1)(inputs)])
    y = [table(rng, 120, 1), table(rng, 120, 1)]
    return Case(compiled(model, ["mse", None]), table(rng), y)
