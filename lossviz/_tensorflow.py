"""TensorFlow, imported at its first use.

`import lossviz` must be quick, and a lab must stand on the page before TensorFlow's several seconds
of import. Modules that need it write `from lossviz._tensorflow import tf` and use `tf` as usual.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


class _TensorFlow:
    """Stands for the module `tensorflow` and imports it when an attribute is asked for."""

    def __getattr__(self, name: str) -> Any:
        # Dunder look-ups come from inspection tools (doctest, copy, IPython's completer): answering
        # them with an import would load TensorFlow behind the user's back.
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(importlib.import_module("tensorflow"), name)
        setattr(self, name, value)
        return value


tf: Any = _TensorFlow()


def is_loaded(name: str = "tensorflow") -> bool:
    """Whether the import of TensorFlow, or of another module, has finished in this process."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    return module is not None and not getattr(spec, "_initializing", False)
