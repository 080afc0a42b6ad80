"""The page of a picture, with its numbers as a table; and the page that another site may show in a frame."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.web.embedding import FRAMED
from api.web.figure import read_figure
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_LOOKS: Final = {"certain": "undisputed so far", "possible": "possible", "unknown": "not known"}
"""How sure something is, as pages say it."""
_TALLIED: Final = {"releases": "released", "held": "held"}
"""The pictures of a tally, and what they count unless something else is asked for."""
_DATED: Final = frozenset({"from", "until before", "month"})
"""The columns of a picture's table that hold dates."""


@router.get("/n/{slug}/pictures/{name}")
async def read_picture_page(slug: str, name: str, request: Request) -> Response:
    """Show a picture at the perspective, its numbers, and what to copy in order to show it elsewhere."""
    page = Page(request, slug, ("what",))
    spec = await _spec(page, name)
    figure = await read_figure(page, name, page.of("what"))
    table = spec["usermeta"]["table"]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return await page.draw(
        "picture",
        here=f"/pictures/{name}",
        heading=spec["title"]["text"],
        columns=table["columns"],
        rows=[(row, _claims(page, name, row)) for row in rows],
        looks=_LOOKS,
        dated=_DATED,
        figure=figure,
        numbers=_certify_numbers(page, name),
    )


def _certify_numbers(page: Page, name: str) -> str | None:
    """The address at which the tally is certified that has the numbers of a picture; None if no tally has them.

    A picture itself is not certified: how it is drawn may change.
    """
    if name not in _TALLIED:
        return None
    what = page.given.get("what", _TALLIED[name])
    return page.certificate_of(f"{page.root}/tally?{page.fixed_query(what=what, by='day')}")


def _claims(page: Page, name: str, row: dict[str, str]) -> str:
    """The address of the page with the sources for a row of a picture's table."""
    if name in {"releases", "known"}:
        then = {"as_known_at": row["from"]} if name == "known" else {}
        return f"{page.link('/numbers', page.given.get('what', 'released'), **then)}#adds-up"
    return f"{page.link(as_of=row['from'])}#{name}" if "from" in row else page.link()


@router.get("/n/{slug}/embed/{name}")
async def read_embed(slug: str, name: str, request: Request) -> Response:
    """Show a picture alone, which any page may frame: as anybody sees it, even to its members."""
    page = Page(request, slug, ("what",), as_anybody=True)
    spec = await _spec(page, name)
    figure = await read_figure(page, name, page.of("what"))
    title = spec["title"]["text"]
    return page.respond("embed", policy=FRAMED, listed=False, title=title, figure=figure)


async def _spec(page: Page, name: str) -> dict[str, Any]:
    return await page.ask(f"/charts/{quote(name, safe='')}.vl.json", page.of("what"))
