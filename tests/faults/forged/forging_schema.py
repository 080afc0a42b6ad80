"""A forger who changes the definition of a table: columns, constraints, indexes, triggers, or its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from infrastructure.tables.facts import SIDES
from tests.faults.forged.forging import Forge, Table, UnforgeableError, quote_name

if TYPE_CHECKING:
    from random import Random

_ON_BOTH: Final = {
    "a copy in its place": (
        "ALTER TABLE {table} RENAME TO moved",
        "CREATE TABLE {table} AS SELECT * FROM moved",
    ),
    "a view in its place": (
        "ALTER TABLE {table} RENAME TO moved",
        "CREATE VIEW {table} AS SELECT * FROM moved",
    ),
    "table gone": ("DROP TABLE {table}",),
    "a column more": ("ALTER TABLE {table} ADD COLUMN forged INTEGER",),
    "a column less": ("ALTER TABLE {table} DROP COLUMN {column}",),
}
_ON_SQLITE: Final = {
    "a trigger": ("CREATE TRIGGER forged AFTER INSERT ON {table} BEGIN SELECT 1; END",),
    "a trigger named like what SQLite counts": (
        "CREATE TRIGGER forged BEFORE UPDATE ON {table} BEGIN SELECT RAISE(IGNORE); END",
        "PRAGMA writable_schema = on",
        (
            "UPDATE sqlite_schema SET name = 'sqlite_stat1', sql = replace(sql, name, 'sqlite_stat1')"
            " WHERE name = 'forged'"
        ),
    ),
}
_TRIGGER: Final = (
    "CREATE FUNCTION forged() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TRIGGER forged BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION forged()",
)
_ON_POSTGRESQL: Final = {
    "a trigger": _TRIGGER,
    "a trigger taken for PostgreSQL's own": (
        *_TRIGGER,
        "UPDATE pg_trigger SET tgisinternal = true WHERE tgname = 'forged'",
        "UPDATE pg_trigger SET tgconstraint = 1 WHERE tgname = 'forged'",
    ),
    "a rule": ("CREATE RULE forged AS ON INSERT TO {table} DO INSTEAD NOTHING",),
    "rows hidden": (
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ),
    "another order": ('ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE "ucs_basic"',),
    "a child": ("CREATE TABLE forged () INHERITS ({table})",),
    "another schema before": (
        "CREATE SCHEMA forged",
        "CREATE TABLE forged.{table} AS SELECT * FROM {table} LIMIT 1",
        "ALTER ROLE CURRENT_USER IN DATABASE {database} SET search_path = forged, public",
    ),
}
_EDITS: Final = (
    (" NOT NULL", ""),
    ("TEXT", "TEXT COLLATE NOCASE"),
    ("TEXT", "INTEGER"),
    ("BIGINT", "TEXT"),
    ("BOOLEAN", "TEXT"),
    ("UNIQUE", "CHECK"),
    ("_from", "_to"),
)


def schema_forgeries(table: Table, *, sqlite: bool) -> dict[str, Forge]:
    """{name: forgery of the definition of a table}."""
    own = _ON_SQLITE if sqlite else _ON_POSTGRESQL
    made: dict[str, Forge] = {
        what: _Stated(table, statements) for what, statements in (_ON_BOTH | own).items()
    }
    made["an index gone"] = _Unindexed(table)
    if sqlite:
        made["another definition"] = _Redefined(table)
    return {f"{table.name}: {what}": forge for what, forge in made.items()}


@dataclass(frozen=True)
class _Stated:
    """Statements with the names of the table and of one of its columns."""

    table: Table
    statements: tuple[str, ...]

    def __call__(self, connection: Connection, random: Random) -> None:
        names = {
            "table": quote_name(self.table.name),
            "column": quote_name(random.choice(self.table.columns)),
            "database": quote_name(str(connection.engine.url.database)),
        }
        for statement in self.statements:
            connection.execute(text(statement.format(**names)))


@dataclass(frozen=True)
class _Unindexed:
    """Drop an index that belongs to no constraint."""

    table: Table

    def __call__(self, connection: Connection, random: Random) -> None:
        names = [index["name"] for index in inspect(connection).get_indexes(self.table.name)]
        if not names:
            raise UnforgeableError
        connection.execute(text(f"DROP INDEX {quote_name(str(random.choice(names)))}"))


@dataclass(frozen=True)
class _Redefined:
    """Edit SQLite's stored text of the definition of a table or of an index."""

    table: Table

    def __call__(self, connection: Connection, random: Random) -> None:
        connection.execute(text("PRAGMA writable_schema = on"))
        old, new = random.choice(_EDITS)
        wanted = "SELECT rowid FROM sqlite_schema WHERE tbl_name = :table AND instr(sql, :old)"
        found = connection.execute(text(wanted), {"table": self.table.name, "old": old}).scalars()
        rows = list(found)
        if not rows:
            raise UnforgeableError
        edited = "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE rowid = :at"
        connection.execute(text(edited), {"old": old, "new": new, "at": random.choice(rows)})


def exchange_sides(connection: Connection, random: Random) -> None:
    """Exchange the names of a table of facts and of its spare."""
    pairs = zip(*(side.all for side in SIDES.values()), strict=True)
    one, two = random.choice([(first.name, second.name) for first, second in pairs])
    for before, after in ((one, "moved"), (two, one), ("moved", two)):
        connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
