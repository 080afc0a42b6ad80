"""The pages of whole lists of a state."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.page import Page, router_of_pages
from api.web.sections import NOTED, SECTIONS, read_notes
from domain.errors import UnknownError

router: Final[APIRouter] = router_of_pages()

_PAGE: Final = 100


@router.get("/n/{slug}/state/{section}")
async def read_section_page(slug: str, section: str, request: Request) -> Response:
    """Show one list of the state whole, page by page."""
    page = Page(request, slug, ("cursor",))
    if section not in SECTIONS:
        raise UnknownError("list", section)
    found = await page.ask_list(f"/state/{section}", limit=_PAGE)
    items = found["items"]
    return await page.draw(
        "section",
        here="",
        cited_as=SECTIONS[section],
        heading=SECTIONS[section],
        name=section.rpartition(".")[2],
        items=items,
        notes=await read_notes(page, items) if section in NOTED else {},
        following=found["next"],
        facts=[entry["fact"]["id"] for entry in items if entry["fact"]],
        listed=section != "custody" or page.settings.index_people,
    )
