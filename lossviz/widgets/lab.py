"""The lab: one widget to choose a loss, train and watch."""

from __future__ import annotations

import sys
from typing import Any

import traitlets

from lossviz.program import TrainingConfig
from lossviz.training import Record, Run
from lossviz.widgets.live_form import show_learning_rate
from lossviz.widgets.live_view import LiveView
from lossviz.widgets.loading import loading
from lossviz.widgets.loss_shape import LossShapes
from lossviz.widgets.resume_offers import live_beside
from lossviz.widgets.room import Desk
from lossviz.widgets.rooms import ROOMS
from lossviz.widgets.session import Session
from lossviz.widgets.user_objects import loss_name, user_objects
from lossviz.wire import publisher
from lossviz.wire.messages import FromKernel


class LossLab(LiveView):
    """A loss-function lab; displaying it shows the form, the charts and the code.

    Creating a lab does not load TensorFlow, which loads in the background once it is displayed.

    Args:
        model: your own `keras.Model`; by default the task's starter model.
        train: your own training data, in any form that `lossviz.train` takes.
        validation: your own validation data.
        task: the name of the task to start with.
        config: a complete `TrainingConfig` to start with.
        loss: the loss to start with: a name in the catalogue, or your own function
            `f(target, output)`, which joins the catalogue under its name.

    Attributes:
        config: the settings in the form; assign a `TrainingConfig` to fill the form.
        run: the run that trains, or the latest; None before the first.
        runs: all runs of this lab, oldest first.
        code: the text of the program that Train runs.

    Raises:
        ArgumentError: for an unknown task or loss.
        TypeError: for a loss that cannot be called with a target and an output.

    Example:
        >>> import lossviz
        >>> lab = lossviz.LossLab()
        >>> lab.config.loss
        'cross_entropy'
    """

    # `code` is the property that returns the text.
    program = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: Any = None,
        train: Any = None,
        validation: Any = None,
        task: str | None = None,
        config: TrainingConfig | None = None,
        *,
        loss: Any = None,
    ) -> None:
        own = user_objects(model, train, validation, _user_variables())
        begin = {} if config is None else config.as_dict()
        if task is not None:
            begin["task"] = task
        if loss is not None:
            begin |= {"loss": loss_name(loss), "loss_params": {}}
        if own.train:
            begin |= {"train": own.train, "dataset": ""}
        if own.yes_or_no and config is None and loss is None:
            begin["loss"] = "binary_cross_entropy"
        config = TrainingConfig(**begin)
        self._session = Session(
            config, own, publisher.wake, lambda message: self._answers.append((message, []))
        )
        self._shapes = LossShapes(publisher.wake)
        desk = Desk(self._session, self._answer_soon)
        self._rooms = [room(desk) for room in ROOMS]
        super().__init__(
            "lab",
            form=self._session.form(),
            status=self._session.status(),
            program=self._session.trait(),
        )

    @property
    def config(self) -> TrainingConfig:
        """The settings in the form.

        Raises:
            ArgumentError: while a field has an invalid value.
        """
        return self._session.config

    @config.setter
    def config(self, config: TrainingConfig) -> None:
        if not isinstance(config, TrainingConfig):
            raise TypeError(f"config: got {config!r}; it must be a lossviz.TrainingConfig.")
        self._session.set_config(config)

    @property
    def run(self) -> Run | None:
        """The run that trains, or the latest; None before the first."""
        return self._session.run

    @property
    def runs(self) -> list[Run]:
        """All runs of this lab, oldest first."""
        return list(self._session.runs)

    @property
    def code(self) -> str:
        """The text of the program that Train runs."""
        return self._session.code()

    def title(self) -> str:
        """The plain-text representation of the lab."""
        return f"LossLab {self.lab_id}"

    def followed(self) -> tuple[Record | None, list[Record]]:
        """The run on the charts, and those before it."""
        run = self._session.shown
        own = [one.record for one in self.runs]
        return None if run is None else run.record, self._session.chosen.beside(own)

    def pictured(self) -> Record | None:
        """The run whose picture the notebook keeps, also while the next one is prepared."""
        run = self.run
        return None if run is None else run.record

    def publish(self) -> bool:
        """Send what is new; also the state of live runs that the lab could show is news."""
        return super().publish() or bool(live_beside(self.runs))

    def tell(self) -> None:
        """Set the traits that have changed."""
        form, status, program = self._session.view()
        run = self._session.run
        show_learning_rate(form, None if run is None else run.record)
        self._shapes.show(form)
        self.set_trait("form", form)
        self.set_trait("status", status)
        self.set_trait("program", program)

    def take(self, kind: Any, message: dict[str, Any]) -> None:
        """A page says something."""
        if kind == "attach":
            self._session.see()
            self._shapes.wanted = True
            loading.start(publisher.wake)
        elif kind == "edit":
            self._session.edit(
                str(message["field"]),
                str(message["value"]),
                page=str(message["page"]),
                number=int(message["number"]),
            )
        elif kind == "source":
            self._session.take_source(message)
        elif kind == "kept_losses":
            self._session.learn_losses(message.get("losses"))
        elif any(room.take(kind, message) for room in self._rooms):
            return
        elif kind == "command":
            self._session.command(
                str(message.get("command")),
                page=str(message.get("page", "")),
                cell=bool(message.get("cell")),
            )

    def close(self) -> None:
        """Close it on all pages, for good. A run continues, and can be read."""
        if session := getattr(self, "_session", None):
            session.close()
        super().close()

    def _answer_soon(self, message: FromKernel) -> None:
        self._answers.append((message, []))
        publisher.wake()


def _user_variables() -> dict[str, Any]:
    """The variables of the notebook in which a lab is made."""
    return vars(sys.modules["__main__"])
