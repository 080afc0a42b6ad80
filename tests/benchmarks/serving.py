"""Requests over HTTP beside an empty endpoint of a server with the same settings: the processor time that each takes.

Counted is the time of the server's process and, on PostgreSQL, of the backends that work for it.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import tempfile
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from api.cli.serving.serve import PROTOCOL
from api.composition import compose
from api.http.app import create_app
from tests.benchmarks.measure import Ratio
from tests.databases import KEY, UNBOUNDED, let_in, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database

TURNS: Final = 5
REQUESTS: Final = 200
KEPT_SECONDS: Final = 600
"""How long a connection stays open while the other server is asked."""
TICKS: Final = 100
"""A second, in which the kernel counts the time of a process."""
HEADERS: Final = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
BESIDE: Final = "an empty async endpoint"


def ratios(database: Database, _: int) -> Iterator[Ratio]:
    """What a POST of a fact, a GET of it, its 304 and the look at the health take."""
    url = database.url.render_as_string(hide_password=False)
    let_in(url)
    with _served(url) as (ours, process), _served(None) as (theirs, empty):
        pids = [process, *_backends(database)]
        _send(ours, "POST", "/v1/negotiations", {"slug": "bench", "title": "B", "parties": []})
        fact = _fact(-1)
        answer = _send(ours, "POST", "/v1/negotiations/bench/facts", fact)
        path = f"/v1/facts/{json.loads(answer[1])['id']}"
        at = f"{path}?position=2&as_of=2026"
        had = {"If-None-Match": _send(ours, "GET", at)[2]}
        numbers = iter(range(10**9))

        def post() -> None:
            number = next(numbers)
            sent = {"Idempotency-Key": f"k{number}"}
            assert (
                _send(ours, "POST", "/v1/negotiations/bench/facts", _fact(number), sent)[0] == 201
            )

        asked: dict[str, Callable[[], object]] = {
            "POST of a fact": post,
            "GET of a fact": lambda: _send(ours, "GET", path),
            "304 of a fact": lambda: _send(ours, "GET", at, None, had),
            "GET /healthz": lambda: _send(ours, "GET", "/healthz"),
        }
        for what, ask in asked.items():
            pids = [process, *_backends(database)]
            yield _beside(what, ask, pids, lambda: _send(theirs, "GET", "/"), [empty])


def _beside(
    what: str,
    ours: Callable[[], object],
    our_pids: list[int],
    theirs: Callable[[], object],
    their_pids: list[int],
) -> Ratio:
    """The median processor time of a request, each turn of both after the other."""
    spent: tuple[list[float], list[float]] = ([], [])
    for turn in range(TURNS + 1):
        for ask, pids, found in ((ours, our_pids, spent[0]), (theirs, their_pids, spent[1])):
            before = sum(map(_seconds, pids))
            for _ in range(REQUESTS):
                ask()
            if turn:
                found.append((sum(map(_seconds, pids)) - before) / REQUESTS)
    return Ratio(what, sorted(spent[0])[TURNS // 2], sorted(spent[1])[TURNS // 2], BESIDE)


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _backends(database: Database) -> list[int]:
    """The processes of a PostgreSQL that work for a database; none of SQLite."""
    if database.is_sqlite:
        return []
    found = text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with database.reading() as connection:
        return [int(pid) for pid in connection.execute(found).scalars()]


def _send(
    connection: HTTPConnection,
    method: str,
    path: str,
    body: Any = None,  # noqa: ANN401 -- JSON
    headers: dict[str, Any] | None = None,
) -> tuple[int, bytes, str | None]:
    sent = None if body is None else json.dumps(body)
    connection.request(method, path, sent, {**HEADERS, **(headers or {})})
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers["ETag"]


def _fact(number: int) -> dict[str, Any]:
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
def _served(url: str | None) -> Iterator[tuple[HTTPConnection, int]]:
    """A server in a process of its own, on a record or on nothing: a connection to it, and its process."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, port))
    process.start()
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(300):
        try:
            connection.connect()
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    yield connection, process.pid or 0
    connection.close()
    process.terminate()
    process.join()


def _serve(url: str | None, port: int) -> None:
    app = FastAPI()
    if url is None:

        @app.get("/")
        async def nothing() -> dict[str, str]:
            return {}

    else:
        key = str(Path(tempfile.mkdtemp()) / "log.key")
        app = create_app(
            compose(settings_of(url, PARLEY_LOG_KEY_FILE=key, **UNBOUNDED), signs=True)
        )
    settings = {**PROTOCOL, "timeout_keep_alive": KEPT_SECONDS}
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, **settings)
