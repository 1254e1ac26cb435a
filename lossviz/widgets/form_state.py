"""The form of a lab: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from lossviz import losses, tasks
from lossviz._arguments import ArgumentError, number, whole_number
from lossviz.losses import Parameter
from lossviz.program import TrainingConfig, optimizers
from lossviz.widgets.own_objects import OwnObjects
from lossviz.wire.messages import Choice, Field

TRAINING_FIELDS = {
    "learning_rate": ("Learning rate", "How far each step goes along the gradient."),
    "epochs": ("Epochs", "How many times the training sees all the data."),
    "batch_size": ("Batch size", "How many samples each step sees."),
    "seed": ("Seed", "The same seed gives the same run again."),
}

NEXT_RUN = "Applies to the next run."


class FormState:
    """Every text that was typed or chosen, kept even while another choice hides its field.

    Not locked; its lab is.
    """

    def __init__(self, config: TrainingConfig | None, own: OwnObjects) -> None:
        self._own = own
        self._texts: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._start = config or TrainingConfig()
        self.reset()

    def reset(self) -> None:
        """Go back to the config that the form began with."""
        self._texts, self._errors = {}, {}
        self.set_config(self._start)

    def set_config(self, config: TrainingConfig) -> None:
        """Fill the form from a config."""
        self._texts |= {
            "task": config.task,
            "dataset": config.dataset,
            "loss": config.loss,
            "optimizer": config.optimizer,
            "learning_rate": _text(config.learning_rate),
            "epochs": str(config.epochs),
            "batch_size": str(config.batch_size),
            "seed": str(config.seed),
        }
        for name, value in config.all_loss_params().items():
            self._texts[f"loss.{config.loss}.{name}"] = _text(value)
        for name, value in config.all_optimizer_params().items():
            self._texts[f"optimizer.{config.optimizer}.{name}"] = _text(value)
        self._errors = {}

    def edit(self, name: str, text: str) -> None:
        """A person typed or chose `text` in the field `name`.

        Raises:
            KeyError: when the form has no such field now.
        """
        if name not in {field["name"] for field in self.fields(None)}:
            raise KeyError(name)
        before = self._texts["optimizer"]
        self._errors = {}
        self._texts[name] = str(text)
        if name == "optimizer" and text in optimizers.OPTIMIZERS:
            # A learning rate that nobody has touched follows the optimizer; a typed one stays.
            untouched = _text(optimizers.get(before).learning_rate)
            if self._texts["learning_rate"] == untouched:
                self._texts["learning_rate"] = _text(optimizers.get(text).learning_rate)
        elif name == "task":
            task = tasks.get(text)
            if not self._own.train and self._texts["dataset"] not in task.datasets:
                self._texts["dataset"] = task.datasets[0]
            if self._texts["loss"] not in task.losses:
                self._texts["loss"] = task.default_loss

    def refuse(self, argument: str, message: str) -> bool:
        """Show an error beside the field of this argument; False when the form has none."""
        name = {"data": "dataset", "validation": "dataset", "model": "dataset"}.get(
            argument, argument
        )
        known = name in self._texts
        if known:
            self._errors[name] = message
        return known

    def errors(self) -> dict[str, str]:
        """What is wrong, by the field's label."""
        return {field["label"]: field["error"] for field in self.fields(None) if field["error"]}

    def config(self, *, one_hot: int = 0) -> TrainingConfig:
        """The config that the form says.

        Raises:
            ArgumentError: for the first bad field.
        """
        for label, error in self.errors().items():
            raise ArgumentError(label, f"{label}: {error}")
        return TrainingConfig(
            task=self._texts["task"],
            dataset=self._texts["dataset"],
            loss=self._texts["loss"],
            loss_params=self._values("loss", losses.get(self._texts["loss"]).params),
            optimizer=self._texts["optimizer"],
            optimizer_params=self._values(
                "optimizer", optimizers.get(self._texts["optimizer"]).params
            ),
            learning_rate=number("learning_rate", self._texts["learning_rate"], above=0),
            epochs=whole_number("epochs", self._texts["epochs"]),
            batch_size=whole_number("batch_size", self._texts["batch_size"]),
            seed=whole_number("seed", self._texts["seed"], minimum=0),
            model=self._own.model,
            train=self._own.train,
            validation=self._own.validation,
            one_hot=one_hot if losses.get(self._texts["loss"]).class_axis else 0,
        )

    def learning_rate(self) -> float | None:
        """The learning rate as it stands, or None while it is none."""
        try:
            return number("learning_rate", self._texts["learning_rate"], above=0)
        except ArgumentError:
            return None

    def fields(self, running: TrainingConfig | None) -> list[Field]:
        """The fields as they are to be shown.

        Args:
            running: the config of the run that trains now; fields that differ from it say so.
        """
        task, loss = tasks.get(self._texts["task"]), losses.get(self._texts["loss"])
        optimizer = optimizers.get(self._texts["optimizer"])
        fields = [
            self._choice("task", "Task", {name: tasks.get(name).title for name in tasks.names()}),
            self._choice("dataset", "Dataset", self._datasets(task)),
            self._choice("loss", "Loss", {name: losses.get(name).title for name in task.losses}),
            *self._params("loss", loss.name, loss.params, running),
            self._choice(
                "optimizer",
                "Optimizer",
                {one.name: one.title for one in optimizers.OPTIMIZERS.values()},
            ),
        ]
        loss_field = fields[2]
        loss_field["formula"], loss_field["advice"] = loss.formula, loss.advice
        if self._own.data_error and not fields[1]["error"]:
            fields[1]["error"] = self._own.data_error
        rate = self._typed("learning_rate", lambda text: number("learning_rate", text, above=0))
        fields += [
            rate,
            *self._params("optimizer", optimizer.name, optimizer.params, running),
            self._typed("epochs", lambda text: whole_number("epochs", text)),
            self._typed("batch_size", lambda text: whole_number("batch_size", text)),
            self._typed(
                "seed", lambda text: whole_number("seed", text, minimum=0, maximum=2**32 - 1)
            ),
        ]
        rate["group"], rate["indent"] = "optimizer", True
        if running is not None:
            for field in fields:
                if "." not in field["name"] and self._differs(field, running):
                    field["note"] = NEXT_RUN
        return fields

    def _datasets(self, task: tasks.Task) -> dict[str, str]:
        if self._own.train:
            return {"": self._own.data_title}
        return {one.name: one.title for one in task.datasets_by_name.values()}

    def _choice(self, name: str, label: str, choices: Mapping[str, str]) -> Field:
        lines = [Choice(value=value, label=title) for value, title in choices.items()]
        group = {"loss": "loss", "optimizer": "optimizer"}.get(name, "task")
        return _field(
            name, label, "choice", self._texts[name], group, choices=lines,
            error=self._errors.get(name, ""),
        )  # fmt: skip

    def _typed(self, name: str, read: Callable[[str], Any]) -> Field:
        label, help_ = TRAINING_FIELDS[name]
        text = self._texts[name]
        error = self._errors.get(name, "") or _error(read, text)
        return _field(name, label, "text", text, "training", help_=help_, error=error)

    def _params(
        self,
        group: str,
        owner: str,
        params: Mapping[str, Parameter],
        running: TrainingConfig | None,
    ) -> list[Field]:
        fields = []
        used = None
        if running is not None and owner == getattr(running, group):
            used = running.all_loss_params() if group == "loss" else running.all_optimizer_params()
        for param, card in params.items():
            name = f"{group}.{owner}.{param}"
            text = self._texts.setdefault(name, _text(card.default))
            switch = card.kind == "switch"
            error = "" if switch else _error(partial(card.check, param), text)
            field = _field(
                name,
                param.replace("_", " ").capitalize(),
                "choice" if switch else "text",
                text,
                group,
                choices=[Choice(value="False", label="no"), Choice(value="True", label="yes")]
                if switch
                else [],
                help_=card.help,
                error=error,
                indent=True,
            )
            if used is not None and not error and used.get(param) != _value(card, param, text):
                field["note"] = NEXT_RUN
            fields.append(field)
        return fields

    def _values(self, group: str, params: Mapping[str, Parameter]) -> dict[str, Any]:
        owner = self._texts[group]
        values = {}
        for param, card in params.items():
            text = self._texts.get(f"{group}.{owner}.{param}")
            value = card.default if text is None else _value(card, param, text)
            if value != card.default:
                values[param] = value
        return values

    def _differs(self, field: Field, running: TrainingConfig) -> bool:
        used, text = getattr(running, field["name"]), field["value"]
        if field["error"]:
            return False
        return bool(used != (type(used)(text) if field["kind"] == "text" else text))


def _value(card: Parameter, name: str, text: str) -> Any:
    return text == "True" if card.kind == "switch" else card.check(name, text)


def _error(read: Callable[[str], Any], text: str) -> str:
    try:
        read(text)
    except ArgumentError as error:
        return error.accepted
    return ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _field(
    name: str,
    label: str,
    kind: Any,
    value: str,
    group: Any,
    *,
    choices: list[Choice] | None = None,
    help_: str = "",
    error: str = "",
    indent: bool = False,
) -> Field:
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "value": value,
        "choices": choices or [],
        "group": group,
        "indent": indent,
        "help": help_,
        "formula": "",
        "advice": "",
        "error": error,
        "note": "",
    }
