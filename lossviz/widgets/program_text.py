"""The program's text of a lab, and what it says: the one truth of its fields and its editors."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Container, Iterable
from typing import Any

from lossviz import losses, program
from lossviz._arguments import ArgumentError
from lossviz.program import Edit, ProgramError, TrainingConfig
from lossviz.program.source_text import changed
from lossviz.widgets.loss_text import LossText
from lossviz.wire.lab_traits import TextEdit

REMEMBERED = 256
"""Changes and earlier texts that are recognized."""

TOGETHER = (
    {"task", "dataset", "loss", "loss_params", "one_hot", "streamed"},
    {"optimizer", "optimizer_params", "learning_rate"},
)
"""Choices that make sense only with each other."""


class ProgramText:
    """A text that fields and editors change in turns. Not locked; its lab is.

    Attributes:
        revision: counts the texts; 0 until the first one is written.
        text: the program.
        edits: what led from the text before to this one.
        config: what the text said when it could last be read.
        custom: the parts of it that the user rewrote.
        problem: why the text cannot be read; "" where it can.
        pending: choices that wait until it can.
        made_from: the catalogue's loss from which a custom loss was made.
        by: the page on which the latest change was made.
        asks: a loss that was chosen and would replace a custom one; "" for none.
    """

    def __init__(self) -> None:
        self.revision = 0
        self.text = ""
        self.edits: list[Edit] = []
        self.config = TrainingConfig()
        self.custom: list[str] = []
        self.problem = ""
        self.pending: dict[str, Any] = {}
        self.made_from = ""
        self.by = ""
        self.asks = ""
        self._before = ""
        self._lines: dict[str, int] = {}
        self._log: deque[tuple[int, dict[str, Any]]] = deque(maxlen=REMEMBERED)
        self._known: deque[bytes] = deque(maxlen=REMEMBERED)
        self._may_replace = False

    @property
    def written(self) -> bool:
        """Whether there is a text; until then the fields alone say what is wanted."""
        return self.revision > 0

    @property
    def custom_loss(self) -> bool:
        """Whether the text has a loss function that the catalogue does not know."""
        return "loss_fn" in self.custom

    def write(
        self, config: TrainingConfig, chosen: dict[str, Any], held: Container[str] = ()
    ) -> None:
        """Write the program for the first time.

        Args:
            config: what it is to say.
            chosen: which of them the user has changed since the lab was made.
            held: names that the program must not take.
        """
        self.config = config
        text = program.render(config)
        self._set(changed(text, program.rename(text, program.free_names(text, held))), [])
        self._log.append((self.revision, chosen))
        self._read(config)

    def change(
        self, changes: dict[str, Any], page: str = "", *, replace_loss: bool = False
    ) -> dict[str, str]:
        """Patch these choices into the text, at once or when it can be read.

        Args:
            changes: fields of the config.
            page: where that was done.
            replace_loss: whether to replace a custom loss.

        Returns:
            Why it cannot be done, by the choice; such a choice is dropped.
        """
        self.pending |= changes
        self._may_replace |= replace_loss
        return self._apply(page)

    def take(
        self,
        text: str,
        page: str = "",
        *,
        revision: int = -1,
        opening: bool = False,
        made_from: str = "",
    ) -> dict[str, str]:
        """An editor holds `text` now.

        Choices made since the `revision` on which it is based are applied on top of it.

        Args:
            text: the whole text.
            page: where the editor is.
            revision: the revision that was typed in; -1 for an unknown one.
            opening: nobody has typed: the text was found in a notebook. One that this lab has had
                before is an older state of the notebook, and this lab's text is the newer.
            made_from: the loss from which its custom loss was made, where the notebook knows.

        Returns:
            As of `change`.
        """
        if text == self.text or (opening and _mark(text) in self._known):
            return {}
        late: dict[str, Any] = {}
        for number, changes in self._log:
            if 0 <= revision < number:
                late |= changes
        self.pending = late | self.pending
        self._set(text, [], page)
        if opening:
            self._read_found(made_from)
        else:
            self._read(self.config)
        return self._apply(page)

    def leave(self, held: Container[str]) -> None:
        """Free names that the user holds: the code uses other names."""
        if self.problem:
            return
        names = program.free_names(self.text, held)
        edits = program.rename(self.text, names)
        if edits:
            self._set(changed(self.text, edits), edits)
            self._read(self.config)

    def loss_text(self) -> LossText | None:
        """The loss function in the text; None where there is none or the text cannot be read."""
        return None if self.problem else LossText.found_in(self.text, self.config)

    def put_loss(self, function: str, made_from: str, page: str = "") -> None:
        """Replace the text's loss function by this one.

        Raises:
            ProgramError: when the text has no loss function to replace.
        """
        place = self.loss_text()
        if place is None:
            raise ProgramError("loss", "The code has no loss function to replace.")
        edit = place.replaced_by(function)
        self._set(changed(self.text, [edit]), [edit], page)
        if made_from in losses.names():
            same = self.config.loss == made_from
            params = dict(self.config.loss_params) if same else {}
            self._read(self.config.with_changes(loss=made_from, loss_params=params), made_from)
        else:
            self._read(self.config)

    def text_edits(self) -> list[TextEdit]:
        """The latest edits, counted in UTF-16 units of the text before."""
        return [
            {
                "start": _units(self._before, edit.start),
                "end": _units(self._before, edit.end),
                "text": edit.text,
            }
            for edit in sorted(self.edits)
        ]

    def line(self, part: str) -> int:
        """The line at which a part of the program begins, counted from 1; 0 for no such part."""
        return self._lines.get(part, 0)

    # -----------------------------------------------------------------------------------------

    def _set(self, text: str, edits: Iterable[Edit], page: str = "") -> None:
        self._before, self.text = self.text, text
        self.edits = list(edits)
        self.revision += 1
        self.by = page
        self._known.append(_mark(text))

    def _read(self, base: TrainingConfig | None, made_from: str = "") -> None:
        try:
            reading = program.read(self.text, base)
        except ArgumentError as error:
            self.problem = _words(error)
            return
        was_custom = self.custom_loss
        self.problem, self.config = "", reading.config
        self.custom, self._lines = reading.custom, reading.lines
        if not self.custom_loss:
            self.made_from = ""
        elif made_from or not was_custom or base is None:
            self.made_from = made_from or reading.config.loss

    def _read_found(self, made_from: str) -> None:
        """Read a text that was made elsewhere, which says little about what is chosen here."""
        self._read(None)
        if self.custom_loss and not self.problem and made_from in losses.names():
            self._read(self.config.with_changes(loss=made_from, loss_params={}), made_from)

    def _apply(self, page: str) -> dict[str, str]:
        """Patch what is pending into the text, if it can be read."""
        if not self.pending or self.problem or not self.written:
            return {}
        pending, self.pending = self.pending, {}
        if self.custom_loss and "loss" in pending and not self._may_replace:
            self._spare_custom_loss(pending)
        self._may_replace = False
        try:
            self._patch(pending, page)
        except ArgumentError as error:
            groups = [
                *({name: pending[name] for name in group if name in pending} for group in TOGETHER),
                *({name: value} for name, value in pending.items()
                  if not any(name in group for group in TOGETHER)),
            ]  # fmt: skip
            groups = [group for group in groups if group]
            if len(groups) == 1:
                return {error.argument: _words(error)}
            refused: dict[str, str] = {}
            for group in groups:
                try:
                    self._patch(group, page)
                except ArgumentError as wrong:
                    refused[wrong.argument] = _words(wrong)
            return refused
        return {}

    def _spare_custom_loss(self, pending: dict[str, Any]) -> None:
        """Drop a change of the loss: a user's own function is replaced only after a question."""
        chosen = pending.pop("loss")
        pending.pop("loss_params", None)
        if "task" in pending:
            # The new task has not the loss that this one was made from; it stays what it is.
            self.config = self.config.with_changes(loss=chosen, loss_params={})
        else:
            self.asks = chosen

    def _patch(self, changes: dict[str, Any], page: str) -> None:
        base = self.config
        edits = program.edits(self.text, base, **changes)
        if not edits:
            return
        text = changed(self.text, edits)
        self._set(text, edits, page)
        self._log.append((self.revision, changes))
        self._read(base.with_changes(**_complete(base, changes)))


def _complete(base: TrainingConfig, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, without what belonged to a loss or an optimizer that has gone."""
    gone: dict[str, Any] = {}
    if changes.get("loss", base.loss) != base.loss:
        gone["loss_params"] = {}
    if changes.get("optimizer", base.optimizer) != base.optimizer:
        gone["optimizer_params"] = {}
    return gone | changes


def _words(error: ArgumentError) -> str:
    """An error as a lab says it."""
    text = str(error)
    for prefix in ("source: the ", "source: "):
        text = text.removeprefix(prefix)
    line = getattr(error, "line", 0)
    if line and "syntax error" in text:
        return f"code has a syntax error on line {line}"
    return text.removesuffix(".")


def _mark(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _units(text: str, index: int) -> int:
    """How many UTF-16 units precede a character."""
    if text.isascii():
        return index
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2
