"""How a form is shown: its fields, from what was typed and chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lossviz import _tensorflow, losses, optimizers, tasks
from lossviz._arguments import number, whole_number
from lossviz._parameter import Parameter
from lossviz.program import TrainingConfig
from lossviz.training import devices
from lossviz.widgets.fields import (
    action,
    choice,
    error_of,
    parameter_field,
    plain_field,
    text_of,
    value_of,
)
from lossviz.widgets.user_objects import UserObjects, classes_of_model
from lossviz.wire.lab_traits import Choice, Field

TRAINING_FIELDS = {
    "learning_rate": ("Learning rate", "How far a step moves the weights along the gradient."),
    "epochs": ("Epochs", "Passes over the training data."),
    "batch_size": ("Batch size", "Samples per step."),
    "seed": ("Seed", "Runs with the same seed give the same numbers."),
    "early_stopping": (
        "Early stopping",
        "Stop when the validation loss has not improved for this many epochs. 0 turns it off.",
    ),
    "reduce_lr_on_plateau": (
        "Reduce on plateau",
        (
            "Divide the learning rate by 10 when the validation loss has not improved for this "
            "many epochs. 0 turns it off."
        ),
    ),
}

READ: Mapping[str, Callable[[str], Any]] = {
    "task": str,
    "learning_rate": lambda text: number("learning_rate", text, above=0),
    "epochs": lambda text: whole_number("epochs", text),
    "batch_size": lambda text: whole_number("batch_size", text),
    "seed": lambda text: whole_number("seed", text, minimum=0, maximum=2**32 - 1),
    "device": str,
    "jit_compile": lambda text: text == "True",
    "mixed_precision": lambda text: text == "True",
    "early_stopping": lambda text: whole_number("early_stopping", text, minimum=0),
    "reduce_lr_on_plateau": lambda text: whole_number("reduce_lr_on_plateau", text, minimum=0),
}
"""How the text of each field with one setting is read."""

SWITCHES = {
    "jit_compile": "Fuse the operations of a step: slower to start, often faster from then on.",
    "mixed_precision": "Compute in bfloat16 and keep weights in float32: faster on recent GPUs.",
}

FOLDER = "folder"
"""The dataset choice for a folder whose path is typed."""

SOFTMAX_OF_ONE = "Softmax over a single number is always 1, so the model learns nothing. Choose No."

NEXT_RUN = "Applies to the next run."

CUSTOM = "custom"
"""The choice for code that the user has edited."""


@dataclass(frozen=True)
class ProgramParts:
    """What the program's text says that no field can.

    Attributes:
        custom: the names of the parts that a person rewrote.
        made_from: the title of the loss from which a custom loss was made, within a sentence.
        params: the parameters that a custom loss has.
        kept: value and title of each loss under "My custom losses".
        question: what is asked before a custom loss gives way; "" for nothing.
    """

    custom: tuple[str, ...] = ()
    made_from: str = ""
    params: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    question: str = ""

    @property
    def custom_loss(self) -> bool:
        """Whether the loss is the person's own text."""
        return "loss_fn" in self.custom

    @property
    def loss_label(self) -> str:
        """What the drop-down calls a custom loss."""
        return f"Custom, based on {self.made_from}" if self.made_from else "Custom"

    @property
    def loss_phrase(self) -> str:
        """The same within a line about the program."""
        return f"custom loss based on {self.made_from}" if self.made_from else "custom loss"


def chosen_dataset(texts: Mapping[str, str]) -> str:
    """The data set as a config names it: a name, or the path of a folder."""
    if texts["dataset"] != FOLDER:
        return texts["dataset"]
    typed = texts["folder"].strip()
    # A path is told from a name by its separator.
    return typed if tasks.is_folder(typed) else f"./{typed}"


def is_own(loss: str) -> bool:
    """Whether the loss of this name is a user's own."""
    return losses.get(loss).family == "own"


class FormView:
    """The fields of one moment."""

    def __init__(
        self,
        texts: dict[str, str],
        errors: Mapping[str, str],
        notes: Mapping[str, str],
        own: UserObjects,
        written: ProgramParts,
    ) -> None:
        """Show these texts, by the fields' names; parameters without one get their default."""
        self._texts, self._errors, self._notes = texts, errors, notes
        self._written = written
        self._own = own
        self._task = tasks.get(texts["task"])
        self._loss = losses.get(texts["loss"])

    def fields(self, running: TrainingConfig | None) -> list[Field]:
        """The fields as they are to be shown.

        Args:
            running: the config of the run that trains now; fields that differ from it say so.
        """
        titles = [choice(name, tasks.get(name).title) for name in tasks.names()]
        known = [choice(name, title) for name, title in optimizers.titles().items()]
        rate = self._typed("learning_rate")
        rate["group"], rate["indent"] = "optimizer", True
        fields = [
            self._choice("task", "Task", titles),
            *self._dataset_fields(),
            *self._loss_fields(),
            self._optimizer_field(known),
            rate,
            *self._params("optimizer", self._optimizer_params(advanced=False)),
            *(self._typed(name) for name in ("epochs", "batch_size", "seed")),
            *self._advanced_fields(),
        ]
        defaults = self._defaults()
        for field in fields:
            field["changed"] = bool(field["error"]) or self._differs(field, defaults)
            if running is not None and self._differs(field, running):
                field["note"] = NEXT_RUN
        return fields

    def _defaults(self) -> TrainingConfig:
        """What the chosen task, loss and optimizer bring with them."""
        return TrainingConfig(
            task=self._task.name, loss=self._loss.name, optimizer=self._texts["optimizer"]
        )

    def _optimizer_field(self, known: list[Choice]) -> Field:
        field = self._choice("optimizer", "Optimizer", known)
        if "optimizer" in self._written.custom:
            field["note"] = "The code defines its own optimizer, which is used instead."
        return field

    def _optimizer_params(self, *, advanced: bool) -> dict[str, Parameter]:
        params = optimizers.get(self._texts["optimizer"]).params
        return {name: card for name, card in params.items() if card.advanced == advanced}

    def _advanced_fields(self) -> list[Field]:
        names = ["", *(devices.names() if _tensorflow.is_loaded() else [])]
        if self._texts["device"] not in names:
            names.append(self._texts["device"])
        device = self._choice(
            "device", "Device", [choice(name, name or "First GPU, else CPU") for name in names]
        )
        fields = [
            device,
            *(self._typed(name) for name in ("early_stopping", "reduce_lr_on_plateau")),
            *self._params("optimizer", self._optimizer_params(advanced=True)),
        ]
        switches = {"jit_compile": "Compile with XLA"}
        if not self._own.model:
            # A model of the user's own has the precision that it was made with.
            switches["mixed_precision"] = "Mixed precision"
        for name, label in switches.items():
            fields.append(
                plain_field(
                    name, label, "check", self._texts[name], "advanced", help_=SWITCHES[name]
                )
            )
        for field in fields:
            field["group"], field["indent"] = "advanced", False
        return fields

    def _dataset_fields(self) -> list[Field]:
        task = self._task
        if self._own.train:
            field = self._choice("dataset", "Dataset", [choice("", self._own.data_title)])
            field["error"] = field["error"] or self._own.data_error
            return [field]
        choices = [choice(one.name, one.title) for one in task.datasets_by_name.values()]
        if task.folder is not None:
            choices.append(choice(FOLDER, "Your own folder"))
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
        return "" if there else f"The kernel finds no folder {typed!r}."

    def _loss_fields(self) -> list[Field]:
        loss, task = self._loss, self._task
        suited = [name for name in task.losses if not is_own(name)]
        own = [name for name in losses.names() if is_own(name)]
        others = [name for name in losses.names() if name not in {*suited, *own}]
        if self._texts["all_losses"] != "True":
            others = [name for name in others if name == loss.name]
        written = self._written
        headings = bool(own or others or written.kept or written.custom_loss)
        choices = [choice(CUSTOM, written.loss_label, "In the code")] if written.custom_loss else []
        choices += [choice(value, title, "My custom losses") for value, title in written.kept]
        choices += [
            choice(name, losses.get(name).title, heading if headings else "")
            for heading, group in (
                (f"Suited to {task.title[0].lower()}{task.title[1:]}", suited),
                ("Your own", own),
                ("Others", others),
            )
            for name in group
        ]
        field = self._choice("loss", "Loss", choices)
        if written.custom_loss:
            self._describe_custom(field)
        else:
            field["formula"], field["advice"] = loss.formula, loss.advice
            field["warning"] = losses.why_not(loss, task.name)
        params = {
            name: card
            for name, card in loss.params.items()
            if (name in written.params or not written.custom_loss) and self._tells(name)
        }
        every = plain_field(
            "all_losses", "All losses", "check", self._texts["all_losses"], "loss",
            help_="Also list losses that do not suit this task.", indent=True,
        )  # fmt: skip
        fields = self._params("loss", params)
        for one in fields:
            if self._of_numbers and one["name"].endswith(".from_logits"):
                one["warning"] = SOFTMAX_OF_ONE
        return [field, *fields, every]

    @property
    def _of_numbers(self) -> bool:
        """Whether the task's targets are plain numbers."""
        return losses.SUITS[self._task.name].targets == "numbers"

    def _tells(self, param: str) -> bool:
        """Whether a parameter of the loss means something for the task, or has been set."""
        if param != "from_logits" or not self._of_numbers:
            return True
        default = text_of(self._loss.params[param].default)
        return self._texts.get(f"loss.{self._loss.name}.{param}", default) != default

    def _describe_custom(self, field: Field) -> None:
        field["value"] = CUSTOM
        field["advice"] = "Your own loss: loss_fn in the code."
        if self._written.question:
            field["warning"] = self._written.question
            field["actions"] = [
                action("replace_loss", "Replace it"),
                action("keep_loss", "Keep mine"),
            ]
        elif self._written.made_from:
            field["actions"] = [
                action("compare", "Compare with original"),
                action("reset_loss", "Reset to original"),
            ]

    def _choice(self, name: str, label: str, choices: list[Choice]) -> Field:
        group: Any = {"loss": "loss", "optimizer": "optimizer"}.get(name, "task")
        field = plain_field(
            name, label, "choice", self._texts[name], group, choices=choices,
            error=self._errors.get(name, ""),
        )  # fmt: skip
        field["note"] = self._notes.get(name, "")
        return field

    def _typed(self, name: str) -> Field:
        label, help_ = TRAINING_FIELDS[name]
        text = self._texts[name]
        error = self._errors.get(name, "") or error_of(READ[name], text)
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
        if group == "optimizer":
            self._exclude(fields)
        return fields

    def _exclude(self, fields: list[Field]) -> None:
        """Of parameters of which Keras takes one, refuse every further one that is set."""
        optimizer = optimizers.get(self._texts["optimizer"])
        by_name = {field["name"].rpartition(".")[2]: field for field in fields}
        values = {
            name: value_of(optimizer.params[name], name, field["value"])
            for name, field in by_name.items()
            if not field["error"]
        }
        for name in optimizers.exclusive(values)[1:]:
            both = {one: values[one] for one in (optimizers.exclusive(values)[0], name)}
            by_name[name]["error"] = error_of(partial(_check_together, optimizer, both), "")

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
        if field["kind"] == "check":
            return bool(getattr(running, group) != (field["value"] == "True"))
        if field["value"] == CUSTOM:
            return False
        if not rest:
            used = getattr(running, group)
            text = chosen_dataset(self._texts) if group == "dataset" else field["value"]
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


def _check_together(optimizer: optimizers.Optimizer, params: Mapping[str, Any], _: str) -> None:
    optimizer.check_params(params)
