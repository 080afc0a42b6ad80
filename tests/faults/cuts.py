"""Cut the power at random moments while sixteen writers write, restart everything, and check what is there."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.faults.watched.checking import LostError, check, check_rebuild, check_signed
from tests.faults.watched.writers import Writers

if TYPE_CHECKING:
    from tests.faults.disks.fuse_disk import Moment
    from tests.faults.disks.installation import Installation
    from tests.faults.disks.supply import Unsynced

SHORTEST_SECONDS: Final = 0.05
LONGEST_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 10
MOMENTS: Final[tuple[Moment, ...]] = ("write", "sync", "now")


@dataclass(frozen=True)
class CutFigures:
    """What a run did: `unsynced` counts the writes that the disk did not hold yet at the cuts.

    `signed` is the size of the last checkpoint that was signed before the last cut.
    """

    disk: str
    cuts: int
    acknowledged: int
    unsynced: int
    syncs: int
    in_doubt: int
    signed: int
    seconds: float


def cut_the_power(installed: Installation, cuts: int, seed: int = 0) -> CutFigures:
    """Raise `LostError` at the first cut after which the database differs from what was acknowledged."""
    chance, began, server = random.Random(seed), time.monotonic(), installed.server
    writers, unsynced, syncs, doubts, signed = Writers(), 0, 0, 0, 0
    for number in range(cuts):
        installed.start()
        before = len(writers.acknowledged)
        if number == 0:
            writers.open(server.port)
        writers.start(server.port)
        if number % len(MOMENTS):
            _await_one_more(writers, before)
        time.sleep(chance.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
        lost = installed.cut(MOMENTS[number % len(MOMENTS)], chance)
        writers.end()
        installed.recover()
        unsynced += lost.writes
        syncs += lost.syncs
        doubts += len(writers.in_doubt)
        check(server.url, writers.acknowledged, writers.in_doubt)
        _check_synced(lost, len(writers.acknowledged) - before)
        signed = check_signed(server.url, server.key_file)
    server.start()
    writers.settle(server.port)
    server.stop()
    recorded = check(server.url, writers.acknowledged)
    check_rebuild(server.url)
    disk, seconds = installed.supply.disk, time.monotonic() - began
    return CutFigures(disk, cuts, recorded, unsynced, syncs, doubts, signed, seconds)


def _await_one_more(writers: Writers, acknowledged: int) -> None:
    """Wait for one more acknowledgement, so that a cut on a slow machine can lose something, too."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(writers.acknowledged) == acknowledged and time.monotonic() < deadline:
        time.sleep(SHORTEST_SECONDS)


def _check_synced(lost: Unsynced, acknowledged: int) -> None:
    """Raise `LostError` if something was acknowledged without any sync, since another disk would have lost it."""
    if acknowledged and not lost.syncs:
        raise LostError(
            f"{acknowledged} acknowledged are lost on a disk that forgets: none was synced"
        )
