"""Signs checkpoints, and only those that continue every checkpoint signed before.

The last signed checkpoint is kept twice: in the database, whose lock is held while the next one is signed, and beside
the key, where replacing the database by an older one does not change it. The copy beside the key is written first, so
it is never older than a checkpoint that somebody has seen. If both are lost, nothing is signed. The log's key is the
one that signed the checkpoint in the database; a different key signs nothing until an operator makes it the log's key.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select, update

from domain.proof.checkpoint import Checkpoint
from domain.proof.merkle import verify_consistency
from domain.proof.note import NoteError
from infrastructure.database.timekeeping import ClockInDoubtError
from infrastructure.log.clock import settle
from infrastructure.proofs import integration
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import LogKeyError
from infrastructure.proofs.tree import BrokenTreeError, Tree
from infrastructure.sealing.wrapping import SealKeyError
from infrastructure.tables.record import log_head, signed_checkpoint

if TYPE_CHECKING:
    from domain.proof.note import Signer
    from infrastructure.database.database import Database
    from infrastructure.proofs.log_key import LastSigned

POLL_SECONDS: Final = 0.4
"""The pause between two rounds, short enough that every event is signed within a second."""

SETTLE_AFTER: Final = 3_000_000
SETTLED_BEHIND: Final = 1_000_000
"""Microseconds: a log whose record time is older than SETTLE_AFTER is brought up to SETTLED_BEHIND before now."""

_LAST: Final = select(signed_checkpoint.c.size, signed_checkpoint.c.note)
_HEAD_AT: Final = select(log_head.c.recorded_at)
_LOCKED: Final = _LAST.with_for_update()
_LOST: Final = (
    "{0} is missing, and nothing else says what the key has signed: put it back, or sign with a new key; "
    "if this key has signed nothing yet, create the file: touch {0}"
)
_OTHER: Final = (
    "the log's key is not {0}, which is given here (PARLEY_LOG_KEY_FILE, PARLEY_LOG_ORIGIN): give the log's"
    " own; or, to sign with this one from now on, run: parley checkpoint --new-key"
)
_OTHER_AND_NO_KEY: Final = (
    "another key has signed the log, and there is no key in {} (PARLEY_LOG_KEY_FILE): give the log's own;"
    " or, to sign with a new one from now on, run: parley checkpoint --new-key"
)
_logger: Final = logging.getLogger(__name__)


class InconsistentLogError(Exception):
    """The log does not continue what was signed before, or it is unknown what was signed; the message says which."""


class OtherKeyError(InconsistentLogError):
    """Another key has signed this log."""


_REFUSALS: Final = (
    InconsistentLogError,
    ClockInDoubtError,
    BrokenTreeError,
    NoteError,
    SealKeyError,
    LogKeyError,
    OSError,
)


def last_signed_note(connection: Connection) -> str | None:
    """The note of the last checkpoint that was signed for this database; None before the first."""
    last = connection.execute(_LAST).one()
    return None if last.size < 0 else str(last.note)


class Publisher:
    """Signs the log of one database with `signer`; `refusal` says why it does not sign, or is None."""

    def __init__(self, database: Database, signer: Signer, kept: LastSigned) -> None:
        self.signer = signer
        self.refusal: str | None = None
        self._database = database
        self._kept = kept
        self._signed = -1

    def keep_publishing(self) -> None:
        """Do as `publish`, but log a refusal once and keep it in `refusal` until signing succeeds.

        A process without the keys that seal the record is refused, too, because it may write nothing.
        """
        try:
            with self._database.reading() as connection:
                self._database.seals.check(connection)
            self.publish()
        except _REFUSALS as error:
            if str(error) != self.refusal:
                _logger.error("no checkpoint is signed: %s", error)  # noqa: TRY400 -- it says all
            self.refusal = str(error)
        else:
            self.refusal = None

    def follow(self) -> None:
        """Do as `keep_publishing`, then settle the clock of a log in which nothing was recorded for some seconds."""
        self.keep_publishing()
        if self.refusal is None:
            self._settle()

    def _settle(self) -> None:
        with self._database.reading() as connection:
            settled = connection.execute(_HEAD_AT).scalar_one()
            now = self._database.timekeeper.now(connection, settled)
        if settled < now - SETTLE_AFTER:
            with self._database.writing() as connection:
                settle(connection, now - SETTLED_BEHIND)

    def publish(self, *, new_key: bool = False) -> None:
        """Sign the log as it is now, unless nothing is new; `new_key` makes this signer's key the log's key.

        Raises `OtherKeyError` if another key has signed the log (and not `new_key`), `InconsistentLogError` if the log
        does not continue what was signed, `NoteError` if a kept checkpoint cannot be read, `ClockInDoubtError`,
        `BrokenTreeError` and `OSError`; then nothing is signed.
        """
        integration.catch_up(self._database)
        with self._database.reading() as connection:
            head_at = connection.execute(_HEAD_AT).scalar_one()
            self._database.timekeeper.now(connection, head_at)
            is_new = self._signed != integration.integrated_size(connection)
            is_refused = self.refusal is not None or self.other_key(connection) is not None
            if not (is_new or new_key or is_refused):
                return
        with self._database.writing() as connection:
            signed = self._sign(connection, new_key=new_key)
        self._signed = signed

    def find_refusal(self, connection: Connection) -> str | None:
        """Why nothing is signed: the last refusal, or that another key has signed the last checkpoint.

        Anybody may read it over HTTP, so it names no folder of the machine.
        """
        refusal = self.refusal or self.other_key(connection)
        return None if refusal is None else self._kept.leave_out_folder(refusal)

    def other_key(self, connection: Connection) -> str | None:
        """Why nothing is signed, if another key has signed the last checkpoint, without a folder; None if none has."""
        note = last_signed_note(connection)
        is_own = note is None or self.verify_own(note) is not None
        return None if is_own else self._kept.leave_out_folder(self._describe_other())

    def verify_own(self, note: str | None) -> Checkpoint | None:
        """The checkpoint of a note, if this signer signed it for this log; None otherwise."""
        if note is None:
            return None
        key = self.signer.key
        try:
            checkpoint = Checkpoint.verify_note(note, [Ed25519Verifier(key)])
        except NoteError:
            return None
        return checkpoint if checkpoint.origin == key.name else None

    def _sign(self, connection: Connection, *, new_key: bool) -> int:
        last = connection.execute(_LOCKED).one()
        if last.size >= 0 and self.verify_own(last.note) is None and not new_key:
            raise OtherKeyError(self._describe_other())
        size = integration.integrated_size(connection)
        tree = Tree(connection, size)
        checkpoint = Checkpoint(self.signer.key.name, size, tree.root())
        beside = self._kept.read()
        if last.size < 0 and self._kept.lost:
            raise InconsistentLogError(_LOST.format(self._kept.path))
        for note in (last.note if last.size >= 0 else None, beside):
            if note is not None:
                _refuse_unless_continued(Checkpoint.read_unverified(note), checkpoint, tree)
        if last.size == size and last.note == beside and self.verify_own(beside) is not None:
            return size
        note = checkpoint.sign([self.signer])
        self._kept.write(note)
        connection.execute(update(signed_checkpoint).values(size=size, note=note))
        return size

    def _describe_other(self) -> str:
        if not self._kept.key_file.exists():
            return _OTHER_AND_NO_KEY.format(self._kept.key_file)
        return _OTHER.format(self.signer.key.text)


def _refuse_unless_continued(before: Checkpoint, now: Checkpoint, tree: Tree) -> None:
    if before.size > now.size:
        raise InconsistentLogError(
            f"the log has fewer events than the {before.size} of the checkpoint that was signed: "
            "an older database was put in its place (docs/reliability.md says what to do)"
        )
    proof = tree.consistency(before.size) if before.size else []
    if not verify_consistency(before.size, now.size, proof, before.root, now.root):
        raise InconsistentLogError(
            f"the first {before.size} events are not those of the checkpoint that was signed: "
            "they were changed, or this is another log"
        )
