"""The update of weights on one device, without what Keras adds for many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lossviz._tensorflow import tf


@contextmanager
def plain_updates(optimizer: Any) -> Iterator[None]:
    """Keep `optimizer` from summing gradients over replicas while a step is traced.

    On one device that sum does nothing, but it registers a gradient function of its own with
    TensorFlow, for ever and with the whole graph around it: about a megabyte for each run. Keras
    leaves the sum out in a merge call, which is the documented way to update variables from a
    replica; the values are the same to the bit.
    """
    apply = optimizer.apply

    def merged(grads: Any, trainable_variables: Any = None) -> None:
        context = tf.distribute.get_replica_context()
        if context is None or tf.distribute.has_strategy():
            apply(grads, trainable_variables)
        else:
            context.merge_call(lambda _: apply(grads, trainable_variables))

    optimizer.apply = merged
    try:
        yield
    finally:
        del optimizer.apply
