"""Keeps answers to credentials out of shared caches: they are never `public`, have no tag, and vary by credential.

Answers without credentials vary by credential, too: a cache must not give them to somebody with a key. For pages, the
cookie of a session is a credential, too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from starlette.types import Scope

from api.http.session_cookie import takes_session, token_in

_SHARED: Final = frozenset({"public", "s-maxage", "proxy-revalidate", "private"})
_VARY: Final = b"vary"
_CONTROL: Final = b"cache-control"
_TAG: Final = b"cache-tag"


def keep_private(scope: Scope, fields: list[tuple[bytes, bytes]]) -> None:
    """Complete the head of an answer, by whether its request has credentials."""
    is_page = takes_session(scope["path"])
    at = {name: number for number, (name, _) in enumerate(fields)}
    varies = b"Authorization, Cookie" if is_page else b"Authorization"
    if _VARY in at:
        fields[at[_VARY]] = _VARY, b"%s, %s" % (fields[at[_VARY]][1], varies)
    else:
        fields.append((_VARY, varies))
    brought = any(name == b"authorization" for name, _ in scope["headers"])
    if brought or (is_page and token_in(scope) is not None):
        if _CONTROL in at:
            fields[at[_CONTROL]] = _CONTROL, _private(fields[at[_CONTROL]][1])
        else:
            fields.append((_CONTROL, b"no-store"))
        if _TAG in at:
            fields[:] = [field for field in fields if field[0] != _TAG]


@lru_cache(maxsize=256)
def _private(field: bytes) -> bytes:
    """The same directives for one reader's own cache."""
    directives = field.decode("latin-1")
    kept = [directive.strip() for directive in directives.split(",") if directive.strip()]
    if "no-store" in kept:
        return b"no-store"
    own = [directive for directive in kept if directive.partition("=")[0].lower() not in _SHARED]
    return ", ".join(["private", *own]).encode("latin-1")
