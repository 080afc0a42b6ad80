"""Hashes and seals an event by hand, with only the steps that its row needs."""

from __future__ import annotations

import json
import secrets
import struct
from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.databases import SEAL_KEY

EVENT: Final = (
    *("position", "recorded_at", "stream", "version", "type", "actor", "payload", "salt"),
    *("digest", "leaf", "key_version", "key_id", "data_key"),
)
"""The columns of an event's row, in the order of the result of `seal`."""
_KEY: Final = b64decode(SEAL_KEY)
_KEY_ID: Final = sha256(b"parley wrapping key\0" + _KEY).hexdigest()[:16]
_WRAPPING: Final = AESGCM(_KEY)
_PLACE: Final = struct.Struct(">qqqHH")


def seal(position: int, event: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row at a position for the first event of a stream: (recorded_at, stream, version, type, actor, payload)."""
    recorded_at, stream, version, type_, actor, payload = event
    secret = secrets.token_bytes(16)
    digest = sha256(sha256(b"parley salt\0" + secret).digest() + payload).digest()
    said = (position, recorded_at, stream, version, type_, actor)
    leaf = leaf_of(said, digest)
    key, nonce, other = secrets.token_bytes(32), secrets.token_bytes(12), secrets.token_bytes(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, secret + payload, _place(said))
    wrapped = other + _WRAPPING.encrypt(other, key, _context(stream))
    return (*said, sealed, b"", digest, leaf, version, _KEY_ID, wrapped)


def leaf_of(said: tuple[Any, ...], digest: bytes) -> bytes:
    """The hash of an event's entry: (position, recorded_at, stream, version, type, actor), and the payload's digest."""
    position, recorded_at, stream, version, type_, actor = said
    at = datetime.fromtimestamp(recorded_at // 1_000_000, UTC).replace(
        microsecond=recorded_at % 1_000_000
    )
    entry = {
        "actor": actor,
        "payload": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "position": position,
        "recorded_at": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "stream": stream,
        "type": type_,
        "v": 1,
        "version": version,
    }
    written = json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
    return sha256(b"\0" + written.encode()).digest()


def unwrap(stream: str, wrapped: bytes) -> AESGCM:
    """The data key of a stream."""
    return AESGCM(_WRAPPING.decrypt(wrapped[:12], wrapped[12:], _context(stream)))


def open_sealed(key: AESGCM, sealed: bytes, said: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """The secret and the payload of an event: (position, recorded_at, stream, version, type, actor)."""
    plain = key.decrypt(sealed[:12], sealed[12:], _place(said))
    return plain[:16], plain[16:]


def _context(stream: str) -> bytes:
    return f"parley data key\0{stream}".encode()


def _place(said: tuple[Any, ...]) -> bytes:
    position, recorded_at, stream, version, type_, actor = said
    texts = (stream.encode(), type_.encode(), actor.encode())
    sizes = (len(texts[0]), len(texts[1]))
    return b"".join((_PLACE.pack(position, recorded_at, version, *sizes), *texts))
