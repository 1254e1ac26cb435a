"""The catalogue of losses: plain TensorFlow functions and their cards."""

from __future__ import annotations

from lossviz.losses.card import Loss, Parameter
from lossviz.losses.catalogue import get, names, own, register

__all__ = ["Loss", "Parameter", "get", "names", "own", "register"]
