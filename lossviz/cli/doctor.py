"""`lossviz doctor`: what is wrong with this environment, and what to do about it."""

from __future__ import annotations

import argparse
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import lossviz
from lossviz.cli import output
from lossviz.cli.opened import history
from lossviz.history import ALIVE, FAULTS, home

PACKAGES = ("tensorflow", "keras", "numpy", "ipywidgets", "anywidget", "ipykernel", "jupyterlab")
OPTIONAL = frozenset({"jupyterlab", "ipykernel"})

LEAST_FREE = 1e9
"""Bytes on the disk; with less a long run may not be saved."""

LOAD_SECONDS = 120

DEVICES = """
import json, tensorflow as tf
built = tf.test.is_built_with_cuda()
print("<<" + json.dumps([built, [one.name for one in tf.config.list_physical_devices("GPU")]]))
"""


@dataclass(frozen=True)
class Check:
    """What was looked at, and how it is.

    Attributes:
        name: what.
        state: "ok", "warning" or "error".
        text: how it is.
        advice: what to do, or "".
    """

    name: str
    state: Literal["ok", "warning", "error"]
    text: str
    advice: str = ""


MARKS = {"ok": "ok", "warning": "warning", "error": "ERROR"}


def doctor(options: argparse.Namespace) -> int:
    """Print all checks; 1 when one of them is an error."""
    found = []
    for one in checks():
        found.append(one)
        if not options.json:
            output.line(f"{MARKS[one.state]:8} {one.name}: {one.text}")
            if one.advice:
                output.line(f"{'':8} {one.advice}")
    if options.json:
        output.as_json([asdict(one) for one in found])
    return int(any(one.state == "error" for one in found))


def checks() -> Iterator[Check]:
    """Each check when it is made: TensorFlow takes seconds."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("lossviz", "ok", f"{lossviz.__version__}, Python {python}, {sys.executable}")
    yield from _packages()
    output.note("Loading TensorFlow...")
    yield _devices()
    yield _extension()
    yield from _history()


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            yield Check(name, "ok", version(name))
        except PackageNotFoundError:
            if name in OPTIONAL:
                yield Check(name, "warning", "not installed in this environment",
                            'For the lab: pip install "lossviz[lab]"')  # fmt: skip
            else:
                yield Check(name, "error", "not installed", f"pip install {name}")


def _devices() -> Check:
    # In a process of its own: it may crash, and holds a GPU's memory.
    try:
        done = subprocess.run(  # noqa: S603 - a constant
            [sys.executable, "-c", DEVICES],
            check=False, capture_output=True, text=True, timeout=LOAD_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Check("Devices", "error", f"TensorFlow did not load within {LOAD_SECONDS} s")
    answer = next((one for one in done.stdout.splitlines() if one.startswith("<<")), None)
    if answer is None:
        lines = done.stderr.strip().splitlines()
        return Check("Devices", "error", f"TensorFlow does not load: {lines[-1] if lines else ''}",
                     "pip install --force-reinstall tensorflow")  # fmt: skip
    built, gpus = json.loads(answer[2:])
    if gpus:
        return Check("Devices", "ok", f"{len(gpus)} GPU{'' if len(gpus) == 1 else 's'}")
    if shutil.which("nvidia-smi") is None:
        return Check("Devices", "ok", "no NVIDIA GPU on this machine; runs use the CPU")
    advice = (
        'pip install "tensorflow[and-cuda]"' if built else "Install a TensorFlow build with CUDA."
    )
    return Check("Devices", "warning", "this machine has an NVIDIA GPU, but TensorFlow finds none",
                 advice)  # fmt: skip


def _extension() -> Check:
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return Check("JupyterLab extension", "warning", "Jupyter is not installed here",
                     'For the lab: pip install "lossviz[lab]"')  # fmt: skip
    files = [Path(one, "package.json") for one in jupyter_path("labextensions", "lossviz")]
    file = next((one for one in files if one.is_file()), None)
    if file is None:
        return Check("JupyterLab extension", "error", "not found in Jupyter's folders",
                     "pip install --force-reinstall --no-deps lossviz")  # fmt: skip
    found = json.loads(file.read_text(encoding="utf-8")).get("version", "?")
    if found != lossviz.__version__:
        return Check("JupyterLab extension", "error",
                     f"version {found} in {file.parent}, but the package is {lossviz.__version__}",
                     "pip install --upgrade --force-reinstall --no-deps lossviz")  # fmt: skip
    if _is_disabled():
        return Check("JupyterLab extension", "warning", f"{found}, disabled",
                     "jupyter labextension enable lossviz")  # fmt: skip
    return Check("JupyterLab extension", "ok", f"{found}, in {file.parent}")


def _is_disabled() -> bool:
    try:
        from jupyter_core.paths import jupyter_path
        from jupyterlab_server.config import get_page_config
    except ImportError:
        return False  # JupyterLab may be in another environment
    disabled = get_page_config(jupyter_path("labextensions")).get("disabledExtensions", {})
    return any(one == "lossviz" or str(one).startswith("lossviz:") for one in disabled)


def _history() -> Iterator[Check]:
    try:
        folder = home()
        with history() as store:
            aside = store.set_aside
            rows, size, mode = store.runs(), store.size(), store.journal_mode
    except FAULTS as error:
        yield Check(
            "History", "error", str(error), "Set LOSSVIZ_HOME to a folder you can write to."
        )
        return
    live = sum(row.status in ALIVE for row in rows)
    runs = "1 run" if len(rows) == 1 else f"{len(rows):,} runs"
    text = f"{runs}, {live} live, {size / 1e6:,.0f} MB, {mode}, in {folder}"
    yield Check("History", "ok", text)
    damaged = sorted(folder.glob("runs.damaged-*"))
    if aside is not None or damaged:
        yield Check("Damaged history", "warning", f"{len(damaged)} file(s) set aside in {folder}",
                    "They hold earlier runs; delete them if not needed.")  # fmt: skip
    if sys.platform != "win32" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Check("Privacy", "warning", f"others can read {folder}", f"chmod 700 {folder}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield Check("Disk", "warning", f"{free / 1e6:,.0f} MB free",
                    "Delete old runs: lossviz prune --megabytes 500")  # fmt: skip
