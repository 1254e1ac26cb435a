"""The picture beside a loss's formula: computed in the background, from the loss itself."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lossviz import _tensorflow, losses
from lossviz._arguments import ArgumentError
from lossviz.losses.probe import Probe, probe
from lossviz.widgets.fields import value_of
from lossviz.widgets.worker import Worker
from lossviz.wire.lab_traits import Form, LossShape

MOST_KEPT = 64

_log = logging.getLogger(__name__)


class LossShapes:
    """Gives the form of one lab its picture, each computed once. From any thread.

    Attributes:
        wanted: whether a page shows the form; before that nothing is computed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        """Call `changed` when a picture has come."""
        self.wanted = False
        self._changed = changed
        self._worker = Worker("loss shape")
        self._lock = threading.Lock()
        # With its loss, so that the identity of one that is gone is no other's.
        self._known: OrderedDict[Any, tuple[losses.Loss, LossShape | None]] = OrderedDict()

    def show(self, form: Form) -> None:
        """Put the picture of the chosen loss into the form, or get it computed.

        TensorFlow may not be loaded yet: whoever loads it shows the form again.
        """
        fields = {field["name"]: field for field in form["fields"]}
        field = fields.get("loss")
        if field is None or not self.wanted:
            return
        try:
            loss = losses.get(field["value"])
            params = {
                name: value_of(card, name, fields[f"loss.{loss.name}.{name}"]["value"])
                for name, card in loss.params.items()
                if f"loss.{loss.name}.{name}" in fields
            }
        except ArgumentError:
            return  # one that only the code knows, or a parameter that is being typed
        numbers = losses.SUITS[fields["task"]["value"]].targets == "numbers"
        key = (id(loss), repr(sorted(params.items())), numbers)
        with self._lock:
            found = self._known.get(key)
        if found is not None:
            field["shape"] = found[1]
        elif _tensorflow.is_loaded():
            self._worker.put("shape", lambda: self._compute(key, loss, params, numbers))

    def _compute(
        self,
        key: Any,
        loss: losses.Loss,
        params: Mapping[str, Any],
        numbers: bool,
    ) -> None:
        with self._lock:
            if key in self._known:
                return
        found = shape_of(loss, params, numbers=numbers)
        with self._lock:
            self._known[key] = loss, found
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        self._changed()


def shape_of(loss: losses.Loss, params: Mapping[str, Any], *, numbers: bool) -> LossShape | None:
    """The picture of a loss; None where it has none, or cannot be computed.

    Args:
        loss: the loss.
        params: its parameters, checked.
        numbers: whether the task's targets are plain numbers.
    """
    tried = probe(loss, params, numbers=numbers)
    if tried is None:
        return None
    try:
        values = tried.values(loss, params)
    except Exception:  # noqa: BLE001 - a user's own function may raise anything; Train explains it
        _log.debug("no picture of %s", loss.name, exc_info=True)
        return None
    good = np.isfinite(values)
    if good.sum() < 2:
        return None
    return {
        "predictions": [float(f"{one:.4g}") for one in tried.predictions],
        "values": [
            float(f"{one:.4g}") if fits else None for one, fits in zip(values, good, strict=True)
        ],
        "text": _words(loss, tried, values),
    }


def _words(loss: losses.Loss, tried: Probe, values: Any) -> str:
    middle = len(values) // 2
    told = [
        f"{values[i]:.3g} at {tried.predictions[i]:.3g}"
        for i in (0, middle, len(values) - 1)
        if np.isfinite(values[i])
    ]
    return f"{loss.title} against {tried.against}: {', '.join(told)}."
