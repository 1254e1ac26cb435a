"""What a real page costs and shows: JupyterLab and Chromium on one core, kernel on another."""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_page import jupyter_page

from tests.browser.jupyter_server import JupyterServer
from tests.browser.notebook_page import until

HERE = Path(__file__).resolve().parent

LAB = "import sys, lossviz\nlab = lossviz.LossLab()\nprint('tensorflow' in sys.modules)\nlab"
TRAIN = f"""
import os, sys, time
sys.path.insert(0, {str(HERE)!r})
# Two threads that import TensorFlow and Keras at once can each get half a module.
from lossviz.widgets.loading import loading
while loading.line:
    time.sleep(0.1)
import models
run = lossviz.train(models.dense_model(), models.dense_data(), loss=models.loss(), epochs=100_000)
lab._session._launcher.runs.add(run)
from lossviz.wire import publisher
publisher.wake()
"""


@dataclass
class Seen:
    """What was measured.

    Attributes:
        appears: seconds from running the cell to the lab on the page.
        unloaded: whether TensorFlow was still unloaded when the cell had run.
        attached: steps per second while the page drew.
        detached: steps per second of the same run after the page was closed.
        bytes_per_step: on the websocket, all messages, while the page drew.
    """

    appears: float
    unloaded: bool
    attached: float
    detached: float
    bytes_per_step: float


ROUNDS = 3
"""So often the page is there and gone by turns: one stretch of each differs by chance alone."""


def measure(seconds: float) -> Seen:
    """Train with a page that draws, and with the page closed, by turns, in the same run."""
    with jupyter_page("", LAB, TRAIN) as bench:
        page = bench.page
        received = [0]
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on(
            "Network.webSocketFrameReceived",
            lambda event: received.__setitem__(0, received[0] + _size(event["response"])),
        )
        notebook = bench.open()
        began = notebook.run_cell(1)
        notebook.lab.wait_for()
        appears = time.monotonic() - began
        unloaded = notebook.cells.nth(1).locator("pre", has_text="False").count() == 1
        notebook.run_cell(2)
        address = page.url
        attached, detached, sent = Pace(), Pace(), 0
        with _client(bench.server) as client:
            for turn in range(ROUNDS):
                if turn:
                    page.goto(address)
                    notebook.lab.wait_for()
                until(lambda: notebook.points("Loss over all epochs") >= 3, "three epochs", 120)
                notebook.lab.evaluate("lab => lab.scrollIntoView()")
                page.keyboard.press("Control+S")
                page.wait_for_timeout(1000)
                before = received[0]
                attached.add(_where(client), lambda: page.wait_for_timeout(1000 * seconds), client)
                sent += received[0] - before
                page.goto("about:blank")
                page.wait_for_timeout(2000)
                detached.add(_where(client), lambda: page.wait_for_timeout(1000 * seconds), client)
    return Seen(appears, unloaded, attached.rate, detached.rate, sent / attached.steps)


@dataclass
class Pace:
    """Steps and seconds, added up."""

    steps: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.steps / self.seconds

    def add(
        self, begin: tuple[int, float], wait: Callable[[], None], client: BlockingKernelClient
    ) -> None:
        """One more stretch, from `begin` to what the kernel says after `wait`."""
        wait()
        end = _where(client)
        self.steps += end[0] - begin[0]
        self.seconds += end[1] - begin[1]


def _size(response: dict[str, str]) -> int:
    data = response["payloadData"]
    return len(data) if response["opcode"] == 1 else len(base64.b64decode(data))


@contextlib.contextmanager
def _client(server: JupyterServer) -> Iterator[BlockingKernelClient]:
    """A client beside the page: it is there when the page has gone."""
    kernel = server.kernels()[0]["id"]
    client = BlockingKernelClient(
        connection_file=str(next(server.runtime.glob(f"kernel-{kernel}.json")))
    )
    client.load_connection_file()
    client.start_channels()
    try:
        yield client
    finally:
        client.stop_channels()


def _where(client: BlockingKernelClient) -> tuple[int, float]:
    """The run's step and the kernel's time."""
    texts: list[str] = []
    client.execute_interactive(
        "import time; print('<<', run.step, time.time(), '>>')",
        output_hook=lambda message: texts.append(message["content"].get("text", "")),
        timeout=60,
    )
    steps, when = "".join(texts).split("<<")[1].split(">>", maxsplit=1)[0].split()
    return int(steps), float(when)
