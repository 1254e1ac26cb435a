"""Words that users never read: phrases that no native engineer would write."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PHRASES = {
    "stands": r"stands?(?!-in)|stood",
    "is told": r"(?:is|are|was|were|be) told",
    "so many": r"so many",
    "goes on": r"go(?:es)? on(?! working)|went on",
    "of one's own": r"of one's own",
    "take away": r"tak(?:e|es|en|ing) (?:it |them )?away",
    "held-out": r"held[- ]out",
    "means of the epochs": r"means of (?:the|each) epochs?",
    "obeyed": r"obey(?:s|ed)?",
}
"""What is never said, by the name of the rule; `a|b` are its forms."""

EXCEPTIONS: dict[str, str] = {}
"""Texts that have such a phrase all the same, with the reason."""

Texts = Iterator[tuple[int, str]]
"""Numbers of lines, and what a user can read there."""


def python_strings(path: Path) -> Texts:
    """The string literals of a Python file, docstrings included: `help()` shows them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


TYPESCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|(?:[(,=:\[!&|?>]|\breturn)\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
    r"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`",
    re.DOTALL,
)
"""Comments, regular expressions and strings, whichever begins first."""


def typescript_strings(path: Path) -> Texts:
    """The string literals of a TypeScript file."""
    text = path.read_text(encoding="utf-8")
    for found in TYPESCRIPT.finditer(text):
        if found[0][0] in "'\"`":
            yield text.count("\n", 0, found.start()) + 1, found[0][1:-1]


def notebook_texts(path: Path) -> Texts:
    """The Markdown cells of a notebook."""
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield number, "".join(cell["source"])


def markdown_lines(path: Path) -> Texts:
    """The lines of a Markdown file."""
    yield from enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


READERS = {
    ".py": python_strings,
    ".ts": typescript_strings,
    ".tsx": typescript_strings,
    ".ipynb": notebook_texts,
    ".md": markdown_lines,
}

FOLDERS = [
    "lossviz",
    "labextension/src",
    "notebooks",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
"""Folders, or files, that are clean; add a line for each more."""


def files(folder: str) -> list[Path]:
    """All files of a folder that have a reader."""
    path = ROOT / folder
    if path.is_file():
        return [path]
    built = {"labextension", "static"}  # of lossviz/: made from TypeScript
    return [
        file for file in sorted(path.rglob("*"))
        if file.suffix in READERS and file.relative_to(path).parts[0] not in built
    ]  # fmt: skip


def found_in(text: str) -> list[str]:
    """The names of the rules that a text breaks."""
    if text in EXCEPTIONS:
        return []
    words = " ".join(text.split())
    return [
        name
        for name, forms in PHRASES.items()
        if re.search(rf"\b(?:{forms})\b", words, re.IGNORECASE)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_such_phrase_is_read_by_users(folder):
    paths = files(folder)
    assert paths
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name!r} in {text.strip()[:80]!r}"
        for path in paths
        for line, text in READERS[path.suffix](path)
        for name in found_in(text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The run goes on.", ["goes on"]),
        ("A loss of\n    one's own", ["of one's own"]),
        ("Take it away", ["take away"]),
        ("Loss on held-out data", ["held-out"]),
        ("It stands there, and is told so.", ["stands", "is told"]),
        ("understands standing withheld output", []),
    ],
)
def test_phrases_are_found(text, names):
    assert found_in(text) == names


def test_only_what_users_read_is_looked_at(tmp_path):
    code = tmp_path / "a.ts"
    code.write_text(
        "/* held-out */ const a = 'it''s'; // so many\nsay(`one\ntwo`, \"//c\", /[/']\"/u);"
    )
    assert [*typescript_strings(code)] == [(1, "it"), (1, "s"), (2, "one\ntwo"), (3, "//c")]
    script = tmp_path / "a.py"
    script.write_text('"""Doc."""\n# so many\nsay(f"a {b} c")\n')
    assert [*python_strings(script)] == [(1, "Doc."), (3, "a "), (3, " c")]
