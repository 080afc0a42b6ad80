"""One number as a page: the total with its bounds, and how it adds up over time."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.figure import read_figure
from api.web.page import Page, router_of_pages

router: Final[APIRouter] = router_of_pages()


@router.get("/n/{slug}/numbers/{what:path}")
async def read_numbers_page(slug: str, what: str, request: Request) -> Response:
    """Show a tally by day, month or year."""
    page = Page(request, slug, ("by", "from", "to", "per", "cursor"))
    by = page.given.get("by", "month")
    given = page.of("from", "to", "per", "cursor")
    question = {"what": what, "by": by, **given, "limit": "100"}
    tally = await page.ask("/tally", question)
    figure = await read_figure(page, "releases", {"what": what})
    return await page.draw(
        "numbers",
        here="/numbers/released",
        what=what,
        by=by,
        tally=tally,
        following=tally["next"],
        figure=figure,
        facts=tally["facts"],
    )
