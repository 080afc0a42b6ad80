"""Derives the fact versions again beside those in use, compares the two, and switches.

It follows the log in batches while writers go on; the last step locks the log, catches up, compares and switches in one
transaction. It reports what differs, and always switches to the rebuilt tables, since the log is right. If another
rebuild has begun meanwhile, it does not switch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Select, Table, and_, or_, select, update

from domain.streams.event import STORED_NAMES
from infrastructure.database.vacuuming import analyze
from infrastructure.log.rows import LOGGED, entries
from infrastructure.log.under_lock import LOCK_HEAD
from infrastructure.projections import change_requests, negotiations
from infrastructure.projections.filling import Filling, begin, empty_side, fill, switch
from infrastructure.projections.inline import entries_of
from infrastructure.tables.facts import SIDES, SPARE, FactTables, serving_side
from infrastructure.tables.record import change_request, event, log_head, projection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from domain.streams.entry import Entry
    from infrastructure.database.database import Database
    from infrastructure.log.codec import EventCodec

BATCH: Final = 1_000
DIFFERENCES_SAID: Final = 100
#: How near the head the catching up must come before the log is locked for the rest.
NEAR: Final = 2_000


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
    database: Database,
    codec: EventCodec,
    progress: Callable[[int, int], None] | None = None,
    confirm: Callable[[], None] = lambda: None,
) -> RebuildReport:
    """Rebuild, compare, switch. `progress` is told (position reached, last position).

    `confirm` raises NotAloneError, as this does, where another rebuild may have begun meanwhile.
    """
    with database.writing() as connection:
        filling = begin(connection)
    last = _head(database)
    while last - filling.reached > NEAR:
        with database.writing() as connection:
            confirm()
            _advance(connection, codec, filling, last)
        last = _head(database)
        if progress is not None:
            progress(filling.reached, last)
    with database.writing() as connection:
        last = connection.execute(LOCK_HEAD).one().position
        while filling.reached < last:
            _advance(connection, codec, filling, last)
            if progress is not None:
                progress(filling.reached, last)
        differences = _compare(connection, filling.tables)
        differences += _correct_small(connection, codec)
        analyze(connection, [table.name for table in filling.tables.all])
        switch(connection, filling, last)
        confirm()
    _empty_idle(database, filling)
    return RebuildReport(last, filling.versions, tuple(differences))


def _advance(connection: Connection, codec: EventCodec, filling: Filling, last: int) -> None:
    logged = entries_after(connection, codec, filling.reached)
    reached = logged[-1].position if logged else min(filling.reached + BATCH, last)
    fill(connection, filling, logged, reached)


def _empty_idle(database: Database, filling: Filling) -> None:
    """Empty the side that served before, unless yet another rebuild is filling it."""
    with database.writing() as connection:
        filled = select(projection.c.name).where(projection.c.name == SPARE)
        idle = connection.execute(filled).first() is None
        if idle and serving_side(connection) == filling.tables.side:
            empty_side(connection, SIDES["second" if filling.tables.side == "first" else "first"])


def _head(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(log_head.c.position)).scalar_one())


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
    """Rows that stand in one table and not, or not so, in the other; the first hundred of each.

    Each row is looked up by its key, so that this takes no memory, however large the tables are.
    """
    keys = {
        tuple(row): None
        for pair in ((serving, derived), (derived, serving))
        for row in connection.execute(_select_differing(*pair).limit(DIFFERENCES_SAID))
    }
    return [
        Difference(
            serving.name, key, _row(connection, serving, key), _row(connection, derived, key)
        )
        for key in keys
    ]


def _select_differing(table: Table, other: Table) -> Select[Any]:
    """The keys of the rows that the other table has not, or not so."""
    same = and_(*(column == other.c[column.name] for column in table.primary_key))
    rest = [column for column in table.columns if not column.primary_key]
    missing = other.c[next(iter(table.primary_key)).name].is_(None)
    differs = (column.is_distinct_from(other.c[column.name]) for column in rest)
    joined = table.outerjoin(other, same)
    return select(*table.primary_key).select_from(joined).where(or_(missing, *differs))


def _row(connection: Connection, table: Table, key: tuple[Any, ...]) -> dict[str, Any] | None:
    same = [column == part for column, part in zip(table.primary_key, key, strict=True)]
    row = connection.execute(select(table).where(*same)).mappings().one_or_none()
    return None if row is None else dict(row)


def _correct_small(connection: Connection, codec: EventCodec) -> list[Difference]:
    """Compare the small tables with the log in place, and correct the rows that differ."""
    tables = negotiations.rows(_read_logged(connection, codec, "negotiation."))
    proposed = change_requests.rows(_read_logged(connection, codec, "change.", "fact.erased"))
    differences = []
    for table, derived in (*tables, (change_request, proposed)):
        differences += _correct(connection, table, derived)
    return differences


def _read_logged(connection: Connection, codec: EventCodec, *prefixes: str) -> Sequence[Entry]:
    """All entries of the log whose event names begin with one of the prefixes."""
    types = [name for name in STORED_NAMES if name.startswith(prefixes)]
    statement = LOGGED.where(event.c.type.in_(types)).order_by(event.c.position)
    return entries_of(codec, entries(connection, statement, str))


def _correct(
    connection: Connection, table: Table, derived: Iterable[dict[str, Any]]
) -> list[Difference]:
    names = [column.name for column in table.primary_key]
    serving = {
        tuple(row[name] for name in names): dict(row)
        for row in connection.execute(select(table)).mappings()
    }
    right = {tuple(row[name] for name in names): row for row in derived}
    differences = []
    for key in sorted(serving.keys() | right.keys()):
        if serving.get(key) != right.get(key):
            differences.append(Difference(table.name, key, serving.get(key), right.get(key)))
            same = [column == part for column, part in zip(table.primary_key, key, strict=True)]
            if key in serving and key in right:
                connection.execute(update(table).where(*same).values(**right[key]))
            elif key in right:
                connection.execute(table.insert().values(**right[key]))
            else:
                connection.execute(table.delete().where(*same))
    return differences
