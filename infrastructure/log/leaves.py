r"""Computes the leaf of an event: it contains everything but the payload, and binds the payload by a salted hash.

The entry is the RFC 8785 (JCS) text of {v, position, stream, version, type, recorded_at, actor, payload}, where
payload is base64url (unpadded) of the digest, SHA-256(salt ‖ payload); the leaf is the RFC 6962 hash of the entry.
A payload that is destroyed with its salt leaves the digest, which tells nothing of it, and so the tree.

The salt is itself SHA-256("parley salt\0" ‖ secret ‖ the digests of the event's confidential parts), so that the leaf
binds these too, and tells not even whether there are any. Earlier events have 16 random bytes for a salt, and no parts.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from eventsourcing.persistence import DataError

from domain.proof.merkle import leaf_hash
from domain.time.instant import format_instant
from infrastructure.sealing.seals import SECRET_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "LONGEST_ENTRY",
    "digest_of",
    "entry_of",
    "hash_row",
    "inputs_of",
    "new_secret",
    "salt_in_use",
    "salt_of",
]

LONGEST_ENTRY: Final = 65_535
"""Bytes: the length of an entry is written in 16 bits where entries are served."""
_VERSION: Final = 1
_SALT: Final = b"parley salt\0"


def new_secret() -> bytes:
    """Random bytes that nobody can guess a payload's digest without."""
    return secrets.token_bytes(SECRET_SIZE)


def salt_of(secret: bytes, parts: Sequence[bytes] = ()) -> bytes:
    """The salt of an event with confidential parts of these digests, in their order."""
    return sha256(b"".join([_SALT, secret, *parts])).digest()


def salt_in_use(secret: bytes, payload: bytes, digest: bytes, parts: Sequence[bytes]) -> bytes:
    """The salt that a digest was made with: of an event of before, which has no parts, the secret itself."""
    if not parts and digest_of(secret, payload) == digest:
        return secret
    return salt_of(secret, parts)


def hash_row(row: Mapping[Any, Any], salt: bytes) -> dict[str, bytes]:
    """The digest and leaf of an event's row; DataError where it can have none."""
    digest = digest_of(salt, row["payload"])
    try:
        entry = _written(row, digest)
    except UnicodeEncodeError as error:
        raise DataError(f"the event of {row['stream']!a} has no canonical form: {error}") from error
    if len(entry) > LONGEST_ENTRY:
        raise DataError(f"the stream, type and actor of an event take {len(entry)} bytes")
    return {"digest": digest, "leaf": leaf_hash(entry)}


def digest_of(salt: bytes, payload: bytes) -> bytes:
    """What binds a payload without telling it."""
    return sha256(salt + payload).digest()


def inputs_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What a leaf says, from a row with position, stream, version, type, recorded_at, actor and digest."""
    return msgspec.structs.asdict(_leaf_of(row, row["digest"]))


def entry_of(row: Mapping[Any, Any]) -> bytes:
    """The canonical bytes that the leaf is the hash of."""
    return _written(row, row["digest"])


class _Leaf(msgspec.Struct):
    """Its members stand in the order of JCS, and are texts and whole numbers: their JSON is the canonical one."""

    actor: str
    payload: str
    position: int
    recorded_at: str
    stream: str
    type: str
    v: int
    version: int


_encoder: Final = msgspec.json.Encoder()


def _leaf_of(row: Mapping[Any, Any], digest: bytes) -> _Leaf:
    return _Leaf(
        row["actor"],
        urlsafe_b64encode(digest).rstrip(b"=").decode(),
        row["position"],
        format_instant(row["recorded_at"]),
        row["stream"],
        row["type"],
        _VERSION,
        row["version"],
    )


def _written(row: Mapping[Any, Any], digest: bytes) -> bytes:
    return _encoder.encode(_leaf_of(row, digest))
