"""Columns and texts: preprocessing layers inside the model and before it, pandas, strings."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers

from conformance.arrays import curve, patients, points, sentences, stream
from conformance.catalogue import setup


def encoded_columns(columns):
    """An input and an encoded output for each column."""
    inputs, encoded = {}, []
    for name in ("age", "pressure"):
        inputs[name] = keras.Input((1,), name=name)
        normalise = layers.Normalization()
        normalise.adapt(columns[name][:, None])
        encoded.append(normalise(inputs[name]))
    inputs["vessels"] = keras.Input((1,), name="vessels", dtype="int64")
    encoded.append(layers.CategoryEncoding(4, output_mode="one_hot")(inputs["vessels"]))
    return inputs, encoded


@setup("tabular")
def columns_with_lookups(folder):
    """Dict inputs with strings: Normalization, StringLookup, CategoryEncoding in the model."""
    columns, y = patients()
    inputs, encoded = encoded_columns(columns)
    inputs["thal"] = keras.Input((1,), name="thal", dtype="string")
    lookup = layers.StringLookup(output_mode="one_hot")
    lookup.adapt(columns["thal"])
    encoded.append(lookup(inputs["thal"]))
    hidden = layers.Dropout(0.3)(layers.Dense(8, "relu")(layers.concatenate(encoded)))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    frame = tf.data.Dataset.from_tensor_slices(({**columns}, y))
    data = frame.map(lambda x, y: ({name: x[name][None] for name in x}, y))
    return model, {"x": data.batch(32), "validation_data": data.take(40).batch(32), "epochs": 2}


@setup("tabular", words={})
def columns_looked_up_before(folder):
    """Dict of arrays; strings looked up before the model, wide and deep parts."""
    columns, y = patients()
    lookup = layers.StringLookup()
    lookup.adapt(columns["thal"])
    thal = np.asarray(lookup(columns["thal"]))
    inputs, encoded = encoded_columns(columns)
    inputs["thal"] = keras.Input((1,), name="thal", dtype="int64")
    embedded = layers.Flatten()(layers.Embedding(4, 2)(inputs["thal"]))
    deep = layers.Dense(8, "relu")(layers.concatenate([*encoded, embedded]))
    wide = layers.concatenate(encoded)
    outputs = layers.Dense(1, activation="sigmoid")(layers.concatenate([wide, deep]))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(num_thresholds=20)])
    x = {name: columns[name][:, None] for name in ("age", "pressure", "vessels")}
    x["thal"] = thal[:, None]
    return model, {"x": x, "y": y[:, None], "epochs": 2, "validation_split": 0.25}


@setup("tabular", words={})
def pandas_frame(folder):
    """A DataFrame of numbers and a Series of labels."""
    x, y = points()
    frame = pd.DataFrame(x, columns=[f"c{number}" for number in range(6)]).astype("float64")
    model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    held_out = (frame[:40], pd.Series(y[:40]))
    return model, {"x": frame, "y": pd.Series(y, index=frame.index[::-1]), "epochs": 2,
                   "validation_data": held_out}  # fmt: skip


@setup("tabular", words={})
def pandas_regression(folder):
    """A DataFrame with its target column popped off, validation_split."""
    x, y = curve()
    frame = pd.DataFrame(x, columns=list("abcd"))
    frame["price"] = y
    price = frame.pop("price")
    normalise = layers.Normalization(axis=-1)
    normalise.adapt(frame.to_numpy())
    model = keras.Sequential([normalise, layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile(loss="mean_absolute_error", optimizer=keras.optimizers.Adam(0.01))
    return model, {"x": frame, "y": price, "epochs": 3, "validation_split": 0.2}


@setup("tabular", words={})
def recommender(folder):
    """Users and films as embeddings: a subclass with a dot product, pairs of integers."""

    class Recommender(keras.Model):
        def __init__(self):
            super().__init__()
            penalty = keras.regularizers.l2(1e-3)
            self.users = layers.Embedding(12, 4, embeddings_regularizer=penalty)
            self.user_bias = layers.Embedding(12, 1)
            self.films = layers.Embedding(9, 4, embeddings_regularizer=penalty)

        def call(self, inputs):
            users, films = inputs[:, 0], inputs[:, 1]
            dot = keras.ops.sum(self.users(users) * self.films(films), axis=1, keepdims=True)
            return keras.ops.sigmoid(dot + self.user_bias(users))

    draw = stream()
    pairs = np.stack([draw.integers(0, 12, 160), draw.integers(0, 9, 160)], axis=1)
    liking = ((pairs[:, 0] + pairs[:, 1]) % 5 / 4).astype("float32")
    model = Recommender()
    model.compile("adam", keras.losses.BinaryCrossentropy())
    return model, {"x": pairs, "y": liking, "epochs": 2, "validation_data": (pairs, liking)}


@setup("tabular", words={})
def hashed_and_crossed(folder):
    """Discretization, Hashing and HashedCrossing in the tf.data pipeline."""
    columns, y = patients()
    bins = layers.Discretization(bin_boundaries=[35, 50, 65])
    hashed, crossed = layers.Hashing(8), layers.HashedCrossing(6, output_mode="one_hot")

    def prepare(row, label):
        age = bins(row["age"])
        return (hashed(row["thal"]), age, crossed((row["thal"], tf.as_string(age)))), label

    data = tf.data.Dataset.from_tensor_slices((columns, y)).batch(32).map(prepare)
    thal, age = keras.Input((), dtype="int64"), keras.Input((), dtype="int64")
    cross = keras.Input((6,))
    hidden = layers.concatenate([layers.Embedding(8, 3)(thal), layers.Embedding(4, 2)(age), cross])
    model = keras.Model([thal, age, cross], layers.Dense(1)(hidden))
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    return model, {"x": data, "epochs": 2, "validation_data": data.take(2)}


def text_layers():
    return [
        layers.Embedding(16, 8),
        layers.Dropout(0.3),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]


@setup("text")
def strings_into_the_model(folder):
    """TextVectorization inside the model: arrays of strings are the inputs."""
    texts, y = sentences()
    vectorize = layers.TextVectorization(16, output_sequence_length=7)
    vectorize.adapt(texts)
    model = keras.Sequential([keras.Input((1,), dtype="string"), vectorize, *text_layers()])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    strings = tf.constant(texts)[:, None]
    return model, {"x": strings, "y": tf.constant(y), "epochs": 2, "validation_split": 0.25}


@setup("text", words={})
def strings_in_the_pipeline(folder):
    """TextVectorization in the tf.data pipeline."""
    texts, y = sentences()
    vectorize = layers.TextVectorization(16, output_mode="int", output_sequence_length=7)
    vectorize.adapt(texts)
    model = keras.Sequential(text_layers())
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.BinaryAccuracy()])
    data = tf.data.Dataset.from_tensor_slices((texts, y)).batch(16)
    data = data.map(lambda text, label: (vectorize(tf.expand_dims(text, -1)), label))
    return model, {"x": data.take(4), "validation_data": data.skip(4), "epochs": 2}


@setup("text", words={})
def bag_of_words(folder):
    """TF-IDF vectors by TextVectorization, targets of shape [n] against [n, 1]."""
    texts, y = sentences()
    vectorize = layers.TextVectorization(max_tokens=16, output_mode="tf_idf")
    vectorize.adapt(texts)
    vectors = np.asarray(vectorize(texts))
    model = keras.Sequential([keras.Input((vectors.shape[1],)), layers.Dense(1, "sigmoid")])
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model, {"x": vectors, "y": y, "epochs": 3, "batch_size": 16, "validation_split": 0.25}
