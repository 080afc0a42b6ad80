"""Questions to a large record, beside the pure fold and beside the same questions to a small record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.streams.entry import Entry
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery
from domain.views import versions as history
from domain.views.state import count_facts, resolve_state
from domain.views.timeline import TimelineFilter
from infrastructure.ledger import StoredLedger
from infrastructure.log.erasure import TABLES
from infrastructure.readers.reading import Reading
from tests.benchmarks.measure import Ratio, side_by_side
from tests.benchmarks.population import SELDOM, populate
from tests.examples import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from infrastructure.database.database import Database

SMALL: Final = 2_000
#: The first year of every record: few releases by then, so that both states show as much.
EARLY: Final = PerspectiveQuery(as_of=parse_cut("1970-06"))
LATE: Final = PerspectiveQuery(as_of=parse_cut("2010"))
NOW: Final = parse_cut("2026")


def ratios(database: Database, size: int) -> Iterator[Ratio]:
    """The state beside the fold, and each question beside its like on a record a fraction of the size.

    PostgreSQL has vacuumed its tables and taken samples of them, as it does when a server starts.
    """
    ledger = StoredLedger(database)
    large, small = populate(ledger, "large", size), populate(ledger, "small", SMALL)
    database.drop_overwritten(*TABLES)
    yield side_by_side(
        f"state of {size} facts",
        lambda: _state(ledger, "large", LATE),
        lambda: _fold(ledger, "large", large, LATE),
        "the pure fold over every fact",
    )
    beside = f"the same of {SMALL} facts"
    yield side_by_side(
        f"early state of {size} facts",
        lambda: _state(ledger, "large", EARLY),
        lambda: _state(ledger, "small", EARLY),
        beside,
    )
    yield side_by_side(
        f"page of 50 of a timeline of {size}",
        lambda: _page(ledger, large),
        lambda: _page(ledger, small),
        beside,
    )
    yield side_by_side(
        f"state of {size} facts, one in {SELDOM} summed",
        lambda: _state(ledger, "large", LATE),
        lambda: _state(ledger, "small", LATE),
        beside,
    )


def _reading(ledger: StoredLedger) -> Iterator[Reading]:
    with ledger.factory.database.reading() as connection:  # type: ignore[attr-defined]
        yield Reading(connection, ledger.codec, NOW, OWNER)


def _state(ledger: StoredLedger, slug: str, query: PerspectiveQuery) -> None:
    for reading in _reading(ledger):
        reading.state(reading.negotiation(slug), reading.perspective(query))


def _page(ledger: StoredLedger, talks: UUID) -> None:
    start = parse_cut("1980")
    for reading in _reading(ledger):
        wanted = TimelineFilter(begun=True, after=(start, start, 0))
        reading.timeline(talks, reading.perspective(LATE), wanted, limit=50)


def _fold(ledger: StoredLedger, slug: str, talks: UUID, query: PerspectiveQuery) -> None:
    for reading in _reading(ledger):
        perspective = reading.perspective(query)
        entries = [
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=event)
            for entry, event in reading.entries(after=0, limit=10**9)
        ]
        mine = [v for v in history.fold_versions(entries) if v.record.negotiation_id == talks]
        slice_ = history.timeslice(mine, perspective)
        known = count_facts(history.select_known(mine, perspective))
        resolve_state(reading.negotiation(slug), slice_, known, perspective)
