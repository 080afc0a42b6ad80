"""The yardsticks write the same rows as Parley, in bytes that Parley opens and verifies."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from infrastructure.clock import system_clock
from infrastructure.ledger import StoredLedger
from infrastructure.proofs.verification import verify
from infrastructure.tables.facts import SIDES
from infrastructure.tables.record import metadata
from tests.benchmarks.appending import decide_events
from tests.benchmarks.yardsticks.appending import RawLog
from tests.benchmarks.yardsticks.connection import Raw
from tests.benchmarks.yardsticks.rebuilding import rebuild_by_hand
from tests.benchmarks.yardsticks.recorded import read_recorded

if TYPE_CHECKING:
    from infrastructure.database.database import Database
    from tests.benchmarks.bench import Bench

EVENTS = 40
DRAWN = {
    "event": {"payload", "digest", "leaf", "data_key"},
    "log_head": {"total_stamp"},
    "stamp": {"stamp"},
}
"""Columns that differ between any two logs, since keys and salts are random; their length is the same."""


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables; of random values only the length."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            drawn = DRAWN.get(table.name, set())
            found[table.name] = sorted(
                (
                    tuple(
                        len(value) if name in drawn and value is not None else value
                        for name, value in row.items()
                    )
                    for row in connection.execute(select(table)).mappings()
                ),
                key=repr,
            )
    return found


def test_appends_by_hand_leave_what_parley_leaves(bench: Bench) -> None:
    urls = bench.fresh(), bench.fresh()
    began = system_clock()
    for url in urls:
        bench.open_talks(url, began)
    with bench.database(urls[0]) as real, bench.database(urls[1]) as by_hand:
        events = decide_events(EVENTS)
        ledger = StoredLedger(real)
        ledger.append(events[:1])
        ledger.append(events[1:])
        with closing(Raw(urls[0])) as read, closing(Raw(urls[1])) as raw:
            recorded = read_recorded(read, 1, EVENTS + 1)
            log = RawLog(raw)
            log.append(recorded[:1])
            log.append(recorded[1:])
        assert len(recorded) == EVENTS
        assert content(by_hand) == content(real)
        with by_hand.reading() as connection:
            checked = verify(connection, ())
        assert (checked.events, checked.wrong) == (EVENTS + 1, None)
        again = StoredLedger(by_hand)
        assert [again.fact(event.originator_id).fact for event in events] == [
            event.fact for event in events
        ]


def test_rebuilding_by_hand_leaves_what_serves(bench: Bench) -> None:
    url = bench.make_mixed(EVENTS)
    with closing(Raw(url)) as raw:
        assert rebuild_by_hand(raw, read_recorded(raw, 1, EVENTS + 1)) == EVENTS
    with bench.database(url) as database:
        found = content(database)
    for serving, spare in zip(SIDES["first"].all, SIDES["second"].all, strict=True):
        assert found[spare.name] == found[serving.name] != []
