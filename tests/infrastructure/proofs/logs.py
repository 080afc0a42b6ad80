"""Logs of any length, signed by a key of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from domain.proof.checkpoint import Checkpoint
from infrastructure.log.entry import AuthoredEvent
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.rows import LOGGED, open_row
from infrastructure.proofs import integration
from infrastructure.proofs.ed25519 import Ed25519Signer, Ed25519Verifier
from infrastructure.proofs.log_key import LastSigned
from infrastructure.proofs.publishing import Publisher, last_signed_note
from infrastructure.tables.record import event
from tests.infrastructure.recording import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from infrastructure.database.database import Database

ORIGIN: Final = "example.com/talks"
SEED: Final = bytes(range(32))
STREAMS: Final = 40


def signer(seed: bytes = SEED) -> Ed25519Signer:
    return Ed25519Signer.of(ORIGIN, seed)


def publisher(
    database: Database, folder: Path, seed: bytes = SEED, *, made: bool = True
) -> Publisher:
    """The publisher that signs the log of a database; its key and last checkpoint are in a folder, `made` if needed."""
    kept = LastSigned(folder / "parley.key")
    if folder.is_dir():
        kept.key_file.touch()
    if made:
        kept.begin()
    return Publisher(database, signer(seed), kept)


def make_event(number: int) -> AuthoredEvent:
    """The event with this number, from 0; events go to the streams in turn."""
    turn, stream = divmod(number, STREAMS)
    payload = f'{{"number":{number}}}'.encode()
    return AuthoredEvent(UUID(int=stream), turn + 1, "fact.recorded", payload, f"desk {number % 3}")


def grow(database: Database, size: int) -> None:
    """Record events until there are `size`."""
    recorder = EventRecorder(database, clock=lambda: NOON)
    have = recorder.head()[0]
    if size > have:
        recorder.append([make_event(number) for number in range(have, size)])
    integration.catch_up(database)


def leaves(database: Database) -> list[bytes]:
    with database.reading() as connection:
        return list(connection.execute(select(event.c.leaf).order_by(event.c.position)).scalars())


def read_signed_checkpoint(database: Database) -> Checkpoint:
    """The checkpoint in the database, verified by its key."""
    with database.reading() as connection:
        note = last_signed_note(connection)
    assert note is not None
    return Checkpoint.verify_note(note, [Ed25519Verifier(signer().key)])


def rows(database: Database) -> list[dict[str, Any]]:
    """The rows of the log, with their payloads opened."""
    with database.reading() as connection:
        found = connection.execute(LOGGED.order_by(event.c.position)).mappings()
        return [open_row(connection, each, ()) for each in found]
