"""Sends one GET with a limit on time and size, to the given address only.

The standard library suffices for it, and follows no redirect unless told to. No proxy is asked.
"""

from __future__ import annotations

import socket
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import SSLSocket, create_default_context
from threading import Event, Timer
from typing import TYPE_CHECKING, Final

from infrastructure.outbound.address import address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

__all__ = ["FetchError", "StatusError", "fetch"]

OK: Final = 200
JSON_WEB_KEYS: Final = "application/jwk-set+json, application/json"
MOST_ADDRESSES: Final = 4
"""How many of a name's addresses are tried: anyone who has the name says how many there are."""


class FetchError(Exception):
    """Nothing was had from an address; says why, in words that do not come from there."""


class StatusError(FetchError):
    """There was an answer, and it was no 200."""


def fetch(url: str, *, seconds: float, most: int, accept: str = JSON_WEB_KEYS) -> bytes:
    """What an address answers, up to `most` bytes; FetchError where it is no 200, or slow, or larger.

    Resolving and connecting come first and are bounded on their own; `seconds` bounds each, and then the rest.
    """
    parts = address(url)
    try:
        with closing(_channel(parts, seconds)) as channel, _cut_after(seconds, channel):
            if isinstance(channel, SSLSocket):
                channel.do_handshake()
            body = _asked(parts, channel, accept, most + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(f"no answer: {type(error).__name__}") from error
    if len(body) > most:
        raise FetchError(f"the answer is larger than {most} bytes")
    return body


def _asked(parts: SplitResult, channel: socket.socket, accept: str, most: int) -> bytes:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(str(parts.hostname), parts.port)
    connection.sock = channel
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", target, headers={"Accept": accept})
    with connection.getresponse() as answer:
        if answer.status != OK:
            raise StatusError(f"the answer was {answer.status}")
        body = answer.read(most)
        if len(body) < most and answer.length:
            raise FetchError("the answer broke off")
        return body


def _channel(parts: SplitResult, seconds: float) -> socket.socket:
    """A connection; over TLS, which is yet to begin, where the address says so."""
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    plain = _connected(host, port, seconds)
    if parts.scheme != "https":
        return plain
    try:
        return create_default_context().wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False
        )
    except BaseException:
        plain.close()
        raise


def _connected(host: str, port: int, seconds: float) -> socket.socket:
    failed = OSError("the name has no address")
    for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:MOST_ADDRESSES]:
        try:
            return socket.create_connection((str(found[4][0]), port), seconds)
        except OSError as error:
            failed = error
    raise failed


@contextmanager
def _cut_after(seconds: float, channel: socket.socket) -> Iterator[None]:
    """A time limit of its own: the socket's is for each read, and a byte a second satisfies it for ever."""
    late = Event()
    timer = Timer(seconds, _cut, (channel, late))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


def _cut(channel: socket.socket, late: Event) -> None:
    late.set()
    with suppress(OSError):
        socket.socket.shutdown(channel, socket.SHUT_RDWR)
