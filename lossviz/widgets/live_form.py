"""What the form of a lab shows of the run that trains: its learning rate, and how to change it."""

from __future__ import annotations

import math

from lossviz.training import Record
from lossviz.widgets.fields import action
from lossviz.wire.lab_traits import Field, Form

APPLY = "apply_learning_rate"


def show_learning_rate(form: Form, record: Record | None) -> None:
    """Put the button that applies a learning rate beside its field, and say where one took effect.

    Args:
        form: the form as it is to be shown; changed in place.
        record: that of the run on the charts, if there is one.
    """
    field = next((one for one in form["fields"] if one["name"] == "learning_rate"), None)
    if field is None:
        return
    if APPLY in form["commands"]:
        field["actions"] = [action(APPLY, "Apply learning rate")]
    elif not field["note"] and record is not None and not record.ended:
        field["note"] = _taken_effect(field, record)


def _taken_effect(field: Field, record: Record) -> str:
    """From which step on the run trains with the rate in the field; "" where that is its first."""
    rate = record.learning_rates.last
    changes = [event for event in record.events if event.kind == "learning_rate"]
    if not changes or rate is None or field["error"]:
        return ""
    # The run computes in float32.
    if not math.isclose(float(field["value"]), rate, rel_tol=1e-6):
        return ""
    return f"Learning rate {rate:.4g} from step {changes[-1].step + 1:,}."
