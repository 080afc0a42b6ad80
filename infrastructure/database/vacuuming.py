"""Removes from PostgreSQL the old rows and the column samples that still hold erased data.

ANALYZE stores samples of every column in the catalog until it takes new ones. From an empty table it takes no samples
and keeps the old ones; setting a column's type removes them, even to the type that it has. VACUUM keeps rows that an
open transaction may still read, even if that transaction has not read their table.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.exc import TimeoutError as LockTimeoutError

from infrastructure.database.server_sessions import is_pooled
from infrastructure.errors import DatabaseRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A writer that waits for a table makes all later ones wait.
_PATIENCE: Final = "SET LOCAL lock_timeout = '1s'"
_LONGER: Final = "SET lock_timeout = '10s'"
_TRY_SECONDS: Final = 0.05
_NOW: Final = "SELECT CAST(pg_current_xact_id() AS xid)::text"
_READS_OLDER: Final = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND age(backend_xmin) > age(CAST('{moment}' AS xid))
"""
_OLDER: Final = (
    "a transaction still reads an older state of the database, so overwritten data is kept; try again when it has"
    " ended"
)
_NO_SESSION: Final = (
    "this needs a session of its own, and a pooler stands before the server: name the server itself in"
    " PARLEY_DATABASE_URL"
)
_RECYCLE_NONE: Final = "ALTER SYSTEM SET wal_recycle = off; SELECT pg_reload_conf();"
_LEAVE_SEGMENTS: Final = (
    "DO $$ DECLARE alone int := 0; BEGIN"
    " FOR turn IN 1 .. (SELECT 2 * count(*) + 30 FROM pg_ls_waldir()) LOOP"
    " PERFORM pg_switch_wal(); CHECKPOINT;"
    " SELECT CASE count(*) WHEN 1 THEN alone + 1 ELSE 0 END INTO alone FROM pg_ls_waldir()"
    " WHERE name ~ '^[0-9A-F]{24}$';"
    " EXIT WHEN alone = 2; PERFORM pg_sleep(0.1); END LOOP;"
    " IF alone < 2 THEN RAISE EXCEPTION 'files of the write-ahead log are kept by a replication slot, wal_keep_size,"
    " archiving, or a wal_recycle that is on'; END IF; END $$;"
)
"""Switch to a new file of the write-ahead log until, twice, the file in use is the only one.

The checkpointer learns late that it should recycle no files. A recycled file may hold old data behind the new; once
there is no other file, the next one is new.
"""
_SAMPLES: Final = "VACUUM FULL pg_catalog.pg_statistic"
_OWNS: Final = (
    "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
)
_ROWS_SAMPLED: Final = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)")
_SAMPLED: Final = text("""
    SELECT format('ALTER TABLE %s %s', c.oid::regclass, string_agg(
        format('ALTER COLUMN %I TYPE %s', a.attname, format_type(a.atttypid, a.atttypmod))
            || coalesce(' COLLATE ' || nullif(a.attcollation, 0)::regcollation::text, ''), ', '))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.oid = to_regclass(:table) AND (c.relname, a.attname) IN (
        SELECT tablename, attname FROM pg_stats WHERE schemaname = c.relnamespace::regnamespace::text
    )
    GROUP BY c.oid
""")


def vacuum(engine: Engine, tables: Sequence[str], patience: float) -> None:
    """Vacuum tables, and sample their columns again.

    Waits at most `patience` seconds for readers of an older state. If one is left, the tables are vacuumed all the
    same, and then LockTimeoutError is raised.
    """
    if not tables:
        return
    with _connect_unhurried(engine) as connection:
        kept = _is_read(connection, patience)
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(tables)}")
    _forget_samples(engine, tables)
    with _connect_unhurried(engine) as connection:
        connection.exec_driver_sql("VACUUM pg_catalog.pg_statistic")
    if kept:
        raise LockTimeoutError(_OLDER)


def rewrite(engine: Engine, tables: Sequence[str], patience: float) -> tuple[str, ...]:
    """Write tables into new files, which hold only present rows, and begin a new write-ahead log.

    Locks the tables: OperationalError if somebody else uses one for longer than 10 seconds, LockTimeoutError if an
    older state is read for longer than `patience` seconds; DatabaseRefusedError behind a pooler. Returns the statements
    that a superuser still has to run, in order.
    """
    left = []
    with _connect_unhurried(engine) as connection:
        if is_pooled(connection):
            raise DatabaseRefusedError(_NO_SESSION)
        if _is_read(connection, patience):
            raise LockTimeoutError(_OLDER)
        connection.exec_driver_sql(_LONGER)
        connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {', '.join(tables)}")
    _forget_samples(engine, tables)
    with _connect_unhurried(engine) as connection:
        connection.exec_driver_sql(_LONGER)
        if connection.exec_driver_sql(_OWNS).scalar_one():
            connection.exec_driver_sql(_SAMPLES)
        else:
            left.append(f"{_SAMPLES};")
        if connection.exec_driver_sql("SHOW wal_recycle").scalar_one() == "on":
            return *left, _RECYCLE_NONE, _LEAVE_SEGMENTS
        try:
            connection.exec_driver_sql(_LEAVE_SEGMENTS.replace("%", "%%"))
        except ProgrammingError:
            left.append(_LEAVE_SEGMENTS)
    return tuple(left)


def sample_grown(engine: Engine, tables: Sequence[str], rows: int) -> None:
    """Sample tables if the first of them, which has about `rows` rows now, had less than half as many the last time.

    PostgreSQL would do so by itself within a minute or two; until then it takes a full table for a small one.
    """
    with _connect_unhurried(engine) as connection:
        sampled = connection.execute(_ROWS_SAMPLED, {"table": tables[0]}).scalar_one()
        if sampled * 2 < rows:
            connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")


def analyze(connection: Connection, tables: Sequence[str]) -> None:
    """Sample tables right after they were filled; PostgreSQL would do so by itself about a minute later."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")


@contextmanager
def _connect_unhurried(engine: Engine) -> Iterator[Connection]:
    """A connection without transactions and without a statement timeout; behind a pooler the server's own holds."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if is_pooled(connection):
            yield connection
            return
        connection.exec_driver_sql("SET statement_timeout = 0")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("RESET statement_timeout")
            connection.exec_driver_sql("RESET lock_timeout")


def _is_read(connection: Connection, patience: float) -> bool:
    """Whether a transaction still reads a state older than now, after at most `patience` seconds."""
    moment = int(connection.exec_driver_sql(_NOW).scalar_one())
    deadline = time.monotonic() + patience
    while connection.exec_driver_sql(_READS_OLDER.format(moment=moment)).first() is not None:
        if time.monotonic() >= deadline:
            return True
        time.sleep(_TRY_SECONDS)
    return False


def _forget_samples(engine: Engine, tables: Sequence[str]) -> None:
    for table in tables:
        with engine.begin() as connection:
            _forget_samples_of_empty(connection, table)


def _forget_samples_of_empty(connection: Connection, table: str) -> None:
    if connection.exec_driver_sql(f"SELECT FROM {table} LIMIT 1").first() is not None:
        return
    forgetting = connection.execute(_SAMPLED, {"table": table}).scalar_one_or_none()
    if forgetting is not None:
        connection.exec_driver_sql(_PATIENCE)
        connection.exec_driver_sql(forgetting)
