"""Each payload is sealed in its own row; without the right key nothing can be read or recorded."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import func, select, update

from infrastructure.backup.backup import back_up, restore
from infrastructure.backup.file import CountLine, EventLine, Manifest, Opening, read_backup
from infrastructure.database.database import Database
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.rows import LOGGED, open_row
from infrastructure.proofs.verification import verify
from infrastructure.sealing.key_source import GivenKeys, WrappingKeyFile
from infrastructure.sealing.seals import Seals
from infrastructure.sealing.wrapping import BrokenSealError, Keyring, SealKeyError
from infrastructure.tables.record import event
from tests.databases import SEAL_KEY
from tests.databases import open_database as opened_with_key
from tests.infrastructure.recording import events
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

SECRET: Final = b"what the minister said"
OTHER_KEY: Final = Keyring([b"another key of thirty-two bytes!"])


def read_event_rows(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        rows = connection.execute(select(event).order_by(event.c.position)).mappings()
        return [dict(row) for row in rows]


def data_keys(database: Database) -> int:
    with database.reading() as connection:
        found = select(func.count()).where(event.c.data_key.is_not(None))
        return connection.execute(found).scalar_one()


def states(database: Database) -> list[bytes]:
    return [entry.state for entry in EventRecorder(database).entries_between(0, 1_000)]


def open_with_seals(database: Database, seals: Seals) -> Database:
    return Database(database.url, seals=seals)


def test_no_payload_and_no_salt_stands_in_the_log(database: Database) -> None:
    recorder = EventRecorder(database)
    recorder.append(events(payload=SECRET))
    (row,) = read_event_rows(database)
    assert SECRET not in row["payload"]
    assert row["salt"] == b""
    assert tables_holding(database, SECRET.decode(), "event", "log_head") == []
    assert states(database) == [SECRET]


def test_no_file_of_the_database_or_of_a_backup_has_what_was_said(
    fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    database = opened_with_key(fresh_database("sqlite-file"))
    EventRecorder(database).append(events(None, 1, 2, payload=SECRET))
    back_up(database, tmp_path / "backup")
    lines = list(read_backup(tmp_path / "backup"))
    assert [type(line) for line in lines] == [Opening, EventLine, EventLine, CountLine, Manifest]
    for line in lines:
        for part in msgspec.structs.astuple(line):
            assert SECRET not in (part if isinstance(part, bytes) else str(part).encode())
            assert part != b64decode(SEAL_KEY)
    assert not holds(database, SECRET)
    assert holds(database, b"fact.recorded")
    database.close()
    assert not holds(database, SECRET)


def test_each_stream_has_one_data_key_and_each_payload_a_nonce_of_its_own(
    database: Database,
) -> None:
    recorder, stream = EventRecorder(database), uuid4()
    recorder.append([*events(stream, 1, 2, payload=SECRET), *events(payload=SECRET)])
    recorder.append(events(stream, 3, payload=SECRET))
    EventRecorder(opened_with_key(database.url)).append(events(stream, 4, payload=SECRET))
    assert data_keys(database) == 2
    assert len({row["payload"] for row in read_event_rows(database)}) == 5
    assert len({row["payload"][:12] for row in read_event_rows(database)}) == 5
    assert states(database) == [SECRET] * 5


def test_a_batch_of_many_older_streams_finds_all_their_keys(database: Database) -> None:
    recorder = EventRecorder(database)
    streams = [UUID(int=number) for number in range(1_100)]
    recorder.append([each for stream in streams for each in events(stream, 1)])
    recorder.append([each for stream in streams for each in events(stream, 2, payload=SECRET)])
    assert data_keys(database) == 1_100
    assert EventRecorder(database).select_events(streams[-1])[-1].state == SECRET


@pytest.mark.parametrize(
    "values",
    [
        {"recorded_at": 5},
        {"version": 7},
        {"type": "fact.retracted"},
        {"actor": "somebody else"},
        {"position": 9},
        {"payload": b""},
        {"payload": bytes(40)},
        {"payload": b"short"},
    ],
)
def test_a_payload_opens_in_its_own_row_alone(
    database: Database, values: dict[str, object]
) -> None:
    EventRecorder(database).append(events(payload=SECRET))
    with database.writing() as connection:
        connection.execute(update(event).values(**values))
    if values == {"payload": b""}:
        assert states(database) == [b""]
        return
    with pytest.raises(BrokenSealError):
        states(database)


def test_payloads_that_were_swapped_open_nowhere(database: Database) -> None:
    recorder, stream = EventRecorder(database), uuid4()
    recorder.append(events(stream, 1, 2, payload=SECRET))
    first, second = (row["payload"] for row in read_event_rows(database))
    with database.writing() as connection:
        for position, payload in ((1, second), (2, first)):
            at = update(event).where(event.c.position == position)
            connection.execute(at.values(payload=payload))
    with pytest.raises(BrokenSealError):
        recorder.select_events(stream)


def test_the_data_key_of_one_stream_is_none_of_anothers(database: Database) -> None:
    recorder = EventRecorder(database)
    recorder.append([*events(UUID(int=1)), *events(UUID(int=2))])
    with database.writing() as connection:
        wrapped = connection.execute(select(event.c.data_key).limit(1)).scalar_one()
        connection.execute(update(event).values(data_key=wrapped))
    with pytest.raises(BrokenSealError):
        states(database)


def test_once_its_data_key_is_destroyed_a_payload_is_gone_in_every_process(
    database: Database,
) -> None:
    other = opened_with_key(database.url)
    reader = EventRecorder(other)
    EventRecorder(database).append(events(payload=SECRET))
    assert [entry.state for entry in reader.entries_between(0, 9)] == [SECRET]
    with database.writing() as connection:
        connection.execute(update(event).values(data_key=None))
    with pytest.raises(BrokenSealError, match="gone"):
        reader.entries_between(0, 9)
    with database.reading() as connection:
        wrong = verify(connection).wrong
    assert wrong is not None
    assert wrong.position == 1
    other.close()


def test_a_stream_whose_key_is_gone_takes_a_new_one(database: Database) -> None:
    recorder, stream = EventRecorder(database), uuid4()
    recorder.append(events(stream, 1))
    with database.writing() as connection:
        connection.execute(update(event).values(data_key=None))
    recorder.append(events(stream, 2, payload=SECRET))
    with database.reading() as connection:
        row = connection.execute(LOGGED.where(event.c.position == 2)).mappings().one()
        assert open_row(connection, row, ())["payload"] == SECRET


def test_without_its_key_nothing_is_read_recorded_or_verified(database: Database) -> None:
    EventRecorder(database).append(events(payload=SECRET))
    for seals in (Seals(), Seals(GivenKeys(OTHER_KEY))):
        other = open_with_seals(database, seals)
        recorder = EventRecorder(other)
        with pytest.raises(SealKeyError, match="not given"):
            recorder.entries_between(0, 9)
        with pytest.raises(SealKeyError, match="not given"):
            recorder.append(events())
        with other.reading() as connection:
            wrong = verify(connection).wrong
        assert wrong is not None
        assert wrong.position == 1
        assert "not given" in wrong.what
        other.close()
    assert len(read_event_rows(database)) == 1


def test_a_database_without_keys_takes_no_event_in_clear(database: Database) -> None:
    other = open_with_seals(database, Seals())
    with pytest.raises(SealKeyError, match="without the keys"):
        EventRecorder(other).append(events())
    assert read_event_rows(database) == []
    other.close()


def test_a_key_is_made_for_a_new_record_and_never_for_one_that_is_sealed(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    first = open_with_seals(database, Seals(WrappingKeyFile(folder / "parley.seal")))
    assert EventRecorder(first).entries_between(0, 9) == []
    assert list(folder.iterdir()) == []
    EventRecorder(first).append(events(payload=SECRET))
    key = (folder / "parley.seal").read_bytes()
    (folder / "parley.seal").unlink()
    EventRecorder(first).append(events())
    again = open_with_seals(database, Seals(WrappingKeyFile(folder / "parley.seal")))
    with pytest.raises(SealKeyError, match="not given"):
        EventRecorder(again).append(events())
    assert list(folder.iterdir()) == []
    (folder / "parley.seal").write_bytes(key)
    (folder / "parley.seal").chmod(0o600)
    EventRecorder(again).append(events())
    assert states(again)[0] == SECRET
    first.close()
    again.close()


def test_a_backup_needs_no_key_and_a_restore_does(
    database: Database, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    class Projecting:
        def apply(self, *_: object) -> None:
            """Do nothing: the event had to be opened before."""

    EventRecorder(database).append(events(payload=SECRET))
    back_up(open_with_seals(database, Seals()), tmp_path / "backup")
    keyless = Database(fresh_database("sqlite-file"))
    with pytest.raises(SealKeyError, match="not given"):
        restore(keyless, tmp_path / "backup", [Projecting()])
    assert (read_event_rows(keyless), data_keys(keyless)) == ([], 0)
    other = open_with_seals(keyless, database.seals)
    restore(other, tmp_path / "backup", [Projecting()])
    assert states(other) == [SECRET]
    assert read_event_rows(other) == read_event_rows(database)
    keyless.close()
    other.close()
