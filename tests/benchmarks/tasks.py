"""What each task's default run reaches on its validation data, over many seeds, and in what time.

Trains the very programs that a lab shows. A seed decides everything: the weights, the data that
are drawn, what is held out, and the order of the samples. Writes the table into
`notebooks/tasks.md` with --write.

Usage: python tests/benchmarks/tasks.py [--write] [--seeds N] [--other-seeds N] [--go-on] [name ...]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import lossviz

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "notebooks" / "tasks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TRAININGS = ROOT / "tests" / "output" / "tasks.jsonl"
"""Each training is noted here when it ends: an hour's work outlives an interruption."""

SHARE_OF_SEEDS, FLOOR = 0.95, 0.9
"""A promise is kept when so many of the seeds reach the figure and the worst so much of it."""


def mean_predictor(seed: int) -> float:
    """The mean absolute error of always predicting the mean of the part to train on."""
    data = lossviz.tasks.get("regression").load("diabetes", seed=seed)
    return float(np.abs(data.validation_targets - data.targets.mean()).mean())


@dataclass(frozen=True)
class Promise:
    """What the first metric of a case must reach at the last epoch.

    Attributes:
        figure: the value.
        most: whether it is an upper bound.
        unit: gives the value for a seed that the metric is divided by first.
        unit_name: what that is.
    """

    figure: float
    most: bool = False
    unit: Callable[[int], float] | None = None
    unit_name: str = ""

    def share(self, value: float) -> float:
        """How much of the promise a value keeps: 1 where it is just reached."""
        return self.figure / value if self.most else value / self.figure

    def __str__(self) -> str:
        return f"at {'most' if self.most else 'least'} {self.figure:g}"


@dataclass(frozen=True)
class Case:
    """A training, for any seed.

    Attributes:
        choices: what is chosen beside the task's defaults.
        metrics: names in the history whose last value is shown.
        promise: what the project holds itself to; None where it promises nothing.
        weighted: the loss takes the class weights that the lab fills in.
    """

    task: str
    choices: dict[str, Any] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    promise: Promise | None = None
    weighted: bool = False

    def config(self, seed: int) -> lossviz.TrainingConfig:
        config = lossviz.TrainingConfig(task=self.task, seed=seed, **self.choices)
        if not self.weighted:
            return config
        data = lossviz.tasks.get(self.task).load(config.dataset, seed=seed)
        found = lossviz.tasks.class_weights(data)
        params = {"class_weights": found}
        return lossviz.TrainingConfig(task=self.task, seed=seed, **self.choices, loss_params=params)

    @property
    def name(self) -> str:
        config = lossviz.TrainingConfig(task=self.task, **self.choices)
        return f"{config.dataset}/{config.loss}"


@dataclass(frozen=True)
class Training:
    """What came of a case and a seed: the metrics at the last epoch, and seconds in all.

    `core_seconds` are the seconds of all cores together: what else the machine does hardly counts.
    """

    case: str
    seed: int
    values: dict[str, float]
    seconds: float
    core_seconds: float


def cases() -> list[Case]:
    cells = ("val_mean_iou", "val_iou_nucleus", "val_iou_white_cell")
    classes, boxes, numbers = "image_classification", "object_detection", "regression"
    rare, weighted = {"dataset": "imbalanced_digits"}, {"loss": "weighted_cross_entropy"}
    line = {"dataset": "line_with_outliers"}
    error = ("val_mean_absolute_error",)
    guess = Promise(0.8, most=True, unit=mean_predictor, unit_name="the mean predictor's")
    return [
        Case(classes, {}, ("val_accuracy",), Promise(0.95)),
        Case(classes, rare, ("val_accuracy",)),
        Case(classes, rare | weighted, ("val_accuracy",), weighted=True),
        Case("image_segmentation", {}, cells, Promise(0.9)),
        Case("image_segmentation", {"loss": "cross_entropy"}, cells),
        Case("image_segmentation", weighted, cells, weighted=True),
        Case("optical_character_recognition", {},
             ("val_exact_match", "val_character_error_rate"), Promise(0.6)),
        Case("optical_character_recognition", {"loss": "ssd", "epochs": 6},
             ("val_mean_average_precision",)),
        Case(boxes, {}, ("val_mean_average_precision",), Promise(0.6)),
        Case(boxes, {"loss": "huber"}, ("val_box_iou",)),
        Case(boxes, {"loss": "focal"}, ("val_object_accuracy",)),
        Case(boxes, {"loss": "cross_entropy"}, ("val_object_accuracy",)),
        Case(numbers, {}, error, guess),
        Case(numbers, line, error),
        Case(numbers, line | {"loss": "mean_absolute_error"}, error),
    ]  # fmt: skip


def train(case: Case, seed: int) -> Training:
    """Train the program of a case from start to end."""
    text = lossviz.program.render(case.config(seed))
    began, began_cores = time.perf_counter(), time.process_time()
    run = lossviz.program.execute(text, {"__name__": "__main__"})
    run.wait()
    seconds, core_seconds = time.perf_counter() - began, time.process_time() - began_cores
    if run.error is not None:
        raise run.error
    values = {name: float(run.history[name][-1]) for name in case.metrics}
    if case.promise is not None and case.promise.unit is not None:
        values[case.metrics[0]] /= case.promise.unit(seed)
    return Training(case.name, seed, values, round(seconds, 2), round(core_seconds, 2))


def noted() -> list[Training]:
    """The trainings of a measurement that was interrupted."""
    lines = TRAININGS.read_text().splitlines() if TRAININGS.exists() else []
    return [Training(**json.loads(line)) for line in lines]


def to_do(known: list[Case], seeds: int, others: int) -> Iterator[tuple[Case, int]]:
    """Each case with the first seed, then each with the second: what ends early is even."""
    for seed in range(max(seeds, others)):
        for case in known:
            if seed < (seeds if case.promise is not None else others):
                yield case, seed


def measure(known: list[Case], seeds: int, others: int) -> list[Training]:
    """Train what is not noted yet; says after each what it reached and how long the rest takes."""
    done = [one for one in noted() if one.case in {case.name for case in known}]
    made = {(one.case, one.seed) for one in done}
    rest = [(case, seed) for case, seed in to_do(known, seeds, others)
            if (case.name, seed) not in made]  # fmt: skip
    TRAININGS.parent.mkdir(parents=True, exist_ok=True)
    for number, (case, seed) in enumerate(rest, 1):
        one = train(case, seed)
        with TRAININGS.open("a") as file:
            file.write(json.dumps(asdict(one)) + "\n")
        done.append(one)
        left = time_left(done, [case.name for case, _ in rest[number:]])
        said = ", ".join(f"{plain(name)} {value:.3f}" for name, value in one.values.items())
        print(f"{number}/{len(rest)}  {case.name}, seed {seed}: {said}  "
              f"({one.seconds:.0f} s; {left / 60:.0f} min left)", flush=True)  # fmt: skip
    return done


def time_left(done: list[Training], rest: list[str]) -> float:
    """Seconds: of each case the mean of its trainings so far, the mean of all for a new one."""
    overall = float(np.mean([one.seconds for one in done]))
    taken: dict[str, list[float]] = {}
    for one in done:
        taken.setdefault(one.case, []).append(one.seconds)
    return sum(float(np.mean(taken.get(name, [overall]))) for name in rest)


def plain(metric: str) -> str:
    """A metric's name for people."""
    return metric.removeprefix("val_").replace("_", " ").replace("iou", "IoU")


def rows(case: Case, trainings: list[Training]) -> list[list[str]]:
    """The lines of the table: one for each metric."""
    config = case.config(0)
    title = lossviz.losses.get(config.loss).title
    seconds = np.median([one.core_seconds for one in trainings])
    lines = []
    for name in case.metrics:
        values = np.array([one.values[name] for one in trainings])
        promise = case.promise if name == case.metrics[0] else None
        measured = plain(name)
        if promise is not None and promise.unit_name:
            measured += f" / {promise.unit_name}"
        lines.append([
            lossviz.tasks.get(case.task).title, f"`{config.dataset}`", title, measured,
            f"{np.median(values):.3f}", f"{values.min():.3f} to {values.max():.3f}",
            str(promise or ""), met(promise, values) if promise else "",
            str(len(values)), f"{seconds:.0f} s",
        ])  # fmt: skip
    # What a line has in common with the one above it is said once.
    return [lines[0], *([""] * 3 + line[3:6] + [""] * 4 for line in lines[1:])]


def met(promise: Promise, values: Any) -> str:
    """How many of the seeds reached the promise; says so where that is not enough."""
    shares = np.array([promise.share(value) for value in values])
    count = int((shares >= 1).sum())
    kept = count >= SHARE_OF_SEEDS * len(shares) and shares.min() >= FLOOR
    return f"{count} of {len(shares)}{'' if kept else ': MISSED'}"


def table(known: list[Case], trainings: list[Training]) -> str:
    """Markdown."""
    head = ["task", "data set", "loss", "on validation data", "median", "range", "promised",
            "met by", "seeds", "core time"]  # fmt: skip
    lines = [head, ["---"] * len(head)]
    for case in known:
        own = [one for one in trainings if one.case == case.name]
        lines += rows(case, own) if own else []
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="such as cells/dice; all where none is given")
    parser.add_argument("--seeds", type=int, default=20, help="for what is promised (20)")
    parser.add_argument("--other-seeds", type=int, default=5, help="for the other rows (5)")
    parser.add_argument("--go-on", action="store_true", help=f"keep what {TRAININGS.name} holds")
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.name}")
    options = parser.parse_args()
    known = [case for case in cases() if not options.names or case.name in options.names]
    if not options.go_on:
        TRAININGS.unlink(missing_ok=True)
    trainings = measure(known, options.seeds, min(options.seeds, options.other_seeds))
    written = table(known, trainings)
    print(f"\n{written}")
    if options.write:
        text = PAGE.read_text()
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{written}\n{END}{after}")
    return int("MISSED" in written)


if __name__ == "__main__":
    sys.exit(main())
