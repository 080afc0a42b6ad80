"""Measures what docs/scale.md says: what a fact costs, when the log's lock is full, and what a tenant costs.

python -m tests.machines.scale [--seconds N] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import make_url

from tests.api.asking import fact
from tests.benchmarks.machine import describe_machine, describe_version
from tests.benchmarks.measure import cpu_of
from tests.databases import PATIENT
from tests.faults.watched.cluster import Cluster, cluster
from tests.faults.watched.serving import CREDENTIAL, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORD: Final = Path(__file__).resolve().parent.parent.parent / "data" / "us-belarus.ndjson"
NEGOTIATIONS: Final = 100
WRITERS: Final = 32
READERS: Final = 8
CONNECTED: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
LOCKED: Final = "SELECT 1 FROM log_head FOR UPDATE SKIP LOCKED"
JSON: Final = {"Content-Type": "application/json", **CREDENTIAL}
_numbers: Final = count()


class Client:
    """One connection to a server, kept open."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> bytes:
        """The body of an answer that is no refusal."""
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
        """Record one fact, which is like none before."""
        number = next(_numbers)
        day = date(1950, 1, 1) + timedelta(days=number)
        body = fact(
            external_id=f"E{number}",
            valid=day.isoformat(),
            summary=f"Prisoner {number} was freed on {day} and taken to Lithuania",
            people=[f"Person {number}"],
        )
        self.ask("POST", f"/v1/negotiations/{slug}/facts", body)


class Meter:
    """The processor time of servers and of a PostgreSQL, and what its write-ahead log grew by."""

    def __init__(self, postgresql: Cluster, *servers: Server) -> None:
        self._postgresql = postgresql
        self._roots = [server.process.pid for server in servers if server.process is not None]
        assert postgresql.process is not None
        self._main = postgresql.process.pid
        self._began = time.perf_counter()
        self._servers = self._cpu(self._roots)
        self._backends = self._cpu([self._main])
        self._logged = self._position()

    def read(self, done: int) -> dict[str, float]:
        """What each of so many took, and how many there were a second."""
        wall = time.perf_counter() - self._began
        servers, backends = self._cpu(self._roots), self._cpu([self._main])
        return {
            "a second": round(done / wall, 1),
            "cpu ms, parley": round(1e3 * _grown(self._servers, servers) / done, 3),
            "cpu ms, postgresql": round(1e3 * _grown(self._backends, backends) / done, 3),
            "wal bytes": round((self._position() - self._logged) / done),
        }

    def _position(self) -> int:
        with psycopg.connect(self._postgresql.uri) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
        assert row is not None
        return int(row[0])

    def _cpu(self, pids: list[int]) -> dict[int, float]:
        running = {pid: cpu_of(pid) for root in pids for pid in _tree(root)}
        return {**running, 0: sum(_ended_below(root) for root in pids)}


def _grown(before: dict[int, float], after: dict[int, float]) -> float:
    return sum(at - before.get(pid, 0.0) for pid, at in after.items())


def _ended_below(pid: int) -> float:
    """The processor time of the children of a process that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(each) for file in children for each in file.read_text().split()]
    return [pid, *(each for child in found for each in _tree(child))]


def in_turns(seconds: float, clients: int, make: Callable[[], Callable[[], object]]) -> int:
    """Have so many clients do something again and again for some seconds; how often it was done."""
    ends, done = time.perf_counter() + seconds, [0] * clients

    def run(at: int) -> None:
        again = make()
        while time.perf_counter() < ends:
            again()
            done[at] += 1

    threads = [threading.Thread(target=run, args=(at,)) for at in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)


@contextmanager
def lock_looked_at(url: str) -> Iterator[list[bool]]:
    """Whether the log's lock was held, at moments drawn evenly while the block runs."""
    held, stopped = list[bool](), threading.Event()

    def look() -> None:
        with psycopg.connect(_uri(url), autocommit=True) as connection:
            while not stopped.wait(0.01):
                held.append(connection.execute(LOCKED).fetchone() is None)

    thread = threading.Thread(target=look)
    thread.start()
    yield held
    stopped.set()
    thread.join()


def memory_of(server: Server) -> int:
    """The memory of a server and its processes alone, in MB: what they share with nobody."""
    assert server.process is not None
    rolled = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in _tree(server.process.pid)]
    private = [line.split() for each in rolled for line in each.splitlines() if "Private_" in line]
    return sum(int(words[1]) for words in private) // 1024


def connections_to(url: str) -> int:
    """How many connections there are to a database, besides this one."""
    with psycopg.connect(_uri(url)) as connection:
        row = connection.execute(CONNECTED).fetchone()
    assert row is not None
    return int(row[0])


def size_of(url: str) -> dict[str, int]:
    """The bytes of each table with its indexes, the largest first, and of the database."""
    with psycopg.connect(_uri(url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        rows = connection.execute(
            "SELECT relname, pg_total_relation_size(relid) FROM pg_statio_user_tables ORDER BY 2 DESC LIMIT 8"
        ).fetchall()
        whole = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert whole is not None
    return {"database": whole[0], **dict(rows)}


@contextmanager
def served(folder: Path, url: str, workers: int = 1) -> Iterator[Server]:
    """A server on a database, with so many processes."""
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
    with served(folder, url) as server:
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
    """Record facts one by one, many at once."""
    with served(folder, url, workers) as server:
        record = recording(server, [f"talks-{each}" for each in range(NEGOTIATIONS)])
        in_turns(2, WRITERS, record)
        meter = Meter(postgresql, server)
        with lock_looked_at(url) as held:
            done = in_turns(seconds, WRITERS, record)
        reading = meter.read(done)
        share = sum(held) / len(held)
        full = round(reading["a second"] / share) if share else None
        told = {**reading, "lock held": round(share, 3), "a second if always": full}
        show(f"facts one by one, {WRITERS} writers, {workers} processes", told)


def recording(server: Server, slugs: list[str]) -> Callable[[], Callable[[], object]]:
    """Make clients that record facts, in one negotiation after another."""

    def make() -> Callable[[], object]:
        client, turns = Client(server), cycle(slugs)
        return lambda: client.record(next(turns))

    return make


def ask_questions(
    postgresql: Cluster, folder: Path, url: str, seconds: float, workers: int
) -> None:
    """Ask what people ask most, of a negotiation as large as the record."""
    talks = "/v1/negotiations/talks-1"
    with served(folder, url, workers) as server:
        for path in (talks, f"{talks}/timeline?limit=50", f"{talks}/people", "/n/talks-1"):

            def make(path: str = path) -> Callable[[], object]:
                client = Client(server)
                return lambda: client.ask("GET", path)

            in_turns(1, READERS, make)
            meter = Meter(postgresql, server)
            reading = meter.read(in_turns(seconds, READERS, make))
            del reading["wal bytes"]
            show(f"GET {path}, {workers} processes", reading)


def two_tenants(postgresql: Cluster, folder: Path, seconds: float) -> None:
    """Record facts in two logs at once, each with its database and its server."""
    urls = [postgresql.fresh() for _ in "ab"]
    show("bytes of an empty database", size_of(urls[0])["database"])
    with ExitStack() as held:
        servers = [
            held.enter_context(served(folder / f"tenant-{at}", url)) for at, url in enumerate(urls)
        ]
        show("memory of each server at its start, MB", [memory_of(server) for server in servers])
        slugs = [f"talks-{each}" for each in range(NEGOTIATIONS)]
        for server in servers:
            client = Client(server)
            for slug in slugs:
                client.open(slug)
        turns = iter([recording(servers[at % 2], slugs) for at in range(2 * WRITERS)])
        lock = threading.Lock()

        def make() -> Callable[[], object]:
            with lock:
                return next(turns)()

        in_turns(2, WRITERS, make)
        meter = Meter(postgresql, *servers)
        reading = meter.read(in_turns(seconds, WRITERS, make))
        show("two logs, a server each, facts one by one", reading)
        show("memory of each server, MB", [memory_of(server) for server in servers])
        show("connections of each server", [connections_to(url) for url in urls])


def _uri(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def show(what: str, found: Any) -> None:  # noqa: ANN401 -- a figure or several
    """Print what was measured."""
    print(f"{what}: {json.dumps(found)}", flush=True)  # noqa: T201 -- a program


def main() -> None:
    """Measure all of it."""
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
