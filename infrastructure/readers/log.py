"""Reads the log: entries in order, those of one negotiation, and whole streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from domain.streams.event import STORED_NAMES, ChangeRequestEvent
from infrastructure.hot_statements import HotStatement
from infrastructure.log.errors import persistence_errors
from infrastructure.log.rows import LOGGED, entries, entries_in
from infrastructure.projections.planes import whole_rows
from infrastructure.readers.pages import MOST_BYTES, count_fitting, omit_large
from infrastructure.tables.record import change_request, event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.streams.event import RecordEvent
    from infrastructure.database.database import Database
    from infrastructure.log.codec import EventCodec
    from infrastructure.log.entry import LogEntry
    from infrastructure.tables.facts import FactTables

_PROPOSED: Final = [
    name
    for name, event_class in STORED_NAMES.items()
    if issubclass(event_class, ChangeRequestEvent)
]


def read_page(
    connection: Connection,
    codec: EventCodec,
    tables: FactTables,
    after: int,
    last: int,
    limit: int,
    *,
    batch: str | None,
    hidden: Sequence[str],
) -> list[tuple[LogEntry, RecordEvent]]:
    """The entries after the position `after` up to `last`, in order, each with its event, that fit on one page.

    Only those of `batch`, if given; none of the negotiations that are `hidden`.
    """
    if batch is None and not hidden:
        values = {"after": after, "last": last, "limit": limit, "share": MOST_BYTES // limit}
        rows = _PAST.rows(connection, values)
        if all(row.payload is not None for row in rows):
            return read_entries(connection, codec, rows)
    statement = select_past(after, last, tables, batch)
    if hidden:
        statement = statement.where(outside_of(tables, hidden))
    limited = _limit_page(connection, statement, limit)
    return read_entries(connection, codec, connection.execute(limited).all())


def select_past(after: int, last: int, tables: FactTables, batch: str | None) -> Select[Any]:
    """The entries after the position `after` up to `last`, in order; only those of `batch`, if given."""
    between = [event.c.position > after, event.c.position <= last]
    if batch is not None:
        facts = tables.version.c
        brought = select(facts.known_from).where(
            facts.batch == batch,
            facts.known_from > after,
            facts.known_from <= last,
            *whole_rows(facts),
        )
        between.append(event.c.position.in_(brought))
    return LOGGED.where(*between).order_by(event.c.position)


_PAST: Final = HotStatement(
    omit_large(LOGGED, event.c.payload, bindparam("share", type_=Integer))
    .where(
        event.c.position > bindparam("after", type_=BigInteger),
        event.c.position <= bindparam("last", type_=BigInteger),
    )
    .order_by(event.c.position)
    .limit(bindparam("limit", type_=Integer))
)


def outside_of(tables: FactTables, negotiations: Sequence[str]) -> ColumnElement[bool]:
    """The condition that an entry is about none of these negotiations; an unknown change request does not meet it."""
    facts = tables.version.c
    within = exists().where(
        facts.negotiation_id.in_(negotiations),
        facts.known_from == event.c.position,
        facts.position == event.c.position,
    )
    elsewhere = exists().where(
        change_request.c.stream == event.c.stream,
        change_request.c.negotiation_id.not_in(negotiations),
    )
    return (
        event.c.stream.not_in(negotiations) & ~within & (event.c.type.not_in(_PROPOSED) | elsewhere)
    )


def select_negotiation(tables: FactTables, id_: UUID, last: int) -> Select[Any]:
    """The entries of a negotiation's own stream and of its facts, up to a position, by position."""
    facts = tables.version.c
    positions = select(facts.known_from).where(
        facts.negotiation_id == id_.hex, facts.known_from <= last, *whole_rows(facts)
    )
    concerns = or_(event.c.stream == id_.hex, event.c.position.in_(positions))
    return LOGGED.where(event.c.position <= last, concerns).order_by(event.c.position)


def _limit_page(connection: Connection, statement: Select[Any], limit: int) -> Select[Any]:
    """The statement, limited to the entries that fit on one page: at most `limit`."""
    sizes = statement.with_only_columns(func.length(event.c.payload)).limit(limit)
    return statement.limit(count_fitting(connection.execute(sizes).scalars().all(), limit))


def read_entries(
    connection: Connection, codec: EventCodec, rows: Sequence[Any]
) -> list[tuple[LogEntry, RecordEvent]]:
    """The entries in rows of the log, which `LOGGED` has selected, each with its event."""
    return [(entry, codec.read(entry, entry.actor)) for entry in entries_in(connection, rows)]


STREAMS_A_QUERY: Final = 500

_BY_STREAM: Final = LOGGED.order_by(event.c.stream, event.c.version)


def read_streams(
    database: Database, codec: EventCodec, ids: Sequence[UUID]
) -> dict[UUID, list[RecordEvent]]:
    """{stream: events in order of version} for each stream that exists, from one transaction."""
    events: dict[UUID, list[RecordEvent]] = {}
    with persistence_errors(), database.reading() as connection:
        for start in range(0, len(ids), STREAMS_A_QUERY):
            wanted = [id_.hex for id_ in ids[start : start + STREAMS_A_QUERY]]
            for entry in entries(connection, _BY_STREAM.where(event.c.stream.in_(wanted))):
                id_ = cast("UUID", entry.originator_id)
                events.setdefault(id_, []).append(codec.read(entry, entry.actor))
    return events
