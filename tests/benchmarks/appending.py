"""Appends beside the same rows written by hand: one durable append, and a thousand in one transaction."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from infrastructure.clock import system_clock
from infrastructure.ledger import StoredLedger
from tests.benchmarks.bench import SLUG, Bench
from tests.benchmarks.measure import TURNS
from tests.benchmarks.mixed import make_mixed_facts
from tests.benchmarks.rows import compare_times, explain_miss
from tests.benchmarks.yardsticks.appending import RawLog
from tests.benchmarks.yardsticks.connection import Raw
from tests.benchmarks.yardsticks.recorded import read_recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.streams.event import FactRecorded
    from tests.benchmarks.measure import Spent
    from tests.benchmarks.rows import Row
    from tests.benchmarks.yardsticks.recorded import Recorded

BY_HAND: Final = "the same rows by hand"
ONE: Final = 0.6
MANY: Final = 0.6


def rows(bench: Bench) -> Iterator[Row]:
    """One append, and many in one transaction."""
    turns, sizes = TURNS + 1, bench.sizes
    appends = sizes.appends * (turns + 1) + 1
    events = decide_events(appends + sizes.bulk * (turns + 1))
    ours, theirs = bench.fresh(), bench.fresh()
    began = system_clock()
    for url in (ours, theirs):
        bench.open_talks(url, began)
    pattern = record_pattern(bench, events, began)
    with bench.database(ours) as database, closing(Raw(theirs)) as raw:
        ledger, log = StoredLedger(database), RawLog(raw)
        real, by_hand = iter(events), iter(pattern)

        def append(size: int, times: int = 1) -> None:
            for _ in range(times):
                ledger.append(list(islice(real, size)))

        def measure_both(size: int, times: int) -> list[Spent]:
            return bench.measure(
                bench.job(ours, partial(append, size)),
                bench.job(theirs, lambda: log.append(list(islice(by_hand, size)))),
                times=times,
            )

        one = measure_both(1, sizes.appends)
        row = compare_times("one durable append", bench.kind, one, BY_HAND, ONE)
        yield explain_miss(row, partial(append, 1, sizes.appends), 0.0)
        real, by_hand = iter(events[appends:]), iter(pattern[appends:])
        many = measure_both(sizes.bulk, 1)
        what = f"append of {sizes.bulk:,} in one transaction"
        row = compare_times(what, bench.kind, many, BY_HAND, MANY)
        yield explain_miss(row, partial(append, sizes.bulk), 0.0)


def decide_events(size: int) -> list[FactRecorded]:
    """Decide the events that record `size` facts of mixed kinds."""
    talks = negotiation_id(SLUG)
    return [decide_new_fact(talks, fact, "bench") for fact in make_mixed_facts(size)]


def record_pattern(bench: Bench, events: list[FactRecorded], began: int) -> list[Recorded]:
    """What Parley writes for the events, in a log of its own."""
    url = bench.fresh()
    bench.open_talks(url, began)
    with bench.database(url) as database:
        StoredLedger(database).append(events)
    with closing(Raw(url)) as raw:
        return read_recorded(raw, 1, len(events) + 1)
