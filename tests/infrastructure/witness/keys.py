"""Who signs the logs that are watched, and what the witness is called."""

from __future__ import annotations

from typing import Final

from infrastructure.proofs.ed25519 import Ed25519Signer
from tests.domain.proof.trees import ORIGIN

LOG: Final = Ed25519Signer.of(ORIGIN, bytes(range(32)))
OTHER: Final = Ed25519Signer.of(ORIGIN, bytes(32))
"""Of the same name, with another key."""
NAME: Final = "witness.example/w1"


STRANGER = Ed25519Signer.of("example.com/stranger", bytes(32))
