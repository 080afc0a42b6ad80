"""An issuer's server on this machine, over real sockets, that can be made slow, large, wrong or absent."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Answer = Callable[[BaseHTTPRequestHandler], None]
"""Writes the answer to the handler of one request."""


@dataclass
class Publisher:
    """A server's answer, and the paths that were asked for."""

    answer: Answer
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/keys?of=desk"

    def publish(self, document: bytes) -> None:
        self.answer = answer_with(document)


def answer_with(document: bytes, status: int = 200, **headers: str) -> Answer:
    """A complete answer at once."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(document)))
        handler.end_headers()
        handler.wfile.write(document)

    return answer


def answer_dripping(text: bytes, pause: float) -> Answer:
    """An answer that comes byte by byte, with a pause before each."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for byte in text:
            handler.wfile.write(bytes([byte]))
            time.sleep(pause)

    return answer


@contextmanager
def serve_document(document: bytes) -> Iterator[Publisher]:
    """A server that publishes a document."""
    publisher = Publisher(answer_with(document))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            publisher.asked.append(self.path)
            with suppress(OSError):
                publisher.answer(self)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        publisher.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield publisher
        finally:
            server.shutdown()
            thread.join()
