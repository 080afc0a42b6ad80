"""Measure the figures of docs/scale.md: the cost of a fact and of a tenant, and when the log's lock is full.

python -m tests.machines.scale [--seconds N] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import fact
from tests.benchmarks.machine import describe_machine, describe_version
from tests.databases import PATIENT
from tests.faults.watched.cluster import Cluster, cluster
from tests.faults.watched.serving import CREDENTIAL, Server
from tests.machines.metering import (
    Meter,
    connections_to,
    count_turns,
    lock_looked_at,
    memory_of,
    size_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORD: Final = Path(__file__).resolve().parent.parent.parent / "data" / "us-belarus.ndjson"
NEGOTIATIONS: Final = 100
WRITERS: Final = 32
READERS: Final = 8
JSON: Final = {"Content-Type": "application/json", **CREDENTIAL}
_numbers: Final = count()


class Client:
    """One connection to a server, kept open."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> bytes:
        """Send a request that must succeed; gives the response's body."""
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        self._http.request(method, path, sent, {**JSON, **headers})
        answer = self._http.getresponse()
        content = answer.read()
        assert answer.status in {200, 201}, content
        return content

    def open(self, slug: str) -> None:
        """Open a negotiation."""
        body = {"slug": slug, "title": "Talks", "parties": ["A", "B"]}
        self.ask("POST", "/v1/negotiations", body)

    def record(self, slug: str) -> None:
        """Record one fact that differs from all others."""
        number = next(_numbers)
        day = date(1950, 1, 1) + timedelta(days=number)
        body = fact(
            external_id=f"E{number}",
            valid=day.isoformat(),
            summary=f"Prisoner {number} was freed on {day} and taken to Lithuania",
            people=[f"Person {number}"],
        )
        self.ask("POST", f"/v1/negotiations/{slug}/facts", body)


@contextmanager
def serve_database(folder: Path, url: str, workers: int = 1) -> Iterator[Server]:
    """A server of a database, with so many processes."""
    folder.mkdir(exist_ok=True)
    options = ("--workers", str(workers)) if workers > 1 else ()
    server = Server(url, folder / "errors", settings=PATIENT, options=options)
    with server:
        server.start()
        Client(server).ask("GET", "/readyz")
        yield server


def import_records(postgresql: Cluster, folder: Path, url: str) -> None:
    """Import the record that ships, under many names."""
    lines = RECORD.read_bytes()
    facts = sum(b'"kind"' in line for line in lines.splitlines())
    empty = size_of(url)["database"]
    with serve_database(folder, url) as server:
        client, meter = Client(server), Meter(postgresql, server)
        for number in range(NEGOTIATIONS):
            client.open(f"talks-{number}")
            path = f"/v1/negotiations/talks-{number}/import"
            client.ask("POST", path, lines, **{"Content-Type": "application/x-ndjson"})
        show("import of the record", meter.read(NEGOTIATIONS * facts))
        show("memory of the server, MB", memory_of(server))
    sizes = size_of(url)
    total = NEGOTIATIONS * facts
    show("NDJSON bytes a fact", round(len(lines) / facts))
    show("bytes a fact", round((sizes["database"] - empty) / total))
    show("of it", {name: round(at / total) for name, at in sizes.items() if name != "database"})


def record_facts(postgresql: Cluster, folder: Path, url: str, seconds: float, workers: int) -> None:
    """Record facts one by one, through many clients at once."""
    with serve_database(folder, url, workers) as server:
        record = record_in_turns(server, [f"talks-{each}" for each in range(NEGOTIATIONS)])
        count_turns(2, WRITERS, record)
        meter = Meter(postgresql, server)
        with lock_looked_at(url) as held:
            done = count_turns(seconds, WRITERS, record)
        reading = meter.read(done)
        share = sum(held) / len(held)
        full = round(reading["a second"] / share) if share else None
        told = {**reading, "lock held": round(share, 3), "a second if always": full}
        show(f"facts one by one, {WRITERS} writers, {workers} processes", told)


def record_in_turns(server: Server, slugs: list[str]) -> Callable[[], Callable[[], object]]:
    """Make clients that record facts, in one negotiation after another."""

    def make() -> Callable[[], object]:
        client, turns = Client(server), cycle(slugs)
        return lambda: client.record(next(turns))

    return make


def ask_questions(
    postgresql: Cluster, folder: Path, url: str, seconds: float, workers: int
) -> None:
    """Ask the most frequent questions about a negotiation as large as the record."""
    talks = "/v1/negotiations/talks-1"
    with serve_database(folder, url, workers) as server:
        for path in (talks, f"{talks}/timeline?limit=50", f"{talks}/people", "/n/talks-1"):

            def make(path: str = path) -> Callable[[], object]:
                client = Client(server)
                return lambda: client.ask("GET", path)

            count_turns(1, READERS, make)
            meter = Meter(postgresql, server)
            reading = meter.read(count_turns(seconds, READERS, make))
            del reading["wal bytes"]
            show(f"GET {path}, {workers} processes", reading)


def two_tenants(postgresql: Cluster, folder: Path, seconds: float) -> None:
    """Record facts in two logs at once, each with its own database and server."""
    urls = [postgresql.fresh() for _ in "ab"]
    show("bytes of an empty database", size_of(urls[0])["database"])
    with ExitStack() as held:
        servers = [
            held.enter_context(serve_database(folder / f"tenant-{at}", url))
            for at, url in enumerate(urls)
        ]
        show("memory of each server at its start, MB", [memory_of(server) for server in servers])
        slugs = [f"talks-{each}" for each in range(NEGOTIATIONS)]
        for server in servers:
            client = Client(server)
            for slug in slugs:
                client.open(slug)
        turns = iter([record_in_turns(servers[at % 2], slugs) for at in range(2 * WRITERS)])
        lock = threading.Lock()

        def make() -> Callable[[], object]:
            with lock:
                return next(turns)()

        count_turns(2, WRITERS, make)
        meter = Meter(postgresql, *servers)
        reading = meter.read(count_turns(seconds, WRITERS, make))
        show("two logs, a server each, facts one by one", reading)
        show("memory of each server, MB", [memory_of(server) for server in servers])
        show("connections of each server", [connections_to(url) for url in urls])


def show(what: str, found: Any) -> None:  # noqa: ANN401 -- a figure or several
    """Print the measurements."""
    print(f"{what}: {json.dumps(found)}", flush=True)  # noqa: T201 -- a program


def main() -> None:
    """Make all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--folder", default="/var/tmp", help="on a disk")  # noqa: S108 -- a disk's
    given = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        folder.chmod(0o755)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        postgresql = held.enter_context(cluster())
        show("measured", describe_version())
        show("on", describe_machine(folder, "18"))
        url = postgresql.fresh()
        import_records(postgresql, folder / "one", url)
        ask_questions(postgresql, folder / "one", url, given.seconds / 3, 1)
        for workers in (1, 2):
            record_facts(postgresql, folder / "one", url, given.seconds, workers)
        two_tenants(postgresql, folder, given.seconds)


if __name__ == "__main__":
    main()
