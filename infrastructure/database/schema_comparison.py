"""Compares every definition in the database with what the migrations make, because a changed one changes answers.

SQLite keeps definitions as text, which is compared with the text in a new database in memory. On PostgreSQL the
catalog's description of each table, found by its name on this connection, is compared with that of a temporary table.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, MetaData, text

from infrastructure.database.database import Database
from infrastructure.database.schema import SCHEMA, upgrade
from infrastructure.tables.text import FACT_TEXT, fact_text

if TYPE_CHECKING:
    from collections.abc import Sequence

Definition = tuple[Any, ...]

_SQLITE: Final = text(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    " WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')) ORDER BY type, name"
)
"""All definitions but those of ANALYZE's statistics, which change no answer."""

_CONFIG: Final = text("SELECT k, v FROM fact_text_config")
_FTS5_VERSION: Final = [("version", 4)]

_PUNCTUATION: Final = re.compile(r"'[^']*'|\"[^\"]*\"|[(),]")

_RELATION: Final = text(
    "SELECT relkind, relrowsecurity, relforcerowsecurity, relispartition, relpersistence = 'u',"
    " EXISTS (SELECT 1 FROM pg_inherits WHERE :at IN (inhparent, inhrelid)),"
    " EXISTS (SELECT 1 FROM pg_rewrite WHERE ev_class = :at)"
    " FROM pg_class WHERE oid = :at"
)
_PARTS: Final = (
    text(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attidentity,"
        " (SELECT collname FROM pg_collation WHERE oid = attcollation),"
        " (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef"
        "  WHERE adrelid = attrelid AND adnum = attnum)"
        " FROM pg_attribute WHERE attrelid = :at AND attnum > 0 AND NOT attisdropped ORDER BY attname"
    ),
    text(
        "SELECT conname, convalidated, pg_get_constraintdef(oid, true) FROM pg_constraint"
        " WHERE conrelid = :at AND contype <> 'n' ORDER BY conname"
    ),
    text(
        "SELECT relname, indisvalid AND indisready, pg_get_indexdef(indexrelid, 0, true)"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE indrelid = :at ORDER BY relname"
    ),
    text(
        "SELECT conname, nspname, proname, tgtype, tgenabled, tgisinternal FROM pg_trigger"
        " JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_namespace ON pg_namespace.oid = pronamespace"
        " LEFT JOIN pg_constraint ON pg_constraint.oid = tgconstraint"
        " WHERE tgrelid = :at ORDER BY conname, nspname, proname, tgtype"
    ),
)
"""Columns, constraints, indexes, and triggers; the only triggers expected are PostgreSQL's own, for foreign keys."""


def find_misshapen(database: Database) -> str | None:
    """Describe the first definition that differs from what the migrations make; None if no definition does."""
    right = _make_sqlite() if database.is_sqlite else _make_postgresql(database)
    with database.reading() as connection:
        if not database.is_sqlite:
            return _first_other(_postgresql(connection), right)
        other = _first_other(_sqlite(connection), right)
        if other is None and connection.execute(_CONFIG).all() != _FTS5_VERSION:
            return f"{FACT_TEXT}_config is not as it was made"
        return other


def _first_other(present: Sequence[Definition], right: Sequence[Definition]) -> str | None:
    for actual, expected in zip_longest(present, right):
        if actual != expected:
            kind, name = min(
                definition[:2] for definition in (actual, expected) if definition is not None
            )
            return f"the {kind} {name} is not as it was made"
    return None


def _sqlite(connection: Connection) -> list[Definition]:
    return [
        (row.type, row.name, row.tbl_name, _parts_of(row.type, row.sql or ""))
        for row in connection.execute(_SQLITE)
    ]


def _parts_of(kind: str, sql: str) -> tuple[str, ...]:
    """Split a table's definition into sorted parts, because the order of its constraints means nothing."""
    words = " ".join(sql.split())
    if kind != "table":
        return (words,)
    parts, depth, begun = [], 0, 0
    for match in _PUNCTUATION.finditer(words):
        mark = match[0]
        depth += (mark == "(") - (mark == ")")
        if depth == (mark != ")") and mark in "(,)":
            parts.append(words[begun : match.start()].strip())
            begun = match.end()
    head, *body = parts or [""]
    return (head, *sorted(body), words[begun:])


@cache
def _make_sqlite() -> list[Definition]:
    """The definitions that the migrations make; computed once a process."""
    database = Database("sqlite://")
    upgrade(database)
    with database.reading() as connection:
        definitions = _sqlite(connection)
    database.close()
    return definitions


def _postgresql(connection: Connection) -> list[Definition]:
    """The definition of each table that its name means on this connection."""
    definitions: list[Definition] = []
    for name in sorted((*SCHEMA.tables, FACT_TEXT)):
        at = {
            "at": connection.execute(
                text("SELECT to_regclass(:name)::oid"), {"name": name}
            ).scalar()
        }
        definitions += [("table", name, *row) for row in connection.execute(_RELATION, at)]
        for part in _PARTS:
            definitions += [("table", name, *row) for row in connection.execute(part, at)]
    return definitions


def _make_postgresql(database: Database) -> list[Definition]:
    """The definitions of the tables when made again, as temporary tables that are rolled back."""
    with database.writing() as connection, connection.begin_nested() as undone:
        connection.execute(text("SET LOCAL search_path TO pg_temp"))
        SCHEMA.create_all(connection, checkfirst=False)
        alone = MetaData(naming_convention=SCHEMA.naming_convention)
        fact_text.to_metadata(alone)
        alone.create_all(connection, checkfirst=False)
        definitions = _postgresql(connection)
        undone.rollback()
    return definitions
