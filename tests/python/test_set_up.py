"""The commands of the Makefile work wherever a clone lies, also with spaces in its path."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path) -> Path:
    """What set-up needs of a clone, in a folder with spaces and other signs in its name."""
    folder = tmp_path / "with space & 100 %" / "lossviz"
    shutil.copytree(ROOT / ".ci", folder / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "lossviz").mkdir()
    return folder


def test_the_constraints_are_found_by_pip(clone, tmp_path):
    """pip splits the variable at spaces."""
    spec = importlib.util.spec_from_file_location("set_up", clone / ".ci" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.STAMPS.mkdir(parents=True)
    module.BIN.mkdir()
    told = tmp_path / "told"
    python = module.BIN / "python"
    python.write_text(
        f'#!/bin/sh\nprintenv PIP_CONSTRAINT > "{told}"\nprintf "%s\\n" "$@" >> "{told}"'
    )
    python.chmod(0o700)
    module.install_python("dev")
    constraint, *arguments = told.read_text().splitlines()
    assert str(clone / ".ci" / "constraints.txt") in arguments
    # What pip itself makes of it; the package is there, so that nothing is fetched.
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--quiet", "pytest"],
        env={**os.environ, "PIP_CONSTRAINT": constraint}, check=True, capture_output=True,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["bench-tasks", "bench", "test-python", "lint"])
def test_the_makefile_s_commands_keep_paths_whole(clone, target):
    shown = subprocess.run(
        ["make", "-n", "--no-print-directory", target, "PYTHON=python3"], cwd=clone, check=True,
        capture_output=True, text=True, env={**os.environ, "MAKEFLAGS": ""},
    ).stdout  # fmt: skip
    words = [word for line in shown.splitlines() for word in shlex.split(line)]
    assert any(word.startswith(".venv/bin/") for word in words)
    with_path = [word for word in words if "with space" in word]
    assert all(word.endswith(str(clone)) for word in with_path)
    assert bool(with_path) == (target == "bench-tasks")
