"""What the status line says of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lossviz.training import Record, best_epoch, devices
from lossviz.wire.lab_traits import Action

SHARES = {
    "accuracy": "accuracy",
    "mean_iou": "mean IoU",
    "exact_match": "exact match",
    "mean_average_precision": "mean average precision",
    "box_iou": "IoU",
    "object_accuracy": "accuracy on objects",
}
"""Metrics that are shares of one, as the status line names them."""


@dataclass
class Notice:
    """What the status line says, and what can be done about it."""

    text: str
    kind: str = "info"
    details: str = ""
    actions: tuple[Action, ...] = ()


def said_of(record: Record, *, first: bool, waiting: int, taught: bool = False) -> Notice:
    """Where a run is, or how it ended.

    Args:
        record: the latest run.
        first: whether it is the lab's first run, which explains the device.
        waiting: how many runs are queued behind it.
        taught: whether an earlier run of the lab has trained the same model.
    """
    step = f"step {len(record.losses):,}"
    # Whoever compares two losses must know that the second run had a head start.
    began = ["It started from the weights of the previous run."] if taught else []
    warned = [event.text for event in record.events if event.kind in {"warning", "nan"}][-1:]
    if record.status == "failed":
        return Notice(record.error_message, "error", record.error_traceback)
    if record.status == "completed":
        rows = record.rows
        said = f"{record.name} completed{_result(rows[-1].metrics if rows else {})}"
        if any(event.kind == "early_stop" for event in record.events):
            # With `restore_best_weights` the model has the weights of that epoch.
            best = best_epoch(rows)
            result = f"{_result(best[0].metrics)} in its best epoch" if best else ""
            said = f"{record.name} stopped early{result}"
        return Notice(" ".join([f"{said}.", *began, *warned]))
    if record.status in {"stopped", "interrupted"}:
        was = "" if record.status == "stopped" else "was "
        return Notice(f"{record.name} {was}{record.status} after {step}.")
    more = queued(waiting)
    if record.status == "paused":
        said = f"{record.name} paused after {step}."
        return Notice(f"{said} {more}".rstrip())
    if record.status == "queued":
        waits = [event.text for event in record.events if event.kind == "queued"]
        return Notice(f"{record.name} is queued. {waits[-1] if waits else ''}".rstrip())
    device = record.device.removesuffix(":0").replace(":", " ")
    sentences = [f"{record.name} started on the {device}."]
    if first and not any(name.startswith("GPU") for name in devices.names()):
        sentences.append("TensorFlow found no GPU.")
    return Notice(" ".join([*sentences, *began, *warned, more]).rstrip())


def queued(waiting: int) -> str:
    """What is said of the runs that are queued behind one; "" where there are none."""
    if waiting == 0:
        return ""
    runs, which = ("1 run", "it") if waiting == 1 else (f"{waiting} runs", "the next")
    return f"{runs} queued; {which} starts when this one finishes."


def _result(metrics: Mapping[str, float]) -> str:
    """How an epoch did, by the first metric that says it best."""
    for name, title in SHARES.items():
        for held_out, word in ((f"val_{name}", "validation "), (name, "")):
            if held_out in metrics:
                share = f"{100 * metrics[held_out]:.1f} %"
                return f" with {_article(word or title)} {word}{title} of {share}"
    for name, title in (("val_loss", "validation loss"), ("loss", "loss")):
        if name in metrics:
            return f" with a {title} of {metrics[name]:.4g}"
    return ""


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
