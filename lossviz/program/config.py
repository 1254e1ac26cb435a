"""The settings that a user has chosen: the config of a training run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lossviz import losses, optimizers, tasks
from lossviz._arguments import ArgumentError, number, unknown_name, whole_number
from lossviz._parameter import Parameter


@dataclass(frozen=True, init=False, eq=False)
class TrainingConfig:
    """The choices behind a program. Immutable; every value is checked when it is made.

    What is not given takes the defaults of the task and the optimizer. Two configs are equal
    when they say the same, whether a default is written out or not.

    Attributes:
        task: name of the task.
        dataset: name of one of the task's data sets, by default the first that the loss can learn;
            or the path of a folder that the task can read; "" with data of the user's own.
        loss: name of a loss in the catalogue; an alias becomes the name.
        loss_params: parameters of the loss, as given.
        optimizer: name of an optimizer.
        optimizer_params: hyperparameters of the optimizer, as given.
        learning_rate: greater than 0.
        epochs: passes over the data, at least 1.
        batch_size: samples a step, at least 1.
        seed: of weights and shuffling, from 0 on.
        model, train, validation: Python expressions of the user's own model and data, such as
            `"my_model"` and `"(x_train, y_train)"`; "" where the task brings them.
        device: such as `"GPU:0"`; "" uses the first GPU, or else the CPU.
        jit_compile: whether steps are compiled with XLA.
        mixed_precision: whether the starter model computes in bfloat16 with float32 weights.
        early_stopping: training ends when the validation loss (the training loss without
            validation data) has not improved for this number of epochs; 0: never.
        reduce_lr_on_plateau: the learning rate drops to a tenth when that loss has not improved,
            by more than 0.0001, for this number of epochs; 0: never.
        one_hot: number of classes to encode the user's integer labels into; 0: no encoding.
        streamed: which of `"train"` and `"validation"` are datasets of `tf.data`, whose labels are
            encoded on the way.

    Raises:
        ArgumentError: for a value that is not accepted, naming the argument.

    Example:
        >>> import lossviz
        >>> lossviz.TrainingConfig(loss="mse", optimizer="adam").learning_rate
        0.001
    """

    task: str
    dataset: str
    loss: str
    loss_params: Mapping[str, Any]
    optimizer: str
    optimizer_params: Mapping[str, Any]
    learning_rate: float
    epochs: int
    batch_size: int
    seed: int
    model: str
    train: str
    validation: str
    one_hot: int
    streamed: tuple[str, ...]
    device: str
    jit_compile: bool
    mixed_precision: bool
    early_stopping: int
    reduce_lr_on_plateau: int

    def __init__(
        self,
        *,
        task: str = "image_classification",
        dataset: str | None = None,
        loss: str | None = None,
        loss_params: Mapping[str, Any] | None = None,
        optimizer: str | None = None,
        optimizer_params: Mapping[str, Any] | None = None,
        learning_rate: float | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        seed: int = 0,
        model: str = "",
        train: str = "",
        validation: str = "",
        one_hot: int = 0,
        streamed: Iterable[str] = (),
        device: str = "",
        jit_compile: bool = False,
        mixed_precision: bool = False,
        early_stopping: int = 0,
        reduce_lr_on_plateau: int = 0,
    ) -> None:
        of_task = tasks.get(task)
        of_optimizer = optimizers.get(of_task.optimizer if optimizer is None else optimizer)
        of_loss = losses.get(of_task.default_loss if loss is None else loss)
        if dataset is None:
            dataset = "" if train else of_task.dataset_for(of_loss)
        folder = of_task.folder is not None and tasks.is_folder(dataset)
        if not (dataset in of_task.datasets_by_name or folder or (train and dataset == "")):
            raise unknown_name("dataset", dataset, of_task.datasets_by_name)
        params = of_loss.check_params(dict(loss_params or {}))
        if dataset in of_task.datasets_by_name:
            of_loss.check_count(params, of_task.dataset(dataset).classes)
        if learning_rate is None:
            own = of_optimizer.name == of_task.optimizer
            learning_rate = of_task.learning_rate if own else of_optimizer.learning_rate
        values = {
            "task": task,
            "dataset": dataset,
            "loss": of_loss.name,
            "loss_params": params,
            "optimizer": of_optimizer.name,
            "optimizer_params": of_optimizer.check_params(dict(optimizer_params or {})),
            "learning_rate": number("learning_rate", learning_rate, above=0),
            "epochs": of_task.epochs if epochs is None else whole_number("epochs", epochs),
            "batch_size": of_task.batch_size
            if batch_size is None
            else whole_number("batch_size", batch_size),
            "seed": whole_number("seed", seed, minimum=0, maximum=2**32 - 1),
            "model": _expression("model", model),
            "train": _expression("train", train),
            "validation": _expression("validation", validation),
            "one_hot": whole_number("one_hot", one_hot, minimum=0),
            "streamed": tuple(one for one in ("train", "validation") if one in tuple(streamed)),
            "device": str(device),
            "jit_compile": bool(jit_compile),
            "mixed_precision": bool(mixed_precision),
            "early_stopping": whole_number("early_stopping", early_stopping, minimum=0),
            "reduce_lr_on_plateau": whole_number(
                "reduce_lr_on_plateau", reduce_lr_on_plateau, minimum=0
            ),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def all_loss_params(self) -> dict[str, Any]:
        """Every parameter of the loss, with the default where none is given."""
        return _filled(losses.get(self.loss).params, self.loss_params)

    def all_optimizer_params(self) -> dict[str, Any]:
        """Every hyperparameter of the optimizer, with the default where none is given."""
        return _filled(optimizers.get(self.optimizer).params, self.optimizer_params)

    def as_dict(self) -> dict[str, Any]:
        """The arguments that make an equal config."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def with_changes(self, **changes: Any) -> TrainingConfig:
        """A config that differs in these arguments."""
        return TrainingConfig(**self.as_dict() | changes)

    @property
    def held_out(self) -> bool:
        """Whether the training has data to validate with: given ones, or those of its task."""
        return bool(self.validation) or not self.train

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TrainingConfig):
            return NotImplemented
        return self._meaning() == other._meaning()

    def __hash__(self) -> int:
        return hash(repr(self._meaning()))

    def _meaning(self) -> dict[str, Any]:
        return self.as_dict() | {
            "loss_params": self.all_loss_params(),
            "optimizer_params": self.all_optimizer_params(),
            # "(x,y)" and "(x, y)" are the same expression.
            **{name: _plain(getattr(self, name)) for name in ("model", "train", "validation")},
            # These say nothing of a model, and of data, of which they are not.
            "mixed_precision": self.mixed_precision and not self.model,
            "one_hot": self.one_hot if self.train or self.validation else 0,
            "streamed": [one for one in self.streamed if self.one_hot and getattr(self, one)],
        }


def _filled(params: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given.get(name, parameter.default) for name, parameter in params.items()}


def _plain(expression: str) -> str:
    return ast.unparse(ast.parse(expression, mode="eval")) if expression else ""


def _expression(argument: str, text: str) -> str:
    try:
        if text:
            ast.parse(text, mode="eval")
    except SyntaxError:
        raise ArgumentError(
            argument, f"{argument}: got {text!r}; it must be a Python expression, such as a name."
        ) from None
    return text
