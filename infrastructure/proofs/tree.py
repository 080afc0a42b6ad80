"""Computes roots and proofs of the tree from leaves and complete tiles; each reads a few tiles a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, select

from domain.proof.merkle import EMPTY_ROOT, consistency_ranges, inclusion_ranges
from domain.proof.subtrees import subtree_hash
from domain.proof.tiles import TILE_WIDTH
from infrastructure.tables.record import event, tile

if TYPE_CHECKING:
    from sqlalchemy import Select

_LEAVES: Final = (
    select(event.c.leaf)
    .where(event.c.position > bindparam("start"), event.c.position <= bindparam("end"))
    .order_by(event.c.position)
)
_ROOTS: Final = (
    select(tile.c.root)
    .where(
        tile.c.level == bindparam("below"),
        tile.c.index >= bindparam("start"),
        tile.c.index < bindparam("end"),
    )
    .order_by(tile.c.index)
)


class BrokenTreeError(Exception):
    """The log lacks leaves or tiles that its tree must have."""


class Tree:
    """The tree over the first `size` leaves of the log, in one transaction.

    Its complete tiles must have been made: BrokenTreeError if one is missing.
    """

    def __init__(self, connection: Connection, size: int) -> None:
        self.size = size
        self._connection = connection
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile, as many as the tree has there: 0 to 256."""
        hashes = self._tiles.get((level, index))
        if hashes is None:
            hashes = self._tiles[level, index] = self._read(level, index)
        return hashes

    def root(self) -> bytes:
        """The root over all leaves."""
        return self._hash(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """The inclusion proof of the leaf `index`, from 0; IndexError if the tree has no such leaf."""
        return [self._hash(*leaves) for leaves in inclusion_ranges(index, self.size)]

    def consistency(self, old: int) -> list[bytes]:
        """The proof that this tree continues the tree of its first `old` leaves, at least one."""
        return [self._hash(*leaves) for leaves in consistency_ranges(old, self.size)]

    def _hash(self, start: int, end: int) -> bytes:
        return subtree_hash(start, end, self.hashes)

    def _read(self, level: int, index: int) -> list[bytes]:
        start = index * TILE_WIDTH
        end = min(start + TILE_WIDTH, self.size >> 8 * level)
        wanted: Select[Any] = _ROOTS if level else _LEAVES
        parameters = {"start": start, "end": end, **({"below": level - 1} if level else {})}
        hashes = [
            bytes(digest) for digest in self._connection.execute(wanted, parameters).scalars()
        ]
        if len(hashes) != max(end - start, 0):
            raise BrokenTreeError(
                f"tile {index} of level {level} has {len(hashes)} hashes instead of {end - start}"
            )
        return hashes
