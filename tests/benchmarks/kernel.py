"""A benchmark's real kernel: runs a loop, and weighs what it sends to a page."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL

from jupyter_client.manager import start_new_kernel

QUIET = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
HERE = Path(__file__).resolve().parent


@dataclass
class Outcome:
    """What a loop did.

    Attributes:
        rate: steps per second.
        sent: bytes on the IOPub socket while it was measured.
        appends: of each append message of ours `(first step, steps, bytes)`.
    """

    rate: float = 0.0
    sent: int = 0
    appends: list[tuple[int, int, int]] = field(default_factory=list)

    def bytes_per_step(self, seconds: float) -> float:
        """Bytes on the wire a step, over all that was sent."""
        return self.sent / (self.rate * seconds)

    def append_bytes(self, first: int, last: int) -> float:
        """Bytes a step of the append messages that begin between these steps."""
        chosen = [one for one in self.appends if first <= one[0] < last]
        steps = sum(steps for _, steps, _ in chosen)
        return sum(size for _, _, size in chosen) / steps if steps else float("nan")


def run(loop: str, seconds: float) -> Outcome:
    """Run a loop of `loops.py` in a new kernel on one core; the reader has the other."""
    manager, client = start_new_kernel(startup_timeout=60, env=QUIET, stderr=DEVNULL)
    cores = sorted(os.sched_getaffinity(0))
    code = f"""
import os, sys, tempfile
os.environ["LOSSVIZ_HOME"] = tempfile.mkdtemp()
os.sched_setaffinity(0, {{{cores[0]}}})
sys.path.insert(0, {str(HERE)!r})
import loops
print("RATE", loops.LOOPS[{loop!r}]({seconds}))
"""
    outcome = Outcome()
    os.sched_setaffinity(0, {cores[-1]})
    try:
        request = client.execute(code)
        socket = client.iopub_channel.socket
        deadline = time.monotonic() + 10 * seconds + 120
        while time.monotonic() < deadline:
            if not socket.poll(1000):
                continue
            frames = socket.recv_multipart()
            outcome.sent += sum(map(len, frames))
            if _read(frames, request, outcome):
                return outcome
        raise TimeoutError(loop)
    finally:
        os.sched_setaffinity(0, cores)
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _read(frames: list[bytes], request: str, outcome: Outcome) -> bool:
    """Note what a message says; True when the loop has ended."""
    parts = frames[frames.index(b"<IDS|MSG>") + 2 :]
    header, parent, content = (json.loads(parts[i]) for i in (0, 1, 3))
    if header["msg_type"] == "stream":
        match = re.search(r"RATE ([\d.]+)", content["text"])
        if match:
            outcome.rate = float(match[1])
        if "BEGIN" in content["text"]:
            outcome.sent = 0
    elif header["msg_type"] == "error":
        raise RuntimeError("\n".join(content["traceback"]))
    elif header["msg_type"] == "comm_msg":
        message = content["data"].get("content", {})
        if isinstance(message, dict) and message.get("type") == "append":
            # Its only series is the loss; one without news tells of something else.
            for news in message["series"]:
                steps = len(parts[4]) // 4
                outcome.appends.append((news["start"], steps, sum(map(len, frames))))
    done = header["msg_type"] == "status" and content["execution_state"] == "idle"
    return done and parent.get("msg_id") == request
