"""The processor time of requests over HTTP, beside an empty endpoint of a server with the same settings.

It is the time of the server's process and, on PostgreSQL, of the backends that work for it.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import sys
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from fastapi import FastAPI

from api.cli.serving.processes import PROTOCOL
from api.cli.serving.worker import TURN_SECONDS
from api.composition import compose
from api.web.site import create_site
from tests.benchmarks.children import collect_as_parley
from tests.benchmarks.measure import Job
from tests.benchmarks.rows import compare_times
from tests.databases import KEY, UNBOUNDED, let_in, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.bench import Bench, Kind
    from tests.benchmarks.rows import Row

KEPT_SECONDS: Final = 600
"""For how many seconds a connection stays open while the other server is asked."""
ANSWER_SECONDS: Final = 120
ENDING_SECONDS: Final = 20
"""Seconds that a server has to end; then it is killed."""
HEADERS: Final = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
BESIDE: Final = "an empty async endpoint"
FACTS: Final = "/v1/negotiations/bench/facts"
POST: Final[dict[Kind, float]] = {"SQLite": 0.12, "PostgreSQL": 0.08}


@dataclass(frozen=True)
class Served:
    """A server in a process of its own, and a connection to it."""

    connection: HTTPConnection
    pid: int

    def send(
        self,
        status: int,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, Any] | None = None,
    ) -> tuple[bytes, str | None]:
        """Send a request; checks the status, and gives the body and the ETag of the response."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
        self.connection.request(method, path, sent, {**HEADERS, **(headers or {})})
        answer = self.connection.getresponse()
        received = answer.read()
        assert answer.status == status, received
        return received, answer.headers["ETag"]

    @contextmanager
    def another(self) -> Iterator[Served]:
        """Another connection to the same server."""
        with closing(
            HTTPConnection("127.0.0.1", self.connection.port, timeout=ANSWER_SECONDS)
        ) as connection:
            yield Served(connection, self.pid)


def rows(bench: Bench) -> Iterator[Row]:
    """A GET of a fact, its 304, a health check and a POST of a fact, each beside an empty endpoint."""
    url = bench.fresh()
    let_in(url)
    with serve_record(url) as parley, serve_record(None) as empty:
        beside = Job(partial(empty.send, 200, "GET", "/"), lambda: [empty.pid], asking=True)
        for what, goal, ask in _requests(bench, parley):
            asked = bench.job(url, ask, parley.pid)
            measured = bench.measure(asked, beside, times=bench.sizes.requests)
            yield compare_times(what, bench.kind, measured, BESIDE, goal)


def _requests(bench: Bench, server: Served) -> Iterator[tuple[str, float, Callable[[], object]]]:
    opening = {"slug": "bench", "title": "Bench", "parties": []}
    server.send(201, "POST", "/v1/negotiations", opening)
    numbers = count()

    def post() -> bytes:
        number = next(numbers)
        key = {"Idempotency-Key": f"k{number}"}
        return server.send(201, "POST", FACTS, make_fact(number), key)[0]

    path = f"/v1/facts/{json.loads(post())['id']}"
    at = f"{path}?position=2&as_of=2026"
    has = {"If-None-Match": server.send(200, "GET", at)[1]}
    yield "GET of a fact", 0.3, partial(server.send, 200, "GET", path)
    yield "304 of a fact", 0.35, partial(server.send, 304, "GET", at, None, has)
    yield "GET /healthz", 0.6, partial(server.send, 200, "GET", "/healthz")
    yield "POST of a fact", POST[bench.kind], post


def make_fact(number: int) -> dict[str, Any]:
    """The body of a POST of a fact that differs from all others."""
    return {
        "kind": "appointment",
        "valid": "2025-11-09",
        "summary": f"Person {number} is appointed",
        "person": f"Person {number}",
        "post": f"Post {number}",
        "external_id": f"n{number}",
        "citations": [{"publisher": "Reuters", "published": "2025-11-10"}],
    }


@contextmanager
def serve_record(url: str | None) -> Iterator[Served]:
    """A server of a record, or one with only an empty endpoint."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = int(listening.getsockname()[1])
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, listening))
        process.start()
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)) as connection:
            yield Served(connection, process.pid or 0)
    finally:
        process.terminate()
        process.join(ENDING_SECONDS)
        process.kill()


def _serve(url: str | None, listening: socket.socket) -> None:
    app = FastAPI()
    if url is None:

        @app.get("/")
        async def nothing() -> dict[str, str]:
            return {}

    else:
        key = str(Path(tempfile.mkdtemp()) / "log.key")
        app = create_site(
            compose(settings_of(url, PARLEY_LOG_KEY_FILE=key, **UNBOUNDED), signs=True)
        )
    sys.setswitchinterval(TURN_SECONDS)
    collect_as_parley()
    settings = {**PROTOCOL, "timeout_keep_alive": KEPT_SECONDS}
    uvicorn.Server(uvicorn.Config(app, log_config=None, **settings)).run(sockets=[listening])
