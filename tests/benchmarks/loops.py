"""The training loops that are compared. Each runs in a real kernel of its own (see `kernel.py`).

Every loop trains the same model on the same data with the same batch size and optimizer for about
so many seconds, after a warm-up that is not counted, and gives its steps per second.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable
from typing import Any

import models
import numpy as np

BEGIN = "BEGIN"
"""Printed after the warm-up: what is sent before it, such as a widget's code, is sent once."""


def bare_chunked(seconds: float) -> float:
    """The least that a chunked loop can be: fixed chunks, every loss recorded, nothing else."""
    import keras
    import tensorflow as tf

    inputs, targets = map(tf.constant, models.dense_data())
    model, loss_fn, optimizer = models.dense_model(), models.loss(), keras.optimizers.SGD()
    optimizer.build(model.trainable_variables)
    steps = len(inputs) // models.BATCH

    @tf.function
    def chunk(order: Any, start: Any, count: Any) -> Any:
        losses = tf.TensorArray(tf.float32, size=count, element_shape=())
        for i in tf.range(count):
            first = (start + i) * models.BATCH
            rows = tf.ensure_shape(order[first : first + models.BATCH], [models.BATCH])
            with tf.GradientTape() as tape:
                value = loss_fn(
                    tf.gather(targets, rows), model(tf.gather(inputs, rows), training=True)
                )
            variables = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
            losses = losses.write(i, value)
        return losses.stack()

    recorded: list[Any] = []
    stream = np.random.default_rng(0)

    def epoch() -> None:
        order = tf.constant(stream.permutation(len(inputs)).astype(np.int32))
        for start in range(0, steps, 250):
            recorded.append(chunk(order, tf.constant(start), tf.constant(250)).numpy())

    epoch()
    print(BEGIN, flush=True)
    began, taken = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        epoch()
        taken += steps
    return taken / (time.perf_counter() - began)


def lossviz_detached(seconds: float) -> float:
    """`lossviz.train` with nobody watching."""
    import lossviz

    run = lossviz.train(
        models.dense_model(), models.dense_data(), loss=models.loss(), epochs=100_000, seed=0
    )
    return steady_rate(run, seconds)


def lossviz_attached(seconds: float, width: int = 32) -> float:
    """`lossviz.train` in a lab whose page is attached: every message of the live chart is sent."""
    import lossviz
    from lossviz.wire import publisher

    lab = lossviz.LossLab()
    run = lossviz.train(
        models.dense_model(width), models.dense_data(), loss=models.loss(), epochs=100_000, seed=0
    )
    lab._session._launcher.runs.add(run)
    lab._on_message(lab, {"type": "attach", "page": "page"}, [])
    publisher.wake()
    return steady_rate(run, seconds)


def lossviz_slower(seconds: float) -> float:
    """The same with a model so wide that it makes a thousand steps a second or two."""
    return lossviz_attached(seconds, width=3000)


def steady_rate(run: Any, seconds: float) -> float:
    """Steps per second after the first epoch."""
    while run.epoch < 2 and not run.wait(0.01):
        pass
    print(BEGIN, flush=True)
    began, first = time.perf_counter(), run.step
    run.wait(seconds)
    rate = (run.step - first) / (time.perf_counter() - began)
    run.stop()
    assert run.wait(30), run.status
    assert run.error is None, run.error
    return rate


def fit(seconds: float, *callbacks: Any) -> float:
    """Keras `fit` with these callbacks."""
    import keras

    class Clock(keras.callbacks.Callback):
        """Counts the steps between the first epoch and the end of the time."""

        def __init__(self) -> None:
            super().__init__()
            self.began, self.ended, self.steps = 0.0, 0.0, 0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            now = time.perf_counter()
            if not self.began:
                # The first hundred steps compile and warm up.
                self.steps += 1
                if self.steps == 100:
                    print(BEGIN, flush=True)
                    self.began, self.steps = now, 0
                return
            self.steps += 1
            if now - self.began > seconds:
                self.ended = now
                self.model.stop_training = True
                raise StopIteration

    clock = Clock()
    model = models.dense_model()
    model.compile("sgd", loss=models.loss())
    inputs, targets = models.dense_data()
    with contextlib.suppress(StopIteration):
        model.fit(
            inputs, targets, batch_size=models.BATCH, epochs=1000, verbose=0,
            callbacks=[*callbacks, clock],
        )  # fmt: skip
    return clock.steps / (clock.ended - clock.began)


def fit_tensorboard(seconds: float) -> float:
    """`fit` with TensorBoard's callback writing every batch."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        return fit(seconds, keras.callbacks.TensorBoard(folder, update_freq="batch"))


def fit_figure_widget(seconds: float) -> float:
    """`fit` with a FigureWidget that gets all losses ten times a second."""
    import keras
    from IPython.display import display
    from plotly.graph_objects import FigureWidget

    figure = FigureWidget()
    figure.add_scatter(y=[])
    display(figure)

    class Chart(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.losses: list[float] = []
            self.shown = 0.0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.losses.append(float(logs["loss"]))
            now = time.perf_counter()
            if now - self.shown > 0.1:
                self.shown = now
                figure.data[0].y = np.array(self.losses, np.float32)

    return fit(seconds, Chart())


def fit_livelossplot(seconds: float) -> float:
    """`fit` with livelossplot, as often as it can: after every batch."""
    import keras
    from livelossplot import PlotLosses
    from livelossplot.outputs import MatplotlibPlot

    plot = PlotLosses(outputs=[MatplotlibPlot()])

    class Chart(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            plot.update({"loss": float(logs["loss"])})
            plot.send()

    return fit(seconds, Chart())


LOOPS: dict[str, Callable[[float], float]] = {
    "bare chunked loop": bare_chunked,
    "lossviz.train": lossviz_detached,
    "lossviz.train, live chart": lossviz_attached,
    "wider model, live chart": lossviz_slower,
    "fit": fit,
    "fit + TensorBoard": fit_tensorboard,
    "fit + FigureWidget 10 Hz": fit_figure_widget,
    "fit + livelossplot": fit_livelossplot,
}
