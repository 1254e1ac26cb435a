"""Keras' own step in the loop of a run: what `model.fit` does with a batch.

For models that bring their own training (`train_step`, `compute_loss`, several optimizers), for
several outputs, sample weights and masks, and for all that was compiled: its losses and metrics are
`fit`'s by being computed by the same code.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.batches import no_logs
from lossviz.training.gradient_norm import GradientNorm
from lossviz.training.learning_rate import LearningRate
from lossviz.training.one_device import plain_updates
from lossviz.training.own_values import OwnValues
from lossviz.training.steps import Logs, Steps, flattened, number_of, scalar

OVERRIDDEN = ("train_step", "test_step", "compute_loss", "compute_metrics")


_MISSING = object()


def brings_training(model: Any) -> bool:
    """Whether a model has a training step, a loss or metrics of its own."""
    base = tf.keras.Model
    return any(getattr(type(model), name) is not getattr(base, name) for name in OVERRIDDEN)


class KerasSteps(Steps):
    """The model's own `train_step` and `test_step`, as compiled."""

    # In `fit` the size of a batch is not known to the graph, and Keras weighs the losses of
    # several outputs by it where it is.
    static = False

    def __init__(
        self, model: Any, *, compile_with: Mapping[str, Any] | None, optimizer: Any = None
    ) -> None:
        """Train `model`.

        Args:
            model: the user's model.
            compile_with: arguments of `compile` for this run; None trains as it was compiled. A
                model with a training of its own is compiled itself while the run trains, any other
                one inside another model, and stays as it is.
            optimizer: takes the place of the one that the model was compiled with, in this run.
        """
        self.model = model
        self._arguments = None if compile_with is None else dict(compile_with)
        self._own_step = brings_training(model)
        self._target = model
        if compile_with is not None and not self._own_step:
            self._target = _around(model)
        self._replacement = optimizer
        given = optimizer if compile_with is None else self._arguments["optimizer"]  # type: ignore[index]
        self.optimizer = given if given is not None else getattr(model, "optimizer", None)
        self._before: dict[str, Any] = {}
        self._names: dict[bool, list[str]] = {}
        self._norm = GradientNorm()
        self.eager = bool(compile_with is None and model.run_eagerly)

    @property
    def trained(self) -> Any:
        return self._target

    @property
    def logged(self) -> bool:
        return self.tells or self._own_step

    @property
    def optimizers(self) -> Sequence[Any]:
        """The run's own first, then what else the model holds, such as a GAN's second one."""
        return optimizers_of(self._target, self.optimizer)

    @property
    def metrics(self) -> Sequence[Any]:
        return list(self._target.metrics)

    def begin(self, batch: Any) -> None:
        self._norm.begin()
        target = self._target
        before = dict(vars(target))
        if self._arguments is not None:
            target.compile(**self._arguments)
            self.optimizer = target.optimizer
        elif self._replacement is not None:
            target.optimizer = self._replacement
        if target is self.model:
            self._before = {
                name: before.get(name, _MISSING)
                for name, value in vars(target).items()
                if value is not before.get(name, _MISSING)
            }
        if self._own_step:
            # What such a step makes at its first call (the moments of a second optimizer, ...)
            # cannot be made inside a loop of the graph.
            self._traced(target.train_step, batch)
        else:
            build(target, batch)
            self.optimizer.build(target.trainable_variables)

    def end(self) -> None:
        attributes = vars(self.model)
        for name, value in self._before.items():
            if value is _MISSING:
                attributes.pop(name, None)
            else:
                attributes[name] = value
        self._before = {}

    def train(self, batch: Any) -> tuple[dict[str, Any], Any]:
        return self._in_graph(batch, held_out=False)

    def evaluate(self, batch: Any) -> tuple[dict[str, Any], Any]:
        return self._in_graph(batch, held_out=True)

    def reset(self) -> None:
        self._target.reset_metrics()

    def results(self, loss: float, logs: Logs, *, held_out: bool) -> dict[str, float]:
        found = flattened(self._target.get_metrics_result())
        names = self._names.get(held_out)
        # As Keras: what the last step returned, where that is not just the metrics.
        if names is not None and set(names) != set(found):
            return dict(zip(names, map(float, logs), strict=True))
        return {name: number_of(value) for name, value in found.items()}

    def so_far(self, loss: float, logs: Logs, *, held_out: bool) -> dict[str, float]:
        names = self._names.get(held_out, [])
        if len(names) != len(logs):
            return self.results(loss, logs, held_out=held_out)
        # What the step itself has returned; reading the metrics again would take as long as a step.
        return dict(zip(names, map(float, logs), strict=True))

    def _in_graph(self, batch: Any, *, held_out: bool) -> tuple[dict[str, Any], Any]:
        step = functools.partial(self._step, held_out=held_out)
        if self._target.jit_compile and not self.eager:
            values, logged = tf.function(step, jit_compile=True)(batch)
        else:
            values, logged = step(batch)
        # Else nobody needs what a step returns: the metrics are read when an epoch ends.
        return values, logged if self.logged else None

    def _step(self, batch: Any, *, held_out: bool) -> tuple[dict[str, Any], Any]:
        target = self._target
        caught = OwnValues(target)
        step = target.test_step if held_out else target.train_step
        rate = {} if held_out else self._rate()
        with self._plain(), caught.caught(), self._norm.heard(self.optimizers):
            logs = _unconverted(step)(batch)
        logs = flattened(logs)
        self._names[held_out] = list(logs)
        values = {"loss": caught.loss(logs)}
        if not held_out:
            self.remark = caught.remark
            values |= self._norm.named() | rate | caught.values(logs)
        return values, _stacked(logs)

    def _rate(self) -> dict[str, Any]:
        """The learning rate by its name, where it may change between two steps of a chunk."""
        if self.optimizer is None:
            return {}
        return LearningRate(self.optimizer).in_graph(own_step=self._own_step)

    def _traced(self, step: Any, batch: Any) -> None:
        with self._plain():
            tf.function(_unconverted(step)).get_concrete_function(batch)

    def _plain(self) -> contextlib.ExitStack:
        stack = contextlib.ExitStack()
        for optimizer in self.optimizers:
            if getattr(optimizer, "inner_optimizer", None) is None:
                stack.enter_context(plain_updates(optimizer))
        return stack


def optimizers_of(model: Any, first: Any) -> list[Any]:
    """`first`, unless it is None, and what other optimizers a model holds."""
    found = [first, *_optimizers_in(vars(model).values())]
    known: dict[int, Any] = {id(one): one for one in found if one is not None}
    # The inner one of a loss scale's is stored with it.
    inner = {id(getattr(one, "inner_optimizer", None)) for one in known.values()}
    return [one for key, one in known.items() if key not in inner]


def build(model: Any, batch: Any) -> None:
    """Make all variables of a compiled model for such batches, as `fit` does before its first step.

    Args:
        model: a compiled `keras.Model`.
        batch: TensorSpecs, or tensors, of a batch.
    """
    # Keras has no public name for it, and without it metrics would be made inside a graph.
    model._symbolic_build(data_batch=batch)  # noqa: SLF001


def _unconverted(step: Any) -> Any:
    """A step as `fit` runs it: AutoGraph leaves it as it is written."""
    return tf.autograph.experimental.do_not_convert(functools.partial(step))


def _stacked(logs: Mapping[str, Any]) -> Any:
    return tf.stack([scalar(value) for value in logs.values()]) if logs else no_logs()


def _optimizers_in(values: Any) -> list[Any]:
    found = []
    for value in values:
        if isinstance(value, tf.keras.optimizers.Optimizer):
            found.append(value)
        elif isinstance(value, Mapping):
            found += _optimizers_in(value.values())
        elif isinstance(value, list | tuple):
            found += _optimizers_in(value)
    return found


def _around(model: Any) -> Any:
    """A model that computes what `model` does with the same variables, to be compiled otherwise."""
    around = _around_class()(model)
    if hasattr(model, "output_names"):
        around.output_names = model.output_names
    return around


@functools.lru_cache(maxsize=1)
def _around_class() -> type:
    class Around(tf.keras.Model):  # type: ignore[misc]
        """Compiled for one run; the model inside keeps what the user compiled it with."""

        def __init__(self, inside: Any) -> None:
            # Inputs reach the inner model as they are.
            super().__init__(name=inside.name, dtype=inside.dtype_policy, autocast=False)
            self._convert_input_args = False
            self.inside = inside
            self.built = inside.built

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.inside(inputs, training=training)

    return Around
