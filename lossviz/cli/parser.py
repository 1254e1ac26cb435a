"""The arguments of the command `lossviz`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import lossviz
from lossviz.cli import actions, doctor, export, listing

Act = Callable[[argparse.Namespace], int]

RUN = "the id of a run, its beginning, or a run's exact name"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options; `act` among them is what to do. Exits for wrong ones, and for --help."""
    parser = argparse.ArgumentParser(
        prog="lossviz",
        description="List, follow and control the training runs of all kernels.",
        epilog="Runs are kept in the folder named by LOSSVIZ_HOME; `lossviz doctor` shows it.",
    )
    parser.add_argument("--version", action="version", version=f"lossviz {lossviz.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, act: Act, text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        found.add_argument("--json", action="store_true", help="print JSON")
        found.set_defaults(act=act)
        return found

    runs = command("runs", listing.runs, "list runs, newest first")
    runs.add_argument(
        "words", nargs="*", metavar="WORD",
        help="only runs in whose name, loss, task, status, note or settings each of these occurs; "
        "learning_rate=0.1 finds a setting",
    )  # fmt: skip
    runs.add_argument("--live", action="store_true", help="only runs that have not finished")
    runs.add_argument("--sort", default="started", metavar="COLUMN",
                      help="started (default), name, status, loss, metric, steps, ...")  # fmt: skip
    runs.add_argument("--limit", type=int, default=20, help="how many at most (default: 20)")

    show = command("show", listing.show, "show a run: its settings, latest values and events")
    show.add_argument("run", help=RUN)
    for name, text in actions.TEXTS.items():
        asked = command(name, actions.control, text)
        asked.add_argument("run", help=RUN)
        asked.set_defaults(kind=name, value=None)
    rate = command("rate", actions.control, "change the learning rate of a live run")
    rate.add_argument("run", help=RUN)
    rate.add_argument("value", help="the learning rate, greater than 0")
    rate.set_defaults(kind="learning_rate")

    exported = command("export", export.export, "write a run's values as CSV")
    exported.add_argument("run", help=RUN)
    exported.add_argument("--steps", action="store_true", help="a row per step, not per epoch")
    exported.add_argument("--to", metavar="FILE", help="the file (default: print)")
    exported.add_argument("--force", action="store_true", help="replace the file if it exists")

    rm = command("rm", actions.remove, "delete finished runs with their checkpoints")
    rm.add_argument("run", nargs="+", help=RUN)
    prune = command("prune", actions.prune, "delete old finished runs")
    prune.add_argument("--days", type=float, help="delete runs that finished longer ago")
    prune.add_argument(
        "--megabytes", type=float, help="delete the oldest runs until all fit in this"
    )
    for asking in (rm, prune):
        asking.add_argument("--yes", action="store_true", help="do not ask")

    command("doctor", doctor.doctor, "check the environment, the extension and the history")
    return parser.parse_args(arguments)
