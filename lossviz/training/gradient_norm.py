"""The global norm of a step's gradients, as its optimizers get them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz._tensorflow import tf
from lossviz.training.one_device import held

NAME = "gradient_norm"
_HALF_SQUARE = "gradient_norm/half_square"


class GradientNorm:
    """Listens to the updates of weights while a step is traced.

    The norm is that of all gradients together, before an optimizer clips them, and without the
    factor that keeps small float16 gradients from vanishing.
    """

    def __init__(self) -> None:
        # Half the sums of squares: TensorFlow has an operation for these.
        self._halves: list[Any] = []
        self._graph: Any = None
        # Takes what is added in a branch, a loop or a function, out of which no tensor comes.
        self._elsewhere: Any = None
        self._used = False

    def begin(self) -> None:
        """Before anything is traced."""
        self._elsewhere = tf.Variable(0.0, trainable=False)

    @contextlib.contextmanager
    def heard(self, optimizers: Sequence[Any]) -> Iterator[None]:
        """Around one step that applies gradients with these optimizers."""
        self._halves, self._used = [], False
        self._graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        with contextlib.ExitStack() as stack:
            for optimizer in optimizers:
                stack.enter_context(held(optimizer, self._listening(optimizer)))
            yield

    def named(self) -> dict[str, Any]:
        """What `with_gradient_norm` computes the norm from: a float32 scalar, by name.

        Nothing where no gradient was applied.
        """
        halves = list(self._halves)
        if self._used:
            halves.append(self._elsewhere.read_value())
            self._elsewhere.assign(0.0)
        return {_HALF_SQUARE: tf.add_n(halves)} if halves else {}

    def _listening(self, optimizer: Any) -> Callable[[Any], Callable[..., Any]]:
        def replacement(apply: Any) -> Callable[..., Any]:
            def listening(grads: Any, trainable_variables: Any = None) -> Any:
                grads = list(grads)
                self._add(optimizer, grads)
                return apply(grads, trainable_variables)

            return listening

        return replacement

    def _add(self, optimizer: Any, grads: Sequence[Any]) -> None:
        halves = [_half_square(gradient) for gradient in grads if gradient is not None]
        if not halves:
            return
        if getattr(optimizer, "inner_optimizer", None) is not None:
            # As Keras scales the loss itself: `fit` builds the optimizer in its first step.
            scale = optimizer.dynamic_scale if optimizer.built else optimizer.initial_scale
            halves = [tf.add_n(halves) / tf.square(tf.cast(scale, tf.float32))]
        if self._graph is None or tf.compat.v1.get_default_graph() is self._graph:
            self._halves += halves
            return
        self._elsewhere.assign_add(tf.add_n(halves))
        self._used = True


def with_gradient_norm(named: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """The values of steps by name, float32 [steps] each, with the norms computed from `named`.

    A root of many numbers at once costs less than an operation in the graph of each step.
    """
    values = dict(named)
    halves = values.pop(_HALF_SQUARE, None)
    # A value that a step itself returns under this name stays.
    return values if halves is None else {NAME: np.sqrt(2 * halves)} | values


def _half_square(gradient: Any) -> Any:
    """Half the sum of squares of a gradient, float32."""
    if isinstance(gradient, tf.IndexedSlices):
        gradient = _summed(gradient)
    return tf.nn.l2_loss(tf.cast(gradient, tf.float32))


def _summed(slices: Any) -> Any:
    """The rows of an embedding's gradient, those of the same row added up.

    In shapes that do not hang on the values, which XLA asks for.
    """
    order = tf.argsort(slices.indices)
    rows = tf.gather(slices.indices, order)
    new = tf.cast(rows[1:] != rows[:-1], tf.int32)
    place = tf.concat([tf.zeros([1], tf.int32), tf.cumsum(new)], 0)
    values = tf.gather(slices.values, order)
    return tf.math.unsorted_segment_sum(values, place, tf.shape(rows)[0])
