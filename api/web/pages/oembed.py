"""Tells a site into which somebody pastes an address of a page what to show there (oEmbed 1.0)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.json_text import write_json
from api.http.exchange.caching import respond_fresh
from api.http.problems import problem
from api.web.figure import read_figure
from api.web.page import Page
from api.web.page_route import PageRefusedError, router_of_pages
from domain.errors import Fault

router: Final[APIRouter] = router_of_pages()

_ADDRESSES: Final = (
    re.compile("/n/(?P<slug>[^/]+)/numbers/(?P<what>[^/]+)"),
    re.compile("/n/(?P<slug>[^/]+)/(?:pictures|embed)/(?P<name>[a-z]+)"),
    re.compile(r"/v1/negotiations/(?P<slug>[^/]+)/charts/(?P<name>[a-z]+)\.(?:svg|png)"),
    re.compile("/n/(?P<slug>[^/]+)(?:/(?:timeline|people|audit|compare|matters/.+|claims/[^/]+))?"),
)
"""What is described: pictures, a page of numbers by its picture, and other pages of a negotiation as a link."""
_SIDES: Final = frozenset({"maxwidth", "maxheight"})
_LONGEST_SIDE: Final = 10_000


@router.get("/oembed")
async def read_oembed(request: Request) -> Response:
    """Describe a page or picture of a public negotiation; of any other address, say that there is none."""
    parameters = dict(parse_qsl(request.url.query))
    if parameters.get("format", "json") != "json":
        return Response(
            "Only format=json is offered.", HTTPStatus.NOT_IMPLEMENTED, None, "text/plain"
        )
    sides: dict[str, int | None] = {
        name: _side(parameters[name]) for name in _SIDES if name in parameters
    }
    wrong = [Fault(f"/query/{name}", _ABOUT_SIDES) for name, side in sides.items() if side is None]
    if wrong:
        return problem("content", _ABOUT_SIDES, wrong)
    url = urlsplit(parameters.get("url", ""))
    matches = [match for pattern in _ADDRESSES if (match := pattern.fullmatch(url.path))]
    if url.netloc != request.url.netloc or not matches:
        return _refuse_address()
    asked = {name: unquote(text) for name, text in matches[0].groupdict().items()}
    page = Page(request, asked.pop("slug"), None, as_anybody=True)
    page.given = {**dict(parse_qsl(url.query)), **asked}
    try:
        told = await _describe(page, asked, sides)
    except PageRefusedError as error:
        if error.reply.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            raise
        return _refuse_address()
    return respond_fresh(request, write_json(told))


_ABOUT_SIDES: Final = f"write a whole number of pixels, 1 to {_LONGEST_SIDE}"


async def _describe(
    page: Page, asked: dict[str, str], sides: dict[str, int | None]
) -> dict[str, Any]:
    root = str(page.request.url.replace(path="/", query=""))
    if not asked:
        state = await page.ask("")
        title = state["negotiation"]["title"]
        whose = {"provider_name": "Parley", "provider_url": root}
        return {"version": "1.0", "type": "link", "title": title, **whose}
    name, what = asked.get("name", "releases"), page.of("what")
    spec = await page.ask(f"/charts/{name}.vl.json", what)
    embedding = (await read_figure(page, name, what)).embedding
    size = sides.get("maxwidth"), sides.get("maxheight")
    return embedding.describe(spec["title"]["text"], *size, root)


def _side(text: str) -> int | None:
    """A number of pixels; None where it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_LONGEST_SIDE))
    return int(text) if is_number and 1 <= int(text) <= _LONGEST_SIDE else None


def _refuse_address() -> Response:
    return problem(
        "unknown", "no public page or picture of this server has this address: write it in url"
    )
