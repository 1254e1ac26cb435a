"""A definition of lossviz' own as a lesson shows it: no annotations, no checks of arguments."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst as cst


def cleaned(
    text: str, modules: Mapping[str, Any], used: Collection[str], name: str = ""
) -> tuple[str, set[tuple[str, str]]]:
    """A statement without what only the package needs.

    Annotations of functions, checks that only raise, caches and the later paragraphs of docstrings
    go; `module.name` becomes `name`; a class keeps the methods that are used.

    Args:
        text: the statement's text.
        modules: the names of lossviz' modules in it.
        used: the methods that are used.
        name: what the function is to be called, where it gets another name.

    Returns:
        The text, and what it used of the modules as `(module, name)`.
    """
    import libcst as cst

    text = re.sub(r"[ ]*# (fmt: skip|noqa\b.*|type: ignore\b.*)", "", text)
    cleaner = _cleaner(modules, used, name)
    module = cst.parse_module(text).visit(cleaner)
    return module.code.strip("\n") + "\n", cleaner.members


def _cleaner(modules: Mapping[str, Any], used: Collection[str], name: str) -> Any:
    import libcst as cst
    from libcst import matchers as m

    check = m.SimpleStatementLine([m.Expr(m.Call(m.Attribute(attr=m.Name("_check"))))])
    guard = m.If(body=m.IndentedBlock([m.SimpleStatementLine([m.Raise()])]), orelse=None)
    cached = m.Decorator(m.Call(m.Name("lru_cache")) | m.Name("cache"))

    class Cleaner(cst.CSTTransformer):
        def __init__(self) -> None:
            super().__init__()
            self.members: set[tuple[str, str]] = set()
            self._depth = 0

        def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
            self._depth += 1
            return True

        def leave_FunctionDef(  # noqa: N802 - the names are LibCST's
            self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
        ) -> Any:
            self._depth -= 1
            decorators = [one for one in updated_node.decorators if not m.matches(one, cached)]
            changed = updated_node.with_changes(
                returns=None,
                decorators=decorators,
                body=_first_paragraph(updated_node.body),
                whitespace_before_params=cst.SimpleWhitespace(""),
            )
            if name and not self._depth:
                changed = changed.with_changes(name=cst.Name(name))
            return changed

        def leave_Parameters(  # noqa: N802
            self, original_node: cst.Parameters, updated_node: cst.Parameters
        ) -> cst.Parameters:
            def plain(params: Any) -> list[Any]:
                return [one.with_changes(comma=cst.MaybeSentinel.DEFAULT) for one in params]

            return updated_node.with_changes(
                params=plain(updated_node.params), kwonly_params=plain(updated_node.kwonly_params)
            )

        def leave_Param(  # noqa: N802
            self, original_node: cst.Param, updated_node: cst.Param
        ) -> cst.Param:
            if updated_node.annotation is None:
                return updated_node
            equal: Any = cst.MaybeSentinel.DEFAULT
            if updated_node.default is not None:
                equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
            return updated_node.with_changes(
                annotation=None, equal=equal, whitespace_after_param=cst.SimpleWhitespace("")
            )

        def leave_AnnAssign(  # noqa: N802
            self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
        ) -> Any:
            if not self._depth or updated_node.value is None:
                return updated_node
            return cst.Assign([cst.AssignTarget(updated_node.target)], updated_node.value)

        def leave_Attribute(  # noqa: N802
            self, original_node: cst.Attribute, updated_node: cst.Attribute
        ) -> Any:
            module = updated_node.value
            if isinstance(module, cst.Name) and module.value in modules:
                self.members.add((module.value, updated_node.attr.value))
                return updated_node.attr
            return updated_node

        def leave_If(self, original_node: cst.If, updated_node: cst.If) -> Any:  # noqa: N802
            return cst.RemoveFromParent() if m.matches(updated_node, guard) else updated_node

        def leave_SimpleStatementLine(  # noqa: N802
            self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
        ) -> Any:
            return cst.RemoveFromParent() if m.matches(updated_node, check) else updated_node

        def leave_ClassDef(  # noqa: N802
            self, original_node: cst.ClassDef, updated_node: cst.ClassDef
        ) -> cst.ClassDef:
            kept = [
                one
                for one in updated_node.body.body
                if not isinstance(one, cst.FunctionDef) or one.name.value in used
            ]
            body = updated_node.body.with_changes(body=kept)
            return updated_node.with_changes(body=_first_paragraph(body))

    return Cleaner()


def _first_paragraph(body: Any) -> Any:
    """A function's or class's body whose docstring is its first paragraph."""
    import libcst as cst
    from libcst import matchers as m

    docstring = m.SimpleStatementLine([m.Expr(m.SimpleString())])
    if not isinstance(body, cst.IndentedBlock) or not body.body:
        return body
    if not m.matches(body.body[0], docstring):
        return body
    first: Any = body.body[0]
    text = str(first.body[0].value.evaluated_value).strip().partition("\n\n")[0]
    written = cst.Expr(cst.SimpleString(f'"""{text}"""'))
    return body.with_changes(body=[first.with_changes(body=[written]), *body.body[1:]])
