"""`lossviz.train` and `lossviz.fit`: check what was asked for, and start the run."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lossviz import tasks
from lossviz._arguments import ArgumentError, shown, unknown_name, whole_number
from lossviz._tensorflow import tf
from lossviz.tasks import Data
from lossviz.training.caller import Caller
from lossviz.training.control import Control
from lossviz.training.numbering import new_id, next_number
from lossviz.training.preparation import Prepared, prepared
from lossviz.training.record import Record
from lossviz.training.registry import Origin, kernel_runs
from lossviz.training.request import Request
from lossviz.training.resume_state import ResumeState
from lossviz.training.run import Run
from lossviz.training.run_config import config_of
from lossviz.training.sources import ACCEPTED, Source
from lossviz.training.trainer import Trainer


def train(
    model: Any,
    data: Any,
    *,
    loss: Any = None,
    loss_params: Mapping[str, Any] | None = None,
    from_logits: bool | None = None,
    loss_weights: Any = None,
    optimizer: Any = None,
    learning_rate: float | None = None,
    epochs: int = 10,
    initial_epoch: int = 0,
    batch_size: int = 32,
    steps_per_epoch: int | None = None,
    shuffle: bool = True,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
    validation: Any = None,
    validation_split: float | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: int | Sequence[int] = 1,
    metrics: Iterable[Any] | None = None,
    train_step: Callable[[Any, Any], Any] | None = None,
    seed: int | None = None,
    task: str | None = None,
    device: str | Sequence[str] | None = None,
    name: str | None = None,
    resume_from: Any = None,
    callbacks: Iterable[Any] = (),
    jit_compile: bool = False,
    stop_at_nan: bool = True,
    when_busy: str = "queue",
) -> Run:
    """Train `model` in the background; returns at once.

    The loss of every step is recorded. Runs train one at a time, in the order in which they were
    started.

    Args:
        model: a `keras.Model`. Training starts from the weights that it has when the run starts.
            A model with its own `train_step`, `compute_loss` or optimizers is trained by them.
        data: `(inputs, targets)` or `(inputs, targets, sample_weight)` as arrays (NumPy,
            TensorFlow, pandas, SciPy) with one sample per row, nested in dicts and lists as the
            model takes them; a batched `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator of
            batches, or a task's `Data`. Inputs alone if the model needs no targets.
        loss: a name in the catalogue or in `keras.losses`, a `Loss`, a Keras loss, or any
            `f(target, output)`; a dict or list of these for several outputs. None uses the loss,
            optimizer and metrics that the model was compiled with, and the losses it adds itself.
        loss_params: parameters of the loss, such as `{"gamma": 3.0}`.
        from_logits: whether the output holds logits (True) or probabilities (False); None detects
            it from the model.
        loss_weights: weights of the losses of several outputs, as for `compile`.
        optimizer: a Keras optimizer or the name of one; by default the compiled one, else "sgd".
        learning_rate: greater than 0; by default the optimizer's own.
        epochs: the last epoch, counted from 1.
        initial_epoch: the number of epochs that count as done.
        batch_size: samples per step, at least 1; ignored for datasets, which have their own.
        steps_per_epoch: steps in an epoch; the next epoch continues where it ended. Required for
            infinite data.
        shuffle: whether to shuffle arrays, and the batches of a PyDataset, in each epoch.
        sample_weight: a weight for each sample (and each time step), if `data` has none.
        class_weight: `{class: weight}`; each sample gets the weight of its class.
        validation: validation data, in any form that `data` takes, or the share of arrays to set
            aside (the last ones), such as 0.2. A task's `Data` has its own.
        validation_split: the same share, under Keras' name.
        validation_steps: batches per validation; None uses all.
        validation_batch_size: samples per validation step; by default `batch_size`.
        validation_freq: validate after every n-th epoch, or after the epochs in a list.
        metrics: names, Keras metrics or functions `f(target, output)`; a dict or list of these for
            several outputs. By default the task's metrics.
        train_step: `f(inputs, target)` that takes one step and returns its loss; or a dict with
            `"loss"` and other scalars, which become series of the run; or a pair of either and the
            output, so that metrics can be computed. It is traced by `tf.function`.
        seed: seed for shuffling. With the same seed, weights and data, the same machine and
            versions produce bit-identical losses on a CPU.
        task: the name of the task, for its metrics.
        device: such as `"GPU:0"` or `"CPU"`; by default the first GPU, else the CPU. Several, such
            as `["GPU:0", "GPU:1"]`, share each batch with TensorFlow's MirroredStrategy.
        name: the run's display name.
        resume_from: a finished run, or its id: continue from its last checkpoint, up to `epochs` in
            total. Build model, data, optimizer and metrics as before; weights and all other state
            come from the checkpoint when the run starts, and a `learning_rate` given here applies
            from there on. With the same seed and data, the losses on a CPU are bit-identical to
            those of an uninterrupted run. The order of a `tf.data.Dataset` is kept, too, even if it
            is reshuffled in each epoch with a seed; a Python generator has to yield the same items
            again.
        callbacks: Keras callbacks, called as `fit` calls them. Callbacks with batch hooks make
            training several times slower. Their state is not part of checkpoints: in a resumed run
            they start over.
        jit_compile: whether to compile steps with XLA.
        stop_at_nan: whether the first loss that is NaN or infinite fails the run.
        when_busy: what to do while other runs train: `"queue"` behind them, or `"replace"` them,
            which stops them.

    Returns:
        The run, queued or running.

    Raises:
        ArgumentError: (a ValueError) for a value that is not accepted; the message names the
            argument, the value and what is accepted. Nothing has been started. A custom loss or
            step is first tried on one batch; if it fails, `line` is the line in your code.
        TypeError: for an argument of the wrong type.

    Example:
        >>> import numpy as np, keras, lossviz
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        >>> x, labels = np.random.rand(90, 4), np.arange(90) % 3
        >>> run = lossviz.train(model, (x, labels), loss="cross_entropy", epochs=1, seed=0)
        >>> run.wait(), len(run.step_loss)
        (True, 3)
    """
    _check_model(model)
    if metrics is None and task is not None:
        metrics = tasks.get(task).metrics_for(data)
    with _on_first(device):
        if sample_weight is not None:
            data = _weighted(data, sample_weight)
        if class_weight is not None and isinstance(data, Data):
            data = data.train
        source = Source("data", data)
        share = validation_split or None
        if isinstance(validation, int | float) and not isinstance(validation, bool):
            share, validation = _share(validation), None
        if validation is None and share is None and isinstance(data, Data):
            validation = data
        held_out = None if validation is None else Source("validation", validation)
        if held_out is None and share is not None:
            source, held_out = source.split(share)
        if class_weight is not None:
            source.weigh_classes(class_weight)
    asked = Request(
        model=model, source=source, held_out=held_out, data=data, loss=loss,
        loss_params=loss_params, loss_weights=loss_weights, from_logits=from_logits,
        optimizer=optimizer, learning_rate=learning_rate, epochs=epochs,
        initial_epoch=initial_epoch, batch_size=batch_size,
        validation_batch_size=validation_batch_size, validation_steps=validation_steps,
        validation_freq=validation_freq, steps_per_epoch=steps_per_epoch, shuffle=shuffle,
        metrics=metrics, train_step=train_step, task=task, device=device, callbacks=callbacks,
        jit_compile=jit_compile, stop_at_nan=stop_at_nan, class_weight=class_weight,
    )  # fmt: skip
    return start(asked, seed=seed, name=name, resume_from=resume_from, when_busy=when_busy)


def fit(  # noqa: PLR0917 - Keras' own signature
    model: Any,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool = True,  # noqa: FBT002
    class_weight: Any = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
) -> Run:
    """`model.fit(...)` in the background: a compiled model, exactly `fit`'s arguments, a `Run`.

    The losses and metrics of each epoch are `fit`'s for the same weights and batches; in addition,
    the loss of every step is recorded. As in `fit`, a NaN loss does not end the training; the run's
    events report it.

    Args:
        model: a compiled `keras.Model`.
        x, y, sample_weight: inputs, targets and weights, or all of them in a dataset as `x`.
        verbose: accepted but ignored: nothing is printed; display the run instead.
        others: as for `keras.Model.fit`.

    Returns:
        The run, queued or running; `run.result()` waits for it and raises its error.

    Raises:
        ArgumentError, TypeError: as `lossviz.train`.

    Example:
        >>> import numpy as np, keras, lossviz
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> run = lossviz.fit(model, x, 2 * x, epochs=2).result()
        >>> sorted(run.history), run.step
        (['loss', 'mae'], 4)
    """
    _check_model(model)
    if not getattr(model, "compiled", False):
        raise ArgumentError(
            "model", "model: it is not compiled; call model.compile(...) first, as for fit."
        )
    with _on_first(None):
        source = Source.of_parts("data", x, y, sample_weight)
        held_out = None
        if validation_data is not None:
            held_out = Source("validation", validation_data)
        elif validation_split:
            source, held_out = source.split(validation_split)
        if class_weight is not None:
            source.weigh_classes(class_weight)
    asked = Request(
        model=model, source=source, held_out=held_out, epochs=epochs,
        initial_epoch=initial_epoch, batch_size=batch_size,
        validation_batch_size=validation_batch_size, validation_steps=validation_steps,
        validation_freq=validation_freq, steps_per_epoch=steps_per_epoch,
        shuffle=bool(shuffle), callbacks=callbacks, stop_at_nan=False, class_weight=class_weight,
    )  # fmt: skip
    return start(asked)


def start(
    asked: Request,
    *,
    seed: int | None = None,
    name: str | None = None,
    resume_from: Any = None,
    when_busy: str = "queue",
) -> Run:
    """Start the requested run."""
    if when_busy not in {"queue", "replace"}:
        raise unknown_name("when_busy", when_busy, ("queue", "replace"))
    seed = None if seed is None else whole_number("seed", seed, minimum=0)
    origin = kernel_runs.origin()
    if resume_from is None:
        resume_from = origin.resume
    resumed = None if resume_from is None else ResumeState.of(resume_from)
    if seed is None:
        seed = secrets.randbits(32) if resumed is None else resumed.seed
    asked = replace(asked, seed=0 if seed is None else seed)
    ready = prepared(asked, None if resumed is None else resumed.checkpoint)
    if resumed is not None:
        resumed.check_steps(ready.spec.batches.steps_per_epoch, asked)
    record = _record(asked, ready, origin, name=name, resumed=resumed)
    for warning in ready.spec.warnings:
        record.warn(warning)
    return _begin(asked, ready, record, when_busy)


def _check_model(model: Any) -> None:
    if not isinstance(model, tf.keras.Model):
        raise TypeError(f"model: got {shown(model)}; it must be a keras.Model.")


def _on_first(device: Any) -> Any:
    """Where arrays are put: on the first device of the run."""
    from lossviz.training import devices

    return devices.on(devices.choose(device)[0])


def _share(validation: float) -> float:
    if not 0 < validation < 1:
        raise ArgumentError(
            "validation",
            f"validation: got {validation!r}; it must be a share greater than 0 and less "
            f"than 1, or {ACCEPTED}.",
        )
    return validation


def _weighted(data: Any, sample_weight: Any) -> Any:
    if isinstance(data, Data):
        data = data.train
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ArgumentError(
            "sample_weight",
            "sample_weight: is only for data given as arrays (inputs, targets), but data "
            f"are {shown(data)}; a dataset contains its weights as the third part of a batch.",
        )
    return (*data, sample_weight)


def _record(
    asked: Request,
    ready: Prepared,
    origin: Origin,
    *,
    name: str | None,
    resumed: ResumeState | None,
) -> Record:
    """The record of a new or resumed run."""
    spec = ready.spec
    number = next_number() if resumed is None else resumed.number
    given = None if name is None else str(name)
    if resumed is None:
        run = new_id()
    else:
        run, given = resumed.id, given or resumed.name
    loss = str(origin.config.get("loss") or ready.loss)
    record = Record(
        id=run,
        name=given or f"run {number}",
        number=number,
        loss=loss,
        epochs=spec.epochs,
        device=", ".join(spec.places),
        seed=asked.seed,
        task=asked.task or "",
        config=config_of(asked, ready) | origin.config,
        program=origin.program,
        steps_per_epoch=spec.batches.steps_per_epoch,
        first_epoch=spec.first_epoch,
    )
    if resumed is not None:
        resumed.restore_into(record)
    return record


def _begin(asked: Request, ready: Prepared, record: Record, when_busy: str) -> Run:
    """Start the run's thread."""
    ahead = kernel_runs.live()
    if when_busy == "replace":
        for other in ahead:
            other.stop()
    elif ahead:
        # It may be a run that was started long ago and forgotten.
        first, others = ahead[0], len(ahead) - 1
        more = f" and {others} more {'run' if others == 1 else 'runs'}" if others else ""
        record.add_event("queued", f"Waiting for {first.name!r} ({first.status}){more} to finish.")
    control = Control()
    trainer = Trainer(ready.spec, record, control)
    run = Run(record, control, asked.model, trainer)
    caller = Caller()
    # A daemon: a kernel must be able to end while a run is paused.
    thread = threading.Thread(
        target=lambda: caller.run(trainer.work), name=f"lossviz {record.name}", daemon=True
    )
    kernel_runs.begin(run, thread)
    thread.start()
    return run
