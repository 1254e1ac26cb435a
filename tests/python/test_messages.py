"""Messages and traits say the same in Python and in TypeScript."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [ROOT / "lossviz" / "wire" / f"{name}.py" for name in ("lab_traits", "messages")]
TYPESCRIPT = [ROOT / "labextension" / "src" / f"{path.stem}.ts" for path in PYTHON]

Fields = dict[str, tuple[bool, frozenset[str]]]


def of_python(node: ast.expr) -> frozenset[str]:
    """A Python annotation as the set of TypeScript types that it stands for."""
    if isinstance(node, ast.Constant) and node.value is None:
        return frozenset({"null"})
    if isinstance(node, ast.Name):
        plain = {"str": "string", "int": "number", "float": "number", "bool": "boolean",
                 "bytes": "DataView"}  # fmt: skip
        return frozenset({plain.get(node.id, node.id)})
    if isinstance(node, ast.BinOp):
        return of_python(node.left) | of_python(node.right)
    assert isinstance(node, ast.Subscript)
    assert isinstance(node.value, ast.Name)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if node.value.id == "Literal":
        return frozenset(f"'{one.value}'" for one in inner)
    if node.value.id == "NotRequired":
        return of_python(inner[0])
    if node.value.id == "list":
        return frozenset({f"{joined(of_python(inner[0]))}[]"})
    assert node.value.id == "dict"
    return frozenset({f"Record<string, {joined(of_python(inner[1]))}>"})


def joined(types: frozenset[str]) -> str:
    return " | ".join(sorted(types))


def python_side() -> tuple[dict[str, Fields], dict[str, frozenset[str]]]:
    interfaces: dict[str, Fields] = {}
    unions: dict[str, frozenset[str]] = {}
    for node in ast.parse("\n".join(path.read_text() for path in PYTHON)).body:
        if isinstance(node, ast.ClassDef):
            interfaces[node.name] = {
                line.target.id: (
                    "NotRequired" in ast.dump(line.annotation),
                    of_python(line.annotation),
                )
                for line in node.body
                if isinstance(line, ast.AnnAssign)
            }
        elif isinstance(node, ast.Assign):
            unions[node.targets[0].id] = of_python(node.value)
    return interfaces, unions


def of_typescript(text: str) -> frozenset[str]:
    # A record's own union is inside its brackets: sort it, as the Python side does.
    text = re.sub(r"<string, ([^>]*)>", lambda m: f"<string, {joined(parts(m[1]))}>", text)
    return parts(text)


def parts(text: str) -> frozenset[str]:
    pieces = re.split(r"\s*\|\s*(?![^<]*>)", text.strip().removeprefix("|").strip())
    return frozenset(piece.strip() for piece in pieces)


def typescript_side() -> tuple[dict[str, Fields], dict[str, frozenset[str]]]:
    text = re.sub(
        r"/\*.*?\*/", "", "\n".join(path.read_text() for path in TYPESCRIPT), flags=re.DOTALL
    )
    interfaces = {
        name: {
            field: (bool(optional), of_typescript(kind))
            for field, optional, kind in re.findall(r"(\w+)(\??):\s*([^;]+);", body)
        }
        for name, body in re.findall(r"export interface (\w+) \{(.*?)\n\}", text, re.DOTALL)
    }
    unions = {
        name: of_typescript(kind)
        for name, kind in re.findall(r"export type (\w+) =\s*([^;]+);", text)
    }
    return interfaces, unions


def test_both_sides_have_the_same_messages():
    python, typescript = python_side()[0], typescript_side()[0]
    assert len(python) > 10
    assert python.keys() == typescript.keys()
    for name, fields in python.items():
        assert list(fields) == list(typescript[name]), name
        assert fields == typescript[name], name


def test_both_sides_have_the_same_unions():
    assert python_side()[1] == typescript_side()[1]
