"""The first page, with the list of negotiations and the link to begin one; and the page that explains the pages."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.caching import respond_fresh
from api.http.exchange.parameters import read_query
from api.http.routes.docs import welcome
from api.web.addressing import CUTS
from api.web.drawing import POLICY, render
from api.web.page import Page
from api.web.page_route import router_of_pages
from api.web.visit import Visit

router: Final[APIRouter] = router_of_pages()


@router.get("/")
async def read_home(request: Request) -> Response:
    """List the negotiations to a browser, by what changed last; tell a program where the API is."""
    if "text/html" not in request.headers.get("accept", ""):
        return welcome(request)
    page = Page(request, takes=("cursor", *CUTS))
    asked = page.of("cursor") or {"latest": "true"}
    negotiations = await page.ask("/v1/negotiations", asked)
    items = sorted(negotiations["items"], key=_last_changed, reverse=True)
    return page.respond("home", negotiations=items, following=negotiations["next"])


def _last_changed(negotiation: dict[str, Any]) -> str:
    """When something of a negotiation was recorded or changed last; empty where nothing is known."""
    latest = negotiation.get("latest")
    return "" if latest is None else str(latest["recorded_at"])


@router.get("/about")
async def read_about_page(request: Request) -> Response:
    """Say what undisputed, possible, contested and known mean, and how a claim is chosen."""
    read_query(request.scope["query_string"], ())
    body = render("about", page=Visit(request)).encode()
    response = respond_fresh(request, body, "text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response
