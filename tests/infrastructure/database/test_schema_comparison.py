"""A definition that differs from the migrations is found and named, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from infrastructure.database.schema_comparison import find_misshapen
from tests.databases import open_database, sqlite_file_url
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infrastructure.database.database import Database
    from tests.databases import Kind

ON_BOTH = (
    ("DROP INDEX ix_fact_version_known", "ix_fact_version_known", "fact_version"),
    ("ALTER TABLE snapshot ADD COLUMN forged INTEGER", "snapshot", "snapshot"),
    ("CREATE INDEX ix_mine ON event (actor)", "ix_mine", "event"),
)
QUIET = "CREATE TRIGGER quiet BEFORE DELETE ON event BEGIN SELECT RAISE(IGNORE); END"
RENAMED = (
    "UPDATE sqlite_schema SET name = '{0}', sql = replace(sql, name, '{0}') WHERE name = 'quiet'"
)
ON_SQLITE = (
    (QUIET,),
    *(
        (QUIET, "PRAGMA writable_schema = on", RENAMED.format(name))
        for name in ("sqlite_stat1", "sqlite_stat4", "sqlite_stat_quiet", "sqlite_sequence")
    ),
    ("CREATE VIEW quiet AS SELECT 1",),
    ("INSERT INTO fact_text_config VALUES ('rank', 'bm25()')",),
)
TRIGGER = (
    "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
    "CREATE TRIGGER quiet BEFORE UPDATE ON snapshot FOR EACH ROW EXECUTE FUNCTION quiet();"
)
ON_POSTGRESQL = (
    (TRIGGER,),
    (TRIGGER, "UPDATE pg_trigger SET tgisinternal = true WHERE tgname = 'quiet'"),
    (TRIGGER, "UPDATE pg_trigger SET tgisinternal = true, tgconstraint = 1 WHERE tgname = 'quiet'"),
    ("ALTER TABLE snapshot DISABLE TRIGGER ALL",),
    ("CREATE RULE quiet AS ON DELETE TO event DO INSTEAD NOTHING",),
    ("ALTER TABLE event ENABLE ROW LEVEL SECURITY",),
    ('ALTER TABLE negotiation ALTER COLUMN slug TYPE text COLLATE "ucs_basic"',),
    ("ALTER TABLE log_head DROP CONSTRAINT ck_log_head_one_row",),
    ("ALTER TABLE event ALTER COLUMN actor SET DEFAULT 'nobody'",),
    ("CREATE TABLE more () INHERITS (event)",),
    ("CREATE SCHEMA postgres CREATE TABLE snapshot (name text)",),
)


def find_misshapen_after(database: Database, *statements: str) -> str | None:
    with database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))
    return find_misshapen(database)


@pytest.mark.parametrize(("statement", "index", "table"), ON_BOTH)
def test_a_table_or_an_index_that_was_changed_is_named(
    database: Database, statement: str, index: str, table: str
) -> None:
    assert find_misshapen(database) is None
    found = find_misshapen_after(database, statement)
    assert found is not None
    assert (index if database.is_sqlite else table) in found


@pytest.mark.parametrize("statements", ON_SQLITE)
def test_what_only_sqlite_can_be_made_to_do_is_found(
    fresh_database: Callable[[Kind], str], statements: tuple[str, ...]
) -> None:
    url = fresh_database("sqlite-file")
    database = open_database(url)
    find_misshapen_after(database, *statements)
    database.close()
    database = open_database(url)
    assert find_misshapen(database) is not None
    database.close()


@pytest.mark.cases(5)
@pytest.mark.parametrize("statements", ON_POSTGRESQL)
def test_what_only_postgresql_can_be_made_to_do_is_found(
    fresh_database: Callable[[Kind], str], statements: tuple[str, ...]
) -> None:
    database = open_database(fresh_database("postgresql"))
    assert find_misshapen_after(database, *statements) is not None
    database.close()


def test_counting_rows_for_the_planner_changes_no_definition(database: Database) -> None:
    assert find_misshapen_after(database, "ANALYZE") is None


def test_the_order_in_which_constraints_were_written_does_not_matter(tmp_path: Path) -> None:
    """Alembic writes them in an order that depends on the hashes of the process."""
    program = (
        "import sys; from infrastructure.database.database import Database;"
        "from infrastructure.database.schema import upgrade;"
        "upgrade(Database(sys.argv[1]))"
    )
    for seed in range(choose_count(2, 8)):
        url = sqlite_file_url(tmp_path / f"{seed}.db")
        subprocess.run(
            [sys.executable, "-c", program, url],
            env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
        )
        database = open_database(url)
        assert find_misshapen(database) is None
        database.close()
