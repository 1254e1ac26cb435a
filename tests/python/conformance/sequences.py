"""Sequences: recurrent layers, masks, attention, windows of time series, CTC."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from conformance.arrays import curve, one_hot, sequences, stream
from conformance.catalogue import setup


@setup("sequences", words={})
def bidirectional_lstm(folder):
    """Embedding with mask_zero, a bidirectional LSTM, one sigmoid."""
    x = sequences()
    y = (x[:, 0] > x[:, 1]).astype("int64")
    inputs = keras.Input((None,), dtype="int32")
    hidden = layers.Embedding(20, 8, mask_zero=True)(inputs)
    hidden = layers.Bidirectional(layers.LSTM(4))(hidden)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_data": (x[:40], y[:40])}


@setup("sequences", words={})
def gru_tagging_with_mask(folder):
    """A GRU that tags every word: masked loss and masked accuracy."""
    x = sequences()
    y = (x % 3).astype("int32")
    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(20, 6, mask_zero=True),
            layers.GRU(6, return_sequences=True),
            layers.TimeDistributed(layers.Dense(3, activation="softmax")),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.25}


@setup("sequences", words={})
def temporal_sample_weights(folder):
    """sample_weight [batch, time], weighted_metrics, logits by time step."""
    x = sequences()
    y = (x % 3).astype("int32")
    weight = np.where(x > 0, 1.0, 0.1).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(20, 6),
            layers.SimpleRNN(6, return_sequences=True),
            layers.Dense(3),
        ]
    )
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=["accuracy"],
    )
    return model, {"x": x, "y": y, "sample_weight": weight, "epochs": 2,
                   "validation_data": (x[:32], y[:32], weight[:32])}  # fmt: skip


class Reset(keras.callbacks.Callback):
    """Forgets at every epoch's beginning what the last one left."""

    def on_epoch_begin(self, epoch, logs=None):
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_state()


def following_chunks():
    """Eight waves in chunks that follow each other from batch to batch, and what comes next."""
    wave = np.sin(np.arange(8 * 40) / 5).reshape(8, 40, 1).astype("float32")
    chunks = wave.reshape(8, 10, 4, 1).transpose(1, 0, 2, 3).reshape(80, 4, 1)
    return chunks, np.roll(chunks, -1, axis=1)[:, -1]


def stateful_model(*first):
    return keras.Sequential(
        [keras.Input(batch_shape=(8, 4, 1)), *first, layers.LSTM(6, stateful=True), layers.Dense(1)]
    )


@setup("sequences", words={})
def stateful_rnn(folder):
    """A stateful LSTM: batches follow each other, states are reset by a callback."""
    chunks, following = following_chunks()
    model = stateful_model()
    model.compile("adam", "mse")
    return model, {"x": chunks, "y": following, "epochs": 3, "batch_size": 8,
                   "callbacks": [Reset()]}  # fmt: skip


class Fading(layers.Layer):
    """Counts its calls in a variable of TensorFlow's, which Keras does not list."""

    def __init__(self):
        super().__init__()
        self.calls = tf.Variable(0.0, trainable=False)

    def call(self, inputs):
        return inputs * (1 + 1 / (1 + self.calls.assign_add(1.0)))


@setup("sequences", words={})
def stateful_without_reset(folder):
    """A stateful LSTM that is never reset, behind a layer that counts in a tf.Variable."""
    chunks, following = following_chunks()
    model = stateful_model(Fading())
    model.compile("adam", "mse")
    return model, {"x": chunks, "y": following, "epochs": 3, "batch_size": 8,
                   "validation_data": (chunks[:16], following[:16])}  # fmt: skip


class TokenAndPosition(layers.Layer):
    """The sum of a word's and its place's embedding."""

    def __init__(self, length, words, width):
        super().__init__()
        self.words = layers.Embedding(words, width)
        self.places = layers.Embedding(length, width)

    def call(self, x):
        return self.words(x) + self.places(keras.ops.arange(0, keras.ops.shape(x)[-1]))


class TransformerBlock(layers.Layer):
    """Attention and a feed-forward part, each with dropout, residual and normalisation."""

    def __init__(self, width, heads):
        super().__init__()
        self.attention = layers.MultiHeadAttention(heads, width)
        self.forward = keras.Sequential([layers.Dense(8, "relu"), layers.Dense(width)])
        self.first, self.second = layers.LayerNormalization(), layers.LayerNormalization()
        self.drop = layers.Dropout(0.1)

    def call(self, inputs, training=None):
        out = self.first(inputs + self.drop(self.attention(inputs, inputs), training=training))
        return self.second(out + self.drop(self.forward(out), training=training))


@setup("attention", words={})
def transformer_classifier(folder):
    """Token and position embeddings, a custom transformer block, two softmax outputs."""
    x = sequences()
    y = (x[:, 0] > 10).astype("int64")
    inputs = keras.Input((8,))
    hidden = TransformerBlock(8, 2)(TokenAndPosition(8, 20, 8)(inputs))
    hidden = layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(hidden))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_data": (x[64:], y[64:])}


@setup("attention", words={})
def causal_language_model(folder):
    """A miniature GPT: causal attention, logits for the next word, a dataset of shifted pairs."""
    x = sequences()
    inputs = keras.Input((7,), dtype="int32")
    hidden = TokenAndPosition(7, 20, 8)(inputs)
    attended = layers.MultiHeadAttention(2, 4)(hidden, hidden, use_causal_mask=True)
    hidden = layers.LayerNormalization()(hidden + attended)
    model = keras.Model(inputs, layers.Dense(20)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(keras.optimizers.AdamW(), loss)
    data = tf.data.Dataset.from_tensor_slices(x).batch(24)
    return model, {"x": data.map(lambda words: (words[:, :-1], words[:, 1:])), "epochs": 2}


@setup("attention", words={})
def encoder_decoder(folder):
    """Sequence to sequence with teacher forcing: two inputs, states handed on."""
    x = sequences()
    wanted = np.flip(x, 1) % 5
    before = np.pad(wanted[:, :-1], ((0, 0), (1, 0)))
    encoder_inputs, decoder_inputs = keras.Input((None, 20)), keras.Input((None, 5))
    _last, state, cell = layers.LSTM(6, return_state=True)(encoder_inputs)
    decoder = layers.LSTM(6, return_sequences=True, return_state=True)
    hidden, _, _ = decoder(decoder_inputs, initial_state=[state, cell])
    outputs = layers.Dense(5, activation="softmax")(hidden)
    model = keras.Model([encoder_inputs, decoder_inputs], outputs)
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": [one_hot(x, 20), one_hot(before, 5)], "y": one_hot(wanted, 5),
                   "batch_size": 24, "epochs": 2, "validation_split": 0.25}  # fmt: skip


@setup("time series", words={})
def windows_of_a_series(folder):
    """timeseries_dataset_from_array, an LSTM, a forecast."""
    series, target = curve(samples=200, features=3)
    data, held_out = (
        keras.utils.timeseries_dataset_from_array(
            series[part], target[part], sequence_length=6, sampling_rate=2, batch_size=16
        )
        for part in (slice(0, 140), slice(140, None))
    )
    inputs = keras.Input((6, 3))
    model = keras.Model(inputs, layers.Dense(1)(layers.LSTM(5)(inputs)))
    model.compile(keras.optimizers.Adam(1e-2), loss="mse")
    return model, {"x": data, "validation_data": held_out, "epochs": 2}


@setup("time series", words={})
def convolution_over_time(folder):
    """Causal convolutions over time with a custom recurrent cell on top."""

    class Leaky(layers.Layer):
        """Keeps a share of its state."""

        state_size = output_size = 4

        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], 4), name="kernel")

        def call(self, inputs, states):
            state = 0.7 * states[0] + keras.ops.tanh(inputs @ self.kernel)
            return state, [state]

    draw = stream()
    x = draw.normal(size=(96, 10, 2)).astype("float32")
    y = x.mean((1, 2))[:, None]
    model = keras.Sequential(
        [
            keras.Input((10, 2)),
            layers.Conv1D(4, 3, padding="causal", activation="relu"),
            layers.RNN(Leaky()),
            layers.Dense(1),
        ]
    )
    model.compile("adam", "mean_absolute_error", metrics=["mse"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.25}


def lines():
    """Pictures of three signs each, and the signs."""
    labels = stream().integers(0, 4, (64, 3))
    x = np.repeat(one_hot(labels, 4), 4, axis=1)
    return (x + 0.1 * stream(1).normal(size=x.shape)).astype("float32"), labels


class CTCLayer(layers.Layer):
    """Computes CTC inside the model and adds it as the loss."""

    def call(self, y_true, y_pred):
        batch = keras.ops.shape(y_true)[0]
        label_length = keras.ops.full((batch,), keras.ops.shape(y_true)[1], "int32")
        length = keras.ops.full((batch,), keras.ops.shape(y_pred)[1], "int32")
        y_true = keras.ops.cast(y_true, "int32")
        loss = keras.ops.ctc_loss(y_true, y_pred, label_length, length, mask_index=4)
        self.add_loss(keras.ops.mean(loss))
        return keras.ops.softmax(y_pred)


@setup("ctc")
def ctc_inside_the_model(folder):
    """CTC as a layer with add_loss: labels are an input, compiled without a loss, no targets."""
    x, labels = lines()
    image = keras.Input((12, 4), name="image")
    label = keras.Input((None,), name="label")
    hidden = layers.Bidirectional(layers.GRU(4, return_sequences=True))(image)
    output = CTCLayer(name="ctc")(label, layers.Dense(5)(hidden))
    model = keras.Model([image, label], output)
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    data = tf.data.Dataset.from_tensor_slices({"image": x, "label": labels.astype("float32")})
    held_out = data.take(16).batch(16)
    return model, {"x": data.batch(16), "validation_data": held_out, "epochs": 2}


@setup("ctc", words={})
def ctc_as_the_loss(folder):
    """keras.losses.CTC as the compiled loss."""
    x, labels = lines()
    model = keras.Sequential(
        [keras.Input((12, 4)), layers.Conv1D(8, 3, padding="same"), layers.Dense(5)]
    )
    model.compile("adam", keras.losses.CTC())
    return model, {"x": x, "y": (labels + 1).astype("int32"), "epochs": 2, "validation_split": 0.25}
