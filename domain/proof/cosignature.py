"""Defines cosignatures, by which a witness says when it saw that a checkpoint continues all earlier ones.

The format is C2SP tlog-cosignature, with Ed25519. The signed text is `cosignature/v1`, a line with the time, and the
checkpoint's text; the signature in the note is the time in eight bytes, then the 64 bytes of Ed25519. Times are whole
seconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.proof.note import (
    COSIGNATURE,
    NoteError,
    Signer,
    Verifier,
    VerifierKey,
    signature_by,
)

_TIME_SIZE: Final = 8
_LATEST: Final = 2**63 - 1


@dataclass(frozen=True)
class Cosigner:
    """Co-signs at a time, with the signer of the same name."""

    signer: Signer
    time: int

    @property
    def key(self) -> VerifierKey:
        """The key that verifies its cosignatures."""
        plain = self.signer.key
        return VerifierKey(plain.name, plain.public, COSIGNATURE)

    def sign(self, text: bytes) -> bytes:
        """Co-sign a text: the time, then the signature."""
        return self.time.to_bytes(_TIME_SIZE) + self.signer.sign(_message(self.time, text))


@dataclass(frozen=True)
class CosignatureVerifier:
    """Verifies cosignatures of `key`, with the plain verifier of the same public key."""

    key: VerifierKey
    plain: Verifier

    def __post_init__(self) -> None:
        if self.key.algorithm != COSIGNATURE:
            raise NoteError("this is a log's key: use the key of a witness")

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the key has co-signed the text."""
        time = int.from_bytes(signature[:_TIME_SIZE])
        return time <= _LATEST and self.plain.verifies(_message(time, text), signature[_TIME_SIZE:])


def time_of_cosignature(note: str, verifier: CosignatureVerifier) -> int:
    """The time at which the key co-signed a note, by its own account; NoteError if it did not."""
    return int.from_bytes(signature_by(note, verifier)[:_TIME_SIZE])


def _message(time: int, text: bytes) -> bytes:
    return f"cosignature/v1\ntime {time}\n".encode() + text
