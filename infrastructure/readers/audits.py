"""Reads the audit: each change with the version before it and its approvers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from domain.errors import UnknownError
from domain.streams.change_request import stream_of
from domain.streams.event import ChangeApproved, FactErased, SourcesErased
from domain.views.audit import tells_of
from domain.views.diff import SAYING, Differing
from domain.views.known.published import pair_public_events
from domain.views.negotiation_changes import pair_corrections
from domain.views.versions import correct_times
from infrastructure.log.codec import EventCodec
from infrastructure.projections.planes import whole_rows
from infrastructure.projections.stored_versions import versions_in
from infrastructure.projections.term_conditions import select_naming, was_naming
from infrastructure.readers import erasures, log, negotiations, pages, timeslices
from infrastructure.readers.changes import (
    event_known,
    fact_public,
    read_changed,
    read_span,
    select_approvals,
    select_before,
    select_changed,
    select_last,
)
from infrastructure.readers.names import read_terms
from infrastructure.tables.facts import FactTables, content_columns
from infrastructure.tables.record import event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from domain.streams.event import RecordEvent
    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective
    from domain.views.audit import AuditQuery, Change
    from domain.views.negotiation_changes import Correction
    from domain.views.versions import FactVersion
    from infrastructure.log.entry import LogEntry

_MOST_NAMING: Final = 10_000
"""How many mentions of a person are counted at most; where there are more, the database goes by all changes."""


@dataclass(frozen=True)
class ChangeReader:
    """Reads changes and their approvers, in one transaction."""

    connection: Connection
    codec: EventCodec
    tables: FactTables

    def of_fact(
        self,
        fact_id: UUID,
        perspective: Perspective,
        *,
        erased: bool = False,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[list[tuple[FactVersion | None, FactVersion]], bool]:
        """[(version before, version)] of a fact, as far as the perspective knows them; and whether more follow.

        Oldest first, after the version `after`, at most `limit`. UnknownError if there is none. ErasedError for an
        erased fact, unless `erased` is set; then its versions have no content.
        """
        columns = self.tables.version.c
        statement = select(*content_columns(columns)).where(
            columns.fact_id == fact_id.hex,
            columns.version >= after,
            event_known(columns, perspective),
            fact_public(self.tables, columns, perspective),
        )
        ordered = statement.order_by(columns.version)
        one_more = None if limit is None else limit + (after > 0)
        versions, more_follow = self._page(ordered, perspective, columns.version, one_more)
        if not versions:
            raise UnknownError("fact", str(fact_id))
        if not erased:
            erasures.refuse_erased(self.connection, self.tables, versions[0])
        if perspective.published_cut is not None:
            pairs = self._pair_public(versions, perspective)
        else:
            pairs = [*zip((None, *versions), versions, strict=False)]
        return [pair for pair in pairs if pair[1].record.version > after], more_follow

    def first_position(self, fact_id: UUID) -> int:
        """The position at which a fact was recorded."""
        columns = self.tables.version.c
        first = select(columns.first_position).where(columns.fact_id == fact_id.hex).limit(1)
        return int(self.connection.execute(first).scalar_one())

    def read_differing(
        self, id_: UUID, from_: Perspective, to: Perspective, *, after: int = 0, limit: int
    ) -> tuple[Differing, bool]:
        """The facts that differ between two perspectives, in order of first recording, and whether more follow.

        `to` is the later perspective. At most `limit` facts, first recorded after the position `after`.
        """
        first = self.tables.version.c.first_position
        statement = timeslices.select_differing(self.tables, id_, from_, to, after)
        facts, more_follow = self._page(statement, to, first, limit)
        ids = [version.record.id.hex for version in facts]
        before = timeslices.select_known(self.tables, ids, from_)
        causes: dict[str, list[FactVersion]] = defaultdict(list)
        last = select_last(self.tables, ids, to, [*SAYING.values()], from_)
        for cause in self._versions(last, to):
            causes[cause.event].append(cause)
        return Differing(self._versions(before, from_), facts, causes), more_follow

    def list_audited(
        self,
        id_: UUID,
        perspective: Perspective,
        query: AuditQuery,
    ) -> tuple[list[Change], bool]:
        """A part of the changes that `list_audit` lists, and whether more follow."""
        if query.person is not None:
            return self._read_about(query.person, id_, perspective, query)
        rows, more_follow = read_changed(self.connection, self.tables, id_, perspective, query)
        return self._pair(rows, id_, perspective), more_follow

    def _read_about(
        self, person: str, id_: UUID, perspective: Perspective, query: AuditQuery
    ) -> tuple[list[Change], bool]:
        """A page of the changes that are about a person, read from the changes of all facts that ever named them."""
        terms = read_terms(self.connection, self.tables, id_, perspective, person)
        version, back = self.tables.version, query.newest_first
        order = [version.c.known_from]
        changes: list[Change] = []
        while True:
            statement = self._select_naming(terms, id_, perspective, query)
            rows, more_follow = pages.read_page(
                self.connection, statement, version, order, query.limit, downwards=back
            )
            read = self._pair(rows, None, perspective)
            telling = [change for change in read if tells_of(change, terms)]
            if changes and telling:
                return changes, True
            changes = changes or telling
            if not more_follow:
                return changes, False
            query = replace(query, after=read[-1][1].position)

    def _select_naming(
        self, terms: set[tuple[str, str]], id_: UUID, perspective: Perspective, query: AuditQuery
    ) -> Select[Any]:
        """The changes of facts of which any version has one of these terms.

        The database starts from these facts, or from all changes, whichever are fewer.
        """
        naming = select_naming(self.tables, id_, terms)
        in_order = partial(select_changed, newest_first=query.newest_first)
        changed = in_order(self.tables, id_, perspective, query.after)
        facts = timeslices.count_rows(self.connection, naming, _MOST_NAMING)
        others = timeslices.count_rows(self.connection, changed.order_by(None), facts)
        if facts < _MOST_NAMING and facts <= others:
            return in_order(self.tables, naming, perspective, query.after)
        return changed.where(was_naming(self.tables, terms))

    def _pair(
        self, rows: Sequence[Any], id_: UUID | None, perspective: Perspective
    ) -> list[Change]:
        """The changes in rows, each with the version before it; without `id_` they have to be of few facts."""
        changes = pages.read_versions(rows, perspective)
        if perspective.published_cut is not None:
            return self._pair_public(changes, perspective)
        if not changes:
            return []
        of = id_ or _facts_of(changes)
        before = read_span(self.connection, self.tables, select_before, of, *_span(changes))
        were = {
            (v.record.id, v.record.version + 1): v for v in pages.read_versions(before, perspective)
        }
        return [(were.get((v.record.id, v.record.version)), v) for v in changes]

    def of_negotiation(
        self, opened: Negotiation, perspective: Perspective
    ) -> list[tuple[Negotiation, Negotiation, Correction]]:
        """The corrections of a negotiation that the perspective knows (see `pair_corrections`), oldest first."""
        recorded = negotiations.read_corrections(self.connection, opened.id, perspective)
        return [*pair_corrections(opened, recorded, perspective)]

    def _pair_public(
        self, events: Sequence[FactVersion], perspective: Perspective
    ) -> list[tuple[FactVersion | None, FactVersion]]:
        """[(public fact before, public fact after)] for each event, at the perspective's cut.

        This reads all versions of the events' facts up to the last of the events.
        """
        table, cut = self.tables.version, perspective.published_cut
        if cut is None or not events:
            return []
        wanted = {change.position for change in events}
        facts = {change.record.id.hex for change in events}
        stored = select(*content_columns(table.c)).where(
            table.c.fact_id.in_(facts), *whole_rows(table.c), table.c.position <= max(wanted)
        )
        rows = self.connection.execute(stored.order_by(table.c.fact_id, table.c.version))
        changes: dict[int, tuple[FactVersion | None, FactVersion]] = {}
        for _, of_one in groupby(rows, attrgetter("fact_id")):
            known = perspective.corrections
            versions = (correct_times(version, known) for version in versions_in(of_one))
            for pair in pair_public_events(versions, cut):
                if pair[1].position in wanted:
                    changes[pair[1].position] = pair
        return [changes[change.position] for change in events]

    def read_opening(self, opened: Negotiation) -> Row[int, int, str]:
        """The event that opened a negotiation: its position, recorded_at and actor."""
        wanted = select(event.c.position, event.c.recorded_at, event.c.actor).where(
            event.c.stream == opened.id.hex, event.c.version == opened.version
        )
        return self.connection.execute(wanted).one()

    def read_approvers(
        self, opened: Negotiation, corrections: Iterable[Correction]
    ) -> dict[int, tuple[str, ...]]:
        """{position of a correction: its approvers}; the approval is the event right before the correction."""
        before = [correction.position - 1 for correction in corrections]
        if not before:
            return {}
        statement = select(event.c.position, event.c.actor).where(
            event.c.position.in_(before),
            event.c.stream == stream_of(opened.id).hex,
            event.c.type == ChangeApproved.stored_name,
        )
        return {row.position + 1: (row.actor,) for row in self.connection.execute(statement)}

    def approvers(
        self, id_: UUID | None, changes: Sequence[FactVersion]
    ) -> dict[int, tuple[str, ...]]:
        """{position of a change: its approvers} for the changes of facts that somebody approved.

        With `id_`, `changes` are all audited changes of that negotiation between the first and the last of them.
        Without it they may be any changes.
        """
        if not changes:
            return {}
        of = id_ or _facts_of(changes)
        rows = read_span(self.connection, self.tables, select_approvals, of, *_span(changes))
        return _find_approvers(log.read_entries(self.connection, self.codec, rows), changes)

    def _page(
        self,
        statement: Select[Any],
        perspective: Perspective,
        order: ColumnElement[Any],
        limit: int | None,
    ) -> tuple[list[FactVersion], bool]:
        table = self.tables.version
        rows, more_follow = pages.read_page(self.connection, statement, table, [order], limit)
        return pages.read_versions(rows, perspective), more_follow

    def _versions(self, statement: Select[Any], perspective: Perspective) -> list[FactVersion]:
        return pages.read_versions(self.connection.execute(statement), perspective)


def _span(changes: Sequence[FactVersion]) -> tuple[int, int]:
    """The lowest and the highest position of changes that are sorted by position, upwards or downwards."""
    first, last = sorted((changes[0].position, changes[-1].position))
    return first, last


def _facts_of(changes: Iterable[FactVersion]) -> list[str]:
    """The ids of the facts that changes are about."""
    return [*{version.record.id.hex for version in changes}]


def _find_approvers(
    entries: Iterable[tuple[LogEntry, RecordEvent]], changes: Iterable[FactVersion]
) -> dict[int, tuple[str, ...]]:
    """{position of a change: its approvers} for the changes that somebody approved.

    The approval of a change request is the event right before its change; both are appended together.
    """
    logged = {entry.id: event for entry, event in entries}
    names = {}
    for version in changes:
        change, approval = logged.get(version.position), logged.get(version.position - 1)
        if isinstance(change, FactErased | SourcesErased):
            names[version.position] = change.approvers
        elif approval is not None and approval.originator_id == stream_of(version.record.id):
            names[version.position] = (approval.actor,)
    return names
