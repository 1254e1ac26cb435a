"""The list of mistakes in the docs is the one that is looked for."""

from __future__ import annotations

import re
from pathlib import Path

from lossviz.training.mistakes.catalogue import as_markdown, rules

PAGE = Path(__file__).resolve().parents[3] / "notebooks" / "mistakes.md"
LISTED = re.compile(r"(?s)(<!-- rules: begin -->\n).*?(<!-- rules: end -->)")


def written(page: str) -> str:
    return LISTED.sub(lambda found: f"{found[1]}\n{as_markdown()}\n{found[2]}", page)


def test_the_page_lists_every_rule():
    page = PAGE.read_text()
    assert page == written(page), (
        "write it anew: python tests/python/mistakes/" + Path(__file__).name
    )


def test_every_rule_has_a_sentence():
    named = {name: one for group in rules().values() for name, one in group.items()}
    assert len(named) >= 45
    assert all((one.__doc__ or "").strip() for one in named.values())


def test_every_rule_is_seeded():
    from seeded_mistakes import SEEDED

    named = {name for group in rules().values() for name in group}
    assert named == {rule for rule, _ in SEEDED.values()}


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
