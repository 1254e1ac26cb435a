"""Source text to config: reads any program, including one that a user has edited."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lossviz import losses, optimizers, tasks
from lossviz._arguments import ArgumentError
from lossviz.program import loss_match
from lossviz.program.callbacks import CALLBACKS
from lossviz.program.canonical import canonical
from lossviz.program.config import TrainingConfig
from lossviz.program.label_encoding import decoded, streamed
from lossviz.program.rendering import train_step_function
from lossviz.program.source_text import ProgramError, SourceText, checked_text
from lossviz.program.structure import Literal, ProgramStructure

_KERAS = "tensorflow.keras."
POLICY = f"{_KERAS}mixed_precision.set_global_policy"
WRITTEN_OUT = {"epochs": 10, "batch_size": 32, "device": "", "jit_compile": False}
"""Choices that are arguments of `lossviz.train`, and what it takes where they are not given."""


@dataclass(frozen=True)
class Reading:
    """What a program says.

    Attributes:
        config: the choices that the program makes. Where a part was rewritten so that it says
            none, it is the choice from which the part was made.
        custom: the names of the parts that a user rewrote, in the order of the program:
            `"data"`, `"model"`, `"loss_fn"`, `"optimizer"`, `"train_step"`, `"run"`.
        lines: the line of the program, counted from 1, at which each part begins.
    """

    config: TrainingConfig
    custom: list[str]
    lines: dict[str, int]


@dataclass
class ParsedProgram:
    """All that is known of a program: its parts, and where every choice is written."""

    structure: ProgramStructure
    base: TrainingConfig | None
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, list[Literal]] = field(default_factory=dict)
    custom: set[str] = field(default_factory=set)
    loss_function: ast.FunctionDef | None = None
    loss_names: dict[str, str] = field(default_factory=dict)
    """What the program calls each parameter of the loss."""
    load_call: ast.Call | None = None
    optimizer_call: ast.Call | None = None
    step_function: ast.FunctionDef | None = None
    callbacks: dict[str, ast.Call] = field(default_factory=dict)
    """Those of Keras' that are choices, by the choices' names."""
    policies: list[tuple[ast.stmt, ast.Call]] = field(default_factory=list)

    def take(self, name: str, node: ast.expr | None, part: str) -> Any:
        """Note the literal behind `node` as the choice `name`; the part is custom without one."""
        if node is None:
            return None
        literal = self.structure.literal(node)
        if literal is None:
            self.custom.add(part)
            return None
        self.places.setdefault(name, []).append(literal)
        return literal.value

    def choose(self, name: str, value: Any) -> None:
        """Note a choice; None says nothing."""
        if value is not None:
            self.values[name] = value


_ORDER = ("data", "model", "loss_fn", "optimizer", "train_step", "run")


def read(source: str, base: TrainingConfig | None = None) -> Reading:
    """What a program says, without running it.

    Args:
        source: the text of a program, as rendered by `render` or edited by a user.
        base: the choices that were known before; taken where the text does not say.

    Returns:
        The config, and the names of the parts that a user rewrote.

    Raises:
        ProgramError: if the text is not valid Python, trains nothing, or says a value that is not
            accepted, such as a learning rate of -1; its `line` is where.

    Example:
        >>> import lossviz
        >>> text = lossviz.program.render(lossviz.TrainingConfig(learning_rate=0.5))
        >>> reading = lossviz.program.read(text)
        >>> reading.config.learning_rate, reading.custom
        (0.5, [])
    """
    found = find(source, base)
    return Reading(config_of(found), [one for one in _ORDER if one in found.custom], _lines(found))


@lru_cache(maxsize=4)
def _structure(text: str) -> ProgramStructure:
    """A text is often read again, by the next change of a widget; nothing changes a structure."""
    return ProgramStructure(SourceText(text))


def find(source: str, base: TrainingConfig | None = None) -> ParsedProgram:
    """Look all parts of a program up; raises as `read` does."""
    try:
        found = ParsedProgram(_structure(checked_text(source)), base)
        for part in (_run, _data, _model, _loss, _optimizer, _train_step):
            part(found)
    except RecursionError:
        raise ProgramError("source", "code is nested too deeply to read") from None
    return found


def config_of(found: ParsedProgram) -> TrainingConfig:
    """The config that the parts say.

    Raises:
        ProgramError: for a value that is not accepted, with its line.
    """
    try:
        return TrainingConfig(**found.values)
    except (TypeError, AttributeError) as error:
        # Such as a list instead of a name.
        raise ProgramError("source", f"code has an unsupported choice: {error}") from None
    except ArgumentError as error:
        name = error.argument
        places = found.places.get(name) or found.places.get(f"loss_params.{name}") or []
        places = places or found.places.get(f"optimizer_params.{name}") or []
        line = places[0].node.lineno if places else 0
        where = f" (line {line} of the code)" if line else ""
        raise ProgramError(name, f"{error}{where}", line) from None


def _run(found: ParsedProgram) -> None:
    structure, call = found.structure, found.structure.train
    for name, default in WRITTEN_OUT.items():
        node = structure.argument(call, name)
        value = found.take(name, node, "run")
        if value is None:
            said = node is None or _is_none(node) or found.base is None
            value = default if said else getattr(found.base, name)
        found.values[name] = value
    given = structure.argument(call, "seed")
    seed = found.take("seed", given, "run")
    if given is None or any(keyword.arg is None for keyword in call.keywords):
        found.custom.add("run")
    for _, one in structure.calls(f"{_KERAS}utils.set_random_seed"):
        other = found.take("seed", structure.argument(one, "seed", 0), "run")
        seed = other if seed is None else seed
        if other != seed:
            found.custom.add("run")
    found.choose("seed", seed)
    found.choose("task", found.take("task", structure.argument(call, "task"), "run"))
    _callbacks(found)


def _callbacks(found: ParsedProgram) -> None:
    structure, known = found.structure, {callback.qualified: callback for callback in CALLBACKS}
    callbacks = structure.origin(structure.argument(structure.train, "callbacks"))
    for element in callbacks.elts if isinstance(callbacks, (ast.List, ast.Tuple)) else []:
        call = structure.origin(element)
        one = known.get(structure.qualified(call.func)) if isinstance(call, ast.Call) else None
        if one is None or not isinstance(call, ast.Call):
            continue
        # Of two of a kind the last is the choice; the other is the user's.
        found.callbacks[one.name] = call
        found.places.pop(one.name, None)
        given = structure.argument(call, "patience", 2)
        patience = found.take(one.name, given, "run") if given is not None else one.patience
        if patience is None and found.base is not None:
            patience = one.chosen(found.base)
        # To Keras a patience of 0 is one of 1: it acts on the first epoch without progress.
        found.choose(one.name, 1 if patience == 0 else patience)


def _data(found: ParsedProgram) -> None:
    structure = found.structure
    given = structure.argument(structure.train, "data", 1)
    behind = structure.origin(given)
    load = found.load_call = structure.task_call(behind, "load")
    if load is not None:
        found.choose(
            "dataset", found.take("dataset", structure.argument(load, "dataset", 0), "data")
        )
        seed = found.take("seed", structure.argument(load, "seed", 1), "data")
        if "seed" in found.values and seed is not None and seed != found.values["seed"]:
            found.custom.add("data")
        _task_of(found, load, "data")
        known = tasks.names()
        if "dataset" not in found.values and found.values.get("task", known[0]) in known:
            found.values["dataset"] = tasks.get(found.values.get("task", known[0])).datasets[0]
    elif behind is not None:
        found.values["train"], found.values["one_hot"] = _own(found, behind, "data")
        found.values["streamed"] = ["train"] if streamed(structure, behind) else []
    held_out = structure.origin(structure.argument(structure.train, "validation"))
    if held_out is not None and not _is_none(held_out):
        found.values["validation"], classes = _own(found, held_out, "data")
        if streamed(structure, held_out):
            found.values["streamed"] = [*found.values.get("streamed", []), "validation"]
        if found.values.setdefault("one_hot", classes) != classes:
            found.custom.add("data")


def _task_of(found: ParsedProgram, call: ast.Call, part: str) -> None:
    assert isinstance(call.func, ast.Attribute)
    behind = found.structure.task_get(call.func.value)
    assert behind is not None
    name = found.structure.argument(behind, "name", 0)
    if name is None or any(place.node is name for place in found.places.get("task", [])):
        return
    task = found.take("task", name, part)
    if "task" not in found.values:
        found.choose("task", task)
    elif task is not None and task != found.values["task"]:
        found.custom.add(part)


def _own(found: ParsedProgram, node: ast.expr, part: str) -> tuple[str, int]:
    """As `decoded`; the part is custom where the expression needs what the program has made."""
    if not found.structure.stands_alone(node):
        found.custom.add(part)
    return decoded(found.structure, node)


def _model(found: ParsedProgram) -> None:
    structure = found.structure
    given = structure.argument(structure.train, "model", 0)
    behind = structure.origin(given)
    found.policies = list(structure.calls(POLICY))
    policy = [structure.argument(call, "name", 0) for _, call in found.policies]
    found.values["mixed_precision"] = any(
        isinstance(one, ast.Constant) and one.value == "mixed_bfloat16" for one in policy
    )
    built = structure.task_call(behind, "build_model")
    if built is not None:
        _task_of(found, built, "model")
    elif behind is not None:
        found.values["model"], _ = _own(found, behind, "model")
        made = isinstance(behind, ast.Call) and structure.qualified(behind.func)
        if isinstance(made, str) and made.startswith("tensorflow."):
            found.custom.add("model")


def _loss(found: ParsedProgram) -> None:
    structure = found.structure
    given = structure.argument(structure.train, "loss")
    function = found.loss_function = structure.function(given)
    base = found.base.loss if found.base else ""
    known = structure.tensorflow()
    match = loss_match.matching(function, base, known) if function else None
    if function is None or function.decorator_list or match is None:
        found.custom.add("loss_fn")
        name = base or loss_match.nearest(function)
        if name:
            found.values["loss"] = name
        own = loss_match.parameters(function) if function else {}
        if not name:
            return
        loss = losses.get(name)
        found.loss_names = {one: one for one in loss.params if own.get(one) is not None}
    else:
        own = loss_match.parameters(function)
        loss, found.loss_names = match
        found.values["loss"] = loss.name
    params = dict(found.base.loss_params) if found.base and found.base.loss == loss.name else {}
    for name, written in found.loss_names.items():
        value = found.take(f"loss_params.{name}", own[written], "loss_fn")
        if value is not None:
            params[name] = value
        elif own[written] is None:
            found.custom.add("loss_fn")
    found.values["loss_params"] = params


def _optimizer(found: ParsedProgram) -> None:
    structure = found.structure
    behind = structure.origin(structure.argument(structure.train, "optimizer"))
    name = structure.qualified(behind.func) if isinstance(behind, ast.Call) else ""
    base = found.base
    if base is not None:
        for one in ("learning_rate", "optimizer", "optimizer_params"):
            found.values[one] = getattr(base, one)
    if not isinstance(behind, ast.Call) or not name.startswith(f"{_KERAS}optimizers."):
        found.custom.add("optimizer")
        return
    found.optimizer_call = behind
    rate = found.take("learning_rate", structure.argument(behind, "learning_rate", 0), "optimizer")
    optimizer = optimizers.of_class(name.removeprefix(f"{_KERAS}optimizers."))
    if optimizer is None:
        found.custom.add("optimizer")
        found.choose("learning_rate", rate)
        return
    found.values["optimizer"] = optimizer.name
    if rate is None and structure.argument(behind, "learning_rate", 0) is None:
        rate = optimizer.default_rate
    found.choose("learning_rate", rate)
    params = {}
    for keyword in behind.keywords:
        card = optimizer.params.get(keyword.arg or "")
        if card is not None:
            value = found.take(f"optimizer_params.{keyword.arg}", keyword.value, "optimizer")
            if value is not None:
                params[keyword.arg] = value
            elif not card.none:
                found.custom.add("optimizer")  # None here is none of its values
        elif keyword.arg != "learning_rate":
            found.custom.add("optimizer")
    if len(behind.args) > 1:
        found.custom.add("optimizer")
    found.values["optimizer_params"] = params


def _train_step(found: ParsedProgram) -> None:
    structure = found.structure
    given = structure.argument(structure.train, "train_step")
    if given is None or _is_none(given):
        return
    function = found.step_function = structure.function(given)
    if function is None or function.decorator_list:
        found.custom.add("train_step")
        return
    known = structure.tensorflow()
    for name, position in (("model", 0), ("loss", None), ("optimizer", None)):
        node = structure.argument(structure.train, name, position)
        if isinstance(node, ast.Name):
            known[node.id] = f"the {name}"
    if canonical(function, known) not in _own_steps():
        found.custom.add("train_step")


def _own_steps() -> set[str]:
    """The forms of the step that `render` writes."""
    if not _STEPS:
        known = {"model": "the model", "loss_fn": "the loss", "optimizer": "the optimizer"}
        for own_model in (False, True):
            for half in (False, True):
                text = train_step_function(own_model=own_model, half=half)
                function = ast.parse(text).body[0]
                assert isinstance(function, ast.FunctionDef)
                _STEPS.add(canonical(function, known))
    return _STEPS


_STEPS: set[str] = set()


def _lines(found: ParsedProgram) -> dict[str, int]:
    structure = found.structure
    nodes = {
        "data": structure.origin(structure.argument(structure.train, "data", 1)),
        "model": structure.origin(structure.argument(structure.train, "model", 0)),
        "loss_fn": found.loss_function or structure.argument(structure.train, "loss"),
        "optimizer": structure.origin(structure.argument(structure.train, "optimizer")),
        "train_step": found.step_function,
        "run": structure.train,
    }
    return {name: node.lineno for name, node in nodes.items() if node is not None}


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
