"""Defines signed checkpoints: a log's name, its number of leaves, and their root (C2SP tlog-checkpoint)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from domain.proof.merkle import HASH_SIZE
from domain.proof.note import NoteError, base64_of, open_note, sign_note, strict_base64

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.proof.note import Signer, Verifier

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log that calls itself `origin` had `size` leaves, whose root was `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the checkpoint of a signed text; NoteError if it is none. Extension lines are ignored."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < _LINES or not all(lines) or not _SIZE.fullmatch(lines[1]):
            raise NoteError("a checkpoint must have three lines: origin, size and root")
        root = strict_base64(lines[2])
        if len(root) != HASH_SIZE:
            raise NoteError(f"a root has {HASH_SIZE} bytes, not {len(root)}")
        return cls(lines[0], int(lines[1]), root)

    @classmethod
    def read_unverified(cls, note: str) -> Self:
        """Read the checkpoint of a note without verifying its signatures; NoteError if it is none."""
        return cls.read(note.rpartition("\n\n")[0] + "\n")

    def sign(self, signers: Sequence[Signer]) -> str:
        """The note of this checkpoint."""
        return sign_note(self.text, signers)

    @classmethod
    def verify_note(cls, note: str, verifiers: Sequence[Verifier]) -> Self:
        """Read the checkpoint of a note; NoteError if none of the keys has signed it."""
        return cls.read(open_note(note, verifiers))
