"""An older state of the log is not signed, and either of the two copies of a checkpoint may be lost."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import OperationalError

from domain.proof.checkpoint import Checkpoint
from infrastructure.log.recorder import EventRecorder
from infrastructure.proofs import publishing
from infrastructure.proofs.publishing import InconsistentLogError
from infrastructure.tables.record import event, log_head, projection, signed_checkpoint, tile
from tests.databases import open_database
from tests.infrastructure.proofs.logs import grow, make_event, publisher, read_signed_checkpoint
from tests.infrastructure.recording import events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infrastructure.database.database import Database
    from tests.databases import Kind

pytestmark = pytest.mark.either_database


def _restore_older(database: Database, to: int) -> None:
    """Restore the database to its state at a position, as from a backup."""
    with database.writing() as connection:
        connection.execute(event.delete().where(event.c.position > to))
        connection.execute(tile.delete())
        connection.execute(update(log_head).values(position=to))
        connection.execute(update(projection).values(position=0).where(projection.c.name == "tile"))
        connection.execute(update(signed_checkpoint).values(size=-1, note=""))


def test_an_older_database_in_its_place_is_not_signed(database: Database, tmp_path: Path) -> None:
    grow(database, 300)
    publisher(database, tmp_path).publish()
    kept = (tmp_path / "parley.key.checkpoint").read_bytes()
    _restore_older(database, 270)
    signing = publisher(database, tmp_path)
    with pytest.raises(InconsistentLogError, match="fewer events than the 300 of"):
        signing.publish()
    EventRecorder(database).append(events(uuid4(), *range(1, 61)))
    with pytest.raises(InconsistentLogError, match="first 300 events are not those"):
        signing.publish()
    assert (tmp_path / "parley.key.checkpoint").read_bytes() == kept


def test_a_restored_sqlite_file_is_not_signed_and_that_is_said_once(
    fresh_database: Callable[[Kind], str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = fresh_database("sqlite-file")
    path, backup = url.removeprefix("sqlite:///"), tmp_path / "backup.db"
    for size in (5, 9):
        database = open_database(url)
        grow(database, size)
        publisher(database, tmp_path).publish()
        database.close()
        if size == 5:
            shutil.copyfile(path, backup)
    shutil.copyfile(backup, path)
    database = open_database(url)
    signing = publisher(database, tmp_path)
    assert read_signed_checkpoint(database).size == 5
    signing.keep_publishing()
    assert signing.refusal is not None
    assert "fewer events than the 9 of" in signing.refusal
    assert read_signed_checkpoint(database).size == 5
    recorder = EventRecorder(database)
    recorder.append([make_event(5)])
    signing.keep_publishing()
    assert caplog.text.count("no checkpoint is signed") == 1
    recorder.append([make_event(number) for number in range(6, 30)])
    signing.keep_publishing()
    assert signing.refusal is not None
    assert "not those of the checkpoint" in signing.refusal
    assert caplog.text.count("no checkpoint is signed") == 2
    database.close()


def test_where_the_commit_fails_the_copy_beside_the_key_is_ahead_and_all_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(database, 3)
    signing = publisher(database, tmp_path)
    signing.publish()
    grow(database, 5)

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "update", fail)
        with pytest.raises(RuntimeError):
            signing.publish()
    assert read_signed_checkpoint(database).size == 3
    beside = Checkpoint.read_unverified(
        (tmp_path / "parley.key.checkpoint").read_text(encoding="utf-8")
    )
    assert beside.size == 5
    publisher(database, tmp_path).publish()
    assert read_signed_checkpoint(database) == beside


def test_after_a_commit_that_failed_the_same_process_signs_again(
    database: Database, tmp_path: Path
) -> None:
    signing = publisher(database, tmp_path)
    signing.publish()
    grow(database, 3)
    failing = [True]

    def fail(_: object) -> None:
        if (tmp_path / "parley.key.checkpoint").read_text().splitlines()[1] == "3" and failing:
            failing.clear()
            raise OperationalError("COMMIT", None, OSError("disk I/O error"))

    listen(database.engine, "commit", fail)
    with pytest.raises(OperationalError):
        signing.publish()
    remove(database.engine, "commit", fail)
    assert (failing, read_signed_checkpoint(database).size) == ([], 0)
    signing.publish()
    assert read_signed_checkpoint(database).size == 3


def test_an_older_database_whose_key_lost_its_checkpoint_is_not_signed(
    database: Database, tmp_path: Path
) -> None:
    grow(database, 9)
    publisher(database, tmp_path).publish()
    _restore_older(database, 5)
    beside = tmp_path / "parley.key.checkpoint"
    beside.unlink()
    grow(database, 6)
    signing = publisher(database, tmp_path, made=False)
    with pytest.raises(InconsistentLogError, match=f"touch {beside}"):
        signing.publish()
    beside.touch()
    signing.publish()
    assert read_signed_checkpoint(database).size == 6


def test_where_the_checkpoint_beside_the_key_is_lost_that_of_the_database_is_continued(
    database: Database, tmp_path: Path
) -> None:
    grow(database, 5)
    publisher(database, tmp_path).publish()
    (tmp_path / "parley.key.checkpoint").unlink()
    grow(database, 6)
    publisher(database, tmp_path, made=False).publish()
    assert read_signed_checkpoint(database).size == 6
