"""`lossviz.Monitor`: the live view, and a run's record, for a training that stays with Keras."""

from __future__ import annotations

import sys
import threading
import weakref
from typing import Any

from lossviz._tensorflow import tf
from lossviz.training.fit_call import hear_errors
from lossviz.training.monitored import MonitoredFit
from lossviz.training.run import Run

_monitored: weakref.WeakKeyDictionary[Any, MonitoredFit] = weakref.WeakKeyDictionary()
"""By model. A model is trained by one `fit` at a time, and one of several Monitors follows it."""


class Monitor(tf.keras.callbacks.Callback):  # type: ignore[misc]
    """Shows a `model.fit(...)` live below its cell, and saves it in the run history.

    One for any number of calls of `fit`; each of them is a run. The page's Pause, Resume, Stop and
    learning rate take effect between two batches. Each step's loss is its own, float32, where
    Keras tells its callbacks the mean since the epoch's beginning; the epochs are `fit`'s own logs.

    Args:
        name: the display name of the runs; by default "run 1", "run 2", ...

    Attributes:
        run: the `lossviz.Run` of the present `fit`, or of the last one; None before the first.

    Raises:
        TypeError: for a name that is not a string.

    Example:
        >>> import numpy as np, keras, lossviz
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> monitor = lossviz.Monitor()
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> history = model.fit(x, 2 * x, epochs=2, callbacks=[monitor], verbose=0)
        >>> monitor.run.status, monitor.run.step
        ('completed', 4)
        >>> bool(monitor.run.history["loss"][1] == history.history["loss"][1])
        True
    """

    watches_fit = True

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name: got {name!r}; it must be a string.")
        self._name = name
        self._fit: MonitoredFit | None = None
        self.run: Run | None = None

    def set_model(self, model: Any) -> None:
        """Keras says which model it trains, when it makes its list of callbacks."""
        super().set_model(model)
        hear_errors(self._fail)

    def on_train_begin(self, logs: Any = None) -> None:
        """`fit` begins: a new run."""
        model = self.model
        earlier = _monitored.get(model)
        if earlier is not None and not earlier.over:
            if earlier.makes_this():
                self.run = earlier.run  # another Monitor of the same list follows it
                return
            earlier.leave()
        self._fit = _monitored[model] = MonitoredFit(model, self.params or {}, self._name)
        self.run = self._fit.run
        self._fit.begin()
        _show(self.run)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """An epoch begins."""
        if self._fit is not None:
            self._fit.epoch_begins(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """An epoch has ended, with its validation."""
        if self._fit is not None:
            self._fit.epoch_ends(logs or {})

    def on_test_begin(self, logs: Any = None) -> None:
        """A validation begins."""
        if self._fit is not None:
            self._fit.validation_begins()

    def on_test_end(self, logs: Any = None) -> None:
        """It has ended."""
        if self._fit is not None:
            self._fit.validation_ends()

    def on_train_end(self, logs: Any = None) -> None:
        """`fit` has come to its end."""
        fit, self._fit = self._fit, None
        if fit is not None:
            fit.end()

    def _fail(self, error: BaseException) -> None:
        fit, self._fit = self._fit, None
        if fit is not None:
            fit.fail(error)


def _show(run: Run) -> None:
    """Show the run below the cell that runs now, in a kernel."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    # What another thread shows would land below whatever cell was run last.
    main = threading.current_thread() is threading.main_thread()
    if main and hasattr(shell, "kernel") and ipython is not None:
        ipython.display.display(run)
