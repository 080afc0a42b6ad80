"""Each signed checkpoint continues all earlier ones: while others write, with several signers, and with new keys."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import update

from domain.proof.checkpoint import Checkpoint
from domain.proof.merkle import root_of, verify_consistency
from domain.proof.note import NoteError
from infrastructure.database.schema import upgrade
from infrastructure.log.recorder import EventRecorder
from infrastructure.projections.following import follow
from infrastructure.proofs import integration, publishing
from infrastructure.proofs.ed25519 import Ed25519Signer
from infrastructure.proofs.log_key import LastSigned
from infrastructure.proofs.publishing import (
    InconsistentLogError,
    OtherKeyError,
    Publisher,
    last_signed_note,
)
from infrastructure.proofs.tree import Tree
from infrastructure.tables.record import event
from tests.databases import open_database
from tests.infrastructure.proofs.logs import (
    ORIGIN,
    SEED,
    grow,
    leaves,
    publisher,
    read_signed_checkpoint,
    signer,
)
from tests.infrastructure.recording import events

if TYPE_CHECKING:
    from pathlib import Path

    from infrastructure.database.database import Database

pytestmark = pytest.mark.either_database


def test_what_is_signed_is_the_log_as_it_is(database: Database, tmp_path: Path) -> None:
    signing = publisher(database, tmp_path)
    for size in (0, 1, 255, 256, 257, 700):
        grow(database, size)
        signing.publish()
        assert read_signed_checkpoint(database) == Checkpoint(
            ORIGIN, size, root_of(leaves(database))
        )


def test_nothing_new_is_signed_once(database: Database, tmp_path: Path) -> None:
    grow(database, 3)
    publisher(database, tmp_path).publish()
    before = (tmp_path / "parley.key.checkpoint").stat().st_mtime_ns
    for signing in (publisher(database, tmp_path), publisher(database, tmp_path)):
        signing.publish()
        signing.publish()
    assert (tmp_path / "parley.key.checkpoint").stat().st_mtime_ns == before


def test_while_many_write_every_checkpoint_continues_the_one_before(
    database_url: str, tmp_path: Path
) -> None:
    databases = [open_database(database_url) for _ in range(2)]
    for at in range(2):
        (tmp_path / str(at)).mkdir()
    signers = [publisher(each, tmp_path / str(at)) for at, each in enumerate(databases)]
    recorders, ended = [EventRecorder(database) for database in databases], Event()

    def sign(at: int) -> list[Checkpoint]:
        found = []
        while not ended.is_set():
            signers[at].publish()
            found.append(read_signed_checkpoint(databases[at]))
        return found

    def write(at: int) -> None:
        for number in range(40):
            recorders[at % 2].append(events(uuid4(), *range(1, 2 + number % 9)))

    with ThreadPoolExecutor(6) as threads:
        signing = [threads.submit(sign, at) for at in range(2)]
        list(threads.map(write, range(4)))
        ended.set()
        found = [checkpoint for each in signing for checkpoint in each.result()]
    signers[0].publish()
    last = read_signed_checkpoint(databases[0])
    assert last.root == root_of(leaves(databases[0]))
    assert last.size == 4 * 190
    assert len({each.size for each in found}) > 3
    with databases[0].reading() as connection:
        tree = Tree(connection, last.size)
        for each in {each for each in found if each.size}:
            proof = tree.consistency(each.size)
            assert verify_consistency(each.size, last.size, proof, each.root, last.root)
    for database in databases:
        database.close()


def test_what_is_recorded_is_signed_within_a_second(database: Database, tmp_path: Path) -> None:
    other = EventRecorder(database)
    signing, recorder = publisher(database, tmp_path), EventRecorder(database)
    signing.publish()
    with follow(recorder.wakeup, signing.keep_publishing, publishing.POLL_SECONDS):
        for by in (recorder, other):
            time.sleep(0.2)
            size = by.append(events())[-1].id
            until = time.monotonic() + 1 + 1  # a second, and one more for a slow machine
            while read_signed_checkpoint(database).size < size and time.monotonic() < until:
                time.sleep(0.02)
            assert read_signed_checkpoint(database).size == size


def test_a_log_that_was_changed_is_not_signed(database: Database, tmp_path: Path) -> None:
    grow(database, 20)
    signing = publisher(database, tmp_path)
    signing.publish()
    with database.writing() as connection:
        connection.execute(update(event).values(leaf=bytes(32)).where(event.c.position == 7))
    grow(database, 21)
    with pytest.raises(InconsistentLogError):
        signing.publish()
    (tmp_path / "parley.key.checkpoint").unlink()
    with pytest.raises(InconsistentLogError):
        publisher(database, tmp_path).publish()


def test_what_cannot_be_read_is_not_signed_over(database: Database, tmp_path: Path) -> None:
    grow(database, 2)
    for nonsense in (b"nonsense", b"\xff\xfe"):
        (tmp_path / "parley.key.checkpoint").write_bytes(nonsense)
        with pytest.raises(NoteError):
            publisher(database, tmp_path).publish()
    (tmp_path / "parley.key.checkpoint").write_bytes(b"")
    signing = publisher(database, tmp_path)
    signing.publish()
    assert read_signed_checkpoint(database).size == 2


def test_while_tiles_are_made_again_the_log_is_signed_as_before(
    database: Database, tmp_path: Path
) -> None:
    grow(database, 900)
    signing = publisher(database, tmp_path)
    signing.publish()
    recorder = EventRecorder(database)
    with ThreadPoolExecutor(1) as threads:
        rebuilding = [threads.submit(integration.rebuild, database) for _ in range(10)]
        while not all(each.done() for each in rebuilding):
            recorder.append(events())
            signing.publish()
        for each in rebuilding:
            each.result()
    signing.publish()
    assert read_signed_checkpoint(database).root == root_of(leaves(database))


def test_a_refusal_ends_when_its_cause_does(database: Database, tmp_path: Path) -> None:
    missing = tmp_path / "folder"
    signing = publisher(database, missing, made=False)
    signing.keep_publishing()
    assert signing.refusal is not None
    missing.mkdir()
    publisher(database, missing)
    signing.keep_publishing()
    assert signing.refusal is None
    assert read_signed_checkpoint(database).size == 0


def test_what_another_key_or_name_signed_is_signed_again_by_one_that_is_to_be_the_logs(
    database: Database, tmp_path: Path
) -> None:
    grow(database, 3)
    publisher(database, tmp_path).publish()
    for name, seed in ((ORIGIN, bytes(32)), ("other.example/log", bytes(32)), (ORIGIN, SEED)):
        by = Ed25519Signer.of(name, seed)
        signing = Publisher(database, by, LastSigned(tmp_path / "parley.key"))
        with pytest.raises(OtherKeyError, match="parley checkpoint --new-key"):
            signing.publish()
        signing.publish(new_key=True)
        with database.reading() as connection:
            note = last_signed_note(connection)
        assert signing.verify_own(note) == Checkpoint(name, 3, root_of(leaves(database)))
        assert (tmp_path / "parley.key.checkpoint").read_text() == note


def test_a_checkpoint_of_another_log_is_not_its_own(database: Database, tmp_path: Path) -> None:
    signing = publisher(database, tmp_path)
    other = Checkpoint("other.example/log", 0, bytes(32)).sign([signing.signer])
    assert signing.verify_own(other) is None
    assert signing.verify_own(None) is None


def test_a_new_key_continues_the_log(database: Database, tmp_path: Path) -> None:
    grow(database, 3)
    publisher(database, tmp_path).publish()
    grow(database, 4)
    (tmp_path / "new").mkdir()
    other = publisher(database, tmp_path / "new", bytes(32))
    assert other.signer.key != signer().key
    other.keep_publishing()
    assert str(other.refusal).startswith("the log's key is not")
    assert read_signed_checkpoint(database).size == 3, (
        "and the one that is not the log's has signed nothing"
    )
    publisher(database, tmp_path).publish()
    other.publish(new_key=True)
    other.keep_publishing()
    assert other.refusal is None
    with pytest.raises(NoteError):
        read_signed_checkpoint(database)


def test_an_empty_log_is_signed_too(empty_database_url: str, tmp_path: Path) -> None:
    database = open_database(empty_database_url)
    upgrade(database)
    publisher(database, tmp_path).publish()
    assert read_signed_checkpoint(database).size == 0
    database.close()
