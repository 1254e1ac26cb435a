"""What a run was started with, as JSON can hold it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lossviz._arguments import shown
from lossviz.training.request import Request

if TYPE_CHECKING:
    from lossviz.training.preparation import Prepared

SMALL = 32
"""A list with more entries is described by its length."""


def config_of(asked: Request, ready: Prepared) -> dict[str, Any]:
    """Every argument and hyperparameter of a run, however it was started.

    Plain JSON: numbers, texts, lists and dicts; objects as what people call them.
    """
    model, steps = asked.model, ready.spec.steps
    config: dict[str, Any] = {
        "model": str(model.name),
        "model_class": type(model).__name__,
        "parameters": int(model.count_params()) if model.built else None,
        "loss": ready.loss,
        "loss_params": {},
        "from_logits": None,
    }
    if len(ready.objectives) == 1:
        only = ready.objectives[0]
        config |= {"loss_params": plain(only.params), "from_logits": only.from_logits}
    config |= of_optimizer(steps.optimizer, asked.learning_rate)
    config |= {
        "epochs": ready.spec.epochs,
        "initial_epoch": asked.initial_epoch,
        "batch_size": asked.batch_size,
        "steps_per_epoch": ready.spec.batches.steps_per_epoch,
        "samples": asked.source.samples,
        "shuffle": asked.shuffle,
        "seed": asked.seed,
        "metrics": _names(asked.metrics),
        "loss_weights": plain(asked.loss_weights),
        "validation_samples": None if asked.held_out is None else asked.held_out.samples,
        "validation_steps": asked.validation_steps,
        "validation_freq": plain(asked.validation_freq),
        "validation_batch_size": asked.validation_batch_size,
        "sample_weight": asked.source.weighted,
        "task": asked.task,
        "device": list(ready.spec.places),
        "callbacks": ready.spec.callbacks.names,
        "train_step": getattr(asked.train_step, "__name__", None),
        "jit_compile": asked.jit_compile,
        "stop_at_nan": asked.stop_at_nan,
    }
    return config


def plain(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, np.generic) or getattr(value, "shape", None) == ():
        value = value.item() if hasattr(value, "item") else float(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple) and len(value) <= SMALL:
        return [plain(one) for one in value]
    return getattr(value, "__name__", None) or shown(value)


def of_optimizer(optimizer: Any, rate: float | None = None) -> dict[str, Any]:
    """An optimizer by name, with its hyperparameters and its learning rate."""
    if optimizer is None:
        return {"optimizer": None, "optimizer_params": {}, "learning_rate": rate}
    inner = getattr(optimizer, "inner_optimizer", None) or optimizer
    found = parameters_of(inner)
    found.pop("name", None)
    own = found.pop("learning_rate", None)
    name = type(inner).__name__.lower()
    return {
        "optimizer": name,
        "optimizer_params": found,
        "learning_rate": rate if rate is not None else own,
    }


def parameters_of(owner: Any) -> dict[str, Any]:
    """The arguments that a Keras object was made with, as far as it tells them.

    Objects of people's own, such as a schedule inside an optimizer, often have no `get_config`.
    """
    try:
        return dict(plain(owner.get_config()))
    except Exception:  # noqa: BLE001 - code of anybody's; a run does not fail for its description
        given = inspect.signature(type(owner).__init__).parameters
        found = {name: getattr(owner, name, None) for name in given}
        known = {
            name: one for name, one in found.items() if isinstance(one, bool | int | float | str)
        }
        schedule = getattr(owner, "_learning_rate", None)
        if callable(schedule):
            known["learning_rate"] = type(schedule).__name__
        return dict(plain(known))


def _names(metrics: Any) -> Any:
    if metrics is None or isinstance(metrics, str):
        return metrics
    if isinstance(metrics, Mapping):
        return {str(name): _names(one) for name, one in metrics.items()}
    if isinstance(metrics, list | tuple):
        return [_names(metric) for metric in metrics]
    return getattr(metrics, "name", None) or getattr(metrics, "__name__", shown(metrics))
