"""Finds tables that a server on PostgreSQL cannot use, because another transaction locks them or a right is missing.

A lock of one table leaves all others open, so a health check that reads another table would not find it. Each table is
locked for an instant without waiting, which stops no request and cannot end in a deadlock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy.exc import DBAPIError

from infrastructure.database.schema import SCHEMA
from infrastructure.errors import DatabaseRefusedError
from infrastructure.tables.text import FACT_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infrastructure.database.database import Database

TABLES: Final = tuple(sorted((*SCHEMA.tables, FACT_TEXT)))
_ONLY_READ: Final = "alembic_version"
"""A table that a server only reads, so it needs no right to change it."""
_TRY_SECONDS: Final = 0.05


class UnusableTablesError(DatabaseRefusedError):
    """Some tables cannot be used now."""

    def __init__(self, tables: Sequence[str]) -> None:
        super().__init__(
            f"tables cannot be used, because another transaction locks them or a right is missing: {', '.join(tables)}"
        )


def confirm_tables(database: Database) -> None:
    """Raise UnusableTablesError if tables stay locked for as long as this lane waits, or may not be read or written.

    A process that only reads needs no right to write. SQLite does not lock single tables, so nothing is checked there.
    """
    if database.is_sqlite:
        return
    deadline = time.monotonic() + database.patience.turn
    tables = (*TABLES, _ONLY_READ)
    while not _can_use(database, tables):
        if time.monotonic() >= deadline:
            if unusable := [each for each in tables if not _can_use(database, [each])]:
                raise UnusableTablesError(unusable)
            return
        time.sleep(_TRY_SECONDS)


def _can_use(database: Database, tables: Sequence[str]) -> bool:
    """Whether the tables can be locked for an instant; True if one is missing, which the check of the schema finds."""
    read = {*tables} if database.read_only else {_ONLY_READ}.intersection(tables)
    modes = {"ROW EXCLUSIVE": sorted({*tables} - read), "ACCESS SHARE": sorted(read)}
    try:
        with database.reading() as connection:
            for mode, names in modes.items():
                if names:
                    connection.exec_driver_sql(
                        f"LOCK TABLE {', '.join(names)} IN {mode} MODE NOWAIT"
                    )
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.UndefinedTable):
            return True
        if isinstance(
            error.orig, (psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege)
        ):
            return False
        raise
    return True
