"""Finds what became known after the day that a page shows: in the whole record, and about the facts of the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from api.web.answers import PageAnswers

_OF_ALL: Final = ("added", "corrected", "corroborated", "ended", "retracted", "reinstated")
_OF_THE_PAGE: Final = ("corrected", "ended", "retracted")
_MOST: Final = 1_000


@dataclass(frozen=True)
class Later:
    """How much changed after the day of a page: `here` counts facts of the page, `all` changes in the whole record.

    `is_more`: there are more than these. A page that was asked for by its position counts neither; its `all` is None.
    """

    here: int
    all: int | None
    is_more: bool
    address: str


async def read_later(page: PageAnswers, facts: Iterable[str]) -> Later | None:
    """Count the changes after the day of a page with some facts; None if there are none, or it is of today."""
    if "position" in page.cuts:
        kept = {name: text for name, text in page.own.items() if name != "cursor"}
        return Later(0, None, is_more=False, address=page.anew(**kept))
    cut = page.cuts.get("as_known_at")
    if cut is None:
        return None
    clock = page.cuts.get("clock", "recorded")
    diff = await page.ask("/diff", {"from": cut, "limit": f"{_MOST}"}, cuts={"clock": clock})
    changed = {entry["fact"]["id"] for name in _OF_ALL for entry in diff[name]}
    here = {entry["fact"]["id"] for name in _OF_THE_PAGE for entry in diff[name]} & {*facts}
    if not changed:
        return None
    address = page.link("/compare", **{"from": cut, "as_known_at": None, "position": None})
    return Later(len(here), len(changed), is_more=diff["next"] is not None, address=address)
