"""A table of PostgreSQL that a request cannot use is told by the health check, which does not wait long."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
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
