"""Reads the facts of a negotiation at one perspective, and keeps them in memory for later requests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from domain.time.perspective import Perspective
from domain.views.answers import Answers
from domain.views.known.timeslices import as_seen
from domain.views.versions import FactVersion, Seen
from infrastructure.projections.stored_versions import versions_in
from infrastructure.projections.tallies import counts_at
from infrastructure.readers.changes import LastEvents, read_last_events
from infrastructure.readers.moments import read_span
from infrastructure.readers.names import read_names
from infrastructure.readers.state.kept_facts import (
    MOST_MOVED,
    CountedFacts,
    KeptFacts,
    KeptSlices,
)
from infrastructure.readers.timeslices import select_differing, select_known
from infrastructure.tables.facts import FactTables, serving_since
from infrastructure.transaction_memo import read_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.views.naming import Names


@dataclass(frozen=True)
class FactsAt:
    """The facts of one negotiation at one perspective.

    The perspective must be resolved, and the principal must be allowed to see the negotiation: neither is checked here.
    If `kept` is given, facts that are asked for again are kept in it. Requests that differ only by `as_of` then read no
    facts, and resolve only what differs between the two instants.
    """

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    kept: KeptSlices | None = None

    @property
    def last_change(self) -> int:
        """The position of the last event that changed a fact of the negotiation; 0 where there is none."""
        return self.last_events.change

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last instant (half-open) between which every `as_of` gives the same state and timeline."""
        if (facts := self.facts_kept) is not None:
            return facts.span(self.perspective.as_of)
        return read_span(*self._of, self.perspective)

    @property
    def last_erasure(self) -> int:
        """The position of the last erasure of a fact; 0 where there is none."""
        return self.last_events.erasure

    @cached_property
    def last_events(self) -> LastEvents:
        """The last events of the negotiation."""
        return read_last_events(*self._of, self.perspective)

    @property
    def built(self) -> tuple[str, int]:
        """The side that is read, and since when it serves; what was kept before a rebuild may have been damaged."""
        return read_once(self.connection, serving_since)

    @cached_property
    def facts_kept(self) -> KeptFacts | None:
        """The facts that are kept for this perspective, if there are any."""
        return self.find_kept()

    def find_kept(self, *, at_once: bool = False) -> KeptFacts | None:
        """As `facts_kept`; `at_once`: facts that are not kept yet are read and kept now, unless they are too many."""
        if self.kept is None or self.perspective.corrections:
            return None
        return self.kept.find(self, at_once=at_once)

    def count_facts(self) -> int:
        """How many facts were recorded by the position."""
        counts = counts_at(self.tables.version, self.negotiation_id, self.perspective.position)
        row = self.connection.execute(counts).first()
        return 0 if row is None else int(row.recorded)

    def count_answers(self, limit: int) -> int:
        """How many answers the versions of its facts have; `limit` where there are more."""
        columns = self.tables.answer.c
        own = select(columns.question).where(columns.negotiation_id == self.negotiation_id.hex)
        counted = select(func.count()).select_from(own.limit(limit).subquery("some"))
        return int(self.connection.execute(counted).scalar_one())

    def read_facts(self) -> KeptFacts:
        """All facts that stand, with their answers."""
        at = self.perspective
        versions = self._versions(select_known(self.tables, self.negotiation_id, at))
        answers = Answers.of(versions, self._names, keep=at.match)
        return KeptFacts(
            at, self.last_change, {version.record.id: version for version in versions}, answers
        )

    def find_counted(self, kinds: frozenset[str]) -> CountedFacts | None:
        """The facts that `KeptSlices.find_counted` gives; None if all facts are kept, or none may be."""
        if self.kept is None or self.perspective.corrections or self.facts_kept is not None:
            return None
        return self.kept.find_counted(self, kinds)

    def read_counted(self, kinds: frozenset[str]) -> CountedFacts:
        """The facts of some kinds that stand."""
        at = self.perspective
        versions = self._versions(select_known(self.tables, self.negotiation_id, at, kinds))
        return CountedFacts(at, self.last_change, versions, self._names)

    def move_facts(self, facts: KeptFacts) -> KeptFacts | None:
        """The facts here, updated from those of another perspective; None if all have to be read."""
        there, here = facts.perspective, self.perspective
        seen, gone = (
            select_differing(self.tables, self.negotiation_id, *pair, 0).limit(MOST_MOVED + 1)
            for pair in ((there, here), (here, there))
        )
        gone_ids = [UUID(row.fact_id) for row in self.connection.execute(gone)]
        if len(gone_ids) > MOST_MOVED:
            return None
        versions = versions_in(self.connection.execute(seen))
        if len(versions) > MOST_MOVED:
            return None
        shown = [as_seen(version, here) for version in versions]
        return facts.move(here, self.last_change, shown, gone_ids)

    @cached_property
    def _names(self) -> Names:
        return read_names(*self._of, self.perspective)

    @property
    def _of(self) -> tuple[Connection, FactTables, UUID]:
        return self.connection, self.tables, self.negotiation_id

    def _read(self, statement: Select[Any]) -> list[Seen]:
        return self._slice(self._versions(statement))

    def _versions(self, statement: Select[Any]) -> list[FactVersion]:
        return self._standing(self.connection.execute(statement))

    def _standing(self, rows: Iterable[Any]) -> list[FactVersion]:
        """The versions in the rows that stand, as the perspective sees them."""
        versions = (as_seen(version, self.perspective) for version in versions_in(rows))
        return [version for version in versions if version.record.stands]

    def _slice(self, versions: Iterable[FactVersion]) -> list[Seen]:
        as_of = self.perspective.as_of
        return [
            Seen(version=version, certainty=version.record.fact.window.at(as_of))
            for version in versions
        ]
