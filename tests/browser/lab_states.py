"""Labs in every state, made in a kernel from seeded records: nothing is trained.

The clock of each record is set by hand, so that rates and times are the same on any machine.
"""

from __future__ import annotations

SETUP = r'''
import os
os.environ["LOSSVIZ_HOME"] = {home!r}
import time
import numpy as np
import lossviz
from lossviz.history import RunRow, Update, recorder
from lossviz.training import Record, Run
from lossviz.training.control import Control
from lossviz.wire import publisher

STEPS, RATE, EPOCHS = 90, 45, 8

def run_of(lab, number, rate=0.1):
    """A run that has not begun, as a program of the lab would have started it."""
    lab.config = lab.config.with_changes(learning_rate=rate, epochs=EPOCHS, batch_size=16)
    record = Record(
        id=os.urandom(4).hex(), name=f"run {{number}}", number=number, loss="cross_entropy",
        epochs=EPOCHS, device="CPU:0", steps_per_epoch=STEPS, program=lab.code,
        config=lab.config.as_dict(),
    )
    control = Control()
    lab._session._launcher.runs.add(Run(record, control, None))
    return record, control

def take(record, count, speed):
    """Steps whose loss falls at this speed."""
    done = len(record.losses)
    random = np.random.default_rng(1000 * record.number + done)
    epochs = (done + np.arange(count)) / STEPS
    level = 0.06 + 2.2 * np.exp(-speed * epochs)
    noise = np.exp(random.normal(0, 0.22, count))
    values = {{
        "gradient_norm": 1.6 * level ** 0.5 * np.exp(random.normal(0, 0.15, count)),
        "accuracy": np.clip(1 - 0.4 * level * noise, 0.08, 1),
    }}
    record._origin = time.monotonic() - (done + count) / RATE
    values = {{name: one.astype(np.float32) for name, one in values.items()}}
    record.add_steps((level * noise).astype(np.float32), count / RATE, values)
    return float(level.mean())

def train(record, epochs, speed=0.9, rest=0):
    """So many epochs, and steps of the next one."""
    record.set_status("running")
    record.add_event("started", "started")
    record.set_phase("training")
    rate = record.config["learning_rate"]
    record.set_learning_rate(rate, jumps=True)
    for epoch in range(1, epochs + 1):
        if epoch == 5:
            record.set_learning_rate(rate / 2, jumps=True)
            record.add_event("learning_rate", f"Learning rate: {{rate}} to {{rate / 2}}")
        record.begin_epoch(epoch)
        level = take(record, STEPS, speed)
        seen = 1.06 * level + 0.05 + 0.004 * epoch
        record.end_epoch({{
            "loss": level, "accuracy": 1 - 0.4 * level, "val_loss": seen,
            "val_accuracy": 1 - 0.42 * seen,
        }})
        record.add_checkpoint(len(record.losses))
    if rest:
        record.begin_epoch(epochs + 1)
        take(record, rest, speed)

def before(lab):
    pass

def preparing(lab):
    lab._session._launcher.preparing = True

def compiling(lab):
    record, _ = run_of(lab, 1)
    record.set_status("running")
    record.begin_epoch(1)
    record.set_phase("compiling")

def running(lab):
    finished(lab, 1, 0.5)
    record, _ = run_of(lab, 2)
    train(record, 5, rest=40)

def paused(lab):
    record, control = run_of(lab, 1)
    train(record, 5, rest=40)
    control.pause()
    record.set_status("paused")
    record.add_event("paused", "paused")

def queued(lab):
    finished(lab, 1, 0.5)
    record, _ = run_of(lab, 2)
    record.add_event("queued", "Waiting for 'baseline' (running) to finish.")

def stopped(lab):
    record, _ = run_of(lab, 1)
    train(record, 3, rest=25)
    record.end("stopped", "stopped")

def failed(lab):
    record, _ = run_of(lab, 1)
    train(record, 2, rest=30)
    try:
        np.zeros((32, 10)) + np.zeros((32, 9))
    except ValueError as error:
        said = "Step 211 failed. ValueError: shapes (32,10) and (32,9) do not match"
        record.end("failed", f"{{said}} (line 24 of the code).", error)

def interrupted(lab):
    record, _ = run_of(lab, 1)
    train(record, 4, rest=60)
    record.end("interrupted", "interrupted")

def finished(lab, number, speed, rate=0.1):
    record, _ = run_of(lab, number, rate)
    train(record, EPOCHS, speed)
    record.end("completed", "completed")

def completed(lab):
    finished(lab, 1, 0.4, 0.02)
    finished(lab, 2, 0.9)

def seed_history(count):
    """Recorded runs of an earlier year, which are told without the time of day."""
    updates = []
    for i in range(count):
        loss = ("cross_entropy", "focal", "hinge")[i % 3]
        status = ("completed", "completed", "stopped", "completed", "failed")[i % 5]
        rate = (0.1, 0.05, 0.01, 0.2)[i % 4]
        row = RunRow(
            id=f"past{{i}}", name=("baseline", "wider", "smoothed", "run 4", "run 5", "run 6",
            "long warm-up")[i % 7] + ("" if i < 7 else f" {{i // 7 + 1}}"), number=i + 1,
            loss=loss, task="image_classification", status=status, program="", device="CPU:0",
            versions={{}}, config={{"loss": loss, "learning_rate": rate}}, seed=i, epochs=8,
            steps_per_epoch=90, steps=720, created=1_750_000_000 + 86_400 * i,
            ended=1_750_000_000 + 86_400 * i + 21 + 9 * i,
            error="Step 211 failed." if status == "failed" else "",
            note="for the slides" if i == 1 else "",
        )
        level = 0.3 + 0.05 * (i * 5 % 7)
        epochs = [
            (e + 1, 90 * e, 90, {{"loss": level + 2 / (e + 1), "val_loss": level + 2.2 / (e + 1),
             "accuracy": 0.97 - level / (e + 2), "val_accuracy": 0.96 - level / (e + 2)}})
            for e in range(8 if status == "completed" else 3)
        ]
        updates.append(Update(row=row, parts=[], epochs=epochs))
    recorder.history().write(updates)
    recorder.history()._connection.execute("UPDATE runs SET owner = ''")

def runs(lab):
    pass

chart_enlarged = data_table = view_code = version_skew = completed
advanced = before

def show(state):
    """A lab in this state."""
    lab = lossviz.LossLab()
    globals()[state](lab)
    publisher.wake()
    return lab
'''

LIVE = (
    "before", "preparing", "compiling", "running", "paused", "queued", "stopped", "failed",
    "interrupted", "completed", "runs", "chart_enlarged", "data_table", "advanced",
    "version_skew", "view_code",
)  # fmt: skip
"""The states of a lab with its kernel, in the order of their cells; the last one adds a cell."""


def setup(home: str) -> str:
    """The text of the first cell; its runs are recorded in this folder."""
    return SETUP.format(home=home) + "seed_history(7)\n"


def cells(home: str) -> list[str]:
    """A notebook of all of them."""
    return [setup(home), *(f"show({state!r})" for state in LIVE)]
