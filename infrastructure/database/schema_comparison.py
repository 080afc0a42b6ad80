"""Compares every definition in the database with what the migrations make, because a changed one changes answers.

SQLite keeps definitions as text, which is compared with that of a database made in memory. On PostgreSQL the tables
that a name means on this connection are compared, as its catalog describes them, with temporary ones.
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

__all__ = ["find_misshapen"]

Definition = tuple[Any, ...]

_SQLITE: Final = text(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    " WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')) ORDER BY type, name"
)
"""All but the tables of what ANALYZE counts, by which no answer changes."""

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
"""Columns, constraints, indexes, and triggers: those of foreign keys are PostgreSQL's own, and no others are right."""


def find_misshapen(database: Database) -> str | None:
    """The first definition that is not what the migrations make it, in words; None where all are."""
    right = _made_sqlite() if database.is_sqlite else _made_postgresql(database)
    with database.reading() as connection:
        if not database.is_sqlite:
            return _first_other(_postgresql(connection), right)
        other = _first_other(_sqlite(connection), right)
        if other is None and connection.execute(_CONFIG).all() != _FTS5_VERSION:
            return f"{FACT_TEXT}_config is not as it was made"
        return other


def _first_other(found: Sequence[Definition], right: Sequence[Definition]) -> str | None:
    for mine, made in zip_longest(found, right):
        if mine != made:
            kind, name = min(each[:2] for each in (mine, made) if each is not None)
            return f"the {kind} {name} is not as it was made"
    return None


def _sqlite(connection: Connection) -> list[Definition]:
    return [
        (row.type, row.name, row.tbl_name, _parts_of(row.type, row.sql or ""))
        for row in connection.execute(_SQLITE)
    ]


def _parts_of(kind: str, sql: str) -> tuple[str, ...]:
    """A definition, that of a table as its parts: in which order constraints were written differs and means nothing."""
    words = " ".join(sql.split())
    if kind != "table":
        return (words,)
    parts, depth, begun = [], 0, 0
    for found in _PUNCTUATION.finditer(words):
        mark = found[0]
        depth += (mark == "(") - (mark == ")")
        if depth == (mark != ")") and mark in "(,)":
            parts.append(words[begun : found.start()].strip())
            begun = found.end()
    head, *body = parts or [""]
    return (head, *sorted(body), words[begun:])


@cache
def _made_sqlite() -> list[Definition]:
    """What the migrations make, once a process."""
    made = Database("sqlite://")
    upgrade(made)
    with made.reading() as connection:
        found = _sqlite(connection)
    made.close()
    return found


def _postgresql(connection: Connection) -> list[Definition]:
    """What the name of each table means here, and the parts that it is made of."""
    found: list[Definition] = []
    for name in sorted((*SCHEMA.tables, FACT_TEXT)):
        at = {
            "at": connection.execute(
                text("SELECT to_regclass(:name)::oid"), {"name": name}
            ).scalar()
        }
        found += [("table", name, *row) for row in connection.execute(_RELATION, at)]
        for part in _PARTS:
            found += [("table", name, *row) for row in connection.execute(part, at)]
    return found


def _made_postgresql(database: Database) -> list[Definition]:
    """What the tables would be, made again as temporary ones, of which nothing is kept."""
    with database.writing() as connection, connection.begin_nested() as undone:
        connection.execute(text("SET LOCAL search_path TO pg_temp"))
        SCHEMA.create_all(connection, checkfirst=False)
        alone = MetaData(naming_convention=SCHEMA.naming_convention)
        fact_text.to_metadata(alone)
        alone.create_all(connection, checkfirst=False)
        found = _postgresql(connection)
        undone.rollback()
    return found
