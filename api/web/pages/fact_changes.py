"""The forms that correct, end, withdraw, reinstate, corroborate, prefer or erase a fact, from the version seen."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.problems import RefusedError
from api.web.forms.answer import redirect, sign_in_first
from api.web.forms.asking import Outcome
from api.web.forms.deeds import DEEDS, Deed
from api.web.forms.fact_sheet import FactSheet, draw_sheet, send_sheet, sheet_of
from api.web.forms.names import Typing
from api.web.forms.sent import read_form
from api.web.forms.standing import SeenRecord, read_seen, read_standing_or_withdrawn, read_withdrawn
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_NUMBER: Final = re.compile("[0-9]{1,18}")


@router.get("/n/{slug}/facts/{fact_id}/{name}")
async def read_change_page(slug: str, fact_id: str, name: str, request: Request) -> Response:
    """Show the form of a change, filled in with the fact as it stands."""
    deed = _find_deed(name)
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    page.need(deed.scope)
    seen = await _read_seen(page, deed, fact_id, None)
    return await draw_sheet(page, FactSheet(deed, seen, deed.fill_in(seen.record)))


@router.post("/n/{slug}/facts/{fact_id}/{name}")
async def change_fact(slug: str, fact_id: str, name: str, request: Request) -> Response:
    """Check a change and show what it would come to, or make it; one that takes a second person is proposed."""
    deed = _find_deed(name)
    fields = await read_form(request)
    page = Page(request, slug)
    seen = await _read_seen(page, deed, fact_id, fields.get("position", ""))
    sheet = sheet_of(deed, seen, fields)
    act = fields.get("do", "check")
    if act.startswith("add-"):
        return await draw_sheet(page, sheet)
    dry = act != "save"
    address = f"/v1/facts/{seen.record['id']}/{deed.path}"
    outcome = await send_sheet(page, sheet, address, dry=dry)
    if outcome.is_done and not dry:
        return redirect(_target(page, sheet, outcome))
    status = outcome.status if not dry or outcome.is_stale else HTTPStatus.OK
    typing = Typing.of(seen.record["fact"]["kind"], fields)
    return await draw_sheet(page, sheet, status, typing)


def _find_deed(name: str) -> Deed:
    if name not in DEEDS:
        raise RefusedError(
            "unknown", "/path/name", f"there is no such page; a fact has {', '.join(DEEDS)}"
        )
    return DEEDS[name]


async def _read_seen(page: Page, deed: Deed, fact_id: str, position: str | None) -> SeenRecord:
    """The fact as it was when the form was opened, or is now; for an erasure always as it is now, with all versions."""
    if deed.name == "reinstate":
        return await read_withdrawn(page, fact_id)
    if deed.asks_again:
        return await read_standing_or_withdrawn(page, fact_id)
    known = position if position is not None and _NUMBER.fullmatch(position) else None
    return await read_seen(page, fact_id, known)


def _target(page: Page, sheet: FactSheet, outcome: Outcome) -> str:
    """The page that shows the result: the change request, the fact or, after an erasure, the timeline."""
    if outcome.is_proposed:
        return page.link("/change-requests", outcome.content["id"])
    if sheet.deed.asks_again and sheet.typed["what"] == "fact":
        return page.link("/timeline")
    return page.link("/facts", sheet.seen.record["id"])
