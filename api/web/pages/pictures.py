"""The page of a picture, with its numbers as a table; and the page that another site may show in a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.charts.subjects import SUBJECTS
from api.web.embedding import FRAMED
from api.web.figure import read_figure
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_LOOKS: Final = {"certain": "undisputed so far", "possible": "possible", "unknown": "not known"}
"""How sure something is, as pages say it."""
_TALLY: Final = "its numbers, as a tally by day", "/tally", {"by": "day"}
_CERTIFIED: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "releases": _TALLY,
    "held": _TALLY,
    "known": ("its latest numbers, as a tally by day", "/tally", {"by": "day"}),
    "posts": ("its latest posts, as a section of the state", "/state/posts", {}),
    "measures": ("its latest measures, as a section of the state", "/state/measures", {}),
    "activity": ("the days on which something was recorded", "/moments", {"axis": "recorded", "by": "day"}),
}  # fmt: skip
"""What is certified of a picture: in words, and the path and the parameters of the answer."""
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
        certified=_certify(page, name),
    )


def _certify(page: Page, name: str) -> tuple[str, str] | None:
    """What is certified of a picture, and at which address; None if the log is not signed.

    A picture itself is not certified: how it is drawn may change.
    """
    words, path, parameters = _CERTIFIED[name]
    what = page.given.get("what", SUBJECTS[name].what)
    counted = {"what": what} if path == "/tally" else {}
    address = page.certificate_of(f"{page.root}{path}?{page.fixed_query(**counted, **parameters)}")
    return None if address is None else (words, address)


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
