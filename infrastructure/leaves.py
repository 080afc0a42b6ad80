"""A leaf says all of an event but its payload, and binds that by a salted hash; it never changes.

The entry is the RFC 8785 (JCS) text of {v, position, stream, version, type, recorded_at, actor, payload}, where
payload is base64url (unpadded) of the digest, SHA-256(salt ‖ payload); the leaf is the RFC 6962 hash of the entry.
A payload that is destroyed with its salt leaves the digest, which tells nothing of it, and so the tree.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import rfc8785
from eventsourcing.persistence import DataError

from domain.instant import format_instant
from domain.proof.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LONGEST_ENTRY", "SALT_SIZE", "digest_of", "entry_of", "hashed", "inputs_of"]

SALT_SIZE: Final = 16
LONGEST_ENTRY: Final = 65_535
"""Bytes: the length of an entry is written in 16 bits where entries are served."""
_VERSION: Final = 1


def new_salt() -> bytes:
    """Random bytes that nobody can guess a payload's digest without."""
    return secrets.token_bytes(SALT_SIZE)


def hashed(row: Mapping[Any, Any]) -> dict[str, bytes]:
    """The salt, digest and leaf of an event's row; DataError where it can have none."""
    salt = new_salt()
    digest = digest_of(salt, row["payload"])
    try:
        entry = entry_of({**row, "digest": digest})
    except rfc8785.CanonicalizationError as error:
        raise DataError(f"the event of {row['stream']!a} has no canonical form: {error}") from error
    if len(entry) > LONGEST_ENTRY:
        raise DataError(f"the stream, type and actor of an event take {len(entry)} bytes")
    return {"salt": salt, "digest": digest, "leaf": leaf_hash(entry)}


def digest_of(salt: bytes, payload: bytes) -> bytes:
    """What binds a payload without telling it."""
    return sha256(salt + payload).digest()


def inputs_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What a leaf says, from a row with position, stream, version, type, recorded_at, actor and digest."""
    return {
        "v": _VERSION,
        "position": row["position"],
        "stream": row["stream"],
        "version": row["version"],
        "type": row["type"],
        "recorded_at": format_instant(row["recorded_at"]),
        "actor": row["actor"],
        "payload": urlsafe_b64encode(row["digest"]).rstrip(b"=").decode(),
    }


def entry_of(row: Mapping[Any, Any]) -> bytes:
    """The canonical bytes that the leaf is the hash of."""
    return rfc8785.dumps(inputs_of(row))
