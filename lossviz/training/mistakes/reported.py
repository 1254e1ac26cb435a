"""A run reports each mistake once."""

from __future__ import annotations

from lossviz.training.mistakes.finding import Finding, Setup


def not_yet_reported(setup: Setup, found: list[Finding]) -> list[Finding]:
    """The findings whose rule has reported nothing yet; they count as reported from then on."""
    reported: set[str] = setup.memory.setdefault("told", set())
    new = [one for one in found if one.rule not in reported]
    reported.update(one.rule for one in new)
    return new
