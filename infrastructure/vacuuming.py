"""On PostgreSQL, what is overwritten or deleted leaves a table's rows, and the samples that queries are planned by.

ANALYZE takes samples of every column into the catalog, where they stay until it takes others. It takes none of
an empty table and leaves the old ones: they go when a column's type is set, though it is the same.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["analyze", "vacuum"]

#: Whoever waits for a table lets everybody wait who comes later.
_PATIENCE: Final = "SET LOCAL lock_timeout = '1s'"
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


def vacuum(engine: Engine, tables: Sequence[str]) -> None:
    """Vacuum tables, and take their samples anew."""
    if not tables:
        return
    with _unhurried(engine) as connection:
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(tables)}")
    for table in tables:
        with engine.begin() as connection:
            _forget_samples_of_empty(connection, table)
    with _unhurried(engine) as connection:
        connection.exec_driver_sql("VACUUM pg_catalog.pg_statistic")


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


def _forget_samples_of_empty(connection: Connection, table: str) -> None:
    if connection.exec_driver_sql(f"SELECT FROM {table} LIMIT 1").first() is not None:
        return
    forgetting = connection.execute(_SAMPLED, {"table": table}).scalar_one_or_none()
    if forgetting is not None:
        connection.exec_driver_sql(_PATIENCE)
        connection.exec_driver_sql(forgetting)
