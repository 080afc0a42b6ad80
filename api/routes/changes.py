"""The log is given in order and without gaps, so that a follower misses nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.documented import reads
from api.parameters import Parameter, whole_number
from api.perspectives import Asked, Asking
from api.routes.negotiations import LIMIT
from domain.erasure import ErasedEvent, ErasedVersion
from domain.event import FactEvent, RecordEvent, SettingsChanged, SnapshotTaken
from domain.fact import as_primitives
from domain.instant import format_instant
from domain.perspective import Perspective
from domain.views.brief import perspective_shown
from infrastructure.log_entry import LogEntry

router: Final = APIRouter(tags=["reading"])

_ASKING: Final = Asking(
    Parameter(
        "after",
        "The position after which to begin: `next` of the page before, or the last that you have.",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
    ),
    LIMIT,
)
_SETTINGS_SHOWN: Final = ("visibility", "review_record", "review_erasure")
"""Who the members are is between them and whoever keeps the settings."""
_SHARED: Final = frozenset(field.name for field in fields(RecordEvent))


@router.get(
    "/v1/changes",
    **reads("readChanges", "The log, in order", "Changes", _ASKING.parameters, scope="audit:read"),
)
def read_changes(asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """List every event of every negotiation up to the perspective's position."""
    after = whole_number(asked.parameters, "after", 0) or 0
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        found = reading.entries(after=after, limit=limit, last=perspective.position)
        last = found[-1][0].id if found else after
        more = len(found) == limit and last < perspective.position
        content = {
            "perspective": perspective_shown(perspective),
            "items": [_item(entry, event) for entry, event in found],
            "next": last if more else None,
        }
        return asked.answer(content, perspective, reading, fixed={"after": after, "limit": limit})


def _item(entry: LogEntry, event: RecordEvent) -> dict[str, Any]:
    return {
        "position": entry.id,
        "recorded_at": format_instant(entry.recorded_at),
        "actor": event.actor,
        "event": entry.topic,
        "stream": str(event.originator_id),
        "version": event.originator_version,
        "fact": str(event.originator_id) if isinstance(event, FactEvent) else None,
        "data": _content(event),
    }


def _content(event: RecordEvent) -> dict[str, Any]:
    """The event's own fields, ids and instants as text; of one that was erased, that it was."""
    if isinstance(event, ErasedEvent | ErasedVersion):
        return {"erased": True}
    if isinstance(event, SnapshotTaken):
        perspective = Perspective(
            as_of=event.as_of,
            as_known_at=event.as_known_at,
            clock=event.clock,
            match=event.match,
            position=event.position,
        )
        shown = perspective_shown(perspective)
        return {"name": event.name, "perspective": shown, "sha256": event.sha256}
    if isinstance(event, SettingsChanged):
        return {name: getattr(event, name) for name in _SETTINGS_SHOWN}
    own = [field.name for field in fields(event) if field.name not in _SHARED]
    return {name: _plain(getattr(event, name)) for name in own}


def _plain(value: object) -> Any:  # noqa: ANN401 -- JSON is anything
    return str(value) if isinstance(value, UUID) else as_primitives(value)
