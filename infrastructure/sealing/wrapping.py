"""Wraps data keys: the newest wrapping key wraps, and older ones still unwrap.

`KeyWrapping` is all that sealing asks of the keys outside the database. `Keyring` has them in this process's
memory; a key service that wraps and unwraps elsewhere can stand in its place.
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

__all__ = [
    "KEY_SIZE",
    "NONCE_SIZE",
    "BrokenSealError",
    "KeyWrapping",
    "Keyring",
    "MissingKeyError",
    "SealKeyError",
    "WrappingKeySource",
    "new_key",
    "read_keys",
    "written_keys",
]

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
_NAMED: Final = b"parley wrapping key\0"


class SealKeyError(OperationalError):
    """The key that is needed to seal or open is not given; the message says which, and where it is looked for."""

    @staticmethod
    def missing(key_id: str) -> MissingKeyError:
        """What is stored was sealed by another key than those that there are."""
        where = "PARLEY_SEAL_KEY_FILE or PARLEY_SEAL_KEY has to name it"
        return MissingKeyError(
            f"the record is sealed by the key {key_id}, which is not given: {where}"
        )


class MissingKeyError(SealKeyError):
    """Other keys are given than the record is sealed by."""


class BrokenSealError(DataError):
    """What is stored is not what was sealed: it was changed, or put in another's place."""


class KeyWrapping(Protocol):
    """Wraps the data keys that are stored, and unwraps them."""

    @property
    def newest(self) -> str:
        """The id of the key that wraps."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the keys that unwrap."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A data key, to be unwrapped with the same context only."""

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key; SealKeyError for an unknown id, BrokenSealError where it is not what was wrapped."""


class WrappingKeySource(Protocol):
    """Where the wrapping keys are looked for."""

    def read(self) -> KeyWrapping | None:
        """The keys as they are now; None where there is none yet. SealKeyError where they cannot be used."""

    def make(self) -> KeyWrapping:
        """Make the first key, and give what is there then; SealKeyError where none can be made."""

    def add(self) -> None:
        """Make a newer key beside those that are there; SealKeyError where none can be made."""

    def look_for(self, key_id: str) -> bool:
        """Look for a key where else it may be; whether it is read from now on."""


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    cipher: AESGCM


class Keyring:
    """Wrapping keys of 32 bytes, the newest last. A wrapped key is nonce ‖ AES-256-GCM ciphertext.

    A key wraps under random nonces, at most 2³² times (NIST SP 800-38D §8.3): more facts than a log takes.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        made = [_Key(_id_of(key), AESGCM(key)) for key in keys]
        self._keys = {key.id: key for key in made}
        self._newest = made[-1]

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._keys)})"

    @property
    def newest(self) -> str:
        """The id of the last key given."""
        return self._newest.id

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all."""
        return frozenset(self._keys)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Nonce and ciphertext, by the newest key."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        return nonce + self._newest.cipher.encrypt(nonce, key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key."""
        found = self._keys.get(key_id)
        if found is None:
            raise SealKeyError.missing(key_id)
        try:
            return found.cipher.decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], context)
        except (InvalidTag, ValueError) as error:
            raise BrokenSealError("a data key is not the one that was wrapped") from error


def new_key() -> bytes:
    """A key that nobody can guess."""
    return AESGCM.generate_key(8 * KEY_SIZE)


def read_keys(text: str) -> Keyring:
    """The keyring of keys in base64, with blanks or line ends between; ValueError says what is wrong with them."""
    try:
        keys = [strict_base64(word) for word in text.split()]
    except NoteError as error:
        raise ValueError(str(error)) from error
    if not keys or any(len(key) != KEY_SIZE for key in keys):
        raise ValueError(f"a key is {KEY_SIZE} bytes in base64, and at least one is needed")
    return Keyring(keys)


def written_keys(keys: Sequence[bytes]) -> bytes:
    """Keys as `read_keys` takes them, one a line."""
    return "".join(f"{base64_of(key)}\n" for key in keys).encode()


def _id_of(key: bytes) -> str:
    """A name for a key that tells nothing of it."""
    return sha256(_NAMED + key).hexdigest()[:16]
