"""Cut the power at random moments under sixteen writers, start the server again, and count."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.faults.checking import check, check_rebuild
from tests.faults.power import ForgetfulDisk
from tests.faults.supervision import Supervisor
from tests.faults.writers import Writers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.serving import Server

__all__ = ["CutFigures", "cut_the_power"]

LONGEST_SECONDS: Final = 0.8
PENDING_SECONDS: Final = 10


@dataclass(frozen=True)
class CutFigures:
    """What a run did: `unsynced` counts the writes that the disk did not hold yet at the cuts."""

    cuts: int
    acknowledged: int
    unsynced: int
    syncs: int
    in_doubt: int
    seconds: float


def cut_the_power(server: Server, folder: Path, cuts: int, seed: int = 0) -> CutFigures:
    """Raise `LostError` at the first cut after which what is there is not what was acknowledged."""
    chance, began = random.Random(seed), time.monotonic()
    writers, unsynced, syncs, doubts = Writers(), 0, 0, 0
    server.start()
    writers.open(server.port)
    server.stop()
    for number in range(cuts):
        disk = ForgetfulDisk(folder)
        supervisor = Supervisor(disk.decide)
        server.start(supervisor)
        writers.start(server.port)
        time.sleep(chance.uniform(0.05, LONGEST_SECONDS))
        _cut(server, supervisor, disk, amid_writes=number % 2 == 0)
        supervisor.join()
        writers.end()
        unsynced += sum(len(file.pending) for file in disk.files.values())
        syncs += disk.syncs
        doubts += len(writers.in_doubt)
        disk.cut(chance)
        check(server.url, writers.acknowledged, writers.in_doubt)
    server.start()
    writers.settle(server.port)
    server.stop()
    recorded = check(server.url, writers.acknowledged)
    check_rebuild(server.url)
    return CutFigures(cuts, recorded, unsynced, syncs, doubts, time.monotonic() - began)


def _cut(server: Server, supervisor: Supervisor, disk: ForgetfulDisk, *, amid_writes: bool) -> None:
    """Kill the server now, or as soon as the disk has not been given all that was written to it."""
    deadline = time.monotonic() + PENDING_SECONDS
    while True:
        with supervisor.lock:
            pending = any(file.pending for file in disk.files.values())
            if pending or not amid_writes or time.monotonic() > deadline:
                server.kill()
                return
        time.sleep(0)
