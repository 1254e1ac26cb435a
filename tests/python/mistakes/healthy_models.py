"""Healthy set-ups with models, sizes and rates that look dangerous."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from case import Case
from healthy import healthy
from keras import layers
from seeds import SPARSE, binary_logits, classes, pictures, sparse_logits, table
from small_models import compiled, dense

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
    return Case(model, table(rng, 80, 8))


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
