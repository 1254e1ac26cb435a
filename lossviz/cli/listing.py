"""`lossviz runs` and `lossviz show`."""

from __future__ import annotations

import argparse
import time
from typing import Any

from lossviz.cli import output
from lossviz.cli.opened import found, history
from lossviz.history import ALIVE, Glance, Query, RunSummary, flat

HEAD = ("id", "name", "status", "loss function", "loss", "metric", "epoch", "started", "left")

MOST_EVENTS = 20


def runs(options: argparse.Namespace) -> int:
    """List runs."""
    with history() as store:
        live = [row.id for row in store.live()]  # one whose process is gone is interrupted now
        among = tuple(live) if options.live else None
        query = Query(
            runs=among,
            words=tuple(options.words),
            sort=options.sort,
            descending=options.sort in {"started", "metric", "steps", "duration"},
        )
        ids = store.listing.ids(query)
        shown = store.listing.rows(ids[: max(options.limit, 0)])
        glances = store.glances([one.id for one in shown])
    if options.json:
        output.as_json([described(one, glances.get(one.id, Glance())) for one in shown])
        return 0
    if not shown:
        output.line("No runs match." if options.words or options.live else "No runs yet.")
        return 0
    output.table(HEAD, [_row(one, glances.get(one.id, Glance())) for one in shown])
    if len(ids) > len(shown):
        output.note(f"{len(ids) - len(shown):,} more; --limit {len(ids)} shows all of them.")
    return 0


def show(options: argparse.Namespace) -> int:
    """Show a run."""
    with history() as store:
        row = found(store, options.run)
        [summary] = store.listing.rows([row.id])
        glance = store.glances([row.id]).get(row.id, Glance())
        events = store.events(row.id)
    if options.json:
        details = {
            "config": row.config,
            "program": row.program,
            "versions": row.versions,
            "events": [
                {"kind": kind, "step": step, "time": when, "text": text}
                for kind, step, when, text in events
            ],
        }
        output.as_json(described(summary, glance) | details)
        return 0
    output.line(f"{row.name} ({row.id})")
    facts = {
        "Status": row.status,
        "Error": row.error,
        "Note": row.note,
        "Task": row.task,
        "Loss function": row.loss_name,
        "Epochs": f"{summary.epoch} of {row.epochs}",
        "Steps": f"{row.steps:,}",
        "Loss": output.figure(glance.loss),
        "Lowest loss": output.figure(glance.best_loss),
        summary.metric or "Metric": output.figure(summary.best(summary.metric)),
        "Started": output.moment(row.created),
        "Duration": output.duration(summary.seconds),
        "Time left": output.duration(glance.seconds_left) if row.status in ALIVE else "",
        "Device": row.device,
    }
    for name, fact in facts.items():
        if fact:
            output.line(f"  {name + ':':15}{fact}")
    output.line("Settings")
    for name, value in sorted(flat(row.config).items()):
        output.line(f"  {name} = {value!r}")
    output.line("Events")
    for _, step, when, text in events[-MOST_EVENTS:]:
        output.line(f"  {time.strftime('%H:%M:%S', time.localtime(when))}  step {step:,}  {text}")
    return 0


def described(run: RunSummary, glance: Glance) -> dict[str, Any]:
    """A run as JSON has it."""
    return {
        "id": run.id,
        "name": run.name,
        "status": run.status,
        "task": run.task,
        "loss_function": run.loss_name,
        "epoch": run.epoch,
        "epochs": run.epochs,
        "steps": run.steps,
        "loss": glance.loss,
        "best_loss": glance.best_loss,
        "steps_per_second": glance.rate,
        "seconds_left": glance.seconds_left if run.status in ALIVE else None,
        "metric": run.metric or None,
        "best": run.best(run.metric),
        "device": run.device,
        "seed": run.seed,
        "created": run.created,
        "ended": run.ended,
        "duration": run.seconds,
        "note": run.note,
        "error": run.error,
    }


def _row(run: RunSummary, glance: Glance) -> tuple[str, ...]:
    return (
        run.id,
        run.name,
        run.status,
        run.loss_name,
        output.figure(glance.loss),
        output.figure(run.best(run.metric)),
        f"{run.epoch}/{run.epochs}",
        output.moment(run.created),
        output.duration(glance.seconds_left) if run.status in ALIVE else "",
    )
