"""In which order processes that wait for a SQLite file's write lock get it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from sqlalchemy.exc import OperationalError

from infrastructure.database import write_lock
from infrastructure.database.database import Database
from infrastructure.database.lanes import TimeLimits
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind

EARLIER_SECONDS = 0.2


@pytest.fixture
def url(fresh_database: Callable[[Kind], str]) -> str:
    return fresh_database("sqlite-file")


def order_of(url: str, *gives_way: Callable[[], bool] | None) -> list[int]:
    """The order in which writers get the lock; they begin to wait in turn, each as in a process of its own."""
    got: list[int] = []
    databases = [open_database(url) for _ in gives_way]
    holder = open_database(url)

    def write(number: int) -> None:
        with databases[number].writing(gives_way[number]):
            got.append(number)

    with ThreadPoolExecutor(len(databases)) as threads, holder.writing():
        for number in range(len(databases)):
            threads.submit(write, number)
            time.sleep(EARLIER_SECONDS)
    for database in (*databases, holder):
        database.close()
    return got


def test_who_gives_way_gets_the_lock_after_those_who_wait(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "GIVING_WAY_SECONDS", 0.5)
    assert order_of(url, lambda: True, None) == [1, 0]
    assert order_of(url, lambda: True, lambda: True, None)[0] == 2


def test_who_has_to_wait_and_gives_way_no_longer_keeps_the_lock(url: str) -> None:
    asked = Mock(return_value=False)
    assert order_of(url, asked) == [0]
    asked.assert_called_once_with()


def test_who_gets_the_lock_at_once_gives_no_way(url: str) -> None:
    asked = Mock(return_value=True)
    database = open_database(url)
    with database.writing(asked):
        asked.assert_not_called()
    database.close()


def test_a_lock_that_does_not_come_free_is_an_error_of_the_database(url: str) -> None:
    holder, waiting = open_database(url), Database(url, limits=TimeLimits(log=0.2))
    with holder.writing():
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"), waiting.writing():
            pass
        assert 0.2 <= time.monotonic() - began < 10
    with waiting.writing():
        pass
    for each in (holder, waiting):
        each.close()
