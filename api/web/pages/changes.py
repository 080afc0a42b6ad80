"""The pages of all corrections and other changes, and of what changed between two dates of knowledge.

Search engines are asked to list neither.
"""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.parameters import choice
from api.web.forms.names import people_known
from api.web.page import KNOWN, Page, router_of_pages
from api.web.wording import words_of_changes
from domain.time.instant import InstantError, parse_cut
from domain.views.audit import CHANGES_OF_MIND

router: Final[APIRouter] = router_of_pages()

_SECTIONS: Final = {
    "added": "Added",
    "corrected": "Corrected",
    "corroborated": "Said by another source too",
    "ended": "Ended",
    "retracted": "Withdrawn",
    "reinstated": "Reinstated",
    "preferred": "Preferred by an editor",
}
_OURS: Final = "preferred"
"""Choices of this record's editors; the published clock leaves them out, because no newspaper knew them."""
_LAST: Final = "alias"
"""The kind that is listed last: spellings and other names."""

_KINDS: Final = {_LAST: "Spellings and other names"}

_LATELY: Final = 10
"""The least changes that a comparison shows if nobody chose its days."""
_PAGE: Final = 100
"""How many changes are shown at once."""
_EVENTS: Final = (*CHANGES_OF_MIND, "negotiation.corrected")


@router.get("/n/{slug}/audit")
async def read_audit_page(slug: str, request: Request) -> Response:
    """Show corrections, ends, retractions, reinstatements and preferences, with the words that changed."""
    page = Page(request, slug, ("event", "person", "cursor"))
    event = choice(page.given, "event", _EVENTS)
    audit = await page.ask_list("/audit", "person", limit=_PAGE, cuts=page.of(*KNOWN))
    items = [item for item in audit["items"] if event in {None, item["event"]}]
    for item in items:
        item["changes"] = words_of_changes(item["changes"])
    return await page.draw(
        "audit",
        here="/audit",
        cited_as="What was corrected",
        items=items[::-1],
        events=_EVENTS,
        people=await people_known(page, page.of(*KNOWN)),
        following=audit["next"],
        listed=False,
        clocked=False,
    )


@router.get("/n/{slug}/compare")
async def read_compare_page(slug: str, request: Request) -> Response:
    """Show what changed between two dates of knowledge; without a first date, the latest changes."""
    page = Page(request, slug, ("from", "to", "cursor"))
    if not page.of("from", "cursor"):
        await _begin_lately(page)
    cuts = page.of("clock", "position")
    if not page.of("from", "cursor"):
        await page.ask("/audit", {"limit": "1"}, cuts=page.of(*KNOWN))
        diff = None
    else:
        cuts["kinds"] = "true"
        diff = await page.ask_list("/diff", "from", "to", limit=_PAGE, cuts=cuts)
        for entry in diff["corrected"]:
            entry["changes"] = words_of_changes(entry["changes"])
    return await page.draw(
        "compare",
        here="/compare",
        cited_as="What is new",
        diff=diff,
        sections=[] if diff is None else _sections(diff),
        following=diff["next"] if diff else None,
        listed=False,
        clocked=False,
    )


async def _begin_lately(page: Page) -> None:
    """Have a page begin before the latest changes of its clock, at least `_LATELY` of them where there are as many.

    It ends where one stands. Where all became known on one day, it has no beginning.
    """
    end = page.given.get("to") or page.given.get("as_known_at")
    clock = page.given.get("clock", "published")
    asked = {"axis": clock, "by": "auto", "limit": "300", **page.of("position")}
    moments = await page.answer_json(f"{page.root}/moments", asked)
    try:
        stops = [each for each in moments["items"] if end is None or _is_by(each["at"], end)]
    except InstantError:  # what is asked of the API next refuses it, where it matters
        return
    changes = accumulate(stop["changes"] for stop in reversed(stops))
    shown = next((at for at, count in enumerate(changes, 1) if count >= _LATELY), len(stops))
    if len(stops) > 1:
        begin = stops[max(len(stops) - shown - 1, 0)]["at"]
        page.given |= {"from": begin, "clock": clock, **({} if end is None else {"to": end})}


def _is_by(stop: str, end: str) -> bool:
    return parse_cut(stop) <= parse_cut(end)


def _sections(diff: dict[str, Any]) -> list[tuple[str, int, list[tuple[str, list[Any]]]]]:
    """What became of facts, with how many there are and those of each kind; names that mean the same come last."""
    shown = {**_SECTIONS} if diff["to"]["clock"] == "recorded" else {**_SECTIONS, _OURS: ""}
    found = []
    for name, told in shown.items():
        entries = sorted(diff[name], key=_place) if told else []
        if entries:
            kinds = [
                (_KINDS.get(kind, kind.replace("_", " ").capitalize()), list(of_it))
                for kind, of_it in groupby(entries, key=_kind)
            ]
            found.append((told, len(entries), kinds))
    return found


def _kind(entry: dict[str, Any]) -> str:
    return str(entry["kind"])


def _place(entry: dict[str, Any]) -> tuple[bool, str]:
    return _kind(entry) == _LAST, _kind(entry)
