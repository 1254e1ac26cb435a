"""Keras on another backend is told in one sentence, before anything is imported for nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

BIG = "[name for name in ('tensorflow', 'keras', 'torch', 'jax') if name in sys.modules]"


def tell(code, **environment) -> list[str]:
    """The lines that code prints in a process of its own."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KERAS")}
    result = subprocess.run(
        [sys.executable, "-c", f"import os, sys\n{code}"], check=False, capture_output=True,
        text=True, timeout=120, env={**clean, **environment},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


REFUSED = f"""
import lossviz
print(lossviz.__version__, lossviz.losses.names()[0], lossviz.tasks.names()[0])
try:
    {{call}}
except ImportError as error:
    print(error)
print({BIG})
"""
CALLS = {
    "train": "lossviz.train(None, None, loss='mse')",
    "a loss": "lossviz.losses.get('mse')([1.0], [2.0])",
    "a model": "task = lossviz.tasks.get('regression'); task.build_model(task.load())",
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_environment_s_backend_is_named_with_the_remedy(call, backend):
    names, told, big = tell(REFUSED.format(call=CALLS[call]), KERAS_BACKEND=backend)
    assert "quadratic" in names
    assert told == (
        f"Keras uses the backend {backend!r} (set by KERAS_BACKEND), but lossviz trains with "
        'TensorFlow. Set os.environ["KERAS_BACKEND"] = "tensorflow" in the first cell and restart '
        "the kernel."
    )
    assert big == "[]"


@pytest.mark.parametrize("place", ["KERAS_HOME", "HOME"])
def test_the_backend_of_keras_file_is_named_with_its_place(place, tmp_path):
    folder = tmp_path / (".keras" if place == "HOME" else "")
    folder.mkdir(exist_ok=True)
    file = folder / "keras.json"
    file.write_text(json.dumps({"floatx": "float32", "backend": "torch"}))
    _, told, big = tell(REFUSED.format(call=CALLS["train"]), **{place: str(tmp_path)})
    assert f"'torch' (set in {file})" in told
    assert big == "[]"
    assert tell(CHECK, KERAS_BACKEND="tensorflow", **{place: str(tmp_path)}) == ["fine"]


CHECK = "from lossviz._tensorflow import check_backend; check_backend(); print('fine')"


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "{}", '{"backend": "tensorflow"}'])
def test_where_nothing_else_is_chosen_it_is_tensorflow(text, tmp_path):
    (tmp_path / "keras.json").write_text(text)
    assert tell(CHECK, KERAS_HOME=str(tmp_path), KERAS_BACKEND="") == ["fine"]


def test_what_keras_was_imported_with_counts_and_not_what_was_set_since():
    code = """
import keras
os.environ["KERAS_BACKEND"] = "torch"
from lossviz._tensorflow import check_backend
check_backend()
# torch is not installed here: Keras is told to say that it runs on it.
keras.src.backend.config._BACKEND = "torch"
os.environ["KERAS_BACKEND"] = "tensorflow"
try:
    check_backend()
except ImportError as error:
    print(error)
"""
    (told,) = tell(code, KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
    assert told.startswith("Keras uses the backend 'torch' (already imported), but lossviz")


def test_a_lab_says_it_in_its_line_and_tries_again():
    code = f"""
from lossviz.widgets.loading import Loading
loading = Loading()
loading.start(lambda: None)
loading.wait()
print(loading.line)
print({BIG})
loading.start(lambda: None)
loading.wait()
print(loading.line)
"""
    first, big, again = tell(code, KERAS_BACKEND="jax")
    assert first == again
    assert first.startswith("Keras uses the backend 'jax' (set by KERAS_BACKEND)")
    assert big == "[]"
