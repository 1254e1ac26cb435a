"""The benchmarks: tables of figures, ratios within one run.

Usage: python run.py [--seconds S] [--only TABLE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import charts
import engine
import kernel
import keystrokes
import monitor
import named_series
import obedience
import page
import program
import runs_table
import soak

BARE, OURS, LIVE, FIT = "bare chunked loop", "lossviz.train", "lossviz.train, live chart", "fit"
RATIOS = (BARE, OURS, LIVE, FIT)
TURNS = 3
"""One stretch of ten seconds differs from the next by up to five parts in a hundred."""

SLOWER = "wider model, live chart"
OTHERS = ("fit + TensorBoard", "fit + FigureWidget 10 Hz", "fit + livelossplot")


def training(seconds: float) -> None:
    """The loops beside each other, and what they send."""
    print(f"Small dense model, batch 32, one core, {seconds:g} s each, one after the other;")
    print(f"of the first four the median of {TURNS} turns\n", flush=True)
    print(f"{'loop':28}{'steps/s':>10}{'/ bare':>9}{'/ fit':>9}{'bytes/step':>12}", flush=True)
    outcomes: dict[str, kernel.Outcome] = {}
    turns = [{name: kernel.run(name, seconds) for name in RATIOS} for _ in range(TURNS)]
    for name in RATIOS:
        in_order = sorted((turn[name] for turn in turns), key=lambda one: one.rate)
        outcomes[name] = in_order[TURNS // 2]
    for name in (*RATIOS, *OTHERS):
        if name in OTHERS:
            outcomes[name] = kernel.run(name, seconds)
        rate, bare, fit = (outcomes[one].rate for one in (name, BARE, FIT))
        sent = outcomes[name].bytes_per_step(seconds)
        print(f"{name:28}{rate:10,.0f}{rate / bare:9.2f}{rate / fit:9.2f}{sent:12.1f}", flush=True)
    ours, live = outcomes[OURS], outcomes[LIVE]
    print(f"\nlossviz.train: {ours.rate / outcomes[BARE].rate:.2f} of the bare loop "
          f"(promised 0.95), {ours.rate / outcomes[FIT].rate:.1f} x fit (promised 3.5); "
          f"with a live chart {live.rate / outcomes[BARE].rate:.2f} (promised 0.90)")  # fmt: skip
    early, late = live.append_bytes(1000, 20_000), live.append_bytes(80_000, 100_000)
    print(f"bytes a step: {early:.2f} after step 1,000, {late:.2f} before step 100,000")
    slower = kernel.run(SLOWER, seconds)
    print(f"at {slower.rate:,.0f} steps/s (a wider model): {slower.bytes_per_step(seconds):.1f} "
          "bytes a step (promised 16)")  # fmt: skip


def real_page(seconds: float) -> None:
    """The same run with a page that draws, and after it was closed."""
    print("\nA real JupyterLab with Chromium on the other core")
    seen = page.measure(seconds)
    print(f"  lab on the page after {seen.appears:.2f} s, TensorFlow unloaded: {seen.unloaded}")
    print(f"  chart attached {seen.attached:,.0f} steps/s, page closed {seen.detached:,.0f} "
          f"({seen.attached / seen.detached:.2f}, promised 0.98); {seen.bytes_per_step:.1f} bytes "
          "a step on the websocket")  # fmt: skip


def live_charts(_seconds: float) -> None:
    """Step to pixel, first picture, zoom, frames."""
    print("\nThe charts, in the same way")
    for line in charts.measure():
        print(f"  {line}", flush=True)


def cell(_seconds: float) -> None:
    """Typing in the program's cell, reading and patching the program."""
    print("\nThe program and its cell")
    print(f"  {keystrokes.measure()}", flush=True)
    print(f"  {program.measure()}", flush=True)


def costs(_seconds: float) -> None:
    """A convolutional model, a million steps, two hundred runs."""
    print("\nThe engine")
    for name in engine.MEASUREMENTS:
        print(f"  {engine.measure(name)}", flush=True)


def control(_seconds: float) -> None:
    """From a command to its effect; kernels that are killed."""
    print("\nObedience")
    for name in obedience.MEASUREMENTS:
        print(f"  {obedience.measure(name)}", flush=True)


def keras_models(_seconds: float) -> None:
    """Every Keras set-up beside `fit`; in a process of its own, which trains with TensorFlow."""
    print("\nKeras set-ups (promised: the same numbers, each at least as fast as fit)", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name("keras_setups.py"))], check=True)


def series(_seconds: float) -> None:
    """Twenty named series beside one."""
    print("\nNamed series")
    for line in named_series.lines():
        print(f"  {line}", flush=True)


def monitored(_seconds: float) -> None:
    """What a Monitor costs `fit`."""
    print("\nKeras' own fit, watched")
    for line in monitor.measure():
        print(f"  {line}", flush=True)


def recorded_runs(_seconds: float) -> None:
    """The view of 10,000 recorded runs."""
    print("\nThe view Runs")
    for line in runs_table.measure():
        print(f"  {line}", flush=True)


def half_an_hour(_seconds: float) -> None:
    """Whether kernel and page hold ever more."""
    print("\nA soak: full speed with the page open")
    for line in soak.measure():
        print(f"  {line}", flush=True)


TABLES = {
    "training": training,
    "page": real_page,
    "charts": live_charts,
    "cell": cell,
    "engine": costs,
    "monitor": monitored,
    "obedience": control,
    "series": series,
    "runs": recorded_runs,
    "keras": keras_models,
    "soak": half_an_hour,
}

BY_NAME = {"soak"}
"""They take so long that only who asks for them gets them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each loop trains")
    parser.add_argument("--only", choices=TABLES, help="one table of all")
    arguments = parser.parse_args()
    for name, table in TABLES.items():
        if arguments.only == name or (arguments.only is None and name not in BY_NAME):
            table(arguments.seconds)


if __name__ == "__main__":
    main()
