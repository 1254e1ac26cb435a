"""Keras' callbacks that wait with patience, each a choice of the config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lossviz.program.config import TrainingConfig

MONITORS = ("val_loss", "loss")
"""What a callback may monitor: the validation loss, or the training loss without validation."""


@dataclass(frozen=True)
class PatientCallback:
    """A callback of Keras' that acts when a loss has not improved for a number of epochs.

    Attributes:
        name: of the choice, a field of `TrainingConfig`: the patience in epochs, 0 for never.
        class_name: its name in `tf.keras.callbacks`.
        variable: what a program calls it.
        patience: Keras' default, where a program sets none.
        more: the arguments that a program passes besides monitor and patience.
    """

    name: str
    class_name: str
    variable: str
    patience: int
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def qualified(self) -> str:
        """Its full dotted name."""
        return f"tensorflow.keras.callbacks.{self.class_name}"

    def chosen(self, config: TrainingConfig) -> int:
        """Its patience in epochs, 0 for never."""
        return int(getattr(config, self.name))


CALLBACKS = (
    PatientCallback(
        "early_stopping", "EarlyStopping", "early_stopping", 0, {"restore_best_weights": True}
    ),
    PatientCallback("reduce_lr_on_plateau", "ReduceLROnPlateau", "reduce_lr", 10),
)
"""In program order."""


def monitor(config: TrainingConfig) -> str:
    """What they monitor: the validation loss, or the training loss where there is no validation."""
    return MONITORS[0] if config.held_out else MONITORS[1]
