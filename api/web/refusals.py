"""Turns a refusal to a browser into a page, whether a route, a middleware or an unknown address refuses."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.exchange.in_process import is_in_process
from api.http.problems import MEDIA_TYPE
from api.web.drawing import POLICY, render
from api.web.visit import Visit

__all__ = ["RefusalPages"]

_PAGES: Final = ("/n/", "/sign-")
_PROGRAMS: Final = "/v1/"
_UNKNOWN_OUTCOME: Final = "urn:parley:problem:outcome-unknown"
_ON_PAGES: Final = {
    _UNKNOWN_OUTCOME: (
        "The connection to the database was lost while this was being saved, so it is not known whether it was saved."
        " Reload this page, and let your browser send the form again. It will not be saved twice."
    ),
    "urn:parley:problem:not-yet-known": (
        "Nothing was known of it by the day that you chose. Choose a later day; or go by when it was published, if you"
        " went by when it was recorded."
    ),
}
"""What a page says of a problem, where a program is told of parameters and headers."""


class RefusalPages:
    """The outermost ASGI middleware: it draws a page of each problem that a browser is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and draw its answer if it is a problem."""
        if not _is_for_people(scope):
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        begun: Message | None = None
        body = b""

        async def drawn(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start" and _is_problem(message):
                begun = message
            elif begun is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = _page(Visit(Request(scope)), body) if body else b""
                    await send(_head(begun, page))
                    await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, drawn)


def _is_for_people(scope: Scope) -> bool:
    """Whether a browser asks, or anybody asks for a page."""
    if scope["type"] != "http" or is_in_process(scope) or scope["path"].startswith(_PROGRAMS):
        return False
    return scope["path"].startswith(_PAGES) or "text/html" in Headers(scope=scope).get("accept", "")


def _is_problem(start: Message) -> bool:
    return Headers(raw=start.get("headers", [])).get("content-type", "").startswith(MEDIA_TYPE)


def _page(visit: Visit, body: bytes) -> bytes:
    problem = json.loads(body)
    unknown = problem["type"] == _UNKNOWN_OUTCOME
    if problem["type"] in _ON_PAGES:
        problem |= {"detail": _ON_PAGES[problem["type"]], "errors": []}
    whole = _whole_of(visit.request.scope["path"])
    look = f"{whole or ''}/timeline" if unknown and whole else "/" if unknown else None
    return render("problem", page=visit, problem=problem, look=look, beside=whole).encode()


def _whole_of(path: str) -> str | None:
    """The page of the negotiation to which the page at a path belongs; None for any other page."""
    _, pages, slug, *below = [*path.split("/"), "", ""]
    return f"/n/{quote(slug, safe='')}" if pages == "n" and slug and any(below) else None


def _head(start: Message, page: bytes) -> Message:
    """The head of a problem as that of a page; an answer to HEAD has no body, and no length is said."""
    head = {**start, "headers": list(start.get("headers", []))}
    headers = MutableHeaders(scope=head)
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers["Content-Security-Policy"] = POLICY
    del headers["Content-Length"]
    if page:
        headers["Content-Length"] = f"{len(page)}"
    return head
