"""Says whether the server is alive, and whether it is ready, or what it lacks. Neither waits behind other requests."""

from __future__ import annotations

from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.json_text import write_json
from api.commands.readiness import readiness
from api.http.exchange.operation import reads
from api.http.exchange.parameters import read_query
from api.http.problems import problem
from api.http.threads import LaneRoute

router: Final = APIRouter(route_class=LaneRoute, tags=["health"])

_HEADERS: Final = {"Cache-Control": "no-store"}
_AGAIN: Final = {"Retry-After": "5"}


@router.get(
    "/healthz",
    **reads("readHealth", "Alive", "HealthResponse", scope=None, cached=False, refuses=(422,)),
)
async def read_health(request: Request) -> Response:
    """Answer 200 while the process is alive."""
    read_query(request.scope["query_string"], ())
    return Response(write_json({"status": "alive"}), 200, _HEADERS, "application/json")


@router.get(
    "/readyz",
    **reads(
        "readReadiness",
        "Able to serve",
        "ReadinessResponse",
        scope=None,
        cached=False,
        refuses=(422,),
    ),
)
async def read_readiness(request: Request) -> Response:
    """Answer 200 if every request can be served; else 503, with the reasons in `lacks`."""
    read_query(request.scope["query_string"], ())
    state = request.app.state
    checks, lacks = await state.threads.run("health", partial(readiness, state.parley))
    if lacks:
        members = {**checks, "lacks": lacks}
        return problem("unavailable", "; ".join(lacks), members=members, headers=_AGAIN)
    return Response(write_json({"status": "ready", **checks}), 200, _HEADERS, "application/json")
