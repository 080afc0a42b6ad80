"""Whatever is answered, a browser makes no page of it, sniffs nothing in it and shows it to no other origin.

There is no CORS: no other origin reads an answer. There is no Permissions-Policy: it is for documents,
and the content policy leaves nothing that could use a permission.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HARDENING", "Hardening"]

HARDENING: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ONLY_HTTPS: Final = {"Strict-Transport-Security": "max-age=31536000"}


class Hardening:
    """ASGI middleware around all that answers; what has a policy of its own keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fields = {**HARDENING, **(_ONLY_HTTPS if scope["scheme"] == "https" else {})}

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, text in fields.items():
                    headers.setdefault(name, text)
            await send(message)

        await self.app(scope, receive, passed)
