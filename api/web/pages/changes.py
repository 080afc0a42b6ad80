"""The pages of all corrections and other changes, and of what changed between two dates of knowledge.

Search engines are asked to list neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.parameters import choice, cut
from api.web.forms.names import people_known
from api.web.page import KNOWN, Page, router_of_pages
from api.web.wording import words_of_changes
from domain.time.instant import parse_cut
from domain.views.audit import AUDITED_EVENTS

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
UNDATED: Final = "Day of publication not given"
"""What the section of facts is called of which no source says when it was published."""
_LAST: Final = "alias"
"""The kind that is listed last: spellings and other names."""

_KINDS: Final = {_LAST: "Spellings and other names"}

_LATELY: Final = 10
"""The least changes that a comparison shows if nobody chose its days."""
_PAGE: Final = 100
"""How many changes are shown at once."""
_EVENTS: Final = (*AUDITED_EVENTS, "negotiation.corrected")


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
        begins=await _first_day(page),
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
        undated=UNDATED,
        following=diff["next"] if diff else None,
        listed=False,
        clocked=False,
    )


async def _first_day(page: Page) -> str | None:
    """Give the first day by which something of the record was known, by the clock of the page's answer."""
    assert page.standing is not None, "the first answer says by which clock it goes"  # noqa: S101 -- a programmer's error
    asked = {"axis": page.standing.perspective["clock"], "by": "day", "limit": "1"}
    moments = await page.ask("/moments", asked, cuts={})
    return moments["items"][0]["at"] if moments["items"] else None


async def _begin_lately(page: Page) -> None:
    """Have a page begin before the latest changes of its clock, at least `_LATELY` on two days.

    It ends where one stands. Where all became known on one day, it has no beginning.
    """
    end = page.given.get("to") or page.given.get("as_known_at")
    last = cut(page.given, "to" if "to" in page.given else "as_known_at")
    clock = page.given.get("clock", "published")
    asked = {"axis": clock, "by": "auto", "limit": "300", **page.of("position")}
    moments = await page.answer_json(f"{page.root}/moments", asked)
    stops = [each for each in moments["items"] if last is None or parse_cut(each["at"]) <= last]
    changes = accumulate(stop["changes"] for stop in reversed(stops))
    enough = (at for at, count in enumerate(changes, 1) if at > 1 and count >= _LATELY)
    shown = next(enough, len(stops))
    if len(stops) > 1:
        begin = stops[max(len(stops) - shown - 1, 0)]["at"]
        page.given |= {"from": begin, "clock": clock, **({} if end is None else {"to": end})}


def _sections(diff: dict[str, Any]) -> list[tuple[str, int, list[tuple[str, list[Any]]]]]:
    """What became of facts, with how many there are and those of each kind; names that mean the same come last.

    By the published clock, facts without a day of publication stand apart: they count from when they were recorded.
    """
    if diff["to"]["clock"] == "recorded":
        return [_section(told, diff[name]) for name, told in _SECTIONS.items() if diff[name]]
    undated = [entry for entry in diff["added"] if not _is_dated(entry)]
    found = {**diff, "added": [entry for entry in diff["added"] if _is_dated(entry)], _OURS: ()}
    sections = [(told, found[name]) for name, told in _SECTIONS.items()]
    return [_section(told, entries) for told, entries in [*sections, (UNDATED, undated)] if entries]


def _section(
    told: str, entries: Sequence[dict[str, Any]]
) -> tuple[str, int, list[tuple[str, list[Any]]]]:
    kinds = [
        (_KINDS.get(kind, kind.replace("_", " ").capitalize()), list(of_it))
        for kind, of_it in groupby(sorted(entries, key=_place), key=_kind)
    ]
    return told, len(entries), kinds


def _is_dated(entry: dict[str, Any]) -> bool:
    return any(citation["published"] for citation in entry["fact"]["citations"])


def _kind(entry: dict[str, Any]) -> str:
    return str(entry["kind"])


def _place(entry: dict[str, Any]) -> tuple[bool, str]:
    return _kind(entry) == _LAST, _kind(entry)
