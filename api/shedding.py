"""No more requests are under way or wait than the settings allow: the next is told to come again.

Health is asked past the bound: a server that sheds is alive, and can say so.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

__all__ = ["Shedding"]

_ALWAYS_HEARD: Final = frozenset({"/healthz", "/readyz"})
_FULL: Final = "more requests are waiting than this server takes on; nothing was done"


class Shedding:
    """ASGI middleware that takes on at most `most` requests at once."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer 503 with Retry-After at once."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS_HEARD:
            await self.app(scope, receive, send)
        elif self.under_way >= self.most:
            refusal = problem("overloaded", _FULL, headers={"Retry-After": "1"})
            await refusal(scope, receive, send)
        else:
            self.under_way += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.under_way -= 1
