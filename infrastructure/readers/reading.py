"""A reading is one unchanging snapshot of the database: every answer made in it rests on the same log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, select

from domain.errors import NotYetKnownError, UnknownError, WithdrawnError
from domain.full_text import question
from domain.history import Entry, FactVersion, Seen, dated
from infrastructure.fact_rows import version_of_row
from infrastructure.fact_tables import FACTS, SPARE, FactTables, served
from infrastructure.proofs.serving import EventProof, event_proof
from infrastructure.readers import access, audits, erasures, log, negotiations, searches, timeslices
from infrastructure.readers.confidential import confidential
from infrastructure.readers.cuts import Cuts
from infrastructure.readers.proposals import ProposalReader
from infrastructure.readers.sections import SectionReader
from infrastructure.tables import negotiation, projection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.access import Principal
    from domain.confidential import Confidential
    from domain.event import RecordEvent
    from domain.negotiation import Negotiation
    from domain.perspective import Perspective, PerspectiveQuery
    from domain.views.sections import Page, Place, Rest
    from domain.views.timeline import TimelineFilter
    from infrastructure.event_codec import EventCodec
    from infrastructure.log_entry import LogEntry
    from infrastructure.readers.erasures import Erased
    from infrastructure.readers.negotiations import StoredSnapshot

__all__ = ["Reading"]


class Reading:
    """Answers from one transaction. `now` is in microseconds UTC.

    A negotiation that is private is not there, nor is anything in it, where `principal` is no member.
    A `searched` reading goes no further past the full text than a search makes up for: its head is the last that it
    can search.
    """

    def __init__(
        self,
        connection: Connection,
        codec: EventCodec,
        now: int,
        principal: Principal,
        *,
        searched: bool = False,
    ) -> None:
        self._principal = principal
        self._connection = connection
        self._codec = codec
        self._cuts = Cuts(connection, now, searched=searched)
        self._searched = searched
        self._tables: FactTables = served(connection)

    @property
    def head(self) -> int:
        """The last position that is seen."""
        return self._cuts.head

    def perspective(self, query: PerspectiveQuery) -> Perspective:
        """What a question rests on; ContentError at `/position` for a position that the log has not reached."""
        return self._cuts.perspective(query)

    def position_of(self, recorded_at: int) -> int:
        """As `Cuts.position_of`."""
        return self._cuts.position_of(recorded_at)

    def settled(self, query: PerspectiveQuery) -> bool:
        """Whether the answer can never change: the log's part in it is named, or lies in the past."""
        return self._cuts.settled(query)

    def negotiations(self, *, position: int, after: str | None, limit: int) -> list[Negotiation]:
        """At most `limit` negotiations opened by a position, by slug, past the slug `after`."""
        return negotiations.page(
            self._connection, self._principal, position=position, after=after, limit=limit
        )

    def negotiation(self, slug: str, position: int | None = None) -> Negotiation:
        """The negotiation with a slug; UnknownError where none was opened by the position."""
        return negotiations.opened(self._connection, self._principal, slug, position)

    def refuse_unknown(self, fact_id: UUID) -> None:
        """UnknownError where a fact is not there for who asks; nothing of it is read."""
        known = self._of_fact(self._tables.version.c.version, fact_id).limit(1)
        if self._connection.execute(known).first() is None:
            what = "fact"
            raise UnknownError(what, str(fact_id))

    def slug_of(self, id_: UUID) -> str:
        """The slug of a negotiation that a fact names."""
        statement = select(negotiation.c.slug).where(negotiation.c.id == id_.hex)
        return str(self._connection.execute(statement).scalar_one())

    def known(
        self, id_: UUID, perspective: Perspective, *, unlike: Perspective | None = None
    ) -> list[FactVersion]:
        """The version of each fact that is seen, retracted ones too, and is not seen from `unlike`, if given."""
        statement = timeslices.known(self._tables, id_, perspective, unlike=unlike)
        return self._versions(statement, perspective)

    def timeslice(
        self, id_: UUID, perspective: Perspective, kinds: frozenset[str] | None = None
    ) -> list[Seen]:
        """All that is known and not retracted, each with its certainty at `as_of`; only of `kinds`, if given."""
        return self._seen(timeslices.known(self._tables, id_, perspective, kinds), perspective)

    def state(
        self, negotiation: Negotiation, perspective: Perspective, rest: Rest | None = None
    ) -> dict[str, Any]:
        """The state; `rest` as for `domain.views.state`."""
        return self._sections(negotiation.id, perspective).state(negotiation, rest)

    def section(
        self, id_: UUID, page: Page, perspective: Perspective, rest: Rest
    ) -> tuple[list[Any], Place | None]:
        """A page of one list of the state, as `domain.views.state.section` gives it."""
        return self._sections(id_, perspective).page(page, rest)

    def _sections(self, id_: UUID, perspective: Perspective) -> SectionReader:
        return SectionReader(self._connection, self._tables, id_, perspective)

    def timeline(
        self,
        id_: UUID,
        perspective: Perspective,
        wanted: TimelineFilter,
        *,
        limit: int,
        q: str | None = None,
    ) -> list[Seen]:
        """At most `limit` facts of a timeline, in its order; with `q` in a `searched` reading only."""
        statement = timeslices.timeline(self._tables, id_, perspective, wanted)
        found = self._found(statement, perspective, q, limit)
        return [
            Seen(version=version, certainty=version.record.fact.window.begun(perspective.as_of))
            for version in found
        ]

    def _found(
        self, statement: Select[Any], perspective: Perspective, q: str | None, limit: int
    ) -> list[FactVersion]:
        if q is None:
            return self._versions(statement.limit(limit), perspective)
        if not self._searched:
            raise RuntimeError("only a reading that was opened as searched holds the full text")
        asked, version = question(q), self._tables.version
        rows = searches.rows(self._connection, statement, version, asked, limit)
        return _dated(rows, perspective)

    def fact(self, fact_id: UUID, perspective: Perspective) -> FactVersion:
        """The version that is seen; UnknownError, NotYetKnownError, ErasedError or WithdrawnError where none is."""
        seen = timeslices.seen(self._tables, self._tables.version.c, perspective)
        wanted = self._of_fact(self._tables.version, fact_id).where(seen)
        found = self._versions(wanted, perspective)
        if not found:
            self.refuse_unknown(fact_id)
            what = "fact"
            raise NotYetKnownError(what, str(fact_id))
        erasures.refuse(self._connection, self._tables, found[0])
        if found[0].record.status == timeslices.RETRACTED:
            raise WithdrawnError(fact_id, found[0].why)
        return found[0]

    def confidential(self, version: FactVersion) -> list[Confidential | None]:
        """For each citation of a version, who its source is; ForbiddenError for who may not read sources."""
        self._principal.check("source:read")
        return confidential(self._connection, version)

    def history(
        self, fact_id: UUID, perspective: Perspective, *, erased: bool = False
    ) -> list[FactVersion]:
        """Every version recorded and known by the perspective, oldest first; UnknownError where there is none.

        ErasedError for a fact that was erased, unless the versions that say nothing will do.
        """
        columns = self._tables.version.c
        conditions = [columns.known_from <= perspective.position]
        if perspective.clock == "published" and perspective.as_known_at is not None:
            conditions.append(timeslices.public(columns, perspective))
        statement = self._of_fact(self._tables.version, fact_id).where(*conditions)
        found = self._versions(statement.order_by(columns.version), perspective)
        if not found:
            what = "fact"
            raise UnknownError(what, str(fact_id))
        if not erased:
            erasures.refuse(self._connection, self._tables, found[0])
        return found

    def erasures(self, negotiation_id: UUID, perspective: Perspective) -> list[Erased]:
        """The facts that an answer at the perspective may have held, and that were erased since, by position."""
        return erasures.since(self._connection, self._tables, negotiation_id, perspective)

    def changes_of_mind(
        self, id_: UUID, perspective: Perspective
    ) -> list[tuple[FactVersion | None, FactVersion]]:
        """Each change of mind recorded and known by the perspective, with the version before, oldest first."""
        after = self._versions(audits.changed(self._tables, id_, perspective), perspective)
        before_them = audits.before(self._tables, id_, perspective.position)
        earlier = self._versions(before_them, perspective)
        before = {(v.record.id, v.record.version + 1): v for v in earlier}
        return [(before.get((v.record.id, v.record.version)), v) for v in after]

    def approvers(self, id_: UUID, changes: list[FactVersion]) -> dict[int, tuple[str, ...]]:
        """Who agreed to changes of a negotiation's facts, by the position of each that others agreed to."""
        last = max((version.position for version in changes), default=0)
        found = log.read(self._connection, self._codec, audits.agreeing(self._tables, id_, last))
        return audits.agreed(found, changes)

    def entries(
        self, *, after: int, limit: int, last: int | None = None
    ) -> list[tuple[LogEntry, RecordEvent]]:
        """The log past a position, up to `last`, in order: all that is there for who asks."""
        statement = log.past(after, self.head if last is None else last).limit(limit)
        hidden = access.hidden(self._connection, self._principal)
        if hidden:
            statement = statement.where(log.outside(self._tables, hidden))
        return log.read(self._connection, self._codec, statement)

    def entries_of(self, id_: UUID, last: int) -> list[Entry]:
        """What the log holds of a negotiation and its facts, up to a position, in order."""
        statement = log.of_negotiation(self._tables, id_, last)
        return [
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=event)
            for entry, event in log.read(self._connection, self._codec, statement)
        ]

    @property
    def now(self) -> int:
        """The present instant, as `Cuts` has it."""
        return self._cuts.now

    @property
    def proposals(self) -> ProposalReader:
        """The changes that take two persons."""
        read = (self._connection, self._codec, self._tables, self._principal)
        return ProposalReader(*read, head=self.head, now=self.now)

    def proof(self, position: int) -> EventProof | None:
        """What proves the event at a position; None where no signed checkpoint has it."""
        return event_proof(self._connection, position)

    def projections(self) -> dict[str, int]:
        """How far each projection holds the log; those written with each event hold all of it."""
        named = select(projection.c.name, projection.c.position).order_by(projection.c.name)
        rows = self._connection.execute(named.where(projection.c.name.not_in((FACTS, SPARE))))
        return {FACTS: self.head, **{row.name: row.position for row in rows}}

    def snapshot(self, id_: UUID, name: str) -> StoredSnapshot:
        """The snapshot with a name; UnknownError where there is none."""
        found = negotiations.taken(self._connection, id_, name)
        known = self._cuts.corrections(found.perspective.position)
        return replace(found, perspective=replace(found.perspective, corrections=known))

    def _of_fact(self, selected: Any, fact_id: UUID) -> Select[Any]:  # noqa: ANN401 -- a table or a column
        """The versions of a fact that is there for who asks; none of another's."""
        columns = self._tables.version.c
        mine = access.within(self._principal, columns.negotiation_id)
        return select(selected).where(columns.fact_id == fact_id.hex, mine)

    def _versions(self, statement: Select[Any], perspective: Perspective) -> list[FactVersion]:
        return _dated(self._connection.execute(statement), perspective)

    def _seen(self, statement: Select[Any], perspective: Perspective) -> list[Seen]:
        return [
            Seen(version=version, certainty=version.record.fact.window.at(perspective.as_of))
            for version in self._versions(statement, perspective)
            if version.record.stands
        ]


def _dated(rows: Iterable[Row[Any]], perspective: Perspective) -> list[FactVersion]:
    """The versions of rows, with the times that count at a perspective."""
    return [dated(version_of_row(row), perspective.corrections) for row in rows]
