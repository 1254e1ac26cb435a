"""Messages and traits say the same in Python and in TypeScript."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / ".ci" / "protocol.py"


@pytest.fixture(scope="module")
def protocol():
    spec = importlib.util.spec_from_file_location("protocol", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_types_of_pages_are_those_of_the_kernel(protocol):
    for target, sources in protocol.SOURCES.items():
        assert target.read_text() == protocol.typescript(sources), "run make protocol"
    assert protocol.VERSION.read_text() == protocol.version(), "run make protocol"


def test_all_kinds_of_types_are_written(protocol, tmp_path):
    source = tmp_path / "messages.py"
    source.write_text(
        '"""All of them."""\n'
        "from typing import Literal, NotRequired, TypedDict\n"
        "from lossviz.wire.lab_traits import KeptLoss\n"
        "VERSION = 2\n"
        '"""What None is."""\n'
        "class Plain(TypedDict):\n"
        '    """None at first."""\n'
        "    text: str\n"
        '    """' + 20 * "long " + '"""\n'
        "    values: NotRequired[list[float | None]]\n"
        "    by_name: dict[str, list[KeptLoss]]\n"
        '    kind: Literal["one", "two"]\n'
        "Both = Plain | KeptLoss\n"
    )
    assert protocol.typescript([source]) == (
        "/**\n"
        " * All of them.\n"
        " *\n"
        " * Written by `make protocol` from lossviz/wire/messages.py; change that.\n"
        " */\n\n"
        "import type { KeptLoss } from './lab_traits';\n\n"
        "/** What null is. */\n"
        "export const VERSION = 2;\n\n"
        "/** null at first. */\n"
        "export interface Plain {\n"
        "  /**\n"
        f"   * {' '.join(19 * ['long'])}\n   * long\n   */\n"
        "  text: string;\n"
        "  values?: (number | null)[];\n"
        "  by_name: Record<string, KeptLoss[]>;\n"
        "  kind: 'one' | 'two';\n"
        "}\n\n"
        "export type Both = Plain | KeptLoss;\n"
    )


def test_a_type_without_a_counterpart_is_named(protocol, tmp_path):
    source = tmp_path / "odd.py"
    source.write_text("class Odd:\n    size: tuple[int, int]\n")
    with pytest.raises(TypeError, match=r"line 2: no TypeScript for tuple\[int, int\]"):
        protocol.typescript([source])


def test_stale_types_are_noticed(tmp_path):
    folder = tmp_path / "clone"
    for name in ("lossviz/wire", "labextension/src", ".ci"):
        (folder / name).mkdir(parents=True)
    (folder / ".ci" / "protocol.py").write_text(SCRIPT.read_text())
    for name in ("messages", "lab_traits", "run_types", "run_tables"):
        (folder / "lossviz" / "wire" / f"{name}.py").write_text('"""Nothing."""\n')
    (folder / "lossviz" / "__init__.py").write_text('__version__ = "3.2.1"\n')

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(folder / ".ci" / "protocol.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "run make protocol" in run("--check").stderr.lower()
    assert run().returncode == 0
    assert run("--check").returncode == 0
