"""Writes the tiles that follow from the log; a batch's tiles and the position that they reach are written together.

A transaction moves the position only from the value that was read before. If two processes have the same batch, one
moves the position, and the other writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, bindparam, select, update

from domain.proof.merkle import root_of
from domain.proof.tiles import HIGHEST_LEVEL, TILE_WIDTH
from infrastructure.proofs.tree import Tree
from infrastructure.tables.record import log_head, projection, tile

if TYPE_CHECKING:
    from infrastructure.database.database import Database

TILE: Final = "tile"
"""The name of the row in `projection`."""
BATCH: Final = 8 * TILE_WIDTH
"""Leaves in one transaction: few, so that writers of the log hardly wait."""

_REACHED: Final = select(projection.c.position).where(projection.c.name == TILE)
_ADVANCE: Final = (
    update(projection)
    .where(projection.c.name == TILE, projection.c.position == bindparam("before"))
    .values(position=bindparam("reached"))
)


def integrated_size(connection: Connection) -> int:
    """The last position whose leaf is in a complete tile, or in one that is not complete yet."""
    return int(connection.execute(_REACHED).scalar_one())


def catch_up(database: Database) -> int:
    """Make the tiles of the whole log, or let another process do so; returns the log's last position at the call."""
    with database.reading() as connection:
        last = int(connection.execute(select(log_head.c.position)).scalar_one())
    while _step(database, last):
        pass
    return last


def rebuild(database: Database) -> None:
    """Make every tile again, in one transaction, so that a reader sees either the old tiles or the new ones."""
    with database.writing() as connection:
        connection.execute(update(projection).where(projection.c.name == TILE).values(position=0))
        connection.execute(tile.delete())
        last = int(connection.execute(select(log_head.c.position)).scalar_one())
        for before in range(0, last, BATCH):
            _complete(connection, before, min(before + BATCH, last))
        moved = update(projection).where(projection.c.name == TILE).values(position=last)
        connection.execute(moved)


def _step(database: Database, last: int) -> bool:
    """Make the tiles of the next batch, unless another process did so; False if nothing is left."""
    with database.reading() as connection:
        before = integrated_size(connection)
        if before >= last:
            return False
    reached = min(before + BATCH, last)
    with database.writing() as connection:
        moved = connection.execute(_ADVANCE, {"before": before, "reached": reached})
        if moved.rowcount == 1:
            _complete(connection, before, reached)
    return True


def _complete(connection: Connection, before: int, reached: int) -> None:
    """Write the tiles that became complete between two positions, lowest level first."""
    tree = Tree(connection, reached)
    for level in range(HIGHEST_LEVEL + 1):
        first, end = (position >> 8 * (level + 1) for position in (before, reached))
        if first == end:
            break
        rows = [
            {"level": level, "index": index, "root": root_of(tree.hashes(level, index))}
            for index in range(first, end)
        ]
        connection.execute(tile.insert(), rows)
