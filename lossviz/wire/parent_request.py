"""Comm messages that belong to no request.

ipykernel 7.4 stamps a comm's message with the request that its thread answers, and sends whatever
a page says over that comm next to the subshell that the request came from. The publisher's thread
answers nobody: it would inherit the last request of all, whose subshell may be gone after a reload
(then the kernel drops everything that the page says: "Unknown subshell_id"), or be the main shell
(then Stop waits until the running cell has ended).
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import Any


def forget_parent() -> None:
    """From now on this thread's comm messages belong to no request."""
    # Without ipykernel (a plain Python, another front end) there is nothing to forget.
    module = sys.modules.get("ipykernel.kernelbase")
    if module is None or not module.Kernel.initialized():
        return
    parent = getattr(module.Kernel.instance(), "_shell_parent", None)
    if isinstance(parent, ContextVar):
        parent.set({})


def forget_route(comm: Any) -> None:
    """Let the page choose again on which subshell its messages over this comm are answered."""
    getattr(comm, "__dict__", {}).pop("_reply_subshell_id", None)
