"""A disk fails one call after another while sixteen writers write; the database must lose nothing."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

import psycopg

from tests.faults.faults_in_turn import Pace
from tests.faults.watched.checking import check, check_rebuild, check_signed
from tests.faults.watched.writers import Writers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.disks.installation import Installation
    from tests.faults.watched.cluster import Cluster

SQLITE_PACE: Final = Pace(write=80, sync=4, rename=1)
POSTGRESQL_PACE: Final = Pace(write=100, sync=20, rename=2, seconds=2)
SECONDS_A_SITE: Final = 1.5
LOOK_SECONDS: Final = 0.05
RECOVERY_SECONDS: Final = 120
"""How many seconds a PostgreSQL may take to answer after its disk stops failing."""
LOOKS_A_RENAME: Final = 8
RENAMING: Final = ("SELECT pg_switch_wal()", "CHECKPOINT")


@dataclass(frozen=True)
class ErrorFigures:
    """What a run did: failed calls by kind, acknowledged facts, 503 responses, and ends of PostgreSQL."""

    disk: str
    failed: dict[str, int]
    where: dict[str, int]
    acknowledged: int
    put_off: int
    relaunched: int
    seconds: float

    @property
    def sites(self) -> int:
        """How many calls were failed."""
        return sum(self.failed.values())


def fail_the_disk(installed: Installation, sites: int, seed: int = 0) -> ErrorFigures:
    """Fail at least `sites` calls, cut the power, and raise `LostError` if anything is wrong.

    The server has to go on by itself. PostgreSQL is launched again when it has ended.
    """
    server, supply, postgresql = installed.server, installed.supply, installed.postgresql
    began, writers = time.monotonic(), Writers()
    installed.start()
    writers.open(server.port)
    writers.start(server.port)
    supply.fail(seed, SQLITE_PACE if postgresql is None else POSTGRESQL_PACE)
    relaunched = _wait(installed, sites)
    failed = supply.count_failed(mend=True)
    ends = time.monotonic() + RECOVERY_SECONDS
    while postgresql is not None and not postgresql.answers():
        assert time.monotonic() < ends, postgresql.log.read_text()[-2_000:]
        relaunched += postgresql.watch()
        time.sleep(LOOK_SECONDS)
    writers.end()
    writers.settle(server.port)
    assert writers.broken_off == 0
    check(server.url, writers.acknowledged)
    installed.cut("now", random.Random(seed))
    installed.recover()
    server.start()
    check(server.url, writers.acknowledged)
    server.stop()
    check_rebuild(server.url)
    check_signed(server.url, server.key_file)
    figures = ErrorFigures(
        supply.disk,
        _counts((f"{site.sort} {site.error}", times) for site, times in failed.items()),
        _counts((_folder(site.file), times) for site, times in failed.items()),
        len(writers.acknowledged),
        writers.put_off,
        relaunched,
        time.monotonic() - began,
    )
    assert figures.sites >= sites, figures
    return figures


def _wait(installed: Installation, sites: int) -> int:
    """Wait until so many calls have failed; gives how often PostgreSQL had to be launched again."""
    ends, relaunched = time.monotonic() + sites * SECONDS_A_SITE, 0
    for look in count():
        if installed.supply.count_failed().total() >= sites or time.monotonic() > ends:
            return relaunched
        time.sleep(LOOK_SECONDS)
        if installed.postgresql is not None:
            relaunched += installed.postgresql.watch()
            if look % LOOKS_A_RENAME == 0:
                _let_rename(installed.postgresql)
    raise AssertionError


def _counts(each: Iterable[tuple[str, int]]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for name, times in each:
        counted[name] += times
    return dict(counted)


def _folder(file: str) -> str:
    """The file; for a file of PostgreSQL the folder below its data."""
    return "/".join(file.split("/")[:2]) or "the folder"


def _let_rename(postgresql: Cluster) -> None:
    """Run statements that make PostgreSQL rename its own files, if it can."""
    with suppress(psycopg.Error):
        for statement in RENAMING:
            postgresql.run(statement)
