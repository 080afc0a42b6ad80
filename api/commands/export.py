"""Exports a negotiation as lines of the import format; importing them gives the same state again.

Without `history`, an export has each fact as it stands, and no content that was retracted or replaced by a correction.
With `history`, it has every operation, in the order of the log.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Self
from uuid import UUID

from api.composition import Parley
from domain.access import Principal
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
from domain.time.perspective import Perspective, PerspectiveQuery
from infrastructure.readers.reading import Reading

Line = dict[str, Any]
"""One operation of an import."""
ENTRIES_A_READ: Final = 1_000
FACTS_A_READ: Final = 500

_OPS: Final[dict[type[FactEvent], str]] = {
    FactRecorded: "record",
    FactCorrected: "correct",
    FactCorroborated: "corroborate",
    FactEnded: "end",
    FactRetracted: "retract",
    FactReinstated: "reinstate",
    FactPreferred: "prefer",
}
_NOT_SENT: Final = frozenset(
    {"originator_id", "originator_version", "actor", "fact", "valid", "batch"}
)


@dataclass(frozen=True)
class Export:
    """The facts of a negotiation that a principal sees, at a perspective that is fixed when the export begins."""

    parley: Parley
    principal: Principal
    slug: str
    query: PerspectiveQuery
    perspective: Perspective
    history: bool

    @classmethod
    def of(
        cls,
        parley: Parley,
        principal: Principal,
        slug: str,
        query: PerspectiveQuery,
        *,
        history: bool,
    ) -> Self:
        """Begin an export; UnknownError where the principal sees no such negotiation at the perspective.

        ContentError at `/position` for a position that the log has not reached.
        """
        with parley.reading(principal) as reading:
            perspective = reading.perspective(query)
            reading.negotiation(slug, perspective.position)
        return cls(parley, principal, slug, query, perspective, history)

    def pages(self, progress: Callable[[int, int], None] | None = None) -> Iterator[list[Line]]:
        """The lines, page by page, in order of recording: the facts that stand, or with `history` every operation.

        With an `as_of`, only facts that had begun by then are given. Each page is read in its own transaction, so a
        slow client holds no connection. A fact that is erased between two pages is missing from the later ones. The
        caller may clear a page once it has written it, to free its memory.
        `progress` is called with (position reached, last position).
        """
        after: int | None = 0
        records: dict[UUID, FactRecord] = {}
        position = self.perspective.position
        while after is not None:
            with self.parley.reading(self.principal) as reading:
                id_ = reading.negotiation(self.slug, position).id
                if self.history:
                    lines, after = _history_page(reading, id_, position, after, records)
                else:
                    lines, after = self._present_page(reading, id_, after)
            if progress is not None:
                progress(position if after is None else after, position)
            yield lines

    def lines(self) -> Iterator[Line]:
        """The same, line by line."""
        return chain.from_iterable(self.pages())

    def _present_page(
        self, reading: Reading, id_: UUID, after: int
    ) -> tuple[list[Line], int | None]:
        versions, more_follow = reading.known_page(id_, self.perspective, after, FACTS_A_READ)
        lines = [
            line
            for version in versions
            if version.record.stands and self._is_asked_for(version.record)
            for line in _list_present(reading, version.record, self.perspective)
        ]
        return lines, versions[-1].first_position if more_follow else None

    def _is_asked_for(self, record: FactRecord) -> bool:
        if self.query.as_of is None:
            return True
        begun = record.fact.window.begun(self.perspective.as_of)
        return begun is not None and (self.query.match == "possible" or begun == "certain")


def _list_present(reading: Reading, record: FactRecord, perspective: Perspective) -> Iterator[Line]:
    yield {"op": "record", **_id_of(record), **_sparse(record.fact)}
    if record.preferred:
        why = _read_preference(reading, record.id, perspective)
        yield {"op": "prefer", **_name(record), "preferred": True, "why": why}


def _history_page(
    reading: Reading,
    negotiation_id: UUID,
    position: int,
    after: int,
    records: dict[UUID, FactRecord],
) -> tuple[list[Line], int | None]:
    """The operations of the next entries, and the position that the page after them begins after."""
    entries = reading.entries(after=after, limit=ENTRIES_A_READ, last=position)
    lines = [
        line
        for _, event in entries
        if isinstance(event, FactEvent)
        for line in _operation(records, negotiation_id, event)
    ]
    following = entries[-1][0].id if entries else position
    return lines, following if following < position else None


def _operation(
    records: dict[UUID, FactRecord], negotiation_id: UUID, event: FactEvent
) -> Iterator[Line]:
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
        yield {**line, **_id_of(after), **_sparse(after.fact)}
    else:
        yield {**line, **_name(after), **_body(before, event)}


def _body(before: FactRecord, event: FactEvent) -> dict[str, Any]:
    """The body of a change: the event's own fields; for a correction also `changes`, as a merge patch."""
    own = (field.name for field in dataclasses.fields(event) if field.name not in _NOT_SENT)
    body = {name: _sparse(value) for name in own if (value := getattr(event, name)) is not None}
    if isinstance(event, FactCorrected):
        body["changes"] = _patch(before.fact, _without_cited(before.fact, event))
    if isinstance(event, FactEnded):
        body["ended"] = event.valid.partition("/")[2]
    return body


def _without_cited(before: Fact, event: FactCorrected) -> Fact:
    """The corrected fact without the citation that the correction itself added, if it added one."""
    after = event.fact.citations
    if event.citation in before.citations or after[-1] != event.citation:
        return event.fact
    return dataclasses.replace(event.fact, citations=after[:-1])


def _patch(before: Fact, after: Fact) -> dict[str, Any]:
    """The RFC 7396 merge patch that leads from one to the other."""
    old, new = as_primitives(before), as_primitives(after)
    return {name: value for name, value in new.items() if old.get(name) != value}


def _id_of(record: FactRecord) -> dict[str, str]:
    """The id of a fact without an external id, so that an import gives the fact the same id."""
    return {"id": str(record.id)} if record.fact.external_id is None else {}


def _name(record: FactRecord) -> dict[str, str]:
    external_id = record.fact.external_id
    return _id_of(record) if external_id is None else {"external_id": external_id}


def _sparse(value: Any) -> Any:  # noqa: ANN401 -- any dataclass, tuple or scalar goes in
    """A domain value as JSON that can be sent; optional fields without a value are left out."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: _sparse(part)
            for field in dataclasses.fields(value)
            if (part := getattr(value, field.name)) not in (None, ()) or _is_required(field)
        }
    return [_sparse(part) for part in value] if isinstance(value, tuple) else value


def _is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _read_preference(reading: Reading, fact_id: UUID, perspective: Perspective) -> str:
    marks = [v.why for v in reading.history(fact_id, perspective) if v.event == "fact.preferred"]
    return str(marks[-1])
