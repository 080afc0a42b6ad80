"""The page of a search in the facts of all negotiations. Search engines are asked not to list it."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.addressing import CUTS
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_PAGE: Final = 50


@router.get("/search")
async def read_search_page(request: Request) -> Response:
    """Show what is found in each negotiation that the reader may see; without words, ask for them."""
    page = Page(request, takes=("q", "cursor", *CUTS))
    content: dict[str, Any] | None = None
    if page.of("q", "cursor"):
        content = await page.ask_list("/v1/search", "q", limit=_PAGE)
    listed = await page.ask("/v1/negotiations", {"limit": "1000"})
    items = [] if content is None else content["items"]
    return page.respond(
        "search",
        titles={item["slug"]: item["title"] for item in listed["items"]},
        sought=page.given.get("q"),
        groups=[(slug, list(records)) for slug, records in groupby(items, _negotiation)],
        following=None if content is None else content["next"],
        listed=False,
    )


def _negotiation(record: dict[str, Any]) -> str:
    return str(record["negotiation"])
