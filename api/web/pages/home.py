"""The first page: which negotiations are on record, and how to begin one."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.routes.docs import welcome
from api.web.page import Page, router_of_pages

router: Final[APIRouter] = router_of_pages()


@router.get("/")
async def read_home(request: Request) -> Response:
    """List the negotiations to a browser; tell a program where the API is."""
    if "text/html" not in request.headers.get("accept", ""):
        return welcome(request)
    page = Page(request, takes=("cursor",))
    negotiations = await page.ask("/v1/negotiations", page.of("cursor"))
    return page.respond("home", listed_negotiations=negotiations)
