"""What callers have asked for is counted in one row each, by every process that serves the same record.

A storage for the library `limits`. On PostgreSQL the rows are an unlogged table beside the record, which
a crash empties; for a SQLite file they are in a file of their own beside it, which may go at any time.
A row holds the count of its window and of the one before, and each count is one statement: processes
need no other lock. Instants are microseconds, and PostgreSQL's own where several machines may count.
"""

from __future__ import annotations

import time
import weakref
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final, cast

from limits.storage import SlidingWindowCounterSupport, Storage, storage_from_string
from sqlalchemy import URL, Engine, event, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from infrastructure.database.closing_pool import make_closing_pool
from infrastructure.database.engines import engine_of
from infrastructure.database.pools import KEEPALIVES
from infrastructure.database.write_ahead import keep_write_ahead
from infrastructure.rate_statements import (
    ACQUIRE,
    CLEAR,
    COUNTED,
    EXPIRY,
    INCREASE,
    LOOK,
    RESET,
    SWEEP,
    TABLE,
)

if TYPE_CHECKING:
    from sqlalchemy import QueuePool, Row
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from infrastructure.database.database import Database

__all__ = ["RecordStorage", "storage_of"]

SECOND: Final = 1_000_000
SWEPT_EVERY: Final = 60
"""Seconds between two looks of one process for rows that count no more."""
LONGEST_SECONDS: Final = 0.5
"""How long a count may take; the request is let through then."""

_NOWHERE: Final = URL.create("sqlite")
_ITS_NOW: Final = "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT)"


class RecordStorage(Storage, SlidingWindowCounterSupport):
    """Counts on the record's PostgreSQL, or in the file beside its SQLite file.

    It serves the fixed window and the sliding window counter, at any number of threads.
    """

    STORAGE_SCHEME = None

    def __init__(self, url: URL) -> None:
        super().__init__()
        self._is_sqlite = url.get_backend_name() == "sqlite"
        self._closed = Event()
        pool = make_closing_pool(self._closed)
        self._engine = _beside(url, pool) if self._is_sqlite else _within(url, pool)
        weakref.finalize(self, self._engine.dispose)
        self._swept = time.monotonic()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What is raised where the database fails."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count in a fixed window that began with its first count; the count with these."""
        row = self._run(INCREASE, key=key, span=expiry * SECOND, amount=amount)
        return cast("int", row[0]) if row else 0

    def get(self, key: str) -> int:
        """The count of a fixed window, 0 once it is over."""
        row = self._run(COUNTED, key=key)
        return cast("int", row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """When a fixed window is over, in seconds since 1970; now where none is open."""
        row = self._run(EXPIRY, key=key)
        return row[0] / SECOND if row else time.time()

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count where the limit allows it: this window's, and the share of the last that still counts."""
        if amount > limit:
            return False
        given = {"span": expiry * SECOND, "amount": amount, "most": limit}
        return self._run(ACQUIRE, key=_sliding(key), **given) is not None

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The last window's count and how long it still counts, this one's and how long it will."""
        row = self._run(LOOK, key=_sliding(key), span=expiry * SECOND)
        previous, current, gone = (0, 0, 0) if row is None else cast("tuple[int, int, int]", row)
        left = expiry - gone / SECOND
        return previous, left if previous else 0.0, current, left + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:  # noqa: ARG002 -- the library's
        """Forget a caller's windows."""
        self.clear(_sliding(key))

    def clear(self, key: str) -> None:
        """Forget a fixed window."""
        self._run(CLEAR, key=key)

    def reset(self) -> int | None:
        """Forget everything, and say how much it was."""
        with self._engine.connect() as connection:
            return connection.execute(text(RESET)).rowcount

    def check(self) -> bool:
        """Whether it can count."""
        try:
            self.get("")
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Let go of the database, also for a thread that still counts and is waited for no longer."""
        self._closed.set()
        self._engine.dispose()

    def _run(self, statement: str, **given: Any) -> Row[Any] | None:  # noqa: ANN401 -- SQL's values
        try:
            with self._engine.connect() as connection:
                if time.monotonic() - self._swept > SWEPT_EVERY:
                    self._swept = time.monotonic()
                    connection.execute(*self._at_now(SWEEP, {}))
                return connection.execute(*self._at_now(statement, given)).first()
        except DatabaseError as error:
            if self._is_sqlite and type(error) is DatabaseError:
                self._begin_anew()
            raise

    def _begin_anew(self) -> None:
        """Take a file away that is no database any more, as after a power cut."""
        self._engine.dispose()
        file = str(self._engine.url.database)
        for name in (file, f"{file}-wal", f"{file}-shm"):
            Path(name).unlink(missing_ok=True)

    def _at_now(self, statement: str, given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if not self._is_sqlite:
            return text(statement.replace("NOW", _ITS_NOW)), given
        return text(statement.replace("NOW", ":now")), {**given, "now": time.time_ns() // 1_000}


def storage_of(database: Database, uri: str) -> Storage:
    """Where a record's callers are counted: at `uri` of the library, or where it is empty by the record."""
    if uri:
        return cast("Storage", storage_from_string(uri))
    if database.is_memory:
        return cast("Storage", storage_from_string("memory://"))
    return RecordStorage(database.url)


def _sliding(key: str) -> str:
    return f"{key}/sliding"


def _beside(url: URL, pool: type[QueuePool]) -> Engine:
    file = f"{url.database}-limits"
    engine = engine_of(
        _NOWHERE.set(database=file, query=url.query),
        isolation_level="AUTOCOMMIT",
        poolclass=pool,
        connect_args={"check_same_thread": False, "timeout": LONGEST_SECONDS},
    )

    def prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        keep_write_ahead(cursor, LONGEST_SECONDS)
        for line in ("PRAGMA synchronous = off", TABLE):
            cursor.execute(line)
        cursor.close()

    event.listen(engine, "do_connect", _keeping_private(file))
    event.listen(engine, "connect", prepare)
    return engine


def _keeping_private(file: str) -> Any:  # noqa: ANN401 -- a listener of SQLAlchemy
    def touch(*_: object) -> None:
        if not file.startswith("file:"):
            Path(file).touch(mode=0o600)

    return touch


def _within(url: URL, pool: type[QueuePool]) -> Engine:
    patience = {**KEEPALIVES, "connect_timeout": 2}
    engine = engine_of(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=pool,
        pool_size=2,
        pool_timeout=LONGEST_SECONDS,
        connect_args={name: at for name, at in patience.items() if name not in url.query},
    )

    def prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(f"SET statement_timeout = {int(LONGEST_SECONDS * 1_000)}")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine
