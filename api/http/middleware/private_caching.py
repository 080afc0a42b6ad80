"""What is answered to credentials is kept by nobody else: never `public`, not tagged, and varying by them.

Answers without credentials vary by them, too: a cache between must not give a key's holder what
anybody may see.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PrivateAnswers"]

_SHARED = frozenset({"public", "s-maxage", "proxy-revalidate", "private"})


class PrivateAnswers:
    """ASGI middleware around whatever looks at `Authorization`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trusted = any(name == b"authorization" for name, _ in scope["headers"])

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Authorization")
                if trusted:
                    headers["Cache-Control"] = _private(headers.get("cache-control", "no-store"))
                    del headers["Cache-Tag"]
            await send(message)

        await self.app(scope, receive, passed)


def _private(directives: str) -> str:
    """The same directives for one reader's own cache."""
    kept = [each.strip() for each in directives.split(",") if each.strip()]
    if "no-store" in kept:
        return "no-store"
    own = [each for each in kept if each.partition("=")[0].lower() not in _SHARED]
    return ", ".join(["private", *own])
