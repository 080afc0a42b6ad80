"""Reads what the relay needs to know of an event: its negotiation, whether that is private, and its leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select, union

from infrastructure.tables.facts import serving_tables
from infrastructure.tables.record import change_request, event, negotiation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Relayed(NamedTuple):
    """An event's position, type, stream and leaf; the id and slug of its negotiation, and whether that is private.

    The id and the slug are None if the negotiation is not known.
    """

    position: int
    type: str
    stream: str
    leaf: bytes
    negotiation: str | None = None
    slug: str | None = None
    private: bool = True


def read_relayed(connection: Connection, after: int, last: int) -> list[Relayed]:
    """The events after the position `after` up to `last`, in order; whether a negotiation is private is read now."""
    columns = event.c
    between = columns.position > after, columns.position <= last
    statement = select(columns.position, columns.type, columns.stream, columns.leaf)
    rows = connection.execute(statement.where(*between).order_by(columns.position)).all()
    owners = _owners(connection, {row.stream for row in rows})
    return [Relayed(*row, *owners.get(row.stream, ())) for row in rows]


def leaf_at(connection: Connection, position: int) -> bytes | None:
    """The leaf of the event at a position; None if there is no such event."""
    statement = select(event.c.leaf).where(event.c.position == position)
    return connection.execute(statement).scalar_one_or_none()


def positions_before(connection: Connection, streams: Sequence[str], position: int) -> list[int]:
    """The positions of all events of some streams before a position, in order."""
    columns = event.c
    statement = select(columns.position).where(
        columns.stream.in_(streams), columns.position < position
    )
    return list(connection.execute(statement.order_by(columns.position)).scalars())


def _owners(connection: Connection, streams: Iterable[str]) -> dict[str, tuple[str, str, bool]]:
    """The id and slug of the negotiation of each stream, and whether it is private."""
    among = list(streams)
    facts = serving_tables(connection).version.c
    requests, negotiations = change_request.c, negotiation.c
    owned = union(
        select(facts.fact_id.label("stream"), facts.negotiation_id.label("owner")).where(
            facts.fact_id.in_(among)
        ),
        select(requests.stream, requests.negotiation_id).where(requests.stream.in_(among)),
        select(negotiations.id, negotiations.id).where(negotiations.id.in_(among)),
    ).subquery()
    statement = select(
        owned.c.stream, negotiations.id, negotiations.slug, negotiations.private
    ).join(negotiation, negotiations.id == owned.c.owner)
    return {row.stream: (row.id, row.slug, row.private) for row in connection.execute(statement)}
