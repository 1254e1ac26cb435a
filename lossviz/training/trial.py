"""A user's own loss or step, tried on one batch before anything trains.

Nothing that belongs to the training is changed: the step is traced without its update, and of its
graph only what the loss and the gradients need is run, which no writing of a variable is. What
Python code does while it is traced, such as `print`, it does once more.
"""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from lossviz._tensorflow import tf
from lossviz.losses import Loss
from lossviz.training.faults import TrialError, place_of, reason_of
from lossviz.training.keras_loss import GIVES_NONE
from lossviz.training.one_device import held
from lossviz.training.steps import parted, traced_anew

NOT_A_GRAPH = (
    "tf.function cannot trace it; use TensorFlow operations instead of NumPy, float() and .numpy()"
)
NO_GRADIENT = (
    "the loss has no gradient for any variable of the model, so nothing can be learned: "
    "compute it from the model's output without rounding, argmax, comparisons or casts to "
    "integers"
)
ZERO_GRADIENT = (
    "The gradient of the loss is zero for every variable on the first batch: the model may "
    "not learn, and the curve may stay flat."
)

_SYMBOLIC = re.compile(r"symbolic|numpy\(\)|to a numpy array|as a Python `?bool|SymbolicTensor")
_SHAPES = re.compile(r"[Dd]imensions? .*(equal|match)|[Ii]ncompatible shapes|must have the same "
                     r"shape|shapes? .*(not compatible|incompatible|must be equal)")  # fmt: skip
_NONE = re.compile(r"None values not supported|Argument `target` should be a list or nested "
                   r"structure.* but received None")  # fmt: skip
# What must not happen twice; runs of these are left to the training.
_ACTING = re.compile(r"Assign|ResourceApply|ResourceScatter|ResourceSparse|Scatter|Mutable|Print|"
                     r"Write|Summary|Iterator|.*(PyFunc|Queue|Dataset)")  # fmt: skip


def is_own(loss: Any, train_step: Any) -> bool:
    """Whether a training runs code that only its user knows: no catalogue's, no Keras'."""
    if train_step is not None:
        return True
    if isinstance(loss, str | Loss):
        return False
    module = getattr(loss, "__module__", None) or type(loss).__module__
    return str(module).partition(".")[0] not in {"keras", "tensorflow"}


def try_loss(loss: Callable[[Any, Any], Any], named: Any, target: Any, output: Any,
             model: Any) -> list[str]:  # fmt: skip
    """Try a loss on a batch.

    Args:
        loss: `f(target, output)`, a scalar.
        named: what the user named the loss with.
        target: a batch's targets, a tensor.
        output: the model's output for them, a tensor.
        model: the model.

    Returns:
        Warnings for the user.

    Raises:
        TrialError: when it cannot train.
    """

    def step(target: Any, output: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(output)
            value = loss(target, output)
        return value, tape.gradient(value, [output, *model.trainable_variables])

    trial = _Trial("loss", named, regularised=bool(model.losses))
    return trial.run(step, (target, output), {"target": target, "output": output})


def try_step(train_step: Callable[[Any, Any], Any], named: Any, batch: Any,
             optimizer: Any) -> list[str]:  # fmt: skip
    """Try a step on a batch; as `try_loss`.

    Args:
        train_step: `f(inputs, target)` giving the loss or `(loss, output)`.
        named: what the user named the loss with.
        batch: inputs and targets, tensors or, where only running a dataset would give some, their
            TensorSpecs: the step is traced then, but not run.
        optimizer: the optimizer that the step uses.
    """
    updates: list[Sequence[Any]] = []
    train_step = traced_anew(train_step)

    def apply(grads: Any, trainable_variables: Any = None) -> Any:
        updates.append(list(grads))
        return optimizer.iterations

    def step(inputs: Any, target: Any) -> Any:
        loss, _, _ = parted(train_step(inputs, target))
        return loss, updates[-1] if updates else ()

    trial = _Trial("train_step", named)
    with held(optimizer, lambda _: apply):
        return trial.run(step, batch, {"inputs": batch[0], "target": batch[1]})


class _Trial:
    def __init__(self, argument: str, loss: Any, *, regularised: bool = False) -> None:
        self._argument, self._loss = argument, loss
        self._regularised = regularised

    def run(self, step: Callable[[Any, Any], Any], batch: Any, shown: dict[str, Any]) -> list[str]:
        """Trace `step`, which returns a loss and gradients; run what does no more than compute."""
        given: list[Any] = []

        def traced(*batch: Any) -> Any:
            loss, gradients = step(*batch)
            given[:] = [loss, gradients]
            return _fetched(loss, gradients)

        specs = tf.nest.map_structure(_spec, batch)
        try:
            with random_kept():
                function = tf.function(traced).get_concrete_function(*specs)
        except (MemoryError, tf.errors.ResourceExhaustedError):
            return []  # the training will tell, and knows what to say
        except Exception as error:
            raise self._failure(error, shown) from error
        loss, gradients = given
        self._check_form(loss)
        missing = [gradient is None for gradient in gradients]
        warnings = []
        if missing and all(missing):
            if not self._regularised:
                raise self._error(NO_GRADIENT)
            warnings.append(f"The model learns only from its regularization: {NO_GRADIENT}.")
        elif self._argument == "train_step" and any(missing):
            warnings.append(
                f"The loss has no gradient for {sum(missing)} of the model's {len(missing)} "
                "trainable variables: these stay unchanged."
            )
        values = None
        if not any(isinstance(one, tf.TensorSpec) for one in tf.nest.flatten(batch)):
            try:
                values = _run(function, batch)
            except tf.errors.InvalidArgumentError as error:
                raise self._failure(error, shown) from error
        # A loss that is not finite is the training's to tell: it may be wanted, and is recorded.
        if values is not None and float(values[1]) == 0:
            warnings.append(ZERO_GRADIENT)
        return warnings

    def _check_form(self, loss: Any) -> None:
        if loss is None:
            raise self._error(GIVES_NONE)
        if not tf.is_tensor(loss) and not isinstance(loss, int | float | np.number | np.ndarray):
            raise self._error(f"it returns a {type(loss).__name__} but must return the loss.")
        shape = tf.TensorShape(getattr(loss, "shape", ()))
        if self._argument == "train_step" and shape.rank:
            said = str(shape.as_list()).replace("None", "batch")
            raise self._error(
                f"the loss has shape {said} but must be a single number: take its mean with "
                "tf.reduce_mean(...)"
            )

    def _failure(self, error: Exception, shown: dict[str, Any]) -> TrialError:
        """The error that the user's code has raised, explained."""
        if isinstance(error, TrialError):
            return error
        text, reason = str(error), reason_of(error)
        kind = type(error).__name__
        what = f"{reason} ({kind})"
        if GIVES_NONE in text:
            what = GIVES_NONE
        elif _NONE.search(text):
            what = f"{GIVES_NONE} {what}"
        elif _SYMBOLIC.search(text) or kind in {"InaccessibleTensorError", "OutOfScopeError"}:
            what = f"{NOT_A_GRAPH}. {what}"
        elif _SHAPES.search(text):
            sizes = ", ".join(f"{name} {_shapes(part)}" for name, part in shown.items())
            what = f"shapes do not match: {sizes}. {what}"
        return self._error(what, error)

    def _error(self, what: str, error: Exception | None = None) -> TrialError:
        place = place_of(error) if error is not None else None
        argument = self._argument
        if place is not None and place.name == getattr(self._loss, "__name__", ""):
            argument = "loss"
        where = f"on line {place.lineno} of {place.name}, " if place else ""
        line = place.lineno or 0 if place else 0
        return TrialError(argument, f"{argument}: {where}{what}", line)


def _fetched(loss: Any, gradients: Sequence[Any]) -> Any:
    """Two tensors: the loss, and the largest part of any gradient; -1 where there is none."""
    graph = tf.compat.v1.get_default_graph()
    found = [
        tf.reduce_max(tf.abs(tf.cast(getattr(gradient, "values", gradient), tf.float32)), axis=None)
        for gradient in gradients
        # What a branch or loop inside the step has made cannot be seen from outside.
        if gradient is not None and gradient.dtype.is_floating and gradient.graph is graph
    ]
    largest = tf.reduce_max(tf.stack(found)) if found else tf.constant(-1.0)
    number = isinstance(loss, int | float | np.number | np.ndarray)
    value = tf.cast(loss, tf.float32) if tf.is_tensor(loss) or number else tf.constant(0.0)
    return value, largest


def _run(function: Any, batch: Any) -> Any:
    """The outputs of a traced function, without anything else that it does; None if that fails."""
    graph = function.graph.as_graph_def()
    names = [tensor.name for tensor in function.inputs]

    def body(*feeds: Any) -> Any:
        return tf.graph_util.import_graph_def(
            graph,
            input_map=dict(zip(names, feeds, strict=True)),
            return_elements=[tensor.name for tensor in function.outputs],
            name="",
        )

    try:
        specs = [tf.TensorSpec(value.shape, value.dtype) for value in function.inputs]
        wrapped = tf.compat.v1.wrap_function(body, specs)
        pruned = wrapped.prune(wrapped.inputs, wrapped.outputs)
        if _acts(pruned.graph.as_graph_def()):
            return None
        fed = [*tf.nest.flatten(batch), *function.captured_inputs]
        return pruned(*fed)
    except tf.errors.InvalidArgumentError:
        raise
    except Exception:  # noqa: BLE001 - not the user's code: the training itself will tell
        return None


def _acts(graph: Any) -> bool:
    """Whether running a graph does more than compute."""
    nodes = [
        *graph.node,
        *(node for function in graph.library.function for node in function.node_def),
    ]
    return any(_ACTING.match(node.op) for node in nodes)


@contextlib.contextmanager
def random_kept() -> Iterator[None]:
    """Whatever draws from Python's and NumPy's generators meanwhile draws the same again."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the global one
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def _spec(part: Any) -> Any:
    return part if isinstance(part, tf.TensorSpec) else tf.TensorSpec(part.shape, part.dtype)


def _shapes(parts: Any) -> str:
    shapes = [list(part.shape) for part in tf.nest.flatten(parts)]
    return " and ".join(str(shape).replace("None", "batch") for shape in shapes)
