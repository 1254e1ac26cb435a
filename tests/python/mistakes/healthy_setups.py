"""Set-ups that look dangerous and are healthy: nothing must be told of them."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seeded_mistakes import (
    SPARSE,
    Rng,
    binary_logits,
    classes,
    one_hot,
    pictures,
    sparse_logits,
    table,
)
from set_up import Case
from small_models import ScalingConv, compiled, conv, dense

HEALTHY: dict[str, Callable[[Rng], Case]] = {}


def healthy(build: Callable[[Rng], Case]) -> Callable[[Rng], Case]:
    assert build.__name__ not in HEALTHY
    HEALTHY[build.__name__] = build
    return build


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


# Autoencoders, VAE, GAN


@healthy
def an_autoencoder(rng):
    x = rng.random((80, 20)).astype(np.float32)
    return Case(compiled(dense(20, 20, "sigmoid"), "mse"), x, x)


@healthy
def an_autoencoder_of_pixels_under_binary_cross_entropy(rng):
    x = pictures(rng, channels=1) / np.float32(255)
    inputs = keras.Input((12, 12, 1))
    z = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    out = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(z)
    return Case(compiled(keras.Model(inputs, out), "binary_crossentropy"), x, x)


class VAE(keras.Model):
    """Its loss is added inside."""

    def __init__(self):
        super().__init__()
        self.encoder = layers.Dense(4)
        self.decoder = layers.Dense(8)
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, inputs):
        mean, log_variance = tf.split(self.encoder(inputs), 2, axis=-1)
        noise = keras.random.normal(tf.shape(mean), seed=self.seeds)
        output = self.decoder(mean + tf.exp(0.5 * log_variance) * noise)
        kl = -0.5 * tf.reduce_mean(1 + log_variance - tf.square(mean) - tf.exp(log_variance))
        self.add_loss(kl + tf.reduce_mean(tf.square(inputs - output)))
        return output


@healthy
def a_vae_with_its_own_loss(rng):
    model = VAE()
    model(np.zeros((1, 8), "f4"))
    model.compile(optimizer="adam")
    return Case(model, table(rng, 80, 8), None)


class GAN(keras.Model):
    """Two models with an optimizer each."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([keras.Input((3,)), layers.Dense(8, activation="tanh")])
        self.critic = keras.Sequential([keras.Input((8,)), layers.Dense(1)])

    def call(self, inputs):
        return self.critic(inputs)

    def compile(self):
        super().compile()
        self.other = keras.optimizers.Adam(1e-3)
        self.mine = keras.optimizers.Adam(1e-3)

    def train_step(self, data):
        noise = tf.random.normal([tf.shape(data)[0], 3])
        with tf.GradientTape(persistent=True) as tape:
            real, fake = self.critic(data), self.critic(self.generator(noise))
            critic = tf.reduce_mean(tf.nn.softplus(-real) + tf.nn.softplus(fake))
            generator = tf.reduce_mean(tf.nn.softplus(-fake))
        ours = self.critic.trainable_variables
        self.mine.apply_gradients(zip(tape.gradient(critic, ours), ours, strict=True))
        theirs = self.generator.trainable_variables
        self.other.apply_gradients(zip(tape.gradient(generator, theirs), theirs, strict=True))
        return {"loss": critic, "generator": generator}


@healthy
def a_gan_with_two_optimizers(rng):
    model = GAN()
    model(np.zeros((1, 8), "f4"))
    model.compile()
    return Case(model, table(rng, 80, 8), own_step=True)


# Text and sequences


@healthy
def word_ids_up_to_the_embedding(rng):
    model = keras.Sequential(
        [keras.Input((6,), dtype="int32"), layers.Embedding(20_000, 4, mask_zero=True),
         layers.LSTM(4), layers.Dense(1, activation="sigmoid")]
    )  # fmt: skip
    x = rng.integers(0, 20_000, (60, 6))
    x[0, 0] = 19_999
    return Case(compiled(model, "binary_crossentropy"), x, classes(rng, 60, 2))


@healthy
def flat_bytes_as_tokens(rng):
    model = keras.Sequential(
        [keras.Input((64,), dtype="int32"), layers.Embedding(256, 4),
         layers.GlobalAveragePooling1D(), layers.Dense(3)]
    )  # fmt: skip
    x = rng.integers(0, 256, (60, 64), dtype=np.uint8)
    return Case(compiled(model, sparse_logits()), x, classes(rng, 60))


@healthy
def texts_behind_a_vectorization(rng):
    texts = tf.constant([" ".join(rng.choice(["a", "bee", "cat"], 4)) for _ in range(60)])
    first = layers.TextVectorization(max_tokens=10, output_sequence_length=5)
    first.adapt(texts)
    model = keras.Sequential(
        [keras.Input((), dtype="string"), first, layers.Embedding(10, 4),
         layers.GlobalAveragePooling1D(), layers.Dense(2)]
    )  # fmt: skip
    data = tf.data.Dataset.from_tensor_slices((texts, classes(rng, 60, 2))).batch(10)
    return Case(compiled(model, sparse_logits()), data=data)


@healthy
def ragged_text(rng):
    lengths = rng.integers(1, 6, 60)
    x = tf.RaggedTensor.from_row_lengths(rng.integers(1, 50, lengths.sum()), lengths)
    model = keras.Sequential(
        [layers.Embedding(50, 4, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(2)]
    )
    model(np.zeros((1, 5), "i4"))
    data = tf.data.Dataset.from_tensor_slices((x, classes(rng, 60, 2)))
    data = data.batch(10).map(lambda a, b: (a.to_tensor(), b))
    return Case(compiled(model, sparse_logits()), data=data)


@healthy
def overlapping_windows_of_a_time_series(rng):
    series = np.cumsum(rng.normal(size=300)).astype("f4")
    windows = np.lib.stride_tricks.sliding_window_view(series, 9)
    x, y = windows[:, :8, None], windows[:, 8]
    model = keras.Sequential([keras.Input((8, 1)), layers.LSTM(4), layers.Dense(1)])
    return Case(
        compiled(model, "mse"), x[:200], y[:200], validation_data=(x[200:], y[200:]), shuffle=False
    )


@healthy
def classes_in_long_runs_of_time_steps(rng):
    model = keras.Sequential(
        [keras.Input((10, 2)), layers.GRU(4, return_sequences=True), layers.Dense(3)]
    )
    y = np.repeat(classes(rng, 60), 10).reshape(60, 10)
    return Case(compiled(model, sparse_logits()), rng.normal(size=(60, 10, 2)).astype("f4"), y)


# Sizes and rates


@healthy
def xor(rng):
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "f4")
    y = np.array([0, 1, 1, 0])
    return Case(
        compiled(dense(2, 1, "sigmoid", hidden="tanh"), "bce"), x, y, batch_size=32, epochs=3
    )


@healthy
def all_samples_in_one_batch(rng):
    return Case(compiled(dense(5, 1), "mse"), table(rng), table(rng, 120, 1), batch_size=120)


@healthy
def single_samples(rng):
    return Case(compiled(dense(5, 1), "mse"), table(rng, 30), table(rng, 30, 1), batch_size=1)


@healthy
def a_frozen_batch_normalisation_and_single_samples(rng):
    norm = layers.BatchNormalization()
    norm.trainable = False
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4), norm, layers.Dense(1)])
    return Case(compiled(model, "mse"), table(rng, 30), table(rng, 30, 1), batch_size=1)


@healthy
def few_distinct_rows_in_training_and_validation(rng):
    x = rng.integers(0, 2, (120, 4)).astype("f4")
    y = x.sum(axis=1).astype(int) % 2
    model = compiled(dense(4, 2, "softmax"), SPARSE)
    return Case(model, x[:90], y[:90], validation_data=(x[90:], y[90:]))


@healthy
def a_few_samples_that_stand_twice(rng):
    x, y = table(rng), classes(rng)
    held = np.concatenate([table(rng, 27), x[:3]]), np.concatenate([classes(rng, 27), y[:3]])
    return Case(compiled(dense(5, 3, "softmax"), SPARSE), x, y, validation_data=held)


@healthy
def a_high_rate_that_works(rng):
    model = compiled(
        dense(5, 3, "softmax"), SPARSE, optimizer=keras.optimizers.SGD(1.0, momentum=0.5)
    )
    return Case(model, table(rng), classes(rng))


@healthy
def a_warm_up_from_zero(rng):
    rate = keras.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.01, warmup_steps=50)
    model = compiled(dense(5, 1), "mse", optimizer=keras.optimizers.Adam(rate))
    return Case(model, table(rng), table(rng, 120, 1), batch_size=120)


@healthy
def gradients_gathered_over_many_steps(rng):
    optimizer = keras.optimizers.Adam(1e-3, gradient_accumulation_steps=16)
    model = compiled(dense(5, 1), "mse", optimizer=optimizer)
    return Case(model, table(rng), table(rng, 120, 1), batch_size=16)


@healthy
def mixed_precision(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(8, activation="relu", dtype="mixed_float16"),
         layers.Dense(3, activation="softmax", dtype="float32")]
    )  # fmt: skip
    return Case(compiled(model, SPARSE, optimizer="adam"), table(rng), classes(rng))


@healthy
def a_last_layer_of_zeros(rng):
    model = dense(5, 3, None, "functional", kernel_initializer="zeros")
    return Case(compiled(model, sparse_logits()), table(rng), classes(rng))


@healthy
def strong_but_usual_dropout(rng):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(12, activation="relu"), layers.Dropout(0.8),
         layers.Dense(3)]
    )  # fmt: skip
    return Case(compiled(model, sparse_logits()), table(rng), classes(rng))


# Several inputs and outputs


def two_outputs(rng):
    inputs = keras.Input((5,))
    x = layers.Dense(8, activation="relu")(inputs)
    outputs = {
        "price": layers.Dense(1, name="price")(x),
        "kind": layers.Dense(3, activation="softmax", name="kind")(x),
    }
    return keras.Model(inputs, outputs), {"price": table(rng, 120, 1), "kind": classes(rng)}


@healthy
def two_outputs_by_name(rng):
    model, targets = two_outputs(rng)
    model.compile("adam", loss={"price": "mse", "kind": SPARSE},
                  metrics={"price": ["mae"], "kind": ["accuracy"]})  # fmt: skip
    return Case(model, table(rng), targets)


@healthy
def two_inputs_of_which_one_is_ids(rng):
    a = keras.Input((4,), dtype="int32", name="words")
    b = keras.Input((3,), name="numbers")
    words = layers.GlobalAveragePooling1D()(layers.Embedding(5_000, 4)(a))
    model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([words, b])))
    x = {"words": rng.integers(0, 5_000, (60, 4)), "numbers": table(rng, 60, 3)}
    return Case(compiled(model, binary_logits()), x, classes(rng, 60, 2))


@healthy
def sample_weights_with_zeros(rng):
    weight = (rng.random(120) > 0.3).astype("f4")
    return Case(
        compiled(dense(5, 3, "softmax"), SPARSE), table(rng), classes(rng), sample_weight=weight
    )


@healthy
def weights_of_padding_in_a_dataset(rng):
    weight = (np.arange(120) % 5 > 0).astype("f4")
    data = tf.data.Dataset.from_tensor_slices((table(rng), classes(rng), weight)).batch(20)
    return Case(compiled(dense(5, 3), sparse_logits()), data=data)
