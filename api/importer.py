"""An import is decided whole, in memory, and written in one transaction or not at all.

With `partial` the lines that were rejected are left out and the rest is written, still in one
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from eventsourcing.persistence import IntegrityError

from api.composition import Parley
from api.import_command import CommandReader
from api.import_csv import read_csv
from api.import_decision import Decision, decide
from api.import_lines import read_ndjson
from api.import_reading import Progress, read_lines
from api.import_report import ImportReport
from api.schemas import FactParser
from domain.access import Principal
from domain.errors import StaleError
from domain.event import RecordEvent
from domain.negotiation import negotiation_id
from infrastructure.readers.streams import streams

__all__ = ["Importer", "Media"]

Media = Literal["ndjson", "csv"]
ATTEMPTS: Final = 5
"""Times that an import is decided before other writers, always faster, make it give up."""


class Importer:
    """Imports into one record; `parser` reads facts of every kind."""

    def __init__(self, parley: Parley, parser: FactParser) -> None:
        self._parley = parley
        self._parser = parser

    def run(  # noqa: PLR0913 -- the parts of an import
        self,
        *,
        slug: str,
        lines: Iterable[bytes],
        media: Media,
        dry_run: bool,
        partial: bool,
        principal: Principal,
        claim: object = None,
        progress: Progress | None = None,
        opening: Sequence[RecordEvent] = (),
    ) -> ImportReport:
        """Import `lines` into the negotiation with a slug, and report what became of each.

        `opening` opens the negotiation where it is missing, in the same transaction. `progress` is
        told how many lines have been read. `claim` is kept with the events, or alone where there
        are none. Raises UnknownError for a missing negotiation, StaleError where other writers were
        always faster, and what `claim` raises: then nothing was written.
        """
        id_ = negotiation_id(slug)
        if not opening:
            with self._parley.reading(principal) as reading:
                reading.negotiation(slug)
        source = read_csv(lines) if media == "csv" else read_ndjson(lines)
        read = read_lines(CommandReader(id_, self._parser), source, progress)
        for _ in range(ATTEMPTS):
            decision = decide(
                self._parley, self._parser, id_, read, principal=principal, opening=opening
            )
            if decision.report.rejected and not partial:
                decision = decision.refused()
            try:
                return self._written(decision, claim, dry_run=dry_run)
            except IntegrityError as error:
                conflict = error
        raise self._stale(decision) from conflict

    def _written(self, decision: Decision, claim: object, *, dry_run: bool) -> ImportReport:
        events = () if dry_run else decision.events
        positions: list[int] = []
        if events or claim is not None:
            sources = {} if dry_run else decision.sources
            recorded = self._parley.ledger.append(events, sources=sources, claim=claim)
            positions = recorded[decision.opens :]
        if positions:
            decision.report.first_position = positions[0]
            decision.report.last_position = positions[-1]
        return decision.report

    def _stale(self, decision: Decision) -> StaleError:
        """Name the first stream that has moved on, or the first of all where none is seen to."""
        ids = list(dict.fromkeys(event.originator_id for event in decision.events))
        found = streams(self._parley.database, self._parley.ledger.codec, ids)
        versions = {id_: events[-1].originator_version for id_, events in found.items()}
        event = next(
            (
                e
                for e in decision.events
                if versions.get(e.originator_id, 0) >= e.originator_version
            ),
            decision.events[0],
        )
        version = versions.get(event.originator_id, 0)
        return StaleError(event.originator_id, event.originator_version - 1, version)
