"""The pages of all corrections and other changes, and of what changed between two dates of knowledge.

Search engines are asked to list neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.parameters import choice, cut
from api.web.counted.changed import PEOPLE, Change, list_changes
from api.web.forms.names import people_known
from api.web.page import KNOWN, Page
from api.web.page_route import PageRefusedError, router_of_pages
from api.web.words.names import shorten_names
from api.web.words.wording import words_of_changes
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
_ALIAS: Final = "alias"
SPELLINGS: Final = "Spellings and other names"
"""What the section of names that became known is called: they are no news, and stand apart."""

_LATELY: Final = 10
"""The least changes that a comparison shows if nobody chose its days."""
_PAGE: Final = 100
"""How many changes are shown at once."""
_UNKNOWN: Final = 404
"""The status of a state of which nothing was known yet."""
_EVENTS: Final = (*AUDITED_EVENTS, "negotiation.corrected")


@router.get("/n/{slug}/audit")
async def read_audit_page(slug: str, request: Request) -> Response:
    """Show corrections, ends, retractions, reinstatements and preferences, with the words that changed."""
    page = Page(request, slug, ("event", "person", "cursor"))
    event = choice(page.given, "event", _EVENTS)
    begin = {} if "cursor" in page.given else {"order": "newest"}
    asked = {**page.of("cursor", "person"), **begin, "limit": str(_PAGE)}
    audit = await page.ask("/audit", asked, cuts=page.of(*KNOWN))
    items = [item for item in audit["items"] if event in {None, item["event"]}]
    is_part = audit["next"] is not None or "cursor" in page.given
    for item in items:
        item["changes"] = words_of_changes(item["changes"])
    return await page.draw(
        "audit",
        here="/audit",
        cited_as="What was corrected",
        items=sorted(items, key=itemgetter("position"), reverse=True),
        is_part=is_part,
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
        figures=[] if diff is None else await _read_figures(page, diff),
        sides=[] if diff is None else [_side(page, side, diff[side]) for side in ("from", "to")],
        sections=[] if diff is None else _sections(diff),
        spellings=[] if diff is None else [item for item in diff["added"] if _is_alias(item)],
        has_chosen=diff is not None and diff["to"]["clock"] != "recorded" and bool(diff[_OURS]),
        undated=UNDATED,
        told_apart=SPELLINGS,
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
    stops = [item for item in moments["items"] if last is None or parse_cut(item["at"]) <= last]
    changes = accumulate(stop["changes"] for stop in reversed(stops))
    enough = (at for at, count in enumerate(changes, 1) if at > 1 and count >= _LATELY)
    shown = next(enough, len(stops))
    if len(stops) > 1:
        begin = stops[max(len(stops) - shown - 1, 0)]["at"]
        page.given |= {"from": begin, "clock": clock, **({} if end is None else {"to": end})}


async def _read_figures(page: Page, diff: Mapping[str, Any]) -> list[tuple[str, list[Change]]]:
    """Ask for the state at both days; [(heading, what differs)], only on the first page of a comparison."""
    if "cursor" in page.given:
        return []
    before, after = [await _read_state(page, diff[side]) for side in ("from", "to")]
    if before is None or after is None:
        return []
    changes = list_changes(before, after)
    people = [change for change in changes if change.path == PEOPLE]
    figures = [change for change in changes if change.path != PEOPLE]
    return [("Figures that changed", figures), ("People whose status changed", people)]


def _side(page: Page, side: str, at: Mapping[str, Any]) -> tuple[str | None, Callable[[str], str]]:
    """The knowledge cut of one side of a comparison, and a function that links to a path as it was known then."""
    cuts = {"as_known_at": page.given.get(side), "as_of": None, "clock": at["clock"]}

    def address(path: str) -> str:
        shown, _, part = path.partition("#")
        return page.link(shown, **cuts) + (f"#{part}" if part else "")

    return at["as_known_at"], address


async def _read_state(page: Page, at: Mapping[str, Any]) -> dict[str, Any] | None:
    """Ask for what was so on a day, as it was known by then; None if nothing was recorded yet."""
    known = at["as_known_at"]
    cuts = {"as_of": at["as_of"]} if known is None else {"as_known_at": known}
    try:
        state: dict[str, Any] = shorten_names(
            await page.ask("", cuts={**cuts, "clock": at["clock"]})
        )
    except PageRefusedError as refused:
        if refused.reply.status != _UNKNOWN:
            raise
        return None
    return state


def _sections(diff: dict[str, Any]) -> list[tuple[str, int, list[tuple[str, list[Any]]]]]:
    """What became of facts, with how many there are and those of each kind; names that became known stand apart.

    By the published clock, facts without a day of publication stand apart too: they count from when they were recorded.
    """
    news = [entry for entry in diff["added"] if not _is_alias(entry)]
    if diff["to"]["clock"] == "recorded":
        listed = {**diff, "added": news}
        return [_section(told, listed[name]) for name, told in _SECTIONS.items() if listed[name]]
    undated = [entry for entry in news if not _is_dated(entry)]
    listed = {**diff, "added": [entry for entry in news if _is_dated(entry)], _OURS: ()}
    sections = [(told, listed[name]) for name, told in _SECTIONS.items()]
    return [_section(told, entries) for told, entries in [*sections, (UNDATED, undated)] if entries]


def _section(
    told: str, entries: Sequence[dict[str, Any]]
) -> tuple[str, int, list[tuple[str, list[Any]]]]:
    kinds = [
        (kind.replace("_", " ").capitalize(), list(of_it))
        for kind, of_it in groupby(sorted(entries, key=_kind), key=_kind)
    ]
    return told, len(entries), kinds


def _is_dated(entry: dict[str, Any]) -> bool:
    return any(citation["published"] for citation in entry["fact"]["citations"])


def _kind(entry: dict[str, Any]) -> str:
    return str(entry["kind"])


def _is_alias(entry: dict[str, Any]) -> bool:
    return _kind(entry) == _ALIAS
