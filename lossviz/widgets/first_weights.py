"""The weights that a user's own model had before its first run, for comparisons that are fair."""

from __future__ import annotations

from typing import Any

from lossviz.training import Run, live_runs


class FirstWeights:
    """What a model held when a lab first trained it. Not locked; its lab is."""

    def __init__(self, model: Any) -> None:
        """Nothing is copied before the first run; `model` is None where the task's is trained."""
        self._model = model
        self._values: list[Any] | None = None
        self._restored = False
        self._taught: set[str] = set()

    def see(self, run: Run) -> None:
        """A run of the lab has been started and has not taken its first step."""
        if self._model is None or run.model is not self._model:
            return
        if self._values is None:
            self._values = [variable.numpy() for variable in self._model.variables]
        elif not self._restored and not run.step:  # a resumed run has weights of its own
            self._taught.add(run.id)
        self._restored = False

    def taught(self, run: Run) -> bool:
        """Whether this run began with the weights that an earlier run had left."""
        return run.id in self._taught

    @property
    def changed(self) -> bool:
        """Whether runs have changed the model since it had its first weights."""
        return self._values is not None and not self._restored

    def restore(self) -> str:
        """Restore them; returns the message to show."""
        if any(run.model is self._model for run in live_runs()):
            return "Your model is still training. Stop the run first."
        for variable, value in zip(self._model.variables, self._values or (), strict=True):
            variable.assign(value)
        self._restored = True
        return "Initial weights restored: the next run starts from them."
