"""The form of a lab: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lossviz import losses, tasks
from lossviz._arguments import ArgumentError, number, whole_number
from lossviz.losses import Parameter
from lossviz.program import TrainingConfig, optimizers
from lossviz.widgets.fields import (
    choice,
    error_of,
    parameter_field,
    plain_field,
    text_of,
    value_of,
)
from lossviz.widgets.own_objects import OwnObjects, classes_of_model, classes_to_encode
from lossviz.wire.messages import Choice, Field

TRAINING_FIELDS = {
    "learning_rate": ("Learning rate", "How far each step goes along the gradient."),
    "epochs": ("Epochs", "How many times the training sees all the data."),
    "batch_size": ("Batch size", "How many samples each step sees."),
    "seed": ("Seed", "The same seed gives the same run again."),
}

FOLDER = "folder"
"""The choice of data that stands for a folder whose path is typed."""

NEXT_RUN = "Applies to the next run."


class FormState:
    """Every text that was typed or chosen, kept even while another choice hides its field.

    Not locked; its lab is.
    """

    def __init__(self, config: TrainingConfig | None, own: OwnObjects) -> None:
        self._own = own
        self._texts: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._notes: dict[str, str] = {}
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
        }
        if tasks.is_folder(config.dataset):
            self._texts |= {"dataset": FOLDER, "folder": config.dataset}
        for name, value in config.all_loss_params().items():
            self._texts[f"loss.{config.loss}.{name}"] = text_of(value)
        for name, value in config.all_optimizer_params().items():
            self._texts[f"optimizer.{config.optimizer}.{name}"] = text_of(value)
        self._errors, self._notes = {}, {}

    # -- what a person does -------------------------------------------------------------------

    def edit(self, name: str, text: str) -> None:
        """A person typed or chose `text` in the field `name`.

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
        if name in {"task", "dataset", "loss"}:
            self._notes = {}
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
        """Show an error beside the field of this argument; False when the form has none."""
        name = {"data": "dataset", "validation": "dataset", "model": "dataset"}.get(
            argument, argument
        )
        if name == "dataset" and self._texts["dataset"] == FOLDER:
            name = "folder"
        weights = f"loss.{self._texts['loss']}.{name}"
        name = weights if weights in self._texts else name
        known = name in self._texts
        if known:
            self._errors[name] = message
        return known

    def _follow_task(self, before: tasks.Task) -> None:
        """Data and loss that the new task does not have, or nobody chose, give way to its own."""
        task, loss = self._task, self._texts["loss"]
        kept = loss in task.losses and loss != before.default_loss
        if not kept and not self._is_own(loss):
            self._texts["loss"] = task.default_loss
        if self._own.train:
            return
        folder = self._texts["dataset"] == FOLDER and task.folder is not None
        if not folder and self._texts["dataset"] not in task.datasets:
            self._texts["dataset"] = task.dataset_for(self._loss)

    def _follow_loss(self) -> None:
        """Where the data cannot be learnt with this loss and others can, take those and say so."""
        chosen = self._texts["dataset"]
        if self._own.train or chosen not in self._task.datasets_by_name:
            return
        if not self._task.dataset(chosen).takes(self._loss):
            fitting = self._task.dataset_for(self._loss)
            if self._task.dataset(fitting).takes(self._loss):
                self._texts["dataset"] = fitting
                self._notes["dataset"] = f"Changed from {chosen}: {self._loss.title} needs these."

    def _follow_dataset(self) -> None:
        """Where the new data cannot be learnt with the loss, take one that can and say so."""
        chosen = self._texts["dataset"]
        if chosen not in self._task.datasets_by_name:
            return
        dataset, loss = self._task.dataset(chosen), self._loss
        if not dataset.takes(loss):
            fitting = [name for name in self._task.losses if dataset.takes(losses.get(name))]
            if fitting:
                self._texts["loss"] = fitting[0]
                self._notes["loss"] = f"Changed from {loss.title}, which cannot learn these data."

    def _follow_defaults(self, before: Mapping[str, str]) -> None:
        """Fields that nobody has touched follow the task and the optimizer; typed ones stay."""
        for name in ("optimizer", "epochs", "batch_size", "learning_rate"):
            if self._texts[name] == before[name]:
                self._texts[name] = self._defaults()[name]

    def _defaults(self) -> dict[str, str]:
        """What the fields hold that nobody has touched."""
        task = self._task
        plain = TrainingConfig(task=task.name, optimizer=self._texts["optimizer"])
        return {
            "optimizer": task.optimizer,
            "epochs": str(task.epochs),
            "batch_size": str(task.batch_size),
            "learning_rate": text_of(plain.learning_rate),
        }

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
            "dataset": self._dataset(),
            "seed": whole_number("seed", self._texts["seed"], minimum=0),
        }

    def config(self) -> TrainingConfig:
        """The config that the form says.

        Raises:
            ArgumentError: for the first bad field.
        """
        for label, error in self.errors().items():
            raise ArgumentError(label, f"{label}: {error}")
        loss, optimizer = self._loss, optimizers.get(self._texts["optimizer"])
        return TrainingConfig(
            task=self._texts["task"],
            dataset=self._dataset(),
            loss=loss.name,
            loss_params=self._values("loss", loss.params),
            optimizer=optimizer.name,
            optimizer_params=self._values("optimizer", optimizer.params),
            learning_rate=number("learning_rate", self._texts["learning_rate"], above=0),
            epochs=whole_number("epochs", self._texts["epochs"]),
            batch_size=whole_number("batch_size", self._texts["batch_size"]),
            seed=whole_number("seed", self._texts["seed"], minimum=0),
            model=self._own.model,
            train=self._own.train,
            validation=self._own.validation,
            one_hot=classes_to_encode(self._own, loss, self._task),
        )

    def learning_rate(self) -> float | None:
        """The learning rate as it stands, or None while it is none."""
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

    def _is_own(self, loss: str) -> bool:
        return losses.get(loss).family == "own"

    def _dataset(self) -> str:
        if self._texts["dataset"] != FOLDER:
            return self._texts["dataset"]
        typed = self._texts["folder"].strip()
        # A path is told from a name by its separator.
        return typed if tasks.is_folder(typed) else f"./{typed}"

    def _values(self, group: str, params: Mapping[str, Parameter]) -> dict[str, Any]:
        owner = self._texts[group]
        values = {}
        for param, card in params.items():
            text = self._texts.get(f"{group}.{owner}.{param}")
            value = card.default if text is None else value_of(card, param, text)
            if value != card.default:
                values[param] = value
        return values

    # -- what is shown ------------------------------------------------------------------------

    def fields(self, running: TrainingConfig | None) -> list[Field]:
        """The fields as they are to be shown.

        Args:
            running: the config of the run that trains now; fields that differ from it say so.
        """
        titles = [choice(name, tasks.get(name).title) for name in tasks.names()]
        known = [choice(one.name, one.title) for one in optimizers.OPTIMIZERS.values()]
        rate = self._typed("learning_rate", lambda text: number("learning_rate", text, above=0))
        rate["group"], rate["indent"] = "optimizer", True
        fields = [
            self._choice("task", "Task", titles),
            *self._dataset_fields(),
            *self._loss_fields(),
            self._choice("optimizer", "Optimizer", known),
            rate,
            *self._params("optimizer", optimizers.get(self._texts["optimizer"]).params),
            self._typed("epochs", lambda text: whole_number("epochs", text)),
            self._typed("batch_size", lambda text: whole_number("batch_size", text)),
            self._typed(
                "seed", lambda text: whole_number("seed", text, minimum=0, maximum=2**32 - 1)
            ),
        ]
        if running is not None:
            for field in fields:
                if self._differs(field, running):
                    field["note"] = NEXT_RUN
        return fields

    def _dataset_fields(self) -> list[Field]:
        task = self._task
        if self._own.train:
            field = self._choice("dataset", "Dataset", [choice("", self._own.data_title)])
            field["error"] = field["error"] or self._own.data_error
            return [field]
        choices = [choice(one.name, one.title) for one in task.datasets_by_name.values()]
        if task.folder is not None:
            choices.append(choice(FOLDER, "a folder of your own"))
        fields = [self._choice("dataset", "Dataset", choices)]
        if self._texts["dataset"] == FOLDER:
            fields.append(
                plain_field(
                    "folder", "Folder", "text", self._texts["folder"], "task",
                    help_=task.folder_help, indent=True,
                    error=self._errors.get("folder", "") or self._folder_error(),
                )
            )  # fmt: skip
        return fields

    def _folder_error(self) -> str:
        typed = self._texts["folder"].strip()
        if not typed:
            return "Enter the path of a folder."
        there = Path(typed).expanduser().is_dir()
        return "" if there else f"There is no folder {typed!r} where the kernel runs."

    def _loss_fields(self) -> list[Field]:
        loss, task = self._loss, self._task
        suited = [name for name in task.losses if not self._is_own(name)]
        own = [name for name in losses.names() if self._is_own(name)]
        others = [name for name in losses.names() if name not in {*suited, *own}]
        if self._texts["all_losses"] != "True":
            others = [name for name in others if name == loss.name]
        choices = [
            choice(name, losses.get(name).title, heading if own or others else "")
            for heading, group in (
                (f"Suited to {task.title[0].lower()}{task.title[1:]}", suited),
                ("Your own", own),
                ("Others", others),
            )
            for name in group
        ]
        field = self._choice("loss", "Loss", choices)
        field["formula"], field["advice"] = loss.formula, loss.advice
        field["warning"] = losses.why_not(loss, task.name)
        every = plain_field(
            "all_losses", "All losses", "check", self._texts["all_losses"], "loss",
            help_="Offer the losses that do not suit the task, too.", indent=True,
        )  # fmt: skip
        return [field, *self._params("loss", loss.params), every]

    def _choice(self, name: str, label: str, choices: list[Choice]) -> Field:
        group: Any = {"loss": "loss", "optimizer": "optimizer"}.get(name, "task")
        field = plain_field(
            name, label, "choice", self._texts[name], group, choices=choices,
            error=self._errors.get(name, ""),
        )  # fmt: skip
        field["note"] = self._notes.get(name, "")
        return field

    def _typed(self, name: str, read: Callable[[str], Any]) -> Field:
        label, help_ = TRAINING_FIELDS[name]
        text = self._texts[name]
        error = self._errors.get(name, "") or error_of(read, text)
        return plain_field(name, label, "text", text, "training", help_=help_, error=error)

    def _params(self, group: Any, params: Mapping[str, Parameter]) -> list[Field]:
        fields = []
        for param, card in params.items():
            name = f"{group}.{self._texts[group]}.{param}"
            text = self._texts.setdefault(name, text_of(card.default))
            field = parameter_field(name, param, card, text, group)
            if card.kind == "numbers" and not field["error"]:
                field["error"] = error_of(partial(self._check_count, param, card), text)
            field["error"] = self._errors.get(name, "") or field["error"]
            fields.append(field)
        return fields

    def _check_count(self, param: str, card: Parameter, text: str) -> None:
        chosen = self._texts["dataset"]
        classes = classes_of_model(self._own)
        if not classes and chosen in self._task.datasets_by_name:
            classes = self._task.dataset(chosen).classes
        self._loss.check_count({param: value_of(card, param, text)}, classes)

    def _differs(self, field: Field, running: TrainingConfig) -> bool:
        """Whether a field says something else than the run that trains now."""
        group, _, rest = field["name"].partition(".")
        if field["error"] or group in {"all_losses", "folder"}:
            return False
        if not rest:
            used = getattr(running, group)
            text = self._dataset() if group == "dataset" else field["value"]
            return bool(used != (type(used)(text) if field["kind"] == "text" else text))
        owner, _, param = rest.partition(".")
        if owner != getattr(running, group):
            return False
        if group == "loss":
            card, used = losses.get(owner).params[param], running.all_loss_params()[param]
        else:
            card = optimizers.get(owner).params[param]
            used = running.all_optimizer_params()[param]
        return bool(used != value_of(card, param, field["value"]))
