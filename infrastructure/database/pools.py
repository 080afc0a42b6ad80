"""Gives each lane its own connections, which wait no longer than the lane allows.

SQLite files run in WAL mode with synchronous=FULL, foreign keys and secure_delete on. Each new connection reads these
settings back, and refuses a database that does not have them. A PostgreSQL session's synchronous_commit is never off.
"""

from __future__ import annotations

import time
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import URL, Connection, Engine, StaticPool, event
from sqlalchemy.exc import InvalidatePoolError

from infrastructure.database.bounded_connection import BoundedConnection
from infrastructure.database.closing_pool import make_closing_pool
from infrastructure.database.engines import engine_of
from infrastructure.database.kept_connections import KeptConnections, is_quiet
from infrastructure.database.server_sessions import (
    open_session,
    set_in_transactions,
    translate_ended_session,
)
from infrastructure.database.write_ahead import keep_write_ahead
from infrastructure.database.write_lock import BEGIN_WRITING, take_write_lock
from infrastructure.errors import DatabaseRefusedError
from infrastructure.hot_statements import run_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    from infrastructure.database.damage import Damage
    from infrastructure.database.lanes import Lane, Patience, TimeLimits
    from infrastructure.database.open_files import OpenFiles

SIZES: Final[dict[Lane, tuple[int, int]]] = {
    "reading": (4, 16),
    "writing": (4, 16),
    "health": (1, 0),
    "unhurried": (1, 7),
}
"""How many connections of each lane are kept open, and how many more there may be at once."""
SERVER_SIZES: Final[dict[Lane, tuple[int, int]]] = {
    **SIZES,
    "reading": (16, 4),
    "writing": (16, 4),
}
"""The same on PostgreSQL, which starts a process for each connection: one is kept for each thread of a lane."""
KEEPALIVES: Final = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""When a connection to a machine that no longer responds is given up; the URL's own parameters take precedence."""
PING_SECONDS: Final = 2.0
"""How long an idle connection may take to answer a ping."""
_USED_AT: Final = "parley_used_at"
MARGIN_SECONDS: Final = 0.5
"""How much longer a client waits for a statement than the server's own statement_timeout."""
BEGIN_OPTION: Final = "parley_begin"
FULL: Final = 2


class Pools:
    """The engines of one database, each made at its first use; a database in memory has one for all lanes."""

    def __init__(
        self,
        url: URL,
        limits: TimeLimits,
        damage: Damage,
        open_files: OpenFiles | None,
        *,
        memory: bool,
        prepare_threshold: int | None,
    ) -> None:
        self._url = url
        self._prepare_threshold = prepare_threshold
        self._limits = limits
        self._damage = damage
        self._open_files = open_files
        self._memory = memory
        self._engines: dict[Lane, Engine] = {}
        self._lock = Lock()
        self._closed = Event()
        self.kept = KeptConnections(self._closed)

    def engine(self, lane: Lane) -> Engine:
        """The engine of one lane."""
        lane = "writing" if self._memory else lane
        with self._lock:
            if lane not in self._engines:
                self._engines[lane] = self._make_engine(lane)
                self._damage.watch(self._engines[lane])
                if self._open_files is not None:
                    self._open_files.watch(self._engines[lane])
            return self._engines[lane]

    def dispose(self) -> None:
        """Close every idle connection."""
        self.kept.close()
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()

    def close(self) -> None:
        """Close every idle connection now, and one in use when it is given back."""
        self._closed.set()
        self.dispose()

    def _make_engine(self, lane: Lane) -> Engine:
        patience = self._limits.patience(lane)
        is_sqlite = self._url.get_backend_name() == "sqlite"
        size, overflow = (SIZES if is_sqlite else SERVER_SIZES)[lane]
        pooled: dict[str, Any] = {
            "poolclass": make_closing_pool(self._closed),
            "pool_size": size,
            "max_overflow": overflow,
            "pool_timeout": patience.turn,
        }
        if not is_sqlite:
            return _postgresql_engine(self._url, patience, pooled, self._prepare_threshold)
        return _sqlite_engine(self._url, patience, pooled, memory=self._memory)


def _sqlite_engine(url: URL, patience: Patience, pooled: dict[str, Any], *, memory: bool) -> Engine:
    engine = engine_of(
        url,
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": patience.turn,
        },
        **({"poolclass": StaticPool} if memory else pooled),
    )
    event.listen(engine, "connect", _assert_pragmas(patience, memory=memory))
    event.listen(engine, "begin", _emit_begin(patience))
    return engine


def _postgresql_engine(
    url: URL, patience: Patience, pooled: dict[str, Any], prepare_threshold: int | None
) -> Engine:
    waiting = {"connect_timeout": patience.connect, **KEEPALIVES}
    engine = engine_of(
        url,
        **pooled,
        use_native_hstore=False,
        connect_args={name: at for name, at in waiting.items() if name not in url.query},
    )
    allowed = None if patience.statement is None else patience.statement + MARGIN_SECONDS
    pinged = PING_SECONDS if allowed is None else min(PING_SECONDS, allowed)
    settings = _session_settings(patience)
    event.listen(engine, "connect", _set_up_session(patience, settings, prepare_threshold))
    event.listen(engine, "begin", set_in_transactions(settings))
    event.listen(engine, "handle_error", translate_ended_session)
    event.listen(engine, "connect", _limit_waiting(allowed))
    event.listen(engine, "checkin", _limit_waiting(pinged))
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _see_alive(engine))
    event.listen(engine, "checkout", _limit_waiting(allowed))
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _see_alive(engine: Engine) -> Callable[..., None]:
    """Ping a connection that is not quiet."""

    def listener(connection: BoundedConnection, record: ConnectionPoolEntry, _: object) -> None:
        used_at = record.info.get(_USED_AT)
        if used_at is None or is_quiet(connection, used_at):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    return listener


def _limit_waiting(seconds: float | None) -> Callable[..., None]:
    """Make a listener that limits how long a connection waits, from now on."""

    def listener(connection: object, *_: object) -> None:
        if isinstance(connection, BoundedConnection):
            connection.seconds = seconds

    return listener


def _session_settings(patience: Patience) -> dict[str, object]:
    """The settings of a lane's sessions. A limit that is None here leaves the server's own setting.

    A low random_page_cost tells the planner that pages are in memory or on a solid-state disk.
    """
    limits = {"statement_timeout": patience.statement, "lock_timeout": patience.lock}
    timeouts = {name: f"{at * 1_000:.0f}" for name, at in limits.items() if at is not None}
    return {"random_page_cost": 1.1, **timeouts}


def _set_up_session(
    patience: Patience, settings: dict[str, object], prepare_threshold: int | None
) -> Callable[[DBAPIConnection, object], None]:
    """Make a listener that opens a session with these settings."""

    def on_connect(connection: DBAPIConnection, _record: object) -> None:
        _limit_waiting(patience.connect)(connection)
        open_session(connection, settings, prepare_threshold)

    return on_connect


def _emit_begin(patience: Patience) -> Callable[[Connection], None]:
    def on_begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get(BEGIN_OPTION, "BEGIN")
        if begin == BEGIN_WRITING:
            take_write_lock(connection, patience.turn)
        elif begin:
            run_text(connection, begin)

    return on_begin


def _assert_pragmas(
    patience: Patience, *, memory: bool
) -> Callable[[DBAPIConnection, object], None]:
    wanted: dict[str, object] = {"foreign_keys": 1, "synchronous": FULL, "secure_delete": 1}
    if not memory:
        wanted["journal_mode"] = "wal"

    def on_connect(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        if not memory:
            keep_write_ahead(cursor, patience.turn)
        for pragma, value in wanted.items():
            cursor.execute(f"PRAGMA {pragma} = {value}")
            kept = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
            if kept != value:
                raise DatabaseRefusedError(
                    f"this SQLite database keeps {pragma}={kept}, but Parley needs {pragma}={value}"
                )
        cursor.close()

    return on_connect
