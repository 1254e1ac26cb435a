"""The program's cell in a notebook, as a person reads, types and runs it."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.browser.notebook_page import NotebookPage, until


class ProgramCell:
    """The cell that carries the mark of a lab."""

    def __init__(self, page: NotebookPage) -> None:
        self.page = page

    @property
    def marked(self) -> Locator:
        """The cells that carry a mark."""
        return self.page.page.locator(".jp-Cell:has(.lossviz-badge)")

    @property
    def cell(self) -> Locator:
        """The first of them."""
        return self.marked.first

    @property
    def badge(self) -> str:
        """What the mark says."""
        return self.cell.locator(".lossviz-badge").inner_text()

    def text(self, which: int = 0) -> str:
        """The whole text of a marked cell, also of lines that are not on the screen."""
        return (
            self.marked.nth(which)
            .locator(".cm-content")
            .evaluate("node => (node.cmTile ?? node.cmView).view.state.doc.toString()")
        )

    def replace(self, old: str, new: str) -> None:
        """Select `old` in the cell and type `new` over it, as a person does."""
        content = self.cell.locator(".cm-content")
        content.scroll_into_view_if_needed()
        content.click()
        before = self.text()[: self.text().index(old)]
        # A browser counts UTF-16 units.
        place = len(before.encode("utf-16-le")) // 2
        content.evaluate(
            """(node, [start, end]) => {
                const { view } = node.cmTile ?? node.cmView;
                view.dispatch({ selection: { anchor: start, head: end } });
                view.focus();
            }""",
            [place, place + len(old)],
        )
        self.page.page.keyboard.insert_text(new)

    def wait_for(self, said: str) -> None:
        """Wait until the cell says this."""
        until(lambda: self.marked.count() and said in self.text(), f"{said!r} in the cell", 30)

    def number(self) -> str:
        """The cell's prompt."""
        return self.cell.locator(".jp-InputPrompt").inner_text().strip()


def code_state(page: NotebookPage) -> str:
    """What the lab's bottom row says of its code."""
    return page.lab.locator(".lossviz-code-state").inner_text()
