"""Seals each confidential part under its own key, so that each can be destroyed alone.

Sealed bytes are nonce ‖ AES-256-GCM ciphertext of salt ‖ content. The event's leaf covers the digest,
SHA-256(salt ‖ content), which reveals nothing without the salt.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.confidential import Source
from infrastructure.sealing.seals import SECRET_SIZE
from infrastructure.sealing.wrapping import NONCE_SIZE, BrokenSealError, new_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infrastructure.sealing.wrapping import KeyWrapping

_encoder: Final = msgspec.json.Encoder(order=None)
_decoder: Final = msgspec.json.Decoder(Source)


def seal_part(
    wrapping: KeyWrapping, stream: str, position: int, ordinal: int, source: Source
) -> dict[str, Any]:
    """Return the row of part number `ordinal` (from 0) of the event at a position."""
    place = {"position": position, "ordinal": ordinal, "stream": stream}
    plain = secrets.token_bytes(SECRET_SIZE) + _encoder.encode(source)
    key, nonce, context = new_key(), secrets.token_bytes(NONCE_SIZE), context_of_part(place)
    return {
        **place,
        "digest": sha256(plain).digest(),
        "sealed": nonce + AESGCM(key).encrypt(nonce, plain, context),
        "key_id": wrapping.newest,
        "data_key": wrapping.wrap(key, context),
    }


def open_part(wrapping: KeyWrapping, row: Mapping[Any, Any]) -> Source:
    """Open a part that was not erased; SealKeyError if its key is missing, BrokenSealError if it was changed."""
    context, sealed = context_of_part(row), bytes(row["sealed"])
    key = wrapping.unwrap(row["key_id"], bytes(row["data_key"]), context)
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], context)
        if sha256(plain).digest() == bytes(row["digest"]):
            return _decoder.decode(plain[SECRET_SIZE:])
    except (InvalidTag, ValueError, msgspec.MsgspecError) as error:
        raise _make_broken_error(row) from error
    raise _make_broken_error(row)


def context_of_part(row: Mapping[Any, Any]) -> bytes:
    """The authenticated context of a part and its key: their place in the record."""
    return f"parley part\0{row['stream']}\0{row['position']}\0{row['ordinal']}".encode()


def _make_broken_error(row: Mapping[Any, Any]) -> BrokenSealError:
    return BrokenSealError(
        f"a confidential part of position {row['position']} is not the one sealed there"
    )
