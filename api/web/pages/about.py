"""How to read the pages."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.caching import fresh
from api.http.exchange.parameters import given
from api.web.drawing import POLICY, render
from api.web.page import router_of_pages
from api.web.visit import Visit

router: Final[APIRouter] = router_of_pages()


@router.get("/about")
async def read_about_page(request: Request) -> Response:
    """Say what certain, possible, contested and known mean, and how a claim is chosen."""
    given(request, ())
    body = render("about", page=Visit(request)).encode()
    response = fresh(request, body, "text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response
