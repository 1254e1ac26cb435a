"""TensorFlow's import in the background, once for all labs."""

from __future__ import annotations

import ast
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from lossviz import _tensorflow
from lossviz.widgets.cell_runs import cell_runs, code_of

LONGEST_WAIT = 30.0
"""Seconds that the import waits for a cell that imports modules of its own."""


class Loading:
    """The state of the import.

    TensorFlow and Keras import each other. Of two threads that import them at once, one of each,
    Python gives both half a module rather than let them wait for each other; so a cell that imports
    something waits for the import in the background, and that import for such a cell.

    Attributes:
        line: what a lab says about it; "" when there is nothing to say.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._failed = False
        self.line = ""
        cell_runs.at_begin.append(self._before_cell)

    def start(self, listener: Callable[[], None]) -> None:
        """Import TensorFlow if that has not been done; `listener` hears of every change."""
        with self._lock:
            if _tensorflow.is_loaded():
                self.line = ""
                return
            if self._failed:
                # TensorFlow cannot be imported a second time: that error would hide the first one.
                return
            self._listeners.append(listener)
            if self._thread is not None and self._thread.is_alive():
                return
            self.line = "Loading TensorFlow..."
            self._thread = threading.Thread(target=self._load, name="lossviz import", daemon=True)
            self._thread.start()
        listener()

    def wait(self) -> None:
        """Wait until an import in progress has finished, successfully or not."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _before_cell(self, info: Any) -> None:
        if imports_more(code_of(info)):
            self.wait()

    def _load(self) -> None:
        deadline = time.monotonic() + LONGEST_WAIT
        while imports_more(cell_runs.text) and time.monotonic() < deadline:
            time.sleep(0.05)
        # What TensorFlow's core prints at its import (which processor, that there is no GPU) would
        # show in red below the user's cell. Set the variable to see them.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            _tensorflow.load()
            line = ""
        except _tensorflow.BackendError as error:
            line = str(error)  # nothing has been imported: it may be tried again
        except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
            self._failed = True
            line = f"TensorFlow could not be loaded: {error} Restart the kernel and try again."
        with self._lock:
            self.line = line
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()


def imports_more(text: str) -> bool:
    """Whether code imports modules that are not loaded and may need TensorFlow or Keras.

    >>> imports_more("import sys, json"), imports_more("x = 1"), imports_more("import nobody")
    (False, False, True)
    """
    if "import" not in text:
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    own = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    return not all(_tensorflow.is_loaded(name) for name in own)


loading = Loading()
