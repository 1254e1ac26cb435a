"""Trainings in the shape that people have, by `model.fit` and by lossviz."""

from conformance import (
    callbacks,
    chance,
    dense,
    feeding,
    generative,
    images,
    optimizers,
    own_steps,
    sequences,
    several,
    tabular,
)
from conformance.catalogue import CHANCE, SETUPS, Setup

__all__ = [
    "CHANCE",
    "SETUPS",
    "Setup",
    "callbacks",
    "chance",
    "dense",
    "feeding",
    "generative",
    "images",
    "optimizers",
    "own_steps",
    "sequences",
    "several",
    "tabular",
]
