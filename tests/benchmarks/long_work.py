"""Work on the whole log beside the same by hand: reading and decoding, rebuilding, and verifying."""

from __future__ import annotations

from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, cast

from infrastructure.ledger import StoredLedger
from infrastructure.projections.rebuild import rebuild
from infrastructure.proofs.verification import verify
from tests.benchmarks.children import peak_memory
from tests.benchmarks.rows import compare_memory, compare_times, explain_miss
from tests.benchmarks.yardsticks.connection import Raw
from tests.benchmarks.yardsticks.reading import hash_log, read_log
from tests.benchmarks.yardsticks.rebuilding import rebuild_by_hand
from tests.benchmarks.yardsticks.recorded import read_recorded
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from domain.streams.event import RecordEvent
    from infrastructure.database.database import Database
    from infrastructure.log.recorder import EventRecorder
    from tests.benchmarks.bench import Bench
    from tests.benchmarks.rows import Row

READ: Final = 0.6
REBUILT: Final = 0.3
VERIFIED: Final = 0.4
PAGE: Final = 1_000


def rows(bench: Bench) -> Iterator[Row]:
    """The work on one log, for each event; and its memory on a log that is many times as long."""
    size = bench.sizes.followed
    url = bench.make_mixed(size)
    with bench.database(url) as database, closing(Raw(url)) as raw:
        ledger = StoredLedger(database)
        by_hand = [fact for _, fact in read_log(raw)]
        assert [getattr(each, "fact", None) for each in read(ledger)][1:] == by_hand
        jobs = (
            bench.job(url, lambda: _exhaust(read(ledger))),
            bench.job(url, lambda: _exhaust(read_log(raw))),
        )
        found = [spent.per(size) for spent in bench.measure(*jobs, times=1)]
        what = f"read and decode the log, an event of {size:,}"
        row = compare_times(what, bench.kind, found, "rows and msgspec by hand", READ)
        yield explain_miss(row, lambda: _exhaust(read(ledger)), bench.sizes.profiled)
        yield _measure_verify(bench, url, database, raw)
        yield _measure_rebuild(bench, url, ledger, database)
    for what, work in (("verify", verify_alone), ("rebuild", rebuild_alone)):
        yield _memory(bench, what, work)


def read(ledger: StoredLedger) -> Iterator[RecordEvent]:
    """All events, decoded."""
    recorder, after = cast("EventRecorder", ledger.recorder), 0
    while entries := recorder.entries_between(after, PAGE):
        for entry in entries:
            yield ledger.codec.read(entry, entry.actor)
        after = entries[-1].id


def _exhaust(given: Iterable[Any]) -> None:
    deque(given, maxlen=0)


def hash_verified(database: Database) -> bytes:
    """The root of a log that is found to be intact."""
    with database.reading() as connection:
        verification = verify(connection)
    assert verification.wrong is None
    return verification.root


def _measure_verify(bench: Bench, url: str, database: Database, raw: Raw) -> Row:
    assert hash_verified(database) == hash_log(raw)
    jobs = bench.job(url, lambda: hash_verified(database)), bench.job(url, lambda: hash_log(raw))
    size = bench.sizes.followed
    times_spent = [spent.per(size) for spent in bench.measure(*jobs, times=1)]
    what = f"verify, an event of {size:,}"
    return compare_times(what, bench.kind, times_spent, "opening and hashing by hand", VERIFIED)


def _measure_rebuild(bench: Bench, url: str, ledger: StoredLedger, database: Database) -> Row:
    size = bench.sizes.followed
    copy = bench.fresh()
    with closing(Raw(url)) as raw:
        recorded = read_recorded(raw, 1, size + 1)
    with bench.database(copy) as other:
        StoredLedger(other).append(list(read(ledger)))
    assert rebuild(database, ledger.codec).differences == ()
    with closing(Raw(copy)) as raw:
        jobs = (
            bench.job(url, lambda: rebuild(database, ledger.codec)),
            bench.job(copy, lambda: rebuild_by_hand(raw, recorded)),
        )
        times_spent = [spent.per(size) for spent in bench.measure(*jobs, times=1)]
    return compare_times(
        f"rebuild, an event of {size:,}", bench.kind, times_spent, "the same rows by hand", REBUILT
    )


def _memory(bench: Bench, what: str, work: Callable[[str], int]) -> Row:
    """The peak memory of a process for a long log, beside that for a short log."""
    sizes = bench.sizes.followed, bench.sizes.facts[0]
    large, small = (bench.run_alone(work, bench.make_mixed(size)) for size in sizes)
    return compare_memory(
        f"{what}: memory, {sizes[0]:,} facts", bench.kind, large, small, f"{sizes[1]:,} facts"
    )


def verify_alone(url: str) -> int:
    """Verify; gives the peak memory of this process."""
    with closing(open_database(url)) as database:
        hash_verified(database)
    return peak_memory()


def rebuild_alone(url: str) -> int:
    """Rebuild; gives the peak memory of this process."""
    with closing(open_database(url)) as database:
        rebuild(database, StoredLedger(database).codec)
    return peak_memory()
