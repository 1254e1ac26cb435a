"""A notebook of somebody else's: opening it runs nothing, writes nothing and injects nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.notebook_page import NotebookPage, until
from tests.browser.program_cell import ProgramCell, code_state

HTML = "<img src=x onerror='globalThis.hurt=1'><script>globalThis.hurt=2</script>"
TURNED = "\u202e\u2066gnp.exe \u05d0\u05d1"
RUN = "open('{marker}', 'w').write('run')\nimport lossviz\nrun = lossviz.train(1, 2, loss='mse')"
LOSS = "def loss_fn(target, output):\n    open('{marker}', 'w')\n    return 1.0"
BUNDLE = Path(__file__).resolve().parents[2] / "lossviz" / "static" / "lab.js"
WIDGETS = "application/vnd.jupyter.widget-"


def hostile(marker: Path) -> dict:
    """A notebook with a saved lab, a cell that claims to be its program, and kept losses."""
    lab_state = {
        "_anywidget_id": "lossviz.widgets.lab.LossLab", "_model_module": "anywidget",
        "_model_module_version": "~0.11.*", "_model_name": "AnyModel",
        "_view_module": "anywidget", "_view_module_version": "~0.11.*", "_view_name": "AnyView",
        "_esm": BUNDLE.read_text(), "_css": "",
        "lab_id": HTML,
        "form": {"fields": [], "commands": ["train", "show_code", HTML], "edits": {}},
        "status": {"text": HTML, "kind": HTML, "details": HTML, "tensorflow": HTML},
        "program": {
            "lab": HTML, "start": "s", "revision": 9, "text": RUN.format(marker=marker),
            "edits": [{"start": -5, "end": 10**9, "text": HTML}], "state": "edited",
            "message": HTML + TURNED + "x" * 100_000, "cell": "claims", "by": HTML,
            "handled": {}, "kept": [{"title": HTML, "loss": HTML, "text": HTML}], "made_from": HTML,
        },
    }  # fmt: skip
    view = {f"{WIDGETS}view+json": {"model_id": "aa", "version_major": 2, "version_minor": 1}}
    hint = {"lab": HTML, "cell": "claims", "of": "lab", "start": "s", "made_from": HTML * 1000}
    kept = [
        {"title": HTML, "loss": HTML, "text": LOSS.format(marker=marker)},
        {"title": TURNED + "y" * 100_000, "loss": "dice", "text": LOSS.format(marker=marker) + "#"},
        {"title": 5, "loss": [], "text": {"a": HTML}}, None, HTML,
    ]  # fmt: skip
    code = {"cell_type": "code", "execution_count": None}
    return {
        "cells": [
            {
                **code, "id": "lab", "metadata": {}, "source": "import lossviz\nlossviz.LossLab()",
                "outputs": [{
                    "output_type": "display_data", "metadata": {},
                    "data": {**view, "text/plain": "LossLab()"},
                }],
            },
            {
                **code, "id": "claims", "metadata": {"lossviz": hint}, "outputs": [],
                "source": RUN.format(marker=marker),
            },
        ],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "lossviz": {"losses": kept},
            "widgets": {
                f"{WIDGETS}state+json": {
                    "version_major": 2, "version_minor": 0,
                    "state": {"aa": {
                        "model_name": "AnyModel", "model_module": "anywidget",
                        "model_module_version": "~0.11.*", "state": lab_state,
                    }},
                }
            },
        },
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip


def unhurt(page: NotebookPage) -> None:
    assert page.page.evaluate("globalThis.hurt ?? 0") == 0
    assert (
        page.page.locator(".lossviz-lab img, .lossviz-lab script, .lossviz-badge img").count() == 0
    )


def test_opening_runs_nothing_and_what_is_found_is_only_shown(notebook, server, tmp_path):
    marker = tmp_path / "marker"
    file = server.root / "hostile.ipynb"
    file.write_text(json.dumps(hostile(marker)))
    # Only what somebody has declared to trust is shown at all.
    trusted = {**os.environ, "JUPYTER_DATA_DIR": str(server.runtime.parent / "data")}
    subprocess.run([sys.executable, "-m", "nbformat.sign", file], env=trusted, check=True)
    page = notebook(name="hostile.ipynb")
    # The saved lab is shown as it was saved, by our own module.
    page.lab.wait_for()
    until(lambda: HTML in page.lab.inner_text(), "the saved lab")
    # Without a kernel there is nothing to press.
    train = page.lab.get_by_role("button", name="Train", exact=True)
    assert train.get_attribute("aria-disabled") == "true"
    assert not page.lab.get_by_role("button", name="View code", exact=True).is_visible()
    time.sleep(3)
    assert ProgramCell(page).marked.count() == 0
    assert not marker.exists()
    unhurt(page)
    page.page.keyboard.press("Control+S")
    time.sleep(2)
    saved, found = json.loads(file.read_text()), hostile(marker)
    assert saved["metadata"]["lossviz"] == found["metadata"]["lossviz"]
    assert ["".join(cell["source"]) for cell in saved["cells"]] == [
        one["source"] for one in found["cells"]
    ]
    assert saved["cells"][1]["metadata"] == found["cells"][1]["metadata"]
    # A live lab in such a notebook: the cell and the losses are still only texts.
    page.run_cell(0)
    page.lab.wait_for()
    cell = ProgramCell(page)
    kept = page.lab.locator("optgroup[label='My custom losses'] option")
    until(lambda: kept.count() == 2, "the losses that the notebook keeps", 30)
    assert max(len(one) for one in kept.all_inner_texts()) < 70
    assert "\u202e" not in "".join(kept.all_inner_texts())
    unhurt(page)
    page.choose("Loss", kept.first.get_attribute("value"))
    page.press("View code")
    cell.wait_for("open(")
    assert not marker.exists()
    assert "In sync" in code_state(page)
    unhurt(page)
