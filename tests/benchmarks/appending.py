"""Appending beside the library's own SQLite recorder, which keeps no record time and no projection."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from domain.ledger import decided_record
from domain.negotiation import negotiation_id
from infrastructure.event_recorder import EventRecorder
from infrastructure.ledger_store import StoredLedger
from tests.benchmarks.measure import Ratio, side_by_side
from tests.examples import fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.database import Database

THREADS: Final = 32
APPENDS: Final = 64


def ratios(database: Database, _: int) -> Iterator[Ratio]:
    """One at a time, many at a time, and what the projection costs."""
    recorder = EventRecorder(database)
    with tempfile.TemporaryDirectory() as folder:
        datastore = SQLiteDatastore(str(Path(folder) / "library.db"))
        library = SQLiteApplicationRecorder(datastore)
        library.create_table()
        yield side_by_side(
            f"{APPENDS} appends, one at a time",
            lambda: [recorder.insert_events([_event()]) for _ in range(APPENDS)],
            lambda: [library.insert_events([_event()]) for _ in range(APPENDS)],
            "eventsourcing.sqlite",
        )
        yield side_by_side(
            f"{APPENDS} appends by {THREADS} threads",
            lambda: _together(recorder.insert_events),
            lambda: _together(library.insert_events),
            "eventsourcing.sqlite",
        )
        datastore.close()
    yield _projecting(database, recorder)


def _projecting(database: Database, recorder: EventRecorder) -> Ratio:
    ledger = StoredLedger(database)
    ledger.open_negotiation(slug="bench", title="Bench", parties=(), summary=None, actor="bench")
    talks, numbers = negotiation_id("bench"), count()

    def recording() -> None:
        for _ in range(APPENDS):
            release = fact("release", external_id=f"B-{next(numbers)}")
            ledger.append([decided_record(talks, release, "bench")])

    def bare() -> None:
        for _ in range(APPENDS):
            recorder.insert_events([_event()])

    return side_by_side(
        f"record {APPENDS} facts, decided and projected", recording, bare, "bare appends to the log"
    )


def _together(insert: object) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: insert([_event()]), range(APPENDS)))  # type: ignore[operator]


def _event() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "bench.event", b"{}" * 200)
