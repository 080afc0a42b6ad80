"""A connection that is in use while its database is closed is closed when its user returns it."""

from __future__ import annotations

import sqlite3
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, event, text

from infrastructure.rate_storage import RecordStorage
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from infrastructure.database.database import Database

Closed = tuple[Engine, "Callable[[], object]"]


@pytest.fixture(params=["a database", "a storage of counts"])
def engine_and_close(request: pytest.FixtureRequest, database: Database) -> Closed:
    """An engine, and the function that closes its connections."""
    if request.param == "a database":
        other = open_database(database.url)
        return other.engine, other.close
    storage = RecordStorage(database.url)
    storage.incr("a", 60)
    return storage._engine, storage.close


def test_what_is_in_use_is_closed_when_it_is_returned(engine_and_close: Closed) -> None:
    engine, close = engine_and_close
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        close()
        assert connection.execute(text("SELECT 1")).scalar() == 1
    assert is_closed(driver)


def test_what_is_in_use_is_closed_also_where_the_engine_begins_anew(
    engine_and_close: Closed,
) -> None:
    engine, close = engine_and_close
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        engine.dispose()
    assert is_closed(driver)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert not is_closed(driver)
    close()


def test_what_is_used_after_that_is_closed_too(engine_and_close: Closed) -> None:
    engine, close = engine_and_close
    close()
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert is_closed(driver)


def test_what_is_being_returned_is_closed(engine_and_close: Closed) -> None:
    engine, close = engine_and_close
    returning = Event()

    def close_in_between(*_: object) -> None:
        if not returning.is_set():
            returning.set()
            closer = Thread(target=close)
            closer.start()
            closer.join(30)

    event.listen(engine, "checkin", close_in_between)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert returning.is_set()
    assert is_closed(driver)


def is_closed(driver: Any) -> bool:  # noqa: ANN401 -- psycopg's or sqlite3's
    if not isinstance(driver, sqlite3.Connection):
        return bool(driver.closed)
    try:
        driver.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False
