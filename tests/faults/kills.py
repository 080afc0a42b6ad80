"""Kill the server at random moments while sixteen writers write, restart it, and check what is there."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.faults.watched.checking import check, check_rebuild, check_signed
from tests.faults.watched.writers import Writers

if TYPE_CHECKING:
    from tests.faults.watched.serving import Server

LONGEST_SECONDS: Final = 0.6
REBUILT_EVERY: Final = 25


@dataclass(frozen=True)
class Figures:
    """What a run did: acknowledged facts, kills that left requests in doubt, replayed responses."""

    kills: int
    acknowledged: int
    in_doubt: int
    recorded_unheard: int
    seconds: float


def kill_again_and_again(server: Server, kills: int, seed: int = 0) -> Figures:
    """Raise `LostError` at the first kill after which the database differs from what was acknowledged."""
    chance, began, doubts = random.Random(seed), time.monotonic(), 0
    writers = Writers()
    server.start()
    writers.open(server.port)
    for number in range(1, kills + 1):
        writers.start(server.port)
        time.sleep(chance.uniform(0, LONGEST_SECONDS))
        server.kill()
        writers.end()
        doubts += len(writers.in_doubt)
        check(server.url, writers.acknowledged, writers.in_doubt)
        if number % REBUILT_EVERY == 0:
            check_rebuild(server.url)
            check_signed(server.url, server.key_file)
        server.start()
    writers.settle(server.port)
    server.stop()
    recorded = check(server.url, writers.acknowledged)
    check_rebuild(server.url)
    return Figures(kills, recorded, doubts, writers.replayed, time.monotonic() - began)
