"""The code in the README runs as it is, and so do the examples in docstrings."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import lossviz

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(lossviz.__path__, "lossviz.")
    if not module.name.startswith("lossviz.labextension")
]


BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_the_readmes_code_runs_from_top_to_bottom():
    namespace: dict[str, Any] = {}
    labs, runs = [], []
    for block in BLOCKS:
        tree = ast.parse(block)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "README.md", "exec"), namespace)
        value = eval(ast.unparse(last), namespace) if last else None
        if isinstance(value, lossviz.LossLab):
            labs.append(value)
        run = namespace.get("run")
        if run is not None and run not in runs:
            assert run.wait(120), block
            assert run.error is None, block
            runs.append(run)
    first, own_loss, own_model, own_task = (lab.config for lab in labs)
    assert first == lossviz.TrainingConfig()
    assert (own_loss.task, own_loss.loss) == ("regression", "asymmetric")
    assert own_model.loss == "cross_entropy"
    assert own_task == lossviz.TrainingConfig(task="squares", dataset="two_squares")
    assert own_task.loss == "cross_entropy"
    assert {run.status for run in runs} == {"completed"}
    assert [len(run.step_loss) for run in runs][-1] == 20 * 32  # the resumed one
    for lab in labs:
        lab.close()


def test_the_readmes_examples_are_short():
    """Somebody who looks at the page for a minute should be able to type them."""
    lengths = [len([line for line in block.splitlines() if line.strip()]) for block in BLOCKS]
    assert lengths[0] <= 3
    assert sorted(lengths)[-2] <= 10  # all but the task of one's own


@pytest.mark.parametrize("page", ["README.md", "notebooks/states.md"])
def test_the_pictures_of_a_page_are_there(page):
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / page).read_text())
    assert len(pictures) >= 3
    for picture in pictures:
        assert ((ROOT / page).parent / picture).stat().st_size > 10_000, picture


@pytest.mark.parametrize("name", MODULES)
def test_the_docstrings_examples_run(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
