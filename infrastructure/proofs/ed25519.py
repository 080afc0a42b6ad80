"""Ed25519 (RFC 8032) by a library: what signs and what verifies notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.proof.note import VerifierKey

__all__ = ["Ed25519Signer", "Ed25519Verifier"]


@dataclass(frozen=True)
class Ed25519Signer:
    """Signs as `key`, by the private key that belongs to it."""

    key: VerifierKey
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, seed: bytes) -> Self:
        """The signer of a name and the 32 bytes of a private key."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey(name, private.public_key().public_bytes_raw()), private)

    def __repr__(self) -> str:
        return f"Ed25519Signer({self.key.text})"

    def sign(self, text: bytes) -> bytes:
        """The 64 bytes of signature."""
        return self.private.sign(text)


@dataclass(frozen=True)
class Ed25519Verifier:
    """Verifies what `key` has signed."""

    key: VerifierKey

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the key has signed the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True
