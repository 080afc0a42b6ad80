"""What a page in a browser logs and throws, and how much wider than its window it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

#: Chromium says it where somebody was in a field before the page was drawn: they stay where they are.
_ALREADY_FOCUSED: Final = (
    "Autofocus processing was blocked because a document already has a focused element."
)
WIDER: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def watch(page: Page) -> list[str]:
    """A list that receives each message of the console, fault and dialog of a tab from now on."""
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
