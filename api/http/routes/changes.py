"""Gives the log in order and without gaps, so that a program that follows it misses nothing."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.http.exchange.cursor import LIMIT
from api.http.exchange.operation import OF_WHAT_HOLDS, reads
from api.http.exchange.parameters import TEXT, Parameter, whole_number
from api.http.exchange.perspective import Asked, Asking
from api.http.threads import LaneRoute
from domain.fact import as_primitives
from domain.streams.erasure import ErasedEvent, ErasedVersion
from domain.streams.event import (
    ChangeApproved,
    ChangeProposed,
    ChangeRefused,
    ChangeRequestEvent,
    ChangeRevised,
    ChangeWithdrawn,
    ClockCorrected,
    ClockCorrectionWithdrawn,
    FactCorrected,
    FactCorroborated,
    FactEnded,
    FactErased,
    FactEvent,
    FactPreferred,
    FactRecorded,
    FactReinstated,
    FactRetracted,
    NegotiationCorrected,
    NegotiationOpened,
    RecordEvent,
    SettingsChanged,
    SnapshotTaken,
    SourcesErased,
)
from domain.time.instant import format_instant
from domain.time.perspective import Perspective
from domain.time.record_time import find_record_time
from domain.views.brief import describe_perspective, describe_record_time
from infrastructure.log.entry import LogEntry

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

_ASKING: Final = Asking(
    Parameter(
        "after",
        "The position after which to begin: `next` of the page before, or the last that you have.",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
    ),
    LIMIT,
    Parameter("batch", "Only events of imports with this label.", TEXT),
)
_SHOWN: Final[dict[type[RecordEvent], tuple[str, ...]]] = {
    NegotiationOpened: ("slug", "title", "parties", "summary"),
    NegotiationCorrected: ("reason", "why", "title", "parties", "summary", "published"),
    SettingsChanged: ("visibility", "review_record", "review_erasure"),
    FactRecorded: ("negotiation_id", "fact"),
    FactCorrected: ("reason", "why", "fact", "citation", "published"),
    FactCorroborated: ("citation", "why", "published"),
    FactEnded: ("valid", "why", "citation", "published"),
    FactRetracted: ("reason", "why", "published"),
    FactReinstated: ("why", "published"),
    FactPreferred: ("preferred", "why"),
    FactErased: ("negotiation_id", "why", "approvers"),
    SourcesErased: ("why", "approvers"),
    ChangeProposed: ("proposal", "op", "fact_version", "expires_at"),
    ChangeRevised: ("proposal", "fact_version", "expires_at"),
    ChangeApproved: ("proposal", "digest"),
    ChangeRefused: ("proposal",),
    ChangeWithdrawn: ("proposal",),
    ClockCorrected: ("first", "last", "why"),
    ClockCorrectionWithdrawn: ("correction", "first", "last", "why"),
}
"""The fields of each event that a reader of the log is told; of an event that is not listed, only that it was.

Only members and admins learn who the members of a negotiation are. Only those who may correct learn what is proposed,
and why it was decided so.
"""


@router.get(
    "/v1/changes",
    **reads(
        "readChanges",
        "The log, in order",
        "ChangesResponse",
        _ASKING.parameters,
        unoffered=OF_WHAT_HOLDS,
        scope="audit:read",
    ),
)
def read_changes(asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """List every event of every negotiation up to the perspective's position."""
    after = whole_number(asked.parameters, "after", 0) or 0
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    batch = {name: text for name, text in asked.parameters.items() if name == "batch"}
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        entries = reading.entries(
            after=after, limit=limit, last=perspective.position, batch=batch.get("batch")
        )
        last = entries[-1][0].id if entries else after
        more_follow = bool(entries) and last < perspective.position
        told = [
            entry.id
            for entry, event in entries
            if isinstance(event, ChangeProposed | ChangeRevised)
        ]
        digests = reading.change_requests.digests(told)
        content = {
            "perspective": describe_perspective(perspective),
            "items": [
                _item(entry, event, digests.get(entry.id), perspective) for entry, event in entries
            ],
            "next": last if more_follow else None,
        }
        return asked.answer(content, perspective, reading, tag="changes")


def _item(
    entry: LogEntry, event: RecordEvent, digest: str | None, perspective: Perspective
) -> dict[str, Any]:
    batch = event.batch if isinstance(event, FactEvent) else None
    by = find_record_time(entry.id, entry.recorded_at, perspective.corrections)
    return {
        "position": entry.id,
        **describe_record_time(entry.recorded_at, None if by == entry.recorded_at else by),
        "actor": event.actor,
        **({} if batch is None else {"batch": batch}),
        "event": entry.topic,
        "stream": str(event.originator_id),
        "version": event.originator_version,
        "fact": str(event.originator_id) if isinstance(event, FactEvent) else None,
        "data": _content(event, digest),
    }


def _content(event: RecordEvent, digest: str | None) -> dict[str, Any]:
    """The event's own fields, as far as they are shown, ids and instants as text; of an erased one, that it is so."""
    if isinstance(event, ErasedEvent | ErasedVersion):
        return {"erased": True}
    if isinstance(event, SnapshotTaken):
        perspective = Perspective(
            as_of=event.as_of,
            as_known_at=event.as_known_at,
            clock=event.clock,
            match=event.match,
            position=event.position,
            reading=event.reading,
        )
        shown = describe_perspective(perspective)
        return {"name": event.name, "perspective": shown, "sha256": event.sha256}
    shown = {name: _plain(name, getattr(event, name)) for name in _SHOWN.get(type(event), ())}
    if isinstance(event, ChangeRequestEvent):
        shown["fact"] = str(event.fact_id)
    return shown if digest is None else {**shown, "digest": digest}


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 -- JSON is anything
    if name == "expires_at":
        return format_instant(value)
    return str(value) if isinstance(value, UUID) else as_primitives(value)
