"""The catalogue of optimizers: every one of Keras, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lossviz._arguments import ArgumentError, unknown_name
from lossviz._parameter import Parameter
from lossviz.optimizers.parameters import EXCLUSIVE, card
from lossviz.optimizers.signatures import class_names, signature

_FIRST = ("SGD", "Adam")
"""These lead the list; the others follow in the order of the alphabet."""

_STARTING = {
    "SGD": 0.1, "Adadelta": 1.0, "Adagrad": 0.05, "Adafactor": 0.01, "Ftrl": 0.05, "Lion": 0.0003,
}  # fmt: skip
"""Learning rates to begin with, where Keras' default hardly learns, or, with Lion, whose steps have
the learning rate's own length, leaps."""


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """An optimizer as the program writes it.

    Attributes:
        name: its name, such as `"sgd"`.
        class_name: its class in `tf.keras.optimizers`; also its display name.
        learning_rate: a learning rate to begin with.
        default_rate: the learning rate that Keras takes where none is given.
        params: its other hyperparameters.

    Example:
        >>> from lossviz import optimizers
        >>> adam = optimizers.get("adam")
        >>> adam.class_name, adam.params["beta_1"].default
        ('Adam', 0.9)
    """

    name: str
    class_name: str
    learning_rate: float
    default_rate: float
    params: Mapping[str, Parameter]

    def check_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`params`, each checked against its card.

        Raises:
            ArgumentError: for an unknown name, a value out of bounds, or two that exclude each
                other.
        """
        for name in params:
            if name not in self.params:
                raise unknown_name(f"parameter of {self.name}", name, self.params)
        checked = {name: self.params[name].check(name, value) for name, value in params.items()}
        both = exclusive(checked)
        if len(both) > 1:
            raise ArgumentError(
                both[-1],
                f"{both[-1]}: {both[0]} is set, too; {ONE_OF}",
                f"{both[0]} is set; {ONE_OF}",
            )
        return checked


ONE_OF = f"only one of {', '.join(EXCLUSIVE[:-1])} and {EXCLUSIVE[-1]}."


def exclusive(params: Mapping[str, Any]) -> list[str]:
    """The names of those that are set of the parameters of which one may be."""
    return [name for name in EXCLUSIVE if params.get(name)]


def names() -> list[str]:
    """The names of all optimizers of the installed Keras: its classes' in small letters.

    Example:
        >>> from lossviz import optimizers
        >>> optimizers.names()[:2]
        ['sgd', 'adam']
    """
    return list(titles())


def titles() -> dict[str, str]:
    """What people call each optimizer, by its name; nothing else is looked up."""
    others = sorted(set(class_names()) - set(_FIRST), key=str.lower)
    return {one.lower(): one for one in (*_FIRST, *others)}


def get(name: str) -> Optimizer:
    """The optimizer of this name.

    Raises:
        ArgumentError: for an unknown name; the message names the nearest ones.
    """
    key, classes = str(name).strip().lower(), titles()
    if key not in classes:
        raise unknown_name("optimizer", name, classes)
    return _made(classes[key])


def of_class(class_name: str) -> Optimizer | None:
    """The optimizer with this class in `tf.keras.optimizers`, or None."""
    return _made(class_name) if class_name in class_names() else None


@cache
def _made(class_name: str) -> Optimizer:
    found = signature(class_name)
    cards = {
        name: card(name, default, found.words.get(name, ""))
        for name, default in found.defaults.items()
    }
    rate = float(found.defaults.get("learning_rate", 0.001))
    return Optimizer(
        name=class_name.lower(),
        class_name=class_name,
        learning_rate=_STARTING.get(class_name, rate),
        default_rate=rate,
        params={name: one for name, one in cards.items() if one is not None},
    )
