"""The starter models: small enough for a laptop, built as people build the large ones."""

from __future__ import annotations

from typing import Any

from lossviz._tensorflow import tf


def classifier(inputs: tuple[int, ...], outputs: int) -> Any:
    """A small convolutional network: images [height, width, channels] to logits [outputs]."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input(inputs),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(outputs),
        ]
    )


def _convolution(x: Any, filters: int, groups: int = 1) -> Any:
    """A 3 x 3 convolution, normalised within each image.

    Not over the batch: after a short training the moving statistics of batch normalisation lag
    behind the weights, and a model that fits in training may predict nonsense.

    Y. Wu, K. He, Group Normalization (2018).
    """
    layers = tf.keras.layers
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.GroupNormalization(groups=groups)(x))


def u_net(
    inputs: tuple[int, ...], outputs: int, mean: list[float], variance: list[float], width: int = 12
) -> Any:
    """A U-Net with two steps down: images [height, width, channels] to logits of each pixel.

    Sides that no two halvings divide are padded inside and cut again.

    Args:
        inputs: height, width and channels of the images.
        outputs: classes.
        mean, variance: of each channel, to standardise the images. A bright image would hide
            small dark regions from the first layers.
        width: filters of the finest convolutions, a multiple of 4.

    O. Ronneberger, P. Fischer, T. Brox, U-Net (2015).
    """
    layers = tf.keras.layers
    height, breadth = inputs[:2]
    bottom, right = -height % 4, -breadth % 4

    def block(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = _convolution(x, filters, groups=4)
        return x

    start = layers.Input(inputs)
    x = layers.Normalization(mean=mean, variance=variance)(start)
    if bottom or right:
        x = layers.ZeroPadding2D(((0, bottom), (0, right)))(x)
    fine = block(x, width)
    middle = block(layers.MaxPooling2D()(fine), 2 * width)
    x = block(layers.MaxPooling2D()(middle), 4 * width)
    x = layers.Concatenate()([layers.UpSampling2D()(x), middle])
    x = block(x, 2 * width)
    x = layers.Concatenate()([layers.UpSampling2D()(x), fine])
    x = layers.Conv2D(outputs, 1)(block(x, width))
    if bottom or right:
        x = layers.Cropping2D(((0, bottom), (0, right)))(x)
    return tf.keras.Model(start, x)


def line_reader(inputs: tuple[int, ...], outputs: int) -> Any:
    """A convolutional and recurrent network: lines [height, width, channels] to logits
    [time, outputs], with half as many time steps as the line has pixels.

    B. Shi, X. Bai, C. Yao, An End-to-End Trainable Neural Network for Image-based Sequence
    Recognition (2015).
    """
    layers = tf.keras.layers
    start = layers.Input(inputs)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(start)
    x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D((2, 1))(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    # Columns become time.
    x = layers.Permute((2, 1, 3))(x)
    x = layers.Reshape((x.shape[1], x.shape[2] * x.shape[3]))(x)
    x = layers.Dense(64, activation="relu")(x)
    x = layers.Bidirectional(layers.GRU(32, return_sequences=True))(x)
    return tf.keras.Model(start, layers.Dense(outputs)(x))


def detector(inputs: tuple[int, ...], shapes: int, outputs: int) -> Any:
    """A single-shot detector on a grid of a quarter of the image's size.

    Args:
        inputs: height, width and channels of the images.
        shapes: anchors of each place.
        outputs: numbers for each anchor.

    Returns:
        A model from images to [anchors, outputs].
    """
    layers = tf.keras.layers
    start = layers.Input(inputs)
    x = layers.MaxPooling2D()(_convolution(start, 16))
    x = layers.MaxPooling2D()(_convolution(x, 32))
    x = _convolution(_convolution(x, 64), 64)
    x = layers.Conv2D(shapes * outputs, 3, padding="same")(x)
    places = x.shape[1] * x.shape[2]
    return tf.keras.Model(start, layers.Reshape((places * shapes, outputs))(x))


def box_finder(inputs: tuple[int, ...], outputs: int) -> Any:
    """A convolutional network that predicts a few numbers for an image, such as a box."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input(inputs),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(outputs),
        ]
    )


def regressor(inputs: tuple[int, ...], outputs: int) -> Any:
    """Two small dense layers: numbers to numbers."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input(inputs),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(outputs),
        ]
    )


def straight_line(inputs: tuple[int, ...], outputs: int) -> Any:
    """A linear model: one weight an input, and a bias."""
    layers = tf.keras.layers
    return tf.keras.Sequential([layers.Input(inputs), layers.Dense(outputs)])
