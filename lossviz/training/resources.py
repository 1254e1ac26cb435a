"""What a run's process uses: memory, processor, and the devices where the driver tells."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

from lossviz._arguments import ArgumentError
from lossviz._tensorflow import tf
from lossviz.training.record import Record

MEGABYTE = 1e6


class Resources:
    """Samples into a run's record: `process_memory` and `gpu_memory` in MB, `process_cpu` (100 is
    one core) and `gpu_utilisation` in percent. With several GPUs their names end in a number.

    What is not available here is left out.
    """

    def __init__(self, record: Record) -> None:
        """Sample for `record`."""
        self._record = record
        self._before = time.monotonic(), time.process_time()

    def sample(self) -> None:
        """Record what is used now, if the run trains."""
        record = self._record
        if record.status != "running" or not len(record.losses):
            return
        found = {"process_memory": (process_memory(), "MB"), "process_cpu": (self._cpu(), "%")}
        gpus = [one.strip() for one in record.device.split(",") if one.strip().startswith("GPU:")]
        for number, gpu in enumerate(gpus):
            ending = f"_{number}" if len(gpus) > 1 else ""
            found[f"gpu_memory{ending}"] = (gpu_memory(gpu), "MB")
            found[f"gpu_utilisation{ending}"] = (gpu_utilisation(gpu), "%")
        for name, (value, unit) in found.items():
            if value is not None:
                # The run may end meanwhile, and user code may have taken the name.
                with contextlib.suppress(ArgumentError):
                    record.log(name, value, kind="resource", unit=unit)

    def _cpu(self) -> float | None:
        (wall, used), self._before = self._before, (time.monotonic(), time.process_time())
        passed = self._before[0] - wall
        return 100 * (self._before[1] - used) / passed if passed > 0 else None


def process_memory() -> float | None:
    """Resident memory of this process, MB."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    with contextlib.suppress(ImportError):
        # Comes with ipykernel; there is no such file on macOS and Windows.
        import psutil

        return float(psutil.Process().memory_info().rss) / MEGABYTE
    return None


def gpu_memory(device: str) -> float | None:
    """What TensorFlow holds on a GPU now, MB."""
    with contextlib.suppress(ValueError, RuntimeError, tf.errors.OpError):
        return float(tf.config.experimental.get_memory_info(device)["current"]) / MEGABYTE
    return None


def gpu_utilisation(device: str) -> float | None:
    """How much of the last moment a GPU was at work, percent; None without NVIDIA's `pynvml`."""
    try:
        import pynvml
    except ImportError:
        return None
    with contextlib.suppress(pynvml.NVMLError, ValueError, IndexError):
        pynvml.nvmlInit()
        return float(pynvml.nvmlDeviceGetUtilizationRates(_handle(pynvml, device)).gpu)
    return None


def _handle(pynvml: Any, device: str) -> Any:
    """The driver's name for what TensorFlow counts among the GPUs that it may see."""
    number = int(device.partition(":")[2])
    visible = [one for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one]
    if not visible:
        return pynvml.nvmlDeviceGetHandleByIndex(number)
    if visible[number].isdigit():
        return pynvml.nvmlDeviceGetHandleByIndex(int(visible[number]))
    return pynvml.nvmlDeviceGetHandleByUUID(visible[number])
