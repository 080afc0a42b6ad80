"""Computes the hash of any subtree from a few hashes of tiles, so that a proof needs only those tiles.

A subtree is a half-open range of leaves that arises when RFC 6962 §2.1 splits a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain.proof.merkle import node_hash, root_of, split_size
from domain.proof.tiles import TILE_WIDTH, TilePath

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Hashes = Callable[[int, int], Sequence[bytes]]
"""Returns the hashes of a tile, given its level and its index."""


class NamedTile(NamedTuple):
    """A tile, identified by its level and its path."""

    level: int
    path: TilePath


@dataclass(frozen=True, slots=True)
class _Row:
    """Adjacent hashes in one tile, over a subtree whose size is a power of two."""

    level: int
    index: int
    first: int
    count: int


def subtree_hash(start: int, end: int, hashes: Hashes) -> bytes:
    """The hash over the leaves from `start` to before `end`, at least one."""
    width = end - start
    if width & (width - 1):
        middle = start + split_size(width)
        return node_hash(subtree_hash(start, middle, hashes), subtree_hash(middle, end, hashes))
    row = _row(start, width)
    return root_of(hashes(row.level, row.index)[row.first : row.first + row.count])


def tiles_under(subtrees: Iterable[tuple[int, int]], size: int) -> list[NamedTile]:
    """The tiles, as wide as a tree of `size` leaves has them, that are needed to hash these subtrees."""
    needed = {(row.level, row.index) for leaves in subtrees for row in _rows(*leaves)}
    return [NamedTile(level, _path(level, index, size)) for level, index in sorted(needed)]


def _path(level: int, index: int, size: int) -> TilePath:
    return TilePath(index, min(TILE_WIDTH, (size >> 8 * level) - index * TILE_WIDTH))


def _rows(start: int, end: int) -> Iterator[_Row]:
    while start < end:
        width = 1 << (end - start).bit_length() - 1
        yield _row(start, width)
        start += width


def _row(start: int, width: int) -> _Row:
    level = (width.bit_length() - 1) // 8
    index, first = divmod(start >> 8 * level, TILE_WIDTH)
    return _Row(level, index, first, width >> 8 * level)
