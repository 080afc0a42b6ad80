"""Closes a connection unless the head of a request arrives, and the answer is read, within limits of time and bytes.

Uvicorn has no such limits (its own are those of h11, which is not used here). Websockets are not supported.
A refusal by the protocol itself, before there is a request or while its body arrives, is a problem, too; nothing more
is read from the connection after it.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from contextlib import suppress
from fcntl import ioctl
from http import HTTPStatus
from struct import Struct
from termios import TIOCOUTQ
from typing import ClassVar, Final

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.middleware.head_limits import MAX_HEADER_BYTES, fault_of
from api.http.middleware.security_headers import HARDENING
from api.http.middleware.slow_readers import SlowReaders
from api.http.problems import problem

HEAD_SECONDS: Final = 30.0
"""The most seconds until the head of a request is complete, from the connection or the last answer on."""
MAX_PENDING_BYTES: Final = 2 * MAX_HEADER_BYTES
"""The most bytes that may arrive before a request, or after one, without belonging to it."""
UNREAD_SECONDS: Final = 30.0
"""After how many seconds each time it is checked how much a client has read of what waits for it."""
BYTES_A_SECOND: Final = 500
"""How many bytes a second a client has to read; a body has to arrive as fast (`slow_bodies`)."""

_INTEGER: Final = Struct("i")


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol for httptools, with bounds."""

    slow_readers: ClassVar[SlowReaders] = SlowReaders()
    _pending = 0
    _in_head = True
    _refused = False
    _deadline: TimerHandle | None = None
    _reading: TimerHandle | None = None
    _answered: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._expect_nothing()
        self._stop_watching()
        self._tell_of_departure()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Watch whether the client reads what waits for it."""
        super().pause_writing()
        self._watch_reading()
        self.slow_readers.add(self)

    def resume_writing(self) -> None:
        """Go on, as the client has read nearly everything."""
        self._stop_watching()
        super().resume_writing()
        if self.transport.is_closing():
            self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Receive bytes; close the connection after too many that belong to no request."""
        if self._refused:
            return
        self._pending += len(data)
        super().data_received(data)
        if self._pending > MAX_PENDING_BYTES and not self.transport.is_closing():
            detail = f"more than {MAX_PENDING_BYTES} bytes came without a request, or after it"
            self._refuse("headers-too-large", detail)

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Receive a header field of the head; fields after a body (trailers) are ignored."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer the request, or refuse its head."""
        self._pending, self._in_head = 0, False
        self._expect_nothing()
        fault = None if self._refused else fault_of(self.url, self.headers)
        if fault is not None:
            self._refuse("malformed", fault)
        elif not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Receive a piece of the body; the module that reads the body limits its size."""
        self._pending = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._pending = 0
        if not self._refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next head, or for the end of the connection."""
        super().on_response_complete()
        self._expect_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not HTTP."""
        self._refuse("malformed", msg)

    def _expect_head(self) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    @property
    def waiting(self) -> int:
        """How many bytes wait until the client reads them."""
        return self.transport.get_write_buffer_size()

    def cut_off(self) -> None:
        """Close the connection without sending what waits, once the present call of the transport is over."""
        self._tell_of_departure()
        self.loop.call_soon(self.transport.abort)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _tell_of_departure(self) -> None:
        """Tell the request that is being answered that its client is gone; uvicorn tells the one that came last."""
        if self._answered is not None:
            self._answered.disconnected = True
            self._answered.message_event.set()

    def _watch_reading(self) -> None:
        unread = self.waiting + self._count_sent()
        self._reading = self.loop.call_later(UNREAD_SECONDS, self._check_reading, unread)

    def _stop_watching(self) -> None:
        self.slow_readers.discard(self)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _count_sent(self) -> int:
        """How many bytes the system has still to send, or to hear of; it takes more only once many of them are read."""
        connection = self.transport.get_extra_info("socket")
        with suppress(OSError):
            return _INTEGER.unpack(ioctl(connection.fileno(), TIOCOUTQ, bytes(_INTEGER.size)))[0]  # type: ignore[no-any-return]
        return 0

    def _check_reading(self, before: int) -> None:
        """Cut off a client for which `before` bytes waited at the last check, if it has read too few of them."""
        if before - self.waiting - self._count_sent() < UNREAD_SECONDS * BYTES_A_SECOND:
            self.cut_off()
        else:
            self._watch_reading()

    def _is_answering(self) -> bool:
        """Whether a request is being answered that arrived completely, or whose answer has begun."""
        begun: RequestResponseCycle | None = self.cycle
        if begun is None or begun.response_complete:
            return False
        return begun.response_started or not begun.more_body

    def _too_late(self) -> None:
        if self.transport.is_closing():
            if self._reading is None:
                self.cut_off()
        elif not self._is_answering():
            self._refuse("too-slow", "the head of a request did not arrive in time")

    def _refuse(self, name: str, detail: str) -> None:
        """Send the refusal unless an answer has begun, read nothing more, and close."""
        if self._refused:
            return
        self._refused = True
        if not self._is_answering():
            answer = problem(name, detail, headers={**HARDENING, "Connection": "close"})
            status = HTTPStatus(answer.status_code)
            lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
            lines += [b"%s: %s" % field for field in answer.raw_headers]
            self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()
        self._expect_head()
