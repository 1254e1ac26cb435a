"""Keeps runs in the history: a listener, without which a training is the same."""

from __future__ import annotations

from lossviz.history import recorder
from lossviz.training.recorded import RecordedRun
from lossviz.training.registry import kernel_runs
from lossviz.training.run import Run


def follow(run: Run) -> None:
    """Write a new run into the history until its end."""
    record = run.record
    recorder.follow(RecordedRun(run))
    # What is recorded must not fall behind a checkpoint, from which the run would resume.
    record.at_checkpoint.append(recorder.flush)
    record.at_end.append(recorder.wake)


stop_recording = kernel_runs.listen(begun=follow)
"""Call it, and runs that begin later are not written."""
