"""Removes from PostgreSQL the old rows and the column samples that still hold erased data.

ANALYZE takes samples of every column into the catalog, where they stay until it takes others. It takes none of
an empty table and leaves the old ones: they go when a column's type is set, though it is the same. No row goes
that a transaction may still read, whichever table it has read so far.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.exc import TimeoutError as LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["analyze", "rewrite", "vacuum"]

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
    "somebody reads an older state of the database, in which what was overwritten is kept"
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
"""Leave the files of the write-ahead log one after the other until, twice, the one in use was the only one.

The process that takes files away hears late that it is to keep none for another use. One that it still kept may hold
anything past what was written into it: once no other is there, the next one is new.
"""
_SAMPLES: Final = "VACUUM FULL pg_catalog.pg_statistic"
_OWNS: Final = (
    "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
)
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
    """Vacuum tables, and take their samples anew.

    Readers of an older state are waited for, `patience` seconds at most; LockTimeoutError, though it was done, where
    somebody reads one still.
    """
    if not tables:
        return
    with _unhurried(engine) as connection:
        kept = _is_read(connection, patience)
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(tables)}")
    _forget_samples(engine, tables)
    with _unhurried(engine) as connection:
        connection.exec_driver_sql("VACUUM pg_catalog.pg_statistic")
    if kept:
        raise LockTimeoutError(_OLDER)


def rewrite(engine: Engine, tables: Sequence[str], patience: float) -> tuple[str, ...]:
    """Write tables into new files, which hold what they hold now and no more, and begin a new write-ahead log.

    Nobody else uses a table meanwhile: OperationalError where somebody does so for long, LockTimeoutError where an
    older state is read for longer than `patience` seconds. What a superuser has to run is returned, in order.
    """
    left = []
    with _unhurried(engine) as connection:
        if _is_read(connection, patience):
            raise LockTimeoutError(_OLDER)
        connection.exec_driver_sql(_LONGER)
        connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {', '.join(tables)}")
    _forget_samples(engine, tables)
    with _unhurried(engine) as connection:
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


def analyze(connection: Connection, tables: Sequence[str]) -> None:
    """Take samples of tables that were filled at once, which PostgreSQL would do by itself a minute later."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")


@contextmanager
def _unhurried(engine: Engine) -> Iterator[Connection]:
    """A connection without transactions, on which a statement takes as long as it takes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("RESET statement_timeout")
            connection.exec_driver_sql("RESET lock_timeout")


def _is_read(connection: Connection, patience: float) -> bool:
    """Whether somebody, after so many seconds, still reads a state of before now."""
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
