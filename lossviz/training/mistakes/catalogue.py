"""All rules by name, with what their docstrings say, for the docs and for those who add one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from lossviz.training.mistakes import (
    epoch,
    finite,
    given_weights,
    input_scale,
    label_order,
    labels,
    metric_fit,
    model_state,
    output_fit,
    rates,
    target_range,
    target_shape,
    validation_data,
)

FILES = (
    finite, labels, label_order, given_weights, target_shape, target_range, input_scale,
    output_fit, metric_fit, validation_data, rates, model_state, epoch,
)  # fmt: skip


def rules() -> dict[str, dict[str, Callable[..., Any]]]:
    """The rules of each file by its heading, by name.

    Example:
        >>> "labels_outside_classes" in rules()["Labels that do not match the model's classes"]
        True
    """
    found: dict[str, dict[str, Callable[..., Any]]] = {}
    for file in FILES:
        source = inspect.getsource(file)
        heading = (file.__doc__ or "").splitlines()[0].rstrip(".")
        found[heading] = {
            name: one
            for name, one in vars(file).items()
            if inspect.isfunction(one)
            and one.__module__ == file.__name__
            and not name.startswith("_")
            and f'"{name}"' in source
        }
    return found


def as_markdown() -> str:
    """The list of rules for the docs."""
    lines = []
    for heading, named in rules().items():
        lines += [f"### {heading}", ""]
        for name, one in named.items():
            said = " ".join((inspect.getdoc(one) or "").split("\n\n")[0].split())
            lines.append(f"- `{name}`: {said}")
        lines.append("")
    return "\n".join(lines)
