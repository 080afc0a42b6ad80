"""The log as a reading sees it: all of it in order, or what concerns one negotiation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, or_, select

from infrastructure.log_entry import LogEntry
from infrastructure.tables import event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.event import RecordEvent
    from infrastructure.event_codec import EventCodec
    from infrastructure.fact_tables import FactTables

__all__ = ["of_negotiation", "outside", "past", "read"]

Read = tuple[LogEntry, "RecordEvent"]


def past(after: int, last: int) -> Select[Any]:
    """The entries past a position, up to another, in order."""
    between = (event.c.position > after, event.c.position <= last)
    return select(event).where(*between).order_by(event.c.position)


def outside(tables: FactTables, negotiations: Sequence[str]) -> ColumnElement[bool]:
    """That an entry concerns none of these negotiations."""
    facts = tables.version.c
    within = exists().where(
        facts.negotiation_id.in_(negotiations), facts.known_from == event.c.position
    )
    return event.c.stream.not_in(negotiations) & ~within


def of_negotiation(tables: FactTables, id_: UUID, last: int) -> Select[Any]:
    """The entries of a negotiation's own stream and of its facts, up to a position, by position."""
    facts = tables.version.c
    positions = select(facts.known_from).where(
        facts.negotiation_id == id_.hex, facts.known_from <= last
    )
    mine = or_(event.c.stream == id_.hex, event.c.position.in_(positions))
    return select(event).where(event.c.position <= last, mine).order_by(event.c.position)


def read(connection: Connection, codec: EventCodec, statement: Select[Any]) -> list[Read]:
    """The entries that a statement selects, each with its event."""
    return [_read(codec, row) for row in connection.execute(statement)]


def _read(codec: EventCodec, row: Row[Any]) -> Read:
    entry = LogEntry(
        originator_id=UUID(row.stream),
        originator_version=row.version,
        topic=row.type,
        state=row.payload,
        id=row.position,
        recorded_at=row.recorded_at,
        actor=row.actor,
    )
    return entry, codec.read(entry, entry.actor)
