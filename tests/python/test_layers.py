"""The floors of the house: a lower one never imports a higher one, and files stay small."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lossviz"
FLOORS = {
    "losses": 1, "series": 1, "history": 2, "tasks": 2, "program": 3, "training": 3, "wire": 4,
    "widgets": 5,
}  # fmt: skip
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]


def floor(module: str) -> int:
    """The floor of `lossviz.x.y`; modules beside the folders are below all."""
    parts = module.split(".")
    return FLOORS.get(parts[1], 0) if len(parts) > 1 else 0


def imports(path: Path) -> set[str]:
    """The modules of lossviz that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("lossviz")}


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_floor_imports_a_higher_one(path):
    own = floor("lossviz." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    if path.parent == PACKAGE and path.name == "__init__.py":
        own = 99  # the front door names everything
    for name in imports(path):
        assert floor(name) <= own, f"{path.name} imports {name}"
        folder = path.relative_to(PACKAGE).parts[0]
        if floor(name) == own and 0 < own < 99:
            assert name.split(".")[1] == folder, f"{path.name} imports its neighbour {name}"


def test_every_folder_has_a_floor():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(FLOORS)


@pytest.mark.parametrize("ending", ["py", "ts", "tsx", "css", "mjs"])
def test_files_stay_under_400_lines(ending):
    long = {
        path.name: count
        for path in TRACKED
        if path.suffix == f".{ending}" and (count := len(path.read_text().splitlines())) > 400
    }
    assert not long


def test_names_come_from_the_field():
    vague = re.compile(r"(^|[_-])(utils?|helpers?|managers?|misc|common)$")
    assert not [path.name for path in TRACKED if vague.search(path.stem)]


def test_no_registry_host_and_no_machine_path_is_in_the_tree():
    # Spelt in parts, so that this file does not contain what it looks for.
    forbidden = re.compile(
        "|".join(["registry\\.npm" + "js", "registry\\.yarn" + "pkg", "files\\.python" + "hosted",
                  "pypi" + "\\.org", "deb\\.deb" + "ian", "/ro" + "ot/", "/ho" + "me/\\w+/",
                  "/wo" + "rk/"])
    )  # fmt: skip
    bad = [
        path.relative_to(ROOT)
        for path in TRACKED
        if path.suffix != ".png" and forbidden.search(path.read_text(errors="replace"))
    ]
    assert not bad
