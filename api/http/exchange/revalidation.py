"""A client that has a fixed answer is told so without making the answer again.

This process remembers of such an answer its head alone, and what it rested on: as long as its reader sees the
negotiation, and nothing more of that was erased, the bytes are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.authorization import principal_of
from api.http.exchange.entity_tags import has_tag
from infrastructure.readers.look import Ground

__all__ = ["KnownTags"]

MOST: Final = 4_096
"""How many answers are remembered."""
Question = tuple[str, str, bytes, str]


@dataclass(frozen=True, slots=True)
class _Known:
    tag: str
    headers: dict[str, str]
    ground: Ground


class KnownTags:
    """The fixed answers that clients of one application were told they have."""

    def __init__(self) -> None:
        self._known: dict[Question, _Known] = {}

    def answer(self, request: Request, make: Callable[[], Response]) -> Response:
        """Answer 304 where the client has what `make` would give, else what it gives."""
        tags = request.headers.get("if-none-match")
        if tags is None or request.method != "GET" or principal_of(request).may("source:read"):
            return make()
        ground = _ground(request)
        if ground is None:
            return make()
        question = _question(request)
        known = self._known.get(question)
        if known is not None and known.ground == ground and has_tag(tags, known.tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=known.headers)
        answer = make()
        if answer.status_code == HTTPStatus.NOT_MODIFIED and _is_fixed(answer):
            if len(self._known) >= MOST:
                self._known.clear()
            headers = dict(answer.headers)
            self._known[question] = _Known(headers["etag"], headers, ground)
        return answer


def _question(request: Request) -> Question:
    scope = request.scope
    accept = request.headers.get("accept", "")
    return principal_of(request).caller, scope["path"], scope["query_string"], accept


def _is_fixed(answer: Response) -> bool:
    return "max-age" in answer.headers.get("cache-control", "")


def _ground(request: Request) -> Ground | None:
    """What the answers about the negotiation, or the fact, of an address rest on; None where it names neither."""
    named: dict[str, Any] = request.path_params
    parley, principal = request.app.state.parley, principal_of(request)
    try:
        fact = UUID(named["fact_id"]) if "fact_id" in named else None
    except ValueError:
        return None
    if fact is None and "slug" not in named:
        return None
    with parley.looking(principal) as look:
        ground: Ground | None = look.ground(fact if fact is not None else named["slug"])
    return ground
