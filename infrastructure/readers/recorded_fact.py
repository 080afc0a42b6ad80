"""What an event leaves of its fact is answered from the event's own transaction, and nothing is read again for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.streams.entry import Entry
from domain.streams.event import FactErased, SourcesErased
from domain.streams.fact import evolve
from domain.time.perspective import Perspective
from domain.views.versions import version_of
from infrastructure.readers.similar import similar_to
from infrastructure.tables.facts import serving_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from domain.streams.event import FactEvent
    from domain.streams.fact import FactRecord
    from domain.views.versions import FactVersion
    from infrastructure.log.entry import LogEntry

__all__ = ["RecordedFact"]


class RecordedFact:
    """The fact that `event` changes from what it was `before`, None for a new one.

    It is the `within` of an append whose last event is `event`; once that is committed, `version` is what it left,
    `perspective` that of the log right after it, and `similar` the facts that were then much like it. The version's
    `first_position` is that of the event.
    """

    version: FactVersion
    perspective: Perspective

    def __init__(self, event: FactEvent, before: FactRecord | None) -> None:
        self.event = event
        self.before = before
        self.similar: list[FactVersion] = []

    def __call__(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
        """Read what else is to be said, in the transaction in which `entries` were written."""
        at, recorded_at = entries[-1].id, entries[-1].recorded_at
        entry = Entry(position=at, recorded_at=recorded_at, event=self.event)
        self.version = version_of(entry, self.event, evolve(self.before, self.event), at)
        self.perspective = Perspective(
            as_of=recorded_at, as_known_at=None, clock="recorded", match="possible", position=at
        )
        if not isinstance(self.event, FactErased | SourcesErased):
            tables = serving_tables(connection)
            self.similar = similar_to(connection, tables, self.version, self.perspective)
