"""Pictures: convolution, segmentation, fine-tuning, autoencoding."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from conformance.arrays import masks, one_hot, pictures
from conformance.catalogue import setup


@setup(
    "images",
    words={"loss": "categorical_crossentropy", "optimizer": "adam", "metrics": ["accuracy"]},
)
def convnet(folder):
    """A small convolutional classifier of float pictures with one-hot labels."""
    x, y = pictures()
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    x = x.astype("float32") / 255
    return model, {"x": x, "y": one_hot(y), "epochs": 3, "batch_size": 16, "validation_split": 0.2}


@setup("images", words={})
def augmented_uint8(folder):
    """uint8 pictures, augmentation and Rescaling inside the model, cached tf.data pipelines."""
    x, y = pictures(channels=3)
    inputs = keras.Input((8, 8, 3), dtype="uint8")
    hidden = layers.Rescaling(1 / 255)(inputs)
    for augment in (layers.RandomFlip("vertical"), layers.RandomTranslation(0.1, 0.0)):
        hidden = augment(hidden)
    hidden = layers.Conv2D(8, 3, padding="same", use_bias=False)(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.Activation("relu")(hidden)
    hidden = layers.GlobalAveragePooling2D()(hidden)
    model = keras.Model(inputs, layers.Dense(3)(hidden))
    model.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
    )
    data = tf.data.Dataset.from_tensor_slices((x, y))
    autotune = tf.data.AUTOTUNE
    return model, {
        "x": data.take(72).cache().batch(16).prefetch(autotune),
        "validation_data": data.skip(72).batch(16).cache().prefetch(autotune),
        "epochs": 2,
    }


@setup("images")
def separable_residual(folder):
    """Separable convolutions with residuals and batch normalisation; labels one-hot in the map."""
    x, y = pictures(channels=3)
    inputs = keras.Input((8, 8, 3))
    hidden = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    hidden = layers.Conv2D(8, 3, strides=2, padding="same")(hidden)
    before = hidden
    hidden = layers.SeparableConv2D(8, 3, padding="same")(layers.ReLU()(hidden))
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.add([hidden, layers.Conv2D(8, 1)(before)])
    hidden = layers.GlobalMaxPooling2D()(hidden)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(hidden))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["acc"])

    def encoded(image, label):
        return tf.cast(image, tf.float32), tf.one_hot(label, 3)

    data = tf.data.Dataset.from_tensor_slices((x, y)).map(encoded)
    return model, {"x": data.batch(24), "validation_data": data.take(40).batch(24), "epochs": 2}


def residual_unet(end):
    inputs = keras.Input((16, 16, 3))
    hidden = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
    hidden = layers.BatchNormalization()(hidden)
    before = hidden = layers.Activation("relu")(hidden)
    hidden = layers.SeparableConv2D(12, 3, padding="same")(hidden)
    hidden = layers.MaxPooling2D(2)(hidden)
    hidden = layers.add([hidden, layers.Conv2D(12, 1, strides=2, padding="same")(before)])
    hidden = layers.Conv2DTranspose(8, 3, padding="same", activation="relu")(hidden)
    hidden = layers.UpSampling2D(2)(hidden)
    hidden = layers.Concatenate()([hidden, before])
    hidden = layers.UpSampling2D(2)(hidden)
    return keras.Model(inputs, end(hidden))


@setup("images", words={})
def residual_unet_integer_masks(folder):
    """A residual U-Net with masks of integers [n, h, w, 1], MeanIoU."""
    x, y = masks()
    model = residual_unet(layers.Conv2D(3, 3, activation="softmax", padding="same"))
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy", keras.metrics.MeanIoU(3, sparse_y_pred=False)],
    )
    return model, {"x": x[:32], "y": y[:32], "validation_data": (x[32:], y[32:]), "epochs": 2,
                   "batch_size": 8}  # fmt: skip


@setup("images", words={})
def dice_of_binary_masks(folder):
    """Dice on a mask of one channel, BinaryIoU."""
    x, y = masks()
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )
    model.compile("adam", keras.losses.Dice(), metrics=[keras.metrics.BinaryIoU([1])])
    wanted = (y > 0).astype("float32")
    return model, {"x": x, "y": wanted, "epochs": 2, "batch_size": 16, "validation_split": 0.25}


@setup("images", words={})
def tversky_of_classes(folder):
    """Tversky on one-hot masks, OneHotMeanIoU."""
    x, y = masks()
    model = keras.Sequential([keras.Input((16, 16, 3))])
    model.add(layers.Conv2D(3, 3, padding="same", activation="softmax"))
    loss = keras.losses.Tversky(alpha=0.3, beta=0.7)
    model.compile("adam", loss, metrics=[keras.metrics.OneHotMeanIoU(3)])
    wanted = one_hot(y[..., 0])
    return model, {"x": x, "y": wanted, "epochs": 2, "batch_size": 16}


def base_model():
    """A backbone with batch normalisation, trained a little on another task."""
    base = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
        ],
        name="backbone",
    )
    for number, variable in enumerate(base.non_trainable_variables):
        if variable.shape == (8,):
            variable.assign(np.linspace(0.5, 1.5 + number, 8))
    return base


def fine_tuned():
    x, y = pictures(channels=3)
    base = base_model()
    base.trainable = False
    inputs = keras.Input((8, 8, 3))
    hidden = base(layers.Rescaling(1 / 255)(inputs), training=False)
    hidden = layers.Dropout(0.2)(hidden)
    model = keras.Model(inputs, layers.Dense(3)(hidden))
    model.compile(
        optimizer=keras.optimizers.Adam(1e-2),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    arguments = {"x": x.astype("float32"), "y": y, "epochs": 2, "validation_split": 0.25}
    return base, model, arguments


@setup("fine-tuning", words={})
def frozen_backbone(folder):
    """A new head on a frozen backbone with batch normalisation."""
    _base, model, arguments = fine_tuned()
    return model, arguments


@setup("fine-tuning", words={})
def unfrozen_backbone(folder):
    """After the head was trained: the backbone unfrozen, recompiled at a low learning rate."""
    base, model, arguments = fine_tuned()
    model.fit(**{**arguments, "epochs": 1}, shuffle=False, verbose=0)
    base.trainable = True
    model.compile(
        optimizer=keras.optimizers.Adam(1e-4),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model, arguments


@setup("fine-tuning", words={})
def partly_frozen(folder):
    """Batch normalisation frozen by layer, the rest trains; fit is called a second time."""
    x, y = pictures(channels=3)
    base = base_model()
    for layer in base.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    model = keras.Sequential([base, layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    arguments = {"x": x.astype("float32") / 255, "y": y, "epochs": 2, "validation_split": 0.25}
    model.fit(**arguments, shuffle=False, verbose=0)
    return model, arguments


@setup("autoencoders", words={})
def autoencoder(folder):
    """A convolutional autoencoder: the target is the input."""
    x, _y = pictures()
    x = x.astype("float32") / 255
    inputs = keras.Input((8, 8, 1))
    hidden = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(inputs)
    hidden = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(hidden)
    model = keras.Model(inputs, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(hidden))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model, {"x": x, "y": x, "epochs": 3, "batch_size": 24, "validation_data": (x, x)}


@setup("autoencoders", words={})
def denoising_autoencoder(folder):
    """Noisy inputs from a map, clean targets; encoder and decoder as models in a model."""
    x, _y = pictures()
    flat = (x.astype("float32") / 255).reshape(len(x), -1)
    encoder = keras.Sequential([keras.Input((64,)), layers.Dense(8, "relu")], name="encoder")
    decoder = keras.Sequential([keras.Input((8,)), layers.Dense(64, "sigmoid")], name="decoder")
    inputs = keras.Input((64,))
    model = keras.Model(inputs, decoder(encoder(inputs)))
    model.compile("adam", keras.losses.MeanSquaredError(), metrics=["mae"])

    def noisy(number, clean):
        noise = tf.random.stateless_normal([64], tf.stack([number, 0]), stddev=0.1)
        return clean + noise, clean

    data = tf.data.Dataset.from_tensor_slices(flat).enumerate().map(noisy).batch(16)
    return model, {"x": data, "epochs": 2, "validation_data": data.take(2)}


@setup("fine-tuning", words={})
def low_rank_adaptation(folder):
    """LoRA: a trained Dense layer plus two small matrices, its own kernel frozen."""
    x, y = pictures()
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(8, "relu"),
            layers.Dense(3, "softmax"),
        ]
    )
    model.layers[2].enable_lora(rank=2)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.25}


@setup("fine-tuning", words={})
def loaded_from_a_file(folder):
    """A model that was trained and saved as .keras, trained further with its optimizer's state."""
    x, y = pictures()
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    arguments = {"x": x / 255.0, "y": y, "epochs": 2, "validation_split": 0.25}
    model.fit(**arguments, shuffle=False, verbose=0)
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras"), arguments
