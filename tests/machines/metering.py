"""Measure what a load needs of a server and its PostgreSQL: time, memory, connections, bytes, and the log's lock."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy import make_url

from tests.benchmarks.measure import cpu_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.watched.cluster import Cluster
    from tests.faults.watched.serving import Server

CONNECTED: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
LOCKED: Final = "SELECT 1 FROM log_head FOR UPDATE SKIP LOCKED"


class Meter:
    """The processor time of servers and of a PostgreSQL, and the growth of its write-ahead log."""

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
        """The cost of one of so many units of work, and how many there were a second."""
        wall = time.perf_counter() - self._began
        servers, backends = self._cpu(self._roots), self._cpu([self._main])
        return {
            "a second": round(done / wall, 1),
            "cpu ms, parley": round(1e3 * _sum_growth(self._servers, servers) / done, 3),
            "cpu ms, postgresql": round(1e3 * _sum_growth(self._backends, backends) / done, 3),
            "wal bytes": round((self._position() - self._logged) / done),
        }

    def _position(self) -> int:
        with psycopg.connect(self._postgresql.uri) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
        assert row is not None
        return int(row[0])

    def _cpu(self, pids: list[int]) -> dict[int, float]:
        running = {pid: cpu_of(pid) for root in pids for pid in _tree(root)}
        return {**running, 0: sum(_read_time_of_ended(root) for root in pids)}


def _sum_growth(before: dict[int, float], after: dict[int, float]) -> float:
    return sum(at - before.get(pid, 0.0) for pid, at in after.items())


def _read_time_of_ended(pid: int) -> float:
    """The processor time of the ended children of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(each) for file in children for each in file.read_text().split()]
    return [pid, *(each for child in found for each in _tree(child))]


def count_turns(seconds: float, clients: int, make: Callable[[], Callable[[], object]]) -> int:
    """Let so many clients repeat something for some seconds; gives how often it was done."""
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
    """Check at moments drawn evenly while the block runs whether the log's lock is held."""
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
    """The memory of a server and its processes in MB, without memory that they share with others."""
    assert server.process is not None
    rolled = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in _tree(server.process.pid)]
    private = [line.split() for each in rolled for line in each.splitlines() if "Private_" in line]
    return sum(int(words[1]) for words in private) // 1024


def connections_to(url: str) -> int:
    """The number of connections to a database, without this one."""
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


def _uri(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
