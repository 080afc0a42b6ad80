from __future__ import annotations

import gzip
import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from infrastructure.backup.file import (
    FORMAT,
    AnswerLine,
    BackupError,
    CountLine,
    EventLine,
    Manifest,
    Opening,
    Row,
    read_backup,
    write_backup,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEY = (1, "key", b"\x00wrapped")
ANSWER = AnswerLine("desk", "key", "f", 201, b"\x00body", "{}", 30, None)


def event(position: int, version: int = 1, stream: str = "a", at: int | None = None) -> EventLine:
    recorded_at = position * 10 if at is None else at
    return EventLine(
        position, recorded_at, stream, version, "t", "desk", b"\xff\x00", b"s", b"d", b"l", *KEY
    )


THREE = (event(1), event(2, 2), event(3, 1, "b"))


def write_backup_file(path: Path, rows: Sequence[Row], opening: Opening | None = None) -> Path:
    with path.open("wb") as file:
        write_backup(file, opening or Opening(FORMAT, 3, 30), rows)
    return path


def test_what_is_written_is_read_again_byte_for_byte(tmp_path: Path) -> None:
    lines = list(read_backup(write_backup_file(tmp_path / "x", [*THREE, ANSWER])))
    assert lines[:-1] == [Opening(FORMAT, 3, 30), *THREE, ANSWER]
    assert isinstance(lines[-1], Manifest)
    assert (lines[-1].position, lines[-1].answers) == (3, 1)


def test_the_same_record_makes_the_same_bytes() -> None:
    one, two = io.BytesIO(), io.BytesIO()
    for file in (one, two):
        write_backup(file, Opening(FORMAT, 3, 30), THREE)
    assert one.getvalue() == two.getvalue()


def test_every_single_byte_that_is_changed_is_found(tmp_path: Path) -> None:
    path = write_backup_file(tmp_path / "x", [*THREE, ANSWER])
    plain = gzip.decompress(path.read_bytes())
    for at in range(len(plain)):
        changed = bytearray(plain)
        changed[at] ^= 1
        path.write_bytes(gzip.compress(bytes(changed), 1))
        with pytest.raises(BackupError):
            list(read_backup(path))


def test_a_backup_that_breaks_off_anywhere_is_refused(tmp_path: Path) -> None:
    path = write_backup_file(tmp_path / "x", [*THREE, ANSWER])
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        with pytest.raises(BackupError):
            list(read_backup(path))
    lines = gzip.decompress(whole).splitlines(keepends=True)
    for end in range(len(lines)):
        path.write_bytes(gzip.compress(b"".join(lines[:end])))
        with pytest.raises(BackupError, match="is incomplete"):
            list(read_backup(path))


@pytest.mark.parametrize(
    "rows",
    [
        [event(1), event(3, 2)],
        [event(2)],
        [event(1), event(2, 3)],
        [event(1, 2)],
        [event(1), event(2, 2, at=10)],
        [event(1), event(1, 2)],
    ],
)
def test_a_log_that_could_not_have_been_recorded_is_refused(
    rows: list[EventLine], tmp_path: Path
) -> None:
    path = write_backup_file(tmp_path / "x", rows, Opening(FORMAT, 2, 30))
    with pytest.raises(BackupError):
        list(read_backup(path))


def test_a_backup_from_before_payloads_were_sealed_is_read(tmp_path: Path) -> None:
    lines = [
        b'{"line":"parley-backup","format":1,"position":1,"recorded_at":10}\n',
        (
            b'{"line":"event","position":1,"recorded_at":10,"stream":"a","version":1,"type":"t",'
            b'"actor":"desk","payload":"/wA=","salt":"cw==","digest":"ZA==","leaf":"bA=="}\n'
        ),
    ]
    sha256 = hashlib.sha256(b"".join(lines)).hexdigest()
    end = f'{{"line":"manifest","format":1,"position":1,"answers":0,"sha256":"{sha256}"}}\n'
    (tmp_path / "x").write_bytes(gzip.compress(b"".join([*lines, end.encode()])))
    found = list(read_backup(tmp_path / "x"))
    clear = EventLine(1, 10, "a", 1, "t", "desk", b"\xff\x00", b"s", b"d", b"l")
    assert found == [Opening(1, 1, 10), clear, Manifest(1, 1, 0, sha256)]


def test_answers_that_are_counted_twice_are_refused(tmp_path: Path) -> None:
    count = CountLine("key", b"stamp")
    assert list(read_backup(write_backup_file(tmp_path / "one", [*THREE, count])))[-2] == count
    with pytest.raises(BackupError, match="twice"):
        list(read_backup(write_backup_file(tmp_path / "two", [*THREE, count, count])))


@pytest.mark.parametrize(
    "opening", [Opening(FORMAT + 1, 3, 30), Opening(FORMAT, 4, 40), Opening(FORMAT, 3, 29)]
)
def test_an_opening_that_does_not_fit_is_refused(opening: Opening, tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        list(read_backup(write_backup_file(tmp_path / "x", THREE, opening)))


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (
        b"",
        b"text",
        gzip.compress(b""),
        gzip.compress(b"{}\n"),
        gzip.compress(b"\xff"),
    ):
        path.write_bytes(content)
        with pytest.raises(BackupError):
            list(read_backup(path))


def test_nothing_may_follow_the_end(tmp_path: Path) -> None:
    path = write_backup_file(tmp_path / "x", THREE)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(BackupError):
        list(read_backup(path))
