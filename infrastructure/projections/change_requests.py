"""Derives from the log who proposed which change and its status; the content stays in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, update

from domain.streams.change_request import ChangeRequests, decision_of, evolve, stream_of
from domain.streams.event import ChangeProposed, ChangeRequestEvent, ChangeRevised, FactErased
from infrastructure.tables.record import change_request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.streams.change_request import ChangeRequest, Decision
    from domain.streams.entry import Entry


def apply(connection: Connection, entries: Sequence[Entry]) -> None:
    """Update the rows of change requests with these entries, in order; an unknown change request is left out."""
    for entry in entries:
        event = entry.event
        if isinstance(event, FactErased):
            stream = stream_of(event.originator_id).hex
            connection.execute(delete(change_request).where(change_request.c.stream == stream))
            connection.execute(change_request.insert(), _row_of_erasure(entry, event))
        elif isinstance(event, ChangeProposed):
            empty = ChangeRequests(stream=event.originator_id)
            opened = evolve(empty, entry).by_id[event.proposal]
            connection.execute(change_request.insert(), _row(event.originator_id, opened))
        elif isinstance(event, ChangeRequestEvent):
            changed = _revision(entry, event) or _columns_of_decision(decision_of(entry))
            standing = (
                change_request.c.id == event.proposal.hex,
                change_request.c.decision.is_(None),
            )
            connection.execute(update(change_request).where(*standing).values(changed))


def rows(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The rows that all entries of the log come to."""
    streams: dict[UUID, ChangeRequests] = {}
    erased = [(e, e.event) for e in entries if isinstance(e.event, FactErased)]
    for entry in entries:
        stream = entry.event.originator_id
        streams[stream] = evolve(streams.get(stream, ChangeRequests(stream=stream)), entry)
    gone = {stream_of(event.originator_id) for _, event in erased}
    left = [(stream, requests) for stream, requests in streams.items() if stream not in gone]
    return [
        *(_row(stream, request) for stream, kept in left for request in kept.by_id.values()),
        *(_row_of_erasure(entry, event) for entry, event in erased),
    ]


def _row(stream: UUID, request: ChangeRequest) -> dict[str, Any]:
    return {
        "id": request.id.hex,
        "negotiation_id": request.negotiation_id.hex,
        "fact_id": request.fact_id.hex,
        "stream": stream.hex,
        "fact_version": request.fact_version,
        "op": request.op,
        "content_position": request.content_position,
        "proposer": request.proposer,
        "proposed_position": request.position,
        "proposed_at": request.proposed_at,
        "expires_at": request.expires_at,
        **_columns_of_decision(request.decision),
    }


def _row_of_erasure(entry: Entry, event: FactErased) -> dict[str, Any]:
    """What stands for all that was proposed of an erased fact: so its events are known to be of its negotiation."""
    stream = stream_of(event.originator_id).hex
    return {
        "id": stream,
        "negotiation_id": event.negotiation_id.hex,
        "fact_id": event.originator_id.hex,
        "stream": stream,
        "fact_version": event.originator_version,
        "op": "erase",
        "content_position": entry.position,
        "proposer": event.actor,
        "proposed_position": entry.position,
        "proposed_at": entry.recorded_at,
        "expires_at": entry.recorded_at,
        "decision": "erased",
        "decided_by": event.actor,
        "decided_position": entry.position,
        "decided_at": entry.recorded_at,
    }


def _revision(entry: Entry, event: ChangeRequestEvent) -> dict[str, Any]:
    if not isinstance(event, ChangeRevised):
        return {}
    return {
        "fact_version": event.fact_version,
        "content_position": entry.position,
        "expires_at": event.expires_at,
    }


def _columns_of_decision(decision: Decision | None) -> dict[str, Any]:
    return {
        "decision": None if decision is None else decision.status,
        "decided_by": None if decision is None else decision.by,
        "decided_position": None if decision is None else decision.position,
        "decided_at": None if decision is None else decision.at,
    }
