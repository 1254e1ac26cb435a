"""The numbers of a run as a table of pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lossviz._arguments import unknown_name
from lossviz.training.readings import series, series_names
from lossviz.training.record import Record

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("epochs", "steps")


def frame(record: Record, kind: str = "epochs") -> pd.DataFrame:
    """The epochs or the steps of a run, live or past, as a table.

    Args:
        record: what is recorded of it.
        kind: `"epochs"`: a row for each epoch that has ended, index `epoch`, and by Keras' names
            the columns `loss`, `val_loss`, `accuracy`, ..., float64; NaN where an epoch lacks one.
            `"steps"`: a row for each step taken, index `step`, counted from 1, with its `epoch`,
            at which of the run's `seconds` it was done, and a column for each series (float32),
            `loss` and `learning_rate` first; NaN where a step has no value.

    Raises:
        ArgumentError: for another kind.
        ImportError: where pandas is not installed.
    """
    if kind not in KINDS:
        raise unknown_name("kind", kind, KINDS)
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("A table of a run needs pandas: pip install pandas") from error
    rows = record.rows
    if kind == "epochs":
        epochs = pd.Index([row.epoch for row in rows], dtype=np.int64, name="epoch")
        return pd.DataFrame(record.history(), index=epochs)
    losses = record.losses.read()
    # What follows the last epoch that has ended belongs to the one after it.
    epoch = np.full(len(losses), rows[-1].epoch + 1 if rows else 1, np.int64)
    for row in rows:
        epoch[row.first_step : row.first_step + row.steps] = row.epoch
    steps = np.arange(1, len(losses) + 1, dtype=np.float64)
    # Steps that have been taken since the losses were read are left out.
    found = {name: series(record, name)[: len(losses)] for name in series_names(record)}
    columns = {
        "loss": losses,
        "epoch": epoch,
        "learning_rate": found.get("learning_rate", np.full(len(losses), np.nan, np.float32)),
        "seconds": record.times.at(steps),
    }
    columns |= {name: values for name, values in found.items() if name not in columns}
    return pd.DataFrame(columns, index=pd.Index(steps.astype(np.int64), name="step"))
