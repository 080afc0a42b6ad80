"""A row of the log becomes an entry in one place, where its payload is opened by the keys of its database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from sqlalchemy import Connection, Select, and_, select

from infrastructure.log_entry import LogEntry
from infrastructure.sealing.seals import SEALS, Seals
from infrastructure.tables import event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LOGGED", "entries", "opened", "seals_of"]

_keyed = event.alias("keyed")
LOGGED: Final = select(
    event, _keyed.c.key_id.label("by"), _keyed.c.data_key.label("opened_by")
).join_from(
    event,
    _keyed,
    and_(_keyed.c.stream == event.c.stream, _keyed.c.version == event.c.key_version),
    isouter=True,
)
"""Rows of the log, each with the data key that it was sealed with."""

_ALL_BUT_KEYS: Final = [
    column.name for column in event.c if column.name not in {"key_version", "key_id", "data_key"}
]


def seals_of(connection: Connection) -> Seals:
    """What seals and opens on the database of a connection."""
    return cast("Seals", connection.get_execution_options()[SEALS])


def entries(
    connection: Connection,
    statement: Select[Any],
    originator: Callable[[str], UUID | str] = UUID,
) -> list[LogEntry]:
    """The entries that a statement made from `LOGGED` selects, each stream by what `originator` makes of its name."""
    open_ = seals_of(connection).opened
    return [
        LogEntry(
            originator_id=originator(row["stream"]),
            originator_version=row["version"],
            topic=row["type"],
            state=open_(row)[0],
            id=row["position"],
            recorded_at=row["recorded_at"],
            actor=row["actor"],
        )
        for row in connection.execute(statement).mappings()
    ]


def opened(connection: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """An event's row, selected by `LOGGED`, with its payload and salt in clear and nothing of its keys."""
    payload, salt = seals_of(connection).opened(row)
    return {**{name: row[name] for name in _ALL_BUT_KEYS}, "payload": payload, "salt": salt}
