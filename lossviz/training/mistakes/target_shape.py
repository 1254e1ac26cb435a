"""Targets whose shape broadcasts against the output's instead of matching it."""

from __future__ import annotations

from lossviz.training.mistakes.finding import Finding


def target_broadcasts(
    target: tuple[int, ...],
    output: tuple[int, ...],
    of: str = "",
    *,
    aligns: bool,
    labels: bool,
) -> Finding | None:
    """A target's shape differs from the output's, and the loss compares every pair of them.

    Args:
        target, output: shapes without the axis of samples.
        of: which output it is.
        aligns: whether a last axis of length 1 is added or removed for the loss.
        labels: whether the targets are whole numbers that may be classes.
    """
    if target == output:
        return None
    if _only_last_axis(target, output):
        if aligns:
            return None
        return Finding(
            "target_broadcasts",
            f"The targets{of} have shape {_shown(target)} and the output {_shown(output)}, "
            "so the loss compares every target with every output of the batch: give the "
            "targets the output's shape, for example with targets[:, None].",
        )
    if not _broadcasts(target, output):
        return None
    change = (
        "use sparse categorical cross-entropy for classes"
        if labels
        else f"give the model {target[-1] if target else 1} output"
    )
    return Finding(
        "target_broadcasts",
        f"The targets{of} have shape {_shown(target)} and the output {_shown(output)}, so "
        f"each target is broadcast over the outputs: {change}, or give the targets the "
        "output's shape.",
    )


def _only_last_axis(target: tuple[int, ...], output: tuple[int, ...]) -> bool:
    return (*target, 1) == output or target == (*output, 1)


def _broadcasts(target: tuple[int, ...], output: tuple[int, ...]) -> bool:
    """Whether samples of the two shapes broadcast against each other."""
    if len(target) != len(output):
        return False
    return all(a in {b, 1} or b == 1 for a, b in zip(target, output, strict=True))


def _shown(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(['batch', *map(str, shape)])}]"
