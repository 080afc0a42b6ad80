"""Turns a row of the log into an entry, and opens its payload with the database's keys.

The entry of an erased payload has the payload of the erasing event instead (`erased_by`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, and_, case, func, select

from domain.streams.event import FactErased
from infrastructure.log.entry import LogEntry
from infrastructure.log.leaves import salt_in_use
from infrastructure.sealing.seals import seals_of
from infrastructure.tables.record import confidential_part, event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import RowMapping

STREAMS_A_QUERY: Final = 500
_keyed = event.alias("keyed")
_own: Final = event.c.key_version == event.c.version
LOGGED: Final = select(
    event,
    case((_own, event.c.key_id), else_=_keyed.c.key_id).label("by"),
    case((_own, event.c.data_key), else_=_keyed.c.data_key).label("opened_by"),
).join_from(
    event,
    _keyed,
    and_(
        _keyed.c.stream == event.c.stream,
        _keyed.c.version == func.nullif(event.c.key_version, event.c.version),
    ),
    isouter=True,
)
"""Rows of the log, each with the data key that sealed it; another row is read for the key only if this row lacks it."""

_ALL_BUT_KEYS: Final = [
    column.name for column in event.c if column.name not in {"key_version", "key_id", "data_key"}
]


def entries(
    connection: Connection,
    statement: Select[Any],
    originator: Callable[[str], UUID | str] = UUID,
) -> list[LogEntry]:
    """The entries that a statement made from `LOGGED` selects; `originator` turns a stream's name into its id."""
    return entries_in(connection, connection.execute(statement).all(), originator)


def entries_in(
    connection: Connection,
    rows: Sequence[Any],
    originator: Callable[[str], UUID | str] = UUID,
) -> list[LogEntry]:
    """The entries in rows that a statement made from `LOGGED` selected."""
    open_ = seals_of(connection).open_payload
    names = rows[0]._fields if rows else ()
    mappings = [dict(zip(names, row, strict=True)) for row in rows]
    erased = {row["stream"]: None for row in mappings if not row["payload"]}
    by = _erasures(connection, list(erased)) if erased else {}
    return [
        LogEntry(
            originator_id=originator(row["stream"]),
            originator_version=row["version"],
            topic=row["type"],
            state=open_(row)[0],
            id=row["position"],
            recorded_at=row["recorded_at"],
            actor=row["actor"],
            erased_by=None if row["payload"] else by.get(row["stream"], b""),
        )
        for row in mappings
    ]


def open_row(
    connection: Connection, row: Mapping[Any, Any], parts: Sequence[Mapping[Any, Any]]
) -> dict[str, Any]:
    """An event's row, selected by `LOGGED`, with its payload and salt unencrypted, and without its keys.

    `parts` are the rows of its confidential parts. An erased event has an empty payload and salt.
    """
    payload, secret = seals_of(connection).open_payload(row)
    sealed = row["key_version"] is not None
    digests = [bytes(part["digest"]) for part in parts]
    salt = salt_in_use(secret, payload, row["digest"], digests) if sealed and payload else secret
    return {**{name: row[name] for name in _ALL_BUT_KEYS}, "payload": payload, "salt": salt}


def parts_between(connection: Connection, after: int, last: int) -> dict[int, list[RowMapping]]:
    """The confidential parts of the events from `after` (excluded) to `last`, by position."""
    columns = confidential_part.c
    wanted = select(confidential_part).where(columns.position > after, columns.position <= last)
    parts: dict[int, list[RowMapping]] = {}
    for row in connection.execute(wanted.order_by(*confidential_part.primary_key)).mappings():
        parts.setdefault(row["position"], []).append(row)
    return parts


def _erasures(connection: Connection, streams: Sequence[str]) -> dict[str, bytes]:
    """The payload of the erasing event in each stream that has one."""
    erasures: dict[str, bytes] = {}
    for start in range(0, len(streams), STREAMS_A_QUERY):
        wanted: Select[Any] = LOGGED.where(
            event.c.stream.in_(streams[start : start + STREAMS_A_QUERY]),
            event.c.type == FactErased.stored_name,
        )
        rows: Sequence[RowMapping] = connection.execute(wanted).mappings().all()
        erasures.update((row["stream"], seals_of(connection).open_payload(row)[0]) for row in rows)
    return erasures
