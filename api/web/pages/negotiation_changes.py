"""The forms that correct a negotiation and change its settings, each from what the person saw."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.forms.answer import redirect, sign_in_first
from api.web.forms.asking import send_change
from api.web.forms.negotiation_sheet import (
    NegotiationSheet,
    draw_negotiation_sheet,
    read_seen_negotiation,
    read_typed,
    send_negotiation_sheet,
)
from api.web.forms.sent import read_form
from api.web.forms.settings_sheet import (
    SettingsSheet,
    draw_settings,
    read_settings_sheet,
    settings_typed,
)
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_NUMBER: Final = re.compile("[0-9]{1,18}")


@router.get("/n/{slug}/correct")
async def read_correction_page(slug: str, request: Request) -> Response:
    """Show the form, filled in with what is said of the negotiation now."""
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    page.need("fact:correct")
    seen = await read_seen_negotiation(page, None)
    return draw_negotiation_sheet(page, NegotiationSheet(seen, seen.filled_in))


@router.post("/n/{slug}/correct")
async def correct_negotiation(slug: str, request: Request) -> Response:
    """Check a correction and show what it would come to, or make it; one that takes a second person is proposed."""
    fields = await read_form(request)
    page = Page(request, slug)
    known = fields.get("position", "")
    seen = await read_seen_negotiation(page, known if _NUMBER.fullmatch(known) else None)
    sheet = NegotiationSheet(seen, read_typed(fields), key=fields.get("key", ""))
    dry = fields.get("do", "check") != "save"
    outcome = await send_negotiation_sheet(page, sheet, f"{page.root}/corrections", dry=dry)
    if outcome.is_done and not dry:
        if outcome.is_proposed:
            return redirect(page.link("/change-requests", outcome.content["id"]))
        return redirect(page.link())
    status = outcome.status if not dry or outcome.is_stale else HTTPStatus.OK
    return draw_negotiation_sheet(page, sheet, status)


@router.get("/n/{slug}/settings")
async def read_settings_page(slug: str, request: Request) -> Response:
    """Show the form, filled in with the settings as they stand."""
    page = Page(request, slug)
    if page.reader is None:
        return sign_in_first(page)
    return await draw_settings(page, await read_settings_sheet(page))


@router.post("/n/{slug}/settings")
async def change_settings(slug: str, request: Request) -> Response:
    """Change the settings that were seen, and show them again."""
    fields = await read_form(request)
    page = Page(request, slug)
    sheet = SettingsSheet(settings_typed(fields), fields.get("tag", ""), fields.get("key", ""))
    address = f"{page.root}/settings"
    outcome = await send_change(page, address, sheet.body, dry=False, key=sheet.key, seen=sheet.tag)
    if outcome.is_done:
        return redirect(page.link("/settings"))
    if outcome.is_stale:
        sheet = await read_settings_sheet(page)
        sheet.is_overtaken = True
    else:
        sheet.faults, sheet.others = outcome.faults(_field_of)
        sheet.key = uuid4().hex
    return await draw_settings(page, sheet, outcome.status)


def _field_of(pointer: str) -> str | None:
    """The field that a fault of the settings leads back to."""
    return pointer.split("/")[1] if pointer.startswith(("/visibility", "/members")) else None
