"""What each task's default run reaches on its held-out part, and in what time.

Trains the very programs that a lab shows. Writes the table into `notebooks/tasks.md` with --write.

Usage: python tests/benchmarks/tasks.py [--write] [--seed N] [name ...]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import lossviz

PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "tasks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Case:
    """One training.

    Attributes:
        choices: what is chosen beside the task's defaults.
        metrics: names in the history whose last value is shown.
        least: the value that the first metric must reach; None where nothing is promised.
        most: the value that it must not exceed.
    """

    task: str
    choices: dict[str, Any] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    @property
    def name(self) -> str:
        config = lossviz.TrainingConfig(task=self.task, **self.choices)
        return f"{config.dataset}/{config.loss}"


def weights(task: str, dataset: str) -> dict[str, Any]:
    """Choices for weighted cross-entropy with the weights that the lab fills in."""
    found = lossviz.tasks.class_weights(lossviz.tasks.get(task).load(dataset))
    return {"dataset": dataset, "loss": "weighted_cross_entropy",
            "loss_params": {"class_weights": found}}  # fmt: skip


def mean_predictor() -> float:
    """The mean absolute error of always predicting the mean of the part to train on."""
    data = lossviz.tasks.get("regression").load("diabetes")
    return float(np.abs(data.validation_targets - data.targets.mean()).mean())


def cases() -> list[Case]:
    cells = ("val_mean_iou", "val_iou_nucleus", "val_iou_white_cell")
    classes, boxes = "image_classification", "object_detection"
    return [
        Case(classes, {}, ("val_accuracy",), least=0.95),
        Case(classes, {"dataset": "imbalanced_digits"}, ("val_accuracy",)),
        Case(classes, weights(classes, "imbalanced_digits"), ("val_accuracy",)),
        Case("image_segmentation", {}, cells, least=0.75),
        Case("image_segmentation", {"loss": "cross_entropy"}, cells),
        Case("image_segmentation", weights("image_segmentation", "cells"), cells),
        Case("optical_character_recognition", {},
             ("val_exact_match", "val_character_error_rate"), least=0.6),
        Case("optical_character_recognition", {"loss": "ssd", "epochs": 6},
             ("val_mean_average_precision",)),
        Case(boxes, {}, ("val_mean_average_precision",), least=0.6),
        Case(boxes, {"loss": "huber"}, ("val_box_iou",)),
        Case(boxes, {"loss": "focal"}, ("val_object_accuracy",)),
        Case(boxes, {"loss": "cross_entropy"}, ("val_object_accuracy",)),
        Case("regression", {}, ("val_mean_absolute_error",), most=0.8 * mean_predictor()),
        Case("regression", {"dataset": "line_with_outliers"}, ("val_mean_absolute_error",)),
        Case("regression", {"dataset": "line_with_outliers", "loss": "mean_absolute_error"},
             ("val_mean_absolute_error",)),
    ]  # fmt: skip


def measure(case: Case, seed: int) -> tuple[Any, lossviz.TrainingConfig, float]:
    """Train the program of a case; gives its run, its config and the seconds from start to end."""
    config = lossviz.TrainingConfig(task=case.task, seed=seed, **case.choices)
    began = time.perf_counter()
    run = lossviz.program.execute(lossviz.program.render(config), {"__name__": "__main__"})
    run.wait()
    if run.error is not None:
        raise run.error
    return run, config, time.perf_counter() - began


def row(case: Case, seed: int) -> list[str]:
    """A line of the table."""
    run, config, seconds = measure(case, seed)
    values = {name: float(run.history[name][-1]) for name in case.metrics}
    shown = ", ".join(
        f"{name.removeprefix('val_').replace('_', ' ').replace('iou', 'IoU')} {value:.3f}"
        for name, value in values.items()
    )
    promised = ""
    first = values[case.metrics[0]]
    if case.least is not None:
        promised = f"at least {case.least:g}{'' if first >= case.least else ': MISSED'}"
    elif case.most is not None:
        promised = f"at most {case.most:.3f}{'' if first <= case.most else ': MISSED'}"
    title = lossviz.losses.get(config.loss).title
    return [lossviz.tasks.get(case.task).title, f"`{config.dataset}`", title, shown, promised,
            f"{seconds:.0f} s"]  # fmt: skip


def table(rows: Iterable[list[str]]) -> str:
    """Markdown."""
    head = ["task", "data set", "loss", "on the held-out part", "promised", "time"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="such as cells/dice; all where none is given")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.name}")
    options = parser.parse_args()
    rows = []
    for case in cases():
        if options.names and case.name not in options.names:
            continue
        rows.append(row(case, options.seed))
        print(" | ".join(rows[-1]), flush=True)
    if options.write:
        text = PAGE.read_text()
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{table(rows)}\n{END}{after}")


if __name__ == "__main__":
    main()
