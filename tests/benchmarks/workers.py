"""`parley serve` with 1, 2 and 4 workers: the time of a request when 16 connections send one after another.

The client runs on the same processors, so these figures are no limit of the server. Wall is the time of all requests,
divided by their number.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Final

from tests.benchmarks.measure import Job
from tests.benchmarks.rows import Row, duration
from tests.benchmarks.serving import ENDING_SECONDS, FACTS, HEADERS, make_fact
from tests.databases import PATIENT, SEAL_KEY, UNBOUNDED, let_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.benchmarks.bench import Bench
    from tests.benchmarks.measure import Spent

CONNECTIONS: Final = 16
TIMES: Final = {"GET of a fact": 10, "POST of a fact": 1}
"""How many requests of each sort a turn sends, as a multiple of the bench's `requests`."""
PROGRAM: Final = (sys.executable, "-c", "from api.cli.app import main; main()")


def rows(bench: Bench) -> Iterator[Row]:
    """Reading and writing with each number of workers, beside the first number."""
    first: dict[str, Spent] = {}
    for number in bench.sizes.workers:
        url = bench.fresh()
        let_in(url)
        with _serve(url, number) as server, ExitStack() as held:
            connections = [
                held.enter_context(socket.create_connection(server.address))
                for _ in range(CONNECTIONS)
            ]
            for what, requests in _make_requests(connections).items():
                times = bench.sizes.requests * TIMES[what]
                ask = partial(_send_some, connections, requests, times)
                (found,) = bench.measure(
                    Job(ask, partial(_list_working, bench, url, server), asking=True), times=1
                )
                spent = found.per(times)
                beside = first.setdefault(what, spent)
                yield _row(f"{what}, workers: {number}", bench.kind, spent, beside)


def _list_working(bench: Bench, url: str, server: _Server) -> list[int]:
    return [*_family_of(server.pid), *bench.backends(url)]


def _row(what: str, on: str, ours: Spent, one: Spent) -> Row:
    figures = duration(ours.cpu), duration(ours.wall)
    return Row(
        what,
        on,
        *figures,
        "workers: 1",
        duration(one.cpu),
        duration(one.wall),
        f"{one.wall / ours.wall:.2f} by the clock",
        "",
        None,
    )


def _make_requests(connections: Sequence[socket.socket]) -> dict[str, Iterator[bytes]]:
    """The requests of each sort, without end; the negotiation and a fact are there already."""
    numbers = count()
    opening = {"slug": "bench", "title": "Bench", "parties": []}

    def posts() -> Iterator[bytes]:
        for number in numbers:
            yield _request("POST", FACTS, make_fact(number), {"Idempotency-Key": f"k{number}"})

    _send(connections, [_request("POST", "/v1/negotiations", opening)])
    (response,) = _send(connections, islice(posts(), 1))
    path = f"/v1/facts/{json.loads(response)['id']}"
    return {"GET of a fact": iter(partial(_request, "GET", path), None), "POST of a fact": posts()}


def _request(
    method: str, path: str, body: object = None, headers: dict[str, str] | None = None
) -> bytes:
    sent = b"" if body is None else json.dumps(body).encode()
    named = {"Host": "localhost", **HEADERS, **(headers or {}), "Content-Length": str(len(sent))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + sent


def _send_some(connections: Sequence[socket.socket], requests: Iterator[bytes], times: int) -> None:
    _send(connections, islice(requests, times))


def _send(connections: Sequence[socket.socket], requests: Iterable[bytes]) -> list[bytes]:
    """Send requests, one at a time over each connection; gives the bodies, and checks that all succeed."""
    waiting = iter(requests)
    bodies: list[bytes] = []
    with DefaultSelector() as selector:
        for connection, request in zip(connections, waiting, strict=False):
            connection.sendall(request)
            selector.register(connection, EVENT_READ, (connection, bytearray()))
        while selector.get_map():
            for key, _ in selector.select():
                connection, received = key.data
                came = connection.recv(65_536)
                assert came, "the server ended a connection"
                received += came
                body = _body_in(received)
                if body is None:
                    continue
                bodies.append(body)
                received.clear()
                following = next(waiting, None)
                if following is None:
                    selector.unregister(connection)
                else:
                    connection.sendall(following)
    return bodies


def _body_in(received: bytearray) -> bytes | None:
    """The body of a successful response; None until it is complete."""
    head, blank, body = bytes(received).partition(b"\r\n\r\n")
    if not blank:
        return None
    status, *lines = head.decode().lower().split("\r\n")
    assert status.split()[1] in {"200", "201"}, (status, body)
    length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
    return body if len(body) >= length else None


@dataclass(frozen=True)
class _Server:
    """The first process of a server, and where it listens."""

    pid: int
    address: tuple[str, int]


@contextmanager
def _serve(url: str, workers: int) -> Iterator[_Server]:
    """A server of a record with so many workers."""
    with tempfile.TemporaryDirectory() as folder:
        key = str(Path(folder) / "log.key")
        own = {"PARLEY_DATABASE_URL": url, "PARLEY_SEAL_KEY": SEAL_KEY, "PARLEY_LOG_KEY_FILE": key}
        environ = {**os.environ, **PATIENT, **UNBOUNDED, **own, "PARLEY_PORT": "0"}
        command = [*PROGRAM, "serve", "--json", "--workers", str(workers)]
        output = Path(folder) / "said"  # a pipe would be full after a few hundred logged requests
        with (
            output.open("wb") as file,
            subprocess.Popen(command, env=environ, stdout=file) as process,
        ):
            try:
                first_line = _first_line(output)
                yield _Server(
                    process.pid, ("127.0.0.1", int(first_line["listening"].rpartition(":")[2]))
                )
            finally:
                process.terminate()
                process.wait(ENDING_SECONDS)


def _first_line(said: Path) -> dict[str, str]:
    """The line that the server prints once it listens."""
    for _ in range(600):
        line, ended, _ = said.read_text(encoding="utf-8").partition("\n")
        if ended:
            document: dict[str, str] = json.loads(line)
            return document
        time.sleep(0.1)
    raise TimeoutError("the server has said nothing for a minute")


def _family_of(pid: int) -> list[int]:
    """The ids of a process and of all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [pid, *(each for child in children for each in _family_of(int(child)))]
