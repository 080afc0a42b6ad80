"""Adds headers that stop browsers from running, guessing at or embedding an answer, or showing it to other origins.

There is no CORS: no other origin can read an answer. There is no Permissions-Policy: it is for documents,
and the content policy allows nothing that could use a permission.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

HARDENING: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FRAMED: Final = b"frame-ancestors *"
_POLICY: Final = b"content-security-policy"
_FRAMES: Final = b"x-frame-options"
_FIELDS: Final = [(name.lower().encode(), text.encode()) for name, text in HARDENING.items()]
_OF_A_FRAME: Final = [
    (name, b"cross-origin" if name == b"cross-origin-resource-policy" else text)
    for name, text in _FIELDS
    if name != _FRAMES
]
_ONLY_HTTPS: Final = (b"strict-transport-security", b"max-age=31536000")


def harden(scope: Scope, fields: list[tuple[bytes, bytes]]) -> None:
    """Complete the head of an answer; what has a policy of its own keeps it, and may let other pages frame it."""
    has = dict(fields)
    if _FRAMED in has.get(_POLICY, b""):
        fields[:] = [field for field in fields if field[0] != _FRAMES]
        fields += [header for header in _OF_A_FRAME if header[0] not in has]
    else:
        fields += [header for header in _FIELDS if header[0] not in has]
    if scope["scheme"] == "https" and _ONLY_HTTPS[0] not in has:
        fields.append(_ONLY_HTTPS)
