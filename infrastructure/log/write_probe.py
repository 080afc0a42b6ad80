"""Tests whether the database has room for a number of bytes, and leaves nothing of the test.

A write so small that it fits in what a file has left says nothing of the next one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from infrastructure.log.clock import rewrite_head

if TYPE_CHECKING:
    from infrastructure.database.database import Database

__all__ = ["LARGEST", "probe"]

LARGEST: Final = 64 * 1_048_576
"""The most bytes that are tried out."""
_ROW: Final = 1_900
"""So long that four fill a page of PostgreSQL, and none is compressed."""
_FEW_PAGES: Final = 8
_FILL: Final = (
    "CREATE TEMPORARY TABLE parley_probe ON COMMIT DROP AS"
    " SELECT repeat('x', {row}) FROM generate_series(1, {rows})"
)
_BYTES: Final = text("INSERT INTO parley_probe VALUES (randomblob(:size))")
_LOGGED: Final = text("SELECT pg_logical_emit_message(true, 'parley', repeat('x', :size))")


class _UndoneError(Exception):
    """What was written was a trial."""


def probe(database: Database, size: int) -> None:
    """Write about `size` bytes and an unchanged head of the log; raises an error of SQLAlchemy if there is no room."""
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
    """Have SQLite write pages before a transaction ends, which it does when few are kept in memory."""
    kept = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = {_FEW_PAGES}")
    try:
        connection.exec_driver_sql("CREATE TABLE parley_probe (content BLOB)")
        connection.execute(_BYTES, {"size": size})
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {kept}")


def _fill(connection: Connection, size: int) -> None:
    """Have PostgreSQL extend a file, and its write-ahead log where it lets us."""
    connection.exec_driver_sql(_FILL.format(row=_ROW, rows=size // _ROW + 1))
    try:
        with connection.begin_nested():
            connection.execute(_LOGGED, {"size": size})
    except ProgrammingError:
        return
