"""The kernel's side of a view: what answers the page's folder of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from lossviz.widgets.session import Session
from lossviz.wire.messages import FromKernel


@dataclass(frozen=True)
class Desk:
    """What a lab provides to each of its rooms.

    Attributes:
        session: the lab's work.
        answer: sends a message to the lab's pages, from any thread.
    """

    session: Session
    answer: Callable[[FromKernel], None]


class Room(Protocol):
    """Answers what a view asks. It is called where pages are heard, and must return at once."""

    def take(self, kind: Any, message: dict[str, Any]) -> bool:
        """A page says something; whether that was for this view."""
