"""Tests whether the database has room for a number of bytes, and undoes the test.

A small write could fit into free space of a file, and would not show whether the next one fits.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from infrastructure.log.clock import rewrite_head

if TYPE_CHECKING:
    from infrastructure.database.database import Database

LARGEST: Final = 64 * 1_048_576
"""The most bytes that are tried."""
_ROW: Final = 1_900
"""A length at which four rows fill a page of PostgreSQL, and no row is compressed."""
_FEW_PAGES: Final = 8
_FILL: Final = (
    "CREATE TEMPORARY TABLE parley_probe ON COMMIT DROP AS"
    " SELECT repeat('x', {row}) FROM generate_series(1, {rows})"
)
_BYTES: Final = text("INSERT INTO parley_probe VALUES (randomblob(:size))")
_LOGGED: Final = text("SELECT pg_logical_emit_message(true, 'parley', repeat('x', :size))")


class _UndoneError(Exception):
    """Rolls back a trial write."""


def probe(database: Database, size: int) -> None:
    """Write about `size` bytes and the unchanged head of the log; raises SQLAlchemy's error if there is no room."""
    size = min(size, LARGEST)
    if database.is_sqlite and not database.is_memory:
        with suppress(_UndoneError), database.writing() as connection:
            _spill(connection, size)
            raise _UndoneError
    with database.writing() as connection:
        if not database.is_sqlite:
            _fill(connection, size)
        rewrite_head(connection)


def _spill(connection: Connection, size: int) -> None:
    """Make SQLite write pages before the transaction ends, by allowing it only a few in memory."""
    kept = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = {_FEW_PAGES}")
    try:
        connection.exec_driver_sql("CREATE TABLE parley_probe (content BLOB)")
        connection.execute(_BYTES, {"size": size})
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {kept}")


def _fill(connection: Connection, size: int) -> None:
    """Make PostgreSQL extend a file, and its write-ahead log if this role may write to it."""
    connection.exec_driver_sql(_FILL.format(row=_ROW, rows=size // _ROW + 1))
    try:
        with connection.begin_nested():
            connection.execute(_LOGGED, {"size": size})
    except ProgrammingError:
        return
