"""What a checker of accessibility finds in a lab."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "labextension/node_modules/axe-core/axe.min.js"


def serious_findings(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that the lab on the page breaks, with the elements where it does."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run('.lossviz-lab', { resultTypes: ['violations'] }).then(r => r.violations)"
    )
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
