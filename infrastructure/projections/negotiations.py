"""The negotiations and their snapshots, as a pure function of the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from domain.event import NegotiationOpened, SnapshotTaken
from infrastructure.tables import negotiation, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table

    from domain.history import Entry

__all__ = ["apply", "rows"]


def apply(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write the rows of negotiations opened and snapshots taken."""
    for table, derived in rows(entries):
        if derived:
            connection.execute(table.insert(), derived)


def rows(entries: Sequence[Entry]) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The rows that the entries make in each table, in the order in which they can be inserted."""
    opened = [
        negotiation_row(e, e.event) for e in entries if isinstance(e.event, NegotiationOpened)
    ]
    taken = [snapshot_row(e, e.event) for e in entries if isinstance(e.event, SnapshotTaken)]
    return [(negotiation, opened), (snapshot, taken)]


def negotiation_row(entry: Entry, event: NegotiationOpened) -> dict[str, Any]:
    """The row of a negotiation."""
    return {
        "id": event.originator_id.hex,
        "slug": event.slug,
        "title": event.title,
        "summary": event.summary,
        "parties": json.dumps(event.parties, ensure_ascii=False),
        "opened_position": entry.position,
        "recorded_at": entry.recorded_at,
    }


def snapshot_row(entry: Entry, event: SnapshotTaken) -> dict[str, Any]:
    """The row of a snapshot."""
    perspective = {
        "as_of": event.as_of,
        "as_known_at": event.as_known_at,
        "clock": event.clock,
        "match": event.match,
        "position": event.position,
    }
    return {
        "negotiation_id": event.originator_id.hex,
        "name": event.name,
        "position": entry.position,
        "taken_at": entry.recorded_at,
        "perspective": json.dumps(perspective),
        "sha256": event.sha256,
    }
