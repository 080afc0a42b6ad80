"""Brings the schema to the newest migration, in one transaction, in one process at a time."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, MetaData, Select, column, inspect, select, table, text

from infrastructure.database.lanes import in_lane
from infrastructure.database.working_alone import work_alone
from infrastructure.errors import DatabaseRefusedError
from infrastructure.tables.facts import SIDES
from infrastructure.tables.rates import rate_count
from infrastructure.tables.text import fact_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alembic.config import Config

    from infrastructure.database.database import Database

# Alembic is imported where it is used: it takes a tenth of a command's start, and few commands change the schema.

SCHEMA: Final = SIDES["first"].version.metadata
"""Every table that both databases have: those of `tables.record`, and those that `tables.facts` adds."""

MIGRATION_LOCK: Final = 0x7061_726C_6579
"""The PostgreSQL advisory lock that one migrating process holds at a time: "parley" in ASCII."""

_PLACE: Final = Path(__file__).resolve().parents[2] / "migrations"
_AT: Final[Select[tuple[str]]] = select(column("version_num")).select_from(table("alembic_version"))

FTS5_SHADOWS: Final = ("_config", "_content", "_data", "_docsize", "_idx")


_FOUND: Final = text("""
    SELECT relname, nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid IN (SELECT to_regclass(quote_ident(name)) FROM unnest(CAST(:names AS text[])) name)
""")
_IN_SCHEMA: Final = text(
    "SELECT to_regclass(format('%I.%I', CAST(:own AS text), CAST(:name AS text)))"
)


class NewerDatabaseError(DatabaseRefusedError):
    """The database is at a revision that is unknown here, so it is left alone."""

    def __init__(self, revision: str, head: str) -> None:
        super().__init__(
            f"a newer Parley made this database: its schema is at revision {revision!a}, and this Parley knows those up"
            f" to {head}; install a newer Parley"
        )


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring an empty or older database to `revision`; does nothing if it is there already.

    Raises DatabaseRefusedError for a database that has tables but no revision, or in which the name of one of Parley's
    tables leads to another schema; NewerDatabaseError for one that a newer Parley made; and NotAloneError while other
    work on the whole database is under way.
    """
    with lock_for_migration(database) as connection:
        _refuse_misplaced(connection)
        _refuse_foreign(connection)
        _refuse_newer(connection)
        if revision != "head" or not _is_at_head(connection):
            with work_alone(database, "upgrade of the schema"):
                from alembic import command  # noqa: PLC0415

                command.upgrade(_config(connection), revision)


def _refuse_misplaced(connection: Connection) -> None:
    """Raise DatabaseRefusedError if the `search_path` finds a table of the same name before one of the record's."""
    if connection.dialect.name == "sqlite":
        return
    names = [*SCHEMA.tables, fact_text.name, *rate_count.metadata.tables, "alembic_version"]
    found = {row.relname: row.nspname for row in connection.execute(_FOUND, {"names": names})}
    if not found:
        return
    [(own, _)] = Counter(found.values()).most_common(1)
    for name, place in sorted(found.items()):
        there = {"own": own, "name": name}
        if place != own and connection.execute(_IN_SCHEMA, there).scalar() is not None:
            raise DatabaseRefusedError(
                f"the search_path leads to the table {name} of the schema {place}, not to the record's in {own}:"
                f" name {own} before {place} in the search_path, or remove the table from {place}"
            )


def _refuse_foreign(connection: Connection) -> None:
    """Raise DatabaseRefusedError if there are tables, but no revision of their schema."""
    if _revisions(connection):
        return
    tables = inspect(connection).get_table_names()
    if set(tables) > {"alembic_version"}:
        raise DatabaseRefusedError(
            "the database does not say which revision its schema has (alembic_version is empty): it is damaged;"
            " restore a backup into a new one"
        )
    if tables and "alembic_version" not in tables:
        shown = ", ".join(sorted(tables)[:3])
        raise DatabaseRefusedError(
            f"the database has tables of another program ({shown}): name an empty database, or one of Parley"
        )


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to `revision`; "base" removes all of Parley's tables."""
    from alembic import command  # noqa: PLC0415

    with lock_for_migration(database) as connection:
        command.downgrade(_config(connection), revision)


def check(database: Database) -> None:
    """Raise alembic's `AutogenerateDiffsDetected` if the database differs from `SCHEMA`."""
    from alembic import command  # noqa: PLC0415

    with lock_for_migration(database) as connection:
        command.check(_config(connection))


def schema_at_head(database: Database) -> bool:
    """Whether the database has every revision; NewerDatabaseError if it has one that is unknown here."""
    with database.reading() as connection:
        _refuse_newer(connection)
        return _is_at_head(connection)


def refuse_newer(database: Database) -> None:
    """Raise NewerDatabaseError if the database has a revision that is unknown here.

    Raises DatabaseRefusedError if the `search_path` finds a table in another schema than the record's, or if there are
    tables but no revision of their schema.
    """
    with database.reading() as connection:
        _refuse_misplaced(connection)
        _refuse_foreign(connection)
        _refuse_newer(connection)


def _is_at_head(connection: Connection) -> bool:
    return _revisions(connection) == {_list_revisions()[0]}


def _refuse_newer(connection: Connection) -> None:
    refuse_unknown(_revisions(connection))


def refuse_unknown(revisions: set[str]) -> None:
    """Raise NewerDatabaseError if one of a database's revisions is unknown here."""
    known = _list_revisions()
    if unknown := revisions.difference(known):
        raise NewerDatabaseError(min(unknown), known[0])


def _revisions(connection: Connection) -> set[str]:
    """The revisions that the database says it is at."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(_AT))


@cache
def _list_revisions() -> tuple[str, ...]:
    """Every revision, the head first, as the names of their files begin."""
    files = (_PLACE / "versions").glob("[0-9]*_*.py")
    return tuple(sorted((file.name.partition("_")[0] for file in files), reverse=True))


def tables_to_compare(connection: Connection) -> list[MetaData]:
    """The tables that a database should have, without FTS5's own."""
    return [SCHEMA] if connection.dialect.name == "sqlite" else [SCHEMA, rate_count.metadata]


@contextmanager
def lock_for_migration(database: Database) -> Iterator[Connection]:
    """A writing transaction during which other migrating processes wait."""
    with in_lane("unhurried"), database.writing(may_idle=True) as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        yield connection


def make_table_filter(connection: Connection) -> Callable[[str | None, str, Any], bool]:
    """Tell alembic which tables to compare: not those that SQLite's FTS5 keeps for itself."""
    virtual = _virtual_tables(connection)
    hidden = virtual | {table + shadow for table in virtual for shadow in FTS5_SHADOWS}

    def include(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name not in hidden

    return include


def _virtual_tables(connection: Connection) -> set[str]:
    if connection.dialect.name != "sqlite":
        return set()
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
    )
    return set(names.scalars())


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection}, stdout=StringIO())
    config.set_main_option("script_location", str(_PLACE).replace("%", "%%"))
    return config
