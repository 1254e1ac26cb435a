"""Custom loss functions that were replaced by others: "My custom losses" of a notebook.

They are texts. Choosing one writes it into the program, where the user sees it; nothing here runs
one. Those that a notebook brings may come from anybody: they are bounded, and shown as they are.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from typing import Any

from lossviz import losses
from lossviz.widgets.loss_text import is_loss_function
from lossviz.wire.lab_traits import SavedLoss

MOST_LOSSES = 20
LONGEST_TEXT = 20_000
LONGEST_TITLE = 60

CHOICE = "kept:"
"""Before the mark of a kept loss in the drop-down."""


def plain_title(loss: str) -> str:
    """A loss's title within a sentence, such as "dice" and "CTC"."""
    title = losses.get(loss).title
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


class SavedLosses:
    """The kept losses of one lab, oldest first. Not locked; its lab is."""

    def __init__(self) -> None:
        self._losses: dict[str, SavedLoss] = {}

    def __iter__(self) -> Any:
        """Pairs of the choice's value and the loss."""
        return iter(self._losses.items())

    def all(self) -> list[SavedLoss]:
        """All kept losses, as pages write them into their notebook."""
        return list(self._losses.values())

    def get(self, choice: str) -> SavedLoss | None:
        """The loss of a choice of the drop-down."""
        return self._losses.get(choice)

    def holds(self, text: str) -> bool:
        """Whether this very text is kept."""
        return _choice(text) in self._losses

    def keep(self, text: str, made_from: str) -> None:
        """Save a loss function; the oldest is dropped when there are too many."""
        choice = _choice(text)
        if choice in self._losses or len(text) > LONGEST_TEXT:
            return
        title = self._unused(_own_title(text, made_from))
        self._losses[choice] = {"title": title, "loss": made_from, "text": text}
        while len(self._losses) > MOST_LOSSES:
            self._losses.pop(next(iter(self._losses)))

    def learn(self, found: Iterable[Any]) -> None:
        """Take over what a notebook keeps; whatever is not a loss function is left out."""
        for one in list(found)[:MOST_LOSSES]:
            text = one.get("text") if isinstance(one, dict) else None
            if not isinstance(text, str) or len(text) > LONGEST_TEXT or self.holds(text):
                continue
            if len(self._losses) < MOST_LOSSES and is_loss_function(text):
                loss = str(one.get("loss"))
                loss = loss if loss in losses.names() else ""
                title = _short(str(one.get("title", "")))
                self._losses[_choice(text)] = {
                    "title": self._unused(title or _own_title(text, loss)),
                    "loss": loss,
                    "text": text,
                }

    def _unused(self, title: str) -> str:
        taken = {loss["title"] for loss in self._losses.values()}
        number, found = 1, title
        while found in taken:
            number += 1
            found = f"{title} ({number})"
        return found


def _choice(text: str) -> str:
    mark = hashlib.sha256(text.strip().encode(errors="surrogatepass")).hexdigest()[:12]
    return f"{CHOICE}{mark}"


def _own_title(text: str, made_from: str) -> str:
    """Its title in its docstring, or else the loss it was made from."""
    function = ast.parse(text).body[0]
    said = (ast.get_docstring(function) or "") if isinstance(function, ast.FunctionDef) else ""
    first = said.strip().partition("\n")[0].strip().removesuffix(".")
    known = losses.get(made_from).source if made_from else ""
    if first and first not in known:
        return _short(first)
    return f"Based on {plain_title(made_from)}" if made_from else "Custom"


def _short(title: str) -> str:
    # Marks that turn the direction of writing would reach over to the neighbours of the title.
    plain = "".join(character for character in title if character.isprintable()).strip()
    return plain if len(plain) <= LONGEST_TITLE else f"{plain[: LONGEST_TITLE - 3]}..."
