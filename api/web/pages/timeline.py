"""The timeline as a page, with vague dates drawn as spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.page import Page, router_of_pages
from api.web.spans import axis_of
from domain.fact import KINDS

router: Final[APIRouter] = router_of_pages()

_FILTERS: Final = ("kind", "person", "place", "matter", "batch", "q", "from", "to")
_PAGE: Final = 100


@router.get("/n/{slug}/timeline")
async def read_timeline_page(slug: str, request: Request) -> Response:
    """Show the facts by valid time, with what filters them."""
    page = Page(request, slug, (*_FILTERS, "cursor"))
    timeline = await page.ask_list("/timeline", *_FILTERS, limit=_PAGE)
    return await page.draw(
        "timeline",
        here="/timeline",
        cited_as="What happened when",
        items=timeline["items"],
        following=timeline["next"],
        axis=axis_of(timeline["items"]),
        kinds=sorted(KINDS),
        disputed={*_list_disputed(timeline["items"])},
        facts=[record["id"] for record in timeline["items"]],
        listed="person" not in page.given or page.settings.index_people,
    )


def _list_disputed(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of facts that say of another that both cannot be right, and of those of which another one says so."""
    named = {f"external:{each['fact']['external_id']}": each["id"] for each in records}
    for record in records:
        for link in record["fact"]["links"]:
            if link["relation"] == "conflicts_with":
                yield record["id"]
                yield named.get(link["fact"], link["fact"])
