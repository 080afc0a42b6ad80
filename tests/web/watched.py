"""The messages and errors of a page in a browser, and by how much it is wider than its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

#: Chromium says this if a field has the focus before the page is drawn; the focus stays there.
_ALREADY_FOCUSED: Final = (
    "Autofocus processing was blocked because a document already has a focused element."
)
WIDER: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def watch(page: Page) -> list[str]:
    """A list that gets each console message, error and dialog of a tab from now on."""
    told: list[str] = []

    def note(message: str) -> None:
        if message != _ALREADY_FOCUSED:
            told.append(message)

    def note_dialog(dialog: Dialog) -> None:
        note(dialog.message)
        dialog.dismiss()

    page.on("console", lambda message: note(message.text))
    page.on("pageerror", lambda error: note(str(error)))
    page.on("dialog", note_dialog)
    return told
