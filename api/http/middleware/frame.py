"""Does in one middleware every check and every change of headers that never waits.

It checks the head of each request and completes the head of its response. HEAD is answered as GET without the body.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware.former_addresses import note_successor, present_address
from api.http.middleware.private_caching import keep_private
from api.http.middleware.security_headers import harden

Check = Callable[[Scope], Response | None]
"""Gives the refusal of a request by its head, or None."""


class Frame:
    """The outermost ASGI middleware; it passes a request for a former address on to the present one."""

    def __init__(self, app: ASGIApp, checks: Sequence[Check]) -> None:
        self.app = app
        self.checks = checks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer with the first refusal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = None
        for check in self.checks:
            refusal = refusal or check(scope)
        is_head = scope["method"] == "HEAD"
        successor = None if refusal is not None else present_address(scope["path"])

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                fields = message["headers"] = list(message.get("headers", ()))
                harden(scope, fields)
                keep_private(scope, fields)
                if successor is not None:
                    note_successor(successor, scope, MutableHeaders(raw=fields))
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, send_completed)
            return
        inner = {**scope, "method": "GET"} if is_head else scope
        inner = inner if successor is None else {**inner, "path": successor}
        await self.app(inner, receive, send_completed)
