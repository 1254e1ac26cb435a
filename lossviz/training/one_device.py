"""The update of weights on one device, without what Keras adds for many."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.own_values import replaced as in_place_of

_locks: weakref.WeakKeyDictionary[Any, threading.RLock] = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()


@contextmanager
def held(optimizer: Any, replaced: Callable[[Any], Callable[..., Any]]) -> Iterator[None]:
    """Let `replaced(apply)` take the place of the optimizer's `apply` while a step is traced.

    A run and the trial of another may trace with the same optimizer: one waits for the other. May
    be nested.
    """
    with _locks_lock:
        lock = _locks.setdefault(optimizer, threading.RLock())
    with lock, in_place_of(optimizer, "apply", replaced):
        yield


@contextmanager
def plain_updates(optimizer: Any) -> Iterator[None]:
    """Keep `optimizer` from summing gradients over replicas while a step is traced.

    On one device that sum does nothing, but it registers a gradient function of its own with
    TensorFlow, for ever and with the whole graph around it: about a megabyte for each run. Keras
    leaves the sum out in a merge call, which is the documented way to update variables from a
    replica; the values are the same to the bit.
    """

    def replaced(apply: Any) -> Callable[..., Any]:
        def merged(grads: Any, trainable_variables: Any = None) -> None:
            context = tf.distribute.get_replica_context()
            if context is None or tf.distribute.has_strategy():
                apply(grads, trainable_variables)
            else:
                context.merge_call(lambda _: apply(grads, trainable_variables))

        return merged

    with held(optimizer, replaced):
        yield
