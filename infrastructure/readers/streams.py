"""Many streams are read in few statements; a stream that does not exist is not in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from infrastructure.log.errors import persistence_errors
from infrastructure.log.rows import LOGGED, entries
from infrastructure.tables.record import event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.streams.event import RecordEvent
    from infrastructure.database.database import Database
    from infrastructure.log.codec import EventCodec

__all__ = ["streams"]

STREAMS_A_QUERY: Final = 500

_BY_STREAM: Final = LOGGED.order_by(event.c.stream, event.c.version)


def streams(
    database: Database, codec: EventCodec, ids: Sequence[UUID]
) -> dict[UUID, list[RecordEvent]]:
    """The events of each stream that exists, in order of version, from one snapshot of the log."""
    found: dict[UUID, list[RecordEvent]] = {}
    with persistence_errors(), database.reading() as connection:
        for start in range(0, len(ids), STREAMS_A_QUERY):
            wanted = [id_.hex for id_ in ids[start : start + STREAMS_A_QUERY]]
            for entry in entries(connection, _BY_STREAM.where(event.c.stream.in_(wanted))):
                id_ = cast("UUID", entry.originator_id)
                found.setdefault(id_, []).append(codec.read(entry, entry.actor))
    return found
