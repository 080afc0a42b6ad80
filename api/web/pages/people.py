"""The pages of everyone whom the facts name, and of all facts about one of them.

Search engines are asked to list neither, unless the settings say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.perspective import perspective_query
from api.http.threads import run_in_lane
from api.web.page import Page
from api.web.page_route import router_of_pages
from api.web.sections import find_posts, read_posts
from api.web.spans import axis_of
from api.web.words.dates import date_in_words
from domain.time.instant import format_instant, parse_instant
from domain.time.valid_time import strict_upper
from domain.views.timeline import TimelineFilter

router: Final[APIRouter] = router_of_pages()

_WITHDRAWN: Final = "retracted"
_STATUSES: Final = (
    *("held", "free", "pardoned", "detained", "charged", "remanded", "sentenced", "house_arrest"),
    *("transferred", "missing", "disappeared", "exiled", "died"),
)


@router.get("/n/{slug}/people")
async def read_people_page(slug: str, request: Request) -> Response:
    """Show everyone under every spelling, with their status on that day."""
    page = Page(request, slug, ("status", "q", "cursor"))
    people = await page.ask_list("/people", "status", "q", limit=100)
    held = await read_posts(page)
    return await page.draw(
        "people",
        here="/people",
        cited_as="Who is who",
        people=[(person, find_posts(held, person)) for person in people["items"]],
        following=people["next"],
        statuses=_STATUSES,
        facts=[person["fact"]["id"] for person in people["items"] if person["fact"]],
        listed=page.settings.index_people,
    )


@dataclass(frozen=True)
class _First:
    """The day from which something is said of a person: in words, with a link in words to its page."""

    told: str
    link: str
    address: str


@router.get("/n/{slug}/person")
async def read_person_page(slug: str, request: Request) -> Response:
    """Show all that is said of one person, by `name` or by `id`; on a day without anything, what begins it."""
    page = Page(request, slug, ("name", "id"))
    sought = page.given.get("id") or page.given.get("name", "")
    timeline = await page.ask("/timeline", {"person": sought, "limit": "100"})
    asked = {"person": sought, "include": "retracted", "limit": "100"}
    is_of_another_day = not timeline["items"] and "as_of" in page.cuts
    cuts = {n: text for n, text in page.cuts.items() if n != "as_of" or not is_of_another_day}
    whole = await page.ask("/timeline", asked, cuts=cuts)
    standing = [item for item in whole["items"] if item["status"] != _WITHDRAWN]
    of_another_day = standing if is_of_another_day else []
    first = None
    people: dict[str, Any] = {"items": [], "next": None}
    if timeline["items"] or standing or not page.of("as_known_at"):
        people = await page.ask("/people", {"person": sought, "limit": "100"})
        first = _begins(page, of_another_day)
    else:
        cuts = {name: text for name, text in cuts.items() if name not in {"as_of", "as_known_at"}}
        known = await page.ask("/timeline", {"person": sought, "limit": "100"}, cuts=cuts)
        first = await _becomes_known(page, sought, known)
    held = await read_posts(page) if people["items"] else {}
    return await page.draw(
        "person",
        here="/people",
        sought=sought,
        known=[(person, find_posts(held, person)) for person in people["items"]],
        more=people["next"] is not None,
        items=timeline["items"],
        following=timeline["next"],
        of_another_day=of_another_day,
        first=first,
        withdrawn=[item["id"] for item in whole["items"] if item["status"] == _WITHDRAWN],
        axis=axis_of([*timeline["items"], *of_another_day]),
        facts=[record["id"] for record in timeline["items"]],
        listed=page.settings.index_people,
    )


def _begins(page: Page, records: Sequence[Mapping[str, Any]]) -> _First | None:
    """Say when the first of these facts begins, and lead to the page of that day."""
    bounds = [record["valid_bounds"] for record in records]
    is_certain = page.cuts.get("match") == "certain"
    side = "start_latest" if is_certain else "start_earliest"
    starts = [
        parse_instant(bound[side]) - is_certain for bound in bounds if bound[side] is not None
    ]
    if not starts:
        return None
    day = _day(min(starts))
    return _First(
        f"The first that does begins on {date_in_words(day)}.",
        "What was so then",
        f"{page.here(as_of=day)}",
    )


async def _becomes_known(page: Page, sought: str, known: Mapping[str, Any]) -> _First | None:
    """Say by which day the first of these facts was known by the clock of the page, and lead to that day.

    None if nothing was said of the person then: a fact may name the person only since a correction.
    """
    assert page.standing is not None, "the first answer says by which clock it goes"  # noqa: S101 -- a programmer's error
    is_published = page.standing.perspective["clock"] == "published"
    if not known["items"]:
        return None
    at, record = min(
        ((_find_known_from(item, by_papers=is_published), item) for item in known["items"]),
        key=lambda pair: pair[0],
    )
    day = _day(at)
    start = record["valid_bounds"]["start_earliest"]
    has_begun = start is None or parse_instant(start) <= at
    so = day if has_begun else start.partition("T")[0]
    cuts = {**page.cuts, "as_of": so, "as_known_at": day}
    if not await _is_named(page, sought, cuts):
        return None
    which = "The first report that still stands" if known["next"] is None else "A report"
    deed = "published" if is_published else "recorded"
    return _First(
        f"{which} was {deed} by {date_in_words(day)}.",
        "What was known then",
        page.here(as_of=so, as_known_at=day),
    )


async def _is_named(page: Page, sought: str, cuts: Mapping[str, str]) -> bool:
    """Whether a fact names the person at other cuts."""
    assert page.standing is not None, "the first answer says what the position is"  # noqa: S101 -- a programmer's error
    at = perspective_query({**cuts, "position": str(page.standing.position)})

    def read() -> bool:
        parley: Parley = page.request.app.state.parley
        with parley.reading(principal_of(page.request)) as reading:
            seen = reading.perspective(at)
            talks = reading.negotiation(page.slug or "", seen.position)
            wanted = TimelineFilter(begun=True, person=sought)
            return bool(reading.timeline(talks.id, seen, wanted, limit=1)[0])

    return await run_in_lane(read)


def _find_known_from(record: Mapping[str, Any], *, by_papers: bool) -> int:
    """When a fact was known: to the papers by its earliest citation with a date, else to our record."""
    dates = [
        citation["published"] for citation in record["fact"]["citations"] if citation["published"]
    ]
    if by_papers and dates:
        return min(strict_upper(date) for date in dates)
    return parse_instant(record["recorded_at"])


def _day(instant: int) -> str:
    return format_instant(instant).partition("T")[0]
