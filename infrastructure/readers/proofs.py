"""Reads proofs, tiles and entries from the tree of the last signed checkpoint; their bytes never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select

from domain.proof.checkpoint import Checkpoint
from domain.proof.tiles import HIGHEST_LEVEL, TILE_WIDTH
from infrastructure.log.leaves import entry_of, inputs_of
from infrastructure.log.rows import LOGGED, open_row, parts_between
from infrastructure.proofs.publishing import last_signed_note
from infrastructure.proofs.tree import Tree
from infrastructure.readers import access, log
from infrastructure.tables.facts import serving_tables
from infrastructure.tables.record import event

if TYPE_CHECKING:
    from domain.access import Principal
    from domain.proof.tiles import TilePath

_INPUTS: Final = tuple(column for column in event.c if column.name != "payload")


@dataclass(frozen=True, slots=True)
class EventProof:
    """An event, its entry, and the proof that its leaf is in the tree of a signed checkpoint.

    `row` is the row of the event, opened; `inclusion` has the hashes from the leaf's sibling upwards; `checkpoint` is
    the signed note.
    """

    row: dict[str, Any]
    inputs: dict[str, Any]
    inclusion: list[bytes]
    checkpoint: str


def read_signed_size(connection: Connection) -> int:
    """How many events the last signed checkpoint covers; 0 if there is none yet."""
    note = last_signed_note(connection)
    return 0 if note is None else Checkpoint.read_unverified(note).size


def read_tile_hashes(connection: Connection, level: int, path: TilePath) -> bytes | None:
    """The hashes of a tile, 32 bytes each; None if the signed tree has no such tile."""
    size = read_signed_size(connection)
    if level > HIGHEST_LEVEL or not path.within(level, size):
        return None
    return b"".join(Tree(connection, size).hashes(level, path.index)[: path.width])


def read_bundle(connection: Connection, path: TilePath, principal: Principal) -> bytes | None:
    """The entries of a tile of leaves, each after its length in two bytes; None if there is no such tile.

    None too if one of its events is hidden from the principal, because an entry reveals more than a hash.
    """
    if not path.within(0, read_signed_size(connection)):
        return None
    start = path.index * TILE_WIDTH
    wanted = select(*_INPUTS).where(
        event.c.position > start, event.c.position <= start + path.width
    )
    hidden = access.list_hidden(connection, principal)
    if hidden:
        wanted = wanted.where(log.outside_of(serving_tables(connection), hidden))
    rows = connection.execute(wanted.order_by(event.c.position)).mappings().all()
    if len(rows) < path.width:
        return None
    entries = [entry_of(row) for row in rows]
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def prove_event(connection: Connection, position: int) -> EventProof | None:
    """The proof of the event at a position of the log; None if no signed checkpoint covers it yet."""
    note = last_signed_note(connection)
    size = read_signed_size(connection)
    if note is None or position > size:
        return None
    stored = connection.execute(LOGGED.where(event.c.position == position)).mappings().one()
    parts = parts_between(connection, position - 1, position)
    row = open_row(connection, stored, parts.get(position, ()))
    inclusion = Tree(connection, size).inclusion(position - 1)
    return EventProof(row, inputs_of(row), inclusion, note)
