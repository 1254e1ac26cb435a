"""Keeps runs in the history: a listener of their registry, without which a training is the same."""

from __future__ import annotations

from collections.abc import Callable

from lossviz.history import recorder
from lossviz.training.recorded import RecordedRun
from lossviz.training.registry import kernel_runs
from lossviz.training.run import Run


def record_runs() -> Callable[[], None]:
    """Write every run from now on; gives what ends that. Those that train go on being written."""
    return kernel_runs.listen(begun=_follow, ended=_wake)


def _follow(run: Run) -> None:
    recorder.follow(RecordedRun(run.record))
    # What is recorded must not fall behind a checkpoint, from which it would be continued.
    run.record.at_checkpoint.append(recorder.flush)


def _wake(_: Run) -> None:
    recorder.wake()


stop_recording = record_runs()
"""Ends the recording that begins when lossviz trains for the first time."""
