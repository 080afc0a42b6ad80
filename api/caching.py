"""The same bytes have the same strong ETag; what can never change may be kept for ever.

A fact's ETag opens with its version, so that it says what `If-Match` needs to know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.entity_tags import tags

__all__ = ["FOR_EVER", "answered", "etag", "fresh"]

FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_DIGITS: Final = 32


def etag(body: bytes, version: int | None = None) -> str:
    """Give the strong ETag of a body: `"<hash>"`, or `"<version>-<hash>"` for a fact."""
    digest = hashlib.sha256(body).hexdigest()[:_DIGITS]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def answered(
    request: Request,
    body: bytes,
    *,
    canonical: Mapping[str, Any] | None,
    version: int | None = None,
    media_type: str = "application/json",
    more: Mapping[str, str] | None = None,
) -> Response:
    """Answer 200, or 304 where the client has these bytes.

    `canonical` are the parameters of the answer's fixed form; None says that this is it already.
    """
    headers = {"ETag": etag(body, version), **(more or {})}
    if canonical is None:
        headers["Cache-Control"] = FOR_EVER
    else:
        headers["Cache-Control"] = _ASK_AGAIN
        address = f"{quote(request.scope['path'])}?{urlencode(canonical)}"
        headers["Link"] = f'<{address}>; rel="canonical"'
    return _unless_had(request, body, headers, media_type)


def fresh(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """Answer 200 with what has no fixed form, to be asked for again, or 304 where the client has it."""
    headers = {"ETag": etag(body), "Cache-Control": _ASK_AGAIN}
    return _unless_had(request, body, headers, media_type)


def _unless_had(
    request: Request, body: bytes, headers: Mapping[str, str], media_type: str
) -> Response:
    if _has(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type)


def _has(header: str | None, tag: str) -> bool:
    """Compare weakly, as RFC 9110 §13.1.2 says; a malformed header asks for nothing."""
    if header is None:
        return False
    found = tags(header)
    return found == ["*"] or (found is not None and tag in [t.removeprefix("W/") for t in found])
