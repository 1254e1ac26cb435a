"""The package as a user gets it: quick to import, whole in a wheel, one version everywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import lossviz

ROOT = Path(__file__).resolve().parents[2]


def in_a_new_process(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


HEAVY = (
    "[m for m in ('tensorflow', 'keras', 'plotly', 'sklearn', 'ipywidgets', 'numpy')"
    " if m in sys.modules]"
)


def test_importing_loads_nothing_heavy():
    assert in_a_new_process(f"import lossviz, sys; print({HEAVY})") == "[]"


def test_a_lab_is_made_without_tensorflow():
    code = (
        "import lossviz, sys; lab = lossviz.LossLab(); lab.config; lab.code; "
        "print('tensorflow' in sys.modules)"
    )
    assert in_a_new_process(code) == "False"


def test_every_public_name_is_there():
    for name in lossviz.__all__:
        assert getattr(lossviz, name) is not None
    assert set(lossviz.__all__) <= set(dir(lossviz))
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        lossviz.trian


def test_python_and_typescript_have_one_version():
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert package["version"] == lossviz.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_was_built(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    shared = "share/jupyter/labextensions/lossviz/"
    for ending in ("lossviz/static/lab.js", "lossviz/static/loader.js", "lossviz/static/lab.css",
                   "lossviz/static/plotly.js", "lossviz/static/plotly.LICENSE",
                   "lossviz/static/editor.js", "lossviz/static/katex.js", "lossviz/py.typed",
                   f"{shared}package.json", f"{shared}install.json"):  # fmt: skip
        assert any(name.endswith(ending) for name in names), ending
    assert any(re.search(shared + r"static/remoteEntry\.\w+\.js$", name) for name in names)
    assert not any("node_modules" in name or name.startswith("tests/") for name in names)


def test_the_wheel_installs_with_plain_pip_and_no_node(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    path = f"{python.parent}:/usr/bin:/bin"
    empty = {**os.environ, "PATH": path, "PYTHONPATH": ""}
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", wheel],
        check=True, env=empty, capture_output=True, timeout=120,
    )  # fmt: skip
    shown = subprocess.run(
        [python, "-c", "import lossviz; print(lossviz.__version__)"],
        check=True, env=empty, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert shown.stdout.strip() == lossviz.__version__
    extension = tmp_path / "env/share/jupyter/labextensions/lossviz/package.json"
    assert json.loads(extension.read_text())["name"] == "lossviz"


def test_the_widget_does_not_carry_plotly():
    module = (ROOT / "lossviz" / "static" / "lab.js").read_text()
    assert len(module) < 250_000
    assert "scattergl" not in module
