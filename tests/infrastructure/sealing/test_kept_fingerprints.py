"""Nothing that is stored of a request or its idempotency key can confirm a guess of it."""

from __future__ import annotations

import re

import pytest
from eventsourcing.persistence import DataError
from sqlalchemy import update

from infrastructure.database.database import Database
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.resealing import reseal, take_as_is
from infrastructure.sealing.key_source import GivenKeys
from infrastructure.sealing.seals import Seals
from infrastructure.sealing.stored_responses import IdempotencyClaim, find_response, read_response
from infrastructure.sealing.wrapping import BrokenSealError, read_keys
from infrastructure.tables.record import stamp
from tests.infrastructure.recording import events
from tests.infrastructure.sealing.stamped import (
    ANSWER,
    NEWER,
    list_responses,
    list_unstamped_tables,
)

pytestmark = pytest.mark.either_database


def test_what_was_sent_is_known_by_no_hash_that_confirms_a_guess(
    stamped_database: Database,
) -> None:
    with stamped_database.reading() as connection:
        first, second = list_responses(connection)
        assert ANSWER.fingerprint not in str({**first})
        assert first["fingerprint"] != second["fingerprint"], "the same was sent"
        for row in (first, second):
            assert read_response(connection, row).fingerprint == ANSWER.fingerprint


def test_a_fingerprint_is_opened_after_a_change_of_keys_by_the_newest_alone(
    stamped_database: Database,
) -> None:
    both = Database(stamped_database.url, seals=Seals(GivenKeys(read_keys(NEWER))))
    reseal(both)
    both.close()
    alone = Database(stamped_database.url, seals=Seals(GivenKeys(read_keys(NEWER.split()[1]))))
    with alone.reading() as connection:
        for row in list_responses(connection):
            assert read_response(connection, row).fingerprint == ANSWER.fingerprint
    alone.close()


@pytest.mark.parametrize("forged", ["wrapped ", "wrapped !", f"wrapped {'A' * 124}"])
def test_a_fingerprint_that_was_not_wrapped_here_is_not_opened(
    stamped_database: Database, forged: str
) -> None:
    with stamped_database.reading() as connection:
        row = {**list_responses(connection)[0], "fingerprint": forged}
        with pytest.raises(BrokenSealError):
            read_response(connection, row)


@pytest.mark.parametrize("how", ["taken away", "changed"])
def test_a_lost_secret_of_idempotency_keys_is_noticed_and_not_replaced(
    stamped_database: Database, how: str
) -> None:
    recorder = EventRecorder(stamped_database)
    its = stamp.c.of == "idempotency_answer.key"
    forge = stamp.delete() if how == "taken away" else update(stamp).values(stamp=bytes(60))
    with stamped_database.writing() as connection:
        connection.execute(forge.where(its))
        assert list_unstamped_tables(connection) == ["idempotency_answer"]
    with pytest.raises(DataError):
        recorder.append(events(), claim=IdempotencyClaim(**{**vars(ANSWER), "key": "later"}))
    assert take_as_is(stamped_database) == 2
    recorder.append(events(), claim=ANSWER)
    with stamped_database.reading() as connection:
        assert list_unstamped_tables(connection) == []
        assert find_response(connection, ANSWER.caller, ANSWER.key) is not None


def test_a_key_stands_nowhere_and_is_another_for_another_caller(stamped_database: Database) -> None:
    EventRecorder(stamped_database).append(
        [], claim=IdempotencyClaim(**{**vars(ANSWER), "caller": "key:b"})
    )
    with stamped_database.reading() as connection:
        keys = [row["key"] for row in list_responses(connection)]
        assert len(set(keys)) == 3
        assert all(re.fullmatch("hmac-sha256 [0-9a-f]{64}", key) for key in keys)
        assert find_response(connection, "key:c", ANSWER.key) is None
