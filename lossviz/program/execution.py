"""Running a program's text."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

_count = itertools.count(1)


def execute(text: str, namespace: dict[str, Any]) -> Any:
    """Run the program and return the run that it started.

    The text is registered with `linecache`: AutoGraph reads a function's source to turn Python
    control flow into a graph, and a traceback shows the line at which something failed.

    Args:
        text: the program's source.
        namespace: where it runs; its names are there for the program and stay there afterwards.

    Returns:
        What the program assigned to `run`.

    Raises:
        SyntaxError: if the text is not valid Python.
        Exception: whatever the program raises.
    """
    name = f"<lossviz program {next(_count)}>"
    code = compile(text, name, "exec")
    # An entry without a modification time is never dropped by linecache.checkcache.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(code, namespace)  # noqa: S102 - the program that the user sees and has started
    return namespace["run"]
