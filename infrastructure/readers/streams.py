"""Many streams are read in few statements; a stream that does not exist is not in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from sqlalchemy import bindparam, select

from infrastructure.log_errors import persistence_errors
from infrastructure.tables import event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.event import RecordEvent
    from infrastructure.database import Database
    from infrastructure.event_codec import EventCodec

__all__ = ["streams"]

STREAMS_A_QUERY: Final = 500

_STREAMS = (
    select(event.c.stream, event.c.version, event.c.type, event.c.payload, event.c.actor)
    .where(event.c.stream.in_(bindparam("streams", expanding=True)))
    .order_by(event.c.stream, event.c.version)
)


def streams(
    database: Database, codec: EventCodec, ids: Sequence[UUID]
) -> dict[UUID, list[RecordEvent]]:
    """The events of each stream that exists, in order of version, from one snapshot of the log."""
    found: dict[UUID, list[RecordEvent]] = {}
    with persistence_errors(), database.reading() as connection:
        for start in range(0, len(ids), STREAMS_A_QUERY):
            wanted = [id_.hex for id_ in ids[start : start + STREAMS_A_QUERY]]
            for row in connection.execute(_STREAMS, {"streams": wanted}):
                id_ = UUID(row.stream)
                stored = StoredEvent(id_, row.version, row.type, row.payload)
                found.setdefault(id_, []).append(codec.read(stored, row.actor))
    return found
