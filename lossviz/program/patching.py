"""Changes of a config to changes of a program's text: only what they concern is touched."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

from lossviz import losses, optimizers, tasks
from lossviz.program.callback_edits import change_callbacks
from lossviz.program.config import TrainingConfig
from lossviz.program.edit_list import EditList
from lossviz.program.loss_source import loss_function
from lossviz.program.reading import ParsedProgram, config_of, find, read
from lossviz.program.rendering import (
    StepNames,
    data_expression,
    model_expression,
    optimizer_call,
    policy_statement,
    train_step_function,
)
from lossviz.program.source_text import Edit, changed

_LITERALS = ("seed", "epochs", "batch_size", "task", "dataset", "learning_rate")


def update(source: str, base: TrainingConfig | None = None, /, **changes: Any) -> str:
    """The program's text with these choices changed.

    Only the literals and the functions concerned are touched; everything else, with its comments
    and spacing, stays byte for byte. A loss function that a user rewrote is replaced only by a
    change of `loss`, a rewritten step and optimizer likewise only by what needs them replaced.

    Args:
        source: the text of a program.
        base: the choices that were known before, as for `read`.
        **changes: fields of `TrainingConfig`. Parameters that are not given with a new loss or
            optimizer take their defaults; a data set or loss that a new task does not have gives
            way to the task's own.

    Raises:
        ProgramError: when the text cannot be read, or says a choice in a way that cannot be
            changed automatically, such as `learning_rate=schedule`.
        ArgumentError: for an unknown field or a value that is not accepted.

    Example:
        >>> import lossviz
        >>> text = lossviz.program.render(lossviz.TrainingConfig(epochs=3))
        >>> lossviz.program.update(text + "# mine", epochs=4) == text.replace(
        ...     "epochs=3", "epochs=4") + "# mine"
        True
    """
    return changed(source, edits(source, base, **changes))


def edits(source: str, base: TrainingConfig | None = None, /, **changes: Any) -> list[Edit]:
    """The changes that `update` makes, as edits of `source`; they do not overlap."""
    found = find(source, base)
    before = config_of(found)
    after = _config_after(before, changes)
    patch = _Patch(found, before, after)
    patch.make(changes)
    if not patch.certain and (patch.edits or before != after):
        # A user may have written anything: what is set is what the text then says, or nothing.
        said = read(changed(source, patch.edits), after).config
        if said != after:
            values = after.as_dict()
            differing = [name for name in values if getattr(said, name) != values[name]]
            raise patch.refusal(next((name for name in differing if name in changes), differing[0]))
    return sorted(patch.edits)


def _config_after(before: TrainingConfig, changes: dict[str, Any]) -> TrainingConfig:
    values: dict[str, Any] = before.as_dict()
    unknown = set(changes) - set(values)
    if unknown:
        # The config's own message names what is accepted.
        TrainingConfig(**{name: changes[name] for name in unknown})
    if "loss" in changes and losses.get(changes["loss"]).name != before.loss:
        values["loss_params"] = {}
    if "optimizer" in changes and optimizers.get(changes["optimizer"]).name != before.optimizer:
        values["optimizer_params"] = {}
    if "task" in changes and changes["task"] != before.task:
        task = tasks.get(changes["task"])
        if "loss" not in changes and before.loss not in task.losses:
            values |= {"loss": task.default_loss, "loss_params": {}}
        if not before.train and before.dataset not in task.datasets_by_name:
            values["dataset"] = None
    return TrainingConfig(**values | changes)


class _Patch(EditList):
    """Collects the edits from one config to another."""

    def __init__(self, found: ParsedProgram, before: TrainingConfig, after: TrainingConfig) -> None:
        super().__init__(found)
        self.before, self.after = before, after

    def make(self, chosen: Collection[str]) -> None:
        """Collect them; `chosen` are the choices that were asked for, whether new or not."""
        before, after = self.before, self.after
        self._loss(replace=self._replaced("loss", "loss_fn", chosen))
        new_optimizer = self._replaced("optimizer", "optimizer", chosen)
        self._optimizer(replace=new_optimizer)
        self._data_and_model()
        if before.mixed_precision != after.mixed_precision:
            self._policies()
        if (bool(before.model), before.mixed_precision) != (
            bool(after.model),
            after.mixed_precision,
        ):
            self._step()
        for name in _LITERALS:
            if name == "learning_rate" and new_optimizer:
                continue
            if name == "dataset" and bool(before.train) != bool(after.train):
                continue
            self._literal(name)
        self._option("device", after.device, before.device, "")
        self._option("jit_compile", after.jit_compile, before.jit_compile, False)
        change_callbacks(self, before, after)
        self.complete()

    @property
    def certain(self) -> bool:
        """Whether nothing but literals, of which it is known what they say, is changed."""
        before, after = self.before.as_dict(), self.after.as_dict()
        changed = {name for name in after if before[name] != after[name]}
        written = {*_LITERALS, "loss_params", "optimizer_params"}
        return changed <= written and self.literals.issuperset(self.edits)

    def _replaced(self, name: str, part: str, chosen: Collection[str]) -> bool:
        """Whether to rewrite a part: a different choice, or a choice replacing custom code."""
        differs = bool(getattr(self.before, name) != getattr(self.after, name))
        return differs or (name in chosen and part in self.found.custom)

    def _literal(self, name: str) -> None:
        value = getattr(self.after, name)
        if getattr(self.before, name) == value:
            return
        places = self.found.places.get(name, [])
        self.write(places, value)
        calls = {"learning_rate": self.found.optimizer_call, "dataset": self.found.load_call}
        call = calls.get(name, self.structure.train)
        if call is None and not places:
            self.refuse(name)
        if call and (not places or (name == "seed" and not self.structure.argument(call, name))):
            self.insert(call, name, self.written(value))

    def _option(self, name: str, value: Any, before: Any, default: Any) -> None:
        """An argument of the training that is written only when it is not the default."""
        if value == before:
            return
        places = self.found.places.get(name, [])
        if not places:
            self.insert(self.structure.train, name, self.written(value))
        elif value == default and self.remove(self.structure.train, name):
            pass
        elif value == "":
            self.replace(places[0].node, "None")
        else:
            self.write(places, value)

    def _loss(self, *, replace: bool) -> None:
        after, function = self.after, self.found.loss_function
        if replace:
            if function is None:
                raise self.refusal("loss")
            if self.structure.tensorflow()["tf"] != "tf":
                begin, _ = self.source.lines_of(function)
                self.edits.append(
                    Edit(begin, begin, self.source.with_newlines("import tensorflow as tf\n"))
                )
            text = loss_function(
                losses.get(after.loss), after.all_loss_params(), name=function.name
            )
            self.replace(function, text.rstrip("\n"))
            return
        params, old = after.all_loss_params(), self.before.all_loss_params()
        for name, value in params.items():
            if value != old.get(name):
                places = self.found.places.get(f"loss_params.{name}") or self.refuse(name)
                self.write(places, value)

    def _optimizer(self, *, replace: bool) -> None:
        before, after, call = self.before, self.after, self.found.optimizer_call
        if replace:
            if call is None:
                self.refuse("optimizer")
            module = "tf.keras.optimizers"
            if isinstance(call.func, ast.Attribute):
                module = self.source.segment(call.func.value)
            self.replace(call, optimizer_call(after, module, self._room(call)))
            return
        new, old = after.all_optimizer_params(), before.all_optimizer_params()
        for name, value in new.items():
            if value == old[name]:
                continue
            card = optimizers.get(after.optimizer).params[name]
            places = self.found.places.get(f"optimizer_params.{name}", [])
            if call is None:
                self.refuse(name)
            if not places:
                self.insert(call, name, self.written(value))
            elif card.advanced and value == card.default and self.remove(call, name):
                pass
            elif card.none and value == card.default:
                # Keras takes None for "off"; a clipnorm of 0 would take the whole gradient.
                self.replace(places[0].node, "None")
            else:
                self.write(places, value)

    def _room(self, node: Any) -> int:
        """How many characters precede the node on its line."""
        begin, _ = self.source.lines_of(node)
        return self.source.start(node) - begin

    def _data_and_model(self) -> None:
        before, after, structure = self.before, self.after, self.structure
        for name, position in (("data", 1), ("validation", None)):
            old, new = data_expression(before, name), data_expression(after, name)
            if old == new or (name == "data" and not before.train and not after.train):
                continue
            node = structure.argument(structure.train, name, position)
            if node is not None and new:
                self.replace(structure.origin(node), new)
            elif new:
                self.insert(structure.train, name, new)
            elif not self.remove(structure.train, name):
                self.replace(node, "None")
        if before.model != after.model:
            node = structure.origin(structure.argument(structure.train, "model", 0))
            self.replace(node, model_expression(after))

    def _names(self) -> StepNames:
        train, function = self.structure.train, self.found.step_function

        def called(name: str, position: int | None, usual: str) -> str:
            node = self.structure.argument(train, name, position)
            return node.id if isinstance(node, ast.Name) else usual

        return StepNames(
            model=called("model", 0, "model"),
            loss=called("loss", None, "loss_fn"),
            optimizer=called("optimizer", None, "optimizer"),
            step=function.name if function else "train_step",
        )

    def _step(self) -> None:
        function = self.found.step_function
        if function is None or "train_step" in self.found.custom:
            return
        half = self.after.mixed_precision and not self.after.model
        text = train_step_function(own_model=bool(self.after.model), half=half, names=self._names())
        self.replace(function, text.rstrip("\n"))

    def _policies(self) -> None:
        if not self.after.mixed_precision:
            for statement, call in self.found.policies:
                if self.source.holds_comment(statement):
                    name = self.structure.argument(call, "name", 0)
                    self.replace(name, self.written("float32"))
                else:
                    self.remove_statement(statement)
            return
        given = self.structure.argument(self.structure.train, "model", 0)
        model = self.structure.bound(given)
        if model is None or not self.source.alone_on_its_lines(model):
            self.refuse("mixed_precision")
        begin, end = self.source.lines_of(model)
        for at, policy in ((begin, "mixed_bfloat16"), (end, "float32")):
            text = self.source.with_newlines(f"{policy_statement(policy)}\n")
            self.edits.append(Edit(at, at, text))
