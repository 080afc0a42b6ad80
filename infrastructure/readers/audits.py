"""Reads the audit: each change, the version before it, and who approved it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select, union_all

from domain.errors import UnknownError
from domain.streams.change_request import stream_of
from domain.streams.event import ChangeApproved, FactErased, SourcesErased
from domain.views.audit import CHANGES_OF_MIND
from domain.views.diff import SAYING, Differing
from domain.views.negotiation_changes import pair_corrections
from domain.views.published import pair_public_events
from domain.views.versions import correct_times
from infrastructure.log.codec import EventCodec
from infrastructure.log.rows import LOGGED
from infrastructure.projections.planes import whole_rows
from infrastructure.projections.stored_versions import version_of_row
from infrastructure.readers import erasures, log, negotiations, pages, timeslices
from infrastructure.tables.facts import FactTables
from infrastructure.tables.record import event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from domain.streams.event import RecordEvent
    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective
    from domain.views.negotiation_changes import Correction
    from domain.views.versions import FactVersion
    from infrastructure.log.entry import LogEntry

__all__ = ["ChangeReader", "select_approvals", "select_before", "select_changed", "select_last"]

_ERASING: Final = (FactErased.stored_name, SourcesErased.stored_name)


@dataclass(frozen=True)
class ChangeReader:
    """Reads changes and who approved them, in one transaction."""

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
        """The versions of a fact known by the perspective, each with the one before; whether more follow.

        Oldest first, past the version `after`, at most `limit`. UnknownError if there is none. ErasedError for an
        erased fact, unless `erased` asks for its versions without content.
        """
        columns = self.tables.version.c
        statement = select(self.tables.version).where(
            columns.fact_id == fact_id.hex,
            columns.version >= after,
            timeslices.event_known(columns, perspective),
            timeslices.fact_public(self.tables, columns, perspective),
        )
        ordered = statement.order_by(columns.version)
        one_more = None if limit is None else limit + (after > 0)
        versions, more_follow = self._page(ordered, perspective, columns.version, one_more)
        if not versions:
            raise UnknownError("fact", str(fact_id))
        if not erased:
            erasures.refuse_erased(self.connection, self.tables, versions[0])
        if perspective.published_cut is not None:
            pairs = self._as_public(versions, perspective)
        else:
            pairs = [*zip((None, *versions), versions, strict=False)]
        return [pair for pair in pairs if pair[1].record.version > after], more_follow

    def first_position(self, fact_id: UUID) -> int:
        """The position at which a fact was recorded."""
        columns = self.tables.version.c
        first = select(columns.first_position).where(columns.fact_id == fact_id.hex).limit(1)
        return int(self.connection.execute(first).scalar_one())

    def differing(
        self, id_: UUID, from_: Perspective, to: Perspective, *, after: int = 0, limit: int
    ) -> tuple[Differing, bool]:
        """The facts on which two perspectives disagree, in order of first recording, and whether more follow.

        `to` is the later one. At most `limit` facts, first recorded past the position `after`.
        """
        columns = self.tables.version.c
        statement = timeslices.select_differing(self.tables, id_, from_, to, after)
        facts, more_follow = self._page(statement, to, columns.first_position, limit)
        ids = [version.record.id.hex for version in facts]
        before = timeslices.select_known(self.tables, id_, from_).where(columns.fact_id.in_(ids))
        causes = {
            event: self._versions(select_last(self.tables, ids, to, (event,), from_), to)
            for event in SAYING.values()
        }
        return Differing(self._versions(before, from_), facts, causes), more_follow

    def of_mind(
        self, id_: UUID, perspective: Perspective, *, after: int = 0, limit: int | None = None
    ) -> tuple[list[tuple[FactVersion | None, FactVersion]], bool]:
        """Changes of mind recorded and known by the perspective, each with the version before; whether more follow.

        Oldest first, past the position `after`, at most `limit`.
        """
        statement = select_changed(self.tables, id_, perspective, after)
        changes, more = self._page(statement, perspective, self.tables.version.c.known_from, limit)
        if perspective.published_cut is not None:
            return self._as_public(changes, perspective), more
        earlier = self._versions(select_before(self.tables, id_, *_span(changes)), perspective)
        were = {(v.record.id, v.record.version + 1): v for v in earlier}
        return [(were.get((v.record.id, v.record.version)), v) for v in changes], more

    def of_negotiation(
        self, opened: Negotiation, perspective: Perspective, after: int = 0
    ) -> list[tuple[Negotiation, Negotiation, Correction]]:
        """The corrections of a negotiation that the perspective knows, past a position, by `pair_corrections`."""
        recorded = negotiations.read_corrections(self.connection, opened.id, perspective)
        known = pair_corrections(opened, recorded, perspective)
        return [each for each in known if each[2].position > after]

    def _as_public(
        self, events: Sequence[FactVersion], perspective: Perspective
    ) -> list[tuple[FactVersion | None, FactVersion]]:
        """For each event (the public fact before it, the public fact after it), at the perspective's cut.

        It reads all versions of the events' facts up to the last of the events.
        """
        table, cut = self.tables.version, perspective.published_cut
        if cut is None or not events:
            return []
        wanted = {each.position for each in events}
        facts = {each.record.id.hex for each in events}
        stored = select(table).where(
            table.c.fact_id.in_(facts), *whole_rows(table.c), table.c.position <= max(wanted)
        )
        rows = self.connection.execute(stored.order_by(table.c.fact_id, table.c.version))
        changes: dict[int, tuple[FactVersion | None, FactVersion]] = {}
        for _, of_one in groupby(rows, attrgetter("fact_id")):
            known = perspective.corrections
            versions = (correct_times(version_of_row(row), known) for row in of_one)
            for pair in pair_public_events(versions, cut):
                if pair[1].position in wanted:
                    changes[pair[1].position] = pair
        return [changes[each.position] for each in events]

    def opening(self, opened: Negotiation) -> Row[int, int, str]:
        """The event that opened a negotiation: its position, recorded_at and actor."""
        wanted = select(event.c.position, event.c.recorded_at, event.c.actor).where(
            event.c.stream == opened.id.hex, event.c.version == opened.version
        )
        return self.connection.execute(wanted).one()

    def agreed_on(
        self, opened: Negotiation, corrections: Iterable[Correction]
    ) -> dict[int, tuple[str, ...]]:
        """{position of a correction: its approvers}; the approval of a correction is the event right before it."""
        before = [each.position - 1 for each in corrections]
        statement = select(event.c.position, event.c.actor).where(
            event.c.position.in_(before),
            event.c.stream == stream_of(opened.id).hex,
            event.c.type == ChangeApproved.stored_name,
        )
        return {row.position + 1: (row.actor,) for row in self.connection.execute(statement)}

    def approvers(self, id_: UUID, changes: Sequence[FactVersion]) -> dict[int, tuple[str, ...]]:
        """{position of a change: its approvers} of those changes of facts that somebody approved."""
        statement = select_approvals(self.tables, id_, *_span(changes))
        return _find_approvers(log.read_entries(self.connection, self.codec, statement), changes)

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
    """The first and the last position of changes in the order of the log."""
    return (changes[0].position, changes[-1].position) if changes else (0, 0)


def select_changed(
    tables: FactTables, negotiation_id: UUID, perspective: Perspective, after: int = 0
) -> Select[Any]:
    """Changes of mind past a position, as versions, in the order of the log; of an erased fact only its erasure."""
    columns = tables.version.c
    return (
        select(tables.version)
        .where(
            columns.negotiation_id == negotiation_id.hex,
            columns.known_from > after,
            columns.known_from <= perspective.position,
            columns.event.in_(CHANGES_OF_MIND),
            ~columns.erased | (columns.event == FactErased.stored_name),
            timeslices.event_known(columns, perspective),
            timeslices.fact_public(tables, columns, perspective),
        )
        .order_by(columns.known_from)
    )


def select_before(tables: FactTables, negotiation_id: UUID, first: int, last: int) -> Select[Any]:
    """The version before each change of mind from the position `first` to `last`."""
    table = tables.version
    columns = table.c
    later = table.alias("later")
    follows = (later.c.fact_id == columns.fact_id) & (later.c.version == columns.version + 1)
    return (
        select(table)
        .join(later, follows)
        .where(
            later.c.negotiation_id == negotiation_id.hex,
            later.c.known_from.between(first, last),
            later.c.event.in_(CHANGES_OF_MIND),
            *whole_rows(later.c),
            *whole_rows(columns),
        )
    )


def select_last(
    tables: FactTables,
    fact_ids: Sequence[str],
    perspective: Perspective,
    events: Sequence[str],
    since: Perspective | None = None,
) -> Select[Any]:
    """For each fact the last known version made by one of these events; with `since`, one not yet known at that."""
    table = tables.version
    later = table.alias("later")
    conditions = [
        later.c.fact_id == table.c.fact_id,
        later.c.event.in_(events),
        timeslices.event_known(later.c, perspective),
    ]
    if since is not None:
        conditions.append(~timeslices.event_known(later.c, since))
    latest = select(later.c.version).where(*conditions).order_by(later.c.version.desc()).limit(1)
    return select(table).where(
        table.c.fact_id.in_(fact_ids),
        table.c.version == latest.scalar_subquery(),
        *whole_rows(table.c),
    )


def select_approvals(tables: FactTables, id_: UUID, first: int, last: int) -> Select[Any]:
    """The entries that name the approvers of changes from the position `first` to `last`.

    They are the erasures, which name their own approvers, and the approvals right before other changes.
    """
    columns = tables.version.c
    between = and_(
        columns.negotiation_id == id_.hex,
        columns.known_from.between(first, last),
        *whole_rows(columns),
    )
    erasing = select(columns.known_from).where(between, columns.event.in_(_ERASING))
    approved = select(columns.known_from - 1).where(between, columns.event.in_(CHANGES_OF_MIND))
    return LOGGED.where(
        event.c.position.in_(union_all(erasing, approved)),
        event.c.type.in_((*_ERASING, ChangeApproved.stored_name)),
    )


def _find_approvers(
    entries: Iterable[tuple[LogEntry, RecordEvent]], changes: Iterable[FactVersion]
) -> dict[int, tuple[str, ...]]:
    """{position of a change: its approvers} of those changes that somebody approved.

    The approval of a change request is appended together with its change, right before it.
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
