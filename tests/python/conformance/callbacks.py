"""Callbacks: Keras' own, and what people write themselves."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers
from keras.callbacks import Callback

from conformance.arrays import curve, points
from conformance.catalogue import setup


def training(callbacks, rate=0.05, **arguments):
    """A classifier that learns fast, with the callbacks."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model, {"x": x[:120], "y": y[:120], "validation_data": (x[120:], y[120:]), "epochs": 3,
                   "batch_size": 24, "callbacks": callbacks, **arguments}  # fmt: skip


@setup("callbacks", words={})
def early_stopping(folder):
    """EarlyStopping on val_accuracy in mode auto, the best weights restored."""
    stopping = keras.callbacks.EarlyStopping("val_accuracy", patience=1, restore_best_weights=True)
    return training([stopping], rate=0.2, epochs=8)


@setup("callbacks", words={})
def plateau(folder):
    """ReduceLROnPlateau that lowers the rate, with a minimum."""
    reducing = keras.callbacks.ReduceLROnPlateau(
        "val_loss", factor=0.1, patience=1, min_delta=10.0, min_lr=1e-4
    )
    return training([reducing], epochs=4)


@setup("callbacks", words={})
def scheduled_rate(folder):
    """LearningRateScheduler by epoch, given the present rate."""
    falling = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5**epoch)
    return training([falling])


@setup("callbacks", words={})
def checkpoints_and_csv(folder):
    """ModelCheckpoint of the best weights, CSVLogger."""
    best = keras.callbacks.ModelCheckpoint(
        folder / "best.weights.h5", "val_accuracy", save_best_only=True, save_weights_only=True
    )
    return training([best, keras.callbacks.CSVLogger(folder / "log.csv")])


@setup("callbacks", words={})
def backup_and_restore(folder):
    """BackupAndRestore, and a file of each epoch named by its val_loss."""
    each = keras.callbacks.ModelCheckpoint(str(folder / "{epoch:02d}-{val_loss:.2f}.keras"))
    return training([keras.callbacks.BackupAndRestore(folder / "backup"), each])


@setup("callbacks", words={})
def terminate_on_nan(folder):
    """TerminateOnNaN beside a training that is healthy, SwapEMAWeights."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.SGD(0.1, use_ema=True), "sparse_categorical_crossentropy")
    swapping = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    return model, {"x": x, "y": y, "epochs": 3, "validation_split": 0.2,
                   "callbacks": [keras.callbacks.TerminateOnNaN(), swapping]}  # fmt: skip


class Hooks(Callback):
    """Writes down every hook that is called, with its index and the keys of its logs."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def set_params(self, params):
        super().set_params(params)
        self.seen.append(("params", {name: params[name] for name in ("epochs", "steps")}))


def _noted(name):
    def hook(self, *place, logs=None):
        index = place[:-1] if place and isinstance(place[-1], dict | None) else place
        logs = place[-1] if index is not place else logs
        self.seen.append((name, index, None if logs is None else sorted(logs)))

    return hook


for _moment in ("begin", "end"):
    for _part in ("train", "test", "epoch", "train_batch", "test_batch"):
        _name = f"on_{_part}_{_moment}"
        setattr(Hooks, _name, _noted(_name))


@setup("callbacks", words={})
def every_hook(folder):
    """One that notes every hook with its index and the keys of its logs."""
    return training([Hooks()], epochs=2)


@setup("callbacks")
def every_hook_of_own_step(folder):
    """The hooks of many steps at once, of a dataset, with a validation every second epoch."""
    x, y = points()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], steps_per_execution=2)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    return model, {"x": data, "epochs": 4, "validation_data": data.take(3), "validation_freq": 2,
                   "callbacks": [Hooks()]}  # fmt: skip


@setup("callbacks", words={})
def lambdas(folder):
    """LambdaCallback on epochs and batches, whose logs are read."""
    lines = []
    noting = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: lines.append(("epoch", epoch)),
        on_epoch_end=lambda epoch, logs: lines.append((epoch, float(logs["loss"]))),
        on_train_batch_end=lambda batch, logs: lines.append((batch, float(logs["loss"]))),
        on_train_end=lambda logs: lines.append(sorted(logs)),
    )
    noting.seen = lines
    return training([noting], epochs=2)


class StopAt(Callback):
    """Ends the training in the middle of the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 1 and batch == 2:
            self.model.stop_training = True


@setup("callbacks", words={})
def stopped_within_an_epoch(folder):
    """A callback that sets stop_training after the third batch of the second epoch."""
    return training([StopAt()])


class OneCycle(Callback):
    """Sets learning rate and momentum before every batch."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.step, self.seen = steps, 0, []

    def on_train_batch_begin(self, batch, logs=None):
        share = abs(2 * self.step / self.steps - 1)
        self.model.optimizer.learning_rate = 0.01 + 0.1 * (1 - share)
        self.step += 1

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(int(self.model.optimizer.iterations))


@setup("callbacks", words={})
def one_cycle(folder):
    """The learning rate set before every batch, the optimizer's iterations read after it."""
    return training([OneCycle(15)])


class Predicting(Callback):
    """Calls predict and evaluate at an epoch's end, and changes a weight."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y, self.seen = x, y, []

    def on_epoch_end(self, epoch, logs=None):
        found = self.model.predict(self.x, verbose=0)
        self.seen.append(float(found.mean()))
        self.model.layers[-1].bias.assign_add([0.1])
        logs["spread"] = float(found.std())

    def on_train_end(self, logs=None):
        self.seen.append(sorted(logs))


@setup("callbacks", words={})
def predicting_each_epoch(folder):
    """Predictions at each epoch's end, a metric added to logs, a weight changed by hand."""
    x, y = curve()
    model = keras.Sequential([keras.Input((4,)), layers.Dense(6, "relu"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model, {"x": x, "y": y[:, None], "epochs": 3, "validation_split": 0.2,
                   "callbacks": [Predicting(x[:20], y[:20])]}  # fmt: skip


class BatchLosses(Callback):
    """Notes the running loss of every batch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs):
        self.seen.append(float(logs["loss"]))


@setup("callbacks", words={})
def losses_of_batches(folder):
    """The running loss of every batch, as fit gives it to callbacks."""
    return training([BatchLosses()], epochs=2)
