"""TensorFlow, imported at its first use.

`import lossviz` must be quick, and a lab must be on the page before TensorFlow's several seconds
of import. Modules that need it write `from lossviz._tensorflow import tf` and use `tf` as usual.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

VARIABLE = "KERAS_BACKEND"
NEEDED = "tensorflow"


class BackendError(ImportError):
    """Keras runs on something else than TensorFlow, which lossviz trains with."""


class _TensorFlow:
    """A lazy module `tensorflow`: the first use of an attribute imports the real one."""

    def __getattr__(self, name: str) -> Any:
        # Dunder look-ups come from inspection tools (doctest, copy, IPython's completer): answering
        # them with an import would load TensorFlow behind the user's back.
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(load(), name)
        setattr(self, name, value)
        return value


tf: Any = _TensorFlow()


def load() -> Any:
    """The module `tensorflow`, imported where that has not been done.

    Raises:
        BackendError: where Keras runs on another backend; nothing has been imported then.
        ImportError: where TensorFlow cannot be imported.
    """
    check_backend()
    return importlib.import_module("tensorflow")


def is_loaded(name: str = "tensorflow") -> bool:
    """Whether the import of TensorFlow, or of another module, has finished in this process."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    return module is not None and not getattr(spec, "_initializing", False)


def check_backend() -> None:
    """Raise where Keras runs, or is going to run, on another backend than TensorFlow.

    Raises:
        BackendError: the message names the backend, where it was chosen, and the remedy.
    """
    backend, place = _backend()
    if backend == NEEDED:
        return
    raise BackendError(
        f"Keras uses the backend {backend!r} ({place}), but lossviz trains with TensorFlow. "
        f'Set os.environ["{VARIABLE}"] = "{NEEDED}" in the first cell and restart the '
        "kernel."
    )


def _backend() -> tuple[str, str]:
    """Keras' backend and what chose it, found without importing Keras."""
    keras = sys.modules.get("keras")
    if keras is not None and is_loaded("keras"):
        # What has been imported is what runs, whatever was set since.
        running = getattr(getattr(keras, "config", None), "backend", None)
        return (str(running()) if callable(running) else NEEDED), "already imported"
    variable = os.environ.get(VARIABLE)
    if variable:
        return variable, f"set by {VARIABLE}"
    file = _keras_home() / "keras.json"
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
        return str(settings.get("backend", NEEDED)), f"set in {file}"
    except (OSError, ValueError, AttributeError):
        return NEEDED, "Keras' default"


def _keras_home() -> Path:
    """Where Keras looks for its file, as Keras itself finds it."""
    if "KERAS_HOME" in os.environ:
        return Path(os.environ["KERAS_HOME"]).expanduser()
    base = Path("~").expanduser()
    return (base if os.access(base, os.W_OK) else Path("/tmp")) / ".keras"  # noqa: S108
