"""Adds headers that stop browsers from running, guessing at or embedding an answer, or showing it to other origins.

There is no CORS: no other origin can read an answer. There is no Permissions-Policy: it is for documents,
and the content policy allows nothing that could use a permission.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

__all__ = ["HARDENING", "harden"]

HARDENING: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FRAMED: Final = "frame-ancestors *"
_FIELDS: Final = [(name.lower().encode(), text.encode()) for name, text in HARDENING.items()]
_OF_A_FRAME: Final = [
    (name, b"cross-origin" if name == b"cross-origin-resource-policy" else text)
    for name, text in _FIELDS
    if name != b"x-frame-options"
]
_ONLY_HTTPS: Final = ("Strict-Transport-Security", "max-age=31536000")


def harden(scope: Scope, headers: MutableHeaders) -> None:
    """Complete the head of an answer; what has a policy of its own keeps it, and may let other pages frame it."""
    has = {name for name, _ in headers.raw}
    is_framed = _FRAMED in headers.get("Content-Security-Policy", "")
    headers.raw.extend(
        each for each in (_OF_A_FRAME if is_framed else _FIELDS) if each[0] not in has
    )
    if is_framed:
        del headers["X-Frame-Options"]
    if scope["scheme"] == "https":
        headers.setdefault(*_ONLY_HTTPS)
