"""Form and program of a lab, kept in sync: a change of one is a change of the other.

One text in three places, each with its own states:

`ProgramText` (the truth; `program_text.py`)
    unwritten: only the fields hold the settings. -> readable, at the first `write`.
    readable: each choice is patched in at once; `custom` names the parts the user rewrote.
    unreadable: `problem` says why, choices wait in `pending`. -> readable, with a text that is.
    asking: `asks`, and the question in this class: a chosen loss would replace a custom one.
`ProgramSync` on each page (`labextension/src/widget/program_sync.ts`)
    closed: no editor, or the kernel has no text yet. -> agreed or sent, by comparing both texts: a
    cell's text that differs is sent to the kernel (`opening`), the code box takes the kernel's.
    agreed: editor and kernel hold the text of `revision`. A change of the kernel is made here as
    edits.
    typed: a timer runs; at its end the text is sent to the kernel with the `revision` on which it
    was typed. -> sent.
    sent: until `handled` has the number, the kernel's texts are ignored. -> agreed. The
    kernel applies choices made since that revision on top of what was typed.
    left: in a shared notebook, the page on which a change was made makes it. -> agreed; after a
    moment without it this page makes the change.
`LabCell` on each page with real cells (`labextension/src/cell/lab_cell.ts`)
    without: no cell is known. bound: `find.ts` has found it by the kernel's id, by the hint in its
    metadata, or as an orphan below the lab. missing: it was bound and is not in the notebook; it is
    written again only when asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from lossviz import losses, program
from lossviz._arguments import ArgumentError
from lossviz.program import TrainingConfig
from lossviz.widgets.cell_runs import cell_runs
from lossviz.widgets.form_state import FormState
from lossviz.widgets.form_view import CUSTOM, ProgramParts
from lossviz.widgets.loss_text import comparison, is_loss_function
from lossviz.widgets.program_text import ProgramText
from lossviz.widgets.saved_losses import CHOICE, SavedLosses, plain_title
from lossviz.widgets.user_objects import UserObjects
from lossviz.wire.lab_traits import ProgramState
from lossviz.wire.messages import DiffLine

MOST_PAGES = 16
"""Most pages that learn which of their edits have arrived."""

LONGEST_CODE = 1_000_000


def note_page(numbers: dict[str, int], page: str, number: int) -> None:
    """Note how far a page has come. Only those of late are kept: each reload makes another one."""
    numbers.pop(page, None)
    numbers[page] = number
    while len(numbers) > MOST_PAGES:
        numbers.pop(next(iter(numbers)))


class ProgramBinding:
    """What a lab's fields and its program say. Not locked; its session is.

    Attributes:
        form: the fields.
        code: the program.
        cell: the id of the notebook cell that holds the program; "" where none is known.
    """

    def __init__(self, config: TrainingConfig | None, own: UserObjects, name: str) -> None:
        """Begin with `config`; the program is written when it is first needed."""
        self.form = FormState(config, own)
        self.code = ProgramText()
        self.cell = ""
        self._own, self._name = own, name
        self._start = config or TrainingConfig()
        self._first = self.form.choices(self._start)
        self._mark = hashlib.sha256(repr(self._start.as_dict()).encode()).hexdigest()[:12]
        self._kept = SavedLosses()
        self._question: tuple[str, str] | None = None
        self._handled: dict[str, int] = {}

    # -- what pages see -----------------------------------------------------------------------

    def trait(self) -> ProgramState:
        """The trait `program`."""
        code = self.code
        said = [
            self.form.written.loss_phrase if part == "loss_fn" else f"custom {part}"
            for part in code.custom
        ]
        state = "unreadable" if code.problem else "edited" if said else "in_step"
        return {
            "lab": self._name,
            "start": self._mark,
            "revision": code.revision,
            "text": code.text,
            "edits": code.text_edits(),
            "state": state,  # type: ignore[typeddict-item]
            "message": code.problem or ", ".join(said),
            "cell": self.cell,
            "made_from": code.made_from,
            "by": code.by,
            "handled": dict(self._handled),
            "kept": self._kept.all(),
        }

    @property
    def problem(self) -> str:
        """Why the code cannot be read, as a sentence; "" where it can."""
        problem = self.code.problem
        if not problem:
            return ""
        return f"The {problem}." if problem.startswith("code ") else f"{problem}."

    def config(self) -> TrainingConfig:
        """What fields and program say.

        Raises:
            ArgumentError: for the first bad field.
        """
        if not self.code.written:
            return self.form.config()
        for label, error in self.form.errors().items():
            raise ArgumentError(label, f"{label}: {error}")
        said = self.form.choices(self.code.config) | {"one_hot": self.code.config.one_hot}
        return self.code.config.with_changes(**said)

    def write(self) -> None:
        """Write the program, unless that has been done."""
        if self.code.written:
            return
        said = self.form.choices(self._start)
        chosen = {name: value for name, value in said.items() if value != self._first[name]}
        config = TrainingConfig(**said | self._own.expressions())
        self.code.write(config, chosen, cell_runs.held(self.cell))

    def leave_names(self) -> None:
        """Rename what the program defines where the user now holds a name, before the cell runs."""
        self.code.leave(cell_runs.held(self.cell))

    # -- user actions -------------------------------------------------------------------------

    def edit(self, name: str, text: str, page: str = "") -> str:
        """A field was changed; returns a question to ask, or "".

        Raises:
            KeyError: when the form has no such field or choice now.
        """
        if name == "loss" and text != CUSTOM:
            self._question = None
            if self._kept.get(text) is None and text not in losses.names():
                raise KeyError(text)
            if self._would_lose_a_text():
                self._ask(text)
                return self.form.written.question
            if text.startswith(CHOICE):
                self.write()
                self._put_kept(text, page)
                return ""
            if self.code.custom_loss:
                self._change(lambda: self.form.edit(name, text), page, loss=text)
                return ""
        self._change(lambda: self.form.edit(name, text), page)
        return self.form.written.question

    def fill(self, name: str, value: Any) -> None:
        """Put a value that was worked out into a field."""
        self._change(lambda: self.form.fill(name, value))

    def set_config(self, config: TrainingConfig) -> None:
        """Fill the form; a custom loss is replaced and saved."""
        self._replace(lambda: self.form.set_config(config))

    def reset(self) -> None:
        """Go back to the settings that the lab was made with."""
        self._replace(self.form.reset)

    def answer(self, *, replace: bool, page: str = "") -> None:
        """The answer to the question whether a custom loss may be replaced."""
        question, self._question = self._question, None
        if replace and question is not None:
            self._keep_custom()
            if question[0].startswith(CHOICE):
                self._put_kept(question[0], page)
            else:
                self._change(lambda: self.form.edit("loss", question[0]), page, loss=question[0])
        self._look()

    def reset_loss(self, page: str = "") -> None:
        """Restore the catalogue's function; the custom one is saved."""
        self._keep_custom()
        made_from = self.code.made_from
        if made_from:
            self._change(lambda: None, page, loss=made_from)

    def take(self, message: dict[str, Any]) -> None:
        """An editor on a page reports its text."""
        page, text = str(message["page"]), str(message["text"])[:LONGEST_CODE]
        # Halves of characters cannot be sent back.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        note_page(self._handled, page, int(message["number"]))
        revision = int(message["revision"])
        if message["opening"] and not self.cell:
            # The cell of a lab before this one: all that was chosen here comes on top of it.
            revision = 0
        if message["cell"]:
            self.cell = str(message["cell"])[:64]
        self.write()
        self.take_text(
            text,
            page,
            revision=revision,
            opening=bool(message["opening"]),
            made_from=str(message["made_from"]),
        )

    def take_text(self, text: str, page: str = "", **found: Any) -> None:
        """The program is this text now; `found` is how it was, as for `ProgramText.take`."""
        before = self.code.config
        if text != self.code.text:
            self._question = None
        self._agree(before, self.code.take(text, page, **found))

    @property
    def untouched(self) -> bool:
        """Whether neither a field nor the code was changed, and no cell holds it."""
        unchanged = self.code.revision <= 1 and self.form.choices(self._start) == self._first
        return unchanged and not self.cell

    def replace_text(self, text: str) -> None:
        """Replace this program by another; a custom loss is saved."""
        self._keep_custom()
        self.take_text(text)

    def learn(self, found: Any) -> None:
        """Take over the losses that a notebook keeps."""
        if isinstance(found, list):
            self._kept.learn(found)
            self._look()

    def compare(self) -> tuple[str, list[DiffLine]]:
        """The custom loss against the catalogue's function: a title, and the lines."""
        place = self.code.loss_text()
        if place is None or not self.code.made_from:
            return "", []
        original = place.original(self.code.made_from, self.code.config.loss_params)
        title = f"{place.name} compared with {plain_title(self.code.made_from)} in the catalogue"
        return title, comparison(original, place.text)

    def script(self) -> tuple[str, str]:
        """The same training without lossviz, and a remark about it."""
        try:
            text = program.script(self.config())
        except ArgumentError as error:
            return "", str(error)
        custom = ", ".join(self.code.custom)
        return text, (
            f"Your custom {custom} is not included: copy it from the code."
        ) if custom else ""

    # -----------------------------------------------------------------------------------------

    def _change(self, act: Callable[[], Any], page: str = "", **explicit: Any) -> None:
        """Let `act` change the form, and patch what has changed into the program."""
        code = self.code
        if not code.written:
            act()
            return
        old = code.config
        before = self.form.choices(old)
        act()
        after = self.form.choices(old)
        changes = {name: value for name, value in after.items() if before[name] != value}
        refused = code.change({**changes, **explicit}, page, replace_loss="loss" in explicit)
        self._agree(old, refused)

    def _replace(self, act: Callable[[], Any]) -> None:
        """Let `act` fill the whole form: the program follows in everything."""
        self._question = None
        if not self.code.written:
            act()
            return
        self._keep_custom()
        old = self.code.config
        act()
        after = self.form.choices(old)
        changes = {name: value for name, value in after.items() if getattr(old, name) != value}
        changes["loss"] = after["loss"]
        self._agree(old, self.code.change(changes, replace_loss=True))

    def _agree(self, before: TrainingConfig, refused: dict[str, str]) -> None:
        """Show in the form what the program says now."""
        code = self.code
        self.form.follow(before, code.config, code.pending)
        for argument, message in refused.items():
            self.form.refuse_change(argument, message)
        if code.asks:
            chosen, code.asks = code.asks, ""
            if self._would_lose_a_text():
                self._ask(chosen)
            else:
                self._change(lambda: None, loss=chosen)
        self._look()

    def _look(self) -> None:
        """Tell the form what it cannot see in a config."""
        code = self.code
        place = code.loss_text() if code.custom_loss else None
        custom = tuple(code.custom)
        if place is None and code.custom_loss and code.problem:
            params = self.form.written.params
        else:
            params = tuple(place.params) if place else ()
        question = ""
        if self._question is not None and code.custom_loss:
            question = f"Replace your custom loss_fn with {self._question[1]}?"
        self.form.written = ProgramParts(
            custom=custom,
            made_from=plain_title(code.made_from) if code.made_from else "",
            params=params,
            kept=tuple((choice, one["title"]) for choice, one in self._kept),
            question=question,
        )

    def _would_lose_a_text(self) -> bool:
        """Whether the program has a custom loss that is not saved yet."""
        if not self.code.custom_loss:
            return False
        place = self.code.loss_text()
        return place is not None and not self._kept.holds(place.text)

    def _ask(self, chosen: str) -> None:
        kept = self._kept.get(chosen)
        title = f'"{kept["title"]}"' if kept else losses.get(chosen).title
        self._question = (chosen, title)
        self._look()

    def _keep_custom(self) -> None:
        place = self.code.loss_text() if self.code.custom_loss else None
        if place is not None and is_loss_function(place.text):
            self._kept.keep(place.text, self.code.made_from)

    def _put_kept(self, choice: str, page: str) -> None:
        kept = self._kept.get(choice)
        if kept is None:
            return
        before = self.code.config
        refused = {}
        try:
            self.code.put_loss(kept["text"], kept["loss"], page)
        except ArgumentError as error:
            refused["loss"] = str(error)
        self._agree(before, refused)
