"""Runs a database's own check of its files: pages, indexes and full text.

SQLite always can. PostgreSQL can where its extension `amcheck` is installed and this user may run it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from infrastructure.projections.text_lookups import find_lost_word
from infrastructure.tables.record import metadata
from infrastructure.tables.text import FACT_TEXT

if TYPE_CHECKING:
    from infrastructure.database.database import Database

_BATCH: Final = 1_000
_FTS5_CHECK: Final = "INSERT INTO fact_text (fact_text) VALUES ('integrity-check')"
_NOT_INSTALLED: Final = "the extension amcheck is not installed in this database"
_INSTALLED: Final = text("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")
_ALLOWED: Final = text(
    "SELECT bool_and(has_function_privilege(pg_proc.oid, 'EXECUTE')) FROM pg_proc"
    " JOIN pg_depend ON pg_depend.objid = pg_proc.oid AND deptype = 'e'"
    " JOIN pg_extension ON pg_extension.oid = refobjid AND extname = 'amcheck'"
)
_PLACE: Final = text(
    "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
    " WHERE extname = 'amcheck'"
)
_INDEXES: Final = text(
    "SELECT pg_class.relname, pg_class.oid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " JOIN pg_am ON pg_am.oid = relam AND amname = 'btree'"
    " WHERE indrelid = to_regclass(:table) AND indisvalid ORDER BY relname"
)


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """What a database found: the first `flaw`, None where there is none; and why it did not look, None where it did."""

    by: str
    flaw: str | None = None
    unable: str | None = None


def run_own_check(database: Database) -> OwnCheck:
    """Have the database check its own files."""
    by = "integrity_check" if database.is_sqlite else "amcheck"
    try:
        with database.reading() as connection:
            unable = None if database.is_sqlite else _unable(connection)
            if database.is_sqlite:
                flaw = _sqlite_flaw(connection)
            else:
                flaw = _read_every_row(connection) or (
                    _amcheck_flaw(connection) if not unable else None
                )
    except SQLAlchemyError as error:
        return OwnCheck(by, _message_of(error))
    return OwnCheck(by, flaw, unable)


def find_text_flaw(database: Database) -> str | None:
    """What is wrong with the index of the full text in a SQLite file; None where it finds every word."""
    if not database.is_sqlite:
        return None
    try:
        with database.writing() as connection:
            connection.exec_driver_sql(_FTS5_CHECK)
        with database.reading() as connection:
            lost = find_lost_word(connection)
    except SQLAlchemyError as error:
        return f"the index of the full text: {_message_of(error)}"
    return None if lost is None else f"the index of the full text does not find {lost!a}"


def _sqlite_flaw(connection: Connection) -> str | None:
    lines = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
    if list(lines) != ["ok"]:
        return " ".join(str(lines[0]).split()) if lines else "the check says nothing"
    stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return (
        None
        if stray is None
        else f"a row of {stray[0]} refers to one of {stray[2]} that is not there"
    )


def _read_every_row(connection: Connection) -> str | None:
    """Read every row of every table; PostgreSQL refuses to read a page that differs from what it wrote."""
    streamed = {"stream_results": True, "yield_per": _BATCH}
    for table in metadata.sorted_tables:
        with connection.execute(select(table), execution_options=streamed) as rows:
            for _ in rows.partitions():
                pass
    return None


def _unable(connection: Connection) -> str | None:
    if connection.execute(_INSTALLED).first() is None:
        return _NOT_INSTALLED
    if not connection.execute(_ALLOWED).scalar():
        return "this user may not run the functions of the extension amcheck"
    return None


def _amcheck_flaw(connection: Connection) -> str | None:
    """The first flaw that amcheck reports; for a flaw in an index it raises an error."""
    place = connection.execute(_PLACE).scalar_one()
    for table in (*(table.name for table in metadata.sorted_tables), FACT_TEXT):
        heap = text(f"SELECT msg FROM {place}.verify_heapam(to_regclass(:table))")  # noqa: S608 -- quoted by PostgreSQL
        flaw = connection.execute(heap, {"table": table}).scalar()
        if flaw is not None:
            return f"{table}: {flaw}"
        for index in connection.execute(_INDEXES, {"table": table}).all():
            checked = text(f"SELECT {place}.bt_index_check(CAST(:oid AS oid), true)")
            connection.execute(checked, {"oid": index.oid})
    return None


def _message_of(error: SQLAlchemyError) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())
