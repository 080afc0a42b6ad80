"""The head of a request is short: its address, its header fields and their number are bounded."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

__all__ = ["MAX_HEADER_BYTES", "RequestHeads"]

MAX_ADDRESS_BYTES: Final = 16_384
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 32_768
_SEPARATORS: Final = len(": \r\n")


class RequestHeads:
    """ASGI middleware that refuses what is longer; what comes in without end, the protocol ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer 414 or 431."""
        if scope["type"] == "http":
            address = len(scope["raw_path"]) + len(scope["query_string"]) + 1
            if address > MAX_ADDRESS_BYTES:
                detail = f"an address has at most {MAX_ADDRESS_BYTES} bytes"
                await problem("address-too-long", detail)(scope, receive, send)
                return
            fields = scope["headers"]
            size = sum(len(name) + len(text) + _SEPARATORS for name, text in fields)
            if len(fields) > MAX_HEADERS or size > MAX_HEADER_BYTES:
                detail = f"at most {MAX_HEADERS} header fields of {MAX_HEADER_BYTES} bytes are read"
                await problem("headers-too-large", detail)(scope, receive, send)
                return
        await self.app(scope, receive, send)
