"""One fact as a page: what is claimed and by whom, and how it came to read as it does."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.threads import run_in_lane
from api.web.forms.deeds import DEEDS
from api.web.page import KNOWN, Page, PageRefusedError, router_of_pages
from api.web.wording import changed_words

router: Final[APIRouter] = router_of_pages()

_UNTOLD: Final = frozenset({"kind", "summary", "valid", "citations", "quantities", "links", "note"})
"""What the page shows in a place of its own."""


@router.get("/n/{slug}/facts/{fact_id}")
async def read_fact_page(slug: str, fact_id: str, request: Request) -> Response:
    """Show a fact with all its versions; of a fact that was withdrawn its history alone. Not for search engines.

    A fact of another negotiation is shown there.
    """
    page = Page(request, slug)
    address = f"/v1/facts/{quote(fact_id, safe='')}"
    history = await page.ask(f"{address}/history", cuts=page.of(*KNOWN))
    owner = await run_in_lane(_negotiation_of, request, fact_id)
    if owner != slug:
        there = Page(request, owner).link("/facts", fact_id)
        return RedirectResponse(there, HTTPStatus.PERMANENT_REDIRECT, {"Cache-Control": "no-store"})
    for item in history["items"]:
        for change in item["changes"]:
            change["words"] = changed_words(change["before"], change["after"])
    record = await _standing(page, address)
    return await page.draw(
        "fact",
        here=None,
        id=fact_id,
        deeds=[deed for deed in DEEDS.values() if deed.is_for(withdrawn=record is None)],
        record=record,
        history=history,
        untold=_UNTOLD,
        address=address,
        listed=False,
        clocked=False,
    )


async def _standing(page: Page, address: str) -> dict[str, Any] | None:
    """Give the record of a fact that stands; None where it was withdrawn."""
    try:
        found: dict[str, Any] = await page.ask(address)
    except PageRefusedError as error:
        if error.reply.status != HTTPStatus.GONE or _is_erased(error.reply.body):
            raise
        return None
    return found


def _negotiation_of(request: Request, fact_id: str) -> str:
    """Give the slug of the negotiation that a fact is of; UnknownError where the reader may not see it."""
    parley: Parley = request.app.state.parley
    with parley.looking(principal_of(request)) as look:
        return look.slug_of_fact(UUID(fact_id))


def _is_erased(body: bytes) -> bool:
    return str(json.loads(body)["type"]).endswith(":erased")
