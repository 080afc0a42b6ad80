from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from infrastructure.backup.backup import back_up, restore, verify_backup
from infrastructure.backup.file import BackupError
from infrastructure.log.recorder import EventRecorder
from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.tables.record import event, idempotency_answer, log_head
from tests.databases import open_database
from tests.infrastructure.recording import claim, events

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Connection

    from infrastructure.database.database import Database
    from infrastructure.log.entry import LogEntry
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

KEPT = (event, idempotency_answer, log_head)


def read_kept_rows(database: Database) -> list[list[Any]]:
    with database.reading() as connection:
        return [
            [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in KEPT
        ]


def fill_database(database: Database, appends: int = 1_203) -> Database:
    recorder = EventRecorder(database)
    for number in range(3):
        recorder.append(events(), claim=claim(f"key {number}"))
    recorder.append([each for _ in range(appends - 3) for each in events(payload=b"\x00\xff")])
    return database


@pytest.fixture(params=["sqlite-file", "postgresql"])
def other(request: pytest.FixtureRequest, fresh_database: Callable[[Kind], str]) -> Database:
    return open_database(fresh_database(request.param))


def test_a_restored_record_is_the_same_rows_on_either_database(
    database: Database, other: Database, tmp_path: Path
) -> None:
    fill_database(database)
    said: list[tuple[int, int]] = []
    taken = back_up(database, tmp_path / "x", lambda *at: said.append(at))
    assert said[-1] == (1_203, 1_203)
    assert verify_backup(tmp_path / "x") == taken
    assert restore(other, tmp_path / "x", []) == taken
    assert read_kept_rows(other) == read_kept_rows(database)
    assert EventRecorder(other).insert_events(events()) == [1_204]
    other.close()


def test_answers_that_had_no_stamp_get_none_by_a_backup(
    database: Database, other: Database, tmp_path: Path
) -> None:
    fill_database(database, 5)
    with database.writing() as connection:
        connection.execute(
            update(idempotency_answer).values(fingerprint="print", key_id=None, stamp=None)
        )
        assert [each.table for each in find_unstamped(connection)] == ["idempotency_answer"]
    back_up(database, tmp_path / "x")
    restore(other, tmp_path / "x", [])
    with other.reading() as connection:
        assert [each.table for each in find_unstamped(connection)] == ["idempotency_answer"]
    other.close()


def test_a_backup_can_be_read_by_its_owner_alone_and_overwrites_nothing(
    database: Database, tmp_path: Path
) -> None:
    back_up(fill_database(database, 5), tmp_path / "x")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
    before = (tmp_path / "x").read_bytes()
    with pytest.raises(BackupError, match="exists"):
        back_up(database, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == before


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    target = folder / "x"

    def take(*_: int) -> None:
        target.write_text("else")

    with pytest.raises(BackupError, match="exists"):
        back_up(fill_database(database, 5), target, take)
    assert target.read_text() == "else"
    assert [path.name for path in folder.iterdir()] == ["x"]
    link = folder / "y"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(BackupError, match="exists"):
        back_up(database, link)
    assert link.is_symlink()


def test_a_backup_goes_to_a_file_system_without_links_too(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_permission_error(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    folder = tmp_path / "backups"
    folder.mkdir()
    monkeypatch.setattr(os, "link", raise_permission_error)
    taken = back_up(fill_database(database, 5), folder / "x")
    assert verify_backup(folder / "x") == taken
    assert [path.name for path in folder.iterdir()] == ["x"]


def test_a_backup_that_fails_leaves_no_file(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def fail(*_: int) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        back_up(fill_database(database, 5), folder / "x", fail)
    assert list(folder.iterdir()) == []


def test_a_database_that_holds_anything_is_left_as_it_is(
    database: Database, tmp_path: Path
) -> None:
    back_up(fill_database(database, 5), tmp_path / "x")
    before = read_kept_rows(database)
    with pytest.raises(BackupError, match="empty"):
        restore(database, tmp_path / "x", [])
    assert read_kept_rows(database) == before


@pytest.mark.parametrize("before", [True, False])
def test_a_database_that_was_only_read_is_an_empty_one(
    database: Database, other: Database, tmp_path: Path, *, before: bool
) -> None:
    """Its promise that nothing more will be recorded before an instant still holds."""
    back_up(fill_database(database, 5), tmp_path / "x")
    recorded = EventRecorder(database).head()[1]
    settled = recorded - 1 if before else recorded + 1_000
    EventRecorder(other).settle(settled)
    restore(other, tmp_path / "x", [])
    assert read_kept_rows(other)[:2] == read_kept_rows(database)[:2]
    assert EventRecorder(other).head() == (5, max(recorded, settled))
    EventRecorder(other).append(events())
    with other.reading() as connection:
        last = connection.execute(select(event.c.recorded_at).where(event.c.position == 6))
        assert last.scalar_one() > settled
    other.close()


def test_a_restore_that_fails_at_the_end_leaves_the_database_empty(
    database: Database, other: Database, tmp_path: Path
) -> None:
    back_up(fill_database(database), tmp_path / "x")
    whole = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(whole[:-12])
    with pytest.raises(BackupError):
        restore(other, tmp_path / "x", [])
    assert read_kept_rows(other) == [[], [], [(1, 0, 0, None, None)]]

    class Failing:
        def apply(self, _: Connection, entries: Sequence[LogEntry]) -> None:
            if entries[-1].id > 1_000:
                raise ZeroDivisionError

    (tmp_path / "x").write_bytes(whole)
    with pytest.raises(ZeroDivisionError):
        restore(other, tmp_path / "x", [Failing()])
    assert read_kept_rows(other) == [[], [], [(1, 0, 0, None, None)]]
    other.close()
