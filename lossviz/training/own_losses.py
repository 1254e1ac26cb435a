"""Each step's own loss, out of a Keras step that tells running means."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.steps import scalar


class OwnLosses:
    """Listens to a model's losses and metrics while its step is traced.

    Keras' steps return the metrics' results: means over the epoch so far. What was put into them is
    the step's own.
    """

    def __init__(self, model: Any) -> None:
        """Listen to `model` while `caught` is entered."""
        self._model = model
        self._computed: list[Any] = []
        self._put: dict[int, Any] = {}
        self._results: dict[int, int] = {}

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Around one call of `train_step` or `test_step`."""
        self._computed, self._put, self._results = [], {}, {}
        with contextlib.ExitStack() as stack:
            stack.enter_context(replaced(self._model, "_compute_loss", self._compute_loss))
            for metric in self._means():
                stack.enter_context(replaced(metric, "update_state", self._update(metric)))
                stack.enter_context(replaced(metric, "result", self._result(metric)))
            yield

    def loss(self, logs: Mapping[str, Any]) -> Any:
        """The step's own loss, a float32 scalar.

        What `compute_loss` gave, where the step called it once. Else what the logs call "loss", or,
        of a step that names several (a GAN's `d_loss` and `g_loss`), their sum.

        Raises:
            ValueError: where there is nothing that could be the loss.
        """
        if len(self._computed) == 1 and "loss" in logs:
            return self._computed[0]
        if "loss" in logs:
            return self._of(logs["loss"])
        if self._computed:
            return self._computed[-1]
        named = [value for name, value in logs.items() if "loss" in name.lower()]
        if not named:
            raise ValueError(
                "train_step: it must return a dict with the loss, such as {'loss': loss}; it "
                f"returns {sorted(logs) or 'nothing'}."
            )
        return tf.add_n([self._of(value) for value in named])

    def _means(self) -> list[Any]:
        """The metrics whose updates are values; others, such as accuracy, take targets first."""
        mean = tf.keras.metrics.Mean
        return [
            metric
            for metric in self._model.metrics
            if isinstance(metric, mean) and type(metric).update_state is mean.update_state
        ]

    def _of(self, value: Any) -> Any:
        """What was put into the metric whose result `value` is; itself, where it is none."""
        put = self._put.get(self._results.get(id(value), 0))
        return scalar(value) if put is None else put

    def _compute_loss(self, original: Any) -> Any:
        def compute_loss(*arguments: Any, **named: Any) -> Any:
            loss = original(*arguments, **named)
            self._computed.append(scalar(loss))
            return loss

        return compute_loss

    def _update(self, metric: Any) -> Any:
        def replacement(original: Any) -> Any:
            def update_state(values: Any, *arguments: Any, **named: Any) -> Any:
                self._put[id(metric)] = scalar(values)
                return original(values, *arguments, **named)

            return update_state

        return replacement

    def _result(self, metric: Any) -> Any:
        def replacement(original: Any) -> Any:
            def result() -> Any:
                value = original()
                self._results[id(value)] = id(metric)
                return value

            return result

        return replacement


@contextlib.contextmanager
def replaced(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    """`replacement(original)` in the place of a method of this one object."""
    own = vars(owner).get(name)
    object.__setattr__(owner, name, replacement(getattr(owner, name)))
    try:
        yield
    finally:
        if own is None:
            object.__delattr__(owner, name)
        else:
            object.__setattr__(owner, name, own)
