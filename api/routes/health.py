"""Alive is not yet able to serve: that takes the schema at its head and projections caught up."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Parley
from api.documented import reads
from api.json_text import written
from api.parameters import given
from api.problems import problem

router: Final = APIRouter(tags=["health"])

_HEADERS: Final = {"Cache-Control": "no-store"}


@router.get("/healthz", **reads("readHealth", "Alive", "Health", cached=False, refuses=(422,)))
def read_health(request: Request) -> Response:
    """Answer as long as the process does."""
    given(request, ())
    return Response(written({"status": "alive"}), 200, _HEADERS, "application/json")


@router.get(
    "/readyz", **reads("readReadiness", "Able to serve", "Readiness", cached=False, refuses=(422,))
)
def read_readiness(request: Request) -> Response:
    """Answer 200 once the schema is at its head and every projection holds all of the log."""
    given(request, ())
    parley: Parley = request.app.state.parley
    found = parley.ready()
    if found["schema"] and _behind(found):
        parley.follow()
        found = parley.ready()
    behind = _behind(found)
    if found["schema"] and not behind:
        return Response(written({"status": "ready", **found}), 200, _HEADERS, "application/json")
    why = f"projections behind: {', '.join(behind)}" if behind else "the schema is not at its head"
    return problem("unavailable", why, members=found)


def _behind(found: dict[str, Any]) -> list[str]:
    return [name for name, at in found["projections"].items() if at < found["log"]]
