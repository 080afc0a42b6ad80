"""A rebuild derives the fact versions anew beside those that serve, compares the two, and switches.

It follows the log in batches while writers go on; the last step locks the log, catches up, compares and
switches in one transaction. What differs is said; what was rebuilt then serves, since the log is right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Table, func, select, update

from domain.event import STORED_NAMES
from infrastructure.fact_tables import FACTS, SIDES, FactTables, serving_side
from infrastructure.log_append import LOCK_HEAD
from infrastructure.log_rows import LOGGED, entries
from infrastructure.projections import fact_versions, negotiations, proposals
from infrastructure.projections.inline import entries_of
from infrastructure.tables import event, log_head, projection, proposal
from infrastructure.vacuuming import analyze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from domain.history import Entry
    from infrastructure.database import Database
    from infrastructure.event_codec import EventCodec

__all__ = ["BATCH", "Difference", "RebuildReport", "entries_after", "rebuild"]

BATCH: Final = 1_000
DIFFERENCES_SAID: Final = 100
#: How near the head the catching up must come before the log is locked for the rest.
NEAR: Final = 2_000
REBUILD_LOCK: Final = 0x7061_726C_6562


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that served and a row that the log gives: `key` names it; None is no such row."""

    table: str
    key: tuple[Any, ...]
    served: dict[str, Any] | None
    derived: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """How far the log was read, how many versions were derived, and what differed from what served."""

    position: int
    versions: int
    differences: tuple[Difference, ...] = field(default=())


def rebuild(
    database: Database, codec: EventCodec, progress: Callable[[int, int], None] | None = None
) -> RebuildReport:
    """Rebuild, compare, switch. `progress` is told (position reached, last position)."""
    with database.writing() as connection:
        spare = _spare(connection)
        _empty(connection, spare)
    reached, last = 0, _head(database)
    while last - reached > NEAR:
        reached = _follow(database, codec, spare, reached)
        last = _head(database)
        if progress is not None:
            progress(reached, last)
    with database.writing() as connection:
        last = connection.execute(LOCK_HEAD).one().position
        _refuse_switched(connection, spare)
        while reached < last:
            reached = _apply(connection, codec, spare, reached)
            if progress is not None:
                progress(reached, last)
        differences = _compare(connection, spare)
        differences += _mend_small(connection, codec)
        analyze(connection, [table.name for table in spare.all])
        switch = update(projection).where(projection.c.name == FACTS)
        connection.execute(switch.values(state=spare.side, position=last))
        versions = connection.execute(select(func.count()).select_from(spare.version)).scalar_one()
    with database.writing() as connection:
        idle = SIDES["second" if spare.side == "first" else "first"]
        if serving_side(connection) == spare.side:
            _empty(connection, idle)
    return RebuildReport(last, versions, tuple(differences))


def _spare(connection: Connection) -> FactTables:
    return SIDES["second" if serving_side(connection) == "first" else "first"]


def _refuse_switched(connection: Connection, spare: FactTables) -> None:
    if serving_side(connection) == spare.side:
        message = "another rebuild has switched the tables meanwhile; run it again"
        raise RuntimeError(message)


def _empty(connection: Connection, tables: FactTables) -> None:
    """Row by row: PostgreSQL's TRUNCATE would empty the table for readers of an earlier snapshot too."""
    for table in tables.all:
        connection.execute(table.delete())


def _head(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(log_head.c.position)).scalar_one())


def _follow(database: Database, codec: EventCodec, spare: FactTables, reached: int) -> int:
    with database.writing() as connection:
        _refuse_switched(connection, spare)
        return _apply(connection, codec, spare, reached)


def _apply(connection: Connection, codec: EventCodec, spare: FactTables, reached: int) -> int:
    logged = entries_after(connection, codec, reached)
    fact_versions.apply(connection, logged, spare)
    return logged[-1].position if logged else reached + BATCH


def entries_after(connection: Connection, codec: EventCodec, after: int) -> Sequence[Entry]:
    """What the next BATCH events past a position are to the record."""
    statement = LOGGED.where(event.c.position > after).order_by(event.c.position).limit(BATCH)
    return entries_of(codec, entries(connection, statement, str))


def _compare(connection: Connection, spare: FactTables) -> list[Difference]:
    serving = SIDES["second" if spare.side == "first" else "first"]
    return [
        difference
        for pair in zip(serving.all, spare.all, strict=True)
        for difference in _table_differences(connection, *pair)
    ]


def _table_differences(connection: Connection, serving: Table, derived: Table) -> list[Difference]:
    """Rows that stand in one table and not, or not so, in the other; the first hundred."""
    differing = [
        *connection.execute(select(serving).except_(select(derived)).limit(DIFFERENCES_SAID)),
        *connection.execute(select(derived).except_(select(serving)).limit(DIFFERENCES_SAID)),
    ]
    names = [column.name for column in serving.primary_key]
    keys = {tuple(getattr(row, name) for name in names): None for row in differing}
    return [
        Difference(
            serving.name, key, _row(connection, serving, key), _row(connection, derived, key)
        )
        for key in keys
    ]


def _row(connection: Connection, table: Table, key: tuple[Any, ...]) -> dict[str, Any] | None:
    same = [column == part for column, part in zip(table.primary_key, key, strict=True)]
    row = connection.execute(select(table).where(*same)).mappings().one_or_none()
    return None if row is None else dict(row)


def _mend_small(connection: Connection, codec: EventCodec) -> list[Difference]:
    """The small tables are compared with the log in place, and put right where they differ."""
    tables = negotiations.rows(_logged(connection, codec, "negotiation."))
    proposed = proposals.rows(_logged(connection, codec, "change.", "fact.erased"))
    found = []
    for table, derived in (*tables, (proposal, proposed)):
        found += _mend(connection, table, derived)
    return found


def _logged(connection: Connection, codec: EventCodec, *prefixes: str) -> Sequence[Entry]:
    """All that the log holds under names that begin so."""
    types = [name for name in STORED_NAMES if name.startswith(prefixes)]
    statement = LOGGED.where(event.c.type.in_(types)).order_by(event.c.position)
    return entries_of(codec, entries(connection, statement, str))


def _mend(
    connection: Connection, table: Table, derived: Iterable[dict[str, Any]]
) -> list[Difference]:
    names = [column.name for column in table.primary_key]
    serving = {
        tuple(row[name] for name in names): dict(row)
        for row in connection.execute(select(table)).mappings()
    }
    right = {tuple(row[name] for name in names): row for row in derived}
    found = []
    for key in sorted(serving.keys() | right.keys()):
        if serving.get(key) != right.get(key):
            found.append(Difference(table.name, key, serving.get(key), right.get(key)))
            same = [column == part for column, part in zip(table.primary_key, key, strict=True)]
            if key in serving and key in right:
                connection.execute(update(table).where(*same).values(**right[key]))
            elif key in right:
                connection.execute(table.insert().values(**right[key]))
            else:
                connection.execute(table.delete().where(*same))
    return found
