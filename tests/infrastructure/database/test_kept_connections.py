"""A connection is kept for the next use, but not after its database was closed or its server ended it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from infrastructure.database.database import Database
from tests.infrastructure.database.test_closing_pool import is_closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind, PostgreSQL

USES = ["looking", "reading", "writing"]


@pytest.fixture(params=["sqlite-file", "postgresql"])
def url(request: pytest.FixtureRequest, fresh_database: Callable[[Kind], str]) -> str:
    return fresh_database(request.param)


@pytest.mark.parametrize("use", USES)
def test_the_same_connection_is_used_again_and_closed_with_its_database(url: str, use: str) -> None:
    with closing(Database(url)) as database:
        with getattr(database, use)() as connection:
            connection.execute(text("SELECT 1"))
            driver = driver_of(connection)
        with getattr(database, use)() as connection:
            assert driver_of(connection) is driver
            assert connection.in_transaction() is (use != "looking")
    assert is_closed(driver)


@pytest.mark.parametrize("use", USES)
def test_one_in_use_while_its_database_is_closed_is_closed_when_it_is_given_back(
    url: str, use: str
) -> None:
    database = Database(url)
    with getattr(database, use)() as connection:
        connection.execute(text("SELECT 1"))
        driver = driver_of(connection)
        database.close()
    assert is_closed(driver)


def test_work_that_failed_leaves_nothing_for_the_next(url: str) -> None:
    made = text("CREATE TABLE unsaid (id INTEGER)")
    with closing(Database(url)) as database:
        with pytest.raises(DBAPIError), database.writing() as connection:
            fail_after(connection, made)
        with database.writing() as connection:
            connection.execute(made)


@pytest.mark.parametrize("use", USES)
def test_one_whose_server_ended_it_is_replaced(postgresql: PostgreSQL, use: str) -> None:
    with closing(Database(postgresql.fresh())) as database:
        with getattr(database, use)() as connection:
            driver = driver_of(connection)
            process = driver.info.backend_pid
        postgresql.end_backend(process)
        with getattr(database, use)() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
            assert driver_of(connection) is not driver


def driver_of(connection: Connection) -> Any:  # noqa: ANN401 -- psycopg's or sqlite3's
    return connection.connection.driver_connection


def fail_after(connection: Connection, statement: TextClause) -> None:
    connection.execute(statement)
    connection.execute(text("SELECT nothing FROM nowhere"))
