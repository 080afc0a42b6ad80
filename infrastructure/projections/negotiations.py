"""The negotiations, their corrections, who sees them and their snapshots, as a pure function of the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, update

from domain.streams.event import (
    NegotiationCorrected,
    NegotiationOpened,
    SettingsChanged,
    SnapshotTaken,
)
from domain.views.negotiation_changes import correction_of
from infrastructure.tables.record import (
    negotiation,
    negotiation_correction,
    negotiation_member,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table

    from domain.streams.entry import Entry


def apply(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write the rows of negotiations opened and corrected, settings changed and snapshots taken."""
    for table, derived in (
        _rows_of_openings(entries),
        _rows_of_corrections(entries),
        _rows_of_snapshots(entries),
    ):
        if derived:
            connection.execute(table.insert(), derived)
    for entry in entries:
        if isinstance(entry.event, SettingsChanged):
            _change(connection, entry.event)


def rows(entries: Sequence[Entry]) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The rows that all entries make in each table, in the order in which they can be inserted."""
    latest = {
        e.event.originator_id: e.event for e in entries if isinstance(e.event, SettingsChanged)
    }
    private = {id_.hex for id_, event in latest.items() if _private(event)}
    table, opened = _rows_of_openings(entries)
    shown = [{**row, "private": row["id"] in private} for row in opened]
    members = [row for event in latest.values() for row in member_rows(event)]
    corrected = _rows_of_corrections(entries)
    return [(table, shown), corrected, (negotiation_member, members), _rows_of_snapshots(entries)]


def _rows_of_openings(entries: Sequence[Entry]) -> tuple[Table, list[dict[str, Any]]]:
    return negotiation, [
        negotiation_row(e, e.event) for e in entries if isinstance(e.event, NegotiationOpened)
    ]


def _rows_of_corrections(entries: Sequence[Entry]) -> tuple[Table, list[dict[str, Any]]]:
    return negotiation_correction, [
        correction_row(e, e.event) for e in entries if isinstance(e.event, NegotiationCorrected)
    ]


def _rows_of_snapshots(entries: Sequence[Entry]) -> tuple[Table, list[dict[str, Any]]]:
    return snapshot, [
        snapshot_row(e, e.event) for e in entries if isinstance(e.event, SnapshotTaken)
    ]


def _change(connection: Connection, event: SettingsChanged) -> None:
    id_ = event.originator_id.hex
    members = negotiation_member
    connection.execute(
        update(negotiation).where(negotiation.c.id == id_).values(private=_private(event))
    )
    connection.execute(delete(members).where(members.c.negotiation_id == id_))
    if event.members:
        connection.execute(members.insert(), member_rows(event))


def _private(event: SettingsChanged) -> bool:
    return event.visibility == "private"


def member_rows(event: SettingsChanged) -> list[dict[str, Any]]:
    """The rows of a negotiation's members."""
    id_ = event.originator_id.hex
    return [{"negotiation_id": id_, "person": person} for person in event.members]


def negotiation_row(entry: Entry, event: NegotiationOpened) -> dict[str, Any]:
    """The row of a negotiation."""
    return {
        "id": event.originator_id.hex,
        "slug": event.slug,
        "title": event.title,
        "summary": event.summary,
        "parties": _texts(event.parties),
        "opened_position": entry.position,
        "recorded_at": entry.recorded_at,
        "private": False,
    }


def correction_row(entry: Entry, event: NegotiationCorrected) -> dict[str, Any]:
    """The row of a negotiation's correction."""
    correction = correction_of(entry, event)
    return {
        "negotiation_id": event.originator_id.hex,
        "position": correction.position,
        "version": correction.version,
        "recorded_at": correction.recorded_at,
        "published_at": correction.published_at,
        "actor": correction.actor,
        "reason": event.reason,
        "why": event.why,
        "title": event.title,
        "summary": event.summary,
        "parties": _texts(event.parties),
    }


def _texts(texts: Sequence[str]) -> str:
    return json.dumps(texts, ensure_ascii=False)


def snapshot_row(entry: Entry, event: SnapshotTaken) -> dict[str, Any]:
    """The row of a snapshot."""
    perspective = {
        "as_of": event.as_of,
        "as_known_at": event.as_known_at,
        "clock": event.clock,
        "match": event.match,
        "position": event.position,
        "reading": event.reading,
    }
    return {
        "negotiation_id": event.originator_id.hex,
        "name": event.name,
        "position": entry.position,
        "taken_at": entry.recorded_at,
        "perspective": json.dumps(perspective),
        "sha256": event.sha256,
    }
