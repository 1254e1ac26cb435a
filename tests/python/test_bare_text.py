"""Functions as a lesson shows them: without annotations, the rest byte for byte."""

from __future__ import annotations

import ast
import importlib.util
from itertools import pairwise
from pathlib import Path

import pytest

import lossviz
from lossviz.program.bare import outermost, signature
from lossviz.program.cleaning import cleaned
from lossviz.program.loss_source import loss_function
from lossviz.program.source_text import Edit, SourceText, changed

ROOT = Path(__file__).resolve().parents[2]


def bare(text: str, name: str = "", values: dict[str, str] | None = None) -> str:
    source = SourceText(text)
    function = source.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    return changed(text, outermost(signature(source, function, name, values)))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("def f(): pass", "def f(): pass"),
        ("def f(a: int, b: 'x' = 3) -> dict[str, int]: pass", "def f(a, b=3): pass"),
        ("def f(a=1, *, b, c: int = 2): pass", "def f(a=1, *, b, c=2): pass"),
        ("def f(a, /, b): pass", "def f(a, /, b): pass"),
        ("def f(a, /): pass", "def f(a, /): pass"),
        ("def f(*args: int, b: int = 1, **more: str): pass", "def f(*args, b=1, **more): pass"),
        ("def f(a, /, *args, b=(1, [2])): pass", "def f(a, /, *args, b=(1, [2])): pass"),
        ("def f(\n    a: int,  # why\n    b=')',\n) -> int:  # end\n    pass",
         "def f(a, b=')'):  # end\n    pass"),
        ("def ähm(größe: 'ß' = 'ü', *, ø): pass", "def ähm(größe='ü', *, ø): pass"),
        ("@g(x)\ndef f( a ): pass", "@g(x)\ndef f(a): pass"),
    ],
)  # fmt: skip
def test_signatures_lose_annotations_and_nothing_else(given, wanted):
    assert bare(given) == wanted


def test_values_take_the_place_of_defaults_and_keywords_lose_their_star():
    text = "def f(t, o, a: float = 1.0, *, b=2, c: int): pass"
    values = {"a": "0.5", "b": "[1]", "c": "7"}
    assert bare(text, "g", values) == "def g(t, o, a=0.5, b=[1], c=7): pass"


OWN = '''\
def own_one(
    target: object, output: object, *, power: float = 2.0,  # fmt: skip
) -> object:
    """First line, größer.

    More of it.
    """

    # kept
    def inner(x: int = 1) -> int:
        return x  # as it is

    y: list = [target - output]
    return tf.reduce_mean(tf.abs(y[0]) ** power) * inner( 1 )
    # the last
'''


def test_a_loss_of_ones_own_keeps_its_text(tmp_path, monkeypatch):
    file = tmp_path / "own_module.py"
    file.write_text("import tensorflow as tf\n\n\n" + OWN)
    spec = importlib.util.spec_from_file_location("own_module", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loss = lossviz.losses.own(module.own_one)
    assert loss_function(loss, {"power": 3.0}) == (
        '''\
def loss_fn(target, output, power=3.0):
    """First line, größer."""

    # kept
    def inner(x=1):
        return x  # as it is

    y: list = [target - output]
    return tf.reduce_mean(tf.abs(y[0]) ** power) * inner( 1 )
    # the last
'''
    )


DEFINITION = '''\
@lru_cache(maxsize=2)
@named
class Shape:
    """One.

    Two.
    """

    size: int = 1

    # of no use
    def unused(self) -> int:
        return self.size

    def used(self, by: int) -> int:
        """Scaled.

        At length.
        """
        # what is wrong is said

        if by < 0:
            raise ValueError(shapes.text(by))
        _check(by)
        self._check(by)
        twice: int = by * 2  # noqa: X
        for one in range(3):
            if one:
                raise ValueError
            if not one:
                raise ValueError
            else:
                twice += shapes.edges
        return shapes.area(self.size) * twice
'''


def test_definitions_lose_what_only_the_package_needs():
    text, members = cleaned(DEFINITION, {"shapes": None}, {"used"})
    assert members == {("shapes", "area"), ("shapes", "edges")}, "not of what has gone"
    assert text == (
        '''\
@lru_cache(maxsize=2)
@named
class Shape:
    """One."""

    size: int = 1

    def used(self, by):
        """Scaled."""
        _check(by)
        twice = by * 2
        for one in range(3):
            if not one:
                raise ValueError
            else:
                twice += edges
        return area(self.size) * twice
'''
    )
    ast.parse(text)


def test_edits_that_stand_in_others_go_with_them():
    edits = [
        Edit(0, 10, ""),
        Edit(2, 3, "x"),
        Edit(0, 0, "first"),
        Edit(5, 5, "y"),
        Edit(10, 12, ""),
    ]
    left = sorted(outermost(edits))
    assert left == [Edit(0, 0, "first"), Edit(0, 10, ""), Edit(10, 12, "")]
    assert all(one.end <= other.start for one, other in pairwise(left))


def test_one_parser_reads_programs():
    for path in (ROOT / "lossviz").rglob("*.py"):
        assert "libcst" not in path.read_text(), path.name
    assert "libcst" not in (ROOT / "pyproject.toml").read_text()
