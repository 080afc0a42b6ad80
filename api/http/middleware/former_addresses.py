"""Serves a change request at its former address, too, and names the new address.

The header fields are those of RFC 9745 (`Deprecation`) and RFC 5829 (`successor-version`).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

_OF_A_QUERY: Final = "%&=+,:;/?@!$'()*-._~"
"""What RFC 3986 lets stand in a query, besides letters and digits."""
_LIST: Final = re.compile(r"(/v1/negotiations/[^/]+/)proposals")
_ONE: Final = re.compile(r"/v1/proposals(/.+)")
_DEPRECATED: Final = "@1795824000"
"""2026-11-28, in seconds since 1970."""


def note_successor(address: str, scope: Scope, headers: MutableHeaders) -> None:
    """Say in the head of an answer what the present address of the request is, its query included."""
    query = scope["query_string"].decode("latin-1")
    link = quote(address) + (f"?{quote(query, safe=_OF_A_QUERY)}" if query else "")
    headers["Deprecation"] = _DEPRECATED
    headers.append("Link", f'<{link}>; rel="successor-version"')


def present_address(path: str) -> str | None:
    """The present path of a change request, or of a list of them; None for a path that is not a former one."""
    if several := _LIST.fullmatch(path):
        return f"{several[1]}change-requests"
    one = _ONE.fullmatch(path)
    return None if one is None else f"/v1/change-requests{one[1]}"
