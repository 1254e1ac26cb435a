"""The form of a lab: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import partial
from typing import Any

from lossviz import losses, optimizers, tasks
from lossviz._arguments import ArgumentError, number, whole_number
from lossviz._parameter import Parameter
from lossviz.program import TrainingConfig
from lossviz.widgets.fields import error_of, text_of, value_of
from lossviz.widgets.form_view import (
    CUSTOM,
    FOLDER,
    READ,
    FormView,
    ProgramParts,
    chosen_dataset,
    is_own,
)
from lossviz.widgets.user_objects import UserObjects, classes_to_encode, losses_of_logits
from lossviz.wire.lab_traits import Field


class FormState:
    """Every text that was typed or chosen, kept even while another choice hides its field.

    Not locked; its lab is.

    Attributes:
        written: what the program's text says besides the fields.
    """

    def __init__(self, config: TrainingConfig | None, own: UserObjects) -> None:
        self._own = own
        self._texts: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._notes: dict[str, str] = {}
        self.written = ProgramParts()
        self._start = config or TrainingConfig()
        self.reset()

    def reset(self) -> None:
        """Go back to the config that the form began with."""
        self._texts = {"folder": "", "all_losses": "False"}
        self.set_config(self._start)

    def set_config(self, config: TrainingConfig) -> None:
        """Fill the form from a config."""
        self._texts |= {
            "task": config.task,
            "dataset": config.dataset,
            "loss": config.loss,
            "optimizer": config.optimizer,
            "learning_rate": text_of(config.learning_rate),
            "epochs": str(config.epochs),
            "batch_size": str(config.batch_size),
            "seed": str(config.seed),
            "device": config.device,
            "early_stopping": str(config.early_stopping),
            "reduce_lr_on_plateau": str(config.reduce_lr_on_plateau),
            "jit_compile": str(config.jit_compile),
            "mixed_precision": str(config.mixed_precision),
        }
        if tasks.is_folder(config.dataset):
            self._texts |= {"dataset": FOLDER, "folder": config.dataset}
        params = config.all_loss_params()
        if self._own.probabilities:
            # What was found about the user's model counts until it is changed.
            for name in losses_of_logits():
                self._texts[f"loss.{name}.from_logits"] = text_of(False)
            if config.loss in losses_of_logits():
                params["from_logits"] = config.loss_params.get("from_logits", False)
        for name, value in params.items():
            self._texts[f"loss.{config.loss}.{name}"] = text_of(value)
        for name, value in config.all_optimizer_params().items():
            self._texts[f"optimizer.{config.optimizer}.{name}"] = text_of(value)
        self._errors, self._refused, self._notes = {}, {}, {}

    # -- user actions -------------------------------------------------------------------------

    def edit(self, name: str, text: str) -> None:
        """The user typed or chose `text` in the field `name`.

        Raises:
            KeyError: when the form has no such field now.
        """
        field = next(one for one in [*self.fields(None), None] if not one or one["name"] == name)
        if field is None:
            raise KeyError(name)
        text = str(text)
        known = {one["value"] for one in field["choices"]}
        if known and text not in known:
            raise KeyError(text)
        before, task_before = self._defaults(), self._task
        self._errors = {}
        self._refused.pop(name, None)
        if name in {"task", "dataset", "loss"}:
            self._notes = {}
        if name == "loss" and text == CUSTOM:
            return
        self._texts[name] = text
        if name == "task":
            self._follow_task(task_before)
        elif name == "loss":
            self._follow_loss()
        elif name == "dataset":
            self._follow_dataset()
        if name in {"task", "optimizer"}:
            self._follow_defaults(before)

    def fill(self, name: str, value: Any) -> None:
        """Put a value that was worked out into the field `name`, whether it is on show or not."""
        self._texts[name] = text_of(value)
        self._errors.pop(name, None)

    def refuse(self, argument: str, message: str) -> bool:
        """Show an error next to the field of this argument; False when the form has none."""
        name = {"data": "dataset", "validation": "dataset", "model": "dataset"}.get(
            argument, argument
        )
        if name == "dataset" and self._texts["dataset"] == FOLDER:
            name = "folder"
        for group in ("loss", "optimizer"):
            param = f"{group}.{self._texts[group]}.{name}"
            name = param if param in self._texts else name
        known = name in self._texts
        if known:
            self._errors[name] = message
        return known

    def refuse_change(self, argument: str, message: str) -> bool:
        """Show next to a field why the program's text cannot say what it says, until it can."""
        for name in (
            argument,
            f"loss.{self._texts['loss']}.{argument}",
            f"optimizer.{self._texts['optimizer']}.{argument}",
        ):
            if name in self._texts:
                self._refused[name] = message
                return True
        return False

    def _follow_task(self, before: tasks.Task) -> None:
        """Data and loss that the new task does not have, or nobody chose, change to its own."""
        task, loss = self._task, self._texts["loss"]
        kept = loss in task.losses and loss != before.default_loss
        if self.written.custom_loss:
            kept = loss in task.losses
        if not kept and not is_own(loss):
            self._texts["loss"] = task.default_loss
        if self._own.train:
            return
        folder = self._texts["dataset"] == FOLDER and task.folder is not None
        if not folder and self._texts["dataset"] not in task.datasets:
            self._texts["dataset"] = task.dataset_for(self._loss)

    def _follow_loss(self) -> None:
        """Where the data cannot be learned with this loss and others can, take those and say so."""
        chosen = self._texts["dataset"]
        if self._own.train or chosen not in self._task.datasets_by_name:
            return
        if not self._task.dataset(chosen).takes(self._loss):
            fitting = self._task.dataset_for(self._loss)
            if self._task.dataset(fitting).takes(self._loss):
                self._texts["dataset"] = fitting
                self._notes["dataset"] = (
                    f"Changed from {chosen}: {self._loss.title} needs this dataset."
                )

    def _follow_dataset(self) -> None:
        """Where the new data cannot be learned with the loss, take one that can and say so."""
        chosen = self._texts["dataset"]
        if chosen not in self._task.datasets_by_name:
            return
        dataset, loss = self._task.dataset(chosen), self._loss
        if not dataset.takes(loss) and not self.written.custom_loss:
            fitting = [name for name in self._task.losses if dataset.takes(losses.get(name))]
            if fitting:
                self._texts["loss"] = fitting[0]
                self._notes["loss"] = (
                    f"Changed from {loss.title}, which does not support this dataset."
                )

    def _follow_defaults(self, before: Mapping[str, str]) -> None:
        """Fields that nobody has touched follow the task and the optimizer; typed ones stay."""
        for name in ("optimizer", "epochs", "batch_size", "learning_rate"):
            if self._texts[name] == before[name]:
                self._texts[name] = self._defaults()[name]

    def _defaults(self) -> dict[str, str]:
        """What the fields hold that the user has not touched."""
        task = self._task
        plain = TrainingConfig(task=task.name, optimizer=self._texts["optimizer"])
        return {
            "optimizer": task.optimizer,
            "epochs": str(task.epochs),
            "batch_size": str(task.batch_size),
            "learning_rate": text_of(plain.learning_rate),
        }

    def fields(self, running: TrainingConfig | None) -> list[Field]:
        """The fields to show.

        Args:
            running: the config of the run that trains now; fields that differ from it say so.
        """
        errors = self._refused | self._errors
        return FormView(self._texts, errors, self._notes, self._own, self.written).fields(running)

    # -- what it means ------------------------------------------------------------------------

    def errors(self) -> dict[str, str]:
        """What is wrong, by the field's label."""
        return {field["label"]: field["error"] for field in self.fields(None) if field["error"]}

    def config_of_data(self) -> dict[str, Any]:
        """Task, data set and seed, the choices on which the data depend.

        Raises:
            ArgumentError: when one of them is bad.
        """
        bad = {field["name"]: field for field in self.fields(None) if field["error"]}
        for name in ("dataset", "folder", "seed"):
            if name in bad:
                raise ArgumentError(name, f"{bad[name]['label']}: {bad[name]['error']}")
        return {
            "task": self._task.name,
            "dataset": chosen_dataset(self._texts),
            "seed": whole_number("seed", self._texts["seed"], minimum=0),
        }

    def config(self) -> TrainingConfig:
        """The config that the form says.

        Raises:
            ArgumentError: for the first bad field.
        """
        for label, error in self.errors().items():
            raise ArgumentError(label, f"{label}: {error}")
        return TrainingConfig(**self.choices(TrainingConfig()) | self._own.expressions())

    def choices(self, base: TrainingConfig) -> dict[str, Any]:
        """What the fields say, as arguments of a config; a bad field says what `base` does."""
        bad = {field["name"] for field in self.fields(None) if field["error"]}
        texts = self._texts
        values: dict[str, Any] = {
            name: getattr(base, name) if name in bad else read(texts[name])
            for name, read in READ.items()
        }
        folder = bad & {"dataset", "folder"}
        values["dataset"] = base.dataset if folder else chosen_dataset(texts)
        values["loss"], values["optimizer"] = texts["loss"], texts["optimizer"]
        for group, params, same, before in (
            ("loss", self._loss.params, base.loss, base.all_loss_params()),
            ("optimizer", self._optimizer.params, base.optimizer, base.all_optimizer_params()),
        ):
            known = before if same == texts[group] else {}
            values[f"{group}_params"] = self._values(group, params, known, bad)
        values["one_hot"] = classes_to_encode(self._own, self._loss, self._task)
        values["streamed"] = self._own.streamed if values["one_hot"] else ()
        return values

    def follow(
        self, before: TrainingConfig, after: TrainingConfig, waiting: Container[str] = ()
    ) -> None:
        """Show what the program's text says now; a field that says the same keeps its text.

        Args:
            before: what the text said.
            after: what it says.
            waiting: choices that are still to be written into the text.
        """
        said, old = self.choices(after), before.as_dict()
        for name, value in after.as_dict().items():
            if name in waiting or name not in said:
                continue
            # A bad text stays where the code has not changed its mind in the meantime.
            if name not in {"loss_params", "optimizer_params"}:
                if said[name] != value or (value != old[name] and self._bad(name, value)):
                    self._show(name, value)
                continue
            group = name.removesuffix("_params")
            owner = getattr(after, group)
            if group == "loss":
                cards, params = losses.get(owner).params, after.all_loss_params()
            else:
                cards, params = optimizers.get(owner).params, after.all_optimizer_params()
            same = getattr(before, group) == owner
            for one, written in params.items():
                field, card = f"{group}.{owner}.{one}", cards[one]
                text = self._texts.get(field, text_of(card.default))
                if error_of(partial(value_of, card, one), text):
                    shown = old[name].get(one, card.default) if same else None
                else:
                    shown = value_of(card, one, text)
                if shown != written:
                    self._show(field, written)

    def _bad(self, name: str, value: Any) -> bool:
        return bool(READ.get(name)) and bool(error_of(READ[name], self._texts[name]))

    def _show(self, name: str, value: Any) -> None:
        self._refused.pop(name, None)
        self._errors.pop(name, None)
        self._notes.pop(name, None)
        if name == "dataset" and tasks.is_folder(value):
            self._texts |= {"dataset": FOLDER, "folder": value}
        elif name in self._texts or "." in name:
            self._texts[name] = text_of(value)

    def learning_rate(self) -> float | None:
        """The learning rate entered, or None while it is not valid."""
        try:
            return number("learning_rate", self._texts["learning_rate"], above=0)
        except ArgumentError:
            return None

    @property
    def _task(self) -> tasks.Task:
        return tasks.get(self._texts["task"])

    @property
    def _loss(self) -> losses.Loss:
        return losses.get(self._texts["loss"])

    @property
    def _optimizer(self) -> optimizers.Optimizer:
        return optimizers.get(self._texts["optimizer"])

    def _values(
        self,
        group: str,
        params: Mapping[str, Parameter],
        known: Mapping[str, Any],
        bad: Container[str],
    ) -> dict[str, Any]:
        owner = self._texts[group]
        values = {}
        for param, card in params.items():
            name = f"{group}.{owner}.{param}"
            text = self._texts.get(name)
            if name in bad:
                value = known.get(param, card.default)
            else:
                value = card.default if text is None else value_of(card, param, text)
            if value != card.default:
                values[param] = value
        return values
