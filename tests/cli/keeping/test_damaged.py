"""`parley verify` finds damaged pages of a database, and a server that meets one reports it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.settings import Settings
from tests.api.asking import Client
from tests.cli.conftest import Shell
from tests.databases import open_database
from tests.faults.watched.cluster import cluster
from tests.thorough import some_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind, PostgreSQL

STATE = "/v1/negotiations/talks"
PAGE = 8_192
SENTENCE = "a part of the database is damaged: run parley verify, which says what"


def damage_page(shell: Shell, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change the first page of a table or an index of a SQLite file that nobody has open."""
    path = Path(str(make_url(shell.url).database))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,))
        at = (root.fetchone()[0] - 1) * size
    connection.close()
    content = path.read_bytes()
    path.write_bytes(content[:at] + change(content[at : at + size]) + content[at + size :])


def assert_reported(shell: Shell) -> None:
    """Check that a server that meets the damage reports it, and goes on reporting it."""
    composed = compose(Settings.from_env(shell.settings))
    client = Client(TestClient(create_app(composed), raise_server_exceptions=False))
    answer = client.get(STATE)
    ready = client.get("/readyz")
    alive = client.get("/healthz")
    composed.close()
    assert (answer.status, answer.json["type"]) == (500, "urn:parley:problem:integrity")
    assert ready.status == 503
    assert ready.json["lacks"][0] == SENTENCE
    assert alive.status == 200


def read_refusal(shell: Shell) -> str:
    result = shell("verify")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize(
    "index",
    ["ix_fact_version_known", "ix_fact_version_matter", "ix_idempotency_answer_answered_at"],
)
def test_a_flipped_byte_of_an_index_is_found(light: Shell, index: str) -> None:
    composed = compose(Settings.from_env(light.settings))
    client = Client(TestClient(create_app(composed)))
    key, _ = composed.keys.create("Ann", ("fact:write",))
    said = {"slug": "more", "title": "More", "parties": []}
    made = client.post("/v1/negotiations", said, idempotency_key="a", authorization=f"Bearer {key}")
    composed.close()
    assert made.status == 201
    light.out("verify")
    damage_page(light, index, lambda page: page[:-1] + bytes([page[-1] ^ 1]))
    assert "the log is whole; the database is not: " in read_refusal(light)
    assert light("verify", "--log-only").exit_code == 1


def test_a_page_of_a_sqlite_file_that_is_none_is_told_of(light: Shell) -> None:
    damage_page(light, "fact_version", lambda page: b"\xa5" * len(page))
    assert_reported(light)
    read_refusal(light)


def test_a_page_of_a_postgresql_that_is_none_is_told_of(tmp_path: Path) -> None:
    with cluster() as server:
        shell = Shell(server.fresh(), tmp_path).fill()
        database = open_database(shell.url)
        with database.reading() as connection:
            asked = text("SELECT pg_relation_filepath('fact_version')")
            path = server.data / connection.execute(asked).scalar_one()
        database.close()
        server.stop()
        with path.open("r+b") as file:
            file.write(b"\xa5" * PAGE)
        server.start()
        assert_reported(shell)
        assert "invalid page" in read_refusal(shell)


def test_it_is_said_whether_the_database_has_checked_itself(parley: Shell) -> None:
    checked = json.loads(parley.out("verify", "--json"))["own_check"]
    printed = parley.out("verify")
    if parley.url.startswith("sqlite"):
        assert checked == {"by": "integrity_check", "ran": True, "why": None}
        assert "The database's own check (integrity_check) found nothing wrong" in printed
    else:
        assert (checked["by"], checked["ran"]) == ("amcheck", checked["why"] is None)
        assert "The database's own check (amcheck) did" in printed or checked["ran"]


def test_a_flipped_bit_of_any_table_of_a_postgresql_is_told_of(tmp_path: Path) -> None:
    with cluster() as server:
        shell = Shell(server.fresh(), tmp_path).fill()
        database = open_database(shell.url)
        with database.reading() as connection:
            asked = text(
                "SELECT relname, pg_relation_filepath(oid) FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace AND relpages + pg_relation_size(oid) > 0"
            )
            files = {row[0]: server.data / row[1] for row in connection.execute(asked)}
        database.close()
        assert {"event", "negotiation", "fact_version", "fact_text"} <= files.keys()
        for table in some_of(sorted(files), 3):
            server.stop()
            content = bytearray(files[table].read_bytes())
            content[-9] ^= 1
            whole = files[table].read_bytes()
            files[table].write_bytes(content)
            server.start()
            assert "invalid page" in read_refusal(shell), table
            server.stop()
            files[table].write_bytes(whole)
            server.start()


OTHERS = ("event", "fact_version", "fact_text", "alembic_version", "projection")


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", OTHERS)
def test_a_table_of_another_schema_that_is_looked_in_first_is_told_of_by_its_schema(
    open_filled: Callable[[Kind], Shell], tmp_path: Path, postgresql: PostgreSQL, name: str
) -> None:
    shell = open_filled("postgresql").copy_to(tmp_path, postgresql)
    database = open_database(shell.url)
    with database.writing() as connection:
        own = connection.execute(text("SELECT current_schema()")).scalar_one()
        connection.execute(text('CREATE SCHEMA "Of others"'))
        connection.execute(text(f'CREATE TABLE "Of others".{name} (version_num text, x int)'))
    database.close()
    shell.out("verify")
    path = {"options": '-csearch_path="Of\\ others",public'}
    url = make_url(shell.url).update_query_dict(path).render_as_string(hide_password=False)
    other = Shell(url, shell.folder)
    for command in (("verify",), ("db", "upgrade"), ("list",), ("serve", "--port", "0")):
        refused = other(*command)
        assert (refused.exit_code, refused.stdout) == (1, ""), command
        assert refused.stderr == (
            f"parley: the search_path leads to the table {name} of the schema Of others, not to the record's in {own}:"
            f" name {own} before Of others in the search_path, or remove the table from Of others\n"
        )


def test_tables_of_other_programs_that_are_not_looked_in_first_do_no_harm(
    postgresql: PostgreSQL, tmp_path: Path
) -> None:
    url = make_url(postgresql.fresh(migrated=False))
    named = url.update_query_dict({"options": "-csearch_path=parley,public"})
    database = open_database(url)
    with database.writing() as connection:
        connection.execute(text("CREATE SCHEMA parley"))
    shell = Shell(named.render_as_string(hide_password=False), tmp_path).fill()
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE public.event (x int)"))
    database.close()
    shell.out("db", "upgrade")
    assert "events are as they were recorded" in shell.out("verify")
