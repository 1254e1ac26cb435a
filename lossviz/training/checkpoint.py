"""Checkpoints: everything that a stopped or killed run needs to resume exactly where it was.

Tensors lie in TensorFlow's own checkpoint format, the rest in JSON; reading either runs no code.
"""

from __future__ import annotations

import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.history import CHECKPOINTS, FAULTS, home, private_folder, recorder
from lossviz.training.data_cursor import DataCursor
from lossviz.training.faults import why_not_written

LATEST = "latest.json"
ORDER = "order"
PAUSE = 0.5
"""Seconds between two checkpoints at epochs' ends: short epochs must not wait for the disk."""


@dataclass(frozen=True)
class State:
    """A run's state at one moment.

    Attributes:
        tensors: copies of all variables, by names that tell their order and their paths.
        cursor: the place in the data, as JSON.
        step: steps taken by then.
        rows: epochs ended by then.
        order: the order of the dataset's batches, as `Batches.order` returns it, or None.
    """

    tensors: dict[str, Any]
    cursor: dict[str, Any]
    step: int
    rows: int
    order: Any = None


def copied(found: dict[str, Any]) -> dict[str, Any]:
    """The values of variables now; what is trained afterwards does not change them."""
    return {name: tf.identity(tf.convert_to_tensor(variable)) for name, variable in found.items()}


FIRST_SECONDS = 0.5
"""So long a checkpoint waits for the numbers before it."""


class Checkpoints:
    """The checkpoints of one run: the latest one is kept.

    One at a time is written, by a thread of its own; a newer one that comes meanwhile waits, and
    an older one that is still waiting is dropped.
    """

    def __init__(
        self,
        run: str,
        *,
        first: Callable[[], None],
        failed: Callable[[str], None],
        saved: Callable[[int], None],
    ) -> None:
        """Write for the run of this id.

        Args:
            run: the run's id.
            first: writes elsewhere what has been recorded so far.
            failed: called with a sentence when one could not be written.
            saved: called with its step when one has been.
        """
        self._run = run
        self._first = first
        self._failed = failed
        self._saved = saved
        self._last = 0.0
        self._busy = threading.Lock()
        self._warned = False

    @property
    def ready(self) -> bool:
        """Whether another one may be started without waiting."""
        return not self._busy.locked() and time.monotonic() - self._last >= PAUSE

    def save_soon(self, state: State) -> None:
        """Write in the background; call only when `ready`."""
        self._busy.acquire()

        def work() -> None:
            try:
                if self._first_done():
                    self._save(state)
            finally:
                self._busy.release()

        threading.Thread(target=work, name="lossviz checkpoint", daemon=True).start()

    def save(self, state: State) -> None:
        """Write now, after one that is being written."""
        with self._busy:
            # Also when the history is busy: this is the state that a stop or a pause leaves.
            self._first_done()
            self._save(state)

    def _first_done(self) -> bool:
        """Have the numbers so far written, and say whether that was done in time.

        They come before a checkpoint: a kernel killed between the two must not leave one that is
        ahead of them. But a history that another program has locked must not hold up a stop.
        """
        writing = threading.Thread(target=self._first, name="lossviz numbers", daemon=True)
        writing.start()
        writing.join(FIRST_SECONDS)
        return not writing.is_alive()

    def _save(self, state: State) -> None:
        try:
            write(folder_of(self._run), state)
            self._warned = False
            self._saved(state.step)
        except Exception as error:  # noqa: BLE001 - a full disk ends no training
            if not self._warned:
                why = why_not_written(error)
                self._failed(f"The checkpoint could not be saved: {why}. Training continues.")
            self._warned = True
        self._last = time.monotonic()


def folder_of(run: str) -> Path:
    """Where the checkpoints of the run of this id lie."""
    return home() / CHECKPOINTS / run


def write(folder: Path, state: State) -> None:
    """Write a checkpoint; the one before stays until this one is whole."""
    private_folder(folder.parent)
    private_folder(folder)
    name = f"step-{state.step}-{secrets.token_hex(3)}"
    inside = private_folder(folder / name)
    try:
        _fill(folder, inside, state)
    except BaseException:
        # A full disk is not helped by half a checkpoint.
        shutil.rmtree(inside, ignore_errors=True)
        raise
    for other in folder.iterdir():
        if other.is_dir() and other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def _fill(folder: Path, inside: Path, state: State) -> None:
    """Write the files of a checkpoint, and make it the latest one."""
    names = list(state.tensors)
    # Tensor names of the format must not hold what a layer may be called.
    labels = [f"{index:06d}" for index in range(len(names))]
    with tf.device("/CPU:0"):
        tf.raw_ops.SaveV2(
            prefix=str(inside / "tensors"),
            tensor_names=labels,
            shape_and_slices=[""] * len(labels),
            tensors=[state.tensors[name] for name in names],
        )
        if state.order is not None:
            tf.raw_ops.SaveV2(
                prefix=str(inside / ORDER),
                tensor_names=[ORDER],
                shape_and_slices=[""],
                tensors=[state.order],
            )
    for file in inside.iterdir():
        file.chmod(0o600)
    known = {
        "format": 1,
        "folder": inside.name,
        "step": state.step,
        "rows": state.rows,
        "position": state.cursor,
        "variables": names,
    }
    draft = folder / f"{LATEST}.{inside.name}"
    draft.write_text(json.dumps(known), encoding="utf-8")
    draft.chmod(0o600)
    draft.replace(folder / LATEST)


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint on disk; reading its tensors comes later."""

    run: str
    folder: Path
    step: int
    rows: int
    cursor: DataCursor
    variables: list[str]

    def order(self) -> Any:
        """The order of the dataset's batches, or None where none was saved."""
        if not (self.folder / f"{ORDER}.index").exists():
            return None
        with tf.device("/CPU:0"):
            return tf.raw_ops.RestoreV2(
                prefix=str(self.folder / ORDER),
                tensor_names=[ORDER],
                shape_and_slices=[""],
                dtypes=[tf.variant],
            )[0]

    def check(self, found: dict[str, Any]) -> None:
        """Raise an ArgumentError unless these are the kinds and shapes that were saved.

        Args:
            found: variables, or anything with a `shape`, by the names from `Steps.variables`.
        """
        ours, theirs = list(found), self.variables
        shapes = self._reader().get_variable_to_shape_map()
        if [_kind(name) for name in ours] != [_kind(name) for name in theirs] or any(
            tuple(variable.shape) != tuple(shapes[f"{index:06d}"])
            for index, variable in enumerate(found.values())
        ):
            raise ArgumentError(
                "resume_from",
                f"resume_from: run {self.run!r} had a different model, optimizer or metrics: "
                f"{len(theirs)} variables were saved and there are {len(ours)} now, or their "
                "shapes differ. Use the same ones as before.",
            )

    def check_model(self, model: Any) -> None:
        """Raise an ArgumentError for a model whose variables are not those that were saved.

        The rest, of optimizer and metrics, is made in the run's turn, and compared then.
        """
        saved = [name for name in self.variables if name.startswith("model/")]
        shapes = self._reader().get_variable_to_shape_map()
        ours = [tuple(variable.shape) for variable in model.variables]
        if ours != [tuple(shapes[f"{index:06d}"]) for index in range(len(saved))]:
            raise ArgumentError(
                "resume_from",
                f"resume_from: run {self.run!r} had a different model: {len(saved)} "
                f"variables were saved and there are {len(ours)} now, or their shapes "
                "differ. Use the same model as before.",
            )

    def restore(self, found: dict[str, Any]) -> None:
        """Put the values into these variables.

        Raises:
            ArgumentError: when they are not those that were saved; none is changed then.
        """
        self.check(found)
        reader = self._reader()
        for index, variable in enumerate(found.values()):
            variable.assign(reader.get_tensor(f"{index:06d}"))

    def _reader(self) -> Any:
        return tf.train.load_checkpoint(str(self.folder / "tensors"))


def find(run: str) -> CheckpointInfo:
    """The latest checkpoint of the run of this id.

    Raises:
        ArgumentError: when there is none.
    """
    folder = folder_of(run)
    try:
        known = json.loads((folder / LATEST).read_text(encoding="utf-8"))
        return CheckpointInfo(
            run,
            folder / known["folder"],
            int(known["step"]),
            int(known["rows"]),
            DataCursor(**known["position"]),
            list(known["variables"]),
        )
    except FileNotFoundError:
        _check_known(run)
        raise ArgumentError(
            "resume_from",
            f"resume_from: run {run!r} has no checkpoint; it ended before its first one was saved.",
        ) from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ArgumentError(
            "resume_from", f"resume_from: the checkpoint of run {run!r} cannot be read ({error})."
        ) from error


def _check_known(run: str) -> None:
    """Raise where the history has no such run: it has been deleted, and its checkpoints with it."""
    try:
        recorder.flush()
        recorder.history().run(run)
    except ArgumentError as error:
        raise ArgumentError("resume_from", f"resume_from: {error}") from None
    except FAULTS:
        return


def _kind(name: str) -> str:
    """Owner and place of a variable: the same model made twice has other names for its layers."""
    owner, index, _ = name.split("/", 2)
    return f"{owner}/{index}"
