"""Set-ups whose metrics, validation, model or optimizer are wrong."""

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
from small_models import compiled, conv, dense

# Metrics


@seeded("metric_on_logits")
def auc_of_logits(rng):
    y = classes(rng, count=2)[:, None]
    return Case(compiled(dense(5, 1), binary_logits(), keras.metrics.AUC()), table(rng), y)


@seeded("metric_on_logits")
def recall_of_logits(rng):
    y = classes(rng, count=2)[:, None]
    return Case(compiled(dense(5, 1, style="functional"), binary_logits(), "Recall"), table(rng), y)


@seeded("metric_on_logits")
def accuracy_at_a_threshold_of_half_on_a_logit(rng):
    y = classes(rng, count=2)[:, None]
    return Case(compiled(dense(5, 1), binary_logits(), "accuracy"), table(rng), y)


@seeded("metric_needs_one_hot")
def categorical_accuracy_of_integer_labels(rng):
    model = compiled(dense(5, 3, "softmax"), SPARSE, keras.metrics.CategoricalAccuracy())
    return Case(model, table(rng), classes(rng)[:, None])


@seeded("binary_metric_for_classes")
def binary_accuracy_of_ten_classes(rng):
    model = compiled(dense(5, 10, "softmax"), "categorical_crossentropy", "binary_accuracy")
    return Case(model, table(rng), one_hot(classes(rng, count=10), 10))


@seeded("exact_accuracy")
def accuracy_of_equal_numbers(rng):
    model = compiled(dense(5, 1, "sigmoid"), "bce", keras.metrics.Accuracy())
    return Case(model, table(rng), classes(rng, count=2)[:, None])


@seeded("accuracy_for_numbers")
def accuracy_of_a_regression(rng):
    return Case(compiled(dense(5, 1), "mse", "accuracy"), table(rng), table(rng, 120, 1))


# Validation


@seeded("validation_is_training")
def validation_on_the_training_set(rng):
    x, y = table(rng), classes(rng)
    return Case(
        compiled(dense(5, 3, "softmax"), SPARSE), x, y, validation_data=(x.copy(), y.copy())
    )


@seeded("validation_is_training")
def most_validation_samples_are_trained(rng):
    x, y = table(rng), table(rng, 120, 1)
    held = np.concatenate([x[40:70], table(rng, 10)]), np.concatenate([y[40:70], y[:10] + 1])
    return Case(compiled(dense(5, 1), "mse"), x, y, validation_data=held)


@seeded("validation_classes_unseen")
def validation_of_a_class_that_is_not_trained(rng):
    x, y = table(rng), np.sort(classes(rng, count=4))
    held = (x[90:], y[90:])
    return Case(compiled(dense(5, 4, "softmax"), SPARSE), x[:90], y[:90], validation_data=held)


@seeded("validation_on_another_scale")
def validation_pixels_not_divided(rng):
    x, y = pictures(rng), classes(rng, 40, 2)
    held = (pictures(rng, 12).astype("f4"), classes(rng, 12, 2))
    model = compiled(conv((12, 12, 3), 2, "softmax"), SPARSE)
    return Case(model, x / 255.0, y, validation_data=held)


@seeded("validation_not_finite")
def nan_in_the_validation_inputs(rng):
    held = table(rng, 20)
    held[3, 3] = np.nan
    model = compiled(dense(5, 1), "mse")
    return Case(model, table(rng), table(rng, 120, 1), validation_data=(held, table(rng, 20, 1)))


# Model and optimizer


@seeded("no_trainable_variable")
def a_frozen_model(rng):
    model = dense(5, 3, "softmax")
    model.trainable = False
    return Case(compiled(model, SPARSE), table(rng), classes(rng))


@seeded("rate_too_high")
def adam_at_two(rng):
    model = compiled(dense(5, 3, "softmax"), SPARSE, optimizer=keras.optimizers.Adam(2.0))
    return Case(model, table(rng), classes(rng))


@seeded("no_weight_moved")
def a_learning_rate_of_zero(rng):
    model = compiled(dense(5, 3, "softmax"), SPARSE, optimizer=keras.optimizers.SGD(0.0))
    return Case(model, table(rng), classes(rng))


@seeded("no_weight_moved")
def a_rate_too_small_for_float32(rng):
    model = compiled(
        dense(5, 1, style="subclass", hidden="tanh"), "mse",
        optimizer=keras.optimizers.SGD(1e-30),
    )  # fmt: skip
    return Case(model, table(rng), table(rng, 120, 1))


@seeded("rate_below_half_precision")
def a_rate_too_small_for_bfloat16_weights(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(12, activation="relu", dtype="bfloat16"),
         layers.Dense(1, dtype="bfloat16")]
    )  # fmt: skip
    model = compiled(model, "mse", optimizer=keras.optimizers.Adam(1e-5))
    return Case(model, table(rng), table(rng, 120, 1))


@seeded("weights_in_float16")
def all_in_float16(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(12, activation="relu", dtype="float16"),
         layers.Dense(1, dtype="float16")]
    )  # fmt: skip
    return Case(compiled(model, "mse"), table(rng), table(rng, 120, 1))


@seeded("dropout_high")
def dropout_of_what_is_to_be_kept(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(12, activation="relu"), layers.Dropout(0.95),
         layers.Dense(3, activation="softmax")]
    )  # fmt: skip
    return Case(compiled(model, SPARSE), table(rng), classes(rng))


@seeded("batch_norm_of_one")
def batch_normalisation_of_single_samples(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(6), layers.BatchNormalization(), layers.Dense(1)]
    )
    return Case(compiled(model, "mse"), table(rng, 20), table(rng, 20, 1), batch_size=1)


@seeded("batch_larger_than_data")
def a_batch_far_larger_than_the_data(rng):
    return Case(compiled(dense(5, 1), "mse"), table(rng), table(rng, 120, 1), batch_size=4_096)


@seeded("symmetric_weights")
def all_weights_one(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(8, activation="relu", kernel_initializer="ones"),
         layers.Dense(1)]
    )  # fmt: skip
    return Case(compiled(model, "mse"), table(rng), table(rng, 120, 1))


@seeded("model_dead")
def all_weights_zero(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(8, activation="relu", kernel_initializer="zeros"),
         layers.Dense(3, activation="softmax", kernel_initializer="zeros")]
    )  # fmt: skip
    return Case(compiled(model, SPARSE), table(rng), classes(rng))


@seeded("model_dead")
def every_relu_off(rng):
    inputs = keras.Input((5,))
    x = layers.Dense(8, activation="relu", bias_initializer=keras.initializers.Constant(-100.0))(
        inputs
    )
    model = keras.Model(inputs, layers.Dense(1)(x))
    return Case(compiled(model, "mse"), table(rng), table(rng, 120, 1))


@seeded("loss_constant")
def a_loss_that_does_not_depend_on_the_weights(rng):
    class Rounds(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(4)
            self.out = layers.Dense(1)

        def call(self, inputs):
            x = self.out(self.hidden(inputs))
            return x + tf.stop_gradient(1.0 - x)

    model = Rounds()
    model(np.zeros((1, 5), "f4"))
    model = compiled(model, "mse", optimizer=keras.optimizers.AdamW(1e-3, weight_decay=0.1))
    return Case(model, table(rng), table(rng, 120, 1), epochs=3, batch_size=120)


@seeded("worse_than_constant")
def a_rate_at_which_the_loss_ends_high(rng):
    # Saturated tanh keeps the loss thousands of times too high for any seed; ReLU may die, and
    # the bias alone then finds the constant.
    model = compiled(dense(5, 1, hidden="tanh"), "mse", optimizer=keras.optimizers.Adam(2.0))
    return Case(model, table(rng), 0.01 * table(rng, 120, 1), epochs=5, batch_size=4)


# Told, where Keras would stop with an error that names neither cause nor change


@seeded("text_labels")
def texts_as_labels(rng):
    y = np.array(["cat", "dog", ""])[classes(rng)]
    return Case(compiled(dense(5, 3, "softmax"), SPARSE), table(rng), y)


@seeded("one_hot_for_sparse")
def one_hot_targets_for_a_sparse_loss(rng):
    return Case(compiled(dense(5, 3), sparse_logits()), table(rng), one_hot(classes(rng), 3))


@seeded("labels_for_one_hot")
def integer_labels_for_categorical_cross_entropy(rng):
    model = compiled(dense(5, 3, "softmax", "subclass"), "categorical_crossentropy")
    return Case(model, table(rng), classes(rng))


@seeded("one_output_for_classes")
def one_linear_unit_for_a_loss_of_classes(rng):
    y = classes(rng, count=2)
    return Case(compiled(dense(5, 1), sparse_logits()), table(rng), y)


@seeded("no_time_steps")
def sequences_of_no_steps(rng):
    model = keras.Sequential(
        [keras.Input((None, 2)), layers.GlobalAveragePooling1D(), layers.Dense(1)]
    )
    return Case(compiled(model, "mse"), np.zeros((20, 0, 2), "f4"), table(rng, 20, 1))


@seeded("metric_needs_labels")
def sparse_accuracy_of_one_hot_targets(rng):
    model = compiled(
        dense(5, 3, "softmax"), "categorical_crossentropy", "sparse_categorical_accuracy"
    )
    return Case(model, table(rng), one_hot(classes(rng), 3))


@seeded("region_metric_of_scores")
def mean_iou_of_scores(rng):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(inputs))
    model = compiled(model, SPARSE, keras.metrics.MeanIoU(num_classes=2))
    return Case(model, rng.normal(size=(20, 8, 8, 1)).astype("f4"), rng.integers(0, 2, (20, 8, 8)))


@seeded("inputs_huge")
def inputs_in_millions(rng):
    return Case(compiled(dense(1, 1), "mse"), 1e6 + 1e5 * table(rng, 120, 1), table(rng, 120, 1))


@seeded("texts_empty")
def texts_read_from_the_wrong_column(rng):
    first = layers.TextVectorization(max_tokens=10, output_sequence_length=5)
    first.adapt(tf.constant(["a b", "b c"]))
    model = keras.Sequential(
        [keras.Input((), dtype="string"), first, layers.Embedding(10, 4),
         layers.GlobalAveragePooling1D(), layers.Dense(2)]
    )  # fmt: skip
    texts = tf.constant([""] * 59 + ["a"])
    return Case(compiled(model, sparse_logits()), texts, tf.constant(classes(rng, 60, 2)))


@seeded("stuck_at_largest_class")
def inputs_scaled_down_to_nothing(rng):
    y = np.arange(120) % 5 == 0
    share = keras.initializers.Constant(np.log(0.2 / 0.8))
    model = dense(5, 1, "sigmoid", "functional", bias_initializer=share)
    model = compiled(model, "bce", "accuracy", optimizer=keras.optimizers.SGD(1e-3))
    return Case(model, table(rng) / 255**3, y, epochs=5, batch_size=30)
