"""The rooms behind a lab's views. A new one is a module next to this file, and a line here."""

from __future__ import annotations

from collections.abc import Callable

from lossviz.widgets.predictions import Predictions
from lossviz.widgets.room import Desk, Room
from lossviz.widgets.runs_room import RunsRoom

ROOMS: tuple[Callable[[Desk], Room], ...] = (Predictions, RunsRoom)
