"""A log that may answer wrongly, and a witness in a folder of its own that watches it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.proof.cosignature import CosignatureVerifier, Cosigner
from domain.proof.note import open_note
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.witness.memory import Memory
from infrastructure.witness.refusals import RefusalError
from infrastructure.witness.tiled_log import TiledLog
from infrastructure.witness.witness import Cosigned, Witness
from tests.infrastructure.witness.keys import LOG, NAME
from tests.infrastructure.witness.logs import FakeLog, serve_log

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = 1_763_899_200


@dataclass
class Watching:
    """Runs a new witness for each round, as the command does."""

    log: FakeLog
    folder: Path
    time: int = NOON

    @property
    def out(self) -> Path:
        """The file of the published cosigned checkpoint."""
        return self.folder.parent / "cosigned"

    def watch(self) -> Cosigned:
        """Run one round."""
        with Memory.lock(self.folder) as memory:
            signer = memory.signer(NAME)
            witness = Witness(memory, signer, LOG.key, lambda: self.time * 1_000_000)
            return witness.watch(TiledLog(self.log.url), self.out)

    def files(self) -> dict[str, bytes]:
        """The files in its folder and the published one, except the evidence and the lock."""
        paths = [path for path in self.folder.glob("*") if path.is_file()]
        return {path.name: path.read_bytes() for path in [*paths, self.out] if path.exists()}

    def find_refusal(self) -> str:
        """The reason why it does not cosign; checks that no file has changed."""
        with Memory.lock(self.folder) as memory:
            memory.signer(NAME)
        before = self.files()
        with pytest.raises(RefusalError) as refusal:
            self.watch()
        assert self.files() == before
        return str(refusal.value)

    def read_cosigned(self) -> str:
        """The text of the published checkpoint; checks that only the log and the witness have signed it."""
        note = self.out.read_text()
        with Memory.lock(self.folder) as memory:
            assert memory.last() == note
            signer = memory.signer(None)
        key = Cosigner(signer, 0).key
        text = open_note(note, [Ed25519Verifier(LOG.key)])
        assert open_note(note, [CosignatureVerifier(key, Ed25519Verifier(key))]) == text
        assert note.count("\n— ") == 2
        return text


@pytest.fixture
def log() -> Iterator[FakeLog]:
    """A log that is honest until it is told not to be."""
    with serve_log() as log:
        yield log


@pytest.fixture
def watching(log: FakeLog, tmp_path: Path) -> Watching:
    """A witness that has not watched yet."""
    return Watching(log, tmp_path / "witness")
