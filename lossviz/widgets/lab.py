"""The lab: one widget in which to choose, train and watch."""

from __future__ import annotations

import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from lossviz.program import TrainingConfig
from lossviz.training import Run
from lossviz.widgets.loading import loading
from lossviz.widgets.own_objects import loss_name, own_objects
from lossviz.widgets.session import Session
from lossviz.widgets.static_view import StaticView, call_after_cells
from lossviz.wire import Feed, forget_route, publisher, saved
from lossviz.wire.messages import FromKernel

STATIC = Path(__file__).parent.parent / "static"


def _built(name: str, otherwise: str) -> str:
    path = STATIC / name
    return path.read_text(encoding="utf-8") if path.is_file() else otherwise


class LossLab(anywidget.AnyWidget):
    """A loss-function lab; displaying it shows the form, the charts and the code.

    Making one loads no TensorFlow: it is loaded in the background once the lab is on the page.

    Args:
        model: a `keras.Model` of your own; the task's starter model where it is not given.
        train: your own data to train on, in any form that `lossviz.train` takes.
        validation: your own held-out data.
        task: the name of the task to begin with.
        config: a whole `TrainingConfig` to begin with.
        loss: the loss to begin with: a name in the catalogue, or a function `f(target, output)` of
            your own, which joins the catalogue under its name.

    Attributes:
        config: what the form says; assign a `TrainingConfig` to fill the form.
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

    _esm = _built("loader.js", "export default { render({ el }) { el.textContent = "
                            "'The lab has not been built: run make build.'; } };")  # fmt: skip
    _css = _built("lab.css", "")

    code_of_page = traitlets.Unicode(_built("lab.js", "")).tag(sync=True)
    lab_id = traitlets.Unicode().tag(sync=True)
    form = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    # `code` is the name of the property that gives the text.
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
        own = own_objects(model, train, validation, _user_variables())
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
        self._answers: list[tuple[FromKernel, list[bytes]]] = []
        lab_id = uuid.uuid4().hex[:8]
        self._static = StaticView(lab_id)
        self._session = Session(
            config, own, publisher.wake, lambda message: self._answers.append((message, []))
        )
        self._feed = Feed(self._send_to_pages)
        super().__init__(
            lab_id=lab_id,
            form=self._session.form(),
            status=self._session.status(),
            program=self._session.trait(),
        )
        self._own_layout = self.layout
        # Made by a cell, the comm would be answered on the main shell, after all running cells.
        forget_route(self.comm)
        self.on_msg(self._on_message)
        publisher.register(self)

    @property
    def config(self) -> TrainingConfig:
        """What the form says.

        Raises:
            ArgumentError: while a field has a bad value.
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

    def _ipython_display_(self, **_options: Any) -> None:
        """Show the lab, and below it the picture that stays where no lab can be shown."""
        if self.comm is None:
            text = {"text/plain": f"LossLab {self.lab_id}, closed"}
            display(text, raw=True)  # type: ignore[no-untyped-call]
            return
        data, metadata = self._repr_mimebundle_() or ({}, {})
        # For readers that show no widgets; the address of an object would tell them nothing.
        data["text/plain"] = f"LossLab {self.lab_id}"
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        self._static.show()
        call_after_cells(self)

    def after_cell(self) -> None:
        """A cell has been run; called in the main thread."""
        run = self.run
        if run is not None and self._static.repeat(run.record):
            self.send_state(["form", "status", "saved"])

    def close(self) -> None:
        """Take the lab off all pages, for good. A run that goes on does so, and can be read."""
        if feed := getattr(self, "_feed", None):
            feed.close()
        super().close()
        # ipywidgets leaves it behind.
        layout = getattr(self, "_own_layout", None)
        if layout is not None:
            layout.close()

    def publish(self) -> bool:
        """Send what is new to all pages; called by the publisher's thread."""
        run = self._session.shown
        earlier = [one.record for one in self.runs] if run is not None else []
        self._feed.follow(run.record if run is not None else None, earlier)
        live = self._feed.publish()
        # The cell was run again: the form of each lab that it has made is nobody's any more.
        if not self._feed.left:
            self._publish_form()
        if run is not None and self._static.due(run.record):
            before = [one for one in earlier if one is not run.record]
            self.set_trait("saved", saved(run.record, before))
            self._static.draw(run.record)
        return live

    def _publish_form(self) -> None:
        # Only what has changed travels: traitlets compares the new value with the old one. Both in
        # one message: a page must not show an error beside a field and an older status line.
        answers, self._answers = self._answers, []
        form, status, program = self._session.view()
        with self.hold_sync():
            self.set_trait("form", form)
            self.set_trait("status", status)
            self.set_trait("program", program)
        # After the program that they speak of.
        for message, buffers in answers:
            self._send_to_pages(message, buffers)

    def _send_to_pages(self, message: FromKernel, buffers: list[bytes]) -> None:
        self.send(message, buffers)

    def _on_message(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        """A page speaks. Runs on whatever thread the kernel answers comms on; returns at once."""
        kind = message.get("type")
        self._feed.answered()
        if kind == "attach":
            self._feed.attach(str(message["page"]))
            self._session.see()
            loading.start(publisher.wake)
        elif kind == "detach":
            self._feed.detach(str(message["page"]))
        elif kind == "range":
            self._feed.ask(
                {
                    "type": "range",
                    "page": str(message["page"]),
                    "number": int(message["number"]),
                    "run": str(message["run"]),
                    "start": int(message["start"]),
                    "stop": int(message["stop"]),
                    "points": int(message["points"]),
                    "smoothing": min(max(float(message["smoothing"]), 0.0), 0.9999),
                }
            )
        elif kind == "edit":
            self._session.edit(
                str(message["field"]),
                str(message["value"]),
                page=str(message["page"]),
                number=int(message["number"]),
            )
        elif kind == "plotly":
            bundle = (STATIC / "plotly.js").read_bytes()
            self._answers.append(({"type": "plotly", "page": str(message["page"])}, [bundle]))
        elif kind == "source":
            self._session.take_source(message)
        elif kind == "kept_losses":
            self._session.learn_losses(message.get("losses"))
        elif kind == "command" and message.get("command") == "predict":
            page = str(message["page"])
            threading.Thread(
                target=self._answer_with_predictions, args=(page,), name="lossviz predict",
                daemon=True,
            ).start()  # fmt: skip
        elif kind == "command":
            self._session.command(
                str(message.get("command")),
                page=str(message.get("page", "")),
                cell=bool(message.get("cell")),
            )
        publisher.wake()

    def _answer_with_predictions(self, page: str) -> None:
        figure, text = self._session.predictions()
        self._answers.append(
            ({"type": "predictions", "page": page, "figure": figure, "text": text}, [])
        )
        publisher.wake()


def _user_variables() -> dict[str, Any]:
    """The variables of the person who makes a lab: the notebook's."""
    return vars(sys.modules["__main__"])
