"""Reads, sets and removes the cookie that has the token of a session.

It is valid for pages only, never below `/v1`. Beyond loopback it is sent over TLS only.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

PAGES: Final = frozenset({"", "about", "begin", "n", "search", "sign-in", "sign-out"})
"""What the paths of pages begin with."""
_NAME: Final = "parley-session"
_LOOPBACK: Final = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]*)?")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def takes_session(path: str) -> bool:
    """Whether a session counts for an address: whether that is a page."""
    return path.removeprefix("/").partition("/")[0] in PAGES


def token_in(scope: Scope) -> str | None:
    """Give the token that a request for a page brings; None for any other request."""
    if not takes_session(scope["path"]):
        return None
    headers = Headers(scope=scope)
    if "authorization" in headers or "cookie" not in headers:
        return None
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load("; ".join(headers.getlist("cookie")))
    except CookieError:
        return None
    cookie = cookies.get(_name(scope))
    return cookie.value if cookie is not None and _TOKEN.fullmatch(cookie.value) else None


def set_session_cookie(scope: Scope, response: Response, token: str) -> None:
    """Give a browser a session; it keeps it until it is closed, or signs out."""
    response.set_cookie(
        _name(scope), token, path="/", secure=is_secure(scope), httponly=True, samesite="strict"
    )


def clear_session_cookie(scope: Scope, response: Response) -> None:
    """Take a session away from a browser."""
    response.delete_cookie(
        _name(scope), path="/", secure=is_secure(scope), httponly=True, samesite="strict"
    )


def _name(scope: Scope) -> str:
    return f"__Host-{_NAME}" if is_secure(scope) else _NAME


def is_secure(scope: Scope) -> bool:
    """Whether a session is sent over TLS only: anywhere but on this machine itself."""
    host = Headers(scope=scope).get("host", "")
    return scope["scheme"] == "https" or _LOOPBACK.fullmatch(host.lower()) is None
