"""`lossviz pause`, `resume`, `stop`, `rate`, `rm` and `prune`."""

from __future__ import annotations

import argparse
import time

from lossviz.cli import output
from lossviz.cli.opened import found, history

TEXTS = {
    "pause": "pause a live run",
    "resume": "continue a paused run",
    "stop": "stop a live run; its weights and values are kept",
}

PATIENCE = 5.0
"""Seconds to wait until the run's kernel confirms."""


def control(options: argparse.Namespace) -> int:
    """Ask something of a live run, and wait until its kernel confirms it."""
    with history() as store:
        row = found(store, options.run)
        command = store.commands.ask(row, options.kind, options.value)
        deadline = time.monotonic() + PATIENCE
        while command.done is None and time.monotonic() < deadline:
            time.sleep(0.05)
            command = store.commands.find(command.number)
    if options.json:
        output.as_json({"run": row.id, "kind": command.kind, "value": command.value,
                        "done": command.done, "refused": command.refused})  # fmt: skip
    elif command.done is None:
        output.note(
            f"{row.name}: its kernel has not answered after {PATIENCE:.0f} s. The request is kept "
            "until the run ends."
        )
    else:
        output.line(f"{row.name}: {command.refused or 'done.'}")
    return int(command.done is None or bool(command.refused))


def remove(options: argparse.Namespace) -> int:
    """Delete finished runs."""
    with history() as store:
        rows = [found(store, one) for one in options.run]
        names = ", ".join(f"{row.name} ({row.id})" for row in rows)
        if not options.yes and not output.agree(f"Delete {names}?"):
            return 1
        store.delete(*(row.id for row in rows))
    _deleted([row.id for row in rows], options)
    return 0


def prune(options: argparse.Namespace) -> int:
    """Delete old finished runs."""
    if options.days is None and options.megabytes is None:
        output.note("lossviz prune: give --days or --megabytes.")
        return 2
    rules = [
        *([f"finished more than {options.days:g} days ago"] if options.days is not None else []),
        *([f"exceed {options.megabytes:g} MB in all"] if options.megabytes is not None else []),
    ]
    if not options.yes and not output.agree(f"Delete runs that {', or '.join(rules)}?"):
        return 1
    with history() as store:
        deleted = store.prune(days=options.days, megabytes=options.megabytes)
    _deleted(deleted, options)
    return 0


def _deleted(runs: list[str], options: argparse.Namespace) -> None:
    if options.json:
        output.as_json({"deleted": runs})
    else:
        output.line(f"{len(runs):,} run{'' if len(runs) == 1 else 's'} deleted.")
