"""Fills the spare tables of a rebuild, and stops if another rebuild has begun.

While it does, the row `spare` of `projection` says how far it has come and, in `state`, the revision of the schema,
which rebuild it is, and how many rows it has written. A rebuild that broke off leaves this row. The next one goes on
from there if the revision is the same and the rows are still there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import Connection, column, delete, func, insert, select, update
from sqlalchemy import table as named_table

from infrastructure.database.working_alone import NotAloneError
from infrastructure.log.clock_corrections import corrections
from infrastructure.projections import fact_versions
from infrastructure.projections.planes import whole_rows
from infrastructure.tables.facts import FACTS, SIDES, SPARE, FactTables, serving_side
from infrastructure.tables.record import projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select

    from domain.streams.entry import Entry

_BEGUN: Final = "another rebuild has begun meanwhile, and this one has switched nothing; run it again when that is done"
_SPARE_ROW: Final = projection.c.name == SPARE
_REVISION: Final[Select[tuple[str]]] = select(column("version_num")).select_from(
    named_table("alembic_version")
)


@dataclass
class Filling:
    """How far a rebuild has filled the spare side, and with how many versions, in how many rows.

    If it goes on from another one, this includes what that one has filled.
    """

    tables: FactTables
    token: str
    reached: int = 0
    versions: int = 0
    rows: int = 0

    @property
    def state(self) -> str:
        """The column `state` of the row `spare`."""
        return f"{self.token} {self.rows}"


def begin(connection: Connection) -> Filling:
    """Go on from a rebuild that broke off, or empty the spare side; a rebuild that fills it stops at its next batch."""
    side = "second" if serving_side(connection) == "first" else "first"
    revision = connection.execute(_REVISION).scalar_one()
    filling = Filling(SIDES[side], f"{revision} {uuid4().hex}")
    left = connection.execute(select(projection).where(_SPARE_ROW).with_for_update()).first()
    if left is None:
        connection.execute(insert(projection).values(name=SPARE, position=0, state=""))
    elif left.state.startswith(f"{revision} "):
        filling = _take_over(connection, filling, left)
    if not filling.reached:
        empty_side(connection, filling.tables)
    begun = {"position": filling.reached, "state": filling.state}
    connection.execute(update(projection).where(_SPARE_ROW).values(begun))
    return filling


def _take_over(connection: Connection, filling: Filling, left: Row[Any]) -> Filling:
    """The filling as the rebuild that wrote the row `spare` has left it; as it is if rows were lost or added since."""
    version = filling.tables.version
    rows = select(func.count()).select_from(version)
    found = connection.execute(rows).scalar_one()
    if left.state.split()[-1] != str(found):
        return filling
    versions = connection.execute(rows.where(*whole_rows(version.c))).scalar_one()
    return replace(filling, reached=left.position, versions=versions, rows=found)


def fill(connection: Connection, filling: Filling, entries: Sequence[Entry], reached: int) -> None:
    """Add the versions that entries make, up to a position; NotAloneError where another rebuild has begun."""
    _move(connection, filling, reached)
    known = partial(corrections, connection)
    applied = fact_versions.apply(connection, entries, filling.tables, known)
    filling.versions += applied.versions
    filling.rows += applied.rows
    filling.reached = reached
    connection.execute(update(projection).where(_SPARE_ROW).values(state=filling.state))


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
        projection.c.state == filling.state,
        projection.c.position == filling.reached,
    )
    moved = connection.execute(update(projection).where(*left).values(position=reached))
    if moved.rowcount != 1 or serving_side(connection) == filling.tables.side:
        raise NotAloneError(_BEGUN)
