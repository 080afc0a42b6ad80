"""After the first stamp or seal, a database belongs to that wrapping key: a process without it writes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import event as listened
from sqlalchemy import select, text, update

from infrastructure.backup.backup import back_up, restore
from infrastructure.backup.file import BackupError
from infrastructure.database.database import Database
from infrastructure.identity.keys import Keys
from infrastructure.log.expiring import drop_kept_before
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.resealing import reseal, take_as_is
from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.proofs.log_key import LastSigned
from infrastructure.proofs.publishing import Publisher, last_signed_note
from infrastructure.proofs.verification import verify
from infrastructure.sealing.key_source import GivenKeys, WrappingKeyFile
from infrastructure.sealing.seals import OWN_KEYS, Seals
from infrastructure.sealing.wrapping import Keyring, SealKeyError
from infrastructure.tables.record import event, log_head, signed_checkpoint, stamp
from tests.infrastructure.proofs.logs import signer
from tests.infrastructure.recording import claim, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Kind

FIRST, SECOND = b"the first key of thirty-two byte", b"the other key of thirty-two byte"
EVER: Final = 10**17
"""An instant after all stored responses."""


def open_with_keys(url: object, *keys: bytes) -> Database:
    return Database(str(url), seals=Seals(GivenKeys(Keyring(keys))))


@pytest.fixture
def first(database_url: str) -> Iterator[Database]:
    """A process with one key."""
    with closing(open_with_keys(database_url, FIRST)) as database:
        yield database


@pytest.fixture
def other(database_url: str) -> Iterator[Database]:
    """A process with another key, on the same database, which was empty when the process checked it."""
    with closing(open_with_keys(database_url, SECOND)) as database:
        with database.reading() as connection:
            database.seals.check(connection)
        yield database


def list_changeable_rows(database: Database) -> list[tuple[object, ...]]:
    """All rows that a process without the key might change."""
    with database.reading() as connection:
        return [
            tuple(row)
            for table in (event, stamp, log_head, signed_checkpoint)
            for row in connection.execute(select(table))
        ]


def refuses_all(database: Database) -> None:
    keys = Keys(database, database.clock)
    for write in (
        lambda: EventRecorder(database).append(events()),
        lambda: EventRecorder(database).append([], claim=claim("a")),
        lambda: keys.create("Ann", ["fact:read"]),
        lambda: keys.create_first("Ann", ["fact:read"]),
        lambda: reseal(database),
    ):
        with pytest.raises(SealKeyError, match="not given"):
            write()


def test_a_server_with_another_seal_key_records_nothing_once_one_has_recorded(
    first: Database, other: Database
) -> None:
    EventRecorder(first).append(events())
    before = list_changeable_rows(first)
    refuses_all(other)
    assert list_changeable_rows(first) == before
    EventRecorder(first).append(events())
    with first.reading() as connection:
        assert verify(connection).wrong is None
        assert list(find_unstamped(connection)) == []


def test_the_first_api_key_makes_the_seal_key_the_databases_own(
    first: Database, other: Database, tmp_path: Path
) -> None:
    _, kept = Keys(other, other.clock).create("Ann", ["admin"])
    before = list_changeable_rows(other)
    unmade = tmp_path / "a.seal"
    for seals in (first.seals, Seals(WrappingKeyFile(unmade))):
        with closing(Database(first.url, seals=seals)) as late:
            refuses_all(late)
            with pytest.raises(SealKeyError):
                Keys(late, late.clock).revoke(kept.id)
    assert not unmade.exists()
    assert list_changeable_rows(other) == before
    EventRecorder(other).append(events())
    with other.reading() as connection:
        assert list(find_unstamped(connection)) == []


def test_the_first_stored_response_makes_the_seal_key_the_databases_own(
    first: Database, other: Database
) -> None:
    EventRecorder(first).append([], claim=claim("a"))
    refuses_all(other)
    with pytest.raises(SealKeyError, match="not given"):
        drop_kept_before(other, EVER)
    assert drop_kept_before(first, EVER) == 1


def test_of_many_that_begin_at_one_moment_those_with_one_key_record(database_url: str) -> None:
    line = Barrier(8)

    def begin(number: int) -> bool:
        with closing(open_with_keys(database_url, bytes([number % 4]) * 32)) as database:
            line.wait(60)
            try:
                EventRecorder(database).append(events())
            except SealKeyError:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        recorded = list(threads.map(begin, range(8)))
    assert sum(recorded) == 2
    winner = recorded.index(True)
    assert recorded[winner + 4]
    with closing(open_with_keys(database_url, bytes([winner]) * 32)) as database:
        assert len(EventRecorder(database).entries_between(0, 9)) == 2
        with database.reading() as connection:
            assert list(find_unstamped(connection)) == []


def test_who_lacks_the_newer_of_two_keys_writes_nothing_once_that_has_sealed(
    first: Database, database_url: str
) -> None:
    EventRecorder(first).append(events())
    with closing(open_with_keys(database_url, FIRST, SECOND)) as both:
        EventRecorder(first).append(events())
        EventRecorder(both).append(events())
        refuses_all(first)
        reseal(both)
    refuses_all(first)
    with closing(open_with_keys(database_url, SECOND)) as newest:
        EventRecorder(newest).append(events())
        assert len(EventRecorder(newest).entries_between(0, 9)) == 4


def test_a_newer_key_in_a_shared_file_is_taken_up_by_who_runs(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.seal"
    one, two = (Database(database_url, seals=Seals(WrappingKeyFile(file))) for _ in range(2))
    EventRecorder(one).append(events())
    EventRecorder(two).append(events())
    two.seals.add_key()
    reseal(two)
    EventRecorder(one).append(events())
    assert len(EventRecorder(two).entries_between(0, 9)) == 3
    for each in (one, two):
        each.close()


def test_a_backup_goes_into_no_database_that_has_become_anothers(
    first: Database, fresh_database: Callable[[Kind], str], tmp_path: Path, database_url: str
) -> None:
    EventRecorder(first).append(events())
    back_up(first, tmp_path / "backup")
    kind: Kind = "postgresql" if "postgresql" in database_url else "sqlite-file"

    def create_key(database: Database) -> None:
        Keys(database, database.clock).create("Ann", ["admin"])

    def lose_response(database: Database) -> None:
        EventRecorder(database).append([], claim=claim("a"))
        with database.writing() as connection:
            connection.execute(text("DELETE FROM idempotency_answer"))

    def publish_checkpoint(database: Database) -> None:
        last_signed = LastSigned(tmp_path / "parley.key")
        last_signed.begin()
        Publisher(database, signer(), last_signed).publish()

    for make in (create_key, lose_response, publish_checkpoint):
        url = fresh_database(kind)
        with (
            closing(open_with_keys(url, FIRST)) as owner,
            closing(open_with_keys(url, FIRST)) as database,
        ):
            make(owner)
            before = list_changeable_rows(owner)
            with pytest.raises(BackupError, match="restore into a new database"):
                restore(database, tmp_path / "backup", [])
            assert list_changeable_rows(owner) == before


def test_a_server_with_another_seal_key_writes_nothing_after_a_restore(
    first: Database, fresh_database: Callable[[Kind], str], tmp_path: Path, database_url: str
) -> None:
    EventRecorder(first).append(events())
    back_up(first, tmp_path / "backup")
    url = fresh_database("postgresql" if "postgresql" in database_url else "sqlite-file")
    with (
        closing(open_with_keys(url, SECOND)) as server,
        closing(open_with_keys(url, FIRST)) as restoring,
    ):
        with server.reading() as connection:
            server.seals.check(connection)
        with pytest.raises(SealKeyError, match="not given"):
            restore(server, tmp_path / "backup", [])
        restore(restoring, tmp_path / "backup", [])
        refuses_all(server)
        EventRecorder(restoring).append(events())


def test_who_lacks_the_key_signs_nothing_and_says_so(
    first: Database, other: Database, tmp_path: Path
) -> None:
    kept = LastSigned(tmp_path / "parley.key")
    kept.begin()
    own, others = (Publisher(each, signer(), kept) for each in (first, other))
    EventRecorder(first).append(events())
    before = list_changeable_rows(first)
    others.follow()
    assert "not given" in str(others.refusal)
    assert list_changeable_rows(first) == before
    own.follow()
    with first.reading() as connection:
        assert own.verify_own(last_signed_note(connection)) is not None


def test_a_stamp_whose_key_is_lost_is_said_and_can_be_made_anew(
    first: Database, other: Database
) -> None:
    EventRecorder(first).append(events(), claim=claim("a"))
    with other.reading() as connection:
        lost = next(iter(Keyring([SECOND]).ids))
    with first.writing() as connection:
        connection.execute(update(stamp).where(stamp.c.of == "api_key").values(key_id=lost))
    with first.reading() as connection:
        [found] = find_unstamped(connection)
    assert (found.table, found.what) == (
        "api_key",
        f"is stamped by the key {lost}, which is not given",
    )
    refuses_all(first)
    take_as_is(first)
    reseal(first)
    EventRecorder(first).append(events())


def test_what_a_writer_looks_at_is_one_statement_that_reads_no_more_of_a_longer_log(
    first: Database,
) -> None:
    recorder = EventRecorder(first)
    recorder.append(events(None, *range(1, 400)))
    seen: list[str] = []

    def keep(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    listened.listen(first.engine, "before_cursor_execute", keep)
    recorder.append(events())
    listened.remove(first.engine, "before_cursor_execute", keep)
    assert sum("FROM stamp" in each for each in seen) == 1
    said = str(OWN_KEYS.compile(first.engine, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if first.is_sqlite else "EXPLAIN"
    with first.reading() as connection:
        plan = [row[-1] for row in connection.execute(text(f"{explain} {said}"))]
    # A database without statistics must not read the whole log either.
    whole = "SCAN" if first.is_sqlite else "Seq Scan on event"
    assert not [each for each in plan if whole in each and "event" in each], plan
