"""Trees of any size over made-up leaves, and their tiles as a log would serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.proof.checkpoint import Checkpoint
from domain.proof.merkle import leaf_hash, root_of
from domain.proof.tiles import TILE_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.proof.subtrees import Hashes, NamedTile

ORIGIN = "example.com/talks"


def make_leaves(size: int, *, other_from: int | None = None) -> list[bytes]:
    """Leaves that are the same each time; from `other_from` on, those of another history."""
    since = size if other_from is None else other_from
    return [leaf_hash(f"{number}{' other' * (number >= since)}".encode()) for number in range(size)]


class Tiled:
    """A tree with the complete hashes of every level, made by the definition of a tile."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._checkpoints: dict[int, Checkpoint] = {}
        self.levels = [list(leaves)]
        while len(below := self.levels[-1]) >= TILE_WIDTH:
            whole = range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)
            self.levels.append([root_of(below[at : at + TILE_WIDTH]) for at in whole])

    def checkpoint(self, size: int) -> Checkpoint:
        """The checkpoint of a log with the first `size` leaves."""
        if size not in self._checkpoints:
            root = root_of(self.levels[0][:size])
            self._checkpoints[size] = Checkpoint(ORIGIN, size, root)
        return self._checkpoints[size]

    def tile(self, tile: NamedTile) -> list[bytes]:
        """The hashes of a tile."""
        start = tile.path.index * TILE_WIDTH
        found = self.levels[tile.level][start : start + tile.path.width]
        assert len(found) == tile.path.width
        return found

    def fetch_tiles(self, tiles: Sequence[NamedTile]) -> Hashes:
        """A function that gives the hashes of these tiles, and fails for any other."""
        held = {(tile.level, tile.path.index): self.tile(tile) for tile in tiles}
        return lambda level, index: held[level, index]
