"""A disk that fails one call after another, under sixteen writers, and what must have become of it."""

from __future__ import annotations

import errno
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.checking import check, check_rebuild
from tests.faults.supervision import GO_ON, Supervisor
from tests.faults.writers import Writers

if TYPE_CHECKING:
    from tests.faults.serving import Server
    from tests.faults.system_calls import Call

__all__ = ["ErrorFigures", "FailingDisk", "fail_the_disk"]

WANTED: Final = {
    "write": (frozenset({"pwrite64", "ftruncate"}), 80),
    "sync": (frozenset({"fsync", "fdatasync"}), 4),
}
"""Which calls are failed in turn, and how many of the sort go well before one that fails, at most."""
BURST: Final = 4
"""How many calls in a row one fault may fail: an error that the program meets again when it cleans up."""
ERRORS: Final = (errno.EIO, errno.ENOSPC)
SECONDS: Final = 60


@dataclass
class FailingDisk:
    """Fails calls on the files of one folder: `failed` counts them by (call, error, file)."""

    folder: Path
    chance: random.Random
    armed: bool = False
    failed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _sort: str = "write"
    _gap: int = 1
    _burst: int = 0
    _error: int = errno.EIO

    def decide(self, call: Call) -> int:
        """Let the call go on, or fail it."""
        path = call.path
        if not self.armed or not path.startswith(str(self.folder)):
            return GO_ON
        if self._burst == 0:
            self._gap -= call.name in WANTED[self._sort][0]
            if self._gap > 0:
                return GO_ON
            self._sort = self.chance.choice(sorted(WANTED))
            self._gap = self.chance.randint(1, WANTED[self._sort][1])
            self._burst = self.chance.randint(1, BURST)
            self._error = self.chance.choice(ERRORS)
        self._burst -= 1
        ending = path.rpartition("-")[2] if "-" in path.rpartition("/")[2] else "database"
        self.failed[call.name, errno.errorcode[self._error], ending] += 1
        return self._error


@dataclass(frozen=True)
class ErrorFigures:
    """What a run did: calls failed by kind, facts acknowledged, and answers 503 on the way."""

    failed: dict[tuple[str, str, str], int]
    acknowledged: int
    put_off: int
    seconds: float

    @property
    def sites(self) -> int:
        """How many calls were failed."""
        return sum(self.failed.values())


def fail_the_disk(server: Server, folder: Path, sites: int, seed: int = 0) -> ErrorFigures:
    """Fail `sites` calls or more, kill the server, and raise `LostError` if anything is not as it must be."""
    began, writers = time.monotonic(), Writers()
    disk = FailingDisk(folder, random.Random(seed))
    supervisor = Supervisor(disk.decide)
    server.start(supervisor)
    writers.open(server.port)
    writers.start(server.port)
    disk.armed = True
    while sum(disk.failed.values()) < sites and time.monotonic() - began < SECONDS:
        time.sleep(0.02)
    disk.armed = False
    writers.end()
    writers.settle(server.port)
    check(server.url, writers.acknowledged)
    server.kill()
    supervisor.join()
    server.start()
    check(server.url, writers.acknowledged)
    server.stop()
    check_rebuild(server.url)
    acknowledged = len(writers.acknowledged)
    figures = ErrorFigures(
        dict(disk.failed), acknowledged, writers.put_off, time.monotonic() - began
    )
    assert figures.sites >= sites, figures
    return figures
