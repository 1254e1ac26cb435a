"""A real Jupyter server on loopback, with folders of its own, ended with all its kernels."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 60


class JupyterServer:
    """`jupyter lab` in a folder; `close` ends it and everything that it started."""

    def __init__(self, home: Path, root: Path) -> None:
        self.root = root
        self.token = secrets.token_hex(16)
        self.runtime = runtime = home / "runtime"
        settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        # The question about news would lie over the page.
        (settings / "notification.jupyterlab-settings").write_text(
            json.dumps({"fetchNews": "false", "checkForUpdates": False})
        )
        self._log = (home / "server.log").open("w")
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
                f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={root}",
                "--ServerApp.terminals_enabled=False",
            ],
            env={
                **os.environ,
                "JUPYTER_CONFIG_DIR": str(home / "config"),
                "JUPYTERLAB_SETTINGS_DIR": str(home / "config" / "lab" / "user-settings"),
                "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
                "JUPYTER_RUNTIME_DIR": str(runtime),
                "JUPYTER_DATA_DIR": str(home / "data"),
                "IPYTHONDIR": str(home / "ipython"),
                "LOSSVIZ_HOME": str(home / "lossviz"),
                # Half of the machine belongs to the page.
                "TF_CPP_MIN_LOG_LEVEL": "2",
            },
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            self.url = self._wait(runtime)
        except BaseException:
            self.close()
            raise

    def address(self, path: str) -> str:
        """The address of a page of this server."""
        return f"{self.url}{path}{'&' if '?' in path else '?'}token={self.token}"

    def kernels(self) -> list[dict[str, str]]:
        """The kernels that run."""
        return json.loads(self._ask("api/kernels"))

    def end_kernels(self) -> None:
        """End all kernels."""
        for kernel in self.kernels():
            self._ask(f"api/kernels/{kernel['id']}", "DELETE")

    def restart_kernels(self) -> None:
        """Restart all kernels, as the menu does."""
        for kernel in self.kernels():
            self._ask(f"api/kernels/{kernel['id']}/restart", "POST")

    def close(self) -> None:
        """End the server, its kernels, and whatever is left of its process group."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._log.close()

    def _ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def _wait(self, runtime: Path) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "jupyter lab ended at once; see server.log"
            for info in runtime.glob(f"jpserver-{self._process.pid}.json"):
                self.url = f"http://127.0.0.1:{json.loads(info.read_text())['port']}/"
                try:
                    self._ask("api/status")
                except (OSError, urllib.error.URLError):
                    break
                return self.url
            time.sleep(0.1)
        raise TimeoutError(f"jupyter lab was not up after {START_SECONDS} s")


def without_extension(home: Path, root: Path) -> JupyterServer:
    """A server whose pages have the lab's widget alone."""
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    disabled = {"disabledExtensions": {"lossviz": True}}
    (settings / "page_config.json").write_text(json.dumps(disabled))
    return JupyterServer(home, root)
