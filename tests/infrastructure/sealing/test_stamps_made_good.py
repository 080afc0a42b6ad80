"""No migration, backup or restore gives a valid stamp to a row that was changed without the wrapping keys."""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import update

from infrastructure.backup.backup import back_up, restore
from infrastructure.database.schema import downgrade, upgrade
from infrastructure.log.recorder import EventRecorder
from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.sealing.stored_responses import IdempotencyClaim
from infrastructure.tables.record import idempotency_answer
from tests.databases import open_database
from tests.infrastructure.recording import events
from tests.infrastructure.sealing.files import tables_holding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infrastructure.database.database import Database
    from tests.databases import Kind

ANSWER = IdempotencyClaim("key:a", "sent", "f" * 64, 201, "{}", b"the answer", None)


def list_unstamped_tables(database: Database) -> list[str]:
    with database.reading() as connection:
        return [each.table for each in find_unstamped(connection)]


@pytest.fixture
def response_database(database: Database) -> Database:
    """A database with a stored response."""
    recorder = EventRecorder(database)
    recorder.append(events())
    recorder.append([], claim=ANSWER)
    return database


def test_a_changed_answer_is_not_made_good_by_going_down_and_up(
    response_database: Database,
) -> None:
    with response_database.writing() as connection:
        connection.execute(update(idempotency_answer).values(body=b"forged"))
    assert list_unstamped_tables(response_database) == ["idempotency_answer"]
    downgrade(response_database, "0009")
    upgrade(response_database)
    assert list_unstamped_tables(response_database) == ["idempotency_answer"]


def test_an_answer_whose_fingerprint_was_destroyed_keeps_nobody_from_going_down(
    response_database: Database,
) -> None:
    with response_database.writing() as connection:
        connection.execute(update(idempotency_answer).values(fingerprint="wrapped !"))
    downgrade(response_database, "0009")
    upgrade(response_database)
    assert list_unstamped_tables(response_database) == ["idempotency_answer"]


def make_forged_row() -> dict[str, object]:
    return {
        **vars(ANSWER),
        "key": "forged",
        "body": b"never answered",
        "answered_at": 7,
        "kept_at": 7,
        "key_id": None,
        "stamp": None,
    }


@pytest.mark.parametrize("how", ["put in", "changed", "taken away"])
def test_what_is_forged_is_not_made_good_by_a_backup_and_its_restore(
    response_database: Database, how: str, tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    with response_database.writing() as connection:
        if how == "put in":
            connection.execute(idempotency_answer.insert(), make_forged_row())
        elif how == "changed":
            clear = {"fingerprint": ANSWER.fingerprint, "body": b"forged"}
            connection.execute(update(idempotency_answer).values(**clear, key_id=None, stamp=None))
        else:
            connection.execute(idempotency_answer.delete())
    assert list_unstamped_tables(response_database)
    back_up(response_database, tmp_path / "backup")
    assert_restored_unfounded(tmp_path / "backup", fresh_database)


def test_a_forged_row_gets_no_stamp_from_a_backup_that_claims_an_old_format(
    response_database: Database, tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    back_up(response_database, tmp_path / "backup")
    with gzip.open(tmp_path / "backup") as file:
        lines = [json.loads(line) for line in file]
    lines = [
        {**line, "format": 2} if "format" in line else line
        for line in lines
        if line["line"] not in {"count", "answer"}
    ]
    written = [f"{json.dumps(line)}\n".encode() for line in lines[:-1]]
    end = {**lines[-1], "answers": 0, "sha256": sha256(b"".join(written)).hexdigest()}
    with gzip.open(tmp_path / "older", "wb") as file:
        file.writelines([*written, f"{json.dumps(end)}\n".encode()])
    assert_restored_unfounded(tmp_path / "older", fresh_database)


def assert_restored_unfounded(backup: Path, fresh_database: Callable[[Kind], str]) -> None:
    database = open_database(fresh_database("sqlite-file"))
    restore(database, backup, [])
    assert list_unstamped_tables(database) == ["idempotency_answer"]
    database.close()


@pytest.mark.parametrize("how", ["put in", "changed"])
def test_what_is_forged_at_the_schema_before_is_not_made_good_by_the_upgrade(
    response_database: Database, how: str
) -> None:
    downgrade(response_database, "0009")
    with response_database.writing() as connection:
        if how == "put in":
            former = {name: value for name, value in make_forged_row().items() if name != "kept_at"}
            connection.execute(idempotency_answer.insert(), former)
        else:
            connection.execute(
                update(idempotency_answer).values(body=b"forged", key_id=None, stamp=None)
            )
    upgrade(response_database)
    assert list_unstamped_tables(response_database) == ["idempotency_answer"]


def test_a_backup_with_keys_in_clear_is_restored_without_its_responses(
    tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    answer = {**vars(ANSWER), "key": "clear-key", "answered_at": 7}
    lines: list[dict[str, Any]] = [
        {"line": "parley-backup", "format": 4, "position": 0, "recorded_at": 9},
        {"line": "answer", **answer},
        {"line": "count", "key_id": "0" * 16, "stamp": b"of one response"},
    ]
    written = [msgspec.json.encode(line) + b"\n" for line in lines]
    hashed = sha256(b"".join(written)).hexdigest()
    end = {"line": "manifest", "format": 4, "position": 0, "answers": 1, "sha256": hashed}
    with gzip.open(tmp_path / "former", "wb") as file:
        file.writelines([*written, msgspec.json.encode(end)])
    database = open_database(fresh_database("sqlite-file"))
    restore(database, tmp_path / "former", [])
    assert list_unstamped_tables(database) == []
    assert tables_holding(database, "clear-key", idempotency_answer.name) == []
    database.close()
