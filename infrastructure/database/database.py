"""A transaction is for reading or for writing from its first statement.

A writing transaction of SQLite holds the only write lock from its start (BEGIN IMMEDIATE); a reading one sees one
unchanging snapshot. A SQLite database in memory has one connection and serves one transaction at a time. PostgreSQL
writes at READ COMMITTED and reads at REPEATABLE READ, read only. The lane decides which connection a transaction takes,
and how long it waits. Every connection has the `seals` that open its database's payloads.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as LockTimeoutError

from infrastructure.clock import Clock, system_clock
from infrastructure.database.damage import Damage
from infrastructure.database.lanes import Lane, Patience, TimeLimits, current_lane, in_lane
from infrastructure.database.open_files import OpenFiles
from infrastructure.database.pools import BEGIN_OPTION, Pools
from infrastructure.database.queue_lock import QueueLock
from infrastructure.database.server_sessions import PREPARE_THRESHOLD, write_idle_limit
from infrastructure.database.timekeeping import Timekeeper
from infrastructure.database.vacuuming import rewrite, sample_grown, vacuum
from infrastructure.database.write_lock import BEGIN_WRITING, GIVES_WAY
from infrastructure.errors import DatabaseRefusedError, ReadOnlyError
from infrastructure.key_files import database_file
from infrastructure.sealing.seals import SEALS, Seals
from infrastructure.transaction_memo import TRANSACTIONLESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine.interfaces import DBAPICursor

TRY_SECONDS: Final = 0.05
KEEPING: Final = frozenset[Lane]({"reading", "writing"})
"""The lanes whose connections are kept between uses."""


class Database:
    """Owns the engines of one database.

    `url` is a SQLAlchemy URL of SQLite or PostgreSQL; `limits` says how long a request waits for it. Connects at once,
    so that an unsuitable database is refused at start (`DatabaseRefusedError`), not at the first write. Without `seals`
    nothing can be recorded, and no sealed payload can be read. If `read_only`, `writing` raises ReadOnlyError, a SQLite
    file is opened for reading alone, and a PostgreSQL may be a hot standby. With a `prepare_threshold` of None
    nothing is left in a session of PostgreSQL, as behind a pooler.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        clock: Clock = system_clock,
        seals: Seals | None = None,
        limits: TimeLimits | None = None,
        read_only: bool = False,
        prepare_threshold: int | None = PREPARE_THRESHOLD,
    ) -> None:
        self.url = _with_driver(make_url(url))
        self.read_only = read_only
        self.prepare_threshold = prepare_threshold
        self.clock = clock
        self.timekeeper = Timekeeper.of(clock)
        self.seals = seals or Seals()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.is_memory = self.is_sqlite and database_file(self.url) is None
        self._limits = limits or TimeLimits()
        opened = self.url
        if (file := database_file(self.url)) is not None:
            refuse_other_file(file)
            if read_only:
                opened = _for_reading(self.url)
            else:
                _keep_private(file)
        self.damage = Damage()
        self._open_files = None if file is None else OpenFiles(file)
        self._pools = Pools(
            opened,
            self._limits,
            self.damage,
            self._open_files,
            memory=self.is_memory,
            prepare_threshold=prepare_threshold,
        )
        weakref.finalize(self, self._pools.dispose)
        self._optioned: dict[tuple[Lane, str], Engine] = {}
        lock = QueueLock()
        self._write_lock = lock if self.is_sqlite else None
        self._read_lock = lock if self.is_memory else None
        with self.reading():
            pass

    @property
    def engine(self) -> Engine:
        """The engine of the current lane."""
        return self._pools.engine(current_lane())

    @property
    def patience(self) -> Patience:
        """How long work in the current lane waits."""
        return self._limits.patience(current_lane())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one snapshot and writes nothing."""
        with (
            self._lock(self._read_lock),
            self._borrow_connection(self._reading) as connection,
            connection.begin(),
        ):
            yield connection

    def looking(self) -> AbstractContextManager[Connection]:
        """A reading connection without a transaction: each statement sees the latest committed state."""
        return self._looking_alone() if self.is_memory else self._borrow_connection(self._looking)

    @contextmanager
    def _looking_alone(self) -> Iterator[Connection]:
        with self._lock(self._read_lock), self._looking.connect() as connection:
            yield connection

    @contextmanager
    def writing(
        self, gives_way: Callable[[], bool] | None = None, *, may_idle: bool = False
    ) -> Iterator[Connection]:
        """A transaction that commits at the end of the block, or rolls back when it raises.

        On SQLite, while `gives_way` is true, other processes that wait for the write lock get it first. PostgreSQL ends
        the transaction if this process is stopped or gone, unless it `may_idle`. Raises ReadOnlyError if this database
        is opened for reading alone, and MovedFileError if its file was moved, removed or replaced.
        """
        if self.read_only:
            raise ReadOnlyError
        with self._lock(self._write_lock):
            if gives_way is not None:
                with self._writing.execution_options(
                    **{GIVES_WAY: gives_way}
                ).begin() as connection:
                    self.confirm_files()
                    yield connection
                return
            with self._borrow_connection(self._writing) as connection, connection.begin():
                if not (may_idle or self.is_sqlite):
                    connection.exec_driver_sql(write_idle_limit(self.patience.idle))
                self.confirm_files()
                yield connection

    def drop_overwritten(self, *tables: str, patience: float = 0) -> None:
        """Remove overwritten and deleted data from the database's files.

        On SQLite the write-ahead log is emptied, after which no file holds such data. On PostgreSQL the `tables` are
        vacuumed and their columns sampled again; remains in free space and in the server's write-ahead log disappear
        as these are reused, or with `compact`. Raises LockTimeoutError if the write-ahead log (on PostgreSQL: an older
        state) stays in use for longer than `patience`, in seconds.
        """
        if not self.is_sqlite:
            with in_lane("unhurried"):
                vacuum(self.engine, tables, patience)
        elif not self.is_memory:
            deadline = time.monotonic() + patience
            while self._is_wal_in_use():
                if time.monotonic() >= deadline:
                    raise LockTimeoutError(
                        "the write-ahead log is in use, and keeps what was overwritten"
                    )
                time.sleep(TRY_SECONDS)

    def sample_grown(self, *tables: str, rows: int) -> None:
        """Let PostgreSQL sample tables that have grown much, of which the first has about `rows` rows."""
        if not self.is_sqlite:
            with in_lane("unhurried"):
                sample_grown(self.engine, tables, rows)

    def compact(self, *tables: str, patience: float) -> tuple[str, ...]:
        """Do as `drop_overwritten`, but on PostgreSQL write the tables into new files; nobody can use them meanwhile.

        Returns the statements that a superuser still has to run there, in order.
        """
        if not self.is_sqlite:
            with in_lane("unhurried"):
                return rewrite(self.engine, tables, patience)
        self.drop_overwritten(patience=patience)
        return ()

    def _is_wal_in_use(self) -> bool:
        """Try to empty the write-ahead log; whether it stays in use. The wait is short, as writers are held up."""
        try:
            with self._lock(self._write_lock), closing(self.engine.raw_connection()) as connection:
                return _is_busy(connection.cursor(), self.patience.turn)
        except sqlite3.Error as error:
            raise SQLAlchemyError(str(error)) from error

    def close(self) -> None:
        """Close every idle connection now, and one in use when its transaction ends."""
        with self._lock(self._read_lock):
            self._pools.close()

    def confirm_files(self) -> None:
        """Raise MovedFileError if a file of a SQLite database was moved, removed or replaced."""
        if self._open_files is not None:
            self._open_files.confirm()

    @property
    def _reading(self) -> Engine:
        return self._engine_for("BEGIN", "REPEATABLE READ", read_only=True)

    @property
    def _looking(self) -> Engine:
        return self._engine_for("", "AUTOCOMMIT", read_only=True)

    @property
    def _writing(self) -> Engine:
        return self._engine_for(BEGIN_WRITING, "READ COMMITTED", read_only=False)

    def _engine_for(self, sqlite_begin: str, isolation: str, *, read_only: bool) -> Engine:
        kind = (current_lane(), sqlite_begin)
        if kind not in self._optioned:
            alone = {TRANSACTIONLESS: isolation == "AUTOCOMMIT"}
            engine = self.engine.execution_options(**{SEALS: self.seals}, **alone)
            self._optioned[kind] = (
                engine.execution_options(**{BEGIN_OPTION: sqlite_begin})
                if self.is_sqlite
                else engine.execution_options(
                    isolation_level=isolation, postgresql_readonly=read_only
                )
            )
        return self._optioned[kind]

    def _borrow_connection(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A connection, which is kept for the next use where the lane has more connections than threads."""
        if self.is_memory or current_lane() not in KEEPING:
            return engine.connect()
        return self._pools.kept.connection(engine)

    def _lock(self, lock: QueueLock | None) -> AbstractContextManager[object]:
        return nullcontext() if lock is None else lock.hold(self.patience.turn)


def _with_driver(url: URL) -> URL:
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseRefusedError(
            f"use a database of SQLite or PostgreSQL, not {url.get_backend_name()}"
        )
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _for_reading(url: URL) -> URL:
    """The URL by which SQLite opens a file for reading alone."""
    file = str(url.database)
    named = file if file.startswith("file:") else Path(file).absolute().as_uri()
    return url.set(database=named).update_query_dict({"mode": "ro", "uri": "true"})


def refuse_other_file(file: Path) -> None:
    """Raise DatabaseRefusedError if `file` is there and no regular file, or if its folder is missing."""
    if file.exists() and not file.is_file():
        raise DatabaseRefusedError(f"{file} is no file that a database can be in")
    folder = Path(os.path.realpath(file)).parent
    if not folder.is_dir():
        raise DatabaseRefusedError(f"there is no folder {folder} for the database: make it first")


def _keep_private(file: Path) -> None:
    """Create a missing file with mode 0600, or the one a link names; SQLite gives files beside it the same mode."""
    with suppress(OSError):
        Path(os.path.realpath(file)).touch(mode=0o600, exist_ok=False)


def _is_busy(cursor: DBAPICursor, patience_seconds: float) -> bool:
    cursor.execute(f"PRAGMA busy_timeout = {1_000 * TRY_SECONDS:.0f}")
    try:
        return bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {1_000 * patience_seconds:.0f}")
