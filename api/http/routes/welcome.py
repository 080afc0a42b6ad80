"""Anyone who asks at the bare address is told what answers here, and where to go on."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.json_text import write_json
from api.http.exchange.authorization import secured
from api.http.exchange.caching import fresh
from api.http.exchange.parameters import given
from api.http.threads import LaneRoute

router: Final = APIRouter(route_class=LaneRoute)


@router.get("/", include_in_schema=False, openapi_extra=secured(None))
def welcome(request: Request) -> Response:
    """Say where the document and the negotiations are."""
    given(request, ())
    content = {
        "name": "Parley",
        "version": request.app.version,
        "about": "The record of a negotiation: what was so, what did we know, and how do we know it.",
        "openapi": "/openapi.json",
        "docs": "/docs",
        "negotiations": "/v1/negotiations",
        "health": "/readyz",
    }
    return fresh(request, write_json(content))
