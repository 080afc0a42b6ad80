"""Stored responses expire; any other loss of one is detected as before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from infrastructure.log.expiring import drop_kept_before
from infrastructure.log.recorder import EventRecorder
from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.sealing import stored_responses
from infrastructure.sealing.stored_responses import find_response
from infrastructure.tables.record import idempotency_answer
from tests.infrastructure.backup.test_backup import read_kept_rows
from tests.infrastructure.recording import DAY, NOON, claim, events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from infrastructure.database.database import Database

OLD, NEW = 7, 5
LATER = NOON + 2 * DAY


@pytest.fixture
def response_database(database: Database) -> Database:
    """A database that stores responses of two days ago and of now."""
    old, new = (EventRecorder(database, clock=partial(int, at)) for at in (NOON, LATER))
    old.append(events())
    for number in range(OLD):
        old.append(events() if number % 2 else [], claim=claim(f"old {number}"))
    for number in range(NEW):
        new.append([], claim=claim(f"new {number}"))
    return database


def list_unstamped_tables(connection: Connection) -> list[str]:
    return [each.table for each in find_unstamped(connection)]


def count(connection: Connection) -> int:
    return int(
        connection.execute(select(func.count()).select_from(idempotency_answer)).scalar_one()
    )


def test_what_was_kept_long_enough_goes_and_nothing_is_missed(
    response_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_responses, "BATCH", 3)
    with response_database.reading() as connection:
        assert list_unstamped_tables(connection) == []
    assert drop_kept_before(response_database, NOON) == 0
    assert drop_kept_before(response_database, LATER) == OLD
    with response_database.reading() as connection:
        assert (count(connection), list_unstamped_tables(connection)) == (NEW, [])
        assert find_response(connection, "editor", "old 1") is None
        assert find_response(connection, "editor", "new 1") is not None
    EventRecorder(response_database).append(events(), claim=claim("old 1"))
    assert drop_kept_before(response_database, LATER + 1) == NEW
    with response_database.reading() as connection:
        assert (count(connection), list_unstamped_tables(connection)) == (1, [])


@pytest.mark.parametrize("which", ["old", "new"])
def test_one_that_somebody_took_away_is_missed_before_and_after(
    response_database: Database, which: str
) -> None:
    with response_database.writing() as connection:
        taken = find_response(connection, "editor", f"{which} 2")
        assert taken is not None
        same = idempotency_answer.c.key == taken.key
        connection.execute(idempotency_answer.delete().where(same))
        assert list_unstamped_tables(connection) == ["idempotency_answer"]
    drop_kept_before(response_database, LATER)
    with response_database.reading() as connection:
        assert list_unstamped_tables(connection) == ["idempotency_answer"]


def test_an_expired_one_that_is_put_back_in_its_place_hides_nothing(
    response_database: Database,
) -> None:
    with response_database.reading() as connection:
        expired = find_response(connection, "editor", "old 2")
        assert expired is not None
        same = idempotency_answer.c.key == expired.key
        before = dict(connection.execute(idempotency_answer.select().where(same)).mappings().one())
    drop_kept_before(response_database, LATER)
    with response_database.writing() as connection:
        taken = find_response(connection, "editor", "new 2")
        assert taken is not None
        connection.execute(idempotency_answer.delete().where(idempotency_answer.c.key == taken.key))
        connection.execute(idempotency_answer.insert(), before)
        assert list_unstamped_tables(connection) == ["idempotency_answer"]
    assert drop_kept_before(response_database, LATER) == 1
    with response_database.reading() as connection:
        assert list_unstamped_tables(connection) == ["idempotency_answer"]


def test_one_that_was_made_older_does_not_go(response_database: Database) -> None:
    with response_database.writing() as connection:
        connection.execute(update(idempotency_answer).values(kept_at=1))
    assert drop_kept_before(response_database, LATER) == 0
    with response_database.reading() as connection:
        assert count(connection) == OLD + NEW
        assert list_unstamped_tables(connection) == ["idempotency_answer"]


def test_a_record_that_keeps_nothing_is_left_as_it_is(database: Database) -> None:
    EventRecorder(database).append(events())
    before = read_kept_rows(database)
    assert drop_kept_before(database, LATER) == 0
    assert read_kept_rows(database) == before
