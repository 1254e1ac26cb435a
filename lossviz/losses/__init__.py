"""The catalogue of losses: plain TensorFlow functions and their cards."""

from __future__ import annotations

from lossviz._parameter import Parameter
from lossviz.losses.card import Loss
from lossviz.losses.catalogue import aliases, get, names, own, register, suit
from lossviz.losses.encoding import aligned, check_fit, own_logits
from lossviz.losses.fitting import check_shapes, check_targets, wrong_labels
from lossviz.losses.suitability import SUITS, Targets, trains, why_not

__all__ = [
    "SUITS",
    "Loss",
    "Parameter",
    "Targets",
    "aliases",
    "aligned",
    "check_fit",
    "check_shapes",
    "check_targets",
    "get",
    "names",
    "own",
    "own_logits",
    "register",
    "suit",
    "trains",
    "why_not",
    "wrong_labels",
]
