"""A compiled Keras model and fit's arguments as the `Setup` that an engine makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lossviz.training.mistakes import BatchWatch, Finding, Setup, after_epoch, before
from lossviz.training.mistakes.model_end import ends


@dataclass
class Case:
    """What a person would hand to `fit`; `data` stands for a dataset in the place of x and y."""

    model: keras.Model
    x: Any = None
    y: Any = None
    data: tf.data.Dataset | None = None
    batch_size: int = 16
    epochs: int = 1
    validation_data: Any = None
    sample_weight: Any = None
    class_weight: Any = None
    shuffle: bool = True
    own_step: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """The arguments of `fit`."""
        arguments = {
            "x": self.x if self.data is None else self.data,
            "epochs": self.epochs,
            "validation_data": self.validation_data,
            "shuffle": self.shuffle and self.data is None,
            **self.more,
        }
        if self.data is None:
            arguments |= {
                "y": self.y, "batch_size": self.batch_size,
                "sample_weight": self.sample_weight, "class_weight": self.class_weight,
            }  # fmt: skip
        return arguments


def set_up(case: Case) -> Setup:
    model = case.model
    inputs, targets, weight = case.x, case.y, case.sample_weight
    if case.data is not None:
        batch = next(iter(case.data))
        inputs, targets, weight = (*batch, None, None)[:3] if isinstance(batch, tuple) else (
            batch, None, None)  # fmt: skip
    first = tf.nest.map_structure(lambda part: tf.convert_to_tensor(part[:32]), inputs)
    output = model(first, training=False)
    loss = None if getattr(model, "loss", None) is None else model.loss
    compiled = getattr(model, "_compile_metrics", None)
    metrics = (compiled._user_metrics if compiled is not None else None) or ()
    held = case.validation_data
    held = held if isinstance(held, tuple) else (None, None)
    rate = model.optimizer._learning_rate if model.optimizer is not None else None
    if callable(rate) and not isinstance(rate, keras.Variable):
        rate = rate(0)
    return Setup(
        model=model,
        inputs=inputs,
        targets=targets,
        sample_weight=weight,
        whole=case.data is None,
        validation_inputs=held[0],
        validation_targets=held[1],
        output=output,
        loss=loss,
        loss_name=_each(loss, _name),
        from_logits=_each(loss, _from_logits),
        sparse=_each(loss, lambda one: "sparse" in _name(one).lower()),
        class_loss=_each(loss, lambda one: "categorical" in _name(one).lower()),
        holds=_holds(model, output),
        metrics=_resolved(metrics, output),
        optimizer=model.optimizer,
        learning_rate=None if rate is None else float(rate),
        batch_size=case.batch_size if case.data is None else None,
        epochs=case.epochs,
        own_step=case.own_step,
        shuffle=case.shuffle if case.data is None else None,
        class_weight=case.class_weight,
    )


def told(case: Case) -> list[Finding]:
    """Everything that is told of a case while Keras trains it; rules that fail, fail the test."""
    setup = set_up(case)
    found = before(setup)
    if any(one.fatal for one in found):
        return found
    if case.data is not None:
        watch = BatchWatch(setup)
        _looked(watch, case.data)
        found += watch.findings()
    history: list[dict[str, float]] = []

    class AtEnd(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs = dict(logs or {})
            found.extend(after_epoch(self.model, logs, epoch + 1, history, setup))
            history.append(logs)

    case.model.fit(**case.arguments(), verbose=0, callbacks=[AtEnd()])
    return found


def _looked(watch: BatchWatch, data: tf.data.Dataset) -> None:
    first_epoch = tf.Variable(True)

    @tf.function
    def run() -> None:
        for batch in data:
            parts = batch if isinstance(batch, tuple) else (batch, None)

            def look(parts=parts) -> Any:
                watch.look(*parts)
                return 0

            tf.cond(first_epoch, look, lambda: 0)

    run()


def _each(loss: Any, found: Any) -> Any:
    if isinstance(loss, dict):
        return {name: found(one) for name, one in loss.items()}
    return [found(one) for one in loss] if isinstance(loss, list) else found(loss)


def _name(loss: Any) -> str:
    if loss is None or isinstance(loss, str):
        return loss or ""
    return getattr(loss, "name", None) or loss.__name__


def _from_logits(loss: Any) -> bool | None:
    if "crossentropy" not in _name(loss).lower() and _name(loss) != "bce":
        return None
    kwargs = getattr(loss, "_fn_kwargs", {})
    return bool(kwargs.get("from_logits", False))


def _holds(model: Any, output: Any) -> Any:
    by_end = {"softmax": "probabilities", "sigmoid": "probabilities", "linear": "logits"}
    found = [by_end.get(end, "unknown") for end in ends(model)]
    values = [np.asarray(one) for one in tf.nest.flatten(output)]
    if found == ["unknown"] and values[0].dtype.kind == "f":
        part = values[0]
        one = part.min() >= 0 and part.max() <= 1 and np.allclose(part.sum(-1), 1, atol=1e-3)
        found = ["probabilities" if one else "logits" if part.min() < 0 else "unknown"]
    return found if len(found) > 1 else found[0]


def _resolved(metrics: Any, output: Any) -> Any:
    """As `fit` takes the name "accuracy": with a threshold of 0.5 on one unit."""
    if not isinstance(metrics, list) or len(tf.nest.flatten(output)) > 1:
        return metrics
    one = tf.nest.flatten(output)[0].shape[-1] == 1
    return [
        keras.metrics.BinaryAccuracy(name="accuracy") if one and m == "accuracy" else m
        for m in metrics
    ]
