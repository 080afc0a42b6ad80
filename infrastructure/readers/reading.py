"""Reads the record in one transaction, so that everything that is read shows the same log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from domain.errors import NotYetKnownError, UnknownError, WithdrawnError
from domain.sought import parse_terms, split_terms
from domain.streams.entry import Entry
from domain.streams.event import FactRetracted
from domain.views.rivalry.candidates import NO_NAMES
from domain.views.versions import FactVersion, Seen
from infrastructure.readers import (
    access,
    changes,
    erasures,
    log,
    negotiations,
    pages,
    searches,
    timeslices,
)
from infrastructure.readers.audits import ChangeReader
from infrastructure.readers.change_requests import ChangeRequestReader
from infrastructure.readers.confidential import read_confidential
from infrastructure.readers.cuts import Cuts
from infrastructure.readers.names import NOTHING, Instead, read_alias_notices, read_names
from infrastructure.readers.proofs import EventProof, prove_event
from infrastructure.readers.similar import read_similar
from infrastructure.readers.state.sections import SectionReader
from infrastructure.readers.timelines import read_timeline
from infrastructure.tables.facts import FACTS, SPARE, FactTables, serving_tables
from infrastructure.tables.record import projection

if TYPE_CHECKING:
    from uuid import UUID

    from domain.access import Principal
    from domain.confidential import Confidential
    from domain.streams.event import RecordEvent
    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective, PerspectiveQuery
    from domain.views.naming import Names
    from domain.views.notices import Notice
    from domain.views.people import PeopleFilter
    from domain.views.sections import PageQuery, Pages, Place, Rest
    from domain.views.timeline import TimelineFilter
    from infrastructure.log.codec import EventCodec
    from infrastructure.log.entry import LogEntry
    from infrastructure.readers.erasures import ErasureNotice
    from infrastructure.readers.negotiations import StoredSnapshot
    from infrastructure.readers.state.kept_facts import KeptSlices


class Reading:
    """Reads in one transaction. `now` is in microseconds UTC.

    A private negotiation of which `principal` is not a member counts as missing, with everything in it. Only a
    `searched` reading can search (`q`); its head is the last position up to which it can search.
    """

    def __init__(
        self,
        connection: Connection,
        codec: EventCodec,
        now: int,
        principal: Principal,
        *,
        searched: bool = False,
        kept: KeptSlices | None = None,
        key_id: str | None = None,
    ) -> None:
        self._kept = kept
        self._sections: dict[tuple[UUID, Perspective], SectionReader] = {}
        self._principal = principal
        self._connection = connection
        self._codec = codec
        self.cuts = Cuts(connection, now, searched=searched, key_id=key_id)
        self._searched = searched
        self._tables: FactTables = serving_tables(connection)

    @property
    def head(self) -> int:
        """The last position that is seen."""
        return self.cuts.head

    def perspective(self, query: PerspectiveQuery) -> Perspective:
        """The perspective of a query; ContentError at `/position` for a position that the log has not reached."""
        return self.cuts.perspective(query)

    def is_settled(self, query: PerspectiveQuery) -> bool:
        """Whether the answer can never change: the query gives a position, or a past cut of the recorded clock."""
        return self.cuts.is_settled(query)

    def negotiations(
        self, *, perspective: Perspective, after: str | None, limit: int
    ) -> tuple[list[Negotiation], bool]:
        """A page of negotiations, as `negotiations.read_page` gives it."""
        read = self._connection, self._principal, perspective
        return negotiations.read_page(*read, after=after, limit=limit)

    def negotiation(self, slug: str, position: int | None = None) -> Negotiation:
        """The negotiation with a slug, as it was opened; UnknownError if none was opened by the position."""
        return negotiations.find_negotiation(self._connection, self._principal, slug, position)

    def resolve_negotiation(self, opened: Negotiation, perspective: Perspective) -> Negotiation:
        """A negotiation at a perspective."""
        return negotiations.resolve_negotiation(self._connection, opened, perspective)

    def refuse_unknown(self, fact_id: UUID) -> None:
        """Raise UnknownError if there is no such fact, or the principal may not see it; reads no content."""
        known = self._of_fact(self._tables.version.c.version, fact_id).limit(1)
        if self._connection.execute(known).first() is None:
            raise UnknownError("fact", str(fact_id))

    def slug_of(self, id_: UUID) -> str:
        """The slug of a negotiation."""
        return negotiations.read_slug(self._connection, id_)

    def list_known(self, id_: UUID, perspective: Perspective) -> list[FactVersion]:
        """The seen version of each fact, retracted ones too."""
        return self._versions(timeslices.select_known(self._tables, id_, perspective), perspective)

    def known_page(self, id_: UUID, at: Perspective, after: int, limit: int) -> pages.VersionPage:
        """The same of the next facts, as `timeslices.read_known_page` gives it."""
        return timeslices.read_known_page(self._connection, self._tables, id_, at, after, limit)

    def timeslice(
        self, id_: UUID, perspective: Perspective, kinds: frozenset[str] | None = None
    ) -> list[Seen]:
        """The facts that are known and not retracted, with their certainty at `as_of`; only of `kinds`, if given."""
        known = timeslices.select_known(self._tables, id_, perspective, kinds)
        return [
            Seen(version=version, certainty=version.record.fact.window.at(perspective.as_of))
            for version in self._versions(known, perspective)
            if version.record.stands
        ]

    def names(self, id_: UUID, at: Perspective, instead: Instead = NOTHING) -> Names:
        """The names of a negotiation; `instead` as for `read_names`."""
        return read_names(self._connection, self._tables, id_, at, instead)

    def similar(self, recorded: FactVersion, perspective: Perspective) -> list[FactVersion]:
        """The facts that stand, are much like `recorded`, and share no matter or link with it (`find_similar`)."""
        return read_similar(self._connection, self._tables, recorded, perspective, self._principal)

    def alias_notices(self, recorded: FactVersion, perspective: Perspective) -> list[Notice]:
        """The notices of `find_alias_notices` on a version, as if it were recorded."""
        return read_alias_notices(
            self._connection, self._tables, recorded, perspective, self._principal
        )

    def state(
        self, negotiation: Negotiation, perspective: Perspective, rest: Rest | None = None
    ) -> dict[str, Any]:
        """The state of a negotiation; `rest` as for `resolve_state`."""
        return self.sections(negotiation.id, perspective).state(negotiation, rest)

    def people(self, id_: UUID, at: Perspective, wanted: PeopleFilter, rest: Rest | None) -> Pages:
        """The list of people, as `list_people` gives it."""
        return self.sections(id_, at).people(wanted, rest)

    def section(
        self, id_: UUID, page: PageQuery, perspective: Perspective, rest: Rest
    ) -> tuple[list[Any], Place | None]:
        """A page of one list of the state, as `page_section` gives it."""
        return self.sections(id_, perspective).page(page, rest)

    def sections(self, id_: UUID, perspective: Perspective) -> SectionReader:
        """The reader of a negotiation's state, lists and tallies at a perspective; the same one each time."""
        read = (self._connection, self._tables, id_, perspective, self._kept)
        return self._sections.setdefault((id_, perspective), SectionReader(*read))

    def timeline(
        self,
        id_: UUID,
        perspective: Perspective,
        wanted: TimelineFilter,
        *,
        limit: int,
        q: str | None = None,
        translit: bool = True,
        cut: bool = False,
    ) -> tuple[list[Seen], bool]:
        """At most `limit` facts of a timeline, and whether more follow.

        `q` also finds words of other scripts, unless `translit` is off; `cut` is as for `parse_terms`.
        """
        names = self.names(id_, perspective) if q is not None or wanted.names else NO_NAMES
        about = searches.SearchedTimeline(self._tables, id_, perspective, wanted, names)
        if q is None:
            page = read_timeline(self._connection, *about, limit)
        else:
            if not self._searched:
                raise RuntimeError("only a reading that was opened as searched holds the full text")
            spellings = names.spellings()
            words = parse_terms(split_terms(q), translit=translit, spellings=spellings, cut=cut)
            search = searches.Search(id_, words, perspective.published_cut)
            page = searches.find_page(self._connection, about, search, limit)
        versions, more_follow = pages.read_versions(page[0], perspective), page[1]
        at = perspective.as_of
        seen = [Seen(version=v, certainty=v.record.fact.window.begun(at)) for v in versions]
        return seen, more_follow

    def fact(self, fact_id: UUID, perspective: Perspective) -> FactVersion:
        """The seen version of a fact; else UnknownError, NotYetKnownError, ErasedError or WithdrawnError."""
        seen = timeslices.is_seen(self._tables.version.c, perspective)
        wanted = self._of_fact(self._tables.version, fact_id).where(seen)
        versions = self._versions(wanted, perspective)
        if not versions:
            self.refuse_unknown(fact_id)
            raise NotYetKnownError("fact", str(fact_id))
        erasures.refuse_erased(self._connection, self._tables, versions[0])
        if versions[0].record.status == timeslices.RETRACTED:
            raise WithdrawnError(fact_id, self._read_why_withdrawn(fact_id, perspective))
        return versions[0]

    def _read_why_withdrawn(self, fact_id: UUID, perspective: Perspective) -> str | None:
        of = [fact_id.hex], perspective, (FactRetracted.stored_name,)
        return self._versions(changes.select_last(self._tables, *of), perspective)[0].why

    def confidential(self, version: FactVersion) -> list[Confidential | None]:
        """The confidential part of each citation, or None; ForbiddenError without the scope `source:read`."""
        self._principal.check("source:read")
        return read_confidential(self._connection, version)

    def history(
        self, fact_id: UUID, perspective: Perspective, *, erased: bool = False
    ) -> list[FactVersion]:
        """The versions that `ChangeReader.of_fact` gives, without the one before each."""
        self.refuse_unknown(fact_id)
        return [after for _, after in self.changes.of_fact(fact_id, perspective, erased=erased)[0]]

    def erasures(self, negotiation_id: UUID, perspective: Perspective) -> list[ErasureNotice]:
        """The erasures of facts that an answer at the perspective may have shown earlier, in order of position."""
        return erasures.read_erasures(self._connection, self._tables, negotiation_id, perspective)

    @property
    def changes(self) -> ChangeReader:
        """The reader of changes and their approvers."""
        return ChangeReader(self._connection, self._codec, self._tables)

    def entries(
        self, *, after: int, limit: int, last: int | None = None, batch: str | None = None
    ) -> list[tuple[LogEntry, RecordEvent]]:
        """The entries after a position, up to `last`, that the principal may see, in order; only of `batch`, if given.

        At most `limit` entries, or fewer if they are large, but at least one if there is any.
        """
        hidden = access.list_hidden(self._connection, self._principal)
        last = self.head if last is None else last
        read = self._connection, self._codec, self._tables, after, last, limit
        return log.read_page(*read, batch=batch, hidden=hidden)

    def entries_of(self, id_: UUID, last: int) -> list[Entry]:
        """The entries of a negotiation and its facts up to a position, in order."""
        rows = self._connection.execute(log.select_negotiation(self._tables, id_, last)).all()
        return [
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=event)
            for entry, event in log.read_entries(self._connection, self._codec, rows)
        ]

    @property
    def now(self) -> int:
        """The present instant, as `Cuts` has it; microseconds UTC."""
        return self.cuts.now

    @property
    def change_requests(self) -> ChangeRequestReader:
        """The reader of change requests."""
        read = (self._connection, self._codec, self._tables, self._principal)
        return ChangeRequestReader(*read, head=self.head, now=self.now)

    def proof(self, position: int) -> EventProof | None:
        """The proof of the event at a position; None if no signed checkpoint covers it yet."""
        return prove_event(self._connection, position)

    def projections(self) -> dict[str, int]:
        """{projection: last position that it holds}; the fact tables, written with each event, hold the head."""
        named = select(projection.c.name, projection.c.position).order_by(projection.c.name)
        rows = self._connection.execute(named.where(projection.c.name.not_in((FACTS, SPARE))))
        return {FACTS: self.head, **{row.name: row.position for row in rows}}

    def snapshot(self, id_: UUID, name: str) -> StoredSnapshot:
        """The snapshot with a name; UnknownError if there is none."""
        stored = negotiations.find_snapshot(self._connection, id_, name)
        known = self.cuts.corrections(stored.perspective.position)
        return replace(stored, perspective=replace(stored.perspective, corrections=known))

    def _of_fact(self, selected: Any, fact_id: UUID) -> Select[Any]:  # noqa: ANN401 -- a table or a column
        """The versions of a fact, if the principal may see it."""
        columns = self._tables.version.c
        visible = access.visible_through(self._principal, columns.negotiation_id)
        return select(selected).where(columns.fact_id == fact_id.hex, visible)

    def _versions(self, statement: Select[Any], perspective: Perspective) -> list[FactVersion]:
        return pages.read_versions(self._connection.execute(statement), perspective)
