"""Gives equal bytes the same strong ETag, and lets caches keep a fixed answer for a time, under a tag to purge it by.

No cache may keep for ever what an erasure can change; only hashes may be kept for ever. A fact's ETag begins with its
version, which `If-Match` needs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, quote_plus

from starlette.requests import Request
from starlette.responses import Response

from api.http.exchange.entity_tags import has_tag
from api.http.session_cookie import token_in

FOR_EVER: Final = "public, max-age=31536000, immutable"
MOST_PRIVATE_SECONDS: Final = 600
"""How long a reader's own cache, which nobody can purge, keeps a fixed answer at most."""
MOST_FACTS: Final = 16
"""How many facts are named in tags; an answer with more facts is tagged only by its negotiation."""
_ID: Final = re.compile(rb'[:,\[]"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"(?!:)')
"""An id that is a value of its own in JSON without blanks."""
_ASK_AGAIN: Final = "no-cache"
_DIGITS: Final = 32
_FIXED: Final = "fixed"
"""Set in the state of a request whose answer never changes, but by an erasure."""
_quoted: Final = lru_cache(maxsize=1_024)(quote_plus)


def etag(body: bytes, version: int | None = None) -> str:
    """Give the strong ETag of a body: `"<hash>"`, or `"<version>-<hash>"` for a fact."""
    digest = hashlib.sha256(body).hexdigest()[:_DIGITS]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def respond(
    request: Request,
    body: bytes,
    *,
    canonical: Mapping[str, Any] | None,
    version: int | None = None,
    media_type: str = "application/json",
    more_headers: Mapping[str, str] | None = None,
    tags: Iterable[str] = (),
    address: str | None = None,
) -> Response:
    """Answer 200, or 304 where the client has these bytes.

    `canonical` are the parameters of the answer's fixed form, at the path of the request or another `address`; None
    means that this is the fixed form. `tags` name what the answer holds, so that a cache can be purged of it.
    """
    headers = {"ETag": etag(body, version), **_make_tag_header(tags), **(more_headers or {})}
    if canonical is None:
        headers["Cache-Control"] = f"public, max-age={_seconds(request)}"
        request.scope["state"][_FIXED] = True
    else:
        headers["Cache-Control"] = _ASK_AGAIN
        query = "&".join(f"{name}={_quoted(str(value))}" for name, value in canonical.items())
        fixed = f"{address or quote(request.scope['path'])}?{query}"
        links = [f'<{fixed}>; rel="canonical"', *([headers["Link"]] if "Link" in headers else [])]
        headers["Link"] = ", ".join(links)
    return _respond_unless_had(request, body, headers, media_type)


def respond_fresh(
    request: Request,
    body: bytes,
    media_type: str = "application/json",
    *,
    tags: Iterable[str] = (),
) -> Response:
    """Answer 200 with content that has no fixed form and that caches check each time, or 304 if the client has it."""
    headers = {"ETag": etag(body), "Cache-Control": _ASK_AGAIN, **_make_tag_header(tags)}
    return _respond_unless_had(request, body, headers, media_type)


def respond_for_ever(request: Request, body: bytes, media_type: str) -> Response:
    """Answer 200 with hashes that never change, not even by an erasure, or 304 if the client has them."""
    headers = {"ETag": etag(body), "Cache-Control": FOR_EVER}
    return _respond_unless_had(request, body, headers, media_type)


def is_fixed(request: Request) -> bool:
    """Whether a request was answered in its fixed form, by `respond`."""
    return _FIXED in request.scope["state"]


def tags_of(name: str, body: bytes = b"") -> list[str]:
    """Give the tags of an answer in JSON: a name, usually that of its negotiation, and its facts where they are few."""
    ids: set[str] = set()
    for match in _ID.finditer(body):
        ids.add(match[1].decode())
        if len(ids) > MOST_FACTS:
            return [name]
    return [name, *sorted(ids)]


def _make_tag_header(tags: Iterable[str]) -> dict[str, str]:
    named = ",".join(tags)
    return {"Cache-Tag": named} if named else {}


def _seconds(request: Request) -> int:
    seconds: int = request.app.state.parley.settings.cache_seconds
    private = "authorization" in request.headers or token_in(request.scope) is not None
    return min(seconds, MOST_PRIVATE_SECONDS) if private else seconds


def _respond_unless_had(
    request: Request, body: bytes, headers: Mapping[str, str], media_type: str
) -> Response:
    had = request.headers.get("if-none-match")
    if had is not None and has_tag(had, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type)
