"""Signs and verifies notes with Ed25519 (RFC 8032), by a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.proof.note import VerifierKey


@dataclass(frozen=True)
class Ed25519Signer:
    """Signs with the private key that belongs to `key`."""

    key: VerifierKey
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, seed: bytes) -> Self:
        """The signer with a name and a private key of 32 bytes."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey(name, private.public_key().public_bytes_raw()), private)

    def __repr__(self) -> str:
        return f"Ed25519Signer({self.key.text})"

    def sign(self, text: bytes) -> bytes:
        """Sign a text; the signature has 64 bytes."""
        return self.private.sign(text)


@dataclass(frozen=True)
class Ed25519Verifier:
    """Verifies signatures of `key`."""

    key: VerifierKey

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the key has signed the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True
