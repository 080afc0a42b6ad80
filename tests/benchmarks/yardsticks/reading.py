"""Reads the log by hand in order: opens and decodes each payload, or hashes all of them up to the tree's root."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from domain.fact import KINDS
from tests.benchmarks.yardsticks.sealing import EVENT, leaf_of, open_sealed, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.yardsticks.connection import Raw

ROWS: Final = 1_000
"""How many rows are read at a time."""
_COLUMNS: Final = ", ".join(EVENT)
_READ: Final = f"SELECT {_COLUMNS} FROM event WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608 -- names


class _Kind(msgspec.Struct):
    kind: str


class _Recorded(msgspec.Struct, kw_only=True):
    shape: int
    negotiation_id: UUID
    fact: msgspec.Raw
    batch: str | None = None


_kind: Final = msgspec.json.Decoder(_Kind)
_recorded: Final = msgspec.json.Decoder(_Recorded)
_facts: Final = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}


def read_log(raw: Raw) -> Iterator[tuple[_Recorded, Any]]:
    """(event, fact) of each event that recorded a fact, decoded."""
    for row in _rows(raw):
        if row[4] == "fact.recorded":
            decoded = _recorded.decode(_open_row(row)[1])
            yield decoded, _facts[_kind.decode(decoded.fact).kind].decode(decoded.fact)


def hash_log(raw: Raw) -> bytes:
    """The root of a log, after a check of all payloads, digests and leaves; each stream has one event."""
    leaves = []
    for row in _rows(raw):
        secret, payload = _open_row(row)
        digest = sha256(sha256(b"parley salt\0" + secret).digest() + payload).digest()
        leaf = leaf_of(row[:6], digest)
        assert (digest, leaf) == (row[8], row[9])
        leaves.append(leaf)
    return root_of(leaves)


def root_of(hashes: list[bytes]) -> bytes:
    """The root of the tree over leaves."""
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else []
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return hashes[0]


def _rows(raw: Raw) -> Iterator[tuple[Any, ...]]:
    after = 0
    while rows := raw.read(_READ, after, ROWS):
        yield from rows
        after = rows[-1][0]


def _open_row(row: tuple[Any, ...]) -> tuple[bytes, bytes]:
    return open_sealed(unwrap(row[2], row[12]), row[6], row[:6])
