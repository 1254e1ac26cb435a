"""The devices that TensorFlow sees, and the one that a run trains on."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from lossviz._arguments import ArgumentError, unknown_name
from lossviz._tensorflow import tf


def prepare() -> None:
    """Let TensorFlow take a GPU's memory as it needs it instead of all at once.

    Harmless when it has been done before, and without effect once the GPU is in use.
    """
    for gpu in tf.config.list_physical_devices("GPU"):
        # RuntimeError: the user's own code has used the GPU already, with its own setting.
        with contextlib.suppress(RuntimeError, ValueError):
            tf.config.experimental.set_memory_growth(gpu, True)


def names() -> list[str]:
    """The devices that a run may train on, such as `["CPU:0", "GPU:0"]`."""
    found = [*tf.config.list_logical_devices("GPU"), *tf.config.list_logical_devices("CPU")]
    return [":".join(device.name.rsplit(":", 2)[-2:]) for device in found]


def choose(device: str | Sequence[str] | None) -> list[str]:
    """The devices of these names, the first GPU without a name, or the CPU where there is none.

    Raises:
        ArgumentError: for a device that TensorFlow does not see, or one that is named twice.
    """
    if device is not None and not isinstance(device, str):
        chosen = [one for name in device for one in choose(name)]
        if not chosen or len(set(chosen)) < len(chosen):
            raise ArgumentError("device", f"device: got {list(device)!r}; name each device once.")
        return chosen
    prepare()
    accepted = names()
    if device is None:
        return [accepted[0]]
    name = str(device).upper().removeprefix("/DEVICE:").removeprefix("/").replace(" ", ":")
    if ":" not in name:
        name += ":0"
    if name not in accepted:
        raise unknown_name("device", device, accepted)
    return [name]


def on(device: str) -> Any:
    """A context in which TensorFlow places its operations on `device`."""
    return tf.device(f"/device:{device}")
