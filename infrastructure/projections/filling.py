"""Fills the spare tables of a rebuild, and stops if another rebuild has begun.

While it does, the row `spare` of `projection` says how far it has come and, in `state`, which rebuild it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update

from infrastructure.database.working_alone import NotAloneError
from infrastructure.log.clock_corrections import corrections
from infrastructure.projections import fact_versions
from infrastructure.tables.facts import FACTS, SIDES, SPARE, FactTables, serving_side
from infrastructure.tables.record import projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.streams.entry import Entry

_BEGUN: Final = "another rebuild has begun meanwhile, and this one has switched nothing; run it again when that is done"


@dataclass
class Filling:
    """How far one rebuild has filled the spare side, and with how many versions, in how many rows."""

    tables: FactTables
    token: str
    reached: int = 0
    versions: int = 0
    rows: int = 0


def begin(connection: Connection) -> Filling:
    """Empty the spare side; a rebuild that was filling it stops at its next batch."""
    side = "second" if serving_side(connection) == "first" else "first"
    filling = Filling(SIDES[side], uuid4().hex)
    begun = {"position": 0, "state": filling.token}
    mine = update(projection).where(projection.c.name == SPARE)
    if not connection.execute(mine.values(begun)).rowcount:
        connection.execute(insert(projection).values(name=SPARE, **begun))
    empty_side(connection, filling.tables)
    return filling


def fill(connection: Connection, filling: Filling, entries: Sequence[Entry], reached: int) -> None:
    """Add the versions that entries make, up to a position; NotAloneError where another rebuild has begun."""
    _move(connection, filling, reached)
    known = partial(corrections, connection)
    applied = fact_versions.apply(connection, entries, filling.tables, known)
    filling.versions += applied.versions
    filling.rows += applied.rows
    filling.reached = reached


def switch(connection: Connection, filling: Filling, last: int) -> None:
    """Let the side serve, which holds all up to the log's last position, while the log is locked.

    NotAloneError where another rebuild has begun, or rows are missing that this one has written.
    """
    _move(connection, filling, last)
    written = select(func.count()).select_from(filling.tables.version)
    if connection.execute(written).scalar_one() != filling.rows:
        raise NotAloneError(_BEGUN)
    serve = update(projection).where(projection.c.name == FACTS)
    connection.execute(serve.values(state=filling.tables.side, position=last))
    connection.execute(delete(projection).where(projection.c.name == SPARE))


def position_filled(connection: Connection) -> int:
    """The position up to which the spare side is filled; 0 where no rebuild has begun."""
    spare = select(projection.c.position).where(projection.c.name == SPARE)
    return int(connection.execute(spare).scalar() or 0)


def empty_side(connection: Connection, tables: FactTables) -> None:
    """Row by row: PostgreSQL's TRUNCATE would empty the table for readers of an earlier snapshot too."""
    for table in tables.all:
        connection.execute(table.delete())


def _move(connection: Connection, filling: Filling, reached: int) -> None:
    """Move the checkpoint of the spare side from where this rebuild left it."""
    left = (
        projection.c.name == SPARE,
        projection.c.state == filling.token,
        projection.c.position == filling.reached,
    )
    moved = connection.execute(update(projection).where(*left).values(position=reached))
    if moved.rowcount != 1 or serving_side(connection) == filling.tables.side:
        raise NotAloneError(_BEGUN)
