"""Refuses the head of a request that is too long, or ambiguous: it must name one host, and say how its body ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from api.http.problems import problem

MAX_ADDRESS_BYTES: Final = 16_384
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 32_768
_SEPARATORS: Final = len(": \r\n")
_ABSOLUTE: Final = re.compile(
    rb"[a-z][a-z0-9+.-]*://(?P<host>\[[^\]]*\]|[^:/?#@]*)(?::[0-9]*)?(?=[/?#]|$)", re.IGNORECASE
)
_PORT: Final = re.compile(rb":[0-9]*$")
_OTHER_HOST: Final = (
    "the address and the Host header name different hosts: send the same host in both"
)
_CODING: Final = (
    "a body is read that has a Content-Length, or whose one Transfer-Encoding is chunked"
)


def check_head(scope: Scope) -> Response | None:
    """Refuse a head that is too long with 414 or 431; what comes in without end, the protocol ends."""
    address = len(scope["raw_path"]) + len(scope["query_string"]) + 1
    if address > MAX_ADDRESS_BYTES:
        return problem("address-too-long", f"an address has at most {MAX_ADDRESS_BYTES} bytes")
    fields = scope["headers"]
    size = sum(map(len, chain.from_iterable(fields))) + len(fields) * _SEPARATORS
    if len(fields) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        detail = f"send at most {MAX_HEADERS} header fields, and at most {MAX_HEADER_BYTES} bytes"
        return problem("headers-too-large", detail)
    return None


def fault_of(target: bytes, fields: Sequence[tuple[bytes, bytes]]) -> str | None:
    """What is wrong with a head that could be read: a second host, or a body in a coding that is not known here.

    A target in absolute form (RFC 9112, section 3.2.2) is to name the host that `Host` does.
    """
    if any(name == b"transfer-encoding" for name, _ in fields):
        codings = [text.strip().lower() for name, text in fields if name == b"transfer-encoding"]
        if codings != [b"chunked"]:
            return _CODING
    if target[:1] in {b"/", b"*"}:
        return None
    named = _ABSOLUTE.match(target)
    hosts = [_PORT.sub(b"", text.strip()).lower() for name, text in fields if name == b"host"]
    return None if named is not None and [named["host"].lower()] == hosts else _OTHER_HOST
