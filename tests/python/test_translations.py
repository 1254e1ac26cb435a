"""Messages of the page: all of them can be extracted, and none bypasses translation."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "labextension" / "src"

TRANSLATED = ["cell", "chart", "controls", "form", "panel", "store", "transport", "views", "widget",
              "commands.ts", "format.ts", "index.ts", "page.ts"]  # fmt: skip
"""Folders and files whose visible texts are all ready for translation."""

BARE = re.compile(
    r"""(?:\b(?:textContent|title|placeholder|caption|label|help|summary)\s*[=:]|\bbutton\(|\bheadCell\(
    |'aria-(?:label|description|roledescription)',)\s*['"`][^'"`$]""",
    re.VERBOSE,
)
"""A visible text that is no call of `trans`."""


@pytest.fixture(scope="module")
def extraction():
    spec = importlib.util.spec_from_file_location("translations", ROOT / ".ci" / "translations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_messages_are_extracted_as_typescript_writes_them(extraction):
    text = """
        trans.__('Save');
        this._trans.__(
          'One and ' +
            "another's",
          name
        );
        trans._n('%1 run', '%1 runs', count);
        trans._p('column', 'Loss');
        other.__('no message');
    """
    assert extraction.messages(text) == [
        ("", "Save", ""),
        ("", "One and another's", ""),
        ("", "%1 run", "%1 runs"),
        ("column", "Loss", ""),
    ]


@pytest.mark.parametrize("call", ["__(text)", "__(`a ${b}`)", "__('a' + b)", "_n('a', b, 2)"])
def test_a_message_that_is_no_literal_is_refused(extraction, call):
    with pytest.raises(extraction.NotLiteralError, match="line 2: a message must be a literal"):
        extraction.messages(f"\ntrans.{call};")


def test_a_template_is_gettexts(extraction):
    found = {("", 'Say "no"\n', ""): {"b", "a"}, ("column", "Loss", ""): {"a"}}
    assert extraction.template("widget", found).split("\n\n")[1:] == [
        '#: a\n#: b\nmsgid "Say \\"no\\"\\n"\nmsgstr ""',
        '#: a\nmsgctxt "column"\nmsgid "Loss"\nmsgstr ""\n',
    ]


def test_both_templates_are_up_to_date(extraction):
    for path, text in extraction.templates().items():
        assert path.read_text() == text, "run make translations"
        assert text.count("msgid ") > 10


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_visible_text_bypasses_translation(name):
    place = SOURCES / name
    files = [place] if place.is_file() else [*place.rglob("*.ts"), *place.rglob("*.tsx")]
    assert files
    bare = [
        f"{path.name}: {match[0]}" for path in files for match in BARE.finditer(path.read_text())
    ]
    assert not bare


def test_a_text_that_bypasses_translation_is_noticed():
    assert BARE.search("this._empty.textContent = 'No runs yet.'")
    assert BARE.search("button('Close', '', close)")
    assert BARE.search("setAttribute('aria-label', 'Runs')")
    assert not BARE.search("this._empty.textContent = ''")
    assert not BARE.search("button(trans.__('Close'), '', close)")
