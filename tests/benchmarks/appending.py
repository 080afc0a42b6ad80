"""Appending beside the library's own SQLite recorder, which keeps no record time and no projection."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest.mock import patch
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from infrastructure.ledger import StoredLedger
from infrastructure.log import append
from infrastructure.log.recorder import EventRecorder
from infrastructure.sealing.seals import Seals
from tests.benchmarks.measure import Ratio, side_by_side
from tests.examples import fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from infrastructure.database.database import Database

THREADS: Final = 32
APPENDS: Final = 64
BULK: Final = 1_000
VERSIONS: Final = 1_000
CHANGES: Final = 8


def ratios(database: Database, _: int) -> Iterator[Ratio]:
    """One at a time, many at a time, and what leaves, seals and the projection cost."""
    recorder = EventRecorder(database)
    with tempfile.TemporaryDirectory() as folder:
        datastore = SQLiteDatastore(str(Path(folder) / "library.db"))
        library = SQLiteApplicationRecorder(datastore)
        library.create_table()
        yield side_by_side(
            f"{APPENDS} appends, one at a time",
            lambda: _one_by_one(recorder),
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
    yield side_by_side(
        f"{APPENDS} appends, one at a time",
        lambda: _one_by_one(recorder),
        lambda: _bare(lambda: _one_by_one(recorder)),
        "the same without leaves and seals",
    )
    yield _importing(database)
    yield _projecting(database, recorder)
    yield _changing(database)


def _one_by_one(recorder: EventRecorder) -> None:
    for _ in range(APPENDS):
        recorder.insert_events([_event()])


class _Clear:
    """Stands in the place of a batch's keys, and leaves what it is given in clear."""

    def seal_payload(self, _: object) -> dict[str, None]:
        return {"key_version": None, "key_id": None, "data_key": None}


def _bare(do: Callable[[], object]) -> None:
    """Append with columns of the same size, where nothing is hashed and nothing sealed."""
    blank = {"salt": bytes(16), "digest": bytes(32), "leaf": bytes(32)}
    with (
        patch.object(append, "new_secret", lambda: b""),
        patch.object(append, "salt_of", lambda *_: b""),
        patch.object(append, "hash_row", lambda *_: blank),
        patch.object(Seals, "keys_for_batch", lambda *_: _Clear()),
    ):
        do()


def _importing(database: Database) -> Ratio:
    ledger = StoredLedger(database)
    ledger.open_negotiation(slug="bulk", title="Bulk", parties=(), summary=None, actor="bench")
    talks, numbers = negotiation_id("bulk"), count()

    def recording() -> None:
        batch = [fact("release", external_id=f"B-{next(numbers)}") for _ in range(BULK)]
        ledger.append([decide_new_fact(talks, each, "bench") for each in batch])

    return side_by_side(
        f"record {BULK} facts at once",
        recording,
        lambda: _bare(recording),
        "the same without leaves and seals",
    )


def _projecting(database: Database, recorder: EventRecorder) -> Ratio:
    ledger = StoredLedger(database)
    ledger.open_negotiation(slug="bench", title="Bench", parties=(), summary=None, actor="bench")
    talks, numbers = negotiation_id("bench"), count()

    def recording() -> None:
        for _ in range(APPENDS):
            release = fact("release", external_id=f"B-{next(numbers)}")
            ledger.append([decide_new_fact(talks, release, "bench")])

    def bare() -> None:
        for _ in range(APPENDS):
            recorder.insert_events([_event()])

    return side_by_side(
        f"record {APPENDS} facts, decided and projected", recording, bare, "bare appends to the log"
    )


def _changing(database: Database) -> Ratio:
    ledger = StoredLedger(database)
    ledger.open_negotiation(slug="change", title="Change", parties=(), summary=None, actor="bench")
    long, short = (
        ledger.record(
            negotiation_id=negotiation_id("change"), fact=fact("release"), actor="bench"
        ).originator_id
        for _ in range(2)
    )

    def preferred(id_: UUID, times: int) -> None:
        for _ in range(times):
            record = ledger.fact(id_)
            turned = not record.preferred
            ledger.change(record.decide_prefer(preferred=turned, why="so", actor="bench"))

    preferred(long, VERSIONS)
    return side_by_side(
        f"{CHANGES} changes of a fact of {VERSIONS} versions",
        lambda: preferred(long, CHANGES),
        lambda: preferred(short, CHANGES),
        "a fact of few versions",
    )


def _together(insert: object) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: insert([_event()]), range(APPENDS)))  # type: ignore[operator]


def _event() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "bench.event", b"{}" * 200)
