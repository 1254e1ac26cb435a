"""The README's example runs as it stands, and so do the docstrings' examples."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import lossviz

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(lossviz.__path__, "lossviz.")
    if not module.name.startswith("lossviz.labextension")
]


def test_the_readmes_example_runs():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    example = next(block for block in blocks if "lossviz.train" in block)
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    namespace: dict[str, object] = {}
    exec(example, namespace)
    assert namespace["run"].status == "completed"
    assert len(namespace["run"].step_loss) == 5 * 32


def test_the_readmes_task_is_registered_and_chosen():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    example, shown = next(one for one in blocks if "tasks.register" in one).rsplit("\n", 2)[:2]
    namespace: dict[str, object] = {}
    exec(example, namespace)
    lab = eval(shown, namespace)
    assert lab.config == lossviz.TrainingConfig(task="squares", dataset="two_squares")
    assert lab.config.loss == "cross_entropy"
    lab.close()


def test_the_readmes_picture_is_there():
    picture = re.search(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert picture
    assert (ROOT / picture[1]).stat().st_size > 10_000


@pytest.mark.parametrize("name", MODULES)
def test_the_docstrings_examples_run(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
