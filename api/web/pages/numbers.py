"""The page of one number: how it adds up over time, or how a stock changes, and how it became known."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.figure import read_figure
from api.web.page import Page, router_of_pages
from domain.views.counting.tally import NOT_ADDED

router: Final[APIRouter] = router_of_pages()

_PAST: Final = ("released", "pardoned", "held")


@router.get("/n/{slug}/numbers/{what:path}")
async def read_numbers_page(slug: str, what: str, request: Request) -> Response:
    """Show a tally by day, month or year; of a stock the counts, which are not added."""
    page = Page(request, slug, ("by", "from", "to", "per", "cursor"))
    by = page.given.get("by", "month")
    given = page.of("from", "to", "per", "cursor")
    parameters = {"what": what, "by": by, **given, "limit": "100", "parts": "true"}
    tally = await page.ask("/tally", parameters)
    stock = tally["total"]["text"] == NOT_ADDED["text"]
    figure = await read_figure(page, "held" if stock else "releases", {"what": what})
    clock = page.given.get("clock", "recorded" if "as_known_at" in page.given else "published")
    learnt = None
    if (
        not stock and "facts_more" not in tally
    ):  # else it is one click away, since it sums them day by day
        learnt = await read_figure(page, "known", {"what": what, "clock": clock})
    return await page.draw(
        "numbers",
        here="/numbers/released",
        what=what,
        asked=_asked(what),
        by=by,
        tally=tally,
        following=tally["next"],
        stock=stock,
        figure=figure,
        learnt=learnt,
        cited_as=_asked(what) if stock else f"{_asked(what)}: {tally['total']['text']}",
        facts=tally["facts"],
    )


def _asked(what: str) -> str:
    """What the page tells, as its heading does."""
    return f"How many were {what}" if what in _PAST else f"How many: {what}"
