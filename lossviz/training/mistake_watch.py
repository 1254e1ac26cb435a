"""Warns a run of mistakes: checks its set-up against the rules when its turn has come."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.losses import Loss
from lossviz.training import mistakes, outputs
from lossviz.training.batches import Batches
from lossviz.training.learning_rate import LearningRate
from lossviz.training.objective import Objective, objective
from lossviz.training.request import Request
from lossviz.training.sources import unpacked
from lossviz.training.steps import Steps
from lossviz.training.untouched import untouched

FIRST = 64
"""Samples for which the model's output is looked at."""

PERIOD = 1.0
"""Seconds between two looks at all weights, of a run whose epochs are shorter."""


class MistakeWatch:
    """Looks for mistakes while a run trains."""

    def __init__(
        self,
        asked: Request,
        steps: Steps,
        batches: Batches,
        objectives: Sequence[Objective],
        *,
        new: bool,
    ) -> None:
        """Look at a run.

        Args:
            asked: what was asked of it.
            steps: what it does with a batch.
            batches: its batches.
            objectives: the losses of its outputs, as far as they are known.
            new: whether it starts; a resumed run has had its warnings.
        """
        self._asked, self._steps, self._batches = asked, steps, batches
        self._objectives, self._new = objectives, new
        self._setup: mistakes.Setup | None = None
        self._batch_watch: mistakes.BatchWatch | None = None
        self._in_first_epoch: Any = None
        self._captured: list[Any] = []
        self._history: list[dict[str, float]] = []
        self._epochs = 0
        self._looked = -PERIOD

    def before(self, warn: Callable[[str], None]) -> None:
        """Look at the set-up.

        Raises:
            ArgumentError: for a mistake with which training cannot be meant.
        """
        if not self._new:
            return
        found: list[mistakes.Finding] = []
        with mistakes.tolerated("the check of the data"):
            found = self._found_before()
        self._tell(found, warn)

    def _found_before(self) -> list[mistakes.Finding]:
        whole = self._asked.source.whole
        if whole is not None:
            self._setup = self._set_up(whole, whole=True)
            return mistakes.before(self._setup)
        first = self._first_batch()
        setup = self._set_up(self._stand_in() if first is None else first, whole=False)
        self._setup = setup
        found = [] if first is None else mistakes.before(setup)
        self._captured = [] if first is None else [first]
        self._batch_watch = mistakes.BatchWatch(setup)
        self._in_first_epoch = tf.Variable(True, trainable=False)
        return found

    def look(self, batch: Any) -> None:
        """Look at a batch of the first epoch; to be traced."""
        watch = self._batch_watch
        if watch is None:
            return

        def see() -> Any:
            if not self._captured:
                self._capture(batch)
            watch.look(*unpacked(batch))
            return tf.constant(0)

        tf.cond(self._in_first_epoch, see, lambda: tf.constant(0))

    def after_epoch(
        self, metrics: Mapping[str, float], epoch: int, warn: Callable[[str], None], *, last: bool
    ) -> None:
        """Look at what an epoch has left; of the `last` one at everything.

        Raises:
            ArgumentError: for a mistake with which training cannot be meant.
        """
        if self._epochs == 0 and self._steps.remark:
            warn(self._steps.remark)
        self._epochs += 1
        setup = self._setup
        if setup is None:
            return
        now = time.monotonic()
        weights = last or now - self._looked >= PERIOD
        if weights:
            self._looked = now
        found = mistakes.after_epoch(
            self._steps.trained, metrics, epoch, self._history, setup, weights=weights
        )
        if len(self._history) < mistakes.FIRST_EPOCHS:
            self._history.append(dict(metrics))
        if self._batch_watch is not None:
            found = [*self._of_the_batches(self._batch_watch), *found]
            self._batch_watch = None
            self._in_first_epoch.assign(False)
        self._tell(found, warn)

    def _of_the_batches(self, watch: mistakes.BatchWatch) -> list[mistakes.Finding]:
        found = watch.findings()
        assert self._setup is not None
        if self._captured and not self._setup.memory.get("told_before"):
            kept = self._setup.memory
            self._setup = self._set_up(self._captured[0], whole=False)
            weights = kept.get("weights")
            self._setup.memory.update(kept)
            found += mistakes.before(self._setup)
            self._setup.memory["weights"] = weights
        self._captured = []
        return found

    def _tell(self, found: Sequence[mistakes.Finding], warn: Callable[[str], None]) -> None:
        for one in found:
            # With stop_at_nan=False, losses that are not finite are a warning, not an error.
            if one.fatal and self._asked.stop_at_nan:
                raise ArgumentError("data", one.text)
            warn(one.text)

    def _first_batch(self) -> Any:
        """The first batch, which comes again; None where it cannot be had without a change."""
        known = self._asked.source.known
        return known if known is not None else self._batches.peek()

    def _stand_in(self) -> Any:
        """A batch in the form of the data, where none can be had yet."""
        return tf.nest.map_structure(_zeros, self._asked.source.spec)

    def _capture(self, batch: Any) -> None:
        """Keep the first batch that comes, for data that cannot be started twice."""
        spec = tf.nest.map_structure(tf.type_spec_from_value, batch)

        def keep(*parts: Any) -> Any:
            if not self._captured:
                self._captured.append(
                    tf.nest.pack_sequence_as(spec, list(parts), expand_composites=True)
                )
            return np.int32(0)

        flat = tf.nest.flatten(batch, expand_composites=True)
        tf.py_function(keep, flat, tf.int32)

    def _set_up(self, batch: Any, *, whole: bool) -> mistakes.Setup:
        asked, model = self._asked, self._asked.model
        inputs, targets, weights = unpacked(batch)
        held_inputs, held_targets = None, None
        if asked.held_out is not None and asked.held_out.whole is not None:
            held_inputs, held_targets, _ = unpacked(asked.held_out.whole)
        own_step = asked.train_step is not None or _own_step(model)
        output = None if own_step else self._output(inputs)
        names = _names(model, output)
        found = outputs.found_all(model, sample=output)
        objectives, behind = self._losses()
        return mistakes.Setup(
            model=model,
            inputs=inputs,
            targets=targets,
            sample_weight=weights,
            whole=whole,
            validation_inputs=held_inputs,
            validation_targets=held_targets,
            validated=asked.held_out is not None,
            validation_again=asked.held_out is not None and asked.held_out.same_as(asked.source),
            output=output,
            loss_name=_each(objectives, lambda one: one.name),
            from_logits=_each(objectives, lambda one: one.from_logits),
            class_loss=_each(objectives, _of_classes),
            sparse=_each(objectives, lambda one: "sparse" in _name_of(one)),
            loss=behind,
            holds=found[0].holds if len(names) < 2 else [one.holds for one in found],
            metrics=self._metrics(),
            optimizer=self._steps.optimizer,
            learning_rate=self._rate(),
            batch_size=(asked.batch_size or 32) if whole else None,
            epochs=asked.epochs,
            own_step=own_step,
            shuffle=bool(asked.shuffle) if whole else None,
            class_weight=None if asked.class_weight is None else dict(asked.class_weight),
            callbacks=_several(asked.callbacks),
        )

    def _output(self, inputs: Any) -> Any:
        """The output for the first samples; None where the model takes whole batches only."""
        size = self._asked.batch_size or 32
        for count in (FIRST, size, None):  # a stateful layer takes batches of one size
            # Where the model takes none of them, the training says what is wrong.
            with contextlib.suppress(Exception), untouched(self._asked.model):
                first = inputs if count is None else _rows(inputs, count)
                return self._asked.model(first, training=False)
        return None

    def _losses(self) -> tuple[Any, Any]:
        """The objectives and the losses behind them: one, or a dict or list by output."""
        given, known = self._asked.loss, iter(self._objectives)
        compiled = given is None
        if compiled:
            given = getattr(self._asked.model, "loss", None)

        def of(one: Any) -> Objective | None:
            if one is None:
                return None
            return _as_compiled(one) if compiled else next(known, None)

        if isinstance(given, dict) and "class_name" not in given:
            by_name = {name: of(one) for name, one in given.items()}
            return by_name, {name: _behind(one) for name, one in by_name.items()}
        if isinstance(given, list | tuple):
            several = [of(one) for one in given]
            return several, [_behind(item) for item in several]
        only = of(given)
        return only, _behind(only)

    def _metrics(self) -> Any:
        """The metrics whose fit is in question: with losses of the catalogue names are made fit."""
        asked = self._asked
        metrics = asked.metrics
        if asked.loss is None:
            compiled = getattr(asked.model, "_compile_metrics", None)
            metrics = getattr(compiled, "_user_metrics", None)
        elif any(isinstance(one.loss, Loss) for one in self._objectives):
            if isinstance(metrics, dict):
                return ()
            return [one for one in metrics or () if not isinstance(one, str)]
        if isinstance(metrics, str):
            metrics = [metrics]
        if not isinstance(metrics, list | tuple):
            return metrics or ()
        return [_as_fit_takes_it(metric, asked.model) for metric in metrics]

    def _rate(self) -> float | None:
        """The learning rate of the first step."""
        if self._asked.learning_rate is not None:
            return float(self._asked.learning_rate)
        optimizer = self._steps.optimizer
        return None if optimizer is None else LearningRate(optimizer).read()


def _several(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _rows(inputs: Any, count: int) -> Any:
    return tf.nest.map_structure(
        lambda part: part if isinstance(part, tf.SparseTensor) else part[:count], inputs
    )


def _as_compiled(loss: Any) -> Objective | None:
    """What `compile` takes a loss for: its names are Keras', whatever the catalogue calls so."""
    try:
        if isinstance(loss, str) and loss.lower() not in {"crossentropy", "ce"}:
            loss = tf.keras.losses.get(loss)
        return objective(loss)
    except (ValueError, TypeError):
        return None


def _behind(one: Objective | None) -> Any:
    return None if one is None else one.loss


def _each(objectives: Any, found: Callable[[Objective], Any]) -> Any:
    if isinstance(objectives, dict):
        return {name: None if one is None else found(one) for name, one in objectives.items()}
    if isinstance(objectives, list):
        return [None if one is None else found(one) for one in objectives]
    return None if objectives is None else found(objectives)


def _name_of(one: Objective) -> str:
    return f"{one.name} {type(one.loss).__name__}".lower()


def _of_classes(one: Objective) -> bool:
    if isinstance(one.loss, Loss):
        return bool(one.loss.class_axis)
    return "categorical" in _name_of(one)


def _own_step(model: Any) -> bool:
    """Whether a model computes its loss itself, in its own way."""
    base = tf.keras.Model
    return any(
        getattr(type(model), name) is not getattr(base, name)
        for name in ("train_step", "compute_loss")
    )


def _names(model: Any, output: Any) -> list[str]:
    if isinstance(output, dict):
        return [str(name) for name in sorted(output, key=str)]
    count = len(tf.nest.flatten(output)) if output is not None else 1
    names = list(getattr(model, "output_names", None) or [])
    return names if len(names) == count else [str(place) for place in range(count)]


def _as_fit_takes_it(metric: Any, model: Any) -> Any:
    """`fit` takes "accuracy" of one unit with a threshold of 0.5, also on a logit."""
    shape = getattr(model, "output_shape", None) if getattr(model, "outputs", None) else None
    single = isinstance(shape, tuple) and shape[-1:] == (1,)
    if single and isinstance(metric, str) and metric.lower() in {"accuracy", "acc"}:
        return tf.keras.metrics.BinaryAccuracy(name=metric)
    return metric


def _zeros(spec: Any) -> Any:
    if isinstance(spec, tf.RaggedTensorSpec):
        return tf.RaggedTensor.from_row_lengths(tf.zeros([1], spec.dtype), [1])
    if isinstance(spec, tf.SparseTensorSpec):
        return tf.sparse.from_dense(tf.zeros([1, 1], spec.dtype))
    shape = [size or 1 for size in spec.shape] if spec.shape.rank is not None else [1]
    return tf.zeros(shape, spec.dtype) if spec.dtype != tf.string else tf.fill(shape, "")
