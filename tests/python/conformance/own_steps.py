"""Subclasses: calls with `training`, own steps and losses, distillation, pretraining."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from conformance.arrays import curve, points
from conformance.catalogue import setup


class Classifier(keras.Model):
    """Has no weights until it sees data."""

    def __init__(self, classes=3):
        super().__init__()
        self.block = keras.Sequential([layers.Dense(10, "relu"), layers.BatchNormalization()])
        self.drop = layers.Dropout(0.4)
        self.out = layers.Dense(classes)

    def call(self, inputs, training=False):
        hidden = self.block(inputs, training=training)
        if training:
            hidden = self.drop(hidden, training=training)
        return self.out(hidden)


LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@setup("subclasses", words={})
def subclass_unbuilt(folder):
    """A subclass with call(training=), unbuilt before fit, batch normalisation and dropout."""
    x, y = points()
    model = Classifier()
    model.compile("adam", LOGITS, metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 3, "validation_split": 0.2}


@setup("subclasses", words={})
def subclass_without_training_argument(folder):
    """A subclass whose call knows no `training`, with a list of layers."""

    class Stack(keras.Model):
        def __init__(self):
            super().__init__()
            self.all = [layers.Dense(6, "relu"), layers.Dropout(0.2), layers.Dense(1)]

        def call(self, x):
            for layer in self.all:
                x = layer(x)
            return x

    x, y = curve()
    model = Stack()
    model.compile("adam", "mse", metrics=["mae"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.2}


class OwnStep(Classifier):
    """The step of the guide: compute_loss, then every metric."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


@setup("own steps")
def own_step_of_the_guide(folder):
    """train_step with compute_loss and compiled metrics; the model's own test_step is Keras'."""
    x, y = points()
    model = OwnStep()
    model.compile("adam", LOGITS, metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_split": 0.2}


@setup("own steps")
def own_step_low_level(folder):
    """train_step with its own loss and metric objects, a metrics property, fit by x and y."""

    class LowLevel(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)
            self.loss_tracker = keras.metrics.Mean(name="loss")
            self.mae = keras.metrics.MeanAbsoluteError(name="mae")
            self.squared = keras.losses.MeanSquaredError()

        def call(self, inputs):
            return self.out(inputs)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.squared(y, y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            self.loss_tracker.update_state(loss)
            self.mae.update_state(y, y_pred)
            return {"loss": self.loss_tracker.result(), "mae": self.mae.result()}

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae]

    x, y = curve()
    model = LowLevel()
    model.compile(optimizer=keras.optimizers.SGD(0.02))
    return model, {"x": x, "y": y[:, None], "epochs": 3}


@setup("own steps")
def own_test_step(folder):
    """Its own test_step; training is Keras'."""

    class Tested(Classifier):
        def test_step(self, data):
            x, y = data
            y_pred = (self(x, training=False) + self(x * 0.99, training=False)) / 2
            loss = self.compute_loss(y=y, y_pred=y_pred)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    x, y = points()
    model = Tested()
    model.compile("adam", LOGITS, metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "validation_data": (x[:64], y[:64])}


@setup("own steps")
def weights_in_own_step(folder):
    """train_step that unpacks sample_weight, compute_metrics; class_weight makes the weights."""

    class Weighted(Classifier):
        def train_step(self, data):
            x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=weight)
            self._loss_tracker.update_state(loss, sample_weight=ops.shape(x)[0])
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            return self.compute_metrics(x, y, y_pred, sample_weight=weight)

    x, y = points()
    model = Weighted()
    model.compile("sgd", LOGITS, metrics=["accuracy"], weighted_metrics=["accuracy"])
    return model, {"x": x, "y": y, "epochs": 2, "class_weight": {0: 2.0, 1: 1.0, 2: 0.5}}


@setup("own steps")
def gradients_of_inputs(folder):
    """A physics-informed network: the loss differentiates the output by the input."""

    class Oscillator(keras.Model):
        def __init__(self):
            super().__init__()
            self.net = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

        def call(self, t):
            return self.net(t)

        def train_step(self, data):
            t, y = data
            with tf.GradientTape() as tape:
                with tf.GradientTape() as inner:
                    inner.watch(t)
                    y_pred = self(t, training=True)
                slope = inner.gradient(y_pred, t)
                residual = ops.mean(ops.square(slope + y_pred))
                loss = self.compute_loss(t, y, y_pred) + 0.1 * residual
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return {"loss": loss, "residual": residual}

    t = np.linspace(0, 2, 120, dtype="float32")[:, None]
    model = Oscillator()
    model.compile("adam", "mse")
    return model, {"x": t, "y": np.exp(-t), "epochs": 2, "batch_size": 24}


class Distiller(keras.Model):
    """A student that learns from labels and from a teacher that stays as it is."""

    def __init__(self, teacher, student):
        super().__init__()
        self.teacher, self.student = teacher, student

    def compile(self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha=0.1):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn, self.distillation_loss_fn = student_loss_fn, distillation_loss_fn
        self.alpha, self.temperature = alpha, 3

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False):
        teacher_pred = self.teacher(x, training=False)
        student_loss = self.student_loss_fn(y, y_pred)
        distillation_loss = self.distillation_loss_fn(
            ops.softmax(teacher_pred / self.temperature, axis=1),
            ops.softmax(y_pred / self.temperature, axis=1),
        ) * (self.temperature**2)
        return self.alpha * student_loss + (1 - self.alpha) * distillation_loss

    def call(self, x):
        return self.student(x)


@setup("distillation")
def distiller(folder):
    """Teacher and student: own compile with more arguments, own compute_loss."""
    x, y = points()
    teacher, student = (
        keras.Sequential([keras.Input((6,)), layers.Dense(width, "relu"), layers.Dense(3)])
        for width in (16, 4)
    )
    teacher.compile("adam", LOGITS)
    teacher.fit(x, y, epochs=1, shuffle=False, verbose=0)
    model = Distiller(teacher, student)
    model.compile(
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
        student_loss_fn=LOGITS,
        distillation_loss_fn=keras.losses.KLDivergence(),
    )
    return model, {"x": x, "y": y, "epochs": 2, "validation_data": (x[:50], y[:50])}


class Contrastive(keras.Model):
    """Encoder, projection head and linear probe, with two optimizers."""

    def __init__(self):
        super().__init__()
        self.augment = layers.GaussianNoise(0.2)
        self.encoder = keras.Sequential([layers.Dense(10, "relu"), layers.Dense(6)])
        self.head, self.probe = layers.Dense(4), layers.Dense(3)

    def compile(self, contrastive_optimizer, probe_optimizer, **options):
        super().compile(**options)
        self.contrastive_optimizer, self.probe_optimizer = contrastive_optimizer, probe_optimizer
        self.trackers = [keras.metrics.Mean(name=name) for name in ("c_loss", "p_loss")]
        self.trackers.append(keras.metrics.SparseCategoricalAccuracy(name="p_acc"))

    @property
    def metrics(self):
        return self.trackers

    def contrast(self, first, second):
        first, second = ops.normalize(first, axis=1), ops.normalize(second, axis=1)
        similarities = ops.matmul(first, ops.transpose(second)) / 0.1
        labels = ops.arange(ops.shape(first)[0])
        loss = keras.losses.sparse_categorical_crossentropy(labels, similarities, from_logits=True)
        return ops.mean(loss)

    def train_step(self, data):
        (unlabelled, _), (labelled, labels) = data
        images = ops.concatenate((unlabelled, labelled), axis=0)
        views = [self.augment(images, training=True) for _ in range(2)]
        with tf.GradientTape() as tape:
            first, second = (self.head(self.encoder(one, training=True)) for one in views)
            c_loss = self.contrast(first, second)
        weights = [*self.encoder.trainable_weights, *self.head.trainable_weights]
        gradients = tape.gradient(c_loss, weights)
        self.contrastive_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        with tf.GradientTape() as tape:
            guess = self.probe(self.encoder(labelled, training=False))
            p_loss = LOGITS(labels, guess)
        weights = self.probe.trainable_weights
        gradients = tape.gradient(p_loss, weights)
        self.probe_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        self.trackers[0].update_state(c_loss)
        self.trackers[1].update_state(p_loss)
        self.trackers[2].update_state(labels, guess)
        return {one.name: one.result() for one in self.trackers}

    def test_step(self, data):
        images, labels = data
        guess = self.probe(self.encoder(images, training=False))
        self.trackers[1].update_state(LOGITS(labels, guess))
        self.trackers[2].update_state(labels, guess)
        return {one.name: one.result() for one in self.trackers[1:]}


@setup("contrastive")
def contrastive_pretraining(folder):
    """Zipped labelled and unlabelled datasets, a probe beside the encoder, own test_step."""
    x, y = points()
    slices = tf.data.Dataset.from_tensor_slices((x, y))
    data = tf.data.Dataset.zip((slices.take(120).batch(24), slices.skip(120).batch(8)))
    model = Contrastive()
    model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    return model, {"x": data, "epochs": 2, "validation_data": slices.skip(120).batch(20)}


class Unnamed(keras.Model):
    """Names its numbers as it likes, none of them a loss; validates by accuracy alone."""

    def __init__(self):
        super().__init__()
        self.out = layers.Dense(3)
        self.fits = keras.metrics.Mean(name="nll")
        self.right = keras.metrics.SparseCategoricalAccuracy(name="right")

    def call(self, inputs):
        return self.out(inputs)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            value = LOGITS(y, self(x, training=True))
        gradients = tape.gradient(value, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.fits.update_state(value)
        return {"nll": self.fits.result()}

    def test_step(self, data):
        x, y = data
        self.right.update_state(y, self(x, training=False))
        return {"right": self.right.result()}


@setup("own steps")
def steps_that_name_no_loss(folder):
    """A train_step whose logs name no loss; a test_step that gives an accuracy alone."""
    x, y = points()
    model = Unnamed()
    model.compile("adam")
    return model, {"x": x, "y": y, "epochs": 2, "validation_data": (x[:50], y[:50])}
