"""Thirty-two writers at once, beside eight processes that append the same rows by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Final

from infrastructure.clock import system_clock
from infrastructure.ledger import StoredLedger
from tests.benchmarks.appending import decide_events, record_pattern
from tests.benchmarks.measure import TURNS, Job
from tests.benchmarks.rows import compare_times
from tests.benchmarks.yardsticks.processes import Writers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.streams.event import FactRecorded
    from tests.benchmarks.bench import Bench, Kind
    from tests.benchmarks.rows import Row

THREADS: Final = 32
GOALS: Final[dict[Kind, float]] = {"SQLite": 1.5, "PostgreSQL": 0.75}


def rows(bench: Bench) -> Iterator[Row]:
    """Many writers, each of which appends one fact after another."""
    size = THREADS * bench.sizes.appends
    events = decide_events(size * (TURNS + 1))
    ours, theirs = bench.fresh(), bench.fresh()
    began = system_clock()
    for url in (ours, theirs):
        bench.open_talks(url, began)
    real, by_hand = iter(events), iter(record_pattern(bench, events, began))
    with (
        bench.database(ours) as database,
        closing(Writers(theirs, bench.sizes.processes)) as writers,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        ledger = StoredLedger(database)

        def write(at_once: list[FactRecorded]) -> None:
            dealt = [at_once[at::THREADS] for at in range(THREADS)]
            list(threads.map(lambda mine: [ledger.append([each]) for each in mine], dealt))

        measured = bench.measure(
            bench.job(ours, lambda: write(list(islice(real, size)))),
            Job(
                lambda: writers.append(list(islice(by_hand, size))),
                lambda: [*writers.pids, *bench.backends(theirs)],
                asking=True,
            ),
            times=1,
        )
        each = [spent.per(size) for spent in measured]
        what = f"an append, by {THREADS} writers at once"
        yield compare_times(
            what,
            bench.kind,
            each,
            f"by hand in {bench.sizes.processes} processes",
            GOALS[bench.kind],
        )
