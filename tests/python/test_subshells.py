"""Pages speak to a kernel over subshells, which come and go."""

from __future__ import annotations

import os
import time

import pytest
from jupyter_client.manager import start_new_kernel

LAB = "import lossviz\nlab = lossviz.LossLab()\nprint(lab.comm.comm_id)"


@pytest.fixture
def client():
    manager, client = start_new_kernel(env=dict(os.environ))
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def asked(client, kind, content):
    """The answer of the control channel."""
    message = client.session.msg(kind, content)
    client.control_channel.send(message)
    while True:
        reply = client.control_channel.get_msg(timeout=30)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return reply["content"]


def say(client, comm, data, subshell=None):
    """Say it over the comm, as a page does."""
    message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
    message["header"]["subshell_id"] = subshell
    client.shell_channel.send(message)


def heard(client, comm, fits, seconds=60):
    """Wait until the comm says something that fits."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
        content = message["content"]
        said = message["msg_type"] == "comm_msg" and content["comm_id"] == comm
        if said and fits(content["data"]):
            return
    raise AssertionError("the kernel did not answer")


def test_a_page_is_heard_after_the_subshell_of_another_has_gone(client):
    told = []
    client.execute_interactive(
        LAB, timeout=120,
        output_hook=lambda one: told.append(one["content"].get("text", "")),
    )  # fmt: skip
    comm = "".join(told).strip()
    if "kernel subshells" not in asked(client, "kernel_info_request", {})["supported_features"]:
        pytest.skip("this ipykernel has no subshells")
    subshell = asked(client, "create_subshell_request", {})["subshell_id"]
    say(client, comm, {"method": "request_state"}, subshell)
    heard(client, comm, lambda data: data["method"] == "update")
    assert asked(client, "delete_subshell_request", {"subshell_id": subshell})["status"] == "ok"
    attach = {"type": "attach", "page": "p", "protocol": 2, "series": ["loss"]}
    say(client, comm, {"method": "custom", "content": attach})
    heard(client, comm, lambda data: data.get("content", {}).get("type") == "snapshot", 20)
