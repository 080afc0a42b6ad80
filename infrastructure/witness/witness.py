"""Co-signs a checkpoint that continues all earlier ones, and stores it before it publishes the signature.

So its co-signed checkpoints never belong to two histories, whatever the log does and whenever the witness is killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.proof.checkpoint import Checkpoint
from domain.proof.continuation import (
    ContinuationError,
    ForkError,
    RollBackError,
    check_continued,
    tiles_needed,
)
from domain.proof.cosignature import CosignatureVerifier, Cosigner, time_of_cosignature
from domain.proof.merkle import HASH_SIZE
from domain.proof.note import NoteError, countersign_note, keep_one_signature
from infrastructure.private_file import replace_whole
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import ANYONE_MAY_READ
from infrastructure.witness.evidence import Evidence
from infrastructure.witness.refusals import FolderError, RefusalError

if TYPE_CHECKING:
    from pathlib import Path

    from domain.proof.note import VerifierKey
    from domain.proof.subtrees import NamedTile
    from infrastructure.clock import Clock
    from infrastructure.proofs.ed25519 import Ed25519Signer
    from infrastructure.witness.memory import Memory
    from infrastructure.witness.tiled_log import TiledLog

MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint that the witness has co-signed, at a time in whole seconds; `new` if it was co-signed just now."""

    checkpoint: Checkpoint
    note: str
    time: int
    new: bool


class Witness:
    """Watches the log of `log_key`, in the folder of `memory`, which must be locked."""

    def __init__(
        self, memory: Memory, signer: Ed25519Signer, log_key: VerifierKey, clock: Clock
    ) -> None:
        self.key = Cosigner(signer, 0).key
        self.evidence = Evidence(memory.folder)
        self._memory = memory
        self._signer = signer
        self._log = Ed25519Verifier(log_key)
        self._own = CosignatureVerifier(self.key, Ed25519Verifier(self.key))
        self._clock = clock

    def watch(self, log: TiledLog, given_out: Path) -> Cosigned:
        """Co-sign the log's checkpoint if it is new, and write the last co-signed note to the file `given_out`.

        RefusalError if the checkpoint must not be co-signed, FolderError if the folder belongs to another log or
        witness, OSError if a file cannot be written; then the file keeps a note that was co-signed before.
        """
        before = self._last()
        if before is not None:
            _give_out(before.note, given_out)
        shown = open_own(log.checkpoint(), self._log)
        now = Checkpoint.read_unverified(shown)
        self._check(before, shown, now, log)
        if before is not None and now == before.checkpoint:
            return before
        cosigner = Cosigner(self._signer, self._clock() // MICROSECONDS)
        cosigned = Cosigned(now, countersign_note(shown, cosigner), cosigner.time, new=True)
        self._memory.remember(cosigned.note)
        _give_out(cosigned.note, given_out)
        return cosigned

    def _last(self) -> Cosigned | None:
        note = self._memory.last()
        if note is None:
            return None
        try:
            checkpoint = Checkpoint.verify_note(note, [self._log])
            return Cosigned(checkpoint, note, time_of_cosignature(note, self._own), new=False)
        except NoteError as error:
            raise FolderError(
                f"the last co-signed note in {self._memory.folder} does not belong to this log and witness: {error}"
            ) from error

    def _check(self, before: Cosigned | None, shown: str, now: Checkpoint, log: TiledLog) -> None:
        last = None if before is None else before.checkpoint
        tiles = {tile: log.tile(tile) for tile in tiles_needed(last, now)}
        hashes = {
            (tile.level, tile.path.index): _hashes(content) for tile, content in tiles.items()
        }
        try:
            check_continued(last, now, lambda level, index: hashes[level, index])
        except ContinuationError as error:
            where = "" if before is None else self._keep_evidence(error, before.note, shown, tiles)
            raise RefusalError(f"{error}{where}") from error

    def _keep_evidence(
        self, error: ContinuationError, cosigned: str, shown: str, tiles: dict[NamedTile, bytes]
    ) -> str:
        """Keep the evidence against the log; returns a few words that say where, or why it is not kept."""
        if not isinstance(error, (ForkError, RollBackError)):
            return ""
        try:
            return f"; {self.evidence.keep(error, cosigned, shown, tiles)}"
        except OSError as lost:
            return f"; the checkpoints cannot be kept: {lost.strerror or lost}"


def open_own(note: str, log: Ed25519Verifier) -> str:
    """The note with the log's own signature only; RefusalError if the log has not signed it."""
    try:
        shown = keep_one_signature(note, log)
        checkpoint = Checkpoint.read_unverified(shown)
    except NoteError as error:
        raise RefusalError(f"the log's checkpoint is refused: {error}") from error
    if checkpoint.origin != log.key.name:
        raise RefusalError("the log's checkpoint is refused: it belongs to another log")
    return shown


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def _give_out(note: str, path: Path) -> None:
    content = note.encode()
    try:
        with path.open("rb") as file:
            if file.read(len(content) + 1) == content:
                return
    except FileNotFoundError:
        pass
    replace_whole(path, content, ANYONE_MAY_READ)
