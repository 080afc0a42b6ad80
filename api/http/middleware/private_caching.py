"""Keeps answers to credentials out of shared caches: they are never `public`, have no tag, and vary by credential.

Answers without credentials vary by credential, too: a cache must not give them to somebody with a key. For pages, the
cookie of a session is a credential, too.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from api.http.session_cookie import takes_session, token_in

__all__ = ["keep_private"]

_SHARED = frozenset({"public", "s-maxage", "proxy-revalidate", "private"})


def keep_private(scope: Scope, headers: MutableHeaders) -> None:
    """Complete the head of an answer, by whether its request has credentials."""
    headers.add_vary_header("Authorization")
    if takes_session(scope["path"]):
        headers.add_vary_header("Cookie")
    brought = any(name == b"authorization" for name, _ in scope["headers"])
    if brought or token_in(scope) is not None:
        headers["Cache-Control"] = _private(headers.get("cache-control", "no-store"))
        del headers["Cache-Tag"]


def _private(directives: str) -> str:
    """The same directives for one reader's own cache."""
    kept = [each.strip() for each in directives.split(",") if each.strip()]
    if "no-store" in kept:
        return "no-store"
    own = [each for each in kept if each.partition("=")[0].lower() not in _SHARED]
    return ", ".join(["private", *own])
