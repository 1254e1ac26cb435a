"""TensorFlow's import in the background, once for all labs."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable

from lossviz import _tensorflow


class Loading:
    """The state of the import.

    Attributes:
        line: what a lab says about it; "" when there is nothing to say.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._failed = False
        self.line = ""

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
            self.line = "TensorFlow is loading..."
            self._thread = threading.Thread(target=self._load, name="lossviz import", daemon=True)
            self._thread.start()
        listener()

    def wait(self) -> None:
        """Wait until an import that was begun has ended, however it ended."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _load(self) -> None:
        # What TensorFlow's core prints at its import (which processor, that there is no GPU) would
        # stand in red under the person's cell. Who wants to see it sets the variable.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            importlib.import_module("tensorflow")
            line = ""
        except Exception as error:  # noqa: BLE001 - shown in the lab, whatever it is
            self._failed = True
            line = f"TensorFlow could not be loaded: {error} Restart the kernel to try again."
        with self._lock:
            self.line = line
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()


loading = Loading()
