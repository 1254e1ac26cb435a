"""Every Keras set-up by `model.fit` and by `lossviz.fit`: the same numbers, and how fast.

Numbers: from the same weights on the same batches, the largest relative difference of any epoch's
loss or metric, and of the final weights. Speed: both trainings in one process, taking turns, each
on a longer copy of the data; the first epoch, in which graphs are made, is left out. Where a
set-up draws from streams that no model holds, ten seeds of each are compared.
Writes the tables into `notebooks/keras.md` with --write. Each row is noted when it is measured: a
few set-ups can be measured again, by name, and written beside what was noted of the others.
Ends with status 1 where a promise is missed.

Usage: python tests/benchmarks/keras_setups.py [--write] [--numbers] [name ...]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from conformance import CHANCE, SETUPS, Setup
from conformance.training import (
    WAIT,
    Trained,
    by_fit,
    by_lossviz,
    history_difference,
    same_notes,
    weight_difference,
)

import lossviz

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "notebooks" / "keras.md"
NOTES = ROOT / "tests" / "output" / "keras_setups.jsonl"
"""What was measured of each set-up, the latest last."""

STEPS = 100
"""About so many steps has an epoch whose time is measured."""

EPOCHS, TURNS, SEEDS = 4, 3, 10


class Clock(keras.callbacks.Callback):
    """Takes the time of each epoch; hears of no batch, which would slow lossviz down."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self._began)


class Longer(keras.utils.PyDataset):
    """Another PyDataset several times over."""

    def __init__(self, one: Any, times: int) -> None:
        super().__init__(workers=one.workers, use_multiprocessing=one.use_multiprocessing)
        self._one, self._times = one, times

    def __len__(self) -> int:
        return len(self._one) * self._times

    def __getitem__(self, index: int) -> Any:
        return self._one[index % len(self._one)]


def several(value: Any, times: int) -> Any:
    """An array several times over."""
    if isinstance(value, pd.DataFrame | pd.Series):
        return pd.concat([value] * times)
    if isinstance(value, tf.SparseTensor):
        return tf.sparse.concat(0, [value] * times)
    if isinstance(value, tf.Tensor):
        return tf.concat([value] * times, axis=0)
    return np.concatenate([value] * times)


def lengthened(arguments: dict[str, Any], times: int) -> dict[str, Any]:
    """The arguments of a training whose epochs have so many times the steps."""
    longer = dict(arguments)
    if arguments.get("steps_per_epoch"):
        longer["steps_per_epoch"] = arguments["steps_per_epoch"] * times
    x = arguments["x"]
    if isinstance(x, tf.data.Dataset):
        longer["x"] = x.repeat(times)
    elif isinstance(x, keras.utils.PyDataset):
        longer["x"] = Longer(x, times)
    elif not isinstance(x, Iterator):
        for name in ("x", "y", "sample_weight"):
            if arguments.get(name) is not None:
                longer[name] = keras.tree.map_structure(
                    lambda value: several(value, times), arguments[name]
                )
    return longer


def epochs_by(how: str, setup: Setup, times: int) -> list[float]:
    """The seconds of each epoch but the first."""
    keras.utils.clear_session()
    with tempfile.TemporaryDirectory() as folder, setup.surroundings():
        model, arguments = setup.build(Path(folder))
        arguments = lengthened(arguments, times)
        clock = Clock()
        arguments["epochs"] = EPOCHS + arguments.get("initial_epoch", 0)
        arguments["callbacks"] = [*arguments.get("callbacks", ()), clock]
        if how == "fit":
            model.fit(**arguments)
        else:
            lossviz.fit(model, **arguments).result(timeout=5 * WAIT)
    return clock.seconds[1:] or clock.seconds


@dataclass
class Row:
    """What came of one set-up.

    Attributes:
        numbers: the largest relative difference of the loss and of any metric.
        weights: that of the weights.
        ratio: how many steps lossviz takes while `fit` takes one; None where it was not measured.
        step: milliseconds that one step takes with `fit`.
        faults: what else differs.
    """

    setup: Setup
    numbers: float = float("nan")
    weights: float = float("nan")
    ratio: float | None = None
    step: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether all that is promised holds."""
        most = 1e-3 if self.setup.half else 1e-5
        same = self.numbers <= most and self.weights <= max(most, 1e-4)
        return same and not self.faults and (self.ratio is None or self.ratio >= 1.0)

    def note(self) -> None:
        """Keep it for a later --write."""
        NOTES.parent.mkdir(exist_ok=True)
        noted = {"setup": self.setup.name, "numbers": self.numbers, "weights": self.weights,
                 "ratio": self.ratio, "step": self.step, "faults": self.faults}  # fmt: skip
        with NOTES.open("a") as file:
            file.write(json.dumps(noted) + "\n")

    def line(self) -> str:
        speed = "" if self.ratio is None else f"{self.ratio:8.2f}{self.step:10.2f} ms"
        faults = "" if self.kept else "  MISSED " + ", ".join(self.faults)
        return f"{self.setup.name:36}{self.numbers:10.1e}{self.weights:10.1e}{speed}{faults}"


def noted() -> list[Row]:
    """The latest row of each set-up of which there is one, in the set-ups' order."""
    lines = NOTES.read_text().splitlines() if NOTES.is_file() else []
    latest = {one.pop("setup"): one for one in map(json.loads, lines)}
    return [Row(one, **latest[one.name]) for one in SETUPS if one.name in latest]


def faults(setup: Setup, expected: Trained, found: Trained) -> list[str]:
    """What differs beside the numbers."""
    updates = [found.steps] if setup.counts_the_end else expected.iterations
    told = {
        "names": set(found.history) == set(expected.history),
        "steps": found.steps == expected.steps == len(found.step_loss),
        "iterations": found.iterations == updates,
        "callbacks": same_notes(expected.seen, found.seen) and found.files == expected.files,
        "stop": found.stopped == expected.stopped,
    }
    return [name for name, same in told.items() if not same]


def measure(setup: Setup, *, speed: bool) -> Row:
    """Train a set-up by both."""
    row = Row(setup)
    try:
        expected, found = by_fit(setup), by_lossviz(setup)
        row.numbers = max(history_difference(expected, found).values())
        row.weights = weight_difference(expected, found)
        row.faults = faults(setup, expected, found)
        if speed:
            epochs = max(1, len(next(iter(expected.history.values()))))
            times = max(1, round(STEPS * epochs / max(1, expected.steps)))
            seconds: dict[str, list[float]] = {"fit": [], "lossviz": []}
            for _ in range(TURNS):
                for how in seconds:
                    seconds[how] += epochs_by(how, setup, times)
            ours, fit = (statistics.median(seconds[how]) for how in ("lossviz", "fit"))
            row.ratio = fit / ours
            row.step = 1000 * fit / (times * expected.steps / epochs)
    except Exception as error:
        row.faults.append(f"{type(error).__name__}: {str(error)[:200]}")
    return row


@dataclass
class Spread:
    """One metric of a set-up with chance in it, at the last epoch, over the seeds."""

    setup: Setup
    metric: str
    fit: list[float]
    ours: list[float]

    @property
    def apart(self) -> float:
        """How far the means lie apart, in standard errors of their difference."""
        error = np.sqrt((np.var(self.fit, ddof=1) + np.var(self.ours, ddof=1)) / len(self.fit))
        return float(abs(np.mean(self.fit) - np.mean(self.ours)) / max(error, 1e-12))

    @property
    def cells(self) -> list[str]:
        shown = [f"{np.mean(part):.4f} ± {np.std(part, ddof=1):.4f}"
                 for part in (self.fit, self.ours)]  # fmt: skip
        return [
            f"`{self.setup.name}`: {self.setup.title}",
            self.metric,
            *shown,
            f"{self.apart:.1f}",
        ]


def spreads(setup: Setup) -> list[Spread]:
    """All metrics of ten trainings by each."""
    fit, ours = (
        [how(setup, seed).history for seed in range(SEEDS)] for how in (by_fit, by_lossviz)
    )
    return [
        Spread(setup, name, [one[name][-1] for one in fit], [one[name][-1] for one in ours])
        for name in fit[0]
    ]


def markdown(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def written(text: str, name: str, table: str) -> str:
    """The page with a table between its markers."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n\n{table}\n{end}{rest.partition(end)[2]}"


def size(value: float) -> str:
    return "0" if value == 0 else f"{value:.0e}"


def write(rows: list[Row], drawn: list[Spread]) -> None:
    """Put both tables into the page."""
    families = list(dict.fromkeys(row.setup.family for row in rows))
    ordered = sorted(rows, key=lambda row: families.index(row.setup.family))
    exact = markdown(
        ["family", "set-up", "loss and metrics", "weights", "speed"],
        (
            [row.setup.family, row.setup.title, size(row.numbers), size(row.weights),
             "" if row.ratio is None else f"{row.ratio:.1f}"]
            for row in ordered
        ),
    )  # fmt: skip
    chance = markdown(
        ["set-up", "at the last epoch", "`fit`", "lossviz", "standard errors apart"],
        (one.cells for one in drawn),
    )
    text = written(PAGE.read_text(), "set-ups", exact)
    PAGE.write_text(written(text, "seeds", chance) if drawn else text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="set-ups; all where none is given")
    parser.add_argument("--numbers", action="store_true", help="leave the speed out")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    options = parser.parse_args()
    os.environ.setdefault("LOSSVIZ_HOME", tempfile.mkdtemp())
    warnings.simplefilter("ignore")
    chosen = [one for one in SETUPS if not options.names or one.name in options.names]
    print(f"{'Keras set-up, lossviz.fit beside fit':36}{'numbers':>10}{'weights':>10}"
          f"{'/ fit':>8}{'fit a step':>13}", flush=True)  # fmt: skip
    rows = []
    for setup in chosen:
        rows.append(measure(setup, speed=not options.numbers))
        if not options.numbers:
            rows[-1].note()
        print(rows[-1].line(), flush=True)
    drawn = []
    for setup in CHANCE:
        if not options.names or setup.name in options.names:
            drawn += spreads(setup)
            print("\n".join(" | ".join(one.cells) for one in drawn[-4:]), flush=True)
    ratios = [row.ratio for row in rows if row.ratio is not None]
    if ratios:
        slow = sum(ratio < 1 for ratio in ratios)
        print(f"\n{sum(row.kept for row in rows)} of {len(rows)} set-ups as promised; speed median "
              f"{statistics.median(ratios):.1f} x fit, {slow} slower than fit")  # fmt: skip
    if options.write:
        write(noted(), drawn)
    sys.exit(not all(row.kept for row in rows))


if __name__ == "__main__":
    main()
