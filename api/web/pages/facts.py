"""The page of one fact: what is claimed and by whom, and the history of its versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.fact_response import fact_uuid
from api.http.threads import run_in_lane
from api.web.forms.deeds import DEEDS
from api.web.linked import find_linked
from api.web.page import KNOWN, Page
from api.web.page_route import PageRefusedError, router_of_pages
from api.web.words.wording import words_of_changes
from domain.streams.event import FactRetracted

router: Final[APIRouter] = router_of_pages()

_NOT_ALLOWED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_OF_EVERY_KIND: Final = ("people", "places", "parties")
_IN_ITS_PLACE: Final = (
    *("kind", "summary", "valid", "citations", "quantities", "links", "note"),
    *("matter", "external_id"),
)
"""The fields that the page shows elsewhere than in its table."""


@router.get("/n/{slug}/facts/{fact_id}")
async def read_fact_page(slug: str, fact_id: str, request: Request) -> Response:
    """Show a fact with all its versions; of a withdrawn fact what it said, struck, and its history.

    Search engines must not list it. A fact of another negotiation is shown there.
    """
    page = Page(request, slug)
    address = f"/v1/facts/{quote(fact_id, safe='')}"
    items = await _history(page, address)
    owner = await run_in_lane(_negotiation_of, request, fact_id)
    if owner != slug:
        there = Page(request, owner).link("/facts", fact_id)
        return RedirectResponse(there, HTTPStatus.PERMANENT_REDIRECT, {"Cache-Control": "no-store"})
    record = await _read_standing(page, address, is_needed=items is None)
    withdrawn = None if record else await _read_withdrawn(page, address, items or ())
    return await page.draw(
        "fact",
        here=None,
        id=fact_id,
        deeds=[deed for deed in DEEDS.values() if deed.is_for(withdrawn=record is None)],
        record=record,
        told=[] if record is None else _list_fields(record["fact"]),
        linked={}
        if record is None
        else await run_in_lane(find_linked, request, slug, record["fact"]["links"]),
        withdrawn=withdrawn,
        history=items,
        address=address,
        listed=False,
        clocked=False,
    )


async def _history(page: Page, address: str) -> list[dict[str, Any]] | None:
    """Give all versions of a fact, with the words that changed; None to a reader who may not see them."""
    try:
        history = await page.ask(f"{address}/history", cuts=page.of(*KNOWN))
    except PageRefusedError as error:
        if error.reply.status not in _NOT_ALLOWED:
            raise
        return None
    return [{**item, "changes": words_of_changes(item["changes"])} for item in history["items"]]


def _list_fields(fact: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give what a fact says in its other fields, those of its kind first."""
    last = (*_OF_EVERY_KIND, *_IN_ITS_PLACE)
    own = [(name, value) for name, value in fact.items() if name not in last]
    return own + [(name, fact[name]) for name in _OF_EVERY_KIND]


async def _read_withdrawn(
    page: Page, address: str, history: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Give the record of a fact right before it was last withdrawn, if the page's cuts have it."""
    ends = [item["position"] for item in history if item["event"] == FactRetracted.stored_name]
    try:
        return await page.ask(address, {"position": f"{ends[-1] - 1}"}) if ends else None
    except PageRefusedError:
        return None


async def _read_standing(page: Page, address: str, *, is_needed: bool) -> dict[str, Any] | None:
    """Give the record of a fact that stands; None where it was withdrawn and not `is_needed`."""
    try:
        record: dict[str, Any] = await page.ask(address)
    except PageRefusedError as error:
        if is_needed or error.reply.status != HTTPStatus.GONE or _is_erased(error.reply.body):
            raise
        return None
    return record


def _negotiation_of(request: Request, fact_id: str) -> str:
    """Give the slug of the negotiation that a fact is of; UnknownError where the reader may not see it."""
    parley: Parley = request.app.state.parley
    with parley.looking(principal_of(request)) as look:
        return look.slug_of_fact(fact_uuid(fact_id))


def _is_erased(body: bytes) -> bool:
    return str(json.loads(body)["type"]).endswith(":erased")
