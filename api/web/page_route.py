"""Defines the routes of pages; a refusal by the API is the answer to the reader, and becomes a page on its way."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.in_process import Reply
from api.http.problems import MEDIA_TYPE
from api.http.threads import LaneRoute
from api.web.forms.answer import draw_left_behind
from api.web.forms.sent import LeftBehindError

_OF_REFUSALS: Final = ("retry-after", "www-authenticate")
"""Header fields that a page takes over from the API's refusal."""


class PageRefusedError(Exception):
    """The API refused what a page asked; `reply` is its problem."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class PageRoute(LaneRoute):
    """A route that answers with a page; if the API refuses what the page asks, it answers with that refusal.

    The route itself takes no scope, because the API checks the scope of each of the page's requests.
    """

    takes = None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answer with a refusal."""
        answer = super().get_route_handler()

        async def draw(request: Request) -> Response:
            try:
                return await answer(request)
            except PageRefusedError as error:
                told, status = error.reply.headers, error.reply.status
                headers = {"Cache-Control": "no-store"}
                headers |= {name: told[name] for name in _OF_REFUSALS if name in told}
                return Response(error.reply.body, status, headers, MEDIA_TYPE)
            except LeftBehindError as error:
                return draw_left_behind(request, error)

        return draw


def router_of_pages() -> APIRouter:
    """Give a router whose routes are pages: no part of the API's document."""
    return APIRouter(
        route_class=PageRoute, include_in_schema=False, default_response_class=Response
    )
