"""The bytes of leaves never change, since other machines hold proofs of them; golden files fix them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
import rfc8785
from eventsourcing.persistence import DataError
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.log import append, leaves
from infrastructure.log.entry import AuthoredEvent
from infrastructure.log.recorder import EventRecorder
from infrastructure.proofs.verification import verify
from tests.infrastructure.proofs.logs import grow, publisher, rows, signer
from tests.infrastructure.recording import events

if TYPE_CHECKING:
    from infrastructure.database.database import Database

GOLDEN: Final = Path(__file__).parents[2] / "golden"


def fix_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = (sha256(str(number).encode()).digest()[:16] for number in range(1_000))
    monkeypatch.setattr(append, "new_secret", lambda: next(secrets))


def is_the_golden_log(database: Database, tmp_path: Path, golden: Path) -> None:
    grow(database, 300)
    publisher(database, tmp_path).publish()
    assert (tmp_path / "parley.key.checkpoint").read_bytes() == (golden / "checkpoint").read_bytes()
    entries = b"".join(leaves.entry_of(row) + b"\n" for row in rows(database)[:3])
    assert entries == (golden / "entries.ndjson").read_bytes()
    assert f"{signer().key.text}\n" == (golden / "verifier_key").read_text()
    with database.reading() as connection:
        assert verify(connection).wrong is None


def test_a_log_with_fixed_secrets_and_key_gives_the_golden_checkpoint(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix_secrets(monkeypatch)
    is_the_golden_log(database, tmp_path, GOLDEN / "log")


def test_a_log_of_before_confidential_parts_whose_secrets_are_its_salts_still_gives_its_own(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix_secrets(monkeypatch)
    monkeypatch.setattr(append, "salt_of", lambda secret, _: secret)
    is_the_golden_log(database, tmp_path, GOLDEN / "log_with_plain_salts")


def test_an_entry_says_all_of_the_event_but_its_payload(database: Database) -> None:
    grow(database, 1)
    row = rows(database)[0]
    entry = leaves.entry_of(row)
    document = json.loads(entry)
    digest = urlsafe_b64decode(document.pop("payload") + "=")
    assert digest == sha256(row["salt"] + row["payload"]).digest() == row["digest"]
    assert document == {
        "v": 1,
        "position": 1,
        "stream": "0" * 32,
        "version": 1,
        "type": "fact.recorded",
        "recorded_at": "2025-11-22T12:00:00.000000Z",
        "actor": "desk 0",
    }
    assert row["leaf"] == sha256(b"\0" + entry).digest()
    assert b"number" not in entry


def is_canonical(**row: object) -> bool:
    return leaves.entry_of(row) == rfc8785.dumps(leaves.inputs_of(row))


@given(
    stream=st.text(),
    kind=st.text(),
    actor=st.text(),
    numbers=st.tuples(*[st.integers(0, 2**53 - 1)] * 2),
    recorded_at=st.integers(-(2**53), 2**53),
    digest=st.binary(min_size=32, max_size=32),
)
def test_an_entry_is_canonical_whatever_it_says(
    stream: str, kind: str, actor: str, numbers: tuple[int, int], recorded_at: int, digest: bytes
) -> None:
    position, version = numbers
    assert is_canonical(
        position=position,
        stream=stream,
        version=version,
        type=kind,
        recorded_at=recorded_at,
        actor=actor,
        digest=digest,
    )


def test_every_character_is_written_as_in_canonical_json() -> None:
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    assert is_canonical(
        position=1, stream=every, version=1, type="", recorded_at=0, actor="", digest=b""
    )


def test_every_event_has_a_salt_of_its_own(database: Database) -> None:
    EventRecorder(database).append(events(uuid4(), *range(1, 51)))
    salts = {row["salt"] for row in rows(database)}
    assert len(salts) == 50
    assert {len(salt) for salt in salts} == {32}


@pytest.mark.parametrize("actor", ["x" * 66_000, "half \ud800"])
def test_an_event_that_can_have_no_entry_is_refused_alone(database: Database, actor: str) -> None:
    recorder = EventRecorder(database)
    with pytest.raises(DataError):
        recorder.append([AuthoredEvent(uuid4(), 1, "fact.recorded", b"{}", actor)])
    recorder.append(events())
    assert len(rows(database)) == 1
