"""How a program encodes the labels of the user's own data, read back from its text."""

from __future__ import annotations

import ast

from lossviz.program.rendering import STREAMED
from lossviz.program.structure import ProgramStructure


def decoded(structure: ProgramStructure, node: ast.expr) -> tuple[str, int]:
    """The expression of the user's own data, and the number of classes it is encoded into."""
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        inputs, labels = node.elts
        if (
            isinstance(labels, ast.Call)
            and structure.qualified(labels.func) == "tensorflow.one_hot"
            and len(labels.args) == 2
            and not labels.keywords
        ):
            classes = structure.literal(labels.args[1])
            if classes is not None and type(classes.value) is int:
                first, second = ast.unparse(inputs), ast.unparse(labels.args[0])
                whole = first.removesuffix("[0]")
                if first == f"{whole}[0]" and second == f"{whole}[1]":
                    return whole, classes.value
                return f"({first}, {second})", classes.value
    of_dataset = streamed(structure, node)
    if of_dataset is not None:
        return of_dataset
    text = structure.source.segment(node)
    # Without its brackets, an expression of several lines is none.
    return (ast.unparse(node) if "\n" in text else text), 0


def streamed(structure: ProgramStructure, node: ast.expr) -> tuple[str, int] | None:
    """The expression of a dataset and the number of classes that its `map` encodes, or None."""
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "map"
        and len(node.args) == 1
        and not node.keywords
        and isinstance(node.args[0], ast.Lambda)
    ):
        return None
    called = [
        one.args[1]
        for one in ast.walk(node.args[0])
        if isinstance(one, ast.Call)
        and structure.qualified(one.func) == "tensorflow.one_hot"
        and len(one.args) == 2
    ]
    classes = structure.literal(called[0]) if called else None
    if classes is None or type(classes.value) is not int:
        return None
    usual = ast.parse(STREAMED.format(classes=classes.value), mode="eval").body
    if ast.dump(node.args[0]) != ast.dump(usual):
        return None
    return ast.unparse(node.func.value), classes.value
