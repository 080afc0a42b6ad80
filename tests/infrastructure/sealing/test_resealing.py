"""An old record is sealed, and keys are changed, while others write; no leaf and no root changes with it."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, Final
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import TimeoutError as LockTimeoutError

from infrastructure.database.database import Database
from infrastructure.log import append
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.resealing import reseal
from infrastructure.proofs import integration
from infrastructure.proofs.verification import Verification, verify
from infrastructure.sealing.key_source import GivenKeys, WrappingKeyFile
from infrastructure.sealing.seals import Seals
from infrastructure.sealing.wrapping import Keyring, SealKeyError, read_keys
from infrastructure.tables.record import event
from tests.databases import SEAL_KEY
from tests.databases import open_database as opened_with_key
from tests.infrastructure.proofs.logs import grow, rows
from tests.infrastructure.recording import events
from tests.infrastructure.sealing.files import holds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

SIZE: Final = 1_203


def unseal(database: Database) -> None:
    """Leave the log as it was before payloads were sealed."""
    clear = [
        {"position": row["position"], "payload": row["payload"], "salt": row["salt"]}
        for row in rows(database)
    ]
    with database.writing() as connection:
        for row in clear:
            at = update(event).where(event.c.position == row.pop("position"))
            connection.execute(at.values(**row, key_version=None, key_id=None, data_key=None))


def verify_log(database: Database) -> Verification:
    with database.reading() as connection:
        return verify(connection)


def salts(database: Database) -> set[bytes]:
    with database.reading() as connection:
        return set(connection.execute(select(event.c.salt)).scalars())


def key_ids(database: Database) -> set[str]:
    with database.reading() as connection:
        found = select(event.c.key_id).where(event.c.data_key.is_not(None))
        return set(connection.execute(found).scalars())


def test_a_record_from_before_is_read_as_it_is_and_sealed_without_changing_its_root(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before_parts:
        before_parts.setattr(append, "salt_of", lambda secret, _: secret)
        grow(database, SIZE)
    before, content = verify_log(database), rows(database)
    unseal(database)
    keyless = Database(database.url)
    assert verify_log(keyless) == before
    keyless.close()
    EventRecorder(database).append(events(UUID(int=0), 32))
    integration.catch_up(database)
    now = verify_log(database)
    assert now.wrong is None
    assert b"" in salts(database)
    said: list[tuple[int, int]] = []
    report = reseal(database, lambda *at: said.append(at))
    assert (report.sealed, report.wrapped) == (SIZE, 0)
    assert report.keys == {report.newest: 40}
    assert said[-1] == (SIZE + 1, SIZE + 1)
    assert salts(database) == {b""}
    assert verify_log(database) == now
    assert rows(database)[:SIZE] == content
    assert reseal(database).sealed == 0


def test_what_was_in_clear_is_in_no_file_once_it_is_sealed(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = opened_with_key(fresh_database("sqlite-file"))
    grow(database, 50)
    unseal(database)
    assert holds(database, b'{"number":17}')
    reseal(database)
    assert not holds(database, b'{"number":')
    database.close()


def test_a_reader_that_keeps_the_old_state_open_is_not_overlooked(
    fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.log.resealing.PATIENCE_SECONDS", 0.1)
    database = opened_with_key(fresh_database("sqlite-file"))
    grow(database, 5)
    unseal(database)
    with database.reading() as connection:
        connection.execute(select(event.c.position)).all()
        with pytest.raises(LockTimeoutError, match="in use"):
            reseal(database)
    assert holds(database, b'{"number":')
    reseal(database)
    assert not holds(database, b'{"number":')
    database.close()


def test_a_reader_of_an_old_state_is_waited_for_a_moment(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = opened_with_key(fresh_database("sqlite-file"))
    grow(database, 5)
    unseal(database)
    begun, ended = Event(), Event()

    def read() -> None:
        with database.reading() as connection:
            connection.execute(select(event.c.position)).all()
            begun.set()
            ended.wait(0.3)

    reader = Thread(target=read)
    reader.start()
    begun.wait(10)
    reseal(database)
    ended.set()
    reader.join()
    assert not holds(database, b'{"number":')
    database.close()


def test_every_data_key_is_wrapped_by_the_newest_key_while_others_write(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "parley.seal"
    writing = Database(database.url, seals=Seals(WrappingKeyFile(path)))
    recorder, ended = EventRecorder(writing), Event()
    recorder.append([each for number in range(700) for each in events(UUID(int=number))])
    (before,) = key_ids(database)

    def write() -> None:
        while not ended.is_set():
            recorder.append(events())

    writer = Thread(target=write)
    writer.start()
    other = Database(database.url, seals=Seals(WrappingKeyFile(path)))
    other.seals.add_key()
    try:
        report = reseal(other)
    finally:
        ended.set()
        writer.join()
    assert report.wrapped >= 700
    assert report.newest != before
    assert key_ids(database) == {report.newest}
    newest = path.read_text().splitlines()[-1]
    alone = Database(database.url, seals=Seals(GivenKeys(read_keys(newest))))
    assert verify_log(alone).wrong is None
    for each in (writing, other, alone):
        each.close()


def test_a_key_that_is_missing_stops_the_change_of_keys(database: Database) -> None:
    grow(database, 5)
    other = Database(database.url, seals=Seals(GivenKeys(Keyring([b"x" * 32]))))
    with pytest.raises(SealKeyError, match="not given"):
        reseal(other)
    other.close()
    assert key_ids(database) == {read_keys(SEAL_KEY).newest}
    assert verify_log(database).wrong is None


def test_an_empty_record_has_nothing_to_seal(database: Database) -> None:
    report = reseal(Database(database.url))
    assert (report.sealed, report.wrapped, report.newest, report.keys) == (0, 0, "", {})
