"""A table of PostgreSQL that a request cannot use is told by the health check, which does not wait long."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import event, make_url
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.database.table_locks import TABLES
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.databases import open_database, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.composition import Parley
    from tests.databases import Kind


@pytest.fixture
def url(fresh_database: Callable[[Kind], str]) -> str:
    return fresh_database("postgresql")


@contextmanager
def asking(url: str) -> Iterator[tuple[Parley, Client]]:
    """A client of a record with an open negotiation."""
    settings = settings_of(url, PARLEY_LOG_SECONDS="1")
    with closing(compose(settings, upgrade=False)) as parley:
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        client.open()
        parley.follow()
        yield parley, client


def test_locked_tables_are_told_until_they_are_free(url: str) -> None:
    words = "tables cannot be used, because another transaction locks them or a right is missing"
    with asking(url) as (_, client):
        with closing(open_database(url)) as other, other.writing() as connection:
            connection.exec_driver_sql("LOCK TABLE event IN SHARE MODE")
            assert client.get(TALKS).status == 200
            connection.exec_driver_sql(
                "LOCK TABLE alembic_version, api_key IN ACCESS EXCLUSIVE MODE"
            )
            ready = client.get("/readyz")
            assert (ready.status, ready.json["lacks"]) == (
                503,
                [f"{words}: api_key, event, alembic_version"],
            )
        assert client.get("/readyz").status == 200
        assert client.post(FACTS, fact()).status == 201


def test_locks_of_rows_are_no_locks_of_tables_and_two_statements_look_for_all(url: str) -> None:
    statements: list[str] = []
    with asking(url) as (parley, client):
        health = parley.database._pools.engine("health")
        event.listen(health, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        with closing(open_database(url)) as other, other.writing() as connection:
            connection.exec_driver_sql("SELECT * FROM log_head FOR UPDATE")
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(TABLES)} IN ROW EXCLUSIVE MODE")
            assert client.get("/readyz").status == 200
    assert sum("LOCK TABLE" in each for each in statements) == 2


def test_a_right_that_the_role_loses_is_told_and_requests_are_refused_until_it_is_back(
    url: str,
) -> None:
    role = f"parley_{uuid4().hex}"
    with closing(open_database(url)) as owner:

        def change(*statements: str) -> None:
            with owner.writing() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)

        change(
            f"CREATE ROLE {role} LOGIN",
            f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
        )
        as_role = make_url(url).set(username=role).render_as_string(hide_password=False)
        with asking(as_role) as (_, client):
            assert client.get("/readyz").status == 200
            change(f"REVOKE ALL ON fact_version FROM {role}")
            asked = [client.get(TALKS), client.post(FACTS, fact())]
            assert [(each.status, each.json["type"]) for each in asked] == 2 * [
                (503, "urn:parley:problem:unavailable")
            ]
            (told,) = client.get("/readyz").json["lacks"]
            assert told.endswith(": fact_version")
            change(f"GRANT ALL ON fact_version TO {role}")
            assert client.post(FACTS, fact()).status == 201
            assert client.get("/readyz").status == 200
        change(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
