"""Which cell of the notebook runs now, as IPython tells, and whose runs a thread starts."""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from lossviz import program
from lossviz._arguments import ArgumentError
from lossviz.training import Run
from lossviz.training.registry import kernel_runs
from lossviz.widgets.status import Notice


class CellOwner(Protocol):
    """The lab to which a cell belongs. Everything is called on the kernel's main thread."""

    def expects(self, text: str) -> bool:
        """Whether a page was asked to run this text in a cell that is not known yet."""

    def cell_begins(self, text: str, namespace: dict[str, Any]) -> None:
        """Its cell begins to run with this text."""

    def cell_ends(self, error: BaseException | None, namespace: dict[str, Any]) -> None:
        """Its cell has run, or failed."""

    def adopt(self, run: Run) -> None:
        """Its program has started a run."""

    def refresh(self) -> None:
        """Another cell begins or ends."""


class CellRuns:
    """Knows the owner of each cell and tells it when the cell runs.

    Attributes:
        running: the id of the cell that runs now, "?" for one without an id, "" for none.
        text: its code, as Python is given it; "" for none.
        at_begin: each is called before a cell runs, with IPython's `ExecutionInfo`.
        at_end: each is called after a cell has run, with IPython's `ExecutionResult`.
    """

    def __init__(self) -> None:
        self.running = ""
        self.text = ""
        self.at_begin: list[Callable[[Any], None]] = []
        self.at_end: list[Callable[[Any], None]] = []
        self._owners: dict[str, weakref.ref[CellOwner]] = {}
        self._expecting: weakref.WeakSet[CellOwner] = weakref.WeakSet()
        self._adopters: dict[int, Callable[[Run], None]] = {}
        self._given: dict[str, dict[str, int]] = {}
        self._shell: Any = None
        kernel_runs.listen(begun=self._started)

    def bind(self, cell: str, owner: CellOwner) -> None:
        """From now on this cell belongs to `owner`, and no other one does."""
        self.listen()
        others = {one: ref for one, ref in self._owners.items() if ref() not in {None, owner}}
        self._owners = others | {cell: weakref.ref(owner)}

    def expect(self, owner: CellOwner) -> None:
        """A page was asked to run the program of `owner`; it may tell the cell too late."""
        self._expecting.add(owner)

    def release(self, owner: CellOwner) -> None:
        """`owner` is gone: its cell is an ordinary one from now on."""
        self._expecting.discard(owner)
        self._owners = {one: ref for one, ref in self._owners.items() if ref() is not owner}

    def held(self, cell: str) -> frozenset[str]:
        """The names among the user's variables, without those that this cell itself has defined.

        Args:
            cell: the id of a cell that holds a lab's program; "" for none.
        """
        shell = interactive_shell()
        given = self._given.get(cell, {})
        names = {} if shell is None else dict(shell.user_ns)
        return frozenset(name for name, value in names.items() if given.get(name) != id(value))

    def listen(self) -> None:
        """Hear of cells, where there are any."""
        shell = interactive_shell()
        if shell is None or shell is self._shell:
            return
        self._shell = shell
        # The cell that runs now began unheard.
        self.text = str(shell.history_manager.input_hist_parsed[-1])
        # Each on its own: what one of them raises is nothing to the others.
        for hear in (self._before, *self.at_begin, self._note):
            shell.events.register("pre_run_cell", hear)
        for hear in (self._after, *self.at_end):
            shell.events.register("post_run_cell", hear)

    @contextlib.contextmanager
    def adopting(self, adopt: Callable[[Run], None]) -> Iterator[None]:
        """Runs that this thread starts meanwhile are handed to `adopt`."""
        thread = threading.get_ident()
        self._adopters[thread] = adopt
        try:
            yield
        finally:
            self._adopters.pop(thread, None)

    def _started(self, run: Run) -> None:
        adopt = self._adopters.get(threading.get_ident())
        if adopt is not None:
            adopt(run)

    def _owner(self, cell: Any) -> CellOwner | None:
        found = self._owners.get(str(cell)) if cell else None
        return found() if found is not None else None

    def _before(self, info: Any) -> None:
        self.running = str(info.cell_id or "?")
        owner = self._owner(info.cell_id)
        if owner is None and info.cell_id:
            text = str(info.raw_cell)
            owner = next((one for one in list(self._expecting) if one.expects(text)), None)
            if owner is not None:
                self.bind(str(info.cell_id), owner)
        if owner is not None:
            self._expecting.discard(owner)
            self._adopters[threading.get_ident()] = owner.adopt
            owner.cell_begins(str(info.raw_cell), self._shell.user_ns)
        self._tell_all()

    def _note(self, info: Any) -> None:
        self.text = code_of(info)

    def _after(self, result: Any) -> None:
        self.running = self.text = ""
        self._adopters.pop(threading.get_ident(), None)
        owner = self._owner(getattr(result.info, "cell_id", None))
        if owner is not None:
            self._note_names(str(result.info.cell_id), str(result.info.raw_cell))
            error = result.error_before_exec or result.error_in_exec
            owner.cell_ends(error, self._shell.user_ns)
        self._tell_all()

    def _note_names(self, cell: str, text: str) -> None:
        """Note what the program of this cell has given names to: it may do so again."""
        names = self._shell.user_ns
        with contextlib.suppress(ArgumentError):
            # By its id: a model that the user has deleted is not kept alive.
            self._given[cell] = {
                name: id(names[name]) for name in program.given_names(text) if name in names
            }

    def _tell_all(self) -> None:
        for reference in list(self._owners.values()):
            owner = reference()
            if owner is not None:
                owner.refresh()


def code_of(info: Any) -> str:
    """The code of a cell that is about to run, as Python is given it: without magics."""
    return str(getattr(info, "transformed_cell", None) or info.raw_cell)


def interactive_shell() -> Any:
    """IPython's shell, or None outside IPython."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


cell_runs = CellRuns()


def save_as_cell(text: str) -> Notice:
    """Ask the front end for a cell with this text; returns the outcome."""
    shell = interactive_shell()
    if shell is None or not hasattr(shell, "set_next_input"):
        return Notice("There is no notebook to add a cell to. Copy the code instead.", "warning")
    shell.set_next_input(text)
    return Notice("The cell will be added the next time you run a cell.")
