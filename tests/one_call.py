"""The test client passes a request to the application's loop once, and not for each step of the answer.

Each pass switches threads. Starlette's client makes eight for a request, so that an answer can be read while it is
still made; no test here needs that. Clients that are not entered, and so start no lifespan, share one loop, and start
none for each request.
"""

from __future__ import annotations

from asyncio import Event
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from anyio.from_thread import BlockingPortal, start_blocking_portal
from httpx2 import ByteStream, Response
from starlette.testclient import TestClient
from starlette.testclient import _TestClientTransport as Transport

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from httpx2 import Request

PORTS: Final = {"http": 80, "https": 443}
_shared: Final[list[BlockingPortal]] = []
_held: Final = ExitStack()
_lock: Final = Lock()


def ask_in_one_call() -> None:
    """Let every test client of this process send requests so."""
    Transport.handle_request = _answer  # type: ignore[method-assign]
    TestClient._portal_factory = _portal  # type: ignore[method-assign]


def end_shared_loop() -> None:
    """End the shared loop, so that the process can end."""
    with _lock:
        _shared.clear()
        _held.close()


class _Exchange:
    """One request as an application gets it, and its answer."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._over = Event()
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.content: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        if self._body is None:
            await self._over.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        assert not self._over.is_set()
        if message["type"] == "http.response.start":
            assert self.status is None
            self.status, self.headers = message["status"], message.get("headers", [])
        elif message["type"] == "http.response.body":
            assert self.status is not None
            self.content.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self._over.set()


@contextmanager
def _portal(self: TestClient) -> Iterator[BlockingPortal]:
    """The portal to the client's own loop, or else to the loop that all others share."""
    with _lock:
        if self.portal is None and not _shared:
            _shared.append(_held.enter_context(start_blocking_portal()))
    yield self.portal or _shared[0]


def _answer(self: Transport, request: Request) -> Response:
    exchange = _Exchange(request.read())
    try:
        with self.portal_factory() as portal:
            portal.call(self.app, _scope(self, request), exchange.receive, exchange.send)
    except Exception:
        if self.raise_server_exceptions:
            raise
    if exchange.status is None:
        return Response(500, stream=ByteStream(b""), request=request)
    content = b"" if request.method == "HEAD" else b"".join(exchange.content)
    headers, stream = exchange.headers, ByteStream(content)
    return Response(exchange.status, headers=headers, stream=stream, request=request)


def _scope(self: Transport, request: Request) -> dict[str, Any]:
    url = request.url
    host = url.raw_host.decode("ascii")
    named = [(name.lower().encode(), text.encode()) for name, text in request.headers.multi_items()]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": unquote(url.path),
        "raw_path": url.raw_path.split(b"?", 1)[0],
        "root_path": self.root_path,
        "scheme": url.scheme,
        "query_string": url.query,
        "headers": named if "host" in request.headers else [(b"host", url.netloc), *named],
        "client": self.client,
        "server": [host, url.port or PORTS[url.scheme]],
        "extensions": {},
        "state": self.app_state.copy(),
    }
