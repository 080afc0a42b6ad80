"""Reads the credentials file of a NATS user: a token of the account, and the seed of the key that answers a challenge.

The package `nkeys`, by which nats-py would read it, needs a second library of cryptography for it.
"""

from __future__ import annotations

import re
from base64 import b32decode, b64encode
from binascii import crc_hqx
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infrastructure.private_file import PrivateFileError, read_private

if TYPE_CHECKING:
    from pathlib import Path

_PARTS: Final = re.compile(
    rb"-+BEGIN NATS USER JWT-+\s+(\S+)\s+-+END.*?-+BEGIN USER NKEY SEED-+\s+(SU[A-Z2-7]{56})\s+-+END",
    re.DOTALL,
)
_SEED: Final = slice(2, 34)
"""Where in what the letters encode the 32 bytes of the seed are: after two of its kind, and before two of a CRC."""


class CredentialsError(Exception):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True)
class NatsCredentials:
    """The token of a user, and the key that signs for it."""

    token: bytes
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a credentials file, which nobody else may read; CredentialsError if it is not one."""
        try:
            match = _PARTS.search(read_private(path))
        except FileNotFoundError:
            raise CredentialsError(f"there is no file {path} (PARLEY_NATS_CREDENTIALS)") from None
        except PrivateFileError as error:
            raise CredentialsError(str(error)) from error
        decoded = b32decode(match[2] + b"======") if match else b""
        if match is None or crc_hqx(decoded[:-2], 0) != int.from_bytes(decoded[-2:], "little"):
            raise CredentialsError(f"{path} is not a credentials file of a NATS user")
        return cls(match[1], Ed25519PrivateKey.from_private_bytes(decoded[_SEED]))

    def sign(self, challenge: str) -> bytes:
        """The signature of a server's challenge, in base64."""
        return b64encode(self.private.sign(challenge.encode()))
