"""The optimizers that a config can choose: those of the Keras that is installed."""

from __future__ import annotations

from lossviz.optimizers.catalogue import Optimizer, exclusive, get, names, of_class, titles

__all__ = ["Optimizer", "exclusive", "get", "names", "of_class", "titles"]
