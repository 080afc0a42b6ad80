r"""Computes the leaf of an event: it covers everything but the payload, and the payload by a salted hash.

The entry is the RFC 8785 (JCS) text of {v, position, stream, version, type, recorded_at, actor, payload}, where
payload is base64url (unpadded) of the digest, SHA-256(salt ‖ payload); the leaf is the RFC 6962 hash of the entry.
If a payload is destroyed with its salt, the digest stays, which reveals nothing of it; so the tree stays, too.

The salt is itself SHA-256("parley salt\0" ‖ secret ‖ the digests of the event's confidential parts). So the leaf covers
these parts as well, without revealing whether there are any. Earlier events have 16 random bytes as salt, and no parts.
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

LONGEST_ENTRY: Final = 65_535
"""The most bytes of an entry: served entries have their length in 16 bits (C2SP tlog-tiles)."""
_VERSION: Final = 1
_SALT: Final = b"parley salt\0"


def new_secret() -> bytes:
    """Random bytes that keep a payload's digest from being guessed."""
    return secrets.token_bytes(SECRET_SIZE)


def salt_of(secret: bytes, parts: Sequence[bytes] = ()) -> bytes:
    """The salt of an event whose confidential parts have these digests, in order."""
    return sha256(b"".join([_SALT, secret, *parts])).digest()


def salt_in_use(secret: bytes, payload: bytes, digest: bytes, parts: Sequence[bytes]) -> bytes:
    """The salt that a digest was made with; for an earlier event, without parts, it is the secret itself."""
    if not parts and digest_of(secret, payload) == digest:
        return secret
    return salt_of(secret, parts)


def hash_row(row: Mapping[Any, Any], salt: bytes) -> dict[str, bytes]:
    """The digest and leaf of an event's row; DataError if it has no canonical form or its entry is too long."""
    digest = digest_of(salt, row["payload"])
    try:
        entry = _encode_entry(row, digest)
    except UnicodeEncodeError as error:
        raise DataError(f"the event of {row['stream']!a} has no canonical form: {error}") from error
    if len(entry) > LONGEST_ENTRY:
        raise DataError(
            f"the stream, type and actor of an event make an entry of {len(entry)} bytes; at most {LONGEST_ENTRY}"
            " are possible"
        )
    return {"digest": digest, "leaf": leaf_hash(entry)}


def digest_of(salt: bytes, payload: bytes) -> bytes:
    """The digest of a payload: SHA-256(salt ‖ payload)."""
    return sha256(salt + payload).digest()


def inputs_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The members of a leaf's entry, from a row with position, stream, version, type, recorded_at, actor and digest."""
    return msgspec.structs.asdict(_leaf_of(row, row["digest"]))


def entry_of(row: Mapping[Any, Any]) -> bytes:
    """The canonical bytes of an entry, whose hash is the leaf."""
    return _encode_entry(row, row["digest"])


class _Leaf(msgspec.Struct):
    """The entry of a leaf; its members are sorted, and are texts and integers, so its JSON is canonical (RFC 8785)."""

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


def _encode_entry(row: Mapping[Any, Any], digest: bytes) -> bytes:
    return _encoder.encode(_leaf_of(row, digest))
