"""`fact_version` is a pure function of the log, written in the transaction of each event.

A row is one rectangle of a fact's plane (`rectangles`). An event in the order of the published times ends one and
begins one; one out of that order begins no more than the fact has open ones, which are at most as many as its events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from domain.streams.clock_corrections import correction_of
from domain.streams.event import ClockCorrected, FactErased, FactEvent
from domain.streams.fact import evolve
from domain.views.known.published import published_at
from domain.views.known.timeslices import version_of
from domain.views.versions import correct_times
from infrastructure.projections.erasure import erase_versions
from infrastructure.projections.planes import Planes, whole_versions
from infrastructure.projections.redating import redate
from infrastructure.projections.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.streams.entry import Entry
    from domain.time.record_time import ClockCorrection
    from domain.views.versions import FactVersion
    from infrastructure.tables.facts import FactTables


@dataclass(frozen=True, slots=True)
class Applied:
    """How many versions a batch made, and how many rows of them were written."""

    versions: int
    rows: int


def apply(
    connection: Connection,
    entries: Sequence[Entry],
    tables: FactTables,
    corrections: Callable[[], Sequence[ClockCorrection]],
) -> Applied:
    """Write what the entries make of their facts, in order of position.

    `corrections` gives what the log says of its record times: all of it, or as much as stands before the entries.
    """
    told = [entry for entry in entries if isinstance(entry.event, FactEvent | ClockCorrected)]
    if not told:
        return Applied(0, 0)
    batch = _Batch(connection, tables, corrections)
    batch.load(told)
    for entry in told:
        if isinstance(entry.event, FactEvent):
            batch.take(entry, entry.event)
        elif isinstance(entry.event, ClockCorrected):
            batch.redate(entry, entry.event)
    batch.planes.write()
    erased = [e.event.originator_id for e in told if isinstance(e.event, FactErased)]
    if erased:
        known = [clock for clock in corrections() if clock.position <= told[-1].position]
        batch.planes.rows += erase_versions(connection, tables, erased, known)
    changes = sum(1 for entry in told if isinstance(entry.event, FactEvent))
    return Applied(changes, batch.planes.rows)


class _Batch:
    """The planes and the counts that entries change one after another."""

    def __init__(
        self,
        connection: Connection,
        tables: FactTables,
        corrections: Callable[[], Sequence[ClockCorrection]],
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._corrections = corrections
        self._tallies = Tallies(connection, tables.version)
        self._alone = False
        self.planes = Planes(connection, tables)

    def load(self, entries: Sequence[Entry]) -> None:
        """Read what the entries meet of the facts that were recorded before them."""
        self._alone = len(entries) == 1
        new: set[UUID] = set()
        older: dict[UUID, None] = {}
        changes = [
            (entry.event, entry.recorded_at)
            for entry in entries
            if isinstance(entry.event, FactEvent)
        ]
        for event, _ in changes:
            id_ = event.originator_id
            if event.originator_version == 1:
                new.add(id_)
            elif id_ not in new:
                older[id_] = None
        if older:
            self.planes.load(older, min(published_at(*change) for change in changes))

    def take(self, entry: Entry, event: FactEvent) -> None:
        """Write what a change leaves of its fact."""
        id_ = event.originator_id
        plane = self.planes.of(id_)
        before = plane.edge
        record = evolve(None if before is None else before.record, event)
        first = entry.position if before is None else before.first_position
        after = version_of(entry, event, record, first)
        counts = (
            None if self._alone and before is None else self._tallies.count_change(before, after)
        )
        plane.take(after, counts, partial(self._read_earlier, id_, entry.position))

    def redate(self, entry: Entry, event: ClockCorrected) -> None:
        """Write what a correction of the log's clock changes."""
        self.planes.write()
        known = [*self._corrections_before(entry.position), correction_of(entry, event)]
        redate(self._connection, self._tables, self.planes, self._tallies, known)

    def _corrections_before(self, position: int) -> list[ClockCorrection]:
        return [clock for clock in self._corrections() if clock.position < position]

    def _read_earlier(self, id_: UUID, position: int) -> list[FactVersion]:
        self.planes.write()
        versions = whole_versions(self._connection, self._tables, [id_])[id_]
        return [correct_times(version, self._corrections_before(position)) for version in versions]
