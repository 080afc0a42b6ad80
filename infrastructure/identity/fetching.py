"""One GET that ends: so many seconds, so many bytes, from the address given and from no other.

The standard library suffices for it, and follows no redirect unless told to. No proxy is asked.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import TYPE_CHECKING, Final

from infrastructure.identity.addresses import address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

__all__ = ["FetchError", "fetched"]

OK: Final = 200
ACCEPTED: Final = "application/jwk-set+json, application/json"


class FetchError(Exception):
    """Nothing was had from an address; says why, in words that do not come from there."""


def fetched(url: str, *, seconds: float, most: int) -> bytes:
    """What an address answers, up to `most` bytes; FetchError where it is no 200, or slow, or larger.

    Resolving and connecting come first and are bounded on their own; `seconds` bounds each, and then the rest.
    """
    parts = address(url)
    connection = _connection(parts, seconds)
    try:
        connection.connect()
        with _cut_after(seconds, connection.sock):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Accept": ACCEPTED})
            answer = connection.getresponse()
            if answer.status != OK:
                raise FetchError(f"the answer was {answer.status}")
            body = answer.read(most + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(f"no answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if len(body) > most:
        raise FetchError(f"the answer is larger than {most} bytes")
    return body


def _connection(parts: SplitResult, seconds: float) -> HTTPConnection:
    host = str(parts.hostname)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(host, parts.port, timeout=seconds, context=context)
    return HTTPConnection(host, parts.port, timeout=seconds)


@contextmanager
def _cut_after(seconds: float, channel: socket.socket) -> Iterator[None]:
    """A time limit of its own: the socket's is for each read, and a byte a second satisfies it for ever."""
    timer = Timer(seconds, _cut, (channel,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(channel: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(channel, socket.SHUT_RDWR)
