"""A materialised view on Parley's tracking recorder: its counts and its position move together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.tests.projection import EventCountersView
from sqlalchemy import select, text

from infrastructure.log.recorder import EventTrackingRecorder
from infrastructure.tables.record import projection

if TYPE_CHECKING:
    from eventsourcing.persistence import Tracking

COUNT = text(
    "INSERT INTO projection (name, position, state) VALUES (:name, 1, '') "
    "ON CONFLICT (name) DO UPDATE SET position = projection.position + 1"
)


class CountersView(EventTrackingRecorder, EventCountersView):
    """Counts events in the rows of `projection`, one row a counter."""

    def get_created_event_counter(self) -> int:
        return self._count("created")

    def get_subsequent_event_counter(self) -> int:
        return self._count("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._increment("created", tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._increment("subsequent", tracking)

    def _increment(self, name: str, tracking: Tracking) -> None:
        with self.tracked(tracking) as connection:
            connection.execute(COUNT, {"name": name})

    def _count(self, name: str) -> int:
        statement = select(projection.c.position).where(projection.c.name == name)
        with self.database.reading() as connection:
            return connection.execute(statement).scalar() or 0
