"""What is asked of a training, whether `train` or `fit` was called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossviz.training.sources import Source


@dataclass(frozen=True, kw_only=True)
class Request:
    """The arguments of `lossviz.train` and `lossviz.fit`, not looked at yet but for the data.

    Attributes:
        source: the data.
        held_out: validation data, or None.
        data: what was handed over as data, whose task's metrics are taken.
        others: as the arguments of `lossviz.train` of the same name.
    """

    model: Any
    source: Source
    held_out: Source | None
    data: Any = None
    loss: Any = None
    loss_params: Mapping[str, Any] | None = None
    loss_weights: Any = None
    from_logits: bool | None = None
    optimizer: Any = None
    learning_rate: float | None = None
    epochs: int = 10
    initial_epoch: int = 0
    batch_size: int | None = 32
    validation_batch_size: int | None = None
    validation_steps: int | None = None
    validation_freq: int | Sequence[int] = 1
    steps_per_epoch: int | None = None
    shuffle: bool = True
    metrics: Iterable[Any] | None = None
    class_weight: Mapping[int, float] | None = None
    train_step: Callable[[Any, Any], Any] | None = None
    seed: int = 0
    task: str | None = None
    device: str | Sequence[str] | None = None
    callbacks: Any = ()
    jit_compile: bool = False
    stop_at_nan: bool = True
