"""What follows from no event is held to its stamp, which only the wrapping keys can make."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, select, update

from infrastructure.database import Database
from infrastructure.event_recorder import EventRecorder, IdempotencyClaim
from infrastructure.identity.keys import Keys
from infrastructure.sealing.key_source import GivenKeys
from infrastructure.sealing.resealing import reseal
from infrastructure.sealing.seals import Seals
from infrastructure.sealing.stamps import broken
from infrastructure.sealing.wrapping import read_keys
from infrastructure.tables import api_key, idempotency_answer, stamp
from tests.databases import SEAL_KEY

if TYPE_CHECKING:
    from sqlalchemy import Delete, Update

ANSWER = IdempotencyClaim("key:a", "sent", "f" * 64, 201, "{}", b"the answer", None)
NEWER = f"{SEAL_KEY} {b64encode(os.urandom(32)).decode()}"


@pytest.fixture
def kept(database: Database) -> Database:
    """A database that keeps two answers, and the keys of two persons, one of them revoked."""
    recorder = EventRecorder(database)
    recorder.append([], claim=ANSWER)
    recorder.append([], claim=IdempotencyClaim(**{**vars(ANSWER), "key": "other", "body": b""}))
    keys = Keys(database, database.clock)
    keys.create("Ann", ["fact:read"])
    keys.revoke(keys.create("Ben", ["admin"])[1].id)
    return database


def unfounded(connection: Connection) -> list[str]:
    return [table.name for table, _ in broken(connection)]


def test_an_empty_database_needs_no_stamp_and_no_key(database: Database) -> None:
    with database.reading() as connection:
        assert unfounded(connection) == []


def test_what_parley_wrote_has_its_stamp(kept: Database) -> None:
    with kept.reading() as connection:
        assert unfounded(connection) == []


OTHER: dict[str, object] = {
    "caller": "key:b",
    "fingerprint": "e" * 64,
    "status": 200,
    "headers": "{} ",
    "body": b"another",
    "fact_id": "a",
    "answered_at": 7,
    "key_id": None,
    "stamp": None,
}


@pytest.mark.parametrize("column", OTHER)
def test_an_answer_that_was_changed_has_it_no_more(kept: Database, column: str) -> None:
    change = update(idempotency_answer).where(idempotency_answer.c.key == "sent")
    with kept.writing() as connection:
        connection.execute(change.values(**{column: OTHER[column]}))
        assert unfounded(connection) == ["idempotency_answer"]


def test_every_column_of_an_answer_is_stamped() -> None:
    assert {column.name for column in idempotency_answer.c} == {*OTHER, "key"}


@pytest.mark.parametrize(
    "forge",
    [
        update(api_key).values(revoked_at=None),
        update(api_key).values(scopes="admin"),
        update(api_key).values(person="Mallory"),
        api_key.delete().where(api_key.c.person == "Ben"),
        api_key.delete(),
        stamp.delete(),
        update(stamp).values(stamp=bytes(60)),
    ],
)
def test_keys_that_were_changed_made_or_taken_away_are_missed(
    kept: Database, forge: Update | Delete
) -> None:
    with kept.writing() as connection:
        connection.execute(forge)
        assert unfounded(connection) == ["api_key"]


def test_stamps_are_wrapped_again_with_all_else_and_hold_by_the_newest_key_alone(
    kept: Database,
) -> None:
    both = Database(kept.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    newest = reseal(both).newest
    both.close()
    alone = Database(kept.url, seals=Seals(GivenKeys(read_keys(NEWER.split()[1]))))
    with alone.reading() as connection:
        ids = connection.execute(select(idempotency_answer.c.key_id)).scalars()
        assert {*ids, *connection.execute(select(stamp.c.key_id)).scalars()} == {newest}
        assert unfounded(connection) == []
    alone.close()
