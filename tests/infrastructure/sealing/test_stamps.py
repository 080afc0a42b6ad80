"""What follows from no event is held to its stamp, which only the wrapping keys can make."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from eventsourcing.persistence import DataError
from sqlalchemy import Connection, delete, select, update

from domain.errors import UnknownError
from infrastructure.database.database import Database
from infrastructure.identity.keys import Keys
from infrastructure.log.erasure import ERASED_ANSWER
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.resealing import reseal, take_as_is
from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.sealing.key_source import GivenKeys
from infrastructure.sealing.seals import Seals, read_own_keys
from infrastructure.sealing.stamps import change_total, stamps_of_answers
from infrastructure.sealing.stored_responses import (
    IdempotencyClaim,
    change_responses,
    find_response,
    read_response,
)
from infrastructure.sealing.wrapping import BrokenSealError, read_keys
from infrastructure.tables.record import api_key, idempotency_answer, log_head, stamp
from infrastructure.transaction_memo import forget
from tests.databases import SEAL_KEY
from tests.infrastructure.recording import events

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Delete, RowMapping, Update

pytestmark = pytest.mark.either_database

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


def kept_rows(connection: Connection) -> list[RowMapping]:
    ordered = select(idempotency_answer).order_by(idempotency_answer.c.key)
    return list(connection.execute(ordered).mappings())


def under(connection: Connection, key: str) -> ColumnElement[bool]:
    """That a row is what is kept under a key."""
    response = find_response(connection, ANSWER.caller, key)
    assert response is not None
    return idempotency_answer.c.key == response.key


def unfounded(connection: Connection) -> list[str]:
    return [each.table for each in find_unstamped(connection)]


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
    "kept_at": 7,
    "key_id": None,
    "stamp": None,
}


@pytest.mark.parametrize("column", OTHER)
def test_an_answer_that_was_changed_has_it_no_more(kept: Database, column: str) -> None:
    with kept.writing() as connection:
        change = update(idempotency_answer).where(under(connection, "sent"))
        connection.execute(change.values(**{column: OTHER[column]}))
        assert unfounded(connection) == ["idempotency_answer"]


def test_every_column_of_an_answer_is_stamped() -> None:
    assert {column.name for column in idempotency_answer.c} == {*OTHER, "key"}


@pytest.mark.parametrize(
    "forge",
    [
        stamp.delete().where(stamp.c.of == "api_key"),
        update(stamp).where(stamp.c.of == "api_key").values(stamp=bytes(60)),
        update(api_key).values(revoked_at=None),
        update(api_key).values(scopes="admin"),
        update(api_key).values(person="Mallory"),
        api_key.delete().where(api_key.c.person == "Ben"),
        api_key.delete(),
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
        total = connection.execute(select(log_head.c.total_key_id)).scalar_one()
        assert {*ids, total, *connection.execute(select(stamp.c.key_id)).scalars()} == {newest}
        assert unfounded(connection) == []
    alone.close()


def test_what_was_sent_is_known_by_no_hash_that_confirms_a_guess(kept: Database) -> None:
    with kept.reading() as connection:
        first, second = kept_rows(connection)
        assert ANSWER.fingerprint not in str({**first})
        assert first["fingerprint"] != second["fingerprint"], "the same was sent"
        for row in (first, second):
            assert read_response(connection, row).fingerprint == ANSWER.fingerprint


def test_a_fingerprint_is_opened_after_a_change_of_keys_by_the_newest_alone(kept: Database) -> None:
    both = Database(kept.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    reseal(both)
    both.close()
    alone = Database(kept.url, seals=Seals(GivenKeys(read_keys(NEWER.split()[1]))))
    with alone.reading() as connection:
        for row in kept_rows(connection):
            assert read_response(connection, row).fingerprint == ANSWER.fingerprint
    alone.close()


@pytest.mark.parametrize("forged", ["wrapped ", "wrapped !", f"wrapped {'A' * 124}"])
def test_a_fingerprint_that_was_not_wrapped_here_is_not_opened(kept: Database, forged: str) -> None:
    with kept.reading() as connection:
        row = {**kept_rows(connection)[0], "fingerprint": forged}
        with pytest.raises(BrokenSealError):
            read_response(connection, row)


def test_keys_are_changed_past_an_answer_that_an_erasure_emptied(kept: Database) -> None:
    with kept.writing() as connection:
        change_total(
            connection, change_responses(connection, kept_rows(connection)[:1], ERASED_ANSWER)
        )
        assert unfounded(connection) == []
    both = Database(kept.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    newest = reseal(both).newest
    with both.reading() as connection:
        rows = kept_rows(connection)
        assert [row["key_id"] for row in rows] == [newest] * 2
        assert {read_response(connection, row).fingerprint for row in rows} == {
            "",
            ANSWER.fingerprint,
        }
        assert unfounded(connection) == []
    both.close()


NO_TOTAL = update(log_head).values(total_key_id=None, total_stamp=None)
BEGUN = (api_key.delete(), idempotency_answer.delete(), stamp.delete(), NO_TOTAL)


@pytest.mark.parametrize(
    "forge",
    [
        idempotency_answer.delete().where(idempotency_answer.c.body == b""),
        idempotency_answer.delete(),
        update(log_head).values(total_stamp=None),
        update(log_head).values(total_key_id=None),
        update(log_head).values(total_stamp=bytes(60)),
    ],
)
def test_answers_that_were_taken_away_are_missed(kept: Database, forge: Update | Delete) -> None:
    recorder = EventRecorder(kept)
    recorder.append(events())
    with kept.writing() as connection:
        connection.execute(forge)
        assert unfounded(connection) == ["idempotency_answer"]
    recorder.append(events(), claim=IdempotencyClaim(**{**vars(ANSWER), "key": "later"}))
    with kept.reading() as connection:
        assert unfounded(connection) == ["idempotency_answer"], "another hides it not"


def test_all_keys_and_answers_are_missed_with_their_stamps(kept: Database) -> None:
    EventRecorder(kept).append(events())
    with kept.writing() as connection:
        for forge in BEGUN:
            connection.execute(forge)
        assert unfounded(connection) == ["api_key", "idempotency_answer"]


def test_a_key_that_was_put_in_is_not_made_good_by_the_next_that_is_made(kept: Database) -> None:
    rogue = {"id": "rogue", "secret_sha256": b"", "person": "M", "scopes": "admin", "created_at": 0}
    with kept.writing() as connection:
        connection.execute(api_key.insert(), rogue)
    keys = Keys(kept, kept.clock)
    keys.revoke(keys.create("Cleo", ["fact:read"])[1].id)
    with kept.reading() as connection:
        assert unfounded(connection) == ["api_key"]


def test_to_revoke_a_key_that_is_not_there_hides_nothing(kept: Database) -> None:
    with kept.writing() as connection:
        connection.execute(update(api_key).values(scopes="admin"))
    with pytest.raises(UnknownError):
        Keys(kept, kept.clock).revoke("nobody")
    with kept.reading() as connection:
        assert unfounded(connection) == ["api_key"]


def test_a_first_key_does_not_hide_that_all_were_taken_away(kept: Database) -> None:
    EventRecorder(kept).append(events())
    with kept.writing() as connection:
        connection.execute(delete(api_key))
        connection.execute(delete(stamp).where(stamp.c.of == "api_key"))
    keys = Keys(kept, kept.clock)
    assert not keys.any_open()
    keys.create("editor", ["admin"])
    with kept.reading() as connection:
        assert unfounded(connection) == ["api_key"]


def test_a_log_stamps_both_tables_with_its_first_event(database: Database) -> None:
    EventRecorder(database).append(events())
    with database.reading() as connection:
        assert len(connection.execute(select(stamp)).all()) == 1, "the keys need no stamp yet"
        assert len(stamps_of_answers(connection)) == 1
        assert unfounded(connection) == []


def test_what_somebody_has_looked_at_is_taken_as_it_is(kept: Database) -> None:
    with kept.writing() as connection:
        connection.execute(update(api_key).values(scopes="admin"))
        connection.execute(update(idempotency_answer).values(body=b"forged"))
    assert take_as_is(kept) == 2
    with kept.reading() as connection:
        assert unfounded(connection) == []
        assert kept_rows(connection) == []


def test_the_first_event_makes_no_forged_key_valid_beside_a_real_one(database: Database) -> None:
    rogue = {"id": "r", "secret_sha256": b"", "person": "M", "scopes": "admin", "created_at": 0}
    Keys(database, database.clock).create("Ann", ["fact:read"])
    with database.writing() as connection:
        connection.execute(api_key.insert(), rogue)
    EventRecorder(database).append(events(), claim=ANSWER)
    with database.reading() as connection:
        assert unfounded(connection) == ["api_key"]


def test_the_first_event_makes_no_forged_key_valid_in_a_database_without_keys(
    database: Database,
) -> None:
    rogue = {"id": "r", "secret_sha256": b"", "person": "M", "scopes": "admin", "created_at": 0}
    with database.writing() as connection:
        connection.execute(api_key.insert(), rogue)
    EventRecorder(database).append(events())
    with database.reading() as connection:
        assert unfounded(connection) == ["api_key"]


def test_a_changed_answer_is_as_it_was_once_it_is_put_back_whatever_the_keys(
    kept: Database,
) -> None:
    with kept.writing() as connection:
        change = update(idempotency_answer).where(under(connection, "sent"))
        connection.execute(change.values(status=500))
    both = Database(kept.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    reseal(both)
    with both.writing() as connection:
        assert unfounded(connection) == ["idempotency_answer"]
        connection.execute(change.values(status=ANSWER.status))
        assert unfounded(connection) == []
        for row in kept_rows(connection):
            assert read_response(connection, row).fingerprint == ANSWER.fingerprint
    both.close()


def test_an_answer_that_stands_there_again_as_it_once_was_is_missed(kept: Database) -> None:
    with kept.writing() as connection:
        before = kept_rows(connection)[0]
        change_total(connection, change_responses(connection, [before], ERASED_ANSWER))
        assert unfounded(connection) == []
        same = idempotency_answer.c.key == before["key"]
        connection.execute(update(idempotency_answer).where(same).values(**before))
        assert unfounded(connection) == ["idempotency_answer"]


@pytest.mark.parametrize("how", ["exchanged", "taken away", "changed"])
def test_the_total_and_the_secret_are_missed_together(kept: Database, how: str) -> None:
    """Neither can be compared with the other then, which must not count as agreement."""
    EventRecorder(kept).append(events())
    with kept.writing() as connection:
        rows = stamps_of_answers(connection)
        total, secret = [row["stamp"] if how == "exchanged" else bytes(60) for row in rows]
        connection.execute(stamp.delete().where(stamp.c.of == rows[1]["of"]))
        connection.execute(NO_TOTAL)
        if how != "taken away":
            connection.execute(stamp.insert(), {**rows[1], "stamp": total})
            held = {"total_key_id": rows[0]["key_id"], "total_stamp": secret}
            connection.execute(update(log_head).values(held))
        forget(connection, read_own_keys)
        assert unfounded(connection) == ["idempotency_answer"]


@pytest.mark.parametrize("how", ["taken away", "changed"])
def test_a_lost_secret_of_idempotency_keys_is_noticed_and_not_replaced(
    kept: Database, how: str
) -> None:
    recorder = EventRecorder(kept)
    its = stamp.c.of == "idempotency_answer.key"
    forge = stamp.delete() if how == "taken away" else update(stamp).values(stamp=bytes(60))
    with kept.writing() as connection:
        connection.execute(forge.where(its))
        assert unfounded(connection) == ["idempotency_answer"]
    with pytest.raises(DataError):
        recorder.append(events(), claim=IdempotencyClaim(**{**vars(ANSWER), "key": "later"}))
    assert take_as_is(kept) == 2
    recorder.append(events(), claim=ANSWER)
    with kept.reading() as connection:
        assert unfounded(connection) == []
        assert find_response(connection, ANSWER.caller, ANSWER.key) is not None


def test_a_key_stands_nowhere_and_is_another_for_another_caller(kept: Database) -> None:
    EventRecorder(kept).append([], claim=IdempotencyClaim(**{**vars(ANSWER), "caller": "key:b"}))
    with kept.reading() as connection:
        keys = [row["key"] for row in kept_rows(connection)]
        assert len(set(keys)) == 3
        assert all(re.fullmatch("hmac-sha256 [0-9a-f]{64}", key) for key in keys)
        assert find_response(connection, "key:c", ANSWER.key) is None
