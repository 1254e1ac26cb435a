"""The lean step: one loss of one output, without what Keras' own step does besides.

For a small model that is three times as fast as Keras' own step in the same loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.gradient_norm import GradientNorm
from lossviz.training.learning_rate import LearningRate
from lossviz.training.mirrored import Mirrored
from lossviz.training.one_device import plain_updates
from lossviz.training.own_values import OwnMetrics
from lossviz.training.sources import unpacked
from lossviz.training.steps import Logs, Steps, number_of, parted, scalar, traced_anew


class LeanSteps(Steps):
    """`loss = objective(target, model(inputs))`, or a step of the user's own."""

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        objective: Callable[[Any, Any], Any],
        *,
        metrics: Sequence[Any],
        train_step: Callable[[Any, Any], Any] | None = None,
        mirrored: Mirrored | None = None,
        jit_compile: bool = False,
    ) -> None:
        """Train `model`.

        Args:
            model: the user's model.
            optimizer: a Keras optimizer.
            objective: `f(target, output)`, the loss as a float32 scalar.
            metrics: Keras metric objects.
            train_step: the user's own `f(inputs, target)`, whose result `parted` takes apart.
            mirrored: the copies of model and optimizer on several devices.
            jit_compile: whether steps are compiled with XLA.
        """
        self.model = model
        self.optimizer = optimizer if mirrored is None else mirrored.optimizer
        self._objective = objective
        self._metrics = list(metrics)
        self._mirrored = mirrored
        self._update = traced_anew(train_step) or self._default
        if mirrored is not None:
            self._update = mirrored.step(objective)
        self._rate = LearningRate(self.optimizer)
        self._own_step = train_step is not None
        self._norm = GradientNorm()
        # Metrics stay outside: they count texts and boxes, which XLA cannot compile.
        self._step = tf.function(self._heard, jit_compile=True) if jit_compile else self._heard

    @property
    def trained(self) -> Any:
        return self.model if self._mirrored is None else self._mirrored.model

    @property
    def logged(self) -> bool:
        return False

    @property
    def optimizers(self) -> Sequence[Any]:
        return [self.optimizer]

    @property
    def metrics(self) -> Sequence[Any]:
        return self._metrics

    def begin(self, batch: Any) -> None:
        if self._mirrored is not None:
            self._mirrored.take_weights()
        self._norm.begin()
        # Variables made while a graph is traced are an error: the optimizer makes its own here.
        self.optimizer.build(self.trained.trainable_variables)

    def end(self) -> None:
        if self._mirrored is not None:
            self._mirrored.hand_back()

    def train(self, batch: Any) -> tuple[dict[str, Any], Any]:
        inputs, target, _ = unpacked(batch)
        loss, output, logged, others = self._step(inputs, target)
        self.averaged = tuple(logged)
        counted = {} if output is None else self._count(target, output)
        return {"loss": scalar(loss)} | others | counted | logged, None

    def _heard(self, inputs: Any, target: Any) -> tuple[Any, Any, dict[str, Any], dict[str, Any]]:
        """The step's loss, its output or None, what it tells itself, and what is heard of it."""
        if self._mirrored is not None:
            # Each device has a part of the gradients.
            loss, output = self._update(inputs, target)
            return loss, output, {}, {}
        rate = self._rate.in_graph(own_step=self._own_step)
        with plain_updates(self.optimizer), self._norm.heard([self.optimizer]):
            result = self._update(inputs, target)
        loss, output, logged = parted(result)
        return loss, output, logged, self._norm.named() | rate

    def _count(self, target: Any, output: Any) -> dict[str, Any]:
        """Update the metrics; returns this step's values of those that are means, by name."""
        metrics = [metric for metric in self._metrics if not _validation_only(metric)]
        heard = OwnMetrics(metrics)
        with heard.caught():
            for metric in metrics:
                metric.update_state(target, output)
        found = {metric.name: heard.of(metric) for metric in metrics}
        return {name: value for name, value in found.items() if value is not None}

    def evaluate(self, batch: Any) -> tuple[dict[str, Any], Any]:
        inputs, target, _ = unpacked(batch)
        output = self.trained(inputs, training=False)
        for metric in self._metrics:
            metric.update_state(target, output)
        return {"loss": scalar(self._total(target, output))}, None

    def reset(self) -> None:
        for metric in self._metrics:
            metric.reset_state()

    def results(self, loss: float, logs: Logs, *, held_out: bool) -> dict[str, float]:
        values = {"loss": loss}
        for metric in self._metrics:
            if held_out or not _validation_only(metric):
                result = metric.result()
                named = result if isinstance(result, dict) else {metric.name: result}
                values |= {name: number_of(value) for name, value in named.items()}
        return values

    def _default(self, inputs: Any, target: Any) -> Any:
        model, optimizer = self.model, self.optimizer
        with tf.GradientTape() as tape:
            output = model(inputs, training=True)
            loss = self._total(target, output)
            # Nothing, unless the optimizer keeps small float16 gradients from vanishing.
            scaled = optimizer.scale_loss(loss)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(scaled, variables), variables, strict=True))
        return loss, output

    def _total(self, target: Any, output: Any) -> Any:
        """The loss with the model's own losses (`add_loss`, regularisation), as `fit` adds them."""
        loss = self._objective(target, output)
        own = self.trained.losses
        parts = [tf.reduce_sum(tf.cast(one, tf.float32)) for one in own]
        return tf.add_n([loss, *parts]) if parts else loss


def _validation_only(metric: Any) -> bool:
    """Whether a metric costs too much to be computed in training steps."""
    return bool(getattr(metric, "validation_only", False))
