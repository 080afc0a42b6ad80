"""The page on which a person begins a negotiation: its title, its short name and its parties."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.forms.answer import draw_form, redirect, sign_in_first
from api.web.forms.asking import send_change
from api.web.forms.change_fields import choice, lines_of_field, text_field, write_parties
from api.web.forms.fields import FieldGroup
from api.web.forms.sent import read_form
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_NAMES: Final = ("title", "slug", "parties", "summary", "visibility")


@router.get("/begin")
async def read_begin_page(request: Request) -> Response:
    """Ask what the negotiation is called and who negotiates."""
    page = Page(request)
    if page.reader is None:
        return sign_in_first(page)
    page.need("fact:write")
    return _draw(page, {"visibility": "public"}, {}, [])


@router.post("/begin")
async def begin(request: Request) -> Response:
    """Begin it, and lead to its page."""
    fields = await read_form(request)
    page = Page(request)
    typed = {name: fields.get(name, "") for name in _NAMES}
    filled = {name: text.strip() for name, text in typed.items() if text.strip()}
    parties = lines_of_field(filled.pop("parties", ""))
    body: dict[str, Any] = {**filled, "parties": parties}
    outcome = await send_change(
        page, "/v1/negotiations", body, dry=False, key=fields.get("key", "")
    )
    if outcome.is_done:
        return redirect(Page(request, outcome.content["slug"]).link())
    faults, others = outcome.faults(lambda pointer: pointer.split("/")[1] if pointer else None)
    return _draw(page, typed, faults, others, outcome.status)


def _draw(
    page: Page,
    typed: dict[str, str],
    faults: dict[str, str],
    others: list[str],
    status: int = 200,
) -> Response:
    short = "for addresses and commands: small letters, digits and hyphens, as us-belarus; it stays"
    who = write_parties(typed.get("parties", ""))
    seen = "whether anybody may read it, or its members alone"
    fields = [
        text_field("title", "Title", typed, faults, "as US–Belarus talks", needed=True),
        text_field("slug", "Short name", typed, faults, short, needed=True),
        text_field("parties", "Parties", typed, faults, who, several=True),
        text_field("summary", "Summary", typed, faults, "in a sentence", several=True),
        choice("visibility", "Read by", ("public", "private"), typed, faults, seen),
    ]
    known = {field.column for field in fields}
    return draw_form(
        page,
        "begin",
        status,
        groups=[FieldGroup(title="The negotiation", fields=fields)],
        wrong=[field for field in fields if field.fault],
        others=[*others, *(text for name, text in faults.items() if name not in known)],
        key=uuid4().hex,
    )
