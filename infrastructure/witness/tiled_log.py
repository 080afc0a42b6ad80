"""Fetches checkpoints and tiles from a log, few and small, within a minute; it trusts none of them.

The log is served as C2SP tlog-tiles says. A partial tile may disappear once the tile is complete; then the complete one
is fetched instead.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from domain.proof.merkle import HASH_SIZE
from domain.proof.tiles import TILE_WIDTH, TilePath
from infrastructure.outbound.address import AddressError, address
from infrastructure.outbound.get import FetchError, StatusError, fetch
from infrastructure.witness.refusals import RefusalError

if TYPE_CHECKING:
    from domain.proof.subtrees import NamedTile

FETCH_SECONDS: Final = 10.0
ROUND_SECONDS: Final = 60.0
LARGEST_CHECKPOINT: Final = 65_536


class NotServedError(RefusalError):
    """The log responded with a status other than 200."""


def prefix(url: str) -> str:
    """The address of a log without its final slash; AddressError if it has a query, or may not be fetched from."""
    if address(url).query or "?" in url:
        raise AddressError("write an address without a query")
    return url.rstrip("/")


class TiledLog:
    """The log at an address, for one minute from now on; RefusalError if it is slow or responds wrongly."""

    def __init__(self, url: str) -> None:
        self._prefix = prefix(url)
        self._until = time.monotonic() + ROUND_SECONDS

    def checkpoint(self) -> str:
        """The note at `/checkpoint`, with its signatures unverified."""
        content = self._fetch("checkpoint", LARGEST_CHECKPOINT)
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise RefusalError("the log's checkpoint is not UTF-8") from error

    def tile(self, tile: NamedTile) -> bytes:
        """The concatenated hashes of a tile, as many as its path says."""
        level, path = tile
        try:
            return self._fetch_tile(level, path)
        except NotServedError:
            if path.width == TILE_WIDTH:
                raise
        return self._fetch_tile(level, TilePath(path.index, TILE_WIDTH))[: path.width * HASH_SIZE]

    def _fetch_tile(self, level: int, path: TilePath) -> bytes:
        name, width = f"tile/{level}/{path.text}", path.width * HASH_SIZE
        hashes = self._fetch(name, width)
        if len(hashes) != width:
            raise RefusalError(f"the log's /{name} has {len(hashes)} bytes instead of {width}")
        return hashes

    def _fetch(self, name: str, most: int) -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise RefusalError(
                f"the log is too slow: it took more than {ROUND_SECONDS:.0f} seconds"
            )
        url, seconds = f"{self._prefix}/{name}", min(left, FETCH_SECONDS)
        try:
            return fetch(url, seconds=seconds, most=most, accept="*/*")
        except FetchError as error:
            refusal = NotServedError if isinstance(error, StatusError) else RefusalError
            raise refusal(f"the log is out of reach: /{name}: {error}") from error
