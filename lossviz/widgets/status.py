"""What the status line says of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lossviz.training import Run, devices

SHARES = {
    "accuracy": "accuracy",
    "mean_iou": "mean IoU",
    "exact_match": "share of lines read right",
    "mean_average_precision": "mean average precision",
    "box_iou": "IoU",
    "object_accuracy": "accuracy on objects",
}
"""Metrics that are shares, as the status line names them."""


@dataclass
class Notice:
    """What the lab has to say besides the state of its run."""

    text: str
    kind: str = "info"
    details: str = ""


def said_of(run: Run, *, first: bool, waiting: int) -> Notice:
    """Where a run is, or how it ended.

    Args:
        run: the latest run.
        first: whether it is the lab's first one, with which the device is explained.
        waiting: how many runs are to start after it.
    """
    record = run.record
    step = f"step {run.step:,}"
    if record.status == "failed":
        return Notice(record.error_message, "error", record.error_traceback)
    if record.status == "completed":
        return Notice(f"{run.name} completed{_result(record.rows)}.")
    if record.status == "stopped":
        return Notice(f"{run.name} stopped after {step}.")
    if record.status == "paused":
        return Notice(f"{run.name} paused after {step}.")
    if record.status == "queued":
        return Notice(f"{run.name} waits for another run to end.")
    device = record.device.removesuffix(":0").replace(":", " ")
    told = [f"{run.name} started on the {device}."]
    if first and not any(name.startswith("GPU") for name in devices.names()):
        told.append("TensorFlow sees no GPU here.")
    told += [event.text for event in record.events if event.kind in {"warning", "nan"}][-1:]
    if waiting:
        told.append(f"{waiting} more to come: the next starts when this one has ended.")
    return Notice(" ".join(told))


def _result(rows: list[Any]) -> str:
    """How the last epoch did, by the first metric that says it best."""
    if not rows:
        return ""
    metrics = rows[-1].metrics
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
