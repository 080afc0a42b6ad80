"""Finds change requests in the tables, and reads their content from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, func, select, tuple_

from domain.errors import UnknownError
from domain.streams.change_request import (
    ChangeRequest,
    ChangeRequests,
    ChangeRequestStatus,
    StatusContext,
    evolve,
    fold_change_requests,
    stream_of,
)
from domain.streams.entry import Entry
from domain.streams.fact import FactRecord
from domain.streams.negotiation import FIRST_EDITION, Negotiation
from domain.time.instant import END
from infrastructure.log.rows import LOGGED
from infrastructure.projections.planes import whole_rows
from infrastructure.projections.stored_versions import version_of_row
from infrastructure.readers import access, log, negotiations
from infrastructure.readers.confidential import read_sources
from infrastructure.tables.record import change_request, event, negotiation, negotiation_correction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from domain.access import Principal
    from domain.confidential import Source
    from infrastructure.log.codec import EventCodec
    from infrastructure.tables.facts import FactTables

_FOUND = select(change_request, negotiation.c.slug).join_from(change_request, negotiation)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChangeRequest:
    """A change request at an instant; `before` is the fact or the negotiation, as it was when the request was made.

    `digest` is the digest of the event that has the request's body, in hexadecimal.
    """

    change_request: ChangeRequest
    negotiation: str
    moment: StatusContext
    before: FactRecord | Negotiation
    digest: str

    @property
    def status(self) -> ChangeRequestStatus:
        """Its status at that instant."""
        return self.change_request.status(self.moment)


class ChangeRequestReader:
    """Reads change requests in one transaction, up to the position `head`; `now` is in microseconds UTC."""

    def __init__(
        self,
        connection: Connection,
        codec: EventCodec,
        tables: FactTables,
        principal: Principal,
        *,
        head: int,
        now: int,
    ) -> None:
        self._connection = connection
        self._codec = codec
        self._tables = tables
        self._principal = principal
        self._head = head
        self._now = now

    def of_fact(self, fact_id: UUID) -> ChangeRequests:
        """All change requests for a fact, also those that were decided."""
        stream = stream_of(fact_id)
        return fold_change_requests(stream, self._entries([stream.hex], self._head))

    def get(self, id_: UUID, position: int | None = None) -> SeenChangeRequest:
        """A change request now, or as the log was at a position; UnknownError if the principal may not see it."""
        wanted = _FOUND.where(
            change_request.c.id == id_.hex, access.visible_negotiations(self._principal)
        )
        row = self._connection.execute(wanted).one_or_none()
        readable = [] if row is None else self._resolve([row], position)
        if not readable:
            raise UnknownError("change request", str(id_))
        return readable[0]

    def sources(self, seen: SeenChangeRequest) -> list[Source]:
        """The confidential parts in a change request; the change takes them over when it is made."""
        return read_sources(self._connection, seen.change_request.content_position)

    def page(
        self,
        negotiation_id: UUID,
        *,
        status: ChangeRequestStatus | None,
        fact_id: UUID | None,
        after: int,
        limit: int,
    ) -> tuple[list[SeenChangeRequest], int | None]:
        """At most `limit` requests made after a position, in order, and the last one's position if more follow."""
        versions = self._tables.version.c
        standing = and_(
            versions.fact_id == change_request.c.fact_id,
            versions.known_to == END,
            versions.published_to == END,
        )
        wanted = (
            _FOUND.outerjoin(self._tables.version, standing)
            .where(
                change_request.c.negotiation_id == negotiation_id.hex,
                change_request.c.proposed_position > after,
            )
            .order_by(change_request.c.proposed_position)
            .limit(limit + 1)
        )
        if fact_id is not None:
            wanted = wanted.where(change_request.c.fact_id == fact_id.hex)
        if status is not None:
            wanted = self._with_status(wanted, status)
        rows = self._connection.execute(wanted).all()
        last = rows[limit - 1].proposed_position if len(rows) > limit else None
        return self._resolve(rows[:limit]), last

    def digests(self, positions: Collection[int]) -> dict[int, str]:
        """{position: digest of its payload, in hexadecimal}."""
        wanted = select(event.c.position, event.c.digest).where(event.c.position.in_(positions))
        return {row.position: row.digest.hex() for row in self._connection.execute(wanted)}

    def _with_status(self, wanted: Select[Any], status: ChangeRequestStatus) -> Select[Any]:
        """The statement, limited to one status by the conditions of `ChangeRequest.status`."""
        corrected = negotiation_correction.c
        edition = select(func.max(corrected.version)).where(
            corrected.negotiation_id == change_request.c.fact_id
        )
        at = (self._tables.version.c.version, edition.scalar_subquery(), FIRST_EDITION)
        moved_on = change_request.c.fact_version != func.coalesce(*at)
        expired = change_request.c.expires_at <= self._now
        match status:
            case "open":
                return wanted.where(change_request.c.decision.is_(None), ~moved_on, ~expired)
            case "void":
                return wanted.where(change_request.c.decision.is_(None), moved_on)
            case "expired":
                return wanted.where(change_request.c.decision.is_(None), ~moved_on, expired)
            case _:
                return wanted.where(change_request.c.decision == status)

    def _resolve(self, rows: Sequence[Row[Any]], at: int | None = None) -> list[SeenChangeRequest]:
        """The change requests in rows, now or at a position, without those whose content can no longer be read."""
        position = self._head if at is None else at
        now = self._now if at is None else self._read_recorded_at(at)
        streams: dict[str, ChangeRequests] = {}
        for entry in self._entries({row.stream for row in rows}, position):
            stream = entry.event.originator_id
            before = streams.get(stream.hex, ChangeRequests(stream=stream))
            streams[stream.hex] = evolve(before, entry)
        requests = [
            (row.slug, streams[row.stream].by_id[UUID(row.id)])
            for row in rows
            if row.stream in streams and UUID(row.id) in streams[row.stream].by_id
        ]
        bound = self.digests([request.content_position for _, request in requests])
        versions = self._versions([request for _, request in requests], position)
        stood = self._read_subjects([request for _, request in requests])
        return [
            SeenChangeRequest(
                change_request=request,
                negotiation=slug,
                moment=StatusContext(now=now, fact_version=versions[request.fact_id.hex]),
                before=stood[request.fact_id.hex, request.fact_version],
                digest=bound[request.content_position],
            )
            for slug, request in requests
        ]

    def _entries(self, streams: Collection[str], last: int) -> list[Entry]:
        wanted = LOGGED.where(event.c.stream.in_(streams), event.c.position <= last)
        rows = self._connection.execute(wanted.order_by(event.c.position)).all()
        return [
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=body)
            for entry, body in log.read_entries(self._connection, self._codec, rows)
        ]

    def _read_recorded_at(self, position: int) -> int:
        statement = select(event.c.recorded_at).where(event.c.position == position)
        return int(self._connection.execute(statement).scalar_one())

    def _versions(self, requests: Sequence[ChangeRequest], position: int) -> dict[str, int]:
        """{id: version at a position} of the facts and negotiations that change requests would change."""
        of_talks, of_facts = _subjects(requests)
        columns = self._tables.version.c
        statement = select(columns.fact_id, columns.version).where(
            columns.fact_id.in_([id_ for id_, _ in of_facts]),
            columns.published_to == END,
            columns.known_from <= position,
            columns.known_to > position,
        )
        versions = {row.fact_id: row.version for row in self._connection.execute(statement)}
        talks = {id_ for id_, _ in of_talks}
        return {**versions, **negotiations.read_editions(self._connection, talks, position)}

    def _read_subjects(
        self, requests: Sequence[ChangeRequest]
    ) -> dict[tuple[str, int], FactRecord | Negotiation]:
        """{(id, version): fact or negotiation} for which the change requests were made."""
        of_talks, of_facts = _subjects(requests)
        table = self._tables.version
        is_subject = tuple_(table.c.fact_id, table.c.version).in_(of_facts)
        wanted = select(table).where(is_subject, *whole_rows(table.c))
        read = [version_of_row(row).record for row in self._connection.execute(wanted)]
        facts = {(record.id.hex, record.version): record for record in read}
        talks = {at: negotiations.read_edition(self._connection, *at) for at in of_talks}
        return {**facts, **talks}


def _subjects(
    requests: Sequence[ChangeRequest],
) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """({(id, version)} of the negotiations, {(id, version)} of the facts) that change requests would change."""
    by_sort: tuple[set[tuple[str, int]], set[tuple[str, int]]] = (set(), set())
    for request in requests:
        of_fact = request.op != "correct_negotiation"
        by_sort[of_fact].add((request.fact_id.hex, request.fact_version))
    return by_sort
