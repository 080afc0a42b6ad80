"""Sends one GET with a limit on time and size, to the given address only.

It uses the standard library's http.client, which follows no redirects and uses no proxy. httpx would not do: its time
limits are for each read, and if asyncio limits the whole, a connection that is cut during the TLS handshake stays open.
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

OK: Final = 200
JSON_WEB_KEYS: Final = "application/jwk-set+json, application/json"
MOST_ADDRESSES: Final = 4
"""How many addresses of a host name are tried; the owner of the name could list any number."""


class FetchError(Exception):
    """Nothing could be fetched from an address; the message quotes nothing of the response."""


class StatusError(FetchError):
    """The response had a status other than 200."""


def fetch(url: str, *, seconds: float, most: int, accept: str = JSON_WEB_KEYS) -> bytes:
    """The body of a response, at most `most` bytes; FetchError if it is larger, slow, or not a 200.

    `seconds` limits connecting and, separately, all the rest; resolving the name is limited by the system.
    """
    parts = address(url)
    try:
        with closing(_channel(parts, seconds)) as channel, _cut_after(seconds, channel):
            if isinstance(channel, SSLSocket):
                channel.do_handshake()
            body = _request(parts, channel, accept, most + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(f"no answer: {type(error).__name__}") from error
    if len(body) > most:
        raise FetchError(f"the answer is larger than {most} bytes")
    return body


def _request(parts: SplitResult, channel: socket.socket, accept: str, most: int) -> bytes:
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
            raise FetchError("the answer ended too early")
        return body


def _channel(parts: SplitResult, seconds: float) -> socket.socket:
    """A connected socket; for https it is wrapped in TLS, whose handshake has not begun."""
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    plain = _connect(host, port, seconds)
    if parts.scheme != "https":
        return plain
    try:
        return create_default_context().wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False
        )
    except BaseException:
        plain.close()
        raise


def _connect(host: str, port: int, seconds: float) -> socket.socket:
    failed = OSError("the name has no address")
    for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:MOST_ADDRESSES]:
        try:
            return socket.create_connection((str(info[4][0]), port), seconds)
        except OSError as error:
            failed = error
    raise failed


@contextmanager
def _cut_after(seconds: float, channel: socket.socket) -> Iterator[None]:
    """Limit the time of the whole block; a socket's timeout limits each read only, so bytes could come for ever."""
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
