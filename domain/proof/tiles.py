"""Names and builds tiles: 256 adjacent hashes, whose own hash is in a tile of the level above.

By C2SP tlog-tiles, hash `i` of level `l` covers the leaves from i·256^l to before (i+1)·256^l.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Final, Self

from domain.proof.merkle import EMPTY_ROOT, root_of

TILE_WIDTH: Final = 256
HIGHEST_LEVEL: Final = 7
"""Positions are less than 2^63, so higher levels have no hashes."""
_PATH: Final = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_GROUP: Final = 1_000


@dataclass(frozen=True, slots=True)
class TilePath:
    """The index of a tile in its level, and how many of its hashes there are: 1 to 256."""

    index: int
    width: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a path such as `x001/x234/067.p/8`; None if it is not in canonical form."""
        match = _PATH.fullmatch(text)
        if match is None:
            return None
        width = TILE_WIDTH if match[2] is None else int(match[2])
        path = cls(int(match[1].replace("x", "").replace("/", "")), width)
        return path if path.text == text else None

    @property
    def text(self) -> str:
        """The path, in groups of three digits."""
        groups = [f"{self.index % _GROUP:03d}"]
        rest = self.index // _GROUP
        while rest:
            groups.insert(0, f"x{rest % _GROUP:03d}")
            rest //= _GROUP
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return "/".join(groups) + part

    def within(self, level: int, size: int) -> bool:
        """Whether a tree of `size` leaves has all hashes of this tile at a level."""
        return self.index * TILE_WIDTH + self.width <= size >> 8 * level


@dataclass(frozen=True, slots=True)
class CompleteTile:
    """A tile with all of its 256 hashes; `root` is the hash over them."""

    level: int
    index: int
    root: bytes


class TileBuilder:
    """Takes leaves in order, and returns each tile that becomes complete."""

    def __init__(self) -> None:
        self.size = 0
        self._pending: list[list[bytes]] = []

    def add(self, leaf: bytes) -> list[CompleteTile]:
        """Take the next leaf; returns the tiles that it completes, lowest level first."""
        self.size += 1
        carried, completed = leaf, []
        for level in count():
            if level == len(self._pending):
                self._pending.append([])
            pending = self._pending[level]
            pending.append(carried)
            if len(pending) < TILE_WIDTH:
                break
            carried = root_of(pending)
            pending.clear()
            index = (self.size >> 8 * (level + 1)) - 1
            completed.append(CompleteTile(level, index, carried))
        return completed

    def root(self) -> bytes:
        """The root of the tree over the leaves taken."""
        rest: list[bytes] = []
        for pending in self._pending:
            hashes = pending + rest
            rest = [root_of(hashes)] if hashes else []
        return rest[0] if rest else EMPTY_ROOT
