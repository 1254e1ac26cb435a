"""One output of a model with the target, the loss and the end that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.training.mistakes.finding import Holds, Setup
from lossviz.training.mistakes.leaves import Leaf, leaves
from lossviz.training.mistakes.loss_kind import Kind, kind
from lossviz.training.mistakes.model_end import ends


@dataclass(frozen=True, kw_only=True)
class Head:
    """An output and what it is compared with.

    Attributes:
        name: the output's name or place; "" where it is the only one.
        target: all its targets, or those of the first batch.
        held_out: its targets of the validation data, or None.
        output: its values for the first samples, or None.
        kind: the kind of its loss.
        end: the activation in front of it, or None where that is not known.
        ignored: a label that the loss leaves out, or None.
    """

    name: str
    target: Leaf
    held_out: Leaf | None
    output: np.ndarray[Any, Any] | None
    loss_name: str
    kind: Kind
    from_logits: bool | None
    class_loss: bool
    holds: Holds
    end: str | None
    metrics: tuple[Any, ...] = ()
    ignored: int | None = None

    @property
    def units(self) -> int | None:
        """The length of the output's last axis."""
        return None if self.output is None or self.output.ndim < 2 else self.output.shape[-1]

    @property
    def of(self) -> str:
        """Which output it is, for messages; "" where there is one."""
        return f" of the output {self.name!r}" if self.name else ""

    @property
    def indices(self) -> bool:
        """Whether the target holds a class's number where the output has an axis of classes."""
        if self.output is None or self.output.ndim < 2 or not self.target.rows:
            return False
        shape, wanted = self.target.values.shape[1:], self.output.shape[1:]
        return len(shape) == len(wanted) - 1 or (
            len(shape) == len(wanted) and shape[-1:] == (1,) and wanted[-1] > 1
        )

    @property
    def one_hot(self) -> bool:
        """Whether the target has an axis of classes, as the output has one."""
        shape = self.target.values.shape[1:]
        return (self.units or 0) > 1 and len(shape) > 0 and shape[-1] == self.units

    @property
    def labels(self) -> np.ndarray[Any, Any] | None:
        """The class of each sample as whole numbers; None where targets are not classes."""
        values = self.target.values
        if not self.target.numeric or not values.size:
            return None
        if self.kind == "binary" and (self.units in {None, 1}) and values.size == len(values):
            return np.asarray(values.reshape(-1))
        if self.kind in {"sparse", "classes"} and self.indices:
            return np.asarray(values.reshape(-1))
        if self.kind in {"sparse", "classes"} and self.one_hot and values.ndim == 2:
            return np.asarray(values.argmax(axis=-1))
        return None


def heads(
    setup: Setup, targets: list[Leaf] | None = None, held_out: list[Leaf] | None = None
) -> list[Head]:
    """The outputs that have a target; none where the two cannot be paired.

    Args:
        setup: what is known of the training.
        targets, held_out: the arrays of its targets, where they have been found already.
    """
    targets = leaves(setup.targets) if targets is None else targets
    held_out = leaves(setup.validation_targets) if held_out is None else held_out
    outputs = leaves(setup.output)
    if outputs and len(targets) != len(outputs):
        return []
    names = _names(setup, len(targets))
    found_ends = ends(setup.model)
    if len(found_ends) != len(targets):
        found_ends = [None] * len(targets)
    return [
        _made(
            setup,
            place,
            names[place],
            target=target,
            held_out=held_out[place] if len(held_out) == len(targets) else None,
            output=outputs[place].values if outputs else None,
            end=found_ends[place],
            alone=len(targets) == 1,
        )
        for place, target in enumerate(targets)
    ]


def _made(setup: Setup, place: int, name: str, *, alone: bool, **arrays: Any) -> Head:
    def of(value: Any) -> Any:
        return chosen(value, place, name)

    return Head(
        name="" if alone else name,
        loss_name=str(of(setup.loss_name) or ""),
        kind=kind(of(setup.loss_name), sparse=bool(of(setup.sparse)), loss=of(setup.loss)),
        from_logits=of(setup.from_logits),
        class_loss=bool(of(setup.class_loss)),
        holds=of(setup.holds) or "unknown",
        metrics=_metrics(setup.metrics, place, name, alone=alone),
        ignored=getattr(of(setup.loss), "ignore_class", None),
        **arrays,
    )


def chosen(value: Any, place: int, name: str) -> Any:
    """What of an argument belongs to an output: a dict's by name, a list's by place."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list | tuple):
        return value[place] if place < len(value) else None
    return value


def _metrics(metrics: Any, place: int, name: str, *, alone: bool) -> tuple[Any, ...]:
    if isinstance(metrics, dict):
        metrics = metrics.get(name, ())
    elif not alone:
        nested = isinstance(metrics, list | tuple) and any(
            isinstance(metric, list | tuple) for metric in metrics
        )
        metrics = metrics[place] if nested and place < len(metrics) else ()
    if metrics is None:
        return ()
    return tuple(metrics) if isinstance(metrics, list | tuple) else (metrics,)


def _names(setup: Setup, count: int) -> list[str]:
    for structure in (setup.output, setup.targets):
        if isinstance(structure, dict):
            return [str(key) for key in sorted(structure, key=str)]
    names = list(getattr(setup.model, "output_names", None) or [])
    return names if len(names) == count else [str(place) for place in range(count)]
