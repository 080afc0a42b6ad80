"""The names that a form completes: everyone whom the record names, under every spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from api.web.page import Page

__all__ = ["people_known"]

MOST: Final = 500


async def people_known(page: Page, *, live: bool = False) -> list[dict[str, Any]]:
    """The names of people, each with its other spellings; none for a page that is fetched while somebody types.

    It is the first question of a page with a form, so a negotiation that is not seen is refused here.
    """
    content = await page.ask("/people", {"limit": "1" if live else str(MOST)}, cuts={})
    if live:
        return []
    return [
        {"name": spelling, "also": [name for name in person["spellings"] if name != spelling]}
        for person in content["items"]
        for spelling in person["spellings"] or [person["name"]]
    ]
