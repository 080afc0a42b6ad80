"""Reads the log without locking it: whole transactions, in order of position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from sqlalchemy import Row, Select, Table, select

from infrastructure.log import rows
from infrastructure.log.clock_corrections import corrections, position_at
from infrastructure.log.entry import LogEntry, stream_name
from infrastructure.log.errors import persistence_errors
from infrastructure.log.rows import LOGGED
from infrastructure.tables.record import event, log_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infrastructure.database.database import Database

OriginatorIDType = Literal["uuid", "text"]

HEAD = select(log_head.c.position, log_head.c.recorded_at)


class StreamReader:
    """Reads the streams of one table, whose ids are UUIDs or texts."""

    def __init__(
        self, database: Database, table: Table, originator_id_type: OriginatorIDType
    ) -> None:
        self.database = database
        self._table = table
        self._selected: Select[Any] = select(table)
        self._is_uuid = originator_id_type == "uuid"

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """The events of one stream from version `gt` (excluded) to `lte`, by version, ascending unless `desc`."""
        columns = self._table.c
        statement = self._selected.where(columns.stream == stream_name(originator_id))
        if gt is not None:
            statement = statement.where(columns.version > gt)
        if lte is not None:
            statement = statement.where(columns.version <= lte)
        order = columns.version.desc() if desc else columns.version
        return self._read_events(statement.order_by(order).limit(limit))

    def _read_events(self, statement: Select[Any]) -> list[StoredEvent]:
        return [
            StoredEvent(self._originator(row.stream), row.version, row.type, row.payload)
            for row in self._rows(statement)
        ]

    def _originator(self, stream: str) -> UUID | str:
        return UUID(stream) if self._is_uuid else stream

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        with persistence_errors(), self.database.looking() as connection:
            return connection.execute(statement).all()


class LogReader(StreamReader):
    """Reads the log as one sequence."""

    def __init__(self, database: Database, originator_id_type: OriginatorIDType) -> None:
        super().__init__(database, event, originator_id_type)
        self._selected = LOGGED

    def head(self) -> tuple[int, int]:
        """The last position and its `recorded_at`; (0, 0) for an empty log."""
        head = self._rows(HEAD)[0]
        return head.position, head.recorded_at

    def position_at(self, recorded_at: int) -> int:
        """The highest position recorded at or before an instant; 0 if there is none."""
        with persistence_errors(), self.database.reading() as connection:
            return position_at(connection, recorded_at, corrections(connection))

    def entries_between(
        self, after: int, limit: int, *, stop: int | None = None, types: Sequence[str] = ()
    ) -> list[LogEntry]:
        """At most `limit` entries from position `after` (excluded) to `stop` (included), of `types` or of all types."""
        statement = LOGGED.where(event.c.position > after)
        if stop is not None:
            statement = statement.where(event.c.position <= stop)
        if types:
            statement = statement.where(event.c.type.in_(types))
        return self._entries(statement.order_by(event.c.position).limit(limit))

    def _read_events(self, statement: Select[Any]) -> list[StoredEvent]:
        return [
            StoredEvent(entry.originator_id, entry.originator_version, entry.topic, entry.state)
            if entry.erased_by is None
            else entry
            for entry in self._entries(statement)
        ]

    def _entries(self, statement: Select[Any]) -> list[LogEntry]:
        with persistence_errors(), self.database.looking() as connection:
            return rows.entries(connection, statement, self._originator)
