"""Counts each caller's requests in one row, which all processes that serve the same record share.

This is a storage for the library `limits`. On PostgreSQL the rows are in an unlogged table beside the record, which a
crash empties; for a SQLite file they are in another file beside it, which may be deleted at any time. A row has the
counts of its window and of the previous one, and each count is one statement, so that processes need no other lock.
Instants are microseconds; on PostgreSQL they come from its clock, because several machines may count.
"""

from __future__ import annotations

import os
import time
import weakref
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final, cast

from limits.errors import ConfigurationError
from limits.storage import SlidingWindowCounterSupport, Storage, storage_from_string
from sqlalchemy import URL, Engine, event, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from infrastructure.database.bounded_connection import BoundedConnection
from infrastructure.database.closing_pool import make_closing_pool
from infrastructure.database.engines import engine_of
from infrastructure.database.pools import KEEPALIVES
from infrastructure.database.server_sessions import PREPARE_THRESHOLD, open_session
from infrastructure.database.write_ahead import keep_write_ahead
from infrastructure.key_files import database_file
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
from infrastructure.setting_values import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import QueuePool, Row
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from infrastructure.database.database import Database

SECOND: Final = 1_000_000
SWEPT_EVERY: Final = 60
"""Seconds after which a process again deletes the rows that no longer count."""
LONGEST_SECONDS: Final = 0.5
"""How long a count may take; after that the request is let through."""

_NOWHERE: Final = URL.create("sqlite")
_ITS_NOW: Final = "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT)"


class RecordStorage(Storage, SlidingWindowCounterSupport):
    """Counts on the record's PostgreSQL database, or in a file beside its SQLite file.

    It supports the fixed window and the sliding window counter, and any number of threads.
    """

    STORAGE_SCHEME = None

    def __init__(self, url: URL, prepare_threshold: int | None = PREPARE_THRESHOLD) -> None:
        super().__init__()
        self._is_sqlite = url.get_backend_name() == "sqlite"
        self._closed = Event()
        pool = make_closing_pool(self._closed)
        self._engine = (
            _make_file_engine(url, pool)
            if self._is_sqlite
            else _make_server_engine(url, pool, prepare_threshold)
        )
        weakref.finalize(self, self._engine.dispose)
        self._swept = time.monotonic()

    @property
    def base_exceptions(self) -> type[Exception]:
        """The errors that the database raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a fixed window, which began with its first count; returns the new count."""
        row = self._run(INCREASE, key=key, span=expiry * SECOND, amount=amount)
        return cast("int", row[0]) if row else 0

    def get(self, key: str) -> int:
        """The count of a fixed window, 0 once it is over."""
        row = self._run(COUNTED, key=key)
        return cast("int", row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """When a fixed window is over, in seconds since 1970; the present time if there is no open window."""
        row = self._run(EXPIRY, key=key)
        return row[0] / SECOND if row else time.time()

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Add to a sliding window if its count, with a share of the previous window's, stays within the limit."""
        if amount > limit:
            return False
        values = {"span": expiry * SECOND, "amount": amount, "most": limit}
        return self._run(ACQUIRE, key=_name_sliding_key(key), **values) is not None

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The previous window's count and the seconds that it still counts, then the same of the current window."""
        row = self._run(LOOK, key=_name_sliding_key(key), span=expiry * SECOND)
        previous, current, gone = (0, 0, 0) if row is None else cast("tuple[int, int, int]", row)
        left = expiry - gone / SECOND
        return previous, left if previous else 0.0, current, left + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:  # noqa: ARG002 -- the library's
        """Delete a caller's sliding window."""
        self.clear(_name_sliding_key(key))

    def clear(self, key: str) -> None:
        """Delete a fixed window."""
        self._run(CLEAR, key=key)

    def reset(self) -> int | None:
        """Delete all counts; returns how many."""
        with self._engine.connect() as connection:
            return connection.execute(text(RESET)).rowcount

    def check(self) -> bool:
        """Whether the database can be reached."""
        try:
            self.get("")
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Close the connections; one that a thread still uses is closed when it is returned."""
        self._closed.set()
        self._engine.dispose()

    def _run(self, statement: str, **values: Any) -> Row[Any] | None:  # noqa: ANN401 -- SQL's values
        try:
            with self._engine.connect() as connection:
                if time.monotonic() - self._swept > SWEPT_EVERY:
                    self._swept = time.monotonic()
                    connection.execute(*self._insert_now(SWEEP, {}))
                return connection.execute(*self._insert_now(statement, values)).first()
        except DatabaseError as error:
            if self._is_sqlite and type(error) is DatabaseError:
                self._begin_anew()
            raise

    def _begin_anew(self) -> None:
        """Delete a file that is no longer a database, as after a power cut."""
        self._engine.dispose()
        file = str(self._engine.url.database)
        for name in (file, f"{file}-wal", f"{file}-shm"):
            Path(name).unlink(missing_ok=True)

    def _insert_now(self, statement: str, values: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if not self._is_sqlite:
            return text(statement.replace("NOW", _ITS_NOW)), values
        return text(statement.replace("NOW", ":now")), {**values, "now": time.time_ns() // 1_000}


_ADDRESS: Final = (
    "write a host and the number of its port, as in memcached://cache.example.org:11211"
)


def storage_of(database: Database, uri: str) -> Storage:
    """The storage of a record's rates: at a `uri` of the library `limits`, or beside the record if that is empty.

    A process that only reads its database counts for itself. SettingsError if the client of a storage is not installed,
    or the address is wrong; it repeats no other words of the library, because they may contain the password.
    """
    if uri:
        try:
            return cast("Storage", storage_from_string(uri))
        except (ConfigurationError, ValueError) as error:
            missing = "prerequisite" in str(error)
            reason = f"install the Python client of this storage: {error}" if missing else _ADDRESS
            raise SettingsError("PARLEY_RATE_STORAGE", "…", reason) from None
    if database.is_memory or database.read_only:
        return cast("Storage", storage_from_string("memory://"))
    return RecordStorage(database.url, database.prepare_threshold)


def _name_sliding_key(key: str) -> str:
    return f"{key}/sliding"


def _make_file_engine(url: URL, pool: type[QueuePool]) -> Engine:
    file = f"{os.path.realpath(database_file(url) or '')}-limits"
    engine = engine_of(
        _NOWHERE.set(database=file),
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

    event.listen(engine, "do_connect", _make_private(file))
    event.listen(engine, "connect", prepare)
    return engine


def _make_private(file: str) -> Any:  # noqa: ANN401 -- a listener of SQLAlchemy
    def touch(*_: object) -> None:
        Path(file).touch(mode=0o600)

    return touch


def _make_server_engine(url: URL, pool: type[QueuePool], prepare_threshold: int | None) -> Engine:
    patience = {**KEEPALIVES, "connect_timeout": 2}
    engine = engine_of(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=pool,
        pool_size=2,
        pool_timeout=LONGEST_SECONDS,
        connect_args={name: at for name, at in patience.items() if name not in url.query},
    )

    settings = {
        "synchronous_commit": "off",
        "statement_timeout": int(LONGEST_SECONDS * 1_000),
    }

    def prepare(connection: DBAPIConnection, _record: object) -> None:
        open_session(connection, settings, prepare_threshold, durable=False)
        if isinstance(connection, BoundedConnection) and connection.pooled:
            connection.seconds = LONGEST_SECONDS

    event.listen(engine, "connect", prepare)
    return engine
