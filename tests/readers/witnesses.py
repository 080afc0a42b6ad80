"""A database that records one history after another, and the fold over the same events."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, cast

from domain.streams.entry import Entry
from domain.streams.event import ClockCorrected
from domain.views.known import timeslices as history
from infrastructure.ledger import StoredLedger
from infrastructure.log.clock_corrections import wrong_times
from infrastructure.readers.reading import Reading
from infrastructure.tables.facts import SIDES
from infrastructure.tables.record import (
    change_request,
    event,
    log_head,
    negotiation,
    negotiation_correction,
    snapshot,
)
from tests.databases import open_database
from tests.examples import OWNER
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.views.versions import FactVersion
    from infrastructure.log.recorder import EventRecorder
    from infrastructure.readers.state.kept_facts import KeptSlices

#: How many histories are drawn on each database in a run; several perspectives are asked of each.
HISTORIES: Final = choose_count(6, 1_500)
PERSPECTIVES: Final = 4
NOW: Final = 1_800_000_000_000_000
YEARS: Final = 10 * 365 * 86_400_000_000


class Witnesses:
    """A database that records one history after another, and the fold over the same events."""

    def __init__(self, url: str) -> None:
        self.now = 0
        self.database = open_database(url, clock=lambda: self.now)
        self.ledger = StoredLedger(self.database)

    def take(self, entries: list[Entry], cuts: list[int]) -> list[FactVersion]:
        """Record a history from an empty log on, in batches that end at `cuts`; gives its versions by the fold."""
        *_, versions = self.take_in_turns(entries, cuts)
        return versions

    def take_in_turns(self, entries: list[Entry], cuts: list[int]) -> Iterator[list[FactVersion]]:
        """Record a history as `take` does; gives the versions after each batch."""
        self._forget()
        edges = sorted({0, *(cut for cut in cuts if cut < len(entries)), len(entries)})
        for start, end in itertools.pairwise(edges):
            self.now = entries[start].recorded_at
            self.ledger.append([entry.event for entry in entries[start:end]])
            yield history.fold_versions(self.entries())

    def take_by_a_wrong_clock(self, entries: list[Entry], first: int, last: int) -> list[Entry]:
        """Record a history with positions `first` to `last` by a clock that is years ahead; gives the log then.

        The clock is corrected after them.
        """
        self.take(entries[: first - 1], [])
        self.now = entries[first - 1].recorded_at + YEARS
        for entry in entries[first - 1 : last]:
            self.ledger.append([entry.event])
        self.now = entries[last - 1].recorded_at
        with self.database.reading() as connection:
            seen = wrong_times(connection, self.now)
        assert seen is not None
        recorder = cast("EventRecorder", self.ledger.recorder)
        recorder.correct_clock(seen, why="it was wrong", actor="desk")
        for entry in entries[last:]:
            self.now = entry.recorded_at + 1
            self.ledger.append([entry.event])
        return self.entries()

    def withdraw(self, now: int) -> list[Entry]:
        """Withdraw the last correction of the clock; gives the log then."""
        self.now = now
        recorder = cast("EventRecorder", self.ledger.recorder)
        corrections = [entry for entry in self.entries() if isinstance(entry.event, ClockCorrected)]
        recorder.withdraw_correction(corrections[-1].position, why="it was right", actor="desk")
        return self.entries()

    def reading(self, kept: KeptSlices | None = None) -> Iterator[Reading]:
        """A reading of one snapshot of the database."""
        with self.database.reading() as connection:
            yield Reading(connection, self.ledger.codec, NOW, OWNER, kept=kept)

    def entries(self) -> list[Entry]:
        """The entries of the log."""
        with self.database.reading() as connection:
            found = Reading(connection, self.ledger.codec, NOW, OWNER).entries(after=0, limit=1_000)
        return [
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=event)
            for entry, event in found
        ]

    def _forget(self) -> None:
        with self.database.writing() as connection:
            for side in SIDES.values():
                for table in side.all:
                    connection.execute(table.delete())
            for table in (snapshot, change_request, negotiation_correction, negotiation, event):
                connection.execute(table.delete())
            connection.execute(log_head.update().values(position=0, recorded_at=0))
