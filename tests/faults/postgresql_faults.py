"""End PostgreSQL's sessions, and the server itself, while sixteen writers write, and check what is there."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.faults.watched.checking import check, check_rebuild
from tests.faults.watched.writers import Writers

if TYPE_CHECKING:
    from tests.faults.watched.cluster import Cluster
    from tests.faults.watched.serving import Server

LONGEST_SECONDS: Final = 0.4
RESTARTED_EVERY: Final = 5


@dataclass(frozen=True)
class DropFigures:
    """What a run did: drops of all sessions, restarts of the server, and the responses that the writers got."""

    drops: int
    restarts: int
    acknowledged: int
    put_off: int
    recorded_unheard: int
    seconds: float


def drop_again_and_again(
    server: Server, postgresql: Cluster, drops: int, seed: int = 0
) -> DropFigures:
    """Raise `LostError` unless Parley's one process goes on and keeps what it acknowledged."""
    chance, began, restarts, writers = random.Random(seed), time.monotonic(), 0, Writers()
    server.start()
    writers.open(server.port)
    writers.start(server.port)
    for number in range(1, drops + 1):
        time.sleep(chance.uniform(0.02, LONGEST_SECONDS))
        if number % RESTARTED_EVERY:
            postgresql.end_sessions()
        else:
            postgresql.restart()
            restarts += 1
    writers.end()
    writers.settle(server.port)
    assert writers.broken_off == 0
    recorded = check(server.url, writers.acknowledged)
    assert server.stop() == 0
    check_rebuild(server.url)
    return DropFigures(
        drops - restarts,
        restarts,
        recorded,
        writers.put_off,
        writers.replayed,
        time.monotonic() - began,
    )
