"""Variables that a model changes and Keras does not list among its `variables`.

States of recurrent layers that are stateful, and `tf.Variable`s which a layer of the user
keeps as plain attributes: counters, moving means, queues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lossviz._tensorflow import tf


def untracked(model: Any) -> list[Any]:
    """The variables that layers hold as attributes, in lists or dicts, and `variables` leaves out.

    The order is the same for the same model made twice.

    Example:
        >>> import keras
        >>> from lossviz.training.untracked import untracked
        >>> inputs = keras.Input(batch_shape=(4, 7, 2))
        >>> model = keras.Model(inputs, keras.layers.GRU(3, stateful=True)(inputs))
        >>> [tuple(one.shape) for one in untracked(model)]
        [(4, 3)]
    """
    known = {id(variable) for variable in model.variables}
    # Keras wraps a variable of TensorFlow's, which is then listed as well.
    known |= {id(variable.value) for variable in model.variables}
    found: dict[int, Any] = {}
    for layer in model._flatten_layers():  # noqa: SLF001 - `layers` alone does not look inside
        for _, value in sorted(vars(layer).items()):
            found |= {id(one): one for one in _variables_in(value) if id(one) not in known}
    return list(found.values())


def _variables_in(value: Any) -> Iterator[Any]:
    if isinstance(value, tf.Variable | tf.keras.Variable):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _variables_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _variables_in(one)
