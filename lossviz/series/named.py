"""All series of a run, by name."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lossviz.series.blocks import BLOCK, Values
from lossviz.series.sparse_series import SparseSeries
from lossviz.series.step_index import Steps
from lossviz.series.step_series import StepSeries

Kind = Literal["step", "logged", "resource"]
LOSS = "loss"


@dataclass(frozen=True)
class Description:
    """What there is to know of a series besides its values.

    Attributes:
        name: its name.
        kind: "step": one value for each step taken; "logged": values at some steps, which user code
            has logged; "resource": likewise, what the process uses, about once a second.
        unit: such as "MB"; "" for a plain number.
        length: how many values it holds.
    """

    name: str
    kind: Kind
    unit: str
    length: int


@dataclass(frozen=True)
class Part:
    """A stretch of a series, as it is stored.

    Attributes:
        name, kind, unit: as in `Description`.
        first: index of the first value.
        values: float32 [n].
        steps: int64 [n], the index of the step of each value; None where there is one for each.
    """

    name: str
    kind: Kind
    unit: str
    first: int
    values: Values
    steps: Steps | None = None

    @property
    def stop(self) -> int:
        """Index behind the last value."""
        return self.first + len(self.values)

    def until(self, steps: int) -> Part:
        """What belongs to the first `steps` steps of the run."""
        if self.steps is None:
            kept = max(steps - self.first, 0)
        else:
            kept = int(np.searchsorted(self.steps, steps))
        places = None if self.steps is None else self.steps[:kept]
        return replace(self, values=self.values[:kept], steps=places)

    def since(self, first: int) -> Part:
        """What comes from the value with index `first` on."""
        kept = slice(max(first - self.first, 0), None)
        places = None if self.steps is None else self.steps[kept]
        return replace(self, first=max(first, self.first), values=self.values[kept], steps=places)


class NamedSeries:
    """The series of one run. "loss" is always there; its length is the number of steps taken.

    Series of kind "step" have a value for each of these, NaN where a step has none; `[name]` is a
    `StepSeries`. Of other kinds it is a `SparseSeries`. One thread adds steps; `log` may be called
    from any.

    Example:
        >>> import numpy as np
        >>> from lossviz.series import NamedSeries
        >>> series = NamedSeries()
        >>> series.add_steps({"loss": np.ones(3, np.float32), "accuracy": np.zeros(3, np.float32)})
        >>> series.log("score", 7.0)
        >>> series.names(), series.on_every_step("score").tolist()
        (['loss', 'accuracy', 'score'], [nan, nan, 7.0])
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.losses = StepSeries()
        """The spine: a value for each step taken."""
        self._series: dict[str, StepSeries | SparseSeries] = {LOSS: self.losses}
        self._about: dict[str, tuple[Kind, str]] = {LOSS: ("step", "")}

    def names(self) -> list[str]:
        """The names, "loss" first, in the order in which they came."""
        with self._lock:
            return list(self._series)

    def __getitem__(self, name: str) -> StepSeries | SparseSeries:
        return self._series[name]

    def __contains__(self, name: object) -> bool:
        return name in self._series

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        """How many series there are; it never gets less."""
        return len(self._series)

    def describe(self) -> list[Description]:
        """What there is, in the order of `names`."""
        with self._lock:
            found = [(name, *about) for name, about in self._about.items()]
        return [
            Description(name, kind, unit, len(self._series[name])) for name, kind, unit in found
        ]

    def kind(self, name: str) -> Kind:
        """Of which kind a series is."""
        return self._about[name][0]

    def on_every_step(self, name: str, start: int = 0, stop: int | None = None) -> Values:
        """One value for each step `start <= step < stop`, float32; NaN where there is none."""
        # The spine is appended to last: whatever has one value a step is at least as long.
        taken = len(self.losses)
        start, stop = max(start, 0), taken if stop is None else min(stop, taken)
        series = self._series[name]
        if isinstance(series, SparseSeries):
            return series.on_every_step(start, stop)
        found = series.read(start, stop)
        # An earlier part of the run may have ended without it.
        missing = max(stop - start, 0) - len(found)
        return np.pad(found, (0, missing), constant_values=np.nan) if missing else found

    def add_steps(self, values: Mapping[str, Values]) -> None:
        """Add the values of new steps.

        Args:
            values: "loss" and others, float32 [steps] each. A name that is missing gets NaN for
                these steps; a new one has NaN for the steps before.
        """
        losses = values[LOSS]
        before, after = len(self.losses), len(self.losses) + len(losses)
        for name, found in values.items():
            if name != LOSS:
                self._step_series(name, before).append(found)
        for series in list(self._series.values()):
            if isinstance(series, StepSeries) and series is not self.losses:
                _fill(series, after)
        # Last, so that whoever goes by its length finds the others complete.
        self.losses.append(losses)

    def log(self, name: str, value: float, *, kind: Kind = "logged", unit: str = "") -> None:
        """Add a value at the last step taken, or at the first one where none has been.

        Raises:
            ValueError: where the name is that of a series of another kind.
        """
        with self._lock:
            series = self._sparse(name, kind, unit)
            # Not back behind what was logged while the last steps were being added.
            step = max(len(self.losses) - 1, 0)
            series.append([step], np.array([value], np.float32))

    def restore(self, part: Part) -> None:
        """Take over a whole series as it was stored; before anything else, "loss" first."""
        if part.steps is not None:
            with self._lock:
                sparse = self._sparse(part.name, part.kind, part.unit)
                sparse.append(part.steps.tolist(), part.values)
            return
        if part.name == LOSS:
            self.losses.append(part.values)
            return
        series = self._step_series(part.name, 0)
        series.append(part.values[: len(self.losses)])

    def part(self, name: str, first: int, steps: int | None = None) -> Part:
        """A series from the value with index `first` on.

        Args:
            name: the series.
            first: index of the first value that is wanted.
            steps: leave out values of later steps; None restores all.
        """
        kind, unit = self._about[name]
        series = self._series[name]
        if isinstance(series, StepSeries):
            return Part(name, kind, unit, first, series.read(first, steps))
        places, values = series.read(first, None if steps is None else series.before(steps))
        return Part(name, kind, unit, first, values, places)

    def _step_series(self, name: str, before: int) -> StepSeries:
        with self._lock:
            series = self._series.get(name)
            if series is None:
                # Known to others once it is as long as the spine.
                series = StepSeries()
                _fill(series, before)
                self._series[name], self._about[name] = series, ("step", "")
        if isinstance(series, SparseSeries):
            # The user's code took this name first, and keeps it.
            return self._step_series(f"step_{name}", before)
        return series

    def _sparse(self, name: str, kind: Kind, unit: str) -> SparseSeries:
        series = self._series.get(name)
        if series is None:
            series = SparseSeries()
            self._series[name], self._about[name] = series, (kind, unit)
        if self._about[name][0] != kind:
            raise ValueError(f"{name!r} is recorded already, and of another kind")
        assert isinstance(series, SparseSeries)
        return series


def _fill(series: StepSeries, length: int) -> None:
    """NaN up to this length."""
    while (missing := length - len(series)) > 0:
        series.append(np.full(min(missing, BLOCK), np.nan, np.float32))
