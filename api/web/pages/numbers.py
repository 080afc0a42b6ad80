"""The page of one number: how it adds up over time, or how a stock changes, and how it became known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.number_words import group_digits
from api.web.counted.besides import gather_besides
from api.web.counted.held import HeldCounts, gather_held
from api.web.figure import PageFigure, read_figure
from api.web.page import Page
from api.web.page_route import router_of_pages
from api.web.words.dates import date_in_words
from domain.views.counting.tally import NOT_ADDED

router: Final[APIRouter] = router_of_pages()

_HELD: Final = "held"
_PAST: Final = ("released", "pardoned", _HELD)
_REPORTING: Final = {
    "released": "report of a release",
    "pardoned": "report of a pardon",
    _HELD: "count of those held",
}
"""What the facts are called that count these."""


@router.get("/n/{slug}/numbers/{what:path}")
async def read_numbers_page(slug: str, what: str, request: Request) -> Response:
    """Show a tally by day, month or year; of a stock the counts, which are not added."""
    page = Page(request, slug, ("by", "from", "to", "per", "cursor"))
    by = page.given.get("by", "month")
    filters = page.of("from", "to", "per", "cursor")
    parameters = {"what": what, "by": by, **filters, "limit": "100"}
    parameters |= {"parts": "true", "words": "true"}
    tally = await page.ask("/tally", parameters)
    stock = tally["total"]["text"] == NOT_ADDED["text"]
    besides = gather_besides(tally)
    stretch = "" if stock else _stretch(page.given)
    asked = f"{_heading_of(what)}{stretch}"
    figure, learnt = await _figures(page, tally, is_drawn=not besides.only_parts, stock=stock)
    return await page.draw(
        "numbers",
        here="/numbers/released",
        what=what,
        asked=asked,
        stretch=stretch,
        by=by,
        tally={**tally, "uncounted": besides.silent},
        besides=besides,
        reporting=_REPORTING.get(what),
        held=await _read_held(page) if what == _HELD else None,
        totals=_PAST,
        following=tally["next"],
        stock=stock,
        figure=figure,
        learnt=learnt,
        cited_as=asked
        if stock or besides.only_parts
        else f"{asked}: {group_digits(tally['total']['text'])}",
        facts=tally["facts"],
    )


async def _figures(
    page: Page, tally: Mapping[str, Any], *, is_drawn: bool, stock: bool
) -> tuple[PageFigure | None, PageFigure | None]:
    """Ask for the picture of a number, and for that of how it became known if it is added up from few facts."""
    if not is_drawn:
        return None, None
    what = tally["what"]
    figure = await read_figure(page, "held" if stock else "releases", {"what": what})
    if stock or "facts_more" in tally:  # it is one click away, because it sums them day by day
        return figure, None
    clock = page.given.get("clock", "recorded" if "as_known_at" in page.given else "published")
    return figure, await read_figure(page, "known", {"what": what, "clock": clock})


async def _read_held(page: Page) -> HeldCounts | None:
    """Ask for the counts that stand, with the parts that they give."""
    section = await page.ask("/state/prisoners.held", {"limit": "100"})
    return gather_held(section["items"], whole=section["next"] is None)


def _heading_of(what: str) -> str:
    """What the page tells, as its heading does."""
    return f"How many were {what}" if what in _PAST else f"How many: {what}"


def _stretch(given: Mapping[str, str]) -> str:
    """The stretch of time in which a page counts, in words that follow what is counted; empty for all of time."""
    told = ((side, given.get(side)) for side in ("from", "to"))
    return "".join(f" {side} {date_in_words(date)}" for side, date in told if date)
