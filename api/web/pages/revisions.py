"""The form that replaces one's own change request by another."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.importing.form_cells import cells_of_fact
from api.http.problems import RefusedError
from api.web.forms.answer import redirect, sign_in_first
from api.web.forms.deeds import DEEDS
from api.web.forms.fact_sheet import FactSheet, draw_sheet, send_sheet, sheet_of
from api.web.forms.negotiation_sheet import (
    NegotiationSheet,
    draw_negotiation_sheet,
    fields_of,
    read_seen_negotiation,
    read_typed,
    send_negotiation_sheet,
)
from api.web.forms.sent import read_form
from api.web.forms.standing import SeenRecord, read_standing_or_withdrawn
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_OF_NEGOTIATION: Final = "correct_negotiation"
_ABOUT: Final = ("reason", "why", "published", "what")


@router.get("/n/{slug}/change-requests/{id_}/revise")
async def read_revision_page(slug: str, id_: str, request: Request) -> Response:
    """Show the form with the proposed change filled in; a request that was decided leads to its decision."""
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    change_request = await _find_change_request(page, id_)
    if change_request["status"] != "open":
        return redirect(page.link("/change-requests", id_))
    about = {name: str(change_request["body"].get(name) or "") for name in _ABOUT}
    proposed = {change["field"]: change["after"] for change in change_request["changes"]}
    if change_request["op"] == _OF_NEGOTIATION:
        of_it = await read_seen_negotiation(page, None)
        typed = read_typed({**about, **fields_of({**of_it.content, **proposed})})
        sheet = NegotiationSheet(of_it, typed, digest=change_request["digest"])
        return draw_negotiation_sheet(page, sheet)
    deed, seen = DEEDS[change_request["op"]], await _read_seen(page, change_request)
    fact = {**seen.record["fact"], **proposed}
    cells = cells_of_fact(fact) if deed.name == "correct" else {}
    typed = deed.read_typed(seen.record, {**cells, **about})
    return await draw_sheet(page, FactSheet(deed, seen, typed, digest=change_request["digest"]))


@router.post("/n/{slug}/change-requests/{id_}/revise")
async def revise(slug: str, id_: str, request: Request) -> Response:
    """Check what is written, or propose it instead of the former proposal, which nobody can approve any more."""
    fields = await read_form(request)
    page = Page(request, slug)
    change_request = await _find_change_request(page, id_)
    dry = fields.get("do", "check") != "save"
    address = f"/v1/change-requests/{quote(id_, safe='')}/revision"
    tag = None if dry else f'"{fields.get("digest", "")}"'
    if change_request["op"] == _OF_NEGOTIATION:
        of_it = await read_seen_negotiation(page, None)
        sheet = NegotiationSheet(
            of_it, read_typed(fields), key=fields.get("key", ""), digest=fields.get("digest", "")
        )
        to = f"{page.root}/corrections" if dry else address
        outcome = await send_negotiation_sheet(page, sheet, to, dry=dry, seen=tag)
        if outcome.is_done and not dry:
            return redirect(page.link("/change-requests", outcome.content["id"]))
        return draw_negotiation_sheet(page, sheet, HTTPStatus.OK if dry else outcome.status)
    deed, seen = DEEDS[change_request["op"]], await _read_seen(page, change_request)
    of_fact = sheet_of(deed, seen, fields)
    if not fields.get("do", "").startswith("add-"):
        to = f"/v1/facts/{seen.record['id']}/{deed.path}" if dry else address
        outcome = await send_sheet(page, of_fact, to, dry=dry, seen=tag)
        if outcome.is_done and not dry:
            return redirect(page.link("/change-requests", outcome.content["id"]))
        return await draw_sheet(page, of_fact, HTTPStatus.OK if dry else outcome.status)
    return await draw_sheet(page, of_fact)


async def _find_change_request(page: Page, id_: str) -> Mapping[str, Any]:
    """The change request; RefusedError where it is of another negotiation."""
    change_request = await page.answer_json(f"/v1/change-requests/{quote(id_, safe='')}", {})
    if change_request["negotiation"] != page.slug:
        raise RefusedError("unknown", "/path/id", "this negotiation has no such change request")
    return change_request


async def _read_seen(page: Page, change_request: Mapping[str, Any]) -> SeenRecord:
    return await read_standing_or_withdrawn(page, change_request["fact"])
