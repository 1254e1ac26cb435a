"""`lossviz export`: a run's values as CSV."""

from __future__ import annotations

import argparse
import contextlib
import csv
import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from lossviz.cli import output
from lossviz.cli.opened import found, history
from lossviz.history.store import History

AT_ONCE = 1 << 16
"""Steps that are read at once."""


def export(options: argparse.Namespace) -> int:
    """Write the values of a run, a column for each series or metric."""
    with history() as store:
        row = found(store, options.run)
        rows = _steps(store, row.id, row.steps) if options.steps else _epochs(store, row.id)
        with _target(options) as file:
            written = -1  # the head
            for one in rows:
                csv.writer(file).writerow(one)
                written += 1
    if options.to:
        if options.json:
            output.as_json(
                {"run": row.id, "file": str(Path(options.to).resolve()), "rows": written}
            )
        else:
            kind = "steps" if options.steps else "epochs"
            output.line(f"{written:,} {kind} of {row.name} written to {options.to}.")
    return 0


@contextlib.contextmanager
def _target(options: argparse.Namespace) -> Iterator[TextIO]:
    """The output, or a file that appears under its name when it is complete."""
    if not options.to:
        yield sys.stdout
        return
    path = Path(options.to)
    if path.exists() and not options.force:
        raise FileExistsError(f"{path} exists; --force replaces it.")
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", newline="", encoding="utf-8") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _epochs(store: History, run: str) -> Iterator[Sequence[object]]:
    epochs = store.epochs(run)
    names = list(dict.fromkeys(name for *_, metrics in epochs for name in metrics))
    yield ["epoch", "first_step", "steps", *names]
    for epoch, first, steps, metrics in epochs:
        yield [epoch, first + 1, steps, *(_cell(metrics.get(name)) for name in names)]


def _steps(store: History, run: str, steps: int) -> Iterator[Sequence[object]]:
    """A row per step, counted from 1; a series with values at some steps is empty at the others."""
    names = [name for name, *_ in store.series(run)]
    sparse = {}
    for name in names:
        part = store.part(run, name)
        if part.steps is not None:
            # Of several values at one step the last one.
            sparse[name] = dict(zip(part.steps.tolist(), part.values, strict=True))
    yield ["step", *names]
    for start in range(0, steps, AT_ONCE):
        stop = min(start + AT_ONCE, steps)
        columns = []
        for name in names:
            if name in sparse:
                columns.append([sparse[name].get(step) for step in range(start, stop)])
                continue
            part = store.part(run, name, start, stop)
            missing = [None] * (stop - start)
            missing[part.first - start : part.first - start + len(part.values)] = part.values
            columns.append(missing[: stop - start])
        for offset, cells in enumerate(zip(*columns, strict=True)):
            yield [start + offset + 1, *map(_cell, cells)]


def _cell(value: float | np.floating | None) -> str:
    """As few digits as give the same number again; empty for none and for NaN."""
    if value is None or math.isnan(value):
        return ""
    return str(value)
