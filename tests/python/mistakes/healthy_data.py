"""Healthy set-ups with data that look dangerous."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from case import Case
from healthy import healthy
from keras import layers
from seeds import SPARSE, binary_logits, classes, one_hot, pictures, sparse_logits, table
from small_models import ScalingConv, compiled, conv, dense

# Pictures


@healthy
def bytes_behind_a_rescaling_layer(rng):
    model = conv((12, 12, 3), 2, "softmax", layers.Rescaling(1 / 255))
    return Case(compiled(model, SPARSE, "accuracy"), pictures(rng), classes(rng, 40, 2))


@healthy
def bytes_behind_an_adapted_normalization(rng):
    x = pictures(rng).astype("f4")
    first = layers.Normalization()
    first.adapt(x)
    return Case(
        compiled(conv((12, 12, 3), 2, None, first), sparse_logits()), x, classes(rng, 40, 2)
    )


@healthy
def bytes_behind_batch_normalisation(rng):
    model = conv((12, 12, 3), 2, "softmax", layers.BatchNormalization())
    return Case(compiled(model, SPARSE), pictures(rng), classes(rng, 40, 2))


@healthy
def bytes_divided_in_a_functional_model(rng):
    inputs = keras.Input((12, 12, 3))
    z = layers.Flatten()(inputs / 255.0)
    model = keras.Model(inputs, layers.Dense(2)(z))
    return Case(compiled(model, sparse_logits()), pictures(rng), classes(rng, 40, 2))


@healthy
def bytes_divided_in_a_subclass(rng):
    model = ScalingConv(2, "softmax", scale=True)
    x = pictures(rng).astype("f4")
    return Case(compiled(model, SPARSE), x, classes(rng, 40, 2))


@healthy
def bytes_through_a_lambda_from_a_dataset(rng):
    model = conv((12, 12, 3), 2, "softmax", layers.Lambda(lambda x: x / 127.5 - 1))
    data = tf.data.Dataset.from_tensor_slices((pictures(rng), classes(rng, 40, 2))).batch(10)
    return Case(compiled(model, SPARSE), data=data)


@healthy
def pixels_divided_before(rng):
    x = pictures(rng) / np.float32(255)
    return Case(compiled(conv((12, 12, 3), 2), sparse_logits()), x, classes(rng, 40, 2))


@healthy
def fine_tuning_with_a_frozen_base(rng):
    base = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3),
         layers.BatchNormalization(), layers.GlobalAveragePooling2D()]
    )  # fmt: skip
    base.trainable = False
    model = keras.Sequential([keras.Input((12, 12, 3)), base, layers.Dense(2)])
    return Case(compiled(model, sparse_logits()), pictures(rng), classes(rng, 40, 2))


@healthy
def masks_of_three_classes(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(3, 3, padding="same", activation="softmax")(inputs))
    masks = rng.integers(0, 3, (20, 8, 8, 1), dtype=np.uint8)
    x = masks + rng.normal(size=(20, 8, 8, 1)).astype("f4")
    return Case(compiled(model, SPARSE, "accuracy"), x, masks)


@healthy
def binary_masks_mostly_background(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(inputs))
    masks = (rng.random((20, 8, 8, 1)) > 0.97).astype(np.uint8)
    return Case(
        compiled(model, "binary_crossentropy"), rng.random((20, 8, 8, 1)).astype("f4"), masks
    )


@healthy
def void_pixels_that_the_loss_ignores(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(3, 1, activation="softmax")(inputs))
    masks = rng.integers(0, 3, (20, 8, 8))
    masks[:, 0] = 255
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    return Case(compiled(model, loss), rng.normal(size=(20, 8, 8, 1)).astype("f4"), masks)


# Labels


@healthy
def imbalanced_labels_with_class_weights(rng):
    y = (rng.random(200) < 0.05).astype(int)
    y[:3] = 1
    return Case(
        compiled(dense(5, 1, "sigmoid"), "binary_crossentropy", "Recall"), table(rng, 200), y,
        class_weight={0: 1.0, 1: 19.0},
    )  # fmt: skip


@healthy
def labels_without_class_zero(rng):
    y = rng.integers(1, 10, 120)
    return Case(compiled(dense(5, 10, "softmax", "functional"), SPARSE), table(rng), y)


@healthy
def a_small_batch_of_few_classes_from_a_dataset(rng):
    data = tf.data.Dataset.from_tensor_slices((table(rng), rng.integers(0, 10, 120))).batch(4)
    return Case(compiled(dense(5, 10, "softmax"), SPARSE, "accuracy"), data=data)


@healthy
def integer_labels_as_floats(rng):
    y = classes(rng).astype(np.float32)[:, None]
    return Case(compiled(dense(5, 3), sparse_logits()), table(rng), y)


@healthy
def one_hot_with_label_smoothing(rng):
    y = one_hot(classes(rng), 3) * 0.9 + 0.1 / 3
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.05)
    return Case(compiled(dense(5, 3, "softmax"), loss, "categorical_accuracy"), table(rng), y)


@healthy
def soft_targets_of_distillation(rng):
    y = rng.dirichlet(np.ones(4), 120).astype(np.float16)
    return Case(compiled(dense(5, 4, "softmax", "subclass"), "kl_divergence"), table(rng), y)


@healthy
def several_labels_a_sample_under_binary_cross_entropy(rng):
    y = (rng.random((120, 6)) < 0.3).astype(np.float32)
    metric = keras.metrics.AUC(multi_label=True)
    return Case(compiled(dense(5, 6, "sigmoid"), "binary_crossentropy", metric), table(rng), y)


@healthy
def one_logit_with_a_threshold_of_zero(rng):
    metrics = [
        keras.metrics.BinaryAccuracy(threshold=0.0),
        keras.metrics.AUC(from_logits=True),
        keras.metrics.Precision(thresholds=0.0),
    ]
    y = classes(rng, count=2)
    return Case(compiled(dense(5, 1), binary_logits(), *metrics), table(rng), y)


@healthy
def hinge_labels_of_minus_one_and_one(rng):
    y = classes(rng, count=2) * 2.0 - 1
    return Case(compiled(dense(5, 1, "tanh"), "hinge"), table(rng), y)


@healthy
def bool_labels_and_one_sigmoid(rng):
    return Case(
        compiled(dense(5, 1, "sigmoid", "activation"), "bce", "accuracy", "AUC"),
        table(rng), rng.random(120) > 0.5,
    )  # fmt: skip


@healthy
def two_softmax_units_under_binary_cross_entropy(rng):
    y = one_hot(classes(rng, count=2), 2)
    return Case(compiled(dense(5, 2, "softmax"), "binary_crossentropy", "accuracy"), table(rng), y)


@healthy
def shuffled_labels_without_shuffle(rng):
    return Case(
        compiled(dense(5, 3, "softmax"), SPARSE), table(rng), classes(rng), batch_size=8,
        shuffle=False,
    )  # fmt: skip


# Numbers


@healthy
def large_targets_that_are_standardised(rng):
    y = 200_000 + 50_000 * table(rng, 120, 1)
    y = (y - y.mean()) / y.std()
    return Case(compiled(dense(5, 1), "mse", "mae"), table(rng), y)


@healthy
def large_targets_behind_a_scaling_end(rng):
    inputs = keras.Input((5,))
    x = layers.Dense(8, activation="relu")(inputs)
    model = keras.Model(inputs, layers.Rescaling(1e5, offset=2e5)(layers.Dense(1)(x)))
    y = 200_000 + 50_000 * table(rng, 120, 1)
    return Case(compiled(model, "mae"), table(rng), y)


@healthy
def targets_in_tens(rng):
    return Case(compiled(dense(5, 1), "mse"), table(rng), 22 + 9 * table(rng, 120, 1))


@healthy
def counts_with_poisson(rng):
    y = rng.poisson(3, 120)
    return Case(compiled(dense(5, 1, "exponential"), "poisson"), table(rng), y)


@healthy
def positive_targets_behind_relu(rng):
    return Case(compiled(dense(5, 1, "relu"), "mse"), table(rng), rng.gamma(2.0, 1.0, 120))


@healthy
def targets_without_last_axis_against_one_output(rng):
    return Case(compiled(dense(5, 1, style="subclass"), "mse"), table(rng), rng.normal(size=120))


@healthy
def quantiles_in_a_loss_of_ones_own(rng):
    def pinball(target, output):
        levels = tf.constant([0.1, 0.5, 0.9])
        error = target - output
        return tf.reduce_mean(tf.maximum(levels * error, (levels - 1) * error))

    return Case(compiled(dense(5, 3), pinball), table(rng), table(rng, 120, 1))


@healthy
def missing_targets_masked_by_a_loss_of_ones_own(rng):
    def masked(target, output):
        known = tf.math.is_finite(target)
        return tf.reduce_mean(
            tf.where(known, tf.square(tf.where(known, target, 0.0) - output), 0.0)
        )

    y = table(rng, 120, 1)
    y[::7] = np.nan
    return Case(compiled(dense(5, 1), masked), table(rng), y)


@healthy
def missing_inputs_filled_by_the_model(rng):
    inputs = keras.Input((5,))
    x = layers.Lambda(lambda z: tf.where(tf.math.is_nan(z), 0.0, z))(inputs)
    model = keras.Model(inputs, layers.Dense(1)(x))
    values = table(rng)
    values[::9, 2] = np.nan
    return Case(compiled(model, "mse"), values, table(rng, 120, 1))


@healthy
def a_table_of_ages_and_flags(rng):
    x = np.stack(
        [rng.integers(18, 90, 120), rng.integers(0, 2, 120), rng.normal(0, 30, 120)], axis=1
    ).astype(np.float32)
    return Case(compiled(dense(3, 1, "sigmoid"), "bce"), x, classes(rng, count=2))


@healthy
def salaries_behind_a_normalization(rng):
    x = table(rng) * [1, 1, 40_000, 1, 1] + [0, 0, 60_000, 0, 0]
    first = layers.Normalization()
    first.adapt(x)
    model = keras.Sequential([keras.Input((5,)), first, layers.Dense(1)])
    return Case(compiled(model, "mse"), x, table(rng, 120, 1))


@healthy
def a_constant_column(rng):
    x = table(rng)
    x[:, 1] = 3.0
    return Case(compiled(dense(5, 1), "mse"), x, table(rng, 120, 1))
