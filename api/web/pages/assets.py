"""Serves the files that pages load, at addresses that change when the files do."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.caching import respond_for_ever, respond_fresh
from api.web.drawing import ASSETS, assets_version, read_asset
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()


@router.get("/assets/{version}/{name:path}")
async def read_file(version: str, name: str, request: Request) -> Response:
    """Give a file; at the address of another version, give the present file, and is not kept."""
    if name not in ASSETS:
        return Response("There is no such file.", 404, {"Cache-Control": "no-store"}, "text/plain")
    keep = respond_for_ever if version == assets_version() else respond_fresh
    return keep(request, read_asset(name), ASSETS[name])
