"""The keys of the watched logs, and the name of the witness."""

from __future__ import annotations

from typing import Final

from infrastructure.proofs.ed25519 import Ed25519Signer
from tests.domain.proof.trees import ORIGIN

LOG: Final = Ed25519Signer.of(ORIGIN, bytes(range(32)))
OTHER: Final = Ed25519Signer.of(ORIGIN, bytes(32))
"""A signer of the same name, with another key."""
NAME: Final = "witness.example/w1"


STRANGER = Ed25519Signer.of("example.com/stranger", bytes(32))
