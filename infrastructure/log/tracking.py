"""A follower's position only ever rises: of two that record the same one, exactly one succeeds."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder
from sqlalchemy import Connection, select, text

from infrastructure.log.errors import persistence_errors
from infrastructure.tables.record import tracking as tracking_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.database.database import Database

__all__ = ["EventTrackingRecorder", "advance"]

ADVANCE = text(
    "INSERT INTO tracking (application_name, position) VALUES (:name, :position) "
    "ON CONFLICT (application_name) DO UPDATE SET position = excluded.position "
    "WHERE tracking.position < excluded.position RETURNING position"
)


def advance(connection: Connection, tracking: Tracking) -> None:
    """Record `tracking` in the open transaction; `IntegrityError` where it is no advance."""
    parameters = {"name": tracking.application_name, "position": tracking.notification_id}
    if connection.execute(ADVANCE, parameters).first() is None:
        raise IntegrityError(
            f"{tracking.application_name} was tracked to {tracking.notification_id} or further"
        )


class EventTrackingRecorder(TrackingRecorder):
    """Keeps how far each upstream application has been followed."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def tracked(self, tracking: Tracking) -> Iterator[Connection]:
        """A writing transaction that advances `tracking`: a view's rows belong in the same one."""
        with persistence_errors(), self.database.writing() as connection:
            advance(connection, tracking)
            yield connection

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record a position, or raise `IntegrityError` where it is not past the last one."""
        with self.tracked(tracking):
            pass

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position that `application_name` has been followed to; None before the first."""
        statement = select(tracking_table.c.position).where(
            tracking_table.c.application_name == application_name
        )
        with persistence_errors(), self.database.reading() as connection:
            return connection.execute(statement).scalar()
