"""The optimizers that the lab offers, with their hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lossviz._arguments import unknown_name
from lossviz.losses import Parameter


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """An optimizer as the program writes it.

    Attributes:
        name: its name, such as `"sgd"`.
        title: its name for people.
        class_name: its class in `tf.keras.optimizers`.
        learning_rate: a learning rate to begin with.
        params: its other hyperparameters.
    """

    name: str
    title: str
    class_name: str
    learning_rate: float
    params: Mapping[str, Parameter]


def _below_one(default: float, text: str) -> Parameter:
    return Parameter(default=default, help=text, minimum=0.0, maximum=0.999999)


ADVANCED = {
    "clipnorm": Parameter(
        default=0.0,
        minimum=0.0,
        advanced=True,
        help="Gradients longer than this are shortened to it; 0 leaves them.",
    ),
    "weight_decay": Parameter(
        default=0.0,
        minimum=0.0,
        advanced=True,
        help="The share by which each step shrinks the weights; 0 leaves them.",
    ),
}

OPTIMIZERS = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer(
            name="sgd",
            title="SGD",
            class_name="SGD",
            learning_rate=0.1,
            params={
                "momentum": _below_one(
                    0.0, "How much of the last step's direction is kept; 0 keeps nothing."
                ),
                **ADVANCED,
            },
        ),
        Optimizer(
            name="adam",
            title="Adam",
            class_name="Adam",
            learning_rate=0.001,
            params={
                "beta_1": _below_one(0.9, "Decay of the gradients' running mean."),
                "beta_2": _below_one(0.999, "Decay of the squared gradients' mean."),
                **ADVANCED,
            },
        ),
    )
}


def get(name: str) -> Optimizer:
    """The optimizer of this name.

    Raises:
        ArgumentError: for an unknown name.
    """
    key = str(name).strip().lower()
    if key not in OPTIMIZERS:
        raise unknown_name("optimizer", name, OPTIMIZERS)
    return OPTIMIZERS[key]
