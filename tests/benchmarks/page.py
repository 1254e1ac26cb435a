"""What a real page costs and shows: JupyterLab and Chromium on one core, kernel on another."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from pathlib import Path

from jupyter_page import jupyter_page

from tests.browser.jupyter_server import JupyterServer
from tests.browser.notebook_page import NotebookPage, until

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
lab._session.runs.append(run)
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


def measure(seconds: float) -> Seen:
    """Train with a page that draws, then close the page and let the same run go on."""
    count = "print('<<', run.step, time.time(), '>>')"
    with jupyter_page("", LAB, TRAIN, count, count) as bench:
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
        until(lambda: notebook.points("Loss over all epochs") >= 3, "three epochs", 120)
        notebook.lab.evaluate("lab => lab.scrollIntoView()")
        before, first = received[0], _count(notebook, 3)
        page.wait_for_timeout(1000 * seconds)
        after, second = received[0], _count(notebook, 4)
        page.wait_for_timeout(500)
        page.close()
        # The page has gone; the kernel tells through a client of its own.
        third = _ask(bench.server, seconds)
    attached = (second[0] - first[0]) / (second[1] - first[1])
    detached = (third[1][0] - third[0][0]) / (third[1][1] - third[0][1])
    steps = second[0] - first[0]
    return Seen(appears, unloaded, attached, detached, (after - before) / steps)


def _size(response: dict[str, str]) -> int:
    data = response["payloadData"]
    return len(data) if response["opcode"] == 1 else len(base64.b64decode(data))


def _count(notebook: NotebookPage, cell: int) -> tuple[int, float]:
    notebook.run_cell(cell)
    output = notebook.cells.nth(cell).locator("pre", has_text=">>")
    output.wait_for()
    return _pair(output.inner_text())


def _pair(text: str) -> tuple[int, float]:
    steps, when = text.split("<<")[1].split(">>", maxsplit=1)[0].split()
    return int(steps), float(when)


def _ask(server: JupyterServer, seconds: float) -> list[tuple[int, float]]:
    from jupyter_client.blocking.client import BlockingKernelClient

    kernel = server.kernels()[0]["id"]
    file = next(server.runtime.glob(f"kernel-{kernel}.json"))
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    found = []
    for pause in (2.0, seconds):
        time.sleep(pause)
        texts: list[str] = []
        client.execute_interactive(
            "import time; print('<<', run.step, time.time(), '>>')",
            output_hook=lambda message, texts=texts: texts.append(
                message["content"].get("text", "")
            ),
            timeout=60,
        )
        found.append(_pair("".join(texts)))
    client.stop_channels()
    return found
