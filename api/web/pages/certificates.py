"""Gives a certificate of the answer that a page is drawn from, as a file, after one click."""

from __future__ import annotations

import json
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.in_process import ask_on_behalf
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_JSON: Final = {"content-type": "application/json"}


@router.get("/n/{slug}/certificate")
async def read_certificate(slug: str, request: Request) -> Response:
    """Give the certificate of the answer at an address `of` the API, as its reader gets it; it changes nothing."""
    page = Page(request, slug, ("of",))
    body = json.dumps({"question": page.given.get("of", "")}).encode()
    reply = await ask_on_behalf(request, "/v1/certificates", "POST", body, _JSON)
    if reply.status != HTTPStatus.CREATED:
        page.refuse(reply)
    name = f"parley-{sha256(reply.body).hexdigest()[:8]}.certificate.json"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    return Response(reply.body, HTTPStatus.OK, headers, "application/json")
