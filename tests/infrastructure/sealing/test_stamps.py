"""Rows that no event gives are checked against their stamps, which only the wrapping keys can make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from infrastructure.database.database import Database
from infrastructure.log.erasure import ERASED_ANSWER
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.resealing import reseal, take_as_is
from infrastructure.sealing.key_source import GivenKeys
from infrastructure.sealing.seals import Seals, read_own_keys
from infrastructure.sealing.stamps import change_total, stamps_of_answers
from infrastructure.sealing.stored_responses import (
    IdempotencyClaim,
    change_responses,
    read_response,
)
from infrastructure.sealing.wrapping import read_keys
from infrastructure.tables.record import api_key, idempotency_answer, log_head, stamp
from infrastructure.transaction_memo import forget
from tests.infrastructure.recording import events
from tests.infrastructure.sealing.stamped import (
    ANSWER,
    NEWER,
    list_responses,
    list_unstamped_tables,
    match_key,
)

if TYPE_CHECKING:
    from sqlalchemy import Delete, Update

pytestmark = pytest.mark.either_database


def test_an_empty_database_needs_no_stamp_and_no_key(database: Database) -> None:
    with database.reading() as connection:
        assert list_unstamped_tables(connection) == []


def test_what_parley_wrote_has_its_stamp(stamped_database: Database) -> None:
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == []


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
def test_an_answer_that_was_changed_has_it_no_more(stamped_database: Database, column: str) -> None:
    with stamped_database.writing() as connection:
        change = update(idempotency_answer).where(match_key(connection, "sent"))
        connection.execute(change.values(**{column: OTHER[column]}))
        assert list_unstamped_tables(connection) == ["idempotency_answer"]


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
    stamped_database: Database, forge: Update | Delete
) -> None:
    with stamped_database.writing() as connection:
        connection.execute(forge)
        assert list_unstamped_tables(connection) == ["api_key"]


def test_stamps_are_wrapped_again_with_all_else_and_hold_by_the_newest_key_alone(
    stamped_database: Database,
) -> None:
    both = Database(stamped_database.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    newest = reseal(both).newest
    both.close()
    alone = Database(stamped_database.url, seals=Seals(GivenKeys(read_keys(NEWER.split()[1]))))
    with alone.reading() as connection:
        ids = connection.execute(select(idempotency_answer.c.key_id)).scalars()
        total = connection.execute(select(log_head.c.total_key_id)).scalar_one()
        assert {*ids, total, *connection.execute(select(stamp.c.key_id)).scalars()} == {newest}
        assert list_unstamped_tables(connection) == []
    alone.close()


def test_keys_are_changed_past_an_answer_that_an_erasure_emptied(
    stamped_database: Database,
) -> None:
    with stamped_database.writing() as connection:
        change_total(
            connection, change_responses(connection, list_responses(connection)[:1], ERASED_ANSWER)
        )
        assert list_unstamped_tables(connection) == []
    both = Database(stamped_database.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    newest = reseal(both).newest
    with both.reading() as connection:
        rows = list_responses(connection)
        assert [row["key_id"] for row in rows] == [newest] * 2
        assert {read_response(connection, row).fingerprint for row in rows} == {
            "",
            ANSWER.fingerprint,
        }
        assert list_unstamped_tables(connection) == []
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
def test_answers_that_were_taken_away_are_missed(
    stamped_database: Database, forge: Update | Delete
) -> None:
    recorder = EventRecorder(stamped_database)
    recorder.append(events())
    with stamped_database.writing() as connection:
        connection.execute(forge)
        assert list_unstamped_tables(connection) == ["idempotency_answer"]
    recorder.append(events(), claim=IdempotencyClaim(**{**vars(ANSWER), "key": "later"}))
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == ["idempotency_answer"], "another hides it not"


def test_all_keys_and_answers_are_missed_with_their_stamps(stamped_database: Database) -> None:
    EventRecorder(stamped_database).append(events())
    with stamped_database.writing() as connection:
        for forge in BEGUN:
            connection.execute(forge)
        assert list_unstamped_tables(connection) == ["api_key", "idempotency_answer"]


def test_a_log_stamps_both_tables_with_its_first_event(database: Database) -> None:
    EventRecorder(database).append(events())
    with database.reading() as connection:
        assert len(connection.execute(select(stamp)).all()) == 1, "the keys need no stamp yet"
        assert len(stamps_of_answers(connection)) == 1
        assert list_unstamped_tables(connection) == []


def test_what_somebody_has_looked_at_is_taken_as_it_is(stamped_database: Database) -> None:
    with stamped_database.writing() as connection:
        connection.execute(update(api_key).values(scopes="admin"))
        connection.execute(update(idempotency_answer).values(body=b"forged"))
    assert take_as_is(stamped_database) == 2
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == []
        assert list_responses(connection) == []


def test_a_changed_answer_is_as_it_was_once_it_is_put_back_whatever_the_keys(
    stamped_database: Database,
) -> None:
    with stamped_database.writing() as connection:
        change = update(idempotency_answer).where(match_key(connection, "sent"))
        connection.execute(change.values(status=500))
    both = Database(stamped_database.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    reseal(both)
    with both.writing() as connection:
        assert list_unstamped_tables(connection) == ["idempotency_answer"]
        connection.execute(change.values(status=ANSWER.status))
        assert list_unstamped_tables(connection) == []
        for row in list_responses(connection):
            assert read_response(connection, row).fingerprint == ANSWER.fingerprint
    both.close()


def test_an_answer_that_stands_there_again_as_it_once_was_is_missed(
    stamped_database: Database,
) -> None:
    with stamped_database.writing() as connection:
        before = list_responses(connection)[0]
        change_total(connection, change_responses(connection, [before], ERASED_ANSWER))
        assert list_unstamped_tables(connection) == []
        same = idempotency_answer.c.key == before["key"]
        connection.execute(update(idempotency_answer).where(same).values(**before))
        assert list_unstamped_tables(connection) == ["idempotency_answer"]


@pytest.mark.parametrize("how", ["exchanged", "taken away", "changed"])
def test_the_total_and_the_secret_are_missed_together(stamped_database: Database, how: str) -> None:
    """Neither can then be compared with the other, which must not count as agreement."""
    EventRecorder(stamped_database).append(events())
    with stamped_database.writing() as connection:
        rows = stamps_of_answers(connection)
        total, secret = [row["stamp"] if how == "exchanged" else bytes(60) for row in rows]
        connection.execute(stamp.delete().where(stamp.c.of == rows[1]["of"]))
        connection.execute(NO_TOTAL)
        if how != "taken away":
            connection.execute(stamp.insert(), {**rows[1], "stamp": total})
            held = {"total_key_id": rows[0]["key_id"], "total_stamp": secret}
            connection.execute(update(log_head).values(held))
        forget(connection, read_own_keys)
        assert list_unstamped_tables(connection) == ["idempotency_answer"]
