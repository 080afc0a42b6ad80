"""Refuses a body that arrives too slowly or not at all.

It waits for a body 30 s in all, and one second more for each 500 bytes, but never longer than 30 s without a byte, and
never longer than ten minutes. Only waiting counts, not the time that the server takes to process the body.
"""

from __future__ import annotations

import time
from asyncio import timeout
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware.rates import add_fields
from api.http.problems import RefusedError

SECONDS: Final = 30.0
BYTES_A_SECOND: Final = 500
MOST_SECONDS: Final = 600.0


class SlowBodies:
    """ASGI middleware: the reader of a late body is told so by a RefusedError, which is 408."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS, most: float = MOST_SECONDS) -> None:
        self.app = app
        self.seconds = seconds
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on; a connection whose body was late is closed after the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        waited, came, whole = 0.0, 0, False

        async def receive_next() -> Message:
            nonlocal waited, came, whole
            if whole:
                return await receive()
            began = time.monotonic()
            earned = min(self.most, self.seconds + came / BYTES_A_SECOND)
            allowed = min(self.seconds, earned - waited)
            try:
                async with timeout(max(0.0, allowed)):
                    message = await receive()
            except TimeoutError:
                raise RefusedError("too-slow", "", "the body did not arrive in time") from None
            waited += time.monotonic() - began
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            return message

        async def pass_on(message: Message) -> None:
            late = message.get("status") == HTTPStatus.REQUEST_TIMEOUT
            await (add_fields({"Connection": "close"}, send) if late else send)(message)

        await self.app(scope, receive_next, pass_on)
