"""Any `f(target, output)` as a loss of Keras', with what `fit` makes of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from lossviz._tensorflow import tf
from lossviz.losses import aligned
from lossviz.training.faults import TrialError, place_of

GIVES_NONE = "it returns None but must return the loss; is a `return` missing?"


def keras_loss(function: Callable[[Any, Any], Any], name: str) -> Any:
    """A `keras.losses.Loss` that computes as `compile(loss=function)` does.

    Target and output are float32 then, with ranks aligned; one value a sample or a scalar is
    reduced to a mean, with sample weights and masks. A function for which only the target's own
    dtype will do, such as the integers that `tf.gather` takes, is given that.

    Args:
        function: `f(target, output)`.
        name: what the loss is called.
    """
    return _function_loss()(function, name)


@functools.cache
def _function_loss() -> Any:
    class FunctionLoss(tf.keras.losses.Loss):  # type: ignore[misc]
        def __init__(self, function: Any, name: str, target: Any = None) -> None:
            # Keras makes a scope of the name, in which not every character is allowed.
            super().__init__(name=re.sub(r"\W", "_", name, flags=re.ASCII).lstrip("_") or "loss")
            self.function = function
            self.target = target

        def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            try:
                return super().__call__(y_true, y_pred, sample_weight)
            except Exception as error:
                if self.target is not None or not _differs(y_true):
                    raise
                first = error
            target = tf.nest.map_structure(tf.convert_to_tensor, y_true)
            raw = FunctionLoss(self.function, self.name, target)
            try:
                return raw(y_pred, y_pred, sample_weight)
            except Exception as second:
                # The one that came further tells more of what is wrong.
                if _line(first) > _line(second):
                    raise first from None
                raise

        def call(self, y_true: Any, y_pred: Any) -> Any:
            target = y_true if self.target is None else self.target
            if not tf.nest.is_nested(target) and not tf.nest.is_nested(y_pred):
                target, y_pred = aligned(target, y_pred)
            value = self.function(target, y_pred)
            if value is None:
                raise TrialError("loss", f"loss: {GIVES_NONE}")
            return value

    return FunctionLoss


def _differs(target: Any) -> bool:
    """Whether Keras' float32 is another dtype than the target's own."""
    return any(getattr(one, "dtype", None) != tf.float32 for one in tf.nest.flatten(target))


def _line(error: BaseException) -> int:
    place = place_of(error)
    return (place.lineno or 0) if place else 0
