"""Answers 304 to a client that already has a fixed response, without making the response again.

This process keeps only the headers of such a response, and its ground. While the ground is the same (the reader still
sees the negotiation, and nothing more was erased), the response has the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.http.authorization import looking, principal_of
from api.http.exchange.caching import is_fixed
from api.http.exchange.entity_tags import has_tag
from infrastructure.readers.look import Ground

MOST: Final = 4_096
"""How many responses are remembered."""
RequestKey = tuple[str, bool, str, str, bytes]
"""The caller, whether they may see sources, the media types accepted, the path and the query."""


@dataclass(frozen=True, slots=True)
class _KnownTag:
    tag: str
    headers: dict[str, str]
    ground: Ground


class KnownTags:
    """The fixed responses of one application that were answered 304 before."""

    def __init__(self) -> None:
        self._known: dict[RequestKey, _KnownTag] = {}

    def answer(self, request: Request, make: Callable[[], Response]) -> Response:
        """Answer 304 if the client has the response that `make` would return; otherwise call `make`."""
        tags = request.headers.get("if-none-match")
        if tags is None or request.method != "GET":
            return make()
        ground = _ground(request)
        if ground is None or (ground.confidential and principal_of(request).may("source:read")):
            return make()
        key = _key_of(request)
        known = self._known.get(key)
        if known is not None and known.ground == ground and has_tag(tags, known.tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=known.headers)
        response = make()
        if response.status_code == HTTPStatus.NOT_MODIFIED and is_fixed(request):
            if len(self._known) >= MOST:
                self._known.clear()
            headers = dict(response.headers)
            self._known[key] = _KnownTag(headers["etag"], headers, ground)
        return response


def _key_of(request: Request) -> RequestKey:
    scope, principal = request.scope, principal_of(request)
    asks = principal.caller, principal.may("source:read"), request.headers.get("accept", "")
    return *asks, scope["path"], scope["query_string"]


def _ground(request: Request) -> Ground | None:
    """Read the ground of responses about the negotiation or fact that an address names; None if it names neither."""
    names: dict[str, Any] = request.path_params
    try:
        fact = UUID(names["fact_id"]) if "fact_id" in names else None
    except ValueError:
        return None
    # A fact that is read without any parameter has no fixed response.
    if not ("slug" in names if fact is None else request.scope["query_string"]):
        return None
    with looking(request) as look:
        ground: Ground | None = look.ground(fact if fact is not None else names["slug"])
    return ground
