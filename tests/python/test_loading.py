"""TensorFlow's import in the background beside the imports of a person's own cells."""

from __future__ import annotations

import threading

import nbformat
import pytest
from nbclient import NotebookClient

from lossviz.widgets.loading import imports_more
from lossviz.wire.publisher import Publisher

START = """from lossviz.widgets.cell_runs import cell_runs
from lossviz.widgets.loading import loading
cell_runs.listen()
loading.start(lambda: None)"""
OWN = """import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
print(model.count_params())"""
LINE = "loading.wait()\nprint(repr(loading.line))"


@pytest.mark.parametrize(
    "cells", [(START, OWN, LINE), (f"{START}\n{OWN}", LINE)], ids=["cell after", "same cell"]
)
def test_a_cell_imports_keras_while_tensorflow_comes(cells):
    """Of two threads that import one of them each, both would find half a module."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells]
    )
    NotebookClient(notebook, timeout=200, kernel_name="python3").execute()
    printed = "".join(one.text for cell in notebook.cells for one in cell.outputs)
    assert printed.split() == ["3", "''"]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("x = 1", False),
        ("import json, sys", False),
        ("from os import path", False),
        ("def f():\n    import not_loaded_yet", True),
        ("from not_loaded_yet.inner import name", True),
        ("from . import sibling", False),
        ("import half a line", False),
    ],
)
def test_which_cells_wait(text, more):
    assert imports_more(text) is more


class Counted:
    """An outlet that is always alive."""

    def __init__(self) -> None:
        self.sent, self.first = 0, threading.Event()

    def publish(self) -> bool:
        self.sent += 1
        self.first.set()
        return True


def test_after_its_end_the_publisher_sends_nothing():
    publisher, outlet = Publisher(), Counted()
    publisher.register(outlet)
    assert outlet.first.wait(10)
    before = outlet.sent
    publisher.end()
    sent = outlet.sent
    assert sent > before  # the last word, such as that a run was stopped
    assert publisher._thread is not None
    assert not publisher._thread.is_alive()
    publisher.wake()
    assert not publisher._thread.is_alive()
    assert outlet.sent == sent
