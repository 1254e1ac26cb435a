"""Writes the TypeScript types of messages and traits from the Python ones, their only source.

Usage: python .ci/protocol.py [--check]
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    ROOT / "labextension" / "src" / f"{name}.ts": [ROOT / "lossviz" / "wire" / f"{name}.py"]
    for name in ("lab_traits", "run_types", "run_tables", "messages")
}
"""Each TypeScript file, and the Python ones from which it is written."""

WITH_MESSAGES = {"run_types", "run_tables"}
"""What messages are made of is found with them."""

VERSION = ROOT / "labextension" / "src" / "version.ts"
WIDTH = 100
MIRRORED = "`make protocol` writes the same in TypeScript from this file."
PLAIN = {
    "str": "string", "int": "number", "float": "number", "bool": "boolean", "bytes": "DataView",
}  # fmt: skip


def kind(node: ast.expr) -> str:
    """A Python annotation in TypeScript."""
    match node:
        case ast.Constant(value=None):
            return "null"
        case ast.Name(id=name):
            return PLAIN.get(name, name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{kind(left)} | {kind(right)}"
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            return " | ".join(f"'{ast.literal_eval(one)}'" for one in _each(inner))
        case ast.Subscript(value=ast.Name(id="NotRequired"), slice=inner):
            return kind(inner)
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            one = kind(inner)
            return f"({one})[]" if "|" in one else f"{one}[]"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, value])):
            return f"Record<string, {kind(value)}>"
    message = f"line {node.lineno}: no TypeScript for {ast.unparse(node)}"
    raise TypeError(message)


def _each(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def comment(text: str, indent: str = "") -> str:
    """A docstring as a comment; None is null there."""
    text = re.sub(r"\bNone\b", "null", text.strip())
    if "\n" not in text and len(indent) + len(text) + 7 <= WIDTH:
        return f"{indent}/** {text} */\n"
    paragraphs = [" ".join(one.split()) for one in text.split("\n\n")]
    width = WIDTH - len(indent) - 3
    lines = "\n\n".join(textwrap.fill(one, width) for one in paragraphs).splitlines()
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def declared(before: str, types: str, indent: str = "") -> str:
    """`before` with its type, a union broken as prettier does."""
    line = f"{indent}{before} {types};\n"
    if len(line) <= WIDTH + 1 or "|" not in types:
        return line
    whole = f"{indent}  {types};\n"
    if len(whole) <= WIDTH + 1:
        return f"{indent}{before}\n{whole}"
    parts = "".join(f"\n{indent}  | {one}" for one in types.split(" | "))
    return f"{indent}{before}{parts};\n"


def interface(node: ast.ClassDef) -> str:
    """A TypedDict as an interface."""
    lines = [comment(ast.get_docstring(node) or ""), f"export interface {node.name} {{\n"]
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign):
            continue
        assert isinstance(field.target, ast.Name)
        match after:
            case ast.Expr(value=ast.Constant(value=str(text))):
                lines.append(comment(text, "  "))
        optional = "?" if "NotRequired" in ast.dump(field.annotation) else ""
        lines.append(declared(f"{field.target.id}{optional}:", kind(field.annotation), "  "))
    return "".join([*lines, "}\n"])


def typescript(sources: list[Path]) -> str:
    """The TypeScript file that says what these Python files say; the last one gives its head."""
    names = [source.stem for source in sources]
    trees = [ast.parse(source.read_text()) for source in sources]
    files = " and ".join(f"lossviz/wire/{name}.py" for name in reversed(names))
    told = (ast.get_docstring(trees[-1]) or "").replace(MIRRORED, "").strip()
    parts = [comment(f"{told}\n\nWritten by `make protocol` from {files}; change that.")]
    imports = "".join(_imports(tree, names) for tree in trees)
    return "\n".join(
        [*parts, *filter(None, [imports]), *(one for tree in trees for one in _types(tree))]
    )


def _imports(tree: ast.Module, own: list[str]) -> str:
    """The imports of types that other files have."""
    lines, exported = [], []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lossviz.wire."):
            stem = (node.module or "").rpartition(".")[2]
            names = [one.name for one in node.names]
            if stem not in own:
                line = f"import type {{ {', '.join(names)} }} from './{stem}';\n"
                if len(line) > WIDTH + 1:
                    inside = ",\n".join(f"  {name}" for name in names)
                    line = f"import type {{\n{inside}\n}} from './{stem}';\n"
                lines.append(line)
            if stem in WITH_MESSAGES and "messages" in own:
                exported.append(f"export type * from './{stem}';\n")
    return "\n".join(filter(None, ["".join(lines), "".join(exported)]))


def _types(tree: ast.Module) -> list[str]:
    parts = []
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        match node:
            case ast.ClassDef():
                parts.append(interface(node))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                parts.append(_documented(after) + f"export const {name} = {value!r};\n")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                parts.append(_documented(after) + declared(f"export type {name} =", kind(value)))
    return parts


def _documented(after: ast.stmt | None) -> str:
    match after:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return comment(text)
    return ""


def version() -> str:
    """The TypeScript file that says which version this is."""
    package = ast.parse((ROOT / "lossviz" / "__init__.py").read_text())
    for node in package.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=found)):
                told = (
                    "The version of lossviz. Written by `make protocol` from lossviz/__init__.py."
                )
                return comment(told) + f"export const VERSION = '{found}';\n"
    message = "lossviz/__init__.py has no __version__"
    raise TypeError(message)


def main() -> None:
    """Write the files, or with --check say whether they are as they would be written."""
    stale = []
    texts = {target: typescript(sources) for target, sources in SOURCES.items()}
    for target, text in {**texts, VERSION: version()}.items():
        if not target.is_file() or target.read_text() != text:
            stale.append(target.name)
            if "--check" not in sys.argv:
                target.write_text(text)
    if "--check" in sys.argv and stale:
        sys.exit(f"Not as lossviz/wire says: {', '.join(stale)}. Run make protocol.")


if __name__ == "__main__":
    main()
