"""Extracts the messages of the widget and of the extension into two gettext templates.

Usage: python .ci/translations.py [--check]

A message is the literal in a call of `trans.__`, `trans._n` or `trans._p`; it may be a sum of
literals. Anything else could not be extracted, and is an error.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "labextension" / "src"
TEMPLATES = ROOT / "labextension" / "translations"

EXTENSION = ("cell/", "panel/", "plugins/", "commands.ts", "index.ts")
"""What is part of JupyterLab's page; all else is part of the widget."""

CALL = re.compile(r"\b_?trans\s*\.(__|_n|_p)\(\s*")
LITERAL = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
SPACE = re.compile(r"\s*")
ESCAPED = {"n": "\n", "t": "\t"}

HEADER = """# Messages of the {what}, extracted by `make translations`.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"""

Message = tuple[str, str, str]
"""Context, singular and plural; "" where there is none."""


class NotLiteralError(ValueError):
    """A message that cannot be extracted."""


def messages(text: str) -> list[Message]:
    """The messages of a TypeScript file, in order."""
    found = []
    for call in CALL.finditer(text):
        kind, place = call[1], call.end()
        first, place = _argument(text, place)
        if kind == "__":
            found.append(("", first, ""))
            continue
        if text[place] != ",":
            raise NotLiteralError(_line(text, place))
        second, _ = _argument(text, SPACE.match(text, place + 1).end())  # type: ignore[union-attr]
        found.append(("", first, second) if kind == "_n" else (first, second, ""))
    return found


def _argument(text: str, place: int) -> tuple[str, int]:
    """The literal, or sum of literals, that begins at `place`, and where it ends."""
    parts = []
    while True:
        literal = LITERAL.match(text, place)
        if not literal:
            raise NotLiteralError(_line(text, place))
        raw = literal[1] if literal[1] is not None else literal[2]
        parts.append(re.sub(r"\\(.)", lambda one: ESCAPED.get(one[1], one[1]), raw))
        place = SPACE.match(text, literal.end()).end()  # type: ignore[union-attr]
        if text[place] != "+":
            if text[place] not in ",)":
                raise NotLiteralError(_line(text, place))
            return "".join(parts), place
        place = SPACE.match(text, place + 1).end()  # type: ignore[union-attr]


def _line(text: str, place: int) -> str:
    return f"line {text.count(chr(10), 0, place) + 1}: a message must be a literal"


def template(what: str, found: dict[Message, set[str]]) -> str:
    """A gettext template. It names files, not lines, which would change at every edit."""
    parts = [HEADER.format(what=what)]
    for (context, singular, plural), files in sorted(found.items()):
        lines = [f"#: {name}" for name in sorted(files)]
        if context:
            lines.append(f"msgctxt {_quoted(context)}")
        lines.append(f"msgid {_quoted(singular)}")
        if plural:
            lines += [f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
        else:
            lines.append('msgstr ""')
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def templates() -> dict[Path, str]:
    """Both templates, as they are to be."""
    found: dict[str, dict[Message, set[str]]] = {
        "extension": defaultdict(set), "widget": defaultdict(set),
    }  # fmt: skip
    for path in sorted([*SOURCES.rglob("*.ts"), *SOURCES.rglob("*.tsx")]):
        name = path.relative_to(SOURCES).as_posix()
        side = "extension" if name.startswith(EXTENSION) else "widget"
        try:
            for message in messages(path.read_text()):
                found[side][message].add(f"src/{name}")
        except NotLiteralError as error:
            sys.exit(f"{path.relative_to(ROOT)}, {error}")
    return {
        TEMPLATES / "lossviz.pot": template("JupyterLab extension", found["extension"]),
        TEMPLATES / "lossviz_widget.pot": template("widget", found["widget"]),
    }


def main() -> None:
    """Write the templates, or with --check say whether they are up to date."""
    stale = [
        (path, text)
        for path, text in templates().items()
        if not path.is_file() or path.read_text() != text
    ]
    if "--check" in sys.argv and stale:
        sys.exit(
            f"Out of date: {', '.join(path.name for path, _ in stale)}. Run make translations."
        )
    TEMPLATES.mkdir(exist_ok=True)
    for path, text in stale:
        path.write_text(text)


if __name__ == "__main__":
    main()
