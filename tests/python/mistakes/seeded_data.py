"""Set-ups whose data, or what they have to do with model and loss, are wrong."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from case import Case
from keras import layers
from seeds import (
    SPARSE,
    binary_logits,
    classes,
    one_hot,
    pictures,
    seeded,
    sparse_logits,
    table,
)
from small_models import Conv, compiled, conv, dense

# Values


@seeded("inputs_not_finite")
def nan_in_one_row_of_the_inputs(rng):
    x = table(rng)
    x[57, 2] = np.nan
    return Case(compiled(dense(5, 3, "softmax"), SPARSE), x, classes(rng))


@seeded("inputs_not_finite")
def infinity_in_a_dict_of_inputs(rng):
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([a, b])))
    x = {"a": table(rng, 60, 3), "b": table(rng, 60, 2)}
    x["b"][41, 1] = np.inf
    return Case(compiled(model, "mse"), x, table(rng, 60, 1))


@seeded("inputs_not_finite")
def nan_in_a_later_batch_of_a_dataset(rng):
    x, y = table(rng), classes(rng)
    x[100, 0] = np.nan
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
    return Case(compiled(dense(5, 3, "softmax", "functional"), SPARSE), data=data)


@seeded("inputs_not_finite")
def nan_in_half_precision_inputs_of_a_subclass(rng):
    x = table(rng).astype(np.float16)
    x[3, 4] = np.nan
    return Case(compiled(dense(5, 3, "softmax", "subclass"), SPARSE), x, classes(rng))


@seeded("targets_not_finite")
def nan_in_the_targets(rng):
    y = table(rng, 120, 1)
    y[11] = np.nan
    return Case(compiled(dense(5, 1), "mae"), table(rng), y)


@seeded("sample_weights_not_finite")
def nan_in_the_sample_weights(rng):
    weight = np.ones(120, np.float32)
    weight[7] = np.nan
    return Case(compiled(dense(5, 1), "mse"), table(rng), table(rng, 120, 1), sample_weight=weight)


@seeded("sample_weights_zero")
def sample_weights_all_zero(rng):
    return Case(
        compiled(dense(5, 1, style="functional"), "mse"), table(rng), table(rng, 120, 1),
        sample_weight=np.zeros(120),
    )  # fmt: skip


@seeded("sample_weights_negative")
def sample_weights_below_zero(rng):
    weight = np.where(np.arange(120) % 4, 1.0, -1.0)
    return Case(compiled(dense(5, 1), "mse"), table(rng), table(rng, 120, 1), sample_weight=weight)


@seeded("class_weights_missing")
def class_weights_without_a_class(rng):
    return Case(
        compiled(dense(5, 3, "softmax"), SPARSE), table(rng), classes(rng),
        class_weight={0: 1.0, 1: 2.0},
    )  # fmt: skip


@seeded("class_weights_missing")
def class_weight_of_zero(rng):
    return Case(
        compiled(dense(5, 1, "sigmoid"), "binary_crossentropy"), table(rng), classes(rng, count=2),
        class_weight={0: 1.0, 1: 0.0},
    )  # fmt: skip


@seeded("weights_not_finite")
def weights_that_became_nan_behind_a_relu(rng):
    model = dense(5, 3, "softmax")
    kernel = model.layers[0].kernel
    kernel.assign(tf.tensor_scatter_nd_update(kernel, [[0, 0]], [np.nan]))
    return Case(compiled(model, SPARSE), table(rng), classes(rng))


# Labels


@seeded("labels_outside_classes")
def labels_that_begin_at_one(rng):
    return Case(
        compiled(dense(5, 3, None, "subclass"), sparse_logits()), table(rng), classes(rng) + 1
    )


@seeded("labels_outside_classes")
def labels_that_begin_at_one_in_a_dataset(rng):
    data = tf.data.Dataset.from_tensor_slices((table(rng), classes(rng) + 1)).batch(8)
    return Case(compiled(dense(5, 3, "softmax"), SPARSE), data=data)


@seeded("labels_outside_classes")
def a_label_too_high_in_a_mask(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(3, 1, activation="softmax")(inputs))
    masks = rng.integers(0, 3, (20, 8, 8, 1))
    masks[4, 2, 2] = 255
    x = rng.normal(size=(20, 8, 8, 1)).astype("f4")
    return Case(compiled(model, SPARSE), x, masks)


@seeded("labels_outside_classes")
def minus_one_for_no_class(rng):
    y = classes(rng)
    y[::10] = -1
    return Case(compiled(dense(5, 3, "softmax", "functional"), SPARSE), table(rng), y)


@seeded("fractional_labels")
def labels_with_fractions(rng):
    y = classes(rng).astype(np.float32) * 0.5
    return Case(compiled(dense(5, 3, "softmax"), SPARSE), table(rng), y)


@seeded("one_hot_rows")
def several_labels_under_categorical_cross_entropy(rng):
    y = (rng.random((120, 4)) > 0.5).astype(np.float32)
    return Case(compiled(dense(5, 4, "softmax"), "categorical_crossentropy"), table(rng), y)


@seeded("one_class_only")
def one_class_in_all_labels(rng):
    y = np.zeros(120, np.int32)
    return Case(compiled(dense(5, 1, "sigmoid"), "binary_crossentropy"), table(rng), y)


@seeded("one_class_only")
def one_class_in_a_dataset(rng):
    data = tf.data.Dataset.from_tensor_slices((table(rng), np.full(120, 2))).batch(16)
    return Case(compiled(dense(5, 3, "softmax"), SPARSE), data=data)


@seeded("binary_targets_outside")
def binary_labels_of_minus_one_and_one(rng):
    y = classes(rng, count=2) * 2.0 - 1
    return Case(compiled(dense(5, 1), binary_logits()), table(rng), y)


@seeded("binary_targets_outside")
def masks_of_255(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(inputs))
    masks = (rng.random((20, 8, 8, 1)) > 0.7).astype(np.uint8) * 255
    x = rng.random((20, 8, 8, 1)).astype("f4")
    return Case(compiled(model, "binary_crossentropy"), x, masks)


@seeded("binary_targets_outside")
def binary_labels_of_one_and_two_in_a_dataset(rng):
    y = (classes(rng, count=2) + 1).astype(np.float32)[:, None]
    data = tf.data.Dataset.from_tensor_slices((table(rng), y)).batch(10)
    return Case(compiled(dense(5, 1, "sigmoid"), "bce"), data=data)


@seeded("batches_of_one_class")
def sorted_labels_without_shuffle(rng):
    return Case(
        compiled(dense(5, 3, "softmax"), SPARSE), table(rng), np.sort(classes(rng)),
        batch_size=8, shuffle=False,
    )  # fmt: skip


@seeded("batches_of_one_class")
def a_dataset_sorted_by_class(rng):
    y = one_hot(np.sort(classes(rng)), 3)
    data = tf.data.Dataset.from_tensor_slices((table(rng), y)).batch(8)
    return Case(compiled(dense(5, 3, "softmax"), "categorical_crossentropy"), data=data)


# Shapes


@seeded("target_broadcasts")
def class_numbers_against_three_outputs_under_mse(rng):
    return Case(compiled(dense(5, 3), "mse"), table(rng), classes(rng)[:, None].astype("f4"))


@seeded("target_broadcasts")
def one_target_against_two_outputs_in_a_dataset(rng):
    data = tf.data.Dataset.from_tensor_slices((table(rng), table(rng, 120, 1))).batch(30)
    return Case(compiled(dense(5, 2, style="subclass"), keras.losses.Huber()), data=data)


@seeded("channels_first")
def pictures_with_channels_first(rng):
    x = rng.normal(size=(20, 3, 16, 16)).astype("f4")
    inputs = keras.Input((3, 16, 16))
    z = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(z)))
    return Case(compiled(model, sparse_logits()), x, classes(rng, 20, 2))


# Ends


@seeded("probabilities_as_logits")
def softmax_under_a_loss_of_logits(rng):
    return Case(compiled(dense(5, 3, "softmax"), sparse_logits()), table(rng), classes(rng))


@seeded("probabilities_as_logits")
def sigmoid_layer_under_a_loss_of_logits(rng):
    y = classes(rng, count=2)[:, None]
    return Case(compiled(dense(5, 1, "sigmoid", "activation"), binary_logits()), table(rng), y)


@seeded("probabilities_as_logits")
def softmax_in_a_subclass_under_a_loss_of_logits(rng):
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return Case(
        compiled(dense(5, 3, "softmax", "subclass"), loss), table(rng), one_hot(classes(rng), 3)
    )


@seeded("logits_as_probabilities")
def logits_under_a_loss_of_probabilities(rng):
    return Case(compiled(dense(5, 3), SPARSE), table(rng), classes(rng))


@seeded("logits_as_probabilities")
def one_logit_under_binary_cross_entropy(rng):
    y = classes(rng, count=2).astype("f4")
    return Case(compiled(dense(5, 1, style="functional"), "binary_crossentropy"), table(rng), y)


@seeded("logits_as_probabilities")
def tanh_under_binary_cross_entropy(rng):
    y = classes(rng, count=2).astype("f4")
    return Case(compiled(dense(5, 1, "tanh", "subclass"), "bce"), table(rng), y)


@seeded("sigmoid_for_classes")
def sigmoid_for_three_classes(rng):
    return Case(compiled(dense(5, 3, "sigmoid"), SPARSE), table(rng), classes(rng))


@seeded("relu_for_classes")
def relu_in_front_of_softmax_cross_entropy(rng):
    return Case(compiled(dense(5, 3, "relu"), sparse_logits()), table(rng), classes(rng))


@seeded("softmax_of_one_unit")
def softmax_over_one_unit(rng):
    y = classes(rng, count=2)
    return Case(compiled(dense(5, 1, "softmax"), "binary_crossentropy"), table(rng), y)


@seeded("targets_out_of_reach")
def relu_end_for_negative_targets(rng):
    return Case(compiled(dense(5, 1, "relu"), "mse"), table(rng), table(rng, 120, 1))


@seeded("targets_out_of_reach")
def sigmoid_end_for_targets_up_to_ten(rng):
    y = rng.uniform(0, 10, 120)
    return Case(compiled(dense(5, 1, "sigmoid", "functional"), "mae"), table(rng), y)


@seeded("targets_out_of_reach")
def tanh_end_for_pixels_up_to_255(rng):
    x = rng.uniform(-1, 1, (60, 20)).astype("f4")
    return Case(compiled(dense(20, 20, "tanh"), "mse"), x, (x + 1) * 127.5)


@seeded("negative_for_logarithm")
def poisson_with_a_linear_end(rng):
    y = rng.poisson(3, 120).astype("f4")
    return Case(compiled(dense(5, 1), "poisson"), table(rng), y)


@seeded("negative_counts")
def negative_targets_under_a_logarithm(rng):
    return Case(compiled(dense(5, 1, "relu"), "msle"), table(rng), table(rng, 120, 1))


# Scales


@seeded("pixels_not_scaled")
def pixels_up_to_255(rng):
    return Case(compiled(conv((12, 12, 3), 2), sparse_logits()), pictures(rng), classes(rng, 40, 2))


@seeded("pixels_not_scaled")
def float_pixels_in_a_subclass_from_a_dataset(rng):
    x = pictures(rng).astype(np.float32)
    data = tf.data.Dataset.from_tensor_slices((x, classes(rng, 40, 2))).batch(10)
    model = Conv(2, "softmax", scale=False)
    return Case(compiled(model, SPARSE), data=data)


@seeded("pixels_not_scaled")
def flat_pixels_into_dense(rng):
    x = rng.integers(0, 256, (60, 64)).astype(np.float32)
    return Case(compiled(dense(64, 3, "softmax"), SPARSE), x, classes(rng, 60))


@seeded("pixels_scaled_twice")
def pixels_scaled_in_the_data_and_in_the_model(rng):
    model = conv((12, 12, 3), 2, "softmax", layers.Rescaling(1 / 255))
    return Case(compiled(model, SPARSE), pictures(rng) / 255.0, classes(rng, 40, 2))


@seeded("features_on_different_scales")
def one_column_in_thousands(rng):
    x = table(rng)
    x[:, 3] = x[:, 3] * 40_000 + 60_000
    return Case(compiled(dense(5, 1), "mae"), x, table(rng, 120, 1))


@seeded("targets_huge")
def house_prices_under_mse(rng):
    x = table(rng)
    y = 200_000 + 50_000 * x[:, 0]
    return Case(compiled(dense(5, 1), "mse"), x, y)


@seeded("targets_constant")
def every_target_the_same(rng):
    return Case(compiled(dense(5, 1), "mse"), table(rng), np.full(120, 3.5))


@seeded("inputs_constant")
def every_sample_the_same(rng):
    x = np.repeat(table(rng, 1), 120, axis=0)
    return Case(compiled(dense(5, 1), "mse"), x, table(rng, 120, 1))


@seeded("ids_outside_embedding")
def word_ids_beyond_the_embedding(rng):
    model = keras.Sequential(
        [keras.Input((6,)), layers.Embedding(50, 4), layers.Flatten(), layers.Dense(1)]
    )
    x = rng.integers(0, 51, (60, 6))
    x[50, 5] = 50
    return Case(compiled(model, binary_logits()), x, classes(rng, 60, 2))
