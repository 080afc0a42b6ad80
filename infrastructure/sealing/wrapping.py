"""Wraps data keys: the newest wrapping key wraps, and older ones still unwrap.

Sealing uses the keys outside the database through `KeyWrapping` alone. `Keyring` implements it with keys in this
process's memory; a key service that wraps and unwraps elsewhere can replace it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import DataError, OperationalError

from domain.proof.note import NoteError, base64_of, strict_base64

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
_NAMED: Final = b"parley wrapping key\0"


class SealKeyError(OperationalError):
    """A key that is needed to seal or open is not given; the message names it, and where it is looked for."""

    @staticmethod
    def missing(key_id: str) -> MissingKeyError:
        """The error for a key that sealed something and is not given."""
        where = "PARLEY_SEAL_KEY_FILE or PARLEY_SEAL_KEY has to name it"
        return MissingKeyError(
            f"the record is sealed by the key {key_id}, which is not given: {where}"
        )


class MissingKeyError(SealKeyError):
    """The keys that are given are not those that sealed the record."""


class BrokenSealError(DataError):
    """Stored bytes are not what was sealed: they were changed, or moved to another row."""


class KeyWrapping(Protocol):
    """Wraps the data keys that are stored, and unwraps them."""

    @property
    def newest(self) -> str:
        """The id of the key that wraps."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the keys that unwrap."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap a data key; it can be unwrapped with the same context only."""

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """Unwrap a data key; SealKeyError for an unknown id, BrokenSealError if it is not what was wrapped."""


class WrappingKeySource(Protocol):
    """Where the wrapping keys are looked for."""

    def read(self) -> KeyWrapping | None:
        """The keys as they are now; None if there is none yet. SealKeyError if they cannot be used."""

    def make(self) -> KeyWrapping:
        """Make the first key, and return the keys; SealKeyError if none can be made."""

    def add(self) -> None:
        """Add a newer key; SealKeyError if none can be made."""

    def look_for(self, key_id: str) -> bool:
        """Look for a key elsewhere; whether it was found, and is read from there from now on."""


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    cipher: AESGCM


class Keyring:
    """Wrapping keys of 32 bytes, the newest last. A wrapped key is nonce ‖ AES-256-GCM ciphertext.

    A key may wrap 2³² times under random nonces (NIST SP 800-38D §8.3), which is more than a log has facts.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        wrapping_keys = [_Key(_id_of(key), AESGCM(key)) for key in keys]
        self._keys = {key.id: key for key in wrapping_keys}
        self._newest = wrapping_keys[-1]

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._keys)})"

    @property
    def newest(self) -> str:
        """The id of the last key given."""
        return self._newest.id

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all keys."""
        return frozenset(self._keys)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap a data key with the newest key: nonce ‖ ciphertext."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        return nonce + self._newest.cipher.encrypt(nonce, key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """Unwrap a data key with the key of that id."""
        wrapping_key = self._keys.get(key_id)
        if wrapping_key is None:
            raise SealKeyError.missing(key_id)
        try:
            return wrapping_key.cipher.decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], context)
        except (InvalidTag, ValueError) as error:
            raise BrokenSealError("a data key is not the one that was wrapped") from error


def new_key() -> bytes:
    """A random key of `KEY_SIZE` bytes."""
    return AESGCM.generate_key(8 * KEY_SIZE)


def read_keys(text: str) -> Keyring:
    """The keyring of base64 keys, separated by blanks or line ends; ValueError says what is wrong with them."""
    try:
        keys = [strict_base64(word) for word in text.split()]
    except NoteError as error:
        raise ValueError(str(error)) from error
    if not keys or any(len(key) != KEY_SIZE for key in keys):
        raise ValueError(f"a key is {KEY_SIZE} bytes in base64, and at least one is needed")
    return Keyring(keys)


def format_keys(keys: Sequence[bytes]) -> bytes:
    """Format keys as `read_keys` takes them, one a line."""
    return "".join(f"{base64_of(key)}\n" for key in keys).encode()


def _id_of(key: bytes) -> str:
    """The id of a key, which reveals nothing of the key."""
    return sha256(_NAMED + key).hexdigest()[:16]
