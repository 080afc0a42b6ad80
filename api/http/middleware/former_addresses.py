"""A change request is also served at the address that it had before, with a notice of the new one.

The fields are those of RFC 9745 (`Deprecation`) and RFC 5829 (`successor-version`).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FormerAddresses"]

_OF_A_QUERY: Final = "%&=+,:;/?@!$'()*-._~"
"""What RFC 3986 lets stand in a query, besides letters and digits."""
_LIST: Final = re.compile(r"(/v1/negotiations/[^/]+/)proposals")
_ONE: Final = re.compile(r"/v1/proposals(/.+)")
_DEPRECATED: Final = "@1795824000"
"""2026-11-28, in seconds since 1970."""


class FormerAddresses:
    """ASGI middleware around all that looks at the path of a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, to the present address of what it asks for."""
        address = _present_address(scope["path"]) if scope["type"] == "http" else None
        if address is None:
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        link = quote(address) + (f"?{quote(query, safe=_OF_A_QUERY)}" if query else "")

        async def send_notice(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers["Deprecation"] = _DEPRECATED
                headers.append("Link", f'<{link}>; rel="successor-version"')
            await send(message)

        await self.app({**scope, "path": address}, receive, send_notice)


def _present_address(path: str) -> str | None:
    """The present path of a change request, or of a list of them; None for a path that is not a former one."""
    if several := _LIST.fullmatch(path):
        return f"{several[1]}change-requests"
    one = _ONE.fullmatch(path)
    return None if one is None else f"/v1/change-requests{one[1]}"
