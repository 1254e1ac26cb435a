"""The floors of the house: a lower one never imports a higher one, nothing imports in a circle, and
files stay small."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lossviz"
PAGE = ROOT / "labextension" / "src"
FLOORS = {
    "losses": 1, "optimizers": 1, "series": 1, "history": 2, "tasks": 2, "program": 3,
    "training": 3,
    "statistics": 4, "report": 4, "explore": 4, "diagnosis": 4, "scale": 4, "exports": 4,
    "wire": 5, "widgets": 6, "server": 6, "teach": 6, "cli": 6,
}  # fmt: skip
PAGE_FLOORS = {
    "i18n": 0,  # used by every floor
    "protocol": 1, "series": 1, "controls": 1, "output": 1, "editor": 1, "katex": 1,
    "transport": 2, "store": 3, "chart": 4,
    "plotly": 5, "views": 5, "form": 5, "widget": 6, "cell": 7, "panel": 7, "plugins": 8,
}  # fmt: skip
"""The page's folders; a file beside them is below all, and `TOPMOST` above."""

TOPMOST = {"index", "commands"}
UPWARD = {
    ("page", "chart/plotly_types"): "a type: what the extension gives to labs",
    ("page", "widget/program_sync"): "a type: what the extension gives to labs",
}
"""Imports of the page that go up, and why they may."""

TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]


def module_of(path: Path) -> str:
    """The dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """The modules of lossviz that a file imports: at its top, inside functions, for types alone,
    or by a name in a text, as `importlib` takes it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else node.module for name in names}
        elif isinstance(node, ast.Constant) and str(node.value).startswith("lossviz."):
            found.add(node.value)
    return found & set(FILES) - {module_of(path)}


def floor(module: str) -> int:
    """The floor of `lossviz.x.y`; modules beside the folders are below all."""
    parts = module.split(".")
    return FLOORS.get(parts[1], 0) if len(parts) > 1 else 0


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Groups of files of which each leads to every other (Tarjan's strong components)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    found: list[set[str]] = []

    def visit(one: str) -> None:
        number[one] = lowest[one] = len(number)
        open_.append(one)
        for other in graph.get(one, ()):
            if other not in number:
                visit(other)
                lowest[one] = min(lowest[one], lowest[other])
            elif other in open_:
                lowest[one] = min(lowest[one], number[other])
        if lowest[one] == number[one]:
            group = open_[open_.index(one) :]
            del open_[-len(group) :]
            if len(group) > 1:
                found.append(set(group))

    for one in graph:
        if one not in number:
            visit(one)
    return found


def test_a_circle_is_found_wherever_it_is():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [{"b", "c"}]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("name", FILES)
def test_no_floor_imports_a_higher_one(name):
    own = 99 if name in {"lossviz", "lossviz._notebook"} else floor(name)  # the front door
    for imported in imports(FILES[name]):
        assert floor(imported) <= own, f"{name} imports {imported}"
        if floor(imported) == own > 0:
            same = name.split(".")[1] == imported.split(".")[1]
            assert same, f"{name} imports its neighbour {imported}"


def test_nothing_imports_in_a_circle():
    assert circles({name: imports(path) for name, path in FILES.items()}) == []


def test_every_folder_has_a_floor():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(FLOORS)


PAGE_FILES = {
    path.relative_to(PAGE).with_suffix("").as_posix(): path
    for path in sorted([*PAGE.rglob("*.ts"), *PAGE.rglob("*.tsx")])
    if not path.name.endswith(".d.ts")
}
FROM = re.compile(
    r"""^(?:import|export)\s(?:[^;'"]*?\sfrom\s*)?['"](\.[^'"]*)['"]|\bimport\(\s*['"](\.[^'"]*)""",
    re.MULTILINE,
)


def page_imports(path: Path) -> Iterator[str]:
    """The files of the page's that a file imports, types too."""
    for match in FROM.finditer(path.read_text()):
        target = (path.parent / (match[1] or match[2])).resolve().relative_to(PAGE).as_posix()
        name = next((one for one in (target, f"{target}/index") if one in PAGE_FILES), None)
        if name is None:
            # A style sheet, a script without types, or one that the build makes.
            there = [PAGE / target, PAGE / f"{target.removesuffix('.js')}.d.ts"]
            assert target.endswith(".css") or any(one.is_file() for one in there), target
        else:
            yield name


def page_floor(name: str) -> int:
    """The floor of a file of the page."""
    folder, _, rest = name.partition("/")
    return PAGE_FLOORS[folder] if rest else 99 * (name in TOPMOST)


def test_every_folder_of_the_page_has_a_floor():
    assert {path.name for path in PAGE.iterdir() if path.is_dir()} <= set(PAGE_FLOORS)


@pytest.mark.parametrize("name", PAGE_FILES)
def test_no_floor_of_the_page_imports_a_higher_one(name):
    own = page_floor(name)
    for imported in page_imports(PAGE_FILES[name]):
        if (name, imported) in UPWARD:
            continue
        assert page_floor(imported) <= own, f"{name} imports {imported}"
        if page_floor(imported) == own and 0 < own < 99:
            same = name.partition("/")[0] == imported.partition("/")[0]
            assert same, f"{name} imports its neighbour {imported}"


def test_nothing_of_the_page_imports_in_a_circle():
    graph = {name: set(page_imports(path)) for name, path in PAGE_FILES.items()}
    # Fewer imports than files would mean that they were not read.
    assert sum(map(len, graph.values())) > len(graph)
    assert circles(graph) == []


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
