"""Making a first key or event, or revoking a key, neither makes a forged row valid nor hides a missing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from domain.errors import UnknownError
from infrastructure.identity.keys import Keys
from infrastructure.log.recorder import EventRecorder
from infrastructure.tables.record import api_key, stamp
from tests.infrastructure.recording import events
from tests.infrastructure.sealing.stamped import ANSWER, list_unstamped_tables

if TYPE_CHECKING:
    from infrastructure.database.database import Database

pytestmark = pytest.mark.either_database


def test_a_key_that_was_put_in_is_not_made_good_by_the_next_that_is_made(
    stamped_database: Database,
) -> None:
    rogue = {"id": "rogue", "secret_sha256": b"", "person": "M", "scopes": "admin", "created_at": 0}
    with stamped_database.writing() as connection:
        connection.execute(api_key.insert(), rogue)
    keys = Keys(stamped_database, stamped_database.clock)
    keys.revoke(keys.create("Cleo", ["fact:read"])[1].id)
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == ["api_key"]


def test_to_revoke_a_key_that_is_not_there_hides_nothing(stamped_database: Database) -> None:
    with stamped_database.writing() as connection:
        connection.execute(update(api_key).values(scopes="admin"))
    with pytest.raises(UnknownError):
        Keys(stamped_database, stamped_database.clock).revoke("nobody")
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == ["api_key"]


def test_a_first_key_does_not_hide_that_all_were_taken_away(stamped_database: Database) -> None:
    EventRecorder(stamped_database).append(events())
    with stamped_database.writing() as connection:
        connection.execute(delete(api_key))
        connection.execute(delete(stamp).where(stamp.c.of == "api_key"))
    keys = Keys(stamped_database, stamped_database.clock)
    assert not keys.any_open()
    keys.create("editor", ["admin"])
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == ["api_key"]


def test_the_first_event_makes_no_forged_key_valid_beside_a_real_one(database: Database) -> None:
    rogue = {"id": "r", "secret_sha256": b"", "person": "M", "scopes": "admin", "created_at": 0}
    Keys(database, database.clock).create("Ann", ["fact:read"])
    with database.writing() as connection:
        connection.execute(api_key.insert(), rogue)
    EventRecorder(database).append(events(), claim=ANSWER)
    with database.reading() as connection:
        assert list_unstamped_tables(connection) == ["api_key"]


def test_the_first_event_makes_no_forged_key_valid_in_a_database_without_keys(
    database: Database,
) -> None:
    rogue = {"id": "r", "secret_sha256": b"", "person": "M", "scopes": "admin", "created_at": 0}
    with database.writing() as connection:
        connection.execute(api_key.insert(), rogue)
    EventRecorder(database).append(events())
    with database.reading() as connection:
        assert list_unstamped_tables(connection) == ["api_key"]
