"""An export is lines of the import format: imported again, they give the state that they came from.

Present knowledge holds each fact as it stands and nothing that was withdrawn or corrected away;
the history holds every operation in the order of the log.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from domain.fact import Fact, as_primitives
from domain.streams.event import (
    FactCorrected,
    FactCorroborated,
    FactEnded,
    FactEvent,
    FactPreferred,
    FactRecorded,
    FactReinstated,
    FactRetracted,
)
from domain.streams.fact import FactRecord, evolve
from domain.time.perspective import Perspective
from domain.views.versions import Seen
from infrastructure.readers.reading import Reading

__all__ = ["history_lines", "present_lines"]

ENTRIES_A_READ: Final = 1_000

_OPS: Final[dict[type[FactEvent], str]] = {
    FactRecorded: "record",
    FactCorrected: "correct",
    FactCorroborated: "corroborate",
    FactEnded: "end",
    FactRetracted: "retract",
    FactReinstated: "reinstate",
    FactPreferred: "prefer",
}
_NOT_SENT: Final = frozenset({"originator_id", "originator_version", "actor", "fact", "valid"})


def present_lines(
    reading: Reading, negotiation_id: UUID, perspective: Perspective, *, begun: bool
) -> Iterator[dict[str, Any]]:
    """The facts that stand, in order of recording; with `begun`, only those begun by `as_of`."""
    for seen in reading.timeslice(negotiation_id, perspective):
        record = seen.version.record
        if not begun or _has_begun(seen, perspective):
            yield {"op": "record", **_named(record), **_sparse(record.fact)}
            if record.preferred:
                why = _preferred_why(reading, record.id, perspective)
                yield {"op": "prefer", **_name(record), "preferred": True, "why": why}


def history_lines(
    reading: Reading, negotiation_id: UUID, position: int
) -> Iterator[dict[str, Any]]:
    """Every operation on the negotiation's facts up to a position, in the order of the log."""
    records: dict[UUID, FactRecord] = {}
    after = 0
    while after < position:
        entries = reading.entries(after=after, limit=ENTRIES_A_READ)
        for entry, event in entries:
            if entry.id <= position and isinstance(event, FactEvent):
                yield from _operation(records, negotiation_id, event)
        after = entries[-1][0].id if entries else position


def _operation(
    records: dict[UUID, FactRecord], negotiation_id: UUID, event: FactEvent
) -> Iterator[dict[str, Any]]:
    before = records.get(event.originator_id)
    if isinstance(event, FactRecorded):
        if event.negotiation_id != negotiation_id:
            return
    elif before is None:
        return
    after = records[event.originator_id] = evolve(before, event)
    if type(event) not in _OPS:
        return
    line: dict[str, Any] = {"op": _OPS[type(event)]}
    if before is None:
        yield {**line, **_named(after), **_sparse(after.fact)}
    else:
        yield {**line, **_name(after), **_body(before, event)}


def _body(before: FactRecord, event: FactEvent) -> dict[str, Any]:
    """What was sent with a change: the event's own fields, and a correction's as a merge patch."""
    own = (field.name for field in dataclasses.fields(event) if field.name not in _NOT_SENT)
    body = {name: _sparse(value) for name in own if (value := getattr(event, name)) is not None}
    if isinstance(event, FactCorrected):
        body["changes"] = _patch(before.fact, _without_cited(before.fact, event))
    if isinstance(event, FactEnded):
        body["ended"] = event.valid.partition("/")[2]
    return body


def _without_cited(before: Fact, event: FactCorrected) -> Fact:
    """The corrected fact before the correction's own citation was added to it, where it was not there already."""
    after = event.fact.citations
    if event.citation in before.citations or after[-1] != event.citation:
        return event.fact
    return dataclasses.replace(event.fact, citations=after[:-1])


def _patch(before: Fact, after: Fact) -> dict[str, Any]:
    """The RFC 7396 merge patch that leads from one to the other."""
    old, new = as_primitives(before), as_primitives(after)
    return {name: value for name, value in new.items() if old.get(name) != value}


def _named(record: FactRecord) -> dict[str, str]:
    """The id of a fact that has no external one: it names the fact when it is recorded again."""
    return {"id": str(record.id)} if record.fact.external_id is None else {}


def _name(record: FactRecord) -> dict[str, str]:
    external_id = record.fact.external_id
    return _named(record) if external_id is None else {"external_id": external_id}


def _sparse(value: Any) -> Any:  # noqa: ANN401 -- any dataclass, tuple or scalar goes in
    """A domain value as it may be sent: what is absent, and may be, is left out."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: _sparse(part)
            for field in dataclasses.fields(value)
            if (part := getattr(value, field.name)) not in (None, ()) or _required(field)
        }
    return [_sparse(part) for part in value] if isinstance(value, tuple) else value


def _required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _has_begun(seen: Seen, perspective: Perspective) -> bool:
    begun = seen.version.record.fact.window.begun(perspective.as_of)
    return begun is not None and (perspective.match == "possible" or begun == "certain")


def _preferred_why(reading: Reading, fact_id: UUID, perspective: Perspective) -> str:
    marks = [v.why for v in reading.history(fact_id, perspective) if v.event == "fact.preferred"]
    return str(marks[-1])
