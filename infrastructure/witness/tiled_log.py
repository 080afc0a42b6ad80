"""Fetches checkpoints and tiles from a log, few and small, within a minute; it trusts none of them.

It is served as C2SP tlog-tiles says. A partial tile may be gone once the whole one is there, which is asked for then.
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

__all__ = ["TiledLog", "prefix"]

FETCH_SECONDS: Final = 10.0
ROUND_SECONDS: Final = 60.0
LARGEST_CHECKPOINT: Final = 65_536


class NotServedError(RefusalError):
    """The log has an answer, and it is no 200."""


def prefix(url: str) -> str:
    """The address under which a log is served; AddressError where nothing can be fetched from there."""
    if address(url).query or "?" in url:
        raise AddressError("write an address without a query")
    return url.rstrip("/")


class TiledLog:
    """The log under an address, to be asked from now on for a minute. RefusalError where it does not answer so."""

    def __init__(self, url: str) -> None:
        self._prefix = prefix(url)
        self._until = time.monotonic() + ROUND_SECONDS

    def checkpoint(self) -> str:
        """The note at `/checkpoint`, no matter who signed it."""
        content = self._asked("checkpoint", LARGEST_CHECKPOINT)
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise RefusalError("the log's checkpoint is not UTF-8") from error

    def tile(self, tile: NamedTile) -> bytes:
        """The hashes of a tile side by side, as many as its path says."""
        level, path = tile
        try:
            return self._exactly(level, path)
        except NotServedError:
            if path.width == TILE_WIDTH:
                raise
        return self._exactly(level, TilePath(path.index, TILE_WIDTH))[: path.width * HASH_SIZE]

    def _exactly(self, level: int, path: TilePath) -> bytes:
        name, width = f"tile/{level}/{path.text}", path.width * HASH_SIZE
        found = self._asked(name, width)
        if len(found) != width:
            raise RefusalError(f"the log's /{name} has {len(found)} bytes, and not {width}")
        return found

    def _asked(self, name: str, most: int) -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise RefusalError(f"the log is too slow: it had {ROUND_SECONDS:.0f} seconds")
        url, seconds = f"{self._prefix}/{name}", min(left, FETCH_SECONDS)
        try:
            return fetch(url, seconds=seconds, most=most, accept="*/*")
        except FetchError as error:
            refusal = NotServedError if isinstance(error, StatusError) else RefusalError
            raise refusal(f"the log is out of reach: /{name}: {error}") from error
