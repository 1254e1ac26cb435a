"""What a lab and the view of a single run share: a widget whose pages follow a run."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from IPython.display import display

from lossviz.series import LOSS
from lossviz.training import Record
from lossviz.widgets.static_view import StaticView, call_after_cells
from lossviz.wire import RunStream, forget_route, publisher, saved
from lossviz.wire.messages import FromKernel

STATIC = Path(__file__).parent.parent / "static"


def _built(name: str, otherwise: str) -> str:
    path = STATIC / name
    return path.read_text(encoding="utf-8") if path.is_file() else otherwise


BUNDLES = {"cartesian": "plotly.js", "katex": "katex.js", "editor": "editor.js"}
"""The files of the modules that a page may ask for."""


def bundle_of(name: object) -> bytes | None:
    """The text of one of them; None for another name, or where it has not been built."""
    path = STATIC / BUNDLES.get(str(name), "none")
    return path.read_bytes() if path.is_file() else None


class LiveView(anywidget.AnyWidget):
    """A widget that publishes a run to its pages, and keeps its picture in the notebook.

    `followed` returns what is shown, `tell` updates everything else that pages show, and `take`
    handles messages that are not common to all views.
    """

    _esm = _built("loader.js", "export default { render({ el }) { el.textContent = "
                               "'The lab is not built: run make build.'; } };")  # fmt: skip
    _css = _built("lab.css", "")

    code_of_page = traitlets.Unicode(_built("lab.js", "")).tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    lab_id = traitlets.Unicode().tag(sync=True)
    form = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)

    _kept_traits: ClassVar = ["form", "status", "saved"]
    """What a notebook that is run without a page gets to know again at the end of a cell."""

    def __init__(self, kind: str, **traits: Any) -> None:
        """Make a view; what `followed` and `tell` need must be there already.

        Args:
            kind: which view pages show: "lab" or "run".
            traits: what else pages see at first.
        """
        self._answers: list[tuple[FromKernel, list[bytes]]] = []
        lab_id = uuid.uuid4().hex[:8]
        self._static = StaticView(lab_id)
        self._stream = RunStream(self._send_to_pages)
        super().__init__(kind=kind, lab_id=lab_id, **traits)
        self._own_layout = self.layout
        # Made by a cell, the comm would be answered on the main shell, after all running cells.
        forget_route(self.comm)
        self.on_msg(self._on_message)
        publisher.register(self)

    # -- for the views --------------------------------------------------------------------------

    def title(self) -> str:
        """The plain-text representation of the view."""
        raise NotImplementedError

    def followed(self) -> tuple[Record | None, list[Record]]:
        """The run on the charts, and those before it, oldest first."""
        raise NotImplementedError

    def pictured(self) -> Record | None:
        """The run whose picture the notebook keeps."""
        return self.followed()[0]

    def tell(self) -> None:
        """Set the traits that have changed; the publisher's thread."""
        raise NotImplementedError

    def take(self, kind: Any, message: dict[str, Any]) -> None:
        """A page says something of this kind."""
        raise NotImplementedError

    # -------------------------------------------------------------------------------------------

    def _ipython_display_(self, **_options: Any) -> None:
        """Show it, and below it the picture that stays where no widget can be shown."""
        if self.comm is None:
            text = {"text/plain": f"{self.title()}, closed"}
            display(text, raw=True)  # type: ignore[no-untyped-call]
            return
        data, metadata = self._repr_mimebundle_() or ({}, {})
        # For readers that show no widgets; the address of an object would tell them nothing.
        data["text/plain"] = self.title()
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        self._static.show()
        call_after_cells(self)

    def after_cell(self) -> None:
        """A cell has been run; called in the main thread."""
        record = self.pictured()
        if record is not None and self._static.repeat(record):
            self.send_state(self._kept_traits)

    def close(self) -> None:
        """Close it on all pages, for good. A run continues, and can be read."""
        if stream := getattr(self, "_stream", None):
            stream.close()
        super().close()
        # ipywidgets leaves it behind.
        layout = getattr(self, "_own_layout", None)
        if layout is not None:
            layout.close()

    def publish(self) -> bool:
        """Send what is new to all pages; called by the publisher's thread."""
        record, earlier = self.followed()
        self._stream.follow(record, earlier)
        live = self._stream.publish()
        # The cell was run again: the form of each view that it has made is nobody's any more.
        if not self._stream.left:
            # Only what has changed travels: traitlets compares the new value with the old one. All
            # in one message: a page must not show an error beside a field and an older status line.
            answers, self._answers = self._answers, []
            with self.hold_sync():
                self.tell()
            # After the program that they speak of.
            for message, buffers in answers:
                self._send_to_pages(message, buffers)
        if record is not None and self._static.due(record):
            before = [one for one in earlier if one is not record]
            self.set_trait("saved", saved(record, before))
            self._static.draw(record)
        return live

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers=buffers)
        # What answers a page over a subshell would bind all pages to it, also after its end.
        forget_route(self.comm)

    def _send_to_pages(self, message: FromKernel, buffers: list[bytes]) -> None:
        self.send(message, buffers)

    def _on_message(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        """A page speaks. Runs on whatever thread the kernel answers comms on; returns at once."""
        kind = message.get("type")
        self._stream.answered()
        if kind == "attach":
            # A page from before series had names asks for the loss alone.
            shown = [str(one) for one in message.get("series", ())]
            self._stream.attach(str(message["page"]), shown)
            self.take(kind, message)
        elif kind == "detach":
            self._stream.detach(str(message["page"]))
        elif kind == "range":
            self._stream.ask(
                {
                    "type": "range",
                    "page": str(message["page"]),
                    "number": int(message["number"]),
                    "run": str(message["run"]),
                    "series": str(message.get("series", LOSS)),
                    "start": int(message["start"]),
                    "stop": int(message["stop"]),
                    "points": int(message["points"]),
                    "smoothing": min(max(float(message["smoothing"]), 0.0), 0.9999),
                }
            )
        elif kind == "bundle":
            if text := bundle_of(message.get("name")):
                page = str(message["page"])
                self._answers.append(
                    ({"type": kind, "page": page, "name": message["name"]}, [text])
                )
        else:
            self.take(kind, message)
        publisher.wake()
