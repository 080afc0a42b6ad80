"""A transaction is for reading or for writing from its first statement, on one engine a process.

SQLite files run in WAL mode with synchronous=FULL, foreign keys and secure_delete on, read back on every new
connection: a database that will not is refused. A writing transaction holds the only write lock
from its start (BEGIN IMMEDIATE); a reading one sees one unchanging snapshot. A SQLite database in
memory has one connection and serves one transaction at a time. PostgreSQL writes at READ COMMITTED
and reads at REPEATABLE READ, read only; its synchronous_commit is never off. Every connection has the
`seals` that open what its database holds.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    StaticPool,
    event,
    make_url,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as LockTimeoutError

from infrastructure.clock import Clock, system_clock
from infrastructure.closing_pool import closing_pool
from infrastructure.engines import engine_of
from infrastructure.sealing.seals import SEALS, Seals
from infrastructure.vacuuming import rewrite, vacuum
from infrastructure.write_ahead import keep_write_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

__all__ = ["Database", "DatabaseRefusedError"]

BUSY_SECONDS: Final = 30
TRY_SECONDS: Final = 0.05
POOL_SIZE: Final = 8
POOL_OVERFLOW: Final = 24
PATIENCE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How long a PostgreSQL server that says nothing is waited for; the URL's own parameters come first."""

BEGIN_OPTION: Final = "parley_begin"
FULL: Final = 2


class DatabaseRefusedError(Exception):
    """The database cannot keep what the log promises; the message says which promise."""


class Database:
    """Owns the engine of one database.

    `url` is a SQLAlchemy URL of SQLite or PostgreSQL. Connects at once, so that a database that
    would have to be refused is refused at start (`DatabaseRefusedError`), not at the first write.
    Without `seals` nothing is recorded in it, and no sealed payload is read.
    """

    def __init__(
        self, url: str | URL, *, clock: Clock = system_clock, seals: Seals | None = None
    ) -> None:
        self.url = _with_driver(make_url(url))
        self.clock = clock
        self.seals = seals or Seals()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.is_memory = self.is_sqlite and _is_memory(self.url)
        self._closed = threading.Event()
        pool = closing_pool(self._closed)
        self.engine = (
            self._sqlite_engine(pool) if self.is_sqlite else _postgresql_engine(self.url, pool)
        )
        weakref.finalize(self, self.engine.dispose)
        self._reading = self._engine_for("BEGIN", "REPEATABLE READ", read_only=True)
        self._writing = self._engine_for("BEGIN IMMEDIATE", "READ COMMITTED", read_only=False)
        lock = threading.Lock()
        self._write_lock = lock if self.is_sqlite else None
        self._read_lock = lock if self.is_memory else None
        with self.reading():
            pass

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one snapshot and writes nothing."""
        with _held(self._read_lock), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits at the end of the block, or rolls back when it raises."""
        with _held(self._write_lock), self._writing.begin() as connection:
            yield connection

    def drop_overwritten(self, *tables: str, patience: float = 0) -> None:
        """Let what was overwritten or deleted be in no file of a SQLite database; its write-ahead log is emptied.

        Raises LockTimeoutError where somebody uses it, or on PostgreSQL reads an older state, for longer than
        `patience`, in seconds. There the tables are vacuumed and sampled anew, so that neither gives up what was
        overwritten; what is left of it in free space, and in the server's own write-ahead log, goes as those are used
        again, or by `compact`.
        """
        if not self.is_sqlite:
            vacuum(self.engine, tables, patience)
        elif not self.is_memory:
            deadline = time.monotonic() + patience
            while self._is_wal_in_use():
                if time.monotonic() >= deadline:
                    message = "the write-ahead log is in use, and keeps what was overwritten"
                    raise LockTimeoutError(message)
                time.sleep(TRY_SECONDS)

    def compact(self, *tables: str, patience: float) -> tuple[str, ...]:
        """As `drop_overwritten`, but on PostgreSQL the tables are written anew, and nobody uses them meanwhile.

        What a superuser has to run there besides is returned, in order.
        """
        if not self.is_sqlite:
            return rewrite(self.engine, tables, patience)
        self.drop_overwritten(patience=patience)
        return ()

    def _is_wal_in_use(self) -> bool:
        """Whether something is in the way of emptying the log; it is waited for shortly, as nobody writes meanwhile."""
        try:
            with _held(self._write_lock), closing(self.engine.raw_connection()) as connection:
                return _is_busy(connection.cursor())
        except sqlite3.Error as error:
            raise SQLAlchemyError(str(error)) from error

    def close(self) -> None:
        """Close every idle connection now, and one in use when its transaction ends."""
        self._closed.set()
        with _held(self._read_lock):
            self.engine.dispose()

    def _sqlite_engine(self, pool: type[QueuePool]) -> Engine:
        if not self.is_memory:
            _keep_private(self.url)
        engine = engine_of(
            self.url,
            connect_args={
                "isolation_level": None,
                "check_same_thread": False,
                "timeout": BUSY_SECONDS,
            },
            **({"poolclass": StaticPool} if self.is_memory else _pooled(pool)),
        )
        event.listen(engine, "connect", _assert_pragmas(memory=self.is_memory))
        event.listen(engine, "begin", _emit_begin)
        return engine

    def _engine_for(self, sqlite_begin: str, isolation: str, *, read_only: bool) -> Engine:
        engine = self.engine.execution_options(**{SEALS: self.seals})
        if self.is_sqlite:
            return engine.execution_options(**{BEGIN_OPTION: sqlite_begin})
        return engine.execution_options(isolation_level=isolation, postgresql_readonly=read_only)


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        message = f"a database of SQLite or PostgreSQL is needed, not {url.get_backend_name()}"
        raise DatabaseRefusedError(message)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _keep_private(url: URL) -> None:
    """Make a missing file readable to its owner alone; what SQLite puts beside it has the same mode."""
    if url.database is not None and not url.database.startswith("file:"):
        with suppress(OSError):
            Path(url.database).touch(mode=0o600, exist_ok=False)


def _is_memory(url: URL) -> bool:
    return (
        url.database in {None, "", ":memory:"}
        or url.query.get("mode") == "memory"
        or url.query.get("vfs") == "memdb"
    )


def _pooled(pool: type[QueuePool]) -> dict[str, Any]:
    return {"poolclass": pool, "pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}


def _postgresql_engine(url: URL, pool: type[QueuePool]) -> Engine:
    engine = engine_of(
        url,
        **_pooled(pool),
        pool_pre_ping=True,
        connect_args={name: at for name, at in PATIENCE.items() if name not in url.query},
    )
    event.listen(engine, "connect", _set_up_session)
    return engine


def _set_up_session(connection: DBAPIConnection, _record: object) -> None:
    """Let a commit be on the server's disk before it is told, whatever the server's own setting.

    The planner is to take pages to be in memory or on a solid disk, as records of this size are.
    """
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET random_page_cost = 1.1")
    if cursor.execute("SHOW synchronous_commit").fetchone() == ("off",):
        cursor.execute("SET synchronous_commit = on")
    cursor.close()
    connection.autocommit = False


def _held(lock: threading.Lock | None) -> AbstractContextManager[object]:
    return nullcontext() if lock is None else _locked(lock)


@contextmanager
def _locked(lock: threading.Lock) -> Iterator[None]:
    if not lock.acquire(timeout=BUSY_SECONDS):
        message = f"the database stayed locked for {BUSY_SECONDS} s"
        raise LockTimeoutError(message)
    try:
        yield
    finally:
        lock.release()


def _is_busy(cursor: DBAPICursor) -> bool:
    cursor.execute(f"PRAGMA busy_timeout = {1_000 * TRY_SECONDS:.0f}")
    try:
        return bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {1_000 * BUSY_SECONDS:.0f}")


def _emit_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))


def _assert_pragmas(*, memory: bool) -> Callable[[DBAPIConnection, object], None]:
    wanted: dict[str, object] = {"foreign_keys": 1, "synchronous": FULL, "secure_delete": 1}
    if not memory:
        wanted["journal_mode"] = "wal"

    def on_connect(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        if not memory:
            keep_write_ahead(cursor, BUSY_SECONDS)
        for pragma, value in wanted.items():
            cursor.execute(f"PRAGMA {pragma} = {value}")
            found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
            if found != value:
                message = f"this SQLite database keeps {pragma}={found}, and {value} is needed"
                raise DatabaseRefusedError(message)
        cursor.close()

    return on_connect
